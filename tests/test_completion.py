"""What a shell completes: commands, options, and the names of what is shipped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from minegame.experiment_file import shipped_experiments
from minegame.scenario import shipped_campaigns, shipped_scenarios

SOURCE = Path(__file__).parents[1] / "src"


def completed(typed: str, **more: str) -> list[str]:
    """What bash is told when the last word of a line is not whole yet."""
    asked = {"_MINEGAME_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    done = subprocess.run(
        [sys.executable, "-m", "minegame"], capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **asked, **more},
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("minegame od", ["odds"]),
        ("minegame odds --set-a", ["--set-against"]),
        ("minegame odds --against two", ["two_bidders"]),
        ("minegame play critical_m", ["critical_minerals"]),
        ("minegame analyse attribution two_b", ["two_bidders"]),
        ("minegame validate two", ["two_bidders", "two_tenders"]),
        ("minegame run who_wins_", ["who_wins_against_counter"]),
        ("minegame play ./my_deal", []),
    ],
)
def test_names_are_completed(typed, expected):
    assert completed(typed) == expected


def test_all_that_fit_are_listed():
    kept = [*shipped_scenarios(), *shipped_campaigns()]
    assert completed("minegame play kaz") == [name for name in kept if name.startswith("kaz")]
    assert completed("minegame run", COMP_WORDS="minegame run ", COMP_CWORD="2") == [*shipped_experiments()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_lines_for_a_shell_are_shown(shell, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "minegame", "--show-completion", shell], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
             "HOME": str(tmp_path)},
    )  # fmt: skip
    assert f"_MINEGAME_COMPLETE=complete_{shell}" in done.stdout
    assert [*tmp_path.iterdir()] == []
