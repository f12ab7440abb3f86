"""One finished negotiation told to a person: month by month, the host's ledger, the award and what became of it.

The first part of the module finds out what happened and puts it into data: :func:`months_table` for spreadsheets and
plots, :class:`Transcript` with its :class:`Event` list for everything else.  The second part only lays that data out,
in colour for a terminal (:func:`show`) or as plain text (:func:`render`).
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import chance, rules, turns
from minegame.game import (
    ACCEPT,
    ACCESS,
    BUNDLED,
    COUNTER,
    DECISIONS,
    DENIAL,
    ENGAGEMENT,
    FINANCE,
    LEDGER,
    LEVERS,
    NOBODY,
    RIVAL_LEADS,
    RIVAL_LETTER,
    SHELVE,
    STATE,
    TARIFF,
    new_records,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from minegame.agents import Bidder, Financier, Participant, Patron
    from minegame.model import Negotiation

WIDTH = 100
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

_LEVER_WORDS = {
    TARIFF: "a tariff threat",
    ACCESS: "market access and technology",
    ENGAGEMENT: "head-of-state engagement",
    FINANCE: "a mandate to its state lenders",
    DENIAL: "technology denial",
}
_TRIGGER_WORDS = {
    RIVAL_LEADS: "because a rival camp led the tender",
    RIVAL_LETTER: "because a rival bidder got a public letter",
}

#: The column of the ledger that stands for keeping the deposits.
SHELVING = "shelved"

#: What each term of the host's utility means, in the order of ``game.LEDGER``.
TERM_WORDS = {
    "tax": "Taxes and royalties, if the mine is built",
    "dividends": "Dividends on the state's equity, if built",
    "processing": "Local processing, if built",
    "offtake": "Output the bidder markets, if built",
    "bonus": "Bonus, as far as capital is covered",
    "taste": "Officials' lasting taste for the bidder",
    "evaluation": "This month's evaluation of the bid",
    "synergy": "One operator for all deposits",
    "threat_loss": "Tariff threats from camps left out",
    "backlash": "Backlash at home for yielding to a threat",
    "access": "Market access the patron promises",
    "credit": "Credit of past cooperation",
    "balance": "Imbalance between the camps",
    "option": "Option to develop the deposits later",
    "total": "Utility",
}

#: The same terms in a word or two, for sentences.
_TERM_NAMES = {
    "tax": "taxes", "dividends": "dividends", "processing": "local processing", "offtake": "offtake", "bonus": "bonus",
    "taste": "officials' taste", "evaluation": "evaluation", "synergy": "one operator", "threat_loss": "tariff threats",
    "backlash": "backlash", "access": "market access", "credit": "credit", "balance": "balance", "option": "option",
}  # fmt: skip


# ------------------------------------------------------------------------------------------------------- how to say it


def money(amount: float, sign: bool = False) -> str:
    """An amount as people read it: ``86 M$``, ``−1,204 M$``, with ``sign`` also ``+86 M$``.

    >>> money(86.2), money(-0.2), money(1204.0, sign=True)
    ('86 M$', '0 M$', '+1,204 M$')
    """
    return f"{_whole(amount, sign)} M$"


def _whole(amount: float, sign: bool = False) -> str:
    rounded = round(amount) + 0  # turns a negative zero into zero
    return f"{rounded:{'+' if sign and rounded else ''},d}".replace("-", "\N{MINUS SIGN}")


def percent(share: float) -> str:
    """A share as people read it.

    >>> percent(0.7)
    '70 %'
    """
    return f"{round(100.0 * share) + 0:d} %".replace("-", "\N{MINUS SIGN}")


def calendar_month(start: str, month: int) -> str:
    """The calendar month of month ``month`` of a tender that starts in ``start`` (YYYY-MM).

    >>> calendar_month("2025-04", 3), calendar_month("2025-04", 9)
    ('July 2025', 'January 2026')
    """
    year, number = _year_month(start, month)
    return f"{_MONTHS[number]} {year}"


def _year_month(start: str, month: int) -> tuple[int, int]:
    year, first = (int(part) for part in start.split("-")[:2])
    return year + (first - 1 + month) // 12, (first - 1 + month) % 12


def _listed(parts: list[str]) -> str:
    """A list in words: a, b and c."""
    return parts[0] if len(parts) < 2 else f"{', '.join(parts[:-1])} and {parts[-1]}"


# ------------------------------------------------------------------------------------------------------------ the data


@dataclass(frozen=True)
class Event:
    """Something that happened: in which month, to whom, in words and in numbers.

    ``kind`` is one of market, levers, budget, episode, summit, letter, commitment, offer, no_offer, preference,
    decision while the tender is open, and threat, conversion, denial, completion, access, renegotiation, standing,
    payoff, host after the award.  ``agent`` is a path such as ``patrons.us``, ``who`` its label.
    """

    month: int
    kind: str
    agent: str
    who: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Terms:
    """What was agreed for one deposit; ``winner`` is None and the terms zero where the deposit was shelved."""

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


@dataclass(frozen=True)
class Ledger:
    """The host's utility term by term, M$, in the decisive month: a column for each bidder and for shelving.

    ``columns`` maps a bidder's name (or ``shelved``) to its terms, those of ``game.LEDGER``, ``option`` and
    ``total``.  A bidder's column gives it every deposit; bidders that do not bid on all of them are in ``notes``.
    """

    month: int
    labels: Mapping[str, str]
    columns: Mapping[str, Mapping[str, float]]
    chosen: Mapping[str, str]
    utility: float
    aspiration: float | None
    floor: float | None
    notes: tuple[str, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """The terms that are not zero in every column, in the order of the ledger, the total last."""
        names = [*LEDGER, "option", "total"]
        return tuple(n for n in names if any(column.get(n, 0.0) != 0.0 for column in self.columns.values()))


@dataclass(frozen=True)
class Transcript:
    """The whole story of one negotiation, as data."""

    title: str
    seed: int
    replication: int
    start: str
    months: int
    summary: str
    table: tuple[tuple[str, str], ...]
    luck: tuple[tuple[str, str], ...]
    events: tuple[Event, ...]
    ledger: Ledger
    award_month: int
    terms: tuple[Terms, ...]
    aftermath: tuple[Event, ...]

    @classmethod
    def of(cls, negotiation: Negotiation) -> Transcript:
        """Tell a finished negotiation; ValueError if it is still running."""
        if negotiation.running or not negotiation.history:
            raise ValueError("the negotiation is not finished: play() it first")
        teller = _Teller(negotiation)
        return cls(
            title=negotiation.scenario.title,
            seed=negotiation.seed,
            replication=negotiation.replication,
            start=teller.start,
            months=int(negotiation.game.months),
            summary=teller.summary(),
            table=tuple(teller.table()),
            luck=tuple(teller.luck()),
            events=tuple(teller.story()),
            ledger=teller.ledger(),
            award_month=int(negotiation.outcome.month),
            terms=tuple(teller.terms()),
            aftermath=tuple(teller.aftermath()),
        )

    def document(self) -> dict[str, Any]:
        """The transcript as plain values, for JSON."""
        return asdict(self)

    def month_label(self, month: int) -> str:
        """The calendar month of a month of the tender, such as ``July 2025``."""
        return calendar_month(self.start, month)


def months_table(negotiation: Negotiation) -> list[dict[str, Any]]:
    """The negotiation month by month, one flat row a month, its columns named after the paths of the scenario.

    Money is M$, prices USD/mtu, the rest shares of one or counts.  None stands for what does not exist: the offer of
    a bidder that does not bid, the letter not yet issued.  Where the host countered, offers and utility are those
    before the counter; ``host.settled_concession`` is what was agreed.
    """
    teller = _Teller(negotiation)
    return [dict(teller.row(month)) for month in range(len(negotiation.history))]


def _writable(record: Any) -> Any:
    """A copy of a month's record on which turns can be tried out."""
    state = new_records(STATE)
    state[0] = record
    return state[0]


