"""What a percentage point costs by each lever: prices that are known, intervals that cover, and the answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from minegame import answers
from minegame.analysis import lever_prices
from minegame.answers import Answer, AnswerError
from minegame.answers.lever_prices import cheapest_said
from minegame.ensemble import by_bidder, by_patron
from minegame.runner import Runner
from minegame.scenario import Scenario, ScenarioError


def test_policies_at_the_margin():
    scenario = Scenario.load()
    policies = lever_prices.design(scenario, "us", 0.25, ("tariff", "denial"))
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
    table = lever_prices.estimate(gains, costs, 12.0).set_index("lever")
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


# ---------------------------------------------------------------------------------------------------------- the answer


@pytest.fixture(scope="module")
def answer() -> Answer:
    return answers.ask("lever_prices", "kazakhstan_tungsten", replications=500)


def test_a_price_is_what_the_step_costs_for_what_it_gains(answer):
    """Access, played again a quarter weaker."""
    scenario = Scenario.load("kazakhstan_tungsten")
    row = answer.tables["prices"].frame.set_index("lever").loc["access"]
    games = scenario.games([{}, {"patrons.us.levers.access.intensity": 0.75}])
    with Runner() as runner:
        places = [by_bidder("wins_any", 0), *(by_patron(name, 0) for name in ("points_used", "public_money"))]
        played = runner.samples(games, 0, 500, places)
    steps = played[:, 1] - played[:, 0]
    won, used, lent = steps.mean(axis=0)
    assert row["now"] == 1.0
    assert row["gain"] == pytest.approx(won / used)
    assert row["price"] == pytest.approx(scenario.patrons["us"].point_value * used / won / 100)
    assert row["price_low"] < row["price"] < row["price_high"]
    assert row["public"] == pytest.approx(lent / won / 100)
    # Where behind every award that access turns stands the same letter there is no spread, and so no interval.
    assert np.isnan(row["public_low"]) == np.allclose(steps[:, 2], lent / won * steps[:, 0])
    assert row["public_low"] < row["public"] < row["public_high"]
    engagement = answer.tables["prices"].frame.set_index("lever").loc["engagement"]
    assert np.isnan(engagement["public_low"])  # behind each of its awards stands the same letter


def test_where_nobody_lends_public_money_none_is_at_risk():
    found = answers.ask("lever_prices", Scenario.load("two_bidders"), patron="south", step=1, replications=200)
    assert found.tables["prices"].display()["public money at risk for it, M$"].unique().tolist() == ["–"]


def test_levers_that_may_do_nothing_are_told_apart(answer):
    table = answer.tables["prices"]
    frame, read = table.frame.set_index("lever"), table.display().set_index("lever")
    unsure = frame.index[~np.isfinite(frame["price_high"])]
    assert {"access", "engagement"} & set(unsure) == set()
    assert len(unsure)
    assert set(read.loc[unsure, "price of a percentage point, M$"]) <= {"no sure effect", "–"}
    notes = [text.get_text() for text in answer.pictures["gains"].draw().findobj(Text)]
    assert sum("no effect" in note for note in notes) == len(unsure)
    assert all(lever in answer.sentences[2] for lever in unsure)


def test_another_patron_may_be_asked():
    found = answers.ask("lever_prices", "kazakhstan_tungsten", patron="china", step=1, replications=50)
    assert (found.settings["patron"], found.settings["bidder"]) == ("china", "chinese_soe")
    assert "--patron china --step 1.0 --replications 50" in found.command
    assert any("1 of a lever's full strength" in limit for limit in found.limits)
    assert "Kaz" not in answers.ask("lever_prices", "two_bidders", replications=30).sentences[0]


def test_a_step_is_a_part_of_a_lever():
    with pytest.raises(AnswerError, match="above 0"):
        answers.ask("lever_prices", "kazakhstan_tungsten", step=0)
    for step in (-0.1, 1.5):
        with pytest.raises(ScenarioError, match="step"):
            answers.ask("lever_prices", "kazakhstan_tungsten", step=step)


@pytest.mark.parametrize(
    ("least", "told"),
    [
        (2.5, "access is the cheapest lever at the margin"),
        (1.5, "access and finance are the cheapest levers at the margin, not surely different"),
    ],
)
def test_levers_are_the_cheapest_together_where_their_intervals_overlap(least, told):
    found = pd.DataFrame({"lever": ["access", "finance"], "price_low": [1.0, least], "price_high": [2.0, 9.0]})
    assert cheapest_said(found) == told
