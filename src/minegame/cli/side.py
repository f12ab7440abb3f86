"""The desk at which a person plays a side: a terminal, a pipe or a file of answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from minegame.cli.app import INTERRUPTED, fail, say, write_whole
from minegame.options import refuse
from minegame.text import counted

if TYPE_CHECKING:
    from minegame.model import Negotiation
    from minegame.person import Twin
    from minegame.scenario import Scenario
    from minegame.tables import Table

_MOST_LETTERS = 200  # of an answer
_MOST_BYTES = 2**20  # of a file of answers


def played(scenario: Scenario, asked: Any) -> tuple[Negotiation, Twin | None]:
    """One negotiation: as the scenario has it, or with a person on a side, and then its twin too."""
    from minegame.model import Negotiation

    if asked.as_ is None:
        if asked.answers is not None or asked.log is not None:
            fail("--answers and --log are of a side that is played: add --as SIDE")
        return Negotiation(scenario, seed=asked.seed, replication=asked.replication).play(), None
    from minegame.person import LeftError, Person, Twin, play_as
    from minegame.sides import Side

    side = Side.of(scenario, asked.as_, "--as")
    desk = _desk(asked)
    person = Person(desk)
    try:
        negotiation = play_as(scenario, side, person, asked.seed, asked.replication)
    except LeftError as left:
        say(str(left), err=True)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        _keep(asked.log, person.answers)
    desk.done()
    return negotiation, Twin.of(negotiation, side, person.answers)


def _keep(log: Path | None, answers: list[str]) -> None:
    if log is not None:
        write_whole(log, "".join(f"{answer}\n" for answer in answers))


def _desk(asked: Any) -> Any:
    return _Typed(asked.json) if asked.answers is None else _Written(asked.answers, asked.json)


class _Typed:
    """Somebody at a terminal, or a program that types; with ``aside`` it is talked to on standard error."""

    def __init__(self, aside: bool) -> None:
        self._aside = aside

    def tell(self, text: str = "") -> None:
        """Say a line, as wide as the page."""
        import textwrap

        page = self._page()
        for line in textwrap.wrap(text, page.width, break_long_words=False) if len(text) > page.width else [text]:
            say(line, err=self._aside)

    def show(self, table: Table) -> None:
        """Print a table."""
        from minegame.cli.screen import print_table

        print_table(self._page(), table, "each by its name: odds CHOICE")

    def ask(self, prompt: str) -> str:
        """A line that is typed; LeftError at the end of input."""
        say(prompt, err=self._aside, end=False)
        (sys.stderr if self._aside else sys.stdout).flush()
        try:
            line = _typed_line()
        except KeyboardInterrupt:  # what is said next begins a line
            self.tell()
            raise
        if not line:
            self.tell()
            from minegame.person import LeftError

            raise LeftError("Left: the answers ended before the tender did.")
        answer = line.strip()[:_MOST_LETTERS]
        if not sys.stdin.isatty():  # nobody sees what a program types
            self.tell(answer)
        return answer

    def done(self) -> None:
        """The tender is over; who types notices."""

    def refuse(self, why: str) -> None:
        """Say why it will be asked again."""
        self.tell(f"That is no answer: {why}")

    def _page(self) -> Any:
        from minegame.cli.app import console

        return console(err=self._aside)


def _typed_line() -> str:
    """A line of standard input, with its end; empty at the end of input.  What is no text is a line of no sense."""
    return "" if sys.stdin is None else sys.stdin.buffer.readline().decode(errors="replace")


class _Written(_Typed):
    """A file of answers, a line each; blank lines and what follows ``#`` are passed over."""

    def __init__(self, file: Path, aside: bool) -> None:
        super().__init__(aside)
        self._file, self._line = file, 0
        with file.open("rb") as source:
            content = source.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            refuse(str(file), f"is larger than {_MOST_BYTES:,} bytes: expected a file of answers, a line each")
        self._lines = self._numbered(content.decode("utf-8-sig", errors="replace"))

    def _numbered(self, text: str) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(text.splitlines(), 1):
            answer = line.partition("#")[0].strip()
            if answer:
                yield number, answer

    def ask(self, prompt: str) -> str:
        """The next answer of the file, shown as if it were typed."""
        self._line, answer = next(self._lines, (self._line, ""))
        if not answer:
            self._fail("there are no more answers, and the tender is still open: expected one for each month")
        say(f"{prompt}{answer}", err=self._aside)
        return answer[:_MOST_LETTERS]

    def done(self) -> None:
        """Say which answers were not asked for any more."""
        if left := list(self._lines):
            more = f"{counted(len(left), 'answer')} more than was asked for, from line {left[0][0]} on"
            say(f"{self._file}: has {more}: the tender was over", err=True)

    def refuse(self, why: str) -> NoReturn:
        """A file cannot be asked again."""
        self._fail(why)

    def _fail(self, why: str) -> NoReturn:
        fail(f"{self._file}{f', line {self._line}' if self._line else ''}: {why}")
