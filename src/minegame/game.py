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

from typing import Any

import numpy as np

MAX_PATRONS = 8
MAX_BIDDERS = 8
MAX_FINANCIERS = 8
MAX_DEPOSITS = 4
MAX_MONTHS = 240

LEVERS = ("tariff", "access", "engagement", "finance", "denial")
TARIFF, ACCESS, ENGAGEMENT, FINANCE, DENIAL = range(len(LEVERS))

TRIGGERS = ("always", "rival_leads", "rival_letter")
ALWAYS, RIVAL_LEADS, RIVAL_LETTER = range(len(TRIGGERS))

LOTS = ("bundled", "split")
BUNDLED, SPLIT = range(len(LOTS))

DECISIONS = ("none", "accept", "counter", "wait", "shelve")
UNDECIDED, ACCEPT, COUNTER, WAIT, SHELVE = range(len(DECISIONS))

#: The terms of the host's utility of a bidder, in the order in which a ledger lists them, M$.
LEDGER = (
    "tax", "dividends", "processing", "offtake", "bonus", "taste", "evaluation", "synergy", "threat_loss", "backlash",
    "access", "credit", "balance",
)  # fmt: skip

#: The levels of concession at which the host values an offer: nothing, as offered, everything.
OPENING, OFFERED, FULL = range(3)

NOBODY = -1

_P, _B, _F, _D, _L = MAX_PATRONS, MAX_BIDDERS, MAX_FINANCIERS, MAX_DEPOSITS, len(LEVERS)

