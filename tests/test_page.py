"""The page: what a tab works on, its numbers, what it shows, and the page itself in a real browser without network."""

from __future__ import annotations

import re
import shlex
import socket
import sys
import threading
import time

import numpy as np
import pytest
from typer.testing import CliRunner

import minegame
from minegame.answers.compared import Compared
from minegame.cli import app
from minegame.game import LEVERS
from minegame.page import sight
from minegame.page.analyses import Asking, Axis, CancelledError, headline_axes
from minegame.page.draft import Draft
from minegame.page.entries import Entries, note
from minegame.page.one import told
from minegame.page.playing import Player, Seen, SupersededError
from minegame.runner import Runner
from minegame.scenario import Scenario, ScenarioError

BASELINE = "kazakhstan_tungsten"
WEIGHT = "host.balance_weight"
TARIFF = "patrons.us.levers.tariff.intensity"


def draft(**how) -> Draft:
    return Draft.load(BASELINE, **{"replications": 600, **how})


def compared(one: Draft) -> Compared:
    question = one.question()
    return Compared.of_policies(one.written, question.policy, question.reference)


def seen(one: Draft, player: Player | None = None) -> Seen:
    return (player or Player()).seen(compared(one), one.seed, one.replications, 0.95, lambda: False)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "400"})
    assert done.exit_code == 0, done.output
    return done.output


# ---------------------------------------------------------------------------------------------- what a tab works on


def test_a_draft_holds_what_differs_from_what_is_written():
    one = draft()
    one.set(WEIGHT, 1.5)
    one.set("patrons.us.levers.tariff.trigger", "rival_leads")
    assert one.changes == {WEIGHT: 1.5, "patrons.us.levers.tariff.trigger": "rival_leads"}
    assert one.now.host.balance_weight == 1.5
    one.set(WEIGHT, 2.2)
    assert list(one.changes) == ["patrons.us.levers.tariff.trigger"]
    one.clear()
    assert one.now == one.written


def test_a_value_that_is_not_allowed_changes_nothing():
    one = draft()
    one.set(WEIGHT, 1.5)
    for path, value in ((WEIGHT, -1.0), ("tender.months", 2.5), ("host.equity_min", 0.9), ("no.such", 1)):
        with pytest.raises(ScenarioError):
            one.set(path, value)
    assert (one.changes, one.now.host.balance_weight) == ({WEIGHT: 1.5}, 1.5)


def test_policies_are_changes_of_what_is_written():
    one = draft(changes={WEIGHT: "1.5"})
    one.keep("light: balance = 1.5, say")
    one.without = ["us"]
    one.set("host.credit_weight", 0.0)
    policies = one.policies()
    assert list(policies) == ["as it is", "now", "now, without the levers of us", "light: balance = 1.5, say"]
    assert policies["as it is"] == {}
    assert policies["light: balance = 1.5, say"] == {WEIGHT: 1.5}
    assert policies["now, without the levers of us"] == {
        WEIGHT: 1.5, "host.credit_weight": 0.0,
        **{f"patrons.us.levers.{lever}.intensity": 0.0 for lever in LEVERS},
    }  # fmt: skip


@pytest.mark.parametrize("name", ["", "  ", "now", "as it is", "now ", "\u200b"])
def test_a_policy_has_a_name_that_people_can_tell_apart(name):
    one = draft(changes={WEIGHT: 1.5})
    with pytest.raises(ScenarioError):
        one.keep(name)
    assert one.kept == {}


