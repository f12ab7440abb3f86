"""Options: typed, in a file or in Python, the same value; what is not allowed is named; one name, one meaning."""

from __future__ import annotations

import json
import math
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import click
import pytest
import typer
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minegame import options
from minegame.analysis.robust import Target
from minegame.answers import Question, kind_of, kinds
from minegame.answers.robust_aims import AIMS, OF_STATES, Objectives, Targets
from minegame.cli import app
from minegame.cli.app import LATE
from minegame.cli.options import alone
from minegame.cli.playing import Chosen, Playing
from minegame.design import Factor
from minegame.options import (
    Axis,
    Changes,
    Factors,
    Flag,
    Levels,
    Option,
    Options,
    Place,
    Players,
    Policies,
    Reader,
    Real,
    Whole,
    Word,
    Words,
    flag_of,
    options_of,
)
from minegame.scenario import ScenarioError

DECLARED = [(kind, name) for kind in kinds() for name in options_of(kind_of(kind))]

# ------------------------------------------------------------------------------------- values that an option may have

LETTERS = st.sampled_from("abcdefgh_xyz")
NAMES = st.text(LETTERS, min_size=1, max_size=8)
PATHS = st.lists(NAMES, min_size=2, max_size=3).map(".".join)
TITLES = st.text(st.sampled_from("ab c:=é+'\"-(){}"), min_size=1, max_size=12).map(str.strip).filter(bool)
FLOATS = st.floats(-1e6, 1e6)
VALUES = st.booleans() | st.none() | st.integers(-1000, 1000) | FLOATS | NAMES
CHANGES = st.dictionaries(PATHS, VALUES, min_size=1, max_size=3)


#: 1 and 1.0 are one level, 1 and true are two.
LEVELS = st.lists(VALUES, min_size=1, max_size=4, unique_by=lambda level: (isinstance(level, bool), level))


@st.composite
def factors(draw: st.DrawFn) -> Factor:
    path = draw(PATHS)
    if draw(st.booleans()):
        return Factor(path, levels=tuple(draw(LEVELS)))
    scale = draw(st.sampled_from(["linear", "log"]))
    low = draw(st.floats(1e-6, 1e3) if scale == "log" else FLOATS)
    return Factor(path, low, low + draw(st.floats(0.1, 1e3)), scale)


def values_of(reader: Reader) -> st.SearchStrategy[Any]:
    """Values of an option that is read so."""
    match reader:
        case Whole():
            return st.integers(reader.low, reader.high)
        case Real(open_ends=True):
            return st.floats(reader.low, min(reader.high, 1e9), exclude_min=True, exclude_max=True)
        case Real():
            return st.floats(max(reader.low, -1e9), min(reader.high, 1e9))
        case Flag():
            return st.just(True)
        case Word() | Words():
            word = st.sampled_from(reader.choices) if reader.choices else NAMES
            return word if isinstance(reader, Word) else st.lists(word, min_size=1, unique=True).map(tuple)
        case Place():
            return NAMES
        case Changes():
            return CHANGES
        case Policies():
            return st.dictionaries(TITLES, st.just({}) | CHANGES, min_size=1, max_size=3)
        case Players():
            return st.dictionaries(NAMES, st.lists(NAMES, unique=True).map(tuple), min_size=1, max_size=2)
        case Factors():
            return st.lists(factors(), min_size=1, max_size=3, unique_by=lambda one: one.path).map(tuple)
        case Axis():
            return PATHS | factors()
        case Levels():
            return st.dictionaries(PATHS, LEVELS, min_size=1, max_size=2)
        case Targets():
            measures = st.sampled_from(list(AIMS))
            return st.lists(st.builds(Target, measures, FLOATS, st.booleans()), min_size=1, max_size=2).map(tuple)
        case Objectives():
            named = st.tuples(st.sampled_from([*AIMS, *OF_STATES]), st.booleans())
            return st.lists(named, min_size=2, max_size=3, unique_by=lambda one: one[0]).map(tuple)
    raise AssertionError(f"no values are drawn of {reader}")


def read_back(reader: Reader, texts: list[str]) -> Any:
    """What is read of what was typed."""
    if isinstance(reader, Flag):
        return not texts
    return reader.read(texts if reader.many else texts[0], "--it")


