"""Tables of points from spreadsheets: read in the one way that they can be meant, or refused by row and column."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from minegame import experiment, storage
from minegame.cli import app
from minegame.design_table import as_csv, points_of, read_design
from minegame.experiment_file import Experiment, ExperimentError
from minegame.scenario import Scenario, ScenarioError

DATA = Path(__file__).with_name("data") / "designs"
WEIGHT, LOTS, MONTHS = "host.balance_weight", "tender.lots", "tender.months"
PLAIN = [
    {WEIGHT: 0.5, "host.backlash": 0.01, MONTHS: 6},
    {WEIGHT: 1.5, "host.backlash": 0.2, MONTHS: 8},
    {WEIGHT: 2.25, "host.backlash": 0.4, MONTHS: 12},
]
READ = {
    "design_plain.csv": PLAIN,
    "design_excel_de.csv": PLAIN,
    "design_pct.csv": [{"host.equity_min": 0.1}, {"host.equity_min": 0.2}],
    "design_dates.csv": [{"tender.start": "2025-04"}, {"tender.start": "2025-05"}],
    "design_index.csv": [{WEIGHT: 0.5, MONTHS: 6}, {WEIGHT: 1.5, MONTHS: 8}],
    "design_ema.csv": [{WEIGHT: 0.9094027, LOTS: "bundled", MONTHS: 7}, {WEIGHT: 1.813977, LOTS: "split", MONTHS: 9}],
    "design_space.csv": [{WEIGHT: 0.5, LOTS: "bundled"}, {WEIGHT: 1.5, LOTS: "split"}],
    "design_int_float.csv": [{MONTHS: 6}, {MONTHS: 8}],
    "design_bool.csv": [{"financiers.north_state_bank.public": True}, {"financiers.north_state_bank.public": False}],
}
REFUSED = {
    "design_dupcols.csv": "design_dupcols.csv, columns 1 and 2: host.balance_weight: a path stands twice",
    "design_gap.csv": (
        "design_gap.csv, row 3, column 'host.balance_weight': is empty: expected a number between 0 and 1,000,000\n"
        "design_gap.csv, row 4, column 'tender.lots': is empty: expected one of bundled, split"
    ),
    "design_salib.txt": "design_salib.txt: numbers stand in its first row, where the paths belong",
}


def points(file):
    return points_of(read_design(file), Scenario.load("two_bidders"))


def refused(file):
    with pytest.raises(ScenarioError) as caught:
        points(file)
    return str(caught.value).replace(f"{file.parent}/", "")


def written(folder, text, encoding="utf-8"):
    file = folder / "t.csv"
    file.write_bytes(text.encode(encoding))
    return file


@pytest.mark.parametrize("name", READ)
def test_a_table_is_read_as_it_is_meant(name):
    found = points(DATA / name)
    assert found == READ[name]
    assert [[*map(type, point.values())] for point in found] == [[*map(type, point.values())] for point in READ[name]]


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_is_refused_by_row_and_column(name):
    assert refused(DATA / name).startswith(REFUSED[name])


def test_every_table_is_tried():
    assert {*READ, *REFUSED} == {file.name for file in DATA.iterdir()} - {"README.md"}


def test_what_is_left_out_is_said():
    assert "column 1 only numbers the rows" in read_design(DATA / "design_index.csv").notes[0]
    assert "scenario, policy, model of EMA workbench" in read_design(DATA / "design_ema.csv").notes[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# host.balance_weight tender.months\n5.0e-01 6.0e+00\n", [{WEIGHT: 0.5, MONTHS: 6}]),
        ("sep=;\nhost.balance_weight\n1,000\n1.234,5\n", [{WEIGHT: 1.0}, {WEIGHT: 1234.5}]),
        ("host.balance_weight\ttender.lots\n0,5\tsplit\n", [{WEIGHT: 0.5, LOTS: "split"}]),
        ("host.balance_weight;tender.months\n1.500;8\n0.25;9\n", [{WEIGHT: 1.5, MONTHS: 8}, {WEIGHT: 0.25, MONTHS: 9}]),
        ("host.equity_min;tender.months\n12,5 %;8\n", [{"host.equity_min": 0.125, MONTHS: 8}]),
        ("host.balance_weight,tender.lots,,\n0.5,split,,\n,,,\n", [{WEIGHT: 0.5, LOTS: "split"}]),
        ("patrons.*.link\n0.5\n", [{"patrons.*.link": 0.5}]),
    ],
)  # fmt: skip
def test_spellings_that_can_mean_one_thing_only(text, expected, tmp_path):
    assert points(written(tmp_path, text)) == expected
    assert points(written(tmp_path, text, "utf-16")) == expected


AT = "row 2, column 'host.balance_weight': "


NUMBER = "is not allowed: expected a number between 0 and 1,000,000"
UNCLEAR = {
    "host.balance_wait\n1\n": "row 1, column 'host.balance_wait': 'balance_wait' is unknown: in host there are",
    "host.balance_weight\n-1\n": f"{AT}-1.0 {NUMBER}",
    "host.balance_weight\n=1+1\n": f"{AT}'=1+1' {NUMBER}",
    'host.balance_weight,tender.lots\n"1,500",split\n': f"{AT}'1,500' {NUMBER}; did you mean 1500?",
    "host.balance_weight;tender.months\n1.500;8\n": (
        f"{AT}'1.500' has a point, and semicolons between columns, as for decimal commas: write 1500 or 1,500"
    ),
    "host.balance_weight;host.backlash\n1.5;0,1\n": (
        f"{AT}'1.5' has a point, where other cells have a decimal comma: write 15 or 1,5"
    ),
    "host.balance_weight\n10%\n": f"{AT}'10%' {NUMBER}",
    "host.balance_weight\n01. Mai\n": (
        f"{AT}'01. Mai' {NUMBER}; write the number alone; a spreadsheet may have made it of a number such as 1.5"
    ),
    "host.balance_weight\nnan\n": f"{AT}'nan' is not allowed",
    "tender.lots\nSplit\n": (
        "row 2, column 'tender.lots': 'Split' is not allowed: expected one of bundled, split; did you mean 'split'?"
    ),
    "bidders.north_mining.patron\nnord\n": "row 2, column 'bidders.north_mining.patron': 'nord' is not allowed",
    "host.balance_weight,,tender.lots\n1,2,split\n": "column 2: has no path in the first row",
    "patrons.*.link,patrons.north.link\n1,1\n": (
        "row 1, column 'patrons.north.link': patrons.north.link is set by the column 'patrons.*.link' already"
    ),
}
NO_TABLE = {
    "host.balance_weight,tender.lots\n1,split,3\n": "row 2 has 3 cells: expected 2, one for each column",
    "host.balance_weight,tender.lots\n1,5,split\n": (
        "row 2 has 3 cells: expected 2, one for each column of the first row; "
        "with decimal commas (1,5) write semicolons between the cells"
    ),
    "host.balance_weight,tender.lots\n1,split\n\n2,split\n": "row 3 has nothing: expected 2",
    "host.balance_weight\n": "has no points",
    "": "has no points",
    'host.balance_weight\n"1\n': "is not a table that can be read",
}


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_is_not_clear_is_refused_by_row_and_column(text, tmp_path):
    assert refused(written(tmp_path, text)).startswith(f"t.csv, {UNCLEAR[text]}")


@pytest.mark.parametrize("text", NO_TABLE)
def test_what_is_no_table_is_told(text, tmp_path):
    assert refused(written(tmp_path, text)).startswith(f"t.csv: {NO_TABLE[text]}")


def test_a_table_of_another_encoding_or_none_is_told(tmp_path):
    assert "is not UTF-8 text" in refused(written(tmp_path, "tender.lots\nü", "latin-1"))
    assert "there is no such file" in refused(tmp_path / "none.csv")
    assert "is a folder" in refused(tmp_path)


def workbook(folder, rows, *others):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for other in others:
        book.create_sheet(other).append(["x"])
    book.save(folder / "t.xlsx")
    return folder / "t.xlsx"


def test_a_workbook_is_a_table_too(tmp_path):
    file = workbook(tmp_path, [[WEIGHT, LOTS, "tender.start"], [0.5, " split", datetime(2026, 5, 1)]])
    assert points(file) == [{WEIGHT: 0.5, LOTS: "split", "tender.start": "2026-05"}]
    file = workbook(tmp_path, [[WEIGHT, LOTS], [datetime(2026, 5, 1), None]])
    date, empty = refused(file).splitlines()
    assert date.startswith(f"t.xlsx, sheet 'Sheet', cell A2: {WEIGHT}: the date 2026-05-01 {NUMBER}; a spreadsheet may")
    assert empty == "t.xlsx, sheet 'Sheet', cell B2: tender.lots: is empty: expected one of bundled, split"
    file = workbook(tmp_path, [[WEIGHT], [0.5]], "notes")
    assert "expected one sheet with the points, or one called 'design': it has Sheet, notes" in refused(file)


def test_points_are_written_so_that_they_are_read_back(tmp_path):
    listed = [
        {WEIGHT: 0.1 + 0.2, LOTS: "split", "host.label": "-x"},
        {WEIGHT: 1e-7, LOTS: "bundled", "host.label": "=1"},
    ]
    assert points(written(tmp_path, as_csv(listed))) == listed


# ------------------------------------------------------------------------------------------------------- experiments


def test_an_experiment_names_its_table_and_its_folder_holds_it(tmp_path):
    (tmp_path / "t.csv").write_text("host.balance_weight;tender.lots\n0,5;split\n1,5;bundled\n", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(
        "{title: t, scenario: two_bidders, table: t.csv, replications: 50}", encoding="utf-8"
    )
    _, plan = Experiment.load(tmp_path / "mine.yaml")
    assert plan.design.to_dict("records") == [{WEIGHT: 0.5, LOTS: "split"}, {WEIGHT: 1.5, LOTS: "bundled"}]
    assert plan.luck == "common"
    found = experiment.run(plan, tmp_path / "results")
    kept = (tmp_path / "results" / storage.POINTS).read_text(encoding="utf-8")
    assert kept == "host.balance_weight,tender.lots\n0.5,split\n1.5,bundled\n"
    assert storage.POINTS in found.manifest["files"]
    _, again = Experiment.load(tmp_path / "results" / storage.QUESTION)
    assert again.fingerprint() == plan.fingerprint()


def test_a_table_beside_points_and_a_point_that_contradicts_itself(tmp_path):
    document = {"title": "t", "scenario": "two_bidders", "table": "t.csv", "replications": 50}
    written(tmp_path, "host.equity_min,host.equity_max\n0.1,0.2\n0.4,0.3\n")
    with pytest.raises(
        ScenarioError, match=r"t\.csv, row 3, column 'host\.equity_min': .*0\.4 is above equity_max, 0\.3"
    ):
        Experiment.from_document(document).plan(folder=tmp_path)
    with pytest.raises(ExperimentError, match="table: stands beside points: expected one of the two"):
        Experiment.from_document({**document, "points": [{WEIGHT: 1}]}).plan(folder=tmp_path)


def test_a_scenario_is_played_at_the_points_of_a_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, ",host.balance_weight\n0,0.5\n1,1.5\n")
    done = CliRunner().invoke(app, ["run", "two_bidders", "--design", "t.csv", "-n", "20", "--set", "tender.months=9"])
    assert done.exit_code == 0, done.output
    assert "t.csv: column 1 only numbers the rows, and is left out" in done.output
    assert storage.is_results_folder(tmp_path / "results" / "two_bidders-t")
    assert CliRunner().invoke(app, ["run", "who_wins", "--design", "t.csv", "--dry-run", "-n", "2"]).exit_code == 0
    wrong = CliRunner().invoke(app, ["run", "two_bidders", "--design", "none.csv"])
    assert (wrong.exit_code, "none.csv: there is no such file" in wrong.output) == (2, True)
