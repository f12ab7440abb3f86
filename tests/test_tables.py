"""Results on a terminal of any width: whole numbers, or other lines, never half a number."""

from __future__ import annotations

import io

import pytest
from asked import plan
from rich.console import Console

from minegame import run_tables, runner

QUESTIONS = {
    "packages": """
title: Packages
scenario: kazakhstan_tungsten
packages: {us: [tariff, access, finance]}
replications: 40
analysis: [winning, contrasts, terms]
""",
    "three factors": """
title: Three factors
scenario: kazakhstan_eu_bidder
policies: {as it is: {}, no lever: {patrons.us.levers.*.intensity: 0}}
factors: {host.balance_weight: [0, 2], tender.months: [8, 12], market.long_run_price: [430, 530]}
replications: 40
analysis: [winning, contrasts, terms]
""",
    "many points": """
title: Many points
scenario: kazakhstan_split_lots
policies: {as it is: {}, without: {patrons.us.levers.*.intensity: 0}}
factors: {host.balance_weight: {low: 0, high: 4}, host.backlash: {low: 0.01, high: 0.3}}
design: {kind: latin_hypercube, points: 60}
replications: 20
analysis: [winning, contrasts, terms]
""",
    "a map": """
title: A map
scenario: kazakhstan_tungsten
policies: {as it is: {}, without: {patrons.us.levers.*.intensity: 0}}
factors: {host.balance_weight: [0, 1, 2, 3, 4], market.long_run_price: [430, 460, 490, 530, 600]}
replications: 20
analysis: [winning]
""",
    "one factor": """
title: One factor
scenario: kazakhstan_tungsten
policies: {as it is: {}, without: {patrons.us.levers.*.intensity: 0}, tariff only: {patrons.us.levers.tariff.onset: 0}}
factors: {host.balance_weight: [0, 1, 2, 3, 4]}
replications: 40
analysis: [winning, contrasts, terms]
""",
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    kept = {}

    def of(name: str):
        if name not in kept:
            folder = tmp_path_factory.mktemp("tables")
            kept[name] = runner.run(plan(QUESTIONS[name], folder), folder / "results")
        return kept[name]

    return of


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
@pytest.mark.parametrize("name", QUESTIONS)
def test_no_number_is_cut_at_any_width(results, name, width):
    found = results(name)
    shown = run_tables.winning(found, found.win_probabilities())
    groups = [*shown, run_tables.contrasts(found), [run_tables.terms(found)]]
    for layouts in groups:
        page = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False)
        chosen = run_tables.fitting(page, *layouts)
        page.print(chosen)
        text = page.file.getvalue()
        assert max(map(len, text.splitlines())) <= width
        for column in chosen.columns:
            if column.no_wrap:
                assert [cell for cell in column.cells if str(cell) not in text] == []


def test_what_is_shown_at_a_width_is_the_fullest_layout_that_fits(results):
    found = results("packages")
    (layouts,) = run_tables.winning(found, found.win_probabilities())
    headings = {}
    for width in (120, 80, 60, 30):
        page = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False)
        page.print(run_tables.fitting(page, *layouts))
        headings[width] = page.file.getvalue()
    assert "built" in headings[120]
    assert "[" in headings[120]
    assert "built" in headings[80]
    assert "±" in headings[80]
    assert "built" not in headings[60]
    assert "  Cove Kaz" in headings[30]


def test_give_or_take_reaches_to_the_farther_end():
    nothing = {"estimate": 0.0, "low": 0.0, "high": 0.278}
    assert run_tables._give_or_take(nothing) == "0.0 ±27.8"
    assert run_tables._give_or_take({"estimate": 0.5, "low": 0.4998, "high": 0.5001}) == "50.0 ±0.02"
    assert run_tables._signed({"estimate": -0.00001, "low": -0.0004, "high": 0.002}) == "0.0 [0.0, +0.2]"
