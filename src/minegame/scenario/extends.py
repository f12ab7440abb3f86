"""A file laid over the one that it extends: what the child says, what the parent, and where each value stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from minegame.scenario.files import exists, find_file, shipped_hint
from minegame.scenario.kinds import KINDS
from minegame.scenario.places import matching
from minegame.scenario.problems import Loc, Where, fail, nearest, shown
from minegame.scenario.yaml_file import DEEPEST, SourceFile

#: The file in which every value stands, and the line.
Origin = dict[Loc, tuple[Path, int]]


def locator(path: Path, origin: Origin) -> Where:
    """Finds the file and line of a value, or of the group that should hold it."""

    def where(loc: Loc) -> tuple[str, int | None]:
        loc = tuple(loc)
        while loc and loc not in origin:
            loc = loc[:-1]
        file, line = origin[loc] if loc else (path, None)
        return str(file), line

    return where


def with_parents(path: Path, chain: tuple[Path, ...]) -> tuple[dict[str, Any], Origin]:
    """The content of a file laid over what it extends, and where every value stands."""
    file = SourceFile(path)
    content, chain = file.content, (*chain, path)
    origin: Origin = {loc: (path, line) for loc, line in file.lines.items() if loc}
    if "extends" not in content:
        return content, origin
    parent = content.pop("extends")
    if not isinstance(parent, str) or not parent:
        text = f"{shown(parent)} is not allowed: expected a file or the name of a shipped scenario"
        fail(path, text, line=file.lines[("extends",)], path="extends")
    parent_path = find_file(parent, path.parent)
    if not exists(parent_path):
        text = f"there is no '{parent}', neither a file beside this one nor a shipped scenario"
        fail(path, text + shipped_hint(parent), line=file.lines[("extends",)], path="extends")
    if parent_path.resolve() in [seen.resolve() for seen in chain]:
        loop = " → ".join(str(seen) for seen in (*chain, parent_path))
        fail(path, f"the files extend each other in a loop: {loop}", line=file.lines[("extends",)], path="extends")
    if len(chain) >= DEEPEST:
        fail(chain[0], f"more than {DEEPEST} files extend each other", path="extends")
    below, below_origin = with_parents(parent_path, chain)
    return _overlaid(below, content, path, file.lines), {**below_origin, **origin}


def _overlaid(below: dict[str, Any], above: dict[str, Any], path: Path, lines: Mapping[Loc, int]) -> dict[str, Any]:
    """A child's values over its parent's: groups merge, values replace, null removes an agent.

    A source speaks for the number beside which it was written.  So a number that the child changes keeps no source of
    the parent's: it has one of the child's, or none.
    """
    merged = {**_merged(below, above), "sources": below.get("sources", {})}
    own = above.get("sources", {})
    if isinstance(merged["sources"], dict) and isinstance(own, dict):
        changed = {
            loc: own.get(".".join(loc)) or matching(own, ".".join(loc))
            for loc, value in _values(above)
            if loc[0] != "sources" and value != _value_at(below, loc)
        }
        vouched = {".".join(loc): source for loc, source in changed.items() if len(loc) > 1}
        merged["sources"] = {**merged["sources"], **vouched, **own}
    else:
        merged["sources"] = own
    for kind in KINDS:
        _remove(merged, above, below, kind, path, lines)
    return merged


def _merged(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{name: _merged(below.get(name), value) for name, value in above.items()}}


def _remove(merged: Any, above: Any, below: Any, kind: str, path: Path, lines: Mapping[Loc, int]) -> None:
    agents, known = above.get(kind), below.get(kind)
    if not isinstance(agents, dict) or not isinstance(known, dict):
        return
    for name in [name for name, body in agents.items() if body is None]:
        if name not in known:
            text = f"null removes an agent, but there is no '{name}': expected one of {', '.join(known)}"
            fail(path, text + nearest(name, known), line=lines.get((kind, name)), path=f"{kind}.{name}")
        del merged[kind][name]


def _values(content: Any, loc: Loc = ()) -> Iterator[tuple[Loc, object]]:
    if isinstance(content, dict):
        for name, value in content.items():
            yield from _values(value, (*loc, name))
    else:
        yield loc, content


def _value_at(content: Any, loc: Loc) -> object:
    for part in loc:
        if not isinstance(content, dict) or part not in content:
            return ...
        content = content[part]
    return content
