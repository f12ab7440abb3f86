"""Experiments: what an experiment file asks, and the plan that answers it.

A file in ``experiments/`` names a scenario, the policies that are compared, the factors that are varied, a design and
the replications.  :class:`Experiment` is that file, checked; :class:`Plan` is what has to be played: a table of design
points (groups) × policies × replications.  The policies of a group share their luck.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from minegame import cases
from minegame import design as designs
from minegame.campaign_file import CampaignScenario, is_campaign
from minegame.cases import Case
from minegame.chance import MAX_REPLICATION
from minegame.design import Changes, Factor, Value, level_twice
from minegame.game import GAME, LEVERS, MAX_MONTHS
from minegame.numerals import did_you_mean, whole
from minegame.scenario import (
    BOUND,
    DERIVED_FROM,
    MOST_PROBLEMS,
    Finding,
    Problem,
    Scenario,
    ScenarioError,
    SourceFile,
    find_file,
    is_pattern,
    missing_hint,
    nearest,
    refuse,
    shipped_campaigns,
    shipped_scenarios,
    unclear_names,
)
from minegame.scenario import shown as show
from minegame.scenario.schema import TEMPLATES
from minegame.statistics.precision import BINARY, SHARES, looks
from minegame.text import amount, counted, visible

if TYPE_CHECKING:
    import pandas as pd

    from minegame.design_table import DesignTable

MAX_POINTS = 5_000_000
MAX_LEVELS = 1_000_000  # into which a range is cut
MAX_VALUES = 10_000_000  # points × factors: 80 MB, and some times that while they are made
MAX_POLICIES = 4096
MAX_REPLICATIONS = 10**12
_CHECKED_GAMES = 4096  # so many games are made in advance, to find what is wrong with any; of more, the ends
_CHECKED_LEVELS = 100
_LEVELS_AT_A_TIME = 500  # that are tried in the game: some megabytes

if TYPE_CHECKING:
    Lever: TypeAlias = str
else:  # what there is to choose from is said by the game alone
    Lever = Literal[LEVERS]
SAMPLES = ("latin_hypercube", "sobol", "random")
Kind = Literal["factorial", "latin_hypercube", "sobol", "random", "one_at_a_time", "list"]
Shown = Literal["winning", "contrasts", "terms", "plot"]
Luck = Literal["own", "common"]
#: Designs that are samples over the factors: their points are states of the world, read together.
SAMPLES = ("latin_hypercube", "sobol", "random")
#: What a run can be made sure of.
MEASURES_TO_BE_SURE_OF = (
    "wins_any", "wins_all", "value_share", "wins_and_built", "shelved", "split", "host_value", "host_money",
    "patron_payoff",
)  # fmt: skip


#: Called with the points, policies and replications of a plan before its points are made; may refuse them.
Fits = Callable[[int, int, int], None]


class ExperimentError(ScenarioError):
    """An experiment that cannot be run; ``problems`` lists everything that is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


# ------------------------------------------------------------------------------------------ the parts of an experiment


def _levels_listed(value: object) -> object:
    return {"levels": value} if isinstance(value, list) else value


Whole = Annotated[int, BeforeValidator(whole)]


class FactorRange(_Part):
    """What a factor may be: a range on a scale, or a list of levels."""

    low: float | None = Field(default=None, description="Lower end of the range.")
    high: float | None = Field(default=None, description="Upper end of the range.")
    scale: Literal["linear", "log"] = Field(
        default="linear", description="How a design spreads its points over the range."
    )
    count: Whole | None = Field(
        default=None, ge=1, le=MAX_LEVELS, description="Into how many values a grid cuts it (default: as the design)."
    )
    levels: list[Value] | None = Field(default=None, description="The values themselves, in place of a range.")

    @model_validator(mode="after")
    def _one_or_the_other(self) -> FactorRange:
        if self.levels is not None:
            if self.low is not None or self.high is not None or self.count is not None:
                raise _wrong("has levels and a range: expected one of the two")
            if not self.levels:
                raise _wrong("has no levels: expected at least one")
            if twice := level_twice(self.levels):
                raise _wrong(f"lists a level twice: {twice}")
        elif self.low is None or self.high is None:
            raise _wrong("expected a range (low and high) or a list of levels")
        elif wrong := designs.wrong_range(self.low, self.high, self.scale):
            raise _wrong(wrong)
        return self


def _wrong(text: str) -> PydanticCustomError:
    """A refusal in words of our own, whatever braces there are in them."""
    return PydanticCustomError("experiment", "{text}", {"text": text})


class Package(_Part):
    """A patron whose levers are tried in every combination."""

    levers: list[Lever] = Field(default=list(LEVERS), description="The levers that are on or off.")
    onset: Whole | None = Field(
        default=None, ge=0, le=MAX_MONTHS, description="Month from which they act (default: unchanged)."
    )

    @model_validator(mode="after")
    def _has_levers(self) -> Package:
        if not self.levers:
            raise _wrong("has no levers: expected at least one")
        return self


class DesignPart(_Part):
    """A design over some or all of the factors."""

    kind: Kind = Field(default="factorial", description="How points are chosen.")
    factors: list[str] | None = Field(default=None, description="The factors it varies (default: all that are left).")
    points: Whole | list[dict[str, Value]] | None = Field(
        default=None, description="How many points; for a list, the points."
    )
    levels: Whole = Field(default=5, ge=1, le=10_000, description="Into how many values a range is cut.")
    seed: Whole = Field(default=0, ge=0, le=2**63 - 1, description="Seed of the sample.")

    @model_validator(mode="after")
    def _has_points(self) -> DesignPart:
        if self.kind == "list":
            if not isinstance(self.points, list) or not self.points:
                raise _wrong("a list needs its points: expected points: [{path: value, …}, …]")
        elif self.kind in SAMPLES:
            if not isinstance(self.points, int) or not 1 <= self.points <= MAX_POINTS:
                raise _wrong(f"expected points: a whole number between 1 and {MAX_POINTS:,}")
        elif self.points is not None:
            raise _wrong(f"points means nothing for {self.kind}: its factors' levels decide")
        return self


