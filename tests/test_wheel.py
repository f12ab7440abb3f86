"""The wheel holds all that the package needs away from its checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(*command: str, **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_wheel_plays_shipped_scenarios_and_experiments_by_name(tmp_path):
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(ROOT))
    (wheel,) = tmp_path.glob("minegame-*.whl")
    site = tmp_path / "site"
    run(*pip, "install", "--quiet", "--no-deps", "--target", str(site), str(wheel))
    there = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(site)}}
    where = "import minegame, minegame.scenario as s; print(minegame.__file__, s.shipped_scenarios()['two_bidders'])"
    assert run(sys.executable, "-c", where, **there).split() == [
        str(site / "minegame" / "__init__.py"),
        str(site / "minegame" / "configs" / "two_bidders.yaml"),
    ]
    minegame = (sys.executable, "-m", "minegame")
    assert "OK" in run(*minegame, "validate", "kazakhstan_tungsten", **there)
    assert '"winners"' in run(*minegame, "odds", "kazakhstan_tungsten", "-n", "200", "--json", **there)
    assert "Who wins" in run(*minegame, "run", "who_wins", "--replications", "20", "--out", "r", **there)
    assert "jupyter lab mine" in run(*minegame, "notebooks", "mine", **there)
    assert [file.name[0] for file in sorted((tmp_path / "mine").iterdir())] == list("123456")
    if find_spec("solara"):
        viewer = "import minegame.app as viewer; print(viewer.__file__, viewer.Page)"
        assert run(sys.executable, "-W", "ignore", "-c", viewer, **there).startswith(str(site / "minegame" / "app.py"))
    assert (site / "minegame" / "py.typed").exists()
    for part in ("style.css", "entry.js", "bars.js", "sheet.js", "file.js"):
        assert (site / "minegame" / "page" / part).exists()
