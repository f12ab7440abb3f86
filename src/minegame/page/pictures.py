"""Pictures that are drawn on this side: one at a time, and held whole by the page."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from typing import Any

#: Draws what ``minegame.plots`` draws: Axes, or a Figure.
Draw = Callable[[], Any]

#: Matplotlib's settings are those of the whole process.
_DRAWING = threading.Lock()


def drawn(draw: Draw, ending: str) -> bytes:
    """A picture as the content of a file: png or svg."""
    from minegame import plots

    with _DRAWING:
        return plots.drawn(draw(), ending)


def address(draw: Draw) -> str:
    """A picture as an address that holds it whole; in an image nothing runs, whatever its texts say."""
    return "data:image/svg+xml;base64," + base64.b64encode(drawn(draw, "svg")).decode("ascii")
