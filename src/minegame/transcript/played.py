"""What was played: which scenario, with which changes, by whom; so that two saved transcripts can be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from minegame.scenario import Scenario, shipped_scenarios

if TYPE_CHECKING:
    from minegame.model import Negotiation

_UNPLAYED = ("title", "description", "sources")


def heading(scenario: str, fingerprint: str) -> str:
    """The scenario as it is called; where no shipped one is called so, with the beginning of its fingerprint."""
    return scenario if scenario in shipped_scenarios() else f"{scenario} [{fingerprint[:12]}]"


def changes(negotiation: Negotiation) -> Iterator[str]:
    """What differs from the shipped scenario of that name, ``path=value`` each; nothing where there is none."""
    scenario = negotiation.case
    if scenario.name in shipped_scenarios():
        old, new = (dict(_leaves(s.document())) for s in (Scenario.load(scenario.name), scenario))
        yield from (f"{path}={_said(value)}" for path, value in new.items() if path not in old or old[path] != value)
        yield from (f"{path} is gone" for path in old if path not in new)


def replaced(negotiation: Negotiation) -> Iterator[str]:
    """The agents that are played by a class of somebody's own, or by a person."""
    from minegame.agents import Bidder, Financier, Host, Patron  # Mesa takes long to import

    for agent in negotiation.everybody:
        if type(agent) not in (Patron, Financier, Bidder, Host):
            player = getattr(getattr(agent, "policy", None), "player", type(agent).__name__)
            yield f"{agent.name} played by {player}"


def _leaves(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The single values of a scenario by their paths."""
    for name, value in document.items():
        if prefix or name not in _UNPLAYED:
            if isinstance(value, Mapping):
                yield from _leaves(value, f"{prefix}{name}.")
            else:
                yield f"{prefix}{name}", value


def _said(value: object) -> str:
    """A value as it is typed on a command line and in a file."""
    return str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)
