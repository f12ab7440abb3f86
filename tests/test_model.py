"""A negotiation as a Mesa model: agents with readable state, data month by month, turns that can be overridden."""

from __future__ import annotations

import copy
import gc
import math
import os
import pickle
import re
import subprocess
import sys
import weakref
from pathlib import Path

import mesa
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import scenarios

import minegame
from minegame import turns
from minegame.agents import Bidder, Financier, Host, Offer, Participant, Patron, allocation_name
from minegame.game import (
    BUNDLED,
    COUNTER,
    DECISIONS,
    DENIAL,
    LEDGER,
    LEVER_TABLE,
    LEVERS,
    OUTCOME,
    OUTCOME_TABLE,
    ROOM,
    TARIFF,
)
from minegame.model import AGENT_REPORTERS, MODEL_REPORTERS, Negotiation
from minegame.scenario import Scenario, ScenarioError

BIDDERS = ("cove_kaz", "chinese_soe")
PAGE = Path(__file__).resolve().parents[1] / "docs" / "mesa.md"


def reproducible(examples):
    return settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )


def same(one, other):
    """Whether two negotiations ended alike, to the last bit of every field."""
    return all(one.outcome_array[name].tobytes() == other.outcome_array[name].tobytes() for name in OUTCOME.names)


# ------------------------------------------------------------------------------------------------------- a Mesa model


def test_without_arguments_the_baseline_is_played():
    negotiation = Negotiation()
    assert isinstance(negotiation, mesa.Model)
    assert negotiation.case == Scenario.load("kazakhstan_tungsten")
    assert (negotiation.seed, negotiation.replication) == (0, 0)
    while negotiation.running:
        negotiation.step()
    assert set(negotiation.winners) == {"upper_kairakty", "north_katpar"}
    assert set(negotiation.winners.values()) <= {*BIDDERS, None}
    assert negotiation.state.decision in (DECISIONS.index(name) for name in ("accept", "counter", "shelve"))
    assert minegame.Negotiation is Negotiation


def test_a_scenario_comes_by_name_by_path_or_ready_made():
    scenario = Scenario.load("two_bidders")
    ready = Negotiation(scenario, seed=3).play()
    named = Negotiation("two_bidders", seed=3).play()
    assert same(ready, named)
    with pytest.raises(ScenarioError):
        Negotiation("no_such_place")


def test_the_same_address_gives_the_same_negotiation_and_another_gives_another():
    first, again = (Negotiation(seed=1, replication=5).play() for _ in range(2))
    assert same(first, again)
    assert not same(first, Negotiation(seed=1, replication=6).play())
    assert not same(first, Negotiation(seed=2, replication=5).play())
    assert same(first, Negotiation(rng=1, replication=5).play())


def test_mesa_s_own_luck_is_never_asked():
    negotiation = Negotiation(seed=1)
    before = negotiation.rng.bit_generator.state, negotiation.random.getstate()
    negotiation.play()
    assert (negotiation.rng.bit_generator.state, negotiation.random.getstate()) == before


def test_run_model_plays_to_the_end():
    negotiation = Negotiation(seed=4)
    negotiation.run_model()
    assert not negotiation.running
    assert same(negotiation, Negotiation(seed=4).play())


def test_a_step_after_the_end_does_nothing():
    negotiation = Negotiation(seed=4).play()
    state, outcome, months = negotiation.state.copy(), negotiation.outcome.copy(), len(negotiation.history)
    negotiation.step()
    assert (negotiation.state, negotiation.outcome, len(negotiation.history)) == (state, outcome, months)
    assert len(negotiation.datacollector.get_model_vars_dataframe()) == months


@pytest.mark.parametrize("address", [{"seed": -1}, {"seed": 2**63}, {"rng": -1}])
def test_a_seed_that_has_no_luck_of_its_own_is_refused(address):
    with pytest.raises(
        ValueError, match=f"(seed|rng) .* is not allowed: expected a whole number between 0 and {2**63 - 1}"
    ):
        Negotiation(**address)


@pytest.mark.parametrize("replication", [-1, 2**44])
def test_a_replication_that_would_replay_another_is_refused(replication):
    with pytest.raises(ValueError, match=f"replication .* expected a whole number between 0 and {2**44 - 1}"):
        Negotiation(replication=replication)


def test_the_last_addresses_are_played():
    last, first = Negotiation(seed=2**63 - 1, replication=2**44 - 1).play(), Negotiation(seed=None).play()
    assert not same(last, first)


def test_batch_run_plays_replications():
    rows = mesa.batch_run(
        Negotiation, {"scenario": "two_bidders", "replication": range(5)}, number_processes=1, display_progress=False
    )
    last = {row["replication"]: row for row in rows}
    assert sorted(last) == list(range(5))
    for replication, row in last.items():
        alone = Negotiation(
            "two_bidders", seed=row["seed"] if row.get("seed") is not None else 0, replication=replication
        )
        frame = alone.play().datacollector.get_model_vars_dataframe()
        assert (row["month"], row["decision"]) == (frame["month"].iloc[-1], frame["decision"].iloc[-1])
        assert row["price"] == frame["price"].iloc[-1]
        assert (row["host_value"], row["winner"]) == (alone.outcome.host_value, frame["winner"].iloc[-1])
    assert len({row["price"] for row in last.values()}) == 5


