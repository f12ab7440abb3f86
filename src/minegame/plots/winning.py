"""Who wins, and when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.plots.style import (
    COLOURS,
    GREY,
    HATCHES,
    axes,
    in_style,
    legend_above,
    log_axis,
    room_for,
    rows_of,
    wrapped,
)
from minegame.text import MINUS, counted, level, number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_WIDE = 30  # highest over lowest level from which an axis is logarithmic
_NUMBERED = 150  # cells of a map up to which each has its number
_PATH = re.compile(r"[a-z]\w*(\.[\w*]+)+")
_DASHES, _MARKS = ("-", "--", "-.", ":"), "os^Dv<>p"

Row = Mapping[str, Any]


# ---------------------------------------------------------------------------------------------------------------- bars


@in_style
def odds(
    rows: Sequence[Row], *, replications: int, confidence: float = 0.95, plays: str = "negotiations",
    ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Win probabilities with intervals: a group of bars a policy, a bar an outcome; of many policies, see below.

    ``rows`` hold ``policy``, ``outcome``, ``estimate``, ``low`` and ``high`` (probabilities), in the order to show.
    More than four policies have a row each with a mark an outcome, ranked by the chance of the first outcome, whose
    numbers stand beside them.  ``plays``: what was played so often.
    """
    policies = list(dict.fromkeys(str(row["policy"]) for row in rows))
    outcomes = list(dict.fromkeys(str(row["outcome"]) for row in rows))
    draw = _grouped if len(policies) <= GROUPED else _ranked
    ax = draw(ax, rows, policies, outcomes)
    _whole_scale(ax)
    ax.axvline(0.5, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0.5)
    ax.set_xlabel(
        f"probability of the outcome, with {100 * confidence:g} % intervals; n = {replications:,} {plays} each"
    )
    legend_above(ax, 4)
    return ax


#: Policies that have a group of bars each, in the order in which they were written; more are ranked.
GROUPED = 4


def _grouped(ax: Axes | None, rows: Sequence[Row], policies: Sequence[str], outcomes: Sequence[str]) -> Axes:
    names = [_name(policy) for policy in policies]
    ax = ax if ax is not None else axes(8.5, 1.6 + room_for(names, 0.26 * (len(outcomes) + 1)))
    thickness = 0.8 / len(outcomes)
    for n, outcome in enumerate(outcomes):
        chosen = _by_policy(rows, outcome)
        places = [p + (n - (len(outcomes) - 1) / 2) * thickness for p, name in enumerate(policies) if name in chosen]
        found = [chosen[name] for name in policies if name in chosen]
        _bars(ax, places, found, thickness, n, wrapped(outcome, 30))
    ax.set_yticks(range(len(policies)), names)
    ax.set_ylim(len(policies) - 0.4, -0.6)
    return ax


def _ranked(ax: Axes | None, rows: Sequence[Row], policies: Sequence[str], outcomes: Sequence[str]) -> Axes:
    first = _by_policy(rows, outcomes[0])
    order = sorted(policies, key=lambda policy: -first[policy]["estimate"] if policy in first else 1.0)
    names = [wrapped(policy, 40) for policy in order]
    ax = ax if ax is not None else axes(8.5, 1.6 + room_for(names, 0.3))
    for n, outcome in enumerate(outcomes):
        chosen = _by_policy(rows, outcome)
        places = [place for place, policy in enumerate(order) if policy in chosen]
        _marks(ax, places, [chosen[order[place]] for place in places], n, wrapped(outcome, 30))
    for place, policy in enumerate(order):
        ax.axhline(place, color="#EEEEEE", linewidth=0.8, zorder=0.3)
        if policy in first:
            ax.text(1.02, place, _percent(first[policy]), va="center", fontsize=8, color=COLOURS[0], weight="bold")
    ax.set_yticks(range(len(order)), names, fontsize=9)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(order) - 0.4, -0.6)
    return ax


def _by_policy(rows: Sequence[Row], outcome: str) -> dict[str, Row]:
    return {str(row["policy"]): row for row in rows if row["outcome"] == outcome}


def _percent(row: Row) -> str:
    return f"{100 * row['estimate']:.1f} %"


