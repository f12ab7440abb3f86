"""What a story is made of: one thing that happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """Something that happened: in which month, to whom, in words and in numbers.

    ``kind`` is one of market, levers, budget, episode, summit, letter, commitment, offer, no_offer, preference,
    decision while the tender is open, and threat, conversion, denial, completion, access, renegotiation, standing,
    payoff, host after the award.  ``agent`` is a path such as ``patrons.us``, ``who`` its label.
    """

    month: int
    kind: str
    agent: str
    who: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
