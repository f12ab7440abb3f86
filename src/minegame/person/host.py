"""How the host is talked to: accept, counter, wait or shelve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.options import refuse
from minegame.person.voice import Before, begun
from minegame.sides import HOST_CHOICES, Turn
from minegame.transcript.wording import inside, lever_words, listed, money, percent

if TYPE_CHECKING:
    from minegame.agents import Bidder, Host

_MEANINGS = {
    "accept": "sign with the candidate at this month's offers",
    "counter": "ask it for what meets your aspiration: it is signed if it agrees",
    "wait": "leave the tender open for another month",
    "shelve": "award nothing and keep everything",
}


class HostVoice:
    """The host decides about the allocation that it likes best this month."""

    keys = f"{', '.join(HOST_CHOICES)}, plan, odds, ?, quit"

    def goal(self, turn: Turn) -> str:
        """To get as much as it can of what bidders and patrons have to give."""
        return (
            "You own the deposits. Bidders offer more every month; patrons press. Your value at the end is what mines, "
            "bonuses and access really bring, less tariffs, backlash and an unbalanced portfolio of camps."
        )

    def has_choice(self, turn: Turn) -> str:
        """The host decides every month."""
        return ""

    def sees(self, turn: Turn) -> Sequence[str]:
        """Every offer and what it is worth, who presses, and what it holds out for."""
        return [*_offers(turn.agent), *_pressure(turn), *_weighed(turn.agent)]

    def help(self, turn: Turn) -> Sequence[str]:
        """What can be decided this month."""
        return [
            *(f"  {word:<8} {_MEANINGS[word]}" for word in _allowed(turn)),
            f"  plan     as the scenario's host would: {HOST_CHOICES[int(turn.plan[0])]}",
            "  odds: what may come of each choice   quit: leave the table",
        ]

    def read(self, turn: Turn, words: Sequence[str], before: Before) -> np.ndarray:
        """The place of a decision."""
        if len(words) != 1:
            refuse("", f"expected one of {', '.join((*_allowed(turn), 'plan'))}")
        word = begun(words[0], (*HOST_CHOICES, "plan"), "answer")
        if word == "plan":
            return turn.plan.copy()
        if word not in _allowed(turn):
            why = "nobody bids" if word == "accept" else "this is the last month"
            refuse("", f"you cannot {word}: {why}; expected one of {', '.join((*_allowed(turn), 'plan'))}")
        return np.array([HOST_CHOICES.index(word)])

    def usual(self, turn: Turn, before: Before) -> dict[str, np.ndarray]:
        """Everything that can be decided this month."""
        return {word: np.array([HOST_CHOICES.index(word)]) for word in _allowed(turn)}

    def said(self, turn: Turn, choice: np.ndarray) -> str:
        """The decision."""
        return HOST_CHOICES[int(choice[0])]


def _allowed(turn: Turn) -> list[str]:
    host: Any = turn.agent
    words = [word for word in HOST_CHOICES if word != "accept" or host.candidate]
    return [word for word in words if word in ("accept", "shelve")] if host.is_last_month else words


def _offers(host: Any) -> Iterator[str]:
    worth = host.ledger()
    for bidder in host.model.bidders:
        lots = [f"{percent(offer.equity)} equity and {money(offer.bonus)} bonus for {_deposit(host, name)}"
                for name, offer in bidder.offers.items()]  # fmt: skip
        total = (
            f"; everything to it is worth {money(worth[bidder.name]['total'])} to you" if bidder.name in worth else ""
        )
        yield (
            f"{bidder.label} offers {listed(lots)}{_backing(bidder)}{total}."
            if lots
            else f"{bidder.label} does not bid."
        )


def _deposit(host: Host, name: str) -> str:
    return inside(host.model.case.deposits[name].label or name)


def _backing(bidder: Bidder) -> str:
    return f", coverage {percent(bidder.coverage)}, completion {percent(bidder.completion)}"


def _pressure(turn: Turn) -> Iterator[str]:
    for patron in turn.agent.model.patrons:
        pressed = [lever_words(n, strength) for n, strength in enumerate(patron.levers.values()) if strength > 0.0]
        standing = f"credibility {percent(patron.credibility)}, credit {percent(patron.credit)}"
        yield f"{patron.label} presses with {listed(pressed) if pressed else 'no lever'} ({standing})."


def _weighed(host: Any) -> Iterator[str]:
    shelving = f"shelving is worth {money(host.shelve_utility)}"
    if not host.candidate:
        yield f"Nobody bids for you to weigh; {shelving}."
        return
    labels = {bidder.name: inside(bidder.label) for bidder in host.model.bidders}
    gifts = [
        f"{_deposit(host, d)} to {labels[b]}" if b else f"{_deposit(host, d)} kept" for d, b in host.candidate.items()
    ]
    yield (
        f"You like best: {listed(gifts)}; worth {money(host.utility)}, the scenario's host would hold out for "
        f"{money(host.aspiration)}, {shelving}."
    )