def test_batch_run_shows_every_agent_once_as_it_stood_in_the_month_of_the_decision():
    rows = mesa.batch_run(Negotiation, {"replication": [3, 4, 5]}, number_processes=1, display_progress=False)
    assert len(rows) == 3 * 9
    for row in rows:
        negotiation = Negotiation(replication=row["replication"]).play()
        agent = negotiation.agent(row["name"])
        assert (row["AgentID"], row["kind"]) == (agent.unique_id, agent.kind)
        assert (row["month"], row["utility"]) == (negotiation.outcome.month, negotiation.outcome.utility)
        assert row["winner.upper_kairakty"] == negotiation.winners["upper_kairakty"]
        for name in ("credit", "letter_month", "concession", "coverage"):
            assert row[name] == getattr(agent, name, None)
        assert row["tariff"] == (agent.levers["tariff"] if agent.kind == "patron" else None)
    assert not set(AGENT_REPORTERS) & set(MODEL_REPORTERS)


def test_batch_run_varies_who_sits_where():
    rows = mesa.batch_run(
        Negotiation,
        {"agents": [{}, {"host": PatientHost}], "replication": 1},
        number_processes=1,
        display_progress=False,
    )
    assert len({row["month"] for row in rows}) == 2


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["deepcopy", "pickle"]
)
@pytest.mark.parametrize("months", [0, 4, 240])
def test_a_copy_plays_on_as_the_original_does(copied, months):
    negotiation = Negotiation(seed=1, replication=7, agents={"chinese_soe": MatchingBidder})
    while negotiation.running and negotiation.steps < months:
        negotiation.step()
    other = copied(negotiation)
    assert same(other, negotiation)
    other.play()
    assert (other.steps > negotiation.steps) == negotiation.running
    assert same(other, negotiation.play())
    assert repr(other.everybody) == repr(negotiation.everybody)
    frames = [model.datacollector.get_agenttype_vars_dataframe(Patron) for model in (other, negotiation)]
    assert frames[0].equals(frames[1])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"seed": 1.5}, "seed must be a whole number, not 1.5"),
        ({"rng": "a"}, "rng must be a whole number, not 'a'"),
        ({"replication": "a"}, "replication must be a whole number, not 'a'"),
        ({"replication": 2.0}, "replication must be a whole number, not 2.0"),
        ({"agents": {"cove_kaz": 3}}, r"agents\['cove_kaz'\] must be a class, a subclass of Bidder, not 3"),
        ({"agents": "cove_kaz"}, "agents must map names to classes, not 'cove_kaz'"),
    ],
)
def test_an_argument_of_another_type_is_refused_by_name(arguments, complaint):
    with pytest.raises(TypeError, match=complaint):
        Negotiation(**arguments)


def test_numpy_s_whole_numbers_are_whole_numbers():
    negotiation = Negotiation(seed=np.int64(3), replication=np.uint8(4))
    assert (negotiation.seed, negotiation.replication) == (3, 4)


def test_there_is_no_outcome_before_the_end():
    negotiation = Negotiation(seed=2)
    negotiation.step()
    assert negotiation.outcome is None
    assert set(negotiation.winners.values()) == {None}
    assert negotiation.play().outcome.utility > 0.0


def test_what_is_printed_says_how_things_stand():
    negotiation = Negotiation(seed=1)
    assert repr(negotiation) == "<Negotiation kazakhstan_tungsten, seed 1, replication 0: not begun>"
    assert [repr(agent) for agent in negotiation.everybody][::4] == [
        "<Patron us: no lever; credibility 0.60, credit 0.35>",
        "<Financier china_policy_bank: for chinese_soe, nothing issued>",
        "<Host host: none, nobody bids>",
    ]
    for _ in range(5):
        negotiation.step()
    assert repr(negotiation) == "<Negotiation kazakhstan_tungsten, seed 1, replication 0: after month 4>"
    assert [repr(negotiation.agent(name)) for name in ("us", "china_policy_bank", "chinese_soe", "host")] == [
        "<Patron us: tariff 1; credibility 0.50, credit 0.33>",
        "<Financier china_policy_bank: for chinese_soe, issued 60% of capital in month 2>",
        "<Bidder chinese_soe: for china, concession 0.24, coverage 1.00>",
        "<Host host: wait, likes chinese_soe, utility 343 M$>",
    ]
    ending = "seed 1, replication 0: cove_kaz in month 8>"
    assert repr(negotiation.play()) == f"<Negotiation kazakhstan_tungsten, {ending}"


def test_the_package_lists_what_it_imports_when_asked():
    assert set(minegame.__all__) <= set(dir(minegame))


# ------------------------------------------------------------------------------------------------------------- the data


