"""What is measured in campaigns: a row of every tender's measures and of the campaign's own, and their sums.

Campaigns are decks (:func:`minegame.campaign_game.deck`) as tenders are games; what is compiled plays them, NumPy
measures what became of them, some at a time, so that memory is flat.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from minegame import door, supply
from minegame.campaign_game import CHRONICLE, REPORTED, ROOM, YEARS, tenders_in
from minegame.ensemble import MEASURES
from minegame.game import OUTCOME, copied, new_records

_TOGETHER = 256  # campaigns that are measured at a time: a few MB of records

Rows = NDArray[np.float64]

_STARTS = dict(
    zip((q.name for q in REPORTED), np.cumsum([0, *(math.prod(ROOM[q.subject]) for q in REPORTED)]), strict=False)
)


def width(tenders: int) -> int:
    """How many places there are in the row of a campaign of so many tenders."""
    return tenders * MEASURES + sum(math.prod(ROOM[quantity.subject]) for quantity in REPORTED)


def in_tender(n: int, place: int) -> int:
    """The place of a measure of the tender ``n``; ``place`` is that in a tender alone."""
    return n * MEASURES + place


def of_campaign(tenders: int, name: str, *number: int) -> int:
    """The place of a measure of REPORTED, of the subject with that number (of a view: of the host and the patron)."""
    quantity = next(quantity for quantity in REPORTED if quantity.name == name)
    return tenders * MEASURES + int(_STARTS[name]) + int(np.ravel_multi_index(number, ROOM[quantity.subject]))


def rows_of(deck: np.ndarray, outcomes: np.ndarray, chronicles: np.ndarray) -> Rows:
    """What is measured in campaigns of one deck: shape (campaigns, width); NaN where there is nobody.

    ``outcomes`` has shape (campaigns, tenders).
    """
    games, count = deck["games"][0], len(chronicles)
    tenders = door.measure(copied(games), outcomes.reshape(-1)).reshape(count, -1)
    found = {**_chronicled(chronicles, len(games)), **_supplied(deck, chronicles)}
    return np.concatenate([tenders, *(found[q.name].reshape(count, -1) for q in REPORTED)], axis=1)


def _chronicled(chronicles: np.ndarray, tenders: int) -> dict[str, Rows]:
    assert CHRONICLE.names is not None
    fields = {f"campaign_{name}": chronicles[name] for name in CHRONICLE.names}
    return {**fields, "campaign_value_share": chronicles["value_won"] / tenders}


def _supplied(deck: np.ndarray, chronicles: np.ndarray) -> dict[str, Rows]:
    """Each camp's share of the supply of every mineral, and how concentrated that is, year by year."""
    campaign, count = deck["campaign"][0], len(chronicles)
    shares = np.full((count, len(YEARS), *ROOM["supplier"]), np.nan)
    minerals = campaign["tender_mineral"][: campaign["tenders"]]
    for m in range(campaign["minerals"]):
        today, growth = deck["today"][0, m], deck["growth"][0, m]
        shares[:, :, m] = supply.of_camps(today, growth, chronicles, np.flatnonzero(minerals == m), YEARS)
    found: dict[str, Rows] = {}
    for y, year in enumerate(YEARS):
        found[f"campaign_supply_{year}"] = shares[:, y]
        found[f"campaign_concentration_{year}"] = supply.concentration(shares[:, y])
    return found


def played(deck: np.ndarray, seed: int, first: int, count: int) -> Iterator[Rows]:
    """Play replications first … first + count - 1 of one campaign; rows of what is measured, some at a time."""
    campaign, games = copied(deck["campaign"].reshape(1)), copied(deck["games"][0])
    for start in range(0, count, _TOGETHER):
        together = min(_TOGETHER, count - start)
        ended, left = new_records(OUTCOME, together * len(games)), new_records(CHRONICLE, together)
        door.campaigns(campaign, games, seed, first + start, ended, left)
        yield rows_of(deck, ended.reshape(together, -1), left)


def sums(
    decks: np.ndarray, seed: int, firsts: np.ndarray, count: int, reference: int, places: np.ndarray
) -> NDArray[np.float64]:
    """Counts, sums and sums of squares, shape (1 or 2, groups, policies, places, 3), as the tally of negotiations.

    ``decks`` has shape (groups, policies); policies of a group share their luck, from replication ``firsts[group]``
    on.  With a ``reference`` the paired differences against that policy are added up too.
    """
    found = np.zeros((1 if reference < 0 else 2, *decks.shape, len(places), 3))
    everything = np.array_equal(places, np.arange(width(tenders_in(decks.dtype))))
    wanted = slice(None) if everything else places  # to pick all would be to copy them
    for group, policies in enumerate(decks):
        runs = [played(policies[p : p + 1], seed, int(firsts[group]), count) for p in range(len(policies))]
        for together in zip(*runs, strict=True):
            rows = [one[:, wanted] for one in together]
            for p, mine in enumerate(rows):
                found[0, group, p] += moments(mine)
                if reference >= 0:
                    found[1, group, p] += moments(mine - rows[reference])
    return found


def samples(decks: np.ndarray, seed: int, first: int, count: int, places: np.ndarray) -> Rows:
    """Chosen measures of every campaign: shape (count, policies, places); ``decks`` has shape (policies,)."""
    kept = np.empty((count, len(decks), len(places)))
    for p in range(len(decks)):
        at = 0
        for rows in played(decks[p : p + 1], seed, first, count):
            kept[at : at + len(rows), p] = rows[:, places]
            at += len(rows)
    return kept


def moments(values: Rows) -> NDArray[np.float64]:
    """Count, sum and sum of squares of every column, shape (columns, 3); what is NaN does not count."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    return np.stack([known.sum(axis=0), filled.sum(axis=0), (filled * filled).sum(axis=0)], axis=-1)


__all__ = ["Rows", "in_tender", "of_campaign", "rows_of", "samples", "sums", "tenders_in", "width"]
