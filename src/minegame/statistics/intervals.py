"""Intervals: how sure a count, a share or a mean is.

All take and return NumPy arrays (or plain numbers) of equal shape; ``confidence`` lies strictly between 0 and 1.

What was never seen may still happen, so no interval here shrinks to a point because all negotiations came out alike:
each allows for one case in either direction that luck has withheld.  Nominal 95 % intervals of what is rare (a few
cases among hundreds or thousands) cover at least 93 %, mostly more: counts are discrete, and few of them leave no
choice but to be on the safe side.  The tests simulate it for every kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.special import betaincinv, ndtri, stdtrit

Numbers = Any  # anything NumPy broadcasts

_ROUNDING = 1e-10  # of a sum of squares: what a million equal numbers lose at most, added one by one
_FEW_TAIL = 0.8  # of the error allowed: the tail of the exact limit for a few successes; 1 would cover 93.1 % at worst
_USUAL = 1.959963984540054  # the deviate of 95 %, at which one pair added is enough
_RARE = 100  # cases: with more, what may not have been seen no longer counts


def deviate(confidence: float) -> float:
    """The two-sided standard normal deviate of a confidence, 1.96 for 0.95."""
    return float(ndtri(0.5 + confidence / 2.0))


def wilson(successes: Numbers, trials: Numbers, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """The score interval (low, high) of a probability; NaN without trials.

    Source: Wilson 1927; recommended by Brown, Cai & DasGupta 2001.  ``trials`` need not be whole.  With few successes,
    or failures, it covers as little as 84 %: see :func:`probability`.

    >>> low, high = wilson(37, 100)
    >>> round(float(low), 6), round(float(high), 6)
    (0.281824, 0.467795)
    """
    k, n = np.asarray(successes, float), np.asarray(trials, float)
    z = deviate(confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = k / n
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * np.sqrt(np.maximum(p * (1 - p) / n + z * z / (4 * n * n), 0.0))
    low = np.where(k <= 0, np.where(n > 0, 0.0, np.nan), np.maximum(centre - half, 0.0))
    high = np.where(k >= n, np.where(n > 0, 1.0, np.nan), np.minimum(centre + half, 1.0))
    return low, high


def probability(successes: Numbers, trials: Numbers, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """The interval (low, high) of a probability that holds for rare events too; NaN without trials.

    Wilson's, but that its end on the side of a few successes (up to about ten), or failures, is no closer than the
    exact one-sided limit.  Source: Brown, Cai & DasGupta 2001, who change Wilson's at one to three successes.

    >>> low, high = probability(1, 300)
    >>> round(float(low), 6), round(float(high), 6)
    (0.000136, 0.018637)
    """
    k, n = np.asarray(successes, float), np.asarray(trials, float)
    low, high = wilson(k, n, confidence)
    return np.minimum(low, _few(k, k, n, confidence)), np.maximum(high, 1.0 - _few(n - k, n - k, n, confidence))


def share(total: Numbers, squares: Numbers, trials: Numbers, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """The interval (low, high) of the mean of a quantity between 0 and 1, from its sum and sum of squares.

    The score interval of :func:`wilson` at the effective number of trials p(1-p)/variance (the design effect of
    Korn & Graubard 1998), kept away from what rests on few cases as in :func:`probability`, with which it agrees for a
    plain 0/1 count.
    """
    s, q, n = np.asarray(total, float), np.asarray(squares, float), np.asarray(trials, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = s / n
        variance = np.maximum(q / n - p * p, 0.0)
        spread = p * (1 - p)
        effective = np.where((variance > 0) & (spread > variance), n * spread / variance, n)
    low, high = wilson(p * effective, effective, confidence)
    return (
        np.minimum(low, _few(s, q, n, confidence)),
        np.maximum(high, 1.0 - _few(n - s, n - 2 * s + q, n, confidence)),
    )


def _few(total: np.ndarray, squares: np.ndarray, trials: np.ndarray, confidence: float) -> np.ndarray:
    """The exact lower limit (Clopper & Pearson 1934) of a mean, taken as that of so many cases of equal size.

    Seen from the other bound, where all trials but a few came out alike, it leaves room for cases that were not seen.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = squares > 1e-12 * trials  # less is rounding of what never happened
        cases, size = total * total / squares, squares / total
        tail = np.asarray(_FEW_TAIL * (1.0 - confidence))
        first, second = np.maximum(cases, 1e-9), np.maximum(trials - cases + 1, 1e-9)
        few = seen & ((cases < _RARE) | (squares < total))  # of a great count it is no news, and would take long
        limit = size * betaincinv(first, second, tail, where=few, out=np.ones(np.broadcast(first, second).shape))
    return np.where(trials > 0, np.where(seen, limit, 0.0), np.nan)