def _as_offered(game: Any, record: Any) -> Any:
    """A copy of a month's record with the offers as the bidders made them, before a counter settled the deal."""
    state = _writable(record)
    if record.decision == COUNTER:
        i = int(record.award[0])
        rents = sum(turns.offer_at(game, state, i, d, state.concession[i]) for d in range(game.deposits))
        state.utility = turns.standing_utility(game, state, state.award) + rents
    return state


class _Teller:
    """Finds out from the records of a negotiation what happened, and says it."""

    def __init__(self, negotiation: Negotiation) -> None:
        self.negotiation = negotiation
        self.game, self.outcome = negotiation.game, negotiation.outcome
        self.scenario = negotiation.scenario
        self.start = str(self.scenario.tender.start)
        self.records = [_as_offered(self.game, record) for record in negotiation.history]
        self.deposits = tuple(self.scenario.deposit_names)
        self.deposit_labels = tuple(self.scenario.deposits[name].label or name for name in self.deposits)
        self.host = negotiation.host.label

    # -- names

    def date(self, month: int) -> str:
        return calendar_month(self.start, month)

    def _bidder(self, index: int) -> Bidder:
        return self.negotiation.bidders[int(index)]

    def _weight(self, d: int) -> float:
        return float(self.game.deposit_weight[d])

    def _everything(self) -> str:
        count = len(self.deposits)
        return {1: self.deposit_labels[0], 2: "both deposits"}.get(count, f"all {count} deposits")

    def _allocation(self, award: Any) -> str:
        """Who gets what, in words."""
        winners = [int(award[d]) for d in range(len(self.deposits))]
        if len(set(winners)) == 1:
            return f"{self._bidder(winners[0]).label} for {self._everything()}"
        lots = {i: [label for label, w in zip(self.deposit_labels, winners, strict=True) if w == i] for i in winners}
        return _listed([f"{self._bidder(i).label} for {_listed(labels)}" for i, labels in lots.items()])

    def _event(self, month: int, kind: str, agent: Participant, text: str, **facts: Any) -> Event:
        group = f"{agent.kind}s." if agent.kind != "host" else ""
        return Event(month, kind, f"{group}{agent.name}", agent.label, text, facts)

    # -- before the first month

    def table(self) -> Iterator[tuple[str, str]]:
        """Who sits at the table, for what, with which plans: (label, words)."""
        lots = "tendered as one bundle" if self.game.lots == BUNDLED else "tendered as separate lots"
        for d, label in enumerate(self.deposit_labels):
            words = f"deposit: {percent(self._weight(d))} of the value, capex {money(self.game.deposit_capex[d])}"
            yield label, words if len(self.deposits) == 1 else f"{words}; {lots}"
        yield self.host, f"host: {self._portfolio()}"
        for patron in self.negotiation.patrons:
            yield patron.label, self._plans(patron)
        for bidder in self.negotiation.bidders:
            yield bidder.label, self._backing(bidder)

    def _portfolio(self) -> str:
        now, ideal = (
            self._camps(shares) for shares in (self.game.patron_portfolio_share, self.game.patron_ideal_share)
        )
        return f"past projects by camp: {now}; the balance it would like: {ideal}"

    def _camps(self, shares: Any) -> str:
        camps = [(patron.label, float(shares[patron.index])) for patron in self.negotiation.patrons]
        camps.append(("others", 1.0 - sum(share for _, share in camps)))
        return _listed([f"{label} {percent(share)}" for label, share in camps])

    def _plans(self, patron: Patron) -> str:
        k, game = patron.index, self.game
        bidders = [b.label for b in self.negotiation.bidders if b.patron is patron]
        backs = f"backs {_listed(bidders)}" if bidders else "backs no bidder"
        planned = [
            f"{_lever(lever, game.lever_intensity[k, lever])} {self._timing(k, lever)}"
            for lever in range(len(LEVERS))
            if game.lever_intensity[k, lever] > 0.0
        ]
        standing = (
            f"credit with the host {percent(game.patron_credit[k])}, credibility of its threats "
            f"{percent(rules.belief(game.patron_belief_a[k], game.patron_belief_b[k]))}"
        )
        policy = f"plans {'; '.join(planned)}" if planned else "plans no lever"
        return f"patron: {backs}; {policy}; political capital {game.patron_budget[k]:g} points; {standing}"

    def _timing(self, k: int, lever: int) -> str:
        when = f"from {self.date(int(self.game.lever_onset[k, lever]))}"
        trigger = int(self.game.lever_trigger[k, lever])
        return {
            RIVAL_LEADS: f"{when} if a rival camp leads",
            RIVAL_LETTER: f"{when} if a rival bidder gets a public letter",
        }.get(trigger, when)

    def _backing(self, bidder: Bidder) -> str:
        lenders = [
            f"{f.label} (up to {percent(self.game.financier_max_share[f.index])})"
            for f in self.negotiation.financiers
            if f.bidder is bidder
        ]
        own = f"bidder for {bidder.patron.label}'s camp: own money for {percent(self._own(bidder))} of the capital"
        entry = int(self.game.bidder_entry[bidder.index])
        late = f"; enters in {self.date(entry)}" if entry > 0 else ""
        return f"{own}{f'; may be backed by {_listed(lenders)}' if lenders else ''}{late}"

    def _own(self, bidder: Bidder) -> float:
        return float(self.game.bidder_own_capital[bidder.index])

    def luck(self) -> Iterator[tuple[str, str]]:
        """What chance gave the participants before the first month: (label, words)."""
        first, scale = self.records[0], float(self.game.host_value_scale)
        for d, label in enumerate(self.deposit_labels):
            yield label, f"yields {percent(first.geology[d])} of the output expected"
        for bidder in self.negotiation.bidders:
            i = bidder.index
            yield (
                bidder.label,
                (
                    f"produces at {first.cost[i]:.0f} USD/mtu; "
                    f"officials' taste for it is worth {money(scale * first.taste[i], sign=True)}"
                ),
            )

    # -- month by month

    def story(self) -> Iterator[Event]:
        """Everything that happened while the tender was open, in order."""
        for month in range(len(self.records)):
            yield self._market(month)
            for patron in self.negotiation.patrons:
                yield from self._pressing(month, patron)
                yield from self._standing(month, patron)
            for financier in self.negotiation.financiers:
                yield from self._backed(month, financier)
            for bidder in self.negotiation.bidders:
                yield from self._offering(month, bidder)
            yield from self._deciding(month)

    def _before(self, month: int) -> Any | None:
        return self.records[month - 1] if month else None

    def _market(self, month: int) -> Event:
        price, mine_price = math.exp(self.records[month].log_price), float(self.records[month].mine_price)
        text = f"price {price:.0f} USD/mtu; a mine can expect {mine_price:.0f}"
        return Event(month, "market", "market", "Market", text, {"price": price, "mine_price": mine_price})

    def _pressing(self, month: int, patron: Patron) -> Iterator[Event]:
        k, before = patron.index, self._before(month)
        now = self.records[month].lever[k].tolist()
        then = before.lever[k].tolist() if before is not None else [0.0] * len(LEVERS)
        parts = [
            *self._started(k, then, now),
            *_changes("eases to", [n for n, (a, b) in enumerate(zip(then, now, strict=True)) if a > b > 0.0], now),
            *_changes("raises to", [n for n, (a, b) in enumerate(zip(then, now, strict=True)) if b > a > 0.0], now),
            *_changes("drops", [n for n, (a, b) in enumerate(zip(then, now, strict=True)) if a > b == 0.0], then),
        ]
        spent = self._spent(month, k)
        if spent:
            yield self._event(
                month, "budget", patron, f"has used up its political capital ({spent:g} points)", points_used=spent
            )
        if parts:
            levers = dict(zip(LEVERS, now, strict=True))
            yield self._event(month, "levers", patron, "; ".join(parts), levers=levers)

    def _started(self, k: int, then: list[float], now: list[float]) -> Iterator[str]:
        """The levers pressed this month for the first time (or again), by what triggered them."""
        started = [n for n in range(len(LEVERS)) if then[n] == 0.0 < now[n]]
        for trigger in sorted({int(self.game.lever_trigger[k, n]) for n in started}):
            group = [n for n in started if self.game.lever_trigger[k, n] == trigger]
            why = _TRIGGER_WORDS.get(trigger)
            yield from _changes("presses with", group, now, f", {why}" if why else "")

    def _spent(self, month: int, k: int) -> float:
        """Points used, in the month in which the last of the political capital goes; else zero."""
        before = self._before(month)
        left = float(self.game.patron_budget[k]) if before is None else float(before.budget_left[k])
        now = self.records[month]
        return float(now.points_used[k]) if now.budget_left[k] <= 1e-9 < left else 0.0

    def _standing(self, month: int, patron: Patron) -> Iterator[Event]:
        k, now, before = patron.index, self.records[month], self._before(month)
        a, b = (
            (self.game.patron_belief_a[k], self.game.patron_belief_b[k])
            if before is None
            else (before.belief_a[k], before.belief_b[k])
        )
        then, after = rules.belief(a, b), rules.belief(now.belief_a[k], now.belief_b[k])
        if after != then:
            carried_out = bool(now.belief_a[k] > a)
            deed = "carries out a threat against a third country" if carried_out else "backs down in a third country"
            text = f"{deed}: credibility of its threats {percent(then)} → {percent(after)}"
            yield self._event(month, "episode", patron, text, carried_out=carried_out, before=then, after=after)
        if now.summits[k] > (before.summits[k] if before is not None else 0.0):
            yield self._summit(month, patron)

    def _summit(self, month: int, patron: Patron) -> Event:
        k, now, before, game = patron.index, self.records[month], self._before(month), self.game
        then = float(game.patron_credit[k] if before is None else before.credit[k])
        trust = rules.belief(
            game.patron_access_trust_a[k] + game.politics_summit_weight * now.summits[k], game.patron_access_trust_b[k]
        )
        count = round(float(now.summits[k]))
        text = (
            f"summit with {self.host} (number {count}): credit {percent(then)} → {percent(now.credit[k])}, "
            f"trust in its promises of access {percent(trust)}"
        )
        return self._event(
            month, "summit", patron, text, summits=count, credit=float(now.credit[k]), trust=float(trust)
        )

    def _backed(self, month: int, financier: Financier) -> Iterator[Event]:
        f, now = financier.index, self.records[month]
        if now.letter_month[f] != month:
            return
        share, credibility = float(now.letter_share[f]), float(self.game.financier_credibility[f])
        binding = credibility >= 1.0
        capital = f"{percent(share)} of {financier.bidder.label}'s capital"
        text = (
            f"commits {capital}: counted in full"
            if binding
            else f"issues a letter for {capital}: not binding, {self.host} counts {percent(credibility)} of it"
        )
        yield self._event(
            month,
            "commitment" if binding else "letter",
            financier,
            text,
            bidder=financier.bidder.name,
            share=share,
            credibility=credibility,
            public=bool(self.game.financier_public[f]),
        )

    def _bids(self, month: int, i: int) -> list[int]:
        return [d for d in range(len(self.deposits)) if self.records[month].bids[i, d]]

    def _offering(self, month: int, bidder: Bidder) -> Iterator[Event]:
        i, now = bidder.index, self.records[month]
        bids = self._bids(month, i)
        useless = self.game.lots == BUNDLED and len(bids) < len(self.deposits)
        if not bids or useless:
            if month == 0 or bids != self._bids(month - 1, i):
                yield self._event(month, "no_offer", bidder, self._no_offer(month, bidder), bids=len(bids))
            return
        held = sum(self._weight(d) for d in bids)
        equity = sum(self._weight(d) * float(now.equity[i, d]) for d in bids) / held
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
            f"offers {percent(equity)} state equity, a bonus of {money(bonus)}, {percent(terms['processing'])} local "
            f"processing, and takes {percent(terms['offtake'])} of the output{self._lots(month, i, bids)}, "
            f"at concession {percent(terms['concession'])}, coverage {percent(terms['coverage'])}"
        )
        yield self._event(month, "offer", bidder, text, **terms, deposits=[self.deposits[d] for d in bids])

    def _lots(self, month: int, i: int, bids: list[int]) -> str:
        """The offers lot by lot where they can differ in consequence, or the lots of a partial bid."""
        if self.game.lots == BUNDLED or len(self.deposits) == 1:
            return ""
        now = self.records[month]
        lots = [f"{self.deposit_labels[d]} {percent(now.equity[i, d])}, {money(now.bonus[i, d])}" for d in bids]
        return f" (by lot: {'; '.join(lots)})"

    def _no_offer(self, month: int, bidder: Bidder) -> str:
        i = bidder.index
        entry = int(self.game.bidder_entry[i])
        if month < entry:
            return f"does not bid yet: it enters in {self.date(entry)}"
        losing = [
            self.deposit_labels[d] for d in range(len(self.deposits)) if self.records[month].reservation[i, d] <= 0.0
        ]
        return f"does not bid: {_listed(losing)} would not pay at its cost of capital and hurdle"

    def _deciding(self, month: int) -> Iterator[Event]:
        now, host = self.records[month], self.negotiation.host
        shelving = float(now.shelve_utility)
        if now.has_candidate:
            utility, aspiration = float(now.utility), float(now.aspiration)
            text = (
                f"prefers {self._allocation(now.award)}: utility {money(utility)}, aspiration {money(aspiration)}, "
                f"shelving {money(shelving)}"
            )
            yield self._event(
                month,
                "preference",
                host,
                text,
                candidate=self._named(now.award),
                utility=utility,
                aspiration=aspiration,
                shelving=shelving,
                floor=float(now.floor),
            )
        else:
            text = f"has no bid to weigh; shelving is worth {money(shelving)}"
            yield self._event(month, "preference", host, text, candidate={}, shelving=shelving)
        yield self._decision(month)

    def _named(self, award: Any) -> dict[str, str]:
        return {deposit: self._bidder(award[d]).name for d, deposit in enumerate(self.deposits)}

    def _decision(self, month: int) -> Event:
        now = self.records[month]
        asked = now.requested_concession >= 0.0
        facts: dict[str, Any] = {"decision": DECISIONS[int(now.decision)]}
        if asked:
            i = int(now.award[0])
            facts |= {
                "requested_concession": float(now.requested_concession),
                "next_concession": float(now.next_concession[i]),
            }
        if now.decision in (ACCEPT, COUNTER):
            facts["settled_concession"] = float(now.settled_concession)
        return self._event(month, "decision", self.negotiation.host, self._decision_words(now, asked), **facts)

    def _decision_words(self, now: Any, asked: bool) -> str:
        if now.decision == ACCEPT:
            return "accepts the offer" if len(set(self._named(now.award).values())) == 1 else "accepts the offers"
        if now.decision == SHELVE:
            return "shelves the deposits: the time is up and nothing beats keeping them"
        if not asked:
            return "waits"
        bidder = self._bidder(now.award[0])
        wish, plan = float(now.requested_concession), percent(now.next_concession[bidder.index])
        demand = "more than it could ever give" if wish > 1.0 else f"a concession of {percent(wish)}"
        if now.decision == COUNTER:
            return (
                f"counters: asks {bidder.label} for {demand}; it agrees, as it planned to go to {plan} next month, and "
                f"the deal is closed at {percent(now.settled_concession)}"
            )
        return f"asks {bidder.label} for {demand}; refused, as it plans to go to {plan} next month; waits"

    # -- the host's ledger

    def ledger(self) -> Ledger:
        """The host's utility term by term in the decisive month."""
        last = self.negotiation.history[-1]
        scratch = _writable(last)
        columns: dict[str, dict[str, float]] = {}
        notes: list[str] = []
        for bidder in self.negotiation.bidders:
            if last.bids_on_all[bidder.index]:
                entries = np.zeros(len(LEDGER))
                total = float(turns.ledger(self.game, scratch, bidder.index, entries))
                columns[bidder.name] = {**dict(zip(LEDGER, entries.tolist(), strict=True)), "total": total}
            else:
                notes.append(self._absence(bidder))
        columns[SHELVING] = self._shelving_column(scratch, float(last.shelve_utility))
        labels = {b.name: b.label for b in self.negotiation.bidders} | {SHELVING: "Shelving"}
        chosen = {d: w for d, w in self.negotiation.winners.items() if w is not None}
        has = bool(last.has_candidate)
        ledger = Ledger(
            month=int(last.month),
            labels=labels,
            columns=columns,
            chosen=chosen,
            utility=float(self.outcome.utility),
            aspiration=float(last.aspiration) if has else None,
            floor=float(last.floor) if has else None,
            notes=(),
        )
        notes = [*notes, *self._floor_note(last), *self._choice_notes(ledger)]
        return _with_notes(ledger, notes)

    def _shelving_column(self, state: Any, total: float) -> dict[str, float]:
        state.share[:] = 0.0
        terms = [turns.political_terms(self.game, state, k) for k in range(self.game.patrons)]
        return {
            "threat_loss": -sum(float(loss) for loss, _, _, _ in terms),
            "balance": float(turns.balance(self.game, state)),
            "option": float(turns.shelving_rent(self.game, state)),
            "total": total,
        }

    def _absence(self, bidder: Bidder) -> str:
        month = len(self.records) - 1
        bids = self._bids(month, bidder.index)
        if bids:
            only = _listed([self.deposit_labels[d] for d in bids])
            return f"{bidder.label} would bid for {only} only, so no column gives it everything."
        return f"{bidder.label} {self._no_offer(month, bidder)}."

    def _floor_note(self, last: Any) -> Iterator[str]:
        if not last.has_candidate:
            return
        floor = float(last.floor)
        if floor == float(last.shelve_utility):
            source = "what shelving is worth"
        elif floor == float(last.opening_utility):
            source = "what the preferred allocation is worth before any concession"
        else:
            source = "what the runner-up would give at full concession"
            if floor == float(last.full_utility):
                source = "the preferred allocation's own full concession, which the runner-up could match"
        yield f"{self.host} could count on {money(floor)}: {source}. It held out for {money(last.aspiration)}."

    def _choice_notes(self, ledger: Ledger) -> Iterator[str]:
        """Which column won, and through which terms; or what was chosen that no column shows."""
        winners = list(dict.fromkeys(ledger.chosen.values()))
        if self.outcome.countered:
            yield f"{ledger.labels[winners[0]]} stands at the terms agreed, the others at their offers of the month."
        if not winners:
            yield "Nothing was awarded: no allocation that the bidders would agree to beat shelving."
        elif len(winners) > 1:
            award = self._allocation(self.negotiation.history[-1].award)
            yield (
                f"Each column gives one bidder everything. The lots were split instead: {award}, "
                f"a utility of {money(ledger.utility)}."
            )
        else:
            yield from self._comparison(ledger, winners[0])

    def _comparison(self, ledger: Ledger, winner: str) -> Iterator[str]:
        rivals = {n: c["total"] for n, c in ledger.columns.items() if n not in (winner, SHELVING)}
        rival = max(rivals, key=lambda name: rivals[name], default=SHELVING)
        mine, other = ledger.columns[winner], ledger.columns[rival]
        gaps = {t: mine.get(t, 0.0) - other.get(t, 0.0) for t in ledger.shown if t != "total"}
        order = sorted(gaps, key=lambda t: -abs(gaps[t]))
        for_it = [f"{_TERM_NAMES[t]} {money(gaps[t], sign=True)}" for t in order if gaps[t] >= 0.5][:4]
        against = [f"{_TERM_NAMES[t]} {money(gaps[t], sign=True)}" for t in order if gaps[t] <= -0.5][:3]
        lead, ahead = mine["total"] - other["total"], mine["total"] - ledger.columns[SHELVING]["total"]
        words = f"{ledger.labels[winner]} leads {ledger.labels[rival]} by {money(lead)}"
        yield (
            f"{words}: for it {_listed(for_it) if for_it else 'nothing'}; "
            f"against it {_listed(against) if against else 'nothing'}. It beats shelving by {money(ahead)}."
        )

    # -- the award and what became of it

    def terms(self) -> Iterator[Terms]:
        """What was agreed, deposit by deposit."""
        out = self.outcome
        for d, name in enumerate(self.deposits):
            winner = None if out.winner[d] == NOBODY else self._bidder(out.winner[d])
            yield Terms(
                name,
                self.deposit_labels[d],
                winner.name if winner else None,
                winner.label if winner else None,
                *(float(out[term][d]) for term in _TERMS),
            )

    def summary(self) -> str:
        """How it ended, in a sentence."""
        out, when = self.outcome, self.date(int(self.outcome.month))
        if out.shelved:
            return f"{self.host} shelved {self._everything()} in {when}."
        how = "after a counter-offer" if out.countered else "as offered"
        built = [self.deposit_labels[d] for d in range(len(self.deposits)) if out.done[d]]
        fate = (
            f"{_listed(built)} {'was' if len(built) == 1 else 'were'} completed" if built else "no mine was completed"
        )
        return f"In {when} {self.host} awarded {self._gifts()}, {how}; {fate}."

    def _gifts(self) -> str:
        winners = [int(w) for w in self.outcome.winner[: len(self.deposits)]]
        if len(set(winners)) == 1:
            return f"{self._everything()} to {self._bidder(winners[0]).label}"
        return _listed(
            [f"{label} to {self._bidder(w).label}" for label, w in zip(self.deposit_labels, winners, strict=True)]
        )

    def aftermath(self) -> Iterator[Event]:
        """What became of the award, in the order in which it happens."""
        for patron in self.negotiation.patrons:
            yield from self._threat(patron)
        for financier in self.negotiation.financiers:
            yield from self._conversion(financier)
        for patron in self.negotiation.patrons:
            yield from self._denial(patron)
        for d in range(len(self.deposits)):
            yield from self._mine(d)
        for patron in self.negotiation.patrons:
            yield from self._access(patron)
        for d in range(len(self.deposits)):
            yield from self._renegotiation(d)
        for patron in self.negotiation.patrons:
            yield self._payoff(patron)
        yield self._host_value()

    @property
    def _award_month(self) -> int:
        return int(self.outcome.month)

    def _drawn(self, stream: int, key: int, index: int = 0) -> float:
        """The uniform draw that decided something after the award."""
        seed, replication = self.negotiation.seed, self.negotiation.replication
        return float(chance.uniform(seed, replication, stream, int(key), int(index), 0))

    def _threat(self, patron: Patron) -> Iterator[Event]:
        k, out, last = patron.index, self.outcome, self.negotiation.history[-1]
        threat = float(last.lever[k, TARIFF])
        if threat <= 0.0:
            return
        words = f"tariff threat of {percent(0.25 * threat)}"
        share, loss, executed = float(out.patron_share[k]), float(out.threat_loss[k]), bool(out.threat_executed[k])
        if share >= 1.0:
            text = f"withdraws its {words}: its camp has won everything"
        elif executed:
            text = f"carries out its {words}: it costs {self.host} {money(loss)}"
        else:
            text = f"backs down from its {words}"
        anger = float(out.backlash[k])
        if anger > 0.0:
            text += f"; the backlash against yielding costs {self.host} {money(anger)}"
        yield self._event(
            self._award_month, "threat", patron, text, threat=threat, executed=executed, loss=loss, backlash=anger
        )

    def _conversion(self, financier: Financier) -> Iterator[Event]:
        f, game, last = financier.index, self.game, self.negotiation.history[-1]
        won = self.outcome.value_share[financier.bidder.index] > 0.0
        if not won or last.letter_month[f] == NOBODY:
            return
        converted = self._drawn(chance.CONVERSION, game.financier_key[f]) < game.financier_conversion[f]
        share = float(last.letter_share[f])
        what = "commitment" if game.financier_credibility[f] >= 1.0 else "letter"
        fate = "becomes money" if converted else "never becomes money"
        text = f"its {what} for {percent(share)} of {financier.bidder.label}'s capital {fate}"
        yield self._event(self._award_month, "conversion", financier, text, converted=bool(converted), share=share)

    def _denial(self, patron: Patron) -> Iterator[Event]:
        k, denial = patron.index, float(self.negotiation.history[-1].lever[patron.index, DENIAL])
        if denial <= 0.0 or self.outcome.shelved or self.outcome.patron_share[k] >= 1.0:
            return
        bites = self._drawn(chance.DENIAL_BITE, self.game.patron_key[k]) < self.game.politics_denial_bite_rate
        text = f"its technology denial {'bites' if bites else 'does not bite'}"
        yield self._event(self._award_month, "denial", patron, text, denial=denial, bites=bool(bites))

    def _mine(self, d: int) -> Iterator[Event]:
        out = self.outcome
        if out.winner[d] == NOBODY:
            return
        winner, done, coverage = self._bidder(out.winner[d]), bool(out.done[d]), float(out.realised_coverage[d])
        fate = "completes the mine" if done else "never completes the mine"
        text = f"{fate} at {self.deposit_labels[d]}, with {percent(coverage)} of the capital covered"
        text += f" ({percent(out.coverage[d])} counted at award)"
        yield self._event(
            self._award_month, "completion", winner, text, deposit=self.deposits[d], done=done, coverage=coverage
        )

    def _access(self, patron: Patron) -> Iterator[Event]:
        k, out = patron.index, self.outcome
        if self.negotiation.history[-1].lever[k, ACCESS] * out.patron_share[k] <= 0.0:
            return
        worth = float(out.access_delivered[k])
        kept = f"delivers the promised access, worth {money(worth)} to {self.host}"
        text = kept if worth > 0.0 else "does not deliver the promised access"
        yield self._event(self._award_month, "access", patron, text, delivered=worth)

    def _renegotiation(self, d: int) -> Iterator[Event]:
        out, game = self.outcome, self.game
        if out.winner[d] == NOBODY:
            return
        when = self.date(self._award_month + round(12 * float(game.renegotiation_horizon)))
        price, reopened, equity = float(out.horizon_price), bool(out.renegotiated[d]), float(out.equity[d])
        label = self.deposit_labels[d]
        after = rules.renegotiated_equity(equity, game.renegotiation_equity_step, game.renegotiation_equity_cap)
        text = (
            f"reopens the deal on {label} by {when} (price {price:.0f} USD/mtu): state equity {percent(equity)} → "
            f"{percent(after)}"
            if reopened
            else f"lets the deal on {label} stand ({when}, price {price:.0f} USD/mtu)"
        )
        yield self._event(
            self._award_month,
            "renegotiation",
            self.negotiation.host,
            text,
            deposit=self.deposits[d],
            renegotiated=reopened,
            price=price,
            equity=float(after) if reopened else equity,
        )

    def _payoff(self, patron: Patron) -> Event:
        k, out = patron.index, self.outcome
        before = self.negotiation.history[-1]
        then = rules.belief(before.belief_a[k], before.belief_b[k])
        payoff, points = float(out.patron_payoff[k]), float(out.points_used[k])
        text = (
            f"payoff {money(payoff)} after {points:.1f} points of political capital; credit with {self.host} "
            f"{percent(before.credit[k])} → {percent(out.credit[k])}, credibility of its threats {percent(then)} → "
            f"{percent(out.credibility[k])}"
        )
        return self._event(
            self._award_month,
            "payoff",
            patron,
            text,
            payoff=payoff,
            points_used=points,
            credit=float(out.credit[k]),
            credibility=float(out.credibility[k]),
        )

    def _host_value(self) -> Event:
        out = self.outcome
        value, gains = float(out.host_value), float(out.host_money)
        text = (
            f"ends with {money(gains)} in money; with the balance between the camps ({money(out.balance)}) "
            f"its value is {money(value)}"
        )
        facts = {"host_money": gains, "balance": float(out.balance), "host_value": value}
        return self._event(self._award_month, "host", self.negotiation.host, text, **facts)

    # -- the table of months

    def row(self, month: int) -> Iterator[tuple[str, Any]]:
        """One month, flat: (column, value)."""
        now = self.records[month]
        year, number = _year_month(self.start, month)
        yield from (("month", month), ("date", f"{year}-{number + 1:02d}"))
        yield from (("price", math.exp(now.log_price)), ("mine_price", float(now.mine_price)))
        for patron in self.negotiation.patrons:
            yield from ((f"patrons.{patron.name}.{column}", v) for column, v in _patron_row(now, patron.index))
        for financier in self.negotiation.financiers:
            letter, share = int(now.letter_month[financier.index]), float(now.letter_share[financier.index])
            yield f"financiers.{financier.name}.letter_month", None if letter == NOBODY else letter
            yield f"financiers.{financier.name}.share", share
        for bidder in self.negotiation.bidders:
            yield from ((f"bidders.{bidder.name}.{column}", v) for column, v in self._bidder_row(now, bidder.index))
        yield from ((f"host.{column}", v) for column, v in self._host_row(now))

    def _bidder_row(self, now: Any, i: int) -> Iterator[tuple[str, Any]]:
        for column in ("concession", "next_concession", "coverage", "completion", "processing", "offtake"):
            yield column, float(now[column][i])
        for d, deposit in enumerate(self.deposits):
            bids = bool(now.bids[i, d])
            for column in ("equity", "bonus", "transfer"):
                yield f"{deposit}.{column}", float(now[column][i, d]) if bids else None
            yield f"{deposit}.reservation", float(now.reservation[i, d])

    def _host_row(self, now: Any) -> Iterator[tuple[str, Any]]:
        has = bool(now.has_candidate)
        for d, deposit in enumerate(self.deposits):
            yield f"candidate.{deposit}", self._bidder(now.award[d]).name if has else None
        for column in ("utility", "aspiration", "floor"):
            yield column, float(now[column]) if has else None
        yield "runner_up", float(now.runner_up) if has and now.has_runner_up else None
        yield "shelve_utility", float(now.shelve_utility)
        asked = now.requested_concession >= 0.0
        yield "requested_concession", float(now.requested_concession) if asked else None
        settled = now.decision in (ACCEPT, COUNTER)
        yield "settled_concession", float(now.settled_concession) if settled else None
        yield "decision", DECISIONS[int(now.decision)]


