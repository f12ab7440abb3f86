"""Which policy holds in most states of the world that cannot be ruled out, and what it costs (robust decisions)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minegame import options
from minegame.analysis.robust import Target
from minegame.answers import inputs, robust_pictures, robust_replies, robust_said, robust_tables
from minegame.answers.answer import Answer, told
from minegame.answers.inputs import OWN_LUCK, limits_of, ranges_limit
from minegame.answers.question import Question
from minegame.answers.robust_aims import Objectives, Targets
from minegame.answers.robust_case import Case, Judged
from minegame.answers.robust_search import Decisions, check_optimiser, searched
from minegame.answers.robust_states import Luck
from minegame.design import Changes, Factor
from minegame.options import Flag, Levels, Policies, Whole, option

if TYPE_CHECKING:
    from minegame.answers.robust_replies import Replies
    from minegame.answers.robust_states import Stage
    from minegame.runner import Runner
    from minegame.scenario import Scenario

_REPLIES = 32 + 3  # packages that a rival may reply with, and the policies that are judged beside them


@dataclass(frozen=True, kw_only=True)
class Robust(Question):
    """Policies that hold under deep uncertainty: how large a share of the states of the world each is good enough in.

    Without ``policy`` the patron's packages are compared, every combination of its levers; where the first target is
    of the host, its usual rules of the tender, over the patron's packages.  With ``decide`` policies are searched:
    every value of what is decided with every other, on ``training`` states, and what is found is judged in fresh ones.
    The measure of the first target is the one whose value, worst decile and regret are told: win, built, host_value,
    host_money, points, public_money or payoff.
    """

    patron: str | None = options.patron()
    bidder: str | None = options.bidder()
    policy: dict[str, Changes] | None = options.policy("the patron's packages, or the host's rules")
    target: tuple[Target, ...] = option(
        (Target("win", 0.5),), "What is good enough in a state, such as win>=0.5; many times.", Targets()
    )
    reliability: float = options.probability(0.5, "Wanted share of states in which the target is met.")
    factors: str | None = options.factors()
    vary: tuple[Factor, ...] | None = options.vary()
    others: dict[str, Changes] | None = option(None, "What other players may do in a state; many times.", Policies())
    chance: float | None = options.probability(
        None, "Only states where some package of the patron gives the bidder this chance (default: all)."
    )
    states: int = option(256, "States of the world that policies are judged in.", Whole(40, 100_000))
    replications: int = options.replications(200)
    decide: dict[str, Any] | None = option(None, "Search: what is decided, low:high:n or a,b,c; many times.", Levels())
    objective: tuple[tuple[str, bool], ...] = option(
        (("robustness", True), ("points", False)),
        "What a search pursues, such as points:low; many times.",
        Objectives(),
    )
    evaluations: int = option(600, "Policies that a search may try.", Whole(20, 1_000_000))
    starts: int = option(3, "How often a search begins anew.", Whole(1, 100))
    training: int = option(100, "States of the world that a search, or a reply, looks at.", Whole(20, 100_000))
    training_replications: int = option(100, "Negotiations of every policy in each of those.", Whole(2, 1_000_000))
    reply: bool = option(False, "Also find the rival's best reply to the policy that is singled out.", Flag())

    in_short: ClassVar = {"advice": 0}
    examples: ClassVar = (
        "--out results/robust",
        "--policy 'early: patrons.us.levers.*.onset=0' --policy 'late: patrons.us.levers.*.onset=8' --reply",
        "--decide patrons.us.levers.access.intensity=0:1:5 --decide patrons.us.levers.finance.intensity=0:1:5",
        "--target 'host_money>=0' -n 100",
    )

    def answer(self, scenario: Scenario, runner: Runner) -> Answer:
        """The policies by every metric of robustness, what they cost, and where the one singled out fails."""
        decisions = None if self.decide is None else Decisions.of(scenario, self.decide)
        case = Case.of(self, scenario, [] if decisions is None else decisions.ends)
        if decisions is not None:
            check_optimiser(decisions, self.evaluations)
        runner.expect(self._negotiations(case, decisions))
        judged, replies = self._judged(case, decisions, runner)
        return told(
            self, scenario, robust_said.question(case), robust_said.sentences(judged, replies),
            robust_tables.tables(judged, replies), robust_pictures.pictures(judged), self._settings(case, decisions),
            limits_of(scenario, *robust_said.limits(judged), OWN_LUCK, ranges_limit(case.factors)),
        )  # fmt: skip

    def _judged(self, case: Case, decisions: Decisions | None, runner: Runner) -> tuple[Judged, Replies | None]:
        """The policies in fresh states with fresh luck; those of a search are found on states and luck of their own."""
        luck, states = Luck(), case.drawn(self._training + self.states)
        training: Stage | None = None
        if self._training:
            first = states.chosen(np.arange(self._training))
            training = case.stage(first, self.training_replications, luck, runner)
        stage = case.stage(states.chosen(np.arange(self._training, len(states))), self.replications, luck, runner)
        found = None if decisions is None or training is None else searched(case, decisions, training, runner)
        policies = {**case.policies, **({} if found is None else found.policies)}
        judged = Judged.of(case, policies, stage, self.states, found, runner)
        replies = robust_replies.replies(judged, training, stage, runner) if self.reply and training else None
        return judged, replies

    @property
    def _training(self) -> int:
        return self.training if self.reply or self.decide is not None else 0

    def _negotiations(self, case: Case, decisions: Decisions | None) -> int:
        """How many it takes, at most."""
        screened, own = len(case.screen), len(case.policies)
        tried = 0 if decisions is None else 2 * own + min(self.evaluations, decisions.size) + 40
        judged = own + (0 if decisions is None else 40) + 3 * self.reply
        first = self._training * (screened + tried + _REPLIES * self.reply) * self.training_replications
        return first + self.states * (screened + judged) * self.replications

    def _settings(self, case: Case, decisions: Decisions | None) -> dict[str, object]:
        levels = {} if decisions is None else {path: {"levels": list(x)} for path, x in decisions.levels.items()}
        return {
            "patron": case.contest.patron, "bidder": case.contest.bidder,
            "policy": {name: dict(changes) for name, changes in case.policies.items()},
            "others": {name: dict(changes) for name, changes in case.others.items()},
            "vary": inputs.spelled(case.factors), "decide": levels,
        }  # fmt: skip
