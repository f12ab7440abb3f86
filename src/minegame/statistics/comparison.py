"""Many policies against one: paired contrasts, with the chance of a false alarm among many kept in hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import bdtr

from minegame.design import Changes
from minegame.scenario import Scenario
from minegame.statistics import intervals

if TYPE_CHECKING:
    import pandas as pd


def design(scenario: Scenario, policies: Mapping[str, Changes]) -> np.ndarray:
    """The games to play: every policy on the same luck; GAME records, shape (1, policies), in the order given."""
    return scenario.games(list(policies.values())).reshape(1, -1)


def gained_and_lost(differences: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How often each policy won where the reference did not, the reverse, and the pairs played.

    ``differences`` has shape (policies, 3): count, sum and sum of squares of the paired differences of a 0/1 measure,
    which are -1, 0 or 1: their sum is gained - lost, their sum of squares gained + lost.
    """
    count, total, squares = np.moveaxis(np.asarray(differences, float), -1, 0)
    return np.rint((squares + total) / 2), np.rint((squares - total) / 2), np.rint(count)


def mcnemar(gained: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """The exact two-sided probability of so uneven a split of the pairs that differ, if both were equally good.

    Source: McNemar 1947, by the binomial law.

    >>> round(float(mcnemar(9, 1)), 6)
    0.021484
    """
    b, c = np.asarray(gained, float), np.asarray(lost, float)
    return np.asarray(np.minimum(1.0, 2.0 * bdtr(np.minimum(b, c), np.maximum(b + c, 1.0), 0.5)))


def holm(p: np.ndarray) -> np.ndarray:
    """P-values adjusted so that any false alarm among them all stays as rare as one (Holm 1979).

    >>> holm([0.01, 0.04, 0.03]).round(6).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, float)
    order = np.argsort(values, kind="stable")
    factors = len(values) - np.arange(len(values))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(values[order] * factors))
    return adjusted


def estimate(
    gained: np.ndarray,
    lost: np.ndarray,
    trials: np.ndarray,
    policies: Sequence[str],
    reference: str,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Every policy against the reference: the difference of their win probabilities, and whether it is one.

    Args:
        gained: pairs that only the policy won, shape (policies,).
        lost: pairs that only the reference won.
        trials: pairs played, broadcast.
        policies: the policies' names; the reference, if among them, is left out of the table.
        reference: the name of the policy they are compared with.
        confidence: of the intervals.

    Returns:
        A row a policy: ``difference`` with ``low`` and ``high`` (for this pair alone) and ``family_low`` and
        ``family_high`` (for all pairs at once, Bonferroni), ``gained``, ``lost``, ``trials``, the exact McNemar ``p``,
        ``p_holm`` (no false alarm among all) and ``p_discovery`` (few among those called different; Benjamini &
        Hochberg 1995).
    """
    import pandas as pd
    from scipy.stats import false_discovery_control

    chosen = [n for n, policy in enumerate(policies) if policy != reference]
    b, c, n = (np.broadcast_to(np.asarray(x, float), (len(policies),))[chosen] for x in (gained, lost, trials))
    low, high = intervals.paired_proportions(b, c, n, confidence)
    family = intervals.paired_proportions(b, c, n, intervals.simultaneous(confidence, len(chosen)))
    p = mcnemar(b, c)
    return pd.DataFrame(
        {
            "policy": [policies[place] for place in chosen],
            "reference": reference,
            "difference": (b - c) / n,
            "low": low,
            "high": high,
            "family_low": family[0],
            "family_high": family[1],
            "gained": b.astype(int),
            "lost": c.astype(int),
            "trials": n.astype(int),
            "p": p,
            "p_holm": holm(p),
            "p_discovery": false_discovery_control(p) if len(p) else p,
        }
    )
