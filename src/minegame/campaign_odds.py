"""How campaigns end on average: tenders, patrons, hosts and supply, each number with its interval.

The same tables tell one campaign, and every point and policy of a run; and what a policy changes on the same luck.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from minegame import campaign_decks, storage
from minegame.campaign_file import CampaignScenario
from minegame.campaign_game import YEARS
from minegame.runner import Runner
from minegame.statistics import precision
from minegame.tables import Column, Table, bounded
from minegame.text import COUNT, MONEY, MONEY_CHANGE, MONTHS, NUMBER, POINTS, SHARE, Unit, listed

Sums = NDArray[np.float64]
Row = Mapping[str, Any]

_FEW = 2  # points up to which all tables are shown

#: What is told of differences in place of what is told of a number.
_CHANGES = {SHARE: POINTS, MONEY: MONEY_CHANGE}


def played(
    campaign: CampaignScenario, replications: int, seed: int, runner: Runner, against: Mapping[str, Any] | None = None
) -> tuple[Sums, Sums | None]:
    """Play a campaign many times: count, sum and sum of squares of everything in it, shape (places, 3).

    With ``against``, changes by path, the same of the paired differences from the campaign so changed, on the same
    luck; else None.
    """
    decks = campaign_decks.crossed(campaign, [{}], [{}] if against is None else [{}, against])
    runner.expect(decks.size * replications * len(campaign.tenders))
    places, reference = storage.places(campaign), None if against is None else 1
    found = runner.tally(decks, seed, replications, reference=reference, places=places.tolist())
    runner.finished()
    whole = np.zeros((2, storage.width(campaign), 3))
    whole[0, places] = found.sums[0, 0]
    if found.contrasts is None:
        return whole[0], None
    whole[1, places] = found.contrasts[0, 0]
    return whole[0], whole[1]


class Told(NamedTuple):
    """A number that is told: the name of its column, the measure, its heading and unit."""

    name: str
    measure: str
    words: str
    unit: Unit


_OF_BIDDERS = (
    Told("wins", "wins_any", "wins something", SHARE),
    Told("built", "wins_and_built", "wins and builds, of value", SHARE),
)
_OF_TENDERS = (
    Told("shelved", "shelved", "tender shelved", SHARE),
    Told("month", "month", "month of the award, in the tender", MONTHS),
)
_OF_PATRONS = (
    Told("value_share", "campaign_value_share", "part of the value of all tenders won", SHARE),
    Told("value_won", "campaign_value_won", "tenders' worth of value won", NUMBER),
    Told("value_built", "campaign_value_built", "and built", NUMBER),
    Told("points_used", "campaign_points_used", "political capital used, points", NUMBER),
    Told("capital", "campaign_capital", "left at the end, points", NUMBER),
    Told("public_money", "campaign_public_money", "public money in letters to winners", MONEY),
    Told("public_money_converted", "campaign_public_money_converted", "became money", MONEY),
    Told("payoff", "campaign_payoff", "payoff", MONEY),
)
_OF_VIEWS = (
    Told("credit", "campaign_credit", "credit of cooperation", SHARE),
    Told("credibility", "campaign_credibility", "belief that threats are kept", SHARE),
    Told("trust", "campaign_trust", "belief that promises are kept", SHARE),
    Told("portfolio", "campaign_portfolio", "share of its portfolio", SHARE),
)
_OF_HOSTS = (
    Told("host_value", "campaign_host_value", "host's value", MONEY),
    Told("host_money", "campaign_host_money", "host's value without balance", MONEY),
)


@dataclass(frozen=True)
class Odds:
    """What is told of a campaign at some points.

    ``points``: for each the values of the columns ``keys``, which tell the points apart, and its sums, shape (places,
    3).  ``paired``: whether they are of the differences from a policy on the same luck.
    """

    campaign: CampaignScenario
    points: Sequence[tuple[Row, Sums]]
    keys: Sequence[Column] = ()
    confidence: float = 0.95
    paired: bool = False

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        return {(one.name, one.subject): one.place for one in storage.measures(self.campaign)}

    def three(self, sums: Sums, measure: str, subject: str) -> tuple[float, float, float]:
        """The estimate of a measure with the ends of its interval; NaN for what was never observed, or not surely."""
        mine = sums[self._places[measure, subject]]
        if not mine[0]:
            return (np.nan,) * 3
        with np.errstate(invalid="ignore", divide="ignore"):
            low, high = precision.interval(mine, measure, paired=self.paired, confidence=self.confidence)
        return float(mine[1] / mine[0]), float(low), float(high)

    def _cells(self, told: Sequence[Told], sums: Sums, subject: str) -> dict[str, float]:
        return {k: v for one in told for k, v in bounded(one.name, *self.three(sums, one.measure, subject)).items()}

    def _columns(self, told: Sequence[Told]) -> list[Column]:
        units = [_CHANGES.get(one.unit, one.unit) if self.paired else one.unit for one in told]
        return [Column(one.name, one.words, unit, bounded=True) for one, unit in zip(told, units, strict=True)]

    # ------------------------------------------------------------------------------------------------------- the tables

    def tables(self, raw: bool = False) -> dict[str, Table]:
        """Everything by short keys: ``tenders``, ``patrons``, ``hosts``, ``supply``; of many points less is shown."""
        many = raw or len(self.points) > _FEW
        told = {"tenders": self.tenders(raw), "patrons": self.patrons(raw), "hosts": self.hosts(many)}
        return {**told, "supply": self.supply(many)} if self.campaign.campaign.minerals else told

    def changes(self, title: str, raw: bool = False) -> dict[str, Table]:
        """What differs, by short keys: ``tender`` and ``patron``."""
        return {"tender": self.tenders(raw, f"{title}: tenders"), "patron": self.patrons(raw, f"{title}: patrons")}

    def tenders(self, raw: bool = False, title: str = "Who wins which tender") -> Table:
        """A row for each bidder of each tender; with keys, less is said of the tender itself."""
        of_tenders = () if self.paired else _OF_TENDERS[: 1 if self.keys else None]
        rows = [
            {
                **keys, "tender": name, "host": tender.host, "opening": tender.opening,
                "bidder": self.campaign.scenarios[name].label_of("bidder", bidder),
                **self._cells(_OF_BIDDERS, sums, f"{name}: {bidder}"), **self._cells(of_tenders, sums, name),
            }
            for keys, sums in self.points
            for name, tender in self.campaign.tenders.items()
            for bidder in self.campaign.scenarios[name].bidder_names
        ]  # fmt: skip
        where = [] if self.keys else [Column("host"), Column("opening", "opens in month", COUNT)]
        who = [Column("tender"), *where, Column("bidder")]
        return Table(title, [*self.keys, *who, *self._columns([*_OF_BIDDERS, *of_tenders])], rows, raw)

    def patrons(self, raw: bool = False, title: str = "What each patron got and spent") -> Table:
        """A row for each patron."""
        rows = [
            {**keys, "patron": self.campaign.label_of("patron", patron), **self._cells(_OF_PATRONS, sums, patron)}
            for keys, sums in self.points
            for patron in self.campaign.table().patrons
        ]
        return Table(title, [*self.keys, Column("patron"), *self._columns(_OF_PATRONS)], rows, raw)

    def hosts(self, raw: bool = False, title: str = "What each host thinks of each patron at the end") -> Table:
        """A row for each host and patron that it meets."""
        subjects = self.campaign.subjects()["view"].values()
        rows = [
            {
                **keys, "host": host, "patron": self.campaign.label_of("patron", patron),
                **self._cells(_OF_VIEWS, sums, f"{host}: {patron}"), **self._cells(_OF_HOSTS, sums, host),
            }
            for keys, sums in self.points
            for host, _, patron in (subject.partition(": ") for subject in subjects)
        ]  # fmt: skip
        columns = [*self.keys, Column("host"), Column("patron"), *self._columns([*_OF_VIEWS, *_OF_HOSTS])]
        return Table(title, columns, rows, raw)

    def supply(self, raw: bool = False, title: str = "Who supplies the world") -> Table:
        """A row for each mineral, year and camp."""
        rows = [
            {
                **keys, "mineral": mineral, "year": year,
                "camp": camp if camp == "others" else self.campaign.label_of("patron", camp),
                **bounded("share", *self.three(sums, f"campaign_supply_{year}", f"{mineral}: {camp}")),
                **bounded("hhi", *self.three(sums, f"campaign_concentration_{year}", mineral)),
            }
            for keys, sums in self.points
            for mineral in self.campaign.campaign.minerals
            for year in YEARS
            for camp in [*self.campaign.table().patrons, "others"]
        ]  # fmt: skip
        share = POINTS if self.paired else SHARE
        columns = [
            *self.keys, Column("mineral"), Column("year", "after years", COUNT), Column("camp"),
            Column("share", "share of world supply", share, bounded=True),
            Column("hhi", "concentration of supply (HHI)", NUMBER, bounded=True),
        ]  # fmt: skip
        return Table(title, columns, rows, raw)

    def supply_compared(self) -> Table:
        """A row for each mineral and point after the last of the years, the camps side by side."""
        year, camps = YEARS[-1], [*self.campaign.table().patrons, "others"]
        labels = {camp: camp if camp == "others" else self.campaign.label_of("patron", camp) for camp in camps}
        rows = [
            {
                "mineral": mineral, **keys,
                **bounded("hhi", *self.three(sums, f"campaign_concentration_{year}", mineral)),
                **{
                    k: v
                    for camp in camps
                    for k, v in bounded(
                        f"share_{camp}", *self.three(sums, f"campaign_supply_{year}", f"{mineral}: {camp}")
                    ).items()
                },
            }
            for mineral in self.campaign.campaign.minerals
            for keys, sums in self.points
        ]  # fmt: skip
        columns = [
            Column("mineral"), *self.keys,
            *(Column(f"share_{camp}", f"supply of {label}", SHARE, bounded=True) for camp, label in labels.items()),
            Column("hhi", "concentration (HHI)", NUMBER, bounded=True),
        ]  # fmt: skip
        return Table(f"World supply after {year} years", columns, rows)

    # ---------------------------------------------------------------------------------------------------- the sentences

    def favourites(self) -> Iterator[str]:
        """A sentence a tender, at the first point: who is the favourite, with its interval, or that none is sure."""
        _, sums = self.points[0]
        for name, scenario in self.campaign.scenarios.items():
            found = {bidder: self.three(sums, "wins_any", f"{name}: {bidder}") for bidder in scenario.bidder_names}
            best, rival = favourite(found)
            said = {bidder: scenario.label_of("bidder", bidder) for bidder in found}
            often = {bidder: SHARE.write(*found[bidder]) for bidder in found}
            if rival is None:
                yield f"{name}: {said[best]} wins most often, in {often[best]}."
            else:
                yield f"{name}: no sure favourite: {said[best]} {often[best]}, {said[rival]} {often[rival]}."

    def moved(self, other: str) -> str:
        """Of paired differences, in a sentence: whose chance in which tender surely differs from the other campaign."""
        _, sums = self.points[0]
        found = []
        for name, scenario in self.campaign.scenarios.items():
            changes = {bidder: self.three(sums, "wins_any", f"{name}: {bidder}") for bidder in scenario.bidder_names}
            sure = [
                f"{scenario.label_of('bidder', bidder)} {POINTS.write(*change)}"
                for bidder, change in changes.items()
                if change[1] > 0.0 or change[2] < 0.0
            ]
            found += [f"{name}: {listed(sure)}"] if sure else []
        said = "; ".join(found) or "nobody's chance in any tender surely differs"
        return f"Against {other}, on the same luck: {said} (each interval {100 * self.confidence:g} % by itself)."


def favourite(chances: Mapping[str, tuple[float, float, float]]) -> tuple[str, str | None]:
    """Who wins most often, and the next one if their intervals overlap: then no favourite is sure.

    ``chances``: estimate and ends of the interval of each.  Of two of whom one wins at a time the difference is no
    surer than that: its interval is at most as wide as theirs together.

    >>> favourite({"a": (0.2, 0.1, 0.3), "b": (0.5, 0.4, 0.6)}), favourite({"a": (0.5, 0.4, 0.6), "b": (0.4, 0.3, 0.5)})
    (('b', None), ('a', 'b'))
    """
    best, *others = sorted(chances, key=lambda one: -chances[one][0])
    is_near = bool(others) and chances[others[0]][2] >= chances[best][1]
    return best, others[0] if is_near else None


LIMITS = (
    "Nobody has measured how far word spreads, how fast beliefs fade and how large a tender is beside what a host "
    "has: vary campaign.spill, campaign.belief_half_life and host.award_weight before believing a level.",
    "Intervals hold the luck of the campaigns played, not what is unknown of the numbers.",
)
