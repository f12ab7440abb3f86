"""One negotiation on the page: what came of it, its months as a picture, the host's ledger, and the story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minegame.page.pictures import address
from minegame.plots.negotiation import timeline
from minegame.scenario import Scenario
from minegame.transcript import TERM_WORDS, Cast, Ledger, Transcript, months_table
from minegame.transcript.wording import number, telling


@dataclass(frozen=True)
class Told:
    """One negotiation: a sentence, its picture, the host's ledger as a table, and what happened in lines."""

    summary: str
    picture: str
    ledger: dict[str, Any]
    story: list[tuple[str, str, str]]


def told(scenario: Scenario, seed: int, replication: int) -> Told:
    """Play one negotiation and tell it."""
    from minegame.model import Negotiation

    negotiation = Negotiation(scenario, seed=seed, replication=replication).play()
    transcript = Transcript.of(negotiation, scenario.name, [])
    months = months_table(negotiation)

    drawn = address(lambda: timeline(months, Cast.of(negotiation)))
    return Told(transcript.summary, drawn, _ledger(transcript), _story(transcript))


def _ledger(transcript: Transcript) -> dict[str, Any]:
    ledger = transcript.ledger
    rows = [[TERM_WORDS[term], *_cells(ledger, term)] for term in ledger.shown]
    return {
        "title": f"The host's ledger, {transcript.month_label(ledger.month)}, M$",
        "head": ["term", *(_heading(ledger, name) for name in ledger.columns)],
        "rows": rows,
        "numeric": [False, *(True for _ in ledger.columns)],
        "note": " ".join(ledger.notes),
    }


def _heading(ledger: Ledger, name: str) -> str:
    return f"{ledger.labels[name]} (chosen)" if name == ledger.award else ledger.labels[name]


def _cells(ledger: Ledger, term: str) -> list[str]:
    amounts = [column.get(term) for column in ledger.columns.values()]
    digits = telling(*(amount for amount in amounts if amount is not None)) if term == "total" else 0
    return ["–" if amount is None else number(amount, digits=digits) for amount in amounts]


def _story(transcript: Transcript) -> list[tuple[str, str, str]]:
    """Month, who and what of everything that happened."""
    events = [(transcript.month_label(event.month), event.who, event.text) for event in transcript.events]
    return [*events, *(("afterwards", event.who, event.text) for event in transcript.aftermath)]
