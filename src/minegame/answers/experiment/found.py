"""What a run has found, as far as it is told: all points as an array of estimates, single points in full."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from minegame.results import Results
from minegame.text import level

MOST_ROWS = 100  # points of a design that have a row each; of a larger one the tables show how the points spread
_MOST_LEVELS = 60  # of a factor on a map


class Where(NamedTuple):
    """A point and policy of a run, and what was found there."""

    group: int
    policy: str
    found: dict[str, Any]


@dataclass(frozen=True)
class Found:
    """The results of a run as far as they are told; of a large design no point has a row of a table."""

    results: Results

    @property
    def points(self) -> int:
        """Points × policies."""
        return self.results.groups * len(self.results.policies)

    @property
    def outcomes(self) -> list[str]:
        """The bidders' names, and shelved."""
        return [*self.results.tender.bidder_names, "shelved"]

    @property
    def favourite(self) -> str:
        """The bidder that is told of first."""
        return self.results.tender.bidder_names[0]

    @property
    def favourite_label(self) -> str:
        """Its label."""
        return label_of(self.results, self.favourite)

    @cached_property
    def _read(self) -> tuple[np.ndarray, np.ndarray]:
        return self.results.win_shares()

    @property
    def shares(self) -> np.ndarray:
        """How often each outcome comes: shape (groups, policies, outcomes)."""
        return self._read[0]

    @property
    def counts(self) -> np.ndarray:
        """The negotiations of each point: shape (groups, policies)."""
        return self._read[1]

    @cached_property
    def gains(self) -> np.ndarray:
        """How much likelier each outcome is than under the reference: shape (groups, other policies, outcomes)."""
        return self.results.win_shares(contrasted=True)[0]

    @cached_property
    def likeliest(self) -> np.ndarray:
        """The number of the likeliest outcome: shape (groups, policies)."""
        return np.asarray(self.shares.argmax(axis=2))

    @cached_property
    def others(self) -> list[str]:
        """The policies but the reference."""
        return [policy for policy in self.results.policies if policy != self.results.reference]

    @property
    def sizes(self) -> str:
        """The negotiations of a point under a policy, from least to most."""
        least, most = int(self.counts.min()), int(self.counts.max())
        return f"{least:,}" if least == most else f"{least:,} to {most:,}"

    def ends(self) -> tuple[Where, Where]:
        """Where the favourite wins most often, and where least often."""
        shares = self.shares[:, :, 0]
        most, least = (np.unravel_index(int(place), shares.shape) for place in (shares.argmax(), shares.argmin()))
        return self._at(*most), self._at(*least)

    def _at(self, group: Any, policy: Any) -> Where:
        name = self.results.policies[int(policy)]
        return Where(int(group), name, self.results.estimate(int(group), name))

    def widest_change(self) -> str:
        """The policy that changes the favourite's chance most, of a run of one point."""
        return self.others[int(np.abs(self.gains[0, :, 0]).argmax())]


def label_of(results: Results, outcome: object) -> str:
    """The label of a bidder; shelved is called so."""
    return "shelved" if outcome == "shelved" else results.tender.label_of("bidder", str(outcome))


def level_of(value: Any) -> Any:
    """A level as a table holds it: null is a level too, and no gap."""
    value = value.item() if isinstance(value, np.generic) else value
    return level(value) if value is None else value


def levels_of(results: Results, path: str) -> list[Any]:
    """The levels of a factor in the order of the design, null among them."""
    return results.design[path].drop_duplicates().tolist()


def fills_a_map(results: Results) -> bool:
    """Whether every pair of the levels of two factors stands in the design exactly once, and there are not too many."""
    if len(results.factors) != 2:
        return False
    across, down = (len(levels_of(results, path)) for path in results.factors)
    every = across * down == results.groups and max(across, down) <= _MOST_LEVELS
    return every and not results.design.duplicated(results.factors).any()
