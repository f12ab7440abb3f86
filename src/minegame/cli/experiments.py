"""The commands for experiments: ``run`` a file, ``sweep`` without one, look at ``results``."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minegame.cli.app import (
    BASELINE,
    INTERRUPTED,
    JsonOption,
    ScenarioArgument,
    SetOption,
    announce_compiler,
    app,
    console,
    fail,
    print_json,
    within,
    write_whole,
)

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from minegame.question import Plan
    from minegame.results import Results

ROOT = Path("results")
_FORECAST_FROM = 10**7  # negotiations; of fewer nobody needs to be warned
_WARN_NEGOTIATIONS, _WARN_SECONDS = 10**8, 3600

OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Folder of the results (default: in results/).")
]
ThreadsOption = Annotated[
    int | None,
    typer.Option("--threads", callback=lambda n: n if n is None else within(1, 4096)(n), metavar="N",
                 help="Threads to run on (default: all cores)."),
]  # fmt: skip
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", callback=lambda n: n if n is None else within(1, 4096)(n), metavar="N",
                 help="Run on so many processes of a local Dask cluster."),
]  # fmt: skip
SchedulerOption = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADDRESS", help="Run on a Dask cluster, such as tcp://10.0.0.1:8786."),
]
FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Start anew in a folder beside the one that is there (name-2, …).")
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say how many points and negotiations, how long and how large; run nothing.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Run even if it takes very long.")]
RunSeedOption = Annotated[
    int | None,
    typer.Option("--seed", callback=lambda n: n if n is None else within(0, 2**63 - 1)(n), metavar="N",
                 help="Seed of the luck, in place of the file's."),
]  # fmt: skip
RunReplicationsOption = Annotated[
    int | None,
    typer.Option("--replications", callback=lambda n: n if n is None else within(1, 10**12)(n), metavar="N",
                 help="Replications of every point, in place of the file's."),
]  # fmt: skip


@app.command(
    epilog="Examples:\n\n"
    "  minegame run who_wins\n\n"
    "  minegame run my_question.yaml --out results/mine --dry-run\n\n"
    "  minegame run wide_uncertainty --scheduler tcp://10.0.0.1:8786"
)
def run(
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT", help="A shipped experiment by name, or the path of a YAML file.")
    ],
    out: OutOption = None,
    set_: SetOption = None,
    replications: RunReplicationsOption = None,
    seed: RunSeedOption = None,
    threads: ThreadsOption = None,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    fresh: FreshOption = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Run an experiment and keep its results; the same command again goes on where it was interrupted."""
    from minegame.question import Question

    changes: dict[str, Any] = {"set": _changes(set_ or ())}
    changes |= {name: value for name, value in (("replications", replications), ("seed", seed)) if value is not None}
    _, plan = Question.load(experiment, changes)
    _perform(plan, out or ROOT / plan.name, threads, workers, scheduler, fresh, dry_run, yes, json)


