"""Where a value stands, in the scenario and in the game, what it may be, and what is said if it may not."""

from __future__ import annotations

import fnmatch
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from minegame.game import GAME, LEVERS
from minegame.scenario.errors import near_names, nearest, shown
from minegame.scenario.fields import KINDS, PREFIX, Group, LeversFields
from minegame.scenario.numerals import number_meant
from minegame.scenario.units import Units

_T = TypeVar("_T")


@dataclass(frozen=True)
class Parameter:
    """A value that can be set or swept: where it is, what it is, what it may be, and where it comes from."""

    path: str
    value: float | int | str | bool | None
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    description: str
    source: str
    status: str
    #: the range that its source supports, where that says one
    supported_low: float | None = None
    supported_high: float | None = None


@dataclass(frozen=True)
class Place:
    """Where a value stands: in the scenario, and in the game (``cell``) if it is part of the game."""

    path: str
    parts: tuple[str, ...]
    info: FieldInfo = field(repr=False, compare=False)
    cell: str
    index: tuple[int, ...]
    choices: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of its field."""
        return self.parts[-1]

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers stand there."""
        return int in types_of(self.info)


#: The names of the deposits, patrons, bidders and financiers of a scenario.
Names = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]


@lru_cache(maxsize=256)
def places_of(root: type[BaseModel], names: Names) -> dict[str, Place]:
    """Every path of a scenario with these deposits, patrons, bidders and financiers, in the order of the model."""
    listed = dict(zip(KINDS, names, strict=True))
    places: list[Place] = []

    def visit(model: type[BaseModel], parts: tuple[str, ...], prefix: str, index: tuple[int, ...]) -> None:
        for name, info in model.model_fields.items():
            inner = group_of(info)
            if name in KINDS:
                for n, agent in enumerate(listed[name]):
                    visit(KINDS[name], (name, agent), PREFIX[name], (n,))
            elif inner is LeversFields:
                for n, lever in enumerate(LEVERS):
                    of_lever = group_of(LeversFields.model_fields[lever])
                    assert of_lever is not None
                    visit(of_lever, (*parts, name, lever), "lever", (*index, n))
            elif inner is not None:
                visit(inner, (name,), name, ())
            elif name != "sources":
                here = (*parts, name)
                choices = choices_of(info) or (listed.get(f"{name}s", ()) if parts else ())
                places.append(Place(".".join(here), here, info, _cell(prefix, name), index, choices))

    visit(root, (), "", ())
    return {place.path: place for place in places}


@lru_cache(maxsize=1024)
def parameters_of(root: type[BaseModel], names: Names, pattern: str) -> tuple[str, ...]:
    """The paths that can be set or swept, of a scenario with these agents, which a pattern fits."""
    return tuple(p.path for p in places_of(root, names).values() if is_parameter(p) and fits(pattern, (p.path,)))


def group_of(info: FieldInfo) -> type[Group] | None:
    """The group of values that a field holds, if it holds one."""
    kind = info.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Group) else None


def group_held(info: FieldInfo) -> type[Group] | None:
    """The group of values that a table of such groups holds by name, if the field is one."""
    held = [kind for kind in _parts_of(info.annotation) if isinstance(kind, type) and issubclass(kind, Group)]
    return held[0] if held else None


def _parts_of(annotation: Any) -> list[Any]:
    """The types that a type is made of, itself included."""
    return [annotation, *(part for inner in get_args(annotation) for part in _parts_of(inner))]


def _cell(prefix: str, name: str) -> str:
    assert GAME.names is not None
    if prefix == "tender" and name in GAME.names:
        return name
    return f"{prefix}_{name}" if f"{prefix}_{name}" in GAME.names else ""


def choices_of(info: FieldInfo) -> tuple[str, ...]:
    """The words among which a field chooses, if it does."""
    if info.annotation is bool:
        return ("false", "true")
    return tuple(get_args(info.annotation)) if get_origin(info.annotation) is Literal else ()


def types_of(info: FieldInfo) -> tuple[Any, ...]:
    """The types that a field takes."""
    return get_args(info.annotation) or (info.annotation,)


def is_number(info: FieldInfo) -> bool:
    """Whether a field holds a number."""
    return float in types_of(info) or int in types_of(info)


