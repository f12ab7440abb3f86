"""Each agent's turn, worked by hand on a table of round numbers.

Nothing here is drawn at random but the dice of :mod:`minegame.chance`, and where a draw decides, a probability is put
just below and just above it: so a test also says at which address the draw stands.

The table: patrons west (key 71) and east (72), bidders 0 of the west (81) and 1 of the east (82), deposits 0 and 1 (51,
52) with 0.6 and 0.4 of the value, four months.  The present value of one a year is 0.5, the price stays at 1,000, so
that deposit 0 earns 0.5 · 1.2 · 1,000 = 600 M$ and deposit 1 earns 400 M$.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from minegame import chance, turns
from minegame.game import (
    ACCEPT,
    ACCESS,
    ALWAYS,
    BUNDLED,
    COUNTER,
    DENIAL,
    FULL,
    GAME,
    LEDGER,
    LEVERS,
    LOST_BEFORE,
    NEVER,
    NOBODY,
    OFFERED,
    OPENING,
    OUTCOME,
    RIVAL_LEADS,
    RIVAL_LETTER,
    RIVAL_PRESSES,
    RIVAL_THREATENS,
    SHELVE,
    SPLIT,
    STATE,
    TARIFF,
    TRIGGERS,
    WAIT,
    derive,
    new_records,
)

WEST, EAST = 0, 1
SEED, REPLICATION = 5, 12

PLAIN = {
    "months": 4, "lots": BUNDLED, "patrons": 2, "bidders": 2, "financiers": 2, "deposits": 2,
    "market_initial_price": 1000.0, "market_long_run_price": 1000.0, "market_mean_reversion": 0.0,
    "project_discount_rate": 1.0, "project_life": 1.0, "project_capex_factor": 1.0, "project_extraction_tax": 0.1,
    "project_income_tax": 0.5, "project_coverage_exponent": 1.0, "project_denial_effect": 0.5,
    "host_value_scale": 1000.0, "host_equity_min": 0.1, "host_equity_max": 0.5, "host_equity_weight": 0.5,
    "host_processing_value": 100.0, "host_offtake_cost": 100.0, "host_history_weight": 3.0, "host_award_weight": 2.0,
    "shelving_volatility": 0.0, "shelving_yield_rate": 0.5, "shelving_unit_cost": 1000.0,
    "bargaining_host_impatience": 0.1, "bargaining_concession_exponent": 1.0, "bargaining_initial_aspiration": 1.0,
    "politics_follow_through_slope": 1.0, "politics_belief_step_executed": 0.5, "politics_belief_step_backed_down": 1.0,
    "politics_credit_half_life": 1.0, "politics_credit_gain_summit": 0.5, "politics_summit_weight": 1.0,
    "renegotiation_base": -1000.0, "renegotiation_horizon": 4.0, "renegotiation_equity_step": 0.25,
    "renegotiation_equity_cap": 0.5,
    "patron_key": (71, 72), "bidder_key": (81, 82), "financier_key": (91, 92), "deposit_key": (51, 52),
    "patron_belief_a": (3.0, 1.0), "patron_belief_b": (1.0, 1.0), "patron_access_trust_a": (1.0, 1.0),
    "patron_access_trust_b": (1.0, 1.0), "patron_budget": (10.0, 10.0), "patron_publicity": (1.0, 1.0),
    "patron_portfolio_share": (0.25, 0.5), "patron_ideal_share": (0.25, 0.5), "patron_credit": (0.5, 0.25),
    "lever_price": np.ones((2, len(LEVERS))),
    "bidder_patron": (WEST, EAST), "bidder_unit_cost": (500.0, 500.0), "bidder_capability": (1.0, 1.0),
    "bidder_own_capital": (1.0, 1.0), "bidder_processing_cost": (200.0, 200.0), "bidder_offtake_value": (50.0, 50.0),
    "bidder_impatience": (0.1, 0.1),
    "financier_bidder": (0, 1), "financier_patron": (WEST, EAST), "financier_max_share": (0.5, 0.5),
    "financier_credibility": (1.0, 1.0), "financier_conversion": (1.0, 1.0),
    "deposit_output": (1.2, 0.8), "deposit_capex": (100.0, 50.0),
}  # fmt: skip


#: A tariff of the west would cost the host 0.25 · 1000 · 0.5 · 0.8 · 2 = 200 M$.
THREAT = {
    "patron_exports": (1000.0, 0.0), "patron_exposed_share": (0.5, 0.0), "patron_incidence": (0.8, 0.0),
    "patron_annuity": (2.0, 0.0),
}  # fmt: skip


def game_of(**changes):
    """The plain table with some numbers changed; a field of an array is given for the first agents only."""
    game = new_records(GAME)[0]
    for name, value in {**PLAIN, **changes}.items():
        if np.ndim(value):
            array = np.asarray(value)
            game[name][tuple(slice(n) for n in array.shape)] = array
        else:
            game[name] = value
    derive(game)
    return game


def opened(game, month=0):
    """The state at the beginning of a month, before anybody's turn."""
    state = new_records(STATE)[0]
    turns.open_tender(game, state, SEED, REPLICATION)
    for _ in range(month + 1):
        turns.trade(game, state)
    return state


def uniform(stream, key, index=0, month=0):
    return chance.uniform(SEED, REPLICATION, stream, key, index, month)


def normal(stream, key, index=0, month=0):
    return chance.normal(SEED, REPLICATION, stream, key, index, month)


def gumbel(stream, key):
    return chance.gumbel_quantile(uniform(stream, key))


def logit(p):
    return math.log(p / (1.0 - p))


EITHER_SIDE = pytest.mark.parametrize(("nudge", "happens"), [(-1e-9, False), (1e-9, True)], ids=["below", "above"])


# ------------------------------------------------------------------------------------------------------- the beginning


def test_every_stream_of_luck_has_a_number_of_its_own():
    streams = [value for name, value in vars(chance).items() if name.isupper() and name not in NOT_STREAMS]
    assert sorted(streams) == list(range(21))


NOT_STREAMS = ("MAX_REPLICATION", "MAX_SEED", "_WORD", "_MIDDLE")


def test_the_luck_of_a_run_stands_at_the_keys_of_those_it_befalls():
    game = game_of(
        project_geology_sd=0.5, project_cost_sd=0.25, bargaining_impatience_sd=0.5, host_taste_scale=2.0,
        politics_resolve_sd=3.0, patron_resolve=(0.0, 7.0),
    )  # fmt: skip
    state = opened(game)
    assert state.geology[1] == pytest.approx(math.exp(0.5 * normal(chance.GEOLOGY, 52) - 0.125))
    assert state.cost[1] == pytest.approx(500.0 * math.exp(0.25 * normal(chance.COST, 82)))
    assert state.taste[1] == pytest.approx(2.0 * gumbel(chance.TASTE, 82))
    assert state.impatience[1] == pytest.approx(0.1 * math.exp(0.5 * normal(chance.IMPATIENCE, 82)))
    assert state.host_impatience == pytest.approx(0.1 * math.exp(0.5 * normal(chance.HOST_IMPATIENCE, 0)))
    assert state.resolve[1] == pytest.approx(7.0 + 3.0 * normal(chance.RESOLVE, 72))
    assert state.resolve[0] == pytest.approx(3.0 * normal(chance.RESOLVE, 71))


def test_before_month_0_nothing_has_happened():
    state = opened(game_of())
    assert list(state.letter_month[:2]) == [NOBODY, NOBODY]
    assert state.month == 0
    assert (state.counters, state.closed) == (0, 0)
    assert list(state.credit[:2]) == [0.5, 0.25]
    assert list(state.budget_left[:2]) == [10.0, 10.0]
    assert state.annuity_factor == 0.5
    assert opened(game_of(project_lead_time=1.0)).annuity_factor == 0.25
    assert (state.processing[0], state.offtake[0]) == (0.5, 0.5)


def test_what_was_played_before_on_a_state_leaves_no_trace():
    """A negotiation in which everything happens, or noise; then one whose levers wait for a sign, without letters."""
    busy = game_of(
        lever_intensity=np.ones((2, len(LEVERS))), financier_base_hazard=(50.0, 50.0), financier_public=(1, 1),
        politics_summit_rate=1.0, patron_episode_rate=(1.0, 1.0),
    )  # fmt: skip
    quiet = game_of(
        lever_intensity=levers(tariff=1.0, access=1.0), lever_trigger=np.full((2, len(LEVERS)), RIVAL_LETTER), **THREAT,
        bidder_own_capital=(0.5, 0.5), patron_access_value=(100.0, 0.0), patron_stake=(100.0, 100.0),
        financier_letter_hazard=(0.5, 0.5), patron_point_value=(1.0, 1.0),
    )  # fmt: skip
    ended = []
    used = new_records(STATE)[0]
    noise = np.frombuffer(np.random.default_rng(1).bytes(STATE.itemsize), STATE)[0].copy()
    for games, state in (((busy, quiet), used), ((quiet,), noise), ((quiet,), new_records(STATE)[0])):
        for game in games:
            outcome = new_records(OUTCOME)
            turns.open_tender(game, state, SEED, REPLICATION)
            play_on(game, state)
            turns.settle(game, state, outcome[0])
        ended.append(outcome)
    for name in OUTCOME.names:
        assert len({outcome[name].tobytes() for outcome in ended}) == 1, name


def play_on(game, state, months=240):
    """Play some months, everybody in turn, or to the end."""
    for _ in range(months):
        if state.closed:
            break
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
        for k in range(game.patrons):
            turns.watch(game, state, k)


def seen(game, state, trigger):
    """Which of the two patrons have seen the event of a trigger, for which each has a lever waiting, by month's end."""
    game.lever_trigger[:2, ACCESS] = trigger
    for k in range(2):
        turns.watch(game, state, k)
    return [int(month != NEVER) for month in state.event_month[:2, trigger]]


# ---------------------------------------------------------------------------------------------------------- the market


def test_r1_r2_the_price_moves_a_month_at_a_time_from_the_initial_price():
    """R1 written out: one step before month 0's decision, another before month 1's."""
    kappa, sigma = 0.5, 0.3
    game = game_of(
        market_initial_price=400.0, market_mean_reversion=kappa, market_volatility=sigma, project_price_horizon=6.0
    )
    alpha = math.log(1000.0) - sigma**2 / (4 * kappa)
    kept, spread = math.exp(-kappa / 12), sigma * math.sqrt((1 - math.exp(-2 * kappa / 12)) / (2 * kappa))
    x = math.log(400.0)
    for month in range(3):
        x = x * kept + (1 - kept) * alpha + spread * normal(chance.PRICE, 0, 0, month)
        state = opened(game, month)
        assert state.log_price == pytest.approx(x, rel=1e-12)
    far = math.exp(-kappa * 6)
    expected = math.exp(far * x + (1 - far) * alpha + sigma**2 / (4 * kappa) * (1 - far**2))
    assert state.mine_price == pytest.approx(expected, rel=1e-12)


# ---------------------------------------------------------------------------------------------------------- the patron


def levers(**intensities):
    """The intensity of every lever of the west; the east presses nothing."""
    table = np.zeros((2, len(LEVERS)))
    for name, intensity in intensities.items():
        table[WEST, LEVERS.index(name)] = intensity
    return table


