"""A picture of an answer: drawn when it is asked for, or read from a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PRINT_DOTS = 300  # an inch


@dataclass(frozen=True)
class Picture:
    """A picture: its title, and a function that draws it, or its PNG where it was read from a folder.

    The title says what the picture shows at a glance, ``note`` of which scenario; both stand on the picture, which may
    be cut out and shown alone.
    """

    title: str
    draw: Callable[[], Axes] | bytes = field(repr=False)
    note: str = ""

    def png(self) -> bytes:
        """The picture as PNG, as large as it is on a screen, or as it was read."""
        return self.draw if isinstance(self.draw, bytes) else self.drawn(["png"])["png"]

    def drawn(self, endings: Iterable[str], dots: int = 144) -> dict[str, bytes]:
        """The picture, laid out once, in some formats by their endings: png, svg or pdf, with its dots an inch.

        Raises:
            ValueError: for a picture that was read as PNG.
        """
        from minegame import plots

        if isinstance(self.draw, bytes):
            raise ValueError(f"the picture '{self.title}' was read from a file: ask again to have it drawn")
        with plots.house_style():
            return plots.drawn_as(plots.headed(self.draw(), self.title, self.note), endings, dots)

    def files(self) -> dict[str, bytes]:
        """What a folder keeps of the picture, by ending: PNG for slides and print, SVG for any size."""
        return {"png": self.draw} if isinstance(self.draw, bytes) else self.drawn(["png", "svg"], PRINT_DOTS)

    def _repr_png_(self) -> bytes:
        """The picture itself, where a notebook shows it."""
        return self.png()


def of_scenario(pictures: Mapping[str, Picture], scenario: str) -> dict[str, Picture]:
    """Pictures with a note that says of which scenario they are."""
    return {key: replace(picture, note=scenario) for key, picture in pictures.items()}
