"""The smallest change of one parameter that makes another bidder the favourite."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from minegame import plots
from minegame.analysis import tipping as search
from minegame.answers import words
from minegame.answers.answer import Answer, AnswerError
from minegame.answers.inputs import (
    Contest,
    Factors,
    Progress,
    command_line,
    expect,
    factors_of,
    limits_of,
    means,
    reaching,
    scenario_of,
    settings_of,
    spelled,
    typed_factors,
    whole,
)
from minegame.answers.words import with_interval
from minegame.design import Factor
from minegame.ensemble import by_bidder
from minegame.scenario import Scenario
from minegame.statistics import intervals

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


_MOST_FACTORS = 12
_POINTS_EACH = 40  # that a search asks for, at most about


def tipping(
    scenario: Scenario | str | Path,
    factors: Factors | None = None,
    bidder: str | None = None,
    rival: str | None = None,
    *,
    replications: int = 20_000,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """The smallest change of one parameter that makes another bidder the favourite.

    ``factors``: parameters and the ranges searched; by default those of the wide experiment whose values were
    calibrated or cannot be learnt from the case.  The lead is that of ``bidder`` over ``rival``, or over the best of
    all others.
    """
    scenario = scenario_of(scenario)
    contest = Contest.of(scenario, bidder=bidder)
    others = [name for name in scenario.bidder_names if name != contest.bidder]
    against = others if others and rival is None else [contest.rival(rival, seed)]
    chosen = [reaching(scenario, f) for f in _decisive(scenario, factors)]
    expect(progress, replications * _POINTS_EACH * len(chosen))
    found = [
        search.estimate(
            _lead(scenario, factor.path, contest, against, seed, replications, progress),
            factor,
            float(scenario.value(factor.path)),
            confidence=confidence,
        )
        for factor in chosen
    ]
    table = search.nearest(found)
    label = scenario.bidders[against[0]].label if len(against) == 1 else "the best of the others"

    def ranges() -> Axes:
        drawn = words.all_drawn(scenario, _drawn(table, chosen))
        return plots.tipping_points(drawn, first=contest.label, second=label, replications=replications)

    return Answer(
        name="tipping",
        question=f"What is the smallest change of one parameter that makes another than {contest.label} the favourite, "
        "or it the favourite?",
        sentences=tuple(_tipping_said(table, found, scenario, contest, label, replications)),
        tables={"Tipping points": _tipping_table(table, chosen), "Every point asked": _asked(found)},
        pictures={"Tipping points": ranges},
        settings=settings_of(
            scenario, bidder=contest.bidder, rivals=against, factors=spelled(chosen), replications=replications,
            seed=seed, confidence=confidence,
        ),
        command=command_line(
            "tipping", scenario,
            {
                **typed_factors(factors), "bidder": bidder, "rival": rival, "replications": replications, "seed": seed,
                "confidence": confidence,
            },
        ),
        limits=limits_of(
            scenario,
            "One parameter moves at a time, all others stay where the scenario has them; two small changes together "
            "may turn what neither turns alone (see minegame analyse threshold).",
            "A lead that turns and turns back between two neighbouring points of the first grid is not seen. The range "
            "of each parameter is a judgement.",
        ),
        scenario=scenario,
    )  # fmt: skip


def _decisive(scenario: Scenario, given: Factors | None) -> list[Factor]:
    """The factors to search: those given, else the wide ones that were tuned or cannot be learnt."""
    everything = [f for f in factors_of(scenario, given) if f.is_range]
    if given is not None:
        if not everything:
            raise AnswerError(scenario.name, "a tipping point is looked for in a range, not among levels")
        return everything
    standing = {p.path: p.status for p in scenario.parameters()}
    marked = [f for f in everything if standing.get(f.path) in ("calibrated", "swept")]
    return (marked if len(marked) >= 3 else everything)[:_MOST_FACTORS]


def _lead(
    scenario: Scenario, path: str, contest: Contest, against: Sequence[str], seed: int, n: int,
    progress: Progress | None,
) -> search.Answer:  # fmt: skip
    """P(the bidder wins) - P(the best of the others wins) at values of a parameter, all on the same luck."""
    own = by_bidder("wins_any", contest.place)
    others = [by_bidder("wins_any", scenario.bidder_names.index(name)) for name in against]

    def answer(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        won = means(scenario, [{path: whole(scenario, path, v)} for v in values], seed, n, progress)
        best, mine = won[:, others].max(axis=1), won[:, own]
        lead = mine - best
        # exact where not both can win; where they can (split lots), on the safe side
        return lead, np.sqrt(np.maximum(mine + best - lead**2, 1.0 / n) / n)

    return answer


def _tipping_table(table: pd.DataFrame, factors: Sequence[Factor]) -> pd.DataFrame:
    import pandas as pd

    ranges = {f.path: (f.low, f.high) for f in factors}
    return pd.DataFrame(
        {
            "parameter": table["factor"],
            "value": table["base"],
            **with_interval("tips at", table["crossing"], table["low"], table["high"]),
            "change, %": 100 * table["relative_change"],
            "part of the range, %": 100 * table["part_of_range"],
            "searched from": [ranges[path][0] for path in table["factor"]],
            "searched to": [ranges[path][1] for path in table["factor"]],
        }
    )


def _asked(found: Sequence[search.Tipping]) -> pd.DataFrame:
    import pandas as pd

    tables = [
        pd.DataFrame(
            {
                "parameter": one.factor.path,
                "value": one.asked["value"],
                "lead, points": 100 * one.asked["estimate"],
                "standard error, points": 100 * one.asked["standard_error"],
            }
        )
        for one in found
    ]
    return pd.concat(tables, ignore_index=True)


def _drawn(table: pd.DataFrame, factors: Sequence[Factor]) -> pd.DataFrame:
    known = {f.path: f for f in factors}
    chosen = [known[path] for path in table["factor"]]
    return table.assign(
        start=[f.low for f in chosen], end=[f.high for f in chosen], is_log=[f.scale == "log" for f in chosen]
    )


def _tipping_said(
    table: pd.DataFrame, found: Sequence[search.Tipping], scenario: Scenario, contest: Contest, rival: str, n: int
) -> list[str]:
    one = found[0]
    half = intervals.deviate(one.confidence) * one.margin_error
    lead = words.points(one.margin, one.margin - half, one.margin + half)
    favourite = contest.label if one.margin > 0 else rival
    whose = "its" if one.margin > 0 else words.possessive(contest.label)
    said = [
        f"With the scenario's values {favourite} is {'' if one.is_sure_favourite else 'hardly '}the favourite: "
        f"{whose} lead over {rival if one.margin > 0 else 'it'} is {lead} (n = {n:,} negotiations at every point)."
    ]
    tips = table[table["crossing"].notna()]
    if not len(tips):
        return [*said, f"No parameter of the {len(table)} searched turns that within its range."]
    first = tips.iloc[0]
    said.append(
        "The smallest change that makes another the favourite, as a part of the range searched: "
        f"{words.parameter(scenario, str(first['factor']))} from {words.plain(first['base'])} to "
        f"{words.number(first['crossing'], first['low'], first['high'])}."
    )
    rest = [f"{row['factor']} at {words.plain(row['crossing'])}" for _, row in tips.iloc[1:].iterrows()]
    if rest:
        said.append(f"Each of these alone would do as well, the nearest first: {words.few(rest)}.")
    idle = table[table["crossing"].isna()]["factor"].tolist()
    if idle:
        said.append(f"Within their ranges these turn nothing alone: {words.few(idle)}.")
    return said
