"""Spoilt files: scenarios, experiments and campaigns with wrong types, strange numbers and names, and broken structure.

Everything follows from one number, so that what was found once is found again: ``python tests/test_fuzz.py -s NUMBER``.
"""

from __future__ import annotations

import copy
import datetime
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import asked
import awkward
import yaml

from minegame.campaign_file import CampaignScenario
from minegame.experiment_file import shipped_experiments
from minegame.scenario import Dumper, Scenario, shipped_campaigns, shipped_scenarios

SMALL = """
title: Small
scenario: two_bidders
policies: {as it is: {}, soon: {tender.months: 3}}
factors: {host.backlash: {low: 0.01, high: 1, scale: log}, patrons.north.link: [0, 0.5, 1]}
design: {kind: factorial, levels: 3}
points: [{host.balance_weight: 1}, {host.balance_weight: 2}]
replications: 5
analysis: [winning, contrasts, terms]
"""
SAMPLED = """
title: Sampled
scenario: two_bidders
factors: {host.backlash: {low: 0.01, high: 1}, tender.months: {low: 3, high: 20}, 'patrons.*.link': {low: 0, high: 1}}
design: [{kind: sobol, points: 8, seed: 3}]
replications: {until: 0.2, of: wins_any, first: 10, at_most: 40}
luck: own
"""
NUMBERS = (
    0, -0.0, 1, -1, 0.5, 2, 7, 13, 100, 1e-308, 5e-324, 1e308, -1e308, math.inf, -math.inf, math.nan, 2**31, 2**53 + 1,
    2**63, -(2**63), 2**64, 10**30, 10**400, 1e-9, 1 - 1e-16, 1e6, 4096, 1e12, 1e15,
)  # fmt: skip
OTHERS = (
    True, False, None, "", [], {}, [[]], [{}], {"a": 1}, [None], {"": {}}, {"*": 1}, datetime.date(2025, 1, 31),
    datetime.datetime(2025, 1, 31, 12), b"\x00\xff", {"low": 0, "high": 1}, [0, 1], ["split", "bundled"], "split", "us",
    "host", "log", "rows", "list", "nan", ".inf", "1e400", "0:4:5", "a" * 3000, {1: 2, None: 3, 1.5: 5},
)  # fmt: skip
KEYS = (
    "extends", "sources", "*", "**", "patrons.*", "patrons.us.levers.*", "host.balance_weight", "[", "]", "a.b", ".",
    "..", "", "<<", "null", "low", "high", "levels", "count", "scale", "kind", "points", "until", "at_most", "factors",
    "label", "key", "levers", "onset", "intensity", "title", "__class__", "model_config", "0", "-1", "x" * 500,
)  # fmt: skip
LINES = (
    "host: &h {x: *h}", "<<: *nobody", "<<: 1", "<<: [1, {}]", "<<: {title: x}", "---", "...", "%YAML 2.0",
    "? [a, b]\n: 1",
    "!!python/object:os.system {}", "host: !!binary AAAA", "host: !!set {a, b}", "host: !!omap [a: 1]", "\thost: 1",
    "  stray: 1", "title: 'unclosed", "title: \"unclosed", "title: [1, 2", "title: {a: 1", "- a", "title: a: b", "@",
    "`x`",
    "title: |\n  text", "x: &a [1]\ny: *a", "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]", "&a : *a",
    "title: \x00", "title: \ufffe", "title: \u2028", "title: \ud7ff", "null: 1", "1: 2", "true: 1", "{}: 1", "#",
    "? " + "[" * 300 + "]" * 300, "deep: " + "[" * 2000, "long: " + "x" * 100_000, "title: 9" + "9" * 5000,
)  # fmt: skip


@dataclass(frozen=True)
class Spoilt:
    """A file, the commands that read it, and what was done to it."""

    number: int
    #: "scenario", "experiment" or "campaign"
    kind: str
    content: bytes
    arguments: tuple[str, ...]


