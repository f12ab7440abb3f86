"""The command line as a user meets it: what it prints, what it refuses and how."""

import csv
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from minegame.cli.app import _say_once, app, write_whole
from minegame.options import BASELINE
from minegame.scenario import Scenario, shipped_scenarios

SOURCE = Path(__file__).parents[1] / "src"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR")},
    "PYTHONPATH": os.pathsep.join(filter(None, [str(SOURCE), os.environ.get("PYTHONPATH")])),
    "PYTHONIOENCODING": "utf-8",
}


def minegame(*arguments: object, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "minegame", *map(str, arguments)],
        capture_output=True, text=True, encoding="utf-8", timeout=120, env=ENVIRONMENT, **options,
    )  # fmt: skip


def refused(*arguments: object, **options) -> str:
    """The message with which the command line refuses; its form is the same for every bad input."""
    result = minegame(*arguments, **options)
    assert result.returncode == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    assert result.stdout == ""
    return result.stderr


def strict(text: str):
    def no(constant):
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=no)


@pytest.fixture
def scenario_file(tmp_path):
    """Writes a scenario file: the teaching scenario with some values replaced (None removes one)."""

    def write(name: str = "deal.yaml", **changes) -> Path:
        document = Scenario.load("two_bidders").document()
        for path, value in changes.items():
            group, parts = document, path.split("__")
            for part in parts[:-1]:
                group = group[part]
            group[parts[-1]] = value
            if value is None:
                del group[parts[-1]]
        file = tmp_path / name
        file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        return file

    return write


# ------------------------------------------------------------------------------------------------------------ commands


@pytest.mark.parametrize("command", ["odds", "play"])
def test_a_change_that_spaces_have_torn_apart_is_told_whole(command):
    said = refused(command, "two_bidders", "--set", "host.balance_weight", "=", "1")
    assert said == ("Error: 'host.balance_weight = 1' is three words: write it without spaces, host.balance_weight=1\n")


def test_help_and_version():
    result = minegame("--help")
    assert result.returncode == 0
    assert all(command in result.stdout for command in ("play", "params", "validate", "schema"))
    assert minegame("--version").stdout.startswith("minegame ")


@pytest.mark.parametrize(
    ("arguments", "not_needed"),
    [
        (["--help"], {"numba", "numpy", "mesa", "pydantic", "pandas", "yaml", "matplotlib"}),
        (["params", "two_bidders"], {"numba", "mesa", "pandas", "scipy.special", "matplotlib"}),
        (["odds", "two_bidders", "-n", "20"], {"numba", "mesa", "scipy.optimize", "matplotlib"}),
        (["play", "two_bidders"], {"numba", "matplotlib"}),
    ],
    ids=lambda part: part[0] if isinstance(part, list) else "",
)
def test_a_command_imports_nothing_heavy_that_it_does_not_need(arguments, not_needed):
    code = (
        "import sys, minegame.cli as c\n"
        f"try: c.app({arguments})\nexcept SystemExit as end: assert not end.code\n"
        f"heavy = {not_needed} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert result.returncode == 0, result.stderr


def test_play_tells_the_golden_story():
    golden = Path(__file__).parent / "playthroughs" / "two_bidders.txt"
    command, story = golden.read_text(encoding="utf-8").split("\n\n", 1)
    result = minegame(*command.split()[2:])
    assert (result.returncode, result.stdout) == (0, story)
    assert result.stderr == "" or result.stderr.startswith("Compiling the game")


def test_play_as_json_and_csv(tmp_path):
    file = tmp_path / "months.csv"
    file.write_text("old", encoding="utf-8")
    result = minegame("play", "two_bidders", "--seed", 3, "--replication", 5, "--json", "--csv", file)
    assert result.returncode == 0, result.stderr
    told = strict(result.stdout)
    assert (told["scenario"], told["seed"], told["replication"]) == ("two_bidders", 3, 5)
    assert {"events", "ledger", "terms", "aftermath", "summary"} <= set(told)
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    assert [row["month"] for row in rows] == [str(row["month"]) for row in told["months_table"]]
    assert float(rows[0]["price"]) == told["months_table"][0]["price"]
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("PDF", b"%PDF")])
def test_play_draws_its_timeline(tmp_path, ending, start):
    file = tmp_path / f"timeline.{ending}"
    result = minegame("play", "two_bidders", "--seed", 3, "--plot", file)
    assert (result.returncode, result.stderr) == (0, "")
    assert file.read_bytes().startswith(start)
    assert list(tmp_path.iterdir()) == [file]


