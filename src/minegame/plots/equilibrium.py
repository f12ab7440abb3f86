"""What the players do: best replies, equilibria, and how they play as errors grow rarer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.plots.style import COLOURS, GREY, axes, in_style, log_axis, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@in_style
def best_replies(
    values: np.ndarray, replies: Sequence[np.ndarray], strategies: Mapping[str, Sequence[str]], *,
    survival: np.ndarray | None = None, label: str = "host's value, M$", replications: int = 0,
    plays: str = "negotiations", ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """A heat map of what each profile of two players is worth, with their best replies and the pure equilibria.

    ``values`` has shape (s1, s2); ``replies`` marks for each player where it plays a best reply, bool (s1, s2);
    ``strategies`` maps the two players to their strategies' names; ``survival`` is the share of bootstrap draws in
    which a profile is an equilibrium, shape (s1, s2), shown wherever it is above 0.
    """
    (first, rows), (second, columns) = strategies.items()
    if ax is None:
        ax = axes(max(8.5, 4.0 + 0.27 * len(columns)), 3.2 + 0.27 * len(rows))
    image = ax.imshow(values, cmap="cividis", aspect="auto", origin="upper")
    ax.figure.colorbar(image, ax=ax, label=label, pad=0.01)
    for mask, marker, player in zip(replies, ("_", "|"), (first, second), strict=True):
        y, x = np.nonzero(mask)
        ax.plot(x, y, marker, color="black", markersize=10.5, markeredgewidth=4.2)  # a rim, to be seen on light cells
        ax.plot(
            x, y, marker, color="white", markersize=9, markeredgewidth=2.4, label=f"best reply of {wrapped(player, 24)}"
        )
    _mark_equilibria(ax, replies[0] & replies[1], survival)
    ax.set_yticks(range(len(rows)), _short(rows), fontsize=8, family="monospace")
    ax.set_xticks(range(len(columns)), _short(columns), rotation=90, fontsize=8, family="monospace")
    size = f"; n = {replications:,} {plays} a profile" if replications else ""
    ax.set_xlabel(f"{second}{_key([*rows, *columns])}{size}")
    ax.set_ylabel(first)
    ax.spines[:].set_visible(False)
    legend = ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, frameon=True, facecolor=GREY, fontsize=8)
    legend.get_frame().set_alpha(0.85)
    return ax


def _mark_equilibria(ax: Axes, stable: np.ndarray, survival: np.ndarray | None) -> None:
    """A ring round each equilibrium; the share of draws in which a profile is one."""
    y, x = np.nonzero(stable)
    ring: dict[str, Any] = {"color": COLOURS[1], "markersize": 15, "markerfacecolor": "none", "markeredgewidth": 2.5}
    ax.plot(x, y, "o", label="equilibrium", **ring)
    for i, j in np.argwhere(stable if survival is None else survival > 0.0):
        share = "" if survival is None else _share(survival[i, j])
        ax.annotate(
            share, (j, i), (0, 11), textcoords="offset points", ha="center", fontsize=7, color="black",
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip


def _share(share: float) -> str:
    """A share as percent; with a decimal where it would else look like all or nothing."""
    whole = f"{100 * share:.0f}"
    is_rounded = whole in ("0", "100") and not np.isclose(share, round(share), rtol=0, atol=1e-12)
    if not is_rounded:
        return f"{whole} %"
    return "< 0.1 %" if share < 0.0005 else "> 99.9 %" if share > 0.9995 else f"{100 * share:.1f} %"


def _initials(names: Sequence[str]) -> dict[str, str]:
    """An initial for each lever in names such as "tariff + access"; none where two levers share one."""
    levers = list(dict.fromkeys(part for name in names if name != "none" for part in name.split(" + ")))
    letters = {lever: lever[:1].upper() for lever in levers}
    return letters if len(set(letters.values())) == len(levers) and any(" + " in name for name in names) else {}


def _short(names: Sequence[str]) -> list[str]:
    """Names of packages by their levers' initials where these tell them apart, else as they are."""
    letters = _initials(names)
    if not letters:
        return list(names)
    return ["none" if name == "none" else "".join(letters[part] for part in name.split(" + ")) for name in names]


def _key(names: Sequence[str]) -> str:
    letters = _initials(names)
    return f"  ({', '.join(f'{letter} {lever}' for lever, letter in letters.items())})" if letters else ""


@in_style
def quantal_path(
    rationality: np.ndarray, probabilities: np.ndarray, strategies: Sequence[str], *,
    player: str, least: float = 0.1, unit: str = "1/M$", replications: int = 0,
    plays: str = "negotiations", ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """How a player's logit strategy changes as errors grow rarer, from all alike to a Nash equilibrium.

    ``rationality`` λ has shape (points,), ``probabilities`` (points, strategies).  Strategies that reach a probability
    of ``least`` somewhere above the uniform start have a line each, the rest are one.
    """
    ax = ax if ax is not None else axes()
    shown = np.flatnonzero(probabilities.max(axis=0) >= max(least, 1.2 / len(strategies)))[: len(COLOURS)]
    styles = ("-", "--", "-.", ":")
    after = rationality > 0.0
    for n, j in enumerate(shown):
        ax.plot(
            rationality[after],
            probabilities[after, j],
            styles[n % 4],
            color=COLOURS[n],
            lw=2,
            label=wrapped(strategies[j], 28),
        )
    rest = 1.0 - probabilities[:, shown].sum(axis=1)
    if len(shown) < len(strategies):
        others = f"{len(strategies) - len(shown)} others together"
        ax.plot(rationality[after], rest[after], color=GREY, lw=1, label=others)
    log_axis(ax)
    ax.set_ylim(-0.02, 1.02)
    size = f"; n = {replications:,} {plays} a profile" if replications else ""
    ax.set_xlabel(f"rationality λ, {unit} (right: fewer errors){size}")
    ax.set_ylabel(f"probability that {player} plays it")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)
    return ax
