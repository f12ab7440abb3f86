"""What happens in the tenders of a campaign, in sentences that say who did what, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from minegame import rules
from minegame.campaign import Campaign
from minegame.game import ACCESS, NOBODY, TRIGGER_TABLE
from minegame.model import Negotiation
from minegame.text import listed
from minegame.transcript.campaign_cast import CampaignCast
from minegame.transcript.wording import lever_words, money, percent


def _of(campaign: Campaign, n: int) -> Negotiation:
    return list(campaign.negotiations.values())[n]


def _host(campaign: Campaign, cast: CampaignCast, n: int) -> str:
    return cast.hosts[list(campaign.played.tenders.values())[n].host]


def _mine(campaign: Campaign, cast: CampaignCast, n: int) -> str:
    return cast.mines[list(campaign.played.tenders)[n]]


# --------------------------------------------------------------------------------------------------- a tender is opened


def at_opening(campaign: Campaign, cast: CampaignCast, n: int) -> Iterator[str]:
    """A host opens a tender: who bids, and how it stands with each bidder's patron by now."""
    negotiation, tender = _of(campaign, n), list(campaign.played.tenders.values())[n]
    mineral = f" ({cast.minerals[tender.mineral]})" if tender.mineral else ""
    until = cast.date(tender.opening + negotiation.case.tender.months - 1)
    bidders = listed(f"{one.label} ({_regard(campaign, cast, n, one.patron)})" for one in negotiation.bidders)
    what = f"{_mine(campaign, cast, n)}{mineral}, to be decided by {until}"
    yield f"{_host(campaign, cast, n)} opens the tender for {what}. Bidders: {bidders}."


def _regard(campaign: Campaign, cast: CampaignCast, n: int, patron: Any) -> str:
    now, h = campaign.standing, campaign.records.campaign["tender_host"][0, n]
    who = int(campaign.records.campaign["tender_patron"][0, n, patron.index])
    return (
        f"{patron.label}: credit {percent(now['credit'][h, who])}, {percent(now['portfolio'][h, who])} of the host's "
        f"mines, ideal {percent(_of(campaign, n).case.patrons[patron.name].ideal_share)}"
    )


def _patrons(campaign: Campaign, n: int) -> list[tuple[Any, int]]:
    """The patrons at a table, each with its number in the campaign."""
    negotiation = _of(campaign, n)
    numbers = campaign.records.campaign["tender_patron"][0, n, : len(negotiation.patrons)]
    return list(zip(negotiation.patrons, (int(k) for k in numbers), strict=True))


# ---------------------------------------------------------------------------------------------------- while it is open


def at_open_tender(campaign: Campaign, cast: CampaignCast, n: int) -> Iterator[str]:
    """Who begins to press, and with what; who lends."""
    for patron in _of(campaign, n).patrons:
        yield from _pressing(campaign, cast, n, patron)
    yield from _lending(campaign, cast, n)


def when_capital_is_spent(campaign: Campaign, cast: CampaignCast) -> Iterator[str]:
    """Whose political capital runs out this month."""
    if len(campaign.history) < 2:
        return
    before, now = campaign.history[-2:]
    for k, label in enumerate(cast.patrons.values()):
        if before["capital"][k] > now["capital"][k] == 0.0:
            yield f"{label} has no political capital left: its levers are as strong as its income pays for."


def _pressing(campaign: Campaign, cast: CampaignCast, n: int, patron: Any) -> Iterator[str]:
    negotiation, k = _of(campaign, n), patron.index
    strengths, triggers = negotiation.history[-1].lever[k], negotiation.game_array[0]["lever_trigger"][k]
    begun = [n for n, strength in enumerate(strengths) if strength > 0 and not _pressed(negotiation, k, n)]
    for trigger in sorted({int(triggers[lever]) for lever in begun}):
        why = f", {TRIGGER_TABLE[trigger].reason}" if TRIGGER_TABLE[trigger].reason else ""
        levers = listed(lever_words(n, float(strengths[n])) for n in begun if triggers[n] == trigger)
        yield f"{patron.label} presses {_host(campaign, cast, n)} for {_mine(campaign, cast, n)}{why}: {levers}."


