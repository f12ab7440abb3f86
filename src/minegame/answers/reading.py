"""Folders read back: whatever a folder holds that this program ever wrote, as an answer.

>>> from minegame import answers
>>> answers.read("results/attribution").tables["levers"].display()      # doctest: +SKIP
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from minegame import results, storage
from minegame.answers import answer as answers
from minegame.answers.answer import Answer, AnswerError
from minegame.results import Results
from minegame.scenario import ScenarioError

_ODDS = "odds.json"  # what the version before kept of minegame odds, with a picture
_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_SCREEN_DOTS = 144.0  # an inch: those of pictures of former versions, which say nothing
_LIBRARIES = ("yaml", "pandas", "pyarrow")  # whose errors say that a file is not what its name says


class PictureError(ValueError):
    """What should be a PNG file is none, or not all of one."""


def read(folder: Path | str) -> Answer:
    """What a folder holds, as an answer: to a question, to an experiment, or of a former version.

    Raises:
        ScenarioError: for a folder that holds no results, unfinished or damaged ones; the message names it.
        OSError: for one that cannot be read.
    """
    from minegame.answers import experiment

    found = opened(folder)
    return experiment.answer(found) if isinstance(found, Results) else found


def opened(folder: Path | str) -> Answer | Results:
    """What a folder holds: an answer, or the results of a run; raises as :func:`read`."""
    folder = Path(folder)
    refuse_if_empty(folder)
    try:
        return _opened(folder)
    except ScenarioError:
        raise
    except Exception as problem:
        if not _is_unreadable(problem):
            raise
        raise AnswerError(folder, f"is damaged ({problem}): make the results again") from problem


def _opened(folder: Path) -> Answer | Results:
    if storage.is_results_folder(folder):
        manifest = storage.read_manifest(folder)
        if manifest["kind"] == storage.EXPERIMENT:
            return results.load(folder)
        results.check(folder, manifest)
    answer = Answer.read(folder)
    for picture in answer.pictures.values():
        size_of(picture.title, picture.png())
    return answer


def holding(folders: Iterable[Path | str]) -> list[Path]:
    """The folders that hold results: those given, in the order given, or else the folders in them; each once.

    In a folder of folders those of answers come in the order in which answers are best read, then those of runs; what
    an experiment asked stands after it.

    Raises:
        AnswerError: for a folder that holds none.
    """
    found: dict[Path, Path] = {}
    for folder in map(Path, folders):
        listed = results.folders_in(folder, key=_place)
        if not listed:
            refuse_if_empty(folder)
        found |= {path.resolve(): path for path in listed}
    return list(found.values())


def versions(folder: Path) -> dict[str, str]:
    """The versions of what made the numbers in a folder that holds results."""
    if storage.is_results_folder(folder):
        found = storage.read_manifest(folder).get("versions", {})
    else:
        found = answers.read_head(folder).get("versions", {})
    return {str(name): str(number) for name, number in found.items()}


def size_of(title: str, png: bytes) -> tuple[int, int]:
    """The width and height of a picture; raises PictureError, a ValueError, for what is no whole PNG file."""
    if not png.startswith(_PNG) or len(png) < 33 or not png.endswith(_PNG_END):
        raise PictureError(f"the picture '{title}' is no whole PNG file")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def dots_of(png: bytes) -> float:
    """The dots an inch of a whole PNG file, as far as it says."""
    at = png.find(b"pHYs")
    return struct.unpack(">I", png[at + 4 : at + 8])[0] * 0.0254 if 0 < at < len(png) - 13 else _SCREEN_DOTS


def _place(folder: Path) -> int:
    """Where an answer stands in the order in which answers are best read; runs and unknown kinds come last."""
    from minegame.answers.catalogue import FORMER, kinds

    kind = results.kind_in(folder)
    listed = list(kinds())
    return listed.index(known) if (known := FORMER.get(kind, kind)) in listed else len(listed)


def refuse_if_empty(folder: Path) -> None:
    """Say of a folder without results what was expected, or what to do about it."""
    if not folder.exists():
        raise AnswerError(folder, "there is no such folder")
    if not folder.is_dir():
        raise AnswerError(folder, "is a file: expected a folder with results")
    if results.holds(folder):
        return
    if (folder / _ODDS).is_file():
        text = "holds odds of a former version, which kept no more than the numbers of its two tables"
        raise AnswerError(folder, f"{text}: make it again with minegame odds … --out and another folder")
    expected = f"expected {answers.FILE} or {storage.MANIFEST} (written with --out), in it or in a folder in it"
    raise AnswerError(folder, f"holds no results: {expected}")


def _is_unreadable(problem: Exception) -> bool:
    """Whether a file is not what its name says: text that is none, a picture cut short, a table that cannot be read.

    What goes wrong anywhere else is a fault of ours, and shows itself as one.
    """
    unreadable: tuple[Any, ...] = (UnicodeDecodeError, json.JSONDecodeError, PictureError)
    return isinstance(problem, unreadable) or type(problem).__module__.split(".")[0] in _LIBRARIES
