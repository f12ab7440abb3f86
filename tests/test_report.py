"""The report: one page that holds everything, shows every text as text, and asks nothing of the network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asked
import numpy as np
import pytest
from typer.testing import CliRunner

from minegame import experiment, plots, report, results, storage
from minegame.answers import experiment as told_runs
from minegame.answers.answer import Answer, AnswerError, Picture
from minegame.answers.experiment import rerun
from minegame.answers.experiment import tables as run_tables
from minegame.answers.inputs import limits_of
from minegame.cli import app
from minegame.experiment_file import Experiment
from minegame.folder import Work, sign
from minegame.report.numbers import is_link
from minegame.report.sheet import MOST_ROWS, Sheet
from minegame.results import Results
from minegame.scenario import Scenario, ScenarioError
from minegame.tables import Column, Table
from minegame.text import FLAG, LEVEL, MONEY, NUMBER, P_VALUE, PATH, SHARE

TRAPS = (
    "<script>alert('label')</script>",
    '"><img src=https://evil.example/x onerror=alert(1)>',
    "</title></style></pre><!-- & &amp; &lt; -->",
    "{{ 7 * 7 }} {% raw %} $\\frac{1}{0}$",
)
VOID = {"meta", "link", "img", "br", "wbr"}


class Page(HTMLParser):
    """What a browser would find on a page: its elements in order, its text, and whether all are closed in turn."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.pieces: list[str] = []
        self.styles: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs))
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.styles if "style" in self.open else self.pieces).append(data)

    @property
    def text(self) -> str:
        return plain("".join(self.pieces))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def plain(text: str) -> str:
    """Text as one reads it: a space is a space, and where a line may break does not show."""
    return re.sub(r"\s+", " ", text.replace("\u200b", ""))


def document() -> dict[str, Any]:
    return Scenario.load("two_bidders").document()


def picture(width: float = 3) -> Any:
    return plots.axes(width, 2)


def answer(scenario: Scenario | None = None, **changes: Any) -> Answer:
    told: dict[str, Any] = {
        "kind": "winning",
        "question": "Who wins?",
        "sentences": ("North Mining wins 61.0 % [59.0, 63.0] of 1,000 negotiations.", "Second.", "A note."),
        "tables": {
            "odds": Table(
                "Odds",
                [Column("policy"), Column("wins", "wins", SHARE, bounded=True)],
                {"policy": ["none", "all"], "wins": [0.05, 0.61], "wins_low": [0.04, 0.59], "wins_high": [0.06, 0.63]},
            )
        },
        "pictures": {"bars": Picture("A picture", picture)},
        "settings": {"seed": 12345, "replications": 100000, "confidence": 0.95, "changes": {"tender.months": 8}},
        "command": "minegame analyse winning two_bidders",
        "limits": ("It is a model.",),
        "scenario": scenario or Scenario.load("two_bidders"),
    }
    return Answer(**{**told, **changes})


def hostile() -> Answer:
    """An answer in which every text that a user writes is a trap."""
    text = document()
    first, second, third, fourth = TRAPS
    text["title"], text["description"] = first, second
    text["deposits"]["the_hill"]["label"] = third
    for kind in ("patrons", "bidders"):
        for name, trap in zip(text[kind], TRAPS, strict=False):
            text[kind][name]["label"] = trap
    text["sources"]["host.*"] = {"title": first, "address": "javascript:alert('address')", "note": second}
    text["sources"]["market.*"] = {"title": third, "address": f"https://example.org/?a=1&b={second}"}
    text["sources"]["project.*"] = {"assumption": fourth}
    scenario = Scenario.from_document(text, "two_bidders")
    table = Table(
        second,
        [Column("what", first), Column("path", fourth, PATH), Column("share", fourth, SHARE)],
        {"what": [second, third], "path": [fourth, first], "share": [0.01, 0.02]},
    )
    return answer(
        scenario, kind="trap", question=first, sentences=TRAPS, tables={"trap": table}, command=third, limits=TRAPS,
        pictures={"trap": Picture(fourth.replace("$", ""), picture)},
        settings={first: second, "nested": {third: fourth, second: [first]}},
    )  # fmt: skip