def inputs(first: int, count: int) -> Iterator[Spoilt]:
    """So many spoilt files, each made of its number alone."""
    for number in range(first, first + count):
        yield spoilt(number)


def spoilt(number: int) -> Spoilt:
    """The file of a number: one that is right, spoilt in one to four ways."""
    luck = random.Random(number)
    kind = luck.choice(["scenario", "scenario", "experiment", "experiment", "campaign"])
    document = copy.deepcopy(luck.choice(_RIGHT[kind]()))
    for _ in range(luck.choice([0, 1, 1, 1, 2, 3])):
        document = _spoil_tree(document, luck)
    text = _dumped(document, luck)
    for _ in range(luck.choice([0, 0, 0, 1, 2])):
        text = luck.choice(_TEXT)(text, luck)
    content = luck.choice(_BYTES)(text, luck) if luck.random() < 0.1 else text.encode("utf-8", "surrogatepass")
    return Spoilt(number, kind, content, _command(kind, document, luck))


@cache
def _scenarios() -> list[Any]:
    small = {"extends": "two_bidders", "title": "t", "host": {"balance_weight": 2, "label": "Host"}}
    named = [{"extends": name, "title": "t", "patrons": {}} for name in shipped_scenarios()]
    return [small, *named, *(Scenario.load(name).document() for name in shipped_scenarios())]


@cache
def _experiments() -> list[Any]:
    own = [yaml.safe_load(text) for text in (SMALL, SAMPLED, asked.FOUR_POLICIES, asked.UNTIL_SURE, asked.ROWS)]
    return [*own, *own, *(yaml.safe_load(file.read_text(encoding="utf-8")) for file in shipped_experiments().values())]


@cache
def _campaigns() -> list[Any]:
    small = yaml.safe_load(shipped_campaigns()["two_tenders"].read_text(encoding="utf-8"))
    apart = {**small, "tenders": {**small["tenders"], "second": {**small["tenders"]["second"], "host": "other"}}}
    return [small, small, apart, *(CampaignScenario.load(name).document() for name in shipped_campaigns())]


_RIGHT: dict[str, Callable[[], list[Any]]] = {
    "scenario": _scenarios, "experiment": _experiments, "campaign": _campaigns,
}  # fmt: skip


# --------------------------------------------------------------------------------------------------------- the commands


def _command(kind: str, document: Any, luck: random.Random) -> tuple[str, ...]:
    """What reads the file, which is written FILE; now and then with options that are as strange as the file."""
    strange = _options(kind, luck) if luck.random() < 0.25 else ()
    if kind != "experiment":
        plain = (("validate", "FILE"), ("params", "FILE"), ("play", "FILE"), ("odds", "FILE", "-n", "20", *strange))
        return luck.choice([*plain, ("odds", "FILE", "-n", "20", "--json", *strange)])
    if _is_short(document) and luck.random() < 0.6:
        return ("run", "FILE", "--out", "OUT", "--quiet", "--replications", "3", *strange)
    return ("run", "FILE", "--out", "OUT", "--dry-run", *strange)


def _is_short(document: Any) -> bool:
    """Whether an experiment asks no other questions, whose own replications may take long."""
    return isinstance(document, dict) and "ask" not in document


_OF_TENDERS = ("tender.months", "patrons.*.link", "host.label", "tender.lots", "market.volatility")
_OF_CAMPAIGNS = ("campaign.months", "campaign.spill", "tenders.first.months", "tenders.*.patrons.*.link",
                 "tenders.second.opening", "campaign.patrons.*.reserve", "tenders.*.host")  # fmt: skip


def _options(kind: str, luck: random.Random) -> tuple[str, ...]:
    own = _OF_CAMPAIGNS if kind == "campaign" else _OF_TENDERS
    path = luck.choice([*KEYS, *own])
    value = luck.choice([*NUMBERS, *OTHERS, *awkward.ALLOWED])
    said = luck.choice([f"{path}={value}", f"{path} = {value}", str(value), f"{path}={value}={value}"])
    kinds = [("--set", said.replace("\x00", ""))]
    if kind == "campaign":
        kinds += [("--set-against", said.replace("\x00", ""))]
    if kind == "scenario":
        kinds += [("--policy", f"p:{said}".replace("\x00", "")), ("--seed", str(value)[:60].replace("\x00", ""))]
    return luck.choice(kinds)


