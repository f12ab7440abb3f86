"""Robustness in pictures: what it costs, regret state by state, and the states in which the chosen policy fails."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from minegame.analysis import discovery as boxes
from minegame.analysis import robust as metrics
from minegame.answers.inputs import all_drawn
from minegame.answers.picture import Picture
from minegame.answers.robust_aims import AIMS
from minegame.answers.robust_states import RIVAL
from minegame.answers.robust_tables import lost_unit
from minegame.plots.discovery import box_picture
from minegame.plots.robust import parallel_coordinates, regret_map, trade_off
from minegame.scenario import in_words
from minegame.text import PERCENT, SHARE, Unit, counted, level

if TYPE_CHECKING:
    from minegame.answers.robust_case import Judged

_MOST_ROWS = 40  # policies that a map of regret shows: those of least regret


def pictures(judged: Judged) -> dict[str, Picture]:
    """The pictures of an answer by key."""
    return {"front": _front(judged), **_parallel(judged), "regret": _regret(judged), **_failing(judged)}


def _parallel(judged: Judged) -> dict[str, Picture]:
    """The front of a search: what each policy decides, how robust it is in fresh states, and what it costs."""
    if judged.search is None or len(judged.search.policies) < 2:
        return {}
    search, scenario = judged.search, judged.case.contest.scenario
    rows = judged.table.iloc[[judged.names.index(name) for name in search.policies]]
    scales: dict[str, tuple[np.ndarray, str, str]] = {}
    for n, (path, values) in enumerate(search.decisions.levels.items()):
        ends = level(values[0]), level(values[-1])
        scales[in_words(scenario, path)] = (search.points[:, n] / max(1, len(values) - 1), *ends)
    for name, words, unit, up in _told(judged):
        scales[words] = _scale(rows[name].to_numpy(float), unit, up)
    robust = rows["satisficing"].to_numpy()
    label = (
        f"{len(rows)} policies that no other beat; lines are lighter the more robust; n = {len(judged.states):,} states"
    )
    draw = partial(parallel_coordinates, scales, robust / max(robust.max(), 1e-12), label=label)
    title = f"{counted(len(rows), 'policy', 'policies')} that no other beat, from what is decided to what it brings"
    return {"parallel": Picture(title, draw)}


def _told(judged: Judged) -> list[tuple[str, str, Unit, bool]]:
    """What a policy brings: the column, its words, its unit, and whether high is good."""
    share = ("satisficing", "states in which the target is met, %", PERCENT, True)
    aims = [(name, AIMS[name]) for name in judged.case.costs]
    costs = [(name, f"{aim.words}, {aim.unit.heading}".rstrip(", "), aim.unit, aim.high) for name, aim in aims]
    return [share, *costs]


def _scale(values: np.ndarray, unit: Unit, up: bool) -> tuple[np.ndarray, str, str]:
    """Where values lie on a scale whose better end is on top, and what stands at its ends."""
    least, most = float(values.min()), float(values.max())
    part = (values - least) / (most - least) if most > least else np.full(len(values), 0.5)
    bottom, top = (unit.cell(least), unit.cell(most))
    return (part, bottom, top) if up else (1 - part, top, bottom)


def _front(judged: Judged) -> Picture:
    case, table = judged.case, judged.table
    cost = case.costs[0]
    worth = table[cost].to_numpy() * (-1.0 if AIMS[cost].high else 1.0)
    front = metrics.undominated(worth, table["satisficing"].to_numpy())
    label = (
        f"{AIMS[cost].words}{', ' + AIMS[cost].unit.heading if AIMS[cost].unit.heading else ''}, mean over the states"
    )
    draw = partial(
        trade_off, table, front, cost=cost, label=label, states=len(judged.states),
        wanted=None if case.of_host else case.asked.reliability,
    )  # fmt: skip
    chosen = table.iloc[judged.chosen]
    met = SHARE.write(*(chosen[f"satisficing{end}"] for end in ("", "_low", "_high")))
    return Picture(f"“{judged.names[judged.chosen]}” meets the target in {met} of the states", draw)


def _regret(judged: Judged) -> Picture:
    regrets = metrics.regret(judged.found, judged.case.targets[0].measure, judged.case.high)
    least = np.argsort(judged.table["regret_90"].to_numpy(), kind="stable")[:_MOST_ROWS]
    unit = lost_unit(judged.case)
    label = f"regret in {judged.case.aim.words}, {unit.heading}"
    draw = partial(regret_map, unit.scale * regrets.mean[:, least], [judged.names[n] for n in least], label=label)
    ordered = judged.table["regret_90"].to_numpy()[least]
    best = (
        f"“{judged.names[least[0]]}” has the least 90 % regret"
        if ordered[0] < ordered[1]
        else "Several do equally well"
    )
    return Picture(f"{best}: what policies lose, state by state", draw)


def failing_box(judged: Judged) -> boxes.Discovery | None:
    """The box of states in which the chosen policy fails densely; None where there is nothing to find."""
    table = judged.states.table.drop(columns=RIVAL, errors="ignore")
    asked = judged.case.asked
    try:
        return boxes.estimate(table, ~judged.met[:, judged.chosen], confidence=asked.confidence, seed=asked.seed)[0]
    except ValueError:
        return None


def _failing(judged: Judged) -> dict[str, Picture]:
    box = failing_box(judged)
    numbers = [factor.path for factor in judged.case.factors if factor.is_range]
    limiting = [] if box is None else [path for path in dict.fromkeys(box.limits["factor"]) if path in numbers]
    if box is None or not limiting or len(numbers) < 2:
        return {}
    x, y, *_ = limiting + [path for path in numbers if path not in limiting]
    names = {path: in_words(judged.case.contest.scenario, path) for path in (x, y)}
    draw = partial(
        box_picture, judged.states.table.rename(columns=names), ~judged.met[:, judged.chosen],
        all_drawn(judged.case.contest.scenario, box.limits), x=names[x], y=names[y],
        case=f"'{judged.names[judged.chosen]}' misses the target",
    )  # fmt: skip
    return {"failing": Picture(f"Where “{judged.names[judged.chosen]}” misses the target", draw)}