def test_data_has_a_row_a_month_for_the_model_and_every_agent():
    negotiation = Negotiation(seed=2).play()
    months = int(negotiation.outcome.month) + 1
    model = negotiation.datacollector.get_model_vars_dataframe()
    assert list(model.columns) == [
        "month", "price", "mine_price", "candidate", "utility", "aspiration", "shelve_utility", "decision",
        "winner", "shelved", "split", "partial", "countered", "counters", "surplus", "kept_share", "done_share",
        "host_value", "host_money", "balance", "hhi_before", "hhi_after", "horizon_price", "winner.upper_kairakty",
        "winner.north_katpar",
    ]  # fmt: skip
    assert list(model["month"]) == list(range(months))
    assert list(model["decision"])[:-1] == ["wait"] * (months - 1)
    assert model["decision"].iloc[-1] in ("accept", "counter", "shelve")
    assert model["price"].iloc[-1] == negotiation.outcome.price
    for name in ("host_value", "host_money", "surplus", "hhi_after"):
        assert model[name].iloc[-1] == negotiation.outcome[name]
        assert model[name].iloc[:-1].isna().all()
    agents = negotiation.datacollector.get_agent_vars_dataframe()
    assert list(agents.columns) == [
        "name", "kind", *LEVERS, "credibility", "credit", "summits", "points_used", "share", "has_issued",
        "letter_month", "concession", "coverage", "completion", "offers",
    ]  # fmt: skip
    assert len(agents) == months * len(negotiation.everybody)
    assert set(agents["kind"]) == {"patron", "financier", "bidder", "host"}


@pytest.mark.parametrize(
    ("kind", "count", "columns"),
    [
        (Patron, 2, ["name", *LEVERS, "credibility", "credit", "summits", "points_used", "share"]),
        (Financier, 4, ["name", "has_issued", "letter_month", "share"]),
        (Bidder, 2, ["name", "concession", "coverage", "completion", "offers"]),
        (Host, 1, ["name", "utility", "aspiration", "shelve_utility", "decision"]),
    ],
)
def test_data_has_a_row_a_month_for_every_agent_of_a_kind(kind, count, columns):
    negotiation = Negotiation(seed=2).play()
    frame = negotiation.datacollector.get_agenttype_vars_dataframe(kind)
    assert list(frame.columns) == columns
    assert len(frame) == (int(negotiation.outcome.month) + 1) * count


def test_what_is_collected_is_what_the_agents_showed():
    negotiation = Negotiation(seed=2).play()
    frame = negotiation.datacollector.get_agenttype_vars_dataframe(Patron).set_index("name", append=True)
    for step, past in enumerate(negotiation.history, start=1):
        row = frame.xs("us", level="name").loc[step].iloc[0]
        assert row["tariff"] == past.lever[0, TARIFF]
        assert row["credit"] == past.credit[0]
        assert row["credibility"] == past.belief_a[0] / (past.belief_a[0] + past.belief_b[0])


def test_a_subclass_reports_what_its_parent_reports():
    negotiation = Negotiation(seed=2, agents={"chinese_soe": DutifulBidder}).play()
    frame = negotiation.datacollector.get_agenttype_vars_dataframe(DutifulBidder)
    assert set(frame["name"]) == {"chinese_soe"}
    assert "offers" in frame.columns
    assert set(negotiation.datacollector.get_agenttype_vars_dataframe(Bidder)["name"]) == set(BIDDERS)
    with pytest.raises(ValueError, match="no table of Agent; there are Patron, Financier, Bidder, Host"):
        negotiation.datacollector.get_agenttype_vars_dataframe(mesa.Agent)


# ----------------------------------------------------------------------------------------------------------- the agents


def test_everybody_is_a_mesa_agent_of_the_model():
    negotiation = Negotiation()
    assert set(negotiation.agents) == set(negotiation.everybody)
    assert all(isinstance(agent, mesa.Agent) and isinstance(agent, Participant) for agent in negotiation.everybody)
    assert [agent.name for agent in negotiation.everybody] == [
        "us", "china", "us_public_lenders", "us_private_capital", "china_policy_bank", "china_commercial_banks",
        "cove_kaz", "chinese_soe", "host",
    ]  # fmt: skip
    assert negotiation.agent("chinese_soe").patron is negotiation.agent("china")
    assert negotiation.agent("us_private_capital").bidder is negotiation.agent("cove_kaz")
    with pytest.raises(KeyError, match="cove_kaz"):
        negotiation.agent("cove")


def test_a_patron_shows_its_levers_standing_and_purse():
    negotiation = Negotiation(seed=2)
    us, china = negotiation.agent("us"), negotiation.agent("china")
    assert us.belief == (3.0, 2.0)
    assert (us.credibility, us.credit, us.summits) == (0.6, 0.35, 0)
    assert (us.budget_left, us.points_used) == (60.0, 0.0)
    for _ in range(4):
        negotiation.step()
    assert us.levers == {"tariff": 1.0, "access": 0.0, "engagement": 0.0, "finance": 0.0, "denial": 0.0}
    assert us.points_used == 1.0
    assert us.budget_left == 59.0
    assert not any(china.levers.values())
    assert 0.0 < us.credibility < 1.0


def test_a_financier_shows_its_letter():
    negotiation = Negotiation(seed=2)
    bank = negotiation.agent("china_policy_bank")
    assert (bank.has_issued, bank.letter_month, bank.share) == (False, None, 0.0)
    while negotiation.running and not bank.has_issued:
        negotiation.step()
    assert bank.letter_month == negotiation.state.month
    assert bank.share == 0.60


def test_a_bidder_shows_its_offers_of_the_month():
    negotiation = Negotiation(seed=2)
    soe = negotiation.agent("chinese_soe")
    assert soe.offers == {}
    negotiation.step()
    assert set(soe.offers) == {"upper_kairakty", "north_katpar"}
    offer = soe.offers["upper_kairakty"]
    assert isinstance(offer, Offer)
    assert 0.15 <= offer.equity <= 0.49
    assert offer.transfer == soe.concession * offer.reservation
    assert (offer.processing, offer.offtake) == (165.0 / 363.0, 54.0 / 60.0)
    assert 0.0 <= soe.concession <= soe.next_concession <= 1.0
    assert soe.coverage >= 0.45
    assert soe.completion == pytest.approx(0.69 * soe.coverage)


