"""The notebooks: import, call, look; no definitions, saved with their pictures, and they run.

``python tests/test_notebooks.py`` runs them all and saves them with what they show.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from typer.testing import CliRunner

from minegame.cli import app

nbformat = pytest.importorskip("nbformat")

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
NUMBER = re.compile(r"\d[\d,.]*")

each = pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)


def code(book) -> list:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def without_magics(source: str) -> str:
    return "" if source.startswith("%%") else re.sub(r"^%.*$", "", source, flags=re.MULTILINE)


def outputs(book) -> list[dict]:
    """What the notebook shows, warnings left out: the stream or data of every output."""
    return [
        {"text": output.text} if output.output_type == "stream" else dict(output.data)
        for cell in code(book)
        for output in cell.outputs
        if output.get("name") != "stderr"
    ]


def words(book) -> list[str]:
    """The texts shown, numbers left out; a picture or a table is one word."""
    return [
        NUMBER.sub("#", str(shown.get("text/markdown") or shown.get("text") or sorted(shown)))
        for shown in outputs(book)
    ]


def played(file: Path, folder: Path):
    """The notebook, run from the first cell to the last in a kernel of its own; raises CellExecutionError."""
    from nbclient import NotebookClient

    book = nbformat.read(file, as_version=4)
    for cell in code(book):
        cell.outputs, cell.execution_count = [], None
    place = {"metadata": {"path": str(folder)}}
    NotebookClient(book, timeout=600, kernel_name="python3", record_timing=False, resources=place).execute()
    for cell in code(book):
        cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    book.metadata.language_info = {"name": "python"}
    return book


def test_there_are_six():
    assert [file.name[0] for file in NOTEBOOKS] == list("123456")


@each
def test_it_is_valid(file):
    nbformat.validate(nbformat.read(file, as_version=4))


@each
def test_it_defines_nothing(file):
    for cell in code(nbformat.read(file, as_version=4)):
        tree = ast.parse(without_magics(cell.source))
        assert not [node for node in ast.walk(tree) if isinstance(node, DEFINITIONS)], cell.source


@each
def test_it_is_saved_as_it_ran(file):
    book = nbformat.read(file, as_version=4)
    assert [cell.execution_count for cell in code(book)] == list(range(1, len(code(book)) + 1))
    assert any("image/png" in shown for shown in outputs(book))
    assert not [cell.source for cell in code(book) if any(o.output_type == "error" for o in cell.outputs)]


@each
def test_its_links_lead_somewhere(file):
    for cell in nbformat.read(file, as_version=4).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#:]+)\)", cell.source):
                assert (file.parent / target).exists(), target


# ------------------------------------------------------------------------------------------------ minegame notebooks


def copy(*arguments: object):
    return CliRunner().invoke(app, ["notebooks", *map(str, arguments)])


def test_they_are_copied_and_told_how_to_be_opened(tmp_path):
    folder = tmp_path / "my notebooks" / "of today"
    done = copy(folder)
    assert done.exit_code == 0
    assert f"jupyter lab '{folder}'" in done.output
    assert [file.name for file in sorted(folder.iterdir())] == [file.name for file in NOTEBOOKS]
    for original in NOTEBOOKS:
        book, kept = (nbformat.read(file, as_version=4) for file in (folder / original.name, original))
        nbformat.validate(book)
        assert [cell.source for cell in code(book)] == [cell.source for cell in code(kept)]
        for cell in book.cells:
            for target in re.findall(r"\]\(([^)#:]+)\)", cell.source if cell.cell_type == "markdown" else ""):
                assert (folder / target).exists(), target


def test_what_is_there_is_overwritten_only_by_force(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "notebooks" / NOTEBOOKS[3].name
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    refused = copy()
    assert refused.exit_code == 2
    assert refused.output.splitlines() == [
        f"Error: {mine.relative_to(tmp_path)}: is there already; copy to another folder, or overwrite with --force"
    ]
    assert [file.name for file in mine.parent.iterdir()] == [mine.name]
    assert mine.read_text(encoding="utf-8") == "mine"
    assert copy("notebooks", "--force").exit_code == 0
    assert nbformat.read(mine, as_version=4).cells
    assert len([*mine.parent.iterdir()]) == len(NOTEBOOKS)


def test_a_file_is_no_folder_to_copy_to(tmp_path):
    file = tmp_path / "file"
    file.touch()
    refused = copy(file)
    assert (refused.exit_code, refused.output) == (2, f"Error: {file}: is a file; expected a folder\n")


@pytest.mark.prose
@each
def test_it_runs_and_shows_what_is_saved(file, tmp_path):
    """But for the numbers, whose last digit may differ on another processor."""
    saved, book = nbformat.read(file, as_version=4), played(file, tmp_path)
    assert words(book) == words(saved)


if __name__ == "__main__":
    for notebook in NOTEBOOKS:
        with TemporaryDirectory() as place:
            nbformat.write(played(notebook, Path(place)), notebook)
        print(notebook.name, file=sys.stderr)
