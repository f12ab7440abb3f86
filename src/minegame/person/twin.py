"""The twin of a game that was played: the same luck, with the scenario's own side in the person's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from minegame.model import Negotiation
from minegame.sides import Side, payoffs
from minegame.text import possessive
from minegame.transcript import money, percent
from minegame.transcript.aftermath import summary
from minegame.transcript.case import Case
from minegame.transcript.wording import inside


@dataclass(frozen=True)
class Ending:
    """How a negotiation ended for one side: in a sentence, and what it was worth, M$."""

    summary: str
    payoff: float
    share: float | None
    month: int

    @classmethod
    def of(cls, negotiation: Negotiation, side: Side) -> Ending:
        """The ending of a negotiation that is over."""
        worth = payoffs(side, negotiation.state_array, negotiation.outcome_array)
        share = None if side.kind == "host" else _share(side, negotiation.outcome)
        return cls(summary(Case.of(negotiation)), float(worth[0]), share, int(negotiation.outcome.month))


def _share(side: Side, outcome: Any) -> float:
    return float(outcome["patron_share" if side.kind == "patron" else "value_share"][side.index])


@dataclass(frozen=True)
class Twin:
    """What the person's side got, and what the scenario's own would have got on the same luck."""

    side: Side
    played: Ending
    own: Ending
    answers: tuple[str, ...]

    @classmethod
    def of(cls, played: Negotiation, side: Side, answers: Sequence[str] = ()) -> Twin:
        """Play the same luck as the scenario has it, and compare; ``answers`` are those of the person."""
        own = Negotiation(played.case, seed=played.seed, replication=played.replication, collect=False).play()
        return cls(side, Ending.of(played, side), Ending.of(own, side), tuple(answers))

    def lines(self) -> list[str]:
        """The comparison, line by line."""
        label = inside(self.side.label)
        theirs = "the scenario's own host" if self.side.kind == "host" else f"the scenario's {label}"
        if self.played.payoff == self.own.payoff and self.played.summary == self.own.summary:
            last = f"You did no better and no worse than {theirs} on this luck."
        else:
            gain = money(self.played.payoff - self.own.payoff, sign=True, digits=1)
            last = f"Your choices made a difference of {gain} here. One luck is no average: ask odds on the way."
        return [
            f"You, {label}: {self.played.summary} {self._worth(self.played, 'your')}",
            f"On the same luck {theirs} would have played to this: {self.own.summary} {self._worth(self.own, 'its')}",
            last,
            f"Your answers: {'; '.join(self.answers) or 'none, there was nothing to decide'}.",
        ]

    def _worth(self, ending: Ending, whose: str) -> str:
        what = {
            "patron": f"{whose} payoff", "bidder": f"what {'you' if whose == 'your' else 'it'} kept of its means",
            "host": f"{whose} value",
        }[self.side.kind]  # fmt: skip
        won = "" if ending.share is None else f"{_camp(self.side, whose)} won {percent(ending.share)} of the value; "
        text = f"{won}{what} {money(ending.payoff, digits=1)}."
        return text[0].upper() + text[1:]

    def document(self) -> dict[str, Any]:
        """The comparison as plain values, for JSON."""
        answers = list(self.answers)
        return {"side": self.side.name, "answers": answers, "played": asdict(self.played), "twin": asdict(self.own)}


def _camp(side: Side, whose: str) -> str:
    if side.kind == "patron":
        return f"{whose} camp"
    return "you" if whose == "your" else possessive(side.label).removesuffix("'s").removesuffix("'")
