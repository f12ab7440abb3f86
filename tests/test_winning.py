"""Win probabilities, terms and paired differences, against the outcomes themselves and the reference results."""

from __future__ import annotations

import numpy as np
import pytest
from strategies import outcomes

from minegame import runner
from minegame.analysis import winning
from minegame.scenario import Scenario

LEVERS = ("tariff", "access", "engagement", "finance")

#: docs/odd.md, reference results: levers on → (Cove Kaz, Chinese SOE, shelved); an independent implementation.
REFERENCE = {
    (): (0.0555, 0.936, 0.0085),
    ("tariff",): (0.061, 0.931, 0.008),
    ("finance",): (0.421, 0.576, 0.003),
    ("access", "finance"): (0.650, 0.347, 0.003),
    LEVERS: (0.802, 0.195, 0.003),
}
#: Terms given that Cove Kaz wins under all four levers → (value, tolerance).
TERMS = {
    "state_equity": (0.300, 0.01),
    "bonus": (86.0, 4.0),
    "offtake": (0.70, 0.01),
    "processing": (0.833, 0.01),
    "coverage": (0.806, 0.01),
    "completion": (0.573, 0.01),
    "month": (7.8, 0.15),
}


def package(levers: tuple[str, ...]) -> Scenario:
    switched = {f"patrons.us.levers.{lever}.intensity": float(lever in levers) for lever in LEVERS}
    return Scenario.load("kazakhstan_tungsten").at(switched)


def odds(scenario: Scenario, replications: int, seed: int = 1) -> dict:
    tallies = runner.tally(winning.design(scenario), seed, replications)
    return winning.estimate(tallies.sums[0, 0], scenario)


@pytest.mark.parametrize("levers", REFERENCE, ids=lambda levers: "+".join(levers) or "none")
def test_the_reference_results_are_reproduced(levers):
    found = odds(package(levers), 80_000)
    values = (*(found["bidders"][name]["wins_any"]["estimate"] for name in ("cove_kaz", "chinese_soe")),)
    assert (*values, found["shelved"]["estimate"]) == pytest.approx(REFERENCE[levers], abs=0.008)


def test_the_reference_terms_are_reproduced():
    terms = odds(package(LEVERS), 80_000)["bidders"]["cove_kaz"]["terms"]
    for name, (value, tolerance) in TERMS.items():
        assert terms[name]["estimate"] == pytest.approx(value, abs=tolerance), name


def test_estimates_are_means_of_the_outcomes():
    scenario = Scenario.load("kazakhstan_split_lots")
    rows = outcomes(scenario, 3_000, 5)
    found = odds(scenario, 3_000, 5)
    weight = scenario.game()[0]["deposit_weight"][:2]
    for i, name in enumerate(scenario.bidder_names):
        held = rows["winner"][:, :2] == i
        won = held.any(axis=1)
        bidder = found["bidders"][name]
        assert bidder["wins_any"]["estimate"] == pytest.approx(won.mean())
        assert bidder["wins_all"]["estimate"] == pytest.approx(held.all(axis=1).mean())
        assert bidder["value_share"]["estimate"] == pytest.approx((held @ weight).mean())
        built = (held & (rows["done"][:, :2] == 1)) @ weight
        assert bidder["wins_and_built"]["estimate"] == pytest.approx(built.mean())
        bonus = (held * rows["bonus"][:, :2]).sum(axis=1)[won]
        assert bidder["terms"]["bonus"]["estimate"] == pytest.approx(bonus.mean())
        equity = ((held * rows["equity"][:, :2]) @ weight / np.where(won, held @ weight, 1))[won]
        assert bidder["terms"]["state_equity"]["estimate"] == pytest.approx(equity.mean())
        for d, deposit in enumerate(scenario.deposit_names):
            assert found["deposits"][deposit][name]["estimate"] == pytest.approx(held[:, d].mean())
    assert found["split"]["estimate"] == pytest.approx(rows["split"].mean())
    assert found["host"]["value"]["estimate"] == pytest.approx(rows["host_value"].mean())
    assert found["host"]["money"]["estimate"] == pytest.approx(rows["host_money"].mean())


