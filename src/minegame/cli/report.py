"""``minegame report``: results as one self-contained page that can be sent, read on a phone and printed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from minegame import options
from minegame.cli.app import app, fail, say, write_whole
from minegame.cli.options import command, examples
from minegame.options import Options


@dataclass(frozen=True, kw_only=True)
class _Report(Options):
    results: tuple[str, ...] = options.results()
    out: Path | None = options.file_written("File of the page (default: report.html in the first folder).")


def _report(asked: _Report) -> None:
    if not asked.results:
        fail("RESULTS…: expected at least one folder (try 'minegame report --help')")
    results, out = [Path(folder) for folder in asked.results], asked.out
    from minegame import report, storage

    file = out or results[0] / "report.html"
    if results[0].is_dir() or out is not None:
        _check_place(file)
    chapters = report.read(results)
    write_whole(file, report.page(chapters))
    answers = "1 answer" if len(chapters) == 1 else f"{len(chapters)} answers"
    if not storage.is_stream(file):  # which holds the page and nothing else
        say(f"Written: {file} ({answers})")


def _check_place(file: Path) -> None:
    """Find out before the work whether the page can be written."""
    if file.is_dir():
        fail(f"--out {file}: is a folder; expected the name of a file")
    if not file.parent.is_dir():
        fail(f"--out {file}: there is no folder {file.parent}")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        fail(f"--out {file}: cannot be written")


command(
    app, "report", "Make one self-contained page of results: question, answer, tables, pictures, sources, "
    "assumptions, limits.", _report, _Report,
    epilog=examples("report", "results/who_wins", "results/attribution results/who_wins --out page.html"),
)  # fmt: skip
