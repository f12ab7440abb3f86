"""The right of the page: who wins, built against won, the host, public money, and one negotiation month by month."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nicegui import ui

from minegame.page import one, sight
from minegame.page.elements import Bars, Image, Sheet, Text
from minegame.page.playing import Seen
from minegame.text import counted, said

if TYPE_CHECKING:
    from minegame.page.tab import Tab

_TABLES = ("contrasts", "host", "money")


class Right:
    """What the values of the moment come to."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        with ui.element("section").classes("card").props('aria-label="Who wins"'):
            Text("h2", "Who wins, and who builds")
            self._status = ui.label("Playing …").classes("small status").props("role=status")
            self._warnings = ui.element("div").classes("warning small")
            self._bars = Bars()
            self._sheets = {name: Sheet() for name in _TABLES}
        self._one_negotiation()
        self._asked: object = None

    def _one_negotiation(self) -> None:
        with ui.element("section").classes("card").props('aria-label="One negotiation"'):
            Text("h2", "One negotiation, month by month")
            with ui.element("div").classes("row"):
                ui.button("Another draw of luck", on_click=self._another).props("outline dense no-caps")
                self._luck = ui.label("").classes("small")
            self._summary = ui.label("").classes("summary").props("aria-live=polite")
            with ui.element("div").classes("picture"):
                self._picture = Image("The negotiation month by month")
            self._ledger = Sheet()
            with ui.element("details"):
                Text("summary", "The whole story")
                self._story = Sheet()
        self._replication = 0

    # ------------------------------------------------------------------------------------------------------ everything

    def warn(self, warnings: Sequence[str]) -> None:
        """Say what can be played and may not be meant."""
        _list(self._warnings, "p", warnings)

    def show(self, seen: Seen, seconds: float) -> None:
        """Show what was found, and how long it took from the change of a value."""
        draft, count = self._tab.draft, seen.tallies.replications
        luck = f"{counted(count, 'negotiation')} of each policy, on the same luck (seed {draft.seed})"
        whole = count >= draft.replications
        rest = f", drawn in {1000 * seconds:.0f} ms" if whole else " for a start …"
        self._status.set_text(f"{luck}, {said(seen.confidence, 'confidence')} intervals in brackets{rest}")
        self._status.props(f"data-count={count} data-of={draft.replications}")
        self._bars.show({"groups": sight.bars(seen)})
        self._tab.brief.set_text(sight.brief(seen))

    def tables(self, seen: Seen) -> None:
        """Show the numbers of the whole picture as tables too."""
        tables = sight.tables(seen)
        for name, place in self._sheets.items():
            if name in tables:
                place.show(sight.sheet(tables[name]))
            else:
                place.show({"rows": []})

    def fail(self, text: str) -> None:
        """Say why nothing can be shown."""
        self._status.set_text(text)

    # -------------------------------------------------------------------------------------------------- one negotiation

    async def _another(self) -> None:
        self._replication += 1
        await self.negotiate()

    async def negotiate(self) -> None:
        """Play one negotiation with the values of the moment and tell it."""
        draft, replication = self._tab.draft, self._replication
        wanted = self._asked = object()
        told = await asyncio.to_thread(one.told, draft.now, draft.seed, replication)
        if wanted is not self._asked:
            return
        self._luck.set_text(f"seed {draft.seed}, replication {replication}")
        self._summary.set_text(told.summary)
        self._picture.show(f"Month by month: {told.summary}", told.picture)
        self._ledger.show(told.ledger)
        self._story.show(
            {"title": "What happened", "head": ["month", "who", "what"], "rows": told.story, "numeric": [False] * 3}
        )


class Limits:
    """What the numbers of the page cannot say: what was calibrated, what is to be swept, what is assumed."""

    def __init__(self) -> None:
        with ui.element("section").classes("card limits"):
            Text("h2", "What this cannot say")
            self._place = ui.element("ul").classes("small")

    def show(self, limits: Sequence[str]) -> None:
        """Show the limits of a scenario."""
        _list(self._place, "li", limits)


def _list(place: ui.element, tag: str, texts: Sequence[str]) -> None:
    place.clear()
    with place:
        for text in texts:
            Text(tag, text)