def test_the_host_shows_what_it_likes_and_holds_out_for():
    negotiation = Negotiation(seed=2)
    host = negotiation.host
    assert (host.decision, host.candidate, host.utility, host.aspiration) == ("none", {}, None, None)
    negotiation.step()
    assert len(set(host.candidate.values())) == 1
    assert host.decision == "wait"
    assert host.shelve_utility < host.utility < host.aspiration
    assert host.ledger()[host.candidate["upper_kairakty"]]["total"] == host.utility


# ----------------------------------------------------------------------------------------------------------- the ledger


@reproducible(60)
@given(scenarios(), st.integers(0, 10_000))
def test_the_ledger_adds_up_and_is_the_utility_of_the_candidate(scenario, replication):
    """In every month, for every bidder that could take everything, as soon as the host has decided."""

    class AuditedHost(Host):
        def decide(self):
            super().decide()
            audit(self)

    Negotiation(scenario, seed=1, replication=replication, agents={"host": AuditedHost}).play()


def audit(host):
    negotiation, rows = host.model, host.ledger()
    split = allocation_name(host.candidate) if len(set(host.candidate.values())) > 1 else None
    assert set(rows) - {split} == {bidder.name for bidder in negotiation.bidders if takes_all(bidder)}
    assert split is None or rows[split]["total"] == pytest.approx(host.utility, rel=1e-9, abs=1e-9)
    for name, row in rows.items():
        assert list(row) == [*LEDGER, "total"]
        terms = [row[term] for term in LEDGER]
        slack = 1e-9 * max(1.0, *map(abs, terms))
        assert abs(math.fsum(terms) - row["total"]) <= slack
        if name != split:
            assert abs(utility_written_out(negotiation, negotiation.agent(name)) - row["total"]) <= slack
    holders = set(host.candidate.values())
    if len(holders) == 1:
        assert rows[holders.pop()]["total"] == pytest.approx(host.utility, rel=1e-9, abs=1e-9)
    if negotiation.game.lots == BUNDLED and host.decision != "counter" and rows:
        assert host.utility == max(row["total"] for row in rows.values())


def test_the_ledger_of_a_finished_negotiation_is_that_of_its_decision():
    for replication in range(20):
        negotiation = Negotiation(seed=1, replication=replication).play()
        winner = negotiation.winners["upper_kairakty"]
        if winner:
            assert negotiation.host.ledger()[winner]["total"] == pytest.approx(negotiation.outcome.utility, rel=1e-12)


def takes_all(bidder):
    return len(bidder.offers) == len(bidder.model.case.deposits)


def utility_written_out(negotiation, bidder):
    """R13-R15, R17 and R19 of the specification for one bidder that takes everything, from what its offers show."""
    scenario, state, i = negotiation.case, negotiation.state, bidder.index
    host, vref = scenario.host, scenario.host.value_scale
    weights = negotiation.game.deposit_weight
    total = scenario.tender.synergy
    for d, offer in enumerate(bidder.offers.values()):
        income = float(state.tax[i, d]) + offer.equity * max(0.0, float(state.project_value[i, d]))
        income += host.processing_value * weights[d] * offer.processing
        income -= 0.5 * host.offtake_cost * weights[d] * offer.offtake**2
        total += bidder.completion * income + offer.bonus * bidder.coverage + state.noise[i, d]
    n0, n1 = host.history_weight, host.award_weight
    camps, ideals = [], []
    kept_by_state = host.own_stake_weight * sum(weights[d] * o.equity for d, o in enumerate(bidder.offers.values()))
    for patron, spec in zip(negotiation.patrons, scenario.patrons.values(), strict=True):
        y = 1.0 if patron is bidder.patron else 0.0
        threat, access = patron.levers["tariff"], patron.levers["access"]
        at_stake = 0.25 * spec.exports * spec.exposed_share * spec.incidence * spec.annuity
        total -= host.threat_weight * spec.link * patron.credibility * threat * at_stake * (1 - y)
        total -= host.backlash * spec.conflict_expectation * spec.publicity * threat**2 * vref * y
        summits = scenario.politics.summit_weight * patron.summits
        trust = (spec.access_trust_a + summits) / (spec.access_trust_a + spec.access_trust_b + summits)
        total += trust * spec.access_deliverable * spec.access_value * access * y
        total += host.credit_weight * patron.credit * vref * y
        camps.append((n0 * spec.portfolio_share + n1 * y * (1 - kept_by_state)) / (n0 + n1))
        ideals.append(spec.ideal_share)
    others = 1 - sum(spec.portfolio_share for spec in scenario.patrons.values())
    own = (n0 * others + n1 * kept_by_state) / (n0 + n1)
    gaps = [share - ideal for share, ideal in zip(camps, ideals, strict=True)] + [own - (1 - sum(ideals))]
    return float(total - host.balance_weight * vref * math.fsum(gap**2 for gap in gaps))


