"""What carries over from tender to tender of a campaign, written once: the rules C0-C8 of the model's section 12.

Every step is a function of (campaign, standing, games, states, …), as the turns are of (game, state, who).  What a
host has learnt is written into the GAME and STATE records of its open tenders before their turns, and what it learns
there is read back; so the turns of a tender are those of a negotiation alone.  The order of the steps is the
conductors' affair (``Campaign.step`` and :func:`play_months`).
"""

from __future__ import annotations

import math

from minegame import chance, rules, turns
from minegame.compiled import rule, seldom
from minegame.ensemble import bid_and_decide
from minegame.game import LEVERS, LOST_BEFORE, NEVER, NOBODY

_LEVERS = len(LEVERS)
_HALF = 0.5 - 1e-11  # of the value: lots that differ by less are equal
_MONTHS = 12.0  # of a year

# ------------------------------------------------------------------------------------------------------- the beginning


@seldom
def lay_out(campaign, standing, games, states):
    """What is the same in every run of a campaign."""
    for n in range(campaign.tenders):
        turns.set_table(games[n], states[n])
        for k in range(games[n].patrons):
            games[n].patron_episode_rate[k] = 0.0  # third countries are the campaign's: C2
    for h in range(campaign.hosts):
        standing.credit_loss[h] = states[campaign.host_tender[h]].monthly_loss


@seldom
def begin(campaign, standing, games, states, seed, replication):
    """Before month 0 of a run: everybody as the first tender that has them says, and what is drawn once (C0, C8)."""
    standing.seed = seed
    standing.replication = replication
    standing.month = -1
    for k in range(campaign.patrons):
        _equip_patron(campaign, standing, games, k)
    for n in range(campaign.tenders):
        _prepare_tender(campaign, standing, games, states, n)
    for h in range(campaign.hosts):
        standing.history[h] = campaign.start_history[h]
        for k in range(campaign.patrons):
            _introduce(campaign, standing, h, k)
    for m in range(campaign.minerals):
        standing.log_price[m] = math.log(games[campaign.mineral_tender[m]].market_initial_price)
    for f in range(campaign.lenders):
        standing.lent[f] = 0.0


@rule
def _equip_patron(campaign, standing, games, k):
    game, seat = games[campaign.patron_tender[k]], campaign.patron_seat[k]
    standing.capital[k] = campaign.patron_reserve[k]
    standing.spent[k] = 0.0
    z = chance.normal(standing.seed, standing.replication, chance.RESOLVE, campaign.patron_key[k], 0, 0)
    standing.resolve[k] = game.patron_resolve[seat] + game.politics_resolve_sd * z


@rule
def _prepare_tender(campaign, standing, games, states, n):
    turns.begin(games[n], states[n], standing.seed, standing.replication)
    standing.settled[n] = NEVER
    for k in range(campaign.patrons):
        standing.points[n, k] = 0.0
        standing.lost[n, k] = 0
        standing.built[n, k] = 0.0
    for k in range(games[n].patrons):
        states[n].resolve[k] = standing.resolve[campaign.tender_patron[n, k]]
    for f in range(games[n].financiers):
        standing.letter[n, f] = 0.0


@rule
def _introduce(campaign, standing, h, k):
    """A host knows a patron as its first tender with that patron says (C0)."""
    standing.summits[h, k] = 0.0
    standing.belief_a[h, k] = campaign.start_belief_a[h, k]
    standing.belief_b[h, k] = campaign.start_belief_b[h, k]
    standing.trust_a[h, k] = campaign.start_trust_a[h, k]
    standing.trust_b[h, k] = campaign.start_trust_b[h, k]
    standing.credit[h, k] = campaign.start_credit[h, k]
    standing.portfolio[h, k] = campaign.start_portfolio[h, k]


# ----------------------------------------------------------------------------------------------------- before the turns


@seldom
def begin_month(campaign, standing, games, states):
    """The markets move, beliefs fade, third countries are watched, and political capital comes in (R1, C1, C2)."""
    standing.month += 1
    for m in range(campaign.minerals):
        _trade(campaign, standing, states, m)
    for k in range(campaign.patrons):
        for h in range(campaign.hosts):
            standing.has_faded[h, k] = 0
            _fade(campaign, standing, h, k)
        _watch_third_country(campaign, standing, games, states, k)
        standing.capital[k] = min(campaign.patron_cap[k], standing.capital[k] + campaign.patron_income[k])


