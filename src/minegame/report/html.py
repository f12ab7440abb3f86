"""The page itself: chapters, the limits that they share and the numbers behind them, in one file of HTML."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minegame import storage
from minegame.folder import versions
from minegame.report.chapter import Chapter
from minegame.report.numbers import Numbers, is_link
from minegame.report.opening import called, opening
from minegame.report.sheet import MOST_ROWS, unbroken
from minegame.text import visible


def page(chapters: Sequence[Chapter], made: str | None = None) -> str:
    """The report as HTML; ``made`` is the date on it (default: today, as 2026-01-31).

    Raises:
        ValueError: without a chapter.
    """
    if not chapters:
        raise ValueError("a report needs at least one answer")
    scenarios = list({chapter.answer.scenario.fingerprint(): chapter.answer.scenario for chapter in chapters}.values())
    numbers = [Numbers(scenario) for scenario in scenarios]
    titles = list(dict.fromkeys(scenario.title for scenario in scenarios))
    html: str = _environment().get_template("page.html.jinja").render(
        title=titles[0] if len(titles) == 1 else f"{len(chapters)} answers about {len(titles)} scenarios",
        chapters=chapters,
        shared_limits=_shared_limits(chapters),
        opening=opening(chapters, numbers),
        scenarios=numbers,
        called=called(scenarios),
        number_of={scenario.fingerprint(): n for n, scenario in enumerate(scenarios, start=1)},
        made=made or time.strftime("%Y-%m-%d"),
        version=versions()["minegame"],
    )  # fmt: skip
    return html


def write(file: Path | str, chapters: Sequence[Chapter], made: str | None = None) -> Path:
    """Write the report, whole or not at all; raises OSError where it cannot be written."""
    file = Path(file)
    storage.write_whole(file, page(chapters, made).encode())
    return file


def _shared_limits(chapters: Sequence[Chapter]) -> list[str]:
    """The limits of every one of several answers, which are said once."""
    if len(chapters) < 2:
        return []
    return [limit for limit in chapters[0].answer.limits if all(limit in c.answer.limits for c in chapters)]


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
    """Text with the characters written out that no page may hold; what is marked as HTML already is left alone."""
    return value if hasattr(value, "__html__") or not isinstance(value, str) else visible(value)
