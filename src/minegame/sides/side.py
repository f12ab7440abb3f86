"""Who can be played, and what it is worth to each how a negotiation ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from minegame import seats
from minegame.scenario import Problem, Scenario, ScenarioError, nearest

HOST = "host"
_PHASES = {"patron": seats.PRESS, "bidder": seats.BID, HOST: seats.DECIDE}


@dataclass(frozen=True)
class Side:
    """A patron, a bidder or the host: its name in the scenario, what it is called, and its place among its kind."""

    kind: str
    name: str
    label: str
    index: int

    @property
    def phase(self) -> int:
        """Where in a month it chooses: a phase of :mod:`minegame.seats`."""
        return _PHASES[self.kind]

    @classmethod
    def all(cls, scenario: Scenario) -> list[Side]:
        """Every side of a scenario, in the order of the turns."""
        groups: dict[str, Mapping[str, Any]] = {
            "patron": scenario.patrons,
            "bidder": scenario.bidders,
            HOST: {HOST: scenario.host},
        }
        return [
            cls(kind, name, spec.label or name, index)
            for kind, group in groups.items()
            for index, (name, spec) in enumerate(group.items())
        ]

    @classmethod
    def of(cls, scenario: Scenario, name: str, option: str = "side") -> Side:
        """The side of that name; a ScenarioError that names the option, with the names there are, if there is none."""
        sides = {side.name: side for side in cls.all(scenario)}
        if name not in sides:
            lender = " lends by rule and is not played" if name in scenario.financiers else ""
            what = f"{name!r}{lender}" if lender else f"nobody is named {name!r}"
            known = f"expected one of {', '.join(sides)}{nearest(name, sides)}"
            raise ScenarioError(Problem(option, None, "", f"{what}: {known}"))
        return sides[name]


def payoffs(side: Side, states: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """What the end of each negotiation is worth to a side, M$.

    A patron's payoff and the host's value are those of the outcome.  A bidder keeps what it could have transferred for
    the deposits that it won, less what it agreed to transfer (R11, R12).
    """
    if side.kind == "patron":
        return np.array(outcomes["patron_payoff"][:, side.index])
    if side.kind == HOST:
        return np.array(outcomes["host_value"])
    kept = states["reservation"][:, side.index] - states["transfer"][:, side.index]
    return np.asarray(np.where(outcomes["winner"] == side.index, kept, 0.0).sum(axis=1))
