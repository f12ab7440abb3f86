"""Text measured in the cells of a terminal: a wide letter, such as a Chinese one, takes two, and an accent none.

>>> cell_len("tungsten"), cell_len("钨矿"), wrapped("矿业投资 mining", 6), padded("矿业", 6)
(8, 4, ['矿业投', '资', 'mining'], '矿业  ')
"""

from __future__ import annotations

import re
import textwrap
from typing import Any

from rich.cells import cell_len

__all__ = ["cell_len", "padded", "wrapped"]

_SECOND = "\0"  # stands for the second cell of a wide letter while lines are made; no text that is shown holds one
_WHOLE = re.compile(f".{_SECOND}|(?:.(?!{_SECOND}))+", re.DOTALL)


class _Wrapper(textwrap.TextWrapper):
    """Makes lines of words, and of wide letters, before and after each of which a line may end."""

    def _split(self, text: str) -> list[str]:
        return [part for chunk in super()._split(text) for part in _WHOLE.findall(chunk)]


def wrapped(text: str, most: int, **options: Any) -> list[str]:
    """Lines of at most so many cells; ``options`` are those of :class:`textwrap.TextWrapper`."""
    spread = "".join(letter + _SECOND * (cell_len(letter) - 1) for letter in text) if not text.isascii() else text
    return [line.replace(_SECOND, "") for line in _Wrapper(most, **options).wrap(spread)]


def padded(text: str, cells: int) -> str:
    """Text with as many spaces behind it as fill so many cells."""
    return text + " " * (cells - cell_len(text))
