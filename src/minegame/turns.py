"""What each agent does, written once: the turns of a month and what follows the award.

Every turn is a function of (game, state, who).  The Mesa agents perform them one at a time, the compiled ensemble
performs them a million times; neither adds arithmetic of its own.  The order of the turns is the conductors' affair
(``Negotiation.step`` and ``ensemble.play_months``).
"""

from __future__ import annotations

import math

from minegame import chance, rules
from minegame.compiled import rule, seldom
from minegame.game import (
    ACCEPT,
    ACCESS,
    ALWAYS,
    BUNDLED,
    COUNTER,
    DENIAL,
    ENGAGEMENT,
    FINANCE,
    FULL,
    LEVERS,
    LOST_BEFORE,
    MAX_BIDDERS,
    MAX_DEPOSITS,
    NEAR_MONTHS,
    NEVER,
    NOBODY,
    OFFERED,
    OPENING,
    RIVAL_LEADS,
    RIVAL_LETTER,
    RIVAL_PRESSES,
    RIVAL_THREATENS,
    SHELVE,
    TARIFF,
    TERM,
    TRIGGERS,
    UNDECIDED,
    WAIT,
)

_LEVERS, _TRIGGERS = len(LEVERS), len(TRIGGERS)
_TIE_BREAK = 1e-9  # of the value scale: far below a dollar, only there so that equals are decided by lot
_SAME_SHARE = 1e-11  # value shares are kept to twelve digits: lots that differ by less are equal
_SAME_MONEY = 1e-9  # of the value scale: what differs by less differs by rounding

# ------------------------------------------------------------------------------------------------------- the beginning


@seldom
def open_tender(game, state, seed, replication):
    """Before month 0: set the table and draw what is drawn once a run."""
    set_table(game, state)
    begin(game, state, seed, replication)


@seldom
def set_table(game, state):
    """What is the same in every run of a game: who throws which dice, and numbers that need be reckoned only once."""
    _lay_out_run_dice(game, state)
    _lay_out_month_dice(game, state)
    state.annuity_factor = rules.annuity_factor(game.project_discount_rate, game.project_life, game.project_lead_time)
    state.monthly_loss = rules.monthly_loss(game.politics_credit_half_life)
    kappa, sigma, long_run = game.market_mean_reversion, game.market_volatility, game.market_long_run_price
    state.price_kept, state.price_pull, state.price_spread = rules.price_motion(kappa, sigma, long_run, rules.MONTH)
    state.mine_kept, state.mine_pull = rules.price_outlook(kappa, sigma, long_run, game.project_price_horizon)
    state.log_initial_price = math.log(game.market_initial_price)
    state.horizon_kept, state.horizon_pull, state.horizon_spread = rules.price_motion(
        kappa, sigma, long_run, game.renegotiation_horizon
    )
    state.option_root = rules.option_root(
        game.project_discount_rate, game.shelving_yield_rate, game.shelving_volatility
    )


@seldom
def begin(game, state, seed, replication):
    """Before month 0 of a run, at a table that is set: draw what is drawn once a run."""
    state.seed = seed
    state.replication = replication
    _throw_run_dice(game, state)
    _begin(game, state)


@seldom
def begin_by(game, state, seed, replication, page):
    """The same with the dice of a page, if they lie there for this run already; if not, they are put there."""
    state.seed = seed
    state.replication = replication
    count = _run_dice(game)
    if page.replication == replication:
        _read_dice(page, count, state.run_dice, state.run_normal)
    else:
        _throw_run_dice(game, state)
        _write_dice(page, replication, count, state.run_dice, state.run_normal)
    _begin(game, state)


@seldom
def _begin(game, state):
    state.month = -1
    state.decision = UNDECIDED
    state.counters = 0
    state.closed = 0
    state.log_price = state.log_initial_price
    state.mine_price = game.market_initial_price
    state.log_following = _log_elapsed(game, state, 0)
    z = state.run_normal[_HOST_AT]
    state.host_impatience = game.bargaining_host_impatience * rules.multiplier(game.bargaining_impatience_sd, z)
    for d in range(game.deposits):
        _survey(game, state, d)
    for k in range(game.patrons):
        _seat_patron(game, state, k)
    for i in range(game.bidders):
        _seat_bidder(game, state, i)
    for f in range(game.financiers):
        state.letter_month[f] = NOBODY
        state.letter_share[f] = 0.0
        state.headroom[f] = math.inf


# Of the dice of a run the host's comes first, then those of bidders, deposits and patrons, whose first draws are
# normal; then come the tastes, and at last what becomes of the award: of threats and denial, of letters, of mines.
_HOST_AT, _COST_AT = 0, 1


@rule
def _geology_at(game, d):
    return _COST_AT + game.bidders + d


@rule
def _resolve_at(game, k):
    return _COST_AT + game.bidders + game.deposits + k


@rule
def _taste_at(game, i):
    return _COST_AT + game.bidders + game.deposits + game.patrons + i


@rule
def _threat_at(game, k):
    return _taste_at(game, game.bidders + k)


@rule
def _conversion_at(game, f):
    return _threat_at(game, game.patrons + f)


@rule
def _completion_at(game, i, d):
    return _conversion_at(game, game.financiers + i * game.deposits + d)


@rule
def _run_dice(game):
    return _completion_at(game, game.bidders, 0)


@rule
def _lay_out_run_dice(game, state):
    """Say what each die of a run is thrown for, by the even one of its two streams."""
    _run_die(game, state, _HOST_AT, chance.HOST_IMPATIENCE, 0, 0)
    for i in range(game.bidders):
        key = game.bidder_key[i]
        _run_die(game, state, _COST_AT + i, chance.COST, key, 0)
        _run_die(game, state, _taste_at(game, i), chance.TREMBLE, key, 0)
        for d in range(game.deposits):
            _run_die(game, state, _completion_at(game, i, d), chance.COMPLETION, key, game.deposit_key[d])
    for d in range(game.deposits):
        _run_die(game, state, _geology_at(game, d), chance.GEOLOGY, game.deposit_key[d], 0)
    for k in range(game.patrons):
        _run_die(game, state, _resolve_at(game, k), chance.RESOLVE, game.patron_key[k], 0)
        _run_die(game, state, _threat_at(game, k), chance.THREAT, game.patron_key[k], 0)
    for f in range(game.financiers):
        _run_die(game, state, _conversion_at(game, f), chance.LETTER, game.financier_key[f], 0)


@rule
def _run_die(game, state, n, stream, key, index):
    state.run_stream[n] = stream
    state.run_key[n] = key
    state.run_index[n] = index ^ game.tender_key


