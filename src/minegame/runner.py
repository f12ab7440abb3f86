"""The runner: points × replications played in chunks, on threads or any executor, each kept as soon as it is there.

Everything that plays the game plays it here: experiments and analyses alike.  Sums are made per block of replications
and blocks are added pairwise up a tree whose shape follows from the number of replications alone.  So results are the
same to the last bit however the work is cut and wherever it is done; and what is in the store already is not played
again.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np

from minegame import campaign_tally, door, storage
from minegame.campaign_game import is_deck, tenders_in
from minegame.ensemble import MEASURES
from minegame.game import LEDGER, OUTCOME, STATE, new_records
from minegame.scenario import Scenario

#: Called with the negotiations finished so far and those that are planned; their ratio never falls.
Watch = Callable[[int, int], None]
#: Called with the negotiations that are expected; raises what refuses them.
Allow = Callable[[int], None]
#: Called with a sentence about what happened on the way.
Tell = Callable[[str], None]

_SMALLEST_BLOCK = 256
_MOST_BLOCKS = 1024
_TASK = 50_000  # negotiations: about half a second, so that progress moves and Ctrl-C is heard
_GAMES = 4096  # in a piece, unless one group has more: 40 MB of games and sums
_WORTH_KEEPING = 20_000  # negotiations of a stage; less is sooner played again than read


# ------------------------------------------------------------------------------------------------- adding things up


@dataclass(frozen=True)
class Tallies:
    """Counts, sums and sums of squares of what is measured, for every point of a design.

    ``sums`` has shape (groups, policies, measures, 3); ``contrasts`` the same for the paired differences against the
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

    def negotiations(self, policies: int, replications: int) -> int:
        """How many negotiations there are in it."""
        size = block_size(replications)
        count = min(self.blocks.stop * size, replications) - self.blocks.start * size
        return len(self.groups) * policies * count


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


@dataclass(frozen=True)
class _Played:
    """What was played of some blocks: the sums, and a record of every negotiation where they are kept."""

    sums: np.ndarray
    outcomes: np.ndarray | None


def tallied(
    games: np.ndarray, seed: int, first: int | np.ndarray, replications: int, reference: int, blocks: range,
    keep: bool = False, places: np.ndarray | None = None,
) -> _Played:  # fmt: skip
    """Play some blocks of replications first … first + replications - 1 of games of shape (groups, policies).

    ``games`` may be campaigns, decks that is, of which no outcomes are kept.  ``first`` is one number, or one for each
    group.  Sums have shape (1 or 2, groups, policies, measures, 3): the sums, and with a reference the contrasts, of
    the measures at ``places`` (default: all).  Outcomes, if they are to be kept, have shape (replications of the
    blocks, groups, policies).
    """
    games = _our_own(games)
    chosen = np.arange(width(games.dtype)) if places is None else places
    size = block_size(replications)
    start, stop = blocks.start * size, min(blocks.stop * size, replications)
    room = (stop - start, *games.shape) if keep else (1,)
    firsts = np.broadcast_to(np.asarray(first, np.int64), len(games)) + start
    if is_deck(games.dtype):
        luck = ((firsts + at - start, min(size, stop - at)) for at in range(start, stop, size))
        return _Played(tree_sum(campaign_tally.sums(games, seed, *lot, reference, chosen) for lot in luck), None)
    outcomes = new_records(OUTCOME, math.prod(room))
    sums = np.zeros((len(range(start, stop, size)), 1 if reference < 0 else 2, *games.shape, 3, MEASURES))
    door.tally(
        games.ravel(), outcomes, reference=reference, seed=seed, firsts=firsts, count=stop - start, sums=sums, size=size
    )  # fmt: skip
    total = tree_sum(sums[..., chosen].swapaxes(-1, -2))
    return _Played(total, outcomes.reshape(room) if keep else None)


# ------------------------------------------------------------------------------------------------- a chunk, anywhere

#: The content of a chunk by kind: ``npy`` an array, ``parquet`` outcomes.
Content = dict[str, bytes]


class Task(Protocol):
    """A chunk of work, with all that a thread or another machine needs to play it."""

    def play(self) -> Content:
        """Play it; the content of its files by kind."""


