"""The command line: a module a family of commands, one function a command.

To add a command, write a function decorated with ``@app.command(…)`` in one of these modules, or in a new one that is
imported here.  The order of the imports is the order in ``minegame --help``.
"""

from minegame.cli import scenarios, workbooks, experiments, analyse, page, report, verify, notebooks  # noqa: F401, I001
from minegame.cli.app import app, main

__all__ = ["app", "main"]
