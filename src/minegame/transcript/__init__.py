"""One finished negotiation told to a person: month by month, the host's ledger, the award and what became of it.

What happened is found out first and put into data: :func:`months_table` for spreadsheets and plots,
:class:`Transcript` with its :class:`Event` list for everything else.  Then that data is only laid out, in colour for a
terminal (:func:`show`) or as plain text (:func:`render`).

A room each: ``played`` (which scenario, with which changes), ``story`` (who sits at the table, what chance gave them,
then month by month), ``ledger`` and ``aftermath`` (from the award on) are functions of a ``case``, the negotiation and
what its records say; ``transcript`` puts them together, ``months`` makes them flat, ``cast`` names who is in them,
``layout`` prints.  ``wording`` says numbers and levers as people do, and explains the words that occur.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minegame.late import names_of

if TYPE_CHECKING:
    from minegame.transcript.aftermath import Terms
    from minegame.transcript.case import Event
    from minegame.transcript.cast import Cast
    from minegame.transcript.layout import WIDTH, render, show
    from minegame.transcript.ledger import SHELVING, TERM_WORDS, Ledger
    from minegame.transcript.months import months_table
    from minegame.transcript.transcript import Transcript
    from minegame.transcript.wording import calendar_month, money, percent

_HOMES = {
    "aftermath": ("Terms",),
    "case": ("Event",),
    "cast": ("Cast",),
    "layout": ("WIDTH", "render", "show",),
    "ledger": ("SHELVING", "TERM_WORDS", "Ledger",),
    "months": ("months_table",),
    "transcript": ("Transcript",),
    "wording": ("calendar_month", "money", "percent",),
}  # fmt: skip
__getattr__, __dir__ = names_of(__name__, _HOMES)

__all__ = [
    "SHELVING",
    "TERM_WORDS",
    "WIDTH",
    "Cast",
    "Event",
    "Ledger",
    "Terms",
    "Transcript",
    "calendar_month",
    "money",
    "months_table",
    "percent",
    "render",
    "show",
]
