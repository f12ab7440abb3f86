"""The command line: one function a command.

A command takes the shared options below, imports what it needs inside itself (so that ``--help`` answers at once) and
lets errors fly: :func:`messages` turns bad input into a message and exit code 2 for all of them.  To add a command,
write a function decorated with ``@app.command(…)`` here, or in a module of its own that a line at the end imports.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from rich.console import Console

    from minegame.scenario import Parameter, Scenario

BASELINE = "kazakhstan_tungsten"  # as in scenario.py, which takes long to import
WIDTH = 100  # of what is printed where no terminal says how wide it is
_MAX_SEED = 2**63 - 1  # as in chance.py
_MAX_REPLICATION = 2**44 - 1

BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 2, 130, 1  # the last as Rich and Typer have it
_MISUSE: Any = typer.BadParameter.__base__  # click's UsageError, which Typer took over without a public name

# ------------------------------------------------------------------------------------------------- the shared options


def within(low: int, high: int) -> Callable[[int], int]:
    """A check that an option's whole number lies between low and high, both allowed."""

    def check(number: int) -> int:
        if not low <= number <= high:
            raise typer.BadParameter(f"{number} is not allowed: expected a whole number between {low} and {high}")
        return number

    return check


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
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text.")]


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
        place = f" (try '{problem.ctx.command_path} --help')" if problem.ctx else ""
        fail(f"{problem.format_message()}{place}")
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader has gone (`minegame params | head`): nothing more can be said, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE) from None
    except OSError as problem:
        fail(f"{problem.filename}: {problem.strerror}" if problem.filename and problem.strerror else str(problem))
    except ValueError as problem:
        from minegame.scenario import ScenarioError

        if not isinstance(problem, ScenarioError):
            raise
        fail(str(problem))


def fail(text: str) -> NoReturn:
    """Say on standard error what is wrong, and end with exit code 2."""
    print(f"Error: {text}", file=sys.stderr)
    raise typer.Exit(BAD_INPUT)


class _Commands(TyperGroup):
    """The commands, each of them under :func:`messages`."""

    def invoke(self, ctx: Any) -> Any:
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


def write_whole(file: Path, text: str) -> None:
    """Write a text file, whole or not at all: under another name first, then renamed.  Raises OSError."""
    target = file.resolve()
    if target.is_dir():
        raise IsADirectoryError(21, "is a folder: expected the name of a file", str(file))
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")  # a pipe or /dev/stdout: there is nothing to replace
        return
    draft = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(target)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, str(file)) from None
    finally:
        draft.unlink(missing_ok=True)


def load(scenario: str, changes: Iterable[str] | None = None) -> Scenario:
    """The scenario of that name or file, with changes such as ``tender.lots=split``; raises ScenarioError."""
    from minegame.scenario import Scenario, parse_changes

    return Scenario.load(scenario).at(parse_changes(changes or ()))


# -------------------------------------------------------------------------------------------------------- the commands

app = typer.Typer(
    name="minegame",
    cls=_Commands,
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


@app.command(
    epilog="Examples:\n\n"
    "  minegame play\n\n"
    "  minegame play kazakhstan_split_lots --seed 1 --replication 7\n\n"
    "  minegame play --set patrons.us.levers.tariff.intensity=0 --csv months.csv"
)
def play(
    scenario: ScenarioArgument = BASELINE,
    replication: ReplicationOption = 0,
    seed: SeedOption = 0,
    set_: SetOption = None,
    json: JsonOption = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the month-by-month data to this file.")
    ] = None,
) -> None:
    """Play one negotiation and tell it: who pressed, who lent, what was offered, how it was decided, what came."""
    chosen = load(scenario, set_)

    from minegame.model import Negotiation
    from minegame.transcript import Transcript, months_table, render, show

    negotiation = Negotiation(chosen, seed=seed, replication=replication).play()
    transcript = Transcript.of(negotiation)
    if csv is not None:
        write_csv(csv, months_table(negotiation))
    if json:
        print_json(
            {
                "scenario": chosen.name,
                "changes": list(set_ or ()),
                **transcript.document(),
                "months_table": months_table(negotiation),
            }
        )
        return
    page = console()
    if page.is_terminal:
        show(transcript, page)
    else:
        typer.echo(render(transcript, page.width), nl=False)


