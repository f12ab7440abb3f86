"""Tables whose columns know what they are: what a person reads, and what a file keeps."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minegame import text
from minegame.tables import Column, Table, bounded, estimate
from minegame.text import COUNT, FLAG, LEVEL, MONEY, NUMBER, P_VALUE, PATH, PERCENT, POINTS, SHARE

COLUMNS = [
    Column("policy"),
    Column("host.balance_weight", unit=LEVEL),
    Column("wins", "Cove Kaz wins", SHARE, bounded=True),
    Column("change", "change", POINTS, bounded=True),
    Column("value", "host's value", MONEY),
    Column("n", "negotiations", COUNT),
]
ROWS = [
    {
        "policy": "none", "host.balance_weight": 2.2, **bounded("wins", 0.0555, 0.05, 0.061),
        **bounded("change", np.nan, np.nan, np.nan), "value": 1204.26, "n": 80_000,
    },
    {
        "policy": "None", "host.balance_weight": 0, **bounded("wins", 0.5, 0.4999, 0.5001),
        **bounded("change", -0.021, -0.03, -0.012), "value": -3.14, "n": 80_000,
    },
]  # fmt: skip


def table(**changes: object) -> Table:
    return Table(**{"title": "Who wins", "columns": COLUMNS, "rows": ROWS, **changes})  # type: ignore[arg-type]


def test_a_person_reads_percent_points_and_millions():
    assert table().headings == [
        "policy", "host.balance_weight", "Cove Kaz wins, %", "change, points", "host's value, M$", "negotiations",
    ]  # fmt: skip
    assert table().cells() == [
        ["none", "2.2", "5.5 [5.0, 6.1]", "–", "1,204", "80,000"],
        ["None", "0", "50.00 [49.99, 50.01]", "−2.1 [−3.0, −1.2]", "−3.1", "80,000"],
    ]
    assert table().cells(1) == table().cells()[:1]
    assert table().display().loc[1, "Cove Kaz wins, %"] == "50.00 [49.99, 50.01]"


def test_a_file_keeps_fractions_and_every_digit_under_short_names():
    kept = table(rows=[{**ROWS[0], "wins": 0.1 + 0.2}]).csv()
    assert kept.splitlines()[0] == (
        "policy,host.balance_weight,wins,wins_low,wins_high,change,change_low,change_high,value,n"
    )
    assert "0.30000000000000004" in kept


def test_a_table_is_read_back_as_it_was():
    again = Table.from_csv(io.StringIO(table().csv()), table().document())
    pd.testing.assert_frame_equal(again.frame, table().frame, check_exact=True)
    assert again.cells() == table().cells()
    assert again.columns == COLUMNS
    assert again.frame["policy"].tolist() == ["none", "None"], "names of policies, not missing values"


def test_words_that_look_like_numbers_stay_words():
    columns = [Column("policy"), Column("factor", unit=PATH)]
    one = Table("t", columns, {"policy": ["1e-3", "007", None], "factor": ["host.backlash", "1.5", "true"]})
    again = Table.from_csv(io.StringIO(one.csv()), one.document())
    assert again.frame["policy"].tolist()[:2] == ["1e-3", "007"]
    assert again.frame["factor"].tolist() == ["host.backlash", "1.5", "true"]
    assert again.cells()[2][0] == "–"


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1).filter(str.strip)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
LEVELS = st.sampled_from(["split", "bundled", "none", "a, b", 'a "b"']) | st.booleans() | st.none() | NUMBERS


@given(st.lists(st.tuples(WORDS | st.none(), LEVELS, NUMBERS, st.booleans()), min_size=1, max_size=6))
def test_whatever_is_kept_is_read_back(rows):
    """Text stays text, words and numbers of a level stay what they are, numbers keep every digit."""
    columns = [
        Column("policy"), Column("tender.lots", unit=LEVEL), Column("wins", "wins", SHARE, bounded=True),
        Column("sure", unit=FLAG),
    ]  # fmt: skip
    kept = Table("t", columns, [
        {"policy": word, "tender.lots": level, **bounded("wins", number, number, None), "sure": sure}
        for word, level, number, sure in rows
    ])  # fmt: skip
    again = Table.from_csv(io.StringIO(kept.csv()), kept.document())
    assert again.cells() == kept.cells()
    assert again.headings == kept.headings
    assert again.frame["wins"].tolist() == [float(number) for _, _, number, _ in rows]
    assert again.frame["wins_high"].isna().all()
    words = [None if pd.isna(word) else word for word in again.frame["policy"]]
    assert words == [word for word, *_ in rows]
    assert [str(flag) for flag in again.frame["sure"]] == [str(sure) for *_, sure in rows]


def test_levels_of_words_and_numbers_stay_apart():
    levels = ["split", 3, 0.5, True, None, "bundled"]
    one = Table("t", [Column("value", unit=LEVEL)], {"value": levels})
    again = Table.from_csv(io.StringIO(one.csv()), one.document())
    assert again.frame["value"].tolist()[:4] == ["split", 3, 0.5, True]
    assert [type(value) for value in again.frame["value"].tolist()[:4]] == [str, int, float, bool]
    assert [cell for (cell,) in again.cells()] == ["split", "3", "0.5", "true", "–", "bundled"]


@pytest.mark.parametrize("unit", text.UNITS.values(), ids=text.UNITS)
def test_every_unit_is_known_by_its_name(unit):
    column = Column("x", "x", unit)
    assert Column.from_document(column.document()) == column


def test_a_title_may_say_the_unit_of_all_columns():
    grid = Table("Wins, %", [Column("host.balance_weight", unit=LEVEL), Column("at_1", "430", PERCENT)],
                 {"host.balance_weight": [0, 0.5], "at_1": [0.15, 1.0]})  # fmt: skip
    assert grid.headings == ["host.balance_weight", "430"]
    assert grid.cells() == [["0", "15.0"], ["0.5", "100.0"]]


def test_cells_of_other_units():
    columns = [Column("p", "chance", P_VALUE), Column("sure", unit=FLAG), Column("ratio", unit=NUMBER)]
    assert Table("t", columns, {"p": [1e-9, 0.25], "sure": [True, False], "ratio": [0.12345, 1234.5]}).cells() == [
        ["< 0.001", "yes", "0.123"],
        ["0.250", "no", "1,234"],
    ]


def test_an_estimate_that_is_missing_is_missing_at_both_ends():
    found = estimate("wins", {"estimate": None, "low": None, "high": None})
    assert list(found) == ["wins", "wins_low", "wins_high"]
    assert np.isnan(list(found.values())).all()


@pytest.mark.parametrize("name", ["", "wins, %", "2nd", "a b", "host..weight", "host.", "naïve name"])
def test_names_of_columns_are_identifiers_or_paths(name):
    with pytest.raises(ValueError, match="no name of a column"):
        Column(name)


def test_a_table_without_values_or_with_two_columns_of_one_name_is_refused():
    with pytest.raises(ValueError, match="no values for wins_low"):
        len(Table("t", [Column("wins", unit=SHARE, bounded=True)], {"wins": [1.0], "wins_high": [1.0]}))
    with pytest.raises(ValueError, match="two columns of one name"):
        len(Table("t", [Column("wins", bounded=True), Column("wins_low")], [{}]))


def test_a_table_without_rows_has_its_columns():
    empty = table(rows=[])
    assert (len(empty), empty.cells()) == (0, [])
    assert list(empty.frame.columns)[:3] == ["policy", "host.balance_weight", "wins"]
