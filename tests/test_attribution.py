import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minegame import answers, plots
from minegame.analysis import attribution
from minegame.answers import asking
from minegame.answers.attribution_sentences import first_said
from minegame.design import intensities, packages
from minegame.experiment_file import Experiment
from minegame.scenario import Scenario, ScenarioError
from minegame.text import POINTS

LEVERS = ("tariff", "access", "engagement", "finance")


def worth_by_permutations(worth, levers):
    """Shapley values from their definition: the mean marginal contribution over all orders."""
    place = {frozenset(s): n for n, s in enumerate(attribution.coalitions(levers))}
    values = dict.fromkeys(levers, 0.0)
    for order in itertools.permutations(levers):
        for n, lever in enumerate(order):
            before = frozenset(order[:n])
            values[lever] += worth[place[before | {lever}]] - worth[place[before]]
    return [value / math.factorial(len(levers)) for value in values.values()]


def luck(seed, levers=4, replications=500):
    return np.random.default_rng(seed).normal(size=(replications, 2**levers))


def test_games_are_the_packages_in_order():
    scenario = Scenario.load()
    games = attribution.design(scenario, "us", LEVERS)
    assert games.shape == (1, 16)
    assert [" + ".join(s) or "none" for s in attribution.coalitions(LEVERS)] == list(packages("us", LEVERS))
    full = scenario.at(packages("us", LEVERS)["tariff + access + engagement + finance"]).game()
    assert games[0, -1] == full[0]


@pytest.mark.parametrize(
    ("weights", "quota", "power"), [((50, 49, 1), 51, (2 / 3, 1 / 6, 1 / 6)), ((1, 1, 1), 2, (1 / 3, 1 / 3, 1 / 3))]
)
def test_power_of_voters(weights, quota, power):
    voters = [str(n) for n in range(len(weights))]
    wins = [float(sum(weights[int(v)] for v in s) >= quota) for s in attribution.coalitions(voters)]
    assert attribution.shapley(wins, voters) == pytest.approx(power, abs=1e-12)


