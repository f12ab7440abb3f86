"""Campaigns from files: several tenders, each a scenario of its own, and what they share (the model's section 12).

A campaign is a YAML file that becomes a frozen :class:`CampaignScenario`, which becomes a CAMPAIGN record and a GAME
record a tender.  Tenders name their scenario, their host, their mineral and the month in which they open.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, Field, PrivateAttr, ValidationError

from minegame.campaign_checks import contradictions
from minegame.campaign_records import Purse, Table, Tender, Terms, records
from minegame.game import MAX_MONTHS
from minegame.scenario import (
    Problem,
    Scenario,
    ScenarioError,
    SourceFile,
    find_file,
    fits,
    missing_hint,
    nearest,
    refuse,
    typed,
)
from minegame.scenario.complaints import complaints
from minegame.scenario.errors import Where, fail
from minegame.scenario.extends import locator
from minegame.scenario.fields import Agents, Group, Sources, Whole, text_field
from minegame.scenario.fields import TenderFields as ScenarioTenderFields
from minegame.scenario.files import exists, shipped_scenarios


def shipped_campaigns() -> dict[str, Path]:
    """The campaigns that come with the package: their files by name."""
    folder = next(iter(shipped_scenarios().values())).parent / "campaigns"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def _number(unit: str, meaning: str, low: float, high: float, default: Any = ...) -> Any:
    return Field(default, description=meaning, ge=low, le=high, json_schema_extra={"unit": unit})


def _key(meaning: str) -> Any:
    return Field(None, description=f"Address of {meaning} (default: made from the name).", ge=0, le=2**32 - 1)


class CapitalFields(Group):
    """The political capital of a patron in a campaign (C1)."""

    reserve: float = _number("points", "At the start.", 0, 1e6)
    income: float = _number("points", "What comes in every month, month 0 included.", 0, 1e6, 0.0)
    cap: float | None = _number("points", "The most to which income lifts it; null: no limit.", 0, 1e6, None)


class LenderFields(Group):
    """A financier of a campaign (C6)."""

    ceiling: float | None = _number("M$", "The most it has out, letters included; null: no limit.", 0, 1e9, None)


class MineralFields(Group):
    """What a mineral's mines are worth to the world (C7)."""

    key: Whole | None = _key("its price's luck; 0 is that of a scenario alone")
    output: float = _number("million mtu/y", "World output today, in the unit of the deposits.", 1e-6, 1e9)
    growth: float = _number("1/y", "Growth of today's mines.", -0.5, 0.5, 0.0)
    shares: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(
        default={}, description="Today's shares of the patrons' camps; the rest is of others."
    )


class SharedFields(Group):
    """What the tenders of a campaign share."""

    months: Whole = _number("months", "Months of the calendar.", 1, MAX_MONTHS)
    spill: float = _number("share", "How far other hosts learn of threats, promises and mines (C2-C4).", 0, 1, 0.0)
    trust_step: float = _number("number", "What a delivered or broken promise adds to trust (w_p).", 0, 1e3, 1.0)
    belief_half_life: float | None = _number(
        "months", "Time in which beliefs about threats fade half-way to their start; null: never.", 1e-3, 1e6, None
    )
    patrons: dict[str, CapitalFields] = Field(description="The political capital of every patron.")
    financiers: dict[str, LenderFields] = Field(default={}, description="The financiers that have a ceiling.")
    minerals: dict[str, MineralFields] = Field(default={}, description="The minerals whose supply is counted.")


class TenderFields(Group):
    """A tender of a campaign."""

    scenario: str = text_field("A scenario: the name of a shipped one, or a file.")
    host: str = text_field("Whose tender it is; tenders of the same host share its memory.")
    mineral: str = text_field("What is mined; tenders of the same mineral share its price.", "")
    opening: Whole = _number("months", "Month of the calendar in which it opens.", 0, MAX_MONTHS, 0)
    key: Whole | None = _key("its luck; 0 is that of the scenario alone")
    set: dict[str, float | int | str | bool | None] = Field(
        default={}, description="Values of the scenario that are other in this tender, by path."
    )


