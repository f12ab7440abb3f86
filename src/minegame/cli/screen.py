"""Answers on screen: sentences, and tables that fit the page, cut into several where they are too wide."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from minegame.cells import cell_len, wrapped
from minegame.text import counted, said, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Grid

    from minegame.answers import Answer
    from minegame.tables import Table

_ROWS = 16  # of a table that are printed


def show(answer: Answer, page: Console, folder: Path | None = None) -> None:
    """Print an answer, where its files are, and how to make it again."""
    told = f"{counted(len(answer.tables), 'table')}, {counted(len(answer.pictures), 'picture')}"
    tell(answer, page, f"in {folder / 'tables'}" if folder else "with --out FOLDER")
    if folder is None:
        page.print(f"to keep  {told}: add --out FOLDER")
    else:
        page.print(f"written  {folder} ({told})", soft_wrap=True)


def tell(answer: Answer, page: Console, rest: str) -> None:
    """Print an answer: the question, sentences, tables, limits; ``rest`` says where the rows are that are left out."""
    from rich.padding import Padding

    page.print()
    page.print(answer.question, style="bold")
    page.print(_how(answer), style="dim")
    page.print()
    for sentence in answer.sentences:
        page.print(Padding(sentence, (0, 0, 0, 2)))
    for table in answer.tables.values():
        if not table.raw:
            print_table(page, table, rest)
    page.print()
    page.print("What this cannot say", style="bold")
    for limit in answer.limits:
        page.print(Padding(f"– {limit}", (0, 0, 0, 2)), style="dim")
    page.print()
    page.print("In short", style="bold")
    page.print(Padding(answer.sentences[0], (0, 0, 0, 2)))
    page.print()
    page.print(f"again    {answer.command}", soft_wrap=True)


def _how(answer: Answer) -> str:
    """What was asked about, on which luck, and how sure the intervals are."""
    seed, confidence = (answer.settings.get(name) for name in ("seed", "confidence"))
    parts = [f"{answer.scenario.name}{'' if seed is None else f', seed {seed}'}"]
    if confidence is not None:
        parts.append(f"{said(confidence, 'confidence')} intervals in brackets")
    return "; ".join(parts)


def print_table(page: Console, table: Table, rest: str) -> None:
    """Print the first rows of a table in as many parts as it takes; ``rest`` says where the others are."""
    page.print()
    page.print(table.title, style="bold")
    if not len(table):
        page.print("  (nothing)")
        return
    for part in _parts(_columns(table), page.width):
        page.print(_grid(part))
    if len(table) > _ROWS:
        page.print(f"  … and {len(table) - _ROWS:,} rows more, {rest}", style="dim")


_Columns = dict[str, tuple[bool, list[str]]]
_TEXTS = (60, 44, 34, 25)  # widths of a text column before it is wrapped, the first that needs the fewest tables
_NARROW = (18, 12)  # where nothing else fits
_DOT = re.compile(r"(?<=[A-Za-z_*])\.(?=[A-Za-z_*])")  # of a path
_BREAK = "\v"  # white space to textwrap, and to nobody else
_HEADING = 18  # cells of a line of a heading


def _columns(table: Table) -> _Columns:
    """The columns as printed, an estimate and its interval in one: heading → (whether it is text, cells)."""
    cells = [[visible(cell) for cell in column] for column in zip(*table.cells(_ROWS), strict=True)]
    headings = [visible(column.heading) for column in table.columns]
    apart = [
        f"{heading} ({column.name})" if headings.count(heading) > 1 else heading
        for column, heading in zip(table.columns, headings, strict=True)
    ]
    return {
        heading: (not column.unit.is_number, mine)
        for column, heading, mine in zip(table.columns, apart, cells, strict=True)
    }


def _folded(heading: str) -> str:
    return "\n".join(wrapped(heading, _HEADING, break_long_words=False))


def _parts(columns: _Columns, width: int) -> list[_Columns]:
    """The columns in tables that fit the page, texts wrapped as far as that saves a table.

    What tells the rows apart stands in each: side by side, or in one column where the page is narrow.
    """
    keys = _keys(columns)
    for asked, count in ((columns, len(keys)), (_joined(columns, keys), 1)):
        for widths in (_TEXTS, _NARROW):
            layouts = [_groups(_wrapped(asked, most), count, width) for most in widths]
            if fitting := [groups for groups in layouts if _fits(groups, width)]:
                return min(fitting, key=len)
    return layouts[-1]


def _keys(columns: _Columns) -> list[str]:
    """The first columns of text, as many as tell the rows apart."""
    keys: list[str] = []
    for heading, (is_text, _) in columns.items():
        if keys and (not is_text or _are_apart([columns[key][1] for key in keys])):
            break
        keys.append(heading)
    return keys


def _are_apart(columns: list[list[str]]) -> bool:
    rows = list(zip(*columns, strict=True))
    return len(set(rows)) == len(rows)


def _joined(columns: _Columns, keys: list[str]) -> _Columns:
    """The columns with all keys in one, line by line."""
    cells = ["\n".join(row) for row in zip(*(columns[key][1] for key in keys), strict=True)]
    return {", ".join(keys): (True, cells), **{name: one for name, one in columns.items() if name not in keys}}


def _wrapped(columns: _Columns, most: int) -> _Columns:
    return {
        heading: (is_text, ["\n".join(_lines(cell, most)) for cell in cells] if is_text else cells)
        for heading, (is_text, cells) in columns.items()
    }


def _lines(cell: str, most: int) -> list[str]:
    """A text in lines no wider than that; a path breaks after a dot."""
    broken = [wrapped(_DOT.sub(f".{_BREAK}", line), most, replace_whitespace=False) for line in cell.split("\n")]
    return [line.replace(_BREAK, "") for lines in broken for line in lines or [""]]


def _groups(columns: _Columns, count: int, width: int) -> list[_Columns]:
    """Tables that fit the page as far as they can; the first ``count`` columns stand in each."""
    keys = dict(list(columns.items())[:count])
    groups = [{**keys}]
    for heading, column in list(columns.items())[count:]:
        if len(groups[-1]) > count and _size({**groups[-1], heading: column}) > width:
            groups.append({**keys})
        groups[-1][heading] = column
    return groups


def _fits(groups: list[_Columns], width: int) -> bool:
    return all(_size(group) <= width for group in groups)


def _size(columns: _Columns) -> int:
    return sum(_width(heading, cells) + 3 for heading, (_, cells) in columns.items())


def _width(heading: str, cells: list[str]) -> int:
    return max(cell_len(line) for text in (_folded(heading), *cells) for line in text.split("\n"))


def _grid(columns: _Columns) -> Grid:
    from rich import box
    from rich.table import Table as Grid

    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for heading, (is_text, cells) in columns.items():
        wide = _width(heading, cells)
        grid.add_column(
            _folded(heading), justify="left" if is_text else "right", no_wrap=not is_text, overflow="fold",
            min_width=min(wide, 12) if is_text else wide,
        )  # fmt: skip
    for row in zip(*(cells for _, cells in columns.values()), strict=True):
        grid.add_row(*row)
    return grid
