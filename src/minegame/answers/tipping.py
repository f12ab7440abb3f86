"""Every value of one parameter at which another bidder becomes the favourite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minegame import options
from minegame.analysis import tipping as search
from minegame.answers import inputs
from minegame.answers import tipping_sentences as words
from minegame.answers.answer import Answer, AnswerError, Picture, told
from minegame.answers.calibrated import calibrated_or_swept
from minegame.answers.contender import Contender
from minegame.answers.inputs import asked_of, contender_of, limits_of, means, whole
from minegame.answers.question import Question
from minegame.answers.ranges import reaching
from minegame.cases import Case
from minegame.design import Factor
from minegame.options import Word, option
from minegame.plots.tipping import tipping_curves, tipping_points
from minegame.runner import Runner
from minegame.scenario import Scenario, in_words, is_outside
from minegame.statistics import intervals
from minegame.tables import Column, Table, bounded
from minegame.text import FLAG, LEVEL, NUMBER, PATH, POINTS, SHARE, counted, possessive

if TYPE_CHECKING:
    import pandas as pd

_POINTS_EACH = 30  # that a search asks for, at most about
_CURVES = 6  # drawn at most


@dataclass(frozen=True, kw_only=True)
class Tipping(Question):
    """Every value of one parameter at which another bidder becomes the favourite, the nearest first.

    Searched is by default every number that the scenario's sources call calibrated or swept (one case cannot teach it),
    over the range of the wide experiment, else that of its source, else from half to one and a half times its value.
    The lead is that of ``bidder`` over ``rival``, or over the best of all others.
    """

    vary: tuple[Factor, ...] | None = options.vary()
    factors: str | None = options.factors()
    bidder: str | None = options.bidder()
    tender: str | None = options.tender()
    rival: str | None = option(None, "Against whom (default: the best of all others).", Word())
    replications: int = options.replications(20_000)

    in_short: ClassVar = {"turn": 1}
    examples: ClassVar = (
        "--out results/tipping",
        "--vary host.balance_weight=0:4 --vary market.long_run_price=300:1500",
    )

    of_campaigns: ClassVar = True

    def answer(self, scenario: Case, runner: Runner) -> Answer:
        """Where each parameter alone changes the favourite."""
        contest = contender_of(scenario, bidder=self.bidder, tender=self.tender)
        others = [name for name in contest.contestants if name != contest.bidder]
        against = others if others and self.rival is None else [contest.rival(self.rival, self.seed, runner)]
        chosen = [reaching(scenario, factor) for factor in self._decisive(scenario)]
        runner.expect(self.replications * _POINTS_EACH * len(chosen) * scenario.negotiations)
        leads = {
            factor.path: _Lead(contest, against, factor, runner, self.seed, self.replications) for factor in chosen
        }
        found = [
            search.estimate(lead, lead.factor, float(scenario.value(path)), confidence=self.confidence)
            for path, lead in leads.items()
        ]
        table = _with_favourites(search.nearest(found), leads)
        table = table.assign(outside=_outside(table, scenario))
        asked = _asked(leads)
        rival = contest.label_of(against[0]) if len(against) == 1 else "the best of the others"
        return told(
            self, scenario, words.question(found[0], contest),
            [words.lead_said(found[0], contest, rival, self.replications), *words.tips_said(table, contest)],
            {"tips": _tips(table), "asked": asked}, self._pictures(table, asked.frame, contest, rival),
            {**asked_of(contest), "rival": list(against), "vary": inputs.spelled(chosen)},
            limits_of(scenario, *words.LIMITS),
        )  # fmt: skip

    def _decisive(self, scenario: Case) -> Sequence[Factor]:
        """The factors to search: those given, else what was calibrated or is swept, else what the wide one varies."""
        given = self.vary or self.factors
        marked = () if given or not isinstance(scenario, Scenario) else calibrated_or_swept(scenario)
        ranges = marked or [f for f in inputs.factors_of(scenario, self.vary, self.factors) if f.is_range]
        if not ranges:
            raise AnswerError(scenario.name, "a tipping point is looked for in a range, not among levels")
        return ranges

    def _pictures(self, table: pd.DataFrame, asked: pd.DataFrame, contest: Contender, rival: str) -> dict[str, Picture]:
        drawn = inputs.all_drawn(contest.scenario, table.assign(parameter=table["factor"]))
        played: Any = {"replications": self.replications, "plays": contest.words.plays}
        nearest = table.loc[table["crossing"].notna(), "factor"].drop_duplicates().head(_CURVES)
        ranges = partial(tipping_points, drawn, first=contest.label, second=rival, **played)
        pictures = {"tips": Picture(_headline(table, contest), ranges)}
        if len(nearest):
            curves = partial(
                tipping_curves, drawn[drawn["parameter"].isin(nearest)], asked, first=contest.label, second=rival,
                confidence=self.confidence, **played,
            )  # fmt: skip
            pictures["curves"] = Picture(f"{possessive(contest.label)} chance as one parameter moves", curves)
        return pictures


def _headline(table: pd.DataFrame, contest: Contender) -> str:
    """How many parameters change the favourite, and which is the nearest to doing so, in a line."""
    turning = table.loc[table["crossing"].notna(), "factor"].drop_duplicates()
    every = table["factor"].nunique()
    if not len(turning):
        return f"None of {counted(every, 'parameter')} alone changes the favourite"
    nearest = in_words(contest.scenario, str(turning.iloc[0]))
    return f"{len(turning)} of {counted(every, 'parameter')} alone can change the favourite; the nearest: “{nearest}”"


@dataclass
class _Lead:
    """P(the bidder wins) - P(the best of the others wins) as one parameter moves, all points on the same luck."""

    contest: Contender
    against: Sequence[str]
    factor: Factor
    runner: Runner
    seed: int
    replications: int
    #: by value: P(the bidder wins), P(the best of the others wins), which of them, and the lead with its error
    asked: dict[float, tuple[float, float, str, float, float]] = field(default_factory=dict)

    def __call__(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The lead at values of the parameter, and its standard errors."""
        scenario, path, n = self.contest.scenario, self.factor.path, self.replications
        won = means(self.runner, scenario, [{path: whole(scenario, path, v)} for v in values], self.seed, n)
        theirs = won[:, [self.contest.place_of(name) for name in self.against]]
        mine, best = won[:, self.contest.wins], theirs.max(axis=1)
        lead = mine - best
        # exact where not both can win; where they can (split lots, parts of a campaign), on the safe side
        unusual = n * (1 - np.max([mine, best, 1 - mine - best], axis=0))
        error = intervals.standard_error(mine + best - lead**2, unusual, n, 1 + np.abs(lead))
        names = [self.against[n] for n in theirs.argmax(axis=1)]
        self.asked |= dict(zip(values.tolist(), zip(mine, best, names, lead, error, strict=True), strict=True))
        return lead, error

    def favourites(self, crossing: float) -> list[str | None]:
        """Who leads beside a crossing: the best of the others, at the nearest value asked at which it leads, and the
        bidder."""
        ahead = [x for x, (*_, lead, _) in self.asked.items() if lead < 0]
        rival = self.asked[min(ahead, key=lambda x: abs(x - crossing))][2]
        return [self.contest.label_of(rival), self.contest.label]


