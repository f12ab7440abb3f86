"""What a path means, in a few words, for people who do not know the paths."""

from __future__ import annotations

import re
from typing import Protocol

from minegame.scenario.fields import KINDS
from minegame.scenario.paths import Parameter, is_pattern


class Described(Protocol):
    """A scenario, or a campaign of them."""

    def parameters(self, filter: str | None = None) -> list[Parameter]:
        """Every value that can be set or swept."""

    def label_of(self, kind: str, name: str) -> str:
        """The label of an agent."""


def meaning(scenario: Described, path: str) -> str:
    """``weight of a balanced portfolio of camps``; nothing where there is no such parameter, or nobody says."""
    found = _described(scenario, path)
    if found is None or not found.description:
        return ""
    words = re.split(r"[;:.](?:\s|$)", re.sub(r" \([^)]*\)", "", found.description))[0]
    return words[:1].lower() + words[1:]


def in_words(scenario: Described, path: str) -> str:
    """A parameter as pictures name it: whose it is, its meaning, its unit where it has one.

    ``US public lenders (EXIM, DFC): the host's belief that its letter becomes money (probability)``; the path itself
    where there is no such parameter.
    """
    found, means = _described(scenario, path), meaning(scenario, path)
    if found is None or not means:
        return path
    unit = f" ({found.unit})" if found.unit not in ("", "number") else ""
    owners = _owners(scenario, path.split("."))
    return f"{', '.join(owners)}: {means}{unit}" if owners else f"{means[:1].upper()}{means[1:]}{unit}"


def _owners(scenario: Described, parts: list[str]) -> list[str]:
    """Whose a parameter is: a tender's of a campaign, an agent's, a mineral's, a lever's."""
    tender = parts[1] if parts[0] == "tenders" and not is_pattern(parts[1]) else ""
    parts = {"tenders": parts[2:], "campaign": parts[1:]}.get(parts[0], parts)
    owners = [tender] if tender else []
    if parts[0] in KINDS and not is_pattern(parts[1]):
        owners = [scenario.label_of(parts[0], f"{tender}: {parts[1]}" if tender else parts[1])]
    if parts[0] == "minerals":
        owners.append(parts[1])
    return owners + (["levers" if is_pattern(parts[3]) else parts[3]] if parts[2:3] == ["levers"] else [])


def _described(scenario: Described, path: str) -> Parameter | None:
    if not is_pattern(path):
        return next((p for p in scenario.parameters(path) if p.path == path), None)
    fitting = scenario.parameters(path)
    return fitting[0] if len({parameter.description for parameter in fitting}) == 1 else None  # or none speaks for all
