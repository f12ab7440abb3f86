"""Numbers, shares and months as people write them, where a file wants them otherwise: what may have been meant."""

from __future__ import annotations

import re
import unicodedata

from minegame.scenario.letters import looks_like

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: An amount with what may stand before and behind it: ``$ 1,000``, ``100 M$``, ``10 %``.
_AMOUNT = re.compile(r"(?P<sign>[-+]?)\s*(?P<digits>[\d.,' _]*\d[.,]?)(?P<power>[eE][-+]?\d{1,3})?\s*(?P<unit>\D.*)?")
_MOST_LETTERS = 60  # of a text in which a number is looked for
#: How digits are grouped and where the fraction begins; what stands between thousands, and before the fraction.
_SPELLINGS = (
    (re.compile(r"\d+(\.\d*)?|\.\d+"), "", "."),
    (re.compile(r"\d{1,3}([,' _]\d{3})+(\.\d*)?"), ",' _", "."),
    (re.compile(r"\d{1,3}([.' _]\d{3})+,\d*|\d{1,3}(\.\d{3}){2,}|\d*,\d+"), ".' _", ","),
)


def number_meant(text: str, unit: str = "", of_one: bool = False) -> float | None:
    """The number that a text says in another spelling: with a comma, spaces, its unit or a percent sign.

    ``unit`` is the one that may stand behind it; where the number is a part ``of_one``, so may a percent sign.

    >>> number_meant("100,5"), number_meant("1,000"), number_meant("100 M$", "M$"), number_meant("10%", of_one=True)
    (100.5, 1000.0, 100.0, 0.1)
    >>> number_meant("100 EUR", "M$"), number_meant("10%"), number_meant("many")
    (None, None, None)
    """
    seen = looks_like(unicodedata.normalize("NFKC", text)).replace("\N{MINUS SIGN}", "-") if text else ""
    parts = _AMOUNT.fullmatch(seen) if len(seen) <= _MOST_LETTERS else None
    if parts is None:
        return None
    behind = (parts["unit"] or "").strip().lower()
    if behind not in ("", unit.lower(), *(["%", "percent"] if of_one else [])):
        return None
    digits = _plain_digits(parts["digits"].strip())
    if not digits:
        return None
    number = float(f"{parts['sign']}{digits}{parts['power'] or ''}")
    return number / 100 if behind in ("%", "percent") else number


def _plain_digits(digits: str) -> str:
    """Digits with nothing between thousands, and a point before the fraction; nothing where that is not clear."""
    for spelling, between, point in _SPELLINGS:
        if spelling.fullmatch(digits):
            return re.sub(f"[{between}]", "", digits).replace(point, ".") if between else digits
    return ""


def month_meant(value: object) -> str:
    """``; did you mean 2030-01?`` for a month in another spelling, or for a year alone.

    >>> month_meant("01/2030"), month_meant(2030), month_meant("March 2030"), month_meant("soon")
    ('; did you mean 2030-01?', '; did you mean 2030-01?', '; did you mean 2030-03?', '')
    """
    seen = looks_like(unicodedata.normalize("NFKC", str(value)[:_MOST_LETTERS])).strip().lower()
    found = re.fullmatch(r"(?P<y>\d{4})(?:[-/. ]?(?P<m>\d{1,2})(?:[-/. ]\d{1,2})?)?", seen)
    found = found or re.fullmatch(r"(?P<m>\d{1,2})[-/. ](?P<y>\d{4})", seen)
    found = found or re.fullmatch(r"(?P<m>[a-z]{3})[a-z]*\.?,?[-/ ]*(?P<y>\d{4})", seen)
    if found is None:
        return ""
    named = found["m"] or "1"
    month = int(named) if named.isdigit() else _MONTHS.index(named) + 1 if named in _MONTHS else 0
    return f"; did you mean {found['y']}-{month:02d}?" if 1 <= month <= 12 else ""
