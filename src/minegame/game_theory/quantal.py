"""Quantal response: players who err, less the more an error costs.

In a logit equilibrium a player plays each strategy with odds exp(λ · expected payoff), λ in 1/M$: at λ = 0 everything
is equally likely; as λ grows the branch that starts there runs, in almost every game, to one Nash equilibrium.
Source: McKelvey & Palfrey 1995; the curve is followed as in Turocy 2005 (Games and Economic Behavior 51).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minegame.game_theory.payoffs import Mixture, against, mixture_regret

_FIRST_STEP = 0.05
_TOLERANCE = 1e-11
_MOST_STEPS = 20_000


@dataclass(frozen=True, eq=False)
class QuantalPath:
    """The principal branch of logit equilibria, from λ = 0 on.

    ``rationality`` λ, 1/(unit of payoffs), shape (points,), in the order of the branch (it may turn back);
    ``mixtures`` each player's probabilities, shape (points, strategies); ``regret`` the largest regret of any player.
    """

    payoffs: np.ndarray
    rationality: np.ndarray
    log_mixtures: tuple[np.ndarray, ...]
    regret: np.ndarray

    @property
    def mixtures(self) -> tuple[np.ndarray, ...]:
        """Each player's probabilities along the branch, shape (points, strategies)."""
        return tuple(np.exp(part) for part in self.log_mixtures)

    @property
    def limit(self) -> Mixture:
        """The last profile of the branch: the Nash equilibrium that it selects, up to ``regret[-1]``."""
        return tuple(np.exp(part[-1]) for part in self.log_mixtures)

    def at(self, rationality: float) -> Mixture:
        """The profile where the branch first reaches a given λ; ValueError beyond its end."""
        walked = self.rationality
        hits = np.flatnonzero((walked[:-1] <= rationality) & (rationality <= walked[1:]))
        if not hits.size:
            raise ValueError(f"the branch was followed to λ = {walked.max():.6g} only, not to {rationality:.6g}")
        k = int(hits[0])
        part = (rationality - walked[k]) / ((walked[k + 1] - walked[k]) or 1.0)
        logs = np.concatenate([(1 - part) * log[k] + part * log[k + 1] for log in self.log_mixtures])
        curve = _Curve(self.payoffs)
        solved = curve.settle(np.append(logs, rationality * curve.scale), None)
        if solved is None:
            raise ArithmeticError(f"no logit equilibrium found at λ = {rationality:.6g}")
        return tuple(np.exp(log) for log in curve.split(solved))


def quantal_path(payoffs: np.ndarray, rationality_max: float | None = None) -> QuantalPath:
    """Follow the logit equilibria from λ = 0 to ``rationality_max`` (1/M$), or until nobody regrets anything.

    ``payoffs`` has shape (players, s1, s2, …); any number of players.  Without a limit the branch ends where the
    largest regret is a billionth of the range of payoffs, at λ = 10⁷ / that range at the latest.
    """
    curve = _Curve(np.asarray(payoffs, float))
    last = 1e7 if rationality_max is None else rationality_max * curve.scale
    points = curve.follow(last, 1e-9 if rationality_max is None else 0.0)
    logs = [curve.split(point) for point in points]
    regrets = [float(mixture_regret(curve.payoffs, tuple(np.exp(part) for part in log)).max()) for log in logs]
    return QuantalPath(
        curve.payoffs,
        points[:, -1] / curve.scale,
        tuple(np.stack(part) for part in zip(*logs, strict=True)),
        np.array(regrets),
    )


