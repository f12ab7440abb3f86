"""One self-contained page for whoever must decide: question, answer, tables, pictures, assumptions and limits.

The page asks nothing of the network and runs no script.  Every text that comes from a scenario or an experiment is
escaped, so that a label such as ``<b>`` is read as these three characters.

>>> import minegame.report
>>> chapters = minegame.report.read(["results/attribution", "results/who_wins"])      # doctest: +SKIP
>>> minegame.report.write("page.html", chapters)                                      # doctest: +SKIP
"""

from __future__ import annotations

import base64
import json
import math
import re
import struct
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from minegame import results, storage
from minegame.answers import KINDS
from minegame.answers import answer as answers
from minegame.answers import experiment as runs
from minegame.answers.answer import Answer, AnswerError
from minegame.results import Results
from minegame.scenario import Scenario, ScenarioError, SourceFile

if TYPE_CHECKING:
    import pandas as pd

    from minegame.scenario import Parameter

MOST_ROWS = 50  # of a table on the page
MISSING = "–"
NO_SURE_EFFECT = "no sure effect"
#: Tables of single points, for whoever draws or checks them: too long to read, they are left in the folder.
RAW = frozenset({"The line", "Every point asked"})
_MOST_BYTES = 30_000_000  # of one picture
_PNG = b"\x89PNG\r\n\x1a\n"
_DPI = 144  # of the pictures, so that they appear in the size in which they were drawn
_FEW_ROWS = 4  # of a wide table that is better read downwards
_ROOM, _MORE_ROOM = 100, 125  # characters across a printed page; in smaller letters; above, the page is turned
_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_*]+)+")
# Control characters have no place in HTML, lone surrogates none in UTF-8, and marks of direction could turn text round.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")

STANDINGS = {
    "calibrated": ("Calibrated", "Chosen so that the scenario shows a pattern; hence evidence of nothing."),
    "swept": ("To be varied", "This case cannot teach them: vary them before believing what depends on them."),
    "unsourced": ("Without a source", "Changed for this page, or written without a source: nobody vouches for them."),
    "assumption": ("Assumed", "No source gives the number; the reason stands beside it."),
    "fact": ("From a source", "Each with the source that gives it."),
}


# -------------------------------------------------------------------------------------------------------- what is shown


@dataclass(frozen=True)
class Chapter:
    """An answer on the page, with what its folder tells beside it.

    ``experiment`` is the text of an experiment file that the command needs and that is not shipped.
    """

    answer: Answer
    title: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    experiment: str = ""

    @classmethod
    def of(cls, result: Answer | Results) -> Chapter:
        """A chapter from an answer, or from the results of a run."""
        if isinstance(result, Answer):
            return cls(result, versions=answers.versions())
        made_with = {str(name): str(number) for name, number in dict(result.manifest.get("versions", {})).items()}
        told = runs.answer(result)
        return cls(told, str(result.manifest["title"]), made_with, runs.experiment_file(result))

    @cached_property
    def tables(self) -> list[Sheet]:
        """The tables as people read them."""
        return [Sheet.of(title, table) for title, table in self.answer.tables.items() if title not in RAW]

    @cached_property
    def left_in_the_folder(self) -> list[tuple[str, str, int]]:
        """Tables that are not on the page: title, file and number of rows."""
        raw = [title for title in self.answer.tables if title in RAW]
        return [(title, f"tables/{answers.slug(title)}.csv", len(self.answer.tables[title])) for title in raw]

    @cached_property
    def pictures(self) -> list[Picture]:
        """The pictures, ready to stand in the page."""
        return [Picture.of(title, answers.png(drawn)) for title, drawn in self.answer.pictures.items()]

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


class PictureError(ValueError):
    """What should be a PNG file is none, or not all of one."""


@dataclass(frozen=True)
class Picture:
    """A picture as an address that holds it whole, and its size on a screen, in pixels."""

    title: str
    address: str
    width: int
    height: int

    @classmethod
    def of(cls, title: str, png: bytes) -> Picture:
        """From the bytes of a PNG file; raises PictureError, a ValueError, for anything else."""
        if not png.startswith(_PNG) or len(png) < 33 or not png.endswith(b"IEND\xaeB`\x82"):
            raise PictureError(f"the picture '{title}' is no whole PNG file")
        width, height = struct.unpack(">II", png[16:24])
        scale = 96 / _DPI
        address = "data:image/png;base64," + base64.b64encode(png).decode()
        return cls(title, address, max(1, round(width * scale)), max(1, round(height * scale)))


