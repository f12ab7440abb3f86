"""What may come of each choice of a side: its odds, on luck that nobody has seen.

What has come of past months stays: price, levers, letters, what the host learnt; and what the side knows of itself.
What it cannot know is drawn anew, as the scenario has it: the luck to come, and for a patron or a bidder also costs,
tastes and patience of others.  What past months may have told about those is not reckoned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minegame import chance, door, ensemble
from minegame.scenario import Scenario
from minegame.sides.choices import orders_of
from minegame.sides.players import Turn
from minegame.sides.side import Side

#: Continuations are other negotiations of the seed, far from those that anybody plays.
_FIRST, _APART = (chance.MAX_REPLICATION + 1) // 2, 2**20


@dataclass(frozen=True)
class Measured:
    """Something that is measured of a continuation: its name, in words, and where it stands among measures."""

    name: str
    words: str
    place: int


@dataclass(frozen=True)
class Odds:
    """Measures of the continuations of each choice: samples of shape (continuations, choices, measures)."""

    measured: tuple[Measured, ...]
    samples: np.ndarray

    def sums(self, m: int) -> np.ndarray:
        """Count, sum and sum of squares of a measure where it applies: shape (choices, 3)."""
        values = self.samples[:, :, m]
        known = ~np.isnan(values)
        filled = np.where(known, values, 0.0)
        return np.stack([known.sum(axis=0), filled.sum(axis=0), (filled**2).sum(axis=0)], axis=1)


def foresee(turn: Turn, choices: np.ndarray, continuations: int) -> Odds:
    """Play each choice on, all on the same luck: a patron goes on pressing so, others play as the scenario says."""
    model, side = turn.agent.model, turn.side
    measured = _measured(model.case, side)
    samples = np.empty((continuations, len(choices), len(measured)))
    door.foresee(
        model.game_array, turn.state, orders_of(side, choices, model.game_array, turn.state), samples,
        phase=side.phase, eye=side.index, seed=model.seed, first=_FIRST + _APART * turn.month,
        held=side.kind == "patron", places=np.array([one.place for one in measured]),
    )  # fmt: skip
    return Odds(measured, samples)


def _measured(scenario: Scenario, side: Side) -> tuple[Measured, ...]:
    """What a side wants to know of the end."""
    k = side.index
    shelved = Measured("shelved", "nothing awarded", ensemble.general("shelved"))
    if side.kind == "patron":
        share = Measured("patron_share", "your camp wins", ensemble.by_patron("patron_share", k))
        payoff = Measured("patron_payoff", "your payoff", ensemble.by_patron("patron_payoff", k))
        return share, shelved, payoff
    if side.kind == "bidder":
        wins = Measured("value_share", "you win", ensemble.by_bidder("value_share", k))
        gives = Measured("concession", "concession if you win", ensemble.by_bidder("concession", k))
        return wins, shelved, gives
    winners = [
        Measured("value_share", f"{spec.label or name} wins", ensemble.by_bidder("value_share", i))
        for i, (name, spec) in enumerate(scenario.bidders.items())
    ]
    return *winners, shelved, Measured("host_value", "your value", ensemble.general("host_value"))
