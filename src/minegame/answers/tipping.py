"""The smallest change of one parameter that makes another bidder the favourite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from minegame import options
from minegame.analysis import tipping as search
from minegame.answers import inputs
from minegame.answers.answer import Answer, AnswerError, Picture, told
from minegame.answers.inputs import Contest, limits_of, means, parameter, reaching, whole
from minegame.answers.question import Question
from minegame.design import Factor
from minegame.ensemble import by_bidder
from minegame.options import Word, option
from minegame.plots.tipping import tipping_points
from minegame.runner import Runner
from minegame.scenario import Scenario
from minegame.statistics import intervals
from minegame.tables import Column, Table, bounded
from minegame.text import LEVEL, NUMBER, PATH, POINTS, SHARE, few, level, possessive

if TYPE_CHECKING:
    import pandas as pd

_MOST_FACTORS = 12
_POINTS_EACH = 40  # that a search asks for, at most about


@dataclass(frozen=True, kw_only=True)
class Tipping(Question):
    """The smallest change of one parameter that makes another bidder the favourite.

    Searched are by default the parameters of the wide experiment whose values were calibrated or cannot be learnt from
    the case.  The lead is that of ``bidder`` over ``rival``, or over the best of all others.
    """

    vary: tuple[Factor, ...] | None = options.vary()
    factors: str | None = options.factors()
    bidder: str | None = options.bidder()
    rival: str | None = option(None, "Against whom (default: the best of all others).", Word())
    replications: int = options.replications(20_000)

    examples: ClassVar = (
        "--out results/tipping",
        "--vary host.balance_weight=0:4 --vary market.long_run_price=430:650",
    )

    def answer(self, scenario: Scenario, runner: Runner) -> Answer:
        """How far each parameter alone must move, the nearest first."""
        contest = Contest.of(scenario, bidder=self.bidder)
        others = [name for name in scenario.bidder_names if name != contest.bidder]
        against = others if others and self.rival is None else [contest.rival(self.rival, self.seed, runner)]
        chosen = [reaching(scenario, factor) for factor in self._decisive(scenario)]
        runner.expect(self.replications * _POINTS_EACH * len(chosen))
        found = [self._searched(scenario, factor, contest, against, runner) for factor in chosen]
        table = search.nearest(found)
        rival = scenario.bidders[against[0]].label if len(against) == 1 else "the best of the others"
        return told(
            self, scenario,
            f"What is the smallest change of one parameter that makes another than {contest.label} the favourite, "
            "or it the favourite?",
            [self._lead_said(found[0], contest, rival), *_tips_said(table, scenario)],
            {"tips": _tips(table, chosen), "asked": _asked(found)},
            {"tips": self._picture(table, chosen, contest, rival)},
            {"bidder": contest.bidder, "rival": list(against), "vary": inputs.spelled(chosen)},
            limits_of(scenario, *_LIMITS),
        )  # fmt: skip

    def _decisive(self, scenario: Scenario) -> list[Factor]:
        """The factors to search: those given, else the wide ones that were tuned or cannot be learnt."""
        everything = [f for f in inputs.factors_of(scenario, self.vary, self.factors) if f.is_range]
        if self.vary or self.factors:
            if not everything:
                raise AnswerError(scenario.name, "a tipping point is looked for in a range, not among levels")
            return everything
        standing = {p.path: p.status for p in scenario.parameters()}
        marked = [f for f in everything if standing.get(f.path) in ("calibrated", "swept")]
        return (marked if len(marked) >= 3 else everything)[:_MOST_FACTORS]

    def _searched(
        self, scenario: Scenario, factor: Factor, contest: Contest, against: Sequence[str], runner: Runner
    ) -> search.Tipping:
        """The tipping point of P(the bidder wins) - P(the best of the others wins), all points on the same luck."""
        own = by_bidder("wins_any", contest.place)
        others = [by_bidder("wins_any", scenario.bidder_names.index(name)) for name in against]
        n, path = self.replications, factor.path

        def lead(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            won = means(runner, scenario, [{path: whole(scenario, path, v)} for v in values], self.seed, n)
            best, mine = won[:, others].max(axis=1), won[:, own]
            margin = mine - best
            unusual = n * (1 - np.max([mine, best, 1 - mine - best], axis=0))
            # exact where not both can win; where they can (split lots), on the safe side
            return margin, intervals.standard_error(mine + best - margin**2, unusual, n, 1 + np.abs(margin))

        return search.estimate(lead, factor, float(scenario.value(path)), confidence=self.confidence)

    def _lead_said(self, one: search.Tipping, contest: Contest, rival: str) -> str:
        half = intervals.deviate(one.confidence) * one.margin_error
        lead = POINTS.write(one.margin, max(one.margin - half, -1.0), min(one.margin + half, 1.0))
        favourite = contest.label if one.margin > 0 else rival
        whose = "its" if one.margin > 0 else possessive(contest.label)
        return (
            f"With the scenario's values {favourite} is {'' if one.is_sure_favourite else 'hardly '}the favourite: "
            f"{whose} lead over {rival if one.margin > 0 else 'it'} is {lead} (n = {self.replications:,} negotiations "
            "at every point)."
        )

    def _picture(self, table: pd.DataFrame, factors: Sequence[Factor], contest: Contest, rival: str) -> Picture:
        chosen = _in_order(table, factors)
        drawn = inputs.all_drawn(contest.scenario, table).assign(
            start=[f.low for f in chosen], end=[f.high for f in chosen], is_log=[f.scale == "log" for f in chosen]
        )
        draw = partial(tipping_points, drawn, first=contest.label, second=rival, replications=self.replications)
        return Picture("Tipping points", draw)


_LIMITS = (
    "One parameter moves at a time, all others stay where the scenario has them; two small changes together may turn "
    "what neither turns alone (see minegame analyse threshold).",
    "A lead that turns and turns back between two neighbouring points of the first grid is not seen. The range of each "
    "parameter is a judgement.",
)


# -------------------------------------------------------------------------------------------------------------- tables


def _in_order(table: pd.DataFrame, factors: Sequence[Factor]) -> list[Factor]:
    """The factors in the order of the table."""
    known = {factor.path: factor for factor in factors}
    return [known[path] for path in table["factor"]]


def _tips(table: pd.DataFrame, factors: Sequence[Factor]) -> Table:
    chosen = _in_order(table, factors)
    return Table(
        "Tipping points",
        [
            Column("parameter", unit=PATH),
            Column("value", unit=LEVEL),
            Column("crossing", "tips at", NUMBER, bounded=True),
            Column("change", unit=SHARE),
            Column("part", "part of the range", SHARE),
            Column("searched_from", unit=LEVEL),
            Column("searched_to", unit=LEVEL),
        ],
        {
            "parameter": table["factor"],
            "value": table["base"],
            **bounded("crossing", table["crossing"], table["low"], table["high"]),
            "change": table["relative_change"],
            "part": table["part_of_range"],
            "searched_from": [factor.low for factor in chosen],
            "searched_to": [factor.high for factor in chosen],
        },
    )


def _asked(found: Sequence[search.Tipping]) -> Table:
    import pandas as pd

    points = pd.concat([one.asked.assign(parameter=one.factor.path) for one in found], ignore_index=True)
    return Table(
        "Every point asked",
        [
            Column("parameter", unit=PATH),
            Column("value", unit=LEVEL),
            Column("lead", unit=POINTS),
            Column("standard_error", unit=POINTS),
        ],
        points.rename(columns={"estimate": "lead"}),
        raw=True,
    )


# ----------------------------------------------------------------------------------------------------------- sentences


def _tips_said(table: pd.DataFrame, scenario: Scenario) -> list[str]:
    tips = table[table["crossing"].notna()]
    if not len(tips):
        return [f"No parameter of the {len(table)} searched turns that within its range."]
    first = tips.iloc[0]
    said = [
        "The smallest change that makes another the favourite, as a part of the range searched: "
        f"{parameter(scenario, str(first['factor']))} from {level(first['base'])} to "
        f"{NUMBER.write(first['crossing'], first['low'], first['high'])}."
    ]
    rest = [f"{row['factor']} at {NUMBER.write(row['crossing'])}" for _, row in tips.iloc[1:].iterrows()]
    if rest:
        said.append(f"Each of these alone would do as well, the nearest first: {few(rest)}.")
    idle = table[table["crossing"].isna()]["factor"].tolist()
    if idle:
        said.append(f"Within their ranges these turn nothing alone: {few(idle)}.")
    return said
