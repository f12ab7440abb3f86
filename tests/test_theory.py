"""The properties that theory demands of the game, P01 to P38 of ``docs/odd.md``, each under its exact conditions.

Where a property holds for every scenario it is tested on random ones.  "Bitwise" means equal award columns under the
same luck.  Where it is about probabilities, policies share their luck and what is asserted is a paired difference
against its own Monte Carlo error; seeds are fixed, so a test that passes goes on passing.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from strategies import Numbers, outcomes, play, rows, scenario_data, scenario_from, scenarios

from minegame import rules
from minegame.game import ACCEPT, COUNTER, FULL, LEVERS, NOBODY, OPENING, OUTCOME, OUTCOME_TABLE, STATE, new_records
from minegame.scenario import Scenario

BASE = Scenario.load("kazakhstan_tungsten")
COVE, SOE = BASE.bidder_names.index("cove_kaz"), BASE.bidder_names.index("chinese_soe")

#: What an award is made of; what becomes of it afterwards is in other columns.
AWARD = (
    "month", "shelved", "split", "countered", "counters", "winner", "equity", "bonus", "processing", "offtake",
    "concession", "coverage", "completion", "utility", "surplus",
)  # fmt: skip

#: Every spread of a draw set to nothing.
SILENCE = {
    "market.volatility": 0.0,
    "project.geology_sd": 0.0,
    "project.cost_sd": 0.0,
    "host.taste_scale": 0.0,
    "host.evaluation_sd": 0.0,
    "bargaining.impatience_sd": 0.0,
    "bargaining.tremble_sd": 0.0,
    "politics.resolve_sd": 0.0,
}

RUNS = 20  # of each random scenario
MANY = 8000  # of each scenario whose probabilities are compared

lawful = settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def each(scenario: Scenario, pattern: str, value: Any) -> dict[str, Any]:
    """Changes of one value for every agent of a kind: ``each(s, "patrons.*.credit", 0.5)``."""
    kind = pattern.partition(".")[0]
    return {pattern.replace("*", name, 1): value for name in getattr(scenario, kind)}


def slack(scenario: Scenario) -> Scenario:
    """With more political capital than any package costs."""
    return scenario.at(each(scenario, "patrons.*.budget", 1e6))


def deaf(scenario: Scenario, *triggers: str) -> Scenario:
    """With every lever that waits for one of these events waiting for nothing."""
    levers = [p.path for p in scenario.parameters("patrons.*.trigger")]
    return scenario.at({path: "always" for path in levers if scenario.value(path) in triggers})


PRESSURE = ("rival_presses", "rival_threatens")


def assert_same_award(one: np.ndarray, other: np.ndarray) -> None:
    for name in AWARD:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def wins(scenario: Scenario, bidder: int, replications: int = MANY, seed: int = 1) -> np.ndarray:
    """1.0 where a bidder wins the bundle."""
    return (outcomes(scenario, replications, seed)["winner"][:, 0] == bidder).astype(float)


def error_of(difference: np.ndarray) -> float:
    return float(difference.std() / math.sqrt(difference.size))


def assert_rises(curve: list[np.ndarray], strictly: bool = True) -> None:
    """A probability never falls from one setting to the next by more than the luck explains, and rises in the end."""
    for before, after in itertools.pairwise(curve):
        difference = after - before
        assert difference.mean() >= -4 * error_of(difference)
    if strictly:
        difference = curve[-1] - curve[0]
        assert difference.mean() > 4 * error_of(difference) > 0


def closings(scenario: Scenario, replications: int, seed: int = 1) -> Iterator[tuple[Any, Any]]:
    """How negotiations stand when they have ended, one by one: (state, outcome)."""
    games, state, outcome = scenario.game(), new_records(STATE), new_records(OUTCOME)
    for n in range(replications):
        play(games, state, outcome, seed, n)
        yield state[0], outcome[0]


def twins(**changes: Any) -> Scenario:
    """Two identical bidders of two identical patrons, financed out of their own pocket, nobody pressing."""
    document = BASE.document()
    patron = {**document["patrons"]["china"], "portfolio_share": 0.3, "ideal_share": 0.3}
    bidder = {**document["bidders"]["chinese_soe"], "own_capital": 0.9}
    document["patrons"] = {name: _unlabelled(patron) for name in ("east", "west")}
    document["bidders"] = {f"{name}_co": {**_unlabelled(bidder), "patron": name} for name in ("east", "west")}
    document["financiers"] = {}
    return scenario_from({**document, "sources": {}}).at(changes)


def _unlabelled(agent: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in agent.items() if name not in ("label", "key")}


def lone_bidder(months: int, bidder_impatience: float, host_impatience: float, pace: float) -> Scenario:
    """One bidder, no politics, no luck, a price that stands still, and shelving that is worth nothing."""
    document = BASE.document()
    document["patrons"] = {"china": document["patrons"]["china"]}
    document["bidders"] = {"firm": {**_unlabelled(document["bidders"]["chinese_soe"]), "own_capital": 1.0}}
    document["financiers"] = {}
    quiet = {**SILENCE, "market.initial_price": 530.0, "host.balance_weight": 0.0, "host.credit_weight": 0.0}
    return scenario_from({**document, "sources": {}}).at(
        {
            **quiet,
            "tender.months": months,
            "shelving.weight": 0.0,
            "bidders.firm.offtake_value": 0.0,
            "patrons.china.episode_rate": 0.0,
            "bidders.firm.impatience": bidder_impatience,
            "bargaining.host_impatience": host_impatience,
            "bargaining.concession_exponent": pace,
        }
    )


def threatened(**changes: Any) -> Scenario:
    """The baseline with a tariff that matters as the only lever that grows, on a table where it can tip the award."""
    return slack(BASE).at(
        {
            "patrons.us.exposed_share": 1.0,
            "patrons.us.episode_rate": 0.0,
            "patrons.us.levers.tariff.onset": 0,
            "patrons.us.levers.engagement.intensity": 0.0,
            "host.balance_weight": 1.8,
            **changes,
        }
    )


# ---------------------------------------- what must be irrelevant


@lawful
@given(scenarios(), st.integers(0, 99))
def test_p01_without_a_threat_exposure_credibility_and_conflict_expectation_are_irrelevant(scenario, seed):
    calm = scenario.at(each(scenario, "patrons.*.levers.tariff.intensity", 0.0))
    rng = np.random.default_rng(seed)
    moved = dict.fromkeys(("exposed_share", "incidence", "link", "conflict_expectation", "episode_rate"), 1.0)
    moved |= {"exports": 50000.0, "annuity": 9.0, "belief_a": 7.0, "belief_b": 0.4, "resolve": -1.0}
    changes = {}
    for field, high in moved.items():
        for patron in scenario.patrons:
            changes[f"patrons.{patron}.{field}"] = high * float(rng.random()) if high > 0 else high
    assert_same_award(outcomes(calm, RUNS, seed), outcomes(calm.at(changes), RUNS, seed))


@lawful
@given(scenarios(), st.integers(0, 99), st.sampled_from(["exposed_share", "link"]))
def test_p02_a_threat_without_exposure_and_backlash_is_inert_while_the_budget_is_slack(scenario, seed, nothing):
    """Condition: nobody answers to a rival's levers."""
    safe = deaf(slack(scenario), *PRESSURE).at({"host.backlash": 0.0, **each(scenario, f"patrons.*.{nothing}", 0.0)})
    pressed = safe.at(each(scenario, "patrons.*.levers.tariff.intensity", 2.5))
    calm = safe.at(each(scenario, "patrons.*.levers.tariff.intensity", 0.0))
    assert_same_award(outcomes(pressed, RUNS, seed), outcomes(calm, RUNS, seed))


def test_p03_identical_bidders_of_identical_camps_win_half_the_time_each():
    shares = ("patrons.east.portfolio_share", "patrons.west.portfolio_share")
    for share in (0.2, 0.5):
        even = twins(**dict.fromkeys((*shares, *(path.replace("portfolio", "ideal") for path in shares)), share))
        winner = outcomes(even, 40_000, 3)["winner"][:, 0]
        awarded = winner != NOBODY
        interval = stats.binomtest(int((winner == 0).sum()), int(awarded.sum())).proportion_ci(0.99)
        assert interval.low <= 0.5 <= interval.high
        assert awarded.mean() > 0.9


def test_p03_w_equal_to_its_ideal_is_not_enough_the_camps_must_be_equal_too():
    """From w = w* an award to c costs omega VREF (n1/(n0+n1))^2 (1 - 2 w_c + sum w^2): the larger camp has the edge."""
    uneven = {"patrons.east.portfolio_share": 0.2, "patrons.west.portfolio_share": 0.6}
    uneven |= {path.replace("portfolio", "ideal"): share for path, share in uneven.items()}
    winner = outcomes(twins(**uneven), 4000, 3)["winner"][:, 0]
    assert (winner == 1).mean() > 0.9


# ---------------------------------------- P04: the scoring auction, written out independently


def one_shot(numbers: Numbers, *size: Any) -> dict[str, Any]:
    """A random scenario of one month in which nothing is left to chance: whatever may happen does, or does not."""
    data = scenario_data(numbers, *size)
    for path, value in SILENCE.items():
        group, name = path.split(".")
        data[group][name] = value
    data["politics"]["summit_rate"] = float(numbers.chance(0.5))
    for patron in data["patrons"].values():
        patron["episode_rate"] = float(numbers.chance(0.5))
        patron["resolve"] = 100.0 if numbers.chance(0.5) else -100.0
        patron["budget"] = 100.0 if numbers.chance(0.6) else patron["budget"]
        patron["levers"]["engagement"]["intensity"] = float(numbers.chance(0.5))
        for lever in patron["levers"].values():
            if numbers.chance(0.6):
                lever.update(onset=0, trigger="always")
    data["politics"]["follow_through_slope"] = 2.0
    if numbers.chance(0.5):  # a host that wants several operators
        data["tender"]["synergy"] = 0.0
        data["host"]["balance_weight"] *= 10
        data["shelving"]["weight"] = 0.0
    for financier in data["financiers"].values():
        for hazard in ("base_hazard", "mandate_hazard", "engagement_hazard", "letter_hazard"):
            financier[hazard] = 100.0 if numbers.chance(0.3) else 0.0
    for bidder in data["bidders"].values():
        bidder["entry"] = int(numbers.chance(0.1))
    return data


