"""The transcript laid out for people: in colour for a terminal, or as plain text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING

from minegame.cells import cell_len, padded, wrapped
from minegame.text import visible
from minegame.transcript.ledger import TERM_WORDS, Ledger
from minegame.transcript.played import heading
from minegame.transcript.transcript import Transcript
from minegame.transcript.wording import counted, money, number, percent, telling

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

WIDTH = 100


def render(transcript: Transcript, width: int = WIDTH) -> str:
    """The transcript as plain text, ``width`` columns wide; the same text for the same negotiation."""
    from rich.console import Console

    sheet = io.StringIO()
    # An empty environment: neither COLUMNS nor FORCE_COLOR may change the text.
    show(transcript, Console(file=sheet, width=width, color_system=None, force_terminal=False, _environ={}))
    return "\n".join(line.rstrip() for line in sheet.getvalue().splitlines()) + "\n"


def show(transcript: Transcript, console: Console) -> None:
    """Print the transcript on a Rich console, in colour where the console has any."""
    for part in _parts(transcript, console.width):
        console.print(part, markup=False, highlight=False, emoji=False)


def _parts(transcript: Transcript, width: int) -> Iterator[RenderableType]:
    yield _line(transcript.title, "bold", width)
    yield _line(_played(transcript), "dim", width)
    if transcript.changes:
        yield _line(f"changed: {'; '.join(transcript.changes)}", "", width)
    yield _line("")
    yield _line(transcript.summary, "", width)
    yield from _section("At the table", _pairs(transcript.table, width))
    yield from _section("What chance gave them", _pairs(transcript.luck, width))
    yield from _section("Words", _pairs(transcript.words, width))
    yield from _section("Month by month")
    for month in range(transcript.award_month + 1):
        yield from _month_parts(transcript, month, width)
    yield from _section(f"The host's ledger, {transcript.month_label(transcript.ledger.month)} (M$, rounded)")
    yield _ledger_table(transcript.ledger)
    for note in transcript.ledger.notes:
        yield _line(note, "", width)
    yield from _section("The award", _award_part(transcript, width))
    aftermath = [(event.who, event.text) for event in transcript.aftermath]
    yield from _section("What became of it", _pairs(aftermath, width))


def _played(transcript: Transcript) -> str:
    first, last = transcript.month_label(0), transcript.month_label(transcript.months - 1)
    time = f"{counted(transcript.months, 'month')}, {first}{f' to {last}' if last != first else ''}"
    luck = f"seed {transcript.seed} · replication {transcript.replication}"
    return f"scenario {heading(transcript.scenario, transcript.fingerprint)} · {luck} · {time}"


def _section(title: str, *parts: RenderableType) -> Iterator[RenderableType]:
    yield _line("")
    yield _line(title.upper(), "bold cyan")
    yield from parts


def _line(text: str, style: str = "", width: int = 0) -> RenderableType:
    from rich.text import Text

    return Text("\n".join(_wrapped(text, width)) if width else text, style=style)


def _wrapped(text: str, width: int, least: int = 20) -> list[str]:
    """Lines of at most ``width`` cells, or ``least``, that keep a number and its unit together."""
    glued = visible(text).replace(" M$", "\xa0M$").replace(" %", "\xa0%")
    return [line.replace("\xa0", " ") for line in wrapped(glued, max(least, width))]


def _pairs(pairs: Iterable[tuple[str, str]], width: int) -> RenderableType:
    """Lines of (who, what); a name is said once for the lines that follow each other."""
    from rich.text import Text

    margin = max(12, min(28, width // 3))
    sheet, previous = Text(), None
    for who, what in pairs:
        heads = _wrapped(who, margin - 4, 8) if who != previous else []
        bodies = _wrapped(what, width - margin)
        for head, body in zip_longest(heads, bodies, fillvalue=""):
            sheet.append("\n" if sheet else "")
            sheet.append(padded(f"  {head}", margin), style="cyan").append(body)
        previous = who
    return sheet


def _month_parts(transcript: Transcript, month: int, width: int) -> Iterator[RenderableType]:
    from rich.text import Text

    events = [event for event in transcript.events if event.month == month]
    market = "".join(event.text for event in events if event.kind == "market")
    heading = Text(f"\n{transcript.month_label(month)}", style="bold")
    heading.append(f" · {market}", style="not bold dim")
    yield heading
    yield _pairs([(event.who, event.text) for event in events if event.kind != "market"], width)


def _ledger_table(ledger: Ledger) -> RenderableType:
    columns = ledger.columns.values()
    heads = [(ledger.labels[name], name == ledger.award) for name in ledger.columns]
    rows = {
        TERM_WORDS[term]: [number(column[term]) if term in column else "–" for column in columns]
        for term in ledger.shown
    }
    totals = [column["total"] for column in columns]
    rows[TERM_WORDS["total"]] = [number(total, digits=telling(*totals)) for total in totals]
    return _table("Term", heads, rows, 14, TERM_WORDS["total"])


def _award_part(transcript: Transcript, width: int) -> RenderableType:
    if all(terms.winner is None for terms in transcript.terms):
        return _line(transcript.summary, "", width)
    rows = {
        "Winner": [t.winner_label or "kept" for t in transcript.terms],
        "State equity": [percent(t.equity) if t.winner else "–" for t in transcript.terms],
        "Bonus": [money(t.bonus) if t.winner else "–" for t in transcript.terms],
        "Local processing": [percent(t.processing) if t.winner else "–" for t in transcript.terms],
        "Offtake by the winner": [percent(t.offtake) if t.winner else "–" for t in transcript.terms],
        "Concession": [percent(t.concession) if t.winner else "–" for t in transcript.terms],
        "Coverage, as the host counted it": [percent(t.coverage) if t.winner else "–" for t in transcript.terms],
        "Probability of completion": [percent(t.completion) if t.winner else "–" for t in transcript.terms],
    }
    return _table("Deposit", [(t.label, False) for t in transcript.terms], rows, 26)


def _table(
    corner: str, heads: list[tuple[str, bool]], rows: Mapping[str, list[str]], widest: int, total: str = ""
) -> RenderableType:
    """A table with words on the left and numbers on the right; a marked column and the total are bold."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(corner, overflow="fold")
    for n, (head, marked) in enumerate(heads):
        numbers = [word for cells in rows.values() for word in cells[n].split(" ") if re.search(r"\d", word)]
        table.add_column(
            Text(visible(head)), justify="right", style="bold" if marked else "", overflow="fold",
            min_width=min(max(map(cell_len, numbers), default=1), widest), max_width=widest,
        )  # fmt: skip
    for words, cells in rows.items():
        if words == total:
            table.add_section()
        table.add_row(Text(words), *(Text(visible(cell)) for cell in cells), style="bold" if words == total else "")
    return table
