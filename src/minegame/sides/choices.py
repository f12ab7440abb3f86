"""What each side can choose, as an array of numbers and as orders for the compiled game.

A patron's choice is an intensity for every lever; a bidder's a concession; the host's the place of a decision in
HOST_CHOICES.  What cannot be done is turned into what comes next to it: in the last month the host that waits or
counters shelves, and where nobody bids it waits in place of accepting.
"""

from __future__ import annotations

import numpy as np

from minegame import seats
from minegame.game import ACCEPT, COUNTER, DECISIONS, LEVER_TABLE, LEVERS, SHELVE, WAIT
from minegame.sides.side import Side

#: What the host may decide, in the order of its choices.
HOST_CHOICES = ("accept", "counter", "wait", "shelve")
_CODES = np.array([DECISIONS.index(word) for word in HOST_CHOICES])
HARDEST = np.array([lever.hardest for lever in LEVER_TABLE])


def _places(side: Side) -> slice:
    """Where the choice of a side stands in a row of orders."""
    if side.kind == "patron":
        return slice(side.index * len(LEVERS), (side.index + 1) * len(LEVERS))
    at = seats.CONCESSION_AT + side.index if side.kind == "bidder" else seats.DECISION_AT
    return slice(at, at + 1)


def order(side: Side, choices: np.ndarray, games: np.ndarray, states: np.ndarray, orders: np.ndarray) -> None:
    """Write choices, one row each (a column of whole numbers for the host), into rows of orders."""
    if side.kind == "host":
        codes = _CODES[choices.reshape(-1).astype(np.int64)]
        last = states["month"] >= games["months"] - 1
        codes = np.where((codes == ACCEPT) & (states["has_candidate"] == 0), WAIT, codes)
        codes = np.where(last & ((codes == WAIT) | (codes == COUNTER)), SHELVE, codes)
        orders[:, _places(side)] = codes[:, None]
    else:
        top = HARDEST if side.kind == "patron" else 1.0
        orders[:, _places(side)] = np.clip(choices, 0.0, top)


def orders_of(side: Side, choices: np.ndarray, game: np.ndarray, state: np.ndarray) -> np.ndarray:
    """A row of orders for each of some choices of one side in one state."""
    orders = np.full((len(choices), seats.ORDERS), np.nan)
    order(side, np.asarray(choices, float), game, state, orders)
    return orders


def planned_choice(side: Side, orders: np.ndarray) -> np.ndarray:
    """The choices that the scenario's side would make, from rows of orders that the compiled game has written."""
    found = orders[:, _places(side)]
    if side.kind == "host":
        return np.array([HOST_CHOICES.index(DECISIONS[int(code)]) for code in found[:, 0]])
    return found.copy()