def _levers_of(patron: dict[str, Any]) -> dict[str, float]:
    on = {
        name: lever["intensity"] * (lever["onset"] == 0 and lever["trigger"] == "always")
        for name, lever in patron["levers"].items()
    }
    cost = sum(patron["levers"][name]["price"] * intensity for name, intensity in on.items())
    scale = 1.0 if cost <= patron["budget"] else patron["budget"] / cost
    return {name: intensity * scale for name, intensity in on.items()}


def _certainly(probability: float) -> bool:
    """Whether something happens that either must or cannot happen; a scenario with anything between is passed over."""
    assume(probability < 1e-12 or probability > 1 - 1e-12)
    return probability > 0.5


def _coverages(data: dict[str, Any], levers: dict[str, Any], offtake: dict[str, float]) -> dict[str, float]:
    letters: set[str] = set()
    coverage = {name: bidder["own_capital"] for name, bidder in data["bidders"].items()}
    for lender in data["financiers"].values():
        name = lender["bidder"]
        lever = levers[lender.get("patron") or data["bidders"][name]["patron"]]
        rate = lender["base_hazard"] + lender["mandate_hazard"] * lever["finance"]
        rate += lender["engagement_hazard"] * lever["engagement"] * lever["finance"]
        rate += lender["letter_hazard"] * (name in letters)
        if _certainly(1 - math.exp(-rate)):
            multiple = lender.get("offtake_multiple")
            share = lender["max_share"]
            tied = multiple is not None and lender["public"]
            coverage[name] += lender["credibility"] * (min(share, multiple * offtake[name]) if tied else share)
            if lender["public"]:
                letters.add(name)
    return {name: min(1.0, total) for name, total in coverage.items()}


def _political_value(
    data: dict[str, Any],
    levers: dict[str, Any],
    won: dict[str, float],
    unasked: dict[str, float],
    counted: dict[str, float],
) -> float:
    """``won`` and ``unasked`` are value shares by patron, ``counted`` those that count as its own, "other" included."""
    host, politics, scale = data["host"], data["politics"], data["host"]["value_scale"]
    decay = 0.5 ** (1 / politics["credit_half_life"])
    total = 0.0
    for name, patron in data["patrons"].items():
        lever, y, u = levers[name], won.get(name, 0.0), unasked.get(name, 0.0)
        a, b = patron["belief_a"], patron["belief_b"]
        if patron["episode_rate"] == 1.0:
            a += politics["belief_step_executed"] * (patron["resolve"] > 0)
            b += politics["belief_step_backed_down"] * (patron["resolve"] < 0)
        summit = _certainly(politics["summit_rate"] * lever["engagement"])
        credit = decay * patron["credit"] + politics["credit_gain_summit"] * summit * (1 - patron["credit"])
        loss = 0.25 * patron["exports"] * patron["exposed_share"] * patron["incidence"] * patron["annuity"]
        total -= host["threat_weight"] * patron["link"] * a / (a + b) * lever["tariff"] * loss * (1 - y - u)
        anger = patron["conflict_expectation"] * patron["publicity"]
        total -= host["backlash"] * anger * lever["tariff"] ** 2 * scale * y
        trust = patron["access_trust_a"] + politics["summit_weight"] * summit
        trust /= trust + patron["access_trust_b"]
        total += trust * patron["access_deliverable"] * patron["access_value"] * lever["access"] * y
        total += host["credit_weight"] * credit * scale * y
    w = np.array([patron["portfolio_share"] for patron in data["patrons"].values()])
    ideal = np.array([patron["ideal_share"] for patron in data["patrons"].values()])
    v = np.array([counted.get(name, 0.0) for name in (*data["patrons"], "other")])
    w, ideal = np.append(w, 1 - w.sum()), np.append(ideal, 1 - ideal.sum())
    n0, n1, awarded = host["history_weight"], host["award_weight"], sum(won.values())
    return total - host["balance_weight"] * scale * (((n0 * w + n1 * v) / (n0 + n1 * awarded) - ideal) ** 2).sum()


def _option_to_develop(data: dict[str, Any], gross: float, capital: float) -> float:
    rate, q, volatility = data["project"]["discount_rate"], *(data["shelving"][n] for n in ("yield_rate", "volatility"))
    if gross <= 0:
        return 0.0
    if volatility == 0:
        return max(gross - capital, 0.0)
    beta = np.roots([volatility**2 / 2, rate - q - volatility**2 / 2, -rate]).max()
    trigger = beta / (beta - 1) * capital
    return gross - capital if gross >= trigger else (trigger - capital) * (gross / trigger) ** beta


def _price_of(data: dict[str, Any]) -> float:
    market = data["market"]
    kept = math.exp(-market["mean_reversion"] * (1 / 12 + data["project"]["price_horizon"]))
    return float(market["initial_price"] ** kept * market["long_run_price"] ** (1 - kept))


def _annuity_of(data: dict[str, Any]) -> float:
    r, life, lead = (data["project"][name] for name in ("discount_rate", "life", "lead_time"))
    return float((1 - (1 + r) ** -life) / r / (1 + r) ** lead)


def _worth_of(
    data: dict[str, Any], bidder: dict[str, Any], levers: dict[str, Any], cov: float
) -> tuple[np.ndarray, np.ndarray]:
    """What a bidder's best offer for each deposit is worth to the host before politics, M$; NaN where there is none."""
    host, project, revenue = data["host"], data["project"], _annuity_of(data) * _price_of(data)
    output, capex = (np.array([lot[name] for lot in data["deposits"].values()]) for name in ("output", "capex"))
    w = output / output.sum()
    local = min(1.0, host["processing_value"] / bidder["processing_cost"])
    offtake = min(1.0, bidder["offtake_value"] / host["offtake_cost"])
    capital = project["capex_factor"] * capex * (1 + bidder["capital_wedge"] * (1 - cov))
    royalty = project["extraction_tax"] * revenue * output
    profit = revenue * output - _annuity_of(data) * output * bidder["unit_cost"] - royalty - capital
    value = profit - project["income_tax"] * np.maximum(profit, 0)
    premium = bidder["premium"] + bidder["premium_mandated"] * levers[bidder["patron"]]["finance"]
    own = (1 - host["equity_min"]) * value - bidder["processing_cost"] * local**2 * w / 2
    g = np.maximum(0, (1 - bidder["hurdle"]) * own + premium * w)
    wanted = host["equity_min"] + host["equity_weight"] * g / np.where(value > 0, value, np.inf)
    equity = np.minimum(host["equity_max"], wanted)
    dividends = equity * np.maximum(value, 0)
    bonus = g - (equity - host["equity_min"]) * value
    denial = max([0.0, *(levers[patron]["denial"] for patron in data["patrons"] if patron != bidder["patron"])])
    pi = bidder["capability"] * cov ** project["coverage_exponent"]
    pi *= 1 - project["denial_effect"] * denial * bidder["technology_dependence"]
    tax = royalty + project["income_tax"] * np.maximum(profit, 0)
    attributes = host["processing_value"] * w * local - host["offtake_cost"] * w * offtake**2 / 2
    valid = (g > 0) & (bidder["entry"] == 0)
    return np.where(valid, pi * (tax + dividends + attributes) + bonus * cov, np.nan), equity


def scoring_auction(data: dict[str, Any]) -> tuple[dict[tuple[str | None, ...], float], float]:
    """The host's utility of every feasible allocation when everybody offers all it can, and that of shelving, M$.

    An allocation names the bidder of each deposit, None where it is kept.
    """
    output = np.array([lot["output"] for lot in data["deposits"].values()])
    w, lots = output / output.sum(), len(output)
    levers = {name: _levers_of(patron) for name, patron in data["patrons"].items()}
    cost = data["host"]["offtake_cost"]
    offtake = {name: min(1.0, bidder["offtake_value"] / cost) for name, bidder in data["bidders"].items()}
    coverage = _coverages(data, levers, offtake)
    offers = {name: _worth_of(data, bidder, levers, coverage[name]) for name, bidder in data["bidders"].items()}
    bundled = data["tender"]["lots"] == "bundled"
    options = _options(data)
    utility = {}
    for trial in [(name,) * lots for name in offers] if bundled else itertools.product((*offers, None), repeat=lots):
        given = [(d, name) for d, name in enumerate(trial) if name is not None]
        worth = float(sum(offers[name][0][d] for d, name in given))
        if not given or math.isnan(worth):
            continue
        worth += data["tender"]["synergy"] * (len(given) == lots and len(set(trial)) == 1)
        worth += 0.0 if bundled else sum(options[d] for d in range(lots) if trial[d] is None)
        utility[trial] = worth + _political_value(data, levers, *_shares(data, w, trial, offers))
    return utility, sum(options) + _political_value(data, levers, {}, {}, {})


