"""The agents at the table, as Mesa agents whose state can be read.

Each agent's ``step`` performs its turn of :mod:`minegame.turns`.  A subclass may override what its agent chooses, in
plain Python, and the rest of the game goes on as before:

* :meth:`Patron.press` sets :attr:`Patron.levers`;
* :meth:`Financier.commit` calls :meth:`Financier.issue`, or does not;
* :meth:`Bidder.concede` sets :attr:`Bidder.concession`;
* :meth:`Host.decide` calls :meth:`Host.accept`, :meth:`~Host.counter`, :meth:`~Host.wait` or :meth:`~Host.shelve`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import mesa
import numpy as np

from minegame import door, rules, turns
from minegame.game import ACCEPT, ALWAYS, COUNTER, DECISIONS, LEDGER, LEVER_TABLE, LEVERS, NOBODY, SHELVE, WAIT, copied

if TYPE_CHECKING:
    from minegame.door import Row
    from minegame.game import Lever
    from minegame.model import Negotiation


class Offer(NamedTuple):
    """What a bidder offers for one deposit this month."""

    #: state equity, share
    equity: float
    #: signature bonus, M$
    bonus: float
    #: local processing, share of output
    processing: float
    #: offtake, share of output that the bidder markets
    offtake: float
    #: the most the bidder could transfer, M$
    reservation: float
    #: what it transfers at this concession, M$
    transfer: float


class Levers(Mapping[str, float]):
    """How hard a patron presses each lever, 0 … 1 (the tariff 0 … 4: 1 is 25 %); to be read, and set only as a whole.

    >>> {name: intensity for name, intensity in Levers.checked({"tariff": 0.5, "finance": 1}).items() if intensity}
    {'tariff': 0.5, 'finance': 1.0}
    """

    def __init__(self, intensities: list[float]) -> None:
        self._intensity = dict(zip(LEVERS, intensities, strict=True))

    @classmethod
    def checked(cls, wanted: object) -> Levers:
        """The levers of a mapping, those that it does not name at 0; TypeError or ValueError if it is none."""
        if not isinstance(wanted, Mapping):
            raise TypeError(f"levers must map names to intensities, not {wanted!r}")
        if unknown := [name for name in wanted if name not in LEVERS]:
            raise ValueError(f"no lever {unknown[0]!r}; there are {', '.join(LEVERS)}")
        return cls([_intensity(lever, wanted.get(lever.name, 0.0)) for lever in LEVER_TABLE])

    def __getitem__(self, lever: str) -> float:
        return self._intensity[lever]

    def __setitem__(self, lever: str, intensity: float) -> NoReturn:
        raise TypeError(f"levers are set as a whole: levers = {{**levers, {lever!r}: {intensity!r}}}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._intensity)

    def __len__(self) -> int:
        return len(self._intensity)

    def __repr__(self) -> str:
        return repr(self._intensity)


def _intensity(lever: Lever, value: Any) -> float:
    allowed = f"lever {lever.name!r} must be a number of 0 … {lever.hardest:g}, not {value!r}"
    try:
        intensity = float(value)
    except (TypeError, ValueError):
        raise TypeError(allowed) from None
    if not 0.0 <= intensity <= lever.hardest:
        raise ValueError(allowed)
    return intensity


def allocation_name(chosen: Mapping[str, str | None]) -> str:
    """What an allocation is called where bidders are; it maps a deposit to its bidder, to None where it is kept.

    >>> allocation_name({"a": "west", "b": "west"}), allocation_name({"a": None, "b": "west", "c": "east"})
    ('west', 'west+east+kept')
    """
    names = dict.fromkeys(filter(None, chosen.values()))
    return "+".join([*names, *(["kept"] if names and None in chosen.values() else [])])


class Participant(mesa.Agent):
    """Somebody at the table: a name, a place in the game, and sight of how things stand."""

    model: Negotiation

    def __init__(self, model: Negotiation, name: str, index: int, label: str) -> None:
        super().__init__(model)
        self.name = name
        self.index = index
        self.label = label

    #: what the agent is: patron, bidder, financier or host (a subclass keeps the kind of its parent)
    kind: str

    @property
    def _game(self) -> Row:
        return self.model.game_row

    @property
    def _state(self) -> Row:
        return self.model.state_row

    def _take(self, turn: Callable[..., Any], orders: Any = None) -> None:
        """Take a turn of one's own, under the numbers of the scenario or under ``orders`` in their place."""
        self.model.take(turn, self.index, orders)

    @property
    def _last_month(self) -> Any:
        """How things stood at the end of last month; None before the first month is over."""
        return self.model.history[-1] if self.model.history else None

    def _act(self, what: str) -> None:
        """Refuse to act between two months, where the next turn would undo it, and after the end."""
        if len(self.model.history) > self.model.state.month:
            raise RuntimeError(
                f"{self.name} can {what} only in its turn: override the turn in a subclass, "
                f"Negotiation(agents={{{self.name!r}: …}})"
            )

    def _standing(self) -> str:
        """How the agent stands, in a few words."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {self._standing()}>"


class Patron(Participant):
    """A government that presses the host on behalf of its bidders."""

    kind = "patron"

    def step(self) -> None:
        """Press the levers, then stand as the month's episode and summit leave the host's opinion."""
        self.plan()
        self.meet()

    def plan(self) -> None:
        """Let go of last month's levers and choose this month's."""
        self._state.lever[self.index] = 0.0
        self.press()

    def meet(self) -> None:
        """Stand as the month's episode and summit leave the host's opinion."""
        self._take(turns.gain_standing)

    def press(self) -> None:
        """Choose this month's levers within the political capital left; override it to play another policy.

        An overriding method sets :attr:`levers`; a month in which it does not is one without levers.
        """
        self._take(turns.press)

    def watch(self) -> None:
        """Note, when the month is over, what has happened that levers wait for."""
        self._take(turns.watch)

    @property
    def levers(self) -> Mapping[str, float]:
        """The levers in effect this month, after scaling to the political capital left.

        Setting them, in :meth:`press`, replaces all levers of the month: one that is not named is not pressed.  They
        cost political capital and are scaled to what is left of it, as those of the scenario are; the month is paid
        once, however often they are set.

        Raises TypeError or ValueError for a name or an intensity that there is not, RuntimeError out of turn.
        """
        return Levers(self._state.lever[self.index].tolist())

    @levers.setter
    def levers(self, wanted: Mapping[str, float]) -> None:
        self._act("press levers")
        orders, k = copied(self.model.game_array), self.index
        orders["lever_intensity"][0, k] = list(Levers.checked(wanted).values())
        orders["lever_trigger"][0, k] = ALWAYS
        orders["lever_onset"][0, k] = 0
        self.model.refund(k)
        self._take(turns.press, orders)

    def pressed(self, lever: str) -> float:
        """The intensity of one lever in effect this month."""
        return float(self._state.lever[self.index, LEVERS.index(lever)])

    @property
    def previous_levers(self) -> Mapping[str, float]:
        """What everybody could see at the end of last month: the levers then, none before the first month."""
        before = self._last_month
        return Levers([0.0] * len(LEVERS) if before is None else before.lever[self.index].tolist())

    @property
    def credibility(self) -> float:
        """The host's belief that a threat of this patron is carried out, 0 … 1."""
        return float(rules.belief(*self.belief))

    @property
    def belief(self) -> tuple[float, float]:
        """The host's Beta(a, b) belief about this patron's threats."""
        return float(self._state.belief_a[self.index]), float(self._state.belief_b[self.index])

    @property
    def credit(self) -> float:
        """The credit of prior cooperation with the host, 0 … 1."""
        return float(self._state.credit[self.index])

    @property
    def summits(self) -> int:
        """Summits held so far."""
        return int(self._state.summits[self.index])

    @property
    def budget_left(self) -> float:
        """Political capital left, points."""
        return float(self._state.budget_left[self.index])

    @property
    def points_used(self) -> float:
        """Political capital used, points."""
        return float(self._state.points_used[self.index])

    @property
    def share(self) -> float:
        """The value share that the host's present candidate gives to this patron's bidders, 0 … 1."""
        return float(self._state.share[self.index])

    def _standing(self) -> str:
        pressed = [f"{lever} {intensity:g}" for lever, intensity in self.levers.items() if intensity > 0.0]
        return f"{', '.join(pressed) or 'no lever'}; credibility {self.credibility:.2f}, credit {self.credit:.2f}"


