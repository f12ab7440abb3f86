"""Ratios of two means that were read off the same negotiations."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from minegame.statistics import intervals

_ROUNDING = 1e-9


class Ratio(NamedTuple):
    """A ratio and its interval: NaN where there is none, infinite ends where the denominator may be nil.

    Where one quantity is in proportion to the other in every observation, the ends are NaN too: that says nothing of
    how sure the ratio is.
    """

    estimate: float
    low: float
    high: float


UNDEFINED = Ratio(np.nan, np.nan, np.nan)


def of_means(
    numerator: np.ndarray,
    denominator: np.ndarray,
    confidence: float = 0.95,
    scale: float = 1.0,
    *,
    reaches: tuple[float, float] | None = None,
) -> Ratio:
    """The mean of one quantity for each unit of another's, with Fieller's interval; paired observations of equal shape.

    Undefined where the mean of the denominator is nil, or there are fewer than two observations.  ``reaches`` is how
    far from nil each may lie in cases that were not seen (default: as far as in those that were).

    >>> [round(part, 3) for part in of_means(np.tile([2.0, 4.1, 6.0, 7.9], 25), np.tile([1.0, 2.0, 3.0, 4.0], 25))]
    [2.0, 1.938, 2.064]
    >>> of_means(np.array([2.0, 4.0]), np.array([1.0, 2.0]))
    Ratio(estimate=2.0, low=nan, high=nan)
    >>> of_means(np.ones(4), np.zeros(4))
    Ratio(estimate=nan, low=nan, high=nan)
    """
    above, below = np.asarray(numerator, float), np.broadcast_to(np.asarray(denominator, float), np.shape(numerator))
    if len(above) < 2 or not below.mean():
        return UNDEFINED
    estimate = float(above.mean() / below.mean())
    if above.any() and np.allclose(above, estimate * below, rtol=_ROUNDING, atol=_ROUNDING * np.abs(above).max()):
        return Ratio(scale * estimate, np.nan, np.nan)
    seen = (float(np.abs(above).max()), float(np.abs(below).max()))
    shared = intervals.covariance([above, below], reaches or seen)
    low, high = intervals.ratio(above.mean(), below.mean(), shared, confidence)
    return Ratio(scale * estimate, scale * float(low), scale * float(high))
