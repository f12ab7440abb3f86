"""The scenario itself: read, asked, changed, and turned into a game."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import Field, PrivateAttr, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from minegame.game import GAME, copied, derive, new_records
from minegame.scenario.checks import contradictions, crowds, misgivings, too_many
from minegame.scenario.complaints import complaints
from minegame.scenario.errors import ScenarioError, Where, fail, refuse
from minegame.scenario.extends import locator, with_parents
from minegame.scenario.fields import (
    KINDS,
    BargainingFields,
    Bidders,
    Deposits,
    Financiers,
    Group,
    HostFields,
    MarketFields,
    Patrons,
    PoliticsFields,
    ProjectFields,
    RenegotiationFields,
    ShelvingFields,
    Source,
    Sources,
    TenderFields,
    text_field,
)
from minegame.scenario.files import find_file, missing_hint, shipped_scenarios
from minegame.scenario.paths import (
    Names,
    Parameter,
    Place,
    fits,
    is_number,
    is_parameter,
    is_pattern,
    matching,
    parameters_of,
    passes,
    places_of,
    range_of,
    unit_of,
    unknown_path,
)
from minegame.scenario.schema import file_schema
from minegame.scenario.supported import has_range, outside_said
from minegame.scenario.values import code, column, plain_value
from minegame.scenario.yaml_file import Dumper
from minegame.text import visible

BASELINE = "kazakhstan_tungsten"

_T = TypeVar("_T")

#: Fields that are checked against each other, stand for an agent, or mean more than one number of the game.
BOUND = frozenset(
    {
        "equity_min", "equity_max", "portfolio_share", "ideal_share", "key", "label", "bidder", "patron",
        "offtake_multiple",
    }
)  # fmt: skip
#: Those of them that only must not add up to more than 1 over the patrons.
_SHARES, _SHARES_SLACK = ("portfolio_share", "ideal_share"), 1e-10
_SLOW = BOUND - set(_SHARES)
#: Fields from which :func:`minegame.game.derive` computes others.
DERIVED_FROM = frozenset({"output", "exports", "exposed_share", "incidence", "annuity"})


class Scenario(Group):
    """Who sits at the table, for what, with which numbers; complete, checked, and never changed in place.

    >>> scenario = Scenario.load("two_bidders")
    >>> scenario.at({"tender.months": 4}).tender.months
    4
    """

    title: str = text_field("What the scenario is, in a line.")
    description: str = text_field("What it is for, and what it is not.", "")
    tender: TenderFields
    market: MarketFields
    deposits: Deposits = Field(description="What is on offer: 1 to 4 deposits.")
    project: ProjectFields
    host: HostFields
    shelving: ShelvingFields
    bargaining: BargainingFields
    politics: PoliticsFields
    renegotiation: RenegotiationFields
    patrons: Patrons = Field(description="The governments behind the bidders: 1 to 8.")
    bidders: Bidders = Field(description="Who bids: 1 to 8.")
    financiers: Financiers = Field(default={}, validate_default=True, description="Who lends to a bidder: up to 8.")
    sources: Sources = Field(
        default={},
        validate_default=True,
        description="Where the numbers come from, by path; * stands for anything. null: no source.",
    )

    _name: str = PrivateAttr("scenario")
    _origin: str | None = PrivateAttr(None)
    _changes: dict[str, Any] = PrivateAttr(default_factory=dict)
    #: sources that supported a range before their number was changed, by path
    _former: dict[str, Source] = PrivateAttr(default_factory=dict)

    # ------------------------------------------------------------------------------------------------- reading, writing

    @classmethod
    def load(cls, where: str | Path = BASELINE) -> Scenario:
        """Read a scenario from a file, or a shipped one by its name, with everything that it extends.

        Raises:
            ScenarioError: with file, line, path and what is allowed, for everything that is wrong.
        """
        return _load(cls, where)

    @classmethod
    def of(cls, where: Scenario | str | Path | None) -> Scenario:
        """A scenario as it is, or loaded by its name or file; None is the baseline.  Raises as :meth:`load`."""
        return where if isinstance(where, Scenario) else cls.load(BASELINE if where is None else where)

    @classmethod
    def from_document(cls, document: Mapping[str, object], name: str = "scenario") -> Scenario:
        """A scenario from a complete mapping, such as :meth:`document` gives (``extends`` is for files only).

        Raises:
            ScenarioError: as :meth:`load`, with ``name`` in place of the file.
        """
        return _build(cls, dict(document), name, lambda loc: (name, None))

    def document(self) -> dict[str, Any]:
        """The complete scenario as plain values; :meth:`from_document` makes an equal scenario of it."""
        document = self.model_dump(mode="json", exclude={"sources"})
        document["sources"] = {
            path: source and source.model_dump(mode="json", exclude_defaults=True)
            for path, source in self.sources.items()
        }
        return document

    def to_yaml(self) -> str:
        """The complete scenario as the text of a file, which loaded again gives an equal scenario."""
        return yaml.dump(self.document(), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)

    def changes_to_yaml(self, parent: str, title: str) -> str:
        """The values changed since it was loaded as the text of a file that extends the one it was loaded from.

        ``parent`` is what that file is called there.  Numbers that are not changed keep their sources.
        """
        content: dict[str, Any] = {"extends": parent, "title": title}
        for path, value in self._changes.items():
            group = content
            for part in self.place(path).parts[:-1]:
                group = group.setdefault(part, {})
            group[self.place(path).name] = value
        return yaml.dump(content, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)

    @cached_property
    def _digest(self) -> str:
        played = self.model_dump(mode="json", exclude={"title", "description", "sources"})
        return hashlib.sha256(json.dumps(played, ensure_ascii=True).encode()).hexdigest()

    def fingerprint(self) -> str:
        """A hexadecimal digest of all that is played and by whom: equal for equal games, whatever title and sources."""
        return self._digest

    def __eq__(self, other: object) -> bool:
        """Whether all is equal that a file would hold; who is listed first matters, since results are by place."""
        return isinstance(other, Scenario) and self._digest == other._digest and self.document() == other.document()

    def __hash__(self) -> int:
        return hash(self._digest)

    def __repr__(self) -> str:
        return f"<Scenario {self.name}: {self.title}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """The scenario in a notebook: what it is about and who is at the table."""
        seated = "".join(
            f"<li>{kind}: {escape(', '.join(spec.label or name for name, spec in getattr(self, kind).items()))}</li>"
            for kind in KINDS
        )
        return f"<h3>{escape(self.title)}</h3><p>{escape(self.description)}</p><ul>{seated}</ul>"

    # ------------------------------------------------------------------------------------------------------------ names

    @property
    def name(self) -> str:
        """The stem of its file."""
        return self._name

    @property
    def origin(self) -> str | None:
        """What it was loaded from: the name of a shipped scenario, or the path of a file; None if made in Python."""
        return self._origin

    @property
    def changes(self) -> dict[str, Any]:
        """The values that :meth:`at` has changed since it was loaded or made, by path."""
        return dict(self._changes)

    @property
    def deposit_names(self) -> tuple[str, ...]:
        """The names of the deposits on offer, in listed order."""
        return tuple(self.deposits)

    @property
    def patron_names(self) -> tuple[str, ...]:
        """The names of the patrons, in listed order."""
        return tuple(self.patrons)

    @property
    def bidder_names(self) -> tuple[str, ...]:
        """The names of the bidders, in listed order."""
        return tuple(self.bidders)

    @property
    def financier_names(self) -> tuple[str, ...]:
        """The names of the financiers, in listed order."""
        return tuple(self.financiers)

    def label_of(self, kind: str, name: str) -> str:
        """The label of an agent; ``kind`` is "deposit", "patron", "bidder" or "financier", or its plural."""
        label: str = getattr(self, kind.removesuffix("s") + "s")[name].label
        return label

    @property
    def negotiations(self) -> int:
        """How many negotiations there are in what is played: one."""
        return 1

    def camp_of(self, bidder: str) -> str:
        """The name of the patron behind a bidder."""
        return self.bidders[bidder].patron

    # ---------------------------------------------------------------------------------------------------- single values

    @property
    def names(self) -> Names:
        """The names of the deposits, patrons, bidders and financiers."""
        return self.deposit_names, self.patron_names, self.bidder_names, self.financier_names

    @property
    def _places(self) -> dict[str, Place]:
        return places_of(Scenario, self.names)

    def paths(self, path: str) -> tuple[str, ...]:
        """The paths for which a path stands: itself, or the parameters that it fits if it is a pattern.

        Raises:
            ScenarioError: for an unknown path or a pattern that fits none, with the nearest known one.
        """
        found = parameters_of(Scenario, self.names, path) if is_pattern(path) else (path,)
        if not found or (found == (path,) and path not in self._places):
            fail(self.name, unknown_path(path, self._places), path=str(path))
        return found

    def place(self, path: str) -> Place:
        """Where the value of a path stands, the first if it is a pattern; raises ScenarioError as :meth:`paths`."""
        return self._places[self.paths(path)[0]]

    def value(self, path: str) -> Any:
        """The value at a path; at a pattern the one that all have which it fits, or None if they differ.

        Raises:
            ScenarioError: for an unknown path, with the nearest known one.
        """
        first, *others = (self._read(self._places[one]) for one in self.paths(path))
        return first if all(other == first for other in others) else None

    def _read(self, place: Place) -> Any:
        value: Any = self
        for part in place.parts:
            value = value[part] if isinstance(value, dict) else getattr(value, part)
        return value

    def parameters(self, filter: str | None = None) -> list[Parameter]:
        """Every value that can be set or swept, in the order of the file; labels, texts and keys are left out.

        Args:
            filter: part of a path or of a description, or a pattern for the path such as ``patrons.*.link``.
        """
        return [self._describe(place) for place in self._parameters(filter)]

    def _parameters(self, filter: str | None = None) -> list[Place]:
        return [place for place in self._places.values() if is_parameter(place) and passes(place, filter)]

    def _describe(self, place: Place) -> Parameter:
        source, ranged = self.source_of(place.path), self.supported(place.path)
        low, high = range_of(place.info) if is_number(place.info) else (None, None)
        return Parameter(
            place.path,
            self._read(place),
            unit_of(place.info),
            low,
            high,
            place.choices,
            place.info.description or "",
            str(source) if source else "",
            source.standing if source else "",
            *((ranged.low, ranged.high) if ranged else (None, None)),
        )

    def source_of(self, path: str) -> Source | None:
        """Where the number at a path comes from: the entry of that very path, else the most specific pattern."""
        if path in self.sources:
            return self.sources[path]
        return matching(self.sources, path)

    def numbers(self) -> list[Place]:
        """Where the numbers stand that can be set or swept."""
        return [place for place in self._places.values() if is_parameter(place) and is_number(place.info)]

    def spoken_for(self, name: str) -> list[Place]:
        """The places for which an entry of ``sources`` speaks: its very path, or those that its pattern fits best."""
        if not is_pattern(name):
            return [self._places[name]] if name in self._places else []
        source = self.sources[name]
        return [place for path, place in self._places.items() if fits(name, (path,)) and self.source_of(path) is source]

    def supported(self, path: str) -> Source | None:
        """The source that supports a range for the number at a path, or did before the number was changed."""
        source = self.source_of(path)
        return source if has_range(source) else self._former.get(path) if source is None else None

    def beyond(self, tried: Mapping[str, Iterable[object]] | None = None) -> list[str]:
        """What lies outside the range that its source supports: a line a number, with path, values, range and source.

        Args:
            tried: values by path, where a * stands for anything (default: the scenario's own).
        """
        said = []
        for place in self.numbers():
            source = self.supported(place.path)
            if source is None:
                continue
            values = [self._read(place)] if tried is None else _tried(tried, place.path)
            said.append(outside_said(place.path, [plain_value(value, place) for value in values], source))
        return [line for line in said if line is not None]

    def unsourced(self) -> list[str]:
        """The paths of the numbers that have no source; a number left at its default needs none."""
        return [
            place.path
            for place in self.numbers()
            if self.source_of(place.path) is None and self._read(place) != place.info.default
        ]

    @property
    def warnings(self) -> list[str]:
        """What can be played and may not be meant: path and reason of each, mostly none."""
        return [*misgivings(self), *self.beyond()]

    # ---------------------------------------------------------------------------------------------------------- changes

    def expanded(self, changes: Mapping[str, _T]) -> dict[str, _T]:
        """The changes with patterns such as ``patrons.us.levers.*.intensity`` replaced by the parameters that they fit.

        Raises:
            ScenarioError: for a pattern that fits no parameter, or an agent to be removed.
        """
        plain: dict[str, _T] = {}
        for path, value in changes.items():
            self._keep_agents(path, value)
            plain |= dict.fromkeys(self.paths(path) if is_pattern(path) else (path,), value)
        return plain

    def at(self, changes: Mapping[str, object]) -> Scenario:
        """This scenario with some values changed, checked as if it had been written so.

        Args:
            changes: values by path; text is read as in a file ("0.3", "true", "split").  A * in a path stands for
                anything: ``patrons.us.levers.*.intensity``.

        Raises:
            ScenarioError: for an unknown path or a value that is not allowed.

        A changed number loses its source: nobody has vouched for the new one.
        """
        content: dict[str, Any] = dict(self)
        made, former = self.changes, dict(self._former)
        for path, value in self.expanded(changes).items():
            place = self.place(path)
            group = content
            for part in place.parts[:-1]:
                group[part] = group = dict(group[part])
            group[place.name] = plain_value(value, place)
            if group[place.name] == self._read(place):
                continue
            made[path] = group[place.name]
            source = self.source_of(path)
            if path in self.sources or source is not None:
                content["sources"] = {**content["sources"], path: None}
            if source is not None and has_range(source):
                former[path] = source
        if not changes:
            return self
        changed = _build(type(self), content, self.name, lambda loc: (self.name, None))
        changed._origin, changed._changes, changed._former = self._origin, made, former
        return changed

    def _keep_agents(self, path: str, value: object) -> None:
        kind, _, name = path.partition(".")
        if kind in KINDS and name and "." not in name and value in (None, "null", "~"):
            chosen = name if name in getattr(self, kind) else "name"
            text = "an agent is removed in a file, not with --set: write a file with"
            fail(self.name, f"{text} 'extends: {self.name}' and '{kind}: {{{chosen}: null}}'", path=path)

    # ------------------------------------------------------------------------------------------------------ to the game

    def game(self) -> NDArray[np.void]:
        """The scenario as one :data:`~minegame.game.GAME` record, agents in listed order, in an array of length 1."""
        return copied(self._game)

    @cached_property
    def _game(self) -> NDArray[np.void]:
        games = new_records(GAME)
        for kind in KINDS:
            games[kind] = len(getattr(self, kind))
        for place in self._places.values():
            if place.cell:
                cell: Any = (0, *place.index)
                games[place.cell][cell] = code(place, self._read(place))
        for f, financier in enumerate(self.financiers.values()):
            mandate = financier.patron or self.camp_of(financier.bidder)
            games["financier_patron"][0, f] = self.patron_names.index(mandate)
            games["financier_tied"][0, f] = financier.offtake_multiple is not None
        derive(games[0])
        return games

    def games(self, points: Sequence[Mapping[str, object]]) -> NDArray[np.void]:
        """One game for each design point: the same records as ``at(point).game()``, many times faster.

        Args:
            points: changes by path, as for :meth:`at`; points may change different paths.

        Raises:
            ScenarioError: as :meth:`at`, for the first point that is not allowed.
        """
        games = np.repeat(self.game(), len(points))
        columns, slow = self._columns(points)
        for place, (rows, values) in columns.items():
            try:
                checked = column(place).validate_python([plain_value(value, place) for value in values])
            except ValidationError:
                slow.update(rows)  # the first point that is wrong raises below, in the words of at()
                continue
            if place.cell:
                cells: Any = (rows, *place.index)
                games[place.cell][cells] = [code(place, value) for value in checked]
        for share in _SHARES:  # the first point with too much of them raises below, in the words of at()
            slow.update(np.flatnonzero(games[f"patron_{share}"].sum(axis=1) > 1 + _SHARES_SLACK).tolist())
        touched = {row for place, (rows, _) in columns.items() if place.name in DERIVED_FROM for row in rows}
        for row in touched - slow:
            derive(games[row])
        for row in sorted(slow):
            games[row] = self.at(points[row]).game()[0]
        return games

    def _columns(
        self, points: Sequence[Mapping[str, object]]
    ) -> tuple[dict[Place, tuple[list[int], list[object]]], set[int]]:
        """Rows and values for every place that points change, and the rows that go by :meth:`at`."""
        columns: dict[Place, tuple[list[int], list[object]]] = {}
        slow: set[int] = set()
        meant: dict[str, list[Place]] = {}
        for row, point in enumerate(points):
            for path, value in point.items():
                if path not in meant:
                    meant[path] = [self.place(one) for one in self.expanded({path: value})]
                for place in meant[path]:
                    if place.name in _SLOW:
                        slow.add(row)
                    else:
                        rows, values = columns.setdefault(place, ([], []))
                        rows.append(row)
                        values.append(value)
        return columns, slow

    # ----------------------------------------------------------------------------------------------------------- checks

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Scenario:
        problems = list(contradictions(self))
        if problems:
            text = "; ".join(f"{'.'.join(loc)}: {what}" for loc, what in problems).replace("{", "{{").replace("}", "}}")
            raise PydanticCustomError("contradictions", text, {"problems": problems})
        return self

    @classmethod
    def schema(cls) -> dict[str, Any]:  # type: ignore[override]  # replaces a method that pydantic has retired
        """The JSON Schema of a scenario file, for editors; a file that extends another may leave anything out."""
        return file_schema(cls)


def _tried(tried: Mapping[str, Iterable[object]], path: str) -> list[object]:
    """The values tried for a path, under its own name or a pattern."""
    return [value for name, values in tried.items() if fits(name, (path,)) for value in values]


def _build(cls: type[Scenario], content: dict[str, Any], name: str, where: Where) -> Scenario:
    """The checked scenario of a complete mapping, or one error with everything that is wrong in it."""
    if crowded := list(too_many(content, where)):
        refuse(crowded, own=where(())[0])
    try:
        scenario = cls.model_validate(content)
    except ValidationError as error:
        refuse([*crowds(content, where), *complaints(Scenario, error, where)], own=where(())[0])
    scenario._name = visible(name, lines=False)
    return scenario


def _load(cls: type[Scenario], where: str | Path) -> Scenario:
    if not str(where):
        fail("scenario", "the name is empty: expected a file or the name of a shipped scenario" + missing_hint(Path()))
    path = find_file(where, Path())
    layers = with_parents(path, (), cls)
    locate = locator(path, layers.origin)
    try:
        scenario = _build(cls, layers.content, path.stem, locate)
    except ScenarioError as error:
        orphans = layers.orphans()
        found = [orphans.get(problem.path, problem) for problem in error.problems]
        refuse([*found, *layers.strays], own=str(path), more=error.more)
    if layers.strays:
        refuse(layers.strays, own=str(path))
    scenario._origin = path.stem if path == shipped_scenarios().get(path.stem) else visible(str(path))
    scenario._former = layers.former
    return scenario
