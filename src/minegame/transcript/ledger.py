"""The host's ledger: its utility term by term in the decisive month, and through which terms the winner won."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import turns
from minegame.game import LEDGER
from minegame.transcript.case import Case, writable
from minegame.transcript.wording import listed, money

if TYPE_CHECKING:
    from minegame.agents import Bidder

#: The column of the ledger that stands for keeping the deposits.
SHELVING = "shelved"

#: What each term of the host's utility means, in the order of ``game.LEDGER``.
TERM_WORDS = {
    "tax": "Taxes and royalties, if the mine is built",
    "dividends": "Dividends on the state's equity, if built",
    "processing": "Local processing, if built",
    "offtake": "Output the bidder markets, if built",
    "bonus": "Bonus, as far as capital is covered",
    "taste": "Officials' lasting taste for the bidder",
    "evaluation": "This month's evaluation of the bid",
    "synergy": "One operator for all deposits",
    "threat_loss": "Tariff threats from camps left out",
    "backlash": "Backlash at home for yielding to a threat",
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

    ``columns`` maps a bidder's name (or ``shelved``) to its terms, those of ``game.LEDGER``, ``option`` and
    ``total``.  A bidder's column gives it every deposit; bidders that do not bid on all of them are in ``notes``.
    """

    month: int
    labels: Mapping[str, str]
    columns: Mapping[str, Mapping[str, float]]
    chosen: Mapping[str, str]
    utility: float
    aspiration: float | None
    floor: float | None
    notes: tuple[str, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """The terms that are not zero in every column, in the order of the ledger, the total last."""
        names = [*LEDGER, "option", "total"]
        return tuple(n for n in names if any(column.get(n, 0.0) != 0.0 for column in self.columns.values()))


def ledger(case: Case) -> Ledger:
    """The host's utility term by term in the decisive month."""
    last = case.negotiation.history[-1]
    scratch = writable(last)
    columns: dict[str, dict[str, float]] = {}
    notes: list[str] = []
    for bidder in case.negotiation.bidders:
        if last.bids_on_all[bidder.index]:
            entries = np.zeros(len(LEDGER))
            total = float(turns.ledger(case.game, scratch, bidder.index, entries))
            columns[bidder.name] = {**dict(zip(LEDGER, entries.tolist(), strict=True)), "total": total}
        else:
            notes.append(_absence(case, bidder))
    columns[SHELVING] = _shelving_column(case, scratch, float(last.shelve_utility))
    labels = {b.name: b.label for b in case.negotiation.bidders} | {SHELVING: "Shelving"}
    chosen = {d: w for d, w in case.negotiation.winners.items() if w is not None}
    has = bool(last.has_candidate)
    ledger = Ledger(
        month=int(last.month),
        labels=labels,
        columns=columns,
        chosen=chosen,
        utility=float(case.outcome.utility),
        aspiration=float(last.aspiration) if has else None,
        floor=float(last.floor) if has else None,
        notes=(),
    )
    notes = [*notes, *_floor_note(case, last), *_choice_notes(case, ledger)]
    return _with_notes(ledger, notes)


def _with_notes(ledger: Ledger, notes: list[str]) -> Ledger:
    return replace(ledger, notes=tuple(notes))


def _shelving_column(case: Case, state: Any, total: float) -> dict[str, float]:
    state.share[:] = 0.0
    terms = [turns.political_terms(case.game, state, k) for k in range(case.game.patrons)]
    return {
        "threat_loss": -sum(float(loss) for loss, _, _, _ in terms),
        "balance": float(turns.balance(case.game, state)),
        "option": float(turns.shelving_rent(case.game, state)),
        "total": total,
    }


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
    floor = float(last.floor)
    if floor == float(last.shelve_utility):
        source = "what shelving is worth"
    elif floor == float(last.opening_utility):
        source = "what the preferred allocation is worth before any concession"
    else:
        source = "what the runner-up would give at full concession"
        if floor == float(last.full_utility):
            source = "the preferred allocation's own full concession, which the runner-up could match"
    yield f"{case.host} could count on {money(floor)}: {source}. It held out for {money(last.aspiration)}."


def _choice_notes(case: Case, ledger: Ledger) -> Iterator[str]:
    """Which column won, and through which terms; or what was chosen that no column shows."""
    winners = list(dict.fromkeys(ledger.chosen.values()))
    if case.outcome.countered:
        yield f"{ledger.labels[winners[0]]} stands at the terms agreed, the others at their offers of the month."
    if not winners:
        yield "Nothing was awarded: no allocation that the bidders would agree to beat shelving."
    elif len(winners) > 1:
        award = case.allocation(case.negotiation.history[-1].award)
        yield (
            f"Each column gives one bidder everything. The lots were split instead: {award}, "
            f"a utility of {money(ledger.utility)}."
        )
    else:
        yield from _comparison(case, ledger, winners[0])


def _comparison(case: Case, ledger: Ledger, winner: str) -> Iterator[str]:
    rivals = {n: c["total"] for n, c in ledger.columns.items() if n not in (winner, SHELVING)}
    rival = max(rivals, key=lambda name: rivals[name], default=SHELVING)
    mine, other = ledger.columns[winner], ledger.columns[rival]
    gaps = {t: mine.get(t, 0.0) - other.get(t, 0.0) for t in ledger.shown if t != "total"}
    order = sorted(gaps, key=lambda t: -abs(gaps[t]))
    for_it = [f"{_TERM_NAMES[t]} {money(gaps[t], sign=True)}" for t in order if gaps[t] >= 0.5][:4]
    against = [f"{_TERM_NAMES[t]} {money(gaps[t], sign=True)}" for t in order if gaps[t] <= -0.5][:3]
    lead, ahead = mine["total"] - other["total"], mine["total"] - ledger.columns[SHELVING]["total"]
    words = f"{ledger.labels[winner]} leads {ledger.labels[rival]} by {money(lead)}"
    yield (
        f"{words}: for it {listed(for_it) if for_it else 'nothing'}; "
        f"against it {listed(against) if against else 'nothing'}. It beats shelving by {money(ahead)}."
    )
