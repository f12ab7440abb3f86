"""Every kind of interval covers what it says: between 93 % and 97 % of 4,000 simulated data sets, at 95 %."""

import numpy as np
import pytest

from minegame.statistics import intervals

SETS = 4000


def covered(interval, truth):
    low, high = interval
    return float(np.mean((low <= truth) & (truth <= high)))


@pytest.fixture
def chance():
    return np.random.default_rng(20250401)


@pytest.mark.parametrize("trials", [100, 2_000, 80_000])
@pytest.mark.parametrize("probability", [0.0555, 0.2, 0.5, 0.8])
def test_win_probability(chance, probability, trials):
    wins = chance.binomial(trials, probability, SETS)
    assert 0.93 <= covered(intervals.wilson(wins, trials), probability) <= 0.97


@pytest.mark.parametrize("confidence", [0.8, 0.9, 0.99])
def test_win_probability_at_other_confidences(chance, confidence):
    wins = chance.binomial(2_000, 0.3, SETS)
    assert covered(intervals.wilson(wins, 2_000, confidence), 0.3) == pytest.approx(confidence, abs=0.02)


@pytest.mark.parametrize(
    "chances", [[0.2, 0.1, 0.1, 0.6], [0.9, 0.05, 0.03, 0.02], [0.02, 0.01, 0.01, 0.96], [0.0, 0.5, 0.5, 0.0]]
)
@pytest.mark.parametrize("trials", [100, 2_000])
def test_share_of_value(chance, chances, trials):
    """With a hundred trials and hardly any at a bound, or hardly any elsewhere, it is on the safe side."""
    parts = np.array([0.0, 0.42, 0.58, 1.0])  # nothing, one lot, the other, both
    most = 1.0 if trials == 100 and chances[2] in (0.01, 0.5) else 0.97
    drawn = chance.multinomial(trials, chances, SETS)
    assert 0.93 <= covered(intervals.share(drawn @ parts, drawn @ parts**2, trials), parts @ chances) <= most


@pytest.mark.parametrize(
    "draw",
    [
        lambda chance, shape: chance.normal(size=shape),
        lambda chance, shape: chance.gamma(2.0, size=shape) - 2.0,
        lambda chance, shape: np.where(chance.random(shape) < 0.2, chance.gamma(2.0, 500.0, shape), 0.0) - 200.0,
    ],
    ids=["money", "skewed", "mostly nil"],
)
def test_mean(chance, draw):
    drawn = draw(chance, (SETS, 400))
    assert 0.93 <= covered(intervals.mean(drawn.sum(1), (drawn**2).sum(1), 400), 0.0) <= 0.97


def test_mean_of_few(chance):
    drawn = chance.normal(size=(SETS, 5))
    assert 0.93 <= covered(intervals.mean(drawn.sum(1), (drawn**2).sum(1), 5), 0.0) <= 0.97


def test_mean_of_a_sample_is_that_of_its_sums(chance):
    sample = chance.normal(5.0, 2.0, size=40)
    found = intervals.of_sample(sample, 0.9)
    assert found[2:] == pytest.approx([float(x) for x in intervals.mean(sample.sum(), sample @ sample, 40, 0.9)])
    assert found[:2] == pytest.approx((sample.mean(), sample.std(ddof=1) / np.sqrt(40)))
    far = intervals.of_sample(sample + 1e9)  # a large level costs no digits of the error
    assert far.high - far.low == pytest.approx(np.diff(intervals.of_sample(sample)[2:])[0], rel=1e-6)
    for few in ([], [1.0]):
        assert np.isnan(intervals.of_sample(np.array(few))[1:]).all()


@pytest.mark.parametrize(
    ("gained", "lost", "pairs"),
    [(0.3, 0.02, 100), (0.4, 0.4, 100), (0.05, 0.03, 400), (0.01, 0.002, 2_000), (0.002, 0.002, 80_000)],
)
def test_paired_contrast(chance, gained, lost, pairs):
    drawn = chance.multinomial(pairs, [gained, lost, 1 - gained - lost], SETS)
    interval = intervals.paired_proportions(drawn[:, 0], drawn[:, 1], pairs)
    assert 0.93 <= covered(interval, gained - lost) <= 0.97


