"""One self-contained page for whoever must decide: question, answer, tables, pictures, assumptions and limits.

The page asks nothing of the network and runs no script.  Every text that comes from a scenario or an experiment is
escaped, so that a label such as ``<b>`` is read as these three characters.

>>> import minegame.report
>>> chapters = minegame.report.read(["results/attribution", "results/who_wins"])      # doctest: +SKIP
>>> minegame.report.write("page.html", chapters)                                      # doctest: +SKIP
"""

from __future__ import annotations

from minegame.report.chapter import Chapter, read
from minegame.report.html import page, write

__all__ = ["Chapter", "page", "read", "write"]