def test_what_the_host_would_keep_is_nobody_s_and_its_option_stands_in_the_ledger():
    """North Katpar is too dear for anybody: the candidate is Upper Kairakty alone."""
    dear = Scenario.load("kazakhstan_split_lots").at({"deposits.north_katpar.capex": 1500})
    negotiation = Negotiation(dear, seed=1, replication=0)
    negotiation.step()
    host = negotiation.host
    assert host.candidate["north_katpar"] is None
    name = allocation_name(host.candidate)
    assert name.endswith("+kept")
    row = host.ledger()[name]
    assert row["total"] == host.utility
    assert row["option"] > 0.0 == row["synergy"]
    negotiation.play()
    assert negotiation.winners["north_katpar"] is None
    assert negotiation.outcome.partial == 1
    model = negotiation.datacollector.get_model_vars_dataframe()
    assert model["winner"].iloc[-1] == allocation_name(negotiation.winners)
    assert model["candidate"].iloc[0] == name


# ---------------------------------------------------------------------------------------------------- overriding a turn


class MatchingBidder(Bidder):
    """A bidder that gives as much as its rival gave last month, and would not go further."""

    def concede(self) -> None:
        rival = next(bidder for bidder in self.model.bidders if bidder is not self)
        self.concession = self.next_concession = rival.previous_concession


def test_a_split_has_a_row_of_its_own_in_the_ledger():
    negotiation = Negotiation("kazakhstan_split_lots", seed=1, replication=4).play()
    host, split = negotiation.host, "cove_kaz+chinese_soe"
    assert list(host.ledger()) == ["cove_kaz", "chinese_soe", split]
    row = host.ledger()[split]
    assert row["total"] == pytest.approx(host.utility, rel=1e-12)
    assert sum(row.values()) - row["total"] == pytest.approx(row["total"], rel=1e-12)
    assert row["synergy"] == 0.0
    for bidder in negotiation.bidders:  # to one bidder alone the terms are those of the compiled ledger
        terms = host.terms_of(np.full(2, bidder.index))
        assert terms == pytest.approx(host.ledger()[bidder.name], rel=1e-12)


def test_a_bidder_that_matches_its_rival_s_last_concession():
    """Nobody else's luck or plan changes: prices, letters, the rival's concessions and the host's feelings stay."""
    different = 0
    for replication in range(30):
        plain = Negotiation(seed=7, replication=replication).play()
        matched = Negotiation(seed=7, replication=replication, agents={"chinese_soe": MatchingBidder}).play()
        cove, soe = (matched.agent(name).index for name in BIDDERS)
        conceded = [float(past.concession[cove]) for past in matched.history]
        assert [float(past.concession[soe]) for past in matched.history] == [0.0, *conceded[:-1]]
        for one, other in zip(plain.history, matched.history, strict=False):
            for name in ("log_price", "letter_month", "letter_share", "belief_a", "credit", "coverage", "noise"):
                assert one[name].tobytes() == other[name].tobytes(), name
            assert one.concession[cove] == other.concession[cove]
        different += plain.winners != matched.winners
    assert different > 0


def test_a_bidder_never_plans_less_than_it_offers_and_stays_between_nothing_and_everything():
    bidder = Negotiation().agent("cove_kaz")
    bidder.concession = 1.7
    assert (bidder.concession, bidder.next_concession) == (1.0, 1.0)
    bidder.concession = -3.0
    assert (bidder.concession, bidder.next_concession) == (0.0, 1.0)
    bidder.next_concession = 0.4
    assert (bidder.concession, bidder.next_concession) == (0.0, 0.4)


class DutifulPatron(Patron):
    def press(self):
        super().press()


class DutifulFinancier(Financier):
    def step(self):
        super().step()


class DutifulBidder(Bidder):
    def concede(self):
        super().concede()


class DutifulHost(Host):
    def decide(self):
        super().decide()


@reproducible(25)
@given(scenarios(), st.integers(0, 1000))
def test_a_subclass_that_only_calls_its_parent_plays_the_same_game(scenario, replication):
    dutiful = dict.fromkeys(scenario.patrons, DutifulPatron) | dict.fromkeys(scenario.bidders, DutifulBidder)
    dutiful |= dict.fromkeys(scenario.financiers, DutifulFinancier) | {"host": DutifulHost}
    plain = Negotiation(scenario, 9, replication).play()
    assert same(plain, Negotiation(scenario, 9, replication, agents=dutiful).play())


def test_a_patron_may_press_as_it_likes():
    class Denier(Patron):
        def press(self):
            super().press()
            self.model.state.lever[self.index, DENIAL] = 1.0

    plain, denied = Negotiation(seed=2), Negotiation(seed=2, agents={"us": Denier})
    plain.step()
    denied.step()
    assert denied.agent("us").levers["denial"] == 1.0
    assert denied.agent("chinese_soe").completion < plain.agent("chinese_soe").completion
    assert denied.agent("cove_kaz").completion == plain.agent("cove_kaz").completion


class PlannedPatron(Patron):
    """What the scenario says, said in Python: every lever from its onset on, whatever the trigger."""

    def press(self) -> None:
        levers = self.model.case.patrons[self.name].levers
        on = {name: getattr(levers, name) for name in LEVERS}
        self.levers = dict.fromkeys(LEVERS, 1.0)  # paid once, however often they are set
        month = int(self.model.state.month)
        self.levers = {name: lever.intensity for name, lever in on.items() if month >= lever.onset}


