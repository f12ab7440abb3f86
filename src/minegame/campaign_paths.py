"""Where the values of a campaign stand: its own numbers, and everything that the scenarios of its tenders hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from pydantic.fields import FieldInfo

from minegame.campaign_fields import (
    CapitalFields,
    LenderFields,
    MineralFields,
    SharedFields,
    SupplierFields,
    TenderFields,
)
from minegame.scenario import Scenario, fits, is_pattern
from minegame.scenario.fields import Group
from minegame.scenario.fields import TenderFields as ScenarioTenderFields
from minegame.scenario.paths import Names, Place, choices_of, is_number, is_parameter, places_of

#: The group in which the values stand that are other in a tender than in its scenario.
SET = "set"


class Seated(NamedTuple):
    """Who is in a campaign: tenders with everybody at their tables, patrons, lenders and minerals, by name."""

    tenders: tuple[tuple[str, Names], ...]
    patrons: tuple[str, ...]
    lenders: tuple[str, ...]
    minerals: tuple[str, ...]


@lru_cache(maxsize=64)
def places_in(seated: Seated) -> dict[str, Place]:
    """Every path of a campaign in which these take part, in the order of the file."""
    found = [*_shared(seated), *(place for name, names in seated.tenders for place in _of_tender(name, names))]
    return {place.path: place for place in found}


def _shared(seated: Seated) -> Iterator[Place]:
    yield from _in_group(SharedFields, "campaign")
    for patron in seated.patrons:
        yield from _in_group(CapitalFields, "campaign", "patrons", patron)
    for lender in seated.lenders:
        yield from _in_group(LenderFields, "campaign", "financiers", lender)
    for mineral in seated.minerals:
        yield from _in_group(MineralFields, "campaign", "minerals", mineral)
        for patron in seated.patrons:
            share = SupplierFields.model_fields["share"]
            yield _place(("campaign", "minerals", mineral, "shares", patron), share)


def _in_group(group: type[Group], *parts: str) -> Iterator[Place]:
    """The values of a group, tables of other groups left out."""
    for name, info in group.model_fields.items():
        if is_number(info) or info.annotation is str:
            yield _place((*parts, name), info)


def _place(parts: tuple[str, ...], info: FieldInfo) -> Place:
    return Place(".".join(parts), parts, info, "", (), choices_of(info))


def _of_tender(name: str, names: Names) -> Iterator[Place]:
    yield from _in_group(TenderFields, "tenders", name)
    for place in places_of(Scenario, names).values():
        inner = f"tenders.{name}.{place.path}"
        yield replace(place, path=inner, parts=("tenders", name, SET, place.path), cell="", index=())


def written_out(path: str) -> str:
    """A path as the table of places has it: ``tenders.first.months`` is the tender's ``tender.months``.

    >>> written_out("tenders.first.months"), written_out("campaign.spill")
    ('tenders.first.tender.months', 'campaign.spill')
    """
    room, _, rest = path.partition(".")
    name, _, inner = rest.partition(".")
    short = room == "tenders" and inner in ScenarioTenderFields.model_fields
    return f"tenders.{name}.tender.{inner}" if short else path


def fitting(places: dict[str, Place], path: str) -> tuple[str, ...]:
    """The paths for which a path stands: itself written out, or the parameters that it fits if it is a pattern."""
    if not is_pattern(path):
        return (written_out(path),)
    return tuple(place.path for place in places.values() if is_parameter(place) and fits(path, (place.path,)))
