"""Where does it fail: boxes of parameters in which an outcome is likely (scenario discovery).

Boxes are found by the patient rule induction method (PRIM: Friedman & Fisher 1999; Bryant & Lempert 2010): slices are
peeled off the whole design, each time the one that helps most, and pasted back where that helps.  What is said of a box
is read off points that were kept out of the search.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import design as designs
from minegame.design import Factor
from minegame.statistics import intervals

if TYPE_CHECKING:
    import pandas as pd

#: A box: path → (low, high), one of which may be infinite, or the set of levels in it; a path left out is free.
Box = Mapping[str, tuple[float, float] | frozenset[Any]]


_HOLDOUT = 0x401D  # a stream of its own: a caller may have drawn points or cases with the same seed


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
    density: float | None = None,
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
        density: wanted in a box: of the boxes that the search goes through, the one of at least this density that
            covers most is chosen.  Without it, or if none is so dense, the one of the best balance (harmonic mean) of
            density and coverage, which is the box itself where there is one with sharp edges.
        holdout: the share of points kept out of the search, on which the box is judged.
        smallest: mass of a box, as a share of the points searched.
        quasi_p: a limit that does not reach it is dropped.
        boxes: how many to look for, each among the points outside those before.
        confidence: of the intervals.
        seed: of the choice of points kept out.

    Raises:
        ValueError: if no point, or every point, is a case of interest, or arguments do not fit.
    """
    cases = np.asarray(interest)
    if cases.shape != (len(points),) or not np.isin(cases, (0, 1)).all():
        raise ValueError(f"interest must be true or false at each of the {len(points)} points")
    cases = cases.astype(bool)
    searched = np.random.default_rng((seed, _HOLDOUT)).random(len(points)) >= holdout
    table = _readable(points)
    inside, found = cases[searched], cases[~searched]
    if not inside.any() or inside.all():
        raise ValueError("there is nothing to discover: the points are all, or none of them, cases of interest")
    looked, kept = table[searched].reset_index(drop=True), table[~searched].reset_index(drop=True)
    results: list[Discovery] = []
    free = np.ones(len(looked), bool)
    for _ in range(boxes):
        box, trajectory = _induce(looked, inside, free, density, smallest)
        box, strengths = _significant(box, looked, inside, quasi_p)
        free &= ~contains(box, looked)
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
        if not (inside & free).any():
            break
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


# ------------------------------------------------------------------------------------------------- peeling and pasting

_SLICE = 0.05  # the share of a box's points that is peeled off or pasted on in one step, or one whole value or level

_Limit = tuple[float, float] | frozenset[Any]


def _induce(
    points: pd.DataFrame, cases: np.ndarray, free: np.ndarray, density: float | None, smallest: float
) -> tuple[Box, pd.DataFrame]:
    """One box among the free points: peel down to the smallest mass, choose a box on the way, paste back on."""
    import pandas as pd

    columns = {str(path): points[path].to_numpy() for path in points}
    boxes: list[Box] = [{}]
    inside = [free.copy()]
    while (peeled := _peel(columns, cases, boxes[-1], inside[-1])) and peeled[1].sum() >= smallest * len(points):
        boxes.append(peeled[0])
        inside.append(peeled[1])
    counts = np.array([mask.sum() for mask in inside])
    hits = np.array([cases[mask].sum() for mask in inside])
    chosen = _choose(hits / counts, hits / cases.sum(), density)
    trajectory = pd.DataFrame(
        {
            "coverage": hits / cases.sum(),
            "density": hits / counts,
            "mass": counts / len(points),
            "restricted": [len(box) for box in boxes],
            "chosen": np.arange(len(boxes)) == chosen,
        }
    )
    return _pasted(points, cases, free, boxes[chosen]), trajectory


def _choose(densities: np.ndarray, coverages: np.ndarray, density: float | None) -> int:
    if density is not None and (dense := densities >= density).any():
        return int(np.argmax(np.where(dense, coverages, -1.0)))
    return int(np.argmax(2 * densities * coverages / np.maximum(densities + coverages, 1e-300)))


def _peel(
    columns: Mapping[str, np.ndarray], cases: np.ndarray, box: Box, inside: np.ndarray
) -> tuple[Box, np.ndarray] | None:
    """The box without the slice whose loss raises the density most for each point lost; None if nothing is left to do.

    The measure is the lenient one of Kwakkel & Jaxa-Rozen 2016, under which a level of a few may be peeled like a
    twentieth of a range.
    """
    rows = np.flatnonzero(inside)
    here = cases[rows]
    if here.all() or not here.any():
        return None
    best: tuple[float, str, _Limit, np.ndarray] | None = None
    for path, column in columns.items():
        for limit, keep in _peels(column[rows], box.get(path)):
            gain = (here[keep].mean() - here.mean()) / (len(rows) - keep.sum())
            if best is None or gain > best[0]:
                best = (float(gain), path, limit, keep)
    if best is None:
        return None
    left = np.zeros_like(inside)
    left[rows[best[3]]] = True
    return {**box, best[1]: best[2]}, left


def _peels(values: np.ndarray, limit: _Limit | None) -> Iterator[tuple[_Limit, np.ndarray]]:
    """Each way of peeling one column: the limit that is left and which values it keeps."""
    if values.dtype.kind not in "fiu":
        present = sorted(set(values))
        for level in present if len(present) > 1 else ():
            yield frozenset(present) - {level}, values != level
        return
    low, high = limit if isinstance(limit, tuple) else (-np.inf, np.inf)
    cut = max(int(_SLICE * len(values)) - 1, 0)
    ordered = np.partition(values, (cut, len(values) - 1 - cut))
    above, below = values > ordered[cut], values < ordered[len(values) - 1 - cut]
    if above.any():
        yield (float(values[above].min()), high), above
    if below.any():
        yield (low, float(values[below].max())), below


def _pasted(points: pd.DataFrame, cases: np.ndarray, free: np.ndarray, box: Box) -> Box:
    """The box grown again by slices that do not make it less dense: early peels saw less than late ones."""
    while True:
        inside = free & contains(box, points)
        best, density = None, cases[inside].mean()
        for path, side in _sides(box):
            for wider in _pastes(points, free, box, path, side, max(int(_SLICE * inside.sum()), 1)):
                grown = free & contains(wider, points)
                if grown.sum() > inside.sum() and cases[grown].mean() >= density:
                    best, density = wider, cases[grown].mean()
        if best is None:
            return box
        box = best


def _pastes(points: pd.DataFrame, free: np.ndarray, box: Box, path: str, side: str, number: int) -> Iterator[Box]:
    """The box grown on one side by so many points, or by one more level."""
    limit, values = box[path], points[path].to_numpy()
    beyond = free & contains(_without(box, path, side), points) & ~contains(box, points)
    outside = np.sort(values[beyond])
    if isinstance(limit, frozenset):
        yield from ({**box, path: limit | {level}} for level in sorted(set(outside)))
    elif len(outside) and side == "low":
        yield {**box, path: (float(outside[-min(number, len(outside))]), limit[1])}
    elif len(outside):
        yield {**box, path: (limit[0], float(outside[min(number, len(outside)) - 1]))}


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
        low, high = intervals.probability(part, whole, confidence)
        judged[name] = {"estimate": part / whole if whole else np.nan, "low": float(low), "high": float(high)}
    return judged
