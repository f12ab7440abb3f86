"""One negotiation on a page: what the host weighs, who presses and who lends, what the bidders concede."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from minegame.game import ENGAGEMENT, LEVER_TABLE
from minegame.plots.style import COLOURS, GREY, blank, headed, in_style, wrapped
from minegame.text import upper
from minegame.transcript import calendar_month, money

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from minegame.transcript import Cast

_LEVERS = {lever.name: lever for lever in LEVER_TABLE}
_MARKS = "osDvP^Xp"
_SPLITS: tuple[dict[str, Any], ...] = tuple(
    {"color": "black", "marker": mark, "markersize": size} for mark, size in (("*", 11), ("X", 8), ("P", 8))
)
_RING: dict[str, Any] = {
    "color": "black", "markerfacecolor": "none", "markeredgewidth": 1.6, "linestyle": "none", "zorder": 4,
}  # fmt: skip
_SHOWN_AHEAD = 1.6  # months shown for a month played, where the deadline is far
_MOST_TICKS = 16
_LETTERS = 46  # of a row's label on a line
_BEYOND = 106  # where a concession of more than 100 % is drawn
_END = 0.16  # months by which a bar reaches beyond the middle of its first and of its last month
_LABELLED = 1 / 20  # of the width, from which a bar has its strength written on it


@in_style
def timeline(months: pd.DataFrame | Sequence[Mapping[str, Any]], cast: Cast) -> Figure:
    """A negotiation month by month, its three panels over one calendar.

    On top the host's utility of the candidate against its aspiration and against shelving, M$, the mark saying whose
    the candidate is; in the middle which levers each patron presses and which letters and commitments stand; below the
    concession of each bidder, and what the host asked for in vain.  The line through all three is the decision.

    ``months`` are the rows of :func:`~minegame.transcript.months_table`, ``cast`` says what everybody in them is
    called.
    """
    import pandas as pd

    table = pd.DataFrame(months)
    styles = _styles(table, cast)
    rows = list(_rows(table, cast))
    tall = (3.3, 0.3 + sum(0.27 + 0.14 * row.label.count("\n") for row in rows), 2.3)
    figure = blank(11.0, sum(tall) + 1.5)
    top, middle, bottom = figure.subplots(3, 1, sharex=True, height_ratios=tall)
    for ax in (top, middle, bottom):
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(axis="x", color="#E4E4E4", linewidth=0.6)
        ax.set_axisbelow(True)
    _weighing(top, table, cast, styles)
    _pressing(middle, rows, table, cast, styles)
    _conceding(bottom, table, cast, styles)
    _calendar(bottom, table, cast)
    for ax in (top, middle, bottom):
        ax.axvline(table["month"].iloc[-1], color="black", linewidth=0.9, linestyle=(0, (1, 2)), zorder=0.5)
    luck = f"seed {cast.seed}, replication {cast.replication}"
    return headed(figure, upper(_ending(table, cast)), f"{cast.title} · {luck}")


class _Row(NamedTuple):
    """A row of the middle panel: a lever of a patron, or a financier."""

    path: str
    label: str
    spans: tuple[tuple[int, int, str], ...]  # first month, last month, what is written on it
    note: str = ""  # of a letter or commitment, at its month; of an empty row, what is missing
    is_letter: bool = False
    summits: tuple[int, ...] = ()  # months in which the heads of state met


# ------------------------------------------------------------------------------------------------------ the panels


def _weighing(ax: Axes, table: pd.DataFrame, cast: Cast, styles: Mapping[str, dict[str, Any]]) -> None:
    """The host's utility, aspiration and shelving, and the candidate's marks."""
    x = table["month"].to_numpy(float)
    worth = {name: table[f"host.{name}"].to_numpy(float) for name in ("utility", "aspiration", "shelve_utility")}
    ax.plot(x, worth["aspiration"], "--", color="black", linewidth=1.4, label="aspiration: what it holds out for")
    ax.plot(x, worth["utility"], "-", color=GREY, linewidth=1.6, label="utility of its candidate, the mark says who")
    ax.plot(
        x,
        worth["shelve_utility"],
        "-",
        color="#CFCFCF",
        linewidth=4.5,
        zorder=1,
        label="shelving: keeping the deposits",
    )
    candidates = np.array([_candidate(row, cast) for row in _records(table)])
    for bidder, style in styles.items():
        chosen = candidates == bidder
        if bidder.startswith("bidders.") or chosen.any():
            ax.plot(x[chosen], worth["utility"][chosen], **_mark(style), zorder=3, label=style["label"])
    _decision(ax, table, cast)
    ax.set_ylabel(wrapped(f"worth to the host ({cast.labels['host']}), M$", 40))
    _legend(ax, 1.06)


def _decision(ax: Axes, table: pd.DataFrame, cast: Cast) -> None:
    """A ring round what the host chose and, on top of the line of the decision, how the negotiation ended."""
    last = table.iloc[-1]
    height = float(last["host.utility"] if _is_award(last) else last["host.shelve_utility"])
    ax.plot(last["month"], height, marker="o", markersize=15, **_RING)
    is_late = last["month"] > 0.5 * _months_shown(table, cast)
    ax.annotate(
        _verdict(last), (last["month"], 1.0), (4 if is_late else -4, 3), xycoords=ax.get_xaxis_transform(),
        textcoords="offset points", ha="right" if is_late else "left", fontsize=9, weight="bold", in_layout=False,
    )  # fmt: skip


def _pressing(
    ax: Axes, rows: Sequence[_Row], table: pd.DataFrame, cast: Cast, styles: Mapping[str, dict[str, Any]]
) -> None:
    """A bar a lever from its onset, a line a letter or commitment from its month."""
    shown = _months_shown(table, cast)
    for place, row in enumerate(rows):
        style = styles[row.path]
        if not row.spans:
            ax.text(table["month"].iloc[0], place, row.note, va="center", fontsize=8, color="#666666", style="italic")
        elif row.path.startswith("patrons."):
            _bar(ax, place, row, style["color"], shown)
        else:
            _line(ax, place, row, style, int(table["month"].iloc[-1]), shown)
    for place, (before, after) in enumerate(pairwise(rows)):
        if styles[before.path]["camp"] != styles[after.path]["camp"]:
            ax.axhline(place + 0.5, color=GREY, linewidth=0.6)
    ax.set_yticks(range(len(rows)), [row.label for row in rows], fontsize=8)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    title = "Levers: strength, the tariff as the duty threatened. Money: hollow, a letter; full, a commitment."
    title += " Star: a summit." if any(row.summits for row in rows) else ""
    ax.set_title(title, loc="left", fontsize=9)


def _bar(ax: Axes, place: int, row: _Row, colour: str, shown: int) -> None:
    light = colour in (*COLOURS[3:7], GREY)
    for first, last, strength in row.spans:
        ax.barh(
            place, last - first + 2 * _END, left=first - _END, height=0.62, color=colour, edgecolor="white",
            linewidth=0.8,
        )  # fmt: skip
        if (last - first + 2 * _END) / shown > _LABELLED:
            beside = first + 1.5 * _END if first in row.summits else first - 0.5 * _END
            ax.text(beside, place, strength, va="center", fontsize=8, color="black" if light else "white")
    for month in row.summits:
        ax.plot(month, place, marker="*", markersize=13, color="#F0E442", markeredgecolor="black", zorder=4)


def _line(ax: Axes, place: int, row: _Row, style: Mapping[str, Any], end: int, shown: int) -> None:
    first = row.spans[0][0]
    face = "white" if row.is_letter else style["color"]
    ax.plot([first, end], [place, place], "--" if row.is_letter else "-", color=style["color"], linewidth=1.6)
    ax.plot(first, place, **{**_mark(style), "markerfacecolor": face, "markeredgecolor": style["color"]}, zorder=4)
    is_late = first > 0.6 * shown
    ax.annotate(
        row.note, (first, place), (-9 if is_late else 9, 0), textcoords="offset points", va="center", fontsize=8,
        ha="right" if is_late else "left", zorder=5, in_layout=False,
        bbox={"boxstyle": "square,pad=0.12", "facecolor": "white", "edgecolor": "none"},
    )  # fmt: skip


def _conceding(ax: Axes, table: pd.DataFrame, cast: Cast, styles: Mapping[str, dict[str, Any]]) -> None:
    """Each bidder's concession, what the host asked for in vain, and what was agreed."""
    x = table["month"].to_numpy(float)
    for bidder in _paths(table, "bidders"):
        bids = table.filter(regex=rf"^{re.escape(bidder)}\..*\.equity$").notna().any(axis=1)
        conceded = np.where(bids, 100 * table[f"{bidder}.concession"].to_numpy(float), np.nan)
        ax.plot(x, conceded, linewidth=1.4, **{**_mark(styles[bidder]), "linestyle": "-"})
    _refusals(ax, table, cast, styles)
    if table["host.decision"].iloc[-1] == "counter":
        agreed = 100 * float(table["host.settled_concession"].iloc[-1])
        ax.plot(x[-1], agreed, marker="o", markersize=13, label="asked by the host, agreed", **_RING)
    ax.set_ylim(0, 112)
    ax.set_yticks([0, 25, 50, 75, 100])
    ax.set_ylabel("concession, % of what\nthe bidder could transfer")
    _legend(ax, 1.0)