@rule
def _throw_run_dice(game, state):
    """Throw the dice of a run, all at once."""
    streams, keys, indices = state.run_stream, state.run_key, state.run_index
    count = _run_dice(game)
    chance.throw(state.seed, state.replication, 0, streams, keys, indices, count, state.run_dice)
    chance.normals(state.run_dice[0], _taste_at(game, 0), state.run_normal)


@rule
def _survey(game, state, d):
    state.geology[d] = rules.fair_multiplier(game.project_geology_sd, state.run_normal[_geology_at(game, d)])


@rule
def _seat_patron(game, state, k):
    state.resolve[k] = game.patron_resolve[k] + game.politics_resolve_sd * state.run_normal[_resolve_at(game, k)]
    state.episode_resolve[k] = math.inf
    state.budget_left[k] = game.patron_budget[k]
    state.points_used[k] = 0.0
    state.summits[k] = 0.0
    state.belief_a[k] = game.patron_belief_a[k]
    state.belief_b[k] = game.patron_belief_b[k]
    state.credit[k] = game.patron_credit[k]
    for trigger in range(_TRIGGERS):
        state.event_month[k, trigger] = NEVER
    for lever in range(_LEVERS):
        state.lever[k, lever] = 0.0


@rule
def _seat_bidder(game, state, i):
    state.cost[i] = game.bidder_unit_cost[i] * rules.multiplier(game.project_cost_sd, state.run_normal[_COST_AT + i])
    state.taste[i] = game.host_taste_scale * chance.gumbel_quantile(state.run_dice[1, _taste_at(game, i)])
    z = chance.normal_quantile(state.run_dice[1, _COST_AT + i])
    state.impatience[i] = game.bidder_impatience[i] * rules.multiplier(game.bargaining_impatience_sd, z)
    tilt = math.sqrt(rules.patience_ratio(state.impatience[i], state.host_impatience))
    state.exponent[i] = game.bargaining_concession_exponent * tilt
    state.host_exponent[i] = game.bargaining_concession_exponent / tilt
    state.processing[i] = rules.efficient_share(game.host_processing_value, game.bidder_processing_cost[i])
    state.offtake[i] = rules.efficient_share(game.bidder_offtake_value[i], game.host_offtake_cost)
    state.holds_letter[i] = 0
    state.path_at[i] = math.inf


# ---------------------------------------------------------------------------------------------------- the month's dice

# First the price, then all trembles, all evaluations, all letters, all patrons and what comes of their episodes; those
# of the first three are normal.
_PRICE_AT, _TREMBLE_AT = 0, 1


@rule
def _evaluation_at(game, i, d):
    return _TREMBLE_AT + game.bidders + i * game.deposits + d


@rule
def _letter_at(game, f):
    return _evaluation_at(game, game.bidders, f)


@rule
def _standing_at(game, k):
    return _letter_at(game, game.financiers + k)


@rule
def _carried_out_at(game, k):
    return _standing_at(game, game.patrons + k)


@rule
def _month_dice(game):
    return _carried_out_at(game, game.patrons)


@rule
def _lay_out_month_dice(game, state):
    """Say what each die of a month is thrown for, by the even one of its two streams: CARRIED_OUT goes with PRICE."""
    _month_die(game, state, _PRICE_AT, chance.PRICE, 0, 0)
    for i in range(game.bidders):
        key = game.bidder_key[i]
        _month_die(game, state, _TREMBLE_AT + i, chance.TREMBLE, key, 0)
        for d in range(game.deposits):
            _month_die(game, state, _evaluation_at(game, i, d), chance.EVALUATION, key, game.deposit_key[d])
    for f in range(game.financiers):
        _month_die(game, state, _letter_at(game, f), chance.LETTER, game.financier_key[f], 0)
    for k in range(game.patrons):
        _month_die(game, state, _standing_at(game, k), chance.EPISODE, game.patron_key[k], 0)
        _month_die(game, state, _carried_out_at(game, k), chance.PRICE, game.patron_key[k], 0)


@rule
def _month_die(game, state, n, stream, key, index):
    state.month_stream[n] = stream
    state.month_key[n] = key
    state.month_index[n] = index ^ game.tender_key


@rule
def throw_month_dice(game, state):
    """Throw the dice of a month, all at once."""
    streams, keys, indices = state.month_stream, state.month_key, state.month_index
    count = _month_dice(game)
    chance.throw(state.seed, state.replication, state.month, streams, keys, indices, count, state.month_dice)
    chance.normals(state.month_dice[0], _letter_at(game, 0), state.month_normal)


# ------------------------------------------------------------------------------------------ dice that are thrown once


@rule
def _read_dice(page, count, dice, normal):
    for n in range(count):
        dice[0, n] = page.dice[0, n]
        dice[1, n] = page.dice[1, n]
        normal[n] = page.normal[n]


@rule
def _write_dice(page, replication, count, dice, normal):
    page.replication = replication
    for n in range(count):
        page.dice[0, n] = dice[0, n]
        page.dice[1, n] = dice[1, n]
        page.normal[n] = normal[n]


# ---------------------------------------------------------------------------------------------------------- the market


@seldom
def trade(game, state):
    """The market moves the price by a month, and so the price that a mine will see (R1, R2)."""
    state.month += 1
    throw_month_dice(game, state)
    _move_price(game, state)


@seldom
def trade_by(game, state, page):
    """The same with the dice of a page, if they lie there for this run already; if not, they are put there."""
    state.month += 1
    count = _month_dice(game)
    if page.replication == state.replication:
        _read_dice(page, count, state.month_dice, state.month_normal)
    else:
        throw_month_dice(game, state)
        _write_dice(page, state.replication, count, state.month_dice, state.month_normal)
    _move_price(game, state)


@rule
def _log_elapsed(game, state, month):
    """The logarithm of the part of the time that has elapsed: mostly reckoned in a run before."""
    elapsed, n = rules.elapsed(month, game.months), month & (NEAR_MONTHS - 1)
    if elapsed != state.elapsed[n]:
        state.elapsed[n], state.log_elapsed[n] = elapsed, math.log(elapsed)
    return state.log_elapsed[n]


@seldom
def _move_price(game, state):
    state.log_passed = state.log_following
    state.log_following = _log_elapsed(game, state, state.month + 1)
    motion = state.price_kept, state.price_pull, state.price_spread
    state.log_price = rules.price_after(state.log_price, motion, state.month_normal[_PRICE_AT])
    state.mine_price = rules.price_ahead(state.log_price, (state.mine_kept, state.mine_pull))


# ---------------------------------------------------------------------------------------------------------- the patron


@seldom
def press(game, state, k):
    """A patron presses its levers as far as its political capital goes (R21, R4)."""
    for lever in range(_LEVERS):
        state.lever[k, lever] = planned(game, state, k, lever)
    pay(game, state, k)


