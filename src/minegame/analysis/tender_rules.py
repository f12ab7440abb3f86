"""What the host gains by its rules of the tender, once the patrons have adapted to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.analysis.equilibrium import ENDS, played_row
from minegame.game_theory import mixed, quantal
from minegame.game_theory.nash import Equilibrium, equilibria, selected, standing, survival
from minegame.game_theory.payoffs import (
    HOST,
    Mixture,
    PayoffTable,
    Who,
    drawn_gains,
    paired_difference,
    value,
    value_sample,
)

if TYPE_CHECKING:
    import pandas as pd


def estimate(
    tables: Mapping[str, PayoffTable], *, draws: int = 200, seed: int = 0, confidence: float = 0.95
) -> pd.DataFrame:
    """The rules of the tender compared: for each, the patrons' game solved again and what it is worth to the host.

    ``tables`` maps the name of a rule to the payoff table under it; the first is the one the others are compared with,
    on the same luck.  Where there are several equilibria, ``host_value`` is that of the one that the quantal limit
    selects, and ``host_least`` and ``host_most`` span all of them.  The intervals of the value and of its difference
    hold the equilibria fixed; ``redrawn_low`` and ``redrawn_high`` solve the game again in every draw and span the
    host's value over its pure equilibria, or where there is none in the mixed one of the same strategies as the one
    selected; ``no_pure_equilibrium`` is the share of draws without a pure one.  Every measure beside the payoffs has
    its columns too, ``NAME`` and ``NAME_difference`` with their bounds.
    """
    import pandas as pd

    solved = {rule: _solve(table) for rule, table in tables.items()}
    first = next(iter(tables))
    return pd.DataFrame(
        [
            _rule_row(rule, table, solved[rule], tables[first], solved[first], draws, seed, confidence)
            for rule, table in tables.items()
        ]
    )


@dataclass(frozen=True, eq=False)
class _Solution:
    found: list[Equilibrium]
    complete: bool
    limit: Mixture
    chosen: int | None

    @property
    def mixture(self) -> Mixture:
        return self.limit if self.chosen is None else self.found[self.chosen].mixture


def _solve(table: PayoffTable) -> _Solution:
    found, complete = equilibria(table.payoffs)
    limit = quantal.quantal_path(table.payoffs).limit
    return _Solution(found, complete, limit, selected(found, limit))


def _rule_row(
    rule: str, table: PayoffTable, solution: _Solution,
    base: PayoffTable, base_solution: _Solution, draws: int, seed: int, confidence: float,
) -> dict[str, Any]:  # fmt: skip
    drawn = table.bootstrap(draws, seed)
    chosen, played = solution.chosen, solution.mixture
    everywhere = [value(table, one.mixture)[0] for one in solution.found] or [value(table, played)[0]]
    share = float("nan") if chosen is None else survival(drawn[:, :-1], solution.found[chosen])
    redrawn_low, redrawn_high, none = _redrawn(drawn, None if chosen is None else solution.found[chosen], confidence)
    measures: list[tuple[str, Who]] = [("", HOST), *((f"{name}_", name) for name in table.beside)]
    changes = {
        f"{prefix}difference{end}": number
        for prefix, who in measures
        for end, number in zip(ENDS, change(table, played, base, base_solution.mixture, who, confidence), strict=True)
    }
    return {
        "rule": rule, **played_row(table, played, confidence),
        **changes,
        "equilibria": len(solution.found), "complete": solution.complete,
        "host_least": min(everywhere), "host_most": max(everywhere),
        "survival": share, "standing": standing(share),
        "redrawn_low": redrawn_low, "redrawn_high": redrawn_high, "no_pure_equilibrium": none,
    }  # fmt: skip


def change(
    table: PayoffTable, played: Mixture, base: PayoffTable, instead: Mixture, who: Who = HOST, confidence: float = 0.95
) -> tuple[float, float, float]:
    """What a profile of one table is worth more than one of another, to the host or in a measure beside the payoffs.

    On the same luck: (estimate, low, high).  Raises ValueError for tables of different replications.
    """
    first, second = value_sample(table, played, who), value_sample(base, instead, who)
    if len(first) != len(second):
        raise ValueError("rules are compared on the same luck: their payoff tables need the same replications")
    if not len(first):
        difference = value(table, played, who)[0] - value(base, instead, who)[0]
        return difference, difference, difference
    if table is base and all(np.array_equal(one, other) for one, other in zip(played, instead, strict=True)):
        return 0.0, 0.0, 0.0  # the same, whatever luck brings
    return paired_difference(first, second, confidence, max(table.reach(who), base.reach(who)) or None)


def _redrawn(drawn: np.ndarray, chosen: Equilibrium | None, confidence: float) -> tuple[float, float, float]:
    """Between what values the host's lies when every draw is solved again, and the share without a pure equilibrium.

    Draws in which neither a pure equilibrium nor the mixed one chosen is found tell nothing; NaN if none does.
    """
    stable = (drawn_gains(drawn[:, :-1]) <= 0.0).all(axis=1).reshape(len(drawn), -1)
    worth = drawn[:, -1].reshape(len(drawn), -1)
    least = np.where(stable, worth, np.inf).min(axis=1)
    most = np.where(stable, worth, -np.inf).max(axis=1)
    none = ~stable.any(axis=1)
    if chosen is not None and chosen.pure is None and drawn.shape[1] == 3:
        rows, columns = chosen.supports
        for n in np.flatnonzero(none):
            again = mixed.equilibrium_on(drawn[n, 0], drawn[n, 1], rows, columns)
            if again is not None:
                least[n] = most[n] = float(again[0] @ drawn[n, 2] @ again[1])
    told = np.isfinite(least)
    if not told.any():
        return float("nan"), float("nan"), float(none.mean())
    tail = (1.0 - confidence) / 2.0
    low, high = float(np.quantile(least[told], tail)), float(np.quantile(most[told], 1.0 - tail))
    return low, high, float(none.mean())