def html_of(*told: Answer | Results) -> str:
    return report.page([report.Chapter.of(one) for one in told], made="2026-01-31")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Results]:
    """Small finished runs: of policies alone, over one factor, over two, over many points."""
    folder = tmp_path_factory.mktemp("runs")
    asked_for = {
        "policies": "policies: {none: {patrons.us.levers.*.intensity: 0}, all $5: {}}",
        "alone": "analysis: [winning, terms]",
        "curve": "policies: {a: {}, b: {tender.months: 8}}\nfactors: {host.balance_weight: [0, 2, 4]}",
        "map": "factors: {host.balance_weight: [0, 2, 4], host.credit_weight: [0, 0.1]}",
        "wide": "factors: {host.balance_weight: {low: 0, high: 4}}\ndesign: {kind: random, points: 120, seed: 1}",
    }
    found = {}
    for name, text in asked_for.items():
        plan = asked.plan(f"title: A {name}\nscenario: kazakhstan_tungsten\n{text}\nreplications: 60\n", folder)
        found[name] = experiment.run(plan, folder / name)
    return found


def make(folder: Path, told: Answer | None = None, *, signed: bool = True) -> Path:
    """A folder as ``minegame analyse … --out`` leaves it, or as :meth:`Answer.write` does."""
    told = told or answer()
    names = told.write(folder)
    if signed:
        scenario = {"name": told.scenario.name, **told.scenario.document()}
        sign(folder, Work(told.kind, {}, {}, {"asked": {}, "scenario": scenario}).manifest(), names)
    return folder


def command(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


# -------------------------------------------------------------------------------------------------------- what it holds


def check_structure(html: str) -> Page:
    """Nothing is fetched, nothing runs, every link within the page leads somewhere, every picture says what it is."""
    page = Page(html)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "object", "embed", "form", "base", "video", "audio", "source", "svg"}
    names = {name for _, attributes in page.elements for name in attributes}
    assert not {name for name in names if name.startswith("on")}
    assert "style" not in names | {"srcset"} & names
    assert all(
        attributes["src"].startswith("data:image/png;base64,") for _, attributes in page.elements if "src" in attributes
    )
    assert all(attributes["href"] == "data:," for attributes in page.all("link"))
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert set(ids.values()) == {1}
    for link in page.all("a"):
        assert link["href"].startswith(("http://", "https://")) or link["href"].removeprefix("#") in ids
    assert all(picture["alt"] for picture in page.all("img"))
    assert "url(" not in "".join(page.styles)
    assert "@import" not in "".join(page.styles)
    assert tags & {"h1", "h2", "title"} == {"h1", "h2", "title"}
    return page


def test_a_page_holds_the_whole_answer():
    page = check_structure(html_of(answer()))
    for text in (
        "Two bidders for one hill", "Who wins?", "61.0 % [59.0, 63.0]", "A note.", "It is a model.", "A picture",
        "minegame analyse winning two_bidders", "12345", "100,000", "95 %", "tender.months: 8", "2026-01-31", "numpy",
        "Assumed",
    ):  # fmt: skip
        assert plain(text) in page.text, text


def test_every_number_of_the_scenario_stands_with_its_standing_and_source():
    scenario = Scenario.load("kazakhstan_tungsten")
    page = check_structure(html_of(answer(scenario)))
    standing = Counter(parameter.status for parameter in scenario.parameters())
    for heading, name in (("Calibrated", "calibrated"), ("To be varied", "swept"), ("Assumed", "assumption")):
        assert f"{heading}: {standing[name]}" in page.text
    links = {link["href"] for link in page.all("a")}
    for parameter in scenario.parameters():
        source = scenario.source_of(parameter.path)
        if source is not None and parameter.status:
            assert parameter.path in page.text
            assert plain(source.assumption or source.title) in page.text
            assert not source.address or source.address in links


def test_a_number_that_was_changed_has_no_source():
    page = check_structure(html_of(answer(Scenario.load("kazakhstan_tungsten").at({"host.balance_weight": 1.0}))))
    assert "Without a source: 1" in page.text


def test_several_answers_have_contents_and_say_shared_limits_and_numbers_once():
    limits = ("Only of this one.", "It is a model.")
    page = check_structure(html_of(answer(), answer(limits=limits, question="And why?")))
    assert len(page.all("nav")) == 1
    assert page.text.count("It is a model.") == 1
    assert page.text.count("Only of this one.") == 1
    assert page.text.count("The numbers behind it") == 2  # in the contents, and as a heading
    assert not Page(html_of(answer())).all("nav")


