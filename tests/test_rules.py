"""The rules against published numbers and against formulas and solutions written independently of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize

from minegame import rules

lawful = settings(derandomize=True, deadline=None, max_examples=200)


def numbers(low, high):
    return st.floats(low, high, allow_nan=False, allow_subnormal=False)


shares = numbers(0.0, 1.0)


# ---------------------------------------- the market


def price_step(x, kappa, sigma, long_run, years, z):
    """The log price some years later."""
    return rules.price_after(x, rules.price_motion(kappa, sigma, long_run, years), z)


def test_r1_a_month_of_prices_has_the_moments_of_schwartz_s_model():
    """Simulated month by month: mean and variance of the log price after five years are those of an OU process."""
    kappa, sigma, long_run, start, years, paths = 0.4, 0.3, 530.0, 380.0, 5.0, 100_000
    z = np.random.default_rng(1).standard_normal((60, paths))
    x = np.full(paths, math.log(start))
    step = np.vectorize(price_step, otypes=[float])
    for month in range(60):
        x = step(x, kappa, sigma, long_run, 1 / 12, z[month])
    alpha = math.log(long_run) - sigma**2 / (4 * kappa)
    mean = alpha + (math.log(start) - alpha) * math.exp(-kappa * years)
    variance = sigma**2 * (1 - math.exp(-2 * kappa * years)) / (2 * kappa)
    assert x.mean() == pytest.approx(mean, abs=4 * math.sqrt(variance / paths))
    assert x.var() == pytest.approx(variance, rel=4 * math.sqrt(2 / paths))
    price = rules.mine_price(math.log(start), kappa, sigma, long_run, years)
    assert np.exp(x).mean() == pytest.approx(price, abs=4 * np.exp(x).std() / math.sqrt(paths))


@lawful
@given(numbers(0.02, 2.0), numbers(0.0, 0.6), numbers(100.0, 1000.0), numbers(-3.0, 3.0))
def test_r1_many_short_steps_spread_as_one_long_step(kappa, sigma, long_run, z):
    """The step is the exact transition: twelve months without luck end where one year without luck ends."""
    monthly = yearly = math.log(400.0)
    for _ in range(12):
        monthly = price_step(monthly, kappa, sigma, long_run, rules.MONTH, 0.0)
    yearly = price_step(yearly, kappa, sigma, long_run, 1.0, 0.0)
    assert monthly == pytest.approx(yearly, abs=1e-12)
    month_sd = price_step(0.0, kappa, sigma, long_run, rules.MONTH, 1.0) - price_step(
        0.0, kappa, sigma, long_run, rules.MONTH, 0.0
    )
    year_sd = price_step(0.0, kappa, sigma, long_run, 1.0, 1.0) - price_step(0.0, kappa, sigma, long_run, 1.0, 0.0)
    summed = sum((month_sd * math.exp(-kappa * n / 12)) ** 2 for n in range(12))
    assert summed == pytest.approx(year_sd**2, rel=1e-9, abs=1e-15)


def test_r1_without_mean_reversion_the_price_is_a_martingale():
    """At kappa = 0 alone: the limit of ever slower reversion is another one, in which alpha keeps a drift sigma²/4."""
    x, sigma = math.log(380.0), 0.3
    assert rules.mine_price(x, 0.0, sigma, 530.0, 12.0) == pytest.approx(380.0)
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    after = [math.exp(price_step(x, 0.0, sigma, 530.0, rules.MONTH, z)) for z in nodes]
    assert np.dot(weights, after) / weights.sum() == pytest.approx(380.0, rel=1e-12)


def test_r1_ever_slower_reversion_does_not_tend_to_the_martingale():
    """E[P] then grows by sigma²/4 a year: a jump at kappa = 0 that nobody asked for, so slow speeds are refused."""
    x, sigma, years = math.log(530.0), 0.28, 12.0
    drifting = 530.0 * math.exp(sigma**2 / 4 * years)
    assert rules.mine_price(x, 1e-7, sigma, 530.0, years) == pytest.approx(drifting, rel=1e-4)
    assert rules.mine_price(x, 0.0, sigma, 530.0, years) == pytest.approx(530.0)
    assert rules.mine_price(x, 0.01, sigma, 530.0, years) == pytest.approx(645.0, abs=0.5)


@lawful
@given(numbers(0.02, 2.0), numbers(0.0, 0.6), numbers(100.0, 1000.0), numbers(50.0, 2000.0), numbers(0.1, 15.0))
def test_r2_is_the_mean_of_r1(kappa, sigma, long_run, spot, years):
    """The expectation over the normal shock, by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    x = math.log(spot)
    after = [math.exp(price_step(x, kappa, sigma, long_run, years, z)) for z in nodes]
    expected = np.dot(weights, after) / weights.sum()
    assert rules.mine_price(x, kappa, sigma, long_run, years) == pytest.approx(expected, rel=1e-9)


