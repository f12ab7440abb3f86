"""An answer, or a run, as a workbook: what was asked and found, and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from minegame.analysis.winning import TERMS as TERM_MEASURES
from minegame.result_tables import CONTRASTS, TERMS, WINNING, result_tables
from minegame.tables import Column, Table
from minegame.text import COUNT, FLAG, LEVEL, MONEY, MONTHS, NUMBER, POINTS, SHARE, TEXT, Unit, said
from minegame.workbook import tables_workbook

if TYPE_CHECKING:
    import pandas as pd

    from minegame.answers.answer import Answer
    from minegame.results import Results

_TITLES = {
    WINNING: "How often each bidder wins, a row a point and outcome",
    CONTRASTS: "Differences from the reference, on the same luck",
    TERMS: "Mean terms of what each bidder won",
}
_ESTIMATES = {WINNING: SHARE, CONTRASTS: POINTS}
#: What columns hold that have one name in every run; other numbers are values of a parameter.
_UNITS = {
    **dict.fromkeys(("group", "point", "negotiations", "count", "replications"), COUNT),
    **dict.fromkeys(("policy", "outcome", "bidder", "measure", "subject"), TEXT),
    **dict.fromkeys(("sum", "squares"), NUMBER), **dict.fromkeys(TERM_MEASURES, SHARE),
    "built": SHARE, "sure": FLAG, "bonus": MONEY, "month": MONTHS,
}  # fmt: skip
#: Tables of the answer that those tell, for a page.
_TOLD = ("winners", "contrasts", "terms")


def workbook_of(answer: Answer, results: Results | None = None) -> bytes:
    """The workbook of an answer; ``results`` are those of the run that it tells, if it tells one."""
    tables: Mapping[str, Table] = answer.tables
    if results is not None:
        others = {key: table for key, table in answer.tables.items() if not table.raw and key not in _TOLD}
        tables = {**_of_run(results), **others}
    told = [
        ("question", answer.question), *(("", sentence) for sentence in answer.sentences),
        *((name, said(value, name)) for name, value in answer.settings.items()),
        *(("limit", limit) for limit in answer.limits), ("again", answer.command),
    ]  # fmt: skip
    return tables_workbook(told, tables)


def _of_run(results: Results) -> dict[str, Table]:
    """The tables of a run that hold every point."""
    frames = result_tables(results, results.win_shares()[0].shape[-1])
    tables = {name: _table(_TITLES[name], frame, _ESTIMATES.get(name)) for name, frame in frames.items()}
    tables["summary"] = _table("Count, sum and sum of squares of every measure", results.summary)
    tables["design"] = _table("The points", results.design)
    return tables


def _table(title: str, frame: pd.DataFrame, unit: Unit | None = None) -> Table:
    """A table of a frame in which ``low`` and ``high``, or ``x_low`` and ``x_high``, are the ends of intervals."""
    frame = frame.rename(columns={"low": "estimate_low", "high": "estimate_high"})
    named = {str(name): frame[name] for name in frame}
    ends = {name for name in named if name.endswith(("_low", "_high")) and name.rpartition("_")[0] in named}
    columns = [
        Column(name, name, unit if unit and name == "estimate" else _UNITS.get(name, LEVEL), f"{name}_low" in ends)
        for name in named
        if name not in ends
    ]  # fmt: skip
    rows = {name: of.astype(object) if of.dtype.name == "category" else of for name, of in named.items()}
    return Table(title, columns, rows)