def test_the_page_opens_with_what_a_reader_of_two_minutes_asks():
    """Who tells it best is quoted; of what nobody tells, the command that would; the doubts stand there in any case."""
    quoted = ("First.", "Second.", "Last.")
    cause = answer(kind="attribution", sentences=quoted)
    page = Page(html_of(cause)).text.split("Which lever")[0].split("In two minutes")[1].split("Brackets hold")[0]
    assert page.index("Who wins, and how often? Last.") < page.index("What did it? Second.")
    assert "What would turn it? Not asked here: minegame analyse tipping would tell." in page
    assert "What is not known? Of 187 numbers of the scenario 187 are assumed" in page
    assert "Of the scenario's numbers, 0 come from a source and 187 are" in limits_of(Scenario.load("two_bidders"))[-1]
    opening = Page(html_of(cause, answer(sentences=("Odds.",)))).text.split("Contents")[0]
    assert "Who wins, and how often? Odds." in opening
    assert "Last." not in opening


def test_answers_of_different_scenarios_show_the_numbers_of_each():
    page = check_structure(html_of(answer(), answer(Scenario.load("kazakhstan_split_lots"))))
    assert "The numbers of Two bidders for one hill" in page.text
    short = page.text.split("In two minutes")[1].split("Contents")[0]
    others = Scenario.load("kazakhstan_split_lots").title
    for title in ("Two bidders for one hill", others):
        assert f"{title}: North Mining wins 61.0 %" in short  # who wins
        assert f"{title}: Of " in short  # what is not known
    one = Scenario.load("two_bidders")
    twice = check_structure(html_of(answer(one), answer(one.at({"tender.months": 9}))))
    for number in (1, 2):  # the same title, other numbers
        assert f"Two bidders for one hill (numbers {number}): North Mining wins 61.0 %" in twice.text
        assert f"The numbers of Two bidders for one hill (numbers {number})" in twice.text
    assert "The numbers of Kazakhstan 2025, the two deposits sold as separate lots" in page.text


# -------------------------------------------------------------------------------------------------------- hostile texts


def test_hostile_texts_are_shown_as_text():
    harmless = answer()
    page = check_structure(html_of(hostile()))
    for trap in TRAPS:
        assert plain(trap) in page.text
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in Page(html_of(harmless, harmless)).elements} | {
        "br",
        "a",
    }
    assert "49" not in page.text.split("Assumed")[0]
    assert any(TRAPS[0] in picture["alt"] for picture in page.all("img"))
    assert not any(link["href"].startswith("javascript") for link in page.all("a"))
    assert "javascript:alert('address')" in page.text


def test_hostile_texts_survive_the_folder(tmp_path):
    chapters = report.read([make(tmp_path / "a", hostile())])
    page = check_structure(report.page(chapters))
    for trap in TRAPS:
        assert plain(trap) in page.text


def test_hostile_labels_of_a_run_are_shown_as_text(tmp_path):
    text = document()
    for name, trap in zip(text["bidders"], TRAPS[2:], strict=False):
        text["bidders"][name]["label"] = trap
    Path(tmp_path / "trap.yaml").write_text(Scenario.from_document(text, "trap").to_yaml())
    asks = {
        "title": TRAPS[0],
        "question": TRAPS[1],
        "how_to_read": TRAPS[2],
        "scenario": "trap.yaml",
        "replications": 20,
    }
    asks["policies"] = {TRAPS[0]: {}, "a $ b $ c": {"tender.months": 3}}
    file = tmp_path / "asks.yaml"
    file.write_text(json.dumps(asks))
    page = check_structure(html_of(experiment.run(Experiment.load(file)[1], tmp_path / "r")))
    for trap in TRAPS:
        assert plain(trap) in page.text
    assert len(page.all("img")) == 1


def test_characters_that_no_page_may_hold_are_written_out():
    told = answer(question="a\x00b\x1bc\ud800d\u202ee")
    assert r"a\x00b\x1bc\ud800d\u202ee" in Page(html_of(told)).text
    html_of(told).encode()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://example.org/a?b=1&c=2#d", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        (" https://example.org", False),
        ("https://example.org/ onmouseover=x", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("file:///etc/passwd", False),
        ("//example.org", False),
        ("https:example.org", False),
        ("https://", False),
        ("http://[", False),
        ("Ministry archive, box 7", False),
        ("", False),
    ],
)
def test_only_whole_addresses_of_the_web_become_links(address, expected):
    assert is_link(address) is expected


# --------------------------------------------------------------------------------------------------------------- tables


