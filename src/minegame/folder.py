"""A result folder from its opening to its signature: whatever is asked, the same folder keeps it.

The folder's manifest says what was asked, of which scenario, with which code, and vouches for every file when the work
is done.  A folder that holds some of the same work is gone on with; one that holds anything else is refused.
"""

from __future__ import annotations

import platform
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from minegame import storage
from minegame.runner import sources_hash
from minegame.storage import ChunkStore, ResultsError

_LIBRARIES = ("numba", "llvmlite", "numpy")  # those that decide the last bit of a number
_SAID = {
    "kind": "it was another kind of question",
    "scenario": "the scenario has changed",
    "design": "the design points have changed",
    "policies": "the policies have changed",
    "rules": "the rules of the game (the code) have changed",
}


@dataclass(frozen=True)
class Work:
    """What a folder is to hold.

    ``kind``: a kind of question, or ``experiment``.  ``fingerprint``: everything that decides the numbers, part by
    part.  ``words``: what may be put differently at any time.  ``body``: the rest of the manifest.
    """

    kind: str
    fingerprint: Mapping[str, Any]
    words: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)

    def marks(self) -> dict[str, Any]:
        """The fingerprint with the code that decides the numbers beside it."""
        libraries = {name: version(name) for name in _LIBRARIES}
        return {"kind": self.kind, **self.fingerprint, "rules": sources_hash(), "libraries": libraries}

    def manifest(self) -> dict[str, Any]:
        """The manifest of work that begins."""
        return {
            "format": storage.FORMAT,
            "kind": self.kind,
            "state": "running",
            **self.words,
            **self.body,
            "fingerprint": self.marks(),
            **made_with(),
            "files": {},
            "begun": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        }

    def matching(self, folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """The manifest of earlier work of the same kind, in today's words.

        Raises:
            ResultsError: if it is not the same work, with what has changed.
        """
        before, now = manifest["fingerprint"], self.marks()
        changed = [name for name in (*now, *before) if before.get(name) != now.get(name)]
        if changed:
            told = [
                _SAID.get(name, f"{name} was {_brief(before.get(name))} and is {_brief(now.get(name))}")
                for name in dict.fromkeys(changed)
            ]
            text = f"holds results of something else: {'; '.join(told)}. Start anew beside it with --fresh"
            raise ResultsError(folder, f"{text}, or choose another folder with --out")
        return {**manifest, **self.words}

    def check(self, folder: Path) -> None:
        """Refuse a folder that holds something else.

        Raises:
            ResultsError: if so, with what has changed.
        """
        refuse_strangers(folder)
        if storage.is_results_folder(folder):
            self.matching(folder, storage.read_manifest(folder))

    def opened(self, folder: Path) -> dict[str, Any]:
        """The manifest of a folder: a new one, or that of the same work, whole or to be gone on with."""
        before: dict[str, Any] = {}
        if storage.is_results_folder(folder):
            before = storage.read_manifest(folder)
            manifest = self.matching(folder, before)
            if manifest["state"] == "complete" and storage.damaged(folder, manifest):
                manifest |= {"state": "running", "files": {}}
        else:
            manifest = self.manifest()
        if manifest != before:
            with room_needed(folder):
                storage.write_manifest(folder, manifest)
        return manifest


def refuse_strangers(folder: Path) -> None:
    """Refuse a path that is a file, or a folder with anything in it that was not written here."""
    if folder.exists() and not folder.is_dir():
        raise ResultsError(folder, "is a file: expected the name of a folder")
    if not storage.is_results_folder(folder) and not storage.is_vacant(folder):
        raise ResultsError(folder, "is not a results folder, and not empty: choose another with --out")


def store_of(folder: Path, manifest: Mapping[str, Any]) -> ChunkStore:
    """The finished chunks of the work that a manifest describes; those of other work are thrown away."""
    return ChunkStore(folder, storage.content_mark(manifest["fingerprint"]))


def sign(folder: Path, manifest: dict[str, Any], names: Sequence[str], **more: Any) -> dict[str, Any]:
    """Vouch for the files of a folder in its manifest; only then is the work complete."""
    manifest = {
        **manifest,
        "state": "complete",
        "files": {name: storage.table_entry(folder / name) for name in names},
        **more,
        "ended": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }
    with room_needed(folder):
        storage.write_manifest(folder, manifest)
    return manifest


@contextmanager
def room_needed(folder: Path) -> Iterator[None]:
    """Say of a file that cannot be written what is kept, and how to go on."""
    try:
        yield
    except OSError as error:
        chunks = folder / storage.CHUNKS
        kept = "what is finished is kept" if chunks.is_dir() and any(chunks.iterdir()) else "nothing was played yet"
        what = f"{error.strerror or error}; {kept}: make room, then run again"
        raise OSError(error.errno, what, str(error.filename or folder)) from error


def fresh_folder(folder: Path) -> Path:
    """The folder itself if nothing is there yet, else the first of name-2, name-3, … that is free."""
    candidate, number = folder, 1
    while candidate.exists():
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate


def made_with() -> dict[str, Any]:
    """The versions of what makes the numbers, the commit if it is known, and the kind of machine."""
    found: dict[str, Any] = {"versions": versions(), "machine": f"{platform.system()} {platform.machine()}"}
    return found | ({"commit": commit} if (commit := commit_of_sources()) else {})


def versions() -> dict[str, str]:
    """The versions of what makes the numbers."""
    from minegame import __version__

    found = {"minegame": __version__, "python": platform.python_version()}
    for name in ("numpy", "numba", "llvmlite", "scipy", "pandas", "pyarrow", "pydantic", "SALib"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@lru_cache(maxsize=1)
def commit_of_sources() -> str:
    """The commit of the checkout that runs, with "+" where it has been changed since; nothing outside a checkout."""
    top = Path(__file__).parents[2]
    if not (top / ".git").exists():
        return ""

    def git(*arguments: str) -> str:
        asked = subprocess.run(["git", "-C", str(top), *arguments], capture_output=True, text=True, timeout=5)
        return asked.stdout.strip() if asked.returncode == 0 else ""

    try:
        commit = git("rev-parse", "HEAD")
        return commit and commit + ("+" if git("status", "--porcelain", "--", "src") else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def _brief(value: object) -> str:
    if value is None:
        return "not given"
    if isinstance(value, Mapping) and value.get("until", 0) is None:  # so many replications
        return f"{value['at_most']:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {item}" for name, item in value.items() if item is not None)
    if isinstance(value, str):
        return f"'{value}'"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