def range_of(info: FieldInfo) -> tuple[float | None, float | None]:
    """The least and the most that a number may be."""
    low = next((m.ge for m in info.metadata if hasattr(m, "ge")), None)
    high = next((m.le for m in info.metadata if hasattr(m, "le")), None)
    return low, high


def unit_of(info: FieldInfo) -> str:
    """The unit of a number, or nothing."""
    return str(info.json_schema_extra.get("unit", "")) if isinstance(info.json_schema_extra, dict) else ""


def _amount(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:g}"


def expected(info: FieldInfo, choices: Sequence[str] = ()) -> str:
    """What a value may be, in words."""
    if choices:
        return f"one of {', '.join(choices)}"
    if not is_number(info):
        return "text"
    noun = {"share": "a share", "probability": "a probability"}.get(unit_of(info))
    noun = noun or ("a whole number" if int in types_of(info) else "a number")
    low, high = range_of(info)
    unit = unit_of(info) if unit_of(info) not in ("share", "probability", "number") else ""
    or_null = ", or null" if type(None) in types_of(info) else ""
    within = "" if low is None or high is None else f" between {_amount(low)} and {_amount(high)}"
    return noun + within + (f" ({unit})" if unit else "") + or_null


def refusal(value: object, info: FieldInfo, choices: Sequence[str] = ()) -> str:
    """Why a value is not allowed, what is, and what may have been meant."""
    text = f"{shown(value)} is not allowed: expected {expected(info, choices)}"
    if is_number(info):
        return text + _number_hint(value, info)
    if not isinstance(value, str) and not choices and not isinstance(value, (Mapping, list, tuple)):
        return f"{text} (put it in quotes)"
    return text + (nearest(value, choices) if isinstance(value, str) else "")


def _number_hint(value: object, info: FieldInfo) -> str:
    """``; did you mean 0.25?`` for a number in another spelling, in percent, or in dollars and not in millions."""
    unit = unit_of(info)
    if isinstance(value, str):
        meant = number_meant(value, unit, of_one=unit in _OF_ONE)
        if meant is None:
            return f"; write the number alone{_in(unit)}" if re.search(r"\d", value) else ""
        return f"; did you mean {_spelt(meant)}?" if _within(meant, info) else ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        near = scaled_down(value, info)
        return f"; did you mean {_spelt(near)}?" if near is not None and _within(near, info) else ""
    return ""


#: Units of what may be written in percent, and how many dollars, or thousands of them, are one of a unit.
_OF_ONE = ("share", "probability", "1/y")
_MILLIONS = ("M$", "M$/y", "M$ per point")


def scaled_down(value: float, info: FieldInfo) -> float | None:
    """The number that was meant if this one is too large: of a percentage the share, of dollars the millions."""
    if unit_of(info) in _OF_ONE:
        return value / 100 if 1 < value <= 100 else None
    if unit_of(info) in _MILLIONS and value >= 1e5:
        return value / (1e6 if value >= 1e7 else 1e3)
    return None


def plausible_range(info: FieldInfo) -> tuple[float, float]:
    """Between which such numbers were found anywhere; 0 but for one that is nothing at all."""
    declared = info.json_schema_extra.get("plausible") if isinstance(info.json_schema_extra, dict) else None
    low, high = declared if isinstance(declared, list) else (0.0, math.inf)
    return float(str(low)), float(str(high))


#: In what a number may be written that is too large, or too small, for its unit: how many of that one of the unit is.
_SCALES: dict[str, dict[str, float]] = {
    "1/y": {"percent": 1e2},
    **{unit: {"thousands of USD": 1e3, "USD": 1e6, "billions of USD": 1e-3} for unit in _MILLIONS},
}


def out_of_proportion(value: float, info: FieldInfo, units: Units) -> str:
    """What is said of a number that is allowed but unlike any of its kind, and what may have been meant."""
    unit = unit_of(info)
    low, high = (end / units.usual(unit) for end in plausible_range(info))
    if low <= value <= high or value <= 0:
        return ""
    likely = max(low, 0.01)
    meant = {name: value / scale for name, scale in _SCALES.get(unit, {}).items() if likely <= value / scale <= high}
    hints = [f"if it is in {name}, write {_spelt(near)}" for name, near in meant.items() if _within(near, info)]
    how = "large" if value > high else "small"
    return "; ".join([f"{_amount(value)} {units.said(unit)} is very {how}", *hints])