def table(*columns: Column, title: str = "t", raw: bool = False, **rows: list[Any]) -> Table:
    return Table(title, columns, rows, raw)


def cells(table: Table) -> list[list[str]]:
    sheet = Sheet.of(table)
    return [[plain(cell.text) for cell in line] for line in (sheet.headings, *sheet.rows)]


def test_an_estimate_stands_with_its_interval_in_one_cell():
    found = table(
        Column("who"), Column("wins", "wins", SHARE, bounded=True), Column("part_low", "part (low)", NUMBER),
        who=["A", "B"], wins=[0.61234, 0.0004], wins_low=[0.599, np.nan], wins_high=[0.625, np.nan], part_low=[1, 2],
    )  # fmt: skip
    assert cells(found) == [["who", "wins, %", "part (low)"], ["A", "61.2 [59.9, 62.5]", "1"], ["B", "0.0", "2"]]


def test_an_infinite_interval_is_no_sure_effect_and_not_a_number():
    """A price whose gain may be nil lies anywhere: 397.7 alone would look like one."""
    found = table(
        Column("price", "price", MONEY, bounded=True), price=[397.7, 12.34, np.inf],
        price_low=[-np.inf, 10.0, -np.inf], price_high=[np.inf, 15.0, np.inf],
    )  # fmt: skip
    assert cells(found)[1:] == [["no sure effect"], ["12.3 [10.0, 15.0]"], ["no sure effect"]]


def test_numbers_stand_to_the_right_paths_in_the_letters_of_code_and_words_to_the_left():
    found = table(
        Column("factor", "", PATH), Column("lots", "", LEVEL), Column("host.balance_weight", "", LEVEL),
        Column("sure", "", FLAG), Column("p", "", P_VALUE), Column("said"),
        factor=["tender.months", None], lots=["split", 18], sure=[True, False], p=[1e-9, np.nan],
        said=["tender.months", "4"], **{"host.balance_weight": [1.2345678, -0.0001234567]},
    )  # fmt: skip
    sheet = Sheet.of(found)
    assert [[(cell.text, cell.kind) for cell in row] for row in sheet.rows] == [
        [
            ("tender.months", "path"), ("split", "words"), ("1.235", "number"), ("yes", "words"),
            ("< 0.001", "number"), ("tender.months", "words"),
        ],
        [
            ("–", "words"), ("18", "number"), ("−0.0001235", "number"), ("no", "words"), ("–", "number"),
            ("4", "words"),
        ],
    ]  # fmt: skip
    kinds = [cell.kind for cell in sheet.headings]
    assert kinds == ["words", "words number", "path number", "words", "words number", "words"]


def test_single_points_are_left_in_the_folder(tmp_path):
    line = table(Column("x", "", NUMBER), title="The line", raw=True, x=[0.5] * 1200)
    folder = make(tmp_path / "a", answer(tables={"odds": answer().tables["odds"], "line": line}))
    (chapter,) = report.read([folder])
    assert [sheet.title for sheet in chapter.tables] == ["Odds"]
    assert "The line: 1,200 rows, in tables/line.csv" in check_structure(report.page([chapter])).text
    assert len((folder / "tables" / "line.csv").read_text().splitlines()) == 1201


def test_the_first_page_says_every_answer_in_a_sentence(runs):
    page = Page(html_of(answer(sentences=("It is <so>.", "And more.")), runs["alone"]))
    opening = page.text[: page.text.index("Read the answer with its limits")]
    assert opening.count("It is <so>.") == 2  # in short, then in its chapter
    assert opening.count("And more.") == 1
    assert told_runs.answer(runs["alone"]).sentences[0][:30] in opening


def test_long_tables_say_that_they_are_cut_and_empty_ones_that_they_are_empty():
    tables = {
        "long": table(Column("n", "", NUMBER), title="Long", n=list(range(7000))),
        "empty": table(Column("n"), title="Empty", n=[]),
    }
    page = check_structure(html_of(answer(tables=tables)))
    assert f"The first {MOST_ROWS} of 7,000 rows" in page.text
    assert len([1 for tag, _ in page.elements if tag == "td"]) > MOST_ROWS
    assert "No rows" in page.text