@rule
def planned(game, state, k, lever):
    """How hard the scenario's patron presses a lever this month, before it is paid for (R21)."""
    return game.lever_intensity[k, lever] if _is_on(game, state, k, lever) else 0.0


@rule
def pay(game, state, k):
    """A patron pays for its levers of the month, which are scaled to the political capital that is left (R4)."""
    cost = 0.0
    for lever in range(_LEVERS):
        cost += game.lever_price[k, lever] * state.lever[k, lever]
    scale = rules.budget_scale(state.budget_left[k], cost)
    for lever in range(_LEVERS):
        state.lever[k, lever] *= scale
    state.points_used[k] += scale * cost
    state.budget_left[k] = rules.budget_after(state.budget_left[k], scale * cost, game.patron_budget[k])


@rule
def _is_on(game, state, k, lever):
    trigger, onset = game.lever_trigger[k, lever], game.lever_onset[k, lever]
    if trigger == ALWAYS:
        return state.month >= onset
    event = state.event_month[k, trigger]
    return event != NEVER and state.month >= rules.answer_month(onset, event, game.lever_lag[k, lever])


@seldom
def watch(game, state, k):
    """At the end of a month a patron notes which of the events that its levers wait for has happened (R21)."""
    for lever in range(_LEVERS):
        trigger = game.lever_trigger[k, lever]
        if trigger != ALWAYS and state.event_month[k, trigger] == NEVER and _happens(game, state, k, trigger):
            state.event_month[k, trigger] = state.month


@rule
def _happens(game, state, k, trigger):
    if trigger == RIVAL_LEADS:
        return _rival_leads(game, state, k)
    if trigger == RIVAL_LETTER:
        return _rival_letter(game, state, k)
    if trigger == RIVAL_PRESSES:
        return _rival_presses(game, state, k)
    if trigger == RIVAL_THREATENS:
        return _rival_threatens(game, state, k)
    if trigger == LOST_BEFORE:
        return False  # it happens between the tenders of a campaign
    raise ValueError("a trigger without an event")


@rule
def _rival_leads(game, state, k):
    """Whether the host's candidate of the month gives a patron's own camp less than half of all the value tendered."""
    if not state.has_candidate:
        return False
    held = 0.0
    for d in range(game.deposits):
        i = state.award[d]
        if i != NOBODY and game.bidder_patron[i] == k:
            held += game.deposit_weight[d]
    return held < 0.5 - _SAME_SHARE


@rule
def _rival_letter(game, state, k):
    """Whether a bidder of another camp, one that will bid, gets a public letter this month."""
    for f in range(game.financiers):
        i = game.financier_bidder[f]
        if game.financier_public[f] and state.letter_month[f] == state.month:
            if game.bidder_patron[i] != k and game.bidder_entry[i] < game.months:
                return True
    return False


@rule
def _rival_presses(game, state, k):
    """Whether another patron has some lever in effect this month, after scaling to its political capital."""
    for other in range(game.patrons):
        for lever in range(_LEVERS):
            if other != k and state.lever[other, lever] > 0.0:
                return True
    return False


@rule
def _rival_threatens(game, state, k):
    """Whether another patron has its tariff or its denial lever in effect this month."""
    for other in range(game.patrons):
        if other != k and max(state.lever[other, TARIFF], state.lever[other, DENIAL]) > 0.0:
            return True
    return False


@seldom
def gain_standing(game, state, k):
    """The host learns about a patron: a third-country episode, a summit, the credit of cooperation (R5, R6, R17)."""
    episode, meeting = state.month_dice[0, _standing_at(game, k)], state.month_dice[1, _standing_at(game, k)]
    if episode < game.patron_episode_rate[k]:
        u = state.month_dice[1, _carried_out_at(game, k)]
        _learn(game, state, k, u < _follow_through_in_episodes(game, state, k))
    summit = 1.0 if meeting < game.politics_summit_rate * state.lever[k, ENGAGEMENT] else 0.0
    state.summits[k] += summit
    gain = game.politics_credit_gain_summit
    state.credit[k] = rules.credit_after(state.credit[k], state.monthly_loss, gain, summit)


@rule
def _follow_through_in_episodes(game, state, k):
    """The probability that a patron carries a threat at full strength out: of its resolve alone, so once a run."""
    if state.resolve[k] != state.episode_resolve[k]:
        state.episode_resolve[k] = state.resolve[k]
        state.episode_follow_through[k] = resolve_to_act(game, state, k, 1.0)
    return state.episode_follow_through[k]


@rule
def resolve_to_act(game, state, k, threat):
    """The probability that a patron carries a threat out (R5)."""
    return rules.follow_through(
        game.politics_follow_through_slope,
        game.patron_audience_cost[k],
        game.patron_publicity[k],
        threat,
        state.resolve[k],
        game.patron_execution_cost[k],
    )


@rule
def _learn(game, state, k, carried_out):
    if carried_out:
        state.belief_a[k] += game.politics_belief_step_executed
    else:
        state.belief_b[k] += game.politics_belief_step_backed_down


# ------------------------------------------------------------------------------------------------------- the financier


@seldom
def commit(game, state, f):
    """A financier may issue its letter or commit its capital; a letter once issued stays (R7)."""
    if state.letter_month[f] != NOBODY:
        return
    i, k = game.financier_bidder[f], game.financier_patron[f]
    rate = rules.commitment_hazard_rate(
        game.financier_base_hazard[f],
        game.financier_mandate_hazard[f],
        game.financier_engagement_hazard[f],
        game.financier_letter_hazard[f],
        state.lever[k, FINANCE],
        state.lever[k, ENGAGEMENT],
        state.holds_letter[i],
    )
    if state.month_dice[0, _letter_at(game, f)] < _commitment(state, f, rate) and state.headroom[f] > 0.0:
        _issue(game, state, f, i)


@rule
def _commitment(state, f, rate):
    """The probability that a financier commits within a month, at a rate that the month mostly has in any run."""
    n = state.month & (NEAR_MONTHS - 1)
    if rate != state.commitment_rate[f, n]:
        state.commitment_rate[f, n], state.commitment_probability[f, n] = rate, rules.monthly_probability(rate)
    return state.commitment_probability[f, n]


@rule
def _issue(game, state, f, i):
    state.letter_month[f] = state.month
    share = rules.letter_share(
        game.financier_max_share[f],
        game.financier_tied[f] and game.financier_public[f],
        game.financier_offtake_multiple[f],
        state.offtake[i],
    )
    state.letter_share[f] = min(share, state.headroom[f])
    if game.financier_public[f]:
        state.holds_letter[i] = 1


# ---------------------------------------------------------------------------------------------------------- the bidder


