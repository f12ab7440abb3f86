"""``minegame analyse``: ask a scenario a question, see the answer in sentences and tables, keep it with pictures."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minegame.cli.app import (
    BASELINE,
    JsonOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    _Commands,
    app,
    console,
    fail,
    load,
    print_json,
    within,
)
from minegame.cli.odds import _confidence, _prepare, progress

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from minegame.answers import Answer
    from minegame.design import Factor
    from minegame.scenario import Scenario

_MOST = 10**9
_ROWS = 16  # of a table that are printed


class _Kinds(_Commands):
    """The kinds of question, in the order in which they are best asked."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)


kinds = typer.Typer(
    cls=_Kinds,
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Each kind explains itself: [bold]minegame analyse attribution --help[/bold].",
)
app.add_typer(
    kinds, name="analyse", help="Ask a scenario a question: sentences, tables and, with --out, a folder with pictures."
)


def _times(most: int = _MOST, least: int = 2) -> Callable[[int | None], int | None]:
    check = within(least, most)
    return lambda number: None if number is None else check(number)


ReplicationsOption = Annotated[
    int,
    typer.Option("--replications", "-n", callback=_times(), metavar="N", help="Negotiations of every point played."),
]
ConfidenceOption = Annotated[
    float, typer.Option("--confidence", callback=_confidence, metavar="P", help="Confidence of every interval.")
]
FolderOption = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Keep the answer here: answer.json, tables, pictures.")
]
PatronOption = Annotated[
    str | None, typer.Option("--patron", metavar="NAME", help="Whose levers (default: the first patron that uses any).")
]
BidderOption = Annotated[
    str | None, typer.Option("--bidder", metavar="NAME", help="Whose chance of winning (default: the patron's bidder).")
]
FactorsOption = Annotated[
    str | None,
    typer.Option(
        "--factors", metavar="EXPERIMENT", help="Take what varies from an experiment, shipped or a YAML file."
    ),
]
VaryOption = Annotated[
    list[str] | None,
    typer.Option("--vary", metavar="PATH=RANGE", help="What varies: low:high, low:high:log, or a,b,c; many times."),
]
PlayerOption = Annotated[
    list[str] | None,
    typer.Option("--player", metavar="PATRON=LEVERS", help="Who plays with which levers, us=tariff,access; twice."),
]
DrawsOption = Annotated[
    int, typer.Option("--draws", callback=_times(100_000, 1), metavar="N", help="Bootstrap draws of the payoffs.")
]
OnsetOption = Annotated[
    int,
    typer.Option("--default-onset", callback=_times(240, 0), metavar="MONTH", help="Month in which a lever that the "
                 "scenario neither uses nor dates begins."),
]  # fmt: skip


