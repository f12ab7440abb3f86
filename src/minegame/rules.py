"""The score: every formula of the model once, as a pure function of plain numbers.

A rule keeps no state and draws no chance: a draw arrives as an argument (``z`` standard normal).  Money is USD
million (M$) unless a line says otherwise, time is in months or years as said, shares lie between 0 and 1.
The numbers R1 … R21 are those of ``docs/odd.md``.  Powers are written ``x * x`` where the exponent is two, so that a
rule gives the same bits compiled and as plain Python.
"""

from __future__ import annotations

import math

from minegame.compiled import rule

MONTH = 1.0 / 12.0  # years

# --------------------------------------------------------------------------------------------- small common measures


@rule
def logistic(u):
    """Probability 1 / (1 + e^-u).

    >>> logistic(0.0)
    0.5
    """
    return 1.0 / (1.0 + math.exp(-max(-700.0, min(700.0, u))))


@rule
def clip(value, low, high):
    """The value, kept between low and high.

    >>> clip(1.2, 0.0, 1.0)
    1.0
    """
    return max(low, min(high, value))


@rule
def multiplier(sd, z):
    """A lognormal factor with median 1, from a standard normal z: costs and impatience differ by it.

    >>> multiplier(0.5, 0.0), round(multiplier(math.log(2.0), 1.0), 12)
    (1.0, 2.0)
    """
    return math.exp(sd * z)


@rule
def fair_multiplier(sd, z):
    """A lognormal factor with *mean* 1, from a standard normal z: geology differs by it and promises no more.

    >>> fair_multiplier(0.0, 2.0), fair_multiplier(2.0, 1.0)
    (1.0, 1.0)
    """
    return math.exp(sd * z - 0.5 * sd * sd)


# --------------------------------------------------------------------------------------------------------- R1-R3 market


@rule
def price_motion(kappa, sigma, long_run, years):
    """R1: how the log price moves over some years (Schwartz one-factor): (part kept, pull, spread) from every price.

    The stationary mean of the *price* is the long-run price.  No mean reversion at all is a choice of its own: a random
    walk whose price is a martingale, which is not the limit of ever slower reversion.
    Source: Schwartz 1997, model 1, exact discretisation.  Unit: ln(USD/mtu).

    >>> price_motion(0.0, 0.3, 530.0, 1.0)
    (1.0, -0.045, 0.3)
    >>> round(math.exp(price_after(math.log(380.0), price_motion(50.0, 0.0, 530.0, 1.0), 0.0)), 6)
    530.0
    """
    if kappa == 0.0:
        return 1.0, -0.5 * sigma * sigma * years, sigma * math.sqrt(years)
    kept = math.exp(-kappa * years)
    spread = sigma * math.sqrt((1.0 - kept * kept) / (2.0 * kappa))
    return kept, (1.0 - kept) * price_level(kappa, sigma, long_run), spread


@rule
def price_after(x, motion, z):
    """R1: the log price after such a motion, from a standard normal z.

    >>> price_after(6.0, (0.5, 3.0, 0.25), 1.0)
    6.25
    """
    kept, pull, spread = motion
    return x * kept + pull + spread * z


@rule
def price_level(kappa, sigma, long_run):
    """R1: the level alpha to which the log price reverts, so that the mean price tends to the long-run price.

    >>> round(math.exp(price_level(0.15, 0.0, 530.0)), 6)
    530.0
    """
    return math.log(long_run) - sigma * sigma / (4.0 * kappa)


@rule
def mine_price(x, kappa, sigma, long_run, years):
    """R2: the price a mine will see, E[P] some years ahead given today's log price x.

    Source: Schwartz 1997, eq. 7 without risk premium.  Unit: USD/mtu.

    >>> round(mine_price(math.log(530.0), 0.15, 0.0, 530.0, 12.0), 6)
    530.0
    """
    return price_ahead(x, price_outlook(kappa, sigma, long_run, years))


