"""A table as rows of cells under paths, and where each cell stands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from minegame.numerals import whole
from minegame.scenario import Problem, refuse, typed
from minegame.scenario.errors import fail
from minegame.tables import from_sheet
from minegame.workbook import opened

MOST_BYTES = 100_000_000
MOST_ROWS = 500_000
#: The columns that EMA workbench adds to its experiments, which name and set nothing here.
_EMA = ("scenario", "policy", "model")
_INDEX = ("", "index", "unnamed: 0")
_SHEET = "design"
#: Two cells, one after the other, that may be a number parted at its decimal comma.
_PARTED = re.compile(r"^[-+]?\d+\n\d+$", re.MULTILINE)


@dataclass(frozen=True)
class DesignTable:
    """A table as it was read: paths, and under each what stands in its cells; ``notes`` say what was left out."""

    file: Path
    paths: tuple[str, ...]
    rows: list[list[Any]]
    places: Grid = field(repr=False)
    notes: tuple[str, ...] = ()
    separator: str = ""  # of a text file

    def problem(self, point: str, path: str, text: str) -> Problem:
        """What is wrong with a value of a point: ``table.csv, row 3, column 'tender.lots'``."""
        if point.isdigit() and path in self.paths:
            return self.places.problem(int(point) + 1, self.paths.index(path), path, text)
        row = f", row {self.places.numbers[int(point) + 1]}" if point.isdigit() else ""
        return Problem(f"{self.file}{row}", None, path, text)


@dataclass(frozen=True)
class Grid:
    """Where the cells of a table stand: the file, the number of each row, and the column of each path."""

    file: Path
    numbers: Sequence[int]
    columns: Sequence[str]
    cells: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def where(self, row: int, column: int) -> str:
        """The cell of a workbook, or row and column of a text file; row 0 holds the paths."""
        text = f"{self.file}, row {self.numbers[row]}, column {self.columns[column]}"
        return self.cells.get((row, column), text)

    def problem(self, row: int, column: int, path: str, text: str) -> Problem:
        """What is wrong with a cell; its column says which path it is about, but in a workbook."""
        return Problem(self.where(row, column), None, path if (row, column) in self.cells else "", text)


def read_design(file: Path) -> DesignTable:
    """A table of points from a CSV file or a workbook; what its cells mean is said by :func:`points_of`.

    Raises:
        ScenarioError: if it is no such table, with row and column.
    """
    is_workbook = file.suffix.lower() in (".xlsx", ".xlsm")
    rows, numbers, cells, separator = _of_workbook(file) if is_workbook else _of_text(file)
    if len(rows) < 2:
        fail(file, "has no points: expected a row of paths, and below it a row for each point")
    if len(rows) > MOST_ROWS:
        fail(file, f"has {len(rows):,} rows: expected at most {MOST_ROWS:,}")
    return replace(_headed(file, rows, numbers, cells, separator), separator=separator)


#: The rows, their numbers, the places of cells that have their own, and the separator.
_Rows = tuple[list[list[Any]], list[int], dict[tuple[int, int], str], str]


def _of_workbook(file: Path) -> _Rows:
    sheets = [sheet for sheet in opened(file) if sheet.rows]
    chosen = sheets if len(sheets) < 2 else [sheet for sheet in sheets if sheet.name.lower() == _SHEET]
    if len(chosen) != 1:
        names = ", ".join(sheet.name for sheet in sheets) or "none"
        fail(file, f"expected one sheet with the points, or one called '{_SHEET}': it has {names}")
    places = {(r, c): cell.place for r, row in enumerate(chosen[0].rows) for c, cell in enumerate(row)}
    faults = [cell.problem("", cell.fault) for row in chosen[0].rows for cell in row if cell.fault]
    if faults:
        refuse(faults)
    rows = [[_stripped(cell.value) for cell in row] for row in chosen[0].rows]
    return rows, [*range(1, len(rows) + 1)], places, ""


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _of_text(file: Path) -> _Rows:
    text = _text_of(file)
    text = text.removeprefix("#").removeprefix(" ")  # with which NumPy begins a row of names
    told = re.match(r"sep=(.)\r?\n", text)  # a line with which Excel is told the separator
    separator = told[1] if told else _separator(text)
    body = text[told.end() :] if told else text
    numbered = [*enumerate(_split(file, body, separator), 2 if told else 1)]
    while numbered and not any(cell.strip() for cell in numbered[-1][1]):
        numbered.pop()
    rows = [[from_sheet(cell.strip()) for cell in row] for _, row in numbered]
    return rows, [number for number, _ in numbered], {}, separator


def _text_of(file: Path) -> str:
    if not file.is_file():
        fail(file, "is a folder: expected a CSV file or a workbook" if file.is_dir() else "there is no such file")
    if file.stat().st_size > MOST_BYTES:
        fail(file, f"is too large: expected at most {MOST_BYTES:,} bytes")
    data = file.read_bytes()
    try:
        return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        fail(file, "is not UTF-8 text: expected a table saved as 'CSV UTF-8', or a workbook (.xlsx)")


def _separator(text: str) -> str:
    """What stands between columns, as the first row says: a semicolon, a tab, a comma, or spaces."""
    first = text.lstrip("\r\n").partition("\n")[0].strip()
    return next((sign for sign in ";\t, " if sign in first), ",")


def _split(file: Path, text: str, separator: str) -> Iterator[list[str]]:
    try:
        spaced = separator == " "
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=spaced, strict=True)
    except csv.Error as error:
        fail(file, f"is not a table that can be read: {error}")


def _headed(
    file: Path, rows: list[list[Any]], numbers: list[int], cells: dict[tuple[int, int], str], separator: str
) -> DesignTable:
    heads = ["" if head is None else str(head).strip() for head in rows[0]]
    if heads and all(isinstance(typed(head), (int, float)) for head in heads[0].split() or ["x"]):
        text = (
            "numbers stand in its first row, where the paths belong: write a row such as "
            "host.balance_weight,tender.months above them (samples of SALib have none)"
        )
        fail(file, text)
    width = max((n for n, head in enumerate(heads, 1) if head), default=0)
    body = [_of_width(file, row, number, width, separator) for row, number in zip(rows[1:], numbers[1:], strict=True)]
    notes, left_out = _left_out(file, heads[:width], body)
    kept = [n for n in range(width) if n not in left_out]
    grid = Grid(file, numbers, [f"'{heads[n]}'" for n in kept], {
        (row, kept.index(n)): place for (row, n), place in cells.items() if n in kept
    })  # fmt: skip
    _check_heads(grid, [heads[n] for n in kept], kept)
    return DesignTable(file, tuple(heads[n] for n in kept), [[row[n] for n in kept] for row in body], grid, notes)


def _of_width(file: Path, row: list[Any], number: int, width: int, separator: str) -> list[Any]:
    """A row cut or filled to so many cells, if nothing is lost or missing."""
    beyond = [cell for cell in row[width:] if cell not in (None, "")]
    if beyond or len(row) < min(width, 2):
        what = f"{len(row)} cells" if row else "nothing"
        is_parted = separator == "," and re.search(_PARTED, "\n".join(row)) and len(row) > width
        hint = "; with decimal commas (1,5) write semicolons between the cells" if is_parted else ""
        fail(file, f"row {number} has {what}: expected {width}, one for each column of the first row{hint}")
    return [*row[:width], *[""] * (width - len(row))]


def _left_out(file: Path, heads: list[str], body: list[list[Any]]) -> tuple[tuple[str, ...], set[int]]:
    """The columns that hold no values of a scenario, and what is said of them."""
    notes: list[str] = []
    out: set[int] = set()
    if heads and heads[0].lower() in _INDEX and _counts([row[0] for row in body]):
        notes.append(f"{file}: column 1 only numbers the rows, and is left out")
        out.add(0)
    if set(_EMA) <= set(heads):
        notes.append(f"{file}: the columns {', '.join(_EMA)} of EMA workbench are no values, and are left out")
        out |= {heads.index(name) for name in _EMA}
    return tuple(notes), out


def _counts(cells: Sequence[Any]) -> bool:
    """Whether cells number the rows from 0 or 1."""
    found = [whole(typed(cell) if isinstance(cell, str) else cell) for cell in cells]
    return found in ([*range(len(found))], [*range(1, len(found) + 1)])


def _check_heads(grid: Grid, heads: Sequence[str], columns: Sequence[int]) -> None:
    for n, head in enumerate(heads):
        if not head:
            fail(f"{grid.file}, column {columns[n] + 1}", "has no path in the first row: expected one for each column")
        if heads.index(head) < n:
            first = columns[heads.index(head)] + 1
            fail(f"{grid.file}, columns {first} and {columns[n] + 1}", "a path stands twice", path=head)
