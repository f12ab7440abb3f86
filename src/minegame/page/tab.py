"""One tab of a browser: what it works on, and how what is seen follows what is moved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nicegui import background_tasks, context, ui

from minegame.answers.compared import Compared
from minegame.answers.inputs import limits_of
from minegame.answers.winning import Winning
from minegame.page.draft import Draft
from minegame.page.elements import Text
from minegame.page.entries import Entries
from minegame.page.left import Left
from minegame.page.panels import Panels
from minegame.page.playing import COARSE, Player, Seen, SupersededError
from minegame.page.right import Limits, Right
from minegame.page.tools import Tools
from minegame.scenario import Scenario, ScenarioError

_STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
_INK = "#00588a"  # of buttons: seven to one on white
_SENT = 0.005  # seconds in which bars are on their way to the browser before more is worked out
_REST = 0.3  # seconds without a change, after which a negotiation is told


class Tab:
    """A draft, the parts that show it, and the redrawing of them; a browser's tab has one of its own."""

    def __init__(self, draft: Draft, player: Player) -> None:
        self.draft, self.player = draft, player
        self.seen: Seen | None = None
        self._wanted = self._drawn = 0
        self._is_drawing = False
        ui.add_css(_STYLE)
        ui.colors(primary=_INK)
        self._room = ui.element("div")
        self.client = context.client
        self.open(draft)
        self.client.on_delete(self.closed)

    def open(self, draft: Draft) -> None:
        """Work on another draft: everything is laid out anew."""
        self.draft, self.entries = draft, Entries(draft.written)
        self._room.clear()
        with self._room:
            self.tools = Tools(self)
            self.brief = Text("a").classes("brief").props("href=#results")
            with ui.element("div").classes("halves"):
                self.left = Left(self)
                with ui.element("div").classes("right").props("id=results"):
                    self.right = Right(self)
                    self.panels = Panels(self)
                    self.limits = Limits()
        self.touch()

    def closed(self) -> None:
        """Nobody looks any more: nothing more is played for this tab."""
        self._wanted += 1
        self._is_drawing = True
        self.panels.cancel()

    # ---------------------------------------------------------------------------------------------------------- values

    def moved(self, path: str, value: Any) -> None:
        """Somebody moved a value: it is taken over, or it is said why not."""
        try:
            self.draft.set(path, value)
        except ScenarioError as error:
            self.left.say(path, str(error))
            return
        self.left.said(path)
        self.touch()

    def touch(self) -> None:
        """Have everything drawn anew; what is being played of older values is given up."""
        self._wanted += 1
        if not self._is_drawing:
            background_tasks.create(self._redraw(), name="redraw")

    # --------------------------------------------------------------------------------------------------------- drawing

    async def _redraw(self) -> None:
        """Draw a coarse picture, then the whole one, until nothing is newer than what is drawn."""
        self._is_drawing = True
        try:
            while self._drawn != self._wanted:
                wanted = self._wanted
                if await self._draw(wanted):
                    self._drawn = wanted
                    background_tasks.create(self._follow(wanted), name="what follows")
        finally:
            self._is_drawing = False

    async def _draw(self, wanted: int) -> bool:
        """Draw the values of the moment; whether they still are those of the moment at the end."""
        draft, begun = self.draft, time.perf_counter()
        question = draft.question()
        for count in sorted({min(COARSE, draft.replications), draft.replications}):
            try:
                seen = await asyncio.to_thread(self._seen, draft, question, count, wanted)
            except SupersededError:
                return False
            except ScenarioError as error:
                self.right.fail(str(error))
                return True
            self.seen = seen
            self.right.show(seen, time.perf_counter() - begun)
            await asyncio.sleep(_SENT)
        if wanted == self._wanted:
            self.right.tables(seen)
        return wanted == self._wanted

    async def _follow(self, wanted: int) -> None:
        """Once nothing has moved for a moment: what takes longer, and is not looked at while something moves."""
        await asyncio.sleep(_REST)
        if wanted != self._wanted:
            return
        self.tools.refresh()
        warnings, limits = await asyncio.to_thread(_misgivings, self.draft.now)
        if wanted == self._wanted:
            self.right.warn(warnings)
            self.limits.show(limits)
            await self.right.negotiate()

    def _seen(self, draft: Draft, question: Winning, count: int, wanted: int) -> Seen:
        compared = Compared.of_policies(draft.written, question.policy, question.reference)
        return self.player.seen(
            compared, question.seed, count, question.confidence, stale=lambda: self._wanted != wanted
        )


def _misgivings(scenario: Scenario) -> tuple[Sequence[str], Sequence[str]]:
    """What may not be meant in a scenario, and what its numbers cannot say."""
    return scenario.warnings, limits_of(scenario)