def _shares(
    data: dict[str, Any], w: np.ndarray, trial: tuple[str | None, ...], offers: dict[str, tuple[np.ndarray, np.ndarray]]
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """By patron: what its bidders won, what was kept and they did not ask for, and what counts as its own."""
    won, unasked, counted = (dict.fromkeys((*data["patrons"], "other"), 0.0) for _ in range(3))
    for d, name in enumerate(trial):
        if name is None:
            asking = {data["bidders"][i]["patron"] for i, (worth, _) in offers.items() if not math.isnan(worth[d])}
            for patron in set(data["patrons"]) - asking:
                unasked[patron] += w[d]
        else:
            own = data["host"]["own_stake_weight"] * offers[name][1][d]
            won[data["bidders"][name]["patron"]] += w[d]
            counted[data["bidders"][name]["patron"]] += w[d] * (1 - own)
            counted["other"] += w[d] * own
    return won, unasked, counted


def _options(data: dict[str, Any]) -> list[float]:
    """What keeping is worth: of each of the lots, or of the bundle."""
    lots = [
        (_annuity_of(data) * lot["output"] * (_price_of(data) - data["shelving"]["unit_cost"]), lot["capex"])
        for lot in data["deposits"].values()
    ]
    if data["tender"]["lots"] == "bundled":
        lots = [(sum(gross for gross, _ in lots), sum(capex for _, capex in lots))]
    host_s = data["shelving"]["weight"] * data["shelving"]["take"]
    return [host_s * _option_to_develop(data, gross, data["project"]["capex_factor"] * capex) for gross, capex in lots]


@settings(lawful, max_examples=450)
@given(
    st.integers(0, 2**32 - 1),
    st.tuples(st.integers(1, 8), st.integers(1, 8), st.integers(0, 8), st.integers(1, 4)),
    st.sampled_from(["bundled", "split"]),
    st.sampled_from([0.0, 0.05, 0.2]),
)
def test_p04_one_month_without_luck_is_the_scoring_auction(seed, size, lots, odd):
    patrons, bidders, financiers, deposits = size
    if lots == "split":
        bidders = min(bidders, int(300 ** (1 / deposits)) - 1)
    data = one_shot(Numbers(seed, odd), patrons, bidders, financiers, deposits, lots, 1)
    utility, shelve = scoring_auction(data)
    ranked = sorted([*utility.values(), shelve])
    scale = data["host"]["value_scale"]
    assume(len(ranked) == 1 or ranked[-1] - ranked[-2] > 1e-6 * scale)
    best = max(utility, key=utility.__getitem__, default=None)
    outcome = outcomes(scenario_from(data), 1, seed % 1000)[0]
    if best is None or utility[best] < shelve:
        assert outcome["shelved"]
        assert outcome["utility"] == pytest.approx(shelve, rel=1e-9, abs=1e-8 * scale)
    else:
        names = list(data["bidders"])
        assert tuple(None if i == NOBODY else names[i] for i in outcome["winner"][:deposits]) == best
        assert outcome["utility"] == pytest.approx(utility[best], rel=1e-9, abs=1e-8 * scale)
    assert outcome["surplus"] == pytest.approx(ranked[-1] - shelve, rel=1e-6, abs=1e-8 * scale)


# ---------------------------------------- bargaining


@lawful
@given(st.floats(0.02, 1.0), st.floats(0.02, 1.0), st.floats(0.2, 2.0), st.sampled_from([6, 12, 24, 60, 240]))
def test_p05_a_lone_bidder_gives_the_rubinstein_share_up_to_a_month_s_concession(bidder, host, pace, months):
    outcome = outcomes(lone_bidder(months, bidder, host, pace), 1)[0]
    share = bidder / (bidder + host)
    ratio = math.log(1 - share) / math.log(share)
    offers, demands = 1 / (pace * math.sqrt(ratio)), math.sqrt(ratio) / pace
    date = share ** (1 / offers)
    before, after = max(0.0, date - 1 / months), min(1.0, date + 1 / months)
    month = max(after**offers - before**offers, after**demands - before**demands)
    assert not outcome["shelved"]
    assert abs(outcome["concession"][0] - share) <= month + 1e-9


def test_p05_the_error_of_the_rubinstein_share_falls_as_one_over_the_months():
    rng = np.random.default_rng(5)
    cases = [(rng.uniform(0.05, 0.5), rng.uniform(0.05, 0.5), rng.uniform(0.3, 1.5)) for _ in range(60)]

    def error(months: int) -> float:
        got = [outcomes(lone_bidder(months, *case), 1)["concession"][0, 0] for case in cases]
        return float(np.abs(np.array(got) - [bidder / (bidder + host) for bidder, host, _ in cases]).mean())

    errors = {months: error(months) for months in (10, 20, 40, 80, 160)}
    assert all(months * value < 2.0 for months, value in errors.items())
    assert errors[160] < errors[10] / 8


def alternating_offers(proposer: float, responder: float, rounds: int) -> float:
    """What the first proposer gets of a pie of 1 if the last one takes all (Ståhl 1972), by backward induction."""
    share = 1.0
    for n in reversed(range(rounds - 1)):
        share = 1.0 - (responder if n % 2 == 0 else proposer) * share
    return share


@lawful
@given(st.floats(0.3, 0.97), st.floats(0.3, 0.97))
def test_p06_finite_alternating_offers_tend_to_rubinstein_s_share(proposer, responder):
    limit = (1 - responder) / (1 - proposer * responder)
    for rounds in (1000, 1001):
        assert alternating_offers(proposer, responder, rounds) == pytest.approx(limit, abs=1e-9)


@pytest.mark.parametrize(("bidder", "host"), [(0.13, 0.12), (0.3, 0.1), (0.05, 0.2)])
def test_p06_the_tender_ends_where_ever_faster_alternating_offers_end(bidder, host):
    dt = 1e-3
    bargained = alternating_offers(math.exp(-host * dt), math.exp(-bidder * dt), 200_000)
    got = outcomes(lone_bidder(240, bidder, host, 1.0), 1)["concession"][0, 0]
    assert got == pytest.approx(bargained, abs=0.01)


def test_p07_the_host_s_share_rises_with_the_bidder_s_impatience_and_falls_with_its_own():
    rates = (0.03, 0.06, 0.12, 0.25, 0.5)
    by_bidder = [outcomes(lone_bidder(240, rate, 0.12, 0.6), 1)["concession"][0, 0] for rate in rates]
    by_host = [outcomes(lone_bidder(240, 0.12, rate, 0.6), 1)["concession"][0, 0] for rate in rates]
    assert all(np.diff(by_bidder) > 0.02)
    assert all(np.diff(by_host) < -0.02)


# ---------------------------------------- the threat


@pytest.mark.parametrize(("link", "backlash"), [(0.35, 0.10), (0.5, 0.20), (0.6, 0.13)])
def test_p08_the_threat_has_an_inverted_u_with_its_peak_where_the_net_gain_peaks(link, backlash):
    """Conditions: budget slack, no episodes that move the belief, the threat on from the first month."""
    scenario = threatened(**{"patrons.us.link": link, "host.backlash": backlash})
    us = scenario.patrons["us"]
    stake = 0.25 * us.exports * us.incidence * us.annuity
    peak = link * 0.6 * stake / (2 * backlash * us.conflict_expectation * us.publicity * 1000)
    assert 1.0 < peak < 2.5
    threats = np.arange(0.0, 4.01, 0.25)
    curve = [wins(scenario.at({"patrons.us.levers.tariff.intensity": float(t)}), COVE).mean() for t in threats]
    top = int(np.argmax(curve))
    assert abs(threats[top] - peak) <= 0.5
    assert curve[top] > curve[0] + 0.03
    assert curve[top] > curve[-1] + 0.03


def test_p08_without_backlash_more_threat_is_never_worse():
    scenario = threatened(**{"host.backlash": 0.0, "patrons.us.exposed_share": 0.3})
    threats = np.arange(0.0, 4.01, 0.5)
    assert_rises([wins(scenario.at({"patrons.us.levers.tariff.intensity": float(t)}), COVE) for t in threats])


def test_p09_the_threatener_wins_no_less_often_the_more_credible_it_is():
    levels = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
    beliefs = [{"patrons.us.belief_a": 5 * mu, "patrons.us.belief_b": 5 * (1 - mu)} for mu in levels]
    assert_rises([wins(threatened(**belief), COVE) for belief in beliefs])


def test_p10_the_threatener_wins_no_more_often_the_more_conflict_is_expected():
    levels = (1.0, 0.8, 0.6, 0.4, 0.2, 0.0)
    scenario = threatened(**{"host.backlash": 0.12})
    assert_rises([wins(scenario.at({"patrons.us.conflict_expectation": ce}), COVE) for ce in levels])


@lawful
@given(st.floats(0.0, 1.0), st.floats(1.0, 240.0), st.integers(1, 240))
def test_p11_credit_fades_with_its_exact_half_life(credit, half_life, months):
    """Nothing is awarded, no summit is held and losing costs no credit: what is left is C0 / 2^(T / half-life)."""
    unsold = twins(
        **{
            **each(twins(), "bidders.*.unit_cost", 1e5),
            **each(twins(), "bidders.*.premium", 0.0),
            "tender.months": months,
            "politics.credit_half_life": half_life,
            "politics.credit_loss": 0.0,
            "patrons.east.credit": credit,
        }
    )
    outcome = outcomes(unsold, 1)[0]
    assert outcome["month"] == months - 1
    assert outcome["credit"][0] == pytest.approx(credit * 0.5 ** (months / half_life), rel=1e-10)


def test_p11_china_wins_no_less_often_the_more_credit_it_has():
    assert_rises([wins(BASE.at({"patrons.china.credit": c}), SOE) for c in (0.0, 0.2, 0.4, 0.62, 0.8, 1.0)])


# ---------------------------------------- money


def test_p12_missing_coverage_costs_awards():
    own = {"financiers.china_policy_bank.base_hazard": 0.0, "financiers.china_commercial_banks.base_hazard": 0.0}
    own |= {"financiers.china_policy_bank.mandate_hazard": 0.0, "financiers.china_policy_bank.engagement_hazard": 0.0}
    scenario = BASE.at({**own, "financiers.china_commercial_banks.letter_hazard": 0.0})
    curve = [wins(scenario.at({"bidders.chinese_soe.own_capital": c}), SOE) for c in (0.0, 0.3, 0.6, 0.8, 0.9, 1.0)]
    assert_rises(curve)
    missing = curve[-1] - curve[-2]
    assert missing.mean() > 4 * error_of(missing)


@lawful
@given(scenarios(), st.integers(0, 99))
def test_p13_finance_is_inert_for_bidders_that_need_no_cover_and_get_no_premium(scenario, seed):
    """Conditions: coverage of its own for every bidder that the patron's mandate can reach, budget slack, and nobody
    who answers to public letters (a mandate brings them earlier) or to a rival's levers."""
    reached = [f.bidder for f in scenario.financiers.values() if f.patron == "patron_0"]
    reached += [name for name, bidder in scenario.bidders.items() if bidder.patron == "patron_0"]
    ready = {f"bidders.{name}.own_capital": 1.0 for name in reached}
    ready |= {f"bidders.{name}.premium_mandated": 0.0 for name in reached}
    ready = deaf(slack(scenario), "rival_letter", *PRESSURE).at(ready)
    lever = "patrons.patron_0.levers.finance"
    mandated = ready.at({f"{lever}.intensity": 1.0, f"{lever}.onset": 0, f"{lever}.trigger": "always"})
    assert_same_award(outcomes(mandated, RUNS, seed), outcomes(ready.at({f"{lever}.intensity": 0.0}), RUNS, seed))


# ---------------------------------------- balance


@lawful
@given(
    st.floats(10.0, 200.0),
    st.floats(500.0, 3000.0),
    st.floats(0.5, 2.0),
    st.floats(1.0, 5.0),
    st.floats(0.05, 0.5),
    st.floats(0.05, 0.5),
    st.sampled_from([1, 12]),
)
def test_p14_two_equal_lots_are_split_exactly_beyond_the_critical_balance_weight(
    synergy, scale, n0, n1, share, ideal, months
):
    critical = synergy / (scale / 2 * (n1 / (n0 + n1)) ** 2)
    table = twins(**SILENCE).at(
        {
            "tender.lots": "split",
            "tender.months": months,
            "tender.synergy": synergy,
            "host.value_scale": scale,
            "host.history_weight": n0,
            "host.award_weight": n1,
            "shelving.weight": 0.0,
            "market.initial_price": 1500.0,
            "market.long_run_price": 1500.0,
            "deposits.upper_kairakty.output": 0.5,
            "deposits.north_katpar.output": 0.5,
            "deposits.upper_kairakty.capex": 300.0,
            "deposits.north_katpar.capex": 300.0,
            **each(twins(), "patrons.*.portfolio_share", share),
            **each(twins(), "patrons.*.ideal_share", ideal),
            **each(twins(), "patrons.*.episode_rate", 0.0),
        }
    )
    for factor, split in ((0.98, 0), (1.02, 1)):
        outcome = outcomes(table.at({"host.balance_weight": factor * critical}), 3)
        assert not outcome["shelved"].any()
        assert (outcome["split"] == split).all()


def split_rates(**changes: Any) -> list[float]:
    """P(split | award) of two equal lots as the balance weight grows."""
    halves = {f"deposits.{name}.output": 0.5 for name in BASE.deposits} | {
        f"deposits.{name}.capex": 550.0 for name in BASE.deposits
    }
    rates = []
    for weight in (0.0, 1.0, 2.0, 4.0, 8.0, 30.0):
        outcome = outcomes(
            BASE.at({"tender.lots": "split", "host.balance_weight": weight, **halves, **changes}), MANY // 2
        )
        awarded = outcome["shelved"] == 0
        assert awarded.sum() > 200
        rates.append(float(outcome["split"][awarded].mean()))
    return rates


def test_p15_ever_more_balance_splits_every_award_from_a_balanced_start():
    """Conditions: w = w* = 1/2 for each of two camps, and equal lots (else even a split unbalances)."""
    halves = each(BASE, "patrons.*.portfolio_share", 0.5) | each(BASE, "patrons.*.ideal_share", 0.5)
    rates = split_rates(**halves)
    assert all(np.diff(rates) >= -0.02)
    assert rates[-1] == 1.0
    assert rates[0] < 0.5


def test_p15_is_false_from_an_unbalanced_start():
    wanting = {"patrons.us.portfolio_share": 0.1, "patrons.china.portfolio_share": 0.9}
    wanting |= each(BASE, "patrons.*.ideal_share", 0.5)
    assert split_rates(**wanting)[-1] < 0.5


# ---------------------------------------- symmetries


@settings(lawful, max_examples=80)
@given(scenarios(min_bidders=2), st.randoms(use_true_random=False))
def test_p16_listing_patrons_and_bidders_in_another_order_permutes_the_results_exactly(scenario, random):
    document = scenario.document()
    shuffled = dict(document)
    for kind in ("patrons", "bidders"):
        names = list(document[kind])
        random.shuffle(names)
        shuffled[kind] = {name: document[kind][name] for name in names}
    other = scenario_from(shuffled)
    assert_permuted(scenario, other, outcomes(scenario, RUNS, 2), outcomes(other, RUNS, 2))


@lawful
@given(st.integers(0, 2**32 - 1), st.randoms(use_true_random=False))
def test_p16_however_many_bidders_of_one_camp_win_and_build(seed, random):
    """A camp's built share is a sum over several winners: it may not depend on the order in which they are listed."""
    data = scenario_data(Numbers(seed, 0.0), 2, 4, 3, 4, "split", 4)
    data["tender"]["synergy"] = 0.0
    data["host"] |= {"taste_scale": 0.0, "evaluation_sd": 1.0}
    for bidder in data["bidders"].values():
        bidder |= {"patron": "patron_0", "entry": 0}
    names = list(data["bidders"])
    random.shuffle(names)
    one = scenario_from(data)
    other = scenario_from({**data, "bidders": {name: data["bidders"][name] for name in names}})
    assert_permuted(one, other, outcomes(one, 50, 2), outcomes(other, 50, 2))


@lawful
@given(scenarios(), st.randoms(use_true_random=False))
def test_p16_deposits_and_financiers_may_be_listed_in_another_order_too(scenario, random):
    """Up to rounding, as sums then run in another order.  Condition: nobody follows a letter within its month (R7
    lets financiers move in listed order)."""
    document = scenario.at(each(scenario, "financiers.*.letter_hazard", 0.0)).document()
    shuffled = dict(document)
    for kind in ("deposits", "financiers"):
        names = list(document[kind])
        random.shuffle(names)
        shuffled[kind] = {name: document[kind][name] for name in names}
    one, other = outcomes(scenario_from(document), RUNS, 2), outcomes(scenario_from(shuffled), RUNS, 2)
    lots = [list(shuffled["deposits"]).index(name) for name in document["deposits"]]
    lenders = [list(shuffled["financiers"]).index(name) for name in document["financiers"]]
    for name, subject, *_ in OUTCOME_TABLE:
        before, after = one[name], other[name]
        if subject in ("deposit", "financier"):
            order = lots if subject == "deposit" else lenders
            before, after = before[:, : len(order)], after[:, order]
        np.testing.assert_allclose(after, before, rtol=1e-8, atol=1e-8 * scenario.host.value_scale, err_msg=name)


def assert_permuted(one: Scenario, other: Scenario, results: np.ndarray, moved: np.ndarray) -> None:
    bidders = [other.bidder_names.index(name) for name in one.bidder_names]
    patrons = [other.patron_names.index(name) for name in one.patron_names]
    place = np.array([*bidders, NOBODY])  # place[-1] is nobody's
    for name, subject, *_ in OUTCOME_TABLE:
        before, after = results[name], moved[name]
        if name == "winner":
            before = place[before]
        elif subject in ("bidder", "patron"):
            order = bidders if subject == "bidder" else patrons
            before, after = before[:, : len(order)], after[:, order]
        np.testing.assert_array_equal(before, after, err_msg=name)


MONEY = {name for name, _, _, unit, _ in OUTCOME_TABLE if unit in ("M$", "USD/mtu")}


@settings(lawful, max_examples=60)
@given(scenarios())
def test_p17_counting_money_in_another_unit_changes_no_decision_and_scales_all_money(scenario):
    assert_scales(scenario, RUNS)


@pytest.mark.parametrize("changes", [{}, {"shelving.weight": 0.8, "host.equity_weight": 0.2}], ids=["plain", "close"])
def test_p17_where_an_agreed_counter_is_worth_exactly_as_much_as_shelving(changes):
    """Without aspiration the host asks for what shelving is worth: rounding must not decide whether it signs."""
    assert_scales(BASE.at({"bargaining.initial_aspiration": 0.0, **changes}), 20_000)


def assert_scales(scenario, runs):
    monetary = [p for p in scenario.parameters() if "M$" in p.unit or "USD" in p.unit]
    assert {"M$", "USD/mtu", "M$/y", "M$ per point"} == {p.unit for p in monetary}
    dear = scenario.at({p.path: 7.31 * p.value for p in monetary})
    plain, scaled = outcomes(scenario, runs, 4), outcomes(dear, runs, 4)
    for name in OUTCOME.names:
        if plain[name].dtype.kind == "i":
            np.testing.assert_array_equal(plain[name], scaled[name], err_msg=name)
            continue
        factor = 7.31 if name in MONEY else 1.0
        size = 1e-9 * scenario.host.value_scale if name in MONEY else 1e-9
        np.testing.assert_allclose(scaled[name], factor * plain[name], rtol=1e-8, atol=size, err_msg=name)


# ---------------------------------------- the package


@lawful
@given(scenarios())
def test_p18_a_package_without_political_capital_is_no_package(scenario):
    """Condition: every lever costs something (a free one needs no capital)."""
    priced = {path.path: 1.0 for path in scenario.parameters("patrons.*.levers.*.price")}
    unable = scenario.at({**priced, "patrons.patron_0.budget": 0.0})
    idle = scenario.at({**priced, **{p.path: 0.0 for p in scenario.parameters("patrons.patron_0.levers.*.intensity")}})
    one, other = outcomes(unable, RUNS, 5), outcomes(idle, RUNS, 5)
    for name in OUTCOME.names:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_p18_more_political_capital_never_hurts():
    assert_rises([wins(BASE.at({"patrons.us.budget": b}), COVE) for b in (0.0, 4.0, 8.0, 12.0, 16.0, 24.0, 60.0)])


@lawful
@given(scenarios())
def test_p19_a_package_that_starts_at_the_deadline_or_later_is_none(scenario):
    onsets = [p.path for p in scenario.parameters("patrons.patron_0.levers.*.onset")]
    late = scenario.at(dict.fromkeys(onsets, scenario.tender.months))
    none = scenario.at({path.replace("onset", "intensity"): 0.0 for path in onsets})
    one, other = outcomes(late, RUNS, 6), outcomes(none, RUNS, 6)
    for name in OUTCOME.names:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


US_LEVERS = ("tariff", "access", "engagement", "finance")


def us_package(scenario: Scenario, onset: int, trigger: str) -> Scenario:
    each_lever = {f"patrons.us.levers.{name}.onset": onset for name in US_LEVERS}
    return scenario.at(each_lever | {f"patrons.us.levers.{name}.trigger": trigger for name in US_LEVERS})


def test_p19_a_triggered_package_starts_the_month_after_its_trigger():
    """R21: alone at the table, the Chinese bidder leads from month 0 and its bank's certain letter comes in month 0; a
    bidder of one's own in the lead, or a letter to it, fires nothing."""
    behind = BASE.at({"bidders.cove_kaz.entry": 1, "financiers.china_policy_bank.base_hazard": 100.0})
    for trigger in ("rival_leads", "rival_letter"):
        one, other = (
            outcomes(us_package(behind, 0, trigger), 2000, 3),
            outcomes(us_package(behind, 1, "always"), 2000, 3),
        )
        bid = (one["shelved"] == 0) & (one["month"] > 0)
        assert bid.mean() > 0.95
        assert_same_award(one[bid], other[bid])
    ahead = BASE.at({"bidders.chinese_soe.entry": 12, "financiers.us_public_lenders.base_hazard": 100.0})
    ahead = ahead.at(
        {f"financiers.{name}.base_hazard": 0.0 for name in ("china_policy_bank", "china_commercial_banks")}
    )
    never = outcomes(us_package(ahead, 12, "always"), 2000, 3)
    for trigger in ("rival_leads", "rival_letter"):
        assert_same_award(outcomes(us_package(ahead, 0, trigger), 2000, 3), never)


def test_p19_a_later_package_is_never_better():
    """Condition: budget slack (who starts early with little capital may run out before the award)."""
    assert_rises([wins(us_package(slack(BASE), onset, "always"), COVE) for onset in (12, 10, 8, 6, 4, 2, 0)])


# ---------------------------------------- shelving


def test_p20_what_no_bidder_can_work_at_a_profit_is_always_shelved():
    poor = BASE.at({"market.initial_price": 100.0, "market.long_run_price": 100.0})
    assert outcomes(poor, MANY)["shelved"].all()


def test_p20_shelving_falls_with_the_long_run_price():
    prices = (700.0, 600.0, 530.0, 470.0, 430.0, 390.0, 350.0, 300.0)
    assert_rises([outcomes(BASE.at({"market.long_run_price": p}), MANY)["shelved"].astype(float) for p in prices])


@settings(lawful, max_examples=300)
@given(
    st.floats(1.0, 5000.0), st.floats(1.0, 3000.0), st.floats(0.01, 0.2), st.floats(0.005, 0.2), st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
)  # fmt: skip
def test_p21_the_option_is_worth_at_least_its_exercise_and_more_with_volatility(
    gross, capital, rate, dividend, low, up
):
    calm = rules.option_value(gross, capital, rules.option_root(rate, dividend, low))
    wild = rules.option_value(gross, capital, rules.option_root(rate, dividend, low + up))
    assert calm >= max(gross - capital, 0.0) * (1 - 1e-12)
    assert low == 0.0 or wild >= calm * (1 - 1e-9)


@settings(lawful, max_examples=60)
@given(st.floats(0.5, 3.0), st.floats(0.01, 0.15), st.floats(0.01, 0.15))
def test_p21_without_volatility_only_what_could_be_had_at_once_counts(moneyness, rate, dividend):
    """R16's own limit: with sigma → 0 the waiting value of growth (rate above dividend) is left out on purpose."""
    assert rules.option_value(100 * moneyness, 100.0, rules.option_root(rate, dividend, 0.0)) == max(
        100 * moneyness - 100.0, 0.0
    )


# ---------------------------------------- luck


def many_bidders() -> Scenario:
    """Four bidders that can work the deposits and one that cannot, all present from the start."""
    document = twins().document()
    bidder = _unlabelled(document["bidders"]["east_co"])
    for n, cost in enumerate((150.0, 240.0, 5000.0)):
        document["bidders"][f"firm_{n}"] = {**bidder, "unit_cost": cost, "premium": 0.0}
    return scenario_from(document).at(SILENCE)


def test_p22_boundless_taste_awards_at_random_among_the_valid_offers():
    """Given an award (all tastes may be bad), and offers that are valid in every month."""
    winner = outcomes(many_bidders().at({"host.taste_scale": 1e5}), 20_000, 9)["winner"][:, 0]
    counts = np.bincount(winner[winner != NOBODY], minlength=5)
    assert counts[4] == 0
    assert stats.chisquare(counts[:4]).pvalue > 0.01
    assert 0.02 < (winner == NOBODY).mean() < 0.3


@lawful
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 5), st.integers(1, 2), st.integers(1, 18))
def test_p22_without_any_luck_there_is_one_outcome(seed, patrons, bidders, deposits, months):
    data = one_shot(Numbers(seed, 0.0), patrons, bidders, 0, deposits, "bundled", months)
    data["politics"]["summit_rate"] = 0.0
    outcome = outcomes(scenario_from(data), 30, 1)
    for name in ("month", "shelved", "split", "winner", "counters", "countered"):
        assert (outcome[name] == outcome[name][0]).all()
    for name in ("equity", "concession", "coverage", "completion", "processing", "offtake"):
        np.testing.assert_allclose(outcome[name], outcome[name][:1].repeat(30, 0), atol=1e-5, err_msg=name)


