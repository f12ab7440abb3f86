"""The numbers of a scenario on the page: what each is worth as evidence, and where it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from minegame.scenario import range_said
from minegame.text import said, stopped

if TYPE_CHECKING:
    from minegame.cases import Case
    from minegame.scenario import Parameter

EVIDENCE = {
    "calibrated": ("Calibrated", "Chosen so that the scenario shows a pattern; hence evidence of nothing."),
    "swept": ("To be varied", "This case cannot teach them: vary them before believing what depends on them."),
    "unsourced": ("Without a source", "Changed for this page, or written without a source: nobody vouches for them."),
    "assumption": ("Assumed", "No source gives the number; the reason stands beside it."),
    "fact": ("From a source", "Each with the source that gives it."),
}


@dataclass(frozen=True)
class Numbers:
    """The numbers of a scenario by what they are worth as evidence."""

    scenario: Case

    @cached_property
    def groups(self) -> list[tuple[str, str, list[Number]]]:
        """Heading, meaning and numbers of each kind of evidence that occurs, the least sure first."""
        found: dict[str, list[Number]] = {kind: [] for kind in EVIDENCE}
        unsourced = set(self.scenario.unsourced())
        for parameter in self.scenario.parameters():
            kind = "unsourced" if parameter.path in unsourced else parameter.status
            if kind in found:
                found[kind].append(Number.of(self.scenario, parameter))
        return [(*EVIDENCE[kind], numbers) for kind, numbers in found.items() if numbers]

    @cached_property
    def left_out(self) -> int:
        """How many values are at their defaults, or say who belongs to whom."""
        return len(self.scenario.parameters()) - sum(len(numbers) for *_, numbers in self.groups)


@dataclass(frozen=True)
class Number:
    """A number of the scenario, and where it comes from; ``address`` is empty unless it can be a link."""

    path: str
    value: str
    meaning: str
    reason: str
    title: str
    address: str

    @classmethod
    def of(cls, scenario: Case, parameter: Parameter) -> Number:
        """What the scenario says of one of its parameters."""
        unit = "" if parameter.unit in ("", "number") else f" {parameter.unit}"
        source = scenario.source_of(parameter.path)
        reason = "" if source is None else source.assumption or source.note
        if source is not None and source.low is not None:
            reason = f"{stopped(reason)} Supports {range_said(source)}.".strip()
        title = "" if source is None else ", ".join([*source.fact, source.title] if source.title else source.fact)
        address = "" if source is None else source.address
        return cls(parameter.path, said(parameter.value) + unit, parameter.description, reason, title, address)


def is_link(address: str) -> bool:
    """Whether an address may become a link: of the web, whole, and nothing that only looks like it.

    >>> is_link("https://example.org/a?b=1"), is_link("javascript:alert(1)"), is_link("https:evil")
    (True, False, False)
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = not re.search(r"[\s\x00-\x20\x7f<>\"'`\\]", address)
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname)
