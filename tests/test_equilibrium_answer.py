"""What each side should have done: the answer about the patrons' game, for the case and for others."""

from __future__ import annotations

import re

import pytest

from minegame import answers
from minegame.answers import Answer, AnswerError
from minegame.answers.equilibrium import Equilibrium
from minegame.answers.patrons_game import plays
from minegame.ensemble import by_bidder, general
from minegame.runner import Runner
from minegame.scenario import Scenario

TUNGSTEN = "kazakhstan_tungsten"
FEW = {"us": ["access", "finance"], "china": ["access"]}


@pytest.fixture(scope="module")
def answer() -> Answer:
    return answers.ask("equilibrium", TUNGSTEN, player=FEW, replications=60, draws=20)


def test_what_an_equilibrium_brings_agrees_with_the_ensemble(answer):
    row = answer.tables["equilibria"].frame.iloc[0]
    assert row["kind"] == "pure"
    played = {"us": row["us"].split(" + "), "china": row["china"].split(" + ")}
    changes: dict[str, float] = {"patrons.china.levers.access.onset": 5}
    for patron, levers in FEW.items():
        for lever in levers:
            changes[f"patrons.{patron}.levers.{lever}.intensity"] = float(lever in played[patron])
    game = Scenario.load(TUNGSTEN).at(changes).game()
    with Runner() as runner:
        means = runner.tally(game.reshape(1, 1), 0, 60).sums[0, 0, :, 1] / 60
    places = {"host_value": general("host_value"), "money": general("host_money"), "wins": by_bidder("wins_any", 0)}
    for name, place in {**places, "rival": by_bidder("wins_any", 1)}.items():
        assert row[name] == pytest.approx(means[place]), name
        assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]


def test_tables_keep_fractions_and_name_the_patrons(answer):
    shares = [table.frame["survival"] for table in answer.tables.values() if "survival" in table.frame]
    assert len(shares) == 4
    assert all(share.dropna().between(0, 1).all() for share in shares)
    assert answer.tables["survival"].frame["survival"].sum() >= 1 - 1e-9  # some profile, or none, in every draw
    assert set(answer.tables["regret"].frame["patron"]) == {"United States", "China"}
    assert answer.tables["equilibria"].headings[1:5] == [
        "United States", "China", "United States' payoff, M$", "China's payoff, M$"
    ]  # fmt: skip
    assert answer.tables["survival"].display()["standing"].iloc[-1] == "–"
    assert len(answer.tables["replies"]) == 4 + 2
    assert (answer.tables["dominance"].frame["margin"] >= 0).all()


def test_the_regret_of_the_scenario_is_what_the_best_reply_brings_more(answer):
    regret = answer.tables["regret"].frame.set_index("patron")
    replies = answer.tables["replies"].frame
    mine = replies[(replies["patron"] == "United States") & (replies["against"] == "none")].iloc[0]
    us = regret.loc["United States"]
    assert us["payoff"] + us["regret"] == pytest.approx(mine["payoff"])


def test_pictures_of_replies_and_of_each_patron(answer):
    assert {key: picture.title for key, picture in answer.pictures.items()} == {
        "replies": "Best replies and the host's value",
        "play_us": "How United States plays as errors grow rarer",
        "play_china": "How China plays as errors grow rarer",
    }
    assert all(picture.png().startswith(b"\x89PNG") for picture in answer.pictures.values())


def test_where_only_a_mixed_equilibrium_exists_it_is_told():
    players = {"us": ["access", "finance"], "china": ["access", "finance", "denial"]}
    weak = Scenario.load(TUNGSTEN).at({"patrons.us.stake": 500.0})
    found = answers.ask("equilibrium", weak, player=players, replications=400, draws=20)
    assert found.tables["equilibria"].frame["kind"].tolist() == ["mixed"]
    assert re.match(
        r"No pure equilibrium is found: .* In the mixed equilibrium, to which play runs as errors grow rarer, United "
        r"States plays a lottery \(no lever [\d.]+ %, access \+ finance [\d.]+ %\) and China plays a lottery \(.* %\); "
        r"then Cove Kaz Capital wins [\d.]+ % \[.*\] and the host gets [\d.]+ M\$ \[.*\] in value and [\d.]+ M\$ "
        r"\[.*\] in money\. It survives in [\d.]+ % of 20 bootstrap draws",
        found.sentences[0],
    )
    chance = found.tables["equilibria"].frame["wins"].iloc[0]
    assert f"wins {100 * chance:.1f} %" in found.sentences[0]
    assert "at least" in " ".join(found.sentences)
    assert found.tables["commitment"].frame["at_least"].min() <= 0


def test_standings_say_against_what(answer):
    for key in ("equilibria", "commitment"):
        assert answer.tables[key].frame["standing"].str.contains("sampling error").all()
    text = " ".join(answer.sentences)
    assert "sampling error" in text
    assert "robust" not in text


def test_any_two_patrons_can_be_asked():
    scenario = Scenario.load("two_bidders")
    players = {name: ["access"] for name in scenario.patron_names[:2]}
    found = answers.ask("equilibrium", scenario, player=players, replications=20, draws=5)
    assert "Mining" in " ".join(found.sentences)
    assert found.settings["profiles"] == 4


def test_a_lottery_in_words():
    assert plays("none") == "no lever"
    assert plays("tariff + access") == "tariff + access"
    assert plays("none 20.0 %, access 80.0 %") == "a lottery (no lever 20.0 %, access 80.0 %)"


def test_the_players_are_typed_as_they_are_given(answer):
    typed = Equilibrium.from_typed({"player": ["us=access,finance", "china=access"], "replications": "60",
                                    "draws": "20"})  # fmt: skip
    assert typed == Equilibrium(**answer.asked)
    assert answer.command.endswith("--player us=access,finance --player china=access --replications 60 --draws 20")
    assert answer.settings["profiles"] == 8


@pytest.mark.parametrize(
    ("options", "said"),
    [({"player": {"us": ["access"]}}, "two patrons"), ({"player": {"us": ["acess"], "china": []}}, "access"),
     ({"player": FEW, "replications": 2}, "at least 4")],
)  # fmt: skip
def test_questions_that_do_not_fit_are_refused(options, said):
    with pytest.raises(AnswerError, match=said):
        answers.ask("equilibrium", TUNGSTEN, **{"replications": 9, **options})
