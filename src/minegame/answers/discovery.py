"""In which worlds a bidder fails: boxes of parameters (scenario discovery)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import plots
from minegame.analysis import discovery as boxes
from minegame.answers import words
from minegame.answers.answer import Answer, AnswerError
from minegame.answers.inputs import (
    OWN_LUCK,
    Contest,
    Factors,
    Progress,
    command_line,
    expect,
    factors_of,
    limits_of,
    played,
    ranges_limit,
    scenario_of,
    settings_of,
    spelled,
    typed_factors,
)
from minegame.answers.words import with_interval
from minegame.design import Factor
from minegame.ensemble import by_bidder
from minegame.scenario import Scenario, in_words
from minegame.statistics import intervals

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def discovery(
    scenario: Scenario | str | Path,
    factors: Factors | None = None,
    points: int = 4096,
    *,
    bidder: str | None = None,
    below: float = 0.5,
    density: float | None = None,
    replications: int = 64,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """In which worlds the scenario's policy fails: boxes of parameters in which the bidder's chance is below a half.

    Three boxes: the largest in which failing is at least as dense as ``density`` (default: 0.8, or halfway from how
    often it fails anywhere to always), the one of the best balance, and the largest in which not failing is as dense.
    """
    scenario = scenario_of(scenario)
    contest = Contest.of(scenario, bidder=bidder)
    chosen = factors_of(scenario, factors)
    if points < 100 or not 0 < below < 1 or not 0 < (density or 0.5) <= 1:
        raise AnswerError(scenario.name, "needs at least 100 points, and shares between 0 and 1")
    table = boxes.design(chosen, points, seed)
    expect(progress, points * replications)
    place, luck = by_bidder("wins_any", contest.place), np.arange(points)
    sums = played(
        scenario, table, [place], seed=seed, replications=replications, luck=luck, progress=progress
    )[:, 0, 0]  # fmt: skip
    fails = sums[:, 1] / replications < below
    failing = f"P({contest.label} wins) below {100 * below:g} %"
    found = _boxes(table, fails, density, confidence, seed)
    tables: dict[str, pd.DataFrame] = {}
    pictures: dict[str, Any] = {}
    if found:
        tables["How good the boxes are"] = _quality(found)
        for name, box in found.items():
            tables[words.upper(name)] = _limits_table(box)
            success = name == SUCCESS
            case = failing.replace("below", "at least") if success else failing
            picture = _box_picture(table, ~fails if success else fails, box, chosen, case, scenario)
            if picture is not None:
                pictures[words.upper(name)] = picture
    return Answer(
        name="discovery",
        question=f"In which worlds does {contest.label} fail: where is its chance of winning below {100 * below:g} %?",
        sentences=tuple(_discovery_said(found, fails, scenario, contest, below, replications, confidence)),
        tables=tables,
        pictures=pictures,
        settings=settings_of(
            scenario, bidder=contest.bidder, factors=spelled(chosen), points=points, below=below, density=density,
            replications=replications, seed=seed, confidence=confidence,
        ),
        command=command_line(
            "discovery", scenario,
            {
                **typed_factors(factors), "points": points, "bidder": bidder, "below": below, "density": density,
                "replications": replications, "seed": seed, "confidence": confidence,
            },
        ),
        limits=limits_of(
            scenario,
            "A box is a summary with straight sides; worlds that fail outside it are counted in its coverage. It "
            "says where failure is dense, not why.",
            f"Each world is judged by {replications} negotiations: near the line between failing and not, worlds are "
            f"miscounted both ways. {OWN_LUCK}",
            "Densities and coverages are read off worlds that the search did not see; the p of a limit (how often so "
            "dense a box would come about if the limit did nothing) is read off those it saw.",
            ranges_limit(chosen),
        ),
        scenario=scenario,
    )  # fmt: skip


DENSE, BALANCED, SUCCESS = "dense box", "balanced box", "box of success"


def _boxes(
    table: pd.DataFrame, fails: np.ndarray, density: float | None, confidence: float, seed: int
) -> dict[str, boxes.Discovery]:
    """The boxes by name; a balanced box that says nothing more is left out; none where there is nothing to find."""
    found: dict[str, boxes.Discovery] = {}
    asked = {
        DENSE: (fails, density or _wanted(fails)),
        BALANCED: (fails, None),
        SUCCESS: (~fails, density or _wanted(~fails)),
    }
    for name, (cases, wanted) in asked.items():
        try:
            box = boxes.estimate(table, cases, density=wanted, confidence=confidence, seed=seed)[0]
        except ValueError:  # none, or all, of the worlds searched
            return {}
        if name != BALANCED or (len(box.limits) and box.box != found[DENSE].box):
            found[name] = box
    return found


def _wanted(cases: np.ndarray) -> float:
    """A density worth looking for: 0.8, or halfway from what is found anywhere to all."""
    return max(0.8, (1.0 + float(cases.mean())) / 2)


def _quality(found: Mapping[str, boxes.Discovery]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for name, box in found.items():
        row: dict[str, Any] = {"box": name, "of worlds that": "succeed" if name == SUCCESS else "fail"}
        for text, part in (
            ("density, %", box.density),
            ("of all such worlds, %", box.coverage),
            ("of all worlds, %", box.mass),
        ):
            row |= with_interval(text, part["estimate"], part["low"], part["high"], 100.0)
        rows.append(row | {"density anywhere, %": 100 * box.base_rate})
    return pd.DataFrame(rows)


def _limits_table(box: boxes.Discovery) -> pd.DataFrame:
    import pandas as pd

    limits = box.limits
    return pd.DataFrame(
        {
            "parameter": limits["factor"],
            "side": [_SIDES[str(side)] for side in limits["side"]],
            "limit": limits["limit"],
            "searched from": limits["range_low"],
            "searched to": limits["range_high"],
            "p if it did nothing": limits["quasi_p"],
        }
    )


_SIDES = {"low": "at least", "high": "at most", "levels": "one of"}


def _box_picture(
    table: pd.DataFrame, fails: np.ndarray, box: boxes.Discovery, factors: Sequence[Factor], case: str,
    scenario: Scenario,
) -> Any:  # fmt: skip
    """The box in the two numbers that limit it most; nothing where fewer than one does."""
    numbers = {f.path for f in factors if f.is_range}
    limiting = [path for path in dict.fromkeys(box.limits["factor"]) if path in numbers]
    others = [f.path for f in factors if f.is_range and f.path not in limiting]
    shown = (limiting + others)[:2]
    if not limiting or len(shown) < 2:
        return None

    def picture() -> Axes:
        names, limits = {path: in_words(scenario, path) for path in shown}, words.all_drawn(scenario, box.limits)
        return plots.box_picture(
            table.rename(columns=names), fails, limits, x=names[shown[0]], y=names[shown[1]], case=case
        )

    return picture


def _discovery_said(
    found: Mapping[str, boxes.Discovery], fails: np.ndarray, scenario: Scenario, contest: Contest, below: float, n: int,
    confidence: float,
) -> list[str]:  # fmt: skip
    low, high = intervals.wilson(fails.sum(), len(fails), confidence)
    said = [
        f"In {words.percent(float(fails.mean()), float(low), float(high))} of {len(fails):,} worlds {contest.label} "
        f"wins fewer than {100 * below:g} % of n = {n} negotiations."
    ]
    if not found:
        return [*said, "There is nothing to discover: hardly any, or nearly all, of the worlds fail."]
    for name, box in found.items():
        if not len(box.limits):
            said.append(f"The {name} is everything: no limit makes failing denser without losing as much of it.")
            continue
        density, coverage = box.density, box.coverage
        what, cases = ("winning more often", "such worlds") if name == SUCCESS else ("failing", "failures")
        text = (
            f"{what} is {words.percent(density['estimate'], density['low'], density['high'])} dense and "
            f"{words.percent(coverage['estimate'], coverage['low'], coverage['high'])} of all {cases} are found there"
        )
        where = _where(box, scenario)
        said.append(f"The {name}: where {where}, {text}.")
    return said


def _where(box: boxes.Discovery, scenario: Scenario) -> str:
    signs = {"low": "is at least", "high": "is at most", "levels": "is one of"}
    return words.listed(
        f"{words.parameter(scenario, str(row['factor']))} {signs[str(row['side'])]} {words.plain(row['limit'])}"
        for _, row in box.limits.iterrows()
    )