# ---------------------------------------- denial, absence, repetition


def test_p23_technology_denial_never_helps_the_rival():
    """China denies technology to Cove Kaz, which depends on it."""
    denials = (1.0, 0.75, 0.5, 0.25, 0.0)
    lever = "patrons.china.levers.denial.intensity"
    table = slack(BASE).at({"bidders.cove_kaz.technology_dependence": 0.8})
    assert_rises([wins(table.at({lever: x}), COVE) for x in denials])


@lawful
@given(scenarios())
def test_p23_denial_is_inert_against_bidders_that_depend_on_nobody(scenario):
    """Conditions: budget slack (denial takes capital from the other levers), and nobody who answers to a rival's."""
    free = deaf(slack(scenario), *PRESSURE).at(each(scenario, "bidders.*.technology_dependence", 0.0))
    denied = free.at(each(scenario, "patrons.*.levers.denial.intensity", 1.0))
    allowed = free.at(each(scenario, "patrons.*.levers.denial.intensity", 0.0))
    assert_same_award(outcomes(denied, RUNS, 7), outcomes(allowed, RUNS, 7))


def with_absentees(scenario: Scenario) -> Scenario:
    """With a bidder that enters after the deadline, its lender, and a patron without a past, bidders or levers."""
    document = scenario.document()
    never = scenario.tender.months
    document["patrons"]["bystander"] = {
        **_unlabelled(document["patrons"]["patron_0"]), "portfolio_share": 0.0, "ideal_share": 0.0, "levers": {},
    }  # fmt: skip
    document["bidders"]["absentee"] = {**_unlabelled(document["bidders"]["bidder_0"]), "entry": never}
    lender = {"bidder": "absentee", "public": True, "max_share": 0.5, "credibility": 1.0, "conversion": 1.0}
    hazards = dict.fromkeys(("mandate_hazard", "engagement_hazard", "letter_hazard"), 0.1)
    document["financiers"]["absentee_lender"] = {**lender, **hazards, "base_hazard": 3.0}
    document["financiers"]["idle_lender"] = {
        **lender,
        "bidder": "bidder_0",
        "base_hazard": 0.0,
        **dict.fromkeys(hazards, 0.0),
    }
    return scenario_from(document)