def _count_alone(value: object) -> object:
    count = whole(value)
    if not isinstance(count, (int, float)) or isinstance(count, bool):
        return value
    if not isinstance(count, int) or not 1 <= count <= MAX_REPLICATIONS:
        raise _wrong(f"{show(value)} is not allowed: expected a whole number between 1 and {MAX_REPLICATIONS:,}")
    return {"first": count, "at_most": count}


class Replications(_Part):
    """How often every point is played: so many times, or until sure."""

    until: float | None = Field(default=None, gt=0, description="Half-width that no interval may exceed.")
    of: str = Field(default="wins_any", description="The measure whose intervals count, of every bidder or patron.")
    paired: bool = Field(default=False, description="Whether the contrasts with the reference policy count instead.")
    first: Whole = Field(default=1000, ge=1, le=MAX_REPLICATIONS, description="Replications before the first look.")
    at_most: Whole = Field(ge=1, le=MAX_REPLICATIONS, description="Replications of a point at most.")
    confidence: float = Field(default=0.95, gt=0, lt=1, description="Confidence of the intervals.")

    @model_validator(mode="after")
    def _known_measure(self) -> Replications:
        if self.of not in MEASURES_TO_BE_SURE_OF:
            near = nearest(self.of, MEASURES_TO_BE_SURE_OF)
            raise _wrong(f"of: {show(self.of)} is unknown: expected one of {', '.join(MEASURES_TO_BE_SURE_OF)}{near}")
        if self.until is not None and self.first < 2:
            raise _wrong("first: a look needs at least 2 replications")
        if self.until is not None and self.until >= 0.5 and self.of in BINARY + SHARES:
            raise _wrong(f"until: {self.until:g} says nothing about a probability: expected a half-width below 0.5")
        return self

    @property
    def looks(self) -> list[int]:
        """The totals after which the run may stop; one if the number is fixed."""
        return [self.at_most] if self.until is None else looks(self.first, self.at_most)


def _one_listed(value: object) -> object:
    return [value] if isinstance(value, dict) else value


def _asked(value: object) -> object:
    """A kind alone, a list of kinds (each may have options), or options by kind."""
    if isinstance(value, str):
        return {value: {}}
    if isinstance(value, list):
        parts = [{part: {}} if isinstance(part, str) else part for part in value]
        if not all(isinstance(part, dict) for part in parts):
            return value
        kinds = [kind for part in parts for kind in part]
        if twice := next((kind for kind, count in Counter(kinds).items() if count > 1), None):
            raise _wrong(f"{twice} is asked twice: expected each kind once")
        value = {kind: options for part in parts for kind, options in part.items()}
    if not isinstance(value, dict):
        return value
    return {kind: {} if options is None else options for kind, options in value.items()}


Factors = dict[str, Annotated[FactorRange, BeforeValidator(_levels_listed)]]
Packages = dict[str, Annotated[Package, BeforeValidator(lambda v: {"levers": v} if isinstance(v, list) else v)]]


class Experiment(_Part):
    """An experiment file: the question, what is varied, and how sure the answer must be."""

    title: str = Field(description="The experiment in a line.", max_length=200)
    question: str = Field(default="", description="What it asks.", max_length=5000)
    how_to_read: str = Field(default="", description="How to read the answer.", max_length=5000)
    scenario: str = Field(description="A shipped scenario by name, or a file beside this one.")
    set: dict[str, Value] = Field(default={}, description="Changes of the scenario, by path.")
    policies: dict[str, dict[str, Value]] = Field(
        default={}, description="What is compared: changes by name, then by path."
    )
    packages: Packages = Field(default={}, description="Patrons whose levers are tried in every combination.")
    reference: str | None = Field(default=None, description="The policy with which the others are contrasted.")
    factors: Factors = Field(default={}, description="What is varied, by path.")
    design: Annotated[list[DesignPart], BeforeValidator(_one_listed)] = Field(
        default=[], description="How points are chosen; several designs are crossed (default: factorial)."
    )
    points: list[dict[str, Value]] | None = Field(default=None, description="The design points, written out.")
    table: str | None = Field(
        default=None,
        description="The design points as a table: a CSV file or a workbook beside this one, a column a path.",
    )
    replications: Annotated[Replications, BeforeValidator(_count_alone)] = Field(
        description="How often each point is played, or until when."
    )
    seed: Whole = Field(default=0, ge=0, le=2**63 - 1, description="Seed of the luck.")
    luck: Luck | None = Field(
        default=None,
        description="Whether each design point has luck of its own, or all have it in common "
        "(default: own for samples over factors, common otherwise).",
    )
    results: Literal["summary", "rows"] = Field(
        default="summary", description="What is kept: sums, or every negotiation too."
    )
    analysis: list[Shown] = Field(default=["winning"], description="What is shown at the end.")
    ask: Annotated[dict[str, dict[str, Any]], BeforeValidator(_asked)] = Field(
        default={}, description="Questions asked of the scenario beside it: kinds, each with its options."
    )
    _places: Any = PrivateAttr(default_factory=lambda: _Places("experiment", {}))
    #: the points of the table, once it has been read
    _rows: list[dict[str, Value]] = PrivateAttr(default_factory=list)

    @classmethod
    def load(
        cls, where: str | Path, changes: Mapping[str, Any] | None = None, allow: Fits | None = None
    ) -> tuple[Experiment, Plan]:
        """Read an experiment file, or a shipped one by its name, and plan it.

        ``changes`` replace what the file says; those of ``set`` are added to the file's.  ``allow`` may refuse a plan
        by its size before its points are made.

        Raises:
            ExperimentError: with file, line, path and what is allowed, for everything that is wrong.
            ScenarioError: if its scenario cannot be played.
        """
        path = _located(where)
        source = SourceFile(path)
        experiment = _read(cls, source, changes)
        plan = experiment.plan(folder=path.parent, places=_Places(str(path), source.lines), allow=allow)
        name = visible(path.stem, lines=False)  # which tables and folders of results are called by
        return experiment, plan.named(name, path.read_text(encoding="utf-8-sig"))

    @classmethod
    def read(cls, where: str | Path) -> Experiment:
        """Read an experiment file, or a shipped one by its name, without its scenario and without planning it.

        Raises:
            ExperimentError: as :meth:`load`, except for what only the scenario can tell.
        """
        return _read(cls, SourceFile(_located(where)))

    @classmethod
    def from_document(cls, document: Mapping[str, object], name: str = "experiment") -> Experiment:
        """An experiment from a mapping such as a file holds.

        Raises:
            ExperimentError: as :meth:`load`, with ``name`` in place of the file.
        """
        return _checked(cls, dict(document), _Places(name, {}))

    def document(self) -> dict[str, Any]:
        """The experiment as plain values, as a file would hold it; what is left at its default is left out."""
        document = self.model_dump(mode="json", exclude_defaults=True)
        document["factors"] = {path: body.get("levels", body) for path, body in document.get("factors", {}).items()}
        if self.replications.until is None:
            document["replications"] = self.replications.at_most
        return {name: value for name, value in document.items() if value not in ({}, [])}

    def to_yaml(self) -> str:
        """The experiment as the text of a file, which loaded again asks the same."""
        import yaml

        from minegame.scenario import Dumper

        return yaml.dump(self.document(), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)

    def plan(
        self, *, folder: Path | str = ".", places: _Places | None = None, allow: Fits | None = None,
        scenario: Case | None = None,
    ) -> Plan:  # fmt: skip
        """What has to be played to answer the question.

        ``folder`` is where the scenario's file may lie; ``scenario`` stands in its place where there is no file.

        Raises:
            ExperimentError: for everything that does not fit the scenario.
        """
        chosen = places or _Places("experiment", {})
        case = scenario or _scenario(self, Path(folder), chosen)
        if self.table is None:
            return _planned(self, case, chosen, allow)
        return _planned_by_table(self, Path(folder) / self.table, case, chosen, allow)

    def table_text(self) -> str:
        """The points of its table as one that is read as the same, once it has been planned; nothing without one."""
        from minegame.design_table import as_csv

        return as_csv(self._rows) if self._rows else ""

    def wrong_question(self, kind: str, error: ScenarioError) -> ExperimentError:
        """What is wrong with a question that it asks, with its place in the file: that of an option, or of the kind."""
        listed = next((loc[1] for loc in self._places.lines if loc[:1] == ("ask",) and loc[2:3] == (kind,)), None)
        place = ("ask", listed or str(list(self.ask).index(kind)))  # if the kinds are a list
        found = []
        for problem in error.problems:
            option = [problem.file] if problem.file in self.ask[kind] else []
            at = (*place, kind, *option) if place in self._places.lines else None
            found.append(self._places.problem(("ask", kind, *option), problem.text, at))
        return ExperimentError(*found)

    @classmethod
    def schema(cls) -> dict[str, Any]:  # type: ignore[override]  # replaces a method that pydantic has retired
        """The JSON Schema of an experiment file, for editors."""
        schema = cls.model_json_schema()
        parts = schema["$defs"]
        parts["FactorRange"] = {"anyOf": [parts["FactorRange"], {"type": "array", "minItems": 1}]}
        parts["Package"] = {"anyOf": [parts["Package"], parts["Package"]["properties"]["levers"]]}
        parts["Replications"] = {"anyOf": [parts["Replications"], {"type": "integer", "minimum": 1}]}
        schema["properties"]["design"] = {"anyOf": [schema["properties"]["design"], {"$ref": "#/$defs/DesignPart"}]}
        schema["patternProperties"] = TEMPLATES
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "minegame experiment"}


