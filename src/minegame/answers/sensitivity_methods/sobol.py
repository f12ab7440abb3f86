"""Sobol' indices: which part of the variance of an outcome each parameter carries, and how much is luck."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

import numpy as np

from minegame.analysis import sensitivity as indices
from minegame.answers.answer import Picture
from minegame.answers.inputs import all_drawn
from minegame.answers.sensitivity_methods.method import SHARED_LUCK, Findings, Method
from minegame.plots.sensitivity import sobol_bars
from minegame.runner import Runner
from minegame.statistics import intervals
from minegame.tables import Column, Table
from minegame.text import NUMBER, PATH, SHARE, listed

_MATTERS = 0.05


class Sobol(Method):
    """First-order and total indices with intervals, by Saltelli's scheme."""

    usual_base: ClassVar = 1024
    usual_replications: ClassVar = 64

    def find(self, runner: Runner) -> Findings:
        """The indices of winning and of the host's value, and how much of one negotiation is luck."""
        design = indices.design(self.factors, self.base, self.seed)
        places = [self.contest.wins, self.contest.worth]
        sums = self.played(runner, design.table, places, indices.lots(design))
        means = sums[:, :, 1] / self.replications
        won, worth = (
            indices.estimate(design, means[:, n], confidence=self.confidence, seed=self.seed) for n in range(2)
        )
        drawn = np.arange(len(design)) % (len(self.factors) + 2) == 0  # each base point's first: independent draws
        split = self._split(sums[drawn])
        return Findings(
            self._said(won, split[0], means[drawn, 0]),
            {
                "winning": _indices(f"What moves {self.outcome}", won),
                "value": _indices("What moves the host's value", worth),
                "luck": _luck({self.contest.words.winning: split[0], "host's value": split[1]}),
            },
            {"winning": self._picture(won, self.outcome), "value": self._picture(worth, "the host's value")},
            (_NO_DIRECTION, SHARED_LUCK.format(groups="base points") + _ROUNDING.format(n=self.replications)),
        )

    def _split(self, sums: np.ndarray) -> list[dict[str, float]]:
        """Parameters and luck in each outcome of one negotiation."""
        return [indices.luck(sums[:, n, 1], sums[:, n, 2], self.replications, self.confidence) for n in range(2)]

    def _picture(self, found: indices.Indices, outcome: str) -> Picture:
        drawn = all_drawn(self.scenario, found.table)
        bars = partial(
            sobol_bars, drawn, outcome=outcome, base=self.base, replications=self.replications,
            confidence=self.confidence, plays=self.contest.words.plays,
        )  # fmt: skip
        return Picture(self.headline(found.table, "total", outcome), bars)

    # -------------------------------------------------------------------------------------------------------- sentences

    def _said(self, found: indices.Indices, split: Mapping[str, float], won: np.ndarray) -> list[str]:
        if not (found.table["total"] > 0).any():  # nor where it is no number: the outcome never changes
            return [self.nothing_matters]
        parameters = SHARE.write(split["parameters"], split["parameters_low"], split["parameters_high"])
        return [
            self._most_said(found),
            f"In a world drawn at random, {parameters} of the variance of who wins is due to the parameters, the rest "
            "to luck.",
            self._matter_said(found),
            self._favourite_said(won),
        ]

    def _most_said(self, found: indices.Indices) -> str:
        named = [
            f"{self.named(row['factor'])} {NUMBER.write(row['total'], row['total_low'], row['total_high'])}"
            for _, row in found.table.head(3).iterrows()
        ]
        return (
            f"Over these ranges {self.contest.words.moved} is moved most by {listed(named)} (total "
            f"Sobol' index: the part of the variance that would stay if all else were known; {found.base:,} base "
            f"points, {found.base * (len(found.table) + 2):,} worlds of n = {self.replications} "
            f"{self.contest.words.plays})."
        )

    def _matter_said(self, found: indices.Indices) -> str:
        matter = (found.table["total_low"] > _MATTERS).sum()
        return (
            f"{matter} of {len(found.table)} parameters surely carry more than {100 * _MATTERS:g} % of the variance of "
            f"{self.outcome}; {SHARE.write(*np.clip(found.interactions, 0.0, 1.0))} of it lies in interactions."
        )

    def _favourite_said(self, won: np.ndarray) -> str:
        favourite = won > 0.5
        low, high = intervals.probability(favourite.sum(), len(favourite), self.confidence)
        often = SHARE.write(float(favourite.mean()), float(low), float(high))
        return f"{self.contest.words.half} in {often} of {len(favourite):,} worlds."


_NO_DIRECTION = (
    "An index is a share of the variance over these ranges, not a direction, and not an effect at the scenario's own "
    "values (see minegame analyse tipping)."
)
_ROUNDING = (
    " Each probability is read off {n} negotiations, whose rounding counts as interaction: a factor without any effect "
    "keeps a total index a little above nil."
)


# -------------------------------------------------------------------------------------------------------------- tables


def _indices(title: str, found: indices.Indices) -> Table:
    return Table(
        title,
        [
            Column("parameter", "parameter", PATH),
            Column("total", "total index", NUMBER, bounded=True),
            Column("first", "first-order index", NUMBER, bounded=True),
        ],
        found.table.rename(columns={"factor": "parameter"}),
    )


def _luck(split: Mapping[str, Mapping[str, float]]) -> Table:
    return Table(
        "Parameters and luck",
        [
            Column("outcome", "outcome of one negotiation"),
            Column("parameters", "parameters", SHARE, bounded=True),
            Column("luck", "luck", SHARE),
        ],
        [{"outcome": outcome, **found} for outcome, found in split.items()],
    )
