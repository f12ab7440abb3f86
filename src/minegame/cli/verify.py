"""``minegame verify``: whether results are whole, what made them, and whether they come out the same again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from minegame import options
from minegame.cli.app import BAD_INPUT, announce_compiler, app, fail, print_json, say
from minegame.cli.options import command, examples
from minegame.options import Flag, Options, option

if TYPE_CHECKING:
    from minegame.verify import Verdict

NOT_THE_SAME = 1  # the exit code for results that are not whole, or come out otherwise


@dataclass(frozen=True, kw_only=True)
class _Verify(Options):
    results: tuple[str, ...] = options.results()
    again: bool = option(False, "Play them once more from what they keep, and compare every table.", Flag())
    threads: int | None = options.threads()
    json: bool = options.as_json()


def _verify(asked: _Verify) -> None:
    if not asked.results:
        fail("RESULTS…: expected at least one folder (try 'minegame verify --help')")
    from minegame import verify
    from minegame.answers import reading

    folders = reading.holding(asked.results)
    if asked.again:
        announce_compiler()
    verdicts = []
    for folder in folders:
        verdicts.append(verify.verify(folder, asked.again, workers=asked.threads))
        if not asked.json:
            _say(verdicts[-1], first=len(verdicts) == 1)
    if asked.json:
        print_json([verdict.document() for verdict in verdicts])
    codes = [_code(verdict, asked.again) for verdict in verdicts]
    if any(codes):
        raise typer.Exit(NOT_THE_SAME if NOT_THE_SAME in codes else BAD_INPUT)


def _say(verdict: Verdict, first: bool) -> None:
    """The folder and what it holds, and under it a line a finding."""
    head, *findings = verdict.said()
    say(head if first else f"\n{head}")
    for line in findings:
        say(f"  {line}")


def _code(verdict: Verdict, again: bool) -> int:
    if not verdict.whole or verdict.differs:
        return NOT_THE_SAME
    return BAD_INPUT if again and verdict.differs is None else 0


command(
    app, "verify", "Check that results are as they were written, say what made them, and, if asked, make them again.",
    _verify, _Verify,
    epilog=examples("verify", "results/who_wins", "results/attribution --again")
    + "\n\nExit code: 0 whole (and the same again), 1 not whole or not the same, 2 bad input or nothing to compare.",
)  # fmt: skip
