"""The odds of each choice, told as a table with intervals and what they assume."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from minegame.sides import Odds, Turn, foresee
from minegame.statistics import precision
from minegame.tables import Column, Table, bounded
from minegame.text import MONEY, SHARE, TEXT

_MONEY = ("patron_payoff", "host_value")


def odds_table(turn: Turn, choices: Mapping[str, np.ndarray], continuations: int) -> Table:
    """What may come of each choice: shares and amounts with 95 % intervals."""
    found = foresee(turn, np.stack(list(choices.values())), continuations)
    columns = [Column("choice", "if you choose", TEXT)]
    columns += [
        Column(_name(m, one.name), one.words, MONEY if one.name in _MONEY else SHARE, bounded=True)
        for m, one in enumerate(found.measured)
    ]
    rows: list[dict[str, object]] = [{"choice": label} for label in choices]
    for m, one in enumerate(found.measured):
        for row, cells in zip(rows, _estimates(found, m, one.name), strict=True):
            row.update(bounded(_name(m, one.name), *cells))
    title = f"What may come of it: {continuations:,} continuations of each, 95 % intervals in brackets"
    return Table(title, columns, rows)


def _name(m: int, measure: str) -> str:
    return f"{measure}_{m}"


def _estimates(found: Odds, m: int, measure: str) -> list[tuple[float, float, float]]:
    sums = found.sums(m)
    low, high = precision.interval(sums, measure)
    return [
        (total / count if count else math.nan, float(least), float(most))
        for (count, total, _), least, most in zip(sums.tolist(), low, high, strict=True)
    ]


def assumptions(turn: Turn) -> Sequence[str]:
    """What the odds assume, line by line."""
    goes_on = {
        "patron": "You press so every month to the end, as far as your political capital goes",
        "bidder": "You concede so this month and then as the scenario has it",
        "host": "You decide so this month and then by the scenario's rule",
    }[turn.side.kind]
    hidden = (
        "Patrons' resolve and the luck to come are drawn anew"
        if turn.side.kind == "host"
        else "The luck to come, and costs, tastes and patience of others, are drawn anew as the scenario has them; "
        "what past months may have told about those is not reckoned"
    )
    return [f"{goes_on}; all others play as the scenario says.", f"{hidden}. All choices meet the same luck."]