def _marks(ax: Axes, places: Sequence[float], rows: Sequence[Row], n: int, label: str) -> None:
    """A mark a row with its interval; the first outcome's are full, the others' hollow."""
    values, low, high = (_column(rows, name) for name in ("estimate", "low", "high"))
    colour = COLOURS[n % len(COLOURS)]
    ax.errorbar(
        values, places, xerr=[values - low, high - values], fmt=_MARKS[n % len(_MARKS)], color=colour, markersize=6,
        markerfacecolor=colour if n == 0 else "white", elinewidth=1.4, label=label,
    )  # fmt: skip


@in_style
def differences(
    rows: Sequence[Row], against: str, *, what: str, confidence: float = 0.95, ax: Axes | None = None
) -> Axes:
    """What policies change, a forest plot: a row a policy with its paired difference and interval, ranked.

    ``rows`` hold ``policy``, ``estimate``, ``low`` and ``high`` (of a probability); ``what`` is what they are
    differences of, and ``against`` the policy that they are taken from.
    """
    ranked = sorted(rows, key=lambda row: -row["estimate"])
    names = [wrapped(row["policy"], 40) for row in ranked]
    ax = ax if ax is not None else axes(8.5, 1.7 + room_for(names, 0.3))
    values, low, high = (100 * _column(ranked, name) for name in ("estimate", "low", "high"))
    ax.axvline(0, color="black", linewidth=0.9)
    for side, colour, mark in ((low > 0, COLOURS[0], "o"), (high < 0, COLOURS[1], "s")):
        _differ(ax, np.flatnonzero(side), values, low, high, colour, mark)
    _differ(ax, np.flatnonzero(~((low > 0) | (high < 0))), values, low, high, GREY, "D")
    for place, value in enumerate(values):
        written = number(value, 1, signed=True)
        ax.annotate(
            written, (1.0, place), (6, 0), xycoords=ax.get_yaxis_transform(), textcoords="offset points", va="center",
            fontsize=8,
        )  # fmt: skip
    rows_of(ax, names)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", color="#EEEEEE")
    ax.xaxis.set_major_formatter(lambda x, _: number(x, signed=True))
    ax.set_xlabel(
        f"change of {what},\nagainst “{against}” on the same luck, percentage points\n"
        f"{100 * confidence:g} % intervals; grey: no difference that can be told from luck"
    )
    return ax


def _differ(
    ax: Axes, places: np.ndarray, values: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str, mark: str
) -> None:
    if len(places):
        middle, below, above = values[places], low[places], high[places]
        ax.errorbar(
            middle, places, xerr=[middle - below, above - middle], fmt=mark, color=colour, markersize=6, elinewidth=1.6,
            capsize=2,
        )  # fmt: skip


def _name(policy: str) -> str:
    """The name of a policy on short lines; a path breaks after a dot."""
    may_break = ".\N{ZERO WIDTH SPACE} "
    apart = _PATH.sub(lambda path: path[0].replace(".", may_break), policy)
    return wrapped(apart, 26).replace(may_break, ".").replace(may_break.strip(), ".")


def _whole_scale(ax: Axes) -> None:
    """All probabilities, and room beyond for the numbers; the axis itself ends at 100 %."""
    ax.set_xlim(0, 1.12)
    ax.spines["bottom"].set_bounds(0, 1)
    ax.set_xticks(np.linspace(0, 1, 6), [f"{100 * x:.0f} %" for x in np.linspace(0, 1, 6)])


def _bars(ax: Axes, places: Sequence[float], rows: Sequence[Row], thickness: float, n: int, label: str) -> None:
    values, low, high = (_column(rows, name) for name in ("estimate", "low", "high"))
    ax.barh(
        places, values, height=thickness * 0.92, color=COLOURS[n % len(COLOURS)], hatch=HATCHES[n % len(HATCHES)],
        edgecolor="white", linewidth=0.5, label=label,
    )  # fmt: skip
    ax.errorbar(values, places, xerr=[values - low, high - values], fmt="none", ecolor="black", elinewidth=1, capsize=2)
    for place, value, edge in zip(places, values, high, strict=True):
        ax.text(edge + 0.01, place, f"{100 * value:.1f} %", va="center", fontsize=8)


