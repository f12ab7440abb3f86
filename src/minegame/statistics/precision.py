"""How many replications are enough: the rule that stops a run once every interval is narrow.

The rule looks a few times only, at totals that grow by a half, and at widths alone, never at who is ahead.  How well
nominal 95 % intervals still cover with the rule on is measured in the tests and told in docs/experiments.md.
"""

from __future__ import annotations

import numpy as np

from minegame.campaign_game import REPORTED
from minegame.ensemble import BIDDER_TABLE
from minegame.game import OUTCOME_TABLE
from minegame.statistics import intervals

#: Measures that are 0 or 1 in every negotiation.
BINARY = (
    *("wins", *(measure.name for measure in BIDDER_TABLE if measure.unit == "yes or no")),
    *(quantity.name for quantity in OUTCOME_TABLE if quantity.unit == "yes or no"),
)
#: Measures between 0 and 1 that take other values too.
SHARES = ("value_share", "wins_and_built", "done_share", "kept_share", "patron_share", "campaign_value_share")
#: Measures between 0 and 1 that lie anywhere between: terms, what the host believes, how concentrated supply is.
_UNITS = ("share", "probability", "index")
BOUNDED = (
    *(measure.name for measure in BIDDER_TABLE if measure.unit in _UNITS and measure.name not in SHARES),
    *(q.name for q in OUTCOME_TABLE if q.unit in _UNITS and q.subject != "deposit" and q.name not in SHARES),
    *(q.name for q in REPORTED if q.unit in _UNITS and q.name not in SHARES),
)


def looks(first: int, at_most: int) -> list[int]:
    """The totals of replications after which the rule looks: first, half as many again, … up to ``at_most``.

    Totals that double would need fewer looks, but a single look would then decide too much: nominal 95 % intervals
    cover 93.5 % where it matters most, against 94 % here, and a quarter more negotiations are played.

    >>> looks(1000, 4000)
    [1000, 1500, 2250, 3375, 4000]
    """
    totals = [min(first, at_most)]
    while totals[-1] < at_most:
        totals.append(min(-(-3 * totals[-1] // 2), at_most))
    return totals


def interval(
    sums: np.ndarray, measure: str, *, paired: bool = False, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """The interval (low, high) of a measure, or of its paired difference, from sums of shape (…, 3).

    The last axis holds count, sum and sum of squares.  Score intervals for probabilities and shares, Bonett and Price's
    for their paired differences; Student's for everything else, with room for what was not seen where there are bounds,
    and NaN where amounts without bounds never varied, which does not tell how sure they are.
    """
    count, total, squares = np.moveaxis(sums, -1, 0)
    if measure in BINARY + SHARES:
        return (intervals.paired_shares if paired else intervals.share)(total, squares, count, confidence)
    if measure in BOUNDED:
        return intervals.bounded_mean(total, squares, count, -1.0 if paired else 0.0, 1.0, confidence)
    low, high = intervals.mean(total, squares, count, confidence)
    unknown = intervals.all_equal(total, squares, count)
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def sure(
    sums: np.ndarray, half_width: float, measure: str, *, paired: bool = False, confidence: float = 0.95
) -> np.ndarray:
    """Whether each group of a design is known well enough; shape (groups,).

    ``sums`` has shape (groups, policies, subjects, 3).  A group is sure when the intervals of all its policies and
    subjects are no wider than twice ``half_width``; a quantity that was never observed is not sure.
    """
    low, high = interval(sums, measure, paired=paired, confidence=confidence)
    with np.errstate(invalid="ignore"):
        return np.asarray((high - low <= 2 * half_width).all(axis=(1, 2)))
