"""The values on the left of the page: levers, the numbers that matter most, all others; with range, source, meaning."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from minegame.answers.calibrated import calibrated_or_swept
from minegame.page.draft import Draft
from minegame.scenario import Parameter, Scenario, in_words, is_outside, range_said
from minegame.text import level

_STEPS = 200  # of a slider, about
_STANDING = {"calibrated": "calibrated", "swept": "swept: vary it", "assumption": "assumed", "fact": "from a source"}
MOST_FOUND = 20  # values that a search lists


@dataclass
class Entries:
    """What the entries of a scenario show; found out once, since only values change."""

    written: Scenario
    _ranges: dict[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ranges = {factor.path: (factor.low, factor.high) for factor in calibrated_or_swept(self.written)}

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """Every value that can be set, by path, as it is written."""
        return {parameter.path: parameter for parameter in self.written.parameters()}

    def levers(self, patron: str, lever: str) -> list[str]:
        """The paths of a lever of a patron: how strong, from when, after which event."""
        return [f"patrons.{patron}.levers.{lever}.{name}" for name in ("intensity", "onset", "trigger")]

    def decisive(self) -> list[str]:
        """The numbers that were calibrated or that one case cannot teach, or were so before they were changed."""
        numbers = [path for path, one in self.parameters.items() if not one.choices and ".levers." not in path]
        return [path for path in numbers if self._standing(path) in ("calibrated", "swept")]

    def _standing(self, path: str) -> str:
        source = self.written.supported(path)
        return self.parameters[path].status or (source.standing if source else "")

    def numbers(self) -> list[str]:
        """What a map may vary: the numbers that matter most, and how hard every lever is pressed."""
        return [*self.decisive(), *(path for path in self.parameters if path.endswith(".intensity"))]

    def search(self, text: str) -> list[str]:
        """The paths whose name or meaning holds every word."""
        words = text.lower().split()
        return [
            path
            for path, one in self.parameters.items()
            if words and all(word in path or word in one.description.lower() for word in words)
        ]

    def entry(self, draft: Draft, path: str, *, among_levers: bool = False) -> dict[str, Any]:
        """What the entry of a path shows; among its levers a patron is not named again."""
        one, value = self.parameters[path], draft.now.value(path)
        low, high = self.range_of(path)
        return {
            "path": path, "label": self._label(path, among_levers), "meaning": one.description, "source": one.source,
            "unit": "" if one.unit == "number" else one.unit, "status": _standing(one),
            "allowed": _allowed(one), "written": plain(one.value), "value": plain(value),
            "choices": list(one.choices), "low": low, "high": high, "least": one.low, "most": one.high,
            "step": _step(low, high, isinstance(one.value, int)), "note": note(draft, path),
        }  # fmt: skip

    def _label(self, path: str, among_levers: bool) -> str:
        """What a value is, in words."""
        if among_levers:
            return path.rsplit(".", 1)[1].replace("_", " ")
        return in_words(self.written, path).removesuffix(f" ({self.parameters[path].unit})")

    def range_of(self, path: str) -> tuple[float, float]:
        """The ends of a slider: of what is to be varied that range, else half to one and a half times the value."""
        one = self.parameters[path]
        if one.choices or isinstance(one.value, (str, bool)):
            return 0.0, 1.0
        if one.path in self._ranges:
            return self._ranges[one.path]
        if one.path.endswith(".onset"):
            return 0.0, float(self.written.tender.months)
        value = float(one.value or 0.0)
        ends = [0.5 * value, 1.5 * value, *(end for end in (one.supported_low, one.supported_high) if end is not None)]
        if one.unit in ("share", "probability") or one.path.endswith(".intensity") or not value:
            ends += [0.0, 1.0]
        low, high = max(min(ends), _or(one.low, -math.inf)), min(max(ends), _or(one.high, math.inf))
        return (math.floor(low), math.ceil(high)) if isinstance(one.value, int) else (low, high)


def note(draft: Draft, path: str) -> str:
    """What is to be said of the value at a path: that it lies outside what its source supports."""
    source = draft.now.supported(path)
    if source is None or not is_outside(source, draft.now.value(path)):
        return ""
    return f"outside {range_said(source)}, the range that its source supports"


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def plain(value: Any) -> Any:
    """A value as the browser compares it: choices are words."""
    return level(value) if isinstance(value, bool) else value


def _standing(one: Parameter) -> str:
    return _STANDING.get(one.status, "choice" if one.choices else "no source")


def _allowed(one: Parameter) -> str:
    if one.choices or one.low is None or one.high is None:
        return ""
    supported = one.supported_low is not None
    low, high = (one.supported_low, one.supported_high) if supported else (one.low, one.high)
    return f"{'supports' if supported else 'allowed'} {level(low)} to {level(high)}"


def _step(low: float, high: float, whole: bool) -> float:
    """A round step that cuts a range into some two hundred parts."""
    if whole:
        return 1.0
    raw = (high - low) / _STEPS or 0.01
    power = 10.0 ** math.floor(math.log10(raw))
    return float(f"{next(m for m in (1, 2, 5, 10) if m * power >= raw * 0.999) * power:.6g}")
