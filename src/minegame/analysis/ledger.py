"""Which terms of the host's account carried the difference between two bidders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.game import LEDGER
from minegame.statistics import intervals

if TYPE_CHECKING:
    import pandas as pd


def ledger_difference(
    first: np.ndarray, second: np.ndarray, terms: Sequence[str] = LEDGER, confidence: float = 0.95
) -> pd.DataFrame:
    """Which terms of the host's utility carried the difference between two bidders, averaged over negotiations, M$.

    Args:
        first: one bidder's ledger in the month of the decision, shape (replications, terms), M$.
        second: the other's, in the same negotiations.
        terms: the names of the terms.
        confidence: of the intervals.

    Returns:
        A row a term, the largest difference first, then the ``total``: the means of ``first`` and ``second``, their
        ``difference`` with ``standard_error``, ``low`` and ``high``, its ``share`` of the total, and the number of
        ``replications`` read: those in which both ledgers have a number everywhere.
    """
    import pandas as pd

    one, other = np.asarray(first, float), np.asarray(second, float)
    if one.shape != other.shape or one.ndim != 2 or one.shape[1] != len(terms):
        raise ValueError(f"both ledgers must have shape (replications, {len(terms)}), not {one.shape}, {other.shape}")
    told = np.isfinite(one).all(axis=1) & np.isfinite(other).all(axis=1)
    if told.sum() < 2:
        raise ValueError("a difference of ledgers needs at least two negotiations in which both bidders made an offer")
    one, other = one[told], other[told]
    total = float((one - other).sum(axis=1).mean())
    rows = [_ledger_row(term, one[:, n], other[:, n], total, confidence) for n, term in enumerate(terms)]
    rows.sort(key=lambda row: -abs(row["difference"]))
    rows.append(_ledger_row("total", one.sum(axis=1), other.sum(axis=1), total, confidence))
    return pd.DataFrame(rows).assign(replications=int(told.sum()))


def _ledger_row(term: str, one: np.ndarray, other: np.ndarray, total: float, confidence: float) -> dict[str, Any]:
    reach = float(np.ptp(np.concatenate([one, other]))) or None  # a term that nobody has is no sample of anything
    difference, error, low, high = intervals.of_sample(one - other, confidence, reach)
    return {
        "term": term,
        "first": float(one.mean()),
        "second": float(other.mean()),
        "difference": difference,
        "standard_error": error,
        "low": low,
        "high": high,
        "share": float((one - other).mean()) / total if total else np.nan,
    }