def test_r4_levers_are_paid_in_full_while_the_budget_lasts_then_scaled_then_nothing():
    """Tariff 2 at 1 point and access 1 at 3 points cost 5 a month; 8 points pay a month and three fifths."""
    prices = np.ones((2, len(LEVERS)))
    prices[WEST, ACCESS] = 3.0
    game = game_of(lever_intensity=levers(tariff=2.0, access=1.0), lever_price=prices, patron_budget=(8.0, 8.0))
    state = opened(game)
    turns.press(game, state, WEST)
    assert (state.lever[WEST, TARIFF], state.lever[WEST, ACCESS]) == (2.0, 1.0)
    assert (state.points_used[WEST], state.budget_left[WEST]) == (5.0, 3.0)
    turns.press(game, state, WEST)
    assert (state.lever[WEST, TARIFF], state.lever[WEST, ACCESS]) == (pytest.approx(1.2), pytest.approx(0.6))
    assert (state.points_used[WEST], state.budget_left[WEST]) == (8.0, 0.0)
    turns.press(game, state, WEST)
    assert not state.lever[WEST].any()
    assert not state.lever[EAST].any()
    assert state.points_used[WEST] == 8.0


def test_r4_what_rounding_leaves_of_a_budget_pays_for_no_threat():
    """Seven months at 0.1 point use 0.7 points up, though 0.7 - 7 * 0.1 is 1e-16 in floating point."""
    prices = np.full((2, len(LEVERS)), 0.1)
    game = game_of(lever_intensity=levers(tariff=1.0), lever_price=prices, patron_budget=(0.7, 0.0))
    state, seen = opened(game), []
    for _ in range(9):
        turns.press(game, state, WEST)
        seen.append(float(state.lever[WEST, TARIFF]))
    assert seen == pytest.approx([1.0] * 7 + [0.0] * 2, abs=1e-9)
    assert seen[-2:] == [0.0, 0.0]
    game = game_of(lever_intensity=levers(tariff=1.0, access=1.0, finance=0.7), patron_budget=(3.0, 0.0))
    state = opened(game)
    turns.press(game, state, WEST)
    turns.press(game, state, WEST)
    assert state.budget_left[WEST] == 0.0


def test_r21_a_lever_is_on_from_its_onset_month_on():
    onsets = np.zeros((2, len(LEVERS)), int)
    onsets[WEST, TARIFF] = 2
    game = game_of(lever_intensity=levers(tariff=1.0, access=1.0), lever_onset=onsets)
    seen = []
    for month in range(4):
        state = opened(game, month)
        turns.press(game, state, WEST)
        seen.append((state.lever[WEST, TARIFF], state.lever[WEST, ACCESS]))
    assert seen == [(0.0, 1.0), (0.0, 1.0), (1.0, 1.0), (1.0, 1.0)]


@pytest.mark.parametrize("trigger", range(1, len(TRIGGERS)), ids=TRIGGERS[1:])
def test_r21_a_trigger_waits_for_its_own_event_and_its_own_patron_s(trigger):
    game = game_of(lever_intensity=levers(tariff=1.0), lever_trigger=np.full((2, len(LEVERS)), trigger))
    state = opened(game, 2)
    state.event_month[:2] = 0
    state.event_month[WEST, trigger] = NEVER
    turns.press(game, state, WEST)
    assert state.lever[WEST, TARIFF] == 0.0
    state.event_month[WEST, trigger] = 1
    turns.press(game, state, WEST)
    assert state.lever[WEST, TARIFF] == 1.0


@pytest.mark.parametrize(("event", "lag", "pressed"), [(-7, 0, 1.0), (-7, 8, 1.0), (-7, 9, 0.0), (NEVER, 0, 0.0)])
def test_r21_what_happened_before_the_tender_opened_is_answered_from_its_first_months_on(event, lag, pressed):
    """A tender lost seven months before this one opened: with a lag of 8 months the answer comes in month 2."""
    table = {"lever_trigger": np.full((2, 5), LOST_BEFORE), "lever_lag": np.full((2, 5), lag)}
    game = game_of(lever_intensity=levers(tariff=1.0), **table)
    state = opened(game, 2)
    state.event_month[WEST, LOST_BEFORE] = event
    turns.press(game, state, WEST)
    assert state.lever[WEST, TARIFF] == pressed


def test_r21_a_patron_notes_only_what_a_lever_of_its_own_waits_for():
    triggers = np.zeros((2, len(LEVERS)), int)
    triggers[EAST, ACCESS] = RIVAL_PRESSES
    game = game_of(lever_trigger=triggers)
    state = opened(game)
    state.lever[:2, TARIFF] = 1.0
    for k in range(2):
        turns.watch(game, state, k)
    noted = {(k, trigger) for k, trigger in np.argwhere(state.event_month[:2] != NEVER).tolist()}
    assert noted == {(EAST, RIVAL_PRESSES)}


def test_r21_what_happens_in_a_month_is_answered_in_the_next():
    game = game_of(lever_intensity=levers(tariff=1.0), lever_trigger=np.full((2, len(LEVERS)), RIVAL_LEADS))
    for event, pressed in ((0, 1.0), (1, 0.0)):
        state = opened(game, 1)
        state.event_month[WEST, RIVAL_LEADS] = event
        turns.press(game, state, WEST)
        assert state.lever[WEST, TARIFF] == pressed


@pytest.mark.parametrize(("trigger", "pressed"), [(RIVAL_LEADS, [0, 0, 0, 1]), (ALWAYS, [0, 1, 1, 1])])
def test_r21_a_patron_may_take_months_to_answer_and_none_to_do_what_needs_no_event(trigger, pressed):
    """An event in month 0, a lag of 2: from month 3 on; an onset of 1 does for what is always pressed."""
    table = {"lever_trigger": np.full((2, 5), trigger), "lever_lag": np.full((2, 5), 2)}
    game = game_of(lever_intensity=levers(tariff=1.0), lever_onset=np.full((2, 5), 1), **table)
    for month, intensity in enumerate(pressed):
        state = opened(game, month)
        state.event_month[WEST, RIVAL_LEADS] = 0
        turns.press(game, state, WEST)
        assert state.lever[WEST, TARIFF] == intensity


def test_r21_each_lever_has_its_own_lag():
    lags = np.zeros((2, 5), int)
    lags[WEST, ACCESS] = 1
    game = game_of(
        lever_intensity=levers(tariff=1.0, access=1.0), lever_trigger=np.full((2, 5), RIVAL_LEADS), lever_lag=lags
    )
    state = opened(game, 1)
    state.event_month[WEST, RIVAL_LEADS] = 0
    turns.press(game, state, WEST)
    assert (state.lever[WEST, TARIFF], state.lever[WEST, ACCESS]) == (1.0, 0.0)


@pytest.mark.parametrize("lever", range(5))
def test_r21_a_patron_sees_that_another_presses_and_whether_that_is_a_threat(lever):
    game = game_of()
    for k, presses in ((WEST, [0, 1]), (EAST, [1, 0])):
        state = opened(game)
        state.lever[k, lever] = 0.01
        assert seen(game, state, RIVAL_PRESSES) == presses
        assert seen(game, state, RIVAL_THREATENS) == (presses if lever in (TARIFF, DENIAL) else [0, 0])


def test_r21_a_lever_that_nobody_can_pay_for_is_not_pressed():
    game = game_of(lever_intensity=levers(tariff=1.0), patron_budget=(0.0, 0.0))
    state = opened(game)
    turns.press(game, state, WEST)
    assert seen(game, state, RIVAL_PRESSES) == [0, 0]


def test_r21_the_month_of_an_event_is_that_of_the_first():
    game = game_of(bidder_patron=(EAST, EAST), lever_trigger=np.full((2, len(LEVERS)), RIVAL_LEADS))
    state = opened(game, -1)
    play_on(game, state, 2)
    assert state.event_month[WEST, RIVAL_LEADS] == 0
    assert state.event_month[EAST, RIVAL_LEADS] == NEVER


def test_r21_a_trigger_without_an_event_is_an_error():
    with pytest.raises(ValueError, match="trigger without an event"):
        turns._happens(game_of(), opened(game_of()), WEST, len(TRIGGERS))


@EITHER_SIDE
def test_r17_a_summit_is_held_as_often_as_engagement_makes_it(nudge, happens):
    """Half the engagement, half the rate; a summit adds half of the missing credit, and credit halves in a month."""
    month, u = 2, uniform(chance.SUMMIT, 71, 0, 2)
    game = game_of(politics_summit_rate=2.0 * u + nudge, lever_intensity=levers(engagement=0.5))
    state = opened(game, month)
    turns.press(game, state, WEST)
    turns.gain_standing(game, state, WEST)
    assert state.summits[WEST] == float(happens)
    assert state.credit[WEST] == pytest.approx(0.25 + 0.5 * 0.5 * happens, rel=1e-12)
    assert state.summits[EAST] == 0.0


def test_r17_summits_add_up():
    game = game_of(politics_summit_rate=1.0, lever_intensity=levers(engagement=1.0))
    state = opened(game)
    turns.press(game, state, WEST)
    for _ in range(3):
        turns.gain_standing(game, state, WEST)
    assert state.summits[WEST] == 3.0


@EITHER_SIDE
def test_r6_a_third_country_episode_comes_at_the_patron_s_rate(nudge, happens):
    game = game_of(patron_episode_rate=(uniform(chance.EPISODE, 71, 0, 1) + nudge, 0.0), patron_resolve=(800.0, 0.0))
    state = opened(game, 1)
    turns.gain_standing(game, state, WEST)
    assert (state.belief_a[WEST], state.belief_b[WEST]) == (3.5 if happens else 3.0, 1.0)


@EITHER_SIDE
def test_r5_r6_in_an_episode_the_threat_is_carried_out_at_full_strength_or_backed_down(nudge, happens):
    """phi = logistic(slope (aud pub + resolve - c_exec)) at a threat of 1, whatever the tariff lever: aud = c_exec."""
    u = uniform(chance.CARRIED_OUT, 71, 0, 1)
    game = game_of(
        patron_episode_rate=(1.0, 0.0), patron_resolve=(logit(u) + 1e3 * nudge, 0.0),
        patron_audience_cost=(2.0, 0.0), patron_publicity=(0.5, 0.0), patron_execution_cost=(1.0, 0.0),
        lever_intensity=levers(tariff=3.0),
    )  # fmt: skip
    state = opened(game, 1)
    turns.press(game, state, WEST)
    turns.gain_standing(game, state, WEST)
    assert (state.belief_a[WEST], state.belief_b[WEST]) == ((3.5, 1.0) if happens else (3.0, 2.0))


def test_r5_who_backed_down_in_another_game_does_not_for_that_back_down_in_this_one():
    """The state that another game was played in, with the same resolve of the patron, is opened for this one."""
    meek = game_of(patron_episode_rate=(1.0, 0.0), patron_execution_cost=(800.0, 0.0))
    bold = game_of(patron_episode_rate=(1.0, 0.0), patron_audience_cost=(800.0, 0.0), patron_publicity=(1.0, 0.0))
    state = opened(meek)
    turns.gain_standing(meek, state, WEST)
    assert (state.belief_a[WEST], state.belief_b[WEST]) == (3.0, 2.0)
    turns.open_tender(bold, state, SEED, REPLICATION)
    turns.trade(bold, state)
    turns.gain_standing(bold, state, WEST)
    assert (state.belief_a[WEST], state.belief_b[WEST]) == (3.5, 1.0)


