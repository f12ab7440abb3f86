"""What would have to be different: every value of one parameter at which another bidder becomes the favourite.

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
_APART = 1e-3  # of the range
_HUMPS = 2  # rounds of looking between the values of the first grid


@dataclass(frozen=True)
class Crossing:
    """A value of a parameter at which the favourite changes.

    ``value`` with ``low`` and ``high``, between which the margin may be nil; a bound that the range cuts off is the end
    of the range.  For whole numbers ``value`` is the first, away from the scenario, with the other favourite, and the
    bounds are the nearest that may have it and the nearest that surely has it (None if none does).
    ``rises``: whether the margin is above nil for greater values and below it for smaller ones, or the other way round.
    ``base`` is the scenario's own value, ``part_of_range`` the size of the change as a part of the factor's range, on
    the factor's scale: comparable across factors.
    """

    value: float
    low: float | None
    high: float | None
    rises: bool
    base: float
    part_of_range: float

    @property
    def change(self) -> float:
        """The change of the parameter that leads there, in its own unit."""
        return self.value - self.base

    @property
    def relative_change(self) -> float | None:
        """The same as a part of the scenario's value; None where that is nil."""
        return None if self.base == 0 else self.value / self.base - 1

    @property
    def is_above(self) -> bool:
        """Whether it lies above the scenario's own value."""
        return self.value > self.base


@dataclass(frozen=True)
class Tipping:
    """Where the favourite changes as one parameter moves away from its value in the scenario.

    ``crossings``: every value in the range at which the margin changes sign, ascending; none if it does not.
    ``margin`` is the favourite's lead at the scenario's own value, with ``margin_error``; ``asked`` holds every point
    asked for (``value``, ``estimate``, ``standard_error``).
    """

    factor: Factor
    base: float
    margin: float
    margin_error: float
    crossings: tuple[Crossing, ...]
    asked: pd.DataFrame
    confidence: float

    @property
    def nearest(self) -> Crossing | None:
        """The crossing that the smallest change leads to."""
        return min(self.crossings, key=lambda crossing: crossing.part_of_range, default=None)

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
    """Every value of one parameter at which another bidder becomes the favourite.

    Args:
        answer: P(favourite) - P(other), or any margin, at values of the factor, all on the same luck.
        factor: the parameter and its range.
        base: the scenario's own value.
        points: of the first grid.
        rounds: of narrowing each crossing at most, each to a sixth.
        confidence: of the intervals.

    An interval holds every value near its crossing at which the margin may be nil: those at which its own interval
    covers nil.  A lead that is lost within its error only, between two values at which it is there, is no crossing.
    Where a parabola through three points may reach nil, its vertex is asked for; there and back in less is not seen.
    """
    search = _Search(answer, factor, confidence)
    search.ask(design(factor, base, points))
    search.look_for_humps()
    margin, error = search.at(base)
    find = _whole_crossing if factor.whole else _crossing
    found = tuple(find(search, base, change, rounds) for change in _changes(search, base))
    return Tipping(factor, base, margin, error, found, search.table(), confidence)


def nearest(tippings: Iterable[Tipping]) -> pd.DataFrame:
    """All crossings in one table, a row each, the smallest change first.

    The crossings of a parameter stand together, its nearest first; parameters that cannot turn the case come last, with
    a row without a crossing.
    """
    import pandas as pd

    ordered = sorted(tippings, key=lambda one: one.nearest.part_of_range if one.nearest else np.inf)
    rows = [_row(tipping, crossing) for tipping in ordered for crossing in _nearest_first(tipping)]
    return pd.DataFrame(rows).astype({name: float for name in (rows[0] if rows else {}) if name != "factor"})


def _nearest_first(tipping: Tipping) -> list[Crossing | None]:
    return [*sorted(tipping.crossings, key=lambda crossing: crossing.part_of_range)] or [None]


def _row(tipping: Tipping, crossing: Crossing | None) -> dict[str, object]:
    row = {"factor": tipping.factor.path, "base": tipping.base, "margin": tipping.margin, "crossing": None}
    names = ("low", "high", "rises", "change", "relative_change", "part_of_range")
    return {**row, "crossing": crossing and crossing.value, **{name: getattr(crossing, name, None) for name in names}}


# ---------------------------------------------------------------------------------------------------------- the search


