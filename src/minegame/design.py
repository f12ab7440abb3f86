"""Designs: which points of a scenario's parameters to play.

A :class:`Factor` is a path with a range or a list of levels.  A design is a table: a column a factor, a row a point.
Points come from SciPy's ``stats.qmc`` or from plain products; a factor turns a number between 0 and 1 into a value.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.cases import Case
from minegame.game import LEVERS
from minegame.scenario import Scenario, shown

if TYPE_CHECKING:
    import pandas as pd

_DIGITS = 12  # of a value between the ends of a range: what differs by less differs by rounding

Value = float | int | str | bool | None
#: Changes of a scenario by path.
Changes = Mapping[str, Value]


@dataclass(frozen=True)
class Factor:
    """A parameter that a design varies: a range (low, high) on a scale, or levels.

    ``whole`` rounds to whole numbers (months, onsets); ``count`` is into how many values a grid cuts the range, if that
    is its own.
    """

    path: str
    low: float = 0.0
    high: float = 0.0
    scale: str = "linear"
    levels: tuple[Value, ...] = ()
    whole: bool = False
    count: int | None = None

    @classmethod
    def between(
        cls, scenario: Case, path: str, low: float, high: float, scale: str = "linear", count: int | None = None
    ) -> Factor:
        """A range of a parameter, in whole numbers where the parameter is one; of a pattern, as the first that it fits.

        Raises:
            ScenarioError: for an unknown path.
        """
        return cls(path, low, high, scale, whole=scenario.place(path).is_whole, count=count)

    @property
    def is_range(self) -> bool:
        """Whether the factor is a range rather than a list of levels."""
        return not self.levels

    def at(self, u: np.ndarray) -> np.ndarray:
        """The values at points u of the unit interval, shape as u; levels and whole numbers share the interval equally.

        (On a log scale a whole number n has the part from log n to log (n + 1).)
        """
        if self.levels:
            places = np.minimum((np.asarray(u) * len(self.levels)).astype(int), len(self.levels) - 1)
            return np.asarray(np.array(self.levels, dtype=object)[places])
        if not self.whole:
            return self._between(u, self.high)
        return np.asarray(np.minimum(np.floor(self._between(u, self.high + 1)), self.high).astype(int))

    def _between(self, u: np.ndarray, high: float) -> np.ndarray:
        if self.scale == "log":
            values = np.exp(np.log(self.low) + np.asarray(u) * (np.log(high) - np.log(self.low)))
        else:
            values = self.low + np.asarray(u) * (high - self.low)
        return np.asarray(np.clip(values, self.low, high))

    def spread(self, count: int) -> list[Value]:
        """Its levels, or ``count`` values spread evenly over its range, ends included; whole values once each.

        >>> Factor("tender.months", 4, 12, whole=True).spread(4), Factor("host.backlash", 0, 0.4).spread(5)
        ([4, 7, 9, 12], [0.0, 0.1, 0.2, 0.3, 0.4])
        """
        if self.levels:
            return list(self.levels)
        count = self.count or count
        values = self._between(np.linspace(0.0, 1.0, count) if count > 1 else np.array([0.5]), self.high)
        if self.whole:
            return list(dict.fromkeys(np.rint(values).astype(int).tolist()))
        inner = [float(f"{value:.{_DIGITS}g}") for value in values]
        return list(dict.fromkeys(min(max(value, self.low), self.high) for value in inner))

    def most(self, count: int) -> int:
        """How many values :meth:`spread` gives at most, without making them."""
        if self.levels:
            return len(self.levels)
        count = self.count or count
        return min(count, int(self.high - self.low) + 1) if self.whole else count


def level_twice(levels: Sequence[Value]) -> str:
    """The first level that stands twice in a list, in words; nothing if none does.  1 and 1.0, 0 and -0.0 are one.

    >>> level_twice([1, 2, 1.0]), level_twice(["split", True, 1])
    ('1.0', '')
    """
    seen: set[tuple[bool, Value]] = set()
    for level in levels:
        key = isinstance(level, bool), level
        if key in seen:
            return shown(level)
        seen.add(key)
    return ""


def wrong_range(low: float, high: float, scale: str) -> str:
    """What is wrong with a range, in words; nothing if it is one."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "is not a range: expected two numbers, such as 0:4"
    if low > high:
        return f"the range is empty: {low:g} is not below {high:g}; did you mean {high:g} to {low:g}?"
    if low == high:
        return f"the range is empty: {low:g} is not below {high:g}; a single value is a level"
    if scale == "log" and low <= 0:
        return f"a log scale cannot reach {low:g}: expected a range above 0, or scale: linear"
    return ""


def _table(factors: Sequence[Factor], columns: Sequence[Any]) -> pd.DataFrame:
    import pandas as pd

    # A column that holds null stays as it is: pandas would make it NaN among numbers.
    return pd.DataFrame(
        {
            factor.path: pd.Series(list(column), dtype=object) if any(v is None for v in column) else column
            for factor, column in zip(factors, columns, strict=True)
        }
    )


