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

from minegame.numerals import did_you_mean, typed_whole, whole

if TYPE_CHECKING:
    from minegame.design import Changes as ChangesByPath
    from minegame.design import Factor

BASELINE = "kazakhstan_tungsten"  # as in minegame.scenario, which takes long to import
MAX_SEED = 2**63 - 1  # as in chance.py
MAX_REPLICATION = 2**44 - 1
MOST_NEGOTIATIONS = 10**12
MOST_LEVELS = 1_000_000  # into which a range is cut
#: Confidences between which intervals are made: below they mislead, above they say nothing at any affordable number.
LEAST_SURE, MOST_SURE = 0.5, 0.9999
_MOST_LETTERS = 60  # of what was given, in a message


def refuse(name: str, text: str) -> NoReturn:
    """Refuse an option: a ScenarioError that names it."""
    from minegame.scenario import Problem, ScenarioError

    raise ScenarioError(Problem(name, None, "", text))


# -------------------------------------------------------------------------------------------------- what was given


def _said(given: Any) -> str:
    """What was given as it is said in a message, cut where it is very long."""
    if isinstance(given, int) and given.bit_length() > 200:  # Python would not write it out
        return "a number that large"
    return _cut(repr(given))


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 3]}…{text[-1]}"


def _text(given: Any, name: str, expected: str) -> str:
    if not isinstance(given, str):
        refuse(name, f"{_said(given)} is not allowed: expected {expected}")
    return given


def _listed(given: Any, name: str, expected: str, of: str = "") -> list[Any]:
    """What was given once or many times, as a list; ``of`` what, if the option is about several."""
    if isinstance(given, str):
        return [given]
    if not isinstance(given, Iterable) or isinstance(given, (Mapping, bytes)):
        refuse(name, f"{of}{_said(given)} is not allowed: expected {expected}")
    return list(given)


def _texts(given: Any, name: str, expected: str) -> list[str]:
    return [_text(one, name, expected) for one in _listed(given, name, expected)]


def _name(given: Any, name: str) -> str:
    """A key of a mapping."""
    return _text(given, name, "a name").strip() or refuse(name, f"{_said(given)} is not allowed: expected a name")


def _changes(given: Any, name: str, of: str = "") -> dict[str, Any]:
    if not isinstance(given, Mapping):
        refuse(name, f"{of}{_said(given)} is not allowed: expected values by path")
    return {_name(path, name): value for path, value in given.items()}


