"""Tipping points: crossings that are known, intervals that cover, and the answer for the case."""

from __future__ import annotations

import re
import shlex

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from minegame import answers, plots
from minegame.analysis import tipping
from minegame.answers import Answer, AnswerError
from minegame.answers.calibrated import calibrated_or_swept
from minegame.answers.tipping import Tipping
from minegame.answers.tipping_sentences import crossings_said
from minegame.design import Factor
from minegame.ensemble import by_bidder
from minegame.runner import Runner
from minegame.scenario import Scenario

WEIGHT = Factor("host.balance_weight", 0.0, 4.0)
LOG = Factor("host.backlash", 0.001, 10.0, scale="log")
LOG_WEIGHT = Factor("host.credit_weight", 0.1, 10.0, scale="log")


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
    (crossing,) = found.crossings
    assert crossing.value == pytest.approx(root, abs=2e-3)
    assert crossing.change == pytest.approx(root - 1.2, abs=2e-3)
    assert crossing.relative_change == pytest.approx(root / 1.2 - 1, abs=2e-3)
    assert crossing.rises
    assert sum(answer.asked) < 60


def test_a_step_is_found():
    found = tipping.estimate(answering(lambda x: np.where(x < 2.71, 0.4, -0.3)), WEIGHT, 0.5, rounds=6)
    assert values(found) == pytest.approx([2.71], abs=1e-3)
    assert not found.crossings[0].rises


def test_a_crossing_on_a_log_scale():
    found = tipping.estimate(answering(lambda x: -np.log(x / 0.02)), LOG, 0.002)
    assert found.nearest.value == pytest.approx(0.02, rel=1e-3)
    assert found.nearest.part_of_range == pytest.approx(0.25, abs=1e-3)


# ---------------------------------------------------------------------------------------------------------------- humps


def values(found) -> list[float]:
    return [crossing.value for crossing in found.crossings]


@pytest.mark.parametrize(("base", "near"), [(2.4, 3.0), (1.0, 0.5), (0.1, 0.5), (3.9, 3.0)])
def test_both_sides_of_a_hump(base, near):
    """Whether the scenario stands on the hump or beside it, both crossings are found, each with its direction."""
    found = tipping.estimate(answering(lambda x: (x - 0.5) * (3.0 - x)), WEIGHT, base)
    assert values(found) == pytest.approx([0.5, 3.0], abs=1e-3)
    assert [crossing.rises for crossing in found.crossings] == [True, False]
    assert [crossing.is_above for crossing in found.crossings] == [base < 0.5, base < 3.0]
    assert found.nearest.value == pytest.approx(near, abs=1e-3)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_crossing_of_a_hump_is_found_once(data):
    """A parabola with two roots, wherever they are and wherever the scenario stands: two crossings and their order."""
    low = data.draw(st.floats(0.01, 3.9))
    high = low + data.draw(st.floats(0.05, 3.94 - low + 0.05))
    up = data.draw(st.sampled_from([1.0, -1.0]))
    base = data.draw(st.floats(0.0, 4.0).filter(lambda x: min(abs(x - low), abs(x - high)) > 1e-3))
    found = tipping.estimate(answering(lambda x: up * (x - low) * (high - x)), WEIGHT, base)
    inside = [root for root in (low, high) if root <= 4.0]
    assert values(found) == pytest.approx(inside, abs=2e-3)
    assert [crossing.rises for crossing in found.crossings] == [up > 0, up < 0][: len(inside)]
    for crossing in found.crossings:
        assert crossing.low <= crossing.value <= crossing.high
        assert crossing.part_of_range == pytest.approx(abs(crossing.value - base) / 4.0)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.3, 3.7), st.floats(0.0, 4.0), st.floats(-2.0, 2.0))
def test_a_lead_that_only_touches_nil_turns_nothing(touch, base, luck):
    """Tangential: with chance of 0.01 about it, between nil and nil nothing is sure, so nothing has crossed."""
    found = tipping.estimate(answering(lambda x: (x - touch) ** 2 + 0.004 * luck, 0.01), WEIGHT, base)
    sure = [crossing for crossing in found.crossings if min(abs(base - touch), 1.0) > 0.2]
    assert sure == []


