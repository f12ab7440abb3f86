"""Where does it fail: boxes of parameters in which an outcome is likely (scenario discovery).

Boxes are found by the patient rule induction method (Friedman & Fisher 1999; Bryant & Lempert 2010) of the EMA
workbench (Kwakkel 2017), an extra.  What is said of a box is read off points that were kept out of the search.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import design as designs
from minegame.analysis import intervals
from minegame.design import Factor

if TYPE_CHECKING:
    import pandas as pd

#: A box: path → (low, high), or the set of levels that are in it; a path that it leaves out is free.
Box = Mapping[str, tuple[float, float] | frozenset[Any]]


@dataclass(frozen=True)
class Discovery:
    """A box of the design in which the cases of interest are dense.

    ``limits``: a row a restricted side: ``factor``, ``side`` (``low``, ``high`` or ``levels``), the ``limit``, the
    design's own ``range_low`` and ``range_high``, and ``quasi_p``: how likely so dense a box would be if this limit did
    nothing (Bryant & Lempert 2010).
    ``density`` (cases of interest among the points in the box), ``coverage`` (points in the box among the cases of
    interest) and ``mass`` (points in the box among all), with ``low`` and ``high``: from ``checked`` points that the
    search did not see.
    ``base_rate``: cases of interest among all points.  ``trajectory``: the boxes that the search went through, a row
    each, from everything to the smallest: ``coverage``, ``density``, ``mass``, ``restricted`` (on the points searched).
    """

    box: Box
    limits: pd.DataFrame
    density: dict[str, float]
    coverage: dict[str, float]
    mass: dict[str, float]
    base_rate: float
    trajectory: pd.DataFrame
    searched: int
    checked: int


def design(factors: Sequence[Factor], points: int = 4096, seed: int = 0) -> pd.DataFrame:
    """The points to play: a scrambled Sobol' sequence over the wide ranges, a row a point."""
    return designs.sobol(factors, points, seed)


def estimate(
    points: pd.DataFrame,
    interest: np.ndarray,
    *,
    density: float = 0.8,
    holdout: float = 0.3,
    smallest: float = 0.05,
    quasi_p: float = 0.05,
    boxes: int = 1,
    confidence: float = 0.95,
    seed: int = 0,
) -> list[Discovery]:
    """Boxes in which the cases of interest are dense, the first the one to look at.

    Args:
        points: the design that was played, a column a factor.
        interest: which points are cases of interest, such as P(win) < 1/2: true or false, shape (points,).
        density: wanted in a box.  Of the boxes that the search goes through, the one of this density that covers most
            is chosen; if none is so dense, the one of the best balance (harmonic mean) of density and coverage.
        holdout: the share of points kept out of the search, on which the box is judged.
        smallest: mass of a box, as a share of the points searched.
        quasi_p: a limit that does not reach it is dropped.
        boxes: how many to look for, each among the points outside those before.
        confidence: of the intervals.
        seed: of the choice of points kept out.

    Raises:
        ValueError: if no point, or every point, is a case of interest, or arguments do not fit.
        ModuleNotFoundError: without the extra ``discovery``.
    """
    cases = np.asarray(interest)
    if cases.shape != (len(points),) or not np.isin(cases, (0, 1)).all():
        raise ValueError(f"interest must be true or false at each of the {len(points)} points")
    cases = cases.astype(bool)
    searched = np.random.default_rng(seed).random(len(points)) >= holdout
    table = _readable(points)
    inside, found = cases[searched], cases[~searched]
    if not inside.any() or inside.all():
        raise ValueError("there is nothing to discover: the points are all, or none of them, cases of interest")
    looked, kept = table[searched].reset_index(drop=True), table[~searched].reset_index(drop=True)
    results = []
    for box, trajectory in _search(looked, inside, density, smallest, boxes):
        box, strengths = _significant(box, looked, inside, quasi_p)
        results.append(
            Discovery(
                box=box,
                limits=_limits(box, table, strengths),
                **_judged(box, kept, found, confidence),
                base_rate=float(cases.mean()),
                trajectory=trajectory,
                searched=len(looked),
                checked=len(kept),
            )
        )
    return results


def contains(box: Box, points: pd.DataFrame) -> np.ndarray:
    """Which points lie in a box, shape (points,)."""
    inside = np.ones(len(points), bool)
    for path, limit in box.items():
        values = points[path].to_numpy()
        if isinstance(limit, frozenset):
            inside &= np.array([str(value) in limit for value in values], bool)
        else:
            inside &= (values >= limit[0]) & (values <= limit[1])
    return inside


def _readable(points: pd.DataFrame) -> pd.DataFrame:
    """Numbers as they are, levels as text."""
    texts = [str(name) for name in points if points[name].dtype.kind not in "fiu"]
    return points.assign(**{name: points[name].map(str).astype(object) for name in texts})


