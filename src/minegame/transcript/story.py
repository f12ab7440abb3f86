"""Who sits at the table and what happened while the tender was open: markets, pressure, money, offers, decisions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from minegame import rules, turns
from minegame.game import ACCEPT, BUNDLED, COUNTER, DECISIONS, LEVERS, NOBODY, SHELVE, TRIGGER_TABLE
from minegame.transcript.case import Case, Event, worth_at, writable
from minegame.transcript.wording import (
    counted,
    inside,
    lever_words,
    listed,
    money,
    moneys,
    percent,
    percents,
    telling,
)

if TYPE_CHECKING:
    from minegame.agents import Bidder, Financier, Patron


def story(case: Case) -> Iterator[Event]:
    """Everything that happened while the tender was open, in order."""
    for month in range(len(case.records)):
        yield _market(case, month)
        for patron in case.negotiation.patrons:
            yield from _pressing(case, month, patron)
            yield from _standing(case, month, patron)
        for financier in case.negotiation.financiers:
            yield from _backed(case, month, financier)
        for bidder in case.negotiation.bidders:
            yield from _offering(case, month, bidder)
        yield from _deciding(case, month)


def _before(case: Case, month: int) -> Any | None:
    return case.records[month - 1] if month else None


def _market(case: Case, month: int) -> Event:
    price, mine_price = math.exp(case.records[month].log_price), float(case.records[month].mine_price)
    said = case.negotiation.case.price
    text = f"price {said(price)}; a mine can expect {said(mine_price).split()[0]}"
    return Event(month, "market", "market", "Market", text, {"price": price, "mine_price": mine_price})


def _pressing(case: Case, month: int, patron: Patron) -> Iterator[Event]:
    k, before = patron.index, _before(case, month)
    now = case.records[month].lever[k].tolist()
    then = before.lever[k].tolist() if before is not None else [0.0] * len(LEVERS)
    parts = [
        *_started(case, k, then, now),
        *_changes("eases to", [n for n, (a, b) in enumerate(zip(then, now, strict=True)) if a > b > 0.0], now),
        *_changes("raises to", [n for n, (a, b) in enumerate(zip(then, now, strict=True)) if b > a > 0.0], now),
        *_changes("drops", [n for n, (a, b) in enumerate(zip(then, now, strict=True)) if a > b == 0.0], then),
    ]
    spent = _spent(case, month, k)
    if spent:
        yield case.event(
            month,
            "budget",
            patron,
            f"has used up its political capital ({counted(round(spent, 1), 'point')})",
            points_used=spent,
        )
    if parts:
        levers = dict(zip(LEVERS, now, strict=True))
        yield case.event(month, "levers", patron, "; ".join(parts), levers=levers)


def _started(case: Case, k: int, then: list[float], now: list[float]) -> Iterator[str]:
    """The levers pressed this month for the first time (or again), by what triggered them."""
    started = [n for n in range(len(LEVERS)) if then[n] == 0.0 < now[n]]
    for trigger in sorted({int(case.game.lever_trigger[k, n]) for n in started}):
        group = [n for n in started if case.game.lever_trigger[k, n] == trigger]
        why = TRIGGER_TABLE[trigger].reason
        yield from _changes("presses with", group, now, f", {why}" if why else "")


def _changes(verb: str, levers: list[int], strengths: list[float], why: str = "") -> list[str]:
    words = [lever_words(lever, strengths[lever]) for lever in levers]
    return [f"{verb} {listed(words)}{why}"] if words else []


def _spent(case: Case, month: int, k: int) -> float:
    """Points used, in the month in which the last of the political capital goes; else zero."""
    before = _before(case, month)
    left = float(case.game.patron_budget[k]) if before is None else float(before.budget_left[k])
    now = case.records[month]
    return float(now.points_used[k]) if now.budget_left[k] <= 1e-9 < left else 0.0


def _standing(case: Case, month: int, patron: Patron) -> Iterator[Event]:
    k, now, before = patron.index, case.records[month], _before(case, month)
    a, b = (
        (case.game.patron_belief_a[k], case.game.patron_belief_b[k])
        if before is None
        else (before.belief_a[k], before.belief_b[k])
    )
    then, after = rules.belief(a, b), rules.belief(now.belief_a[k], now.belief_b[k])
    if after != then:
        carried_out = bool(now.belief_a[k] > a)
        deed = "carries out a threat against a third country" if carried_out else "backs down in a third country"
        text = f"{deed}: credibility of its threats {' → '.join(percents(then, after))}"
        yield case.event(month, "episode", patron, text, carried_out=carried_out, before=then, after=after)
    if now.summits[k] > (before.summits[k] if before is not None else 0.0):
        yield _summit(case, month, patron)


def _summit(case: Case, month: int, patron: Patron) -> Event:
    k, now, before, game = patron.index, case.records[month], _before(case, month), case.game
    then = float(game.patron_credit[k] if before is None else before.credit[k])
    trust = rules.belief(
        game.patron_access_trust_a[k] + game.politics_summit_weight * now.summits[k], game.patron_access_trust_b[k]
    )
    count = round(float(now.summits[k]))
    credit = f"credit {' → '.join(percents(then, float(now.credit[k])))}{case.faded(month, k)}"
    text = f"summit with {case.host} (number {count}): {credit}, trust in its promises of access {percent(trust)}"
    return case.event(month, "summit", patron, text, summits=count, credit=float(now.credit[k]), trust=float(trust))


def _backed(case: Case, month: int, financier: Financier) -> Iterator[Event]:
    f, now = financier.index, case.records[month]
    if now.letter_month[f] != month:
        return
    share, credibility = float(now.letter_share[f]), float(case.game.financier_credibility[f])
    binding = credibility >= 1.0
    capital = f"{percent(share)} of {inside(financier.bidder.label)}'s capital"
    text = (
        f"commits {capital}: counted in full"
        if binding
        else f"issues a letter for {capital}: not binding, {case.host} counts {percent(credibility)} of it"
    )
    yield case.event(
        month,
        "commitment" if binding else "letter",
        financier,
        text,
        bidder=financier.bidder.name,
        share=share,
        credibility=credibility,
        public=bool(case.game.financier_public[f]),
    )


def _offering(case: Case, month: int, bidder: Bidder) -> Iterator[Event]:
    i, now = bidder.index, case.records[month]
    bids = case.bids(month, i)
    before = _absence(case, month - 1, bidder) if month else None
    absence = _absence(case, month, bidder)
    if absence:
        if absence != before:
            yield case.event(month, "no_offer", bidder, absence, bids=len(bids))
        return
    held = sum(case.weight(d) for d in bids)
    equity = sum(case.weight(d) * float(now.equity[i, d]) for d in bids) / held
    bonus = sum(float(now.bonus[i, d]) for d in bids)
    terms = {
        "equity": equity,
        "bonus": bonus,
        "processing": float(now.processing[i]),
        "offtake": float(now.offtake[i]),
        "concession": float(now.concession[i]),
        "coverage": float(now.coverage[i]),
        "completion": float(now.completion[i]),
    }
    text = (
        f"{'bids now: ' if before else ''}"
        f"offers {percent(equity)} state equity, a bonus of {money(bonus)}, {percent(terms['processing'])} local "
        f"processing, and takes {percent(terms['offtake'])} of the output{_lots(case, month, i, bids)}, at concession "
        f"{percent(terms['concession'], _digits(case, month, i))}, coverage {percent(terms['coverage'])}"
    )
    yield case.event(month, "offer", bidder, text, **terms, deposits=[case.deposits[d] for d in bids])


def _absence(case: Case, month: int, bidder: Bidder) -> str:
    """Why a bidder makes no offer that counts in a month; empty where it makes one."""
    bids = case.bids(month, bidder.index)
    useless = case.game.lots == BUNDLED and len(bids) < len(case.deposits)
    return case.no_offer(month, bidder) if useless or not bids else ""


def _lots(case: Case, month: int, i: int, bids: list[int]) -> str:
    """The offers lot by lot where they can differ in consequence, or the lots of a partial bid."""
    if case.game.lots == BUNDLED or len(case.deposits) == 1:
        return ""
    now = case.records[month]
    lots = [f"{case.deposit_labels[d]} {percent(now.equity[i, d])}, {money(now.bonus[i, d])}" for d in bids]
    return f" (by lot: {'; '.join(lots)})"


def _deciding(case: Case, month: int) -> Iterator[Event]:
    now, host = case.records[month], case.negotiation.host
    shelving = float(now.shelve_utility)
    if now.has_candidate:
        utility, aspiration = float(now.utility), float(now.aspiration)
        told = moneys(utility, aspiration, shelving)
        text = f"prefers {case.allocation(now.award)}: utility {told[0]}, aspiration {told[1]}, shelving {told[2]}"
        yield case.event(
            month,
            "preference",
            host,
            text,
            candidate=_named(case, now.award),
            utility=utility,
            aspiration=aspiration,
            shelving=shelving,
            floor=float(now.floor),
        )
    else:
        text = f"has no bid to weigh; shelving is worth {money(shelving)}"
        yield case.event(month, "preference", host, text, candidate={}, shelving=shelving)
    yield _decision(case, month)


def _named(case: Case, award: Any) -> dict[str, str | None]:
    """The bidder of each deposit, None where it is kept."""
    bidders = (None if i == NOBODY else case.bidder(i).name for i in award)
    return dict(zip(case.deposits, bidders, strict=False))


def _asked(case: Case, now: Any) -> int:
    """The bidder whom the host asks for more: the only one of its candidate."""
    return int(turns.main_bidder(case.game, now))


def _decision(case: Case, month: int) -> Event:
    now = case.records[month]
    asked = now.requested_concession >= 0.0
    facts: dict[str, Any] = {"decision": DECISIONS[int(now.decision)]}
    if asked:
        i = _asked(case, now)
        facts |= {
            "requested_concession": float(now.requested_concession),
            "next_concession": float(now.next_concession[i]),
        }
    if now.decision in (ACCEPT, COUNTER):
        facts["settled_concession"] = float(now.settled_concession)
    return case.event(month, "decision", case.negotiation.host, _decision_words(case, now, asked), **facts)


def _decision_words(case: Case, now: Any, asked: bool) -> str:
    if now.decision == ACCEPT:
        winners = set(_named(case, now.award).values()) - {None}
        return "accepts the offer" if len(winners) == 1 else "accepts the offers"
    if now.decision == SHELVE:
        return "shelves the deposits: the time is up and nothing beats keeping them"
    if not asked:
        short = now.has_candidate and now.utility < max(now.aspiration, now.shelve_utility)
        return "waits: that is less than it holds out for" if short else "waits"
    return _asking(case, now)


def _asking(case: Case, now: Any) -> str:
    """The host asks the bidder that it prefers for more: what it asks, and what comes of it."""
    i = _asked(case, now)
    bidder, digits = inside(case.bidder(i).label), _digits(case, int(now.month), i)
    wish, plan = float(now.requested_concession), float(now.next_concession[i])
    if wish > 1.0:
        return f"asks {bidder} for more than its full concession; refused, as it cannot pay that; waits"
    asks = f"asks {bidder} for a concession of {percent(wish, digits)}"
    planned = f"to go to {percent(plan, digits)} next month"
    if now.decision == COUNTER:
        settled = percent(now.settled_concession, digits)
        return f"counters: {asks}; it agrees, as it planned {planned}, and the deal is closed at {settled}"
    if wish > plan:
        return f"{asks}; refused, as it plans {planned}; waits"
    worth = worth_at(case.game, writable(now), i, max(float(now.concession[i]), wish))
    shelving = float(now.shelve_utility)
    if worth >= shelving:
        return f"{asks}; it would agree, as it plans {planned}; waits"
    told = moneys(worth, shelving)
    return (
        f"{asks}; it would agree, as it plans {planned}, but there the deal would be worth {told[0]} to {case.host}, "
        f"less than shelving ({told[1]}); waits"
    )


def _digits(case: Case, month: int, i: int) -> int:
    """The digits that tell a bidder's offer from what the host asks of it, and from what it plans, in a month."""
    now = case.records[month]
    if now.requested_concession < 0.0 or _asked(case, now) != i:
        return 0
    compared = [float(now.concession[i]), float(now.next_concession[i]), float(now.requested_concession)]
    if now.decision == COUNTER:
        compared.append(float(now.settled_concession))
    return telling(*(100.0 * concession for concession in compared))


