"""Points crossed with policies: the games of a design in which every policy is played at every point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from minegame.game import GAME
from minegame.scenario.scenario import BOUND, DERIVED_FROM

if TYPE_CHECKING:
    from minegame.scenario.paths import Place
    from minegame.scenario.scenario import Scenario

    Changes = Mapping[str, object]


def crossed(scenario: Scenario, points: Sequence[Changes], policies: Sequence[Changes]) -> NDArray[np.void]:
    """The games of every policy at every point: GAME records, shape (points, policies).

    The same records as ``scenario.at(point).at(policy).game()``, but points and policies are each read once, and what
    a policy sets is written over the games of the points a column at a time.  Where both set a path, the policy's
    value holds.  A policy of fields that are checked against others, or from which others follow, goes the
    scenario's own way.

    Raises:
        ScenarioError: as ``Scenario.at``, for the first point or policy that is not allowed.
    """
    games = _side_by_side(scenario.games(points), len(policies))
    own = scenario.games(policies)
    for p, changes in enumerate(policies):
        places = [scenario.place(path) for path in scenario.expanded(changes)]
        if any(place.name in BOUND | DERIVED_FROM for place in places):
            games[:, p] = scenario.games([{**scenario.expanded(point), **changes} for point in points])
            continue
        for place in places:
            _write(games[:, p], place, own[p])
    return games


def _side_by_side(games: NDArray[np.void], count: int) -> NDArray[np.void]:
    """Every game so many times, byte by byte: NumPy would go field by field."""
    content = games.view(np.uint8).reshape(len(games), GAME.itemsize)
    return np.repeat(content, count, axis=0).reshape(-1).view(GAME).reshape(len(games), count)


def _write(games: NDArray[np.void], place: Place, own: Any) -> None:
    """Write the value that a game has at a place over those of other games."""
    if place.cell:
        cells: Any = (slice(None), *place.index)
        games[place.cell][cells] = own[place.cell][place.index] if place.index else own[place.cell]
