"""What matters: which parameters move an outcome, and how much of it is luck.

Indices are SALib's (Herman & Usher 2017; Iwanaga et al. 2022), on the unit cube; a
:class:`~minegame.design.Factor` turns the cube into values, so that log ranges, whole numbers and levels need no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.design import Factor
from minegame.statistics import intervals

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Points:
    """A design for sensitivity: the ``table`` of points to play and the ``unit`` cube that it came from.

    ``table`` has a column a factor and a row a point, in the order in which the estimate wants its outcomes;
    ``unit`` has the same shape; ``base`` counts the base points (Sobol') or the trajectories (Morris).
    """

    factors: tuple[Factor, ...]
    table: pd.DataFrame
    unit: np.ndarray
    base: int
    levels: int = 0

    def __len__(self) -> int:
        return len(self.unit)


@dataclass(frozen=True)
class Indices:
    """Sobol' indices of one outcome.

    ``table``: a row a factor, the one that matters most first: its ``rank``, ``first`` (the part of the variance that
    knowing it alone would remove) and ``total`` (the part that would be left if only it were unknown), each with
    ``_low`` and ``_high``.  ``interactions`` (estimate, low, high) is what the first-order indices leave of the
    variance; ``noise`` the part of the outcome's variance over the design that is Monte Carlo error (0 if no errors
    were given).
    """

    table: pd.DataFrame
    mean: float
    interactions: tuple[float, float, float]
    noise: float
    base: int
    confidence: float


def _salib(module: str) -> ModuleType:
    import importlib

    try:
        return importlib.import_module(f"SALib.{module}")
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            "sensitivity analysis needs SALib: pip install 'minegame[analysis]'", name=missing.name
        ) from missing


def _problem(factors: Sequence[Factor]) -> dict[str, Any]:
    if not factors:
        raise ValueError("sensitivity needs at least one factor")
    return {
        "num_vars": len(factors),
        "names": [factor.path for factor in factors],
        "bounds": [[0.0, 1.0]] * len(factors),
    }


def _points(factors: Sequence[Factor], unit: np.ndarray, base: int, levels: int = 0) -> Points:
    import pandas as pd

    table = pd.DataFrame({factor.path: factor.at(unit[:, n]) for n, factor in enumerate(factors)})
    return Points(tuple(factors), table, unit, base, levels)


# --------------------------------------------------------------------------------------------------------------- Sobol'


def design(factors: Sequence[Factor], base: int = 1024, seed: int = 0, sequence: str = "random") -> Points:
    """The points for Sobol' indices by Saltelli's scheme: base × (factors + 2).

    Args:
        factors: what varies, independently, evenly over its range or levels.
        base: the number of base points; a power of two for a Sobol' sequence.
        seed: of the points.
        sequence: ``random``, for which the intervals of :func:`estimate` hold what they promise, or ``sobol``, a
            scrambled Sobol' sequence: closer estimates of a smooth outcome, with intervals much wider than need be.

    Source: Saltelli 2002; Owen 1995 for the scrambling.
    """
    if sequence not in ("random", "sobol"):
        raise ValueError(f"the sequence must be 'random' or 'sobol', not {sequence!r}")
    if base < 2 or (sequence == "sobol" and base & (base - 1)):
        wanted = "a power of two" if sequence == "sobol" else "at least two"
        raise ValueError(f"the number of base points must be {wanted}, not {base}")
    generator, problem = np.random.default_rng(seed), _problem(factors)
    if sequence == "random":
        unit = _crossed(generator.random((2, base, len(factors))))
    else:
        unit = _salib("sample.sobol").sample(problem, base, calc_second_order=False, scramble=True, seed=generator)
    return _points(factors, unit, base)


def _crossed(samples: np.ndarray) -> np.ndarray:
    """Saltelli's scheme of two samples (2, base, factors): each row of the first, with one factor of the second, …"""
    first, second = samples
    swapped = np.eye(first.shape[1], dtype=bool)
    mixed = np.where(swapped, second[:, None, :], first[:, None, :])
    return np.concatenate([first[:, None, :], mixed, second[:, None, :]], axis=1).reshape(-1, first.shape[1])