def test_a_picture_that_cannot_be_drawn(tmp_path):
    for name in ("timeline.jpg", "timeline"):
        assert "ends in .png, .svg or .pdf" in refused("play", "two_bidders", "--plot", tmp_path / name)
    assert "there is no folder" in refused("play", "two_bidders", "--plot", tmp_path / "none" / "timeline.png")
    assert list(tmp_path.iterdir()) == []


def test_set_changes_the_scenario():
    result = minegame("play", "two_bidders", "--set", "tender.months=1", "--set", "tender.start=2031-12", "--json")
    told = strict(result.stdout)
    assert told["months"] == 1
    assert told["start"] == "2031-12"
    assert told["changes"] == ["tender.months=1", "tender.start=2031-12"]


def test_largest_seed_and_replication():
    result = minegame("play", "two_bidders", "--seed", 2**63 - 1, "--replication", 2**44 - 1, "--json")
    assert strict(result.stdout)["seed"] == 2**63 - 1


def test_params_lists_every_path():
    listed = strict(minegame("params", "--json").stdout)
    assert [p["path"] for p in listed] == [p.path for p in Scenario.load(BASELINE).parameters()]
    assert all({"value", "unit", "low", "high", "choices", "description", "source"} <= set(p) for p in listed)


def test_params_filter():
    text = minegame("params", BASELINE, "us.exposed_share").stdout
    head, meaning, source = text.splitlines()[:3]
    assert head.split() == [
        "patrons.us.exposed_share", "0.15", "share", "allowed:", "0", "…", "1",
        "supported:", "0.02", "…", "0.4",
    ]  # fmt: skip
    assert meaning.startswith("    ")
    assert source.startswith("    Source")
    paths = {p["path"] for p in strict(minegame("params", BASELINE, "patrons.*.link", "--json").stdout)}
    assert paths == {"patrons.us.link", "patrons.china.link"}
    changed = strict(minegame("params", BASELINE, "tender.lots", "--set", "tender.lots=split", "--json").stdout)
    assert changed[0]["value"] == "split"


def test_validate_checks_all_files(scenario_file, tmp_path):
    good, bad = scenario_file(), scenario_file("bad.yaml", tender__months=0)
    result = minegame("validate", bad, good, tmp_path / "none.yaml")
    assert result.returncode == 2
    assert f"{good}: OK" in result.stdout
    assert f"{bad}: not valid" in result.stderr
    assert "none.yaml" in result.stderr
    reports = strict(minegame("validate", bad, good, "--json").stdout)
    assert [report["ok"] for report in reports] == [False, True]
    assert reports[0]["problems"][0]["path"] == "tender.months"


def test_what_may_not_be_meant_is_said_on_standard_error(scenario_file):
    file = scenario_file(market__mean_reversion=0.02)
    result = minegame("validate", file)
    assert result.returncode == 0
    assert f"{file}: OK" in result.stdout
    warning = "deal: warning: market.mean_reversion: 0.02 is so slow that nearly all of the volatility stays in"
    assert result.stderr.startswith(warning)
    assert strict(minegame("validate", file, "--json").stdout)[0]["warnings"] == [result.stderr.strip()[15:]]
    told = minegame("play", BASELINE, "--set", "market.mean_reversion=0.02").stderr
    assert told.count("kazakhstan_tungsten: warning: market.mean_reversion") == 1


def outside(*arguments: object) -> list[str]:
    """The numbers that a command says lie outside the range that their source supports."""
    _say_once.cache_clear()  # each is a command of its own
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.stderr
    lines = [line for line in result.stderr.splitlines() if "the range that its source supports" in line]
    return [line.removeprefix("kazakhstan_tungsten: warning: ").split(" the range")[0] for line in lines]


