"""Rules of the tender compared: on the same luck, with intervals that cover, and the answer for the case."""

from __future__ import annotations

import numpy as np
import pytest
from noisy_games import BATTLE_OF_THE_SEXES, MATCHING_PENNIES, PRISONERS_DILEMMA, noisy, two_by_two

from minegame import answers
from minegame.analysis import equilibrium, tender_rules
from minegame.answers import Answer, AnswerError
from minegame.answers.inputs import active_levers
from minegame.answers.tender_rules import TenderRules, usual_rules
from minegame.ensemble import general
from minegame.game_theory.payoffs import HOST, PayoffTable, pure_mixture, value
from minegame.runner import Runner
from minegame.scenario import Scenario, ScenarioError

TUNGSTEN = "kazakhstan_tungsten"
FEW = {"us": ["access", "finance"], "china": ["access"]}

# ------------------------------------------------------------------------------------------------------------ analysis


def test_differences_between_rules_cover_as_often_as_they_say():
    # a rule that pays the host more and moves its money the other way; 2,000 data sets
    rng = np.random.default_rng(21)
    players = {"us": ["wait", "press"], "china": ["wait", "press"]}
    covered, sets = np.zeros(3), 2000
    for _ in range(sets):
        luck = rng.normal(size=(60, 1))
        tables = {}
        for rule, worth_more, money in (("as it is", 0.0, 0.0), ("split", 1.0, -2.0)):
            samples = noisy(PRISONERS_DILEMMA, 1.0, 60, rng)
            samples[:, :, 2] += worth_more + luck
            beside = {"money": money + 3.0 * luck + rng.normal(size=(60, 4)), "wins": rng.random((60, 4)) < 0.3}
            tables[rule] = PayoffTable.from_samples(players, samples, beside)
        played = {rule: pure_mixture((1, 1), (2, 2)) for rule in tables}
        first, second = tables.values()
        for n, (who, truth) in enumerate([(HOST, 1.0), ("money", -2.0)]):
            _, low, high = tender_rules.change(second, played["split"], first, played["as it is"], who)
            covered[n] += low <= truth <= high
        _, low, high = value(first, played["split"], "wins")
        covered[2] += low <= 0.3 <= high
    assert covered / sets == pytest.approx([0.95] * 3, abs=0.02)


def test_rules_are_compared_on_the_same_luck():
    base = noisy(PRISONERS_DILEMMA, 1.0, 400, np.random.default_rng(16))
    better = base.copy()
    better[:, :, 2] += 7.0
    found = tender_rules.estimate({"as it was": two_by_two(base), "richer": two_by_two(better)}, draws=50)
    assert found["difference"].tolist() == pytest.approx([0.0, 7.0])
    wide = found["difference_high"][1] - found["difference_low"][1]
    assert 0 < wide < found["host_high"][0] - found["host_low"][0]  # the luck cancels, but for what was not drawn
    assert found["difference_low"][0] == found["difference_high"][0] == 0.0  # a rule against itself
    assert found["host_low"][0] < found["host_value"][0] < found["host_high"][0]
    assert found["us"].tolist() == ["press", "press"]
    with pytest.raises(ValueError, match="same replications"):
        tender_rules.estimate({"all": two_by_two(base), "half": two_by_two(base[:200])}, draws=5)


def test_rules_tell_measures_that_nobody_plays_for():
    base = noisy(PRISONERS_DILEMMA, 1.0, 400, np.random.default_rng(16))
    players = {"us": ["wait", "press"], "china": ["wait", "press"]}
    wins = np.random.default_rng(17).random((400, 4)) < 0.25
    money = base[:, :, 2]
    tables = {
        "as it was": PayoffTable.from_samples(players, base, {"money": money, "wins": wins}),
        "dearer": PayoffTable.from_samples(players, base, {"money": money - 7.0, "wins": ~wins}),
    }
    found = tender_rules.estimate(tables, draws=5)
    assert found["money_difference"].tolist() == pytest.approx([0.0, -7.0])
    assert found["money"][0] == pytest.approx(found["host_value"][0])
    assert found["wins"].tolist() == pytest.approx([wins[:, 3].mean(), 1 - wins[:, 3].mean()])
    assert (found["wins_low"] < found["wins"]).all()
    solved = equilibrium.estimate(tables["dearer"], draws=5)["equilibria"].iloc[0]
    assert solved["money"] == pytest.approx(solved["host_value"] - 7.0)
    with pytest.raises(ValueError, match="'money' must have shape"):
        PayoffTable.from_samples(players, base, {"money": money[:, :2]})


