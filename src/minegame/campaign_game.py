"""What a campaign is and how it stands: several tenders on one calendar, as NumPy records.

A :data:`CAMPAIGN` record holds what the tenders share (the model's section 12), beside one GAME record a tender; a
:data:`STANDING` record what carries over from tender to tender, beside one STATE record each; a :data:`CHRONICLE`
record what is left at the end, beside one OUTCOME record each.  Patrons, lenders, hosts and minerals of a campaign are
numbered anew: ``tender_patron[n, k]`` is who patron ``k`` of tender ``n`` is in the campaign.
"""

from __future__ import annotations

from minegame.game import MAX_FINANCIERS, MAX_PATRONS, record

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