small = scenarios(max_patrons=7, max_bidders=6, max_financiers=6, max_allocations=100)


@lawful
@given(small)
def test_p24_an_agent_that_never_enters_changes_nothing(without):
    present = with_absentees(without)
    one, other = outcomes(without, RUNS, 8), outcomes(present, RUNS, 8)
    for name, subject, *_ in OUTCOME_TABLE:
        before, after = one[name], other[name]
        if subject != "negotiation":
            count = len(getattr(without, f"{subject}s"))
            before, after = before[:, :count], after[:, :count]
        np.testing.assert_array_equal(before, after, err_msg=name)


def test_p24_a_public_letter_alarms_nobody_unless_its_bidder_will_enter():
    """R21 says nothing of presence: what it says counts from a bidder's entry on the list, not from its first bid."""
    document = BASE.document()
    lenders = document["financiers"].items()
    document["financiers"] = {name: body for name, body in lenders if body["bidder"] != "chinese_soe"}
    waiting = {f"patrons.us.levers.{name}.trigger": "rival_letter" for name in ("access", "engagement", "finance")}
    without = wins(scenario_from(document).at(waiting), COVE)
    bank = {**_unlabelled(BASE.document()["financiers"]["china_policy_bank"]), "bidder": "newcomer"}
    document["financiers"]["bank"] = bank
    for entry, alarmed in ((11, True), (12, False)):
        document["bidders"]["newcomer"] = {**_unlabelled(document["bidders"]["chinese_soe"]), "entry": entry}
        difference = wins(scenario_from(document).at(waiting), COVE) - without
        assert (difference.mean() > 4 * error_of(difference)) == alarmed
        assert alarmed or not difference.any()


@settings(lawful, max_examples=25)
@given(scenarios(), st.lists(st.integers(1, 20), min_size=1, max_size=6), st.integers(0, 2**62))
def test_p25_chunks_and_threads_give_the_same_results(scenario, sizes, seed):
    starts = [sum(sizes[:n]) for n in range(len(sizes))]
    whole = outcomes(scenario, sum(sizes), seed)
    chunks = [outcomes(scenario, size, seed, start) for start, size in zip(starts, sizes, strict=True)]
    with ThreadPoolExecutor(4) as pool:
        backwards = list(
            pool.map(lambda part: outcomes(scenario, part[1], seed, part[0]), zip(starts, sizes, strict=True))
        )
    np.testing.assert_array_equal(np.concatenate(chunks), whole)
    np.testing.assert_array_equal(np.concatenate(backwards), whole)
    np.testing.assert_array_equal(outcomes(scenario, sum(sizes), seed), whole)


def test_p25_another_seed_is_another_luck():
    assert (outcomes(BASE, 200, 1)["utility"] != outcomes(BASE, 200, 2)["utility"]).all()


@pytest.mark.parametrize("copied", ["cove_kaz", "chinese_soe"])
def test_p26_a_second_identical_bidder_raises_the_host_s_expected_utility(copied):
    document = BASE.document()
    document["bidders"]["second"] = _unlabelled(document["bidders"][copied])
    for name, lender in list(document["financiers"].items()):
        if lender["bidder"] == copied:
            document["financiers"][f"second_{name}"] = {**_unlabelled(lender), "bidder": "second"}
    gain = outcomes(scenario_from(document), MANY)["utility"] - outcomes(BASE, MANY)["utility"]
    assert gain.mean() > 4 * error_of(gain)


# ---------------------------------------- identities


@pytest.mark.parametrize(("kappa", "sigma"), [(0.15, 0.28), (1.0, 0.4), (0.0, 0.3)])
def test_p27_the_mean_of_simulated_prices_is_the_mine_price(kappa, sigma):
    """Unsold for a year, the deposits see the price twelve steps on; and the horizon price four years further."""
    unsold = BASE.at(
        {
            "market.mean_reversion": kappa,
            "market.volatility": sigma,
            **each(BASE, "bidders.*.entry", 12),
        }
    )
    outcome = outcomes(unsold, 100_000, 5)
    assert outcome["shelved"].all()
    start = math.log(BASE.market.initial_price)
    for column, years in (("price", 1.0), ("horizon_price", 5.0)):
        expected = rules.mine_price(start, kappa, sigma, BASE.market.long_run_price, years)
        price = outcome[column]
        assert price.mean() == pytest.approx(expected, abs=4 * error_of(price))


@lawful
@given(scenarios())
def test_p28_equity_and_bonus_add_up_to_the_transfer(scenario):
    host = scenario.host
    for state, outcome in closings(scenario, 10):
        for d, i in enumerate(outcome["winner"][: len(scenario.deposits)]):
            if i == NOBODY:
                continue
            value, equity, bonus = state["project_value"][i, d], outcome["equity"][d], outcome["bonus"][d]
            paid = (equity - host.equity_min) * value + bonus
            assert paid == pytest.approx(outcome["concession"][d] * state["reservation"][i, d], rel=1e-9, abs=1e-7)
            assert host.equity_min <= equity <= host.equity_max