def _once(pairs: Iterable[tuple[str, Any]], name: str) -> dict[str, Any]:
    """What was given by name; a name that is given twice is refused."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            refuse(name, f"{key!r} is given twice")
        found[key] = value
    return found


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
        """The number, by the rule of :mod:`minegame.numerals`."""
        given = given.strip() if isinstance(given, str) else given
        number = typed_whole(given) if isinstance(given, str) else whole(given)
        if isinstance(number, bool) or not isinstance(number, int) or not self.low <= number <= self.high:
            near = did_you_mean(given, self.accepts, is_whole=True)
            refuse(name, f"{_said(number)} is not allowed: expected {self.expected}{near}")
        return number

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
            refuse(name, f"{_said(given)} is not allowed: expected {self.expected}{did_you_mean(given, self.accepts)}")
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


class Flag(Reader):
    """Yes or no."""

    def read(self, given: Any, name: str) -> bool:
        """True or False."""
        if not isinstance(given, bool):
            refuse(name, f"{_said(given)} is not allowed: expected true or false")
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
            refuse(name, f"{_said(given)} is not allowed: expected {self._expected}")
        if self.choices and given not in self.choices:
            from minegame.scenario import nearest

            near = nearest(given, self.choices)
            refuse(name, f"there is no {name.lstrip('-')} {_said(given)}: expected {self._expected}{near}")
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
        one = Word(self.metavar, self.choices)
        return tuple(dict.fromkeys(one.read(word, name) for word in _listed(given, name, "a name, or a list of names")))

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
        """The path; ~ is the home folder."""
        if not isinstance(given, (str, Path)):
            refuse(name, f"{_said(given)} is not allowed: expected the name of a file or folder")
        path = Path(given)
        if path.parts[:1] != ("~",):
            return path
        try:
            return path.expanduser()
        except RuntimeError:
            refuse(name, f"{_said(given)} is not allowed: it is not known where the home folder is")


@dataclass(frozen=True)
class Changes(Reader):
    """Changes of a scenario by path, typed as ``path=value``."""

    metavar: str = "PATH=VALUE"
    many: bool = True

    def read(self, given: Any, name: str) -> dict[str, Any]:
        """Changes by path; what is typed stays text, which the field it is meant for will read."""
        from minegame.scenario import parse_changes

        if isinstance(given, Mapping):
            return _changes(given, name)
        return parse_changes(_texts(given, name, "path=value, or values by path"), name)

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
        found: dict[str, ChangesByPath]
        if isinstance(given, Mapping):
            found = {_name(policy, name): _changes(changes, name, f"{policy}: ") for policy, changes in given.items()}
        else:
            texts = _texts(given, name, "name:path=value,path=value, or changes by name")
            found = _once([self._one(text, name) for text in texts], name)
        if not found:
            refuse(name, "there is nothing to compare: expected at least one")
        from minegame.scenario import unclear_names

        for policy, text in unclear_names(found):
            refuse(name, f"{policy!r} {text}")
        return found

    def _one(self, text: str, name: str) -> tuple[str, ChangesByPath]:
        parts = _POLICY.fullmatch(text)
        if parts is None or not parts["name"].strip():
            expected = "name:path=value,path=value (or name: alone, as it is)"
            refuse(name, f"{_said(text)} is not a {name.lstrip('-')}: expected {expected}")
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
            return {_name(patron, name): Words().read(levers, name) for patron, levers in given.items()}
        texts = _texts(given, name, "patron=lever,lever, or levers by patron")
        return _once([self._one(text, name) for text in texts], name)

    def _one(self, text: str, name: str) -> tuple[str, tuple[str, ...]]:
        patron, sign, levers = (part.strip() for part in text.partition("="))
        if not (patron and sign):
            refuse(name, f"{_said(text)}: expected patron=lever,lever, such as us=tariff,access")
        return patron, tuple(dict.fromkeys(lever.strip() for lever in levers.split(",") if lever.strip()))

    def plain(self, value: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Lists by patron."""
        return {patron: list(levers) for patron, levers in value.items()}

    def typed(self, value: Mapping[str, Sequence[str]]) -> list[str]:
        """``patron=lever,lever`` each."""
        return [f"{patron}={','.join(levers)}" for patron, levers in value.items()]


@dataclass(frozen=True)
class Factors(Reader):
    """What varies: ``path=low:high``, ``path=low:high:log`` or ``path=a,b,c``; a mapping by path, or Factor objects.

    By path a range is (low, high), (low, high, "log") or {low: …, high: …}, and levels are a list of others than two
    numbers, or {levels: …}.
    """

    metavar: str = "PATH=RANGE"
    many: bool = True

    def read(self, given: Any, name: str) -> tuple[Factor, ...]:
        """The factors, in the order given."""
        from minegame.design import Factor

        if isinstance(given, Mapping):
            found = tuple(_kept_factor(_name(path, name), values, name) for path, values in given.items())
        else:
            listed = _listed(given, name, _FACTORS)
            found = tuple(
                one if isinstance(one, Factor) else typed_factor(_text(one, name, _FACTORS), name) for one in listed
            )
        _refuse_twice([factor.path for factor in found], name)
        if not found:
            refuse(name, "nothing varies: expected at least one factor")
        return found

    def plain(self, value: Sequence[Factor]) -> dict[str, list[Any]]:
        """The levels, or the ends and the scale of the range, by path."""
        return {factor.path: _plain_factor(factor) for factor in value}

    def typed(self, value: Sequence[Factor]) -> list[str]:
        """``path=…`` each."""
        return [written_factor(factor) for factor in value]


@dataclass(frozen=True)
class Axis(Reader):
    """A parameter, alone or with its range."""

    metavar: str = "PATH[=LOW:HIGH[:log]]"

    def read(self, given: Any, name: str) -> Factor | str:
        """The path, or the factor."""
        from minegame.design import Factor

        if isinstance(given, Factor):
            return given
        if not isinstance(given, Mapping):
            text = _text(given, name, "a parameter by path, alone or with its range").strip()
            return typed_factor(text, name) if "=" in text else text
        if len(given) != 1:
            refuse(name, f"{dict(given)} is not allowed: expected one parameter with its range")
        return Factors().read(given, name)[0]

    def plain(self, value: Factor | str) -> Any:
        """The path, or the range by path."""
        return value if isinstance(value, str) else Factors().plain([value])

    def typed(self, value: Factor | str) -> list[str]:
        """The path, or ``path=low:high``."""
        return [value if isinstance(value, str) else written_factor(value)]


