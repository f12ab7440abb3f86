"""Who won, on what terms, as tables: the same for the kind ``winning`` and for the results of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from minegame.scenario import Scenario, same_to_the_eye
from minegame.tables import Column, Table, estimate
from minegame.text import MONEY, MONEY_CHANGE, MONTHS, NUMBER, POINTS, SHARE, Unit
from minegame.transcript import calendar_month

#: What is told of every bidder's chances: the stem of the column, its heading, and that where lots are sold apart.
_CHANCES = {
    "wins_any": ("wins", "{} wins", "{} wins any lot"),
    "wins_all": ("all", "", "{} wins all lots"),
    "value_share": ("share", "", "{}, share of the value"),
    "wins_and_built": ("built", "{} wins and builds, of value", "{} wins and builds, of value"),
}
_TERMS = {
    "state_equity": ("state equity", SHARE),
    "bonus": ("bonus", MONEY),
    "offtake": ("offtake", SHARE),
    "processing": ("processing at home", SHARE),
    "coverage": ("capital covered", SHARE),
    "completion": ("expected completion", SHARE),
    "month": ("month of the award, from 0", MONTHS),
}
_HOST = {"value": "host's value", "money": "host's value without balance"}
_SUPPLY = {"before": "concentration of the host's portfolio before", "after": "concentration after"}
_PUBLIC_MONEY = {
    "public_money": ("at_risk", "{}, at risk"),
    "public_money_converted": ("converted", "{}, became money"),
}
#: What stands behind "wins" where that is to win one of several lots, and others may win too.
ANY_LOT = " at least one lot"
_NOTHING = {"estimate": None, "low": None, "high": None}

Found = Mapping[str, Any]


class Told(NamedTuple):
    """An estimate that is told: the name, heading and unit of its column, and where it stands in what was found."""

    name: str
    words: str
    unit: Unit
    path: tuple[str, ...]


@dataclass(frozen=True)
class Outcomes:
    """What was found at some points, as tables.

    ``keys``: the columns that tell the points apart.  ``points``: for each the values of these columns, and what
    :func:`minegame.analysis.winning.estimate` or ``contrast`` says of it.  ``bidders``: labels by name.  ``apart``:
    whether lots are sold apart, so that a bidder may win one of them, all, or a part of the value.
    """

    keys: Sequence[Column]
    points: Sequence[tuple[Mapping[str, Any], Found]]
    bidders: Mapping[str, str]
    apart: bool = False

    def winners(self, title: str, *more: Column, raw: bool = False) -> Table:
        """How often each bidder wins, and what it builds of the value; ``more`` are columns that points have beside."""
        return self._table(title, [*self._chances(SHARE)], more, raw)

    def contrasts(self, title: str, *more: Column, raw: bool = False) -> Table:
        """Paired differences of the same, and of the host's value."""
        host = [Told(name, words, MONEY_CHANGE, ("host", name)) for name, words in _HOST.items()]
        return self._table(title, [*self._chances(POINTS), *host], more, raw)

    def host(self, title: str) -> Table:
        """What the host makes of it, and how concentrated its portfolio of camps is."""
        host = [Told(name, words, MONEY, ("host", name)) for name, words in _HOST.items()]
        supply = [Told(name, words, NUMBER, ("supply", name)) for name, words in _SUPPLY.items()]
        return self._table(title, [*host, *supply])

    def money(self, title: str, patrons: Mapping[str, str], *more: Column) -> Table:
        """What the public lenders of patrons, labels by name, have at risk, and what of it became money."""
        told = [
            Told(f"{stem}_{name}", words.format(label), MONEY, ("patrons", name, measure))
            for name, label in patrons.items()
            for measure, (stem, words) in _PUBLIC_MONEY.items()
        ]
        return self._table(title, told, more)

    def lots(self, title: str, deposits: Mapping[str, str]) -> Table:
        """How often each bidder wins each lot; ``deposits`` are labels by name."""
        told = [Told(f"wins_{stem}", f"{label} wins", SHARE, (name,)) for name, stem, label in self._everybody()]
        told.append(Told("shelved", "shelved", SHARE, ("shelved",)))
        points = [
            ({**keys, "lot": deposits[lot]}, of) for keys, found in self.points for lot, of in found["deposits"].items()
        ]
        return Outcomes([*self.keys, Column("lot")], points, self.bidders)._table(title, told)

    def terms(self, title: str, starts: Sequence[str]) -> Table:
        """The mean terms of an award, a row for every winner; ``starts``: the month in which each tender begins."""
        told = [Told(name, words, unit, (name,)) for name, (words, unit) in _TERMS.items()]
        points = [
            ({**keys, "winner": self.bidders[name], "calendar": _calendar(values["terms"], start)}, values["terms"])
            for (keys, found), start in zip(self.points, starts, strict=True)
            for name, values in found["bidders"].items()
        ]  # fmt: skip
        by_winner = Outcomes([*self.keys, Column("winner", "given a win of")], points, self.bidders)
        return by_winner._table(title, told, [Column("calendar", "in the calendar")])

    # --------------------------------------------------------------------------------------------------------- columns

    def _table(self, title: str, told: Sequence[Told], more: Sequence[Column] = (), raw: bool = False) -> Table:
        columns = [*self.keys, *(Column(one.name, one.words, one.unit, bounded=True) for one in told), *more]
        rows = []
        for keys, found in self.points:
            row = dict(keys)
            for one in told:
                row |= estimate(one.name, _at(found, one.path))
            rows.append(row)
        return Table(title, columns, rows, raw)

    def _chances(self, unit: Unit) -> Iterator[Told]:
        """Everybody's chances, those that are read together side by side."""
        for chance, (stem, alone, apart) in _CHANCES.items():
            if stem == "built":
                yield Told("shelved", "shelved", unit, ("shelved",))
            if stem == "built" and self.apart:
                yield Told("split", "split between bidders", unit, ("split",))
            words = apart if self.apart else alone
            for name, short, label in self._everybody() if words else ():
                yield Told(f"{stem}_{short}", words.format(label), unit, ("bidders", name, chance))

    def _everybody(self) -> Iterator[tuple[str, str, str]]:
        """Name, name in columns and label of every bidder; no name in a column looks like the end of an interval."""
        ends = {f"{name}_{end}" for name in self.bidders for end in ("low", "high")}
        for name, label in self.bidders.items():
            yield name, f"{name}_" if name in ends else name, label


