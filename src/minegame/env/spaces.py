"""The spaces of a side: what it sees as bounded floats, what it chooses as floats or one of a few."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces

from minegame.sides import HOST_CHOICES, Side, Sight
from minegame.sides.choices import HARDEST


def observation_space(seen: tuple[Sight, ...]) -> spaces.Box:
    """A float a sight, in the order of the sights."""
    low, high = (np.array([getattr(sight, end) for sight in seen], np.float32) for end in ("low", "high"))
    return spaces.Box(low, high, dtype=np.float32)


def action_space(side: Side) -> spaces.Space[Any]:
    """A patron: a part of the hardest of each lever.  A bidder: its concession.  The host: a place in HOST_CHOICES.

    Floats have double precision, so that an action can be what the scenario's own side would do, to the last bit.
    """
    if side.kind == "host":
        return spaces.Discrete(len(HOST_CHOICES))
    return spaces.Box(0.0, 1.0, (len(HARDEST) if side.kind == "patron" else 1,), dtype=np.float64)


def choices_of(side: Side, actions: Any) -> np.ndarray:
    """The choices of a side that some actions stand for, a row each."""
    numbers = np.asarray(actions, float)
    return numbers * HARDEST if side.kind == "patron" else numbers


def actions_of(side: Side, choices: np.ndarray) -> np.ndarray:
    """The actions that stand for some choices of a side."""
    return choices / HARDEST if side.kind == "patron" else choices
