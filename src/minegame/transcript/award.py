"""The award: how the tender ended, in a sentence, and the terms agreed for each deposit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from minegame.game import NOBODY
from minegame.transcript.case import Case
from minegame.transcript.wording import inside, listed

_TERMS = ("equity", "bonus", "processing", "offtake", "concession", "coverage", "completion")


@dataclass(frozen=True)
class Terms:
    """What was agreed for one deposit; ``winner`` is None and the terms zero where the deposit was kept."""

    deposit: str
    label: str
    winner: str | None
    winner_label: str | None
    equity: float
    bonus: float
    processing: float
    offtake: float
    concession: float
    coverage: float
    completion: float


def terms(case: Case) -> Iterator[Terms]:
    """What was agreed, deposit by deposit."""
    out = case.outcome
    for d, name in enumerate(case.deposits):
        winner = None if out.winner[d] == NOBODY else case.bidder(out.winner[d])
        yield Terms(
            name,
            case.negotiation.scenario.deposits[name].label or name,
            winner.name if winner else None,
            winner.label if winner else None,
            *(float(out[term][d]) for term in _TERMS),
        )


def summary(case: Case) -> str:
    """How it ended, in a sentence."""
    out, when = case.outcome, case.date(int(case.outcome.month))
    if out.shelved:
        return f"{case.negotiation.host.label} shelved {case.everything()} in {when}."
    how = "after a counter-offer" if out.countered else "as offered"
    built = [case.deposit_labels[d] for d in range(len(case.deposits)) if out.done[d]]
    fate = f"{listed(built)} {'was' if len(built) == 1 else 'were'} completed" if built else "no mine was completed"
    return f"In {when} {case.host} awarded {_gifts(case)}, {how}; {fate}."


def _gifts(case: Case) -> str:
    lots = case.lots(case.outcome.winner)
    if len(lots) == 1:
        return f"{case.everything()} to {inside(case.bidder(next(iter(lots))).label)}"
    kept = lots.pop(NOBODY, [])
    named = [(label, i) for i, labels in lots.items() for label in labels]
    named.sort(key=lambda gift: case.deposit_labels.index(gift[0]))
    gifts = listed([f"{label} to {inside(case.bidder(i).label)}" for label, i in named])
    return f"{gifts} and kept {listed(kept)}" if kept else gifts