def _within(number: float, info: FieldInfo) -> bool:
    low, high = range_of(info)
    whole = int in types_of(info) and float not in types_of(info)
    return (low is None or number >= low) and (high is None or number <= high) and not (whole and number % 1)


def _spelt(number: float) -> str:
    return f"{number:.12g}" if abs(number) < 1e12 else repr(number)


def _in(unit: str) -> str:
    return f", in {unit}" if unit not in ("", "number", "share", "probability") else ""


def is_parameter(place: Place) -> bool:
    """Whether a value can be set or swept: a number or a choice, but no address of luck."""
    return place.name != "key" and (is_number(place.info) or bool(place.choices))


def passes(place: Place, filter: str | None) -> bool:
    """Whether a part of the path, a part of the description or a pattern for the path fits."""
    if not filter:
        return True
    if is_pattern(filter):
        return fnmatch.fnmatchcase(place.path, filter)
    return filter.lower() in place.path or filter.lower() in (place.info.description or "").lower()


def matching(sources: Mapping[str, _T], path: str) -> _T | None:
    """The entry whose pattern fits a path, the one with most letters of its own if several do."""
    pattern = pattern_for(sources, path)
    return None if pattern is None else sources[pattern]


def pattern_for(sources: Iterable[str], path: str) -> str | None:
    """The pattern that fits a path, the one with most letters of its own if several do."""
    return next((pattern for pattern, fits in _by_letters(tuple(sources)) if fits(path)), None)


@lru_cache(maxsize=32)
def _by_letters(sources: tuple[str, ...]) -> list[tuple[str, Callable[[str], object]]]:
    """The patterns among some names, those with most letters of their own first, and what says whether one fits."""
    patterns = [name for name in sources if is_pattern(name)]
    patterns.sort(key=lambda pattern: -len(re.sub(r"[*?]|\[.*?\]", "", pattern)))
    return [(pattern, re.compile(fnmatch.translate(pattern)).match) for pattern in patterns]


def unknown_path(path: str, known: Iterable[str]) -> str:
    """Says where a misspelt path, or a pattern that fits none, goes wrong, with the nearest that is right."""
    known, parts = list(known), str(path).split(".")
    split = [k.split(".") for k in known]
    depth = next((n for n in range(len(parts), 0, -1) if any(_leads(parts[:n], k) for k in split)), 0)
    level = ".".join(parts[:depth])
    names = list(dict.fromkeys(k[depth] for k in split if depth == 0 or _leads(parts[:depth], k)))
    if depth == len(parts):
        return f"is a group of values, not a value; in it: {', '.join(names)}"
    where = f"in {level}" if level else "at the top"
    return f"'{parts[depth]}' is unknown: {where} there are {', '.join(names)}{_guess(parts, depth, names, known)}"


def _leads(parts: Sequence[str], path: Sequence[str]) -> bool:
    """Whether these parts, some of them patterns, lead to a group in which a path stands."""
    return len(parts) < len(path) and all(map(fnmatch.fnmatchcase, path, parts))


def _guess(parts: Sequence[str], depth: int, names: Sequence[str], known: Sequence[str]) -> str:
    path = ".".join(parts)
    if not is_pattern(path):
        ending = [k for k in known if k.endswith("." + path)]
        return f"; did you mean '{ending[0]}'?" if ending else nearest(path, known)
    near = [".".join([*parts[:depth], name, *parts[depth + 1 :]]) for name in near_names(parts[depth], names)]
    return next((f"; did you mean '{guess}'?" for guess in near if fits(guess, known)), "")


def is_pattern(path: str) -> bool:
    """Whether a path stands for several: it holds *, ? or [."""
    return any(sign in path for sign in "*?[")


def fits(path: str, known: Iterable[str]) -> bool:
    """Whether a path, or a pattern for paths, is or fits a known one."""
    return any(fnmatch.fnmatchcase(k, path) for k in known) if is_pattern(path) else path in known
