"""``minegame play``, ``params``, ``validate`` and ``schema``: one scenario, looked at."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from minegame import options
from minegame.cli.app import (
    BAD_INPUT,
    announce_compiler,
    app,
    console,
    fail,
    picture_ending,
    print_json,
    say,
    warned,
    write_csv,
    write_whole,
)
from minegame.cli.options import command, examples
from minegame.cli.playing import Chosen
from minegame.options import BASELINE, MAX_REPLICATION, Options, Place, Whole, Word, Words, argument, option

if TYPE_CHECKING:
    from rich.console import Console

    from minegame.campaign_file import CampaignScenario
    from minegame.model import Negotiation
    from minegame.scenario import Parameter, Scenario

_MOST_LISTED = 10  # numbers without a source that are named for a file


@dataclass(frozen=True, kw_only=True)
class Play(Options):
    """Which negotiation or campaign is played, and what is written beside what is told."""

    replication: int = option(0, "Which of the seed's negotiations: 0, 1, 2, …", Whole(0, MAX_REPLICATION))
    seed: int = options.seed()
    as_: str | None = option(
        None, "Play this side yourself: a patron, a bidder, or the host; you are asked each month.", Word("SIDE")
    )
    answers: Path | None = option(None, "With --as: read your answers from this file, a line each.", Place("FILE"))
    log: Path | None = option(None, "With --as: write the answers that counted to this file.", Place("FILE"))
    json: bool = options.as_json()
    csv: Path | None = option(None, "Write the month-by-month data to this file.", Place("FILE"))
    plot: Path | None = options.picture()


def _play(chosen: Chosen, asked: Play) -> None:
    if chosen.is_campaign:
        from minegame.cli.campaigns import play_campaign

        play_campaign(chosen, asked)
        return
    ending = "" if asked.plot is None else picture_ending(asked.plot)
    scenario = chosen.load()

    from minegame.cli.side import played
    from minegame.transcript import Transcript, months_table, render, show

    announce_compiler()
    negotiation, twin = played(scenario, asked)
    changes = [f"{path}={value}" for path, value in (chosen.set or {}).items()]
    transcript = Transcript.of(negotiation, chosen.scenario, changes)
    if asked.csv is not None:
        write_csv(asked.csv, months_table(negotiation))
    if asked.plot is not None:
        write_whole(asked.plot, _timeline(negotiation, ending))
    if asked.json:
        document = {**transcript.document(), "months_table": months_table(negotiation)}
        print_json(document | ({"as": twin.document()} if twin else {}))
        return
    page = console()
    if page.is_terminal:
        show(transcript, page)
    else:
        say(render(transcript, page.width), end=False)
    if twin:
        for line in ("", *twin.lines()):
            page.print(line)


command(
    app, "play", "Play one negotiation and tell it: who pressed, who lent, what was offered, how it was decided, what "
    "came. Of a campaign, what happened in which tender and what was left.", _play, Chosen, Play,
    epilog=examples(
        "play", "", "kazakhstan_split_lots --seed 1 --replication 7",
        "--set patrons.us.levers.tariff.intensity=0 --csv months.csv",
         "--seed 1 --replication 7 --plot timeline.png", "two_bidders --as north",
         "two_tenders --seed 1 --plot calendar.png",
    ),
)  # fmt: skip


def _timeline(negotiation: Negotiation, ending: str) -> bytes:
    from minegame import plots
    from minegame.transcript import Cast, months_table

    return plots.drawn(plots.timeline(months_table(negotiation), Cast.of(negotiation)), ending)


@dataclass(frozen=True, kw_only=True)
class _Params(Options):
    scenario: str = options.scenario()
    filter_: str = argument(
        "", "Part of a path or description, or a pattern such as 'patrons.*.link'.", Word("FILTER", may_be_empty=True)
    )
    set: dict[str, Any] | None = options.changes()
    json: bool = options.as_json()


def _params(asked: _Params) -> None:
    if not asked.filter_:
        _no_filter_alone(asked.scenario)
    chosen = Chosen(scenario=asked.scenario, set=asked.set).load_case()
    found = chosen.parameters(asked.filter_)
    if not found:
        fail(_nothing_found(asked.filter_, [parameter.path for parameter in chosen.parameters()]))
    if asked.json:
        from dataclasses import asdict

        print_json([asdict(parameter) for parameter in found])
        return
    page = console()
    for parameter in found:
        _print_parameter(page, parameter, max(len(p.path) for p in found))


command(
    app, "params", "List every path that can be set or swept: value, unit, allowed range, description and source.",
    _params, _Params,
    epilog=examples("params", "kazakhstan_tungsten credit", "kazakhstan_tungsten 'patrons.*.link'", "--json"),
)  # fmt: skip


def _no_filter_alone(scenario: str) -> None:
    """Refuse a filter in the place of the scenario, and say how it is written."""
    import shlex

    from minegame.campaign_file import is_campaign
    from minegame.scenario import Scenario, find_file

    if is_campaign(scenario):
        return
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
    if parameter.supported_low is not None:
        head.append(f"  supported: {_range(parameter.supported_low, parameter.supported_high)}", style="not bold dim")
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
    return _range(parameter.low, parameter.high)


def _range(low: float, high: float | None) -> str:
    return f"{low:g} … {high:g}"


@dataclass(frozen=True, kw_only=True)
class _Validate(Options):
    files: tuple[str, ...] = argument((), "Scenario files, or names of shipped scenarios.", Words("FILE…"))
    json: bool = options.as_json()


def _validate(asked: _Validate) -> None:
    if not asked.files:
        fail("FILE…: expected at least one scenario file (try 'minegame validate --help')")
    reports = [_checked(file) for file in asked.files]
    if asked.json:
        print_json(reports)
    for report in [] if asked.json else reports:
        if report["ok"]:
            say("\n  ".join([f"{report['file']}: OK ({report['summary']})", *_first(report["unsourced"])]))
        else:
            sys.stdout.flush()
            problems = "\n  ".join(report["messages"])
            say(f"{report['file']}: not valid\n  {problems}", err=True)
    if not all(report["ok"] for report in reports):
        raise typer.Exit(BAD_INPUT)


command(
    app, "validate", "Check scenario files, all of them, and say what is wrong in each; exit code 2 if any is.",
    _validate, _Validate, epilog=examples("validate", "my_deal.yaml", "configs/*.yaml --json"),
)  # fmt: skip


def _first(paths: list[str]) -> list[str]:
    """The first of many paths, and how many there are more."""
    rest = len(paths) - _MOST_LISTED
    return [*paths[:_MOST_LISTED], *([f"… and {rest} more"] if rest > 0 else [])]


def _checked(file: str) -> dict[str, Any]:
    from dataclasses import asdict

    from minegame.campaign_file import CampaignScenario, is_campaign
    from minegame.scenario import Scenario, ScenarioError

    try:
        if is_campaign(file):
            return {"file": file, "ok": True, **_told_of_campaign(warned(CampaignScenario.load(file)))}
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


def _told_of_campaign(campaign: CampaignScenario) -> dict[str, Any]:
    from minegame.text import counted

    table, tenders = campaign.table(), campaign.scenarios
    sizes = (len(tenders), "tender"), (len(table.hosts), "host"), (len(table.patrons), "patron")
    unsourced = campaign.unsourced()
    summary = f"a campaign: {', '.join(counted(*size) for size in sizes)}, {campaign.campaign.months} months"
    return {"summary": summary, "warnings": campaign.warnings, "unsourced": unsourced}


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
