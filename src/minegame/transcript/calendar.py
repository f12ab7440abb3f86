"""A campaign on its calendar, as data: what became of every tender, and how everybody stood month by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import rules
from minegame.game import NEVER, NOBODY
from minegame.text import counted
from minegame.transcript.campaign_cast import CampaignCast

if TYPE_CHECKING:
    from minegame.campaign import Campaign
    from minegame.model import Negotiation

#: What a host thinks of a patron, by the names of its two counts.
BELIEFS = {"credibility": ("belief_a", "belief_b"), "trust": ("trust_a", "trust_b")}


@dataclass(frozen=True)
class TenderBar:
    """A tender on the calendar, in months of it: when it opened, when and to whom it was awarded, what was built.

    ``label`` says on two lines whose tender it is and of what; ``camp`` is the patron with the larger part of the
    value, None if the tender was shelved or is still open;
    ``finished`` of ``mines`` stood in the month ``stands``.
    """

    name: str
    label: str
    opening: int
    deadline: int
    settled: int | None
    winners: tuple[str, ...]
    camp: str | None
    stands: int | None
    finished: int
    mines: int


@dataclass(frozen=True)
class Calendar:
    """A campaign that has been played: its tenders, its months, and which run it is."""

    cast: CampaignCast
    seed: int
    replication: int
    bars: tuple[TenderBar, ...]
    months: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, campaign: Campaign) -> Calendar:
        """The calendar of a campaign, as far as it has been played."""
        cast = CampaignCast.of(campaign.played)
        bars = tuple(_bar(campaign, cast, n, name, one) for n, (name, one) in enumerate(campaign.negotiations.items()))
        seed, replication = int(campaign.standing["seed"]), int(campaign.standing["replication"])
        return cls(cast, seed, replication, bars, tuple(standing_table(campaign, cast)))


def _bar(campaign: Campaign, cast: CampaignCast, n: int, name: str, negotiation: Negotiation) -> TenderBar:
    tender, scenario, outcome = campaign.played.tenders[name], negotiation.case, negotiation.outcome_array[0]
    settled = int(campaign.standing["settled"][n])
    won = [int(i) for i in outcome["winner"][: len(scenario.deposits)] if settled != NEVER and i != NOBODY]
    built = [bool(done) for i, done in zip(outcome["winner"], outcome["done"], strict=True) if won and i != NOBODY]
    stands = stands_in(campaign, n)
    shares = outcome["patron_share"][: len(negotiation.patrons)]
    return TenderBar(
        name=name, label=cast.tenders[name], opening=tender.opening,
        deadline=tender.opening + scenario.tender.months - 1, settled=None if settled == NEVER else settled,
        winners=tuple(dict.fromkeys(scenario.label_of("bidder", scenario.bidder_names[i]) for i in won)),
        camp=scenario.patron_names[int(np.argmax(shares))] if won else None,
        stands=stands if won and stands <= campaign.month else None,
        finished=sum(built[: len(scenario.deposits)]), mines=len(won),
    )  # fmt: skip


def stands_in(campaign: Campaign, n: int) -> int:
    """The month in which the mines of a tender are finished."""
    lead = campaign.records.games["project_lead_time"][n]
    settled = int(campaign.standing["settled"][n])
    return NEVER if settled == NEVER else settled + int(-(-(12 * lead - 1e-9) // 1))


def standing_table(campaign: Campaign, cast: CampaignCast) -> Iterator[dict[str, Any]]:
    """How a campaign stood after each month, one flat row a month.

    Columns are named as paths: ``patrons.us.capital`` (points), ``hosts.congo.us.credibility`` (beliefs that threats
    and promises are kept, credit and portfolio: shares of one), ``financiers.bank.headroom`` (M$, where there is a
    ceiling) and ``minerals.ore.price``.
    """
    for month, now in enumerate(campaign.history):
        yield {"month": month, "date": cast.year_month(month), **dict(_row(campaign, cast, now))}


def _row(campaign: Campaign, cast: CampaignCast, now: Any) -> Iterator[tuple[str, float]]:
    record = campaign.records.campaign[0]
    for k, patron in enumerate(cast.patrons):
        yield f"patrons.{patron}.capital", float(now["capital"][k])
    for h, host in enumerate(cast.hosts):
        for k, patron in enumerate(cast.patrons):
            if record["meeting_tender"][h, k] != NOBODY:
                yield from ((f"hosts.{host}.{patron}.{name}", value) for name, value in _view(now, h, k))
    for f, lender in enumerate(cast.lenders):
        if np.isfinite(ceiling := float(record["lender_ceiling"][f])):
            yield f"financiers.{lender}.headroom", max(0.0, ceiling - float(now["lent"][f]))
    for m, mineral in enumerate(cast.minerals):
        if mineral:
            yield f"minerals.{mineral}.price", float(np.exp(now["log_price"][m]))


def _view(now: Any, h: int, k: int) -> Iterator[tuple[str, float]]:
    for name, (a, b) in BELIEFS.items():
        yield name, float(rules.belief(now[a][h, k], now[b][h, k]))
    yield "credit", float(now["credit"][h, k])
    yield "portfolio", float(now["portfolio"][h, k])


def headline(calendar: Calendar) -> str:
    """What came of a campaign, in a sentence: who won how many tenders, and how many mines stand."""
    cast, bars = calendar.cast, calendar.bars
    won = [(label, sum(bar.camp == patron for bar in bars)) for patron, label in cast.patrons.items()]
    (best, most), *others = sorted(won, key=lambda pair: -pair[1])
    tenders = counted(len(bars), "tender")
    parts = [f"{best} wins {most} of {tenders}", *(f"{label} {count}" for label, count in others)]
    if not most:
        parts = [f"Nobody wins any of {tenders}"]
    shelved = sum(bar.settled is not None and not bar.winners for bar in bars)
    parts += [f"{shelved} {'is' if shelved == 1 else 'are'} shelved"] if shelved else []
    due = [bar for bar in bars if bar.stands is not None]
    built = f"; {sum(bar.finished for bar in due)} of {counted(sum(bar.mines for bar in due), 'mine')} finished"
    return f"{', '.join(parts)}{built if due else ''}"