# ----------------------------------------------------------------------------------------------- before the first month


def table(case: Case) -> Iterator[tuple[str, str]]:
    """Who sits at the table, for what, with which plans: (label, words)."""
    lots = "tendered as one bundle" if case.game.lots == BUNDLED else "tendered as separate lots"
    for d, label in enumerate(_deposits(case)):
        words = f"deposit: {percent(case.weight(d))} of the value, capex {money(case.game.deposit_capex[d])}"
        yield label, words if len(case.deposits) == 1 else f"{words}; {lots}"
    yield case.negotiation.host.label, f"host: {_portfolio(case)}"
    for patron in case.negotiation.patrons:
        yield patron.label, _plans(case, patron)
    for bidder in case.negotiation.bidders:
        yield bidder.label, _backing(case, bidder)


def _deposits(case: Case) -> list[str]:
    """The deposits as a line begins with them."""
    return [deposit.label or name for name, deposit in case.negotiation.case.deposits.items()]


def _portfolio(case: Case) -> str:
    now, ideal = (_camps(case, shares) for shares in (case.game.patron_portfolio_share, case.game.patron_ideal_share))
    return f"past projects by camp: {now}; the balance it would like: {ideal}"


def _camps(case: Case, shares: Any) -> str:
    camps = [(inside(patron.label), float(shares[patron.index])) for patron in case.negotiation.patrons]
    camps.append(("others", 1.0 - sum(share for _, share in camps)))
    return listed([f"{label} {percent(share)}" for label, share in camps])


