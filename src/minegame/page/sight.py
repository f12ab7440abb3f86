"""What is seen of the numbers: bars, tables and sentences, as plain values that a browser draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import getitem
from typing import Any

from minegame.analysis.winning import Estimate
from minegame.answers.compared import Found
from minegame.answers.outcomes import Outcomes, labels, public_patrons, sold_apart
from minegame.ensemble import general
from minegame.page.draft import NOW
from minegame.page.pictures import drawn
from minegame.page.playing import Seen
from minegame.plots.winning import odds
from minegame.statistics import precision
from minegame.tables import Column, Table, bounded
from minegame.text import MONEY_CHANGE, POINTS, SHARE


def bars(seen: Seen) -> list[dict[str, Any]]:
    """A group of bars an outcome, a bar a policy: how often, between which ends, and what is built of the value."""
    first = seen.found.compared.scenarios[seen.found.compared.own]
    wins = "wins any lot" if sold_apart(first) else "wins"
    groups = [
        _group(seen.found, f"{label} {wins}", ("bidders", bidder, "wins_any"), ("bidders", bidder, "wins_and_built"))
        for bidder, label in labels(first).items()
    ]
    return [*groups, _group(seen.found, "Shelved: nobody wins", ("shelved",))]


def _group(found: Found, title: str, won: Sequence[str], built: Sequence[str] = ()) -> dict[str, Any]:
    """The bars of an outcome; ``won`` and ``built`` lead to its estimates in what was found."""
    return {
        "title": title,
        "bars": [_bar(name, _at(at, won), _at(at, built) if built else None) for name, at in found.policies.items()],
        "changes": [
            f"{name} against {found.compared.base}: {POINTS.write(*_three(_at(at, won)))}"
            for name, at in found.contrasts.items()
        ],
    }


def _at(found: Any, path: Sequence[str]) -> Estimate:
    return reduce(getitem, path, found)  # type: ignore[no-any-return]


def _bar(name: str, won: Estimate, built: Estimate | None) -> dict[str, Any]:
    bar = {"name": name, **won, "text": SHARE.write(*_three(won)), "built": None, "builtText": ""}
    return bar if built is None else {**bar, "built": built["estimate"], "builtText": SHARE.write(*_three(built))}


def _three(found: Estimate) -> tuple[float, float | None, float | None]:
    return (float("nan") if found["estimate"] is None else found["estimate"]), found["low"], found["high"]


def brief(seen: Seen) -> str:
    """The values of the moment in a line: who wins how often."""
    found = seen.found
    policy = NOW if NOW in found.policies else found.compared.own
    at, scenario = found.policies[policy], found.compared.scenarios[policy]
    parts = [
        f"{label} {SHARE.write(at['bidders'][name]['wins_any']['estimate'])}"
        for name, label in labels(scenario).items()
    ]
    return f"{policy}: {' · '.join([*parts, 'shelved ' + SHARE.write(at['shelved']['estimate'])])}"


def tables(seen: Seen) -> dict[str, Table]:
    """The numbers as tables, a row a policy, with the headings that ``minegame odds`` gives them."""
    found = seen.found
    compared = found.compared
    scenario, policy = compared.scenarios[compared.own], [Column("policy")]
    apart = sold_apart(scenario)
    points = [({"policy": name}, at) for name, at in found.policies.items()]
    of_all = Outcomes(policy, points, labels(scenario), apart)
    made = {"winners": of_all.winners("Who wins, and who builds")}
    if found.contrasts:
        pairs = [({"policy": name}, at) for name, at in found.contrasts.items()]
        title = f"Differences from '{compared.base}', on the same luck"
        made["contrasts"] = Outcomes(policy, pairs, labels(scenario), apart).contrasts(title)
    made["host"] = _with_balance(of_all.host("What the host makes of it"), seen)
    if lending := public_patrons(scenario):
        made["money"] = of_all.money("Public money of a negotiation, on average", lending)
    return made


def _with_balance(table: Table, seen: Seen) -> Table:
    """The host's value, what it is without the balance of the camps, and what that costs it."""
    sums = seen.tallies.sums[0, :, general("balance")]
    low, high = precision.interval(sums, "balance", confidence=seen.confidence)
    cost = Column("balance", "balance of the camps", MONEY_CHANGE, bounded=True)
    rows = table.frame.assign(**bounded("balance", sums[:, 1] / sums[:, 0], low, high))
    return Table(table.title, [*table.columns[:3], cost], rows)


def sheet(table: Table) -> dict[str, Any]:
    """A table as the page draws it."""
    return {"title": table.title, "head": table.headings, "rows": table.cells(60), "numeric": _numeric(table)}


def _numeric(table: Table) -> list[bool]:
    return [column.unit.is_number for column in table.columns]


def csv(seen: Seen) -> str:
    """Every number on the page, a row a policy: fractions and full precision under short names."""
    import pandas as pd

    from minegame.tables import csv_of

    own, *others = (table.frame for name, table in tables(seen).items() if name != "contrasts")
    return csv_of(pd.concat([own, *(one.drop(columns="policy") for one in others)], axis=1))


def _drawn_rows(found: Found) -> Iterator[dict[str, Any]]:
    """The same bars for a picture: a row a policy and outcome."""
    for name, at in found.policies.items():
        for bidder, label in labels(found.compared.scenarios[name]).items():
            yield {"policy": name, "outcome": f"{label} wins", **at["bidders"][bidder]["wins_any"]}
        yield {"policy": name, "outcome": "shelved", **at["shelved"]}


def png(seen: Seen) -> bytes:
    """The bars as a picture."""
    rows, n = list(_drawn_rows(seen.found)), seen.tallies.replications
    return drawn(lambda: odds(rows, replications=n, confidence=seen.confidence), "png")