@seldom
def appraise(game, state, i):
    """A bidder takes stock: its coverage and the chance that it finishes a mine (R8, R9)."""
    coverage = game.bidder_own_capital[i]
    for f in range(game.financiers):
        if game.financier_bidder[f] == i and state.letter_month[f] != NOBODY:
            coverage += game.financier_credibility[f] * state.letter_share[f]
    state.coverage[i] = rules.clip(coverage, 0.0, 1.0)
    denial = 0.0
    for k in range(game.patrons):
        if k != game.bidder_patron[i]:
            denial = max(denial, state.lever[k, DENIAL])
    state.completion[i] = _completion(game, i, state.coverage[i], denial)


@rule
def _completion(game, i, coverage, denial):
    return rules.completion_probability(
        game.bidder_capability[i],
        coverage,
        game.project_coverage_exponent,
        game.project_denial_effect,
        denial,
        game.bidder_technology_dependence[i],
    )


@seldom
def concede(game, state, i):
    """A bidder chooses how much of its reservation to offer this month, and plans the next (R10)."""
    tremble = game.bargaining_tremble_sd * state.month_normal[_TREMBLE_AT + i]
    now = _planned_concession(game, state, i)
    following = rules.concession_path(game.bargaining_opening_concession, state.log_following, state.exponent[i])
    state.path_exponent[i], state.path_at[i], state.path[i] = state.exponent[i], state.log_following, following
    state.concession[i] = rules.clip(now + tremble, 0.0, 1.0)
    state.next_concession[i] = rules.clip(following + tremble, 0.0, 1.0)


@rule
def _planned_concession(game, state, i):
    """Where a bidder's path is this month: mostly where it saw it a month ago, which spares a power."""
    if state.path_at[i] == state.log_passed and state.path_exponent[i] == state.exponent[i]:
        return state.path[i]
    return rules.concession_path(game.bargaining_opening_concession, state.log_passed, state.exponent[i])


@seldom
def offer(game, state, i):
    """A bidder makes its offers at its present concession: equity and bonus for every deposit (R3, R11, R12)."""
    entered = state.month >= game.bidder_entry[i]
    everywhere = 1
    for d in range(game.deposits):
        _value_deposit(game, state, i, d)
        state.bids[i, d] = 1 if entered and state.reservation[i, d] > 0.0 else 0
        if state.bids[i, d]:
            state.rent[i, d, OPENING] = _rent_at(game, state, i, d, game.host_equity_min, 0.0)
            state.rent[i, d, OFFERED] = offer_at(game, state, i, d, state.concession[i])
            _, _, state.rent[i, d, FULL] = _terms_at(game, state, i, d, 1.0)
            _impress(game, state, i, d)
        else:
            everywhere = 0
    state.bids_on_all[i] = everywhere


@rule
def _value_deposit(game, state, i, d):
    k, weight = game.bidder_patron[i], game.deposit_weight[d]
    value, tax, _, _ = rules.project(
        state.annuity_factor,
        game.deposit_output[d] * state.geology[d],
        state.mine_price,
        state.cost[i],
        game.project_capex_factor * game.deposit_capex[d],
        game.bidder_capital_wedge[i],
        state.coverage[i],
        game.project_extraction_tax,
        game.project_income_tax,
    )
    state.project_value[i, d] = value
    state.tax[i, d] = tax
    state.reservation[i, d] = rules.reservation_transfer(
        value,
        game.bidder_hurdle[i],
        game.host_equity_min,
        game.bidder_processing_cost[i],
        state.processing[i],
        weight,
        game.bidder_premium[i] + game.bidder_premium_mandated[i] * state.lever[k, FINANCE],
    )


@rule
def offer_at(game, state, i, d, concession):
    """Put down a bidder's offer for a deposit at a given concession; return the host's expected rent, M$ (R12, R13)."""
    equity, bonus, rent = _terms_at(game, state, i, d, concession)
    state.transfer[i, d] = concession * state.reservation[i, d]
    state.equity[i, d] = equity
    state.bonus[i, d] = bonus
    return rent


@rule
def _terms_at(game, state, i, d, concession):
    """What a bidder offers for a deposit at a concession: (equity, bonus in M$, the host's expected rent in M$)."""
    equity, bonus = rules.split_transfer(
        concession * state.reservation[i, d],
        state.project_value[i, d],
        game.host_equity_min,
        game.host_equity_max,
        game.host_equity_weight,
    )
    return equity, bonus, _rent_at(game, state, i, d, equity, bonus)


@rule
def _rent_at(game, state, i, d, equity, bonus):
    """The host's expected rent of a deposit at an equity and a bonus, M$."""
    return rules.rent(state.completion[i], income_from(game, state, i, d, equity), bonus, state.coverage[i])


@rule
def income_from(game, state, i, d, equity):
    """What a finished mine would give the host at an equity: (tax, dividends, processing, -offtake), M$ (R13)."""
    return rules.mine_income(
        state.tax[i, d],
        equity,
        state.project_value[i, d],
        game.host_processing_value,
        state.processing[i],
        game.host_offtake_cost,
        state.offtake[i],
        game.deposit_weight[d],
    )


@rule
def _impress(game, state, i, d):
    """What the host's officials feel about a bid: a taste for the bidder, this month's evaluation, a tie-break."""
    z, u = state.month_normal[_evaluation_at(game, i, d)], state.month_dice[1, _evaluation_at(game, i, d)]
    scale = game.host_value_scale * game.deposit_weight[d]
    state.noise[i, d] = scale * (state.taste[i] + game.host_evaluation_sd * z) + _TIE_BREAK * scale * u


# ------------------------------------------------------------------------------------------------------------ the host


@seldom
def weigh(game, state):
    """The host weighs every allocation of the deposits, and what it can hope for (R13-R20)."""
    take_stock(game, state)
    _weigh_shelving(game, state)
    _find_candidate(game, state)
    if not state.has_candidate:
        return
    main = main_bidder(game, state)
    _find_runner_up(game, state, main)
    _share_out(game, state, state.award)
    state.utility = state.standing + _rents(game, state, state.award, OFFERED)
    state.opening_utility = state.standing + _rents(game, state, state.award, OPENING)
    state.full_utility = state.standing + _rents(game, state, state.award, FULL)
    state.floor = rules.floor_utility(
        state.shelve_utility, state.opening_utility, state.runner_up, state.full_utility, state.has_runner_up
    )
    state.aspiration = rules.aspiration(state.floor, state.full_utility, _patience(game, state, main))


@seldom
def take_stock(game, state):
    """What is the same for every allocation of the month: patrons, options to develop, who asks for what."""
    weigh_patrons(game, state)
    _value_options(game, state)
    if game.lots != BUNDLED:
        _note_requests(game, state)


