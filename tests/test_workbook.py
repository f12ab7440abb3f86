"""Scenarios as workbooks: out and in again the same, changed by cells, refused by cells, and never run."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from minegame.cli import app
from minegame.scenario import Scenario, ScenarioError, shipped_scenarios
from minegame.tables import Column, Table
from minegame.text import COUNT, SHARE
from minegame.workbook import read_scenario, scenario_workbook, tables_workbook
from minegame.workbook.reading import opened

SOFFICE = shutil.which("soffice")
needs_libreoffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")


def exported(folder: Path, scenario: Scenario) -> Path:
    file = folder / f"{scenario.name}.xlsx"
    file.write_bytes(scenario_workbook(scenario))
    return file


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return exported(tmp_path_factory.mktemp("workbook"), Scenario.load("two_bidders"))


@pytest.fixture
def book(original, tmp_path):
    """A workbook of two_bidders of one's own, to be changed."""
    return Changing(shutil.copy(original, tmp_path / "deal.xlsx"))


class Changing:
    """A workbook whose cells are found by path and column."""

    def __init__(self, file):
        self.file = Path(file)
        self.book = openpyxl.load_workbook(file)

    def cell(self, path, column="value"):
        for sheet in self.book.worksheets:
            heads = [cell.value for cell in sheet[1]]
            for row in sheet.iter_rows(min_row=2):
                if row[0].value == path and column in heads:
                    return row[heads.index(column)]
        raise LookupError(path)

    def put(self, path, value, column="value"):
        self.cell(path, column).value = value
        return self

    def read(self):
        self.book.save(self.file)
        return read_scenario(self.file)

    def refused(self):
        with pytest.raises(ScenarioError) as caught:
            self.read()
        return str(caught.value).replace(f"{self.file.parent}/", "")


def through_libreoffice(*files: Path) -> list[Path]:
    out = files[0].parent / "saved"
    command = [SOFFICE, f"-env:UserInstallation=file://{out}/profile", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(out), *map(str, files)], check=True, capture_output=True, timeout=120)
    return [out / file.name for file in files]


# ------------------------------------------------------------------------------------------------------- out and in


@pytest.mark.parametrize("name", ["two_bidders", "kazakhstan_eu_bidder"])
def test_what_is_written_is_read_back_the_same(name, tmp_path):
    scenario = Scenario.load(name)
    again = read_scenario(exported(tmp_path, scenario))
    assert again.document() == scenario.document()
    assert again == scenario
    assert again.warnings == scenario.warnings


@needs_libreoffice
@pytest.mark.slow
def test_workbooks_that_libreoffice_saved_are_the_same_scenarios(tmp_path):
    scenarios = [Scenario.load(name) for name in shipped_scenarios()]
    saved = through_libreoffice(*(exported(tmp_path, scenario) for scenario in scenarios))
    for scenario, file in zip(scenarios, saved, strict=True):
        again = read_scenario(file)
        assert again.document() == scenario.document()
        assert [*again.patrons, *again.bidders] == [*scenario.patrons, *scenario.bidders]


@needs_libreoffice
@pytest.mark.slow
def test_what_libreoffice_worked_out_is_read_and_odd_text_is_kept(book):
    odd = {"description": "@sum(1)", "host.label": "=1+1"}
    patrons = zip(Scenario.load("two_bidders").patrons, ("_x0041_", "007"), strict=False)
    odd |= {f"patrons.{name}.label": label for name, label in patrons}
    book.file.write_bytes(scenario_workbook(Scenario.load("two_bidders").at(odd)))
    Changing(book.file).put("tender.months", "=2*4").put("host.balance_weight", "=3/2").book.save(book.file)
    again = read_scenario(*through_libreoffice(book.file))
    assert {path: again.value(path) for path in odd} == odd
    assert (again.tender.months, again.host.balance_weight) == (8, 1.5)


def test_each_group_and_each_patron_and_bidder_has_a_sheet(original):
    names = [sheet.name for sheet in opened(original)]
    assert names[0] == "read me"
    assert {"host", "tender", "market", "deposits", "financiers", "sources"} <= set(names)
    assert {f"patron {name}" for name in Scenario.load("two_bidders").patrons} <= set(names)
    assert len(opened(original)[0].rows) == 6