_TERMS = ("equity", "bonus", "processing", "offtake", "concession", "coverage", "completion")


def _patron_row(now: Any, k: int) -> Iterator[tuple[str, Any]]:
    for n, lever in enumerate(LEVERS):
        yield lever, float(now.lever[k, n])
    yield "credibility", float(rules.belief(now.belief_a[k], now.belief_b[k]))
    yield "credit", float(now.credit[k])
    yield "summits", round(float(now.summits[k]))
    yield "points_used", float(now.points_used[k])


def _lever(lever: int, intensity: float) -> str:
    """A lever in words, with its strength where it is a tariff or not at full strength."""
    if lever == TARIFF:
        return f"{_LEVER_WORDS[lever]} ({percent(0.25 * intensity)})"
    return _LEVER_WORDS[lever] if intensity >= 1.0 else f"{_LEVER_WORDS[lever]} (at {percent(intensity)})"


def _changes(verb: str, levers: list[int], strengths: list[float], why: str = "") -> list[str]:
    words = [_lever(lever, strengths[lever]) for lever in levers]
    return [f"{verb} {_listed(words)}{why}"] if words else []


def _with_notes(ledger: Ledger, notes: list[str]) -> Ledger:
    return replace(ledger, notes=tuple(notes))


# ---------------------------------------------------------------------------------------------------------- the layout