@rule
def _note_requests(game, state):
    """Which deposits the bidders of each patron bid on."""
    for k in range(game.patrons):
        for d in range(game.deposits):
            state.asked[k, d] = 0
    for i in range(game.bidders):
        for d in range(game.deposits):
            if state.bids[i, d]:
                state.asked[game.bidder_patron[i], d] = 1


@rule
def _patience(game, state, main):
    if state.month >= game.months - 1:
        return 0.0
    return rules.host_patience(game.bargaining_initial_aspiration, state.log_passed, state.host_exponent[main])


@rule
def _weigh_shelving(game, state):
    for d in range(game.deposits):
        state.trial[d] = NOBODY
    state.shelve_utility = standing_utility(game, state, state.trial)


@rule
def _value_options(game, state):
    """What the host would have of each deposit if it kept it in the ground for now, M$ (R16).

    A bundle is awarded or kept as one: the option on all of it stands at its first deposit.
    """
    gross, capital = 0.0, 0.0
    for d in range(game.deposits):
        gross_d, capital_d = _undeveloped(game, state, d)
        gross += gross_d
        capital += capital_d
        state.option[d] = 0.0 if game.lots == BUNDLED else _option(game, state, gross_d, capital_d)
    if game.lots == BUNDLED:
        state.option[0] = _option(game, state, gross, capital)


@rule
def _undeveloped(game, state, d):
    """What a deposit would earn before capital at the reference cost, and the capital that it would take, M$."""
    _, _, gross, capital = rules.project(
        state.annuity_factor,
        game.deposit_output[d] * state.geology[d],
        state.mine_price,
        game.shelving_unit_cost,
        game.project_capex_factor * game.deposit_capex[d],
        0.0,
        0.0,
        game.project_extraction_tax,
        game.project_income_tax,
    )
    return gross, capital


@rule
def _option(game, state, gross, capital):
    return game.shelving_weight * game.shelving_take * rules.option_value(gross, capital, state.option_root)


@rule
def kept_value(game, state, award):
    """What the deposits that an allocation keeps in the ground are worth to the host, M$ (R16)."""
    kept = 0.0
    for d in range(game.deposits):
        if award[d] == NOBODY:
            kept += state.option[d]
    return kept


@rule
def weigh_patrons(game, state):
    """What each patron could do to the host this month if its camp got nothing, and for it if it got everything, M$.

    The political terms are straight lines in the camp's share, so that these two say them for every share between.
    """
    for k in range(game.patrons):
        state.share[k] = 0.0
        state.unasked[k] = 0.0
        loss, _, _, _ = political_terms(game, state, k)
        state.share[k] = 1.0
        _, anger, access, credit = political_terms(game, state, k)
        state.menace[k] = loss
        state.favour[k] = access + credit - anger


@rule
def politics(game, state):
    """The political part of the host's utility at the shares of value in ``state.share``, M$ (R14, R15, R17, R19)."""
    total = 0.0
    for n in range(game.patrons):
        k = game.patron_order[n]
        refused = 1.0 - state.share[k] - state.unasked[k]
        total += state.share[k] * state.favour[k] - refused * state.menace[k]
    return total + balance(game, state)


@rule
def political_terms(game, state, k):
    """What a patron means to the host at ``state.share[k]``: (threat loss, backlash, access, credit), M$."""
    scale, share, threat = game.host_value_scale, state.share[k], state.lever[k, TARIFF]
    loss = rules.threat_loss(
        game.host_threat_weight,
        game.patron_link[k],
        rules.belief(state.belief_a[k], state.belief_b[k]),
        threat,
        game.patron_tariff_loss[k],
        share,
        state.unasked[k],
    )
    anger = rules.backlash(
        game.host_backlash, game.patron_conflict_expectation[k], game.patron_publicity[k], threat, scale, share
    )
    trust = rules.belief(
        game.patron_access_trust_a[k] + game.politics_summit_weight * state.summits[k], game.patron_access_trust_b[k]
    )
    access = rules.promised_access(
        trust, game.patron_access_deliverable[k], game.patron_access_value[k], state.lever[k, ACCESS], share
    )
    return loss, anger, access, rules.cooperation(game.host_credit_weight, state.credit[k], scale, share)


@rule
def balance(game, state):
    """What an unbalanced portfolio of camps costs the host, M$, never positive (R19)."""
    uneven, _ = _portfolio(game, state)
    return -game.host_balance_weight * game.host_value_scale * uneven


@rule
def concentration(game, state):
    """The Herfindahl-Hirschman index of the camps' shares in the portfolio, "other" included, 0 … 1."""
    _, index = _portfolio(game, state)
    return index


@rule
def _portfolio(game, state):
    """(sum of squared distances from the ideal, sum of squared shares) over the camps and "other"."""
    history, award = game.host_history_weight, game.host_award_weight
    awarded, held, ideal = 0.0, 0.0, 0.0
    for n in range(game.patrons):
        k = game.patron_order[n]
        awarded += state.share[k]
        held += game.patron_portfolio_share[k]
        ideal += game.patron_ideal_share[k]
    other = rules.camp_share(history, award, 1.0 - held, state.own_holding, awarded)
    uneven, index = rules.imbalance(other, 1.0 - ideal), other * other
    for n in range(game.patrons):
        k = game.patron_order[n]
        share = rules.camp_share(history, award, game.patron_portfolio_share[k], state.holding[k], awarded)
        uneven += rules.imbalance(share, game.patron_ideal_share[k])
        index += share * share
    return uneven, index


@rule
def standing_utility(game, state, award):
    """The host's utility of an allocation but for the rents, M$; leaves the camps' shares in ``state.share``.

    ``award`` names the bidder of each deposit, NOBODY where it is kept.
    """
    _share_out(game, state, award)
    noise = 0.0
    for d in range(game.deposits):
        if award[d] != NOBODY:
            noise += state.noise[award[d], d]
    return noise + _synergy(game, award) + politics(game, state) + kept_value(game, state, award)


@rule
def _synergy(game, award):
    """What it is worth that one bidder takes every deposit, M$."""
    for d in range(game.deposits):
        if award[d] == NOBODY or award[d] != award[0]:
            return 0.0
    return game.tender_synergy


@rule
def _share_out(game, state, award):
    """Add up what an allocation gives to each camp, what counts as whose, and what of the rest it never asked for."""
    for k in range(game.patrons):
        state.share[k] = 0.0
        state.holding[k] = 0.0
        state.unasked[k] = 0.0
    state.own_holding = 0.0
    awarded, kept = False, False
    for d in range(game.deposits):
        if award[d] == NOBODY:
            kept = True
        else:
            awarded = True
            _hand_over(game, state, award[d], d)
    if awarded and kept:  # refusing everybody stays dear, whoever asked
        _count_unasked(game, state, award)


