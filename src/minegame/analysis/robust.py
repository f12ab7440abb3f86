"""How well policies hold over states of the world: robustness in the terms of McPhail et al. 2018.

States are a random sample, and each has luck of its own, so they are independent; the policies of a state share its
luck.  A policy is known in a state only as well as the negotiations played there tell: intervals over the states hold
that error too, and what it would bias is corrected, or told from two halves of the luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from minegame import design as designs
from minegame.design import Factor
from minegame.statistics import intervals

if TYPE_CHECKING:
    import pandas as pd

#: The metrics of robustness: what each is called, and whether a policy is better where it is high.
METRICS: Mapping[str, tuple[str, bool]] = {
    "satisficing": ("states in which the target is met", True),
    "expected": ("expected value", True),
    "worst_decile": ("worst decile", True),
    "regret_90": ("90 % regret", False),
    "regret_most": ("maximum regret", False),
}
_DECILE = 0.1

Bounds = tuple[np.ndarray, np.ndarray, np.ndarray]  # estimate, low, high: one each a policy


def design(factors: Sequence[Factor], states: int, seed: int) -> pd.DataFrame:
    """States of the world drawn independently and evenly from the ranges, a row each."""
    return designs.random(factors, states, seed)


@dataclass(frozen=True)
class Target:
    """What a policy must reach in a state: a measure at least, or at most, so high."""

    measure: str
    limit: float
    at_least: bool = True

    def margin(self, values: np.ndarray) -> np.ndarray:
        """How far values lie on the good side of the limit."""
        return np.asarray(values - self.limit if self.at_least else self.limit - values)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What every policy brings in every state, by measure.

    ``halves``: means over each half of the luck, shape (2, states, policies); ``errors``: the standard errors of the
    means over all of it, shape (states, policies).
    """

    halves: Mapping[str, np.ndarray]
    errors: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, sums: Mapping[str, np.ndarray]) -> Outcomes:
        """From count, sum and sum of squares by measure, shape (2, states, policies, 3)."""
        halves = {name: part[..., 1] / part[..., 0] for name, part in sums.items()}
        errors = {}
        for name, part in sums.items():
            count, total, squares = np.moveaxis(part.sum(axis=0), -1, 0)
            around = np.maximum(squares - total**2 / count, 0.0)
            errors[name] = np.sqrt(around / np.maximum(count - 1, 1) / count)
        return cls(halves, errors)

    def mean(self, name: str) -> np.ndarray:
        """A measure over all the luck, shape (states, policies)."""
        return np.asarray(self.halves[name].mean(axis=0))


# --------------------------------------------------------------------------------------------------------------- regret


@dataclass(frozen=True, eq=False)
class Regret:
    """What every policy loses in every state against the best policy there, and its standard error."""

    mean: np.ndarray
    error: np.ndarray


def regret(found: Outcomes, measure: str, high: bool = True, among: Outcomes | None = None) -> Regret:
    """The regret of every policy in every state (Savage 1951), shape (states, policies); never below nil.

    The best policy of a state is found on one half of the luck and valued on the other, both ways: the best of many
    on the luck that chose it would look better than it is; of several that are best on one half the mean counts.
    ``among``: the policies that it is found among (default: those whose regret is asked).
    """
    sign = 1.0 if high else -1.0
    every = found if among is None else among
    halves, errors = sign * every.halves[measure], every.errors[measure]
    mine = sign * found.halves[measure]
    mean, variance = np.zeros(mine.shape[1:]), np.zeros(mine.shape[1:])
    for half in (0, 1):
        first = halves[1 - half] == halves[1 - half].max(axis=1, keepdims=True)
        best, doubt = (np.average(part, axis=1, weights=first)[:, None] for part in (halves[half], errors**2))
        mean = mean + (best - mine[half]) / 2
        alone = first & (first.sum(axis=1, keepdims=True) == 1) if among is None else np.False_
        variance = variance + np.where(alone, 0.0, doubt + found.errors[measure] ** 2) / 2
    return Regret(np.maximum(mean, 0.0), np.sqrt(variance))


# ------------------------------------------------------------------------------------------------- targets that are met


