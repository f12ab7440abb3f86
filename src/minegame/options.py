"""Options: what may be given, how it is read and written, said once for the command line, files and Python.

A dataclass whose fields are made by :func:`option` is a set of options.  The command line takes its fields as
``--name``, an experiment file as keys, Python as arguments; a folder keeps them as plain values.  Whatever the door,
:meth:`Reader.read` turns what was given into the value and refuses what is not allowed in the same words.

This module imports nothing heavy, so that ``--help`` answers at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from minegame.design import Changes as ChangesByPath
    from minegame.design import Factor

BASELINE = "kazakhstan_tungsten"  # as in minegame.scenario, which takes long to import
MAX_SEED = 2**63 - 1  # as in chance.py
MAX_REPLICATION = 2**44 - 1
MOST_NEGOTIATIONS = 10**12
#: Confidences between which intervals are made: below they mislead, above they say nothing at any affordable number.
LEAST_SURE, MOST_SURE = 0.5, 0.9999
_MOST_DIGITS = 300  # of a number that is read from text in order to correct it


def refuse(name: str, text: str) -> NoReturn:
    """Refuse an option: a ScenarioError that names it."""
    from minegame.scenario import Problem, ScenarioError

    raise ScenarioError(Problem(name, None, "", text))


# ------------------------------------------------------------------------------------------------------------- readers


class Reader:
    """How an option is read: from text, from a file's value or from Python's, all to the same value."""

    metavar = "TEXT"
    many = False  # whether the command line may give it many times

    def read(self, given: Any, name: str) -> Any:
        """The value of what was given; a ScenarioError that names the option for what is not allowed."""
        return given

    def plain(self, value: Any) -> Any:
        """The value as JSON and YAML have it."""
        return value

    def typed(self, value: Any) -> list[str]:
        """The value as it is typed on a command line, once for every time the option is given."""
        return [str(value)]


@dataclass(frozen=True)
class Whole(Reader):
    """A whole number between low and high, both allowed."""

    low: int = 0
    high: int = MOST_NEGOTIATIONS
    metavar: str = "N"

    def read(self, given: Any, name: str) -> int:
        """The number."""
        if isinstance(given, str):
            given = self._typed(given.strip(), name)
        if isinstance(given, bool) or not hasattr(given, "__index__") or not self.low <= int(given) <= self.high:
            refuse(name, f"{given!r} is not allowed: expected {self.expected}{_meant(given, self)}")
        return int(given)

    def _typed(self, text: str, name: str) -> int:
        if len(text) > _MOST_DIGITS or not text.removeprefix("-").removeprefix("+").isdecimal():
            refuse(name, f"{text!r} is not allowed: expected {self.expected}{_meant(text, self)}")
        return int(text)

    @property
    def expected(self) -> str:
        """What is allowed, in words."""
        return f"a whole number between {self.low} and {self.high}"

    def accepts(self, number: float) -> bool:
        """Whether a number is allowed."""
        return float(number).is_integer() and self.low <= number <= self.high


@dataclass(frozen=True)
class Real(Reader):
    """A number between low and high; ``open_ends``: neither of them."""

    low: float = -math.inf
    high: float = math.inf
    example: str = ""
    open_ends: bool = False
    metavar: str = "X"

    def read(self, given: Any, name: str) -> float:
        """The number."""
        try:
            number = math.nan if isinstance(given, bool) or given is None else float(given)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not self.accepts(number):
            refuse(name, f"{given!r} is not allowed: expected {self.expected}{_meant(given, self)}")
        return number

    @property
    def expected(self) -> str:
        """What is allowed, in words."""
        between = "above" if self.high == math.inf and self.open_ends else "of at least"
        bounds = f"{between} {self.low:g}" if self.high == math.inf else f"between {self.low:g} and {self.high:g}"
        example = f", such as {self.example}" if self.example else ""
        return f"a number {bounds}{example}" if self.low > -math.inf else "a number"

    def accepts(self, number: float) -> bool:
        """Whether a number is allowed."""
        if self.open_ends:
            return self.low < number < self.high
        return self.low <= number <= self.high and math.isfinite(number)


def _meant(given: Any, reader: Whole | Real) -> str:
    """``; did you mean 10000?`` for text such as 1e4, 10,000, 1.5 or 95%, if that number is allowed."""
    bare = str(given).strip().replace(" ", "").replace("'", "").replace("_", "")
    if len(bare) > _MOST_DIGITS:
        return ""
    is_whole = isinstance(reader, Whole)
    percent = bare.endswith("%") and not is_whole
    bare = bare.removesuffix("%").replace(",", "" if is_whole else ".")
    try:
        number = float(bare) / (100 if percent else 1)
    except ValueError:
        return ""
    near: float = round(number) if is_whole and math.isfinite(number) else number
    return f"; did you mean {near}?" if str(near) != str(given) and reader.accepts(near) else ""


class Flag(Reader):
    """Yes or no."""

    def read(self, given: Any, name: str) -> bool:
        """True or False."""
        if not isinstance(given, bool):
            refuse(name, f"{given!r} is not allowed: expected true or false")
        return given

    def typed(self, value: bool) -> list[str]:
        """Nothing but the option itself."""
        return []


@dataclass(frozen=True)
class Word(Reader):
    """A word, of some choices or any."""

    metavar: str = "NAME"
    choices: tuple[str, ...] = ()
    may_be_empty: bool = False

    def read(self, given: Any, name: str) -> str:
        """The word."""
        if not isinstance(given, str) or not (given.strip() or self.may_be_empty):
            refuse(name, f"{given!r} is not allowed: expected {self._expected}")
        if self.choices and given not in self.choices:
            from minegame.scenario import nearest

            refuse(
                name,
                f"there is no {name.lstrip('-')} {given!r}: expected {self._expected}{nearest(given, self.choices)}",
            )
        return given

    @property
    def _expected(self) -> str:
        return f"one of {', '.join(self.choices)}" if self.choices else "a name"


@dataclass(frozen=True)
class Words(Reader):
    """Words, each of some choices or any: a list, or the option many times."""

    metavar: str = "NAME"
    choices: tuple[str, ...] = ()
    many: bool = True

    def read(self, given: Any, name: str) -> tuple[str, ...]:
        """The words, once each."""
        listed = [given] if isinstance(given, str) else list(given)
        one = Word(self.metavar, self.choices)
        return tuple(dict.fromkeys(one.read(word, name) for word in listed))

    def plain(self, value: Sequence[str]) -> list[str]:
        """A list."""
        return list(value)

    def typed(self, value: Sequence[str]) -> list[str]:
        """One each."""
        return list(value)


@dataclass(frozen=True)
class Place(Reader):
    """A file or a folder."""

    metavar: str = "FOLDER"

    def read(self, given: Any, name: str) -> Path:
        """The path."""
        return Path(given)


@dataclass(frozen=True)
class Changes(Reader):
    """Changes of a scenario by path, typed as ``path=value``."""

    metavar: str = "PATH=VALUE"
    many: bool = True

    def read(self, given: Any, name: str) -> dict[str, Any]:
        """Changes by path; what is typed stays text, which the field it is meant for will read."""
        if isinstance(given, Mapping):
            return dict(given)
        from minegame.scenario import parse_changes

        return parse_changes([given] if isinstance(given, str) else given, name)

    def typed(self, value: Mapping[str, Any]) -> list[str]:
        """``path=value`` each."""
        from minegame.scenario import typed_change

        return [typed_change(path, change) for path, change in value.items()]


#: A name may hold colons and signs of equality, a path cannot.
_POLICY = re.compile(r"(?P<name>.*):(?P<changes>\s*|[^:=,]+=.*)", re.DOTALL)


@dataclass(frozen=True)
class Policies(Reader):
    """Policies: name → changes by path; typed as ``name:path=value,path=value`` (``name:`` alone changes nothing)."""

    metavar: str = "NAME:PATH=VALUE,…"
    many: bool = True

    def read(self, given: Any, name: str) -> dict[str, ChangesByPath]:
        """Changes by name and path."""
        if isinstance(given, Mapping):
            return {str(policy): dict(changes) for policy, changes in given.items()}
        found: dict[str, ChangesByPath] = {}
        for text in [given] if isinstance(given, str) else given:
            policy, changes = self._one(text, name)
            if policy in found:
                refuse(name, f"{policy!r} is given twice")
            found[policy] = changes
        return found

    def _one(self, text: str, name: str) -> tuple[str, ChangesByPath]:
        parts = _POLICY.fullmatch(text)
        if parts is None or not parts["name"].strip():
            expected = "name:path=value,path=value (or name: alone, as it is)"
            refuse(name, f"{text!r} is not a {name.lstrip('-')}: expected {expected}")
        listed = (change for change in parts["changes"].split(",") if change.strip())
        return parts["name"].strip(), changes_of(listed, name)

    def plain(self, value: Mapping[str, ChangesByPath]) -> dict[str, dict[str, Any]]:
        """Changes by name and path."""
        return {policy: dict(changes) for policy, changes in value.items()}

    def typed(self, value: Mapping[str, ChangesByPath]) -> list[str]:
        """``name:path=value,path=value`` each."""
        from minegame.scenario import typed_change

        return [f"{name}:{','.join(typed_change(*change) for change in to.items())}" for name, to in value.items()]


def changes_of(texts: Iterable[str], name: str) -> dict[str, Any]:
    """Changes, ``path=value`` each, as a file would hold them."""
    from minegame.scenario import parse_changes, typed

    return {path: typed(str(value)) for path, value in parse_changes(texts, name).items()}


@dataclass(frozen=True)
class Players(Reader):
    """Who plays with which levers: levers by patron; typed as ``patron=lever,lever``."""

    metavar: str = "PATRON=LEVERS"
    many: bool = True

    def read(self, given: Any, name: str) -> dict[str, tuple[str, ...]]:
        """Levers by patron."""
        if isinstance(given, Mapping):
            return {str(patron): Words().read(levers, name) for patron, levers in given.items()}
        found: dict[str, tuple[str, ...]] = {}
        for text in [given] if isinstance(given, str) else given:
            patron, sign, levers = (part.strip() for part in text.partition("="))
            if not (patron and sign):
                refuse(name, f"{text!r}: expected patron=lever,lever, such as us=tariff,access")
            if patron in found:
                refuse(name, f"{patron!r} is given twice")
            found[patron] = tuple(dict.fromkeys(lever.strip() for lever in levers.split(",") if lever.strip()))
        return found

    def plain(self, value: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Lists by patron."""
        return {patron: list(levers) for patron, levers in value.items()}

    def typed(self, value: Mapping[str, Sequence[str]]) -> list[str]:
        """``patron=lever,lever`` each."""
        return [f"{patron}={','.join(levers)}" for patron, levers in value.items()]


