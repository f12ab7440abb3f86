"""The commands run, sweep and results, from the user's point of view."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import asked
import pytest
from typer.testing import CliRunner, Result

from minegame import result_tables, runner, storage
from minegame.answers import Answer
from minegame.answers import experiment as runs
from minegame.cli import app, playing
from minegame.experiment_file import Experiment, shipped_experiments
from minegame.results import Results, load
from minegame.scenario import Scenario

LARGE = f"""
title: Many points
scenario: two_bidders
policies: {{as it is: {{}}, soon: {{tender.months: 3}}}}
factors: {{host.backlash: {[n / 60 for n in range(60)]}}}
replications: 20
"""


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results go to results/ of the folder in which the command is given."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "asked.yaml").write_text(asked.FOUR_POLICIES)


def minegame_command(*arguments: str, fails: bool = False) -> Result:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == (2 if fails else 0), done.output
    return done


def refused(*arguments: str) -> str:
    """What a command that is refused says."""
    said = minegame_command(*arguments, fails=True).stderr
    said = said.removeprefix("Compiling the game (once; some twenty seconds) ...\n")  # for a forecast
    assert said.startswith("Error: ")
    assert "Traceback" not in said
    return said


def test_run_shows_the_question_the_table_and_the_folder() -> None:
    done = minegame_command("run", "who_wins", "--replications", "60")
    page = done.stdout
    assert "Who wins under each of the 16 American packages" in page
    assert "tariff + access + finance" in page
    assert "results/who_wins" in page
    assert "60 negotiations each" in page
    assert (Path("results/who_wins") / "pictures" / "odds.png").stat().st_size > 10_000


def test_run_again_shows_the_same_and_other_results_need_another_folder() -> None:
    first = minegame_command("run", "asked.yaml", "--replications", "40").stdout
    assert minegame_command("run", "asked.yaml", "--replications", "40").stdout == first
    said = refused("run", "asked.yaml", "--replications", "50")
    assert "--fresh" in said
    minegame_command("run", "asked.yaml", "--replications", "50", "--fresh")
    assert {path.name for path in Path("results").iterdir()} == {"asked", "asked-2"}


def test_run_json_is_for_programs() -> None:
    document = json.loads(minegame_command("run", "asked.yaml", "--replications", "40", "--json").stdout)
    assert (document["kind"], document["folder"]) == ("experiment", "results/asked")
    assert document["settings"]["negotiations in all"] == 6 * 4 * 40
    assert document["asked"]["replications"] == 40
    winners, contrasts = (document["tables"][key]["rows"] for key in ("winners", "contrasts"))
    assert (len(winners), len(contrasts)) == (6 * 4, 6 * 3)
    assert "none" in {row["policy"] for row in winners}
    assert {row["policy"] for row in contrasts} == {row["policy"] for row in winners} - {"none"}
    assert {"market.long_run_price", "host.balance_weight", "policy"} <= set(winners[0])
    for name in ("wins_cove_kaz", "wins_chinese_soe", "shelved"):
        assert all(row[f"{name}_low"] <= row[name] <= row[f"{name}_high"] for row in winners)
    assert document["answers"] == {}
    assert minegame_command("results", "results/asked", "--json").stdout == json.dumps(document, indent=2) + "\n"


def test_json_of_a_large_design_names_the_tables_in_place_of_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_tables, "MOST_ROWS", 179)  # there are 60 points × 2 policies × 3 outcomes
    monkeypatch.setattr(Results, "win_probabilities", lambda _: pytest.fail("a row a point"))
    Path("x.yaml").write_text(LARGE)
    told = minegame_command("run", "x.yaml", "--json").stdout
    document = json.loads(told)
    assert document["settings"]["design points"] == 60
    assert all(len(table["rows"]) < 60 for table in document["tables"].values())
    assert {"design.parquet", "summary.parquet", "contrasts.parquet"} <= set(document["files"])
    assert not {"winning.csv", "contrasts.csv"} & set(document["files"])
    assert all((Path(document["folder"]) / name).is_file() for name in document["files"])
    assert minegame_command("results", "results/x", "--json").stdout == told


def test_a_worker_with_other_rules_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = itertools.count()
    monkeypatch.setattr(runner, "sources_hash", lambda: f"version {next(versions)}")
    said = refused("run", "asked.yaml", "--replications", "40")
    assert "other rules" in said
    assert "install the same minegame" in said


def test_a_set_changes_the_scenario() -> None:
    minegame_command("run", "asked.yaml", "--replications", "40", "--set", "host.credit_weight=0")
    manifest = storage.read_manifest(Path("results/asked"))
    assert manifest["scenario"]["host"]["credit_weight"] == 0
    assert manifest["asked"]["set"] == {"host.credit_weight": 0}


def test_a_dry_run_plays_nothing() -> None:
    page = minegame_command("run", "asked.yaml", "--dry-run").stdout
    for part in ("points        6", "policies      4", "negotiations  16,800", "negotiations/s", "size", "450"):
        assert part in page
    assert not Path("results").exists()
    document = json.loads(minegame_command("run", "asked.yaml", "--dry-run", "--json").stdout)
    assert document["negotiations"] == 16_800
    assert len(document["design"]) == 6


def test_more_than_sense_needs_yes() -> None:
    said = refused("run", "asked.yaml", "--replications", "100000000")
    assert "2,400,000,000 negotiations, about" in said
    assert "add --yes, or ask for fewer" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("odds", "two_bidders", "-n", "1e11"), ("analyse", "winning", "two_bidders", "-n", "1e11"),
        ("analyse", "attribution", "two_bidders", "-n", "1e9"), ("analyse", "ledger", "two_bidders", "-n", "1e9"),
        ("analyse", "tipping", "two_bidders", "-n", "1e9"), ("analyse", "equilibrium", "-n", "1e9"),
        ("analyse", "sensitivity", "two_bidders", "--method", "tornado", "-n", "1e9"),
        ("analyse", "discovery", "two_bidders", "-n", "1e9"), ("analyse", "tender_rules", "-n", "1e9"),
        ("analyse", "threshold", "-n", "1e9"), ("analyse", "lever_prices", "-n", "1e9"),
        ("analyse", "history_matching", "-n", "1e9"), ("run", "who_wins", "-n", "1e9"),
        ("sweep", "two_bidders", "--policy", "x:", "-n", "1e11"),
        ("sweep", "--vary", "host.backlash=0:1:300000", "-n", "1"),
    ],
    ids=lambda arguments: " ".join(arguments),
)  # fmt: skip
def test_whatever_plays_asks_for_yes_in_the_same_words(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minegame.runner.Runner.play", lambda *_: pytest.fail("played"))
    assert re.search(r"negotiations, about .*: add --yes, or ask for fewer\n", refused(*arguments))


def test_sweep_needs_no_file_and_can_write_one() -> None:
    sweep = ("sweep", "two_bidders", "--vary", "host.backlash=0.01:1:3:log", "--vary", "tender.months=3,6")
    done = minegame_command(*sweep, "--replications", "30", "--save-as", "mine.yaml")
    assert "tender" in done.stdout
    (folder,) = Path("results").iterdir()
    assert folder.name.startswith("sweep-two_bidders-")
    assert storage.read_manifest(folder)["factors"] == ["host.backlash", "tender.months"]
    assert (folder / "pictures" / "map_1.png").exists()
    question, plan = Experiment.load("mine.yaml")
    assert plan.groups == 6
    assert question.factors["host.backlash"].model_dump(exclude_unset=True) == {
        "low": 0.01, "high": 1, "count": 3, "scale": "log",
    }  # fmt: skip
    assert plan.design["host.backlash"].unique().tolist() == [0.01, 0.1, 1]
    minegame_command("run", "mine.yaml")
    assert asked.table_sums(Path("results/mine")) == asked.table_sums(folder)


@pytest.mark.parametrize("typed", ["deals/mine.yaml", "deals/mine", "./deals/../deals/mine.yaml"])
def test_a_saved_sweep_finds_its_scenario_from_its_own_folder(typed: str, tmp_path: Path) -> None:
    for folder in ("deals", "asked/deep"):
        Path(folder).mkdir(parents=True)
    Path("deals/mine.yaml").write_text(Scenario.load("two_bidders").to_yaml())
    sweep = ("sweep", typed, "--vary", "tender.months=3,6", "--replications", "30")
    minegame_command(*sweep, "--save-as", "asked/deep/it.yaml")
    (folder,) = Path("results").iterdir()
    assert "scenario: ../../deals/mine.yaml\n" in Path("asked/deep/it.yaml").read_text()
    minegame_command("run", "asked/deep/it.yaml")
    assert asked.table_sums(Path("results/it")) == asked.table_sums(folder)


def test_a_saved_sweep_names_a_shipped_scenario_and_keeps_an_absolute_path(tmp_path: Path) -> None:
    Path("mine.yaml").write_text(Scenario.load("two_bidders").to_yaml())
    for typed in ("two_bidders", str(tmp_path / "mine.yaml")):
        sweep = ("sweep", typed, "--vary", "tender.months=3,6", "--replications", "30", "--dry-run")
        minegame_command(*sweep, "--save-as", "it.yaml")
        assert Experiment.load("it.yaml")[0].scenario == typed


def test_sweep_compares_policies() -> None:
    page = minegame_command(
        "sweep", "--vary", "host.balance_weight=0,1,2,3", "--policy", "as it is:",
        "--policy", "nothing:patrons.us.levers.*.intensity=0", "--replications", "30",
    ).stdout  # fmt: skip
    assert "as it is" in page
    assert "nothing" in page
    assert "Cove Kaz Capital wins, by policy; 30 negotiations each" in page
    assert "Differences from “as it is”, on the same luck" in page
    assert "seed 0; 95 % intervals in brackets" in page


def test_results_lists_and_summarises() -> None:
    minegame_command("run", "asked.yaml", "--replications", "40")
    assert "results/asked" in minegame_command("results").stdout
    (entry,) = json.loads(minegame_command("results", "--json").stdout)
    assert (entry["state"], entry["groups"], entry["policies"]) == ("complete", 6, 4)
    assert "Four policies at six points" in minegame_command("results", "results/asked").stdout
    assert json.loads(minegame_command("results", "results/asked", "--json").stdout)["settings"]["design points"] == 6


def test_a_killed_run_is_listed_as_unfinished_and_one_on_its_way_as_running() -> None:
    minegame_command(
        "sweep", "two_bidders", "--vary", "host.backlash=0.1", "--replications", "10", "--out", "results/x"
    )
    folder = Path("results/x")
    storage.write_manifest(folder, {**storage.read_manifest(folder), "state": "running"})
    page = minegame_command("results").stdout
    assert "unfinished: run it again to go on; 1 point × 1 policy, 10 negotiations" in page
    with storage.claimed(folder):
        assert "running; 1 point" in minegame_command("results").stdout


def test_a_picture_that_cannot_be_saved_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    replace = storage._replace

    def full(path: Path, content: bytes) -> None:
        if path.suffix == ".png":
            raise OSError(28, "No space left on device")
        replace(path, content)

    monkeypatch.setattr(storage, "_replace", full)
    said = refused("run", "who_wins", "--replications", "20")
    assert "results/who_wins/pictures/odds.png: No space left on device; the results are complete and kept" in said


def test_other_results_are_refused_before_anything_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    minegame_command("run", "asked.yaml", "--replications", "10")
    monkeypatch.setattr("minegame.runner.warm", lambda: pytest.fail("compiled"))
    assert "seed was 5 and is 6" in refused("run", "asked.yaml", "--replications", "10", "--seed", "6")


def test_an_interrupted_run_promises_only_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("minegame.runner.warm", interrupt)
    done = CliRunner().invoke(app, ["run", "asked.yaml"])
    assert done.exit_code == 130
    assert "Nothing was played yet" in done.stderr
    assert "is kept" not in done.stderr


def test_too_many_points_need_yes() -> None:
    said = refused("sweep", "two_bidders", "--vary", "host.backlash=0:1:250000", "--replications", "1")
    assert "250,000 points × 1 policy" in said
    assert "--yes" in said


def test_the_last_line_of_progress_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = playing._Lines()
    monkeypatch.setattr(lines, "_EVERY", 0)
    for done in (0, 50, 100):
        lines(done, 100)
    *_, before, last = capsys.readouterr().err.splitlines()
    assert before.endswith("left")
    assert last.startswith("100 %")
    assert "left" not in last


def test_a_large_design_is_told_without_a_row_a_point(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = ",".join(str(n / 60) for n in range(60))
    minegame_command(
        "sweep", "two_bidders", "--vary", f"host.backlash={levels}", "--policy", "as it is:",
        "--policy", "soon:tender.months=3", "--replications", "20", "--out", "results/x",
    )  # fmt: skip
    found = load(Path("results/x"))
    rows = found.win_probabilities()
    monkeypatch.setattr(Results, "win_probabilities", lambda _: pytest.fail("a row a point"))
    monkeypatch.setattr(Results, "win_contrasts", lambda _: pytest.fail("a row a point"))
    assert "over 60 points" in " ".join(minegame_command("results", "results/x").stdout.split())
    tables = runs.answer(found).tables
    by_outcome = rows.groupby(["policy", "outcome"], observed=True, sort=False)["estimate"]
    expected = [by_outcome.mean(), *(by_outcome.quantile(q) for q in (0, 0.05, 0.5, 0.95, 1))]
    for name, column in zip(("mean", "lowest", "p5", "half", "p95", "highest"), expected, strict=True):
        assert tables["spread"].frame[name].tolist() == pytest.approx(column.tolist())
    assert len(tables["spread_of_contrasts"]) == len(found.scenario.bidder_names) + 1


def test_until_sure_is_told_and_what_fell_short() -> None:
    Path("sure.yaml").write_text(asked.UNTIL_SURE.replace("2500", "900"))
    page = minegame_command("run", "sure.yaml").stdout
    assert "points are not yet known within ±0.02 (wins_any) after 900" in " ".join(page.split())


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("run", "who_win"), ["there is no such file", "did you mean 'who_wins'?"]),
        (("run", "asked.yaml", "--replications", "0"), ["0 is not allowed", "between 1 and"]),
        (("run", "asked.yaml", "--set", "host.credit=1"), ["set.host.credit", "is unknown"]),
        (("run", "asked.yaml", "--workers", "2", "--scheduler", "tcp://a:1"), ["--workers", "--scheduler"]),
        (("run", "asked.yaml", "--out", "asked.yaml"), ["is a file"]),
        (("sweep",), ["there is nothing to vary"]),
        (("sweep", "--vary", "host.balance"), ["is not a factor", "low:high:n"]),
        (("sweep", "--vary", "host.balance_wieght=0:1:3"), ["host.balance_weight"]),
        (("sweep", "--vary", "host.balance_weight=3:1:3"), ["the range is empty"]),
        (("sweep", "--vary", "host.balance_weight=0:1:3:log"), ["a log scale cannot reach 0"]),
        (("sweep", "--vary", "host.balance_weight=a:b:3"), ["is not a range"]),
        (("sweep", "--vary", "host.balance_weight=0:4:1"), ["n from 2"]),
        (("sweep", "--vary", "tender.lots=bundled,splitted"), ["'splitted' is not allowed", "bundled, split"]),
        (("sweep", "--policy", "x"), ["is not a policy"]),
        (("sweep", "--policy", "x:tender.months=8", "--policy", "x: tender.months=9"), ["'x' is given twice"]),
        (("sweep", "--vary", "tender.months=8,9", "--vary", "tender.months=1"), ["tender.months is varied twice"]),
        (("sweep", "--vary", "host.balance_weight=0:4:9:9"), ["low:high:n"]),
        (("sweep", "--policy", "x:patrons.us.levers.tarif.intensity=0"), ["'tarif' is unknown"]),
        (("results", "nowhere"), ["there is no such folder"]),
        (("results", "."), ["holds no results"]),
        (("results",), ["there are no results yet"]),
    ],
)  # fmt: skip
def test_bad_input_is_told_in_words(arguments: tuple[str, ...], parts: list[str]) -> None:
    said = refused(*arguments)
    for part in parts:
        assert part in said, said


def test_no_shipped_experiment_takes_longer_than_a_coffee() -> None:
    for name in shipped_experiments():
        assert Experiment.load(name)[1].negotiations <= 3_000_000, name


# ---------------------------------------------------------------------------------------- questions asked beside it

SMALL = """
title: Two deadlines
question: Does the deadline matter?
scenario: two_bidders
factors: {tender.months: [3, 6]}
replications: 40
seed: 3
"""
SHORT = "{replications: 40, vary: {host.balance_weight: [0, 4]}}"


def asking(ask: str) -> None:
    Path("asks.yaml").write_text(f"{SMALL}ask: {ask}\n")


@pytest.mark.parametrize(
    ("ask", "kinds"),
    [
        ("ledger", ["ledger"]),
        ("[ledger]", ["ledger"]),
        (f"[ledger, {{tipping: {SHORT}}}]", ["ledger", "tipping"]),
        (f"{{ledger: , tipping: {SHORT}}}", ["ledger", "tipping"]),
        ("{prices: {replications: 40}}", ["lever_prices"]),
        (f"\n- ledger:\n- tipping: {SHORT}", ["ledger", "tipping"]),
    ],
)
def test_a_file_may_ask_any_kind_and_each_answer_has_a_folder(ask: str, kinds: list[str]) -> None:
    asking(ask)
    page = minegame_command("run", "asks.yaml", "-q").stdout
    document = json.loads(minegame_command("results", "results/asks", "--json").stdout)
    assert document["answers"] == {kind: f"results/asks/{kind}" for kind in kinds}
    for kind, folder in document["answers"].items():
        answer = Answer.read(folder)
        assert answer.kind == kind
        assert answer.asked["replications"] == (40 if "40" in ask and kind != "ledger" else 20_000)
        assert f"asked    {folder}: {answer.sentences[0]}" in page
        assert f"results/asks/{kind}" in minegame_command("results").stdout


def test_what_is_asked_is_what_the_command_answers() -> None:
    asking("{ledger: {replications: 60, seed: 2}}")
    minegame_command("run", "asks.yaml", "--set", "host.balance_weight=1")
    alone = ("analyse", "ledger", "two_bidders", "--set", "host.balance_weight=1", "-n", "60", "--seed", "2", "--json")
    document = json.loads(minegame_command(*alone).stdout)
    answer = Answer.read("results/asks/ledger")
    assert answer.document()["tables"] == document["tables"]
    assert answer.scenario.value("host.balance_weight") == 1


def test_answers_that_are_there_are_not_made_again_and_others_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    asking("{ledger: {replications: 60}}")
    first = minegame_command("run", "asks.yaml", "--json").stdout
    monkeypatch.setattr("minegame.runner.Runner.tally", lambda *_, **__: pytest.fail("played again"))
    monkeypatch.setattr("minegame.runner.Runner.samples", lambda *_, **__: pytest.fail("played again"))
    assert minegame_command("run", "asks.yaml", "--json").stdout == first
    asking("{ledger: {replications: 70}}")
    said = refused("run", "asks.yaml")
    assert "results/asks/ledger" in said
    assert "replications was 60 and is 70" in said


def test_another_answer_is_refused_before_anything_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    minegame_command("analyse", "ledger", "two_bidders", "-n", "40", "--out", "results/asks/ledger")
    asking("ledger")
    monkeypatch.setattr("minegame.runner.warm", lambda: pytest.fail("compiled"))
    refused("run", "asks.yaml")


@pytest.mark.parametrize(
    ("ask", "place", "parts"),
    [
        ("tiping", "line 8: ask.tiping: ", ["is no kind of question", "did you mean 'tipping'?"]),
        ("[ledger, tiping]", "line 8: ask.tiping: ", ["did you mean 'tipping'?"]),
        ("\n- ledger\n- tiping", "line 10: ask.tiping: ", ["did you mean 'tipping'?"]),
        ("\n  ledger:\n  tiping:\n    replications: 9", "line 10: ask.tiping: ", ["did you mean 'tipping'?"]),
        (
            "{ledger: {replication: 9}}",
            "line 8: ask.ledger.replication: ",
            ["no option", "did you mean 'replications'?"],
        ),
        ("\n- ledger:\n    seed: 1\n    replications: 0", "line 11: ask.ledger.replications: ", ["between 2 and"]),
        ("\n  ledger:\n    seed: -1", "line 10: ask.ledger.seed: ", ["between 0 and"]),
        ("\n  tipping:\n    vary: {host.backlash: [1, 0]}", "line 10: ask.tipping.vary: ", ["the range is empty"]),
        ("\n  sensitivity:\n    method: sobel", "line 10: ask.sensitivity.method: ", ["did you mean 'sobol'?"]),
        ("{ledger: {examples: x}}", "line 8: ask.ledger.examples: ", ["is no option"]),
        ("{ledger: 9}", "line 8: ask.ledger: ", ["9 is not allowed", "the options of the question by name"]),
        ("[ledger, 9]", "line 8: ask: ", ["kinds of question, such as"]),
        ("9", "line 8: ask: ", ["kinds of question, such as"]),
        ("[ledger, {ledger: {seed: 1}}]", "line 8: ask: ", ["ledger is asked twice"]),
        ("{odds: , winning: }", "line 8: ask.winning: ", ["winning is asked twice"]),
    ],
)
@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_a_wrong_question_is_named_with_its_place(ask: str, place: str, parts: list[str], dry: tuple[str, ...]) -> None:
    asking(ask)
    said = refused("run", "asks.yaml", *dry)
    assert f"asks.yaml, {place}" in said
    for part in parts:
        assert part in said, said
    assert not Path("results").exists()


def test_a_dry_run_says_what_is_asked_too() -> None:
    asking("[ledger, tipping]")
    assert "ledger and tipping" in minegame_command("run", "asks.yaml", "--dry-run").stdout
    assert json.loads(minegame_command("run", "asks.yaml", "--dry-run", "--json").stdout)["ask"] == [
        "ledger",
        "tipping",
    ]


def test_an_interrupted_question_goes_on_and_the_run_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    asking("{ledger: {replications: 40}}")

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as at_first:
        at_first.setattr("minegame.answers.ledger.Ledger.answer", interrupt)
        done = CliRunner().invoke(app, ["run", "asks.yaml"])
    assert done.exit_code == 130
    assert "What is finished is kept in results/asks: the same command goes on." in done.stderr
    assert json.loads(minegame_command("results", "results/asks", "--json").stdout)["answers"] == {}
    minegame_command("run", "asks.yaml")
    assert Answer.read("results/asks/ledger").kind == "ledger"


def test_the_title_and_the_question_are_told() -> None:
    Path("asks.yaml").write_text(SMALL)
    page = minegame_command("run", "asks.yaml").stdout
    assert page.startswith(
        "\nTwo deadlines\n\nDoes the deadline matter?\ntwo_bidders, seed 3; 95 % intervals in brackets\n"
    )


@pytest.mark.parametrize(
    "command",
    [
        ("odds", "two_bidders", "-n", "50"),
        ("analyse", "ledger", "two_bidders", "-n", "50"),
        ("run", "asks.yaml", "-n", "50"),
        ("sweep", "two_bidders", "--vary", "tender.months=3,6", "-n", "50"),
    ],
    ids=lambda command: command[0],
)
def test_out_threads_json_and_quiet_mean_the_same_wherever_something_is_played(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("asks.yaml").write_text(SMALL)
    monkeypatch.setattr(playing._Lines, "_EVERY", -1.0)
    page = minegame_command(*command, "--out", "kept_1")
    assert "100 % " in page.stderr
    assert "written  kept_1" in page.stdout
    assert not minegame_command(*command, "--out", "kept_2", "-q").stderr
    single = minegame_command(*command, "--out", "kept_3", "--threads", "1")
    assert single.stdout == page.stdout.replace("kept_1", "kept_3")
    one = json.loads(minegame_command(*command, "--out", "kept_1", "--json").stdout)
    other = minegame_command(*command, "--out", "kept_4", "--json", "--threads", "1")
    assert not other.stderr
    document = json.loads(other.stdout)
    assert (one["folder"], document["folder"]) == ("kept_1", "kept_4")
    assert (one["tables"], one["sentences"]) == (document["tables"], document["sentences"])
    files = [{path.relative_to(folder) for path in Path(folder).rglob("*")} for folder in ("kept_1", "kept_4")]
    assert files[0] == files[1]
