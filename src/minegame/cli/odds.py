"""``minegame odds``: how often each bidder wins, on what terms, and what a change of policy is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
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
    fail,
    load,
    make_folder,
    print_json,
    within,
    write_whole,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from minegame.runner import Progress
    from minegame.scenario import Scenario

_Found = Mapping[str, float | None]
_Write = Callable[[_Found], str]

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
    other = _other(chosen, scenario, against, set_, set_against)
    with _kept(out):
        answer = _answer(chosen, other, replications, seed, confidence, list(set_ or ()), list(set_against or ()))
        if out is not None:
            _write(out, answer, chosen, other)
    if json:
        print_json(answer)
    else:
        _show(console(), answer, chosen, other, out)


def _answer(
    chosen: Scenario,
    other: Scenario | None,
    replications: int,
    seed: int,
    confidence: float,
    changes: list[str],
    changes_against: list[str],
) -> dict[str, Any]:
    from minegame import runner
    from minegame.analysis import winning

    games = winning.design(chosen, other)
    if other is not None:
        chosen, other = winning.aligned(chosen, other)
    reference = None if other is None else 1
    announce_compiler()
    with progress(replications * games.size) as report:
        tallies = runner.tally(games, seed, replications, reference=reference, progress=report)
    answer: dict[str, Any] = {
        "scenario": chosen.name,
        "changes": changes,
        "replications": replications,
        "seed": seed,
        "confidence": confidence,
        **winning.estimate(tallies.sums[0, 0], chosen, confidence),
    }
    if other is not None and tallies.contrasts is not None:
        answer["against"] = {
            "scenario": other.name,
            "changes": changes_against,
            **winning.estimate(tallies.sums[0, 1], other, confidence),
        }
        answer["contrasts"] = winning.contrast(tallies.contrasts[0, 0], chosen, other, confidence)
    return answer


def _other(
    chosen: Scenario, name: str, against: str | None, set_: list[str] | None, set_against: list[str] | None
) -> Scenario | None:
    if against is None and not set_against:
        return None
    if against is None:
        return load(name, [*(set_ or ()), *(set_against or ())])
    other = load(against, set_against)
    if not set(chosen.bidders) & set(other.bidders):
        whose = f"{', '.join(chosen.bidders)} against {', '.join(other.bidders)}"
        fail(f"--against {against}: no bidder is in both scenarios, so nothing can be compared ({whose})")
    return other


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


@contextmanager
def _kept(folder: Path | None) -> Iterator[None]:
    """A folder for results, made beforehand; if nothing comes of them, what was made and is empty goes again."""
    made = [] if folder is None else [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        if folder is not None:
            make_folder(folder)
        yield
    except BaseException:
        with suppress(OSError):
            for path in made:
                path.rmdir()
        raise


def _write(folder: Path, answer: dict[str, Any], chosen: Scenario, other: Scenario | None) -> None:
    import json

    from minegame import plots

    write_whole(folder / "odds.json", json.dumps(answer, indent=2) + "\n")
    picture = plots.odds(
        _bars(answer, chosen, other), replications=answer["replications"], confidence=answer["confidence"],
        title=chosen.title if other is None else "Who wins, compared on the same luck",
    )  # fmt: skip
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

_TERMS = {
    "state_equity": "state equity",
    "bonus": "bonus, M$",
    "offtake": "offtake",
    "processing": "processing at home",
    "coverage": "capital covered",
    "completion": "expected completion",
    "month": "month of the award",
}
_SHARES = {"wins_any": "wins", "wins_and_built": "wins and built"}
_SHARES_OF_LOTS = {
    "wins_any": "wins any", "wins_all": "wins all", "value_share": "value share", "wins_and_built": "wins and built",
}  # fmt: skip


def _show(page: Console, answer: dict[str, Any], chosen: Scenario, other: Scenario | None, out: Path | None) -> None:
    from minegame.run_tables import fitting

    count, sure = answer["replications"], f"{100 * answer['confidence']:g} %"
    for scenario, found, name in _sides(answer, chosen, other):
        page.print()
        page.print(f"{scenario.title}", style="bold")
        page.print(name.replace("\n", ", "))
        page.print(f"{count:,} negotiations, seed {answer['seed']}; {sure} intervals in brackets or after ±")
        shares = _SHARES_OF_LOTS if _in_lots(scenario) else _SHARES
        page.print(
            fitting(page, *(_odds_table(found, scenario, shares, write) for write in (_percent, _percent_short)))
        )
        page.print(fitting(page, _terms_table(found, scenario)))
        _show_host(page, "Host's value, mean", found["host"])
    if other is not None:
        _show_contrasts(page, answer["contrasts"], chosen, other)
    if out is not None:
        page.print(f"\nWritten: {out / 'odds.json'}, {out / 'odds.png'}")


def _show_contrasts(page: Console, contrasts: dict[str, Any], chosen: Scenario, other: Scenario) -> None:
    from minegame.run_tables import fitting

    shares = _SHARES_OF_LOTS if _in_lots(chosen) or _in_lots(other) else _SHARES
    page.print()
    page.print("First minus second, on the same luck (percentage points)", style="bold")
    page.print(fitting(page, *(_odds_table(contrasts, chosen, shares, write) for write in (_points, _points_short))))
    _show_host(page, "Host's value, difference", contrasts["host"], sign="+")


def _show_host(page: Console, words: str, host: dict[str, _Found], sign: str = "") -> None:
    page.print(f" {words:27}{_money(host['value'], sign)}")
    page.print(f" {'  without balance':27}{_money(host['money'], sign)}")


def _in_lots(scenario: Scenario) -> bool:
    return scenario.tender.lots == "split" and len(scenario.deposits) > 1


def _odds_table(found: dict[str, Any], scenario: Scenario, shares: dict[str, str], write: _Write) -> Table:
    """A row an outcome; of probabilities or of their differences, as ``write`` writes them."""
    from minegame.run_tables import grid

    table = grid("outcome", *shares.values())
    rest = [""] * (len(shares) - 1)
    for bidder, values in found["bidders"].items():
        table.add_row(scenario.bidders[bidder].label, *(write(values[key]) for key in shares))
    table.add_row("shelved", write(found["shelved"]), *rest)
    if shares is _SHARES_OF_LOTS:
        table.add_row("split between bidders", write(found["split"]), *rest)
    return table


def _terms_table(found: dict[str, Any], scenario: Scenario) -> Table:
    from minegame.run_tables import grid

    table = grid("given a win of", *(scenario.bidders[bidder].label for bidder in found["bidders"]))
    for term, words in _TERMS.items():
        told = [values["terms"][term] for values in found["bidders"].values()]
        table.add_row(words, *(_term(term, estimate, scenario) for estimate in told))
    table.caption = "Months count from 0, the first of the tender."
    return table


def _term(name: str, found: _Found, scenario: Scenario) -> str:
    if found["estimate"] is None:
        return "–"
    if name == "bonus":
        return _give_or_take(found, 1.0, 0)
    if name != "month":
        return _give_or_take(found, 100.0, 1) + " %"

    from minegame.transcript import calendar_month

    return f"{_give_or_take(found, 1.0, 1)} ({calendar_month(scenario.tender.start, round(found['estimate']))})"


def _percent(found: _Found) -> str:
    return _bracketed(found, 100.0, 1, " %")


def _percent_short(found: _Found) -> str:
    return "–" if found["estimate"] is None else f"{_give_or_take(found, 100.0, 1)} %"


def _points(found: _Found) -> str:
    return _bracketed(found, 100.0, 1, "", "+")


def _points_short(found: _Found) -> str:
    return _give_or_take(found, 100.0, 1, "+")


def _money(found: _Found, sign: str = "") -> str:
    return _bracketed(found, 1.0, 0, " M$", sign)


def _bracketed(found: _Found, scale: float, digits: int, unit: str, sign: str = "") -> str:
    """An estimate with both ends of its interval, where there is one."""
    value, low, high = found["estimate"], found["low"], found["high"]
    if value is None:
        return "–"
    head = _number(scale * value, digits, sign) + unit
    if low is None or high is None:
        return head
    return f"{head} [{_number(scale * low, digits, sign)}, {_number(scale * high, digits, sign)}]"


def _give_or_take(found: _Found, scale: float, digits: int, sign: str = "") -> str:
    """An estimate and how far the farther end of its interval lies, where there is one."""
    value, low, high = found["estimate"], found["low"], found["high"]
    if value is None:
        return "–"
    head = _number(scale * value, digits, sign)
    if low is None or high is None:
        return head
    reach = scale * max(high - value, value - low)
    return f"{head} ±{reach:,.{digits}f}" if reach >= 0.5 * 0.1**digits else f"{head} ±{reach:.1g}"


def _number(value: float, digits: int, sign: str = "") -> str:
    """A number with a true minus; what rounds to nil has no sign."""
    text = f"{value:{sign},.{digits}f}"
    nil = not text.strip("+-0.,")
    return text.lstrip("+-") if nil else text.replace("-", "\N{MINUS SIGN}")