def _refusals(ax: Axes, table: pd.DataFrame, cast: Cast, styles: Mapping[str, dict[str, Any]]) -> None:
    """What the host asked of its candidate, in the candidate's colour, and did not get."""
    known = set()
    for row in _records(table):
        asked = row["host.requested_concession"]
        if not _is_known(asked) or row["host.decision"] in ("accept", "counter"):
            continue
        mark, label = ("_", "asked by the host, refused") if asked <= 1 else ("^", "asked for more than all, refused")
        if label not in known:
            ax.plot([], [], marker=mark, markersize=8, label=label, **_RING)
        known.add(label)
        colour = styles[_candidate(row, cast)]["color"]
        ax.plot(row["month"], min(100 * asked, _BEYOND), marker=mark, markersize=8, **{**_RING, "color": colour})


def _legend(ax: Axes, height: float) -> None:
    """A legend above the panel, its left edge on the panel's: in two columns where names are long, else in three."""
    _, labels = ax.get_legend_handles_labels()
    if labels:
        columns = 2 if any("\n" in label for label in labels) else 3
        ax.legend(
            loc="lower left", bbox_to_anchor=(0.0, height), ncols=columns, frameon=False, fontsize=9, borderaxespad=0.2
        )


def _calendar(ax: Axes, table: pd.DataFrame, cast: Cast) -> None:
    """Months of the calendar below, the year where it begins, and the deadline if it is near."""
    shown = _months_shown(table, cast)
    step = -(-shown // _MOST_TICKS)
    ticks = list(range(0, shown, step))
    labels = []
    for n, month in enumerate(ticks):
        name, year = calendar_month(cast.start, month).split()
        is_new = n == 0 or year != calendar_month(cast.start, ticks[n - 1]).split()[1]
        labels.append(f"{name[:3]}\n{year}" if is_new else name[:3])
    ax.set_xticks(ticks, labels)
    ax.set_xlim(-0.6, shown - 0.4)
    deadline = calendar_month(cast.start, cast.months - 1)
    ax.set_xlabel(f"month; the tender of {cast.months} months closes in {deadline}")


# ---------------------------------------------------------------------------------------------- what the table says


def _records(table: pd.DataFrame) -> list[Any]:
    return table.to_dict("records")


def _is_known(number: Any) -> bool:
    return number is not None and bool(np.isfinite(number))


def _months_shown(table: pd.DataFrame, cast: Cast) -> int:
    return min(cast.months, max(len(table) + 1, round(_SHOWN_AHEAD * len(table))))


def _paths(table: pd.DataFrame, group: str) -> list[str]:
    """The agents of a group that the table has, in its order, such as ``bidders.cove_kaz``."""
    return list(dict.fromkeys(".".join(c.split(".")[:2]) for c in table.columns if c.startswith(f"{group}.")))


def _styles(table: pd.DataFrame, cast: Cast) -> dict[str, dict[str, Any]]:
    """Colour, mark, name and camp of everybody: a bidder has its own, its patron and financiers share them."""
    styles: dict[str, dict[str, Any]] = {}
    for n, bidder in enumerate(_paths(table, "bidders")):
        look = {"color": COLOURS[n % len(COLOURS)], "marker": _MARKS[n % len(_MARKS)], "markersize": 7}
        styles[bidder] = {**look, "label": wrapped(cast.labels[bidder]), "camp": cast.behind[bidder]}
    for patron in _paths(table, "patrons"):
        own = [style for style in styles.values() if style["camp"] == patron]
        styles[patron] = {**(own[0] if own else {"color": GREY, "marker": "o", "camp": patron})}
    for financier in _paths(table, "financiers"):
        styles[financier] = styles[cast.behind[financier]]
    for row in _records(table):
        candidate = _candidate(row, cast)
        if candidate and candidate not in styles:
            split = _SPLITS[sum("; " in path for path in styles) % len(_SPLITS)]
            styles[candidate] = {**split, "label": wrapped(f"{candidate}", 34), "camp": ""}
    return styles


def _mark(style: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: style[key] for key in ("color", "marker", "markersize") if key in style}
    return {**kept, "linestyle": "none", "markeredgecolor": "white", "markeredgewidth": 0.6}


def _candidate(row: Mapping[str, Any], cast: Cast) -> str:
    """The bidder that the host prefers for everything, as a path; or who is to have what; nothing if nobody bids."""
    prefix = "host.candidate."
    chosen = {column.removeprefix(prefix): row[column] for column in row if column.startswith(prefix)}
    winners = {bidder for bidder in chosen.values() if isinstance(bidder, str)}
    if not winners:
        return ""
    if len(winners) == 1 and all(isinstance(bidder, str) for bidder in chosen.values()):
        return f"bidders.{next(iter(chosen.values()))}"
    return "; ".join(
        f"{cast.labels[f'deposits.{deposit}']} "
        + (f"to {cast.labels[f'bidders.{bidder}']}" if isinstance(bidder, str) else "kept")
        for deposit, bidder in chosen.items()
    )


def _is_award(last: pd.Series) -> bool:
    return last["host.decision"] in ("accept", "counter")


def _verdict(last: pd.Series) -> str:
    """How it ended, in numbers."""
    worth = money(last["host.utility"]) if _is_known(last["host.utility"]) else ""
    if last["host.decision"] == "counter":
        return f"offer worth {worth}; counter-offer agreed, concession {100 * last['host.settled_concession']:.0f} %"
    if last["host.decision"] == "accept":
        return f"offer accepted, worth {worth}"
    best = f"best offer {worth}" if worth else "nobody bids"
    return f"shelved: worth {money(last['host.shelve_utility'])}, {best}"


def _ending(table: pd.DataFrame, cast: Cast) -> str:
    last = table.iloc[-1]
    month = calendar_month(cast.start, int(last["month"]))
    candidate = _candidate(dict(last), cast)
    return f"awarded in {month}: {_named(candidate, cast)}" if _is_award(last) else f"shelved in {month}"


def _named(candidate: str, cast: Cast) -> str:
    if candidate not in cast.labels:
        return candidate
    lots = [label for path, label in cast.labels.items() if path.startswith("deposits.")]
    what = {1: lots[0], 2: "both deposits"}.get(len(lots), f"all {len(lots)} deposits")
    return f"{what} to {cast.labels[candidate]}"


def _rows(table: pd.DataFrame, cast: Cast) -> Iterator[_Row]:
    """The rows of the middle panel, camp by camp: levers pressed, then the money behind the camp's bidders."""
    for patron in _paths(table, "patrons"):
        pressed = [row for lever in _LEVERS if (row := _lever(table, cast, patron, lever)).spans]
        yield from pressed or [_Row(patron, wrapped(cast.labels[patron], _LETTERS), (), "presses no lever")]
        for financier in _paths(table, "financiers"):
            if cast.behind[cast.behind[financier]] == patron:
                yield _backing(table, cast, financier)


def _lever(table: pd.DataFrame, cast: Cast, patron: str, lever: str) -> _Row:
    """When a lever is pressed and how hard: a span for every stretch of equal strength."""
    strengths = table[f"{patron}.{lever}"].to_numpy(float)
    months = table["month"].to_numpy(int)
    cuts = [0, *(np.flatnonzero(~np.isclose(np.diff(strengths), 0.0)) + 1).tolist(), len(months)]
    spans = [
        (int(months[a]), int(months[b - 1]), _strength(lever, strengths[a]))
        for a, b in pairwise(cuts)
        if strengths[a] > 0.0
    ]
    met = np.flatnonzero(np.diff(table[f"{patron}.summits"].to_numpy(int), prepend=0)) if lever == _SUMMONS else ()
    label = wrapped(f"{cast.labels[patron]}: {_LEVERS[lever].label}", _LETTERS)
    return _Row(patron, label, tuple(spans), summits=tuple(int(months[n]) for n in met))


_SUMMONS = LEVER_TABLE[ENGAGEMENT].name  # the lever that brings summits about


def _strength(lever: str, intensity: float) -> str:
    return f"{100 * intensity * _LEVERS[lever].full:.0f} %"


def _backing(table: pd.DataFrame, cast: Cast, financier: str) -> _Row:
    last = table.iloc[-1]
    what = "commitment" if financier in cast.binding else "letter"
    label = wrapped(cast.labels[financier], _LETTERS)
    month = last[f"{financier}.letter_month"]
    if not _is_known(month):
        return _Row(financier, label, (), f"no {what}")
    share = f"{100 * last[f'{financier}.share']:.0f} % of the capital"
    note = f"{what} for {share}" + ("" if what == "commitment" else ", not binding")
    return _Row(financier, label, ((int(month), int(last["month"]), ""),), note, what == "letter")
