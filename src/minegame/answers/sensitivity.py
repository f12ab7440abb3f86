"""Which parameters decide who wins, and how much is luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import design as designs
from minegame import plots
from minegame.analysis import sensitivity as indices
from minegame.answers import words
from minegame.answers.answer import Answer, AnswerError
from minegame.answers.inputs import (
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
from minegame.ensemble import by_bidder, general
from minegame.scenario import Scenario, nearest
from minegame.statistics import intervals

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


METHODS = ("sobol", "morris", "tornado")
_BASE = {"sobol": 1024, "morris": 40, "tornado": 5}
_REPLICATIONS = {"sobol": 64, "morris": 400, "tornado": 4000}
_MATTERS = 0.05
_COMMON_LUCK = "All points are played on the same luck, so that differences between them are parameters and not luck."
_SHARED_LUCK = (
    "Worlds that are compared with each other share their luck; the {groups} have luck of their own, so that the "
    "intervals hold the error of the worlds and of the luck."
)


def sensitivity(
    scenario: Scenario | str | Path,
    factors: Factors | None = None,
    method: str = "sobol",
    base: int | None = None,
    *,
    bidder: str | None = None,
    replications: int | None = None,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """Which parameters matter for a bidder's chance and for the host's value, and how much is luck.

    ``method``: ``sobol`` (indices with intervals), ``morris`` (a cheap screening) or ``tornado`` (one parameter at a
    time).  ``base``: base points (1,024), trajectories (40) or levels of each parameter (5).

    Raises:
        ModuleNotFoundError: if SALib is not installed (not for ``tornado``).
    """
    scenario = scenario_of(scenario)
    if method not in METHODS:
        text = f"there is no method '{method}': expected one of {', '.join(METHODS)}{nearest(method, METHODS)}"
        raise AnswerError(scenario.name, text)
    contest = Contest.of(scenario, bidder=bidder)
    chosen = factors_of(scenario, factors)
    if method != "tornado" and find_spec("SALib") is None:  # told before hours are played, not after
        raise ModuleNotFoundError("sensitivity analysis needs SALib: pip install 'minegame[analysis]'", name="SALib")
    count, n = base or _BASE[method], replications or _REPLICATIONS[method]
    if count < 2 or n < 2:
        raise AnswerError(scenario.name, "needs at least 2 base points and at least 2 replications")
    ask = {"sobol": _sobol, "morris": _morris, "tornado": _tornado}[method]
    sentences, tables, pictures, own_limits = ask(scenario, chosen, contest, count, n, seed, confidence, progress)
    return Answer(
        name="sensitivity",
        question=f"Which parameters decide whether {contest.label} wins, and how much is luck?",
        sentences=tuple(sentences),
        tables=tables,
        pictures=pictures,
        settings=settings_of(
            scenario, bidder=contest.bidder, factors=spelled(chosen), method=method, base=count, replications=n,
            seed=seed, confidence=confidence,
        ),
        command=command_line(
            "sensitivity", scenario,
            {
                **typed_factors(factors), "method": method, "base": count, "bidder": bidder, "replications": n,
                "seed": seed, "confidence": confidence,
            },
        ),
        limits=limits_of(scenario, *own_limits, ranges_limit(chosen)),
        scenario=scenario,
    )  # fmt: skip


_Parts = tuple[list[str], dict[str, "pd.DataFrame"], dict[str, Any], list[str]]


def _sobol(
    scenario: Scenario, factors: Sequence[Factor], contest: Contest, base: int, n: int, seed: int, confidence: float,
    progress: Progress | None,
) -> _Parts:  # fmt: skip
    design = indices.design(factors, base, seed)
    expect(progress, len(design) * n)
    places = [by_bidder("wins_any", contest.place), general("host_value")]
    luck = indices.lots(design)
    sums = played(scenario, design.table, places, seed=seed, replications=n, luck=luck, progress=progress)[:, 0]
    won, worth = (sums[:, m, 1] / n for m in range(2))
    found = indices.estimate(design, won, confidence=confidence, seed=seed)
    value = indices.estimate(design, worth, confidence=confidence, seed=seed)
    drawn = sums[:: len(factors) + 2]  # the first of every base point's worlds: independent draws of the parameters
    split = {
        text: indices.luck(drawn[:, m, 1], drawn[:, m, 2], n, confidence)
        for m, text in ((0, f"{contest.label} wins"), (1, "host's value"))
    }
    outcome = f"P({contest.label} wins)"

    def winning_bars() -> Axes:
        drawn = words.all_drawn(scenario, found.table)
        return plots.sobol_bars(drawn, outcome=outcome, base=base, replications=n, confidence=confidence)

    def value_bars() -> Axes:
        drawn, worth = words.all_drawn(scenario, value.table), "the host's value"
        return plots.sobol_bars(drawn, outcome=worth, base=base, replications=n, confidence=confidence)

    return (
        _sobol_said(found, split[f"{contest.label} wins"], scenario, contest, n, won[:: len(factors) + 2], confidence),
        {
            f"What moves {outcome}": _indices_table(found),
            "What moves the host's value": _indices_table(value),
            "Parameters and luck": _luck_table(split),
        },
        {f"What moves {outcome}": winning_bars, "What moves the host's value": value_bars},
        [
            "An index is a share of the variance over these ranges, not a direction, and not an effect at the "
            "scenario's own values (see minegame analyse tipping).",
            f"{_SHARED_LUCK.format(groups='base points')} Each probability is read off {n} negotiations, whose "
            "rounding counts as interaction: a factor without any effect keeps a total index a little above nil.",
        ],
    )


def _indices_table(found: indices.Indices) -> pd.DataFrame:
    table = found.table
    return (
        table[["factor"]]
        .rename(columns={"factor": "parameter"})
        .assign(
            **with_interval("total index", table["total"], table["total_low"], table["total_high"]),
            **with_interval("first-order index", table["first"], table["first_low"], table["first_high"]),
        )
    )


def _luck_table(split: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "outcome of one negotiation": name,
                **with_interval(
                    "parameters, %", found["parameters"], found["parameters_low"], found["parameters_high"], 100.0
                ),
                "luck, %": 100 * found["luck"],
            }
            for name, found in split.items()
        ]
    )


def _sobol_said(
    found: indices.Indices, split: Mapping[str, float], scenario: Scenario, contest: Contest, n: int, won: np.ndarray,
    confidence: float,
) -> list[str]:  # fmt: skip
    table = found.table
    if not np.isfinite(table["total"]).all():
        return [f"{contest.label} wins equally often in every world: nothing matters in these ranges."]
    named = [
        f"{words.parameter(scenario, str(row['factor']))} "
        f"{words.number(row['total'], row['total_low'], row['total_high'])}"
        for _, row in table.head(3).iterrows()
    ]
    matter = table[table["total_low"] > _MATTERS]
    favourite = (won > 0.5).astype(float)
    low, high = intervals.wilson(favourite.sum(), len(favourite), confidence)
    return [
        f"Over these ranges {words.possessive(contest.label)} chance is moved most by {words.listed(named)} (total "
        f"Sobol' index: the part of the variance that would stay if all else were known; {found.base:,} base points, "
        f"{found.base * (len(table) + 2):,} worlds of n = {n} negotiations).",
        f"In a world drawn at random, "
        f"{words.percent(split['parameters'], split['parameters_low'], split['parameters_high'])} "
        f"of the variance of who wins is due to the parameters, the rest to luck.",
        f"{len(matter)} of {len(table)} parameters surely carry more than {100 * _MATTERS:g} % of the variance of "
        f"P({contest.label} wins); {words.percent(*np.clip(found.interactions, 0.0, 1.0))} of it lies in interactions.",
        f"{contest.label} wins more than half of the negotiations in "
        f"{words.percent(float(favourite.mean()), float(low), float(high))} of {len(favourite):,} worlds.",
    ]


def _morris(
    scenario: Scenario, factors: Sequence[Factor], contest: Contest, base: int, n: int, seed: int, confidence: float,
    progress: Progress | None,
) -> _Parts:  # fmt: skip
    design = indices.screening(factors, base, seed=seed)
    expect(progress, len(design) * n)
    place, luck = by_bidder("wins_any", contest.place), indices.lots(design)
    sums = played(scenario, design.table, [place], seed=seed, replications=n, luck=luck, progress=progress)[:, 0, 0]
    found = indices.screen(design, sums[:, 1] / n, confidence=confidence)
    table = (
        found[["factor"]]
        .rename(columns={"factor": "parameter"})
        .assign(
            **with_interval("strength, points", found["strength"], found["low"], found["high"], 100.0),
            **{"effect, points": 100 * found["effect"], "unevenness, points": 100 * found["unevenness"]},
        )
    )
    first = found.iloc[0]
    weak = found[found["strength"] < 0.1 * first["strength"]]["factor"].tolist()

    def bars() -> Axes:
        shown = words.all_drawn(scenario, found.head(15))
        return plots.bars(
            shown["factor"].tolist(), *(100 * shown[c].to_numpy(float) for c in ("strength", "low", "high")),
            label=f"mean size of the effect on P({contest.label} wins), percentage points for the whole range\n"
            f"{confidence:.0%} intervals; {base} trajectories, n = {n:,} negotiations a point",
        )  # fmt: skip

    sentences = [
        f"{words.upper(words.parameter(scenario, str(first['factor'])))} moves {words.possessive(contest.label)} "
        f"chance most: {words.points(first['strength'], first['low'], first['high'])} for its whole range, on average "
        f"over {base} trajectories (n = {n:,} negotiations at each of {len(design):,} points).",
        f"{len(weak)} of {len(found)} parameters move it by less than a tenth of that"
        + (f" and can be left alone: {words.few(weak)}." if weak else "."),
    ]
    return (
        sentences,
        {f"Screening of P({contest.label} wins)": table},
        {f"Screening of P({contest.label} wins)": bars},
        [
            "A screening says which parameters can be left alone, not what share of the variance each carries (method "
            "sobol does). Sampling error counts as strength, so that a parameter without effect keeps a little.",
            _SHARED_LUCK.format(groups="trajectories"),
        ],
    )


def _tornado(
    scenario: Scenario, factors: Sequence[Factor], contest: Contest, levels: int, n: int, seed: int, confidence: float,
    progress: Progress | None,
) -> _Parts:  # fmt: skip
    points = designs.one_at_a_time(factors, scenario, levels)
    expect(progress, len(points) * n)
    place = by_bidder("wins_any", contest.place)
    sums = played(scenario, points, [place], seed=seed, replications=n, progress=progress)[:, 0, 0]
    won = sums[:, 1] / n
    found = indices.swings(points, won, np.sqrt(np.maximum(won * (1 - won), 1 / n) / n), confidence)
    ends = [f"{end}_{side}" for end in ("least", "most") for side in ("low", "high")]
    found[ends] = found[ends].clip(0.0, 1.0)
    outcome = f"P({contest.label} wins)"
    table = (
        found[["factor"]]
        .rename(columns={"factor": "parameter"})
        .assign(
            **with_interval("least, %", found["least"], found["least_low"], found["least_high"], 100.0),
            **{"at the value": found["at_least"]},
            **with_interval("most, %", found["most"], found["most_low"], found["most_high"], 100.0),
            **{"at value": found["at_most"], "swing, points": 100 * found["swing"]},
        )
    )

    def picture() -> Axes:
        return plots.tornado(words.all_drawn(scenario, found), outcome=outcome, replications=n, confidence=confidence)

    first = found.iloc[0]
    turns = found[(found["least"] < 0.5) & (found["most"] > 0.5)]["factor"].tolist()
    sentences = [
        f"Alone, {words.parameter(scenario, str(first['factor']))} moves {words.possessive(contest.label)} chance "
        f"most: from {words.percent(first['least'], first['least_low'], first['least_high'])} to "
        f"{words.percent(first['most'], first['most_low'], first['most_high'])}, where the scenario's own values give "
        f"{words.percent(first['rest'])} (n = {n:,} negotiations a point).",
        f"{len(turns)} of {len(found)} parameters alone can move it across one half"
        + (f": {words.few(turns)}." if turns else "."),
    ]
    return (
        sentences,
        {f"One parameter at a time: {outcome}": table},
        {f"One parameter at a time: {outcome}": picture},
        [
            "One parameter moves at a time around the scenario's own values, so that interactions are not seen.",
            _COMMON_LUCK,
        ],
    )
