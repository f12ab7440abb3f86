"""How a bidder is talked to: how much of what it could pay it offers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from minegame import door, turns
from minegame.game import copied
from minegame.options import refuse
from minegame.person.voice import Before, begun, number
from minegame.sides import Turn
from minegame.transcript.wording import inside, listed, money, percent

_LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)


class BidderVoice:
    """A bidder chooses a concession: the part of the most it could transfer that it offers."""

    keys = "a concession from 0 to 1, plan, odds, ?, quit"

    def goal(self, turn: Turn) -> str:
        """To win, and to keep as much as it can."""
        host = inside(turn.agent.model.host.label)
        return (
            "You want the award, and to keep as much as you can of the most that you could pay for it. Your concession "
            f"is the part of it that you offer. If {host} asks for more in a month, you agree as far as the scenario's "
            "plan for the next month goes, or as far as you offered."
        )

    def has_choice(self, turn: Turn) -> str:
        """A bidder decides only where it bids."""
        if turn.state["bids"][0, turn.side.index].any():
            return ""
        entry = int(turn.agent.model.game.bidder_entry[turn.side.index])
        return "You do not bid yet." if turn.month < entry else "You do not bid: no deposit pays at your cost."

    def sees(self, turn: Turn) -> Sequence[str]:
        """Price, money behind it, what it was asked for, and what its offer would be."""
        return list(_seen(turn))

    def help(self, turn: Turn) -> Sequence[str]:
        """What a concession is."""
        return [
            "Answer with your concession this month: 0 offers nothing above the minimum, 1 all that you could pay.",
            f"  plan (or Enter): as the scenario has it, {turn.plan[0]:.3f} this month",
            "  odds: what may come of each choice   odds 0.6: and of that one   quit: leave the table",
        ]

    def read(self, turn: Turn, words: Sequence[str], before: Before) -> np.ndarray:
        """A concession."""
        if len(words) > 1:
            refuse("", "that is more than one answer: expected a concession between 0 and 1, or plan")
        if not words or words[0][:1].isalpha():
            begun(words[0] if words else "plan", ("plan",), "answer")
            return turn.plan.copy()
        return np.array([number(words[0], 1.0, "concession")])

    def usual(self, turn: Turn, before: Before) -> dict[str, np.ndarray]:
        """As planned, and from nothing to everything."""
        return {"plan": turn.plan, **{f"{level:g}": np.array([level]) for level in _LEVELS}}

    def said(self, turn: Turn, choice: np.ndarray) -> str:
        """The concession as it is typed."""
        return f"{choice[0]:.12g}"


def _seen(turn: Turn) -> Iterator[str]:
    seen, i = turn.seen, turn.side.index
    price, completion = f"{turn.state['mine_price'][0]:.0f} USD/mtu", percent(seen["completion"])
    covered = f"{percent(seen['coverage'])} of your capital counts as covered"
    yield f"A mine can expect {price}; {covered}, completion {completion}."
    if seen["mandate"] > 0.0:
        yield f"Your patron's mandate to its lenders ({percent(seen['mandate'])}) lets you pay more."
    if seen["denial"] > 0.0:
        yield f"A rival patron denies technology ({percent(seen['denial'])})."
    if seen["asked"] > 0.0:
        yield f"Last month {inside(turn.agent.model.host.label)} asked you for a concession of {seen['asked']:.3f}."
    for level in dict.fromkeys((0.0, float(turn.plan[0]), 0.5, 1.0)):
        plan = " (plan)" if level == turn.plan[0] else ""
        yield f"  at {level:.3f}{plan} you would offer {listed(_offers(turn, i, level))}"


def _offers(turn: Turn, i: int, concession: float) -> list[str]:
    """The bidder's own offers at a concession, deposit by deposit."""
    model, state = turn.agent.model, copied(turn.state)
    state["concession"][0, i] = concession
    door.take(turns.offer, model.game_array, state, model.outcome_array, i)
    return [
        f"{percent(state['equity'][0, i, d])} state equity and a bonus of {money(state['bonus'][0, i, d])} for "
        f"{inside(spec.label or name)}"
        for d, (name, spec) in enumerate(model.case.deposits.items())
        if state["bids"][0, i, d]
    ]
