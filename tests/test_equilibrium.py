"""Games with known answers: the strategic analysis must find them, and say how sure it is."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from noisy_games import BATTLE_OF_THE_SEXES, MATCHING_PENNIES, PRISONERS_DILEMMA, noisy, two_by_two
from scipy.optimize import brentq

from minegame.analysis import equilibrium
from minegame.game import LEVERS
from minegame.game_theory import nash
from minegame.game_theory.commitment import answered, mixed_commitment, pure_commitment, worth
from minegame.game_theory.dominance import eliminate, weakly_dominated
from minegame.game_theory.mixed import extreme_equilibria, small_equilibria
from minegame.game_theory.nash import equilibria, pure_equilibria
from minegame.game_theory.payoffs import (
    PayoffTable,
    best_deviation,
    drawn_gains,
    expected,
    gains,
    mixture_regret,
    paired_difference,
    pure_mixture,
    value,
)
from minegame.game_theory.quantal import quantal_path
from minegame.scenario import Scenario

# rock, paper, scissors in which a win pays twice what a loss costs
ROCK_PAPER_SCISSORS = np.array([[0, -1, 2], [2, 0, -1], [-1, 2, 0]], float)
# Source: Fudenberg & Tirole 1991, figure 1.1: three rounds of strict dominance lead to (up, left)
SOLVABLE = np.array([[[4, 5, 6], [2, 8, 3], [3, 9, 2]], [[3, 1, 2], [1, 4, 6], [0, 6, 8]]], float)


def game(first: list[list[float]] | np.ndarray, second: list[list[float]] | np.ndarray) -> np.ndarray:
    return np.array([first, second], float)


def mixtures(payoffs: np.ndarray) -> list[list[list[float]]]:
    found, complete = equilibria(payoffs)
    assert complete
    assert all(mixture_regret(payoffs, one.mixture).max() < 1e-9 for one in found)
    return [[part.round(9).tolist() for part in one.mixture] for one in found]


# ------------------------------------------------------------------------------------------------------------ textbook


def test_matching_pennies_has_one_equilibrium_and_it_is_mixed():
    assert pure_equilibria(MATCHING_PENNIES) == []
    assert mixtures(MATCHING_PENNIES) == [[[0.5, 0.5], [0.5, 0.5]]]


def test_battle_of_the_sexes_has_two_pure_equilibria_and_a_mixed_one():
    assert pure_equilibria(BATTLE_OF_THE_SEXES) == [(0, 0), (1, 1)]
    assert mixtures(BATTLE_OF_THE_SEXES)[2] == [[0.6, 0.4], [0.4, 0.6]]


def test_prisoners_dilemma_is_solved_by_dominance():
    remaining, gone = eliminate(PRISONERS_DILEMMA)
    assert remaining == ((1,), (1,))
    assert [(one.round, one.player, one.strategy, one.by, one.margin) for one in gone] == [
        (1, 0, 0, {1: 1.0}, 1.0),
        (1, 1, 0, {1: 1.0}, 1.0),
    ]
    assert mixtures(PRISONERS_DILEMMA) == [[[0.0, 1.0], [0.0, 1.0]]]


def test_three_by_three_with_a_known_mixed_equilibrium():
    assert mixtures(game(ROCK_PAPER_SCISSORS, ROCK_PAPER_SCISSORS.T)) == [[[pytest.approx(1 / 3)] * 3] * 2]
    # odds 3 : 2 : 1 make every reply worth nothing
    zero_sum = np.array([[0, -1, 2], [1, 0, -3], [-2, 3, 0]], float)
    assert mixtures(game(zero_sum, -zero_sum)) == [[[pytest.approx(x / 6) for x in (3, 2, 1)]] * 2]


def test_a_dominance_solvable_game_takes_its_rounds():
    remaining, gone = eliminate(SOLVABLE)
    assert max(one.round for one in gone) == 3
    assert remaining == ((0,), (0,))
    assert mixtures(SOLVABLE) == [[[1, 0, 0], [1, 0, 0]]]


def test_a_strategy_may_be_dominated_by_a_mixture_only():
    first = [[4, 0], [0, 4], [1, 1]]
    remaining, gone = eliminate(game(first, np.array(first) * 0))
    assert remaining == ((0, 1), (0, 1))
    assert gone[0].by == pytest.approx({0: 0.5, 1: 0.5})
    assert gone[0].margin == pytest.approx(1.0)


def test_weak_dominance_is_named_and_not_eliminated():
    payoffs = game([[1, 1], [1, 0]], [[1, 0], [1, 1]])
    assert eliminate(payoffs)[0] == ((0, 1), (0, 1))
    assert [(one.player, one.strategy) for one in weakly_dominated(payoffs)] == [(0, 1), (1, 1)]


def test_elimination_never_loses_an_equilibrium():
    rng = np.random.default_rng(1)
    for _ in range(40):
        payoffs = rng.integers(0, 5, size=(2, 3, 4)).astype(float)
        remaining, _ = eliminate(payoffs)
        for one in extreme_equilibria(*payoffs):
            for part, kept in zip((one.first, one.second), remaining, strict=True):
                assert {j for j, p in enumerate(part) if p} <= set(kept)


# ---------------------------------------------------------------------------------------------------- mixed equilibria


def test_a_degenerate_game_keeps_all_its_extreme_equilibria():
    # Source: Nashpy issue 82; support enumeration finds five of the eight
    first = -np.array([[0, 0, 6, 0, 0], [0, 0, 3, 2, 1], [4, 3, 0, 0, 1]])
    second = -np.array([[3, 0, 2, 1, 0], [0, 2, 0, 0, 4], [4, 0, 2, 4, 4]])
    found = extreme_equilibria(first, second)
    assert len(found) == 8
    isolated = (Fraction(1, 3), Fraction(1, 2), Fraction(1, 6)), (0, Fraction(4, 9), Fraction(2, 9), Fraction(1, 3), 0)
    assert isolated in [(one.first, one.second) for one in found]
    assert len({one.component for one in found}) == 4
    continuum = [one for one in equilibria(game(first, second))[0] if not one.isolated]
    assert len(continuum) == 6


def corners(matrix: np.ndarray) -> set[tuple[Fraction, ...]]:
    """The corners of {x ≥ 0, matrix · x ≤ 1}, from every choice of tight conditions: slow, and independent."""
    n = matrix.shape[1]
    conditions = [([Fraction(int(k == j)) for k in range(n)], Fraction(0)) for j in range(n)]
    conditions += [([Fraction(int(a)) for a in row], Fraction(1)) for row in matrix]
    found = set()
    for chosen in itertools.combinations(conditions, n):
        x = solve([left for left, _ in chosen], [right for _, right in chosen])
        if x and min(x) >= 0 and all(sum(a * b for a, b in zip(row, x, strict=True)) <= 1 for row, _ in conditions[n:]):
            found.add(tuple(x))
    return found


def solve(left: list[list[Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    rows = [[*a, b] for a, b in zip(left, right, strict=True)]
    for k in range(len(rows)):
        pivot = next((r for r in range(k, len(rows)) if rows[r][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [a / rows[k][k] for a in rows[k]]
        for r in range(len(rows)):
            if r != k and rows[r][k]:
                rows[r] = [a - rows[r][k] * b for a, b in zip(rows[r], rows[k], strict=True)]
    return [row[-1] for row in rows]


def test_extreme_equilibria_of_games_full_of_ties_against_brute_force():
    rng = np.random.default_rng(5)
    for _ in range(60):
        rows, columns = rng.integers(2, 4, size=2)
        first, second = rng.integers(1, 4, size=(2, rows, columns))
        expected_pairs = set()
        for x in corners(second.T):
            for y in corners(first):
                if any(x) and any(y):
                    rows_done = all(x[i] == 0 or sum(first[i] * y) == 1 for i in range(rows))
                    columns_done = all(y[j] == 0 or sum(second[:, j] * x) == 1 for j in range(columns))
                    if rows_done and columns_done:
                        expected_pairs.add((tuple(a / sum(x) for a in x), tuple(b / sum(y) for b in y)))
        assert {(one.first, one.second) for one in extreme_equilibria(first, second)} == expected_pairs


def test_two_ways_to_mixed_equilibria_agree_and_their_number_is_odd():
    rng = np.random.default_rng(2)
    for _ in range(30):
        payoffs = rng.normal(size=(2, *rng.integers(2, 6, size=2)))
        exact = extreme_equilibria(*payoffs)
        floating = small_equilibria(*payoffs, most=5)
        assert len(exact) == len(floating)
        assert len(exact) % 2 == 1
        assert {tuple(np.round(np.array(one.first, float), 6)) for one in exact} == {
            tuple(x.round(6) + 0.0) for x, _ in floating
        }


def test_a_game_too_large_to_list_says_so():
    payoffs = np.random.default_rng(3).normal(size=(2, 12, 12))
    found, complete = equilibria(payoffs)
    assert not complete
    assert all(mixture_regret(payoffs, one.mixture).max() < 1e-8 for one in found)
    with pytest.raises(ValueError, match="reduce the game"):
        extreme_equilibria(*payoffs)


def test_three_players_pure_equilibria_and_the_known_mixed_ones_regret_nothing():
    # Source: McKelvey & McLennan, 2x2x2 with nine equilibria, four of them pure; player 1's index runs fastest
    cells = [[9, 8, 12], [0, 0, 0], [0, 0, 0], [9, 8, 2], [0, 0, 0], [3, 4, 6], [3, 4, 6], [0, 0, 0]]
    payoffs = np.array(cells, float).reshape(2, 2, 2, 3).transpose(3, 2, 1, 0)
    assert len(pure_equilibria(payoffs)) == 4
    assert len(equilibria(payoffs)[0]) == 4
    for chances in ([0.5, 0.4, 0.25], [0.4, 0.5, 1 / 3]):
        assert mixture_regret(payoffs, tuple(np.array([p, 1 - p]) for p in chances)).max() < 1e-4
    assert quantal_path(payoffs).regret[-1] < 1e-5


# ------------------------------------------------------------------------------------------------------------- quantal


def test_logit_path_of_asymmetric_matching_pennies():
    # Checked with pygambit: P(row 1), P(column 1) at λ
    path = quantal_path(game([[9, 0], [0, 1]], [[0, 1], [1, 0]]))
    known = {0.5: (0.830671, 0.418077), 1: (0.893576, 0.31278), 2: (0.860754, 0.191078), 5: (0.701984, 0.117135),
             10: (0.607481, 0.104367)}  # fmt: skip
    for rationality, (p, q) in known.items():
        row, column = path.at(rationality)
        assert (row[0], column[0]) == pytest.approx((p, q), abs=1e-5)
    assert [part[0] for part in path.mixtures] == pytest.approx([[0.5, 0.5], [0.5, 0.5]][0])
    assert [part[0] for part in path.limit] == pytest.approx([0.5, 0.1], abs=1e-4)


@pytest.mark.parametrize("rationality", [0.1, 0.7, 2.0, 6.0])
def test_logit_path_against_an_independent_root_finder(rationality):
    # a symmetric game has a symmetric branch: p = Λ(λ (u_0 - u_1)) in one unknown
    table = np.array([[2.0, 5.0], [3.0, 1.0]])

    def excess(p: float) -> float:
        lead = (table[0] - table[1]) @ [p, 1 - p]
        return p - 1.0 / (1.0 + np.exp(-rationality * lead))

    row, column = quantal_path(game(table, table.T)).at(rationality)
    assert row[0] == pytest.approx(brentq(excess, 0.0, 1.0, xtol=1e-14), abs=1e-9)
    assert column[0] == pytest.approx(row[0])


def test_logit_path_runs_from_uniform_to_nash():
    rng = np.random.default_rng(4)
    for shape in [(2, 2), (3, 4), (6, 5), (2, 3, 2)] * 5:
        path = quantal_path(rng.normal(size=(len(shape), *shape)))
        assert all(part[0] == pytest.approx(1.0 / len(part[0])) for part in path.mixtures)
        assert path.regret[-1] < 1e-5
        assert all(part.sum(axis=1) == pytest.approx(1.0) for part in path.mixtures)


def test_logit_path_scales_with_the_unit_of_payoffs():
    payoffs = BATTLE_OF_THE_SEXES + np.array([[[0.3, 0], [0, 0]], [[0, 0], [0.1, 0]]])
    once, thousandfold = quantal_path(payoffs).at(0.8), quantal_path(1000.0 * payoffs + 400.0).at(0.0008)
    assert np.concatenate(once) == pytest.approx(np.concatenate(thousandfold))
    with pytest.raises(ValueError, match="followed to"):
        quantal_path(payoffs, rationality_max=2.0).at(3.0)


# ---------------------------------------------------------------------------------------------------------- commitment


def test_pure_commitment_in_the_textbook_game():
    # the leader's dominant first row pays 2 at the equilibrium; committed to the second it gets 3
    leader, follower = np.array([[2.0, 4.0], [1.0, 3.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    one = pure_commitment(leader, follower)
    assert (one.mixture.tolist(), one.reply, one.leader_payoff) == ([0.0, 1.0], 1, 3.0)
    lottery = mixed_commitment(leader, follower)  # Source: Conitzer & Sandholm 2006, figure 1
    assert lottery.mixture == pytest.approx([0.5, 0.5])
    assert lottery.leader_payoff == pytest.approx(3.5)
    assert lottery.pessimistic == pytest.approx(1.5)


def test_mixed_commitment_is_worth_at_least_the_best_equilibrium_and_the_best_pure_one():
    rng = np.random.default_rng(6)
    for _ in range(60):
        payoffs = rng.normal(size=(2, *rng.integers(2, 6, size=2)))
        one = mixed_commitment(*payoffs)
        best = max(expected(payoffs, found.mixture)[0] for found in equilibria(payoffs)[0])
        assert one.leader_payoff >= best - 1e-9
        assert one.leader_payoff >= pure_commitment(*payoffs).leader_payoff - 1e-9
        assert (one.mixture @ payoffs[1]).argmax() == one.reply or np.ptp(
            np.sort(one.mixture @ payoffs[1])[-2:]
        ) == pytest.approx(0.0, abs=1e-8)


def test_in_a_zero_sum_game_commitment_is_worth_nothing():
    table = np.random.default_rng(7).normal(size=(4, 5))
    found = equilibria(game(table, -table))[0]
    worth = expected(game(table, -table), found[0].mixture)[0]
    assert mixed_commitment(table, -table).leader_payoff == pytest.approx(worth)


def best_for(player: int, payoffs: np.ndarray) -> tuple[np.ndarray, ...]:
    """The equilibrium that a player likes best."""
    return max((one.mixture for one in equilibria(payoffs)[0]), key=lambda mixture: expected(payoffs, mixture)[player])


def test_a_lottery_that_leaves_the_follower_indifferent_is_told_both_ways():
    leader, follower = np.array([[2.0, 4.0], [1.0, 3.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    for player, payoffs in enumerate([game(leader, follower), game(follower.T, leader.T)]):
        table = PayoffTable.exact(payoffs)
        one = mixed_commitment(leader, follower)
        assert [part.tolist() for part in one.profile(player, 2, worst=True)][1 - player] == [1.0, 0.0]
        found = worth(table, table.bootstrap(3)[:, :-1], player, one, best_for(player, payoffs))
        told = [found[name] for name in ("value_of_commitment", "at_least", "low", "high")]
        assert told == pytest.approx([3.5 - 2.0, 1.5 - 2.0, -0.5, 1.5])  # the equilibrium pays the leader 2
        row = next(
            row
            for row in equilibrium.estimate(table, draws=3)["commitment"].to_dict("records")
            if (row["leader"], row["kind"]) == (f"player {player + 1}", "mixed")
        )
        assert [row[name] for name in ("value_of_commitment", "at_least", "low", "high")] == pytest.approx(told)
        assert (row["worst_reply"], row["survival"], row["standing"]) == ("1", 1.0, "robust")


def test_the_reply_to_a_commitment_is_drawn_anew():
    leader, follower = np.array([[2.0, 4.0], [1.0, 3.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    one = mixed_commitment(leader, follower)
    tipped = np.array([game(leader, follower + np.array([0.0, shift])) for shift in (-0.1, 0.0, 0.1)])
    against, along = answered(tipped, 0, one)
    assert against.tolist() == pytest.approx([1.5, 1.5, 3.5])
    assert along.tolist() == pytest.approx([1.5, 3.5, 3.5])


def bagwell(accuracy: float) -> np.ndarray:
    """A leader plays S or C; the follower sees the right signal with some accuracy and answers signal by signal."""
    pay = {"SS": (5, 2), "SC": (3, 1), "CS": (6, 3), "CC": (4, 4)}
    plans = list(itertools.product("SC", repeat=2))
    payoffs = np.zeros((2, 2, 4))
    for (i, move), (j, plan) in itertools.product(enumerate("SC"), enumerate(plans)):
        right, wrong = plan if move == "S" else plan[::-1]
        payoffs[:, i, j] = accuracy * np.array(pay[move + right]) + (1 - accuracy) * np.array(pay[move + wrong])
    return payoffs


def test_bagwell_a_little_noise_takes_commitment_away_in_pure_strategies():
    payoffs = bagwell(0.99)
    found, complete = equilibria(payoffs)
    assert complete
    assert [one.pure for one in found] == [(1, 3), None, None]
    worth = sorted(expected(payoffs, one.mixture).tolist() for one in found)
    assert np.array(worth) == pytest.approx(
        np.array([[4, 4], [4.010204081632653, 3.97], [4.989795918367347, 2.01]]), abs=1e-9
    )
    near_stackelberg = max(found, key=lambda one: expected(payoffs, one.mixture)[0])
    assert near_stackelberg.mixture[0][0] == pytest.approx(0.99)


# ------------------------------------------------------------------------------------------------------ noise and luck


def test_the_table_holds_means_errors_and_the_host():
    samples = noisy(PRISONERS_DILEMMA, 0.5, 400, np.random.default_rng(8))
    table = two_by_two(samples)
    assert table.payoffs[0, 1, 0] == pytest.approx(samples[:, 2, 0].mean())
    assert table.errors[1, 0, 1] == pytest.approx(samples[:, 1, 1].std(ddof=1) / 20)
    assert table.host_value[1, 1] == pytest.approx(samples[:, 3, 2].mean())
    assert table.find({"us": "press", "china": "wait"}) == (1, 0)
    assert table.names((0, 1)) == {"us": "wait", "china": "press"}
    with pytest.raises(ValueError, match="no strategy 'bluff'"):
        table.find({"us": "bluff", "china": "wait"})
    with pytest.raises(ValueError, match="must have shape"):
        two_by_two(samples[:, :3])


def test_the_bootstrap_keeps_common_random_numbers():
    samples = noisy(PRISONERS_DILEMMA, 1.0, 500, np.random.default_rng(9))
    table = two_by_two(samples)
    draws = table.bootstrap(1000, seed=3)
    assert draws.shape == (1000, 3, 2, 2)
    assert draws[:, :2].mean(axis=0) == pytest.approx(table.payoffs, abs=0.01)
    difference = samples[:, 2, 0] - samples[:, 0, 0]
    assert (draws[:, 0, 1, 0] - draws[:, 0, 0, 0]).std() == pytest.approx(difference.std() / np.sqrt(500), rel=0.1)
    assert np.array_equal(draws, table.bootstrap(1000, seed=3))


def test_survival_is_the_chance_that_the_noise_leaves_it():
    # two strategies differ by as much as the paired error of that difference: Φ(1) = 0.841 of the draws keep the better
    rng = np.random.default_rng(10)
    luck = rng.normal(size=2500)
    luck = (luck - luck.mean()) / luck.std()
    samples = np.zeros((2500, 2, 3))
    samples[:, 0, 0] = 1.0 + 50.0 * luck  # mean 1, error 1
    table = PayoffTable.from_samples({"us": ["press", "wait"], "china": ["wait"]}, samples)
    results = equilibrium.estimate(table, draws=4000)
    assert results["equilibria"]["survival"][0] == pytest.approx(0.841, abs=0.02)
    assert results["equilibria"]["standing"][0] == "fragile"
    assert results["pure_survival"]["survival"].tolist()[:2] == pytest.approx([0.841, 0.159], abs=0.02)
    assert nash.standing(0.95) == "robust"
    assert nash.standing(0.3) == "does not stand"
    assert {nash.standing(share) for share in (1.0, 0.5, 0.0, np.nan)} == set(nash.IN_WORDS)


def test_a_mixed_equilibrium_survives_when_its_strategies_do():
    table = two_by_two(noisy(MATCHING_PENNIES, 0.5, 400, np.random.default_rng(11)))
    results = equilibrium.estimate(table, draws=100)
    row = results["equilibria"].iloc[0]
    assert (row["kind"], row["survival"], row["standing"]) == ("mixed", 1.0, "robust")
    assert results["summary"]["no_pure_equilibrium"] == 1.0
    assert results["summary"]["quantal_selects"] == 0


def test_gains_of_many_draws_are_the_gains_of_each():
    draws = np.random.default_rng(12).normal(size=(3, 3, 2, 2, 2))
    assert np.array_equal(drawn_gains(draws), np.stack([gains(payoffs) for payoffs in draws]))


@pytest.mark.parametrize("leads", [(0.0, 0.5), (0.0, 0.0), (0.1, 0.0), (0.25, 0.0), (0.4, 0.0), (-0.2, -0.2)], ids=str)
def test_the_interval_of_the_best_deviation_covers_as_often_as_it_says(leads):
    # also where alternatives tie, or lie within the noise of each other, and the best of them looks too good
    rng = np.random.default_rng(13)
    true_gains, covered, too_high, sets = dict(zip("ab", leads, strict=True)), 0, 0, 2000
    for _ in range(sets):
        samples = np.zeros((200, 3, 2))
        samples[:, 1:, 0] = np.array(leads) + rng.normal(size=(200, 2))
        away = best_deviation(PayoffTable.from_samples({"us": ["stay", "a", "b"]}, samples), (0,), 0)
        covered += away.low <= true_gains[away.reply] <= away.high
        too_high += away.low > max(leads)
    assert covered / sets == pytest.approx(0.95, abs=0.02)
    assert too_high / sets < 0.04  # nor is the best gain of all put too high


def test_intervals_of_values_and_differences_cover():
    rng = np.random.default_rng(14)
    truth, covered = PRISONERS_DILEMMA.sum(axis=0), np.zeros(2)
    half = (np.array([0.5, 0.5]), np.array([0.0, 1.0]))
    for _ in range(2000):
        table = two_by_two(noisy(PRISONERS_DILEMMA, 1.0, 60, rng))
        _, low, high = value(table, half)
        covered[0] += low <= truth[:, 1].mean() <= high
        _, low, high = paired_difference(table.samples[:, 3, 2], table.samples[:, 0, 2])
        covered[1] += low <= truth[1, 1] - truth[0, 0] <= high
    assert covered / 2000 == pytest.approx([0.95, 0.95], abs=0.02)


@pytest.mark.parametrize(("size", "sets"), [(2, 400), (3, 200)])
def test_a_commitment_is_not_promised_more_than_it_brings_against_a_best_reply(size, sets):
    # the games in which the lottery leaves the follower indifferent, so that the noise alone decides the reply
    rng = np.random.default_rng(20)
    names = {"us": list("abc"[:size]), "china": list("abc"[:size])}
    safe = covered = count = 0
    while count < sets:
        truth = rng.normal(size=(2, size, size))
        table = PayoffTable.from_samples(names, noisy(truth, 1.0, 100, rng))
        one = mixed_commitment(*table.payoffs)
        if one.reply == one.worst_reply:
            continue
        best = best_for(0, table.payoffs)
        found = worth(table, table.bootstrap(200, seed=count)[:, :-1], 0, one, best)
        reply = int((one.mixture @ truth[1]).argmax())
        brings = float(one.mixture @ truth[0][:, reply]) - expected(truth, best)[0]
        safe += found["low"] <= brings
        covered += found["low"] <= brings <= found["high"]
        assert found["low"] <= found["at_least"] <= found["value_of_commitment"] <= found["high"]
        count += 1
    assert safe / sets > 0.94
    assert covered / sets > 0.92


def test_regret_is_never_negative_and_names_the_better_strategy():
    table = two_by_two(noisy(PRISONERS_DILEMMA, 0.5, 400, np.random.default_rng(15)))
    results = equilibrium.estimate(table, {"us": "wait", "china": "press"}, draws=20)
    us, china = results["regret"].to_dict("records")
    assert (us["best_other"], us["regret"]) == ("press", pytest.approx(1.0, abs=0.2))
    assert us["low"] < 1.0 < us["high"]
    assert (china["regret"], china["low"], china["high"]) == (0.0, 0.0, 0.0)
    assert china["gain"] == pytest.approx(-2.0, abs=0.2)


# ---------------------------------------------------------------------------------------------------------- the case


def test_where_no_equilibrium_is_found_the_limit_of_logit_play_stands_in_with_its_regret():
    rng = np.random.default_rng(22)
    # circles in which each of 11 strategies is answered by the next: all 11 are mixed, more than the list reaches
    chase = np.roll(np.eye(11), 1, axis=1)
    payoffs = game(np.eye(11), chase) + 0.01 * rng.normal(size=(2, 11, 11))
    assert equilibria(payoffs) == ([], False)
    results = equilibrium.estimate(PayoffTable.exact(payoffs), draws=2)
    row = results["equilibria"].iloc[0]
    assert (len(results["equilibria"]), row["kind"], row["standing"]) == (1, "quantal limit", "unknown")
    assert row["regret"] < 1e-5
    assert results["summary"]["equilibria"] == 0
    assert results["commitment"]["value_of_commitment"].isna().all()


def test_the_design_of_the_case_has_512_profiles_in_the_order_of_the_table():
    scenario = Scenario.load("kazakhstan_tungsten")
    profiles = equilibrium.design(scenario)
    shape = [len(names) for names in profiles.strategies.values()]
    assert (shape, len(profiles.changes)) == ([16, 32], 512)
    at = profiles.strategies["us"].index("access + finance") * 32 + profiles.strategies["china"].index("denial")
    changed = scenario.at(profiles.changes[at])
    assert [x for x in LEVERS if changed.value(f"patrons.us.levers.{x}.intensity") == 1] == ["access", "finance"]
    assert [x for x in LEVERS if changed.value(f"patrons.china.levers.{x}.intensity") == 1] == ["denial"]
    assert changed.value("patrons.us.levers.tariff.onset") == 3  # the scenario's own month
    assert changed.value("patrons.china.levers.denial.onset") == 5
    assert equilibrium.observed(scenario) == {"us": "tariff + access + engagement + finance", "china": "none"}
    other = equilibrium.design(scenario, {"china": ["access"]}, {"china": {"access": 2}})
    assert [change["patrons.china.levers.access.onset"] for change in other.changes] == [2, 2]


def test_a_large_table_is_solved_in_seconds():
    rng = np.random.default_rng(18)
    trend = np.concatenate([rng.normal(size=(1, 16, 1, 1)) * 100 + np.zeros((1, 16, 32, 1)),
                            rng.normal(size=(1, 1, 32, 1)) * 100 + np.zeros((1, 16, 32, 1)),
                            np.zeros((1, 16, 32, 1))], axis=3)  # fmt: skip
    samples = trend.reshape(1, 512, 3) + 300.0 * rng.normal(size=(1000, 512, 3))
    names = {"us": [str(j) for j in range(16)], "china": [str(j) for j in range(32)]}
    results = equilibrium.estimate(PayoffTable.from_samples(names, samples), {"us": "0", "china": "0"}, draws=50)
    assert results["summary"]["pure_equilibria"] >= 1
    assert len(results["best_replies"]) == 48
    assert results["strategies"]["undominated_survival"].between(0, 1).all()


def test_three_players_are_analysed_without_commitment():
    samples = np.random.default_rng(19).normal(size=(40, 12, 4))
    names = {f"player {n}": [str(j) for j in range(count)] for n, count in ((1, 2), (2, 3), (3, 2))}
    results = equilibrium.estimate(PayoffTable.from_samples(names, samples), draws=2)
    assert "commitment" not in results
    assert set(results["equilibria"].columns) >= {"player 1", "player 2", "player 3"} or results["equilibria"].empty
    assert pure_mixture((0, 2, 1), (2, 3, 2))[1].tolist() == [0.0, 0.0, 1.0]
