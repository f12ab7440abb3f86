"""The decorator that compiles a rule, and the folder that keeps what was compiled.

numba's own ``cache=True`` looks only at the file a function stands in: after an edit of a rule, a cached kernel in
another file goes on using the old one.  The folder used here is therefore named after a hash of *all* compiled
sources and of the versions of numba, llvmlite, NumPy and Python: changed sources never meet an old cache, and
unchanged ones never wait for the compiler.

``MINEGAME_CACHE_DIR`` moves the folder; ``NUMBA_DISABLE_JIT=1`` runs everything as plain Python.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import platform
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numba
from numba.core import event

SOURCES = ("compiled.py", "rules.py", "chance.py", "game.py", "turns.py", "ensemble.py")
_KEEP_SECONDS = 30 * 24 * 3600
_MARKER = ".minegame-cache"  # in every folder made here: no other folder is ever removed


def code_hash() -> str:
    """A short hash of every compiled source and of the versions that compile them."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update(Path(__file__).with_name(name).read_bytes())
    for name in ("numba", "llvmlite", "numpy"):
        digest.update(version(name).encode())
    digest.update(f"{sys.version}|{platform.machine()}|{platform.system()}".encode())
    return digest.hexdigest()[:16]


def _cache_root() -> Path:
    chosen = os.environ.get("MINEGAME_CACHE_DIR")
    if chosen:
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "minegame"


def _usable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def cache_folder() -> Path:
    """The folder of this code's compiled functions; a temporary one where the usual place cannot be written."""
    name = code_hash()
    folder = _cache_root() / name
    if not _usable(folder):
        folder = _temporary() / name
        folder.mkdir(exist_ok=True, mode=0o700)
    if not (folder / _MARKER).exists():
        (folder / _MARKER).touch()
    _forget_old(folder)
    os.utime(folder)
    return folder


def _temporary() -> Path:
    """A folder for temporary files that nobody else can write to: numba runs what it finds in a cache."""
    if hasattr(os, "getuid"):
        shared = Path(tempfile.gettempdir()) / f"minegame-{os.getuid()}"
        with contextlib.suppress(FileExistsError):  # who made it is seen next
            shared.mkdir(mode=0o700)
        found = shared.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022:
            return shared
    own = tempfile.mkdtemp(prefix="minegame-")
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return Path(own)


def _forget_old(current: Path) -> None:
    """Remove caches of other versions that nobody has used for a month, and nothing that was not made here."""
    for other in current.parent.iterdir():
        try:
            made_here = re.fullmatch(r"[0-9a-f]{16}", other.name) and (other / _MARKER).is_file()
            stale = made_here and other != current and time.time() - other.stat().st_mtime > _KEEP_SECONDS
        except OSError:
            continue
        if stale and not other.is_symlink():
            shutil.rmtree(other, ignore_errors=True)


class _Once(event.Listener):  # type: ignore[misc]  # numba has no types
    """Has something said at the first of many events."""

    def __init__(self, say: Callable[[], None]) -> None:
        self._say: Callable[[], None] | None = say

    def on_start(self, _: Any) -> None:
        say, self._say = self._say, None
        if say is not None:
            say()

    def on_end(self, _: Any) -> None:
        """What was said is said."""


def before_compiling(say: Callable[[], None]) -> None:
    """Have something said once, as soon as somebody has to wait for the compiler.

    The compiler itself tells, when it has not found the very function that is called among those kept: that another
    one is there says nothing, since a month played turn by turn and a whole tally are compiled apart.
    """
    if _FOLDER is not None:
        event.register("numba:compile", _Once(say))


_FOLDER = None if numba.config.DISABLE_JIT else str(cache_folder())


def rule(function: Callable[..., Any]) -> Any:
    """Compile a pure function of plain numbers and records; it releases the interpreter's lock while it runs.

    Never with ``fastmath``: it gives a rule other values alone than inlined.
    """
    if _FOLDER is None:
        return function
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = _FOLDER
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    finally:
        numba.config.CACHE_DIR = before