def test_a_number_says_unit_range_source_and_status():
    scenario = Scenario.load("kazakhstan_tungsten")
    source = scenario.source_of("tender.months")
    from minegame.workbook.entries import cells_as, cells_of

    assert cells_of("tender.months", source) | {"note": ""} == {
        "low": 8, "high": 24, "source": source.assumption, "status": "swept", "note": "", "address": "", "fact": "",
    }  # fmt: skip
    shared = scenario.sources["deposits.*.output"]
    assert cells_as("deposits.*.output", shared)["source"] == "as deposits.*.output"
    assert cells_of("tender.start", scenario.sources["tender.start"])["status"] == "fact"


# ------------------------------------------------------------------------------------------------ what is changed


CHANGED = {
    "tender.months": ("9", 9),
    "bargaining.initial_aspiration": (0.5, 0.5),
    "host.balance_weight": ("1.5", 1.5),
    "tender.lots": ("split", "split"),
    "tender.start": (datetime(2027, 3, 1), "2027-03"),
    "host.label": ("=HYPERLINK(1)", "=HYPERLINK(1)"),
}


def test_a_changed_cell_changes_the_scenario(book):
    for path, (value, _) in CHANGED.items():
        book.put(path, value)
    book.cell("host.label").data_type = "s"
    scenario = book.read()
    assert {path: scenario.value(path) for path in CHANGED} == {path: read for path, (_, read) in CHANGED.items()}


#: What stands in a cell, and what is said of it.
REFUSED = {
    "host.equity_max": (1.4, "1.4 is not allowed: expected a share between 0 and 1; did you mean 0.014?"),
    "host.equity_min": ("0,4", "'0,4' is not allowed: expected a share between 0 and 1; did you mean 0.4?"),
    "host.equity_weight": ("40%", "'40%' is not allowed: expected a share between 0 and 1; did you mean 0.4?"),
    "host.threat_weight": (
        "1,000", "'1,000' is not allowed: expected a number between 0 and 1,000,000; did you mean 1000?"
    ),
    "host.balance_weight": (
        datetime(2026, 5, 1),
        "the date 2026-05-01 is not allowed: expected a number between 0 and 1,000,000; a spreadsheet may have made it "
        "of a number such as 1.5: format the cell as a number and type it again",
    ),
    "tender.start": (
        datetime(2026, 5, 3), "the date 2026-05-03 is not allowed: expected a year and a month, such as 2025-04"
    ),
    "host.label": (7, "7 is a number there, not text: format the cell as text and type it again"),
    "host.backlash": (
        "=1+1", "holds a formula without a value: save the file in a spreadsheet, or type the value"
    ),
    "host.award_weight": (
        None, "is empty: expected a number between 0 and 1,000,000 (without the row the default holds, if there is one)"
    ),
    "tender.lots": ("splitt", "'splitt' is not allowed: expected one of bundled, split; did you mean 'split'?"),
    "tender.months": (True, "true is not allowed: expected a whole number between 1 and 240 (months)"),
}  # fmt: skip
#: What is wrong with how a value is written is told first, what is wrong with the value itself then.
AS_WRITTEN = ("host.balance_weight", "tender.start", "host.label", "host.backlash", "host.award_weight")


@pytest.mark.parametrize("first", [True, False])
def test_what_is_not_allowed_is_refused_by_its_cell(book, first):
    expected = set()
    for path, (value, said) in REFUSED.items():
        if (path in AS_WRITTEN) is first:
            cell = book.put(path, value).cell(path)
            expected.add(f"deal.xlsx, sheet '{path.partition('.')[0]}', cell {cell.coordinate}: {path}: {said}")
    assert set(book.refused().splitlines()) == expected


def test_an_error_in_a_cell_is_refused(book):
    cell = book.cell("tender.months")
    cell.value, cell.data_type = "#DIV/0!", "e"
    assert "tender.months: holds the error #DIV/0!" in book.refused()


