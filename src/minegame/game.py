"""What is played and how it stands: Game, State and Outcome as NumPy records.

A :data:`GAME` record holds every number of a scenario, a :data:`STATE` record how one negotiation
stands, an :data:`OUTCOME` record how it ended.  All three have room for the largest scenario
(8 patrons, 8 bidders, 8 financiers, 4 deposits), so one compilation of the rules plays every scenario,
a design is an array of games and the results are an array of outcomes that pandas can read.

A field of a game is named after its path in the scenario: ``patrons.us.exposed_share`` is
``game.patron_exposed_share[k]``, ``host.balance_weight`` is ``game.host_balance_weight``.
Money is USD million (M$), present value at award.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any, NamedTuple

import numpy as np

MAX_PATRONS = 8
MAX_BIDDERS = 8
MAX_FINANCIERS = 8
MAX_DEPOSITS = 4
MAX_MONTHS = 240
NEAR_MONTHS = 16  # a power of two: of so many months something is kept; month m has the place of m + 16, m + 32, ...
#: Dice that are thrown together in a month (the price; a tremble a bidder, an evaluation a bid; a letter a financier,
#: two dice a patron) and once a run (the host; two a bidder, one a bid; one a deposit and a financier, two a patron).
MAX_DICE = 1 + MAX_BIDDERS + MAX_BIDDERS * MAX_DEPOSITS + MAX_FINANCIERS + 2 * MAX_PATRONS
MAX_RUN_DICE = 1 + 2 * MAX_BIDDERS + MAX_BIDDERS * MAX_DEPOSITS + MAX_DEPOSITS + MAX_FINANCIERS + 2 * MAX_PATRONS
_ROOM = (max(MAX_DICE, MAX_RUN_DICE) + 7) // 8 * 8  # they are thrown in eights


class Lever(NamedTuple):
    """Something that a patron can press: what it is called, and what its intensity counts."""

    #: as scenarios and tables name it
    name: str
    #: as pictures name it
    label: str
    #: as a transcript tells that it is pressed
    words: str
    #: what its intensity is, as scenarios describe it
    intensity: str
    #: the unit of its intensity
    unit: str
    #: the hardest that it can be pressed
    hardest: float
    #: what an intensity of 1 stands for, as a share: a duty of 25 %, all of what the others can do
    full: float


LEVER_TABLE = (
    Lever("tariff", "tariff threat", "a tariff threat", "Threatened tariff (theta): 1 is 25 %.", "number", 4.0, 0.25),
    Lever("access", "access, technology", "market access and technology",
          "How far market access and technology are promised (m).", "share", 1.0, 1.0),
    Lever("engagement", "head-of-state engagement", "head-of-state engagement",
          "How far the head of state attends to it (E).", "share", 1.0, 1.0),
    Lever("finance", "mandate to state lenders", "a mandate to its state lenders",
          "How far the state's lenders have a mandate (F).", "share", 1.0, 1.0),
    Lever("denial", "technology denial", "technology denial",
          "How far technology is denied to rival bidders (X).", "share", 1.0, 1.0),
)  # fmt: skip
LEVERS = tuple(lever.name for lever in LEVER_TABLE)
TARIFF, ACCESS, ENGAGEMENT, FINANCE, DENIAL = range(len(LEVERS))


class Trigger(NamedTuple):
    """What a lever may wait for (R21); ``turns`` has a rule for the event of each but the first."""

    #: as scenarios name it
    name: str
    #: the event that fires it, from the next month on
    event: str
    #: as a transcript tells the plan
    plan: str
    #: as a transcript tells why the lever is pressed now
    reason: str


TRIGGER_TABLE = (
    Trigger("always", "", "", ""),
    Trigger("rival_leads", "the host's candidate gives the patron's own camp less than half of the value tendered",
            "if a rival camp leads", "because a rival camp led the tender"),
    Trigger("rival_letter", "a public lender issues a letter to a bidder of another camp that enters before the end",
            "if a rival bidder gets a public letter", "because a rival bidder got a public letter"),
    Trigger("rival_presses", "another patron has some lever in effect",
            "if a rival patron presses", "because a rival patron pressed"),
    Trigger("rival_threatens", "another patron has its tariff or its denial lever in effect",
            "if a rival patron threatens", "because a rival patron threatened"),
    Trigger("lost_before", "an earlier tender of the campaign gave the patron's own camp less than half of its value",
            "if its camp has lost an earlier tender", "because its camp had lost an earlier tender"),
)  # fmt: skip
TRIGGERS = tuple(trigger.name for trigger in TRIGGER_TABLE)
ALWAYS, RIVAL_LEADS, RIVAL_LETTER, RIVAL_PRESSES, RIVAL_THREATENS, LOST_BEFORE = range(len(TRIGGERS))

LOTS = ("bundled", "split")
BUNDLED, SPLIT = range(len(LOTS))

DECISIONS = ("none", "accept", "counter", "wait", "shelve")
UNDECIDED, ACCEPT, COUNTER, WAIT, SHELVE = range(len(DECISIONS))

#: The terms of the host's utility of an allocation, in the order in which a ledger lists them, M$.
LEDGER = (
    "tax", "dividends", "processing", "offtake", "bonus", "taste", "evaluation", "synergy", "threat_loss", "backlash",
    "access", "credit", "balance", "option",
)  # fmt: skip
Term: Any = namedtuple("Term", LEDGER)  # type: ignore[misc]  # the names are said once, above
#: The place of each term in a ledger, by its name: ``TERM.tax``.
TERM = Term(*range(len(LEDGER)))

#: The levels of concession at which the host values an offer: nothing, as offered, everything.
OPENING, OFFERED, FULL = range(3)

NOBODY = -1
NEVER = -(2**20)  # no month: in a campaign an event may lie before a tender's first one

_P, _B, _F, _D = MAX_PATRONS, MAX_BIDDERS, MAX_FINANCIERS, MAX_DEPOSITS
_L, _T = len(LEVERS), len(TRIGGERS)

_SCALARS = {
    "tender": ("synergy",),
    "market": ("initial_price", "long_run_price", "mean_reversion", "volatility"),
    "project": (
        "discount_rate", "lead_time", "life", "price_horizon", "capex_factor", "extraction_tax", "income_tax",
        "coverage_exponent", "denial_effect", "geology_sd", "cost_sd",
    ),
    "host": (
        "value_scale", "equity_min", "equity_max", "equity_weight", "processing_value", "offtake_cost",
        "balance_weight", "history_weight", "award_weight", "own_stake_weight", "credit_weight", "threat_weight",
        "backlash", "taste_scale", "evaluation_sd",
    ),
    "shelving": ("weight", "take", "volatility", "yield_rate", "unit_cost"),
    "bargaining": (
        "host_impatience", "impatience_sd", "concession_exponent", "opening_concession", "tremble_sd",
        "initial_aspiration",
    ),
    "politics": (
        "follow_through_slope", "belief_step_executed", "belief_step_backed_down", "resolve_sd", "summit_rate",
        "summit_weight", "credit_half_life", "credit_gain_summit", "credit_gain_award", "credit_loss",
        "denial_bite_rate", "execution_cost_scale", "audience_cost_scale",
    ),
    "renegotiation": ("base", "price_slope", "protection_slope", "horizon", "equity_step", "equity_cap"),
}  # fmt: skip

_PATRON = (
    "exports", "exposed_share", "incidence", "annuity", "link", "belief_a", "belief_b", "conflict_expectation",
    "publicity", "audience_cost", "resolve", "execution_cost", "access_value", "access_deliverable", "access_trust_a",
    "access_trust_b", "access_delivery", "credit", "episode_rate", "protection", "stake", "stake_on_award",
    "point_value", "budget", "portfolio_share", "ideal_share",
)  # fmt: skip
_BIDDER = (
    "unit_cost", "capital_wedge", "capability", "technology_dependence", "own_capital", "hurdle", "premium",
    "premium_mandated", "processing_cost", "offtake_value", "impatience",
)  # fmt: skip
_FINANCIER = (
    "max_share", "offtake_multiple", "base_hazard", "mandate_hazard", "engagement_hazard", "letter_hazard",
    "credibility", "conversion",
)  # fmt: skip
_DEPOSIT = ("output", "capex")


def record(fields: list[tuple[Any, ...]]) -> np.dtype[Any]:
    """An aligned record type whose scalars allow ``record.field``, compiled or not."""
    return np.dtype((np.record, np.dtype(fields, align=True)))


#: Everything a scenario fixes. Agents that do not exist have zeros; ``patrons``, ``bidders``, … count those that do.
GAME = record(
    [(name, "i8") for name in ("months", "lots", "patrons", "bidders", "financiers", "deposits")]
    + [("tender_key", "i8")]  # of a campaign's tender, whose luck is its own; 0 alone
    + [(f"{group}_{name}", "f8") for group, names in _SCALARS.items() for name in names]
    + [("patron_key", "i8", (_P,)), ("bidder_key", "i8", (_B,)), ("financier_key", "i8", (_F,))]
    + [("deposit_key", "i8", (_D,))]
    + [(f"patron_{name}", "f8", (_P,)) for name in _PATRON]
    + [(f"lever_{name}", "f8", (_P, _L)) for name in ("intensity", "price")]
    + [(f"lever_{name}", "i8", (_P, _L)) for name in ("onset", "trigger", "lag")]
    + [(f"bidder_{name}", "f8", (_B,)) for name in _BIDDER]
    + [("bidder_patron", "i8", (_B,)), ("bidder_entry", "i8", (_B,))]
    + [(f"financier_{name}", "f8", (_F,)) for name in _FINANCIER]
    + [(f"financier_{name}", "i8", (_F,)) for name in ("bidder", "patron", "public", "tied")]
    + [(f"deposit_{name}", "f8", (_D,)) for name in _DEPOSIT]
    # derived once when the game is set up
    + [("deposit_weight", "f8", (_D,)), ("patron_order", "i8", (_P,)), ("patron_tariff_loss", "f8", (_P,))]
)

#: How one negotiation stands in a month. Amounts per bidder and deposit are indexed [i, d].
STATE = record(
    [("seed", "i8"), ("replication", "i8"), ("month", "i8"), ("decision", "i8"), ("counters", "i8"), ("closed", "i8")]
    # the dice of a run and of a month: what each is thrown for, the two draws of each, the normal draws of the first
    + [(f"{when}_{name}", "i8", (_ROOM,)) for when in ("run", "month") for name in ("stream", "key", "index")]
    + [("run_dice", "f8", (2, _ROOM)), ("run_normal", "f8", (_ROOM,))]
    + [("month_dice", "f8", (2, _ROOM)), ("month_normal", "f8", (_ROOM,))]
    # the same in every month of every run
    + [(name, "f8") for name in ("price_kept", "price_pull", "price_spread", "mine_kept", "mine_pull", "option_root")]
    + [(name, "f8") for name in ("log_initial_price", "horizon_kept", "horizon_pull", "horizon_spread")]
    # what was reckoned before, in any run: logarithms of the elapsed part of the time
    + [("elapsed", "f8", (NEAR_MONTHS,)), ("log_elapsed", "f8", (NEAR_MONTHS,))]
    # of a month
    + [("log_passed", "f8"), ("log_following", "f8")]
    # drawn once a run
    + [("geology", "f8", (_D,)), ("cost", "f8", (_B,)), ("taste", "f8", (_B,)), ("impatience", "f8", (_B,))]
    + [("resolve", "f8", (_P,)), ("host_impatience", "f8"), ("annuity_factor", "f8")]
    # the probability that a threat of an episode is carried out, and the resolve that it was reckoned of
    + [("episode_follow_through", "f8", (_P,)), ("episode_resolve", "f8", (_P,))]
    + [("monthly_loss", "f8")]
    + [("exponent", "f8", (_B,)), ("host_exponent", "f8", (_B,)), ("standings", "f8", (_B,))]
    # market
    + [("log_price", "f8"), ("mine_price", "f8")]
    # patrons
    + [("lever", "f8", (_P, _L)), ("budget_left", "f8", (_P,)), ("points_used", "f8", (_P,)), ("summits", "f8", (_P,))]
    + [("belief_a", "f8", (_P,)), ("belief_b", "f8", (_P,)), ("credit", "f8", (_P,))]
    + [("event_month", "i8", (_P, _T))]
    # financiers
    # headroom: the share of the tender's capital cost that may still be lent; no limit, but for a campaign's ceiling
    + [("letter_month", "i8", (_F,)), ("letter_share", "f8", (_F,)), ("headroom", "f8", (_F,))]
    # the probability of a commitment within a month, and the hazard rate that it was reckoned of, in any run
    + [(f"commitment_{name}", "f8", (_F, NEAR_MONTHS)) for name in ("probability", "rate")]
    + [("holds_letter", "i8", (_B,))]
    # bidders
    + [(name, "f8", (_B,)) for name in ("coverage", "completion", "processing", "offtake")]
    + [("concession", "f8", (_B,)), ("next_concession", "f8", (_B,)), ("bids_on_all", "i8", (_B,))]
    # path: the concession planned for the elapsed time and at the exponent beside it
    + [(name, "f8", (_B,)) for name in ("path", "path_at", "path_exponent")]
    + [(name, "f8", (_B, _D)) for name in ("project_value", "tax", "reservation", "transfer", "equity", "bonus")]
    + [("bids", "i8", (_B, _D)), ("rent", "f8", (_B, _D, 3)), ("noise", "f8", (_B, _D))]
    # host
    + [("award", "i8", (_D,)), ("trial", "i8", (_D,)), ("option", "f8", (_D,)), ("asked", "i8", (_P, _D))]
    + [(name, "f8", (_P,)) for name in ("share", "unasked", "holding", "menace", "favour")]
    + [("own_holding", "f8")]
    + [
        (name, "f8")
        for name in ("standing", "utility", "opening_utility", "full_utility", "runner_up", "shelve_utility")
    ]
    + [(name, "f8") for name in ("floor", "aspiration", "requested_concession", "settled_concession")]
    + [("has_candidate", "i8"), ("has_runner_up", "i8")]
)

#: Dice that lie as they were thrown, those of a month or, on the first page of a run, of the run: negotiations on the
#: same luck throw the same ones.  ``replication`` is the run that they were thrown for; ``normal`` as in a STATE.
PAGE = record([("replication", "i8"), ("dice", "f8", (2, _ROOM)), ("normal", "f8", (_ROOM,))])


# ------------------------------------------------------------------------------------------- what is on record at last

#: Whose a quantity of the outcome is, and how many of them it has room for.
ROOM = {
    "negotiation": (), "deposit": (MAX_DEPOSITS,), "bidder": (MAX_BIDDERS,), "patron": (MAX_PATRONS,),
    "financier": (MAX_FINANCIERS,),
}  # fmt: skip


class Quantity(NamedTuple):
    """Something that is known of a negotiation once it has ended."""

    name: str
    #: whose it is, a key of ROOM
    subject: str
    #: of the record: i8 a whole number, i1 yes or no, f8 a quantity
    kind: str
    unit: str
    #: what it means, in a line
    meaning: str

    @property
    def is_term(self) -> bool:
        """Whether it is a term of the deal on a deposit, of which there is none where nothing was awarded."""
        return self.subject == "deposit" and self.kind == "f8"


def _of(subject: str, *rows: tuple[str, str, str, str]) -> list[Quantity]:
    """Quantities of one subject: rows of name, kind, unit and meaning."""
    return [Quantity(name, subject, kind, unit, meaning) for name, kind, unit, meaning in rows]


#: How a negotiation ended: every field of an OUTCOME, declared here alone.
OUTCOME_TABLE = (
    *_of(
        "negotiation",
        ("replication", "i8", "number", "number of the negotiation under its seed"),
        ("shelved", "i1", "yes or no", "whether nothing was awarded"),
        ("split", "i1", "yes or no", "whether deposits went to different bidders"),
        ("partial", "i1", "yes or no", "whether some deposits were awarded and others kept"),
        ("countered", "i1", "yes or no", "whether the award came by a counter-offer that the bidder agreed to"),
        ("counters", "i8", "number", "how often the host countered"),
        ("month", "i8", "months", "month of the award or of shelving, counted from 0"),
    ),
    *_of(
        "deposit",
        ("winner", "i8", "index", "the bidder that got the deposit, −1 if nobody"),
        ("equity", "f8", "share", "state equity agreed"),
        ("bonus", "f8", "M$", "signature bonus agreed"),
        ("processing", "f8", "share", "local processing agreed, of output"),
        ("offtake", "f8", "share", "offtake agreed, of output that the winner markets"),
        ("concession", "f8", "share", "part of its reservation that the winner gave"),
        ("coverage", "f8", "share", "capital that the host counted as covered, at the award"),
        ("completion", "f8", "probability", "host's probability that the winner finishes the mine, at the award"),
        ("realised_coverage", "f8", "share", "capital covered once letters became money, or did not"),
        ("done", "i1", "yes or no", "whether the mine was finished"),
        ("renegotiated", "i1", "yes or no", "whether the host reopened the deal and raised its equity"),
    ),
    *_of(
        "bidder",
        ("value_share", "f8", "share", "part of the deposits' value that the bidder won"),
        ("built_share", "f8", "share", "part of the deposits' value that the bidder won and finished"),
    ),
    *_of(
        "negotiation",
        ("utility", "f8", "M$", "host's utility of what it decided, as it expected it then"),
        ("surplus", "f8", "M$", "the same, less its utility of shelving"),
        ("kept_share", "f8", "share", "part of the deposits' value that was not awarded; 1 if shelved"),
        ("done_share", "f8", "share", "part of the deposits' value whose mines were finished"),
    ),
    *_of(
        "patron",
        ("patron_share", "f8", "share", "part of the deposits' value that the patron's bidders won"),
        (
            "threat_refused",
            "i1",
            "yes or no",
            "whether the patron threatened and was refused what its bidders asked for",
        ),
        ("threat_executed", "i1", "yes or no", "whether the patron carried its tariff threat out"),
        ("threat_loss", "f8", "M$", "what that cost the host"),
        ("execution_cost", "f8", "M$", "what carrying its threat out cost the patron"),
        ("back_down_cost", "f8", "M$", "what backing down from a refused threat cost the patron"),
        ("denial_bit", "i1", "yes or no", "whether the patron's technology denial bit another camp's winner"),
        ("public_money", "f8", "M$", "letters of its public lenders to bidders that won, for what they won"),
        ("public_money_converted", "f8", "M$", "the part of that which became money"),
        ("access_delivered", "f8", "M$", "worth to the host of the market access that was delivered"),
        ("backlash", "f8", "M$", "what giving way to the patron's threat cost the host at home"),
        ("patron_payoff", "f8", "M$", "stake in the award and the mine, less what the levers cost the patron"),
        ("credit", "f8", "share", "credit of cooperation with the host after all this"),
        ("credibility", "f8", "probability", "host's belief that a threat of the patron is carried out, likewise"),
        ("points_used", "f8", "points", "political capital used"),
        ("summits", "f8", "number", "summits held"),
    ),
    *_of(
        "financier",
        ("letter_issued", "i1", "yes or no", "whether its letter or commitment was issued in time"),
        ("letter_converted", "i1", "yes or no", "whether that became money for a bidder that won something"),
    ),
    *_of(
        "negotiation",
        ("host_value", "f8", "M$", "what the host got: rents and access, less executed threats and backlash, plus Bal"),
        ("host_money", "f8", "M$", "the same without the balance term Bal"),
        ("balance", "f8", "M$", "what the imbalance of camps in its portfolio costs the host, never positive"),
        ("hhi_before", "f8", "index", "concentration of the camps in the host's portfolio before, 0 … 1"),
        ("hhi_after", "f8", "index", "the same after the award"),
        ("price", "f8", "USD/mtu", "price in the month of the decision"),
        ("horizon_price", "f8", "USD/mtu", "price at the horizon, when a deal may be reopened"),
    ),
)

#: How a negotiation ended, as a record. ``winner[d]`` is the bidder's index, or NOBODY where nothing was awarded.
OUTCOME = record([(quantity.name, quantity.kind, ROOM[quantity.subject]) for quantity in OUTCOME_TABLE])


def new_records(dtype: np.dtype[Any], count: int = 1) -> np.ndarray:
    """An array of ``count`` blank records of GAME, STATE or OUTCOME."""
    return np.zeros(count, dtype)


def copied(records: np.ndarray) -> np.ndarray:
    """A copy of some records, byte by byte: many times as fast as NumPy's, which goes field by field.

    >>> (copied(new_records(STATE)) == new_records(STATE)).all()
    np.True_
    """
    return np.frombuffer(bytearray(records.tobytes()), records.dtype)


def derive(game: np.record) -> None:
    """Fill in what follows from the other fields: value shares, the order of sums, the tariff loss at stake.

    Sums over patrons run in the order of their keys, so that listing the patrons in another order gives the same
    results to the last bit.
    """
    from minegame import rules  # who only reads scenarios needs none

    n, k = int(game.deposits), int(game.patrons)
    game["deposit_weight"][:n] = _value_shares(game["deposit_output"][:n], game["deposit_key"][:n])
    game["patron_order"][:k] = np.argsort(game["patron_key"][:k], kind="stable")
    stakes = (game[f"patron_{name}"][:k] for name in ("exports", "exposed_share", "incidence", "annuity"))
    duty = LEVER_TABLE[TARIFF].full
    game["patron_tariff_loss"][:k] = [rules.tariff_loss(duty, *stake) for stake in zip(*stakes, strict=True)]


def _value_shares(outputs: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Each deposit's share of the value, to twelve digits, such that shares of all add up to 1 in any order.

    Multiples of 2^-40 add up exactly: who got everything has a share of 1, not of 0.9999999999999999.
    """
    shares = np.rint(outputs / outputs.sum() * 2.0**40)
    last = int(np.argmax(keys))
    shares[last] += 2.0**40 - shares.sum()
    return np.asarray(shares / 2.0**40)