_FACTORS = "path=low:high or path=a,b,c, or ranges and levels by path"
_SCALES = ("linear", "log")


def _kept_factor(path: str, values: Any, name: str) -> Factor:
    """A factor from what a folder or a file keeps: ends and scale of a range, or levels; as a list, or by name."""
    from minegame.design import Factor

    expected = "expected a range (low, high) or at least one level"
    if isinstance(values, Mapping) and set(values) == {"levels"}:
        levels = tuple(_listed(values["levels"], name, "a list of levels", f"{path}: "))
    elif isinstance(values, Mapping):
        if not {"low", "high"} <= set(values) <= {"low", "high", "scale"}:
            refuse(name, f"{path}: {dict(values)} is not allowed: {expected}")
        return _range_of(path, [values["low"], values["high"], values.get("scale", "linear")], name)
    else:
        levels = tuple(_listed(values, name, "a range (low, high) or a list of levels", f"{path}: "))
        if len(levels) in (2, 3) and all(map(_is_number, levels[:2])) and (not levels[2:] or levels[2] in _SCALES):
            return _range_of(path, [*levels, "linear"], name)
    if not levels:
        refuse(name, f"{path}: has no levels: {expected}")
    return Factor(path, levels=tuple(_different(path, levels, name)))


def _plain_factor(factor: Factor) -> Any:
    if not factor.levels:
        return [factor.low, factor.high, factor.scale]
    levels = list(factor.levels)
    return {"levels": levels} if len(levels) == 2 and all(map(_is_number, levels)) else levels


def _range_of(path: str, values: Sequence[Any], name: str) -> Factor:
    low, high, scale = values[:3]
    if not (_is_number(low) and _is_number(high)) or scale not in _SCALES:
        refuse(name, f"{path}: {list(values)} is not a range: expected low, high and perhaps log")
    return _factor_between(path, float(low), float(high), str(scale), name)


def _different(path: str, levels: Sequence[Any], name: str) -> list[Any]:
    """Levels, none of which may stand twice."""
    from minegame.design import level_twice

    if wrong := [level for level in levels if not isinstance(level, (int, float, str, bool, type(None)))]:
        refuse(name, f"{path}: {_said(wrong[0])} is not allowed: expected numbers, words, true, false or null")
    if twice := level_twice(levels):
        refuse(name, f"{path}: expected every level once: {twice} is listed twice")
    return list(levels)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def typed_factor(text: str, name: str) -> Factor:
    """A factor as it is typed: ``path=low:high``, ``path=low:high:log`` or ``path=a,b,c``."""
    from minegame.design import Factor

    path, values = path_and_values(text, name, "path=low:high, path=low:high:log or path=a,b,c")
    if ":" not in values:
        return Factor(path, levels=tuple(_different(path, list(typed_levels(values)), name)))
    low, high, rest, scale = _range(path, values, name)
    if rest:
        refuse(name, f"{path}={_cut(values)}: expected low:high or low:high:log")
    return _factor_between(path, low, high, scale, name)


