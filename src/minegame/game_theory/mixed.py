"""Mixed equilibria of two players, all of them, in whole numbers.

The equilibria of a two-player game are pieced together from finitely many extreme ones: pairs of corners of the two
best-reply polytopes that between them leave no strategy both played and not a best reply.  Corners are found in exact
arithmetic, so that a degenerate game (ties) yields its continua of equilibria as components, and loses none.
Source: Mangasarian 1964; Avis, Rosenberg, Savani & von Stengel 2010 (Economic Theory 42); corners by the double
description of Motzkin et al. 1953.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd

import numpy as np
from scipy.optimize import linprog

#: Above this many strategies of both players together the corners are too many to list.
MOST_STRATEGIES = 18
_BITS = 40


@dataclass(frozen=True)
class ExtremeEquilibrium:
    """An equilibrium that is no average of others: exact probabilities of both players' strategies.

    Equilibria of one ``component`` are connected by equilibria; alone in its component it is isolated.
    """

    first: tuple[Fraction, ...]
    second: tuple[Fraction, ...]
    component: int


def extreme_equilibria(first: np.ndarray, second: np.ndarray) -> list[ExtremeEquilibrium]:
    """All extreme equilibria of a two-player game, payoffs of shape (s1, s2) each.

    Payoffs are exact to 2⁻⁴⁰ of the largest.  Raises ValueError above MOST_STRATEGIES strategies in all.
    """
    rows, columns = first.shape
    if rows + columns > MOST_STRATEGIES:
        raise ValueError(f"{rows} + {columns} strategies are more than {MOST_STRATEGIES}: reduce the game first")
    # x lives where no column pays its player more than 1, y where no row does; labels are bits: rows, then columns
    corners_x = [(x, mask) for x, mask in _corners(_whole(second).T.tolist()) if any(x)]
    corners_y = [
        (y, (mask >> columns) | ((mask & ((1 << columns) - 1)) << rows))
        for y, mask in _corners(_whole(first).tolist())
        if any(y)
    ]
    labels_x = np.array([mask for _, mask in corners_x], np.int64)
    labels_y = np.array([mask for _, mask in corners_y], np.int64)
    pairs = np.argwhere((labels_x[:, None] | labels_y[None, :]) == (1 << (rows + columns)) - 1).tolist()
    components = _components(pairs)
    return [
        ExtremeEquilibrium(_shares(corners_x[a][0]), _shares(corners_y[b][0]), component)
        for (a, b), component in zip(pairs, components, strict=True)
    ]


def _whole(payoffs: np.ndarray) -> np.ndarray:
    """Payoffs as whole numbers of at least 1: moved and scaled, which changes no equilibrium.

    The scale is a power of two, so that whole numbers stay exact and their ties stay ties.
    """
    largest = float(np.abs(payoffs).max()) or 1.0
    exponent = _BITS - int(np.ceil(np.log2(largest)))
    whole = np.rint(np.ldexp(payoffs, exponent)).astype(np.int64)
    return np.asarray((whole - whole.min() + max(1, int(np.ptp(whole)) // 8)).astype(object))


def _shares(corner: tuple[int, ...]) -> tuple[Fraction, ...]:
    total = sum(corner)
    return tuple(Fraction(part, total) for part in corner)


def _corners(matrix: list[list[int]]) -> list[tuple[tuple[int, ...], int]]:
    """The corners of {x ≥ 0, matrix · x ≤ 1}, entries positive, each with its tight conditions as bits.

    Bit j: x_j = 0; bit n + r: row r is tight.  Corners are given up to a positive factor.  Double description: rays
    of the cone over the polytope, cut by one row after another.
    """
    n, rows = len(matrix[0]), len(matrix)
    at_infinity = 1 << (n + rows)
    zeros = (1 << n) - 1
    rays = [(tuple(int(k == j) for k in range(n + 1)), (zeros & ~(1 << j)) | at_infinity) for j in range(n)]
    rays.append((tuple([0] * n + [1]), zeros))
    for r, row in enumerate(matrix):
        rays = _cut(rays, row, 1 << (n + r), n)
    return [(ray[:-1], mask) for ray, mask in rays if ray[-1] > 0]


def _cut(
    rays: list[tuple[tuple[int, ...], int]], row: list[int], bit: int, n: int
) -> list[tuple[tuple[int, ...], int]]:
    heights = [ray[-1] - sum(a * x for a, x in zip(row, ray, strict=False)) for ray, _ in rays]
    masks = np.array([mask for _, mask in rays], np.int64)
    above = [k for k, height in enumerate(heights) if height > 0]
    below = np.array([k for k, height in enumerate(heights) if height < 0], int)
    kept = [
        (ray, mask | (0 if height else bit)) for (ray, mask), height in zip(rays, heights, strict=True) if height >= 0
    ]
    for a in above:
        common = masks[a] & masks[below]
        many = np.bitwise_count(common) >= n - 1
        for b, shared in zip(below[many], common[many], strict=True):
            if np.count_nonzero((masks & shared) == shared) == 2:  # adjacent: no third ray on their common face
                p, q = heights[a], -heights[b]
                ray = tuple(p * y + q * x for x, y in zip(rays[a][0], rays[b][0], strict=True))
                divisor = reduce(gcd, ray)
                kept.append((tuple(part // divisor for part in ray), int(shared) | bit))
    return kept


def _components(pairs: list[list[int]]) -> list[int]:
    """The number of the connected component of each pair, where pairs with a common member are connected."""
    group = list(range(len(pairs)))
    for side in (0, 1):
        for member in {pair[side] for pair in pairs}:
            joined = {group[n] for n, pair in enumerate(pairs) if pair[side] == member}
            group = [min(joined) if g in joined else g for g in group]
    order = {g: n for n, g in enumerate(dict.fromkeys(group))}
    return [order[g] for g in group]


# ------------------------------------------------------------------------------------------ large games, given supports


def mixture_on(payoff: np.ndarray, own: tuple[int, ...], other: tuple[int, ...]) -> np.ndarray | None:
    """Probabilities on the other's strategies ``other`` that make all of ``own`` best replies; None if there are none.

    ``payoff`` has shape (own strategies, other's strategies); the result (other's strategies,).
    """
    if len(own) == len(other):
        solved = _indifferent(payoff[np.ix_(own, other)])
        if solved is not None:
            return _if_best(payoff, own, other, solved)
    scale = float(np.abs(payoff).max()) or 1.0
    outside = [i for i in range(len(payoff)) if i not in own]
    table = payoff[:, other] / scale
    # variables: probabilities, the value, the smallest probability (made as large as can be)
    answer = linprog(
        [0.0] * (len(other) + 1) + [-1.0],
        A_ub=np.vstack([
            np.column_stack([table[outside], -np.ones(len(outside)), np.zeros(len(outside))]),
            np.column_stack([-np.eye(len(other)), np.zeros(len(other)), np.ones(len(other))]),
        ]),
        b_ub=np.zeros(len(outside) + len(other)),
        A_eq=np.vstack([
            np.column_stack([table[list(own)], -np.ones(len(own)), np.zeros(len(own))]),
            [1.0] * len(other) + [0.0, 0.0],
        ]),
        b_eq=[0.0] * len(own) + [1.0], bounds=[(0.0, 1.0)] * len(other) + [(None, None), (0.0, 1.0)],
    )  # fmt: skip
    return _spread(answer.x[: len(other)], other, payoff.shape[1]) if answer.success and answer.x[-1] > 1e-9 else None


def _indifferent(table: np.ndarray) -> np.ndarray | None:
    """The column probabilities that make all rows of a square table pay the same; None where they are not unique."""
    size = len(table)
    system = np.ones((size + 1, size + 1))
    system[:size, :size], system[:size, size], system[size, size] = table / (np.abs(table).max() or 1.0), -1.0, 0.0
    if np.linalg.cond(system) > 1e12:
        return None
    return np.asarray(np.linalg.solve(system, np.append(np.zeros(size), 1.0))[:size])


def _spread(part: np.ndarray, places: tuple[int, ...], count: int) -> np.ndarray:
    whole = np.zeros(count)
    whole[list(places)] = part
    return whole


def _if_best(payoff: np.ndarray, own: tuple[int, ...], other: tuple[int, ...], part: np.ndarray) -> np.ndarray | None:
    if (part <= 1e-12).any():
        return None
    mixture = _spread(part, other, payoff.shape[1])
    replies = payoff @ mixture
    slack = 1e-9 * (float(np.abs(payoff).max()) or 1.0)
    return mixture if replies.max() <= replies[list(own)].min() + slack else None


def equilibrium_on(
    first: np.ndarray, second: np.ndarray, rows: tuple[int, ...], columns: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray] | None:
    """An equilibrium in which exactly these rows and columns are played; None if there is none."""
    y = mixture_on(first, rows, columns)
    if y is None:
        return None
    x = mixture_on(second.T, columns, rows)
    return None if x is None else (x, y)


def small_equilibria(first: np.ndarray, second: np.ndarray, most: int = 3) -> list[tuple[np.ndarray, np.ndarray]]:
    """The isolated equilibria in which both players mix over equally many, at most ``most``, strategies.

    For games too large for :func:`extreme_equilibria`: in a game without ties all equilibria have such supports, of
    whatever size, so that a list of the small ones may be incomplete.
    """
    found = []
    for size in range(1, min(most, *first.shape) + 1):
        columns = np.array(list(itertools.combinations(range(first.shape[1]), size)))
        for rows in itertools.combinations(range(first.shape[0]), size):
            for chosen in _plausible(first[list(rows)], second[list(rows)], columns):
                pair = equilibrium_on(first, second, rows, tuple(chosen.tolist()))
                if pair is not None:
                    found.append(pair)
    return found


def _plausible(first: np.ndarray, second: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The sets of columns, shape (sets, size), on which both players of a game of ``size`` rows can be indifferent."""
    size = len(first)
    keep = np.ones(len(columns), bool)
    for tables in (first[:, columns].transpose(1, 0, 2), second[:, columns].transpose(1, 2, 0)):
        system = np.ones((len(columns), size + 1, size + 1))
        system[:, :size, :size] = tables / (np.abs(tables).max() or 1.0)
        system[:, :size, size], system[:, size, size] = -1.0, 0.0
        regular = np.abs(np.linalg.det(system)) > 1e-13
        keep &= regular
        system[~regular] = np.eye(size + 1)
        right = np.zeros((len(columns), size + 1, 1))
        right[:, size] = 1.0
        keep &= (np.linalg.solve(system, right)[:, :size, 0] > 1e-12).all(axis=1)
    return np.asarray(columns[keep])
