"""The host's ledger: its utility term by term in the decisive month, and through which terms the winner won."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.game import LEDGER, NOBODY
from minegame.transcript.case import Case
from minegame.transcript.wording import inside, listed, money, moneys, telling

if TYPE_CHECKING:
    from minegame.agents import Bidder

#: The column of the ledger that stands for keeping the deposits.
SHELVING = "shelved"

#: What each term of the host's utility means, in the order of ``game.LEDGER``.
TERM_WORDS = {
    "tax": "Taxes and royalties × P(completion)",
    "dividends": "Dividends on equity × P(completion)",
    "processing": "Local processing × P(completion)",
    "offtake": "Offtake granted × P(completion)",
    "bonus": "Bonus × coverage",
    "taste": "Officials' taste for the bidder",
    "evaluation": "This month's evaluation of the bid",
    "synergy": "One operator for all deposits",
    "threat_loss": "Tariff threats from camps left out",
    "backlash": "Backlash for yielding to a threat",
    "access": "Market access the patron promises",
    "credit": "Credit of past cooperation",
    "balance": "Imbalance between the camps",
    "option": "Option to develop the deposits later",
    "total": "Utility",
}

#: The same terms in a word or two, for sentences.
_TERM_NAMES = {
    "tax": "taxes", "dividends": "dividends", "processing": "local processing", "offtake": "offtake", "bonus": "bonus",
    "taste": "officials' taste", "evaluation": "evaluation", "synergy": "one operator", "threat_loss": "tariff threats",
    "backlash": "backlash", "access": "market access", "credit": "credit", "balance": "balance", "option": "option",
}  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """The host's utility term by term, M$, in the decisive month: a column for each bidder and for shelving.

    ``columns`` maps a bidder's name (or ``shelved``) to its terms, those of ``game.LEDGER``, and ``total``.  A
    bidder's column gives it every deposit; bidders that do not bid on all of them are in ``notes``.  Where the host
    preferred to split the lots, or to keep some, that allocation has a column of its own, under the names of its
    bidders joined by "+", with "kept" if some are.  ``award`` is the column of what was decided.
    """

    month: int
    labels: Mapping[str, str]
    columns: Mapping[str, Mapping[str, float]]
    chosen: Mapping[str, str]
    award: str
    utility: float
    aspiration: float | None
    floor: float | None
    notes: tuple[str, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """The terms that are not zero in every column, in the order of the ledger, the total last."""
        names = [*LEDGER, "total"]
        return tuple(n for n in names if any(column.get(n, 0.0) != 0.0 for column in self.columns.values()))


def ledger(case: Case) -> Ledger:
    """The host's utility term by term in the decisive month."""
    from minegame.agents import allocation_name  # Mesa takes long to import

    last = case.negotiation.history[-1]
    columns = {name: _without_option(column) for name, column in case.negotiation.host.ledger().items()}
    notes = [_absence(case, bidder) for bidder in case.negotiation.bidders if bidder.name not in columns]
    chosen = {d: w for d, w in case.negotiation.winners.items() if w is not None}
    labels = {b.name: b.label for b in case.negotiation.bidders} | {SHELVING: "Shelving"}
    apart = "Partial" if len(chosen) < len(case.deposits) else "Split"
    labels |= {name: f"{apart} award" if chosen else "Not all to one" for name in columns if name not in labels}
    columns[SHELVING] = _shelving_column(case)
    has = bool(last.has_candidate)
    ledger = Ledger(
        month=int(last.month),
        labels=labels,
        columns=columns,
        chosen=chosen,
        award=allocation_name(case.negotiation.winners) or SHELVING,
        utility=float(case.outcome.utility),
        aspiration=float(last.aspiration) if has else None,
        floor=float(last.floor) if has else None,
        notes=(),
    )
    return replace(ledger, notes=(*notes, *_floor_note(case, last), *_choice_notes(case, ledger)))


