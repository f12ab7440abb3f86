"""Prose is executed: the Python and the commands of README and docs run as they stand."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

import minegame
from minegame import experiment
from minegame.experiment_file import Experiment

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, *languages: str) -> list[str]:
    """The fenced blocks of a page in these languages."""
    return [text for language, text in FENCE.findall(page.read_text(encoding="utf-8")) if language in languages]


def commands(page: Path) -> list[str]:
    """The minegame commands of a page, but for those that need a reader's file, a cluster, a person or a browser."""
    lines = "\n".join(blocks(page, "sh", "console", "bash")).replace("\\\n", " ").splitlines()
    found = [line.removeprefix("$ ").split("   #")[0].strip() for line in lines]
    others = ("my_", "tcp://", " --as ", "minegame page")
    return [line for line in found if line.startswith("minegame ") and not any(part in line for part in others)]


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


def test_python_md_has_six_tasks_of_at_most_three_lines():
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8").partition("\n## ")[0]
    tasks = [[line for line in block.splitlines() if line] for _, block in FENCE.findall(text)]
    assert len(tasks) == len(re.findall(r"^\*\*", text, re.MULTILINE)) == 6
    assert max(map(len, tasks)) <= 3


def test_what_is_cited_is_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == minegame.__version__
    page = (ROOT / "docs" / "citing.md").read_text(encoding="utf-8")
    assert f"version = {{{cited['version']}}}" in page
    assert f"title   = {{{cited['title']}}}" in page


@pytest.mark.prose
def test_the_picture_of_the_readme_is_what_its_command_draws(tmp_path):
    picture = Path(re.findall(r"!\[[^\]]*\]\(([^)]+)\)", PAGES[0].read_text(encoding="utf-8"))[0])
    assert (ROOT / picture).stat().st_size < 200_000
    played = re.findall(r"minegame (play .*) --plot \$\(PICTURE\)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    again = tmp_path / "again.png"
    subprocess.run([sys.executable, "-m", "minegame", *played[0].split(), "--plot", str(again)], check=True)
    kept, drawn = (np.asarray(Image.open(file).convert("RGB"), dtype=float) for file in (ROOT / picture, again))
    assert kept.shape == drawn.shape
    assert np.abs(kept - drawn).mean() < 1  # of 255: it keeps few colours


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"
