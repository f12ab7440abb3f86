"""Verifying: what was cut, altered, swapped or made up is told, and what comes out the same again is said to."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import asked
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from minegame import answers, experiment, storage
from minegame.cli import app
from minegame.experiment_file import Plan
from minegame.results import entry, listing, load
from minegame.scenario import Scenario, ScenarioError
from minegame.verify import Verdict, difference, plan_of, verify

SAMPLES = Path(__file__).parent / "data" / "format1"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds an answer and some runs, which tests only look at or copy."""
    folder = tmp_path_factory.mktemp("made")
    answers.ask("attribution", "two_bidders", folder / "answer", replications=40, lever=["access", "finance"])
    for name, text in (("four", asked.FOUR_POLICIES), ("sure", asked.UNTIL_SURE), ("rows", asked.ROWS)):
        (folder / name).mkdir()
        changes = {} if name == "sure" else {"replications": 30}
        experiment.run(asked.plan(text, folder / name, **changes).named(name, text), folder / f"{name}-run")
        shutil.rmtree(folder / name)
    return folder


def copied(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to


def signed(folder: Path, **changes: Any) -> None:
    """Change the manifest as a forger would, who knows how it is signed."""
    manifest = storage.read_manifest(folder)
    storage.write_manifest(folder, {**manifest, **changes})


def forged(folder: Path, name: str, content: bytes) -> None:
    """Change a table, and have the manifest vouch for it."""
    (folder / name).write_bytes(content)
    manifest = storage.read_manifest(folder)
    signed(folder, files={**manifest["files"], name: storage.table_entry(folder / name)})


def command(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["verify", *map(str, arguments)])


# -------------------------------------------------------------------------------------------------------- what is whole


@pytest.mark.parametrize("name", ["answer", "four-run", "sure-run", "rows-run"])
def test_what_was_written_is_whole_and_comes_out_the_same_again(made, name):
    found = verify(made / name, again=True)
    assert found.whole
    assert found.differs == ()
    assert found.same_rules is True
    assert found.notes == ()
    assert found.version == storage.read_manifest(made / name)["versions"]["minegame"]
    assert found.said()[-1] == "played again: every number is the same"
    assert not {path.name for path in (made / name).iterdir()} & {"chunks"}


def test_it_says_what_it_holds_and_what_made_it(made, tmp_path):
    folder = copied(made / "answer", tmp_path / "a")
    signed(folder, commit="0123456789abcdef+", ended="2026-01-31T10:20:30+0000")
    assert verify(folder).said() == [
        f"{folder}: an answer to attribution, of the scenario two_bidders",
        "made by minegame 0.1.0, commit 0123456789ab with changes that were not committed, 2026-01-31 10:20",
        "the rules of the game are those of this version",
        "whole: the manifest and 10 files are as they were written",
    ]


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize("name", ["answer.json", "scenario.yaml", "tables/levers.csv", "pictures/value.png"])
def test_a_flipped_bit_a_cut_and_a_missing_file_are_told(made, tmp_path, name):
    spoilt = {
        "flipped": (flip, "is not as it was written (altered)"),
        "cut": (lambda file: file.write_bytes(file.read_bytes()[:-1]), "bytes, of "),
        "gone": (Path.unlink, "is missing"),
    }
    for how, (spoil, told) in spoilt.items():
        folder = copied(made / "answer", tmp_path / how)
        spoil(folder / name)
        (problem,) = verify(folder).problems
        assert problem.startswith(name)
        assert told in problem
        done = command(folder)
        assert done.exit_code == 1
        assert f"not whole: {problem}" in done.output


def test_two_tables_that_changed_places_are_told_by_name(made, tmp_path):
    folder = copied(made / "four-run", tmp_path / "r")
    one, other = folder / "summary.parquet", folder / "contrasts.parquet"
    first = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(first)
    assert set(verify(folder).problems) == {
        "summary.parquet is not as it was written (it holds what contrasts.parquet held)",
        "contrasts.parquet is not as it was written (it holds what summary.parquet held)",
    }


@pytest.mark.parametrize("how", ["altered", "cut", "another format", "without its mark"])
def test_a_manifest_that_was_touched_vouches_for_nothing(made, tmp_path, how):
    folder = copied(made / "answer", tmp_path / "a")
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    if how == "altered":
        manifest["asked"]["seed"] = 1
    elif how == "another format":
        manifest["format"] = 99
    elif how == "without its mark":
        del manifest["sha256"]
    file.write_text(json.dumps(manifest) if how != "cut" else file.read_text()[:-20])
    found = verify(folder, again=True)
    assert not found.whole
    assert "manifest.json" in found.problems[0]
    assert found.differs is None
    assert command(folder).exit_code == 1


def test_without_a_manifest_nothing_vouches_for_an_answer(made, tmp_path):
    folder = copied(made / "answer", tmp_path / "a")
    (folder / "manifest.json").unlink()
    assert verify(folder).problems == ("there is no manifest.json: nothing vouches for the files",)
    (folder / "answer.json").write_text("{")
    assert not verify(folder).whole


def test_what_is_not_finished_is_not_whole_and_not_played_again(made, tmp_path):
    folder = copied(made / "four-run", tmp_path / "r")
    signed(folder, state="running", files={})
    found = verify(folder, again=True)
    assert found.problems == ("it is not finished: what was asked, asked again, goes on",)
    assert found.differs is None
    assert "it was not played again, since it is not whole" in found.said()


def test_a_report_beside_the_results_does_not_spoil_them(made, tmp_path):
    folder = copied(made / "answer", tmp_path / "a")
    (folder / "report.html").write_text("<!DOCTYPE html>")
    assert verify(folder).whole


# ----------------------------------------------------------------------------------------------------- played once more


def test_a_number_that_was_made_up_and_vouched_for_is_found_by_playing_again(made, tmp_path):
    folder = copied(made / "answer", tmp_path / "a")
    table = pd.read_csv(folder / "tables" / "levers.csv", float_precision="round_trip")
    table.loc[0, "shapley"] += 0.25
    forged(folder, "tables/levers.csv", table.to_csv(index=False, lineterminator="\n").encode())
    found = verify(folder, again=True)
    assert found.whole  # as far as the folder itself can tell
    assert found.differs == ("tables/levers.csv differs in 1 of 26 values, by up to 0.25 (shapley)",)
    done = command(folder, "--again")
    assert done.exit_code == 1
    assert "played again: tables/levers.csv differs in 1 of 26 values" in done.output


def test_a_made_up_run_is_found_too(made, tmp_path):
    folder = copied(made / "four-run", tmp_path / "r")
    signed(folder, seed=6, asked={**storage.read_manifest(folder)["asked"], "seed": 6})
    told = verify(folder, again=True).differs
    assert told is not None
    assert [line.split(" ")[0] for line in told] == [
        "summary.parquet", "contrasts.parquet", "winning.csv", "contrasts.csv", "terms.csv",
    ]  # fmt: skip
    assert all("differs in" in line and "by up to" in line for line in told)


def test_sentences_are_compared_too(made, tmp_path):
    folder = copied(made / "answer", tmp_path / "a")
    head = json.loads((folder / "answer.json").read_text())
    head["sentences"][0] = "Nothing matters."
    forged(folder, "answer.json", json.dumps(head).encode())
    assert verify(folder, again=True).differs == ("the sentences are others",)


def test_tables_that_came_and_went_are_told(made, tmp_path):
    folder = copied(made / "answer", tmp_path / "a")
    (folder / "tables" / "pairs.csv").rename(folder / "tables" / "couples.csv")
    files = {name.replace("pairs", "couples"): entry for name, entry in storage.read_manifest(folder)["files"].items()}
    signed(folder, files=files)
    assert verify(folder, again=True).differs == (
        "tables/couples.csv is no longer among the tables",
        "tables/pairs.csv came beside the tables that there were",
    )


def test_results_of_other_rules_and_libraries_say_so_and_numbers_are_compared(made, tmp_path):
    """The bytes of a file may follow from a library; its numbers must not."""
    folder = copied(made / "answer", tmp_path / "a")
    fingerprint = storage.read_manifest(folder)["fingerprint"]
    libraries = {**fingerprint["libraries"], "numpy": "1.0"}
    signed(folder, fingerprint={**fingerprint, "rules": "of old", "libraries": libraries})
    text = (folder / "tables" / "levers.csv").read_text()
    forged(folder, "tables/levers.csv", text.replace("\n", "\r\n").encode())
    found = verify(folder, again=True)
    assert found.same_rules is False
    assert found.differs == ()
    assert "the rules of the game have changed since it was made" in found.said()
    assert f"made with numpy 1.0, here {np.__version__}: the last digits may differ" in found.notes
    assert "tables/levers.csv has the same numbers, written in other bytes" in found.notes


@pytest.mark.parametrize("luck", ["own", "common"])
def test_a_plan_that_was_made_in_python_is_played_again_from_its_tables(tmp_path, luck):
    scenario = Scenario.load("two_bidders")
    design = pd.DataFrame({"host.balance_weight": [0.1 + 0.2, 2.0], "tender.months": [8, 12]})
    policies = {"none": {}, "late": {"patrons.north.levers.*.onset": 5}}
    plan = Plan.of(scenario, design, policies, replications=20, seed=3, luck=luck)
    found = experiment.run(plan, tmp_path / "r")
    again = plan_of(found)
    assert again.fingerprint() == plan.fingerprint()
    assert verify(tmp_path / "r", again=True).differs == ()


def test_worlds_of_before_luck_could_be_chosen_are_played_again_on_common_luck(tmp_path):
    """The manifest says nothing of luck, and neither does what was asked."""
    text = "title: T\nscenario: two_bidders\nfactors: {host.balance_weight: {low: 0, high: 4}}\nreplications: 30\n"
    plan = asked.plan(text + "design: {kind: random, points: 3}\n", tmp_path)
    assert plan.luck == "own"
    folder = tmp_path / "r"
    experiment.run(replace(plan, luck="common"), folder)
    manifest = storage.read_manifest(folder)
    del manifest["luck"]
    storage.write_manifest(folder, manifest)
    assert load(folder).luck == plan_of(load(folder)).luck == "common"
    assert verify(folder, again=True).differs == ()


@pytest.mark.parametrize("name", ["four-run", "sure-run", "rows-run"])
def test_a_plan_follows_from_what_its_folder_keeps(made, name):
    found = load(made / name)
    assert experiment.work_of(plan_of(found)).marks() == found.manifest["fingerprint"]


def test_what_differs_is_said_in_words():
    one = pd.DataFrame({"who": ["a", None], "x": [1.0, np.nan], "y": [np.inf, 2.0]})
    assert difference(one, one.copy()) == ""
    assert difference(one, one.assign(who=["b", None])) == "differs in 1 of 6 values"
    assert difference(one, one.assign(x=[1.0, 3.0], y=[np.inf, 1.5])) == "differs in 2 of 6 values, by up to 0.5 (y)"
    assert difference(one, one.head(1)) == "has 1 rows, and had 2"
    assert difference(one, one[["who"]]) == "has other columns: who, and had who, x and y"


# ---------------------------------------------------------------------------------------- folders of the version before


def test_a_run_of_the_version_before_is_checked_and_played_again(made, tmp_path):
    """Its manifest, of format 2, called its files tables and knew no kinds."""
    folder = copied(made / "four-run", tmp_path / "r")
    manifest = storage.read_manifest(folder)
    body = {name: value for name, value in manifest.items() if name not in ("kind", "files", "commit")}
    fingerprint = {name: value for name, value in manifest["fingerprint"].items() if name != "kind"}
    storage.write_manifest(folder, {**body, "format": 2, "tables": manifest["files"], "fingerprint": fingerprint})
    found = verify(folder, again=True)
    assert found.whole
    assert found.differs == ()
    assert found.what == "the run four, of the scenario kazakhstan_tungsten"
    flip(folder / "summary.parquet")
    assert verify(folder).problems == ("summary.parquet is not as it was written (altered)",)


def test_an_answer_of_the_version_before_says_what_can_be_checked(tmp_path):
    folder = copied(SAMPLES / "prices", tmp_path / "p")
    found = verify(folder)
    assert (found.whole, found.kind, found.same_rules) == (True, "lever_prices", None)
    assert any("kept no checksums" in line for line in found.said())
    done = command(folder, "--again")
    assert done.exit_code == 2  # there is nothing to compare
    assert "make it anew with minegame analyse prices two_bidders --step 0.25" in done.output
    picture = next((folder / "pictures").iterdir())
    picture.write_bytes(picture.read_bytes()[:-5])
    assert "no whole PNG file" in verify(folder).problems[0]


def test_odds_of_the_version_before_are_told_to_be_made_again(tmp_path):
    (tmp_path / "odds.json").write_text("{}")
    with pytest.raises(ScenarioError, match="make it again with minegame odds … --out"):
        verify(tmp_path)


# ---------------------------------------------------------------------------------------------------------- the command


def test_the_command_says_it_of_every_folder_and_for_programs(made, tmp_path):
    root = tmp_path / "root"
    copied(made / "answer", root / "answer")
    copied(made / "answer", root / "four" / "attribution")
    for path in (made / "four-run").iterdir():
        shutil.copy(path, root / "four")
    done = command(root)
    assert done.exit_code == 0, done.output
    assert done.output.count("whole: the manifest and") == 3
    flip(root / "four" / "attribution" / "answer.json")
    done = command(root, "--json")
    assert done.exit_code == 1
    found = json.loads(done.output)
    assert [(one["kind"], one["whole"]) for one in found] == [
        ("attribution", True), ("experiment", True), ("attribution", False),
    ]  # fmt: skip
    assert set(found[0]) == {*Verdict.__dataclass_fields__, "whole"}
    assert found[2]["problems"] == ["answer.json is not as it was written (altered)"]


def test_what_holds_no_results_is_bad_input(tmp_path):
    (tmp_path / "file").write_text("")
    for where, why in ((tmp_path, "holds no results"), (tmp_path / "file", "is a file"), (tmp_path / "x", "no such")):
        done = command(where)
        assert done.exit_code == 2
        assert why in done.output


def test_a_kind_that_this_version_does_not_know_is_checked_but_cannot_be_played(made, tmp_path):
    folder = copied(made / "answer", tmp_path / "a")
    signed(folder, kind="astrology")
    assert verify(folder).whole
    assert command(folder, "--again").exit_code == 2


# ----------------------------------------------------------------------------------------------------- lists of results


def test_a_list_of_results_has_answers_and_runs_of_whatever_kind(made):
    found = {path.name: entry(path, manifest) for path, manifest in listing(made)}
    assert set(found) == {"answer", "four-run", "sure-run", "rows-run"}
    told, run = found["answer"], found["four-run"]
    assert (told["kind"], told["title"]) == ("attribution", "Which of The North's levers won it for North Mining?")
    assert (told["groups"], told["policies"], told["negotiations"]) == (None, None, 4 * 40)
    assert (run["kind"], run["title"], run["groups"]) == ("experiment", "Four policies at six points", 6)
    assert {one["state"] for one in found.values()} == {"complete"}


def test_an_answer_is_not_loaded_as_a_run(made):
    with pytest.raises(ScenarioError, match="holds the answer to a question"):
        load(made / "answer")
    assert answers.read(made / "answer").kind == "attribution"
