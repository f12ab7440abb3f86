"""The empirical game: what each profile of strategies pays, and how sure that is.

All profiles are played on the same luck (common random numbers), so that the difference between two strategies is far
better known than either payoff.  Resampling whole replications keeps that: a bootstrap draw reweights the luck, not
the cells.  Payoffs are M$ per negotiation; the host's value stands beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import Any

import numpy as np

from minegame.statistics import intervals

#: A pure profile: the number of each player's strategy.
Profile = tuple[int, ...]
#: A mixed profile: each player's probabilities over all its strategies.
Mixture = tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class PayoffTable:
    """What every profile pays every player, with Monte Carlo errors and the host's value.

    ``payoffs`` and ``errors`` have shape (players, s1, s2, …), ``host_value`` (s1, s2, …), all M$.
    ``samples`` has shape (replications, profiles, players + 1), profiles in C order and the host last, all profiles of
    a replication on the same luck; None for a game that is known exactly.
    ``beside`` holds measures that nobody plays for, by name, each of shape (replications, profiles): yes or no (a bool,
    such as a win) or an amount.
    """

    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    payoffs: np.ndarray
    errors: np.ndarray
    host_value: np.ndarray
    replications: int = 0
    samples: np.ndarray | None = None
    beside: Mapping[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def from_samples(
        cls,
        strategies: Mapping[str, Sequence[str]],
        samples: np.ndarray,
        beside: Mapping[str, np.ndarray] | None = None,
    ) -> PayoffTable:
        """The table of means of ``samples``, shape (replications, profiles, players + 1).

        Raises ValueError where a shape does not fit the strategies or there are fewer than four replications.
        """
        shape = tuple(len(names) for names in strategies.values())
        count = len(samples)
        if samples.ndim != 3 or samples.shape[1:] != (int(np.prod(shape)), len(shape) + 1) or count < 4:
            wanted = f"(at least 4, {int(np.prod(shape))}, {len(shape) + 1})"
            raise ValueError(f"payoff samples must have shape {wanted}, not {samples.shape}")
        for name, measure in (beside or {}).items():
            if measure.shape != samples.shape[:2]:
                raise ValueError(f"{name!r} must have shape {samples.shape[:2]}, not {measure.shape}")
        means = np.moveaxis(samples.mean(0).reshape(*shape, -1), -1, 0)
        errors = np.moveaxis((samples.std(0, ddof=1) / np.sqrt(count)).reshape(*shape, -1), -1, 0)
        names = tuple(tuple(part) for part in strategies.values())
        return cls(tuple(strategies), names, means[:-1], errors[:-1], means[-1], count, samples, beside or {})

    @classmethod
    def exact(cls, payoffs: np.ndarray, strategies: Mapping[str, Sequence[str]] | None = None) -> PayoffTable:
        """A game known without error; ``payoffs`` has shape (players, s1, s2, …)."""
        values = np.asarray(payoffs, float)
        if strategies is None:
            strategies = {
                f"player {i + 1}": [str(j + 1) for j in range(count)] for i, count in enumerate(values.shape[1:])
            }
        names = tuple(tuple(part) for part in strategies.values())
        return cls(tuple(strategies), names, values, np.zeros_like(values), np.zeros(values.shape[1:]))

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of strategies of each player."""
        return tuple(int(count) for count in self.payoffs.shape[1:])

    @cached_property
    def scale(self) -> float:
        """The range of the payoffs, M$; 1 where all are equal."""
        return float(np.ptp(self.payoffs)) or 1.0

    def reach(self, who: Who) -> float:
        """How far apart any two outcomes of a player, the host or a measure beside were, in any profile."""
        if self.samples is None:
            return 0.0
        taken = self.beside[who] if isinstance(who, str) else self.samples[:, :, who]
        return float(taken.max()) - float(taken.min())

    def find(self, names: Mapping[str, str]) -> Profile:
        """The profile in which each player plays the strategy named; ValueError for a name that is not there."""
        for player, name in names.items():
            if player not in self.players or name not in self.strategies[self.players.index(player)]:
                raise ValueError(f"{player!r} has no strategy {name!r} in this payoff table")
        if missing := set(self.players) - set(names):
            raise ValueError(f"no strategy given for {', '.join(sorted(missing))}")
        chosen = zip(self.players, self.strategies, strict=True)
        return tuple(strategies.index(names[player]) for player, strategies in chosen)

    def names(self, profile: Profile) -> dict[str, str]:
        """The strategy of each player in a profile."""
        return {player: part[j] for player, part, j in zip(self.players, self.strategies, profile, strict=True)}

    def alternatives(self, profile: Profile, player: int) -> np.ndarray:
        """The numbers in C order of the profiles that ``player`` can reach alone, shape (its strategies,)."""
        numbers = np.arange(int(np.prod(self.shape))).reshape(self.shape)
        return np.asarray(numbers[_along(profile, player)])

    def bootstrap(self, draws: int, seed: int = 0) -> np.ndarray:
        """Means of replications drawn anew: shape (draws, players + 1, s1, s2, …), the host last.

        A draw takes the same replications for all profiles.  The same seed and number of replications give the same
        draws, so that two tables on the same luck can be compared draw by draw.
        """
        if self.samples is None:
            values = np.concatenate([self.payoffs, self.host_value[None]])
            return np.repeat(values[None], draws, axis=0)
        count, size, wide = self.samples.shape
        flat = self.samples.reshape(count, -1)
        rng = np.random.default_rng(seed)
        means = np.empty((draws, size * wide))
        for first in range(0, draws, 200):  # the weights of 200 draws at a time: 6 MB where 4,000 replications are kept
            some = slice(first, min(first + 200, draws))
            weights = rng.multinomial(count, np.full(count, 1.0 / count), size=some.stop - some.start)
            means[some] = (weights / count) @ flat
        return np.moveaxis(means.reshape(draws, *self.shape, wide), -1, 1)


