"""Campaigns from files: several tenders, each a scenario of its own, and what they share (the model's section 12).

A campaign is a YAML file that becomes a frozen :class:`CampaignScenario`, which becomes a CAMPAIGN record and a GAME
record a tender.  Tenders name their scenario, their host, their mineral and the month in which they open.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, PrivateAttr, ValidationError

from minegame.campaign_checks import contradictions, misgivings
from minegame.campaign_fields import SharedFields, TenderFields
from minegame.campaign_game import deck
from minegame.campaign_paths import SET, Seated, fitting, places_in
from minegame.campaign_records import Purse, Table, Tender, Terms, records
from minegame.game import new_records
from minegame.scenario import Parameter, Problem, Scenario, ScenarioError, SourceFile, find_file, missing_hint, refuse
from minegame.scenario.complaints import complaints
from minegame.scenario.errors import Where, fail, nearest
from minegame.scenario.extends import locator
from minegame.scenario.fields import Agents, Group, Source, Sources, text_field
from minegame.scenario.files import exists, shipped_campaigns, shipped_scenarios
from minegame.scenario.paths import Place, is_number, is_parameter, matching, passes, range_of, unit_of, unknown_path
from minegame.scenario.supported import has_range, outside_said
from minegame.scenario.values import plain_value
from minegame.text import visible


class CampaignScenario(Group):
    """Several tenders on one calendar; complete, checked, and never changed in place."""

    title: str = text_field("What the campaign is, in a line.")
    description: str = text_field("What it is for, and what it is not.", "")
    campaign: SharedFields
    tenders: Annotated[dict[str, TenderFields], AfterValidator(Agents)] = Field(description="The tenders: 1 to 16.")
    sources: Sources = Field(
        default={}, validate_default=True, description="Where the numbers come from, by path; * stands for anything."
    )

    inline: dict[str, Any] = Field(
        default={}, description="Scenarios that stand in this file, by the name that tenders give them."
    )

    _name: str = PrivateAttr("campaign")
    _origin: str | None = PrivateAttr(None)
    _changes: dict[str, Any] = PrivateAttr(default_factory=dict)
    _former: dict[str, Source] = PrivateAttr(default_factory=dict)
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
            fail(where, "there is no such file" + missing_hint(path))
        file = SourceFile(path)
        locate = locator(path, {loc: (path, line) for loc, line in file.lines.items() if loc})
        found = _build(cls, file.content, path.stem, locate, lambda name: Scenario.load(find_file(name, path.parent)))
        found._origin = path.stem if path == shipped.get(path.stem) else visible(str(path))
        return found

    @classmethod
    def of(cls, where: CampaignScenario | str | Path) -> CampaignScenario:
        """A campaign as it is, or loaded by its name or file; raises as :meth:`load`."""
        return where if isinstance(where, CampaignScenario) else cls.load(where)

    @classmethod
    def from_document(
        cls, document: Mapping[str, Any], scenarios: Mapping[str, Scenario] | None = None, name: str = "campaign"
    ) -> CampaignScenario:
        """A campaign from a mapping as a file holds it, whose tenders name some of ``scenarios``, or its own inline.

        Raises:
            ScenarioError: as :meth:`load`, with ``name`` in place of the file.
        """
        known = scenarios or {}

        def find(one: str) -> Scenario:
            return known[one] if one in known else Scenario.load(one)

        return _build(cls, dict(document), name, lambda loc: (name, None), find)

    def document(self) -> dict[str, Any]:
        """The complete campaign as plain values, the scenarios of its tenders among them."""
        document = self.model_dump(mode="json", exclude={"sources", "inline"})
        sources = {
            path: source and source.model_dump(mode="json", exclude_defaults=True)
            for path, source in self.sources.items()
        }
        return {**document, "sources": sources, "inline": {name: one.document() for name, one in self._bases.items()}}

    def to_yaml(self) -> str:
        """The complete campaign as the text of a file, which needs no other; loaded again it is an equal campaign."""
        import yaml

        from minegame.scenario import Dumper

        return yaml.dump(self.document(), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)

    def fingerprint(self) -> str:
        """A hexadecimal digest of all that is played and by whom: equal for equal campaigns."""
        played = self.model_dump(mode="json", include={"campaign", "tenders"})
        for name, tender in played["tenders"].items():
            del tender[SET]
            tender["scenario"] = self._scenarios[name].fingerprint()
        return hashlib.sha256(json.dumps(played, ensure_ascii=True).encode()).hexdigest()

    def _seat(self, find: Callable[[str], Scenario], locate: Where) -> None:
        """Find the scenario of every tender, and refuse what does not go together."""
        problems: list[Problem] = []
        for name, tender in self.tenders.items():
            try:
                base = self._base(tender.scenario, find)
                self._scenarios[name] = base.at(tender.set)
            except ScenarioError as error:
                loc = ("tenders", name, "scenario")
                problems += [Problem(*locate(loc), ".".join(loc), str(problem)) for problem in error.problems]
        found = contradictions(self, self._scenarios)
        problems += [Problem(*locate(loc), ".".join(loc), text) for loc, text in found]
        if problems:
            refuse(problems)

    def _base(self, name: str, find: Callable[[str], Scenario]) -> Scenario:
        if name not in self._bases:
            inline = self.inline.get(name)
            self._bases[name] = find(name) if inline is None else Scenario.from_document(inline, name)
        return self._bases[name]

    # --------------------------------------------------------------------------------------------------- single values

    @property
    def places(self) -> dict[str, Place]:
        """Where every value stands, by path."""
        everybody = self.table()
        tenders = tuple((name, one.names) for name, one in self._scenarios.items())
        minerals = tuple(self.campaign.minerals)
        return places_in(Seated(tenders, everybody.patrons, everybody.lenders, minerals))

    def paths(self, path: str) -> tuple[str, ...]:
        """The paths for which a path stands: itself, or the parameters that it fits if it is a pattern.

        Raises:
            ScenarioError: for an unknown path or a pattern that fits none, with the nearest known one.
        """
        places = self.places
        found = fitting(places, path)
        if not found or any(one not in places for one in found):
            room, _, rest = path.partition(".")
            name = rest.partition(".")[0]
            if room == "tenders" and name not in (*self.tenders, "*"):
                known = ", ".join(self.tenders)
                fail(self.name, f"there is no tender '{name}': expected one of {known}{nearest(name, self.tenders)}",
                     path=path)  # fmt: skip
            fail(self.name, unknown_path((found or (path,))[0], places), path=path)
        return found

    def place(self, path: str) -> Place:
        """Where the value of a path stands, the first if it is a pattern; raises ScenarioError as :meth:`paths`."""
        return self.places[self.paths(path)[0]]

    def value(self, path: str) -> Any:
        """The value at a path; at a pattern the one that all have which it fits, or None if they differ.

        Raises:
            ScenarioError: for an unknown path, with the nearest known one.
        """
        first, *others = (self._read(self.places[one]) for one in self.paths(path))
        return first if all(other == first for other in others) else None

    def _read(self, place: Place) -> Any:
        if place.parts[2:3] == (SET,):
            return self._scenarios[place.parts[1]].value(place.parts[3])
        value: Any = self
        for part in place.parts:
            value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
        return place.info.default if value is None and not place.info.is_required() else value

    def parameters(self, filter: str | None = None) -> list[Parameter]:
        """Every value that can be set or swept, in the order of the file; texts and keys are left out."""
        places = [place for place in self.places.values() if is_parameter(place) and passes(place, filter)]
        return [self._describe(place) for place in places]

    def _describe(self, place: Place) -> Parameter:
        source, ranged = self._source(place.path, place), self._supported(place.path, place)
        low, high = range_of(place.info) if is_number(place.info) else (None, None)
        return Parameter(
            place.path, self._read(place), unit_of(place.info), low, high, place.choices, place.info.description or "",
            str(source) if source else "", source.standing if source else "",
            *((ranged.low, ranged.high) if ranged else (None, None)),
        )  # fmt: skip

    def source_of(self, path: str) -> Source | None:
        """Where the number at a path comes from: its own entry, else the most specific pattern, else its scenario's."""
        return self._source(path, self.places.get(path))

    def _source(self, path: str, place: Place | None) -> Source | None:
        if place is not None and place.parts[2:3] == (SET,):
            return self._scenarios[place.parts[1]].source_of(place.parts[3])
        return self.sources[path] if path in self.sources else matching(self.sources, path)

    def supported(self, path: str) -> Source | None:
        """The source that supports a range for the number at a path, or did before the number was changed."""
        return self._supported(path, self.places.get(path))

    def _supported(self, path: str, place: Place | None) -> Source | None:
        if place is not None and place.parts[2:3] == (SET,):
            return self._scenarios[place.parts[1]].supported(place.parts[3])
        source = self._source(path, place)
        return source if has_range(source) else self._former.get(path) if source is None else None

    def beyond(self, tried: Mapping[str, Iterable[object]] | None = None) -> list[str]:
        """What lies outside the range that its source supports: a line a number; as a scenario's."""
        values = self._tried(tried)
        said = []
        for place in self.places.values():
            source = self._supported(place.path, place) if place.path in values and is_number(place.info) else None
            if source is not None:
                told = [plain_value(value, place) for value in values[place.path]]
                said.append(outside_said(place.path, told, source))
        return [line for line in said if line is not None]

    def _tried(self, tried: Mapping[str, Iterable[object]] | None) -> dict[str, list[object]]:
        """The values that are looked at, by path: those tried, or the campaign's own."""
        if tried is None:
            return {place.path: [self._read(place)] for place in self.places.values() if is_parameter(place)}
        found: dict[str, list[object]] = {}
        for path, values in tried.items():
            for one in fitting(self.places, path):
                found.setdefault(one, []).extend(values)
        return found

    @property
    def warnings(self) -> list[str]:
        """What can be played and may not be meant: path and reason of each, mostly none."""
        return [*misgivings(self), *self.beyond()]

    # --------------------------------------------------------------------------------------------------------- changes

    def expanded(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The changes with every path written out, patterns as the parameters that they fit.

        Raises:
            ScenarioError: for an unknown path, or a pattern that fits no parameter.
        """
        return {one: value for path, value in changes.items() for one in self.paths(path)}

    def at(self, changes: Mapping[str, object]) -> CampaignScenario:
        """This campaign with some values changed, checked as if it had been written so.

        Args:
            changes: values by path: ``campaign.spill``, ``campaign.patrons.us.income``, ``tenders.first.opening``, and
                what a tender's scenario holds, ``tenders.first.patrons.us.link``; ``tenders.first.months`` is its
                ``tender.months``.  A ``*`` in a path stands for anything: ``tenders.*.patrons.us.link``.

        Raises:
            ScenarioError: for an unknown path or a value that is not allowed.
        """
        if not changes:
            return self
        document = self.model_dump(mode="json", exclude={"inline"})
        made, former = dict(self._changes), dict(self._former)
        for path, value in self.expanded(changes).items():
            place = self.places[path]
            plain = plain_value(value, place)
            if plain == self._read(place):
                continue
            made[path] = plain
            _put(document, place.parts, plain)
            source = self.source_of(path)
            if plain is None:
                document["sources"].pop(path, None)
            elif place.parts[2:3] != (SET,) and source is not None and isinstance(plain, (int, float)):
                document["sources"][path] = None
                former |= {path: source} if has_range(source) else {}
        changed = CampaignScenario.from_document(document, self._bases, self.name)
        changed._origin, changed._changes, changed._former = self._origin, made, former
        return changed

    @property
    def changes(self) -> dict[str, Any]:
        """The values that :meth:`at` has changed since it was loaded or made, by path."""
        return dict(self._changes)

    @property
    def origin(self) -> str | None:
        """What it was loaded from: the name of a shipped campaign, or the path of a file; None if made in Python."""
        return self._origin

    def numbers(self) -> list[str]:
        """The paths of its own numbers that are given, those of the tenders' scenarios left out."""
        written = self.model_dump(mode="json", include={"campaign", "tenders"})
        for tender in written["tenders"].values():
            del tender[SET]
        return [
            path for path, value in _leaves(written) if isinstance(value, (int, float)) and not path.endswith(".key")
        ]

    def unsourced(self) -> list[str]:
        """The paths of the numbers, its own and its tenders', that have no source."""
        own = [path for path in self.numbers() if self.source_of(path) is None]
        return own + [f"tenders.{name}.{path}" for name, one in self._scenarios.items() for path in one.unsourced()]

    # ------------------------------------------------------------------------------------------------------------ names

    @property
    def name(self) -> str:
        """The stem of its file."""
        return self._name

    @property
    def patron_names(self) -> tuple[str, ...]:
        """The names of the patrons, in the order in which the file first has them."""
        return self.table().patrons

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """The scenario of every tender, by name."""
        return dict(self._scenarios)

    @property
    def negotiations(self) -> int:
        """How many negotiations there are in one campaign."""
        return len(self.tenders)

    def label_of(self, kind: str, name: str) -> str:
        """The label of a patron, or of an agent of a tender as results name it, ``first: north_mining``."""
        tender, _, agent = name.rpartition(": ")
        if tender:
            return f"{tender}: {self._scenarios[tender].label_of(kind, agent)}"
        names = f"{kind.removesuffix('s')}_names"
        first = next(one for one in self._scenarios.values() if name in getattr(one, names))
        return first.label_of(kind, name)

    def table(self) -> Table:
        """Everybody at its tables, by name."""
        return Table.of(list(self._tenders()))

    def subjects(self) -> dict[str, dict[tuple[int, ...], str]]:
        """Of whom there are numbers beside those of tenders: names by number, by a key of ``campaign_game.ROOM``."""
        seats, (record,) = self.table(), self.records()[0]
        minerals = {m: name for m, name in enumerate(seats.minerals) if name in self.campaign.minerals}
        camps = [*seats.patrons, "others"]
        met = record["meeting_tender"]
        return {
            "patron": {(k,): name for k, name in enumerate(seats.patrons)},
            "host": {(h,): name for h, name in enumerate(seats.hosts)},
            "view": {
                (h, k): f"{host}: {patron}"
                for h, host in enumerate(seats.hosts)
                for k, patron in enumerate(seats.patrons)
                if met[h, k] >= 0
            },
            "mineral": {(m,): name for m, name in minerals.items()},
            "supplier": {(m, c): f"{name}: {camp}" for m, name in minerals.items() for c, camp in enumerate(camps)},
        }

    def _tenders(self) -> Iterator[Tender]:
        for name, tender in self.tenders.items():
            key = zlib.crc32(name.encode()) if tender.key is None else tender.key
            yield Tender(name, self._scenarios[name], tender.host, tender.mineral, tender.opening, key)

    def _key_of(self, mineral: str) -> int:
        given = self.campaign.minerals.get(mineral)
        if given is not None and given.key is not None:
            return given.key
        return zlib.crc32(mineral.encode()) if mineral else 0

    def today(self, mineral: str) -> NDArray[np.float64]:
        """Today's output of each camp's mines of a mineral, and of others, in the unit of the deposits."""
        said = self.campaign.minerals[mineral]
        camps = np.array([said.shares.get(patron, 0.0) for patron in self.table().patrons])
        return np.asarray(said.output * np.append(camps, 1.0 - camps.sum()))

    def game(self) -> NDArray[np.void]:
        """The campaign as one deck (see :func:`minegame.campaign_game.deck`), in an array of length 1."""
        decks = new_records(deck(len(self.tenders)))
        campaign, games = self.records()
        decks["campaign"], decks["games"][0] = campaign, games
        decks["today"] = np.nan
        for m, mineral in enumerate(self.table().minerals):
            if mineral in self.campaign.minerals:
                today = self.today(mineral)
                decks["today"][0, m] = 0.0
                decks["today"][0, m, : len(today)] = today
                decks["growth"][0, m] = self.campaign.minerals[mineral].growth
        return decks

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
    """Write a value at its place, behind what stood there: among changes, the last that fits holds."""
    group = document
    for part in loc[:-1]:
        inner = group.get(part)
        group[part] = group = dict(inner) if isinstance(inner, dict) else {}
    group.pop(loc[-1], None)
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