def _at(found: Found, path: Sequence[str]) -> Found:
    """What stands at a path; nothing where a bidder takes no part."""
    for name in path:
        found = found.get(name, _NOTHING if name == path[-1] else {})
    return found


def _calendar(terms: Found, start: str) -> str | None:
    month = terms["month"]["estimate"]
    return None if month is None else calendar_month(start, round(month))


def labels(*scenarios: Scenario) -> dict[str, str]:
    """The labels of the bidders of some scenarios by name, as the first of them that knows one calls it."""
    found: dict[str, str] = {}
    for scenario in scenarios:
        found |= {name: bidder.label for name, bidder in scenario.bidders.items() if name not in found}
    return told_apart(found)


def told_apart(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels by name, with the name behind those that look alike: one scenario has no such, two may."""
    alike = {name for pair in same_to_the_eye(labels) for name in pair}
    return {name: f"{label} ({name})" if name in alike else label for name, label in labels.items()}


def sold_apart(scenario: Scenario) -> bool:
    """Whether there are several lots, and each may go to another bidder."""
    return scenario.tender.lots == "split" and len(scenario.deposits) > 1


def any_lot(*scenarios: Scenario) -> str:
    """What stands behind "wins": something where in any of some scenarios lots are sold apart."""
    return ANY_LOT if any(map(sold_apart, scenarios)) else ""


def public_patrons(*scenarios: Scenario) -> dict[str, str]:
    """The labels of the patrons that mandate a public lender in any of some scenarios, by name."""
    found: dict[str, str] = {}
    for scenario in scenarios:
        lenders = [one for one in scenario.financiers.values() if one.public]
        mandating = {one.patron or scenario.camp_of(one.bidder) for one in lenders}
        found |= {n: p.label for n, p in scenario.patrons.items() if n in mandating and n not in found}
    return found