@app.command(
    epilog="Examples:\n\n"
    "  minegame sweep kazakhstan_tungsten --vary host.balance_weight=0:4:9\n\n"
    "  minegame sweep --vary tender.months=8,12,18 --vary tender.lots=bundled,split\n\n"
    "  minegame sweep --vary host.backlash=0.01:1:7:log --policy 'as is:' --policy 'late:patrons.us.levers.*.onset=8'"
)
def sweep(
    scenario: ScenarioArgument = BASELINE,
    vary: Annotated[
        list[str] | None,
        typer.Option("--vary", metavar="PATH=LEVELS", help="A factor: low:high:n, low:high:n:log, or a,b,c."),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option("--policy", metavar="NAME:PATH=VALUE,…", help="A policy to compare; the first is the reference."),
    ] = None,
    set_: SetOption = None,
    replications: RunReplicationsOption = None,
    seed: RunSeedOption = None,
    save_as: Annotated[
        Path | None, typer.Option("--save-as", metavar="FILE", help="Write the experiment file of this sweep.")
    ] = None,
    out: OutOption = None,
    threads: ThreadsOption = None,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    fresh: FreshOption = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Vary one parameter or several over a grid, without an experiment file."""
    from minegame.question import Question

    if not vary and not policy:
        fail("--vary: there is nothing to vary: expected path=low:high:n or path=a,b,c (or --policy)")
    document: dict[str, Any] = {
        "title": _sweep_title(scenario, vary or [], policy or []),
        "scenario": scenario,
        "set": _changes(set_ or ()),
        "policies": dict(_policy(text) for text in policy or ()),
        "factors": _factors(vary or ()),
        "replications": replications or 10_000,
        "seed": seed or 0,
        "analysis": ["winning", "plot"],
    }
    question = Question.from_document(document, "sweep")
    plan = question.plan()
    if save_as is not None:
        write_whole(save_as, question.to_yaml())
    plan = plan.named(f"sweep-{plan.scenario.name}-{_short(plan)}", question.to_yaml())
    _perform(plan, out or ROOT / plan.name, threads, workers, scheduler, fresh, dry_run, yes, json)


def _changes(texts: Sequence[str]) -> dict[str, Any]:
    """Changes as typed, path=value each, as a file would hold them."""
    from minegame.scenario import parse_changes, typed

    return {path: typed(str(value)) for path, value in parse_changes(texts).items()}


def _short(plan: Plan) -> str:
    """Six letters that differ for other sweeps, so that each gets a folder of its own."""
    import hashlib

    return hashlib.sha256(repr(plan.fingerprint()).encode()).hexdigest()[:6]


def _sweep_title(scenario: str, vary: Sequence[str], policies: Sequence[str]) -> str:
    what = [text.partition("=")[0] for text in vary] or [f"{len(policies)} policies"]
    return f"Sweep of {' × '.join(what)} in {Path(scenario).stem}"[:200]


def _factors(vary: Sequence[str]) -> dict[str, list[Any]]:
    factors: dict[str, list[Any]] = {}
    for text in vary:
        path, sign, levels = (part.strip() for part in text.partition("="))
        if not (path and sign and levels):
            fail(f"--vary: {text!r} is not a factor: expected path=low:high:n or path=a,b,c")
        if path in factors:
            fail(f"--vary: {path} is varied twice")
        factors[path] = _levels(path, levels)
    return factors


def _levels(path: str, text: str) -> list[Any]:
    """Levels as typed: a list a,b,c, or low:high:n values spread evenly, on a log scale if :log follows."""
    from minegame.design import Factor
    from minegame.scenario import typed

    if ":" not in text:
        return [typed(level.strip()) for level in text.split(",")]
    low, high, *rest = text.split(":")
    scale = rest.pop() if rest and rest[-1] in ("log", "linear") else "linear"
    try:
        start, stop, count = float(low), float(high), int(rest[0]) if rest else 5
    except ValueError:
        fail(f"--vary: {path}={text} is not a range: expected low:high:n, such as 0:4:9")
    if not start < stop:
        fail(f"--vary: {path}={text}: the range is empty: {low} is not below {high}")
    if scale == "log" and start <= 0:
        fail(f"--vary: {path}={text}: a log scale cannot reach {low}: expected a range above 0")
    if not 2 <= count <= 1_000_000 or len(rest) > 1:
        fail(f"--vary: {path}={text}: expected low:high:n with n from 2 to 1,000,000")
    values = [float(f"{value:.12g}") for value in Factor(path, start, stop, scale).spread(count)]  # type: ignore[arg-type]
    return [int(value) if value.is_integer() and "." not in low + high else value for value in values]


def _policy(text: str) -> tuple[str, dict[str, Any]]:
    name, sign, changes = text.partition(":")
    if not (name.strip() and sign):
        fail(f"--policy: {text!r} is not a policy: expected name:path=value,path=value (or name: alone, as it is)")
    return name.strip(), _changes([change for change in changes.split(",") if change.strip()])


@app.command(epilog="Examples:\n\n  minegame results\n\n  minegame results results/who_wins --json")
def results(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A results folder, or a folder of such folders.")
    ] = ROOT,
    json: JsonOption = False,
) -> None:
    """List the results in a folder, or summarise those of one run."""
    from minegame import storage, tables
    from minegame.results import listing, load

    if storage.is_results_folder(folder) or not folder.is_dir():
        if folder == ROOT and not folder.exists():
            fail("there are no results yet: start with 'minegame run who_wins'")
        found = load(folder)
        print_json(_document(found)) if json else tables.show(found, console())
        return
    rows = listing(folder)
    if json:
        print_json([_entry(path, manifest) for path, manifest in rows])
        return
    if not rows:
        fail(f"{folder}: holds no results: it has no {storage.MANIFEST}, nor has any folder in it")
    page = console()
    for path, manifest in rows:
        entry = _entry(path, manifest)
        page.print(entry["folder"], style="bold", soft_wrap=True)
        page.print(f"    {entry['title']}", soft_wrap=True)
        size = f"{entry['groups']:,} points × {entry['policies']:,} policies, {entry['negotiations']:,} negotiations"
        page.print(f"    {entry['state']}; {size}; begun {entry['begun'][:16].replace('T', ' ')}", soft_wrap=True)


def _entry(path: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    most = manifest["groups"] * len(manifest["policies"]) * manifest["replications"]["at_most"]
    return {
        "folder": str(path),
        "title": manifest["title"],
        "state": manifest["state"],
        "groups": manifest["groups"],
        "policies": len(manifest["policies"]),
        "negotiations": manifest.get("negotiations", most),
        "begun": manifest["begun"],
        "scenario": manifest["scenario"]["name"],
    }


# ------------------------------------------------------------------------------------------------------ performing it


def _perform(
    plan: Plan,
    folder: Path,
    threads: int | None,
    workers: int | None,
    scheduler: str | None,
    fresh: bool,
    dry_run: bool,
    yes: bool,
    json: bool,
) -> None:
    if scheduler and workers:
        fail("--workers starts a cluster here, --scheduler uses one elsewhere: expected one of the two")
    if dry_run:
        _forecast(plan, folder, threads or workers, json)
        return
    if plan.negotiations > _FORECAST_FROM and not yes:
        _warn(plan, threads or workers)
    from minegame import experiment

    target = experiment.fresh_folder(folder) if fresh else folder
    try:
        announce_compiler()
        experiment.warm()
        with _watching(quiet=json) as watch, _executor(threads, workers, scheduler) as (executor, count):
            found = experiment.run(plan, target, executor=executor, workers=count, watch=watch)
    except KeyboardInterrupt:
        again = f" (with --out {target})" if fresh else ""
        print(f"\nInterrupted. What is finished is kept in {target}: the same command{again} goes on.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    if json:
        print_json(_document(found))
    else:
        from minegame import tables

        tables.show(found, console(), draw=True)


@contextmanager
def _executor(threads: int | None, workers: int | None, scheduler: str | None) -> Iterator[tuple[Any, int | None]]:
    """Threads by default; a Dask cluster if one is asked for."""
    if not workers and not scheduler:
        yield None, threads
        return
    from minegame import cluster

    with cluster.connected(scheduler, workers) as connection:
        yield connection


def _warn(plan: Plan, workers: int | None) -> None:
    from minegame import experiment

    ahead = experiment.forecast(plan, workers)
    if ahead.negotiations > _WARN_NEGOTIATIONS or ahead.seconds > _WARN_SECONDS:
        size = f"{ahead.groups:,} points × {ahead.policies:,} policies × {plan.replications.at_most:,} replications"
        took = f"{ahead.negotiations:,} negotiations, about {_duration(ahead.seconds)} and {_size(ahead.bytes)}"
        fail(f"{size} are {took}: run it with --yes, or ask for fewer")


def _forecast(plan: Plan, folder: Path, workers: int | None, json: bool) -> None:
    from dataclasses import asdict

    from minegame import experiment, storage

    ahead = experiment.forecast(plan, workers)
    if json:
        print_json({"title": plan.title, **asdict(ahead), "design": plan.design.head(1000).to_dict("records")})
        return
    page = console()
    page.print(plan.title or plan.name, style="bold")
    until = plan.replications.until
    limit = "" if until is None else f" at most, until no interval is wider than ±{until:g}"
    lines = {
        "scenario": f"{plan.scenario.name}: {plan.scenario.title}",
        "points": f"{ahead.groups:,}" + (f" (of {_first(list(plan.design.columns))})" if ahead.groups > 1 else ""),
        "policies": f"{ahead.policies:,}: {_first(list(plan.policies))}",
        "replications": f"{plan.replications.at_most:,}{limit}",
        "negotiations": f"{ahead.negotiations:,}",
        "time": f"about {_duration(ahead.seconds)} at {ahead.rate:,.0f} negotiations/s",
        "size": f"about {_size(ahead.bytes)} (free: {_size(storage.free_space(folder))})",
        "results": str(folder),
    }
    for name, text in lines.items():
        page.print(f"{name:<13} {text}", soft_wrap=True)
    if len(plan.design.columns):
        page.print(_design_table(plan.design))


def _first(names: Sequence[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (f", … ({len(names) - most} more)" if len(names) > most else "")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 2 * 86400 else f"{seconds / 86400:,.1f} days"


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def _design_table(design: pd.DataFrame) -> Table:
    from minegame import tables

    shown = list(design.columns)[:4]
    more = ["…"] if len(design.columns) > len(shown) else []
    table = tables.grid("point", *shown, *more)
    for number, row in enumerate(design[shown].head(12).to_dict("records")):
        table.add_row(str(number), *(tables.value(level) for level in row.values()), *more)
    if len(design) > 12:
        table.add_row("…", *("…" for _ in shown), *more)
    return table


# --------------------------------------------------------------------------------------------------------- progress


@contextmanager
def _watching(quiet: bool = False) -> Iterator[Any]:
    """Progress on standard error: a bar with rate and time left on a terminal, now and then a line elsewhere."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _Bar() as bar:
            yield bar
    else:
        yield _Lines()


class _Bar:
    """A bar with the negotiations a second and the time left."""

    def __enter__(self) -> _Bar:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
            TextColumn("left"), console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=None, rate="")
        self._kept: int | None = None
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, done: int, planned: int) -> None:
        if self._kept is None:
            self._kept, self._started = done, time.monotonic()
        elapsed = time.monotonic() - self._started
        speed = f"{(done - self._kept) / elapsed:,.0f} negotiations/s" if elapsed > 0.5 else ""
        self._progress.update(self._task, completed=done, total=planned, rate=speed)


