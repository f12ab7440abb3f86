"""Numbers and names as people read them: the one place in which a number becomes text.

Files keep fractions and full precision; percent, points and M$ are how a person reads them.  A :class:`Unit` says how
numbers of a kind are read.  An interval is never written as if it were a point: where both its ends would look alike,
the cell gets more digits.

>>> SHARE.write(0.601, 0.594, 0.608), POINTS.write(-0.0213), MONEY.write(1204.26)
('60.1 % [59.4, 60.8]', '−2.1 points', '1,204 M$')
>>> NUMBER.write(1.33, 1.27, 1.39), SHARE.write(0.0029, 0.0026, 0.0034)
('1.33 [1.27, 1.39]', '0.29 % [0.26, 0.34]')
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MINUS = "\N{MINUS SIGN}"
MISSING = "–"
NO_SURE_EFFECT = "no sure effect"
_MOST_DIGITS = 12  # after the point: what differs by less differs by rounding
_RARE = 0.001  # a p-value below this is written as a bound


# --------------------------------------------------------------------------------------------------- letters from files

#: What would act on a terminal, or turn text round, in place of being read: controls, separators of lines, overrides of
#: direction, marks of byte order, invisible tags, and what no file in UTF-8 can hold.
_NOT_READ = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str, *, lines: bool = True) -> str:
    """Text as it may be shown anywhere: what would act in place of being read is written out.

    With ``lines`` a line break remains one.

    >>> visible("\\x1b[31mred\\n\\u202ekcab"), visible("two\\nlines", lines=False)
    ('\\\\x1b[31mred\\n\\\\u202ekcab', 'two\\\\nlines')
    """
    return _NOT_READ.sub(lambda found: found[0] if lines and found[0] == "\n" else written_out(found[0]), text)


def written_out(text: str) -> str:
    """Text with every letter that is not of ASCII, and every one that cannot be seen, as Python would write it.

    >>> written_out("b\\u0430d")
    'b\\\\u0430d'
    """
    return text.encode("unicode_escape").decode("ascii")


# ------------------------------------------------------------------------------------------------------- plain numbers


def number(value: float, digits: int = 0, *, signed: bool = False) -> str:
    """A number with so many digits after the point: a true minus, commas between thousands, no sign on nil.

    >>> number(-1204.26, 1), number(-0.02, 1), number(86.2, signed=True)
    ('−1,204.3', '0.0', '+86')
    """
    text = f"{abs(value):,.{digits}f}"
    if not text.strip("0.,"):
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def amount(count: int) -> str:
    """A count however large; one that nobody would read digit by digit as a power of ten.

    >>> amount(1_000_000), amount(10**400)
    ('1,000,000', 'about 10^400')
    """
    return f"{count:,}" if count < 10**15 else f"about 10^{round(math.log10(count))}"


def significant(value: float, digits: int = 3) -> int:
    """The digits after the point that show so many significant ones of a number.

    >>> significant(0.0123), significant(1.5), significant(1234.0)
    (4, 2, 0)
    """
    if abs(value) < 10.0**-_MOST_DIGITS or not math.isfinite(value):
        return 0
    return min(_MOST_DIGITS, max(0, digits - 1 - math.floor(math.log10(abs(value)))))


def telling(digits: int, *values: float) -> int:
    """The digits after the point, at least so many, with which the least and the greatest value do not look alike.

    >>> telling(0, 1.27, 1.39), telling(1, 0.26, 0.34), telling(1, 0.3, 0.3)
    (1, 2, 1)
    """
    if not values or not all(map(math.isfinite, values)) or max(values) - min(values) < 10.0**-_MOST_DIGITS:
        return digits
    least, most = min(values), max(values)
    while digits < _MOST_DIGITS and number(least, digits) == number(most, digits):
        digits += 1
    return digits


def level(value: object) -> str:
    """A value of a parameter as people write it, numbers to four digits unless they are whole.

    >>> level(0.123456), level(1500.0), level(True), level(None), level("split")
    ('0.1235', '1,500', 'true', 'null', 'split')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not _is_number(value):
        return str(value)
    amount = float(value)  # type: ignore[arg-type]
    if not math.isfinite(amount) or (amount != 0 and not 1e-4 <= abs(amount) < 1e15):
        return _unusual(amount)
    if amount.is_integer():
        return number(amount)
    text = number(amount, significant(amount, 4))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _unusual(value: float) -> str:
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    return f"{value:.3g}".replace("-", MINUS)


