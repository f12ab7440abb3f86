"""A case of robustness: whose policies are judged, by what, in which states of the world; and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from minegame.analysis import robust as metrics
from minegame.analysis.robust import Outcomes, Target
from minegame.answers import inputs
from minegame.answers.answer import AnswerError
from minegame.answers.inputs import AS_IT_IS, Contest
from minegame.answers.robust_aims import AIMS, Aim
from minegame.answers.robust_states import Luck, Stage, States, drawn, uncertain
from minegame.answers.tender_rules import usual_rules
from minegame.design import Changes, Factor, intensities, packages
from minegame.text import possessive

if TYPE_CHECKING:
    import pandas as pd

    from minegame.answers.robust import Robust
    from minegame.answers.robust_search import Found
    from minegame.runner import Runner
    from minegame.scenario import Scenario

_SIDE = {"patron": ("points", "public_money"), "host": ("host_money", "host_value")}


@dataclass(frozen=True)
class Case:
    """What is asked, resolved for the scenario: the policies by name, and what is uncertain."""

    asked: Robust = field(repr=False)
    contest: Contest
    policies: Mapping[str, Changes]
    factors: tuple[Factor, ...]
    others: Mapping[str, Changes]

    @classmethod
    def of(cls, asked: Robust, scenario: Scenario, decided: Sequence[Changes] = ()) -> Case:
        """The case; ``decided``: what a search may set beside the policies.

        Raises:
            AnswerError: where there is nothing to compare, or nothing to be uncertain of.
        """
        contest = Contest.of(scenario, asked.patron, asked.bidder)
        of_host = asked.target[0].measure.startswith("host")
        own: Mapping[str, Changes] = packages(
            contest.patron, contest.levers, intensities(scenario, contest.patron, contest.levers)
        )
        usual: Mapping[str, Changes] = {AS_IT_IS: {}, **usual_rules(scenario)} if of_host else own
        if asked.decide is not None:
            usual = {AS_IT_IS: {}}
        policies = dict(usual if asked.policy is None else asked.policy)
        rivals = asked.others or (own if of_host and asked.policy is None else {})
        if len(policies) + len(decided) < 2:
            raise AnswerError(scenario.name, "there is nothing to compare: expected at least two policies")
        scenario.games([*policies.values(), *rivals.values()])
        given = inputs.factors_of(scenario, asked.vary, asked.factors)
        factors = uncertain(scenario, given, [*policies.values(), *decided, *rivals.values()])
        return cls(asked, contest, policies, factors, rivals)

    @property
    def targets(self) -> tuple[Target, ...]:
        """What must be met in a state; the first is of the measure that is told."""
        return self.asked.target

    @property
    def high(self) -> bool:
        """Whether the measure that is told is to be high."""
        return self.targets[0].at_least

    @property
    def aim(self) -> Aim:
        """The measure that is told."""
        return AIMS[self.targets[0].measure]

    @property
    def costs(self) -> tuple[str, ...]:
        """The measures that are told beside it: what it costs the patron, or brings the host."""
        beside = _SIDE["host" if self.of_host else "patron"]
        return tuple(name for name in beside if name != self.targets[0].measure)

    @property
    def of_host(self) -> bool:
        """Whether the host is asked about."""
        return self.targets[0].measure.startswith("host")

    @property
    def measured(self) -> str:
        """Whose measure it is, in words: ``Cove Kaz Capital's chance of winning``."""
        labels = {"bidder": self.contest.label, "patron": self.contest.patron_label}
        owner = labels.get(self.aim.of, self.contest.scenario.host.label)
        return f"{possessive(owner)} {self.aim.words}"

    @property
    def screen(self) -> list[Changes]:
        """The packages of which one must give the bidder a chance for a state to count: from the first month on."""
        if self.asked.chance is None:
            return []
        patron, levers = self.contest.patron, self.contest.levers
        onsets = {f"patrons.{patron}.levers.{lever}.onset": 0 for lever in levers}
        return [{**changes, **onsets} for changes in packages(patron, levers).values()]

    def drawn(self, states: int) -> States:
        """States of the world, drawn from what is uncertain."""
        return drawn(self.factors, self.others, states, self.asked.seed)

    def stage(self, states: States, replications: int, luck: Luck, runner: Runner) -> Stage:
        """Some states with fresh luck; where only those with a chance count, these alone.

        Raises:
            AnswerError: if too few states are left.
        """
        if self.screen:
            first = Stage.of(self.contest, states, replications, luck, self.asked.seed)
            best = first.play(self.screen, runner).mean("win").max(axis=1)
            states = states.chosen(np.flatnonzero(best >= self.asked.chance))
            if len(states) < _LEAST_STATES:
                text = f"only {len(states)} states are left in which there is a chance: ask for more --states"
                raise AnswerError(self.contest.scenario.name, text)
        return Stage.of(self.contest, states, replications, luck, self.asked.seed)


_LEAST_STATES = 20


@dataclass(frozen=True, eq=False)
class Judged:
    """Policies in states of the world: their changes by name, what they brought there, of how many states drawn."""

    case: Case
    policies: Mapping[str, Changes]
    found: Outcomes
    states: States
    drawn: int
    replications: int
    search: Found | None = None
    training: Judged | None = None

    @classmethod
    def of(
        cls, case: Case, policies: Mapping[str, Changes], stage: Stage, drawn: int, search: Found | None, runner: Runner
    ) -> Judged:
        """Policies played on a stage; those of a search on its training states too."""
        found, training = stage.play(list(policies.values()), runner), None
        if search is not None:
            training = cls.of(case, policies, search.stage, case.asked.training, None, runner)
        return cls(case, policies, found, stage.states, drawn, stage.replications, search, training)

    @property
    def names(self) -> list[str]:
        """The policies, in order."""
        return list(self.policies)

    @cached_property
    def table(self) -> pd.DataFrame:
        """The metrics of robustness and the costs of every policy, a row each, with intervals."""
        case, confidence = self.case, self.case.asked.confidence
        table = metrics.estimate(self.found, case.targets, reach=case.aim.reach, confidence=confidence)
        for name in case.costs:
            bounds = metrics.expected(self.found.mean(name), None, confidence)
            table[[f"{name}{end}" for end in ("", "_low", "_high")]] = np.column_stack(bounds)
        return table.assign(policy=self.names)

    @cached_property
    def met(self) -> np.ndarray:
        """Where the targets are met, shape (states, policies)."""
        regrets = metrics.regret(self.found, self.case.targets[0].measure, self.case.high)
        return metrics.met(self.found, self.case.targets, regrets)[0]

    @cached_property
    def chosen(self) -> int:
        """The policy that is singled out, on the training states where there are any: see :func:`chosen`."""
        return chosen(self.case, (self.training or self).table)


def chosen(case: Case, table: pd.DataFrame) -> int:
    """The cheapest policy that meets the target in as many states as wanted, or else the most robust one.

    For the host, whose rules have no price, the one of the least regret.
    """
    if case.of_host:
        return int(table["regret_90"].to_numpy().argmin())
    share = table["satisficing"].to_numpy()
    enough = np.flatnonzero(share >= case.asked.reliability)
    if not len(enough):
        return int(share.argmax())
    cost = table[case.costs[0]].to_numpy()[enough]
    return int(enough[np.lexsort((-share[enough], cost))[0]])