# ------------------------------------------------------------------------------------------------------- the financier


def commit_all(game, state):
    for f in range(game.financiers):
        turns.commit(game, state, f)


@EITHER_SIDE
def test_r7_a_letter_comes_with_the_hazard_of_the_month(nudge, happens):
    """Half a mandate at 0.4 makes 0.2 of the rate, engagement 0.25 under half a mandate at 0.8 another 0.1."""
    rate = -math.log1p(-uniform(chance.LETTER, 91, 0, 3)) + nudge
    game = game_of(
        financier_base_hazard=(rate - 0.3, 0.0), financier_mandate_hazard=(0.4, 0.0),
        financier_engagement_hazard=(0.8, 0.0), lever_intensity=levers(finance=0.5, engagement=0.25),
    )  # fmt: skip
    state = opened(game, 3)
    turns.press(game, state, WEST)
    commit_all(game, state)
    assert state.letter_month[0] == (3 if happens else NOBODY)
    assert state.letter_month[1] == NOBODY


def test_r7_a_letter_comes_at_the_rate_of_its_month_whatever_that_was_before():
    """Without a mandate no letter comes; in the month of the mandate it does, and the rate of before counts no more."""
    onsets = np.zeros((2, len(LEVERS)), int)
    onsets[WEST] = 1
    game = game_of(
        financier_mandate_hazard=(500.0, 500.0), lever_intensity=levers(finance=1.0), lever_onset=onsets
    )  # fmt: skip
    state = opened(game)
    for month in range(2):
        turns.press(game, state, WEST)
        commit_all(game, state)
        turns.trade(game, state)
        assert state.letter_month[0] == (NOBODY if month == 0 else 1)


def test_what_was_reckoned_for_another_game_is_not_taken_for_this_one():
    """A state that another game was played in: the time that has elapsed and the chance of a letter are of this one."""
    other, game = (
        game_of(months=months, financier_base_hazard=(hazard, hazard)) for months, hazard in ((7, 0.001), (12, 50.0))
    )
    state = opened(other)
    commit_all(other, state)
    assert state.letter_month[0] == NOBODY
    turns.open_tender(game, state, SEED, REPLICATION)
    turns.trade(game, state)
    commit_all(game, state)
    assert state.letter_month[0] == 0
    assert state.log_passed == math.log(1 / 12)
    assert state.log_following == math.log(2 / 12)


def test_r7_engagement_hastens_a_letter_only_under_a_mandate():
    game = game_of(financier_engagement_hazard=(500.0, 0.0), lever_intensity=levers(engagement=1.0))
    state = opened(game)
    turns.press(game, state, WEST)
    commit_all(game, state)
    assert state.letter_month[0] == NOBODY


def test_r7_the_mandate_that_counts_is_that_of_the_financier_s_patron():
    game = game_of(
        financier_mandate_hazard=(500.0, 500.0), financier_patron=(EAST, WEST), lever_intensity=levers(finance=1.0)
    )
    state = opened(game)
    turns.press(game, state, WEST)
    commit_all(game, state)
    assert list(state.letter_month[:2]) == [NOBODY, 0]


def test_r7_a_tied_lender_pays_for_offtake_and_at_most_its_share():
    """The bidder markets 0.5 of the output: a multiple of 0.8 covers 0.4, a multiple of 3 the largest share, 0.5."""
    for multiple, share in ((0.8, 0.4), (3.0, 0.5)):
        game = game_of(
            financier_base_hazard=(50.0, 50.0), financier_public=(1, 1), financier_tied=(1, 0),
            financier_offtake_multiple=(multiple, multiple),
        )  # fmt: skip
        state = opened(game)
        commit_all(game, state)
        assert list(state.letter_share[:2]) == [share, 0.5]


def test_c6_a_letter_takes_what_a_ceiling_leaves_and_without_room_none_is_issued():
    game = game_of(financier_base_hazard=(50.0, 50.0))
    state = opened(game)
    state.headroom[:2] = (0.2, 0.0)
    commit_all(game, state)
    assert list(state.letter_share[:2]) == [0.2, 0.0]
    assert list(state.letter_month[:2]) == [0, NOBODY]


def test_a_tender_of_a_campaign_has_luck_of_its_own():
    """Its key is part of the index of every address; that of a tender alone is 0."""
    alone, one = opened(game_of()), opened(game_of(tender_key=1234))
    key = 81
    assert one.run_dice[0, 1] == uniform(chance.COST, key, 1234) != alone.run_dice[0, 1] == uniform(chance.COST, key)
    evaluation = 1 + 2
    assert one.month_dice[0, evaluation] == uniform(chance.EVALUATION, key, 51 ^ 1234)
    assert alone.month_dice[0, evaluation] == uniform(chance.EVALUATION, key, 51)


def test_r7_only_a_public_lender_is_tied_to_offtake():
    hazards = {"financier_base_hazard": (50.0, 50.0), "financier_public": (1, 0)}
    game = game_of(**hazards, financier_tied=(1, 1), financier_offtake_multiple=(0.8, 0.8))
    state = opened(game)
    commit_all(game, state)
    assert list(state.letter_share[:2]) == [0.4, 0.5]


def test_r7_private_capital_follows_a_public_letter_of_the_same_month_if_it_is_listed_later():
    for public, months in (((1, 0), [0, 0]), ((0, 1), [NOBODY, 0]), ((0, 0), [NOBODY, NOBODY])):
        game = game_of(
            financier_bidder=(0, 0), financier_public=public, financier_letter_hazard=(500.0, 500.0),
            financier_base_hazard=tuple(500.0 * flag for flag in public),
        )  # fmt: skip
        state = opened(game)
        commit_all(game, state)
        assert list(state.letter_month[:2]) == months
        commit_all(game, state)
        assert (state.letter_month[0] == 0) == any(public)  # next month everybody has seen the letter


def test_r7_a_letter_for_one_bidder_moves_no_financier_of_another():
    game = game_of(
        financier_public=(1, 0), financier_base_hazard=(500.0, 0.0), financier_letter_hazard=(0.0, 500.0)
    )  # fmt: skip
    state = opened(game)
    commit_all(game, state)
    assert list(state.letter_month[:2]) == [0, NOBODY]
    assert list(state.holds_letter[:2]) == [1, 0]


def test_r7_a_letter_once_issued_keeps_its_month_and_share():
    game = game_of(financier_base_hazard=(50.0, 0.0))
    state = opened(game)
    commit_all(game, state)
    turns.trade(game, state)
    state.offtake[0] = 0.0
    commit_all(game, state)
    assert (state.letter_month[0], state.letter_share[0]) == (0, 0.5)


@pytest.mark.parametrize(("public", "alarmed"), [((1, 0), [0, 1]), ((0, 0), [0, 0])], ids=["public", "private"])
def test_r21_only_a_public_letter_alarms_and_only_the_other_camps(public, alarmed):
    game = game_of(financier_public=public, financier_base_hazard=(50.0, 0.0))
    state = opened(game)
    commit_all(game, state)
    assert seen(game, state, RIVAL_LETTER) == alarmed


def test_r21_a_letter_to_a_bidder_that_never_enters_alarms_nobody():
    for entry, alarmed in ((3, [0, 1]), (4, [0, 0])):
        game = game_of(financier_public=(1, 0), financier_base_hazard=(50.0, 0.0), bidder_entry=(entry, 0))
        state = opened(game)
        commit_all(game, state)
        assert seen(game, state, RIVAL_LETTER) == alarmed


# ---------------------------------------------------------------------------------------------------------- the bidder


def test_r8_coverage_counts_own_capital_and_the_letters_at_their_credibility():
    """0.2 of its own and a letter of 0.5 that is believed at 0.6; the other bidder's letter is not its own."""
    game = game_of(bidder_own_capital=(0.2, 0.2), financier_credibility=(0.6, 0.9), financier_base_hazard=(50.0, 50.0))
    state = opened(game)
    turns.appraise(game, state, 0)
    assert state.coverage[0] == 0.2
    commit_all(game, state)
    turns.appraise(game, state, 0)
    assert state.coverage[0] == pytest.approx(0.5)


def test_r8_coverage_is_at_most_everything():
    game = game_of(bidder_own_capital=(0.8, 0.8), financier_base_hazard=(50.0, 0.0))
    state = opened(game)
    commit_all(game, state)
    turns.appraise(game, state, 0)
    assert state.coverage[0] == 1.0


def test_r9_completion_suffers_from_the_strongest_denial_of_the_rivals_alone():
    """Three patrons deny 1.0, 0.4 and 0.6: bidder 0 of the first meets 0.6, bidder 1 of the second 1.0."""
    denial = np.zeros((3, len(LEVERS)))
    denial[:, DENIAL] = 1.0, 0.4, 0.6
    game = game_of(
        patrons=3, patron_key=(71, 72, 73), patron_belief_a=(1.0, 1.0, 1.0), patron_belief_b=(1.0, 1.0, 1.0),
        patron_access_trust_a=(1.0, 1.0, 1.0), patron_access_trust_b=(1.0, 1.0, 1.0), patron_budget=(9.0, 9.0, 9.0),
        lever_intensity=denial, bidder_technology_dependence=(1.0, 0.5), bidder_capability=(0.8, 0.8),
        bidder_own_capital=(0.5, 0.5), project_coverage_exponent=2.0,
    )  # fmt: skip
    state = opened(game)
    for k in range(3):
        turns.press(game, state, k)
    for i in range(2):
        turns.appraise(game, state, i)
    assert state.completion[0] == pytest.approx(0.8 * 0.25 * (1 - 0.5 * 0.6))
    assert state.completion[1] == pytest.approx(0.8 * 0.25 * (1 - 0.5 * 1.0 * 0.5))


def test_r10_a_bidder_as_patient_as_the_host_concedes_along_the_plain_path():
    game = game_of(bargaining_concession_exponent=0.5, bargaining_opening_concession=0.2)
    planned = []
    for month in range(4):
        state = opened(game, month)
        turns.concede(game, state, 0)
        planned.append((state.concession[0], state.next_concession[0]))
    path = [0.2 + 0.8 * (n / 4) ** 2 for n in (1, 2, 3, 4, 4)]
    assert np.array(planned) == pytest.approx(np.array([path[:4], path[1:]]).T)


def test_r10_an_impatient_bidder_gives_way_early():
    """r_b = 0.3 against r_h = 0.1: s* = 0.75, rho = ln 0.25 / ln 0.75, exponent sqrt(rho)."""
    game = game_of(bidder_impatience=(0.3, 0.1))
    state = opened(game)
    turns.concede(game, state, 0)
    rho = math.log(0.25) / math.log(0.75)
    assert state.concession[0] == pytest.approx(0.25 ** (1 / math.sqrt(rho)))


