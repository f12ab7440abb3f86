"""``minegame analyse`` as a user meets it: every kind from a shell, what it writes, what it refuses."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest
from test_cli import ENVIRONMENT, minegame, refused, strict
from typer.testing import CliRunner

from minegame.answers import FORMER, Answer, kind_of, kinds
from minegame.cli import app
from minegame.options import flag_of, options_of
from minegame.scenario import Scenario

#: The options of kinds that need others than a few replications to be small.
SIZES = {
    "attribution": "-n 100 --lever access --lever finance",
    "sensitivity": "--vary host.balance_weight=0:4 --vary host.backlash=0.01:0.1:log --base 16 -n 8",
    "tipping": "--vary host.balance_weight=0:4 -n 100",
    "threshold": "--x host.balance_weight=0:4 --y patrons.us.link -n 20",
    "equilibrium": "--player us=access,finance --player china=access -n 40 --draws 10",
    "tender_rules": "--rule 'short: tender.months=8' --player us=access --player china=access -n 40 --draws 10",
    "robust": "--vary host.balance_weight=0:4 --vary patrons.us.link=0:1 --states 60 -n 16",
    "discovery": "--vary host.balance_weight=0:4 --vary patrons.us.link=0:1 --points 200 -n 16",
    "history_matching": "--vary host.balance_weight=0:4 --vectors 40 -n 16 --observed-month 7 --observed-equity 0.3",
}
SMALL = {kind: SIZES.get(kind, "-n 100") for kind in kinds()}


def test_every_kind_is_in_the_help():
    assert set(SIZES) < set(kinds())
    text = CliRunner().invoke(app, ["analyse", "--help"]).output
    places = [text.index(f" {kind} ") for kind in kinds()]
    assert places == sorted(places)


@pytest.mark.parametrize(("former", "kind"), FORMER.items())
def test_former_names_of_a_kind_still_work(former, kind):
    assert f"│ {former} " not in CliRunner().invoke(app, ["analyse", "--help"]).output
    document = json.loads(CliRunner().invoke(app, ["analyse", former, *shlex.split(SMALL[kind]), "--json"]).stdout)
    assert document["kind"] == kind
    assert document["command"].startswith(f"minegame analyse {kind} ")


def test_a_kind_may_be_written_with_a_hyphen():
    document = json.loads(CliRunner().invoke(app, ["analyse", "lever-prices", "-n", "50", "--json"]).stdout)
    assert document["kind"] == "lever_prices"


@pytest.mark.parametrize("kind", SMALL)
def test_the_help_of_a_kind_shows_all_its_options(kind):
    page = " ".join(CliRunner().invoke(app, ["analyse", kind, "--help"], env={"COLUMNS": "200"}).output.split())
    shared = ("scenario", "set", "out", "threads", "workers", "scheduler", "fresh", "json", "quiet")
    for name in (*options_of(kind_of(kind)), *shared[1:]):
        assert f" {flag_of(name)} " in page
    assert (kind_of(kind).__doc__ or "").split("\n")[0].replace("``", "") in page


QUICK = ("attribution",)  # the others run in the same process in test_answers


@pytest.mark.parametrize(
    "kind", [kind if kind in QUICK else pytest.param(kind, marks=pytest.mark.slow) for kind in SMALL]
)
def test_a_kind_from_the_shell(kind, tmp_path):
    if kind == "sensitivity":
        pytest.importorskip("SALib")
    folder = tmp_path / "answer"
    result = minegame("analyse", kind, *shlex.split(SMALL[kind]), "--out", folder)
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    found = Answer.read(folder)
    flowing = " ".join(result.stdout.split())
    assert " ".join(found.question.split()) in flowing
    assert all(" ".join(sentence.split()) in flowing for sentence in found.sentences)
    shown = [table for table in found.tables.values() if not table.raw]
    assert shown or kind == "threshold"  # which has single points alone
    assert all(" ".join(table.title.split()) in flowing for table in shown)
    assert "seed 0; 95 % intervals in brackets" in result.stdout
    assert "What this cannot say" in result.stdout
    assert f"again    {found.command}" in result.stdout
    assert str(folder) in flowing
    assert max(len(line) for line in result.stdout.splitlines() if not line.startswith(("again", "written"))) <= 100
    assert "…" not in result.stdout.replace("… and", "")  # no number is cut off
    assert len(list((folder / "pictures").glob("*.png"))) == len(found.pictures)


def test_json_is_strict_and_whole():
    result = CliRunner().invoke(app, ["analyse", "lever_prices", "-n", "50", "--json"])
    document = strict(result.stdout)
    assert document["kind"] == "lever_prices"
    assert document["asked"]["replications"] == 50
    (table,) = [table for table in document["tables"].values() if "lever" in table["rows"][0]]
    assert {row["lever"] for row in table["rows"]} >= {"tariff", "access"}
    assert all(set(row) >= {column["name"] for column in table["columns"]} for row in table["rows"])
    assert document["folder"] is None


def test_a_file_and_its_changes_are_in_the_command(tmp_path):
    file = tmp_path / "my deal.yaml"
    file.write_text(Scenario.load("two_bidders").to_yaml())
    arguments = ["analyse", "ledger", str(file), "--set", "host.balance_weight=2", "-n", "50", "--json"]
    document = strict(CliRunner().invoke(app, arguments).stdout)
    assert document["command"].startswith(f"minegame analyse ledger '{file}' --set host.balance_weight=2 ")
    again = CliRunner().invoke(app, [*shlex.split(document["command"])[1:], "--json"])
    assert json.loads(again.stdout)["sentences"] == document["sentences"]


def test_an_experiment_says_what_varies(tmp_path):
    pytest.importorskip("SALib")
    arguments = [
        "analyse",
        "sensitivity",
        "--factors",
        "wide_uncertainty",
        "--method",
        "morris",
        "--base",
        "2",
        "-n",
        "4",
    ]
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    document = strict(result.stdout)
    assert document["asked"]["factors"] == "wide_uncertainty"
    assert len(document["settings"]["vary"]) >= 20


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("attributes", "attribution"),
        ("winning no_such_scenario", "no_such_scenario"),
        ("winning --set host.balance_wait=1", "balance_weight"),
        ("winning --policy late", "name:path=value"),
        ("winning --policy 'late: tender.moths=8'", "months"),
        ("winning --policy late: --policy 'late : tender.months=8'", "'late' is given twice"),
        ("winning --reference full -n 10", "none"),
        ("attribution -n 1", "between 2"),
        ("attribution --patron usa", "'us'"),
        ("attribution --lever tarif", "'tariff'"),
        ("ledger --second cove", "cove_kaz"),
        ("sensitivity --method sobel", "'sobol'"),
        ("sensitivity --vary host.balance_weight", "low:high"),
        ("sensitivity --vary host.balance_weight=a:b", "not a range"),
        ("sensitivity --vary host.balance_weight=4:0", "empty"),
        ("sensitivity --vary host.balance_wait=0:4", "balance_weight"),
        ("sensitivity --factors wide_uncertainti", "wide_uncertainty"),
        ("sensitivity --factors who_wins --vary host.balance_weight=0:4", "one of the two"),
        ("tipping --vary tender.lots=bundled,split", "range"),
        ("threshold --x host.balance_wait", "balance_weight"),
        ("equilibrium --player us", "patron=lever"),
        ("equilibrium --player us=tarif --player china=access", "'tariff'"),
        ("tender_rules --rule 'x: tender.lots=splt' -n 10", "split"),
        ("tender_rules --rule x", "is not a rule"),
        ("equilibrium --player us=access --player us=finance", "'us' is given twice"),
        ("tipping --vary host.balance_weight=0:4 --vary host.balance_weight=0:2", "varied twice"),
        ("tipping --vary host.balance_weight=0:4:9", "low:high:log"),
        ("tipping --vary host.backlash=0:1:log", "a log scale cannot reach 0"),
        ("threshold --x host.balance_weight=", "is not a factor"),
        ("discovery --density 2", "between 0 and 1"),
        ("history_matching --observed-winner cove", "cove_kaz"),
        ("history_matching --observed-equity 30", "between 0 and 1"),
        ("history_matching --equity-error -1", "at least 0"),
        ("winning --out /dev/null/x -n 10", "/dev/null"),
    ],
)
def test_bad_input_is_refused(arguments, words):
    result = CliRunner().invoke(app, ["analyse", *shlex.split(arguments)])
    assert result.exit_code == 2, result.output
    assert words in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_bad_input_is_refused_in_a_shell_too():
    assert "did you mean" in refused("analyse", "attribution", "--patron", "usa")


def test_missing_salib_says_what_to_install(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nfound = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'SALib' else found(name, *rest)\n"
    )
    environment = {**ENVIRONMENT, "PYTHONPATH": f"{tmp_path}:{ENVIRONMENT['PYTHONPATH']}"}
    result = subprocess.run(
        [sys.executable, "-m", "minegame", "analyse", "sensitivity"],
        capture_output=True, text=True, timeout=120, env=environment,
    )  # fmt: skip
    assert result.returncode == 2, result.stdout
    assert "pip install 'minegame[analysis]'" in result.stderr
    assert "Traceback" not in result.stderr