@dataclass(frozen=True)
class Factors(Reader):
    """What varies: ``path=low:high``, ``path=low:high:log`` or ``path=a,b,c``; a mapping by path, or Factor objects."""

    metavar: str = "PATH=RANGE"
    many: bool = True

    def read(self, given: Any, name: str) -> tuple[Factor, ...]:
        """The factors, in the order given."""
        if isinstance(given, Mapping):
            given = [_listed_factor(str(path), values, name) for path, values in given.items()]
        listed = [given] if isinstance(given, str) else list(given)
        found = tuple(typed_factor(one, name) if isinstance(one, str) else one for one in listed)
        _refuse_twice([factor.path for factor in found], name)
        if not found:
            refuse(name, "nothing varies: expected at least one factor")
        return found

    def plain(self, value: Sequence[Factor]) -> dict[str, list[Any]]:
        """The levels, or the ends and the scale of the range, by path."""
        return {f.path: list(f.levels) if f.levels else [f.low, f.high, f.scale] for f in value}

    def typed(self, value: Sequence[Factor]) -> list[str]:
        """``path=…`` each."""
        return [written_factor(factor) for factor in value]


@dataclass(frozen=True)
class Axis(Reader):
    """A parameter, alone or with its range."""

    metavar: str = "PATH[=LOW:HIGH[:log]]"

    def read(self, given: Any, name: str) -> Factor | str:
        """The path, or the factor."""
        if isinstance(given, Mapping):
            return Factors().read(given, name)[0]
        return typed_factor(given, name) if isinstance(given, str) and "=" in given else given

    def plain(self, value: Factor | str) -> Any:
        """The path, or the range by path."""
        return value if isinstance(value, str) else Factors().plain([value])

    def typed(self, value: Factor | str) -> list[str]:
        """The path, or ``path=low:high``."""
        return [value if isinstance(value, str) else written_factor(value)]