def estimate(
    points: Points,
    outcome: np.ndarray,
    errors: np.ndarray | None = None,
    *,
    confidence: float = 0.95,
    resamples: int = 400,
    seed: int = 0,
) -> Indices:
    """First and total Sobol' indices of an outcome with bootstrap intervals, ranked by what matters.

    Args:
        points: the design that was played.
        outcome: the estimate at each point (P(win), the host's value), shape (points,).
        errors: its standard errors, where each point had luck of its own: their variance is then taken out of the
            indices.  Leave it out where the points of a base point share their luck: its errors then largely cancel in
            the differences of which indices are made.  Base points should have luck of their own (:func:`lots`): on
            luck that all share, the intervals hold for that luck alone.
        confidence: of the intervals.
        resamples: of the bootstrap over base points.
        seed: of the bootstrap.

    An outcome that is the same everywhere has indices NaN.  The intervals of a factor that moves few base points, or
    none, allow for one more that it would move as far as any two outcomes were apart.
    Source: Saltelli et al. 2010 for the estimators; Archer, Saltelli & Sobol' 1997 for the bootstrap.
    """
    import pandas as pd

    values = _outcome_at(points, outcome)
    raw = _indices(points, values, confidence, resamples, seed)
    noise = _noise_share(values, errors)
    hidden = _unseen(points, values, confidence)
    first, first_half = raw["S1"] / (1 - noise), np.hypot(raw["S1_conf"], 2 * hidden) / (1 - noise)
    total, total_half = (raw["ST"] - noise) / (1 - noise), np.hypot(raw["ST_conf"], hidden) / (1 - noise)
    table = pd.DataFrame(
        {
            "factor": [factor.path for factor in points.factors],
            "first": first,
            "first_low": first - first_half,
            "first_high": first + first_half,
            "total": total,
            "total_low": total - total_half,
            "total_high": total + total_half,
        }
    )
    table = _ranked(table, "total")
    rest, half = 1 - first.sum(), raw["rest_conf"] / (1 - noise)
    interactions = (float(rest), float(rest - half), float(rest + half))
    return Indices(table, float(values.mean()), interactions, noise, points.base, confidence)


def lots(points: Points) -> np.ndarray:
    """The lot of luck of every point: one for each base point or trajectory, shared by the points that it compares."""
    return np.arange(len(points)) // (len(points) // points.base)


def _indices(points: Points, values: np.ndarray, confidence: float, resamples: int, seed: int) -> dict[str, Any]:
    """SALib's indices with their half-widths, and ``rest_conf``, that of what the first-order indices leave."""
    if np.ptp(values) == 0:
        nothing = {name: np.full(len(points.factors), np.nan) for name in ("S1", "S1_conf", "ST", "ST_conf")}
        return nothing | {"rest_conf": np.nan}
    found = _salib("analyze.sobol").analyze(
        _problem(points.factors),
        values,
        calc_second_order=False,
        num_resamples=resamples,
        conf_level=confidence,
        keep_resamples=True,
        seed=np.random.default_rng(seed),  # an int of 0 would mean no seed
    )
    redrawn = np.asarray(found["S1_conf_all"]).sum(axis=1)  # of the same base points for every factor
    return dict(found) | {"rest_conf": intervals.deviate(confidence) * redrawn.std(ddof=1)}


def _unseen(points: Points, values: np.ndarray, confidence: float) -> np.ndarray:
    """The half-width that total indices owe to base points of which none was seen, shape (factors,).

    A base point adds half the square of what a factor moves there to the total index, in units of the variance, and at
    most twice that to the first.  Two base points either way are allowed for, since a bootstrap of few cases is rough.
    """
    rows = values.reshape(points.base, -1)
    reach = np.square(np.ptp(values)) / 2
    moved = np.square(rows[:, 1:-1] - rows[:, :1]) / 2
    found = np.array([intervals.unseen(column, reach, confidence) for column in moved.T])
    return np.sqrt(2) * found / values.var() if reach > 0 else found


