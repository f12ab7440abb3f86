"""The fast conductor: one negotiation in microseconds, millions on all cores.

The same turns as the Mesa model performs, in the same order; equal to it bit for bit.  ``tally`` keeps counts, sums and
sums of squares, so that its memory does not grow with the replications, and the outcomes too where there is room for
them.
"""

from __future__ import annotations

import math
from collections import namedtuple
from typing import Any, NamedTuple

from minegame import turns
from minegame.compiled import seldom, side_by_side
from minegame.game import MAX_BIDDERS, MAX_DEPOSITS, MAX_FINANCIERS, MAX_PATRONS, OUTCOME_TABLE

# ------------------------------------------------------------------------------------------------------------- playing


@seldom
def play_months(game, state):
    """Play the months of a negotiation that has begun."""
    while not state.closed:
        turns.trade(game, state)
        _after_trade(game, state)


@seldom
def _play_by(game, state, seed, replication, pages):
    """Play a negotiation with the dice of some pages, one for the run and one a month, as far as they lie there."""
    turns.begin_by(game, state, seed, replication, pages[0])
    while not state.closed:
        turns.trade_by(game, state, pages[state.month + 2])
        _after_trade(game, state)


@seldom
def _after_trade(game, state):
    for k in range(game.patrons):
        turns.press(game, state, k)
        turns.gain_standing(game, state, k)
    for f in range(game.financiers):
        turns.commit(game, state, f)
    bid_and_decide(game, state)


@seldom
def bid_and_decide(game, state):
    """The rest of a month after patrons and financiers: bidders bid, the host decides, patrons watch."""
    for i in range(game.bidders):
        turns.appraise(game, state, i)
        turns.concede(game, state, i)
        turns.offer(game, state, i)
    turns.weigh(game, state)
    turns.decide(game, state)
    for k in range(game.patrons):
        turns.watch(game, state, k)


# ------------------------------------------------------------------------------------------------------------ counting

#: What is measured in every negotiation; a measure that does not apply (terms of a bidder that lost) is NaN.
#: Those of the negotiation, of a patron and of a financier are the quantities of its outcome by the same names, and so
#: are those of a bidder, beside what is reckoned for it from the deposits.
GENERAL, BY_PATRON, BY_FINANCIER = (
    tuple(q.name for q in OUTCOME_TABLE if q.subject == subject and q.name != "replication")
    for subject in ("negotiation", "patron", "financier")
)


class Measure(NamedTuple):
    """A measure of a bidder: a quantity of the outcome, or reckoned from what that says of the deposits."""

    name: str
    unit: str
    #: what it means, in a line
    meaning: str


_OF_OUTCOME = tuple(q.name for q in OUTCOME_TABLE if q.subject == "bidder")
_MEASURED_AS = {"built_share": "wins_and_built"}  # a quantity of a bidder that results know by another name
BIDDER_TABLE = (
    Measure("wins_any", "yes or no", "whether it won a deposit"),
    Measure("wins_all", "yes or no", "whether it won every deposit"),
    *(Measure(_MEASURED_AS.get(q.name, q.name), q.unit, q.meaning) for q in OUTCOME_TABLE if q.subject == "bidder"),
    Measure("state_equity", "share", "state equity agreed, weighted by value over what it won"),
    Measure("bonus", "M$", "signature bonus agreed, the sum over what it won"),
    Measure("offtake", "share", "offtake agreed, weighted by value over what it won"),
    Measure("processing", "share", "local processing agreed, weighted by value over what it won"),
    Measure("coverage", "share", "coverage at the award, weighted by value over what it won"),
    Measure("completion", "probability", "completion at the award, weighted by value over what it won"),
    Measure("concession", "share", "concession agreed, weighted by value over what it won"),
    Measure("award_month", "months", "month of its award, counted from 0"),
)
BY_BIDDER = tuple(measure.name for measure in BIDDER_TABLE)
OfBidder: Any = namedtuple("OfBidder", BY_BIDDER)  # type: ignore[misc]  # the names are said once, above
_OF = OfBidder(*range(len(BY_BIDDER)))
_OUTCOME_AT = BY_BIDDER.index("wins_all") + 1
_TERMS = tuple(range(BY_BIDDER.index("state_equity"), len(BY_BIDDER)))  # of no meaning for a bidder that lost
_MONTH = GENERAL.index("month")

_BIDDER_AT = len(GENERAL)
_WINS_AT = _BIDDER_AT + MAX_BIDDERS * len(BY_BIDDER)
_PATRON_AT = _WINS_AT + MAX_BIDDERS * MAX_DEPOSITS
_FINANCIER_AT = _PATRON_AT + MAX_PATRONS * len(BY_PATRON)
MEASURES = _FINANCIER_AT + MAX_FINANCIERS * len(BY_FINANCIER)


