"""Campaigns: several tenders, one reputation (the model's section 12, its properties C-P1 to C-P9)."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from campaigns import base, campaign, forgetful, played, random_campaign, same
from strategies import rows

from minegame import supply
from minegame.agents import Patron
from minegame.campaign import Campaign
from minegame.campaign_file import CampaignScenario
from minegame.game import ACCESS, LOST_BEFORE, NEVER
from minegame.scenario import Scenario, ScenarioError, shipped_campaigns

SEED = 3


def tender(opening: int = 0, host: str = "h", **more: Any) -> dict[str, Any]:
    return {"scenario": "base", "host": host, "opening": opening, **more}


# ---------------------------------------------------------------------------------------------- the negotiation in it


#: In a campaign credit comes with the finished mine, and the price at the horizon is the mineral's.
OTHER = ("credit", "horizon_price")
#: Commands that take a scenario or a campaign.
ONE_OF_BOTH = [["play"], ["odds"], ["params"], ["validate"], ["page"], ["analyse", "attribution"]]


@pytest.mark.parametrize("number", range(25))
def test_a_campaign_of_one_tender_is_the_negotiation(number: int) -> None:
    scenario = base(number, 1 + number % 4, 1 + number % 5, number % 4).at({"renegotiation.base": -100.0})
    purses = {name: {"reserve": patron.budget} for name, patron in scenario.patrons.items()}
    one = campaign({"only": tender(key=0)}, {"base": scenario}, 24, patrons=purses)
    outcomes, _ = played(one, 40, SEED)
    alone = rows(scenario.game(), 40, SEED)[0]
    assert same(outcomes[:, 0], alone, OTHER) == []


def by_mesa(scenario: CampaignScenario, replication: int) -> Campaign:
    return Campaign(scenario, seed=SEED, replication=replication).play()


def assert_twins(number: int) -> None:
    scenario = random_campaign(number)
    outcomes, chronicles = played(scenario, 2, SEED)
    for n in range(2):
        mesa = by_mesa(scenario, n)
        assert same(mesa.records.outcomes, outcomes[n]) == []
        assert same(mesa.records.chronicle, chronicles[n : n + 1]) == []


@pytest.mark.parametrize("number", range(12))
def test_mesa_and_the_ensemble_agree_on_random_campaigns(number: int) -> None:
    assert_twins(number)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_mesa_and_the_ensemble_agree_on_two_hundred_random_campaigns(part: int) -> None:
    for number in range(100 + 20 * part, 120 + 20 * part):
        assert_twins(number)


def test_the_random_campaigns_end_in_every_way() -> None:
    """What the twins agree on is worth agreeing on."""
    runs = [played(random_campaign(number), 10, SEED) for number in range(60)]
    outcomes = [one.ravel() for one, _ in runs]
    for name in ("shelved", "countered", "threat_executed", "letter_converted", "access_delivered", "renegotiated"):
        values = np.concatenate([one[name].ravel() for one in outcomes])
        assert 0 < (values != 0).sum() < values.size, name
    lent = np.concatenate([chronicle["lent"].ravel() for _, chronicle in runs])
    assert (lent > 0).any()


# ---------------------------------------------------------------------------------------------------------- properties


def test_p1_without_ties_every_tender_is_as_if_alone() -> None:
    for number in range(10):
        scenario = forgetful(base(number))
        tenders = {f"t{n}": tender(opening=3 * n, host=f"h{n}", mineral=f"m{n}") for n in range(3)}
        together, _ = played(campaign(tenders, {"base": scenario}, 24), 30, SEED)
        for n, name in enumerate(tenders):
            alone, _ = played(campaign({name: tenders[name]}, {"base": scenario}, 24), 30, SEED)
            assert same(together[:, n], alone[:, 0]) == []


def test_p2_tenders_that_share_nothing_may_swap_places() -> None:
    for number in range(10):
        scenario = base(number)
        tenders = {f"t{n}": tender(opening=n, host=f"h{n}", mineral=f"m{n}") for n in range(2)}
        swapped = dict(reversed(tenders.items()))
        one, _ = played(campaign(tenders, {"base": scenario}, 24), 30, SEED)
        other, _ = played(campaign(swapped, {"base": scenario}, 24), 30, SEED)
        assert same(one, np.ascontiguousarray(other[:, ::-1])) == []


def test_p3_other_names_and_places_permute_the_results() -> None:
    """Hosts renamed and patrons listed the other way round, keys carried along."""
    for number in range(10):
        scenario = base(number, patrons=3)
        document = scenario.document()
        turned = Scenario.from_document({**document, "patrons": dict(reversed(document["patrons"].items()))})
        shared: dict[str, Any] = {"spill": 0.5, "belief_half_life": 12.0}
        found = []
        for one, hosts in ((scenario, ("a", "b")), (turned, ("y", "x"))):
            tenders = {f"t{n}": tender(opening=4 * n, host=hosts[n % 2], mineral="m") for n in range(3)}
            found.append(played(campaign(tenders, {"base": one}, 24, **shared), 30, SEED))
        (outcomes, chronicles), (others, turned_chronicles) = found
        for name in ("winner", "month", "host_value", "utility"):
            np.testing.assert_array_equal(outcomes[name], others[name])
        order = np.r_[2, 1, 0, 3:8]
        np.testing.assert_array_equal(outcomes["patron_payoff"], others["patron_payoff"][..., order])
        np.testing.assert_array_equal(chronicles["credit"], turned_chronicles["credit"][..., order])


def stepped(scenario: CampaignScenario, replication: int = 0) -> Any:
    """How a campaign stands after every month."""
    mesa = Campaign(scenario, seed=SEED, replication=replication)
    while mesa.running:
        mesa.step()
        yield mesa


def test_p4_letters_never_exceed_the_ceiling() -> None:
    reached = 0
    for number in range(40):
        scenario = random_campaign(number)
        ceilings = scenario.records()[0]["lender_ceiling"][0]
        for mesa in stepped(scenario):
            lent = mesa.standing["lent"]
            assert (lent <= ceilings).all()
            reached += int((lent[ceilings > 0] == ceilings[ceilings > 0]).sum())
    assert reached > 0


def test_p5_nobody_spends_more_than_came_in() -> None:
    short = 0
    for number in range(40):
        scenario = random_campaign(number)
        (record,), names = scenario.records()[0], scenario.table().patrons
        count = len(names)
        for mesa in stepped(scenario):
            come_in = record["patron_reserve"] + record["patron_income"] * (mesa.month + 1)
            assert (mesa.standing["spent"][:count] <= come_in[:count] + 1e-9).all()
            short += int((mesa.standing["capital"][:count] == 0.0).any())
    assert short > 0


@pytest.mark.parametrize("resolve", [50.0, -50.0])
def test_p6_a_threat_abroad_moves_belief_by_the_spill_exactly(resolve: float) -> None:
    scenario = Scenario.load("two_bidders").at(
        {
            "patrons.north.levers.tariff.intensity": 1, "patrons.north.levers.tariff.onset": 0,
            "patrons.*.resolve": resolve, "patrons.*.episode_rate": 0, "patrons.north.link": 0,
            "host.balance_weight": 0, "bidders.north_mining.capability": 0.05,
        }
    )  # fmt: skip
    both = {"first": tender(host="here"), "second": tender(opening=23, host="there")}
    one = campaign(both, {"base": scenario}, 60, spill=0.25)
    for mesa in stepped(one):
        settled = int(mesa.standing["settled"][0])
        if settled != NEVER:
            break
    assert mesa.records.outcomes[0]["threat_executed"][0] == (resolve > 0)
    steps = scenario.politics
    k = list(one.table().patrons).index("north")
    moved, step = (
        ("belief_a", steps.belief_step_executed) if resolve > 0 else ("belief_b", steps.belief_step_backed_down)
    )
    start = getattr(scenario.patrons["north"], moved)
    assert mesa.standing[moved][:2, k].tolist() == [start + step, start + 0.25 * step]


def test_p7_a_host_without_memory_tenders_the_same_again() -> None:
    changes = {
        "politics.credit_gain_award": 0, "politics.credit_loss": 0, "host.award_weight": 0,
        "politics.belief_step_executed": 0, "politics.belief_step_backed_down": 0, "politics.summit_rate": 0,
        "patrons.*.credit": 0, "market.volatility": 0,
    }  # fmt: skip
    for number in range(10):
        scenario = forgetful(base(number)).at(changes)
        scenario = scenario.at({"market.initial_price": scenario.market.long_run_price})
        tenders = {"first": tender(key=0), "second": tender(opening=12, key=0)}
        outcomes, _ = played(campaign(tenders, {"base": scenario}, 24, trust_step=0), 40, SEED)
        differ = same(np.ascontiguousarray(outcomes[:, 0]), np.ascontiguousarray(outcomes[:, 1]))
        assert set(differ) <= {"price", "horizon_price"}, differ
        np.testing.assert_allclose(outcomes["price"][:, 0], outcomes["price"][:, 1], rtol=1e-12)


def test_p8_credit_rises_only_by_a_summit_or_a_finished_mine() -> None:
    rises = {"summit": 0, "mine": 0}
    for number in range(40):
        scenario = random_campaign(number)
        games = scenario.records()[1]
        lead = np.ceil(12 * games["project_lead_time"] - 1e-9)
        before: Any = None
        for mesa in stepped(scenario):
            now = {name: mesa.standing[name].copy() for name in ("credit", "summits")}
            if before is not None:
                risen = now["credit"] > before["credit"] + 1e-15
                met = now["summits"] > before["summits"]
                built = bool((mesa.standing["settled"] + np.pad(lead, (0, 16 - len(lead))) == mesa.month).any())
                assert built or not (risen & ~met).any()
                rises["summit"] += int((risen & met).sum())
                rises["mine"] += int((risen & ~met).sum())
            before = now
    assert rises["summit"] > 0


def test_p9_supply_shares_add_up_to_one() -> None:
    for number in range(20):
        scenario = random_campaign(number)
        _, chronicles = played(scenario, 20, SEED)
        for mineral in scenario.campaign.minerals:
            camps = supply.shares(scenario, chronicles, mineral, range(31))
            assert camps.shape == (20, 31, len(scenario.table().patrons) + 1)
            np.testing.assert_allclose(camps.sum(axis=2), 1.0)
            index = supply.concentration(camps)
            assert ((index > 0) & (index <= 1 + 1e-12)).all()


# ------------------------------------------------------------------------------------------------------ what is learnt


def test_an_earlier_loss_sets_levers_off() -> None:
    """The trigger `lost_before`: nothing happens in the first tender, and from the first month on in the second."""
    scenario = Scenario.load("two_bidders").at(
        {f"patrons.north.levers.access.{name}": value for name, value in
         {"intensity": 1, "onset": 0, "trigger": "lost_before"}.items()}
    )  # fmt: skip
    one = campaign({"first": tender(), "second": tender(opening=24)}, {"base": scenario}, 60)
    seen = set()
    for replication in range(12):
        mesa = by_mesa(one, replication)
        first, second = mesa.negotiations.values()
        lost = first.outcome["winner"][0] != scenario.bidder_names.index("north_mining")
        pressed = [state["lever"][0, ACCESS] > 0 for state in second.history]
        assert all(pressed) if lost else not any(pressed)
        assert not any(state["lever"][0, ACCESS] for state in first.history)
        event = int(second.state["event_month"][0, LOST_BEFORE])
        assert event == (int(first.outcome["month"]) - 24 if lost else NEVER)
        seen.add(bool(lost))
    assert seen == {True, False}


def test_a_strategy_of_ones_own_plays_in_one_tender() -> None:
    class Idle(Patron):
        def press(self) -> None:
            """Press nothing."""

    scenario = Scenario.load("two_bidders")
    one = campaign({"first": tender(), "second": tender(opening=24)}, {"base": scenario}, 60)
    mesa = Campaign(one, seed=SEED, agents={"first": {"north": Idle}}).play()
    first, second = mesa.negotiations.values()
    assert not any(state["lever"][0].any() for state in first.history)
    assert any(state["lever"][0].any() for state in second.history)
    with pytest.raises(ValueError, match="no tender is named third"):
        Campaign(one, agents={"third": {}})


def test_levers_of_ones_own_are_paid_from_the_campaigns_purse() -> None:
    class Twice(Patron):
        def press(self) -> None:
            """Change one's mind."""
            self.levers = {"access": 1.0, "tariff": 1.0}
            self.levers = {"access": 1.0}

    scenario = Scenario.load("two_bidders")
    purses = {"north": {"reserve": 5, "income": 0}, "south": {"reserve": 5}}
    one = campaign({"first": tender(), "second": tender(host="other")}, {"base": scenario}, 60, patrons=purses)
    mesa = Campaign(one, seed=SEED, agents={name: {"north": Twice} for name in ("first", "second")})
    mesa.step()
    assert mesa.standing["capital"][0] == 3.0
    assert mesa.standing["spent"][0] == 2.0
    mesa.step()
    mesa.step()
    assert mesa.standing["capital"][0] == 0.0
    assert mesa.standing["spent"][0] == 5.0
    open_now = [one for one in mesa.negotiations.values() if one.running]
    assert {one.state["lever"][0].max() for one in open_now} <= {0.5}