def met(found: Outcomes, targets: Sequence[Target], regrets: Regret | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Where all targets are met, and for how much each state counts: shape (states, policies).

    Near a limit luck miscounts both ways, and not equally often.  By as much as a second helping of luck changes the
    count, the first has changed it; so that is taken off (simulation extrapolation, Cook & Stefanski 1994, here in
    closed form).  What luck has put on the limit itself counts half.
    """
    shape = found.halves[targets[0].measure].shape[1:]
    reached, once, again = np.ones(shape, bool), np.ones(shape), np.ones(shape)
    for target in targets:
        values, errors = _of_target(found, target, regrets)
        margin = target.margin(values)
        with np.errstate(divide="ignore", invalid="ignore"):
            chance = np.where(errors > 0, ndtr(margin / errors), margin >= 0)
        once = once * np.where((margin == 0) & (errors > 0), 0.5, margin >= 0)
        reached, again = reached & (margin >= 0), again * chance
    return np.asarray(reached), np.asarray(2.0 * once - again)


def _of_target(found: Outcomes, target: Target, regrets: Regret | None) -> tuple[np.ndarray, np.ndarray]:
    if target.measure == "regret":
        assert regrets is not None
        return regrets.mean, regrets.error
    return found.mean(target.measure), found.errors[target.measure]


def satisficing(counted: np.ndarray, confidence: float = 0.95) -> Bounds:
    """The share of all states in which the targets are met, for every policy (Starr's domain criterion).

    From what :func:`met` counts; a score interval at the trials that would have that variance.
    """
    share = np.clip(counted.mean(axis=0), 0.0, 1.0)
    spread, variance = share * (1 - share), counted.var(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        trials = np.where((variance > 0) & (spread > 0), len(counted) * spread / variance, len(counted))
    low, high = intervals.probability(share * trials, trials, confidence)
    return share, np.minimum(low, share), np.maximum(high, share)


# -------------------------------------------------------------------------------------------------------------- metrics


def expected(values: np.ndarray, reach: float | None = None, confidence: float = 0.95) -> Bounds:
    """The mean over all states, for every policy (Laplace's principle of insufficient reason)."""
    found = [intervals.of_sample(column, confidence, reach) for column in values.T]
    return _columns([(one.estimate, one.low, one.high) for one in found])


def quantile(values: np.ndarray, errors: np.ndarray, share: float, confidence: float = 0.95) -> Bounds:
    """The value below which such a share of all states lies, for every policy.

    Luck spreads the states, so that another share of them lies below: that is taken off as in :func:`met`.  The
    interval is that of the order statistics (David & Nagaraja 2003, 7.1), which asks nothing of the distribution; NaN
    where there are too few states.
    """
    pairs = zip(values.T, errors.T, strict=True)
    return _columns([_quantile(np.sort(column), own[np.argsort(column)], share, confidence) for column, own in pairs])


def _quantile(ordered: np.ndarray, errors: np.ndarray, share: float, confidence: float) -> tuple[float, float, float]:
    states = len(ordered)
    once, again = _below(ordered, errors, float(np.quantile(ordered, share)))
    level = min(max(share + float(np.mean(again - once)), 0.0), 1.0)
    # What is taken off is itself uncertain, though less than if it were found anew: half-way, as simulation tells.
    spread = (level * (1 - level) + max(float(np.var(2 * once - again)), level * (1 - level))) / 2
    half = intervals.deviate(confidence) * np.sqrt(max(spread, share * (1 - share)) / states)
    first, last = round(states * (level - half)), round(states * (level + half)) + 1
    estimate = float(np.quantile(ordered, level))
    low = min(float(ordered[first - 1]), estimate) if first >= 1 else np.nan
    return estimate, low, max(float(ordered[last - 1]), estimate) if last <= states else np.nan


def _below(ordered: np.ndarray, errors: np.ndarray, value: float) -> tuple[np.ndarray, np.ndarray]:
    """Which states lie below a value, and how likely each would on as much luck again."""
    known = errors <= 0
    once = np.where((ordered == value) & ~known, 0.5, ordered <= value)
    with np.errstate(divide="ignore", invalid="ignore"):
        return once, np.where(known, once, ndtr((value - ordered) / errors))


def most(regrets: Regret, confidence: float = 0.95, reach: float | None = None) -> Bounds:
    """The largest regret over these very states, for every policy (Savage's criterion); the interval is of luck alone.

    No sample tells the largest over all states; of them at most about 3 in as many as were drawn have more.  The upper
    end holds for all states at once (Bonferroni), since luck may have hidden the worst one.
    """
    worst = regrets.mean.argmax(axis=0)[None]
    value, error = (np.take_along_axis(part, worst, axis=0)[0] for part in (regrets.mean, regrets.error))
    every = intervals.deviate(intervals.simultaneous(confidence, len(regrets.mean)))
    high = np.maximum(value, (regrets.mean + every * regrets.error).max(axis=0))
    low = np.maximum(value - every * error, 0.0)
    return value, low, high if reach is None else np.minimum(high, max(reach, float(value.max())))


def _columns(rows: Sequence[tuple[float, float, float]]) -> Bounds:
    first, low, high = np.array(rows, float).reshape(-1, 3).T
    return first, low, high


# ------------------------------------------------------------------------------------------------------------- estimate


def estimate(
    found: Outcomes, targets: Sequence[Target], *, reach: float | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """The metrics of every policy with their intervals, a row each: columns by the names of :data:`METRICS`.

    The first target's measure is the one whose value, worst decile and regret are told, high or low as the target
    wants it; ``reach``: how far apart two states can lie at most.
    """
    measure, high = targets[0].measure, targets[0].at_least
    regrets = regret(found, measure, high)
    values = found.mean(measure)
    parts = {
        "satisficing": satisficing(met(found, targets, regrets)[1], confidence),
        "expected": expected(values, reach, confidence),
        "worst_decile": quantile(values, found.errors[measure], _DECILE if high else 1 - _DECILE, confidence),
        "regret_90": quantile(regrets.mean, np.zeros_like(regrets.mean), 1 - _DECILE, confidence),
        "regret_most": most(regrets, confidence, reach),
    }
    return _table(parts)


def _table(parts: Mapping[str, Bounds]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            f"{name}{end}": column
            for name, bounds in parts.items()
            for end, column in zip(("", "_low", "_high"), bounds, strict=True)
        }
    )


def ranks(table: pd.DataFrame, high: bool = True) -> pd.DataFrame:
    """The place of every policy by every metric, 1 for the best; equal ones share the better place."""
    import pandas as pd

    up = {name: high if name in ("expected", "worst_decile") else good for name, (_, good) in METRICS.items()}
    return pd.DataFrame(
        {name: table[name].round(12).rank(method="min", ascending=not up[name]).astype(int) for name in METRICS}
    )


def differences(
    found: Outcomes, targets: Sequence[Target], costs: Sequence[str], reference: int, confidence: float = 0.95
) -> pd.DataFrame:
    """What every policy changes against one of them, state by state on the same luck, with intervals.

    Columns ``satisficing`` (of the share of states in which the targets are met), ``expected``, and every cost.
    """
    regrets = regret(found, targets[0].measure, targets[0].at_least)
    reached = met(found, targets, regrets)[0].astype(float)
    changed = reached - reached[:, [reference]]
    gained, lost = (changed > 0).sum(axis=0), (changed < 0).sum(axis=0)
    bounds = intervals.paired_proportions(gained, lost, len(changed), confidence)
    parts: dict[str, Bounds] = {"satisficing": (changed.mean(axis=0), *bounds)}
    for name, measure in (("expected", targets[0].measure), *((cost, cost) for cost in costs)):
        values = found.mean(measure)
        parts[name] = expected(values - values[:, [reference]], None, confidence)
    return _table(parts)


def undominated(cost: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Which policies no other beats: none is as cheap and as good, and better in one of the two."""
    cheaper = (cost[None] <= cost[:, None]) & (worth[None] >= worth[:, None])
    better = (cost[None] < cost[:, None]) | (worth[None] > worth[:, None])
    return np.asarray(~(cheaper & better).any(axis=1))