def _column(rows: Sequence[Row], name: str) -> np.ndarray:
    return np.array([row[name] for row in rows], float)


# -------------------------------------------------------------------------------------------------------------- curves


@in_style
def win_curves(
    rows: Sequence[Row], factor: str, *, outcome: str, label: str = "", name: str = "", what: str = "P(win)",
    own: Any = None, plays: str = "negotiations", ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """How often an outcome comes as one factor varies: a line a policy, its interval as a band.

    ``rows`` hold the factor's value under its path, ``policy``, ``outcome``, ``estimate``, ``low``, ``high`` and
    ``negotiations``; ``name`` is the factor in words, with its unit, ``what`` the probability, ``own`` the value in the
    scenario (None: not shown), ``plays`` what was played so often.  Where all lie within a fifth of the scale, the axis
    shows that part of it alone, and says so.  A line marks one half, where it is in sight.
    """
    ax = ax if ax is not None else axes(8.5, 4.8)
    chosen = [row for row in rows if row["outcome"] == outcome]
    levels = list(dict.fromkeys(row[factor] for row in chosen))
    policies = list(dict.fromkeys(str(row["policy"]) for row in chosen))
    for n, policy in enumerate(policies):
        mine = [row for row in chosen if row["policy"] == policy]
        at = [row[factor] if _are_numbers(levels) else levels.index(row[factor]) for row in mine]
        _curve(ax, np.array(at, float), mine, n, policy)
    _mark_levels(ax, levels)
    _mark_own(ax, own, levels)
    part = _part_of_scale(chosen)
    ax.set_ylim(*part)
    if part[0] < 0.5 < part[1]:
        ax.axhline(0.5, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0.5)
    ax.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.3g} %")
    ax.set_ylabel(f"{what}, {label or outcome}" + ("" if part == (0.0, 1.0) else "\n(part of the scale)"))
    scale = ", logarithmic" if ax.get_xscale() == "log" else ""
    ax.set_xlabel(f"{name or factor}{scale}\nn = {_sizes(chosen)} {plays} a point, bands: 95 % intervals")
    if len(policies) > 1:
        ax.legend(frameon=False, fontsize=8, ncols=1 + len(policies) // 9)
    return ax


def _curve(ax: Axes, at: np.ndarray, rows: Sequence[Row], n: int, policy: str) -> None:
    order = np.argsort(at)
    values, low, high = (_column(rows, name)[order] for name in ("estimate", "low", "high"))
    colour, dashes = COLOURS[n % len(COLOURS)], _DASHES[n % len(_DASHES)]
    ax.fill_between(at[order], low, high, color=colour, alpha=0.25, linewidth=0)
    ax.plot(
        at[order], values, dashes, color=colour, marker=_MARKS[n % len(_MARKS)], markersize=4, label=wrapped(policy, 40)
    )


def _are_numbers(levels: Sequence[Any]) -> bool:
    return all(isinstance(level, (int, float)) and not isinstance(level, bool) for level in levels)


def _mark_levels(ax: Axes, levels: Sequence[Any]) -> None:
    """Name levels that are words, and those on an axis that had better be logarithmic."""
    if not _are_numbers(levels):
        ax.set_xticks(range(len(levels)), [wrapped(level(value), 16) for value in levels])
    elif min(levels) > 0 and max(levels) >= _WIDE * min(levels):
        log_axis(ax)
        ax.set_xticks(levels, [f"{value:g}" for value in levels], minor=False)
        ax.minorticks_off()


def _mark_own(ax: Axes, own: Any, levels: Sequence[Any]) -> None:
    """A line at the scenario's own value, if it lies among those that were tried."""
    numbers = _are_numbers(levels) and _are_numbers([own])
    if not (min(levels) <= own <= max(levels) if numbers else own is not None and own in levels):
        return
    at = own if numbers else levels.index(own)
    ax.axvline(at, color="black", linewidth=1, linestyle=":", zorder=0.5)
    ax.annotate(
        "as in the scenario", (at, 1.0), (3, 2), xycoords=ax.get_xaxis_transform(), textcoords="offset points",
        fontsize=8, color="#444444", in_layout=False,
    )  # fmt: skip


def _part_of_scale(rows: Sequence[Row]) -> tuple[float, float]:
    """The whole scale of probabilities, or the fifth or less in which everything lies, with a margin."""
    least, most = min(row["low"] for row in rows), max(row["high"] for row in rows)
    if most - least > 0.2:
        return 0.0, 1.0
    margin = max(0.005, 0.08 * (most - least))
    return max(0.0, least - margin), min(1.0, most + margin)


def _sizes(rows: Sequence[Row]) -> str:
    counts = [int(row["negotiations"]) for row in rows]
    return f"{min(counts):,}" if min(counts) == max(counts) else f"{min(counts):,} to {max(counts):,}"


# ---------------------------------------------------------------------------------------------------------------- maps


@in_style
def win_map(
    rows: Sequence[Row], x: str, y: str, *, outcome: str, label: str = "", names: Sequence[str] = (), against: str = "",
    plays: str = "negotiations", ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """How often an outcome comes over two factors of a full factorial: a map with the line where it is one half.

    ``rows`` hold both factors' values under their paths, ``outcome``, ``estimate`` and ``negotiations``;
    ``names`` are the two in words, with their units, ``plays`` is what was played so often.  With ``against`` (a
    policy), the estimates are differences from it, and the line is where there is none.

    Raises:
        ValueError: if not every pair of values stands there exactly once.
    """
    ax = ax if ax is not None else axes(7.5, 5.5)
    chosen = [row for row in rows if row["outcome"] == outcome]
    xs, ys = (_ordered(row[path] for row in chosen) for path in (x, y))
    if sorted((xs.index(row[x]), ys.index(row[y])) for row in chosen) != list(np.ndindex(len(xs), len(ys))):
        raise ValueError("a map needs every pair of values exactly once: draw win_scatter")
    grid = np.empty((len(ys), len(xs)))
    for row in chosen:
        grid[ys.index(row[y]), xs.index(row[x])] = row["estimate"]
    mesh = _coloured(ax, grid, label or outcome, against)
    line = _line(ax, grid, bool(against))
    if grid.size <= _NUMBERED:
        _numbered(ax, mesh, grid, bool(against))
    for places, values, name in zip((ax.xaxis, ax.yaxis), (xs, ys), names or (x, y), strict=True):
        places.set_ticks(range(len(values)), [wrapped(level(value), 16) for value in values])
        places.set_label_text(name)
    unit = "percentage points" if against else "%"
    ax.set_title(f"{line}numbers in {unit}{_size(chosen, plays)}", fontsize=9)
    return ax


@in_style
def win_scatter(
    rows: Sequence[Row], x: str, y: str, *, outcome: str, label: str = "", names: Sequence[str] = (), against: str = "",
    of: int = 0, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """How often an outcome comes at points anywhere over two factors: a dot a point, coloured.

    Arguments are as for :func:`win_map`; ``of`` says how many points there are, if these are but some of them.
    """
    ax = ax if ax is not None else axes(7.5, 5.5)
    chosen = [row for row in rows if row["outcome"] == outcome]
    values = _column(chosen, "estimate")
    across, up = (_scale_of(axis, [row[path] for row in chosen]) for axis, path in ((ax.xaxis, x), (ax.yaxis, y)))
    size = 36 if len(chosen) <= _NUMBERED else 12
    dots = ax.scatter(across, up, c=values, s=size, **_colours(_most(values), against))
    _colour_bar(ax, dots, label or outcome, against)
    for axis, name in zip((ax.xaxis, ax.yaxis), names or (x, y), strict=True):
        axis.set_label_text(name)
    part = f"{len(chosen):,} of {of:,} points" if of > len(chosen) else counted(len(chosen), "point")
    ax.set_title(f"{part}{_size(chosen)}", fontsize=9)
    return ax


def _scale_of(axis: Any, values: Sequence[Any]) -> list[float]:
    """Where values stand on an axis: numbers where they are, words one after another, null before all."""
    if _are_numbers(values):
        return [float(value) for value in values]
    ordered = _ordered(values)
    axis.set_ticks(range(len(ordered)), [wrapped(level(value), 16) for value in ordered])
    return [float(ordered.index(value)) for value in values]


def _ordered(values: Iterable[Any]) -> list[Any]:
    """The different values in order, null before all others."""
    different = set(values)
    return [*({None} & different), *sorted(different - {None})]


def _size(rows: Sequence[Row], plays: str = "negotiations") -> str:
    return f"; n = {_sizes(rows)} {plays} a point" if "negotiations" in rows[0] else ""


def _coloured(ax: Axes, grid: np.ndarray, label: str, against: str) -> Any:
    mesh = ax.imshow(grid, origin="lower", aspect="auto", **_colours(_most(grid), against))
    _colour_bar(ax, mesh, label, against)
    return mesh


def _colours(most: float, against: str) -> dict[str, Any]:
    return {"cmap": "PuOr", "vmin": -most, "vmax": most} if against else {"cmap": "cividis", "vmin": 0, "vmax": 1}


def _colour_bar(ax: Axes, mesh: Any, label: str, against: str) -> None:
    what = f"change of P(win) from '{against}'" if against else "P(win)"
    assert ax.figure is not None
    ax.figure.colorbar(
        mesh, ax=ax, label=f"{what}, {label}",
        format=lambda p, _: f"{100 * p:.3g}".replace("-", MINUS) + ("" if against else " %"),
    )  # fmt: skip


def _most(grid: np.ndarray) -> float:
    return float(np.nanmax(np.abs(grid))) or 1.0


def _line(ax: Axes, grid: np.ndarray, changes: bool) -> str:
    """Draw the line where nothing changes, or where the chance is one half; what it is, in words."""
    at = 0.0 if changes else 0.5
    if min(grid.shape) < 2 or not np.nanmin(grid) < at < np.nanmax(grid):
        return ""
    ax.contour(grid, levels=[at], colors="black" if changes else "white", linewidths=2)
    return "black line: no change; " if changes else "white line: P = 1/2; "


def _numbered(ax: Axes, mesh: Any, grid: np.ndarray, changes: bool) -> None:
    """A number in each cell, on a patch of the cell's own colour, so that no line runs through it."""
    most = _most(grid)
    for (row, column), share in np.ndenumerate(grid):
        colour = "black" if (abs(share) < 0.6 * most if changes else share > 0.5) else "white"
        written = number(100 * share, 1, signed=True) if changes else number(100 * share)
        behind = {"boxstyle": "square,pad=0.1", "edgecolor": "none", "facecolor": mesh.cmap(mesh.norm(share))}
        ax.text(column, row, written, ha="center", va="center", fontsize=8, color=colour, bbox=behind, zorder=3)


# -------------------------------------------------------------------------------------------------------------- months


@in_style
def award_months(
    counts: pd.DataFrame,
    *,
    months: int,
    replications: int,
    start: str = "month 0",
    observed: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """In which month the award falls, by winner.

    ``counts``: a row a month (index 0 … months - 1), a column a winner, the number of negotiations.
    ``observed`` is the month in which the award fell in the case that the scenario is about, if there is one.
    """
    ax = ax if ax is not None else axes(8.0, 4.2)
    places, foot = np.arange(months), np.zeros(months)
    for n, (winner, won) in enumerate(counts.items()):
        share = 100 * won.reindex(places, fill_value=0).to_numpy(float) / replications
        ax.bar(
            places, share, bottom=foot, width=0.86, color=COLOURS[n % len(COLOURS)], hatch=HATCHES[n % len(HATCHES)],
            edgecolor="white", linewidth=0.5, label=f"{wrapped(winner, 40)}: {share.sum():.1f} %",
        )  # fmt: skip
        foot += share
    if observed is not None:
        ax.axvline(observed, color="black", linewidth=1.4, linestyle="--", label=f"as it was: month {observed}")
    ax.set_xticks(places if months <= 24 else places[:: months // 12])
    ax.set_xlabel(f"month of the award (month 0 = {start}); n = {replications:,} negotiations")
    ax.set_ylabel("share of all negotiations, %")
    legend_above(ax, 2)
    return ax