_HOW_TO_READ = (
    ("Utility", "what an allocation is worth to the host, M$; its terms are in the ledger below"),
    ("Aspiration", "the utility that the host holds out for; it falls as the deadline comes nearer"),
    ("Concession", "the part of its reservation, the most it could pay, that a bidder offers; it rises month by month"),
    ("Letter", "a letter of interest, not money: it may never become any; a commitment is money"),
    ("Coverage", "the share of the capital that the host counts on, letters at the host's probability"),
)


def render(transcript: Transcript, width: int = WIDTH) -> str:
    """The transcript as plain text, ``width`` columns wide; the same text for the same negotiation."""
    from rich.console import Console

    sheet = io.StringIO()
    # An empty environment: neither COLUMNS nor FORCE_COLOR may change the text.
    show(transcript, Console(file=sheet, width=width, color_system=None, force_terminal=False, _environ={}))
    return "\n".join(line.rstrip() for line in sheet.getvalue().splitlines()) + "\n"


def show(transcript: Transcript, console: Console) -> None:
    """Print the transcript on a Rich console, in colour where the console has any."""
    for part in _parts(transcript, console.width):
        console.print(part, markup=False, highlight=False, emoji=False)


def _parts(transcript: Transcript, width: int) -> Iterator[RenderableType]:
    last = transcript.month_label(transcript.months - 1)
    yield _line(transcript.title, "bold", width)
    yield _line(
        f"seed {transcript.seed} · replication {transcript.replication} · "
        f"{transcript.months} months, {transcript.month_label(0)} to {last}",
        "dim",
        width,
    )
    yield _line("")
    yield _line(transcript.summary, "", width)
    yield from _section("At the table", _pairs(transcript.table, width))
    yield from _section("What chance gave them", _pairs(transcript.luck, width))
    yield from _section("Words", _pairs(_HOW_TO_READ, width))
    yield from _section("Month by month")
    for month in range(transcript.award_month + 1):
        yield from _month_parts(transcript, month, width)
    yield from _section(f"The host's ledger, {transcript.month_label(transcript.ledger.month)} (M$)")
    yield _ledger_table(transcript.ledger)
    for note in transcript.ledger.notes:
        yield _line(note, "", width)
    yield from _section("The award", _award_part(transcript, width))
    aftermath = [(event.who, event.text) for event in transcript.aftermath]
    yield from _section("What became of it", _pairs(aftermath, width))


