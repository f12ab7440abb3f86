"""Faults seeded into the rules, the dice and the turns are noticed by the tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from mutations import FAULTS, PACKAGE, ROOT

SOME = ("equity has no cap", "a lever comes a month late", "taste goes by the place in the list")


def try_out(names):
    """Try the faults of these names, all without names, in a process of its own."""
    return subprocess.run(
        [sys.executable, str(Path(__file__).with_name("mutations.py")), *names],
        capture_output=True,
        text=True,
        timeout=1500,
    )


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_still_fits_the_source_and_changes_it(fault):
    source = (ROOT / PACKAGE / fault.file).read_text(encoding="utf-8")
    faulty = fault.applied_to(source)
    assert faulty != source
    compile(faulty, fault.file, "exec")


def test_faults_have_names_of_their_own():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 20
    assert set(SOME) <= {fault.name for fault in FAULTS}


def test_a_fault_that_no_longer_fits_is_an_error():
    with pytest.raises(ValueError, match="0 times"):
        FAULTS[0].applied_to("\ndef price_motion():\n    return 0\n")


def test_some_faults_are_noticed():
    run = try_out(SOME)
    assert "3 of 3 faults were noticed" in run.stdout, run.stdout + run.stderr
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.slow
def test_all_faults_are_noticed():
    run = try_out([])
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{len(FAULTS)} of {len(FAULTS)} faults were noticed" in run.stdout