@rule
def price_outlook(kappa, sigma, long_run, years):
    """R2: how today's log price counts in the price expected some years ahead: (part kept, pull).

    >>> price_outlook(0.0, 0.3, 530.0, 12.0)
    (1.0, 0.0)
    """
    if kappa == 0.0:
        return 1.0, 0.0
    kept = math.exp(-kappa * years)
    variance = sigma * sigma / (4.0 * kappa) * (1.0 - kept * kept)
    return kept, (1.0 - kept) * price_level(kappa, sigma, long_run) + variance


@rule
def price_ahead(x, outlook):
    """R2: the price that is expected in such an outlook, from today's log price.

    >>> price_ahead(0.0, (0.5, 0.0))
    1.0
    """
    kept, pull = outlook
    return math.exp(kept * x + pull)


@rule
def annuity_factor(rate, life, lead):
    """R3: the present value of one a year for ``life`` years that begin after ``lead`` years.

    >>> round(annuity_factor(0.09, 25.0, 4.0), 4)
    6.9586
    """
    return (1.0 - (1.0 + rate) ** -life) / rate * (1.0 + rate) ** -lead


@rule
def project(annuity, output, price, unit_cost, capex, wedge, coverage, extraction_tax, income_tax):
    """R3: what a deposit is worth in a bidder's hands: (value, tax, gross, capital), M$ at award.

    ``capex`` is in present value (k_pv K); capital that no sponsor covers costs ``wedge`` more.  A loss pays no income
    tax.  Output in million mtu a year, price and unit cost in USD/mtu.

    >>> project(10.0, 1.0, 100.0, 40.0, 300.0, 0.1, 1.0, 0.05, 0.2)
    (200.0, 100.0, 600.0, 300.0)
    """
    revenue = annuity * output * price
    gross = revenue - annuity * output * unit_cost
    capital = capex * (1.0 + wedge * (1.0 - coverage))
    royalty = extraction_tax * revenue
    profit = gross - royalty - capital
    income = income_tax * max(0.0, profit)
    return profit - income, royalty + income, gross, capital


# -------------------------------------------------------------------------------------------------------- R4-R6 patrons


@rule
def budget_scale(left, cost):
    """R4: the part of a month's levers that the political capital left can pay for.

    >>> budget_scale(3.0, 4.0), budget_scale(0.0, 4.0), budget_scale(3.0, 0.0)
    (0.75, 0.0, 1.0)
    """
    if cost <= 0.0:
        return 1.0
    if left <= 0.0:
        return 0.0
    return min(1.0, left / cost)


@rule
def budget_after(left, cost, budget):
    """R4: the political capital left after a month's levers cost so much of it; a trillionth of the budget is nothing.

    (Rounding leaves 3.0 - 3 * 1.0 at nil, but 0.7 - 7 * 0.1 above it: enough for a threat that nobody can pay for.)

    >>> budget_after(3.0, 1.0, 12.0), budget_after(1e-16, 0.0, 0.7)
    (2.0, 0.0)
    """
    rest = left - cost
    return rest if rest > 1e-12 * budget else 0.0


@rule
def faded(value, start, part):
    """C2: what is left of a belief once a part of its distance from where it began has faded.

    >>> faded(5.0, 3.0, 0.5)
    4.0
    """
    return value - part * (value - start)


@rule
def follow_through(slope, audience_cost, publicity, threat, resolve, execution_cost):
    """R5: the probability that a patron carries its tariff threat out rather than backs down.

    Audience costs of a public threat tie hands; carrying it out costs the threatener too.
    Source: Fearon 1997 (tying hands), in logit form.

    >>> follow_through(2.0, 1.0, 1.0, 1.0, 0.0, 1.0)
    0.5
    """
    return logistic(slope * (audience_cost * publicity * threat + resolve - execution_cost * threat * threat))


@rule
def belief(a, b):
    """R6, R17: the mean of a Beta(a, b) belief: the credibility of a threat, or of a promise.

    Source: Beta-Bernoulli learning; steps of unequal size after Peterson 2013.

    >>> belief(3.0, 2.0)
    0.6
    """
    return a / (a + b)


