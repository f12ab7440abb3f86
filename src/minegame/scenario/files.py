"""Where scenarios and campaigns lie: those that are shipped, and the file that a name or a path means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from minegame.scenario.errors import nearest


def shipped_scenarios() -> dict[str, Path]:
    """The scenarios that come with the package: their files by name."""
    return _files_of(_shipped())


def shipped_campaigns() -> dict[str, Path]:
    """The campaigns that come with the package: their files by name."""
    return _files_of(_shipped() / "campaigns")


def _shipped() -> Path:
    installed = Path(__file__).parents[1] / "configs"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "configs"


def _files_of(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def missing_hint(path: Path, shipped: Mapping[str, Iterable[str]] | None = None) -> str:
    """What may have been meant by a file that is not there: one beside it with another ending, or a shipped one.

    ``shipped``: the names of those that are shipped, by what they are (default: scenarios and campaigns).
    """
    beside = _files_beside(path)
    other = next((name for name in beside if name.rpartition(".")[0] in (path.stem, path.name)), None)
    if other is not None:
        return f"; did you mean '{path.parent / other}'?"
    if shipped is None:
        shipped = {"scenarios": shipped_scenarios(), "campaigns": shipped_campaigns()}
    known = [name for names in shipped.values() for name in names]
    near = nearest(path.name.removesuffix(".yaml"), known) or nearest(path.name, beside)
    listed = "; ".join(f"{what}: {', '.join(names)}" for what, names in shipped.items())
    return f"; shipped {listed}{near}"


def _files_beside(path: Path) -> list[str]:
    try:
        found = sorted(path.parent.iterdir())
        return [file.name for file in found if file.suffix.lower() in (".yaml", ".yml") and file.is_file()]
    except (OSError, ValueError):  # no such folder, or a name that no file can have
        return []


def find_file(where: str | Path, folder: Path) -> Path:
    """The file that is meant: a path, or the name of a shipped scenario or campaign."""
    shipped, text = {**shipped_campaigns(), **shipped_scenarios()}, str(where)
    if isinstance(where, str) and text in shipped:
        return shipped[text]
    path = folder / text
    if exists(path):
        return path
    bare = path.name == text and text.removesuffix(".yaml")
    if bare and bare in shipped:
        return shipped[bare]
    with_suffix = folder / (text + ".yaml")
    return with_suffix if path.suffix == "" and exists(with_suffix) else path


def exists(path: Path) -> bool:
    """Whether there is such a file; no path is too odd to ask."""
    try:
        return path.exists()
    except (OSError, ValueError):  # too long a name, or a zero byte in it
        return False
