"""What one case can tell: history matching.

Of parameter vectors drawn from wide ranges, those are kept that could well have produced what was observed.  What the
case taught is how much narrower the kept vectors are than the ranges; usually it is little, and it is products of
parameters that are learnt rather than any one of them.

Source: Craig et al. 1997; McCulloch, Ge, Ward, Heppenstall, Polhill & Malleson 2022 for agent-based models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import design as designs
from minegame.design import Factor
from minegame.statistics import intervals

if TYPE_CHECKING:
    import pandas as pd

#: Implausible beyond this: at least 8/9 of any distribution, 95 % of any with one peak, lies within three standard
#: deviations (Pukelsheim 1994).
CUTOFF = 3.0


@dataclass(frozen=True)
class Observation:
    """What was observed, and how well the model can be expected to meet it.

    ``value``: as observed.  ``error``: the standard deviation of the observation itself (a date that is known to the
    month).  ``discrepancy``: the standard deviation by which even the best parameters may miss it, for what the model
    leaves out.  All in the unit of the outcome.
    """

    name: str
    value: float
    error: float = 0.0
    discrepancy: float = 0.0


@dataclass(frozen=True)
class Learning:
    """What is kept of the prior once the case is known.

    ``vectors``: a row a parameter vector: its implausibility by each observation, the ``worst``, and whether ``kept``.
    ``share_kept`` with ``low`` and ``high``.
    ``parameters``: a row a parameter (or product), the most learnt first: the ranges in which 90 % of the prior and of
    the kept vectors lie (``prior_low``, ``prior_high``, ``kept_low``, ``kept_high``), ``spread_kept`` (the kept
    interquartile range as a part of the prior's: 1 means that nothing was learnt), ``distance`` (Kolmogorov-Smirnov,
    kept against prior: 0 to 1), ``p`` (how likely kept and discarded vectors would differ so by chance), and whether
    anything was ``learnt`` (p after Holm below 0.05; among many vectors even a slight shift counts: see the distance).
    ``headlines``: a row a headline: its range over the kept vectors (``least``, ``low``, ``median``, ``high``,
    ``most``; ``low`` to ``high`` holds 90 %) and over all (``prior_least`` …).
    """

    vectors: pd.DataFrame
    kept: np.ndarray
    share_kept: dict[str, float]
    parameters: pd.DataFrame
    headlines: pd.DataFrame
    cutoff: float


def design(factors: Sequence[Factor], vectors: int = 4096, seed: int = 0) -> pd.DataFrame:
    """The parameter vectors to play: a Latin hypercube over the wide ranges, a row a vector."""
    return designs.latin_hypercube(factors, vectors, seed)


#: A part of a product: a parameter by its path, or the difference of two.
Part = str | tuple[str, str]


def products(patron: str, bidder: str, financier: str) -> dict[str, tuple[Part, ...]]:
    """The products in which alone parameters of a patron and its own enter the game, by the paths they multiply.

    One case can narrow a product and leave its parts as wide as they were.  Two paths together are a difference: what
    the host wishes the camp had more of its portfolio, by how much letters are believed beyond their worth.
    """
    own = f"patrons.{patron}."
    return {
        "balance": ("host.balance_weight", (own + "ideal_share", own + "portfolio_share")),
        "mistake": ((f"financiers.{financier}.credibility", f"financiers.{financier}.conversion"),),
        "threat": (own + "link", own + "incidence", own + "exposed_share"),
        "access": (own + "access_deliverable", own + "access_value"),
        "backlash": ("host.backlash", own + "conflict_expectation", own + "publicity"),
        "credit": ("host.credit_weight", own + "credit"),
        "letters": (f"financiers.{financier}.credibility", f"bidders.{bidder}.capability"),
    }


def implausibility(
    observation: Observation,
    estimates: np.ndarray,
    errors: np.ndarray | float = 0.0,
    spreads: np.ndarray | float = 0.0,
) -> np.ndarray:
    """How many standard deviations the observation lies from what each vector leads one to expect, shape (vectors,).

    Args:
        observation: what was observed, once.
        estimates: the expected outcome at each vector.
        errors: Monte Carlo standard errors of those.
        spreads: the standard deviation of the outcome of one negotiation at each vector: what was observed is one draw
            of it.  For an event of probability p (observed: 1) it is √(p(1-p)), and the cut-off of 3 keeps p > 0.1.

    NaN where the estimate is NaN: such a vector says nothing of this observation.
    """
    variance = np.square(errors) + np.square(spreads) + observation.error**2 + observation.discrepancy**2
    distance = np.abs(observation.value - np.asarray(estimates, float))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(distance == 0, 0.0, distance / np.sqrt(variance))


def event_spread(probability: np.ndarray) -> np.ndarray:
    """The standard deviation of an event that happens or does not, for :func:`implausibility`."""
    p = np.asarray(probability, float)
    return np.asarray(np.sqrt(np.maximum(p * (1 - p), 0.0)))


def expected(sums: np.ndarray, names: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What each vector leads one to expect of what was observed: the estimates, errors and spreads of :func:`estimate`.

    Args:
        sums: count, sum and sum of squares of each outcome at each vector, shape (vectors, outcomes, 3); the first
            outcome is an event, 0 or 1.
        names: of the outcomes.
    """
    import pandas as pd

    count, total, squares = np.moveaxis(sums, -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = total / count
        spreads = np.sqrt(np.maximum(squares / count - means**2, 0.0))
        spreads[:, 0] = event_spread(means[:, 0])
        errors = spreads / np.sqrt(count)
    one, other, third = (pd.DataFrame(part, columns=list(names)) for part in (means, errors, spreads))
    return one, other, third


def estimate(
    points: pd.DataFrame,
    observations: Sequence[Observation],
    estimates: pd.DataFrame,
    errors: pd.DataFrame,
    spreads: pd.DataFrame,
    *,
    headlines: pd.DataFrame | None = None,
    products: Mapping[str, Sequence[Part]] | None = None,
    cutoff: float = CUTOFF,
    confidence: float = 0.95,
) -> Learning:
    """Keep the vectors that could well have produced what was observed, and say what that teaches.

    Args:
        points: the parameter vectors that were played, a column a factor.
        observations: what was observed; each names a column of the next three.
        estimates: expected outcomes, a row a vector: P(the observed winner wins), mean month, mean state share.
        errors: their Monte Carlo standard errors.
        spreads: the standard deviations of one negotiation's outcomes.
        headlines: answers at each vector whose range over the kept ones is wanted, a column each.
        products: names → the paths, or differences of two, whose product is examined beside the single parameters,
            called ``name: a × (b − c)`` by the factors that vary; a product counts those that are in ``points``, if at
            least two paths are.
        cutoff: a vector is discarded if any observation is more implausible.
        confidence: of the interval of the share kept.
    """
    import pandas as pd

    measured = pd.DataFrame(
        {
            o.name: implausibility(o, *(table[o.name].to_numpy(float) for table in (estimates, errors, spreads)))
            for o in observations
        }
    )
    worst = measured.max(axis=1).fillna(0.0).to_numpy(float)
    kept = worst <= cutoff
    low, high = intervals.probability(kept.sum(), len(kept), confidence)
    examined = _with_products(points, products or {})
    return Learning(
        vectors=measured.assign(worst=worst, kept=kept),
        kept=kept,
        share_kept={"estimate": float(kept.mean()), "low": float(low), "high": float(high)},
        parameters=_parameters(examined, kept),
        headlines=_headlines(headlines, kept),
        cutoff=cutoff,
    )


def _with_products(points: pd.DataFrame, products: Mapping[str, Sequence[Part]]) -> pd.DataFrame:
    found = {}
    for name, parts in products.items():
        present = [part for part in parts if set(_paths_of(part)) <= set(points)]
        if len([path for part in present for path in _paths_of(part)]) > 1:
            label = " × ".join(_part_said(part) for part in present)
            found[f"{name}: {label}"] = np.prod([_part_of(points, part) for part in present], axis=0)
    return points.assign(**found)


def _paths_of(part: Part) -> tuple[str, ...]:
    return (part,) if isinstance(part, str) else part


def _part_of(points: pd.DataFrame, part: Part) -> np.ndarray:
    first, *others = (points[path].to_numpy(float) for path in _paths_of(part))
    return np.asarray(first - others[0] if others else first)


def _part_said(part: Part) -> str:
    names = [path.rpartition(".")[2] for path in _paths_of(part)]
    return names[0] if len(names) == 1 else f"({' − '.join(names)})"


def _parameters(points: pd.DataFrame, kept: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    from minegame.statistics.comparison import holm

    numbers = [str(name) for name in points if points[name].dtype.kind in "fiub"]
    table = pd.DataFrame([_narrowed(name, points[name].to_numpy(float), kept) for name in numbers])
    if table.empty:
        return table
    table["learnt"] = holm(table["p"].fillna(1.0).to_numpy()) < 0.05
    return table.sort_values("distance", ascending=False, kind="stable", ignore_index=True)


def _narrowed(name: str, values: np.ndarray, kept: np.ndarray) -> dict[str, Any]:
    from scipy.stats import ks_2samp

    chosen, others = values[kept], values[~kept]
    row = {"parameter": name, **_range("prior", values), **_range("kept", chosen)}
    enough = len(chosen) > 1 and len(others) > 1
    test = ks_2samp(chosen, others, method="asymp") if enough else None
    wide = np.diff(np.quantile(values, [0.25, 0.75]))[0]
    narrow = np.diff(np.quantile(chosen, [0.25, 0.75]))[0] if len(chosen) > 1 else np.nan
    return row | {
        "spread_kept": float(narrow / wide) if wide > 0 else np.nan,
        # the prior is the kept and the discarded together, so this is exactly kept against prior
        "distance": float(test.statistic * np.mean(~kept)) if test else np.nan,
        "p": float(test.pvalue) if test else np.nan,
    }


def _range(prefix: str, values: np.ndarray) -> dict[str, float]:
    low, high = np.quantile(values, [0.05, 0.95]) if len(values) else (np.nan, np.nan)
    return {f"{prefix}_low": float(low), f"{prefix}_high": float(high)}


def _headlines(headlines: pd.DataFrame | None, kept: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    columns = ["least", "low", "median", "high", "most"]
    rows = []
    for name in headlines if headlines is not None else ():
        values = headlines[name].to_numpy(float)  # type: ignore[index]
        told = np.isfinite(values)
        row: dict[str, Any] = {"headline": name, "vectors": int((kept & told).sum())}
        for prefix, chosen in (("", values[kept & told]), ("prior_", values[told])):
            ends = np.quantile(chosen, [0, 0.05, 0.5, 0.95, 1]) if len(chosen) else [np.nan] * 5
            row |= {prefix + column: float(end) for column, end in zip(columns, ends, strict=True)}
        rows.append(row)
    return pd.DataFrame(rows, columns=["headline", "vectors", *columns, *(f"prior_{column}" for column in columns)])
