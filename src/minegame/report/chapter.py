"""An answer on the page, with what its folder tells beside it."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from minegame.answers import experiment as runs
from minegame.answers import reading
from minegame.answers.answer import Answer
from minegame.folder import versions
from minegame.report.sheet import Sheet
from minegame.results import Results
from minegame.text import said


@dataclass(frozen=True)
class Chapter:
    """An answer on the page.

    ``versions``: of what made the numbers.  ``experiment``: the text of an experiment file that the command needs and
    that is not shipped.
    """

    answer: Answer
    title: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    experiment: str = ""

    @classmethod
    def of(cls, result: Answer | Results) -> Chapter:
        """A chapter from an answer that was made just now, or from the results of a run."""
        if isinstance(result, Answer):
            return cls(result, versions=versions())
        made_with = {str(name): str(number) for name, number in dict(result.manifest.get("versions", {})).items()}
        return cls(runs.answer(result), str(result.manifest["title"]), made_with, runs.experiment_file(result))

    @cached_property
    def tables(self) -> list[Sheet]:
        """The tables that are read on a page."""
        return [Sheet.of(table) for table in self.answer.tables.values() if not table.raw]

    @cached_property
    def left_in_the_folder(self) -> list[tuple[str, str, int]]:
        """Tables that are not on the page: title, file and number of rows."""
        return [(t.title, f"tables/{key}.csv", len(t)) for key, t in self.answer.tables.items() if t.raw]

    @cached_property
    def pictures(self) -> list[Image]:
        """The pictures, ready to stand in the page."""
        return [Image.of(picture.title, picture.png()) for picture in self.answer.pictures.values()]

    @property
    def confidence(self) -> str:
        """What goes before the word "intervals": the confidence, where it is known."""
        known = self.answer.settings.get("confidence")
        return f"{said(known, 'confidence')} " if known else ""

    @property
    def settings(self) -> list[tuple[str, list[str]]]:
        """What decided the numbers, in words: a line each, several for a group of values."""
        return [(name.replace("_", " "), _lines(name, value)) for name, value in self.answer.settings.items()]


def _lines(name: str, value: object) -> list[str]:
    if isinstance(value, Mapping) and value:
        return [f"{key}: {said(item)}" for key, item in value.items()]
    return [said(value, name)]


@dataclass(frozen=True)
class Image:
    """A picture as an address that holds it whole, and its size on a screen, in pixels."""

    title: str
    address: str
    width: int
    height: int

    @classmethod
    def of(cls, title: str, png: bytes) -> Image:
        """From the bytes of a PNG file; raises PictureError, a ValueError, for anything else."""
        width, height = (max(1, round(size * 96 / reading.dots_of(png))) for size in reading.size_of(title, png))
        return cls(title, "data:image/png;base64," + base64.b64encode(png).decode(), width, height)


def read(folders: Iterable[Path | str]) -> list[Chapter]:
    """The chapters of a report: of answers, of runs, and of folders that hold such folders, in the order given.

    Raises:
        ScenarioError: for a folder that holds no results, unfinished or damaged ones; the message names it.
        OSError: for one that cannot be read.
    """
    return [
        replace(Chapter.of(reading.opened(folder)), versions=reading.versions(folder))
        for folder in reading.holding(folders)
    ]
