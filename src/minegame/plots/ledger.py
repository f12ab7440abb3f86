"""Terms of the host's account, for two bidders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minegame.plots.style import (
    COLOURS,
    axes,
    in_style,
    rows_of,
    whiskers,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@in_style
def ledger_bars(
    table: pd.DataFrame, *, first: str, second: str, confidence: float = 0.95, ax: Axes | None = None
) -> Axes:
    """Which terms of the host's utility speak for the first bidder and which for the second, M$.

    ``table`` comes from ``attribution.ledger_difference``.
    """
    ax = ax if ax is not None else axes(8.0, 1.6 + 0.34 * len(table))
    places, values = np.arange(len(table)), table["difference"].to_numpy(float)
    last = table["term"].to_numpy() == "total"
    for chosen, colour, hatch in ((values >= 0, COLOURS[0], ""), (values < 0, COLOURS[1], "///")):
        ax.barh(places[chosen], values[chosen], height=0.7, color=colour, hatch=hatch, edgecolor="white")
    ax.barh(places[last], values[last], height=0.7, facecolor="none", edgecolor="black", linewidth=1.4)
    whiskers(ax, places, table, "difference", "low", "high")
    ax.axvline(0, color="black", linewidth=0.8)
    rows_of(ax, [wrapped(str(term).replace("_", " ")) for term in table["term"]], 10)
    ax.set_xlabel(
        f"host's utility of {first} minus {second}, M$\n"
        f"month of the decision, {confidence:.0%} intervals; n = {int(table['replications'].iloc[0]):,} negotiations"
    )
    return ax
