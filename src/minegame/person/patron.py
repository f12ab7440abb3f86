"""How a patron is talked to: which levers, and how hard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from minegame.game import LEVER_TABLE, LEVERS
from minegame.options import refuse
from minegame.person.voice import Before, begun, number
from minegame.sides import Turn
from minegame.transcript.wording import counted, inside, lever_words, listed, money, percent

_WHOLE = ("same", "plan", "none")


class PatronVoice:
    """A patron presses levers; what it does not name stays as it was last month."""

    keys = "levers such as finance 1, same, none, plan, odds, ?, quit"

    def goal(self, turn: Turn) -> str:
        """What award and mine are worth to it, and what a point costs it."""
        game, k = turn.agent.model.game, turn.side.index
        bidders = [inside(b.label) for b in turn.agent.model.bidders if game.bidder_patron[b.index] == k]
        stake, at_once = money(game.patron_stake[k]), percent(game.patron_stake_on_award[k])
        capital = counted(round(float(game.patron_budget[k]), 1), "point")
        return (
            f"In your camp {f'bids {listed(bidders)}' if bidders else 'nobody bids'}. If it wins everything, that is "
            f"worth {stake} to you: {at_once} of it at the award and the rest if the mines are built. You have "
            f"{capital} of political capital; each that you spend costs you {game.patron_point_value[k]:g} M$."
        )

    def has_choice(self, turn: Turn) -> str:
        """A patron without political capital presses nothing that costs any."""
        game, k = turn.agent.model.game, turn.side.index
        is_spent = turn.state["budget_left"][0, k] <= 0.0 and (game.lever_price[k] > 0.0).all()
        return "Your political capital is used up: you can press no lever." if is_spent else ""

    def sees(self, turn: Turn) -> Sequence[str]:
        """Its own capital and standing, who led last month, rivals' levers, public letters."""
        return list(_seen(turn))

    def help(self, turn: Turn) -> Sequence[str]:
        """The levers with their range and price."""
        prices = turn.agent.model.game.lever_price[turn.side.index]
        return [
            "Name levers and how hard you press each this month; those you do not name stay as they were.",
            *(
                f"  {lever.name:<11} 0 … {lever.hardest:g}  {lever.label}{_full(lever.full)}; "
                f"{prices[n]:g} points a month at 1"
                for n, lever in enumerate(LEVER_TABLE)
            ),
            "  same (or Enter): as last month   none: nothing   plan: as the scenario has it this month",
            "  odds: what may come of each choice   odds finance 1: and of that one   quit: leave the table",
            "Names may be cut: 't 1 f .5'. If capital does not last, all levers of the month are scaled down alike.",
        ]

    def read(self, turn: Turn, words: Sequence[str], before: Before) -> np.ndarray:
        """Intensities of all levers."""
        now = np.zeros(len(LEVERS)) if before is None else before
        if len(words) < 2:
            word = begun(words[0], (*_WHOLE, *LEVERS), "answer") if words else "same"
            if word in _WHOLE:
                return {"same": now, "plan": turn.plan, "none": np.zeros(len(LEVERS))}[word].copy()
        return _pressed(words, now.copy())

    def usual(self, turn: Turn, before: Before) -> dict[str, np.ndarray]:
        """As last month, nothing, as planned, and each lever at full strength beside those of last month."""
        now = np.zeros(len(LEVERS)) if before is None else before
        choices = {"same as last month": now, "none": np.zeros(len(LEVERS)), "plan": turn.plan}
        for n, lever in enumerate(LEVER_TABLE):
            if now[n] < 1.0:
                choices[f"{lever.name} 1"] = np.where(np.arange(len(LEVERS)) == n, 1.0, now)
        return choices

    def said(self, turn: Turn, choice: np.ndarray) -> str:
        """The levers as they are typed."""
        return (
            " ".join(f"{lever} {strength:.12g}" for lever, strength in zip(LEVERS, choice, strict=True) if strength)
            or "none"
        )


def _full(full: float) -> str:
    return f" (1 is {percent(full)})" if full < 1.0 else ""


def _pressed(words: Sequence[str], levers: np.ndarray) -> np.ndarray:
    """Levers with those that are named changed."""
    parts = [part for word in words for part in re.split("[=:]", word) if part]
    for name, strength in zip(parts[::2], [*parts[1::2], None], strict=False):
        lever = LEVERS.index(begun(name, LEVERS, "lever"))
        if strength is None:
            refuse("", f"{LEVERS[lever]} how hard? expected a number between 0 and {LEVER_TABLE[lever].hardest:g}")
        levers[lever] = number(strength, LEVER_TABLE[lever].hardest, LEVERS[lever])
    return levers


def _seen(turn: Turn) -> Iterator[str]:
    seen, name, state, k = turn.seen, turn.side.name, turn.state, turn.side.index
    left = counted(round(float(state["budget_left"][0, k]), 1), "point")
    standing = f"credit {percent(seen[f'{name}.credit'])}, summits {seen[f'{name}.summits']:.0f}"
    yield f"You have {left} left; credibility of your threats {percent(seen[f'{name}.credibility'])}, {standing}."
    if turn.month == 0:
        return
    camp = f"your camp would have got {percent(seen['leads'])} of the value" if seen["bids"] else "nobody bid"
    yield f"Last month {inside(turn.agent.model.host.label)} signed nothing; {camp}."
    for patron in turn.agent.model.patrons:
        who, whose = ("You", "your") if patron is turn.agent else (patron.label, "its")
        pressed = [lever_words(n, seen[f"{patron.name}.{lever}"], whose) for n, lever in enumerate(LEVERS)
                   if seen[f"{patron.name}.{lever}"] > 0.0]  # fmt: skip
        yield f"{who} pressed with {listed(pressed)}." if pressed else f"{who} pressed no lever."
    letters = [lender.label for lender in turn.agent.model.financiers if seen.get(f"letter.{lender.name}", 0.0) > 0.0]
    if letters:
        yield f"Public letters are out from {listed(letters)}."
