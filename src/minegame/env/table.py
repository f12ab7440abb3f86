"""Every side acts: patrons, bidders and the host in turn, an environment of PettingZoo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces
from pettingzoo import AECEnv

from minegame import chance, door, seats
from minegame.env.spaces import action_space, actions_of, choices_of, observation_space
from minegame.game import OUTCOME, STATE, new_records
from minegame.scenario import Scenario
from minegame.sides import Side, observed, payoffs, planned_choice, sights
from minegame.sides.choices import order


class TableEnv(AECEnv[str, np.ndarray, Any]):
    """A negotiation at which every patron, every bidder and the host act, each in its turn of the month.

    Args:
        scenario: a scenario, its name or its file (default: the Kazakhstan baseline).
        sides: those that act, by name (default: all); the others play as the scenario says.
        seed: of the luck, until ``reset`` is given another; every reset plays the next replication of the seed.

    All patrons choose before any of them has pressed, and all bidders before any has offered: what they do takes effect
    once the last of them has chosen.  Rewards come at the end, payoffs in units of ``host.value_scale`` M$;
    ``infos[agent]`` holds ``plan``, ``month`` and ``replication``, and at the end ``payoff`` in M$.
    """

    metadata: dict[str, Any] = {"name": "minegame_table_v0", "render_modes": [], "is_parallelizable": False}  # noqa: RUF012
    render_mode = None
    agent_selection: str

    def __init__(
        self, scenario: Scenario | str | Path | None = None, sides: list[str] | None = None, seed: int = 0
    ) -> None:
        super().__init__()
        self.scenario = Scenario.of(scenario)
        chosen = [Side.of(self.scenario, name, "sides") for name in sides] if sides else Side.all(self.scenario)
        self.sides = {side.name: side for side in sorted(chosen, key=lambda side: (side.phase, side.index))}
        self.possible_agents = list(self.sides)
        self._sights = {name: sights(self.scenario, side) for name, side in self.sides.items()}
        self._observations = {name: observation_space(seen) for name, seen in self._sights.items()}
        self._actions = {name: action_space(side) for name, side in self.sides.items()}
        self._game = self.scenario.game()
        self._luck, self._next = seed, 0

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent sees, as numbers within bounds."""
        return self._observations[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent can choose."""
        return self._actions[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begin the next negotiation of the seed, or the first of another seed."""
        if seed is not None:
            self._luck, self._next = seed % (chance.MAX_SEED + 1), 0
        first = int((options or {}).get("replication", self._next))
        self._next = first + 1
        self._states, self._outcomes = new_records(STATE), new_records(OUTCOME)
        self._states["seed"], self._states["replication"] = self._luck, first
        self.agents = list(self.possible_agents)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos: dict[str, dict[str, Any]] = {agent: {} for agent in self.agents}
        self._at = 0
        self._play_on(seats.OPENING, np.full((1, seats.ORDERS), np.nan))

    def observe(self, agent: str) -> np.ndarray:
        """What an agent sees now."""
        return np.asarray(observed(self._sights[agent], self._states)[0].astype(np.float32))

    def step(self, action: Any) -> None:
        """Have the agent whose turn it is act; the game goes on once all of its kind have."""
        agent = str(self.agent_selection)
        if self.terminations[agent]:
            self._was_dead_step(action)
            return
        side = self.sides[agent]
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        order(side, choices_of(side, np.reshape(action, (1, -1))), self._game, self._states, self._orders)
        self._at = (self._at + 1) % len(self.agents)
        if self._next_side.phase != side.phase or self._at == 0:
            self._play_on(side.phase, self._orders)
        else:
            self.agent_selection = self._next_side.name
        self._accumulate_rewards()

    @property
    def _next_side(self) -> Side:
        return self.sides[self.possible_agents[self._at]]

    def _play_on(self, phase: int, orders: np.ndarray) -> None:
        """Play on to where the next side chooses, or to the end."""
        stop = self._next_side.phase
        door.go_on(self._game, self._states, self._outcomes, np.array([phase]), stop, orders)
        self._plans = orders
        self._orders = np.full((1, seats.ORDERS), np.nan)
        self.agent_selection = self._next_side.name
        over = bool(self._states["closed"][0])
        for agent, side in self.sides.items():
            self.infos[agent] = {name: int(self._states[name][0]) for name in ("month", "replication")}
            if side.phase == stop:
                plan = actions_of(side, planned_choice(side, self._plans))[0]
                self.infos[agent]["plan"] = int(plan) if side.kind == "host" else plan
            if over:
                payoff = float(payoffs(side, self._states, self._outcomes)[0])
                self.infos[agent]["payoff"] = payoff
                self.rewards[agent] = payoff / float(self._game["host_value_scale"][0])
                self.terminations[agent] = True

    @property
    def outcome(self) -> Any:
        """How it ended: an OUTCOME record; None while the negotiation goes on."""
        return self._outcomes[0] if self._states["closed"][0] else None
