"""A value on its way into the game: typed on a command line, read as in a file, checked, and coded as a number."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from pydantic import ConfigDict, TypeAdapter, ValidationError

from minegame.scenario.errors import fail, shown
from minegame.scenario.paths import Place, expected, refusal, types_of
from minegame.scenario.yaml_file import typed


def parse_changes(changes: Iterable[str], option: str = "--set") -> dict[str, object]:
    """Changes as typed on a command line, ``path=value`` each, for :meth:`Scenario.at`.

    Raises:
        ScenarioError: for text without "=", an empty path or value, or a path given twice.

    >>> parse_changes(["tender.lots=split", "host.balance_weight=0"])
    {'tender.lots': 'split', 'host.balance_weight': '0'}
    """
    parsed: dict[str, object] = {}
    for change in changes:
        path, sign, value = (part.strip() for part in change.partition("="))
        if not (path and sign and value):
            fail(option, f"{shown(change)} is not a change: expected path=value, such as tender.months=18")
        if path in parsed:
            fail(option, "is set twice", path=path)
        parsed[path] = value
    return parsed


def typed_change(path: str, value: object) -> str:
    """A change as it is typed on a command line; :func:`parse_changes` and :meth:`Scenario.at` read it back exactly.

    >>> typed_change("host.backlash", 0.1 + 0.2), typed_change("tender.lots", "split")
    ('host.backlash=0.30000000000000004', 'tender.lots=split')
    """
    return f"{path}={typed_value(value)}"


def typed_value(value: object) -> str:
    """A value as it is typed on a command line: a number with all its digits, null, true, false or a word.

    >>> [typed_value(value) for value in (1e-05, 3, None, True, "split")]
    ['1e-05', '3', 'null', 'true', 'split']
    """
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value) if isinstance(value, (int, float)) else str(value)


def plain_value(value: object, place: Place) -> object:
    """A value as a file would hold it: plain Python, and no text where the field wants a number."""
    if type(value).__name__ == "NAType":  # what pandas calls missing; it is neither equal nor unequal to anything
        return math.nan
    item = getattr(value, "item", None)
    value = item() if isinstance(value, np.generic) and callable(item) else value
    if not isinstance(value, str):
        return value
    if str in types_of(place.info) or place.choices[:1] not in ((), ("false",)):
        return None if type(None) in types_of(place.info) and value in ("null", "~") else value
    return typed(value.strip())


#: What is said of a date where something else is wanted.
DATE_HINT = "a spreadsheet may have made it of a number such as 1.5: format the cell as a number and type it again"


def month_of(cell: Any, place: Place) -> tuple[Any, str]:
    """A calendar month that a spreadsheet has made the first day of, or what is wrong with a date or time."""
    monthly = any(getattr(limit, "pattern", None) for limit in place.info.metadata)
    if monthly and isinstance(cell, date) and cell.day == 1:
        return f"{cell.year:04d}-{cell.month:02d}", ""
    wanted = "a year and a month, such as 2025-04" if monthly else expected(place.info, place.choices)
    said = str(cell).removesuffix(" 00:00:00")
    return cell, f"the date {said} is not allowed: expected {wanted}" + ("" if monthly else f"; {DATE_HINT}")


def not_taken(place: Place, values: Sequence[Any]) -> dict[int, str]:
    """The values that a place does not take, by their number: why, and what it does."""
    check = column(place)
    known = place.choices if str in types_of(place.info) else ()  # the agents, whom no field knows alone
    wrong = [n for n, value in enumerate(values) if known and value is not None and value not in known]
    if not wrong and _takes(check, values):
        return {}
    wrong += [n for n, value in enumerate(values) if not _takes(check, [value])]
    return {n: refusal(values[n], place.info, place.choices) for n in wrong}


def _takes(check: TypeAdapter[list[Any]], values: Sequence[Any]) -> bool:
    try:
        check.validate_python(list(values))
    except ValidationError:
        return False
    return True


def code(place: Place, value: object) -> Any:
    """A value as the number that stands for it in the game."""
    if isinstance(value, str):
        return place.choices.index(value)
    return 0 if value is None else value


@lru_cache(maxsize=1024)
def _validator(annotation: Any, metadata: tuple[Any, ...]) -> TypeAdapter[list[Any]]:
    kind: Any = Annotated[(annotation, *metadata)] if metadata else annotation
    kinds: Any = list[kind]
    return TypeAdapter(kinds, config=ConfigDict(strict=True, allow_inf_nan=False))


def column(place: Place) -> TypeAdapter[list[Any]]:
    """Checks many values for one place by the very rules of its field."""
    kind: Any = place.info.annotation
    return _validator(kind, tuple(place.info.metadata))