@reproducible(25)
@given(scenarios(), st.integers(0, 1000))
def test_levers_that_are_set_count_and_cost_as_those_of_the_scenario(scenario, replication):
    always = {f"patrons.{name}.levers.{lever}.trigger": "always" for name in scenario.patrons for lever in LEVERS}
    scenario = scenario.at(always)
    planned = dict.fromkeys(scenario.patrons, PlannedPatron)
    plain = Negotiation(scenario, 9, replication).play()
    assert same(plain, Negotiation(scenario, 9, replication, agents=planned).play())


class RememberingPatron(Patron):
    """Presses by R21 as the page has it: from what the records of past months show, and nothing else."""

    def press(self) -> None:
        levers = self.model.case.patrons[self.name].levers
        self.levers = {name: getattr(levers, name).intensity for name in LEVERS if self._is_on(getattr(levers, name))}

    def _is_on(self, lever) -> bool:
        month = len(self.model.history)
        if lever.trigger == "always":
            return month >= lever.onset
        events = [e for e, past in enumerate(self.model.history) if getattr(self, f"_{lever.trigger}")(e, past)]
        return bool(events) and month >= max(lever.onset, events[0] + 1 + lever.lag)

    def _rival_leads(self, month, past) -> bool:
        own = [i for i, bidder in enumerate(self.model.bidders) if bidder.patron is self]
        weights = self.model.game.deposit_weight[: self.model.game.deposits]
        held = sum(w for w, i in zip(weights, past.award, strict=False) if i in own)
        return bool(past.has_candidate) and held < 0.5 - 1e-11

    def _rival_letter(self, month, past) -> bool:
        backed = [(f.index, f.bidder) for f in self.model.financiers if self.model.game.financier_public[f.index]]
        entries = self.model.game.bidder_entry
        return any(
            past.letter_month[f] == month and i.patron is not self and entries[i.index] < self.model.game.months
            for f, i in backed
        )

    def _rival_presses(self, month, past) -> bool:
        return any((past.lever[rival.index] > 0).any() for rival in self.model.patrons if rival is not self)

    def _rival_threatens(self, month, past) -> bool:
        threats = [TARIFF, DENIAL]
        return any((past.lever[rival.index, threats] > 0).any() for rival in self.model.patrons if rival is not self)

    def _lost_before(self, month, past) -> bool:
        return False  # there is no earlier tender


@reproducible(120)
@given(scenarios(min_patrons=2, min_bidders=2), st.integers(0, 10_000))
def test_r21_triggers_and_lags_follow_from_the_records_of_past_months(scenario, replication):
    patrons = dict.fromkeys(scenario.patron_names, RememberingPatron)
    told = Negotiation(scenario, seed=3, replication=replication, agents=patrons).play()
    assert same(told, Negotiation(scenario, seed=3, replication=replication).play())


def test_levers_that_are_not_set_are_not_pressed():
    class Starter(Patron):
        def press(self):
            if not self.model.history:
                self.levers = {"tariff": 1.0, "denial": 0.5}

    negotiation = Negotiation(seed=2, agents={"us": Starter})
    us = negotiation.agent("us")
    assert not any(us.previous_levers.values())
    negotiation.step()
    assert us.levers == us.previous_levers == dict.fromkeys(LEVERS, 0.0) | {"tariff": 1.0, "denial": 0.5}
    paid = us.points_used
    negotiation.step()
    assert not any(us.levers.values())
    assert us.points_used == paid > 0.0


def test_levers_are_set_as_a_whole_by_name_within_their_range_and_in_turn():
    class Tester(Patron):
        def press(self):
            for wrong, error in (
                ({"tarif": 1.0}, "no lever 'tarif'; there are tariff, access"),
                ({"tariff": 4.5}, r"lever 'tariff' must be a number of 0 … 4, not 4\.5"),
                ({"denial": math.nan}, "lever 'denial' must be a number of 0 … 1, not nan"),
                ({"access": "much"}, "lever 'access' must be a number of 0 … 1, not 'much'"),
                (["tariff"], "levers must map names to intensities"),
            ):
                with pytest.raises((TypeError, ValueError), match=error):
                    self.levers = wrong
            assert not any(self.levers.values())
            with pytest.raises(TypeError, match=r"levers = \{\*\*levers, 'tariff': 0\.5\}"):
                self.levers["tariff"] = 0.5

    negotiation = Negotiation(seed=2, agents={"us": Tester})
    negotiation.step()
    assert negotiation.agent("us").points_used == 0.0
    with pytest.raises(RuntimeError, match="us can press levers only in its turn"):
        negotiation.agent("us").levers = {"tariff": 1.0}


def test_levers_have_the_range_that_they_have_in_a_scenario():
    baseline = Scenario.load()
    for lever in LEVER_TABLE:
        path = f"patrons.us.levers.{lever.name}.intensity"
        baseline.at({path: lever.hardest})
        with pytest.raises(ScenarioError):
            baseline.at({path: lever.hardest + 0.01})


