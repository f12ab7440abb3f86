"""The parts of the page that a browser draws by itself: a value with its slider, bars, a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

_EACH = 0.04  # seconds between two values that a moving slider sends; the last one always arrives


class Shown(Element):
    """A part that shows plain values; what it shows is replaced as a whole."""

    def show(self, values: Mapping[str, Any]) -> None:
        """Show other values, if they are any others."""
        if any(name not in self._props or self._props[name] != value for name, value in values.items()):
            self._props.update(values)
            self.update()


class Text(TextElement):
    """A text in an element of some kind, such as a heading; it is shown as it is written."""

    def __init__(self, tag: str, text: str = "") -> None:
        super().__init__(tag=tag, text=text)


class Entry(Shown, component="entry.js"):
    """A value of the scenario: label, slider and box or choice, range, source.

    ``moved`` is called with the entry and what is chosen.
    """

    def __init__(self, values: Mapping[str, Any], moved: Callable[[Entry, Any], Any]) -> None:
        super().__init__()
        self._version = 0
        self._props.update({**values, "version": 0})
        self.on("moved", lambda event: moved(self, event.args), throttle=_EACH)

    def reset(self, values: Mapping[str, Any]) -> None:
        """Show another value than the one that the browser has."""
        self._version += 1
        self.show({**values, "version": self._version})


class Bars(Shown, component="bars.js"):
    """Groups of bars with intervals."""

    def __init__(self, groups: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__()
        self._props["groups"] = list(groups)


class Sheet(Shown, component="sheet.js"):
    """A table of text."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._props.update({"title": "", "head": [], "rows": [], "numeric": [], "note": "", **(values or {})})


class File(Element, component="file.js"):
    """A file of the reader's; calls ``chosen`` with its name and its text, None where it is too large."""

    def __init__(self, label: str, chosen: Callable[[str, str | None], Any]) -> None:
        super().__init__()
        self._props["label"] = label
        self.on("chosen", lambda event: chosen(str(event.args["name"]), event.args["text"]))


class Image(Element):
    """A picture with what it shows in words."""

    def __init__(self, alt: str, address: str = "") -> None:
        super().__init__("img")
        self.show(alt, address)

    def show(self, alt: str, address: str) -> None:
        """Show another picture."""
        self._props.update({"alt": alt, **({"src": address} if address else {})})
        self.update()