class _Curve:
    """The curve log p_ij - log p_i0 = λ (u_ij - u_i0), Σ_j p_ij = 1 in (log p, λ), payoffs scaled to range 1.

    Logarithms keep probabilities positive and let strategies fade without loss of digits.
    """

    def __init__(self, payoffs: np.ndarray) -> None:
        self.payoffs = payoffs
        self.scale = float(np.ptp(payoffs)) or 1.0
        self.scaled = payoffs / self.scale
        self.shape = payoffs.shape[1:]
        self.edges = np.cumsum([0, *self.shape])

    def split(self, point: np.ndarray) -> tuple[np.ndarray, ...]:
        """The logarithms of each player's probabilities."""
        return tuple(point[a:b] for a, b in zip(self.edges[:-1], self.edges[1:], strict=True))

    def equations(self, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far a point lies off the curve, shape (n,), and the derivatives, shape (n, n + 1)."""
        logs, weight = self.split(point), point[-1]
        mixture = tuple(np.exp(np.minimum(log, 1.0)) for log in logs)  # a wild guess must not overflow
        off, slope = np.zeros(len(point) - 1), np.zeros((len(point) - 1, len(point)))
        for i, log in enumerate(logs):
            rows = slice(self.edges[i] + 1, self.edges[i + 1])
            reply = against(self.scaled[i], mixture, (i,))
            off[self.edges[i]] = mixture[i].sum() - 1.0
            slope[self.edges[i], self.edges[i] : self.edges[i + 1]] = mixture[i]
            off[rows] = log[1:] - log[0] - weight * (reply[1:] - reply[0])
            slope[rows, self.edges[i]] = -1.0
            slope[rows, rows] += np.eye(len(log) - 1)
            slope[rows, -1] = -(reply[1:] - reply[0])
            for k in range(len(logs)):
                if k != i:
                    table = against(self.scaled[i], mixture, (i, k))
                    table = (table if i < k else table.T) * mixture[k]
                    slope[rows, self.edges[k] : self.edges[k + 1]] -= weight * (table[1:] - table[0])
        return off, slope

    def settle(self, point: np.ndarray, along: np.ndarray | None) -> np.ndarray | None:
        """Newton's way back to the curve: at fixed λ, or across the direction ``along``; None if it is lost."""
        fixed = np.zeros(len(point))
        fixed[-1] = 1.0
        normal = fixed if along is None else along
        previous = np.inf
        for _ in range(8 if along is not None else 50):
            off, slope = self.equations(point)
            step = np.linalg.solve(np.vstack([slope, normal]), np.append(-off, 0.0))
            size = float(np.abs(step).max())
            if not np.isfinite(size) or (along is not None and size > 0.5 * max(previous, 2e-9)):
                return None
            point = point + step
            if size <= _TOLERANCE * (1.0 + float(np.abs(point).max())):
                return point
            previous = size
        return None

    def direction(self, point: np.ndarray, before: np.ndarray) -> np.ndarray:
        """The curve's direction at a point, length 1, on from the direction ``before``."""
        _, slope = self.equations(point)
        found = np.linalg.solve(np.vstack([slope, before]), np.append(np.zeros(len(before) - 1), 1.0))
        return np.asarray(found / np.linalg.norm(found))

    def follow(self, last: float, enough: float) -> np.ndarray:
        """Points of the curve from λ = 0 to ``last`` (scaled), or to a regret of ``enough``; shape (points, n + 1)."""
        start = np.concatenate([np.full(count, -np.log(count)) for count in self.shape])
        points = [np.append(start, 0.0)]
        ahead = self.direction(points[0], np.append(np.zeros(len(start)), 1.0))
        step = _FIRST_STEP
        while points[-1][-1] < last and len(points) < _MOST_STEPS:
            point = self.settle(points[-1] + step * ahead, ahead)
            turn = None if point is None else self.direction(point, ahead)
            if point is None or turn is None or turn @ ahead < 0.98 or point[-1] < 0.0:
                step /= 2.0
                if step < 1e-10:
                    reached = points[-1][-1] / self.scale
                    raise ArithmeticError(f"the branch of logit equilibria is lost at λ = {reached:.6g}")
                continue
            if turn @ ahead > 0.998:
                step *= 1.6
            points.append(point)
            ahead = turn
            if enough > 0.0 and self._regret(point) < enough:
                break
        return self._ended(points, last)

    def _regret(self, point: np.ndarray) -> float:
        return float(mixture_regret(self.scaled, tuple(np.exp(log) for log in self.split(point))).max())

    def _ended(self, points: list[np.ndarray], last: float) -> np.ndarray:
        """The points with the last one drawn back to λ = ``last`` where the curve has run past it."""
        if points[-1][-1] > last:
            before, after = points[-2], points[-1]
            part = (last - before[-1]) / (after[-1] - before[-1])
            end = self.settle(before + part * (after - before), None)
            points[-1] = after if end is None else end
        return np.array(points)