# ------------------------------------------------------------------------------------------------------------- the tree


def _places(tree: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where everything stands, the whole first."""
    yield above
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, part in parts:
        yield from _places(part, (*above, name))


def _at(tree: Any, place: tuple[Any, ...]) -> Any:
    for name in place:
        tree = tree[name]
    return tree


def _with(tree: Any, place: tuple[Any, ...], value: Any) -> Any:
    """The tree with another value at a place."""
    if not place:
        return value
    _at(tree, place[:-1])[place[-1]] = value
    return tree


def _value(luck: random.Random) -> Any:
    return copy.deepcopy(luck.choice(luck.choice([NUMBERS, OTHERS, awkward.ALLOWED])))


def _spoil_tree(tree: Any, luck: random.Random) -> Any:
    place = luck.choice(list(_places(tree)))
    return luck.choice(_TREE)(tree, place, luck)


def _replaced(tree: Any, place: tuple[Any, ...], luck: random.Random) -> Any:
    return _with(tree, place, _value(luck))


def _nudged(tree: Any, place: tuple[Any, ...], luck: random.Random) -> Any:
    """Another number: just beyond an end, or off by a power of ten."""
    numbers = [
        p for p in _places(tree) if isinstance(_at(tree, p), (int, float)) and not isinstance(_at(tree, p), bool)
    ]
    if not numbers:
        return tree
    place = luck.choice(numbers)
    found = _at(tree, place)
    was = math.inf if isinstance(found, int) and abs(found) > 10**300 else float(found)
    return _with(tree, place, luck.choice([-was, was * 10 ** luck.randint(-9, 9), was + 1e-9, was - 1, 1 / (was or 1)]))


def _removed(tree: Any, place: tuple[Any, ...], luck: random.Random) -> Any:
    if place:
        del _at(tree, place[:-1])[place[-1]]
    return tree


def _added(tree: Any, place: tuple[Any, ...], luck: random.Random) -> Any:
    group = _at(tree, place)
    if isinstance(group, dict):
        group[luck.choice([*KEYS, *awkward.ALLOWED, 1, None, True, 2.5])] = _value(luck)
    elif isinstance(group, list):
        group.insert(luck.randint(0, len(group)), _value(luck))
    return tree


def _renamed(tree: Any, place: tuple[Any, ...], luck: random.Random) -> Any:
    """Another key for what is there: strange, or with a letter wrong, or a pattern."""
    if not place or not isinstance(_at(tree, place[:-1]), dict):
        return tree
    group, old = _at(tree, place[:-1]), str(place[-1])
    parts = old.split(".")
    parts[luck.randrange(len(parts))] = luck.choice(["*", "?", "[a-z]*", "**", "", "nroth"])
    new = luck.choice(
        [luck.choice(KEYS), luck.choice(awkward.ALLOWED), ".".join(parts), old + "x", old.upper(), f" {old}"]
    )
    content = {new if key == place[-1] else key: value for key, value in group.items()}
    return _with(tree, place[:-1], content)


def _moved(tree: Any, place: tuple[Any, ...], luck: random.Random) -> Any:
    """A part of the tree in another place too."""
    part = copy.deepcopy(_at(tree, place))
    return _with(tree, luck.choice(list(_places(tree))), part)


def _wrapped(tree: Any, place: tuple[Any, ...], luck: random.Random) -> Any:
    part = _at(tree, place)
    deep = part
    for _ in range(60):
        deep = [deep]
    return _with(tree, place, luck.choice([[part], {"x": part}, [part, part], str(part), deep]))


def _many(tree: Any, place: tuple[Any, ...], luck: random.Random) -> Any:
    """Hundreds of parts, where there was one."""
    part, count = _at(tree, place), luck.choice([50, 400])
    more = [copy.deepcopy(part) for _ in range(count)]
    return _with(tree, place, luck.choice([more, {f"n{n}": one for n, one in enumerate(more)}]))


_TREE: list[Callable[[Any, tuple[Any, ...], random.Random], Any]] = [
    _replaced, _replaced, _replaced, _nudged, _nudged, _nudged, _removed, _added, _added, _renamed, _renamed, _moved,
    _wrapped, _many,
]  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- the text


def _dumped(document: Any, luck: random.Random) -> str:
    flow = luck.choice([None, None, None, True, False])
    return yaml.dump(
        document, Dumper=Dumper, sort_keys=False, allow_unicode=luck.random() < 0.8, default_flow_style=flow
    )


def _doubled_line(text: str, luck: random.Random) -> str:
    lines = text.split("\n")
    lines.insert(luck.randrange(len(lines) + 1), luck.choice(lines))
    return "\n".join(lines)


def _lost_line(text: str, luck: random.Random) -> str:
    lines = text.split("\n")
    del lines[luck.randrange(len(lines))]
    return "\n".join(lines)


def _strange_line(text: str, luck: random.Random) -> str:
    lines = text.split("\n")
    lines.insert(luck.choice([0, len(lines), luck.randrange(len(lines) + 1)]), luck.choice(LINES))
    return "\n".join(lines)


def _indented(text: str, luck: random.Random) -> str:
    lines = text.split("\n")
    n = luck.randrange(len(lines))
    lines[n] = luck.choice([" ", "    ", "\t", "\xa0"]) + lines[n]
    return "\n".join(lines)


def _strange_letter(text: str, luck: random.Random) -> str:
    n = luck.randrange(len(text) + 1)
    return (
        text[:n]
        + luck.choice("\x00\x1b\x85\u200b\ufeff\u202e\U0001f600:#&*!|>'\"%@`,[]{}-?\n\t\r é")
        + text[n + luck.randint(0, 1) :]
    )


def _cut(text: str, luck: random.Random) -> str:
    return text[: luck.randrange(len(text) + 1)]


def _anchored(text: str, luck: random.Random) -> str:
    """A value with a name, used again elsewhere: as itself, as a merged group, or inside itself."""
    lines = text.split("\n")
    named = [n for n, line in enumerate(lines) if ": " in line or line.endswith(":")]
    if len(named) < 2:
        return text
    one, other = luck.choice(named), luck.choice(named)
    lines[one] = lines[one].replace(":", ": &a", 1)
    key = lines[other].split(":")[0]
    lines[other] = luck.choice(
        [f"{key}: *a", f"{key}: {{<<: *a}}", f"{key}: [*a, *a]", f"{key}: {{<<: [*a, *a], x: 1}}"]
    )
    return "\n".join(lines)


_TEXT: list[Callable[[str, random.Random], str]] = [
    _doubled_line, _lost_line, _strange_line, _strange_line, _indented, _strange_letter, _strange_letter, _cut,
    _anchored,
]  # fmt: skip


# ------------------------------------------------------------------------------------------------------------ the bytes


def _encoded(text: str, luck: random.Random) -> bytes:
    return text.encode(luck.choice(["utf-16", "utf-32", "latin-1", "utf-8-sig", "utf-16-be"]), "replace")


def _flipped(text: str, luck: random.Random) -> bytes:
    content = bytearray(text.encode("utf-8", "replace"))
    for _ in range(luck.randint(1, 5) if content else 0):
        content[luck.randrange(len(content))] ^= 1 << luck.randrange(8)
    return bytes(content)


def _noise(text: str, luck: random.Random) -> bytes:
    return luck.randbytes(luck.choice([0, 1, 10, 1000]))


_BYTES: list[Callable[[str, random.Random], bytes]] = [_encoded, _flipped, _flipped, _noise]
