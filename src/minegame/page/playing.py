"""Negotiations played for the page: a few at once, the rest after them, none for values that nobody wants any more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from minegame.answers.compared import Compared, Found
from minegame.answers.outcomes import public_patrons
from minegame.ensemble import MEASURES, by_bidder, by_patron, general
from minegame.runner import Runner, Tallies, cores
from minegame.scenario import Scenario

#: Negotiations of the first picture, after which the whole follows.
COARSE = 1_000
_STRETCH = 2_500  # negotiations played at a stretch: whoever is superseded is so within some ten milliseconds
_MOST_KEPT = 200_000_000  # bytes of negotiations that are kept, so that what is compared is not played again

_GENERAL = ("shelved", "split", "host_value", "host_money", "balance")

#: Says whether values were changed since, so that nobody wants what is being played.
Stale = Callable[[], bool]


class SupersededError(Exception):
    """What is being played is not wanted any more."""


@dataclass(frozen=True)
class Seen:
    """What was found of every policy, and the sums from which it was."""

    found: Found
    tallies: Tallies
    confidence: float


class Player:
    """Plays policies on the cores of this machine, and keeps what was played; many tabs may share one.

    What is kept follows from a game, a seed and the number of a negotiation alone, so that tabs cannot disturb each
    other.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(cores(), thread_name_prefix="page")
        self._kept: OrderedDict[tuple[bytes, int, tuple[int, ...]], np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def seen(self, compared: Compared, seed: int, count: int, confidence: float, stale: Stale) -> Seen:
        """What is found of every policy in so many negotiations, all on the same luck; raises SupersededError."""
        tallies = self.tallies(compared, seed, count, stale)
        return Seen(Found.of(compared, tallies, confidence), tallies, confidence)

    def tallies(self, compared: Compared, seed: int, count: int, stale: Stale) -> Tallies:
        """Counts, sums and sums of squares of what the page shows, and of the differences from the reference."""
        scenarios = list(compared.scenarios.values())
        places = shown(scenarios[0])
        rows = [self._rows(one, seed, count, places, stale) for one in scenarios]
        sums, contrasts = np.zeros((2, 1, len(rows), MEASURES, 3))
        reference = 0 if compared.base is None else list(compared.scenarios).index(compared.base)
        for policy, own in enumerate(rows):
            sums[0, policy, places] = _summed(own)
            if policy != reference:
                contrasts[0, policy, places] = _summed(own - rows[reference])
        return Tallies(sums, contrasts, count, seed, reference)

    def _rows(self, scenario: Scenario, seed: int, count: int, places: list[int], stale: Stale) -> np.ndarray:
        """Measures of the first negotiations of a seed, shape (count, places): those kept, and those still missing."""
        game = scenario.game()
        mark = game.tobytes(), seed, tuple(places)
        with self._lock:
            kept = self._kept.get(mark, np.empty((0, len(places))))
        if len(kept) < count:
            kept = np.concatenate([kept, *self._played(game, seed, range(len(kept), count), places, stale)])
            self._keep(mark, kept)
        return kept[:count]

    def _played(
        self, game: np.ndarray, seed: int, replications: range, places: list[int], stale: Stale
    ) -> Sequence[np.ndarray]:
        size = min(_STRETCH, -(-len(replications) // cores()))
        futures: list[Future[np.ndarray]] = [
            self._pool.submit(_stretch, game, seed, start, min(size, replications.stop - start), places, stale)
            for start in replications[::size]
        ]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()

    def _keep(self, mark: tuple[bytes, int, tuple[int, ...]], rows: np.ndarray) -> None:
        with self._lock:
            self._kept[mark] = rows
            self._kept.move_to_end(mark)
            while len(self._kept) > 1 and sum(one.nbytes for one in self._kept.values()) > _MOST_KEPT:
                self._kept.popitem(last=False)


def _stretch(game: np.ndarray, seed: int, first: int, count: int, places: list[int], stale: Stale) -> np.ndarray:
    if stale():
        raise SupersededError
    with Runner(workers=1) as runner:
        return runner.samples(game, seed, count, places, first=first)[:, 0]


def _summed(rows: np.ndarray) -> np.ndarray:
    """Count, sum and sum of squares of every column."""
    return np.stack([np.full(rows.shape[1], float(len(rows))), rows.sum(axis=0), (rows * rows).sum(axis=0)], axis=-1)


def shown(scenario: Scenario) -> list[int]:
    """The places of what the page shows; each has a value in every negotiation."""
    places = [general(name) for name in _GENERAL]
    places += [by_bidder(name, i) for i in range(len(scenario.bidders)) for name in ("wins_any", "wins_and_built")]
    lending = [scenario.patron_names.index(name) for name in public_patrons(scenario)]
    return places + [by_patron(name, k) for k in lending for name in ("public_money", "public_money_converted")]