# ---------------------------------------------------------------------------------------------------- R7-R9 financiers


@rule
def commitment_hazard_rate(base, mandate_slope, engagement_slope, letter_slope, mandate, engagement, holds_letter):
    """R7: the rate, a month, at which a financier issues its letter or commits its capital.

    A mandate to the state's lenders hastens it, the attention of a head of state as far as there is a mandate, and a
    public letter that the bidder already holds.

    >>> commitment_hazard_rate(0.25, 0.5, 0.0, 0.0, 1.0, 0.0, 0)
    0.75
    """
    rate = base + mandate_slope * mandate + letter_slope * (1.0 if holds_letter else 0.0)
    return rate + engagement_slope * engagement * mandate


@rule
def monthly_probability(rate):
    """R7: the probability that something which comes at a rate a month comes within a month.

    >>> round(monthly_probability(math.log(2.0)), 12), monthly_probability(-1.0)
    (0.5, 0.0)
    """
    return 1.0 - math.exp(-max(0.0, rate))


@rule
def letter_share(max_share, tied, offtake_multiple, offtake):
    """R7: the share of capital that a letter covers; a tied lender pays in proportion to the offtake share.

    Source: rules of EXIM's Supply Chain Resiliency Initiative (amount tied to offtake sold to the lender's country).

    >>> round(letter_share(0.82, 1, 1.17, 0.5), 3), letter_share(0.6, 0, 0.0, 0.5)
    (0.585, 0.6)
    """
    return min(max_share, offtake_multiple * offtake) if tied else max_share


@rule
def completion_probability(capability, coverage, coverage_exponent, denial_effect, denial, dependence):
    """R9: the probability that a mine is finished, from capability, coverage and a rival's technology denial.

    Source: weaponised interdependence (Farrell & Newman 2019) for the denial term.

    >>> completion_probability(0.8, 0.5, 1.0, 0.5, 1.0, 0.5)
    0.30000000000000004
    """
    covered = coverage
    if coverage_exponent != 1.0:  # the usual case needs no power, the dearest step of a bidder's month
        covered = 1.0 if coverage_exponent == 0.0 else coverage**coverage_exponent
    return clip(capability * covered * (1.0 - denial_effect * denial * dependence), 0.0, 1.0)


# --------------------------------------------------------------------------------------------------- R10-R12 bidders


@rule
def patience_ratio(bidder_impatience, host_impatience):
    """R10: the ratio rho that makes offer and demand cross at the host's Rubinstein share s* = r_b/(r_b + r_h).

    rho = ln(1 - s*) / ln s*; the bidder's exponent is multiplied by sqrt(rho), the host's divided by it.
    Source: Rubinstein 1982 in the limit of short periods; crossing argument in ``docs/odd.md``.

    >>> patience_ratio(0.1, 0.1)
    1.0
    """
    total = bidder_impatience + host_impatience
    return math.log(host_impatience / total) / math.log(bidder_impatience / total)


@rule
def elapsed(month, months):
    """R10: the part of the negotiation that has passed at the end of a month, 1 in the last one and after.

    >>> elapsed(2, 12), elapsed(12, 12)
    (0.25, 1.0)
    """
    return min(month + 1, months) / months


@rule
def concession_path(opening, log_passed, exponent):
    """R10: the planned concession once a part of the time is over: (k0 + (1-k0) passed^(1/beta)), from its logarithm.

    An exponent below 1 holds out (Boulware), one above 1 gives way early (Conceder).
    Source: Faratin, Sierra & Jennings 1998.

    >>> round(concession_path(0.0, math.log(0.25), 0.5), 12), concession_path(0.2, 0.0, 0.5)
    (0.0625, 1.0)
    """
    return opening + (1.0 - opening) * math.exp(log_passed / exponent)


