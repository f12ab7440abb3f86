"""Where it fails: the points of a design and the box that was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minegame.plots.style import (
    COLOURS,
    axes,
    in_style,
    written,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@in_style
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
