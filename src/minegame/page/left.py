"""The left of the page: levers of every patron, the numbers that matter most, all others by search, policies."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from nicegui import ui

from minegame.game import LEVER_TABLE
from minegame.page.elements import Entry, Text
from minegame.page.entries import MOST_FOUND, note, plain
from minegame.scenario import ScenarioError
from minegame.text import counted

if TYPE_CHECKING:
    from minegame.page.tab import Tab


class Left:
    """Everything that can be moved."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        self._entries: dict[str, list[Entry]] = {}
        self._moved: Entry | None = None
        with ui.element("div").classes("left").props('role=region aria-label="What can be moved"'):
            with _card("Levers of the patrons"):
                self._levers()
            with _card("The numbers that matter most"):
                _small("Calibrated so that the scenario shows what was observed, or swept because one case cannot "
                       "teach them.")  # fmt: skip
                self._list(tab.entries.decisive())
            with _card("Every other number"):
                self._search()
            with _card("Policies to compare"):
                self._policies()

    # ---------------------------------------------------------------------------------------------------------- values

    def _levers(self) -> None:
        draft = self._tab.draft
        for n, (name, patron) in enumerate(draft.written.patrons.items()):
            with ui.element("details").props("open" if n == 0 else ""):
                Text("summary", patron.label).classes("patron")
                for lever in LEVER_TABLE:
                    with ui.element("fieldset").classes("lever"):
                        Text("legend", lever.name)
                        self._list(self._tab.entries.levers(name, lever.name), among_levers=True)

    def _list(self, paths: Iterable[str], among_levers: bool = False) -> None:
        for path in paths:
            values = self._tab.entries.entry(self._tab.draft, path, among_levers=among_levers)
            self._entries.setdefault(path, []).append(Entry(values, partial(self._move, path)))

    def _move(self, path: str, entry: Entry, value: Any) -> None:
        self._moved = entry
        self._tab.moved(path, value)

    def _search(self) -> None:
        parameters = len(self._tab.entries.parameters)
        box = ui.element("input").props(f'type=search placeholder="Search {parameters} numbers" aria-label=Search')
        box.classes("search")
        self._number_found = _small("")
        self._found = ui.element("div")
        box.on("input", lambda event: self._look_for(str(event.args)), js_handler="(e) => emit(e.target.value)",
               throttle=0.2, leading_events=False)  # fmt: skip

    def _look_for(self, text: str) -> None:
        found = self._tab.entries.search(text)
        more = f", the first {MOST_FOUND} of them" if len(found) > MOST_FOUND else ""
        self._number_found.set_text(f"{counted(len(found), 'number')}{more}" if text.strip() else "")
        gone = {id(entry) for entry in self._found}
        for path, entries in self._entries.items():
            self._entries[path] = [entry for entry in entries if id(entry) not in gone]
        self._found.clear()
        with self._found:
            self._list(found[:MOST_FOUND])

    def said(self, path: str) -> None:
        """Say what there is to say of the value of a path, wherever it stands."""
        self.say(path, note(self._tab.draft, path), is_taken=True)

    def say(self, path: str, text: str, is_taken: bool = False) -> None:
        """Say something of the value of a path; one that is taken over is shown wherever else it stands."""
        value = plain(self._tab.draft.now.value(path))
        for entry in self._entries.get(path, []):
            if is_taken and entry is not self._moved:
                entry.reset({"value": value, "note": text})
            else:
                entry.show({"note": text})

    # -------------------------------------------------------------------------------------------------------- policies

    def _policies(self) -> None:
        draft = self._tab.draft
        _small("The scenario as it is and the values of now are always compared, on the same luck.")
        for name, patron in draft.written.patrons.items():
            box = ui.checkbox(f"Now, without the levers of {patron.label}", value=name in draft.without)
            box.on_value_change(partial(self._leave_out, name))
        with ui.element("div").classes("row"):
            self._name = ui.input("Name of a policy").props("dense")
            ui.button("Keep the values of now", on_click=self._keep).props("flat dense no-caps")
        self._problem = _small("").classes("warning").props("role=alert")
        self._kept = ui.element("ul")
        self._list_kept()

    def _leave_out(self, patron: str, event: Any) -> None:
        without = [name for name in self._tab.draft.without if name != patron]
        self._tab.draft.without = [*without, patron] if event.value else without
        self._tab.touch()

    def _keep(self) -> None:
        self._problem.set_text("")
        try:
            self._tab.draft.keep(str(self._name.value or ""))
        except ScenarioError as error:
            self._problem.set_text(str(error))
            return
        self._name.set_value("")
        self._list_kept()
        self._tab.touch()

    def _list_kept(self) -> None:
        self._kept.clear()
        with self._kept:
            for name in self._tab.draft.kept:
                with ui.element("li").classes("row"):
                    ui.label(name)
                    ui.button("Drop", on_click=partial(self._drop, name)).props("flat dense no-caps")

    def _drop(self, name: str) -> None:
        del self._tab.draft.kept[name]
        self._list_kept()
        self._tab.touch()


def _card(title: str) -> ui.element:
    card = ui.element("section").classes("card")
    with card:
        Text("h2", title)
    return card


def _small(text: str) -> ui.label:
    return ui.label(text).classes("small")
