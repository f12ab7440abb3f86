"""``minegame play``, ``params``, ``validate`` and ``schema``: one scenario, looked at."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minegame.cli.app import (
    BAD_INPUT,
    BASELINE,
    JsonOption,
    ReplicationOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    announce_compiler,
    app,
    console,
    fail,
    load,
    print_json,
    warned,
    write_csv,
    write_whole,
)

if TYPE_CHECKING:
    from rich.console import Console

    from minegame.model import Negotiation
    from minegame.scenario import Parameter, Scenario

_PICTURES = ("png", "svg", "pdf")  # as in minegame.plots, which takes long to import
_MOST_LISTED = 10  # numbers without a source that are named for a file


@app.command(
    epilog="Examples:\n\n"
    "  minegame play\n\n"
    "  minegame play kazakhstan_split_lots --seed 1 --replication 7\n\n"
    "  minegame play --set patrons.us.levers.tariff.intensity=0 --csv months.csv\n\n"
    "  minegame play --seed 1 --replication 7 --plot timeline.png"
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
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw the negotiation month by month: a .png, .svg or .pdf file."),
    ] = None,
) -> None:
    """Play one negotiation and tell it: who pressed, who lent, what was offered, how it was decided, what came."""
    ending = "" if plot is None else _picture_ending(plot)
    chosen = load(scenario, set_)

    from minegame.model import Negotiation
    from minegame.transcript import Transcript, months_table, render, show

    announce_compiler()
    negotiation = Negotiation(chosen, seed=seed, replication=replication).play()
    transcript = Transcript.of(negotiation, scenario, set_ or ())
    if csv is not None:
        write_csv(csv, months_table(negotiation))
    if plot is not None:
        write_whole(plot, _timeline(negotiation, ending))
    if json:
        print_json({**transcript.document(), "months_table": months_table(negotiation)})
        return
    page = console()
    if page.is_terminal:
        show(transcript, page)
    else:
        typer.echo(render(transcript, page.width), nl=False)


def _picture_ending(file: Path) -> str:
    """The ending of a picture's file, without the dot."""
    ending = file.suffix.removeprefix(".").lower()
    if ending not in _PICTURES:
        known = f"{', '.join('.' + name for name in _PICTURES[:-1])} or .{_PICTURES[-1]}"
        fail(f"--plot {file}: expected the name of a file that ends in {known}")
    return ending


def _timeline(negotiation: Negotiation, ending: str) -> bytes:
    from minegame import plots
    from minegame.transcript import Cast, months_table

    return plots.drawn(plots.timeline(months_table(negotiation), Cast.of(negotiation)), ending)


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
    if not filter_:
        _no_filter_alone(scenario)
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


def _no_filter_alone(scenario: str) -> None:
    """Refuse a filter in the place of the scenario, and say how it is written."""
    import shlex

    from minegame.scenario import Scenario, find_file

    is_file = "/" in scenario or scenario.endswith((".yaml", ".yml"))
    if scenario and not is_file and not find_file(scenario, Path()).exists():
        if Scenario.load(BASELINE).parameters(scenario):
            command = f"minegame params {BASELINE} {shlex.quote(scenario)}"
            fail(f"there is no scenario {scenario!r}; a filter stands after the scenario: {command}")


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
            typer.echo("\n  ".join([f"{report['file']}: OK ({report['summary']})", *_first(report["unsourced"])]))
        else:
            sys.stdout.flush()
            problems = "\n  ".join(report["messages"])
            typer.echo(f"{report['file']}: not valid\n  {problems}", err=True)
    if not all(report["ok"] for report in reports):
        raise typer.Exit(BAD_INPUT)


def _first(paths: list[str]) -> list[str]:
    """The first of many paths, and how many there are more."""
    rest = len(paths) - _MOST_LISTED
    return [*paths[:_MOST_LISTED], *([f"… and {rest} more"] if rest > 0 else [])]


def _checked(file: str) -> dict[str, Any]:
    from dataclasses import asdict

    from minegame.scenario import Scenario, ScenarioError

    try:
        scenario = warned(Scenario.load(file))
    except ScenarioError as problem:
        return {
            "file": file,
            "ok": False,
            "messages": str(problem).splitlines(),
            "problems": [asdict(p) for p in problem.problems],
        }
    told = {"summary": _summary(scenario), "warnings": scenario.warnings, "unsourced": scenario.unsourced()}
    return {"file": file, "ok": True, **told}


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