def gains(payoffs: np.ndarray) -> np.ndarray:
    """What each player could gain by its best reply, at every profile: 0 where it plays one.

    ``payoffs`` has shape (players, s1, s2, …), the result the same.
    """
    return np.asarray(drawn_gains(np.asarray(payoffs)[None])[0])


def drawn_gains(draws: np.ndarray) -> np.ndarray:
    """:func:`gains` for every draw of the payoffs, shape (draws, players, s1, s2, …)."""
    best = [draws[:, i].max(axis=i + 1, keepdims=True) - draws[:, i] for i in range(draws.shape[1])]
    return np.stack(best, axis=1)


def _along(profile: Profile, player: int) -> tuple[Any, ...]:
    """The place of all that a player can play against a profile's other strategies."""
    return (*profile[:player], slice(None), *profile[player + 1 :])


# ------------------------------------------------------------------------------------------------------- mixed profiles


def pure_mixture(profile: Profile, shape: Sequence[int]) -> Mixture:
    """A pure profile written as probabilities."""
    return tuple(np.eye(count)[j] for j, count in zip(profile, shape, strict=True))


def against(payoff: np.ndarray, mixture: Mixture, keep: Sequence[int]) -> np.ndarray:
    """One player's payoff averaged over the mixtures of everybody but ``keep``, whose axes stay, in order."""
    for axis in reversed(range(payoff.ndim)):
        if axis not in keep:
            payoff = np.tensordot(payoff, mixture[axis], (axis, 0))
    return payoff


def expected(payoffs: np.ndarray, mixture: Mixture) -> np.ndarray:
    """Each player's expected payoff under a mixed profile, shape (players,)."""
    return np.array([against(payoff, mixture, (i,)) @ mixture[i] for i, payoff in enumerate(payoffs)])


def mixture_regret(payoffs: np.ndarray, mixture: Mixture) -> np.ndarray:
    """What each player could gain against a mixed profile, shape (players,): all zero at an equilibrium."""
    replies = [against(payoff, mixture, (i,)) for i, payoff in enumerate(payoffs)]
    return np.array([reply.max() - reply @ own for reply, own in zip(replies, mixture, strict=True)])


def joint(mixture: Mixture) -> np.ndarray:
    """The probability of every pure profile, in C order, shape (profiles,)."""
    return np.asarray(reduce(np.multiply.outer, mixture)).ravel()


def describe(names: Sequence[str], probabilities: np.ndarray) -> str:
    """A strategy in words: its name, or the names mixed with their probabilities.

    >>> describe(["none", "access", "tariff"], np.array([0.0, 0.615, 0.385]))
    'access 61.5 %, tariff 38.5 %'
    """
    played = np.flatnonzero(probabilities > 5e-4).tolist()
    if len(played) == 1:
        return str(names[played[0]])
    return ", ".join(f"{names[j]} {100 * probabilities[j]:.3g} %" for j in played)


def played_names(table: PayoffTable, mixture: Mixture) -> dict[str, str]:
    """What each player plays, in words."""
    return {
        player: describe(names, part)
        for player, names, part in zip(table.players, table.strategies, mixture, strict=True)
    }


# ------------------------------------------------------------------------------------------------------------ intervals


@dataclass(frozen=True)
class Deviation:
    """The best a player can do by leaving a profile alone: to what, the gain and its interval, M$.

    A negative gain is the margin by which the profile's own strategy is the best reply.
    """

    player: str
    plays: str
    reply: str
    gain: float
    error: float
    low: float
    high: float

    def regret(self) -> tuple[float, float, float]:
        """Regret of what the player plays, never negative: (estimate, low, high), M$."""
        return max(self.gain, 0.0), max(self.low, 0.0), max(self.high, 0.0)


