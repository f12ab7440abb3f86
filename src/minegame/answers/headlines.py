"""Headlines: what is told of every world that a history matching keeps or discards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minegame.tables import Column, Table
from minegame.text import COUNT, MONEY, MONEY_CHANGE, POINTS, SHARE, number, possessive

if TYPE_CHECKING:
    import pandas as pd

    from minegame.analysis.history_matching import Learning
    from minegame.answers.inputs import Contest

#: Where a headline stands over the worlds: the rows of the table.
_STANDS = {"least": "least", "low": "5 % lie below", "median": "median", "high": "5 % lie above", "most": "most"}


def of_worlds(sums: np.ndarray) -> pd.DataFrame:
    """The headlines of each world, a row a world: what it comes to, and what the levers add.

    ``sums`` has shape (worlds, with and without the levers, measures, 3); the measures are wins, the month, the state
    share, wins that are built, and the host's value.
    """
    import pandas as pd

    with np.errstate(invalid="ignore", divide="ignore"):
        own, without = np.moveaxis(sums[..., 1] / sums[..., 0], 1, 0)
    return pd.DataFrame(
        {
            "wins": own[:, 0],
            "builds": own[:, 3],
            "levers": own[:, 0] - without[:, 0],
            "value": own[:, 4],
            "value_levers": own[:, 4] - without[:, 4],
        }
    )


def table(found: Learning, contest: Contest) -> Table:
    """Where the headlines stand over the worlds kept, and over all."""
    told = found.headlines.set_index("headline")
    worlds = {"": ("kept", int(found.kept.sum())), "prior_": ("all", len(found.kept))}
    return Table(
        "Headlines over the worlds kept",
        [
            Column("worlds"),
            Column("count", "number of worlds", COUNT),
            Column("where"),
            Column("wins", f"{contest.label} wins", SHARE),
            Column("builds", f"{contest.label} wins and builds, of value", SHARE),
            Column("levers", f"what {possessive(contest.patron_label)} levers add", POINTS),
            Column("value", "host's value", MONEY),
            Column("value_levers", "what the levers add to the host's value", MONEY_CHANGE),
        ],
        [
            {"worlds": name, "count": count, "where": words} | {str(k): v for k, v in told[prefix + end].items()}
            for prefix, (name, count) in worlds.items()
            for end, words in _STANDS.items()
        ],
    )


def sentence(found: Learning, contest: Contest) -> str:
    """How far the headlines still run over the worlds kept."""
    told = {str(row["headline"]): row for _, row in found.headlines.iterrows()}
    low, median, high = (number(100 * told["wins"][end]) for end in ("low", "median", "high"))
    least, most = (number(100 * told["levers"][end], signed=True) for end in ("low", "high"))
    return (
        f"Over the worlds kept, {possessive(contest.label)} chance of winning still runs from {low} % to {high} % "
        f"(median {median} %), and what {possessive(contest.patron_label)} levers add to it from {least} to {most} "
        "points (90 % of the worlds)."
    )
