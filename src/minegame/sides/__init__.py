"""One side at the table, played by whoever decides: a person, a script, or a program that learns.

A :class:`Side` is a patron, a bidder or the host of a scenario.  ``sights`` says what it sees when it chooses, which is
what its turn in the model uses and no more; ``choices`` says what it can choose; a policy turns the one into the other,
and ``players`` seats it as a Mesa agent; ``foresight`` plays each choice on, on luck that nobody has seen.
"""

from __future__ import annotations

from minegame.sides.choices import HOST_CHOICES, orders_of, planned_choice
from minegame.sides.foresight import Odds, foresee
from minegame.sides.players import Policy, Turn, played_by
from minegame.sides.side import Side, payoffs
from minegame.sides.sights import Sight, observed, sights

__all__ = [
    "HOST_CHOICES",
    "Odds",
    "Policy",
    "Side",
    "Sight",
    "Turn",
    "foresee",
    "observed",
    "orders_of",
    "payoffs",
    "planned_choice",
    "played_by",
    "sights",
]
