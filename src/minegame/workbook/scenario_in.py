"""A scenario from a workbook: rows by path, checked as a file is, and refused by the cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from minegame.scenario import Problem, Scenario, ScenarioError, is_pattern, nearest, refuse, shown
from minegame.scenario.errors import Loc, fail
from minegame.scenario.fields import KINDS
from minegame.scenario.paths import Place, expected, pattern_for, places_of, types_of
from minegame.scenario.units import units_in
from minegame.scenario.values import month_of, plain_value
from minegame.workbook import entries
from minegame.workbook.cells import Cell
from minegame.workbook.reading import Sheet, opened

_HEADINGS = ("path", "value", "unit", *entries.COLUMNS, "allowed", "meaning")


def read_scenario(path: Path) -> Scenario:
    """The scenario that a workbook holds, in sheets as :func:`~minegame.workbook.scenario_workbook` writes them.

    Raises:
        ScenarioError: with file, sheet, cell and path, for everything that is wrong.
    """
    rows = list(_rows(path))
    if not any("value" in row.cells for row in rows):
        fail(
            path, "holds no scenario: expected sheets with 'path' and 'value' in their first row, as export writes them"
        )
    read = _Read(path)
    known = _places(rows)
    read.values({row.path: row for row in _once(rows, "value", read)}, known)
    read.sources(list(_once(rows, "source", read)))
    if read.problems:
        units = units_in(read.document)
        refuse([replace(one, text=units.in_words(one.text)) for one in read.problems], own=str(path))
    return Scenario.from_document(read.document, path.stem, read.where)


@dataclass(frozen=True)
class _Row:
    """A row: the path it is about, its cells by the heading of their column, and where it is."""

    path: str
    cells: dict[str, Cell]
    sheet: str


def _rows(path: Path) -> Iterator[_Row]:
    for sheet in opened(path):
        heads = [str(cell.value).strip().lower() if not cell.is_empty else "" for cell in (sheet.rows or [[]])[0]]
        if "path" in heads and ({"value", "source"} & set(heads)):
            _check_heads(sheet, heads)
            yield from _rows_of(sheet, heads)


def _check_heads(sheet: Sheet, heads: list[str]) -> None:
    for cell, head in zip(sheet.rows[0], heads, strict=True):
        if head and head not in _HEADINGS:
            text = f"there is no column {shown(head)}: expected one of {', '.join(_HEADINGS)}{nearest(head, _HEADINGS)}"
            raise ScenarioError(cell.problem("", text))
        if head and heads.count(head) > 1:
            raise ScenarioError(cell.problem("", f"the column '{head}' stands twice"))


def _rows_of(sheet: Sheet, heads: list[str]) -> Iterator[_Row]:
    for row in sheet.rows[1:]:
        cells = {head: cell for head, cell in zip(heads, row, strict=True) if head}
        named = cells["path"]
        if named.is_empty:
            if stray := next((cell for cell in cells.values() if not cell.is_empty), None):
                raise ScenarioError(stray.problem("", "has no path in its row: expected one, such as tender.months"))
            continue
        yield _Row(str(named.value).strip(), cells, sheet.place)


def _once(rows: list[_Row], column: str, read: _Read) -> Iterator[_Row]:
    """The rows that have something to say in a column; a path for which two rows do is refused."""
    first: dict[str, _Row] = {}
    for row in rows:
        if column not in row.cells or (column == "source" and all(_empty(row, name) for name in entries.COLUMNS)):
            continue
        if row.path in first:
            text = f"stands twice, first in {first[row.path].cells['path'].place}"
            read.problems.append(row.cells["path"].problem(row.path, text))
            continue
        first[row.path] = row
        yield row


def _empty(row: _Row, name: str) -> bool:
    return name not in row.cells or row.cells[name].is_empty


def _places(rows: list[_Row]) -> dict[str, Place]:
    """Every path that a scenario with the agents of these rows has."""
    names: dict[str, dict[str, None]] = {kind: {} for kind in KINDS}
    for row in rows:
        kind, _, rest = row.path.partition(".")
        if kind in names and rest and not is_pattern(row.path):
            names[kind][rest.partition(".")[0]] = None
    deposits, patrons, bidders, financiers = (tuple(listed) for listed in names.values())
    return places_of(Scenario, (deposits, patrons, bidders, financiers))


@dataclass
class _Read:
    """What has been read of a workbook: a document as a file would hold it, where each value stands, what is wrong."""

    file: Path
    document: dict[str, Any] = field(default_factory=dict)
    cells: dict[Loc, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def where(self, loc: Loc) -> tuple[str, int | None]:
        """The cell of a value, or the sheet of the group that should hold it."""
        loc = tuple(loc)
        while loc and loc not in self.cells:
            loc = loc[:-1]
        return self.cells.get(loc, str(self.file)), None

    def values(self, rows: dict[str, _Row], known: dict[str, Place]) -> None:
        """Take in the values."""
        for path, row in rows.items():
            loc = tuple(path.split("."))
            for depth in range(1, len(loc)):
                self.cells.setdefault(loc[:depth], row.sheet)
            self.cells[loc] = row.cells["value"].place
            try:
                self._keep(loc, _value(row.cells["value"], path, known.get(path)))
            except ScenarioError as error:
                self.problems += error.problems

    def _keep(self, loc: Loc, value: object) -> None:
        group = self.document
        for depth, part in enumerate(loc[:-1], 1):
            group = group.setdefault(part, {})
            if not isinstance(group, dict):
                text = f"{'.'.join(loc[:depth])} is a value, not a group of values"
                raise ScenarioError(Problem(self.cells[loc], None, ".".join(loc), text))
        group[loc[-1]] = value

    def sources(self, rows: list[_Row]) -> None:
        """Take in the sources: those of patterns first, then those of single numbers."""
        found: dict[str, Any] = {}
        for row in sorted(rows, key=lambda row: not is_pattern(row.path)):
            faults = [cell for name, cell in row.cells.items() if name in entries.COLUMNS and cell.fault]
            if faults:
                self.problems += [cell.problem(f"sources.{row.path}", cell.fault) for cell in faults]
            elif (pattern := entries.pattern_named(row.cells)) is not None:
                self.problems += _borrowed(row, pattern, found)
            else:
                found[row.path], wrong = entries.entry_of(row.path, row.cells)
                self.problems += wrong
                self._place_source(row)
        self.document["sources"] = found

    def _place_source(self, row: _Row) -> None:
        for name in entries.COLUMNS:
            if name in row.cells:
                self.cells["sources", row.path, name] = row.cells[name].place
        self.cells["sources", row.path] = row.cells.get("source", row.cells["path"]).place


def _borrowed(row: _Row, pattern: str, found: dict[str, Any]) -> list[Problem]:
    """What is wrong with a number that has its source from a pattern."""
    if pattern_for(found, row.path) != pattern:
        listed = [name for name in found if is_pattern(name)]
        text = f"no source stands for '{pattern}': expected one of the sheet 'sources'{nearest(pattern, listed)}"
        if pattern in found:
            text = f"its source would be that of '{pattern_for(found, row.path)}': write so, or a source of its own"
        return [row.cells["source"].problem(f"sources.{row.path}", text)]
    return list(entries.unlike(row.path, row.cells, pattern, found[pattern]))


def _value(cell: Cell, path: str, place: Place | None) -> object:
    """The value in a cell as a file would hold it; what is none of that kind stays as it is, to be refused later."""
    if cell.fault:
        raise ScenarioError(cell.problem(path, cell.fault))
    if place is None:  # an unknown path, which is told with all that is wrong
        return None if cell.is_empty else cell.value
    if cell.is_date:
        value, said = month_of(cell.value, place)
        if said:
            raise ScenarioError(cell.problem(path, said))
        return value
    if _is_text(place):
        return _text(cell, path, place)
    if cell.is_empty:
        wanted = expected(place.info, place.choices)
        text = f"is empty: expected {wanted} (without the row the default holds, if there is one)"
        raise ScenarioError(cell.problem(path, text))
    return plain_value(cell.value, place)


def _is_text(place: Place) -> bool:
    return str in types_of(place.info) and place.choices[:1] != ("false",)


def _text(cell: Cell, path: str, place: Place) -> object:
    if cell.value is None:
        return None if type(None) in types_of(place.info) else ""
    if not isinstance(cell.value, str):
        text = f"{shown(cell.value)} is a number there, not text: format the cell as text and type it again"
        raise ScenarioError(cell.problem(path, text))
    return plain_value(cell.value, place)
