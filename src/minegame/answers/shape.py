"""Whether what stands in an answer's file has the shape of an answer, and names no file outside its folder.

A folder may come from anybody, and a page that is sent around must not carry other files along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from minegame.answers.errors import AnswerError

FORMER = "minegame answer 1"  # the format of the version before, which named a file for every title
_MOST_BYTES = 30_000_000  # of one file


def check(folder: Path, file: str, head: Mapping[str, Any]) -> None:
    """Refuse what is no answer, or an answer that reaches out of its folder.

    Raises:
        AnswerError: if so, with what is wrong.
    """
    if (wrong := next(_misshapen(head), None)) is not None:
        raise AnswerError(folder / file, f"is damaged: {wrong}")
    for name in files(head):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not (folder / path).resolve().is_relative_to(folder.resolve()):
            raise AnswerError(folder / file, f"names a file outside its folder: {path}")
        if (folder / path).is_file() and (folder / path).stat().st_size > _MOST_BYTES:
            raise AnswerError(folder / path, f"is too large: expected at most {_MOST_BYTES:,} bytes")


def files(head: Mapping[str, Any]) -> list[str]:
    """The files of an answer beside answer.json: its scenario, tables and pictures."""
    if head["format"] == FORMER:
        return ["scenario.yaml", *(str(entry["file"]) for part in ("tables", "pictures") for entry in head[part])]
    tables, pictures = ([*head[part]] for part in ("tables", "pictures"))
    return ["scenario.yaml", *(f"tables/{key}.csv" for key in tables), *(f"pictures/{key}.png" for key in pictures)]


def _misshapen(head: Mapping[str, Any]) -> Iterator[str]:
    for name in ("sentences", "limits"):
        if not _is_list(head.get(name), str):
            yield f"its {name} are not a list of sentences"
    former = head["format"] == FORMER
    if not head.get("sentences"):
        yield "it holds no sentence"
    for name in ("name" if former else "kind", "question", "command", "scenario"):
        if not isinstance(head.get(name), str):
            yield f"its {name} is not text"
    for name in ("settings", "versions" if former else "asked"):
        if not isinstance(head.get(name), Mapping):
            yield f"its {name} are not names with values"
    for name in ("tables", "pictures"):
        if not (_are_titles if former else _are_keyed)(head.get(name)):
            yield f"its {name} are not titles with files"


def _is_list(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _are_keyed(entries: Any) -> bool:
    return isinstance(entries, Mapping) and all(re.fullmatch(r"[a-z][a-z0-9_]*", key) for key in entries)


def _are_titles(entries: Any) -> bool:
    return _is_list(entries, dict) and all(
        isinstance(entry.get(key), str) for entry in entries for key in ("title", "file")
    )
