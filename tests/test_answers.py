"""Answers from Python: what each kind says, that it agrees with the analysis beneath it, and that folders keep it."""

from __future__ import annotations

import json
import re
import shlex

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from minegame import answers, design
from minegame.answers import Answer, AnswerError, Contest, answer, factors_of, words
from minegame.answers.inputs import changes_of, played
from minegame.design import Factor
from minegame.ensemble import by_bidder
from minegame.plots import axes
from minegame.scenario import Scenario, ScenarioError
from minegame.statistics import intervals

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
OTHERS = [("sensitivity", {"method": "morris", "factors": TWO, "base": 4, "replications": 16}),
          ("sensitivity", {"method": "tornado", "factors": TWO, "base": 3, "replications": 16})]  # fmt: skip


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


@pytest.mark.parametrize(("kind", "options"), OTHERS)
def test_other_methods(kind, options):
    needs(kind, **options)
    found = answers.KINDS[kind](TUNGSTEN, **options)
    assert found.settings["method"] == options["method"]
    assert all(answer.png(draw).startswith(b"\x89PNG") for draw in found.pictures.values())


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


# ------------------------------------------------------------------------------------------------- numbers that agree


def test_terms_of_the_ledger_add_up(asked):
    table = next(iter(asked("ledger").tables.values()))
    assert table["difference, M$"].iloc[:-1].sum() == pytest.approx(table["difference, M$"].iloc[-1])


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


def test_what_was_changed_is_in_the_command_and_the_settings():
    scenario = Scenario.load(TUNGSTEN).at({"tender.lots": "split", "host.balance_weight": 1.5})
    assert changes_of(scenario) == {"tender.lots": "split", "host.balance_weight": 1.5}
    found = answers.ledger(scenario, replications=50)
    assert "--set tender.lots=split --set host.balance_weight=1.5" in found.command
    assert any("without a source" in limit or "no source" in limit for limit in found.limits)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
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
        (lambda: answers.ledger(TUNGSTEN, "cove_kaz", "cove_kaz", replications=9), "rival of itself"),
        (lambda: answers.sensitivity(TUNGSTEN, method="sobel"), "sobol"),
        (lambda: answers.learning(TUNGSTEN, observed={"moth": 7}), "moth"),
    ],
)
def test_bad_questions_are_refused(ask, words_in_it):
    with pytest.raises(AnswerError, match=words_in_it):
        ask()


def test_missing_salib_is_told_before_anything_is_played(monkeypatch):
    from minegame.answers import worlds

    monkeypatch.setattr(worlds, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'minegame\[analysis\]'"):
        answers.sensitivity(TUNGSTEN, base=10**6)


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


def test_levels_can_vary_too():
    pytest.importorskip("SALib")
    found = answers.sensitivity(
        TUNGSTEN, [Factor("tender.lots", levels=("bundled", "split")), Factor("host.balance_weight", 0, 4)],
        base=16, replications=8,
    )  # fmt: skip
    assert "--vary tender.lots=bundled,split" in found.command


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
