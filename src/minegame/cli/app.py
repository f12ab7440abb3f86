"""What all commands share: the application, options, messages and printing.

A command takes the shared options below, imports what it needs inside itself (so that ``--help`` answers at once) and
lets errors fly: :func:`messages` turns bad input into a message and exit code 2 for all of them.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from rich.console import Console

    from minegame.scenario import Scenario

T = TypeVar("T")

BASELINE = "kazakhstan_tungsten"  # as in minegame.scenario, which takes long to import
WIDTH = 100  # of what is printed where no terminal says how wide it is
_MAX_SEED = 2**63 - 1  # as in chance.py
_MAX_REPLICATION = 2**44 - 1

BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 2, 130, 1  # the last as Rich and Typer have it
_MISUSE: Any = typer.BadParameter.__base__  # click's UsageError, which Typer took over without a public name
#: Confidences between which intervals are made: below they mislead, above they say nothing at any affordable number.
LEAST_SURE, MOST_SURE = 0.5, 0.9999
_MOST_DIGITS = 300  # of a number that is read from text in order to correct it

# ------------------------------------------------------------------------------------------------- the shared options


def within(low: int, high: int) -> Callable[[int | None], int | None]:
    """A check that an option's whole number, if it is given, lies between low and high, both allowed."""

    def check(number: int | None) -> int | None:
        if number is not None and not low <= number <= high:
            raise typer.BadParameter(f"{number} is not allowed: expected a whole number between {low} and {high}")
        return number

    return check


def confident(value: float) -> float:
    """A check that a confidence lies where intervals mean something."""
    if not LEAST_SURE <= value <= MOST_SURE:
        allowed = f"expected a number between {LEAST_SURE} and {MOST_SURE}, such as 0.95"
        raise typer.BadParameter(f"{value} is not allowed: {allowed}")
    return value


def probability(value: float | None) -> float | None:
    """A check that an option's number, if it is given, lies between 0 and 1, neither allowed."""
    if value is not None and not 0.0 < value < 1.0:
        raise typer.BadParameter(f"{value} is not allowed: expected a number between 0 and 1, such as 0.95")
    return value


ScenarioArgument = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A shipped scenario by name, or the path of a YAML file.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a value of the scenario, such as tender.lots=split; may be given many times.",
    ),
]
SeedOption = Annotated[
    int,
    typer.Option(
        "--seed", callback=within(0, _MAX_SEED), metavar="N", help="Seed of the luck; the same seed, the same luck."
    ),
]
ReplicationOption = Annotated[
    int,
    typer.Option(
        "--replication",
        callback=within(0, _MAX_REPLICATION),
        metavar="N",
        help="Which of the seed's negotiations: 0, 1, 2, …",
    ),
]
ConfidenceOption = Annotated[
    float, typer.Option("--confidence", callback=confident, metavar="P", help="Confidence of every interval.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text.")]


def with_options(command: Callable[..., None], own: Callable[..., Any], *parts: Callable[..., Any]) -> Any:
    """The command under the name and with the help of ``own``, and with the options of all parts, in that order.

    A part is anything that takes options, such as a function or a dataclass; the command takes them all by name, and
    hands each part its own with :func:`take`.
    """
    options = [option for part in parts for option in _options(part)]
    named: Any = command
    named.__name__, named.__doc__ = own.__name__, own.__doc__
    named.__signature__ = inspect.Signature(options)
    named.__annotations__ = {option.name: option.annotation for option in options}
    return named


def _options(part: Callable[..., Any]) -> Iterator[inspect.Parameter]:
    """The options of a part; what it returns is not looked up, since only the type checker may know that."""
    known = vars(sys.modules[part.__module__])
    for option in inspect.signature(part).parameters.values():
        yield option.replace(annotation=eval(option.annotation, known))


def take(part: Callable[..., T], given: dict[str, Any]) -> T:
    """Call a part with its options, which are taken out of those that are given."""
    return part(**{name: given.pop(name) for name in inspect.signature(part).parameters})


# ------------------------------------------------------------------------------------------------ errors, in one place


@contextmanager
def messages() -> Iterator[None]:
    """Turn bad input into a message on standard error and exit code 2; an interruption into 130.

    Bad input is a misused option, a ScenarioError (or a subclass of it, such as the errors of experiment files) and
    any OSError.  Anything else is a bug and keeps its traceback.
    """
    try:
        yield
        sys.stdout.flush()
    except _MISUSE as problem:
        if not problem.format_message():  # a command without its arguments: the help has been printed
            raise typer.Exit(BAD_INPUT) from None
        place = f" (try '{problem.ctx.command_path} --help')" if problem.ctx else ""
        fail(f"{_not_a_number(problem) or problem.format_message()}{place}")
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader has gone (`minegame params | head`): nothing more can be said, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE) from None
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
    print(f"Error: {text}", file=sys.stderr)
    raise typer.Exit(BAD_INPUT)


def _not_a_number(problem: Any) -> str | None:
    """What is said of text where an option wants a number: the text, what is allowed, and what may have been meant.

    None if something else is wrong.
    """
    typed = _typed(problem)
    option = getattr(problem, "param", None)
    if typed is None or option is None or not option.opts:
        return None
    text, whole = typed
    wanted = _allowed_by(option, problem.ctx, whole)
    near = _number_in(text, whole)
    hint = f"; did you mean {near}?" if near is not None and _accepts(option, problem.ctx, near) else ""
    names = " / ".join(f"'{name}'" for name in option.opts)
    return f"Invalid value for {names}: {text!r} is not allowed: expected {wanted}{hint}"


