"""What a voice can do for one kind of side: say what it sees, read an answer, name the usual choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn, Protocol

import numpy as np

from minegame.options import Real, refuse
from minegame.scenario import nearest
from minegame.sides import Turn

#: What the person chose last, None in the first month.
Before = np.ndarray | None


class Voice(Protocol):
    """How one kind of side is talked to."""

    #: keys by which a choice is answered, in a line
    keys: str

    def goal(self, turn: Turn) -> str:
        """What the side is after, in a sentence."""

    def has_choice(self, turn: Turn) -> str:
        """Empty if there is something to decide this month, else why not."""

    def sees(self, turn: Turn) -> Sequence[str]:
        """What the side sees this month, line by line."""

    def help(self, turn: Turn) -> Sequence[str]:
        """What can be answered, line by line."""

    def read(self, turn: Turn, words: Sequence[str], before: Before) -> np.ndarray:
        """The choice that is answered; a ScenarioError that says what is allowed if it is none."""

    def usual(self, turn: Turn, before: Before) -> Mapping[str, np.ndarray]:
        """Choices whose odds are told, by what they are called."""

    def said(self, turn: Turn, choice: np.ndarray) -> str:
        """A choice in words."""


def number(text: str, high: float, what: str) -> float:
    """A number between nil and ``high`` that was answered: how much of what."""
    return float(Real(0.0, high).read(text, what))


def begun(word: str, known: Iterable[str], what: str) -> str:
    """The one of some words that begins so; a ScenarioError with all of them if there is none, or several."""
    names = list(known)
    found = [name for name in names if name.startswith(word)]
    if word in names or len(found) == 1:
        return word if word in names else found[0]
    if found:
        refuse("", f"{word!r} may be {' or '.join(found)}: write more of it")
    unknown(word, names, what)


def unknown(word: str, names: Sequence[str], what: str) -> NoReturn:
    """Refuse a word, with those that there are."""
    refuse("", f"there is no {what} {word[:40]!r}: expected one of {', '.join(names)}{nearest(word, names)}")
