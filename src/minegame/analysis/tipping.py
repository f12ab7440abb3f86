"""What would have to be different: the smallest change that makes another bidder the favourite, and what it costs.

The searches ask for points as they go.  They take a function ``answer(points) -> (estimates, standard errors)`` that
plays the game at those points, all on the same luck: then the answer is one curve, and its error shifts the whole
curve, not each point for itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.analysis import intervals
from minegame.design import Factor, Value
from minegame.game import LEVERS
from minegame.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

#: Points in, estimates and standard errors out: values of one factor, shape (n,), or of two, shape (n, 2).
Answer = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]

_SECTIONS = 6  # parts into which a bracket is cut in one round
_FITTED = 9  # points through which the last line is drawn
_MOST_WHOLE = 64  # whole values that are simply all asked for


@dataclass(frozen=True)
class Tipping:
    """Where the favourite changes as one parameter moves away from its value in the scenario.

    ``crossing`` is the nearest value at which the margin changes sign, with ``low`` and ``high``; None if it does not
    within the range.  A bound that the range cuts off is the end of the range.  For whole numbers ``crossing`` is the
    nearest value with the other favourite, ``low`` and ``high`` the nearest that may and the nearest that surely does.
    ``margin`` is the favourite's lead at the scenario's own value, with ``margin_error``; ``asked`` holds every point
    asked for (``value``, ``estimate``, ``standard_error``).
    """

    factor: Factor
    base: float
    margin: float
    margin_error: float
    crossing: float | None
    low: float | None
    high: float | None
    asked: pd.DataFrame
    confidence: float

    @property
    def change(self) -> float | None:
        """The smallest change of the parameter that makes another the favourite, in its own unit."""
        return None if self.crossing is None else self.crossing - self.base

    @property
    def relative_change(self) -> float | None:
        """The same as a part of the scenario's value; None where that is nil."""
        return None if self.crossing is None or self.base == 0 else self.crossing / self.base - 1

    @property
    def part_of_range(self) -> float | None:
        """The size of the change as a part of the factor's range, on the factor's scale: comparable across factors."""
        if self.crossing is None:
            return None
        return float(abs(np.diff(_places(self.factor, np.array([self.base, self.crossing])))[0]))

    @property
    def is_sure_favourite(self) -> bool:
        """Whether the lead at the scenario's own value is beyond its Monte Carlo error."""
        return abs(self.margin) > intervals.deviate(self.confidence) * self.margin_error


def design(factor: Factor, base: float, points: int = 9) -> np.ndarray:
    """The first values to ask for: evenly over the factor's range, and the scenario's own; shape (n,), ascending."""
    if not factor.is_range:
        raise ValueError(f"{factor.path}: a tipping point is looked for in a range, not among levels")
    if not factor.low <= base <= factor.high:
        raise ValueError(f"{factor.path}: the value {base} is outside the range {factor.low} to {factor.high}")
    if factor.whole and factor.high - factor.low < _MOST_WHOLE:
        return np.arange(round(factor.low), round(factor.high) + 1).astype(float)
    return np.unique(np.append(factor.at(np.linspace(0, 1, points)).astype(float), base))


def estimate(
    answer: Answer,
    factor: Factor,
    base: float,
    *,
    points: int = 9,
    rounds: int = 4,
    confidence: float = 0.95,
) -> Tipping:
    """The change of one parameter nearest to the scenario that makes another bidder the favourite.

    Args:
        answer: P(favourite) - P(other), or any margin, at values of the factor, all on the same luck.
        factor: the parameter and its range.
        base: the scenario's own value.
        points: of the first grid.
        rounds: of narrowing at most, each to a sixth.
        confidence: of the interval.

    The interval holds every value at which the margin may be nil: those at which its own interval covers nil.
    A crossing narrower than the grid (there and back between two points) is not seen.
    """
    search = _Search(answer, confidence)
    search.ask(design(factor, base, points))
    margin, error = search.at(base)
    if factor.whole:
        found = _first_whole(search, base)
    else:
        brackets = _brackets(search, base)
        found = min(
            (_cross(search, factor, bracket, rounds) for bracket in brackets),
            key=lambda crossing: abs(np.diff(_places(factor, np.array([base, crossing[0]])))[0]),
            default=(None, None, None),
        )
    return Tipping(factor, base, margin, error, *found, asked=search.table(), confidence=confidence)


def nearest(tippings: Iterable[Tipping]) -> pd.DataFrame:
    """Tipping points in one table, the smallest change first: parameters that cannot turn the case come last."""
    import pandas as pd

    rows = [
        {
            "factor": tipping.factor.path,
            "base": tipping.base,
            "crossing": tipping.crossing,
            "low": tipping.low,
            "high": tipping.high,
            "change": tipping.change,
            "relative_change": tipping.relative_change,
            "part_of_range": tipping.part_of_range,
            "margin": tipping.margin,
        }
        for tipping in tippings
    ]
    table = pd.DataFrame(rows).astype({name: float for name in (rows[0] if rows else {}) if name != "factor"})
    return table.sort_values("part_of_range", kind="stable", ignore_index=True) if rows else table