def option_of(kind: str, name: str) -> Option:
    return options_of(kind_of(kind))[name]


# --------------------------------------------------------------------------------------------- typed, kept, asked again


@pytest.mark.parametrize(("kind", "name"), DECLARED)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_typed_is_read_and_typed_again(kind: str, name: str, data: st.DataObject) -> None:
    reader = option_of(kind, name).reader
    value = reader.read(data.draw(values_of(reader)), name)
    texts = reader.typed(value)
    assert reader.typed(read_back(reader, texts)) == texts
    if not isinstance(reader, Changes):  # which stay text until the field they are meant for reads them
        assert read_back(reader, texts) == value


@pytest.mark.parametrize(("kind", "name"), DECLARED)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_kept_is_read_and_kept_again(kind: str, name: str, data: st.DataObject) -> None:
    reader = option_of(kind, name).reader
    value = reader.read(data.draw(values_of(reader)), name)
    plain = reader.plain(value)
    for kept in (json.loads(json.dumps(plain)), yaml.safe_load(yaml.safe_dump(plain, sort_keys=False))):
        assert reader.read(kept, name) == value
        assert reader.plain(reader.read(kept, name)) == plain
    assert reader.read(value, name) == value, "what was read is read again where options are copied"


@cache
def command_of(kind: str) -> tuple[Any, list[Any]]:
    """The command of a kind, and what it has been called with."""
    called: list[Any] = []
    return alone(kind, "", lambda *parts: called.append(parts), Chosen, kind_of(kind), Playing), called


@st.composite
def questions(draw: st.DrawFn) -> Question:
    kind = kind_of(draw(st.sampled_from(list(kinds()))))
    declared = options_of(kind)
    chosen = draw(st.lists(st.sampled_from(list(declared)), unique=True))
    return kind(**{name: draw(values_of(declared[name].reader)) for name in chosen})


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(questions(), CHANGES)
def test_a_question_asks_the_same_typed_and_kept(question: Question, changes: dict[str, Any]) -> None:
    assert type(question)(**json.loads(json.dumps(question.plain()))) == question
    command, called = command_of(question.kind())
    words = shlex.split(question.command("my deal.yaml", changes))
    assert words[:4] == ["minegame", "analyse", question.kind(), "my deal.yaml"]
    command(words[3:], standalone_mode=False)
    chosen, asked, _ = called.pop()
    assert chosen.scenario == "my deal.yaml"
    assert Changes().typed(chosen.set) == Changes().typed(changes)
    assert asked.typed() == question.typed()
    assert {**asked.plain(), "set_against": None} == {**question.plain(), "set_against": None}


@pytest.mark.parametrize("kind", kinds())
def test_a_question_with_all_defaults_needs_no_option(kind: str) -> None:
    assert kind_of(kind)().command("two_bidders") == f"minegame analyse {kind} two_bidders"


