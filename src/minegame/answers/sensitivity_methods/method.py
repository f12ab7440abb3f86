"""What all ways to find which parameters matter have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from minegame.answers import inputs
from minegame.answers.contender import Contender, nothing_matters
from minegame.design import Factor
from minegame.scenario import in_words
from minegame.text import upper

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from minegame.answers.answer import Picture
    from minegame.cases import Case
    from minegame.runner import Runner
    from minegame.tables import Table

COMMON_LUCK = "All points are played on the same luck, so that differences between them are parameters and not luck."
SHARED_LUCK = (
    "Worlds that are compared with each other share their luck; the {groups} have luck of their own, so that the "
    "intervals hold the error of the worlds and of the luck."
)


@dataclass(frozen=True)
class Findings:
    """What a method finds: sentences, tables and pictures by key, and what it cannot say."""

    sentences: list[str]
    tables: Mapping[str, Table]
    pictures: Mapping[str, Picture]
    limits: tuple[str, ...]


@dataclass(frozen=True)
class Method:
    """A way to find which of some factors move a bidder's chance.

    ``base``: base points, trajectories or levels of each factor, as the method has them; ``replications``: of every
    point.
    """

    contest: Contender
    factors: tuple[Factor, ...]
    base: int
    replications: int
    seed: int
    confidence: float

    usual_base: ClassVar[int]
    usual_replications: ClassVar[int]
    needs_salib: ClassVar[bool] = True

    def find(self, runner: Runner) -> Findings:
        """Play the points of the method's design and say what moves the chance."""
        raise NotImplementedError

    @property
    def scenario(self) -> Case:
        """The scenario, or the campaign, that is asked about."""
        return self.contest.scenario

    @property
    def outcome(self) -> str:
        """What is moved, as pictures and headings have it: ``P(Cove Kaz Capital wins)``."""
        return self.contest.words.outcome

    @property
    def question(self) -> str:
        """What is asked, in words."""
        if self.contest.event:
            return f"Which parameters decide whether {self.contest.label} wins, and how much is luck?"
        return f"Which parameters decide {self.outcome}, and how much is luck?"

    @property
    def nothing_matters(self) -> str:
        """The answer where no point differs from another."""
        return nothing_matters(self.contest)

    def played(
        self, runner: Runner, table: pd.DataFrame, places: list[int], luck: np.ndarray | None = None
    ) -> np.ndarray:
        """Count, sum and sum of squares of some measures at every point: shape (points, measures, 3)."""
        runner.expect(len(table) * self.replications * self.scenario.negotiations)
        sums = inputs.played(
            runner, self.scenario, table, places, seed=self.seed, replications=self.replications, luck=luck
        )
        return sums[:, 0]

    def headline(self, found: pd.DataFrame, by: str, outcome: str) -> str:
        """What moves an outcome most, in a line: the first of some factors, if its column ``by`` is above nil."""
        if not found[by].iloc[0] > 0:
            return f"Nothing moves {outcome} in these ranges"
        return f"{upper(in_words(self.scenario, str(found['factor'].iloc[0])))} moves {outcome} most"

    def named(self, path: object) -> str:
        """A factor's path with its meaning."""
        return inputs.parameter(self.scenario, str(path))