@dataclass(frozen=True)
class Sums:
    """Counts, sums and sums of squares of some blocks of the replications of some groups.

    ``games`` (or decks) has shape (groups, policies), ``first`` and ``replications`` bound the luck (``first`` is one
    number, or one a group), and ``labels`` (scenario, policies, numbers of the groups) are there if every negotiation
    is kept.
    """

    games: np.ndarray
    blocks: range
    seed: int
    first: int | np.ndarray
    replications: int
    reference: int
    places: np.ndarray
    labels: tuple[Scenario, tuple[str, ...], tuple[int, ...]] | None = None

    def play(self) -> Content:
        """The sums, shape (1 or 2, groups, policies, places, 3), and the outcomes where they are kept."""
        played = tallied(
            self.games, self.seed, self.first, self.replications, self.reference, self.blocks, self.labels is not None,
            self.places,
        )  # fmt: skip
        content = {"npy": _bytes_of(played.sums)}
        if self.labels is not None and played.outcomes is not None:
            rows = np.ascontiguousarray(played.outcomes.transpose(1, 0, 2))  # (groups, replications, policies)
            content["parquet"] = storage.table_bytes(storage.outcomes_table(*self.labels, rows))
        return content


@dataclass(frozen=True)
class Samples:
    """Chosen measures of every negotiation: ``games`` (policies,) on the luck of replications first … + count - 1."""

    games: np.ndarray
    seed: int
    first: int
    count: int
    places: np.ndarray

    def play(self) -> Content:
        """The measures, shape (count, policies, places)."""
        games = _our_own(self.games)
        if is_deck(games.dtype):
            rows = campaign_tally.samples(games, self.seed, self.first, self.count, self.places)
            return {"npy": _bytes_of(rows)}
        kept = np.empty((self.count, len(games), len(self.places)))
        door.tally(
            games, new_records(OUTCOME), reference=-1, seed=self.seed, firsts=np.array([self.first]),
            count=self.count, places=self.places, samples=kept,
        )  # fmt: skip
        return {"npy": _bytes_of(kept)}


@dataclass(frozen=True)
class Ledgers:
    """The host's ledger of every bidder in the month of the decision: one game, replications first … + count - 1."""

    game: np.ndarray
    seed: int
    first: int
    count: int

    def play(self) -> Content:
        """The entries, M$, shape (count, bidders, terms of the ledger)."""
        kept = np.empty((self.count, int(self.game[0].bidders), len(LEDGER)))
        door.ledgers(
            _our_own(self.game),
            new_records(STATE),
            new_records(OUTCOME),
            self.seed,
            self.first,
            kept,
        )
        return {"npy": _bytes_of(kept)}


def _our_own(games: np.ndarray) -> np.ndarray:
    """Games as compiled code takes them; what comes from another process may be read-only."""
    return np.require(games, requirements=["C", "W"])


def width(played: np.dtype[Any]) -> int:
    """How many places a row of measures has, by the kind of record that is played."""
    return campaign_tally.width(tenders_in(played)) if is_deck(played) else MEASURES


def _bytes_of(array: np.ndarray) -> bytes:
    sheet = io.BytesIO()
    np.save(sheet, array)
    return sheet.getvalue()


def warm() -> None:
    """Load the compiled game, or compile it, so that the processes started next find it ready."""
    tallied(Scenario.load().game().reshape(1, 1), 0, 0, 1, 0, range(1))


class OtherRulesError(OSError):
    """A worker that would play another game than the process that sends the work."""


#: Parts of the package that only show what was found: no number depends on them.
SHOWING = ("cli", "page", "plots", "report", "transcript")


@lru_cache(maxsize=1)
def sources_hash() -> str:
    """A short hash of every source that decides a number, from reading a scenario to an answer's intervals."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package)
        if name.parts[0] not in SHOWING:
            content = path.read_bytes()
            digest.update(f"{name.as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def play_chunk(task: Task, rules: str) -> Content:
    """Play a chunk on this machine; the content of its files by kind.

    Raises:
        OtherRulesError: if this machine has another version of the rules than the one that sent the work.
    """
    if rules != sources_hash():
        text = "runs other rules than the process that sent the work: install the same minegame on both"
        raise OtherRulesError(f"the worker on {platform.node()} {text}")
    return task.play()


# ---------------------------------------------------------------------------------------------------------- the runner


class Store(Protocol):
    """Where finished chunks are kept."""

    def has(self, name: str) -> bool:
        """Whether a chunk is there, whole."""

    def keep(self, name: str, content: Content) -> None:
        """Keep a finished chunk."""

    def read(self, name: str, kind: str) -> io.BytesIO:
        """The content of a chunk."""


@dataclass
class Memory:
    """Chunks in memory, gone once they are read."""

    chunks: dict[str, Content] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether a chunk is there."""
        return name in self.chunks

    def keep(self, name: str, content: Content) -> None:
        """Keep a finished chunk."""
        self.chunks[name] = dict(content)

    def read(self, name: str, kind: str) -> io.BytesIO:
        """The content of a chunk, which is forgotten."""
        content = self.chunks[name].pop(kind)
        if not self.chunks[name]:
            del self.chunks[name]
        return io.BytesIO(content)


