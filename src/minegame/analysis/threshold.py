"""Where a probability crosses a level over two parameters: the line, followed cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from minegame.analysis.tipping import Answer, values_at
from minegame.design import Factor
from minegame.statistics import intervals

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Threshold:
    """Where an outcome crosses a level as two parameters vary.

    ``asked``: every point asked for (``x``, ``y``, ``estimate``, ``standard_error``).
    ``curve``: the crossing as pieces of line, a row each: ``x0``, ``y0``, ``x1``, ``y1`` in the factors' units and
    ``doubt``: how far the piece may lie off, as a part of the ranges (a 95 % half-width across the curve).
    """

    x: Factor
    y: Factor
    level: float
    asked: pd.DataFrame
    curve: pd.DataFrame


def design(x: Factor, y: Factor, cells: int = 8) -> np.ndarray:
    """The first points to ask for: a grid of (cells + 1)² over both ranges, shape (n, 2)."""
    ends = np.linspace(0, 1, cells + 1)
    u, v = np.meshgrid(ends, ends, indexing="ij")
    return np.column_stack([values_at(x, u.ravel()), values_at(y, v.ravel())])


def estimate(
    answer: Answer,
    x: Factor,
    y: Factor,
    *,
    level: float = 0.5,
    cells: int = 8,
    rounds: int = 2,
    confidence: float = 0.95,
) -> Threshold:
    """The curve on which an outcome is at a level, asked for only near the curve.

    Args:
        answer: the outcome at points of shape (n, 2), all on the same luck.
        x, y: the two parameters; ranges.
        level: of the outcome.
        cells: of the first grid, each way.
        rounds: of halving the cells that the curve passes.
        confidence: of ``doubt``.

    The curve is as fine as a full grid of cells·2^rounds each way, for a fraction of its points.  An island smaller
    than a cell of the first grid is not seen.
    """
    grid = _Grid(answer, x, y, level, cells * 2**rounds)
    step = 2**rounds
    corners = range(0, grid.size + 1, step)
    grid.ask([(i, j) for i in corners for j in corners])
    crossed = [(i, j) for i in corners[:-1] for j in corners[:-1] if grid.is_crossed(i, j, step)]
    while step > 1:
        crossed = grid.halve(crossed, step)
        step //= 2
    curve = [piece for i, j in sorted(crossed) for piece in grid.pieces(i, j, confidence)]
    return Threshold(x, y, level, grid.table(), _curve_table(x, y, curve))


@dataclass
class _Grid:
    """A fine grid of which only the points near the curve are ever asked for."""

    answer: Answer
    x: Factor
    y: Factor
    level: float
    size: int
    known: dict[tuple[int, int], tuple[float, float]] = field(default_factory=dict)

    def ask(self, nodes: Iterable[tuple[int, int]]) -> None:
        fresh = sorted(set(nodes) - self.known.keys())
        if fresh:
            unit = np.array(fresh) / self.size
            points = np.column_stack([values_at(self.x, unit[:, 0]), values_at(self.y, unit[:, 1])])
            estimates, errors = self.answer(points)
            self.known |= {node: (float(m), float(e)) for node, m, e in zip(fresh, estimates, errors, strict=True)}

    def above(self, node: tuple[int, int]) -> bool:
        return self.known[node][0] >= self.level

    def is_crossed(self, i: int, j: int, step: int) -> bool:
        """Whether the curve passes a cell: not all that is known on its rim lies on one side."""
        half = step // 2 or 1
        rim = [(i + a, j + b) for a in range(0, step + 1, half) for b in range(0, step + 1, half)]
        sides = {self.above(node) for node in rim if node in self.known}
        return len(sides) == 2

    def halve(self, cells: Sequence[tuple[int, int]], step: int) -> list[tuple[int, int]]:
        """Halve the cells, and their neighbours where the curve turns out to leave by a side whose ends agree."""
        half, done, waiting = step // 2, set[tuple[int, int]](), set(cells)
        while waiting:
            self.ask((i + a * half, j + b * half) for i, j in waiting for a in range(3) for b in range(3))
            done |= waiting
            around = {(i + a, j + b) for i, j in done for a, b in ((step, 0), (-step, 0), (0, step), (0, -step))}
            inside = {(i, j) for i, j in around - done if 0 <= i < self.size and 0 <= j < self.size}
            waiting = {(i, j) for i, j in inside if self.is_crossed(i, j, step)}
        small = [(i + a * half, j + b * half) for i, j in sorted(done) for a in (0, 1) for b in (0, 1)]
        return [(i, j) for i, j in small if self.is_crossed(i, j, half)]

    def pieces(self, i: int, j: int, confidence: float) -> list[tuple[float, float, float, float, float]]:
        """The curve's pieces within a smallest cell (marching squares; a saddle is told by its middle)."""
        corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
        height = [self.known[corner][0] - self.level for corner in corners]
        cuts = {
            side: self._cut(corners[side], corners[(side + 1) % 4])
            for side in range(4)
            if (height[side] >= 0) != (height[(side + 1) % 4] >= 0)
        }
        doubt = self._doubt(corners, height, confidence)
        pairs = [tuple(cuts)] if len(cuts) == 2 else []
        if len(cuts) == 4:
            joined = (sum(height) >= 0) == (height[0] >= 0)
            pairs = [(0, 1), (2, 3)] if joined else [(3, 0), (1, 2)]
        return [(*cuts[a], *cuts[b], doubt) for a, b in pairs]

    def _cut(self, first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float]:
        m, n = self.known[first][0] - self.level, self.known[second][0] - self.level
        part = m / (m - n)
        return tuple((a + part * (b - a)) / self.size for a, b in zip(first, second, strict=True))  # type: ignore[return-value]

    def _doubt(self, corners: Sequence[tuple[int, int]], height: Sequence[float], confidence: float) -> float:
        across = (height[1] - height[0] + height[2] - height[3]) / 2 * self.size
        up = (height[3] - height[0] + height[2] - height[1]) / 2 * self.size
        error = float(np.mean([self.known[corner][1] for corner in corners]))
        steep = float(np.hypot(across, up))
        return intervals.deviate(confidence) * error / steep if steep else np.inf

    def table(self) -> pd.DataFrame:
        import pandas as pd

        nodes = sorted(self.known)
        unit = np.array(nodes) / self.size
        estimates, errors = np.array([self.known[node] for node in nodes]).T
        x, y = values_at(self.x, unit[:, 0]), values_at(self.y, unit[:, 1])
        return pd.DataFrame({"x": x, "y": y, "estimate": estimates, "standard_error": errors})


def _curve_table(x: Factor, y: Factor, pieces: Sequence[tuple[float, ...]]) -> pd.DataFrame:
    import pandas as pd

    unit = np.array(pieces, float).reshape(-1, 5)
    columns = {
        "x0": values_at(x, unit[:, 0]),
        "y0": values_at(y, unit[:, 1]),
        "x1": values_at(x, unit[:, 2]),
        "y1": values_at(y, unit[:, 3]),
        "doubt": unit[:, 4],
    }
    return pd.DataFrame(columns)
