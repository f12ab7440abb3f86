"""Where another bidder becomes the favourite as one parameter moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.plots.style import (
    COLOURS,
    GREY,
    axes,
    blank,
    in_style,
    legend_above,
    log_axis,
    room_for,
    wrapped,
)
from minegame.statistics import intervals
from minegame.text import NUMBER, level

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_ACROSS = 3  # curves beside each other


@in_style
def tipping_points(
    table: pd.DataFrame, *, first: str, second: str, replications: int, plays: str = "negotiations",
    ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """How far each parameter alone must move until another is the favourite, the nearest on top.

    ``table`` is that of ``tipping.nearest``, a row a crossing, with the path of each (``parameter``), what it is called
    (``factor``), the range searched (``start``, ``end``) and ``is_log``; ranges are drawn alike, so that distances
    compare.  ``plays``: what was played so often.
    """
    parts = [rows for _, rows in table.groupby("parameter", sort=False)]
    names = [wrapped(rows["factor"].iloc[0], 42) for rows in parts]
    most = max(len(rows) for rows in parts)
    ax = ax if ax is not None else axes(11.0, 1.5 + room_for(names, max(0.5, 0.16 * most + 0.2)))
    for place, rows in enumerate(parts):
        _range(ax, place, rows)
    for colour, mark, label in ((COLOURS[0], "o", "the scenario"), (COLOURS[1], "D", "tips here, with its interval")):
        if mark == "o" or table["crossing"].notna().any():
            ax.plot([], [], mark, color=colour, markersize=8, label=label)
    ax.set_xlim(-0.03, 1.62)
    ax.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    ax.set_yticks(range(len(parts)), names, fontsize=8)
    ax.set_ylim(len(parts) - 0.4, -0.75)
    ax.set_xlabel(
        f"part of the range searched (its ends stand on it); n = {replications:,} {plays} a point\n"
        f"favourite: the more often winning of {first} and {second}\n"
        "beside a bar: the scenario's value → the values at which it tips [interval]"
    )
    legend_above(ax, 2)
    return ax


def _range(ax: Axes, place: int, rows: pd.DataFrame) -> None:
    """The range of one parameter, the scenario's value and every crossing."""
    row: Any = rows.iloc[0]
    ax.plot([0, 1], [place, place], color="#D9D9D9", linewidth=7, solid_capstyle="butt", zorder=1)
    base = _part(row, row["base"])
    ax.plot(base, place, "o", color=COLOURS[0], markersize=8, zorder=4)
    tips: list[Any] = rows[rows["crossing"].notna()].to_dict("records")
    for tip in tips:
        at, low, high = (_part(tip, tip[name]) for name in ("crossing", "low", "high"))
        ax.plot([base, at], [place, place], color=COLOURS[1], linewidth=1.6, zorder=2)
        whisker: dict[str, Any] = {"fmt": "none", "ecolor": "black", "elinewidth": 1.6, "capsize": 6, "capthick": 1.6}
        ax.errorbar((low + high) / 2, place, xerr=abs(high - low) / 2, zorder=5, **whisker)
        ax.plot(at, place, "D", color=COLOURS[1], markeredgecolor="white", markersize=8, zorder=4)
    written = [NUMBER.write(tip["crossing"], tip["low"], tip["high"]) for tip in tips]
    said = f"{level(row['base'])} → " + "\n     and ".join(written) if tips else ""
    said = said or f"{level(row['base'])}; turns nothing in its range"
    ax.text(1.03, place, said + "\nlogarithmic scale" * bool(row["is_log"]), va="center", fontsize=8)
    for x, end, side in ((0.0, row["start"], "left"), (1.0, row["end"], "right")):
        ax.text(x, place - 0.22, level(end), ha=side, va="bottom", fontsize=6.5, color="#555555")


def _part(row: Mapping[str, Any], value: float) -> float:
    """Where a value lies in the range searched, 0 to 1 on its scale."""
    low, high = float(row["start"]), float(row["end"])
    if row["is_log"]:
        return float(np.log(value / low) / np.log(high / low))
    return float((value - low) / (high - low))


