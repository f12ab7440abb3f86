"""The page of findings holds no number that its commands do not print.

A table or a quotation under a comment such as ``<!-- attribution: Every package -->`` comes from the answer in
``results/findings/attribution``: rows are found by their first cell, columns by their heading.  Every other number on
the page must stand in a table, a quotation or a command of its own section.  A table under a comment such as
``<!-- headline_map: baseline -->`` is the map of a policy in the results folder of that name: a row a level of the
first factor, a column a level of the second (the last word of its heading).

``python tests/test_findings.py results/findings`` fills the tables and quotations from the answers in that folder.
"""

from __future__ import annotations

import json
import math
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "findings.md"
RESULTS = "results/findings"

MARKED = re.compile(r"^<!-- (\w+): (.+?) -->\n((?:[|>].*\n)+)", re.MULTILINE)
COMMANDS = re.compile(r"^```shell\n(.*?)^```", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])[+-]?\d+(?:,\d{3})*(?:\.\d+)?(?!\w)")
ODDS = {
    "Cove Kaz Capital wins, %": ("bidders", "cove_kaz", "wins_any"),
    "Chinese bidder wins, %": ("bidders", "chinese_soe", "wins_any"),
    "shelved, %": ("shelved",),
    "host's money, M$": ("host", "money"),
    "difference in money, M$": ("contrasts", "host", "money"),
}


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def commands(text: str) -> list[str]:
    """The command lines on the page, in order."""
    lines = "".join(COMMANDS.findall(text)).replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip()]


def filled(text: str, results: Path) -> str:
    """The page with every marked table and quotation as the answers in a folder have them."""
    return MARKED.sub(lambda match: _filled(match, results), text)


def _filled(match: re.Match[str], results: Path) -> str:
    source, what, body = match.groups()
    fresh = _quoted(results / source, what) if body.startswith(">") else _table(results, source, what, body)
    return f"<!-- {source}: {what} -->\n{fresh}"


def _quoted(folder: Path, numbers: str) -> str:
    sentences = json.loads((folder / "answer.json").read_text(encoding="utf-8"))["sentences"]
    chosen = [sentences[int(number) - 1] for number in numbers.removeprefix("sentences ").split()]
    return "> " + " ".join(chosen) + "\n"


def _table(results: Path, source: str, title: str, body: str) -> str:
    head, rule, *rows = body.splitlines()
    headings = _cells(head)
    keys = [_cells(row)[0] for row in rows]
    columns = [_column(results, source, title, keys, heading) for heading in headings[1:]]
    lines = [head, rule]
    for key, *cells in zip(keys, *columns, strict=True):
        lines.append("| " + " | ".join([key, *cells]) + " |")
    return "\n".join(lines) + "\n"


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _column(results: Path, source: str, title: str, keys: list[str], heading: str) -> list[str]:
    if source == "odds":
        found = [_odds(results / _folder(key), ODDS[heading], heading) for key in keys]
    elif source == "params":
        found = [_parameter(key, heading) for key in keys]
    elif (results / source / "manifest.json").is_file():
        found = [_mapped(results / source, title, float(key), float(heading.split()[-1])) for key in keys]
        return [_said(values, 1, signed=False) for values in found]
    else:
        found = _answered(results / source, title, keys, heading)
    digits = _digits(heading, keys, [values[0] for values in found])
    return [_said(values, digits, signed="points" in heading or "difference" in heading) for values in found]


def _digits(heading: str, keys: list[str], values: list[object]) -> int | None:
    """One decimal for percent and points, whole millions from a hundred on, three for indices, else three digits."""
    numbers = [abs(value) for value in values if isinstance(value, float) and math.isfinite(value)]
    if "M$" in heading:
        return 0 if max(numbers) >= 100 else 1
    if "index" in heading:
        return 3
    return 1 if re.search("%|points", heading) or re.search("%|points", keys[0]) else None


def _folder(key: str) -> str:
    return re.sub(r"\W+", "_", key)


def _odds(folder: Path, path: tuple[str, ...], heading: str) -> tuple[float, ...]:
    found = json.loads((folder / "odds.json").read_text(encoding="utf-8"))
    for name in path:
        if name not in found:  # the tender as it was is compared with nothing
            return (math.nan,)
        found = found[name]
    return tuple(float(found[end]) * (100 if "%" in heading else 1) for end in ("estimate", "low", "high"))


def _parameter(path: str, heading: str) -> tuple[object, ...]:
    from minegame.scenario import Scenario

    (parameter,) = (p for p in Scenario.load("kazakhstan_tungsten").parameters(path) if p.path == path)
    return (getattr(parameter, heading),)


