"""Many negotiations at a time, each as one side lives it: a vector environment of Gymnasium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from minegame import chance
from minegame.env.batch import Batch
from minegame.env.spaces import action_space, observation_space
from minegame.scenario import Scenario
from minegame.sides import Side


class NegotiationVectorEnv(VectorEnv[np.ndarray, Any, np.ndarray]):
    """So many negotiations as :class:`~minegame.env.NegotiationEnv` plays one, in one call of the compiled game.

    One that is over begins anew at the next step, whatever the action (``AutoresetMode.NEXT_STEP``), with the next
    replication of the seed that nobody has played.
    """

    metadata: dict[str, Any] = {"autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012 - as Gymnasium declares it

    def __init__(
        self, scenario: Scenario | str | Path | None = None, side: str = "host", num_envs: int = 256, seed: int = 0
    ) -> None:
        at = Scenario.of(scenario)
        self.num_envs = num_envs
        self.batch = Batch(at, Side.of(at, side), num_envs)
        self.single_observation_space = observation_space(self.batch.sights)
        self.single_action_space = action_space(self.batch.side)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._luck = seed

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin the next negotiations of the seed, or the first of another seed."""
        super().reset(seed=None if seed is None else seed % 2**32)
        if seed is not None:
            self._luck, self.batch.next_replication = seed % (chance.MAX_SEED + 1), 0
        self.batch.begin(self._luck, int((options or {}).get("replication", self.batch.next_replication)))
        return self.batch.observe(), self._info()

    def step(self, actions: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Play a month of each under its action."""
        self.batch.step(np.reshape(actions, (self.num_envs, -1)))
        over, payoffs = self.batch.over, self.batch.payoffs()
        info = self._info() | {"payoff": payoffs, "_payoff": over}
        return self.batch.observe(), payoffs / self.batch.scale, over, np.zeros(self.num_envs, bool), info

    def _info(self) -> dict[str, Any]:
        everywhere = np.ones(self.num_envs, bool)
        states = self.batch.states
        found = {"plan": self.batch.plan, **{name: states[name].copy() for name in ("month", "replication")}}
        return {**found, **{f"_{name}": everywhere for name in found}}
