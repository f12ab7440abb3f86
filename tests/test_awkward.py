"""Awkward names and texts: through every command, into every file and back, and never raw onto a terminal."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import awkward
import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from minegame import experiment, results
from minegame.answers import Answer
from minegame.cli import app
from minegame.experiment_file import Experiment, Plan
from minegame.options import Place
from minegame.scenario import Dumper, Scenario, ScenarioError, unclear_names
from minegame.tables import Column, Table, csv_of, from_sheet
from minegame.text import LEVEL, visible

FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
IN_A_FOLDER = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def run(*arguments: object, fails: int = 0) -> Result:
    done = CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": "100"})
    assert done.exit_code == fails, done.output
    for stream in (done.stdout, done.stderr):
        assert visible(stream) == stream, "a control character reaches the terminal"
    return done


def written(file: Path, content: Any) -> Path:
    file.write_text(yaml.dump(content, Dumper=Dumper, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return file


def called(labels: tuple[str, ...]) -> dict[str, Any]:
    """The scenario for learning with labels of seven agents, and a title."""
    a, b, c, d, e, f, g = labels
    return {
        "extends": "two_bidders",
        "title": g,
        "host": {"label": f},
        "deposits": {"the_hill": {"label": e}},
        "patrons": {"north": {"label": c}, "south": {"label": d}},
        "bidders": {"north_mining": {"label": a}, "south_metals": {"label": b}},
        "financiers": {"north_state_bank": {"label": g}},
        "sources": {"*": {"assumption": g}},
    }


TEAMS = awkward.teams(awkward.ALLOWED, 7)


# ------------------------------------------------------------------------------------------------- through the commands


@pytest.mark.parametrize("labels", TEAMS, ids=range(len(TEAMS)))
def test_awkward_labels_and_policies_pass_every_command_and_come_back(labels, tmp_path):
    file = written(tmp_path / "deal.yaml", called(labels))
    scenario = Scenario.load(file)
    assert [bidder.label for bidder in scenario.bidders.values()] == list(labels[:2])
    run("validate", file)
    run("params", file)
    run("play", file, "--csv", tmp_path / "months.csv", "--plot", tmp_path / "months.svg")
    assert "\x1b" not in (tmp_path / "months.svg").read_text(encoding="utf-8")

    policies = {name: {"host.balance_weight": n} for n, name in enumerate(labels[:4])}
    asked = {"title": labels[4], "scenario": str(file), "policies": policies, "replications": 20, "ask": "winning"}
    folder = tmp_path / "kept"
    run("run", written(tmp_path / "asked.yaml", asked), "--out", folder)
    found = results.load(folder)
    assert (found.policies, found.manifest["title"]) == (list(policies), labels[4])
    assert list(found.summary["policy"].cat.categories) == list(policies)
    assert found.scenario == scenario
    with (folder / "winning.csv").open(newline="", encoding="utf-8") as sheet:
        rows = list(csv.DictReader(sheet))
    assert {from_sheet(row["policy"]) for row in rows} == set(policies)
    run("results", folder)
    run("report", folder)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert visible(page) == page

    odds = tmp_path / "odds"
    run("odds", file, "-n", 20, "--out", odds)
    again = Answer.read(odds)
    assert [bidder.label for bidder in again.scenario.bidders.values()] == list(labels[:2])
    told = json.loads(run("odds", file, "-n", 20, "--json").stdout)
    assert told["sentences"] == list(again.sentences)
    assert [row["policy"] for row in told["tables"]["winners"]["rows"]] == again.tables["winners"].frame[
        "policy"
    ].tolist()


@pytest.mark.parametrize("label", awkward.OUTCOMES)
@pytest.mark.parametrize("agent", ["bidders.north_mining", "patrons.south", "deposits.the_hill", "host"])
def test_no_label_is_a_word_for_how_it_ends(agent, label):
    with pytest.raises(ScenarioError, match=rf"{agent}\.label: .* is a word for how a negotiation ends"):
        Scenario.load("two_bidders").at({f"{agent}.label": label})


@pytest.mark.parametrize(("one", "other"), awkward.ALIKE)
@pytest.mark.parametrize("kind", ["bidders", "patrons", "deposits", "financiers"])
def test_two_of_a_kind_do_not_look_alike(kind, one, other, tmp_path):
    document = Scenario.load("two_bidders").document()
    first, body = next(iter(document[kind].items()))
    shares = {"portfolio_share": 0, "ideal_share": 0} if kind == "patrons" else {}
    document[kind] = {
        **document[kind],
        first: {**body, "label": one},
        "zz": {**body, **shares, "label": other, "key": 5},
    }
    with pytest.raises(ScenarioError, match=rf"{kind}\.zz\.label: .*looks like the label of '{first}'"):
        Scenario.from_document(document)
    message = run("validate", written(tmp_path / "deal.yaml", document), fails=2).stderr
    assert f"{kind}.zz.label" in message
    with pytest.raises(ScenarioError, match="looks like the label"):
        Scenario.load("two_bidders").games([{"bidders.north_mining.label": "South Metals"}])


@pytest.mark.parametrize(("one", "other"), [pair for pair in awkward.ALIKE if pair[0] != pair[1]])
def test_two_policies_do_not_look_alike_whatever_the_door(one, other, tmp_path):
    both = {one: {}, other: {"host.balance_weight": 2}}
    with pytest.raises(ScenarioError, match="looks like"):
        Plan.of(Scenario.load("two_bidders"), policies=both)
    asked = {"title": "x", "scenario": "two_bidders", "policies": both, "replications": 10}
    with pytest.raises(ScenarioError, match=r"line 5: policies.*looks like"):
        Experiment.load(written(tmp_path / "asked.yaml", asked))
    message = run(
        "odds", "two_bidders", "--policy", f"{one}:", "--policy", f"x{other}:", "--policy", f"x{one}:", fails=2
    )
    assert "looks like" in message.stderr or "is given twice" in message.stderr


@pytest.mark.parametrize("label", awkward.EMPTY)
def test_a_label_that_nobody_can_see_is_the_name(label):
    scenario = Scenario.load("two_bidders").at({"bidders.north_mining.label": label})
    assert scenario.bidders["north_mining"].label == "north_mining"
    assert list(unclear_names([label])) == [(label, "is empty: expected a name")]


@pytest.mark.parametrize("name", ["", "null", "true", "nan", "inf", "007", "2025", "1e5", "Ä", "shelved", "none"])
def test_agents_have_names_that_are_nothing_else(name, tmp_path):
    document = Scenario.load("two_bidders").document()
    document["deposits"] = {name: {"output": 1, "capex": 500}}
    message = run("validate", written(tmp_path / "deal.yaml", document), fails=2).stderr
    assert f"deposits.{name}: " in message
    assert "reserved word" in message or "is not a name" in message


# ------------------------------------------------------------------------------------------------ what is told and kept


@given(st.text())
def test_what_is_visible_acts_on_no_terminal(text):
    shown = visible(text)
    assert visible(shown) == shown
    assert not any((letter < " " and letter != "\n") or "\x7f" <= letter < "\xa0" for letter in shown)
    assert "\n" not in visible(text, lines=False)
    shown.encode()


@given(key=awkward.names(), value=awkward.names(), group=st.sampled_from(["host", "sources", "bidders", "patrons"]))
@IN_A_FOLDER
def test_what_is_wrong_with_an_awkward_name_is_told_in_lines_that_can_be_shown(key, value, group, tmp_path):
    file = written(tmp_path / "deal.yaml", {"extends": "two_bidders", group: {key: value}})
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(file)
    for line in str(caught.value).split("\n"):
        assert line.startswith(f"{file}, line ") or line.startswith("…")
        assert visible(line, lines=False) == line


@given(st.lists(awkward.names(), min_size=1, max_size=5, unique=True))
@settings(deadline=None)
def test_text_in_a_sheet_is_no_formula_and_is_read_back_unchanged(names):
    table = Table("t", [Column("policy"), Column("x", unit=LEVEL)], {"policy": names, "x": np.arange(len(names))})
    sheet = table.csv()
    cells = [row[0] for row in csv.reader(io.StringIO(sheet, newline=""))][1:]
    assert not any(cell.startswith(FORMULA) for cell in cells)
    assert Table.from_csv(io.StringIO(sheet, newline=""), table.document()).frame["policy"].tolist() == names
    assert csv_of(table.frame) == sheet


def test_numbers_below_nil_stay_numbers():
    table = Table("t", [Column("x", unit=LEVEL)], {"x": [-1.5, 2.0]})
    assert table.csv() == "x\n-1.5\n2.0\n"


def test_an_experiment_keeps_the_names_of_policies_as_they_are(tmp_path):
    names = [*awkward.NUMBERS, *awkward.BOOLEANS, *awkward.FORMULAS]
    policies = {name: {"host.balance_weight": n % 4} for n, name in enumerate(names)}
    plan = Plan.of(Scenario.load("two_bidders"), policies=policies, replications=5)
    found = experiment.run(plan, tmp_path / "kept")
    assert found.policies == names
    assert found.win_probabilities()["policy"].unique().tolist() == names


# ----------------------------------------------------------------------------------------------------------- file names

COMMAND = [sys.executable, "-c", "from minegame.cli import main; main()"]
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
needs_bytes = pytest.mark.skipif(os.name != "posix", reason="names of files are bytes on POSIX alone")


def typed(folder: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A command as a shell passes it on: in bytes."""
    given = [argument if isinstance(argument, bytes) else str(argument).encode() for argument in arguments]
    return subprocess.run([*COMMAND, *given], cwd=folder, env={**os.environ, **environment}, capture_output=True)