def _plans(case: Case, patron: Patron) -> str:
    k, game = patron.index, case.game
    bidders = [inside(b.label) for b in case.negotiation.bidders if b.patron is patron]
    backs = f"backs {listed(bidders)}" if bidders else "backs no bidder"
    planned = [
        f"{lever_words(lever, game.lever_intensity[k, lever])} {_timing(case, k, lever)}"
        for lever in range(len(LEVERS))
        if game.lever_intensity[k, lever] > 0.0
    ]
    standing = (
        f"credit with the host {percent(game.patron_credit[k])}, credibility of its threats "
        f"{percent(rules.belief(game.patron_belief_a[k], game.patron_belief_b[k]))}"
    )
    policy = f"plans {'; '.join(planned)}" if planned else "plans no lever"
    return f"patron: {backs}; {policy}; political capital {counted(game.patron_budget[k], 'point')}; {standing}"


def _timing(case: Case, k: int, lever: int) -> str:
    when = f"from {case.date(int(case.game.lever_onset[k, lever]))}"
    plan = TRIGGER_TABLE[int(case.game.lever_trigger[k, lever])].plan
    lag = int(case.game.lever_lag[k, lever])
    late = f", {counted(lag, 'month')} later than it could" if lag else ""
    return f"{when} {plan}{late}" if plan else when


