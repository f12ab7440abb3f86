"""What the cells of a table mean: points of a scenario, each value read as its path wants it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from minegame.cases import Case
from minegame.design import Value
from minegame.design_table.grid import DesignTable
from minegame.scenario import MOST_PROBLEMS, Problem, ScenarioError, refuse, shown, typed, typed_value
from minegame.scenario.paths import Place, expected, is_number, unit_of
from minegame.scenario.units import USUAL
from minegame.scenario.values import DATE_HINT, month_of, not_taken, plain_value
from minegame.tables import for_sheet

_COMMA = re.compile(r"[-+]?\d*,\d+([eE][-+]?\d+)?( ?%)?")
#: A number with a comma before its fraction, and points between thousands if any.
_GERMAN = re.compile(r"[-+]?(\d*|\d{1,3}(\.\d{3})+),\d+([eE][-+]?\d+)?")
_THOUSAND = re.compile(r"[-+]?[1-9]\d{0,2}\.\d{3}")
_DATE = re.compile(
    r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}[-. ]+[^\W\d]{3,}\.?([-. ]+\d{2,4})?|[^\W\d]{3,}\.?[-. ]+\d{2,4}"
)
_OF_ONE = ("share", "probability")


def points_of(table: DesignTable, scenario: Case) -> list[dict[str, Value]]:
    """The points of a table as changes of a scenario.

    Raises:
        ScenarioError: with row and column, for everything that is wrong.
    """
    places = _places(table, scenario)
    comma = _decimal_comma(table) if table.separator and table.separator in ";\t" else False
    problems: list[Problem] = []
    columns = []
    for n, path in enumerate(table.paths):
        values = [_value(row[n], places[path][0], comma) for row in table.rows]
        problems += _wrong(table, n, values, places[path])
        columns.append([value for value, _ in values])
        if len(problems) > MOST_PROBLEMS:
            break
    if problems:
        units = getattr(scenario, "units", USUAL)
        refuse([replace(one, text=units.in_words(one.text)) for one in problems], own=str(table.file))
    return [dict(zip(table.paths, point, strict=True)) for point in zip(*columns, strict=True)]


def _places(table: DesignTable, scenario: Case) -> dict[str, list[Place]]:
    """What each column sets; what there is not, or two columns set, is refused."""
    found: dict[str, list[Place]] = {}
    problems: list[Problem] = []
    owner: dict[str, str] = {}
    for n, path in enumerate(table.paths):
        try:
            found[path] = [scenario.place(one) for one in scenario.paths(path)]
        except ScenarioError as error:
            problems += [table.places.problem(0, n, path, problem.text) for problem in error.problems]
            continue
        for place in found[path]:
            if place.path in owner:
                text = f"{place.path} is set by the column '{owner[place.path]}' already"
                problems.append(table.places.problem(0, n, path, text))
            owner.setdefault(place.path, path)
    if problems:
        refuse(problems)
    return found


def _wrong(table: DesignTable, n: int, values: Sequence[tuple[Any, str]], places: Sequence[Place]) -> Iterator[Problem]:
    """What is wrong with a column, by the very rules of the fields that it sets."""
    for place in places:
        found = not_taken(place, [value for value, _ in values])
        found |= {row: said for row, (_, said) in enumerate(values) if said}
        for row, text in sorted(found.items()):
            value = values[row][0]
            looks = isinstance(value, str) and is_number(place.info) and _DATE.fullmatch(value)
            hint = f"; {DATE_HINT}" if looks else ""
            yield table.places.problem(row + 1, n, table.paths[n], text + hint)
        if found:
            return


def _decimal_comma(table: DesignTable) -> bool | None:
    """Whether numbers have a comma before their fraction; None where nothing says so, and no point does either."""
    texts = [cell for row in table.rows for cell in row if isinstance(cell, str)]
    if any(_COMMA.fullmatch(text) for text in texts):
        return True
    points = (text for text in texts if "." in text and isinstance(typed(text), float))
    return False if any(not _THOUSAND.fullmatch(text) for text in points) else None


def _value(cell: Any, place: Place, comma: bool | None) -> tuple[Any, str]:
    """The value in a cell, and what is wrong with how it is written."""
    if cell is None or cell == "":
        return cell, f"is empty: expected {expected(place.info, place.choices)}"
    if isinstance(cell, (date, time, timedelta)):
        return month_of(cell, place)
    if not is_number(place.info):
        return plain_value(cell, place), ""
    value = plain_value(cell, place)
    if not isinstance(cell, str):
        return _number(value, place), ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(value, place), _unclear(cell, comma)
    return _otherwise_written(cell, place, comma), ""


def _otherwise_written(text: str, place: Place, comma: bool | None) -> Any:
    """The number that a text says with a decimal comma or as a percentage, if it can only mean that; else the text."""
    share = unit_of(place.info) in _OF_ONE
    bare = text.removesuffix("%").rstrip() if share else text
    plain = bare.replace(".", "").replace(",", ".") if comma and _GERMAN.fullmatch(bare) else bare
    number = typed(plain)
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return text
    return _number(number / 100 if bare != text else number, place)


def _number(value: Any, place: Place) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) and not place.is_whole else value


def _unclear(text: str, comma: bool | None) -> str:
    """What is not clear about a number with a point, where others have a comma or nothing says what a point means."""
    if "." not in text or comma is False or (comma is None and not _THOUSAND.fullmatch(text)):
        return ""
    why = "where other cells have a decimal comma" if comma else "and semicolons between columns, as for decimal commas"
    return f"{shown(text)} has a point, {why}: write {text.replace('.', '')} or {text.replace('.', ',')}"


def as_csv(points: Sequence[Mapping[str, Value]]) -> str:
    """Points as a table that :func:`read_design` and :func:`points_of` make the same points of."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(points[0])
    writer.writerows(
        [for_sheet(value) if isinstance(value, str) else typed_value(value) for value in point.values()]
        for point in points
    )
    return sheet.getvalue()