@app.command(
    epilog="Examples:\n\n"
    "  minegame params kazakhstan_tungsten credit\n\n"
    "  minegame params kazakhstan_tungsten 'patrons.*.link'\n\n"
    "  minegame params --json"
)
def params(
    scenario: ScenarioArgument = BASELINE,
    filter_: Annotated[
        str,
        typer.Argument(metavar="FILTER", help="Part of a path or description, or a pattern such as 'patrons.*.link'."),
    ] = "",
    set_: SetOption = None,
    json: JsonOption = False,
) -> None:
    """List every path that can be set or swept: value, unit, allowed range, description and source."""
    chosen = load(scenario, set_)
    found = chosen.parameters(filter_)
    if not found:
        fail(_nothing_found(filter_, [parameter.path for parameter in chosen.parameters()]))
    if json:
        from dataclasses import asdict

        print_json([asdict(parameter) for parameter in found])
        return
    page = console()
    for parameter in found:
        _print_parameter(page, parameter, max(len(p.path) for p in found))


def _nothing_found(wanted: str, paths: list[str]) -> str:
    import difflib

    words = {word for path in paths for word in (path, *path.split("."))}
    near = difflib.get_close_matches(wanted.strip("*?"), sorted(words), n=5, cutoff=0.5)
    hint = f"; did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
    return f"FILTER: no path or description holds {wanted!r}{hint} (without a filter, all are listed)"


def _print_parameter(page: Console, parameter: Parameter, margin: int) -> None:
    """A few lines: path, value, unit and range; what it means; where it comes from."""
    from rich.text import Text

    unit = "" if parameter.unit in ("number", "") else f" {parameter.unit}"
    head = Text(parameter.path.ljust(margin), style="bold")
    head.append(f"  {_said(parameter.value)}{unit}", style="not bold cyan")
    head.append(f"  allowed: {_allowed(parameter)}", style="not bold dim")
    page.print(head, soft_wrap=True)
    page.print(Text(_indented(parameter.description, page.width)), soft_wrap=True)
    if parameter.source:
        standing = f"Source ({parameter.status})" if parameter.status else "Source"
        page.print(Text(_indented(f"{standing}: {parameter.source}", page.width), style="dim"), soft_wrap=True)


def _indented(text: str, width: int) -> str:
    import textwrap

    margin = " " * 4
    return textwrap.fill(
        text, max(40, width), initial_indent=margin, subsequent_indent=margin, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _said(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _allowed(parameter: Parameter) -> str:
    if parameter.choices:
        return ", ".join(parameter.choices)
    if parameter.low is None or parameter.high is None:
        return "text"
    return f"{parameter.low:g} … {parameter.high:g}"


@app.command(epilog="Examples:\n\n  minegame validate my_deal.yaml\n\n  minegame validate configs/*.yaml --json")
def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Scenario files, or names of shipped scenarios.")],
    json: JsonOption = False,
) -> None:
    """Check scenario files, all of them, and say what is wrong in each; exit code 2 if any is."""
    reports = [_checked(file) for file in files]
    if json:
        print_json(reports)
    for report in [] if json else reports:
        if report["ok"]:
            typer.echo(f"{report['file']}: OK ({report['summary']})")
        else:
            sys.stdout.flush()
            problems = "\n  ".join(report["messages"])
            typer.echo(f"{report['file']}: not valid\n  {problems}", err=True)
    if not all(report["ok"] for report in reports):
        raise typer.Exit(BAD_INPUT)


def _checked(file: str) -> dict[str, Any]:
    from dataclasses import asdict

    from minegame.scenario import Scenario, ScenarioError

    try:
        scenario = Scenario.load(file)
    except ScenarioError as problem:
        return {
            "file": file,
            "ok": False,
            "messages": str(problem).splitlines(),
            "problems": [asdict(p) for p in problem.problems],
        }
    return {"file": file, "ok": True, "summary": _summary(scenario), "unsourced": scenario.unsourced()}


def _summary(scenario: Scenario) -> str:
    kinds = ("patrons", "bidders", "financiers", "deposits")
    counts = [f"{len(getattr(scenario, kind))} {kind}" for kind in kinds]
    counts = [text.removesuffix("s") if text.startswith("1 ") else text for text in counts]
    unsourced = len(scenario.unsourced())
    sources = "every number has a source" if not unsourced else f"numbers without a source: {unsourced}"
    return f"{', '.join(counts)}, {scenario.tender.months} months; {sources}"


@app.command(epilog="Example:\n\n  minegame schema > scenario.schema.json")
def schema() -> None:
    """Print the JSON Schema of scenario files, with which editors complete and check them."""
    from minegame.scenario import Scenario

    print_json(Scenario.schema())


def main() -> None:
    """The entry point of the ``minegame`` command."""
    app(prog_name="minegame")


from minegame import cli_analyse, cli_experiments, cli_odds, cli_report  # noqa: E402,F401  (they register their commands)
