"""The fast conductor: one negotiation in microseconds, millions on all cores.

The same turns as the Mesa model performs, in the same order; equal to it bit for bit.  ``tally`` keeps counts, sums and
sums of squares, so that its memory does not grow with the replications, and the outcomes too where there is room for
them.
"""

from __future__ import annotations

import math

from minegame import turns
from minegame.compiled import rule
from minegame.game import MAX_BIDDERS, MAX_DEPOSITS, MAX_PATRONS

# ------------------------------------------------------------------------------------------------------------- playing


@rule
def negotiate(game, state, seed, replication):
    """Play one negotiation from the opening to the host's last decision."""
    turns.open_tender(game, state, seed, replication)
    while not state.closed:
        turns.trade(game, state)
        for k in range(game.patrons):
            turns.press(game, state, k)
            turns.gain_standing(game, state, k)
        for f in range(game.financiers):
            turns.commit(game, state, f)
        for i in range(game.bidders):
            turns.appraise(game, state, i)
            turns.concede(game, state, i)
            turns.offer(game, state, i)
        turns.weigh(game, state)
        turns.decide(game, state)


@rule
def play(game, state, outcome, seed, replication):
    """Play one negotiation from the opening to the last consequence of its award."""
    negotiate(game, state, seed, replication)
    turns.settle(game, state, outcome)


# ------------------------------------------------------------------------------------------------------------ counting

#: What is measured in every negotiation; a measure that does not apply (terms of a bidder that lost) is NaN.
GENERAL = (
    "shelved", "split", "countered", "counters", "month", "utility", "surplus", "done_share", "host_value",
    "host_money", "balance", "hhi_before", "hhi_after", "price", "horizon_price",
)  # fmt: skip
BY_BIDDER = (
    "wins_any", "wins_all", "value_share", "wins_and_built", "state_equity", "bonus", "offtake", "processing",
    "coverage", "completion", "concession", "award_month",
)  # fmt: skip
BY_PATRON = (
    "patron_share", "patron_payoff", "points_used", "threat_executed", "threat_loss", "access_delivered", "backlash",
    "credit", "credibility", "summits",
)  # fmt: skip

_BIDDER_AT = len(GENERAL)
_WINS_AT = _BIDDER_AT + MAX_BIDDERS * len(BY_BIDDER)
_PATRON_AT = _WINS_AT + MAX_BIDDERS * MAX_DEPOSITS
MEASURES = _PATRON_AT + MAX_PATRONS * len(BY_PATRON)

_OF_BIDDER, _OF_PATRON = len(BY_BIDDER), len(BY_PATRON)


def general(name: str) -> int:
    """The place of a measure of the whole negotiation, such as ``shelved`` or ``host_value``."""
    return GENERAL.index(name)


def by_bidder(name: str, i: int) -> int:
    """The place of a measure of bidder ``i``, such as ``wins_any``."""
    return _BIDDER_AT + i * _OF_BIDDER + BY_BIDDER.index(name)


def wins(i: int, d: int) -> int:
    """The place of the measure that bidder ``i`` wins deposit ``d``."""
    return _WINS_AT + i * MAX_DEPOSITS + d


def by_patron(name: str, k: int) -> int:
    """The place of a measure of patron ``k``, such as ``patron_payoff``."""
    return _PATRON_AT + k * _OF_PATRON + BY_PATRON.index(name)


@rule
def measure(game, outcome, row):
    """Write what is measured in one negotiation into ``row``, an array of length MEASURES that holds NaN elsewhere."""
    row[0] = outcome.shelved
    row[1] = outcome.split
    row[2] = outcome.countered
    row[3] = outcome.counters
    row[4] = math.nan if outcome.shelved else outcome.month
    row[5] = outcome.utility
    row[6] = outcome.surplus
    row[7] = outcome.done_share
    row[8] = outcome.host_value
    row[9] = outcome.host_money
    row[10] = outcome.balance
    row[11] = outcome.hhi_before
    row[12] = outcome.hhi_after
    row[13] = outcome.price
    row[14] = outcome.horizon_price
    for i in range(game.bidders):
        _measure_bidder(game, outcome, i, row)
    for k in range(game.patrons):
        _measure_patron(outcome, k, row)


