"""Values outside the range that a number's source supports: which they are, and how that is said."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from minegame.scenario.fields import Source
from minegame.text import few, level

_MOST_VALUES = 6  # that are named
_WORDS = 100  # letters of a source that fit a line


def has_range(source: Source | None) -> bool:
    """Whether a source supports a range."""
    return source is not None and source.low is not None


def range_said(source: Source) -> str:
    """``430 to 650``."""
    return f"{level(source.low)} to {level(source.high)}"


def is_outside(source: Source, value: object) -> bool:
    """Whether a value is a number outside the range."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    assert source.low is not None
    assert source.high is not None
    return not source.low <= value <= source.high


def outside_said(path: str, values: Iterable[object], source: Source) -> str | None:
    """Which of the values lie outside the range, in a line; nothing where none does."""
    found = [level(value) for value in dict.fromkeys(values) if is_outside(source, value)]
    if not found:
        return None
    reason = textwrap.shorten(source.assumption or ", ".join([*source.fact, source.title]), _WORDS, placeholder=" …")
    verb = "lies" if len(found) == 1 else "lie"
    return (
        f"{path}: {few(found, _MOST_VALUES)} {verb} outside {range_said(source)}, the range that its source supports "
        f"({source.standing}: {reason})"
    )