@rule
def _hand_over(game, state, i, d):
    k, weight = game.bidder_patron[i], game.deposit_weight[d]
    camps, own = rules.counted_shares(weight, game.host_own_stake_weight, state.equity[i, d])
    state.share[k] += weight
    state.holding[k] += camps
    state.own_holding += own


@rule
def _count_unasked(game, state, award):
    """For each patron, the value share of the kept deposits for which none of its bidders bid (R14)."""
    for k in range(game.patrons):
        for d in range(game.deposits):
            if award[d] == NOBODY and not state.asked[k, d]:
                state.unasked[k] += game.deposit_weight[d]


@seldom
def ledger(game, state, award, entries):
    """Write the host's utility of an allocation, term by term, into ``entries``; return the sum.

    ``award`` names the bidder of each deposit, NOBODY where it is kept; ``entries`` has the length of ``game.LEDGER``,
    M$.  Call it after the bidders' offers of the month.
    """
    take_stock(game, state)
    total = standing_utility(game, state, award) + _rents(game, state, award, OFFERED)
    for n in range(entries.shape[0]):
        entries[n] = 0.0
    for d in range(game.deposits):
        if award[d] != NOBODY:
            _enter_rent(game, state, award[d], d, entries)
    for k in range(game.patrons):
        loss, anger, access, credit = political_terms(game, state, k)
        entries[TERM.threat_loss] -= loss
        entries[TERM.backlash] -= anger
        entries[TERM.access] += access
        entries[TERM.credit] += credit
    entries[TERM.synergy] = _synergy(game, award)
    entries[TERM.balance] = balance(game, state)
    entries[TERM.option] = kept_value(game, state, award)
    return total


@rule
def _enter_rent(game, state, i, d, entries):
    """Enter what one bidder's offer for a deposit, and what officials feel about it, are worth to the host."""
    tax, dividends, processing, offtake = income_from(game, state, i, d, state.equity[i, d])
    entries[TERM.tax] += state.completion[i] * tax
    entries[TERM.dividends] += state.completion[i] * dividends
    entries[TERM.processing] += state.completion[i] * processing
    entries[TERM.offtake] += state.completion[i] * offtake
    entries[TERM.bonus] += state.coverage[i] * state.bonus[i, d]
    taste = game.host_value_scale * game.deposit_weight[d] * state.taste[i]
    entries[TERM.taste] += taste
    entries[TERM.evaluation] += state.noise[i, d] - taste


@rule
def _rents(game, state, award, level):
    total = 0.0
    for d in range(game.deposits):
        if award[d] != NOBODY:
            total += state.rent[award[d], d, level]
    return total


@rule
def _allocations(game):
    """How many allocations there are: one a bidder for the bundle; a bidder or nobody for each lot, but not for all."""
    if game.lots == BUNDLED:
        return game.bidders
    count = 1
    for _ in range(game.deposits):
        count *= game.bidders + 1
    return count - 1


@rule
def _lay_out(game, state, number, award):
    """Lay allocation ``number`` out; true if every one of its bidders bids on what it would get."""
    for d in range(game.deposits):
        i = number
        if game.lots != BUNDLED:
            i = number % (game.bidders + 1)
            number //= game.bidders + 1
        if i == game.bidders:
            i = NOBODY
        elif not state.bids[i, d]:
            return False
        award[d] = i
    return True


@rule
def _find_candidate(game, state):
    best, candidate = -math.inf, NOBODY
    for number in range(_allocations(game)):
        if not _lay_out(game, state, number, state.trial):
            continue
        standing = standing_utility(game, state, state.trial)
        if number < MAX_BIDDERS:
            state.standings[number] = standing
        worth = standing + _rents(game, state, state.trial, OFFERED)
        if worth > best:
            best, candidate, state.standing = worth, number, standing
    state.has_candidate = 0 if candidate == NOBODY else 1
    if state.has_candidate:
        _lay_out(game, state, candidate, state.award)


@rule
def main_bidder(game, state):
    """The bidder with the largest share of the candidate allocation; among equals, the one of the first deposit."""
    main, largest = _only_bidder(game, state.award), -1.0
    if main != NOBODY:
        return main
    for d in range(game.deposits):
        held = 0.0
        for other in range(game.deposits):
            if state.award[other] == state.award[d]:
                held += game.deposit_weight[other]
        if state.award[d] != NOBODY and held > largest + _SAME_SHARE:
            main, largest = state.award[d], held
    return main


@rule
def _only_bidder(game, award):
    """The bidder that gets all that an allocation awards; NOBODY if there are several, or none."""
    only = NOBODY
    for d in range(game.deposits):
        if only == NOBODY:
            only = award[d]
        elif award[d] != NOBODY and award[d] != only:
            return NOBODY
    return only


@rule
def _find_runner_up(game, state, main):
    """The best the host could get, at full concession, if the main bidder got nothing."""
    state.has_runner_up = 0
    state.runner_up = -math.inf
    for number in range(_allocations(game)):
        if not _lay_out(game, state, number, state.trial) or _holds(game, state, main):
            continue
        known = number < MAX_BIDDERS  # the first few, among them every bundle, were weighed a moment ago
        standing = state.standings[number] if known else standing_utility(game, state, state.trial)
        worth = standing + _rents(game, state, state.trial, FULL)
        if worth > state.runner_up:
            state.runner_up = worth
            state.has_runner_up = 1


@rule
def _holds(game, state, i):
    for d in range(game.deposits):
        if state.trial[d] == i:
            return True
    return False


@seldom
def decide(game, state):
    """The host accepts the candidate, counters, waits, or shelves in the last month (R20)."""
    conclude(game, state, preferred(game, state))


@rule
def preferred(game, state):
    """What the scenario's host decides; it counters where it can wait, which comes to waiting unless it is signed."""
    last = state.month >= game.months - 1
    # In the last month there is nobody left to wait for.
    wanted = state.shelve_utility if last else max(state.aspiration, state.shelve_utility)
    if state.has_candidate and state.utility >= wanted:
        return ACCEPT
    return SHELVE if last else COUNTER


@seldom
def conclude(game, state, decision):
    """Carry a decision out; a counter that is not agreed to is to wait."""
    state.requested_concession = -1.0
    if decision == ACCEPT:
        state.settled_concession = state.concession[main_bidder(game, state)]
    elif decision == COUNTER and not (state.has_candidate and _counter(game, state)):
        decision = WAIT
    state.decision = decision
    state.closed = 0 if decision == WAIT else 1


