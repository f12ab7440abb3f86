"""A YAML file as plain values and the lines on which they stand, read so that nothing in it can do harm."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import yaml

from minegame.scenario.errors import Loc, ScenarioError, fail, kind_of, shown
from minegame.scenario.files import missing_hint
from minegame.scenario.yaml_faults import explained

MAX_BYTES = 1_000_000
#: Levels of nesting in a file, and files in a chain of extends.
DEEPEST = 20

_MOST_VALUES = 100_000  # in one file, aliases counted as often as they are used

_SCALARS: tuple[tuple[str, re.Pattern[str], str, Callable[[str], object]], ...] = (
    ("null", re.compile(r"~|null|Null|NULL|"), "~nN", lambda text: None),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE"), "tTfF", lambda text: text.lower() == "true"),
    ("int", re.compile(r"[-+]?[0-9]{1,300}"), "-+0123456789", int),
    (
        "float",
        re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
        "-+.0123456789",
        lambda text: float(re.sub(r"\.(?=[iInN])", "", text)),
    ),
)
_CORE = "tag:yaml.org,2002:"
_PLAIN_TAGS = {"!", *(_CORE + kind for kind in ("null", "bool", "int", "float", "str", "map", "seq"))}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def typed(text: str) -> object:
    """Text as YAML 1.2 reads it: 1e-3 is a number, and yes, no, on and off are words."""
    for _, pattern, _, convert in _SCALARS:
        if pattern.fullmatch(text):
            return convert(text)
    return text


class Dumper(yaml.SafeDumper):
    """Quotes whatever YAML 1.1 or 1.2 would not read back as text."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # PyYAML folds the line separators of Unicode into spaces unless they stand in double quotes.
    style = '"' if re.search("[\x85\u2028\u2029\ufeff]", text) else None
    return dumper.represent_scalar(f"{_CORE}str", text, style=style)


Dumper.add_representer(str, _quoted)
for _tag, _pattern, _first, _ in _SCALARS:
    Dumper.add_implicit_resolver(f"{_CORE}{_tag}", re.compile(f"^(?:{_pattern.pattern})$"), list(_first))