@dataclass
class _Search:
    """Everything asked so far: no point is asked for twice."""

    answer: Answer
    factor: Factor
    confidence: float
    known: dict[float, tuple[float, float]] = field(default_factory=dict)

    def ask(self, values: np.ndarray) -> None:
        wanted = np.rint(values) if self.factor.whole else np.asarray(values, float)
        fresh = np.array([v for v in np.unique(wanted) if float(v) not in self.known])
        if len(fresh):
            estimates, errors = self.answer(fresh)
            found = zip(fresh, np.asarray(estimates, float), np.asarray(errors, float), strict=True)
            self.known |= {float(v): (float(m), float(e)) for v, m, e in found}

    def at(self, value: float) -> tuple[float, float]:
        return self.known[float(value)]

    def sign(self, value: float) -> float:
        return float(np.sign(self.at(value)[0]))

    def is_sure(self, value: float) -> bool:
        margin, error = self.at(value)
        return abs(margin) > intervals.deviate(self.confidence) * error

    def asked(self) -> list[float]:
        return sorted(self.known)

    def table(self) -> pd.DataFrame:
        import pandas as pd

        rows = [(value, *self.known[value]) for value in self.asked()]
        return pd.DataFrame(rows, columns=["value", "estimate", "standard_error"])

    def look_for_humps(self) -> None:
        """Ask where the margin may change its sign and change it back between the values known."""
        for _ in range(_HUMPS):
            values = self._apart()
            turns = [self._turn(values[n : n + 3]) for n in range(len(values) - 2)]
            self.ask(np.array([turn for turn in turns if turn is not None]))

    def _apart(self) -> list[float]:
        """The values known, without those too near to the one before to tell how the margin bends."""
        values = np.array(self.asked())
        apart = np.diff(_places(self.factor, values), prepend=-1.0) > _APART
        return [float(value) for value in values[apart]]

    def _turn(self, trio: Sequence[float]) -> float | None:
        """Where a parabola through three neighbours turns, if the margin may be nil there and is not surely so."""
        margins = np.array([self.at(value)[0] for value in trio])
        margins *= np.sign(margins[np.abs(margins).argmax()])
        room = intervals.deviate(self.confidence) * max(self.at(value)[1] for value in trio)
        if margins.min() < -room:
            return None
        places = _places(self.factor, np.array(trio))
        bend, slope, middle = np.polyfit(places - places[1], margins, 2)
        turn = -slope / (2 * bend) if bend > 0 else np.nan
        if not places[0] < places[1] + turn < places[2] or middle + slope * turn / 2 > room:
            return None
        return float(values_at(self.factor, places[1] + turn))


@dataclass(frozen=True)
class _Change:
    """Where the sign of the margin changes: the values known below and above, and how far the stretches beyond reach.

    ``floor`` and ``ceiling``: where the margin is greatest on either side, beyond which the crossing cannot lie; the
    far end of the stretch where it is nowhere sure.
    """

    left: float
    right: float
    floor: float
    ceiling: float


def _changes(search: _Search, base: float) -> list[_Change]:
    """Every change of sign among the values known, ascending; chance alone makes none.

    A stretch of values at which the margin has one sign counts if it is sure at any of them, or is the scenario's own;
    beyond the outermost such stretches, so does the next one.
    """
    signed = [value for value in search.asked() if search.sign(value)]
    stretches = [list(stretch) for _, stretch in itertools.groupby(signed, key=search.sign)]
    if not stretches:
        return []
    own = min(range(len(stretches)), key=lambda n: min(abs(value - base) for value in stretches[n]))
    counted = [n for n, stretch in enumerate(stretches) if n == own or any(map(search.is_sure, stretch))]
    kept = stretches[max(counted[0] - 1, 0) : counted[0]] + [stretches[n] for n in counted]
    kept += stretches[counted[-1] + 1 : counted[-1] + 2]
    return [
        _Change(below[-1], above[0], _crest(search, below, below[0]), _crest(search, above, above[-1]))
        for below, above in itertools.pairwise(kept)
        if search.sign(below[-1]) != search.sign(above[0])
    ]


def _crest(search: _Search, stretch: Sequence[float], end: float) -> float:
    """The value of a stretch at which the margin is greatest; its far end where it is nowhere sure."""
    best = max(stretch, key=lambda value: abs(search.at(value)[0]))
    return best if search.is_sure(best) else end


def _found(search: _Search, base: float, ends: tuple[float, float | None, float | None], rises: bool) -> Crossing:
    far = abs(np.diff(_places(search.factor, np.array([base, ends[0]])))[0])
    return Crossing(*ends, rises, base, float(far))


