"""Screening by Morris: which parameters can be left alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from minegame.analysis import sensitivity as indices
from minegame.answers.answer import Picture
from minegame.answers.inputs import all_drawn
from minegame.answers.sensitivity_methods.method import SHARED_LUCK, Findings, Method
from minegame.plots.sensitivity import screening_bars
from minegame.runner import Runner
from minegame.tables import Column, Table, bounded
from minegame.text import PATH, POINTS, few, upper

if TYPE_CHECKING:
    import pandas as pd

_WEAK = 0.1  # of the strongest


class Morris(Method):
    """Elementary effects over trajectories: a cheap screening of many parameters."""

    usual_base: ClassVar = 40
    usual_replications: ClassVar = 400

    def find(self, runner: Runner) -> Findings:
        """The strength and the unevenness of every parameter's effect on winning."""
        design = indices.screening(self.factors, self.base, seed=self.seed)
        sums = self.played(runner, design.table, [self.contest.wins], indices.lots(design))[:, 0]
        found = indices.screen(design, sums[:, 1] / self.replications, confidence=self.confidence)
        title = f"Screening of {self.outcome}"
        bars = partial(
            screening_bars, all_drawn(self.scenario, found), outcome=self.outcome, trajectories=self.base,
            replications=self.replications, confidence=self.confidence, plays=self.contest.words.plays,
        )  # fmt: skip
        return Findings(
            self._said(found, len(design)), {"screening": _screening(title, found)},
            {"screening": Picture(self.headline(found, "strength", self.outcome), bars)},
            (_NO_SHARES, SHARED_LUCK.format(groups="trajectories")),
        )  # fmt: skip

    def _said(self, found: pd.DataFrame, points: int) -> list[str]:
        first = found.iloc[0]
        if not first["strength"] > 0:
            return [self.nothing_matters]
        weak = found[found["strength"] < _WEAK * first["strength"]]["factor"].tolist()
        return [
            f"{upper(self.named(first['factor']))} moves {self.contest.words.moved} most: "
            f"{POINTS.write(first['strength'], first['low'], first['high'])} for its whole range, on average over "
            f"{self.base} trajectories (n = {self.replications:,} {self.contest.words.plays} at each of "
            f"{points:,} points).",
            f"{len(weak)} of {len(found)} parameters move it by less than a tenth of that"
            + (f" and can be left alone: {few(weak)}." if weak else "."),
        ]


_NO_SHARES = (
    "A screening says which parameters can be left alone, not what share of the variance each carries (method sobol "
    "does). Sampling error counts as strength, so that a parameter without effect keeps a little."
)


def _screening(title: str, found: pd.DataFrame) -> Table:
    return Table(
        title,
        [
            Column("parameter", "parameter", PATH),
            Column("strength", "strength", POINTS, bounded=True),
            Column("effect", "effect", POINTS),
            Column("unevenness", "unevenness", POINTS),
        ],
        {
            "parameter": found["factor"],
            **bounded("strength", found["strength"], found["low"], found["high"]),
            "effect": found["effect"],
            "unevenness": found["unevenness"],
        },
    )