def test_every_command_says_what_lies_outside_the_range_that_its_source_supports(tmp_path):
    high, price = "host.balance_weight=5", "market.long_run_price"
    weight = "host.balance_weight: 5 lies outside 0 to 4,"
    assert outside("params", BASELINE, "balance", "--set", high) == [weight]
    assert outside("play", BASELINE, "--set", high) == [weight]
    odds = ("odds", BASELINE, "--set", high, "--set-against", "tender.months=30", "-n", 20)
    assert outside(*odds) == [weight, "tender.months: 30 lies outside 8 to 24,"]
    late = ("odds", BASELINE, "--policy", "late:tender.months=30,host.balance_weight=2", "-n", 20, "--json")
    assert outside(*late) == ["tender.months: 30 lies outside 8 to 24,"]
    threshold = ("--x", f"{price}=300:600", "--y", "patrons.us.link=0:1", "-n", 4)
    assert outside("analyse", "threshold", BASELINE, *threshold) == [f"{price}: 300 lies outside 430 to 650,"]
    swept = ("sweep", BASELINE, "--vary", f"{price}=400,500,700", "-n", 20, "--out", tmp_path / "sweep")
    assert outside(*swept) == [f"{price}: 400, 700 lie outside 430 to 650,"]
    assert outside("run", "long_run_price", "--dry-run")[0].startswith(f"{price}: 250, 300, 350, 400, 700")
    told = minegame("results", tmp_path / "sweep").stdout
    assert f"{price}: 400, 700 lie outside 430 to 650" in told
    assert outside("odds", BASELINE, "--set", "host.balance_weight=4", "-n", 20) == []


def test_validate_names_the_numbers_without_a_source(tmp_path):
    file = tmp_path / "mine.yaml"
    changed = {name: 0.5 for name in Scenario.load(BASELINE).host.model_dump() if name not in ("label", "equity_min")}
    file.write_text(f"extends: {BASELINE}\nhost: {json.dumps(changed | {'value_scale': 900})}")
    head, *listed = minegame("validate", file).stdout.splitlines()
    assert head.endswith("numbers without a source: 13)")
    assert listed[0] == "  host.value_scale"
    assert len(listed) == 11
    assert listed[-1] == "  … and 3 more"


def test_shipped_scenarios_are_valid():
    result = minegame("validate", *shipped_scenarios())
    assert result.returncode == 0
    assert len(result.stdout.splitlines()) == len(shipped_scenarios())


def test_schema_is_json():
    schema = strict(minegame("schema").stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")


# ----------------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tender__monhts": 3}, ("deal.yaml", "tender.monhts", "unknown", "'months'")),
        ({"host__backlash": "high"}, ("deal.yaml", "host.backlash", "'high' is not allowed", "a number between")),
        ({"host__equity_min": 25}, ("deal.yaml", "host.equity_min", "25 is not allowed", "between 0 and 1", "0.25")),
        (
            {"bidders__north_mining__patron": "nroth"},
            ("bidders.north_mining.patron", "'nroth'", "did you mean 'north'"),
        ),
        ({"bidders__north_mining__key": 7, "bidders__south_metals__key": 7}, ("'north_mining' and 'south_metals'",)),
        ({"bidders": {}, "financiers": {}}, ("bidders", "there is no bidder", "1 to 8")),
        ({"tender__months": 0}, ("tender.months", "0 is not allowed", "between 1 and 240")),
        ({"host__backlash": float("nan")}, ("host.backlash", "nan is not allowed")),
        ({"host__backlash": float("inf")}, ("host.backlash", "inf is not allowed")),
        ({"market": None}, ("market", "is missing")),
    ],
)
def test_bad_values_in_a_file(scenario_file, changes, words):
    message = refused("play", scenario_file(**changes))
    assert all(word in message for word in words), message


def test_nine_patrons(scenario_file):
    patrons = Scenario.load("two_bidders").document()["patrons"]
    extra = {
        f"patron_{n}": {**patrons["north"], "key": n, "portfolio_share": 0.0, "ideal_share": 0.0} for n in range(7)
    }
    message = refused("play", scenario_file(patrons={**patrons, **extra}))
    assert "9 patrons are too many: expected at most 8" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ("the file is empty",)),
        ("title: [1, 2", ("not valid YAML", "line ")),
        ("title: !!python/object/apply:os.system ['true']", ("python/object", "not allowed")),
        ("extends: deal.yaml\ntitle: itself", ("loop", "extends")),
        ("extends: two_bidder", ("did you mean 'two_bidders'",)),
        ("[1, 2]", ("a list stands at the top",)),
    ],
)
def test_bad_files(tmp_path, text, words):
    file = tmp_path / "deal.yaml"
    file.write_text(text, encoding="utf-8")
    message = refused("play", file)
    assert all(word in message for word in ("deal.yaml", *words)), message


