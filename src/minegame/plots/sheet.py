"""The sheet that pictures are drawn on: it reads labels as they are written and keeps them inside its edges."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter

from minegame.text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.layout_engine import LayoutEngine

#: Fonts for what the usual one lacks (Chinese, Japanese, Korean), the first of them that are installed.
FALLBACKS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "SimHei", "Arial Unicode MS", "Noto Sans",
)  # fmt: skip
#: What matplotlib warns of where a label has letters of no font, or is far too long: it draws it nevertheless.
_HARMLESS = ("Glyph .* missing from", "constrained_layout not applied")
_MARGIN = 0.08  # inches
_TRIES = 6  # a label wrapped makes room for the Axes, which moves it


class Sheet(Figure):
    """A figure whose texts are plain, however it is drawn: saved, on a screen or in a notebook.

    A label may hold any character: ``A$ Mining`` and ``B$`` on one line are no formula.
    """

    _is_laid_out = False

    @contextmanager
    def laid_out(self) -> Iterator[None]:
        """Have texts wrapped, and everything placed, once for all that is drawn while this lasts."""
        if self._is_laid_out:
            yield
            return
        with _quiet():
            _keep_inside(self)
            self._is_laid_out = True
            try:
                yield
            finally:
                self._is_laid_out = False

    def get_layout_engine(self) -> LayoutEngine | None:
        """What places the Axes; nothing, where they are placed already: matplotlib would draw once more for it."""
        return None if self._is_laid_out else super().get_layout_engine()

    def draw(self, renderer: RendererBase) -> None:
        """Draw the sheet, its texts made plain and everything laid out first."""
        if not self._is_laid_out:
            make_plain(self)
        with self.laid_out():
            super().draw(renderer)


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        for reason in _HARMLESS:
            warnings.filterwarnings("ignore", message=reason, category=UserWarning)
        yield


def make_plain(figure: Figure) -> None:
    """Have every text of a figure read as it is written, in fonts that know its letters."""
    for axis in figure.findobj(Axis):
        if isinstance(formatter := axis.get_major_formatter(), FixedFormatter):
            formatter.seq = [visible(label) for label in formatter.seq]
    for text in figure.findobj(Text):
        text.set_parse_math(False)
        text.set_text(visible(text.get_text()))
        families = text.get_fontfamily()
        text.set_fontfamily([*families, *(name for name in _fallbacks() if name not in families)])


@cache
def _fallbacks() -> tuple[str, ...]:
    """The fallbacks that are installed; asking for another would only bring warnings."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return tuple(name for name in FALLBACKS if name in installed)


def _keep_inside(figure: Figure) -> None:
    """Wrap titles, labels of axes and legends that would run over an edge of the figure."""
    for _ in range(_TRIES):
        engine = figure.get_layout_engine()
        if engine is not None:
            engine.execute(figure)
        wrapped = [text for ax in figure.axes for text in _edge_texts(ax) if _wrapped(figure, ax, *text)]
        narrowed = [ax for ax in figure.axes if _narrowed(figure, ax.get_legend())]
        if not wrapped and not narrowed:
            return


def _edge_texts(ax: Axes) -> list[tuple[Text, int]]:
    """The texts that lie along an edge of the Axes, each with its direction: 0 across, 1 up."""
    across = [ax.xaxis.label, ax.title]
    return [(text, 0) for text in across if text.get_text()] + [(ax.yaxis.label, 1)] * bool(ax.get_ylabel())


def _wrapped(figure: Figure, ax: Axes, text: Text, direction: int) -> bool:
    """Wrap a text to the room that it has, centred on the Axes; whether there was need to."""
    box: Any = text.get_window_extent()
    size = (box.width, box.height)[direction] / figure.dpi
    low, high = ax.get_position().get_points()[:, direction]
    side = figure.get_size_inches()[direction]
    room = 2 * min((low + high) / 2, 1 - (low + high) / 2) * side - 2 * _MARGIN
    longest = max(map(len, text.get_text().splitlines()))
    letters = max(12, int(0.97 * longest * room / size))
    if size <= room or letters >= longest:
        return False
    whole = "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"  # n = 20,000 stays on a line
    lines = [textwrap.wrap(line.replace(" = ", whole), letters) for line in text.get_text().splitlines()]
    text.set_text("\n".join(line for part in lines for line in part))
    return True


def _narrowed(figure: Figure, legend: Any) -> bool:
    """Give a legend that runs over an edge a column less; whether there was need to."""
    if legend is None or legend._ncols == 1:
        return False
    box = legend.get_window_extent()
    if box.x0 >= 0 and box.x1 <= figure.bbox.width:
        return False
    legend.set_ncols(legend._ncols - 1)
    return True
