"""The command odds: the kind ``winning``, asked of the scenario as it is, from the user's point of view."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from typer.testing import CliRunner, Result

from minegame.answers import Answer
from minegame.cli import app
from minegame.runner import Runner


def odds(*arguments: str, width: int = 100, fails: int = 0) -> Result:
    done = CliRunner().invoke(app, ["odds", *arguments], env={"COLUMNS": str(width)})
    assert done.exit_code == fails, done.output
    return done


def refused(*arguments: str) -> str:
    said = odds(*arguments, fails=2).stderr
    assert said.startswith("Error: ")
    assert said.count("\n") == 1
    return said


def document(*arguments: str) -> dict:
    return json.loads(odds(*arguments, "--json").stdout)


def parts_of(page: str, title: str) -> list[str]:
    """The parts of a table as printed."""
    under = page.split(f"\n{title}\n")[1].split("\n\n")[0]
    lines = under.splitlines()
    rules = [n for n, line in enumerate(lines) if line and set(line) == {"─"}]
    starts = [0]
    for rule in rules[1:]:
        start = rule
        while lines[start - 1].startswith(" ") or lines[start - 1].split()[0] == lines[rules[0] - 1].split()[0]:
            start -= 1
        starts.append(start)
    return ["\n".join(lines[a:b]) for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]


def test_the_json_is_the_document_of_the_answer():
    told = document("two_bidders", "-n", "50", "--set-against", "tender.months=3")
    assert (told["kind"], told["scenario"], told["folder"]) == ("winning", "two_bidders", None)
    assert told["asked"]["replications"] == 50
    assert {"seed", "confidence", "replications"} <= set(told["settings"])
    assert set(told["tables"]) == {"winners", "contrasts", "host", "money", "terms"}
    (first, second) = told["tables"]["winners"]["rows"]
    for name in ("wins_north_mining", "wins_south_metals", "shelved", "built_north_mining", "built_south_metals"):
        assert {name, f"{name}_low", f"{name}_high"} <= set(first)
        assert first[f"{name}_low"] <= first[name] <= first[f"{name}_high"]
    assert first["wins_north_mining"] + first["wins_south_metals"] + first["shelved"] == pytest.approx(1)
    assert (first["policy"], second["policy"]) == ("as it is", "tender.months=3")
    (change,) = told["tables"]["contrasts"]["rows"]
    assert change["wins_north_mining"] == pytest.approx(first["wins_north_mining"] - second["wins_north_mining"])
    terms = {"state_equity", "bonus", "offtake", "processing", "coverage", "completion", "month"}
    assert terms <= set(told["tables"]["terms"]["rows"][0])
    assert {"value", "money"} <= set(told["tables"]["host"]["rows"][0])


def test_the_help_says_what_odds_do_by_default_and_can_draw():
    said = " ".join(re.sub("[│\\s]+", " ", odds("--help").stdout).split())
    assert "default: the scenario as it is, alone" in said
    assert "the odds of campaigns only" in said


def test_the_command_that_it_names_makes_it_again():
    told = document("two_bidders", "-n", "50", "--set", "tender.months=4")
    again = CliRunner().invoke(app, [*shlex.split(told["command"])[1:], "--json"])
    assert json.loads(again.stdout) == told


def test_it_asks_10_000_negotiations_of_the_scenario_as_it_is():
    told = document("two_bidders")
    assert told["asked"]["replications"] == 10_000
    assert [row["policy"] for row in told["tables"]["winners"]["rows"]] == ["as it is"]


@pytest.fixture(scope="module")
def two_scenarios(tmp_path_factory):
    """A comparison of two scenarios that is kept: its arguments, and the answer."""
    folder = tmp_path_factory.mktemp("kept") / "two"
    compared = ("kazakhstan_split_lots", "--against", "kazakhstan_tungsten", "-n", "200", "--out", str(folder))
    odds(*compared)
    return compared, Answer.read(folder)


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_the_tables_are_whole_at_any_width(width, two_scenarios):
    compared, kept = two_scenarios
    page = odds(*compared, width=width).stdout
    assert "…" not in page
    assert max(len(line) for line in page.splitlines() if not line.startswith(("again ", "written "))) <= width
    said = " ".join(page.split())
    assert "95 % intervals" in said
    assert "Cove Kaz Capital wins at least one lot in" in said
    assert set(kept.tables) == {"winners", "contrasts", "host", "money", "terms", "lots"}
    for table in kept.tables.values():
        assert table.title in said
        for column, *cells in zip(table.columns, *table.cells(), strict=True):
            if column.unit.is_number:
                assert {cell for cell in cells if cell not in page} == set()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
def test_every_part_of_a_table_tells_its_rows_apart(width):
    """Terms have a row for every winner under every policy: both stand in each part, however narrow the page."""
    page = odds("-n", "200", "--set-against", "patrons.us.levers.*.intensity=0", width=width).stdout
    parts = parts_of(page, "Terms given the winner")
    assert len(parts) > 1 or width > 100
    for part in parts:
        said = "".join(part.split())
        assert (said.count("asitis"), said.count("Capital")) == (2, 2), part
        assert len(re.findall(r"bidder", said)) == 2, part


def test_terms_have_intervals_and_the_month_its_name():
    page = odds("-n", "300").stdout
    cell = r"\d+\.\d \[\d+\.\d, \d+\.\d\]"
    (dated,) = [part for part in parts_of(page, "Terms given the winner") if "in the calendar" in part]
    assert "award, from 0" in dated, "months count from 0, the first of the tender"
    assert re.search(rf"Cove Kaz Capital .*{cell} +[A-Z][a-z]+ 20\d\d", dated)
    assert re.search(r"in month \d+ \([A-Z][a-z]+ 20\d\d\): \d+\.\d % of its awards", " ".join(page.split()))
    assert re.search(r"offtake, %", page)
    assert re.search(r"70\.0 \[6\d\.\d, 7\d\.\d\]", page)


def test_contrasts_have_their_units_and_signs():
    page = odds("-n", "300", "--set-against", "patrons.us.levers.*.intensity=0").stdout
    said = " ".join(page.split())
    assert re.search(r"the difference is \+\d+\.\d points \[\+\d+\.\d, \+\d+\.\d\] on the same luck", said)
    assert re.search(r"and [+−]\d+\.\d M\$ \[[+−]\d+\.\d, [+−]\d+\.\d\] for the host", said)
    told = "\n".join(parts_of(page, "Differences from 'patrons.us.levers.*.intensity=0', on the same luck"))
    assert re.search(r"as it is +\+\d+\.\d \[\+\d+\.\d, \+\d+\.\d\] +−\d+\.\d \[−\d+\.\d, −\d+\.\d\]", told)
    heads = " ".join(told.split())
    assert heads.count("points") >= 5
    assert heads.count("M$") == 2
    assert not re.search(r"[+−-]0\.0\b", page), "nil has no sign"
    assert not re.search(r"(?<![a-z])-\d", page.replace("as-it", "")), "a minus is no hyphen"
    assert "%]" not in page


def test_scenarios_without_a_common_bidder_cannot_be_compared():
    said = refused("two_bidders", "--against", "kazakhstan_tungsten")
    assert "no bidder is in both" in said
    assert "north_mining, south_metals against cove_kaz, chinese_soe" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-n", "1e6.5"), "--replications: '1e6.5' is not allowed: expected a whole number between 1 and"),
        (("-n", "1,000,000"), "did you mean 1000000?"),
        (("-n", "2.4"), "did you mean 2?"),
        (("-n", "0"), "0 is not allowed: expected a whole number between 1 and"),
        (
            ("--confidence", "95%"),
            "--confidence: '95%' is not allowed: expected a number between 0.5 and 0.9999, such as 0.95; did you",
        ),
        (("--confidence", "95%"), "did you mean 0.95?"),
        (("--confidence", "0.9999999999999999"), "expected a number between 0.5 and 0.9999"),
        (("--confidence", "95"), "'95' is not allowed"),
        (("--confidence", "nan"), "'nan' is not allowed"),
        (("--threads", "0"), "--threads: 0 is not allowed: expected a whole number between 1 and"),
        (("--set-against", "tender.moths=8"), "tender.months"),
        (("--against", "two_bidder"), "did you mean 'two_bidders'?"),
    ],
)
def test_bad_input(options, words):
    assert words in refused("two_bidders", *options)


def test_the_most_confident_interval_does_not_claim_certainty():
    page = odds("two_bidders", "-n", "100", "--confidence", "0.9999").stdout
    assert "99.99 % intervals" in page


def test_an_interrupted_run_leaves_no_empty_folder(tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    (tmp_path / "old").mkdir()
    monkeypatch.setattr(Runner, "tally", interrupted)
    for folder in ("new/deep", "old"):
        assert "Nothing was played yet" in odds("two_bidders", "--out", str(tmp_path / folder), fails=130).stderr
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert not list((tmp_path / "old").iterdir())
    monkeypatch.undo()
    odds("two_bidders", "-n", "20", "--out", str(tmp_path / "old"))


def test_an_interrupted_run_without_a_folder_says_that_nothing_is_kept(monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Runner, "tally", interrupted)
    assert "Nothing was kept" in odds("two_bidders", fails=130).stderr


def test_out_keeps_the_answer_and_its_pictures(tmp_path):
    folder = tmp_path / "kept"
    told = json.loads(odds("two_bidders", "-n", "50", "--json", "--out", str(folder)).stdout)
    kept = Answer.read(folder)
    assert {**kept.document(), "folder": str(folder)} == told
    assert list(kept.pictures) == ["winners", "months"]
    assert all(len(picture.png()) > 10_000 for picture in kept.pictures.values())
    page = odds("two_bidders", "-n", "50", "--out", str(folder)).stdout
    assert f"written  {folder} (4 tables, 2 pictures)" in page or f"written  {folder} (3 tables, 2 pictures)" in page


def test_the_picture_has_a_title_and_an_axis_that_ends_at_one():
    from minegame import plots

    row = {"policy": "as it is", "outcome": "shelved", "estimate": 0.2, "low": 0.1, "high": 0.3}
    picture = plots.odds([row], replications=500, confidence=0.999)
    written = [text.get_text() for text in plots.headed(picture, "Who wins", "A tender").texts]
    assert written == ["Who wins", "A tender"]
    assert picture.spines["bottom"].get_bounds() == (0, 1)
    assert "99.9 % intervals; n = 500 negotiations" in picture.get_xlabel()
