"""The pictures of a run: bars by policy, curves over one factor, maps over two; none of larger designs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from minegame.answers.answer import Picture
from minegame.answers.experiment.found import MOST_ROWS, fills_a_map, label_of
from minegame.plots.winning import odds, win_curves, win_map
from minegame.results import Results
from minegame.scenario import in_words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MOST_CURVE, _MOST_MAPS = 1000, 8


def pictures_of(results: Results) -> dict[str, Picture]:
    """The pictures that fit the design; nothing is read of the results before one is drawn."""
    rows = cache(results.win_probabilities)
    if results.groups == 1:
        fits = len(results.policies) <= MOST_ROWS
        return {"odds": Picture("How often each bidder wins", partial(_odds, results, rows))} if fits else {}
    if len(results.factors) == 1 and results.groups <= _MOST_CURVE:
        favourite = label_of(results, results.scenario.bidder_names[0])
        over = f"over {results.factors[0]}"
        return {
            "curves": Picture(f"How often {favourite} wins, {over}", partial(_curves, results, rows)),
            "built": Picture(f"How often {favourite} wins and builds, {over}", partial(_built, results, rows)),
        }
    return _maps(results, rows) if fills_a_map(results) else {}


def _odds(results: Results, rows: Callable[[], pd.DataFrame]) -> Axes:
    found: list[Any] = rows().to_dict("records")
    named = [{**row, "outcome": label_of(results, row["outcome"])} for row in found]
    return odds(named, replications=min(int(row["negotiations"]) for row in found))


def _curves(results: Results, rows: Callable[[], pd.DataFrame], what: str = "P(win)") -> Axes:
    (factor,), favourite = results.factors, results.scenario.bidder_names[0]
    return win_curves(
        _records(rows(), favourite), factor, outcome=favourite, label=label_of(results, favourite),
        name=in_words(results.scenario, factor), what=what,
    )  # fmt: skip


def _built(results: Results, rows: Callable[[], pd.DataFrame]) -> Axes:
    ends = {"estimate": "built", "low": "built_low", "high": "built_high"}

    def built() -> pd.DataFrame:
        return rows().assign(**{end: rows()[name] for end, name in ends.items()})

    return _curves(results, built, "P(win and built)")


def _maps(results: Results, rows: Callable[[], pd.DataFrame]) -> dict[str, Picture]:
    """A map a policy: of its chances, or of what it changes where that is what the experiment is about."""
    against = results.reference if "contrasts" in results.manifest["analysis"] else None
    shown = [policy for policy in results.policies if policy != against][:_MOST_MAPS]
    source = rows if against is None else cache(results.win_contrasts)
    stem, favourite = "map" if against is None else "gain", label_of(results, results.scenario.bidder_names[0])
    what = f"How often {favourite} wins" if against is None else f"How much likelier {favourite} wins"
    pictures = {}
    for n, policy in enumerate(shown):
        under = f", under “{policy}”" if len(results.policies) > 1 else ""
        drawn = partial(_map, results, source, policy, against or "")
        pictures[f"{stem}_{n + 1}"] = Picture(what + under + (f" than under “{against}”" if against else ""), drawn)
    return pictures


def _map(results: Results, rows: Callable[[], pd.DataFrame], policy: str, against: str) -> Axes:
    favourite = results.scenario.bidder_names[0]
    found = rows()
    label = label_of(results, favourite) + (f" ({policy})" if len(results.policies) > 1 else "")
    names = [in_words(results.scenario, path) for path in results.factors]
    chosen = _records(found[found["policy"] == policy], favourite)
    return win_map(chosen, *results.factors, outcome=favourite, label=label, names=names, against=against)


def _records(rows: pd.DataFrame, outcome: str) -> Sequence[Any]:
    found: list[Any] = rows[rows["outcome"] == outcome].to_dict("records")
    return found
