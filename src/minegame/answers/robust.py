"""Which policy holds in most states of the world that cannot be ruled out, and what it costs (robust decisions)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from minegame import options
from minegame.analysis.robust import Target
from minegame.answers import inputs, robust_pictures, robust_said, robust_tables
from minegame.answers.answer import Answer, told
from minegame.answers.inputs import OWN_LUCK, limits_of, ranges_limit
from minegame.answers.question import Question
from minegame.answers.robust_aims import Targets
from minegame.answers.robust_case import Case, Judged
from minegame.answers.robust_states import Luck
from minegame.design import Changes, Factor
from minegame.options import Policies, Whole, option

if TYPE_CHECKING:
    from minegame.runner import Runner
    from minegame.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class Robust(Question):
    """Policies that hold under deep uncertainty: how large a share of the states of the world each is good enough in.

    Without ``policy`` the patron's packages are compared, every combination of its levers; where the first target is
    of the host, its usual rules of the tender, over the patron's packages.  The measure of the first target is the one
    whose value, worst decile and regret are told: win, built, host_value, host_money, points, public_money or payoff.
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

    examples: ClassVar = (
        "--out results/robust",
        "--policy 'early: patrons.us.levers.*.onset=0' --policy 'late: patrons.us.levers.*.onset=8'",
        "--target 'host_money>=0' -n 100",
    )

    def answer(self, scenario: Scenario, runner: Runner) -> Answer:
        """The policies by every metric of robustness, what they cost, and where the one singled out fails."""
        case = Case.of(self, scenario)
        runner.expect(self.states * (len(case.screen) + len(case.policies)) * 2 * (self.replications // 2))
        stage = case.stage(case.drawn(self.states), self.replications, Luck(), runner)
        judged = Judged.of(case, case.policies, stage, self.states, runner)
        return told(
            self, scenario, robust_said.question(case), robust_said.sentences(judged), robust_tables.tables(judged),
            robust_pictures.pictures(judged), self._settings(case),
            limits_of(scenario, *robust_said.limits(judged), OWN_LUCK, ranges_limit(case.factors)),
        )  # fmt: skip

    def _settings(self, case: Case) -> dict[str, object]:
        return {
            "patron": case.contest.patron, "bidder": case.contest.bidder,
            "policy": {name: dict(changes) for name, changes in case.policies.items()},
            "others": {name: dict(changes) for name, changes in case.rivals.items()},
            "vary": inputs.spelled(case.factors),
        }  # fmt: skip
