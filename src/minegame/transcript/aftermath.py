"""What became of the award: threats, money, mines, promises and deals reopened, and what it was worth to each side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from minegame import chance, rules
from minegame.game import ACCESS, DENIAL, NOBODY, TARIFF
from minegame.transcript.case import Case
from minegame.transcript.event import Event
from minegame.transcript.wording import money, percent

if TYPE_CHECKING:
    from minegame.agents import Financier, Patron


def aftermath(case: Case) -> Iterator[Event]:
    """What became of the award, in the order in which it happens."""
    for patron in case.negotiation.patrons:
        yield from _threat(case, patron)
    for financier in case.negotiation.financiers:
        yield from _conversion(case, financier)
    for patron in case.negotiation.patrons:
        yield from _denial(case, patron)
    for d in range(len(case.deposits)):
        yield from _mine(case, d)
    for patron in case.negotiation.patrons:
        yield from _access(case, patron)
    for d in range(len(case.deposits)):
        yield from _renegotiation(case, d)
    for patron in case.negotiation.patrons:
        yield _payoff(case, patron)
    yield _host_value(case)


def _drawn(case: Case, stream: int, key: int, index: int = 0) -> float:
    """The uniform draw that decided something after the award."""
    seed, replication = case.negotiation.seed, case.negotiation.replication
    return float(chance.uniform(seed, replication, stream, int(key), int(index), 0))


def _threat(case: Case, patron: Patron) -> Iterator[Event]:
    k, out, last = patron.index, case.outcome, case.negotiation.history[-1]
    threat = float(last.lever[k, TARIFF])
    if threat <= 0.0:
        return
    words = f"tariff threat of {percent(0.25 * threat)}"
    share, loss, executed = float(out.patron_share[k]), float(out.threat_loss[k]), bool(out.threat_executed[k])
    if share >= 1.0:
        text = f"withdraws its {words}: its camp has won everything"
    elif executed:
        text = f"carries out its {words}: it costs {case.host} {money(loss)}"
    else:
        text = f"backs down from its {words}"
    anger = float(out.backlash[k])
    if anger > 0.0:
        text += f"; the backlash against yielding costs {case.host} {money(anger)}"
    yield case.event(
        case.award_month, "threat", patron, text, threat=threat, executed=executed, loss=loss, backlash=anger
    )


def _conversion(case: Case, financier: Financier) -> Iterator[Event]:
    f, game, last = financier.index, case.game, case.negotiation.history[-1]
    won = case.outcome.value_share[financier.bidder.index] > 0.0
    if not won or last.letter_month[f] == NOBODY:
        return
    converted = _drawn(case, chance.CONVERSION, game.financier_key[f]) < game.financier_conversion[f]
    share = float(last.letter_share[f])
    what = "commitment" if game.financier_credibility[f] >= 1.0 else "letter"
    fate = "becomes money" if converted else "never becomes money"
    text = f"its {what} for {percent(share)} of {financier.bidder.label}'s capital {fate}"
    yield case.event(case.award_month, "conversion", financier, text, converted=bool(converted), share=share)


def _denial(case: Case, patron: Patron) -> Iterator[Event]:
    k, denial = patron.index, float(case.negotiation.history[-1].lever[patron.index, DENIAL])
    if denial <= 0.0 or case.outcome.shelved or case.outcome.patron_share[k] >= 1.0:
        return
    bites = _drawn(case, chance.DENIAL_BITE, case.game.patron_key[k]) < case.game.politics_denial_bite_rate
    text = f"its technology denial {'bites' if bites else 'does not bite'}"
    yield case.event(case.award_month, "denial", patron, text, denial=denial, bites=bool(bites))


def _mine(case: Case, d: int) -> Iterator[Event]:
    out = case.outcome
    if out.winner[d] == NOBODY:
        return
    winner, done, coverage = case.bidder(out.winner[d]), bool(out.done[d]), float(out.realised_coverage[d])
    fate = "completes the mine" if done else "never completes the mine"
    text = f"{fate} at {case.deposit_labels[d]}, with {percent(coverage)} of the capital covered"
    text += f" ({percent(out.coverage[d])} counted at award)"
    yield case.event(
        case.award_month, "completion", winner, text, deposit=case.deposits[d], done=done, coverage=coverage
    )


def _access(case: Case, patron: Patron) -> Iterator[Event]:
    k, out = patron.index, case.outcome
    if case.negotiation.history[-1].lever[k, ACCESS] * out.patron_share[k] <= 0.0:
        return
    worth = float(out.access_delivered[k])
    kept = f"delivers the promised access, worth {money(worth)} to {case.host}"
    text = kept if worth > 0.0 else "does not deliver the promised access"
    yield case.event(case.award_month, "access", patron, text, delivered=worth)


def _renegotiation(case: Case, d: int) -> Iterator[Event]:
    out, game = case.outcome, case.game
    if out.winner[d] == NOBODY:
        return
    when = case.date(case.award_month + round(12 * float(game.renegotiation_horizon)))
    price, reopened, equity = float(out.horizon_price), bool(out.renegotiated[d]), float(out.equity[d])
    label = case.deposit_labels[d]
    after = rules.renegotiated_equity(equity, game.renegotiation_equity_step, game.renegotiation_equity_cap)
    text = (
        f"reopens the deal on {label} by {when} (price {price:.0f} USD/mtu): state equity {percent(equity)} → "
        f"{percent(after)}"
        if reopened
        else f"lets the deal on {label} stand ({when}, price {price:.0f} USD/mtu)"
    )
    yield case.event(
        case.award_month,
        "renegotiation",
        case.negotiation.host,
        text,
        deposit=case.deposits[d],
        renegotiated=reopened,
        price=price,
        equity=float(after) if reopened else equity,
    )


def _payoff(case: Case, patron: Patron) -> Event:
    k, out = patron.index, case.outcome
    before = case.negotiation.history[-1]
    then = rules.belief(before.belief_a[k], before.belief_b[k])
    payoff, points = float(out.patron_payoff[k]), float(out.points_used[k])
    text = (
        f"payoff {money(payoff)} after {points:.1f} points of political capital; credit with {case.host} "
        f"{percent(before.credit[k])} → {percent(out.credit[k])}, credibility of its threats {percent(then)} → "
        f"{percent(out.credibility[k])}"
    )
    return case.event(
        case.award_month,
        "payoff",
        patron,
        text,
        payoff=payoff,
        points_used=points,
        credit=float(out.credit[k]),
        credibility=float(out.credibility[k]),
    )


def _host_value(case: Case) -> Event:
    out = case.outcome
    value, gains = float(out.host_value), float(out.host_money)
    text = (
        f"ends with {money(gains)} in money; with the balance between the camps ({money(out.balance)}) "
        f"its value is {money(value)}"
    )
    facts = {"host_money": gains, "balance": float(out.balance), "host_value": value}
    return case.event(case.award_month, "host", case.negotiation.host, text, **facts)
