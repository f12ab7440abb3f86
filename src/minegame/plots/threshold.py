"""Where a probability crosses a level over two parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minegame.plots.style import (
    COLOURS,
    axes,
    in_style,
    log_axis,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@in_style
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
    here: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """A probability over two parameters, with the contour on which it is at ``level``.

    ``table`` holds ``x``, ``y`` and ``estimate`` at any points (``Threshold.asked``, or a grid); ``curve`` the pieces
    of ``Threshold.curve``, without which the contour is drawn between the points.  ``x`` and ``y`` are labels, with
    units; ``here`` is where the scenario stands.
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
    if here is not None:
        ax.plot(*here, "*", color=COLOURS[1], markeredgecolor="white", markersize=16, label="the scenario")
        ax.figure.legend(loc="outside lower center", frameon=False, fontsize=9)
    return ax