def _is_number(value: object) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, (str, bool))


# --------------------------------------------------------------------------------------------------------------- units


@dataclass(frozen=True)
class Unit:
    """How numbers of a kind are read.

    ``scale`` turns a number as kept into one as read; ``mark`` stands behind a number in a sentence, ``heading`` behind
    the heading of a column; ``digits`` after the point, or None for three significant ones.
    """

    name: str
    scale: float = 1.0
    mark: str = ""
    heading: str = ""
    digits: int | None = None
    signed: bool = False

    @property
    def is_number(self) -> bool:
        """Whether values of this unit are numbers, and not words."""
        return self.name not in ("text", "path", "flag", "level")

    def write(self, value: float, low: float | None = None, high: float | None = None) -> str:
        """A number with its interval for a sentence: ``60.1 % [59.4, 60.8]``; arguments as kept."""
        if not math.isfinite(value):
            return _unusual(value)
        estimate, ends = self.parts(value, low, high)
        return f"{estimate}{self.mark}" + (f" [{ends[0]}, {ends[1]}]" if ends else "")

    def cell(self, value: Any, low: Any = None, high: Any = None) -> str:
        """A value with its interval for a cell of a table, whose heading says the unit."""
        if not self.is_number:
            return self._word(value)
        if value is None or _is_nan(value):
            return MISSING
        ends = [end for end in (low, high) if end is not None and not _is_nan(end)]
        if any(math.isinf(part) for part in (value, *ends)):
            return NO_SURE_EFFECT if ends else _unusual(float(value))
        if self.name == "p":
            return f"< {_RARE:g}" if value < _RARE else number(float(value), 3)
        estimate, bounds = self.parts(float(value), *(ends if len(ends) == 2 else (None, None)))
        return estimate + (f" [{bounds[0]}, {bounds[1]}]" if bounds else "")

    def _word(self, value: Any) -> str:
        if value is None or _is_nan(value):
            return MISSING
        if self.name == "flag":
            return "yes" if value else "no"
        return visible(level(value) if self.name == "level" else str(value)) or MISSING

    def parts(self, value: float, low: float | None, high: float | None) -> tuple[str, tuple[str, str] | None]:
        """A number as text, and the ends of its interval where it has one, all with the same digits."""
        ends = (
            ()
            if low is None or high is None or _is_nan(low) or _is_nan(high)
            else (low * self.scale, high * self.scale)
        )
        read = value * self.scale
        digits = telling(self._digits(read, *ends), *ends)
        written = [number(part, digits, signed=self.signed) for part in (read, *ends)]
        return written[0], (written[1], written[2]) if ends else None

    def _digits(self, *read: float) -> int:
        largest = max(map(abs, read))
        if self.digits is None:
            return 0 if all(part.is_integer() for part in read) else significant(largest)
        return 0 if self.mark == MONEY_MARK and largest >= _LARGE_MONEY else self.digits


MONEY_MARK = " M$"
_LARGE_MONEY = 1000.0  # M$, from which nobody reads the digit after the point

TEXT = Unit("text")
PATH = Unit("path")
FLAG = Unit("flag")
LEVEL = Unit("level")
SHARE = Unit("share", 100.0, " %", "%", 1)
POINTS = Unit("points", 100.0, " points", "points", 1, signed=True)
#: A share, or a difference of shares, in a table whose title says the unit.
PERCENT = Unit("percent", 100.0, " %", "", 1)
PERCENT_CHANGE = Unit("percent_change", 100.0, " points", "", 1, signed=True)
#: What is lost, in points: a difference that has no sign.
LOST = Unit("lost", 100.0, " points", "points", 1)
MONEY = Unit("money", 1.0, MONEY_MARK, "M$", 1)
MONEY_CHANGE = Unit("money_change", 1.0, MONEY_MARK, "M$", 1, signed=True)
COUNT = Unit("count", digits=0)
NUMBER = Unit("number")
CHANGE = Unit("change", signed=True)
MONTHS = Unit("months", digits=1)
P_VALUE = Unit("p", digits=3)

