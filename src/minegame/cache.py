"""The folder that keeps machine code, and the files in it: checked before they are loaded, and never in the way.

What lies in the folder is loaded as machine code.  So the folder is one that only its user can write to, and every
file begins with a checksum: what was cut, emptied or damaged is dropped and compiled anew.  Where nothing can be
written, all is compiled anew in every process, and works.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import platformdirs

from minegame import atomic

_KEEP_SECONDS = 30 * 24 * 3600
_WRITING_SECONDS = 3600  # more than any process takes to write a file
_MARKER = ".minegame-cache"  # in every folder made here: no other folder is ever removed
_PRIVATE = 0o700
_OTHERS_WRITE = 0o022
_DIGEST = 32  # bytes of a SHA-256


# ----------------------------------------------------------------------------------------------------------- the folder


def folder_named(name: str) -> Path | None:
    """The folder of this name in the user's cache; a temporary one where that cannot be written, or others could.

    None where there is no room for any.  ``MINEGAME_CACHE_DIR`` stands for the platform's own place, such as
    ``~/.cache/minegame``.
    """
    folder = _private(_usual, name) or _private(_temporary, name) or _own()
    if folder is None:
        return None
    with contextlib.suppress(OSError):  # a full disk: it is used, as far as it goes
        if not (folder / _MARKER).exists():
            (folder / _MARKER).touch()
        os.utime(folder)
    _forget_old(folder)
    return folder


def _own() -> Path | None:
    """A folder of this process alone: somebody else holds the temporary place of this user."""
    try:
        own = tempfile.mkdtemp(prefix="minegame-")
    except OSError:
        return None
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return Path(own)


def _usual() -> Path:
    chosen = os.environ.get("MINEGAME_CACHE_DIR")
    try:
        return Path(chosen).expanduser() if chosen else platformdirs.user_cache_path("minegame", appauthor=False)
    except RuntimeError:  # there is no home folder
        return Path()


def _temporary() -> Path:
    return Path(tempfile.gettempdir()) / f"minegame-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def _private(where: Callable[[], Path], name: str) -> Path | None:
    """The folder of this name at a place, made if need be; None unless it is its user's alone to write to."""
    try:
        place = where()
        if not place.is_absolute():  # there is no home folder
            return None
        folder = place / name
        place.parent.mkdir(parents=True, exist_ok=True)
        for made in (place, folder):
            with contextlib.suppress(FileExistsError):  # who made it is seen next
                made.mkdir(mode=_PRIVATE)
            if not _ours_alone(made):
                return None
        return folder if os.access(folder, os.W_OK) else None
    except OSError:
        return None


def _ours_alone(folder: Path) -> bool:
    found = folder.lstat()
    if not hasattr(os, "getuid"):
        return stat.S_ISDIR(found.st_mode)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & _OTHERS_WRITE


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


# ------------------------------------------------------------------------------------------------------------ the files

#: Files of this process's cache that were found damaged, and dropped.
damaged: list[str] = []


def read(file: Path) -> bytes | None:
    """What a file holds; None if there is none, or it was damaged, and is removed."""
    try:
        written = file.read_bytes()
    except OSError:
        return None
    content = written[_DIGEST:]
    if content and hashlib.sha256(content).digest() == written[:_DIGEST]:
        return content
    damaged.append(file.name)
    with contextlib.suppress(OSError):
        file.unlink()
    return None


def write(file: Path, content: bytes) -> None:
    """Keep it in a file, whole or not at all; where there is no room for it, go on without."""
    with contextlib.suppress(OSError):
        for other in filter(atomic.is_draft, file.parent.iterdir()):
            if time.time() - other.stat().st_mtime > _WRITING_SECONDS:  # of a process that was killed
                other.unlink()
        with atomic.writing(file) as draft:
            draft.write(hashlib.sha256(content).digest() + content)
