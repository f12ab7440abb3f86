"""Who supplies the world with a mineral in the years after a campaign: each camp's share, and how concentrated (C7)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from minegame.campaign_file import CampaignScenario
from minegame.scenario import nearest

_MONTHS = 12  # of a year


def shares(
    campaign: CampaignScenario, chronicles: np.ndarray, mineral: str, years: Sequence[float]
) -> NDArray[np.float64]:
    """The camps' shares of world supply, shape (campaigns, years, patrons + 1); the last one is that of others.

    Today's mines grow at the mineral's rate.  A finished mine adds its output from ``lead_time`` years after the award,
    counted in year Y if 12 Y months are not less: the winner's offtake to its camp, the rest to others.

    Args:
        campaign: what was played.
        chronicles: CHRONICLE records, shape (campaigns,).
        mineral: one of ``campaign.minerals``.
        years: from the start of the calendar.

    Raises:
        ValueError: for a mineral of whose supply the campaign says nothing.
    """
    known = campaign.campaign.minerals
    if mineral not in known:
        raise ValueError(f"nothing is said of the supply of {mineral!r}: expected one of {', '.join(known)}"
                         f"{nearest(mineral, known)}")  # fmt: skip
    mined = np.array([n for n, tender in enumerate(campaign.tenders.values()) if tender.mineral == mineral])
    return of_camps(campaign.today(mineral), known[mineral].growth, chronicles, mined, years)


def of_camps(
    today: NDArray[np.float64], growth: float, chronicles: np.ndarray, mined: NDArray[np.int64], years: Sequence[float]
) -> NDArray[np.float64]:
    """The same from numbers: ``today`` is the output of each camp's mines, others last, ``mined`` the tenders' numbers.

    What is NaN in ``today`` stays so; camps beyond the patrons are blank.
    """
    camps = len(today)
    added = chronicles["added"][:, mined, :camps]
    stands = np.asarray(years)[None, :, None] * _MONTHS >= chronicles["added_from"][:, None, mined]
    grown = (1.0 + growth) ** np.asarray(years, float)
    output = today[None, None, :] * grown[None, :, None]
    output = output + np.einsum("cyn,cnk->cyk", stands.astype(float), added)
    return np.asarray(output / output.sum(axis=2, keepdims=True))


def concentration(camps: NDArray[np.float64]) -> NDArray[np.float64]:
    """The Herfindahl-Hirschman index of shares along the last axis, others counted as one: above 0, at most 1.

    >>> float(concentration(np.array([0.5, 0.5])))
    0.5
    """
    return np.asarray((camps**2).sum(axis=-1))