@pytest.mark.parametrize("here", [True, False], ids=["a file here", "through the browser"])
def test_what_is_saved_is_valid_keeps_its_sources_and_loads_as_what_was_seen(tmp_path, here):
    one = draft(
        changes={WEIGHT: 1.5, "patrons.us.levers.tariff.trigger": "rival_leads", "tender.months": 9}, is_here=here
    )
    file = tmp_path / "saved.yaml"
    file.write_text(one.yaml(), encoding="utf-8")
    assert "saved.yaml: OK" in run("validate", str(file))
    again = Scenario.load(file)
    assert again.fingerprint() == one.now.fingerprint()
    assert again.source_of("market.long_run_price") == one.written.source_of("market.long_run_price")
    assert again.source_of(WEIGHT) is None
    assert ("extends: kazakhstan_tungsten" in one.yaml()) is here
    again = Draft.load(str(file))
    assert again.changes == {}
    again.set(WEIGHT, 1.0)
    (tmp_path / "elsewhere").mkdir()
    further = tmp_path / "elsewhere" / "further.yaml"
    further.write_text(again.yaml(), encoding="utf-8")
    assert Scenario.load(further).fingerprint() == again.now.fingerprint()


@pytest.mark.parametrize("changes", [{}, {WEIGHT: 1.5, TARIFF: 0}])
def test_the_command_prints_the_numbers_of_the_page(changes):
    one = draft(changes=changes, seed=3)
    if changes:
        one.without = ["us"]
        one.keep("kept, for one")
    program, *arguments = shlex.split(one.command())
    assert program == "minegame"
    printed = run(*arguments)
    tables = sight.tables(seen(one))
    for name in ("winners", "host", "money", *(["contrasts"] if changes else [])):
        for row in tables[name].cells():
            for column, cell in zip(tables[name].columns, row, strict=True):
                assert column.name == "balance" or cell in printed, (name, column.name, cell)


# ------------------------------------------------------------------------------------------------------- the entries


def test_the_left_shows_levers_what_matters_most_and_finds_the_rest():
    entries = Entries(Scenario.load(BASELINE))
    assert entries.levers("us", "tariff") == [
        f"patrons.us.levers.tariff.{name}" for name in ("intensity", "onset", "trigger")
    ]
    decisive = entries.decisive()
    assert {WEIGHT, "financiers.us_public_lenders.credibility", "tender.months"} <= set(decisive)
    assert {entries.parameters[path].status for path in decisive} == {"calibrated", "swept"}
    assert entries.search("volatility price") == ["market.volatility"]
    assert entries.search("  ") == []
    shown = {path for path in entries.parameters if path in entries.search(path)}
    assert shown == set(entries.parameters)


def test_an_entry_says_unit_range_source_meaning_and_what_lies_outside():
    one = draft()
    entries = Entries(one.written)
    entry = entries.entry(one, WEIGHT)
    assert (entry["value"], entry["written"], entry["note"]) == (2.2, 2.2, "")
    assert entry["status"] == "calibrated"
    assert entry["allowed"] == "supports 0 to 4"
    assert entry["source"]
    assert entry["meaning"]
    assert entry["low"] <= 2.2 <= entry["high"]
    one.set(WEIGHT, 9.0)
    assert note(one, WEIGHT) == "outside 0 to 4, the range that its source supports"


@pytest.mark.parametrize("name", ["two_bidders", "kazakhstan_eu_bidder"])
def test_every_value_can_be_moved_between_the_ends_of_its_slider(name):
    one = Draft.load(name)
    entries = Entries(one.written)
    for path, parameter in entries.parameters.items():
        entry = entries.entry(one, path)
        assert entry["value"] == entry["written"]
        if not entry["choices"] and parameter.value is not None:
            assert entry["low"] <= parameter.value <= entry["high"], path
            assert entry["low"] < entry["high"], path
            assert 0 < entry["step"] <= entry["high"] - entry["low"], path


# ------------------------------------------------------------------------------------------------------- the numbers