def test_a_hump_that_stands_out_of_the_noise_between_two_points_of_the_grid():
    """No point of the first grid lies on it: the parabola through its neighbours does."""
    curve = answering(lambda x: 0.03 - 2 * (x - 2.75) ** 2, 0.004)
    found = tipping.estimate(curve, WEIGHT, 0.0)
    assert values(found) == pytest.approx([2.75 - 0.015**0.5, 2.75 + 0.015**0.5], abs=5e-3)
    first, second = found.crossings
    assert first.low < first.value < first.high <= second.low < second.value < second.high


def test_noise_about_nil_makes_no_crossings():
    """A lead that wavers within its error between a sure one and a sure one crosses once, or not at all."""
    chance = np.random.default_rng(8)

    def far_apart(x):
        return np.where(x < 1, 0.3, np.where(x > 3, -0.3, 0.0)) + 0.0015 * chance.normal(size=len(x))

    def alike(x):
        return np.where((x < 1) | (x > 3), 0.3, 0.0) + 0.0015 * chance.normal(size=len(x))

    for _ in range(50):
        (crossing,) = tipping.estimate(answering(far_apart, 0.004), WEIGHT, 0.2).crossings
        assert not crossing.rises
        assert crossing.low <= 1.05
        assert crossing.high >= 2.95
        assert tipping.estimate(answering(alike, 0.004), WEIGHT, 0.2).crossings == ()


@pytest.mark.parametrize(("root", "base"), [(0.01, 3.0), (3.99, 3.0), (0.3, 0.0), (3.7, 4.0)])
def test_a_crossing_at_an_edge(root, base):
    found = tipping.estimate(answering(lambda x: (x - root) / 4, 0.01), WEIGHT, base)
    assert values(found) == pytest.approx([root], abs=5e-3)
    assert 0.0 <= found.crossings[0].low <= root <= found.crossings[0].high <= 4.0
    never = tipping.estimate(answering(lambda x: x), WEIGHT, base or 1.0)
    assert never.crossings == ()  # nil at the very end is reached, not crossed


def test_three_crossings_on_a_log_scale():
    found = tipping.estimate(answering(lambda x: np.sin(1.1 * np.log(x))), LOG, 0.5)
    assert values(found) == pytest.approx(np.exp(np.array([-2, -1, 0]) * np.pi / 1.1), rel=5e-3)
    assert [crossing.rises for crossing in found.crossings] == [True, False, True]


@pytest.mark.parametrize(("low", "high"), [(4, 24), (4, 400)])
def test_a_hump_of_whole_numbers(low, high):
    """Crossings are the first values, away from the scenario, with the other favourite; wide ranges are searched."""
    months, top = Factor("tender.months", low, high, whole=True), (low + high) // 2
    curve = answering(lambda x: (x - low - 4.5) * (high - 3.5 - x) / high)
    for base, expected in ((top, [low + 4, high - 3]), (low, [low + 5, high - 3]), (high, [low + 4, high - 4])):
        found = tipping.estimate(curve, months, base)
        assert values(found) == expected
        assert [(crossing.low, crossing.high) for crossing in found.crossings] == [(x, x) for x in expected]
        assert all(float(value).is_integer() for value in found.asked["value"])
    assert max(len(tipping.estimate(curve, months, top).asked), 1) < 70


def test_no_crossing_in_range():
    found = tipping.estimate(answering(lambda x: 0.1 + 0.01 * x, 0.004), WEIGHT, 2.2)
    assert found.crossings == ()
    assert found.nearest is None
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
        (crossing,) = found.crossings
        assert crossing.low <= crossing.value <= crossing.high
        hits += crossing.low <= root <= crossing.high
    assert 0.93 <= hits / 2_000 <= 0.97


def test_luck_of_each_point_on_its_own_does_no_harm():
    chance = np.random.default_rng(6)
    found = [
        tipping.estimate(answering(lambda x: (1.7 - x) / 3, 0.02, 0.0, chance, 0.02), WEIGHT, 0.4).crossings
        for _ in range(200)
    ]
    assert {len(crossings) for crossings in found} == {1}
    assert np.mean([one.low <= 1.7 <= one.high for (one,) in found]) >= 0.93
    assert np.median([one.value for (one,) in found]) == pytest.approx(1.7, abs=0.02)