def test_a_file_that_is_none(tmp_path):
    assert "is a folder" in refused("play", tmp_path)
    missing = refused("play", "kazakhstan_tungstn")
    assert "there is no such file" in missing
    assert "did you mean 'kazakhstan_tungsten'" in missing


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("patrons.us.exposd_share=0.1", ("'exposd_share' is unknown", "did you mean 'patrons.us.exposed_share'")),
        ("patrons.uk.link=0.1", ("'uk' is unknown", "us, china")),
        ("patrons.us=1", ("is a group of values",)),
        ("patrons.us.link=much", ("patrons.us.link", "'much' is not allowed", "between 0 and 1")),
        ("patrons.us.link=25", ("25 is not allowed", "did you mean 0.25")),
        ("patrons.us.link=nan", ("patrons.us.link", "not allowed")),
        ("patrons.us.link=1e999", ("patrons.us.link", "not allowed")),
        ("tender.lots=bundeld", ("expected one of bundled, split", "did you mean 'bundled'")),
        ("patrons.us.levers.tarif.intensity=1", ("'tarif' is unknown", "tariff")),
        ("tender.months", ("expected path=value",)),
    ],
)
def test_bad_changes(change, words):
    message = refused("play", "--set", change)
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--seed", "-1"), ("--seed", "-1 is not allowed", "between 0 and 9223372036854775807")),
        (("--seed", 2**63), ("--seed", "between 0 and 9223372036854775807")),
        (("--seed", "x"), ("--seed", "'x' is not allowed: expected a whole number between 0 and 9223372036854775807")),
        (("--seed", "1_000_000"), ("--seed", "'1_000_000' is not allowed", "did you mean 1000000?")),
        (("--seed", "-1e6"), ("--seed", "-1000000 is not allowed: expected a whole number between 0 and 9", "7\n")),
        (("--replication", "1,000"), ("--replication", "between 0 and 17592186044415; did you mean 1000?")),
        (("--replication", ""), ("--replication", "'' is not allowed: expected a whole number")),
        (("--replication", "-5"), ("--replication", "-5 is not allowed")),
        (("--replication", 2**44), ("--replication", "between 0 and 17592186044415")),
        (("--sed", "1"), ("--sed",)),
        (("two_bidders", "another"), ("another",)),
    ],
)
def test_bad_options(options, words):
    message = refused("play", *options)
    assert all(word in message for word in words), message


def test_unknown_command():
    assert "'plya'" in refused("plya")


def test_params_without_a_match():
    message = refused("params", BASELINE, "exposd_share")
    assert "'exposd_share'" in message
    assert "exposed_share" in message


def test_a_filter_in_place_of_a_scenario():
    assert f"minegame params {BASELINE} tariff" in refused("params", "tariff")
    assert f"minegame params {BASELINE} 'patrons.*.link'" in refused("params", "patrons.*.link")
    assert "did you mean 'kazakhstan_tungsten'" in refused("params", "kazakhstan_tungstn")


def test_commands_without_their_arguments_show_the_help():
    for arguments in ((), ("analyse",)):
        result = minegame(*arguments)
        assert (result.returncode, result.stderr) == (2, "")
        assert "Commands" in result.stdout


