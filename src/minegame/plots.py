"""Pictures: a table in, Axes out.

Colours are safe for the colour-blind (Okabe & Ito 2008) and differ in lightness, so that they can be read in grey;
units and sample sizes stand on the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Okabe-Ito, ordered from dark to light.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442", "#000000")
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "ooo", "+++", "---")
GREY = "#8C8C8C"


def axes(width: float = 8.0, height: float = 4.5) -> Axes:
    """An empty picture of the house's style, in inches, that needs no screen."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    picture = figure.add_subplot()
    picture.spines[["top", "right"]].set_visible(False)
    return picture


def save(picture: Axes, file: Path | str) -> Path:
    """Write the picture that the Axes belong to, whole or not at all; the ending chooses the format."""
    target = Path(file)
    draft = target.with_name(f".{target.stem}.partial{target.suffix}")
    picture.figure.savefig(draft, dpi=144)  # type: ignore[union-attr,call-arg]
    draft.replace(target)
    return target


def odds(
    rows: Sequence[Mapping[str, Any]], *, replications: int, confidence: float = 0.95, ax: Axes | None = None
) -> Axes:
    """Win probabilities with intervals: a group of bars a policy, a bar an outcome.

    ``rows`` hold ``policy``, ``outcome``, ``estimate``, ``low`` and ``high`` (probabilities), in the order to show.
    """
    policies = list(dict.fromkeys(str(row["policy"]) for row in rows))
    outcomes = list(dict.fromkeys(str(row["outcome"]) for row in rows))
    ax = ax if ax is not None else axes(8.5, 1.4 + 0.26 * len(policies) * (len(outcomes) + 1))
    thickness = 0.8 / len(outcomes)
    for n, outcome in enumerate(outcomes):
        chosen = {str(row["policy"]): row for row in rows if row["outcome"] == outcome}
        places = [p + (n - (len(outcomes) - 1) / 2) * thickness for p, name in enumerate(policies) if name in chosen]
        found = [chosen[name] for name in policies if name in chosen]
        _bars(ax, places, found, thickness, n, outcome)
    ax.set_yticks(range(len(policies)), policies)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.12)
    ax.set_xticks(np.linspace(0, 1, 6), [f"{x:.0%}" for x in np.linspace(0, 1, 6)])
    ax.set_xlabel(
        f"probability of the outcome, with {confidence:.0%} intervals; n = {replications:,} negotiations each"
    )
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.0 + 0.32 / max(1.0, len(policies))), ncols=4, frameon=False)
    return ax


def _bars(
    ax: Axes, places: Sequence[float], rows: Sequence[Mapping[str, Any]], thickness: float, n: int, label: str
) -> None:
    values = np.array([row["estimate"] for row in rows], float)
    low, high = (np.array([row[side] for row in rows], float) for side in ("low", "high"))
    ax.barh(
        places, values, height=thickness * 0.92, color=COLOURS[n % len(COLOURS)], hatch=HATCHES[n % len(HATCHES)],
        edgecolor="white", linewidth=0.5, label=label,
    )  # fmt: skip
    ax.errorbar(values, places, xerr=[values - low, high - values], fmt="none", ecolor="black", elinewidth=1, capsize=2)
    for place, value, edge in zip(places, values, high, strict=True):
        ax.text(edge + 0.01, place, f"{100 * value:.1f} %", va="center", fontsize=8)
