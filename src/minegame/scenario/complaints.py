"""What pydantic found wrong in a scenario, in the words of the domain."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from minegame.scenario.errors import Finding, Loc, Problem, Where, nearest, shown
from minegame.scenario.numerals import month_meant
from minegame.scenario.paths import choices_of, expected, group_held, group_of, refusal
from minegame.scenario.units import USUAL, Units


def complaints(
    root: type[BaseModel], error: ValidationError, where: Where, units: Units = USUAL
) -> Iterator[Finding | Problem]:
    """Everything that pydantic found, in units of the scenario; ``root`` is the class of a whole one."""
    items = error.errors(include_url=False)
    missing: dict[Loc, list[str]] = {}
    for item in items:
        if item["type"] == "missing":
            *group, name = (str(part) for part in item["loc"])
            missing.setdefault(tuple(group), []).append(name)
    for loc, names in missing.items():
        if len(names) > 1:
            yield Problem(*where(loc), ".".join(loc), f"these are missing: {', '.join(names)}")
    for item in items:
        if item["type"] == "missing" and len(missing[tuple(str(part) for part in item["loc"][:-1])]) > 1:
            continue
        if item["type"] == "contradictions":
            yield from (Problem(*where(loc), ".".join(loc), text) for loc, text in item["ctx"]["problems"])
            continue
        loc = tuple(str(part) for part in item["loc"] if part != "[key]")
        yield Finding(*where(loc), ".".join(loc), partial(_worded, root, item, loc, where, units))


def _worded(root: type[BaseModel], item: Any, loc: Loc, where: Where, units: Units) -> Problem:
    return Problem(*where(loc), ".".join(loc), units.in_words(_complaint(root, item, loc)))


def _complaint(root: type[BaseModel], item: Any, loc: Loc) -> str:
    """What pydantic found, in the words of the domain."""
    group, info = _field_at(root, loc)
    kind, value = item["type"], item["input"]
    if kind == "extra_forbidden":
        cut = "; text with a comma between { and } needs quotes" if value is None and " " in loc[-1] else ""
        return _unknown_name(root, loc, group) + cut
    if kind == "missing":
        return f"is missing: expected {_wanted(group, info)}"
    if kind == "explained":
        return str(item["msg"])
    if info is not None and any(getattr(limit, "pattern", None) for limit in info.metadata):
        return f"{shown(value)} is not allowed: expected a year and a month, such as 2025-04{month_meant(value)}"
    if kind == "string_too_long":
        return f"{shown(value)} is too long: expected at most {item['ctx']['max_length']} characters"
    if info is not None and group_of(info) is None and get_origin(info.annotation) is not dict:
        return refusal(value, info, choices_of(info))
    return f"{shown(value)} is not allowed: expected {_wanted(group, info)}"


def _unknown_name(root: type[BaseModel], loc: Loc, group: type[BaseModel]) -> str:
    names = list(group.model_fields)
    if loc == ("extends",):
        return "extends is understood only in a file"
    names += ["extends"] if group is root else []
    return f"'{loc[-1]}' is unknown here: expected one of {', '.join(names)}{nearest(loc[-1], names)}"


def _wanted(group: type[BaseModel], info: FieldInfo | None) -> str:
    if info is None:
        return f"a group of values ({', '.join(group.model_fields)})"
    inner = group_of(info)
    if inner is not None:
        return f"a group of values ({', '.join(inner.model_fields)})"
    if get_origin(info.annotation) is dict:
        return "a group, by name"
    meaning = f": {info.description}" if info.description else ""
    return expected(info, choices_of(info)) + meaning


def _field_at(root: type[BaseModel], loc: Loc) -> tuple[type[BaseModel], FieldInfo | None]:
    """The group in which the last part of a location stands, and its field; None if it is itself a group or unknown."""
    group: type[BaseModel] = root
    info: FieldInfo | None = None
    parts = list(loc)
    while parts:
        part = parts.pop(0)
        info = group.model_fields.get(part)
        if info is None:
            return group, None
        inner = group_of(info)
        if get_origin(info.annotation) is dict and parts:
            parts.pop(0)
            held = group_held(info)
            if held is None:  # a table of values
                break
            group, info = held, None
        elif inner is not None and parts:
            group = inner
        else:
            break
    return group, info
