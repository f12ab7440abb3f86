"""Answers from Python: what each kind says, that it says the same again, and that folders keep it."""

from __future__ import annotations

import json
import re
import shlex

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from minegame import answers, design
from minegame.answers import Answer, AnswerError, Picture
from minegame.answers.answer import changes_of
from minegame.answers.inputs import Contest, factors_of, month, parameter, played
from minegame.design import Factor
from minegame.ensemble import by_bidder
from minegame.plots import axes
from minegame.runner import Runner
from minegame.scenario import Scenario, ScenarioError, in_words
from minegame.statistics import intervals
from minegame.tables import Column, Table
from minegame.text import SHARE

TUNGSTEN = "kazakhstan_tungsten"
FREE = "financiers.us_public_lenders.offtake_multiple"  # null where the lender is tied to nothing
TWO = {"host.balance_weight": [0.0, 4.0], "patrons.us.link": [0.0, 1.0]}
FEW = {"us": ["access", "finance"], "china": ["access"]}
#: The options of kinds that need others than a few replications to be small.
SIZES = {
    "sensitivity": {"vary": TWO, "base": 32, "replications": 16},
    "tipping": {"vary": {"host.balance_weight": [0.0, 4.0]}, "replications": 200},
    "threshold": {"replications": 40},
    "equilibrium": {"player": FEW, "replications": 60, "draws": 20},
    "tender_rules": {"player": FEW, "replications": 60, "draws": 20},
    "robust": {"vary": TWO, "states": 60, "replications": 24},
    "discovery": {"vary": TWO, "points": 200, "replications": 24},
    "history_matching": {
        "vary": TWO, "vectors": 60, "replications": 24, "observed_winner": "cove_kaz", "observed_month": 7,
        "observed_equity": 0.3,
    },
}  # fmt: skip
SMALL = {kind: SIZES.get(kind, {"replications": 200}) for kind in answers.kinds()}


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
            kept[kind] = answers.ask(kind, TUNGSTEN, **SMALL[kind])
        return kept[kind]

    return ask


# --------------------------------------------------------------------------------------------------------- every kind


def test_only_kinds_have_sizes():
    assert set(SIZES) < set(answers.kinds())


@pytest.mark.parametrize("kind", SMALL)
def test_an_answer_says_something_and_what_it_cannot_say(asked, kind):
    found = asked(kind)
    assert found.kind == kind
    assert found.question.endswith("?")
    assert len(found.sentences) >= 2
    assert all(
        sentence.endswith(".") and not re.search(r"\b(nan|inf|None)\b", sentence) for sentence in found.sentences
    )
    assert "Cove Kaz Capital" in " ".join(found.sentences) or kind == "tender_rules"
    assert "n = " in " ".join(found.sentences) or "negotiations" in " ".join(found.sentences)
    assert found.tables
    assert any("host.balance_weight" in limit and "no base rate" in limit for limit in found.limits)
    assert any("error of the sampling alone" in limit for limit in found.limits)


@pytest.mark.parametrize("kind", SMALL)
def test_every_bound_stands_around_its_estimate(asked, kind):
    for key, table in asked(kind).tables.items():
        for column in table.columns:
            if column.bounded:
                value, low, high = (table.frame[name].to_numpy(float) for name in column.names)
                told = np.isfinite(value) & np.isfinite(low) & np.isfinite(high)
                assert (low[told] <= value[told] + 1e-9).all(), (key, column.name)
                assert (value[told] <= high[told] + 1e-9).all(), (key, column.name)


@pytest.mark.parametrize("kind", SMALL)
def test_no_interval_looks_like_a_point(asked, kind):
    for key, table in asked(kind).tables.items():
        for row in table.cells():
            for cell in row:
                ends = re.fullmatch(r".* \[(.+), (.+)\]", cell)
                assert not ends or ends[1] != ends[2] or _is_a_point(table, cell), (key, cell)


def _is_a_point(table: Table, cell: str) -> bool:
    """Whether an interval whose ends look alike has none between them."""
    bounded = [column for column in table.columns if column.bounded]
    return any(
        column.unit.cell(*values) == cell and values[2] - values[1] < 1e-9
        for column in bounded
        for values in table.frame[list(column.names)].itertuples(index=False)
    )