def _section(title: str, *parts: RenderableType) -> Iterator[RenderableType]:
    yield _line("")
    yield _line(title.upper(), "bold cyan")
    yield from parts


def _line(text: str, style: str = "", width: int = 0) -> RenderableType:
    from rich.text import Text

    return Text("\n".join(_wrapped(text, width)) if width else text, style=style)


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` characters that keep a number and its unit together."""
    glued = _printable(text).replace(" M$", "\xa0M$").replace(" %", "\xa0%")
    return [line.replace("\xa0", " ") for line in textwrap.wrap(glued, max(20, width))]


def _printable(text: str) -> str:
    """The text without control characters: a label must not move the cursor of a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _pairs(pairs: Iterable[tuple[str, str]], width: int) -> RenderableType:
    """Lines of (who, what); a name is said once for the lines that follow each other."""
    from rich.text import Text

    margin = min(28, width // 3)
    sheet, previous = Text(), None
    for who, what in pairs:
        heads = _wrapped(who, margin - 4) if who != previous else []
        bodies = _wrapped(what, width - margin)
        for head, body in zip_longest(heads, bodies, fillvalue=""):
            sheet.append("\n" if sheet else "")
            sheet.append(f"  {head}".ljust(margin), style="cyan").append(body)
        previous = who
    return sheet


def _month_parts(transcript: Transcript, month: int, width: int) -> Iterator[RenderableType]:
    from rich.text import Text

    events = [event for event in transcript.events if event.month == month]
    market = "".join(event.text for event in events if event.kind == "market")
    heading = Text(f"\n{transcript.month_label(month)}", style="bold")
    heading.append(f" · {market}", style="not bold dim")
    yield heading
    yield _pairs([(event.who, event.text) for event in events if event.kind != "market"], width)


def _ledger_table(ledger: Ledger) -> RenderableType:
    winners = set(ledger.chosen.values())
    heads = [(ledger.labels[name], name in winners) for name in ledger.columns]
    rows = {
        TERM_WORDS[term]: [_whole(column[term]) if term in column else "–" for column in ledger.columns.values()]
        for term in ledger.shown
    }
    return _table("Term", heads, rows, 14, TERM_WORDS["total"])


def _award_part(transcript: Transcript, width: int) -> RenderableType:
    if all(terms.winner is None for terms in transcript.terms):
        return _line(transcript.summary, "", width)
    rows = {
        "Winner": [t.winner_label or "shelved" for t in transcript.terms],
        "State equity": [percent(t.equity) for t in transcript.terms],
        "Bonus": [money(t.bonus) for t in transcript.terms],
        "Local processing": [percent(t.processing) for t in transcript.terms],
        "Offtake by the winner": [percent(t.offtake) for t in transcript.terms],
        "Concession": [percent(t.concession) for t in transcript.terms],
        "Coverage, as the host counted it": [percent(t.coverage) for t in transcript.terms],
        "Probability of completion": [percent(t.completion) for t in transcript.terms],
    }
    return _table("Deposit", [(t.label, False) for t in transcript.terms], rows, 26)


def _table(
    corner: str, heads: list[tuple[str, bool]], rows: Mapping[str, list[str]], widest: int, total: str = ""
) -> RenderableType:
    """A table with words on the left and numbers on the right; a marked column and the total are bold."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(corner)
    for head, marked in heads:
        table.add_column(Text(_printable(head)), justify="right", style="bold" if marked else "", max_width=widest)
    for words, cells in rows.items():
        if words == total:
            table.add_section()
        table.add_row(Text(words), *(Text(_printable(cell)) for cell in cells), style="bold" if words == total else "")
    return table
