"""Robustness: metrics whose values are known, intervals that cover, and the answer for the case."""

from __future__ import annotations

import numpy as np
import pytest

from minegame import answers, optimiser
from minegame.analysis import robust
from minegame.analysis.robust import Outcomes, Target
from minegame.answers.robust_aims import Targets
from minegame.answers.robust_states import Luck
from minegame.scenario import Scenario, ScenarioError, crossed
from minegame.text import SHARE

TUNGSTEN = "kazakhstan_tungsten"
TWO = {"host.balance_weight": [0.0, 4.0], "patrons.us.link": [0.0, 1.0]}
MONTHS = {"tender.months": [6, 30]}
WIN = (Target("win", 0.5),)


def exact(values, **more) -> Outcomes:
    """Outcomes that are known without error: values of shape (states, policies) by measure."""
    given = {"win": values, **more}
    halves = {name: np.stack([np.asarray(part, float)] * 2) for name, part in given.items()}
    return Outcomes(halves, {name: np.zeros(part.shape[1:]) for name, part in halves.items()})


def played(chances: np.ndarray, n: int, chance: np.random.Generator) -> Outcomes:
    """Negotiations won with such chances, shape (states, policies): the policies of a state on the same luck."""
    wins = (chance.random((2, len(chances), 1, n // 2)) < chances[None, :, :, None]).sum(axis=-1).astype(float)
    return Outcomes.of({"win": np.stack([np.full(wins.shape, n / 2), wins, wins], axis=-1)})


# ----------------------------------------------------------------------------------------------------------- by hand


def test_metrics_of_a_table_made_by_hand():
    """Three policies in five states; the best of each state: 0.9, 0.6, 0.8, 0.5, 0.7."""
    table = exact(
        [[0.9, 0.5, 0.6],
         [0.2, 0.5, 0.6],
         [0.8, 0.5, 0.4],
         [0.1, 0.5, 0.4],
         [0.6, 0.5, 0.7]]
    )  # fmt: skip
    regrets = robust.regret(table, "win").mean
    assert regrets == pytest.approx(
        np.array([[0, 0.4, 0.3], [0.4, 0.1, 0], [0, 0.3, 0.4], [0.4, 0, 0.1], [0.1, 0.2, 0]])
    )
    found = robust.estimate(table, WIN, reach=1.0)
    assert found["satisficing"].tolist() == pytest.approx([0.6, 1.0, 0.6])
    assert found["expected"].tolist() == pytest.approx([0.52, 0.5, 0.54])
    assert found["worst_decile"].tolist() == pytest.approx([0.14, 0.5, 0.4])
    assert found["regret_90"].tolist() == pytest.approx([0.4, 0.36, 0.36])
    assert found["regret_most"].tolist() == pytest.approx([0.4, 0.4, 0.4])
    ranks = robust.ranks(found)
    assert ranks["satisficing"].tolist() == [2, 1, 2]
    assert ranks["expected"].tolist() == [2, 3, 1]
    assert ranks["regret_most"].tolist() == [1, 1, 1]


def test_a_measure_that_is_to_be_low_turns_everything_round():
    table = exact([[30.0, 10.0], [20.0, 40.0]])
    low = (Target("win", 25.0, at_least=False),)
    assert robust.regret(table, "win", high=False).mean.tolist() == [[20.0, 0.0], [0.0, 20.0]]
    found = robust.estimate(table, low)
    assert found["satisficing"].tolist() == [0.5, 0.5]
    assert found["worst_decile"].tolist() == pytest.approx([29.0, 37.0]), "the worst are those of the most"
    assert robust.ranks(found, high=False)["worst_decile"].tolist() == [1, 2]


def test_all_targets_must_be_met_and_regret_may_be_one():
    table = exact([[0.9, 0.6], [0.2, 0.6], [0.8, 0.6]], points=np.array([[10, 20], [10, 50], [10, 20]]))
    cheap = Target("points", 30.0, at_least=False)
    assert robust.met(table, (*WIN, cheap))[0].tolist() == [[True, True], [False, False], [True, True]]
    little = Target("regret", 0.25, at_least=False)
    assert robust.met(table, (*WIN, little), robust.regret(table, "win"))[0].tolist() == [
        [True, False], [False, True], [True, True],
    ]  # fmt: skip


def test_regret_may_be_against_policies_that_are_not_judged_themselves():
    own, others = exact([[0.5], [0.5]]), exact([[0.9, 0.1], [0.2, 0.1]])
    assert robust.regret(own, "win", among=others).mean.tolist() == [[pytest.approx(0.4)], [0.0]]


def test_the_schedule_that_wins_on_average_is_not_the_one_that_is_good_enough():
    """One is splendid in four states of ten and useless elsewhere, the other just good enough in seven of ten."""
    u = np.random.default_rng(1).random(20_000)
    chances = np.column_stack([np.where(u < 0.4, 1.0, 0.3), np.where(u < 0.7, 0.55, 0.2)])
    found = robust.estimate(exact(chances), WIN, reach=1.0)
    assert found["expected"].tolist() == pytest.approx([0.58, 0.445], abs=0.01)
    assert found["satisficing"].tolist() == pytest.approx([0.4, 0.7], abs=0.01)
    ranks = robust.ranks(found)
    assert (ranks["expected"].tolist(), ranks["satisficing"].tolist()) == ([1, 2], [2, 1])
    changed = robust.differences(exact(chances), WIN, (), 0)
    assert changed["satisficing_low"][1] > 0 > changed["expected_high"][1]


def test_the_front_is_what_nothing_beats():
    cost, worth = np.array([0.0, 1.0, 1.0, 2.0, 3.0]), np.array([0.1, 0.3, 0.4, 0.4, 0.9])
    assert robust.undominated(cost, worth).tolist() == [True, False, True, False, True]


# ------------------------------------------------------------------------------------------------------------- luck


def test_luck_near_the_target_is_taken_off():
    """Chances crowd just above the target: luck moves more states out than in, and half of that is seen."""
    chance = np.random.default_rng(3)
    chances = 0.5 + chance.normal(0.03, 0.03, (40_000, 1))
    truth = (chances >= 0.5).mean()
    reached, counted = robust.met(played(chances, 200, chance), WIN)
    assert reached.mean() < truth - 0.05
    assert abs(counted.mean() - truth) < 0.7 * (truth - reached.mean())


def test_the_best_of_equals_has_no_regret_to_offer():
    """Twenty policies that are the same, each on luck of its own: the best of them would look better on that luck."""
    chance = np.random.default_rng(4)
    wins = chance.binomial(100, 0.5, (2, 400, 20)).astype(float)
    found = Outcomes.of({"win": np.stack([np.full(wins.shape, 100.0), wins, wins], axis=-1)})
    naive = found.mean("win").max(axis=1, keepdims=True) - found.mean("win")
    assert naive.mean() > 0.06
    assert robust.regret(found, "win").mean.mean() < 0.03


def test_no_two_stages_share_their_luck():
    luck = Luck()
    stages = [(luck.lots(7, 50), 50), (luck.lots(5, 33), 33), (luck.lots(3, 100), 100)]
    used = [n for lots, each in stages for lot in lots.ravel() for n in range(lot * each, (lot + 1) * each)]
    assert len(used) == len(set(used)) == 2 * (7 * 50 + 5 * 33 + 3 * 100)


def _chances(states: int, chance: np.random.Generator) -> np.ndarray:
    """Three policies: good in easy states, good in hard ones, and nowhere more than middling."""
    u, v = chance.random((2, states))
    return np.column_stack([0.0037 + 0.987 * u, 0.7511 - 0.5 * u + 0.1 * v, 0.4523 + 0.3 * (v - 0.5)])


@pytest.mark.parametrize("n", [100, 200])
def test_intervals_over_states_and_luck_cover(n):
    """1,000 sets of 200 states: the truth is that of a million states without luck."""
    sets, states, chance = 1_000, 200, np.random.default_rng(n)
    truth = robust.estimate(exact(_chances(1_000_000, chance)), WIN, reach=1.0)
    names = ("satisficing", "expected", "worst_decile", "regret_90")
    covered = dict.fromkeys(names, 0)
    for _ in range(sets):
        found = robust.estimate(played(_chances(states, chance), n, chance), WIN, reach=1.0)
        for name in names:
            covered[name] += ((found[f"{name}_low"] <= truth[name]) & (truth[name] <= found[f"{name}_high"])).to_numpy()
    for name in names:
        assert ((covered[name] >= 0.93 * sets - 8) & (covered[name] <= 0.98 * sets)).all(), (name, covered[name])


def test_the_interval_of_a_maximum_covers_that_of_the_very_states():
    covered, sets, chance = 0, 300, np.random.default_rng(5)
    for _ in range(sets):
        chances = _chances(200, chance)
        truth = (chances.max(axis=1, keepdims=True) - chances).max(axis=0)
        found = robust.estimate(played(chances, 200, chance), WIN, reach=1.0)
        covered += ((found["regret_most_low"] <= truth) & (truth <= found["regret_most_high"])).to_numpy()
    assert (covered >= 0.93 * sets).all()


# ------------------------------------------------------------------------------------------------------------ games


@pytest.mark.parametrize(
    "policy",
    [
        {"patrons.us.levers.tariff.intensity": 0.25, "patrons.us.levers.finance.onset": 3},
        {"patrons.us.levers.*.trigger": "rival_leads", "tender.lots": "split"},
        {"host.equity_min": 0.3},
        {"patrons.us.exposed_share": 0.3, "patrons.us.ideal_share": 0.25},
        {"financiers.us_public_lenders.offtake_multiple": None, "tender.months": 9},
        {},
    ],
)
def test_games_of_policies_at_points_are_those_of_changed_scenarios(policy):
    scenario = Scenario.load(TUNGSTEN)
    points = [
        {"host.balance_weight": 1.0, "patrons.china.levers.[!t]*.intensity": 1},
        {"patrons.china.portfolio_share": 0.4, "deposits.upper_kairakty.output": 0.5},
        {"tender.months": 20, "patrons.us.exposed_share": 0.1},
    ]
    games = crossed(scenario, points, [{}, policy])
    for point, row in zip(points, games, strict=True):
        for changes, game in zip(({}, policy), row, strict=True):
            assert game.tobytes() == scenario.at(point).at(changes).game()[0].tobytes()


def test_a_point_that_is_not_allowed_is_refused():
    with pytest.raises(ScenarioError, match="balance_weight"):
        crossed(Scenario.load(TUNGSTEN), [{"host.balance_weight": -1}], [{}])
    with pytest.raises(ScenarioError, match="intensity"):
        crossed(Scenario.load(TUNGSTEN), [{}], [{"patrons.us.levers.tariff.intensity": -1}])


# ---------------------------------------------------------------------------------------------------------- the answer


def test_policies_are_compared_over_the_states():
    found = answers.ask("robust", TUNGSTEN, vary=TWO, states=120, replications=40)
    table = found["policies"].set_index("policy")
    assert len(table) == 16
    full, none = (table.loc[name] for name in ("tariff + access + engagement + finance", "none"))
    assert full["satisficing_low"] > none["satisficing_high"]
    assert full["points"] > 10
    assert none["points"] == 0
    assert "robust in" in found.sentences[0]
    assert "120 states of the world were drawn" in found.sentences[1]
    assert set(found["ranking"].columns) == {"policy", *robust.METRICS}
    assert len(found["differences"]) == 15


def test_what_is_good_in_the_scenario_alone_is_good_in_all_of_its_states():
    """Where nothing that matters varies, the share of states is that of the scenario: all or none."""
    idle = {"tender.months": {"levels": [12]}}
    found = answers.ask("robust", TUNGSTEN, vary=idle, states=60, replications=400)["policies"].set_index("policy")
    assert found.loc["tariff + access + engagement + finance", "satisficing"] == pytest.approx(1)
    assert found.loc["none", "satisficing"] == 0
    assert found.loc["tariff + access + engagement + finance", "expected"] == pytest.approx(0.80, abs=0.02)


def test_what_a_policy_decides_is_not_uncertain():
    policy = {"short": {"tender.months": 8}, "as it is": {}}
    found = answers.ask("robust", TUNGSTEN, policy=policy, vary=MONTHS | TWO, states=40, replications=8)
    assert set(found.settings["vary"]) == set(TWO)
    with pytest.raises(ScenarioError, match="nothing is left"):
        answers.ask("robust", TUNGSTEN, policy=policy, vary=MONTHS, states=40, replications=8)


def test_only_states_with_a_chance_count_where_that_is_asked():
    every, some = (
        answers.ask("robust", TUNGSTEN, states=120, replications=40, chance=chance) for chance in (None, 0.3)
    )
    assert " and kept of 120" in some.sentences[1]
    name = "access + engagement + finance"
    shares = [found["policies"].set_index("policy").loc[name, "satisficing"] for found in (every, some)]
    assert shares[1] > 2 * shares[0]


def test_the_host_compares_its_rules_over_the_patrons_packages():
    found = answers.ask("robust", TUNGSTEN, vary=TWO, target="host_money>=0", states=60, replications=20)
    assert "hard finance only" in set(found["policies"]["policy"])
    assert len(found.settings["others"]) == 16
    assert "least 90 % regret" in found.sentences[0]
    assert "Kazakhstan" in found.question


@pytest.mark.parametrize("policies", [{"one": {}}, {"one": {"host.balance_wait": 1}, "two": {}}])
def test_policies_that_cannot_be_compared_are_refused(policies):
    with pytest.raises(ScenarioError):
        answers.ask("robust", TUNGSTEN, vary=TWO, policy=policies, states=40, replications=8)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("win>0.5", "not a target"),
        ("wim>=0.5", "'win'"),
        ("regret<=0.1", "asked about first"),
        ("win>=.", "expected a number"),
    ],
)
def test_targets_that_are_none_are_refused(given, words):
    with pytest.raises(ScenarioError, match=words):
        Targets().read(given, "target")


def test_a_target_takes_the_good_side_of_its_measure():
    assert Targets().read(["win = 0.5", "points=30", "payoff<=-1e2"], "target") == (
        Target("win", 0.5), Target("points", 30.0, at_least=False), Target("payoff", -100.0, at_least=False),
    )  # fmt: skip


def test_threads_make_no_difference():
    def asked(workers):
        return answers.ask("robust", TUNGSTEN, vary=TWO, states=60, replications=8, workers=workers)

    assert asked(1).document() == asked(3).document()


# ---------------------------------------------------------------------------------------------------------- the search


def linear(points: np.ndarray) -> np.ndarray:
    """Worth and cost of three instruments, each from 0 to 1 in twentieths: the cheap part of the worth first."""
    parts = points / 20
    return np.column_stack([parts @ [0.6, 0.3, 0.1], points.sum(axis=1) / 20])


def cheapest_first(cost: np.ndarray) -> np.ndarray:
    """The front of the linear toy: the most worth that a cost can buy."""
    return np.interp(cost, [0, 1, 2, 3], [0, 0.6, 0.9, 1.0])


def test_a_grid_finds_the_front_that_is_known():
    found = optimiser.search([6, 6, 6], lambda points: linear(4 * points), (True, False), evaluations=216)
    worth, cost = found.values[found.front].T
    assert found.complete
    assert found.converged
    assert len(found.points) == 216
    assert worth == pytest.approx(cheapest_first(cost))
    assert sorted(cost) == pytest.approx(np.linspace(0, 3, 16))


def test_evolution_comes_close_to_the_front_that_is_known_and_says_when_it_does_not():
    pytest.importorskip("pymoo")
    long = optimiser.search([21, 21, 21], linear, (True, False), evaluations=4_000, seed=1)
    worth, cost = long.values[long.front].T
    assert len(long.points) < 4_000 < 21**3
    assert (worth <= cheapest_first(cost) + 1e-9).all()
    assert np.mean(cheapest_first(cost) - worth) < 0.002
    assert (np.diff(long.hypervolumes, axis=1) >= -1e-12).all()
    assert long.converged
    short = optimiser.search([21, 21, 21], linear, (True, False), evaluations=150, seed=1)
    assert not short.converged
    assert short.growth > long.growth


def test_the_same_seed_searches_the_same_policies_and_tries_none_twice():
    pytest.importorskip("pymoo")
    asked = []

    def counted(points):
        asked.extend(map(tuple, points))
        return linear(points)

    one, two, other = (
        optimiser.search([21, 21, 21], how, (True, False), evaluations=300, seed=seed)
        for how, seed in ((counted, 3), (linear, 3), (linear, 4))
    )
    assert len(asked) == len(set(asked)) == len(one.points)
    assert np.array_equal(one.points, two.points)
    assert not np.array_equal(one.points[: len(other.points)], other.points[: len(one.points)])


def test_of_equals_the_front_has_one():
    values = np.array([[1.0, 5.0], [1.0, 5.0], [2.0, 5.0], [2.0, 6.0], [0.0, 1.0]])
    assert optimiser.undominated(values, (True, False)).tolist() == [2, 4]
    assert optimiser.undominated(values, (True, True)).tolist() == [3]


def test_pure_noise_has_a_training_front_that_fresh_states_do_not_keep():
    """Two hundred policies that are the same: what the search shows, the fresh states take back."""
    chance = np.random.default_rng(6)

    def share(policies: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        wins = chance.binomial(50, 0.5, (2, 60, policies)).astype(float)
        found = Outcomes.of({"win": np.stack([np.full(wins.shape, 50.0), wins, wins], axis=-1)})
        return robust.satisficing(robust.met(found, WIN)[1])

    trained, fresh = share(200), share(200)
    best = int(trained[0].argmax())
    error = (trained[2][best] - trained[1][best]) / 2
    assert trained[0][best] > fresh[0][best] + error
    assert trained[1][best] > 0.5, "where it was searched it looks surely good enough"
    assert fresh[1][best] <= 0.5 <= fresh[2][best], "where it was not, it is what it is"


DECIDE = {
    "patrons.us.levers.access.intensity": {"low": 0.0, "high": 1.0, "count": 3},
    "patrons.us.levers.finance.intensity": {"low": 0.0, "high": 1.0, "count": 3},
    "patrons.us.levers.*.trigger": ["always", "rival_leads"],
}
SEARCH = {
    "vary": TWO, "decide": DECIDE, "states": 60, "replications": 20, "training": 20, "training_replications": 20,
}  # fmt: skip


@pytest.fixture(scope="module")
def searched():
    return answers.ask("robust", TUNGSTEN, **SEARCH, reply=True)


def test_what_is_found_is_judged_in_fresh_states_and_both_are_told(searched):
    table = searched["search"]
    assert {"training", "training_low", "fresh", "fresh_high", *DECIDE} <= set(table.columns)
    judged = searched["policies"].set_index("policy")["satisficing"]
    assert table["fresh"].tolist() == judged[table["policy"]].tolist()
    assert table["points"].is_monotonic_increasing or len(table) > 2
    said = " ".join(searched.sentences)
    assert "the fresh states above are the answer" in said
    assert "All 18 policies were tried." in said
    assert searched.settings["decide"]["patrons.us.levers.access.intensity"] == {"levels": [0.0, 0.5, 1.0]}


def test_the_quoted_policy_is_the_cheapest_that_was_good_enough_where_it_was_searched(searched):
    table = searched["search"]
    enough = table[table["training"] >= 0.5]
    assert len(enough)
    quoted = searched.sentences[0].split("'")[1]
    assert quoted in set(enough["policy"])
    row = table[table["policy"] == quoted].iloc[0]
    assert SHARE.write(*row[["fresh", "fresh_low", "fresh_high"]]) in searched.sentences[0]


def test_the_rival_replies_with_what_pays_it_best_and_with_what_hurts_most(searched):
    table = searched["replies"].set_index("reply")
    assert table.index.tolist() == ["as in the states", "pays best", "hurts most"]
    assert table.loc["hurts most", "satisficing"] <= table.loc["as in the states", "satisficing"]
    assert table.loc["pays best", "payoff"] >= table.loc["hurts most", "payoff"] - 50
    assert "China replies" in " ".join(searched.sentences)


def test_a_search_is_the_same_whatever_the_threads_and_goes_on_where_it_stopped(tmp_path, monkeypatch):
    pytest.importorskip("pymoo")
    monkeypatch.setattr("minegame.runner._WORTH_KEEPING", 0)
    small = {**SEARCH, "evaluations": 20, "starts": 1, "decide": {**DECIDE, "patrons.us.levers.*.onset": [0, 4]}}
    one = answers.ask("robust", TUNGSTEN, **small, workers=1)
    done = []

    def stop(finished, planned):
        done.append(finished)
        if finished > 0.5 * planned:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answers.ask("robust", TUNGSTEN, tmp_path / "kept", **small, workers=2, watch=stop)
    again = []
    two = answers.ask(
        "robust", TUNGSTEN, tmp_path / "kept", **small, workers=2, watch=lambda finished, _: again.append(finished)
    )
    assert again[0] > 0
    for key, table in one.tables.items():
        assert two.tables[key].csv() == table.csv(), key


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"decide": {"patrons.us.levers.acces.intensity": [0, 1]}}, "access"),
        ({"decide": {"patrons.us.levers.access.intensity": [0, -1]}}, "-1"),
        ({"objective": ["robustness"]}, "at least two"),
        ({"objective": ["robustness", "prints"]}, "points"),
        ({"objective": ["robustness", "points:up"]}, "high or low"),
    ],
)
def test_a_search_that_cannot_be_is_refused(more, words):
    with pytest.raises(ScenarioError, match=words):
        answers.ask("robust", TUNGSTEN, **{**SEARCH, **more})


def test_a_search_without_pymoo_says_so_before_anything_is_played(monkeypatch):
    monkeypatch.setattr("minegame.answers.robust_search.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"minegame\[analysis\]"):
        answers.ask(
            "robust",
            TUNGSTEN,
            **{**SEARCH, "decide": {"patrons.us.levers.*.onset": list(range(21))}, "evaluations": 20},
        )
    assert answers.ask("robust", TUNGSTEN, **SEARCH).tables["convergence"].frame.empty


def test_the_order_of_the_policies_changes_nothing():
    chance = np.random.default_rng(8)
    found = played(_chances(200, chance).round(1), 20, chance)
    turned = Outcomes({"win": found.halves["win"][:, :, ::-1]}, {"win": found.errors["win"][:, ::-1]})
    one, other = (robust.estimate(outcomes, WIN, reach=1.0) for outcomes in (found, turned))
    for name in one:
        assert one[name].tolist() == pytest.approx(other[name].tolist()[::-1], nan_ok=True), name