def general(name: str) -> int:
    """The place of a measure of the whole negotiation, such as ``shelved`` or ``host_value``."""
    return GENERAL.index(name)


def by_bidder(name: str, i: int) -> int:
    """The place of a measure of bidder ``i``, such as ``wins_any``."""
    return _BIDDER_AT + i * len(BY_BIDDER) + BY_BIDDER.index(name)


def wins(i: int, d: int) -> int:
    """The place of the measure that bidder ``i`` wins deposit ``d``."""
    return _WINS_AT + i * MAX_DEPOSITS + d


def by_patron(name: str, k: int) -> int:
    """The place of a measure of patron ``k``, such as ``patron_payoff``."""
    return _PATRON_AT + k * len(BY_PATRON) + BY_PATRON.index(name)


def by_financier(name: str, f: int) -> int:
    """The place of a measure of financier ``f``, such as ``letter_converted``."""
    return _FINANCIER_AT + f * len(BY_FINANCIER) + BY_FINANCIER.index(name)


def _copier(subject: str, names: tuple[str, ...], index: str = "") -> Any:
    """The rule ``copy(outcome, n, row, place)``: these fields of an outcome, or what they hold of ``n``, into a row."""
    lines = "".join(f"\n    row[place + {at}] = outcome.{name}{index}" for at, name in enumerate(names))
    made: dict[str, Any] = {}
    exec(compile(f"def _copy_{subject}(outcome, n, row, place):{lines}", __file__, "exec"), made)
    return seldom(made[f"_copy_{subject}"])


_copy_general = _copier("general", GENERAL)
_copy_bidder = _copier("bidder", _OF_OUTCOME, "[n]")
_copy_patron = _copier("patron", BY_PATRON, "[n]")
_copy_financier = _copier("financier", BY_FINANCIER, "[n]")


@seldom
def measure(game, outcome, row):
    """Write what is measured in one negotiation into ``row``, an array of length MEASURES that holds NaN elsewhere."""
    _copy_general(outcome, 0, row, 0)
    if outcome.shelved:
        row[_MONTH] = math.nan
    for i in range(game.bidders):
        _measure_bidder(game, outcome, i, row)
    for k in range(game.patrons):
        _copy_patron(outcome, k, row, _PATRON_AT + k * len(BY_PATRON))
    for f in range(game.financiers):
        _copy_financier(outcome, f, row, _FINANCIER_AT + f * len(BY_FINANCIER))


@seldom
def measure_all(games, outcomes, rows):
    """Write what is measured in every outcome into a row of its own; outcomes are of one game after another."""
    for n in range(outcomes.shape[0]):
        measure(games[n % games.shape[0]], outcomes[n], rows[n])


@seldom
def _measure_bidder(game, outcome, i, row):
    of = row[_BIDDER_AT + i * len(BY_BIDDER) :]
    won = outcome.value_share[i] > 0.0
    everything = won
    for term in _TERMS:
        of[term] = 0.0 if won else math.nan
    for d in range(game.deposits):
        mine = outcome.winner[d] == i
        everything = everything and mine
        row[_WINS_AT + i * MAX_DEPOSITS + d] = 1.0 if mine else 0.0
        if mine:
            _add_terms(outcome, d, game.deposit_weight[d] / outcome.value_share[i], of)
    if won:
        of[_OF.award_month] = outcome.month
    of[_OF.wins_any] = 1.0 if won else 0.0
    of[_OF.wins_all] = 1.0 if everything else 0.0
    _copy_bidder(outcome, i, of, _OUTCOME_AT)


@seldom
def _add_terms(outcome, d, part, of):
    """Add the terms agreed for a deposit, which is such a part of what its winner won."""
    of[_OF.state_equity] += part * outcome.equity[d]
    of[_OF.bonus] += outcome.bonus[d]
    of[_OF.offtake] += part * outcome.offtake[d]
    of[_OF.processing] += part * outcome.processing[d]
    of[_OF.coverage] += part * outcome.coverage[d]
    of[_OF.completion] += part * outcome.completion[d]
    of[_OF.concession] += part * outcome.concession[d]