def test_a_coarse_picture_is_the_beginning_of_the_whole_one():
    one, player = draft(changes={WEIGHT: 1.5}), Player()
    player.tallies(compared(one), 0, 200, lambda: False)
    grown = player.tallies(compared(one), 0, 700, lambda: False)
    at_once = Player().tallies(compared(one), 0, 700, lambda: False)
    np.testing.assert_array_equal(grown.sums, at_once.sums)
    with Runner() as runner:
        tallied = runner.tally(compared(one).games(), 0, 700, reference=0)
    played = np.flatnonzero(at_once.sums[0, 0, :, 0])
    np.testing.assert_allclose(at_once.sums[:, :, played], tallied.sums[:, :, played], rtol=1e-12)
    np.testing.assert_allclose(at_once.contrasts[:, 1:, played], tallied.contrasts[:, 1:, played], rtol=1e-9, atol=1e-9)


def test_what_was_played_is_not_played_again():
    one, player = draft(replications=3_000, changes={WEIGHT: 1.5}), Player()
    seen(one, player)
    tried: list[str] = []
    player.seen(compared(one), 0, 3_000, 0.95, lambda: bool(tried.append("asked")))
    assert tried == []
    player.seen(compared(one), 1, 100, 0.95, lambda: bool(tried.append("asked")))
    assert tried


def test_nothing_more_is_played_of_values_that_are_not_wanted_any_more():
    one, player, answers = draft(replications=200_000), Player(), iter([False, False, True])
    with pytest.raises(SupersededError):
        player.tallies(compared(one), 0, 200_000, lambda: next(answers, True))
    asked: list[str] = []
    player.tallies(compared(one), 0, 100, lambda: bool(asked.append("again")))
    assert asked  # what was given up is not kept as if it were whole


def test_bars_tables_and_files_say_the_same():
    one = draft(changes={WEIGHT: 1.5})
    found = seen(one)
    groups = sight.bars(found)
    assert [group["title"] for group in groups] == [
        "Cove Kaz Capital wins", "Chinese state-owned bidder wins", "Shelved: nobody wins",
    ]  # fmt: skip
    winners = sight.tables(found)["winners"]
    assert f"{groups[0]['bars'][1]['text']}".replace(" %", "") == winners.cells()[1][1]
    assert groups[0]["bars"][1]["builtText"].replace(" %", "") in winners.cells()[1]
    assert groups[2]["bars"][0]["built"] is None
    assert groups[0]["changes"][0].startswith("now against as it is: −")
    lines = sight.csv(found).splitlines()
    assert len(lines) == 3
    assert {"policy", "wins_cove_kaz", "built_cove_kaz_low", "balance", "at_risk_us"} <= set(lines[0].split(","))
    assert sight.brief(found).startswith("now: Cove Kaz Capital ")
    assert sight.png(found).startswith(b"\x89PNG")


def test_what_balance_costs_is_what_the_hosts_value_lacks():
    found = sight.tables(seen(draft()))["host"].frame
    assert found["balance"].iloc[0] == pytest.approx(found["value"].iloc[0] - found["money"].iloc[0])


def test_a_negotiation_is_told_with_its_picture_ledger_and_story():
    one = told(Scenario.load("kazakhstan_split_lots"), 0, 3)
    assert one.picture.startswith("data:image/svg+xml;base64,")
    assert len(one.ledger["head"]) == len(one.ledger["numeric"]) == len(one.ledger["rows"][0])
    assert one.ledger["rows"][-1][0] == "Utility"
    assert one.story[-1][0] == "afterwards"
    assert told(Scenario.load("kazakhstan_split_lots"), 0, 4).summary != one.summary


# ------------------------------------------------------------------------------------------------ asked on a button


def test_a_question_on_the_page_is_the_question_of_the_command():
    asking = Asking()
    reply = asking.question("attribution", Scenario.load(BASELINE), BASELINE, replications=40, seed=5)
    assert asking.share == 1.0
    assert reply.command == "minegame analyse attribution kazakhstan_tungsten --replications 40 --seed 5"
    printed = run(*shlex.split(reply.command)[1:])
    assert reply.sentences[0].split(":")[0][:40] in printed
    assert reply.sheets[0]["rows"][0][1] in printed
    assert reply.pictures[0][1].startswith("data:image/svg+xml;base64,")


