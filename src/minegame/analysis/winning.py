"""Who wins, on what terms, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minegame.ensemble import by_bidder, by_patron, general, wins
from minegame.scenario import Scenario
from minegame.statistics import intervals

#: The terms of an award that are reported for each winner → the measure they come from.
TERMS = {
    "state_equity": "state_equity",
    "bonus": "bonus",
    "offtake": "offtake",
    "processing": "processing",
    "coverage": "coverage",
    "completion": "completion",
    "month": "award_month",
}
#: What a patron's public lenders have at risk, and what of it became money.
PUBLIC_MONEY = ("public_money", "public_money_converted")
_SHARES = ("wins_any", "wins_all", "value_share", "wins_and_built")
_DIGITS = 10  # of an estimate after the point; what follows is rounding of the sums

Estimate = dict[str, float | None]


def design(scenario: Scenario, against: Scenario | None = None) -> np.ndarray:
    """The scenario's game, and the one it is compared with on the same luck: GAME records, shape (1, 1 or 2)."""
    if against is None:
        return scenario.game().reshape(1, 1)
    first, second = aligned(scenario, against)
    return np.concatenate([first.game(), second.game()]).reshape(1, 2)


def aligned(first: Scenario, second: Scenario) -> tuple[Scenario, Scenario]:
    """Two scenarios with the agents that they share listed first, in the same order; results do not change."""
    groups = ("patrons", "bidders", "deposits")
    common = {group: [n for n in getattr(first, group) if n in getattr(second, group)] for group in groups}
    return _listed_first(first, common), _listed_first(second, common)


def _listed_first(scenario: Scenario, names: Mapping[str, Sequence[str]]) -> Scenario:
    document = scenario.document()
    for group, first in names.items():
        everybody = document[group]
        document[group] = {name: everybody[name] for name in [*first, *(n for n in everybody if n not in first)]}
    return Scenario.from_document(document, scenario.name)


def estimate(
    sums: np.ndarray, scenario: Scenario, confidence: float = 0.95, months: int | None = None
) -> dict[str, Any]:
    """Win probabilities, terms, the host's value and the concentration of its portfolio at one point, with intervals.

    ``sums`` has shape (MEASURES, 3): count, sum, sum of squares, with bidders and deposits in the scenario's order.
    ``months`` is how long the tender lasts at that point (default: as in the scenario).
    """
    last = (months or scenario.tender.months) - 1.0
    deposits, bidders = scenario.deposit_names, scenario.bidder_names
    shelved = _share(sums[general("shelved")], confidence)
    awards = sums[general("shelved"), 0] - sums[general("shelved"), 1]
    return {
        "deposits": {
            deposit: {
                **{bidder: _share(sums[wins(i, d)], confidence) for i, bidder in enumerate(bidders)},
                "shelved": _share(_kept(sums, d, len(bidders)), confidence),
            }
            for d, deposit in enumerate(deposits)
        },
        "bidders": {bidder: _bidder(sums, i, last, confidence) for i, bidder in enumerate(bidders)},
        "shelved": shelved,
        "split": _share(sums[general("split")], confidence),
        "host": {
            "value": _money(sums[general("host_value")], awards, confidence),
            "money": _money(sums[general("host_money")], awards, confidence),
        },
        "patrons": {
            patron: {name: _mean(sums[by_patron(name, k)], confidence) for name in PUBLIC_MONEY}
            for k, patron in enumerate(scenario.patron_names)
        },
        "supply": {
            "before": _mean(sums[general("hhi_before")], confidence),
            "after": _mean(sums[general("hhi_after")], confidence, (0.0, 1.0)),
        },
    }


def _kept(sums: np.ndarray, d: int, bidders: int) -> np.ndarray:
    """Count, sum and sum of squares of "nobody wins the deposit"."""
    count = sums[general("shelved"), 0]
    nobody = count - sum(sums[wins(i, d), 1] for i in range(bidders))
    return np.array([count, nobody, nobody])


def _bidder(sums: np.ndarray, i: int, last: float, confidence: float) -> dict[str, Any]:
    shares: dict[str, Any] = {name: _share(sums[by_bidder(name, i)], confidence) for name in _SHARES}
    bounds: dict[str, tuple[float, float] | None] = dict.fromkeys(TERMS, (0.0, 1.0))
    bounds |= {"bonus": None, "month": (0.0, last)}
    terms = {term: _mean(sums[by_bidder(measure, i)], confidence, bounds[term]) for term, measure in TERMS.items()}
    return {**shares, "terms": terms}


def contrast(differences: np.ndarray, first: Scenario, second: Scenario, confidence: float = 0.95) -> dict[str, Any]:
    """The paired difference "first minus second" of everything that both scenarios have, each with its interval.

    ``differences`` has shape (MEASURES, 3), from the same luck under both.
    """
    bidders = [(i, name) for i, name in enumerate(first.bidder_names) if name in second.bidder_names]
    changed = max(float(differences[place, 2]) for place in _decided(bidders))  # negotiations that ended otherwise
    return {
        "bidders": {
            bidder: {name: _paired(differences[by_bidder(name, i)], confidence) for name in _SHARES}
            for i, bidder in bidders
        },
        "shelved": _paired(differences[general("shelved")], confidence),
        "split": _paired(differences[general("split")], confidence),
        "host": {
            "value": _money(differences[general("host_value")], changed, confidence),
            "money": _money(differences[general("host_money")], changed, confidence),
        },
    }


def _decided(bidders: Sequence[tuple[int, str]]) -> list[int]:
    """The places of the measures that say how a negotiation ended."""
    return [general("shelved"), *(by_bidder("wins_any", i) for i, _ in bidders)]


def _share(sums: np.ndarray, confidence: float) -> Estimate:
    count, total, squares = sums
    low, high = intervals.share(total, squares, count, confidence)
    return _estimate(total / count if count else None, low, high)


def _mean(sums: np.ndarray, confidence: float, bounds: tuple[float, float] | None = None) -> Estimate:
    """A mean; of a quantity without bounds, equal observations do not tell how sure it is."""
    count, total, squares = sums
    if bounds is not None:
        low, high = intervals.bounded_mean(total, squares, count, *bounds, confidence)
    elif intervals.all_equal(total, squares, count):
        low = high = np.asarray(np.nan)
    else:
        low, high = intervals.mean(total, squares, count, confidence)
    return _estimate(total / count if count else None, low, high)


def _money(sums: np.ndarray, cases: float, confidence: float) -> Estimate:
    """A mean of money that may be due to a few cases: awards, or negotiations that ended otherwise."""
    count, total, squares = sums
    low, high = intervals.mostly_nil(total, squares, count, cases, confidence)
    return _estimate(total / count if count else None, low, high)


def _paired(sums: np.ndarray, confidence: float) -> Estimate:
    count, total, squares = sums
    low, high = intervals.paired_shares(total, squares, count, confidence)
    return _estimate(total / count if count else None, low, high)


def _estimate(value: float | None, low: np.ndarray, high: np.ndarray) -> Estimate:
    unknown = bool(np.isnan(low) or np.isnan(high))
    return {
        "estimate": None if value is None else _rounded(value),
        "low": None if unknown else _rounded(low),
        "high": None if unknown else _rounded(high),
    }


def _rounded(value: float | np.ndarray) -> float:
    return round(float(value), _DIGITS) + 0.0  # turns a negative zero into zero
