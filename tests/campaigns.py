"""Random campaigns: a random scenario and changed copies of it as tenders of some hosts, for some minerals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from strategies import Numbers, scenario_data, scenario_from

from minegame.campaign import outcomes
from minegame.campaign_file import CampaignScenario
from minegame.game import LEVERS, TRIGGERS
from minegame.scenario import Scenario


def base(number: int, patrons: int = 2, bidders: int = 3, financiers: int = 2, months: int = 8) -> Scenario:
    """A random scenario of its number."""
    numbers = Numbers(number, 0.0)
    return scenario_from(scenario_data(numbers, patrons, bidders, financiers, 1, "bundled", months))


def forgetful(scenario: Scenario) -> Scenario:
    """The same without levers that wait for what happened in another tender."""
    levers = {
        f"patrons.{patron}.levers.{lever}.trigger": "always"
        for patron in scenario.patron_names for lever in LEVERS
        if scenario.value(f"patrons.{patron}.levers.{lever}.trigger") == "lost_before"
    }  # fmt: skip
    return scenario.at(levers)


def campaign(
    tenders: Mapping[str, Mapping[str, Any]], scenarios: Mapping[str, Scenario], months: int, **shared: Any
) -> CampaignScenario:
    """A campaign of some tenders; what is not said of the patrons' purses is plenty."""
    names = dict.fromkeys(name for one in scenarios.values() for name in one.patron_names)
    purses = {name: {"reserve": 1e6} for name in names}
    document = {"title": "t", "campaign": {"months": months, "patrons": purses, **shared}, "tenders": tenders}
    return CampaignScenario.from_document(document, scenarios)


def random_campaign(number: int) -> CampaignScenario:
    """A random campaign of up to four tenders, of up to three hosts and two minerals, some of them at the same time."""
    rng = np.random.default_rng(number)
    scenario = base(
        number, int(rng.integers(1, 4)), int(rng.integers(1, 5)), int(rng.integers(0, 4)), int(rng.integers(1, 9))
    )
    tenders = {
        f"t{n}": {
            "scenario": "base", "host": f"h{rng.integers(3)}", "mineral": rng.choice(["ore", "salt"]).item(),
            "opening": int(rng.integers(0, 13)), "set": _changes(rng, scenario),
        }
        for n in range(int(rng.integers(1, 5)))
    }  # fmt: skip
    purses = {
        name: {"reserve": rng.uniform(0, 20), "income": rng.uniform(0, 2), "cap": rng.uniform(10, 40)}
        for name in scenario.patron_names
    }
    lenders = scenario.financier_names[: int(rng.integers(0, 3))]
    minerals = {name: {"output": 3.0, "growth": 0.02, "shares": {}} for name in ("ore", "salt")}
    return campaign(
        tenders, {"base": scenario}, 24, spill=rng.uniform(), trust_step=rng.uniform(0, 2), patrons=purses,
        belief_half_life=rng.choice([None, 6.0]),
        financiers={name: {"ceiling": rng.uniform(0, 900)} for name in lenders},
        minerals={name: minerals[name] for name in {one["mineral"] for one in tenders.values()}},
    )  # fmt: skip


def _changes(rng: np.random.Generator, scenario: Scenario) -> dict[str, Any]:
    """Levers, the deposit and the length of one tender."""
    changes: dict[str, Any] = {"tender.months": int(rng.integers(1, 10))}
    for deposit in scenario.deposit_names:
        changes[f"deposits.{deposit}.capex"] = float(rng.uniform(100, 900))
    for patron in scenario.patron_names:
        for lever in LEVERS:
            path = f"patrons.{patron}.levers.{lever}"
            changes[f"{path}.intensity"] = float(rng.choice([0.0, 0.4, 1.0]))
            changes[f"{path}.trigger"] = str(rng.choice(TRIGGERS))
    return changes


def played(
    scenario: CampaignScenario, replications: int, seed: int = 1, first: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The OUTCOME records, shape (replications, tenders), and the CHRONICLE records, of many runs."""
    return outcomes(scenario, replications, seed, first)


def same(one: np.ndarray, other: np.ndarray, but: Sequence[str] = ()) -> list[str]:
    """The fields in which records differ by any bit."""
    assert one.dtype.names is not None
    return [name for name in one.dtype.names if name not in but and one[name].tobytes() != other[name].tobytes()]
