"""What is said when a scenario cannot be played: where it is wrong, what is allowed, and what may have been meant."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from minegame.scenario.letters import deceptive, undeceiving
from minegame.text import counted, visible

#: So many problems are worded and told at most; of others only the number is said.
MOST_PROBLEMS = 30

#: Where a value stands, name by name: ``("patrons", "us", "link")``.
Loc = tuple[str, ...]
#: Finds the file, and the line in it if it is known, of a value.
Where = Callable[[Loc], tuple[str, int | None]]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a scenario: where it stands and what is allowed."""

    file: str
    line: int | None
    path: str
    text: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        said = ": ".join(part for part in (undeceiving(self.path), undeceiving(self.text)) if part)
        return visible(f"{place}: {said}" if place else said, lines=False)

    def told(self) -> Problem:
        """Itself: it is in words already."""
        return self

    @property
    def mistake(self) -> object:
        """What it shares with the problems that one stroke of a pen would mend too."""
        return self if self.line is None else (self.file, self.line, self.path.rpartition(".")[2], self.text)

    def with_others(self, count: int) -> Problem:
        """The problem with the number of other paths at which it is the same."""
        return replace(self, text=f"{self.text} (and the same at {counted(count, 'other path')})") if count else self


@dataclass(frozen=True)
class Finding:
    """Something that is wrong at a path, not yet in words: to find those takes longer than to find the fault."""

    file: str
    line: int | None
    path: str
    told: Callable[[], Problem]


class ScenarioError(ValueError):
    """A scenario, or a change of one, that cannot be played.

    ``problems`` says what is wrong; ``more`` is the number of those that are not even worded, because they are many;
    None if those were not even looked for.
    """

    def __init__(self, *problems: Problem, more: int | None = 0) -> None:
        super().__init__(*problems)
        self.problems, self.more = problems, more

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:MOST_PROBLEMS]]
        if self.more is None:
            lines.append("… and perhaps more: the rest is looked at when these are mended")
        elif rest := len(self.problems) - len(lines) + self.more:
            lines.append(f"… and {rest:,} more")
        return "\n".join(lines)


def refuse(
    findings: Iterable[Finding | Problem],
    own: str = "",
    more: int | None = 0,
    error: type[ScenarioError] = ScenarioError,
) -> NoReturn:
    """Refuse a file for everything that is wrong, in the order of its lines; what is in the file ``own`` comes first.

    A mistake that many paths share, because they take in the same group, is told once.
    """
    waiting = sorted(findings, key=lambda one: (one.file != own, one.file, one.line or 0))
    told: dict[object, Problem] = {}
    others: Counter[object] = Counter()
    for number, one in enumerate(waiting):
        if len(told) == MOST_PROBLEMS:
            more = (more or 0) + len({(rest.file, rest.line, rest.path) for rest in waiting[number:]})
            break
        problem = one.told()
        mistake = problem.mistake
        others[mistake] += mistake in told and told[mistake] != problem
        told.setdefault(mistake, problem)
    raise error(*(problem.with_others(others[key]) for key, problem in told.items()), more=more) from None


def fail(file: object, text: str, *, line: int | None = None, path: str = "") -> NoReturn:
    """Refuses a scenario for one thing that is wrong."""
    raise ScenarioError(Problem(str(file), line, path, text))


def nearest(name: object, names: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the nearest of the names, or nothing if none is near.

    A name that only looks like one of them is told letter by letter.
    """
    known = list(names)
    if told := deceptive(name, known):
        return told
    near = near_names(name, known)
    return f"; did you mean '{near[0]}'?" if near else ""


def near_names(name: object, names: Iterable[str]) -> list[str]:
    """The names that are near, the nearest first."""
    return difflib.get_close_matches(str(name), list(names), n=3, cutoff=0.5)


def kind_of(value: object) -> str:
    """What kind of thing a value is, without saying what it holds."""
    if isinstance(value, (Mapping, list, tuple, bool)) or value is None:
        return shown(value)
    return "text" if isinstance(value, str) else "a number"


def shown(value: object) -> str:
    """A value as it is said in a message."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "a group of values"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, int) and value.bit_length() > 200:
        return "a number that large"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…" + text[-1]
