"""Where a bidder's chance crosses one half as two parameters vary."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from minegame import plots
from minegame.analysis import threshold as search
from minegame.answers import words
from minegame.answers.answer import Answer, AnswerError
from minegame.answers.inputs import (
    Contest,
    Progress,
    command_line,
    expect,
    factors_of,
    limits_of,
    means,
    reaching,
    scenario_of,
    settings_of,
    spelled,
    whole,
)
from minegame.design import Factor
from minegame.ensemble import by_bidder
from minegame.scenario import Scenario, in_words
from minegame.statistics import intervals

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def threshold(
    scenario: Scenario | str | Path,
    x: Factor | str | None = None,
    y: Factor | str | None = None,
    bidder: str | None = None,
    *,
    level: float = 0.5,
    replications: int = 4_000,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """Where a bidder's chance crosses one half as two parameters vary.

    ``x`` and ``y``: factors, or paths whose ranges are those of the wide experiment; by default the host's weight of
    balance and how far it believes the letters of the bidder's public lender (or the link of the patron's threat).
    """
    scenario = scenario_of(scenario)
    contest = Contest.of(scenario, bidder=bidder)
    first, second = _axes(scenario, contest, x, y)
    place = by_bidder("wins_any", contest.place)
    expect(progress, replications * 250)

    def answer(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        changes = [
            {f.path: whole(scenario, f.path, v) for f, v in zip((first, second), p, strict=True)} for p in points
        ]
        p = means(scenario, changes, seed, replications, progress)[:, place]
        return p, np.sqrt(np.maximum(p * (1 - p), 1.0 / replications) / replications)

    found = search.threshold(answer, first, second, level=level, confidence=confidence)
    own = means(scenario, [{}], seed, replications, None)[0, place]
    outcome = f"P({contest.label} wins)"

    def heat_map() -> Axes:
        across, up = (in_words(scenario, factor.path) for factor in (first, second))
        picture = plots.heat_map(
            found.asked, x=across, y=up, outcome=outcome, replications=replications, curve=found.curve,
            level=level, logarithmic=(first.scale == "log", second.scale == "log"),
        )  # fmt: skip
        here = [float(scenario.value(f.path)) for f in (first, second)]
        picture.plot(*here, "*", color=plots.COLOURS[1], markeredgecolor="white", markersize=16, label="the scenario")
        picture.figure.legend(loc="outside lower center", frameon=False, fontsize=9)
        return picture

    return Answer(
        name="threshold",
        question=f"Where does {words.possessive(contest.label)} chance of winning cross {100 * level:g} % as "
        f"{first.path} and {second.path} vary?",
        sentences=tuple(_threshold_said(found, own, scenario, contest, replications, confidence)),
        tables={
            "The line": _line(found),
            "Every point asked": found.asked.assign(
                estimate=100 * found.asked["estimate"], standard_error=100 * found.asked["standard_error"]
            ).rename(
                columns={
                    "x": first.path, "y": second.path, "estimate": f"{contest.label} wins, %",
                    "standard_error": "standard error, points",
                }
            ),
        },
        pictures={f"Where {outcome} is {100 * level:g} %": heat_map},
        settings=settings_of(
            scenario, bidder=contest.bidder, factors=spelled([first, second]), level=level,
            replications=replications, seed=seed, confidence=confidence,
        ),
        command=command_line(
            "threshold", scenario,
            {
                "x": _typed_axis(x), "y": _typed_axis(y), "bidder": bidder, "level": level,
                "replications": replications, "seed": seed, "confidence": confidence,
            },
        ),
        limits=limits_of(
            scenario,
            "Two parameters move, all others stay where the scenario has them. An island smaller than an eighth of "
            "both ranges is not seen.",
        ),
        scenario=scenario,
    )  # fmt: skip


def _axes(
    scenario: Scenario, contest: Contest, x: Factor | str | None, y: Factor | str | None
) -> tuple[Factor, Factor]:
    wide = {f.path: f for f in factors_of(scenario)}
    lender = next((n for n, f in scenario.financiers.items() if f.bidder == contest.bidder and f.public), None)
    other = f"financiers.{lender}.credibility" if lender else f"patrons.{contest.patron}.link"
    first, second = (_axis(scenario, wide, given) for given in (x or "host.balance_weight", y or other))
    if first.path == second.path:
        raise AnswerError(scenario.name, "both axes are the same parameter: expected two", first.path)
    return first, second


def _axis(scenario: Scenario, wide: Mapping[str, Factor], given: Factor | str) -> Factor:
    if isinstance(given, Factor):
        found = factors_of(scenario, [given])[0]
    elif given in wide:
        found = wide[given]
    else:
        value = scenario.value(given)
        if isinstance(value, (str, bool)) or not value:
            raise AnswerError(scenario.name, "give a range, such as path=0:1", given)
        allowed = next(p for p in scenario.parameters(given) if p.path == given)
        low, high = 0.5 * value, 1.5 * value
        low = max(low, allowed.low) if allowed.low is not None else low
        high = min(high, allowed.high) if allowed.high is not None else high
        found = Factor(given, low, high, whole=isinstance(value, int))
    if not found.is_range:
        raise AnswerError(scenario.name, "an axis needs a range, not levels", found.path)
    return reaching(scenario, found)


def _typed_axis(given: Factor | str | None) -> str | None:
    if given is None or isinstance(given, str):
        return given
    return f"{given.path}={given.low}:{given.high}" + (":log" if given.scale == "log" else "")


def _threshold_said(
    found: search.Threshold, own: float, scenario: Scenario, contest: Contest, n: int, confidence: float
) -> list[str]:
    x, y = found.x, found.y
    low, high = intervals.wilson(own * n, n, confidence)
    here = f"{x.path} = {words.plain(scenario.value(x.path))} and {y.path} = {words.plain(scenario.value(y.path))}"
    said = [
        f"With the scenario's values ({here}) {contest.label} wins "
        f"{words.percent(own, float(low), float(high))} (n = {n:,} negotiations at every point)."
    ]
    values = found.asked["estimate"]
    if not len(found.curve):
        least, most = words.percent(float(values.min())), words.percent(float(values.max()))
        return [
            *said,
            f"Nowhere in the two ranges does its chance cross {100 * found.level:g} %: it runs from {least} to {most}.",
        ]
    ends = _ends(found.curve)
    told = " to ".join(f"({words.plain(a)}, {words.plain(b)})" for a, b in ends)
    doubt = float(np.median(found.curve["doubt"]))
    said.append(
        f"Its chance is {100 * found.level:g} % on a line that runs from {told} in the plane of {x.path} and "
        f"{y.path}; it may lie off by {100 * doubt:.1f} % of the ranges, at {len(found.asked)} points asked."
    )
    said.append(f"The two: {words.parameter(scenario, x.path)}; {words.parameter(scenario, y.path)}.")
    return said


def _line(found: search.Threshold) -> pd.DataFrame:
    """The points of the line from left to right."""
    import pandas as pd

    curve, (x, y) = found.curve, (found.x.path, found.y.path)
    doubt = "may lie off, part of the ranges"
    ends = [curve[[f"x{n}", f"y{n}", "doubt"]].set_axis([x, y, doubt], axis=1) for n in (0, 1)]
    return pd.concat(ends).drop_duplicates([x, y]).sort_values([x, y], ignore_index=True)


def _ends(curve: pd.DataFrame) -> list[tuple[float, float]]:
    """The leftmost and the rightmost end of the line."""
    points = np.concatenate([curve[["x0", "y0"]].to_numpy(), curve[["x1", "y1"]].to_numpy()])
    ordered = points[np.lexsort((points[:, 1], points[:, 0]))]
    return [tuple(ordered[0].tolist()), tuple(ordered[-1].tolist())]
