"""Prose is executed: the Python and the commands of README and docs run as they stand."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from minegame import experiment
from minegame.experiment_file import Experiment

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, *languages: str) -> list[str]:
    """The fenced blocks of a page in these languages."""
    return [text for language, text in FENCE.findall(page.read_text(encoding="utf-8")) if language in languages]


def commands(page: Path) -> list[str]:
    """The minegame commands of a page, but for those that need a file of the reader's or a cluster."""
    lines = "\n".join(blocks(page, "sh", "console", "bash")).replace("\\\n", " ").splitlines()
    found = [line.removeprefix("$ ").split("   #")[0].strip() for line in lines]
    return [line for line in found if line.startswith("minegame ") and "my_" not in line and "tcp://" not in line]


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """A copy of what a reader has in the checkout, to run things in."""
    for name in ("configs", "experiments"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "python")], ids=lambda page: page.name)
def test_the_python_on_the_page_runs(page, workplace):
    code = "\n".join(blocks(page, "python"))
    for name in set(re.findall(r"results/(\w+)", code)):
        if (workplace / "experiments" / f"{name}.yaml").exists():
            _, plan = Experiment.load(name, {"replications": 200})
            experiment.run(plan, f"results/{name}")
    exec(compile(code, page.name, "exec"), {"__name__": "page"})


@pytest.mark.prose
@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=lambda page: page.name)
def test_the_commands_on_the_page_run(page, workplace):
    for line in commands(page):
        piped = line.replace("minegame ", f"{shlex.quote(sys.executable)} -m minegame ", 1)
        done = subprocess.run(piped, shell=True, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, f"{line}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"
