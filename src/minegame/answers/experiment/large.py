"""Designs of many points: maps of numbers over two factors, and how probabilities spread over any others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minegame.answers.experiment.found import Found, fills_a_map, label_of, level_of, levels_of
from minegame.results import Results
from minegame.tables import Column, Table
from minegame.text import LEVEL, PERCENT, PERCENT_CHANGE, POINTS, SHARE, Unit, level, number

_MOST_POLICIES = 4  # that have a map each
_MAP_FROM = 24  # points of two factors, from which their probabilities are told as a map
_MOST_ACROSS = 20  # levels across a map of numbers


# ------------------------------------------------------------------------------------------------------------- as maps


def is_map(found: Found) -> bool:
    """Whether a map of numbers tells more than a row a point."""
    results = found.results
    few = results.groups > _MAP_FROM and len(results.policies) <= _MOST_POLICIES
    return (
        few and fills_a_map(results) and min(len(levels_of(results, path)) for path in results.factors) <= _MOST_ACROSS
    )


def maps(found: Found) -> dict[str, Table]:
    """The favourite's chances under each policy, and what each policy changes, as maps of numbers."""
    results, tables = found.results, {}
    reach = _reach(found)
    for p, policy in enumerate(results.policies):
        under = f" under “{policy}”" if len(results.policies) > 1 else ""
        what = f"How often {found.favourite_label} wins{under}, %"
        size = f"intervals reach at most ±{number(100 * reach[policy], 1)}; {found.sizes} negotiations a cell"
        tables[f"map_{p + 1}"] = _map(results, what, size, found.shares[:, p, 0], PERCENT)
    for p, policy in enumerate(found.others if results.reference is not None else []):
        what = f"What “{policy}” changes against “{results.reference}” for {found.favourite_label}, percentage points"
        tables[f"gain_{p + 1}"] = _map(results, what, "on the same luck", found.gains[:, p, 0], PERCENT_CHANGE)
    return tables


def _reach(found: Found) -> dict[str, float]:
    """How far the farthest end of an interval lies from its estimate, of the favourite's chances under each policy."""
    rows = found.results.win_probabilities()
    mine = rows[rows["outcome"] == found.favourite]
    far = mine.assign(above=mine["high"] - mine["estimate"], below=mine["estimate"] - mine["low"])
    widest = far.groupby("policy", observed=True)[["above", "below"]].max().max(axis=1)
    return {str(policy): float(reach) for policy, reach in widest.items()}


def _map(results: Results, what: str, size: str, values: np.ndarray, unit: Unit) -> Table:
    """A row a level of one factor, a column a level of the other, whichever has no more than fit across."""
    down, across = results.factors
    if len(levels_of(results, across)) > _MOST_ACROSS:
        down, across = across, down
    rows, columns = (levels_of(results, path) for path in (down, across))
    grid = np.full((len(rows), len(columns)), np.nan)
    grid[results.design[down].map(rows.index), results.design[across].map(columns.index)] = values
    named = [Column(f"at_{n + 1}", level(at), unit) for n, at in enumerate(columns)]
    cells = {column.name: grid[:, n] for n, column in enumerate(named)}
    return Table(
        f"{what}; columns: {across}; {size}",
        [Column(down, unit=LEVEL), *named],
        {down: [*map(level_of, rows)], **cells},
    )


# ---------------------------------------------------------------------------------------------------- as distributions


_MARKS = {
    "mean": "mean", "lowest": "lowest", "p5": "5 % of points below", "half": "half", "p95": "5 % of points above",
    "highest": "highest",
}  # fmt: skip


def spreads(found: Found) -> dict[str, Table]:
    """How probabilities, and what policies change, spread over the points of a large design."""
    results = found.results
    over = f"over {results.groups:,} points; {found.sizes} negotiations a point and policy"
    rows = [
        {**row, "likeliest": float((found.likeliest[:, p] == n).mean())}
        for p, n, row in _spread(results.policies, found, found.shares)
    ]
    likeliest = Column("likeliest", "likeliest in, of points", SHARE)
    tables = {"spread": _spread_table(f"How the probabilities spread {over}", SHARE, rows, likeliest)}
    if results.reference is not None:
        gains = [row for _, _, row in _spread(found.others, found, found.gains)]
        title = f"How the differences from “{results.reference}” spread {over}"
        tables["spread_of_contrasts"] = _spread_table(title, POINTS, gains)
    return tables


def _spread(policies: Sequence[str], found: Found, values: np.ndarray) -> Iterator[tuple[int, int, dict[str, Any]]]:
    for p, policy in enumerate(policies):
        for n, outcome in enumerate(found.outcomes):
            one = values[:, p, n]
            marks = (one.mean(), *np.quantile(one, [0, 0.05, 0.5, 0.95, 1]))
            label = label_of(found.results, outcome)
            yield p, n, {"policy": policy, "outcome": label, **dict(zip(_MARKS, map(float, marks), strict=True))}


def _spread_table(title: str, unit: Unit, rows: Sequence[dict[str, Any]], *more: Column) -> Table:
    marks = [Column(name, words, unit) for name, words in _MARKS.items()]
    return Table(title, [Column("policy"), Column("outcome"), *marks, *more], rows)
