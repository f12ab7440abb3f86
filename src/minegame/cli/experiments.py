"""The commands for experiments: ``run`` a file, ``sweep`` without one, look at ``results``."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minegame.cli import typed
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
    take,
    warned,
    with_options,
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
_WARN_POINTS = 200_000  # points × policies: more than sense, and than tables and notebooks bear
_TOLD_MEMORY = 10**9  # bytes; less is not worth a word

RunSeedOption = Annotated[
    int | None,
    typer.Option("--seed", callback=within(0, 2**63 - 1), metavar="N",
                 help="Seed of the luck, in place of the file's."),
]  # fmt: skip
RunReplicationsOption = Annotated[
    int | None,
    typer.Option("--replications", callback=within(1, 10**12), metavar="N",
                 help="Replications of every point, in place of the file's."),
]  # fmt: skip


# ----------------------------------------------------------------------------------------------------- running a plan


@dataclass(frozen=True)
class _Running:
    """Where and how a plan is played."""

    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Folder of the results (default: in results/).")
    ] = None
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads", callback=within(1, 4096), metavar="N", help="Threads to run on (default: all cores)."
        ),
    ] = None
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", callback=within(1, 4096), metavar="N", help="Run on so many processes of a local Dask cluster."
        ),
    ] = None
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Run on a Dask cluster, such as tcp://10.0.0.1:8786."),
    ] = None
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start anew in a folder beside the one that is there (name-2, …).")
    ] = False
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say how many points and negotiations, how long and how large; run nothing."),
    ] = False
    yes: Annotated[bool, typer.Option("--yes", help="Run even if it takes very long.")] = False
    json: JsonOption = False

    def perform(self, plan: Plan) -> None:
        """Play a plan and show what was found, or only say what it would take."""
        if self.scheduler and self.workers:
            fail("--workers starts a cluster here, --scheduler uses one elsewhere: expected one of the two")
        from minegame import experiment

        folder = self.out or ROOT / plan.name
        target = experiment.fresh_folder(folder) if self.fresh else folder
        if self.dry_run:
            announce_compiler()
            _forecast(plan, target, self.threads or self.workers, self.json)
            return
        found = self._played(plan, target)
        if self.json:
            print_json(_document(found))
        else:
            from minegame import tables

            tables.show(found, console(), draw=True)

    def _played(self, plan: Plan, folder: Path) -> Results:
        from minegame import experiment

        experiment.check(plan, folder)
        announce_compiler()
        if not self.yes:
            _warn(plan, self.threads or self.workers)
        try:
            experiment.warm()
            with _watching(quiet=self.json) as watch, self._executor() as (executor, count):
                return experiment.run(plan, folder, executor=executor, workers=count, watch=watch, tell=_tell)
        except KeyboardInterrupt:
            _tell(f"\nInterrupted. {_how_to_go_on(folder, self.fresh)}")
            raise typer.Exit(INTERRUPTED) from None

    @contextmanager
    def _executor(self) -> Iterator[tuple[Any, int | None]]:
        """Threads by default; a Dask cluster if one is asked for."""
        if not self.workers and not self.scheduler:
            yield None, self.threads
            return
        from minegame import cluster

        with cluster.connected(self.scheduler, self.workers, _tell) as connection:
            yield connection


def _playing(epilog: str) -> Callable[[Callable[..., Plan]], Callable[..., Plan]]:
    """Register a command that makes a plan of its own options; the rest of its options say how that is played."""

    def register(own: Callable[..., Plan]) -> Callable[..., Plan]:
        def command(**given: Any) -> None:
            running = take(_Running, given)
            running.perform(own(**given))

        app.command(epilog=epilog)(with_options(command, own, own, _Running))
        return own

    return register


@_playing(
    epilog="Examples:\n\n"
    "  minegame run who_wins\n\n"
    "  minegame run my_question.yaml --out results/mine --dry-run\n\n"
    "  minegame run wide_uncertainty --scheduler tcp://10.0.0.1:8786"
)
def run(
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT", help="A shipped experiment by name, or the path of a YAML file.")
    ],
    set_: SetOption = None,
    replications: RunReplicationsOption = None,
    seed: RunSeedOption = None,
) -> Plan:
    """Run an experiment and keep its results; the same command again goes on where it was interrupted."""
    from minegame.question import Question

    changes: dict[str, Any] = {"set": typed.changes(set_ or ())}
    changes |= {name: value for name, value in (("replications", replications), ("seed", seed)) if value is not None}
    plan = Question.load(experiment, changes)[1]
    warned(plan.scenario)
    return plan


@_playing(
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
) -> Plan:
    """Vary one parameter or several over a grid, without an experiment file."""
    from minegame.question import Question

    if not vary and not policy:
        fail("--vary: there is nothing to vary: expected path=low:high:n or path=a,b,c (or --policy)")
    document: dict[str, Any] = {
        "title": _sweep_title(scenario, vary or [], policy or []),
        "scenario": scenario,
        "set": typed.changes(set_ or ()),
        "policies": typed.policies(policy or ()),
        "factors": typed.levels(vary or ()),
        "replications": replications or 10_000,
        "seed": seed or 0,
        "analysis": ["winning", "plot"],
    }
    question = Question.from_document(document, "sweep")
    plan = question.plan()
    if save_as is not None:
        write_whole(save_as, question.model_copy(update={"scenario": _seen_from(save_as, scenario)}).to_yaml())
    return plan.named(f"sweep-{plan.scenario.name}-{_short(plan)}", question.to_yaml())


def _seen_from(experiment: Path, scenario: str) -> str:
    """The scenario as that experiment file names it: one that is shipped by its name, else by the way to its file."""
    from minegame import storage
    from minegame.scenario import find_file

    file = find_file(scenario, Path())
    if file.is_absolute() or storage.is_stream(experiment):  # typed as absolute, or shipped
        return scenario
    return Path(os.path.relpath(file.parent.resolve() / file.name, experiment.parent.resolve())).as_posix()


def _short(plan: Plan) -> str:
    """Six letters that differ for other sweeps, so that each gets a folder of its own."""
    import hashlib

    return hashlib.sha256(repr(plan.fingerprint()).encode()).hexdigest()[:6]


def _sweep_title(scenario: str, vary: Sequence[str], policies: Sequence[str]) -> str:
    what = [text.partition("=")[0] for text in vary] or [_counted(len(policies), "policy", "policies")]
    return f"Sweep of {' × '.join(what)} in {Path(scenario).stem}"[:200]


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
        size = f"{_size_of(entry['groups'], entry['policies'])}, {entry['negotiations']:,} negotiations"
        page.print(
            f"    {_STATES[entry['state']]}; {size}; begun {entry['begun'][:16].replace('T', ' ')}", soft_wrap=True
        )


_STATES = {
    "complete": "complete",
    "running": "running",
    "unfinished": "unfinished: run it again to go on",
}


def _state(folder: Path, manifest: Mapping[str, Any]) -> str:
    """Complete, running at this moment, or unfinished: a run that was killed cannot say so itself."""
    from minegame import storage

    if manifest["state"] == "complete":
        return "complete"
    return "running" if storage.is_claimed(folder) else "unfinished"


def _entry(path: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    most = manifest["groups"] * len(manifest["policies"]) * manifest["replications"]["at_most"]
    return {
        "folder": str(path),
        "title": manifest["title"],
        "state": _state(path, manifest),
        "groups": manifest["groups"],
        "policies": len(manifest["policies"]),
        "negotiations": manifest.get("negotiations", most),
        "begun": manifest["begun"],
        "scenario": manifest["scenario"]["name"],
    }


# ---------------------------------------------------------------------------------------------------------- forecast


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _how_to_go_on(folder: Path, fresh: bool) -> str:
    from minegame import storage

    if not storage.is_results_folder(folder):
        return "Nothing was played yet."
    again = f" (with --out {folder})" if fresh else ""
    return f"What is finished is kept in {folder}: the same command{again} goes on."


def _warn(plan: Plan, workers: int | None) -> None:
    """Refuse what takes longer or more room than anybody may have meant."""
    points = plan.groups * len(plan.policies)
    if plan.negotiations <= _FORECAST_FROM and points <= _WARN_POINTS:
        return
    from minegame import experiment

    ahead = experiment.forecast(plan, workers)
    if ahead.negotiations > _WARN_NEGOTIATIONS or ahead.seconds > _WARN_SECONDS or points > _WARN_POINTS:
        size = f"{_size_of(ahead.groups, ahead.policies)} × {plan.replications.at_most:,} replications"
        took = f"{ahead.negotiations:,} negotiations, about {_duration(ahead.seconds)} and {_size(ahead.bytes)}"
        memory = experiment.memory(plan)
        room = f" on the disk, {_size(memory)} of memory" if memory > _TOLD_MEMORY else ""
        fail(f"{size} are {took}{room}: run it with --yes, or ask for fewer")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _size_of(groups: int, policies: int) -> str:
    return f"{_counted(groups, 'point', 'points')} × {_counted(policies, 'policy', 'policies')}"


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
        left = f", {_duration((planned - done) / speed)} left" if done < planned else ""
        _tell(f"{100 * done / planned:3.0f} %  {done:,} of {planned:,} negotiations, {speed:,.0f}/s{left}")


# -------------------------------------------------------------------------------------------------- showing results


def _document(found: Results) -> dict[str, Any]:
    """The results for programs: win probabilities by point, and contrasts if there are several policies."""
    manifest = found.manifest
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
        "winning": [],
        "contrasts": [],
        **_rows(found),
    }


def _rows(found: Results) -> dict[str, Any]:
    """The rows of the document's tables; of a design too large for winning.csv the files that hold them."""
    from minegame import storage

    tables = {"winning": (found.win_probabilities, storage.SUMMARY)}
    if found.reference is not None:
        tables["contrasts"] = (found.win_contrasts, storage.CONTRASTS)
    if storage.HEADLINE in found.manifest["tables"]:
        return {name: rows().to_dict("records") for name, (rows, _) in tables.items()}
    left_out = {
        "why": f"{found.groups:,} points × {len(found.policies):,} policies are too many rows for JSON",
        "files": {name: str(found.folder / file) for name, (_, file) in tables.items()},
    }
    return {**dict.fromkeys(tables), "left_out": left_out}