def test_intervals_of_a_hump_cover():
    """Both crossings of a hump, 1,000 games whose luck shifts the whole curve."""
    chance, error, roots, hits = np.random.default_rng(11), 0.01, (0.9, 2.6), np.zeros(2)
    for _ in range(1_000):
        answer = answering(lambda x: (x - roots[0]) * (roots[1] - x) / 3, error, chance.normal() * error)
        found = tipping.estimate(answer, WEIGHT, 2.2, points=7).crossings
        assert len(found) == 2
        hits += [one.low <= root <= one.high for one, root in zip(found, roots, strict=True)]
    assert ((hits / 1_000 >= 0.925) & (hits / 1_000 <= 0.98)).all(), hits


def test_whole_numbers():
    months = Factor("tender.months", 4, 24, whole=True)
    found = tipping.estimate(answering(lambda x: 0.05 * (16.5 - x), 0.04), months, 12)
    assert [(one.value, one.low, one.high) for one in found.crossings] == [(17, 15, 19)]
    below = tipping.estimate(answering(lambda x: 0.05 * (x - 8.5), 0.04), months, 12)
    assert [(one.value, one.low, one.high) for one in below.crossings] == [(8, 6, 10)]
    assert tipping.estimate(answering(lambda x: 1 + 0 * x), months, 12).crossings == ()
    assert set(found.asked["value"]) == set(range(4, 25))


def test_the_table_of_the_nearest():
    near = tipping.estimate(answering(lambda x: 2.3 - x), WEIGHT, 2.2)
    far = tipping.estimate(answering(lambda x: x - 0.001), WEIGHT, 2.2)
    never = tipping.estimate(answering(lambda x: 1 + 0 * x), WEIGHT, 2.2)
    twice = tipping.estimate(answering(lambda x: (x - 0.9) * (3.1 - x)), LOG_WEIGHT, 2.2)
    table = tipping.nearest([never, far, twice, near])
    assert table["crossing"].tolist()[:4] == pytest.approx([2.3, 3.1, 0.9, 0.001], abs=1e-3)
    assert table["factor"].tolist() == [WEIGHT.path, *[LOG_WEIGHT.path] * 2, *[WEIGHT.path] * 2]
    assert table["rises"].tolist()[:4] == [0, 0, 1, 1]
    assert np.isnan(table["crossing"].iloc[4])
    assert np.isnan(table["rises"].iloc[4])


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
    assert said in labels(plots.tipping_points(drawn(table), first="A", second="B", replications=9))


def drawn(table):
    return table.assign(parameter=table["factor"], start=0.0, end=2000.0, is_log=False, whole=False)


def test_the_picture_of_the_ranges_has_a_row_a_parameter():
    twice = tipping.estimate(answering(lambda x: (x - 0.5) * (3.0 - x)), WEIGHT, 2.4)
    table = drawn(tipping.nearest([twice]))
    table[["crossing", "low", "high"]] = [[3.0, 2.9, 3.1], [0.5, 0.4, 0.6]]
    picture = plots.tipping_points(table, first="A", second="B", replications=9)
    assert len(picture.get_yticks()) == 1
    assert "2.4 → 3.00 [2.90, 3.10]\n     and 0.500 [0.400, 0.600]" in labels(picture)


def test_the_curves_mark_the_scenario_one_half_and_every_crossing():
    twice = tipping.estimate(answering(lambda x: (x - 0.5) * (3.0 - x) / 4), WEIGHT, 2.4)
    asked = twice.asked.assign(parameter=WEIGHT.path, wins=0.4 + twice.asked["estimate"] / 2)
    asked["rival_wins"] = asked["wins"] - asked["estimate"]
    picture = plots.tipping_curves(drawn(tipping.nearest([twice])), asked, first="A", second="B", replications=900)
    lines = {line.get_label(): line for line in picture.lines}
    assert lines["A"].get_xdata().tolist() == sorted(asked["value"])
    assert set(lines["50 %"].get_ydata()) == {50}
    assert set(lines["the scenario"].get_xdata()) == {2.4}
    (tips,) = (line for name, line in lines.items() if name.startswith("the favourite changes"))
    assert sorted(tips.get_xdata()) == pytest.approx([0.5, 3.0], abs=1e-3)
    assert tips.get_ydata() == pytest.approx([40, 40], abs=0.1), "on the curves, where both are alike"


def labels(picture) -> list[str]:
    return [text.get_text() for text in picture.findobj(Text)]


