"""The tables of a run: a row a point, or policies side by side; what was compared, and what varied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from minegame.answers.experiment.found import MOST_ROWS, Found, label_of, level_of
from minegame.answers.experiment.large import is_map, maps, spreads
from minegame.answers.outcomes import ANY_LOT, Outcomes, labels, public_patrons, sold_apart
from minegame.results import Results
from minegame.tables import Column, Table, estimate
from minegame.text import COUNT, LEVEL, PATH, POINTS, SHARE, Unit, said

_SIDE_BY_SIDE = 4  # policies that fit beside each other
_FEW_POINTS = 3  # up to which policies stand below each other
_WORTH_SHOWING = 0.05  # probability from which shelving gets a table of its own
_FEW = 4  # points whose terms are told even if nobody asks


def tables_of(found: Found) -> dict[str, Table]:
    """The tables that fit the design."""
    if is_map(found):
        tables = maps(found)
    elif found.points > MOST_ROWS:
        tables = spreads(found)
    else:
        tables = _by_point(found)
    if "terms" in found.results.manifest["analysis"] or found.points <= _FEW:
        tables["terms"] = _terms(found)
    return tables


# --------------------------------------------------------------------------------------------------------- row by row


def _keys(results: Results) -> list[Column]:
    return [*(Column(path, unit=LEVEL) for path in results.factors), Column("policy")]


def _rows(results: Results, policies: Sequence[str]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Points one after another: group, policy, and the values of the key columns."""
    levels = [results.design[path] for path in results.factors]
    for group in range(results.groups):
        row = {path: level_of(of.iloc[group]) for path, of in zip(results.factors, levels, strict=True)}
        for policy in policies:
            yield group, policy, {**row, "policy": policy}


def _apart(results: Results) -> bool:
    """Whether lots are sold apart at any point."""
    changed = [dict(changes).get("tender.lots") for changes in results.manifest["policies"].values()]
    varied = "tender.lots" in results.factors and "split" in set(results.design["tender.lots"])
    several = len(results.tender.deposits) > 1
    return sold_apart(results.tender) or (several and (varied or "split" in changed))


def any_lot(results: Results) -> str:
    """What stands behind "wins": something where lots are sold apart at any point."""
    return ANY_LOT if _apart(results) else ""


def _by_point(found: Found) -> dict[str, Table]:
    """A row a point; where a few policies fit beside each other, tables of them for people."""
    results, beside = found.results, _is_beside(found)
    points = [
        ({**keys, "negotiations": int(found.counts[group, 0])}, results.estimate(group, policy))
        for group, policy, keys in _rows(results, found.ranked(results.policies))
    ]
    every = Outcomes(_keys(results), points, labels(results.tender), _apart(results))
    counts = [Column("negotiations", unit=COUNT)] if found.counts.min() < found.counts.max() else []
    title = f"How often each bidder wins; {found.sizes} negotiations each"
    tables = {"winners": every.winners(title, *counts, raw=beside)}
    if beside:
        tables |= _beside(found, points)
    if results.reference is not None:
        tables |= _contrasts(found, every)
    tables["host"] = every.host("Host's value and portfolio")
    if patrons := public_patrons(results.tender):
        tables["money"] = every.money("Public money of a negotiation, on average", patrons)
    return tables


def _contrasts(found: Found, every: Outcomes) -> dict[str, Table]:
    results = found.results
    pairs = [
        (keys, results.contrast(group, policy)) for group, policy, keys in _rows(results, found.ranked(found.others))
    ]
    against = f"Differences from “{results.reference}”, on the same luck"
    beside = _is_beside(found) and len(found.others) > 1
    table = Outcomes(every.keys, pairs, every.bidders, every.apart).contrasts(against, raw=beside)
    if not beside:
        return {"contrasts": table}
    title = f"{found.favourite_label} wins: {against[0].lower()}{against[1:]}"
    told = [change["bidders"][found.favourite]["wins_any"] for _, change in pairs]
    return {"contrasts": table, f"gains_{found.favourite}": _side_by_side(found, title, found.others, told, POINTS)}