@dataclass(frozen=True)
class Numbers:
    """The numbers of a scenario by what they are worth as evidence."""

    scenario: Scenario

    @cached_property
    def groups(self) -> list[tuple[str, str, list[Number]]]:
        """Heading, meaning and numbers of each standing that occurs, the least sure first."""
        found: dict[str, list[Number]] = {standing: [] for standing in STANDINGS}
        unsourced = set(self.scenario.unsourced())
        for parameter in self.scenario.parameters():
            standing = "unsourced" if parameter.path in unsourced else parameter.status
            if standing in found:
                found[standing].append(Number.of(self.scenario, parameter))
        return [(*STANDINGS[standing], numbers) for standing, numbers in found.items() if numbers]

    @cached_property
    def left_out(self) -> int:
        """How many values are at their defaults, or say who belongs to whom."""
        return len(self.scenario.parameters()) - sum(len(numbers) for *_, numbers in self.groups)


@dataclass(frozen=True)
class Number:
    """A number of the scenario, and where it comes from; ``address`` is empty unless it can be a link."""

    path: str
    value: str
    meaning: str
    reason: str
    title: str
    address: str

    @classmethod
    def of(cls, scenario: Scenario, parameter: Parameter) -> Number:
        """What the scenario says of one of its parameters."""
        unit = "" if parameter.unit in ("", "number") else f" {parameter.unit}"
        source = scenario.source_of(parameter.path)
        reason = "" if source is None else source.assumption or source.note
        title = "" if source is None else ", ".join([*source.fact, source.title] if source.title else source.fact)
        address = "" if source is None else source.address
        return cls(parameter.path, said(parameter.value) + unit, parameter.description, reason, title, address)


def is_link(address: str) -> bool:
    """Whether an address may become a link: of the web, whole, and nothing that only looks like it.

    >>> is_link("https://example.org/a?b=1"), is_link("javascript:alert(1)"), is_link("https:evil")
    (True, False, False)
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = not re.search(r"[\s\x00-\x20\x7f<>\"'`\\]", address)
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname)


# ------------------------------------------------------------------------------------------------ tables as people read


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text, and whether it is a number, a path of the scenario or words."""

    text: str
    kind: str = "words"


@dataclass(frozen=True)
class Sheet:
    """A table as people read it: an estimate with its interval in one cell, numbers to three digits."""

    title: str
    headings: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    rows_in_all: int

    @classmethod
    def of(cls, title: str, table: pd.DataFrame) -> Sheet:
        """Shape a table: ``X``, ``X (low)`` and ``X (high)`` become one column."""
        shown = table.head(MOST_ROWS)
        names = [str(name) for name in table.columns]
        if len(set(names)) < len(names):
            raise ValueError(f"the table '{title}' has two columns of one name")
        shown = shown.set_axis(names, axis=1)
        kept = [name for name in names if not _is_end(name, names)]
        columns = [_column(shown, name) for name in kept]
        numeric = [any(cell.kind == "number" for cell in column) for column in columns]
        headings = [_heading(name, is_number) for name, is_number in zip(kept, numeric, strict=True)]
        rows = list(zip(*columns, strict=True)) if columns else []
        sheet = cls(title, headings, rows, len(table))
        return sheet._turned() if sheet.size == "very-wide" and len(rows) <= _FEW_ROWS else sheet

    def _turned(self) -> Sheet:
        """With columns as rows: a wide table of few rows is read downwards."""
        across = [self.headings, *self.rows]
        rows = [[Cell(line[0].text), *line[1:]] for line in zip(*across, strict=True)]
        headings = [Cell(rows[0][0].text), *(Cell(cell.text, "number") for cell in rows[0][1:])]
        return Sheet(self.title, headings, [[line[0], *_right(line[1:])] for line in rows[1:]], self.rows_in_all)

    @property
    def size(self) -> str:
        """How much room the table needs: "", "wide" or "very-wide"."""
        width = sum(_width(heading, [row[n] for row in self.rows]) for n, heading in enumerate(self.headings))
        return "very-wide" if width > _MORE_ROOM else "wide" if width > _ROOM else ""


def _right(cells: Iterable[Cell]) -> list[Cell]:
    return [Cell(cell.text, "path" if cell.kind == "path" else "turned number") for cell in cells]


def _heading(name: str, is_number: bool) -> Cell:
    kind = "path" if _PATH.fullmatch(name) else "words"
    broken = name if kind == "path" else re.sub(r"(?<=[a-z_])([._])(?=[a-z])", "\\1\u200b", name)
    return Cell(unbroken(broken), f"{kind} number" if is_number else kind)


