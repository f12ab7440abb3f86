"""Robustness in tables: the policies by every metric, how the ranking hangs on the metric, and what each changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minegame.analysis import robust as metrics
from minegame.answers.robust_aims import AIMS
from minegame.tables import Column, Table
from minegame.text import CHANGE, COUNT, FLAG, MONEY, MONEY_CHANGE, POINTS, SHARE, Unit

if TYPE_CHECKING:
    from minegame.answers.robust_case import Case, Judged

_CHANGES = {SHARE: POINTS, MONEY: MONEY_CHANGE}
_POLICY = Column("policy")


def tables(judged: Judged) -> dict[str, Table]:
    """The tables of an answer by key."""
    found = {"policies": policies(judged), "ranking": _ranking(judged)}
    return found | ({"differences": _differences(judged)} if len(judged.names) > 1 else {})


def policies(judged: Judged) -> Table:
    """Every policy by every metric, and what it costs."""
    case = judged.case
    front = metrics.undominated(judged.table[case.costs[0]].to_numpy(), judged.table["satisficing"].to_numpy())
    return Table(
        f"Robustness of the policies: {case.measured}",
        [_POLICY, *metric_columns(case), *cost_columns(case), *([] if case.of_host else [_FRONT])],
        judged.table.assign(front=front),
    )


_FRONT = Column("front", "none is cheaper and as robust", FLAG)


def metric_columns(case: Case) -> list[Column]:
    """A column a metric, in the unit of what is measured; regret in that of its differences."""
    units = {"satisficing": SHARE, "regret_90": lost_unit(case), "regret_most": lost_unit(case)}
    return [
        Column(name, words, units.get(name, case.aim.unit), bounded=True)
        for name, (words, _) in metrics.METRICS.items()
    ]


def lost_unit(case: Case) -> Unit:
    """The unit of what is lost against the best."""
    return Unit("points", 100.0, " points", "points", 1) if case.aim.unit is SHARE else case.aim.unit


def cost_columns(case: Case) -> list[Column]:
    """What the policies cost, or bring beside."""
    return [Column(name, AIMS[name].words, AIMS[name].unit, bounded=True) for name in case.costs]


def _ranking(judged: Judged) -> Table:
    ranks = metrics.ranks(judged.table, judged.case.high)
    return Table(
        "How the ranking changes with the metric (1: best)",
        [_POLICY, *(Column(name, words, COUNT) for name, (words, _) in metrics.METRICS.items())],
        ranks.assign(policy=judged.names),
    )


def _change_column(name: str) -> Column:
    return Column(name, AIMS[name].words, _CHANGES.get(AIMS[name].unit, CHANGE), bounded=True)


def _differences(judged: Judged) -> Table:
    """What every policy changes against the first, state by state on the same luck."""
    case = judged.case
    rows = metrics.differences(judged.found, case.targets, case.costs, 0, case.asked.confidence)
    unit = _CHANGES.get(case.aim.unit, CHANGE)
    return Table(
        f"What each policy changes against '{judged.names[0]}'",
        [
            _POLICY,
            Column("satisficing", metrics.METRICS["satisficing"][0], POINTS, bounded=True),
            Column("expected", metrics.METRICS["expected"][0], unit, bounded=True),
            *(_change_column(name) for name in case.costs),
        ],
        rows.assign(policy=judged.names).iloc[1:],
    )  # fmt: skip
