import numpy as np
import pandas as pd
import pytest

from minegame import plots
from minegame.analysis import history_matching
from minegame.analysis.history_matching import Observation
from minegame.design import Factor

FACTORS = [Factor(name, 0.1, 1.0) for name in ("force", "exposure", "price", "idle")]


@pytest.fixture(scope="module")
def case():
    """Only force × exposure moves P(win); only price moves the date; idle moves nothing."""
    points = history_matching.design(FACTORS, 4_000, seed=2)
    product = points["force"] * points["exposure"]
    win = 1 / (1 + np.exp(-30 * (product - 0.5)))
    month = 12 * points["price"]
    estimates = pd.DataFrame({"us wins": win, "month": month})
    spreads = pd.DataFrame({"us wins": history_matching.event_spread(win), "month": np.full(len(win), 0.3)})
    headlines = pd.DataFrame({"share of the tariff": product, "P without": np.where(win > 0.5, np.nan, 0.2)})
    found = history_matching.estimate(
        points,
        [Observation("us wins", 1.0), Observation("month", 7.0, error=0.3)],
        estimates,
        pd.DataFrame({"us wins": np.zeros(len(win)), "month": np.full(len(win), 0.05)}),
        spreads,
        headlines=headlines,
        products={"threat": ("force", "exposure", "elsewhere"), "alone": ("force", "elsewhere")},
    )
    return points, found


def test_what_the_case_rules_out(case):
    points, found = case
    product = (points["force"] * points["exposure"]).to_numpy()
    assert product[found.kept].min() > 0.5 - np.log(9) / 30 - 1e-9  # P(win) > 0.1
    month = 12 * points["price"].to_numpy()[found.kept]
    reach = 3 * np.sqrt(0.3**2 + 0.3**2 + 0.05**2)
    assert 7 - reach <= month.min()
    assert month.max() <= 7 + reach
    assert found.share_kept["low"] < found.kept.mean() < found.share_kept["high"]
    assert (found.vectors["kept"] == (found.vectors["worst"] <= 3)).all()


def test_what_is_learnt_and_what_is_not(case):
    table = case[1].parameters.set_index("parameter")
    assert table.loc["price", "learnt"]
    assert table.loc["price", "spread_kept"] < 0.5
    assert table.loc["threat: force × exposure", "learnt"]
    assert table.loc["threat: force × exposure", "distance"] > table.loc["force", "distance"]
    assert not table.loc["idle", "learnt"]
    assert table.loc["idle", "spread_kept"] == pytest.approx(1, abs=0.15)
    assert "alone" not in table.index


def test_headlines_keep_their_range(case):
    points, found = case
    table = found.headlines.set_index("headline")
    kept = (points["force"] * points["exposure"]).to_numpy()[found.kept]
    row = table.loc["share of the tariff"]
    assert (row["least"], row["most"]) == (kept.min(), kept.max())
    assert row["prior_least"] < row["least"] <= row["low"] < row["median"] < row["high"] <= row["most"]
    assert table.loc["P without", "vectors"] < row["vectors"]


def test_nothing_is_learnt_when_nothing_depends():
    """Of 100 cases that teach nothing, few are said to teach something."""
    chance, alarms = np.random.default_rng(1), 0
    for seed in range(100):
        points = history_matching.design(FACTORS, 400, seed)
        noise = pd.DataFrame({"month": chance.normal(size=400)})
        nil = pd.DataFrame({"month": np.zeros(400)})
        found = history_matching.estimate(points, [Observation("month", 0.0, error=0.2)], noise, nil, nil)
        alarms += found.parameters["learnt"].any()
    assert alarms / 100 <= 0.1


def test_implausibility():
    seen = Observation("month", 8.0, error=3.0, discrepancy=4.0)
    assert history_matching.implausibility(seen, np.array([8.0, 13.0])).tolist() == [0, 1]
    assert history_matching.implausibility(seen, np.array([21.0]), 5.0, np.sqrt(119.0)).tolist() == [1.0]
    sure = Observation("us wins", 1.0)
    won = np.array([1.0, 0.5, 0.1])
    assert history_matching.implausibility(sure, won, 0.0, history_matching.event_spread(won)) == (
        pytest.approx([0, 1, 3])
    )
    assert np.isnan(history_matching.implausibility(seen, np.array([np.nan]))).all()


def test_a_vector_that_says_nothing_is_kept_and_none_kept_is_said():
    points = pd.DataFrame({"force": np.linspace(0, 1, 50)})
    nil = pd.DataFrame({"month": np.zeros(50)})
    silent = history_matching.estimate(points, [Observation("month", 1.0)], nil.replace(0.0, np.nan), nil, nil)
    assert silent.kept.all()
    none = history_matching.estimate(points, [Observation("month", 1.0)], nil, nil, nil, headlines=points)
    assert not none.kept.any()
    assert none.headlines["median"].isna().all()
    assert none.parameters["spread_kept"].isna().all()
    assert not none.parameters["learnt"].any()


def test_products_are_paths_of_the_baseline():
    from minegame.scenario import Scenario

    scenario = Scenario.load()
    for paths in history_matching.products("us", "cove_kaz", "us_public_lenders").values():
        assert all(isinstance(scenario.value(path), float) for path in paths)


def test_picture_of_the_ranges(case):
    picture = plots.kept_ranges(case[1].parameters, kept=5, vectors=4_000)
    assert "n = 5 of 4,000" in picture.get_xlabel()
    counts = pd.DataFrame({"A": [0, 3], "B": [1, 0]})
    assert "n = 4 negotiations" in plots.award_months(counts, months=3, replications=4).get_xlabel()