@pytest.mark.parametrize("kind", SMALL)
def test_every_picture_can_be_drawn(asked, kind):
    found = asked(kind)
    assert found.pictures or kind == "discovery"
    assert all(picture.png().startswith(b"\x89PNG") for picture in found.pictures.values())


@pytest.mark.parametrize("kind", SMALL)
def test_a_folder_keeps_an_answer(asked, kind, tmp_path):
    found = asked(kind)
    found.write(tmp_path / "kept")
    again = Answer.read(tmp_path / "kept")
    for name in ("kind", "question", "sentences", "command", "limits", "asked"):
        assert getattr(again, name) == getattr(found, name), name
    assert again.scenario == found.scenario
    assert again.scenario.name == found.scenario.name
    assert list(again.tables) == list(found.tables)
    for key, table in found.tables.items():
        pd.testing.assert_frame_equal(again.tables[key].frame, table.frame, check_dtype=False, check_exact=True)
        assert again.tables[key].cells() == table.cells()
    assert {k: p.title for k, p in again.pictures.items()} == {k: p.title for k, p in found.pictures.items()}
    assert all(picture.png() == picture.draw for picture in again.pictures.values())
    assert again.settings == json.loads(json.dumps(again.settings))


@pytest.mark.parametrize("kind", SMALL)
def test_the_command_makes_the_same_answer(asked, kind):
    from minegame.cli import app

    found = asked(kind)
    assert shlex.split(found.command)[:4] == ["minegame", "analyse", kind, TUNGSTEN]
    result = CliRunner().invoke(app, [*shlex.split(found.command)[1:], "--json", "--quiet"])
    assert result.exit_code == 0, result.output
    again = json.loads(result.stdout)
    assert again["sentences"] == list(found.sentences)
    assert again["command"] == found.command
    assert again["tables"] == found.document()["tables"]


@pytest.mark.parametrize("kind", SMALL)
def test_what_was_asked_is_asked_again_from_what_is_kept(asked, kind):
    found = asked(kind)
    again = answers.kind_of(kind)(**json.loads(json.dumps(found.asked)))
    assert again.plain() == found.asked
    assert again.command(TUNGSTEN) == found.command


@pytest.mark.parametrize("kind", SMALL)
def test_a_kind_goes_on_where_it_was_interrupted(asked, kind, tmp_path, monkeypatch):
    """Everything worth a file is kept, and nothing that is kept is played again."""
    monkeypatch.setattr("minegame.runner._WORTH_KEEPING", 0)
    needs(kind)
    played = []

    class StoppedError(Exception):
        pass

    def stop(done: int, planned: int) -> None:
        played.append(done)
        if done > 0.4 * planned:
            raise StoppedError

    with pytest.raises(StoppedError):
        answers.ask(kind, TUNGSTEN, tmp_path / "kept", **SMALL[kind], watch=stop)
    kept = len(list((tmp_path / "kept" / "chunks").iterdir()))
    assert kept
    shares = []
    answer = answers.ask(
        kind, TUNGSTEN, tmp_path / "kept", **SMALL[kind], watch=lambda *told: shares.append(told[0] / told[1])
    )
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    for key, table in asked(kind).tables.items():
        assert answer.tables[key].csv() == table.csv(), key
    assert not (tmp_path / "kept" / "chunks").exists()


@pytest.mark.parametrize("kind", ["winning", "attribution", "ledger", "tipping", "threshold", "lever_prices"])
def test_any_scenario_can_be_asked(kind):
    small = {name: value for name, value in SMALL[kind].items() if name != "vary"}
    for name in ("two_bidders", "kazakhstan_split_lots"):
        found = answers.ask(kind, name, **{**small, "replications": 30})
        assert found.sentences
        assert found.scenario.name == name


@pytest.mark.parametrize("former", answers.FORMER)
def test_former_names_of_kinds_are_known(former):
    assert answers.kind_of(former).kind() == answers.FORMER[former]


def test_the_same_seed_gives_the_same_answer_and_another_another():
    one, two, other = (
        answers.ask("attribution", TUNGSTEN, lever=["access", "finance"], replications=60, seed=seed)
        for seed in (0, 0, 1)
    )
    assert one.document() == two.document()
    assert one.sentences != other.sentences


