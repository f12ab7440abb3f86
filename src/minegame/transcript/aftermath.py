"""The award and what became of it: threats, money, mines, promises, deals reopened, and the worth to each side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minegame import rules, turns
from minegame.game import ACCESS, DENIAL, LEVER_TABLE, NOBODY, TARIFF
from minegame.transcript.case import Case, Event, writable
from minegame.transcript.wording import counted, inside, listed, money, percent, percents

if TYPE_CHECKING:
    from minegame.agents import Financier, Patron


#: What the host's money at the end is made of.
_MONEY_WORDS = {
    "option": "option to develop later", "mines": "income from mines", "bonus": "bonus as far as capital came",
    "access": "access", "tariffs": "tariffs", "backlash": "backlash",
}  # fmt: skip


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
        yield from _standing(case, patron)
    yield _host_value(case)


def _threat(case: Case, patron: Patron) -> Iterator[Event]:
    k, out, last = patron.index, case.outcome, case.negotiation.history[-1]
    threat = float(last.lever[k, TARIFF])
    if threat <= 0.0:
        return
    words = f"tariff threat of {percent(LEVER_TABLE[TARIFF].full * threat)}"
    share, loss, executed = float(out.patron_share[k]), float(out.threat_loss[k]), bool(out.threat_executed[k])
    if not out.threat_refused[k]:
        text = f"withdraws its {words}: its camp has won everything{'' if share >= 1.0 else ' that it asked for'}"
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
    f, out, share = financier.index, case.outcome, financier.share
    if not (out.letter_issued[f] and out.value_share[financier.bidder.index] > 0.0):
        return
    converted = bool(out.letter_converted[f])
    what = "commitment" if case.game.financier_credibility[f] >= 1.0 else "letter"
    fate = "becomes money" if converted else "never becomes money"
    text = f"its {what} for {percent(share)} of {inside(financier.bidder.label)}'s capital {fate}"
    yield case.event(case.award_month, "conversion", financier, text, converted=converted, share=share)


def _denial(case: Case, patron: Patron) -> Iterator[Event]:
    k, denial = patron.index, float(case.negotiation.history[-1].lever[patron.index, DENIAL])
    if denial <= 0.0 or case.outcome.shelved or case.outcome.patron_share[k] >= 1.0:
        return
    bites = bool(case.outcome.denial_bit[k])
    text = f"its technology denial {'bites' if bites else 'does not bite'}"
    yield case.event(case.award_month, "denial", patron, text, denial=denial, bites=bites)


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
    if not out.done[d]:
        text = f"has nothing to reopen at {label}: there is no mine"
    elif reopened:
        text = f"reopens the deal on {label} by {when} (price {case.negotiation.case.price(price)}): state equity "
        text += " → ".join(percents(equity, after))
    else:
        text = f"lets the deal on {label} stand ({when}, price {case.negotiation.case.price(price)})"
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
    """What a patron got for what it spent, so that a reader can add it up."""
    k, out, game = patron.index, case.outcome, case.game
    payoff, points, share = float(out.patron_payoff[k]), float(out.points_used[k]), float(out.patron_share[k])
    built = sum(case.weight(d) * float(out.done[d]) for d in range(len(case.deposits)) if _camp(case, d) == k)
    on_award, threat_cost = float(game.patron_stake_on_award[k]), float(out.execution_cost[k] + out.back_down_cost[k])
    parts = []
    if share > 0.0:
        weights = f"{percent(on_award)} × {percent(share)} awarded + {percent(1.0 - on_award)} × {percent(built)} built"
        parts.append(f"stake {money(game.patron_stake[k])} × ({weights})")
    if points > 0.0:
        price = f"{float(game.patron_point_value[k]):g} M$"
        parts.append(f"− {counted(round(points, 1), 'point')} of political capital × {price}")
    if threat_cost > 0.0:
        deed = "carrying out" if out.threat_executed[k] else "backing down from"
        parts.append(f"− {money(threat_cost)} for {deed} its threat")
    sums = " ".join(parts)
    sums = f"−{sums[2:]}" if sums.startswith("− ") else sums
    text = f"payoff {money(payoff)}{f' = {sums}' if parts else ': it won nothing and spent nothing'}"
    facts = {"payoff": payoff, "points_used": points, "share": share, "built": built, "threat_cost": threat_cost}
    return case.event(case.award_month, "payoff", patron, text, **facts)


def _camp(case: Case, d: int) -> int:
    """The patron whose camp won a deposit."""
    winner = int(case.outcome.winner[d])
    return NOBODY if winner == NOBODY else case.bidder(winner).patron.index


def _standing(case: Case, patron: Patron) -> Iterator[Event]:
    """What the host thinks of a patron now, where the award has changed it."""
    k, out, before = patron.index, case.outcome, case.negotiation.history[-1]
    then = float(rules.belief(before.belief_a[k], before.belief_b[k]))
    credit, credibility = float(out.credit[k]), float(out.credibility[k])
    credits, beliefs = percents(float(before.credit[k]), credit), percents(then, credibility)
    faded = case.faded(case.award_month + 1, k)
    parts = (
        [f"credit with {case.host} {' → '.join(dict.fromkeys(credits))}{faded}"] if faded or len({*credits}) > 1 else []
    )
    parts += [f"credibility of its threats {' → '.join(beliefs)}"] if len({*beliefs}) > 1 else []
    if parts:
        text = "; ".join(parts)
        yield case.event(case.award_month, "standing", patron, text, credit=credit, credibility=credibility)


def _host_value(case: Case) -> Event:
    """What the host ended with, so that a reader can add it up."""
    out = case.outcome
    value, gains = float(out.host_value), float(out.host_money)
    parts = _money_parts(case)
    words = " ".join(f"{'+' if parts[n] > 0.0 else '−'} {_MONEY_WORDS[n]} {money(abs(parts[n]))}" for n in parts)
    sums = f" = {words.removeprefix('+ ')}" if words else ""
    text = (
        f"ends with {money(gains)} in money{sums}; with the balance between the camps ({money(out.balance)}) "
        f"its value is {money(value)}"
    )
    facts = {"host_money": gains, "parts": parts, "balance": float(out.balance), "host_value": value}
    return case.event(case.award_month, "host", case.negotiation.host, text, **facts)


def _money_parts(case: Case) -> dict[str, float]:
    """What the host's money at the end is made of, M$; what is zero is left out."""
    out, state = case.outcome, writable(case.negotiation.history[-1])
    won = [d for d in range(len(case.deposits)) if out.winner[d] != NOBODY]
    parts = {
        "option": float(turns.kept_value(case.game, state, out.winner)),
        "mines": sum(_income(case, state, d) for d in won if out.done[d]),
        "bonus": sum(float(out.bonus[d] * out.realised_coverage[d]) for d in won),
        "access": float(out.access_delivered.sum()),
        "tariffs": -float(out.threat_loss.sum()),
        "backlash": -float(out.backlash.sum()),
    }
    return {part: amount for part, amount in parts.items() if amount != 0.0}