def awards(scenario: Scenario, replications: int) -> Iterator[tuple[Any, Any]]:
    return ((s, o) for s, o in closings(scenario, replications) if not o["shelved"])


def full_value(state: Any) -> float:
    """The most that the runner-up's full concession can weigh: what the candidate's own would be worth, M$."""
    return min(state["runner_up"], state["full_utility"]) if state["has_runner_up"] else -math.inf


@settings(lawful, max_examples=80)
@given(scenarios())
def test_p29_an_accepted_offer_beats_shelving_and_the_runner_up(scenario):
    """The runner-up's full concession counts at most at the candidate's own (R20's floor): a tremble can leave an
    offer at the table whose full concession is worth less than the runner-up's.  In the last month nobody is left to
    wait for, so that shelving alone counts."""
    for state, outcome in awards(scenario, RUNS):
        assert 0.0 <= outcome["concession"].min() <= outcome["concession"].max() <= 1.0
        if state["decision"] == ACCEPT:
            assert outcome["utility"] >= state["shelve_utility"]
        if state["decision"] == ACCEPT and outcome["month"] < scenario.tender.months - 1:
            assert outcome["utility"] >= full_value(state)
            assert outcome["utility"] >= state["aspiration"]


def test_p29_in_the_last_month_an_award_may_fall_short_of_the_runner_up():
    """About one tender in 2,500: a tremble keeps the candidate's offer below what the other bidder could give."""
    short = [
        (outcome["month"], state["utility"] < full_value(state))
        for state, outcome in awards(BASE, 6000)
        if state["decision"] == ACCEPT and state["utility"] < state["aspiration"]
    ]
    assert 1 <= len(short) <= 12
    assert set(short) == {(BASE.tender.months - 1, True)}


@settings(lawful, max_examples=80)
@given(scenarios())
def test_p29_without_trembles_an_accepted_offer_beats_the_runner_up_s_full_concession_outright(scenario):
    """Conditions: the winner's concession is worth something to the host (it may be built and is covered), and it is
    not the last month."""
    steady = scenario.at({"bargaining.tremble_sd": 0.0})
    for state, outcome in awards(steady, RUNS):
        valued = all(
            state["completion"][i] > 0 and state["coverage"][i] > 0 for i in outcome["winner"][outcome["winner"] >= 0]
        )
        early = outcome["month"] < scenario.tender.months - 1
        if state["decision"] == ACCEPT and valued and state["has_runner_up"] and early:
            assert outcome["utility"] >= state["runner_up"] - 1e-9 * scenario.host.value_scale


@lawful
@given(scenarios(lots=("bundled",)))
def test_p29_a_bidder_agrees_to_no_more_than_it_planned_for_next_month(scenario):
    """R10 without trembles: this month's concession, and the next one, from the patience of bidder and host."""
    steady = scenario.at({"bargaining.tremble_sd": 0.0})
    months, opening = scenario.tender.months, scenario.bargaining.opening_concession
    for state, outcome in awards(steady, RUNS):
        i = outcome["winner"][0]
        share = state["impatience"][i] / (state["impatience"][i] + state["host_impatience"])
        beta = scenario.bargaining.concession_exponent * math.sqrt(math.log(1 - share) / math.log(share))
        now, planned = (min(state["month"] + n, months) / months for n in (1, 2))
        assert state["concession"][i] == pytest.approx(opening + (1 - opening) * now ** (1 / beta))
        assert state["next_concession"][i] == pytest.approx(opening + (1 - opening) * planned ** (1 / beta))


def is_linear(scenario: Scenario, state: Any, i: int) -> bool:
    """Whether utility is linear in the winner's concession: no equity meets its cap, nor counts as the host's own."""
    host = scenario.host
    if host.own_stake_weight * host.balance_weight * host.award_weight > 0.0:
        return False
    for d in np.flatnonzero(state["award"][: len(scenario.deposits)] == i):
        value, reservation = state["project_value"][i, d], state["reservation"][i, d]
        if value > 0 and host.equity_min + host.equity_weight * reservation / value > host.equity_max:
            return False
    return True


@settings(lawful, max_examples=120)
@given(scenarios())
def test_p29_a_counter_offer_realises_the_aspiration_where_utility_is_linear(scenario):
    """R20 asks for the concession by linear interpolation; where equity meets its cap, or counts as the host's own, it
    may realise more or less, though never less than shelving."""
    scale = scenario.host.value_scale
    for state, outcome in awards(scenario, RUNS):
        if state["decision"] != COUNTER:
            continue
        d = int(np.flatnonzero(outcome["winner"] != NOBODY)[0])
        i = outcome["winner"][d]
        assert set(outcome["winner"].tolist()) <= {i, NOBODY}
        assert outcome["utility"] >= state["shelve_utility"]
        assert state["requested_concession"] <= state["next_concession"][i]
        assert outcome["concession"][d] == min(1.0, max(state["concession"][i], state["requested_concession"]))
        if is_linear(scenario, state, i):
            assert outcome["utility"] == pytest.approx(state["aspiration"], abs=1e-9 * scale)
            assert outcome["utility"] >= max(state["shelve_utility"], full_value(state)) - 1e-9 * scale


@settings(lawful, max_examples=300)
@given(*[st.floats(0.0, 2.0)] * 3, st.floats(0.1, 4.0), st.floats(-1.0, 1.0), st.floats(0.1, 3.0), st.floats(0.0, 1.0))
def test_p30_follow_through_rises_with_audience_cost_and_publicity_and_falls_with_own_cost(
    audience, publicity, cost, threat, resolve, slope, more
):
    at = rules.follow_through(slope, audience, publicity, threat, resolve, cost)
    assert rules.follow_through(slope, audience + more, publicity, threat, resolve, cost) >= at
    assert rules.follow_through(slope, audience, publicity + more, threat, resolve, cost) >= at
    assert rules.follow_through(slope, audience, publicity, threat, resolve, cost + more) <= at
    assert 0.0 < at < 1.0


@pytest.mark.parametrize(
    ("path", "levels"),
    [
        ("patrons.us.audience_cost", (0.0, 0.5, 1.0, 2.0)),
        ("patrons.us.publicity", (0.0, 0.5, 1.0)),
        ("patrons.us.execution_cost", (2.0, 1.0, 0.5, 0.0)),
    ],
)
def test_p30_more_refused_threats_are_carried_out(path, levels):
    """In the game: every threat is refused, as nothing is ever awarded."""
    refused = BASE.at(each(BASE, "bidders.*.entry", 12))
    assert_rises([outcomes(refused.at({path: x}), MANY)["threat_executed"][:, 0].astype(float) for x in levels])


@pytest.mark.parametrize(("executed", "backed_down"), [(1.0, 1.0), (0.6, 1.0), (1.5, 0.5)])
@pytest.mark.parametrize("resolve", [-0.4, 0.2])
def test_p31_the_belief_learns_the_truth_with_equal_weights_and_the_known_bias_without(executed, backed_down, resolve):
    """Twenty years of monthly episodes, no private noise in the resolve: the posterior mean against its limit."""
    watched = BASE.at(
        {
            **each(BASE, "bidders.*.entry", 240),
            **each(BASE, "patrons.*.levers.tariff.intensity", 0.0),
            "tender.months": 240,
            "patrons.us.episode_rate": 1.0,
            "patrons.us.resolve": resolve,
            "politics.resolve_sd": 0.0,
            "politics.belief_step_executed": executed,
            "politics.belief_step_backed_down": backed_down,
        }
    )
    us = watched.patrons["us"]
    truth = 1 / (1 + math.exp(-2.0 * (us.audience_cost * us.publicity + resolve - us.execution_cost)))
    limit = executed * truth / (executed * truth + backed_down * (1 - truth))
    belief = outcomes(watched, 1000)["credibility"][:, 0]
    assert belief.mean() == pytest.approx(limit, abs=0.012)
    assert belief.std() < 0.05


@settings(lawful, max_examples=200)
@given(st.floats(-4.0, 1.0), st.floats(0.1, 4.0), st.floats(0.1, 2.0), st.floats(100.0, 2000.0), st.floats(0.0, 1.0))
def test_p32_renegotiation_rises_with_the_price_and_falls_with_protection(base, slope, guard, price, protection):
    at = rules.renegotiation_probability(base, slope, guard, price, 530.0, protection)
    assert rules.renegotiation_probability(base, slope, guard, price * 1.1, 530.0, protection) > at
    assert rules.renegotiation_probability(base, slope, guard, price, 530.0, protection + 0.1) < at


def test_p32_in_the_game_dear_metal_reopens_deals_and_protection_keeps_them():
    outcome = outcomes(BASE.at({"patrons.us.protection": 0.0}), 4 * MANY)
    won = outcome[outcome["winner"][:, 0] == COVE]
    low, high = np.quantile(won["horizon_price"], [1 / 3, 2 / 3])
    cheap, dear = won[won["horizon_price"] < low], won[won["horizon_price"] > high]
    assert dear["renegotiated"][:, 0].mean() > cheap["renegotiated"][:, 0].mean() + 0.05
    kept = outcomes(BASE.at({"patrons.us.protection": 2.0}), 4 * MANY)["renegotiated"][:, 0]
    assert (kept <= outcome["renegotiated"][:, 0]).all()
    assert kept.mean() < outcome["renegotiated"][:, 0].mean() / 2


@lawful
@given(scenarios(), st.integers(0, 99))
def test_p33_a_host_without_memory_or_balance_sees_neither_credit_nor_camps(scenario, seed):
    plain = scenario.at({"host.balance_weight": 0.0, "host.credit_weight": 0.0, "host.backlash": 0.0})
    count, rng = len(scenario.patrons), np.random.default_rng(seed)
    changes: dict[str, Any] = {
        "host.history_weight": 7.0,
        "host.award_weight": 0.3,
        "politics.credit_half_life": 1.5,
        "politics.credit_gain_summit": 0.9,
    }
    shares = rng.dirichlet(np.ones(count + 1), 2)
    for k, name in enumerate(scenario.patrons):
        changes[f"patrons.{name}.credit"] = float(rng.random())
        changes[f"patrons.{name}.conflict_expectation"] = float(rng.random())
        changes[f"patrons.{name}.portfolio_share"] = 0.999 * float(shares[0, k])
        changes[f"patrons.{name}.ideal_share"] = 0.999 * float(shares[1, k])
    assert_same_award(outcomes(plain, RUNS, seed), outcomes(plain.at(changes), RUNS, seed))