@rule
def efficient_share(value, cost):
    """R12: local processing or offtake, set where its marginal value equals its marginal cost, at most 1.

    Source: Che 1993: non-price attributes are set efficiently, the contest is in money.

    >>> round(efficient_share(165.0, 198.0), 4), efficient_share(2.0, 1.0)
    (0.8333, 1.0)
    """
    if cost <= 0.0:
        return 1.0 if value > 0.0 else 0.0
    return min(1.0, value / cost)


@rule
def reservation_transfer(value, hurdle, equity_min, processing_cost, processing, weight, premium):
    """R11: the most a bidder can transfer for a deposit of value share ``weight`` and still meet its hurdle, M$.

    ``premium`` is what its patron pays above market; it is not subject to the hurdle.

    >>> reservation_transfer(1000.0, 0.2, 0.1, 0.0, 1.0, 1.0, 30.0)
    750.0
    """
    own = (1.0 - equity_min) * value - 0.5 * processing_cost * processing * processing * weight
    return max(0.0, (1.0 - hurdle) * own + premium * weight)


@rule
def split_transfer(transfer, value, equity_min, equity_max, equity_weight):
    """R12: pay a transfer as (state equity, bonus): (e - e_min) V + b = transfer, exactly.

    >>> split_transfer(100.0, 400.0, 0.25, 0.5, 0.5)
    (0.375, 50.0)
    """
    if value <= 0.0:
        return equity_min, transfer
    equity = min(equity_max, equity_min + equity_weight * transfer / value)
    return equity, transfer - (equity - equity_min) * value


# ----------------------------------------------------------------------------------------------------- R13-R19 the host


@rule
def mine_income(tax, equity, value, processing_value, processing, offtake_cost, offtake, weight):
    """R13: what a finished mine gives the host, term by term: (tax, dividends, processing, -offtake), M$.

    >>> mine_income(50.0, 0.2, 100.0, 10.0, 0.5, 8.0, 0.5, 1.0)
    (50.0, 20.0, 5.0, -1.0)
    """
    return (
        tax,
        equity * max(value, 0.0),
        processing_value * weight * processing,
        -0.5 * offtake_cost * weight * offtake * offtake,
    )


@rule
def rent(completion, income, bonus, coverage):
    """R13: the host's expected rent from one deposit: income if the mine is finished, the bonus as far as covered.

    The bonus is weighted by coverage and not by completion on purpose: it counts whether or not the mine is built.

    >>> rent(0.5, (50.0, 20.0, 5.0, -1.0), 10.0, 0.8)
    45.0
    """
    return completion * (income[0] + income[1] + income[2] + income[3]) + bonus * coverage


@rule
def tariff_loss(duty, exports, exposed_share, incidence, annuity):
    """R14: what a threatened tariff at intensity 1 (a duty of 25 %) puts at stake for the host, M$.

    >>> tariff_loss(0.25, 1000.0, 0.5, 0.8, 2.0)
    200.0
    """
    return duty * (exports * exposed_share * incidence * annuity)


@rule
def threat_loss(threat_weight, link, credibility, threat, tariff_loss, share, unasked):
    """R14: what a patron's tariff threat costs the host while its bidders hold only ``share`` of the value, M$.

    ``unasked`` is the value share of kept lots for which none of them bid: nobody is blamed for refusing what was not
    asked for.  ``tariff_loss`` is the loss at stake.  A threat that is carried out costs it whatever the host believed:
    then weight, link and credibility are 1.

    >>> threat_loss(1.0, 0.5, 0.6, 1.0, 100.0, 0.0, 0.0), threat_loss(1.0, 0.5, 0.6, 1.0, 100.0, 0.25, 0.25)
    (30.0, 15.0)
    """
    return threat_weight * link * credibility * threat * tariff_loss * (1.0 - share - unasked)


