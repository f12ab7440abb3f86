"""The top of the page: which scenario, its files, the seed, the command line, what can be downloaded."""

from __future__ import annotations

import asyncio
import re
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nicegui import ui

from minegame.options import MAX_SEED, Whole
from minegame.page import sight
from minegame.page.draft import Draft
from minegame.page.elements import File, Text
from minegame.scenario import Scenario, ScenarioError, shipped_scenarios

if TYPE_CHECKING:
    from minegame.page.tab import Tab

_MOST_PLAYED = 200_000  # negotiations of a policy: more takes longer than anybody moves a slider


class Tools:
    """What is done with the whole draft."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        with ui.element("header").classes("top"):
            Text("h1", tab.draft.written.title)
            with ui.element("details").classes("small"):
                Text("summary", "What this scenario is, and is not")
                Text("p", tab.draft.written.description)
            with ui.element("div").classes("row"):
                self._scenario()
                File("or a file", self._uploaded)
                self._number("Seed", "seed", 0, MAX_SEED)
                self._number("Negotiations", "replications", 100, _MOST_PLAYED)
                self._buttons()
            self._problem = ui.label("").classes("warning small").props("role=alert")
            with ui.element("details").classes("small"):
                Text("summary", "The same numbers on the command line")
                self._command = Text("code").classes("command")

    def refresh(self) -> None:
        """Show the command line of the values of the moment."""
        self._command.set_text(self._tab.draft.command())
        self._problem.set_text("")

    # ------------------------------------------------------------------------------------------------------- scenarios

    def _scenario(self) -> None:
        names = list(shipped_scenarios())
        own = self._tab.draft.file
        listed = names if own in names else [own, *names]
        with ui.element("label").classes("field"):
            ui.label("Scenario")
            box = ui.select(listed, value=own).props('dense outlined options-dense aria-label="Scenario"')
        box.on_value_change(lambda event: self._open(str(event.value)))

    def _open(self, name: str) -> None:
        self._replace(partial(Draft.load, name))

    def _uploaded(self, name: str, text: str | None) -> None:
        if text is None:
            self._problem.set_text(f"{name}: is too large: expected at most 1,000,000 bytes")
            return
        self._replace(partial(received, name, text))

    def _replace(self, load: Any) -> None:
        draft = self._tab.draft
        try:
            other = load(replications=draft.replications, seed=draft.seed)
        except (ScenarioError, OSError) as error:
            self._problem.set_text(str(error))
            return
        self._tab.open(other)

    # --------------------------------------------------------------------------------------------------------- numbers

    def _number(self, label: str, name: str, least: int, most: int) -> None:
        with ui.element("label").classes("field"):
            ui.label(label)
            box = ui.element("input").props(
                f"type=number min={least} max={most} ^value={getattr(self._tab.draft, name)}"
            )
        box.on("change", lambda event: self._chosen(name, event.args, Whole(least, most)),
               js_handler="(e) => emit(e.target.value)")  # fmt: skip

    def _chosen(self, name: str, typed: Any, reader: Whole) -> None:
        try:
            setattr(self._tab.draft, name, reader.read(str(typed), name))
        except ScenarioError as error:
            self._problem.set_text(str(error))
            return
        self._tab.touch()

    # --------------------------------------------------------------------------------------------------------- buttons

    def _buttons(self) -> None:
        for words, act in (
            ("Save as scenario", self._save), ("Copy the command", self._copy), ("Table (CSV)", self._table),
            ("Picture (PNG)", self._picture), ("All as written", self._back),
        ):  # fmt: skip
            ui.button(words, on_click=act).props("outline dense no-caps")

    def _save(self) -> None:
        stem = Path(self._tab.draft.file).stem
        ui.download.content(self._tab.draft.yaml(), f"{stem}_changed.yaml", "application/yaml")

    def _copy(self) -> None:
        ui.clipboard.write(self._tab.draft.command())
        ui.notify("Copied.")

    def _table(self) -> None:
        if self._tab.seen is not None:
            ui.download.content(sight.csv(self._tab.seen), "who_wins.csv", "text/csv")

    async def _picture(self) -> None:
        if self._tab.seen is not None:
            png = await asyncio.to_thread(sight.png, self._tab.seen)
            ui.download.content(png, "who_wins.png", "image/png")

    def _back(self) -> None:
        self._tab.draft.clear()
        self._tab.open(self._tab.draft)


def received(name: str, text: str, **how: Any) -> Draft:
    """A draft of a file that came through the browser; raises ScenarioError as any file does."""
    known = re.sub(r"[^\w.-]", "_", Path(name).name) or "scenario.yaml"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / known
        file.write_text(text, encoding="utf-8")
        try:
            return Draft(Scenario.load(file), known, is_here=False, **how)
        except ScenarioError as error:
            problems = (replace(one, file=one.file.replace(f"{folder}/", "")) for one in error.problems)
            raise ScenarioError(*problems, more=error.more) from None
