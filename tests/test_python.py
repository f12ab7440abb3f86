"""One line of Python: the same numbers as the other doors, tables that can be used, objects that show themselves."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest

import minegame
from minegame import experiment
from minegame.agents import Bidder, Host
from minegame.answers.catalogue import kinds
from minegame.experiment_file import Plan
from minegame.scenario import ScenarioError

QUIET = {"patrons.north.levers.*.intensity": 0}


def test_odds_are_those_of_the_question():
    one = minegame.odds("two_bidders", QUIET, replications=300, seed=4)
    other = minegame.ask(
        "winning", minegame.Scenario.load("two_bidders").at(QUIET), policy={"as it is": {}}, replications=300, seed=4
    )
    pd.testing.assert_frame_equal(one["winners"], other["winners"])
    with pytest.raises(KeyError, match="there are winners"):
        one["losers"]


def test_changes_against_the_scenario_as_it_is_are_paired():
    paired = minegame.odds("two_bidders", QUIET, against={}, replications=300)
    assert paired["contrasts"]["policy"].tolist() == ["patrons.north.levers.*.intensity=0"]
    plain = [minegame.odds("two_bidders", changes, replications=300)["winners"] for changes in (QUIET, {})]
    difference = plain[0]["wins_north_mining"][0] - plain[1]["wins_north_mining"][0]
    assert paired["contrasts"]["wins_north_mining"][0] == pytest.approx(difference)
    with pytest.raises(ScenarioError, match="nothing can be compared"):
        minegame.odds("two_bidders", {}, against={}, replications=10)


def test_another_scenario_to_compare_with():
    answer = minegame.odds("kazakhstan_split_lots", against="kazakhstan_tungsten", replications=100)
    assert len(answer["contrasts"]) == 1


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_sweep_in_memory_is_the_run_that_a_folder_keeps(workers, tmp_path):
    levels = {"host.balance_weight": [0, 2], "patrons.north.link": "0:1:3"}
    swept = minegame.sweep(levels, "two_bidders", policies={"all": {}, "late": {"tender.months": 4}},
                           replications=200, seed=3, workers=workers)  # fmt: skip
    points = swept[list(levels)].drop_duplicates()
    assert len(points) == 6
    plan = Plan.of(
        minegame.Scenario.load("two_bidders"),
        points,
        {"all": {}, "late": {"tender.months": 4}},
        replications=200,
        seed=3,
    )
    kept = experiment.run(plan, tmp_path / "run").win_probabilities()
    for outcome, measure, subject in (("north_mining", "wins_any", "north_mining"), ("shelved", "shelved", "")):
        mine = swept[(swept.measure == measure) & (swept.subject == subject)]
        theirs = kept[kept.outcome == outcome]
        for column in ("estimate", "low", "high"):
            np.testing.assert_array_equal(mine[column], theirs[column])


def test_evaluate_is_the_same_for_one_policy_or_many():
    states = [{"host.balance_weight": weight} for weight in (0.5, 1, 2)]
    both = minegame.evaluate([{}, QUIET], states, ["host_value", "wins_any.north_mining"], 100, scenario="two_bidders")
    alone = minegame.evaluate([QUIET], states[1:2], ["host_value"], 100, scenario="two_bidders")
    picked = both[(both.policy == "1") & (both.state == 1) & (both.measure == "host_value")]
    np.testing.assert_array_equal(picked["estimate"], alone["estimate"])
    assert (both["low"] <= both["estimate"]).all()
    assert (both["estimate"] <= both["high"]).all()


def test_states_of_the_world_have_luck_of_their_own_if_asked():
    same = [{"host.balance_weight": 1.0}] * 2
    for luck, distinct in (("common", 1), ("own", 2)):
        table = minegame.evaluate(None, same, ["host_value"], 50, scenario="two_bidders", luck=luck)
        assert table["estimate"].nunique() == distinct


def test_what_cannot_be_evaluated_is_said():
    with pytest.raises(ScenarioError, match=r"no measure 'host_valu'.*did you mean 'host_value'"):
        minegame.evaluate(measures=["host_valu"], n=1)
    with pytest.raises(ScenarioError, match="same paths in every state"):
        minegame.evaluate(states=[{"host.backlash": 0.1}, {}], n=1)
    with pytest.raises(ScenarioError, match=r"host\.balence"):
        minegame.sweep({"host.balence_weight": [0, 1]})
    with pytest.raises(AttributeError, match="no attribute 'attributions'"):
        _ = minegame.attributions


def test_every_kind_of_question_is_a_function():
    for kind in kinds():
        function = getattr(minegame, kind)
        assert function.__name__ == kind
        assert kind in dir(minegame)
    answer = minegame.attribution("two_bidders", replications=50)
    pd.testing.assert_frame_equal(
        answer["levers"], minegame.ask("attribution", "two_bidders", replications=50)["levers"]
    )


def test_any_folder_is_loaded(tmp_path):
    asked = minegame.attribution("two_bidders", replications=50, folder=tmp_path / "answer")
    pd.testing.assert_frame_equal(minegame.load(tmp_path / "answer")["levers"], asked["levers"])
    run = experiment.run(Plan.of(minegame.Scenario.load("two_bidders"), replications=20), tmp_path / "run")
    assert minegame.load(tmp_path / "run") == run
    with pytest.raises(ScenarioError):
        minegame.load(tmp_path)


class Stubborn(Bidder):
    """Never goes beyond a limit."""

    def __init__(self, *seat, limit):
        super().__init__(*seat)
        self.limit = limit

    def concede(self):
        super().concede()
        self.concession = min(self.concession, self.limit)


class SameHost(Host):
    """Decides as the scenario's does."""


def test_a_strategy_that_changes_nothing_makes_no_difference():
    table = minegame.compare({"host": SameHost}, 60, "two_bidders", seed=2)
    assert (table["difference"] == 0).all()
    assert (table["estimate"] == table["without"]).all()
    assert (table["low"] < table["high"]).all() or table["low"].isna().any()


def test_a_strategy_may_take_parameters():
    table = minegame.compare({"north_mining": partial(Stubborn, limit=0.0)}, 60, "two_bidders").set_index("subject")
    assert table.loc["north_mining", "high"] < 0
    with pytest.raises(TypeError, match="must be a class"):
        minegame.compare({"north_mining": partial(print)}, 1, "two_bidders")


def test_objects_show_themselves_and_run_no_code_of_a_file():
    nasty = minegame.Scenario.load("two_bidders").document() | {"title": "<script>alert(1)</script>"}
    scenario = minegame.Scenario.from_document(nasty, "nasty")
    answer = minegame.odds(scenario, replications=20)
    for shown in (scenario, answer, answer.tables["winners"], minegame.play(scenario)):
        assert "<script>" not in shown._repr_html_()
        assert len(repr(shown)) < 400 or shown is answer.tables["winners"]


def test_without_collecting_a_negotiation_is_the_same():
    plain = minegame.Negotiation("two_bidders", seed=3)
    bare = minegame.Negotiation("two_bidders", seed=3, collect=False)
    assert bare.datacollector is None
    assert plain.play().outcome.tobytes() == bare.play().outcome.tobytes()