@rule
def backlash(weight, conflict_expectation, publicity, threat, scale, share):
    """R15: the domestic cost of yielding to a public threat, M$; it grows with the square of the threat.

    Source: Drezner 1998; Gueorguiev, McDowell & Steinberg 2020.

    >>> backlash(0.04, 0.5, 1.0, 1.0, 1000.0, 1.0)
    20.0
    """
    return weight * conflict_expectation * publicity * threat * threat * scale * share


@rule
def option_root(rate, yield_rate, volatility):
    """R16: the exponent of the option to develop, above 1; infinite without volatility.

    >>> round(option_root(0.04, 0.04, 0.2), 6), option_root(0.04, 0.04, 0.0)
    (2.0, inf)
    """
    variance = volatility * volatility
    if variance < 1e-12:
        return math.inf
    tilt = (rate - yield_rate) / variance - 0.5
    return -tilt + math.sqrt(tilt * tilt + 2.0 * rate / variance)


@rule
def option_value(gross, capital, root):
    """R16: the perpetual option to develop a project worth ``gross`` at a cost of ``capital``, M$.

    Source: McDonald & Siegel 1986; Dixit & Pindyck 1994, ch. 5; Brennan & Schwartz 1985.

    >>> round(option_value(100.0, 100.0, 2.0), 6), option_value(300.0, 100.0, 2.0), option_value(-5.0, 100.0, 2.0)
    (25.0, 200.0, 0.0)
    >>> option_value(80.0, 100.0, math.inf)
    0.0
    """
    if gross <= 0.0:
        return 0.0
    if root == math.inf:
        return max(gross - capital, 0.0)
    trigger = root / (root - 1.0) * capital
    if gross >= trigger:
        return gross - capital
    return (trigger - capital) * math.exp(root * math.log(gross / trigger))


@rule
def credit_after(credit, monthly_loss, gain, event):
    """R17: cooperation credit after it fades by ``monthly_loss`` and an event of size ``event`` adds to it, 0 … 1.

    >>> credit_after(0.5, 0.1, 0.2, 1.0)
    0.55
    """
    return (1.0 - monthly_loss) * credit + gain * event * (1.0 - credit)


@rule
def monthly_loss(half_life):
    """R17: the part of the credit that fades in a month, from its half-life in months.

    >>> round((1.0 - monthly_loss(60.0)) ** 60, 12)
    0.5
    """
    return 1.0 - math.exp(-math.log(2.0) / half_life)


@rule
def promised_access(trust, deliverable, value, access, share):
    """R17: what promised market access is worth to the host, M$, if the promise is kept with probability ``trust``.

    >>> promised_access(0.5, 0.8, 100.0, 1.0, 1.0)
    40.0
    """
    return trust * deliverable * value * access * share


@rule
def cooperation(weight, credit, scale, share):
    """R17: what prior cooperation with the winner's patron is worth to the host, M$.

    >>> cooperation(0.2, 0.5, 1000.0, 1.0)
    100.0
    """
    return weight * credit * scale * share


@rule
def renegotiation_probability(base, price_slope, protection_slope, price, long_run, protection):
    """R18: the probability that the host reopens the deal, which rises with the price (obsolescing bargain).

    Source: Vernon 1971, in logit form.

    >>> renegotiation_probability(0.0, 2.0, 1.0, 500.0, 500.0, 0.0)
    0.5
    """
    return logistic(base + price_slope * math.log(price / long_run) - protection_slope * protection)


@rule
def renegotiated_equity(equity, step, cap):
    """R18: the state's equity once the deal has been reopened.

    >>> renegotiated_equity(0.25, 0.25, 0.9), renegotiated_equity(0.75, 0.25, 0.9)
    (0.5, 0.9)
    """
    return max(equity, min(cap, equity + step))


@rule
def counted_shares(weight, own_stake_weight, equity):
    """R19: the parts of an awarded deposit's value share that count as the camp's and as the host's own.

    ``own_stake_weight`` says how far the state's equity counts as the host's: 0 if who operates decides, 1 if who owns.

    >>> counted_shares(0.5, 1.0, 0.25), counted_shares(0.5, 0.0, 0.25)
    ((0.375, 0.125), (0.5, 0.0))
    """
    own = weight * own_stake_weight * equity
    return weight - own, own