def test_a_rule_without_a_pure_equilibrium_is_solved_again_in_its_mixed_one():
    samples = noisy(MATCHING_PENNIES, 0.5, 400, np.random.default_rng(23))
    samples[:, :, 2] = np.array([8.0, 0.0, 0.0, 4.0]) + samples[:, :, 2]
    row = tender_rules.estimate({"as it is": two_by_two(samples)}, draws=200).iloc[0]
    assert row["no_pure_equilibrium"] == 1.0
    assert row["redrawn_low"] < row["host_value"] < row["redrawn_high"]
    assert row["host_value"] == pytest.approx(3.0, abs=0.2)
    assert row["us"].startswith("wait 5") or row["us"].startswith("wait 4")


def test_several_equilibria_give_the_host_a_range():
    payoffs = BATTLE_OF_THE_SEXES + np.array([[[1.0, 0], [0, 0]], [[0, 0], [0, 0]]])
    found = tender_rules.estimate({"one": two_by_two(noisy(payoffs, 0.2, 400, np.random.default_rng(17)))}, draws=50)
    assert found["equilibria"][0] == 3
    assert found["host_least"][0] < 3.0
    assert found["host_most"][0] == pytest.approx(6.0, abs=0.1)
    assert (found["us"][0], found["china"][0]) == ("wait", "wait")  # what the quantal limit selects


# ---------------------------------------------------------------------------------------------------------- the answer


@pytest.fixture(scope="module")
def answer() -> Answer:
    return answers.ask("tender_rules", TUNGSTEN, player=FEW, replications=60, draws=20)


def test_the_tender_as_it_is_is_that_of_the_equilibrium(answer):
    solved = answers.ask("equilibrium", TUNGSTEN, player=FEW, replications=60, draws=20).tables["equilibria"].frame
    worth = answer.tables["worth"].frame
    assert worth["rule"].iloc[0] == "as it is"
    for column in ("host_value", "money", "wins", "rival"):
        assert worth[column].iloc[0] in solved[column].to_numpy()
    for column in ("difference", "money_difference", "held", "money_held"):
        assert worth[column].iloc[0] == 0


def test_with_lots_apart_both_may_win_one_and_value_and_money_part(answer):
    worth = answer.tables["worth"].frame.set_index("rule")
    chances = worth["wins"] + worth["rival"]
    assert chances["as it is"] <= 1 < chances["split lots"]
    balance = worth.loc["split lots", "difference"] - worth.loc["split lots", "money_difference"]
    levels = worth["host_value"] - worth["money"]
    assert balance == pytest.approx(levels["split lots"] - levels["as it is"])


def test_an_assumption_may_be_changed_as_a_rule_is():
    stake = {"china stake 450": {"patrons.china.stake": 450.0}}
    players = {"us": ["access", "finance"], "china": ["access", "finance", "denial"]}
    found = answers.ask("tender_rules", TUNGSTEN, rule=stake, player=players, replications=300, draws=10)
    worth = found.tables["worth"].frame.iloc[1]
    for prefix in ("", "money_"):  # what the award is worth to a patron moves nothing but what it plays
        assert worth[f"{prefix}held"] == 0
        assert worth[f"{prefix}difference"] < 0
    assert found.tables["adapted"].frame["china"].tolist()[1] == "none"
    assert "--rule 'china stake 450:patrons.china.stake=450.0'" in found.command
    assert any("under 'china stake 450' United States plays" in sentence for sentence in found.sentences)