def _noise_share(values: np.ndarray, errors: np.ndarray | None) -> float:
    """The part of the variance over the points that is Monte Carlo error, at most nearly all."""
    if errors is None or np.ptp(values) == 0:
        return 0.0
    return float(min(np.mean(np.square(np.asarray(errors, float))) / values.var(), 0.999))


# --------------------------------------------------------------------------------------------------------------- Morris


def screening(factors: Sequence[Factor], trajectories: int = 20, levels: int = 4, seed: int = 0) -> Points:
    """The points for Morris screening: trajectories × (factors + 1), each step moving one factor.

    ``levels`` (even) is the number of places of a factor on the grid.
    """
    if levels < 2 or levels % 2:
        raise ValueError(f"the number of levels must be even, not {levels}")
    unit = _salib("sample.morris").sample(
        _problem(factors), trajectories, num_levels=levels, seed=np.random.default_rng(seed)
    )
    return _points(factors, unit, trajectories, levels)


def screen(points: Points, outcome: np.ndarray, *, confidence: float = 0.95) -> pd.DataFrame:
    """Elementary effects of each factor: which can be left alone, and which act alike everywhere.

    Args:
        points: the design of :func:`screening` that was played.
        outcome: the estimate at each point, shape (points,).
        confidence: of the intervals.

    Returns:
        A row a factor, the strongest first: its ``rank``, ``strength`` (mean size of its effect per whole range, μ*)
        with ``low`` and ``high`` (NaN if the outcome never changes), ``effect`` (mean, with sign, μ), ``unevenness``
        (standard deviation σ: interactions or curvature) and the number of ``trajectories``.

    Monte Carlo error counts as strength, so that a factor without any effect keeps a little.
    Source: Morris 1991; Campolongo, Cariboni & Saltelli 2007.
    """
    import pandas as pd

    values = _outcome_at(points, outcome)
    found = _salib("analyze.morris").analyze(
        _problem(points.factors), points.unit, values, num_levels=points.levels, num_resamples=2, seed=0
    )
    reach = float(np.ptp(values)) / _step(points)
    sizes = [intervals.of_sample(column, confidence, reach) for column in np.abs(_effects(points, values)).T]
    table = pd.DataFrame(
        {
            "factor": [factor.path for factor in points.factors],
            "strength": np.asarray(found["mu_star"], float),
            "low": np.maximum([size.low for size in sizes], 0.0),
            "high": [size.high for size in sizes],
            "effect": np.asarray(found["mu"], float),
            "unevenness": np.asarray(found["sigma"], float),
            "trajectories": points.base,
        }
    )
    return _ranked(table, "strength")


def _step(points: Points) -> float:
    """How far a factor moves in a step of a trajectory, as a part of its range."""
    return points.levels / (2 * (points.levels - 1))


def _effects(points: Points, values: np.ndarray) -> np.ndarray:
    """The elementary effects, shape (trajectories, factors): what each step changes, per whole range."""
    rows, unit = values.reshape(points.base, -1), points.unit.reshape(points.base, -1, len(points.factors))
    steps = np.diff(unit, axis=1)  # in each step one factor moves
    moved = np.abs(steps).argmax(axis=2)
    effects = np.empty((points.base, len(points.factors)))
    np.put_along_axis(effects, moved, np.diff(rows, axis=1) / np.take_along_axis(steps, moved[..., None], 2)[..., 0], 1)
    return effects


# ----------------------------------------------------------------------------------------------------------------- luck


