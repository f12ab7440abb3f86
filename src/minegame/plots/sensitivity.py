"""How far each parameter moves the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minegame.plots.style import (
    COLOURS,
    axes,
    bars,
    in_style,
    legend_above,
    room_for,
    rows_of,
    whiskers,
    wrapped,
    written,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@in_style
def tornado(
    table: pd.DataFrame,
    *,
    outcome: str,
    replications: int,
    most: int = 15,
    confidence: float = 0.95,
    plays: str = "negotiations",
    ax: Axes | None = None,
) -> Axes:
    """How far each factor alone moves a probability, the widest swing on top; ``table`` from ``sensitivity.swings``."""
    shown = table.head(most)
    names = [wrapped(name, 42) for name in shown["factor"]]
    ax = ax if ax is not None else axes(10.0, 1.8 + room_for(names, 0.36))
    places, rest = np.arange(len(shown)), float(shown["rest"].iloc[0])
    for n, side, hatch, label in ((1, "least", "///", "to its least"), (0, "most", "", "to its most")):
        ends = shown[side].to_numpy(float)
        ax.barh(
            places, 100 * (ends - rest), left=100 * rest, height=0.66, color=COLOURS[n], hatch=hatch,
            edgecolor="white", label=label,
        )  # fmt: skip
        whiskers(ax, places, shown, side, f"{side}_low", f"{side}_high", 100.0)
        for place, end, value in zip(
            places, shown[f"{side}_{'low' if n else 'high'}"], shown[f"at_{side}"], strict=True
        ):
            if shown["swing"].iloc[place] > 0:
                ax.annotate(
                    written(value), (100 * end, place), (-4 if n else 4, 0), textcoords="offset points",
                    ha="right" if n else "left", va="center", fontsize=7.5,
                )  # fmt: skip
    ax.axvline(100 * rest, color="black", linewidth=0.8)
    ax.margins(x=0.12)
    rows_of(ax, names, 8)
    ax.set_xlabel(
        f"{outcome}, %, as one factor moves over its range; at the bars' ends the factor's value\n"
        f"{confidence:.0%} intervals; n = {replications:,} {plays} a point; rest {100 * rest:.1f} %"
    )
    legend_above(ax, 2)
    return ax


@in_style
def sobol_bars(
    table: pd.DataFrame,
    *,
    outcome: str,
    base: int,
    replications: int = 0,
    most: int = 12,
    confidence: float = 0.95,
    plays: str = "negotiations",
    ax: Axes | None = None,
) -> Axes:
    """First-order and total Sobol' indices with intervals, what matters most on top.

    ``table`` is ``Indices.table``; ``replications`` are the negotiations of a world, if they are known.
    """
    shown = table.head(most)
    names = [wrapped(name, 42) for name in shown["factor"]]
    ax = ax if ax is not None else axes(9.5, 1.7 + room_for(names, 0.46))
    places = np.arange(len(shown))
    for n, kind, hatch, label in ((0, "total", "", "total"), (5, "first", "///", "first order (alone)")):
        at = places + (-0.2 if kind == "total" else 0.2)
        values = shown[kind].to_numpy(float)
        ax.barh(at, values, height=0.38, color=COLOURS[n], hatch=hatch, edgecolor="white", label=label)
        whiskers(ax, at, shown, kind, f"{kind}_low", f"{kind}_high")
    ax.axvline(0, color="black", linewidth=0.8)
    rows_of(ax, names, 8)
    each = f", n = {replications:,} {plays} in each" if replications else ""
    hidden = f"; {len(table) - len(shown)} weaker factors not shown" if len(table) > len(shown) else ""
    ax.set_xlabel(
        f"share of the variance of {outcome} over the ranges, with {confidence:.0%} intervals\n"
        f"{base:,} base points, {base * (len(table) + 2):,} worlds in all{each}{hidden}"
    )
    legend_above(ax, 2)
    return ax


@in_style
def screening_bars(
    table: pd.DataFrame,
    *,
    outcome: str,
    trajectories: int,
    replications: int,
    most: int = 15,
    confidence: float = 0.95,
    plays: str = "negotiations",
    ax: Axes | None = None,
) -> Axes:
    """How strongly each factor moves a probability over its whole range (Morris' μ*), the strongest on top.

    ``table`` comes from ``sensitivity.screen``.
    """
    shown = table.head(most)
    return bars(
        shown["factor"].tolist(), *(100 * shown[c].to_numpy(float) for c in ("strength", "low", "high")),
        label=f"mean size of the effect on {outcome}, percentage points for the whole range\n"
        f"{confidence:.0%} intervals; {trajectories} trajectories, n = {replications:,} {plays} a point",
        ax=ax,
    )  # fmt: skip
