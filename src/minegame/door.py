"""Python's one door into the compiled game: a turn, a step of a campaign, many negotiations tallied or played on.

What Python calls is compiled with all that it calls in one piece.  So there is a single function with everything
behind it, which is compiled once, whatever is asked first; every function called for itself would be compiled apart.
And Python passes an array of one record into compiled code far sooner than the record itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minegame import carry_over, ensemble, seats, turns
from minegame.campaign_game import CAMPAIGN, CHRONICLE, STANDING
from minegame.compiled import rule, seldom
from minegame.game import NOBODY, OUTCOME, PAGE, STATE, TERM, new_records

OPEN, TRADE, PRESS, GAIN_STANDING, COMMIT, APPRAISE, CONCEDE, OFFER, WEIGH, DECIDE, CONCLUDE, WATCH, SETTLE = range(13)
BEGIN, BEGIN_MONTH, OPEN_MONTH, CHARGE, RECALL, RETAIN, LOOK_FOR_HEADROOM, LEND, END_MONTH, TELL = range(13, 23)
TALLY, MEASURE, LEDGERS, LEDGER, CAMPAIGNS, GO_ON, FORESEE = range(23, 30)
#: Every turn that an agent or the conductor takes, and the number by which the compiled door knows it.
TURNS: dict[Callable[..., Any], int] = {
    turns.open_tender: OPEN, turns.trade: TRADE, turns.press: PRESS, turns.gain_standing: GAIN_STANDING,
    turns.commit: COMMIT, turns.appraise: APPRAISE, turns.concede: CONCEDE, turns.offer: OFFER, turns.weigh: WEIGH,
    turns.decide: DECIDE, turns.conclude: CONCLUDE, turns.watch: WATCH, turns.settle: SETTLE,
}  # fmt: skip
#: Every step of a campaign between the turns of its tenders.
STEPS: dict[Callable[..., Any], int] = {
    carry_over.begin: BEGIN, carry_over.begin_month: BEGIN_MONTH, carry_over.open_month: OPEN_MONTH,
    carry_over.charge: CHARGE, carry_over.recall: RECALL, carry_over.retain: RETAIN,
    carry_over.look_for_headroom: LOOK_FOR_HEADROOM, carry_over.lend: LEND, carry_over.end_month: END_MONTH,
    carry_over.tell: TELL,
}  # fmt: skip
_NO_PLACES = np.empty(0, np.int64)
_NO_ROWS, _NO_SAMPLES, _NO_SUMS = np.empty((1, 0)), np.empty((0, 0, 0)), np.empty((0, 0, 0, 0, 0, 0))
_NO_BOOK = new_records(PAGE, 0).reshape(ensemble.TOGETHER, 0)
_NUMBERS = _NO_PLACES, _NO_ROWS, _NO_SUMS, _NO_PLACES, _NO_SAMPLES, _NO_BOOK
_CAMPAIGN = new_records(CAMPAIGN, 0), new_records(STANDING, 0), new_records(CHRONICLE, 0)


def take(turn: Callable[..., Any], game: Any, state: Any, outcome: Any, who: int = 0) -> None:
    """Take a turn.

    Args:
        turn: one of TURNS.
        game, state, outcome: arrays of one GAME, STATE and OUTCOME record.  A tender is opened with the seed and the
            replication of the state; only what follows an award is written to the outcome.
        who: the index of the patron, financier or bidder whose turn it is, or the decision that is carried out.
    """
    _enter(TURNS[turn], who, 0, 0, 0, game, state, outcome, *_NUMBERS, *_CAMPAIGN)


class Campaign(NamedTuple):
    """The records of a campaign: CAMPAIGN, STANDING and CHRONICLE of length 1, GAME, STATE and OUTCOME a tender."""

    campaign: np.ndarray
    standing: np.ndarray
    chronicle: np.ndarray
    games: np.ndarray
    states: np.ndarray
    outcomes: np.ndarray


def carry(step: Callable[..., Any], records: Campaign, tender: int = 0, who: int = 0) -> None:
    """Take a step of a campaign, one of STEPS; ``who`` is a patron or a financier of the tender.

    A campaign is begun with the seed and the replication of its standing.
    """
    shared = records.campaign, records.standing, records.chronicle
    _enter(STEPS[step], who, tender, 0, 0, records.games, records.states, records.outcomes, *_NUMBERS, *shared)


def campaigns(
    campaign: np.ndarray, games: np.ndarray, seed: int, first: int, outcomes: np.ndarray, chronicles: np.ndarray
) -> None:
    """Play a campaign many times, as :func:`minegame.carry_over.play` says."""
    scratch = new_records(STATE, len(games))
    standing = new_records(STANDING)
    firsts = np.array([first])
    _enter(
        CAMPAIGNS, 0, 0, 0, seed, games, scratch, outcomes, firsts, *_NUMBERS[1:], campaign, standing, chronicles
    )  # fmt: skip


def tally(
    games: np.ndarray, outcomes: np.ndarray, *, reference: int, seed: int, firsts: np.ndarray, count: int,
    sums: np.ndarray = _NO_SUMS, size: int = 0, places: np.ndarray = _NO_PLACES, samples: np.ndarray = _NO_SAMPLES,
    state: np.ndarray | None = None,
) -> None:  # fmt: skip
    """Play many negotiations of many games; everything as :func:`minegame.ensemble.tally` says.

    ``state``: scratch, an array of one STATE record that may have been used before (default: a blank one); ``size``:
    replications of a block of the sums (default: all).
    """
    rows = np.full((ensemble.TOGETHER + 2, ensemble.MEASURES), np.nan)
    scratch = new_records(STATE) if state is None else state
    _enter(
        TALLY, count, reference, size or max(count, 1), seed, games, scratch, outcomes, firsts, rows, sums, places,
        samples, _book(games, firsts), *_CAMPAIGN,
    )  # fmt: skip


#: Who sits where, by which dice are thrown; games that agree in it share them.
_SEATS = (
    *("tender_key", "patrons", "bidders", "financiers", "deposits"),
    *("patron_key", "bidder_key", "financier_key", "deposit_key"),
)


def _book(games: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """Room for the dice that several games on the same luck throw, PAGE records; no pages where none do."""
    alone = len(games) == len(firsts) and len(np.unique(firsts)) == len(firsts)
    if alone or any((games[name] != games[name][0]).any() for name in _SEATS):
        return _NO_BOOK
    pages = int(games["months"].max()) + 1
    book = new_records(PAGE, ensemble.TOGETHER * pages).reshape(ensemble.TOGETHER, pages)
    book["replication"] = NOBODY
    return book


def go_on(
    games: np.ndarray, states: np.ndarray, outcomes: np.ndarray, phases: np.ndarray, stop: int, orders: np.ndarray
) -> None:
    """Play many negotiations on from a choice to another, as :func:`minegame.seats.go_on_all` says."""
    _enter(GO_ON, stop, 0, 0, 0, games, states, outcomes, phases, orders, *_NUMBERS[2:], *_CAMPAIGN)


def foresee(
    game: np.ndarray, state: np.ndarray, orders: np.ndarray, samples: np.ndarray, *, phase: int, eye: int, seed: int,
    first: int, held: bool, places: np.ndarray,
) -> None:  # fmt: skip
    """What may come of some choices, each a row of orders, as :func:`minegame.seats.foresee` says."""
    states = new_records(STATE, 2)
    states[0] = state[0]
    rows = np.full((2 + len(orders), ensemble.MEASURES), np.nan)
    rows[2:, : seats.ORDERS] = orders
    firsts = np.array([first, eye, held])
    _enter(
        FORESEE, phase, 0, 0, seed, game, states, new_records(OUTCOME), firsts, rows, _NO_SUMS, places, samples,
        _NO_BOOK, *_CAMPAIGN,
    )  # fmt: skip


def measure(games: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """What is measured in outcomes of one game after another, and then of the first again; NaN where there is nobody.

    ``games`` has shape (games,), ``outcomes`` (outcomes,); the rows have shape (outcomes, MEASURES).
    """
    rows = np.full((len(outcomes), ensemble.MEASURES), np.nan)
    _enter(
        MEASURE, 0, 0, 0, 0, games, new_records(STATE), outcomes, _NO_PLACES, rows, *_NUMBERS[2:], *_CAMPAIGN
    )  # fmt: skip
    return rows


def ledgers(game: np.ndarray, state: np.ndarray, outcome: np.ndarray, seed: int, first: int, kept: np.ndarray) -> None:
    """The host's ledgers of many negotiations of a game, in ``kept``, as :func:`minegame.ensemble.ledgers` says."""
    _enter(LEDGERS, 0, 0, 0, seed, game, state, outcome, np.array([first]), *_NUMBERS[1:4], kept, _NO_BOOK, *_CAMPAIGN)


