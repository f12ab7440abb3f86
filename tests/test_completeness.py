"""Nothing that is declared is forgotten: numbers are read, levers act, triggers fire, outcomes are written, and tested.

What is added to the game and left unfinished (docs/extending.md) is named here.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from strategies import Numbers, outcomes, play, scenario_data, scenario_from

from minegame import door, ensemble, turns
from minegame.game import (
    GAME,
    LEVER_TABLE,
    LEVERS,
    LOST_BEFORE,
    NEVER,
    OUTCOME,
    OUTCOME_TABLE,
    STATE,
    TRIGGERS,
    new_records,
)
from minegame.scenario import Scenario
from minegame.scenario.scenario import DERIVED_FROM

BY_HAND = Path(__file__).with_name("test_turns.py").read_text(encoding="utf-8")
READ = inspect.getsource(turns) + inspect.getsource(ensemble)
#: What follows from other numbers when a game is set up.
DERIVED = {"deposit_weight", "patron_order", "patron_tariff_loss"}


def table(seed, patrons=2, bidders=3, financiers=4, months=6):
    """A random scenario of two lots and of political capital without end, as a mapping."""
    document = scenario_data(Numbers(seed, odd=0.0), patrons, bidders, financiers, 2, "split", months)
    for patron in document["patrons"].values():
        patron["budget"] = 1e6
    return document


# ------------------------------------------------------------------------------------------------------------- numbers


def test_every_number_of_a_game_is_read_by_a_turn():
    read = {name for name in GAME.names if re.search(rf"\bgame\.{name}\b", READ)}
    by_derive = {name for name in GAME.names if name.partition("_")[2] in DERIVED_FROM}
    assert sorted(set(GAME.names) - read - by_derive) == []


def leaves(document, path=""):
    """The paths of a mapping, with * for the names of agents and levers."""
    for name, value in document.items():
        inner = f"{path}.{name}" if path else name
        starred = re.sub(r"^(deposits|patrons|bidders|financiers)\.\w+|(?<=levers)\.\w+$", r"\1.*", inner)
        yield from leaves(value, starred) if isinstance(value, dict) else [starred]


def test_random_scenarios_vary_every_number():
    document = table(3, financiers=8)
    known = set(leaves(document))
    complete = set(leaves(scenario_from(document).document()))
    left = {path for path in complete - known if not path.endswith((".label", ".key", "unit")) and path != "sources"}
    assert sorted(left) == []


def test_every_number_lever_trigger_and_quantity_is_worked_by_hand():
    numbers = set(GAME.names) - DERIVED
    quantities = {quantity.name for quantity in OUTCOME_TABLE}
    names = [*numbers, *LEVERS, *(trigger.upper() for trigger in TRIGGERS), *quantities]
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", BY_HAND)) == []


# ------------------------------------------------------------------------------------------------- levers and triggers


def differs(document, lever):
    """Whether something becomes of a lever, besides what it costs and what others answer to its being pressed."""
    for patron in document["patrons"].values():
        for other in patron["levers"].values():
            other["trigger"] = "always"
    found = []
    for intensity in (0.0, lever.hardest):
        pressed = {"intensity": intensity, "onset": 0, "trigger": "always"}
        document["patrons"]["patron_0"]["levers"][lever.name] |= pressed
        found.append(outcomes(scenario_from(document), 4))
    without, with_it = found
    besides = [name for name in OUTCOME.names if name not in ("points_used", "patron_payoff")]
    return any((without[name] != with_it[name]).any() for name in besides)


@pytest.mark.parametrize("lever", LEVER_TABLE, ids=LEVERS)
def test_every_lever_does_something(lever):
    assert any(differs(table(seed), lever) for seed in range(10)), f"turns.py does nothing with {lever.name.upper()}"


#: Those whose event happens within one tender.
WITHIN = [trigger for trigger in range(1, len(TRIGGERS)) if trigger != LOST_BEFORE]


@pytest.mark.parametrize("trigger", WITHIN, ids=[TRIGGERS[trigger] for trigger in WITHIN])
def test_every_trigger_has_an_event_that_happens_and_may_not_happen(trigger):
    happened, states = set(), new_records(STATE)
    for seed in range(20):
        games = scenario_from(table(seed)).game()
        play(games, states, new_records(OUTCOME), 1, seed)
        happened |= {bool(month >= 0) for month in states[0].event_month[: games[0].patrons, trigger]}
        if happened == {False, True}:
            return
    raise AssertionError(f"the event of {TRIGGERS[trigger]}: {happened} in 20 random negotiations")


def test_no_tender_of_its_own_sees_the_event_that_lies_between_tenders():
    states = new_records(STATE)
    for seed in range(20):
        games = scenario_from(table(seed)).game()
        play(games, states, new_records(OUTCOME), 1, seed)
        assert set(states[0].event_month[: games[0].patrons, LOST_BEFORE]) == {NEVER}


# ------------------------------------------------------------------------------------------------------------ outcomes


SENTINEL = -77


def test_every_quantity_of_the_outcome_is_written():
    """What a turn did not write is still there from the negotiation before."""
    scenario = scenario_from(table(1))
    games, outcomes = scenario.game(), new_records(OUTCOME)
    for quantity in OUTCOME_TABLE:
        outcomes[quantity.name] = SENTINEL
    play(games, new_records(STATE), outcomes, 1, 0)
    count = {kind: int(games[0][f"{kind}s"]) for kind in ("deposit", "bidder", "patron", "financier")}
    written = {q.name: np.atleast_1d(outcomes[0][q.name])[: count.get(q.subject, 1)] for q in OUTCOME_TABLE}
    assert [f"turns.py: outcome.{name}" for name, values in written.items() if (values == SENTINEL).any()] == []


def test_every_measure_of_a_winner_is_reckoned():
    """A bidder that won everything, every quantity of its outcome a number of its own."""
    outcomes = new_records(OUTCOME)
    outcome = outcomes[0]
    for n, quantity in enumerate(OUTCOME_TABLE):
        outcome[quantity.name] = n + 2
    outcome.winner, outcome.value_share = 0, (1.0, *[0.0] * 7)
    (row,) = door.measure(Scenario.load("two_bidders").game(), outcomes)
    assert [name for name in ensemble.BY_BIDDER if not row[ensemble.by_bidder(name, 0)] > 0.0] == []
