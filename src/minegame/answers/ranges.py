"""Ranges of what is uncertain: the experiment that has most of them, and a range made to reach the scenario's value."""

from __future__ import annotations

from dataclasses import replace

from minegame.answers.errors import AnswerError
from minegame.cases import Case
from minegame.design import Factor

#: The experiment that varies all that nobody has measured.
WIDE = "wide_uncertainty"


def reaching(scenario: Case, factor: Factor) -> Factor:
    """The factor with a range that reaches the scenario's own value."""
    own = scenario.value(factor.path)
    if own is None:
        raise AnswerError(scenario.name, "has no number of its own in the scenario to move away from", factor.path)
    value = float(own)
    low, high = min(factor.low, value), max(factor.high, value)
    scale = "linear" if low <= 0 else factor.scale
    return replace(factor, low=low, high=high, scale=scale)