# ---------------------------------------------------------------------------------------------------- finding files


def shipped_experiments() -> dict[str, Path]:
    """The experiments that come with the package: their files by name."""
    installed = Path(__file__).parent / "experiments"
    folder = installed if installed.is_dir() else Path(__file__).parents[2] / "experiments"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def _located(where: str | Path) -> Path:
    shipped, path = shipped_experiments(), Path(where)
    if str(where) in shipped:
        return shipped[str(where)]
    if not path.exists() and path.name == str(where) and path.stem in shipped:
        return shipped[path.stem]
    if not path.exists() and path.stem in shipped_campaigns():
        text = f"is a campaign, not an experiment: 'minegame odds {path.stem}' plays it, and sweep varies it"
        raise ExperimentError(Problem(str(where), None, "", text))
    if not path.exists() and path.stem in shipped_scenarios():
        text = f"is a scenario, not an experiment: 'minegame odds {path.stem}' plays it"
        raise ExperimentError(Problem(str(where), None, "", text))
    if not path.exists():
        hint = missing_hint(path, {"experiments": shipped})
        raise ExperimentError(Problem(str(where), None, "", f"there is no such file{hint}"))
    return path


def is_experiment(where: str) -> bool:
    """Whether a name or a file is an experiment's, and not a scenario's."""
    if where in shipped_experiments() or Path(where).stem in shipped_experiments():
        return True
    path = find_file(where, Path())
    return path.is_file() and "scenario" in SourceFile(path).content


@dataclass(frozen=True)
class _Places:
    """Where the values of an experiment stand: file and line by location; it does not tell experiments apart."""

    file: str = field(compare=False)
    lines: Mapping[tuple[str, ...], int] = field(compare=False)

    def problem(self, loc: Sequence[str], text: str, at: Sequence[str] | None = None) -> Problem:
        """What is wrong at a location; ``at`` is the one in the file, if that is another."""
        line = self._line(tuple(at or loc))
        return Problem(self.file, line, ".".join(part for part in self._written(tuple(loc)) if part), text)

    def finding(self, item: Any) -> Finding:
        """What pydantic found, to be worded if it is told."""
        loc = _without_alternatives(tuple(str(part) for part in item["loc"] if part != "[key]"))
        return Finding(self.file, self._line(loc), ".".join(loc), lambda: self.problem(*_complaint(item)))

    def _written(self, loc: tuple[str, ...]) -> tuple[str, ...]:
        """The location as the file has it: a single design need not stand in a list."""
        single = loc[:2] == ("design", "0") and ("design", "0") not in self.lines
        return ("design", *loc[2:]) if single else loc

    def _line(self, loc: tuple[str, ...]) -> int | None:
        loc = self._written(loc)
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc)


# ---------------------------------------------------------------------------------------- what is wrong with a file


