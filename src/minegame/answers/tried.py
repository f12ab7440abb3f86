"""The values that a question or a run tries beside the scenario's own, by path, and what of them no source supports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_MOST_LEVELS = 20  # of a column that are looked at one by one; of more, the ends

Tried = dict[str, list[object]]


def of_settings(settings: Mapping[str, Any]) -> Tried:
    """What the settings of an answer say that it tried: factors, axes, policies, rules and another scenario's changes.

    >>> of_settings({"vary": {"host.backlash": [0.1, 0.4, "log"]}, "policy": {"late": {"tender.months": 30}}})
    {'host.backlash': [0.1, 0.4], 'tender.months': [30]}
    """
    changes: list[Mapping[str, Any]] = [settings.get("set_against") or {}]
    for name in ("policy", "rule", "others"):
        changes += list((settings.get(name) or {}).values())
    varied: Tried = {}
    for name in ("vary", "x", "y", "decide"):
        for path, values in (settings.get(name) or {}).items() if isinstance(settings.get(name), Mapping) else ():
            listed = values["levels"] if isinstance(values, Mapping) else values
            varied[path] = [value for value in listed if isinstance(value, (int, float))]
    return _together(changes, varied)


def of_run(design: pd.DataFrame, policies: Mapping[str, Mapping[str, Any]]) -> Tried:
    """What a run tries: the values of its design, and what its policies change."""
    varied: Tried = {}
    for path in design.columns:
        values = design[path].drop_duplicates()
        numbers = values.dtype.kind in "if" and len(values) > _MOST_LEVELS
        varied[path] = [values.min(), values.max()] if numbers else values.tolist()
    return _together(policies.values(), varied)


def _together(changes: Iterable[Mapping[str, Any]], varied: Mapping[str, Sequence[object]]) -> Tried:
    found: Tried = {path: list(values) for path, values in varied.items()}
    for one in changes:
        for path, value in one.items():
            found.setdefault(path, []).append(value)
    return found