def _backing(case: Case, bidder: Bidder) -> str:
    lenders = [
        f"{inside(f.label)} (up to {percent(case.game.financier_max_share[f.index])})"
        for f in case.negotiation.financiers
        if f.bidder is bidder
    ]
    patron = inside(bidder.patron.label)
    own = f"bidder, its patron {patron}: own money for {percent(_own(case, bidder))} of the capital"
    entry = int(case.game.bidder_entry[bidder.index])
    late = f"; enters in {case.date(entry)}" if entry > 0 else ""
    return f"{own}{f'; may be backed by {listed(lenders)}' if lenders else ''}{late}"


def _own(case: Case, bidder: Bidder) -> float:
    return float(case.game.bidder_own_capital[bidder.index])


def luck(case: Case) -> Iterator[tuple[str, str]]:
    """What chance gave the participants before the first month: (label, words)."""
    first, scale = case.records[0], float(case.game.host_value_scale)
    for d, label in enumerate(_deposits(case)):
        yield label, f"yields {percent(first.geology[d])} of the output expected"
    for bidder in case.negotiation.bidders:
        i = bidder.index
        yield (
            bidder.label,
            (
                f"produces at {case.negotiation.case.price(first.cost[i])}; "
                f"officials' taste for it is worth {money(scale * first.taste[i], sign=True)}"
            ),
        )
