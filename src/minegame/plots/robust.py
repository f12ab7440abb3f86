"""Robust policies: what robustness costs, the front from scale to scale, and regret state by state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from minegame.plots.style import COLOURS, GREY, axes, in_style, room_for, wrapped

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_NAMED = 12  # policies up to which all are named, and half of those of a front that are
_ENDS = ("", "_low", "_high")


@in_style
def trade_off(
    table: pd.DataFrame, front: np.ndarray, *, cost: str, label: str, states: int, wanted: float | None = None,
    ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """What robustness costs: a point a policy with both its intervals; those that no other beats are joined.

    ``table`` has the columns ``policy``, ``satisficing`` and the cost, each with its ends; ``label`` names the cost.
    Points have numbers, which are explained beside the picture.
    """
    ax = ax if ax is not None else axes(11.0, 5.5)
    for chosen, colour, mark in ((~front, GREY, "o"), (front, COLOURS[0], "s")):
        _points(ax, table[chosen], cost, colour, mark)
    best = table[front].sort_values(cost)
    ax.plot(best[cost], 100 * best["satisficing"], color=COLOURS[0], linewidth=1)
    _name(ax, (best if len(table) > _NAMED else table.sort_values(cost)), cost)
    if wanted is not None:
        ax.axhline(100 * wanted, color="black", linewidth=0.8, linestyle=":")
    ax.set_xlabel(f"{label}; n = {states:,} states of the world")
    ax.set_ylabel("states in which the target is met, %")
    return ax


def _name(ax: Axes, rows: pd.DataFrame, cost: str) -> None:
    """A number beside each point, and beside the picture which policy it is: names would lie on each other.

    Of more points than there is room for, the first ones are named.
    """
    for n, (_, row) in enumerate(rows.head(2 * _NAMED).iterrows(), start=1):
        at = (row[cost], 100 * row["satisficing"])
        ax.annotate(
            str(n), at, textcoords="offset points", xytext=(-5, 5), ha="right", fontsize=9, fontweight="bold",
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip
        ax.plot([], [], linestyle="none", label=f"{n}  {wrapped(row['policy'], 34)}")
    if (rest := len(rows) - 2 * _NAMED) > 0:
        ax.plot([], [], linestyle="none", label=f"and {rest} more, in the table")
    ax.legend(
        loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8, handlelength=0, handletextpad=0,
        borderaxespad=0.0,
    )  # fmt: skip


def _points(ax: Axes, rows: pd.DataFrame, cost: str, colour: str, mark: str) -> None:
    axis = ((cost, 1), ("satisficing", 100))
    x, y = ([scale * rows[name + end].to_numpy(float) for end in _ENDS] for name, scale in axis)
    spans = [np.nan_to_num(np.maximum([part[0] - part[1], part[2] - part[0]], 0.0)) for part in (x, y)]
    ax.errorbar(
        x[0], y[0], xerr=spans[0], yerr=spans[1], fmt=mark, color=colour, markersize=5, elinewidth=0.9, capsize=2
    )


@in_style
def regret_map(regrets: np.ndarray, policies: Sequence[str], *, label: str, ax: Axes | None = None) -> Axes:
    """Regret of every policy in every state: a row a policy, a column a state, the states from easy to hard.

    ``regrets`` has shape (states, policies); states are ordered by the mean of their regrets.
    """
    names = [wrapped(name, 36) for name in policies]
    ax = ax if ax is not None else axes(9.0, 1.6 + room_for(names, 0.3))
    ordered = regrets[np.argsort(regrets.mean(axis=1), kind="stable")].T
    image = ax.imshow(ordered, aspect="auto", cmap="cividis_r", interpolation="nearest", vmin=0)
    ax.figure.colorbar(image, ax=ax, label=label, shrink=0.9)
    ax.set_yticks(range(len(names)), names, fontsize=8)
    ax.set_xlabel(f"n = {len(regrets):,} states of the world, those of little regret first")
    return ax


@in_style
def parallel_coordinates(
    scales: Mapping[str, tuple[np.ndarray, str, str]], colour_by: np.ndarray, *, label: str, ax: Axes | None = None
) -> Axes:
    """The policies of a front from scale to scale: a line a policy.

    ``scales``: under the words that stand below a scale, where each policy lies on it (0 to 1), and what stands at its
    lower and its upper end; ``colour_by`` (0 to 1) colours the lines.
    """
    import matplotlib as mpl

    ax = ax if ax is not None else axes(max(7.0, 1.5 * len(scales)), 5.2)
    places = np.arange(len(scales))
    lines = np.column_stack([where for where, _, _ in scales.values()])
    colours = mpl.colormaps["cividis"](np.asarray(colour_by, float))
    for line, colour in zip(lines, colours, strict=True):
        ax.plot(places, line, color=colour, linewidth=1.6, alpha=0.85)
    for place, (_, bottom, top) in enumerate(scales.values()):
        ax.axvline(place, ymin=0.09, ymax=0.91, color="black", linewidth=0.8)
        for y, end, side in ((1.03, top, "bottom"), (-0.03, bottom, "top")):
            ax.text(place, y, wrapped(end, 14), ha="center", va=side, fontsize=8)
    ax.set_xticks(places, [wrapped(name, 15) for name in scales], fontsize=7)
    ax.tick_params(axis="x", length=0)
    ax.set_yticks([])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_ylim(-0.12, 1.12)
    ax.set_title(label, fontsize=9)
    return ax
