"""Designs are tables of points: what their columns hold, and that they can be made again."""

from __future__ import annotations

import numpy as np
import pytest

from minegame import design
from minegame.design import Factor
from minegame.scenario import Scenario

PRICE = Factor("market.long_run_price", 300.0, 900.0)
BACKLASH = Factor("host.backlash", 0.01, 1.0, "log")
MONTHS = Factor("tender.months", 6, 9, whole=True)
LOTS = Factor("tender.lots", levels=("bundled", "split"))


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.load("kazakhstan_tungsten")


def test_a_range_is_spread_evenly_on_its_scale() -> None:
    assert PRICE.spread(3) == [300, 600, 900]
    assert BACKLASH.spread(3) == pytest.approx([0.01, 0.1, 1.0])
    assert MONTHS.spread(10) == [6, 7, 8, 9]
    assert LOTS.spread(99) == ["bundled", "split"]


def test_a_factorial_holds_every_combination_once() -> None:
    table = design.factorial([PRICE, LOTS, MONTHS], levels=4)
    assert table.shape == (4 * 2 * 4, 3)
    assert not table.duplicated().any()


def test_one_at_a_time_starts_at_rest_and_moves_one_factor(scenario: Scenario) -> None:
    table = design.one_at_a_time([PRICE, LOTS], scenario, levels=3)
    rest = [scenario.value(path) for path in table.columns]
    moved = (table != rest).sum(axis=1)
    assert moved.iloc[0] == 0
    assert (moved.iloc[1:] == 1).all()


def test_a_list_fills_in_what_a_point_leaves_out(scenario: Scenario) -> None:
    table = design.listed([{"tender.months": 8}, {"tender.lots": "split"}], scenario)
    assert table.to_dict("records") == [
        {"tender.months": 8, "tender.lots": "bundled"},
        {"tender.months": 12, "tender.lots": "split"},
    ]


def test_null_stays_null_among_numbers() -> None:
    table = design.factorial([Factor("financiers.us_public_lenders.offtake_multiple", levels=(None, 1.17))])
    assert table.iloc[:, 0].tolist() == [None, 1.17]


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol", "random"])
def test_a_sample_stays_in_range_and_can_be_made_again(kind: str) -> None:
    sample = getattr(design, kind)
    table = sample([PRICE, BACKLASH, MONTHS, LOTS], 64, 3)
    assert table[PRICE.path].between(300, 900).all()
    assert table[BACKLASH.path].between(0.01, 1).all()
    assert set(table[MONTHS.path]) == {6, 7, 8, 9}
    assert set(table[LOTS.path]) == {"bundled", "split"}
    assert table.equals(sample([PRICE, BACKLASH, MONTHS, LOTS], 64, 3))
    assert not table.equals(sample([PRICE, BACKLASH, MONTHS, LOTS], 64, 4))


def test_a_latin_hypercube_has_one_point_in_every_stratum() -> None:
    table = design.latin_hypercube([PRICE, BACKLASH], 50, 1)
    strata = np.floor((table[PRICE.path] - 300) / 600 * 50).astype(int)
    assert sorted(strata) == list(range(50))


def test_a_sobol_sequence_is_balanced() -> None:
    table = design.sobol([PRICE, BACKLASH], 64, 1)
    assert ((table[PRICE.path] < 600).sum(), (table[BACKLASH.path] < 0.1).sum()) == (32, 32)


def test_packages_are_all_subsets_from_none_to_all() -> None:
    found = design.packages("us", ("tariff", "access", "finance"))
    assert len(found) == 8
    names = list(found)
    assert (names[0], names[-1]) == ("none", "tariff + access + finance")
    assert found["access"] == {
        "patrons.us.levers.tariff.intensity": 0.0,
        "patrons.us.levers.access.intensity": 1.0,
        "patrons.us.levers.finance.intensity": 0.0,
    }


def test_packages_press_levers_as_they_are_told(scenario: Scenario) -> None:
    weaker = scenario.at({"patrons.us.levers.tariff.intensity": 0.5})
    strength = design.intensities(weaker, "us", ("tariff", "access", "denial"))
    assert strength == {"tariff": 0.5, "access": 1.0, "denial": 1.0}, "what the scenario leaves unused is pressed fully"
    found = design.packages("us", ("tariff", "access", "denial"), strength)
    assert {name: list(changes.values()) for name, changes in found.items() if "access" not in name} == {
        "none": [0, 0, 0], "tariff": [0.5, 0, 0], "denial": [0, 0, 1], "tariff + denial": [0.5, 0, 1],
    }  # fmt: skip


def test_crossed_policies_join_names_and_changes() -> None:
    found = design.crossed({"a": {"x": 1}, "b": {"x": 2}}, {"c": {"y": 3}})
    assert found == {"a | c": {"x": 1, "y": 3}, "b | c": {"x": 2, "y": 3}}


def test_a_product_crosses_tables_and_is_one_point_without_any() -> None:
    table = design.product([design.factorial([LOTS]), design.factorial([PRICE], 3)])
    assert table.shape == (6, 2)
    assert design.product([]).shape == (1, 0)


def test_whole_numbers_share_the_interval_equally():
    """Rounding would give the ends of a range half the weight of the others."""
    u = (np.arange(4000) + 0.5) / 4000
    assert np.bincount(MONTHS.at(u))[6:].tolist() == [1000] * 4
    assert MONTHS.at(np.array([0.0, 1.0])).tolist() == [6, 9]
    doubling = Factor("tender.months", 1, 3, "log", whole=True)
    assert np.bincount(doubling.at(u)).tolist() == [0, 2000, 1170, 830]  # log 2, log 3/2 and log 4/3 of log 4
    assert doubling.spread(3) == [1, 2, 3]