def test_r10_the_tremble_is_the_month_s_own_and_the_same_for_the_plan():
    game = game_of(bargaining_tremble_sd=0.01)
    state = opened(game, 1)
    turns.concede(game, state, 1)
    z = normal(chance.TREMBLE, 82, 0, 1)
    assert state.concession[1] == pytest.approx(0.5 + 0.01 * z)
    assert state.next_concession[1] == pytest.approx(0.75 + 0.01 * z)


def test_r10_a_tremble_leaves_the_concession_between_nothing_and_everything():
    game = game_of(bargaining_tremble_sd=1e6)
    seen = set()
    for month in range(4):
        state = opened(game, month)
        for i in range(2):
            turns.concede(game, state, i)
            seen |= {float(state.concession[i]), float(state.next_concession[i])}
    assert seen == {0.0, 1.0}


def offered(game, month=0, concession=0.5):
    """The state after both bidders offered at a concession."""
    state = opened(game, month)
    for i in range(game.bidders):
        turns.appraise(game, state, i)
        state.concession[i] = concession
        turns.offer(game, state, i)
    return state


def test_r3_r13_an_offer_worked_out_by_hand():
    """Deposit 0: sales 600, cost 300, royalty 60, capital 100: profit 140, taxes 60 + 70, value 70.

    Reservation (1 - 0.1) 70 - 0.5 200 0.5² 0.6 = 48, after a hurdle of 1/4 36, with a premium of 20 · 0.6 again 48.
    At half of it, 24: equity 0.1 + 0.5 · 24/70 = 0.2714..., bonus 24 - 12 = 12.
    Income of a mine: 130 + equity · 70 (19) + 100 · 0.6 · 0.5 - 0.5 · 100 · 0.6 · 0.25 = 130 + 19 + 30 - 7.5 = 171.5.
    """
    game = game_of(bidder_hurdle=(0.25, 0.25), bidder_premium=(20.0, 20.0), bidder_capability=(0.8, 0.8))
    state = offered(game)
    assert state.project_value[0, 0] == pytest.approx(70.0)
    assert state.tax[0, 0] == pytest.approx(130.0)
    assert state.reservation[0, 0] == pytest.approx(48.0)
    assert state.transfer[0, 0] == pytest.approx(24.0)
    assert state.equity[0, 0] == pytest.approx(0.1 + 12.0 / 70.0)
    assert state.bonus[0, 0] == pytest.approx(12.0)
    assert state.rent[0, 0, OFFERED] == pytest.approx(0.8 * 171.5 + 12.0)
    assert state.rent[0, 0, OPENING] == pytest.approx(0.8 * 159.5)
    assert state.rent[0, 0, FULL] == pytest.approx(0.8 * (152.5 + 7.0 + 24.0) + 24.0)
    assert state.project_value[0, 1] == pytest.approx(0.5 * (400 - 200 - 40 - 50))
    assert list(state.bids[0, :2]) == [1, 1]
    assert state.bids_on_all[0] == 1


def test_r12_equity_stops_at_its_cap_and_the_rest_is_bonus():
    game = game_of(host_equity_max=0.15)
    state = offered(game, concession=1.0)
    assert state.equity[0, 0] == 0.15
    assert state.bonus[0, 0] == pytest.approx(48.0 - 0.05 * 70.0)


def test_r3_r13_the_bonus_counts_as_far_as_it_is_covered_and_capital_without_cover_costs_the_wedge():
    game = game_of(bidder_own_capital=(0.5, 0.5), bidder_capital_wedge=(0.2, 0.2), project_coverage_exponent=0.0)
    state = offered(game)
    assert state.project_value[0, 0] == pytest.approx(0.5 * (140.0 - 100.0 * 0.2 * 0.5))
    rise = state.rent[0, 0, OFFERED] - state.rent[0, 0, OPENING]
    dividends = (state.equity[0, 0] - 0.1) * state.project_value[0, 0]
    assert rise == pytest.approx(dividends + 0.5 * state.bonus[0, 0])


def test_r11_a_mandate_raises_what_the_patron_pays_above_market():
    """Bidder 1 is of the west here, whose mandate it is, and bidder 0 of the east."""
    game = game_of(
        bidder_patron=(EAST, WEST), bidder_premium_mandated=(50.0, 50.0), lever_intensity=levers(finance=0.5)
    )
    state = opened(game)
    turns.press(game, state, WEST)
    for i in range(2):
        turns.appraise(game, state, i)
        turns.offer(game, state, i)
    assert state.reservation[0, 0] == pytest.approx(48.0)
    assert state.reservation[1, 0] == pytest.approx(48.0 + 25.0 * 0.6)


def test_r20_nobody_bids_before_entering_or_where_nothing_can_be_transferred():
    game = game_of(bidder_entry=(2, 0), deposit_capex=(100.0, 500.0))
    early, late = offered(game, 1), offered(game, 2)
    assert early.bids[:2, :2].tolist() == [[0, 0], [1, 0]]
    assert late.bids[:2, :2].tolist() == [[1, 0], [1, 0]]
    assert list(late.bids_on_all[:2]) == [0, 0]


def test_r20_what_officials_feel_is_drawn_by_bidder_deposit_and_month():
    game = game_of(host_evaluation_sd=0.5, host_taste_scale=1.0)
    state = offered(game, 2)
    z, u = normal(chance.EVALUATION, 82, 52, 2), uniform(chance.TIE_BREAK, 82, 52, 2)
    taste = gumbel(chance.TASTE, 82)
    assert state.noise[1, 1] == pytest.approx(400.0 * (taste + 0.5 * z) + 1e-9 * 400.0 * u, abs=1e-9)
    plain = offered(game_of(), 2)
    assert plain.noise[1, 1] == pytest.approx(1e-9 * 400.0 * u)


# ------------------------------------------------------------------------------------------------------------ the host


def at_the_table(rents, month=1, **changes):
    """The host before a decision, with the rents of each bidder by deposit at (opening, offered, full) given.

    Shelving is worth nothing, politics are none, everybody is equally patient: in month 1 of 4 the host demands half.
    """
    game = game_of(deposits=len(rents[0]), bidders=len(rents), **changes)
    state = opened(game, month)
    for i, by_deposit in enumerate(rents):
        state.bids_on_all[i] = all(by_deposit)
        for d, levels in enumerate(by_deposit):
            state.bids[i, d] = levels is not None
            if levels:
                state.rent[i, d] = levels
    turns.weigh(game, state)
    return game, state


def test_r20_the_host_holds_out_between_the_runner_up_s_best_and_the_candidate_s_best():
    """Candidate 0 offers 50 and could give 100, its rival offers 40 and could give 60: 60 + half of 40 is 80."""
    game, state = at_the_table([[(0, 50, 100)], [(0, 40, 60)]])
    assert state.award[0] == 0
    assert (state.utility, state.opening_utility, state.full_utility) == (50.0, 0.0, 100.0)
    assert (state.runner_up, state.floor, state.aspiration) == (60.0, 60.0, 80.0)
    assert seen(game, state, RIVAL_LEADS) == [0, 1]


def test_r20_the_runner_up_counts_at_most_what_the_candidate_could_give():
    _, state = at_the_table([[(0, 50, 100)], [(0, 40, 300)]])
    assert state.award[0] == 0
    assert (state.runner_up, state.floor, state.aspiration) == (300.0, 100.0, 100.0)


def test_r20_without_a_runner_up_the_floor_is_the_opening_offer_or_shelving():
    _, state = at_the_table([[(20, 50, 100)]])
    assert (state.has_runner_up, state.floor, state.aspiration) == (0, 20.0, 60.0)
    _, state = at_the_table(
        [[(20, 50, 100)]], shelving_weight=0.5, shelving_take=0.2, shelving_unit_cost=0.0, deposit_capex=(100.0, 50.0)
    )
    assert state.shelve_utility == pytest.approx(0.1 * (600.0 - 100.0))
    assert (state.floor, state.aspiration) == (pytest.approx(50.0), pytest.approx(75.0))


@pytest.mark.parametrize(("month", "demanded"), [(0, 0.75), (1, 0.5), (2, 0.25), (3, 0.0)])
def test_r20_the_host_demands_less_every_month_and_nothing_above_its_floor_in_the_last(month, demanded):
    _, state = at_the_table([[(0, 50, 100)]], month)
    assert state.aspiration == pytest.approx(100.0 * demanded)


def test_r20_an_impatient_main_bidder_lets_the_host_hold_out_longer():
    """The host's exponent is divided by sqrt(rho) of the host and the main bidder, here r_b = 0.3 against 0.1."""
    rho = math.log(0.25) / math.log(0.75)
    _, state = at_the_table([[(0, 50, 100)], [(0, 0, 0)]], bidder_impatience=(0.3, 0.1))
    assert state.aspiration == pytest.approx(100.0 * (1.0 - 0.5 ** math.sqrt(rho)))


def test_r20_a_bidder_that_bids_on_one_deposit_only_is_out_of_the_bundle():
    rents = [[(0, 90, 90), None], [(0, 10, 10), (0, 10, 10)]]
    _, state = at_the_table(rents)
    assert list(state.award[:2]) == [1, 1]
    assert state.has_runner_up == 0
    _, state = at_the_table(rents, lots=SPLIT)
    assert list(state.award[:2]) == [0, 1]
    _, state = at_the_table([[None, None], [(0, 10, 10), None]])
    assert state.has_candidate == 0


def test_r20_synergy_goes_to_whoever_takes_everything():
    """Apart the lots bring 50 + 50, to bidder 0 alone 50 + 30: with a synergy of 19 they go apart, with 21 together."""
    rents = [[(0, 50, 60), (0, 30, 40)], [(0, 20, 30), (0, 50, 70)]]
    _, apart = at_the_table(rents, lots=SPLIT, tender_synergy=19.0)
    assert list(apart.award[:2]) == [0, 1]
    assert apart.utility == 100.0
    _, together = at_the_table(rents, lots=SPLIT, tender_synergy=21.0)
    assert list(together.award[:2]) == [0, 0]
    assert together.utility == 101.0
    _, bundled = at_the_table(rents, lots=BUNDLED, tender_synergy=21.0)
    assert bundled.utility == 101.0


def test_r20_of_split_lots_the_runner_up_leaves_the_main_bidder_nothing():
    """Bidder 0 would take the larger lot, so the runner-up is bidder 1 on both, at full concession: 30 + 70 + 5."""
    rents = [[(1, 50, 60), (1, 30, 40)], [(2, 20, 30), (2, 50, 70)]]
    game, state = at_the_table(rents, lots=SPLIT, tender_synergy=5.0)
    assert turns.main_bidder(game, state) == 0
    assert (state.opening_utility, state.utility, state.full_utility) == (3.0, 100.0, 130.0)
    assert state.runner_up == 105.0
    assert state.aspiration == 105.0 + 0.5 * 25.0