class CampaignScenario(Group):
    """Several tenders on one calendar; complete, checked, and never changed in place."""

    title: str = text_field("What the campaign is, in a line.")
    description: str = text_field("What it is for, and what it is not.", "")
    campaign: SharedFields
    tenders: Annotated[dict[str, TenderFields], AfterValidator(Agents)] = Field(description="The tenders: 1 to 16.")
    sources: Sources = Field(
        default={}, validate_default=True, description="Where the numbers come from, by path; * stands for anything."
    )

    _name: str = PrivateAttr("campaign")
    _scenarios: dict[str, Scenario] = PrivateAttr(default_factory=dict)
    #: the scenarios that tenders name, before anything is other in a tender
    _bases: dict[str, Scenario] = PrivateAttr(default_factory=dict)

    @classmethod
    def load(cls, where: str | Path) -> CampaignScenario:
        """Read a campaign from a file.

        Raises:
            ScenarioError: with file, line, path and what is allowed, for everything that is wrong.
        """
        shipped, path = shipped_campaigns(), Path(where)
        path = shipped.get(str(where), path)
        if not exists(path):
            fail(where, "there is no such file" + missing_hint(path, "campaigns", shipped))
        file = SourceFile(path)
        locate = locator(path, {loc: (path, line) for loc, line in file.lines.items() if loc})
        return _build(cls, file.content, path.stem, locate, lambda name: Scenario.load(find_file(name, path.parent)))

    @classmethod
    def of(cls, where: CampaignScenario | str | Path) -> CampaignScenario:
        """A campaign as it is, or loaded by its name or file; raises as :meth:`load`."""
        return where if isinstance(where, CampaignScenario) else cls.load(where)

    @classmethod
    def from_document(
        cls, document: Mapping[str, Any], scenarios: Mapping[str, Scenario], name: str = "campaign"
    ) -> CampaignScenario:
        """A campaign from a mapping as a file holds it, whose tenders name some of ``scenarios``.

        Raises:
            ScenarioError: as :meth:`load`, with ``name`` in place of the file.
        """
        return _build(cls, dict(document), name, lambda loc: (name, None), lambda one: scenarios[one])

    def _seat(self, find: Callable[[str], Scenario], locate: Where) -> None:
        """Find the scenario of every tender, and refuse what does not go together."""
        problems: list[Problem] = []
        for name, tender in self.tenders.items():
            try:
                base = self._bases.setdefault(tender.scenario, find(tender.scenario))
                self._scenarios[name] = base.at(tender.set)
            except ScenarioError as error:
                loc = ("tenders", name, "scenario")
                problems += [Problem(*locate(loc), ".".join(loc), str(problem)) for problem in error.problems]
        found = contradictions(self, self._scenarios)
        problems += [Problem(*locate(loc), ".".join(loc), text) for loc, text in found]
        if problems:
            refuse(problems)

    def at(self, changes: Mapping[str, object]) -> CampaignScenario:
        """This campaign with some values changed, checked as if it had been written so.

        Args:
            changes: values by path: ``campaign.spill``, ``campaign.patrons.us.income``, ``tenders.first.opening``, and
                what a tender's scenario holds, ``tenders.first.patrons.us.link``; ``tenders.first.months`` is its
                ``tender.months``.  A ``*`` in place of a tender stands for all of them.

        Raises:
            ScenarioError: for an unknown path or a value that is not allowed.
        """
        if not changes:
            return self
        document = self.model_dump(mode="json")
        for path, value in changes.items():
            for loc in self._places(path):
                _put(document, loc, typed(value) if isinstance(value, str) else value)
        return CampaignScenario.from_document(document, self._bases, self.name)

    def _places(self, path: str) -> Iterator[tuple[str, ...]]:
        """Where a path stands in the file: in every tender that it means, among its values or among its ``set``."""
        room, _, rest = path.partition(".")
        if room != "tenders":
            yield tuple(path.split("."))
            return
        name, _, inner = rest.partition(".")
        if name != "*" and name not in self.tenders:
            known = ", ".join(self.tenders)
            fail(
                self.name,
                f"there is no tender '{name}': expected one of {known}{nearest(name, self.tenders)}",
                path=path,
            )
        for tender in self.tenders if name == "*" else [name]:
            if inner.partition(".")[0] in TenderFields.model_fields:
                yield ("tenders", tender, *inner.split("."))
            else:
                own = f"tender.{inner}" if inner in ScenarioTenderFields.model_fields else inner
                yield "tenders", tender, "set", own

    def numbers(self) -> list[str]:
        """The paths of its own numbers, those of the tenders' scenarios left out."""
        written = self.model_dump(mode="json", exclude={"title", "description", "sources"})
        for tender in written["tenders"].values():
            del tender["set"]
        return [
            path for path, value in _leaves(written) if isinstance(value, (int, float)) and not path.endswith(".key")
        ]

    def unsourced(self) -> list[str]:
        """The paths of the numbers, its own and its tenders', that have no source."""
        own = [path for path in self.numbers() if not any(fits(name, (path,)) for name in self.sources)]
        return own + [f"tenders.{name}.{path}" for name, one in self._scenarios.items() for path in one.unsourced()]

    @property
    def name(self) -> str:
        """The stem of its file."""
        return self._name

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """The scenario of every tender, by name."""
        return dict(self._scenarios)

    def table(self) -> Table:
        """Everybody at its tables, by name."""
        return Table.of(list(self._tenders()))

    def _tenders(self) -> Iterator[Tender]:
        for name, tender in self.tenders.items():
            key = zlib.crc32(name.encode()) if tender.key is None else tender.key
            yield Tender(name, self._scenarios[name], tender.host, tender.mineral, tender.opening, key)

    def _key_of(self, mineral: str) -> int:
        given = self.campaign.minerals.get(mineral)
        if given is not None and given.key is not None:
            return given.key
        return zlib.crc32(mineral.encode()) if mineral else 0

    def records(self) -> tuple[np.ndarray, np.ndarray]:
        """The campaign as one CAMPAIGN record in an array of length 1, and the GAME of each tender."""
        shared = self.campaign
        purses = {
            name: Purse(one.reserve, one.income, np.inf if one.cap is None else one.cap)
            for name, one in shared.patrons.items()
        }
        ceilings = {name: one.ceiling for name, one in shared.financiers.items() if one.ceiling is not None}
        keys = {name: self._key_of(name) for name in self.table().minerals}
        fading = 0.0 if shared.belief_half_life is None else 1.0 - 0.5 ** (1.0 / shared.belief_half_life)
        terms = Terms(shared.months, purses, shared.spill, shared.trust_step, fading, ceilings, keys)
        return records(list(self._tenders()), terms)

    def __repr__(self) -> str:
        return f"<CampaignScenario {self.name}: {self.title}>"


def _leaves(written: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, object]]:
    for name, value in written.items():
        inner = f"{path}.{name}" if path else name
        if isinstance(value, dict):
            yield from _leaves(value, inner)
        else:
            yield inner, value


def _put(document: dict[str, Any], loc: tuple[str, ...], value: object) -> None:
    group = document
    for part in loc[:-1]:
        inner = group.get(part)
        group[part] = group = dict(inner) if isinstance(inner, dict) else {}
    group[loc[-1]] = value


def is_campaign(where: str | Path) -> bool:
    """Whether a name or a file is that of a campaign; a file that cannot be read is none."""
    if str(where) in shipped_campaigns():
        return True
    if str(where) in shipped_scenarios() or not exists(Path(where)):
        return False
    try:
        return {"campaign", "tenders"} <= set(SourceFile(Path(where)).content)
    except (ScenarioError, OSError):
        return False


def _build(
    cls: type[CampaignScenario], content: dict[str, Any], name: str, locate: Where, find: Callable[[str], Scenario]
) -> CampaignScenario:
    try:
        campaign = cls.model_validate(content)
    except ValidationError as error:
        refuse(complaints(cls, error, locate), own=locate(())[0])
    campaign._name = name
    campaign._seat(find, locate)
    return campaign