def _read(cls: type[Experiment], source: SourceFile, changes: Mapping[str, Any] | None = None) -> Experiment:
    if {"campaign", "tenders"} <= set(source.content):
        text = "is a campaign, not an experiment: minegame odds plays it, and an experiment names it under 'scenario'"
        raise ExperimentError(Problem(str(source.path), None, "", text))
    if "patrons" in source.content or "extends" in source.content:
        text = "is a scenario, not an experiment: minegame odds plays it, and an experiment names it under 'scenario'"
        raise ExperimentError(Problem(str(source.path), None, "", text))
    content = {**source.content, **(changes or {})}
    if isinstance(own := source.content.get("set", {}), dict):
        content["set"] = {**own, **(changes or {}).get("set", {})}
    return _checked(cls, content, _Places(str(source.path), source.lines))


def _checked(cls: type[Experiment], content: Mapping[str, object], places: _Places) -> Experiment:
    try:
        experiment = cls.model_validate(content)
    except ValidationError as error:
        refuse([places.finding(item) for item in error.errors(include_url=False)], error=ExperimentError)
    experiment._places = places
    return experiment


def _problems(error: ValidationError, places: _Places) -> Iterator[Problem]:
    """What pydantic found, in the order of the file; of what is no list and no number either, the deepest alone."""
    told = [_complaint(item) for item in error.errors(include_url=False)]
    inside = {loc[:n] for loc, _ in told for n in range(len(loc))}
    problems = [places.problem(loc, text) for loc, text in told if loc not in inside]
    yield from dict.fromkeys(sorted(problems, key=lambda p: p.line or 0))


def _complaint(item: Any) -> tuple[tuple[str, ...], str]:
    """Where the fault lies and what it is, in the words of the domain."""
    loc = tuple(str(part) for part in item["loc"] if part != "[key]")
    kind, value = item["type"], item["input"]
    if kind == "experiment":
        return loc, str(item["msg"])
    model = _model_at(loc[:-1])
    if kind == "extra_forbidden" and model is not None:
        names = list(model.model_fields)
        return loc, f"'{loc[-1]}' is unknown here: expected one of {', '.join(names)}{nearest(loc[-1], names)}"
    if kind == "missing" and model is not None:
        return loc, f"is missing: expected {_meaning(model.model_fields[loc[-1]])}"
    if kind == "literal_error":
        choices = [choice.strip(" '") for choice in item["ctx"]["expected"].replace(" or ", ",").split(",")]
        return loc, f"{show(value)} is not allowed: expected one of {', '.join(choices)}{nearest(value, choices)}"
    loc = _without_alternatives(loc)
    if kind == "string_type" and not isinstance(value, (dict, list)):
        return loc, f"{show(value)} is not allowed: expected text (put it in quotes)"
    return loc, f"{show(value)} is not allowed: expected {_expected(loc, item)}{_near(loc, value)}"


def _expected(loc: tuple[str, ...], item: Any) -> str:
    """What is allowed at a location."""
    if expected := _WANTED.get((loc[:1], len(loc))):
        return expected
    info = _field_at(loc)
    if loc[-2:-1] == ("points",):
        return "values by path, such as {host.balance_weight: 2}"
    if info is None:
        return "a number, a word, true, false or null"
    kinds = _types(info)
    if loc[0] == "design" and loc[-1] == "points":
        return f"a whole number between 1 and {MAX_POINTS:,}, or for a list, the points: [{{path: value, …}}, …]"
    if {int, float} & kinds:
        return _number_within(info)
    if str in kinds:
        most = item.get("ctx", {}).get("max_length")
        return f"at most {most:,} characters" if most else "text"
    return "true or false" if bool in kinds else f"a list: {_meaning(info)}"


def _number_within(info: FieldInfo) -> str:
    noun = "a whole number" if int in _types(info) else "a number"
    low, high = _bounds(info)
    if low == -np.inf:
        return noun
    apart = any(hasattr(m, "gt") for m in info.metadata)
    if high == np.inf:
        return f"{noun} above {low:g}"
    return f"{noun} above {low:g} and below {high:g}" if apart else f"{noun} between {low:,} and {high:,}"


def _bounds(info: FieldInfo) -> tuple[float, float]:
    """The least and the most that a number may be."""
    found = {name: getattr(m, name) for m in info.metadata for name in ("ge", "gt", "le", "lt") if hasattr(m, name)}
    return found.get("ge", found.get("gt", -np.inf)), found.get("le", found.get("lt", np.inf))


def _near(loc: tuple[str, ...], value: object) -> str:
    """The whole number that may have been meant, such as 10000 by 10,000."""
    info = _field_at(loc)
    if not isinstance(value, (str, float)) or (loc != ("replications",) and (info is None or int not in _types(info))):
        return ""
    low, high = (1, MAX_REPLICATIONS) if info is None or loc == ("replications",) else _bounds(info)
    return did_you_mean(value, lambda number: low <= number <= high, is_whole=True)


#: What is wanted where something of another kind stands, by the first part of the place and its depth.
_WANTED: dict[tuple[tuple[str, ...], int], str] = {
    (("replications",), 1): "a whole number, or {until: …, at_most: …}",
    (("factors",), 1): "factors by path, such as host.balance_weight: {low: 0, high: 4}",
    (("factors",), 2): "a range, such as {low: 0, high: 4}, or a list of levels",
    (("policies",), 1): "policies by name, such as 'no tariff: {patrons.us.levers.tariff.intensity: 0}'",
    (("policies",), 2): "changes by path, or {} for none",
    (("packages",), 2): "a list of levers, at least one",
    (("set",), 1): "changes by path",
    (("ask",), 1): "kinds of question, such as [attribution, {tipping: {replications: 5000}}]",
    (("ask",), 2): "the options of the question by name",
}


def _meaning(info: FieldInfo) -> str:
    text = info.description or "a value"
    return text[0].lower() + text[1:].rstrip(".")


def _field_at(loc: Sequence[str]) -> FieldInfo | None:
    """The field of a part of an experiment at a location, if it is one."""
    model = _model_at(loc[:-1])
    return model.model_fields.get(loc[-1]) if model is not None and loc else None


def _types(info: FieldInfo) -> set[Any]:
    """The types that a field takes, without what is said of them."""
    parts = {info.annotation}
    while any(
        inner := [part for part in parts if get_args(part) and get_origin(part) in (Union, UnionType, Annotated)]
    ):
        for part in inner:
            chosen = get_args(part)[:1] if get_origin(part) is Annotated else get_args(part)
            parts = (parts - {part}) | {*chosen}
    return parts


