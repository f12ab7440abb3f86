"""What all commands share: the application, options, messages and printing.

A command declares its options (:mod:`minegame.options`), imports what it needs inside itself (so that ``--help``
answers at once) and lets errors fly: :func:`messages` turns bad input into a message and exit code 2 for all of them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from minegame.text import visible

if TYPE_CHECKING:
    from rich.console import Console

    from minegame.cases import Case

C = TypeVar("C", bound="Case")
PICTURES = ("png", "svg", "pdf")  # as in minegame.plots, which takes long to import
WIDTH = 100  # of what is printed where no terminal says how wide it is
BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 2, 130, 1  # the last as Rich and Typer have it
_MISUSE: Any = typer.BadParameter.__base__  # click's UsageError, which Typer took over without a public name

# ------------------------------------------------------------------------------------------------ errors, in one place


@contextmanager
def messages() -> Iterator[None]:
    """Turn bad input into a message on standard error and exit code 2; an interruption into 130.

    Bad input is a misused option, a ScenarioError (or a subclass of it, such as the errors of experiment files),
    any OSError, and more than fits into memory.  Anything else is a bug and keeps its traceback.
    """
    try:
        yield
        sys.stdout.flush()
    except _MISUSE as problem:
        if not problem.format_message():  # a command without its arguments: the help has been printed
            raise typer.Exit(BAD_INPUT) from None
        place = f" (try '{problem.ctx.command_path} --help')" if problem.ctx else ""
        fail(f"{problem.format_message()}{place}")
    except KeyboardInterrupt:
        say("Interrupted.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader has gone (`minegame params | head`): nothing more can be said, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE) from None
    except MemoryError as problem:
        fail(f"there is not enough memory: ask for fewer negotiations or points ({str(problem) or 'all is used'})")
    except OSError as problem:
        said = problem.strerror or str(problem)
        fail(
            f"{problem.filename}: {said}"
            if problem.filename
            else f"cannot be printed: {said}"
            if problem.errno
            else said
        )
    except ValueError as problem:
        from minegame.scenario import ScenarioError

        if not isinstance(problem, ScenarioError):
            raise
        fail(str(problem))


def fail(text: str) -> NoReturn:
    """Say on standard error what is wrong, and end with exit code 2."""
    say(f"Error: {text}", err=True)
    raise typer.Exit(BAD_INPUT)


#: Commands whose options are declared where it takes long to import: what each does, and what makes it.
LATE: dict[str, tuple[str, Callable[[], Any]]] = {}


def _check_typed(typed: Sequence[str]) -> None:
    """Refuse what is no text, and a change that spaces have torn apart."""
    _check_text(typed)
    for before, sign, after in zip(typed, typed[1:], typed[2:], strict=False):
        if sign == "=":
            fail(f"'{before} = {after}' is three words: write it without spaces, {before}={after}")


def _check_text(typed: Sequence[str]) -> None:
    """Refuse what no file could keep, before anything is played: results hold the names of files and policies."""
    for text in typed:
        try:
            text.encode()
        except UnicodeEncodeError:
            known = sys.getfilesystemencoding()
            hint = "" if known == "utf-8" else f"; Python reads names as {known} here: set PYTHONUTF8=1"
            fail(f"'{text}' is not UTF-8 text: rename it{hint}")


class Commands(TyperGroup):
    """The commands, each of them under :func:`messages`; a late one is made only when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, in the order of the help."""
        return [*(name for name in LATE if ctx.parent is None), *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name; a late one without its options."""
        if ctx.parent is None and cmd_name in LATE:
            return TyperCommand(cmd_name, help=LATE[cmd_name][0])
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called, whole."""
        if ctx.parent is None and args and args[0] in LATE:
            return args[0], LATE[args[0]][1](), args[1:]
        return super().resolve_command(ctx, args)

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **kwargs: Any) -> Any:
        """Read the options that stand before a command, once all that was typed is found to be text."""
        with messages():
            _check_typed(args)
            return super().make_context(info_name, args, *more, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        """Carry out the command."""
        with messages():
            return super().invoke(ctx)


# ---------------------------------------------------------------------------------------------------- what is printed


def say(text: str, *, err: bool = False, end: bool = True) -> None:
    """Print plain text on standard output or error, whatever files it comes from; ``end``: end the line."""
    typer.echo(visible(text), err=err, nl=end)


def console(*, err: bool = False) -> Console:
    """A Rich console on standard output or error: the terminal's width and colours; no colour, 100 columns elsewhere.

    What it prints comes from files, too: only Rich's own codes reach the terminal.
    """
    from rich.console import Console

    class Page(Console):
        def render(self, renderable: Any, options: Any = None) -> Any:
            shown = visible(renderable) if isinstance(renderable, str) else renderable
            for part in super().render(shown, options):
                yield part if part.control else part._replace(text=visible(part.text))

    on_terminal = (sys.stderr if err else sys.stdout).isatty()
    width = None if on_terminal or os.environ.get("COLUMNS", "").isdigit() else WIDTH
    return Page(stderr=err, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def print_json(data: Any) -> None:
    """Print JSON that any program can read: what is not finite becomes null, never NaN."""
    import json

    from minegame.text import plain

    say(json.dumps(plain(data), indent=2, allow_nan=False))


def picture_ending(file: Path) -> str:
    """The ending of a picture's file, without the dot."""
    ending = file.suffix.removeprefix(".").lower()
    if ending not in PICTURES:
        known = f"{', '.join('.' + name for name in PICTURES[:-1])} or .{PICTURES[-1]}"
        fail(f"--plot {file}: expected the name of a file that ends in {known}")
    return ending


