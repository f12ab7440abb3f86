"""A month cut where somebody chooses: many negotiations played on from a choice to the next, under orders.

The same turns as :mod:`minegame.ensemble` plays, in an order that comes to the same: all patrons choose before any of
them has pressed, all bidders before any of them has offered, and the host when it has weighed.  So whoever chooses
sees nobody's move of the same moment.  Orders say what is chosen; where there are none, the scenario's agents choose.
"""

from __future__ import annotations

import math

from minegame import ensemble, rules, turns
from minegame.compiled import seldom
from minegame.game import LEVERS, MAX_BIDDERS, MAX_PATRONS, TRIGGERS

#: Where a negotiation stands: before anything, or where patrons, bidders or the host choose.
PRESS, BID, DECIDE, OPENING = range(4)
#: Instead of a place to stop at: play to the end.  Instead of one to go on from: leave it as it is.
NOWHERE = -1

_LEVERS, _TRIGGERS = len(LEVERS), len(TRIGGERS)
#: Places in a row of orders: patron k's lever l at k * len(LEVERS) + l, then a concession a bidder, at last the host's
#: decision.  NaN is no order.
CONCESSION_AT = MAX_PATRONS * _LEVERS
DECISION_AT = CONCESSION_AT + MAX_BIDDERS
ORDERS = DECISION_AT + 1


@seldom
def go_on_all(games, states, outcomes, phases, stop, orders):
    """Play each state on from its phase to ``stop``, or none; then write what the scenario's agents would choose at
    ``stop`` over its orders.  There is one game for all, or one each.
    """
    for n in range(states.shape[0]):
        game = games[n % games.shape[0]]
        if phases[n] != NOWHERE:
            go_on(game, states[n], outcomes[n], phases[n], stop, orders[n], False)
        _plan(game, states[n], stop, orders[n])


@seldom
def go_on(game, state, outcome, phase, stop, orders, held):
    """Play on under orders that count for this month, or for all that come if they are ``held``."""
    if phase == OPENING:
        turns.open_tender(game, state, state.seed, state.replication)
        turns.trade(game, state)
        phase = PRESS
        if stop == PRESS:
            return
    while True:
        if phase == PRESS:
            _press(game, state, orders)
        elif phase == BID:
            _bid(game, state, orders)
        else:
            _decide(game, state, orders)
            if state.closed:
                turns.settle(game, state, outcome)
                return
            turns.trade(game, state)
            if not held:
                _forget(orders)
        phase = (phase + 1) % OPENING
        if phase == stop:
            return


@seldom
def _forget(orders):
    for m in range(orders.shape[0]):
        orders[m] = math.nan


@seldom
def _press(game, state, orders):
    """Patrons press, lenders lend, and bidders prepare the offers that the scenario would have them make."""
    for k in range(game.patrons):
        if math.isnan(orders[k * _LEVERS]):
            turns.press(game, state, k)
        else:
            for lever in range(_LEVERS):
                state.lever[k, lever] = orders[k * _LEVERS + lever]
            turns.pay(game, state, k)
        turns.gain_standing(game, state, k)
    for f in range(game.financiers):
        turns.commit(game, state, f)
    for i in range(game.bidders):
        turns.appraise(game, state, i)
        turns.concede(game, state, i)
        turns.offer(game, state, i)


@seldom
def _bid(game, state, orders):
    """Bidders that are ordered to offer other terms than the scenario's offer those; the host weighs."""
    for i in range(game.bidders):
        if not math.isnan(orders[CONCESSION_AT + i]):
            state.concession[i] = rules.clip(orders[CONCESSION_AT + i], 0.0, 1.0)
            state.next_concession[i] = max(state.next_concession[i], state.concession[i])
            turns.offer(game, state, i)
    turns.weigh(game, state)


