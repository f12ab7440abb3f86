"""Python's one door into the compiled turns: a turn at a time, for agents that can be watched and replaced.

A record takes Python 60 µs to pass into compiled code, an array of one record 1 µs; and a single function with every
turn behind it is compiled once, where every turn called for itself would be compiled apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minegame import turns
from minegame.compiled import rule

#: Every turn that an agent or the conductor takes; the numbers by which the compiled door knows them.
TURNS = (
    turns.open_tender, turns.trade, turns.press, turns.gain_standing, turns.commit, turns.appraise, turns.concede,
    turns.offer, turns.weigh, turns.decide, turns.watch, turns.settle,
)  # fmt: skip
_NUMBER: dict[Callable[..., Any], int] = {turn: number for number, turn in enumerate(TURNS)}


def take(turn: Callable[..., Any], game: Any, state: Any, outcome: Any, who: int = 0) -> None:
    """Take a turn.

    Args:
        turn: one of TURNS.
        game, state, outcome: arrays of one GAME, STATE and OUTCOME record.  A tender is opened with the seed and the
            replication of the state; only what follows an award is written to the outcome.
        who: the index of the patron, financier or bidder whose turn it is.
    """
    _take(game, state, outcome, _NUMBER[turn], who)


@rule
def _take(games, states, outcomes, number, who):
    game, state = games[0], states[0]
    if number == 0:
        turns.open_tender(game, state, state.seed, state.replication)
    elif number == 1:
        turns.trade(game, state)
    elif number == 2:
        turns.press(game, state, who)
    elif number == 3:
        turns.gain_standing(game, state, who)
    elif number == 4:
        turns.commit(game, state, who)
    elif number == 5:
        turns.appraise(game, state, who)
    elif number == 6:
        turns.concede(game, state, who)
    elif number == 7:
        turns.offer(game, state, who)
    elif number == 8:
        turns.weigh(game, state)
    elif number == 9:
        turns.decide(game, state)
    elif number == 10:
        turns.watch(game, state, who)
    else:
        turns.settle(game, state, outcomes[0])


class Row:
    """The one record of an array, its fields read and written ten times as fast as a NumPy record's.

    >>> from minegame.game import STATE, new_records
    >>> array = new_records(STATE)
    >>> row = Row(array)
    >>> row.month, row.credit[0] = 3, 0.5
    >>> int(array[0].month), float(array[0].credit[0])
    (3, 0.5)
    """

    __slots__ = ("_array",)

    def __init__(self, array: Any) -> None:
        object.__setattr__(self, "_array", array)

    def __reduce__(self) -> Any:
        return Row, (self._array,)  # a copy of a model reads the arrays of the copy

    def __getattr__(self, name: str) -> Any:
        try:
            return self._array[name][0]
        except ValueError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self._array[name] = value