_SCALARS = {
    "tender": ("synergy",),
    "market": ("initial_price", "long_run_price", "mean_reversion", "volatility"),
    "project": (
        "discount_rate", "lead_time", "life", "price_horizon", "capex_factor", "extraction_tax", "income_tax",
        "coverage_exponent", "denial_effect", "geology_sd", "cost_sd",
    ),
    "host": (
        "value_scale", "equity_min", "equity_max", "equity_weight", "processing_value", "offtake_cost",
        "balance_weight", "history_weight", "award_weight", "credit_weight", "threat_weight", "backlash",
        "taste_scale", "evaluation_sd",
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


def _record(fields: list[tuple[Any, ...]]) -> np.dtype[Any]:
    """An aligned record type whose scalars allow ``record.field``, compiled or not."""
    return np.dtype((np.record, np.dtype(fields, align=True)))


#: Everything a scenario fixes. Agents that do not exist have zeros; ``patrons``, ``bidders``, … count those that do.
GAME = _record(
    [(name, "i8") for name in ("months", "lots", "patrons", "bidders", "financiers", "deposits")]
    + [(f"{group}_{name}", "f8") for group, names in _SCALARS.items() for name in names]
    + [("patron_key", "i8", (_P,)), ("bidder_key", "i8", (_B,)), ("financier_key", "i8", (_F,))]
    + [("deposit_key", "i8", (_D,))]
    + [(f"patron_{name}", "f8", (_P,)) for name in _PATRON]
    + [(f"lever_{name}", "f8", (_P, _L)) for name in ("intensity", "price")]
    + [(f"lever_{name}", "i8", (_P, _L)) for name in ("onset", "trigger")]
    + [(f"bidder_{name}", "f8", (_B,)) for name in _BIDDER]
    + [("bidder_patron", "i8", (_B,)), ("bidder_entry", "i8", (_B,))]
    + [(f"financier_{name}", "f8", (_F,)) for name in _FINANCIER]
    + [(f"financier_{name}", "i8", (_F,)) for name in ("bidder", "patron", "public", "tied")]
    + [(f"deposit_{name}", "f8", (_D,)) for name in _DEPOSIT]
    # derived once when the game is set up
    + [("deposit_weight", "f8", (_D,)), ("patron_order", "i8", (_P,)), ("patron_tariff_loss", "f8", (_P,))]
)

#: How one negotiation stands in a month. Amounts per bidder and deposit are indexed [i, d].
STATE = _record(
    [("seed", "i8"), ("replication", "i8"), ("month", "i8"), ("decision", "i8"), ("counters", "i8"), ("closed", "i8")]
    # drawn once a run
    + [("geology", "f8", (_D,)), ("cost", "f8", (_B,)), ("taste", "f8", (_B,)), ("impatience", "f8", (_B,))]
    + [("resolve", "f8", (_P,)), ("host_impatience", "f8"), ("annuity_factor", "f8")]
    + [("monthly_loss", "f8")]
    + [("exponent", "f8", (_B,)), ("host_exponent", "f8", (_B,))]
    # market
    + [("log_price", "f8"), ("mine_price", "f8")]
    # patrons
    + [("lever", "f8", (_P, _L)), ("budget_left", "f8", (_P,)), ("points_used", "f8", (_P,)), ("summits", "f8", (_P,))]
    + [("belief_a", "f8", (_P,)), ("belief_b", "f8", (_P,)), ("credit", "f8", (_P,))]
    + [("rival_leads", "i8", (_P,)), ("rival_letter", "i8", (_P,))]
    # financiers
    + [("letter_month", "i8", (_F,)), ("letter_share", "f8", (_F,)), ("holds_letter", "i8", (_B,))]
    # bidders
    + [(name, "f8", (_B,)) for name in ("coverage", "completion", "processing", "offtake")]
    + [("concession", "f8", (_B,)), ("next_concession", "f8", (_B,)), ("bids_on_all", "i8", (_B,))]
    + [(name, "f8", (_B, _D)) for name in ("project_value", "tax", "reservation", "transfer", "equity", "bonus")]
    + [("bids", "i8", (_B, _D)), ("rent", "f8", (_B, _D, 3)), ("noise", "f8", (_B, _D))]
    # host
    + [("award", "i8", (_D,)), ("trial", "i8", (_D,))]
    + [("share", "f8", (_P,)), ("menace", "f8", (_P,)), ("favour", "f8", (_P,))]
    + [
        (name, "f8")
        for name in ("standing", "utility", "opening_utility", "full_utility", "runner_up", "shelve_utility")
    ]
    + [(name, "f8") for name in ("floor", "aspiration", "requested_concession", "settled_concession")]
    + [("has_candidate", "i8"), ("has_runner_up", "i8")]
)

_PER_DEPOSIT = ("equity", "bonus", "processing", "offtake", "concession", "coverage", "completion")

#: How a negotiation ended. ``winner[d]`` is the bidder's index, or NOBODY where the deposit was shelved.
OUTCOME = _record(
    [("replication", "i8"), ("month", "i8"), ("shelved", "i1"), ("split", "i1"), ("countered", "i1")]
    + [("counters", "i8"), ("winner", "i8", (_D,))]
    + [(name, "f8", (_D,)) for name in _PER_DEPOSIT]
    + [("realised_coverage", "f8", (_D,)), ("done", "i1", (_D,)), ("renegotiated", "i1", (_D,))]
    + [("value_share", "f8", (_B,)), ("built_share", "f8", (_B,))]
    + [("utility", "f8"), ("surplus", "f8"), ("done_share", "f8")]
    + [("patron_share", "f8", (_P,)), ("threat_executed", "i1", (_P,)), ("threat_loss", "f8", (_P,))]
    + [("access_delivered", "f8", (_P,)), ("backlash", "f8", (_P,)), ("patron_payoff", "f8", (_P,))]
    + [("credit", "f8", (_P,)), ("credibility", "f8", (_P,)), ("points_used", "f8", (_P,)), ("summits", "f8", (_P,))]
    + [("host_value", "f8"), ("host_money", "f8"), ("balance", "f8"), ("hhi_before", "f8"), ("hhi_after", "f8")]
    + [("price", "f8"), ("horizon_price", "f8")]
)


def new_records(dtype: np.dtype[Any], count: int = 1) -> np.ndarray:
    """An array of ``count`` blank records of GAME, STATE or OUTCOME."""
    return np.zeros(count, dtype)


def derive(game: np.record) -> None:
    """Fill in what follows from the other fields: value shares, the order of sums, the tariff loss at stake.

    Sums over patrons run in the order of their keys, so that listing the patrons in another order gives the same
    results to the last bit.
    """
    from minegame import rules  # who only reads scenarios does not wait for the compiler to be loaded

    n, k = int(game.deposits), int(game.patrons)
    game["deposit_weight"][:n] = _value_shares(game["deposit_output"][:n], game["deposit_key"][:n])
    game["patron_order"][:k] = np.argsort(game["patron_key"][:k], kind="stable")
    stakes = (game[f"patron_{name}"][:k] for name in ("exports", "exposed_share", "incidence", "annuity"))
    game["patron_tariff_loss"][:k] = [rules.tariff_loss(*stake) for stake in zip(*stakes, strict=True)]


def _value_shares(outputs: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Each deposit's share of the value, to twelve digits, such that shares of all add up to 1 in any order.

    Multiples of 2^-40 add up exactly: who got everything has a share of 1, not of 0.9999999999999999.
    """
    shares = np.rint(outputs / outputs.sum() * 2.0**40)
    last = int(np.argmax(keys))
    shares[last] += 2.0**40 - shares.sum()
    return np.asarray(shares / 2.0**40)
