"""Who sits at the table of one negotiation: names for a picture of its months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minegame.model import Negotiation


@dataclass(frozen=True)
class Cast:
    """What everybody at the table is called, who stands behind whom, and which negotiation it is.

    Keys are the paths of the columns of :func:`~minegame.transcript.months_table`, such as ``bidders.cove_kaz``.
    ``behind`` maps a bidder to its patron and a financier to its bidder; ``binding`` holds the financiers that commit
    money, the others write letters.  ``start`` is the first month of the tender (YYYY-MM), ``months`` their number.
    """

    title: str
    seed: int
    replication: int
    start: str
    months: int
    labels: Mapping[str, str]
    behind: Mapping[str, str]
    binding: frozenset[str]

    @classmethod
    def of(cls, negotiation: Negotiation) -> Cast:
        """The cast of a negotiation."""
        scenario = negotiation.case
        seats = [(f"{agent.kind}s.{agent.name}", agent.label) for agent in negotiation.everybody[:-1]]
        lots = [(f"deposits.{name}", spec.label or name) for name, spec in scenario.deposits.items()]
        lenders = scenario.financiers.items()
        return cls(
            title=scenario.title,
            seed=negotiation.seed,
            replication=negotiation.replication,
            start=str(scenario.tender.start),
            months=scenario.tender.months,
            labels=dict([*seats, *lots, ("host", negotiation.host.label)]),
            behind={
                **{f"bidders.{name}": f"patrons.{spec.patron}" for name, spec in scenario.bidders.items()},
                **{f"financiers.{name}": f"bidders.{spec.bidder}" for name, spec in lenders},
            },
            binding=frozenset(f"financiers.{name}" for name, spec in lenders if spec.credibility >= 1.0),
        )
