"""docs/extending.md tells where things are added: nothing more is needed, and whatever is forgotten is named."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from extending import ADDITIONS, ROOT

PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[tuple[str, str]]:
    """The files that the guide lists for an addition, and what it says of each."""
    return re.findall(r"^\| `([^`]+)` \| (.+) \|$", section(title), re.MULTILINE)


@pytest.mark.parametrize("addition", ADDITIONS, ids=str)
def test_the_guide_lists_the_files_of_the_trial_and_what_notices_each(addition):
    listed = rows(addition.title)
    assert [file for file, _ in listed] == [place.file for place in addition.places]
    for place, (_, said) in zip(addition.places, listed, strict=True):
        assert f"`{place.noticed_by.rpartition('::')[2]}`" in said, place.file


def test_the_guide_has_no_table_that_is_not_tried():
    titles = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert [title for title in titles if rows(title)] == [str(addition) for addition in ADDITIONS]


def test_there_are_eight_files_to_read_first():
    listed = re.findall(r"^(\d)\. \[`([^`]+)`\]", section("Eight files to read first"), re.MULTILINE)
    assert [int(number) for number, _ in listed] == list(range(1, 9))
    assert all((ROOT / file).is_file() for _, file in listed)


@pytest.mark.parametrize("addition", ADDITIONS, ids=str)
def test_the_pieces_of_a_trial_fit_the_sources(addition):
    for place in addition.places:
        file = ROOT / place.file
        source = file.read_text(encoding="utf-8") if file.exists() else ""
        assert place.added_to(source) != source


@pytest.mark.slow
@pytest.mark.parametrize("addition", ADDITIONS, ids=str)
def test_an_addition_passes_and_every_place_that_is_forgotten_is_named(addition):
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("extending.py")), addition.title],
        capture_output=True, text=True, encoding="utf-8", timeout=900, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("noticed  ") == len(addition.places)
