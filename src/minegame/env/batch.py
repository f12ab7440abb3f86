"""Many negotiations of one scenario, stood still wherever one side chooses, and played on together."""

from __future__ import annotations

import numpy as np

from minegame import chance, door, seats
from minegame.env.spaces import actions_of, choices_of
from minegame.game import OUTCOME, STATE, new_records
from minegame.scenario import Scenario
from minegame.sides import Side, observed, payoffs, planned_choice, sights
from minegame.sides.choices import order


class Batch:
    """Negotiations under one seed, from replication ``first`` on; ``count`` of them are played at a time."""

    def __init__(self, scenario: Scenario, side: Side, count: int) -> None:
        self.scenario, self.side = scenario, side
        self.game = scenario.game()
        self.scale = float(self.game["host_value_scale"][0])
        self.sights = sights(scenario, side)
        self.states, self.outcomes = new_records(STATE, count), new_records(OUTCOME, count)
        self.orders = np.full((count, seats.ORDERS), np.nan)
        self.seed, self.next_replication = 0, 0

    @property
    def over(self) -> np.ndarray:
        """Which negotiations are over."""
        return np.asarray(self.states["closed"] == 1)

    @property
    def plan(self) -> np.ndarray:
        """The actions that the scenario's side would choose now, a row each."""
        return actions_of(self.side, planned_choice(self.side, self.orders))

    def begin(self, seed: int, first: int) -> None:
        """Begin all of them anew with the replications ``first``, ``first + 1``, …"""
        self.seed = seed
        self._play(np.full(len(self.states), seats.OPENING), first)

    def step(self, actions: np.ndarray) -> None:
        """Play on under the actions of the side, a row each; what is over begins anew with the next replications."""
        over = self.over
        order(self.side, choices_of(self.side, actions), self.game, self.states, self.orders)
        self.orders[over] = np.nan
        self._play(np.where(over, seats.OPENING, self.side.phase), self.next_replication)

    def _play(self, phases: np.ndarray, first: int) -> None:
        fresh = np.flatnonzero(phases == seats.OPENING)
        if len(fresh):
            self.states.view(np.uint8).reshape(len(phases), -1)[fresh] = (
                0  # nothing of the last one is seen in the next
            )
            self.states["seed"][fresh] = self.seed
            self.states["replication"][fresh] = (first + np.arange(len(fresh))) % (chance.MAX_REPLICATION + 1)
            self.next_replication = first + len(fresh)
        door.go_on(self.game, self.states, self.outcomes, phases, self.side.phase, self.orders)

    def observe(self) -> np.ndarray:
        """What the side sees in each, shape (count, sights), float32 within bounds."""
        return observed(self.sights, self.states).astype(np.float32)

    def payoffs(self) -> np.ndarray:
        """What the end is worth to the side in each that is over, M$, and nil elsewhere."""
        return np.where(self.over, payoffs(self.side, self.states, self.outcomes), 0.0)
