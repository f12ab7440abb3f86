"""Two conductors, one game: Mesa and the ensemble agree bit for bit, compiled or not, however the work is spread.

Outcomes are compared byte by byte, field by field, so that -0.0 is not 0.0 and one NaN is the other.
"""

from __future__ import annotations

import functools
import os
import pickle
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import outcomes, play, rows, scenarios

from minegame import campaign, door, ensemble, runner
from minegame.chance import MAX_REPLICATION, MAX_SEED
from minegame.game import LEVERS, MAX_DEPOSITS, OUTCOME, OUTCOME_TABLE, STATE, TRIGGERS, new_records
from minegame.model import Negotiation
from minegame.runner import Runner
from minegame.scenario import Scenario, shipped_scenarios
from minegame.sides import Side, foresee, played_by

FIELDS = OUTCOME.names


def reproducible(examples):
    return settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )


def by_mesa(scenario, seed, replication):
    """The outcome of one negotiation of Mesa agents."""
    return Negotiation(scenario, seed=seed, replication=replication).play().outcome_array


def by_ensemble(scenario, seed, replication, state=None):
    """The outcome of the same negotiation in the ensemble; ``state`` may have been used before."""
    outcome = new_records(OUTCOME)
    play(scenario.game(), new_records(STATE) if state is None else state, outcome, seed, replication)
    return outcome


def assert_same(ours, theirs):
    """Equal byte by byte; says which field differs and by how much."""
    for name in FIELDS:
        assert ours[name].tobytes() == theirs[name].tobytes(), (name, ours[name], theirs[name])


def some_scenarios(count, **sizes):
    """The first ``count`` random scenarios, always the same."""
    found = []

    @reproducible(count)
    @given(scenarios(**sizes))
    def collect(scenario):
        found.append(scenario)

    collect()
    return found[:count]


# ------------------------------------------------------------------------------------------------ Mesa and the ensemble


def test_mesa_and_the_ensemble_agree_on_random_scenarios_of_every_kind():
    seen, used = Counter(), new_records(STATE)

    @reproducible(300)
    @given(scenarios(), st.integers(0, MAX_SEED), st.integers(0, MAX_REPLICATION))
    def play_both(scenario, seed, replication):
        outcome = by_mesa(scenario, seed, replication)
        assert_same(outcome, by_ensemble(scenario, seed, replication, used))
        note(seen, scenario, outcome[0])

    play_both()
    assert seen["scenarios"] >= 300
    sizes = {f"{kind} {n}" for kind in ("patrons", "bidders") for n in range(1, 9)}
    sizes |= {f"financiers {n}" for n in range(9)} | {f"deposits {n}" for n in range(1, 5)}
    endings = {"shelved", "went apart", "countered", "built", "threat executed", "renegotiated", "access delivered"}
    wanted = sizes | endings | {"bundled", "split"} | {f"{lever} {trigger}" for lever in LEVERS for trigger in TRIGGERS}
    assert wanted <= set(seen)


def note(seen, scenario, outcome):
    """Keep count of what was played and how it ended."""
    seen.update(["scenarios", scenario.tender.lots])
    seen.update(f"{kind} {len(getattr(scenario, kind))}" for kind in ("patrons", "bidders", "financiers", "deposits"))
    for patron in scenario.patrons.values():
        levers = ((name, getattr(patron.levers, name)) for name in LEVERS)
        seen.update(f"{name} {lever.trigger}" for name, lever in levers if lever.intensity > 0)
    endings = {
        "shelved": outcome.shelved, "went apart": outcome.split, "countered": outcome.countered,
        "built": outcome.done.any(), "threat executed": outcome.threat_executed.any(),
        "renegotiated": outcome.renegotiated.any(), "access delivered": outcome.access_delivered.any(),
    }  # fmt: skip
    seen.update(name for name, happened in endings.items() if happened)


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_mesa_and_the_ensemble_agree_on_every_shipped_scenario(name):
    scenario = Scenario.load(name)
    for n, row in enumerate(outcomes(scenario, 12, seed=3, first=100)):
        assert_same(by_mesa(scenario, 3, 100 + n), row)
        assert row["replication"] == 100 + n


