"""What policies change as one factor moves: paired differences with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.plots.style import COLOURS, axes, in_style, wrapped
from minegame.text import level

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKS = "os^Dv<>p"


@in_style
def change_curves(
    rows: Sequence[Mapping[str, Any]], factor: str, *, what: str, against: str, name: str = "", ax: Axes | None = None
) -> Axes:
    """How much policies change an amount as one factor varies, with the line of no change.

    ``rows`` hold the factor's value under its path, ``policy``, ``estimate``, ``low``, ``high`` (in the unit that
    ``what`` names) and ``plays``; ``against`` is the policy from which they differ, ``name`` the factor in words.
    """
    ax = ax if ax is not None else axes(8.5, 4.8)
    levels = list(dict.fromkeys(row[factor] for row in rows))
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in levels)
    for n, policy in enumerate(dict.fromkeys(str(row["policy"]) for row in rows)):
        mine = [row for row in rows if row["policy"] == policy]
        at = np.array([row[factor] if numbers else levels.index(row[factor]) for row in mine], float)
        values, low, high = (np.array([row[end] for row in mine], float) for end in ("estimate", "low", "high"))
        order, colour = np.argsort(at), COLOURS[n % len(COLOURS)]
        ax.fill_between(at[order], low[order], high[order], color=colour, alpha=0.25, linewidth=0)
        ax.plot(
            at[order], values[order], color=colour, marker=_MARKS[n % len(_MARKS)], markersize=4,
            label=wrapped(policy, 40),
        )  # fmt: skip
    ax.axhline(0, color="black", linewidth=0.8)
    if not numbers:
        ax.set_xticks(range(len(levels)), [wrapped(level(value), 16) for value in levels])
    ax.set_ylabel(wrapped(f"change of {what} from “{against}”", 50))
    ax.set_xlabel(
        f"{name or factor}\nn = {min(row['plays'] for row in rows):,} campaigns a point, bands: 95 % intervals"
    )
    ax.legend(frameon=False, fontsize=8)
    return ax