def _without_option(column: Mapping[str, float]) -> dict[str, float]:
    """A column; where nothing is kept there is no option to develop it later."""
    return {term: amount for term, amount in column.items() if term != "option" or amount != 0.0}


def _shelving_column(case: Case) -> dict[str, float]:
    """What keeping everything is worth; the terms that no bid adds to."""
    terms = case.negotiation.host.terms_of(np.full(len(case.deposits), NOBODY))
    return {term: terms[term] for term in ("threat_loss", "balance", "option", "total")}


def _absence(case: Case, bidder: Bidder) -> str:
    month = len(case.records) - 1
    bids = case.bids(month, bidder.index)
    if bids:
        only = listed([case.deposit_labels[d] for d in bids])
        return f"{bidder.label} would bid for {only} only, so no column gives it everything."
    return f"{bidder.label} {case.no_offer(month, bidder)}."


def _floor_note(case: Case, last: Any) -> Iterator[str]:
    if not last.has_candidate:
        return
    floor, aspiration = moneys(last.floor, last.aspiration)
    aspiration = aspiration if aspiration != floor else "no more"
    if last.floor == last.shelve_utility:
        source = "that of shelving"
    elif last.floor == last.opening_utility:
        source = "that of the preferred allocation before any concession"
    elif last.floor == last.full_utility:
        source = "that of the preferred allocation at full concession, which the runner-up could match"
    else:
        source = "that of the runner-up at full concession"
    yield (
        f"{case.negotiation.host.label} could count on a utility of {floor}, {source}, and held out for {aspiration}."
    )


def _choice_notes(case: Case, ledger: Ledger) -> Iterator[str]:
    """What the columns stand for, which of them won, and through which terms."""
    if case.outcome.countered:
        yield f"{ledger.labels[ledger.award]} stands at the terms agreed, the others at their offers of the month."
    if not ledger.chosen:
        yield "Nothing was awarded: nothing on offer was worth more than shelving."
        return
    if ledger.award not in case.negotiation.case.bidder_names:
        how = "The lots were split" if case.outcome.split else "Not every lot was awarded"
        award = case.allocation(case.negotiation.history[-1].award)
        yield f"{how}: {award}. The columns of single bidders give one of them everything."
    yield from _comparison(case, ledger)


def _comparison(case: Case, ledger: Ledger) -> Iterator[str]:
    rivals = {n: c["total"] for n, c in ledger.columns.items() if n not in (ledger.award, SHELVING)}
    rival = max(rivals, key=lambda name: rivals[name], default=SHELVING)
    mine, other = ledger.columns[ledger.award], ledger.columns[rival]
    gaps = {t: mine.get(t, 0.0) - other.get(t, 0.0) for t in ledger.shown if t != "total"}
    lead, ahead = mine["total"] - other["total"], mine["total"] - ledger.columns[SHELVING]["total"]
    alone = ledger.award in case.negotiation.case.bidder_names
    winner = ledger.labels[ledger.award] if alone else "The split" if case.outcome.split else "The partial award"
    words = (
        f"{winner} leads {_named(ledger, rival)} by {money(lead, digits=telling(lead, 0.0))}: "
        f"for it {_largest(gaps, 1.0, 4)}; against it {_largest(gaps, -1.0, 3)}."
    )
    yield words if rival == SHELVING else f"{words} It beats shelving by {money(ahead, digits=telling(ahead, 0.0))}."


def _named(ledger: Ledger, column: str) -> str:
    return "shelving" if column == SHELVING else inside(ledger.labels[column])


def _largest(gaps: Mapping[str, float], side: float, count: int) -> str:
    """The largest differences on one side, in words; "mainly" where there are more."""
    order = sorted((term for term in gaps if side * gaps[term] >= 0.5), key=lambda term: -abs(gaps[term]))
    named = [f"{_TERM_NAMES[term]} {money(gaps[term], sign=True)}" for term in order[:count]]
    return f"{'mainly ' if len(order) > count else ''}{listed(named) if named else 'nothing'}"