def test_any_row_of_a_design_can_be_replayed_alone():
    games = np.concatenate([scenario.game() for scenario in some_scenarios(4, max_allocations=60)])
    table = rows(games, 50, seed=8, first=7_000_000_000)
    for p, n in ((0, 0), (1, 49), (2, 17), (3, 30), (0, 31)):
        outcome = new_records(OUTCOME)
        play(games[p : p + 1], new_records(STATE), outcome, 8, 7_000_000_000 + n)
        assert_same(outcome[0], table[p, n])


# ------------------------------------------------------------------------------------------------ without the compiler


def play_to_file(source, target):
    """Play the pickled (scenario, seed, replication) of ``source`` both ways and write the outcomes to ``target``."""
    with open(source, "rb") as file:
        played = [(by_mesa(*one), by_ensemble(*one)) for one in pickle.load(file)]
    np.save(target, np.array(played))


def without_the_compiler(call, folder):
    """Call a function of this module as plain Python, in a process and a folder of its own."""
    paths = [Path(__file__).parent, Path(ensemble.__file__).parents[1], os.environ.get("PYTHONPATH", "")]
    subprocess.run(
        [sys.executable, "-c", f"import test_twins; test_twins.{call}"], cwd=folder, check=True,
        env={
            **os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "PYTHONWARNINGS": "ignore",
        },
    )  # fmt: skip


def test_plain_python_agrees_with_the_compiler(tmp_path):
    games = [(scenario, 5, 77) for scenario in some_scenarios(12, max_months=6, max_allocations=30)]
    games += [(Scenario.load(name), 2, n) for name in sorted(shipped_scenarios()) for n in range(2)]
    (tmp_path / "games.pickle").write_bytes(pickle.dumps(games))
    without_the_compiler("play_to_file('games.pickle', 'out.npy')", tmp_path)
    plain = np.load(tmp_path / "out.npy")
    assert plain.shape == (len(games), 2, 1)
    for one, (mesas, ensembles) in zip(games, plain, strict=True):
        compiled = by_ensemble(*one)
        assert_same(compiled, mesas.astype(OUTCOME))
        assert_same(compiled, ensembles.astype(OUTCOME))


def campaigns_and_foresight():
    """The bytes of some campaigns, and of what every kind of side foresees of its choices."""
    ended, left = campaign.outcomes("two_tenders", 2, seed=4)
    told = [ended.tobytes(), left.tobytes()]

    def look_ahead(turn):
        told.append(foresee(turn, np.atleast_2d(turn.plan), 3).samples.tobytes())
        return turn.plan

    scenario = Scenario.load("two_bidders")
    for name in (next(iter(scenario.patrons)), next(iter(scenario.bidders)), "host"):
        Negotiation(scenario, seed=1, agents=played_by(look_ahead, Side.of(scenario, name))).play()
    return told


def campaigns_and_foresight_to_file(target):
    Path(target).write_bytes(pickle.dumps(campaigns_and_foresight()))


def test_plain_python_agrees_with_the_compiler_in_campaigns_and_foresight(tmp_path):
    without_the_compiler("campaigns_and_foresight_to_file('told.pickle')", tmp_path)
    plain = pickle.loads((tmp_path / "told.pickle").read_bytes())
    assert len(plain) > 10
    assert plain == campaigns_and_foresight()


# -------------------------------------------------------------------------------------------------------- adding it up


