"""Which lever did it: Shapley values over coalitions of levers.

The worth of a coalition is what is expected of the game when exactly its levers are played.  All coalitions are played
on the same luck, so everything here is a mean over replications and its error is exact.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.design import packages
from minegame.game import LEVERS
from minegame.scenario import Scenario
from minegame.statistics import intervals

if TYPE_CHECKING:
    import pandas as pd

_MOST_PLAYERS = 16

#: The mean of a combination of outcomes, none of which is further from nil than so many times the reach of an outcome.
Mean = Callable[[np.ndarray, float], intervals.Mean]


@dataclass(frozen=True)
class Attribution:
    """What each lever, pair and coalition adds to an outcome.

    ``levers``: a row a lever with its Shapley value (``estimate``, ``standard_error``, ``low``, ``high``), its share of
    the whole effect (``share``, ``share_low``, ``share_high``), and its effect when it is played alone (``first_in``)
    and when it is added last (``last_in``), with intervals.
    ``pairs``: a row a pair with its Shapley interaction index: positive when two levers do more together than apart.
    ``dividends``: a row a coalition with its worth and its Harsanyi dividend: what it adds beyond all its parts.
    ``total``: the effect of all levers together, which the Shapley values add up to.
    """

    levers: pd.DataFrame
    pairs: pd.DataFrame
    dividends: pd.DataFrame
    total: dict[str, float]
    replications: int
    confidence: float


def design(
    scenario: Scenario, patron: str, levers: Sequence[str] = LEVERS, intensities: Mapping[str, float] | None = None
) -> np.ndarray:
    """The games to play: every subset of a patron's levers, on the same luck; GAME records, shape (1, 2^levers).

    Levers are absent or at their ``intensities`` (default: 1).  The order is that of :func:`coalitions` and of
    :func:`minegame.design.packages`.
    """
    return scenario.games(list(packages(patron, levers, intensities).values())).reshape(1, -1)


def coalitions(levers: Sequence[str]) -> list[tuple[str, ...]]:
    """Every subset of the levers, small ones first: the order of the columns of samples.

    >>> coalitions(["tariff", "access"])
    [(), ('tariff',), ('access',), ('tariff', 'access')]
    """
    return [subset for n in range(len(levers) + 1) for subset in itertools.combinations(levers, n)]


def estimate(
    samples: np.ndarray, levers: Sequence[str], confidence: float = 0.95, event: bool | None = None
) -> Attribution:
    """Shapley values, interactions and dividends of an outcome, with intervals.

    Args:
        samples: the outcome (a win as 0 or 1, the host's value in M$), shape (replications, 2^levers), columns in the
            order of :func:`coalitions`, all columns of a row on the same luck.
        levers: the names of the players; anything that is in a package or not.
        confidence: of the intervals.
        event: whether the outcome is an event, 0 or 1 (default: if every sample is).

    The Shapley values add up to the whole effect, and a lever that never changes the outcome gets exactly nil.  Its
    interval is no point: what luck has not shown may happen.  Where the outcome is an event, the intervals are those of
    probabilities and of their paired differences; else Student's, widened by cases that may not have been seen, as far
    away as any two outcomes were apart.  Both hold for effects that show in a few negotiations only.
    Source: Shapley 1953; Harsanyi 1963; Grabisch & Roubens 1999 for the interaction index.

    Raises:
        ValueError: if the columns are not 2^levers, a sample is not finite, or there are fewer than two replications.
    """
    worth = _checked(samples, levers)
    dividends = _dividends(worth, levers)
    is_event = bool(np.isin(worth, (0.0, 1.0)).all()) if event is None else event
    mean = _mean_of(worth, is_event, confidence)
    return Attribution(
        levers=_levers_table(dividends, levers, mean, confidence, 1.0 if is_event else float(np.ptp(worth))),
        pairs=_pairs_table(dividends, levers, mean),
        dividends=_dividends_table(worth, dividends, levers, mean, is_event, confidence),
        total=_row(mean(dividends[:, 1:].sum(axis=1), 1.0)),
        replications=len(worth),
        confidence=confidence,
    )


def over_worlds(
    values: np.ndarray, lows: np.ndarray, highs: np.ndarray, levers: Sequence[str], kept: np.ndarray
) -> pd.DataFrame:
    """How far the Shapley values hold in other worlds: their range over those that are kept.

    Args:
        values: the Shapley value of each lever in each world, shape (worlds, levers).
        lows, highs: the ends of their intervals.
        levers: the names of the levers.
        kept: which worlds count, shape (worlds,).

    Returns:
        A row a lever, as listed: ``median``, ``low`` and ``high`` (nine worlds in ten lie between), ``first`` (the
        share of worlds in which no lever adds more), ``helps`` and ``harms`` (the shares of worlds in which it surely
        adds, or takes), and ``worlds``.
    """
    import pandas as pd

    chosen = values[kept]
    empty = np.full(len(levers), np.nan)
    ends = np.quantile(chosen, [0.05, 0.5, 0.95], axis=0) if len(chosen) else np.array([empty] * 3)
    first = np.bincount(chosen.argmax(axis=1), minlength=len(levers)) / max(len(chosen), 1)
    return pd.DataFrame(
        {
            "lever": list(levers),
            "median": ends[1],
            "low": ends[0],
            "high": ends[2],
            "first": first if len(chosen) else empty,
            "helps": (lows[kept] > 0).mean(axis=0) if len(chosen) else empty,
            "harms": (highs[kept] < 0).mean(axis=0) if len(chosen) else empty,
            "worlds": len(chosen),
        }
    )


def shapley(worth: Sequence[float] | np.ndarray, levers: Sequence[str]) -> np.ndarray:
    """The Shapley values of one game: its worth by coalition in the order of :func:`coalitions` → a value a player.

    The voters of 50, 49 and 1 votes with a quota of 51 (Shapley & Shubik 1954) have power 2/3, 1/6 and 1/6:

    >>> shapley([0, 0, 0, 0, 1, 1, 0, 1], ["50", "49", "1"]).round(6).tolist()
    [0.666667, 0.166667, 0.166667]
    """
    dividends = _dividends(np.asarray(worth, float).reshape(1, -1), levers)
    return np.array([_shared(dividends, levers, (lever,))[0] for lever in levers])


def _checked(samples: np.ndarray, levers: Sequence[str]) -> np.ndarray:
    worth = np.asarray(samples, float)
    if not 1 <= len(levers) <= _MOST_PLAYERS:
        raise ValueError(f"attribution is among 1 to {_MOST_PLAYERS} levers, not {len(levers)}")
    if worth.ndim != 2 or worth.shape[1] != 2 ** len(levers):
        raise ValueError(
            f"samples must have shape (replications, {2 ** len(levers)}), a column for each subset of "
            f"{len(levers)} levers, not {worth.shape}"
        )
    if len(worth) < 2:
        raise ValueError("attribution needs at least two replications")
    if not np.isfinite(worth).all():
        raise ValueError("every sample must be a number; give nil, not NaN, where an outcome does not apply")
    return worth


def _dividends(worth: np.ndarray, levers: Sequence[str]) -> np.ndarray:
    """The Harsanyi dividends of every replication, shape as ``worth``: a Möbius transform, a lever at a time.

    Only differences between coalitions with and without a lever enter, so that an idle lever's are exactly nil.
    """
    subsets = coalitions(levers)
    place = {subset: n for n, subset in enumerate(subsets)}
    dividends = worth.copy()
    for lever in levers:
        having = [subset for subset in subsets if lever in subset]
        lacking = [tuple(member for member in subset if member != lever) for subset in having]
        dividends[:, [place[s] for s in having]] -= dividends[:, [place[s] for s in lacking]]
    return dividends


def _shared(dividends: np.ndarray, levers: Sequence[str], members: tuple[str, ...]) -> np.ndarray:
    """The dividends of all coalitions that hold ``members``, each divided among its (other) members."""
    whole = [(n, len(s) - len(members) + 1) for n, s in enumerate(coalitions(levers)) if set(members) <= set(s)]
    return np.asarray(sum(dividends[:, n] / sharers for n, sharers in whole))


def _mean_of(worth: np.ndarray, is_event: bool, confidence: float) -> Mean:
    """How means and their intervals are taken: of an event's chances, or of amounts."""
    if is_event:
        return partial(intervals.contrast, confidence=confidence)
    far = float(np.ptp(worth))
    return lambda values, times: intervals.of_sample(values, confidence, times * far)


def _row(found: intervals.Mean, prefix: str = "") -> dict[str, float]:
    """A mean as ``estimate``, ``standard_error``, ``low`` and ``high``, or under a prefix."""
    estimate, error, low, high = found
    if prefix:
        return {prefix: estimate, f"{prefix}_low": low, f"{prefix}_high": high}
    return {"estimate": estimate, "standard_error": error, "low": low, "high": high}


def _levers_table(
    dividends: np.ndarray, levers: Sequence[str], mean: Mean, confidence: float, reach: float
) -> pd.DataFrame:
    import pandas as pd

    subsets = coalitions(levers)
    total = dividends[:, 1:].sum(axis=1)
    rows: list[dict[str, Any]] = []
    for lever in levers:
        value = _shared(dividends, levers, (lever,))
        alone = dividends[:, subsets.index((lever,))]
        last = dividends[:, [lever in subset for subset in subsets]].sum(axis=1)
        rows.append(
            {"lever": lever, **_row(mean(value, 1.0)), **_share_of(value, total, confidence, reach)}
            | _row(mean(alone, 1.0), "first_in")
            | _row(mean(last, 1.0), "last_in")
        )
    return pd.DataFrame(rows)


def _share_of(value: np.ndarray, total: np.ndarray, confidence: float, reach: float) -> dict[str, float]:
    """The part of a value in a total; the only lever has all of it, whatever luck brings."""
    centre, whole = float(value.mean()), float(total.mean())
    found = np.cov(value, total) / len(value)
    if not np.array_equal(value, total):
        found = intervals.covariance([value, total], [reach, reach])
    low, high = intervals.ratio(centre, whole, found, confidence)
    return {"share": centre / whole if whole else np.nan, "share_low": float(low), "share_high": float(high)}


def _pairs_table(dividends: np.ndarray, levers: Sequence[str], mean: Mean) -> pd.DataFrame:
    import pandas as pd

    columns = ["first", "second", "estimate", "standard_error", "low", "high"]
    rows = [
        {"first": pair[0], "second": pair[1], **_row(mean(_shared(dividends, levers, pair), 2.0))}
        for pair in itertools.combinations(levers, 2)
    ]
    return pd.DataFrame(rows, columns=columns)


def _dividends_table(
    worth: np.ndarray, dividends: np.ndarray, levers: Sequence[str], mean: Mean, is_event: bool, confidence: float
) -> pd.DataFrame:
    """Worth and dividends; what the levers of a coalition do together is a sum of so many differences."""
    import pandas as pd

    rows = []
    for n, subset in enumerate(coalitions(levers)):
        own = _chance(worth[:, n], confidence) if is_event else mean(worth[:, n], 1.0)
        together = mean(dividends[:, n], 2.0 ** (len(subset) - 1)) if subset else own
        rows.append(
            {"coalition": " + ".join(subset) or "none", "size": len(subset)} | _row(own, "worth") | _row(together)
        )
    return pd.DataFrame(rows)


def _chance(won: np.ndarray, confidence: float) -> intervals.Mean:
    estimate, error, *_ = intervals.of_sample(won)
    low, high = intervals.probability(won.sum(), len(won), confidence)
    return intervals.Mean(estimate, error, float(low), float(high))