def test_a_question_can_be_cancelled_while_it_is_answered():
    asking = Asking()
    threading.Timer(0.3, asking.cancel).start()
    begun = time.monotonic()
    with pytest.raises(CancelledError):
        asking.question("tipping", Scenario.load(BASELINE), BASELINE, replications=200_000, seed=0)
    assert time.monotonic() - begun < 20


def test_a_map_has_the_levels_of_the_headline_and_the_values_of_the_scenario():
    scenario = Scenario.load(BASELINE)
    x, y = headline_axes(scenario)
    assert (x.path, y.path) == (WEIGHT, "financiers.us_public_lenders.credibility")
    assert scenario.host.balance_weight in x.levels
    own = Axis.between(scenario, "patrons.us.link", 0, 1)
    assert 0.5 in own.levels
    assert Axis.between(scenario, "tender.months", 6, 18).levels == (6, 8, 10, 12, 14, 16, 18)
    assert headline_axes(Scenario.load("two_bidders")) is None
    with pytest.raises(ScenarioError, match="expected two"):
        Asking().map(scenario, BASELINE, x, x, seed=0, replications=20)


def test_a_map_holds_what_a_sweep_prints():
    scenario = Scenario.load(BASELINE).at({"host.credit_weight": 0.1})
    x, y = Axis(WEIGHT, (0, 2.2, 4)), Axis.between(scenario, "tender.months", 11, 13)
    rows = Asking().rows(scenario, x, y, seed=3, replications=300)
    swept = minegame.sweep(
        {WEIGHT: x.levels, "tender.months": y.levels},
        scenario,
        measures=["wins_any.cove_kaz"],
        seed=3,
        replications=300,
    )
    expected = {(row[WEIGHT], row["tender.months"]): row["estimate"] for row in swept.to_dict("records")}
    assert {(row[WEIGHT], row["tender.months"]): row["estimate"] for row in rows} == expected
    reply = Asking().map(scenario, BASELINE, x, y, seed=3, replications=300)
    assert [title for title, _ in reply.pictures] == ["How often Cove Kaz Capital wins"]
    assert reply.command == (
        "minegame sweep kazakhstan_tungsten --vary host.balance_weight=0,2.2,4 --vary tender.months=11,12,13 "
        "--set host.credit_weight=0.1 --replications 300 --seed 3"
    )


# ---------------------------------------------------------------------------------------------------------- the command


def test_without_the_extra_a_line_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] in ("nicegui", "fastapi", "uvicorn")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "minegame.page.server", raising=False)
    monkeypatch.setitem(sys.modules, "nicegui", None)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    done = CliRunner().invoke(app, ["page", "--no-browser"])
    assert done.exit_code == 2
    assert done.output == "Error: the page needs more than is installed: pip install 'minegame[page]'\n"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["nowhere"], "nowhere: there is no such file"),
        (["--set", "host.balance_weight=-1"], "host.balance_weight: -1 is not allowed"),
        (["--port", "70000"], "70000 is not allowed"),
        (["-n", "3"], "3 is not allowed"),
    ],
)
def test_what_is_not_allowed_is_refused_in_a_line(given, said):
    done = CliRunner().invoke(app, ["page", "--no-browser", *given])
    assert done.exit_code == 2
    assert said in done.output
    assert re.fullmatch(r"Error: .*\n", done.output)


def test_a_port_that_is_taken_is_refused_in_a_line():
    pytest.importorskip("nicegui", reason="the page is not installed: pip install 'minegame[page]'")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = CliRunner().invoke(app, ["page", "--no-browser", "--port", str(taken.getsockname()[1])])
    assert done.exit_code == 2
    assert re.fullmatch(
        r"Error: --port: 127.0.0.1:\d+ cannot be listened on: .*; expected another, such as --port 0\n", done.output
    )