def test_r20_the_main_bidder_has_the_largest_share_and_of_equals_the_first_deposit():
    sure = (0, 50, 60)
    rents = [[sure, None], [None, sure]]
    game, state = at_the_table(rents, lots=SPLIT)
    assert turns.main_bidder(game, state) == 0
    game, state = at_the_table(rents, lots=SPLIT, deposit_output=(0.8, 1.2))
    assert turns.main_bidder(game, state) == 1
    game, state = at_the_table(rents[::-1], lots=SPLIT, deposit_output=(1.0, 1.0))
    assert turns.main_bidder(game, state) == 1
    assert state.runner_up == 60.0  # the other one's lot alone, this one's kept
    three = [[sure, None, None], [None, sure, sure]]
    game, state = at_the_table(three, lots=SPLIT, deposit_output=(0.4, 0.3, 0.3), deposit_key=(51, 52, 53))
    assert turns.main_bidder(game, state) == 1


def test_r20_what_is_kept_has_no_part_in_who_is_the_main_bidder():
    sure = (0, 50, 60)
    rents = [[sure, None, None], [None, sure, sure]]
    game, state = at_the_table(rents, lots=SPLIT, deposit_output=(0.5, 0.2, 0.3), deposit_key=(51, 52, 53))
    state.award[:3] = NOBODY, 0, 1
    assert turns.main_bidder(game, state) == 1


@pytest.mark.parametrize("keys", [(51, 52, 53), (53, 52, 51), (52, 53, 51)])
def test_r20_equal_lots_are_equal_though_a_third_is_no_number_of_the_machine(keys):
    sure = (0, 50, 60)
    rents = [[sure, None, None], [None, sure, None], [None, None, sure]]
    lots = {"lots": SPLIT, "deposit_output": (1.0, 1.0, 1.0), "deposit_key": keys}
    three = {"bidder_key": (81, 82, 83), "bidder_impatience": (0.1, 0.1, 0.1)}
    game, state = at_the_table(rents, **lots, **three)
    assert turns.main_bidder(game, state) == 0


def test_r21_half_of_the_value_is_no_lead_of_the_rival():
    sure = (0, 50, 60)
    table = at_the_table([[sure, None], [None, sure]], lots=SPLIT, deposit_output=(1.0, 1.0))
    assert seen(*table, RIVAL_LEADS) == [0, 0]
    table = at_the_table([[sure, None], [None, sure]], lots=SPLIT)
    assert seen(*table, RIVAL_LEADS) == [0, 1]
    halves = [[sure, sure, sure, None], [None, None, None, sure]]
    four = {"deposit_output": (1.0, 1.0, 1.0, 3.0), "deposit_key": (51, 52, 53, 54)}
    table = at_the_table(halves, lots=SPLIT, **four)
    assert seen(*table, RIVAL_LEADS) == [0, 0]


def test_r21_without_a_candidate_nobody_is_seen_to_lead():
    table = at_the_table([[None], [None]])
    assert seen(*table, RIVAL_LEADS) == [0, 0]


#: With split lots the options to develop are worth 0.1 · (600 - 100) = 50 and 0.1 · (400 - 50) = 35.
KEEPING = {"lots": SPLIT, "shelving_weight": 0.2, "shelving_take": 0.5, "shelving_unit_cost": 0.0}


def test_r20_a_lot_that_nobody_wants_is_kept_and_the_other_awarded():
    game, state = at_the_table([[(0, 90, 100), None]], **KEEPING)
    assert state.shelve_utility == pytest.approx(85.0)
    assert list(state.award[:2]) == [0, NOBODY]
    worth = (state.opening_utility, state.utility, state.full_utility)
    assert worth == (pytest.approx(35.0), pytest.approx(125.0), pytest.approx(135.0))
    assert turns.main_bidder(game, state) == 0
    _, bundle = at_the_table([[(0, 90, 100), None]], **{**KEEPING, "lots": BUNDLED})
    assert bundle.has_candidate == 0


@pytest.mark.parametrize(("synergy", "award", "worth"), [(4.0, [0, NOBODY], 125.0), (6.0, [0, 0], 126.0)])
def test_r20_a_lot_is_kept_where_its_option_is_worth_more_than_the_bid_and_the_synergy(synergy, award, worth):
    """A bid of 30 for a lot whose option is worth 35; one operator for a part of the lots is no synergy."""
    _, state = at_the_table([[(0, 90, 100), (0, 30, 33)]], **KEEPING, tender_synergy=synergy)
    assert list(state.award[:2]) == award
    assert state.utility == pytest.approx(worth)


def test_r20_the_runner_up_may_leave_a_lot_in_the_ground():
    """Bidder 1 can have lot 1 alone, at full concession 70: with the option on lot 0 that is 120."""
    game, state = at_the_table([[(0, 90, 100), (0, 60, 65)], [None, (0, 40, 70)]], **KEEPING)
    assert list(state.award[:2]) == [0, 0]
    assert turns.main_bidder(game, state) == 0
    assert state.runner_up == pytest.approx(120.0)


def test_r16_to_keep_everything_is_worth_the_options_and_no_synergy():
    game, state = at_the_table([[(0, 90, 100), (0, 60, 65)]], **KEEPING, tender_synergy=8.0)
    entries = np.zeros(len(LEDGER))
    assert turns.ledger(game, state, np.full(2, NOBODY), entries) == state.shelve_utility == pytest.approx(85.0)
    assert entries.sum() == pytest.approx(85.0)


def test_r20_not_every_lot_may_be_kept_in_an_award():
    """Shelving would be worth 85 and is no candidate: the best award is, for what it is worth."""
    _, state = at_the_table([[(0, 1, 2), (0, 1, 2)]], **KEEPING)
    assert list(state.award[:2]) == [NOBODY, 0]
    assert state.utility == pytest.approx(51.0)


def test_r16_of_split_lots_each_has_an_option_of_its_own_and_none_is_worth_less_than_nothing():
    """Nothing for a lot that costs 900, and 0.1 · (400 - 100); as a bundle 0.1 · (1000 - 1000)."""
    changes = {**KEEPING, "deposit_capex": (900.0, 100.0)}
    _, apart = at_the_table([[None, None]], **changes)
    assert list(apart.option[:2]) == pytest.approx([0.0, 30.0])
    assert apart.shelve_utility == pytest.approx(30.0)
    _, together = at_the_table([[None, None]], **{**changes, "lots": BUNDLED})
    assert together.shelve_utility == pytest.approx(0.0)


@pytest.mark.parametrize("dear", [60.0, 5e8])
def test_r16_what_a_lot_earns_in_the_ground_does_not_depend_on_the_others(dear):
    _, state = at_the_table([[None, None]], **{**KEEPING, "deposit_capex": (dear, 100.0)})
    assert state.option[1] == pytest.approx(30.0)


#: A threat of the west that would cost the host 0.75 · 200 = 150 in full, as the host sees it.
PRESSED = {"host_threat_weight": 1.0, "patron_link": (1.0, 0.0), **THREAT}


def pressed(rents, **changes):
    """The host before its decision under the west's tariff."""
    intensity = levers(tariff=1.0)
    game, state = at_the_table(rents, lots=SPLIT, lever_intensity=intensity, **PRESSED, **changes)
    turns.press(game, state, WEST)
    turns.weigh(game, state)
    return game, state


def test_r14_a_kept_lot_costs_only_what_its_bidders_asked_for():
    """0.4 of the value is kept: the west asked for it, or did not; or it goes to the east."""
    west, dear = (0, 90, 100), (-100, -100, -100)
    for rents, award, worth in (
        ([[west, None], [None, None]], [0, NOBODY], 90.0),
        ([[west, dear], [None, None]], [0, NOBODY], 90.0 - 60.0),
        ([[west, None], [None, dear]], [0, NOBODY], 90.0),
        ([[west, None], [None, (0, 80, 90)]], [0, 1], 90.0 + 80.0 - 60.0),
    ):
        _, state = pressed(rents)
        assert list(state.award[:2]) == award
        assert state.utility == pytest.approx(worth)


def test_r14_a_lot_that_a_rival_got_was_not_left_in_the_ground():
    """The west asked for the first of three lots and got it; the second, 0.3, went to the east, the third is kept."""
    deposits = {"deposit_output": (0.5, 0.3, 0.2), "deposit_key": (51, 52, 53)}
    _, state = pressed([[(0, 90, 100), None, None], [None, (0, 80, 90), None]], **deposits)
    assert list(state.award[:3]) == [0, 1, NOBODY]
    assert state.utility == pytest.approx(90.0 + 80.0 - 0.3 * 150.0)


def test_r14_refusing_everybody_stays_dear_whoever_asked():
    for rents in ([[None, None], [None, None]], [[(0, 9, 9), None], [None, None]], [[(0, 9, 9)] * 2, [None, None]]):
        _, state = pressed(rents)
        assert state.shelve_utility == pytest.approx(-150.0)


def test_r21_what_is_kept_is_not_one_s_own():
    """The west's bidder gets 0.4 of the value and nobody the rest: a rival leads, so to speak; with 0.6 none does."""
    sure = (0, 50, 60)
    assert seen(*at_the_table([[None, sure], [None, None]], lots=SPLIT), RIVAL_LEADS) == [1, 1]
    assert seen(*at_the_table([[sure, None], [None, None]], lots=SPLIT), RIVAL_LEADS) == [0, 1]


def decided(rents, month=1, concession=0.5, planned=0.75, **changes):
    game, state = at_the_table(rents, month, **changes)
    state.concession[:2] = concession
    state.next_concession[:2] = planned
    turns.decide(game, state)
    return state


def test_r20_the_host_accepts_what_meets_its_aspiration():
    state = decided([[(0, 80, 100)], [(0, 40, 60)]])
    assert (state.decision, state.closed, state.counters) == (ACCEPT, 1, 0)
    assert state.settled_concession == 0.5


def test_r20_the_host_counters_with_the_concession_that_would_meet_its_aspiration():
    """It holds out for 80 of 100 and asks for 0.8; the bidder planned 0.75 for next month and refuses, so they wait."""
    state = decided([[(0, 50, 100)], [(0, 40, 60)]])
    assert state.requested_concession == pytest.approx(0.8)
    assert (state.decision, state.closed, state.counters) == (WAIT, 0, 1)


def test_r20_the_host_asks_along_the_line_from_the_opening_to_the_full_concession():
    """From 20 to 100, for 60 + half of 40 = 80: three quarters of the way."""
    state = decided([[(20, 50, 100)], [(0, 40, 60)]], planned=0.74)
    assert state.requested_concession == pytest.approx(0.75)
    assert state.decision == WAIT


def test_r20_a_bidder_agrees_to_what_it_planned_for_next_month_and_the_deal_is_at_what_was_asked():
    game = game_of(bidders=1, bidder_patron=(WEST, EAST))
    state = offered(game, 1)
    state.next_concession[0] = 0.75
    turns.weigh(game, state)
    state.aspiration = state.opening_utility + 0.7 * (state.full_utility - state.opening_utility)
    full = state.full_utility
    turns.decide(game, state)
    assert (state.decision, state.closed, state.counters) == (COUNTER, 1, 1)
    assert state.requested_concession == pytest.approx(0.7)
    assert state.settled_concession == pytest.approx(0.7)
    assert state.transfer[0, 0] == pytest.approx(0.7 * 48.0)
    assert state.equity[0, 0] == pytest.approx(0.1 + 0.5 * 0.7 * 48.0 / 70.0)
    assert state.utility == pytest.approx(state.aspiration)
    assert state.utility < full


