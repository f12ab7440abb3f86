"""Over uncertain worlds: what moves the answer, where it fails, what one case teaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minegame.plots.drawing import (
    COLOURS,
    axes,
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


def tornado(
    table: pd.DataFrame,
    *,
    outcome: str,
    replications: int,
    most: int = 15,
    confidence: float = 0.95,
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
        f"{confidence:.0%} intervals; n = {replications:,} negotiations a point; rest {100 * rest:.1f} %"
    )
    legend_above(ax, 2)
    return ax


def sobol_bars(
    table: pd.DataFrame,
    *,
    outcome: str,
    base: int,
    replications: int = 0,
    most: int = 12,
    confidence: float = 0.95,
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
    each = f", n = {replications:,} negotiations in each" if replications else ""
    hidden = f"; {len(table) - len(shown)} weaker factors not shown" if len(table) > len(shown) else ""
    ax.set_xlabel(
        f"share of the variance of {outcome} over the ranges, with {confidence:.0%} intervals\n"
        f"{base:,} base points, {base * (len(table) + 2):,} worlds in all{each}{hidden}"
    )
    legend_above(ax, 2)
    return ax


def kept_ranges(table: pd.DataFrame, *, kept: int, vectors: int, most: int = 20, ax: Axes | None = None) -> Axes:
    """How much of each parameter's range one case leaves: kept against prior, both as 90 % ranges.

    ``table`` is ``Learning.parameters``; ranges are shown as parts of the prior's, so that all fit one axis.
    """
    shown = table.head(most)
    names = [wrapped(name, 42) for name in shown["parameter"]]
    ax = ax if ax is not None else axes(10.5, 1.6 + room_for(names, 0.34))
    places, low = np.arange(len(shown)), shown["prior_low"].to_numpy(float)
    wide = np.maximum(shown["prior_high"].to_numpy(float) - low, 1e-300)
    left, right = ((shown[f"kept_{end}"].to_numpy(float) - low) / wide for end in ("low", "high"))
    ax.barh(places, np.ones(len(shown)), height=0.66, color="#D9D9D9", label="prior")
    learnt = shown["learnt"].to_numpy(bool)
    for chosen, colour, hatch, label in (
        (learnt, COLOURS[0], "", "kept: shifted beyond chance"),
        (~learnt, COLOURS[5], "///", "kept: as before"),
    ):
        ax.barh(
            places[chosen], (right - left)[chosen], left=left[chosen], height=0.36, color=colour, hatch=hatch,
            edgecolor="white", label=label,
        )  # fmt: skip
    edge = float(np.nanmax(right, initial=1.0))
    for place, row in enumerate(shown.to_dict("records")):
        ends = f"{written(row['kept_low'])} to {written(row['kept_high'])}"
        said = f"{ends};  spread × {row['spread_kept']:.2f}, shift {row['distance']:.2f}"
        ax.text(edge + 0.03, place, said, va="center", fontsize=7.5)
    ax.set_xlim(min(-0.04, float(np.nanmin(left, initial=0.0)) - 0.02), edge + 0.62)
    ax.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    rows_of(ax, names, 8)
    ax.set_xlabel(
        f"part of the prior's 90 % range; n = {kept:,} of {vectors:,} parameter vectors kept; shift: KS distance"
    )
    legend_above(ax, 3)
    return ax


def box_picture(
    points: pd.DataFrame,
    interest: np.ndarray,
    limits: pd.DataFrame,
    *,
    x: str,
    y: str,
    case: str,
    ax: Axes | None = None,
) -> Axes:
    """Where it fails: the points of the design in two of its factors, and the box that was found.

    ``limits`` is ``Discovery.limits``; ``x`` and ``y`` are two of its factors (numbers); ``case`` says what the cases
    of interest are.
    """
    ax = ax if ax is not None else axes(7.0, 5.2)
    cases = np.asarray(interest, bool)
    for chosen, mark, colour, label in ((~cases, "o", "#BFBFBF", "not"), (cases, "x", COLOURS[1], case)):
        ax.plot(
            points.loc[chosen, x], points.loc[chosen, y], mark, color=colour, markersize=3 if mark == "o" else 4,
            linestyle="none", label=f"{label} ({int(chosen.sum()):,})", alpha=0.7,
        )  # fmt: skip
    edges = {
        axis: [_edge(limits, axis, side, points[axis].min() if side == "low" else points[axis].max()) for side in _ENDS]
        for axis in (x, y)
    }
    (left, right), (bottom, top) = edges[x], edges[y]
    ax.plot([left, right, right, left, left], [bottom, bottom, top, top, bottom], color="white", linewidth=4.5)
    ax.plot([left, right, right, left, left], [bottom, bottom, top, top, bottom], color="black", linewidth=2.2)
    others = limits[~limits["factor"].isin([x, y])]
    if len(others):
        named = [f"{row.factor} {_SIGNS[str(row.side)]} {written(row.limit)}" for row in others.itertuples()]
        ax.set_title("and also: " + "; ".join(named), fontsize=8, wrap=True)
    ax.set_xlabel(f"{x}; n = {len(points):,} points")
    ax.set_ylabel(y)
    ax.figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", frameon=False, fontsize=8, ncols=2)
    return ax


_ENDS = ("low", "high")


_SIGNS = {"low": "≥", "high": "≤", "levels": "in"}


def _edge(limits: pd.DataFrame, factor: str, side: str, otherwise: float) -> float:
    found = limits[(limits["factor"] == factor) & (limits["side"] == side)]["limit"]
    return float(found.iloc[0]) if len(found) else float(otherwise)
