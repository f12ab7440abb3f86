"""Mesa agents whose decisions come from a policy: a function of what the side sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import door, seats, turns
from minegame.agents import Bidder, Host, Participant, Patron
from minegame.game import DECISIONS, LEVERS, copied
from minegame.sides.choices import orders_of, planned_choice
from minegame.sides.side import Side
from minegame.sides.sights import Sight, observed, sights

if TYPE_CHECKING:
    from minegame.model import Strategy


@dataclass(frozen=True)
class Turn:
    """A turn of one side: who it is, its own agent, and how everything stands where it chooses.

    A policy looks at ``observation`` (or ``seen``, the same by name) and ``plan``; ``state`` is for those that play
    the game on, and holds more than the side may see.
    """

    side: Side
    agent: Participant
    state: np.ndarray

    @property
    def month(self) -> int:
        """The month of the tender, from 0."""
        return int(self.state["month"][0])

    @cached_property
    def sights(self) -> tuple[Sight, ...]:
        """What the side sees, one by one."""
        return sights(self.agent.model.case, self.side)

    @cached_property
    def observation(self) -> np.ndarray:
        """What the side sees, as numbers within bounds: shape (sights,)."""
        return np.asarray(observed(self.sights, self.state)[0])

    @cached_property
    def seen(self) -> dict[str, float]:
        """What the side sees, by name."""
        return {sight.name: float(value) for sight, value in zip(self.sights, self.observation, strict=True)}

    @cached_property
    def plan(self) -> np.ndarray:
        """What the scenario's side would choose: intensities, a concession, or the place of a decision."""
        orders = np.full((1, seats.ORDERS), np.nan)
        model, nowhere = self.agent.model, np.array([seats.NOWHERE])
        door.go_on(model.game_array, self.state, model.outcome_array, nowhere, self.side.phase, orders)
        return np.atleast_1d(planned_choice(self.side, orders)[0])


#: Chooses in a turn: intensities of all levers, a concession, or the place of a decision in HOST_CHOICES.
Policy = Callable[[Turn], Sequence[float] | np.ndarray]


def played_by(policy: Policy, side: Side) -> dict[str, Strategy]:
    """The ``agents`` of a :class:`minegame.Negotiation` in which a side is played by a policy."""
    return {side.name: partial(_PLAYERS[side.kind], policy=policy, side=side)}


def _before_anybody_pressed(agent: Participant) -> np.ndarray:
    """How things stood this month before any patron pressed: all of them choose at once."""
    model = agent.model
    if model.history:
        state = copied(np.atleast_1d(np.array(model.history[-1])))
    else:
        state = copied(model.state_array)
        door.take(turns.open_tender, model.game_array, state, model.outcome_array)
    door.take(turns.trade, model.game_array, state, model.outcome_array)
    return state


def _before_anybody_offered(agent: Participant) -> np.ndarray:
    """How things stand this month before any bidder has offered other terms than the scenario's."""
    model = agent.model
    state = copied(model.state_array)
    for i in range(len(model.bidders)):
        for turn in (turns.appraise, turns.concede, turns.offer):
            door.take(turn, model.game_array, state, model.outcome_array, i)
    return state


class PlayedPatron(Patron):
    """A patron that presses as a policy says."""

    def __init__(self, *seat: Any, policy: Policy, side: Side) -> None:
        super().__init__(*seat)
        self.policy, self.side = policy, side

    def press(self) -> None:
        """Ask the policy for the levers of the month."""
        chosen = self.policy(Turn(self.side, self, _before_anybody_pressed(self)))
        self.levers = dict(zip(LEVERS, map(float, chosen), strict=True))


class PlayedBidder(Bidder):
    """A bidder that concedes as a policy says."""

    def __init__(self, *seat: Any, policy: Policy, side: Side) -> None:
        super().__init__(*seat)
        self.policy, self.side = policy, side

    def concede(self) -> None:
        """Plan as the scenario has it, and ask the policy for the concession of the month."""
        super().concede()
        self.concession = float(self.policy(Turn(self.side, self, _before_anybody_offered(self)))[0])


class PlayedHost(Host):
    """A host that decides as a policy says."""

    def __init__(self, *seat: Any, policy: Policy, side: Side) -> None:
        super().__init__(*seat)
        self.policy, self.side = policy, side

    def decide(self) -> None:
        """Ask the policy for the decision of the month."""
        turn = Turn(self.side, self, copied(self.model.state_array))
        orders = orders_of(self.side, np.atleast_2d(self.policy(turn)), self.model.game_array, turn.state)
        getattr(self, DECISIONS[int(orders[0, seats.DECISION_AT])])()


_PLAYERS: dict[str, Any] = {"patron": PlayedPatron, "bidder": PlayedBidder, "host": PlayedHost}
