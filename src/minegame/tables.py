"""Tables whose columns know what they are: a short name, a heading, a unit, and whether they have an interval.

A table is made once and only printed elsewhere: on a terminal, on a page, as CSV, in a notebook.  Files and frames keep
fractions and full precision under the short names; a reader sees headings, percent, points and M$.

>>> from minegame.text import POINTS
>>> rows = {"lever": ["tariff"], "effect": [0.012], "effect_low": [0.004], "effect_high": [0.02]}
>>> columns = [Column("lever"), Column("effect", "Shapley value", POINTS, bounded=True)]
>>> table = Table("What each lever adds", columns, rows)
>>> table.headings, table.cells()
(['lever', 'Shapley value, points'], [['tariff', '+1.2 [+0.4, +2.0]']])
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from minegame.text import FLAG, LEVEL, PATH, TEXT, UNITS, Unit

if TYPE_CHECKING:
    import pandas as pd

#: The ends of an interval stand beside ``x`` in columns of these names.
ENDS = ("{}_low", "{}_high")
_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_*?\[][\w*?!\[\]-]*)*")


@dataclass(frozen=True)
class Column:
    """A column: its name (an identifier, or the path of a parameter), heading, unit, and whether it has an interval.

    A bounded column ``x`` stands in the rows beside ``x_low`` and ``x_high``.
    """

    name: str
    words: str = ""
    unit: Unit = TEXT
    bounded: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a column: expected an identifier or the path of a parameter")

    @property
    def heading(self) -> str:
        """What stands above the column: its words and its unit."""
        words = self.words or (self.name if "." in self.name else self.name.replace("_", " "))
        return f"{words}, {self.unit.heading}" if self.unit.heading else words

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which it stands in the rows: its own, and those of the ends of its interval."""
        return (self.name, *(end.format(self.name) for end in ENDS)) if self.bounded else (self.name,)

    def document(self) -> dict[str, Any]:
        """The column as plain values."""
        return {"name": self.name, "words": self.words, "unit": self.unit.name, "bounded": self.bounded}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Column:
        """The column of plain values; raises KeyError for what is missing or for a unit that there is not."""
        return cls(str(document["name"]), str(document["words"]), UNITS[document["unit"]], bool(document["bounded"]))