def test_r2_the_mine_price_tends_to_the_long_run_price_and_starts_at_the_spot_price():
    x = math.log(380.0)
    assert rules.mine_price(x, 0.15, 0.28, 530.0, 0.0) == pytest.approx(380.0)
    assert rules.mine_price(x, 0.15, 0.28, 530.0, 200.0) == pytest.approx(530.0)


def test_r2_the_spot_price_weighs_little_at_twelve_years():
    """At kappa = 0.15 and h = 12 the elasticity of the mine price to the spot price is e^-1.8 = 0.17."""
    low, high = (rules.mine_price(math.log(p), 0.15, 0.28, 530.0, 12.0) for p in (380.0, 380.0 * math.e))
    assert math.log(high / low) == pytest.approx(math.exp(-1.8))


# ---------------------------------------- the project


@lawful
@given(numbers(0.01, 0.2), st.integers(1, 40), st.integers(0, 10))
def test_r3_the_annuity_factor_is_the_sum_of_the_discounted_years(rate, life, lead):
    expected = sum((1 + rate) ** -(lead + year) for year in range(1, life + 1))
    assert rules.annuity_factor(rate, float(life), float(lead)) == pytest.approx(expected, rel=1e-10)


@lawful
@given(numbers(0.1, 2.0), numbers(50.0, 900.0), numbers(50.0, 400.0), numbers(0.0, 2000.0), shares, shares)
def test_r3_what_a_mine_earns_goes_to_cost_tax_or_owner(output, price, cost, capex, coverage, wedge):
    value, tax, gross, capital = rules.project(7.0, output, price, cost, capex, wedge, coverage, 0.078, 0.2)
    assert gross == pytest.approx(7.0 * output * (price - cost))
    assert value + tax + capital == pytest.approx(gross)
    assert capital == pytest.approx(capex * (1 + wedge * (1 - coverage)))
    before_tax = gross - capital - 0.078 * 7.0 * output * price
    assert value == pytest.approx(0.8 * before_tax if before_tax > 0 else before_tax)


# ---------------------------------------- patrons and financiers


@lawful
@given(numbers(0.0, 100.0), numbers(0.0, 10.0))
def test_r4_nobody_spends_more_than_is_left(left, cost):
    scale = rules.budget_scale(left, cost)
    assert 0.0 <= scale <= 1.0
    assert scale * cost <= left * (1 + 1e-12)
    assert scale == 1.0 or left < cost


@lawful
@given(numbers(0.1, 4.0), numbers(0.0, 2.0), shares, numbers(0.0, 4.0), numbers(-2.0, 2.0), numbers(0.0, 2.0))
def test_r5_follow_through_is_a_logit(slope, audience, publicity, threat, resolve, cost):
    odds = math.exp(slope * (audience * publicity * threat + resolve - cost * threat**2))
    probability = rules.follow_through(slope, audience, publicity, threat, resolve, cost)
    assert probability == pytest.approx(odds / (1 + odds), rel=1e-9, abs=1e-12)


def commitment_hazard(*how):
    return rules.monthly_probability(rules.commitment_hazard_rate(*how))


def test_r7_the_hazard_of_a_month_is_one_minus_the_survival():
    base, mandate, engagement, letter = 0.01, 0.7, 0.5, 0.3
    assert commitment_hazard(base, mandate, engagement, letter, 1.0, 1.0, 1) == pytest.approx(1 - math.exp(-1.51))
    assert commitment_hazard(base, mandate, engagement, letter, 0.5, 1.0, 0) == pytest.approx(1 - math.exp(-0.61))
    assert commitment_hazard(-2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0) == 0.0


