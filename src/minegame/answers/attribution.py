"""Which lever did it: Shapley values of levers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from minegame import design as designs
from minegame import plots, runner
from minegame.analysis import attribution as shapley
from minegame.answers import words
from minegame.answers.answer import Answer
from minegame.answers.inputs import (
    Contest,
    Factors,
    Progress,
    command_line,
    expect,
    factors_of,
    limits_of,
    ranges_limit,
    records,
    scenario_of,
    settings_of,
    spelled,
    typed_factors,
)
from minegame.answers.words import with_interval
from minegame.design import Factor
from minegame.ensemble import by_bidder, general
from minegame.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def attribution(
    scenario: Scenario | str | Path,
    patron: str | None = None,
    bidder: str | None = None,
    levers: Sequence[str] | None = None,
    worlds: int = 0,
    factors: Factors | None = None,
    *,
    replications: int = 20_000,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """Which lever did it: exact Shapley values of P(win), and of the host's value, over all packages of levers.

    By default the active levers of the first patron that uses any, and its first bidder.  With ``worlds``, how far that
    holds in so many worlds drawn from the ranges of ``factors`` (by default those of the wide experiment).
    """
    scenario = scenario_of(scenario)
    contest = Contest.of(scenario, patron, bidder, levers)
    chosen = factors_of(scenario, factors) if worlds else ()
    games = shapley.design(scenario, contest.patron, contest.levers)[0]
    expect(progress, (replications + worlds * _IN_A_WORLD) * len(games))
    places = [by_bidder("wins_any", contest.place), general("host_value")]
    samples = runner.samples(games, seed, replications, places, progress=progress)
    won = shapley.estimate(samples[..., 0], contest.levers, confidence)
    worth = shapley.estimate(samples[..., 1], contest.levers, confidence)
    outcome = f"P({contest.label} wins)"
    elsewhere = _elsewhere(contest, chosen, worlds, seed, confidence, progress) if worlds else None

    def winning_bars() -> Axes:
        return plots.shapley_bars(won.levers, outcome=outcome, replications=replications, confidence=confidence)

    def value_bars() -> Axes:
        return plots.shapley_bars(
            worth.levers, outcome="the host's value", replications=replications, scale=1.0, unit="M$",
            confidence=confidence,
        )  # fmt: skip

    return Answer(
        name="attribution",
        question=f"Which of {words.possessive(contest.patron_label)} levers won it for {contest.label}?",
        sentences=(*_attribution_said(won, worth, contest), *_elsewhere_said(elsewhere, contest, worlds)),
        tables={
            f"What each lever adds to {outcome}": _levers(won, "points", 100.0),
            "What each lever adds to the host's value": _levers(worth, "M$", 1.0),
            "What two levers do together": _pairs(won, worth),
            "Every package": _packages(won, worth, contest),
            **({} if elsewhere is None else {"In other worlds": _elsewhere_table(elsewhere)}),
        },
        pictures={f"Levers and {outcome}": winning_bars, "Levers and the host's value": value_bars},
        settings=settings_of(
            scenario, patron=contest.patron, bidder=contest.bidder, levers=list(contest.levers), worlds=worlds,
            factors=spelled(chosen), replications=replications, seed=seed, confidence=confidence,
        ),
        command=command_line(
            "attribution", scenario,
            {
                "patron": patron, "bidder": bidder, "lever": list(levers) if levers else None,
                "worlds": worlds or None, **typed_factors(factors),
                "replications": replications, "seed": seed, "confidence": confidence,
            },
        ),
        limits=limits_of(
            scenario,
            "A Shapley value divides the effect of the whole package among its levers by their average contribution "
            "over all orders; levers that need each other share what they do together. It is not what would be lost "
            "without the lever: that is the column 'added last'.",
            "Levers are at full strength or absent, at the months that the scenario gives them, and nobody answers.",
            *([ranges_limit(chosen)] if worlds else []),
        ),
        scenario=scenario,
    )  # fmt: skip


_IN_A_WORLD = 400  # negotiations under every package
_A_CHANCE = 0.1  # worlds in which the bidder wins less often, whatever is tried, do not tell levers apart


def _elsewhere(
    contest: Contest, factors: Sequence[Factor], worlds: int, seed: int, confidence: float, progress: Progress | None
) -> pd.DataFrame:
    """Shapley values of P(win) in worlds drawn from the ranges, each played on luck of its own."""
    values, errors, kept = [], [], []
    for world, point in enumerate(records(designs.latin_hypercube(factors, worlds, seed))):
        games = shapley.design(contest.scenario.at(point), contest.patron, contest.levers)[0]
        won = runner.samples(
            games, seed, _IN_A_WORLD, [by_bidder("wins_any", contest.place)], first=(world + 1) * _IN_A_WORLD,
            progress=progress,
        )[..., 0]  # fmt: skip
        found = shapley.estimate(won, contest.levers, confidence).levers.set_index("lever").loc[list(contest.levers)]
        values.append(found["estimate"].to_numpy(float))
        errors.append(found["standard_error"].to_numpy(float))
        kept.append(won[:, -1].mean() >= _A_CHANCE)
    return shapley.over_worlds(np.array(values), np.array(errors), contest.levers, np.array(kept), confidence)


def _elsewhere_table(found: pd.DataFrame) -> pd.DataFrame:
    shares = {"no lever adds more, % of worlds": "first", "surely helps, %": "helps", "surely harms, %": "harms"}
    ends = {"5 % of worlds below": "low", "median, points": "median", "5 % above": "high"}
    return found[["lever"]].assign(**{text: 100 * found[name] for text, name in {**ends, **shares}.items()})


def _elsewhere_said(found: pd.DataFrame | None, contest: Contest, worlds: int) -> list[str]:
    if found is None:
        return []
    count = int(found["worlds"].iloc[0])
    if not count:
        return [f"In none of {worlds:,} other worlds does {contest.label} win one time in ten under the whole package."]
    told = [
        f"{row['lever']} adds most in {100 * row['first']:.0f} %, surely helps in {100 * row['helps']:.0f} % and "
        f"surely harms in {100 * row['harms']:.0f} %"
        for _, row in found.sort_values("first", ascending=False).iterrows()
    ]
    return [
        f"In {count:,} of {worlds:,} other worlds {contest.label} wins at least one time in ten under the whole "
        f"package; of these, {words.listed(told)} (n = {_IN_A_WORLD} negotiations under every package of a world)."
    ]


def _levers(found: shapley.Attribution, unit: str, scale: float) -> pd.DataFrame:
    table = found.levers
    return table[["lever"]].assign(
        **with_interval(f"Shapley value, {unit}", table["estimate"], table["low"], table["high"], scale),
        **with_interval("part of the whole, %", table["share"], table["share_low"], table["share_high"], 100.0),
        **with_interval(f"alone, {unit}", *words.bounded(table, "first_in"), scale=scale),
        **with_interval(f"added last, {unit}", *words.bounded(table, "last_in"), scale=scale),
    )


def _pairs(won: shapley.Attribution, worth: shapley.Attribution) -> pd.DataFrame:
    one, other = won.pairs, worth.pairs
    return one[["first", "second"]].assign(
        **with_interval("interaction in winning, points", one["estimate"], one["low"], one["high"], 100.0),
        **with_interval("in the host's value, M$", other["estimate"], other["low"], other["high"]),
    )


def _packages(won: shapley.Attribution, worth: shapley.Attribution, contest: Contest) -> pd.DataFrame:
    one, other = won.dividends, worth.dividends
    return one[["coalition"]].rename(columns={"coalition": "package"}).assign(
        **with_interval(f"{contest.label} wins, %", one["worth"], one["worth_low"], one["worth_high"], 100.0),
        **with_interval("beyond its parts, points", one["estimate"], one["low"], one["high"], 100.0),
        **with_interval("host's value, M$", other["worth"], other["worth_low"], other["worth_high"]),
    )  # fmt: skip


def _attribution_said(won: shapley.Attribution, worth: shapley.Attribution, contest: Contest) -> list[str]:
    total, levers = won.total, won.levers.sort_values("estimate", ascending=False)
    first = levers.iloc[0]
    said = [
        f"Together the levers {words.listed(contest.levers)} change {words.possessive(contest.label)} chance of "
        f"winning by {words.points(total['estimate'], total['low'], total['high'])} (n = {won.replications:,} "
        f"negotiations under each of {len(won.dividends)} packages, on the same luck).",
        f"Most of it is due to {first['lever']}: {words.points(first['estimate'], first['low'], first['high'])}"
        f"{_part(first)}; then come "
        + words.listed(
            f"{row['lever']} {words.points(row['estimate'], row['low'], row['high'])}"
            for _, row in levers.iloc[1:].iterrows()
        )
        + "."
        if len(levers) > 1
        else f"There is but one lever: {first['lever']}.",
    ]
    value = worth.levers.sort_values("estimate", ascending=False)
    parts = [
        f"{row['lever']} {words.money(row['estimate'], row['low'], row['high'], signed=True)}"
        for _, row in value.iterrows()
    ]
    whole = words.money(worth.total["estimate"], worth.total["low"], worth.total["high"], signed=True)
    said.append(f"To the host the package is worth {whole}: {words.listed(parts)}.")
    clear = won.pairs[(won.pairs["low"] > 0) | (won.pairs["high"] < 0)]
    if len(clear):
        pair = clear.iloc[int(clear["estimate"].abs().to_numpy().argmax())]
        how = "more together than apart" if pair["estimate"] > 0 else "less together than apart"
        said.append(
            f"The strongest interaction: {pair['first']} and {pair['second']} do {how}, "
            f"{words.points(pair['estimate'], pair['low'], pair['high'])}."
        )
    return said


def _part(row: pd.Series) -> str:
    share = (row["share"], row["share_low"], row["share_high"])
    return f", {words.percent(*share)} of the whole" if np.isfinite(share).all() else ""