class SourceFile:
    """The plain values of one YAML file, and the line on which each stands.

    Reads events, not objects: nothing in a file can make the reader build anything, or nest without end.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Loc, int] = {}
        self._count = 0
        self._anchors: dict[str, tuple[object, int, Loc]] = {}
        self.content = _without_templates(self._read(_text_of(path)))

    def _read(self, text: str) -> dict[str, Any]:
        try:
            self._events = iter(yaml.parse(text, Loader=_LOADER))
            next(self._events)
            if isinstance(next(self._events), yaml.StreamEndEvent):
                self._refuse("the file is empty: expected names with values, such as 'title: …'", None)
            event = next(self._events)
            content = self._value(event, ())
            next(self._events)
            after = next(self._events)
        except yaml.YAMLError as error:
            line, what = explained(error, text, _LOADER)
            fail(self.path, f"not valid YAML: {what}", line=line)
        if not isinstance(after, yaml.StreamEndEvent):
            self._refuse("a second document begins: expected one scenario", after)
        if content is None:
            self._refuse("the file is empty: expected names with values, such as 'title: …'", None)
        if not isinstance(content, dict):
            # What it holds is not said: it may be anybody's file, and none of ours.
            text = f"{kind_of(content)} stands at the top: expected names with values, such as 'title: …'"
            self._refuse(text, event)
        return content

    def _refuse(self, text: str, event: Any, loc: Loc = ()) -> NoReturn:
        fail(self.path, text, line=event.start_mark.line + 1 if event is not None else None, path=".".join(loc))

    def _value(self, event: Any, loc: Loc) -> object:
        self._enter(event, loc)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, loc)
        tag = event.tag
        if tag is not None and tag not in _PLAIN_TAGS:
            short = tag.replace(_CORE, "!!")
            self._refuse(f"the tag {short} is not allowed: expected plain values only", event, loc)
        before = self._count
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._list(loc)
        else:
            value = self._mapping(loc)
        if event.anchor is not None:
            self._anchors[event.anchor] = value, self._count - before, loc
        return value

    def _enter(self, event: Any, loc: Loc) -> None:
        self.lines.setdefault(loc, event.start_mark.line + 1)
        self._count += 1
        if self._count > _MOST_VALUES:
            self._refuse(f"more than {_MOST_VALUES:,} values are too many for a scenario", event)
        if len(loc) > DEEPEST:
            self._refuse(f"nested more than {DEEPEST} levels deep", event)

    def _alias(self, event: Any, loc: Loc) -> object:
        if event.anchor not in self._anchors:
            self._refuse(f"the alias *{event.anchor} stands for nothing before it", event, loc)
        value, size, origin = self._anchors[event.anchor]
        self._count += size
        self._enter(event, loc)
        self._place(value, origin, loc)
        return value

    def _place(self, value: object, origin: Loc, loc: Loc) -> None:
        """What stands under a location because of an alias stands, line by line, where it was written."""
        parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, part in parts:
            line = self.lines.get((*origin, str(name)))
            if line is not None:
                self.lines.setdefault((*loc, str(name)), line)
                self._place(part, (*origin, str(name)), (*loc, str(name)))

    @staticmethod
    def _scalar(event: Any) -> object:
        plain = event.implicit[0] if event.tag is None else event.tag != f"{_CORE}str" and event.tag != "!"
        return typed(event.value) if plain else event.value

    def _list(self, loc: Loc) -> list[object]:
        values: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, (*loc, str(len(values)))))
        return values

    def _mapping(self, loc: Loc) -> dict[str, object]:
        values: dict[str, object] = {}
        merged: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if _is_merge_key(event):
                merged = {**self._merged(event, loc), **merged}
                continue
            name = self._name(event, loc)
            if name in values:
                first = self.lines[(*loc, name)]
                self._refuse(f"'{name}' stands here twice, first on line {first}", event, (*loc, name))
            self._enter(event, (*loc, name))
            values[name] = self._value(next(self._events), (*loc, name))
        self._place(merged, (*loc, _MERGE), loc)
        return {**merged, **values}

    def _name(self, event: Any, loc: Loc) -> str:
        name = self._scalar(event) if isinstance(event, yaml.ScalarEvent) else None
        if not isinstance(name, str):
            text = shown(name) if isinstance(event, yaml.ScalarEvent) else "this"
            self._refuse(f"{text} is not a name: expected text (put it in quotes)", event, loc)
        return name

    def _merged(self, event: Any, loc: Loc) -> dict[str, object]:
        """What ``<<: *name`` brings into a group, or ``<<: [*first, *second]``, of which the first goes before."""
        place = (*loc, _MERGE)
        self._enter(event, place)
        value = self._value(next(self._events), place)
        groups = value if isinstance(value, list) else [value]
        if not groups or not all(isinstance(group, dict) for group in groups):
            text = f"{shown(value)} cannot be merged: expected another group by its anchor, such as {_MERGE}: *name"
            self._refuse(text, event, place)
        brought: dict[str, object] = {}
        for number, group in enumerate(groups):
            if isinstance(value, list):
                self._place(group, (*place, str(number)), place)
            brought = {**group, **brought}
        return brought


#: The name under which a group takes in what stands in another.
_MERGE = "<<"


def _is_merge_key(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.value == _MERGE and event.tag is None and event.implicit[0]


def _without_templates(content: dict[str, Any]) -> dict[str, Any]:
    """The content without the groups at the top whose names begin with a dot: they are there to be merged only."""
    return {name: value for name, value in content.items() if not name.startswith(".")}


def _text_of(path: Path) -> str:
    try:
        if path.is_dir():
            fail(path, "is a folder: expected a YAML file")
        if not path.exists():
            fail(path, "there is no such file" + missing_hint(path))
        if not path.is_file():
            fail(path, "is not a regular file: expected a YAML file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        fail(path, f"cannot be read: {getattr(error, 'strerror', None) or error}")
    if len(data) > MAX_BYTES:
        fail(path, f"is too large: expected at most {MAX_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        fail(path, "is not UTF-8 text: expected a YAML file saved as UTF-8", line=line)
