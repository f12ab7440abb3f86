"""What every sheet has: a name that fits, and a head that stays while one scrolls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from minegame.workbook.cells import put

_LETTERS = 31  # of the name of a sheet


def new_sheet(book: Any, name: str) -> Any:
    """A new sheet; a name that is too long is cut, and numbered where another begins alike."""
    short = name[:_LETTERS]
    number = 1
    while short in book.sheetnames:
        number += 1
        short = f"{name[: _LETTERS - 3]} {number}"
    return book.create_sheet(short)


def headed(sheet: Any, headings: Sequence[str], frozen: str, widths: Mapping[str, int] | None = None) -> None:
    """Write the row of headings, which stays in sight."""
    from openpyxl.styles import Alignment, Font

    for n, heading in enumerate(headings, 1):
        cell = sheet.cell(1, n)
        put(cell, heading)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[cell.column_letter].width = (widths or {}).get(heading, max(12, min(len(heading), 28)))
    sheet.freeze_panes = frozen
