"""The decorator that compiles a rule.

numba's own ``cache=True`` looks only at the file a function stands in: after an edit of a rule, a cached kernel in
another file goes on using the old one.  The folder used here is therefore named after a hash of *all* compiled
sources and of the versions of numba, llvmlite, NumPy and Python: changed sources never meet an old cache, and
unchanged ones never wait for the compiler.

``MINEGAME_CACHE_DIR`` moves the folder; ``NUMBA_DISABLE_JIT=1`` runs everything as plain Python.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

try:
    import numba
    from numba.core import event
except ValueError as problem:  # a variable of the environment, such as NUMBA_NUM_THREADS=0
    raise OSError(f"the compiler does not start: {problem} (see what begins with NUMBA_ in the environment)") from None

from minegame import cache

#: The numba whose inner workings :mod:`minegame.translator` knows; with another the game compiles as any program does,
#: which takes several times as long.
KNOWN_NUMBA = (0, 68)
translator: Any = None
if numba.version_info.short == KNOWN_NUMBA:
    from minegame import translator

SOURCES = (
    "compiled.py",
    "translator.py",
    "writer.py",
    "rules.py",
    "chance.py",
    "game.py",
    "turns.py",
    "ensemble.py",
    "seats.py",
    "campaign_game.py",
    "carry_over.py",
    "door.py",
)


def code_hash() -> str:
    """A short hash of every compiled source and of the versions that compile them."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update(Path(__file__).with_name(name).read_bytes())
    for name in ("numba", "llvmlite", "numpy"):
        digest.update(version(name).encode())
    digest.update(f"{sys.version}|{platform.machine()}|{platform.system()}|{numba.config.BOUNDSCHECK}".encode())
    return digest.hexdigest()[:16]


class _Once(event.Listener):  # type: ignore[misc]  # numba has no types
    """Has something said at the first of many events."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say: Callable[[str], None] | None = say

    def on_start(self, started: Any) -> None:
        if self._say is not None and started.data["dispatcher"].py_func.__module__ == _DOOR:
            say, self._say = self._say, None
            say(_DAMAGED if cache.damaged else _FIRST)

    def on_end(self, _: Any) -> None:
        """What was said is said."""


_DOOR = "minegame.door"  # whose only function has all of the game behind it
_FIRST = "Compiling the game (once; some twenty seconds) ..."
_DAMAGED = "What was kept of the compiled game is damaged: compiling it anew (some twenty seconds) ..."


def before_compiling(say: Callable[[str], None]) -> None:
    """Have it said once, as soon as somebody has to wait for the compiler, why.

    The compiler itself tells, when it has not found the door to the game among what is kept; a rule that is called for
    itself takes no time worth a word.
    """
    if _FOLDER is not None:
        event.register("numba:compile", _Once(say))


_FOLDER = None if numba.config.DISABLE_JIT else str(cache.folder_named(code_hash()))


def rule(function: Callable[..., Any]) -> Any:
    """Compile a pure function of plain numbers and records; it releases the interpreter's lock while it runs.

    What Python calls is compiled with all that it calls in one piece, and kept.  What compiled code calls is a part of
    it: translated, but neither turned into machine code nor made to be called from Python, which numba would do for
    every function of the tree and takes as long again (:mod:`minegame.translator`).

    Never with ``fastmath``: it gives a rule other values alone than inlined.
    """
    return function if _FOLDER is None else _whole(function, _part(function, forceinline=True))


def seldom(function: Callable[..., Any]) -> Any:
    """A rule that compiled code calls once a month or less: not inlined, which only the compiler would notice."""
    return function if _FOLDER is None else _whole(function, _part(function))


def side_by_side(function: Callable[..., Any]) -> Any:
    """A rule, a part of what calls it, whose loops are long: they take several steps at a time.

    A short loop, over a few agents or deposits, would lose more by that than it spares.
    """
    function.side_by_side = True  # type: ignore[attr-defined]
    return rule(function)


_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


def _part(function: Callable[..., Any], **options: bool) -> Any:
    """What a function is to those that call it; with ``forceinline`` they and it are optimised as one."""
    how = {} if translator is None else translator.PART
    return numba.njit(**_OPTIONS, no_cpython_wrapper=True, **how, **options)(function)


def _whole(function: Callable[..., Any], part: Any) -> Any:
    how = {} if translator is None else translator.WHOLE
    whole = cache.keep(numba.njit(**_OPTIONS, **how)(function), str(_FOLDER))
    template = part.get_call_template if translator is None else translator.of_any_number(part)
    whole.get_call_template, whole.get_overload = template, part.get_overload
    return whole