def luck(
    total: np.ndarray, squares: np.ndarray, replications: np.ndarray | int, confidence: float = 0.95
) -> dict[str, float]:
    """How much of an outcome's variance is luck, and how much the parameters (law of total variance).

    Args:
        total: the outcome's sum over the replications of each point, shape (points,).
        squares: its sum of squares (for a win, 0 or 1, the same as the sum).
        replications: of each point, at least two.
        confidence: of the interval.

    Returns:
        ``variance`` of one negotiation at a random point; ``parameters``, the part of it that is the variance of the
        expected outcome over points, with ``parameters_low`` and ``parameters_high``; ``luck``, the rest.  NaN for the
        parts where nothing ever varied.

    The Monte Carlo error of each point's mean is taken out of the variance over points, so few replications at many
    points do.  Points must be independent draws of the parameters with luck of their own; on common luck the parameters
    come out too small by at most (luck / replications).
    """
    s, q, n = (np.asarray(x, float) for x in np.broadcast_arrays(total, squares, replications))
    if s.ndim != 1 or len(s) < 2 or (n < 2).any():
        raise ValueError("the split of the variance needs at least two points with at least two replications each")
    mean = s / n
    within = np.maximum(q - n * mean * mean, 0.0) / (n - 1)
    expected = float(within.mean())
    between = max(float(mean.var(ddof=1) - (within / n).mean()), 0.0)
    whole = between + expected
    if whole == 0.0:
        return {"variance": 0.0} | dict.fromkeys(("parameters", "parameters_low", "parameters_high", "luck"), np.nan)
    part = between / whole
    pull = (1 - part) * (np.square(mean - mean.mean()) - within / n) - part * within  # each point's pull on the part
    half = intervals.deviate(confidence) * float(pull.std(ddof=1)) / np.sqrt(len(s))
    most = max(whole, float(((1 - part) * np.square(mean - mean.mean()) + part * within).max()))
    half = np.hypot(half, intervals.unseen(pull, most, confidence)) / whole  # for points that were not drawn
    low, high = _within_one(part, half)
    return {"variance": whole, "parameters": part, "parameters_low": low, "parameters_high": high, "luck": 1 - part}


def _within_one(part: float, half: float) -> tuple[float, float]:
    """An interval of a part of a whole, made on the logit scale, where it cannot leave (0, 1)."""
    if not 0.0 < part < 1.0:
        return max(part - half, 0.0), min(part + half, 1.0)
    logit, wide = np.log(part / (1 - part)), half / (part * (1 - part))
    low, high = 1 / (1 + np.exp(-(logit - wide))), 1 / (1 + np.exp(-(logit + wide)))
    return float(low), float(high)


# -------------------------------------------------------------------------------------------------------------- tornado


def swings(points: pd.DataFrame, estimates: np.ndarray, lows: np.ndarray, highs: np.ndarray) -> pd.DataFrame:
    """How far each factor alone moves an outcome, from a one-at-a-time design: the table of a tornado picture.

    Args:
        points: as :func:`minegame.design.one_at_a_time` makes them: the resting point first, then one factor at a time.
        estimates: the outcome at each point, shape (points,).
        lows, highs: the ends of its intervals.

    Returns:
        A row a factor, the widest swing first: the ``least`` and ``most`` estimate over its values (rest included) with
        ``least_low``, ``least_high``, ``most_low``, ``most_high``, the values ``at_least`` and ``at_most``, the
        ``rest``ing estimate, and the ``swing``.
    """
    import pandas as pd

    values, low, high = (np.asarray(x, float) for x in (estimates, lows, highs))
    rows = []
    for factor in points.columns:
        moved = [0, *np.flatnonzero((points[factor] != points[factor].iloc[0]).to_numpy()).tolist()]
        down, up = (int(moved[place]) for place in (np.argmin(values[moved]), np.argmax(values[moved])))
        rows.append(
            {
                "factor": factor,
                "least": values[down],
                "least_low": low[down],
                "least_high": high[down],
                "at_least": points[factor].iloc[down],
                "most": values[up],
                "most_low": low[up],
                "most_high": high[up],
                "at_most": points[factor].iloc[up],
                "rest": values[0],
                "swing": values[up] - values[down],
            }
        )
    return _ranked(pd.DataFrame(rows), "swing")


def _ranked(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """The table with the largest first and a column that says so."""
    ordered = table.sort_values(by, ascending=False, kind="stable", ignore_index=True)
    ordered.insert(0, "rank", np.arange(1, len(ordered) + 1))
    return ordered


def _outcome_at(points: Points, outcome: np.ndarray) -> np.ndarray:
    values = np.asarray(outcome, float)
    if values.shape != (len(points),):
        raise ValueError(f"the outcome must have a value for each of the {len(points)} points, not {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("the outcome must be a number at every point")
    return values