def test_a_path_that_there_is_not_and_one_that_stands_twice(book):
    cell = book.cell("host.balance_weight", "path")
    cell.value = "host.balance_wait"
    assert "host.balance_wait" in (said := book.refused())
    assert "did you mean 'balance_weight'?" in said
    cell.value = "host.backlash"
    assert "host.backlash: stands twice, first in deal.xlsx, sheet 'host', cell A" in book.refused()


def test_an_agent_is_added_and_removed_with_its_rows(book):
    names = [*Scenario.load("two_bidders").patrons]
    other = book.book.copy_worksheet(book.book[f"patron {names[0]}"])
    for row in other.iter_rows(min_row=2):
        row[0].value = row[0].value.replace(f"patrons.{names[0]}.", "patrons.third.")
        if row[0].value.endswith((".key", ".portfolio_share", ".ideal_share")):
            row[1].value = 7 if row[0].value.endswith(".key") else 0
        if row[0].value.endswith(".label"):
            row[1].value = "Third"
    scenario = book.read()
    assert [*scenario.patrons] == [*names, "third"]
    assert scenario.patrons["third"].resolve == scenario.patrons[names[0]].resolve
    del book.book[f"patron {names[0]}"]
    assert f"there is no patron '{names[0]}'" in book.refused()


# ------------------------------------------------------------------------------------------------------------ sources


def test_a_source_is_changed_beside_its_number(book):
    for column in ("address", "fact", "low", "high"):
        book.put("tender.months", None, column)
    book.put("tender.months", "Made up.", "source").put("tender.months", "swept", "status")
    source = book.read().sources["tender.months"]
    assert (source.assumption, source.standing) == ("Made up.", "swept")
    book.put("tender.months", "Law on tenders", "source").put("tender.months", "measured", "status")
    assert "status: measured needs the address of a source: without one it is an assumption" in book.refused()
    book.put("tender.months", "https://law.example", "address").put("tender.months", 4, "low")
    assert "low and high go together" in book.refused()
    assert book.put("tender.months", 12, "high").read().sources["tender.months"].low == 4


def test_a_number_with_the_source_of_a_pattern_says_the_same_or_nothing(tmp_path):
    file = exported(tmp_path, Scenario.load("kazakhstan_tungsten"))
    book = Changing(file)
    path = "patrons.us.annuity"
    assert book.cell(path, "source").value == "as patrons.*.annuity"
    book.put(path, None, "status")
    assert f"sources.{path}: low: 1 is not what 'patrons.*.annuity' says (null)" in book.put(path, 1, "low").refused()
    book.put(path, None, "low").put(path, "A shorter term.", "source")
    scenario = book.read()
    assert scenario.source_of(path).assumption == "A shorter term."
    assert scenario.source_of("patrons.china.annuity").assumption.startswith("A tariff is expected")
    book.put("patrons.*.annuity", "patrons.*.anuity", "path")
    assert "no source stands for 'patrons.*.annuity': expected one of the sheet 'sources'" in book.refused()


# -------------------------------------------------------------------------------------------------- what is no workbook


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"title: x", "is not a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a workbook of the old kind (.xls), or one with a password"),
        (b"PK\x03\x04rubbish", "cannot be read as a workbook"),
        (None, "there is no such file"),
    ],
)
def test_what_is_no_workbook_is_told(content, said, tmp_path):
    file = tmp_path / "x.xlsx"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ScenarioError, match=said.replace("(", r"\(").replace(")", r"\)").replace(".", r"\.")):
        opened(file)