@lawful
@given(numbers(0.0, 1.0), numbers(0.0, 1.0), numbers(0.0, 2.0), numbers(0.0, 2.0))
def test_r7_a_lever_acts_in_proportion_to_its_intensity(mandate, engagement, h1, h2):
    """-ln(1 - hazard) = h1 F + h2 E F: half a mandate brings half of the rate, a millionth of it next to nothing."""

    def rate(part):
        return -math.log1p(-commitment_hazard(0.0, h1, h2, 0.0, part * mandate, engagement, 0))

    assert rate(1.0) == pytest.approx(h1 * mandate + h2 * engagement * mandate, abs=1e-12)
    assert rate(0.5) == pytest.approx(0.5 * rate(1.0), abs=1e-12)
    assert rate(1e-6) <= 1e-6 * (h1 + h2) + 1e-12


def test_r7_attention_without_a_mandate_moves_no_lender():
    assert commitment_hazard(0.1, 0.7, 0.5, 0.0, 0.0, 1.0, 0) == commitment_hazard(0.1, 0.7, 0.5, 0.0, 0.0, 0.0, 0)


def test_r7_only_a_tied_lender_looks_at_the_offtake():
    assert rules.letter_share(0.82, 1, 1.17, 0.7) == pytest.approx(0.819)
    assert rules.letter_share(0.82, 1, 1.17, 0.9) == 0.82
    assert rules.letter_share(0.6, 0, 1.17, 0.1) == 0.6


@lawful
@given(shares, shares, numbers(0.0, 3.0), shares, shares, shares)
def test_r9_completion_is_a_probability_that_denial_and_missing_coverage_lower(cap, cov, nu, xi, denial, dependence):
    pi = rules.completion_probability(cap, cov, nu, xi, denial, dependence)
    assert 0.0 <= pi <= 1.0
    assert pi == pytest.approx(cap * cov**nu * (1 - xi * denial * dependence))
    assert pi <= rules.completion_probability(cap, 1.0, nu, xi, 0.0, dependence) + 1e-15


# ---------------------------------------- bargaining

#: d1, d2 → what the first mover gets (Rubinstein 1982).
RUBINSTEIN = {(0.9, 0.9): 0.5263157894736842, (0.9, 0.8): 0.7142857142857143}
#: rounds → what the first mover gets at d1 = 0.9, d2 = 0.8, if the last proposer takes all (Ståhl 1972).
STAHL = {3: 0.92, 10: 0.576077, 50: 0.714092}


def alternating_offers(delta_first, delta_second, rounds):
    """What the first mover gets in alternating offers over a pie of 1, by backward induction from the last round."""
    proposer = 1.0
    for n in reversed(range(rounds - 1)):
        responder = delta_second if n % 2 == 0 else delta_first
        proposer = 1.0 - responder * proposer
    return proposer


@pytest.mark.parametrize("rounds", STAHL)
def test_backward_induction_gives_the_published_shares(rounds):
    assert alternating_offers(0.9, 0.8, rounds) == pytest.approx(STAHL[rounds], abs=1e-6)


@pytest.mark.parametrize("deltas", RUBINSTEIN)
def test_finite_alternating_offers_tend_to_rubinstein(deltas):
    d1, d2 = deltas
    assert alternating_offers(d1, d2, 400) == pytest.approx(RUBINSTEIN[deltas], abs=1e-9)
    assert RUBINSTEIN[deltas] == pytest.approx((1 - d2) / (1 - d1 * d2))


def log(passed):
    """The logarithm of a part of the time; of none it is minus infinity."""
    return math.log(passed) if passed > 0.0 else -math.inf


def crossing(bidder_exponent, host_exponent):
    """The concession at which the bidder's offers meet the host's demands, in continuous time."""
    gap = optimize.brentq(
        lambda passed: (
            rules.concession_path(0.0, log(passed), bidder_exponent)
            - rules.host_patience(1.0, log(passed), host_exponent)
        ),
        0.0,
        1.0,
        xtol=1e-15,
    )
    return rules.concession_path(0.0, log(gap), bidder_exponent)


