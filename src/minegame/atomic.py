"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

_DRAFT = re.compile(r"\..+\.\d+\.partial")


@contextlib.contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which takes the place of ``path`` once it is written and on the disk.

    Raises:
        OSError: with the name of ``path``.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with draft.open("wb") as file:
            yield file
            _flush(file)
        draft.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    finally:
        draft.unlink(missing_ok=True)


def _flush(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def is_draft(path: Path) -> bool:
    """Whether it is what a process was writing: it is there still if the process was killed."""
    return _DRAFT.fullmatch(path.name) is not None
