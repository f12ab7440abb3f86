"""One side learns, the others play as the scenario says: an environment of Gymnasium."""

from __future__ import annotations

from pathlib import Path
from typing import Any, SupportsFloat

import gymnasium
import numpy as np

from minegame import chance
from minegame.env.batch import Batch
from minegame.env.spaces import action_space, observation_space
from minegame.scenario import Scenario
from minegame.sides import Side


class NegotiationEnv(gymnasium.Env[np.ndarray, Any]):
    """A negotiation as one side lives it: a step is a month, the reward comes at the end.

    Args:
        scenario: a scenario, its name or its file (default: the Kazakhstan baseline).
        side: the patron, bidder or host that acts, by its name in the scenario.
        seed: of the luck, until ``reset`` is given another; every reset plays the next replication of the seed.

    The reward of the last step is the side's payoff in units of ``host.value_scale`` M$, all others are nil; ``info``
    holds ``plan``, what the scenario's own side would do, ``month``, ``seed`` and ``replication``, and at the end
    ``payoff`` in M$.  ``reset(options={"replication": n})`` chooses the replication.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - as Gymnasium declares it

    def __init__(self, scenario: Scenario | str | Path | None = None, side: str = "host", seed: int = 0) -> None:
        at = Scenario.of(scenario)
        self.batch = Batch(at, Side.of(at, side), 1)
        self.observation_space = observation_space(self.batch.sights)
        self.action_space = action_space(self.batch.side)
        self._luck = seed

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin the next negotiation of the seed, or the first of another seed."""
        super().reset(seed=None if seed is None else seed % 2**32)
        if seed is not None:
            self._luck, self.batch.next_replication = seed % (chance.MAX_SEED + 1), 0
        first = int((options or {}).get("replication", self.batch.next_replication))
        self.batch.begin(self._luck, first)
        return self.batch.observe()[0], self._info()

    def step(self, action: Any) -> tuple[np.ndarray, SupportsFloat, bool, bool, dict[str, Any]]:
        """Play a month under an action; raises RuntimeError once the negotiation is over."""
        if self.batch.over[0] or self.batch.next_replication == 0:
            raise RuntimeError("there is no negotiation under way: reset() first")
        self.batch.step(np.reshape(action, (1, -1)))
        over = bool(self.batch.over[0])
        payoff = float(self.batch.payoffs()[0])
        info = self._info() | ({"payoff": payoff} if over else {})
        return self.batch.observe()[0], payoff / self.batch.scale, over, False, info

    def _info(self) -> dict[str, Any]:
        state = self.batch.states[0]
        numbers = {name: int(state[name]) for name in ("month", "seed", "replication")}
        plan = self.batch.plan[0]
        return {"plan": int(plan) if self.batch.side.kind == "host" else plan, **numbers}

    @property
    def outcome(self) -> Any:
        """How it ended: an OUTCOME record; None while the negotiation goes on."""
        return self.batch.outcomes[0] if self.batch.over[0] else None