@rule
def _trade(campaign, standing, states, m):
    state = states[campaign.mineral_tender[m]]
    z = chance.normal(
        standing.seed, standing.replication, chance.PRICE, campaign.mineral_key[m], 0, standing.month
    )  # fmt: skip
    motion = state.price_kept, state.price_pull, state.price_spread
    standing.log_price[m] = rules.price_after(standing.log_price[m], motion, z)


@rule
def _fade(campaign, standing, h, k):
    if campaign.fading > 0.0 and campaign.meeting_tender[h, k] != NOBODY:
        standing.belief_a[h, k] = rules.faded(standing.belief_a[h, k], campaign.start_belief_a[h, k], campaign.fading)
        standing.belief_b[h, k] = rules.faded(standing.belief_b[h, k], campaign.start_belief_b[h, k], campaign.fading)


@rule
def _watch_third_country(campaign, standing, games, states, k):
    """A third-country episode: one draw a patron and month, seen by every host that knows the patron (C2)."""
    seed, replication, key, month = standing.seed, standing.replication, campaign.patron_key[k], standing.month
    if chance.uniform(seed, replication, chance.EPISODE, key, 0, month) < campaign.patron_episode_rate[k]:
        n = campaign.patron_tender[k]
        likely = turns.resolve_to_act(games[n], states[n], campaign.patron_seat[k], 1.0)
        carried_out = chance.uniform(seed, replication, chance.CARRIED_OUT, key, 0, month) < likely
        for h in range(campaign.hosts):
            _learn(campaign, standing, games[campaign.host_tender[h]], h, k, carried_out, 1.0)


@rule
def _learn(campaign, standing, game, h, k, carried_out, part):
    """A host learns of a threat carried out or backed down from, in full or in part (R6, C2)."""
    if campaign.meeting_tender[h, k] == NOBODY:
        return
    if carried_out:
        standing.belief_a[h, k] += part * game.politics_belief_step_executed
    else:
        standing.belief_b[h, k] += part * game.politics_belief_step_backed_down


@rule
def is_open(campaign, standing, states, n):
    """Whether a tender is under way this month."""
    return standing.month >= campaign.tender_opening[n] and standing.settled[n] == NEVER


@seldom
def open_month(campaign, standing, games, states, n):
    """What the host of a tender knows by now, the price of its mineral, and a bill for the levers still to be paid."""
    game, state, h = games[n], states[n], campaign.tender_host[n]
    if standing.month == campaign.tender_opening[n]:
        _remember_losses(campaign, standing, game, state, n)
    turns.trade(game, state)
    state.log_price = standing.log_price[campaign.tender_mineral[n]]
    state.mine_price = rules.price_ahead(state.log_price, (state.mine_kept, state.mine_pull))
    game.host_history_weight = standing.history[h]
    for k in range(game.patrons):
        who = campaign.tender_patron[n, k]
        state.belief_a[k] = standing.belief_a[h, who]
        state.belief_b[k] = standing.belief_b[h, who]
        game.patron_access_trust_a[k] = standing.trust_a[h, who]
        game.patron_access_trust_b[k] = standing.trust_b[h, who]
        game.patron_portfolio_share[k] = standing.portfolio[h, who]
        state.budget_left[k] = math.inf
        state.points_used[k] = 0.0


@rule
def _remember_losses(campaign, standing, game, state, n):
    """Tenders settled before this one opened, in which a patron's camp got less than half (C8)."""
    for k in range(game.patrons):
        who = campaign.tender_patron[n, k]
        for earlier in range(campaign.tenders):
            month = standing.settled[earlier] - campaign.tender_opening[n]
            if standing.settled[earlier] != NEVER and standing.lost[earlier, who]:
                known = state.event_month[k, LOST_BEFORE]
                state.event_month[k, LOST_BEFORE] = month if known == NEVER else min(known, month)