_ALL = (
    TEXT, PATH, FLAG, LEVEL, SHARE, POINTS, PERCENT, PERCENT_CHANGE, MONEY, MONEY_CHANGE, COUNT, NUMBER, CHANGE, MONTHS,
    P_VALUE, LOST,
)  # fmt: skip
UNITS = {unit.name: unit for unit in _ALL}


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


# ------------------------------------------------------------------------------------------------------ words and lists


def listed(parts: Iterable[str]) -> str:
    """``a, b and c``.

    >>> listed(["tariff", "access", "finance"]), listed([])
    ('tariff, access and finance', 'nothing')
    """
    names = list(parts)
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}" if names else "nothing"


def few(names: Sequence[str], most: int = 14) -> str:
    """The first names of a list, and how many there are more."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def counted(count: float, noun: str, nouns: str = "") -> str:
    """A number of things: ``1 month``, ``12 months``, ``2 policies``.

    >>> counted(1, "month"), counted(3.8, "point"), counted(1200, "policy", "policies")
    ('1 month', '3.8 points', '1,200 policies')
    """
    return (
        f"{count:,g} {noun if count == 1 else nouns or noun + 's'}"
        if count < 1e6
        else f"{count:,.0f} {nouns or noun + 's'}"
    )


def upper(text: str) -> str:
    """A sentence begins with a capital, unless with a path, which is written as it is."""
    return text if "." in text.split(" ")[0] else text[:1].upper() + text[1:]


def stopped(text: str) -> str:
    """A text that another sentence can follow: with a full stop where nothing else ends it.

    >>> stopped("my guess"), stopped("Whose? Mine."), stopped("")
    ('my guess.', 'Whose? Mine.', '')
    """
    text = text.rstrip()
    return f"{text}." if text and text[-1] not in ".!?…" else text


def lower(text: str) -> str:
    """Words inside a sentence begin small, unless with a path, with capitals, or with somebody's label and a colon.

    >>> lower("Weight of balance"), lower("EXIM letters"), lower("China: unit cost")
    ('weight of balance', 'EXIM letters', 'China: unit cost')
    """
    return text[:1].lower() + text[1:] if text[1:2].islower() and ": " not in text else text


def possessive(name: str) -> str:
    """``China's``, ``United States'``."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def said(value: object, name: str = "") -> str:
    """A setting of any kind in words.

    >>> said({"tender.lots": "split", "tender.months": 18}), said(0.95, "confidence"), said([1, 2.5]), said(None)
    ('tender.lots = split; tender.months = 18', '95 %', '1, 2.5', '–')
    """
    if isinstance(value, Mapping):
        return "; ".join(f"{key} = {said(item)}" for key, item in value.items()) or "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(said(item) for item in value) or "none"
    if isinstance(value, bool):
        return FLAG.cell(value)
    if isinstance(value, float) and name == "confidence" and 0 < value < 1:
        return f"{100 * value:g} %"
    if isinstance(value, (int, float)) and not _is_nan(value) and math.isfinite(value):
        # A seed is a name, not a quantity, and a value of a parameter is shown as it was given.
        return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 and name != "seed" else f"{value:.10g}"
    return MISSING if value is None else level(value) or MISSING


def plain(data: Any) -> Any:
    """Values as JSON has them: what is not finite becomes null."""
    if isinstance(data, Mapping):
        return {str(key): plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [plain(value) for value in data]
    item = getattr(data, "item", None)  # NumPy scalars
    data = item() if callable(item) else data
    if data is None or isinstance(data, (str, bool, int)):
        return data
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    return str(data)