def write_csv(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV, whole or not at all; missing values are empty.  Raises OSError with the file's name."""
    import csv
    import io

    from minegame.tables import for_sheet
    from minegame.text import plain

    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: for_sheet(value) for name, value in plain(row).items()} for row in rows)
    write_whole(file, sheet.getvalue())


def check_new(file: Path, force: bool) -> None:
    """Refuse to overwrite a file unless that is asked for."""
    from minegame import storage

    if file.exists() and not force and not storage.is_stream(file):
        fail(f"{file}: is there already; choose another name, or overwrite with --force")


def check_workbook(file: Path, force: bool) -> None:
    """Refuse a workbook of a name that no spreadsheet would open, or that is there already."""
    if file.suffix.lower() != ".xlsx":
        fail(f"{file}: expected the name of a file that ends in .xlsx")
    check_new(file, force)


def write_whole(file: Path, content: str | bytes) -> None:
    """Write a file, whole or not at all; to a pipe or /dev/stdout simply write.  Raises OSError with its name."""
    from minegame import storage

    if file == Path():
        raise IsADirectoryError(21, "is this folder, and so is an empty name: expected the name of a file", ".")
    if not file.resolve().parent.is_dir():
        raise NotADirectoryError(20, f"there is no folder {file.resolve().parent} to write it to", str(file))
    storage.write_whole(file, content.encode() if isinstance(content, str) else content)


@cache
def announce_compiler() -> None:
    """Have it said on standard error when the game has to be compiled; every command that plays begins with this."""
    from minegame import machine_code

    machine_code.before_compiling(lambda why: say(why, err=True))


def warned(scenario: C) -> C:
    """The scenario, once what may not be meant in it has been said on standard error."""
    _warn(scenario, scenario.warnings)
    return scenario


def warned_of(scenario: Case, tried: Mapping[str, Sequence[object]]) -> None:
    """Say on standard error what is tried, values by path, outside the range that its source supports."""
    _warn(scenario, scenario.beyond(tried))


def _warn(scenario: Case, warnings: Sequence[str]) -> None:
    for warning in warnings:
        _say_once(f"{scenario.name}: warning: {warning}")


@cache
def _say_once(text: str) -> None:
    say(text, err=True)


# -------------------------------------------------------------------------------------------------------- the commands

app = typer.Typer(
    name="minegame",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with [bold]minegame play[/bold]; every command explains itself with --help.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from minegame import __version__

        say(f"minegame {__version__}")
        raise typer.Exit


@app.callback()
def minegame(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Who wins a contested mineral deposit, and which lever did it: patrons press, bidders offer, a host decides."""
    encoding = getattr(sys.stdout, "encoding", None) or ""
    if not encoding.lower().startswith("utf") and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # an old terminal gets a ? for an arrow, not a traceback


def main() -> None:
    """Read the command line and do what it says; :mod:`minegame.__main__` is the entry point."""
    if sys.stdout is None:  # closed by the shell (`>&-`): the next file opened would take its place
        sys.exit(_said_and_done("Error: standard output is closed: there is nowhere to print", BAD_INPUT))
    app(prog_name="minegame")


def _said_and_done(text: str, code: int) -> int:
    if sys.stderr is not None:
        print(text, file=sys.stderr)
    return code