_Found = tuple[float | None, float | None, float | None]


@dataclass
class _Search:
    """Everything asked so far: no point is asked for twice."""

    answer: Answer
    confidence: float
    known: dict[float, tuple[float, float]] = field(default_factory=dict)

    def ask(self, values: np.ndarray) -> None:
        fresh = np.array([v for v in np.unique(np.asarray(values, float)) if float(v) not in self.known])
        if len(fresh):
            estimates, errors = self.answer(fresh)
            found = zip(fresh, np.asarray(estimates, float), np.asarray(errors, float), strict=True)
            self.known |= {float(v): (float(m), float(e)) for v, m, e in found}

    def at(self, value: float) -> tuple[float, float]:
        return self.known[float(value)]

    def asked(self) -> list[float]:
        return sorted(self.known)

    def table(self) -> pd.DataFrame:
        import pandas as pd

        rows = [(value, *self.known[value]) for value in self.asked()]
        return pd.DataFrame(rows, columns=["value", "estimate", "standard_error"])


def _brackets(search: _Search, base: float) -> list[tuple[float, float]]:
    """On each side of the scenario's value, the nearest neighbours between which the margin changes sign."""
    values, sign = search.asked(), np.sign(search.at(base)[0]) or 1.0
    place = values.index(float(base))
    found = []
    for way in (values[place:], values[place::-1]):
        for near, far in itertools.pairwise(way):
            if np.sign(search.at(far)[0]) not in (sign, 0.0):
                found.append((near, far))
                break
    return found


def _cross(search: _Search, factor: Factor, bracket: tuple[float, float], rounds: int) -> tuple[float, float, float]:
    """The crossing within a bracket: narrow it until noise is all that is left, then draw a line through the noise."""
    z, wider = intervals.deviate(search.confidence), bracket
    sign = float(np.sign(search.at(bracket[1])[0]))
    for _ in range(rounds):
        if all(abs(margin) <= 2 * z * error for margin, error in map(search.at, bracket)):
            break
        inside = _between(factor, *bracket, _SECTIONS + 1)
        search.ask(inside)
        wider, bracket = bracket, _split(search, inside.tolist(), sign)
    return _on_a_line(search, factor, bracket, wider)


def _split(search: _Search, values: Sequence[float], sign: float) -> tuple[float, float]:
    """The neighbours between which a change of sign explains the answers best, each weighed by how sure it is."""
    sure = np.array([sign * m / max(e, 1e-300) for m, e in (search.at(value) for value in values)])
    sure = np.clip(sure, -4.0, 4.0)
    evidence = [sure[n:].sum() - sure[:n].sum() for n in range(1, len(values))]
    best = int(np.argmax(evidence))
    return values[best], values[best + 1]


def _on_a_line(
    search: _Search, factor: Factor, bracket: tuple[float, float], wider: tuple[float, float]
) -> tuple[float, float, float]:
    """Crossing, low and high from a line through points around the bracket, on the factor's own scale.

    The wider bracket, whose margins stand out of the noise, says how steep the margin is there.
    """
    ends = np.sort(_places(factor, np.array(bracket)))
    known = [value for value in search.asked() if min(wider) <= value <= max(wider)]
    steep = abs(_line(search, factor, np.array(known))[0])
    error = max(search.at(value)[1] for value in bracket)
    noise = intervals.deviate(search.confidence) * error / max(steep, 1e-12)
    around = np.clip(np.linspace(ends[0] - 1.5 * noise, ends[1] + 1.5 * noise, _FITTED), 0.0, 1.0)
    values = np.unique(_values(factor, around))
    search.ask(values)
    slope, root = _line(search, factor, values)
    half = intervals.deviate(search.confidence) * float(np.mean([search.at(value)[1] for value in values]))
    reach = half / abs(slope) if slope else np.inf
    found = np.clip([root, root - reach, root + reach], 0.0, 1.0)
    crossing, *sides = _values(factor, found).tolist()
    return crossing, min(sides), max(sides)


def _line(search: _Search, factor: Factor, values: np.ndarray) -> tuple[float, float]:
    """The slope of a line through the margins at values, on the factor's scale, and where it is nil."""
    places = _places(factor, values)
    margins = np.array([search.at(value)[0] for value in values])
    slope, level = np.polyfit(places - places.mean(), margins, 1)
    return float(slope), float(places.mean() - level / slope) if slope else float(places.mean())


def _first_whole(search: _Search, base: float) -> _Found:
    """The nearest whole value with another favourite, the nearest that may have one and the nearest that surely has."""
    z, sign = intervals.deviate(search.confidence), np.sign(search.at(base)[0]) or 1.0
    away = sorted(search.asked(), key=lambda value: abs(value - base))

    def first(beyond: float) -> float | None:
        lead = ((value, *search.at(value)) for value in away)
        return next((value for value, m, e in lead if sign * m < beyond * e), None)

    crossing = first(0.0)
    return (None, None, None) if crossing is None else (crossing, first(z), first(-z))


