"""Python's one door into the compiled game: a turn, a step of a campaign, many negotiations tallied or played on.

What Python calls is compiled with all that it calls in one piece.  So there is a single function with everything
behind it, which is compiled once, whatever is asked first.  Records are passed in arrays of one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minegame import carry_over, ensemble, seats, turns
from minegame.campaign_game import CAMPAIGN, CHRONICLE, STANDING
from minegame.compiled import rule, seldom
from minegame.game import GAME, NOBODY, OUTCOME, PAGE, STATE, TERM, new_records
from minegame.machine_code import Entry

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


def take(turn: Callable[..., Any], game: Any, state: Any, outcome: Any, who: int = 0) -> None:
    """Take a turn.

    Args:
        turn: one of TURNS.
        game, state, outcome: arrays of one GAME, STATE and OUTCOME record.  A tender is opened with the seed and the
            replication of the state; only what follows an award is written to the outcome.
        who: the index of the patron, financier or bidder whose turn it is, or the decision that is carried out.
    """
    _enter(task=TURNS[turn], who=who, games=game, states=state, outcomes=outcome)


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
    _enter(
        task=STEPS[step], who=who, at=tender, games=records.games, states=records.states, outcomes=records.outcomes,
        campaigns=records.campaign, standings=records.standing, chronicles=records.chronicle,
    )  # fmt: skip


def campaigns(
    campaign: np.ndarray, games: np.ndarray, seed: int, first: int, outcomes: np.ndarray, chronicles: np.ndarray
) -> None:
    """Play a campaign many times, as :func:`minegame.carry_over.play` says."""
    _enter(
        task=CAMPAIGNS, seed=seed, firsts=np.array([first]), games=games, states=new_records(STATE, len(games)),
        outcomes=outcomes, campaigns=campaign, standings=new_records(STANDING), chronicles=chronicles,
    )  # fmt: skip


def tally(
    games: np.ndarray, outcomes: np.ndarray, *, reference: int, seed: int, firsts: np.ndarray, count: int,
    state: np.ndarray | None = None, size: int = 0, **kept: np.ndarray,
) -> None:  # fmt: skip
    """Play many negotiations of many games; everything as :func:`minegame.ensemble.tally` says.

    ``state``: scratch, an array of one STATE record that may have been used before (default: a blank one); ``size``:
    replications of a block of the sums (default: all); ``kept``: the arrays ``sums``, ``places`` and ``samples``, as
    far as they are wanted.
    """
    _enter(
        task=TALLY, who=count, at=reference, size=size or max(count, 1), seed=seed, firsts=firsts, games=games,
        states=new_records(STATE) if state is None else state, outcomes=outcomes,
        rows=np.full((ensemble.TOGETHER + 2, ensemble.MEASURES), np.nan), book=_book(games, firsts), **kept,
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
        return _no_book()
    pages = int(games["months"].max()) + 1
    book = new_records(PAGE, ensemble.TOGETHER * pages).reshape(ensemble.TOGETHER, pages)
    book["replication"] = NOBODY
    return book


def go_on(
    games: np.ndarray, states: np.ndarray, outcomes: np.ndarray, phases: np.ndarray, stop: int, orders: np.ndarray
) -> None:
    """Play many negotiations on from a choice to another, as :func:`minegame.seats.go_on_all` says."""
    _enter(task=GO_ON, who=stop, games=games, states=states, outcomes=outcomes, firsts=phases, rows=orders)


def foresee(
    game: np.ndarray, state: np.ndarray, orders: np.ndarray, samples: np.ndarray, *, phase: int, eye: int, seed: int,
    first: int, held: bool, places: np.ndarray,
) -> None:  # fmt: skip
    """What may come of some choices, each a row of orders, as :func:`minegame.seats.foresee` says."""
    states = new_records(STATE, 2)
    states[0] = state[0]
    rows = np.full((2 + len(orders), ensemble.MEASURES), np.nan)
    rows[2:, : seats.ORDERS] = orders
    _enter(
        task=FORESEE, who=phase, seed=seed, firsts=np.array([first, eye, held]), games=game, states=states,
        outcomes=new_records(OUTCOME), rows=rows, places=places, samples=samples,
    )  # fmt: skip


def measure(games: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """What is measured in outcomes of one game after another, and then of the first again; NaN where there is nobody.

    ``games`` has shape (games,), ``outcomes`` (outcomes,); the rows have shape (outcomes, MEASURES).
    """
    rows = np.full((len(outcomes), ensemble.MEASURES), np.nan)
    _enter(task=MEASURE, games=games, outcomes=outcomes, rows=rows)
    return rows


def ledgers(game: np.ndarray, state: np.ndarray, outcome: np.ndarray, seed: int, first: int, kept: np.ndarray) -> None:
    """The host's ledgers of many negotiations of a game, in ``kept``, as :func:`minegame.ensemble.ledgers` says."""
    _enter(task=LEDGERS, seed=seed, firsts=np.array([first]), games=game, states=state, outcomes=outcome, samples=kept)


def ledger(game: np.ndarray, state: np.ndarray, outcome: np.ndarray) -> tuple[float, np.ndarray]:
    """The host's utility of the allocation on trial in a state, M$, and its terms in the order of ``game.LEDGER``."""
    terms = np.empty((1, 1, len(TERM)))
    total = _enter(task=LEDGER, games=game, states=state, outcomes=outcome, samples=terms)
    return total, terms[0, 0]


@rule
def _do(
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


def _no_book() -> np.ndarray:
    return new_records(PAGE, 0).reshape(ensemble.TOGETHER, 0)


_enter = Entry(
    "game", _do, ("task", "who", "at", "size", "seed"),
    {
        "games": new_records(GAME), "states": new_records(STATE), "outcomes": new_records(OUTCOME),
        "firsts": np.empty(0, np.int64), "rows": np.empty((1, 0)), "sums": np.empty((0, 0, 0, 0, 0, 0)),
        "places": np.empty(0, np.int64), "samples": np.empty((0, 0, 0)), "book": _no_book(),
        "campaigns": new_records(CAMPAIGN, 0), "standings": new_records(STANDING, 0),
        "chronicles": new_records(CHRONICLE, 0),
    },
)  # fmt: skip


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
