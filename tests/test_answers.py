"""Answers from Python: what each kind says, that it agrees with the analysis beneath it, and that folders keep it."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from minegame import answers, design, runner
from minegame.statistics import intervals
from minegame.answers import Answer, AnswerError, Contest, answer, factors_of, words
from minegame.answers.inputs import active_levers, played
from minegame.design import Factor
from minegame.ensemble import by_bidder, general
from minegame.plots import axes
from minegame.scenario import Scenario, ScenarioError

TUNGSTEN = "kazakhstan_tungsten"
FREE = "financiers.us_public_lenders.offtake_multiple"  # null where the lender is tied to nothing
TWO = {"host.balance_weight": (0.0, 4.0), "patrons.us.link": (0.0, 1.0)}
FEW = {"us": ["access", "finance"], "china": ["access"]}
SMALL = {
    "winning": {"replications": 200},
    "attribution": {"replications": 200},
    "ledger": {"replications": 200},
    "sensitivity": {"factors": TWO, "base": 32, "replications": 16},
    "tipping": {"factors": {"host.balance_weight": (0.0, 4.0)}, "replications": 200},
    "threshold": {"replications": 40},
    "prices": {"replications": 200},
    "strategy": {"players": FEW, "replications": 60, "draws": 20},
    "rules": {"players": FEW, "replications": 60, "draws": 20},
    "discovery": {"factors": TWO, "points": 200, "replications": 24},
    "learning": {
        "factors": TWO, "vectors": 60, "replications": 24,
        "observed": {"winner": "cove_kaz", "month": 7, "equity": 0.3},
    },
}  # fmt: skip


def needs(kind: str, **options: object) -> None:
    if kind == "sensitivity" and options.get("method") != "tornado":
        pytest.importorskip("SALib")


@pytest.fixture(scope="module")
def asked():
    """Each kind at a small size, asked once."""
    kept: dict[str, Answer] = {}

    def ask(kind: str) -> Answer:
        needs(kind)
        if kind not in kept:
            kept[kind] = answers.KINDS[kind](TUNGSTEN, **SMALL[kind])
        return kept[kind]

    return ask


# --------------------------------------------------------------------------------------------------------- every kind


def test_every_kind_is_tested():
    assert set(SMALL) == set(answers.KINDS)


@pytest.mark.parametrize("kind", SMALL)
def test_an_answer_says_something_and_what_it_cannot_say(asked, kind):
    found = asked(kind)
    assert found.name == kind
    assert found.question.endswith("?")
    assert len(found.sentences) >= 2
    assert all(
        sentence.endswith(".") and not re.search(r"\b(nan|inf|None)\b", sentence) for sentence in found.sentences
    )
    assert "Cove Kaz Capital" in " ".join(found.sentences) or kind == "rules"
    assert "n = " in " ".join(found.sentences) or "negotiations" in " ".join(found.sentences)
    assert found.tables
    assert all(isinstance(table, pd.DataFrame) and len(table.columns) for table in found.tables.values())
    assert any("host.balance_weight" in limit and "no base rate" in limit for limit in found.limits)
    assert any("error of the sampling alone" in limit for limit in found.limits)


@pytest.mark.parametrize("kind", SMALL)
def test_every_bound_stands_beside_its_estimate_and_around_it(asked, kind):
    for title, table in asked(kind).tables.items():
        for name in table:
            if not str(name).endswith(" (low)"):
                continue
            base = str(name).removesuffix(" (low)")
            value, low, high = (table[c].to_numpy(float) for c in (base, name, f"{base} (high)"))
            told = np.isfinite(value) & np.isfinite(low) & np.isfinite(high)
            assert (low[told] <= value[told] + 1e-9).all(), (title, base)
            assert (value[told] <= high[told] + 1e-9).all(), (title, base)


@pytest.mark.parametrize("kind", SMALL)
def test_every_picture_can_be_drawn(asked, kind):
    found = asked(kind)
    assert found.pictures or kind == "discovery"
    for title, draw in found.pictures.items():
        assert answer.png(draw).startswith(b"\x89PNG"), title


@pytest.mark.parametrize("kind", SMALL)
def test_a_folder_keeps_an_answer(asked, kind, tmp_path):
    found = asked(kind)
    again = Answer.read(found.write(tmp_path / "kept"))
    for name in ("name", "question", "sentences", "command", "limits"):
        assert getattr(again, name) == getattr(found, name)
    assert again.scenario == found.scenario
    assert again.scenario.name == found.scenario.name
    assert list(again.tables) == list(found.tables)
    for title, table in found.tables.items():
        pd.testing.assert_frame_equal(again.tables[title], table, check_dtype=False, check_exact=True)
    assert list(again.pictures) == list(found.pictures)
    assert all(answer.png(picture) == picture for picture in again.pictures.values())
    assert again.settings == json.loads(json.dumps(again.settings))


@pytest.mark.parametrize("kind", SMALL)
def test_the_command_says_everything_that_was_not_left_to_itself(asked, kind):
    words_of = shlex.split(asked(kind).command)
    assert words_of[:4] == ["minegame", "analyse", kind, TUNGSTEN]
    assert words_of[words_of.index("--seed") + 1] == "0"
    if "replications" in SMALL[kind]:
        assert words_of[words_of.index("--replications") + 1] == str(SMALL[kind]["replications"])


@pytest.mark.parametrize("kind", SMALL)
def test_the_command_makes_the_same_answer(asked, kind, tmp_path):
    from minegame.cli import app

    found = asked(kind)
    result = CliRunner().invoke(app, [*shlex.split(found.command)[1:], "--json"])
    assert result.exit_code == 0, result.output
    again = json.loads(result.stdout)
    assert again["sentences"] == list(found.sentences)
    assert again["command"] == found.command
    assert again["tables"] == found.document()["tables"]


@pytest.mark.parametrize("kind", ["winning", "attribution", "ledger", "tipping", "threshold", "prices", "learning"])
def test_any_scenario_can_be_asked(kind):
    small = {name: value for name, value in SMALL[kind].items() if name not in ("factors", "observed")}
    small["replications"] = 30
    if kind == "learning":
        small["factors"] = {"host.balance_weight": (0.5, 2.0)}
    found = answers.KINDS[kind]("two_bidders", **small)
    text = " ".join([found.question, *found.sentences, *found.limits])
    assert "Mining" in text or "Metals" in text
    assert "Kaz" not in text
    assert "observed pattern" not in text  # nothing was calibrated there


@pytest.mark.parametrize("kind", ["strategy", "rules"])
def test_any_two_patrons_can_be_asked(kind):
    scenario = Scenario.load("two_bidders")
    first, second = scenario.patron_names
    found = answers.KINDS[kind](scenario, players={first: ["access"], second: ["access"]}, replications=20, draws=5)
    assert found.sentences


def test_split_lots_can_be_asked():
    assert answers.winning("kazakhstan_split_lots", replications=50).sentences
    assert answers.tipping("kazakhstan_split_lots", {"host.balance_weight": (0, 4)}, replications=50).sentences


# ------------------------------------------------------------------------------------------------- numbers that agree


def test_winning_agrees_with_the_ensemble(asked):
    table = asked("winning").tables["Who wins"].set_index("policy")
    scenario = Scenario.load(TUNGSTEN)
    sums = runner.tally(scenario.game().reshape(1, 1), 0, 200).sums[0, 0]
    own = "tariff + access + engagement + finance"
    assert table.loc[own, "Cove Kaz Capital wins, %"] == pytest.approx(sums[by_bidder("wins_any", 0), 1] / 2)
    host = asked("winning").tables["Host's value and supply"].set_index("policy")
    assert host.loc[own, "host's value, M$"] == pytest.approx(sums[general("host_value"), 1] / 200)


def test_shapley_values_add_up_and_agree_with_the_contrast(asked):
    levers = asked("attribution").tables["What each lever adds to P(Cove Kaz Capital wins)"]
    contrast = asked("winning").tables["Differences from 'none' for Cove Kaz Capital"].set_index("policy")
    whole = contrast.loc["tariff + access + engagement + finance", "wins, points"]
    assert levers["Shapley value, points"].sum() == pytest.approx(whole)
    assert levers["part of the whole, %"].sum() == pytest.approx(100)


def test_a_policy_that_plays_as_the_scenario_is_the_scenarios_own():
    found = answers.winning(TUNGSTEN, {"idle": {"patrons.us.levers.*.intensity": 0}}, replications=30)
    assert list(found.tables["Who wins"]["policy"]) == ["idle", "as it is"]
    assert "own policy (as it is)" in found.sentences[0]


def test_a_tipping_point_turns_the_favourite(asked):
    table = asked("tipping").tables["Tipping points"]
    tip = float(table["tips at"].iloc[0])
    scenario = Scenario.load(TUNGSTEN)
    low, high = (
        runner.tally(scenario.at({"host.balance_weight": x}).game().reshape(1, 1), 0, 2000).sums[0, 0, :, 1]
        for x in (tip - 0.5, tip + 0.5)
    )
    first, second = by_bidder("wins_any", 0), by_bidder("wins_any", 1)
    assert low[first] < low[second]
    assert high[first] > high[second]


def test_rules_and_strategy_agree_on_the_tender_as_it_is(asked):
    strategy = asked("strategy").tables["Equilibria"]
    rules = asked("rules").tables["What each rule is worth to the host"]
    assert rules["rule or assumption"].iloc[0] == "as it is"
    for column in ("host's value, M$", "host's money, M$", "Cove Kaz Capital wins any lot, %"):
        assert rules[column].iloc[0] in strategy[column].to_numpy()
    for column in ("value", "money", "value if nobody adapts", "money if nobody adapts"):
        assert rules[f"change in {column}, M$"].iloc[0] == 0


def test_with_lots_apart_both_may_win_one_and_value_and_money_part(asked):
    rules = asked("rules").tables["What each rule is worth to the host"].set_index("rule or assumption")
    chances = rules[["Cove Kaz Capital wins any lot, %", "Chinese state-owned bidder wins any lot, %"]].sum(axis=1)
    assert chances["as it is"] <= 100 < chances["split lots"]
    changed = rules.loc["split lots"]
    balance = changed["change in value, M$"] - changed["change in money, M$"]
    levels = rules["host's value, M$"] - rules["host's money, M$"]
    assert balance == pytest.approx(levels["split lots"] - levels["as it is"])


def test_an_assumption_may_be_changed_as_a_rule_is():
    stake = {"china stake 450": {"patrons.china.stake": 450.0}}
    found = answers.rules(TUNGSTEN, stake, {"us": ["access", "finance"], "china": ["access", "finance", "denial"]},
                          replications=300, draws=10)  # fmt: skip
    worth = found.tables["What each rule is worth to the host"].iloc[1]
    for measure in ("value", "money"):  # what the award is worth to a patron moves nothing but what it plays
        assert worth[f"change in {measure} if nobody adapts, M$"] == 0
        assert worth[f"change in {measure}, M$"] < 0
    assert found.tables["What the patrons play under each rule"]["China"].tolist()[1] == "none"
    assert "--rule 'china stake 450: patrons.china.stake=450.0'" in found.command
    assert any("under 'china stake 450' United States plays" in sentence for sentence in found.sentences)


@pytest.mark.parametrize(
    ("path", "other", "acts"), [("patrons.china.exposed_share", 0.2, False), ("patrons.us.exposed_share", 0.4, True),
                                ("host.balance_weight", 1.0, True)]
)  # fmt: skip
def test_nobody_adapts_to_an_assumption_means_the_policy_of_the_scenario_under_it(path, other, acts):
    """The observed policy played under the changed scenario and as it is, on the same luck."""
    scenario = Scenario.load(TUNGSTEN)
    players = {"us": list(active_levers(scenario, "us")), "china": ["access"]}
    found = answers.rules(scenario, {"other": {path: other}}, players, replications=60, draws=2)
    row = found.tables["What each rule is worth to the host"].iloc[1]
    policies = [scenario.at({"patrons.china.levers.access.onset": 5}), scenario.at({path: other})]
    sums = runner.tally(np.stack([one.game() for one in policies]).reshape(1, 2), 0, 60).sums[0]
    for name, place in (("value", general("host_value")), ("money", general("host_money"))):
        change = (sums[1, place, 1] - sums[0, place, 1]) / 60
        assert row[f"change in {name} if nobody adapts, M$"] == pytest.approx(change)
        assert (change != 0) == acts


def test_a_rule_may_not_set_what_the_patrons_choose():
    off = {"no tariff": {"patrons.us.levers.tariff.intensity": 0.0}}
    with pytest.raises(
        AnswerError, match=r"tariff\.intensity: the rule 'no tariff' sets a lever that the patron chooses"
    ):
        answers.rules(TUNGSTEN, off, {"us": ["tariff"], "china": []}, replications=4, draws=1)
    assert answers.rules(TUNGSTEN, off, {"us": ["access"], "china": []}, replications=4, draws=1).sentences


def test_where_only_a_mixed_equilibrium_exists_it_is_told():
    players = {"us": ["access", "finance"], "china": ["access", "finance", "denial"]}
    weak = Scenario.load(TUNGSTEN).at({"patrons.us.stake": 500.0})
    found = answers.strategy(weak, players, replications=400, draws=20)
    assert found.tables["Equilibria"]["kind"].tolist() == ["mixed"]
    assert re.match(
        r"No pure equilibrium is found: .* In the mixed equilibrium, to which play runs as errors grow rarer, United "
        r"States plays a lottery \(no lever [\d.]+ %, access \+ finance [\d.]+ %\) and China plays a lottery \(.* %\); "
        r"then Cove Kaz Capital wins [\d.]+ % \[.*\] and the host gets \d+ M\$ \[.*\] in value and \d+ M\$ \[.*\] in "
        r"money\. It survives in [\d.]+ % of 20 bootstrap draws",
        found.sentences[0],
    )
    chance = found.tables["Equilibria"]["Cove Kaz Capital wins any lot, %"].iloc[0]
    assert f"wins {chance:.1f} %" in found.sentences[0]
    assert "at least" in " ".join(found.sentences)
    assert found.tables["Commitment"]["at least (ties against it), M$"].min() <= 0
    rules = answers.rules(TUNGSTEN, {"weak": {"patrons.us.stake": 500.0}}, players, replications=400, draws=20)
    assert re.match(
        r"none [\d.]+ %, access", rules.tables["What the patrons play under each rule"]["United States"].iloc[1]
    )
    assert rules.tables["What each rule is worth to the host"]["host's value, M$"].notna().all()


def test_standings_say_against_what(asked):
    for title, kind in (("Equilibria", "strategy"), ("Commitment", "strategy"),
                        ("What the patrons play under each rule", "rules")):  # fmt: skip
        assert asked(kind).tables[title]["standing"].str.contains("sampling error").all()
    text = " ".join([*asked("strategy").sentences, *asked("rules").sentences])
    assert "sampling error" in text
    assert "robust" not in text


def test_tender_rules_change_the_tender():
    scenario = Scenario.load(TUNGSTEN)
    rules = answers.tender_rules(scenario)
    assert list(rules) == [
        "threat-blind", "hard finance only", "state share at least 30 %", "split lots", "deadline 8 months",
        "deadline 18 months",
    ]  # fmt: skip
    for changes in rules.values():
        assert scenario.at(changes).fingerprint() != scenario.fingerprint()


def test_the_same_seed_gives_the_same_answer_and_another_another():
    one, two, other = (
        answers.attribution(TUNGSTEN, levers=["access", "finance"], replications=60, seed=seed) for seed in (0, 0, 1)
    )
    assert one.document() == two.document()
    assert one.sentences != other.sentences


def test_progress_is_told_of_all_that_is_played():
    class Counted:
        planned = done = 0

        def expect(self, negotiations: int) -> None:
            self.planned += negotiations

        def __call__(self, done: int, /) -> None:
            self.done += done

    for kind in ("winning", "attribution", "ledger", "prices", "strategy", "rules", "discovery", "learning"):
        count = Counted()
        answers.KINDS[kind](TUNGSTEN, **SMALL[kind], progress=count)
        assert count.planned == count.done > 0, kind


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("winning", {"policies": {"fine": {"host.balance_weight": 0.123456}, "tied": {FREE: None}}}),
        ("rules", {"changes": {"fine": {"host.balance_weight": 0.123456}}, "players": FEW, "draws": 5}),
        ("tipping", {"factors": {"host.balance_weight": (0.123456789, 4.0)}}),
    ],
)
def test_the_command_makes_the_same_numbers_from_a_file_that_was_changed(kind, options, tmp_path):
    """Every digit counts, and so do the path of the file, its changes, and null."""
    from minegame.cli import app

    file = tmp_path / "my deal.yaml"
    file.write_text(Scenario.load(TUNGSTEN).to_yaml(), encoding="utf-8")
    scenario = Scenario.load(file).at({"patrons.us.link": 0.712345678, FREE: None}).at({"tender.months": 14})
    found = answers.KINDS[kind](scenario, replications=50, **options)
    assert shlex.split(found.command)[3] == str(file)
    assert found.settings["changes"] == {"patrons.us.link": 0.712345678, FREE: None, "tender.months": 14}
    result = CliRunner().invoke(app, [*shlex.split(found.command)[1:], "--json"])
    assert result.exit_code == 0, result.output
    again = json.loads(result.stdout)
    assert again["tables"] == found.document()["tables"]
    assert again["settings"] == found.document()["settings"]
    assert again["command"] == found.command


# ------------------------------------------------------------------------------------------------------ what varies


def test_a_range_is_in_whole_numbers_where_the_scenario_has_one():
    given = [
        Factor("tender.months", 6, 18),
        Factor("host.balance_weight", 0, 4),
        Factor("tender.lots", levels=("split",)),
    ]
    months, weight, lots = factors_of(Scenario.load(TUNGSTEN), given)
    assert (months.whole, weight.whole, lots) == (True, False, given[2])


def test_factors_of_the_wide_experiment_fit_the_case():
    factors = factors_of(Scenario.load(TUNGSTEN))
    assert len(factors) >= 20
    for factor in factors:
        assert factor.low <= Scenario.load(TUNGSTEN).value(factor.path) <= factor.high, factor.path


def test_an_experiment_lends_its_factors_without_being_planned(tmp_path, monkeypatch):
    """Its own scenario is not asked for, and its numbers are read as in every file: 1e-3 is one."""
    file = tmp_path / "lent.yaml"
    file.write_text(
        "title: T\nscenario: nowhere\nreplications: 5\nfactors: {host.backlash: {low: 1e-3, high: 0.1}}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr("minegame.experiment_file.shipped_experiments", lambda: {"shipped": file})
    for where in (file, "shipped"):
        (factor,) = factors_of(Scenario.load(TUNGSTEN), where)
        assert (factor.low, factor.high) == (0.001, 0.1)


def test_another_scenario_varies_by_half():
    scenario = Scenario.load("two_bidders")
    factors = {factor.path: factor for factor in factors_of(scenario)}
    assert len(factors) >= 10
    price = factors["market.long_run_price"]
    assert (price.low, price.high) == (0.5 * scenario.market.long_run_price, 1.5 * scenario.market.long_run_price)


@pytest.mark.parametrize(
    ("given", "words_in_it"),
    [
        ({"host.balance_wait": (0, 1)}, "balance_weight"),
        ({"host.balance_weight": (2, 1)}, "empty"),
        ({"host.balance_weight": (0, 1, "log")}, "log"),
        ({"tender.lots": (0, 1)}, "no range"),
        ({"host.balance_weight": (-1, 1)}, "-1"),
        ({"host.balance_weight": (1,)}, "range"),
        ({}, "nothing varies"),
        ("wide_uncertainti", "wide_uncertainty"),
    ],
)
def test_bad_factors_are_refused(given, words_in_it):
    with pytest.raises(ScenarioError, match=words_in_it):
        factors_of(Scenario.load(TUNGSTEN), given)


@pytest.mark.parametrize(
    ("ask", "words_in_it"),
    [
        (lambda: answers.attribution(TUNGSTEN, patron="usa", replications=9), "'us'"),
        (lambda: answers.attribution(TUNGSTEN, bidder="cove", replications=9), "cove_kaz"),
        (lambda: answers.attribution(TUNGSTEN, levers=["tarif"], replications=9), "tariff"),
        (lambda: answers.winning(TUNGSTEN, reference="tarif", replications=9), "'tariff'"),
        (lambda: answers.strategy(TUNGSTEN, {"us": ["access"]}, replications=9), "two patrons"),
        (lambda: answers.strategy(TUNGSTEN, {"us": ["acess"], "china": []}, replications=9), "access"),
        (lambda: answers.strategy(TUNGSTEN, FEW, replications=2), "at least 4"),
        (lambda: answers.threshold(TUNGSTEN, "patrons.us.link", "patrons.us.link"), "expected two"),
        (lambda: answers.threshold(TUNGSTEN, "tender.lots"), "range"),
    ],
)
def test_bad_questions_are_refused(ask, words_in_it):
    with pytest.raises(AnswerError, match=words_in_it):
        ask()


def test_the_contest_is_that_of_the_patron_that_acts():
    contest = Contest.of(Scenario.load(TUNGSTEN))
    assert (contest.patron, contest.bidder) == ("us", "cove_kaz")
    assert contest.levers == ("tariff", "access", "engagement", "finance")
    assert contest.rival(None, 0) == "chinese_soe"
    assert Contest.of(Scenario.load(TUNGSTEN), bidder="chinese_soe").patron == "china"


# ----------------------------------------------------------------------------------------------------------- folders


def kept(title: str = "A table", rows: int = 2) -> Answer:
    table = pd.DataFrame({"policy": ["none", "None"][:rows], "x, %": [0.1 + 0.2, np.nan][:rows]})
    scenario = Scenario.load("two_bidders")
    return Answer(
        "kind", "Why?", ("So.",), {title: table}, {"Picture": lambda: axes(2, 2)}, {"n": 1}, "c", (), scenario
    )


def test_names_and_missing_numbers_survive_the_folder(tmp_path):
    again = Answer.read(kept().write(tmp_path)).tables["A table"]
    assert again["policy"].tolist() == ["none", "None"]
    assert again["x, %"][0] == 0.1 + 0.2
    assert np.isnan(again["x, %"][1])


def test_titles_that_look_alike_keep_files_of_their_own(tmp_path):
    one = kept()
    twice = Answer(
        **{
            **one.__dict__,
            "tables": {"A b": one.tables["A table"], "A-b!": one.tables["A table"], "<&>": one.tables["A table"]},
        }
    )
    again = Answer.read(twice.write(tmp_path))
    assert list(again.tables) == ["A b", "A-b!", "<&>"]
    assert len(list((tmp_path / "tables").iterdir())) == 3


def test_writing_again_leaves_nothing_of_the_old_answer_and_everything_else(tmp_path):
    kept("Old").write(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "tables" / "mine.csv").write_text("mine")
    kept("New").write(tmp_path)
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == ["mine.csv", "new.csv"]
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_an_old_answer_cannot_make_another_remove_files_elsewhere(tmp_path):
    (tmp_path / "precious.csv").write_text("mine")
    folder = tmp_path / "answer"
    kept().write(folder)
    head = json.loads((folder / "answer.json").read_text())
    head["tables"].append({"title": "x", "file": "../precious.csv", "rows": 1})
    (folder / "answer.json").write_text(json.dumps(head))
    kept().write(folder)
    assert (tmp_path / "precious.csv").read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "words_in_it"),
    [(None, "holds no answer"), ("{", "cannot be read"), ("[]", "format"), ('{"format": "other"}', "format"),
     ('{"format": "minegame answer 1"}', "missing or wrong")],
)  # fmt: skip
def test_a_folder_without_an_answer_is_refused(tmp_path, text, words_in_it):
    if text is not None:
        (tmp_path / "answer.json").write_text(text)
    with pytest.raises(AnswerError, match=words_in_it):
        Answer.read(tmp_path)


def test_an_answer_with_a_file_gone_is_refused(tmp_path):
    folder = kept().write(tmp_path)
    next((folder / "tables").iterdir()).unlink()
    with pytest.raises(AnswerError, match="not complete"):
        Answer.read(folder)


# -------------------------------------------------------------------------------------------------------------- words


def test_numbers_in_words():
    assert words.percent(0.6012, 0.594, 0.608) == "60.1 % [59.4, 60.8]"
    assert words.points(-0.05, -0.06, -0.04) == "-5.0 points [-6.0, -4.0]"
    assert words.money(1234.5, 1200, 1300) == "1,234 M$ [1,200, 1,300]"
    assert words.money(4.25, signed=True) == "+4.2 M$"
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed([]) == "nothing"
    assert words.possessive("United States") == "United States'"
    assert words.month(Scenario.load(TUNGSTEN), 7) == "month 7 (November 2025)"
    assert words.month(Scenario.load(TUNGSTEN), 9) == "month 9 (January 2026)"
    assert words.plain(True) == "true"
    assert words.plain(None) == "null"
    assert words.upper("host.balance (weight)") == "host.balance (weight)"


def test_a_parameter_is_named_with_its_meaning():
    assert words.parameter(Scenario.load(TUNGSTEN), "host.balance_weight") == (
        "host.balance_weight (weight of a balanced portfolio of camps)"
    )
    assert words.parameter(Scenario.load(TUNGSTEN), "nothing.here") == "nothing.here"


def test_the_line_runs_from_left_to_right(asked):
    line = asked("threshold").tables["The line"]
    assert all(a <= b for a, b in pairwise(line["host.balance_weight"]))


# ------------------------------------------------------------------------------------------------------ over the worlds


def test_attribution_can_be_asked_of_other_worlds():
    answer = answers.attribution(TUNGSTEN, worlds=12, factors=TWO, replications=50)
    table = answer.tables["In other worlds"].set_index("lever")
    assert list(table.index) == ["tariff", "access", "engagement", "finance"]
    assert table["no lever adds more, % of worlds"].sum() == pytest.approx(100)
    assert (table["5 % of worlds below"] <= table["median, points"]).all()
    assert "of 12 other worlds" in answer.sentences[-1]
    assert "--worlds 12 --vary host.balance_weight=0.0:4.0" in answer.command
    with pytest.raises(ScenarioError, match=r"did you mean 'host\.balance_weight'"):
        answers.attribution(TUNGSTEN, worlds=12, factors={"host.balance_wieght": (0, 4)}, replications=50)


@pytest.mark.slow
def test_a_share_of_worlds_is_as_sure_as_it_looks():
    """Worlds that shared their luck would be wrong together: 95 % intervals would cover far less than they say."""
    scenario, worlds, n, sets = Scenario.load(), 150, 64, 400
    factors = factors_of(scenario)
    place = by_bidder("wins_any", scenario.bidder_names.index("cove_kaz"))
    found = {}
    for name, luck in (("own", np.arange(worlds)), ("shared", None)):
        fails = []
        for seed in range(sets):
            table = design.random(factors, worlds, seed)
            sums = played(scenario, table, [place], seed=seed, replications=n, luck=luck)[:, 0, 0]
            fails.append(int((sums[:, 1] / n < 0.5).sum()))
        low, high = intervals.wilson(np.array(fails), worlds)
        truth = sum(fails) / (sets * worlds)
        found[name] = np.mean((low <= truth) & (truth <= high))
    assert 0.92 <= found["own"] <= 0.98  # 400 sets tell 95 % from 92 % and no better
    assert found["shared"] < 0.9
