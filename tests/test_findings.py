"""The page of findings holds no number that its commands do not print.

A table or a quotation under a comment such as ``<!-- attribution: packages -->`` comes from the answer in
``results/findings/attribution``: the table of that key, its rows found by the words that tell them apart, its columns
by their headings, its cells as a reader sees them anywhere.  Every other number on the page must stand in a table, a
quotation or a command of its own section.  A table under a comment such as ``<!-- headline_map: baseline -->`` is the
map of a policy in the results folder of that name: a row a level of the first factor, a column a level of the second
(the last word of its heading).

A table under ``<!-- campaigns: critical_minerals -->`` is of the odds of a campaign, which are printed and not kept: a
row a command, found by what it changes (the second column); its JSON is kept in ``results/findings/critical_minerals``.

``python tests/test_findings.py results/findings`` fills the tables and quotations from the answers in that folder.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from minegame import storage
from minegame.answers import Answer
from minegame.tables import Table
from minegame.text import MINUS, MISSING, SHARE, UNITS, Unit, level

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "findings.md"
RESULTS = "results/findings"

MARKED = re.compile(r"^<!-- (\w+): (.+?) -->\n((?:[|>].*\n)+)", re.MULTILINE)
COMMANDS = re.compile(r"^```shell\n(.*?)^```", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(rf"(?<![\w.])[+{MINUS}-]?\d+(?:,\d{{3}})*(?:\.\d+)?(?!\w)")
#: The columns of tables of odds, a folder a row: the table and the column that hold each.
ODDS = {
    "Cove Kaz Capital wins, %": ("winners", "wins_cove_kaz"),
    "Chinese bidder wins, %": ("winners", "wins_chinese_soe"),
    "shelved, %": ("winners", "shelved"),
    "host's money, M$": ("host", "money"),
    "difference in money, M$": ("contrasts", "money"),
}
#: The columns of tables of campaigns: the table, the row in it, the column, and how it is written.
CAMPAIGNS: dict[str, tuple[str, dict[str, object], str, Unit]] = {
    "American camp wins, tenders": ("patrons", {"patron": "United States"}, "value_won", UNITS["number"]),
    "Chinese camp wins, tenders": ("patrons", {"patron": "China"}, "value_won", UNITS["number"]),
    "American camp builds, tenders": ("patrons", {"patron": "United States"}, "value_built", UNITS["number"]),
    "Cove Kaz Capital wins the rare earths, %":
        ("tenders", {"tender": "rare_earths", "bidder": "Cove Kaz Capital"}, "wins", SHARE),
    **{
        f"{camp} {mineral} after {year} years, %":
            ("supply", {"mineral": mineral, "year": year, "camp": label}, "share", SHARE)
        for camp, label in (("American", "United States"), ("Chinese", "China"))
        for mineral in ("tungsten", "cobalt", "lithium") for year in (5, 10, 15)
    },
    "HHI of tungsten after 15 years":
        ("supply", {"mineral": "tungsten", "year": 15, "camp": "China"}, "hhi", UNITS["number"]),
}  # fmt: skip


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


def _table(results: Path, source: str, what: str, body: str) -> str:
    head, rule, *rows = body.splitlines()
    headings, kept = _cells(head), [_cells(row) for row in rows]
    if source == "odds":
        fresh = [[key, *(_odds(results / _folder(key), heading) for heading in headings[1:])] for key, *_ in kept]
    elif source == "campaigns":
        fresh = [[*row[:2], *(_told(results / what, row[1], heading) for heading in headings[2:])] for row in kept]
    elif source == "params":
        fresh = [[key, *(_parameter(key, heading) for heading in headings[1:])] for key, *_ in kept]
    elif json.loads((results / source / storage.MANIFEST).read_text(encoding="utf-8"))["kind"] == storage.EXPERIMENT:
        fresh = _map(results / source, what, headings, [key for key, *_ in kept])
    else:
        fresh = _rows(Answer.read(results / source).tables[what], headings, kept)
    return "\n".join([head, rule, *(f"| {' | '.join(row)} |" for row in fresh)]) + "\n"


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _folder(key: str) -> str:
    return re.sub(r"\W+", "_", key.strip("`"))


def _rows(table: Table, headings: Sequence[str], kept: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows of a table that the page keeps, in its order, with the columns that it keeps."""
    made = [dict(zip(table.headings, row, strict=True)) for row in table.cells()]
    words = [column.heading for column in table.columns if not column.unit.is_number]
    count = next(n for n in range(1, len(words) + 1) if len({tuple(_of(row, words[:n])) for row in made}) == len(made))
    by_words = {tuple(_of(row, words[:count])): row for row in made}
    asked = [tuple(_of(dict(zip(headings, row, strict=True)), words[:count])) for row in kept]
    assert set(asked) <= set(by_words), f"{table.title}: there is no row {set(asked) - set(by_words)}"
    return [_of(by_words[key], headings) for key in asked]


def _of(row: dict[str, str], headings: Sequence[str]) -> list[str]:
    return [row[heading] for heading in headings]


