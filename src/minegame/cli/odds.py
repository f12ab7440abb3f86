"""``minegame odds``: how often each bidder wins, on what terms, and what a change of policy is worth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minegame.cli.app import (
    BASELINE,
    ConfidenceOption,
    JsonOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    announce_compiler,
    app,
    console,
    load,
    make_folder,
    print_json,
    within,
    write_whole,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from minegame.experiment import Progress
    from minegame.scenario import Scenario

_MOST = 10**12


@app.command(
    epilog="Examples:\n\n"
    "  minegame odds kazakhstan_tungsten\n\n"
    "  minegame odds --set patrons.us.levers.tariff.intensity=0 --replications 80000\n\n"
    "  minegame odds --set-against 'patrons.us.levers.*.intensity=0' --out results/package\n\n"
    "  minegame odds kazakhstan_split_lots --against kazakhstan_tungsten --json"
)
def odds(
    scenario: ScenarioArgument = BASELINE,
    replications: Annotated[
        int,
        typer.Option("--replications", "-n", callback=within(1, _MOST), metavar="N", help="How many negotiations."),
    ] = 10_000,
    seed: SeedOption = 0,
    set_: SetOption = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="SCENARIO", help="Compare with another scenario, on the same luck."),
    ] = None,
    set_against: Annotated[
        list[str] | None,
        typer.Option(
            "--set-against",
            metavar="PATH=VALUE",
            help="Compare with the same scenario after this change, on the same luck; may be given many times.",
        ),
    ] = None,
    confidence: ConfidenceOption = 0.95,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write odds.json and odds.png to this folder.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Play many negotiations: win probabilities with intervals, terms, and paired differences.

    Every bidder's chance of winning, of winning and building the mine, and its terms given that it wins. With
    --against or --set-against the difference is measured on common random numbers, which is far more precise than
    two separate runs.
    """
    chosen = load(scenario, set_)
    other = _other(scenario, against, set_, set_against)
    if out is not None:
        make_folder(out)

    from minegame import experiment
    from minegame.analysis import winning

    games = winning.design(chosen, other)
    if other is not None:
        chosen, other = winning.aligned(chosen, other)
    reference = None if other is None else 1
    announce_compiler()
    with progress(replications * games.size) as report:
        tallies = experiment.tally(games, seed, replications, reference=reference, progress=report)
    answer: dict[str, Any] = {
        "scenario": chosen.name,
        "changes": list(set_ or ()),
        "replications": replications,
        "seed": seed,
        "confidence": confidence,
        **winning.estimate(tallies.sums[0, 0], chosen, confidence),
    }
    if other is not None and tallies.contrasts is not None:
        answer["against"] = {
            "scenario": other.name,
            "changes": list(set_against or ()),
            **winning.estimate(tallies.sums[0, 1], other, confidence),
        }
        answer["contrasts"] = winning.contrast(tallies.contrasts[0, 0], chosen, other, confidence)
    if out is not None:
        _write(out, answer, chosen, other)
    if json:
        print_json(answer)
    else:
        _show(console(), answer, chosen, other, out)


def _other(name: str, against: str | None, set_: list[str] | None, set_against: list[str] | None) -> Scenario | None:
    if against is None and not set_against:
        return None
    if against is not None:
        return load(against, set_against)
    return load(name, [*(set_ or ()), *(set_against or ())])