@seldom
def _add(game, row, totals):
    """Add what is measured to counts, sums and sums of squares, shape (3, MEASURES), wherever the game has somebody."""
    _add_some(row, totals, 0, _BIDDER_AT + game.bidders * len(BY_BIDDER))
    _add_some(row, totals, _WINS_AT, _WINS_AT + game.bidders * MAX_DEPOSITS)
    _add_some(row, totals, _PATRON_AT, _PATRON_AT + game.patrons * len(BY_PATRON))
    _add_some(row, totals, _FINANCIER_AT, _FINANCIER_AT + game.financiers * len(BY_FINANCIER))


@side_by_side
def _add_some(row, totals, start, stop):
    for n in range(start, stop):
        x = row[n]
        known = not math.isnan(x)
        value = x if known else 0.0
        totals[0, n] += 1.0 if known else 0.0
        totals[1, n] += value
        totals[2, n] += value * value


@side_by_side
def _add_difference(game, row, base, scratch, totals):
    for n in range(row.shape[0]):
        scratch[n] = row[n] - base[n]  # NaN where either does not apply
    _add(game, scratch, totals)


#: Replications that a policy plays before the next one does: what it needs stays in the fastest memory meanwhile.
TOGETHER = 8


@seldom
def tally(games, state, outcomes, rows, reference, seed, firsts, count, size, sums, places, samples, book):
    """Play replications firsts[g] … firsts[g] + count - 1 of every game of group g and keep what there is room for.

    ``games`` has shape (groups * policies,), ``firsts`` (groups,).  Policies of a group share their luck, and so do
    groups with the same first.  ``state`` is scratch, and so are ``rows``, shape (TOGETHER + 2, MEASURES), and
    ``book``, shape (TOGETHER, pages): blank PAGE records for the run and every month, so that shared dice are thrown
    once, or no pages if every game throws its own.

    ``sums`` has shape (blocks, n, groups, policies, 3, MEASURES): of every ``size`` replications, a multiple of
    TOGETHER but for the last block's, count, sum and sum of squares of what is measured (n ≥ 1), and with ``reference``
    ≥ 0 (n = 2) of the paired differences against that policy; or (0, …) to add up nothing.  ``samples`` has shape
    (count, groups * policies, len(places)) to keep those places of every row of measures, or (0, …).  ``outcomes`` has
    shape (count * groups * policies,) to keep every outcome, or 1 to keep the last.
    """
    policies = games.shape[0] // firsts.shape[0]
    for start in range(0, count, TOGETHER):
        stop = min(start + TOGETHER, count)
        for at in range(games.shape[0]):
            group = at // policies
            turn = at % policies
            p = (max(reference, 0) + turn) % policies  # the policy of reference first: its rows are kept
            game = games[group * policies + p]
            _blank(rows, TOGETHER if turn > 0 else 0)
            turns.set_table(game, state)
            for n in range(start, stop):
                row = rows[n - start if p == reference else TOGETHER]
                place = n * games.shape[0] + group * policies + p
                outcome = outcomes[place % outcomes.shape[0]]
                _play(game, state, outcome, seed, firsts[group] + n, book[n - start])
                measure(game, outcome, row)
                if sums.shape[0] > 0:
                    _add(game, row, sums[start // size, 0, group, p])
                if samples.shape[0] > 0:
                    _pick(row, places, samples[n, group * policies + p])
                if reference >= 0:
                    totals = sums[start // size, 1, group, p]
                    _add_difference(game, row, rows[n - start], rows[TOGETHER + 1], totals)


@side_by_side
def _blank(rows, start):
    for n in range(start, rows.shape[0]):
        for m in range(rows.shape[1]):
            rows[n, m] = math.nan


@seldom
def _play(game, state, outcome, seed, replication, pages):
    if pages.shape[0] > 0:
        _play_by(game, state, seed, replication, pages)
    else:
        turns.begin(game, state, seed, replication)
        play_months(game, state)
    turns.settle(game, state, outcome)


@side_by_side
def _pick(row, places, sample):
    for m in range(places.shape[0]):
        sample[m] = row[places[m]]


@seldom
def ledgers(game, state, seed, first, entries):
    """The host's ledger of every bidder in the month of the decision, M$, for the replications first, first + 1, …

    ``entries`` has shape (replications, bidders, terms of ``game.LEDGER``); a bidder that could not take everything in
    that month has NaN.  ``state`` is scratch.
    """
    turns.set_table(game, state)
    for n in range(entries.shape[0]):
        turns.begin(game, state, seed, first + n)
        play_months(game, state)
        for i in range(game.bidders):
            if state.bids_on_all[i]:
                for d in range(game.deposits):
                    state.trial[d] = i
                turns.ledger(game, state, state.trial, entries[n, i])
            else:
                for term in range(entries.shape[2]):
                    entries[n, i, term] = math.nan
