import numpy as np
import pandas as pd
import pytest

from minegame import answers, plots
from minegame.analysis import discovery
from minegame.design import Factor
from minegame.ensemble import by_bidder
from minegame.runner import Runner
from minegame.scenario import Scenario, ScenarioError
from minegame.statistics import intervals

TUNGSTEN = "kazakhstan_tungsten"
TWO = {"host.balance_weight": [0, 4], "patrons.us.link": [0, 1]}
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


# ---------------------------------------------------------------------------------------------------------- the answer


@pytest.fixture(scope="module")
def asked():
    return answers.ask("discovery", TUNGSTEN, vary=TWO, points=400, replications=24)


@pytest.fixture(scope="module")
def failing():
    """The worlds of the answer, each played by itself on its own lot of luck, and in which of them it fails."""
    scenario = Scenario.load(TUNGSTEN)
    points = discovery.design([Factor(path, *ends) for path, ends in TWO.items()], 400, 0)
    games = np.stack([scenario.at(point).game() for point in points.to_dict("records")])
    with Runner() as runner:
        won = runner.tally(games, 0, 24, luck=np.arange(400)).sums[:, 0, by_bidder("wins_any", 0), 1]
    return points, won / 24 < 0.5


def test_how_often_it_fails_is_counted(asked, failing):
    low, high = intervals.wilson(failing[1].sum(), 400)
    assert asked.sentences[0] == (
        f"In {100 * failing[1].mean():.1f} % [{100 * low:.1f}, {100 * high:.1f}] of 400 worlds Cove Kaz Capital wins "
        "fewer than 50 % of n = 24 negotiations."
    )
    assert asked.tables["quality"].frame["anywhere"].iloc[0] == failing[1].mean()


def test_the_boxes_are_those_of_the_analysis(asked, failing):
    points, fails = failing
    quality = asked.tables["quality"].frame.set_index("box")
    for box, key, cases in (("dense box", "dense", fails), ("box of success", "success", ~fails)):
        found = discovery.estimate(points, cases, density=max(0.8, (1 + cases.mean()) / 2))[0]
        assert quality.loc[box, "density"] == found.density["estimate"]
        assert quality.loc[box, "coverage_low"] == found.coverage["low"]
        assert quality.loc[box, "mass_high"] == found.mass["high"]
        limits = asked.tables[f"limits_{key}"].frame
        assert limits["parameter"].tolist() == found.limits["factor"].tolist()
        assert limits["limit"].tolist() == found.limits["limit"].tolist()
        assert limits["p"].tolist() == found.limits["quasi_p"].tolist()
    assert quality["worlds"].to_dict().items() >= {"dense box": "fail", "box of success": "succeed"}.items()
    assert (quality["density_low"] <= quality["density"]).all()
    assert (quality["density"] <= quality["density_high"]).all()


def test_limits_are_told_and_drawn(asked):
    limit = asked.tables["limits_dense"].frame.iloc[0]
    assert (limit["parameter"], limit["side"]) == ("host.balance_weight", "at most")
    (said,) = (sentence for sentence in asked.sentences if sentence.startswith("The dense box"))
    assert f"host.balance_weight (weight of a balanced portfolio of camps) is at most {limit['limit']:.4g}" in said
    assert {"dense", "success"} <= set(asked.pictures)
    axes = {key: asked.pictures[key].draw() for key in ("dense", "success")}
    labels = {key: [line.get_label() for line in picture.get_lines()] for key, picture in axes.items()}
    assert any(label.startswith("P(Cove Kaz Capital wins) below 50 %") for label in labels["dense"])
    assert any(label.startswith("P(Cove Kaz Capital wins) at least 50 %") for label in labels["success"])


def test_a_box_in_one_number_alone_has_no_picture():
    found = answers.ask("discovery", TUNGSTEN, vary={"host.balance_weight": [0, 4]}, points=200, replications=16)
    assert len(found.tables["limits_dense"])
    assert found.pictures == {}


def test_levels_limit_too():
    vary = {"tender.lots": ["bundled", "split"], "host.balance_weight": [0, 1.5]}
    found = answers.ask("discovery", TUNGSTEN, vary=vary, points=300, replications=16)
    limits = found.tables["limits_success"].frame.set_index("parameter")
    assert limits.loc["tender.lots", ["side", "limit"]].tolist() == ["one of", "split"]
    assert "tender.lots (all deposits to one bidder, or each on its own) is one of split" in found.sentences[-1]
    shown = found.tables["limits_success"].display().set_index("parameter")
    assert shown.loc["tender.lots", ["searched from", "searched to"]].tolist() == ["–", "–"]


def test_where_nothing_fails_there_is_nothing_to_discover():
    found = answers.ask(
        "discovery", TUNGSTEN, vary={"host.balance_weight": [3, 4]}, points=100, replications=50, below=0.01
    )
    assert found.sentences[1] == "There is nothing to discover: hardly any, or nearly all, of the worlds fail."
    assert (found.tables, found.pictures) == ({}, {})


def test_a_denser_box_covers_less():
    loose, dense = (
        answers.ask("discovery", TUNGSTEN, vary=TWO, points=400, replications=24, density=density)
        for density in (0.5, 0.9)
    )
    wide, narrow = (answer.tables["quality"].frame.set_index("box").loc["dense box"] for answer in (loose, dense))
    assert narrow["mass"] < wide["mass"]
    assert "--density 0.9" in dense.command


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"points": 99}, "between 100 and"),
        ({"below": 1.0}, "between 0 and 1"),
        ({"density": 0}, "between 0 and 1"),
        ({"bidder": "cove"}, "cove_kaz"),
    ],
)
def test_bad_options_are_refused(options, said):
    with pytest.raises(ScenarioError, match=said):
        answers.ask("discovery", TUNGSTEN, vary=TWO, **options)