@contextmanager
def progress(total: int) -> Iterator[Progress]:
    """A progress bar on standard error with rate and time left, once the work has taken more than a second."""
    import sys
    import time

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = Console(stderr=True)
    columns = (TextColumn("negotiations"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=screen, transient=True)
    task, start = bar.add_task("", total=total, start=False), time.monotonic()
    said = start

    def report(done: int) -> None:
        nonlocal said
        bar.start_task(task)
        bar.advance(task, done)
        now = time.monotonic()
        if screen.is_terminal and now - start > 1.0:
            bar.start()
        elif not screen.is_terminal and now - said > 10.0:
            said, finished = now, bar.tasks[0].completed
            print(f"{finished:,.0f} of {total:,} negotiations ({finished / total:.0%})", file=sys.stderr, flush=True)

    try:
        yield report
    finally:
        if screen.is_terminal:  # elsewhere it would leave an empty line
            bar.stop()


# --------------------------------------------------------------------------------------------------------------- files


def _write(folder: Path, answer: dict[str, Any], chosen: Scenario, other: Scenario | None) -> None:
    import json

    from minegame import plots

    write_whole(folder / "odds.json", json.dumps(answer, indent=2) + "\n")
    picture = plots.odds(
        _bars(answer, chosen, other), replications=answer["replications"], confidence=answer["confidence"]
    )
    plots.save(picture, folder / "odds.png")


def _bars(answer: dict[str, Any], chosen: Scenario, other: Scenario | None) -> list[dict[str, Any]]:
    rows = []
    for scenario, found, name in _sides(answer, chosen, other):
        for bidder, values in found["bidders"].items():
            rows.append({"policy": name, "outcome": scenario.bidders[bidder].label + " wins", **values["wins_any"]})
        rows.append({"policy": name, "outcome": "shelved", **found["shelved"]})
    return rows


def _sides(
    answer: dict[str, Any], chosen: Scenario, other: Scenario | None
) -> list[tuple[Scenario, dict[str, Any], str]]:
    sides = [(chosen, answer, _named(answer))]
    if other is not None:
        sides.append((other, answer["against"], _named(answer["against"])))
    return sides


def _named(found: dict[str, Any]) -> str:
    return "\n".join([found["scenario"], *found["changes"]])


# ----------------------------------------------------------------------------------------------------------- on screen


def _show(page: Console, answer: dict[str, Any], chosen: Scenario, other: Scenario | None, out: Path | None) -> None:
    count, confidence = answer["replications"], answer["confidence"]
    for scenario, found, name in _sides(answer, chosen, other):
        page.print()
        page.print(f"{scenario.title}", style="bold")
        page.print(name.replace("\n", ", "))
        page.print(f"{count:,} negotiations, seed {answer['seed']}; {confidence:.0%} intervals in brackets")
        page.print(_odds_table(found, scenario))
        page.print(_terms_table(found, scenario))
        host = found["host"]
        page.print(f"Host, mean realised value: {_money(host['value'])} M$; without balance {_money(host['money'])} M$")
    if other is not None:
        page.print()
        page.print("First minus second, on the same luck (percentage points)", style="bold")
        page.print(_contrast_table(answer["contrasts"], chosen))
    if out is not None:
        page.print(f"\nWritten: {out / 'odds.json'}, {out / 'odds.png'}")


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for n, column in enumerate(columns):
        table.add_column(column, justify="left" if n == 0 else "right")
    return table


def _odds_table(found: dict[str, Any], scenario: Scenario) -> Table:
    several = scenario.tender.lots == "split" and len(scenario.deposits) > 1
    columns = ["wins", "wins and built"] if not several else ["wins any", "wins all", "value share", "wins and built"]
    keys = ["wins_any", "wins_and_built"] if not several else ["wins_any", "wins_all", "value_share", "wins_and_built"]
    table = _table("", *columns)
    for bidder, values in found["bidders"].items():
        table.add_row(scenario.bidders[bidder].label, *(_percent(values[key]) for key in keys))
    table.add_row("shelved", _percent(found["shelved"]), *("" for _ in columns[1:]))
    if several:
        table.add_row("split between bidders", _percent(found["split"]), *("" for _ in columns[1:]))
    return table


def _terms_table(found: dict[str, Any], scenario: Scenario) -> Table:
    table = _table(
        "terms given the winner", "equity", "bonus M$", "offtake", "processing", "coverage", "completion", "month"
    )
    for bidder, values in found["bidders"].items():
        terms = {name: term["estimate"] for name, term in values["terms"].items()}
        if terms["month"] is None:
            table.add_row(scenario.bidders[bidder].label, *("–" for _ in terms))
            continue
        shares = [f"{100 * terms[name]:.1f} %" for name in ("offtake", "processing", "coverage", "completion")]
        equity, bonus = f"{100 * terms['state_equity']:.1f} %", f"{terms['bonus']:.0f}"
        table.add_row(scenario.bidders[bidder].label, equity, bonus, *shares, f"{terms['month']:.1f}")
    return table


def _contrast_table(contrasts: dict[str, Any], chosen: Scenario) -> Table:
    table = _table("", "wins", "wins and built")
    for bidder, values in contrasts["bidders"].items():
        label = chosen.bidders[bidder].label
        table.add_row(label, _points(values["wins_any"]), _points(values["wins_and_built"]))
    table.add_row("shelved", _points(contrasts["shelved"]), "")
    table.add_row("host's value, M$", _money(contrasts["host"]["value"]), "")
    return table


def _percent(found: dict[str, float | None]) -> str:
    return _bracketed(found, lambda value: f"{100 * value:.1f}", " %")


def _points(found: dict[str, float | None]) -> str:
    return _bracketed(found, lambda value: f"{100 * value:+.1f}", "")


def _money(found: dict[str, float | None]) -> str:
    return _bracketed(found, lambda value: f"{value:,.0f}", "")


def _bracketed(found: dict[str, float | None], write: Any, unit: str) -> str:
    if found["estimate"] is None:
        return "–"
    if found["low"] is None:
        return f"{write(found['estimate'])}{unit}"
    return f"{write(found['estimate'])}{unit} [{write(found['low'])}, {write(found['high'])}]"