def _listed_factor(path: str, values: Any, name: str) -> Factor:
    """A factor from a list as a folder keeps it: ``[low, high]``, ``[low, high, scale]`` or levels."""
    from minegame.design import Factor

    listed = list(values)
    ends = [end for end in listed[:2] if isinstance(end, (int, float)) and not isinstance(end, bool)]
    if len(ends) == 2 and listed[2:] in ([], ["linear"], ["log"]):
        return _factor_between(path, float(ends[0]), float(ends[1]), str((listed[2:] or ["linear"])[0]), name)
    if not listed:
        refuse(name, f"{path}: has no levels: expected a range (low, high) or at least one level")
    return Factor(path, levels=tuple(listed))


def typed_factor(text: str, name: str) -> Factor:
    """A factor as it is typed: ``path=low:high``, ``path=low:high:log`` or ``path=a,b,c``."""
    from minegame.design import Factor

    path, values = path_and_values(text, name, "path=low:high, path=low:high:log or path=a,b,c")
    if ":" not in values:
        return Factor(path, levels=tuple(typed_levels(values)))
    low, high, rest, scale = _range(path, values, name)
    if rest:
        refuse(name, f"{path}={values}: expected low:high or low:high:log")
    return _factor_between(path, low, high, scale, name)


def _factor_between(path: str, low: float, high: float, scale: str, name: str) -> Factor:
    from minegame.design import Factor

    if not low < high:
        refuse(name, f"{path}={low:g}:{high:g}: the range is empty: {low:g} is not below {high:g}")
    if scale == "log" and low <= 0:
        refuse(name, f"{path}={low:g}:{high:g}:log: a log scale cannot reach {low:g}: expected a range above 0")
    return Factor(path, low, high, scale)


