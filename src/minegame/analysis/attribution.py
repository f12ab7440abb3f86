"""Which lever did it: Shapley values over coalitions of levers.

The worth of a coalition is what is expected of the game when exactly its levers are played.  All coalitions are played
on the same luck, so everything here is a mean over replications and its error is exact.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.design import packages
from minegame.game import LEVERS
from minegame.scenario import Scenario
from minegame.statistics import intervals

if TYPE_CHECKING:
    import pandas as pd

_MOST_PLAYERS = 16


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


def estimate(samples: np.ndarray, levers: Sequence[str], confidence: float = 0.95) -> Attribution:
    """Shapley values, interactions and dividends of an outcome, with intervals.

    Args:
        samples: the outcome (a win as 0 or 1, the host's value in M$), shape (replications, 2^levers), columns in the
            order of :func:`coalitions`, all columns of a row on the same luck.
        levers: the names of the players; anything that is in a package or not.
        confidence: of the intervals.

    The Shapley values add up to the whole effect, and a lever that never changes the outcome gets exactly nil.
    Source: Shapley 1953; Harsanyi 1963; Grabisch & Roubens 1999 for the interaction index.

    Raises:
        ValueError: if the columns are not 2^levers, a sample is not finite, or there are fewer than two replications.
    """
    worth = _checked(samples, levers)
    dividends = _dividends(worth, levers)
    return Attribution(
        levers=_levers_table(dividends, levers, confidence),
        pairs=_pairs_table(dividends, levers, confidence),
        dividends=_dividends_table(worth, dividends, levers, confidence),
        total=mean(dividends[:, 1:].sum(axis=1), confidence),
        replications=len(worth),
        confidence=confidence,
    )


def over_worlds(
    values: np.ndarray, errors: np.ndarray, levers: Sequence[str], kept: np.ndarray, confidence: float = 0.95
) -> pd.DataFrame:
    """How far the Shapley values hold in other worlds: their range over those that are kept.

    Args:
        values: the Shapley value of each lever in each world, shape (worlds, levers).
        errors: their standard errors.
        levers: the names of the levers.
        kept: which worlds count, shape (worlds,).
        confidence: with which a value is surely above or below nil in its world.

    Returns:
        A row a lever, as listed: ``median``, ``low`` and ``high`` (nine worlds in ten lie between), ``first`` (the
        share of worlds in which no lever adds more), ``helps`` and ``harms`` (the shares of worlds in which it surely
        adds, or takes), and ``worlds``.
    """
    import pandas as pd

    chosen, sure = values[kept], intervals.deviate(confidence) * errors[kept]
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
            "helps": (chosen > sure).mean(axis=0) if len(chosen) else empty,
            "harms": (chosen < -sure).mean(axis=0) if len(chosen) else empty,
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


def mean(values: np.ndarray, confidence: float, prefix: str = "") -> dict[str, float]:
    """A mean over replications as ``estimate``, ``standard_error``, ``low`` and ``high``, or under a prefix."""
    estimate, error, low, high = intervals.of_sample(values, confidence)
    if prefix:
        return {prefix: estimate, f"{prefix}_low": low, f"{prefix}_high": high}
    return {"estimate": estimate, "standard_error": error, "low": low, "high": high}


def _levers_table(dividends: np.ndarray, levers: Sequence[str], confidence: float) -> pd.DataFrame:
    import pandas as pd

    subsets = coalitions(levers)
    total = dividends[:, 1:].sum(axis=1)
    rows: list[dict[str, Any]] = []
    for lever in levers:
        value = _shared(dividends, levers, (lever,))
        alone = dividends[:, subsets.index((lever,))]
        last = dividends[:, [lever in subset for subset in subsets]].sum(axis=1)
        rows.append(
            {"lever": lever, **mean(value, confidence), **_share_of(value, total, confidence)}
            | mean(alone, confidence, "first_in")
            | mean(last, confidence, "last_in")
        )
    return pd.DataFrame(rows)


def _share_of(value: np.ndarray, total: np.ndarray, confidence: float) -> dict[str, float]:
    centre, whole = float(value.mean()), float(total.mean())
    low, high = intervals.ratio(centre, whole, np.cov(value, total) / len(value), confidence)
    return {"share": centre / whole if whole else np.nan, "share_low": float(low), "share_high": float(high)}


def _pairs_table(dividends: np.ndarray, levers: Sequence[str], confidence: float) -> pd.DataFrame:
    import pandas as pd

    columns = ["first", "second", "estimate", "standard_error", "low", "high"]
    rows = [
        {"first": pair[0], "second": pair[1], **mean(_shared(dividends, levers, pair), confidence)}
        for pair in itertools.combinations(levers, 2)
    ]
    return pd.DataFrame(rows, columns=columns)


def _dividends_table(
    worth: np.ndarray, dividends: np.ndarray, levers: Sequence[str], confidence: float
) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {"coalition": " + ".join(subset) or "none", "size": len(subset)}
        | mean(worth[:, n], confidence, "worth")
        | mean(dividends[:, n], confidence)
        for n, subset in enumerate(coalitions(levers))
    ]
    return pd.DataFrame(rows)
