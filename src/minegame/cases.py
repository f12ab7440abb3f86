"""What can be played and asked about: a scenario, which is one tender, or a campaign of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from minegame import campaign_decks
from minegame import scenario as scenarios
from minegame.campaign_file import CampaignScenario, is_campaign
from minegame.scenario import Scenario

#: A scenario or a campaign: both have paths, values, changes, a fingerprint, a file and a record to be played.
Case: TypeAlias = Scenario | CampaignScenario

Changes = Mapping[str, Any]


def load(where: str | Path) -> Case:
    """A scenario or a campaign from its file, or a shipped one by its name.

    Raises:
        ScenarioError: with file, line, path and what is allowed, for everything that is wrong.
    """
    return CampaignScenario.load(where) if is_campaign(where) else Scenario.load(where)


def of(where: Case | str | Path | None) -> Case:
    """What is given, loaded by its name or file, or the baseline; raises as :func:`load`."""
    if where is None:
        return Scenario.of(None)
    return where if isinstance(where, (Scenario, CampaignScenario)) else load(where)


def from_document(document: Mapping[str, Any], name: str) -> Case:
    """A scenario or a campaign from the mapping that its :meth:`document` gave; raises as :func:`load`."""
    if "tenders" in document:
        return CampaignScenario.from_document(document, name=name)
    return Scenario.from_document(document, name)


def games(case: Case, points: Sequence[Changes]) -> NDArray[np.void]:
    """What is played at each point: GAME records, or decks of a campaign; raises ScenarioError as ``case.at``."""
    if isinstance(case, CampaignScenario):
        return campaign_decks.decks(case, points)
    return case.games(points)


def crossed(case: Case, points: Sequence[Changes], policies: Sequence[Changes]) -> NDArray[np.void]:
    """What is played under every policy at every point, shape (points, policies); raises as :func:`games`."""
    if isinstance(case, CampaignScenario):
        return campaign_decks.crossed(case, points, policies)
    return scenarios.crossed(case, points, policies)