def _odds(folder: Path, heading: str) -> str:
    """A number of the scenario as it is in a folder; the tender as it was is compared with nothing."""
    key, name = ODDS[heading]
    tables = Answer.read(folder).tables
    if key not in tables:
        return MISSING
    (column,) = (column for column in tables[key].columns if column.name == name)
    (row,) = (row for row in tables[key].frame.to_dict("records") if row["policy"] == "as it is")
    return column.unit.cell(*(row[end] for end in column.names))


def _told(folder: Path, changed: str, heading: str) -> str:
    """A number of the odds of a campaign, from what its command printed."""
    key, row, name, unit = CAMPAIGNS[heading]
    rows = json.loads((folder / f"{_folder(changed)}.json").read_text(encoding="utf-8"))[key]
    (found,) = (one for one in rows if row.items() <= one.items())
    return unit.cell(*(found[f"{name}{end}"] for end in ("", "_low", "_high")))


def result_of(line: str) -> str:
    """Where the result of a command is kept: in the folder that it says, or in a file named after what it changes."""
    words = shlex.split(line)
    if "--out" in words:
        return words[words.index("--out") + 1]
    changed = "; ".join(after for before, after in pairwise(words) if before == "--set") or "nothing"
    return f"{RESULTS}/{words[2]}/{_folder(changed)}.json"


def _parameter(path: str, heading: str) -> str:
    from minegame.scenario import Scenario

    (parameter,) = (p for p in Scenario.load("kazakhstan_tungsten").parameters(path) if p.path == path)
    return level(getattr(parameter, heading))


def _map(folder: Path, policy: str, headings: Sequence[str], keys: Sequence[str]) -> list[list[str]]:
    import minegame

    found = minegame.load(folder)
    first, second = found.factors
    rows = found.win_probabilities()
    chosen = rows[(rows["policy"] == policy) & (rows["outcome"] == found.scenario.bidder_names[0])]
    cells = {(float(row[first]), float(row[second])): row for row in chosen.to_dict("records")}
    return [[key, *(_mapped(cells[float(key), float(head.split()[-1])]) for head in headings[1:])] for key in keys]


def _mapped(row: dict[str, float]) -> str:
    return SHARE.cell(row["estimate"], row["low"], row["high"])


# ---------------------------------------------------------------------------------------------------------------- tests


def test_every_table_and_quotation_comes_from_a_command_on_the_page():
    made = {result_of(line) for line in commands(page())}
    for source, what, body in MARKED.findall(page()):
        if source == "odds":
            keys = [_cells(row)[0] for row in body.splitlines()[2:]]
            assert {f"{RESULTS}/{_folder(key)}" for key in keys} <= made
        elif source == "campaigns":
            keys = [_cells(row)[1] for row in body.splitlines()[2:]]
            assert {f"{RESULTS}/{what}/{_folder(key)}.json" for key in keys} <= made
        elif source != "params":
            assert f"{RESULTS}/{source}" in made, f"{source}: {what}"


def test_every_table_of_numbers_is_marked():
    unmarked = MARKED.sub("", page())
    assert not re.search(r"^[|>]", unmarked, re.MULTILINE)


@pytest.mark.parametrize("section", re.split(r"^## ", page(), flags=re.MULTILINE), ids=lambda s: s.splitlines()[0][:40])
def test_the_prose_holds_no_number_of_its_own(section):
    evidence = " ".join([*(body for _, _, body in MARKED.findall(section)), *COMMANDS.findall(section)])
    known = {number.lstrip(f"+{MINUS}-") for number in NUMBER.findall(evidence)}
    known |= {number.replace(",", "") for number in known}
    known |= {"95", "2025"}  # the confidence of every interval, the year of the case
    prose = COMMANDS.sub("", MARKED.sub("", section))
    prose = re.sub(r"\]\([^)]*\)|`[^`]*`", "", prose)
    strange = [number for number in NUMBER.findall(prose) if number.lstrip(f"+{MINUS}-") not in known]
    assert not strange


@pytest.mark.prose
def test_the_numbers_are_made_again_by_the_commands(tmp_path, monkeypatch):
    """To a unit of the last digit, and nearly all exactly: another processor may differ in the last bit."""
    monkeypatch.chdir(tmp_path)
    for line in commands(page()):
        command = [sys.executable, "-m", *shlex.split(line)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        if (file := Path(result_of(line))).suffix == ".json":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(done.stdout, encoding="utf-8")
    before, now = page(), filled(page(), tmp_path / RESULTS)
    assert NUMBER.sub("#", before) == NUMBER.sub("#", now)
    pairs = list(zip(NUMBER.findall(before), NUMBER.findall(now), strict=True))
    differing = [(old, new) for old, new in pairs if old != new]
    assert len(differing) <= len(pairs) // 100, differing
    assert [pair for pair in differing if not _within_a_unit(*pair)] == []


def _within_a_unit(old: str, new: str) -> bool:
    unit = 10.0 ** -len(old.partition(".")[2])
    before, now = (float(number.replace(",", "").replace(MINUS, "-")) for number in (old, new))
    return abs(before - now) < 1.01 * unit


if __name__ == "__main__":
    PAGE.write_text(filled(page(), Path(sys.argv[1])), encoding="utf-8")
