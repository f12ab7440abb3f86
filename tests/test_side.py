"""A side played by a policy or a person: what it sees, what it chooses, what may come of it, and its twin."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import sys
import time
from functools import cache

import numpy as np
import pytest
from typer.testing import CliRunner

from minegame import Negotiation, door, seats
from minegame.cli import app
from minegame.game import OUTCOME, STATE, copied, new_records
from minegame.person import Person, Twin, play_as
from minegame.scenario import Scenario, ScenarioError
from minegame.sides import Side, foresee, observed, payoffs, played_by, sights
from minegame.transcript import Transcript

TEACHING, BASELINE = "two_bidders", "kazakhstan_tungsten"


@cache
def loaded(name):
    return Scenario.load(name)


def planned(turn):
    return turn.plan


def sides_of(*names):
    return [pytest.param(name, side, id=f"{name}-{side.name}") for name in names for side in Side.all(loaded(name))]


def states_at(scenario, phase, count=8, seed=3, months=0):
    """States of many negotiations where somebody chooses, some months on, and their plans; those that are over stay."""
    states, outcomes = new_records(STATE, count), new_records(OUTCOME, count)
    states["seed"], states["replication"] = seed, np.arange(count)
    orders, phases = np.full((count, seats.ORDERS), np.nan), np.full(count, seats.OPENING)
    for _ in range(months + 1):
        door.go_on(scenario.game(), states, outcomes, phases, phase, orders)
        phases = np.where(states["closed"] == 1, seats.NOWHERE, phase)
    return states, outcomes, orders


# ------------------------------------------------------------------------------------------------------- the same game


@pytest.mark.parametrize(("name", "side"), sides_of(TEACHING, "kazakhstan_split_lots", "kazakhstan_rival_leads"))
def test_a_side_that_does_as_planned_plays_the_ordinary_negotiation_bit_for_bit(name, side):
    scenario = loaded(name)
    for replication in range(3):
        luck = {"seed": 3, "replication": replication, "collect": False}
        ordinary = Negotiation(scenario, **luck).play()
        played = Negotiation(scenario, **luck, agents=played_by(planned, side)).play()
        assert played.outcome.tobytes() == ordinary.outcome.tobytes()


@pytest.mark.parametrize("phase", [seats.PRESS, seats.BID, seats.DECIDE])
def test_a_month_that_is_cut_at_choices_under_the_scenarios_own_orders_is_the_same_month(phase):
    scenario = loaded("kazakhstan_split_lots")
    states, outcomes, _ = states_at(scenario, phase, months=scenario.tender.months)
    assert states["closed"].all()
    for state, outcome in zip(states, outcomes, strict=True):
        ordinary = Negotiation(scenario, seed=3, replication=int(state["replication"]), collect=False).play()
        assert outcome.tobytes() == ordinary.outcome.tobytes()


def test_a_policy_and_orders_to_the_compiled_game_come_to_the_same():
    scenario = loaded(BASELINE)
    china = Side.of(scenario, "china")
    levers = [0.5, 1.0, 0.0, 1.0, 0.0]
    states, outcomes, _ = states_at(scenario, china.phase)
    while not states["closed"].all():
        orders = np.full((len(states), seats.ORDERS), np.nan)
        orders[:, 5:10] = levers
        phases = np.where(states["closed"] == 1, seats.NOWHERE, seats.PRESS)
        door.go_on(scenario.game(), states, outcomes, phases, seats.PRESS, orders)
    for n in range(3):
        played = Negotiation(scenario, seed=3, replication=n, agents=played_by(lambda _: levers, china)).play()
        assert played.outcome.tobytes() == outcomes[n].tobytes()


# --------------------------------------------------------------------------------------------------------- what it sees

#: What nobody but its owner, and the host what it weighs, may see.
PRIVATE = ("taste", "resolve", "host_impatience", "impatience", "exponent", "host_exponent", "run_dice", "month_dice")
OFFERED = ("equity", "bonus", "transfer", "rent", "reservation", "project_value", "noise", "utility", "aspiration")


@pytest.mark.parametrize(("name", "side"), sides_of(BASELINE))
def test_a_side_sees_nothing_that_others_keep_to_themselves(name, side):
    scenario = loaded(name)
    seen = sights(scenario, side)
    states, _, _ = states_at(scenario, side.phase, months=4)
    other = copied(states)
    hidden = PRIVATE + (() if side.kind == "host" else OFFERED) + (("geology", "cost") if side.kind == "patron" else ())
    for field in hidden:
        other[field] += 1.0
    if side.kind == "bidder":
        other["reservation"][:, side.index] = states["reservation"][:, side.index]
    assert (observed(seen, other) == observed(seen, states)).all()
    assert len({sight.name for sight in seen}) == len(seen)
    bounds = np.array([(sight.low, sight.high) for sight in seen])
    assert (bounds[:, 0] <= observed(seen, states)).all()
    assert (observed(seen, states) <= bounds[:, 1]).all()


def test_a_patron_sees_what_others_pressed_last_month_and_not_what_they_press_now():
    seen = {}

    def watch(turn):
        seen[turn.month] = turn.seen["us.tariff"]
        return turn.plan

    scenario = loaded(BASELINE)
    negotiation = Negotiation(
        scenario, seed=1, replication=2, agents=played_by(watch, Side.of(scenario, "china"))
    ).play()
    pressed = [float(record.lever[0, 0]) for record in negotiation.history]
    assert [seen[month] for month in sorted(seen)] == [0.0, *pressed[:-1]]
    assert max(pressed) == 1.0


# ------------------------------------------------------------------------------------------------------ what may come


def test_the_odds_of_doing_nothing_from_the_first_month_are_the_odds_of_the_scenario():
    """China of the baseline plans nothing: 19.5 % of the value is won by it, as 80,000 negotiations told."""
    scenario, found = loaded(BASELINE), []

    def ask(turn):
        if turn.month == 0:
            found.append(foresee(turn, np.array([[0.0] * 5, [0.0, 1.0, 0.0, 1.0, 0.0]]), 2_000))
        return turn.plan

    Negotiation(scenario, seed=5, agents=played_by(ask, Side.of(scenario, "china"))).play()
    shares = found[0].samples[:, :, 0].mean(axis=0)
    assert shares[0] == pytest.approx(0.195, abs=0.04)
    assert shares[1] > shares[0] + 0.1


def test_looking_ahead_changes_nothing():
    scenario = loaded(TEACHING)
    for side in Side.all(scenario):

        def ask(turn):
            told = [foresee(turn, np.atleast_2d(turn.plan), 20).samples.tobytes() for _ in range(2)]
            assert told[0] == told[1]
            return turn.plan

        looked = Negotiation(scenario, seed=2, agents=played_by(ask, side)).play()
        assert looked.outcome.tobytes() == Negotiation(scenario, seed=2).play().outcome.tobytes()


def test_a_bidder_keeps_what_it_could_pay_less_what_it_agreed_to_pay():
    scenario = loaded(TEACHING)
    side = Side.of(scenario, "north_mining")
    for replication in range(6):
        end = Negotiation(scenario, seed=1, replication=replication).play()
        worth = payoffs(side, end.state_array, end.outcome_array)[0]
        share = 1.0 - end.outcome.concession[0] if end.winners["the_hill"] == "north_mining" else 0.0
        assert worth == pytest.approx(share * end.state.reservation[0, 0])


# ------------------------------------------------------------------------------------------------------------- a person


class Script:
    """A desk at which answers lie ready; what is told, shown and refused is kept."""

    def __init__(self, *answers):
        self.answers, self.told, self.tables, self.refused = list(answers), [], [], []

    def tell(self, text=""):
        self.told.append(text)

    def show(self, table):
        self.tables.append(table)

    def ask(self, prompt):
        return self.answers.pop(0)

    def refuse(self, why):
        self.refused.append(why)


def sat(name, side, *answers, **luck):
    scenario, desk = loaded(name), Script(*answers)
    person = Person(desk)
    negotiation = play_as(scenario, Side.of(scenario, side), person, **luck)
    return negotiation, person, desk


def test_bad_answers_are_forgiven_and_say_what_is_allowed():
    bad = ["finance 2", "tarif", "finance", "fly 1", "f nan", "f 50%", "f 1e999", "n 1", "\x1b[2J", "?"]
    _, person, desk = sat(TEACHING, "south", *bad, "acc 1, fin .5", *["same"] * 5)
    assert person.answers[0] == "access 1 finance 0.5"
    assert set(person.answers) == {person.answers[0]}
    said = "\n".join(desk.refused)
    assert len(desk.refused) == len(bad) - 1  # '?' is a question
    assert "expected a number between 0 and 1" in said
    assert "did you mean 0.5?" in said
    assert "expected one of tariff, access, engagement, finance, denial" in said


def test_lenders_are_those_of_who_is_spoken_to():
    *_, desk = sat(TEACHING, "south", "finance 1", *["same"] * 5)
    assert "You pressed with a mandate to your state lenders." in desk.told


def test_a_host_is_not_let_do_what_cannot_be_done():
    *_, desk = sat(TEACHING, "host", *["wait"] * 5, "wait", "c", "accept")
    assert [why.partition(":")[0] for why in desk.refused] == ["you cannot wait", "you cannot counter"]


def test_a_bidder_answers_with_a_concession_and_is_shown_what_it_would_offer():
    bad = ["60%", "1.5", "-1", "0.3 0.4", "much"]
    negotiation, person, desk = sat(TEACHING, "north_mining", *bad, "", "odds .3", *["0.9"] * 6)
    assert len(desk.refused) == len(bad)
    assert float(person.answers[0]) == pytest.approx(negotiation.history[0].concession[0])
    assert negotiation.history[-1].concession[0] == 0.9
    assert any("at 1.000 you would offer" in line and "M$ for the Hill" in line for line in desk.told)
    assert "0.3" in list(desk.tables[0].frame.choice)


def test_odds_have_intervals_the_number_of_continuations_and_say_what_they_assume():
    _, _, desk = sat(TEACHING, "north", "odds", "odds t 1 f .5", *["none"] * 6)
    first, second = desk.tables
    assert "1,000 continuations of each, 95 % intervals" in first.title
    assert {f"{name}_{end}" for name in ("patron_share_0", "patron_payoff_2") for end in ("low", "high")} <= {
        *first.frame
    }
    assert len(second) == len(first) + 1
    assert any("drawn anew" in line for line in desk.told)


def test_the_twin_is_the_ordinary_negotiation_on_the_same_luck():
    negotiation, person, _ = sat(TEACHING, "south", *["finance 1 access 1"] * 6, seed=4, replication=9)
    ordinary = Negotiation(TEACHING, seed=4, replication=9).play()
    twin = Twin.of(negotiation, Side.of(loaded(TEACHING), "south"), person.answers)
    assert twin.own.summary == Transcript.of(ordinary).summary
    assert twin.own.payoff == float(ordinary.outcome.patron_payoff[1])
    assert twin.played.payoff == float(negotiation.outcome.patron_payoff[1])
    assert twin.own != twin.played
    assert "south played by a person" in Transcript.of(negotiation).changes


def test_a_side_is_named_as_in_the_scenario():
    with pytest.raises(ScenarioError, match=r"nobody is named 'chna': expected one of us, china.*did you mean 'china'"):
        Side.of(loaded(BASELINE), "chna")
    with pytest.raises(ScenarioError, match="lends by rule and is not played"):
        Side.of(loaded(BASELINE), "us_public_lenders")


# ----------------------------------------------------------------------------------------------------- at the terminal


def typed(answers, *args, until=60.0):
    """Play at a terminal, each answer typed once the prompt is there; what was shown, and the exit code."""
    process, master = pty.fork()
    if process == 0:
        os.execv(sys.executable, [sys.executable, "-m", "minegame", "play", *args])
    waiting, shown, seen, end = list(answers), "", 0, time.monotonic() + until
    try:
        while time.monotonic() < end:
            if not select.select([master], [], [], 1.0)[0]:
                continue
            try:
                part = os.read(master, 65536).decode(errors="replace")
            except OSError:  # the other end is closed
                return shown.replace("\r\n", "\n"), os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            shown += part
            if waiting and "quit): " in shown[seen:]:
                seen = len(shown)
                os.write(master, waiting.pop(0).encode())
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        raise AssertionError(f"it takes too long: {shown}")
    finally:
        os.close(master)


def plain(text):
    """Text without the codes of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_whole_tender_is_played_at_a_terminal_and_again_from_its_log(tmp_path):
    log = tmp_path / "answers.txt"
    chosen = ["--as", "china", "--seed", "1", "--replication", "2"]
    answers = ["nonsense\n", "finance 9\n", "odds\n", "finance 1 access 1\n", "\n", *["same\n"] * 12]
    shown, code = typed(answers, *chosen, "--log", str(log))
    assert code == 0, shown
    assert shown.count("That is no answer") == 2
    ordinary = Transcript.of(Negotiation(BASELINE, seed=1, replication=2).play())
    flat = " ".join(plain(shown).split())
    assert f"the scenario's China would have played to this: {ordinary.summary}" in flat
    again = said_by(*chosen, "--answers", str(log))
    became = [plain(text).split("WHAT BECAME OF IT")[-1].split() for text in (again.output, shown)]
    assert became[0] == became[1]
    assert {*log.read_text().splitlines()} == {"access 1 finance 1"}


