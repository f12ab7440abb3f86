"""Where a number comes from, as the cells beside it say it, and back again.

A source with an address is a fact, or what somebody calibrated or swept with that in hand; one without is an
assumption.  A number whose source is that of a pattern says ``as patrons.*.annuity``; the pattern's own stands in the
sheet of sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from minegame.scenario import Problem, ScenarioError, is_pattern, nearest
from minegame.scenario.errors import shown
from minegame.scenario.fields import Source
from minegame.workbook.cells import Cell

#: The columns in which a source stands.
COLUMNS = ("low", "high", "source", "status", "note", "address", "fact")
NO_SOURCE = "null"
_AS = "as "
#: What the status of a source may be called, and what it is.
_STATUSES = {
    "": "", "fact": "fact", "measured": "fact", "assumption": "assumption", "assumed": "assumption",
    "calibrated": "calibrated", "swept": "swept",
}  # fmt: skip
_SAME = ("low", "high", "status")  # what a number shows of a pattern's source


def cells_of(name: str, source: Source | None) -> dict[str, Any]:
    """A source as the cells of its columns.

    Raises:
        ScenarioError: if it has an assumption beside a title or an address, which its cells could not tell apart.
    """
    if source is None:
        return {"source": NO_SOURCE}
    if source.assumption and (source.title or source.address):
        text = "has an assumption, and a title or an address too, which a workbook cannot tell apart: remove one"
        raise ScenarioError(Problem("", None, f"sources.{name}", text))
    return {
        "low": source.low, "high": source.high, "source": source.assumption or source.title,
        "status": source.standing, "note": source.note, "address": source.address, "fact": ", ".join(source.fact),
    }  # fmt: skip


def cells_as(pattern: str, source: Source | None) -> dict[str, Any]:
    """The cells of a number whose source is that of a pattern."""
    shown_of = {} if source is None else {name: cells_of(pattern, source)[name] for name in _SAME}
    return {"source": f"{_AS}{pattern}", **shown_of}


def pattern_named(cells: Mapping[str, Cell]) -> str | None:
    """The pattern whose source a number says that it has, if it says so."""
    text = _text(cells, "source")
    pattern = text.removeprefix(_AS).strip()
    return pattern if text.startswith(_AS) and is_pattern(pattern) and not re.search(r"\s", pattern) else None


def entry_of(path: str, cells: Mapping[str, Cell]) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The source that cells say, as a file would hold it, and what is wrong with them; None for no source."""
    if _text(cells, "source") == NO_SOURCE:
        return None, list(_not_beside(path, cells, "source", ("low", "high", "status", "note", "address", "fact")))
    status, problems = _status(path, cells)
    address = _text(cells, "address")
    named = {"title" if address else "assumption": _text(cells, "source"), "address": address}
    entry: dict[str, Any] = {
        **named, "note": _text(cells, "note"), "status": status if status in ("calibrated", "swept") else None,
        "fact": [part for part in re.split(r"\s*,\s*", _text(cells, "fact")) if part],
        **{end: _number(cells, end) for end in ("low", "high")},
    }  # fmt: skip
    return {name: value for name, value in entry.items() if value not in (None, "", [])}, problems


def unlike(path: str, cells: Mapping[str, Cell], pattern: str, entry: Mapping[str, Any] | None) -> Iterator[Problem]:
    """What a number says of the source of a pattern that this does not say of itself."""
    own = {"low": None, "high": None, "status": ""} if entry is None else dict(entry)
    standing = own.get("status") or ("" if entry is None else "fact" if own.get("address") else "assumption")
    said = {"low": own.get("low"), "high": own.get("high"), "status": standing}
    for name in _SAME:
        cell = cells.get(name)
        if cell is None or cell.is_empty:
            continue
        found = _STATUSES.get(_text(cells, name), cell.value) if name == "status" else _number(cells, name)
        if found != said[name]:
            text = (
                f"{name}: {shown(found)} is not what '{pattern}' says ({shown(said[name])}), whose source this is: "
                "change it in the sheet of sources, empty this cell, or give the number a source of its own"
            )
            yield cell.problem(f"sources.{path}", text)
    yield from _not_beside(path, cells, f"as {pattern}", ("note", "address", "fact"))


def _not_beside(path: str, cells: Mapping[str, Cell], source: str, names: tuple[str, ...]) -> Iterator[Problem]:
    for name in names:
        if name in cells and not cells[name].is_empty:
            text = f"{name}: expected nothing beside the source {source!r}: write a source, or empty this cell"
            yield cells[name].problem(f"sources.{path}", text)


def _status(path: str, cells: Mapping[str, Cell]) -> tuple[str, list[Problem]]:
    """What a number is worth as evidence, and what is wrong with how that is said."""
    text, address = _text(cells, "status"), _text(cells, "address")
    status = _STATUSES.get(text.lower())
    if status is None:
        known = [name for name in _STATUSES if name]
        said = f"status: {shown(text)} is not allowed: expected one of {', '.join(known)}{nearest(text, known)}"
        return "", [cells["status"].problem(f"sources.{path}", said)]
    if status == "fact" and not address:
        said = f"status: {text} needs the address of a source: without one it is an assumption"
        return status, [cells["status"].problem(f"sources.{path}", said)]
    if status == "assumption" and address:
        said = f"status: {text} is what has no address: write 'fact', or remove the address"
        return status, [cells["status"].problem(f"sources.{path}", said)]
    return status, []


def _text(cells: Mapping[str, Cell], name: str) -> str:
    cell = cells.get(name)
    return "" if cell is None or cell.is_empty else str(cell.value)


def _number(cells: Mapping[str, Cell], name: str) -> Any:
    """The number in a cell; what is none stays as it is, to be refused where it is checked."""
    from minegame.scenario import typed

    cell = cells.get(name)
    if cell is None or cell.is_empty:
        return None
    return typed(cell.value.strip()) if isinstance(cell.value, str) else cell.value