def written_factor(factor: Factor) -> str:
    """A factor as it is typed on a command line."""
    from minegame.scenario import typed_value

    if factor.levels:
        return f"{factor.path}={','.join(map(typed_value, factor.levels))}"
    log = ":log" if factor.scale == "log" else ""
    return f"{factor.path}={typed_value(factor.low)}:{typed_value(factor.high)}{log}"


@dataclass(frozen=True)
class Levels(Reader):
    """Levels by path: ``path=a,b,c``, or ``path=low:high:n`` values spread evenly, on a log scale with ``:log``."""

    metavar: str = "PATH=LEVELS"
    many: bool = True

    def read(self, given: Any, name: str) -> dict[str, list[Any]]:
        """Levels by path."""
        if isinstance(given, Mapping):
            return {str(path): list(levels) for path, levels in given.items()}
        texts = [given] if isinstance(given, str) else list(given)
        parts = [path_and_values(text, name, "path=low:high:n or path=a,b,c") for text in texts]
        _refuse_twice([path for path, _ in parts], name)
        return {
            path: _spread(path, values, name) if ":" in values else list(typed_levels(values)) for path, values in parts
        }


def _spread(path: str, text: str, name: str) -> list[Any]:
    low, high, rest, scale = _range(path, text, name)
    count = rest[0] if rest else "5"
    if len(rest) > 1 or not count.strip().isdecimal() or not 2 <= int(count) <= 1_000_000:
        refuse(name, f"{path}={text}: expected low:high:n with n from 2 to 1,000,000")
    spread: list[Any] = _factor_between(path, low, high, scale, name).spread(int(count))
    values = [float(f"{value:.12g}") for value in spread]
    return [int(value) if value.is_integer() and "." not in text else value for value in values]


def _range(path: str, text: str, name: str) -> tuple[float, float, list[str], str]:
    """The ends of a range, what stands between them and the scale, and the scale."""
    low, high, *rest = text.split(":")
    scale = rest.pop() if rest and rest[-1] in ("log", "linear") else "linear"
    try:
        return float(low), float(high), rest, scale
    except ValueError:
        refuse(name, f"{path}={text} is not a range: expected low:high, such as 0:4")


def path_and_values(text: str, name: str, expected: str) -> tuple[str, str]:
    """The path and the values of ``path=values``."""
    path, sign, values = (part.strip() for part in text.partition("="))
    if not (path and sign and values):
        refuse(name, f"{text!r} is not a factor: expected {expected}")
    return path, values


def typed_levels(values: str) -> Iterable[Any]:
    """Levels as they are typed, separated by commas."""
    from minegame.scenario import typed

    return (typed(level.strip()) for level in values.split(","))


def _refuse_twice(paths: Sequence[str], name: str) -> None:
    for path in paths:
        if paths.count(path) > 1:
            refuse(name, f"{path} is varied twice")


# -------------------------------------------------------------------------------------------------------- declarations


@dataclass(frozen=True)
class Option:
    """What is known of an option beside its name and default."""

    help: str
    reader: Reader
    short: str = ""  # such as "-n"
    is_argument: bool = False  # on a command line it stands alone, without a name before it


def option(default: Any, help: str, reader: Reader, short: str = "") -> Any:
    """A field of a dataclass of options; ``default`` is what holds where nothing is given."""
    return field(default=default, metadata={"option": Option(help, reader, short)})


def argument(default: Any, help: str, reader: Reader) -> Any:
    """An option that stands alone on a command line, without a name before it."""
    return field(default=default, metadata={"option": Option(help, reader, is_argument=True)})


def options_of(kind: type) -> dict[str, Option]:
    """The options that a dataclass declares, by name: its own, then those that it inherits."""
    declared = {f.name: f.metadata["option"] for f in fields(kind) if "option" in f.metadata}  # type: ignore[arg-type]
    return dict(sorted(declared.items(), key=lambda item: item[0] not in vars(kind)["__annotations__"]))


