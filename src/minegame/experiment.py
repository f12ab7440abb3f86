"""Running an experiment: a plan played to the end by the runner, in one pass or until sure, and its tables written."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import folder as folders
from minegame import storage
from minegame.campaign_game import tenders_in
from minegame.experiment_file import Plan
from minegame.folder import Work
from minegame.runner import (
    Part,
    Piece,
    Runner,
    Sums,
    Tell,
    Watch,
    array_of,
    block_size,
    by_groups,
    cores,
    pieces,
    tallied,
    tree_sum,
)
from minegame.scenario import Scenario
from minegame.statistics import precision
from minegame.tables import csv_of

if TYPE_CHECKING:
    from minegame.results import Results

EXPERIMENT = storage.EXPERIMENT
_CHUNK, _SMALL_CHUNK, _ROWS_CHUNK = 120_000, 20_000, 20_000  # negotiations in a file: a second or two of work
_FEW_CHUNKS, _MANY_CHUNKS = 32, 2000
_GAMES = 4096  # in a piece, unless one group has more: 40 MB of games and sums
_MOST_HEADLINES = 20_000  # rows of winning.csv, which is for reading; the summary holds the same for larger designs


@dataclass(frozen=True)
class Round:
    """One look of a run: these replications of these groups; a run of fixed length has one."""

    number: int
    groups: np.ndarray
    first: int
    replications: int


def run(
    plan: Plan,
    folder: Path | str,
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    watch: Watch | None = None,
    tell: Tell | None = None,
    chunk: int | None = None,
) -> Results:
    """Play a plan and keep the results in a folder; what the folder holds of the same plan already is kept.

    Args:
        plan: what to play.
        folder: where; made if it is not there.
        executor: any executor of Python's standard interface (default: threads).
        workers: how many tasks it can work on at a time (default: the cores of this machine).
        watch: called after every chunk with the negotiations finished and planned.
        tell: called with a sentence when something out of the ordinary was put right.
        chunk: negotiations in a chunk (default: some seconds' worth); results do not depend on it.

    Raises:
        ResultsError: if the folder holds something else, or another process uses it.
        OtherRulesError: if a worker has another version of the rules.
        OSError: if a file cannot be written; finished chunks stay.
    """
    from minegame.results import load

    folder, work = Path(folder), work_of(plan, chunk)
    folders.refuse_strangers(folder)
    if storage.is_results_folder(folder) and storage.is_read_only(folder):  # then there is nothing to do but to look
        return replace(load(folder), manifest=work.matching(folder, storage.read_manifest(folder)))
    with storage.nothing_left_behind(folder), storage.claimed(folder):
        manifest = work.opened(folder)
        store = folders.store_of(folder, manifest)
        if manifest["state"] != "complete":
            store.gather(("npy", "parquet") if plan.results == "rows" else ("npy",), tell)
            with Runner(executor, workers, store, watch) as runner:
                _Run(plan, folder, manifest, runner).to_the_end()
        else:
            _keep_words(plan, folder, manifest)
        store.clear()
    return load(folder)


def check(plan: Plan, folder: Path | str) -> None:
    """Refuse a folder in which a plan cannot be run: it holds something else, or results of something else.

    Raises:
        ResultsError: if so, with what has changed.
    """
    work_of(plan).check(Path(folder))


def work_of(plan: Plan, chunk: int | None = None) -> Work:
    """What a folder is to hold of a plan."""
    marks = plan.fingerprint()
    reference = None if plan.reference is None else list(plan.policies)[plan.reference]
    asked = plan.experiment
    return Work(
        EXPERIMENT,
        {**marks, "reference": reference},
        {
            "name": plan.name,
            "title": plan.title,
            "question": asked.question if asked else "",
            "how_to_read": asked.how_to_read if asked else "",
            "analysis": list(asked.analysis) if asked else ["winning"],
            "experiment": plan.text,
            "asked": asked.document() if asked else None,
        },
        {
            "groups": plan.groups,
            "factors": list(plan.design.columns),
            "policies": {name: dict(changes) for name, changes in plan.policies.items()},
            "reference": plan.reference,
            "replications": plan.replications.model_dump(mode="json"),
            "seed": plan.seed,
            "luck": plan.luck,
            "results": plan.results,
            "chunk": chunk or _chunk_size(plan),
            "scenario": {"name": plan.scenario.name, **plan.scenario.document()},
        },
    )


def _chunk_size(plan: Plan) -> int:
    if plan.results == "rows":
        return _ROWS_CHUNK
    fair = min(max(plan.negotiations // _FEW_CHUNKS, _SMALL_CHUNK), _CHUNK)
    return max(fair, plan.negotiations // _MANY_CHUNKS)


def question_files(plan: Plan) -> dict[str, bytes]:
    """The experiment and its scenario as files that ask the same again; a plan made in Python has only its scenario."""
    files = {storage.SCENARIO: plan.scenario.to_yaml().encode()}
    if plan.experiment is not None:  # its changes are in the scenario
        kept = plan.experiment.model_copy(update={"scenario": storage.SCENARIO, "set": {}})
        files[storage.QUESTION] = kept.to_yaml().encode()
    return files


def _keep_words(plan: Plan, folder: Path, manifest: dict[str, Any]) -> None:
    """Write the files of a question anew that was put differently since it was answered, and vouch for them."""
    stale = {
        name: content
        for name, content in question_files(plan).items()
        if manifest["files"].get(name, {}).get("sha256") != hashlib.sha256(content).hexdigest()
    }
    if stale:
        with folders.room_needed(folder):
            for name, content in stale.items():
                storage.write_whole(folder / name, content)
            entries = {name: storage.table_entry(folder / name) for name in stale}
            storage.write_manifest(folder, {**manifest, "files": {**manifest["files"], **entries}})


class _Run:
    """A run on its way: which chunks there are and what they add up to."""

    def __init__(self, plan: Plan, folder: Path, manifest: dict[str, Any], runner: Runner) -> None:
        self.plan, self.folder, self.manifest, self.runner = plan, folder, manifest, runner
        self.places = storage.places(plan.scenario)

    # ---------------------------------------------------------------------------------------------------- the course

    def to_the_end(self) -> None:
        """Play what is missing, then write the tables."""
        started = time.perf_counter()
        self.runner.expect(self.plan.negotiations)
        rounds = list(self._fixed() if self.plan.replications.until is None else self._until_sure())
        self.runner.finished()
        self._write_tables(rounds)
        self._sign(time.perf_counter() - started)

    def _fixed(self) -> Iterator[Round]:
        yield self._played(Round(0, np.arange(self.plan.groups), 0, self.plan.replications.at_most))

    def _until_sure(self) -> Iterator[Round]:
        """Rounds with growing totals, each of the groups that are not known well enough yet.

        What a round decides follows from finished sums, so that a run that was interrupted decides the same.
        """
        rule = self.plan.replications
        active, before = np.arange(self.plan.groups), 0
        self.total = np.zeros((self._kept, self.plan.groups, len(self.plan.policies), len(self.places), 3))
        self.replications = np.zeros(self.plan.groups, np.int64)
        for number, total in enumerate(rule.looks):
            this = self._played(Round(number, active, before, total - before))
            for groups, sums in self._folded(this):
                self.total[:, groups] += sums
            self.replications[active] = total
            yield this
            active, before = active[~self._sure(active)], total
            if not len(active):
                return
        self.short = active

    def _sure(self, groups: np.ndarray) -> np.ndarray:
        rule = self.plan.replications
        assert rule.until is not None
        listed = storage.measures(self.plan.scenario)
        chosen = [n for n, measure in enumerate(listed) if measure.name == rule.of]
        policies = [p for p in range(len(self.plan.policies)) if not (rule.paired and p == self.plan.reference)]
        sums = self.total[1 if rule.paired else 0][groups][:, policies][:, :, chosen]
        return precision.sure(sums, rule.until, rule.of, paired=rule.paired, confidence=rule.confidence)

    @property
    def _kept(self) -> int:
        return 1 if self.plan.reference is None else 2

    # ---------------------------------------------------------------------------------------------------- the chunks

    def _pieces(self, this: Round) -> list[tuple[str, Piece]]:
        cut = pieces(len(this.groups), self.plan.at_once, this.replications, self.manifest["chunk"], _GAMES)
        return [(f"{this.number}-{n:05d}", piece) for n, piece in enumerate(cut)]

    def _played(self, this: Round) -> Round:
        """Play the chunks of a round that are missing, and keep each as soon as it is there."""
        at_once, count = self.plan.at_once, this.replications
        with folders.room_needed(self.folder):
            self.runner.play(
                [
                    Part(name, piece.negotiations(at_once, count), partial(self._task, this, piece))
                    for name, piece in self._pieces(this)
                ]
            )
        return this

    def _task(self, this: Round, piece: Piece) -> Sums:
        plan = self.plan
        groups = this.groups[piece.groups.start : piece.groups.stop]
        labels = None
        if plan.results == "rows" and isinstance(plan.scenario, Scenario):
            labels = plan.scenario, tuple(plan.policies), tuple(groups.tolist())
        return Sums(
            plan.games(groups), piece.blocks, plan.seed, plan.first(groups, this.first), this.replications,
            -1 if plan.reference is None else plan.reference, self.places, labels,
        )  # fmt: skip

    # ---------------------------------------------------------------------------------------------------- the tables

    def _folded(self, this: Round) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The sums of a round, (1 or 2, groups, policies, measures, 3), for some groups after another."""
        for groups, parts in by_groups((piece, name) for name, piece in self._pieces(this)):
            total = tree_sum(array_of(self.runner.store, name) for _, name in parts)
            yield this.groups[groups.start : groups.stop], total

    def _sums(self, rounds: Sequence[Round]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        if self.plan.replications.until is None:
            yield from self._folded(rounds[0])
            return
        for start in range(0, self.plan.groups, 1000):
            groups = np.arange(start, min(start + 1000, self.plan.groups))
            yield groups, self.total[:, groups]

    def _write_tables(self, rounds: Sequence[Round]) -> None:
        with folders.room_needed(self.folder):
            storage.write_table(self.folder / storage.DESIGN, [self._design()])
            storage.write_table(self.folder / storage.SUMMARY, self._rows(rounds, 0, None))
            if self._kept == 2:
                storage.write_table(self.folder / storage.CONTRASTS, self._rows(rounds, 1, self.plan.reference))
            if self.plan.results == "rows":
                storage.write_table(self.folder / storage.OUTCOMES, self._outcomes(rounds))
            self._write_headline()
            for name, content in question_files(self.plan).items():
                storage.write_whole(self.folder / name, content)

    def _rows(self, rounds: Sequence[Round], which: int, skip: int | None) -> Iterator[Any]:
        for groups, sums in self._sums(rounds):
            yield storage.sums_table(self.plan.scenario, list(self.plan.policies), int(groups[0]), sums[which], skip)

    def _outcomes(self, rounds: Sequence[Round]) -> Iterator[Any]:
        import pyarrow.parquet as pq

        for this in rounds:
            for name, _ in self._pieces(this):
                yield pq.read_table(self.runner.store.read(name, "parquet"))

    def _design(self) -> Any:
        import pyarrow as pa

        columns: dict[str, Any] = {"group": pa.array(np.arange(self.plan.groups, dtype=np.int32))}
        for path in self.plan.design.columns:
            values = self.plan.design[path].tolist()
            kinds = {type(value) for value in values} - {type(None)}
            mixed = len(kinds) > 1 and not kinds <= {int, float}
            columns[path] = pa.array([str(value) for value in values] if mixed else values)
        if self.plan.replications.until is not None:
            columns["replications"] = pa.array(self.replications)
            columns["sure"] = pa.array(~np.isin(np.arange(self.plan.groups), self._short))
        return pa.table(columns)

    @property
    def _short(self) -> np.ndarray:
        return getattr(self, "short", np.array([], int))

    def _write_headline(self) -> None:
        from minegame.results import Results

        outcomes = self.plan.groups * len(self.plan.policies) * len(storage.outcomes(self.plan.scenario))
        if outcomes > _MOST_HEADLINES:
            (self.folder / storage.HEADLINE).unlink(missing_ok=True)
            return
        rows = Results(self.folder, self.manifest).win_probabilities()
        storage.write_whole(self.folder / storage.HEADLINE, csv_of(rows, digits=10).encode())

    def _sign(self, seconds: float) -> None:
        """Vouch for the tables in the manifest; only then is the run complete."""
        tables = (storage.DESIGN, storage.SUMMARY, storage.CONTRASTS, storage.OUTCOMES, storage.HEADLINE)
        names = (*tables, *question_files(self.plan))
        folders.sign(
            self.folder, self.manifest, [name for name in names if (self.folder / name).exists()],
            negotiations=self.runner.done, fell_short=self._short.tolist(),
            seconds_of_last_session=round(seconds, 3),
        )  # fmt: skip


# --------------------------------------------------------------------------------------------------------- forecast


@dataclass(frozen=True)
class Forecast:
    """What a plan will take: negotiations, seconds and bytes on disk; ``rate`` is negotiations a second."""

    groups: int
    policies: int
    negotiations: int
    seconds: float
    bytes: int
    rate: float


_SAMPLE_SECONDS = 0.6
_SAMPLE_GROUPS = 32


def forecast(plan: Plan, workers: int | None = None) -> Forecast:
    """Play a short sample of the plan's own games and say what all of them will take."""
    count = workers or cores()
    sample = max(1, min(_SAMPLE_GROUPS, _GAMES // len(plan.policies)))
    chosen = np.unique(np.linspace(0, plan.groups - 1, sample).astype(int))
    plan.games(chosen[:1])
    started = time.perf_counter()
    games = plan.games(chosen)
    setting_up = (time.perf_counter() - started) / len(chosen)
    rate = _rate(games, plan, min(count, cores())) * count / min(count, cores())
    share = len(plan.policies) * storage.places(plan.scenario).size * (1 if plan.reference is None else 2)
    rows = plan.groups * share
    kept = plan.negotiations * _row_bytes(plan) if plan.results == "rows" else 0.0
    playing = plan.negotiations / rate
    seconds = 1.0 + playing + plan.groups * setting_up / count + rows * 1e-6
    return Forecast(plan.groups, len(plan.policies), plan.negotiations, seconds, int(rows * 40 + kept), rate)


def memory(plan: Plan) -> int:
    """About how many bytes the sums of a plan take in memory while it runs; a run of fixed length keeps few."""
    policies, measured = len(plan.policies), storage.places(plan.scenario).size
    looked_at = len(storage.outcomes(plan.scenario))
    kept = looked_at if plan.replications.until is None else measured * (1 if plan.reference is None else 2)
    return plan.groups * (24 * policies * kept + 8 * len(plan.design.columns))


def _row_bytes(plan: Plan) -> float:
    scenario = plan.scenario
    assert isinstance(scenario, Scenario)
    agents = 9 * len(scenario.deposits) + 2 * len(scenario.bidders) + 10 * len(scenario.patrons)
    return 6.0 * (15 + agents)


def _rate(games: np.ndarray, plan: Plan, threads: int) -> float:
    """Negotiations a second of a sample on so many threads at once."""
    reference = -1 if plan.reference is None else plan.reference
    limit = min(plan.replications.at_most, 2**20)
    tallied(games[:1], plan.seed, 0, 1, reference, range(1))  # loads or compiles

    def play(replications: int) -> None:
        blocks = range(-(-replications // block_size(replications)))
        tallied(games, plan.seed, 0, replications, reference, blocks)

    replications, elapsed = 1, 0.0
    with ThreadPoolExecutor(threads) as pool:
        while True:
            started = time.perf_counter()
            list(pool.map(play, [replications] * threads))
            elapsed = time.perf_counter() - started
            if elapsed > _SAMPLE_SECONDS or replications >= limit:
                return games.size * tenders_in(games.dtype) * replications * threads / max(elapsed, 1e-6)
            replications = min(limit, max(2 * replications, int(replications * _SAMPLE_SECONDS / max(elapsed, 1e-3))))
