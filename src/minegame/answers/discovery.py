"""In which worlds a bidder fails: boxes of parameters (scenario discovery)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from minegame import options
from minegame.analysis import discovery as boxes
from minegame.answers import inputs
from minegame.answers.answer import Answer, Picture, told
from minegame.answers.inputs import OWN_LUCK, Contest, all_drawn, limits_of, ranges_limit
from minegame.answers.question import Question
from minegame.design import Factor
from minegame.ensemble import by_bidder
from minegame.options import Whole, option
from minegame.plots.discovery import box_picture
from minegame.runner import Runner
from minegame.scenario import Scenario, in_words
from minegame.statistics import intervals
from minegame.tables import Column, Table, estimate
from minegame.text import LEVEL, NUMBER, P_VALUE, PATH, SHARE, level, listed, upper

if TYPE_CHECKING:
    import pandas as pd

    Boxes = Mapping[str, boxes.Discovery]

#: The boxes that are looked for, by key.
BOXES = {"dense": "dense box", "balanced": "balanced box", "success": "box of success"}
_SIDES = {"low": "at least", "high": "at most", "levels": "one of"}


@dataclass(frozen=True, kw_only=True)
class Discovery(Question):
    """In which worlds the scenario's policy fails: boxes of parameters in which the bidder's chance is below a half.

    Three boxes: the largest in which failing is at least as dense as ``density`` (default: 0.8, or halfway from how
    often it fails anywhere to always), the one of the best balance, and the largest in which not failing is as dense.
    """

    factors: str | None = options.factors()
    vary: tuple[Factor, ...] | None = options.vary()
    points: int = option(4096, "Worlds drawn from the ranges.", Whole(100, 1_000_000))
    bidder: str | None = options.bidder()
    below: float = options.probability(0.5, "Failing: a chance of winning below this.")
    density: float | None = options.probability(None, "Wanted share of failures in a box (default: 0.8 or denser).")
    replications: int = options.replications(64)

    in_short: ClassVar = {"turn": 0}
    examples: ClassVar = ("--out results/discovery", "--below 0.3 --density 0.9")

    def answer(self, scenario: Scenario, runner: Runner) -> Answer:
        """The boxes, how good they are on worlds that the search did not see, and what limits them."""
        contest = Contest.of(scenario, bidder=self.bidder)
        chosen = inputs.factors_of(scenario, self.vary, self.factors)
        worlds = boxes.design(chosen, self.points, self.seed)
        fails = self._fails(worlds, contest, runner)
        found = self._boxes(worlds, fails)
        where = f"where is its chance of winning below {100 * self.below:g} %?"
        return told(
            self, scenario, f"In which worlds does {contest.label} fail: {where}",
            [self._failing_said(fails, contest), *_boxes_said(found, scenario)], _tables(found),
            self._pictures(found, worlds, fails, chosen, contest),
            {"bidder": contest.bidder, "vary": inputs.spelled(chosen)},
            limits_of(scenario, *_limits(self.replications), ranges_limit(chosen)),
        )  # fmt: skip

    def _fails(self, worlds: pd.DataFrame, contest: Contest, runner: Runner) -> np.ndarray:
        """In which worlds the bidder wins too seldom."""
        runner.expect(self.points * self.replications)
        sums = inputs.played(
            runner, contest.scenario, worlds, [by_bidder("wins_any", contest.place)], seed=self.seed,
            replications=self.replications, luck=np.arange(self.points),
        )  # fmt: skip
        return np.asarray(sums[:, 0, 0, 1] / self.replications < self.below)

    def _boxes(self, worlds: pd.DataFrame, fails: np.ndarray) -> Boxes:
        """The boxes by key; a balanced box that says nothing more is left out; none where there is nothing to find."""
        asked = {
            "dense": (fails, self.density or _wanted(fails)),
            "balanced": (fails, None),
            "success": (~fails, self.density or _wanted(~fails)),
        }
        found: dict[str, boxes.Discovery] = {}
        for key, (cases, wanted) in asked.items():
            try:
                box = boxes.estimate(worlds, cases, density=wanted, confidence=self.confidence, seed=self.seed)[0]
            except ValueError:  # none, or all, of the worlds searched
                return {}
            if key != "balanced" or (len(box.limits) and box.box != found["dense"].box):
                found[key] = box
        return found

    def _pictures(
        self, found: Boxes, worlds: pd.DataFrame, fails: np.ndarray, factors: Sequence[Factor], contest: Contest
    ) -> dict[str, Picture]:
        """Each box in the two numbers that limit it most; none where fewer than one does."""
        made = {}
        for key, box in found.items():
            if len(shown := _shown(box, factors)) < 2:
                continue
            names = {path: in_words(contest.scenario, path) for path in shown}
            cases, side = (~fails, "at least") if key == "success" else (fails, "below")
            case = f"P({contest.label} wins) {side} {100 * self.below:g} %"
            picture = partial(
                box_picture, worlds.rename(columns=names), cases, all_drawn(contest.scenario, box.limits),
                x=names[shown[0]], y=names[shown[1]], case=case,
            )  # fmt: skip
            made[key] = Picture(f"Where {case}: the {BOXES[key]}", picture)
        return made

    def _failing_said(self, fails: np.ndarray, contest: Contest) -> str:
        low, high = intervals.probability(fails.sum(), len(fails), self.confidence)
        return (
            f"In {SHARE.write(float(fails.mean()), float(low), float(high))} of {len(fails):,} worlds {contest.label} "
            f"wins fewer than {100 * self.below:g} % of n = {self.replications} negotiations."
        )


def _wanted(cases: np.ndarray) -> float:
    """A density worth looking for: 0.8, or halfway from what is found anywhere to all."""
    return max(0.8, (1.0 + float(cases.mean())) / 2)


def _limits(replications: int) -> tuple[str, ...]:
    return (
        "A box is a summary with straight sides; worlds that fail outside it are counted in its coverage. It says "
        "where failure is dense, not why.",
        f"Each world is judged by {replications} negotiations: near the line between failing and not, worlds are "
        f"miscounted both ways. {OWN_LUCK}",
        "Densities and coverages are read off worlds that the search did not see; the p of a limit (how often so "
        "dense a box would come about if the limit did nothing) is read off those it saw.",
    )


# -------------------------------------------------------------------------------------------------------------- tables


def _tables(found: Boxes) -> dict[str, Table]:
    quality = {"quality": _quality(found)} if found else {}
    return quality | {f"limits_{key}": _limits_table(upper(BOXES[key]), box) for key, box in found.items()}


def _quality(found: Boxes) -> Table:
    return Table(
        "How good the boxes are",
        [
            Column("box"),
            Column("worlds", "of worlds that"),
            Column("density", "density", SHARE, bounded=True),
            Column("coverage", "of all such worlds", SHARE, bounded=True),
            Column("mass", "of all worlds", SHARE, bounded=True),
            Column("anywhere", "density anywhere", SHARE),
        ],
        [
            {
                "box": BOXES[key],
                "worlds": "succeed" if key == "success" else "fail",
                **estimate("density", box.density),
                **estimate("coverage", box.coverage),
                **estimate("mass", box.mass),
                "anywhere": box.base_rate,
            }
            for key, box in found.items()
        ],
    )


def _limits_table(title: str, box: boxes.Discovery) -> Table:
    limits = box.limits
    return Table(
        title,
        [
            Column("parameter", "parameter", PATH),
            Column("side"),
            Column("limit", "limit", LEVEL),
            Column("searched_from", "searched from", NUMBER),
            Column("searched_to", "searched to", NUMBER),
            Column("p", "p if it did nothing", P_VALUE),
        ],
        {
            "parameter": limits["factor"],
            "side": [_SIDES[str(side)] for side in limits["side"]],
            "limit": limits["limit"],
            "searched_from": limits["range_low"],
            "searched_to": limits["range_high"],
            "p": limits["quasi_p"],
        },
    )


# ------------------------------------------------------------------------------------------------------------ pictures


def _shown(box: boxes.Discovery, factors: Sequence[Factor]) -> list[str]:
    """The two numbers in which a box is drawn; nothing where no number limits it."""
    numbers = [factor.path for factor in factors if factor.is_range]
    limiting = [path for path in dict.fromkeys(box.limits["factor"]) if path in numbers]
    return (limiting + [path for path in numbers if path not in limiting])[:2] if limiting else []


# ----------------------------------------------------------------------------------------------------------- sentences


def _boxes_said(found: Boxes, scenario: Scenario) -> list[str]:
    if not found:
        return ["There is nothing to discover: hardly any, or nearly all, of the worlds fail."]
    return [_box_said(key, box, scenario) for key, box in found.items()]


def _box_said(key: str, box: boxes.Discovery, scenario: Scenario) -> str:
    if not len(box.limits):
        return f"The {BOXES[key]} is everything: no limit makes failing denser without losing as much of it."
    density, coverage = (
        SHARE.write(part["estimate"], part["low"], part["high"]) for part in (box.density, box.coverage)
    )
    what, cases = ("winning more often", "such worlds") if key == "success" else ("failing", "failures")
    where = listed(
        f"{inputs.parameter(scenario, str(row['factor']))} is {_SIDES[str(row['side'])]} {level(row['limit'])}"
        for _, row in box.limits.iterrows()
    )
    return f"The {BOXES[key]}: where {where}, {what} is {density} dense and {coverage} of all {cases} are found there."