@needs_bytes
@pytest.mark.parametrize(
    "arguments",
    [
        ("odds", "two_bidders", "-n", "20", "--out", b"caf\xe9"),
        ("run", b"caf\xe9.yaml"),
        ("play", b"caf\xe9.yaml"),
        ("validate", b"caf\xe9.yaml"),
        ("report", b"caf\xe9"),
        ("odds", "two_bidders", "--policy", b"caf\xe9:"),
    ],
)
def test_what_is_typed_and_is_no_text_is_refused_before_anything_is_played(tmp_path, arguments):
    (tmp_path / os.fsdecode(b"caf\xe9.yaml")).write_text("extends: two_bidders\n")
    before = sorted(tmp_path.iterdir())
    done = typed(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert re.fullmatch(rb"Error: 'caf\\udce9\S*' is not UTF-8 text: rename it\n", done.stderr)
    assert sorted(tmp_path.iterdir()) == before


@needs_bytes
def test_a_chinese_name_is_played_or_refused_in_words(tmp_path):
    (tmp_path / "招标.yaml").write_text("extends: two_bidders\n", encoding="utf-8")
    done = typed(tmp_path, "odds", "招标.yaml", "-n", 20, "--out", "结果")
    assert done.returncode == 0, done.stderr
    assert Answer.read(tmp_path / "结果").scenario.name == "招标"
    done = typed(tmp_path, "odds", "招标.yaml", "-n", 20, "--out", "其他", **ASCII)
    assert done.returncode == 2
    assert done.stderr.endswith(b"is not UTF-8 text: rename it; Python reads names as ascii here: set PYTHONUTF8=1\n")
    assert not (tmp_path / "其他").exists()


@needs_bytes
def test_a_file_whose_name_is_no_text_can_be_loaded_and_kept(tmp_path):
    file = tmp_path / os.fsdecode(b"caf\xe9.yaml")
    file.write_text("extends: two_bidders\n")
    scenario = Scenario.load(file)
    assert scenario.name == r"caf\udce9"
    found = experiment.run(Plan.of(scenario, replications=5), tmp_path / "kept")
    assert found.scenario == scenario


@pytest.mark.parametrize("name", ["~", "~/runs/mine"])
def test_a_tilde_is_the_home_folder(name, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Place().read(name, "--out") == tmp_path / name[2:]
    assert Place().read("~backup", "--out") == Path("~backup")
    assert Place().read("runs/~", "--out") == Path("runs/~")
