"""The host's account: which term carried the difference between two bidders."""

import numpy as np
import pytest

from minegame import answers, plots
from minegame.analysis import ledger
from minegame.game import LEDGER
from minegame.runner import Runner
from minegame.scenario import Scenario, ScenarioError

TUNGSTEN = "kazakhstan_tungsten"


def test_the_ledger_says_which_term_carried_it():
    chance = np.random.default_rng(0)
    second = chance.normal(100, 10, (1_000, len(LEDGER)))
    first = second + chance.normal(0, 1, second.shape)
    first[:, LEDGER.index("credit")] -= 60
    first[:, LEDGER.index("access")] += 90
    first[0, 0] = np.nan  # a negotiation in which the first made no offer
    table = ledger.ledger_difference(first, second)
    assert table["term"].tolist()[:2] == ["access", "credit"]
    assert table["term"].iloc[-1] == "total"
    assert table["difference"].iloc[-1] == pytest.approx(table["difference"].iloc[:-1].sum())
    assert table["replications"].unique().tolist() == [999]
    assert (table["low"] < table["difference"]).all()
    assert table["low"].iloc[0] < 90 < table["high"].iloc[0]
    assert table["share"].iloc[:-1].sum() == pytest.approx(1.0)


def test_ledgers_that_do_not_fit():
    with pytest.raises(ValueError, match="shape"):
        ledger.ledger_difference(np.zeros((5, 2)), np.zeros((5, 2)))
    with pytest.raises(ValueError, match="at least two negotiations"):
        ledger.ledger_difference(np.full((5, 14), np.nan), np.zeros((5, 14)))


def test_the_picture_says_what_it_shows():
    chance = np.random.default_rng(1)
    table = ledger.ledger_difference(chance.normal(size=(50, 2)), chance.normal(size=(50, 2)), ("tax", "bonus"))
    assert "M$" in plots.ledger_bars(table, first="A", second="B").get_xlabel()


# ---------------------------------------------------------------------------------------------------------- the answer


@pytest.fixture(scope="module")
def asked():
    return answers.ask("ledger", TUNGSTEN, replications=200)


def test_the_account_is_that_of_the_negotiations_played(asked):
    scenario = Scenario.load(TUNGSTEN)
    with Runner() as runner:
        entries = runner.ledgers(scenario.game(), 0, 200)
    ours, theirs = (entries[:, scenario.bidder_names.index(name)] for name in ("cove_kaz", "chinese_soe"))
    both = np.isfinite(ours).all(axis=1) & np.isfinite(theirs).all(axis=1)
    table = asked.tables["account"].frame.set_index("term")
    for term in LEDGER:
        row, n = table.loc[term.replace("_", " ")], LEDGER.index(term)
        assert row["first"] == pytest.approx(ours[both, n].mean())
        assert row["second"] == pytest.approx(theirs[both, n].mean())
    assert f"n = {both.sum()} of 200 negotiations" in asked.sentences[0]


def test_terms_add_up(asked):
    table = asked.tables["account"].frame
    assert table["difference"].iloc[:-1].sum() == pytest.approx(table["difference"].iloc[-1])
    assert table["share"].iloc[:-1].sum() == pytest.approx(1)
    assert (table["difference_low"] <= table["difference"]).all()
    assert (table["difference"] <= table["difference_high"]).all()


def test_the_account_is_read_in_millions_and_percent(asked):
    shown = asked.tables["account"].display()
    assert list(shown) == [
        "term", "Cove Kaz Capital, M$", "Chinese state-owned bidder, M$", "difference, M$", "part of the total, %"
    ]  # fmt: skip
    assert shown.iloc[-1]["part of the total, %"] == "100.0"
    assert shown.iloc[0]["difference, M$"].startswith("+334.4 [")


def test_the_terms_that_speak_for_a_bidder_do_so_surely(asked):
    ours, theirs = asked.sentences[1].split("; for Chinese state-owned bidder ")
    assert ours.startswith("For Cove Kaz Capital speak balance +")
    assert theirs.startswith("bonus −")


def test_seen_from_the_other_bidder_every_sign_turns(asked):
    turned = answers.ask("ledger", TUNGSTEN, first="chinese_soe", second="cove_kaz", replications=200)
    ours, theirs = (answer.tables["account"].frame.set_index("term") for answer in (asked, turned))
    assert theirs["difference"].to_dict() == pytest.approx((-ours["difference"]).to_dict())
    assert "prefers Cove Kaz Capital" in turned.sentences[0]
    assert "--first chinese_soe --second cove_kaz --replications 200" in turned.command


def test_what_was_changed_is_in_the_command_and_the_settings():
    changes = {"tender.lots": "split", "host.balance_weight": 1.5}
    found = answers.ask("ledger", Scenario.load(TUNGSTEN).at(changes), replications=50)
    assert found.settings["changes"] == changes
    assert "--set tender.lots=split --set host.balance_weight=1.5" in found.command
    assert any("without a source" in limit or "no source" in limit for limit in found.limits)


def test_any_scenario_can_be_asked():
    found = answers.ask("ledger", "two_bidders", replications=30)
    assert "Mining" in found.question
    assert "Kaz" not in " ".join([found.question, *found.sentences, *found.limits])


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("cove_kaz", "cove_kaz", "rival of itself"),
        ("cove", None, "cove_kaz"),
        (None, "chinese", "chinese_soe"),
    ],
)
def test_bidders_that_there_are_not_are_refused(first, second, said):
    with pytest.raises(ScenarioError, match=said):
        answers.ask("ledger", TUNGSTEN, first=first, second=second, replications=9)


def test_bidders_that_never_meet_have_no_ledgers_to_compare():
    scenario = Scenario.load(TUNGSTEN).at({"bidders.cove_kaz.unit_cost": 1e6})
    with pytest.raises(ScenarioError, match="never both bid for everything"):
        answers.ask("ledger", scenario, replications=20)
