"""A campaign retold: the months in which something happened, and what everybody was left with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from minegame import rules
from minegame.campaign import Campaign
from minegame.game import ACCESS, NEVER, NOBODY
from minegame.model import Negotiation
from minegame.text import MONEY, SHARE


@dataclass(frozen=True)
class Event:
    """Something that happened in a month of the calendar, in a tender or to somebody of the whole campaign."""

    month: int
    where: str
    text: str


@dataclass(frozen=True)
class Chronicle:
    """What happened in a campaign, in the order in which it did, and what was left at the end, in lines."""

    title: str
    events: tuple[Event, ...]
    left: tuple[str, ...]

    @classmethod
    def of(cls, campaign: Campaign) -> Chronicle:
        """Play a campaign that has not begun, and tell it."""
        events: list[Event] = []
        while campaign.running:
            before = campaign.records.standing[0].copy()
            campaign.step()
            events += _month(campaign, before)
        title = f"{campaign.played.title} (seed {campaign.standing['seed']}, number {campaign.standing['replication']})"
        return cls(title, tuple(events), tuple(_left(campaign)))

    def lines(self) -> Iterator[str]:
        """The chronicle as a person reads it."""
        yield self.title
        month = None
        for event in self.events:
            if event.month != month:
                month = event.month
                yield f"\nMonth {month}"
            yield f"  {event.where}: {event.text}"
        yield "\nWhat is left at the end"
        yield from (f"  {line}" for line in self.left)

    def document(self) -> dict[str, Any]:
        """The chronicle as plain values."""
        events = [{"month": one.month, "where": one.where, "text": one.text} for one in self.events]
        return {"title": self.title, "events": events, "left": list(self.left)}


def _month(campaign: Campaign, before: Any) -> Iterator[Event]:
    opening = campaign.records.campaign["tender_opening"][0]
    for n, (name, negotiation) in enumerate(campaign.negotiations.items()):
        told: list[str] = []
        if campaign.month == opening[n]:
            told.append(_opens(campaign, n, name, negotiation))
        if before["settled"][n] == NEVER and campaign.month >= opening[n]:
            told += _letters(campaign, before, n, negotiation)
            told += _cuts(campaign, negotiation)
        if campaign.standing["settled"][n] == campaign.month:
            told += _award(negotiation)
            told += _lessons(campaign, before, n, negotiation)
        if _stands(campaign, n) == campaign.month:
            told += _mines(campaign, before, n, negotiation)
        yield from (Event(campaign.month, name, text) for text in told)


def _opens(campaign: Campaign, n: int, name: str, negotiation: Negotiation) -> str:
    host, table = campaign.played.tenders[name].host, campaign.played.table()
    h = table.hosts.index(host)
    known = ", ".join(
        f"{_label(negotiation, k)}: credit {_percent(campaign.standing['credit'][h, who])}, "
        f"{_percent(campaign.standing['portfolio'][h, who])} of the portfolio"
        for k, who in enumerate(campaign.records.campaign["tender_patron"][0, n, : len(negotiation.patrons)])
    )
    return f"{host} opens the tender for {negotiation.case.tender.months} months ({known})"


def _letters(campaign: Campaign, before: Any, n: int, negotiation: Negotiation) -> Iterator[str]:
    lenders = campaign.records.campaign["tender_lender"][0, n]
    for f, financier in enumerate(negotiation.financiers):
        amount = campaign.standing["letter"][n, f]
        if amount > before["letter"][n, f] == 0.0:
            ceiling = campaign.records.campaign["lender_ceiling"][0, lenders[f]]
            bidder = negotiation.case.label_of("bidder", financier.bidder.name)
            room = ceiling - campaign.standing["lent"][lenders[f]]
            rest = "" if ceiling == float("inf") else f"; {MONEY.write(max(0.0, room))} are left under its ceiling"
            yield f"a letter or commitment of {financier.label} for {bidder}, {MONEY.write(amount)}{rest}"


def _cuts(campaign: Campaign, negotiation: Negotiation) -> Iterator[str]:
    for patron in negotiation.patrons:
        wanted = any(lever.intensity > 0 for lever in _plans(negotiation, patron.name).values())
        if wanted and patron.budget_left == 0.0 and any(patron.levers.values()):
            yield f"{patron.label} has no more political capital than what this month's levers cost"


def _plans(negotiation: Negotiation, patron: str) -> Mapping[str, Any]:
    levers = negotiation.case.patrons[patron].levers
    return {name: getattr(levers, name) for name in type(levers).model_fields}


def _award(negotiation: Negotiation) -> Iterator[str]:
    outcome, scenario = negotiation.outcome_array[0], negotiation.case
    if outcome["shelved"]:
        yield "nobody's offer is worth what is in the ground: the host shelves the tender"
        return
    for d, deposit in enumerate(scenario.deposit_names):
        i = int(outcome["winner"][d])
        name = scenario.label_of("deposit", deposit)
        if i == NOBODY:
            yield f"{name} stays in the ground"
            continue
        winner = scenario.label_of("bidder", scenario.bidder_names[i])
        terms = f"{_percent(outcome['equity'][d])} to the state, a bonus of {MONEY.write(float(outcome['bonus'][d]))}"
        yield f"{winner} wins {name} ({terms})"


def _lessons(campaign: Campaign, before: Any, n: int, negotiation: Negotiation) -> Iterator[str]:
    """What hosts learn from the settlement, and how the lenders' letters end."""
    outcome = negotiation.outcome_array[0]
    for k, patron in enumerate(negotiation.patrons):
        if outcome["threat_refused"][k]:
            done = "carries its threat out" if outcome["threat_executed"][k] else "backs down from its threat"
            yield f"{patron.label} {done}: {_moved(campaign, before, n, k, 'belief_a', 'belief_b')}"
        if _promised(negotiation, k):
            kept = "delivers" if outcome["access_delivered"][k] > 0 else "does not deliver"
            told = _moved(campaign, before, n, k, "trust_a", "trust_b")
            yield f"{patron.label} {kept} the access it promised: {told}"
    for f, financier in enumerate(negotiation.financiers):
        if outcome["letter_issued"][f] and outcome["value_share"][financier.bidder.index] > 0:
            how = "becomes money" if outcome["letter_converted"][f] else "does not become money"
            yield f"that of {financier.label} {how}"