def test_a_wide_table_of_few_rows_is_read_downwards():
    names = [f"quantity_number_{n}" for n in range(20)]
    found = table(
        Column("who"), *(Column(name, "", NUMBER) for name in names),
        who=["Somebody"], **{name: [n + 0.5] for n, name in enumerate(names)},
    )  # fmt: skip
    shown = cells(found)
    assert shown[0] == ["who", "Somebody"]
    assert shown[1:3] == [["quantity number 0", "0.500"], ["quantity number 1", "1.50"]]
    assert {cell.kind for row in Sheet.of(found).rows for cell in row[1:]} == {"turned number"}


# ----------------------------------------------------------------------------------------------------------------- runs


def test_a_run_is_told_with_its_own_numbers(runs):
    rows = runs["policies"].win_probabilities()
    page = check_structure(html_of(runs["policies"]))
    for row in rows[rows["outcome"] == "cove_kaz"].to_dict("records"):
        told = f"{100 * row['estimate']:.1f} % [{100 * row['low']:.1f}, {100 * row['high']:.1f}]"
        assert told in page.text
        assert told.replace(" %", "") in page.text  # in the table too
    change = runs["policies"].win_contrasts().iloc[0]
    gained = f"{100 * change['estimate']:+.1f} points [{100 * change['low']:+.1f}"
    assert gained.replace("-", "−") in page.text.replace("-", "−")
    assert "all $5" in page.text
    assert "A policies" in page.text


@pytest.mark.parametrize(("name", "pictures"), [("policies", 1), ("alone", 1), ("curve", 2), ("map", 1), ("wide", 2)])
def test_every_kind_of_run_has_sentences_tables_and_pictures(runs, name, pictures):
    told = told_runs.answer(runs[name])
    assert len(told.sentences) >= 2
    assert all("[" in sentence or "points" in sentence for sentence in told.sentences[:2])
    assert "nan" not in " ".join(told.sentences)
    assert len(told.pictures) == pictures
    page = check_structure(html_of(runs[name]))
    assert len(page.all("img")) == pictures
    assert len(page.all("table")) >= 2


def test_the_sentences_of_a_sweep_name_its_ends(runs):
    first, second = told_runs.answer(runs["curve"]).sentences[:2]
    rows = runs["curve"].win_probabilities().query("outcome == 'cove_kaz'")
    assert f"{100 * rows['estimate'].max():.1f} %" in first
    assert f"{100 * rows['estimate'].min():.1f} %" in first
    assert "host.balance_weight = " in first
    best = runs["curve"].win_probabilities()
    best = best.loc[best.groupby(["group", "policy"], sort=False)["estimate"].idxmax()]
    for policy in ("a", "b"):
        count = ((best["policy"] == policy) & (best["outcome"] == "cove_kaz")).sum()
        assert f"{count} of 3 points under “{policy}”" in second


def test_the_experiment_on_the_page_asks_the_same_again(runs, tmp_path):
    text = told_runs.experiment_file(runs["curve"])
    (tmp_path / "again.yaml").write_text(text)
    plan = Experiment.load(tmp_path / "again.yaml")[1]
    assert experiment.work_of(plan).marks() == dict(runs["curve"].manifest["fingerprint"])
    assert plain(text) in Page(html_of(runs["curve"])).text


def test_terms_of_a_large_design_are_worked_out_as_far_as_they_are_shown(runs, monkeypatch):
    found, asked = runs["curve"], []
    estimate = Results.estimate
    monkeypatch.setattr(Results, "estimate", lambda *where: asked.append(where) or estimate(*where))
    monkeypatch.setattr(run_tables, "MOST_ROWS", 3)
    assert len(run_tables._terms(run_tables.Found(found))) == 4  # two points whole
    assert len(asked) == 2


def shipped(**changes: Any) -> Results:
    """The results of a shipped experiment, as far as its command is concerned."""
    question, plan = Experiment.load("who_wins", changes)
    manifest = experiment.work_of(plan).manifest()
    assert manifest["asked"] == question.document()
    return Results(Path("r"), manifest)


def test_a_shipped_experiment_is_run_again_by_its_name():
    assert rerun.command(shipped()) == "minegame run who_wins"
    assert told_runs.experiment_file(shipped()) == ""
    changed = shipped(replications=500, seed=9, set={"tender.lots": "split"})
    assert rerun.command(changed) == "minegame run who_wins --replications 500 --seed 9 --set tender.lots=split"
    free = shipped(set={"financiers.us_public_lenders.offtake_multiple": None, "host.balance_weight": 0.1 + 0.2})
    assert rerun.command(free) == (
        "minegame run who_wins --set financiers.us_public_lenders.offtake_multiple=null "
        "--set host.balance_weight=0.30000000000000004"
    )
    sure = shipped(replications={"until": 0.1, "at_most": 500})
    assert rerun.command(sure) == "minegame run who_wins.yaml"
    other = shipped(policies={"a": {}, "b": {"tender.months": 8}}, packages={})
    assert rerun.command(other) == "minegame run who_wins.yaml"
    assert "tender.months: 8" in told_runs.experiment_file(other)