@rule
def _counter(game, state):
    """Ask the single bidder of the candidate for more; true if it agrees, which settles the deal."""
    i = _only_bidder(game, state.award)
    room = state.full_utility - state.opening_utility
    if i == NOBODY or room <= 0.0:
        return False
    state.counters += 1
    state.requested_concession = rules.requested_concession(state.aspiration, state.opening_utility, state.full_utility)
    if state.requested_concession > state.next_concession[i]:
        return False
    _settle_at(game, state, i, min(1.0, max(state.concession[i], state.requested_concession)))
    if state.utility >= state.shelve_utility - _SAME_MONEY * game.host_value_scale:
        state.utility = max(state.utility, state.shelve_utility)
        return True
    # Where equity meets its cap the interpolation asks too little: the host signs nothing worse than shelving.
    _settle_at(game, state, i, state.concession[i])
    return False


@seldom
def _settle_at(game, state, i, concession):
    """Put the bidder's offers at a concession in place of those of the month, and weigh them anew."""
    state.settled_concession = concession
    for d in range(game.deposits):
        state.rent[i, d, OFFERED] = offer_at(game, state, i, d, concession)
    state.utility = standing_utility(game, state, state.award) + _rents(game, state, state.award, OFFERED)


# ----------------------------------------------------------------------------------------------------- after the award


@seldom
def settle(game, state, outcome):
    """The award is followed through, in the order of the model's section 5, and the outcome is written down."""
    _record_award(game, state, outcome)
    for k in range(game.patrons):
        _carry_out_threat(game, state, outcome, k)
    for f in range(game.financiers):
        _convert(game, state, outcome, f)
    for k in range(game.patrons):
        _count_public_money(game, state, outcome, k)
        _bite(game, state, outcome, k)
    for d in range(game.deposits):
        _build(game, state, outcome, d)
    for k in range(game.patrons):
        _deliver_access(game, state, outcome, k)
    _look_ahead(game, state, outcome)
    for d in range(game.deposits):
        _renegotiate(game, state, outcome, d)
    for k in range(game.patrons):
        _update_standing(game, state, outcome, k)
        _pay_patron(game, state, outcome, k)
    _pay_host(game, state, outcome)


@rule
def _record_award(game, state, outcome):
    shelved = state.decision == SHELVE
    outcome.replication = state.replication
    outcome.month = state.month
    outcome.shelved = 1 if shelved else 0
    outcome.countered = 1 if state.decision == COUNTER else 0
    outcome.counters = state.counters
    outcome.price = math.exp(state.log_price)
    for i in range(game.bidders):
        outcome.value_share[i] = 0.0
        outcome.built_share[i] = 0.0
    for d in range(MAX_DEPOSITS):
        outcome.winner[d] = NOBODY
    _share_out(game, state, outcome.winner)
    outcome.hhi_before = concentration(game, state)
    outcome.kept_share = 0.0
    for d in range(game.deposits):
        if shelved or state.award[d] == NOBODY:
            _record_nothing(outcome, d)
            outcome.kept_share += game.deposit_weight[d]
        else:
            _record_terms(game, state, outcome, d)
    outcome.partial = 0 if shelved or outcome.kept_share == 0.0 else 1
    outcome.split = 0 if shelved or _only_bidder(game, outcome.winner) != NOBODY else 1
    _share_out(game, state, outcome.winner)
    for k in range(game.patrons):
        outcome.patron_share[k] = state.share[k]
    outcome.hhi_after = concentration(game, state)
    if shelved:
        state.utility = state.shelve_utility
    outcome.utility = state.utility
    outcome.surplus = state.utility - state.shelve_utility


@rule
def _record_nothing(outcome, d):
    outcome.equity[d] = 0.0
    outcome.bonus[d] = 0.0
    outcome.processing[d] = 0.0
    outcome.offtake[d] = 0.0
    outcome.concession[d] = 0.0
    outcome.coverage[d] = 0.0
    outcome.completion[d] = 0.0


@rule
def _record_terms(game, state, outcome, d):
    i = state.award[d]
    outcome.winner[d] = i
    outcome.equity[d] = state.equity[i, d]
    outcome.bonus[d] = state.bonus[i, d]
    outcome.processing[d] = state.processing[i]
    outcome.offtake[d] = state.offtake[i]
    outcome.concession[d] = state.settled_concession if state.decision == COUNTER else state.concession[i]
    outcome.coverage[d] = state.coverage[i]
    outcome.completion[d] = state.completion[i]
    outcome.value_share[i] += game.deposit_weight[d]


@rule
def _carry_out_threat(game, state, outcome, k):
    threat, share = state.lever[k, TARIFF], state.share[k]
    refused = threat > 0.0 and 1.0 - share - state.unasked[k] > 0.0
    executed = False
    if refused:
        executed = state.run_dice[0, _threat_at(game, k)] < resolve_to_act(game, state, k, threat)
    outcome.threat_refused[k] = 1 if refused else 0
    outcome.threat_executed[k] = 1 if executed else 0
    _charge_for_threat(game, outcome, k, threat)
    lost = rules.threat_loss(1.0, 1.0, 1.0, threat, game.patron_tariff_loss[k], share, state.unasked[k])
    outcome.threat_loss[k] = lost if executed else 0.0
    outcome.backlash[k] = rules.backlash(
        game.host_backlash,
        game.patron_conflict_expectation[k],
        game.patron_publicity[k],
        threat,
        game.host_value_scale,
        share,
    )


@rule
def _charge_for_threat(game, outcome, k, threat):
    """Write down what a patron pays for carrying its refused threat out, or for backing down, M$."""
    scale = game.host_value_scale
    outcome.execution_cost[k] = 0.0
    outcome.back_down_cost[k] = 0.0
    if outcome.threat_executed[k]:
        outcome.execution_cost[k] = rules.executed_threat_cost(
            game.politics_execution_cost_scale, game.patron_execution_cost[k], threat, scale
        )
    elif outcome.threat_refused[k]:
        outcome.back_down_cost[k] = rules.backed_down_cost(
            game.politics_audience_cost_scale, game.patron_audience_cost[k], game.patron_publicity[k], threat, scale
        )


@rule
def _convert(game, state, outcome, f):
    """The letter or commitment behind a winner becomes money, in full or not at all; those to losers lapse."""
    issued = state.letter_month[f] != NOBODY
    outcome.letter_issued[f] = 1 if issued else 0
    outcome.letter_converted[f] = 0
    if issued and outcome.value_share[game.financier_bidder[f]] > 0.0:
        u = state.run_dice[1, _conversion_at(game, f)]
        outcome.letter_converted[f] = 1 if u < game.financier_conversion[f] else 0


@rule
def _count_public_money(game, state, outcome, k):
    """Count the letters of a patron's public lenders to bidders that won, and what of them became money, M$."""
    outcome.public_money[k] = 0.0
    outcome.public_money_converted[k] = 0.0
    for f in range(game.financiers):
        if game.financier_public[f] and game.financier_patron[f] == k and outcome.letter_issued[f]:
            amount = state.letter_share[f] * capital_won(game, outcome, game.financier_bidder[f])
            outcome.public_money[k] += amount
            if outcome.letter_converted[f]:
                outcome.public_money_converted[k] += amount