def test_paired_contrast_of_rare_differences_is_on_the_safe_side(chance):
    drawn = chance.multinomial(2_000, [0.001, 0.0005, 0.9985], SETS)
    assert covered(intervals.paired_proportions(drawn[:, 0], drawn[:, 1], 2_000), 0.0005) >= 0.95


@pytest.mark.parametrize(("top", "bottom", "correlation"), [(2.0, 10.0, 0.0), (2.0, 4.0, 0.7), (-1.0, 3.0, -0.5)])
def test_ratio(chance, top, bottom, correlation):
    covariance = np.array([[1.0, correlation], [correlation, 1.0]])
    drawn = chance.multivariate_normal([top, bottom], covariance, SETS)
    interval = intervals.ratio(drawn[:, 0], drawn[:, 1], covariance[:, :, None])
    assert 0.93 <= covered(interval, top / bottom) <= 0.97


def test_ratio_to_what_may_be_nil_is_unbounded():
    assert intervals.ratio(2.0, 1.0, np.eye(2)) == (-np.inf, np.inf)
    low, high = intervals.ratio(3.0, 2.0, np.zeros((2, 2)))
    assert low == high == 1.5


def test_all_of_a_family_hold_at_once(chance):
    policies, trials = 15, 2_000
    wins = chance.binomial(trials, 0.4, (SETS, policies))
    low, high = intervals.wilson(wins, trials, intervals.simultaneous(0.95, policies))
    assert 0.93 <= np.mean(((low <= 0.4) & (high >= 0.4)).all(axis=1)) <= 0.97


@pytest.mark.parametrize(
    ("wins", "trials", "low", "high"),
    [(37, 100, 0.281824, 0.467795), (0, 50, 0, 0.071348), (370, 1000, 0.340627, 0.400368), (1, 3, 0.061492, 0.79234)],
)
def test_wilson_as_published(wins, trials, low, high):
    assert np.array(intervals.wilson(wins, trials)) == pytest.approx(np.array([low, high]), abs=1e-6)


def test_edges():
    assert np.isnan(intervals.wilson(0, 0)).all()
    assert np.isnan(intervals.mean(1.0, 1.0, 1)).all()
    assert np.isnan(intervals.paired_proportions(0, 0, 0)).all()
    assert np.array(intervals.share(50.0, 50.0, 100)) == pytest.approx(np.array(intervals.wilson(50, 100)))


@pytest.mark.parametrize("trials", [2, 20, 300])
def test_equal_observations_of_a_bounded_quantity_still_leave_doubt(trials):
    low, high = intervals.bounded_mean(0.7 * trials, 0.49 * trials, trials, 0.0, 1.0)
    assert 0 < low < 0.7 < high < 1
    assert (1 - (high - 0.7) / 0.3) ** trials == pytest.approx(0.05)
    assert np.array(intervals.bounded_mean(trials, trials, trials, 0.0, 1.0))[1] == 1


def test_mean_between_bounds(chance):
    drawn = chance.beta(2.0, 1.0, (SETS, 30))
    low, high = intervals.bounded_mean(drawn.sum(1), (drawn**2).sum(1), 30, 0.0, 1.0)
    assert 0.93 <= covered((low, high), 2 / 3) <= 0.98  # one of thirty-two is added at either bound
    assert np.isnan(intervals.bounded_mean(0.5, 0.25, 1, 0.0, 1.0)).all()
    few = np.array(intervals.bounded_mean(1.5, 1.25, 2, 0.0, 1.0))
    assert few.min() >= 0
    assert few.max() <= 1


def test_rounding_is_not_taken_for_a_difference():
    values = np.full(1_000_001, 0.9)
    assert intervals.all_equal(np.cumsum(values)[-1], np.cumsum(values**2)[-1], values.size)
    assert intervals.all_equal(0.0, 0.0, 5)
    assert not intervals.all_equal(0.9 * 1000 + 0.01, 0.81 * 999 + 0.91**2, 1000)


@pytest.mark.parametrize("trials", [100, 2_000])
def test_paired_contrast_of_shares(chance, trials):
    parts = np.array([-1.0, -0.42, 0.0, 0.58, 1.0])
    chances = np.array([0.05, 0.1, 0.5, 0.2, 0.15])
    drawn = chance.multinomial(trials, chances, SETS)
    interval = intervals.paired_shares(drawn @ parts, drawn @ parts**2, trials)
    assert 0.93 <= covered(interval, parts @ chances) <= 0.97
