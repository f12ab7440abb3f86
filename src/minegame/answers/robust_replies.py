"""What is left of a robust policy once the rival replies: with what pays it best, and with what hurts most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minegame.analysis import robust as metrics
from minegame.analysis.robust import Bounds, Outcomes
from minegame.answers.answer import AnswerError
from minegame.answers.inputs import Contest
from minegame.answers.robust_states import PAYOFF
from minegame.design import Changes, Value, packages
from minegame.tables import Column, Table
from minegame.text import MONEY, SHARE, possessive

if TYPE_CHECKING:
    from minegame.answers.robust_case import Judged
    from minegame.answers.robust_states import Stage
    from minegame.runner import Runner

_AS_DRAWN, _BEST, _HARMFUL = "as in the states", "pays best", "hurts most"


@dataclass(frozen=True, eq=False)
class Replies:
    """Some replies of a rival to a policy, chosen on training states and judged on others."""

    rival: str
    kinds: Sequence[str]
    names: Sequence[str]
    satisficing: Bounds
    payoff: Bounds


def rival_of(contest: Contest) -> str:
    """The patron of the first bidder of another camp; raises AnswerError where there is none."""
    camps = [contest.scenario.camp_of(bidder) for bidder in contest.scenario.bidder_names]
    other = next((camp for camp in camps if camp != contest.patron), None)
    if other is None:
        raise AnswerError(contest.scenario.name, "there is no rival patron with a bidder that could reply")
    return other


def options_of(rival: str) -> dict[str, Changes]:
    """The rival's packages at full strength, from the first month on, whatever happens."""
    always: dict[str, Value] = {f"patrons.{rival}.levers.*.onset": 0, f"patrons.{rival}.levers.*.trigger": "always"}
    return {name: {**always, **changes} for name, changes in packages(rival).items()}


def replies(judged: Judged, training: Stage, fresh: Stage, runner: Runner) -> Replies:
    """The reply that pays the rival best over the training states, and the one that leaves least of the robustness.

    Both are then judged in fresh states: the best of many looks better than it is where it was chosen.
    """
    case, name = judged.case, judged.names[judged.chosen]
    rival, policy = rival_of(case.contest), judged.policies[name]
    listed = options_of(rival)
    tried = training.play([{**policy, **reply} for reply in listed.values()], runner)
    pays, hurts = (
        int(best) for best in (tried.mean(PAYOFF + rival).mean(axis=0).argmax(), _share(judged, tried)[0].argmin())
    )
    kinds, chosen = [_AS_DRAWN, _BEST, _HARMFUL], [list(listed)[pays], list(listed)[hurts]]
    played = fresh.play([policy, *({**policy, **listed[reply]} for reply in chosen)], runner)
    payoff = metrics.expected(played.mean(PAYOFF + rival), None, case.asked.confidence)
    return Replies(rival, kinds, ["", *chosen], _share(judged, played), payoff)


def _share(judged: Judged, found: Outcomes) -> Bounds:
    """The share of states in which the targets are met; regret against the policies compared, as they were judged."""
    targets = [target for target in judged.case.targets if target.measure != "regret"]
    return metrics.satisficing(metrics.met(found, targets)[1], judged.case.asked.confidence)


def table(found: Replies, judged: Judged) -> Table:
    """The replies, what they pay, and what is left."""
    label = judged.case.contest.scenario.patrons[found.rival].label
    parts = {"satisficing": found.satisficing, "payoff": found.payoff}
    columns = {
        f"{name}{end}": x
        for name, bounds in parts.items()
        for end, x in zip(("", "_low", "_high"), bounds, strict=True)
    }
    return Table(
        f"What is left of '{judged.names[judged.chosen]}' once {label} replies",
        [
            Column("reply", f"what {label} does"),
            Column("package"),
            Column("satisficing", metrics.METRICS["satisficing"][0], SHARE, bounded=True),
            Column("payoff", f"{possessive(label)} payoff", MONEY, bounded=True),
        ],
        {"reply": found.kinds, "package": found.names, **columns},
    )


def said(found: Replies, judged: Judged) -> str:
    """The replies in a sentence."""
    label = judged.case.contest.scenario.patrons[found.rival].label
    left = [SHARE.write(*(float(part[n]) for part in found.satisficing)) for n in range(3)]
    same = found.names[1] == found.names[2]
    hurts = (
        "which is also the one that hurts most"
        if same
        else f"{left[2]} once it plays what hurts most ({found.names[2]})"
    )
    return (
        f"If {label} replies with the package that pays it best ({found.names[1]}, chosen on other states), "
        f"'{judged.names[judged.chosen]}' is robust in {left[1]} of the states instead of {left[0]}; {hurts}."
    )