def test_the_experiment_on_the_page_is_written_as_it_will_be_read(tmp_path):
    """A policy may be called 1e-3, which YAML 1.1 reads as text and YAML 1.2 as a number."""
    text = told_runs.experiment_file(shipped(policies={"1e-3": {}, "b": {"tender.months": 8}}, packages={}))
    (tmp_path / "again.yaml").write_text(text)
    assert list(Experiment.load(tmp_path / "again.yaml")[1].policies) == ["1e-3", "b"]


# ------------------------------------------------------------------------------------------------- folders, the command


def test_folders_are_read_in_the_best_order_and_once(tmp_path, runs):
    make(tmp_path / "z", answer(kind="attribution", question="First?"))
    make(tmp_path / "a", answer(kind="sensitivity", question="Last?"))
    (tmp_path / "notes").mkdir()
    chapters = report.read([tmp_path, tmp_path / "z", runs["alone"].folder])
    assert [chapter.answer.question for chapter in chapters] == ["First?", "Last?", "A alone: who wins?"]
    assert chapters[0].versions["minegame"]


def test_the_command_writes_into_the_first_folder_or_where_it_is_told(tmp_path, runs):
    folder = make(tmp_path / "a")
    done = command(folder)
    assert done.exit_code == 0, done.output
    assert "Who wins?" in check_structure((folder / "report.html").read_text()).text
    done = command(folder, runs["alone"].folder, "--out", tmp_path / "page.html")
    assert done.exit_code == 0, done.output
    assert "2 answers" in done.output
    check_structure((tmp_path / "page.html").read_text())
    assert command(tmp_path, "--out", tmp_path / "page.html").exit_code == 0  # again, over itself


def test_a_report_in_a_run_s_folder_does_not_spoil_it(runs, tmp_path):
    folder = tmp_path / "r"
    shutil.copytree(runs["alone"].folder, folder)
    assert command(folder).exit_code == 0
    assert results.load(folder).manifest == dict(runs["alone"].manifest)


def test_what_an_experiment_asked_stands_after_it(tmp_path, runs):
    """An experiment may ask questions of its own: their answers lie in its folder."""
    folder = tmp_path / "run"
    shutil.copytree(runs["alone"].folder, folder)
    make(folder / "attribution", answer(kind="attribution", question="Which lever?"))
    make(tmp_path / "alone", answer(question="Alone?"))
    for asked_for in ([tmp_path], [tmp_path / "alone", folder, folder / "attribution"]):
        chapters = report.read(asked_for)
        assert [chapter.answer.question for chapter in chapters] == ["Alone?", "A alone: who wins?", "Which lever?"]


def test_an_answer_that_was_written_by_hand_is_read_too(tmp_path):
    """Answer.write keeps no manifest: there is nothing to check, but nothing that is wrong either."""
    folder = make(tmp_path / "a", signed=False)
    assert report.read([folder])[0].answer.sentences == answer().sentences


def test_an_unfinished_answer_is_refused_with_what_to_do(tmp_path):
    folder = make(tmp_path / "a")
    storage.write_manifest(folder, {**storage.read_manifest(folder), "state": "running"})
    with pytest.raises(ScenarioError, match="the answer is not finished: ask the question again to go on"):
        report.read([folder])


def test_odds_of_the_version_before_are_told_to_be_made_again(tmp_path):
    (tmp_path / "odds.json").write_text('{"scenario": "two_bidders"}')
    done = command(tmp_path)
    assert done.exit_code == 2
    assert "make it again with minegame odds … --out" in done.output


