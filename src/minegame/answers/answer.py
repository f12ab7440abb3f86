"""An answer: what is found, in sentences, tables and pictures, and the folder that keeps it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minegame import cases, storage
from minegame.answers import shape, tried
from minegame.answers.errors import AnswerError as AnswerError
from minegame.answers.picture import Picture as Picture
from minegame.cases import Case
from minegame.scenario import Scenario
from minegame.tables import Table
from minegame.text import plain

if TYPE_CHECKING:
    import pandas as pd

    from minegame.answers.question import Question

FORMAT = 2
FILE, SCENARIO = "answer.json", "scenario.yaml"
_KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, repr=False)
class Answer:
    """What is found.

    ``kind``: the kind of question.  ``question``: in words.  ``sentences``: the answer in two sentences with intervals
    and sample sizes, then notes.  ``tables`` and ``pictures``: by short keys; titles are for display.  ``settings``:
    what decided the numbers, as it was resolved.  ``asked``: the options as they were given.  ``limits``: what the
    answer cannot say.  ``command``: the command line that makes it again.
    """

    kind: str
    question: str
    sentences: tuple[str, ...]
    tables: Mapping[str, Table] = field(repr=False)
    pictures: Mapping[str, Picture] = field(repr=False)
    settings: Mapping[str, object]
    limits: tuple[str, ...] = field(repr=False)
    scenario: Case = field(repr=False)
    asked: Mapping[str, object] = field(default_factory=dict)
    command: str = ""

    def __post_init__(self) -> None:
        for key in (*self.tables, *self.pictures):
            if not _KEY.fullmatch(key):
                raise ValueError(f"{key!r} is no key of a table or picture: expected a short identifier")

    def __getitem__(self, key: str) -> pd.DataFrame:
        """A table by its key: fractions and full precision under short names; KeyError with the keys there are."""
        if key not in self.tables:
            raise KeyError(f"no table {key!r}; there are {', '.join(self.tables)}")
        return self.tables[key].frame

    def __repr__(self) -> str:
        return f"<Answer {self.kind} of {self.scenario.name}: {self.sentences[0]}>"

    def _repr_html_(self) -> str:
        """The answer in a notebook: the question, what is found, and the tables that are to be read."""
        said = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences)
        tables = "".join(table._repr_html_() for table in self.tables.values() if not table.raw)
        return f"<h3>{escape(self.question)}</h3>{said}{tables}"

    def document(self) -> dict[str, Any]:
        """The answer as plain values, tables as rows; without pictures."""
        tables = {
            key: {**table.document(), "rows": table.frame.to_dict("records")} for key, table in self.tables.items()
        }
        pictures = {key: picture.title for key, picture in self.pictures.items()}
        document: dict[str, Any] = plain({**self._head(), "tables": tables, "pictures": pictures})
        return document

    def _head(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "kind": self.kind,
            "question": self.question,
            "sentences": list(self.sentences),
            "settings": dict(self.settings),
            "asked": dict(self.asked),
            "command": self.command,
            "limits": list(self.limits),
            "scenario": self.scenario.name,
        }

    # ------------------------------------------------------------------------------------------------------- a folder

    def write(self, folder: Path | str) -> list[str]:
        """Write the answer's files: answer.json, scenario.yaml, tables/*.csv, pictures/*.png; their names.

        Each file is written whole or not at all.  Raises OSError where the folder cannot be written.
        """
        folder = Path(folder)
        files: dict[str, Callable[[], bytes]] = {f"tables/{k}.csv": t.csv().encode for k, t in self.tables.items()}
        files |= {f"pictures/{k}.png": picture.png for k, picture in self.pictures.items()}
        files |= {SCENARIO: self.scenario.to_yaml().encode, FILE: self._json}
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            storage.write_whole(folder / name, content())
        return list(files)

    def _json(self) -> bytes:
        document = {
            **self._head(),
            "tables": {key: {**table.document(), "rows": len(table)} for key, table in self.tables.items()},
            "pictures": {key: picture.title for key, picture in self.pictures.items()},
        }
        return (json.dumps(plain(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()

    @classmethod
    def read(cls, folder: Path | str) -> Answer:
        """The answer in a folder, pictures as PNG; its command asks the scenario that is kept there.

        Raises:
            AnswerError: if the folder holds no answer, or not all of it.
        """
        folder = Path(folder)
        head = read_head(folder)
        try:
            if head["format"] != FORMAT:
                from minegame.answers import format1

                scenario = read_scenario(folder / SCENARIO, head["scenario"])
                return cls(**format1.read(folder, head), scenario=scenario)
            return cls(
                kind=head["kind"],
                question=head["question"],
                sentences=tuple(head["sentences"]),
                tables={key: _read_table(folder, key, entry) for key, entry in head["tables"].items()},
                pictures={
                    key: Picture(str(title), (folder / f"pictures/{key}.png").read_bytes())
                    for key, title in head["pictures"].items()
                },
                settings=head["settings"],
                limits=tuple(head["limits"]),
                scenario=read_scenario(folder / SCENARIO, head["scenario"]),
                asked=head["asked"],
                command=head["command"],
            )
        except FileNotFoundError as missing:
            raise AnswerError(
                folder, f"is not complete: there is no {missing.filename}; make the answer again"
            ) from None
        except (KeyError, TypeError, AttributeError) as problem:
            raise AnswerError(folder / FILE, f"is no answer of this format: {problem} is missing or wrong") from None


def told(
    question: Question, scenario: Case, words: str, sentences: list[str], tables: Mapping[str, Table],
    pictures: Mapping[str, Picture], settings: Mapping[str, object], limits: tuple[str, ...],
) -> Answer:  # fmt: skip
    """The answer to a question: what was found, with how it was asked.

    ``settings`` are what the question left open, as it was resolved (the bidder, the levers, what varied).
    """
    changes = changes_of(scenario)
    resolved = {**question.plain(), **settings}
    outside = scenario.beyond(tried.of_settings(resolved))
    return Answer(
        kind=question.kind(),
        question=words,
        sentences=tuple(sentences),
        tables=tables,
        pictures=pictures,
        settings={"scenario": scenario.name, "changes": changes, **resolved},
        limits=(*outside, *limits),
        scenario=scenario,
        asked=question.plain(),
        command=question.command(scenario.origin or scenario.name, changes),
    )


def kept_in(answer: Answer, question: Question, folder: Path) -> Answer:
    """The answer as a folder keeps it: made again from the scenario that stands there."""
    return replace(answer, command=question.command(str(folder / SCENARIO)))


def changes_of(scenario: Case) -> dict[str, Any]:
    """How a scenario differs from the file that it was loaded from, or the shipped one of its name: values by path."""
    from minegame.scenario import shipped_scenarios

    if scenario.origin is not None or not isinstance(scenario, Scenario):
        return scenario.changes
    if scenario.name not in shipped_scenarios():
        return {}
    shipped = {parameter.path: parameter.value for parameter in Scenario.load(scenario.name).parameters()}
    return {p.path: p.value for p in scenario.parameters() if p.path in shipped and shipped[p.path] != p.value}


def is_answer_folder(folder: Path) -> bool:
    """Whether a folder holds a finished answer."""
    return (folder / FILE).is_file()


def read_head(folder: Path) -> dict[str, Any]:
    """What stands in answer.json.

    Raises:
        AnswerError: if there is none, or none that can be read.
    """
    file = folder / FILE
    try:
        head = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AnswerError(folder, f"holds no answer: there is no {FILE} in it") from None
    except (ValueError, RecursionError) as problem:
        raise AnswerError(file, f"cannot be read: {problem}") from None
    if not isinstance(head, dict) or head.get("format") not in (FORMAT, shape.FORMER):
        raise AnswerError(file, f'is no answer of this format: expected "format": {FORMAT}')
    shape.check(folder, FILE, head)
    return head


def _read_table(folder: Path, key: str, entry: Mapping[str, Any]) -> Table:
    try:
        table = Table.from_csv(folder / f"tables/{key}.csv", entry)
        len(table)
    except ValueError as problem:  # a column without a name or values, or what is no CSV file at all
        raise AnswerError(folder / f"tables/{key}.csv", f"is not the table that {FILE} says: {problem}") from None
    if len(table) != entry["rows"]:
        text = f"is not as written: {len(table)} of {entry['rows']} rows; make the answer again"
        raise AnswerError(folder / f"tables/{key}.csv", text)
    return table


def read_scenario(file: Path, name: str) -> Case:
    """The scenario that a folder keeps."""
    import yaml

    return cases.from_document(yaml.safe_load(file.read_text(encoding="utf-8")), name)
