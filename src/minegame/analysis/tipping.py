"""What would have to be different: the smallest change of one parameter that makes another bidder the favourite.

The searches ask for points as they go.  They take a function ``answer(points) -> (estimates, standard errors)`` that
plays the game at those points, all on the same luck: then the answer is one curve, and its error shifts the whole
curve, not each point for itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from minegame.design import Factor
from minegame.statistics import intervals

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
    values = np.unique(values_at(factor, around))
    search.ask(values)
    slope, root = _line(search, factor, values)
    half = intervals.deviate(search.confidence) * float(np.mean([search.at(value)[1] for value in values]))
    reach = half / abs(slope) if slope else np.inf
    found = np.clip([root, root - reach, root + reach], 0.0, 1.0)
    crossing, *sides = values_at(factor, found).tolist()
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


def values_at(factor: Factor, places: np.ndarray) -> np.ndarray:
    """The values at places in the factor's range, 0 to 1 on its scale, not rounded."""
    return np.asarray(replace(factor, whole=False).at(places), float)


def _between(factor: Factor, near: float, far: float, count: int) -> np.ndarray:
    ends = _places(factor, np.array([near, far]))
    values = values_at(factor, np.linspace(ends[0], ends[1], count))
    values[0], values[-1] = near, far
    return values
