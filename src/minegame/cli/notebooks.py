"""``minegame notebooks``: the six notebooks, copied to where they can be opened and changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from minegame import options
from minegame.cli.app import app, fail, say, write_whole
from minegame.cli.options import command, examples
from minegame.options import Options, Place, argument

#: A link out of the folder, which leads nowhere from a copy: its words stay.
_LINK_OUT = re.compile(r"\[([^\[\]\n]*)\]\(\.\./[^)]*\)")


@dataclass(frozen=True, kw_only=True)
class _Notebooks(Options):
    place: Path = argument(Path("notebooks"), "Folder to copy them to; it is made if it is not there.", Place())
    force: bool = options.force()


def _notebooks(asked: _Notebooks) -> None:
    if asked.place.exists() and not asked.place.is_dir():
        fail(f"{asked.place}: is a file; expected a folder")
    copies = {asked.place / file.name: file for file in shipped_notebooks()}
    there = [copy for copy in copies if copy.exists()]
    if there and not asked.force:
        fail(f"{there[0]}: is there already; copy to another folder, or overwrite with --force")
    asked.place.mkdir(parents=True, exist_ok=True)
    for copy, file in copies.items():
        write_whole(copy, _LINK_OUT.sub(r"\1", file.read_text(encoding="utf-8")))
        say(f"Written: {copy}")
    say(f"Open them with: jupyter lab {quote(str(asked.place))}")


def shipped_notebooks() -> list[Path]:
    """The notebooks that come with the package: in a wheel beside the modules, in a checkout in ``notebooks``."""
    package = Path(__file__).parents[1]
    installed = package / "notebooks"
    return sorted((installed if installed.is_dir() else package.parents[1] / "notebooks").glob("*.ipynb"))


command(
    app, "notebooks", "Copy the notebooks, from the case in ten minutes to a deal of your own, to a folder.",
    _notebooks, _Notebooks, epilog=examples("notebooks", "", "my_notebooks", "notebooks --force"),
)  # fmt: skip
