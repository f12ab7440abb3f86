"""Before the first month: who sits at the table, with which plans, and what chance gave them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from minegame import rules
from minegame.game import BUNDLED, LEVERS, TRIGGER_TABLE
from minegame.transcript.case import Case
from minegame.transcript.wording import counted, inside, lever_words, listed, money, percent

if TYPE_CHECKING:
    from minegame.agents import Bidder, Patron


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
    return [deposit.label or name for name, deposit in case.negotiation.scenario.deposits.items()]


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
                f"produces at {first.cost[i]:.0f} USD/mtu; "
                f"officials' taste for it is worth {money(scale * first.taste[i], sign=True)}"
            ),
        )
