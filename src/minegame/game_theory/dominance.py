"""Dominance: strategies that no belief about the others makes worth playing.

Strategies that are strictly dominated, by another strategy or by a mixture, go in rounds until none is left; the order
does not matter and no equilibrium is lost.  Weakly dominated strategies are only named: dropping them can lose
equilibria, and what is left depends on the order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

#: The strategies of each player that are still there, as numbers in the full table.
Remaining = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Dominated:
    """A strategy that is dominated: in which round, by what mixture of the others, and by how much at least.

    ``by`` maps the numbers of the dominating strategies to their probabilities; ``margin`` is the smallest gain over
    all that the others may play (strict), or the largest (weak), in units of the payoffs.
    """

    round: int
    player: int
    strategy: int
    by: dict[int, float]
    margin: float
    strict: bool


def eliminate(payoffs: np.ndarray, tolerance: float | None = None) -> tuple[Remaining, list[Dominated]]:
    """Iterated elimination of strictly dominated strategies: what remains, and what went, in order.

    ``payoffs`` has shape (players, s1, s2, …).  Margins up to ``tolerance`` (default: a billionth of the range of
    payoffs) do not count.
    """
    slack = _slack(payoffs, tolerance)
    remaining: Remaining = tuple(tuple(range(count)) for count in payoffs.shape[1:])
    gone: list[Dominated] = []
    for number in range(1, 1 + sum(payoffs.shape[1:])):
        found = [one for player in range(len(remaining)) for one in _round(payoffs, remaining, player, number, slack)]
        if not found:
            break
        gone += found
        out = {(one.player, one.strategy) for one in found}
        remaining = tuple(tuple(j for j in part if (i, j) not in out) for i, part in enumerate(remaining))
    return remaining, gone


def restrict(payoffs: np.ndarray, remaining: Remaining) -> np.ndarray:
    """The payoffs of the game in which only some strategies are left, shape (players, r1, r2, …)."""
    return np.asarray(payoffs[np.ix_(range(len(remaining)), *remaining)])


def weakly_dominated(
    payoffs: np.ndarray, remaining: Remaining | None = None, tolerance: float | None = None
) -> list[Dominated]:
    """The remaining strategies that are weakly (and not strictly) dominated in the game of the remaining ones."""
    slack = _slack(payoffs, tolerance)
    kept = remaining or tuple(tuple(range(count)) for count in payoffs.shape[1:])
    found = []
    for player, strategies in enumerate(kept):
        rows = _rows(restrict(payoffs, kept), player)
        for n, strategy in enumerate(strategies):
            answer = _weak(rows, n, slack)
            if answer is not None:
                mixture, margin = answer
                found.append(Dominated(0, player, strategy, _named(mixture, n, strategies), margin, strict=False))
    return found


def survives_pure(draws: np.ndarray) -> np.ndarray:
    """Which strategies outlive iterated strict dominance by pure strategies, in every draw of the payoffs.

    ``draws`` has shape (draws, players, s1, s2, …); the result (draws, Σ strategies), players one after the other.
    """
    rows = []
    for payoffs in draws:
        alive = [np.ones(count, bool) for count in payoffs.shape[1:]]
        while True:
            kept: Remaining = tuple(tuple(np.flatnonzero(part).tolist()) for part in alive)
            small = restrict(payoffs, kept)
            beaten = [_beaten(_rows(small, i)) for i in range(len(alive))]
            for part, strategies, lost in zip(alive, kept, beaten, strict=True):
                part[np.array(strategies)[lost]] = False
            if not np.concatenate(beaten).any():
                break
        rows.append(np.concatenate(alive))
    return np.array(rows)


def _slack(payoffs: np.ndarray, tolerance: float | None) -> float:
    return 1e-9 * (float(np.ptp(payoffs)) or 1.0) if tolerance is None else tolerance


def _rows(payoffs: np.ndarray, player: int) -> np.ndarray:
    """A player's payoffs, shape (its strategies, all that the others may play)."""
    return np.asarray(np.moveaxis(payoffs[player], player, 0).reshape(payoffs.shape[player + 1], -1))


def _beaten(rows: np.ndarray) -> np.ndarray:
    """Which rows lie below another row everywhere."""
    below: np.ndarray = np.all(rows[None] > rows[:, None], axis=2)
    return np.asarray(np.any(below, axis=1))


def _round(payoffs: np.ndarray, kept: Remaining, player: int, number: int, slack: float) -> list[Dominated]:
    rows, strategies = _rows(restrict(payoffs, kept), player), kept[player]
    found = []
    for n, strategy in enumerate(strategies):
        answer = _strict(rows, n, slack)
        if answer is not None:
            mixture, margin = answer
            found.append(Dominated(number, player, strategy, _named(mixture, n, strategies), margin, strict=True))
    return found


def _named(mixture: np.ndarray, own: int, strategies: tuple[int, ...]) -> dict[int, float]:
    others = [j for n, j in enumerate(strategies) if n != own]
    return {j: float(p) for j, p in zip(others, mixture, strict=True) if p > 1e-9}


def _strict(rows: np.ndarray, own: int, slack: float) -> tuple[np.ndarray, float] | None:
    """The mixture of the other rows that beats a row everywhere by most, and by how much; None if there is none.

    A single row that does it is preferred to a mixture: it is easier to read, and quicker to find.
    """
    leads = np.delete(rows, own, axis=0) - rows[own]
    if not len(leads):
        return None
    least = leads.min(axis=1)
    if least.max() > slack:
        return np.eye(len(leads))[least.argmax()], float(least.max())
    if (leads.max(axis=0) <= slack).any():  # a best reply to something is dominated by nothing
        return None
    scale = float(np.abs(leads).max()) or 1.0
    # maximise the smallest lead: variables are the mixture and that lead
    bounds = [(0.0, None)] * len(leads) + [(None, None)]
    answer = linprog(
        np.append(np.zeros(len(leads)), -1.0),
        A_ub=np.column_stack([-leads.T / scale, np.ones(leads.shape[1])]), b_ub=np.zeros(leads.shape[1]),
        A_eq=[[1.0] * len(leads) + [0.0]], b_eq=[1.0], bounds=bounds,
    )  # fmt: skip
    margin = float(-answer.fun) * scale
    return (np.maximum(answer.x[:-1], 0.0), margin) if margin > slack else None


def _weak(rows: np.ndarray, own: int, slack: float) -> tuple[np.ndarray, float] | None:
    """A mixture of the other rows that is never worse than a row and somewhere better; None if there is none."""
    leads = np.delete(rows, own, axis=0) - rows[own]
    if not len(leads):
        return None
    single = np.flatnonzero((leads >= -slack).all(axis=1) & (leads > slack).any(axis=1))
    if single.size:
        return np.eye(len(leads))[single[0]], float(leads[single[0]].max())
    scale = float(np.abs(leads).max()) or 1.0
    answer = linprog(
        -leads.sum(axis=1) / scale, A_ub=-leads.T / scale, b_ub=np.zeros(leads.shape[1]),
        A_eq=[[1.0] * len(leads)], b_eq=[1.0], bounds=(0.0, None),
    )  # fmt: skip
    if not answer.success:
        return None
    mixture = np.maximum(answer.x, 0.0)
    margin = float((mixture @ leads).max())
    return (mixture, margin) if margin > max(slack, 1e-8 * scale) else None