@settings(lawful, max_examples=60)
@given(numbers(0.01, 1.0), numbers(0.01, 1.0), numbers(0.1, 3.0))
def test_r10_offer_and_demand_cross_at_the_rubinstein_share_whatever_the_pace(bidder, host, pace):
    """With discount factors e^(-r dt), alternating offers tend to r_b / (r_b + r_h) for the host as dt falls to 0."""
    root = math.sqrt(rules.patience_ratio(bidder, host))
    assert crossing(pace * root, pace / root) == pytest.approx(bidder / (bidder + host), rel=1e-6)
    dt = 0.01 / (bidder + host)
    d_bidder, d_host = math.exp(-bidder * dt), math.exp(-host * dt)
    assert alternating_offers(d_host, d_bidder, 3001) == pytest.approx(bidder / (bidder + host), abs=0.003)


#: elapsed time → what a PolyAspiration negotiator still asks for, NegMAS 0.16; exponents 4, 1 and 1/4.
POLY_ASPIRATION = {
    4.0: [1, 0.996094, 0.9375, 0.683594, 0.3439, 0],
    1.0: [1, 0.75, 0.5, 0.25, 0.1, 0],
    0.25: [1, 0.292893, 0.159104, 0.069395, 0.025996, 0],
}


@pytest.mark.parametrize("exponent", POLY_ASPIRATION)
def test_r10_concession_is_negmas_s_aspiration_from_the_other_side(exponent):
    elapsed = [0.0, 0.25, 0.5, 0.75, 0.9, 1.0]
    asked = [1.0 - rules.concession_path(0.0, log(t), 1 / exponent) for t in elapsed]
    np.testing.assert_allclose(asked, POLY_ASPIRATION[exponent], atol=1e-6)
    np.testing.assert_allclose(
        [rules.host_patience(1.0, log(t), 1 / exponent) for t in elapsed], POLY_ASPIRATION[exponent], atol=1e-6
    )


#: aspiration exponents of buyer and seller → the whole price at which NegMAS 0.16 agents agree, 0 to 100.
AGREED_PRICE = {(1, 1): 50, (4, 4): 50, (4, 1): 27, (1, 4): 72, (0.25, 4): 87}


@pytest.mark.parametrize("exponents", AGREED_PRICE)
def test_r10_offers_and_demands_cross_where_negmas_agents_agree(exponents):
    buyer, seller = exponents
    assert math.floor(100.0 * crossing(1 / buyer, 1 / seller) + 1e-9) == AGREED_PRICE[exponents]


@lawful
@given(st.integers(0, 30), st.integers(1, 24), shares, numbers(0.1, 5.0))
def test_r10_the_concession_rises_to_everything_in_the_last_month(month, months, opening, exponent):
    now = rules.concession_path(opening, log(rules.elapsed(month, months)), exponent)
    following = rules.concession_path(opening, log(rules.elapsed(month + 1, months)), exponent)
    assert opening <= now <= following <= 1.0
    assert rules.concession_path(opening, log(rules.elapsed(months - 1, months)), exponent) == 1.0


# ---------------------------------------- the scoring auction


@lawful
@given(numbers(0.0, 500.0), numbers(1.0, 500.0))
def test_r12_attributes_are_set_where_they_are_worth_most_net_of_cost(value, cost):
    """Che 1993: the attribute maximises value * q - cost * q^2 / 2 on 0 … 1, whatever the money does."""
    grid = np.linspace(0.0, 1.0, 2001)
    chosen = rules.efficient_share(value, cost)
    best = (value * grid - cost * grid**2 / 2).max()
    assert value * chosen - cost * chosen**2 / 2 >= best - 1e-9 * max(1.0, value, cost)
    assert 0.0 <= chosen <= 1.0


def test_che_s_two_bidder_second_score_auction():
    """S = q - p, cost theta q^2 / 2, theta = 1 and 2: q 1 and 1/2, pseudotypes 1/2 and 1/4, price 3/4, profit 1/4."""
    quality = [rules.efficient_share(1.0, theta) for theta in (1.0, 2.0)]
    assert quality == [1.0, 0.5]
    pseudotype = [q - theta * q * q / 2 for q, theta in zip(quality, (1.0, 2.0), strict=True)]
    assert pseudotype == [0.5, 0.25]
    score = rules.floor_utility(0.0, 0.0, pseudotype[1], pseudotype[0], 1)
    price = quality[0] - score
    assert (price, price - quality[0] ** 2 / 2) == (0.75, 0.25)


