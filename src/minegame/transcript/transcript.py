"""The whole story of one negotiation, put together as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from minegame.transcript.aftermath import Terms, aftermath, summary, terms
from minegame.transcript.case import Case, Event
from minegame.transcript.ledger import TERM_WORDS, Ledger, ledger
from minegame.transcript.played import changes as changes_of
from minegame.transcript.played import replaced
from minegame.transcript.story import luck, story, table
from minegame.transcript.wording import calendar_month, words

if TYPE_CHECKING:
    from minegame.model import Negotiation


@dataclass(frozen=True)
class Transcript:
    """The whole story of one negotiation, as data; ``words`` are those that it uses, with their meanings."""

    title: str
    scenario: str
    fingerprint: str
    changes: tuple[str, ...]
    seed: int
    replication: int
    start: str
    months: int
    summary: str
    table: tuple[tuple[str, str], ...]
    luck: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, str], ...]
    events: tuple[Event, ...]
    ledger: Ledger
    award_month: int
    terms: tuple[Terms, ...]
    aftermath: tuple[Event, ...]

    @classmethod
    def of(
        cls, negotiation: Negotiation, scenario: str | None = None, changes: Sequence[str] | None = None
    ) -> Transcript:
        """Tell a finished negotiation; ValueError if it is still running.

        Args:
            negotiation: what is told.
            scenario: what to call the scenario, such as the path of its file; without it, its name.
            changes: what was changed in that scenario, ``path=value`` each; without it, the values that differ from
                the shipped scenario of that name.
        """
        if negotiation.running or not negotiation.history:
            raise ValueError("the negotiation is not finished: play() it first")
        case = Case.of(negotiation)
        changed = changes_of(negotiation) if changes is None else changes
        opening, chance = tuple(table(case)), tuple(luck(case))
        events, account, after = tuple(story(case)), ledger(case), tuple(aftermath(case))
        told = [text for _, text in (*opening, *chance)] + [event.text for event in (*events, *after)]
        return cls(
            title=negotiation.case.title,
            scenario=negotiation.case.name if scenario is None else scenario,
            fingerprint=negotiation.case.fingerprint(),
            changes=(*changed, *replaced(negotiation)),
            seed=negotiation.seed,
            replication=negotiation.replication,
            start=case.start,
            months=int(negotiation.game.months),
            summary=summary(case),
            table=opening,
            luck=chance,
            words=tuple(words([*told, *account.notes, *(TERM_WORDS[term] for term in account.shown)])),
            events=events,
            ledger=account,
            award_month=int(negotiation.outcome.month),
            terms=tuple(terms(case)),
            aftermath=after,
        )

    def document(self) -> dict[str, Any]:
        """The transcript as plain values, for JSON."""
        return asdict(self)

    def month_label(self, month: int) -> str:
        """The calendar month of a month of the tender, such as ``July 2025``."""
        return calendar_month(self.start, month)