def measured(game, outcomes):
    """What is measured in each negotiation, by NumPy: (general, by bidder, by patron, by financier, wins)."""
    bidders, patrons, deposits = int(game["bidders"]), int(game["patrons"]), int(game["deposits"])
    weight = game["deposit_weight"][:deposits]
    shelved = outcomes["shelved"].astype(bool)
    general = {name: outcomes[name].astype(float) for name in ensemble.GENERAL}
    general["month"] = np.where(shelved, np.nan, general["month"])
    mine = np.stack([outcomes["winner"][:, :deposits] == i for i in range(bidders)])
    by_bidder = {q.name: outcomes[q.name][:, :bidders].T.astype(float) for q in OUTCOME_TABLE if q.subject == "bidder"}
    del by_bidder["built_share"]  # is reckoned below, under its other name
    with np.errstate(invalid="ignore"):
        part = mine * weight / (mine * weight).sum(2, keepdims=True)
    won = mine.any(2)
    for name, field in (("state_equity", "equity"), *((n, n) for n in BY_DEPOSIT)):
        by_bidder[name] = (part * outcomes[field][:, :deposits]).sum(2)
    by_bidder["bonus"] = np.where(won, (mine * outcomes["bonus"][:, :deposits]).sum(2), np.nan)
    by_bidder["award_month"] = np.where(won, outcomes["month"], np.nan)
    by_bidder["wins_any"], by_bidder["wins_all"] = won, mine.all(2)
    by_bidder["value_share"] = (mine * weight).sum(2)
    by_bidder["wins_and_built"] = (mine * weight * outcomes["done"][:, :deposits]).sum(2)
    by_patron = {name: outcomes[name][:, :patrons].T.astype(float) for name in ensemble.BY_PATRON}
    lenders = int(game["financiers"])
    by_financier = {name: outcomes[name][:, :lenders].T.astype(float) for name in ensemble.BY_FINANCIER}
    return general, by_bidder, by_patron, by_financier, mine


BY_DEPOSIT = ("offtake", "processing", "coverage", "completion", "concession")


def moments(values):
    known = values[~np.isnan(values)]
    return [len(known), known.sum(), (known * known).sum()]


def tallied(games, seed, first, count, reference=-1):
    sums = np.zeros((2, *games.shape, 3, ensemble.MEASURES))
    door.tally(
        games.ravel(), new_records(OUTCOME), reference=reference, seed=seed, firsts=np.full(len(games), first),
        count=count, sums=sums[np.newaxis],
    )  # fmt: skip
    return sums.swapaxes(-1, -2)


@functools.cache
def a_table_of_games():
    """Three policies of a scenario with split lots that ends in every way: apart, in one hand, shelved."""
    for scenario in some_scenarios(
        230, min_bidders=3, max_bidders=4, min_patrons=2, max_patrons=3, min_deposits=2, max_deposits=3, lots=("split",)
    ):
        lever = f"patrons.{scenario.patron_names[0]}.levers.tariff"
        games = scenario.games([{f"{lever}.intensity": n, f"{lever}.onset": 0} for n in (0.0, 1.0, 2.0)])
        played = rows(games, 30, seed=4, first=10)
        if 5 <= played["split"].sum() <= 60 and played["shelved"].any() and played["threat_executed"].any():
            return games
    raise AssertionError("none of the random scenarios ends in every way")


def test_the_tally_adds_up_what_the_rows_say():
    games, count = a_table_of_games(), 400
    played = rows(games, count, seed=4, first=10)
    sums, contrasts = tallied(games[np.newaxis], 4, 10, count, reference=0)
    base = measured(games[0], played[0])
    assert 0 < played["split"].sum() < played.size
    for p, game in enumerate(games):
        general, by_bidder, by_patron, by_financier, wins = measured(game, played[p])
        expected = {ensemble.general(name): values for name, values in general.items()}
        differences = {ensemble.general(name): values - base[0][name] for name, values in general.items()}
        for at, table, reference in (
            (ensemble.by_bidder, by_bidder, base[1]),
            (ensemble.by_patron, by_patron, base[2]),
            (ensemble.by_financier, by_financier, base[3]),
        ):
            for name, values in table.items():
                expected |= {at(name, n): column.astype(float) for n, column in enumerate(values)}
                apart = values.astype(float) - reference[name].astype(float)
                differences |= {at(name, n): column for n, column in enumerate(apart)}
        for i, d in np.ndindex(wins.shape[0], wins.shape[2]):
            expected[ensemble.wins(i, d)] = wins[i, :, d].astype(float)
            differences[ensemble.wins(i, d)] = wins[i, :, d].astype(float) - base[4][i, :, d]
        for n in range(ensemble.MEASURES):
            for found, values in ((sums[0, p, n], expected.get(n)), (contrasts[0, p, n], differences.get(n))):
                wanted = [0.0] * 3 if values is None else moments(values)
                assert found[0] == wanted[0]
                np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)


