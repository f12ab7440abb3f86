import numpy as np
import pandas as pd
import pytest

from minegame import plots
from minegame.analysis import discovery
from minegame.design import Factor

FACTORS = [
    Factor("link", 0.0, 1.0),
    Factor("price", 430.0, 650.0),
    Factor("months", 4, 24, whole=True),
    Factor("lots", levels=("bundled", "split")),
    Factor("idle", 0.0, 1.0),
]


def test_contains_and_quasi_p():
    points = pd.DataFrame({"link": [0.1, 0.5, 0.9], "lots": ["split", "bundled", "split"]})
    box = {"link": (0.3, np.inf), "lots": frozenset({"split"})}
    assert discovery.contains(box, points).tolist() == [False, False, True]
    assert discovery.contains({}, points).all()


def test_sides_that_do_nothing_are_dropped():
    chance = np.random.default_rng(1)
    points = pd.DataFrame({"link": chance.random(2_000), "idle": chance.random(2_000)})
    cases = (points["link"] < 0.4).to_numpy()
    box, strengths = discovery._significant({"link": (-np.inf, 0.4), "idle": (0.1, 0.98)}, points, cases, 0.05)
    assert box == {"link": (-np.inf, 0.4)}
    assert strengths[("link", "high")] < 1e-6


@pytest.fixture(scope="module")
def found():
    points = discovery.design(FACTORS, 4_096, seed=3)
    chance = np.random.default_rng(1)
    inside = (points["link"] < 0.5) & (points["price"] > 500) & (points["lots"] == "bundled")
    cases = np.where(chance.random(len(points)) < 0.03, ~inside, inside)
    return discovery.estimate(points, cases)[0]


def test_a_box_with_known_edges(found):
    assert set(found.box) == {"link", "price", "lots"}
    assert found.box["link"][0] == -np.inf
    assert found.box["link"][1] == pytest.approx(0.5, abs=0.03)
    assert found.box["price"][0] == pytest.approx(500, abs=220 * 0.03)
    assert found.box["lots"] == {"bundled"}
    assert (found.limits["quasi_p"] < 0.05).all()
    assert set(found.limits["factor"]) == {"link", "price", "lots"}


def test_it_is_judged_on_points_kept_out(found):
    assert found.searched + found.checked == 4_096
    assert found.density["low"] <= 0.97 <= found.density["high"] + 0.02
    assert found.coverage["estimate"] > 0.75
    assert found.mass["estimate"] == pytest.approx(0.5 * 0.5 * 150 / 220, abs=0.03)
    assert found.base_rate == pytest.approx(0.03 + 0.94 * 0.25 * 150 / 220, abs=0.02)
    steps = found.trajectory
    assert steps["mass"].iloc[0] == 1
    assert steps["chosen"].sum() == 1
    assert steps["density"].iloc[-1] > steps["density"].iloc[0]


def test_two_boxes():
    points = discovery.design(FACTORS, 4_096, seed=3)
    one = (points["link"] < 0.5) & (points["price"] < 520)
    other = (points["link"] > 0.7) & (points["price"] > 600)
    first, second = discovery.estimate(points, one | other, boxes=2)
    assert first.box["link"] == (-np.inf, pytest.approx(0.5, abs=0.03))
    assert first.box["price"] == (-np.inf, pytest.approx(520, abs=7))
    assert second.box["link"] == (pytest.approx(0.7, abs=0.03), np.inf)
    assert second.box["price"] == (pytest.approx(600, abs=7), np.inf)
    assert second.coverage["estimate"] < first.coverage["estimate"]


@pytest.mark.parametrize(("sets", "error"), [(20, 0.15), pytest.param(400, 0.03, marks=pytest.mark.slow)])
def test_density_on_points_kept_out_is_honest(sets, error):
    """Where nothing depends on anything, a box is no denser on fresh points than everything is.

    A set is slow, so that there are 400 and not 2,000: the coverage is known to about a point, one standard error.
    """
    hits = 0
    for seed in range(sets):
        points = discovery.design(FACTORS[:2], 512, seed=seed)
        cases = np.random.default_rng(seed).random(512) < 0.3
        found = discovery.estimate(points, cases, quasi_p=1.0, seed=seed)[0]
        hits += found.density["low"] <= 0.3 <= found.density["high"]
    assert hits / sets == pytest.approx(0.95, abs=error)


@pytest.mark.parametrize(
    ("interest", "said"),
    [(np.zeros(8), "nothing to discover"), (np.ones(8), "nothing to discover"), (np.full(8, 0.4), "true or false")],
)
def test_bad_questions(interest, said):
    with pytest.raises(ValueError, match=said):
        discovery.estimate(discovery.design(FACTORS[:1], 8), interest)


def test_whole_numbers_have_whole_edges():
    points = discovery.design(FACTORS, 4_096, seed=5)
    cases = ((points["months"] >= 9) & (points["months"] <= 16)).to_numpy()
    assert discovery.estimate(points, cases)[0].box == {"months": (9.0, 16.0)}


def test_agrees_with_the_ema_workbench():
    prim = pytest.importorskip("ema_workbench.analysis.prim")
    points = discovery.design([Factor(name, 0.0, 1.0) for name in "abcd"], 2_048, seed=7)
    cases = ((points["a"] > 0.35) & (points["b"] < 0.6)).to_numpy()
    theirs = prim.Prim(points, cases.astype(int), threshold=0.9).find_box()
    steps = theirs.peeling_trajectory
    best = (2 * steps["density"] * steps["coverage"] / (steps["density"] + steps["coverage"])).idxmax()
    ours = discovery.estimate(points, cases, holdout=0.0)[0]
    assert ours.box["a"][0] == pytest.approx(theirs.box_lims[best]["a"].iloc[0], abs=0.03)
    assert ours.box["b"][1] == pytest.approx(theirs.box_lims[best]["b"].iloc[1], abs=0.03)


def test_picture_of_a_box(found):
    points = discovery.design(FACTORS, 64, seed=3)
    picture = plots.box_picture(points, np.arange(64) % 2, found.limits, x="link", y="price", case="fails")
    assert "n = 64 points" in picture.get_xlabel()
    assert "lots in bundled" in picture.get_title()