def _model_at(loc: Sequence[str]) -> type[BaseModel] | None:
    if not loc:
        return Experiment
    inner: dict[str, type[BaseModel]] = {
        "factors": FactorRange,
        "packages": Package,
        "design": DesignPart,
        "replications": Replications,
    }
    deep = 1 if loc[0] == "replications" else 2
    return inner.get(loc[0]) if len(loc) == deep else None


def _without_alternatives(loc: tuple[str, ...]) -> tuple[str, ...]:
    """A location without the types that pydantic tried one after another."""
    tried = {"bool", "int", "float", "str", "none", "dict[str,nullable]"}
    return tuple(part for part in loc if part not in tried and not part.startswith(("list[", "function-", "dict[")))


# --------------------------------------------------------------------------------------------------------- the plan


@dataclass(frozen=True)
class Plan:
    """What has to be played: design points (groups) × policies × replications.

    ``scenario``, or a campaign, is the point of rest; a row of ``design`` (a DataFrame whose columns are paths) and a
    policy change it.
    The policies of a group share their luck; with ``reference`` (a policy's number) their paired differences are kept.
    With ``luck`` in ``common`` all groups share it too; with ``own`` each has replications that no other has.
    """

    scenario: Case
    design: pd.DataFrame
    policies: Mapping[str, Changes]
    replications: Replications
    seed: int = 0
    reference: int | None = None
    results: str = "summary"
    title: str = ""
    name: str = "experiment"
    text: str = field(default="", repr=False)
    experiment: Experiment | None = field(default=None, repr=False)
    luck: Luck = "common"
    notes: tuple[str, ...] = field(default=(), repr=False)  # what a reader of its table should know

    @classmethod
    def of(
        cls,
        scenario: Case,
        design: pd.DataFrame | Mapping[str, Sequence[Value]] | None = None,
        policies: Mapping[str, Changes] | None = None,
        *,
        replications: int = 10_000,
        seed: int = 0,
        title: str = "",
        name: str = "experiment",
        luck: Luck = "common",
    ) -> Plan:
        """A plan made in Python: a scenario, a table of points, policies, of which the first is the reference.

        Give ``luck="own"`` where estimates are made of many points together: a mean, a regression, an index.

        Raises:
            ExperimentError: if a policy sets what the points vary, or has no name of its own.
            TypeError: if the design is no table with paths above its columns.
        """
        table = _design_given(design)
        chosen = {label: scenario.expanded(changes) for label, changes in (policies or {"as it is": {}}).items()}
        for label, text in unclear_names(chosen):
            raise ExperimentError(Problem(name, None, f"policies.{label}", text))
        for path in table.columns:
            if any(path in changes for changes in chosen.values()):
                raise ExperimentError(
                    Problem(name, None, str(path), "is varied and set by a policy: expected one of the two")
                )
        return cls(
            scenario, table, chosen, Replications(first=replications, at_most=replications), seed,
            0 if len(chosen) > 1 else None, "summary", title or name, name, luck=luck,
        )  # fmt: skip

    def named(self, name: str, text: str) -> Plan:
        """The same plan under a name, with the text of its file."""
        from dataclasses import replace

        return replace(self, name=name, text=text)

    @property
    def groups(self) -> int:
        """How many design points there are."""
        return len(self.design)

    @property
    def negotiations(self) -> int:
        """How many negotiations it takes, at most; those of a campaign are its tenders."""
        return self.groups * self.at_once * self.replications.at_most

    @property
    def at_once(self) -> int:
        """How many negotiations there are in one replication of a design point."""
        return len(self.policies) * self.scenario.negotiations

    def first(self, groups: np.ndarray, replication: int = 0) -> int | np.ndarray:
        """Where the luck of some groups begins: the number of a replication of theirs among all, shape (groups,).

        It follows from a group's place in the design alone, so that it is the same however the work is cut.
        """
        if self.luck == "common":
            return replication
        return np.asarray(groups, np.int64) * self.replications.at_most + replication

    def games(self, groups: Sequence[int] | range | np.ndarray | None = None) -> np.ndarray:
        """The games of some groups (default all): GAME records, shape (groups, policies).

        Raises:
            ScenarioError: for a point that is not allowed.
        """
        chosen = self.design if groups is None else self.design.iloc[list(groups)]
        points = _points(chosen.drop(columns=list(self._plain)))
        games = cases.crossed(self.scenario, points, list(self.policies.values()))
        for path, (field_, index) in self._plain.items():
            cells: Any = (slice(None), slice(None), *index)
            games[field_][cells] = chosen[path].to_numpy()[:, None]
        return games

    @cached_property
    def _plain(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """The columns that are plain numbers of the game, checked by their ends: written whole, a hundred times faster.

        A field that is checked against others, or from which others follow, goes the scenario's own way.
        """
        plain = {}
        for path in self.design.columns:
            place, column = self.scenario.place(path), self.design[path]
            kind = "" if not place.cell else GAME[place.cell].base.kind
            fits = column.dtype.kind == kind or (kind, column.dtype.kind) == ("f", "i")
            fits = fits and not is_pattern(path)
            if fits and not place.choices and place.name not in BOUND | DERIVED_FROM and not column.isna().any():
                for end in (column.min(), column.max()):
                    self.scenario.at({path: end})
                plain[path] = (place.cell, place.index)
        return plain

    def fingerprint(self) -> dict[str, Any]:
        """Everything in the plan that decides results, part by part."""
        return {
            "scenario": self.scenario.fingerprint()[:16],
            "design": _digest(
                [self.groups, *([path, repr(self.design[path].tolist())] for path in self.design.columns)]
            ),
            "policies": _digest({name: dict(changes) for name, changes in self.policies.items()}),
            "reference": self.reference,
            "replications": self.replications.model_dump(mode="json"),
            "seed": self.seed,
            **({"luck": "own"} if self.luck == "own" else {}),
            "results": self.results,
        }


def _design_given(design: object) -> pd.DataFrame:
    """A table of points from what Python has it in: a DataFrame, or columns by path; one point of rest if none."""
    import pandas as pd

    if design is None:
        return pd.DataFrame(index=range(1))
    if not isinstance(design, (pd.DataFrame, Mapping)):
        kind = type(design).__name__
        raise TypeError(f"a design is a DataFrame with a path above every column, or columns by path, not {kind}")
    table = pd.DataFrame(design).reset_index(drop=True)
    if wrong := [name for name in table.columns if not isinstance(name, str)]:
        raise TypeError(f"a design has a path above every column, such as 'host.balance_weight', not {wrong[0]!r}")
    return table


def _points(table: pd.DataFrame) -> list[dict[str, Value]]:
    """The rows of a design as changes by path, in plain Python values."""
    columns = [table[path].tolist() for path in table.columns]
    if not columns:
        return [{} for _ in range(len(table))]
    return [dict(zip(table.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()[:16]


def _planned(experiment: Experiment, scenario: Case, places: _Places, allow: Fits | None) -> Plan:
    problems = _Problems()
    _no_rows_of_campaigns(experiment, scenario, places, problems)
    scenario = _at(scenario, experiment.set, ("set",), places, problems)
    factors = _factors(experiment, scenario, places, problems)
    policies = _policies(experiment, scenario, places, problems)
    reference = _reference(experiment, policies, places, problems)
    listed = _listed(experiment, scenario, places, problems)
    varied = _varied(factors, scenario, places, problems)
    _no_conflicts(experiment, {**listed, **varied}, policies, places, problems)
    _stop_at(problems)
    parts = _parts(experiment, factors, places)
    groups = _groups(parts, scenario, places)
    if allow is not None:
        allow(groups, len(policies), experiment.replications.at_most)
    table = designs.product([_design(part, own, scenario) for part, own in parts])
    plan = Plan(
        scenario, table, policies, experiment.replications, experiment.seed, reference, experiment.results,
        experiment.title,
        experiment=experiment, luck=_luck(experiment),
    )  # fmt: skip
    _check_points(plan, places)
    _check_luck(plan, places)
    return plan


@dataclass(frozen=True)
class _TablePlaces(_Places):
    """Where the values of an experiment stand whose points stand in a table."""

    table: DesignTable | None = field(default=None, compare=False)

    def problem(self, loc: Sequence[str], text: str, at: Sequence[str] | None = None) -> Problem:
        """What is wrong at a location, by row and column if it is a point's."""
        if self.table is None or loc[:1] != ("points",):
            return super().problem(loc, text, at)
        point, path = (loc[1], loc[2]) if len(loc) > 2 else ("", "".join(loc[1:]))
        return self.table.problem(point, path, text)


def _planned_by_table(experiment: Experiment, file: Path, scenario: Case, places: _Places, allow: Fits | None) -> Plan:
    """The plan of an experiment whose points stand in a table."""
    from dataclasses import replace

    from minegame.design_table import points_of, read_design

    if experiment.points is not None:
        raise ExperimentError(places.problem(("table",), "stands beside points: expected one of the two"))
    table = read_design(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)
    rows = points_of(table, scenario)
    listed = experiment.model_copy(update={"points": rows, "table": None})
    plan = _planned(listed, scenario, _TablePlaces(places.file, places.lines, table), allow)
    asked = experiment.model_copy(update={"table": file.name})
    asked._rows = rows
    return replace(plan, experiment=asked, notes=table.notes)


def _luck(experiment: Experiment) -> Luck:
    """As the file says; points that are a sample over factors are read together, and need luck of their own for it."""
    sampled = any(part.kind in SAMPLES for part in experiment.design)
    return experiment.luck or ("own" if sampled else "common")


def _check_luck(plan: Plan, places: _Places) -> None:
    """Refuse more replications than luck has addresses, after which points would share it again."""
    if plan.luck == "own" and (needed := plan.groups * plan.replications.at_most) > MAX_REPLICATION:
        text = (
            f"{plan.groups:,} points with luck of their own need {needed:,} replications, and there are "
            f"{MAX_REPLICATION:,}: expected fewer of either, or luck: common"
        )
        raise ExperimentError(places.problem(("replications",), text))


def _stop_at(problems: Iterable[Problem]) -> None:
    """Refuse an experiment for its problems; of very many, no more are looked for than are told."""
    found = list(islice(problems, MOST_PROBLEMS + 1))
    if found:
        refuse(found[:MOST_PROBLEMS], more=None if len(found) > MOST_PROBLEMS else 0, error=ExperimentError)


class _Problems(list[Problem]):
    """Problems in the order in which they are found; to look for more than are told would take long for nothing."""

    def append(self, problem: Problem) -> None:
        super().append(problem)
        if len(self) > MOST_PROBLEMS:
            _stop_at(self)


def _scenario(experiment: Experiment, folder: Path, places: _Places) -> Case:
    path = find_file(experiment.scenario, folder)
    if not experiment.scenario or not path.exists():
        text = f"there is no '{experiment.scenario}', neither a file beside this one nor shipped"
        raise ExperimentError(places.problem(("scenario",), text + missing_hint(folder / experiment.scenario)))
    return CampaignScenario.load(path) if is_campaign(path) else Scenario.load(path)


def _no_rows_of_campaigns(experiment: Experiment, scenario: Case, places: _Places, problems: list[Problem]) -> None:
    """Refuse what is of single tenders alone."""
    if not isinstance(scenario, CampaignScenario):
        return
    if experiment.results == "rows":
        text = "rows are of single tenders: of a campaign sums are kept, expected results: summary"
        problems.append(places.problem(("results",), text))
    if experiment.packages:
        first = next(iter(experiment.packages))
        text = "packages are of single tenders: expected policies, such as 'no tariff: {tenders.*.patrons." + (
            f"{first}.levers.tariff.intensity: 0}}'"
        )
        problems.append(places.problem(("packages",), text))


def _at(scenario: Case, changes: Changes, loc: tuple[str, ...], places: _Places, problems: list[Problem]) -> Case:
    """The changed scenario; what is wrong with the changes is added to the problems, at its place in the file."""
    try:
        return scenario.at(changes)
    except ScenarioError as error:
        for problem in error.problems:
            problems.append(places.problem((*loc, problem.path), problem.text))
        return scenario


def _expanded(
    scenario: Case, changes: Changes, loc: tuple[str, ...], places: _Places, problems: list[Problem]
) -> dict[str, Value]:
    """The changes without patterns; a pattern that fits nothing is added to the problems."""
    try:
        return scenario.expanded(changes)
    except ScenarioError as error:
        for problem in error.problems:
            problems.append(places.problem((*loc, problem.path), problem.text))
        return {}


def _factors(experiment: Experiment, scenario: Case, places: _Places, problems: list[Problem]) -> dict[str, Factor]:
    factors = {}
    for path, given in experiment.factors.items():
        before = len(problems)
        values = given.levels if given.levels is not None else [given.low, given.high]
        _check_levels(scenario, path, values, places, problems)
        if len(problems) == before:
            factors[path] = _factor(path, given, scenario)
    return factors


def _check_levels(
    scenario: Case, path: str, levels: Sequence[object], places: _Places, problems: list[Problem]
) -> None:
    """Find the first level that is not allowed; of many, some at a time."""
    try:
        scenario.at({path: levels[0]})
        for start in range(1, len(levels), _LEVELS_AT_A_TIME):
            some = [scenario.expanded({path: level}) for level in levels[start : start + _LEVELS_AT_A_TIME]]
            cases.games(scenario, some)
    except ScenarioError as error:
        for problem in error.problems:
            problems.append(places.problem(("factors", problem.path), problem.text))


def _factor(path: str, given: FactorRange, scenario: Case) -> Factor:
    if given.levels is not None:
        return Factor(path, levels=tuple(given.levels))
    assert given.low is not None
    assert given.high is not None
    return Factor.between(scenario, path, given.low, given.high, given.scale, given.count)


def _varied(
    factors: Mapping[str, Factor], scenario: Case, places: _Places, problems: list[Problem]
) -> dict[str, tuple[str, ...]]:
    """The paths that factors vary, those of a pattern one by one, and where they stand."""
    found: dict[str, tuple[str, ...]] = {}
    for factor in factors:
        for path in scenario.paths(factor):
            if path in found:
                problems.append(places.problem(("factors", factor), f"{path} is varied by {found[path][-1]} already"))
            found.setdefault(path, ("factors", factor))
    return found


def _policies(
    experiment: Experiment, scenario: Case, places: _Places, problems: list[Problem]
) -> dict[str, dict[str, Value]]:
    families: list[dict[str, dict[str, Value]]] = []
    if (count := len(experiment.policies)) > MAX_POLICIES:
        raise ExperimentError(places.problem(("policies",), _too_many(count)))
    for name, text in unclear_names(experiment.policies):
        problems.append(places.problem(("policies", name), text))
    if experiment.policies:
        for name, changes in experiment.policies.items():
            _at(scenario, changes, ("policies", name), places, problems)
        families.append(
            {
                name: _expanded(scenario, changes, ("policies", name), places, problems)
                for name, changes in experiment.policies.items()
            }
        )
    for patron, package in experiment.packages.items():
        if not isinstance(scenario, Scenario):  # which is told already
            break
        if patron not in scenario.patrons:
            text = f"there is no patron '{patron}': expected one of {', '.join(scenario.patron_names)}"
            problems.append(places.problem(("packages", patron), text + nearest(patron, scenario.patron_names)))
            continue
        families.append(_family(scenario, patron, package, alone=len(experiment.packages) == 1))
    count = math.prod(len(family) for family in families)
    if count > MAX_POLICIES:
        problems.append(places.problem(("packages",), _too_many(count)))
        return {}
    return designs.crossed(*families) if families else {"as it is": {}}


def _too_many(policies: int) -> str:
    return f"{amount(policies)} policies are too many: expected at most {MAX_POLICIES:,}"


def _family(scenario: Scenario, patron: str, package: Package, *, alone: bool) -> dict[str, dict[str, Value]]:
    """The packages of a patron, by names that say whose they are when there are several patrons.

    A lever is absent or as the scenario has it; at full strength where the scenario does not use it.
    """
    onsets: dict[str, Value] = (
        {f"patrons.{patron}.levers.{lever}.onset": package.onset for lever in package.levers}
        if package.onset is not None
        else {}
    )
    levers = list(dict.fromkeys(package.levers))
    named = designs.packages(patron, levers, designs.intensities(scenario, patron, levers))
    return {name if alone else f"{patron}: {name}": {**changes, **onsets} for name, changes in named.items()}


def _reference(
    experiment: Experiment, policies: Mapping[str, Changes], places: _Places, problems: list[Problem]
) -> int | None:
    names = list(policies)
    if experiment.reference is None:
        return 0 if len(names) > 1 else None
    if experiment.reference not in names:
        text = f"there is no policy {show(experiment.reference)}: expected one of {', '.join(names[:20])}"
        problems.append(places.problem(("reference",), text + nearest(experiment.reference, names)))
        return None
    return names.index(experiment.reference)


def _lists(experiment: Experiment) -> Iterator[tuple[tuple[str, ...], list[dict[str, Value]]]]:
    """The points that are written out, and where they stand."""
    if experiment.points is not None:
        yield ("points",), experiment.points
    for n, part in enumerate(experiment.design):
        if isinstance(part.points, list):
            yield ("design", str(n), "points"), part.points


def _listed(
    experiment: Experiment, scenario: Case, places: _Places, problems: list[Problem]
) -> dict[str, tuple[str, ...]]:
    """The paths that points set which are written out, and where they stand first."""
    found: dict[str, tuple[str, ...]] = {}
    for loc, points in _lists(experiment):
        first = {path: (*loc, str(n)) for n, point in reversed([*enumerate(points)]) for path in point}
        for path, at in first.items():
            fitting = _expanded(scenario, {path: 0}, at, places, problems)
            for one in fitting:
                try:
                    scenario.place(one)
                except ScenarioError as error:
                    for problem in error.problems:
                        problems.append(places.problem((*at, problem.path), problem.text))
            found = {**dict.fromkeys(fitting, at), **found}
    return found


def _no_conflicts(
    experiment: Experiment,
    varied: Mapping[str, tuple[str, ...]],
    policies: Mapping[str, Changes],
    places: _Places,
    problems: list[Problem],
) -> None:
    used = {path for changes in policies.values() for path in changes}
    for path in varied:
        if path in used:
            loc = varied[path] if varied[path][-1] == path else (*varied[path], path)
            problems.append(places.problem(loc, "is also set by a policy: expected one of the two"))
    if experiment.replications.paired and len(policies) < 2:
        problems.append(places.problem(("replications", "paired"), "contrasts need at least two policies"))


# -------------------------------------------------------------------------------------------------------- the table


#: A design, and the factors that it varies.
_Laid = tuple[DesignPart, list[Factor]]


def _parts(experiment: Experiment, factors: Mapping[str, Factor], places: _Places) -> list[_Laid]:
    """The designs that are crossed, each with its factors."""
    if experiment.points is not None and not experiment.points:
        raise ExperimentError(places.problem(("points",), "is empty: expected at least one point"))
    listed = [DesignPart(kind="list", points=experiment.points)] if experiment.points is not None else []
    given = list(experiment.design)
    if not given and experiment.factors:
        given = [DesignPart()]
    parts = [part if part.kind != "list" else part.model_copy(update={"factors": []}) for part in [*given, *listed]]
    _stop_at(chain(_unvaried(experiment, places), _misplaced(parts, factors, places)))
    left = [path for path in factors if not any(path in (part.factors or ()) for part in parts)]
    chosen = [(part, [factors[p] for p in (part.factors if part.factors is not None else left)]) for part in parts]
    _stop_at(
        places.problem(("factors", factor.path, "count"), f"means nothing for {part.kind}, which cuts no range")
        for part, own in chosen
        for factor in own
        if part.kind in SAMPLES and factor.count is not None
    )
    return chosen


def _unvaried(experiment: Experiment, places: _Places) -> Iterator[Problem]:
    """Designs in which nothing varies."""
    for n, part in enumerate(experiment.design):
        if part.kind != "list" and part.factors == []:
            yield places.problem(("design", str(n), "factors"), "is empty: expected at least one factor")
    for loc, points in _lists(experiment):
        if points and not any(points):
            yield places.problem(loc, "sets nothing: expected values by path, such as {host.balance_weight: 2}")


def _groups(parts: Sequence[_Laid], scenario: Case, places: _Places) -> int:
    """How many points there are, found without making any; refused if they are too many to be made."""
    groups = math.prod(_size(part, own) for part, own in parts)
    columns = max(1, sum(len(own) + len(scenario.expanded(_set_in(part))) for part, own in parts))
    if groups > MAX_POINTS or groups * columns > MAX_VALUES:
        most = min(MAX_POINTS, MAX_VALUES // columns)
        text = f"the design has {amount(groups)} points of {counted(columns, 'factor')}: expected at most {most:,}"
        raise ExperimentError(places.problem(("design",), text))
    return groups


def _set_in(part: DesignPart) -> dict[str, int]:
    """What points that are written out set."""
    return {path: 0 for point in part.points for path in point} if isinstance(part.points, list) else {}


def _misplaced(parts: Sequence[DesignPart], factors: Mapping[str, Factor], places: _Places) -> Iterator[Problem]:
    """Factors that a design does not know, that two designs vary, or that none does."""
    seen: set[str] = set()
    rest = [part for part in parts if part.factors is None]
    for n, part in enumerate(parts):
        for path in part.factors or ():
            loc = ("design", str(n), "factors")
            if path not in factors:
                text = f"there is no factor {show(path)}: expected one of {', '.join(factors)}"
                yield places.problem(loc, text + nearest(path, factors))
            elif path in seen:
                yield places.problem(loc, f"the factor {path} is varied by two designs")
            seen.add(path)
        if part.kind == "list" and isinstance(part.points, list):
            for path in {path for point in part.points for path in point} & set(factors):
                yield places.problem(("points",), f"the factor {path} is varied by two designs")
    if len(rest) > 1:
        yield places.problem(("design",), "two designs name no factors: expected factors: [path, …] in all but one")
    left = [path for path in factors if path not in seen]
    if left and not rest:
        yield places.problem(("factors", left[0]), f"no design varies the factor {left[0]}")
    if rest and not left:
        yield places.problem(("design",), "there are no factors to vary: expected factors: {path: …}")


def _size(part: DesignPart, factors: Sequence[Factor]) -> int:
    """How many points a design has, at most."""
    if isinstance(part.points, int):
        return part.points
    if isinstance(part.points, list):
        return len(part.points)
    counts = [factor.most(part.levels) for factor in factors]
    return math.prod(counts) if part.kind == "factorial" else 1 + sum(counts)


def _design(part: DesignPart, factors: Sequence[Factor], scenario: Case) -> pd.DataFrame:
    if part.kind == "list":
        assert isinstance(part.points, list)
        return designs.listed([scenario.expanded(point) for point in part.points], scenario)
    if part.kind == "factorial":
        return designs.factorial(factors, part.levels)
    if part.kind == "one_at_a_time":
        return designs.one_at_a_time(factors, scenario, part.levels)
    sample: Callable[..., pd.DataFrame] = getattr(designs, part.kind)
    return sample(factors, part.points, part.seed)


def _check_points(plan: Plan, places: _Places) -> None:
    """Refuse a design with a point that cannot be played; of a very large one, look at the extremes."""
    try:
        if plan.groups * len(plan.policies) <= _CHECKED_GAMES:
            plan.games()
        else:
            plan.games([0])
            _check_words(plan)
    except ScenarioError as error:
        _check_listed(plan, places)
        raise ExperimentError(*(places.problem(("points", p.path), p.text) for p in error.problems)) from None


def _check_listed(plan: Plan, places: _Places) -> None:
    """Refuse the first point that is written out and cannot be played, with its line."""
    assert plan.experiment is not None
    for loc, points in _lists(plan.experiment):
        for n, point in enumerate(points[:_CHECKED_GAMES]):
            problems: list[Problem] = []
            _at(plan.scenario, point, (*loc, str(n)), places, problems)
            _stop_at(problems)


def _check_words(plan: Plan) -> None:
    """Refuse levels that are not allowed, of the columns that are not plain numbers."""
    for path in plan.design.columns:
        if path not in plan._plain:
            values = plan.design[path].drop_duplicates().tolist()
            if len(values) > _CHECKED_LEVELS and all(isinstance(value, (int, float)) for value in values):
                values = [min(values), max(values)]
            for value in values:
                plan.scenario.at({path: value})