def test_every_measure_has_a_place_of_its_own():
    places = [ensemble.general(name) for name in ensemble.GENERAL]
    places += [ensemble.by_bidder(name, i) for name in ensemble.BY_BIDDER for i in range(8)]
    places += [ensemble.by_patron(name, k) for name in ensemble.BY_PATRON for k in range(8)]
    places += [ensemble.by_financier(name, f) for name in ensemble.BY_FINANCIER for f in range(8)]
    places += [ensemble.wins(i, d) for i in range(8) for d in range(MAX_DEPOSITS)]
    assert sorted(places) == list(range(ensemble.MEASURES))


def test_sums_are_the_same_to_the_last_bit_however_the_work_is_spread(monkeypatch):
    """Five blocks of replications of two groups of three policies, cut into tasks of every size."""
    one = a_table_of_games()
    games = np.stack([one, one[::-1]])
    known = None
    for threads, task in ((1, 10**9), (2, 1), (3, 1), (3, 7000), (2, 20_000), (1, 3000)):
        monkeypatch.setattr(runner, "_TASK", task)
        found = Runner(workers=threads).tally(games, 6, 4500, reference=1)
        known = known or found
        assert found.sums.tobytes() == known.sums.tobytes()
        assert found.contrasts.tobytes() == known.contrasts.tobytes()
    assert known.sums[0, 0, 0, 0] == 4500
    assert not known.contrasts[:, 1, :, 1:].any()


def test_every_group_may_have_luck_of_its_own():
    """Lot n of 300 replications is number 300 n and those that follow, whatever the other groups play."""
    one = a_table_of_games()
    games = np.stack([one, one[::-1], one])
    found = Runner(workers=2).tally(games, 6, 300, reference=1, luck=np.array([2, 0, 2]))
    for group, first in ((0, 600), (1, 0), (2, 600)):
        alone, contrasts = tallied(games[group : group + 1], 6, first, 256, reference=1)
        rest, more = tallied(games[group : group + 1], 6, first + 256, 44, reference=1)
        np.testing.assert_array_equal(found.sums[group], alone[0] + rest[0])
        np.testing.assert_array_equal(found.contrasts[group], contrasts[0] + more[0])
    assert (found.sums[0] != Runner().tally(games, 6, 300).sums[0]).any()


def test_the_measures_of_a_point_do_not_depend_on_its_neighbours():
    games = a_table_of_games()
    together, _ = tallied(games[np.newaxis], 4, 0, 300)
    for p in range(3):
        alone, _ = tallied(games[np.newaxis, p : p + 1], 4, 0, 300)
        assert alone[0, 0].tobytes() == together[0, p].tobytes()


def test_games_on_the_same_luck_play_as_each_would_alone():
    """Whether they share their dice (policies; groups on the same luck), last longer, or have other players."""
    short, long = Scenario.load("two_bidders"), Scenario.load("two_bidders").at({"tender.months": 30})
    calm = short.at({"patrons.*.levers.*.intensity": 0.0})
    other = short.game()
    other["bidder_key"][0, :2] = other["bidder_key"][0, 1::-1]
    for games in ([short.game(), calm.game(), long.game()], [short.game(), other, long.game()]):
        games = np.concatenate(games)
        for replications in (1, ensemble.TOGETHER, 2 * ensemble.TOGETHER + 3):
            together = rows(games, replications, seed=3, first=5)
            for n in range(len(games)):
                assert (together[n] == rows(games[n : n + 1], replications, seed=3, first=5)[0]).all()