@dataclass(frozen=True)
class Table:
    """A table: a title for display, columns, and rows under the names of the columns, as kept.

    ``raw``: whether it holds single points for whoever draws or checks them, too long to read on a page.
    """

    title: str
    columns: Sequence[Column]
    rows: pd.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]] = field(repr=False)
    raw: bool = False

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows as kept: fractions and full precision; text columns hold text alone.

        Raises:
            ValueError: if a column has no values, or two columns have one name.
        """
        import pandas as pd

        names = [name for column in self.columns for name in column.names]
        if len(set(names)) < len(names):
            raise ValueError(f"the table '{self.title}' has two columns of one name")
        found = pd.DataFrame(self.rows) if not isinstance(self.rows, pd.DataFrame) else self.rows
        if not len(found):
            found = found.reindex(columns=names)
        if missing := [name for name in names if name not in found]:
            raise ValueError(f"the table '{self.title}' has no values for {', '.join(missing)}")
        return pd.DataFrame(
            {name: _kept(found[name], column.unit) for column in self.columns for name in column.names}
        ).reset_index(drop=True)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def headings(self) -> list[str]:
        """What stands above the columns."""
        return [column.heading for column in self.columns]

    def cells(self, most: int | None = None) -> list[list[str]]:
        """The rows as a person reads them, an estimate with its interval in one cell; the first so many."""
        shown = self.frame.head(len(self.frame) if most is None else most)
        columns = [_read(shown, column) for column in self.columns]
        return [list(row) for row in zip(*columns, strict=True)]

    def display(self) -> pd.DataFrame:
        """The table as a person reads it, for a notebook: headings, percent, intervals in brackets."""
        import pandas as pd

        return pd.DataFrame(self.cells(), columns=self.headings)

    def _repr_html_(self) -> str:
        """The table in a notebook; whatever stands in it is shown as text."""
        return f"<h4>{escape(self.title)}</h4>{self.display().to_html(index=False)}"

    def csv(self) -> str:
        """The rows as CSV, as kept, under the short names; what is missing is empty."""
        return csv_of(self.frame)

    def document(self) -> dict[str, Any]:
        """What the table is, without its rows, as plain values."""
        return {"title": self.title, "raw": self.raw, "columns": [column.document() for column in self.columns]}

    @classmethod
    def from_csv(cls, file: Any, document: Mapping[str, Any]) -> Table:
        """The table of a CSV file and of what :meth:`document` said: text stays text."""
        import pandas as pd

        columns = [Column.from_document(part) for part in document["columns"]]
        # Only an empty cell is missing: "none" and "None" are names of policies.
        text = pd.read_csv(file, keep_default_na=False, na_values=[""], dtype=str).map(from_sheet, na_action="ignore")
        rows = {name: _from_text(text[name], column.unit) for column in columns for name in column.names}
        return cls(str(document["title"]), columns, pd.DataFrame(rows), bool(document.get("raw", False)))


_WORDS = (TEXT, PATH)

# What a spreadsheet takes for a formula, in letters of either width, and the quote with which it is told not to.
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def for_sheet(value: Any) -> Any:
    """A cell of a CSV file as no spreadsheet runs it: text that begins like a formula gets a quote before it.

    >>> for_sheet("=1+1"), for_sheet("'=1+1"), for_sheet("late"), for_sheet(-1.5)
    ("'=1+1", "''=1+1", 'late', -1.5)
    """
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def from_sheet(text: str) -> str:
    """The text of a cell that :func:`for_sheet` wrote.

    >>> [from_sheet(for_sheet(text)) for text in ("=1+1", "'=1+1", "'tis late")]
    ['=1+1', "'=1+1", "'tis late"]
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def csv_of(frame: pd.DataFrame, digits: int | None = None) -> str:
    """Rows as CSV, numbers with every digit, or so many; what is missing is empty."""
    words = frame.select_dtypes(exclude="number").astype(object).map(for_sheet, na_action="ignore")
    named = frame.assign(**{str(name): words[name] for name in words})

    def written(quoting: Any) -> str:
        decimals = None if digits is None else f"%.{digits}g"
        return named.to_csv(index=False, lineterminator="\n", float_format=decimals, quoting=quoting)

    text = written(csv.QUOTE_MINIMAL)
    # A carriage return ends a line for whoever reads it, but is not quoted by whoever writes it.
    return written(csv.QUOTE_NONNUMERIC) if "\r" in text else text


def bounded(name: str, value: Any, low: Any, high: Any) -> dict[str, Any]:
    """The values of a bounded column under its names."""
    return dict(zip(Column(name, bounded=True).names, (value, low, high), strict=True))


def estimate(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a bounded column from a mapping with estimate, low and high, where None is missing."""
    return bounded(name, *(math.nan if found[key] is None else found[key] for key in ("estimate", "low", "high")))


def _kept(values: pd.Series, unit: Unit) -> Any:
    if unit in _WORDS:
        return values.astype(object).where(values.notna(), None)
    if unit in (LEVEL, FLAG):
        return values
    return values.astype(float) if values.dtype == object else values


def _from_text(values: pd.Series, unit: Unit) -> Any:
    """The values of a column as a CSV file has them: text stays text, and numbers keep every digit."""
    if unit in _WORDS:
        return values
    read = [_value(text) if isinstance(text, str) else math.nan for text in values]
    return read if unit in (LEVEL, FLAG) or not any(isinstance(one, str) for one in read) else values


def _value(text: str) -> Any:
    if text in ("True", "False"):
        return text == "True"
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def _read(frame: pd.DataFrame, column: Column) -> list[str]:
    parts = zip(*(_plain(frame[name]) for name in column.names), strict=True)
    return [column.unit.cell(*values) for values in parts]


def _plain(values: Iterable[Any]) -> list[Any]:
    return [value.item() if hasattr(value, "item") else value for value in values]
