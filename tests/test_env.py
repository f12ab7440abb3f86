"""Environments: they pass the checkers of Gymnasium and PettingZoo, and play the ordinary negotiation when told to."""

from __future__ import annotations

import runpy
import warnings
from pathlib import Path

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium", reason="needs the extra env")
pytest.importorskip("pettingzoo", reason="needs the extra env")

from gymnasium.utils.env_checker import check_env  # noqa: E402
from pettingzoo.test import api_test  # noqa: E402

from minegame import Negotiation  # noqa: E402
from minegame.env import NegotiationEnv, NegotiationVectorEnv, TableEnv  # noqa: E402
from minegame.scenario import Scenario, ScenarioError  # noqa: E402
from minegame.sides import Side  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
TEACHING = "two_bidders"


def ordinary(scenario, replication, seed=3):
    return Negotiation(scenario, seed=seed, replication=replication, collect=False).play()


@pytest.mark.parametrize("side", [side.name for side in Side.all(Scenario.load(TEACHING))])
def test_gymnasium_finds_nothing_wrong_with_an_environment(side):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(NegotiationEnv(TEACHING, side), skip_render_check=True)


def test_pettingzoo_finds_nothing_wrong_with_the_table():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # agents are named as in the scenario and see different things: as they should
        api_test(TableEnv(TEACHING), num_cycles=60)


@pytest.mark.parametrize("name", [TEACHING, "kazakhstan_split_lots"])
def test_actions_as_planned_play_the_ordinary_negotiation_bit_for_bit(name):
    for side in Side.all(Scenario.load(name)):
        env = NegotiationEnv(name, side.name)
        for replication in range(2):
            _, info = env.reset(seed=3, options={"replication": replication})
            over = False
            while not over:
                _, reward, over, truncated, info = env.step(info["plan"])
            assert not truncated
            assert env.outcome.tobytes() == ordinary(name, replication).outcome.tobytes()
            assert reward == info["payoff"] / env.batch.scale
    assert info["payoff"] == env.outcome.host_value


def test_a_table_at_which_all_act_as_planned_is_the_ordinary_negotiation_too():
    for sides in (None, ["us", "host"]):
        table = TableEnv("kazakhstan_tungsten", sides)
        for replication in range(2):
            table.reset(seed=3, options={"replication": replication})
            turns = 0
            for agent in table.agent_iter():
                _, _, over, _, info = table.last()
                turns += not over
                if over and agent == "us":
                    assert info["payoff"] == table.outcome.patron_payoff[0]
                table.step(None if over else info["plan"])
            end = ordinary("kazakhstan_tungsten", replication).outcome
            assert table.outcome.tobytes() == end.tobytes()
            assert turns == (end.month + 1) * len(table.possible_agents)


def test_a_vector_of_environments_plays_what_single_ones_do():
    vector, single = NegotiationVectorEnv(TEACHING, "south", 6), NegotiationEnv(TEACHING, "south")
    rng = np.random.default_rng(0)
    actions = rng.random((12, 6, 5))
    seen, _ = vector.reset(seed=5)
    told = [[(row, 0.0, False)] for row in seen]
    for month in range(12):
        seen, rewards, over, _, info = vector.step(actions[month])
        for n in range(6):
            told[n].append((seen[n], rewards[n], over[n]))
    assert len(set(info["replication"])) == 6
    for n in range(6):
        first, _ = single.reset(seed=5, options={"replication": n})
        assert (first == told[n][0][0]).all()
        for month in range(12):
            row, reward, over, _, _ = single.step(actions[month, n])
            assert (row == told[n][month + 1][0]).all()
            assert (reward, over) == told[n][month + 1][1:]
            if over:
                break
        assert over


def test_every_reset_is_the_next_negotiation_of_the_seed_and_a_seed_begins_anew():
    env = NegotiationEnv(TEACHING, "host")
    numbers = [env.reset()[1]["replication"] for _ in range(3)]
    assert numbers == [0, 1, 2]
    assert env.reset(seed=9)[1]["replication"] == 0
    assert env.reset()[1]["replication"] == 1
    with pytest.raises(RuntimeError, match="reset"):
        NegotiationEnv(TEACHING, "host").step(0)
    with pytest.raises(ScenarioError, match="did you mean 'south'"):
        NegotiationEnv(TEACHING, "sout")


def test_a_host_that_cannot_wait_shelves():
    env = NegotiationEnv(TEACHING, "host")
    env.reset(seed=1)
    for _ in range(5):
        assert not env.step(2)[2]
    assert env.step(2)[2]
    assert env.outcome.shelved == 1


def test_the_page_lists_every_number_that_is_seen():
    page = (ROOT / "docs" / "env.md").read_text(encoding="utf-8")
    env = TableEnv("kazakhstan_tungsten")
    letters = {
        **dict.fromkeys(env.scenario.patron_names, "P"), **dict.fromkeys(env.scenario.bidder_names, "B"),
        **dict.fromkeys(env.scenario.deposit_names, "D"),
    }  # fmt: skip
    for seen in env._sights.values():
        for sight in seen:
            head, dot, tail = sight.name.partition(".")
            name = "letter.L" if head == "letter" else f"{letters.get(head, head)}{dot}{tail}"
            assert f"`{name}`" in page, sight.name


@pytest.mark.slow
def test_a_side_that_learns_beats_the_scenarios_own_on_luck_that_it_has_never_met():
    example = runpy.run_path(str(ROOT / "examples" / "learn.py"))
    policy = example["learn"]("kazakhstan_tungsten", "china", generations=8, population=40, lucks=96)
    own, more, half = example["gain"]("kazakhstan_tungsten", "china", policy, 2_048)
    assert own == pytest.approx(138, abs=40)
    assert more > 2 * half > 0
