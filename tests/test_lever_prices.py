"""What a percentage point costs by each lever, against prices that are known."""

import numpy as np
import pytest

from minegame.analysis import lever_prices
from minegame.scenario import Scenario


def test_policies_at_the_margin():
    scenario = Scenario.load()
    policies = lever_prices.margins(scenario, "us", 0.25, ("tariff", "denial"))
    assert list(policies) == ["as it is", "tariff", "denial"]
    tariff, denial = (f"patrons.us.levers.{lever}.intensity" for lever in ("tariff", "denial"))
    assert policies["tariff"][tariff] == scenario.value(tariff) - 0.25
    assert policies["denial"][denial] == 0.25
    scenario.games(list(policies.values()))


def test_prices():
    chance = np.random.default_rng(1)
    n = 20_000
    gains = {
        "finance": np.where(chance.random(n) < 0.04, -1.0, 0.0),
        "tariff": np.where(chance.random(n) < 0.5, 0.0, 0.0),
        "denial": np.where(chance.random(n) < 0.01, -1.0, 0.0),
    }
    costs = {"finance": np.full(n, -2.0), "tariff": np.full(n, -2.0), "denial": np.full(n, 1.0)}
    table = lever_prices.prices(gains, costs, 12.0).set_index("lever")
    assert table.index[0] == "finance"
    assert table.loc["finance", "gain"] == pytest.approx(0.02, rel=0.1)
    assert table.loc["finance", "price"] == pytest.approx(12 * 2 / 4, rel=0.1)
    assert table.loc["finance", "price_low"] < 6 < table.loc["finance", "price_high"]
    assert table.loc["denial", "price"] < 0
    assert np.isnan(table.loc["tariff", "price"])


def test_intervals_of_prices_cover():
    chance, n, hits = np.random.default_rng(9), 1_000, np.zeros(2)
    for _ in range(2_000):
        months = chance.integers(1, 9, n)
        gain = np.where(chance.random(n) < 0.02 * months / 2, -1.0, 0.0)
        found = lever_prices._price(gain, -0.25 * months, 12.0, 0.95)
        hits += [
            found["gain_low"] <= 0.04 <= found["gain_high"],
            found["price_low"] <= 3.0 <= found["price_high"],
        ]
    assert (hits / 2_000 >= 0.93).all()
    assert (hits / 2_000 <= 0.97).all()