@pytest.mark.parametrize(
    "kind", ["winning", "attribution", "ledger", "lever_prices", "equilibrium", "tender_rules", "robust", "discovery"]
)
def test_as_much_is_played_as_was_expected(kind):
    with Runner() as runner:
        answers.kind_of(kind)(**SMALL[kind]).answer(Scenario.load(TUNGSTEN), runner)
        assert runner._expected == runner.done > 0


# ------------------------------------------------------------------------------------------------- asked, and refused


def test_what_was_changed_is_in_the_command_and_the_settings():
    scenario = Scenario.load(TUNGSTEN).at({"tender.lots": "split", "host.balance_weight": 1.5})
    assert changes_of(scenario) == {"tender.lots": "split", "host.balance_weight": 1.5}
    found = answers.ask("ledger", scenario, replications=50)
    assert "--set tender.lots=split --set host.balance_weight=1.5" in found.command
    assert any("without a source" in limit or "no source" in limit for limit in found.limits)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("winning", {"policy": {"fine": {"host.balance_weight": 0.123456}, "tied": {FREE: None}}}),
        ("tender_rules", {"rule": {"fine": {"host.balance_weight": 0.123456}}, "player": FEW, "draws": 5}),
        ("tipping", {"vary": {"host.balance_weight": [0.123456789, 4.0]}}),
    ],
)
def test_the_command_makes_the_same_numbers_from_a_file_that_was_changed(kind, options, tmp_path):
    """Every digit counts, and so do the path of the file, its changes, and null."""
    from minegame.cli import app

    file = tmp_path / "my deal.yaml"
    file.write_text(Scenario.load(TUNGSTEN).to_yaml(), encoding="utf-8")
    scenario = Scenario.load(file).at({"patrons.us.link": 0.712345678, FREE: None}).at({"tender.months": 14})
    found = answers.ask(kind, scenario, replications=50, **options)
    assert shlex.split(found.command)[3] == str(file)
    assert found.settings["changes"] == {"patrons.us.link": 0.712345678, FREE: None, "tender.months": 14}
    result = CliRunner().invoke(app, [*shlex.split(found.command)[1:], "--json"])
    assert result.exit_code == 0, result.output
    again = json.loads(result.stdout)
    assert again["tables"] == found.document()["tables"]
    assert again["settings"] == found.document()["settings"]
    assert again["command"] == found.command


def test_the_command_of_a_folder_needs_the_folder_alone(tmp_path):
    from minegame.cli import app

    scenario = Scenario.load("two_bidders").at({"patrons.north.link": 0.7})
    kept = answers.ask("ledger", scenario, tmp_path / "kept", replications=60)
    parts = shlex.split(kept.command)
    assert parts[3] == str(tmp_path / "kept" / "scenario.yaml")
    again = CliRunner().invoke(app, [*parts[1:], "--out", str(tmp_path / "again")])
    assert again.exit_code == 0, again.output
    for file in (tmp_path / "kept" / "tables").iterdir():
        assert (tmp_path / "again" / "tables" / file.name).read_bytes() == file.read_bytes()


def test_a_folder_that_holds_another_answer_is_refused(tmp_path):
    answers.ask("ledger", "two_bidders", tmp_path / "kept", replications=60)
    with pytest.raises(ScenarioError, match=r"replications was 60 and is 70.*--fresh"):
        answers.ask("ledger", "two_bidders", tmp_path / "kept", replications=70)
    with pytest.raises(ScenarioError, match="another kind of question"):
        answers.ask("attribution", "two_bidders", tmp_path / "kept", replications=60)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(ScenarioError, match="not empty"):
        answers.ask("ledger", "two_bidders", tmp_path / "mine", replications=60)


