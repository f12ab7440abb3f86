"""The states of the world that policies are judged in, the luck they are given, and how policies are played there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.analysis import robust as metrics
from minegame.analysis.robust import Outcomes
from minegame.answers import inputs
from minegame.answers.answer import AnswerError
from minegame.answers.inputs import Contest
from minegame.answers.robust_aims import AIMS
from minegame.design import Changes, Factor
from minegame.ensemble import by_patron
from minegame.scenario import Scenario, crossed

if TYPE_CHECKING:
    import pandas as pd

    from minegame.runner import Runner

_GAMES = 4096  # held at a time: 24 MB
RIVAL = "rival"  # the column that says which of the rival's policies a state has
PAYOFF = "payoff_of_"  # the measure that is a patron's payoff: this and its name


@dataclass
class Luck:
    """Replications are given out once, so that no two stages share their luck."""

    used: int = 0

    def lots(self, states: int, each: int) -> np.ndarray:
        """Two lots of ``each`` replications for every state, shape (2, states), that nobody has had."""
        first = -(-self.used // each)
        self.used = (first + 2 * states) * each
        return first + np.arange(2 * states).reshape(states, 2).T


@dataclass(frozen=True, eq=False)
class States:
    """Some states of the world: what varies, a row each, and the same as changes by path."""

    table: pd.DataFrame
    points: Sequence[Mapping[str, Any]] = field(repr=False)

    def __len__(self) -> int:
        return len(self.points)

    def chosen(self, which: np.ndarray) -> States:
        """Some of them, by their numbers."""
        return States(self.table.iloc[which].reset_index(drop=True), [self.points[n] for n in which])


def uncertain(scenario: Scenario, factors: Sequence[Factor], decided: Sequence[Changes]) -> tuple[Factor, ...]:
    """The factors of the states: what a policy decides is not uncertain.

    Raises:
        AnswerError: if the policies decide all of it.
    """
    taken = {path for changes in decided for path in scenario.expanded(changes)}
    left = tuple(factor for factor in factors if not taken & set(scenario.paths(factor.path)))
    if not left:
        raise AnswerError(scenario.name, "the policies set everything that varies: nothing is left to be uncertain of")
    return left


def drawn(factors: Sequence[Factor], rivals: Mapping[str, Changes], states: int, seed: int) -> States:
    """States drawn independently: of the factors, and of the rival's policies, each as often as the others."""
    table = metrics.design(factors, states, seed)
    points = inputs.records(table)
    if rivals:
        names = list(rivals)
        chosen = np.random.default_rng((seed, len(names))).integers(len(names), size=states)
        table = table.assign(**{RIVAL: [names[n] for n in chosen]})
        points = [{**point, **rivals[names[n]]} for point, n in zip(points, chosen, strict=True)]
    return States(table, points)


@dataclass(frozen=True, eq=False)
class Stage:
    """Where policies are played: a scenario, the states, and so many negotiations of each on a lot of luck."""

    contest: Contest
    states: States
    lots: np.ndarray
    each: int
    seed: int

    @classmethod
    def of(cls, contest: Contest, states: States, replications: int, luck: Luck, seed: int) -> Stage:
        """States that get fresh luck."""
        each = replications // 2
        return cls(contest, states, luck.lots(len(states), each), each, seed)

    @property
    def replications(self) -> int:
        """The negotiations of every policy in every state."""
        return 2 * self.each

    def among(self, which: np.ndarray) -> Stage:
        """The same stage in some of its states."""
        return Stage(self.contest, self.states.chosen(which), self.lots[:, which], self.each, self.seed)

    def play(self, policies: Sequence[Changes], runner: Runner) -> Outcomes:
        """What every policy brings in every state; some games are made at a time, none as a scenario."""
        places = _places(self.contest)
        sums = np.empty((2, len(self.states), len(policies), len(places), 3))
        wide = max(1, min(len(policies), _GAMES // 64))
        deep = max(1, _GAMES // wide)
        for first in range(0, len(policies), wide):
            columns = slice(first, first + wide)
            for start in range(0, len(self.states), deep):
                rows = slice(start, start + deep)
                games = crossed(self.contest.scenario, self.states.points[rows], policies[columns])
                for half, lots in enumerate(self.lots[:, rows]):
                    told = runner.tally(games, self.seed, self.each, luck=lots, places=list(places.values()))
                    sums[half, rows, columns] = told.sums
        return Outcomes.of({name: sums[..., n, :] for n, name in enumerate(places)})


def _places(contest: Contest) -> dict[str, int]:
    """Where everything stands that policies may be judged by; the payoff of every patron too."""
    found = {name: aim.place(contest) for name, aim in AIMS.items()}
    return found | {f"{PAYOFF}{who}": by_patron("patron_payoff", k) for k, who in enumerate(contest.scenario.patrons)}