@given(st.integers(0, 10_000), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_values_are_the_mean_over_all_orders_and_add_up(seed, number):
    levers = [f"lever {n}" for n in range(number)]
    samples = luck(seed, number, 20)
    found = attribution.estimate(samples, levers)
    assert found.levers["estimate"].to_numpy() == pytest.approx(worth_by_permutations(samples.mean(0), levers))
    assert found.levers["estimate"].sum() == pytest.approx(found.total["estimate"], abs=1e-12)
    assert found.total["estimate"] == pytest.approx(samples[:, -1].mean() - samples[:, 0].mean(), abs=1e-12)
    assert found.levers["share"].sum() == pytest.approx(1.0)


@pytest.mark.parametrize("idle", LEVERS)
def test_an_idle_lever_gets_exactly_nothing(idle):
    samples = luck(1)
    subsets = attribution.coalitions(LEVERS)
    for n, subset in enumerate(subsets):
        if idle in subset:
            samples[:, n] = samples[:, subsets.index(tuple(lever for lever in subset if lever != idle))]
    for outcome in (samples, (samples > 0).astype(float)):  # money, and an event
        found = attribution.estimate(outcome, LEVERS)
        row = found.levers.set_index("lever").loc[idle]
        assert (row[["estimate", "standard_error", "first_in", "last_in", "share"]] == 0.0).all()
        pairs = found.pairs[(found.pairs["first"] == idle) | (found.pairs["second"] == idle)]
        assert (pairs["estimate"] == 0.0).all()
        for name, part in (("", row), ("first_in_", row), ("last_in_", row), ("share_", row), ("", pairs)):
            assert (part[f"{name}low"] < 0).all()  # that it did nothing in 500 negotiations is no proof
            assert (part[f"{name}high"] > 0).all()


def test_equal_levers_share_equally_and_interaction_is_theirs():
    worth = np.array([0.0, 0.1, 0.1, 0.5])  # neither does much, together they do
    samples = np.repeat(worth[None], 10, axis=0)
    found = attribution.estimate(samples, ["access", "finance"])
    assert found.levers["estimate"].tolist() == pytest.approx([0.25, 0.25])
    assert found.levers["first_in"].tolist() == pytest.approx([0.1, 0.1])
    assert found.levers["last_in"].tolist() == pytest.approx([0.4, 0.4])
    assert found.pairs["estimate"].item() == pytest.approx(0.3)
    assert found.dividends.set_index("coalition")["estimate"].to_dict() == pytest.approx(
        {"none": 0.0, "access": 0.1, "finance": 0.1, "access + finance": 0.3}
    )


def test_interaction_index_by_its_definition():
    samples, levers = luck(3, 4, 5), LEVERS
    place = {frozenset(s): n for n, s in enumerate(attribution.coalitions(levers))}
    v, n = samples.mean(0), len(levers)
    found = attribution.estimate(samples, levers).pairs.set_index(["first", "second"])["estimate"]
    for a, b in itertools.combinations(levers, 2):
        others, value = set(levers) - {a, b}, 0.0
        for subset in attribution.coalitions(sorted(others)):
            s = frozenset(subset)
            weight = math.factorial(n - len(s) - 2) * math.factorial(len(s)) / math.factorial(n - 1)
            value += weight * (v[place[s | {a, b}]] - v[place[s | {a}]] - v[place[s | {b}]] + v[place[s]])
        assert found[a, b] == pytest.approx(value, abs=1e-12)


def test_errors_are_those_of_the_covariance_of_the_means():
    samples = luck(7) @ np.random.default_rng(8).normal(size=(16, 16))
    weights = np.array([attribution.shapley(unit, LEVERS) for unit in np.eye(16)]).T
    errors = np.sqrt(np.diag(weights @ np.cov(samples.T) @ weights.T) / len(samples))
    assert attribution.estimate(samples, LEVERS).levers["standard_error"].to_numpy() == pytest.approx(errors)


def test_intervals_cover():
    """Values, interactions, effects alone and shares, on 2,000 data sets of 200 common-luck wins."""
    chance, sets, levers = np.random.default_rng(5), 2_000, ("access", "finance")
    win = np.array([0.06, 0.2, 0.42, 0.65])
    truth = attribution.shapley(win, levers)
    hits = np.zeros(5)
    thresholds = np.array([_quantile(p) for p in win])
    for _ in range(sets):
        samples = (0.8 * chance.random((200, 1)) + 0.2 * chance.random((200, 4)) < thresholds).astype(float)
        dividends = attribution._dividends(samples, levers)
        mean = attribution._mean_of(samples, True, 0.95)
        value = attribution._row(mean(attribution._shared(dividends, levers, ("finance",)), 1.0))
        pair = attribution._row(mean(attribution._shared(dividends, levers, levers), 2.0))
        alone = attribution._row(mean(dividends[:, 1], 1.0))
        total = attribution._row(mean(dividends[:, 1:].sum(axis=1), 1.0))
        part = attribution._share_of(
            attribution._shared(dividends, levers, ("finance",)), dividends[:, 1:].sum(axis=1), 0.95, 1.0
        )
        hits += [
            value["low"] <= truth[1] <= value["high"],
            pair["low"] <= win[3] - win[1] - win[2] + win[0] <= pair["high"],
            alone["low"] <= win[1] - win[0] <= alone["high"],
            total["low"] <= win[3] - win[0] <= total["high"],
            part["share_low"] <= truth[1] / (win[3] - win[0]) <= part["share_high"],
        ]
    assert (hits / sets >= 0.93).all(), hits / sets
    assert (hits / sets <= 0.97).all(), hits / sets


def _quantile(probability):
    """The value below which 0.8 U + 0.2 V lies with a probability."""
    from scipy.optimize import brentq

    u = (np.arange(20_000) + 0.5) / 20_000
    return brentq(lambda x: np.clip((x - 0.8 * u) / 0.2, 0, 1).mean() - probability, 0, 1)


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (np.zeros((5, 3)), "a column for each subset"),
        (np.zeros((1, 4)), "two replications"),
        (np.full((5, 4), np.nan), "must be a number"),
    ],
)
def test_samples_that_do_not_fit(samples, said):
    with pytest.raises(ValueError, match=said):
        attribution.estimate(samples, ["access", "finance"])