@pytest.mark.parametrize(
    ("ask", "words_in_it"),
    [
        (lambda: answers.ask("atribution"), "'attribution'"),
        (lambda: answers.ask("attribution", levers=["tariff"]), "'lever'"),
        (lambda: answers.ask("attribution", TUNGSTEN, patron="usa", replications=9), "'us'"),
        (lambda: answers.ask("attribution", TUNGSTEN, bidder="cove", replications=9), "cove_kaz"),
        (lambda: answers.ask("attribution", TUNGSTEN, lever=["tarif"], replications=9), "tariff"),
        (lambda: answers.ask("winning", TUNGSTEN, reference="tarif", replications=9), "'tariff'"),
        (lambda: answers.ask("ledger", TUNGSTEN, first="cove_kaz", second="cove_kaz"), "rival of itself"),
        (lambda: answers.ask("sensitivity", TUNGSTEN, method="sobel"), "sobol"),
        (lambda: answers.ask("history_matching", TUNGSTEN, observed_moth=7), "observed_month"),
        (lambda: answers.ask("ledger", TUNGSTEN, replications=1), "between 2 and"),
        (lambda: answers.ask("ledger", TUNGSTEN, confidence=95), "between 0.5 and 0.9999"),
        (lambda: answers.ask("ledger", TUNGSTEN, seed=-1), "between 0 and"),
    ],
)
def test_bad_questions_are_refused(ask, words_in_it):
    with pytest.raises(ScenarioError, match=words_in_it):
        ask()


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
        value = Scenario.load(TUNGSTEN).value(factor.path)
        assert value in factor.levels if factor.levels else factor.low <= value <= factor.high, factor.path


@pytest.mark.parametrize("name", ["kazakhstan_eu_bidder", "two_bidders"])
def test_shares_that_vary_together_never_add_up_to_more_than_all(name):
    """Where the ranges of the wide experiment, or half and half, are too much for the camps of another scenario."""
    scenario = Scenario.load(name)
    factors = {factor.path: factor for factor in factors_of(scenario)}
    for share in ("portfolio_share", "ideal_share"):
        paths = {path: factor for path, factor in factors.items() if path.endswith(f".{share}")}
        assert paths
        assert all(factor.low < scenario.value(path) <= factor.high for path, factor in paths.items())
        rest = sum(
            scenario.value(f"patrons.{p}.{share}") for p in scenario.patrons if f"patrons.{p}.{share}" not in paths
        )
        assert rest + sum(factor.high for factor in paths.values()) == pytest.approx(1)
        scenario.at({path: factor.high for path, factor in paths.items()})
    answers.ask("discovery", scenario, points=100, replications=2)


def test_a_pattern_is_a_factor_that_moves_all_it_fits():
    levers = "patrons.china.levers.[!t]*"
    given = {f"{levers}.trigger": ["always", "rival_leads"], f"{levers}.intensity": [0.0, 0.5, 1.0]}
    found = answers.ask("discovery", TUNGSTEN, vary=given, points=200, replications=8, below=0.7)
    assert found.settings["vary"] == given
    paths = {row for key, table in found.tables.items() if key.startswith("limits") for row in table.frame["parameter"]}
    assert paths <= set(given)
    assert f"--vary '{levers}.trigger=always,rival_leads'" in found.command
    scenario = Scenario.load(TUNGSTEN)
    assert in_words(scenario, f"{levers}.trigger").startswith("China, levers: what must have happened")
    assert in_words(scenario, f"{levers}.intensity") == f"{levers}.intensity", "each lever's means something else"
    with pytest.raises(ScenarioError, match="no number of its own"):
        answers.ask("tipping", TUNGSTEN, vary={"patrons.us.levers.*.onset": (0, 12)}, replications=20)
    tips = answers.ask("tipping", TUNGSTEN, vary={f"{levers}.intensity": (0, 1)}, replications=300)
    assert tips.tables["asked"].frame["parameter"].unique().tolist() == [f"{levers}.intensity"]


def test_an_experiment_lends_its_factors_without_being_planned(tmp_path, monkeypatch):
    """Its own scenario is not asked for, and its numbers are read as in every file: 1e-3 is one."""
    file = tmp_path / "lent.yaml"
    file.write_text(
        "title: T\nscenario: nowhere\nreplications: 5\nfactors: {host.backlash: {low: 1e-3, high: 0.1}}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr("minegame.experiment_file.shipped_experiments", lambda: {"shipped": file})
    for where in (file, "shipped"):
        (factor,) = factors_of(Scenario.load(TUNGSTEN), None, where)
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
        ({"host.balance_wait": [0, 1]}, "balance_weight"),
        ({"host.balance_weight": [2, 1]}, "empty"),
        ({"host.balance_weight": [0, 1, "log"]}, "log"),
        ({"tender.lots": [0, 1]}, "no range"),
        ({"host.balance_weight": [-1, 1]}, "-1"),
        ({"host.balance_weight": []}, "range"),
        ({}, "nothing varies"),
    ],
)
def test_bad_ranges_are_refused(given, words_in_it):
    with pytest.raises(ScenarioError, match=words_in_it):
        answers.ask("discovery", TUNGSTEN, vary=given, replications=9)