# -------------------------------------------------------------------------------------------------------------- tables


def _with_favourites(table: pd.DataFrame, leads: Mapping[str, _Lead]) -> pd.DataFrame:
    """The crossings with the range searched, and who is the favourite below and above each."""
    import pandas as pd

    rows = []
    for path, crossing, rises in zip(table["factor"], table["crossing"], table["rises"], strict=True):
        factor, pair = leads[path].factor, _NOBODY
        if np.isfinite(crossing):
            pair = leads[path].favourites(crossing)[:: 1 if rises else -1]
        rows.append((*pair, factor.low, factor.high, factor.scale == "log", factor.whole))
    return table.join(pd.DataFrame(rows, columns=list(_SEARCHED), index=table.index))


def _tips(table: pd.DataFrame) -> Table:
    return Table(
        "Tipping points",
        [
            Column("parameter", unit=PATH),
            Column("value", unit=LEVEL),
            Column("crossing", "tips at", NUMBER, bounded=True),
            Column("below", "favourite below"),
            Column("above", "favourite above"),
            Column("change", unit=SHARE),
            Column("part", "part of the range", SHARE),
            Column("searched_from", unit=LEVEL),
            Column("searched_to", unit=LEVEL),
            Column("outside", "outside what its source supports", FLAG),
        ],
        {
            "parameter": table["factor"],
            "value": table["base"],
            **bounded("crossing", table["crossing"], table["low"], table["high"]),
            "below": table["below"],
            "above": table["above"],
            "change": table["relative_change"],
            "part": table["part_of_range"],
            "searched_from": table["start"],
            "searched_to": table["end"],
            "outside": table["outside"],
        },
    )


def _outside(table: pd.DataFrame, scenario: Case) -> pd.Series:
    """Whether each crossing lies outside the range that its source supports; None where nobody says a range."""
    import pandas as pd

    sources = [scenario.supported(path) for path in table["factor"]]
    found = [
        None if source is None or not np.isfinite(crossing) else is_outside(source, float(crossing))
        for source, crossing in zip(sources, table["crossing"], strict=True)
    ]
    return pd.Series(found, index=table.index, dtype=object)


def _asked(leads: Mapping[str, _Lead]) -> Table:
    rows = [
        dict(zip(_POINT, (path, value, *lead.asked[value]), strict=True))
        for path, lead in leads.items()
        for value in sorted(lead.asked)
    ]
    columns = [
        Column("parameter", unit=PATH),
        Column("value", unit=LEVEL),
        Column("wins", "the bidder wins", SHARE),
        Column("rival_wins", "the best of the others wins", SHARE),
        Column("rival", "the best of the others"),
        Column("lead", unit=POINTS),
        Column("standard_error", unit=POINTS),
    ]
    return Table("Every point asked", columns, rows, raw=True)


_SEARCHED = ("below", "above", "start", "end", "is_log", "whole")
_NOBODY: list[str | None] = [None, None]
_POINT = ("parameter", "value", "wins", "rival_wins", "rival", "lead", "standard_error")
