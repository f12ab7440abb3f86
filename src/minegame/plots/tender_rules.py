"""What the host gains by its rules of the tender: a bar a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minegame.plots.style import bars, in_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@in_style
def rule_bars(
    table: pd.DataFrame, *, measure: str, prefix: str = "", replications: int, confidence: float = 0.95,
    ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """What each rule changes for the host against the tender as it is, and how often its equilibrium survives.

    ``table`` is that of ``tender_rules.estimate``, whose first rule is the tender as it is; ``prefix`` chooses the
    columns ``{prefix}difference``, and ``measure`` names them.
    """
    rest = table.iloc[1:].sort_values(f"{prefix}difference", ascending=False, kind="stable")
    return bars(
        rest["rule"].tolist(),
        *(rest[f"{prefix}difference{end}"].to_numpy(float) for end in ("", "_low", "_high")),
        label=f"{measure}, each rule or assumption less the tender as it is, M$, {confidence:.0%} intervals\n"
        f"the patrons play the equilibrium under each; n = {replications:,} negotiations a profile",
        notes=[
            f"equilibrium survives {100 * share:.0f} %" if np.isfinite(share) else "no equilibrium singled out"
            for share in rest["survival"]
        ],
        ax=ax,
    )
