"""What all pictures share: colours, the empty sheet, labels, whiskers, bars, and how a picture is kept."""

from __future__ import annotations

import functools
import importlib
import io
import os
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from minegame import storage

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


#: Okabe-Ito, ordered from dark to light.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442", "#000000")
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "ooo", "+++", "---")
GREY = "#8C8C8C"

#: The formats in which a picture can be kept, by the ending of the file's name.
FORMATS = ("png", "svg", "pdf")
_UNDATED: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


_P = ParamSpec("_P")
_T = TypeVar("_T")


_HOUSE: ContextVar[bool] = ContextVar("in the house's style", default=False)


@contextmanager
def house_style() -> Iterator[None]:
    """matplotlib's own settings, whatever the user's are: nothing of them is seen in a picture, or changed by one."""
    if _HOUSE.get():  # all of them have been set: that takes longer than many a label
        yield
        return
    if "matplotlib" not in sys.modules:
        backend = os.environ.pop("MPLBACKEND", None)  # no screen is needed, and one that there is not is no hindrance
        try:
            importlib.import_module("matplotlib")
        finally:
            if backend is not None:
                os.environ["MPLBACKEND"] = backend
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams["svg.hashsalt"] = "minegame"
        token = _HOUSE.set(True)
        try:
            yield
        finally:
            _HOUSE.reset(token)


