"""A campaign retold: the months in which something happened, and what everybody was left with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from minegame.campaign import Campaign
from minegame.cells import padded, wrapped
from minegame.game import NEVER
from minegame.text import visible
from minegame.transcript.calendar import stands_in
from minegame.transcript.campaign_cast import CampaignCast
from minegame.transcript.campaign_events import (
    at_open_tender,
    at_opening,
    at_settlement,
    when_capital_is_spent,
    when_mines_stand,
)
from minegame.transcript.campaign_ledger import ledger

WIDTH = 100
_MARGIN = 16  # cells, of the dates
_WORDS = (
    "Credit is goodwill from past cooperation; belief is a host's chance that a patron does what it threatens or "
    "promises. Both also move in quiet months: credit and beliefs fade, and hosts watch what patrons do elsewhere."
)


@dataclass(frozen=True)
class Happening:
    """Something that happened in a month of the calendar, in a tender or (no name) in the whole campaign."""

    month: int
    date: str
    tender: str
    text: str


@dataclass(frozen=True)
class Chronicle:
    """What happened in a campaign, in the order in which it did, and what was left at the end."""

    title: str
    description: str
    seed: int
    replication: int
    first: str
    last: str
    happenings: tuple[Happening, ...]
    left: tuple[str, ...]

    @classmethod
    def of(cls, campaign: Campaign) -> Chronicle:
        """Play a campaign that has not begun, and tell it."""
        cast = CampaignCast.of(campaign.played)
        told: list[Happening] = []
        while campaign.running:
            campaign.step()
            told += _month(campaign, cast)
        return cls(
            title=cast.title, description=campaign.played.description.strip(), seed=int(campaign.standing["seed"]),
            replication=int(campaign.standing["replication"]), first=cast.date(0), last=cast.date(campaign.month),
            happenings=tuple(told), left=tuple(ledger(campaign, cast)),
        )  # fmt: skip

    def lines(self, width: int = WIDTH) -> Iterator[str]:
        """The chronicle as a person reads it: the date on the left, what happened on the right."""
        yield from _folded(self.title, width)
        run = f"One run of many (seed {self.seed}, replication {self.replication}), {self.first} to {self.last}."
        yield from _folded(f"{run} {_WORDS}", width)
        yield ""
        for date, group in groupby(self.happenings, key=lambda one: one.date):
            bodies = [line for one in group for line in _folded(one.text, width - _MARGIN)]
            yield from (padded(date if n == 0 else "", _MARGIN) + body for n, body in enumerate(bodies))
        yield from ("", "What is left at the end")
        for line in self.left:
            first, *others = _folded(line, width - 4)
            yield from (f"  {first}", *(f"    {other}" for other in others))

    def document(self) -> dict[str, Any]:
        """The chronicle as plain values."""
        happened = [asdict(one) for one in self.happenings]
        return {
            "title": self.title, "description": self.description, "seed": self.seed, "replication": self.replication,
            "events": happened, "left": list(self.left),
        }  # fmt: skip


def _folded(text: str, width: int) -> list[str]:
    """Lines that keep a number and its unit together."""
    glued = visible(text).replace(" M$", "\xa0M$").replace(" %", "\xa0%")
    return [line.replace("\xa0", " ") for line in wrapped(glued, max(30, width))]


def _month(campaign: Campaign, cast: CampaignCast) -> Iterator[Happening]:
    month, opening = campaign.month, campaign.records.campaign["tender_opening"][0]
    happened = [("", text) for text in when_capital_is_spent(campaign, cast)]
    for n, name in enumerate(campaign.negotiations):
        told: list[str] = []
        if month == opening[n]:
            told += at_opening(campaign, cast, n)
        if campaign.before_awards["settled"][n] == NEVER and month >= opening[n]:
            told += at_open_tender(campaign, cast, n)
        if campaign.standing["settled"][n] == month:
            told += at_settlement(campaign, cast, n)
        if stands_in(campaign, n) == month:
            told += when_mines_stand(campaign, cast, n)
        happened += [(name, text) for text in told]
    yield from (Happening(month, cast.date(month), name, text) for name, text in happened)
