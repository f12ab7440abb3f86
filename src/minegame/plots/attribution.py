"""Which lever did it: Shapley values as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minegame.plots.style import (
    COLOURS,
    axes,
    legend_above,
    room_for,
    rows_of,
    whiskers,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def shapley_bars(
    table: pd.DataFrame,
    *,
    outcome: str,
    replications: int,
    scale: float = 100.0,
    unit: str = "percentage points",
    confidence: float = 0.95,
    ax: Axes | None = None,
) -> Axes:
    """Each lever's Shapley value with its interval, and beside it what it does played alone and added last.

    ``table`` is ``Attribution.levers``; ``outcome`` says whose, such as "P(Cove Kaz wins)"; values are shown
    times ``scale``.
    """
    names = [wrapped(name) for name in table["lever"]]
    ax = ax if ax is not None else axes(8.0, 1.6 + room_for(names, 0.55))
    values, places = table["estimate"].to_numpy(float) * scale, np.arange(len(table))
    ax.barh(places, values, height=0.62, color=COLOURS[0], edgecolor="white", label="Shapley value")
    whiskers(ax, places, table, "estimate", "low", "high", scale)
    for column, mark, colour, label, lift in (
        ("first_in", "o", COLOURS[5], "alone", -0.2), ("last_in", "D", COLOURS[1], "last", 0.2),
    ):  # fmt: skip
        if f"{column}_low" in table:
            whiskers(ax, places + lift, table, column, f"{column}_low", f"{column}_high", scale)
        ax.plot(
            table[column] * scale, places + lift, mark, color=colour, markeredgecolor="black", label=label, zorder=3,
            linestyle="none", markersize=7,
        )  # fmt: skip
    ax.axvline(0, color="black", linewidth=0.8)
    rows_of(ax, names, 10)
    ax.set_xlabel(
        f"effect on {outcome}, {unit}, with {confidence:.0%} intervals\n"
        f"n = {replications:,} negotiations under each package; total {values.sum():.1f}"
    )
    legend_above(ax, 3)
    return ax