@seldom
def charge(campaign, standing, games, states):
    """The levers of all open tenders are paid together, scaled to the political capital left (C1, R4)."""
    for who in range(campaign.patrons):
        bill = 0.0
        for n in range(campaign.tenders):
            if is_open(campaign, standing, states, n):
                for k in range(games[n].patrons):
                    if campaign.tender_patron[n, k] == who:
                        bill += states[n].points_used[k]
        scale = rules.budget_scale(standing.capital[who], bill)
        standing.capital[who] = rules.budget_after(standing.capital[who], scale * bill, campaign.patron_reserve[who])
        standing.spent[who] += scale * bill
        for n in range(campaign.tenders):
            if is_open(campaign, standing, states, n):
                _cut_levers(campaign, standing, games[n], states[n], n, who, scale)


@rule
def _cut_levers(campaign, standing, game, state, n, who, scale):
    for k in range(game.patrons):
        if campaign.tender_patron[n, k] == who:
            for lever in range(_LEVERS):
                state.lever[k, lever] *= scale
            standing.points[n, who] += scale * state.points_used[k]
            state.points_used[k] = standing.points[n, who]
            state.budget_left[k] = standing.capital[who]


# ------------------------------------------------------------------------------------------------------ among the turns


@seldom
def recall(campaign, standing, state, n, k):
    """Before a patron meets a host: the credit and the summits of by now; credit fades once a month (C4)."""
    h, who = campaign.tender_host[n], campaign.tender_patron[n, k]
    state.credit[k] = standing.credit[h, who]
    state.summits[k] = standing.summits[h, who]
    state.monthly_loss = 0.0 if standing.has_faded[h, who] else standing.credit_loss[h]


@seldom
def retain(campaign, standing, state, n, k):
    """After a patron met a host: the credit and the summits that remain."""
    h, who = campaign.tender_host[n], campaign.tender_patron[n, k]
    standing.credit[h, who] = state.credit[k]
    standing.summits[h, who] = state.summits[k]
    standing.has_faded[h, who] = 1


@seldom
def look_for_headroom(campaign, standing, game, state, n, f):
    """Before a financier commits: the part of the tender's capital cost that its ceiling leaves room for (C6)."""
    lender = campaign.tender_lender[n, f]
    room = campaign.lender_ceiling[lender] - standing.lent[lender]
    state.headroom[f] = max(0.0, room) / _capital(game)


@rule
def _capital(game):
    """The capital cost of everything tendered, present value, M$."""
    total = 0.0
    for d in range(game.deposits):
        total += game.project_capex_factor * game.deposit_capex[d]
    return total


@seldom
def lend(campaign, standing, game, state, n, f):
    """After a financier had its turn: a letter issued this month counts against its ceiling (C6)."""
    if state.letter_month[f] == state.month:
        amount = state.letter_share[f] * _capital(game)
        standing.letter[n, f] = amount
        _owe(campaign, standing, campaign.tender_lender[n, f], amount)


@rule
def _owe(campaign, standing, lender, amount):
    standing.lent[lender] = min(campaign.lender_ceiling[lender], max(0.0, standing.lent[lender] + amount))


# ------------------------------------------------------------------------------------------------------ after the turns


@seldom
def end_month(campaign, standing, games, states, outcomes):
    """The awards of the month are followed through, hosts learn from them, mines are finished, and credit fades."""
    for n in range(campaign.tenders):
        if is_open(campaign, standing, states, n) and states[n].closed:
            _settle(campaign, standing, games[n], states[n], outcomes[n], n)
    for n in range(campaign.tenders):
        lead = math.ceil(_MONTHS * games[n].project_lead_time - 1e-9)
        if standing.settled[n] != NEVER and standing.settled[n] + lead == standing.month:
            _finish(campaign, standing, games[n], n)
    for h in range(campaign.hosts):
        for k in range(campaign.patrons):
            if not standing.has_faded[h, k]:
                standing.credit[h, k] = rules.credit_after(standing.credit[h, k], standing.credit_loss[h], 0.0, 0.0)


@rule
def _settle(campaign, standing, game, state, outcome, n):
    m = campaign.tender_mineral[n]
    seed, replication, key, month = standing.seed, standing.replication, campaign.mineral_key[m], standing.month
    turns.draw_horizon_price(state, chance.uniform(seed, replication, chance.HORIZON_PRICE, key, 0, month))
    turns.settle(game, state, outcome)
    standing.settled[n] = standing.month
    awarded = 0.0
    for k in range(game.patrons):
        awarded += state.share[k]
        _remember_threat(campaign, standing, game, outcome, n, k)
        _remember_promise(campaign, standing, game, state, n, k)
        _remember_bid(campaign, standing, game, state, outcome, n, k)
    _add_to_portfolio(campaign, standing, game, state, n, awarded)
    for f in range(game.financiers):
        _release(campaign, standing, game, state, outcome, n, f)