def test_a_financier_issues_when_it_likes_and_on_the_scenario_s_terms():
    class Prompt(Financier):
        def commit(self):
            self.issue()
            self.issue()

    class Absent(Financier):
        def commit(self):
            pass

    negotiation = Negotiation(seed=2, agents={"us_public_lenders": Prompt, "china_policy_bank": Absent}).play()
    lenders, bank = negotiation.agent("us_public_lenders"), negotiation.agent("china_policy_bank")
    usual = next(n for n in map(played, range(50)) if n.agent("us_public_lenders").has_issued)
    assert (lenders.letter_month, lenders.share) == (0, usual.agent("us_public_lenders").share)
    assert not bank.has_issued
    with pytest.raises(RuntimeError, match="china_policy_bank can issue only in its turn"):
        bank.issue()


def played(replication):
    return Negotiation(seed=1, replication=replication).play()


class SpokenHost(Host):
    """The rule of the model in the words of the host."""

    def decide(self) -> None:
        aspiration = self.shelve_utility if self.is_last_month else self.aspiration
        if self.candidate and self.utility >= max(aspiration, self.shelve_utility):
            self.accept()
        elif self.is_last_month:
            self.shelve()
        else:
            self.counter()


class PatientHost(Host):
    def decide(self) -> None:
        if self.is_last_month:
            self.shelve()


@reproducible(100)
@given(scenarios(), st.integers(0, 1000))
def test_a_host_that_accepts_counters_and_shelves_in_python_plays_the_same_game(scenario, replication):
    plain = Negotiation(scenario, 9, replication).play()
    spoken = Negotiation(scenario, 9, replication, agents={"host": SpokenHost}).play()
    assert same(plain, spoken)
    assert [past.tobytes() for past in plain.history] == [past.tobytes() for past in spoken.history]


def test_a_host_that_decides_nothing_waits_until_the_last_month_and_then_must_decide():
    class Absent(Host):
        def decide(self):
            pass

    negotiation = Negotiation("two_bidders", agents={"host": Absent})
    for _ in range(negotiation.case.tender.months - 1):
        negotiation.step()
        assert negotiation.host.decision == "wait"
    with pytest.raises(RuntimeError, match=r"decided nothing in the last month.*accept\(\) or shelve\(\)"):
        negotiation.step()
    with pytest.raises(RuntimeError, match=r"decided nothing in the last month|broke this negotiation off"):
        negotiation.play()
    patient = Negotiation("two_bidders", agents={"host": PatientHost}).play()
    assert (patient.host.decision, patient.outcome.shelved) == ("shelve", 1)


@pytest.mark.parametrize("word", ["wait", "counter"])
def test_a_host_cannot_put_off_the_end(word):
    class Hesitant(Host):
        def decide(self):
            getattr(self, word)()

    class Greedy(Hesitant):
        def decide(self):
            self.aspiration = 1e9
            super().decide()

    with pytest.raises(RuntimeError, match=rf"cannot {word} in the last month: accept\(\) or shelve\(\)"):
        Negotiation("two_bidders", agents={"host": Greedy}).play()


def test_a_host_has_nothing_to_accept_if_nobody_bids():
    class Blind(Host):
        def decide(self):
            self.accept()

    late = {f"bidders.{name}.entry": 2 for name in Scenario.load("two_bidders").bidders}
    with pytest.raises(RuntimeError, match="nothing to accept: nobody bids"):
        Negotiation(Scenario.load("two_bidders").at(late), agents={"host": Blind}).step()


def test_a_host_may_hold_out_for_more_and_ask_for_it():
    class Greedy(Host):
        def decide(self):
            if self.aspiration is not None:
                self.aspiration *= 1.1
            super().decide()

    for replication in range(5):
        plain, greedy = (Negotiation(seed=1, replication=replication, agents=a) for a in ({}, {"host": Greedy}))
        for one in (plain, greedy):
            one.step()
        assert greedy.host.aspiration == 1.1 * plain.host.aspiration
        assert greedy.play().outcome.month >= plain.play().outcome.month
        assert {past.decision for past in greedy.history[:-1]} == {DECISIONS.index("wait")}


def test_a_host_that_thinks_again_after_a_counter_is_back_at_the_offers_of_the_month():
    class Fickle(Host):
        def decide(self):
            before = self.model.state_array.copy()
            if not self.is_last_month and self.counter():
                self.wait()
                after = self.model.state_array
                changed = {name for name in after.dtype.names if after[name].tobytes() != before[name].tobytes()}
                assert changed <= {"counters", "requested_concession", "settled_concession", "trial"}
                taken_back.append(int(self.model.state.month))
            else:
                turns.decide(self.model.game, self.model.state)

    taken_back = []
    for replication in range(20):
        Negotiation(seed=1, replication=replication, agents={"host": Fickle}).play()
    assert len(taken_back) > 5


def test_nobody_decides_after_the_end():
    negotiation = Negotiation(seed=2).play()
    with pytest.raises(RuntimeError, match="host can shelve only in its turn"):
        negotiation.host.shelve()


def test_a_host_may_decide_by_another_rule():
    class Hasty(Host):
        def decide(self):
            self.aspiration = -math.inf
            super().decide()

    negotiation = Negotiation(seed=2, agents={"host": Hasty}).play()
    assert (int(negotiation.outcome.month), negotiation.host.decision) == (0, "accept")


@pytest.mark.parametrize(
    "agents", [{"chinese_soe": Patron}, {"us": MatchingBidder}, {"host": Bidder}, {"us": mesa.Agent}]
)
def test_a_class_of_another_kind_is_refused(agents):
    with pytest.raises(ValueError, match="must be a subclass of"):
        Negotiation(agents=agents)


