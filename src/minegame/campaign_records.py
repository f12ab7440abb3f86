"""From tenders that are scenarios to the records of a campaign: who is the same agent where, and what all share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minegame.campaign_game import CAMPAIGN
from minegame.game import GAME, NEVER, NOBODY, new_records
from minegame.scenario import Scenario


@dataclass(frozen=True)
class Tender:
    """A tender of a campaign: a scenario that one host plays from its opening month on, for one mineral."""

    name: str
    scenario: Scenario
    host: str
    mineral: str = ""
    opening: int = 0
    #: of its luck; 0 is that of the scenario alone
    key: int = 0


@dataclass(frozen=True)
class Purse:
    """A patron's political capital in a campaign, points: at the start, a month's income, and the most it can be."""

    reserve: float
    income: float = 0.0
    cap: float = math.inf


@dataclass(frozen=True)
class Terms:
    """What the tenders of a campaign share.

    ``spill``: how far other hosts learn (C2-C4); ``trust_step``: w_p; ``fading``: the part of a belief's distance from
    its start that fades in a month; ``ceilings``: of lenders, M$; ``mineral_keys``: of the luck of prices.
    """

    months: int
    purses: Mapping[str, Purse]
    spill: float = 0.0
    trust_step: float = 1.0
    fading: float = 0.0
    ceilings: Mapping[str, float] = field(default_factory=dict)
    mineral_keys: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Everybody of a campaign by name, numbered in the order in which the file first has them."""

    hosts: tuple[str, ...]
    patrons: tuple[str, ...]
    lenders: tuple[str, ...]
    minerals: tuple[str, ...]

    @classmethod
    def of(cls, tenders: Sequence[Tender]) -> Table:
        """Everybody at the tables of some tenders."""

        def listed(names: Any) -> tuple[str, ...]:
            return tuple(dict.fromkeys(names))

        return cls(
            listed(tender.host for tender in tenders),
            listed(name for tender in tenders for name in tender.scenario.patron_names),
            listed(name for tender in tenders for name in tender.scenario.financier_names),
            listed(tender.mineral for tender in tenders),
        )


def records(tenders: Sequence[Tender], terms: Terms) -> tuple[np.ndarray, np.ndarray]:
    """One CAMPAIGN record in an array of length 1, and the GAME of each tender, shape (tenders,)."""
    table = Table.of(tenders)
    games = np.concatenate([tender.scenario.game() for tender in tenders]) if tenders else new_records(GAME, 0)
    campaign = new_records(CAMPAIGN)
    one = campaign[0]
    one.months, one.tenders, one.hosts = terms.months, len(tenders), len(table.hosts)
    one.patrons, one.lenders, one.minerals = len(table.patrons), len(table.lenders), len(table.minerals)
    one.spill, one.trust_step, one.fading = terms.spill, terms.trust_step, terms.fading
    for names in ("tender_patron", "tender_lender", "meeting_tender"):
        one[names][:] = NOBODY
    for n, tender in enumerate(tenders):
        games[n].tender_key = tender.key
        _seat(one, table, tender, n)
    for h, host in enumerate(table.hosts):
        one.host_tender[h] = _first(tenders, lambda tender, host=host: tender.host == host)
        for k, patron in enumerate(table.patrons):
            at_host = [tender.host == host and patron in tender.scenario.patrons for tender in tenders]
            one.meeting_tender[h, k] = at_host.index(True) if any(at_host) else NOBODY
    for m, mineral in enumerate(table.minerals):
        one.mineral_tender[m] = _first(tenders, lambda tender, mineral=mineral: tender.mineral == mineral)
        one.mineral_key[m] = terms.mineral_keys.get(mineral, 0)
    for k, patron in enumerate(table.patrons):
        _equip(one, tenders, terms, k, patron)
    for f, lender in enumerate(table.lenders):
        one.lender_ceiling[f] = terms.ceilings.get(lender, math.inf)
    begin_as(campaign, games.reshape(1, -1))
    return campaign, games


def begin_as(campaigns: np.ndarray, games: np.ndarray) -> None:
    """Write how hosts and patrons begin as the games say: CAMPAIGN records, shape (n,), GAME records, (n, tenders).

    All are campaigns of the same people at the same tables.
    """
    one = campaigns[0]
    for k in range(one["patrons"]):
        n, seat = one["patron_tender"][k], one["patron_seat"][k]
        for name in ("key", "episode_rate"):
            campaigns[f"patron_{name}"][:, k] = games[f"patron_{name}"][:, n, seat]
    for h in range(one["hosts"]):
        campaigns["start_history"][:, h] = games["host_history_weight"][:, one["host_tender"][h]]
        for k in range(one["patrons"]):
            n = one["meeting_tender"][h, k]
            if n != NOBODY:
                seat = one["tender_patron"][n].tolist().index(k)
                for ours, theirs in _STARTS.items():
                    campaigns[f"start_{ours}"][:, h, k] = games[f"patron_{theirs}"][:, n, seat]


def _first(tenders: Sequence[Tender], fits: Any) -> int:
    return next((n for n, tender in enumerate(tenders) if fits(tender)), NEVER)


def _seat(one: Any, table: Table, tender: Tender, n: int) -> None:
    one.tender_host[n], one.tender_mineral[n] = table.hosts.index(tender.host), table.minerals.index(tender.mineral)
    one.tender_opening[n] = tender.opening
    for k, name in enumerate(tender.scenario.patron_names):
        one.tender_patron[n, k] = table.patrons.index(name)
    for f, name in enumerate(tender.scenario.financier_names):
        one.tender_lender[n, f] = table.lenders.index(name)


#: How a host's view of a patron begins, by the name of the scenario's own value.
_STARTS = {
    "belief_a": "belief_a", "belief_b": "belief_b", "trust_a": "access_trust_a", "trust_b": "access_trust_b",
    "credit": "credit", "portfolio": "portfolio_share",
}  # fmt: skip


def _equip(one: Any, tenders: Sequence[Tender], terms: Terms, k: int, patron: str) -> None:
    n = _first(tenders, lambda tender: patron in tender.scenario.patrons)
    one.patron_tender[k], one.patron_seat[k] = n, tenders[n].scenario.patron_names.index(patron)
    purse = terms.purses[patron]
    one.patron_reserve[k], one.patron_income[k], one.patron_cap[k] = purse.reserve, purse.income, purse.cap