class _Lines:
    """A plain line every ten seconds, for logs."""

    _EVERY = 10.0

    def __init__(self) -> None:
        self._kept: int | None = None

    def __call__(self, done: int, planned: int) -> None:
        now = time.monotonic()
        if self._kept is None:
            self._kept, self._started, self._said = done, now, now
            if 0 < done < planned:
                print(f"{done:,} of {planned:,} negotiations are there already", file=sys.stderr)
        if now - self._said < self._EVERY or done == self._kept:
            return
        self._said = now
        speed = (done - self._kept) / (now - self._started)
        left = _duration((planned - done) / speed)
        print(
            f"{100 * done / planned:3.0f} %  {done:,} of {planned:,} negotiations, {speed:,.0f}/s, {left} left",
            file=sys.stderr,
        )


# -------------------------------------------------------------------------------------------------- showing results


def _document(found: Results) -> dict[str, Any]:
    """The results for programs: win probabilities by point, and contrasts if there are several policies."""
    manifest = found.manifest
    rows = found.win_probabilities()
    return {
        "title": manifest["title"],
        "folder": str(found.folder),
        "scenario": manifest["scenario"]["name"],
        "seed": manifest["seed"],
        "confidence": 0.95,
        "groups": found.groups,
        "policies": found.policies,
        "reference": found.reference,
        "factors": found.factors,
        "negotiations": manifest["negotiations"],
        "fell_short": manifest["fell_short"],
        "winning": rows.to_dict("records"),
        "contrasts": found.win_contrasts().to_dict("records") if found.reference is not None else [],
    }
