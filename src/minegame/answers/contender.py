"""Whose success a question explains: a bidder of a tender, or in a campaign the camp of a patron."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from minegame.cases import Case
from minegame.runner import Runner


@dataclass(frozen=True)
class Words:
    """What is explained, in words.

    ``outcome``: as headings and pictures have it, ``P(Cove wins)``.  ``chance``: in a sentence, ``Cove's chance of
    winning``; ``moved``: shorter, ``Cove's chance``.  ``winning``: above a column, ``Cove wins``.  ``half``: ``Cove
    wins more than half of the negotiations``.  ``same``: where it never changes, ``Cove wins equally often``.
    ``plays``: what is counted, ``negotiations``.
    """

    outcome: str
    chance: str
    moved: str
    winning: str
    half: str
    same: str
    plays: str


class Contender(Protocol):
    """Who is asked about: a contestant among others, the patron behind it, and the levers of that."""

    @property
    def scenario(self) -> Case:
        """Where it contends."""

    @property
    def patron(self) -> str:
        """The patron's name."""

    @property
    def patron_label(self) -> str:
        """The patron's label."""

    @property
    def bidder(self) -> str:
        """The contestant's name: a bidder's, or that of the patron whose camp it is."""

    @property
    def label(self) -> str:
        """The contestant's label."""

    @property
    def levers(self) -> tuple[str, ...]:
        """The patron's levers that are asked about."""

    @property
    def contestants(self) -> tuple[str, ...]:
        """The names of all contestants."""

    @property
    def words(self) -> Words:
        """What is explained, in words."""

    @property
    def wins(self) -> int:
        """The place of what is explained in a tally: a number from 0 to 1."""

    @property
    def worth(self) -> int:
        """The place of the host's value."""

    @property
    def money(self) -> int:
        """The place of the host's value without balance."""

    def payoff(self, patron: str) -> int:
        """The place of a patron's payoff."""

    @property
    def event(self) -> bool:
        """Whether what is explained is 0 or 1 in every play."""

    def place_of(self, name: str) -> int:
        """The place of the same number of another contestant."""

    def label_of(self, name: str) -> str:
        """The label of a contestant."""

    def own(self, lever: str) -> float:
        """How hard the patron presses a lever."""

    def pressed(self) -> set[str]:
        """The paths that say how hard the levers are pressed."""

    def games(self, strength: Mapping[str, float], changes: Mapping[str, Any] | None = None) -> np.ndarray:
        """What is played with every subset of the levers, absent or so strong, after some changes: (2^levers,)."""

    def rival(self, named: str | None, seed: int, runner: Runner) -> str:
        """The rival named, else the contestant that does best of the others."""


def nothing_matters(contender: Contender) -> str:
    """The answer where no point differs from another."""
    return f"{contender.words.same} in every world: nothing matters in these ranges."
