"""The whole story of one negotiation, put together as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from minegame.transcript.aftermath import aftermath
from minegame.transcript.award import Terms, summary, terms
from minegame.transcript.case import Case
from minegame.transcript.event import Event
from minegame.transcript.ledger import Ledger, ledger
from minegame.transcript.opening import luck, table
from minegame.transcript.story import story
from minegame.transcript.wording import calendar_month

if TYPE_CHECKING:
    from minegame.model import Negotiation


@dataclass(frozen=True)
class Transcript:
    """The whole story of one negotiation, as data."""

    title: str
    seed: int
    replication: int
    start: str
    months: int
    summary: str
    table: tuple[tuple[str, str], ...]
    luck: tuple[tuple[str, str], ...]
    events: tuple[Event, ...]
    ledger: Ledger
    award_month: int
    terms: tuple[Terms, ...]
    aftermath: tuple[Event, ...]

    @classmethod
    def of(cls, negotiation: Negotiation) -> Transcript:
        """Tell a finished negotiation; ValueError if it is still running."""
        if negotiation.running or not negotiation.history:
            raise ValueError("the negotiation is not finished: play() it first")
        case = Case.of(negotiation)
        return cls(
            title=negotiation.scenario.title,
            seed=negotiation.seed,
            replication=negotiation.replication,
            start=case.start,
            months=int(negotiation.game.months),
            summary=summary(case),
            table=tuple(table(case)),
            luck=tuple(luck(case)),
            events=tuple(story(case)),
            ledger=ledger(case),
            award_month=int(negotiation.outcome.month),
            terms=tuple(terms(case)),
            aftermath=tuple(aftermath(case)),
        )

    def document(self) -> dict[str, Any]:
        """The transcript as plain values, for JSON."""
        return asdict(self)

    def month_label(self, month: int) -> str:
        """The calendar month of a month of the tender, such as ``July 2025``."""
        return calendar_month(self.start, month)