def _pressed(negotiation: Negotiation, k: int, lever: int) -> bool:
    """Whether a lever was pressed in an earlier month."""
    return any(state.lever[k, lever] > 0 for state in negotiation.history[:-1])


def _lending(campaign: Campaign, cast: CampaignCast, n: int) -> Iterator[str]:
    """What each bidder is promised or given this month."""
    negotiation = _of(campaign, n)
    offers: dict[str, list[str]] = {}
    for f, financier in enumerate(negotiation.financiers):
        if negotiation.history[-1].letter_month[f] == negotiation.history[-1].month:
            offers.setdefault(financier.bidder.label, []).append(_offer(campaign, n, f, financier))
    where = f" for {_mine(campaign, cast, n)}" if len(campaign.under_way) > 1 else ""
    for bidder, parts in offers.items():
        yield f"Money for {bidder}{where}: {listed(parts)}."


def _offer(campaign: Campaign, n: int, f: int, financier: Any) -> str:
    amount = money(campaign.standing["letter"][n, f])
    if _of(campaign, n).case.financiers[financier.name].credibility >= 1.0:
        return f"{amount} committed by {financier.label}"
    lender = campaign.records.campaign["tender_lender"][0, n, f]
    ceiling = float(campaign.records.campaign["lender_ceiling"][0, lender])
    room = max(0.0, ceiling - float(campaign.before_awards["lent"][lender]))
    rest = "" if ceiling == float("inf") else f" ({money(room)} left under its ceiling)"
    return f"{amount} in a non-binding letter of {financier.label}{rest}"


# ----------------------------------------------------------------------------------------------------- it is settled


def at_settlement(campaign: Campaign, cast: CampaignCast, n: int) -> Iterator[str]:
    """Who wins, on what terms and why; which threats, promises and letters were kept, and what hosts learn from it."""
    yield from _award(campaign, cast, n)
    yield from _deeds(campaign, cast, n)
    yield from _money(campaign, cast, n)


def _award(campaign: Campaign, cast: CampaignCast, n: int) -> Iterator[str]:
    negotiation, host = _of(campaign, n), _host(campaign, cast, n)
    outcome, scenario, last = negotiation.outcome_array[0], negotiation.case, negotiation.history[-1]
    if outcome["shelved"]:
        best = (
            f"the best offer is worth {money(last.utility)} to it" if last.has_candidate else "nobody offers anything"
        )
        yield f"{host} shelves {_mine(campaign, cast, n)}: {best}, keeping the deposits {money(last.shelve_utility)}."
        return
    won: dict[int, list[int]] = {}
    for d in range(len(scenario.deposits)):
        won.setdefault(int(outcome["winner"][d]), []).append(d)
    kept = [scenario.label_of("deposit", scenario.deposit_names[d]) for d in won.pop(NOBODY, [])]
    parts = [_terms(cast, negotiation, i, deposits) for i, deposits in won.items()]
    stays = f"; {listed(kept)} {'stays' if len(kept) == 1 else 'stay'} in the ground" if kept else ""
    yield f"{host} awards {' and '.join(parts)}{stays}. {_reason(negotiation)}"


def _terms(cast: CampaignCast, negotiation: Negotiation, i: int, deposits: Sequence[int]) -> str:
    outcome, scenario = negotiation.outcome_array[0], negotiation.case
    name = scenario.bidder_names[i]
    lots = [
        f"{scenario.label_of('deposit', scenario.deposit_names[d])} (state's share "
        f"{percent(outcome['equity'][d])}, bonus {money(outcome['bonus'][d])})"
        for d in deposits
    ]
    return f"{listed(lots)} to {scenario.label_of('bidder', name)} ({cast.patrons[scenario.camp_of(name)]})"


def _reason(negotiation: Negotiation) -> str:
    last = negotiation.history[-1]
    worth = f"That is worth {money(last.utility)} to the host"
    other = f", the next best offer {money(last.runner_up)}" if last.has_runner_up else ", and there is no other offer"
    return f"{worth}{other}."


