"""What would have to be different: tipping points, the line where a probability is one half, the price of a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import experiment, plots, sampling
from minegame.analysis import intervals
from minegame.analysis import tipping as search
from minegame.answers import words
from minegame.answers.answer import Answer, AnswerError
from minegame.answers.setting import (
    Contest,
    Factors,
    Progress,
    command_line,
    expect,
    factors_of,
    limits_of,
    scenario_of,
    settings_of,
    spelled,
    typed_factors,
)
from minegame.answers.words import with_interval
from minegame.design import Changes, Factor
from minegame.ensemble import by_bidder, by_patron
from minegame.scenario import Scenario, in_words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MOST_FACTORS = 12
_POINTS_EACH = 40  # that a search asks for, at most about


# -------------------------------------------------------------------------------------------------------------- tipping


def tipping(
    scenario: Scenario | str | Path,
    factors: Factors | None = None,
    bidder: str | None = None,
    rival: str | None = None,
    *,
    replications: int = 20_000,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """The smallest change of one parameter that makes another bidder the favourite.

    ``factors``: parameters and the ranges searched; by default those of the wide experiment whose values were
    calibrated or cannot be learnt from the case.  The lead is that of ``bidder`` over ``rival``, or over the best of
    all others.
    """
    scenario = scenario_of(scenario)
    contest = Contest.of(scenario, bidder=bidder)
    others = [name for name in scenario.bidder_names if name != contest.bidder]
    against = others if others and rival is None else [contest.rival(rival, seed)]
    chosen = [_reaching(scenario, f) for f in _decisive(scenario, factors)]
    expect(progress, replications * _POINTS_EACH * len(chosen))
    found = [
        search.estimate(
            _lead(scenario, factor.path, contest, against, seed, replications, progress),
            factor,
            float(scenario.value(factor.path)),
            confidence=confidence,
        )
        for factor in chosen
    ]
    table = search.nearest(found)
    label = scenario.bidders[against[0]].label if len(against) == 1 else "the best of the others"

    def ranges() -> Axes:
        drawn = words.all_drawn(scenario, _drawn(table, chosen))
        return plots.tipping_points(drawn, first=contest.label, second=label, replications=replications)

    return Answer(
        name="tipping",
        question=f"What is the smallest change of one parameter that makes another than {contest.label} the favourite, "
        "or it the favourite?",
        sentences=tuple(_tipping_said(table, found, scenario, contest, label, replications)),
        tables={"Tipping points": _tipping_table(table, chosen), "Every point asked": _asked(found)},
        pictures={"Tipping points": ranges},
        settings=settings_of(
            scenario, bidder=contest.bidder, rivals=against, factors=spelled(chosen), replications=replications,
            seed=seed, confidence=confidence,
        ),
        command=command_line(
            "tipping", scenario,
            {
                **typed_factors(factors), "bidder": bidder, "rival": rival, "replications": replications, "seed": seed,
                "confidence": confidence,
            },
        ),
        limits=limits_of(
            scenario,
            "One parameter moves at a time, all others stay where the scenario has them; two small changes together "
            "may turn what neither turns alone (see minegame analyse threshold).",
            "A lead that turns and turns back between two neighbouring points of the first grid is not seen. The range "
            "of each parameter is a judgement.",
        ),
        scenario=scenario,
    )  # fmt: skip


def _decisive(scenario: Scenario, given: Factors | None) -> list[Factor]:
    """The factors to search: those given, else the wide ones that were tuned or cannot be learnt."""
    everything = [f for f in factors_of(scenario, given) if f.is_range]
    if given is not None:
        if not everything:
            raise AnswerError(scenario.name, "a tipping point is looked for in a range, not among levels")
        return everything
    standing = {p.path: p.status for p in scenario.parameters()}
    marked = [f for f in everything if standing.get(f.path) in ("calibrated", "swept")]
    return (marked if len(marked) >= 3 else everything)[:_MOST_FACTORS]


def _reaching(scenario: Scenario, factor: Factor) -> Factor:
    """The factor with a range that reaches the scenario's own value."""
    from dataclasses import replace

    value = float(scenario.value(factor.path))
    low, high = min(factor.low, value), max(factor.high, value)
    scale = "linear" if low <= 0 else factor.scale
    return replace(factor, low=low, high=high, scale=scale)


