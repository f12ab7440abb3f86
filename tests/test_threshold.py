"""The line on which a chance is at a level: curves that are known, and the answer for the case."""

from __future__ import annotations

import shlex
from itertools import pairwise

import numpy as np
import pytest

from minegame import answers
from minegame.analysis import threshold
from minegame.answers import Answer, AnswerError
from minegame.answers.threshold import Threshold
from minegame.design import Factor
from minegame.ensemble import by_bidder
from minegame.plots.threshold import heat_map
from minegame.runner import Runner
from minegame.scenario import Scenario, ScenarioError

X, Y = Factor("host.balance_weight", 0.0, 4.0), Factor("financiers.us_public_lenders.credibility", 0.0, 1.0)


def test_threshold_curve_with_few_points():
    """P = 1/2 on an ellipse's arc: every piece of the curve lies on it, and it is found whole."""

    def answer(points):
        return 0.5 + 0.3 * ((points[:, 0] / 4) ** 2 + points[:, 1] ** 2 - 0.5), np.full(len(points), 0.002)

    found = threshold.estimate(answer, X, Y)
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

    found = threshold.estimate(answer, X, Y, cells=4, rounds=3)
    top = max(found.curve["y0"].max(), found.curve["y1"].max())
    assert top == pytest.approx(0.48, abs=0.03)
    ends = {tuple(np.round(e, 9)) for e in found.curve[["x0", "y0"]].to_numpy()} ^ {
        tuple(np.round(e, 9)) for e in found.curve[["x1", "y1"]].to_numpy()
    }
    assert len(ends) >= 2  # an open curve has its two ends on the rim; pieces are not ordered


def test_no_curve():
    found = threshold.estimate(lambda points: (np.full(len(points), 0.2), np.zeros(len(points))), X, Y, cells=4)
    assert found.curve.empty
    assert len(found.asked) == len(threshold.design(X, Y, 4)) == 25


def test_map_shows_the_curve():
    found = threshold.estimate(lambda p: (p[:, 1], np.full(len(p), 0.01)), X, Y, cells=2, rounds=1)
    for curve in (found.curve, None):
        picture = heat_map(found.asked, x="ω", y="q", outcome="P(win)", replications=100, curve=curve)
        assert "n = 100 negotiations" in picture.get_title()


# ---------------------------------------------------------------------------------------------------------- the answer

WEIGHT, LETTER = "host.balance_weight", "financiers.us_public_lenders.credibility"


@pytest.fixture(scope="module")
def answer() -> Answer:
    return answers.ask("threshold", "kazakhstan_tungsten", replications=40)


def test_the_line_runs_from_left_to_right(answer):
    line = answer.tables["line"]
    assert line.raw
    assert len(line) > 10
    assert all(a <= b for a, b in pairwise(line.frame[WEIGHT]))
    assert line.frame["doubt"].between(0, 1).mean() > 0.9


def test_every_point_asked_agrees_with_the_ensemble(answer):
    asked = answer.tables["asked"].frame
    assert answer.tables["asked"].headings == [
        WEIGHT, LETTER, "Cove Kaz Capital wins, %", "standard error, points"
    ]  # fmt: skip
    point = asked.iloc[len(asked) // 2]
    game = Scenario.load("kazakhstan_tungsten").at({WEIGHT: point[WEIGHT], LETTER: point[LETTER]}).game()
    with Runner() as runner:
        won = runner.tally(game.reshape(1, 1), 0, 40).sums[0, 0, by_bidder("wins_any", 0), 1]
    assert point["wins"] == pytest.approx(won / 40)


def test_the_scenario_stands_on_the_map(answer):
    picture = answer.pictures["map"].draw()
    (star,) = [line for line in picture.lines if line.get_label() == "the scenario"]
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (2.2, 0.72)
    assert "line: P(Cove Kaz Capital wins) = 50%" in picture.get_title()


def test_axes_may_be_given_with_and_without_a_range():
    found = answers.ask("threshold", "two_bidders", x="host.balance_weight=0.5:2", y="market.long_run_price", level=0.4,
                        replications=20)  # fmt: skip
    price = Scenario.load("two_bidders").market.long_run_price
    assert found.settings["x"] == {"host.balance_weight": [0.5, 2.0, "linear"]}
    assert found.settings["y"] == {"market.long_run_price": [0.5 * price, 1.5 * price, "linear"]}
    assert "cross 40 %" in found.question
    words = shlex.split(found.command)
    assert words[words.index("--x") + 1] == "host.balance_weight=0.5:2.0"
    assert words[words.index("--y") + 1] == "market.long_run_price"
    assert Threshold(**found.asked) == Threshold(
        x=Factor("host.balance_weight", 0.5, 2.0), y="market.long_run_price", level=0.4, replications=20
    )


def test_a_chance_that_never_crosses_is_told():
    found = answers.ask("threshold", "kazakhstan_tungsten", x="patrons.us.link=0.4:0.5", y="host.balance_weight=3.9:4",
                        replications=40)  # fmt: skip
    assert len(found.tables["line"]) == 0
    values = found.tables["asked"].frame["wins"]
    assert f"from {100 * values.min():.1f} % to {100 * values.max():.1f} %" in found.sentences[1]


@pytest.mark.parametrize(
    ("options", "said"),
    [({"x": "patrons.us.link", "y": "patrons.us.link"}, "expected two"), ({"x": "tender.lots"}, "range"),
     ({"x": "tender.lots=bundled,split"}, "not levels")],
)  # fmt: skip
def test_axes_that_do_not_fit_are_refused(options, said):
    with pytest.raises(AnswerError, match=said):
        answers.ask("threshold", "kazakhstan_tungsten", replications=9, **options)


@pytest.mark.parametrize("level", [0, 1, 50, "half"])
def test_a_level_is_a_probability(level):
    with pytest.raises(ScenarioError, match="level"):
        answers.ask("threshold", "kazakhstan_tungsten", level=level)
