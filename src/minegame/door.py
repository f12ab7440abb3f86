"""Python's one door into the compiled game: a turn, a tally of many negotiations, a ledger.

What Python calls is compiled with all that it calls in one piece.  So there is a single function with everything
behind it, which is compiled once, whatever is asked first; every function called for itself would be compiled apart.
And Python passes an array of one record into compiled code far sooner than the record itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minegame import ensemble, turns
from minegame.compiled import rule, seldom
from minegame.game import STATE, TERM, new_records

OPEN, TRADE, PRESS, GAIN_STANDING, COMMIT, APPRAISE, CONCEDE, OFFER, WEIGH, DECIDE, WATCH, SETTLE = range(12)
TALLY, MEASURE, LEDGERS, LEDGER = range(12, 16)
#: Every turn that an agent or the conductor takes, and the number by which the compiled door knows it.
TURNS: dict[Callable[..., Any], int] = {
    turns.open_tender: OPEN, turns.trade: TRADE, turns.press: PRESS, turns.gain_standing: GAIN_STANDING,
    turns.commit: COMMIT, turns.appraise: APPRAISE, turns.concede: CONCEDE, turns.offer: OFFER, turns.weigh: WEIGH,
    turns.decide: DECIDE, turns.watch: WATCH, turns.settle: SETTLE,
}  # fmt: skip
_NO_PLACES = np.empty(0, np.int64)
_NO_ROWS, _NO_SAMPLES, _NO_SUMS = np.empty((1, 0)), np.empty((0, 0, 0)), np.empty((0, 0, 0, 0, 0))


def take(turn: Callable[..., Any], game: Any, state: Any, outcome: Any, who: int = 0) -> None:
    """Take a turn.

    Args:
        turn: one of TURNS.
        game, state, outcome: arrays of one GAME, STATE and OUTCOME record.  A tender is opened with the seed and the
            replication of the state; only what follows an award is written to the outcome.
        who: the index of the patron, financier or bidder whose turn it is.
    """
    _enter(TURNS[turn], game, state, outcome, who, -1, 0, _NO_PLACES, _NO_ROWS, _NO_SUMS, _NO_PLACES, _NO_SAMPLES)


def tally(
    games: np.ndarray, states: np.ndarray, outcomes: np.ndarray, *, reference: int, seed: int, firsts: np.ndarray,
    count: int, rows: np.ndarray, sums: np.ndarray = _NO_SUMS, places: np.ndarray = _NO_PLACES,
    samples: np.ndarray = _NO_SAMPLES,
) -> None:  # fmt: skip
    """Play many negotiations of many games; everything as :func:`minegame.ensemble.tally` says."""
    _enter(TALLY, games, states, outcomes, count, reference, seed, firsts, rows, sums, places, samples)


def measure(game: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """What is measured in outcomes of one game, shape (outcomes, MEASURES); NaN where there is nobody."""
    rows = np.full((len(outcomes), ensemble.MEASURES), np.nan)
    _enter(MEASURE, game, new_records(STATE), outcomes, 0, -1, 0, _NO_PLACES, rows, _NO_SUMS, _NO_PLACES, _NO_SAMPLES)
    return rows


def ledgers(game: np.ndarray, state: np.ndarray, outcome: np.ndarray, seed: int, first: int, kept: np.ndarray) -> None:
    """The host's ledgers of many negotiations of a game, in ``kept``, as :func:`minegame.ensemble.ledgers` says."""
    _enter(LEDGERS, game, state, outcome, 0, -1, seed, np.array([first]), _NO_ROWS, _NO_SUMS, _NO_PLACES, kept)


def ledger(game: np.ndarray, state: np.ndarray, outcome: np.ndarray) -> tuple[float, np.ndarray]:
    """The host's utility of the allocation on trial in a state, M$, and its terms in the order of ``game.LEDGER``."""
    terms = np.empty((1, 1, len(TERM)))
    total = _enter(LEDGER, game, state, outcome, 0, -1, 0, _NO_PLACES, _NO_ROWS, _NO_SUMS, _NO_PLACES, terms)
    return total, terms[0, 0]


@rule
def _enter(task, games, states, outcomes, who, reference, seed, firsts, rows, sums, places, samples):
    """Do a task; ``who`` is the agent whose turn it is, or how many negotiations are tallied."""
    if task == TALLY:
        ensemble.tally(games, states, outcomes, rows, reference, seed, firsts, who, sums, places, samples)
    elif task == MEASURE:
        ensemble.measure_all(games[0], outcomes, rows)
    elif task == LEDGERS:
        ensemble.ledgers(games[0], states[0], seed, firsts[0], samples)
    elif task == LEDGER:
        return turns.ledger(games[0], states[0], states[0].trial, samples[0, 0])
    else:
        _take(task, games[0], states[0], outcomes[0], who)
    return 0.0


@seldom
def _take(turn, game, state, outcome, who):
    if turn == OPEN:
        turns.open_tender(game, state, state.seed, state.replication)
    elif turn == TRADE:
        turns.trade(game, state)
    elif turn == PRESS:
        turns.press(game, state, who)
    elif turn == GAIN_STANDING:
        turns.gain_standing(game, state, who)
    elif turn == COMMIT:
        turns.commit(game, state, who)
    elif turn == APPRAISE:
        turns.appraise(game, state, who)
    elif turn == CONCEDE:
        turns.concede(game, state, who)
    elif turn == OFFER:
        turns.offer(game, state, who)
    elif turn == WEIGH:
        turns.weigh(game, state)
    elif turn == DECIDE:
        turns.decide(game, state)
    elif turn == WATCH:
        turns.watch(game, state, who)
    else:
        turns.settle(game, state, outcome)


class Row:
    """The one record of an array, its fields read and written far sooner than a NumPy record's.

    >>> from minegame.game import STATE, TERM, new_records
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