@rule
def _remember_threat(campaign, standing, game, outcome, n, k):
    if outcome.threat_refused[k]:
        for h in range(campaign.hosts):
            part = 1.0 if h == campaign.tender_host[n] else campaign.spill
            _learn(campaign, standing, game, h, campaign.tender_patron[n, k], outcome.threat_executed[k] == 1, part)


@rule
def _remember_promise(campaign, standing, game, state, n, k):
    """Access that was promised to a winner and delivered, or not, as every host hears of it (C3)."""
    if not turns.promises(state, k):
        return
    who, kept = campaign.tender_patron[n, k], turns.keeps_promise(game, state, k)
    for h in range(campaign.hosts):
        step = campaign.trust_step * (1.0 if h == campaign.tender_host[n] else campaign.spill)
        if campaign.meeting_tender[h, who] != NOBODY:
            if kept:
                standing.trust_a[h, who] += step
            else:
                standing.trust_b[h, who] += step


@rule
def _remember_bid(campaign, standing, game, state, outcome, n, k):
    """A patron whose bidder got nothing loses credit; what a winner builds is remembered until it stands (C4, C8)."""
    h, who = campaign.tender_host[n], campaign.tender_patron[n, k]
    bid = False
    for i in range(game.bidders):
        if game.bidder_patron[i] == k and game.bidder_entry[i] < game.months:
            bid = True
    if bid and state.share[k] == 0.0:
        loss = game.politics_credit_loss
        standing.credit[h, who] = rules.credit_after(standing.credit[h, who], loss, 0.0, 0.0)
    standing.lost[n, who] = 1 if bid and state.share[k] < _HALF else 0
    standing.built[n, who] = turns.built(game, outcome, k)
    outcome.credit[k] = standing.credit[h, who]


@rule
def _add_to_portfolio(campaign, standing, game, state, n, awarded):
    """The stock of camps in a host's portfolio grows by what it awarded (C5)."""
    h = campaign.tender_host[n]
    for who in range(campaign.patrons):
        won = 0.0
        for k in range(game.patrons):
            if campaign.tender_patron[n, k] == who:
                won = state.holding[k]
        standing.portfolio[h, who] = rules.camp_share(
            standing.history[h], game.host_award_weight, standing.portfolio[h, who], won, awarded
        )
    standing.history[h] += game.host_award_weight * awarded


@rule
def _release(campaign, standing, game, state, outcome, n, f):
    """Letters to losers lapse, and those that do not become money; the rest stays out (C6)."""
    if state.letter_month[f] == NOBODY:
        return
    stays = 0.0
    if outcome.letter_converted[f]:
        stays = state.letter_share[f] * turns.capital_won(game, outcome, game.financier_bidder[f])
    _owe(campaign, standing, campaign.tender_lender[n, f], stays - standing.letter[n, f])


@rule
def _finish(campaign, standing, game, n):
    """The mines of a tender stand: credit for the camps that built them, elsewhere by spill (C4)."""
    for who in range(campaign.patrons):
        for h in range(campaign.hosts):
            event = standing.built[n, who] * (1.0 if h == campaign.tender_host[n] else campaign.spill)
            if event > 0.0 and campaign.meeting_tender[h, who] != NOBODY:
                gain = game.politics_credit_gain_award
                standing.credit[h, who] = rules.credit_after(standing.credit[h, who], 0.0, gain, event)


# ------------------------------------------------------------------------------------------------------------ the end


@seldom
def tell(campaign, standing, games, states, outcomes, chronicle):
    """Write down what is left when the campaign is over."""
    chronicle.replication = standing.replication
    for f in range(campaign.lenders):
        chronicle.lent[f] = standing.lent[f]
    for k in range(campaign.patrons):
        _tell_patron(campaign, standing, chronicle, k)
    for h in range(campaign.hosts):
        chronicle.host_value[h] = 0.0
        chronicle.host_money[h] = 0.0
    for n in range(campaign.tenders):
        h = campaign.tender_host[n]
        chronicle.host_value[h] += outcomes[n].host_value
        chronicle.host_money[h] += outcomes[n].host_money
        for k in range(games[n].patrons):
            _add_payoff(campaign, outcomes[n], chronicle, campaign.tender_patron[n, k], k, standing.built[n])
        _add_supply(campaign, standing, games[n], states[n], outcomes[n], chronicle, n)


