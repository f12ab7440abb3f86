"""Points of a campaign's parameters, and policies at every point, as decks to be played: checked, many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minegame.campaign_checks import OF_HOST, OF_HOSTS_PATRON, OF_MINERAL, OF_PATRON, OF_PATRONS
from minegame.campaign_file import CampaignScenario
from minegame.campaign_game import deck
from minegame.campaign_paths import SET
from minegame.campaign_records import begin_as
from minegame.game import new_records
from minegame.scenario.errors import fail
from minegame.scenario.paths import is_parameter

#: What tenders must agree about, or a calendar must have room for: where that changes, the whole campaign is checked.
_TOGETHER = frozenset({*OF_HOST, *OF_PATRONS, *OF_MINERAL, "tender.months"})
_OF_PATRONS = frozenset({*OF_PATRON, *OF_HOSTS_PATRON})

Changes = Mapping[str, Any]


def crossed(campaign: CampaignScenario, points: Sequence[Changes], policies: Sequence[Changes]) -> NDArray[np.void]:
    """The decks of every policy at every point, shape (points, policies); where both set a path, the policy's holds.

    Raises:
        ScenarioError: for the first point or policy that is not allowed.
    """
    chosen = [campaign.expanded(changes) for changes in policies]
    together = [{**campaign.expanded(point), **changes} for point in points for changes in chosen]
    return decks(campaign, together).reshape(len(points), len(policies))


def decks(campaign: CampaignScenario, points: Sequence[Changes]) -> NDArray[np.void]:
    """One deck for each point: the same as ``campaign.at(point).game()``, many times faster.

    Raises:
        ScenarioError: as :meth:`CampaignScenario.at`, for a point that is not allowed.
    """
    found = new_records(deck(len(campaign.tenders)), len(points))
    alike: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    inner: list[dict[str, dict[str, Any]]] = []
    for row, point in enumerate(points):
        shared, of_tenders = _apart(campaign, point)
        alike.setdefault(tuple(sorted(shared.items())), []).append(row)
        inner.append(of_tenders)
    for shared_by, rows in alike.items():
        at = campaign.at(dict(shared_by))
        found[rows] = _with_tenders(at, [inner[row] for row in rows])
    return found


def _apart(campaign: CampaignScenario, point: Changes) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What a point changes for the whole campaign, and for single tenders, by their names and paths there."""
    shared: dict[str, Any] = {}
    of_tenders: dict[str, dict[str, Any]] = {}
    places = campaign.places
    for path, value in campaign.expanded(point).items():
        if not is_parameter(places[path]):
            text = "says who is there or on whose luck, by which results are kept: change it with --set, or under set:"
            fail(campaign.name, text, path=path)
        parts = places[path].parts
        if parts[2:3] != (SET,) or parts[3] in _TOGETHER or parts[3].rpartition(".")[2] in _OF_PATRONS:
            shared[path] = value
        else:
            of_tenders.setdefault(parts[1], {})[parts[3]] = value
    return shared, of_tenders


def _with_tenders(campaign: CampaignScenario, changes: Sequence[Mapping[str, Changes]]) -> NDArray[np.void]:
    """The campaign with other values in its tenders, once for each of some changes."""
    found = np.repeat(campaign.game(), len(changes))
    if not any(changes):
        return found
    for n, (name, scenario) in enumerate(campaign.scenarios.items()):
        games = scenario.games([one.get(name, {}) for one in changes])
        games["tender_key"] = found["games"][0, n]["tender_key"]
        found["games"][:, n] = games
    begin_as(found["campaign"], found["games"])
    return found
