"""A picture of an answer: drawn when it is asked for, or read from a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Picture:
    """A picture: its title, and a function that draws it, or its PNG where it was read from a folder."""

    title: str
    draw: Callable[[], Axes] | bytes = field(repr=False)

    def png(self) -> bytes:
        """The picture as PNG."""
        if isinstance(self.draw, bytes):
            return self.draw
        from minegame import plots

        return plots.drawn(self.draw())

    def _repr_png_(self) -> bytes:
        """The picture itself, where a notebook shows it."""
        return self.png()
