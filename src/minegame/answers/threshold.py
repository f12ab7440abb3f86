"""Where a bidder's chance crosses one half as two parameters vary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from minegame import options, text
from minegame.analysis import threshold as search
from minegame.answers.answer import Answer, AnswerError, Picture, told
from minegame.answers.inputs import Contest, factors_of, limits_of, means, parameter, whole
from minegame.answers.question import Question
from minegame.answers.ranges import reaching
from minegame.design import Factor
from minegame.ensemble import by_bidder
from minegame.options import Axis, option
from minegame.plots.threshold import heat_map
from minegame.runner import Runner
from minegame.scenario import Scenario, in_words
from minegame.statistics import intervals
from minegame.tables import Column, Table
from minegame.text import NUMBER, POINTS, SHARE, possessive

if TYPE_CHECKING:
    import pandas as pd

_POINTS = 250  # that the search asks for, about


@dataclass(frozen=True, kw_only=True)
class Threshold(Question):
    """Where a bidder's chance crosses one half, or another level, as two parameters vary.

    A parameter without a range has that of the wide experiment, or varies by half.  By default the two are the host's
    weight of balance and how far it believes the letters of the bidder's public lender (or the link of the patron's
    threat).
    """

    x: Factor | str | None = option(None, "One parameter (default: balance).", Axis())
    y: Factor | str | None = option(None, "Another (default: credibility of letters).", Axis())
    bidder: str | None = options.bidder()
    level: float = options.probability(0.5, "Which probability.")
    replications: int = options.replications(4_000)

    in_short: ClassVar = {"turn": 1}
    examples: ClassVar = ("--x host.balance_weight=0:4 --y patrons.us.link=0:1",)

    def answer(self, scenario: Scenario, runner: Runner) -> Answer:
        """The line on which the chance is at the level, followed where it runs."""
        contest = Contest.of(scenario, bidder=self.bidder)
        x, y = self._axes(scenario, contest)
        runner.expect(self.replications * _POINTS)
        found = self._searched(scenario, contest, (x, y), runner)
        place = by_bidder("wins_any", contest.place)
        own = float(means(runner, scenario, [{}], self.seed, self.replications)[0, place])
        return told(
            self, scenario,
            f"Where does {possessive(contest.label)} chance of winning cross {100 * self.level:g} % as {x.path} and "
            f"{y.path} vary?",
            [self._here_said(own, scenario, contest, x, y), *_line_said(found, scenario)],
            {"line": _line(found), "asked": _asked(found, contest)},
            {"map": self._picture(found, scenario, contest)},
            {"bidder": contest.bidder, "x": Axis().plain(x), "y": Axis().plain(y)},
            limits_of(scenario, _LIMIT),
        )  # fmt: skip

    def _axes(self, scenario: Scenario, contest: Contest) -> tuple[Factor, Factor]:
        wide = {factor.path: factor for factor in factors_of(scenario)}
        lender = next((n for n, f in scenario.financiers.items() if f.bidder == contest.bidder and f.public), None)
        other = f"financiers.{lender}.credibility" if lender else f"patrons.{contest.patron}.link"
        given = (self.x or "host.balance_weight", self.y or other)
        first, second = (_axis(scenario, wide, one) for one in given)
        if first.path == second.path:
            raise AnswerError(scenario.name, "both axes are the same parameter: expected two", first.path)
        return first, second

    def _searched(
        self, scenario: Scenario, contest: Contest, axes: tuple[Factor, Factor], runner: Runner
    ) -> search.Threshold:
        place, n = by_bidder("wins_any", contest.place), self.replications

        def chance(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            changes = [{f.path: whole(scenario, f.path, v) for f, v in zip(axes, p, strict=True)} for p in points]
            p = means(runner, scenario, changes, self.seed, n)[:, place]
            return p, intervals.standard_error(p * (1 - p), n * np.minimum(p, 1 - p), n)

        return search.estimate(chance, *axes, level=self.level, confidence=self.confidence)

    def _here_said(self, own: float, scenario: Scenario, contest: Contest, x: Factor, y: Factor) -> str:
        low, high = intervals.probability(own * self.replications, self.replications, self.confidence)
        here = f"{x.path} = {text.level(scenario.value(x.path))} and {y.path} = {text.level(scenario.value(y.path))}"
        return (
            f"With the scenario's values ({here}) {contest.label} wins {SHARE.write(own, float(low), float(high))} "
            f"(n = {self.replications:,} negotiations at every point)."
        )

    def _picture(self, found: search.Threshold, scenario: Scenario, contest: Contest) -> Picture:
        outcome, x, y = f"P({contest.label} wins)", found.x, found.y
        draw = partial(
            heat_map, found.asked, x=in_words(scenario, x.path), y=in_words(scenario, y.path),
            outcome=outcome, replications=self.replications, curve=found.curve, level=self.level,
            logarithmic=(x.scale == "log", y.scale == "log"),
            here=(float(scenario.value(x.path)), float(scenario.value(y.path))),
        )  # fmt: skip
        return Picture(f"Where {outcome} is {100 * self.level:g} %", draw)


_LIMIT = (
    "Two parameters move, all others stay where the scenario has them. An island smaller than an eighth of both ranges "
    "is not seen."
)


def _axis(scenario: Scenario, wide: Mapping[str, Factor], given: Factor | str) -> Factor:
    if isinstance(given, Factor):
        found = factors_of(scenario, [given])[0]
    else:
        found = wide[given] if given in wide else _by_half(scenario, given)
    if not found.is_range:
        raise AnswerError(scenario.name, "an axis needs a range, not levels", found.path)
    return reaching(scenario, found)


def _by_half(scenario: Scenario, path: str) -> Factor:
    """A parameter that varies by half around its value, as far as is allowed."""
    value = scenario.value(path)
    if isinstance(value, (str, bool)) or not value:
        raise AnswerError(scenario.name, "give a range, such as path=0:1", path)
    allowed = next(p for p in scenario.parameters(path) if p.path == path)
    low, high = 0.5 * value, 1.5 * value
    low = max(low, allowed.low) if allowed.low is not None else low
    high = min(high, allowed.high) if allowed.high is not None else high
    return Factor(path, low, high, whole=isinstance(value, int))


# -------------------------------------------------------------------------------------------------------------- tables


def _line(found: search.Threshold) -> Table:
    """The points of the line from left to right."""
    import pandas as pd

    curve, paths = found.curve, [found.x.path, found.y.path]
    ends = [curve[[f"x{n}", f"y{n}", "doubt"]].set_axis([*paths, "doubt"], axis=1) for n in (0, 1)]
    points = pd.concat(ends).drop_duplicates(paths).sort_values(paths, ignore_index=True)
    doubt = Column("doubt", "may lie off, part of the ranges", SHARE)
    return Table("The line", [*(Column(path, unit=NUMBER) for path in paths), doubt], points, raw=True)


def _asked(found: search.Threshold, contest: Contest) -> Table:
    return Table(
        "Every point asked",
        [
            Column(found.x.path, unit=NUMBER),
            Column(found.y.path, unit=NUMBER),
            Column("wins", f"{contest.label} wins", SHARE),
            Column("standard_error", unit=POINTS),
        ],
        found.asked.rename(columns={"x": found.x.path, "y": found.y.path, "estimate": "wins"}),
        raw=True,
    )


# ----------------------------------------------------------------------------------------------------------- sentences


def _line_said(found: search.Threshold, scenario: Scenario) -> list[str]:
    values, (x, y) = found.asked["estimate"], (found.x.path, found.y.path)
    if not len(found.curve):
        least, most = SHARE.write(float(values.min())), SHARE.write(float(values.max()))
        return [
            f"Nowhere in the two ranges does its chance cross {100 * found.level:g} %: it runs from {least} to {most}."
        ]
    ends = " to ".join(f"({NUMBER.write(a)}, {NUMBER.write(b)})" for a, b in _ends(found.curve))
    doubt = float(np.median(found.curve["doubt"]))
    return [
        f"Its chance is {100 * found.level:g} % on a line that runs from {ends} in the plane of {x} and {y}; it may "
        f"lie off by {SHARE.write(doubt)} of the ranges, at {len(found.asked)} points asked.",
        f"The two: {parameter(scenario, x)}; {parameter(scenario, y)}.",
    ]


def _ends(curve: pd.DataFrame) -> list[tuple[float, float]]:
    """The leftmost and the rightmost end of the line."""
    points = np.concatenate([curve[["x0", "y0"]].to_numpy(), curve[["x1", "y1"]].to_numpy()])
    ordered = points[np.lexsort((points[:, 1], points[:, 0]))]
    return [tuple(ordered[0].tolist()), tuple(ordered[-1].tolist())]
