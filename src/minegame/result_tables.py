"""The tables of a run that are read elsewhere: who wins, what a policy changes, and on what terms, a row a point.

They stand as CSV in the folder of a run, and as sheets in its workbook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minegame.scenario import Scenario
from minegame.tables import estimate

if TYPE_CHECKING:
    import pandas as pd

    from minegame.results import Results

WINNING, CONTRASTS, TERMS = "winning", "contrasts", "terms"
#: Rows of a table for reading; the summary holds the same for larger designs.
MOST_ROWS = 20_000
_MOST_TERMS = 1_000  # which are estimated one by one


def result_tables(results: Results, outcomes: int) -> dict[str, pd.DataFrame]:
    """The tables that apply to a run and are not too long, by name; ``outcomes`` is how many a point may have."""
    rows, policies = results.groups * outcomes, len(results.policies)
    found = {}
    if rows * policies <= MOST_ROWS:
        found[WINNING] = results.win_probabilities()
    if results.reference is not None and rows * (policies - 1) <= MOST_ROWS:
        found[CONTRASTS] = results.win_contrasts()
    scenario = results.scenario
    if isinstance(scenario, Scenario) and results.groups * policies * len(scenario.bidders) <= _MOST_TERMS:
        found[TERMS] = _terms(results)
    return found


def _terms(results: Results) -> pd.DataFrame:
    """A row a point, policy and bidder: the mean terms of what it won, with intervals; empty where it never won."""
    import pandas as pd

    levels = {path: results.design[path].tolist() for path in results.factors}
    rows: list[dict[str, Any]] = []
    for group in range(results.groups):
        point = {"group": group, **{path: column[group] for path, column in levels.items()}}
        for policy in results.policies:
            for bidder, told in results.estimate(group, policy)["bidders"].items():
                row = {**point, "policy": policy, "bidder": bidder}
                for name, term in told["terms"].items():
                    row |= estimate(name, term)
                rows.append(row)
    return pd.DataFrame(rows)
