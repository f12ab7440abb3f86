"""How far each parameter must move until another bidder is the favourite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.plots.style import (
    COLOURS,
    axes,
    legend_above,
    room_for,
    wrapped,
)
from minegame.text import NUMBER, level

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def tipping_points(table: pd.DataFrame, *, first: str, second: str, replications: int, ax: Axes | None = None) -> Axes:
    """How far each parameter alone must move until another is the favourite, the nearest on top.

    ``table`` is that of ``tipping.nearest`` with the range searched (``start``, ``end``) and ``is_log``; ranges are
    drawn alike, so that distances compare.
    """
    names = [wrapped(name, 42) for name in table["factor"]]
    ax = ax if ax is not None else axes(11.0, 1.5 + room_for(names, 0.5))
    rows: list[Any] = table.to_dict("records")
    tips = 0
    for place, row in enumerate(rows):
        ax.plot([0, 1], [place, place], color="#D9D9D9", linewidth=7, solid_capstyle="butt", zorder=1)
        base, tip, low, high = (_part(row, row[name]) for name in ("base", "crossing", "low", "high"))
        ax.plot(base, place, "o", color=COLOURS[0], markersize=8, zorder=4, label="" if place else "the scenario")
        said = f"{level(row['base'])}; turns nothing in its range"
        if np.isfinite(tip):
            ax.plot([base, tip], [place, place], color=COLOURS[1], linewidth=1.6, zorder=2)
            whisker: dict[str, Any] = {
                "fmt": "none",
                "ecolor": "black",
                "elinewidth": 1.6,
                "capsize": 6,
                "capthick": 1.6,
                "zorder": 5,
            }
            ax.errorbar((low + high) / 2, place, xerr=abs(high - low) / 2, **whisker)
            mark: dict[str, Any] = {"color": COLOURS[1], "markeredgecolor": "white", "markersize": 8, "zorder": 4}
            ax.plot(tip, place, "D", label="" if tips else "tips here, with its interval", **mark)
            tips += 1
            said = f"{level(row['base'])} → {NUMBER.write(row['crossing'], row['low'], row['high'])}"
        ax.text(1.03, place, said + "\nlogarithmic scale" * bool(row["is_log"]), va="center", fontsize=8)
        for x, end, side in ((0.0, row["start"], "left"), (1.0, row["end"], "right")):
            ax.text(x, place - 0.22, level(end), ha=side, va="bottom", fontsize=6.5, color="#555555")
    ax.set_xlim(-0.03, 1.62)
    ax.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    ax.set_yticks(range(len(table)), names, fontsize=8)
    ax.set_ylim(len(table) - 0.4, -0.75)
    ax.set_xlabel(
        f"part of the range searched (its ends stand on it); n = {replications:,} negotiations a point\n"
        f"favourite: the more often winning of {first} and {second}\n"
        "beside a bar: the scenario's value → the value at which it tips [interval]"
    )
    legend_above(ax, 2)
    return ax


def _part(row: Mapping[str, Any], value: float) -> float:
    """Where a value lies in the range searched, 0 to 1 on its scale."""
    low, high = float(row["start"]), float(row["end"])
    if row["is_log"]:
        return float(np.log(value / low) / np.log(high / low))
    return float((value - low) / (high - low))
