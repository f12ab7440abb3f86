"""Nash equilibria: profiles that nobody gains by leaving alone, and how often they outlive the noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minegame.game_theory import dominance, mixed
from minegame.game_theory.payoffs import Mixture, Profile, drawn_gains, gains, pure_mixture

#: An answer that holds in at least this share of the draws is robust; below the second it does not stand.
ROBUST, FRAGILE = 0.9, 0.5
#: What a standing says to a reader: against what an answer is firm, since survival tells of the sampling alone.
IN_WORDS = {
    "robust": "firm against sampling error",
    "fragile": "fragile: it comes and goes with sampling error",
    "does not stand": "does not stand against sampling error",
    "unknown": "not known",
}


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A Nash equilibrium: each player's probabilities.

    ``component`` numbers the connected set of equilibria to which it belongs; ``isolated`` where it is alone there
    (otherwise it is an end of a continuum).
    """

    mixture: Mixture
    component: int
    isolated: bool

    @property
    def supports(self) -> tuple[tuple[int, ...], ...]:
        """The strategies that each player plays with positive probability."""
        return tuple(tuple(np.flatnonzero(part > 0.0).tolist()) for part in self.mixture)

    @property
    def pure(self) -> Profile | None:
        """The pure profile that it is; None for a mixed equilibrium."""
        supports = self.supports
        return tuple(part[0] for part in supports) if all(len(part) == 1 for part in supports) else None


def pure_equilibria(payoffs: np.ndarray, tolerance: float | None = None) -> list[Profile]:
    """All profiles at which nobody gains more than ``tolerance`` by leaving alone; any number of players.

    ``payoffs`` has shape (players, s1, s2, …); the tolerance defaults to a billionth of the range of payoffs.
    """
    slack = 1e-9 * (float(np.ptp(payoffs)) or 1.0) if tolerance is None else tolerance
    return [tuple(found) for found in np.argwhere((gains(payoffs) <= slack).all(axis=0)).tolist()]


def equilibria(payoffs: np.ndarray, tolerance: float | None = None) -> tuple[list[Equilibrium], bool]:
    """The equilibria of a game, pure ones first, and whether the list is known to be complete.

    Pure equilibria for any number of players.  For two, after strictly dominated strategies are dropped: all extreme
    equilibria if at most 18 strategies are left (complete), else those in which both mix over equally many strategies,
    two at most.  With three or more players mixed equilibria are not sought; see the quantal limit.
    """
    shape = payoffs.shape[1:]
    remaining, _ = dominance.eliminate(payoffs)
    found, complete = _mixed(payoffs, remaining)
    known = {one.pure for one in found}
    added = [profile for profile in pure_equilibria(payoffs, tolerance) if profile not in known]
    first = 1 + max((one.component for one in found), default=-1)
    found += [Equilibrium(pure_mixture(p, shape), first + n, isolated=True) for n, p in enumerate(added)]
    return sorted(found, key=lambda one: one.pure is None), complete


def _mixed(payoffs: np.ndarray, remaining: dominance.Remaining) -> tuple[list[Equilibrium], bool]:
    shape, small = payoffs.shape[1:], dominance.restrict(payoffs, remaining)
    if all(len(part) == 1 for part in remaining):
        return [Equilibrium(pure_mixture(tuple(part[0] for part in remaining), shape), 0, isolated=True)], True
    if len(shape) != 2:
        return [], False
    if sum(small.shape[1:]) > mixed.MOST_STRATEGIES:
        pairs = mixed.small_equilibria(small[0], small[1], most=2)
        return [Equilibrium(_widen(pair, remaining, shape), n, isolated=True) for n, pair in enumerate(pairs)], False
    extreme = mixed.extreme_equilibria(small[0], small[1])
    numbers = [one.component for one in extreme]
    return [
        Equilibrium(
            _widen((np.array(one.first, float), np.array(one.second, float)), remaining, shape),
            one.component,
            isolated=numbers.count(one.component) == 1,
        )
        for one in extreme
    ], True


def _widen(mixture: Mixture, remaining: dominance.Remaining, shape: Sequence[int]) -> Mixture:
    """A profile of the reduced game as one of the full game."""
    whole = tuple(np.zeros(count) for count in shape)
    for part, strategies, probabilities in zip(whole, remaining, mixture, strict=True):
        part[list(strategies)] = probabilities
    return whole


def survival(draws: np.ndarray, one: Equilibrium) -> float:
    """The share of draws of the payoffs, shape (draws, players, s1, s2, …), with an equilibrium on the same strategies.

    NaN for a mixed equilibrium of more than two players.
    """
    if one.pure is not None:
        place: tuple[Any, ...] = (slice(None), slice(None), *one.pure)
        return float((drawn_gains(draws)[place] <= 0.0).all(axis=1).mean())
    if draws.shape[1] != 2:
        return float("nan")
    rows, columns = one.supports
    return float(np.mean([mixed.equilibrium_on(first, second, rows, columns) is not None for first, second in draws]))


def standing(share: float) -> str:
    """What a survival says in a word; a key of IN_WORDS."""
    if np.isnan(share):
        return "unknown"
    return "robust" if share >= ROBUST else "fragile" if share >= FRAGILE else "does not stand"


def selected(found: Sequence[Equilibrium], limit: Mixture) -> int | None:
    """The number of the equilibrium that a quantal limit is close to (within 0.01 everywhere); None if to none."""
    distances = [max(float(np.abs(a - b).max()) for a, b in zip(one.mixture, limit, strict=True)) for one in found]
    return int(np.argmin(distances)) if distances and min(distances) < 0.01 else None