@rule
def _measure_bidder(game, outcome, i, row):
    at = _BIDDER_AT + i * _OF_BIDDER
    won = outcome.value_share[i] > 0.0
    everything = won
    for n in range(4, _OF_BIDDER):
        row[at + n] = 0.0 if won else math.nan
    for d in range(game.deposits):
        mine = outcome.winner[d] == i
        everything = everything and mine
        row[_WINS_AT + i * MAX_DEPOSITS + d] = 1.0 if mine else 0.0
        if mine:
            part = game.deposit_weight[d] / outcome.value_share[i]
            row[at + 4] += part * outcome.equity[d]
            row[at + 5] += outcome.bonus[d]
            row[at + 6] += part * outcome.offtake[d]
            row[at + 7] += part * outcome.processing[d]
            row[at + 8] += part * outcome.coverage[d]
            row[at + 9] += part * outcome.completion[d]
            row[at + 10] += part * outcome.concession[d]
    if won:
        row[at + 11] = outcome.month
    row[at] = 1.0 if won else 0.0
    row[at + 1] = 1.0 if everything else 0.0
    row[at + 2] = outcome.value_share[i]
    row[at + 3] = outcome.built_share[i]


@rule
def _measure_patron(outcome, k, row):
    at = _PATRON_AT + k * _OF_PATRON
    row[at] = outcome.patron_share[k]
    row[at + 1] = outcome.patron_payoff[k]
    row[at + 2] = outcome.points_used[k]
    row[at + 3] = outcome.threat_executed[k]
    row[at + 4] = outcome.threat_loss[k]
    row[at + 5] = outcome.access_delivered[k]
    row[at + 6] = outcome.backlash[k]
    row[at + 7] = outcome.credit[k]
    row[at + 8] = outcome.credibility[k]
    row[at + 9] = outcome.summits[k]


@rule
def _add(row, sums):
    for n in range(row.shape[0]):
        x = row[n]
        if not math.isnan(x):
            sums[n, 0] += 1.0
            sums[n, 1] += x
            sums[n, 2] += x * x


@rule
def _add_difference(row, base, scratch, sums):
    for n in range(row.shape[0]):
        scratch[n] = row[n] - base[n]  # NaN where either does not apply
    _add(scratch, sums)


@rule
def tally(games, states, outcomes, rows, reference, seed, firsts, count, sums, contrasts):
    """Play replications firsts[g] … firsts[g] + count - 1 of every game of group g and add up what is measured.

    ``games`` has shape (groups, policies); policies of a group share their luck, and so do groups with the same first.
    ``sums`` has shape (groups, policies, MEASURES, 3): count, sum and sum of squares.  With ``reference`` ≥ 0,
    ``contrasts`` (the same shape) holds the same of the paired differences against that policy.  ``outcomes`` has shape
    (count, groups, policies) to keep every outcome, or 1 in place of any of them to keep only the last.  Scratch:
    ``states`` (1,), ``rows`` (policies + 1, MEASURES) filled with NaN.
    """
    policies = games.shape[1]
    deep, high, wide = outcomes.shape
    for group in range(games.shape[0]):
        for n in range(count):
            for p in range(policies):
                outcome = outcomes[n % deep, group % high, p % wide]
                play(games[group, p], states[0], outcome, seed, firsts[group] + n)
                measure(games[group, p], outcome, rows[p])
                _add(rows[p], sums[group, p])
            if reference >= 0:
                for p in range(policies):
                    _add_difference(rows[p], rows[reference], rows[policies], contrasts[group, p])


# ------------------------------------------------------------------------------------------------------------ sampling


@rule
def sample(games, states, outcomes, row, places, seed, first, samples):
    """Keep chosen measures of every replication first, first + 1, … of every game, on the same luck.

    ``games`` has shape (policies,), ``places`` (measures,) holds places in a row of measures, ``samples`` takes the
    result in shape (replications, policies, measures).  Scratch: ``states`` (1,), ``outcomes`` (1,) and ``row``
    (MEASURES,) of NaN.
    """
    for n in range(samples.shape[0]):
        for p in range(games.shape[0]):
            play(games[p], states[0], outcomes[0], seed, first + n)
            measure(games[p], outcomes[0], row)
            for m in range(places.shape[0]):
                samples[n, p, m] = row[places[m]]


@rule
def ledgers(game, states, seed, first, entries):
    """The host's ledger of every bidder in the month of the decision, M$, for the replications first, first + 1, …

    ``entries`` has shape (replications, bidders, terms of ``game.LEDGER``); a bidder that could not take everything in
    that month has NaN.  ``states`` is scratch of length 1.
    """
    for n in range(entries.shape[0]):
        negotiate(game, states[0], seed, first + n)
        for i in range(game.bidders):
            if states[0].bids_on_all[i]:
                turns.ledger(game, states[0], i, entries[n, i])
            else:
                for term in range(entries.shape[2]):
                    entries[n, i, term] = math.nan
