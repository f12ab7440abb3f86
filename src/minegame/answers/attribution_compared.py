"""How much of each lever's effect hangs on something else: the attribution after other changes, on the same luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minegame.analysis import attribution as shapley
from minegame.analysis.attribution import Attribution
from minegame.answers.answer import AnswerError
from minegame.answers.contender import Contender
from minegame.design import Changes
from minegame.runner import Runner
from minegame.statistics import ratios
from minegame.tables import Column, Table, bounded
from minegame.text import MONEY_CHANGE, POINTS, SHARE, Unit, listed

_TOGETHER = "all together"


@dataclass(frozen=True)
class Elsewhere:
    """An attribution under some changes beside that of the scenario: there, and here minus there on the same luck.

    ``part``: of the effect of all levers together that is not there (estimate, low, high).
    """

    here: Attribution
    there: Attribution
    hangs: Attribution
    part: ratios.Ratio

    @classmethod
    def of(cls, here: np.ndarray, there: np.ndarray, levers: Sequence[str], confidence: float) -> Elsewhere:
        """From samples of shape (replications, 2^levers), on the same luck."""
        whole, left = (samples[:, -1] - samples[:, 0] for samples in (here, there))
        first, second, third = (
            shapley.estimate(samples, levers, confidence) for samples in (here, there, here - there)
        )
        return cls(first, second, third, ratios.of_means(whole - left, whole, confidence))


def check(contest: Contender, policies: Mapping[str, Changes]) -> None:
    """Refuse a change of how hard the levers are pressed, which the packages decide.

    Raises:
        AnswerError: for such a change, or a path that there is not.
    """
    pressed = contest.pressed()
    for name, changes in policies.items():
        if clash := next((path for path in contest.scenario.expanded(changes) if path in pressed), None):
            raise AnswerError(name, "is pressed or not by the packages compared: expected other changes", clash)


def asked(
    contest: Contender, policies: Mapping[str, Changes], strength: Mapping[str, float], here: np.ndarray, *,
    places: Sequence[int], seed: int, confidence: float, runner: Runner,
) -> dict[str, tuple[Elsewhere, Elsewhere]]:  # fmt: skip
    """Winning and the host's value by policy; ``here`` has shape (replications, 2^levers, the two places)."""
    found = {}
    for name, changes in policies.items():
        there = runner.samples(contest.games(strength, changes), seed, len(here), places)
        won, worth = (Elsewhere.of(here[..., n], there[..., n], contest.levers, confidence) for n in range(2))
        found[name] = won, worth
    return found


def tables(found: Mapping[str, tuple[Elsewhere, Elsewhere]], contest: Contender) -> dict[str, Table]:
    """What hangs on what the policies change: of winning, and of the host's value."""
    parts = (("hangs", contest.words.outcome, POINTS), ("hangs_value", "the host's value", MONEY_CHANGE))
    return {
        key: _table(f"How much of each lever's effect on {what} hangs on what a policy changes", unit,
                    {name: both[n] for name, both in found.items()})
        for n, (key, what, unit) in enumerate(parts)
    }  # fmt: skip


def _table(title: str, unit: Unit, found: Mapping[str, Elsewhere]) -> Table:
    columns = [
        Column("policy"),
        Column("lever"),
        Column("here", "effect in the scenario", unit, bounded=True),
        Column("there", "effect under the policy", unit, bounded=True),
        Column("hangs", "difference", unit, bounded=True),
    ]
    return Table(title, columns, [row for name, one in found.items() for row in _rows(name, one)])


def _rows(policy: str, one: Elsewhere) -> list[dict[str, Any]]:
    told = {"here": one.here, "there": one.there, "hangs": one.hangs}
    rows = []
    for n, lever in enumerate([*one.here.levers["lever"], _TOGETHER]):
        row: dict[str, Any] = {"policy": policy, "lever": lever}
        for name, attribution in told.items():
            row |= bounded(name, *_effect(attribution, n))
        rows.append(row)
    return rows


def _effect(found: Attribution, n: int) -> tuple[float, float, float]:
    """The Shapley value of the lever of that number, or what all do together."""
    one: Any = found.levers.iloc[n] if n < len(found.levers) else found.total
    return float(one["estimate"]), float(one["low"]), float(one["high"])


def said(found: Mapping[str, tuple[Elsewhere, Elsewhere]], contest: Contender) -> list[str]:
    """What all levers together, and each of them, would do under every policy."""
    return [_policy_said(name, won, worth, contest) for name, (won, worth) in found.items()]


def _policy_said(name: str, won: Elsewhere, worth: Elsewhere, contest: Contender) -> str:
    whole = len(contest.levers)
    here, there = _effect(won.here, whole)[0], _effect(won.there, whole)
    part = f", {SHARE.write(*won.part)} of it," if np.isfinite(won.part).all() else ""
    levers = [f"{lever} {POINTS.write(*_effect(won.hangs, n))}" for n, lever in enumerate(contest.levers)]
    return (
        f"Under '{name}' the levers together add {POINTS.write(*there)} to {contest.words.moved} in place "
        f"of {POINTS.write(here)}: {POINTS.write(*_effect(won.hangs, whole))}{part} hang on what that changes "
        f"({listed(levers)}). To the host they are then worth {MONEY_CHANGE.write(*_effect(worth.there, whole))} in "
        f"place of {MONEY_CHANGE.write(_effect(worth.here, whole)[0])}, a difference of "
        f"{MONEY_CHANGE.write(*_effect(worth.hangs, whole))}."
    )
