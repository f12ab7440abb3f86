"""``minegame verify``: whether results are whole, what made them, and whether they come out the same again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minegame.cli.app import BAD_INPUT, JsonOption, announce_compiler, app, print_json, within

if TYPE_CHECKING:
    from minegame.verify import Verdict

NOT_THE_SAME = 1  # the exit code for results that are not whole, or come out otherwise


@app.command(
    epilog="Examples:\n\n"
    "  minegame verify results/who_wins\n\n"
    "  minegame verify results/attribution --again\n\n"
    "Exit code: 0 whole (and the same again), 1 not whole or not the same, 2 bad input or nothing to compare."
)
def verify(
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULTS…", help="Folders of answers or runs, or folders that hold such."),
    ],
    again: Annotated[
        bool, typer.Option("--again", help="Play them once more from what they keep, and compare every table.")
    ] = False,
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads", callback=within(1, 4096), metavar="N", help="Threads to run on (default: all cores)."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Check that results are as they were written, say what made them, and, if asked, make them again."""
    from minegame import verify
    from minegame.answers import reading

    folders = reading.holding(results)
    if again:
        announce_compiler()
    verdicts = []
    for folder in folders:
        verdicts.append(verify.verify(folder, again, workers=threads))
        if not json:
            _say(verdicts[-1], first=len(verdicts) == 1)
    if json:
        print_json([verdict.document() for verdict in verdicts])
    codes = [_code(verdict, again) for verdict in verdicts]
    if any(codes):
        raise typer.Exit(NOT_THE_SAME if NOT_THE_SAME in codes else BAD_INPUT)


def _say(verdict: Verdict, first: bool) -> None:
    """The folder and what it holds, and under it a line a finding."""
    head, *findings = verdict.said()
    typer.echo(head if first else f"\n{head}")
    for line in findings:
        typer.echo(f"  {line}")


def _code(verdict: Verdict, again: bool) -> int:
    if not verdict.whole or verdict.differs:
        return NOT_THE_SAME
    return BAD_INPUT if again and verdict.differs is None else 0
