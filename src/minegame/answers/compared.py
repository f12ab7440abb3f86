"""What is compared on the same luck, policies of a scenario or two scenarios, and what is found of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from minegame import design as designs
from minegame.analysis import winning as estimates
from minegame.answers.answer import AnswerError
from minegame.answers.inputs import AS_IT_IS, Contest
from minegame.design import Changes, Value
from minegame.ensemble import by_bidder
from minegame.options import refuse
from minegame.plots.winning import GROUPED
from minegame.runner import Tallies
from minegame.scenario import Scenario, nearest
from minegame.statistics import comparison
from minegame.text import possessive

_NO_LEVER = "none"


@dataclass(frozen=True)
class Compared:
    """What is compared on the same luck: scenarios by the name of their policy.

    ``own``: the policy that is the scenario as it is.  ``base``: the one with which the others are compared, if there
    are several.  ``changes``: what the policies change.  ``two``: whether it is one scenario against another.
    """

    contest: Contest
    scenarios: Mapping[str, Scenario]
    own: str
    base: str | None
    changes: Mapping[str, Changes]
    two: bool = False

    @classmethod
    def of_policies(cls, scenario: Scenario, given: Mapping[str, Changes] | None, reference: str | None) -> Compared:
        """Policies, by default all packages of the first patron's levers, with the scenario's own among them."""
        contest = Contest.of(scenario)
        policies = dict(_packages(contest) if given is None else given)
        games, itself = scenario.games(list(policies.values())), scenario.game()[0].tobytes()
        own = next((name for name, game in zip(policies, games, strict=True) if game.tobytes() == itself), AS_IT_IS)
        if own not in policies:
            policies[own] = {}
        elif games[list(policies).index(own)].tobytes() != itself:
            refuse("policy", f"{own!r} is the name of the policy that changes nothing: expected another name")
        if reference is not None and reference not in policies:
            expected = f"expected one of {', '.join(policies)}{nearest(reference, policies)}"
            raise AnswerError(scenario.name, f"there is no policy '{reference}': {expected}")
        first = _NO_LEVER if _NO_LEVER in policies else next(iter(policies))
        scenarios = {name: scenario.at(changes) for name, changes in policies.items()}
        return cls(contest, scenarios, own, (reference or first) if len(policies) > 1 else None, policies)

    @classmethod
    def of_two(cls, scenario: Scenario, other: Scenario, name: str, changes: Changes | None) -> Compared:
        """The scenario as it is, and another one of that name."""
        first, second = estimates.aligned(scenario, other)
        contest = Contest.of(first)
        if contest.bidder not in second.bidders:  # whom both have stands first
            contest = Contest.of(first, bidder=first.bidder_names[0])
        base = name if name != AS_IT_IS else f"{name}, changed"
        return cls(
            contest, {AS_IT_IS: first, base: second}, AS_IT_IS, base, {AS_IT_IS: {}, base: dict(changes or {})}, True
        )

    def games(self) -> np.ndarray:
        """The games to play, on the same luck: GAME records, shape (1, policies)."""
        return np.concatenate([scenario.game() for scenario in self.scenarios.values()]).reshape(1, -1)

    def question(self) -> str:
        """What is asked, in words."""
        if self.base is None:
            return "Who wins, and on what terms?"
        if self.two:
            return f"Who wins, on what terms, and how does that compare with {self.base}?"
        return f"Who wins, on what terms, and what does {possessive(self.contest.patron_label)} policy change?"

    def limits(self) -> list[str]:
        """What the comparison cannot say."""
        return [
            *([] if self.two or self.base is None else [_NOBODY_ANSWERS]),
            "Terms are those of the negotiations that the bidder won, which are not the same negotiations for each.",
        ]


def _packages(contest: Contest) -> dict[str, dict[str, Value]]:
    """Every package of the levers: each absent, or as the scenario has it."""
    own = designs.intensities(contest.scenario, contest.patron, contest.levers)
    return designs.packages(contest.patron, contest.levers, own)


_NOBODY_ANSWERS = (
    "Policies are compared with everybody else playing on as the scenario says: nobody answers a policy with one of "
    "his own (see minegame analyse equilibrium)."
)


@dataclass(frozen=True)
class Found:
    """What is found of each policy, and of each but the reference against it.

    ``chances``: how likely so great a difference in the asked bidder's wins is by chance, adjusted for all that are
    compared (Holm).
    """

    compared: Compared
    policies: Mapping[str, dict[str, Any]]
    contrasts: Mapping[str, dict[str, Any]]
    chances: Mapping[str, float]

    @classmethod
    def of(cls, compared: Compared, tallies: Tallies, confidence: float) -> Found:
        """The estimates of what was played."""
        scenarios, base = compared.scenarios, compared.base
        policies = {
            name: estimates.estimate(tallies.sums[0, n], scenario, confidence)
            for n, (name, scenario) in enumerate(scenarios.items())
        }
        if base is None or tallies.contrasts is None:
            return cls(compared, policies, {}, {})
        differences = tallies.contrasts[0]
        contrasts = {
            name: estimates.contrast(differences[n], scenario, scenarios[base], confidence)
            for n, (name, scenario) in enumerate(scenarios.items()) if name != base
        }  # fmt: skip
        pairs = comparison.gained_and_lost(differences[:, by_bidder("wins_any", compared.contest.place)])
        tested = comparison.estimate(*pairs, list(scenarios), base, confidence)
        return cls(compared, policies, contrasts, dict(zip(tested["policy"], tested["p_holm"], strict=True)))

    def ranked(self, policies: Iterable[str]) -> list[str]:
        """Policies as tables list them: more than a few by the bidder's chance, else as they were."""
        if len(self.policies) <= GROUPED:
            return list(policies)
        return sorted(policies, key=lambda policy: -float(self.of_bidder(policy)["wins_any"]["estimate"]))

    def of_bidder(self, policy: str) -> dict[str, Any]:
        """What is found of the bidder that is asked about."""
        found: dict[str, Any] = self.policies[policy]["bidders"][self.compared.contest.bidder]
        return found
