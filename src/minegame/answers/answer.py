"""An answer: what an analysis says, in sentences, tables and pictures, and the folder that keeps it."""

from __future__ import annotations

import json
import math
import platform
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from minegame import storage
from minegame.scenario import Problem, Scenario, ScenarioError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

FORMAT = "minegame answer 1"
FILE = "answer.json"

#: A picture: a function that draws it, or its PNG as read from a folder.
Picture: TypeAlias = "Callable[[], Axes] | bytes"


class AnswerError(ScenarioError):
    """A question that cannot be answered, or a folder that holds no answer."""

    def __init__(self, where: object, text: str, path: str = "") -> None:
        super().__init__(Problem(str(where), None, path, text))


@dataclass(frozen=True)
class Answer:
    """What an analysis says.

    ``sentences``: the answer in two sentences with intervals and sample sizes, then notes.
    ``tables``: title → table.  Columns are words with their units; an estimate ``X`` that has an interval stands beside
    ``X (low)`` and ``X (high)``.
    ``pictures``: title → a function that draws it, or PNG where the answer was read from a folder.
    ``settings``: what decided the numbers.  ``command``: the command line that makes the answer again.
    ``limits``: what the answer cannot say.
    """

    name: str
    question: str
    sentences: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    pictures: Mapping[str, Picture] = field(repr=False)
    settings: Mapping[str, object]
    command: str
    limits: tuple[str, ...] = field(repr=False)
    scenario: Scenario = field(repr=False)

    def document(self) -> dict[str, Any]:
        """The answer as plain values, tables as rows; without pictures."""
        tables = [{"title": title, "rows": table.to_dict("records")} for title, table in self.tables.items()]
        document: dict[str, Any] = _plain({**self._head(), "tables": tables, "pictures": list(self.pictures)})
        return document

    def _head(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "name": self.name,
            "question": self.question,
            "sentences": list(self.sentences),
            "settings": dict(self.settings),
            "command": self.command,
            "limits": list(self.limits),
        }

    def write(self, folder: Path | str) -> Path:
        """Keep the answer in a folder: answer.json, scenario.yaml, tables/*.csv, pictures/*.png.

        Each file is written whole or not at all, answer.json last; files of an answer that the folder held before and
        that this one does not write are removed.  Raises OSError where the folder cannot be written.
        """
        folder = Path(folder)
        before = _files(folder)
        (folder / FILE).unlink(missing_ok=True)
        for part in ("tables", "pictures"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        tables = _named("tables", self.tables, "csv")
        pictures = _named("pictures", self.pictures, "png")
        for title, name in tables.items():
            text = self.tables[title].to_csv(index=False, lineterminator="\n")
            storage.write_whole(folder / name, text.encode())
        for title, name in pictures.items():
            storage.write_whole(folder / name, png(self.pictures[title]))
        storage.write_whole(folder / "scenario.yaml", self.scenario.to_yaml().encode())
        document = {
            **self._head(),
            "scenario": self.scenario.name,
            "tables": [{"title": t, "file": name, "rows": len(self.tables[t])} for t, name in tables.items()],
            "pictures": [{"title": title, "file": name} for title, name in pictures.items()],
            "versions": versions(),
        }
        text = json.dumps(_plain(document), indent=2, ensure_ascii=False, allow_nan=False)
        storage.write_whole(folder / FILE, (text + "\n").encode())
        for name in before - set(tables.values()) - set(pictures.values()):
            (folder / name).unlink(missing_ok=True)
        return folder

    @classmethod
    def read(cls, folder: Path | str) -> Answer:
        """The answer in a folder, pictures as PNG.

        Raises:
            AnswerError: if the folder holds no answer, or not all of it.
        """
        folder = Path(folder)
        head = _read_head(folder)
        try:
            return cls(
                name=head["name"],
                question=head["question"],
                sentences=tuple(head["sentences"]),
                tables={entry["title"]: _read_table(folder / entry["file"]) for entry in head["tables"]},
                pictures={entry["title"]: (folder / entry["file"]).read_bytes() for entry in head["pictures"]},
                settings=head["settings"],
                command=head["command"],
                limits=tuple(head["limits"]),
                scenario=_read_scenario(folder / "scenario.yaml", head["scenario"]),
            )
        except FileNotFoundError as missing:
            raise AnswerError(
                folder, f"is not complete: there is no {missing.filename}; make the answer again"
            ) from None
        except (KeyError, TypeError) as problem:
            raise AnswerError(folder / FILE, f"is no answer of this format: {problem} is missing or wrong") from None


def is_answer_folder(folder: Path) -> bool:
    """Whether a folder holds a finished answer."""
    return (folder / FILE).is_file()


def png(picture: Picture) -> bytes:
    """A picture as PNG."""
    if isinstance(picture, bytes):
        return picture
    from minegame import plots

    return plots.drawn(picture())


def versions() -> dict[str, str]:
    """The versions of what makes the numbers."""
    from minegame import __version__

    found = {"minegame": __version__, "python": platform.python_version()}
    for name in ("numpy", "scipy", "numba", "pandas", "SALib"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def slug(title: str) -> str:
    """A title as the name of a file: letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "untitled"


def _named(part: str, titles: Iterable[str], ending: str) -> dict[str, str]:
    """The file of every title, no two alike."""
    names: dict[str, str] = {}
    for title in titles:
        name, n = f"{part}/{slug(title)}.{ending}", 1
        while name in names.values():
            n += 1
            name = f"{part}/{slug(title)}-{n}.{ending}"
        names[title] = name
    return names


def _files(folder: Path) -> set[str]:
    """The tables and pictures of the answer that a folder holds."""
    try:
        head = _read_head(folder)
        names = [str(entry["file"]) for part in ("tables", "pictures") for entry in head[part]]
    except (AnswerError, KeyError, TypeError):
        return set()
    return {name for name in names if re.fullmatch(r"(tables|pictures)/[a-z0-9-]+\.(csv|png)", name)}


def _read_head(folder: Path) -> dict[str, Any]:
    file = folder / FILE
    try:
        head = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AnswerError(folder, f"holds no answer: there is no {FILE} in it") from None
    except ValueError as problem:
        raise AnswerError(file, f"cannot be read: {problem}") from None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise AnswerError(file, f'is no answer of this format: expected "format": "{FORMAT}"')
    return head


def _read_table(file: Path) -> pd.DataFrame:
    import pandas as pd

    # Only an empty cell is missing: "none" and "None" are names of policies.
    return pd.read_csv(file, keep_default_na=False, na_values=[""], float_precision="round_trip")


def _read_scenario(file: Path, name: str) -> Scenario:
    import yaml

    return Scenario.from_document(yaml.safe_load(file.read_text(encoding="utf-8")), name)


def _plain(data: Any) -> Any:
    """Values as JSON has them: what is not finite becomes null."""
    if isinstance(data, Mapping):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_plain(value) for value in data]
    item = getattr(data, "item", None)  # NumPy scalars
    data = item() if callable(item) else data
    if data is None or isinstance(data, (str, bool, int)):
        return data
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    return str(data)
