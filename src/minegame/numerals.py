"""Numerals: what counts as a whole number, one rule for files, options and Python, and what may have been meant.

>>> whole(50.0), whole(12), whole(2.5), typed_whole("1e4"), typed_whole("10,000")
(50, 12, 2.5, 10000, '10,000')
>>> did_you_mean("10,000", is_whole=True), did_you_mean("30%"), did_you_mean("many")
('; did you mean 10000?', '; did you mean 0.3?', '')
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

_INTEGER = re.compile(r"[-+]?\d+")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_MOST_DIGITS = 300  # of a number that is read from text; Python itself reads 4,300


def whole(value: Any) -> Any:
    """The whole number that a value is, 3 or 3.0, also NumPy's; the value itself where it is none.

    Truth values, fractions, infinity and text are none.
    """
    if isinstance(value, bool):
        return value
    if hasattr(value, "__index__"):
        return int(value)
    is_integer = getattr(value, "is_integer", None)
    return int(value) if callable(is_integer) and is_integer() else value


def typed_whole(text: str) -> Any:
    """The whole number that is typed: 3, 3.0 or 3e0; the text itself where it is none."""
    bare = text.strip()
    if len(bare) > _MOST_DIGITS:
        return text
    if _INTEGER.fullmatch(bare):
        return int(bare)
    found = whole(float(bare)) if _NUMBER.fullmatch(bare) else None
    return found if isinstance(found, int) else text


def did_you_mean(value: Any, allowed: Callable[[float], bool] = math.isfinite, *, is_whole: bool = False) -> str:
    """``; did you mean 10000?`` for what looks like 10,000, 10_000, 1.5 or 95%, if that number is allowed."""
    bare = str(value).strip().replace(" ", "").replace("'", "").replace("_", "")
    if len(bare) > _MOST_DIGITS:
        return ""
    percent = bare.endswith("%") and not is_whole
    bare = bare.removesuffix("%").replace(",", "" if is_whole else ".")
    try:
        number = float(bare) / (100 if percent else 1)
    except ValueError:
        return ""
    near: float = round(number) if is_whole and math.isfinite(number) else number
    return f"; did you mean {near}?" if str(near) != str(value) and allowed(near) else ""
