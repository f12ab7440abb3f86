"""What is asked on a button: a tab a question, with progress, a way to cancel, and the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from nicegui import ui

from minegame.page.analyses import KINDS, Asking, Axis, CancelledError, Reply, headline_axes
from minegame.page.elements import Image, Sheet, Text
from minegame.scenario import ScenarioError, in_words

if TYPE_CHECKING:
    from minegame.page.tab import Tab

_TICK = 0.1  # seconds between two looks at how far an answer is
_MAP_REPLICATIONS = 4_000


class Panels:
    """Attribution, tipping points and the map."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        with ui.element("section").classes("card").props('aria-label="Questions"'):
            Text("h2", "Ask about the values of now")
            with ui.tabs().props("no-caps dense align=left inline-label") as tabs:
                names = {kind: ui.tab(kind, label=KINDS[kind][0]) for kind in KINDS}
                names["map"] = ui.tab("map", label="Map")
            with ui.tab_panels(tabs, value=names["attribution"], animated=False).classes("panels").props("keep-alive"):
                self._panels = [self._kind(kind, names[kind]) for kind in KINDS]
                with ui.tab_panel(names["map"]):
                    self._panels.append(self._map())

    def cancel(self) -> None:
        """Stop whatever is being answered."""
        for panel in self._panels:
            panel.cancel()

    def _kind(self, kind: str, tab: ui.tab) -> Panel:
        words, count = KINDS[kind][1:]
        with ui.tab_panel(tab):
            return Panel(kind, words, lambda: self._question(kind, count))

    def _question(self, kind: str, count: int) -> Callable[[Asking], Reply]:
        draft = self._tab.draft
        return partial(
            Asking.question, kind=kind, scenario=draft.now, called=draft.file, replications=count, seed=draft.seed
        )

    def _map(self) -> Panel:
        entries, axes = self._tab.entries, headline_axes(self._tab.draft.written)
        numbers = [*(axis.path for axis in axes or ()), *entries.numbers()]
        named = {path: f"{in_words(entries.written, path)} ({path})" for path in numbers}
        chosen = numbers[:2]
        with ui.element("div").classes("row"):
            self._axes = [
                ui.select(named, value=path, label=way).props("dense outlined options-dense").classes("axis")
                for way, path in zip(("Across", "Up"), chosen, strict=True)
            ]
        return Panel(
            "map", "How often the first bidder wins as these two vary and all else is as now.", self._map_asked
        )

    def _map_asked(self) -> Callable[[Asking], Reply]:
        draft = self._tab.draft
        x, y = (self._axis(str(box.value)) for box in self._axes)
        return partial(
            Asking.map, scenario=draft.now, called=draft.file, x=x, y=y, seed=draft.seed,
            replications=_MAP_REPLICATIONS,
        )  # fmt: skip

    def _axis(self, path: str) -> Axis:
        """The levels of the headline's map, else those between the ends of the slider."""
        headline = {axis.path: axis for axis in headline_axes(self._tab.draft.written) or ()}
        ends = self._tab.entries.range_of(path)
        return headline[path] if path in headline else Axis.between(self._tab.draft.now, path, *ends)


class Panel:
    """A question: its button, how far its answer is, and the answer."""

    def __init__(self, kind: str, words: str, asked: Callable[[], Callable[[Asking], Reply]]) -> None:
        self._asked = asked
        self._asking: Asking | None = None
        ui.label(words).classes("small")
        with ui.element("div").classes("row"):
            self._ask = ui.button(f"Ask for the {kind}", on_click=self.ask).props("dense no-caps")
            self._stop = ui.button(f"Cancel the {kind}", on_click=self.cancel).props("outline dense no-caps")
            self._stop.disable()
            self._far = ui.label("").classes("small far").props(f"role=status data-question={kind}")
        self._bar = ui.linear_progress(0, show_value=False).props('instant-feedback aria-label="How far the answer is"')
        self._reply = ui.element("div")

    def cancel(self) -> None:
        """Stop the answer, if one is being worked on."""
        if self._asking is not None:
            self._asking.cancel()

    async def ask(self) -> None:
        """Have the question answered on another thread, and say how far it is."""
        if self._asking is not None:
            return
        asking = self._asking = Asking()
        self._working(True)
        try:
            work = asyncio.create_task(asyncio.to_thread(self._asked(), asking))  # the values of now, whatever comes
            while not work.done():
                self._bar.set_value(asking.share)
                self._far.set_text(f"{100 * asking.share:.0f} %")
                await asyncio.wait([work], timeout=_TICK)
            self._show(await work)
            self._far.set_text("Answered.")
        except CancelledError:
            self._far.set_text("Cancelled.")
        except (ScenarioError, ModuleNotFoundError) as error:
            self._far.set_text(str(error))
        finally:
            self._asking = None
            self._working(False)

    def _working(self, at_work: bool) -> None:
        self._ask.set_enabled(not at_work)
        self._stop.set_enabled(at_work)
        self._bar.set_value(0)

    def _show(self, reply: Reply) -> None:
        self._reply.clear()
        with self._reply:
            for sentence in reply.sentences:
                Text("p", sentence)
            for title, address in reply.pictures:
                with ui.element("div").classes("picture"):
                    Image(title, address)
            for values in reply.sheets:
                Sheet(values)
            if reply.command:
                Text("code", reply.command)
