"""How much of each parameter's range one case leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minegame.plots.style import (
    COLOURS,
    axes,
    in_style,
    legend_above,
    room_for,
    rows_of,
    wrapped,
    written,
)
from minegame.text import MISSING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@in_style
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
        said = f"{ends};  spread × {_two_digits(row['spread_kept'])}, shift {_two_digits(row['distance'])}"
        ax.text(edge + 0.03, place, said, va="center", fontsize=7.5)
    ax.set_xlim(min(-0.04, float(np.nanmin(left, initial=0.0)) - 0.02), edge + 0.62)
    ax.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    rows_of(ax, names, 8)
    ax.set_xlabel(
        f"part of the prior's 90 % range; n = {kept:,} of {vectors:,} parameter vectors kept; shift: KS distance"
    )
    legend_above(ax, 3)
    return ax


def _two_digits(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else MISSING