def test_the_rival_may_be_named_and_lots_apart(answer):
    told = dict(answer.settings)
    assert (told["bidder"], told["rival"]) == ("cove_kaz", ["chinese_soe"])
    asked = "What change of one parameter alone would cost Cove Kaz Capital its place as the favourite?"
    assert answer.question == asked
    assert told["vary"]["patrons.us.link"] == [0.0, 1.0, "linear"]
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


@pytest.fixture(scope="module")
def hump() -> Answer:
    """The case over prices far above those of the forecasters: the American bidder wins in between alone."""
    return answers.ask(
        "tipping", "kazakhstan_tungsten", vary={"market.long_run_price": (300.0, 1500.0)}, replications=1_000
    )


def test_both_crossings_of_the_price_are_told(hump):
    rows = hump.tables["tips"].frame.sort_values("crossing")
    first, second = rows["crossing"]
    assert 430 < first < 460
    assert 690 < second < 780
    own, rival = "Cove Kaz Capital", "Chinese state-owned bidder"
    assert rows["below"].tolist() == [rival, own]
    assert rows["above"].tolist() == [own, rival]
    assert ((rows["crossing_low"] < rows["crossing"]) & (rows["crossing"] < rows["crossing_high"])).all()
    number = r"\d+ \[\d+, \d+\]"
    assert re.search(rf"the lead of {own} is lost below {number} and again above {number}\.", hump.sentences[1])
    said = [int(x) for x in re.findall(r"(\d+) \[", hump.sentences[1])]
    assert said == [round(first), round(second)]
    assert len(hump.tables["asked"]) < 80


def test_a_crossing_outside_the_range_that_its_source_supports_is_told(hump):
    tips = hump.tables["tips"].frame
    price = tips[tips["parameter"] == "market.long_run_price"].sort_values("crossing")
    assert price["outside"].tolist() == [not 430 <= crossing <= 650 for crossing in price["crossing"]]
    assert price["outside"].any()
    said = next(sentence for sentence in hump.sentences if sentence.startswith("Outside the range"))
    assert "market.long_run_price" in said
    assert "(430 to 650)" in said
    assert any(limit.startswith("market.long_run_price: 300, 1,500 lie outside 430 to 650") for limit in hump.limits)
    inside = answers.ask("tipping", vary={"market.long_run_price": (430, 650)}, replications=100)
    assert not any("supports" in text for text in (*inside.sentences, *inside.limits))


def test_a_number_whose_source_supports_no_range_has_nothing_to_lie_outside_of(hump):
    free = answers.ask("tipping", "two_bidders", vary={"host.balance_weight": (0, 6)}, replications=200)
    assert free.tables["tips"].cells()[0][-1] == "–"


def test_the_points_asked_tell_both_chances(hump):
    asked = hump.tables["asked"].frame
    assert (asked["wins"] - asked["rival_wins"]).to_numpy() == pytest.approx(asked["lead"].to_numpy(), abs=1e-12)
    assert set(asked["rival"]) == {"chinese_soe"}
    assert list(hump.pictures) == ["tips", "curves"]
    assert hump.pictures["curves"].png().startswith(b"\x89PNG")


def test_nothing_that_turns_is_drawn_as_a_curve():
    found = answers.ask("tipping", "kazakhstan_tungsten", vary={"patrons.us.link": (0.0, 1.0)}, replications=100)
    assert list(found.pictures) == ["tips"]
    assert "No parameter of the 1 searched turns that" in found.sentences[1]


def test_the_favourite_is_named_among_several():
    """Not "the best of the others" but who that is at the crossing."""
    found = answers.ask("tipping", "kazakhstan_eu_bidder", vary={"host.balance_weight": (0.0, 4.0)}, replications=200)
    tips, asked = found.tables["tips"].frame, found.tables["asked"].frame
    assert tips["crossing"].notna().any()
    labels_ = {bidder.label for bidder in found.scenario.bidders.values()}
    assert set(tips["below"]) | set(tips["above"]) <= labels_
    assert set(asked["rival"]) <= set(found.scenario.bidders) - {found.settings["bidder"]}


def rows_of(base, *crossings, whole=False):
    rows = [(base, at, at - 1.0, at + 1.0, rises, abs(at - base), whole) for at, rises in crossings]
    return pd.DataFrame(rows, columns=["base", "crossing", "low", "high", "rises", "part_of_range", "whole"])


