"""A scenario as a workbook: a sheet a group, a row a value, and beside each where it comes from."""

from __future__ import annotations

import io
import re
from typing import Any

from minegame.scenario import Scenario
from minegame.scenario.fields import KINDS, PREFIX
from minegame.scenario.paths import Place, expected, is_number, is_parameter, pattern_for, range_of, types_of
from minegame.scenario.values import typed_value
from minegame.workbook import entries
from minegame.workbook.cells import put, spreadsheets
from minegame.workbook.sheets import headed, new_sheet

COLUMNS = ("path", "value", "unit", *entries.COLUMNS, "allowed", "meaning")
SOURCES = "sources"
_WIDTHS = {"path": 44, "value": 16, "unit": 14, "source": 60, "note": 40, "address": 30, "allowed": 30, "meaning": 60}
_ONE_SHEET = ("deposits", "financiers")  # the kinds of which all agents share a sheet
_TOLD = (
    "A row is a value: change the cells of the column 'value', then: minegame scenario import THIS_FILE.xlsx",
    "A source speaks for the number beside it: whoever changes a number changes its source too, or empties it.",
    "'low' and 'high' are the range that the source supports; 'allowed' is what the number may be.",
    "'as patrons.*.annuity' means the source of all that fits this pattern; it stands in the sheet 'sources'.",
    "An agent is added with rows for all its paths (copy a sheet, change the name in them), and removed with them.",
)


def scenario_workbook(scenario: Scenario) -> bytes:
    """A scenario as a workbook, which read again gives an equal scenario.

    Raises:
        ScenarioError: if openpyxl is missing, or a source cannot be told in cells.
    """
    book = spreadsheets().Workbook()
    _told(book.active, scenario)
    for name, places in _groups(scenario).items():
        _fill(new_sheet(book, name), scenario, places)
    _fill_sources(new_sheet(book, SOURCES), scenario)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _told(sheet: Any, scenario: Scenario) -> None:
    """The first sheet: what this is, and how it is changed and read back."""
    from openpyxl.styles import Font

    sheet.title = "read me"
    for row, text in enumerate((f"Scenario {scenario.name}", *_TOLD), 1):
        put(sheet.cell(row, 1), text)
    sheet.cell(1, 1).font = Font(bold=True)
    sheet.column_dimensions["A"].width = 120


def _groups(scenario: Scenario) -> dict[str, list[Place]]:
    """The places of a scenario by the sheet in which they stand."""
    sheets: dict[str, list[Place]] = {}
    for place in scenario.places():
        kind = place.parts[0]
        alone = kind in KINDS and kind not in _ONE_SHEET
        name = f"{PREFIX[kind]} {place.parts[1]}" if alone else kind if len(place.parts) > 1 else "scenario"
        sheets.setdefault(name, []).append(place)
    return sheets


def _fill(sheet: Any, scenario: Scenario, places: list[Place]) -> None:
    headed(sheet, COLUMNS, "C2", _WIDTHS)
    for row, place in enumerate(places, 2):
        _row(sheet, row, COLUMNS, _cells(scenario, place))
        _guard(sheet, sheet.cell(row, 2), place)


def _row(sheet: Any, row: int, columns: tuple[str, ...], cells: dict[str, Any]) -> None:
    from openpyxl.styles import Alignment

    for n, name in enumerate(columns, 1):
        if cells.get(name) not in (None, ""):
            cell = sheet.cell(row, n)
            put(cell, cells[name])
            cell.alignment = Alignment(vertical="top", wrap_text=name in ("source", "note"))


def _cells(scenario: Scenario, place: Place) -> dict[str, Any]:
    value = scenario.value(place.path)
    written = value if isinstance(value, (int, float)) and not isinstance(value, bool) else typed_value(value)
    return {
        "path": place.path, "value": written, "unit": scenario.unit_of(place), **_source(scenario, place),
        "allowed": scenario.units.in_words(_allowed(place)), "meaning": place.info.description or "",
    }  # fmt: skip


def _source(scenario: Scenario, place: Place) -> dict[str, Any]:
    if place.path in scenario.sources:
        return entries.cells_of(place.path, scenario.sources[place.path])
    pattern = pattern_for(scenario.sources, place.path) if is_parameter(place) else None
    return {} if pattern is None else entries.cells_as(pattern, scenario.sources[pattern])


def _allowed(place: Place) -> str:
    return re.sub(r" \([^()]*\)", "", expected(place.info, place.choices)) if is_parameter(place) else ""


def _guard(sheet: Any, cell: Any, place: Place) -> None:
    """Have the spreadsheet itself offer the words there are to choose from, and refuse numbers out of range."""
    from openpyxl.worksheet.datavalidation import DataValidation

    low, high = range_of(place.info) if is_number(place.info) else (None, None)
    listed = ",".join(place.choices)
    if listed and len(listed) < 250 and type(None) not in types_of(place.info):
        guard = DataValidation("list", formula1=f'"{listed}"', showErrorMessage=True)
    elif low is not None and high is not None and type(None) not in types_of(place.info):
        kind = "whole" if place.is_whole else "decimal"
        guard = DataValidation(kind, repr(low), operator="between", formula2=repr(high), showErrorMessage=True)
    else:
        return
    guard.error = _allowed(place)
    guard.add(cell)
    sheet.add_data_validation(guard)


def _fill_sources(sheet: Any, scenario: Scenario) -> None:
    """The sources of patterns, each of which speaks for many numbers."""
    columns = ("path", *entries.COLUMNS)
    headed(sheet, columns, "B2", _WIDTHS)
    known = {place.path for place in scenario.places()}
    others = {name: source for name, source in scenario.sources.items() if name not in known}
    for row, (name, source) in enumerate(others.items(), 2):
        _row(sheet, row, columns, {"path": name, **entries.cells_of(name, source)})