def in_style(draw: Callable[_P, _T]) -> Callable[_P, _T]:
    """Have a picture drawn in the house's style."""

    @functools.wraps(draw)
    def styled(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        with house_style():
            return draw(*args, **kwargs)

    return styled


@in_style
def blank(width: float, height: float) -> Figure:
    """An empty figure of the house's style, in inches, that needs no screen."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from minegame.plots.sheet import Sheet

    figure = Sheet(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


@in_style
def axes(width: float = 8.0, height: float = 4.5) -> Axes:
    """An empty picture of the house's style, in inches, that needs no screen."""
    picture = blank(width, height).add_subplot()
    picture.spines[["top", "right"]].set_visible(False)
    return picture


@in_style
def headed(picture: Axes | Figure, finding: str, note: str = "") -> Figure:
    """The picture's figure, taller by what is written above it: what it shows, and small, of which scenario."""
    figure: Any = picture.figure or picture
    title = wrapped(finding, int(figure.get_figwidth() / _LETTER))
    under = wrapped(note, int(1.6 * figure.get_figwidth() / _LETTER))
    title_room, note_room = (
        each * (text.count("\n") + bool(text)) for each, text in ((_LINE, title), (0.7 * _LINE, under))
    )
    above = title_room + note_room + _LINE
    height = figure.get_figheight() + above
    figure.set_figheight(height)
    if (engine := figure.get_layout_engine()) is not None:
        engine.set(rect=(0.0, 0.0, 1.0, 1.0 - above / height))
    figure.text(0.01, 1.0 - 0.4 * _LINE / height, title, va="top", fontsize=12, fontweight="bold")
    grey = {"fontsize": 8, "color": "#666666"}
    figure.text(0.01, 1.0 - (0.5 * _LINE + title_room) / height, under, va="top", **grey)
    return figure  # type: ignore[no-any-return]


_LETTER, _LINE = 0.098, 0.21  # inches that a letter and a line of a headline take, on average


def drawn(picture: Axes | Figure, ending: str = "png", dots: int = 144) -> bytes:
    """The content of a file that holds the picture: png, svg or pdf; the same picture gives the same bytes.

    Labels are drawn as they are written, also on a figure that somebody else made.
    """
    return drawn_as(picture, [ending], dots)[ending]


@in_style
def drawn_as(picture: Axes | Figure, endings: Iterable[str], dots: int = 144) -> dict[str, bytes]:
    """The contents of several files that hold the picture, by their endings, laid out once for all of them."""
    from minegame.plots.sheet import Sheet, make_plain

    figure: Any = picture.figure or picture
    usual, figure.dpi = figure.dpi, dots
    try:
        make_plain(figure)
        with figure.laid_out() if isinstance(figure, Sheet) else nullcontext():
            return {ending: _content(figure, ending, dots) for ending in endings}
    finally:
        figure.dpi = usual


#: Pictures are flat: little more is gained by compressing them harder, which takes several times as long.
_COMPRESSION = {"png": {"pil_kwargs": {"compress_level": 1}}}


def _content(figure: Any, ending: str, dots: int) -> bytes:
    page = io.BytesIO()
    how = _COMPRESSION.get(ending, {})
    figure.savefig(page, dpi=dots, format=ending, metadata=_UNDATED.get(ending), **how)
    return page.getvalue()


def save(picture: Axes | Figure, file: Path | str) -> Path:
    """Write the picture that the Axes belong to, whole or not at all; the ending chooses the format."""
    target = Path(file)
    storage.write_whole(target, drawn(picture, target.suffix.removeprefix(".").lower() or "png"))
    return target


def wrapped(text: object, letters: int = 34) -> str:
    """A label on lines of so many letters; Chinese and Japanese ones count double."""
    words = str(text)
    wide = any(unicodedata.east_asian_width(letter) in "WF" for letter in words)
    return "\n".join(textwrap.wrap(words, letters // 2 if wide else letters))


def wrapped_lines(text: str, letters: int = 34) -> str:
    """A label whose own lines are kept, each wrapped."""
    return "\n".join(wrapped(line, letters) for line in text.splitlines())


def room_for(labels: Iterable[str], each: float, line: float = 0.16) -> float:
    """The height, in inches, of a row a label: ``each``, or more where the tallest label has many lines."""
    names = list(labels)
    return len(names) * max([each, *(line * (1 + name.count("\n")) + 0.06 for name in names)])


def rows_of(ax: Axes, labels: Sequence[str], size: float = 9) -> None:
    """Name the rows of a picture with horizontal bars, the first on top."""
    ax.set_yticks(range(len(labels)), labels, fontsize=size)
    ax.invert_yaxis()


def log_axis(ax: Axes, direction: str = "x") -> None:
    """A logarithmic axis whose numbers are written out: 0.01, 0.1, 1, 10."""
    getattr(ax, f"set_{direction}scale")("log")
    axis = ax.xaxis if direction == "x" else ax.yaxis
    axis.set_major_formatter(lambda number, _: f"{number:g}")
    axis.set_minor_formatter(lambda *_: "")


def whiskers(
    ax: Axes, places: np.ndarray, table: pd.DataFrame, value: str, low: str, high: str, scale: float = 1.0
) -> None:
    """Intervals on horizontal bars."""
    middle, below, above = (scale * table[name].to_numpy(float) for name in (value, low, high))
    ax.errorbar(
        middle, places, xerr=[np.maximum(middle - below, 0), np.maximum(above - middle, 0)], fmt="none",
        ecolor="black", elinewidth=1, capsize=2,
    )  # fmt: skip


def legend_above(ax: Axes, columns: int) -> None:
    """A legend on top of the picture, outside."""
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns, frameon=False, fontsize=9)


def written(value: Any) -> str:
    """A number to three digits, or a word."""
    return f"{value:.3g}" if isinstance(value, (int, float, np.number)) else str(value)


@in_style
def bars(
    labels: Sequence[str], values: np.ndarray, low: np.ndarray, high: np.ndarray, *, label: str,
    notes: Sequence[str] = (), ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Estimates of several things with their intervals, a bar each, and a note beside each bar.

    An interval without bounds is drawn to the edge of what is shown.
    """
    names = [wrapped(name, 42) for name in labels]
    ax = ax if ax is not None else axes(9.5, 1.5 + room_for(names, 0.42))
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
    rows_of(ax, names)
    ax.set_xlabel(label)
    return ax