def array_of(store: Store, name: str) -> np.ndarray:
    """The array of a chunk."""
    found: np.ndarray = np.load(store.read(name, "npy"))
    return found


@dataclass(frozen=True)
class Part:
    """A chunk that is wanted: its name, how many negotiations it holds, and how its task is made."""

    name: str
    negotiations: int
    task: Callable[[], Task]


class Runner:
    """Plays chunks on threads, or on any executor of Python's standard interface, and keeps each in a store.

    Args:
        executor: on what (default: threads of this process).
        workers: how many tasks it can work on at a time (default: the cores of this machine).
        store: where finished chunks are kept (default: in memory); those that are there are not played again.
        watch: called after every chunk with the negotiations finished and planned.
        allow: called with the negotiations that are expected in all before the first is played; may refuse them.
    """

    def __init__(
        self, executor: Executor | None = None, workers: int | None = None, store: Store | None = None,
        watch: Watch | None = None, allow: Allow | None = None,
    ) -> None:  # fmt: skip
        self.workers = workers or cores()
        self.store: Store = store or Memory()
        self._own = ThreadPoolExecutor(self.workers) if executor is None else None
        self._executor: Executor = executor or self._own  # type: ignore[assignment]
        self._watch, self._allow = watch, allow
        self.done = self._planned = self._expected = 0
        self._share = 0.0  # of the work that was last said to be done

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own is not None:
            self._own.shutdown(wait=kind is None, cancel_futures=True)

    # ----------------------------------------------------------------------------------------------------- progress

    def expect(self, negotiations: int) -> None:
        """Say beforehand how many negotiations there will be in all, at most about; they may be refused."""
        if self._allow is not None:
            self._allow(negotiations)
        self._expected = negotiations

    def _report(self) -> None:
        planned = max(self._expected, self._planned, 1)
        self._share = max(self._share, self.done / planned)
        if self._watch:
            self._watch(self.done, max(self.done, round(self.done / self._share)) if self._share else planned)

    def finished(self) -> None:
        """Say that there is no more to come."""
        self._expected = self._planned = self.done
        self._report()

    # -------------------------------------------------------------------------------------------------------- chunks

    def play(self, parts: Sequence[Part], store: Store | None = None) -> None:
        """Play the chunks that a store (default: the runner's) does not have, and keep each as soon as it is there.

        Raises:
            OtherRulesError: if a worker has another version of the rules.
            OSError: if a chunk cannot be kept; finished ones stay.
        """
        store = store or self.store
        missing = [part for part in parts if not store.has(part.name)]
        self._planned += sum(part.negotiations for part in parts)
        self.done += sum(part.negotiations for part in parts) - sum(part.negotiations for part in missing)
        self._report()
        for part, content in self._as_finished(missing):
            store.keep(part.name, content)
            self.done += part.negotiations
            self._report()

    def _as_finished(self, parts: Iterable[Part]) -> Iterator[tuple[Part, Content]]:
        """Chunks as they come in, only a few under way at a time; nothing is left waiting when this ends."""
        under_way: dict[Future[Content], Part] = {}
        try:
            for part in parts:
                under_way[self._executor.submit(play_chunk, part.task(), sources_hash())] = part
                while len(under_way) >= 2 * self.workers + 1:
                    yield from _collected(under_way)
            while under_way:
                yield from _collected(under_way)
        finally:
            for future in under_way:
                future.cancel()

    def _kept(self, negotiations: int, parts: Sequence[Part]) -> Iterator[np.ndarray]:
        """The arrays of the chunks of a stage, in order; those of a small stage are not worth a file."""
        store = self.store if negotiations >= _WORTH_KEEPING else Memory()
        self.play(parts, store)
        return (array_of(store, part.name) for part in parts)

    # ------------------------------------------------------------------------------------------- what an analysis asks

    def tally(
        self,
        games: np.ndarray,
        seed: int,
        replications: int,
        *,
        reference: int | None = None,
        luck: np.ndarray | None = None,
        places: Sequence[int] | None = None,
    ) -> Tallies:
        """Play every game of a design and add up what is measured.

        ``games`` holds GAME records, or decks of campaigns, of shape (groups, policies): the policies of a group play
        on the same luck, and with ``reference`` (the number of a policy) their paired differences are added up too.
        All groups play on the same luck too, or each on the lot of ``luck``, shape (groups,): lot n is the
        replications n * replications and those that follow.  ``places`` are those of the measures that are wanted
        (default: all).
        """
        firsts = (np.zeros(len(games), np.int64) if luck is None else np.asarray(luck, np.int64)) * replications
        base = -1 if reference is None else reference
        chosen = np.arange(width(games.dtype)) if places is None else np.asarray(places, np.int64)
        stage = _mark("sums", games, seed, firsts, replications, base, chosen)
        at_once = games.shape[1] * tenders_in(games.dtype)  # negotiations of one replication of a group
        work = pieces(games.shape[0], at_once, replications, _TASK)

        def part(n: int, piece: Piece) -> Part:
            groups = slice(piece.groups.start, piece.groups.stop)
            return Part(
                f"{stage}-{n:05d}", piece.negotiations(at_once, replications),
                lambda: Sums(games[groups], piece.blocks, seed, firsts[groups], replications, base, chosen),
            )  # fmt: skip

        arrays = self._kept(len(games) * at_once * replications, [part(n, piece) for n, piece in enumerate(work)])
        sums = np.zeros((1 if base < 0 else 2, *games.shape, len(chosen), 3))
        for groups, mine in by_groups(zip(work, arrays, strict=True)):
            sums[:, groups.start : groups.stop] = tree_sum(array for _, array in mine)
        return Tallies(sums[0], sums[1] if base >= 0 else None, replications, seed, base)

    def samples(
        self, games: np.ndarray, seed: int, replications: int, places: Sequence[int], *, first: int = 0
    ) -> np.ndarray:
        """Chosen measures of every negotiation, shape (replications, policies, measures).

        For questions that need the joint luck of many policies and not only their sums.  ``games`` are GAME records or
        decks of shape (policies,) that play on the same luck, that of the replications from ``first`` on; ``places``
        are those of the measures, as ``ensemble.by_bidder("wins_any", 0)`` gives them.  What does not apply is NaN.
        """
        chosen = np.asarray(places, np.int64)
        stage = _mark("samples", games, seed, first, chosen)
        shape = (replications, len(games), len(chosen))
        at_once = len(games) * tenders_in(games.dtype)
        return self._side_by_side(
            stage, shape, at_once, lambda start, count: Samples(games, seed, first + start, count, chosen)
        )

    def ledgers(self, game: np.ndarray, seed: int, replications: int) -> np.ndarray:
        """The host's ledger of every bidder in the month of the decision, M$: (replications, bidders, terms).

        ``game`` is one GAME record in an array of length 1; the terms are those of ``game.LEDGER``.  A bidder that
        could not take everything in that month has NaN.
        """
        shape = (replications, int(game[0].bidders), len(LEDGER))
        return self._side_by_side(
            _mark("ledgers", game, seed), shape, 1, lambda start, count: Ledgers(game, seed, start, count)
        )

    def _side_by_side(
        self, stage: str, shape: tuple[int, ...], at_once: int, task: Callable[[int, int], Task]
    ) -> np.ndarray:
        """Stretches of replications, of so many negotiations each, played apart and put one after another: an array."""
        _refuse_more_than_memory(shape)
        size = max(1, _TASK // at_once)
        stretches = [(start, min(size, shape[0] - start)) for start in range(0, shape[0], size)]

        def part(start: int, count: int) -> Part:
            return Part(f"{stage}-{start:05d}", count * at_once, lambda: task(start, count))

        parts = [part(*stretch) for stretch in stretches]
        kept = np.empty(shape)
        for (start, count), array in zip(stretches, self._kept(shape[0] * at_once, parts), strict=True):
            kept[start : start + count] = array
        return kept


def _refuse_more_than_memory(shape: tuple[int, ...]) -> None:
    """Raise MemoryError for an array of numbers that this machine could never hold, before any is made.

    (Where a system promises memory that it does not have, the process would be killed when it is used.)
    """
    if not hasattr(os, "sysconf"):  # Windows promises no memory that it does not have
        return
    wanted, there = 8 * math.prod(shape), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if wanted > there:
        raise MemoryError(f"{wanted / 1e9:,.0f} GB would be kept at once, and this machine has {there / 1e9:,.0f}")


def _mark(kind: str, games: np.ndarray, *more: object) -> str:
    """A name for a stage that follows from everything that decides its numbers."""
    digest = hashlib.sha256(kind.encode())
    digest.update(np.ascontiguousarray(games).tobytes())
    for part in more:
        digest.update(b"|" + (part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode()))
    return digest.hexdigest()[:16]


def by_groups(played: Iterable[tuple[Piece, Any]]) -> Iterator[tuple[range, Iterator[tuple[Piece, Any]]]]:
    """Pieces in order, those of the same groups together."""
    import itertools

    yield from itertools.groupby(played, key=lambda pair: pair[0].groups)


def _collected(under_way: dict[Future[Content], Part]) -> Iterator[tuple[Part, Content]]:
    for future in wait(under_way, return_when=FIRST_COMPLETED).done:
        yield under_way.pop(future), future.result()