@lawful
@given(scenarios(min_patrons=2), st.integers(0, 99))
def test_p33_where_moreover_nobody_presses_it_does_not_matter_whose_bidder_one_is(scenario, seed):
    idle = {p.path: 0.0 for p in scenario.parameters("patrons.*.levers.*.intensity")}
    plain = scenario.at({**idle, "host.balance_weight": 0.0, "host.credit_weight": 0.0})
    camps = list(scenario.patrons)
    rng = np.random.default_rng(seed)
    moved = plain.at({f"bidders.{name}.patron": camps[rng.integers(len(camps))] for name in scenario.bidders})
    assert_same_award(outcomes(plain, RUNS, seed), outcomes(moved, RUNS, seed))


@lawful
@given(scenarios())
def test_p34_a_threat_is_inert_on_a_host_that_ignores_it_and_yields_without_shame(scenario):
    """Conditions: budget slack (a threat takes capital from the other levers), and nobody who answers to a rival's."""
    blind = deaf(slack(scenario), *PRESSURE).at({"host.threat_weight": 0.0, "host.backlash": 0.0})
    pressed = blind.at(each(scenario, "patrons.*.levers.tariff.intensity", 3.0))
    calm = blind.at(each(scenario, "patrons.*.levers.tariff.intensity", 0.0))
    assert_same_award(outcomes(pressed, RUNS, 10), outcomes(calm, RUNS, 10))


@lawful
@given(scenarios(min_bidders=2), st.floats(0.1, 4.0))
def test_p35_a_threat_is_neutral_between_the_bidders_of_its_patron(scenario, threat):
    """Conditions: every bidder belongs to the threatener, shelving and waiting are never worth having (U0 slack),
    budget slack, and nobody who answers to a rival's levers.  The threat then takes the same from every allocation."""
    table = deaf(slack(scenario), *PRESSURE).at(
        {
            **each(scenario, "bidders.*.patron", "patron_0"),
            "tender.lots": "bundled",
            "tender.synergy": 100 * scenario.host.value_scale,
            "host.backlash": 0.5,
            "shelving.weight": 0.0,
        }
    )
    lever = "patrons.patron_0.levers.tariff"
    pressed = outcomes(table.at({f"{lever}.intensity": threat}), RUNS, 11)
    calm = outcomes(table.at({f"{lever}.intensity": 0.0}), RUNS, 11)
    for name in ("winner", "month", "shelved", "counters", "countered", "coverage", "completion"):
        np.testing.assert_array_equal(pressed[name], calm[name], err_msg=name)
    for name in ("equity", "concession"):
        np.testing.assert_allclose(pressed[name], calm[name], atol=1e-8, err_msg=name)


def test_p35_is_false_where_shelving_binds():
    """A threat makes refusing everybody dearer: where shelving is what the host has in hand, it gives in sooner."""
    table = twins().at({"bidders.west_co.patron": "east", "shelving.weight": 0.9, "host.backlash": 0.0})
    lever = "patrons.east.levers.tariff.intensity"
    calm, pressed = outcomes(table, MANY), outcomes(table.at({lever: 2.0}), MANY)
    assert pressed["shelved"].mean() < calm["shelved"].mean() - 0.02


@lawful
@given(scenarios(min_bidders=2))
def test_p36_a_bidder_with_nothing_to_give_never_wins(scenario):
    broke = {"unit_cost": 1e5, "premium": 0.0, "premium_mandated": 0.0}
    hopeless = scenario.at({f"bidders.bidder_0.{name}": value for name, value in broke.items()})
    assert not (outcomes(hopeless, RUNS, 12)["winner"] == 0).any()
    for state, outcome in closings(scenario, 10):
        for d, i in enumerate(outcome["winner"][: len(scenario.deposits)]):
            assert i == NOBODY or state["reservation"][i, d] > 0.0
            assert i == NOBODY or state["rent"][i, d, FULL] >= state["rent"][i, d, OPENING]
            assert i == NOBODY or state["bids"][i, d]


# ---------------------------------------- P37: levers act in proportion


@settings(lawful, max_examples=60)
@given(scenarios(), st.sampled_from(LEVERS), st.integers(0, 99))
def test_p37_a_lever_that_is_hardly_pressed_decides_nothing(scenario, lever, seed):
    """Condition: nobody answers to a rival's levers, however light."""
    path = f"patrons.patron_0.levers.{lever}"
    table = deaf(scenario, *PRESSURE).at({f"{path}.onset": 0, f"{path}.trigger": "always"})
    none, hardly = (outcomes(table.at({f"{path}.intensity": x}), RUNS, seed) for x in (0.0, 1e-9))
    for name in ("winner", "month", "shelved", "countered"):
        np.testing.assert_array_equal(hardly[name], none[name], err_msg=name)


def test_p37_is_false_where_a_rival_answers_to_the_lightest_lever():
    """China presses hard once the United States press at all."""
    china = {f"patrons.china.levers.{name}.intensity": 1.0 for name in ("access", "engagement", "finance", "denial")}
    china |= {f"patrons.china.levers.{name}.trigger": "rival_presses" for name in LEVERS}
    idle = {f"patrons.us.levers.{name}.intensity": 0.0 for name in LEVERS}
    table = BASE.at(china | idle)
    hardly = wins(table.at({"patrons.us.levers.tariff.intensity": 1e-6}), SOE) - wins(table, SOE)
    assert hardly.mean() > 4 * error_of(hardly)


def test_p37_the_win_probability_rises_without_a_jump_along_the_finance_lever():
    """Intensities 0, 1e-6, 0.01, 0.1, 0.5, 1: a millionth does nothing, a hundredth next to nothing."""
    lever = "patrons.us.levers.finance.intensity"
    curve = [wins(BASE.at({lever: x}), COVE, 4 * MANY) for x in (0.0, 1e-6, 0.01, 0.1, 0.5, 1.0)]
    assert_rises(curve)
    millionth, hundredth, tenth = (step - curve[0] for step in curve[1:4])
    assert abs(millionth.mean()) <= 4 / len(millionth)
    assert 0.0 < hundredth.mean() < 0.05
    assert hundredth.mean() < tenth.mean() / 4
    assert tenth.mean() < (curve[-1] - curve[0]).mean() / 2


# ---------------------------------------- P38: lots that nobody wants


@lawful
@given(scenarios(min_deposits=2, lots=("split",)), st.integers(0, 99))
def test_p38_a_lot_that_nobody_can_work_may_cost_still_more(scenario, seed):
    """Nobody else's award changes by a bit but for the option on that lot, which is nil here."""
    sober = scenario.at(
        {**each(scenario, "bidders.*.hurdle", 0.2), "shelving.weight": 0.0, "project.capex_factor": 1.0}
    )
    hopeless = [outcomes(sober.at({"deposits.deposit_1.capex": x}), RUNS, seed) for x in (1e6, 1e8)]
    assert (hopeless[0]["winner"][:, 1] == NOBODY).all()
    assert_same_award(*hopeless)


@lawful
@given(scenarios(min_deposits=2, lots=("split",)), st.integers(0, 99))
def test_p38_the_option_on_a_lot_that_nobody_wants_adds_to_every_utility_alike(scenario, seed):
    sober = scenario.at({**each(scenario, "bidders.*.hurdle", 0.2), "project.capex_factor": 1.0})
    dear, dearer = (outcomes(sober.at({"deposits.deposit_1.capex": x}), RUNS, seed) for x in (1e5, 2e5))
    for name in ("winner", "month", "shelved", "countered"):
        np.testing.assert_array_equal(dear[name], dearer[name], err_msg=name)
    for name in ("equity", "bonus", "concession", "surplus"):
        np.testing.assert_allclose(dear[name], dearer[name], rtol=1e-7, atol=1e-7 * scenario.host.value_scale)
    assert (dear["utility"] >= dearer["utility"] - 1e-9 * scenario.host.value_scale).all()


@settings(lawful, max_examples=80)
@given(scenarios(max_deposits=3, lots=("split",)), st.integers(0, 99))
def test_adding_a_lot_that_nobody_wants_changes_nobody_else_s_award(scenario, seed):
    """Conditions: no synergy (nobody can take everything any more), and a lot that weighs nothing beside the others."""
    game = scenario.at({"tender.synergy": 0.0}).game()
    more, last = game.copy(), int(game["deposits"][0])
    more["deposits"] = last + 1
    more["deposit_capex"][0, last], more["deposit_key"][0, last] = 100.0, 7
    without, present = rows(game, RUNS, seed)[0], rows(more, RUNS, seed)[0]
    assert (present["winner"][:, last] == NOBODY).all()
    assert_same_award(without, present)


def test_a_lot_that_nobody_wants_no_longer_shelves_the_rest():
    """As a bundle nobody can work the two; as lots Upper Kairakty is awarded alone."""
    dear = BASE.at({"deposits.north_katpar.capex": 3000.0})
    assert outcomes(dear, 500)["shelved"].all()
    apart = outcomes(dear.at({"tender.lots": "split"}), 500)
    assert apart["partial"].mean() > 0.9
    np.testing.assert_array_equal(apart["partial"], 1 - apart["shelved"])
    np.testing.assert_allclose(apart["kept_share"][apart["partial"] == 1], 0.42, rtol=1e-9)


# ---------------------------------------- the state's own stake


@lawful
@given(scenarios(), st.integers(0, 99))
def test_the_state_s_own_stake_does_not_matter_where_balance_does_not(scenario, seed):
    plain = scenario.at({"host.balance_weight": 0.0})
    one, other = (outcomes(plain.at({"host.own_stake_weight": x}), RUNS, seed) for x in (0.0, 1.0))
    assert_same_award(one, other)


@lawful
@given(scenarios(), st.integers(0, 99))
def test_shares_of_the_portfolio_after_the_award_follow_from_the_equity_agreed(scenario, seed):
    host, own = scenario.host, scenario.host.own_stake_weight
    w = [patron.portfolio_share for patron in scenario.patrons.values()]
    ideal = [patron.ideal_share for patron in scenario.patrons.values()]
    weights = scenario.game()["deposit_weight"][0]
    for _, outcome in closings(scenario, 10, seed):
        v, awarded = np.zeros(len(w) + 1), 0.0
        for d, i in enumerate(outcome["winner"][: len(scenario.deposits)]):
            if i != NOBODY:
                weight = float(weights[d])
                camp = list(scenario.patrons).index(scenario.bidders[scenario.bidder_names[i]].patron)
                v[camp] += weight * (1 - own * outcome["equity"][d])
                v[-1] += weight * own * outcome["equity"][d]
                awarded += weight
        before, wanted = np.append(w, 1 - sum(w)), np.append(ideal, 1 - sum(ideal))
        n0, n1 = host.history_weight, host.award_weight
        after = (n0 * before + n1 * v) / (n0 + n1 * awarded)
        assert outcome["hhi_before"] == pytest.approx((before**2).sum())
        assert outcome["hhi_after"] == pytest.approx((after**2).sum())
        balance = -host.balance_weight * host.value_scale * ((after - wanted) ** 2).sum()
        assert outcome["balance"] == pytest.approx(balance, rel=1e-9, abs=1e-7)