def _deeds(campaign: Campaign, cast: CampaignCast, n: int) -> Iterator[str]:
    negotiation = _of(campaign, n)
    outcome = negotiation.outcome_array[0]
    for patron, who in _patrons(campaign, n):
        k = patron.index
        if outcome["threat_refused"][k]:
            done = "carries its threat out" if outcome["threat_executed"][k] else "backs down"
            moved = _moved(campaign, cast, n, who, ("belief_a", "belief_b"))
            yield f"{patron.label} was refused and {done}. Belief in its threats: {moved}."
        if negotiation.history[-1].lever[k, ACCESS] * outcome["patron_share"][k] > 0:
            kept = (
                "opens its market as promised"
                if outcome["access_delivered"][k] > 0
                else "does not open its market as promised"
            )
            moved = _moved(campaign, cast, n, who, ("trust_a", "trust_b"))
            yield f"{patron.label} {kept}. Belief in its promises: {moved}."


def _moved(campaign: Campaign, cast: CampaignCast, n: int, who: int, counts: tuple[str, str]) -> str:
    """How the belief of each host about a patron has moved; hosts that hear of it alike are named together."""
    record, own = campaign.records.campaign[0], int(campaign.records.campaign["tender_host"][0, n])
    moves: dict[str, list[str]] = {}
    for h, label in enumerate(cast.hosts.values()):
        if record["meeting_tender"][h, who] == NOBODY:
            continue
        was, now = (
            percent(rules.belief(*(one[name][h, who] for name in counts)))
            for one in (campaign.before_awards, campaign.standing)
        )
        moves.setdefault(f"{was} → {now}" if was != now else f"stays {now}", []).append(label)
    first = list(cast.hosts.values())[own]
    told = sorted(moves.items(), key=lambda item: first not in item[1])
    return "; ".join(f"{listed(hosts)} {move}" for move, hosts in told)


def _money(campaign: Campaign, cast: CampaignCast, n: int) -> Iterator[str]:
    """What became of the winners' letters."""
    negotiation = _of(campaign, n)
    outcome = negotiation.outcome_array[0]
    ends: dict[bool, list[str]] = {}
    for f, financier in enumerate(negotiation.financiers):
        if outcome["letter_issued"][f] and outcome["value_share"][financier.bidder.index] > 0:
            ends.setdefault(bool(outcome["letter_converted"][f]), []).append(financier.label)
    parts = [f"{'paid' if kept else 'not paid'} by {listed(ends[kept])}" for kept in (True, False) if kept in ends]
    if parts:
        yield f"Loans to the winner: {', '.join(parts)}."


# -------------------------------------------------------------------------------------------------- its mines stand


def when_mines_stand(campaign: Campaign, cast: CampaignCast, n: int) -> Iterator[str]:
    """Which mines are finished, and what that is worth to the credit of who built them."""
    negotiation = _of(campaign, n)
    outcome, scenario = negotiation.outcome_array[0], negotiation.case
    for done in (True, False):
        mines: dict[int, list[str]] = {}
        for d, deposit in enumerate(scenario.deposit_names):
            if outcome["winner"][d] != NOBODY and bool(outcome["done"][d]) == done:
                mines.setdefault(int(outcome["winner"][d]), []).append(scenario.label_of("deposit", deposit))
        for i, names in mines.items():
            yield _built(campaign, cast, n, i, names, done)


def _built(campaign: Campaign, cast: CampaignCast, n: int, i: int, names: Sequence[str], done: bool) -> str:
    scenario = _of(campaign, n).case
    bidder = scenario.bidder_names[i]
    mine = f"{listed(names)} ({_host(campaign, cast, n)}), by {scenario.label_of('bidder', bidder)}"
    if not done:
        return f"Should be finished by now and never will be: {mine}."
    patron, h = scenario.camp_of(bidder), campaign.records.campaign["tender_host"][0, n]
    who = list(cast.patrons).index(patron)
    was, now = (percent(one["credit"][h, who]) for one in (campaign.before_awards, campaign.standing))
    return f"Finished: {mine}. The credit of {cast.patrons[patron]} there: {was} → {now}."