def mean(total: Numbers, squares: Numbers, trials: Numbers, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """The Student interval (low, high) of a mean, from its sum and sum of squares; NaN for fewer than two trials.

    A long-tailed quantity that is mostly nil (money lost to a threat that rarely comes) needs some 40 trials in which
    it is not nil; with fewer the interval covers less than it says.
    """
    s, q, n = np.asarray(total, float), np.asarray(squares, float), np.asarray(trials, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        m = s / n
        variance = np.maximum(q - n * m * m, 0.0) / (n - 1)
        half = stdtrit(n - 1, 0.5 + confidence / 2.0) * np.sqrt(variance / n)
    few = n < 2
    return np.where(few, np.nan, m - half), np.where(few, np.nan, m + half)


class Mean(NamedTuple):
    """The mean of a sample, its standard error, and its interval."""

    estimate: float
    error: float
    low: float
    high: float


def of_sample(sample: np.ndarray, confidence: float = 0.95, reach: float | None = None) -> Mean:
    """The mean of independent observations with its Student interval; NaN bounds for fewer than two.

    Each difference of a pair is one observation.  ``reach``: how far from what is usual a case may lie that is too
    rare to be seen (for want of better, how far apart any two outcomes were); it widens the interval by
    :func:`unseen`.  Where there is none and all observations are equal, nothing tells how sure the mean is: NaN.

    >>> [round(x, 4) for x in of_sample(np.array([1.0, 2.0, 3.0, 4.0]))]
    [2.5, 0.6455, 0.4457, 4.5543]
    >>> [round(x, 4) for x in of_sample(np.zeros(300), reach=1.0)]
    [0.0, 0.0, -0.0092, 0.0092]
    """
    values = np.asarray(sample, float)
    n = len(values)
    centre = float(values.mean()) if n else np.nan
    deviations = values - centre  # the squares of these keep the digits that those of the values lose
    squares = float(deviations @ deviations)
    error = float(np.sqrt(squares / (n - 1) / n)) if n > 1 else np.nan
    half = float(mean(0.0, squares, n, confidence)[1])
    if reach is not None and n > 1:
        half = float(np.hypot(half, unseen(values, reach, confidence))) if reach > 0 else np.nan
    return Mean(centre, error, centre - half, centre + half)


def unseen(sample: np.ndarray, reach: float, confidence: float = 0.95) -> float:
    """The half-width that a mean owes to cases which may not have been seen: one up and one down, ``reach`` away.

    It counts in so far as the observations are one and the same: where no two are alike, luck has hidden nothing.
    With all but a few alike it is what :func:`paired_proportions` allows for.
    """
    values = np.asarray(sample, float)
    if not len(values) or not reach > 0:
        return 0.0
    return deviate(confidence) * float(np.sqrt(2 * _added(confidence) * _alike(values, reach))) * reach / len(values)


def _alike(values: np.ndarray, reach: float) -> float:
    """The share of the observations that are the commonest value, but for rounding."""
    return float(np.unique(np.round(values / reach, 9), return_counts=True)[1].max() / len(values))


def _added(confidence: float) -> float:
    """How many pairs are added: one, as Bonett and Price do, and more for a confidence above theirs."""
    return max(1.0, (deviate(confidence) / _USUAL) ** 2)


def covariance(columns: Sequence[np.ndarray], reaches: Sequence[float]) -> np.ndarray:
    """The covariance of the means of some columns, with :func:`unseen` cases of each allowed for."""
    found = np.atleast_2d(np.cov(np.vstack(columns))) / len(columns[0])
    hidden = [unseen(column, reach) / _USUAL for column, reach in zip(columns, reaches, strict=True)]
    return np.asarray(found + np.diag(np.square(hidden)))


def standard_error(variance: Numbers, unusual: Numbers, trials: Numbers, room: Numbers = 1.0) -> np.ndarray:
    """The standard error of a mean of 0/1 outcomes, or of their differences, that is not nil where all were alike.

    ``unusual`` counts the trials that did not end as most did.  Where they are few, one more in either direction is
    allowed for, ``room`` away, so that estimate ± deviate × error covers rare events too.
    """
    v, k, n, reach = np.broadcast_arrays(*(np.asarray(x, float) for x in (variance, unusual, trials, room)))
    return np.asarray(np.sqrt((np.maximum(v, 0.0) + np.where(k < _RARE, 2 * reach**2 / n, 0.0)) / n))


def bounded_mean(
    total: Numbers, squares: Numbers, trials: Numbers, least: float, most: float, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """The interval (low, high) of the mean of a quantity between ``least`` and ``most``; NaN for fewer than two trials.

    Student's, after one observation at each bound is added for what was not seen, and cut at the bounds.  Where all
    observations are equal, which says nothing of what was not seen: had more than 1 - (1 - confidence)^(1/trials) of
    all cases been others (the rule of three: 3/trials), one would have been seen, and those others may lie anywhere
    between the bounds.

    >>> low, high = bounded_mean(0.7 * 300, 0.49 * 300, 300, 0.0, 1.0)
    >>> round(float(low), 4), round(float(high), 4)
    (0.693, 0.703)
    """
    s, q, n = np.asarray(total, float), np.asarray(squares, float), np.asarray(trials, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        m, middle = s / n, (s + least + most) / (n + 2)
        variance = (q + least**2 + most**2) / (n + 2) - middle**2
        half = stdtrit(n - 1, 0.5 + confidence / 2.0) * np.sqrt(np.maximum(variance, 0.0) / (n + 2))
        nothing_else = 1.0 - (1.0 - confidence) ** (1.0 / n)
    equal = all_equal(total, squares, trials) & (n > 1)
    low = np.where(equal, m - nothing_else * (m - least), middle - half)
    high = np.where(equal, m + nothing_else * (most - m), middle + half)
    low, high = np.maximum(low, least), np.minimum(high, most)
    return np.where(n < 2, np.nan, low), np.where(n < 2, np.nan, high)


def mostly_nil(
    total: Numbers, squares: Numbers, trials: Numbers, cases: Numbers, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """The interval (low, high) of the mean of an amount without bounds that is nil, or the same, but for some cases.

    Student's, after a case up and a case down are added, of the size of those that were seen.  Source: the idea of
    :func:`paired_proportions`, in which every case has size 1.  NaN where all observations are equal.
    """
    s, q, n, k = (np.asarray(x, float) for x in (total, squares, trials, cases))
    with np.errstate(invalid="ignore", divide="ignore"):
        around = np.maximum(q - s * s / n, 0.0)
        around = around * (1.0 + np.where(k < _RARE, 2 * _added(confidence) / np.maximum(k, 1.0), 0.0))
        low, high = mean(s, around + s * s / n, n, confidence)
    equal = all_equal(total, squares, trials)
    return np.where(equal, np.nan, low), np.where(equal, np.nan, high)


def all_equal(total: Numbers, squares: Numbers, trials: Numbers) -> np.ndarray:
    """Whether all observations are one and the same, but for what the sum of squares has lost by rounding."""
    s, q, n = np.asarray(total, float), np.asarray(squares, float), np.asarray(trials, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.abs(q - s * s / n) <= _ROUNDING * q)


def paired_shares(
    total: Numbers, squares: Numbers, trials: Numbers, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """The interval (low, high) of the mean difference, on the same luck, of a quantity between 0 and 1.

    From the sum of the differences and of their squares.  The adjusted Wald interval of Bonett & Price 2012, who add
    a pair gained and a pair lost, holds for parts too: it never shrinks to nothing, and agrees with
    :func:`paired_proportions` where the quantity is 0 or 1.  Above 95 %, where one pair is too few, more are added.
    """
    s, q, n = np.asarray(total, float), np.asarray(squares, float), np.asarray(trials, float)
    more = 2 * _added(confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = s / (n + more)
        half = deviate(confidence) * np.sqrt(np.maximum((q + more) / (n + more) - middle**2, 0.0) / (n + more))
    low, high = np.maximum(middle - half, -1.0), np.minimum(middle + half, 1.0)
    return np.where(n <= 0, np.nan, low), np.where(n <= 0, np.nan, high)


def paired_proportions(
    gained: Numbers, lost: Numbers, trials: Numbers, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """The interval (low, high) of a difference of two probabilities on the same luck.

    ``gained`` counts the pairs won only by the first, ``lost`` only by the second.
    Source: Bonett & Price 2012, adjusted Wald interval for paired proportions.  With fewer than about ten pairs that
    differ it is wider than it need be: on the safe side.
    """
    b, c = np.asarray(gained, float), np.asarray(lost, float)
    return paired_shares(b - c, b + c, trials, confidence)


def contrast(sample: np.ndarray, reach: float = 1.0, confidence: float = 0.95) -> Mean:
    """The mean of what 0/1 outcomes on the same luck are combined to, none beyond ± ``reach``, with its interval.

    A difference of two has reach 1, a difference of two differences 2.  :func:`paired_shares` of the parts of the
    reach: on the safe side where the reach is far and never used.

    >>> [round(x, 4) for x in contrast(np.array([1.0, 0.0, -1.0, 1.0] * 100))]
    [0.25, 0.0415, 0.1676, 0.3299]
    """
    values = np.asarray(sample, float) / reach
    estimate, error, *_ = of_sample(values)
    low, high = paired_shares(values.sum(), values @ values, len(values), confidence)
    return Mean(*(reach * float(x) for x in (estimate, error, low, high)))


def ratio(
    numerator: Numbers, denominator: Numbers, covariance: Numbers, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """The interval (low, high) of a ratio of two estimates; infinite on both sides if the denominator may be nil.

    ``covariance`` has shape (2, 2, …): the covariance of the two estimates (not of their observations).
    Source: Fieller 1954; unlike the delta method it stays honest when the denominator is small.

    >>> low, high = ratio(2.0, 4.0, [[0.04, 0.0], [0.0, 0.04]])
    >>> round(float(low), 4), round(float(high), 4)
    (0.3946, 0.6151)
    """
    a, b, v = np.asarray(numerator, float), np.asarray(denominator, float), np.asarray(covariance, float)
    z = deviate(confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        doubt = z * z * v[1, 1] / (b * b)
        r = a / b
        centre = r - doubt * v[0, 1] / np.where(v[1, 1] > 0, v[1, 1], 1.0)
        spread = v[0, 0] - 2 * r * v[0, 1] + r * r * v[1, 1]
        spread = spread - doubt * (v[0, 0] - v[0, 1] ** 2 / np.where(v[1, 1] > 0, v[1, 1], 1.0))
        half = z / np.abs(b) * np.sqrt(np.maximum(spread, 0.0))
        low, high = (centre - half) / (1 - doubt), (centre + half) / (1 - doubt)
    lost = ~(doubt < 1)
    return np.where(lost, -np.inf, low), np.where(lost, np.inf, high)


def simultaneous(confidence: float, number: int) -> float:
    """The confidence at which each of ``number`` intervals is made so that all hold at once (Bonferroni).

    >>> round(simultaneous(0.95, 5), 4)
    0.99
    """
    return 1.0 - (1.0 - confidence) / max(1, number)