def _lead(
    scenario: Scenario, path: str, contest: Contest, against: Sequence[str], seed: int, n: int,
    progress: Progress | None,
) -> search.Answer:  # fmt: skip
    """P(the bidder wins) - P(the best of the others wins) at values of a parameter, all on the same luck."""
    own = by_bidder("wins_any", contest.place)
    others = [by_bidder("wins_any", scenario.bidder_names.index(name)) for name in against]

    def answer(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        won = _shares(scenario, [{path: _whole(scenario, path, v)} for v in values], seed, n, progress)
        best, mine = won[:, others].max(axis=1), won[:, own]
        lead = mine - best
        # exact where not both can win; where they can (split lots), on the safe side
        return lead, np.sqrt(np.maximum(mine + best - lead**2, 1.0 / n) / n)

    return answer


def _whole(scenario: Scenario, path: str, value: float) -> float | int:
    return round(float(value)) if isinstance(scenario.value(path), int) else float(value)


def _shares(scenario: Scenario, points: Sequence[Changes], seed: int, n: int, progress: Progress | None) -> np.ndarray:
    """The means of all measures at points, shape (points, MEASURES)."""
    games = scenario.games(points).reshape(-1, 1)
    return np.asarray(experiment.tally(games, seed, n, progress=progress).sums[:, 0, :, 1] / n)


def _tipping_table(table: pd.DataFrame, factors: Sequence[Factor]) -> pd.DataFrame:
    import pandas as pd

    ranges = {f.path: (f.low, f.high) for f in factors}
    return pd.DataFrame(
        {
            "parameter": table["factor"],
            "value": table["base"],
            **with_interval("tips at", table["crossing"], table["low"], table["high"]),
            "change, %": 100 * table["relative_change"],
            "part of the range, %": 100 * table["part_of_range"],
            "searched from": [ranges[path][0] for path in table["factor"]],
            "searched to": [ranges[path][1] for path in table["factor"]],
        }
    )


def _asked(found: Sequence[search.Tipping]) -> pd.DataFrame:
    import pandas as pd

    tables = [
        pd.DataFrame(
            {
                "parameter": one.factor.path,
                "value": one.asked["value"],
                "lead, points": 100 * one.asked["estimate"],
                "standard error, points": 100 * one.asked["standard_error"],
            }
        )
        for one in found
    ]
    return pd.concat(tables, ignore_index=True)


def _drawn(table: pd.DataFrame, factors: Sequence[Factor]) -> pd.DataFrame:
    known = {f.path: f for f in factors}
    chosen = [known[path] for path in table["factor"]]
    return table.assign(
        start=[f.low for f in chosen], end=[f.high for f in chosen], is_log=[f.scale == "log" for f in chosen]
    )


def _tipping_said(
    table: pd.DataFrame, found: Sequence[search.Tipping], scenario: Scenario, contest: Contest, rival: str, n: int
) -> list[str]:
    one = found[0]
    half = intervals.deviate(one.confidence) * one.margin_error
    lead = words.points(one.margin, one.margin - half, one.margin + half)
    favourite = contest.label if one.margin > 0 else rival
    whose = "its" if one.margin > 0 else words.possessive(contest.label)
    said = [
        f"With the scenario's values {favourite} is {'' if one.is_sure_favourite else 'hardly '}the favourite: "
        f"{whose} lead over {rival if one.margin > 0 else 'it'} is {lead} (n = {n:,} negotiations at every point)."
    ]
    tips = table[table["crossing"].notna()]
    if not len(tips):
        return [*said, f"No parameter of the {len(table)} searched turns that within its range."]
    first = tips.iloc[0]
    said.append(
        "The smallest change that makes another the favourite, as a part of the range searched: "
        f"{words.parameter(scenario, str(first['factor']))} from {words.plain(first['base'])} to "
        f"{words.number(first['crossing'], first['low'], first['high'])}."
    )
    rest = [f"{row['factor']} at {words.plain(row['crossing'])}" for _, row in tips.iloc[1:].iterrows()]
    if rest:
        said.append(f"Each of these alone would do as well, the nearest first: {words.few(rest)}.")
    idle = table[table["crossing"].isna()]["factor"].tolist()
    if idle:
        said.append(f"Within their ranges these turn nothing alone: {words.few(idle)}.")
    return said


# ------------------------------------------------------------------------------------------------------------ threshold


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
            {f.path: _whole(scenario, f.path, v) for f, v in zip((first, second), p, strict=True)} for p in points
        ]
        p = _shares(scenario, changes, seed, replications, progress)[:, place]
        return p, np.sqrt(np.maximum(p * (1 - p), 1.0 / replications) / replications)

    found = search.threshold(answer, first, second, level=level, confidence=confidence)
    own = _shares(scenario, [{}], seed, replications, None)[0, place]
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
    return _reaching(scenario, found)


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


# --------------------------------------------------------------------------------------------------------------- prices


