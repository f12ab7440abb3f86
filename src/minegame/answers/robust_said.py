"""Robustness in sentences: what holds in how many states of the world, what it costs, and what the metric decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minegame.analysis import robust as metrics
from minegame.answers import robust_replies
from minegame.answers.inputs import parameter
from minegame.answers.robust_aims import AIMS, target_said
from minegame.answers.robust_pictures import failing_box
from minegame.answers.robust_tables import lost_unit
from minegame.text import SHARE, Unit, counted, few, level, listed

if TYPE_CHECKING:
    import pandas as pd

    from minegame.answers.robust_case import Case, Judged
    from minegame.answers.robust_replies import Replies
    from minegame.optimiser import Search


def question(case: Case) -> str:
    """What is asked, in words."""
    who = case.contest.scenario.host.label if case.of_host else case.contest.patron_label
    return f"Which policy of {who} is good enough in most states of the world that cannot be ruled out?"


def sentences(judged: Judged, replies: Replies | None) -> list[str]:
    """What is found, in order of weight."""
    row = judged.table.iloc[judged.chosen]
    return [
        _robust_said(judged, row),
        _means_said(judged, row),
        *_search_said(judged, row),
        _spread_said(judged, row),
        _cost_said(judged, row),
        *_most_said(judged),
        _ranking_said(judged),
        *([] if replies is None else [robust_replies.said(replies, judged)]),
        *_failing_said(judged),
    ]


def written(unit: Unit, row: pd.Series, name: str) -> str:
    """An estimate of a row with its interval."""
    return unit.write(*(float(row[name + end]) for end in ("", "_low", "_high")))


def _robust_said(judged: Judged, row: pd.Series) -> str:
    case = judged.case
    share = written(SHARE, row, "satisficing")
    which = f"'{row['policy']}' is robust in {share} of the {_states(case)}"
    if case.of_host:
        return f"{which}; of {len(judged.names)} policies it has the least 90 % regret."
    wanted = f"{100 * case.asked.reliability:g} %"
    if judged.training is not None:
        there = judged.training.table["satisficing"].iloc[judged.chosen] >= case.asked.reliability
        found = f"the cheapest that was in at least {wanted}" if there else f"none was in {wanted}, and it in the most,"
        return f"{which}; {found} of the states that the search looked at."
    if row["satisficing"] < case.asked.reliability:
        return f"No policy reaches the target in {wanted} of the {_states(case)}: {which}, the most."
    return f"{which}: of {len(judged.names)} policies the cheapest that is in at least {wanted} of them."


def _states(case: Case) -> str:
    if case.asked.chance is None:
        return "states"
    return f"states in which some package gives {case.contest.label} a chance of {100 * case.asked.chance:g} %"


def _means_said(judged: Judged, row: pd.Series) -> str:
    """What "robust in 61 % of the states" means, for whoever has never heard of it."""
    case = judged.case
    reached = int(judged.met[:, judged.chosen].sum())
    kept = f" and kept of {judged.drawn:,}" if judged.drawn != len(judged.states) else ""
    return (
        f"That is: {len(judged.states):,} states of the world were drawn{kept}, each with other values for all that is "
        f"uncertain, and in {reached:,} of them this policy brings {_subject(case)} "
        f"{listed(map(target_said, case.targets))} (n = {judged.replications} negotiations of every policy in every "
        "state; what luck has miscounted is taken off the share)."
    )


def _search_said(judged: Judged, row: pd.Series) -> list[str]:
    """Where the policy was found and what it is worth elsewhere; how much was tried, and whether that was enough."""
    if judged.search is None or judged.training is None:
        return []
    search, there = judged.search.search, judged.training.table.iloc[judged.chosen]
    decided = ", ".join(f"{path} = {level(value)}" for path, value in judged.policies[row["policy"]].items())
    return [
        f"'{row['policy']}' is {decided or 'the scenario as it is'}. It was found on other states, robust there in "
        f"{written(SHARE, there, 'satisficing')} of {len(judged.training.states)} "
        f"(n = {judged.training.replications}); the fresh states above are the answer.",
        *_enough_said(judged),
        _tried_said(judged, search),
    ]


def _enough_said(judged: Judged) -> list[str]:
    """The cheapest policy that surely meets the target often enough in the fresh states."""
    case, table = judged.case, judged.table
    wanted = f"{100 * case.asked.reliability:g} %"
    sure = table[table["satisficing_low"] >= case.asked.reliability]
    if case.of_host:
        return []
    if not len(sure):
        return [f"In fresh states no policy is surely robust in {wanted} of them."]
    first = sure.sort_values(case.costs[0], kind="stable").iloc[0]
    return [
        f"The cheapest that is surely robust in {wanted} of the fresh states is '{first['policy']}' with "
        f"{written(SHARE, first, 'satisficing')}."
    ]


def _tried_said(judged: Judged, search: Search) -> str:
    assert judged.search is not None
    tried, size = f"{len(search.points):,}", f"{judged.search.decisions.size:,}"
    if search.complete:
        return f"All {size} policies were tried."
    still = f"over the last quarter of it the hypervolume grew by {100 * search.growth:.2g} %"
    apart = f"{counted(len(search.hypervolumes), 'start')} ended {100 * search.spread:.2g} % apart"
    if search.converged:
        return f"The search tried {tried} of {size} policies and has converged: {still}, and {apart}."
    return (
        f"The search tried {tried} of {size} policies and has NOT converged ({still}; {apart}): more --evaluations may "
        "find better ones."
    )


def _failing_said(judged: Judged) -> list[str]:
    """Where the policy fails, in a line; ``discovery`` goes on from there."""
    box = failing_box(judged)
    if box is None or not len(box.limits):
        return []
    scenario, sides = judged.case.contest.scenario, {"low": "at least", "high": "at most", "levels": "one of"}
    where = listed(
        f"{parameter(scenario, str(one['factor']))} is {sides[str(one['side'])]} {level(one['limit'])}"
        for _, one in box.limits.iterrows()
    )
    density = SHARE.write(*(float(box.density[end]) for end in ("estimate", "low", "high")))
    return [
        f"Where {where}, '{judged.names[judged.chosen]}' misses the target in {density} of the states, anywhere in "
        f"{SHARE.write(box.base_rate)}; minegame analyse discovery with its changes goes on from there."
    ]


def _subject(case: Case) -> str:
    return case.contest.scenario.host.label if case.of_host else case.contest.label


def _spread_said(judged: Judged, row: pd.Series) -> str:
    case, unit = judged.case, judged.case.aim.unit
    side = "at most" if case.high else "at least"
    return (
        f"Under it {case.measured} is {written(unit, row, 'expected')} on average over the states and {side} "
        f"{written(unit, row, 'worst_decile')} in the worst tenth of them; against the best policy of each state it "
        f"loses at most {written(lost_unit(case), row, 'regret_90')} in nine of ten, and "
        f"{written(lost_unit(case), row, 'regret_most')} where it loses most."
    )


def _cost_said(judged: Judged, row: pd.Series) -> str:
    told = [
        f"{written(AIMS[name].unit, row, name)} {'of ' * bool(AIMS[name].unit.mark)}{AIMS[name].words}"
        for name in judged.case.costs
    ]
    return f"On average over the states it comes with {listed(told)}."


def _most_said(judged: Judged) -> list[str]:
    """The most robust policy, where that is another, and those that are not surely less robust."""
    share = judged.table["satisficing"].to_numpy()
    first = int(share.argmax())
    rows = metrics.differences(judged.found, judged.case.targets, (), first, judged.case.asked.confidence)
    near = [judged.names[n] for n in np.flatnonzero(rows["satisficing_high"].to_numpy() >= 0) if n != first]
    said = f"Most robust is '{judged.names[first]}' with {written(SHARE, judged.table.iloc[first], 'satisficing')}"
    also = f"; not surely less so: {few(near, 6)}." if near else "; every other is surely less so."
    return [said + also]


def _ranking_said(judged: Judged) -> str:
    ranks = metrics.ranks(judged.table, judged.case.high)
    best: dict[str, list[str]] = {}
    mute = []
    for name, (words, _) in metrics.METRICS.items():
        first = np.flatnonzero(ranks[name] == 1)
        if len(first) > 1:
            mute.append(words)
        else:
            best.setdefault(judged.names[int(first[0])], []).append(words)
    told = [f"by {listed(words)} '{policy}'" for policy, words in best.items()]
    ties = f"; by {listed(mute)} several are equal" if mute else ""
    if len(best) == 1 and not mute:
        return f"Whatever the metric of robustness, '{next(iter(best))}' comes first."
    return f"What comes first, metric by metric: {'; '.join(told) or 'nothing alone'}{ties}."


_ENOUGH = 200  # negotiations a state at which simulated sets of states are covered as often as intervals say
_FEW = (
    f" Where policies barely differ, {_ENOUGH} negotiations a state are needed for the interval of the 90 % regret to "
    "cover as often as it says: with 100 it covers 92 % in place of 95 %."
)


def limits(judged: Judged) -> tuple[str, ...]:
    """What an answer about robustness cannot say."""
    return (
        "A share of states is not a probability: the states are drawn evenly from ranges that are a judgement, and "
        "nobody knows how likely each is. Robust in 61 % of the states means: good enough in 61 of 100 such draws.",
        "Regret is measured against the best of the policies compared, state by state; a policy that was not compared "
        "may do better than all of them. The maximum is over the states drawn, its interval of luck alone: of all "
        f"states up to {100 * 3 / len(judged.states):.2g} % may be worse.",
        f"A policy is known in a state by {judged.replications} negotiations; what luck miscounts near a target is "
        "taken off the share, and the best policy of a state is found on one half of the luck and valued on the other."
        f"{_FEW if judged.replications < _ENOUGH else ''}",
        f"{len(judged.names)} policies are judged in the same states: the one that looks best is likely to have been "
        "lucky too, the more so the more there are.",
    )