def test_a_file_of_another_program_and_a_bomb_are_told(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(ScenarioError, match="is an OpenDocument file: save it as"):
        opened(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as packed:
        packed.writestr("xl/workbook.xml", "0" * 1000)
    with pytest.raises(ScenarioError, match="cannot be read as a workbook"):
        opened(tmp_path / "b.xlsx")
    monkeypatch.setattr("minegame.workbook.reading._MOST_UNPACKED", 999)
    with pytest.raises(ScenarioError, match="too large once it is unpacked"):
        opened(tmp_path / "b.xlsx")


def test_a_workbook_without_a_scenario_is_told(tmp_path):
    openpyxl.Workbook().save(tmp_path / "x.xlsx")
    with pytest.raises(ScenarioError, match="holds no scenario"):
        read_scenario(tmp_path / "x.xlsx")


def test_without_openpyxl_the_command_that_installs_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ScenarioError, match="pip install openpyxl"):
        scenario_workbook(Scenario.load("two_bidders"))


# ----------------------------------------------------------------------------------------------------------- commands


def run(*typed):
    done = CliRunner().invoke(app, [*map(str, typed)])
    return done.exit_code, done.output


def test_the_commands_write_and_read_and_overwrite_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    export = ("scenario", "export", "two_bidders", "deal.xlsx", "--set", "tender.months=9")
    assert run(*export) == (0, "Written: deal.xlsx (read back with: minegame scenario import deal.xlsx)\n")
    code, said = run(*export)
    assert (code, "is there already" in said) == (2, True)
    assert run("scenario", "import", "deal.xlsx")[0] == 0
    assert Scenario.load("deal.yaml").tender.months == 9
    before = Path("deal.yaml").read_bytes()
    assert run("scenario", "import", "deal.xlsx")[0] == 2
    assert Path("deal.yaml").read_bytes() == before
    assert run("scenario", "import", "deal.xlsx", "-o", "other.yaml")[0] == 0
    assert run("scenario", "export", "two_bidders", "deal.csv")[0] == 2
    assert run("scenario", "import")[0] == 2


# ------------------------------------------------------------------------------------------------------------ results


def cells(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_table_is_a_sheet_with_fractions_in_percent_and_intervals_in_columns_of_their_own():
    rows = {"policy": ["=1+1", "@b"], "wins": [0.601, 0.2], "wins_low": [0.5, math.nan], "wins_high": [0.7, math.nan]}
    table = Table("How often", [Column("policy"), Column("wins", "it wins", SHARE, bounded=True)], rows)
    file = tables_workbook([("question", "=Who?"), ("", "A wins.")], {"winners": table})
    book = openpyxl.load_workbook(BytesIO(file))
    assert cells(book["winners"]) == [
        ["policy", "it wins", "it wins, low", "it wins, high"], ["=1+1", 0.601, 0.5, 0.7], ["@b", 0.2, None, None],
    ]  # fmt: skip
    assert cells(book["question"]) == [["question", "=Who?"], [None, "A wins."], ["sheet 'winners'", "How often"]]
    sheet = book["winners"]
    assert sheet.freeze_panes == "A2"
    assert [cell.number_format for cell in sheet[2]] == ["@", "0.0%", "0.0%", "0.0%"]
    written = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in written}
    assert sheet["A2"].quotePrefix


def test_what_is_too_long_for_a_sheet_is_cut_and_said(monkeypatch):
    monkeypatch.setattr("minegame.workbook.tables_out.MOST_ROWS", 2)
    table = Table("Many", [Column("n", unit=COUNT)], {"n": [1, 2, 3]})
    book = openpyxl.load_workbook(BytesIO(tables_workbook([], {"many": table})))
    assert cells(book["many"]) == [["n"], [1], [2]]
    assert cells(book["question"]) == [["sheet 'many'", "Many (the first 2 of 3 rows; the folder holds all)"]]


def test_the_folder_of_a_run_and_of_an_answer_become_workbooks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("sweep", "two_bidders", "--vary", "tender.lots=bundled,split", "-n", 20, "--out", "swept")[0] == 0
    assert run("results", "swept", "--xlsx", "swept.xlsx") == (0, "Written: swept.xlsx\n")
    assert run("results", "swept", "--xlsx", "swept.xlsx")[0] == 2
    book = openpyxl.load_workbook("swept.xlsx")
    assert book.sheetnames[:5] == ["question", "winning", "terms", "summary", "design"]
    assert cells(book["design"]) == [["group", "tender.lots"], [0, "bundled"], [1, "split"]]
    assert [cell.number_format for cell in book["winning"][2]][4:7] == ["0.0%"] * 3
    assert run("odds", "two_bidders", "-n", 20, "--out", "asked")[0] == 0
    assert run("results", "asked", "--xlsx", "asked.xlsx", "--force")[0] == 0
    assert "winners" in openpyxl.load_workbook("asked.xlsx").sheetnames
    assert run("results", "none", "--xlsx", "none.xlsx")[0] == 2
