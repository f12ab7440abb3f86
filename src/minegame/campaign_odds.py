"""How campaigns end on average: tenders, patrons, hosts and supply, each number with its interval.

Campaigns are played in blocks whose sums are added pairwise, so that memory is flat and results are the same to the
last bit on any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minegame import supply
from minegame.campaign import outcomes
from minegame.campaign_file import CampaignScenario
from minegame.campaign_records import Table as Seats
from minegame.runner import cores, tree_sum
from minegame.statistics import intervals
from minegame.tables import Column, Table, bounded
from minegame.text import COUNT, MONEY, MONTHS, NUMBER, SHARE

_BLOCK = 1024  # campaigns
YEARS = (5, 10, 15)  # in which supply is told

#: Values of every campaign of a block, shape (campaigns, …); NaN where a number does not apply.
Values = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Sums:
    """Counts, sums and sums of squares of every value, the last axis; what is NaN does not count."""

    sums: dict[str, NDArray[np.float64]]
    replications: int


def played(
    campaign: CampaignScenario, replications: int, seed: int = 0, threads: int | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> Sums:  # fmt: skip
    """Play a campaign many times and add up what is told of it; ``watch`` hears of the campaigns done and planned."""
    starts = range(0, replications, _BLOCK)

    def block(start: int) -> dict[str, NDArray[np.float64]]:
        found = _values(campaign, *outcomes(campaign, min(_BLOCK, replications - start), seed, start))
        return {name: _moments(values) for name, values in found.items()}

    blocks: list[dict[str, NDArray[np.float64]]] = []
    if watch is not None:
        watch(0, replications)
    with ThreadPoolExecutor(threads or cores()) as pool:
        for done in pool.map(block, starts):
            blocks.append(done)
            if watch is not None:
                watch(min(len(blocks) * _BLOCK, replications), replications)
    return Sums({name: tree_sum(one[name] for one in blocks) for name in blocks[0]}, replications)


def _moments(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    return np.stack([known.sum(axis=0), filled.sum(axis=0), (filled * filled).sum(axis=0)], axis=-1)


def _values(campaign: CampaignScenario, ended: np.ndarray, left: np.ndarray) -> Values:
    seats, scenarios = campaign.table(), list(campaign.scenarios.values())
    hosts, patrons = len(seats.hosts), len(seats.patrons)
    shelved = ended["shelved"] != 0
    found: Values = {
        "shelved": shelved.astype(float),
        "month": np.where(shelved, np.nan, ended["month"]),
        **{name: left[name][:, :patrons] for name in ("value_won", "value_built", "points_used", "capital", "payoff")},
        **{name: left[name][:, :patrons] for name in ("public_money", "public_money_converted")},
        **{name: left[name][:, :hosts, :patrons] for name in ("credit", "credibility", "trust", "portfolio")},
        "host_money": left["host_money"][:, :hosts],
    }
    for n, scenario in enumerate(scenarios):
        share = ended["value_share"][:, n, : len(scenario.bidders)]
        found[f"wins.{n}"] = (share > 0).astype(float)
        found[f"built.{n}"] = ended["built_share"][:, n, : len(scenario.bidders)]
    for mineral in campaign.campaign.minerals:
        camps = supply.shares(campaign, left, mineral, YEARS)
        found[f"supply.{mineral}"] = camps
        found[f"hhi.{mineral}"] = supply.concentration(camps)
    return found


# ----------------------------------------------------------------------------------------------------------- the tables


def tables(campaign: CampaignScenario, found: Sums, confidence: float = 0.95) -> dict[str, Table]:
    """What is told of a campaign, by short keys: ``tenders``, ``patrons``, ``hosts`` and ``supply``."""
    told = {
        "tenders": _tenders(campaign, found, confidence),
        "patrons": _patrons(campaign, found, confidence),
        "hosts": _hosts(campaign, found, confidence),
    }
    return {**told, "supply": _supply(campaign, found, confidence)} if campaign.campaign.minerals else told


def _share(name: str, sums: NDArray[np.float64], confidence: float) -> dict[str, float]:
    count, total, squares = sums
    low, high = intervals.share(total, squares, count, confidence)
    return bounded(name, total / count, float(low), float(high))


def _mean(name: str, sums: NDArray[np.float64], confidence: float) -> dict[str, float]:
    count, total, squares = sums
    if count < 2 or intervals.all_equal(total, squares, count):  # which does not tell how sure it is
        return bounded(name, total / count if count else np.nan, np.nan, np.nan)
    low, high = intervals.mean(total, squares, count, confidence)
    return bounded(name, total / count, float(low), float(high))


def _tenders(campaign: CampaignScenario, found: Sums, confidence: float) -> Table:
    rows = []
    for n, (name, tender) in enumerate(campaign.tenders.items()):
        scenario = campaign.scenarios[name]
        for i, bidder in enumerate(scenario.bidder_names):
            rows.append(
                {
                    "tender": name, "host": tender.host, "opening": tender.opening,
                    "bidder": scenario.label_of("bidder", bidder),
                    **_share("wins", found.sums[f"wins.{n}"][i], confidence),
                    **_share("built", found.sums[f"built.{n}"][i], confidence),
                    **_share("shelved", found.sums["shelved"][n], confidence),
                    **_mean("month", found.sums["month"][n], confidence),
                }
            )  # fmt: skip
    columns = [
        Column("tender"), Column("host"), Column("opening", "opens in month", COUNT), Column("bidder"),
        Column("wins", "wins something", SHARE, bounded=True),
        Column("built", "wins and builds, of value", SHARE, bounded=True),
        Column("shelved", "tender shelved", SHARE, bounded=True),
        Column("month", "month of the award, in the tender", MONTHS, bounded=True),
    ]  # fmt: skip
    return Table("Who wins which tender", columns, rows)


_OF_PATRONS = (
    ("value_won", "tenders' worth of value won", NUMBER), ("value_built", "and built", NUMBER),
    ("points_used", "political capital used, points", NUMBER), ("capital", "left at the end, points", NUMBER),
    ("public_money", "public money in letters to winners", MONEY), ("public_money_converted", "became money", MONEY),
    ("payoff", "payoff", MONEY),
)  # fmt: skip


def _patrons(campaign: CampaignScenario, found: Sums, confidence: float) -> Table:
    rows = [
        {
            "patron": _label(campaign, patron),
            **{k: v for name, _, _ in _OF_PATRONS for k, v in _mean(name, found.sums[name][p], confidence).items()},
        }
        for p, patron in enumerate(campaign.table().patrons)
    ]
    columns = [Column("patron"), *(Column(name, words, unit, bounded=True) for name, words, unit in _OF_PATRONS)]
    return Table("What each patron got and spent", columns, rows)


def _label(campaign: CampaignScenario, patron: str) -> str:
    first = next(one for one in campaign.scenarios.values() if patron in one.patrons)
    return first.label_of("patron", patron)


_OF_HOSTS = (
    ("credit", "credit of cooperation"), ("credibility", "belief that threats are kept"),
    ("trust", "belief that promises are kept"), ("portfolio", "share of its portfolio"),
)  # fmt: skip


def _hosts(campaign: CampaignScenario, found: Sums, confidence: float) -> Table:
    seats: Seats = campaign.table()
    (record,) = campaign.records()[0]
    rows = [
        {
            "host": host, "patron": _label(campaign, patron),
            **{k: v for name, _ in _OF_HOSTS for k, v in _share(name, found.sums[name][h, p], confidence).items()},
        }
        for h, host in enumerate(seats.hosts)
        for p, patron in enumerate(seats.patrons)
        if record["meeting_tender"][h, p] >= 0
    ]  # fmt: skip
    columns = [
        Column("host"),
        Column("patron"),
        *(Column(name, words, SHARE, bounded=True) for name, words in _OF_HOSTS),
    ]
    return Table("What each host thinks of each patron at the end", columns, rows)


def _supply(campaign: CampaignScenario, found: Sums, confidence: float) -> Table:
    camps = [*(_label(campaign, patron) for patron in campaign.table().patrons), "others"]
    rows = [
        {
            "mineral": mineral, "year": year, "camp": camp,
            **_share("share", found.sums[f"supply.{mineral}"][y, c], confidence),
            **_share("hhi", found.sums[f"hhi.{mineral}"][y], confidence),
        }
        for mineral in campaign.campaign.minerals
        for y, year in enumerate(YEARS)
        for c, camp in enumerate(camps)
    ]  # fmt: skip
    columns = [
        Column("mineral"), Column("year", "after years", COUNT), Column("camp"),
        Column("share", "share of world supply", SHARE, bounded=True),
        Column("hhi", "concentration of supply (HHI)", NUMBER, bounded=True),
    ]  # fmt: skip
    return Table("Who supplies the world", columns, rows)


def sentences(campaign: CampaignScenario, found: Sums, confidence: float = 0.95) -> Iterator[str]:
    """The answer in a sentence a tender: who is the favourite, with its interval."""
    from minegame.text import SHARE as PERCENT

    for n, name in enumerate(campaign.tenders):
        scenario, sums = campaign.scenarios[name], found.sums[f"wins.{n}"]
        best = int(np.argmax(sums[:, 1]))
        wins = _share("x", sums[best], confidence)
        told = PERCENT.cell(wins["x"], wins["x_low"], wins["x_high"])
        yield f"{name}: {scenario.label_of('bidder', scenario.bidder_names[best])} wins most often, in {told}."


def limits() -> Sequence[str]:
    """What the odds of a campaign cannot say."""
    return (
        "Nobody has measured how far word spreads, how fast beliefs fade and how large a tender is beside what a host "
        "has: vary campaign.spill, campaign.belief_half_life and host.award_weight before believing a level.",
        "Intervals hold the luck of the campaigns played, not what is unknown of the numbers.",
    )
