"""What a percentage point of win probability costs by each lever."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import plots, runner
from minegame.analysis import lever_prices as estimates
from minegame.answers import words
from minegame.answers.answer import Answer, AnswerError
from minegame.answers.inputs import (
    Contest,
    Progress,
    command_line,
    expect,
    limits_of,
    scenario_of,
    settings_of,
)
from minegame.answers.words import with_interval
from minegame.ensemble import by_bidder, by_patron
from minegame.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def lever_prices(
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
    policies = estimates.margins(scenario, contest.patron, step)
    expect(progress, replications * len(policies))
    number = scenario.patron_names.index(contest.patron)
    places = [by_bidder("wins_any", contest.place), by_patron("points_used", number)]
    samples = runner.samples(scenario.games(list(policies.values())), seed, replications, places, progress=progress)
    changes = samples - samples[:, :1]
    levers = [name for name in policies if name != "as it is"]
    gains = {lever: changes[:, n, 0] for n, lever in enumerate(levers, start=1)}
    costs = {lever: changes[:, n, 1] for n, lever in enumerate(levers, start=1)}
    value = float(scenario.patrons[contest.patron].point_value)
    table = estimates.prices(gains, costs, value, confidence)

    def bars() -> Axes:
        return plots.bars(
            table["lever"].tolist(), *(100 * table[f"gain{end}"].to_numpy(float) for end in ("", "_low", "_high")),
            label=f"P({contest.label} wins), percentage points for one lever point more, {confidence:.0%} intervals\n"
            f"right: M$ for a percentage point, at {value:g} M$ a lever point; n = {replications:,} negotiations each",
            notes=[_price(row) for _, row in table.iterrows()],
        )  # fmt: skip

    return Answer(
        name="lever_prices",
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
            "lever_prices", scenario,
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
