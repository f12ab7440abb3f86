"""What a campaign is and how it stands: several tenders on one calendar, as NumPy records.

A :data:`CAMPAIGN` record holds what the tenders share (the model's section 12), beside one GAME record a tender; a
:data:`STANDING` record what carries over from tender to tender, beside one STATE record each; a :data:`CHRONICLE`
record what is left at the end, beside one OUTCOME record each.  Patrons, lenders, hosts and minerals of a campaign are
numbered anew: ``tender_patron[n, k]`` is who patron ``k`` of tender ``n`` is in the campaign.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minegame.game import GAME, MAX_FINANCIERS, MAX_PATRONS, Quantity, record

MAX_TENDERS = 16
MAX_LENDERS = MAX_TENDERS * MAX_FINANCIERS

_N, _P, _L = MAX_TENDERS, MAX_PATRONS, MAX_LENDERS
_H = _M = MAX_TENDERS  # hosts, minerals

CAMPAIGN = record(
    [(name, "i8") for name in ("months", "tenders", "hosts", "patrons", "lenders", "minerals")]
    # spill: what other hosts learn of a threat, a promise, a mine (C2-C4); trust_step: w_p; fading: of beliefs, a month
    + [(name, "f8") for name in ("spill", "trust_step", "fading")]
    + [(f"tender_{name}", "i8", (_N,)) for name in ("host", "mineral", "opening")]
    + [("tender_patron", "i8", (_N, MAX_PATRONS)), ("tender_lender", "i8", (_N, MAX_FINANCIERS))]
    + [("patron_key", "i8", (_P,))]
    + [(f"patron_{name}", "f8", (_P,)) for name in ("reserve", "income", "cap", "episode_rate")]
    # where a patron, a host and a mineral are described: the first tender that has them, and the patron's place there
    + [("patron_tender", "i8", (_P,)), ("patron_seat", "i8", (_P,))]
    + [("host_tender", "i8", (_H,)), ("mineral_tender", "i8", (_M,)), ("mineral_key", "i8", (_M,))]
    # where a host first meets a patron; NOBODY if it never does
    + [("meeting_tender", "i8", (_H, _P))]
    # how they begin there
    + [
        (f"start_{name}", "f8", (_H, _P))
        for name in ("belief_a", "belief_b", "trust_a", "trust_b", "credit", "portfolio")
    ]
    + [("start_history", "f8", (_H,)), ("lender_ceiling", "f8", (_L,))]
)

STANDING = record(
    [(name, "i8") for name in ("seed", "replication", "month")]
    + [(name, "f8", (_P,)) for name in ("capital", "spent", "resolve")]
    + [
        (name, "f8", (_H, _P))
        for name in ("belief_a", "belief_b", "trust_a", "trust_b", "credit", "summits", "portfolio")
    ]
    + [("has_faded", "i8", (_H, _P)), ("history", "f8", (_H,)), ("credit_loss", "f8", (_H,))]
    + [("log_price", "f8", (_M,)), ("lent", "f8", (_L,)), ("letter", "f8", (_N, MAX_FINANCIERS))]
    + [("points", "f8", (_N, _P))]
    # what became of each tender: the month of its settlement, NEVER until then; who lost, and what was built by whom
    + [("settled", "i8", (_N,)), ("lost", "i8", (_N, _P)), ("built", "f8", (_N, _P))]
)

CHRONICLE = record(
    [("replication", "i8")]
    + [(name, "f8", (_P,)) for name in ("points_used", "capital", "payoff", "value_won", "value_built")]
    + [(name, "f8", (_P,)) for name in ("public_money", "public_money_converted")]
    + [(name, "f8", (_H, _P)) for name in ("credit", "credibility", "trust", "portfolio")]
    + [(name, "f8", (_H,)) for name in ("host_value", "host_money")]
    + [("lent", "f8", (_L,))]
    # what finished mines add to the world's output a year, by camp, the last one "other"; from which month on
    + [("added", "f8", (_N, _P + 1)), ("added_from", "f8", (_N,))]
)

#: Years from the start of the calendar in which supply is told.
YEARS = (5, 10, 15)

#: Whose a number of a campaign is, and how many there may be: "view" is what a host thinks of a patron, "supplier" a
#: camp among the suppliers of a mineral (the last one: others).
ROOM: dict[str, tuple[int, ...]] = {
    "patron": (_P,), "view": (_H, _P), "host": (_H,), "supplier": (_M, _P + 1), "mineral": (_M,),
}  # fmt: skip


def _of(subject: str, *rows: tuple[str, str, str]) -> list[Quantity]:
    return [Quantity(f"campaign_{name}", subject, "f8", unit, meaning) for name, unit, meaning in rows]


#: What is measured in a campaign beside what is measured in each of its tenders.
REPORTED: tuple[Quantity, ...] = (
    *_of(
        "patron",
        ("value_share", "share", "part of the value of all tenders that its bidders won"),
        ("value_won", "tenders", "tenders' worth of value that its bidders won"),
        ("value_built", "tenders", "the same, as far as the mines were finished"),
        ("points_used", "points", "political capital used"),
        ("capital", "points", "political capital left at the end"),
        ("payoff", "M$", "payoff, the sum over its tenders"),
        ("public_money", "M$", "letters of its public lenders to winners"),
        ("public_money_converted", "M$", "the part of that which became money"),
    ),
    *_of(
        "view",
        ("credit", "share", "credit of cooperation with the host at the end"),
        ("credibility", "probability", "host's belief at the end that a threat is carried out"),
        ("trust", "probability", "host's belief at the end that a promise is kept"),
        ("portfolio", "share", "part of the host's portfolio at the end"),
    ),
    *_of(
        "host",
        ("host_value", "M$", "what the host got, the sum over its tenders"),
        ("host_money", "M$", "the same without the balance term"),
    ),
    *(
        quantity
        for year in YEARS
        for quantity in (
            *_of("supplier", (f"supply_{year}", "share", f"part of the world's supply after {year} years")),
            *_of("mineral", (f"concentration_{year}", "index", f"concentration of that supply, {year} years on")),
        )
    ),
)  # fmt: skip


def deck(tenders: int) -> np.dtype[Any]:
    """A campaign of so many tenders as one record, as a game is one: with all that is played and measured.

    ``games`` are its tenders; ``today`` is what the camps' mines give of each mineral, others last, and NaN where
    nothing is said of the supply; ``growth`` is that of the mineral's mines.
    """
    return record(
        [("campaign", CAMPAIGN), ("games", GAME, (tenders,)), ("today", "f8", (_M, _P + 1)), ("growth", "f8", (_M,))]
    )


def is_deck(dtype: np.dtype[Any]) -> bool:
    """Whether records are campaigns and not games."""
    return dtype.names is not None and "campaign" in dtype.names


def tenders_in(dtype: np.dtype[Any]) -> int:
    """How many negotiations there are in what a record plays: those of a campaign, or one."""
    return int(dtype["games"].shape[0]) if is_deck(dtype) else 1
