"""Numbers as people read them: percent, percentage points, millions, months of the calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.scenario import Scenario, in_words, meaning
from minegame.transcript import calendar_month

if TYPE_CHECKING:
    import pandas as pd


def percent(value: float, low: float | None = None, high: float | None = None) -> str:
    """A share as percent with its interval: ``60.1 % [59.4, 60.8]``."""
    return f"{100 * value:.1f} %" + _bracketed(low, high, lambda x: f"{100 * x:.1f}")


def points(value: float, low: float | None = None, high: float | None = None) -> str:
    """A difference of shares in percentage points, signed."""
    return f"{100 * value:+.1f} points" + _bracketed(low, high, lambda x: f"{100 * x:+.1f}")


def money(value: float, low: float | None = None, high: float | None = None, *, signed: bool = False) -> str:
    """Millions of dollars; small amounts with a digit more."""
    digits = 0 if abs(value) >= 100 else 1
    sign = "+" if signed else ""

    def written(x: float) -> str:
        return f"{x:{sign},.{digits}f}"

    return f"{written(value)} M$" + _bracketed(low, high, written)


def number(value: float, low: float | None = None, high: float | None = None) -> str:
    """Any other number, to three digits."""
    return plain(value) + _bracketed(low, high, plain)


def plain(value: Any) -> str:
    """A value of a parameter as people write it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.3g}" if isinstance(value, (float, np.floating)) and abs(float(value)) < 1000 else str(value)


def _bracketed(low: float | None, high: float | None, write: Callable[[float], str]) -> str:
    if low is None or high is None or np.isnan(low) or np.isnan(high):
        return ""
    return f" [{write(low)}, {write(high)}]"


def listed(parts: Iterable[str]) -> str:
    """``a, b and c``."""
    names = list(parts)
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}" if names else "nothing"


def few(names: Sequence[str], most: int = 14) -> str:
    """The first names of a list, and how many there are more."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def upper(text: str) -> str:
    """A sentence begins with a capital, unless with a path, which is written as it is."""
    return text if "." in text.split(" ")[0] else text[:1].upper() + text[1:]


def possessive(name: str) -> str:
    """``China's``, ``United States'``."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def parameter(scenario: Scenario, path: str) -> str:
    """A path with its meaning: ``host.balance_weight (weight of a balanced portfolio of camps)``."""
    means = meaning(scenario, path)
    return f"{path} ({means})" if means else path


def all_drawn(scenario: Scenario, table: pd.DataFrame, column: str = "factor") -> pd.DataFrame:
    """A table for a picture: the paths in a column as pictures name them."""
    return table.assign(**{column: [in_words(scenario, str(path)) for path in table[column]]})


def month(scenario: Scenario, number: float) -> str:
    """A month of the tender and of the calendar: ``month 7 (November 2025)``."""
    exact = f"{number:.0f}" if float(number).is_integer() else f"{number:.1f}"
    return f"month {exact} ({calendar_month(scenario.tender.start, round(number))})"


def with_interval(name: str, value: Any, low: Any, high: Any, scale: float = 1.0) -> dict[str, Any]:
    """The columns of an estimate and its interval, as tables of answers have them."""
    return {
        heading: np.asarray(x, float) * scale for heading, x in zip(interval(name), (value, low, high), strict=True)
    }


def bounded(table: pd.DataFrame, name: str) -> tuple[Any, Any, Any]:
    """The columns ``name``, ``name_low`` and ``name_high`` of a table."""
    return table[name], table[f"{name}_low"], table[f"{name}_high"]


def interval(name: str) -> tuple[str, str, str]:
    """The names of the columns of an estimate and its interval."""
    return name, f"{name} (low)", f"{name} (high)"


def renamed(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The columns chosen, in the order given, under their names in words."""
    return table[[name for name in names if name in table]].rename(columns=dict(names))
