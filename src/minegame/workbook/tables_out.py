"""Tables as a workbook: fractions that are shown in percent, and the ends of intervals in columns of their own."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from minegame.tables import Column, Table
from minegame.text import FLAG, LEVEL, Unit
from minegame.workbook.cells import put, spreadsheets
from minegame.workbook.sheets import headed, new_sheet

#: Rows of a sheet; a file of the folder holds what is longer.
MOST_ROWS = 100_000
#: How a spreadsheet shows numbers of a unit; what is in percent is kept as a fraction.
_FORMATS = {"count": "#,##0", "money": "#,##0.0", "money_change": "+#,##0.0;-#,##0.0;0", "months": "0.0", "p": "0.000"}


def tables_workbook(told: Sequence[tuple[str, str]], tables: Mapping[str, Table]) -> bytes:
    """A workbook of what was asked and answered, in pairs of words and text, and of tables by their names."""
    book = spreadsheets().Workbook()
    _told(book.active, told, tables)
    for name, table in tables.items():
        _fill(new_sheet(book, name), table)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _told(sheet: Any, told: Sequence[tuple[str, str]], tables: Mapping[str, Table]) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.title = "question"
    named = [(f"sheet '{name}'", f"{table.title}{_cut(table)}") for name, table in tables.items()]
    for row, (words, text) in enumerate([*told, *named], 1):
        put(sheet.cell(row, 1), words)
        put(sheet.cell(row, 2), text)
        sheet.cell(row, 1).font = Font(bold=True)
        sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 110


def _cut(table: Table) -> str:
    rows = len(table)
    return f" (the first {MOST_ROWS:,} of {rows:,} rows; the folder holds all)" if rows > MOST_ROWS else ""


def _fill(sheet: Any, table: Table) -> None:
    columns = [*_columns(table.columns)]
    headed(sheet, [heading for _, heading, _ in columns], frozen="A2")
    frame = table.frame.head(MOST_ROWS)
    for n, (name, _, unit) in enumerate(columns, 1):
        shown = _format(unit)
        for row, value in enumerate(frame[name].tolist(), 2):
            if (kept := _plain(value)) is not None:
                cell = sheet.cell(row, n)
                put(cell, kept)
                if shown and not isinstance(kept, str):
                    cell.number_format = shown


def _columns(columns: Sequence[Column]) -> Iterator[tuple[str, str, Unit]]:
    """Name, heading and unit of every column of the sheet."""
    for column in columns:
        words = column.words or column.name.replace("_", " " if "." not in column.name else "_")
        unit = f" ({column.unit.heading})" if column.unit.heading == "M$" else ""
        for name, end in zip(column.names, ("", ", low", ", high"), strict=False):
            yield name, f"{words}{end}{unit}", column.unit


def _format(unit: Unit) -> str:
    if unit in (FLAG, LEVEL):
        return ""
    if unit.scale == 100:
        return "+0.0%;-0.0%;0.0%" if unit.signed else "0.0%"
    return _FORMATS.get(unit.name, "")


def _plain(value: Any) -> Any:
    """A value as a cell holds it; None where there is none, or none that a spreadsheet knows."""
    value = value.item() if hasattr(value, "item") else value
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, (bool, int, float, str)) else str(value)