def _places(factor: Factor, values: np.ndarray) -> np.ndarray:
    """Where values lie in the factor's range, 0 to 1 on its scale: the inverse of ``Factor.at``."""
    if factor.scale == "log":
        return np.asarray((np.log(values) - np.log(factor.low)) / (np.log(factor.high) - np.log(factor.low)))
    return np.asarray((np.asarray(values, float) - factor.low) / (factor.high - factor.low))


def _values(factor: Factor, places: np.ndarray) -> np.ndarray:
    return np.asarray(replace(factor, whole=False).at(places), float)


def _between(factor: Factor, near: float, far: float, count: int) -> np.ndarray:
    ends = _places(factor, np.array([near, far]))
    values = _values(factor, np.linspace(ends[0], ends[1], count))
    values[0], values[-1] = near, far
    return values


# ------------------------------------------------------------------------------------------------------ two parameters


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


def threshold_design(x: Factor, y: Factor, cells: int = 8) -> np.ndarray:
    """The first points to ask for: a grid of (cells + 1)² over both ranges, shape (n, 2)."""
    ends = np.linspace(0, 1, cells + 1)
    u, v = np.meshgrid(ends, ends, indexing="ij")
    return np.column_stack([_values(x, u.ravel()), _values(y, v.ravel())])


def threshold(
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
            points = np.column_stack([_values(self.x, unit[:, 0]), _values(self.y, unit[:, 1])])
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
        x, y = _values(self.x, unit[:, 0]), _values(self.y, unit[:, 1])
        return pd.DataFrame({"x": x, "y": y, "estimate": estimates, "standard_error": errors})


def _curve_table(x: Factor, y: Factor, pieces: Sequence[tuple[float, ...]]) -> pd.DataFrame:
    import pandas as pd

    unit = np.array(pieces, float).reshape(-1, 5)
    columns = {
        "x0": _values(x, unit[:, 0]),
        "y0": _values(y, unit[:, 1]),
        "x1": _values(x, unit[:, 2]),
        "y1": _values(y, unit[:, 3]),
        "doubt": unit[:, 4],
    }
    return pd.DataFrame(columns)


# ----------------------------------------------------------------------------------------------- the price of a point


def margins(
    scenario: Scenario, patron: str, step: float = 0.25, levers: Sequence[str] = LEVERS
) -> dict[str, dict[str, Value]]:
    """The policies to play for the price of a percentage point: the scenario's own, then each lever a step weaker.

    A lever weaker than the step is made a step stronger instead.  Play all on the same luck.
    """
    policies: dict[str, dict[str, Value]] = {"as it is": {}}
    for lever in levers:
        path = f"patrons.{patron}.levers.{lever}.intensity"
        now = float(scenario.value(path))
        policies[lever] = {path: now - step if now >= step else now + step}
    return policies


def prices(
    gains: Mapping[str, np.ndarray],
    costs: Mapping[str, np.ndarray],
    point_value: float,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """What a percentage point of win probability costs by each lever, at the margin.

    Args:
        gains: lever → win under its policy of :func:`margins` minus win as it is, in each replication: -1, 0 or 1.
        costs: lever → lever points used under that policy minus those used as it is, in the same replications.
        point_value: what a lever point costs the patron, M$.
        confidence: of the intervals.

    Returns:
        A row a lever, the cheapest first: ``gain`` (change of P(win) per lever point, with ``gain_low`` and
        ``gain_high``), ``price`` (M$ per percentage point, with ``price_low`` and ``price_high``; infinite bounds
        where the lever may have no effect at all, NaN where it has none or costs nothing) and ``replications``.
        A price below nil: the lever costs and harms.
    """
    import pandas as pd

    rows = [{"lever": lever, **_price(gains[lever], costs[lever], point_value, confidence)} for lever in gains]
    table = pd.DataFrame(rows)
    order = table["price"].where(table["price"] > 0, np.inf).sort_values(kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _price(gain: np.ndarray, cost: np.ndarray, point_value: float, confidence: float) -> dict[str, Any]:
    won, paid = np.asarray(gain, float), np.broadcast_to(np.asarray(cost, float), np.shape(gain))
    shared = np.cov(won, paid) / len(won)
    effect, points, scale = float(won.mean()), float(paid.mean()), point_value / 100
    low, high = intervals.ratio(effect, points, shared, confidence) if points else (np.nan, np.nan)
    dear = intervals.ratio(points, effect, shared[::-1, ::-1], confidence) if effect else (np.nan, np.nan)
    return {
        "gain": effect / points if points else np.nan,
        "gain_low": float(low),
        "gain_high": float(high),
        "price": scale * points / effect if effect and points else np.nan,
        "price_low": scale * float(dear[0]),
        "price_high": scale * float(dear[1]),
        "replications": len(won),
    }
