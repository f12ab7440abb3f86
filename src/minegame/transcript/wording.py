"""Amounts, shares, months of the calendar and levers as people say them."""

from __future__ import annotations

from minegame.game import ACCESS, DENIAL, ENGAGEMENT, FINANCE, TARIFF

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

_LEVER_WORDS = {
    TARIFF: "a tariff threat",
    ACCESS: "market access and technology",
    ENGAGEMENT: "head-of-state engagement",
    FINANCE: "a mandate to its state lenders",
    DENIAL: "technology denial",
}


def money(amount: float, sign: bool = False) -> str:
    """An amount as people read it: ``86 M$``, ``−1,204 M$``, with ``sign`` also ``+86 M$``.

    >>> money(86.2), money(-0.2), money(1204.0, sign=True)
    ('86 M$', '0 M$', '+1,204 M$')
    """
    return f"{whole(amount, sign)} M$"


def whole(amount: float, sign: bool = False) -> str:
    """An amount without its unit: ``−1,204``, with ``sign`` also ``+86``."""
    rounded = round(amount) + 0  # turns a negative zero into zero
    return f"{rounded:{'+' if sign and rounded else ''},d}".replace("-", "\N{MINUS SIGN}")


def percent(share: float) -> str:
    """A share as people read it.

    >>> percent(0.7)
    '70 %'
    """
    return f"{round(100.0 * share) + 0:d} %".replace("-", "\N{MINUS SIGN}")


def calendar_month(start: str, month: int) -> str:
    """The calendar month of month ``month`` of a tender that starts in ``start`` (YYYY-MM).

    >>> calendar_month("2025-04", 3), calendar_month("2025-04", 9)
    ('July 2025', 'January 2026')
    """
    year, number = year_month(start, month)
    return f"{_MONTHS[number]} {year}"


def year_month(start: str, month: int) -> tuple[int, int]:
    """The calendar year of month ``month`` of a tender, and its place in that year, 0 … 11."""
    year, first = (int(part) for part in start.split("-")[:2])
    return year + (first - 1 + month) // 12, (first - 1 + month) % 12


def listed(parts: list[str]) -> str:
    """A list in words: a, b and c."""
    return parts[0] if len(parts) < 2 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def lever_words(lever: int, intensity: float) -> str:
    """A lever in words, with its strength where it is a tariff or not at full strength."""
    if lever == TARIFF:
        return f"{_LEVER_WORDS[lever]} ({percent(0.25 * intensity)})"
    return _LEVER_WORDS[lever] if intensity >= 1.0 else f"{_LEVER_WORDS[lever]} (at {percent(intensity)})"