# ----------------------------------------------------------------------------------------------------- what is refused

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=3)
    | st.sampled_from(["1e6", "10,000", "95%", "a=b", "a:b=c", "a.b=1:2", "x.y=3:1", "a=1:2:log", "nan", "inf"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
READERS = [
    *{repr(o.reader): o.reader for kind in kinds() for o in options_of(kind_of(kind)).values()}.values(),
    Levels(),
]


@pytest.mark.parametrize("reader", [*READERS, Place()], ids=lambda reader: type(reader).__name__)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(junk=JUNK)
def test_whatever_a_file_holds_is_read_or_refused_by_name(reader: Reader, junk: Any) -> None:
    said, value = refusal(reader, junk)
    if said:
        assert said.startswith("that: ")
        assert re.search(r"expected|is given twice|is varied twice|is set twice|is empty|cannot reach", said)
    else:
        assert reader.read(value, "that") == value


def refusal(reader: Reader, given: Any) -> tuple[str, Any]:
    """What a reader says of what is not allowed, or the value."""
    try:
        return "", reader.read(given, "that")
    except ScenarioError as error:
        return str(error), None


@pytest.mark.parametrize(
    ("reader", "given", "said"),
    [
        (Whole(2, 10), "1e2", "100 is not allowed: expected a whole number between 2 and 10"),
        (Whole(2, 10), "9" * 5000, f"'{'9' * 56}…' is not allowed"),
        (Whole(2, 10), math.inf, "inf is not allowed: expected a whole number between 2 and 10"),
        (Whole(2, 10), 10**400, "a number that large is not allowed"),
        (Whole(2, 99), "1_0", "'1_0' is not allowed: expected a whole number between 2 and 99; did you mean 10?"),
        (Whole(2, 10**5), "10,000", "did you mean 10000?"),
        (Whole(2, 10), 2.5, "2.5 is not allowed: expected a whole number between 2 and 10; did you mean 2?"),
        (Whole(2, 10), "11", "11 is not allowed: expected a whole number between 2 and 10"),
        (Whole(2, 10), True, "True is not allowed"),
        (Real(0, 1, "0.5"), "30%", "'30%' is not allowed: expected a number between 0 and 1, such as 0.5; did"),
        (Real(0, 1), "30 %", "did you mean 0.3?"),
        (Real(0, 1), "0,3", "did you mean 0.3?"),
        (Real(0, 1, open_ends=True), 0, "0 is not allowed: expected a number between 0 and 1"),
        (Real(0), -1, "-1 is not allowed: expected a number of at least 0"),
        (Real(), "nan", "'nan' is not allowed: expected a number"),
        (Flag(), "yes", "'yes' is not allowed: expected true or false"),
        (Word("METHOD", ("sobol", "morris")), "sobel", "expected one of sobol, morris; did you mean 'sobol'?"),
        (Word(), " ", "' ' is not allowed: expected a name"),
        (Words("LEVER", ("tariff",)), ["tarif"], "did you mean 'tariff'?"),
        (Words(), 3, "3 is not allowed: expected a name, or a list of names"),
        (Place(), 3, "3 is not allowed: expected the name of a file or folder"),
        (Changes(), ["tender.months"], "'tender.months' is not a change: expected path=value"),
        (Changes(), ["a.b=1", "a.b=2"], "is set twice"),
        (Changes(), 3, "3 is not allowed: expected path=value, or values by path"),
        (Policies(), "late", "'late' is not a that: expected name:path=value"),
        (Policies(), ["late:a.b=1", "late :a.b=2"], "'late' is given twice"),
        (Policies(), {"late": 3}, "late: 3 is not allowed: expected values by path"),
        (Policies(), {}, "there is nothing to compare"),
        (Players(), ["us"], "'us': expected patron=lever,lever"),
        (Players(), ["us=a", "us=b"], "'us' is given twice"),
        (Players(), {"us": 3}, "3 is not allowed: expected a name, or a list of names"),
        (Factors(), "a.b", "'a.b' is not a factor: expected path=low:high"),
        (Factors(), "a.b=4:0", "a.b=4:0: the range is empty: 4 is not below 0"),
        (Factors(), "a.b=0:1:log", "a log scale cannot reach 0"),
        (Factors(), "a.b=0:inf", "is not a range: expected two numbers"),
        (Factors(), "a.b=1:1", "the range is empty: 1 is not below 1; a single value is a level"),
        (Factors(), "a.b=1,1.0", "a.b: expected every level once: 1.0 is listed twice"),
        (Factors(), {"a.b": [-0.0, 2, 0]}, "a.b: expected every level once: 0 is listed twice"),
        (Factors(), "a.b=x:y", "a.b=x:y is not a range"),
        (Factors(), ["a.b=0:1", "a.b=0:2"], "a.b is varied twice"),
        (Factors(), {"a.b": []}, "a.b: has no levels"),
        (Factors(), {"a.b": 3}, "a.b: 3 is not allowed: expected a range (low, high) or a list of levels"),
        (Factors(), {"a.b": {"low": 0}}, "a.b: {'low': 0} is not allowed"),
        (Factors(), {"a.b": {"low": 0, "high": "x"}}, "is not a range"),
        (Factors(), [], "nothing varies"),
        (Axis(), 3, "3 is not allowed: expected a parameter by path, alone or with its range"),
        (Axis(), {"a.b": [0, 1], "c.d": [0, 1]}, "expected one parameter with its range"),
        (Levels(), "a.b=0:4:1", "expected low:high:n with n from 2"),
        (Levels(), ["a.b=1", "a.b=2"], "a.b is varied twice"),
        (Levels(), "a.b=1,1.0", "a.b: expected every level once: 1.0 is listed twice"),
        (Levels(), "a.b=0:inf:5", "is not a range: expected two numbers"),
        (Levels(), "a.b=0-4", "a.b=0-4 is not a range: did you mean a.b=0:4?"),
        (Levels(), "a.b = -1 to 1.5", "did you mean a.b=-1:1.5?"),
        (Factors(), "a.b=0..4", "did you mean a.b=0:4?"),
        (Levels(), "a.b=0:4:" + "9" * 5000, "expected low:high:n with n from 2 to 1,000,000"),
        (Levels(), "a.b=0:4:1e7", "expected low:high:n with n from 2 to 1,000,000"),
        (Levels(), {"a.b": {"low": 0, "high": 4, "count": 1}}, "1 is not allowed: expected a whole number between 2"),
        (Levels(), {"a.b": {"low": 0}}, "expected low, high and count, or a list of levels"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_said_with_what_is(reader: Reader, given: Any, said: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        reader.read(given, "that")
    assert said in str(refused.value)
    assert str(refused.value).startswith("that: ")


def test_an_option_is_refused_under_the_name_by_which_it_was_given() -> None:
    with pytest.raises(ScenarioError, match=r"^month_error: -1 is not allowed"):
        kind_of("history_matching")(month_error=-1)
    with pytest.raises(ScenarioError, match=r"^--month-error: '-1' is not allowed"):
        kind_of("history_matching").from_typed({"month_error": "-1"})


def test_ranges_and_levels_may_be_written_as_in_an_experiment() -> None:
    asked = {
        "a.a": [0, 4], "a.b": [1, 10, "log"], "a.c": {"low": 0, "high": 4},
        "a.d": {"low": 1, "high": 2, "scale": "log"}, "a.e": {"levels": [0, 4]},
        "a.f": [8, 12, 18], "a.g": ["split", "bundled"],
    }  # fmt: skip
    assert Factors().read(asked, "vary") == (
        Factor("a.a", 0, 4), Factor("a.b", 1, 10, "log"), Factor("a.c", 0, 4), Factor("a.d", 1, 2, "log"),
        Factor("a.e", levels=(0, 4)), Factor("a.f", levels=(8, 12, 18)), Factor("a.g", levels=("split", "bundled")),
    )  # fmt: skip


def test_a_grid_is_kept_as_an_experiment_has_it() -> None:
    assert Levels().read(["a.b=0:4:5", "a.c=1:100:3:log", "a.d=1,2", "a.e=0:1:5e1"], "--vary") == {
        "a.b": {"low": 0, "high": 4, "count": 5}, "a.c": {"low": 1, "high": 100, "count": 3, "scale": "log"},
        "a.d": [1, 2], "a.e": {"low": 0, "high": 1, "count": 50},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "name", "changes"),
    [
        ("as it is:", "as it is", {}),
        ("late: tender.months=18", "late", {"tender.months": 18}),
        ("tariff: at once:a.b=1,c.d=x", "tariff: at once", {"a.b": 1, "c.d": "x"}),
        ("tender.months=8:tender.months=8", "tender.months=8", {"tender.months": 8}),
        ("c:a.b=x:y", "c", {"a.b": "x:y"}),
    ],
)
def test_the_name_of_a_policy_may_hold_what_it_likes(typed: str, name: str, changes: dict[str, Any]) -> None:
    assert Policies().read([typed], "--policy") == {name: changes}


# ------------------------------------------------------------------------------------------ one name, one meaning


@cache
def commands() -> dict[str, Any]:
    """Every command, as a user finds it."""
    top: Any = typer.main.get_command(app)
    context = click.Context(top)
    found = {
        name: LATE[name][1]() if name in LATE else top.get_command(context, name) for name in top.list_commands(context)
    }
    kinds_asked = found.pop("analyse")
    inner = {f"{name} {part}": one for name, of in found.items() for part, one in getattr(of, "commands", {}).items()}
    alone = {name: one for name, one in found.items() if not hasattr(one, "commands")}
    asked = {f"analyse {kind}": kinds_asked.resolve_command(context, [kind])[1] for kind in kinds()}
    return alone | inner | asked


def parameters() -> Iterator[tuple[str, Any]]:
    for name, command in commands().items():
        yield from ((name, parameter) for parameter in command.params if parameter.name != "help")


def meaning(parameter: Any) -> tuple[Any, ...]:
    """How an option is written and what it means, but for its default."""
    help = re.sub(r" \(default: .*\)", "", parameter.help or "")
    return (
        tuple(parameter.opts),
        parameter.metavar,
        help,
        parameter.multiple if hasattr(parameter, "multiple") else None,
    )


#: Options of one name that mean something else in a command, and why.
OTHERS = {
    ("sweep", "vary"): "a grid needs the number of its levels",
    ("report", "out"): "a page is a file",
    ("scenario import", "out"): "a scenario is a file",
}


def test_the_same_option_is_the_same_on_every_command() -> None:
    meanings: dict[str, dict[tuple[Any, ...], list[str]]] = {}
    for command, parameter in parameters():
        if (command, parameter.name) not in OTHERS:
            meanings.setdefault(parameter.name, {}).setdefault(meaning(parameter), []).append(command)
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


def test_the_exceptions_are_exceptions() -> None:
    known = {(command, parameter.name): meaning(parameter) for command, parameter in parameters()}
    usual = {"vary": known["analyse tipping", "vary"], "out": known["odds", "out"]}
    assert all(known[place] != usual[place[1]] for place in OTHERS)


@pytest.mark.parametrize("command", ["odds", "run", "sweep", *(f"analyse {kind}" for kind in kinds())])
def test_whatever_plays_is_told_where_and_how_in_the_same_way(command: str) -> None:
    opts = {option for parameter in commands()[command].params for option in parameter.opts}
    assert {
        "--out",
        "--threads",
        "--workers",
        "--scheduler",
        "--fresh",
        "--json",
        "--quiet",
        "-q",
        "-n",
        "--seed",
    } <= opts


def test_a_short_form_stands_for_one_option() -> None:
    shorts: dict[str, set[str]] = {}
    for _, parameter in parameters():
        for form in parameter.opts:
            if re.fullmatch("-[^-]", form):
                shorts.setdefault(form, set()).add(parameter.name)
    assert shorts == {"-n": {"replications"}, "-o": {"out"}, "-q": {"quiet"}}


# -------------------------------------------------------------------------------------------------------- declarations


@dataclass(frozen=True, kw_only=True)
class _Asked(Options):
    how_many: int | None = options.option(None, "How many months.", Whole(1, 60), "-m")
    of_a_month: int = options.option(5, "A month.", Whole(0, 60))
    sure: bool = options.option(False, "Whether it is sure.", Flag())
    several: tuple[str, ...] | None = options.option(None, "Levers.", Words("LEVER"))
    scenario: str = options.scenario()
    not_an_option: int = 3


def test_a_dataclass_declares_its_options() -> None:
    assert list(options_of(_Asked)) == ["how_many", "of_a_month", "sure", "several", "scenario"]
    assert [flag_of(name) for name in ("of_a_month", "filter_")] == ["--of-a-month", "--filter"]
    asked = _Asked.from_typed({"how_many": "12", "sure": True, "several": [], "of_a_month": None, "unknown": "x"})
    assert asked == _Asked(how_many=12, sure=True)
    assert asked.typed() == ["--how-many", "12", "--sure"]
    assert asked.plain() == {
        "how_many": 12, "of_a_month": 5, "sure": True, "several": None, "scenario": options.BASELINE,
    }  # fmt: skip
    assert _Asked(several=()).typed() == []


def test_the_help_shows_the_default_and_a_command_reads_its_options() -> None:
    called: list[Any] = []
    command = alone("ask", "Ask.", called.append, _Asked)
    command(["two_bidders", "-m", "12", "--several", "tariff", "--several", "access", "--sure"], standalone_mode=False)
    assert called == [_Asked(how_many=12, several=("tariff", "access"), sure=True, scenario="two_bidders")]
    told = {parameter.name: parameter.help for parameter in command.params}
    assert told["of_a_month"] == "A month (default: 5)."
    assert told["scenario"].endswith(f"(default: {options.BASELINE}).")
    assert told["how_many"] == "How many months."