def test_r20_an_award_of_some_lots_to_one_bidder_may_be_countered():
    """Nobody can work lot 1; the counter asks for more on lot 0 and leaves the rest as it is."""
    game = game_of(bidders=1, lots=SPLIT, deposit_capex=(100.0, 500.0), shelving_weight=0.2, shelving_take=0.5)
    state = offered(game, 1)
    state.next_concession[0] = 0.75
    turns.weigh(game, state)
    assert list(state.award[:2]) == [0, NOBODY]
    state.aspiration = state.opening_utility + 0.7 * (state.full_utility - state.opening_utility)
    turns.decide(game, state)
    assert (state.decision, state.counters, state.settled_concession) == (COUNTER, 1, pytest.approx(0.7))
    assert state.transfer[0, 0] == pytest.approx(0.7 * 48.0)
    assert state.utility == pytest.approx(state.aspiration)
    assert list(state.award[:2]) == [0, NOBODY]


def test_r19_after_a_counter_the_equity_agreed_says_whose_a_deposit_counts_as():
    game = game_of(bidders=1, bidder_patron=(WEST, EAST), host_balance_weight=1.0, host_own_stake_weight=1.0)
    state = offered(game, 1)
    state.next_concession[0] = 0.75
    turns.weigh(game, state)
    state.aspiration = state.opening_utility + 0.7 * (state.full_utility - state.opening_utility)
    turns.decide(game, state)
    assert state.decision == COUNTER
    equity = 0.1 + 0.5 * 0.7 * 48.0 / 70.0
    assert state.own_holding == pytest.approx(0.6 * equity + 0.4 * state.equity[0, 1])
    rents = state.rent[0, :2, OFFERED].sum()
    worth = rents + state.noise[0, :2].sum() + state.favour[WEST] + turns.balance(game, state)
    assert state.utility == pytest.approx(worth, rel=1e-12)
    assert state.utility != pytest.approx(state.aspiration, abs=1e-3)  # the line between knew the equity offered


@pytest.mark.parametrize(("shelving", "decision", "worth"), [(20.0, COUNTER, 21.875), (25.0, WAIT, 13.125)])
def test_r20_the_host_signs_nothing_worse_than_shelving(shelving, decision, worth):
    """Transfers are paid in equity, worth half (completion 0.5), up to the cap, then in bonus, worth all of it.

    At the full concession that is 28/2 + 20 and 22/2 + 17.5, 62.5 above the opening.  At one half it is 24/2 and
    19.75/2, so that asking for half of the way, 31.25, brings 21.875.  At the offer of 0.3 it is 14.4/2 and 11.85/2.
    """
    game = game_of(bidders=1, bidder_capability=(0.5, 0.0), host_equity_weight=1.0)
    state = offered(game, 1, 0.3)
    state.next_concession[0] = 0.75
    turns.weigh(game, state)
    opening = state.opening_utility
    assert state.full_utility - opening == pytest.approx(62.5)
    state.aspiration, state.shelve_utility = opening + 31.25, opening + shelving
    turns.decide(game, state)
    assert (state.decision, state.counters, state.requested_concession) == (decision, 1, pytest.approx(0.5))
    assert state.utility - opening == pytest.approx(worth)
    assert state.transfer[0, 0] == pytest.approx(24.0 if decision == COUNTER else 14.4)


def test_r20_there_is_no_counter_when_lots_go_to_different_bidders():
    rents = [[(0, 50, 160), None], [None, (0, 50, 160)]]
    state = decided(rents, lots=SPLIT, planned=1.0)
    assert state.aspiration > state.utility
    assert (state.decision, state.counters, state.requested_concession) == (WAIT, 0, -1.0)


def test_r20_in_the_last_month_the_host_takes_what_beats_shelving_and_never_counters():
    """Nobody is left to wait for: the runner-up's best, 60, is no reason to refuse 50."""
    state = decided([[(0, 50, 100)], [(0, 40, 60)]], 3, planned=1.0)
    assert (state.floor, state.aspiration) == (60.0, 60.0)
    assert (state.decision, state.closed, state.counters) == (ACCEPT, 1, 0)
    state = decided([[(-9, -5, 100)], [(-9, -8, 60)]], 3, planned=1.0)
    assert (state.decision, state.closed, state.counters) == (SHELVE, 1, 0)
    assert decided([[None], [None]], 3).decision == SHELVE
    assert decided([[None], [None]], 2).decision == WAIT


def test_r20_what_is_worse_than_shelving_is_not_accepted():
    shelving = {"shelving_weight": 1.0, "shelving_take": 1.0, "shelving_unit_cost": 0.0}
    state = decided([[(0, 400, 450)]], 3, **shelving)
    assert state.shelve_utility == pytest.approx(500.0)
    assert state.decision == SHELVE
    assert decided([[(0, 501, 501)]], 3, **shelving).decision == ACCEPT


def test_r20_a_candidate_that_cannot_give_more_is_not_asked():
    state = decided([[(50, 50, 50)], [(0, 40, 60)]])
    assert state.decision == ACCEPT  # its floor is min(60, 50)
    state = decided([[(50, 40, 50)], [(0, 10, 20)]])
    assert (state.decision, state.counters) == (WAIT, 0)


# --------------------------------------------------------------------------------------------- the host and the patrons


def political(share, **changes):
    """The terms of the west at a share of the value of its own, and the whole political utility."""
    base = {
        "host_threat_weight": 0.5, "host_backlash": 0.125, "host_credit_weight": 0.25, "host_balance_weight": 2.0,
        "patron_exports": (1000.0, 0.0), "patron_exposed_share": (0.5, 0.0), "patron_incidence": (0.8, 0.0),
        "patron_annuity": (2.0, 0.0), "patron_link": (0.5, 0.0), "patron_conflict_expectation": (0.5, 0.0),
        "patron_publicity": (0.8, 0.0), "patron_access_value": (200.0, 0.0), "patron_access_deliverable": (0.5, 0.0),
        "patron_credit": (0.5, 0.0), "lever_intensity": levers(tariff=2.0, access=0.5),
    }  # fmt: skip
    game = game_of(**{**base, **changes})
    state = opened(game)
    turns.press(game, state, WEST)
    state.summits[WEST] = 2.0
    turns.weigh_patrons(game, state)
    state.share[:2] = share
    return turns.political_terms(game, state, WEST), turns.politics(game, state)


def test_r14_r15_r17_politics_worked_out_by_hand():
    """The west threatens with a tariff of 2 and promises half of its access; y is its share.

    Loss at stake 0.25 · 1000 · 0.5 · 0.8 · 2 = 200, credibility 3/4: threat 0.5 · 0.5 · 0.75 · 2 · 200 (1-y).
    Backlash 0.125 · 0.5 · 0.8 · 4 · 1000 y.  Trust after two summits (1+2)/(1+1+2): access 0.75 · 0.5 · 200 · 0.5 y.
    Credit 0.25 · 0.5 · 1000 y.
    """
    terms, whole = political((0.25, 0.0), host_balance_weight=0.0)
    assert terms == pytest.approx((75.0 * 0.75, 200.0 * 0.25, 37.5 * 0.25, 125.0 * 0.25))
    assert whole == pytest.approx(-56.25 - 50.0 + 9.375 + 31.25)
    terms, _ = political((0.0, 1.0))
    assert terms == pytest.approx((75.0, 0.0, 0.0, 0.0))


def test_r19_balance_worked_out_by_hand():
    """Shares (3 · 0.25 + 2 · 1)/5, (3 · 0.5)/5 and (3 · 0.25)/5 against 0.25, 0.5 and 0.25; then nobody is awarded."""
    game = game_of(host_balance_weight=2.0)
    state = opened(game)
    state.share[:2] = state.holding[:2] = 1.0, 0.0
    assert turns.balance(game, state) == pytest.approx(-2000.0 * (0.3**2 + 0.2**2 + 0.1**2))
    assert turns.concentration(game, state) == pytest.approx(0.55**2 + 0.3**2 + 0.15**2)
    state.share[:2] = state.holding[:2] = 0.5, 0.0
    uneven = (1.75 / 4 - 0.25) ** 2 + 0.125**2 + (0.75 / 4 - 0.25) ** 2
    assert turns.balance(game, state) == pytest.approx(-2000.0 * uneven)
    state.share[:2] = state.holding[:2] = 0.0, 0.0
    assert turns.balance(game, state) == 0.0


def test_r19_the_state_s_own_equity_counts_as_the_host_s_as_far_as_it_is_meant_to():
    """Half of the equity counts: at 0.2 and 0.6 of 0.6 and 0.4 the west holds 0.54 + 0.28, the host 0.06 + 0.12."""
    game = game_of(host_balance_weight=1.0, host_own_stake_weight=0.5)
    state = opened(game)
    state.equity[0, :2] = 0.2, 0.6
    turns._share_out(game, state, np.zeros(2, int))
    assert state.share[WEST] == 1.0
    assert (state.holding[WEST], state.own_holding) == (pytest.approx(0.82), pytest.approx(0.18))
    shares = (0.75 + 2 * 0.82) / 5, 1.5 / 5, (0.75 + 2 * 0.18) / 5
    ideals = 0.25, 0.5, 0.25
    uneven = sum((share - ideal) ** 2 for share, ideal in zip(shares, ideals, strict=True))
    assert turns.balance(game, state) == pytest.approx(-1000.0 * uneven)
    assert turns.concentration(game, state) == pytest.approx(sum(share**2 for share in shares))


def test_r19_only_the_offers_of_the_month_say_whose_a_deposit_counts_as():
    """The equity is that offered, also where the host thinks of the opening, of full concession or the runner-up."""
    game = game_of(host_balance_weight=1.0, host_own_stake_weight=1.0)
    state = offered(game, 1)
    turns.weigh(game, state)
    i = state.award[0]
    other = 1 - i
    rents = {level: state.rent[:2, :2, level].sum(1) for level in (OPENING, OFFERED, FULL)}
    turns._share_out(game, state, np.full(2, i))
    held = turns.balance(game, state)
    assert held < 0.0
    for level, utility in ((OPENING, state.opening_utility), (OFFERED, state.utility), (FULL, state.full_utility)):
        noise = state.noise[i, :2].sum()
        politics = state.favour[:2][i] - state.menace[:2][other]
        assert utility == pytest.approx(rents[level][i] + noise + politics + held, rel=1e-12)
    turns._share_out(game, state, np.full(2, other))
    assert state.runner_up == pytest.approx(
        rents[FULL][other] + state.noise[other, :2].sum() + state.favour[other] + turns.balance(game, state), rel=1e-12
    )


def test_r14_r16_r19_a_threat_makes_shelving_dearer_and_balance_counts_there_too():
    changes = {"shelving_weight": 0.5, "shelving_take": 0.5, "shelving_unit_cost": 0.0}
    changes |= {"patron_ideal_share": (0.5, 0.5), "host_balance_weight": 1.0}
    loss = {"host_threat_weight": 1.0, "patron_exports": (400.0, 0.0), "patron_exposed_share": (1.0, 0.0)}
    loss |= {"patron_incidence": (1.0, 0.0), "patron_annuity": (1.0, 0.0), "patron_link": (1.0, 0.0)}
    game = game_of(**changes, **loss, lever_intensity=levers(tariff=1.0))
    state = opened(game)
    turns.press(game, state, WEST)
    turns.weigh(game, state)
    option = 600.0 + 400.0 - 150.0
    assert state.shelve_utility == pytest.approx(0.25 * option - 75.0 - 1000.0 * (0.25**2 + 0.25**2))