def _promised(negotiation: Negotiation, k: int) -> bool:
    access = negotiation.history[-1].lever[k, ACCESS]
    return bool(access * negotiation.outcome_array[0]["patron_share"][k] > 0)


def _moved(campaign: Campaign, before: Any, n: int, k: int, up: str, down: str) -> str:
    """How the belief of each host about a patron has moved."""
    record, hosts = campaign.records.campaign[0], campaign.played.table().hosts
    who = record["tender_patron"][n, k]
    told = []
    for h, host in enumerate(hosts):
        if record["meeting_tender"][h, who] != NOBODY:
            was, now = (rules.belief(one[up][h, who], one[down][h, who]) for one in (before, campaign.standing))
            if was != now:
                told.append(f"{host} now believes it {_percent(now)} (before: {_percent(was)})")
    return "; ".join(told) or "no host learns from it"


def _stands(campaign: Campaign, n: int) -> int:
    """The month in which the mines of a tender are finished."""
    lead = campaign.records.games["project_lead_time"][n]
    settled = int(campaign.standing["settled"][n])
    return NEVER if settled == NEVER else settled + int(-(-(12 * lead - 1e-9) // 1))


def _mines(campaign: Campaign, before: Any, n: int, negotiation: Negotiation) -> Iterator[str]:
    outcome, scenario = negotiation.outcome_array[0], negotiation.case
    for d, deposit in enumerate(scenario.deposit_names):
        if outcome["winner"][d] != NOBODY:
            winner = scenario.label_of("bidder", scenario.bidder_names[int(outcome["winner"][d])])
            done = "stands, and with it the credit of who built it" if outcome["done"][d] else "was never finished"
            yield f"the mine of {winner} at {scenario.label_of('deposit', deposit)} {done}"


def _left(campaign: Campaign) -> Iterator[str]:
    table, now, left = campaign.played.table(), campaign.standing, campaign.chronicle
    for k, patron in enumerate(table.patrons):
        scenario = next(one.case for one in campaign.negotiations.values() if patron in one.case.patrons)
        won, built, used = (float(left[name][k]) for name in ("value_won", "value_built", "points_used"))
        yield (
            f"{scenario.label_of('patron', patron)}: won {won:.2f} tenders' worth of value, built {built:.2f}; used "
            f"{used:.1f} points, has {now['capital'][k]:.1f}; payoff {MONEY.write(float(left['payoff'][k]))}"
        )
    for h, host in enumerate(table.hosts):
        known = [k for k in range(len(table.patrons)) if campaign.records.campaign["meeting_tender"][0, h, k] >= 0]
        views = "; ".join(
            f"{table.patrons[k]}: credit {_percent(left['credit'][h, k])}, threats believed "
            f"{_percent(left['credibility'][h, k])}, promises {_percent(left['trust'][h, k])}"
            for k in known
        )
        yield f"{host}: {MONEY.write(float(left['host_money'][h]))}; {views}"


def _label(negotiation: Negotiation, k: int) -> str:
    return negotiation.patrons[k].label


def _percent(share: float) -> str:
    return SHARE.write(float(share))