def spoil(folder: Path, how: str) -> None:
    file = folder / "answer.json"
    head = json.loads(file.read_text())
    table, picture = folder / "tables" / "odds.csv", folder / "pictures" / "bars.png"
    if how == "not JSON":
        file.write_text("{")
    elif how == "not UTF-8":
        file.write_bytes(b"\xff\xfe{")
    elif how == "a list":
        file.write_text("[]")
    elif how == "cut table":
        table.write_text("".join(table.read_text().splitlines(keepends=True)[:-1]))
    elif how == "no table":
        table.unlink()
    elif how == "empty table":
        table.write_text("")
    elif how == "cut picture":
        picture.write_bytes(picture.read_bytes()[:-30])
    elif how == "no picture at all":
        picture.write_text("<svg onload=alert(1)>")
    elif how == "no scenario":
        (folder / "scenario.yaml").unlink()
    elif how == "broken scenario":
        (folder / "scenario.yaml").write_text("a: [")
    elif how == "empty scenario":
        (folder / "scenario.yaml").write_text("")
    else:
        of_odds = head["tables"]["odds"]
        first = of_odds["columns"][0]
        changes = {
            "no question": {"question": None}, "one string": {"sentences": "abc"}, "no sentences": {"sentences": []},
            "settings a list": {"settings": ["a"]}, "number as limit": {"limits": [1]},
            "tables a number": {"tables": 7}, "a table that is a number": {"tables": {"odds": 7}},
            "asked a list": {"asked": [1]}, "no scenario's name": {"scenario": 3},
            "no rows": {"tables": {"odds": {"title": "x", "columns": []}}}, "another format": {"format": 99},
            "no such unit": {"tables": {"odds": {**of_odds, "columns": [{**first, "unit": "ells"}]}}},
            "no such column": {"tables": {"odds": {**of_odds, "columns": [{**first, "name": "b"}]}}},
            "a heading for a name": {"tables": {"odds": {**of_odds, "columns": [{**first, "name": "b%"}]}}},
            "a key that is none": {"tables": {"Odds of it": of_odds}},
            "a file elsewhere": {"tables": {"../../secret": of_odds}},
            "an absolute file": {"pictures": {"/etc/passwd": "x"}},
        }[how]  # fmt: skip
        file.write_text(json.dumps({**head, **changes}))


SPOILT = (
    "not JSON", "not UTF-8", "a list", "cut table", "no table", "empty table", "cut picture", "no picture at all",
    "no scenario", "broken scenario", "empty scenario", "no question", "one string", "no sentences", "settings a list",
    "asked a list", "no scenario's name", "number as limit", "tables a number", "a table that is a number", "no rows",
    "another format", "no such unit", "no such column", "a heading for a name", "a key that is none",
    "a file elsewhere", "an absolute file",
)  # fmt: skip


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("how", SPOILT)
def test_a_damaged_answer_is_refused_and_nothing_is_written(tmp_path, how, signed):
    folder = make(tmp_path / "folder-of-it", signed=signed)
    (tmp_path.parent / "secret.csv").write_text("a\nsecret\n")
    spoil(folder, how)
    done = command(folder)
    assert done.exit_code == 2, (how, done.output, done.exception)
    assert "folder-of-it" in done.output
    assert "Traceback" not in done.output
    assert not list(folder.glob("*.html")) + list(folder.glob(".*"))


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    """Even where the content is the one that the manifest vouches for."""
    folder = make(tmp_path / "a")
    file = folder / "tables" / "odds.csv"
    file.rename(tmp_path / "secret.csv")
    file.symlink_to(tmp_path / "secret.csv")
    with pytest.raises(AnswerError, match="outside its folder"):
        report.read([folder])


@pytest.mark.parametrize(
    "how",
    ["altered table", "unfinished", "no manifest", "broken manifest", "manifest without policies", "no such reference"],
)
def test_a_damaged_run_is_refused(runs, tmp_path, how):
    folder = tmp_path / "run-of-it"
    shutil.copytree(runs["alone"].folder, folder)
    file = folder / "manifest.json"
    manifest = storage.read_manifest(folder)
    if how == "altered table":
        (folder / "summary.parquet").write_bytes(b"PAR1")
    elif how == "no manifest":
        file.unlink()
    elif how == "broken manifest":
        file.write_text("{")
    elif how == "unfinished":
        storage.write_manifest(folder, {**manifest, "state": "running"})
    elif how == "no such reference":
        file.write_text(json.dumps({**manifest, "reference": 7}))
    else:
        del manifest["policies"]
        file.write_text(json.dumps(manifest))
    done = command(folder)
    assert done.exit_code == 2, (done.output, done.exception)
    assert "run-of-it" in done.output
    assert not (folder / "report.html").exists()


