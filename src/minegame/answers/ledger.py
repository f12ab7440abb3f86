"""Which term of the host's account carried the difference between two bidders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from minegame import plots, runner
from minegame.analysis import ledger as estimates
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
from minegame.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def ledger(
    scenario: Scenario | str | Path,
    first: str | None = None,
    second: str | None = None,
    *,
    replications: int = 20_000,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """Which term of the host's utility carried the difference between two bidders in the month of the decision.

    By default the bidder of the first patron that uses a lever against its strongest rival.
    """
    scenario = scenario_of(scenario)
    contest = Contest.of(scenario, bidder=first)
    rival = contest.rival(second, seed)
    expect(progress, replications)
    entries = runner.ledgers(scenario.game(), seed, replications, progress=progress)
    names = scenario.bidder_names
    one, other = entries[:, contest.place], entries[:, names.index(rival)]
    both = (np.isfinite(one).all(axis=1) & np.isfinite(other).all(axis=1)).sum()
    if both < 2:
        text = f"{contest.bidder} and {rival} never both bid for everything in the month of the decision"
        raise AnswerError(scenario.name, f"{text}: there are no ledgers to compare")
    table = estimates.ledger_difference(one, other, confidence=confidence)
    a, b = contest.label, scenario.bidders[rival].label

    def bars() -> Axes:
        return plots.ledger_bars(table, first=a, second=b, confidence=confidence)

    return Answer(
        name="ledger",
        question=f"Which terms of the host's account spoke for {a}, and which for {b}?",
        sentences=tuple(_ledger_said(table, a, b, replications)),
        tables={"The host's account, month of the decision": _account(table, a, b)},
        pictures={"The host's account": bars},
        settings=settings_of(
            scenario, first=contest.bidder, second=rival, replications=replications, seed=seed, confidence=confidence
        ),
        command=command_line(
            "ledger", scenario,
            {"first": first, "second": second, "replications": replications, "seed": seed, "confidence": confidence},
        ),
        limits=limits_of(
            scenario,
            "An account of what the host weighs when it decides, offer against offer; it does not say what the offers "
            "would have been without a lever (see minegame analyse attribution).",
            f"Only negotiations in which both bid for everything in the month of the decision are read ({both:,} of "
            f"{replications:,}).",
        ),
        scenario=scenario,
    )  # fmt: skip


def _account(table: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "term": table["term"].str.replace("_", " "),
            f"{first}, M$": table["first"],
            f"{second}, M$": table["second"],
            **with_interval("difference, M$", table["difference"], table["low"], table["high"]),
            "part of the total, %": 100 * table["share"],
        }
    )


def _ledger_said(table: pd.DataFrame, first: str, second: str, replications: int) -> list[str]:
    total, terms = table.iloc[-1], table.iloc[:-1]
    margin = (total["difference"], total["low"], total["high"])
    sure = total["low"] > 0 or total["high"] < 0
    prefers = f"prefers {first if margin[0] > 0 else second}" if sure else "has no clear preference"
    spoke_for, against = terms[terms["low"] > 0], terms[terms["high"] < 0]
    return [
        f"In the month of the decision the host {prefers} on average: {first} is worth "
        f"{words.money(*margin, signed=True)} more to it than {second} (n = {int(total['replications']):,} of "
        f"{replications:,} negotiations, those in which both bid for everything).",
        f"For {first} speak {_carried(spoke_for)}; for {second} {_carried(against)}.",
    ]


def _carried(terms: pd.DataFrame, most: int = 4) -> str:
    rows = [
        f"{str(row['term']).replace('_', ' ')} {words.money(row['difference'], row['low'], row['high'], signed=True)}"
        for _, row in terms.head(most).iterrows()
    ]
    return words.listed(rows)