def _width(heading: Cell, cells: Sequence[Cell]) -> int:
    """The fewest characters that a column needs: numbers never break, words between words, paths after dots."""
    longest = max(len(part) for part in re.split("[ .\u200b]", heading.text))
    for cell in cells:
        parts = [cell.text] if "number" in cell.kind else re.split(r"[ .]", cell.text)
        longest = max(longest, *(len(part) for part in parts), min(18, len(cell.text)))
    return longest + 2


def _is_end(name: str, names: Sequence[str]) -> bool:
    """Whether a column is the low or high end of another's interval."""
    return any(
        name.endswith(ending) and name.removesuffix(ending) in names and name.removesuffix(ending) + other in names
        for ending, other in ((" (low)", " (high)"), (" (high)", " (low)"))
    )


def _column(table: pd.DataFrame, name: str) -> list[Cell]:
    values = _column_values(table, name)
    if not any(_is_number(value) for value in values):
        return [_words(value) for value in values]
    if _PATH.fullmatch(name):  # a factor: its levels as they were given, or as they fell
        return [Cell(_level(value), "number") if _is_number(value) else _words(value) for value in values]
    signed = bool(re.search(r"percentage points|difference", name, re.IGNORECASE))
    lows, highs = (f"{name} (low)", f"{name} (high)")
    if lows in table and highs in table:
        low, high = _column_values(table, lows), _column_values(table, highs)
        digits = _decimals([*values, *low, *high], name)
        return [_interval(*cells, digits, signed) for cells in zip(values, low, high, strict=True)]
    digits = _decimals(values, name)
    rare = bool(re.search("chance|p-value", name)) and all(0 <= value <= 1 for value in values if _is_number(value))
    return [
        _words(value, True) if not _is_number(value)
        else Cell("< 0.001" if rare and value < 0.001 else number(value, None if rare else digits, signed), "number")
        for value in values
    ]  # fmt: skip


def _column_values(table: pd.DataFrame, name: str) -> list[Any]:
    column: Any = table[name]
    return [value.item() if hasattr(value, "item") else value for value in column]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _words(value: object, in_numbers: bool = False) -> Cell:
    text = said(value)
    if text == MISSING:
        return Cell(text, "number" if in_numbers else "words")
    return Cell(text, "path" if _PATH.fullmatch(text) else "words")


def _level(value: float) -> str:
    """A value of a parameter, to four digits unless it is whole."""
    return said(value if float(value).is_integer() else float(f"{value:.4g}")).replace("-", "−")


def _interval(value: object, low: object, high: object, digits: int | None, signed: bool) -> Cell:
    if any(isinstance(part, float) and math.isinf(part) for part in (value, low, high)):
        return Cell(NO_SURE_EFFECT, "number")
    if not isinstance(value, (int, float)) or not _is_number(value):
        return _words(value, True)
    if not (isinstance(low, (int, float)) and isinstance(high, (int, float)) and _is_number(low) and _is_number(high)):
        return Cell(number(value, digits, signed), "number")
    own = _three_digits(max(abs(value), abs(low), abs(high))) if digits is None else digits
    return Cell(f"{number(value, own, signed)} [{number(low, own, signed)}, {number(high, own, signed)}]", "number")


def _decimals(values: Iterable[Any], name: str) -> int | None:
    """How many decimals suit a column: three digits of its largest number; None if each needs its own.

    Percent, points and money have one, however small the smallest.
    """
    sizes = [abs(value) for value in values if _is_number(value) and value != 0]
    if not sizes or all(float(size).is_integer() for size in sizes):
        return 0
    if re.search(r"%|\bpoints\b|M\$", name) and max(sizes) >= 1:
        return 0 if "M$" in name and max(sizes) >= 1000 else 1
    decimals = _three_digits(max(sizes))
    return decimals if decimals <= 6 and min(sizes) >= 10.0**-decimals else None


def _three_digits(size: float) -> int:
    """The decimals with which a number has three digits, 6 at most."""
    return 0 if size == 0 else min(6, max(0, 2 - math.floor(math.log10(size))))


def number(value: float, decimals: int | None = None, signed: bool = False) -> str:
    """A number as people read it: thousands apart, a true minus sign, three digits unless decimals are given.

    >>> number(1234567.0), number(-0.01234), number(42.0, 1), number(0.00000123)
    ('1,234,567', '−0.0123', '42.0', '1.23e−06')
    """
    sign = "+" if signed and value != 0 else ""
    if decimals is None:
        size = abs(value)
        if size != 0 and not 1e-4 <= size < 1e15:
            return f"{value:{sign}.3g}".replace("-", "−")
        digits = 0 if size == 0 or float(value).is_integer() else max(0, 2 - math.floor(math.log10(size)))
        text = f"{value:{sign},.{digits}f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")
    text = f"{value:{sign},.{decimals}f}"
    return (text.lstrip("-+") if float(text.replace(",", "")) == 0 else text).replace("-", "−")


