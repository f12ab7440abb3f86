"""Tipping points: crossings that are known, intervals that cover, and the answer for the case."""

from __future__ import annotations

import re
import shlex

import numpy as np
import pytest
from matplotlib.text import Text

from minegame import answers, plots
from minegame.analysis import tipping
from minegame.answers import Answer, AnswerError
from minegame.answers.tipping import Tipping
from minegame.design import Factor
from minegame.ensemble import by_bidder
from minegame.runner import Runner
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


# ---------------------------------------------------------------------------------------------------------- the answer


@pytest.fixture(scope="module")
def answer() -> Answer:
    """The case with two parameters: one turns it, the other does not."""
    vary = {"host.balance_weight": (0.0, 4.0), "patrons.us.link": (0.0, 1.0)}
    return answers.ask("tipping", "kazakhstan_tungsten", vary=vary, replications=200)


def test_a_tipping_point_turns_the_favourite(answer):
    tip = float(answer.tables["tips"].frame["crossing"].iloc[0])
    scenario = Scenario.load("kazakhstan_tungsten")
    games = np.stack([scenario.at({"host.balance_weight": tip + x}).game() for x in (-0.5, 0.5)]).reshape(2, 1)
    with Runner() as runner:
        low, high = runner.tally(games, 0, 2000).sums[:, 0, :, 1]
    first, second = by_bidder("wins_any", 0), by_bidder("wins_any", 1)
    assert low[first] < low[second]
    assert high[first] > high[second]


def test_tips_are_kept_as_fractions_and_read_as_percent(answer):
    tips = answer.tables["tips"]
    kept, read = tips.frame.iloc[0], tips.display().iloc[0]
    assert kept["change"] == pytest.approx(kept["crossing"] / kept["value"] - 1)
    assert kept["part"] == pytest.approx(abs(kept["crossing"] - 2.2) / 4.0)
    assert kept["crossing_low"] < kept["crossing"] < kept["crossing_high"]
    assert float(read["part of the range, %"]) == pytest.approx(100 * kept["part"], abs=0.05)
    assert tips.frame["crossing"].isna().tolist() == [False, True]
    assert tips.display()["tips at"].iloc[1] == "–"
    asked = answer.tables["asked"]
    assert asked.raw
    assert asked.frame["lead"].abs().max() <= 1.0


def test_no_interval_is_written_as_a_point(answer):
    """Sentence, table and picture show where it tips with ends that differ, even if all begin alike."""
    row = answer.tables["tips"].frame.iloc[0]
    picture = answer.pictures["tips"].draw()
    written = [answer.sentences[1], answer.tables["tips"].display()["tips at"].iloc[0], *labels(picture)]
    told = [found for text in written for found in re.findall(r"([\d.]+) \[([\d.]+), ([\d.]+)\]", text)]
    assert len(told) == 3
    for numbers in told:
        assert [float(x) for x in numbers] == pytest.approx(
            row[["crossing", "crossing_low", "crossing_high"]], abs=0.01
        )
        assert len(set(numbers)) == 3


@pytest.mark.parametrize(
    ("ends", "said"),
    [((1.33, 1.27, 1.39), "2.2 → 1.33 [1.27, 1.39]"), ((17.0, 15.0, np.nan), "2.2 → 17"),
     ((1502.4, 1500.2, 1504.9), "2.2 → 1,502 [1,500, 1,505]")],
)  # fmt: skip
def test_the_picture_says_where_it_tips(ends, said):
    table = tipping.nearest([tipping.estimate(answering(lambda x: 1 + 0 * x), WEIGHT, 2.2)])
    table[["crossing", "low", "high"]] = ends
    picture = plots.tipping_points(table.assign(start=0.0, end=2000.0, is_log=False), first="A", second="B",
                                   replications=9)  # fmt: skip
    assert said in labels(picture)


def labels(picture) -> list[str]:
    return [text.get_text() for text in picture.findobj(Text)]


def test_the_rival_may_be_named_and_lots_apart(answer):
    settings = dict(answer.settings)
    assert (settings["bidder"], settings["rival"]) == ("cove_kaz", ["chinese_soe"])
    assert settings["vary"]["patrons.us.link"] == [0.0, 1.0, "linear"]
    found = answers.ask("tipping", "kazakhstan_split_lots", vary={"host.balance_weight": (0, 4)}, rival="chinese_soe",
                        replications=50)  # fmt: skip
    assert "Chinese state-owned bidder" in found.sentences[0]
    assert "--rival chinese_soe" in found.command


def test_the_command_asks_the_same(answer):
    words = shlex.split(answer.command)
    assert words[:4] == ["minegame", "analyse", "tipping", "kazakhstan_tungsten"]
    assert [words[n + 1] for n, word in enumerate(words) if word == "--vary"] == [
        "host.balance_weight=0.0:4.0", "patrons.us.link=0.0:1.0",
    ]  # fmt: skip
    assert Tipping.from_typed({"vary": ["host.balance_weight=0:4", "patrons.us.link=0:1"], "replications": "200"}) == (
        Tipping(**answer.asked)
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [({"vary": {"tender.lots": ["bundled", "split"]}}, "not among levels"),
     ({"rival": "cove_kaz"}, "rival of itself"), ({"bidder": "cove"}, "cove_kaz")],
)  # fmt: skip
def test_questions_that_do_not_fit_are_refused(options, said):
    with pytest.raises(AnswerError, match=said):
        answers.ask("tipping", "kazakhstan_tungsten", replications=9, **options)