def test_the_ledger_tells_the_terms_of_one_bidder():
    game = game_of(
        host_evaluation_sd=0.5, host_taste_scale=1.0, tender_synergy=60.0, host_credit_weight=0.25,
        host_balance_weight=1.0, bidder_capability=(0.5, 0.5),
    )  # fmt: skip
    state = offered(game)
    entries = np.zeros(len(LEDGER))
    total = turns.ledger(game, state, np.zeros(2, int), entries)
    terms = dict(zip(LEDGER, entries.tolist(), strict=True))
    assert terms["tax"] == pytest.approx(0.5 * (130.0 + 95.0))
    assert terms["processing"] == pytest.approx(0.5 * 50.0)
    assert terms["offtake"] == pytest.approx(-0.5 * 12.5)
    assert terms["taste"] == pytest.approx(1000.0 * state.taste[0])
    assert terms["synergy"] == 60.0
    assert terms["credit"] == pytest.approx(125.0)
    assert terms["balance"] == pytest.approx(-1000.0 * (0.3**2 + 0.2**2 + 0.1**2))
    assert total == pytest.approx(math.fsum(entries), rel=1e-12)


# ---------------------------------------------------------------------------------------- triggers, seen month by month


def test_r21_a_rival_that_leads_is_answered_a_month_later():
    """The west's bidder costs more and never leads; the west's tariff has its trigger and comes in month 1."""
    for trigger, expected in ((ALWAYS, [1.0, 1.0, 1.0]), (RIVAL_LEADS, [0.0, 1.0, 1.0])):
        game = game_of(
            months=9, bidder_unit_cost=(700.0, 500.0), lever_intensity=levers(tariff=1.0), patron_budget=(99.0, 0.0),
            lever_trigger=np.full((2, len(LEVERS)), trigger),
        )  # fmt: skip
        state, pressed = opened(game, -1), []
        for _ in range(3):
            play_on(game, state, 1)
            pressed.append(float(state.lever[WEST, TARIFF]))
        assert state.award[0] == 1
        assert pressed == expected


@pytest.mark.parametrize(("trigger", "lag"), [(RIVAL_PRESSES, 0), (RIVAL_THREATENS, 0), (RIVAL_THREATENS, 2)])
def test_r21_a_rival_s_lever_is_answered_the_month_after_it_was_first_in_effect(trigger, lag):
    """The west threatens from month 1; the east has access ready for it."""
    table, onsets, triggers = levers(tariff=1.0), np.zeros((2, 5), int), np.zeros((2, 5), int)
    table[EAST, ACCESS], onsets[WEST, TARIFF], triggers[EAST, ACCESS] = 1.0, 1, trigger
    game = game_of(
        months=9, lever_intensity=table, lever_onset=onsets, lever_trigger=triggers,
        lever_lag=np.full((2, 5), lag), bargaining_concession_exponent=0.1,
    )  # fmt: skip
    state, pressed = opened(game, -1), []
    for _ in range(6):
        play_on(game, state, 1)
        pressed.append(float(state.lever[EAST, ACCESS]))
    assert pressed == [0.0] * (2 + lag) + [1.0] * (4 - lag)


def test_r21_a_rival_s_letter_is_answered_a_month_later():
    u = [uniform(chance.LETTER, 92, 0, month) for month in range(3)]
    first = u.index(min(u))
    game = game_of(
        months=9, financier_base_hazard=(0.0, -math.log1p(-min(u)) + 1e-9), financier_public=(1, 1),
        lever_intensity=levers(tariff=1.0), lever_trigger=np.full((2, len(LEVERS)), RIVAL_LETTER),
        patron_budget=(99.0, 99.0),
    )  # fmt: skip
    state, pressed = opened(game, -1), []
    for _ in range(first + 3):
        play_on(game, state, 1)
        pressed.append(float(state.lever[WEST, TARIFF]))
    assert state.letter_month[1] == first
    assert pressed == [0.0] * (first + 1) + [1.0, 1.0]


# ----------------------------------------------------------------------------------------------------- after the award


def settled(winners=(0, 0), month=1, decision=ACCEPT, summits=0.0, **changes):
    """What becomes of an award to ``winners``, offered at a concession of one half; NOBODY for all shelves."""
    game = game_of(**changes)
    state = opened(game, month)
    for k in range(2):
        turns.press(game, state, k)
    state.summits[:2] = summits
    for f in range(2):
        turns.commit(game, state, f)
    for i in range(2):
        turns.appraise(game, state, i)
        state.concession[i] = 0.5
        turns.offer(game, state, i)
    turns.weigh(game, state)
    state.decision = SHELVE if set(winners) == {NOBODY} else decision
    state.award[:2] = winners
    outcome = new_records(OUTCOME)[0]
    turns.settle(game, state, outcome)
    return outcome


def test_the_award_is_written_down():
    outcome = settled((0, 1), lots=SPLIT)
    assert (outcome.replication, outcome.month, outcome.shelved, outcome.split, outcome.countered) == (12, 1, 0, 1, 0)
    assert list(outcome.winner) == [0, 1, NOBODY, NOBODY]
    assert outcome.equity[0] == pytest.approx(0.1 + 12.0 / 70.0)
    assert (outcome.processing[1], outcome.offtake[1], outcome.concession[1]) == (0.5, 0.5, 0.5)
    assert list(outcome.value_share[:2]) == pytest.approx([0.6, 0.4])
    assert list(outcome.patron_share[:2]) == pytest.approx([0.6, 0.4])
    assert outcome.price == pytest.approx(1000.0)


def test_of_a_shelved_tender_nothing_is_written_but_that():
    outcome = settled((NOBODY, NOBODY), shelving_weight=0.5, shelving_take=0.5, shelving_unit_cost=0.0)
    assert (outcome.shelved, outcome.split, outcome.partial, outcome.surplus) == (1, 0, 0, 0.0)
    assert outcome.kept_share == 1.0
    assert list(outcome.winner) == [NOBODY] * 4
    assert not outcome.equity.any()
    assert not outcome.patron_share.any()
    assert outcome.host_money == pytest.approx(0.25 * 850.0)
    assert outcome.host_value == pytest.approx(0.25 * 850.0)


def test_of_a_partial_award_the_kept_lot_stays_with_the_host():
    """Its option, 0.1 · (400 - 50), is part of what the host ends with; one winner is no split."""
    outcome = settled((0, NOBODY), **KEEPING)
    assert (outcome.shelved, outcome.split, outcome.partial) == (0, 0, 1)
    assert list(outcome.winner) == [0] + [NOBODY] * 3
    assert outcome.kept_share == pytest.approx(0.4)
    assert (outcome.equity[1], outcome.coverage[1], outcome.done[1]) == (0.0, 0.0, 0)
    assert outcome.value_share[0] == outcome.patron_share[WEST] == outcome.done_share == pytest.approx(0.6)
    assert outcome.host_money == pytest.approx(171.5 + 12.0 + 35.0)
    whole, apart = settled((0, 0), **KEEPING), settled((0, 1), **KEEPING)
    assert [(o.partial, o.split, o.kept_share) for o in (whole, apart)] == [(0, 0, 0.0), (0, 1, 0.0)]


def test_r14_a_patron_that_got_all_it_asked_for_was_not_refused():
    """Lot 1 is too dear for anybody: a threat is heeded by lot 0 alone.  Where the west bid for it, it was refused."""
    threat = {"lots": SPLIT, "lever_intensity": levers(tariff=1.0), "patron_resolve": (800.0, 0.0), **THREAT}
    heeded = settled((0, NOBODY), deposit_capex=(100.0, 500.0), **threat)
    assert (heeded.threat_refused[WEST], heeded.threat_executed[WEST], heeded.threat_loss[WEST]) == (0, 0, 0.0)
    assert heeded.credibility[WEST] == 0.75
    refused = settled((0, NOBODY), **threat)
    assert (refused.threat_refused[WEST], refused.threat_executed[WEST]) == (1, 1)
    assert refused.threat_loss[WEST] == pytest.approx(0.4 * 200.0)
    assert refused.credibility[WEST] == pytest.approx(3.5 / 4.5)


def test_a_heeded_threat_costs_its_patron_nothing():
    timid = {"lots": SPLIT, "lever_intensity": levers(tariff=1.0), "patron_resolve": (-800.0, 0.0), **THREAT}
    timid |= {"politics_audience_cost_scale": 0.02, "patron_audience_cost": (1.0, 0.0)}
    assert settled((0, NOBODY), deposit_capex=(100.0, 500.0), **timid).back_down_cost[WEST] == 0.0
    assert settled((0, NOBODY), **timid).back_down_cost[WEST] == pytest.approx(20.0)


@pytest.mark.parametrize(("mandate", "payers"), [((WEST, EAST), [50.0, 0.0]), ((EAST, WEST), [0.0, 50.0])])
def test_public_money_is_what_a_patron_s_lenders_wrote_for_what_was_won(mandate, payers):
    """A letter over 0.5 of a capital cost of 100; the other lender's bidder won nothing."""
    letters = {"lots": SPLIT, "financier_base_hazard": (50.0, 50.0), "financier_patron": mandate}
    outcome = settled((0, NOBODY), **letters, financier_public=(1, 1))
    assert list(outcome.public_money[:2]) == pytest.approx(payers)
    assert list(outcome.public_money_converted[:2]) == pytest.approx(payers)
    unkept = settled((0, NOBODY), **letters, financier_public=(1, 1), financier_conversion=(0.0, 1.0))
    assert list(unkept.public_money[:2]) == pytest.approx(payers)
    assert not unkept.public_money_converted.any()
    assert not settled((0, NOBODY), **letters).public_money.any()  # private capital
    assert settled((0, 0), **letters, financier_public=(1, 1)).public_money.sum() == pytest.approx(75.0)


def test_r19_the_portfolio_after_the_award_counts_the_equity_agreed_and_not_that_of_a_reopened_deal():
    changes = {"host_balance_weight": 1.0, "host_own_stake_weight": 1.0}
    plain, reopened = settled(**changes), settled(**changes, renegotiation_base=1000.0)
    own = 0.6 * plain.equity[0] + 0.4 * plain.equity[1]
    shares = (0.75 + 2 * (1 - own)) / 5, 1.5 / 5, (0.75 + 2 * own) / 5
    assert list(reopened.renegotiated[:2]) == [1, 1]
    for outcome in (plain, reopened):
        assert outcome.hhi_after == pytest.approx(sum(share**2 for share in shares))
        assert outcome.balance == pytest.approx(
            -1000.0 * sum((share - ideal) ** 2 for share, ideal in zip(shares, (0.25, 0.5, 0.25), strict=True))
        )