@pytest.mark.parametrize(
    ("path", "other", "acts"), [("patrons.china.exposed_share", 0.2, False), ("patrons.us.exposed_share", 0.4, True),
                                ("host.balance_weight", 1.0, True)]
)  # fmt: skip
def test_nobody_adapts_to_an_assumption_means_the_policy_of_the_scenario_under_it(path, other, acts):
    """The observed policy played under the changed scenario and as it is, on the same luck."""
    scenario = Scenario.load(TUNGSTEN)
    players = {"us": list(active_levers(scenario, "us")), "china": ["access"]}
    found = answers.ask("tender_rules", scenario, rule={"other": {path: other}}, player=players, replications=60,
                        draws=2)  # fmt: skip
    row = found.tables["worth"].frame.iloc[1]
    policies = [scenario.at({"patrons.china.levers.access.onset": 5}), scenario.at({path: other})]
    with Runner() as runner:
        sums = runner.tally(np.stack([one.game() for one in policies]).reshape(1, 2), 0, 60).sums[0]
    for name, place in (("held", general("host_value")), ("money_held", general("host_money"))):
        change = (sums[1, place, 1] - sums[0, place, 1]) / 60
        assert row[name] == pytest.approx(change)
        assert (change != 0) == acts


def test_a_rule_may_not_set_what_the_patrons_choose():
    off = {"no tariff": {"patrons.us.levers.tariff.intensity": 0.0}}
    small = {"rule": off, "replications": 4, "draws": 1}
    with pytest.raises(
        AnswerError, match=r"tariff\.intensity: the rule 'no tariff' sets a lever that the patron chooses"
    ):
        answers.ask("tender_rules", TUNGSTEN, player={"us": ["tariff"], "china": []}, **small)
    assert answers.ask("tender_rules", TUNGSTEN, player={"us": ["access"], "china": []}, **small).sentences


def test_a_mixed_equilibrium_is_told_of_a_rule():
    players = {"us": ["access", "finance"], "china": ["access", "finance", "denial"]}
    rule = {"weak": {"patrons.us.stake": 500.0}}
    found = answers.ask("tender_rules", TUNGSTEN, rule=rule, player=players, replications=400, draws=20)
    assert found.tables["adapted"].frame["us"].iloc[1].startswith("none ")
    assert " %, access" in found.tables["adapted"].frame["us"].iloc[1]
    assert found.tables["worth"].frame["host_value"].notna().all()


def test_standings_say_against_what(answer):
    assert answer.tables["adapted"].frame["standing"].str.contains("sampling error").all()
    text = " ".join(answer.sentences)
    assert "sampling error" in text
    assert "robust" not in text


def test_the_usual_rules_change_the_tender(answer):
    scenario = Scenario.load(TUNGSTEN)
    rules = usual_rules(scenario)
    assert list(rules) == [
        "threat-blind", "hard finance only", "state share at least 30 %", "split lots", "deadline 8 months",
        "deadline 18 months",
    ]  # fmt: skip
    for changes in rules.values():
        assert scenario.at(changes).fingerprint() != scenario.fingerprint()
    assert answer.settings["rule"] == {"as it is": {}, **rules}
    assert answer.tables["worth"].frame["rule"].tolist() == ["as it is", *rules]


def test_pictures_show_value_and_money(answer):
    value_, money = (answer.pictures[key].draw() for key in ("value", "money"))
    assert value_.get_xlabel().startswith("host's value, each rule")
    assert money.get_xlabel().startswith("host's money, each rule")
    worth = answer.tables["worth"].frame.iloc[1:]
    for picture, column in ((value_, "difference"), (money, "money_difference")):
        drawn = sorted(bar.get_width() for bar in picture.patches)
        assert drawn == pytest.approx(sorted(worth[column]))


def test_a_rule_is_typed_as_it_is_given():
    typed = TenderRules.from_typed({"rule": ["no delay: tender.months=6"], "player": ["us=access", "china=access"]})
    assert typed == TenderRules(
        rule={"no delay": {"tender.months": 6}}, player={"us": ("access",), "china": ("access",)}
    )
    assert TenderRules(**typed.plain()) == typed


def test_any_two_patrons_can_be_asked():
    scenario = Scenario.load("two_bidders")
    players = {name: ["access"] for name in scenario.patron_names[:2]}
    found = answers.ask("tender_rules", scenario, player=players, replications=20, draws=5)
    assert "Kaz" not in " ".join(found.sentences)
    assert len(found.tables["worth"]) == len(usual_rules(scenario)) + 1


@pytest.mark.parametrize(
    ("options", "said"),
    [({"rule": {}}, "nothing to compare"), ({"player": FEW, "replications": 2}, "at least 4")],
)
def test_questions_that_do_not_fit_are_refused(options, said):
    with pytest.raises((AnswerError, ScenarioError), match=said):
        answers.ask("tender_rules", TUNGSTEN, **{"replications": 9, **options})
