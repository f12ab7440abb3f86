"""Running: the same results however the work is cut and wherever it is done; enough replications, honestly."""

from __future__ import annotations

import pickle
import shutil
import socket
import sys
import threading
import time
import types
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import asked
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import play

from minegame import experiment, runner
from minegame.answers import tried
from minegame.ensemble import MEASURES, by_bidder, general
from minegame.experiment_file import Experiment, Plan, shipped_experiments
from minegame.game import OUTCOME, STATE, TRIGGERS, new_records
from minegame.runner import Runner, block_size, pieces, tallied, tree_sum
from minegame.scenario import Scenario
from minegame.statistics import precision
from minegame.storage import ResultsError

# -------------------------------------------------------------------------------------------------- adding things up


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=70), st.integers(0, 6))
def test_an_aligned_run_may_be_added_up_first(numbers: list[float], level: int) -> None:
    parts = [np.array([number]) for number in numbers]
    size = 2**level
    grouped = [tree_sum(parts[start : start + size]) for start in range(0, len(parts), size)]
    assert tree_sum(grouped)[0] == tree_sum(parts)[0]


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 40), st.integers(1, 500_000), st.integers(1, 2_000_000))
def test_pieces_cover_every_block_once_and_are_aligned(groups: int, policies: int, reps: int, target: int) -> None:
    cut = pieces(groups, policies, reps, target)
    blocks = -(-reps // block_size(reps))
    assert sum(len(piece.groups) * len(piece.blocks) for piece in cut) == groups * blocks
    assert all(len(piece.groups) * policies <= max(4096, policies) for piece in cut)
    for piece in cut:
        if len(piece.blocks) < blocks:
            assert len(piece.groups) == 1
            assert piece.blocks.start % (1 << (len(piece.blocks) - 1).bit_length()) == 0


def test_a_piece_of_a_large_design_holds_few_games() -> None:
    """Thirty thousand points of one replication were one piece, and took a gigabyte."""
    cut = pieces(30_000, 2, 1, 120_000)
    assert max(len(piece.groups) for piece in cut) == 2048
    assert sum(len(piece.groups) for piece in cut) == 30_000


@given(st.integers(1, 10**12))
def test_a_point_has_at_most_a_thousand_blocks(replications: int) -> None:
    assert -(-replications // block_size(replications)) <= 1024


def test_a_tally_is_the_same_for_any_number_of_threads_and_size_of_task(monkeypatch: pytest.MonkeyPatch) -> None:
    games = np.stack([Scenario.load("kazakhstan_tungsten").games([{"tender.months": m}, {}]) for m in (6, 12, 18)])
    found = Runner(workers=1).tally(games, 3, 1500, reference=1)
    for task in (300, 2_000, 1_000_000):
        monkeypatch.setattr(runner, "_TASK", task)
        again = Runner(workers=2).tally(games, 3, 1500, reference=1)
        assert np.array_equal(again.sums, found.sums)
        assert found.contrasts is not None
        assert again.contrasts is not None
        assert np.array_equal(again.contrasts, found.contrasts)
    assert found.sums.shape == (3, 2, MEASURES, 3)
    assert (found.sums[:, :, general("shelved"), 0] == 1500).all()
    assert (found.contrasts[:, 1, :, 1:] == 0).all()  # the reference differs from itself by nothing


def test_progress_adds_up_to_all_negotiations() -> None:
    told: list[tuple[int, int]] = []
    with Runner(watch=lambda done, planned: told.append((done, planned))) as playing:
        playing.tally(np.tile(Scenario.load("two_bidders").game(), (3, 2)), 1, 500)
        playing.finished()
    assert told[-1] == (3 * 2 * 500, 3 * 2 * 500)
    shares = [done / planned for done, planned in told]
    assert shares == sorted(shares)


def test_progress_never_goes_back_when_there_is_more_to_play_than_was_expected() -> None:
    told: list[float] = []
    game = Scenario.load("two_bidders").game().reshape(1, 1)
    with Runner(watch=lambda done, planned: told.append(done / planned)) as playing:
        playing.expect(600)
        for seed in range(4):
            playing.tally(game, seed, 300)
        playing.finished()
    assert told == sorted(told)
    assert told[-1] == 1.0


# ---------------------------------------------------------------------------------------------------- the whole run


class Scrambled(ThreadPoolExecutor):
    """Threads that hand in their work late, each by another time, so that the last may come first."""

    def submit(self, work: Any, /, *arguments: Any, **keywords: Any) -> Future[Any]:
        self.count = getattr(self, "count", 0) + 1
        return super().submit(self._late, 0.02 * (self.count * 7 % 5), work, *arguments, **keywords)

    @staticmethod
    def _late(seconds: float, work: Any, *arguments: Any) -> Any:
        found = work(*arguments)
        time.sleep(seconds)
        return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The checksums of the tables of the experiment that the tests below run in other ways."""
    folder = tmp_path_factory.mktemp("undisturbed")
    experiment.run(asked.plan(asked.FOUR_POLICIES, folder), folder / "r", workers=1)
    return asked.table_sums(folder / "r")


@pytest.mark.parametrize(("chunk", "workers"), [(None, 2), (1, 2), (3_000, 1), (10**9, 2)])
def test_tables_are_the_same_for_any_chunk_and_number_of_threads(
    chunk: int | None, workers: int, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    experiment.run(asked.plan(asked.FOUR_POLICIES, tmp_path), tmp_path / "r", workers=workers, chunk=chunk)
    assert asked.table_sums(tmp_path / "r") == undisturbed


def test_tables_are_the_same_whatever_finishes_first(undisturbed: dict[str, str], tmp_path: Path) -> None:
    with Scrambled(8) as executor:
        plan = asked.plan(asked.FOUR_POLICIES, tmp_path)
        experiment.run(plan, tmp_path / "r", executor=executor, workers=8, chunk=800)
    assert asked.table_sums(tmp_path / "r") == undisturbed


@pytest.mark.slow
def test_tables_are_the_same_on_a_local_dask_cluster(undisturbed: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    from minegame import cluster

    plan = asked.plan(asked.FOUR_POLICIES, tmp_path)
    with cluster.connected(None, 2) as (executor, workers):
        assert workers == 2
        experiment.run(plan, tmp_path / "r", executor=executor, workers=workers, chunk=2_000)
    assert asked.table_sums(tmp_path / "r") == undisturbed


def test_a_cluster_that_cannot_be_reached_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its worker processes would stay behind."""
    from minegame import cluster

    closed = []

    class Cluster:
        def __init__(self, **_: object) -> None:
            pass

        def close(self, timeout: float) -> None:
            closed.append(timeout)

    def refuse(_: object) -> None:
        raise TimeoutError("no answer")

    monkeypatch.setitem(sys.modules, "distributed", types.SimpleNamespace(LocalCluster=Cluster, Client=refuse))
    with pytest.raises(TimeoutError), cluster.connected(None, 2):
        pass
    assert len(closed) == 1


def test_a_scheduler_that_does_not_answer_fails_at_once_with_advice() -> None:
    pytest.importorskip("distributed")
    from minegame import cluster

    started = time.monotonic()
    with pytest.raises(OSError, match=r"does not answer.*dask scheduler"), cluster.connected("tcp://127.0.0.1:9"):
        pass
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH_9.6p1 Debian-1\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_what_is_no_scheduler_is_refused_within_ten_seconds(greeting: bytes) -> None:
    pytest.importorskip("distributed")
    from minegame import cluster

    guests = []

    def greet(server: socket.socket) -> None:
        guests.append(server.accept()[0])
        guests[-1].sendall(greeting)

    started = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=greet, args=(server,), daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(OSError, match=r"does not answer.*dask scheduler"), cluster.connected(address):
            pass
        guests[0].close()
    assert time.monotonic() - started < 12


def test_a_worker_with_other_rules_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = asked.plan(asked.FOUR_POLICIES, tmp_path)
    task = runner.Sums(plan.games([0]), range(1), 0, 0, 10, -1, np.arange(3))
    with pytest.raises(runner.OtherRulesError, match="other rules") as caught:
        runner.play_chunk(task, "of another version")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # it comes from another process


@pytest.mark.parametrize("kind", ["sums", "samples", "ledgers"])
def test_a_task_whose_games_are_read_only_is_played(kind: str, tmp_path: Path) -> None:
    """As another process may hand them over."""
    games = asked.plan(asked.FOUR_POLICIES, tmp_path).games([0])
    shut = games.copy()
    shut.flags.writeable = False

    def played(games: np.ndarray) -> runner.Content:
        tasks: dict[str, runner.Task] = {
            "sums": runner.Sums(games, range(1), 0, 0, 10, -1, np.arange(3)),
            "samples": runner.Samples(games[0], 0, 0, 10, np.arange(3)),
            "ledgers": runner.Ledgers(games[0, :1], 0, 0, 10),
        }
        return tasks[kind].play()

    assert played(shut) == played(games)


def test_what_a_run_finds_is_what_a_tally_in_memory_finds(tmp_path: Path) -> None:
    plan = asked.plan(asked.FOUR_POLICIES, tmp_path)
    found = experiment.run(plan, tmp_path / "r")
    tallies = Runner().tally(plan.games(), plan.seed, 700, reference=0)
    assert np.array_equal(found.sums, tallies.sums)
    assert tallies.contrasts is not None
    assert found.differences is not None
    assert np.array_equal(found.differences[:, 1:], tallies.contrasts[:, 1:])


def test_a_run_that_is_complete_is_not_played_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = asked.plan(asked.FOUR_POLICIES, tmp_path)
    experiment.run(plan, tmp_path / "r")

    def never(*_: object) -> None:
        raise AssertionError("played again")

    monkeypatch.setattr(runner, "play_chunk", never)
    assert experiment.run(plan, tmp_path / "r").groups == 6


def test_the_watch_hears_of_every_negotiation(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    plan = asked.plan(asked.FOUR_POLICIES, tmp_path)
    experiment.run(plan, tmp_path / "r", watch=lambda done, planned: told.append((done, planned)), chunk=5_000)
    assert told[0] == (0, plan.negotiations)
    assert told[-1] == (plan.negotiations, plan.negotiations)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_plan_can_be_made_in_python(tmp_path: Path) -> None:
    import pandas as pd

    design = pd.DataFrame({"tender.months": [3, 6]})
    plan = Plan.of(Scenario.load("two_bidders"), design, {"a": {}, "b": {"host.backlash": 0}}, replications=100)
    found = experiment.run(plan, tmp_path / "r")
    assert len(found.win_probabilities()) == 2 * 2 * 3
    assert experiment.run(Plan.of(Scenario.load("two_bidders"), replications=100), tmp_path / "s").groups == 1


# ------------------------------------------------------------------------------------------------- row by negotiation


def test_rows_hold_every_negotiation_and_agree_with_the_sums(tmp_path: Path) -> None:
    plan = asked.plan(asked.ROWS, tmp_path)
    found = experiment.run(plan, tmp_path / "r")
    rows = found.outcomes
    assert len(rows) == plan.negotiations
    assert list(rows.columns[:3]) == ["group", "policy", "replication"]
    for bidder, name in enumerate(plan.scenario.bidder_names):
        won = (rows["winner.upper_kairakty"] == name) | (rows["winner.north_katpar"] == name)
        counted = won.groupby([rows["group"], rows["policy"]], observed=True).sum().to_numpy().reshape(3, 2)
        assert np.array_equal(counted, found.sums[:, :, by_bidder("wins_any", bidder), 1])
    shelved = rows["winner.north_katpar"] == "shelved"
    assert rows.loc[shelved, "equity.north_katpar"].isna().all()
    assert rows.loc[~shelved, "equity.north_katpar"].notna().all()


def test_rows_are_the_same_for_any_chunk(tmp_path: Path) -> None:
    plan = asked.plan(asked.ROWS, tmp_path)
    for chunk in (1, 700, 10**6):
        experiment.run(plan, tmp_path / str(chunk), chunk=chunk)
    first, *others = (asked.table_sums(tmp_path / str(chunk)) for chunk in (1, 700, 10**6))
    assert "outcomes.parquet" in first
    assert all(other == first for other in others)


def test_an_odd_row_can_be_replayed(tmp_path: Path) -> None:
    plan = asked.plan(asked.ROWS, tmp_path)
    row = experiment.run(plan, tmp_path / "r").outcomes.iloc[777]
    games = plan.games([row["group"]])
    outcome, policy = new_records(OUTCOME), list(plan.policies).index(row["policy"])
    play(games[0, policy : policy + 1], new_records(STATE), outcome, plan.seed, row["replication"])
    assert outcome[0]["utility"] == row["utility"]
    assert outcome[0]["month"] == row["month"]


# ------------------------------------------------------------------------------------------------------- until sure


def test_until_sure_stops_where_it_is_sure_and_says_what_fell_short(tmp_path: Path) -> None:
    plan = asked.plan(asked.UNTIL_SURE, tmp_path)
    found = experiment.run(plan, tmp_path / "r")
    width = found.win_probabilities()
    width = width[width["outcome"] != "shelved"]
    wide = ((width["high"] - width["low"]) > 0.04).groupby(width["group"]).any()
    assert wide.tolist() == (~found.design["sure"]).tolist()
    assert found.manifest["fell_short"] == [group for group, is_wide in enumerate(wide) if is_wide]
    assert set(found.design["replications"]) <= set(precision.looks(300, 2500))
    assert len(set(found.design["replications"])) > 1
    assert found.manifest["negotiations"] == 2 * found.design["replications"].sum()


def test_what_is_added_until_sure_is_what_a_fixed_number_would_have_played(tmp_path: Path) -> None:
    plan = asked.plan(asked.UNTIL_SURE, tmp_path)
    found = experiment.run(plan, tmp_path / "r")
    for group, count in enumerate(found.design["replications"]):
        fixed = Runner().tally(plan.games([group]), plan.seed, int(count)).sums[0]
        counts = found.sums[group]
        assert np.array_equal(counts[:, :, 0], fixed[:, :, 0])
        np.testing.assert_allclose(counts, fixed, rtol=1e-12)


def test_until_sure_is_the_same_for_any_chunk(tmp_path: Path) -> None:
    plan = asked.plan(asked.UNTIL_SURE, tmp_path)
    for chunk in (1, 1_000, 10**6):
        experiment.run(plan, tmp_path / str(chunk), chunk=chunk)
    assert (
        asked.table_sums(tmp_path / "1")
        == asked.table_sums(tmp_path / "1000")
        == asked.table_sums(tmp_path / "1000000")
    )


def test_contrasts_can_be_made_sure_of(tmp_path: Path) -> None:
    rule = {"until": 0.02, "paired": True, "first": 300, "at_most": 4000}
    found = experiment.run(asked.plan(asked.UNTIL_SURE, tmp_path, replications=rule), tmp_path / "r")
    rows = found.win_contrasts()
    rows = rows[rows["outcome"] != "shelved"]
    sure = found.design["sure"].to_numpy()[rows["group"]]
    assert ((rows["high"] - rows["low"] <= 0.04) | ~sure).all()
    assert sure.any()


def covered_when_sure(rng: np.random.Generator, truths: list[float], half_width: float, first: int) -> np.ndarray:
    """How often the intervals of each truth cover it, over repeated experiments that stop when all are narrow."""
    repeated = 20_000
    wins = np.zeros((repeated, len(truths), 1))
    trials, active, before = np.zeros(repeated), np.ones(repeated, bool), 0
    for total in precision.looks(first, 60 * first):
        wins[active, :, 0] += rng.binomial(total - before, truths, (active.sum(), len(truths)))
        trials[active] = total
        counts = np.broadcast_to(trials[:, None, None], wins.shape)
        sums = np.stack([counts, wins, wins], axis=-1)
        active &= ~precision.sure(sums, half_width, "wins_any")
        before = total
    low, high = precision.interval(sums, "wins_any")
    return np.asarray(((low <= np.array(truths)[:, None]) & (np.array(truths)[:, None] <= high)).mean(axis=0)[:, 0])


@pytest.mark.parametrize("half_width", [0.005, 0.01, 0.02])
def test_intervals_cover_with_the_stopping_rule_on(half_width: float) -> None:
    rng = np.random.default_rng(7)
    for truth in (0.03, 0.05, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3, 0.4, 0.5, 0.8, 0.95):
        (share,) = covered_when_sure(rng, [truth], half_width, 1000)
        assert 0.93 < share < 0.97, truth
    for truths in ([0.06, 0.42, 0.65, 0.8], [0.1, 0.2], [0.3, 0.32, 0.34]):
        assert ((covered_when_sure(rng, truths, half_width, 1000) - 0.95) ** 2 < 0.02**2).all()


def test_paired_intervals_cover_with_the_stopping_rule_on() -> None:
    rng, repeated = np.random.default_rng(8), 20_000
    for gained, lost, half_width in ((0.15, 0.01, 0.01), (0.05, 0.05, 0.008), (0.4, 0.02, 0.015), (0.02, 0.01, 0.006)):
        counts = np.zeros((repeated, 2))
        trials, active, before = np.zeros(repeated), np.ones(repeated, bool), 0
        for total in precision.looks(1000, 60_000):
            new = rng.multinomial(total - before, [gained, lost, 1 - gained - lost], active.sum())
            counts[active] += new[:, :2]
            trials[active] = total
            sums = np.stack([trials, counts[:, 0] - counts[:, 1], counts.sum(axis=1)], axis=-1)[:, None, None]
            active &= ~precision.sure(sums, half_width, "wins_any", paired=True)
            before = total
        low, high = precision.interval(sums, "wins_any", paired=True)
        share = ((low <= gained - lost) & (gained - lost <= high)).mean()
        assert 0.93 < share < 0.97, (gained, lost)


@pytest.mark.slow
def test_two_thousand_experiments_until_sure_cover_a_known_probability(tmp_path: Path) -> None:
    """Two equal bidders of two equal camps: each wins one half of what is not shelved."""
    scenario = twins()
    rule = {"until": 0.05, "first": 200, "at_most": 2000}
    covered = []
    for seed in range(2000):
        asked_for = {"title": "Twins", "scenario": "two_bidders", "replications": rule, "seed": seed}
        plan = replace(Experiment.from_document(asked_for).plan(), scenario=scenario)
        rows = experiment.run(plan, tmp_path / str(seed)).win_probabilities()
        assert rows["estimate"][:2].sum() == pytest.approx(1)
        covered.append(rows["low"][0] <= 0.5 <= rows["high"][0])
    assert 0.93 < np.mean(covered) < 0.97


def twins() -> Scenario:
    """The teaching scenario with a second bidder, patron and lender that are copies of the first, and no shelving."""
    document = Scenario.load("two_bidders").document()
    north, mining = document["patrons"]["north"], next(iter(document["bidders"].values()))
    document["patrons"] = {"north": {**north, "key": 1}, "south": {**north, "label": "The South", "key": 2}}
    mining["own_capital"] = 1
    document["bidders"] = {
        "first": {**mining, "patron": "north", "key": 1},
        "second": {**mining, "label": "South Mining", "patron": "south", "key": 2},
    }
    document["financiers"] = {}
    document["sources"] = {}
    for patron in document["patrons"].values():
        patron["portfolio_share"] = patron["ideal_share"] = 0.3
    document["shelving"]["weight"] = document["bargaining"]["tremble_sd"] = 0
    document["market"]["long_run_price"] = 900
    return Scenario.from_document(document, "twins")


# -------------------------------------------------------------------------------------------------- luck of its own

OWN = """
title: Worlds
scenario: kazakhstan_tungsten
policies: {none: {patrons.us.levers.*.intensity: 0}, all: {}}
factors: {host.balance_weight: {low: 0, high: 4}}
design: {kind: random, points: 7}
replications: 300
seed: 3
"""


def test_every_point_plays_the_replications_of_its_place(tmp_path: Path) -> None:
    plan = asked.plan(OWN, tmp_path)
    found = experiment.run(plan, tmp_path / "r")
    assert found.luck == found.manifest["luck"] == "own"
    alone = Runner().tally(plan.games(), plan.seed, 300, reference=0, luck=np.arange(7))
    np.testing.assert_array_equal(found.sums, alone.sums)
    np.testing.assert_array_equal(found.differences[:, 1], alone.contrasts[:, 1])
    common = experiment.run(asked.plan(OWN, tmp_path, luck="common"), tmp_path / "c")
    assert np.array_equal(common.sums[0], found.sums[0])
    assert all((common.sums[group] != found.sums[group]).any() for group in range(1, 7))


@pytest.mark.parametrize("replications", [300, {"until": 0.045, "first": 100, "at_most": 1500}])
def test_luck_of_their_own_does_not_hang_on_the_chunks(replications: Any, tmp_path: Path) -> None:
    plan = asked.plan(OWN, tmp_path, replications=replications)
    for chunk in (1, 500, 10**6):
        experiment.run(plan, tmp_path / str(chunk), chunk=chunk)
    assert (
        asked.table_sums(tmp_path / "1") == asked.table_sums(tmp_path / "500") == asked.table_sums(tmp_path / "1000000")
    )


def test_rounds_until_sure_go_on_in_the_luck_of_a_point(tmp_path: Path) -> None:
    plan = asked.plan(OWN, tmp_path, replications={"until": 0.045, "first": 100, "at_most": 1500})
    found = experiment.run(plan, tmp_path / "r")
    assert len(set(found.design["replications"])) > 1
    for group, count in enumerate(found.design["replications"]):
        games = plan.games([group])
        firsts = np.array([group * 1500])
        alone = tallied(games, plan.seed, firsts, int(count), -1, range(-(-int(count) // block_size(int(count)))))
        assert np.array_equal(found.sums[group][..., 0], alone.sums[0, 0, :, :, 0])
        np.testing.assert_allclose(found.sums[group], alone.sums[0, 0], rtol=1e-12)


def test_a_row_of_a_point_with_luck_of_its_own_can_be_replayed(tmp_path: Path) -> None:
    plan = asked.plan(OWN, tmp_path, results="rows", replications=40)
    rows = experiment.run(plan, tmp_path / "r").outcomes
    assert rows["replication"].nunique() == 7 * 40
    row = rows.iloc[-1]
    assert row["replication"] == 7 * 40 - 1
    outcome, policy = new_records(OUTCOME), list(plan.policies).index(row["policy"])
    games = plan.games([row["group"]])
    play(games[0, policy : policy + 1], new_records(STATE), outcome, plan.seed, row["replication"])
    assert outcome[0]["utility"] == row["utility"]


def test_a_folder_of_common_luck_is_not_taken_for_one_of_own(tmp_path: Path) -> None:
    experiment.run(asked.plan(OWN, tmp_path, luck="common", replications=20), tmp_path / "r")
    with pytest.raises(ResultsError, match="luck was not given and is 'own'"):
        experiment.run(asked.plan(OWN, tmp_path, replications=20), tmp_path / "r")


@pytest.mark.slow
@pytest.mark.parametrize(("luck", "least", "most"), [("own", 0.9, 1.15), ("common", 3.0, 20.0)])
def test_errors_of_a_mean_over_worlds_are_those_of_independent_rows_only_on_luck_of_their_own(
    luck: str, least: float, most: float, tmp_path: Path
) -> None:
    """60 seeds of 300 worlds: how far their mean varies, against what the binomial errors of the rows make of it."""
    changes = {"design": {"kind": "latin_hypercube", "points": 300}, "replications": 100, "luck": luck}
    means, errors = [], []
    for seed in range(60):
        plan = Experiment.load("wide_uncertainty", {**changes, "seed": seed})[1]
        won = experiment.run(plan, tmp_path / str(seed)).win_shares()[0][:, 0, 0]
        means.append(won.mean())
        errors.append(np.sqrt((won * (1 - won) / 100).mean() / 300))
    assert least <= np.std(means, ddof=1) / np.mean(errors) <= most


# --------------------------------------------------------------------------------------------------------- forecast


def test_a_forecast_of_many_policies_makes_few_games(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = []
    rate = experiment._rate
    monkeypatch.setattr(experiment, "_GAMES", 8)
    monkeypatch.setattr(experiment, "_rate", lambda games, *rest: played.append(games.shape) or rate(games, *rest))
    experiment.forecast(asked.plan(asked.FOUR_POLICIES, tmp_path))
    assert played == [(2, 4)]


def test_a_forecast_counts(tmp_path: Path) -> None:
    """How right its seconds are is measured in the benchmark, where nothing else runs."""
    plan = asked.plan(asked.FOUR_POLICIES, tmp_path, replications=4000)
    ahead = experiment.forecast(plan)
    assert (ahead.groups, ahead.policies, ahead.negotiations) == (6, 4, 96_000)
    longer = experiment.forecast(asked.plan(asked.FOUR_POLICIES, tmp_path, replications=40_000))
    assert ahead.seconds > 0
    assert longer.seconds > ahead.seconds


# ---------------------------------------------------------------------------------------------------------- shipped


@pytest.mark.parametrize("name", list(shipped_experiments()))
def test_every_shipped_experiment_runs(name: str, tmp_path: Path) -> None:
    changes = {"replications": 20}
    if name == "wide_uncertainty":
        changes |= {"design": {"kind": "sobol", "points": 16}, "replications": 5}  # type: ignore[dict-item]
    question, plan = Experiment.load(name, changes)
    assert question.question
    assert question.how_to_read
    found = experiment.run(plan, tmp_path / name)
    assert found.win_probabilities()["estimate"].between(0, 1).all()


def test_the_wide_design_varies_at_least_twenty_factors() -> None:
    question, plan = Experiment.load("wide_uncertainty")
    assert len(question.factors) >= 20
    for path, given_ in question.factors.items():
        low, high = given_.low, given_.high
        if given_.levels is not None:
            assert plan.scenario.value(path) in given_.levels, path
        else:
            assert low <= plan.scenario.value(path) <= high, path


def test_the_wide_design_varies_what_the_headline_hangs_on() -> None:
    """What one case cannot tell (model, section 9), over the ranges that the sources support, camps' shares up to 1."""
    question, plan = Experiment.load("wide_uncertainty")
    lever = "patrons.china.levers.[!t]*"
    camps = ("us", "china")
    for path in (
        "tender.months", "host.own_stake_weight", "bargaining.opening_concession", "bidders.cove_kaz.offtake_value",
        "bidders.chinese_soe.offtake_value", f"{lever}.intensity", f"{lever}.trigger",
        *(f"financiers.{name}.{what}" for name in ("us_public_lenders", "china_policy_bank")
          for what in ("credibility", "conversion")),
        *(f"patrons.{camp}.{share}" for camp in camps for share in ("portfolio_share", "ideal_share")),
    ):  # fmt: skip
        assert path in question.factors
    assert plan.scenario.beyond(tried.of_run(plan.design, plan.policies)) == []
    for parameter in plan.scenario.parameters():  # every range of a source is varied whole, but for single levers
        factor = question.factors.get(parameter.path)
        if factor is not None and parameter.supported_low is not None:
            assert (factor.low, factor.high) == (parameter.supported_low, parameter.supported_high), parameter.path
    for share in ("portfolio_share", "ideal_share"):
        assert sum(question.factors[f"patrons.{camp}.{share}"].high or 0 for camp in camps) <= 1
    games = plan.games()[:, 0]
    china = plan.scenario.patron_names.index("china")
    assert set(games["lever_trigger"][:, china, 1]) == {
        TRIGGERS.index(t) for t in ("always", "rival_leads", "rival_presses")
    }
    assert (games["lever_intensity"][:, china, 0] == 0).all(), "it threatens no tariff"
    assert 0.4 < (games["lever_intensity"][:, china, 1:] == 1).all(axis=1).mean() < 0.6
    gap = (
        plan.design["financiers.us_public_lenders.credibility"] - plan.design["financiers.us_public_lenders.conversion"]
    )
    assert gap.min() < 0 < 0.5 < gap.max()


@pytest.mark.slow
def test_who_wins_agrees_with_the_reference_results(tmp_path: Path) -> None:
    found = experiment.run(Experiment.load("who_wins")[1], tmp_path / "r")
    rows = found.win_probabilities().set_index(["policy", "outcome"])["estimate"]
    reference = {
        "none": (0.0555, 0.936, 0.0085),
        "tariff": (0.061, 0.931, 0.008),
        "finance": (0.421, 0.576, 0.003),
        "access + finance": (0.650, 0.347, 0.003),
        "tariff + access + engagement + finance": (0.802, 0.195, 0.003),
    }
    for policy, expected in reference.items():
        assert rows[policy].tolist() == pytest.approx(expected, abs=0.008)


def test_every_source_that_decides_a_number_counts_and_none_that_only_shows(tmp_path, monkeypatch):
    """From reading a scenario to an answer's intervals; what is done before one of them changed is not gone on with."""
    package = Path(runner.__file__).parent
    copied = tmp_path / "minegame"
    shutil.copytree(package, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(runner, "__file__", str(copied / "runner.py"))
    monkeypatch.setattr(runner, "sources_hash", runner.sources_hash.__wrapped__)
    before = runner.sources_hash()
    for path in sorted(copied.rglob("*.py")):
        content = path.read_bytes()
        path.write_bytes(content + b"\n# a note\n")
        changed = runner.sources_hash() != before
        assert changed == (path.relative_to(copied).parts[0] not in runner.SHOWING), path
        path.write_bytes(content)
    (copied / "runner.py").rename(copied / "running.py")
    assert runner.sources_hash() != before