def _typed(problem: Any) -> tuple[str, bool] | None:
    """The text that was typed in place of a number, and whether the number was to be whole; None if it is not that."""
    import re

    errors = getattr(problem.__cause__, "errors", None)  # pydantic's, by which Typer reads numbers since 0.27
    if callable(errors):
        kind, value = errors()[0]["type"], errors()[0]["input"]
        return (str(value), kind.startswith("int")) if kind.startswith(("int_", "float_")) else None
    found = re.match(r"'(.*)' is not a valid (integer|float)", str(getattr(problem, "message", "")), re.DOTALL)
    return (found[1], found[2] == "integer") if found else None


def _allowed_by(option: Any, ctx: Any, whole: bool) -> str:
    """What an option allows, in the words in which its own check refuses a number that no option allows."""
    try:
        if option.callback is not None:
            option.callback(ctx, option, -(10**30) if whole else -1e30)
    except typer.BadParameter as refusal:
        return refusal.message.partition("expected ")[2] or refusal.message
    return "a whole number" if whole else "a number"


def _accepts(option: Any, ctx: Any, number: float) -> bool:
    try:
        if option.callback is not None:
            option.callback(ctx, option, number)
    except typer.BadParameter:
        return False
    return True


def _number_in(text: str, whole: bool) -> float | None:
    """The number that text such as 1e6, 10,000, 1.5 or 95% may mean, rounded if it is to be whole; None if none."""
    import math

    bare = text.strip().replace(" ", "").replace("'", "")
    bare = bare.replace(",", "" if whole else ".")
    percent = bare.endswith("%") and not whole
    try:
        number = float(bare.removesuffix("%") if percent else bare) / (100 if percent else 1)
    except ValueError:
        return None
    if not math.isfinite(number) or len(bare) > _MOST_DIGITS:
        return None
    return round(number) if whole else number


class Commands(TyperGroup):
    """The commands, each of them under :func:`messages`."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Read the options that stand before a command."""
        with messages():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        """Carry out the command."""
        with messages():
            return super().invoke(ctx)


# ---------------------------------------------------------------------------------------------------- what is printed


def console() -> Console:
    """A Rich console on standard output: the terminal's width and colours; no colour and 100 columns elsewhere."""
    from rich.console import Console

    on_terminal = sys.stdout.isatty()
    width = None if on_terminal or os.environ.get("COLUMNS", "").isdigit() else WIDTH
    return Console(width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def print_json(data: Any) -> None:
    """Print JSON that any program can read: what is not finite becomes null, never NaN."""
    import json

    typer.echo(json.dumps(_plain(data), indent=2, allow_nan=False))


def _plain(data: Any) -> Any:
    import math

    if isinstance(data, Mapping):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_plain(value) for value in data]
    item = getattr(data, "item", None)  # NumPy scalars
    data = item() if callable(item) else data
    return None if isinstance(data, float) and not math.isfinite(data) else data


def write_csv(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV, whole or not at all; missing values are empty.  Raises OSError with the file's name."""
    import csv
    import io

    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(_plain(row) for row in rows)
    write_whole(file, sheet.getvalue())


def write_whole(file: Path, content: str | bytes) -> None:
    """Write a file, whole or not at all; to a pipe or /dev/stdout simply write.  Raises OSError with its name."""
    from minegame import storage

    if file == Path():
        raise IsADirectoryError(21, "is this folder, and so is an empty name: expected the name of a file", ".")
    if not file.resolve().parent.is_dir():
        raise NotADirectoryError(20, f"there is no folder {file.resolve().parent} to write it to", str(file))
    storage.write_whole(file, content.encode() if isinstance(content, str) else content)


def make_folder(folder: Path) -> None:
    """Find out before the work whether its results can be written to a folder, which is made."""
    if folder.exists() and not folder.is_dir():
        fail(f"--out {folder}: is a file; expected a folder")
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        fail(f"--out {folder}: this folder cannot be written")


@cache
def announce_compiler() -> None:
    """Have it said on standard error when the game has to be compiled; every command that plays begins with this."""
    from minegame import compiled

    def say() -> None:
        print("Compiling the game (once; about half a minute) ...", file=sys.stderr, flush=True)

    compiled.before_compiling(say)


def load(scenario: str, changes: Iterable[str] | None = None) -> Scenario:
    """The scenario of that name or file, with changes such as ``tender.lots=split``; raises ScenarioError."""
    from minegame.scenario import Scenario, parse_changes

    return warned(Scenario.load(scenario).at(parse_changes(changes or ())))


def warned(scenario: Scenario) -> Scenario:
    """The scenario, once what may not be meant in it has been said on standard error."""
    for warning in scenario.warnings:
        _say_once(f"{scenario.name}: warning: {warning}")
    return scenario


@cache
def _say_once(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# -------------------------------------------------------------------------------------------------------- the commands

app = typer.Typer(
    name="minegame",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with [bold]minegame play[/bold]; every command explains itself with --help.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from minegame import __version__

        typer.echo(f"minegame {__version__}")
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
