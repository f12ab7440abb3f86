"""A negotiation as its records show it: who is who, how things stood each month, how it ended, and what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from minegame import turns
from minegame.game import COUNTER, NOBODY, STATE, new_records
from minegame.transcript.wording import calendar_month, inside, listed, percent

if TYPE_CHECKING:
    from minegame.agents import Bidder, Participant
    from minegame.model import Negotiation


@dataclass(frozen=True)
class Event:
    """Something that happened: in which month, to whom, in words and in numbers.

    ``kind`` is one of market, levers, budget, episode, summit, letter, commitment, offer, no_offer, preference,
    decision while the tender is open, and threat, conversion, denial, completion, access, renegotiation, standing,
    payoff, host after the award.  ``agent`` is a path such as ``patrons.us``, ``who`` its label.
    """

    month: int
    kind: str
    agent: str
    who: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A negotiation and what its records say; every part of the transcript is told from it.

    ``records`` are the months with the offers as the bidders made them, ``host`` and ``deposit_labels`` what people
    call the host and the deposits in the middle of a sentence.
    """

    negotiation: Negotiation
    game: Any
    outcome: Any
    records: tuple[Any, ...]
    start: str
    deposits: tuple[str, ...]
    deposit_labels: tuple[str, ...]
    host: str

    @classmethod
    def of(cls, negotiation: Negotiation) -> Case:
        """Read the records of a negotiation."""
        game, scenario = negotiation.game, negotiation.case
        deposits = tuple(scenario.deposit_names)
        return cls(
            negotiation=negotiation,
            game=game,
            outcome=negotiation.outcome,
            records=tuple(_as_offered(game, record) for record in negotiation.history),
            start=str(scenario.tender.start),
            deposits=deposits,
            deposit_labels=tuple(inside(scenario.deposits[name].label or name) for name in deposits),
            host=inside(negotiation.host.label),
        )

    @property
    def award_month(self) -> int:
        """The month in which the tender was closed."""
        return int(self.outcome.month)

    def date(self, month: int) -> str:
        """The calendar month of a month of the tender."""
        return calendar_month(self.start, month)

    def bidder(self, index: int) -> Bidder:
        """The bidder at a place of the records."""
        return self.negotiation.bidders[int(index)]

    def weight(self, d: int) -> float:
        """A deposit's part of the value of all."""
        return float(self.game.deposit_weight[d])

    def everything(self) -> str:
        """All deposits, in words."""
        count = len(self.deposits)
        return {1: self.deposit_labels[0], 2: "both deposits"}.get(count, f"all {count} deposits")

    def allocation(self, award: Any) -> str:
        """Who gets what, and what is kept, in words."""
        lots = self.lots(award)
        if len(lots) == 1:
            return f"{inside(self.bidder(next(iter(lots))).label)} for {self.everything()}"
        kept = lots.pop(NOBODY, [])
        gifts = listed([f"{inside(self.bidder(i).label)} for {listed(labels)}" for i, labels in lots.items()])
        return f"{gifts}, keeping {listed(kept)}" if kept else gifts

    def lots(self, award: Any) -> dict[int, list[str]]:
        """The deposits of each bidder, and those of NOBODY that are kept."""
        lots: dict[int, list[str]] = {}
        for label, winner in zip(self.deposit_labels, award, strict=False):
            lots.setdefault(int(winner), []).append(label)
        return lots

    def bids(self, month: int, i: int) -> list[int]:
        """The deposits that a bidder bids on in a month."""
        return [d for d in range(len(self.deposits)) if self.records[month].bids[i, d]]

    def no_offer(self, month: int, bidder: Bidder) -> str:
        """Why a bidder makes no offer in a month."""
        i = bidder.index
        entry = int(self.game.bidder_entry[i])
        if month < entry:
            return f"does not bid yet: it enters in {self.date(entry)}"
        losing = [
            self.deposit_labels[d] for d in range(len(self.deposits)) if self.records[month].reservation[i, d] <= 0.0
        ]
        return f"does not bid: {listed(losing)} would not pay at its cost of capital and hurdle"

    def faded(self, month: int, k: int) -> str:
        """From where a patron's credit has faded since its latest summit, or the beginning, before a month."""
        held = [0.0, *(record.summits[k] for record in self.records[:month])]
        summits = [m for m in range(month) if held[m + 1] > held[m]]
        told = self.records[summits[-1]].credit[k] if summits else self.game.patron_credit[k]
        now = self.records[month - 1].credit[k] if month else told
        return f" (it had faded from {percent(told)})" if percent(told) != percent(now) else ""

    def event(self, month: int, kind: str, agent: Participant, text: str, **facts: Any) -> Event:
        """Something that happened to a participant, under its path and label."""
        group = f"{agent.kind}s." if agent.kind != "host" else ""
        return Event(month, kind, f"{group}{agent.name}", agent.label, text, facts)


def writable(record: Any) -> Any:
    """A copy of a month's record on which turns can be tried out."""
    state = new_records(STATE)
    state[0] = record
    return state[0]


def _as_offered(game: Any, record: Any) -> Any:
    """A copy of a month's record with the offers as the bidders made them, before a counter settled the deal."""
    state = writable(record)
    if record.decision == COUNTER:
        i = int(turns.main_bidder(game, state))
        state.utility = worth_at(game, state, i, float(state.concession[i]))
    return state


def worth_at(game: Any, state: Any, i: int, concession: float) -> float:
    """The host's utility if bidder ``i``, the only one of its candidate, offered another concession, M$."""
    lots = [d for d in range(game.deposits) if state.award[d] == i]
    rents = sum(turns.offer_at(game, state, i, d, min(1.0, concession)) for d in lots)
    return float(turns.standing_utility(game, state, state.award) + rents)
