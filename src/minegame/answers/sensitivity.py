"""Which parameters decide who wins, and how much is luck."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import ClassVar

from minegame import options
from minegame.answers import inputs
from minegame.answers.answer import Answer, told
from minegame.answers.inputs import asked_of, contender_of, limits_of, ranges_limit
from minegame.answers.question import Question
from minegame.answers.sensitivity_methods import METHODS, Method
from minegame.cases import Case
from minegame.design import Factor
from minegame.options import Whole, Word, option
from minegame.runner import Runner


@dataclass(frozen=True, kw_only=True)
class Sensitivity(Question):
    """Which parameters matter for a bidder's chance and for the host's value, and how much is luck.

    By Sobol' indices with intervals, by a cheap screening (Morris), or one parameter at a time (tornado).
    """

    factors: str | None = options.factors()
    vary: tuple[Factor, ...] | None = options.vary()
    method: str = option(
        "sobol", "sobol (indices), morris (screening) or tornado.", Word("METHOD", tuple(METHODS))
    )  # fmt: skip
    base: int | None = option(
        None, "Base points (default 1024), trajectories (40) or levels of each parameter (5).", Whole(2, 1_000_000)
    )
    bidder: str | None = options.bidder()
    tender: str | None = options.tender()
    replications: int | None = options.replications(None, "64, 400 and 4000")

    examples: ClassVar = (
        "",
        "--method tornado",
        "--vary host.balance_weight=0:4 --vary patrons.us.link=0:1 --base 512",
    )

    of_campaigns: ClassVar = True

    def answer(self, scenario: Case, runner: Runner) -> Answer:
        """What the chosen method finds.

        Raises:
            ModuleNotFoundError: if SALib is not installed (not for ``tornado``).
        """
        method = self._method(scenario)
        found = method.find(runner)
        return told(
            self, scenario, method.question,
            found.sentences, found.tables, found.pictures,
            {
                **asked_of(method.contest), "vary": inputs.spelled(method.factors), "base": method.base,
                "replications": method.replications,
            },
            limits_of(scenario, *found.limits, ranges_limit(method.factors)),
        )  # fmt: skip

    def _method(self, scenario: Case) -> Method:
        """The method with everything it needs; what is missing is told before hours are played, not after."""
        kind = METHODS[self.method]
        contest = contender_of(scenario, bidder=self.bidder, tender=self.tender)
        chosen = inputs.factors_of(scenario, self.vary, self.factors)
        if kind.needs_salib and find_spec("SALib") is None:
            text = "sensitivity analysis needs SALib: pip install 'minegame[analysis]'"
            raise ModuleNotFoundError(text, name="SALib")
        base, replications = self.base or kind.usual_base, self.replications or kind.usual_replications
        return kind(contest, chosen, base, replications, self.seed, self.confidence)
