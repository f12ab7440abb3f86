"""What is typed on the command line, read: changes, policies, factors, levels and players.

What cannot be read is refused with the option, what was typed and what is expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from minegame.cli.app import fail

if TYPE_CHECKING:
    from minegame.design import Factor


def changes(texts: Iterable[str]) -> dict[str, Any]:
    """Changes, ``path=value`` each, as a file would hold them."""
    from minegame.scenario import parse_changes, typed

    return {path: typed(str(value)) for path, value in parse_changes(texts).items()}


def policies(texts: Iterable[str], option: str = "--policy") -> dict[str, dict[str, Any]]:
    """Policies, ``name:path=value,path=value`` each: changes by name; ``name:`` alone changes nothing."""
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        head = text.partition("=")[0]  # a name may hold a colon, a path cannot
        name, sign, first = head.rpartition(":")
        listed, name = first + text[len(head) :], name.strip()
        if not (name and sign):
            expected = "name:path=value,path=value (or name: alone, as it is)"
            fail(f"{option}: {text!r} is not a {option.removeprefix('--')}: expected {expected}")
        if name in found:
            fail(f"{option}: {name!r} is given twice")
        found[name] = changes(change for change in listed.split(",") if change.strip())
    return found


def players(texts: Iterable[str], option: str = "--player") -> dict[str, list[str]]:
    """Players, ``patron=lever,lever`` each: levers by patron."""
    found: dict[str, list[str]] = {}
    for text in texts:
        name, sign, levers = (part.strip() for part in text.partition("="))
        if not (name and sign and levers):
            fail(f"{option}: {text!r}: expected patron=lever,lever, such as us=tariff,access")
        if name in found:
            fail(f"{option}: {name!r} is given twice")
        found[name] = list(dict.fromkeys(lever.strip() for lever in levers.split(",") if lever.strip()))
    return found


# ------------------------------------------------------------------------------------------------------- what varies


def factors(texts: Iterable[str], option: str = "--vary") -> list[Factor]:
    """Factors, each as :func:`factor` reads it."""
    found = [factor(text, option) for text in texts]
    _refuse_twice([one.path for one in found], option)
    return found


def factor(text: str, option: str) -> Factor:
    """A factor: ``path=low:high``, ``path=low:high:log`` or ``path=a,b,c``."""
    from minegame.design import Factor

    path, values = _path_and_values(text, option, "path=low:high, path=low:high:log or path=a,b,c")
    if ":" not in values:
        return Factor(path, levels=tuple(_listed(values)))
    low, high, rest, scale = _range(path, values, option)
    if rest:
        fail(f"{option}: {path}={values}: expected low:high or low:high:log")
    return Factor(path, low, high, scale)


def levels(texts: Iterable[str], option: str = "--vary") -> dict[str, list[Any]]:
    """Levels by path: ``path=a,b,c``, or ``path=low:high:n`` values spread evenly, on a log scale with ``:log``."""
    typed = [_path_and_values(text, option, "path=low:high:n or path=a,b,c") for text in texts]
    _refuse_twice([path for path, _ in typed], option)
    return {path: _spread(path, values, option) if ":" in values else list(_listed(values)) for path, values in typed}


def _spread(path: str, text: str, option: str) -> list[Any]:
    from minegame.design import Factor

    low, high, rest, scale = _range(path, text, option)
    count = rest[0] if rest else "5"
    if len(rest) > 1 or not count.strip().isdecimal() or not 2 <= int(count) <= 1_000_000:
        fail(f"{option}: {path}={text}: expected low:high:n with n from 2 to 1,000,000")
    spread: list[Any] = Factor(path, low, high, scale).spread(int(count))
    values = [float(f"{value:.12g}") for value in spread]
    return [int(value) if value.is_integer() and "." not in text else value for value in values]


def _range(path: str, text: str, option: str) -> tuple[float, float, list[str], str]:
    """The ends of a range, what stands between them and the scale, and the scale."""
    low, high, *rest = text.split(":")
    scale = rest.pop() if rest and rest[-1] in ("log", "linear") else "linear"
    try:
        ends = float(low), float(high)
    except ValueError:
        fail(f"{option}: {path}={text} is not a range: expected low:high, such as 0:4")
    if not ends[0] < ends[1]:
        fail(f"{option}: {path}={text}: the range is empty: {low} is not below {high}")
    if scale == "log" and ends[0] <= 0:
        fail(f"{option}: {path}={text}: a log scale cannot reach {low}: expected a range above 0")
    return *ends, rest, scale


def _path_and_values(text: str, option: str, expected: str) -> tuple[str, str]:
    path, sign, values = (part.strip() for part in text.partition("="))
    if not (path and sign and values):
        fail(f"{option}: {text!r} is not a factor: expected {expected}")
    return path, values


def _listed(values: str) -> Iterable[Any]:
    from minegame.scenario import typed

    return (typed(level.strip()) for level in values.split(","))


def _refuse_twice(paths: Sequence[str], option: str) -> None:
    for path in paths:
        if paths.count(path) > 1:
            fail(f"{option}: {path} is varied twice")