def _is_beside(found: Found) -> bool:
    return found.results.groups > _FEW_POINTS and 1 < len(found.results.policies) <= _SIDE_BY_SIDE


def _beside(found: Found, points: Sequence[tuple[Mapping[str, Any], dict[str, Any]]]) -> dict[str, Table]:
    """A table an outcome: a row a point, a column a policy."""
    results = found.results
    everything = [one for _, one in points]
    asked = {
        f"wins_{bidder}": (
            f"{label_of(results, bidder)} wins",
            [one["bidders"][bidder]["wins_any"] for one in everything],
        )
        for bidder in results.tender.bidder_names
    }
    built = [one["bidders"][found.favourite]["wins_and_built"] for one in everything]
    asked[f"built_{found.favourite}"] = (f"{found.favourite_label} wins and builds, of value", built)
    if found.shares[:, :, -1].max() > _WORTH_SHOWING:
        asked["shelved"] = ("All is shelved", [one["shelved"] for one in everything])
    return {
        key: _side_by_side(found, f"{what}, by policy; {found.sizes} negotiations each", results.policies, told, SHARE)
        for key, (what, told) in asked.items()
    }


def _side_by_side(
    found: Found, title: str, policies: Sequence[str], told: Sequence[Mapping[str, Any]], unit: Unit
) -> Table:
    """An outcome: a row a point, a column a policy; ``told`` has the estimates by point, then by policy."""
    columns = [Column(f"policy_{n + 1}", policy, unit, bounded=True) for n, policy in enumerate(policies)]
    rows: list[dict[str, Any]] = []
    for n, (_, _, keys) in enumerate(_rows(found.results, policies)):
        if n % len(policies) == 0:
            rows.append({path: keys[path] for path in found.results.factors})
        rows[-1] |= estimate(columns[n % len(policies)].name, told[n])
    return Table(title, [*_keys(found.results)[:-1], *columns], rows)


def _terms(found: Found) -> Table:
    """The mean terms; of a large design those of the first points alone."""
    results = found.results
    rows = islice(_rows(results, results.policies), -(-MOST_ROWS // len(results.tender.bidders)))
    points = [(keys, results.estimate(group, policy)) for group, policy, keys in rows]
    told = Outcomes(_keys(results), points, labels(results.tender))
    return told.terms("Mean terms of the award, given who wins", [results.tender.tender.start] * len(points))


# ------------------------------------------------------------------------------------------------------ what was asked


def what_was_asked(results: Results) -> dict[str, Table]:
    """What was compared and varied, for whoever wants to know what stands behind a name."""
    tables = {}
    if len(results.policies) > 1:
        written = (results.manifest["asked"] or {}).get("policies", {})  # patterns as they were typed
        every = {**results.manifest["policies"], **written}
        changes = [said(dict(every[policy])) for policy in results.policies]
        columns = [Column("policy"), Column("changes")]
        tables["policies"] = Table(
            "What the policies change", columns, {"policy": results.policies, "changes": changes}
        )
    if results.factors:
        tables["factors"] = _varied(results)
    return tables


def _varied(results: Results) -> Table:
    columns = [
        Column("factor", unit=PATH), Column("levels", unit=COUNT), Column("lowest", "from", LEVEL),
        Column("highest", "to", LEVEL), Column("own", "scenario's own value", LEVEL),
    ]  # fmt: skip
    rows = [
        {"factor": path, **_ends(results, path), "own": level_of(results.scenario.value(path))}
        for path in results.factors
    ]
    return Table("What was varied", columns, rows)


def _ends(results: Results, path: str) -> dict[str, Any]:
    """How many levels a factor has, and the ends of them; null is below all others."""
    column = results.design[path]
    known = column.dropna()
    highest = known.max() if len(known) else None
    lowest = None if len(known) < len(column) else known.min()
    return {"levels": column.nunique(dropna=False), "lowest": level_of(lowest), "highest": level_of(highest)}
