"""The command odds, from the user's point of view."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner, Result

from minegame import runner
from minegame.cli import app

ESTIMATE = {"estimate", "low", "high"}


def odds(*arguments: str, width: int = 100, fails: int = 0) -> Result:
    done = CliRunner().invoke(app, ["odds", *arguments], env={"COLUMNS": str(width)})
    assert done.exit_code == fails, done.output
    return done


def refused(*arguments: str) -> str:
    said = odds(*arguments, fails=2).stderr
    assert said.startswith("Error: ")
    assert said.count("\n") == 1
    return said


def test_the_json_has_the_shape_that_programs_rely_on():
    told = json.loads(odds("two_bidders", "-n", "50", "--set-against", "tender.months=3", "--json").stdout)
    assert {"scenario", "replications", "seed", "confidence", "deposits", "bidders", "shelved", "split"} <= set(told)
    assert set(told["deposits"]["the_hill"]) == {"north_mining", "south_metals", "shelved"}
    assert set(told["bidders"]) == {"north_mining", "south_metals"}
    bidder = told["bidders"]["north_mining"]
    assert set(bidder) == {"wins_any", "wins_all", "value_share", "wins_and_built", "terms"}
    terms = {"state_equity", "bonus", "offtake", "processing", "coverage", "completion", "month"}
    assert set(bidder["terms"]) == terms
    assert set(told["host"]) == {"value", "money"}
    assert set(told["contrasts"]) == {"bidders", "shelved", "split", "host"}
    for estimate in (bidder["wins_any"], bidder["terms"]["month"], told["shelved"], told["contrasts"]["split"]):
        assert set(estimate) == ESTIMATE


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_the_tables_are_whole_at_any_width(width):
    compared = ("kazakhstan_split_lots", "--against", "kazakhstan_tungsten", "-n", "200")
    page = odds(*compared, width=width).stdout
    assert "…" not in page
    assert max(map(len, page.splitlines())) <= width
    said = re.sub(r"\s+", " ", page)
    for part in ("wins any", "value share", "processing at home", "expected completion", "95 % intervals"):
        assert part in said
    assert said.count("split between") == 2, "the lots, and their contrast"


def test_terms_have_intervals_and_the_month_its_name():
    page = odds("-n", "300").stdout
    assert re.search(r"month of the award +\d+\.\d ±0\.\d \(\w+ 20\d\d\)", page)
    assert "Months count from 0" in page
    assert re.search(r"bonus, M\$ +\d+ ±\d+ ", page)
    assert re.search(r"offtake +70\.0 ±0\.\d %", page)


def test_contrasts_have_their_units_and_signs():
    page = odds("-n", "300", "--set-against", "patrons.us.levers.*.intensity=0").stdout
    table, host = page.split("percentage points")[1].split("Host's value, difference")
    assert "M$" not in table
    assert re.search(r"Chinese state-owned bidder +−\d+\.\d \[−\d", table)
    assert re.match(r" +[+−]\d+ M\$ \[[+−]\d+, [+−]\d+\]\n", host)
    assert not re.search(r"[+−-]0\.0\b", page), "nil has no sign"
    assert "%]" not in page


def test_scenarios_without_a_common_bidder_cannot_be_compared():
    said = refused("two_bidders", "--against", "kazakhstan_tungsten")
    assert "no bidder is in both" in said
    assert "north_mining, south_metals against cove_kaz, chinese_soe" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-n", "1e6"), "'--replications' / '-n': '1e6' is not allowed: expected a whole number between 1 and"),
        (("-n", "1e6"), "did you mean 1000000?"),
        (("-n", "2.4"), "did you mean 2?"),
        (("-n", "0"), "0 is not allowed: expected a whole number between 1 and"),
        (
            ("--confidence", "95%"),
            "'95%' is not allowed: expected a number between 0.5 and 0.9999, such as 0.95; did you",
        ),
        (("--confidence", "95%"), "did you mean 0.95?"),
        (("--confidence", "0.9999999999999999"), "expected a number between 0.5 and 0.9999"),
        (("--confidence", "95"), "95.0 is not allowed"),
        (("--confidence", "nan"), "nan is not allowed"),
    ],
)
def test_bad_numbers(options, words):
    assert words in refused("two_bidders", *options)


def test_the_most_confident_interval_does_not_claim_certainty():
    page = odds("two_bidders", "-n", "100", "--confidence", "0.9999").stdout
    assert "99.99 % intervals" in page


def test_an_interrupted_run_leaves_no_empty_folder(tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    (tmp_path / "old").mkdir()
    monkeypatch.setattr(runner, "tally", interrupted)
    for folder in ("new/deep", "old"):
        odds("two_bidders", "--out", str(tmp_path / folder), fails=130)
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_out_keeps_the_answer_and_its_picture(tmp_path):
    told = odds("two_bidders", "-n", "50", "--json", "--out", str(tmp_path / "kept")).stdout
    assert json.loads((tmp_path / "kept" / "odds.json").read_text()) == json.loads(told)
    assert (tmp_path / "kept" / "odds.png").stat().st_size > 10_000


def test_the_picture_has_a_title_and_an_axis_that_ends_at_one():
    from minegame import plots

    row = {"policy": "as it is", "outcome": "shelved", "estimate": 0.2, "low": 0.1, "high": 0.3}
    picture = plots.odds([row], replications=500, confidence=0.999, title="Who wins")
    assert picture.figure._suptitle.get_text() == "Who wins"
    assert picture.spines["bottom"].get_bounds() == (0, 1)
    assert "99.9 % intervals; n = 500 negotiations" in picture.get_xlabel()
