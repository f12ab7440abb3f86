import numpy as np
import pytest

from minegame import plots
from minegame.analysis import tipping
from minegame.design import Factor
from minegame.scenario import Scenario

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


X, Y = Factor("host.balance_weight", 0.0, 4.0), Factor("financiers.us_public_lenders.credibility", 0.0, 1.0)


def test_threshold_curve_with_few_points():
    """P = 1/2 on an ellipse's arc: every piece of the curve lies on it, and it is found whole."""

    def answer(points):
        return 0.5 + 0.3 * ((points[:, 0] / 4) ** 2 + points[:, 1] ** 2 - 0.5), np.full(len(points), 0.002)

    found = tipping.threshold(answer, X, Y)
    for end in "01":
        radius = (found.curve[f"x{end}"] / 4) ** 2 + found.curve[f"y{end}"] ** 2
        assert radius.to_numpy() == pytest.approx(0.5, abs=2e-3)
    length = np.hypot((found.curve["x1"] - found.curve["x0"]) / 4, found.curve["y1"] - found.curve["y0"]).sum()
    assert length == pytest.approx(np.pi / 2 * np.sqrt(0.5), abs=0.01)
    assert len(found.asked) < 0.3 * 33**2
    assert found.curve["doubt"].to_numpy() == pytest.approx(1.96 * 0.002 / (0.6 * np.sqrt(0.5)), rel=0.05)


def test_a_curve_that_dips_into_a_cell_is_followed():
    def answer(points):
        return 0.5 + points[:, 1] - 0.28 - 0.2 * np.exp(-(((points[:, 0] - 2.2) / 0.25) ** 2)), np.zeros(len(points))

    found = tipping.threshold(answer, X, Y, cells=4, rounds=3)
    top = max(found.curve["y0"].max(), found.curve["y1"].max())
    assert top == pytest.approx(0.48, abs=0.03)
    ends = {tuple(np.round(e, 9)) for e in found.curve[["x0", "y0"]].to_numpy()} ^ {
        tuple(np.round(e, 9)) for e in found.curve[["x1", "y1"]].to_numpy()
    }
    assert len(ends) >= 2  # an open curve has its two ends on the rim; pieces are not ordered


def test_no_curve():
    found = tipping.threshold(lambda points: (np.full(len(points), 0.2), np.zeros(len(points))), X, Y, cells=4)
    assert found.curve.empty
    assert len(found.asked) == len(tipping.threshold_design(X, Y, 4)) == 25


def test_policies_at_the_margin():
    scenario = Scenario.load()
    policies = tipping.margins(scenario, "us", 0.25, ("tariff", "denial"))
    assert list(policies) == ["as it is", "tariff", "denial"]
    tariff, denial = (f"patrons.us.levers.{lever}.intensity" for lever in ("tariff", "denial"))
    assert policies["tariff"][tariff] == scenario.value(tariff) - 0.25
    assert policies["denial"][denial] == 0.25
    scenario.games(list(policies.values()))


def test_prices():
    chance = np.random.default_rng(1)
    n = 20_000
    gains = {
        "finance": np.where(chance.random(n) < 0.04, -1.0, 0.0),
        "tariff": np.where(chance.random(n) < 0.5, 0.0, 0.0),
        "denial": np.where(chance.random(n) < 0.01, -1.0, 0.0),
    }
    costs = {"finance": np.full(n, -2.0), "tariff": np.full(n, -2.0), "denial": np.full(n, 1.0)}
    table = tipping.prices(gains, costs, 12.0).set_index("lever")
    assert table.index[0] == "finance"
    assert table.loc["finance", "gain"] == pytest.approx(0.02, rel=0.1)
    assert table.loc["finance", "price"] == pytest.approx(12 * 2 / 4, rel=0.1)
    assert table.loc["finance", "price_low"] < 6 < table.loc["finance", "price_high"]
    assert table.loc["denial", "price"] < 0
    assert np.isnan(table.loc["tariff", "price"])


def test_intervals_of_prices_cover():
    chance, n, hits = np.random.default_rng(9), 1_000, np.zeros(2)
    for _ in range(2_000):
        months = chance.integers(1, 9, n)
        gain = np.where(chance.random(n) < 0.02 * months / 2, -1.0, 0.0)
        found = tipping._price(gain, -0.25 * months, 12.0, 0.95)
        hits += [
            found["gain_low"] <= 0.04 <= found["gain_high"],
            found["price_low"] <= 3.0 <= found["price_high"],
        ]
    assert (hits / 2_000 >= 0.93).all()
    assert (hits / 2_000 <= 0.97).all()


def test_map_shows_the_curve():
    found = tipping.threshold(lambda p: (p[:, 1], np.full(len(p), 0.01)), X, Y, cells=2, rounds=1)
    for curve in (found.curve, None):
        picture = plots.heat_map(found.asked, x="ω", y="q", outcome="P(win)", replications=100, curve=curve)
        assert "n = 100 negotiations" in picture.get_title()