def flag_of(name: str) -> str:
    """An option as it is typed: ``default_onset`` is ``--default-onset``."""
    return f"--{name.rstrip('_').replace('_', '-')}"


class Options:
    """A dataclass of options: what it is given is read and checked, whatever the door."""

    def __post_init__(self) -> None:
        for name, option in options_of(type(self)).items():
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, option.reader.read(value, name))

    @classmethod
    def from_typed(cls, given: Mapping[str, Any]) -> Any:
        """The options of a command line; what was not typed is None and takes its default."""
        known = options_of(cls)
        return cls(
            **{
                name: known[name].reader.read(value, flag_of(name))
                for name, value in given.items()
                if name in known and value is not None and value != []
            }
        )

    def plain(self) -> dict[str, Any]:
        """All options as JSON and YAML have them."""
        return {
            name: None if (value := getattr(self, name)) is None else option.reader.plain(value)
            for name, option in options_of(type(self)).items()
        }

    def typed(self) -> list[str]:
        """The options that differ from their defaults, as they are typed on a command line."""
        defaults = {f.name: f.default for f in fields(self)}  # type: ignore[arg-type]
        parts: list[str] = []
        for name, option in options_of(type(self)).items():
            value = getattr(self, name)
            if value is None or value == defaults[name]:
                continue
            texts = option.reader.typed(value)
            parts += [part for text in texts for part in (flag_of(name), text)] or [flag_of(name)]
        return parts


# ------------------------------------------------------------------------------------------- options that many share
#
# An option of one name means the same wherever it is declared; only its default may differ, and how that is said.


def _with(help: str, default: str) -> str:
    return f"{help.removesuffix('.')} (default: {default})." if default else help


def replications(default: int | None, said: str = "", least: int = 2) -> Any:
    """How many negotiations; ``said`` are words for a default that is no single number."""
    return option(default, _with("Negotiations of every point played.", said), Whole(least, MOST_NEGOTIATIONS), "-n")


def seed(default: int | None = 0, said: str = "") -> Any:
    """The seed of the luck."""
    return option(default, _with("Seed of the luck; the same seed, the same luck.", said), Whole(0, MAX_SEED))


def confidence() -> Any:
    """The confidence of every interval."""
    return option(0.95, "Confidence of every interval.", Real(LEAST_SURE, MOST_SURE, "0.95", metavar="P"))


def patron() -> Any:
    """Whose levers."""
    return option(None, "Whose levers (default: the first patron that uses any).", Word())


def bidder() -> Any:
    """Whose chance of winning."""
    return option(None, "Whose chance of winning (default: the patron's bidder).", Word())


def vary() -> Any:
    """What varies, written out."""
    return option(None, "What varies: low:high, low:high:log, or a,b,c; many times.", Factors())


def factors() -> Any:
    """What varies, taken from an experiment."""
    return option(None, "Take what varies from an experiment, shipped or a YAML file.", Word("EXPERIMENT"))


def policy(said: str) -> Any:
    """Policies that are compared; ``said`` is what is compared where none is given."""
    return option(None, _with("A policy to compare; many times.", said), Policies())


def player() -> Any:
    """Who plays the patrons' game."""
    return option(None, "Who plays with which levers, us=tariff,access; twice.", Players())


def probability(default: float | None, help: str) -> Any:
    """A probability strictly between 0 and 1."""
    return option(default, help, Real(0, 1, "0.5", open_ends=True, metavar="P"))


def deviation(default: float, help: str) -> Any:
    """A standard deviation."""
    return option(default, help, Real(0, example="0.5", metavar="SD"))


def as_json() -> Any:
    """Whether JSON is printed."""
    return option(False, "Print JSON for programs instead of text.", Flag())


def results() -> Any:
    """Results that are there."""
    return argument((), "Folders of answers or runs, or folders that hold such.", Words("RESULTS…"))


def folder_of_results(help: str = "Folder of the results (default: in results/).") -> Any:
    """Where results are kept."""
    return option(None, help, Place())


def scenario() -> Any:
    """The scenario that is asked about."""
    return argument(BASELINE, "A shipped scenario by name, or the path of a YAML file.", Word("SCENARIO"))


def changes() -> Any:
    """Changes of the scenario."""
    help = "Change a value of the scenario, such as tender.lots=split; may be given many times."
    return option(None, help, Changes())


def threads() -> Any:
    """How many threads play."""
    return option(None, "Threads to run on (default: all cores).", Whole(1, 4096))