def unbroken(text: str) -> str:
    """Text in which no line may end between a number and its unit, or inside an interval.

    >>> unbroken("60.1 % [59.4, 60.8]").split(" ")
    ['60.1\\xa0%', '[59.4,\\xa060.8]']
    """
    text = re.sub(r"\[([^\s\[\],]+), ([^\s\[\],]+)\]", "[\\1,\xa0\\2]", text)
    return re.sub(r"(?<=\d|,) (?=(?:%|M\$)(?:\W|$))", "\xa0", text)


def said(value: object, name: str = "") -> str:
    """A value of any kind in words.

    >>> said({"tender.lots": "split", "tender.months": 18}), said(0.95, "confidence"), said([1, 2.5]), said(None)
    ('tender.lots = split; tender.months = 18', '95 %', '1, 2.5', '–')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{key} = {said(item)}" for key, item in value.items()) or "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(said(item) for item in value) or "none"
    if isinstance(value, (int, float)):
        if math.isinf(value):
            return "∞" if value > 0 else "−∞"
        if name == "confidence" and 0 < value < 1:
            return f"{100 * value:g} %"
        # A seed is a name, not a quantity, and a value of a parameter is shown as it was given.
        return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 and name != "seed" else f"{value:.10g}"
    return str(value) or MISSING


# ------------------------------------------------------------------------------------------------------------- reading


def read(folders: Iterable[Path | str]) -> list[Chapter]:
    """The chapters of a report: of answers, of runs, and of folders that hold such folders, in the order given.

    Raises:
        ScenarioError: for a folder that holds no results, unfinished or damaged ones; the message names it.
        OSError: for one that cannot be read.
    """
    found = {path.resolve(): path for folder in folders for path in _holding(Path(folder))}
    return [_read(path) for path in found.values()]


def _holding(folder: Path) -> list[Path]:
    """The folder itself if it holds results, else those in it that do."""
    if not folder.exists():
        raise AnswerError(folder, "there is no such folder")
    if not folder.is_dir():
        raise AnswerError(folder, "is a file: expected a folder with results")
    if _holds(folder):
        return [folder]
    found = [path for path in sorted(folder.iterdir()) if path.is_dir() and _holds(path)]
    found.sort(key=_place)
    if not found:
        text = (
            f"holds no results: expected {answers.FILE} (written by minegame analyse … --out) or {storage.MANIFEST} "
            "(by minegame run), in it or in a folder in it"
        )
        raise AnswerError(folder, text)
    return found


def _place(folder: Path) -> int:
    """Where an answer stands in the order in which answers are best read; runs and unknown kinds come last."""
    try:
        kind = _head(folder).get("name")
    except (OSError, ValueError):  # which is told when it is read
        kind = None
    return list(KINDS).index(kind) if kind in KINDS else len(KINDS)


def _holds(folder: Path) -> bool:
    return answers.is_answer_folder(folder) or storage.is_results_folder(folder)


def _read(folder: Path) -> Chapter:
    try:
        if not answers.is_answer_folder(folder):
            return Chapter.of(results.load(folder))
        head = _checked_head(folder)
        chapter = Chapter(Answer.read(folder), versions={str(k): str(v) for k, v in head.get("versions", {}).items()})
        _check(folder, head, chapter)
        return chapter
    except ScenarioError:
        raise
    except Exception as problem:
        if not _is_unreadable(problem):
            raise
        raise AnswerError(folder, f"is damaged ({problem}): make the results again") from problem


def _is_unreadable(problem: Exception) -> bool:
    """Whether a file is not what its name says: text that is none, a picture cut short, a table that cannot be read.

    What goes wrong anywhere else is a fault of ours, and shows itself as one.
    """
    if isinstance(problem, (UnicodeDecodeError, json.JSONDecodeError, PictureError)):
        return True
    return type(problem).__module__.split(".")[0] in ("yaml", "pandas", "pyarrow")


def _head(folder: Path) -> dict[str, Any]:
    head = json.loads((folder / answers.FILE).read_text(encoding="utf-8"))
    return head if isinstance(head, dict) else {}


def _checked_head(folder: Path) -> dict[str, Any]:
    """What stands in answer.json, once it has the shape of an answer and names no file outside its folder.

    A page that is sent around must not carry other files along.
    """
    head = _head(folder)
    if head.get("format") == answers.FORMAT and (wrong := next(_misshapen(head), None)) is not None:
        raise AnswerError(folder / answers.FILE, f"is damaged: {wrong}")
    if head.get("format") == answers.FORMAT:
        SourceFile(folder / "scenario.yaml")
    for entry in [*head.get("tables", []), *head.get("pictures", [])]:
        path = PurePosixPath(str(entry["file"]))
        inside = (folder / path).resolve().is_relative_to(folder.resolve())
        if path.is_absolute() or ".." in path.parts or not inside:
            raise AnswerError(folder / answers.FILE, f"names a file outside its folder: {path}")
        if (folder / path).is_file() and (folder / path).stat().st_size > _MOST_BYTES:
            raise AnswerError(folder / path, f"is too large: expected at most {_MOST_BYTES:,} bytes")
    return head


def _misshapen(head: Mapping[str, Any]) -> Iterator[str]:
    """What in an answer is not as an answer is written."""
    for name in ("sentences", "limits"):
        if not isinstance(head.get(name), list) or not all(isinstance(text, str) for text in head[name]):
            yield f"its {name} are not a list of sentences"
    if not head.get("sentences") or not all(isinstance(head.get(n), str) for n in ("name", "question", "command")):
        yield "it holds no sentence, or one that is not text"
    if not isinstance(head.get("scenario"), str):
        yield "it names no scenario"
    for name in ("settings", "versions"):
        if not isinstance(head.get(name, {}), Mapping):
            yield f"its {name} are not names with values"
    if "settings" not in head:
        yield "it has no settings"
    for name in ("tables", "pictures"):
        entries = head.get(name)
        if not isinstance(entries, list) or not all(
            isinstance(e, Mapping) and isinstance(e.get("title"), str) and isinstance(e.get("file"), str)
            for e in entries
        ):
            yield f"its {name} are not titles with files"


def _check(folder: Path, head: Mapping[str, Any], chapter: Chapter) -> None:
    """Find out at once whether everything is there as it was written."""
    for entry in head["tables"]:
        rows = len(chapter.answer.tables[entry["title"]])
        if entry.get("rows", rows) != rows:
            text = f"is not as written: {rows} of {entry['rows']} rows; make the answer again"
            raise AnswerError(folder / entry["file"], text)
    assert chapter.pictures is not None  # each is decoded, or says what is wrong


# ------------------------------------------------------------------------------------------------------------- the page


def page(chapters: Sequence[Chapter], made: str | None = None) -> str:
    """The report as HTML; ``made`` is the date on it (default: today, as 2026-01-31).

    Raises:
        ValueError: without a chapter.
    """
    if not chapters:
        raise ValueError("a report needs at least one answer")
    scenarios = list({chapter.answer.scenario.fingerprint(): chapter.answer.scenario for chapter in chapters}.values())
    titles = list(dict.fromkeys(scenario.title for scenario in scenarios))
    shared = _shared_limits(chapters)
    html: str = _environment().get_template("report.html.jinja").render(
        title=titles[0] if len(titles) == 1 else f"{len(chapters)} answers about {len(titles)} scenarios",
        chapters=chapters,
        shared_limits=shared,
        scenarios=[Numbers(scenario) for scenario in scenarios],
        number_of={scenario.fingerprint(): n for n, scenario in enumerate(scenarios, start=1)},
        made=made or time.strftime("%Y-%m-%d"),
        version=answers.versions()["minegame"],
    )  # fmt: skip
    return html


def _shared_limits(chapters: Sequence[Chapter]) -> list[str]:
    """The limits of every one of several answers, which are said once."""
    if len(chapters) < 2:
        return []
    return [limit for limit in chapters[0].answer.limits if all(limit in c.answer.limits for c in chapters)]


def write(file: Path | str, chapters: Sequence[Chapter], made: str | None = None) -> Path:
    """Write the report, whole or not at all; raises OSError where it cannot be written."""
    file = Path(file)
    storage.write_whole(file, page(chapters, made).encode())
    return file


def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_printable,
    )  # fmt: skip
    environment.globals["MOST_ROWS"] = MOST_ROWS
    environment.filters["unbroken"] = unbroken
    environment.tests["link"] = is_link
    return environment


def _printable(value: Any) -> Any:
    """Text without the characters that no page may hold; what is marked as HTML already is left alone."""
    return value if hasattr(value, "__html__") or not isinstance(value, str) else _UNPRINTABLE.sub("\ufffd", value)
