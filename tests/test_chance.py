"""The dice: Philox against its published vectors and NumPy's, and draws that depend on their address alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special, stats
from strategies import Numbers, scenario_data, scenario_from

from minegame import chance, turns
from minegame.game import STATE, new_records

ADDRESS = {"seed": 7, "replication": 11, "stream": 3, "key": 1234567, "index": 89, "month": 5}
DRAWS = 100_000

#: Word size in bits → multipliers and Weyl constants of Philox4x32 and Philox4x64 (Salmon et al. 2011, Random123).
CONSTANTS = {
    32: ((0xD2511F53, 0xCD9E8D57), (0x9E3779B9, 0xBB67AE85)),
    64: ((0xD2E7470EE14C6C93, 0xCA5A826395121157), (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)),
}

ONES = 0xFFFFFFFF
PI_COUNTER, PI_KEY = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)

#: counter, key, output: the known-answer vectors published with Random123 for philox4x32, 10 rounds.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (PI_COUNTER, PI_KEY, (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]


def philox(counter, key, bits):
    """Philox4 for words of any size, straight from the paper: ten rounds of two multiplications and a swap."""
    (m0, m1), weyl = CONSTANTS[bits]
    mask = 2**bits - 1
    c, k = list(counter), list(key)
    for _ in range(10):
        high0, low0 = divmod(m0 * c[0], 2**bits)
        high1, low1 = divmod(m1 * c[2], 2**bits)
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
        k = [(word + step) & mask for word, step in zip(k, weyl, strict=True)]
    return tuple(c)


def unphilox(output, key):
    """The counter that Philox4x32-10 turns into ``output``: the ten rounds undone."""
    (m0, m1), weyl = CONSTANTS[32]
    inverse0, inverse1 = pow(m0, -1, 2**32), pow(m1, -1, 2**32)
    c = list(output)
    for turn in reversed(range(10)):
        k = [(word + turn * step) & ONES for word, step in zip(key, weyl, strict=True)]
        c0, c2 = c[3] * inverse0 & ONES, c[1] * inverse1 & ONES
        c = [c0, c[0] ^ (m1 * c2 >> 32) ^ k[0], c2, c[2] ^ (m0 * c0 >> 32) ^ k[1]]
    return tuple(c)


def address_of(words, seed):
    """The address whose draw is made of the given Philox output words."""
    c0, c1, c2, c3 = unphilox(words, (seed & ONES, seed >> 32))
    return {
        "seed": seed,
        "replication": (c3 >> 20) << 32 | c0,
        "stream": 2 * (c3 & 0xFF),
        "key": c1,
        "index": c2,
        "month": (c3 >> 8) & 0xFFF,
    }


def ours(counter, key):
    return tuple(int(word) for word in chance.philox4x32(*counter, *key))


# ---------------------------------------- the generator


@pytest.mark.parametrize(("counter", "key", "output"), KNOWN_ANSWERS)
def test_the_published_known_answers(counter, key, output):
    assert ours(counter, key) == output


def test_the_paper_s_rounds_with_64_bit_words_are_numpy_s_philox():
    rng = np.random.default_rng(1)
    for _ in range(200):
        counter, key = rng.integers(0, 2**64, 4, dtype=np.uint64), rng.integers(0, 2**64, 2, dtype=np.uint64)
        numpys = np.random.Philox(counter=counter, key=key).random_raw(4)
        following = [(int(counter[0]) + 1) % 2**64, *map(int, counter[1:])]  # NumPy counts up before it draws
        assert tuple(map(int, numpys)) == philox(following, map(int, key), 64)


def test_the_paper_s_rounds_with_32_bit_words_are_ours():
    rng = np.random.default_rng(2)
    for _ in range(2000):
        counter = [int(word) for word in rng.integers(0, 2**32, 4)]
        key = [int(word) for word in rng.integers(0, 2**32, 2)]
        assert ours(counter, key) == philox(counter, key, 32)


def test_philox_can_be_undone():
    for counter, key, output in KNOWN_ANSWERS:
        assert unphilox(output, key) == counter


def test_uniform_is_the_52_high_bits_at_the_packed_address_and_a_half():
    seed, replication, month = 0x7123456789ABCDEF, 0xABC12345678, 239
    counter = (replication & ONES, 0xDEADBEEF, 0xFFFFFFFF, (replication >> 32) << 20 | month << 8 | 10)
    words = philox(counter, (seed & ONES, seed >> 32), 32)
    for stream, (high, low) in ((20, words[:2]), (21, words[2:])):
        expected = ((high * 2**20 + low // 2**12) + 0.5) / 2**52
        assert chance.uniform(seed, replication, stream, 0xDEADBEEF, 0xFFFFFFFF, month) == expected


# ---------------------------------------- the interval


@pytest.mark.parametrize("word", [0, ONES])
@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
def test_draws_stay_inside_the_open_interval_at_the_extreme_words(word, seed):
    """There are addresses whose Philox words are all zeros or all ones: even there a draw is no 0 and no 1."""
    address = address_of((word, word, 0, 0), seed)
    u = chance.uniform(**address)
    assert u == (0.5 if word == 0 else 2.0**52 - 0.5) / 2.0**52
    assert 0.0 < u < 1.0
    assert math.isfinite(chance.gumbel_quantile(u))
    assert chance.normal(**address) == pytest.approx(special.ndtri(u), rel=1e-13)


def test_normal_quantile_is_the_inverse_of_the_normal_distribution():
    p = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 40001), 10.0 ** -np.arange(1, 17), [2.0**-53, 1 - 2.0**-53]])
    got = np.array([chance.normal_quantile(value) for value in p])
    np.testing.assert_allclose(got, special.ndtri(p), rtol=2e-13, atol=1e-15)
    assert chance.normal_quantile(0.5) == 0.0


# ---------------------------------------- the address


def draws_along(part, count=DRAWS):
    rest = {name: value for name, value in ADDRESS.items() if name != part}
    return np.array([chance.uniform(**rest, **{part: n}) for n in range(count)])


@pytest.mark.parametrize(
    ("part", "count"), [("seed", DRAWS), ("replication", DRAWS), ("key", DRAWS), ("index", DRAWS), ("month", 4096)]
)
def test_draws_are_uniform_and_uncorrelated_along_every_part_of_the_address(part, count):
    u = draws_along(part, count)
    assert np.unique(u).size == count
    assert stats.kstest(u, "uniform").pvalue > 1e-3
    cells = np.histogram(u, 64, (0.0, 1.0))[0]
    assert stats.chisquare(cells).pvalue > 1e-3
    pairs = np.histogram2d(u[:-1:2], u[1::2], 16, ((0, 1), (0, 1)))[0]
    assert stats.chisquare(pairs.ravel()).pvalue > 1e-3
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 4.0 / math.sqrt(count)


def test_streams_are_independent_of_each_other():
    streams = np.array([[chance.uniform(5, n, stream, 9, 0, 0) for n in range(5000)] for stream in range(21)])
    correlations = np.corrcoef(streams)[np.triu_indices(21, 1)]
    assert np.abs(correlations).max() < 4.5 / math.sqrt(5000)


@pytest.mark.parametrize("part", list(ADDRESS))
def test_every_part_of_the_address_matters(part):
    moved = {**ADDRESS, part: ADDRESS[part] + 1}
    assert chance.uniform(**moved) != chance.uniform(**ADDRESS)
    assert chance.uniform(**ADDRESS) == chance.uniform(**ADDRESS)


def test_high_bits_of_seed_and_replication_matter():
    assert chance.uniform(**{**ADDRESS, "seed": ADDRESS["seed"] + 2**32}) != chance.uniform(**ADDRESS)
    assert chance.uniform(**{**ADDRESS, "replication": ADDRESS["replication"] + 2**32}) != chance.uniform(**ADDRESS)
    top = {**ADDRESS, "replication": chance.MAX_REPLICATION, "seed": chance.MAX_SEED}
    assert 0.0 < chance.uniform(**top) < 1.0


def test_the_gumbel_draw_has_mean_zero_and_the_variance_of_a_gumbel():
    g = np.array([chance.gumbel_quantile(chance.uniform(3, n, chance.TASTE, 1, 0, 0)) for n in range(DRAWS)])
    variance = math.pi**2 / 6
    assert abs(g.mean()) < 4 * math.sqrt(variance / DRAWS)
    assert g.var() == pytest.approx(variance, rel=0.03)
    assert stats.kstest(g + np.euler_gamma, "gumbel_r").pvalue > 1e-3


def test_the_normal_draw_is_standard_normal():
    z = np.array([chance.normal(3, n, chance.PRICE, 0, 0, 4) for n in range(DRAWS)])
    assert stats.kstest(z, "norm").pvalue > 1e-3


def test_dice_thrown_together_are_those_thrown_alone():
    """However many are thrown, and whatever lies in the places up to the next eight."""
    rng = np.random.default_rng(3)
    streams, keys, indices = 2 * rng.integers(0, 11, 64), rng.integers(0, 2**32, 64), rng.integers(0, 2**32, 64)
    for count in (1, 2, 3, 4, 5, 8, 13, 57, 60):
        dice, normal = np.full((2, 64), np.nan), np.full(64, np.nan)
        chance.throw(7, 2**40 + 11, 239, streams, keys, indices, count, dice)
        chance.normals(dice[0], count, normal)
        for n in range(count):
            address = 7, 2**40 + 11, streams[n], keys[n], indices[n], 239
            assert dice[0, n] == chance.uniform(*address)
            assert normal[n] == chance.normal(*address)
            assert dice[1, n] == chance.uniform(7, 2**40 + 11, streams[n] + 1, keys[n], indices[n], 239)


def test_normal_draws_together_are_those_alone_even_in_the_tails():
    u = np.concatenate([[0.5, 0.075, 0.0750000001, 0.925, 2.0**-53, 1 - 2.0**-53], np.linspace(0.001, 0.999, 50)])
    together = np.empty(u.size)
    chance.normals(u, u.size, together)
    np.testing.assert_array_equal(together, [chance.normal_quantile(value) for value in u])


# ---------------------------------------- what a draw may not see


def _opened(scenario, seed=3, replication=8):
    state = new_records(STATE)
    turns.open_tender(scenario.game()[0], state[0], seed, replication)
    return state[0]


def test_draws_do_not_depend_on_how_many_sit_at_the_table_nor_in_which_order():
    data = scenario_data(Numbers(5, 0.0), 4, 5, 3, 3, "split", 6)
    large = _opened(scenario_from(data))
    fewer = {
        **data,
        "bidders": {name: data["bidders"][name] for name in ("bidder_3", "bidder_1")},
        "patrons": dict(reversed(data["patrons"].items())),
        "deposits": {name: data["deposits"][name] for name in ("deposit_2",)},
        "financiers": {},
    }
    small = _opened(scenario_from(fewer))
    for field in ("cost", "taste", "impatience"):
        assert small[field][0] == large[field][3]
        assert small[field][1] == large[field][1]
    np.testing.assert_array_equal(small["resolve"][:4], large["resolve"][3::-1])
    assert small["geology"][0] == large["geology"][2]
    assert small["host_impatience"] == large["host_impatience"]
