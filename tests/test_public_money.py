"""Public money: what is at risk, what became money, and what a point and a mine cost of it."""

from __future__ import annotations

import numpy as np
import pytest

from minegame import answers
from minegame.answers import experiment as told
from minegame.ensemble import by_bidder, by_patron
from minegame.experiment import run
from minegame.experiment_file import Plan
from minegame.runner import Runner
from minegame.scenario import Scenario
from minegame.statistics import ratios

TUNGSTEN = "kazakhstan_tungsten"
FINANCE = "patrons.us.levers.finance.intensity"
OWN = "tariff + access + engagement + finance"


@pytest.fixture(scope="module")
def packages() -> answers.Answer:
    return answers.ask("winning", TUNGSTEN, replications=200)


def money_played(changes, replications: int = 200, k: int = 0, i: int = 0) -> np.ndarray:
    """Public money at risk and converted, whether the bidder won, what it built: (replications, 4)."""
    places = [by_patron(name, k) for name in ("public_money", "public_money_converted")]
    places += [by_bidder(name, i) for name in ("wins_any", "wins_and_built")]
    with Runner() as runner:
        return runner.samples(Scenario.load(TUNGSTEN).at(changes).game(), 0, replications, places)[:, 0]


def test_public_money_is_told_beside_the_same_policy_without_finance(packages):
    table = packages.tables["money"].frame.set_index("policy")
    assert table.loc[OWN, "against"] == "tariff + access + engagement"
    assert table.loc["access + finance", "against"] == "access"
    assert table.loc["tariff", "against"] == "none"
    assert table.loc["none", "against"] is None
    own, without = money_played({}), money_played({FINANCE: 0})
    row = table.loc[OWN]
    assert row["at_risk_us"] == pytest.approx(own[:, 0].mean())
    assert row["converted_us"] == pytest.approx(own[:, 1].mean())
    assert row["at_risk_us_low"] < row["at_risk_us"] < row["at_risk_us_high"]
    assert row["at_risk_china"] == pytest.approx(money_played({}, k=1)[:, 0].mean())
    more = (own - without).mean(axis=0)
    assert row["per_point"] == pytest.approx(more[0] / more[2] / 100)
    assert row["per_mine"] == pytest.approx(own[:, 0].mean() / own[:, 3].mean())
    for name in ("per_point", "per_mine"):
        assert row[f"{name}_low"] < row[name] < row[f"{name}_high"]
    assert packages.tables["money"].display().set_index("policy").loc["none"].iloc[-2] == "–"
    said = next(sentence for sentence in packages.sentences if sentence.startswith("Public money"))
    assert said.startswith("Public money of United States at risk in a negotiation: ")
    assert "for a percentage point won beyond 'tariff + access + engagement'" in said


def test_money_that_bought_nothing_has_no_price():
    """Letters that nobody believes win no more than none; a policy that wins less has no price of a point either."""
    weak = {"financiers.us_public_lenders.max_share": 0.0, "patrons.us.levers.access.intensity": 0}
    found = answers.ask("winning", TUNGSTEN, policy={"as it is": {}, "weak": weak}, replications=200)
    table = found.tables["money"]
    assert table.frame.set_index("policy").loc["weak", "at_risk_us"] == 0
    assert table.display().set_index("policy").loc["weak"].iloc[-2] == "–"
    never = {"bidders.cove_kaz.hurdle": 1.0, "bidders.cove_kaz.premium": 0}
    lost = answers.ask("winning", TUNGSTEN, policy={"never": never}, replications=50).tables["money"].display()
    assert lost.set_index("policy").loc["never"].iloc[1:3].tolist() == ["0.0", "0.0"]
    assert lost.set_index("policy").loc["never"].iloc[-2:].tolist() == ["–", "–"]


def test_where_nobody_lends_public_money_there_is_no_table_of_it():
    document = Scenario.load("two_bidders").document()
    document["financiers"], document["sources"] = {}, {"host.*": {"assumption": "made up"}}
    found = answers.ask("winning", Scenario.from_document(document), replications=50)
    assert "money" not in found.tables
    assert not any("Public money" in sentence for sentence in found.sentences)


def test_two_scenarios_are_set_beside_each_other_in_public_money_too():
    found = answers.ask("winning", TUNGSTEN, set_against={FINANCE: 0}, replications=200)
    table = found.tables["money"].frame
    assert table["against"].tolist() == [f"{FINANCE}=0", None]
    more = (money_played({}) - money_played({FINANCE: 0})).mean(axis=0)
    assert table["per_point"][0] == pytest.approx(more[0] / more[2] / 100)


def test_intervals_of_ratios_cover():
    chance, n, hits = np.random.default_rng(4), 400, 0
    for _ in range(2_000):
        built = chance.random(n) < 0.3
        money = np.where(built | (chance.random(n) < 0.5), 800 * (1 + 0.2 * chance.standard_normal(n)), 0.0)
        found = ratios.of_means(money, built)
        hits += found.low <= 800 * 0.65 / 0.3 <= found.high
    assert 0.93 <= hits / 2_000 <= 0.97


def test_a_run_tells_public_money_too(tmp_path):
    plan = Plan.of(Scenario.load(TUNGSTEN), None, {"as it is": {}, "bare": {FINANCE: 0}}, replications=200)
    table = told.answer(run(plan, tmp_path / "run")).tables["money"].frame.set_index("policy")
    assert table.loc["as it is", "at_risk_us"] == pytest.approx(money_played({})[:, 0].mean())
    assert table.loc["bare", "converted_us"] == pytest.approx(money_played({FINANCE: 0})[:, 1].mean())
    assert table.loc["as it is", "at_risk_china_low"] < table.loc["as it is", "at_risk_china_high"]