def test_contrasts_are_differences_on_the_same_luck():
    full, bare = package(LEVERS), package(())
    tallies = runner.tally(winning.design(full, bare), 3, 4_000, reference=1)
    assert tallies.contrasts is not None
    found = winning.contrast(tallies.contrasts[0, 0], full, bare)
    first, second = outcomes(full, 4_000, 3), outcomes(bare, 4_000, 3)
    gain = (first["winner"][:, 0] == 0).astype(float) - (second["winner"][:, 0] == 0)
    assert found["bidders"]["cove_kaz"]["wins_any"]["estimate"] == pytest.approx(gain.mean())
    value = first["host_value"] - second["host_value"]
    assert found["host"]["value"]["estimate"] == pytest.approx(value.mean())
    interval = found["bidders"]["cove_kaz"]["wins_any"]
    assert interval["low"] < gain.mean() < interval["high"]
    plain = np.sqrt(2 * 0.25 / 4_000) * 2 * 1.96
    assert interval["high"] - interval["low"] < plain, "common random numbers must help"


def test_scenarios_with_other_agents_are_paired_by_name():
    first, second = Scenario.load("kazakhstan_eu_bidder"), Scenario.load("kazakhstan_tungsten")
    one, two = winning.aligned(second, first)
    assert one.bidder_names == two.bidder_names[:2]
    for scenario in (one, two):
        assert type(scenario.bidders) is type(first.bidders)
        assert scenario == Scenario.from_document(scenario.document())
        assert scenario.fingerprint() == Scenario.from_document(scenario.document()).fingerprint()
    tallies = runner.tally(winning.design(first, second), 3, 2_000, reference=1)
    assert tallies.contrasts is not None
    found = winning.contrast(tallies.contrasts[0, 0], *winning.aligned(first, second))
    assert set(found["bidders"]) == {"cove_kaz", "chinese_soe"}
    assert found["bidders"]["cove_kaz"]["wins_any"]["estimate"] < 0


def test_a_scenario_against_itself_shows_no_difference_but_an_honest_interval():
    scenario = package(LEVERS)
    tallies = runner.tally(winning.design(scenario, scenario), 3, 500, reference=1)
    assert tallies.contrasts is not None
    found = winning.contrast(tallies.contrasts[0, 0], scenario, scenario)["bidders"]["cove_kaz"]["wins_any"]
    assert found["estimate"] == 0
    assert found["low"] < 0 < found["high"]


def test_terms_of_a_bidder_that_never_wins_are_missing_not_zero():
    scenario = Scenario.load("kazakhstan_tungsten").at({"bidders.cove_kaz.entry": 200})
    found = odds(scenario, 200)["bidders"]["cove_kaz"]
    assert found["wins_any"]["estimate"] == 0
    assert found["wins_any"]["high"] > 0
    assert found["terms"]["bonus"] == {"estimate": None, "low": None, "high": None}


def intervals_in(found, path=()):
    if "estimate" in found:
        yield path, found
    else:
        for name, inner in found.items():
            if isinstance(inner, dict):
                yield from intervals_in(inner, (*path, name))


@pytest.mark.parametrize("replications", [1, 2, 3, 200])
def test_no_interval_has_shrunk_to_a_point(replications):
    scenario = Scenario.load("kazakhstan_tungsten")
    tallies = runner.tally(winning.design(scenario, scenario), 3, replications, reference=1)
    assert tallies.contrasts is not None
    found = winning.estimate(tallies.sums[0, 0], scenario)
    contrasts = winning.contrast(tallies.contrasts[0, 0], scenario, scenario)
    for path, told in [*intervals_in(found), *intervals_in(contrasts)]:
        assert (told["low"] is None) == (told["high"] is None), path
        assert told["low"] is None or told["high"] - told["low"] > 1e-6, path
    for values in contrasts["bidders"].values():
        assert values["wins_any"] == values["value_share"] == values["wins_and_built"]
    assert contrasts["host"]["value"] == {"estimate": 0.0, "low": None, "high": None}


def test_shares_among_the_terms_stay_between_nil_and_one():
    terms = odds(Scenario.load("kazakhstan_tungsten"), 2)["bidders"]["cove_kaz"]["terms"]
    assert terms["state_equity"]["low"] >= 0
    assert terms["offtake"] == {
        "estimate": 0.7,
        "low": pytest.approx(0.7 * 0.05**0.5),
        "high": pytest.approx(0.9329, abs=1e-4),
    }
    assert 0 <= terms["month"]["low"] < terms["month"]["high"] <= 11