def factorial(factors: Sequence[Factor], levels: int = 5) -> pd.DataFrame:
    """Every combination of the factors' levels; a range is cut into ``levels`` values."""
    points = list(itertools.product(*(factor.spread(levels) for factor in factors)))
    return _table(factors, list(zip(*points, strict=True)) if points and factors else [[] for _ in factors])


def one_at_a_time(factors: Sequence[Factor], scenario: Case, levels: int = 5) -> pd.DataFrame:
    """The scenario's own point, then each factor moved over its levels with the others at rest."""
    rest = {factor.path: scenario.value(factor.path) for factor in factors}
    points = [rest] + [
        {**rest, factor.path: value}
        for factor in factors
        for value in factor.spread(levels)
        if value != rest[factor.path]
    ]
    return _table(factors, [[point[factor.path] for point in points] for factor in factors])


def listed(points: Sequence[Changes], scenario: Case) -> pd.DataFrame:
    """Points written out one by one; a path that a point leaves out keeps the scenario's value."""
    paths = list(dict.fromkeys(path for point in points for path in point))
    columns = [[point.get(path, scenario.value(path)) for point in points] for path in paths]
    return _table([Factor(path) for path in paths], columns)


def latin_hypercube(factors: Sequence[Factor], points: int, seed: int = 0) -> pd.DataFrame:
    """A Latin hypercube sample: each factor's range is cut into as many strata as points (McKay et al. 1979)."""
    from scipy.stats import qmc

    return _scaled(factors, qmc.LatinHypercube(len(factors), rng=np.random.default_rng(seed)).random(points))


def sobol(factors: Sequence[Factor], points: int, seed: int = 0) -> pd.DataFrame:
    """A scrambled Sobol' sequence (Sobol' 1967, Owen 1995); balanced when ``points`` is a power of two."""
    from scipy.stats import qmc

    sampler = qmc.Sobol(len(factors), scramble=True, rng=np.random.default_rng(seed))
    power = max(points - 1, 0).bit_length()
    return _scaled(factors, sampler.random_base2(power)[:points])


def random(factors: Sequence[Factor], points: int, seed: int = 0) -> pd.DataFrame:
    """Independent uniform points."""
    return _scaled(factors, np.random.default_rng(seed).random((points, len(factors))))


def _scaled(factors: Sequence[Factor], unit: np.ndarray) -> pd.DataFrame:
    return _table(factors, [factor.at(unit[:, n]) for n, factor in enumerate(factors)])


def packages(
    patron: str, levers: Sequence[str] = LEVERS, intensities: Mapping[str, float] | None = None
) -> dict[str, dict[str, Value]]:
    """Every subset of a patron's levers as a policy: its name → the changes that play it.

    The levers named are absent (intensity 0) or at their ``intensities`` (default: at full strength, 1), each at the
    onset and on the trigger that the scenario gives it; others stay as they are.

    >>> list(packages("us", ("tariff", "access")))
    ['none', 'tariff', 'access', 'tariff + access']
    >>> packages("us", ("tariff",), {"tariff": 0.5})["tariff"]
    {'patrons.us.levers.tariff.intensity': 0.5}
    """
    strength = dict.fromkeys(levers, 1.0) | dict(intensities or {})
    subsets = itertools.chain.from_iterable(itertools.combinations(levers, n) for n in range(len(levers) + 1))
    return {
        " + ".join(subset) or "none": {
            intensity_of(patron, lever): strength[lever] if lever in subset else 0.0 for lever in levers
        }
        for subset in subsets
    }


def intensity_of(patron: str, lever: str) -> str:
    """The path of the intensity of a patron's lever."""
    return f"patrons.{patron}.levers.{lever}.intensity"


def intensities(scenario: Scenario, patron: str, levers: Sequence[str] = LEVERS) -> dict[str, float]:
    """How hard a patron's levers are pressed in its packages: as in the scenario; one that it does not use, fully."""
    return {lever: float(scenario.value(intensity_of(patron, lever))) or 1.0 for lever in levers}


def crossed(*families: Mapping[str, Changes], separator: str = " | ") -> dict[str, dict[str, Value]]:
    """Every combination of policies, one from each family, under a joint name."""
    names: dict[str, dict[str, Value]] = {}
    for combination in itertools.product(*(family.items() for family in families)):
        changes: dict[str, Value] = {}
        for _, part in combination:
            changes |= part
        names[separator.join(name for name, _ in combination)] = changes
    return names


def product(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Designs over different factors, crossed: every point of one with every point of the others; one point if none."""
    import pandas as pd

    crossing = pd.DataFrame(index=range(1))
    for table in tables:
        crossing = table if crossing.columns.empty else crossing.merge(table, how="cross")
    return crossing.reset_index(drop=True)
