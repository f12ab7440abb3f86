import numpy as np
import pytest

from minegame.analysis import tipping
from minegame.design import Factor

WEIGHT = Factor("host.balance_weight", 0.0, 4.0)
LOG = Factor("host.backlash", 0.001, 10.0, scale="log")


def answering(curve, error=0.0, luck=0.0, chance=None, own=0.0):
    """A game whose margin is a curve; ``luck`` shifts it all, ``own`` each point for itself."""
    asked = []

    def answer(points):
        asked.append(len(points))
        shift = luck + (own * chance.normal(size=len(points)) if chance is not None else 0.0)
        return curve(points) + shift, np.full(len(points), error)

    answer.asked = asked
    return answer


@pytest.mark.parametrize("root", [0.31, 1.7, 2.2, 3.99])
@pytest.mark.parametrize("curve", [lambda d: d, lambda d: np.tanh(3 * d), lambda d: d + 0.2 * d**3], ids="abc")
def test_known_crossing(curve, root):
    answer = answering(lambda x: curve(x - root))
    found = tipping.estimate(answer, WEIGHT, 1.2)
    assert found.crossing == pytest.approx(root, abs=2e-3)
    assert found.change == pytest.approx(root - 1.2, abs=2e-3)
    assert found.relative_change == pytest.approx(root / 1.2 - 1, abs=2e-3)
    assert sum(answer.asked) < 60


def test_a_step_is_found():
    found = tipping.estimate(answering(lambda x: np.where(x < 2.71, 0.4, -0.3)), WEIGHT, 0.5, rounds=6)
    assert found.crossing == pytest.approx(2.71, abs=1e-3)


def test_a_crossing_on_a_log_scale():
    found = tipping.estimate(answering(lambda x: -np.log(x / 0.02)), LOG, 0.002)
    assert found.crossing == pytest.approx(0.02, rel=1e-3)
    assert found.part_of_range == pytest.approx(0.25, abs=1e-3)


def test_the_nearest_of_two_crossings():
    found = tipping.estimate(answering(lambda x: (x - 0.5) * (3.0 - x)), WEIGHT, 2.4)
    assert found.crossing == pytest.approx(3.0, abs=1e-3)
    found = tipping.estimate(answering(lambda x: (x - 0.5) * (3.0 - x)), WEIGHT, 1.0)
    assert found.crossing == pytest.approx(0.5, abs=1e-3)


def test_no_crossing_in_range():
    found = tipping.estimate(answering(lambda x: 0.1 + 0.01 * x, 0.004), WEIGHT, 2.2)
    assert found.crossing is None
    assert found.change is None
    assert found.part_of_range is None
    assert found.is_sure_favourite
    assert len(found.asked) == 10


@pytest.mark.parametrize("base", [0.4, 1.9])
@pytest.mark.parametrize("own", [0.0, 0.002])
def test_intervals_cover(base, own):
    """2,000 games whose luck shifts the whole curve, and a little each point for itself."""
    chance, root, error, hits = np.random.default_rng(4), 1.7, 0.01, 0
    shared = np.sqrt(error**2 - own**2)
    for _ in range(2_000):
        answer = answering(lambda x: np.tanh(root - x) / 3, error, chance.normal() * shared, chance, own)
        found = tipping.estimate(answer, WEIGHT, base, points=5)
        assert found.low <= found.crossing <= found.high
        hits += found.low <= root <= found.high
    assert 0.93 <= hits / 2_000 <= 0.97


def test_luck_of_each_point_on_its_own_does_no_harm():
    chance = np.random.default_rng(6)
    found = [
        tipping.estimate(answering(lambda x: (1.7 - x) / 3, 0.02, 0.0, chance, 0.02), WEIGHT, 0.4) for _ in range(200)
    ]
    assert np.mean([f.low <= 1.7 <= f.high for f in found]) >= 0.93
    assert np.median([f.crossing for f in found]) == pytest.approx(1.7, abs=0.02)


def test_whole_numbers():
    months = Factor("tender.months", 4, 24, whole=True)
    found = tipping.estimate(answering(lambda x: 0.05 * (16.5 - x), 0.04), months, 12)
    assert (found.crossing, found.low, found.high) == (17, 15, 19)
    assert tipping.estimate(answering(lambda x: 1 + 0 * x), months, 12).crossing is None
    assert set(found.asked["value"]) == set(range(4, 25))


def test_the_table_of_the_nearest():
    near = tipping.estimate(answering(lambda x: 2.3 - x), WEIGHT, 2.2)
    far = tipping.estimate(answering(lambda x: x - 0.001), WEIGHT, 2.2)
    never = tipping.estimate(answering(lambda x: 1 + 0 * x), WEIGHT, 2.2)
    table = tipping.nearest([never, far, near])
    assert table["crossing"].tolist()[:2] == pytest.approx([2.3, 0.001], abs=1e-3)
    assert np.isnan(table["crossing"].iloc[2])


@pytest.mark.parametrize(
    ("factor", "base", "said"),
    [(Factor("tender.lots", levels=("bundled", "split")), 0, "levels"), (WEIGHT, 9.0, "outside the range")],
)
def test_bad_questions(factor, base, said):
    with pytest.raises(ValueError, match=said):
        tipping.design(factor, base)