def _income(case: Case, state: Any, d: int) -> float:
    """What a finished mine gives the host at the equity that it has in the end, M$."""
    out, game, equity = case.outcome, case.game, case.outcome.equity[d]
    if out.renegotiated[d]:
        equity = rules.renegotiated_equity(equity, game.renegotiation_equity_step, game.renegotiation_equity_cap)
    return float(sum(turns.income_from(game, state, int(out.winner[d]), d, equity)))


# ------------------------------------------------------------------------------------------------------------ the award


_TERMS = ("equity", "bonus", "processing", "offtake", "concession", "coverage", "completion")


@dataclass(frozen=True)
class Terms:
    """What was agreed for one deposit; ``winner`` is None and the terms zero where the deposit was kept."""

    deposit: str
    label: str
    winner: str | None
    winner_label: str | None
    equity: float
    bonus: float
    processing: float
    offtake: float
    concession: float
    coverage: float
    completion: float


def terms(case: Case) -> Iterator[Terms]:
    """What was agreed, deposit by deposit."""
    out = case.outcome
    for d, name in enumerate(case.deposits):
        winner = None if out.winner[d] == NOBODY else case.bidder(out.winner[d])
        yield Terms(
            name,
            case.negotiation.case.deposits[name].label or name,
            winner.name if winner else None,
            winner.label if winner else None,
            *(float(out[term][d]) for term in _TERMS),
        )


def summary(case: Case) -> str:
    """How it ended, in a sentence."""
    out, when = case.outcome, case.date(int(case.outcome.month))
    if out.shelved:
        return f"{case.negotiation.host.label} shelved {case.everything()} in {when}."
    how = "after a counter-offer" if out.countered else "as offered"
    built = [case.deposit_labels[d] for d in range(len(case.deposits)) if out.done[d]]
    fate = f"{listed(built)} {'was' if len(built) == 1 else 'were'} completed" if built else "no mine was completed"
    return f"In {when} {case.host} awarded {_gifts(case)}, {how}; {fate}."


def _gifts(case: Case) -> str:
    lots = case.lots(case.outcome.winner)
    if len(lots) == 1:
        return f"{case.everything()} to {inside(case.bidder(next(iter(lots))).label)}"
    kept = lots.pop(NOBODY, [])
    named = [(label, i) for i, labels in lots.items() for label in labels]
    named.sort(key=lambda gift: case.deposit_labels.index(gift[0]))
    gifts = listed([f"{label} to {inside(case.bidder(i).label)}" for label, i in named])
    return f"{gifts} and kept {listed(kept)}" if kept else gifts
