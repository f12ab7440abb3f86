"""How a run is made again: the command line, and the experiment file that it needs."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from minegame import storage
from minegame.experiment_file import Experiment, shipped_experiments
from minegame.results import Results
from minegame.scenario import typed_change, typed_value


def command(results: Results) -> str:
    """The command that runs it again: a shipped one by its name, any other from the file in its folder."""
    name, asked = str(results.manifest["name"]), results.manifest["asked"]
    if (options := _options(name, asked)) is not None:
        return shlex.join(["minegame", "run", name, *options])
    kept = storage.QUESTION in results.manifest["files"]
    return shlex.join(["minegame", "run", str(results.folder / storage.QUESTION) if kept else f"{name}.yaml"])


def experiment_file(results: Results) -> str:
    """The experiment as a file to save and run, or nothing if the command names a shipped one."""
    name, asked = str(results.manifest["name"]), results.manifest["asked"]
    if _options(name, asked) is not None:
        return ""
    return Experiment.from_document(asked, name).to_yaml() if asked else str(results.manifest["experiment"] or "")


def _options(name: str, asked: Mapping[str, Any] | None) -> list[str] | None:
    """What is typed to make this experiment of the shipped one of its name; None where that cannot be done."""
    shipped = Experiment.read(name).document() if name in shipped_experiments() else {}
    if not shipped or not asked or not _can_be_typed(asked, shipped):
        return None
    options: list[str] = []
    for field in ("replications", "seed"):
        if asked.get(field) != shipped.get(field):
            options += [f"--{field}", str(asked.get(field, 0))]
    own = shipped.get("set", {})
    for path, value in asked.get("set", {}).items():
        if path not in own or typed_value(own[path]) != typed_value(value):
            options += ["--set", typed_change(path, value)]
    return options


def _can_be_typed(asked: Mapping[str, Any], shipped: Mapping[str, Any]) -> bool:
    """Whether options of the command line make the one experiment of the other."""
    options = ("replications", "seed", "set")
    rest, others = ({k: v for k, v in one.items() if k not in options} for one in (asked, shipped))
    until = isinstance(asked["replications"], dict) and asked["replications"] != shipped["replications"]
    return rest == others and not until and set(shipped.get("set", {})) <= set(asked.get("set", {}))