def _factor_between(path: str, low: float, high: float, scale: str, name: str) -> Factor:
    from minegame.design import Factor, wrong_range

    if wrong := wrong_range(low, high, scale):
        refuse(name, f"{path}={low:g}:{high:g}{':log' if scale == 'log' else ''}: {wrong}")
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
    """Levels by path: ``path=a,b,c``, or ``path=low:high:n`` values spread evenly, on a log scale with ``:log``.

    As an experiment has them: a list, or low, high and count, and the scale where it is not linear.
    """

    metavar: str = "PATH=LEVELS"
    many: bool = True

    def read(self, given: Any, name: str) -> dict[str, Any]:
        """Levels by path."""
        if isinstance(given, Mapping):
            return {_name(path, name): _kept_levels(path, levels, name) for path, levels in given.items()}
        texts = _texts(given, name, "path=low:high:n or path=a,b,c")
        parts = [path_and_values(text, name, "path=low:high:n or path=a,b,c") for text in texts]
        _refuse_twice([path for path, _ in parts], name)
        return {
            path: _spread(path, values, name) if ":" in values else _different(path, [*typed_levels(values)], name)
            for path, values in parts
        }

    def plain(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """As read: a list, or low, high and count, by path."""
        return {path: dict(levels) if isinstance(levels, Mapping) else list(levels) for path, levels in value.items()}

    def typed(self, value: Mapping[str, Any]) -> list[str]:
        """``path=low:high:n`` or ``path=a,b,c`` each."""
        return [f"{path}={_typed_levels(levels)}" for path, levels in value.items()]


def _typed_levels(levels: Any) -> str:
    from minegame.scenario import typed_value

    if not isinstance(levels, Mapping):
        return ",".join(map(typed_value, levels))
    log = ":log" if levels.get("scale") == "log" else ""
    return f"{typed_value(levels['low'])}:{typed_value(levels['high'])}:{levels['count']}{log}"


_COUNT = Whole(2, MOST_LEVELS)


def _kept_levels(path: str, levels: Any, name: str) -> Any:
    if not isinstance(levels, Mapping):
        return _different(path, _listed(levels, name, "a list of levels", f"{path}: "), name)
    if not {"low", "high", "count"} <= set(levels) <= {"low", "high", "count", "scale"}:
        refuse(name, f"{path}: {dict(levels)} is not allowed: expected low, high and count, or a list of levels")
    factor = _range_of(path, [levels["low"], levels["high"], levels.get("scale", "linear")], name)
    return _grid(factor, _COUNT.read(levels["count"], name))


def _spread(path: str, text: str, name: str) -> dict[str, Any]:
    low, high, rest, scale = _range(path, text, name)
    count = typed_whole(rest[0]) if rest else 5
    if len(rest) > 1 or not isinstance(count, int) or not _COUNT.accepts(count):
        refuse(name, f"{path}={_cut(text)}: expected low:high:n with n from {_COUNT.low} to {_COUNT.high:,}")
    return _grid(_factor_between(path, low, high, scale, name), count)


def _grid(factor: Factor, count: int) -> dict[str, Any]:
    grid = {"low": factor.low, "high": factor.high, "count": count}
    return grid if factor.scale == "linear" else {**grid, "scale": factor.scale}


def _range(path: str, text: str, name: str) -> tuple[float, float, list[str], str]:
    """The ends of a range, what stands between them and the scale, and the scale."""
    low, high, *rest = text.split(":")
    scale = rest.pop() if rest and rest[-1] in ("log", "linear") else "linear"
    try:
        return float(low), float(high), rest, scale
    except ValueError:
        refuse(name, f"{path}={_cut(text)} is not a range: expected low:high, such as 0:4")


#: A range as people write it elsewhere: 0-4, 0..4, 0 to 4.
_DASHED = re.compile(r"(?P<low>[-+]?\d+\.?\d*)\s*(?:-|\N{EN DASH}|\.\.+|\bto\b)\s*(?P<high>[-+]?\d+\.?\d*)")


def path_and_values(text: str, name: str, expected: str) -> tuple[str, str]:
    """The path and the values of ``path=values``."""
    path, sign, values = (part.strip() for part in text.partition("="))
    if not (path and sign and values):
        refuse(name, f"{_said(text)} is not a factor: expected {expected}")
    if (meant := _DASHED.fullmatch(values)) and float(meant["low"]) < float(meant["high"]):
        refuse(name, f"{path}={values} is not a range: did you mean {path}={meant['low']}:{meant['high']}?")
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
            parts += [flag_of(name)] if isinstance(option.reader, Flag) else []
            parts += [part for text in texts for part in (flag_of(name), text)]
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


def tender() -> Any:
    """Of a campaign, which of its tenders."""
    return option(None, "Of a campaign, which tender (default: the value of all of them).", Word("TENDER"))


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


def picture() -> Any:
    """--plot."""
    return option(None, "Draw it to a .png, .svg or .pdf file; the odds of campaigns only.", Place("FILE"))


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


def file_written(help: str, short: str = "") -> Any:
    """The file that is written."""
    return option(None, help, Place("FILE"), short)


def force() -> Any:
    """Whether what is there may be overwritten."""
    return option(False, "Overwrite what is there already.", Flag())


def threads() -> Any:
    """How many threads play."""
    return option(None, "Threads to run on (default: all cores).", Whole(1, 4096))