class Financier(Participant):
    """A lender or investor that backs one bidder with a letter or with committed capital."""

    kind = "financier"

    def step(self) -> None:
        """Issue the letter or the commitment, or not yet."""
        self.commit()

    def commit(self) -> None:
        """Decide whether to issue this month; override it to lend by another rule.

        An overriding method calls :meth:`issue` in the month of its choice; until then nothing is issued.
        """
        self._take(turns.commit)

    def issue(self) -> None:
        """Issue the letter or the commitment now, on the terms of the scenario; one once issued stays."""
        self._act("issue")
        certain = copied(self.model.game_array)
        certain["financier_base_hazard"][0, self.index] = math.inf
        self._take(turns.commit, certain)

    @property
    def has_issued(self) -> bool:
        """Whether the letter or the commitment has been issued."""
        return self.letter_month is not None

    @property
    def letter_month(self) -> int | None:
        """The month of the letter or commitment; None before."""
        month = int(self._state.letter_month[self.index])
        return None if month == NOBODY else month

    @property
    def share(self) -> float:
        """The share of capital that the letter or commitment covers, 0 before it is issued."""
        return float(self._state.letter_share[self.index])

    @property
    def bidder(self) -> Bidder:
        """The bidder that this financier backs."""
        return self.model.bidders[int(self._game.financier_bidder[self.index])]

    def _standing(self) -> str:
        bidder = self.model.case.bidder_names[int(self._game.financier_bidder[self.index])]
        issued = f"issued {self.share:.0%} of capital in month {self.letter_month}"
        return f"for {bidder}, {issued if self.has_issued else 'nothing issued'}"


