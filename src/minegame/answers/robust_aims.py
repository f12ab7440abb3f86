"""What policies are judged by: the measures by name, the targets that they must reach, the objectives of a search."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minegame.analysis.robust import Target
from minegame.answers.inputs import Contest
from minegame.ensemble import by_bidder, by_patron, general
from minegame.options import Reader, Real, Words, refuse
from minegame.text import MONEY, NUMBER, SHARE, Unit


@dataclass(frozen=True)
class Aim:
    """A measure that a policy is judged by: what the results call it, how it reads, whether much of it is good."""

    measure: str
    of: str
    words: str
    unit: Unit
    high: bool = True
    article: str = ""

    def place(self, contest: Contest) -> int:
        """Where it stands among the measures of a negotiation."""
        if self.of == "bidder":
            return by_bidder(self.measure, contest.place)
        if self.of == "patron":
            return by_patron(self.measure, contest.scenario.patron_names.index(contest.patron))
        return general(self.measure)

    @property
    def reach(self) -> float | None:
        """How far apart two values can lie at most."""
        return 1.0 if self.unit is SHARE else None


AIMS: Mapping[str, Aim] = {
    "win": Aim("wins_any", "bidder", "chance of winning", SHARE, article="a "),
    "built": Aim("wins_and_built", "bidder", "share of the value won and built", SHARE, article="a "),
    "host_value": Aim("host_value", "host", "value", MONEY),
    "host_money": Aim("host_money", "host", "money", MONEY),
    "points": Aim("points_used", "patron", "political points", NUMBER, high=False),
    "public_money": Aim("public_money", "patron", "public money", MONEY, high=False),
    "payoff": Aim("patron_payoff", "patron", "payoff", MONEY),
}
REGRET = "regret"
#: What a search may pursue beside the means of the measures: the column of the metric, and whether high is good.
OF_STATES = {"robustness": ("satisficing", True), "worst_decile": ("worst_decile", True), REGRET: ("regret_90", False)}


def high_is_good(name: str) -> bool:
    """Whether much of a measure, or of a metric of robustness, is good."""
    return OF_STATES[name][1] if name in OF_STATES else AIMS[name].high


_TARGET = re.compile(r"(?P<name>\w+)\s*(?P<sign>>=|<=|=)\s*(?P<limit>[-+]?[\d.]+(?:e[-+]?\d+)?)", re.IGNORECASE)
_EXAMPLE = "name>=limit or name<=limit, such as win>=0.5"


@dataclass(frozen=True)
class Targets(Reader):
    """What a policy must reach in a state: ``win>=0.5``, ``points<=30``; ``=`` alone takes the good side."""

    metavar: str = "NAME>=LIMIT"
    many: bool = True

    def read(self, given: Any, name: str) -> tuple[Target, ...]:
        """The targets; the first is of the measure that is asked about."""
        if isinstance(given, tuple) and given and all(isinstance(one, Target) for one in given):
            found = tuple(dict.fromkeys(given))
        else:
            found = tuple(_target(text, name) for text in Words("NAME>=LIMIT").read(given, name))
        if not found or found[0].measure not in AIMS:
            refuse(name, f"expected the measure that is asked about first, one of {', '.join(AIMS)}")
        return found

    def plain(self, value: Sequence[Target]) -> list[str]:
        """As typed."""
        return self.typed(value)

    def typed(self, value: Sequence[Target]) -> list[str]:
        """``win>=0.5`` each."""
        return [f"{one.measure}{'>=' if one.at_least else '<='}{one.limit!r}" for one in value]


def _target(text: str, name: str) -> Target:
    parts = _TARGET.fullmatch(text.strip())
    if parts is None:
        refuse(name, f"{text!r} is not a target: expected {_EXAMPLE}")
    measure = _known(parts["name"], [*AIMS, REGRET], name)
    at_least = high_is_good(measure) if parts["sign"] == "=" else parts["sign"] == ">="
    return Target(measure, Real().read(parts["limit"], name), at_least)


def _known(word: str, names: Sequence[str], name: str) -> str:
    if word not in names:
        from minegame.scenario import nearest

        refuse(name, f"there is no measure {word!r}: expected one of {', '.join(names)}{nearest(word, names)}")
    return word


@dataclass(frozen=True)
class Objectives(Reader):
    """What a search pursues: names, the good side of each by itself, or ``name:high``, ``name:low``."""

    metavar: str = "NAME[:high|low]"
    many: bool = True

    def read(self, given: Any, name: str) -> tuple[tuple[str, bool], ...]:
        """The names, each with whether it is to be high."""
        if isinstance(given, tuple) and given and all(isinstance(one, tuple) for one in given):
            given = self.typed(given)
        found = [_objective(text, name) for text in Words("NAME[:high|low]").read(given, name)]
        if len({word for word, _ in found}) < max(2, len(found)):
            refuse(name, "expected at least two different objectives, of which one can be traded for the other")
        return tuple(found)

    def plain(self, value: Sequence[tuple[str, bool]]) -> list[str]:
        """As typed."""
        return self.typed(value)

    def typed(self, value: Sequence[tuple[str, bool]]) -> list[str]:
        """``name:high`` each."""
        return [f"{name}:{'high' if high else 'low'}" for name, high in value]


def _objective(text: str, name: str) -> tuple[str, bool]:
    word, _, side = text.partition(":")
    _known(word, [*OF_STATES, *AIMS], name)
    if side not in ("", "high", "low"):
        refuse(name, f"{side!r} is not allowed: expected high or low")
    return word, high_is_good(word) if side == "" else side == "high"


# --------------------------------------------------------------------------------------------------------------- words


def target_said(target: Target) -> str:
    """A target in words: ``a chance of winning of at least 50 %``."""
    side = "at least" if target.at_least else "at most"
    if target.measure == REGRET:
        return f"regret of {side} {target.limit:g}"
    aim = AIMS[target.measure]
    limit = f"{100 * target.limit:g} %" if aim.unit is SHARE else aim.unit.write(target.limit)
    return f"{aim.article}{aim.words} of {side} {limit}"
