"""Answers as the version before kept them: titles for keys, units in headings, percent in the files.

What the headings say is worked out here, once; everywhere else a column knows what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minegame.answers.errors import AnswerError
from minegame.answers.picture import Picture
from minegame.tables import Column, Table
from minegame.text import COUNT, FLAG, LEVEL, MONEY, MONEY_CHANGE, NUMBER, P_VALUE, PATH, POINTS, SHARE, TEXT, Unit

if TYPE_CHECKING:
    import pandas as pd

_RAW = ("The line", "Every point asked")  # tables of single points
_HEADING = re.compile(r"(?P<words>.*), (?P<unit>%|(?:percentage )?points|M\$)(?P<of> .*)?")
_ENDS = ("", " (low)", " (high)")
_PARAMETER = re.compile(r"[a-z]\w*(\.[A-Za-z_]\w*)+")
_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_*]+)+")
_MARKED = {"%": SHARE, "points": POINTS, "percentage points": POINTS, "M$": MONEY}


def read(folder: Path, head: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of the answer in a folder of the version before, under today's names, without its scenario.

    Raises:
        AnswerError: if a table is not as it was written.
        FileNotFoundError: if a file is missing.
    """
    from minegame.answers.catalogue import FORMER

    return {
        "kind": FORMER.get(head["name"], head["name"]),
        "question": head["question"],
        "sentences": tuple(head["sentences"]),
        "tables": _keyed(head["tables"], lambda entry: _read_table(folder, entry)),
        "pictures": _keyed(head["pictures"], lambda e: Picture(e["title"], (folder / e["file"]).read_bytes())),
        "settings": head["settings"],
        "limits": tuple(head["limits"]),
        "command": head["command"],
    }


def _keyed(entries: Iterable[Mapping[str, Any]], content: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in entries:
        found[_name(entry["title"], found)] = content(entry)
    return found


def _name(words: str, taken: Iterable[str]) -> str:
    """Words as an identifier that is not taken yet."""
    slug = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:60].strip("_")
    slug = slug if slug[:1].isalpha() else f"x_{slug}".rstrip("_")
    return next(name for n in range(1, 10_000) if (name := slug if n == 1 else f"{slug}_{n}") not in set(taken))


def _read_table(folder: Path, entry: Mapping[str, Any]) -> Table:
    import pandas as pd

    file = folder / entry["file"]
    # Only an empty cell is missing: "none" and "None" are names of policies.
    frame = pd.read_csv(file, keep_default_na=False, na_values=[""], float_precision="round_trip")
    if len(frame) != entry.get("rows", len(frame)):
        raise AnswerError(file, f"is not as written: {len(frame)} of {entry['rows']} rows; make the answer again")
    return table(entry["title"], frame)


def table(title: str, frame: pd.DataFrame) -> Table:
    """A table whose headings are words: ``X, %`` with ``X (low)`` and ``X (high)`` becomes one bounded column."""
    names = [str(name) for name in frame]
    bounded = {name for name in names if {name + end for end in _ENDS[1:]} <= set(names)}
    ends = {name + end for name in bounded for end in _ENDS[1:]}
    columns: list[Column] = []
    rows: dict[str, Any] = {}
    for heading in (name for name in names if name not in ends):
        words, unit = _unit(heading, frame[heading])
        is_path = unit is LEVEL
        column = Column(heading if is_path else _name(words, rows), "" if is_path else words, unit, heading in bounded)
        columns.append(column)
        for name, end in zip(column.names, _ENDS, strict=False):
            rows[name] = frame[heading + end] / unit.scale if unit.scale != 1 else frame[heading + end]
    return Table(title, columns, rows, raw=title in _RAW)


def _unit(heading: str, values: pd.Series) -> tuple[str, Unit]:
    """What a heading says without its unit, and the unit."""
    if values.dtype == bool:
        return heading, FLAG
    if _PARAMETER.fullmatch(heading):  # a parameter, whose values may be of any kind
        return heading, LEVEL
    if values.dtype.kind not in "if":
        texts = [str(value) for value in values.dropna()]
        return heading, PATH if texts and all(map(_PATH.fullmatch, texts)) else TEXT
    if marked := _HEADING.fullmatch(heading):
        unit = _MARKED[marked["unit"]]
        words = marked["words"] + (marked["of"] or "")
        return words, MONEY_CHANGE if unit is MONEY and "difference" in words else unit
    if re.search("chance|p-value", heading) and values.dropna().between(0, 1).all():
        return heading, P_VALUE
    return heading, COUNT if values.dtype.kind == "i" else NUMBER
