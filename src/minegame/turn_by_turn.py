"""Python's one door into the compiled turns: a turn at a time, for agents that can be watched and replaced.

Python passes an array of one record into compiled code far sooner than the record itself; and a single function with
every turn behind it is compiled once, where every turn called for itself would be compiled apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minegame import turns
from minegame.compiled import rule

OPEN, TRADE, PRESS, GAIN_STANDING, COMMIT, APPRAISE, CONCEDE, OFFER, WEIGH, DECIDE, WATCH, SETTLE = range(12)
#: Every turn that an agent or the conductor takes, and the number by which the compiled door knows it.
TURNS: dict[Callable[..., Any], int] = {
    turns.open_tender: OPEN, turns.trade: TRADE, turns.press: PRESS, turns.gain_standing: GAIN_STANDING,
    turns.commit: COMMIT, turns.appraise: APPRAISE, turns.concede: CONCEDE, turns.offer: OFFER, turns.weigh: WEIGH,
    turns.decide: DECIDE, turns.watch: WATCH, turns.settle: SETTLE,
}  # fmt: skip


def take(turn: Callable[..., Any], game: Any, state: Any, outcome: Any, who: int = 0) -> None:
    """Take a turn.

    Args:
        turn: one of TURNS.
        game, state, outcome: arrays of one GAME, STATE and OUTCOME record.  A tender is opened with the seed and the
            replication of the state; only what follows an award is written to the outcome.
        who: the index of the patron, financier or bidder whose turn it is.
    """
    _take(game, state, outcome, TURNS[turn], who)


@rule
def _take(games, states, outcomes, number, who):
    game, state = games[0], states[0]
    if number == OPEN:
        turns.open_tender(game, state, state.seed, state.replication)
    elif number == TRADE:
        turns.trade(game, state)
    elif number == PRESS:
        turns.press(game, state, who)
    elif number == GAIN_STANDING:
        turns.gain_standing(game, state, who)
    elif number == COMMIT:
        turns.commit(game, state, who)
    elif number == APPRAISE:
        turns.appraise(game, state, who)
    elif number == CONCEDE:
        turns.concede(game, state, who)
    elif number == OFFER:
        turns.offer(game, state, who)
    elif number == WEIGH:
        turns.weigh(game, state)
    elif number == DECIDE:
        turns.decide(game, state)
    elif number == WATCH:
        turns.watch(game, state, who)
    else:
        turns.settle(game, state, outcomes[0])


class Row:
    """The one record of an array, its fields read and written far sooner than a NumPy record's.

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
