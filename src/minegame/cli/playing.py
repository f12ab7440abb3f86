"""Where and how a command plays: folder, threads or a cluster, progress, and what is printed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from minegame import options
from minegame.cli.app import INTERRUPTED, announce_compiler, fail, say, warned
from minegame.options import Flag, Options, Whole, Word, option
from minegame.text import amount

if TYPE_CHECKING:
    from minegame.campaign_file import CampaignScenario
    from minegame.cases import Case
    from minegame.runner import Watch
    from minegame.scenario import Scenario

ROOT = Path("results")

#: More than this is asked for with --yes, whatever is played: negotiations, time, and points × policies.
_MOST_NEGOTIATIONS, _MOST_SECONDS = 10**8, 3600
_MOST_POINTS = 200_000  # more than sense, and than tables and notebooks bear
_USUAL_RATE = 50_000  # negotiations a second, where nobody has measured it


@dataclass(frozen=True, kw_only=True)
class Chosen(Options):
    """The scenario, and the changes that are made to it."""

    scenario: str = options.scenario()
    set: dict[str, Any] | None = options.changes()

    @property
    def is_campaign(self) -> bool:
        """Whether it is not one tender that is chosen but a campaign of several."""
        from minegame.campaign_file import is_campaign

        return is_campaign(self.scenario)

    def load_campaign(self) -> CampaignScenario:
        """The campaign with its changes; raises ScenarioError."""
        from minegame.campaign_file import CampaignScenario

        return warned(CampaignScenario.load(self.scenario).at(self.set or {}))

    def load_case(self) -> Case:
        """The scenario or the campaign with its changes; raises ScenarioError."""
        return self.load_campaign() if self.is_campaign else self.load()

    def load(self) -> Scenario:
        """The scenario with its changes; raises ScenarioError."""
        from minegame.scenario import Scenario

        return warned(Scenario.load(self.scenario).at(self.set or {}))


@dataclass(frozen=True, kw_only=True)
class Playing(Options):
    """Where and how something is played."""

    out: Path | None = options.folder_of_results("Keep the results in this folder; the same command goes on there.")
    threads: int | None = options.threads()
    workers: int | None = option(None, "Run on so many processes of a local Dask cluster.", Whole(1, 4096))
    scheduler: str | None = option(None, "Run on a Dask cluster, such as tcp://10.0.0.1:8786.", Word("ADDRESS"))
    fresh: bool = option(False, "Start anew in a folder beside the one that is there (name-2, …).", Flag())
    yes: bool = option(False, "Play even if it takes very long.", Flag())
    json: bool = options.as_json()
    quiet: bool = option(False, "Show no progress.", Flag(), "-q")

    @property
    def at_a_time(self) -> int | None:
        """How many tasks are worked on at a time, if that is said."""
        return self.threads or self.workers

    def folder(self, otherwise: Path | None = None) -> Path | None:
        """The folder of the results: as asked for, one beside it where it must be fresh, or another."""
        from minegame.folder import fresh_folder

        folder = self.out or otherwise
        if folder is not None and folder == Path() and self.out is not None:
            fail("--out: an empty name: expected the name of a folder")
        return fresh_folder(folder) if folder is not None and self.fresh else folder

    def allow(self, negotiations: int, what: str = "", points: int = 1, seconds: float | None = None) -> None:
        """Refuse what is more than anybody may have meant, unless it is asked for with --yes."""
        took = negotiations / _USUAL_RATE if seconds is None else seconds
        long = negotiations > _MOST_NEGOTIATIONS or points > _MOST_POINTS or (seconds or 0) > _MOST_SECONDS
        if long and not self.yes:
            size = f"{what} are " if what else ""
            fail(f"{size}{amount(negotiations)} negotiations, about {duration(took)}: add --yes, or ask for fewer")

    @contextmanager
    def conditions(self, folder: Path | None) -> Iterator[dict[str, Any]]:
        """What a run is given: executor, workers, watch and tell; an interruption says how to go on."""
        if self.scheduler and self.workers:
            fail("--workers starts a cluster here, --scheduler uses one elsewhere: expected one of the two")
        announce_compiler()
        try:
            with watching(quiet=self.json or self.quiet) as watch, self._executor() as (executor, count):
                yield {"executor": executor, "workers": count, "watch": watch, "tell": tell}
        except KeyboardInterrupt:
            tell(f"\nInterrupted. {_how_to_go_on(folder, self.fresh)}")
            raise typer.Exit(INTERRUPTED) from None

    @contextmanager
    def _executor(self) -> Iterator[tuple[Any, int | None]]:
        """Threads by default; a Dask cluster if one is asked for."""
        if not self.workers and not self.scheduler:
            yield None, self.threads
            return
        from minegame import cluster

        with cluster.connected(self.scheduler, self.workers, tell) as connection:
            yield connection


def tell(text: str) -> None:
    """Say something on standard error."""
    say(text, err=True)


def _how_to_go_on(folder: Path | None, fresh: bool) -> str:
    from minegame import storage

    if folder is None or not storage.is_results_folder(folder):
        return "Nothing was kept." if folder is None else "Nothing was played yet."
    again = f" (with --out {folder})" if fresh else ""
    return f"What is finished is kept in {folder}: the same command{again} goes on."


# --------------------------------------------------------------------------------------------------------- progress


@contextmanager
def watching(quiet: bool = False) -> Iterator[Watch | None]:
    """Progress on standard error: a bar with rate and time left on a terminal, now and then a line elsewhere."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _Bar() as bar:
            yield bar
    else:
        yield _Lines()


class _Bar:
    """A bar with the negotiations a second and the time left, once the work has taken more than a second."""

    _PATIENCE = 1.0

    def __enter__(self) -> _Bar:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
            TextColumn("left"), console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=None, rate="")
        self._kept: int | None = None
        self._shown = False
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._progress.stop()

    def __call__(self, done: int, planned: int) -> None:
        if self._kept is None:
            self._kept, self._started = done, time.monotonic()
        elapsed = time.monotonic() - self._started
        if elapsed > self._PATIENCE and not self._shown:
            self._shown = True
            self._progress.start()
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
                tell(f"{done:,} of {planned:,} negotiations are there already")
        if now - self._said < self._EVERY or done == self._kept:
            return
        self._said = now
        speed = (done - self._kept) / (now - self._started)
        left = f", {duration((planned - done) / speed)} left" if done < planned else ""
        tell(f"{100 * done / planned:3.0f} %  {done:,} of {planned:,} negotiations, {speed:,.0f}/s{left}")


def duration(seconds: float) -> str:
    """How long something takes, in the unit in which people would say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 2 * 86400 else f"{seconds / 86400:,.1f} days"