@rule
def camp_share(history_weight, award_weight, portfolio_share, award_share, awarded):
    """R19: a camp's share of the portfolio once a share ``award_share`` of the tender (``awarded`` in all) is its own.

    >>> camp_share(3.0, 2.0, 0.5, 1.0, 1.0)
    0.7
    """
    return (history_weight * portfolio_share + award_weight * award_share) / (history_weight + award_weight * awarded)


@rule
def imbalance(share, ideal):
    """R19: a camp's squared distance from its ideal share.

    >>> imbalance(0.5, 0.25)
    0.0625
    """
    return (share - ideal) * (share - ideal)


# --------------------------------------------------------------------------------------- R20, R21 decision, section 5


@rule
def floor_utility(shelve, opening, runner_up, full, has_runner_up):
    """R20: what the host has in hand: shelving, the candidate's opening offer, or the runner-up's full concession.

    The runner-up counts at most at the candidate's own full concession.
    Source: outside-option principle, Binmore, Shaked & Sutton 1989.

    >>> floor_utility(10.0, 5.0, 30.0, 20.0, 1), floor_utility(10.0, 5.0, 30.0, 20.0, 0)
    (20.0, 10.0)
    """
    floor = max(shelve, opening)
    return max(floor, min(runner_up, full)) if has_runner_up else floor


@rule
def aspiration(floor, full, patience):
    """R20: what the host holds out for: a part ``patience`` of the way from its floor to the full concession.

    >>> aspiration(100.0, 200.0, 0.25), aspiration(100.0, 50.0, 0.25)
    (125.0, 100.0)
    """
    return floor + patience * (max(full, floor) - floor)


@rule
def host_patience(initial, log_passed, exponent):
    """R20: the part of the surplus that the host still demands once a part of the time is over, from its logarithm.

    >>> round(host_patience(1.0, math.log(0.25), 0.5), 12), host_patience(1.0, 0.0, 0.5)
    (0.9375, 0.0)
    """
    return initial * (1.0 - math.exp(log_passed / exponent))


@rule
def requested_concession(aspiration, opening, full):
    """R20: the concession that a counter asks for: where the utility between opening and full meets the aspiration.

    >>> requested_concession(150.0, 100.0, 300.0)
    0.25
    """
    return (aspiration - opening) / (full - opening)


@rule
def answer_month(onset, event, lag):
    """R21: the month from which a lever answers an event: the next one, or as many later as its patron lags.

    >>> answer_month(0, 3, 0), answer_month(0, 3, 2), answer_month(9, 3, 2)
    (4, 6, 9)
    """
    return max(onset, event + 1 + lag)


@rule
def patron_payoff(stake, on_award, share, built, point_value, points, threat_cost):
    """Section 5: a patron's payoff, M$: its stake in the award and the mine, less what the levers cost it.

    ``built`` is the awarded value that was completed (share times done share); ``threat_cost`` is what carrying its
    threat out, or backing down from it, cost the patron, M$.

    >>> patron_payoff(1000.0, 0.4, 1.0, 0.5, 10.0, 3.0, 20.0)
    650.0
    """
    return stake * (on_award * share + (1.0 - on_award) * built) - (point_value * points + threat_cost)


@rule
def executed_threat_cost(scale, execution_cost, threat, value_scale):
    """Section 5: what carrying a threat out costs the threatener, M$.

    >>> executed_threat_cost(0.0625, 1.0, 2.0, 1000.0)
    250.0
    """
    return scale * execution_cost * threat * threat * value_scale


@rule
def backed_down_cost(scale, audience_cost, publicity, threat, value_scale):
    """Section 5: the audience cost of a refused threat that was not carried out, M$.

    >>> backed_down_cost(0.02, 1.0, 1.0, 1.0, 1000.0)
    20.0
    """
    return scale * audience_cost * publicity * threat * value_scale
