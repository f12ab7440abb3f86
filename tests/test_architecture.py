"""The house stands as it is drawn: floors, one name a kind, one place an option, short functions in short files."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import networkx
import numpy as np
import pytest

from minegame import answers
from minegame.answers.question import Question
from minegame.options import Option, Options

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "minegame"


def module_of(file: Path) -> str:
    return ".".join(["minegame", *file.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")


FILES = {module_of(file): file for file in sorted(PACKAGE.rglob("*.py"))}


@cache
def parsed(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


# -------------------------------------------------------------------------------------------------------------- floors


def contract() -> dict:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    return next(contract for contract in settings["contracts"] if contract["type"] == "layers")


def test_every_room_has_a_floor_and_every_floor_a_room():
    rooms = [room.strip() for layer in contract()["layers"] for room in layer.split("|")]
    expected = {room for room in rooms if not room.startswith("(")}
    planned = {room.strip("()") for room in rooms}
    there = {module.split(".")[1] for module in FILES if "." in module}
    assert contract()["exhaustive"] is True
    assert sorted(rooms) == sorted(set(rooms))
    assert expected <= there <= planned


def test_a_room_imports_only_from_floors_below():
    linter = pytest.importorskip("importlinter")
    assert linter
    told = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr


def imports(module: str) -> Iterator[str]:
    """The modules of the package that a module imports when it runs, at once or inside a function."""
    waiting: list[ast.AST] = [parsed(module)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in FILES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "") in FILES:
            yield from (
                inner if (inner := f"{node.module}.{name.name}") in FILES else node.module for name in node.names
            )
        waiting += ast.iter_child_nodes(node)


def test_no_module_imports_one_that_imports_it():
    graph = networkx.DiGraph((module, other) for module in FILES for other in imports(module) if other != module)
    assert graph.number_of_edges() > 300
    assert [sorted(group) for group in networkx.strongly_connected_components(graph) if len(group) > 1] == []


#: The rooms in which a foreign package is at home; the others do without it.
HOMES = {
    "numba": {"compiler", "translator", "writer"},
    "llvmlite": {"compiler", "machine_code", "translator", "writer"},
    "platformdirs": {"cache"},
    "mesa": {"agents", "app", "campaign", "model"},
    "pydantic": {"campaign_fields", "campaign_file", "campaign_paths", "scenario", "experiment_file"},
    "pydantic_core": {"scenario", "experiment_file"},
    "yaml": {"campaign_file", "scenario", "experiment_file", "answers"},
    "pyarrow": {"storage", "results", "experiment", "verify"},
    "filelock": {"storage"},
    "matplotlib": {"plots", "answers"},
    "SALib": {"analysis"},
    "pymoo": {"optimiser"},
    "openpyxl": {"workbook"},
    "dask": {"cluster"},
    "distributed": {"cluster"},
    "typer": {"cli"},
    "rich": {"cells", "cli", "transcript"},
    "jinja2": {"report"},
    "solara": {"app"},
    "gymnasium": {"env"},
    "pettingzoo": {"env"},
    "nicegui": {"page"},
    "fastapi": {"page"},
    "uvicorn": {"page"},
}


@pytest.mark.parametrize("package", ["minegame.plots", "minegame.transcript"])
def test_what_a_package_names_is_found_when_it_is_asked_for(package):
    gathered = importlib.import_module(package)
    assert sorted(gathered.__all__) == sorted(name for names in gathered._HOMES.values() for name in names)
    assert set(gathered.__all__) <= set(dir(gathered))
    for name in gathered.__all__:
        assert not inspect.ismodule(getattr(gathered, name)), name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        gathered.nothing  # noqa: B018


def test_foreign_packages_are_at_home_in_their_rooms():
    strangers = set()
    for module in FILES:
        for node in ast.walk(parsed(module)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for package in {name.partition(".")[0] for name in names} & set(HOMES):
                if module.split(".")[1] not in HOMES[package]:
                    strangers.add((module, package))
    assert sorted(strangers) == []


# ----------------------------------------------------------------------------------------------------- one name a kind


def test_a_kind_is_a_class_of_its_own_name_in_a_module_of_that_name():
    for name in answers.kinds():
        kind = answers.kind_of(name)
        assert issubclass(kind, Question)
        assert (kind.kind(), kind.__module__) == (name, f"minegame.answers.{name}")


def places_of(kind: str) -> dict[str, bool]:
    """The places of a kind, and whether it is there under its name."""
    files = (f"src/minegame/{room}/{kind}.py" for room in ("analysis", "answers", "plots"))
    sections = re.findall(r"^## (\w+)$", (ROOT / "docs" / "analyses.md").read_text(encoding="utf-8"), re.MULTILINE)
    return {
        **{file: (ROOT / file).is_file() for file in (*files, f"tests/test_{kind}.py")},
        f"docs/analyses.md ## {kind}": kind in sections,
    }


@pytest.mark.parametrize("kind", answers.kinds())
def test_a_kind_has_its_name_on_every_floor(kind):
    assert [place for place, is_there in places_of(kind).items() if not is_there] == []


def test_there_is_no_analysis_and_no_section_that_is_no_kind():
    sections = re.findall(r"^## (\w+)$", (ROOT / "docs" / "analyses.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sections == list(answers.kinds())
    assert sorted(file.stem for file in (PACKAGE / "analysis").glob("[a-z]*.py")) == sorted(answers.kinds())


def pictures() -> dict[str, str]:
    """The functions that draw pictures of answers, and where each is."""
    found = {}
    for kind in answers.kinds():
        for node in parsed(f"minegame.plots.{kind}").body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found[node.name] = f"src/minegame/plots/{kind}.py: {node.name}"
    return found


@pytest.mark.parametrize("files", ["src/minegame/answers/**/*.py", "tests/test_*.py"])
def test_every_picture_is_drawn_by_an_answer_and_by_a_test(files):
    text = "".join(file.read_text(encoding="utf-8") for file in ROOT.glob(files))
    assert len(pictures()) > 10
    assert [place for name, place in pictures().items() if not re.search(rf"\b{name}\(|\b{name},", text)] == []


def test_every_kind_is_a_command_by_its_name():
    from typer.testing import CliRunner

    from minegame.cli import app

    listed = CliRunner().invoke(app, ["analyse", "--help"], env={"COLUMNS": "200"}).output
    for kind in answers.kinds():
        assert re.search(rf"^\W*{kind}\s", listed, re.MULTILINE), kind


# ------------------------------------------------------------------------------------------------- one place an option


@cache
def declared() -> dict[str, dict[str, Option]]:
    """What is declared of every option, by its name and the class that declares it."""
    for module in FILES:
        if "minegame.options" in imports(module):
            importlib.import_module(module)
    from minegame.cli.app import LATE

    for _, make in LATE.values():
        make()
    found: dict[str, dict[str, Option]] = {}
    waiting = [Options]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if dataclasses.is_dataclass(kind):
            for field in dataclasses.fields(kind):
                if "option" in field.metadata and field.name in vars(kind).get("__annotations__", {}):
                    found.setdefault(field.name, {})[kind.__qualname__] = field.metadata["option"]
    return found


#: Options that mean something else somewhere, and why.
OTHERWISE = {
    ("_Sweep", "vary"): "a sweep plays every level of a grid, an analysis draws from the range",
    ("_Report", "out"): "a page is a file, results are a folder",
    ("_Import", "out"): "a scenario is a file, results are a folder",
}


def meanings(name: str) -> set[tuple]:
    """What an option means in each class: its words but for those of the default, its reader but for its bounds."""
    return {
        (
            re.sub(r" \(default: .*\)", "", option.help), type(option.reader).__name__, option.reader.metavar,
            option.short, option.is_argument,
        )
        for kind, option in declared()[name].items()
        if (kind, name) not in OTHERWISE
    }  # fmt: skip


def test_an_option_means_the_same_wherever_it_is_declared():
    assert len(declared()) > 50
    assert {name: meanings(name) for name in declared() if len(meanings(name)) != 1} == {}


def test_a_short_form_is_that_of_one_option():
    shorts = [(option.short, name) for name, kinds in declared().items() for option in kinds.values() if option.short]
    assert len({name for _, name in shorts}) == len({short for short, _ in shorts})


def test_options_that_are_declared_twice_are_declared_by_one_function():
    """A text that stands in two classes would soon differ: what is shared is made in ``options.py``."""
    written: dict[str, list[str]] = {}
    for module in FILES:
        if module == "minegame.options":
            continue
        for node in ast.walk(parsed(module)):
            if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call):
                made = ast.unparse(node.value.func)
                if made.removeprefix("options.") in ("option", "argument"):
                    written.setdefault(ast.unparse(node.target), []).append(module)
    assert len(written) > 20
    assert {name: modules for name, modules in written.items() if len(modules) > 1} == {}


# ------------------------------------------------------------------------------------------------ what is printed


def test_whatever_is_printed_passes_one_place():
    """Text of files may hold what acts on a terminal; ``say`` and ``console`` let none of it by."""
    doors = {"minegame.cli.app.say", "minegame.cli.app._said_and_done"}
    found = set()
    for module in set(FILES) - {"minegame.__main__"}:  # which only says that it was interrupted
        for function in ast.walk(parsed(module)):
            if isinstance(function, ast.FunctionDef):
                called = {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
                if called & {
                    "print",
                    "typer.echo",
                    "typer.secho",
                    "click.echo",
                    "sys.stdout.write",
                    "sys.stderr.write",
                }:
                    found.add(f"{module}.{function.name}")
    assert found == doors
    consoles = {module for module in FILES if "rich.console import Console" in ast.unparse(parsed(module))}
    silent = {"minegame.cli.screen", "minegame.cli.experiments", "minegame.cli.scenarios"}  # for types alone
    made = {
        "minegame.cli.app",
        "minegame.cli.playing",
        "minegame.transcript.layout",
    }  # the page, a bar, a sheet of text
    assert consoles <= made | silent


# --------------------------------------------------------------------------------------------------------------- sizes


def bodies() -> dict[str, int]:
    """The lines of every function without its heading and its docstring."""
    found = {}
    for module in FILES:
        for node in ast.walk(parsed(module)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
                lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                found[f"{module}.{node.name}:{node.lineno}"] = lines
    return found


def test_functions_are_short():
    sizes = bodies()
    assert len(sizes) > 1000
    assert np.percentile(list(sizes.values()), 90) <= 20
    assert {name: lines for name, lines in sizes.items() if lines > 60} == {}


@pytest.mark.parametrize(("room", "most"), [("answers", 230), ("", 150)], ids=["answers", "all"])
def test_files_are_short(room, most):
    sizes = [
        len(file.read_text(encoding="utf-8").splitlines()) for file in (PACKAGE / room).rglob("*.py")
    ]  # fmt: skip
    assert statistics.median(sizes) <= most
