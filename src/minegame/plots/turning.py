"""What turned it: levers, terms of the host's account, tipping points and thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.plots.drawing import (
    COLOURS,
    axes,
    legend_above,
    log_axis,
    room_for,
    rows_of,
    whiskers,
    wrapped,
    written,
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


def heat_map(
    table: pd.DataFrame,
    *,
    x: str,
    y: str,
    outcome: str,
    replications: int,
    curve: pd.DataFrame | None = None,
    level: float = 0.5,
    logarithmic: tuple[bool, bool] = (False, False),
    ax: Axes | None = None,
) -> Axes:
    """A probability over two parameters, with the contour on which it is at ``level``.

    ``table`` holds ``x``, ``y`` and ``estimate`` at any points (``Threshold.asked``, or a grid); ``curve`` the pieces
    of ``Threshold.curve``, without which the contour is drawn between the points.  ``x`` and ``y`` are labels, with
    units.
    """
    ax = ax if ax is not None else axes(7.0, 5.2)
    across, up, values = (table[name].to_numpy(float) for name in ("x", "y", "estimate"))
    for is_log, direction in zip(logarithmic, "xy", strict=True):
        if is_log:
            log_axis(ax, direction)
    shown = ax.tricontourf(across, up, values, levels=np.linspace(0, 1, 11), cmap="cividis")
    ax.figure.colorbar(shown, ax=ax, label=outcome, format=lambda p, _: f"{p:.0%}")
    if curve is None:
        ax.tricontour(across, up, values, levels=[level], colors="white", linewidths=2.4)
    else:
        pieces = curve[["x0", "x1"]].to_numpy(float).T, curve[["y0", "y1"]].to_numpy(float).T
        ax.plot(*pieces, color="black", linewidth=3.6, solid_capstyle="round")
        ax.plot(*pieces, color="white", linewidth=2.0, solid_capstyle="round")
    ax.plot(across, up, ".", color="white", markeredgecolor="black", markeredgewidth=0.3, markersize=3)
    ax.set_xlabel(x + ", logarithmic" * logarithmic[0])
    ax.set_ylabel(y + ", logarithmic" * logarithmic[1])
    ax.set_title(
        f"line: {outcome} = {level:.0%}; dots: {len(table):,} points of n = {replications:,} negotiations", fontsize=9
    )
    return ax


def bars(
    labels: Sequence[str], values: np.ndarray, low: np.ndarray, high: np.ndarray, *, label: str,
    notes: Sequence[str] = (), ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Estimates of several things with their intervals, a bar each, and a note beside each bar.

    An interval without bounds is drawn to the edge of what is shown.
    """
    names = [wrapped(name, 42) for name in labels]
    ax = ax if ax is not None else axes(9.5, 1.5 + room_for(names, 0.42))
    places, values = np.arange(len(labels)), np.nan_to_num(np.asarray(values, float))
    ends = np.concatenate([values, low, high, [0.0]])
    least, most = ends[np.isfinite(ends)].min(), ends[np.isfinite(ends)].max()
    low, high = (np.clip(np.where(np.isnan(x), values, x), least, most) for x in (low, high))
    for chosen, colour, hatch in ((values >= 0, COLOURS[0], ""), (values < 0, COLOURS[1], "///")):
        ax.barh(places[chosen], values[chosen], height=0.62, color=colour, hatch=hatch, edgecolor="white")
    ax.errorbar(
        values, places, xerr=[np.maximum(values - low, 0), np.maximum(high - values, 0)], fmt="none", ecolor="black",
        elinewidth=1, capsize=3,
    )  # fmt: skip
    for place, note in zip(places, notes, strict=False):
        ax.annotate(note, (most, place), (8, 0), textcoords="offset points", va="center", fontsize=8)
    ax.axvline(0, color="black", linewidth=0.8)
    wide = (most - least) or 1.0
    ax.set_xticks([x for x in ax.get_xticks() if least - 0.02 * wide <= x <= most + 0.02 * wide])
    ax.set_xlim(least - 0.04 * wide, most + (0.04 + 0.016 * max(map(len, notes), default=0)) * wide)
    rows_of(ax, names)
    ax.set_xlabel(label)
    return ax


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
        said = f"{written(row['base'])}; turns nothing in its range"
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
            said = (
                f"{written(row['base'])} → {written(row['crossing'])} [{written(row['low'])}, {written(row['high'])}]"
            )
        ax.text(1.03, place, said + "\nlogarithmic scale" * bool(row["is_log"]), va="center", fontsize=8)
        for x, end, side in ((0.0, row["start"], "left"), (1.0, row["end"], "right")):
            ax.text(x, place - 0.22, written(end), ha=side, va="bottom", fontsize=6.5, color="#555555")
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
