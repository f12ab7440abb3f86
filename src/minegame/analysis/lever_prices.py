"""What a percentage point of win probability costs by each lever, at the margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.design import Value
from minegame.game import LEVERS
from minegame.scenario import Scenario
from minegame.statistics import ratios
from minegame.statistics.ratios import UNDEFINED

if TYPE_CHECKING:
    import pandas as pd

_POINT = 0.01  # of a chance


def design(
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


def estimate(
    gains: Mapping[str, np.ndarray],
    costs: Mapping[str, np.ndarray],
    point_value: float,
    confidence: float = 0.95,
    money: Mapping[str, np.ndarray] | None = None,
) -> pd.DataFrame:
    """What a percentage point of win probability costs by each lever, at the margin.

    Args:
        gains: lever → win under its policy of :func:`design` minus win as it is, in each replication: -1, 0 or 1.
        costs: lever → lever points used under that policy minus those used as it is, in the same replications.
        point_value: what a lever point costs the patron, M$.
        confidence: of the intervals.
        money: lever → public money at risk under that policy minus that as it is, M$, in the same replications.

    Returns:
        A row a lever, the cheapest first: ``gain`` (change of P(win) per lever point, with ``gain_low`` and
        ``gain_high``), ``price`` (M$ per percentage point, with ``price_low`` and ``price_high``; infinite bounds
        where the lever may have no effect at all, NaN where it has none or costs nothing), ``public`` (public money at
        risk for a percentage point, M$, likewise; NaN where nobody lends) and ``replications``.  A price below nil: the
        lever costs and harms.
    """
    import pandas as pd

    rows = [
        {
            "lever": lever,
            **_price(gains[lever], costs[lever], point_value, confidence),
            **_public(gains[lever], (money or {}).get(lever), confidence),
        }
        for lever in gains
    ]
    table = pd.DataFrame(rows)
    order = table["price"].where(table["price"] > 0, np.inf).sort_values(kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _public(gain: np.ndarray, money: np.ndarray | None, confidence: float) -> dict[str, float]:
    found = UNDEFINED if money is None or not money.any() else ratios.of_means(money, gain, confidence, _POINT)
    return {f"public{end}": part for end, part in zip(("", "_low", "_high"), found, strict=True)}


def _price(gain: np.ndarray, cost: np.ndarray, point_value: float, confidence: float) -> dict[str, Any]:
    won, paid = np.asarray(gain, float), np.broadcast_to(np.asarray(cost, float), np.shape(gain))
    reaches = (1.0, float(np.abs(paid).max(initial=0.0)))
    effect = ratios.of_means(won, paid, confidence, reaches=reaches)
    price = UNDEFINED
    if paid.any():
        price = ratios.of_means(paid, won, confidence, _POINT * point_value, reaches=reaches[::-1])
    return {
        **{f"gain{end}": part for end, part in zip(("", "_low", "_high"), effect, strict=True)},
        **{f"price{end}": part for end, part in zip(("", "_low", "_high"), price, strict=True)},
        "replications": len(won),
    }