@EITHER_SIDE
def test_r9_a_mine_is_finished_by_the_luck_of_the_winner_and_its_deposit(nudge, happens):
    outcome = settled((1, 1), bidder_capability=(0.0, uniform(chance.COMPLETION, 82, 52) + nudge))
    assert outcome.done[1] == happens
    assert outcome.built_share[1] == pytest.approx(0.4 * happens + 0.6 * outcome.done[0])
    assert outcome.done_share == pytest.approx(0.4 * happens + 0.6 * outcome.done[0])


@EITHER_SIDE
def test_r8_a_letter_becomes_money_in_full_or_not_at_all(nudge, happens):
    """Its credibility mattered before the award; now the whole 0.5 of the letter is there, or nothing of it."""
    outcome = settled(
        financier_base_hazard=(50.0, 50.0), financier_credibility=(0.3, 0.3), bidder_own_capital=(0.2, 0.2),
        financier_conversion=(uniform(chance.CONVERSION, 91) + nudge, 1.0),
    )  # fmt: skip
    assert outcome.coverage[0] == pytest.approx(0.35)
    assert outcome.realised_coverage[0] == pytest.approx(0.7 if happens else 0.2)
    assert list(outcome.letter_issued[:2]) == [1, 1]
    assert list(outcome.letter_converted[:2]) == [happens, 0]  # the other's lapsed: its bidder won nothing


def test_r8_the_letter_of_a_bidder_is_no_money_of_another():
    outcome = settled(
        (0, 1), lots=SPLIT, financier_base_hazard=(50.0, 50.0), financier_conversion=(1.0, 0.0),
        bidder_own_capital=(0.2, 0.2),
    )  # fmt: skip
    assert list(outcome.letter_converted[:2]) == [1, 0]
    assert list(outcome.realised_coverage[:2]) == pytest.approx([0.7, 0.2])


def test_r8_a_letter_that_was_never_issued_never_becomes_money():
    outcome = settled(bidder_own_capital=(0.2, 0.2))
    assert outcome.realised_coverage[0] == 0.2
    assert not outcome.letter_issued.any()
    assert not outcome.letter_converted.any()


@EITHER_SIDE
def test_r9_denial_bites_at_its_rate_and_then_hurts_completion(nudge, happens):
    """A denial that surely ruins a dependent rival, if it bites: the mine is finished only if it does not."""
    outcome = settled(
        (1, 1), politics_denial_bite_rate=uniform(chance.DENIAL_BITE, 71) + nudge, project_denial_effect=1.0,
        bidder_technology_dependence=(1.0, 1.0), lever_intensity=levers(denial=1.0),
    )  # fmt: skip
    assert outcome.done_share == pytest.approx(0.0 if happens else 1.0)
    assert list(outcome.denial_bit[:2]) == [happens, 0]


def test_r9_denial_bites_only_where_another_camp_won():
    certain = {"politics_denial_bite_rate": 1.0, "lever_intensity": levers(denial=1.0)}
    own, apart, shelved = (settled(winners, lots=SPLIT, **certain) for winners in ((0, 0), (0, 1), (NOBODY, NOBODY)))
    assert own.done_share == 1.0
    assert [outcome.denial_bit[WEST] for outcome in (own, apart, shelved)] == [0, 1, 0]


@EITHER_SIDE
def test_r5_r6_a_refused_threat_is_carried_out_or_the_patron_backs_down(nudge, happens):
    """At a threat of 2: 0.5 · (3 · 1 · 2 + resolve - 1 · 4); the loss is 2 · 200 · (1 - 0.4), and the belief learns."""
    u = uniform(chance.THREAT, 71)
    outcome = settled(
        (1, 0), lots=SPLIT, lever_intensity=levers(tariff=2.0), politics_follow_through_slope=0.5, **THREAT,
        patron_audience_cost=(3.0, 0.0), patron_execution_cost=(1.0, 0.0), politics_execution_cost_scale=0.01,
        politics_audience_cost_scale=0.02, patron_resolve=(2.0 * logit(u) - 2.0 + 1e3 * nudge, 0.0),
        patron_stake=(500.0, 300.0), patron_stake_on_award=(0.5, 0.5), patron_point_value=(10.0, 10.0),
    )  # fmt: skip
    assert outcome.threat_executed[WEST] == happens
    assert outcome.threat_loss[WEST] == pytest.approx(240.0 if happens else 0.0)
    assert outcome.credibility[WEST] == pytest.approx(3.5 / 4.5 if happens else 3.0 / 5.0)
    # stake 500 · 0.4 (all built), 10 · 2 points, then 0.01 · 1 · 4 · 1000 or 0.02 · 3 · 1 · 2 · 1000
    assert outcome.patron_payoff[WEST] == pytest.approx(200.0 - 20.0 - (40.0 if happens else 120.0))
    assert list(outcome.execution_cost[:2]) == pytest.approx([40.0 if happens else 0.0, 0.0])
    assert list(outcome.back_down_cost[:2]) == pytest.approx([0.0 if happens else 120.0, 0.0])
    assert outcome.patron_payoff[EAST] == pytest.approx(180.0)
    assert outcome.credibility[EAST] == 0.5


def test_r15_a_threat_that_was_heeded_costs_backlash_and_nothing_else():
    outcome = settled(
        lever_intensity=levers(tariff=2.0), host_backlash=0.125, patron_conflict_expectation=(0.5, 0.0),
        patron_resolve=(800.0, 0.0), **THREAT,
    )  # fmt: skip
    assert (outcome.threat_executed[WEST], outcome.threat_loss[WEST]) == (0, 0.0)
    assert (outcome.execution_cost[WEST], outcome.back_down_cost[WEST]) == (0.0, 0.0)
    assert outcome.backlash[WEST] == pytest.approx(250.0)
    assert outcome.credibility[WEST] == 0.75


def test_r14_a_threat_over_a_shelved_tender_is_carried_out_in_full():
    outcome = settled((NOBODY, NOBODY), lever_intensity=levers(tariff=1.0), patron_resolve=(800.0, 0.0), **THREAT)
    assert (outcome.threat_executed[WEST], outcome.threat_loss[WEST]) == (1, pytest.approx(200.0))
    assert outcome.host_money == pytest.approx(-200.0)


@EITHER_SIDE
def test_r17_promised_access_is_delivered_in_full_or_not_at_all(nudge, happens):
    outcome = settled(
        (0, 1), lots=SPLIT, lever_intensity=levers(access=0.5), patron_access_value=(200.0, 200.0),
        patron_access_deliverable=(0.8, 0.8), patron_access_delivery=(uniform(chance.DELIVERY, 71) + nudge, 1.0),
    )  # fmt: skip
    assert outcome.access_delivered[WEST] == pytest.approx(0.8 * 200.0 * 0.5 * 0.6 * happens)
    assert outcome.access_delivered[EAST] == 0.0


@EITHER_SIDE
def test_r18_a_deal_is_reopened_by_the_luck_of_the_deposit_at_the_price_of_that_day(nudge, happens):
    """Four years on at a volatility of 0.25 and no reversion; the winner's protection holds the host back."""
    u = uniform(chance.RENEGOTIATION, 52)
    months = normal(chance.PRICE, 0, 0, 0) + normal(chance.PRICE, 0, 0, 1)
    moved = 0.25 * math.sqrt(1.0 / 12.0) * months - 2.0 * 0.03125 / 12.0
    moved += 0.25 * 2.0 * normal(chance.HORIZON_PRICE, 0) - 4.0 * 0.03125
    outcome = settled(
        (1, 1), market_volatility=0.25, renegotiation_price_slope=2.0, renegotiation_protection_slope=1.0,
        renegotiation_base=logit(u) - 2.0 * moved + 0.5 + 1e3 * nudge, patron_protection=(9.0, 0.5),
    )  # fmt: skip
    assert outcome.horizon_price == pytest.approx(1000.0 * math.exp(moved))
    assert outcome.renegotiated[1] == happens


def test_r18_a_reopened_deal_pays_the_host_more_equity_up_to_the_cap():
    """0.2714 + 0.25 stops at a cap of 0.5, with a cap of 0.9 it does not; the award's own terms stay as written."""
    plain = settled()
    assert plain.host_money == pytest.approx(171.5 + 12.0 + 95.0 + rest_of_deposit_1())
    for cap, equity in ((0.5, 0.5), (0.9, 0.35 + 12.0 / 70.0)):
        outcome = settled(renegotiation_base=1000.0, renegotiation_equity_cap=cap)
        assert list(outcome.renegotiated[:2]) == [1, 1]
        assert outcome.equity[0] == plain.equity[0]
        second = min(cap, plain.equity[1] + 0.25) - plain.equity[1]
        gained = (equity - plain.equity[0]) * 70.0 + second * 55.0
        assert outcome.host_money - plain.host_money == pytest.approx(gained)


def rest_of_deposit_1():
    """Dividends, processing, offtake and bonus of deposit 1: value 55, reservation 0.9 · 55 - 10 = 39.5, half 19.75."""
    return 0.1 * 55.0 + 19.75 + 20.0 - 5.0


def test_the_host_is_paid_what_was_delivered():
    promise = {"lever_intensity": levers(access=0.5), "patron_access_value": (200.0, 0.0)}
    promise |= {"patron_access_deliverable": (0.8, 0.0)}
    kept, broken = (settled(**promise, patron_access_delivery=(rate, 0.0)) for rate in (1.0, 0.0))
    assert kept.host_money - broken.host_money == pytest.approx(80.0)


def test_r19_the_host_s_value_adds_its_balance():
    outcome = settled(host_balance_weight=1.0)
    assert outcome.balance == pytest.approx(-1000.0 * (0.3**2 + 0.2**2 + 0.1**2))
    assert outcome.host_value == pytest.approx(outcome.host_money + outcome.balance)
    assert (outcome.hhi_before, outcome.hhi_after) == (pytest.approx(0.375), pytest.approx(0.55**2 + 0.3**2 + 0.15**2))


def test_r17_credit_grows_with_what_was_built_and_fades_for_the_others():
    changes = {"politics_credit_gain_award": 0.4, "politics_credit_loss": 0.2}
    outcome = settled(**changes)
    assert list(outcome.credit[:2]) == pytest.approx([0.5 + 0.4 * 0.5, 0.8 * 0.25])
    unbuilt = settled(**changes, bidder_capability=(0.0, 0.0))
    assert list(unbuilt.credit[:2]) == pytest.approx([0.5, 0.2])
    shelved = settled((NOBODY, NOBODY), **changes)
    assert list(shelved.credit[:2]) == pytest.approx([0.4, 0.2])


def test_a_patron_is_paid_for_the_award_and_for_the_mine_and_pays_for_its_levers():
    changes = {
        "patron_stake": (1000.0, 100.0), "patron_stake_on_award": (0.4, 0.3), "patron_point_value": (12.0, 12.0),
        "lever_intensity": levers(access=1.0, finance=0.5),
    }  # fmt: skip
    assert settled(**changes).patron_payoff[:2] == pytest.approx([1000.0 - 18.0, 0.0])
    unbuilt = settled(**changes, bidder_capability=(0.0, 0.0))
    assert unbuilt.patron_payoff[:2] == pytest.approx([400.0 - 18.0, 0.0])
    assert settled((1, 1), **changes).patron_payoff[:2] == pytest.approx([-18.0, 100.0])