# ------------------------------------------------------------------------------------------------------- the example


#: Computed by an independent engine with random numbers of its own; mean and standard error over 4,000 campaigns.
#: Three tenders: the baseline in month 0; a rare-earth deposit of the same host in month 14; another host in month 20.
EXPECTED = {
    "P(Cove wins the rare earths), all levers, with ceiling": (0.26325, 0.00696),
    "P(Cove wins abroad), all levers, without ceiling": (0.4225, 0.00781),
    "P(Cove wins the rare earths), no levers, with ceiling": (0.4425, 0.00785),
    "China's share of tungsten in year 15, all levers, with ceiling": (0.77751, 0.00049),
    "credit of the US with Kazakhstan, all levers, with ceiling": (0.28871, 0.00121),
}


def example(levers: bool, ceiling: bool) -> CampaignScenario:
    baseline = Scenario.load()
    document = baseline.document()
    deposit = {"label": "Rare earths", "output": 0.6, "capex": 700.0}
    earths = Scenario.from_document(
        {**document, "deposits": {"rare_earths": deposit}, "sources": {"*": {"assumption": "An example."}}}
    )
    shares = {
        "patrons.us.portfolio_share": 0.3, "patrons.china.portfolio_share": 0.4, "patrons.us.ideal_share": 0.33,
        "patrons.china.ideal_share": 0.33,
    }  # fmt: skip
    off = {} if levers else {"patrons.us.levers.*.intensity": 0.0}
    tungsten = {"output": 8.0, "growth": 0.02, "shares": {"china": 0.8, "us": 0.0}}
    tenders = {
        "kz_tungsten": {"scenario": "baseline", "host": "kazakhstan", "mineral": "tungsten"},
        "kz_rare_earths": {"scenario": "earths", "host": "kazakhstan", "mineral": "rare_earths", "opening": 14},
        "uz_tungsten": {"scenario": "abroad", "host": "other_host", "mineral": "tungsten", "opening": 20},
    }
    scenarios = {"baseline": baseline.at(off), "earths": earths.at(off), "abroad": baseline.at({**shares, **off})}
    return campaign(
        tenders, scenarios, 96, spill=0.5,
        patrons={"us": {"reserve": 60, "income": 3, "cap": 120}, "china": {"reserve": 60, "income": 2, "cap": 120}},
        financiers={"us_public_lenders": {"ceiling": 1200}} if ceiling else {},
        minerals={"tungsten": tungsten, "rare_earths": {"output": 1.0}},
    )  # fmt: skip


