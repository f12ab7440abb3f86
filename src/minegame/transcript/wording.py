"""Amounts, shares, months and levers as people say them, and what the words of a transcript mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from minegame.game import LEVER_TABLE

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

_MOST_DIGITS = 3  # what differs by less than that differs by rounding


def money(amount: float, sign: bool = False, digits: int = 0) -> str:
    """An amount as people read it: ``86 M$``, ``−1,204 M$``, with ``sign`` also ``+86 M$``.

    >>> money(86.2), money(-0.2), money(1204.0, sign=True)
    ('86 M$', '0 M$', '+1,204 M$')
    """
    return f"{number(amount, sign, digits)} M$"


def number(amount: float, sign: bool = False, digits: int = 0) -> str:
    """An amount without its unit: ``−1,204``, with ``sign`` also ``+86``."""
    rounded = round(float(amount), digits) + 0.0  # turns a negative zero into zero
    return f"{rounded:{'+' if sign and rounded else ''},.{digits}f}".replace("-", "\N{MINUS SIGN}")


def percent(share: float, digits: int = 0) -> str:
    """A share as people read it.

    >>> percent(0.7), percent(0.7214, 1)
    ('70 %', '72.1 %')
    """
    return f"{number(100.0 * share, digits=digits)} %"


def telling(*amounts: float) -> int:
    """The digits after the point that it takes to see which amounts differ: 0 where whole numbers tell.

    >>> telling(397.2, 396.9, 81.0), telling(397.0, 397.0), telling(81.0, 82.0)
    (1, 0, 0)
    """
    different = len({round(float(amount), _MOST_DIGITS) for amount in amounts})
    seen = (len({round(float(amount), digits) for amount in amounts}) for digits in range(_MOST_DIGITS))
    return next((digits for digits, count in enumerate(seen) if count == different), _MOST_DIGITS)


def moneys(*amounts: float) -> list[str]:
    """Amounts that a reader compares: with as many digits as it takes to tell them apart.

    >>> moneys(397.2, 396.9), moneys(397.2, 81.3)
    (['397.2 M$', '396.9 M$'], ['397 M$', '81 M$'])
    """
    return [money(amount, digits=telling(*amounts)) for amount in amounts]


def percents(*shares: float) -> list[str]:
    """Shares that a reader compares: with as many digits as it takes to tell them apart.

    >>> percents(0.451, 0.454), percents(0.6, 0.64)
    (['45.1 %', '45.4 %'], ['60 %', '64 %'])
    """
    digits = telling(*(100.0 * share for share in shares))
    return [percent(share, digits) for share in shares]


def counted(count: float, noun: str) -> str:
    """A number of things: ``1 month``, ``12 months``.

    >>> counted(1, "month"), counted(3.8, "point")
    ('1 month', '3.8 points')
    """
    return f"{count:g} {noun}{'' if count == 1 else 's'}"


def inside(label: str) -> str:
    """A label in the middle of a sentence.

    >>> inside("The host"), inside("Kazakhstan"), inside("Theodora")
    ('the host', 'Kazakhstan', 'Theodora')
    """
    return f"the {label[4:]}" if label.startswith("The ") else label


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


def lever_words(lever: int, intensity: float, whose: str = "its") -> str:
    """A lever in words, with its strength where it is a tariff or not at full strength; ``whose`` lenders it binds."""
    what = LEVER_TABLE[lever]
    words = what.words.replace(" its ", f" {whose} ")
    if what.full < 1.0:
        return f"{words} ({percent(what.full * intensity)})"
    return words if intensity >= 1.0 else f"{words} (at {percent(intensity)})"


# --------------------------------------------------------------------------------------------------- words of their own


#: (word, text that shows that it occurs, meaning)
_MEANINGS = (
    ("Utility", "utility", "what an allocation is worth to the host, M$; the ledger has its terms"),
    ("Aspiration", "aspiration", "the utility that the host holds out for; falls towards the deadline"),
    ("Shelving", "shelving", "keeping the deposits in the ground, to develop them later perhaps"),
    ("Camp", "camp", "a patron with its bidders"),
    ("Concession", "concession", "how much of the most it could pay a bidder offers; rises by the month"),
    ("Letter", "issues a letter", "a lender's interest, not binding: not money yet; a commitment is money"),
    ("Coverage", "coverage", "the share of capital that the host counts on, letters not in full"),
    ("P(completion)", "p(completion)", "the probability that the bidder finishes the mine, as the host sees it"),
    ("Credit", "credit", "goodwill from past cooperation; fades; summits and mines renew it"),
    ("Credibility", "credibility", "the host's belief that a patron carries its tariff threats out"),
    ("Third country", "third country", "somebody else whom a patron threatened; the host watches and learns"),
    ("Political capital", "political capital", "what a patron spends on its levers, month by month, in points"),
    ("Taste", "officials' taste", "officials' liking for a bidder, whatever it offers; stays all the time"),
    ("Balance", "balance", "what it costs the host that camps hold other shares than it would like"),
    ("Payoff", "payoff", "what award and mine are worth to a patron, less what it paid for them"),
)


def words(told: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The words that occur in what is told, with their meanings: (word, meaning)."""
    everything = "\n".join(told).lower()
    for word, sign, meaning in _MEANINGS:
        if sign in everything:
            yield word, meaning
