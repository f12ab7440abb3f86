"""Answers of the version before: what their headings say becomes units, and what was written is read as it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from minegame import answers, report
from minegame.answers import format1
from minegame.answers.answer import Answer
from minegame.scenario import Scenario, ScenarioError
from minegame.text import COUNT, FLAG, LEVEL, MONEY, MONEY_CHANGE, NUMBER, P_VALUE, PATH, POINTS, SHARE, TEXT

SAMPLES = Path(__file__).parent / "data" / "format1"  # made by the version before, with few replications


def test_what_was_called_prices_is_read_under_todays_names():
    found = answers.read(SAMPLES / "prices")
    assert found.kind == "lever_prices"
    assert found.question == "What does a percentage point of North Mining's chance cost The North by each lever?"
    assert found.sentences[0].startswith("At the margin finance is the cheapest way")
    assert found.command.startswith("minegame analyse prices two_bidders")
    assert found.scenario == Scenario.load("two_bidders")
    assert [picture.png()[:4] for picture in found.pictures.values()] == [b"\x89PNG"]
    (table,) = found.tables.values()
    assert [*found.tables] == ["the_price_of_a_percentage_point"]
    assert [(column.name, column.unit, column.bounded) for column in table.columns] == [
        ("lever", TEXT, False),
        ("intensity_now", NUMBER, False),
        ("gain_for_a_lever_point", POINTS, True),
        ("price_of_a_percentage_point", MONEY, True),
        ("negotiations", COUNT, False),
    ]
    assert table.headings[2:4] == ["gain for a lever point, points", "price of a percentage point, M$"]
    assert table.frame["gain_for_a_lever_point"][0] == 9.183673469387756 / 100
    assert table.frame["price_of_a_percentage_point_high"][0] == 1.6684832472315378
    assert table.cells()[0][2:] == ["+9.2 [+6.0, +12.3]", "1.1 [0.8, 1.7]", "400"]
    assert [row[3] for row in table.cells()[3:]] == ["no sure effect", "–"]


def test_single_points_stay_in_the_folder():
    found = answers.read(SAMPLES / "tipping")
    assert {key: table.raw for key, table in found.tables.items()} == {
        "tipping_points": False,
        "every_point_asked": True,
    }
    tips = found.tables["tipping_points"]
    assert tips.columns[0].unit is PATH
    assert tips.cells()[0][:5] == ["host.balance_weight", "1", "0.164 [0.035, 0.294]", "−83.6", "20.9"]
    page = report.page(report.read([SAMPLES / "tipping"]))
    assert "Every point asked: 20 rows" in page


def test_headings_say_what_a_column_is():
    frame = pd.DataFrame(
        {
            "who": ["none", "all"], "A wins, %": [50.0, np.nan], "A wins, % (low)": [40.0, np.nan],
            "A wins, % (high)": [60.0, np.nan], "lead, percentage points": [1.0, -2.0], "difference, M$": [3.0, 4.0],
            "surely helps, % of worlds": [5.0, 6.0], "chance of a false alarm": [0.1, 0.0], "chances": [1.0, 3.0],
            "tender.lots": ["lots", "whole"], "patrons.*.link": [1.5, 2.5], "strictly": [True, False],
            "part (low)": [1, 2], "parameter": ["tender.months", "host.balance_weight"],
        }
    )  # fmt: skip
    found = format1.table("T", frame)
    assert [(column.name, column.unit) for column in found.columns] == [
        ("who", TEXT), ("a_wins", SHARE), ("lead", POINTS), ("difference", MONEY_CHANGE),
        ("surely_helps_of_worlds", SHARE), ("chance_of_a_false_alarm", P_VALUE), ("chances", NUMBER),
        ("tender.lots", LEVEL), ("patrons_link", NUMBER), ("strictly", FLAG), ("part_low", COUNT), ("parameter", PATH),
    ]  # fmt: skip
    assert found.cells() == [
        ["none", "50.0 [40.0, 60.0]", "+1.0", "+3.0", "5.0", "0.100", "1", "lots", "1.50", "yes", "1", "tender.months"],
        ["all", "–", "−2.0", "+4.0", "6.0", "< 0.001", "3", "whole", "2.50", "no", "2", "host.balance_weight"],
    ]  # fmt: skip


def test_names_that_would_be_alike_are_told_apart():
    found = format1.table("T", pd.DataFrame({"A, %": [1.0], "A": [2.0], "5 % of worlds below": [3.0], "价格": [4.0]}))
    assert [column.name for column in found.columns] == ["a", "a_2", "x_5_of_worlds_below", "x"]


def test_a_text_is_text_in_every_file(tmp_path):
    """Only an empty cell is missing: "none" and "nan" may be names of policies."""
    shutil.copytree(SAMPLES / "prices", tmp_path / "a")
    file = next((tmp_path / "a" / "tables").iterdir())
    text = file.read_text().replace("finance,", "none,").replace("access,", "nan,")
    file.write_text(text)
    (table,) = answers.read(tmp_path / "a").tables.values()
    assert [row[0] for row in table.cells()] == ["none", "nan", "engagement", "denial", "tariff"]


def spoilt(folder: Path, how: str) -> Path:
    shutil.copytree(SAMPLES / "prices", folder)
    file = folder / "answer.json"
    head = json.loads(file.read_text())
    table, picture = (folder / head[part][0]["file"] for part in ("tables", "pictures"))
    if how == "cut table":
        table.write_text("".join(table.read_text().splitlines(keepends=True)[:-1]))
    elif how == "no table":
        table.unlink()
    elif how == "empty table":
        table.write_text("")
    elif how == "cut picture":
        picture.write_bytes(picture.read_bytes()[:-30])
    elif how == "a link":
        table.rename(folder.parent / "secret.csv")
        table.symlink_to(folder.parent / "secret.csv")
    else:
        changes = {
            "one string": {"sentences": "abc"}, "no name": {"name": None}, "versions a list": {"versions": [1]},
            "entry without file": {"tables": [{"title": "x"}]}, "tables a number": {"tables": 7},
            "a file elsewhere": {"tables": [{"title": "x", "file": "../secret.csv"}]},
            "an absolute file": {"pictures": [{"title": "x", "file": "/etc/passwd"}]},
            "another format": {"format": "minegame answer 99"},
        }[how]  # fmt: skip
        file.write_text(json.dumps({**head, **changes}))
    return folder


@pytest.mark.parametrize(
    "how",
    [
        "cut table", "no table", "empty table", "cut picture", "a link", "one string", "no name", "versions a list",
        "entry without file", "tables a number", "a file elsewhere", "an absolute file", "another format",
    ],
)  # fmt: skip
def test_what_is_damaged_is_refused(tmp_path, how):
    with pytest.raises(ScenarioError, match="folder-of-it"):
        report.read([spoilt(tmp_path / "folder-of-it", how)])


@pytest.mark.parametrize("how", ["a file elsewhere", "an absolute file", "a link", "no table", "cut table"])
def test_an_answer_read_by_itself_refuses_what_reaches_out_of_its_folder_or_is_missing(tmp_path, how):
    with pytest.raises(ScenarioError, match="folder-of-it"):
        Answer.read(spoilt(tmp_path / "folder-of-it", how))