def test_an_experiment_that_there_is_not_lends_nothing():
    with pytest.raises(ScenarioError, match="wide_uncertainty"):
        answers.ask("discovery", TUNGSTEN, factors="wide_uncertainti")


def test_the_contest_is_that_of_the_patron_that_acts():
    contest = Contest.of(Scenario.load(TUNGSTEN))
    assert (contest.patron, contest.bidder) == ("us", "cove_kaz")
    assert contest.levers == ("tariff", "access", "engagement", "finance")
    assert contest.rival(None, 0, Runner()) == "chinese_soe"
    assert Contest.of(Scenario.load(TUNGSTEN), bidder="chinese_soe").patron == "china"


# ----------------------------------------------------------------------------------------------------------- folders


def kept(key: str = "a_table") -> Answer:
    rows = {"policy": ["none", "None", "007", "true"], "x": [0.1 + 0.2, np.nan, 0.5, 1.0]}
    table = Table("A table", [Column("policy"), Column("x", unit=SHARE)], rows)
    picture = Picture("A picture", lambda: axes(2, 2))
    scenario = Scenario.load("two_bidders")
    return Answer("kind", "Why?", ("So.",), {key: table}, {"a_picture": picture}, {"n": 1}, (), scenario)


def test_names_and_missing_numbers_survive_the_folder(tmp_path):
    kept().write(tmp_path)
    again = Answer.read(tmp_path).tables["a_table"].frame
    assert again["policy"].tolist() == ["none", "None", "007", "true"]
    assert again["x"][0] == 0.1 + 0.2
    assert np.isnan(again["x"][1])


@pytest.mark.parametrize(
    ("text", "words_in_it"),
    [(None, "holds no answer"), ("{", "cannot be read"), ("[]", "format"), ('{"format": "other"}', "format"),
     ('{"format": 2}', "is damaged")],
)  # fmt: skip
def test_a_folder_without_an_answer_is_refused(tmp_path, text, words_in_it):
    if text is not None:
        (tmp_path / "answer.json").write_text(text)
    with pytest.raises(AnswerError, match=words_in_it):
        Answer.read(tmp_path)


def test_an_answer_with_a_file_gone_is_refused(tmp_path):
    kept().write(tmp_path)
    next((tmp_path / "tables").iterdir()).unlink()
    with pytest.raises(AnswerError, match="not complete"):
        Answer.read(tmp_path)


def test_keys_are_short_and_stable():
    with pytest.raises(ValueError, match="short identifier"):
        kept(key="What each lever adds")


# -------------------------------------------------------------------------------------------------------------- words


def test_a_month_is_named():
    assert month(Scenario.load(TUNGSTEN), 7) == "month 7 (November 2025)"
    assert month(Scenario.load(TUNGSTEN), 9) == "month 9 (January 2026)"


def test_a_parameter_is_named_with_its_meaning():
    assert parameter(Scenario.load(TUNGSTEN), "host.balance_weight") == (
        "host.balance_weight (weight of a balanced portfolio of camps)"
    )
    assert parameter(Scenario.load(TUNGSTEN), "nothing.here") == "nothing.here"


# ------------------------------------------------------------------------------------------------------ over the worlds


@pytest.mark.slow
def test_a_share_of_worlds_is_as_sure_as_it_looks():
    """Worlds that shared their luck would be wrong together: 95 % intervals would cover far less than they say."""
    scenario, worlds, n, sets = Scenario.load(), 600, 16, 400
    factors = factors_of(scenario)
    place = by_bidder("wins_any", scenario.bidder_names.index("cove_kaz"))
    found = {}
    for name, luck in (("own", np.arange(worlds)), ("shared", None)):
        fails = []
        for seed in range(sets):
            table = design.random(factors, worlds, seed)
            sums = played(Runner(), scenario, table, [place], seed=seed, replications=n, luck=luck)[:, 0, 0]
            fails.append(int((sums[:, 1] / n < 0.5).sum()))
        low, high = intervals.wilson(np.array(fails), worlds)
        truth = sum(fails) / (sets * worlds)
        found[name] = np.mean((low <= truth) & (truth <= high))
    assert 0.92 <= found["own"] <= 0.98  # 400 sets tell 95 % from 92 % and no better
    assert found["shared"] < 0.9
