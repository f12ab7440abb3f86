"""Running the game: points × replications, cut into blocks, spread over cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from minegame import ensemble
from minegame.ensemble import MEASURES
from minegame.game import OUTCOME, STATE, new_records

#: Called with the number of negotiations just finished.
Progress = Callable[[int], None]

_SMALLEST_BLOCK = 1024
_MOST_BLOCKS = 256
_TASK = 50_000  # negotiations: about half a second, so that progress moves and Ctrl-C is heard


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
    """How many replications are added up before anything else is: a power of two, at most 256 blocks a point.

    It depends on the replications alone, and blocks are added in their order, so that sums are the same to the last
    bit however the work is spread.
    """
    size = _SMALLEST_BLOCK
    while size * _MOST_BLOCKS < replications:
        size *= 2
    return size


def tally(
    games: np.ndarray,
    seed: int,
    replications: int,
    *,
    reference: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Tallies:
    """Play every game of a design and add up what is measured.

    ``games`` holds GAME records of shape (groups, policies): the policies of a group play on the same luck, and with
    ``reference`` (the number of a policy) their paired differences are added up too.  Memory does not grow with the
    replications.
    """
    base = -1 if reference is None else reference
    sums = np.zeros((*games.shape, MEASURES, 3))
    contrasts = np.zeros_like(sums) if base >= 0 else None
    tasks = list(_tasks(games, replications))
    with ThreadPoolExecutor(threads or cores()) as pool:
        try:
            parts = pool.map(lambda task: _play_task(games, seed, replications, base, *task), tasks)
            for (groups, _), (added, differences) in zip(tasks, parts, strict=True):
                for block_sums in added:
                    sums[groups] += block_sums
                if contrasts is not None:
                    for block_contrasts in differences:
                        contrasts[groups] += block_contrasts
                if progress:
                    progress(int(added[:, :, :, 0, 0].sum()))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return Tallies(sums, contrasts, replications, seed, base)


def _tasks(games: np.ndarray, replications: int) -> Iterator[tuple[slice, range]]:
    """Cut groups × blocks into tasks of about equal work: some groups whole, or some blocks of one group."""
    groups, policies = games.shape
    size = block_size(replications)
    blocks = -(-replications // size)
    together = max(1, _TASK // max(1, replications * policies))
    each = blocks if together > 1 else max(1, _TASK // (size * policies))
    for group in range(0, groups, together):
        for block in range(0, blocks, each):
            yield slice(group, min(group + together, groups)), range(block, min(block + each, blocks))


def _play_task(
    games: np.ndarray, seed: int, replications: int, reference: int, groups: slice, blocks: range
) -> tuple[np.ndarray, np.ndarray]:
    chosen, size = games[groups], block_size(replications)
    shape = (len(blocks), *chosen.shape, MEASURES, 3)
    sums = np.zeros(shape)
    contrasts = np.zeros(shape if reference >= 0 else (len(blocks), 1, 1, 1, 3))
    states, outcomes = new_records(STATE), new_records(OUTCOME)
    rows = np.full((chosen.shape[1] + 1, MEASURES), np.nan)
    for n, block in enumerate(blocks):
        first = block * size
        count = min(size, replications - first)
        ensemble.tally(chosen, states, outcomes, rows, reference, seed, first, count, sums[n], contrasts[n])
    return sums, contrasts
