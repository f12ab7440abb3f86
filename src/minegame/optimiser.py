"""Searching many policies for those that no other beats: all of them where they are few, else by evolution.

The evolution is NSGA-II (Deb et al. 2002) of pymoo, which is asked for policies and told what they brought, so that
every generation is played at once by whoever plays.  The same seed asks for the same policies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

#: Told the numbers of the levels of some policies, shape (policies, decisions); gives shape (policies, objectives).
Evaluate = Callable[[np.ndarray], np.ndarray]

_POPULATION = 40
_STILL = 0.01  # growth of the hypervolume over the last quarter of the generations: no more, and it stands still
_ALIKE = 0.05  # by which the starts may differ in the end


@dataclass(frozen=True, eq=False)
class Search:
    """What a search has tried, and whether it would find more.

    ``points``: level numbers, shape (tried, decisions), none twice; ``values``: the objectives of each; ``front``: the
    numbers of those that none beats; ``hypervolumes``: of each start, generation by generation, as parts of the
    largest, shape (starts, generations), empty where every policy was tried.
    """

    points: np.ndarray
    values: np.ndarray
    front: np.ndarray
    hypervolumes: np.ndarray

    @property
    def complete(self) -> bool:
        """Whether every policy was tried."""
        return not self.hypervolumes.size

    @property
    def growth(self) -> float:
        """By what part the hypervolume of any start grew over the last quarter of its generations, the most."""
        if self.complete:
            return 0.0
        last = self.hypervolumes[:, -1]
        before = self.hypervolumes[:, -1 - max(1, self.hypervolumes.shape[1] // 4)]
        return float(np.max((last - before) / np.where(last > 0, last, 1.0)))

    @property
    def spread(self) -> float:
        """How far the starts are apart in the end, as a part of the largest hypervolume."""
        return 0.0 if self.complete else float(np.ptp(self.hypervolumes[:, -1]))

    @property
    def converged(self) -> bool:
        """Whether the search would hardly find more: it stands still, and from every start in the same place."""
        return self.growth <= _STILL and self.spread <= _ALIKE


def size(levels: Sequence[int]) -> int:
    """How many policies there are."""
    return math.prod(levels)


def missing(levels: Sequence[int]) -> ModuleNotFoundError:
    """What is said where there are too many policies to try all, and no pymoo."""
    text = f"a search among {size(levels):,} policies needs pymoo: pip install 'minegame[analysis]'"
    return ModuleNotFoundError(text, name="pymoo")


def undominated(values: np.ndarray, high: Sequence[bool]) -> np.ndarray:
    """The numbers of the policies that none beats, of equals the first; ``values`` has shape (policies, objectives)."""
    better = np.round(values, 12) * np.where(high, 1.0, -1.0)  # what differs by less differs by rounding
    found: list[int] = []
    for n in np.lexsort(-better.T[::-1]):  # by the first objective, then the next: who beats n stands before it
        if not any((better[other] >= better[n]).all() for other in found):
            found.append(int(n))
    return np.array(sorted(found), int)


def search(
    levels: Sequence[int], evaluate: Evaluate, high: Sequence[bool], *, evaluations: int, starts: int = 3, seed: int = 0
) -> Search:
    """The policies that no other beats, out of every combination of levels.

    Args:
        levels: how many values every decision can take.
        evaluate: what some policies bring.
        high: of every objective, whether it is to be high.
        evaluations: how many policies may be tried; all are if there are no more.
        starts: how many searches begin anew; each tries an equal part.
        seed: of the search.

    Raises:
        ModuleNotFoundError: where there are too many policies to try all, and no pymoo.
    """
    if size(levels) <= evaluations:
        points = np.array(list(product(*map(range, levels))), int)
        values = evaluate(points)
        return Search(points, values, undominated(values, high), np.empty((0, 0)))
    tried = _Tried(evaluate)
    generations = [
        list(_evolved(levels, tried, high, evaluations // starts, seed * starts + start)) for start in range(starts)
    ]
    points, values = tried.everything()
    return Search(points, values, undominated(values, high), _hypervolumes(generations, values, high))


@dataclass
class _Tried:
    """What was tried already is not tried again."""

    evaluate: Evaluate
    found: dict[tuple[int, ...], np.ndarray] = field(default_factory=dict)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        keys = [tuple(int(level) for level in point) for point in points]
        if new := [key for key in dict.fromkeys(keys) if key not in self.found]:
            self.found.update(zip(new, self.evaluate(np.array(new, int)), strict=True))
        return np.array([self.found[key] for key in keys])

    def everything(self) -> tuple[np.ndarray, np.ndarray]:
        """Every policy that was tried, and what it brought."""
        return np.array(list(self.found), int), np.array(list(self.found.values()))


def _evolved(
    levels: Sequence[int], tried: _Tried, high: Sequence[bool], evaluations: int, seed: int
) -> Iterator[np.ndarray]:
    """The objectives of every generation of one start, shape (policies, objectives)."""
    try:
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.core.problem import Problem
        from pymoo.operators.crossover.sbx import SBX
        from pymoo.operators.mutation.pm import PM
        from pymoo.operators.repair.rounding import RoundingRepair
        from pymoo.operators.sampling.rnd import IntegerRandomSampling
    except ModuleNotFoundError:
        raise missing(levels) from None
    population = min(_POPULATION, max(8, evaluations // 5))
    problem = Problem(len(levels), len(high), xl=np.zeros(len(levels)), xu=np.array(levels) - 1, vtype=int)
    how = {"eta": 3, "vtype": float, "repair": RoundingRepair()}
    algorithm = NSGA2(
        population, sampling=IntegerRandomSampling(), crossover=SBX(prob=0.9, **how), mutation=PM(prob=1.0, **how),
        eliminate_duplicates=True,
    )  # fmt: skip
    algorithm.setup(problem, termination=("n_gen", max(2, evaluations // population)), seed=seed % 2**32, verbose=False)
    while algorithm.has_next():
        asked = algorithm.ask()
        values = tried(asked.get("X"))
        asked.set("F", np.where(high, -values, values))
        for one in asked:
            one.evaluated.update(("F", "G", "H"))
        algorithm.tell(infills=asked)
        yield values


def _hypervolumes(generations: Sequence[Sequence[np.ndarray]], values: np.ndarray, high: Sequence[bool]) -> np.ndarray:
    """The hypervolume that each start has found after each generation, as parts of the largest."""
    from pymoo.indicators.hv import HV

    sign = np.where(high, -1.0, 1.0)
    low, most = (sign * values).min(axis=0), (sign * values).max(axis=0)
    indicator = HV(ref_point=np.full(len(high), 1.05))
    length = min(map(len, generations))
    found = np.zeros((len(generations), length))
    for start, told in enumerate(generations):
        for n in range(length):
            so_far = np.concatenate(told[: n + 1])
            scaled = (sign * so_far[undominated(so_far, high)] - low) / np.where(most > low, most - low, 1.0)
            found[start, n] = indicator(scaled)
    return np.asarray(found / max(found.max(), 1e-12))