def test_pictures_say_what_they_show():
    found = attribution.estimate(luck(1), LEVERS)
    picture = plots.shapley_bars(found.levers, outcome="P(win)", replications=500)
    assert "n = 500" in picture.get_xlabel()


def test_shapley_values_over_worlds():
    """Two levers in four worlds, of which three count: the first leads in two, the second surely harms in one."""
    values = np.array([[0.5, 0.1], [0.2, 0.3], [0.4, -0.2], [9.0, 9.0]])
    ends = values - 0.196, values + 0.196
    found = attribution.over_worlds(values, *ends, ["finance", "tariff"], np.array([True, True, True, False]))
    table = found.set_index("lever")
    assert table["worlds"].tolist() == [3, 3]
    assert table["median"].to_dict() == {"finance": 0.4, "tariff": 0.1}
    assert table["first"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert table["helps"].tolist() == pytest.approx([1.0, 1 / 3])  # 0.1 and 0.2 are within 1.96 errors of nil or not
    assert table["harms"].tolist() == pytest.approx([0.0, 1 / 3])
    nowhere = attribution.over_worlds(values, *ends, ["finance", "tariff"], np.zeros(4, bool))
    assert nowhere["worlds"].tolist() == [0, 0]
    assert nowhere["first"].isna().all()


# ---------------------------------------------------------------------------------------------------------- the answer


WEAKER = {"patrons.us.levers.tariff.intensity": 0.5, "patrons.us.levers.finance.intensity": 0.7}
LATE = {"patrons.us.levers.finance.onset": 7, "patrons.us.levers.access.trigger": "rival_leads"}
ALL_OFF = {"patrons.us.levers.*.intensity": 0}


def weaker() -> Scenario:
    return Scenario.load().at(WEAKER | LATE)


def test_the_whole_package_is_what_the_scenario_plays():
    """Exactly what odds says of the scenario against no lever at all: the same games on the same luck."""
    found = answers.ask("attribution", weaker(), replications=300)
    odds = answers.ask("winning", weaker(), set_against=ALL_OFF, policy={"as it is": {}}, replications=300)
    against = odds.tables["contrasts"].frame.iloc[0]
    packages_ = found.tables["packages"].frame.set_index("package")
    assert found.tables["levers"].frame["shapley"].sum() == pytest.approx(against["wins_cove_kaz"], abs=1e-9)
    whole = packages_.loc[" + ".join(LEVERS)]
    wins = odds.tables["winners"].frame["wins_cove_kaz"]
    assert [whole["wins"], packages_.loc["none", "wins"]] == pytest.approx(wins.tolist(), abs=1e-9)
    assert found.tables["value"].frame["shapley"].sum() == pytest.approx(_host_gain(odds), abs=1e-6)


def _host_gain(odds) -> float:
    values = odds.tables["host"].frame["value"]
    return values[0] - values[1]


def test_full_strength_is_asked_for():
    """The other question, which is that of a scenario with the levers at 1; both are told apart."""
    found = answers.ask("attribution", weaker(), replications=300, full_strength=True)
    same = answers.ask("attribution", Scenario.load().at(LATE), replications=300)
    own = answers.ask("attribution", weaker(), replications=300)
    assert found.tables["packages"].csv() == same.tables["packages"].csv() != own.tables["packages"].csv()
    assert "--full-strength" in found.command
    assert "--full-strength" not in own.command
    assert any("at full strength" in text and "tariff (0.5) and finance (0.7)" in text for text in found.sentences)
    assert any("tariff at 0.5 and finance at 0.7" in text for text in own.sentences)
    assert not any("strength" in text for text in same.sentences)
    assert any("absent or at full strength" in text for text in found.limits)
    assert any("absent or as the scenario has them" in text for text in own.limits)
    assert found.settings["intensity"] == dict.fromkeys(LEVERS, 1.0)
    assert own.settings["intensity"] == {**dict.fromkeys(LEVERS, 1.0), "tariff": 0.5, "finance": 0.7}


def test_a_lever_that_is_named_but_not_used_is_pressed_fully_and_the_answer_says_so():
    found = answers.ask("attribution", weaker(), lever=["tariff", "denial"], replications=100)
    assert found.settings["intensity"] == {"tariff": 0.5, "denial": 1.0}
    assert any("leaves denial among United States' levers unused: played at full" in text for text in found.sentences)
    assert intensities(weaker(), "us", ["denial"]) == {"denial": 1.0}


def test_other_worlds_have_a_picture_and_may_press_a_lever_otherwise():
    """A lever whose intensity is nil in a world is absent from it, though it is at full strength elsewhere."""
    path = "patrons.us.levers.tariff.intensity"
    asked = {"lever": ["tariff", "finance"], "worlds": 6, "replications": 60}
    found = answers.ask("attribution", None, vary={path: [0]}, **asked)
    assert found.pictures["worlds"].png().startswith(b"\x89PNG")
    table = found.tables["worlds"].frame.set_index("lever")
    assert table.loc["tariff", ["low", "median", "high", "first"]].tolist() == [0, 0, 0, 0]
    assert table.loc["finance", "low"] > 0
    full = answers.ask("attribution", None, vary={path: [0]}, full_strength=True, **asked)
    assert full.tables["worlds"].frame.set_index("lever").loc["tariff", "median"] != 0


def test_the_picture_of_other_worlds_says_what_it_shows():
    values = np.array([[0.5, 0.1], [0.2, 0.3], [0.4, -0.2]])
    table = attribution.over_worlds(values, values - 0.1, values + 0.1, ["finance", "tariff"], np.ones(3, bool))
    picture = plots.shapley_over_worlds(table, outcome="P(win)", worlds=9, replications=400)
    bars = picture.figure.axes[1].patches
    assert [bar.get_width() for bar in bars] == pytest.approx([200 / 3, 100 / 3])
    assert picture.lines[0].get_xdata() == pytest.approx([40, 10])
    ends = [segment[:, 0].tolist() for segment in picture.collections[0].get_segments()]
    assert ends == [pytest.approx([22, 49]), pytest.approx([-17, 28])]
    assert "3 of 9 worlds; n = 400" in picture.figure.get_supxlabel()


# ----------------------------------------------------------------------------------------- what an effect hangs on

TRUE_LETTERS = {"financiers.us_public_lenders.credibility": 0.4}


@pytest.fixture(scope="module")
def hanging() -> answers.Answer:
    policies = {"letters": TRUE_LETTERS, "nothing": {}}
    return answers.ask("attribution", lever=["access", "finance"], policy=policies, replications=400)


def test_what_an_effect_hangs_on_is_the_difference_of_two_attributions(hanging):
    scenario = Scenario.load()
    there = answers.ask("attribution", scenario.at(TRUE_LETTERS), lever=["access", "finance"], replications=400)
    for key, other in (("hangs", "levers"), ("hangs_value", "value")):
        table = hanging.tables[key].frame
        rows = table[table["policy"] == "letters"].set_index("lever")
        assert list(rows.index) == ["access", "finance", "all together"]
        here, elsewhere = (one.tables[other].frame.set_index("lever") for one in (hanging, there))
        for lever in ("access", "finance"):
            assert rows.loc[lever, "here"] == pytest.approx(here.loc[lever, "shapley"])
            assert rows.loc[lever, "there"] == pytest.approx(elsewhere.loc[lever, "shapley"])
            assert rows.loc[lever, "there_low"] == pytest.approx(elsewhere.loc[lever, "shapley_low"])
        assert rows["hangs"].to_numpy() == pytest.approx((rows["here"] - rows["there"]).to_numpy())
        assert rows.loc["all together"][["here", "there", "hangs"]].to_numpy(float) == pytest.approx(
            rows.iloc[:2][["here", "there", "hangs"]].sum().to_numpy(float)
        )


def test_the_difference_is_paired_so_that_what_changes_nothing_is_nil_but_for_what_was_not_seen(hanging):
    table = hanging.tables["hangs"].frame.set_index(["policy", "lever"])
    idle = table.loc["nothing"]
    assert (idle["hangs"] == 0).all()
    assert (idle["hangs_low"] == -idle["hangs_high"]).all()
    assert idle["hangs_high"].between(0.0, 0.02, inclusive="neither").all()
    paired = table.loc[("letters", "finance")]
    width = {name: paired[f"{name}_high"] - paired[f"{name}_low"] for name in ("here", "there", "hangs")}
    assert width["hangs"] < np.hypot(width["here"], width["there"])
    said = [sentence for sentence in hanging.sentences if sentence.startswith("Under 'letters'")]
    assert len(said) == 1
    assert f"finance {POINTS.write(paired['hangs'], paired['hangs_low'], paired['hangs_high'])}" in said[0]


def test_a_policy_cannot_press_what_the_packages_press():
    for path in ("patrons.us.levers.finance.intensity", "patrons.us.levers.*.intensity"):
        with pytest.raises(ScenarioError, match="pressed or not by the packages"):
            answers.ask("attribution", policy={"weak": {path: 0.5}}, replications=5)


def test_the_experiment_on_beliefs_sets_them_to_the_truth_of_its_scenario():
    """Letters believed at the rate at which they convert, access at the rate at which it is delivered, for good."""
    experiment, plan = Experiment.load("beliefs", {"replications": 20})
    (question,) = asking.questions_of(experiment)
    scenario = plan.scenario
    true = {name: scenario.at(changes) for name, changes in question.policy.items()}
    assert list(question.policy) == ["letters at their worth", "access at its worth", "both at their worth"]
    for name, one in true.items():
        us, lenders = one.patrons["us"], one.financiers["us_public_lenders"]
        assert (lenders.credibility == lenders.conversion) == (name != "access at its worth")
        firm = us.access_trust_a + us.access_trust_b >= 1e6
        assert firm == (name != "letters at their worth")
        if firm:
            assert us.access_trust_a / (us.access_trust_a + us.access_trust_b) == us.access_delivery
        assert dict(question.policy[name]) == dict(experiment.policies[name])
    others = [f for name, f in scenario.financiers.items() if scenario.camp_of(f.bidder) == "us" and f.credibility < 1]
    assert others == [scenario.financiers["us_public_lenders"]]


@pytest.mark.parametrize(
    ("low", "told"),
    [
        ([0.1, 0.01, -0.1], "Most of it is due to finance: +20.0 points [+10.0, +30.0]; then comes access +5.0 points "
         "[+1.0, +15.0]."),
        ([0.1, -0.1, -0.1], "Most of it is due to finance: +20.0 points [+10.0, +30.0]."),
        ([-0.1, -0.1, -0.1], "No lever surely has a part in it."),
    ],
)  # fmt: skip
def test_only_levers_that_surely_have_a_part_in_it_are_told(low, told):
    shares = dict.fromkeys(("share", "share_low", "share_high"), np.nan)
    levers = {"lever": ["finance", "access", "tariff"], "estimate": [0.2, 0.05, 0.0], "low": low}
    assert first_said(pd.DataFrame({**levers, "high": [0.3, 0.15, 0.1], **shares})) == told