# ------------------------------------------------------------------------------------------------------------- curves


@in_style
def tipping_curves(
    table: pd.DataFrame, asked: pd.DataFrame, *, first: str, second: str, replications: int, confidence: float = 0.95,
    plays: str = "negotiations",
) -> Axes:  # fmt: skip
    """How often two bidders win as one parameter moves over its range, a panel a parameter, the nearest first.

    Where the curves meet the lead is nil and the favourite changes.  ``table`` is that of :func:`tipping_points`,
    ``asked`` the points: ``parameter``, ``value``, ``wins`` and ``rival_wins``.
    """
    parts = dict(iter(table.groupby("parameter", sort=False)))
    across = min(_ACROSS, len(parts))
    down = -(-len(parts) // across)
    figure = blank(4.2 * across + (3.5 if across == 1 else 0.6), 3.4 * down + 1.2)
    panels = figure.subplots(down, across, sharey=True, squeeze=False)
    for ax in panels.flat[len(parts) :]:
        ax.remove()
    for ax, (path, rows) in zip(panels.flat, parts.items(), strict=False):
        points = asked[asked["parameter"] == path].sort_values("value")
        _curves(ax, rows, points, (first, second), replications, confidence)
        ax.set_xlabel(wrapped(rows["factor"].iloc[0], 40) + ", logarithmic" * bool(rows["is_log"].iloc[0]), fontsize=9)
    for row in panels:
        row[0].set_ylabel(f"wins, %, with {confidence:.0%} intervals\nn = {replications:,} {plays} a point")
    handles, labels = panels.flat[0].get_legend_handles_labels()
    labels = [wrapped(label, 60) for label in labels]
    figure.legend(handles, labels, loc="outside lower center", ncols=across, frameon=False, fontsize=9)
    found: Axes = panels.flat[0]
    return found


def _curves(
    ax: Axes, rows: pd.DataFrame, points: pd.DataFrame, names: tuple[str, str], replications: int, confidence: float
) -> None:
    """The curves of one parameter with the scenario's value and every crossing."""
    if rows["is_log"].iloc[0]:
        log_axis(ax)
    ax.spines[["top", "right"]].set_visible(False)
    values = points["value"].to_numpy(float)
    for column, name, colour, line in (
        ("wins", names[0], COLOURS[0], "-"), ("rival_wins", names[1], COLOURS[1], "--"),
    ):  # fmt: skip
        won = points[column].to_numpy(float)
        low, high = intervals.probability(won * replications, np.full(len(won), replications), confidence)
        ax.fill_between(values, 100 * low, 100 * high, color=colour, alpha=0.2, linewidth=0)
        ax.plot(values, 100 * won, line, color=colour, linewidth=1.8, marker=".", markersize=4, label=name)
    ax.axhline(50, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), label="50 %", zorder=0.5)
    ax.axvline(rows["base"].iloc[0], color="black", linewidth=1.2, linestyle=":", label="the scenario", zorder=1)
    tips = rows[rows["crossing"].notna()]
    for tip in tips.to_dict("records"):
        if np.isfinite([tip["low"], tip["high"]]).all():
            ax.axvspan(tip["low"], tip["high"], color=GREY, alpha=0.3, linewidth=0, zorder=0.4)
        ax.annotate(NUMBER.write(tip["crossing"]), (tip["crossing"], 101), ha="center", va="bottom", fontsize=8,
                    annotation_clip=False)  # fmt: skip
    levels = 100 * np.interp(tips["crossing"].to_numpy(float), values, points["wins"].to_numpy(float))
    label = "the favourite changes: lead nil, with its interval"
    ax.plot(tips["crossing"], levels, "D", color="white", markeredgecolor="black", markersize=8, label=label, zorder=5)
    ax.set_ylim(-2, 101)
    ax.set_xlim(rows["start"].iloc[0], rows["end"].iloc[0])