def test_csv_that_cannot_be_written(tmp_path):
    assert "is a folder" in refused("play", "two_bidders", "--csv", tmp_path)
    missing = refused("play", "two_bidders", "--csv", tmp_path / "none" / "months.csv")
    assert f"months.csv: there is no folder {tmp_path / 'none'}" in missing
    assert "an empty name: expected the name of a file" in refused("play", "two_bidders", "--csv", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", ["schema", "--help", "--version", "play --help"])
def test_a_full_disk_is_a_message(arguments):
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "minegame", *arguments.split()],
            stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, check=False,
        )  # fmt: skip
    assert (result.returncode, result.stderr) == (2, "Error: cannot be printed: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_of_the_file():
    assert "/dev/full: No space left" in refused("play", "two_bidders", "--csv", "/dev/full")


@pytest.mark.skipif(os.name == "nt", reason="a shell that closes descriptors")
def test_a_closed_output_is_a_message():
    command = f"{shlex.quote(sys.executable)} -m minegame play two_bidders >&-"
    result = subprocess.run(command, shell=True, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, check=False)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "standard output is closed" in result.stderr


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "months.csv"
    write_whole(file, "old\n")

    def fails(self, target):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(PermissionError, match=r"months\.csv"):
        write_whole(file, "new\n")
    assert file.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [file]


MONTHS = ["play", "two_bidders", "--csv", "/dev/stdout"]


@pytest.mark.skipif(os.name == "nt", reason="pipes")
def test_standard_output_as_a_file_is_written_to(tmp_path):
    piped = minegame(*MONTHS)
    assert piped.returncode == 0, piped.stderr
    assert piped.stdout.startswith("month,")
    assert piped.stdout.endswith(minegame("play", "two_bidders").stdout)
    file = tmp_path / "all.txt"
    with file.open("w") as sheet:
        command = [sys.executable, "-m", "minegame", *MONTHS]
        subprocess.run(command, stdout=sheet, env=ENVIRONMENT, check=True)
    assert file.read_text(encoding="utf-8") == piped.stdout
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(os.name == "nt", reason="pipes")
def test_a_named_pipe_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        write_whole(pipe, "told\n")
        assert reader.communicate()[0] == b"told\n"
    assert pipe.is_fifo()


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    write_whole(tmp_path / "link.csv", "new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"


@pytest.mark.parametrize("command", ["play two_bidders", "odds two_bidders", "run who_wins"])
def test_a_setting_that_the_compiler_refuses_is_an_error_in_a_line(command, tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "minegame", *command.split()], capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**ENVIRONMENT, "NUMBA_NUM_THREADS": "0", "MINEGAME_CACHE_DIR": str(tmp_path)},
    )  # fmt: skip
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: the compiler does not start: Number of threads")
    assert result.stderr.count("\n") == 1


# ------------------------------------------------------------------------------------------------------- interruptions


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_is_one_line_and_130():
    code = (
        "import os, signal, minegame.cli as c, minegame.cli.playing as p\n"
        "p.Chosen.load = lambda *_: os.kill(os.getpid(), signal.SIGINT)\n"
        "c.app(['params'])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (130, "Interrupted.\n")


def test_ctrl_c_while_the_program_is_imported_is_one_line_and_130():
    code = (
        "import sys\n"
        "class Interrupts:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "from minegame.__main__ import main\nmain()\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert (result.returncode, result.stderr) == (130, "Interrupted.\n")


@pytest.mark.skipif(os.name == "nt", reason="pipes")
@pytest.mark.parametrize("arguments", ["params", "params --json", "schema"])
def test_a_reader_that_leaves_is_no_error(arguments):
    with subprocess.Popen(
        [sys.executable, "-m", "minegame", *arguments.split()],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in (0, 1)


def test_a_bug_keeps_its_traceback(monkeypatch):
    def broken(*_):
        raise ValueError("a bug")

    monkeypatch.setattr("minegame.cli.playing.Chosen.load", broken)
    with pytest.raises(ValueError, match="a bug"):
        app(["params"])


def test_plain_output_off_a_terminal():
    result = minegame("params", BASELINE, "tender")
    assert "\x1b" not in result.stdout
    assert max(len(line) for line in result.stdout.splitlines() if "http" not in line) <= 100


def test_an_old_encoding_gets_question_marks():
    result = subprocess.run(
        [sys.executable, "-m", "minegame", "params", BASELINE, "tender.months"],
        capture_output=True, env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"}, check=False,
    )  # fmt: skip
    assert result.returncode == 0
    assert b"1 ? 240" in result.stdout


def documented_commands() -> list[str]:
    page = Path(__file__).parents[1] / "docs" / "commands.md"
    lines = [line[2:] for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("$ ")]
    return [line.partition(" > ")[0] for line in lines if line.split()[1] in ("play", "params", "validate", "schema")]


@pytest.mark.parametrize("command", documented_commands())
def test_documented_commands_run(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output
    assert result.output
