"""Shares of the patrons in the host's portfolio, which must not add up to more than 1 wherever they vary together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from minegame.design import Factor
from minegame.scenario import Scenario

SHARES = ("portfolio_share", "ideal_share")


def together(scenario: Scenario, factors: Sequence[Factor]) -> list[Factor]:
    """The factors with upper ends that fit together: cut alike, as parts of their ways above the scenario's values."""
    found = list(factors)
    for share in SHARES:
        own = {f"patrons.{patron}.{share}": scenario.value(f"patrons.{patron}.{share}") for patron in scenario.patrons}
        above = {f.path: f.high - own[f.path] for f in found if f.path in own and f.is_range and f.high > own[f.path]}
        room, wanted = 1 - sum(own.values()), sum(above.values())
        if wanted > room:
            cut = {path: own[path] + way * room / wanted for path, way in above.items()}
            found = [replace(f, high=cut.get(f.path, f.high)) for f in found]
    return found
