"""What an independent implementation of the model finds: win probabilities of Cove Kaz, each by 80,000 negotiations.

What the headline hangs on, and values that tell apart readings of the rules; the reference results of the policies are
in ``test_winning.py``.  The Monte Carlo error of a difference of two such probabilities is below 0.0025.
"""

from __future__ import annotations

from typing import Any

import pytest
from strategies import outcomes

from minegame.scenario import Scenario

pytestmark = pytest.mark.slow

BASE = Scenario.load("kazakhstan_tungsten")
COVE = BASE.bidder_names.index("cove_kaz")
N = 80_000


def won(changes: dict[str, Any]) -> float:
    """How often Cove Kaz wins."""
    return float((outcomes(BASE.at(changes), N)["winner"][:, 0] == COVE).mean())


def china(trigger: str, *levers: str) -> dict[str, Any]:
    """The Chinese levers that answer, from month 0 on, at full strength."""
    pressed = {f"patrons.china.levers.{name}.intensity": 1.0 for name in levers}
    pressed |= {f"patrons.china.levers.{name}.onset": 0 for name in levers}
    return pressed | {f"patrons.china.levers.{name}.trigger": trigger for name in levers}


def ideal(us: float, china: float) -> dict[str, Any]:
    """The host's ideal portfolio: today's is 0.22 and 0.52."""
    return {"patrons.us.ideal_share": us, "patrons.china.ideal_share": china}


@pytest.mark.parametrize(
    ("changes", "reference"),
    [
        ({"host.own_stake_weight": 1.0}, 0.548),
        ({"patrons.us.levers.finance.intensity": 0.1}, 0.449),
        (china("rival_presses", "access", "engagement", "finance", "denial"), 0.326),
    ],
    ids=["who owns decides (R19)", "a tenth of a mandate (R7)", "China answers at once (R21)"],
)
def test_what_tells_readings_of_the_rules_apart(changes, reference):
    assert won(changes) == pytest.approx(reference, abs=0.012)


#: What the headline of 0.80 hangs on.
SENSITIVITIES = {
    "ideal portfolio = today's": (ideal(0.22, 0.52), 0.045),
    "ideal portfolio half-way": (ideal(0.28, 0.43), 0.34),  # to two digits; at 0.425 it is 0.351
    "a deadline of 8 months": ({"tender.months": 8}, 0.43),
    "a deadline of 9 months": ({"tender.months": 9}, 0.68),
    "letters believed at their true conversion": ({"financiers.us_public_lenders.credibility": 0.40}, 0.52),
    "less offtake wanted": ({"bidders.cove_kaz.offtake_value": 20.0}, 0.47),
    "the long-run price doubled": ({"market.long_run_price": 1060.0}, 0.10),
    "China answers once the US leads": (china("rival_leads", "access", "engagement", "finance", "denial"), 0.32),
}


@pytest.mark.parametrize("name", SENSITIVITIES)
def test_what_the_headline_hangs_on(name):
    changes, reference = SENSITIVITIES[name]
    assert won(changes) == pytest.approx(reference, abs=0.01)
