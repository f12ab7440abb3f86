"""Numbers as people read them: no interval looks like a point, nothing loses its sign, a minus is a minus."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from minegame import text
from minegame.text import (
    CHANGE,
    COUNT,
    FLAG,
    LEVEL,
    MINUS,
    MISSING,
    MONEY,
    MONEY_CHANGE,
    MONTHS,
    NO_SURE_EFFECT,
    NUMBER,
    P_VALUE,
    PATH,
    PERCENT_CHANGE,
    POINTS,
    SHARE,
    TEXT,
    UNITS,
    Unit,
)

NUMBERS = [unit for unit in UNITS.values() if unit.is_number and unit is not P_VALUE]
SIGNED = [POINTS, PERCENT_CHANGE, MONEY_CHANGE, CHANGE]
FINEST = 1e-11  # of what is read; what differs by less differs by rounding

units = st.sampled_from(NUMBERS)
numbers = (
    st.floats(-1e9, 1e9) | st.floats(-1, 1) | st.sampled_from([0.0, -0.0, 1e-7, -1e-7, 0.05, 0.0495, 999.96, 1000])
)
# Ends that differ in any digit: close together, or far apart.
widths = st.floats(1e-10, 1e-6) | st.floats(1e-6, 1) | st.floats(1, 1e6)


def parts_of(cell: str) -> list[str]:
    """The numbers in a cell, as they are written."""
    return re.findall(rf"[+{MINUS}]?\d(?:[\d,]*\d)?(?:\.\d+)?", cell)


def read(cell: str) -> list[float]:
    """The numbers in a cell."""
    return [float(part.replace(",", "").replace(MINUS, "-")) for part in parts_of(cell)]


def ends_of(cell: str) -> tuple[str, str]:
    low, high = re.fullmatch(r"\S+ \[(\S+), (\S+)\]", cell).groups()  # type: ignore[union-attr]
    return low, high


# ---------------------------------------------------------------------------------------------------------- intervals


@given(units, numbers, widths, st.floats(0, 1))
@example(MONEY, 1204.2, 0.2, 0.5)  # whole millions from 1,000: the ends need a digit
@example(SHARE, 0.9999, 0.00009, 0.5)
@example(COUNT, 3.0, 0.25, 0.5)
def test_no_interval_looks_like_a_point(unit: Unit, low: float, width: float, at: float) -> None:
    high = low + width
    assume((high - low) * unit.scale > FINEST)
    one, other = ends_of(unit.cell(low + at * width, low, high))
    assert one != other


@given(units, numbers, widths, st.floats(0, 1))
def test_a_number_and_its_ends_are_those_that_were_found(unit: Unit, low: float, width: float, at: float) -> None:
    """As far as they are written, and with the same digits."""
    value, high = low + at * width, low + width
    cell = unit.cell(value, low, high)
    digits = {len(part.partition(".")[2]) for part in parts_of(cell)}
    decimals = max(digits)
    for said, meant in zip(read(cell), (value, low, high), strict=True):
        assert said == pytest.approx(meant * unit.scale, abs=0.500001 * 10.0**-decimals, rel=1e-12)
    assert len(digits) == 1


@given(units, numbers, widths)
def test_a_sentence_says_the_same_numbers_as_a_cell_and_their_unit(unit: Unit, low: float, width: float) -> None:
    cell, sentence = unit.cell(low, low, low + width), unit.write(low, low, low + width)
    value, ends = cell.split(" ", 1)
    assert sentence == f"{value}{unit.mark} {ends}"


@given(units, numbers)
def test_a_number_without_an_interval_has_no_brackets(unit: Unit, value: float) -> None:
    for ends in ((None, None), (math.nan, math.nan)):
        assert "[" not in unit.cell(value, *ends) + unit.write(value, *ends)


@pytest.mark.parametrize("unit", NUMBERS, ids=lambda unit: unit.name)
def test_an_end_that_is_unknown_or_without_bound_is_no_number(unit: Unit) -> None:
    assert unit.cell(math.nan, 0.0, 1.0) == unit.cell(None) == MISSING
    assert unit.cell(3.0, 1.0, math.inf) == unit.cell(math.inf, 1.0, math.inf) == NO_SURE_EFFECT
    assert unit.cell(-math.inf) == f"{MINUS}∞"


def test_numbers_of_numpy_are_numbers() -> None:
    assert SHARE.cell(np.float64(0.601), np.float64(0.594), np.float64(0.608)) == "60.1 [59.4, 60.8]"
    assert COUNT.cell(np.int64(80_000)) == "80,000"
    assert text.level(np.float64(0.5)) == "0.5"


# -------------------------------------------------------------------------------------------------------------- signs


@given(units, numbers, widths)
def test_nothing_loses_its_sign_and_nil_has_none(unit: Unit, low: float, width: float) -> None:
    cell = unit.cell(low, low, low + width)
    assert "-" not in cell
    for part, meant in zip(parts_of(cell), (low, low, low + width), strict=True):
        is_nil = not part.strip(f"+{MINUS}0.,")
        sign = "" if is_nil else MINUS if meant < 0 else "+" if unit.signed else ""
        assert part == sign + part.lstrip(f"+{MINUS}")


@given(st.sampled_from(SIGNED), st.floats(0.1, 1e6))
def test_a_change_says_in_which_direction(unit: Unit, value: float) -> None:
    assert unit.write(value).startswith("+")
    assert unit.write(-value).startswith(MINUS)
    assert unit.write(value)[1:] == unit.write(-value)[1:]


@given(numbers, st.integers(0, 6), st.booleans())
def test_a_plain_number_is_read_back(value: float, digits: int, signed: bool) -> None:
    (said,) = read(text.number(value, digits, signed=signed))
    assert said == pytest.approx(value, abs=0.500001 * 10.0**-digits, rel=1e-12)


# ------------------------------------------------------------------------------------------------------ single numbers


@pytest.mark.parametrize(
    ("unit", "numbers", "said"),
    [
        (SHARE, (0.601, 0.594, 0.608), "60.1 % [59.4, 60.8]"),
        (SHARE, (0.0029, 0.0026, 0.0034), "0.29 % [0.26, 0.34]"),
        (POINTS, (-0.0213,), "−2.1 points"),
        (POINTS, (0.0004, -0.0001, 0.0009), "0.0 points [0.0, +0.1]"),
        (MONEY, (1204.26,), "1,204 M$"),
        (MONEY, (999.94,), "999.9 M$"),
        (MONEY_CHANGE, (-90.5, -135.9, -45.1), "−90.5 M$ [−135.9, −45.1]"),
        (NUMBER, (1.33, 1.27, 1.39), "1.33 [1.27, 1.39]"),
        (NUMBER, (0.01234,), "0.0123"),
        (COUNT, (80_000,), "80,000"),
        (MONTHS, (7.94, 7.7, 8.1), "7.9 [7.7, 8.1]"),
    ],
)
def test_numbers_in_a_sentence(unit: Unit, numbers: tuple[float, ...], said: str) -> None:
    assert unit.write(*numbers) == said


@pytest.mark.parametrize(
    ("chance", "said"), [(0.0, "< 0.001"), (0.00099, "< 0.001"), (0.001, "0.001"), (0.25, "0.250"), (1.0, "1.000")]
)
def test_a_chance_is_never_written_as_nil(chance: float, said: str) -> None:
    assert P_VALUE.cell(chance) == said


def test_words_stay_words() -> None:
    assert [TEXT.cell(word) for word in ("1e-3", "007", "", None, math.nan)] == ["1e-3", "007", *[MISSING] * 3]
    assert PATH.cell("host.backlash") == "host.backlash"
    assert [FLAG.cell(flag) for flag in (True, False, None)] == ["yes", "no", MISSING]
    assert [LEVEL.cell(value) for value in ("split", True, 0.123456, 1500.0, -2, None)] == [
        "split", "true", "0.1235", "1,500", "−2", MISSING,
    ]  # fmt: skip


@given(st.floats(1e-4, 1e14) | st.integers(1, 10**9))
def test_a_level_keeps_four_digits_and_its_sign(value: float) -> None:
    (said,) = read(text.level(value))
    assert said == pytest.approx(value, rel=5.1e-4)
    assert text.level(-value) == MINUS + text.level(value)


# -------------------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("value", "name", "said"),
    [
        (0, "seed", "0"), (12_345_678, "seed", "12345678"), (80_000, "replications", "80,000"),
        (0.95, "confidence", "95 %"),
        (0.9999, "confidence", "99.99 %"), (True, "json", "yes"), (None, "bidder", MISSING), ({}, "set", "none"),
        ([], "lever", "none"), ({"us": ["tariff", "access"]}, "player", "us = tariff, access"), (0.0, "x", "0"),
        (math.nan, "x", MISSING),
    ],
)  # fmt: skip
def test_settings_in_words(value: object, name: str, said: str) -> None:
    assert text.said(value, name) == said


def test_json_has_nothing_that_is_not_finite() -> None:
    found = {"a": np.float64("nan"), "b": (np.int64(3), math.inf), 3: {"c": np.bool_(True), "d": None}}
    assert text.plain(found) == {"a": None, "b": [3, None], "3": {"c": True, "d": None}}
