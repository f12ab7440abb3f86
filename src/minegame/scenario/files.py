"""Where scenario files lie: those that are shipped, and the one that a name or a path means."""

from __future__ import annotations

from pathlib import Path

from minegame.scenario.errors import nearest


def shipped_scenarios() -> dict[str, Path]:
    """The scenarios that come with the package: their files by name."""
    installed = Path(__file__).parents[1] / "configs"
    folder = installed if installed.is_dir() else Path(__file__).parents[3] / "configs"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def shipped_hint(name: str) -> str:
    """Names the shipped scenarios, and the one nearest to what was asked for."""
    shipped = list(shipped_scenarios())
    return f"; shipped scenarios: {', '.join(shipped)}{nearest(name.removesuffix('.yaml'), shipped)}"


def find_file(where: str | Path, folder: Path) -> Path:
    """The file that is meant: a path, or the name of a shipped scenario."""
    shipped, text = shipped_scenarios(), str(where)
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