@rule
def capital_won(game, outcome, i):
    """The capital cost of the deposits that a bidder won, present value, M$."""
    capital = 0.0
    for d in range(game.deposits):
        if outcome.winner[d] == i:
            capital += game.project_capex_factor * game.deposit_capex[d]
    return capital


@rule
def _bite(game, state, outcome, k):
    """A patron's technology denial bites the winners of other camps, or does not."""
    outcome.denial_bit[k] = 0
    if state.lever[k, DENIAL] > 0.0 and _another_camp_won(game, outcome, k):
        u = state.run_dice[1, _threat_at(game, k)]
        outcome.denial_bit[k] = 1 if u < game.politics_denial_bite_rate else 0


@rule
def _another_camp_won(game, outcome, k):
    for d in range(game.deposits):
        i = outcome.winner[d]
        if i != NOBODY and game.bidder_patron[i] != k:
            return True
    return False


@rule
def _build(game, state, outcome, d):
    """The mine of a deposit is finished or not, at the capital that came and against the denial that bit."""
    outcome.done[d] = 0
    outcome.realised_coverage[d] = 0.0
    i = outcome.winner[d]
    if i == NOBODY:
        return
    coverage = _realised_coverage(game, state, outcome, i)
    finished = _completion(game, i, coverage, _realised_denial(game, state, outcome, i))
    outcome.realised_coverage[d] = coverage
    if state.run_dice[0, _completion_at(game, i, d)] < finished:
        outcome.done[d] = 1
        outcome.built_share[i] += game.deposit_weight[d]


@rule
def _realised_coverage(game, state, outcome, i):
    coverage = game.bidder_own_capital[i]
    for f in range(game.financiers):
        if game.financier_bidder[f] == i and outcome.letter_converted[f]:
            coverage += state.letter_share[f]
    return rules.clip(coverage, 0.0, 1.0)


@rule
def _realised_denial(game, state, outcome, i):
    denial = 0.0
    for k in range(game.patrons):
        if k != game.bidder_patron[i] and outcome.denial_bit[k]:
            denial = max(denial, state.lever[k, DENIAL])
    return denial


@rule
def _deliver_access(game, state, outcome, k):
    outcome.access_delivered[k] = 0.0
    if promises(state, k) and keeps_promise(game, state, k):
        outcome.access_delivered[k] = rules.promised_access(
            1.0,
            game.patron_access_deliverable[k],
            game.patron_access_value[k],
            state.lever[k, ACCESS],
            state.share[k],
        )


@rule
def promises(state, k):
    """Whether a patron whose camp won something had promised access."""
    return state.lever[k, ACCESS] * state.share[k] > 0.0


@rule
def keeps_promise(game, state, k):
    """Whether a patron delivers the access that it promised."""
    return state.run_dice[1, _resolve_at(game, k)] < game.patron_access_delivery[k]


@rule
def draw_horizon_price(state, u):
    """Have the price at the horizon drawn by chance of its own (in a campaign: the mineral's)."""
    state.run_dice[1, _HOST_AT] = u


@rule
def _look_ahead(game, state, outcome):
    """The price at the horizon, when a host may want to reopen the deal."""
    z = chance.normal_quantile(state.run_dice[1, _HOST_AT])
    motion = state.horizon_kept, state.horizon_pull, state.horizon_spread
    later = rules.price_after(state.log_price, motion, z)
    outcome.horizon_price = math.exp(later)


@rule
def _renegotiate(game, state, outcome, d):
    outcome.renegotiated[d] = 0
    i = outcome.winner[d]
    if i == NOBODY:
        return
    likely = rules.renegotiation_probability(
        game.renegotiation_base,
        game.renegotiation_price_slope,
        game.renegotiation_protection_slope,
        outcome.horizon_price,
        game.market_long_run_price,
        game.patron_protection[game.bidder_patron[i]],
    )
    if state.run_dice[1, _geology_at(game, d)] < likely:
        outcome.renegotiated[d] = 1


@rule
def _update_standing(game, state, outcome, k):
    if outcome.threat_refused[k]:
        _learn(game, state, k, outcome.threat_executed[k] == 1)
    if state.share[k] > 0.0:
        gain = game.politics_credit_gain_award
        state.credit[k] = rules.credit_after(state.credit[k], 0.0, gain, built(game, outcome, k))
    else:
        state.credit[k] = rules.credit_after(state.credit[k], game.politics_credit_loss, 0.0, 0.0)
    outcome.credit[k] = state.credit[k]
    outcome.credibility[k] = rules.belief(state.belief_a[k], state.belief_b[k])
    outcome.points_used[k] = state.points_used[k]
    outcome.summits[k] = state.summits[k]


@rule
def built(game, outcome, k):
    """The share of the value that a patron's bidders won and finished."""
    built = 0.0
    for d in range(game.deposits):
        i = outcome.winner[d]
        if i != NOBODY and game.bidder_patron[i] == k:
            built += game.deposit_weight[d] * outcome.done[d]
    return built


@rule
def _pay_patron(game, state, outcome, k):
    outcome.patron_payoff[k] = rules.patron_payoff(
        game.patron_stake[k],
        game.patron_stake_on_award[k],
        state.share[k],
        built(game, outcome, k),
        game.patron_point_value[k],
        state.points_used[k],
        outcome.execution_cost[k] + outcome.back_down_cost[k],
    )


@rule
def _pay_host(game, state, outcome):
    """The host's realised value: options, rents, delivered access, less executed threats and backlash; and with Bal."""
    money = kept_value(game, state, outcome.winner)
    outcome.done_share = 0.0
    for d in range(game.deposits):
        if outcome.winner[d] != NOBODY:
            money += _realised_rent(game, state, outcome, d)
            outcome.done_share += game.deposit_weight[d] * outcome.done[d]
    for n in range(game.patrons):
        k = game.patron_order[n]
        money += outcome.access_delivered[k] - outcome.threat_loss[k] - outcome.backlash[k]
    outcome.balance = balance(game, state)
    outcome.host_money = money
    outcome.host_value = money + outcome.balance


@rule
def _realised_rent(game, state, outcome, d):
    i, equity = outcome.winner[d], outcome.equity[d]
    if outcome.renegotiated[d]:
        equity = rules.renegotiated_equity(equity, game.renegotiation_equity_step, game.renegotiation_equity_cap)
    income = income_from(game, state, i, d, equity)
    return rules.rent(1.0 if outcome.done[d] else 0.0, income, outcome.bonus[d], outcome.realised_coverage[d])
