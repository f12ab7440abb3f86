"""Random scenarios of every size for Hypothesis, and their outcomes.

Hypothesis chooses what shapes a scenario (how many sit at the table, lots, months, how odd the numbers are) and a seed
from which the numbers themselves follow: a failing example shrinks in size, and a scenario with a thousand numbers
stays cheap to draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from minegame import door
from minegame.game import LEVERS, LOTS, OUTCOME, TRIGGERS, new_records
from minegame.scenario import Scenario

#: (low, high, odd values) of the numbers of each group; all of them are allowed, the odd ones are unlikely in life.
RANGES: dict[str, dict[str, tuple[float, float, Sequence[float]]]] = {
    "tender": {"synergy": (0.0, 200.0, (0.0,))},
    "market": {
        "initial_price": (150.0, 900.0, (1.0,)),
        "long_run_price": (300.0, 900.0, (50.0, 3000.0)),
        "mean_reversion": (0.02, 1.0, (0.0, 0.01)),
        "volatility": (0.05, 0.5, (0.0,)),
    },
    "project": {
        "discount_rate": (0.03, 0.15, (0.01,)),
        "lead_time": (0.0, 8.0, (0.0,)),
        "life": (5.0, 40.0, (1.0,)),
        "price_horizon": (0.0, 15.0, (0.0,)),
        "capex_factor": (0.5, 1.0, ()),
        "extraction_tax": (0.0, 0.2, (0.0,)),
        "income_tax": (0.0, 0.4, (0.0,)),
        "coverage_exponent": (0.5, 2.0, (0.0,)),
        "denial_effect": (0.0, 1.0, (0.0, 1.0)),
        "geology_sd": (0.0, 0.4, (0.0,)),
        "cost_sd": (0.0, 0.4, (0.0,)),
    },
    "host": {
        "value_scale": (300.0, 3000.0, ()),
        "equity_weight": (0.0, 1.0, (0.0, 1.0)),
        "own_stake_weight": (0.0, 1.0, (0.0, 1.0)),
        "processing_value": (0.0, 400.0, (0.0,)),
        "offtake_cost": (10.0, 200.0, ()),
        "balance_weight": (0.0, 4.0, (0.0,)),
        "history_weight": (0.5, 5.0, ()),
        "award_weight": (0.0, 5.0, (0.0,)),
        "credit_weight": (0.0, 0.5, (0.0,)),
        "threat_weight": (0.0, 1.5, (0.0, 1.0)),
        "backlash": (0.0, 0.2, (0.0,)),
        "taste_scale": (0.0, 0.3, (0.0,)),
        "evaluation_sd": (0.0, 0.1, (0.0,)),
    },
    "shelving": {
        "weight": (0.0, 0.5, (0.0, 1.0)),
        "take": (0.2, 0.9, (0.0,)),
        "volatility": (0.1, 0.6, (0.0,)),
        "yield_rate": (0.02, 0.1, ()),
        "unit_cost": (100.0, 400.0, ()),
    },
    "bargaining": {
        "host_impatience": (0.03, 0.5, ()),
        "impatience_sd": (0.0, 0.5, (0.0,)),
        "concession_exponent": (0.2, 3.0, ()),
        "opening_concession": (0.0, 0.5, (0.0, 1.0)),
        "tremble_sd": (0.0, 0.05, (0.0,)),
        "initial_aspiration": (0.3, 1.0, (0.0, 1.0)),
    },
    "politics": {
        "follow_through_slope": (0.5, 4.0, (0.0,)),
        "belief_step_executed": (0.1, 1.5, (0.0,)),
        "belief_step_backed_down": (0.1, 1.5, (0.0,)),
        "resolve_sd": (0.0, 1.0, (0.0,)),
        "summit_rate": (0.0, 1.0, (0.0, 1.0)),
        "summit_weight": (0.0, 2.0, (0.0,)),
        "credit_half_life": (3.0, 120.0, (1.0,)),
        "credit_gain_summit": (0.0, 0.5, (0.0,)),
        "credit_gain_award": (0.0, 0.5, (0.0,)),
        "credit_loss": (0.0, 0.5, (0.0,)),
        "denial_bite_rate": (0.0, 1.0, (0.0, 1.0)),
        "execution_cost_scale": (0.0, 0.2, (0.0,)),
        "audience_cost_scale": (0.0, 0.1, (0.0,)),
    },
    "renegotiation": {
        "base": (-4.0, 0.0, ()),
        "price_slope": (0.0, 4.0, (0.0,)),
        "protection_slope": (0.0, 2.0, (0.0,)),
        "horizon": (1.0, 10.0, ()),
        "equity_step": (0.0, 0.3, (0.0,)),
        "equity_cap": (0.5, 1.0, ()),
    },
    "deposit": {"output": (0.3, 1.5, ()), "capex": (20.0, 700.0, (0.0,))},
    "patron": {
        "exports": (0.0, 20000.0, (0.0,)),
        "exposed_share": (0.0, 0.3, (0.0, 1.0)),
        "incidence": (0.2, 1.0, (0.0,)),
        "annuity": (1.0, 4.0, ()),
        "link": (0.0, 1.0, (0.0,)),
        "belief_a": (0.5, 5.0, ()),
        "belief_b": (0.5, 5.0, ()),
        "conflict_expectation": (0.0, 1.0, (0.0,)),
        "publicity": (0.0, 1.0, (0.0,)),
        "audience_cost": (0.0, 2.0, (0.0,)),
        "resolve": (-1.0, 1.0, (0.0,)),
        "execution_cost": (0.0, 2.0, (0.0,)),
        "access_value": (0.0, 600.0, (0.0,)),
        "access_deliverable": (0.0, 1.0, (0.0, 1.0)),
        "access_trust_a": (0.5, 5.0, ()),
        "access_trust_b": (0.5, 5.0, ()),
        "access_delivery": (0.0, 1.0, (0.0, 1.0)),
        "credit": (0.0, 1.0, (0.0, 1.0)),
        "episode_rate": (0.0, 1.0, (0.0, 1.0)),
        "protection": (0.0, 1.0, (0.0,)),
        "stake": (0.0, 3000.0, (0.0,)),
        "stake_on_award": (0.0, 1.0, (0.0, 1.0)),
        "point_value": (0.0, 30.0, (0.0,)),
        "budget": (2.0, 100.0, (0.0,)),
    },
    "bidder": {
        "unit_cost": (100.0, 300.0, (0.0, 2000.0)),
        "capital_wedge": (0.0, 0.3, (0.0,)),
        "capability": (0.4, 1.0, (0.0, 1.0)),
        "technology_dependence": (0.0, 1.0, (0.0, 1.0)),
        "own_capital": (0.0, 0.8, (0.0, 1.0)),
        "hurdle": (0.0, 0.4, (0.0, 1.0)),
        "premium": (0.0, 200.0, (0.0,)),
        "premium_mandated": (0.0, 100.0, (0.0,)),
        "processing_cost": (50.0, 500.0, ()),
        "offtake_value": (0.0, 100.0, (0.0,)),
        "impatience": (0.03, 0.5, ()),
    },
    "financier": {
        "max_share": (0.05, 0.9, (0.0, 1.0)),
        "base_hazard": (0.0, 0.5, (0.0, 50.0)),
        "mandate_hazard": (0.0, 1.0, (0.0,)),
        "engagement_hazard": (0.0, 1.0, (0.0,)),
        "letter_hazard": (0.0, 1.0, (0.0,)),
        "credibility": (0.0, 1.0, (0.0, 1.0)),
        "conversion": (0.0, 1.0, (0.0, 1.0)),
    },
}

_MAX_TARIFF = 4.0


class Numbers:
    """Draws the numbers of a scenario; ``odd`` is the probability of an odd value where there is one."""

    def __init__(self, seed: int, odd: float) -> None:
        self.rng = np.random.default_rng(seed)
        self.odd = odd

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def between(self, low: float, high: float, odd: Sequence[float] = ()) -> float:
        if odd and self.chance(self.odd):
            return float(self.rng.choice(np.asarray(odd, float)))
        return float(self.rng.uniform(low, high))

    def below(self, count: int) -> int:
        return int(self.rng.integers(count))

    def group(self, name: str) -> dict[str, Any]:
        return {field: self.between(*limits) for field, limits in RANGES[name].items()}

    def shares(self, count: int) -> list[float]:
        """Shares of ``count`` camps; what is missing to 1 is the share of all others."""
        parts = self.rng.dirichlet(np.ones(count + 1))
        return [float(share) for share in parts[:count] * 0.999]


def _levers(numbers: Numbers, months: int) -> dict[str, Any]:
    levers = {}
    for name in LEVERS:
        high = _MAX_TARIFF if name == "tariff" else 1.0
        levers[name] = {
            "intensity": numbers.between(0.0, high, (0.0, 1.0, high)) if numbers.chance(0.6) else 0.0,
            "onset": numbers.below(months + 1),
            "trigger": TRIGGERS[numbers.below(len(TRIGGERS))],
            "lag": numbers.below(4) if numbers.chance(0.4) else 0,
            "price": numbers.between(0.1, 3.0, (0.0,)),
        }
    return levers


def _patrons(numbers: Numbers, count: int, months: int) -> dict[str, Any]:
    portfolio, ideal = numbers.shares(count), numbers.shares(count)
    return {
        f"patron_{k}": {
            **numbers.group("patron"),
            "portfolio_share": portfolio[k],
            "ideal_share": ideal[k],
            "levers": _levers(numbers, months),
        }
        for k in range(count)
    }


def _bidders(numbers: Numbers, count: int, patrons: int, months: int) -> dict[str, Any]:
    return {
        f"bidder_{i}": {
            **numbers.group("bidder"),
            "patron": f"patron_{numbers.below(patrons)}",
            "entry": numbers.below(months + 1) if numbers.chance(0.3) else 0,
        }
        for i in range(count)
    }


def _financiers(numbers: Numbers, count: int, bidders: int, patrons: int) -> dict[str, Any]:
    financiers = {}
    for f in range(count):
        fields = {**numbers.group("financier"), "bidder": f"bidder_{numbers.below(bidders)}"}
        fields["public"] = numbers.chance(0.5)
        if numbers.chance(0.2):
            fields["patron"] = f"patron_{numbers.below(patrons)}"
        if numbers.chance(0.4):
            fields["offtake_multiple"] = numbers.between(0.3, 2.0)
        financiers[f"financier_{f}"] = fields
    return financiers


def scenario_data(
    numbers: Numbers, patrons: int, bidders: int, financiers: int, deposits: int, lots: str, months: int
) -> dict[str, Any]:
    """The mapping of a random scenario of a given size, as a YAML file would hold it."""
    host = numbers.group("host")
    if numbers.chance(0.5):
        host["own_stake_weight"] = 0.0
    host["equity_min"] = numbers.between(0.0, 0.3, (0.0,))
    host["equity_max"] = host["equity_min"] + numbers.between(0.0, 0.6, (0.0,))
    return {
        "title": "A random scenario",
        "description": "Made up.",
        "tender": {"months": months, "start": "2025-04", "lots": lots, **numbers.group("tender")},
        "host": host,
        "deposits": {f"deposit_{d}": numbers.group("deposit") for d in range(deposits)},
        **{name: numbers.group(name) for name in ("market", "project", "shelving", "bargaining", "politics")},
        "renegotiation": numbers.group("renegotiation"),
        "patrons": _patrons(numbers, patrons, months),
        "bidders": _bidders(numbers, bidders, patrons, months),
        "financiers": _financiers(numbers, financiers, bidders, patrons),
    }


def scenario_from(data: Mapping[str, Any]) -> Scenario:
    """The scenario that a mapping describes."""
    return Scenario.from_document(data)


@st.composite
def scenarios(
    draw: st.DrawFn,
    min_patrons: int = 1,
    max_patrons: int = 8,
    min_bidders: int = 1,
    max_bidders: int = 8,
    max_financiers: int = 8,
    min_deposits: int = 1,
    max_deposits: int = 4,
    lots: Sequence[str] = LOTS,
    max_months: int = 18,
    max_allocations: int = 300,
) -> Scenario:
    """Random valid scenarios of all sizes; ``max_allocations`` bounds those of split lots, kept ones included."""
    chosen_lots = draw(st.sampled_from(list(lots)))
    patrons = draw(st.integers(min_patrons, max_patrons))
    bidders = draw(st.integers(min_bidders, max_bidders))
    deposits = draw(st.integers(min_deposits, max_deposits))
    if chosen_lots == "split":
        while bidders > min_bidders and (bidders + 1) ** deposits > max_allocations:
            bidders -= 1
    financiers = draw(st.integers(0, max_financiers))
    months = draw(st.integers(1, max_months))
    numbers = Numbers(draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from([0.0, 0.05, 0.3])))
    return scenario_from(scenario_data(numbers, patrons, bidders, financiers, deposits, chosen_lots, months))


def rows(games: np.ndarray, replications: int, seed: int, first: int = 0) -> np.ndarray:
    """The OUTCOME records of ``replications`` negotiations of every game, from number ``first`` on; a row a game."""
    records = new_records(OUTCOME, replications * len(games))
    door.tally(games, records, reference=-1, seed=seed, firsts=np.array([first]), count=replications)
    return np.ascontiguousarray(records.reshape(replications, -1).T)


def play(games: np.ndarray, state: np.ndarray, outcome: np.ndarray, seed: int, replication: int) -> None:
    """Play one negotiation of one game; all records are in arrays of length 1, and the state may be a used one."""
    door.tally(games, outcome, reference=-1, seed=seed, firsts=np.array([replication]), count=1, state=state)


def outcomes(scenario: Scenario, replications: int, seed: int = 1, first: int = 0) -> np.ndarray:
    """The OUTCOME records of ``replications`` negotiations of a scenario, from number ``first`` on."""
    return rows(scenario.game(), replications, seed, first)[0]
