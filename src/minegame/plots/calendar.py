"""A campaign on a page: its tenders on the calendar, and below what hosts believe and what patrons have left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from minegame.plots.style import COLOURS, GREY, HATCHES, blank, in_style, room_for, wrapped, wrapped_lines
from minegame.transcript.calendar import TenderBar, headline

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from minegame.transcript.calendar import Calendar

_DASHES = ("-", "--", "-.", ":")
_WIDTH, _SMALL = 12.5, 1.9  # inches: of the page, and the height of a small panel
_LETTERS = 30  # of a winner's name on a line
_APART = 0.13  # of a panel's height, between the names at the ends of its lines


class _Panel(NamedTuple):
    """A small panel: its title, whether it is in percent, and its lines by whose they are."""

    title: str
    is_share: bool
    lines: Mapping[str, pd.DataFrame]  # a column a line


@in_style
def calendar_picture(calendar: Calendar) -> Figure:
    """A campaign that was played: a bar a tender from its opening to its award, in the colour of who won it.

    The line behind a bar is the building of its mines; a full square says that all stand, a cross that some were never
    finished.  Below, over the same calendar: the hosts' beliefs that threats and promises are kept (a line a host, a
    bold one their mean), political capital, and the money that lenders have left under their ceilings.
    """
    import pandas as pd

    panels = list(_panels(calendar, pd.DataFrame(calendar.months)))
    names = [wrapped_lines(bar.label) for bar in calendar.bars]
    tall, below = 0.7 + room_for(names, 0.52), -(-len(panels) // 2)
    figure = blank(_WIDTH, tall + below * (_SMALL + 0.35) + 0.9)
    parts: Any = figure.subfigures(2, 1, height_ratios=[tall, below * (_SMALL + 0.35)])
    _tenders(parts[0].subplots(), calendar, names)
    parts[1].suptitle("What the awards leave behind (upright lines: the awards, as above)", fontsize=10)
    for ax, panel in zip(parts[1].subplots(below, 2, squeeze=False).ravel(), panels, strict=False):
        _small(ax, calendar, panel)
    for ax in parts[1].axes[len(panels) :]:
        ax.set_visible(False)
    run = f"{calendar.cast.title} · one run of many: seed {calendar.seed}, replication {calendar.replication}"
    figure.suptitle(f"{wrapped(headline(calendar), 90)}\n{wrapped(run, 120)}", fontsize=12)
    return figure


# --------------------------------------------------------------------------------------------------------- the tenders


def _tenders(ax: Axes, calendar: Calendar, names: list[str]) -> None:
    for place, bar in enumerate(calendar.bars):
        _bar(ax, place, bar, calendar)
    ax.set_yticks(range(len(names)), names, fontsize=9)
    ax.set_ylim(len(names) - 0.4, -0.75)
    ax.tick_params(axis="y", length=0)
    _time(ax, calendar)
    _legend(ax, calendar)


def _bar(ax: Axes, place: int, bar: TenderBar, calendar: Calendar) -> None:
    look = _look(calendar, bar.camp)
    end = bar.deadline if bar.settled is None else bar.settled
    width = end - bar.opening + 1
    ax.barh(place, width, left=bar.opening, height=0.5, edgecolor="white", color=look["color"], hatch=look["hatch"])
    if bar.stands is not None:
        ax.plot([end + 1, bar.stands], [place, place], color=look["color"], linewidth=2, linestyle=look["linestyle"])
        all_stand = bar.finished == bar.mines
        ax.plot(
            bar.stands, place, "s" if all_stand else "X", color=look["color"], markersize=8, markeredgecolor="white"
        )
        if not all_stand and bar.mines > 1:
            ax.annotate(f"{bar.finished} of {bar.mines} stand", (bar.stands + 1.2, place), va="center", fontsize=8)
    ax.annotate(
        _verdict(bar, calendar), (end + 1.4, place), (0, 3), textcoords="offset points", va="bottom", fontsize=8,
        in_layout=False,
    )  # fmt: skip


def _verdict(bar: TenderBar, calendar: Calendar) -> str:
    """Who won, and when."""
    if bar.settled is None:
        return "still open"
    who = wrapped(" and ".join(bar.winners), _LETTERS) if bar.winners else "shelved"
    return f"{who}, {calendar.cast.date(bar.settled)}"


def _look(calendar: Calendar, camp: str | None) -> dict[str, Any]:
    """How a camp is drawn: in colour, and in grey told apart by hatches and dashes."""
    if camp is None:
        return {"color": GREY, "hatch": "", "linestyle": ":"}
    n = list(calendar.cast.patrons).index(camp)
    return {"color": COLOURS[n], "hatch": HATCHES[n], "linestyle": _DASHES[n % len(_DASHES)]}


def _legend(ax: Axes, calendar: Calendar) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries: list[Any] = []
    for patron, label in calendar.cast.patrons.items():
        look = _look(calendar, patron)
        entries.append(Patch(facecolor=look["color"], hatch=look["hatch"], edgecolor="white", label=f"won by {label}"))
    if any(bar.camp is None for bar in calendar.bars):
        entries.append(Patch(facecolor=GREY, label="shelved, or still open"))
    mark: dict[str, Any] = {"color": "black", "markersize": 7, "markeredgecolor": "white"}
    entries.append(Line2D([], [], marker="s", label="mines stand", linestyle="-", **mark))
    if any(bar.stands is not None and bar.finished < bar.mines for bar in calendar.bars):
        entries.append(Line2D([], [], marker="X", label="a mine was never finished", linestyle="-", **mark))
    ax.legend(
        handles=entries, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=5, frameon=False, fontsize=9,
        borderaxespad=0.2,
    )  # fmt: skip


def _time(ax: Axes, calendar: Calendar) -> None:
    """The years, and the months of the awards as thin lines in the winners' colours."""
    months = len(calendar.months)
    year, month = (int(part) for part in calendar.cast.start.split("-"))
    ticks = list(range((1 - month) % 12, months + 1, 12))
    step = -(-len(ticks) // 10)
    ax.set_xticks(ticks[::step], [str(year + (month - 1 + tick) // 12) for tick in ticks[::step]], fontsize=9)
    ax.set_xlim(-0.5, months + 0.5)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="x", color="#E4E4E4", linewidth=0.6)
    ax.set_axisbelow(True)


# ---------------------------------------------------------------------------------------------------- the small panels


def _panels(calendar: Calendar, table: pd.DataFrame) -> Iterator[_Panel]:
    cast = calendar.cast
    for what, title in (
        ("credibility", "Hosts believe that threats are kept"),
        ("trust", "Hosts believe that promises are kept"),
    ):
        columns = {patron: table.filter(regex=rf"^hosts\.[^.]+\.{patron}\.{what}$") for patron in cast.patrons}
        yield _Panel(title, True, columns)
    capital = {patron: table[[f"patrons.{patron}.capital"]] for patron in cast.patrons}
    yield _Panel("Political capital left, points", False, capital)
    rooms = {f: table[[f"financiers.{f}.headroom"]] for f in cast.lenders if f"financiers.{f}.headroom" in table}
    if rooms:
        yield _Panel("Lenders: money left under the ceiling, M$", False, rooms)


def _small(ax: Axes, calendar: Calendar, panel: _Panel) -> None:
    scale = 100.0 if panel.is_share else 1.0
    ends = {}
    for n, (whose, lines) in enumerate(panel.lines.items()):
        known = whose in calendar.cast.patrons
        look = _look(calendar, whose) if known else {"color": "black", "linestyle": _DASHES[n % len(_DASHES)]}
        line: dict[str, Any] = {"color": look["color"], "linestyle": look["linestyle"]}
        values = scale * lines.to_numpy(float)
        if values.shape[1] > 1:
            ax.plot(values, linewidth=0.7, alpha=0.55, **line)
        mean = values.mean(axis=1)
        ax.plot(mean, linewidth=2.0, **line)
        ends[whose] = float(mean[-1])
    _awards(ax, calendar)
    _time(ax, calendar)
    most = max(1.0, *(float(one.to_numpy().max()) for one in panel.lines.values()))
    ax.set_ylim(0, 100 if panel.is_share else 1.12 * most)
    if panel.is_share:
        ax.yaxis.set_major_formatter(lambda y, _: f"{y:.0f} %")
    _name_lines(ax, ends, {**calendar.cast.patrons, **calendar.cast.lenders})
    several = any(lines.shape[1] > 1 for lines in panel.lines.values())
    ax.set_title(panel.title + (" (thin: each host, bold: mean)" if several else ""), loc="left", fontsize=9)


def _awards(ax: Axes, calendar: Calendar) -> None:
    for bar in calendar.bars:
        if bar.settled is not None:
            look = _look(calendar, bar.camp)
            ax.axvline(bar.settled, color=look["color"], linewidth=0.8, linestyle=look["linestyle"], alpha=0.6)


def _name_lines(ax: Axes, ends: Mapping[str, float], labels: Mapping[str, str]) -> None:
    """Names at the ends of lines, moved apart where two end close to each other."""
    low, high = ax.get_ylim()
    last = -np.inf
    for whose, end in sorted(ends.items(), key=lambda pair: pair[1]):
        place = max(end, last + _APART * (high - low))
        ax.annotate(
            wrapped(labels[whose], 18), (ax.get_xlim()[1], place), (4, 0), textcoords="offset points", va="center",
            fontsize=8, annotation_clip=False,
        )  # fmt: skip
        last = place
