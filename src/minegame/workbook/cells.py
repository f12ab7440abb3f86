"""Cells: text that no spreadsheet runs, and what a cell holds once it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from minegame.scenario import Problem, ScenarioError
from minegame.tables import for_sheet

#: What XML cannot hold is written as _xHHHH_, as spreadsheets do.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_CODED = re.compile("_x(00[01][0-9A-F]|FFF[EF])_", re.IGNORECASE)


@dataclass(frozen=True)
class Cell:
    """What stands in a cell of a workbook, and where: ``X.xlsx, sheet 'patron us', cell B7``.

    ``fault`` says why it has no value that could be used: it holds an error, or a formula that nobody has worked out.
    """

    value: Any
    place: str
    fault: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands there; spaces are nothing."""
        return not self.fault and (self.value is None or (isinstance(self.value, str) and not self.value.strip()))

    @property
    def is_date(self) -> bool:
        """Whether a date, a time or a duration stands there."""
        return isinstance(self.value, (date, time, timedelta))

    def problem(self, path: str, text: str) -> Problem:
        """What is wrong with it."""
        return Problem(self.place, None, path, text)


def coded(text: str) -> str:
    """Text as a workbook holds it.

    >>> coded("a\\x1bb"), decoded(coded("a\\r")), decoded("_x0041_")
    ('a_x001B_b', 'a\\r', '_x0041_')
    """
    return _UNWRITABLE.sub(lambda letter: f"_x{ord(letter[0]):04X}_", text)


def decoded(text: str) -> str:
    """The text that a workbook holds."""
    return _CODED.sub(lambda code: chr(int(code[1], 16)), text)


def put(cell: Any, value: Any) -> None:
    """Write a value into a cell of openpyxl: text stays text there, whatever it begins with."""
    if not isinstance(value, str):
        cell.value = value
        return
    cell.value = coded(value)
    cell.data_type, cell.number_format = "s", "@"
    cell.quotePrefix = for_sheet(value) != value  # not even when somebody edits it


def spreadsheets() -> Any:
    """The package that reads and writes workbooks.

    Raises:
        ScenarioError: if it is not installed, with the command that installs it.
    """
    try:
        import openpyxl
    except ModuleNotFoundError:
        text = "workbooks need the package openpyxl: pip install openpyxl"
        raise ScenarioError(Problem("", None, "", text)) from None
    return openpyxl
