"""A file laid over the one that it extends: what the child says, what the parent, and where each value stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from minegame.scenario.errors import Finding, Loc, Problem, Where, fail, nearest, shown
from minegame.scenario.fields import KINDS, MOST, OPTIONAL_KIND, Source
from minegame.scenario.files import exists, find_file, missing_hint
from minegame.scenario.paths import Place, fits, matching, places_of, unknown_path
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


@dataclass
class Layers:
    """The content of a file laid over what it extends, where every value stands, and what was found on the way.

    ``removed`` says in which file, and on which line, an agent was removed; ``strays`` are the sources that speak for
    no number of the scenario as it was when they were written.  ``former``: the sources that supported a range for a
    number until a file changed it and said no source of its own, by path.
    """

    content: dict[str, Any]
    origin: Origin
    removed: dict[Loc, tuple[str, int | None]] = field(default_factory=dict)
    strays: list[Finding] = field(default_factory=list)
    former: dict[str, Source] = field(default_factory=dict)

    def orphans(self) -> dict[str, Problem]:
        """What an agent that was removed leaves behind: the path of each value that needs it → what is wrong."""
        needed: dict[Loc, list[tuple[Loc, str]]] = {}
        for kind, role in (("bidders", "patron"), ("financiers", "bidder"), ("financiers", "patron")):
            agents = self.content.get(kind)
            for name, body in agents.items() if isinstance(agents, dict) else ():
                gone = (f"{role}s", str(body.get(role)) if isinstance(body, dict) else "")
                if gone in self.removed:
                    needed.setdefault(gone, []).append(((kind, name, role), f"{kind}.{name} ({role})"))
        found: dict[str, Problem] = {}
        for agent, needing in needed.items():
            file, line = self.removed[agent]
            who, these = " and ".join(text for _, text in needing), "it" if len(needing) == 1 else "them"
            need = "needs" if len(needing) == 1 else "need"
            text = f"null removes '{agent[-1]}', which {who} {need}: remove or re-seat {these} too"
            problem = Problem(file, line, ".".join(agent), text)
            found |= {".".join(loc): problem for loc, _ in needing}
        return found


def with_parents(path: Path, chain: tuple[Path, ...], root: type[BaseModel]) -> Layers:
    """A file laid over what it extends; ``root`` is the class of a whole scenario."""
    file = SourceFile(path)
    content, chain = file.content, (*chain, path)
    if "replications" in content and "scenario" in content:
        fail(path, "is an experiment, not a scenario: minegame run plays it")
    if "tenders" in content and "campaign" in content:
        fail(path, "is a campaign, not a scenario, and this takes single tenders (see docs/campaigns.md)")
    origin: Origin = {loc: (path, line) for loc, line in file.lines.items() if loc}
    if "extends" not in content:
        return Layers(content, origin, strays=strays(content.get("sources"), content, locator(path, origin), root))
    parent = content.pop("extends")
    if not isinstance(parent, str) or not parent:
        text = f"{shown(parent)} is not allowed: expected a file or the name of a shipped scenario"
        fail(path, text, line=file.lines[("extends",)], path="extends")
    parent_path = find_file(parent, path.parent)
    if not exists(parent_path):
        text = f"there is no '{parent}', neither a file beside this one nor shipped"
        fail(path, text + missing_hint(path.parent / parent), line=file.lines[("extends",)], path="extends")
    if parent_path.resolve() in [seen.resolve() for seen in chain]:
        loop = " → ".join(str(seen) for seen in (*chain, parent_path))
        fail(path, f"the files extend each other in a loop: {loop}", line=file.lines[("extends",)], path="extends")
    if len(chain) >= DEEPEST:
        fail(chain[0], f"more than {DEEPEST} files extend each other", path="extends")
    below = with_parents(parent_path, chain, root)
    return _overlaid(below, content, path, origin, root)


def _overlaid(below: Layers, above: dict[str, Any], path: Path, lines: Origin, root: type[BaseModel]) -> Layers:
    """A child's values over its parent's: groups merge, values replace, null removes an agent.

    A source speaks for the number beside which it was written.  So a number that the child changes keeps no source of
    the parent's: it has one of the child's, or none.
    """
    merged = _merged(below.content, above)
    inherited, own = below.content.get("sources", {}), above.get("sources", {})
    where = locator(path, lines)
    removed = {loc: at for loc, at in below.removed.items() if loc not in lines}
    for kind in KINDS:
        removed |= {loc: where(loc) for loc in _remove(merged, above, below.content, kind, where)}
    found_strays = [*below.strays, *strays(own, merged, where, root)]
    former = below.former
    if isinstance(inherited, dict) and isinstance(own, dict):
        sound = {name: source for name, source in own.items() if _is_sound(source)}
        vouched = {
            ".".join(loc): sound.get(".".join(loc)) or matching(sound, ".".join(loc))
            for loc, value in _values(above)
            if loc[0] != "sources" and len(loc) > 1 and value != _value_at(below.content, loc)
        }
        former = _former(below.former, inherited, vouched)
        known = _paths(merged, root)
        others = {name: source for name, source in {**inherited, **vouched}.items() if not known or fits(name, known)}
        merged["sources"] = {**others, **own}
    return Layers(merged, {**below.origin, **lines}, removed, found_strays, former)


def _former(below: Mapping[str, Source], inherited: Mapping[str, Any], vouched: Mapping[str, Any]) -> dict[str, Source]:
    """The sources with a range of numbers that were changed since; ``vouched``: path → the new source, if any."""
    found = {path: source for path, source in below.items() if not vouched.get(path)}
    for path in (path for path, source in vouched.items() if not source):
        try:
            source = Source.model_validate(inherited.get(path) or matching(inherited, path))
        except ValidationError:  # none, or none that can be read
            continue
        if source.low is not None:
            found[path] = source
    return found


def _is_sound(source: object) -> bool:
    """Whether a source can be read; one that cannot is told once, where it stands."""
    try:
        Source.model_validate(source)
    except ValidationError:
        return False
    return True


def strays(own: object, content: Mapping[str, Any], where: Where, root: type[BaseModel]) -> list[Finding]:
    """Sources that speak for nothing: a misspelt path, or a pattern that fits none."""
    known = _paths(content, root)
    if not known or not isinstance(own, dict):
        return []
    stray = [name for name in own if not fits(name, known)]

    def told(name: str) -> Problem:
        return Problem(*where(("sources", name)), f"sources.{name}", unknown_path(name, known))

    return [Finding(*where(("sources", name)), f"sources.{name}", partial(told, name)) for name in stray]


def _paths(content: Mapping[str, Any], root: type[BaseModel]) -> Mapping[str, Place]:
    """Every path of a scenario with these agents; none if it is not known who they are, or there are too many."""
    agents = [content.get(kind, {} if kind == OPTIONAL_KIND else None) for kind in KINDS]
    if not all(isinstance(named, dict) and len(named) <= MOST[kind] for kind, named in zip(KINDS, agents, strict=True)):
        return {}
    deposits, patrons, bidders, financiers = (tuple(named) for named in agents)
    return places_of(root, (deposits, patrons, bidders, financiers))


def _merged(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{name: _merged(below.get(name), value) for name, value in above.items()}}


def _remove(merged: Any, above: Any, below: Any, kind: str, where: Where) -> Iterator[Loc]:
    agents, known = above.get(kind), below.get(kind)
    if not isinstance(agents, dict) or not isinstance(known, dict):
        return
    for name in [name for name, body in agents.items() if body is None]:
        if name not in known:
            text = f"null removes an agent, but there is no '{name}': expected one of {', '.join(known)}"
            file, line = where((kind, name))
            fail(file, text + nearest(name, known), line=line, path=f"{kind}.{name}")
        del merged[kind][name]
        yield kind, name


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
