"""The tornado: how far each parameter alone moves who wins, from the scenario's own values."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from minegame import design as designs
from minegame.analysis import sensitivity as indices
from minegame.answers.answer import Picture
from minegame.answers.inputs import all_drawn
from minegame.answers.sensitivity_methods.method import COMMON_LUCK, Findings, Method
from minegame.plots.sensitivity import tornado
from minegame.runner import Runner
from minegame.statistics import intervals
from minegame.tables import Column, Table
from minegame.text import LEVEL, PATH, POINTS, SHARE, few

if TYPE_CHECKING:
    import pandas as pd


class Tornado(Method):
    """One parameter at a time, over its levels, the others at the scenario's own values."""

    usual_base: ClassVar = 5
    usual_replications: ClassVar = 4000
    needs_salib: ClassVar = False

    def find(self, runner: Runner) -> Findings:
        """The least and the greatest chance that each parameter alone brings about, and at which values."""
        found = self._swings(runner)
        title = f"One parameter at a time: {self.outcome}"
        picture = partial(
            tornado, all_drawn(self.scenario, found), outcome=self.outcome, replications=self.replications,
            confidence=self.confidence, plays=self.contest.words.plays,
        )  # fmt: skip
        return Findings(
            self._said(found), {"tornado": _swings_table(title, found)},
            {"tornado": Picture(self.headline(found, "swing", self.outcome), picture)},
            (_ALONE, COMMON_LUCK),
        )  # fmt: skip

    def _swings(self, runner: Runner) -> pd.DataFrame:
        points, n = designs.one_at_a_time(self.factors, self.scenario, self.base), self.replications
        _, wins, squares = self.played(runner, points, [self.contest.wins])[:, 0].T
        if self.contest.event:
            return indices.swings(points, wins / n, *intervals.probability(wins, n, self.confidence))
        return indices.swings(points, wins / n, *intervals.share(wins, squares, np.full(len(wins), n), self.confidence))

    def _said(self, found: pd.DataFrame) -> list[str]:
        first = found.iloc[0]
        if not first["swing"] > 0:
            return [self.nothing_matters]
        least, most = (SHARE.write(first[end], first[f"{end}_low"], first[f"{end}_high"]) for end in ("least", "most"))
        turns = found[(found["least"] < 0.5) & (found["most"] > 0.5)]["factor"].tolist()
        return [
            f"Alone, {self.named(first['factor'])} moves {self.contest.words.moved} most: from {least} to "
            f"{most}, where the scenario's own values give {SHARE.write(first['rest'])} (n = {self.replications:,} "
            f"{self.contest.words.plays} a point).",
            f"{len(turns)} of {len(found)} parameters alone can move it across one half"
            + (f": {few(turns)}." if turns else "."),
        ]


_ALONE = "One parameter moves at a time around the scenario's own values, so that interactions are not seen."


def _swings_table(title: str, found: pd.DataFrame) -> Table:
    return Table(
        title,
        [
            Column("parameter", "parameter", PATH),
            Column("least", "least", SHARE, bounded=True),
            Column("at_least", "at the value", LEVEL),
            Column("most", "most", SHARE, bounded=True),
            Column("at_most", "at value", LEVEL),
            Column("swing", "swing", POINTS),
        ],
        found.rename(columns={"factor": "parameter"}),
    )
