"""Running the game: points × replications, cut into chunks, spread over cores or machines, kept on disk.

Sums are made per block of replications and blocks are added pairwise up a tree whose shape follows from the number of
replications alone.  So results are the same to the last bit however the work is cut and wherever it is done.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, as_completed, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import compiled, ensemble, storage
from minegame.ensemble import MEASURES
from minegame.experiment_file import Plan
from minegame.game import LEDGER, OUTCOME, STATE, new_records
from minegame.scenario import Scenario
from minegame.statistics import precision
from minegame.storage import ChunkStore, ResultsError

if TYPE_CHECKING:
    from minegame.results import Results

#: Called with the number of negotiations just finished.
Progress = Callable[[int], None]
#: Called with the negotiations finished so far and the negotiations that are planned at present.
Watch = Callable[[int, int], None]
#: Called with a sentence about what happened on the way.
Tell = Callable[[str], None]

_SMALLEST_BLOCK = 256
_MOST_BLOCKS = 1024
_TASK = 50_000  # negotiations: about half a second, so that progress moves and Ctrl-C is heard
_CHUNK, _SMALL_CHUNK, _ROWS_CHUNK = 120_000, 20_000, 20_000  # negotiations in a file: a second or two of work
_FEW_CHUNKS, _MANY_CHUNKS = 32, 2000
_GAMES = 4096  # in a piece, unless one group has more: 40 MB of games and sums
_MOST_HEADLINES = 20_000  # rows of winning.csv, which is for reading; the summary holds the same for larger designs


# ------------------------------------------------------------------------------------------------- adding things up


@dataclass(frozen=True)
class Tallies:
    """Counts, sums and sums of squares of everything measured, for every point of a design.

    ``sums`` has shape (groups, policies, MEASURES, 3); ``contrasts`` the same for the paired differences against the
    policy ``reference``, or None.
    """

    sums: np.ndarray
    contrasts: np.ndarray | None
    replications: int
    seed: int
    reference: int


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def block_size(replications: int) -> int:
    """How many replications are added up before anything else is: a power of two, at most 1,024 blocks a point.

    It depends on the replications alone, so that sums are the same to the last bit however the work is spread.
    """
    size = _SMALLEST_BLOCK
    while size * _MOST_BLOCKS < replications:
        size *= 2
    return size


def tree_sum(parts: Iterable[np.ndarray]) -> np.ndarray:
    """Parts added pairwise: neighbours first, then pairs of pairs; what is left over at the end joins last.

    An aligned run of a power of two parts can be added up on its own first, without a change in the last bit.
    """
    stack: list[tuple[int, np.ndarray]] = []
    for part in parts:
        level = 0
        while stack and stack[-1][0] == level:
            part, level = stack.pop()[1] + part, level + 1
        stack.append((level, part))
    total = stack.pop()[1]
    while stack:
        total = stack.pop()[1] + total
    return total


@dataclass(frozen=True)
class Piece:
    """A part of the work: some groups of a design and some blocks of their replications."""

    groups: range
    blocks: range


def pieces(groups: int, policies: int, replications: int, target: int, games: int = _GAMES) -> list[Piece]:
    """Groups × blocks cut into pieces of about ``target`` negotiations, those of the same groups one after another.

    A piece is some groups whole, of at most so many ``games`` together, or an aligned run of a power of two blocks of
    one group.
    """
    size = block_size(replications)
    blocks = -(-replications // size)
    together = max(1, min(target // (replications * policies), games // policies))
    each = blocks
    if replications * policies > target:
        each = 1 << int(math.log2(max(1, target // (size * policies))))
    return [
        Piece(range(group, min(group + together, groups)), range(block, min(block + each, blocks)))
        for group in range(0, groups, together)
        for block in range(0, blocks, each)
    ]


def _negotiations(piece: Piece, policies: int, replications: int) -> int:
    size = block_size(replications)
    count = min(piece.blocks.stop * size, replications) - piece.blocks.start * size
    return len(piece.groups) * policies * count


@dataclass(frozen=True)
class _Played:
    """What was played of some blocks: the sums, and a record of every negotiation where they are kept."""

    sums: np.ndarray
    outcomes: np.ndarray | None


def _tallied(
    games: np.ndarray,
    seed: int,
    first: int | np.ndarray,
    replications: int,
    reference: int,
    blocks: range,
    keep: bool = False,
) -> _Played:
    """Play some blocks of replications first … first + replications - 1 of games of shape (groups, policies).

    ``first`` is one number, or one for each group.  Sums have shape (1 or 2, groups, policies, MEASURES, 3): the sums,
    and with a reference the contrasts.  Outcomes, if they are to be kept, have shape (replications of the blocks,
    groups, policies).
    """
    size = block_size(replications)
    start, stop = blocks.start * size, min(blocks.stop * size, replications)
    room = (stop - start, *games.shape) if keep else (1, 1, 1)
    firsts = np.broadcast_to(np.asarray(first, np.int64), len(games)) + start
    states, outcomes = new_records(STATE), new_records(OUTCOME, math.prod(room)).reshape(room)
    rows = np.full((games.shape[1] + 1, MEASURES), np.nan)

    def blocks_played() -> Iterator[np.ndarray]:
        for at in range(start, stop, size):
            sums = np.zeros((1 if reference < 0 else 2, *games.shape, MEASURES, 3))
            count = min(size, stop - at)
            kept = outcomes[at - start : at - start + count] if keep else outcomes
            ensemble.tally(games, states, kept, rows, reference, seed, firsts + (at - start), count, sums[0], sums[-1])
            yield sums

    return _Played(tree_sum(blocks_played()), outcomes if keep else None)


def tally(
    games: np.ndarray,
    seed: int,
    replications: int,
    *,
    reference: int | None = None,
    luck: np.ndarray | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Tallies:
    """Play every game of a design and add up what is measured, in memory.

    ``games`` holds GAME records of shape (groups, policies): the policies of a group play on the same luck, and with
    ``reference`` (the number of a policy) their paired differences are added up too.  All groups play on the same luck
    too, or each on the lot of ``luck``, shape (groups,): lot n is the replications n * replications and those that
    follow.  Memory does not grow with the replications.
    """
    firsts = (np.zeros(len(games), np.int64) if luck is None else np.asarray(luck, np.int64)) * replications
    base = -1 if reference is None else reference
    sums = np.zeros((1 if base < 0 else 2, *games.shape, MEASURES, 3))
    work = pieces(games.shape[0], games.shape[1], replications, _TASK)
    count = threads or cores()
    with ThreadPoolExecutor(count) as pool:
        try:
            chosen = ((piece, slice(piece.groups.start, piece.groups.stop)) for piece in work)
            tasks = ((piece, (games[groups], firsts[groups], piece.blocks)) for piece, groups in chosen)
            played = _in_order(
                pool,
                tasks,
                lambda part, first, blocks: _tallied(part, seed, first, replications, base, blocks).sums,
                count,
            )
            for groups, parts in _by_groups(played):
                sums[:, groups.start : groups.stop] = tree_sum(
                    _announced(parts, progress, games.shape[1], replications)
                )
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return Tallies(sums[0], sums[1] if base >= 0 else None, replications, seed, base)


def _announced(
    parts: Iterable[tuple[Piece, np.ndarray]], progress: Progress | None, policies: int, replications: int
) -> Iterator[np.ndarray]:
    for piece, part in parts:
        if progress:
            progress(_negotiations(piece, policies, replications))
        yield part


def _by_groups(played: Iterable[tuple[Piece, Any]]) -> Iterator[tuple[range, Iterator[tuple[Piece, Any]]]]:
    """Pieces in order, those of the same groups together."""
    import itertools

    yield from itertools.groupby(played, key=lambda pair: pair[0].groups)


def _in_order(
    executor: Executor, tasks: Iterable[tuple[Any, tuple[Any, ...]]], work: Callable[..., Any], workers: int
) -> Iterator[tuple[Any, Any]]:
    """Results by name in the order of the tasks, of which only a few are under way at a time."""
    under_way: list[tuple[Any, Future[Any]]] = []
    try:
        for name, arguments in tasks:
            under_way.append((name, executor.submit(work, *arguments)))
            if len(under_way) >= 4 * workers:
                first, future = under_way.pop(0)
                yield first, future.result()
        while under_way:
            first, future = under_way.pop(0)
            yield first, future.result()
    finally:
        for _, future in under_way:
            future.cancel()


# ------------------------------------------------------------------------------------------------- a chunk, anywhere


@dataclass(frozen=True)
class Task:
    """A chunk of a run, with all that a thread or another machine needs to play it.

    ``games`` has shape (groups, policies), ``first`` and ``replications`` bound the round's luck, and ``labels`` are
    there if every negotiation is to be kept.
    """

    games: np.ndarray
    groups: tuple[int, ...]
    blocks: range
    seed: int
    first: int
    replications: int
    reference: int
    places: np.ndarray
    rules: str
    labels: tuple[Scenario, tuple[str, ...]] | None


def warm() -> None:
    """Load the compiled game, or compile it, so that the processes started next find it ready."""
    game = Scenario.load().game().reshape(1, 1)
    _tallied(game, 0, 0, 1, 0, range(1))


class OtherRulesError(OSError):
    """A worker that would play another game than the process that sends the work."""


@lru_cache(maxsize=1)
def rules_hash() -> str:
    """A short hash of the sources that decide how a negotiation ends, wherever they run."""
    digest = hashlib.sha256()
    for name in compiled.SOURCES:
        digest.update(Path(compiled.__file__).with_name(name).read_bytes())
    return digest.hexdigest()[:16]


def play_chunk(task: Task) -> dict[str, bytes]:
    """Play a chunk; its files' content by kind: ``npy`` the sums, ``parquet`` the outcomes if they are kept.

    Raises:
        OtherRulesError: if this machine has another version of the rules.
    """
    if task.rules != rules_hash():
        text = "runs other rules than the process that sent the work: install the same minegame on both"
        raise OtherRulesError(f"the worker on {platform.node()} {text}")
    played = _tallied(
        task.games, task.seed, task.first, task.replications, task.reference, task.blocks, task.labels is not None
    )
    sheet = io.BytesIO()
    np.save(sheet, played.sums[:, :, :, task.places])
    content = {"npy": sheet.getvalue()}
    if task.labels is not None and played.outcomes is not None:
        rows = np.ascontiguousarray(played.outcomes.transpose(1, 0, 2))  # (groups, replications, policies)
        content["parquet"] = storage.table_bytes(storage.outcomes_table(*task.labels, task.groups, rows))
    return content


# ------------------------------------------------------------------------------------------------------ a whole run


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

    folder = Path(folder)
    _refuse_strangers(folder)
    if storage.is_results_folder(folder) and storage.is_read_only(folder):  # then there is nothing to do but to look
        return replace(load(folder), manifest=_matching(plan, folder, storage.read_manifest(folder)))
    with storage.claimed(folder):
        manifest = _opened(plan, folder, chunk)
        if manifest["state"] != "complete":
            with _executor(executor, workers) as (pool, count):
                _Run(plan, folder, manifest, pool, count, watch, tell).to_the_end()
        ChunkStore(folder).clear()
    return load(folder)


@contextmanager
def _executor(executor: Executor | None, workers: int | None) -> Iterator[tuple[Executor, int]]:
    count = workers or cores()
    if executor is not None:
        yield executor, count
        return
    pool = ThreadPoolExecutor(count)
    try:
        yield pool, count
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _refuse_strangers(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ResultsError(folder, "is a file: expected the name of a folder")
    if not storage.is_results_folder(folder) and not storage.is_vacant(folder):
        raise ResultsError(folder, "is not a results folder, and not empty: choose another with --out")


def check(plan: Plan, folder: Path | str) -> None:
    """Refuse a folder in which a plan cannot be run: it holds something else, or results of something else.

    Raises:
        ResultsError: if so, with what has changed.
    """
    folder = Path(folder)
    _refuse_strangers(folder)
    if storage.is_results_folder(folder):
        _matching(plan, folder, storage.read_manifest(folder))


def _matching(plan: Plan, folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest of an earlier run of the same plan, in the plan's own words."""
    changed = _differences(manifest, plan)
    if changed:
        text = f"holds results of something else: {'; '.join(changed)}. Start anew beside it with --fresh"
        raise ResultsError(folder, f"{text}, or choose another folder with --out")
    return {**manifest, **_presentation(plan)}


