"""Who plays in a campaign, and when: names for its chronicle, its calendar and its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from minegame.campaign_file import CampaignScenario
from minegame.text import listed
from minegame.transcript.wording import calendar_month, year_month


@dataclass(frozen=True)
class CampaignCast:
    """What everybody in a campaign is called, by name, and which month of the calendar is which.

    ``start`` is month 0 (YYYY-MM), as the tender that opens first says; ``mines`` are the deposits of each tender, and
    ``tenders`` say on two lines whose and of which mineral it is, and the deposits.
    """

    title: str
    start: str
    hosts: Mapping[str, str]
    patrons: Mapping[str, str]
    lenders: Mapping[str, str]
    minerals: Mapping[str, str]
    mines: Mapping[str, str]
    tenders: Mapping[str, str]

    @classmethod
    def of(cls, campaign: CampaignScenario) -> CampaignCast:
        """The cast of a campaign."""
        table, scenarios = campaign.table(), campaign.scenarios

        def labelled(kind: str, names: tuple[str, ...]) -> dict[str, str]:
            seats = {name: scenario for scenario in scenarios.values() for name in getattr(scenario, kind)}
            return {name: seats[name].label_of(kind, name) for name in names}

        hosts, minerals = _hosts(campaign), {name: name.replace("_", " ") for name in table.minerals}
        mines = {
            name: listed(scenario.label_of("deposit", deposit) for deposit in scenario.deposit_names)
            for name, scenario in scenarios.items()
        }
        return cls(
            title=campaign.title, start=_start(campaign), hosts=hosts, patrons=labelled("patrons", table.patrons),
            lenders=labelled("financiers", table.lenders), minerals=minerals, mines=mines,
            tenders=_tenders(campaign, hosts, minerals, mines),
        )  # fmt: skip

    def date(self, month: int) -> str:
        """A month of the calendar in words, such as July 2025."""
        return calendar_month(self.start, month)

    def year_month(self, month: int) -> str:
        """A month of the calendar as YYYY-MM."""
        return "{}-{:02d}".format(*_month_of(self.start, month))


def _hosts(campaign: CampaignScenario) -> dict[str, str]:
    """The labels of the hosts, or their names where two would have the same."""
    labels: dict[str, str] = {}
    for name, tender in campaign.tenders.items():
        labels.setdefault(tender.host, campaign.scenarios[name].host.label)
    shared = list(labels.values())
    return {name: label if shared.count(label) == 1 else name for name, label in labels.items()}


def _start(campaign: CampaignScenario) -> str:
    first = min(campaign.tenders, key=lambda name: campaign.tenders[name].opening)
    return "{}-{:02d}".format(*_month_of(str(campaign.scenarios[first].tender.start), -campaign.tenders[first].opening))


def _tenders(
    campaign: CampaignScenario, hosts: Mapping[str, str], minerals: Mapping[str, str], mines: Mapping[str, str]
) -> dict[str, str]:
    """Labels of the tenders on two lines, with their names where two would have the same."""
    labels = {
        name: f"{hosts[tender.host]}{', ' if tender.mineral else ''}{minerals[tender.mineral]}\n{mines[name]}"
        for name, tender in campaign.tenders.items()
    }
    shared = list(labels.values())
    return {name: label if shared.count(label) == 1 else f"{label} ({name})" for name, label in labels.items()}


def _month_of(start: str, month: int) -> tuple[int, int]:
    year, place = year_month(start, month)
    return year, place + 1
