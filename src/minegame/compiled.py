"""The decorators of the compiled game.

A rule is a pure function of plain numbers and records.  Called from Python it runs as that function; compiled code has
it as a part of itself (:mod:`minegame.compiler`).  Both give the same bits, which is why ``fastmath`` is never used.

Only the door to the game is turned into machine code, with all that it calls in one piece
(:mod:`minegame.machine_code`).  ``NUMBA_DISABLE_JIT=1`` runs everything as plain Python.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from functools import cached_property
from typing import Any


def _switch(name: str) -> bool:
    """Whether a variable of the environment is a number other than 0, as numba reads it."""
    try:
        return int(os.environ.get(name, "0")) != 0
    except ValueError:
        return False


#: Everything runs as plain Python.
PLAIN = _switch("NUMBA_DISABLE_JIT")
#: Compiled code looks whether an index lies in its array.
CHECKED = _switch("NUMBA_BOUNDSCHECK")


class Rule:
    """A function that compiled code may call; called from Python it runs as Python."""

    def __init__(self, function: Callable[..., Any], *, inlined: bool = True) -> None:
        functools.update_wrapper(self, function)
        self.function, self.inlined = function, inlined

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it as plain Python."""
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<rule {self.function.__module__}.{self.function.__qualname__}>"

    def __reduce__(self) -> str:
        return self.function.__qualname__  # by its name, as a function: a copy is the rule itself

    @cached_property
    def part(self) -> Any:
        """What the compiler makes of it for those that call it."""
        from minegame import compiler

        return compiler.part(self)

    @property
    def _numba_type_(self) -> Any:
        """By which numba knows it, wherever compiled code calls it: also that of others."""
        return self.part._numba_type_


def rule(function: Callable[..., Any]) -> Any:
    """A function that is compiled into whatever calls it."""
    return function if PLAIN else Rule(function)


def seldom(function: Callable[..., Any]) -> Any:
    """A rule that compiled code calls once a month or less: not inlined, which only the compiler would notice."""
    return function if PLAIN else Rule(function, inlined=False)


def side_by_side(function: Callable[..., Any]) -> Any:
    """A rule whose loops are long: they take several steps at a time.

    A short loop, over a few agents or deposits, would lose more by that than it spares.
    """
    function.side_by_side = True  # type: ignore[attr-defined]
    return rule(function)
