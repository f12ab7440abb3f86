"""Intervals: how sure a count, a share or a mean is.

All take and return NumPy arrays (or plain numbers) of equal shape; ``confidence`` lies strictly between 0 and 1.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri, stdtrit

Numbers = Any  # anything NumPy broadcasts

_ROUNDING = 1e-10  # of a sum of squares: what a million equal numbers lose at most, added one by one


def deviate(confidence: float) -> float:
    """The two-sided standard normal deviate of a confidence, 1.96 for 0.95."""
    return float(ndtri(0.5 + confidence / 2.0))


def wilson(successes: Numbers, trials: Numbers, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """The score interval (low, high) of a probability; NaN without trials.

    Source: Wilson 1927; recommended by Brown, Cai & DasGupta 2001.  ``trials`` need not be whole.

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


def share(total: Numbers, squares: Numbers, trials: Numbers, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """The interval (low, high) of the mean of a quantity between 0 and 1, from its sum and sum of squares.

    The score interval of :func:`wilson` at the effective number of trials p(1-p)/variance (the design effect of
    Korn & Graubard 1998); for a plain 0/1 count the two agree.
    """
    s, q, n = np.asarray(total, float), np.asarray(squares, float), np.asarray(trials, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = s / n
        variance = np.maximum(q / n - p * p, 0.0)
        spread = p * (1 - p)
        effective = np.where((variance > 0) & (spread > variance), n * spread / variance, n)
    return wilson(p * effective, effective, confidence)


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


def of_sample(sample: np.ndarray, confidence: float = 0.95) -> Mean:
    """The mean of independent observations with its Student interval; NaN bounds for fewer than two.

    Each difference of a pair is one observation.

    >>> [round(x, 4) for x in of_sample(np.array([1.0, 2.0, 3.0, 4.0]))]
    [2.5, 0.6455, 0.4457, 4.5543]
    """
    values = np.asarray(sample, float)
    n = len(values)
    centre = float(values.mean()) if n else np.nan
    deviations = values - centre  # the squares of these keep the digits that those of the values lose
    squares = float(deviations @ deviations)
    low, high = mean(0.0, squares, n, confidence)
    error = np.sqrt(squares / (n - 1) / n) if n > 1 else np.nan
    return Mean(centre, float(error), centre + float(low), centre + float(high))


def bounded_mean(
    total: Numbers, squares: Numbers, trials: Numbers, least: float, most: float, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """The interval (low, high) of the mean of a quantity between ``least`` and ``most``; NaN for fewer than two trials.

    Student's, cut at the bounds.  Where all observations are equal, which says nothing of what was not seen: had more
    than 1 - (1 - confidence)^(1/trials) of all cases been others (the rule of three: 3/trials), one would have been
    seen, and those others may lie anywhere between the bounds.

    >>> low, high = bounded_mean(0.7 * 300, 0.49 * 300, 300, 0.0, 1.0)
    >>> round(float(low), 4), round(float(high), 4)
    (0.693, 0.703)
    """
    s, n = np.asarray(total, float), np.asarray(trials, float)
    low, high = mean(total, squares, trials, confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        m, unseen = s / n, 1.0 - (1.0 - confidence) ** (1.0 / n)
    equal = all_equal(total, squares, trials) & (n > 1)
    low, high = np.where(equal, m - unseen * (m - least), low), np.where(equal, m + unseen * (most - m), high)
    return np.maximum(low, least), np.minimum(high, most)


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
    :func:`paired_proportions` where the quantity is 0 or 1.
    """
    s, q, n = np.asarray(total, float), np.asarray(squares, float), np.asarray(trials, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = s / (n + 2)
        half = deviate(confidence) * np.sqrt(np.maximum((q + 2) / (n + 2) - middle**2, 0.0) / (n + 2))
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