@kinds.command(
    epilog="Examples:\n\n  minegame analyse winning\n\n"
    "  minegame analyse winning --policy 'as it is:' --policy 'late: patrons.us.levers.*.onset=8' --out results/late"
)
def winning(
    scenario: ScenarioArgument = BASELINE,
    set_: SetOption = None,
    policy: Annotated[
        list[str] | None,
        typer.Option("--policy", metavar="NAME:PATH=VALUE,…", help="A policy to compare; may be given many times "
                     "(default: every package of the patron's levers)."),
    ] = None,
    reference: Annotated[
        str | None, typer.Option("--reference", metavar="POLICY", help="The policy that the others are compared with.")
    ] = None,
    replications: ReplicationsOption = 20_000,
    seed: SeedOption = 0,
    confidence: ConfidenceOption = 0.95,
    out: FolderOption = None,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """Who wins, on what terms, and how much a policy changes it."""
    policies = _policies(policy, "--policy")
    options = {"policies": policies, "reference": reference, "replications": replications}
    _ask("winning", scenario, set_, options, seed, confidence, out, json)


@kinds.command(
    epilog="Examples:\n\n  minegame analyse attribution\n\n"
    "  minegame analyse attribution --lever tariff --lever access --out results/attribution"
)
def attribution(
    scenario: ScenarioArgument = BASELINE,
    set_: SetOption = None,
    patron: PatronOption = None,
    bidder: BidderOption = None,
    lever: Annotated[
        list[str] | None, typer.Option("--lever", metavar="LEVER", help="Among which levers (default: those in use).")
    ] = None,
    replications: ReplicationsOption = 20_000,
    seed: SeedOption = 0,
    confidence: ConfidenceOption = 0.95,
    out: FolderOption = None,
    json: JsonOption = False,
) -> None:
    """Which lever did it: exact Shapley values of winning and of the host's value."""
    options = {"patron": patron, "bidder": bidder, "levers": lever, "replications": replications}
    _ask("attribution", scenario, set_, options, seed, confidence, out, json)


@kinds.command(epilog="Example:\n\n  minegame analyse ledger --out results/ledger")
def ledger(
    scenario: ScenarioArgument = BASELINE,
    set_: SetOption = None,
    first: Annotated[
        str | None, typer.Option("--first", metavar="BIDDER", help="A bidder (default: that of the active patron).")
    ] = None,
    second: Annotated[
        str | None, typer.Option("--second", metavar="BIDDER", help="Another (default: the strongest rival).")
    ] = None,
    replications: ReplicationsOption = 20_000,
    seed: SeedOption = 0,
    confidence: ConfidenceOption = 0.95,
    out: FolderOption = None,
    json: JsonOption = False,
) -> None:
    """Which term of the host's account carried the difference between two bidders."""
    options = {"first": first, "second": second, "replications": replications}
    _ask("ledger", scenario, set_, options, seed, confidence, out, json)


@kinds.command(
    epilog="Examples:\n\n  minegame analyse sensitivity\n\n  minegame analyse sensitivity --method tornado\n\n"
    "  minegame analyse sensitivity --vary host.balance_weight=0:4 --vary patrons.us.link=0:1 --base 512"
)
def sensitivity(
    scenario: ScenarioArgument = BASELINE,
    set_: SetOption = None,
    factors: FactorsOption = None,
    vary: VaryOption = None,
    method: Annotated[
        str, typer.Option("--method", metavar="METHOD", help="sobol (indices), morris (screening) or tornado.")
    ] = "sobol",
    base: Annotated[
        int | None,
        typer.Option("--base", callback=_times(1_000_000), metavar="N", help="Base points (default 1024), trajectories "
                     "(40) or levels of each parameter (5)."),
    ] = None,
    bidder: BidderOption = None,
    replications: Annotated[
        int | None,
        typer.Option("--replications", "-n", callback=_times(), metavar="N", help="Negotiations of every point "
                     "(default: 64, 400 and 4000)."),
    ] = None,
    seed: SeedOption = 0,
    confidence: ConfidenceOption = 0.95,
    out: FolderOption = None,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """Which parameters decide who wins, and how much is luck."""
    options = {"method": method, "base": base, "bidder": bidder, "replications": replications}
    _ask("sensitivity", scenario, set_, options, seed, confidence, out, json, factors, vary)


@kinds.command(
    epilog="Examples:\n\n  minegame analyse tipping --out results/tipping\n\n"
    "  minegame analyse tipping --vary host.balance_weight=0:4 --vary market.long_run_price=430:650"
)
def tipping(
    scenario: ScenarioArgument = BASELINE,
    set_: SetOption = None,
    factors: FactorsOption = None,
    vary: VaryOption = None,
    bidder: BidderOption = None,
    rival: Annotated[
        str | None, typer.Option("--rival", metavar="NAME", help="Against whom (default: the best of all others).")
    ] = None,
    replications: ReplicationsOption = 20_000,
    seed: SeedOption = 0,
    confidence: ConfidenceOption = 0.95,
    out: FolderOption = None,
    json: JsonOption = False,
) -> None:
    """The smallest change of one parameter that makes another bidder the favourite."""
    options = {"bidder": bidder, "rival": rival, "replications": replications}
    _ask("tipping", scenario, set_, options, seed, confidence, out, json, factors, vary)


@kinds.command(epilog="Example:\n\n  minegame analyse threshold --x host.balance_weight=0:4 --y patrons.us.link=0:1")
def threshold(
    scenario: ScenarioArgument = BASELINE,
    set_: SetOption = None,
    x: Annotated[
        str | None, typer.Option("--x", metavar="PATH[=LOW:HIGH[:log]]", help="One parameter (default: balance).")
    ] = None,
    y: Annotated[
        str | None,
        typer.Option("--y", metavar="PATH[=LOW:HIGH[:log]]", help="Another (default: credibility of letters)."),
    ] = None,
    bidder: BidderOption = None,
    level: Annotated[
        float, typer.Option("--level", callback=_confidence, metavar="P", help="Which probability.")
    ] = 0.5,
    replications: ReplicationsOption = 4_000,
    seed: SeedOption = 0,
    confidence: ConfidenceOption = 0.95,
    out: FolderOption = None,
    json: JsonOption = False,
) -> None:
    """Where a bidder's chance crosses one half as two parameters vary."""
    options = {"x": x, "y": y, "bidder": bidder, "level": level, "replications": replications}
    _ask("threshold", scenario, set_, options, seed, confidence, out, json)


@kinds.command(epilog="Example:\n\n  minegame analyse prices --patron us --out results/prices")
def prices(
    scenario: ScenarioArgument = BASELINE,
    set_: SetOption = None,
    patron: PatronOption = None,
    bidder: BidderOption = None,
    step: Annotated[
        float, typer.Option("--step", callback=_confidence, metavar="X", help="How much weaker each lever is made.")
    ] = 0.25,
    replications: ReplicationsOption = 20_000,
    seed: SeedOption = 0,
    confidence: ConfidenceOption = 0.95,
    out: FolderOption = None,
    json: JsonOption = False,
) -> None:
    """What a percentage point of win probability costs by each lever."""
    options = {"patron": patron, "bidder": bidder, "step": step, "replications": replications}
    _ask("prices", scenario, set_, options, seed, confidence, out, json)


@kinds.command(
    epilog="Examples:\n\n  minegame analyse strategy --out results/strategy\n\n"
    "  minegame analyse strategy --player us=access,finance --player china=access,finance -n 2000"
)
def strategy(
    scenario: ScenarioArgument = BASELINE,
    set_: SetOption = None,
    player: PlayerOption = None,
    default_onset: OnsetOption = 5,
    replications: ReplicationsOption = 4_000,
    draws: DrawsOption = 200,
    seed: SeedOption = 0,
    confidence: ConfidenceOption = 0.95,
    out: FolderOption = None,
    json: JsonOption = False,
) -> None:
    """What each side should have done: equilibria, best replies, regret, commitment."""
    options = {
        "players": _players(player),
        "default_onset": default_onset,
        "replications": replications,
        "draws": draws,
    }
    _ask("strategy", scenario, set_, options, seed, confidence, out, json)


@kinds.command(
    epilog="Examples:\n\n  minegame analyse rules --out results/rules\n\n"
    "  minegame analyse rules --rule 'no delay: tender.months=6' -n 2000"
)
def rules(
    scenario: ScenarioArgument = BASELINE,
    set_: SetOption = None,
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar="NAME:PATH=VALUE,…", help="A rule to compare with the tender as it is (default: "
                     "threat-blind, hard finance, state share, lots, deadlines)."),
    ] = None,
    player: PlayerOption = None,
    default_onset: OnsetOption = 5,
    replications: ReplicationsOption = 4_000,
    draws: DrawsOption = 200,
    seed: SeedOption = 0,
    confidence: ConfidenceOption = 0.95,
    out: FolderOption = None,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """What the host gains by its rules of the tender, once the patrons adapt."""
    options = {
        "players": _players(player),
        "default_onset": default_onset,
        "replications": replications,
        "draws": draws,
    }
    _ask("rules", scenario, set_, {"changes": _policies(rule, "--rule"), **options}, seed, confidence, out, json)


@kinds.command(epilog="Example:\n\n  minegame analyse discovery --out results/discovery")
def discovery(
    scenario: ScenarioArgument = BASELINE,
    set_: SetOption = None,
    factors: FactorsOption = None,
    vary: VaryOption = None,
    points: Annotated[
        int,
        typer.Option("--points", callback=_times(1_000_000, 100), metavar="N", help="Worlds drawn from the ranges."),
    ] = 4096,
    bidder: BidderOption = None,
    below: Annotated[
        float,
        typer.Option("--below", callback=_confidence, metavar="P", help="Failing: a chance of winning below this."),
    ] = 0.5,
    density: Annotated[
        float | None,
        typer.Option("--density", metavar="P", help="Wanted share of failures in a box (default: 0.8 or denser)."),
    ] = None,
    replications: ReplicationsOption = 64,
    seed: SeedOption = 0,
    confidence: ConfidenceOption = 0.95,
    out: FolderOption = None,
    json: JsonOption = False,
) -> None:
    """In which worlds the policy fails: boxes of parameters (scenario discovery)."""
    if density is not None:
        _confidence(density)
    options = {"points": points, "bidder": bidder, "below": below, "density": density, "replications": replications}
    _ask("discovery", scenario, set_, options, seed, confidence, out, json, factors, vary)


@kinds.command(
    epilog="Example:\n\n"
    "  minegame analyse learning --observed-winner cove_kaz --observed-month 7 --observed-equity 0.30"
)
def learning(
    scenario: ScenarioArgument = BASELINE,
    set_: SetOption = None,
    factors: FactorsOption = None,
    vary: VaryOption = None,
    observed_winner: Annotated[
        str | None, typer.Option("--observed-winner", metavar="BIDDER", help="Who won (default: the patron's bidder).")
    ] = None,
    observed_month: Annotated[
        float | None, typer.Option("--observed-month", metavar="MONTH", help="When, counted from month 0.")
    ] = None,
    observed_equity: Annotated[
        float | None, typer.Option("--observed-equity", metavar="SHARE", help="The state's share, 0 to 1.")
    ] = None,
    month_error: Annotated[
        float, typer.Option("--month-error", metavar="SD", help="How well the month is known, months.")
    ] = 0.5,
    month_discrepancy: Annotated[
        float, typer.Option("--month-discrepancy", metavar="SD", help="How far the model may miss it, months.")
    ] = 1.0,
    equity_error: Annotated[
        float, typer.Option("--equity-error", metavar="SD", help="How well the state's share is known.")
    ] = 0.01,
    equity_discrepancy: Annotated[
        float, typer.Option("--equity-discrepancy", metavar="SD", help="How far the model may miss it.")
    ] = 0.03,
    vectors: Annotated[
        int,
        typer.Option("--vectors", callback=_times(1_000_000, 10), metavar="N", help="Worlds drawn from the ranges."),
    ] = 4096,
    replications: ReplicationsOption = 200,
    seed: SeedOption = 0,
    confidence: ConfidenceOption = 0.95,
    out: FolderOption = None,
    json: JsonOption = False,
) -> None:
    """What one case teaches about the parameters, and what it does not (history matching)."""
    for name, number in (("error", month_error), ("discrepancy", month_discrepancy)):
        if number < 0:
            fail(f"--month-{name}: {number:g} is not allowed: expected a standard deviation, 0 or more")
    for name, number in (("error", equity_error), ("discrepancy", equity_discrepancy)):
        if number < 0:
            fail(f"--equity-{name}: {number:g} is not allowed: expected a standard deviation, 0 or more")
    if observed_equity is not None and not 0 <= observed_equity <= 1:
        fail(f"--observed-equity: {observed_equity:g} is not allowed: expected a share between 0 and 1")
    observed = {
        "winner": observed_winner, "month": observed_month, "equity": observed_equity,
        "month_error": month_error, "month_discrepancy": month_discrepancy,
        "equity_error": equity_error, "equity_discrepancy": equity_discrepancy,
    }  # fmt: skip
    options = {"vectors": vectors, "observed": observed, "replications": replications}
    _ask("learning", scenario, set_, options, seed, confidence, out, json, factors, vary)


# ---------------------------------------------------------------------------------------------- from words to an answer


def _ask(
    kind: str,
    where: str,
    set_: list[str] | None,
    options: Mapping[str, Any],
    seed: int,
    confidence: float,
    out: Path | None,
    json: bool,
    factors: str | None = None,
    vary: list[str] | None = None,
) -> None:
    chosen = load(where, set_)
    asked = dict(options)
    if kind in ("sensitivity", "tipping", "discovery", "learning"):
        if factors and vary:
            fail("--factors and --vary: expected one of the two")
        asked["factors"] = factors or ([_factor(text, chosen, "--vary") for text in vary] if vary else None)
    if kind == "threshold":
        asked |= {
            name: _factor(asked[name], chosen, f"--{name}") if "=" in (asked[name] or "") else asked[name]
            for name in "xy"
        }
    if out is not None:
        _prepare(out)

    from dataclasses import replace

    from minegame import answers

    kinds_of: Mapping[str, Any] = answers.KINDS
    try:
        with _Watch() as watch:
            answer = kinds_of[kind](chosen, **asked, seed=seed, confidence=confidence, progress=watch)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "SALib":
            raise
        fail(str(missing))
    answer = replace(answer, command=_retold(answer.command, kind, chosen, where, set_))
    if out is not None:
        answer.write(out)
    if json:
        print_json({**answer.document(), "folder": None if out is None else str(out)})
    else:
        show(answer, console(), out)


def _retold(command: str, kind: str, chosen: Scenario, where: str, set_: list[str] | None) -> str:
    """The command with the scenario as it was typed: for a file its path, and the changes that were made to it."""
    from minegame.scenario import shipped_scenarios

    if where in shipped_scenarios():
        return command
    parts = shlex.split(command)
    rest = parts[4:]
    while rest[:1] == ["--set"]:
        rest = rest[2:]
    changes = [part for change in set_ or () for part in ("--set", change)]
    return shlex.join([*parts[:3], where, *changes, *rest])


class _Watch:
    """A progress bar that begins when the analysis knows how much there is to play."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._report: Callable[[int], None] | None = None

    def __enter__(self) -> _Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def expect(self, negotiations: int) -> None:
        self._stack.close()
        self._report = self._stack.enter_context(progress(negotiations))

    def __call__(self, done: int, /) -> None:
        if self._report is not None:
            self._report(done)


def _factor(text: str, scenario: Scenario, option: str) -> Factor:
    """A factor as typed: PATH=low:high, PATH=low:high:log or PATH=a,b,c."""
    from minegame.answers import factors_of
    from minegame.design import Factor
    from minegame.scenario import typed

    path, sign, values = (part.strip() for part in text.partition("="))
    if not (path and sign and values):
        fail(f"{option}: {text!r} is not a factor: expected path=low:high, path=low:high:log or path=a,b,c")
    scenario.value(path)
    if ":" not in values:
        levels: tuple[Any, ...] = tuple(typed(level.strip()) for level in values.split(","))
        return factors_of(scenario, [Factor(path, levels=levels)])[0]
    low, high, *rest = values.split(":")
    try:
        ends: tuple[Any, ...] = (float(low), float(high))
    except ValueError:
        fail(f"{option}: {path}={values} is not a range: expected low:high, such as 0:4")
    if rest not in ([], ["log"], ["linear"]):
        fail(f"{option}: {path}={values}: expected low:high or low:high:log")
    return factors_of(scenario, {path: (*ends, *rest)})[0]


def _policies(texts: list[str] | None, option: str) -> dict[str, dict[str, Any]] | None:
    from minegame.scenario import parse_changes, typed

    if not texts:
        return None
    policies = {}
    for text in texts:
        name, sign, changes = text.partition(":")
        if not (name.strip() and sign):
            fail(f"{option}: {text!r}: expected name:path=value,path=value (or name: alone, for no change)")
        if name.strip() in policies:
            fail(f"{option}: {name.strip()!r} is given twice")
        listed = [change for change in changes.split(",") if change.strip()]
        policies[name.strip()] = {path: typed(str(value)) for path, value in parse_changes(listed).items()}
    return policies


def _players(texts: list[str] | None) -> dict[str, list[str]] | None:
    if not texts:
        return None
    players = {}
    for text in texts:
        name, sign, levers = text.partition("=")
        if not (name.strip() and sign and levers.strip()):
            fail(f"--player: {text!r}: expected patron=lever,lever, such as us=tariff,access")
        players[name.strip()] = list(dict.fromkeys(lever.strip() for lever in levers.split(",") if lever.strip()))
    return players


# ----------------------------------------------------------------------------------------------------------- on screen


def show(answer: Answer, page: Console, folder: Path | None = None) -> None:
    """Print an answer: the question, sentences, tables, limits, where the files are, how to make it again."""
    from rich.padding import Padding

    page.print()
    page.print(answer.question, style="bold")
    page.print()
    for sentence in answer.sentences:
        page.print(Padding(sentence, (0, 0, 0, 2)))
    for title, table in answer.tables.items():
        _print_table(page, title, table, folder)
    page.print()
    page.print("What this cannot say", style="bold")
    for limit in answer.limits:
        page.print(Padding(f"– {limit}", (0, 0, 0, 2)), style="dim")
    page.print()
    page.print(f"again    {answer.command}", soft_wrap=True)
    if folder is None:
        page.print(f"pictures {len(answer.pictures)}, and all tables as CSV: add --out FOLDER", soft_wrap=True)
    else:
        page.print(f"written  {folder} (answer.json, {len(answer.tables)} tables, {len(answer.pictures)} pictures)")


def _print_table(page: Console, title: str, table: pd.DataFrame, folder: Path | None) -> None:
    page.print()
    page.print(title, style="bold")
    if not len(table):
        page.print("  (nothing)")
        return
    columns = _columns(table.head(_ROWS))
    for part in _parts(columns, page.width):
        page.print(_grid(part))
    if len(table) > _ROWS:
        where = f"in {folder / 'tables'}" if folder else "with --out FOLDER"
        page.print(f"  … and {len(table) - _ROWS:,} rows more, {where}", style="dim")


def _columns(table: pd.DataFrame) -> dict[str, tuple[bool, list[str]]]:
    """The columns as printed, an estimate and its interval in one: heading → (whether it is text, cells)."""
    columns = {}
    for name in table:
        heading = str(name)
        if heading.endswith((" (low)", " (high)")):
            continue
        values = table[name].tolist()
        is_text = any(isinstance(value, str) for value in values)
        write = _writer(heading, values)
        cells = [write(value) for value in values]
        if f"{heading} (low)" in table:
            ends = zip(table[f"{heading} (low)"].tolist(), table[f"{heading} (high)"].tolist(), strict=True)
            cells = [
                f"{cell} [{write(low, value)}, {write(high, value)}]" if cell != "–" and low == low else cell
                for cell, value, (low, high) in zip(cells, values, ends, strict=True)
            ]
        columns[heading] = (is_text, cells)
    return columns


def _writer(heading: str, values: list[Any]) -> Callable[..., str]:
    """How the numbers of a column are written: by the unit in its heading, else by the size of the estimate."""
    numbers = [abs(float(x)) for x in values if isinstance(x, (int, float)) and not isinstance(x, bool) and x == x]
    largest = max((x for x in numbers if x != float("inf")), default=0.0)
    all_whole = all(x.is_integer() for x in numbers)

    def write(value: Any, estimate: Any = None) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if value is None or value != value:
            return "–"
        if not isinstance(value, (int, float)):
            return str(value)
        if value in (float("inf"), float("-inf")):
            return "∞" if value > 0 else "-∞"
        if "chance of" in heading or "chance that" in heading:
            return "<0.001" if value < 0.001 else f"{value:.3f}"
        if "points" in heading:
            return f"{value:+.1f}".replace("-0.0", "+0.0") if abs(value) < 0.05 else f"{value:+.1f}"
        if heading.endswith("%"):
            return f"{value:.1f}"
        if "M$" in heading:
            text = f"{value:,.{0 if largest >= 1000 else 1}f}"
            return text[1:] if text in ("-0.0", "-0") else text
        if all_whole:
            return f"{value:,.0f}"
        return f"{value:,.{_digits(value if estimate is None else estimate)}f}"

    return write


def _digits(value: float) -> int:
    size = abs(float(value))
    return 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3


def _folded(heading: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(heading, 18, break_long_words=False))


_Columns = dict[str, tuple[bool, list[str]]]
_TEXTS = (60, 44, 34, 25)  # widths of a text column before it is wrapped, the first that needs the fewest tables


_SHORT = 16


def _width(heading: str, is_text: bool, cells: list[str], most: int) -> int:
    widest = max(max(map(len, _folded(heading).splitlines())), *map(len, cells))
    return min(widest, most) if is_text else widest


def _parts(columns: _Columns, width: int) -> list[_Columns]:
    """The columns in tables that fit the page, texts wrapped as far as that saves a table."""
    layouts = [(most, _groups(columns, width, most)) for most in _TEXTS]
    most, groups = min(layouts, key=lambda layout: len(layout[1]))
    wrapped = {
        heading: (is_text, [_wrapped(cell, most) for cell in cells] if is_text else cells)
        for heading, (is_text, cells) in columns.items()
    }
    return [{heading: wrapped[heading] for heading in group} for group in groups]


def _groups(columns: _Columns, width: int, most: int) -> list[list[str]]:
    """Headings of tables that fit the page; the first column, and a short text beside it, stand in each."""
    sizes = {heading: _width(heading, *column, most) + 3 for heading, column in columns.items()}
    keys = list(columns)[:1]
    keys += [heading for heading in list(columns)[1:2] if columns[heading][0] and sizes[heading] <= _SHORT]
    room = width - sum(sizes[key] for key in keys)
    groups: list[list[str]] = [[*keys]]
    left = room
    for heading in columns:
        if heading in keys:
            continue
        if sizes[heading] > left and len(groups[-1]) > len(keys):
            groups.append([*keys])
            left = room
        groups[-1].append(heading)
        left -= sizes[heading]
    return groups


def _wrapped(cell: str, most: int) -> str:
    """A text on lines no wider than that; a path breaks after a dot."""
    import re
    import textwrap

    is_path = re.fullmatch(r"[\w*]+(\.[\w*]+)+", cell) is not None
    lines = textwrap.wrap(cell.replace(".", ". ") if is_path else cell, most) or [""]
    return "\n".join(lines).replace(". ", ".") if is_path else "\n".join(lines)


def _grid(columns: _Columns) -> Any:
    from rich import box
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for heading, (is_text, cells) in columns.items():
        lines = [line for cell in cells for line in cell.split("\n")]
        wide = _width(heading, is_text, lines, max(_TEXTS))
        grid.add_column(
            _folded(heading), justify="left" if is_text else "right", no_wrap=not is_text, overflow="fold",
            min_width=min(wide, 12) if is_text else wide,
        )  # fmt: skip
    for row in zip(*(cells for _, cells in columns.values()), strict=True):
        grid.add_row(*row)
    return grid
