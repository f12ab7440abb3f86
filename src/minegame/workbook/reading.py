"""A workbook as rows of cells, read so that nothing in it is run and no odd file does harm."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from minegame.scenario import ScenarioError
from minegame.scenario.errors import fail
from minegame.scenario.files import missing_hint
from minegame.workbook.cells import Cell, decoded, spreadsheets

MOST_BYTES = 50_000_000
_MOST_UNPACKED = 500_000_000
MOST_CELLS = 5_000_000
_NOT_WORKED_OUT = "holds a formula without a value: save the file in a spreadsheet, or type the value"
_ADVICE = "expected an .xlsx file, as Excel and LibreOffice save it"


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: its name, where it is, and its cells, row by row, without empty rows at the end."""

    name: str
    place: str
    rows: list[list[Cell]]


def opened(path: Path) -> list[Sheet]:
    """The sheets of a workbook in their order.

    Raises:
        ScenarioError: if it is no workbook, or one that nobody should open.
    """
    _look_at(path)
    load = spreadsheets().load_workbook
    try:
        written = load(path).worksheets
        if (cells := sum(sheet.max_row * sheet.max_column for sheet in written)) > MOST_CELLS:
            fail(path, f"its sheets have {cells:,} cells: expected at most {MOST_CELLS:,}")
        worked_out = load(path, data_only=True).worksheets if any(map(_has_formulas, written)) else written
    except ScenarioError:
        raise
    except Exception as error:  # whatever a broken file makes of the reader: it is no bug of ours
        fail(path, f"cannot be read as a workbook ({type(error).__name__}): {_ADVICE}")
    return [_sheet(path, *pair) for pair in zip(written, worked_out, strict=True)]


def _look_at(path: Path) -> None:
    """Refuse what is no workbook, or would unpack to very much."""
    try:
        if path.is_dir():
            fail(path, f"is a folder: {_ADVICE}")
        if not path.exists():
            fail(path, f"there is no such file{missing_hint(path) if path.suffix != '.xlsx' else ''}")
        with path.open("rb") as file:
            begins = file.read(8)
        if path.stat().st_size > MOST_BYTES:
            fail(path, f"is too large: expected at most {MOST_BYTES:,} bytes")
        _look_inside(path, begins)
    except (OSError, zipfile.BadZipFile) as error:
        fail(path, f"cannot be read as a workbook ({getattr(error, 'strerror', None) or error}): {_ADVICE}")


def _look_inside(path: Path, begins: bytes) -> None:
    if begins.startswith(b"\xd0\xcf\x11\xe0"):
        fail(path, f"is a workbook of the old kind (.xls), or one with a password: save it as .xlsx; {_ADVICE}")
    if not begins.startswith(b"PK"):
        _no_workbook(path)
    with zipfile.ZipFile(path) as packed:
        names = {part.filename for part in packed.infolist()}
        if "mimetype" in names:
            fail(path, f"is an OpenDocument file: save it as .xlsx; {_ADVICE}")
        if "xl/workbook.xml" not in names:
            _no_workbook(path)
        if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED:
            fail(path, "is too large once it is unpacked")


def _no_workbook(path: Path) -> NoReturn:
    fail(path, f"is not a workbook: {_ADVICE}")


def _has_formulas(sheet: Any) -> bool:
    return any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def _sheet(path: Path, written: Any, worked_out: Any) -> Sheet:
    place = f"{path}, sheet '{written.title}'"
    rows = [list(_row(place, *pair)) for pair in zip(written.iter_rows(), worked_out.iter_rows(), strict=True)]
    while rows and all(cell.is_empty for cell in rows[-1]):
        rows.pop()
    return Sheet(written.title, place, rows)


def _row(place: str, written: Any, worked_out: Any) -> Iterator[Cell]:
    for formula, value in zip(written, worked_out, strict=True):
        where = f"{place}, cell {formula.coordinate}"
        held = value.value
        if formula.data_type == "f" and held is None:
            yield Cell(None, where, _NOT_WORKED_OUT)
        elif value.data_type == "e":
            yield Cell(None, where, f"holds the error {held}")
        else:
            yield Cell(decoded(held) if isinstance(held, str) else held, where)
