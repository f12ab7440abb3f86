"""The pictures of a run: bars by policy, curves over one factor, maps or dots over two; none of more factors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.answers.experiment.found import MOST_ROWS, Found, fills_a_map, label_of
from minegame.answers.experiment.tables import any_lot
from minegame.answers.picture import Picture
from minegame.plots.winning import differences, odds, win_curves, win_map, win_scatter
from minegame.results import Results
from minegame.scenario import in_words
from minegame.text import POINTS, SHARE, lower, possessive

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MOST_CURVE, _MOST_MAPS = 1000, 8
_MOST_DOTS = 4000  # of a scatter


def pictures_of(results: Results) -> dict[str, Picture]:
    """The pictures that fit the design; nothing is read of the results before one is asked for."""
    rows = cache(results.win_probabilities)
    if results.groups == 1:
        return _of_one_point(results, rows) if len(results.policies) <= MOST_ROWS else {}
    if len(results.factors) == 1 and results.groups <= _MOST_CURVE:
        return _over_one_factor(results, rows)
    return _maps(results) if len(results.factors) == 2 else {}


def _of_one_point(results: Results, rows: Callable[[], pd.DataFrame]) -> dict[str, Picture]:
    found = Found(results)
    most, _ = found.ends()
    told = SHARE.write(*found.chance(most))
    under = f" under “{most.policy}”" if len(results.policies) > 1 else ""
    often = f"wins{any_lot(results)}{' most often' * bool(under)}"
    made = {"odds": Picture(f"{found.favourite_label} {often}{under}: in {told}", partial(_odds, results, rows))}
    if len(found.others) > 1 and results.reference is not None:
        widest = found.widest_change()
        change = POINTS.write(*found.change(widest))
        whose, base = possessive(found.favourite_label), results.reference
        title = f"“{widest}” moves {whose} chance most: {change} against “{base}”"
        made["differences"] = Picture(title, partial(_differences, results))
    return made


def _over_one_factor(results: Results, rows: Callable[[], pd.DataFrame]) -> dict[str, Picture]:
    found = Found(results)
    label = found.favourite_label
    most, least = found.ends()
    low, high = (SHARE.cell(found.chance(where)[0]) for where in (least, most))
    name = lower(in_words(results.scenario, results.factors[0]))
    return {
        "curves": Picture(
            f"{label} wins{any_lot(results)} in {low} to {high} %, over {name}", partial(_curves, results, rows)
        ),
        "built": Picture(f"What {label} wins and builds of the value, over {name}", partial(_built, results, rows)),
    }


def _differences(results: Results) -> Axes:
    favourite = results.tender.bidder_names[0]
    what = f"the chance that {label_of(results, favourite)} wins"
    return differences(_records(results.win_contrasts(), favourite), str(results.reference), what=what)


def _odds(results: Results, rows: Callable[[], pd.DataFrame]) -> Axes:
    found: list[Any] = rows().to_dict("records")
    named = [{**row, "outcome": label_of(results, row["outcome"])} for row in found]
    return odds(named, replications=min(int(row["negotiations"]) for row in found))


def _curves(results: Results, rows: Callable[[], pd.DataFrame], what: str = "P(win)") -> Axes:
    (factor,), favourite = results.factors, results.tender.bidder_names[0]
    return win_curves(
        _records(rows(), favourite), factor, outcome=favourite, label=label_of(results, favourite),
        name=in_words(results.scenario, factor), what=what,
        own=results.scenario.value(factor),
    )  # fmt: skip


def _built(results: Results, rows: Callable[[], pd.DataFrame]) -> Axes:
    ends = {"estimate": "built", "low": "built_low", "high": "built_high"}

    def built() -> pd.DataFrame:
        return rows().assign(**{end: rows()[name] for end, name in ends.items()})

    return _curves(results, built, "part of the value won and built")


def _maps(results: Results) -> dict[str, Picture]:
    """A map or scatter a policy: of its chances, or of what it changes where the experiment is about that."""
    against = results.reference if "contrasts" in results.manifest["analysis"] else None
    shown = [policy for policy in results.policies if policy != against][:_MOST_MAPS]
    favourite, a_map = label_of(results, results.tender.bidder_names[0]), fills_a_map(results)
    told = results.win_probabilities if against is None else results.win_contrasts
    source = cache(told if a_map else partial(told, groups=_dots(results)))
    draw = partial(_map, results, source, against or "") if a_map else partial(_scatter, results, source, against or "")
    stem = "gain" if against is not None else "map" if a_map else "scatter"
    what = f"How often {favourite} wins" if against is None else f"How much likelier {favourite} wins"
    pictures = {}
    for n, policy in enumerate(shown):
        under = f", under “{policy}”" if len(results.policies) > 1 else ""
        title = what + under + (f" than under “{against}”" if against else "")
        pictures[f"{stem}_{n + 1}"] = Picture(title, partial(draw, policy))
    return pictures


def _map(results: Results, rows: Callable[[], pd.DataFrame], against: str, policy: str) -> Axes:
    found = rows()
    told = _records(found[found["policy"] == policy], results.tender.bidder_names[0])
    return win_map(told, *results.factors, **_named(results, policy), against=against)


def _scatter(results: Results, rows: Callable[[], pd.DataFrame], against: str, policy: str) -> Axes:
    found = rows()
    told = _records(found[found["policy"] == policy], results.tender.bidder_names[0])
    return win_scatter(told, *results.factors, **_named(results, policy), against=against, of=results.groups)


def _dots(results: Results) -> np.ndarray:
    """Of very many points some, evenly over the design: more would cover each other."""
    return np.unique(np.linspace(0, results.groups - 1, _MOST_DOTS).astype(int))


def _named(results: Results, policy: str) -> dict[str, Any]:
    """Whose chance under which policy, and the factors in words."""
    favourite = results.tender.bidder_names[0]
    under = f" ({policy})" if len(results.policies) > 1 else ""
    names = [in_words(results.scenario, path) for path in results.factors]
    return {"outcome": favourite, "label": label_of(results, favourite) + under, "names": names}


def _records(rows: pd.DataFrame, outcome: str) -> Sequence[Any]:
    found: list[Any] = rows[rows["outcome"] == outcome].to_dict("records")
    return found
