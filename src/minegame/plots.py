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
    import pandas as pd
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
    each = 0.26 if len(policies) <= 4 else 0.17
    ax = ax if ax is not None else axes(8.5, 1.4 + each * len(policies) * (len(outcomes) + 1))
    thickness = 0.8 / len(outcomes)
    for n, outcome in enumerate(outcomes):
        chosen = {str(row["policy"]): row for row in rows if row["outcome"] == outcome}
        places = [p + (n - (len(outcomes) - 1) / 2) * thickness for p, name in enumerate(policies) if name in chosen]
        found = [chosen[name] for name in policies if name in chosen]
        _bars(ax, places, found, thickness, n, outcome)
    ax.set_yticks(range(len(policies)), policies)
    ax.set_ylim(len(policies) - 0.4, -0.6)
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


_WIDE = 30  # highest over lowest level from which an axis is logarithmic
_NUMBERED = 150  # cells of a map up to which each has its number


def win_curves(
    rows: Sequence[Mapping[str, Any]], factor: str, *, outcome: str, label: str = "", ax: Axes | None = None
) -> Axes:
    """How often an outcome comes as one factor varies: a line a policy, its interval as a band.

    ``rows`` hold the factor's value under its path, ``policy``, ``outcome``, ``estimate``, ``low``, ``high`` and
    ``negotiations``.
    """
    ax = ax if ax is not None else axes(8.5, 4.8)
    chosen = [row for row in rows if row["outcome"] == outcome]
    levels = list(dict.fromkeys(row[factor] for row in chosen))
    numeric = all(isinstance(level, (int, float)) and not isinstance(level, bool) for level in levels)
    policies = list(dict.fromkeys(str(row["policy"]) for row in chosen))
    for n, policy in enumerate(policies):
        mine = [row for row in chosen if row["policy"] == policy]
        x = [row[factor] if numeric else levels.index(row[factor]) for row in mine]
        order = np.argsort(x)
        places = np.array(x, float)[order]
        values, low, high = (np.array([row[key] for row in mine], float)[order] for key in ("estimate", "low", "high"))
        colour, dashes = COLOURS[n % len(COLOURS)], ("-", "--", "-.", ":")[n % 4]
        ax.fill_between(places, low, high, color=colour, alpha=0.25, linewidth=0)
        ax.plot(places, values, dashes, color=colour, marker="os^Dv<>p"[n % 8], markersize=4, label=policy)
    if not numeric:
        ax.set_xticks(range(len(levels)), [str(level) for level in levels])
    elif min(levels) > 0 and max(levels) >= _WIDE * min(levels):
        ax.set_xscale("log")
        ax.set_xticks(levels, [f"{level:g}" for level in levels], minor=False)
        ax.minorticks_off()
    ax.set_ylim(0, 1)
    ax.set_yticks(np.linspace(0, 1, 6), [f"{y:.0%}" for y in np.linspace(0, 1, 6)])
    ax.set_ylabel(f"P(win), {label or outcome}")
    ax.set_xlabel(f"{factor}; n = {_sizes(chosen)} negotiations a point, bands: 95 % intervals")
    if len(policies) > 1:
        ax.legend(frameon=False, fontsize=8, ncols=1 + len(policies) // 9)
    return ax


def win_map(
    rows: Sequence[Mapping[str, Any]], x: str, y: str, *, outcome: str, label: str = "", ax: Axes | None = None
) -> Axes:
    """How often an outcome comes over two factors of a full factorial: a map with the line where it is one half.

    ``rows`` hold both factors' values under their paths, ``outcome``, ``estimate`` and ``negotiations``.
    """
    ax = ax if ax is not None else axes(7.5, 5.5)
    chosen = [row for row in rows if row["outcome"] == outcome]
    xs, ys = sorted({row[x] for row in chosen}), sorted({row[y] for row in chosen})
    grid = np.full((len(ys), len(xs)), np.nan)
    for row in chosen:
        grid[ys.index(row[y]), xs.index(row[x])] = row["estimate"]
    mesh = ax.imshow(grid, origin="lower", aspect="auto", cmap="cividis", vmin=0, vmax=1)
    assert ax.figure is not None
    ax.figure.colorbar(mesh, ax=ax, label=f"P(win), {label or outcome}")
    crosses = min(grid.shape) > 1 and np.nanmin(grid) < 0.5 < np.nanmax(grid)
    if crosses:
        ax.contour(grid, levels=[0.5], colors="white", linewidths=2)
    for (row, column), share in np.ndenumerate(grid if grid.size <= _NUMBERED else np.empty((0, 0))):
        colour = "black" if share > 0.5 else "white"
        ax.text(column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=8, color=colour)
    for places, values, name in ((ax.xaxis, xs, x), (ax.yaxis, ys, y)):
        places.set_ticks(range(len(values)), [f"{v:.4g}" if isinstance(v, float) else str(v) for v in values])
        places.set_label_text(name)
    line = "white line: P = 1/2; " if crosses else ""
    ax.set_title(f"{line}numbers in %; n = {_sizes(chosen)} negotiations a point", fontsize=9)
    return ax


def _sizes(rows: Sequence[Mapping[str, Any]]) -> str:
    counts = [int(row["negotiations"]) for row in rows]
    return f"{min(counts):,}" if min(counts) == max(counts) else f"{min(counts):,} to {max(counts):,}"


# --- strategy


def best_replies(
    values: np.ndarray, replies: Sequence[np.ndarray], strategies: Mapping[str, Sequence[str]], *,
    survival: np.ndarray | None = None, label: str = "host's value, M$", replications: int = 0, ax: Axes | None = None,
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
        ax.plot(x, y, marker, color="white", markersize=9, markeredgewidth=2.4, label=f"best reply of {player}")
    _mark_equilibria(ax, replies[0] & replies[1], survival)
    ax.set_yticks(range(len(rows)), _short(rows), fontsize=8, family="monospace")
    ax.set_xticks(range(len(columns)), _short(columns), rotation=90, fontsize=8, family="monospace")
    size = f"; n = {replications:,} negotiations a profile" if replications else ""
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
        share = "" if survival is None else f"{survival[i, j]:.0%}"
        ax.annotate(
            share, (j, i), (0, 11), textcoords="offset points", ha="center", fontsize=7, color="black",
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip


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


def quantal_path(
    rationality: np.ndarray, probabilities: np.ndarray, strategies: Sequence[str], *,
    player: str, least: float = 0.1, unit: str = "1/M$", replications: int = 0, ax: Axes | None = None,
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
        ax.plot(rationality[after], probabilities[after, j], styles[n % 4], color=COLOURS[n], lw=2, label=strategies[j])
    rest = 1.0 - probabilities[:, shown].sum(axis=1)
    if len(shown) < len(strategies):
        others = f"{len(strategies) - len(shown)} others together"
        ax.plot(rationality[after], rest[after], color=GREY, lw=1, label=others)
    ax.set_xscale("log")
    ax.set_ylim(-0.02, 1.02)
    size = f"; n = {replications:,} negotiations a profile" if replications else ""
    ax.set_xlabel(f"rationality λ, {unit} (right: fewer errors){size}")
    ax.set_ylabel(f"probability that {player} plays it")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)
    return ax


# --- attribution, sensitivity, tipping, discovery, learning


def shapley_bars(
    table: pd.DataFrame,
    *,
    outcome: str,
    replications: int,
    scale: float = 100.0,
    unit: str = "percentage points",
    confidence: float = 0.95,
    ax: Axes | None = None,
) -> Axes:
    """Each lever's Shapley value with its interval, and beside it what it does played alone and added last.

    ``table`` is ``Attribution.levers``; ``outcome`` says whose, such as "P(Cove Kaz wins)"; values are shown
    times ``scale``.
    """
    ax = ax if ax is not None else axes(8.0, 1.6 + 0.55 * len(table))
    values, places = table["estimate"].to_numpy(float) * scale, np.arange(len(table))
    ax.barh(places, values, height=0.62, color=COLOURS[0], edgecolor="white", label="Shapley value")
    _whiskers(ax, places, table, "estimate", "low", "high", scale)
    for column, mark, colour, label in (("first_in", "o", COLOURS[5], "alone"), ("last_in", "D", COLOURS[1], "last")):
        ax.plot(
            table[column] * scale, places, mark, color=colour, markeredgecolor="black", label=label, zorder=3,
            linestyle="none", markersize=7,
        )  # fmt: skip
    ax.axvline(0, color="black", linewidth=0.8)
    ax.set_yticks(places, table["lever"].tolist())
    ax.invert_yaxis()
    ax.set_xlabel(
        f"effect on {outcome}, {unit}, with {confidence:.0%} intervals\n"
        f"n = {replications:,} negotiations under each package; total {values.sum():.1f}"
    )
    _legend_above(ax, 3)
    return ax


def ledger_bars(
    table: pd.DataFrame, *, first: str, second: str, confidence: float = 0.95, ax: Axes | None = None
) -> Axes:
    """Which terms of the host's utility speak for the first bidder and which for the second, M$.

    ``table`` comes from ``attribution.ledger_difference``.
    """
    ax = ax if ax is not None else axes(8.0, 1.6 + 0.34 * len(table))
    places, values = np.arange(len(table)), table["difference"].to_numpy(float)
    last = table["term"].to_numpy() == "total"
    for chosen, colour, hatch in ((values >= 0, COLOURS[0], ""), (values < 0, COLOURS[1], "///")):
        ax.barh(places[chosen], values[chosen], height=0.7, color=colour, hatch=hatch, edgecolor="white")
    ax.barh(places[last], values[last], height=0.7, facecolor="none", edgecolor="black", linewidth=1.4)
    _whiskers(ax, places, table, "difference", "low", "high")
    ax.axvline(0, color="black", linewidth=0.8)
    ax.set_yticks(places, [str(term).replace("_", " ") for term in table["term"]])
    ax.invert_yaxis()
    ax.set_xlabel(
        f"host's utility of {first} minus {second}, M$\n"
        f"month of the decision, {confidence:.0%} intervals; n = {int(table['replications'].iloc[0]):,} negotiations"
    )
    return ax


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
    ax = ax if ax is not None else axes(9.0, 1.6 + 0.36 * len(shown))
    places, rest = np.arange(len(shown)), float(shown["rest"].iloc[0])
    for n, side, hatch, label in ((1, "least", "///", "least"), (0, "most", "", "most")):
        ends = shown[side].to_numpy(float)
        ax.barh(
            places, 100 * (ends - rest), left=100 * rest, height=0.66, color=COLOURS[n], hatch=hatch,
            edgecolor="white", label=label,
        )  # fmt: skip
        _whiskers(ax, places, shown, side, f"{side}_low", f"{side}_high", 100.0)
        for place, end, value in zip(
            places, shown[f"{side}_{'low' if n else 'high'}"], shown[f"at_{side}"], strict=True
        ):
            if shown["swing"].iloc[place] > 0:
                ax.annotate(
                    _value(value), (100 * end, place), (-4 if n else 4, 0), textcoords="offset points",
                    ha="right" if n else "left", va="center", fontsize=7.5,
                )  # fmt: skip
    ax.axvline(100 * rest, color="black", linewidth=0.8)
    ax.margins(x=0.12)
    ax.set_yticks(places, shown["factor"].tolist(), fontsize=8)
    ax.invert_yaxis()
    ax.set_xlabel(
        f"{outcome}, %, as one factor moves over its range; at the bars' ends the factor's value\n"
        f"{confidence:.0%} intervals; n = {replications:,} negotiations a point; rest {100 * rest:.1f} %"
    )
    return ax


def sobol_bars(
    table: pd.DataFrame,
    *,
    outcome: str,
    base: int,
    most: int = 12,
    confidence: float = 0.95,
    ax: Axes | None = None,
) -> Axes:
    """First-order and total Sobol' indices with intervals, what matters most on top; ``table`` is ``Indices.table``."""
    shown = table.head(most)
    ax = ax if ax is not None else axes(8.5, 1.7 + 0.46 * len(shown))
    places = np.arange(len(shown))
    for n, kind, hatch, label in ((0, "total", "", "total"), (5, "first", "///", "first order (alone)")):
        at = places + (-0.2 if kind == "total" else 0.2)
        values = shown[kind].to_numpy(float)
        ax.barh(at, values, height=0.38, color=COLOURS[n], hatch=hatch, edgecolor="white", label=label)
        _whiskers(ax, at, shown, kind, f"{kind}_low", f"{kind}_high")
    ax.axvline(0, color="black", linewidth=0.8)
    ax.set_yticks(places, shown["factor"].tolist(), fontsize=8)
    ax.invert_yaxis()
    hidden = f"; {len(table) - len(shown)} weaker factors not shown" if len(table) > len(shown) else ""
    ax.set_xlabel(
        f"share of the variance of {outcome} over the ranges, with {confidence:.0%} intervals\n"
        f"n = {base:,} base points, {base * (len(table) + 2):,} in all{hidden}"
    )
    _legend_above(ax, 2)
    return ax


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
    ax: Axes | None = None,
) -> Axes:
    """A probability over two parameters, with the contour on which it is at ``level``.

    ``table`` holds ``x``, ``y`` and ``estimate`` at any points (``Threshold.asked``, or a grid); ``curve`` the pieces
    of ``Threshold.curve``, without which the contour is drawn between the points.  ``x`` and ``y`` are labels, with
    units.
    """
    ax = ax if ax is not None else axes(7.0, 5.2)
    across, up, values = (table[name].to_numpy(float) for name in ("x", "y", "estimate"))
    for is_log, scale in zip(logarithmic, (ax.set_xscale, ax.set_yscale), strict=True):
        if is_log:
            scale("log")
    shown = ax.tricontourf(across, up, values, levels=np.linspace(0, 1, 11), cmap="cividis")
    ax.figure.colorbar(shown, ax=ax, label=outcome, format=lambda p, _: f"{p:.0%}")
    if curve is None:
        ax.tricontour(across, up, values, levels=[level], colors="white", linewidths=2.4)
    else:
        pieces = curve[["x0", "x1"]].to_numpy(float).T, curve[["y0", "y1"]].to_numpy(float).T
        ax.plot(*pieces, color="black", linewidth=3.6, solid_capstyle="round")
        ax.plot(*pieces, color="white", linewidth=2.0, solid_capstyle="round")
    ax.plot(across, up, ".", color="white", markeredgecolor="black", markeredgewidth=0.3, markersize=3)
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.set_title(
        f"line: {outcome} = {level:.0%}; dots: {len(table):,} points of n = {replications:,} negotiations", fontsize=9
    )
    return ax


def award_months(
    counts: pd.DataFrame, *, months: int, replications: int, start: str = "month 0", ax: Axes | None = None
) -> Axes:
    """In which month the award falls, by winner.

    ``counts``: a row a month (index 0 … months - 1), a column a winner, the number of negotiations.
    """
    ax = ax if ax is not None else axes(8.0, 4.2)
    places, foot = np.arange(months), np.zeros(months)
    for n, winner in enumerate(counts.columns):
        share = 100 * counts[winner].reindex(places, fill_value=0).to_numpy(float) / replications
        ax.bar(
            places, share, bottom=foot, width=0.86, color=COLOURS[n % len(COLOURS)], hatch=HATCHES[n % len(HATCHES)],
            edgecolor="white", linewidth=0.5, label=f"{winner}: {share.sum():.1f} %",
        )  # fmt: skip
        foot += share
    ax.set_xticks(places if months <= 24 else places[:: months // 12])
    ax.set_xlabel(f"month of the award (month 0 = {start}); n = {replications:,} negotiations")
    ax.set_ylabel("share of all negotiations, %")
    ax.legend(frameon=False, loc="upper left", fontsize=9)
    return ax


def kept_ranges(table: pd.DataFrame, *, kept: int, vectors: int, most: int = 20, ax: Axes | None = None) -> Axes:
    """How much of each parameter's range one case leaves: kept against prior, both as 90 % ranges.

    ``table`` is ``Learning.parameters``; ranges are shown as parts of the prior's, so that all fit one axis.
    """
    shown = table.head(most)
    ax = ax if ax is not None else axes(9.0, 1.6 + 0.34 * len(shown))
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
        ends = f"{_value(row['kept_low'])} to {_value(row['kept_high'])}"
        said = f"{ends};  spread × {row['spread_kept']:.2f}, shift {row['distance']:.2f}"
        ax.text(edge + 0.03, place, said, va="center", fontsize=7.5)
    ax.set_xlim(min(-0.04, float(np.nanmin(left, initial=0.0)) - 0.02), edge + 0.62)
    ax.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    ax.set_yticks(places, shown["parameter"].tolist(), fontsize=8)
    ax.invert_yaxis()
    ax.set_xlabel(
        f"part of the prior's 90 % range; n = {kept:,} of {vectors:,} parameter vectors kept; shift: KS distance"
    )
    _legend_above(ax, 3)
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
        named = [f"{row.factor} {_SIGNS[str(row.side)]} {_value(row.limit)}" for row in others.itertuples()]
        ax.set_title("and also: " + "; ".join(named), fontsize=8, wrap=True)
    ax.set_xlabel(f"{x}; n = {len(points):,} points")
    ax.set_ylabel(y)
    ax.legend(frameon=False, fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.12))
    return ax


def bars(
    labels: Sequence[str], values: np.ndarray, low: np.ndarray, high: np.ndarray, *, label: str,
    notes: Sequence[str] = (), ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Estimates of several things with their intervals, a bar each, and a note beside each bar.

    An interval without bounds is drawn to the edge of what is shown.
    """
    ax = ax if ax is not None else axes(8.5, 1.5 + 0.42 * len(labels))
    places, values = np.arange(len(labels)), np.nan_to_num(np.asarray(values, float))
    ends = np.concatenate([values, low, high, [0.0]])
    least, most = ends[np.isfinite(ends)].min(), ends[np.isfinite(ends)].max()
    low, high = (np.clip(np.where(np.isnan(x), values, x), least, most) for x in (low, high))
    for chosen, colour, hatch in ((values >= 0, COLOURS[0], ""), (values < 0, COLOURS[1], "///")):
        ax.barh(places[chosen], values[chosen], height=0.62, color=colour, hatch=hatch, edgecolor="white")
    ax.errorbar(
        values, places, xerr=[np.maximum(values - low, 0), np.maximum(high - values, 0)], fmt="none", ecolor="black",
        elinewidth=1, capsize=3,
    )  # fmt: skip
    for place, note in zip(places, notes, strict=False):
        ax.annotate(note, (most, place), (8, 0), textcoords="offset points", va="center", fontsize=8)
    ax.axvline(0, color="black", linewidth=0.8)
    wide = (most - least) or 1.0
    ax.set_xticks([x for x in ax.get_xticks() if least - 0.02 * wide <= x <= most + 0.02 * wide])
    ax.set_xlim(least - 0.04 * wide, most + (0.04 + 0.016 * max(map(len, notes), default=0)) * wide)
    ax.set_yticks(places, list(labels), fontsize=9)
    ax.invert_yaxis()
    ax.set_xlabel(label)
    return ax


def tipping_points(table: pd.DataFrame, *, first: str, second: str, replications: int, ax: Axes | None = None) -> Axes:
    """How far each parameter alone must move until another is the favourite, the nearest on top.

    ``table`` is that of ``tipping.nearest`` with the range searched (``start``, ``end``) and ``is_log``; ranges are
    drawn alike, so that distances compare.
    """
    ax = ax if ax is not None else axes(9.5, 1.5 + 0.44 * len(table))
    rows: list[Any] = table.to_dict("records")
    for place, row in enumerate(rows):
        ax.plot([0, 1], [place, place], color="#D9D9D9", linewidth=7, solid_capstyle="butt", zorder=1)
        base, tip, low, high = (_part(row, row[name]) for name in ("base", "crossing", "low", "high"))
        ax.plot(base, place, "o", color=COLOURS[0], markersize=8, zorder=4, label="" if place else "the scenario")
        said = f"{_value(row['base'])}; turns nothing in its range"
        if np.isfinite(tip):
            ax.plot([base, tip], [place, place], color=COLOURS[1], linewidth=1.6, zorder=2)
            ax.plot([low, high], [place, place], color="black", linewidth=3.4, alpha=0.6, zorder=3)
            mark: dict[str, Any] = {"color": COLOURS[1], "markeredgecolor": "black", "markersize": 8, "zorder": 4}
            ax.plot(tip, place, "D", label="" if place else "tips here (dark: interval)", **mark)
            said = f"{_value(row['base'])} → {_value(row['crossing'])} [{_value(row['low'])}, {_value(row['high'])}]"
        ax.text(1.03, place, said, va="center", fontsize=8)
        for x, end, side in ((0.0, row["start"], "left"), (1.0, row["end"], "right")):
            ax.text(x, place - 0.22, _value(end), ha=side, va="bottom", fontsize=6.5, color="#555555")
    ax.set_xlim(-0.03, 1.62)
    ax.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    ax.set_yticks(range(len(table)), table["factor"].tolist(), fontsize=8)
    ax.set_ylim(len(table) - 0.4, -0.75)
    ax.set_xlabel(
        f"part of the range searched (its ends stand on it); n = {replications:,} negotiations a point\n"
        f"favourite: the more often winning of {first} and {second}"
    )
    _legend_above(ax, 2)
    return ax


def _part(row: Mapping[str, Any], value: float) -> float:
    """Where a value lies in the range searched, 0 to 1 on its scale."""
    low, high = float(row["start"]), float(row["end"])
    if row["is_log"]:
        return float(np.log(value / low) / np.log(high / low))
    return float((value - low) / (high - low))


_ENDS = ("low", "high")
_SIGNS = {"low": "≥", "high": "≤", "levels": "in"}


def _edge(limits: pd.DataFrame, factor: str, side: str, otherwise: float) -> float:
    found = limits[(limits["factor"] == factor) & (limits["side"] == side)]["limit"]
    return float(found.iloc[0]) if len(found) else float(otherwise)


def _whiskers(
    ax: Axes, places: np.ndarray, table: pd.DataFrame, value: str, low: str, high: str, scale: float = 1.0
) -> None:
    middle, below, above = (scale * table[name].to_numpy(float) for name in (value, low, high))
    ax.errorbar(
        middle, places, xerr=[np.maximum(middle - below, 0), np.maximum(above - middle, 0)], fmt="none",
        ecolor="black", elinewidth=1, capsize=2,
    )  # fmt: skip


def _legend_above(ax: Axes, columns: int) -> None:
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns, frameon=False, fontsize=9)


def _value(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, (int, float, np.number)) else str(value)
