"""The negotiation as a flat table, a row a month, for spreadsheets and plots."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from minegame import rules
from minegame.game import ACCEPT, COUNTER, DECISIONS, LEVERS, NOBODY
from minegame.transcript.case import Case
from minegame.transcript.wording import year_month

if TYPE_CHECKING:
    from minegame.model import Negotiation


def months_table(negotiation: Negotiation) -> list[dict[str, Any]]:
    """The negotiation month by month, one flat row a month, its columns named after the paths of the scenario.

    Money is M$, prices in the scenario's unit, the rest shares of one or counts.  None stands for what does not exist:
    the offer of a bidder that does not bid, the letter not yet issued, the winner of a deposit that the host would
    keep.  Where the host countered, offers and utility are those before the counter; ``host.settled_concession`` is
    what was agreed.
    """
    case = Case.of(negotiation)
    return [dict(_row(case, month)) for month in range(len(negotiation.history))]


def _row(case: Case, month: int) -> Iterator[tuple[str, Any]]:
    """One month, flat: (column, value)."""
    now = case.records[month]
    year, number = year_month(case.start, month)
    yield from (("month", month), ("date", f"{year}-{number + 1:02d}"))
    yield from (("price", math.exp(now.log_price)), ("mine_price", float(now.mine_price)))
    for patron in case.negotiation.patrons:
        yield from ((f"patrons.{patron.name}.{column}", v) for column, v in _patron_row(now, patron.index))
    for financier in case.negotiation.financiers:
        letter, share = int(now.letter_month[financier.index]), float(now.letter_share[financier.index])
        yield f"financiers.{financier.name}.letter_month", None if letter == NOBODY else letter
        yield f"financiers.{financier.name}.share", share
    for bidder in case.negotiation.bidders:
        yield from ((f"bidders.{bidder.name}.{column}", v) for column, v in _bidder_row(case, now, bidder.index))
    yield from ((f"host.{column}", v) for column, v in _host_row(case, now))


def _patron_row(now: Any, k: int) -> Iterator[tuple[str, Any]]:
    for n, lever in enumerate(LEVERS):
        yield lever, float(now.lever[k, n])
    yield "credibility", float(rules.belief(now.belief_a[k], now.belief_b[k]))
    yield "credit", float(now.credit[k])
    yield "summits", round(float(now.summits[k]))
    yield "points_used", float(now.points_used[k])


def _bidder_row(case: Case, now: Any, i: int) -> Iterator[tuple[str, Any]]:
    for column in ("concession", "next_concession", "coverage", "completion", "processing", "offtake"):
        yield column, float(now[column][i])
    for d, deposit in enumerate(case.deposits):
        bids = bool(now.bids[i, d])
        for column in ("equity", "bonus", "transfer"):
            yield f"{deposit}.{column}", float(now[column][i, d]) if bids else None
        yield f"{deposit}.reservation", float(now.reservation[i, d])


def _host_row(case: Case, now: Any) -> Iterator[tuple[str, Any]]:
    has = bool(now.has_candidate)
    for d, deposit in enumerate(case.deposits):
        awarded = has and now.award[d] != NOBODY
        yield f"candidate.{deposit}", case.bidder(now.award[d]).name if awarded else None
    for column in ("utility", "aspiration", "floor"):
        yield column, float(now[column]) if has else None
    yield "runner_up", float(now.runner_up) if has and now.has_runner_up else None
    yield "shelve_utility", float(now.shelve_utility)
    asked = now.requested_concession >= 0.0
    yield "requested_concession", float(now.requested_concession) if asked else None
    settled = now.decision in (ACCEPT, COUNTER)
    yield "settled_concession", float(now.settled_concession) if settled else None
    yield "decision", DECISIONS[int(now.decision)]