def _search(
    points: pd.DataFrame, cases: np.ndarray, density: float, smallest: float, boxes: int
) -> list[tuple[Box, pd.DataFrame]]:
    """The one place that knows the EMA workbench: its peeling and pasting → the box chosen and the trajectory."""
    prim = _workbench()
    search = prim.Prim(points, cases.astype(int), threshold=1e-9, mass_min=smallest)
    whole, found = search.box_init, []
    for _ in range(boxes):
        candidate = search.find_box()
        if candidate is None or len(candidate.box_lims) < 2:
            break
        steps = candidate.peeling_trajectory
        chosen = _choose(steps["density"].to_numpy(float), steps["coverage"].to_numpy(float), density)
        candidate.select(chosen)
        trajectory = steps[["coverage", "density", "mass", "res_dim"]].rename(columns={"res_dim": "restricted"})
        trajectory = trajectory.assign(chosen=np.arange(len(steps)) == chosen)
        found.append((_plain(candidate.box_lims[chosen], whole), trajectory))
    return found


def _workbench() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it complains of its own extras
            from ema_workbench.analysis import prim  # type: ignore[import-not-found]
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            "scenario discovery needs the EMA workbench: pip install 'minegame[discovery]'", name=missing.name
        ) from missing
    return prim


def _choose(densities: np.ndarray, coverages: np.ndarray, density: float) -> int:
    dense = densities >= density
    if dense.any():
        return int(np.argmax(np.where(dense, coverages, -1.0)))
    return int(np.argmax(2 * densities * coverages / (densities + coverages + 1e-300)))


def _plain(limits: pd.DataFrame, whole: pd.DataFrame) -> Box:
    """A box of the workbench as ours: only the sides that restrict, a free side of a range at infinity."""
    box: dict[str, tuple[float, float] | frozenset[Any]] = {}
    for path in map(str, limits):
        low, high = limits[path].iloc[0], limits[path].iloc[1]
        if isinstance(low, (set, frozenset)):
            if low != whole[path].iloc[0]:
                box[path] = frozenset(low)
            continue
        low = -np.inf if low <= whole[path].iloc[0] else float(low)
        high = np.inf if high >= whole[path].iloc[1] else float(high)
        if np.isfinite(low) or np.isfinite(high):
            box[path] = (low, high)
    return box


# -------------------------------------------------------------------------------------------------- judging a box

_Sides = dict[tuple[str, str], float]


def _sides(box: Box) -> list[tuple[str, str]]:
    sides = []
    for path, limit in box.items():
        if isinstance(limit, frozenset):
            sides.append((path, "levels"))
        else:
            sides += [(path, side) for side, end in zip(("low", "high"), limit, strict=True) if np.isfinite(end)]
    return sides


def _without(box: Box, path: str, side: str) -> Box:
    """The box with one side set free."""
    limit = box[path]
    rest = {name: other for name, other in box.items() if name != path}
    if isinstance(limit, frozenset):
        return rest
    freed = (-np.inf, limit[1]) if side == "low" else (limit[0], np.inf)
    return {**rest, path: freed} if np.isfinite(freed).any() else rest


def _quasi_p(box: Box, path: str, side: str, points: pd.DataFrame, cases: np.ndarray) -> float:
    """How likely the box would hold so many cases if it drew from the box without this side."""
    from scipy.stats import binom

    inside, wider = contains(box, points), contains(_without(box, path, side), points)
    if inside.sum() == wider.sum():
        return 1.0
    return float(binom.sf(cases[inside].sum() - 1, inside.sum(), cases[wider].mean()))


def _significant(box: Box, points: pd.DataFrame, cases: np.ndarray, limit: float) -> tuple[Box, _Sides]:
    """The box without the sides that do nothing, the least of them dropped first."""
    while True:
        strengths = {side: _quasi_p(box, *side, points, cases) for side in _sides(box)}
        weakest = max(strengths, key=strengths.__getitem__, default=None)
        if weakest is None or strengths[weakest] <= limit:
            return box, strengths
        box = _without(box, *weakest)


def _limits(box: Box, points: pd.DataFrame, strengths: _Sides) -> pd.DataFrame:
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for (path, side), quasi_p in strengths.items():
        limit = box[path]
        shown: str | float
        if isinstance(limit, frozenset):
            shown, low, high = ", ".join(sorted(limit)), np.nan, np.nan
        else:
            shown = limit[0] if side == "low" else limit[1]
            low, high = float(points[path].min()), float(points[path].max())
        rows.append(
            {"factor": path, "side": side, "limit": shown, "range_low": low, "range_high": high, "quasi_p": quasi_p}
        )
    columns = ["factor", "side", "limit", "range_low", "range_high", "quasi_p"]
    return pd.DataFrame(rows, columns=columns).sort_values("quasi_p", kind="stable", ignore_index=True)


def _judged(box: Box, points: pd.DataFrame, cases: np.ndarray, confidence: float) -> dict[str, dict[str, float]]:
    inside = contains(box, points)
    hits = int((inside & cases).sum())
    counts = {
        "density": (hits, int(inside.sum())),
        "coverage": (hits, int(cases.sum())),
        "mass": (int(inside.sum()), len(points)),
    }
    judged = {}
    for name, (part, whole) in counts.items():
        low, high = intervals.wilson(part, whole, confidence)
        judged[name] = {"estimate": part / whole if whole else np.nan, "low": float(low), "high": float(high)}
    return judged