def test_ctrl_c_is_heard_at_the_question():
    shown, code = typed(["\x03"], TEACHING, "--as", "host")
    assert code == 130
    assert plain(shown).strip().endswith("Interrupted.")
    assert "Traceback" not in shown


def said_by(*args, answers=""):
    return CliRunner().invoke(app, ["play", *args], input=answers)


@pytest.mark.parametrize("answers", ["", "wait\nquit\n"])
def test_who_leaves_the_table_is_told_so_in_a_line(answers):
    told = said_by(TEACHING, "--as", "host", answers=answers)
    assert told.exit_code == 130
    assert told.output.strip().splitlines()[-1].startswith("Left")


def test_json_has_the_twin_beside_the_transcript_and_questions_stand_on_standard_error():
    told = said_by(TEACHING, "--as", "south", "--json", answers="finance 1\n" * 6)
    document = json.loads(told.stdout)
    assert document["as"]["answers"][0] == "finance 1"
    assert document["as"]["played"]["summary"] == document["summary"]
    assert "quit): " in told.stderr


def test_a_wrong_file_of_answers_is_refused_with_its_line(tmp_path):
    file = tmp_path / "answers.txt"
    for text, why in {
        "wait # a month\n\nwit\n": "answers.txt, line 3: there is no answer 'wit'",
        "wait\n": "answers.txt, line 1: there are no more answers",
        "": "answers.txt: there are no more answers",
    }.items():
        file.write_text(text)
        told = said_by(TEACHING, "--as", "host", "--answers", str(file))
        assert told.exit_code == 2
        assert why in told.output.replace("\n", " ")


def test_answers_that_nobody_asked_for_are_told_at_the_end(tmp_path):
    file = tmp_path / "answers.txt"
    file.write_text("shelve\n# the end\nwait\n")
    told = said_by(TEACHING, "--as", "host", "--answers", str(file))
    assert told.exit_code == 0
    assert "has 1 answer more than was asked for, from line 3 on: the tender was over" in told.stderr
    file.write_text("shelve\n")
    assert "more than was asked" not in said_by(TEACHING, "--as", "host", "--answers", str(file)).stderr


def test_what_is_of_a_side_needs_a_side(tmp_path):
    assert "add --as SIDE" in said_by(TEACHING, "--log", str(tmp_path / "log")).output
    assert "--as is of a single tender" in said_by("two_tenders", "--as", "us").output
    assert not (tmp_path / "log").exists()
