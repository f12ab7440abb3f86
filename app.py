"""The viewer, where Mesa's examples have it: ``solara run app.py``.  It comes with the package, as ``minegame.app``."""

from minegame.app import Page

__all__ = ["Page"]