# ---------------------------------------- triggers and lags


@lawful
@given(scenarios(), st.integers(0, 99))
def test_a_lever_that_waits_for_nothing_has_no_lag(scenario, seed):
    always = scenario.at({p.path: "always" for p in scenario.parameters("patrons.*.trigger")})
    late = always.at({p.path: 5 for p in always.parameters("patrons.*.lag")})
    prompt = always.at({p.path: 0 for p in always.parameters("patrons.*.lag")})
    one, other = outcomes(prompt, RUNS, seed), outcomes(late, RUNS, seed)
    for name in OUTCOME.names:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


@pytest.mark.parametrize("trigger", ["rival_presses", "rival_threatens"])
@pytest.mark.parametrize("lag", [0, 3])
def test_an_answer_to_the_tariff_of_july_comes_in_august_or_as_much_later_as_it_lags(trigger, lag):
    """The US tariff is in effect from month 3 on: China's answer is one with an onset of 4 + lag."""
    levers = ("access", "engagement", "finance")
    answer = {f"patrons.china.levers.{name}.intensity": 1.0 for name in levers}
    waiting = {f"patrons.china.levers.{name}.trigger": trigger for name in levers}
    waiting |= {f"patrons.china.levers.{name}.lag": lag for name in levers}
    timed = {f"patrons.china.levers.{name}.onset": 4 + lag for name in levers}
    one, other = outcomes(BASE.at(answer | waiting), 2000), outcomes(BASE.at(answer | timed), 2000)
    for name in OUTCOME.names:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


# ---------------------------------------- after the award, recomputed from what is on record


@lawful
@given(scenarios(), st.integers(0, 99))
def test_what_a_patron_gets_follows_from_its_share_its_mines_and_its_levers(scenario, seed):
    """With credit that neither fades nor grows before the award, so that what the award does to it can be seen."""
    scenario = scenario.at({"politics.credit_half_life": 1e9, "politics.credit_gain_summit": 0.0})
    politics, scale = scenario.politics, scenario.host.value_scale
    weight = np.array([lot.output for lot in scenario.deposits.values()])
    weight /= weight.sum()
    for state, outcome in closings(scenario, 10, seed):
        camps = [scenario.bidders[scenario.bidder_names[i]].patron if i >= 0 else "" for i in outcome["winner"]]
        unasked = unasked_shares(scenario, state, outcome, weight)
        for k, (name, patron) in enumerate(scenario.patrons.items()):
            mine = np.array([camp == name for camp in camps[: len(weight)]])
            share, built = weight[mine].sum(), (weight * outcome["done"][: len(weight)])[mine].sum()
            threat, executed = state["lever"][k, 0], outcome["threat_executed"][k]
            stake = 0.25 * patron.exports * patron.exposed_share * patron.incidence * patron.annuity
            refused = threat > 0 and share + unasked[k] < 1 - 1e-12
            assert outcome["threat_refused"][k] == refused
            assert not executed or refused
            payoff = patron.stake * (patron.stake_on_award * share + (1 - patron.stake_on_award) * built)
            payoff -= patron.point_value * outcome["points_used"][k]
            carried_out = politics.execution_cost_scale * patron.execution_cost * threat**2 * scale * executed
            backed_down = politics.audience_cost_scale * patron.audience_cost * patron.publicity * threat * scale
            backed_down *= refused and not executed
            payoff -= carried_out + backed_down
            assert outcome["execution_cost"][k] == pytest.approx(carried_out)
            assert outcome["back_down_cost"][k] == pytest.approx(backed_down)
            credit = patron.credit + politics.credit_gain_award * built * (1 - patron.credit)
            lost = (1 - politics.credit_loss) * patron.credit
            assert outcome["patron_share"][k] == pytest.approx(share)
            assert outcome["threat_loss"][k] == pytest.approx(
                executed * threat * stake * (1 - share - unasked[k]), abs=1e-9
            )
            assert outcome["patron_payoff"][k] == pytest.approx(payoff, rel=1e-9, abs=1e-7)
            assert outcome["credit"][k] == pytest.approx(credit if share > 0 else lost, abs=1e-6)


def unasked_shares(scenario: Scenario, state: Any, outcome: Any, weight: np.ndarray) -> list[float]:
    """By patron: the value share of the kept lots on which none of its bidders bid; nothing where all was kept."""
    if outcome["shelved"]:
        return [0.0] * len(scenario.patrons)
    kept = outcome["winner"][: len(weight)] == NOBODY
    asked = {name: np.zeros(len(weight), bool) for name in scenario.patrons}
    for i, bidder in enumerate(scenario.bidders.values()):
        asked[bidder.patron] |= state["bids"][i, : len(weight)] == 1
    return [float(weight[kept & ~asked[name]].sum()) for name in scenario.patrons]


@lawful
@given(scenarios(), st.integers(0, 99))
def test_public_money_follows_from_the_letters_of_a_patron_s_lenders_to_winners(scenario, seed):
    capex = scenario.project.capex_factor * np.array([lot.capex for lot in scenario.deposits.values()])
    for state, outcome in closings(scenario, 10, seed):
        written, came = (dict.fromkeys(scenario.patrons, 0.0) for _ in range(2))
        for f, lender in enumerate(scenario.financiers.values()):
            i = scenario.bidder_names.index(lender.bidder)
            won = capex[outcome["winner"][: len(capex)] == i].sum()
            assert outcome["letter_issued"][f] == (state["letter_month"][f] >= 0)
            assert outcome["letter_converted"][f] <= outcome["letter_issued"][f] * (outcome["value_share"][i] > 0)
            if lender.public and outcome["letter_issued"][f]:
                mandate = lender.patron or scenario.camp_of(lender.bidder)
                written[mandate] += state["letter_share"][f] * won
                came[mandate] += state["letter_share"][f] * won * outcome["letter_converted"][f]
        for k, name in enumerate(scenario.patrons):
            assert outcome["public_money"][k] == pytest.approx(written[name])
            assert outcome["public_money_converted"][k] == pytest.approx(came[name])


@lawful
@given(scenarios(), st.integers(0, 99))
def test_what_the_host_gets_follows_from_what_is_built_paid_delivered_and_executed(scenario, seed):
    host, renegotiation = scenario.host, scenario.renegotiation
    weight = np.array([lot.output for lot in scenario.deposits.values()])
    weight /= weight.sum()
    for state, outcome in closings(scenario, 10, seed):
        money = (outcome["access_delivered"] - outcome["threat_loss"] - outcome["backlash"]).sum()
        for d, i in enumerate(outcome["winner"][: len(weight)]):
            if i == NOBODY:
                money += state["option"][d]
                continue
            equity = outcome["equity"][d]
            if outcome["renegotiated"][d]:
                equity = max(equity, min(renegotiation.equity_cap, equity + renegotiation.equity_step))
            income = state["tax"][i, d] + equity * max(state["project_value"][i, d], 0.0)
            income += host.processing_value * weight[d] * outcome["processing"][d]
            income -= host.offtake_cost * weight[d] * outcome["offtake"][d] ** 2 / 2
            money += outcome["done"][d] * income + outcome["bonus"][d] * outcome["realised_coverage"][d]
        assert outcome["host_money"] == pytest.approx(money, rel=1e-9, abs=1e-7)
        assert outcome["host_value"] == pytest.approx(outcome["host_money"] + outcome["balance"])
        assert outcome["balance"] <= 0.0


@pytest.mark.parametrize("outputs", [(0.16, 0.12), (0.27, 1.04, 1.01), (1.3, 0.15, 1.12, 0.35)])
def test_a_threatener_that_got_everything_was_not_refused(outputs):
    """Value shares of these deposits do not add up to one exactly; that is no refusal."""
    document = BASE.document()
    document["deposits"] = {f"lot_{d}": {"output": output, "capex": 100.0} for d, output in enumerate(outputs)}
    document["bidders"] = {"cove_kaz": document["bidders"]["cove_kaz"]}
    document["financiers"] = {}
    outcome = outcomes(scenario_from({**document, "sources": {}}).at({"bidders.cove_kaz.own_capital": 1.0}), 500)
    won = outcome[outcome["shelved"] == 0]
    assert len(won) > 400
    assert not won["threat_executed"].any()
    np.testing.assert_array_equal(won["patron_share"][:, 0], 1.0)
    np.testing.assert_array_equal(won["value_share"][:, 0], 1.0)


def test_a_threat_carried_out_over_half_the_deposits_costs_half():
    """Lots split between the camps: the loss is that of the part that went elsewhere."""
    table = BASE.at({"tender.lots": "split", "host.balance_weight": 6.0})
    outcome = outcomes(table, 4000)
    shares, executed = outcome["patron_share"][:, 0], outcome["threat_executed"][:, 0]
    full = 0.25 * 1970 * 0.15 * 0.6 * 2.5
    assert ((shares > 0) & (shares < 1) & (executed == 1)).sum() > 100
    np.testing.assert_allclose(outcome["threat_loss"][:, 0], executed * full * (1 - shares), rtol=1e-9)


def test_a_shelved_deposit_leaves_the_host_its_option_less_what_threats_cost():
    """Shelved: y = 0 for all, and threats follow R5 as after an award."""
    table = BASE.at({**each(BASE, "bidders.*.entry", 12), **SILENCE, "politics.resolve_sd": 0.5})
    outcome = outcomes(table, 20_000)
    loss = 0.25 * 1970 * 0.15 * 0.6 * 2.5
    executed = outcome["threat_executed"][:, 0] == 1
    np.testing.assert_allclose(outcome["threat_loss"][:, 0], loss * executed)
    worth = outcome["host_money"] + outcome["threat_loss"].sum(axis=1)
    assert np.ptp(worth) < 1e-9
    game, z = BASE.patrons["us"], np.linspace(-6, 6, 20001)
    resolve = game.resolve + 0.5 * z
    probability = 1 / (1 + np.exp(-2 * (game.audience_cost * game.publicity + resolve - game.execution_cost)))
    expected = np.average(probability, weights=np.exp(-(z**2) / 2))
    assert executed.mean() == pytest.approx(expected, abs=4 * error_of(executed.astype(float)))
