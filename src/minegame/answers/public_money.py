"""Public money: what a patron's public lenders have at risk under every policy, what became money, what it bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from minegame.answers.compared import Compared, Found
from minegame.answers.outcomes import Outcomes, public_patrons
from minegame.design import intensity_of
from minegame.ensemble import by_bidder, by_patron
from minegame.runner import Runner
from minegame.scenario import Scenario
from minegame.statistics import ratios
from minegame.statistics.ratios import UNDEFINED, Ratio
from minegame.tables import Column, Table, bounded
from minegame.text import MONEY, SHARE, possessive

_MOST_NEGOTIATIONS = 4_000_000  # of all policies that are played one by one for the ratios
_POINT = 0.01  # of a chance


@dataclass(frozen=True)
class PublicMoney:
    """What the public money of the patron asked about bought, by policy.

    ``against``: the policy beside which each is set: itself without finance where that is compared, else the reference.
    ``per_point``: M$ at risk for a percentage point of winning more than there.  ``per_mine``: M$ at risk for the
    whole of the tender's value built by the patron's bidders: the mean at risk over the mean share that they build.
    """

    against: Mapping[str, str | None]
    per_point: Mapping[str, Ratio]
    per_mine: Mapping[str, Ratio]

    @classmethod
    def of(cls, compared: Compared, seed: int, replications: int, runner: Runner, confidence: float) -> PublicMoney:
        """Play every policy one by one, on the same luck, as far as that is affordable."""
        scenarios = compared.scenarios
        count = played(compared, replications)
        rows = {name: _played(one, compared.contest.patron, seed, count, runner) for name, one in scenarios.items()}
        against = {name: _beside(name, compared) for name in scenarios}
        return cls(
            against,
            {name: _per_point(row, rows.get(against[name] or ""), confidence) for name, row in rows.items()},
            {name: ratios.of_means(row[:, 0], row[:, 2], confidence) for name, row in rows.items()},
        )

    def table(self, found: Found, title: str) -> Table:
        """A row a policy: what every patron's public lenders risk, and what that of the one asked about buys."""
        keys = [Column("policy"), Column("against", "beside")]
        rows = [
            ({"policy": name, "against": self.against[name], **self._bought(name)}, one)
            for name, one in found.policies.items()
        ]
        patrons = public_patrons(*found.compared.scenarios.values())
        whose = possessive(found.compared.contest.patron_label)
        more = [
            Column("per_point", f"{whose}, for a percentage point won beyond that", MONEY, bounded=True),
            Column("per_mine", f"{whose}, for the whole value built", MONEY, bounded=True),
        ]
        return Outcomes(keys, rows, {}).money(title, patrons, *more)

    def _bought(self, name: str) -> dict[str, Any]:
        return bounded("per_point", *self.per_point[name]) | bounded("per_mine", *self.per_mine[name])

    def sentence(self, found: Found) -> str:
        """What the scenario's own policy risks and buys."""
        compared, own = found.compared, found.compared.own
        at = found.policies[own]["patrons"][compared.contest.patron]
        risked, became = (at[name]["estimate"] for name in ("public_money", "public_money_converted"))
        bought = [
            f"{MONEY.write(*ratio)} for {what}"
            for ratio, what in (
                (self.per_point[own], f"a percentage point won beyond '{self.against[own]}'"),
                (self.per_mine[own], "the whole value built"),
            )
            if np.isfinite(ratio).all()
        ]
        part = f", of which {SHARE.write(became / risked)} became money" if risked else ""
        return (
            f"Public money of {compared.contest.patron_label} at risk in a negotiation: {MONEY.write(risked)} on "
            f"average{part}.{' At risk ' + ', '.join(bought) + '.' if bought else ''}"
        )


def applies(compared: Compared) -> bool:
    """Whether the patron asked about has public lenders in every scenario compared."""
    return all(compared.contest.patron in public_patrons(one) for one in compared.scenarios.values())


def played(compared: Compared, replications: int) -> int:
    """How many negotiations of each policy are played one by one."""
    return min(replications, max(2, _MOST_NEGOTIATIONS // len(compared.scenarios)))


def _played(scenario: Scenario, patron: str, seed: int, count: int, runner: Runner) -> np.ndarray:
    """M$ at risk, whether the patron's bidders won any, and what they built, in every negotiation: (count, 3)."""
    own = [i for i, name in enumerate(scenario.bidder_names) if scenario.camp_of(name) == patron]
    places = [by_patron("public_money", scenario.patron_names.index(patron))]
    places += [by_bidder(name, i) for name in ("wins_any", "wins_and_built") for i in own]
    rows = runner.samples(scenario.game(), seed, count, places)[:, 0]
    won, built = rows[:, 1 : 1 + len(own)].max(axis=1), rows[:, 1 + len(own) :].sum(axis=1)
    return np.column_stack([rows[:, 0], won, built])


def _beside(name: str, compared: Compared) -> str | None:
    """The same policy without the finance lever, where that is compared; else the reference; of that itself none."""
    scenario, lever = compared.scenarios[name], intensity_of(compared.contest.patron, "finance")
    if scenario.value(lever) and not compared.two:
        without = scenario.at({lever: 0}).game().tobytes()
        alike = [other for other, one in compared.scenarios.items() if one.game().tobytes() == without]
        if alike:
            return alike[0]
    return None if name == compared.base else compared.base


def _per_point(row: np.ndarray, other: np.ndarray | None, confidence: float) -> Ratio:
    """M$ more at risk for a percentage point more; undefined where the policy wins no more."""
    if other is None:
        return UNDEFINED
    more = row - other
    return ratios.of_means(more[:, 0], more[:, 1], confidence, _POINT) if more[:, 1].mean() > 0 else UNDEFINED
