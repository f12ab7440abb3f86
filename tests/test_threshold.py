"""The line on which a probability crosses a level: found where it is known, with few points."""

import numpy as np
import pytest

from minegame import plots
from minegame.analysis import threshold
from minegame.design import Factor

X, Y = Factor("host.balance_weight", 0.0, 4.0), Factor("financiers.us_public_lenders.credibility", 0.0, 1.0)


def test_threshold_curve_with_few_points():
    """P = 1/2 on an ellipse's arc: every piece of the curve lies on it, and it is found whole."""

    def answer(points):
        return 0.5 + 0.3 * ((points[:, 0] / 4) ** 2 + points[:, 1] ** 2 - 0.5), np.full(len(points), 0.002)

    found = threshold.threshold(answer, X, Y)
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

    found = threshold.threshold(answer, X, Y, cells=4, rounds=3)
    top = max(found.curve["y0"].max(), found.curve["y1"].max())
    assert top == pytest.approx(0.48, abs=0.03)
    ends = {tuple(np.round(e, 9)) for e in found.curve[["x0", "y0"]].to_numpy()} ^ {
        tuple(np.round(e, 9)) for e in found.curve[["x1", "y1"]].to_numpy()
    }
    assert len(ends) >= 2  # an open curve has its two ends on the rim; pieces are not ordered


def test_no_curve():
    found = threshold.threshold(lambda points: (np.full(len(points), 0.2), np.zeros(len(points))), X, Y, cells=4)
    assert found.curve.empty
    assert len(found.asked) == len(threshold.threshold_design(X, Y, 4)) == 25


def test_map_shows_the_curve():
    found = threshold.threshold(lambda p: (p[:, 1], np.full(len(p), 0.01)), X, Y, cells=2, rounds=1)
    for curve in (found.curve, None):
        picture = plots.heat_map(found.asked, x="ω", y="q", outcome="P(win)", replications=100, curve=curve)
        assert "n = 100 negotiations" in picture.get_title()