#: what the responder could get elsewhere → what the proposer keeps of a pie of 1 at a discount factor of 0.9.
OUTSIDE_OPTION = {0.3: 0.5263157894736842, 0.5: 0.5, 0.6: 0.4}


@pytest.mark.parametrize("option", OUTSIDE_OPTION)
def test_r20_an_outside_option_counts_only_where_it_beats_the_bargain(option):
    """Binmore, Shaked & Sutton 1989: the responder gets the larger of its bargain and its outside option."""
    bargain = 0.9 / 1.9
    assert 1.0 - rules.floor_utility(0.0, bargain, option, 1.0, 1) == pytest.approx(OUTSIDE_OPTION[option])
    assert 1.0 - rules.floor_utility(option, bargain, 0.0, 1.0, 0) == pytest.approx(OUTSIDE_OPTION[option])


@lawful
@given(*[numbers(-500.0, 500.0)] * 4)
def test_r20_the_runner_up_counts_at_most_at_the_candidate_s_full_concession(shelve, opening, runner_up, full):
    floor = rules.floor_utility(shelve, opening, runner_up, full, 1)
    assert floor == max(shelve, opening, min(runner_up, full))
    assert rules.floor_utility(shelve, opening, runner_up, full, 0) == max(shelve, opening)
    assert rules.aspiration(floor, full, 0.0) == floor
    assert rules.aspiration(floor, full, 1.0) == pytest.approx(max(full, floor))


@lawful
@given(numbers(-500.0, 2000.0), shares, shares, numbers(0.0, 500.0), shares, shares, numbers(0.0, 200.0))
def test_r11_a_bidder_that_transfers_its_reservation_just_meets_its_hurdle(
    value, hurdle, equity_min, processing_cost, processing, weight, premium
):
    most = rules.reservation_transfer(value, hurdle, equity_min, processing_cost, processing, weight, premium)
    own = (1 - equity_min) * value - processing_cost * processing**2 * weight / 2
    assume(most > 0)
    kept = own + premium * weight - most
    assert kept == pytest.approx(hurdle * own, abs=1e-8)


@lawful
@given(numbers(0.0, 1000.0), numbers(-500.0, 2000.0), numbers(0.0, 0.5), numbers(0.0, 0.5), shares)
def test_r12_equity_and_bonus_add_up_to_the_transfer(transfer, value, equity_min, room, weight):
    equity_max = equity_min + room
    equity, bonus = rules.split_transfer(transfer, value, equity_min, equity_max, weight)
    assert equity_min <= equity <= equity_max
    assert (equity - equity_min) * value + bonus == pytest.approx(transfer, rel=1e-12, abs=1e-9)
    assert bonus >= -1e-9
    if value <= 0:
        assert (equity, bonus) == (equity_min, transfer)


# ---------------------------------------- the host


def test_r13_the_rent_counts_income_when_the_mine_is_built_and_the_bonus_as_far_as_it_is_covered():
    income = rules.mine_income(200.0, 0.3, 500.0, 165.0, 0.8, 60.0, 0.7, 0.58)
    expected = 0.57 * (200 + 0.3 * 500 + 165 * 0.58 * 0.8 - 0.5 * 60 * 0.58 * 0.49) + 86 * 0.8
    assert rules.rent(0.57, income, 86.0, 0.8) == pytest.approx(expected)
    assert rules.mine_income(5.0, 0.3, -500.0, 0.0, 0.0, 0.0, 0.0, 1.0) == (5.0, 0.0, 0.0, 0.0)


def test_r14_r15_the_threatener_s_net_gain_peaks_where_the_formula_says():
    link, mu, stake, psi, expected, publicity, scale = 0.5, 0.6, 300.0, 0.04, 0.45, 1.0, 1000.0
    threats = np.linspace(0.0, 4.0, 4001)
    gain = [
        rules.threat_loss(1.0, link, mu, t, stake, 0.0, 0.0)
        - rules.threat_loss(1.0, link, mu, t, stake, 1.0, 0.0)
        - rules.backlash(psi, expected, publicity, t, scale, 1.0)
        for t in threats
    ]
    best = link * mu * stake / (2 * psi * expected * publicity * scale)
    assert threats[int(np.argmax(gain))] == pytest.approx(best, abs=1e-3)


