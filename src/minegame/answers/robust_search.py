"""The search for robust policies: what is decided, what is pursued, and the front that is found on training states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import optimiser
from minegame.analysis import robust as metrics
from minegame.analysis.robust import Outcomes
from minegame.answers.answer import AnswerError
from minegame.design import Changes, Factor, Value

if TYPE_CHECKING:
    from minegame.answers.robust_case import Case
    from minegame.answers.robust_states import Stage
    from minegame.optimiser import Search
    from minegame.runner import Runner
    from minegame.scenario import Scenario

_MOST_OF_FRONT = 40  # policies of a front that are judged: spread evenly over it, if there are more
_DECILE = 0.9


@dataclass(frozen=True)
class Decisions:
    """What one side decides: the values that each path may take."""

    levels: Mapping[str, Sequence[Value]]

    @classmethod
    def of(cls, scenario: Scenario, given: Mapping[str, Any]) -> Decisions:
        """As asked; a range is cut into so many values, whole ones where the parameter is.

        Raises:
            ScenarioError: for a path or a value that is not allowed.
        """
        found: dict[str, Sequence[Value]] = {}
        for path, values in given.items():
            if isinstance(values, Mapping):
                factor = Factor.between(
                    scenario, path, values["low"], values["high"], values.get("scale", "linear"), values["count"]
                )
                values = factor.spread(values["count"])
            found[path] = list(values)
        scenario.games([{path: value} for path, values in found.items() for value in values])
        return cls(found)

    @property
    def counts(self) -> list[int]:
        """How many values every path may take."""
        return [len(values) for values in self.levels.values()]

    @property
    def size(self) -> int:
        """How many policies there are."""
        return optimiser.size(self.counts)

    @property
    def ends(self) -> list[Changes]:
        """A policy that sets every path."""
        return [{path: values[0] for path, values in self.levels.items()}]

    def policy(self, point: Sequence[int] | np.ndarray) -> dict[str, Value]:
        """The changes of a policy by the numbers of its values."""
        return {path: values[n] for (path, values), n in zip(self.levels.items(), point, strict=True)}


@dataclass(frozen=True, eq=False)
class Found:
    """What a search has found: the front, its policies by name, and where each stands among those tried."""

    decisions: Decisions
    search: Search
    policies: Mapping[str, Changes]
    points: np.ndarray
    stage: Stage


def check_optimiser(decisions: Decisions, evaluations: int) -> None:
    """Say what is missing before hours are played, not after.

    Raises:
        ModuleNotFoundError: if there are too many policies to try all, and no pymoo.
    """
    if decisions.size > evaluations and find_spec("pymoo") is None:
        raise optimiser.missing(decisions.counts)


def searched(case: Case, decisions: Decisions, stage: Stage, runner: Runner) -> Found:
    """The front of the policies that can be decided, on the states and the luck of a stage."""
    asked = case.asked
    beside = stage.play(list(case.policies.values()), runner)

    def evaluate(points: np.ndarray) -> np.ndarray:
        return objectives(case, stage.play([decisions.policy(point) for point in points], runner), beside)

    found = optimiser.search(
        decisions.counts, evaluate, [high for _, high in asked.objective], evaluations=asked.evaluations,
        starts=asked.starts, seed=asked.seed,
    )  # fmt: skip
    points = found.points[_spread(found)]
    width = len(str(len(points)))
    policies = {f"found {n + 1:0{width}}": decisions.policy(point) for n, point in enumerate(points)}
    if taken := set(policies) & set(case.policies):
        raise AnswerError(case.contest.scenario.name, f"a policy may not be called '{taken.pop()}': a search uses that")
    return Found(decisions, found, policies, points, stage)


def _spread(found: Search) -> np.ndarray:
    """The front in the order of its last objective; of a long one, policies spread evenly over it."""
    ordered = found.front[np.argsort(found.values[found.front, -1], kind="stable")]
    if len(ordered) <= _MOST_OF_FRONT:
        return np.asarray(ordered)
    return np.asarray(ordered[np.linspace(0, len(ordered) - 1, _MOST_OF_FRONT).round().astype(int)])


def objectives(case: Case, found: Outcomes, beside: Outcomes) -> np.ndarray:
    """What policies bring in what is pursued, shape (policies, objectives); regret is against ``beside`` and itself."""
    target = case.targets[0]
    regrets = metrics.regret(found, target.measure, target.at_least, among=beside)
    values, errors = found.mean(target.measure), found.errors[target.measure]
    worst = 1 - _DECILE if target.at_least else _DECILE
    pursued: dict[str, Callable[[], np.ndarray]] = {
        "robustness": lambda: metrics.met(found, case.targets, regrets)[1].mean(axis=0),
        "worst_decile": lambda: metrics.quantile(values, errors, worst)[0],
        "regret": lambda: np.quantile(regrets.mean, _DECILE, axis=0),
    }
    names = [name for name, _ in case.asked.objective]
    return np.column_stack([pursued[name]() if name in pursued else found.mean(name).mean(axis=0) for name in names])
