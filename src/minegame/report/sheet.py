"""A table on the page: its cells, how much room they need, and whether it is better read downwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from minegame.tables import Column, Table
from minegame.text import LEVEL, MISSING, PATH

MOST_ROWS = 50  # of a table on the page
_FEW_ROWS = 4  # of a wide table that is better read downwards
_ROOM, _MORE_ROOM = 100, 125  # characters across a printed page; in smaller letters; above, the page is turned


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text, and whether it is a number, a path of the scenario or words."""

    text: str
    kind: str = "words"


@dataclass(frozen=True)
class Sheet:
    """A table as it stands on the page: an estimate with its interval in one cell."""

    title: str
    headings: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    rows_in_all: int

    @classmethod
    def of(cls, table: Table) -> Sheet:
        """The first rows of a table; a wide one of few rows is turned, so that it is read downwards."""
        rows = [
            [
                Cell(text, _kind(column, text, value))
                for column, text, value in zip(table.columns, texts, kept, strict=True)
            ]
            for texts, kept in zip(table.cells(MOST_ROWS), _kept(table), strict=True)
        ]
        headings = [_heading(column, [row[n] for row in rows]) for n, column in enumerate(table.columns)]
        sheet = cls(table.title, headings, rows, len(table))
        return sheet._turned() if sheet.size == "very-wide" and len(rows) <= _FEW_ROWS else sheet

    def _turned(self) -> Sheet:
        """With columns as rows."""
        across = [self.headings, *self.rows]
        rows = [[Cell(line[0].text), *line[1:]] for line in zip(*across, strict=True)]
        headings = [Cell(rows[0][0].text), *(Cell(cell.text, "number") for cell in rows[0][1:])]
        return Sheet(self.title, headings, [[line[0], *_right(line[1:])] for line in rows[1:]], self.rows_in_all)

    @property
    def size(self) -> str:
        """How much room the table needs: "", "wide" or "very-wide"."""
        width = sum(_width(heading, [row[n] for row in self.rows]) for n, heading in enumerate(self.headings))
        return "very-wide" if width > _MORE_ROOM else "wide" if width > _ROOM else ""


def _kept(table: Table) -> list[tuple[Any, ...]]:
    """The values of the first rows as kept, a value a column."""
    columns = [table.frame[column.name].head(MOST_ROWS) for column in table.columns]
    return list(zip(*columns, strict=True)) if columns else []


def _kind(column: Column, text: str, value: Any) -> str:
    if column.unit is PATH:
        return "words" if text == MISSING else "path"
    number = column.unit.is_number or (column.unit is LEVEL and _is_number(value))
    return "number" if number else "words"


def _is_number(value: Any) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, (str, bool)) and not _is_flag(value)


def _is_flag(value: Any) -> bool:
    return getattr(getattr(value, "dtype", None), "kind", "") == "b"


def _heading(column: Column, cells: Sequence[Cell]) -> Cell:
    is_path = column.heading == column.name and "." in column.name
    text = column.heading if is_path else re.sub(r"(?<=[a-z_])([._])(?=[a-z])", "\\1\u200b", column.heading)
    numeric = column.unit.is_number or any(cell.kind == "number" for cell in cells)
    return Cell(unbroken(text), ("path" if is_path else "words") + (" number" if numeric else ""))


def _right(cells: Iterable[Cell]) -> list[Cell]:
    return [Cell(cell.text, "path" if cell.kind == "path" else "turned number") for cell in cells]


def _width(heading: Cell, cells: Sequence[Cell]) -> int:
    """The fewest characters that a column needs: numbers never break, words between words, paths after dots."""
    longest = max(len(part) for part in re.split("[ .\u200b]", heading.text))
    for cell in cells:
        parts = [cell.text] if "number" in cell.kind else re.split(r"[ .]", cell.text)
        longest = max(longest, *(len(part) for part in parts), min(18, len(cell.text)))
    return longest + 2


def unbroken(text: str) -> str:
    """Text in which no line may end between a number and its unit, or inside an interval.

    >>> unbroken("60.1 % [59.4, 60.8]").split(" ")
    ['60.1\\xa0%', '[59.4,\\xa060.8]']
    """
    text = re.sub(r"\[([^\s\[\],]+), ([^\s\[\],]+)\]", "[\\1,\xa0\\2]", text)
    return re.sub(r"(?<=\d|,) (?=(?:%|M\$)(?:\W|$))", "\xa0", text)