def prices(
    scenario: Scenario | str | Path,
    patron: str | None = None,
    bidder: str | None = None,
    *,
    step: float = 0.25,
    replications: int = 20_000,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """What a percentage point of win probability costs a patron by each of its levers, at the margin.

    Each lever is made ``step`` weaker than in the scenario (or stronger, where it is weaker than that), on the same
    luck.
    """
    scenario = scenario_of(scenario)
    contest = Contest.of(scenario, patron, bidder)
    if not 0 < step <= 1:
        raise AnswerError(scenario.name, f"the step must lie above 0 and at 1 at most, not {step}")
    policies = search.margins(scenario, contest.patron, step)
    expect(progress, replications * len(policies))
    number = scenario.patron_names.index(contest.patron)
    places = [by_bidder("wins_any", contest.place), by_patron("points_used", number)]
    samples = sampling.samples(scenario.games(list(policies.values())), seed, replications, places, progress=progress)
    changes = samples - samples[:, :1]
    levers = [name for name in policies if name != "as it is"]
    gains = {lever: changes[:, n, 0] for n, lever in enumerate(levers, start=1)}
    costs = {lever: changes[:, n, 1] for n, lever in enumerate(levers, start=1)}
    value = float(scenario.patrons[contest.patron].point_value)
    table = search.prices(gains, costs, value, confidence)

    def bars() -> Axes:
        return plots.bars(
            table["lever"].tolist(), *(100 * table[f"gain{end}"].to_numpy(float) for end in ("", "_low", "_high")),
            label=f"P({contest.label} wins), percentage points for one lever point more, {confidence:.0%} intervals\n"
            f"right: M$ for a percentage point, at {value:g} M$ a lever point; n = {replications:,} negotiations each",
            notes=[_price(row) for _, row in table.iterrows()],
        )  # fmt: skip

    return Answer(
        name="prices",
        question=f"What does a percentage point of {words.possessive(contest.label)} chance cost "
        f"{contest.patron_label} by "
        "each lever?",
        sentences=tuple(_prices_said(table, contest, value, replications)),
        tables={"The price of a percentage point": _prices_table(table, scenario, contest)},
        pictures={"What a lever point buys": bars},
        settings=settings_of(
            scenario, patron=contest.patron, bidder=contest.bidder, step=step, replications=replications, seed=seed,
            confidence=confidence,
        ),
        command=command_line(
            "prices", scenario,
            {
                "patron": patron, "bidder": bidder, "step": step, "replications": replications, "seed": seed,
                "confidence": confidence,
            },
        ),
        limits=limits_of(
            scenario,
            f"A price at the margin, {step:g} of a lever's full strength around what the scenario plays; the first "
            "part of a lever may buy more, or less.",
            f"A lever point is worth {value:g} M$ to {contest.patron_label} by assumption, and prices scale with it; "
            "what a lever does besides (threats carried out, relations spoilt) is not in the price.",
        ),
        scenario=scenario,
    )  # fmt: skip


def _price(row: Mapping[str, Any] | pd.Series) -> str:
    if not np.isfinite(row["price"]):
        return "no effect seen"
    bounded = np.isfinite(row["price_low"]) and np.isfinite(row["price_high"])
    ends = (row["price_low"], row["price_high"]) if bounded else (None, None)
    return words.money(row["price"], *ends) + ("" if bounded else " (may have no effect)")


def _prices_table(table: pd.DataFrame, scenario: Scenario, contest: Contest) -> pd.DataFrame:
    now = [float(scenario.value(f"patrons.{contest.patron}.levers.{lever}.intensity")) for lever in table["lever"]]
    return table[["lever"]].assign(
        **{"intensity now": now},
        **with_interval("gain for a lever point, points", *words.bounded(table, "gain"), scale=100.0),
        **with_interval("price of a percentage point, M$", *words.bounded(table, "price")),
        negotiations=table["replications"],
    )


def _prices_said(table: pd.DataFrame, contest: Contest, value: float, n: int) -> list[str]:
    sure = table[(table["gain_low"] > 0) & (table["price"] > 0)]
    if not len(sure):
        return [
            f"No lever of {contest.patron_label} surely buys {contest.label} a higher chance at the margin "
            f"(n = {n:,} negotiations for each lever)."
        ]
    cheapest = sure.iloc[0]
    said = [
        f"At the margin {cheapest['lever']} is the cheapest way to a higher chance for {contest.label}: "
        f"{_price(cheapest)} for a percentage point (n = {n:,} negotiations for each lever, on the same luck)."
    ]
    others = [f"{row['lever']} {_price(row)}" for _, row in sure.iloc[1:].iterrows()]
    said.append(
        f"The others that surely work: {words.listed(others)}."
        if others
        else "No other lever surely works at the margin."
    )
    unsure = [str(lever) for lever in table["lever"] if lever not in set(sure["lever"])]
    if unsure:
        said.append(f"Not surely of any help at the margin: {words.listed(unsure)}.")
    said.append(f"A lever point (a lever pressed hard for a month) is reckoned at {value:g} M$.")
    return said