class Bidder(Participant):
    """A company that bids for the deposits, with a patron behind it."""

    kind = "bidder"

    def step(self) -> None:
        """Take stock of coverage and completion, concede, and offer."""
        self._take(turns.appraise)
        self.concede()
        self._take(turns.offer)

    def concede(self) -> None:
        """Choose this month's concession and plan the next one; override it to bargain in another way."""
        self._take(turns.concede)

    @property
    def patron(self) -> Patron:
        """The patron behind this bidder."""
        return self.model.patrons[int(self._game.bidder_patron[self.index])]

    @property
    def concession(self) -> float:
        """The part of its reservation that the bidder offers, 0 … 1."""
        return float(self._state.concession[self.index])

    @concession.setter
    def concession(self, value: float) -> None:
        self._state.concession[self.index] = rules.clip(float(value), 0.0, 1.0)
        self.next_concession = max(self.next_concession, self.concession)

    @property
    def next_concession(self) -> float:
        """The concession planned for next month: the most that it agrees to when the host counters."""
        return float(self._state.next_concession[self.index])

    @next_concession.setter
    def next_concession(self, value: float) -> None:
        self._state.next_concession[self.index] = rules.clip(float(value), 0.0, 1.0)

    @property
    def previous_concession(self) -> float:
        """What everybody could see at the end of last month: the concession then, 0 before the first offer."""
        return 0.0 if self._last_month is None else float(self._last_month.concession[self.index])

    @property
    def coverage(self) -> float:
        """The share of capital that the host counts as covered, 0 … 1."""
        return float(self._state.coverage[self.index])

    @property
    def completion(self) -> float:
        """The host's probability that this bidder finishes a mine."""
        return float(self._state.completion[self.index])

    @property
    def offers(self) -> dict[str, Offer]:
        """The present offer for each deposit that the bidder bids on."""
        return {
            name: self._offer(d)
            for d, name in enumerate(self.model.case.deposit_names)
            if self._state.bids[self.index, d]
        }

    def _offer(self, d: int) -> Offer:
        i, state = self.index, self._state
        return Offer(
            float(state.equity[i, d]),
            float(state.bonus[i, d]),
            float(state.processing[i]),
            float(state.offtake[i]),
            float(state.reservation[i, d]),
            float(state.transfer[i, d]),
        )

    def _standing(self) -> str:
        patron = self.model.case.patron_names[int(self._game.bidder_patron[self.index])]
        return f"for {patron}, concession {self.concession:.2f}, coverage {self.coverage:.2f}"