def ledger(game: np.ndarray, state: np.ndarray, outcome: np.ndarray) -> tuple[float, np.ndarray]:
    """The host's utility of the allocation on trial in a state, M$, and its terms in the order of ``game.LEDGER``."""
    terms = np.empty((1, 1, len(TERM)))
    total = _enter(LEDGER, 0, 0, 0, 0, game, state, outcome, *_NUMBERS[:4], terms, _NO_BOOK, *_CAMPAIGN)
    return total, terms[0, 0]


@rule
def _enter(
    task, who, at, size, seed, games, states, outcomes, firsts, rows, sums, places, samples, book, campaigns, standings,
    chronicles,
):  # fmt: skip
    """Do a task.

    ``who`` is whose turn it is, how many are tallied, or a phase; ``at`` a tender, or the reference; ``size`` that of a
    block of sums.
    """
    if task == TALLY:
        ensemble.tally(games, states[0], outcomes, rows, at, seed, firsts, who, size, sums, places, samples, book)
    elif task == MEASURE:
        ensemble.measure_all(games, outcomes, rows)
    elif task == LEDGERS:
        ensemble.ledgers(games[0], states[0], seed, firsts[0], samples)
    elif task == LEDGER:
        return turns.ledger(games[0], states[0], states[0].trial, samples[0, 0])
    elif task == GO_ON:
        seats.go_on_all(games, states, outcomes, firsts, who, rows)
    elif task == FORESEE:
        seats.foresee(
            games[0], states, outcomes[0], who, firsts[1], seed, firsts[0], rows, firsts[2] != 0, places, samples
        )
    elif task == CAMPAIGNS:
        carry_over.play(campaigns, standings, games, states, outcomes, chronicles, seed, firsts[0])
    elif task < BEGIN:
        _take(task, games[0], states[0], outcomes[0], who)
    else:
        _carry(task, campaigns[0], standings[0], chronicles[0], games, states, outcomes, at, who)
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
    elif turn == CONCLUDE:
        turns.conclude(game, state, who)
    elif turn == WATCH:
        turns.watch(game, state, who)
    else:
        turns.settle(game, state, outcome)


@seldom
def _carry(step, campaign, standing, chronicle, games, states, outcomes, n, who):
    if step == BEGIN:
        carry_over.lay_out(campaign, standing, games, states)
        carry_over.begin(campaign, standing, games, states, standing.seed, standing.replication)
    elif step == BEGIN_MONTH:
        carry_over.begin_month(campaign, standing, games, states)
    elif step == OPEN_MONTH:
        carry_over.open_month(campaign, standing, games, states, n)
    elif step == CHARGE:
        carry_over.charge(campaign, standing, games, states)
    elif step == RECALL:
        carry_over.recall(campaign, standing, states[n], n, who)
    elif step == RETAIN:
        carry_over.retain(campaign, standing, states[n], n, who)
    elif step == LOOK_FOR_HEADROOM:
        carry_over.look_for_headroom(campaign, standing, games[n], states[n], n, who)
    elif step == LEND:
        carry_over.lend(campaign, standing, games[n], states[n], n, who)
    elif step == END_MONTH:
        carry_over.end_month(campaign, standing, games, states, outcomes)
    else:
        carry_over.tell(campaign, standing, games, states, outcomes, chronicle)


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