@pytest.mark.parametrize("place", ["answers.experiment._sentences", "answers.answer.Answer.read"])
def test_a_fault_of_ours_is_not_blamed_on_the_folder(runs, tmp_path, monkeypatch, place):
    def faulty(*_: object) -> None:
        raise KeyError("forgotten")

    monkeypatch.setattr(f"minegame.{place}", faulty)
    with pytest.raises(KeyError, match="forgotten"):
        report.read([make(tmp_path / "a"), runs["alone"].folder])


def test_what_holds_no_results_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    for where, why in (("empty", "holds no results"), ("file", "is a file"), ("absent", "there is no such folder")):
        done = command(tmp_path / where)
        assert done.exit_code == 2
        assert why in done.output
    with pytest.raises(ValueError, match="at least one"):
        report.page([])


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    folder = make(tmp_path / "a")
    for place, why in ((tmp_path, "is a folder"), (tmp_path / "absent" / "page.html", "there is no folder")):
        done = command(folder, "--out", place)
        assert done.exit_code == 2
        assert why in done.output
    (tmp_path / "page.html").write_text("before")
    spoil(folder, "no scenario")
    assert command(folder, "--out", tmp_path / "page.html").exit_code == 2
    assert (tmp_path / "page.html").read_text() == "before"


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_that_must_not_be_written_is_refused(tmp_path):
    folder = make(tmp_path / "a")
    folder.chmod(0o500)
    done = command(folder)
    folder.chmod(0o700)
    assert done.exit_code == 2
    assert "cannot be written" in done.output


def test_python_writes_the_page_too(tmp_path):
    file = report.write(tmp_path / "page.html", [report.Chapter.of(answer())], made="2026-01-31")
    assert file.read_text(encoding="utf-8") == html_of(answer())
    with pytest.raises(ScenarioError):
        report.read([tmp_path])


# ------------------------------------------------------------------------------------------------------- a real browser

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
    "--disable-extensions", "--no-pings", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
#: What the network log names as the origin of a request that the browser makes for itself (updates, the time).
ITS_OWN = "not an origin"


def browse(folder: Path, page: Path, *options: str) -> SimpleNamespace:
    """Open a page in a browser of its own: the page it made, its console, every address the page asked for."""
    assert BROWSER is not None
    log = folder / "net.json"
    done = subprocess.run(
        [
            BROWSER, *QUIET, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}",
            "--net-log-capture-mode=Everything", "--enable-logging=stderr", "--v=0", *options, page.as_uri(),
        ],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = log.read_text(encoding="utf-8").rstrip().rstrip(",")
    try:
        events = json.loads(text)["events"]
    except ValueError:  # the browser left before it had closed the list
        events = json.loads(text + "]}")["events"]
    asked_for = [event["params"] for event in events if "initiator" in event.get("params", {})]
    addresses = {one["url"] for one in asked_for if one["initiator"] != ITS_OWN}
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return SimpleNamespace(out=done.stdout, console=console, addresses=addresses)


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_a_browser_opens_prints_and_photographs_the_page_and_asks_nothing_of_the_network(tmp_path, runs):
    page = report.write(tmp_path / "page.html", [report.Chapter.of(one) for one in (hostile(), *runs.values())])
    seen = browse(tmp_path, page, "--dump-dom")
    assert not seen.console
    assert not {address for address in seen.addresses if not address.startswith("data:")}
    page_in_browser = Page(seen.out.split("<!DOCTYPE html>", 1)[1])
    assert not page_in_browser.all("script")
    for trap in TRAPS:
        assert plain(trap) in page_in_browser.text

    browse(tmp_path, page, f"--screenshot={tmp_path / 'page.png'}", "--window-size=1100,2400")
    assert (tmp_path / "page.png").stat().st_size > 50_000
    browse(tmp_path, page, f"--print-to-pdf={tmp_path / 'page.pdf'}", "--no-pdf-header-footer")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext"):
        text = subprocess.run(
            ["pdftotext", "-layout", "page.pdf", "-"], cwd=tmp_path, capture_output=True, text=True
        ).stdout
        assert "What this cannot say" in text
        assert "<script>alert" in text


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_the_browser_test_would_notice_a_request_and_an_error(tmp_path):
    """A page that does what no report may do is caught by the same means."""
    page = tmp_path / "bad.html"
    page.write_text(
        '<!DOCTYPE html><img src="http://127.0.0.1:9/x.png"><script>console.error("CONSOLE"); nothing()</script>'
    )
    seen = browse(tmp_path, page, "--dump-dom")
    assert "http://127.0.0.1:9/x.png" in seen.addresses
    assert seen.console