def best_deviation(table: PayoffTable, profile: Profile, player: int, confidence: float = 0.95) -> Deviation:
    """The best other strategy of a player against the others' strategies, with the gain and its paired interval.

    The best of several noisy alternatives looks better than it is.  Where one leads all others by four paired errors
    or more this does not matter, and all replications measure it; else one half of them chooses the reply and the
    other half measures it.  The interval is that of the gain from the reply named; where another is nearly as good,
    the best gain of all may be a little more.  A player with one strategy has no deviation: gain -inf.
    """
    names, own = table.strategies[player], profile[player]
    others = [j for j in range(len(names)) if j != own]
    row = table.payoffs[player][_along(profile, player)]
    if not others:
        return Deviation(table.players[player], names[own], names[own], -np.inf, 0.0, -np.inf, -np.inf)
    reply = max(others, key=lambda j: float(row[j]))
    if table.samples is not None:
        places = table.alternatives(profile, player)
        own_sample = table.samples[:, places[own], player]
        pick, used = _unflattered(table.samples[:, places[others], player] - own_sample[:, None])
        gained = intervals.of_sample(used, confidence, table.reach(player) or None)
        return Deviation(table.players[player], names[own], names[others[pick]], *gained)
    gain = float(row[reply] - row[own])
    return Deviation(table.players[player], names[own], names[reply], gain, 0.0, gain, gain)


_CLEAR_LEAD = 4.0  # paired errors


def _unflattered(differences: np.ndarray) -> tuple[int, np.ndarray]:
    """The best column of (replications, columns), and those of its values that did not help to choose it."""
    best = int(differences.mean(axis=0).argmax())
    leads = differences[:, [best]] - np.delete(differences, best, axis=1)
    errors = leads.std(axis=0, ddof=1) / np.sqrt(len(leads))
    if (leads.mean(axis=0) >= _CLEAR_LEAD * errors).all():
        return best, differences[:, best]
    best = int(differences[::2].mean(axis=0).argmax())
    return best, differences[1::2, best]


#: The host's place among those whose value a table holds: after the players.
HOST = -1
#: Whose value: a player's number, HOST, or the name of a measure that stands beside the payoffs.
Who = int | str


def value_sample(table: PayoffTable, mixture: Mixture, who: Who = HOST) -> np.ndarray:
    """What a profile is worth to a player, or the host, in each replication, shape (replications,), M$.

    For a measure beside the payoffs, its mean under the profile.  Empty for a game that is known exactly.
    """
    if table.samples is None:
        return np.empty(0)
    weights = joint(mixture)
    played = np.flatnonzero(weights)
    taken = table.beside[who][:, played] if isinstance(who, str) else table.samples[:, played, who]
    return np.asarray(taken @ weights[played])


def value(
    table: PayoffTable, mixture: Mixture, who: Who = HOST, confidence: float = 0.95
) -> tuple[float, float, float]:
    """What a profile, held fixed, is worth to a player, or the host: (estimate, low, high), M$.

    For a measure beside the payoffs that is yes or no, its probability with a score interval.
    """
    if table.samples is None:
        estimate = float((table.host_value if who == HOST else table.payoffs[who]).ravel() @ joint(mixture))
        return estimate, estimate, estimate
    sample = value_sample(table, mixture, who)
    if isinstance(who, str) and table.beside[who].dtype == bool:
        least, most = intervals.share(sample.sum(), sample @ sample, len(sample), confidence)
        return float(sample.mean()), float(least), float(most)
    estimate, _, low, high = intervals.of_sample(sample, confidence, table.reach(who))
    return estimate, low, high


def paired_difference(
    first: np.ndarray, second: np.ndarray, confidence: float = 0.95, reach: float | None = None
) -> tuple[float, float, float]:
    """The mean of "first minus second" on the same luck: (estimate, low, high); for ``reach`` see ``of_sample``."""
    estimate, _, low, high = intervals.of_sample(first - second, confidence, reach)
    return estimate, low, high


def gain_over(
    table: PayoffTable, played: Mixture, instead: Mixture, who: Who, confidence: float = 0.95
) -> tuple[float, float, float]:
    """How much more a profile is worth than another to a player, or the host, on the same luck, with its interval."""
    if table.samples is None:
        difference = value(table, played, who)[0] - value(table, instead, who)[0]
        return difference, difference, difference
    first, second = value_sample(table, played, who), value_sample(table, instead, who)
    return paired_difference(first, second, confidence, table.reach(who) or None)