class Host(Participant):
    """The state that owns the deposits: it weighs, counters, awards or shelves."""

    kind = "host"

    def step(self) -> None:
        """Weigh every allocation, then decide."""
        self._take(turns.weigh)
        self._state.decision, self._state.closed = WAIT, 0
        self.decide()

    def decide(self) -> None:
        """Accept, counter, wait or shelve; override it for another rule of the tender.

        An overriding method calls :meth:`accept`, :meth:`counter`, :meth:`wait` or :meth:`shelve`, the last call
        counts and no call is to wait.  In the last month it must accept or shelve.
        """
        self._take(turns.decide)

    def accept(self) -> None:
        """Sign the candidate at this month's offers; RuntimeError if nobody bids."""
        self._decide(ACCEPT)

    def counter(self) -> bool:
        """Ask the bidder of the candidate for what meets the :attr:`aspiration`; sign if it agrees, else wait.

        It agrees if it would give as much next month anyway; of a candidate with several bidders nobody is asked, and
        what is worth less than shelving is not signed.  Returns whether it was signed.  RuntimeError in the last month.
        """
        self._decide(COUNTER)
        return bool(self._state.closed)

    def wait(self) -> None:
        """Leave the tender open for another month; RuntimeError in the last one."""
        self._decide(WAIT)

    def shelve(self) -> None:
        """Award nothing and close the tender."""
        self._decide(SHELVE)

    def _decide(self, decision: int) -> None:
        game, state, word = self.model.game, self.model.state, DECISIONS[decision]
        self._act(word)
        if decision in (COUNTER, WAIT) and self.is_last_month:
            raise RuntimeError(f"the host cannot {word} in the last month: accept() or shelve()")
        if decision == ACCEPT and not state.has_candidate:
            raise RuntimeError("the host has nothing to accept: nobody bids this month")
        if state.decision == COUNTER:  # it was signed a moment ago: back to the offers of the month
            aspiration = state.aspiration
            self.model.take(turns.offer, int(turns.main_bidder(game, state)))
            self.model.take(turns.weigh)
            state.aspiration = aspiration
        self.model.take(turns.conclude, decision)

    @property
    def is_last_month(self) -> bool:
        """Whether this is the month in which the tender must end."""
        return bool(self._state.month >= self._game.months - 1)

    @property
    def decision(self) -> str:
        """This month's decision: accept, counter, wait or shelve."""
        return DECISIONS[int(self._state.decision)]

    @property
    def candidate(self) -> dict[str, str | None]:
        """The allocation that the host likes best this month: deposit → bidder, None where it would keep the deposit.

        Empty if nobody bids.
        """
        if not self._state.has_candidate:
            return {}
        names = (*self.model.case.bidder_names, None)  # the last is NOBODY
        return {deposit: names[int(self._state.award[d])] for d, deposit in enumerate(self.model.case.deposit_names)}

    @property
    def utility(self) -> float | None:
        """The utility of the candidate, M$; None if nobody bids."""
        return float(self._state.utility) if self._state.has_candidate else None

    @property
    def aspiration(self) -> float | None:
        """The utility that the host holds out for, M$; None if nobody bids.

        Set it in :meth:`decide` to hold out for more or less, and leave the rest to ``super().decide()``.
        """
        return float(self._state.aspiration) if self._state.has_candidate else None

    @aspiration.setter
    def aspiration(self, utility: float) -> None:
        self._act("aspire")
        self._state.aspiration = utility

    @property
    def shelve_utility(self) -> float:
        """The utility of shelving, M$."""
        return float(self._state.shelve_utility)

    def ledger(self) -> Mapping[str, dict[str, float]]:
        """Every term of the host's utility, M$, for each bidder that could take everything, at this month's offers.

        After the end it is the ledger of the month of the decision.

        Keys are bidder names; the inner keys are the terms of ``game.LEDGER`` and ``total``.  Where the candidate
        splits the lots or keeps some it has a row of its own, under its :func:`allocation_name`.
        """
        alone = [bidder for bidder in self.model.bidders if self._state.bids_on_all[bidder.index]]
        everything = {bidder.name: np.full(self._game.deposits, bidder.index) for bidder in alone}
        if len(set(self.candidate.values())) > 1:
            everything[allocation_name(self.candidate)] = self._state.award
        return {name: self.terms_of(award) for name, award in everything.items()}

    def terms_of(self, award: Any) -> dict[str, float]:
        """The terms of an allocation and their total, M$; ``award`` holds a bidder's index, or NOBODY, by deposit."""
        state = copied(self.model.state_array)
        state["trial"][0, : self._game.deposits] = award[: self._game.deposits]
        total, terms = door.ledger(self.model.game_array, state, self.model.outcome_array)
        return {**dict(zip(LEDGER, terms.tolist(), strict=True)), "total": total}

    def _standing(self) -> str:
        liked = " and ".join(dict.fromkeys(filter(None, self.candidate.values())))
        return f"{self.decision}, " + (f"likes {liked}, utility {self.utility:.0f} M$" if liked else "nobody bids")
