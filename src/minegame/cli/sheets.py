"""Answers on screen: sentences, and tables that fit the page, cut into several where they are too wide."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from minegame.answers import Answer

_ROWS = 16  # of a table that are printed


def show(answer: Answer, page: Console, folder: Path | None = None) -> None:
    """Print an answer: the question, sentences, tables, limits, where the files are, how to make it again."""
    from rich.padding import Padding

    page.print()
    page.print(answer.question, style="bold")
    page.print()
    for sentence in answer.sentences:
        page.print(Padding(sentence, (0, 0, 0, 2)))
    for title, table in answer.tables.items():
        _print_table(page, title, table, folder)
    page.print()
    page.print("What this cannot say", style="bold")
    for limit in answer.limits:
        page.print(Padding(f"– {limit}", (0, 0, 0, 2)), style="dim")
    page.print()
    page.print(f"again    {answer.command}", soft_wrap=True)
    if folder is None:
        page.print(f"pictures {len(answer.pictures)}, and all tables as CSV: add --out FOLDER", soft_wrap=True)
    else:
        page.print(f"written  {folder} (answer.json, {len(answer.tables)} tables, {len(answer.pictures)} pictures)")


def _print_table(page: Console, title: str, table: pd.DataFrame, folder: Path | None) -> None:
    page.print()
    page.print(title, style="bold")
    if not len(table):
        page.print("  (nothing)")
        return
    columns = _columns(table.head(_ROWS))
    for part in _parts(columns, page.width):
        page.print(_grid(part))
    if len(table) > _ROWS:
        where = f"in {folder / 'tables'}" if folder else "with --out FOLDER"
        page.print(f"  … and {len(table) - _ROWS:,} rows more, {where}", style="dim")


def _columns(table: pd.DataFrame) -> dict[str, tuple[bool, list[str]]]:
    """The columns as printed, an estimate and its interval in one: heading → (whether it is text, cells)."""
    columns = {}
    for name in table:
        heading = str(name)
        if heading.endswith((" (low)", " (high)")):
            continue
        values = table[name].tolist()
        is_text = any(isinstance(value, str) for value in values)
        write = _writer(heading, values)
        cells = [write(value) for value in values]
        if f"{heading} (low)" in table:
            ends = zip(table[f"{heading} (low)"].tolist(), table[f"{heading} (high)"].tolist(), strict=True)
            cells = [
                f"{cell} [{write(low, value)}, {write(high, value)}]" if cell != "–" and low == low else cell
                for cell, value, (low, high) in zip(cells, values, ends, strict=True)
            ]
        columns[heading] = (is_text, cells)
    return columns


def _writer(heading: str, values: list[Any]) -> Callable[..., str]:
    """How the numbers of a column are written: by the unit in its heading, else by the size of the estimate."""
    numbers = [abs(float(x)) for x in values if isinstance(x, (int, float)) and not isinstance(x, bool) and x == x]
    largest = max((x for x in numbers if x != float("inf")), default=0.0)
    all_whole = all(x.is_integer() for x in numbers)

    def write(value: Any, estimate: Any = None) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if value is None or value != value:
            return "–"
        if not isinstance(value, (int, float)):
            return str(value)
        if value in (float("inf"), float("-inf")):
            return "∞" if value > 0 else "-∞"
        if "chance of" in heading or "chance that" in heading:
            return "<0.001" if value < 0.001 else f"{value:.3f}"
        if "points" in heading:
            return f"{value:+.1f}".replace("-0.0", "+0.0") if abs(value) < 0.05 else f"{value:+.1f}"
        if heading.endswith("%"):
            return f"{value:.1f}"
        if "M$" in heading:
            text = f"{value:,.{0 if largest >= 1000 else 1}f}"
            return text[1:] if text in ("-0.0", "-0") else text
        if all_whole:
            return f"{value:,.0f}"
        return f"{value:,.{_digits(value if estimate is None else estimate)}f}"

    return write


def _digits(value: float) -> int:
    size = abs(float(value))
    return 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3


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


def _grid(columns: _Columns) -> Table:
    from rich import box
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
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
