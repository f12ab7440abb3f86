"""Playing for samples: a few measures of every negotiation, or the host's ledgers, in memory.

For questions that need the joint luck of many policies (attribution, equilibria) and not only their sums.  A sample's
place in the array is its replication, so that threads change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import numpy as np

from minegame import ensemble
from minegame.ensemble import MEASURES
from minegame.experiment import Progress, cores
from minegame.game import LEDGER, OUTCOME, STATE, new_records

_TASK = 50_000  # negotiations: about half a second


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
