"""Answers on screen: sentences, and tables that fit the page, cut into several where they are too wide."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Grid

    from minegame.answers import Answer
    from minegame.tables import Table

_ROWS = 16  # of a table that are printed


def show(answer: Answer, page: Console, folder: Path | None = None) -> None:
    """Print an answer: the question, sentences, tables, limits, where the files are, how to make it again."""
    from rich.padding import Padding

    page.print()
    page.print(answer.question, style="bold")
    page.print()
    for sentence in answer.sentences:
        page.print(Padding(sentence, (0, 0, 0, 2)))
    for key, table in answer.tables.items():
        if not table.raw:
            where = f"in {folder / 'tables' / key}.csv" if folder else "with --out FOLDER"
            print_table(page, table, where)
    page.print()
    page.print("What this cannot say", style="bold")
    for limit in answer.limits:
        page.print(Padding(f"– {limit}", (0, 0, 0, 2)), style="dim")
    page.print()
    page.print(f"again    {answer.command}", soft_wrap=True)
    if folder is None:
        page.print(f"pictures {len(answer.pictures)}, and all tables as CSV: add --out FOLDER", soft_wrap=True)
    else:
        told = f"{len(answer.tables)} tables, {len(answer.pictures)} pictures"
        page.print(f"written  {folder} ({told})", soft_wrap=True)


def print_table(page: Console, table: Table, rest: str = "") -> None:
    """Print the first rows of a table in as many parts as it takes; ``rest`` says where the others are."""
    page.print()
    page.print(table.title, style="bold")
    if not len(table):
        page.print("  (nothing)")
        return
    for part in _parts(_columns(table), page.width):
        page.print(_grid(part))
    if len(table) > _ROWS:
        page.print(f"  … and {len(table) - _ROWS:,} rows more{', ' + rest if rest else ''}", style="dim")


def _columns(table: Table) -> _Columns:
    """The columns as printed, an estimate and its interval in one: heading → (whether it is text, cells)."""
    cells = list(zip(*table.cells(_ROWS), strict=True))
    return {
        column.heading: (not column.unit.is_number, list(mine))
        for column, mine in zip(table.columns, cells, strict=True)
    }


def _folded(heading: str) -> str:
    return "\n".join(textwrap.wrap(heading, 18, break_long_words=False))


_Columns = dict[str, tuple[bool, list[str]]]
_TEXTS = (60, 44, 34, 25)  # widths of a text column before it is wrapped, the first that needs the fewest tables


_SHORT = 16


def _width(heading: str, is_text: bool, cells: list[str], most: int) -> int:
    widest = max(max(map(len, _folded(heading).splitlines())), *map(len, cells))
    return min(widest, most) if is_text else widest


def _parts(columns: _Columns, width: int) -> list[_Columns]:
    """The columns in tables that fit the page, texts wrapped as far as that saves a table."""
    layouts = [(most, _groups(columns, width, most)) for most in _TEXTS]
    most, groups = min(layouts, key=lambda layout: len(layout[1]))
    wrapped = {
        heading: (is_text, [_wrapped(cell, most) for cell in cells] if is_text else cells)
        for heading, (is_text, cells) in columns.items()
    }
    return [{heading: wrapped[heading] for heading in group} for group in groups]


def _groups(columns: _Columns, width: int, most: int) -> list[list[str]]:
    """Headings of tables that fit the page; the first column, and a short text beside it, stand in each."""
    sizes = {heading: _width(heading, *column, most) + 3 for heading, column in columns.items()}
    keys = list(columns)[:1]
    keys += [heading for heading in list(columns)[1:2] if columns[heading][0] and sizes[heading] <= _SHORT]
    room = width - sum(sizes[key] for key in keys)
    groups: list[list[str]] = [[*keys]]
    left = room
    for heading in columns:
        if heading in keys:
            continue
        if sizes[heading] > left and len(groups[-1]) > len(keys):
            groups.append([*keys])
            left = room
        groups[-1].append(heading)
        left -= sizes[heading]
    return groups


def _wrapped(cell: str, most: int) -> str:
    """A text on lines no wider than that; a path breaks after a dot."""
    is_path = re.fullmatch(r"[\w*]+(\.[\w*]+)+", cell) is not None
    lines = textwrap.wrap(cell.replace(".", ". ") if is_path else cell, most) or [""]
    return "\n".join(lines).replace(". ", ".") if is_path else "\n".join(lines)


def _grid(columns: _Columns) -> Grid:
    from rich import box
    from rich.table import Table as Grid

    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for heading, (is_text, cells) in columns.items():
        lines = [line for cell in cells for line in cell.split("\n")]
        wide = _width(heading, is_text, lines, max(_TEXTS))
        grid.add_column(
            _folded(heading), justify="left" if is_text else "right", no_wrap=not is_text, overflow="fold",
            min_width=min(wide, 12) if is_text else wide,
        )  # fmt: skip
    for row in zip(*(cells for _, cells in columns.values()), strict=True):
        grid.add_row(*row)
    return grid