@seldom
def _decide(game, state, orders):
    """The host decides, and patrons watch."""
    if math.isnan(orders[DECISION_AT]):
        turns.decide(game, state)
    else:
        turns.conclude(game, state, int(orders[DECISION_AT]))
    for k in range(game.patrons):
        turns.watch(game, state, k)


@seldom
def _plan(game, state, phase, orders):
    """Write what the scenario's agents would choose where it is their turn into a row of orders."""
    _forget(orders)
    if phase == PRESS:
        for k in range(game.patrons):
            for lever in range(_LEVERS):
                orders[k * _LEVERS + lever] = turns.planned(game, state, k, lever)
    elif phase == BID:
        for i in range(game.bidders):
            orders[CONCESSION_AT + i] = state.concession[i]
    else:
        orders[DECISION_AT] = turns.preferred(game, state)


# ------------------------------------------------------------------------------------------------ what may come of it


@seldom
def foresee(game, states, outcome, phase, eye, seed, first, rows, held, places, samples):
    """What may come of each of some choices: measures of continuations on luck that nobody has seen.

    ``states`` are how it stands and one of scratch; ``rows`` are two of scratch, the first filled with NaN, and the
    orders of each choice; ``samples`` has shape (continuations, choices, places).  ``eye`` is the index of the patron
    or bidder who looks ahead, and for the host without meaning.
    """
    for n in range(samples.shape[0]):
        for c in range(samples.shape[1]):
            states[1] = states[0]
            _imagine(game, states[0], states[1], phase, eye, seed, first + n)
            for m in range(ORDERS):
                rows[1, m] = rows[2 + c, m]
            go_on(game, states[1], outcome, phase, NOWHERE, rows[1], held)
            ensemble.measure(game, outcome, rows[0])
            for m in range(places.shape[0]):
                samples[n, c, m] = rows[0, places[m]]


@seldom
def _imagine(game, present, state, phase, eye, seed, replication):
    """Draw anew what the one who looks ahead cannot know: the luck to come, and what others keep to themselves."""
    turns.begin(game, state, seed, replication)
    _restore_what_all_see(game, present, state)
    if phase == PRESS:
        state.resolve[eye] = present.resolve[eye]
    else:
        for d in range(game.deposits):
            state.geology[d] = present.geology[d]
    if phase == DECIDE:
        state.host_impatience = present.host_impatience
    for i in range(game.bidders):
        if phase == DECIDE or (phase == BID and i == eye):
            state.cost[i] = present.cost[i]
            state.impatience[i] = present.impatience[i]
            state.exponent[i] = present.exponent[i]
        if phase == DECIDE:
            state.host_exponent[i] = present.host_exponent[i]
            state.taste[i] = present.taste[i]
    turns.throw_month_dice(game, state)
    if phase == BID:
        for i in range(game.bidders):
            if i != eye:
                turns.concede(game, state, i)
            turns.offer(game, state, i)


@seldom
def _restore_what_all_see(game, present, state):
    """Put back what has come of past months: the price, what patrons and lenders did, and what the host learnt."""
    state.month = present.month
    state.counters = present.counters
    state.log_price, state.mine_price = present.log_price, present.mine_price
    state.log_following = present.log_following
    for k in range(game.patrons):
        state.budget_left[k], state.points_used[k] = present.budget_left[k], present.points_used[k]
        state.belief_a[k], state.belief_b[k] = present.belief_a[k], present.belief_b[k]
        state.credit[k], state.summits[k] = present.credit[k], present.summits[k]
        for lever in range(_LEVERS):
            state.lever[k, lever] = present.lever[k, lever]
        for trigger in range(_TRIGGERS):
            state.event_month[k, trigger] = present.event_month[k, trigger]
    for f in range(game.financiers):
        state.letter_month[f], state.letter_share[f] = present.letter_month[f], present.letter_share[f]
        state.headroom[f] = present.headroom[f]
    for i in range(game.bidders):
        state.holds_letter[i] = present.holds_letter[i]