def _crossing(search: _Search, base: float, change: _Change, rounds: int) -> Crossing:
    """The crossing within a bracket: narrow it until noise is all that is left, then draw a line through the noise."""
    z, bracket, sign = intervals.deviate(search.confidence), (change.left, change.right), search.sign(change.right)
    wider = bracket
    for _ in range(rounds):
        if all(abs(margin) <= 2 * z * error for margin, error in map(search.at, bracket)):
            break
        inside = _between(search.factor, *bracket, _SECTIONS + 1)
        search.ask(inside)
        wider, bracket = bracket, _split(search, inside.tolist(), sign)
    return _found(search, base, _on_a_line(search, bracket, wider, change), sign > 0)


def _split(search: _Search, values: Sequence[float], sign: float) -> tuple[float, float]:
    """The neighbours between which a change of sign explains the answers best, each weighed by how sure it is."""
    sure = np.array([sign * m / max(e, 1e-300) for m, e in (search.at(value) for value in values)])
    sure = np.clip(sure, -4.0, 4.0)
    evidence = [sure[n:].sum() - sure[:n].sum() for n in range(1, len(values))]
    best = int(np.argmax(evidence))
    return values[best], values[best + 1]


def _on_a_line(
    search: _Search, bracket: tuple[float, float], wider: tuple[float, float], change: _Change
) -> tuple[float, float, float]:
    """Crossing, low and high from a line through points around the bracket, on the factor's own scale.

    The wider bracket, whose margins stand out of the noise, says how steep the margin is there.
    """
    factor = search.factor
    ends, limits = _places(factor, np.array(bracket)), _places(factor, np.array([change.floor, change.ceiling]))
    known = [value for value in search.asked() if wider[0] <= value <= wider[1]]
    steep = abs(_line(search, np.array(known))[0])
    error = max(search.at(value)[1] for value in bracket)
    noise = intervals.deviate(search.confidence) * error / max(steep, 1e-12)
    around = np.clip(np.linspace(ends[0] - 1.5 * noise, ends[1] + 1.5 * noise, _FITTED), *limits)
    values = np.unique(values_at(factor, around))
    search.ask(values)
    slope, root = _line(search, values)
    half = intervals.deviate(search.confidence) * float(np.mean([search.at(value)[1] for value in values]))
    reach = half / abs(slope) if slope else np.inf
    crossing, low, high = values_at(factor, np.clip([root, root - reach, root + reach], *limits)).tolist()
    doubtful = _doubtful(search, crossing, change)
    return crossing, min(low, *doubtful), max(high, *doubtful)


def _doubtful(search: _Search, crossing: float, change: _Change) -> list[float]:
    """The values known around a crossing, without a gap, at which the margin may be nil; and the crossing."""
    known = [value for value in search.asked() if change.floor <= value <= change.ceiling]
    sides = [value for value in known if value >= crossing], [value for value in known[::-1] if value <= crossing]
    return [
        crossing,
        *(value for side in sides for value in itertools.takewhile(lambda v: not search.is_sure(v), side)),
    ]


def _line(search: _Search, values: np.ndarray) -> tuple[float, float]:
    """The slope of a line through the margins at values, on the factor's scale, and where it is nil."""
    places = _places(search.factor, values)
    margins = np.array([search.at(value)[0] for value in values])
    slope, level = np.polyfit(places - places.mean(), margins, 1)
    return float(slope), float(places.mean() - level / slope) if slope else float(places.mean())


def _whole_crossing(search: _Search, base: float, change: _Change, rounds: int) -> Crossing:
    """The first whole value away from the scenario with another favourite, and those that may and surely have one."""
    sign, left, right = search.sign(change.right), change.left, change.right
    for _ in range(_MOST_WHOLE):
        inside = np.unique(np.rint(np.linspace(left, right, _SECTIONS + 1)))
        search.ask(inside)
        if len(inside) > right - left:
            break
        left, right = _split(search, inside.tolist(), sign)
    z, is_above, known = intervals.deviate(search.confidence), base < change.right, search.asked()
    if is_above:
        near, begin, path = max(change.left, base), max(change.floor, base), known
    else:
        near, begin, path, sign = change.right, min(change.ceiling, base), known[::-1], -sign

    def first(beyond: float, since: float) -> float | None:
        """The first on the way from the scenario at which the other's lead is beyond so many errors."""
        leads = ((value, *search.at(value)) for value in path[path.index(since) :])
        return next((value for value, margin, error in leads if sign * margin > beyond * error), None)

    crossing = first(0.0, near)
    assert crossing is not None  # the other end of the bracket is one
    sides = first(-z, begin), first(z, crossing)
    return _found(search, base, (crossing, *(sides if is_above else sides[::-1])), (sign > 0) == is_above)


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