def test_the_example_of_an_independent_engine() -> None:
    count = 4000
    full, cut = example(True, True), example(False, True)
    us, china = (full.table().patrons.index(name) for name in ("us", "china"))
    outcomes, chronicles = played(full, count)
    others, _ = played(example(True, False), count)
    without, _ = played(cut, count)

    def cove_wins(ended: np.ndarray, tender: int) -> np.ndarray:
        return np.asarray(ended["winner"][:, tender, 0] == 0)

    found = dict(
        zip(
            EXPECTED,
            (
                cove_wins(outcomes, 1), cove_wins(others, 2), cove_wins(without, 1),
                supply.shares(full, chronicles, "tungsten", [15])[:, 0, china], chronicles["credit"][:, 0, us],
            ),
            strict=True,
        )
    )  # fmt: skip
    for what, (mean, error) in EXPECTED.items():
        own = found[what].std() / np.sqrt(count)
        assert abs(found[what].mean() - mean) < 4 * np.hypot(error, own), what


# ---------------------------------------------------------------------------------------------------------------- files


def test_shipped_campaigns_are_read_and_played() -> None:
    assert shipped_campaigns()
    for name in shipped_campaigns():
        outcomes, chronicles = played(CampaignScenario.load(name), 50)
        assert set(np.unique(outcomes["winner"][:, :, 0])) > {0}
        assert np.isfinite(chronicles["payoff"]).all()