def test_a_name_that_nobody_has_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"chinese_so\b.*chinese_soe"):
        Negotiation(agents={"chinese_so": MatchingBidder})


def test_a_counter_offer_shows_in_the_offers():
    found = (Negotiation(seed=1, replication=replication).play() for replication in range(200))
    negotiation = next(one for one in found if one.state.decision == COUNTER)
    offer = negotiation.agent(negotiation.winners["upper_kairakty"]).offers["upper_kairakty"]
    assert offer.equity == negotiation.outcome.equity[0]
    assert offer.transfer == pytest.approx(negotiation.outcome.concession[0] * offer.reservation)


# ------------------------------------------------------------------------------------------------------------- the page


def test_every_field_of_the_outcome_is_explained_in_one_line():
    table = PAGE.read_text(encoding="utf-8").partition("## What the outcome says")[2]
    rows = re.findall(r"^\| `(\w+)` \| ([dikf]?) *\| (.+) \| (.+) \|$", table, re.MULTILINE)
    letters = {"negotiation": "", "deposit": "d", "bidder": "i", "patron": "k", "financier": "f"}
    assert rows == [(q.name, letters[q.subject], q.meaning, q.unit) for q in OUTCOME_TABLE]
    assert all(OUTCOME[q.name].shape == ROOM[q.subject] for q in OUTCOME_TABLE)


def test_what_strategies_are_said_to_do_is_what_they_do(capsys):
    """The page's Python prints the page's tables."""
    blocks = re.findall(r"^```(python|text)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    code = "\n".join(text for language, text in blocks if language == "python")
    exec(compile(code, PAGE.name, "exec"), {"__name__": "page"})
    printed = capsys.readouterr().out
    tables = [text for language, text in blocks if language == "text"]
    assert len(tables) == 4
    assert all(text in printed for text in tables)


# -------------------------------------------------------------------------------------------------------------- memory


def test_finished_models_are_freed():
    alive = []
    for replication in range(20):
        negotiation = Negotiation("two_bidders", replication=replication).play()
        alive += [weakref.ref(negotiation), weakref.ref(negotiation.host)]
        del negotiation
    gc.collect()
    assert not any(reference() for reference in alive)


MEMORY = """
import gc
import resource
from minegame.model import Negotiation
from minegame.scenario import Scenario

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6

def play(thousands):
    for n in range(1000 * thousands):
        Negotiation(scenario, seed=1, replication=n).play()
        if n % 1000 == 0:
            gc.collect()  # or Python lets some 10 MB of rubbish lie before it looks

scenario = Scenario.load("two_bidders").at({"tender.months": 3})
play(2)
before = resident()
play(10)
print(resident() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="resident memory is read from /proc")
def test_ten_thousand_negotiations_do_not_grow_memory():
    """Models that are never freed would take about 100 MB."""
    paths = [str(Path(minegame.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    run = subprocess.run([sys.executable, "-c", MEMORY], env=environment, capture_output=True, text=True, check=True)
    assert float(run.stdout) < 5.0


def test_the_history_is_a_copy_of_every_month():
    negotiation = Negotiation(seed=2).play()
    assert [int(past.month) for past in negotiation.history] == list(range(int(negotiation.outcome.month) + 1))
    assert len({float(past.log_price) for past in negotiation.history}) == len(negotiation.history)
    assert all(np.shares_memory(past, negotiation.state_array) is False for past in negotiation.history)


def test_what_is_no_scenario_is_refused_with_what_may_have_been_meant():
    scenario = Scenario.load("two_bidders")
    with pytest.raises(TypeError, match="put the scenario into a list"):
        mesa.batch_run(Negotiation, {"scenario": scenario}, number_processes=1, display_progress=False)
    rows = mesa.batch_run(Negotiation, {"scenario": [scenario]}, number_processes=1, display_progress=False)
    assert rows[0]["scenario"] is scenario
    for wrong in (3, ("title", "x"), {}, b"two_bidders"):
        with pytest.raises(TypeError, match="scenario must be a Scenario, a name or a path, not "):
            Negotiation(wrong)
    with pytest.raises(ScenarioError, match="the name is empty"):
        Negotiation("")


def test_a_seed_that_is_typed_counts():
    typed = Negotiation("two_bidders", seed=" 5", replication="1e1").play()
    assert (typed.seed, typed.replication) == (5, 10)
    assert same(typed, Negotiation("two_bidders", seed=5, replication=10).play())
    for wrong in ("", "five", "2.5"):
        with pytest.raises(TypeError, match="seed must be a whole number, not "):
            Negotiation("two_bidders", seed=wrong)


def test_mesa_finds_no_scenario_of_its_own_which_its_viewer_would_play_instead():
    negotiation = Negotiation("two_bidders")
    assert negotiation.scenario is None
    assert negotiation.case == Scenario.load("two_bidders")
    assert {agent.model.case for agent in negotiation.everybody} == {negotiation.case}


def test_a_seed_has_one_name_at_a_time():
    with pytest.raises(TypeError, match="seed and rng are two names for the same number"):
        Negotiation("two_bidders", seed=1, rng=2)
    assert Negotiation("two_bidders", seed=None, rng=3).seed == Negotiation("two_bidders", seed=3).seed == 3
    assert Negotiation("two_bidders").seed == Negotiation("two_bidders", seed=None, rng=None).seed == 0