@pytest.mark.parametrize(
    ("rows", "said"),
    [(rows_of(530, (444, 1), (745, 0)), "lost below 444 [443, 445] and again above 745 [744, 746]"),
     (rows_of(300, (444, 1), (745, 0)), "won above 444 [443, 445] and lost above 745 [744, 746]"),
     (rows_of(300, (444, 1), (745, 0), (900, 1)),
      "won above 444 [443, 445], lost above 745 [744, 746] and won again above 900 [899, 901]"),
     (rows_of(800, (444, 1), (745, 0)), "won below 745 [744, 746] and lost below 444 [443, 445]"),
     (rows_of(12, (8, 1), (17, 0), whole=True), "lost from 8 [7, 9] down and again from 17 [16, 18] up")],
)  # fmt: skip
def test_crossings_in_words(rows, said):
    assert crossings_said(rows) == said


# ------------------------------------------------------------------------------------------------ what is searched


def marked(**sources) -> Scenario:
    """The abstract scenario with numbers that are called swept; ``__`` stands for a dot in their paths."""
    document = Scenario.load("two_bidders").document()
    for path, changed in sources.items():
        entry = {"assumption": "a guess", "status": "swept", **changed}
        document["sources"][path.replace("__", ".")] = entry
    return Scenario.from_document(document, "marked")


def test_every_number_that_is_calibrated_or_swept_is_searched():
    scenario = Scenario.load("kazakhstan_tungsten")
    found = {factor.path: factor for factor in calibrated_or_swept(scenario)}
    numbers = [p for p in scenario.parameters() if p.status in ("calibrated", "swept")]
    assert set(found) == {p.path for p in numbers if isinstance(p.value, (int, float))}
    assert found["market.long_run_price"] == Factor("market.long_run_price", 430.0, 650.0)
    assert found["bargaining.concession_exponent"].scale == "log"
    assert found["bidders.cove_kaz.offtake_value"] == Factor("bidders.cove_kaz.offtake_value", 20.0, 60.0)
    value = scenario.value("host.equity_weight")  # whose source supports no range
    assert found["host.equity_weight"] == Factor("host.equity_weight", 0.5 * value, 1.5 * value)
    for path, factor in found.items():
        assert factor.low <= scenario.value(path) <= factor.high
        for end in (factor.low, factor.high):
            scenario.at({path: round(end) if factor.whole else end})


def test_a_range_of_the_source_counts_before_half_and_half(monkeypatch):
    scenario = marked(host__equity_weight={}, project__life={}, renegotiation__base={})
    half = {factor.path: factor for factor in calibrated_or_swept(scenario)}
    life = scenario.value("project.life")
    assert (half["project.life"].low, half["project.life"].high) == (0.5 * life, 1.5 * life)
    below = scenario.value("renegotiation.base")
    assert below < 0
    assert (half["renegotiation.base"].low, half["renegotiation.base"].high) == (1.5 * below, 0.5 * below)

    class Ranged:
        low, high = life - 1, life + 2
        standing = "swept"

    plain = Scenario.source_of
    monkeypatch.setattr(
        Scenario, "source_of", lambda self, path: Ranged() if path == "project.life" else plain(self, path)
    )
    found = {factor.path: factor for factor in calibrated_or_swept(scenario)}
    assert (found["project.life"].low, found["project.life"].high) == (life - 1, life + 2)
    assert found["host.equity_weight"] == half["host.equity_weight"]


def test_a_range_holds_only_what_the_scenario_allows():
    """The least equity cannot pass the greatest, months are whole, nil has no half."""
    scenario = marked(host__equity_min={}, tender__months={}, tender__synergy={}).at(
        {"host.equity_min": 0.4, "host.equity_max": 0.45, "tender.months": 9, "tender.synergy": 0}
    )
    document = scenario.document()
    for path in ("host.equity_min", "tender.months", "tender.synergy"):
        document["sources"][path] = {"assumption": "a guess", "status": "calibrated"}
    scenario = Scenario.from_document(document, "marked")
    found = {factor.path: factor for factor in calibrated_or_swept(scenario)}
    assert set(found) == {"host.equity_min", "tender.months"}
    assert 0.4 < found["host.equity_min"].high <= 0.45
    assert found["tender.months"] == Factor("tender.months", 8, 24, whole=True)
    answers.ask("tipping", scenario, replications=30)
