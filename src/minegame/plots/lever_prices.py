"""What a lever point buys: the gain in winning by each lever, with its price beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from minegame.plots.style import bars, in_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@in_style
def price_bars(
    table: pd.DataFrame, *, notes: Sequence[str], outcome: str, point_value: float, replications: int,
    confidence: float = 0.95, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """By how much a lever point more of each lever raises the chance of winning, and what a percentage point costs.

    ``table`` is that of ``lever_prices.estimate``; ``notes`` are the prices in words, one a lever; ``outcome`` says
    whose chance, such as "P(Cove Kaz wins)".
    """
    return bars(
        table["lever"].tolist(),
        *(100 * table[f"gain{end}"].to_numpy(float) for end in ("", "_low", "_high")),
        label=f"{outcome}, percentage points for one lever point more, {confidence:.0%} intervals\n"
        f"right: M$ for a percentage point, at {point_value:g} M$ a lever point; n = {replications:,} negotiations "
        "each",
        notes=notes,
        ax=ax,
    )