GOOD = """
title: Two
campaign:
  months: 40
  patrons: {north: {reserve: 30}, south: {reserve: 30}}
  minerals: {ore: {output: 10, shares: {north: 0.2}}}
tenders:
  first: {scenario: two_bidders, host: one, mineral: ore}
  second: {scenario: two_bidders, host: one, mineral: ore, opening: 12}
"""


@pytest.mark.parametrize(
    ("was", "is_", "said"),
    [
        ("opening: 12", "opening: 39", "line 9: tenders.second.opening: the tender opens in month 39"),
        ("opening: 12", "opening: 12, set: {patrons.north.ideal_share: 0.1}",
         "line 9: tenders.second.scenario: patrons.north.ideal_share is 0.1 here and 0.4 in tenders.first: host 'one'"),
        ("opening: 12", "opening: 12, set: {patrons.north.resolve: 0.1}", "patrons.north.resolve is 0.1 here and 0 in"),
        ("mineral: ore, opening", "mineral: oar, opening", "nothing is said of the supply of 'oar'"),
        ("north: {reserve: 30}, ", "", "the reserve of north is missing"),
        ("south: {reserve: 30}}", "south: {reserve: 30}}\n  financiers: {north_bank: {ceiling: 5}}",
         "campaign.financiers.north_bank: no tender has the financier 'north_bank': expected one of north_state_bank"),
        ("shares: {north: 0.2}", "shares: {noth: 0.2}", "no patron 'noth': expected one of north, south; did you"),
        ("shares: {north: 0.2}", "shares: {north: 0.9, south: 0.2}", "add up to more than 1"),
        ("shares: {north: 0.2}", "shares: {north: 2}", "campaign.minerals.ore.shares"),
        ("scenario: two_bidders, host: one, mineral: ore, opening", "scenario: two_biders, host: one, opening",
         "did you mean 'two_bidders'"),
        ("months: 40", "month: 40", "'month' is unknown here: expected one of months"),
        ("reserve: 30}, south", "reserve: -1}, south", "campaign.patrons.north.reserve: -1"),
        ("host: one, mineral: ore, opening", "host: one, opening: 0, set: {tender.month: 3}, opening", "twice"),
        ("opening: 12", "set: {tender.month: 3}", "tender.month"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_told_with_its_line(tmp_path: Any, was: str, is_: str, said: str) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(GOOD.replace(was, is_), encoding="utf-8")
    assert GOOD.replace(was, is_) != GOOD
    with pytest.raises(ScenarioError) as caught:
        CampaignScenario.load(file)
    assert said in str(caught.value)
    assert str(file) in str(caught.value)


def test_where_no_tender_can_be_read_nothing_else_is_told(tmp_path: Any) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(GOOD.replace("two_bidders", "two_biders"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        CampaignScenario.load(file)
    assert [problem.path for problem in caught.value.problems] == ["tenders.first.scenario", "tenders.second.scenario"]


def test_a_file_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(ScenarioError, match="two_tenders"):
        CampaignScenario.load("two_tendes")


# ------------------------------------------------------------------------------------------------ by hand, rule by rule


class Watched(Campaign):
    """A campaign that remembers how it stood before and after the settlements of every month."""

    def _end_month(self, open_now: Any) -> None:
        before = self.records.standing[0].copy()
        super()._end_month(open_now)
        after = self.records.standing[0].copy()
        self.months_seen = [*getattr(self, "months_seen", []), (before, after)]


LEAD = 1.5  # years
HAND = Scenario.load("two_bidders").at(
    {
        "project.lead_time": LEAD, "patrons.*.levers.access.intensity": 1, "patrons.*.levers.tariff.intensity": 1,
        "patrons.*.levers.finance.intensity": 1, "patrons.*.levers.*.onset": 0, "patrons.*.levers.*.trigger": "always",
        "financiers.north_state_bank.credibility": 0.9, "bidders.north_mining.capability": 0.95,
    }
)  # fmt: skip


def hand_played(replication: int) -> Watched:
    tenders = {"first": tender(host="here"), "second": tender(opening=30, host="there")}
    shared: dict[str, Any] = {"spill": 0.25, "trust_step": 2.0, "financiers": {"north_state_bank": {"ceiling": 200}}}
    one = campaign(tenders, {"base": HAND}, 60, **shared)
    watched = Watched(one, seed=SEED, replication=replication)
    watched.play()
    return watched


@pytest.fixture(scope="module")
def hand_runs() -> list[Watched]:
    return [hand_played(replication) for replication in range(12)]


def settlement(run: Watched) -> tuple[Any, Any, Any]:
    """How the campaign stood before and after the first tender was settled, and its outcome."""
    month = int(run.standing["settled"][0])
    return (*run.months_seen[month], run.records.outcomes[0])


def test_c3_a_promise_kept_or_broken_moves_trust_here_and_by_the_spill_elsewhere(hand_runs: list[Watched]) -> None:
    seen = set()
    for run in hand_runs:
        before, after, outcome = settlement(run)
        for k in range(2):
            promised = outcome["patron_share"][k] > 0
            kept = outcome["access_delivered"][k] > 0
            steps = [2.0, 0.5] if promised else [0.0, 0.0]
            moved, other = ("trust_a", "trust_b") if kept else ("trust_b", "trust_a")
            assert (after[moved][:2, k] - before[moved][:2, k]).tolist() == steps
            assert (after[other] == before[other])[:2, k].all()
            seen.add((bool(promised), bool(kept)))
    assert seen == {(True, True), (True, False), (False, False)}


def test_c4_who_lost_loses_credit_there_and_who_built_gains_it_when_the_mine_stands(hand_runs: list[Watched]) -> None:
    politics, built = HAND.politics, 0
    for run in hand_runs:
        before, after, outcome = settlement(run)
        lost = outcome["patron_share"][:2] == 0
        expected = before["credit"][0, :2] * np.where(lost, 1 - politics.credit_loss, 1.0)
        np.testing.assert_array_equal(after["credit"][0, :2], expected)
        stands = int(run.standing["settled"][0]) + int(12 * LEAD)
        before, after = run.months_seen[stands]
        gain = politics.credit_gain_award * outcome["built_share"][:2]
        fade = 0.5 ** (1 / politics.credit_half_life)
        for h, part in ((0, 1.0), (1, 0.25)):
            credit = before["credit"][h, :2]
            risen = credit + part * gain * (1 - credit)
            faded = 1.0 if before["has_faded"][h].any() else fade
            np.testing.assert_allclose(after["credit"][h, :2], risen * faded, rtol=1e-12)
        built += int(gain.any())
    assert 0 < built < len(hand_runs)


def test_c5_the_portfolio_grows_by_what_was_awarded(hand_runs: list[Watched]) -> None:
    host, moved = HAND.host, 0
    for run in hand_runs:
        before, after, outcome = settlement(run)
        n0, n1, won = host.history_weight, host.award_weight, outcome["patron_share"][:2]
        expected = (n0 * before["portfolio"][0, :2] + n1 * won) / (n0 + n1 * won.sum())
        np.testing.assert_allclose(after["portfolio"][0, :2], expected, rtol=1e-12)
        assert after["history"][0] == n0 + n1 * won.sum()
        assert after["history"][1] == n0
        moved += int(won.any())
    assert moved > 0


def test_c6_letters_lapse_but_for_what_became_money_for_a_winner(hand_runs: list[Watched]) -> None:
    capital = HAND.project.capex_factor * sum(deposit.capex for deposit in HAND.deposits.values())
    seen = set()
    for run in hand_runs:
        before, after, outcome = settlement(run)
        issued = bool(outcome["letter_issued"][0])
        assert (before["lent"][0] > 0) == issued
        converted = bool(outcome["letter_converted"][0])
        share = run.negotiations["first"].history[-1].letter_share[0]
        assert after["lent"][0] == (pytest.approx(share * capital) if converted else 0.0)
        assert share * capital <= 200 * (1 + 1e-12)
        seen.add((issued, converted))
    assert (True, True) in seen
    assert (True, False) in seen


def test_c1_income_lifts_capital_to_the_cap_and_no_further() -> None:
    purses = {"north": {"reserve": 2, "income": 3, "cap": 7}, "south": {"reserve": 9, "income": 1, "cap": 20}}
    idle = HAND.at({"patrons.*.levers.*.intensity": 0})
    one = campaign({"only": tender(opening=4)}, {"base": idle}, 40, patrons=purses)
    found = [mesa.standing["capital"][:2].tolist() for mesa in stepped(one)]
    assert found[:4] == [[5.0, 10.0], [7.0, 11.0], [7.0, 12.0], [7.0, 13.0]]


def test_c2_beliefs_fade_towards_their_start_before_the_month_s_episode() -> None:
    quiet = HAND.at({"patrons.*.episode_rate": 0, "patrons.*.levers.tariff.intensity": 0})
    one = campaign({"only": tender(opening=20)}, {"base": quiet}, 50, belief_half_life=2.0)
    mesa = Campaign(one, seed=SEED)
    start = mesa.standing["belief_a"][0, 0]
    mesa.standing["belief_a"][0, 0] = start + 8.0
    found = []
    for _ in range(4):
        mesa.step()
        found.append(mesa.standing["belief_a"][0, 0] - start)
    np.testing.assert_allclose(found, 8.0 * 0.5 ** (np.arange(1, 5) / 2.0), rtol=1e-12)


def test_c2_an_episode_is_seen_by_every_host() -> None:
    always = HAND.at({"patrons.*.episode_rate": 1, "patrons.*.levers.tariff.intensity": 0})
    one = campaign({"first": tender(host="a"), "second": tender(host="b")}, {"base": always}, 40)
    mesa = Campaign(one, seed=SEED)
    for _ in range(3):
        before = mesa.records.standing[0].copy()
        mesa.step()
        for name, step in (
            ("belief_a", always.politics.belief_step_executed), ("belief_b", always.politics.belief_step_backed_down)
        ):  # fmt: skip
            moved = mesa.standing[name][:2, :2] - before[name][:2, :2]
            assert set(np.round(moved / step, 9).ravel()) <= {0.0, 1.0}
            np.testing.assert_array_equal(moved[0], moved[1])
            for negotiation in mesa.under_way.values():
                np.testing.assert_array_equal(negotiation.state[name][:2], mesa.standing[name][0, :2])


def test_c7_a_mine_adds_its_output_from_its_month_on_the_offtake_to_its_camp() -> None:
    tenders = {"only": tender(mineral="ore")}
    minerals = {"ore": {"output": 10.0, "growth": 0.1, "shares": {"south": 0.5}}}
    one = campaign(tenders, {"base": HAND}, 40, minerals=minerals)
    outcomes, chronicles = played(one, 200, SEED)
    done = np.flatnonzero((outcomes["done"][:, 0, 0] == 1) & (outcomes["winner"][:, 0, 0] == 0))
    n = int(done[0])
    outcome, added = outcomes[n, 0], chronicles["added"][n, 0]
    quantity = added.sum()
    assert added[:3] == pytest.approx([quantity * outcome["offtake"][0], 0.0, quantity * (1 - outcome["offtake"][0])])
    ready = (outcome["month"] + 12 * LEAD) / 12
    before, after = supply.shares(one, chronicles[n : n + 1], "ore", [ready - 0.01, ready])[0]
    assert before == pytest.approx([0.0, 0.5, 0.5])
    world = 10.0 * 1.1**ready
    assert after == pytest.approx(
        [added[0] / (world + quantity), 0.5 * world / (world + quantity), (0.5 * world + added[2]) / (world + quantity)]
    )


# -------------------------------------------------------------------------------------------------- on the command line


def command(*typed: str) -> Any:
    from typer.testing import CliRunner

    from minegame.cli import app

    return CliRunner().invoke(app, list(typed), env={"COLUMNS": "120"})


def test_odds_of_a_campaign_are_those_of_its_runs_on_any_number_of_threads() -> None:
    shown = [
        json.loads(command("odds", "two_tenders", "-n", "2500", "--seed", "4", "--threads", n, "--json").stdout)
        for n in ("1", "2")
    ]
    assert shown[0] == shown[1]
    outcomes, chronicles = played(CampaignScenario.load("two_tenders"), 2500, 4)
    wins = [row["wins"] for row in shown[0]["tenders"]]
    expected = [(outcomes["winner"][:, n, 0] == i).mean() for n in range(2) for i in range(2)]
    assert wins == pytest.approx(expected)
    assert all(row["wins_low"] < row["wins"] < row["wins_high"] for row in shown[0]["tenders"])
    assert shown[0]["patrons"][0]["payoff"] == pytest.approx(chronicles["payoff"][:, 0].mean())
    credit = [row["credit"] for row in shown[0]["hosts"]]
    assert credit == pytest.approx(chronicles["credit"][:, 0, :2].mean(axis=0).tolist())
    assert shown[0]["replications"] == 2500


def test_odds_of_a_campaign_are_told_with_what_they_cannot_say() -> None:
    done = command(
        "odds", "two_tenders", "-n", "300", "--set", "campaign.spill=0", "--set", "tenders.second.opening=24"
    )
    assert done.exit_code == 0
    for said in (
        "Who wins which tender",
        "second: South Metals wins most often",
        "Nobody has measured",
        "Who supplies",
    ):
        assert said in done.stdout
    assert " 24 " in done.stdout


def test_a_table_that_is_cut_off_says_where_all_of_it_is() -> None:
    assert re.search(r"… and \d+ rows more, with --json\n", command("odds", "critical_minerals", "-n", "10").stdout)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["odds", "two_tenders", "--set", "campaign.spil=0"], "did you mean 'campaign.spill'"),
        (["odds", "two_tenders", "--set", "tenders.third.opening=0"], "there is no tender 'third'"),
        (["odds", "two_tenders", "--set", "tenders.second.scenario=two_bider"], "did you mean 'two_bidders'"),
        (["odds", "two_tenders", "--set-against", "tenders.second.host=other"], "says who is there"),
        (["odds", "two_tenders", "--set", "tenders.second.opening=95"], "the tender opens in month 95"),
        (
            ["odds", "two_tenders", "--against", "two_bidders"],
            "--against: not for a campaign: it is compared with itself",
        ),
        (
            ["odds", "two_tenders", "--policy", "a:"],
            "--policy: not for a campaign: policies are compared by",
        ),
        (["odds", "two_tenders", "--out", "x"], "--out: not for a campaign: its odds are printed"),
        (["odds", "two_tenders", "-n", "100000000000"], "add --yes"),
        *(([*named, "two_tender"], "did you mean 'two_tenders'?") for named in ONE_OF_BOTH),
        (["sweep", "two_tender", "--vary", "campaign.spill=0:1:2"], "did you mean 'two_tenders'?"),
        (["odds", "nothing_like_it"], "; campaigns: critical_minerals, kazakhstan_again, six_hosts, two_tenders"),
        (["scenario", "export", "two_tenders", "x.xlsx"], "is a campaign, not a scenario, and this takes single"),
        (["play", "two_tenders", "--plot", "x.gif"], "ends in .png, .svg or .pdf"),
        (["odds", "two_tenders", "--plot", "x.gif"], "ends in .png, .svg or .pdf"),
        (["odds", "two_bidders", "--plot", "x.png"], "--plot: is for a campaign"),
        (["page", "two_tenders", "--set", "campaign.spil=0"], "did you mean 'campaign.spill'"),
        (["run", "two_tenders"], "is a campaign, not an experiment: 'minegame odds two_tenders' plays it"),
        (["run", str(shipped_campaigns()["two_tenders"])], "is a campaign, not an experiment"),
        (["analyse", "winning", "two_bidders", "--against", str(shipped_campaigns()["two_tenders"])], "takes single"),
        (["analyse", "winning", "two_tenders"], "winning is asked of single tenders: expected one of attribution,"),
    ],
)
def test_what_a_campaign_does_not_do_is_told(typed: list[str], said: str) -> None:
    done = command(*typed)
    assert done.exit_code == 2
    assert said in done.stderr


def test_campaigns_are_validated() -> None:
    done = command("validate", *shipped_campaigns(), "two_bidders")
    assert done.exit_code == 0
    assert done.stdout.count(": OK (a campaign: 2 tenders, 1 host, 2 patrons, 96 months)") == 2
    assert done.stdout.count(": OK (a campaign: 7 tenders, 5 hosts, 2 patrons, 96 months)") == 1


def test_every_number_of_a_shipped_campaign_has_a_source() -> None:
    for name in shipped_campaigns():
        assert CampaignScenario.load(name).unsourced() == []


def test_a_source_that_speaks_for_nothing_is_told(tmp_path: Any) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(GOOD + "sources: {campaign.month: {assumption: a}}", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"sources\.campaign\.month.*did you mean 'campaign\.months'"):
        CampaignScenario.load(file)