def _opened(plan: Plan, folder: Path, chunk: int | None) -> dict[str, Any]:
    """The manifest of a folder: a new one, or that of an earlier run of the same plan."""
    if storage.is_results_folder(folder):
        before = storage.read_manifest(folder)
        manifest = _matching(plan, folder, before)
        if manifest["state"] == "complete" and storage.damaged(folder, manifest):
            manifest |= {"state": "running", "tables": {}}
    else:
        before, manifest = {}, new_manifest(plan, chunk or _chunk_size(plan))
    if manifest != before:
        with _room_needed(folder):
            storage.write_manifest(folder, manifest)
    return manifest


def fingerprint(plan: Plan) -> dict[str, Any]:
    """Everything that decides a run's results, part by part."""
    return {
        **plan.fingerprint(),
        "rules": rules_hash(),
        "libraries": {name: version(name) for name in ("numba", "llvmlite", "numpy")},
    }


_SAID = {
    "scenario": "the scenario has changed",
    "design": "the design points have changed",
    "policies": "the policies have changed",
    "rules": "the rules of the game (the code) have changed",
}


def _differences(manifest: Mapping[str, Any], plan: Plan) -> list[str]:
    """What of that which decides results is not as a manifest has it, in words."""
    before, now = manifest["fingerprint"], fingerprint(plan)
    changed = [name for name, value in now.items() if before.get(name) != value]
    told = [_named(marks, list(names)) for marks, names in ((before, manifest["policies"]), (now, plan.policies))]
    return [
        _SAID.get(name, f"{name} was {_brief(told[0].get(name))} and is {_brief(told[1].get(name))}")
        for name in changed
    ]


