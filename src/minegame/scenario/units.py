"""In what prices and outputs are counted, and how output becomes what the game counts: price × output is M$ a year.

>>> units = units_of("USD/kg", "t/y")
>>> units.factor, units.said("USD/mtu"), units.in_words("expected a number (million mtu/y)")
(0.001, 'USD/kg', 'expected a number (t/y)')
>>> units_of("USD/t").output, units_of("USD/lb", "kt/y").wrong
('million t/y', '')
>>> print(units_of("USD/bbl", "t/y").wrong)
a price in USD/bbl times t/y is no money: expected an output in bbl/y, 'thousand bbl/y' or 'million bbl/y'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from pydantic_core import PydanticCustomError

#: In which the fields declare prices and outputs, and which hold unless a scenario says otherwise.
PRICE, OUTPUT = "USD/mtu", "million mtu/y"
#: A metric ton unit is a hundredth of a ton; an ounce is a troy ounce.
_KILOGRAMS = {"g": 1e-3, "oz": 0.0311034768, "lb": 0.45359237, "kg": 1.0, "mtu": 10.0, "t": 1e3, "kt": 1e6, "Mt": 1e9}
_COUNTS = {"": 1.0, "thousand": 1e3, "million": 1e6}
_PRICE = re.compile(r"USD/(?P<what>[^\W\d_]\w{0,11})")
_OUTPUT = re.compile(r"((?P<count>thousand|million) )?(?P<what>[^\W\d_]\w{0,11})/y")


@dataclass(frozen=True)
class Units:
    """The units of a scenario's prices and outputs."""

    price: str = PRICE
    output: str = OUTPUT

    def said(self, unit: str) -> str:
        """A unit as this scenario has it."""
        return {PRICE: self.price, OUTPUT: self.output}.get(unit, unit)

    def in_words(self, text: str) -> str:
        """A text that speaks of the usual units, in those of the scenario."""
        return text if self == USUAL else text.replace(OUTPUT, self.output).replace(PRICE, self.price)

    @cached_property
    def factor(self) -> float:
        """How many millions of what prices are for are one unit of output."""
        priced, counted, what = self._parts
        if what == priced:
            return _COUNTS[counted] / 1e6
        return _COUNTS[counted] * _KILOGRAMS[what] / (1e6 * _KILOGRAMS[priced])

    def usual(self, unit: str) -> float:
        """How many of the usual unit one of this scenario's is; 1 where that cannot be said."""
        kilograms = _KILOGRAMS.get(self._parts[0], _KILOGRAMS["mtu"]) / _KILOGRAMS["mtu"]
        return {PRICE: 1 / kilograms, OUTPUT: self.factor * kilograms}.get(unit, 1.0)

    @property
    def wrong(self) -> str:
        """What is wrong with the two together, if their product is no money; nothing if it is."""
        priced, _, what = self._parts
        if what == priced or {what, priced} <= set(_KILOGRAMS):
            return ""
        wanted = f"{priced}/y, 'thousand {priced}/y' or 'million {priced}/y'"
        return f"a price in {self.price} times {self.output} is no money: expected an output in {wanted}"

    @property
    def _parts(self) -> tuple[str, str, str]:
        price, output = _PRICE.fullmatch(self.price), _OUTPUT.fullmatch(self.output)
        assert price is not None
        assert output is not None
        return price["what"], output["count"] or "", output["what"]


#: Those that hold unless a scenario says otherwise.
USUAL = Units()


@lru_cache(maxsize=64)
def units_of(price: str, output: str = "") -> Units:
    """The units of a scenario; without a word about it output is in millions of what prices are for."""
    return Units(price, output or f"million {price.removeprefix('USD/')}/y")


def units_in(content: Mapping[str, Any]) -> Units:
    """The units of what may become a scenario; the usual ones where it says none that can be read."""
    market = content.get("market")
    held = market if isinstance(market, Mapping) else getattr(market, "__dict__", {})
    price, output = held.get("unit", PRICE), held.get("output_unit", "")
    readable = isinstance(price, str) and isinstance(output, str) and _PRICE.fullmatch(price)
    return units_of(price, output) if readable and (not output or _OUTPUT.fullmatch(output)) else USUAL


def unit_of_prices(text: str) -> str:
    """A unit of prices; raises PydanticCustomError for what is none."""
    return _fitting(text, _PRICE, "USD for one of something, such as USD/mtu, USD/kg, USD/lb, USD/oz or USD/t")


def unit_of_outputs(text: str) -> str:
    """A unit of output, or nothing; raises PydanticCustomError for what is none."""
    wanted = "so much a year, such as 't/y', 'kt/y' or 'million mtu/y'"
    return _fitting(text, _OUTPUT, wanted) if text else text


def _fitting(text: str, pattern: re.Pattern[str], wanted: str) -> str:
    if not pattern.fullmatch(text):
        said = {"text": f"{text[:60]!r} is not allowed: expected {wanted}"}
        raise PydanticCustomError("explained", "{text}", said)
    return text
