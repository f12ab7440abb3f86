"""Which lever did it: Shapley values as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minegame.plots.style import (
    COLOURS,
    GREY,
    axes,
    blank,
    in_style,
    legend_above,
    room_for,
    rows_of,
    whiskers,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@in_style
def shapley_bars(
    table: pd.DataFrame,
    *,
    outcome: str,
    replications: int,
    scale: float = 100.0,
    unit: str = "percentage points",
    confidence: float = 0.95,
    plays: str = "negotiations",
    ax: Axes | None = None,
) -> Axes:
    """Each lever's Shapley value with its interval, and beside it what it does played alone and added last.

    ``table`` is ``Attribution.levers``; ``outcome`` says whose, such as "P(Cove Kaz wins)"; values are shown
    times ``scale``; ``plays`` is what was played so often.
    """
    table = table.sort_values("estimate", ascending=False, kind="stable")
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
        f"n = {replications:,} {plays} under each package; total {values.sum():.1f}"
    )
    legend_above(ax, 3)
    return ax


@in_style
def shapley_over_worlds(table: pd.DataFrame, *, outcome: str, worlds: int, replications: int) -> Axes:
    """How the Shapley value of each lever spreads over worlds, and in how many of them no lever adds more.

    ``table`` is that of ``attribution.over_worlds``: nine worlds in ten lie between ``low`` and ``high``.
    """
    names = [wrapped(name) for name in table["lever"]]
    figure = blank(10.0, 2.0 + room_for(names, 0.55))
    spread, first = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    places, low, median, high = (
        np.arange(len(table)),
        *(100 * table[end].to_numpy(float) for end in ("low", "median", "high")),
    )
    spread.hlines(places, low, high, color=COLOURS[4], linewidth=9, label="nine worlds in ten")
    spread.plot(median, places, "D", color=COLOURS[0], markeredgecolor="white", markersize=9, label="median")
    spread.axvline(0, color="black", linewidth=0.8)
    spread.set_xlabel(f"Shapley value on {outcome}, percentage points")
    shares = 100 * table["first"].to_numpy(float)
    first.barh(places, shares, height=0.55, color=GREY)
    for place, share in zip(places, shares, strict=True):
        first.text(share + 1.5, place, f"{share:.0f} %", va="center", fontsize=9)
    first.set_xlim(0, 115)
    first.set_xticks(range(0, 101, 25))
    first.set_xlabel("it adds most in, % of the worlds")
    for ax in (spread, first):
        ax.spines[["top", "right"]].set_visible(False)
    rows_of(spread, names, 10)
    legend_above(spread, 2)
    kept = int(table["worlds"].iloc[0])
    figure.supxlabel(f"{kept:,} of {worlds:,} worlds; n = {replications:,} negotiations under each package of a world",
                     fontsize=9)  # fmt: skip
    return spread  # type: ignore[no-any-return]
