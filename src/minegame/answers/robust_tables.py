"""Robustness in tables: the policies by every metric, how the ranking hangs on the metric, and what each changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minegame.analysis import robust as metrics
from minegame.answers import robust_replies
from minegame.answers.robust_aims import AIMS
from minegame.tables import Column, Table
from minegame.text import CHANGE, COUNT, FLAG, LEVEL, LOST, MONEY, MONEY_CHANGE, POINTS, SHARE, Unit

if TYPE_CHECKING:
    from minegame.answers.robust_case import Case, Judged
    from minegame.answers.robust_replies import Replies

_CHANGES = {SHARE: POINTS, MONEY: MONEY_CHANGE}
_POLICY = Column("policy")


def tables(judged: Judged, replies: Replies | None) -> dict[str, Table]:
    """The tables of an answer by key."""
    found = {"policies": policies(judged), "ranking": _ranking(judged), "differences": _differences(judged)}
    if judged.search is not None:
        found = {"search": _search(judged), **found, "convergence": _convergence(judged)}
    return found | ({} if replies is None else {"replies": robust_replies.table(replies, judged)})


def _search(judged: Judged) -> Table:
    """The policies that were found: what they decide, and their robustness where they were found, and elsewhere."""
    search, training = judged.search, judged.training
    assert search is not None
    assert training is not None
    chosen = [judged.names.index(name) for name in search.policies]
    there, here = (one.table.iloc[chosen].reset_index(drop=True) for one in (training, judged))
    ends = ("", "_low", "_high")
    return Table(
        "What the search has found: the fresh states are the answer",
        [
            _POLICY,
            *(Column(path, unit=LEVEL) for path in search.decisions.levels),
            Column("training", "robust where it was searched", SHARE, bounded=True),
            Column("fresh", "robust in fresh states", SHARE, bounded=True),
            *cost_columns(judged.case),
        ],
        {
            "policy": list(search.policies),
            **{path: [policy[path] for policy in search.policies.values()] for path in search.decisions.levels},
            **{f"training{end}": there[f"satisficing{end}"] for end in ends},
            **{f"fresh{end}": here[f"satisficing{end}"] for end in ends},
            **{f"{name}{end}": here[f"{name}{end}"] for name in judged.case.costs for end in ends},
        },
    )


def _convergence(judged: Judged) -> Table:
    """What every start of the search had found after every generation."""
    assert judged.search is not None
    found = judged.search.search.hypervolumes
    starts, generations = found.shape
    return Table(
        "Hypervolume of the front, as a part of the largest",
        [Column("start", unit=COUNT), Column("generation", unit=COUNT), Column("hypervolume", unit=SHARE)],
        {
            "start": [start + 1 for start in range(starts) for _ in range(generations)],
            "generation": [n + 1 for _ in range(starts) for n in range(generations)],
            "hypervolume": found.ravel().tolist(),
        },
        raw=True,
    )


def policies(judged: Judged) -> Table:
    """Every policy by every metric, and what it costs."""
    case = judged.case
    front = metrics.undominated(judged.table[case.costs[0]].to_numpy(), judged.table["satisficing"].to_numpy())
    return Table(
        f"Robustness of the policies: {case.measured}",
        [_POLICY, *metric_columns(case), *cost_columns(case), *([] if case.of_host else [_FRONT])],
        judged.table.assign(front=front),
    )


_FRONT = Column("front", "no other is cheaper and as robust", FLAG)


def metric_columns(case: Case) -> list[Column]:
    """A column a metric, in the unit of what is measured; regret in that of its differences."""
    units = {"satisficing": SHARE, "regret_90": lost_unit(case), "regret_most": lost_unit(case)}
    return [
        Column(name, words, units.get(name, case.aim.unit), bounded=True)
        for name, (words, _) in metrics.METRICS.items()
    ]


def lost_unit(case: Case) -> Unit:
    """The unit of what is lost against the best."""
    return LOST if case.aim.unit is SHARE else case.aim.unit


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
