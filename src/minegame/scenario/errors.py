"""What is said when a scenario cannot be played: where it is wrong, what is allowed, and what may have been meant."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

_MOST_PROBLEMS = 30  # shown in one message

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
        return ": ".join(part for part in (place, self.path, self.text) if part)


class ScenarioError(ValueError):
    """A scenario, or a change of one, that cannot be played; ``problems`` lists everything that is wrong."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:_MOST_PROBLEMS]]
        if len(self.problems) > _MOST_PROBLEMS:
            lines.append(f"… and {len(self.problems) - _MOST_PROBLEMS} more")
        return "\n".join(lines)


def fail(file: object, text: str, *, line: int | None = None, path: str = "") -> NoReturn:
    """Refuses a scenario for one thing that is wrong."""
    raise ScenarioError(Problem(str(file), line, path, text))


def nearest(name: object, names: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the nearest of the names, or nothing if none is near."""
    near = near_names(name, names)
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