def _mapped(folder: Path, policy: str, row: float, column: float) -> tuple[float, ...]:
    import minegame

    found = minegame.load(folder)
    first, second = found.factors
    rows = found.win_probabilities()
    bidder = found.scenario.bidder_names[0]
    chosen = rows[(rows["policy"] == policy) & (rows["outcome"] == bidder) & (rows[first] == row)]
    (cell,) = chosen[chosen[second] == column].to_dict("records")
    return tuple(100 * float(cell[end]) for end in ("estimate", "low", "high"))


def _answered(folder: Path, title: str, keys: list[str], heading: str) -> list[tuple[object, ...]]:
    from minegame.answers import Answer

    table = Answer.read(folder).tables[title]
    places = [table.index[table.iloc[:, 0].astype(str) == key] for key in keys]
    missing = [key for key, place in zip(keys, places, strict=True) if len(place) != 1]
    assert not missing, f"{folder.name}, {title}: no row of its own for {missing}; it has {table.iloc[:, 0].tolist()}"
    names = [heading, f"{heading} (low)", f"{heading} (high)"]
    return [tuple(table.loc[place[0], name] for name in names if name in table) for place in places]


def _said(values: tuple[object, ...], digits: int | None, signed: bool) -> str:
    value = values[0]
    if isinstance(value, str):
        return value
    numbers = [float(x) for x in values if isinstance(x, (int, float)) and math.isfinite(x)]  # also NumPy's
    if not numbers:
        return "–"
    sign = "+" if signed else ""
    written = [f"{x:{sign}.3g}" if digits is None and abs(x) < 1000 else f"{x:{sign},.{digits or 0}f}" for x in numbers]
    return written[0] if len(written) < 3 else f"{written[0]} [{written[1]}, {written[2]}]"


# ---------------------------------------------------------------------------------------------------------------- tests


def test_every_table_and_quotation_comes_from_a_command_on_the_page():
    made = {shlex.split(line)[shlex.split(line).index("--out") + 1] for line in commands(page())}
    for source, what, body in MARKED.findall(page()):
        if source == "odds":
            keys = [_cells(row)[0] for row in body.splitlines()[2:]]
            assert {f"{RESULTS}/{_folder(key)}" for key in keys} <= made
        elif source != "params":
            assert f"{RESULTS}/{source}" in made, f"{source}: {what}"


def test_every_table_of_numbers_is_marked():
    unmarked = MARKED.sub("", page())
    assert not re.search(r"^[|>]", unmarked, re.MULTILINE)


@pytest.mark.parametrize("section", re.split(r"^## ", page(), flags=re.MULTILINE), ids=lambda s: s.splitlines()[0][:40])
def test_the_prose_holds_no_number_of_its_own(section):
    evidence = " ".join([*(body for _, _, body in MARKED.findall(section)), *COMMANDS.findall(section)])
    known = {number.lstrip("+-") for number in NUMBER.findall(evidence)}
    known |= {number.replace(",", "") for number in known}
    known |= {"95", "2025"}  # the confidence of every interval, the year of the case
    prose = COMMANDS.sub("", MARKED.sub("", section))
    prose = re.sub(r"\]\([^)]*\)|`[^`]*`", "", prose)
    strange = [number for number in NUMBER.findall(prose) if number.lstrip("+-") not in known]
    assert not strange


@pytest.mark.prose
def test_the_numbers_are_made_again_by_the_commands(tmp_path, monkeypatch):
    """To a unit of the last digit, and nearly all exactly: another processor may differ in the last bit."""
    monkeypatch.chdir(tmp_path)
    for line in commands(page()):
        command = [sys.executable, "-m", *shlex.split(line)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    before, now = page(), filled(page(), tmp_path / RESULTS)
    assert NUMBER.sub("#", before) == NUMBER.sub("#", now)
    pairs = list(zip(NUMBER.findall(before), NUMBER.findall(now), strict=True))
    differing = [(old, new) for old, new in pairs if old != new]
    assert len(differing) <= len(pairs) // 100, differing
    assert [pair for pair in differing if not _within_a_unit(*pair)] == []


def _within_a_unit(old: str, new: str) -> bool:
    unit = 10.0 ** -len(old.partition(".")[2])
    return abs(float(old.replace(",", "")) - float(new.replace(",", ""))) < 1.01 * unit


if __name__ == "__main__":
    PAGE.write_text(filled(page(), Path(sys.argv[1])), encoding="utf-8")