@rule
def _tell_patron(campaign, standing, chronicle, k):
    chronicle.points_used[k] = standing.spent[k]
    chronicle.capital[k] = standing.capital[k]
    chronicle.payoff[k] = 0.0
    chronicle.value_won[k] = 0.0
    chronicle.value_built[k] = 0.0
    chronicle.public_money[k] = 0.0
    chronicle.public_money_converted[k] = 0.0
    for h in range(campaign.hosts):
        chronicle.credit[h, k] = standing.credit[h, k]
        chronicle.portfolio[h, k] = standing.portfolio[h, k]
        if campaign.meeting_tender[h, k] != NOBODY:
            chronicle.credibility[h, k] = rules.belief(standing.belief_a[h, k], standing.belief_b[h, k])
            chronicle.trust[h, k] = rules.belief(standing.trust_a[h, k], standing.trust_b[h, k])


@rule
def _add_payoff(campaign, outcome, chronicle, who, k, built):
    chronicle.payoff[who] += outcome.patron_payoff[k]
    chronicle.value_won[who] += outcome.patron_share[k]
    chronicle.value_built[who] += built[who]
    chronicle.public_money[who] += outcome.public_money[k]
    chronicle.public_money_converted[who] += outcome.public_money_converted[k]


@rule
def _add_supply(campaign, standing, game, state, outcome, chronicle, n):
    """What the mines of a tender add to the world's output a year: offtake to the winner's camp, the rest to others."""
    other = campaign.patrons
    for camp in range(campaign.patrons + 1):
        chronicle.added[n, camp] = 0.0
    chronicle.added_from[n] = standing.settled[n] + _MONTHS * game.project_lead_time
    for d in range(game.deposits):
        if outcome.winner[d] != NOBODY and outcome.done[d]:
            output = game.deposit_output[d] * state.geology[d]
            camp = campaign.tender_patron[n, game.bidder_patron[outcome.winner[d]]]
            chronicle.added[n, camp] += output * outcome.offtake[d]
            chronicle.added[n, other] += output * (1.0 - outcome.offtake[d])


# ------------------------------------------------------------------------------------------------------------ playing


@seldom
def play_months(campaign, standing, games, states, outcomes):
    """Play the months of a campaign that has begun, all open tenders in the order of the file."""
    for _ in range(campaign.months):
        begin_month(campaign, standing, games, states)
        for n in range(campaign.tenders):
            if is_open(campaign, standing, states, n):
                open_month(campaign, standing, games, states, n)
                for k in range(games[n].patrons):
                    turns.press(games[n], states[n], k)
        charge(campaign, standing, games, states)
        for n in range(campaign.tenders):
            if is_open(campaign, standing, states, n):
                _play_month(campaign, standing, games[n], states[n], n)
        end_month(campaign, standing, games, states, outcomes)


@seldom
def _play_month(campaign, standing, game, state, n):
    for k in range(game.patrons):
        recall(campaign, standing, state, n, k)
        turns.gain_standing(game, state, k)
        retain(campaign, standing, state, n, k)
    for f in range(game.financiers):
        look_for_headroom(campaign, standing, game, state, n, f)
        turns.commit(game, state, f)
        lend(campaign, standing, game, state, n, f)
    bid_and_decide(game, state)


@seldom
def play(campaigns, standing, games, states, outcomes, chronicles, seed, first):
    """Play replications first, first + 1, … of a campaign and keep what became of each.

    ``campaigns`` and ``standing`` have length 1, ``games`` and ``states`` (scratch) shape (tenders,), ``chronicles``
    (replications,) and ``outcomes`` (replications * tenders,), those of a replication one after another.
    """
    campaign, now = campaigns[0], standing[0]
    tenders = campaign.tenders
    lay_out(campaign, now, games, states)
    for n in range(chronicles.shape[0]):
        ended = outcomes[n * tenders : (n + 1) * tenders]
        begin(campaign, now, games, states, seed, first + n)
        play_months(campaign, now, games, states, ended)
        tell(campaign, now, games, states, ended, chronicles[n])