@pytest.mark.parametrize(("rate", "dividend", "volatility"), [(0.04, 0.04, 0.2), (0.09, 0.05, 0.3), (0.05, 0.08, 0.4)])
def test_r16_the_option_solves_mcdonald_and_siegel_s_equation(rate, dividend, volatility):
    """Half sigma^2 G^2 F'' + (r - delta) G F' - r F = 0 below the trigger, with value matching and smooth pasting."""

    def value(gross):
        return rules.option_value(gross, 100.0, rules.option_root(rate, dividend, volatility))

    for gross in (20.0, 60.0, 100.0, 130.0):
        h = gross * 1e-3
        slope = (value(gross + h) - value(gross - h)) / (2 * h)
        bend = (value(gross + h) - 2 * value(gross) + value(gross - h)) / h**2
        residual = volatility**2 * gross**2 * bend / 2 + (rate - dividend) * gross * slope - rate * value(gross)
        assert residual == pytest.approx(0.0, abs=2e-5 * max(value(gross), 1.0))
    trigger = optimize.brentq(lambda gross: value(gross) - (gross - 100.0) - 1e-9, 100.0, 2000.0)
    slope = (value(trigger) - value(trigger - 1e-3)) / 1e-3
    assert slope == pytest.approx(1.0, abs=1e-3)


def test_r16_dixit_and_pindyck_s_textbook_option():
    """Chapter 5: r = delta = 0.04, sigma = 0.2, cost 1: beta_1 = 2, trigger 2, F = G^2 / 4."""
    for gross in (0.5, 1.0, 1.5, 2.0):
        assert rules.option_value(gross, 1.0, rules.option_root(0.04, 0.04, 0.2)) == pytest.approx(gross**2 / 4)
    assert rules.option_value(3.0, 1.0, rules.option_root(0.04, 0.04, 0.2)) == 2.0


def test_r16_the_option_is_what_a_binomial_tree_finds():
    """A long-lived American option on a Cox-Ross-Rubinstein tree; 150 years are as good as for ever."""
    rate, dividend, volatility, gross, cost, years, steps = 0.09, 0.05, 0.3, 120.0, 100.0, 150.0, 3000
    dt = years / steps
    up = math.exp(volatility * math.sqrt(dt))
    p = (math.exp((rate - dividend) * dt) - 1 / up) / (up - 1 / up)
    nodes = np.arange(-steps, steps + 1, dtype=float)
    worth = np.maximum(gross * up ** nodes[::2] - cost, 0.0)
    for step in reversed(range(steps)):
        asset = gross * up ** np.arange(-step, step + 1, 2, dtype=float)
        worth = np.maximum(math.exp(-rate * dt) * (p * worth[1:] + (1 - p) * worth[:-1]), asset - cost)
    assert rules.option_value(gross, cost, rules.option_root(rate, dividend, volatility)) == pytest.approx(
        worth[0], rel=5e-3
    )


@lawful
@given(shares, numbers(1.0, 240.0))
def test_r17_credit_halves_in_its_half_life(credit, half_life):
    loss = rules.monthly_loss(half_life)
    assert credit * (1 - loss) ** half_life == pytest.approx(credit / 2, rel=1e-9)
    assert 0.0 <= rules.credit_after(credit, loss, 0.25, 1.0) <= 1.0


def test_r18_the_deal_is_reopened_half_the_time_where_the_logit_is_zero():
    assert rules.renegotiation_probability(-2.5, 2.0, 1.0, 530.0 * math.exp(1.55), 530.0, 0.6) == pytest.approx(0.5)
    assert rules.renegotiated_equity(0.49, 0.10, 0.9) == pytest.approx(0.59)
    assert rules.renegotiated_equity(0.95, 0.10, 0.9) == 0.95


@lawful
@given(numbers(0.1, 5.0), numbers(0.0, 5.0), st.lists(shares, min_size=3, max_size=3), st.lists(shares, min_size=3))
def test_r19_camp_shares_add_up_to_one(history, award, before, tender):
    before = np.array(before) + 1e-3
    before /= before.sum()
    tender = np.array([*tender[:2], 0.0]) / max(1.0, sum(tender[:2]))
    after = [rules.camp_share(history, award, w, y, tender.sum()) for w, y in zip(before, tender, strict=True)]
    assert sum(after) == pytest.approx(1.0)
    assert rules.imbalance(after[0], before[0]) == pytest.approx((after[0] - before[0]) ** 2)