def _named(marks: Mapping[str, Any], policies: Sequence[str]) -> dict[str, Any]:
    """A fingerprint with the name of the reference policy in the place of its number."""
    number = marks.get("reference")
    return {**marks, "reference": "none" if number is None else f"'{policies[number]}'"}


def _brief(value: object) -> str:
    if isinstance(value, dict) and value.get("until", 0) is None:  # so many replications
        return f"{value['at_most']:,}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {item}" for name, item in value.items() if item is not None)
    return str(value)


def _chunk_size(plan: Plan) -> int:
    if plan.results == "rows":
        return _ROWS_CHUNK
    fair = min(max(plan.negotiations // _FEW_CHUNKS, _SMALL_CHUNK), _CHUNK)
    return max(fair, plan.negotiations // _MANY_CHUNKS)


def new_manifest(plan: Plan, chunk: int) -> dict[str, Any]:
    """The manifest of a run that begins."""
    return {
        "format": storage.FORMAT,
        "state": "running",
        **_presentation(plan),
        "groups": plan.groups,
        "factors": list(plan.design.columns),
        "policies": {name: dict(changes) for name, changes in plan.policies.items()},
        "reference": plan.reference,
        "replications": plan.replications.model_dump(mode="json"),
        "seed": plan.seed,
        "results": plan.results,
        "chunk": chunk,
        "games": _GAMES,
        "fingerprint": fingerprint(plan),
        "versions": _versions(),
        "machine": f"{platform.system()} {platform.machine()}",
        "scenario": {"name": plan.scenario.name, **plan.scenario.document()},
        "tables": {},
        "begun": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }


def _presentation(plan: Plan) -> dict[str, Any]:
    """What a manifest says of a run that does not decide its results: it may be put in other words at any time."""
    return {
        "name": plan.name,
        "title": plan.title,
        "question": plan.experiment.question if plan.experiment else "",
        "how_to_read": plan.experiment.how_to_read if plan.experiment else "",
        "analysis": list(plan.experiment.analysis) if plan.experiment else ["winning"],
        "experiment": plan.text,
        "asked": plan.experiment.document() if plan.experiment else None,
    }


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("minegame", "numpy", "numba", "llvmlite", "scipy", "pandas", "pyarrow", "pydantic"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a checkout that is not installed
            continue
    return found


class _Run:
    """A run on its way: which chunks there are, which are finished, what they add up to."""

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        manifest: dict[str, Any],
        executor: Executor,
        workers: int,
        watch: Watch | None,
        tell: Tell | None,
    ) -> None:
        self.plan, self.folder, self.manifest = plan, folder, manifest
        self.executor, self.workers, self.watch, self.tell = executor, workers, watch, tell
        self.store = ChunkStore(folder)
        self.places = storage.places(plan.scenario)
        self.kinds = ("npy", "parquet") if plan.results == "rows" else ("npy",)
        self.done = self.planned = 0

    # ---------------------------------------------------------------------------------------------------- the course

    def to_the_end(self) -> None:
        """Play what is missing, then write the tables."""
        started = time.perf_counter()
        self.store.sweep()
        self.finished, bad = self.store.found(self.kinds)
        if bad and self.tell:
            self.tell(f"{bad:,} damaged chunk{' was' if bad == 1 else 's were'} thrown away to be made again.")
        rounds = list(self._fixed() if self.plan.replications.until is None else self._until_sure())
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
        games = self.manifest.get("games", len(this.groups) * len(self.plan.policies))  # an old run had no bound
        cut = pieces(len(this.groups), len(self.plan.policies), this.replications, self.manifest["chunk"], games)
        return [(f"{this.number}-{n:05d}", piece) for n, piece in enumerate(cut)]

    def _played(self, this: Round) -> Round:
        """Play the chunks of a round that are missing, and keep each as soon as it is there."""
        policies, count = len(self.plan.policies), this.replications
        self.planned += len(this.groups) * policies * count
        size = {name: _negotiations(piece, policies, count) for name, piece in self._pieces(this)}
        missing = [(name, piece) for name, piece in self._pieces(this) if name not in self.finished]
        self.done += sum(size.values()) - sum(size[name] for name, _ in missing)
        self._report()
        tasks = ((name, self._task(this, piece)) for name, piece in missing)
        for name, content in _as_finished(self.executor, tasks, self.workers):
            self._keep(name, content)
            self.done += size[name]
            self._report()
        return this

    def _task(self, this: Round, piece: Piece) -> Task:
        plan = self.plan
        groups = this.groups[piece.groups.start : piece.groups.stop]
        labels = (plan.scenario, tuple(plan.policies)) if plan.results == "rows" else None
        return Task(
            plan.games(groups), tuple(groups.tolist()), piece.blocks, plan.seed, this.first, this.replications,
            -1 if plan.reference is None else plan.reference, self.places, rules_hash(), labels,
        )  # fmt: skip

    def _keep(self, name: str, content: Mapping[str, bytes]) -> None:
        with _room_needed(self.folder):
            self.store.keep(name, content)
        self.finished.add(name)

    def _report(self) -> None:
        if self.watch:
            self.watch(self.done, self.planned)

    # ---------------------------------------------------------------------------------------------------- the tables

    def _folded(self, this: Round) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The sums of a round, (1 or 2, groups, policies, measures, 3), for some groups after another."""
        for groups, parts in _by_groups((piece, name) for name, piece in self._pieces(this)):
            total = tree_sum(np.load(self.store.read(name, "npy")) for _, name in parts)
            yield this.groups[groups.start : groups.stop], total

    def _sums(self, rounds: Sequence[Round]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        if self.plan.replications.until is None:
            yield from self._folded(rounds[0])
            return
        for start in range(0, self.plan.groups, 1000):
            groups = np.arange(start, min(start + 1000, self.plan.groups))
            yield groups, self.total[:, groups]

    def _write_tables(self, rounds: Sequence[Round]) -> None:
        with _room_needed(self.folder):
            storage.write_table(self.folder / storage.DESIGN, [self._design()])
            storage.write_table(self.folder / storage.SUMMARY, self._rows(rounds, 0, None))
            if self._kept == 2:
                storage.write_table(self.folder / storage.CONTRASTS, self._rows(rounds, 1, self.plan.reference))
            if self.plan.results == "rows":
                storage.write_table(self.folder / storage.OUTCOMES, self._outcomes(rounds))
            self._write_headline()

    def _rows(self, rounds: Sequence[Round], which: int, skip: int | None) -> Iterator[Any]:
        for groups, sums in self._sums(rounds):
            yield storage.sums_table(self.plan.scenario, list(self.plan.policies), int(groups[0]), sums[which], skip)

    def _outcomes(self, rounds: Sequence[Round]) -> Iterator[Any]:
        import pyarrow.parquet as pq

        for this in rounds:
            for name, _ in self._pieces(this):
                yield pq.read_table(self.store.read(name, "parquet"))

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

        outcomes = self.plan.groups * len(self.plan.policies) * (len(self.plan.scenario.bidders) + 1)
        if outcomes > _MOST_HEADLINES:
            (self.folder / storage.HEADLINE).unlink(missing_ok=True)
            return
        rows = Results(self.folder, self.manifest).win_probabilities()
        text = rows.to_csv(index=False, lineterminator="\n", float_format="%.10g")
        storage.write_whole(self.folder / storage.HEADLINE, text.encode())

    def _sign(self, seconds: float) -> None:
        """Vouch for the tables in the manifest; only then is the run complete."""
        names = (storage.DESIGN, storage.SUMMARY, storage.CONTRASTS, storage.OUTCOMES, storage.HEADLINE)
        self.manifest |= {
            "state": "complete",
            "tables": {n: storage.table_entry(self.folder / n) for n in names if (self.folder / n).exists()},
            "negotiations": self.done,
            "fell_short": self._short.tolist(),
            "ended": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "seconds_of_last_session": round(seconds, 3),
        }
        with _room_needed(self.folder):
            storage.write_manifest(self.folder, self.manifest)


@contextmanager
def _room_needed(folder: Path) -> Iterator[None]:
    """Say of a file that cannot be written what is kept, and how to go on."""
    try:
        yield
    except OSError as error:
        chunks = folder / storage.CHUNKS
        kept = "what is finished is kept" if chunks.is_dir() and any(chunks.iterdir()) else "nothing was played yet"
        what = f"{error.strerror or error}; {kept}: make room, then run again"
        raise OSError(error.errno, what, str(error.filename or folder)) from error


def _as_finished(
    executor: Executor, tasks: Iterable[tuple[str, Task]], workers: int
) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Chunks as they come in, only a few under way at a time; nothing is left waiting when this ends."""
    under_way: dict[Future[dict[str, bytes]], str] = {}
    try:
        for name, task in tasks:
            under_way[executor.submit(play_chunk, task)] = name
            while len(under_way) >= 2 * workers + 1:
                yield from _collected(under_way)
        while under_way:
            yield from _collected(under_way)
    finally:
        for future in under_way:
            future.cancel()


def _collected(under_way: dict[Future[dict[str, bytes]], str]) -> Iterator[tuple[str, dict[str, bytes]]]:
    for future in wait(under_way, return_when=FIRST_COMPLETED).done:
        yield under_way.pop(future), future.result()


def fresh_folder(folder: Path) -> Path:
    """The folder itself if nothing is there yet, else the first of name-2, name-3, … that is free."""
    candidate, number = folder, 1
    while candidate.exists():
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate


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
    looked_at = len(plan.scenario.bidders) + 1
    kept = looked_at if plan.replications.until is None else measured * (1 if plan.reference is None else 2)
    return plan.groups * (24 * policies * kept + 8 * len(plan.design.columns))


def _row_bytes(plan: Plan) -> float:
    scenario = plan.scenario
    agents = 9 * len(scenario.deposits) + 2 * len(scenario.bidders) + 10 * len(scenario.patrons)
    return 6.0 * (15 + agents)


def _rate(games: np.ndarray, plan: Plan, threads: int) -> float:
    """Negotiations a second of a sample on so many threads at once."""
    reference = -1 if plan.reference is None else plan.reference
    limit = min(plan.replications.at_most, 2**20)
    _tallied(games[:1], plan.seed, 0, 1, reference, range(1))  # loads or compiles

    def play(replications: int) -> None:
        blocks = range(-(-replications // block_size(replications)))
        _tallied(games, plan.seed, 0, replications, reference, blocks)

    replications, elapsed = 1, 0.0
    with ThreadPoolExecutor(threads) as pool:
        while True:
            started = time.perf_counter()
            list(pool.map(play, [replications] * threads))
            elapsed = time.perf_counter() - started
            if elapsed > _SAMPLE_SECONDS or replications >= limit:
                return games.size * replications * threads / max(elapsed, 1e-6)
            replications = min(limit, max(2 * replications, int(replications * _SAMPLE_SECONDS / max(elapsed, 1e-3))))


# -------------------------------------------------------------------------------------------------- playing for samples

# For questions that need the joint luck of many policies (attribution, equilibria) and not only their sums.  A sample's
# place in the array is its replication, so that threads change nothing.


def samples(
    games: np.ndarray,
    seed: int,
    replications: int,
    places: Sequence[int],
    *,
    first: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Chosen measures of every negotiation, shape (replications, policies, measures).

    ``games`` are GAME records of shape (policies,) that play on the same luck, that of the replications from ``first``
    on; ``places`` are those of the measures, as ``ensemble.by_bidder("wins_any", 0)`` gives them.  A measure that does
    not apply is NaN.
    """
    kept = np.empty((replications, len(games), len(places)))
    chosen = np.asarray(places, np.int64)

    def play(part: slice) -> int:
        ensemble.sample(
            games,
            new_records(STATE),
            new_records(OUTCOME),
            np.full(MEASURES, np.nan),
            chosen,
            seed,
            first + part.start,
            kept[part],
        )
        return int(part.stop - part.start) * len(games)

    _spread(play, replications, len(games), threads, progress)
    return kept


def ledgers(
    game: np.ndarray, seed: int, replications: int, *, threads: int | None = None, progress: Progress | None = None
) -> np.ndarray:
    """The host's ledger of every bidder in the month of the decision, M$: (replications, bidders, terms).

    ``game`` is one GAME record in an array of length 1; the terms are those of ``game.LEDGER``.  A bidder that could
    not take everything in that month has NaN.
    """
    kept = np.empty((replications, int(game[0].bidders), len(LEDGER)))

    def play(part: slice) -> int:
        ensemble.ledgers(game[0], new_records(STATE), seed, part.start, kept[part])
        return int(part.stop - part.start)

    _spread(play, replications, 1, threads, progress)
    return kept


def _spread(
    play: Callable[[slice], int], replications: int, policies: int, threads: int | None, progress: Progress | None
) -> None:
    size = max(1, _TASK // policies)
    parts = [slice(start, min(start + size, replications)) for start in range(0, replications, size)]
    with ThreadPoolExecutor(threads or cores()) as pool:
        work: list[Any] = [pool.submit(play, part) for part in parts]
        try:
            for done in as_completed(work):
                if progress:
                    progress(done.result())
                else:
                    done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
