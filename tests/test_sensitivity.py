import sys

import numpy as np
import pandas as pd
import pytest

from minegame import answers, plots
from minegame.analysis import sensitivity
from minegame.design import Factor, one_at_a_time
from minegame.ensemble import by_bidder, general
from minegame.runner import Runner
from minegame.scenario import Scenario, ScenarioError
from minegame.statistics import intervals

SALIB = pytest.importorskip("SALib")

TUNGSTEN = "kazakhstan_tungsten"
TWO = {"host.balance_weight": [0, 4], "patrons.us.link": [0, 1]}
FACTORS = [Factor(path, *ends) for path, ends in TWO.items()]
ANGLES = [Factor(name, -np.pi, np.pi) for name in ("a", "b", "c")]
FIRST = {"a": 0.3139, "b": 0.4424, "c": 0.0}
TOTAL = {"a": 0.5576, "b": 0.4424, "c": 0.2437}


def ishigami(points):
    a, b, c = points.to_numpy(float).T
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


@pytest.mark.parametrize(("sequence", "base", "close"), [("random", 8192, 0.035), ("sobol", 2048, 0.02)])
def test_ishigami(sequence, base, close):
    points = sensitivity.design(ANGLES, base, seed=1, sequence=sequence)
    found = sensitivity.estimate(points, ishigami(points.table))
    table = found.table.set_index("factor")
    assert table["first"].to_dict() == pytest.approx(FIRST, abs=close)
    assert table["total"].to_dict() == pytest.approx(TOTAL, abs=close)
    assert table["rank"].to_dict() == {"a": 1, "b": 2, "c": 3}
    assert found.interactions[0] == pytest.approx(0.2437, abs=2 * close)
    assert found.interactions[1] < 0.2437 < found.interactions[2]


def test_points_are_saltellis_scheme():
    points = sensitivity.design(ANGLES, 4, seed=3)
    rows = points.unit.reshape(4, 5, 3)
    for base in rows:
        first, last = base[0], base[-1]
        for n in range(3):
            expected = first.copy()
            expected[n] = last[n]
            assert (base[1 + n] == expected).all()
    assert (sensitivity.design(ANGLES, 4, seed=3).unit == points.unit).all()
    assert (sensitivity.design(ANGLES, 4, seed=4).unit != points.unit).any()


def test_intervals_shrink_with_the_root_of_the_base():
    widths = []
    for base in (1024, 2048, 4096):
        points = sensitivity.design(ANGLES, base, seed=2)
        table = sensitivity.estimate(points, ishigami(points.table)).table
        widths.append((table["first_high"] - table["first_low"] + table["total_high"] - table["total_low"]).sum())
    assert widths[0] / widths[1] == pytest.approx(np.sqrt(2), rel=0.15)
    assert widths[1] / widths[2] == pytest.approx(np.sqrt(2), rel=0.15)


@pytest.mark.parametrize("sets", [150, pytest.param(2_000, marks=pytest.mark.slow)])
def test_intervals_of_indices_cover(sets):
    """2,000 data sets; 150 in haste, where the share covered is only known to ± 3.5 %."""
    hits, loose = np.zeros((3, 2)), 2 * np.sqrt(0.95 * 0.05 / sets) if sets < 2_000 else 0.0
    for seed in range(sets):
        points = sensitivity.design(ANGLES, 512, seed=seed)
        table = sensitivity.estimate(points, ishigami(points.table), resamples=200, seed=seed).table.set_index("factor")
        for n, name in enumerate("abc"):
            hits[n, 0] += table.loc[name, "first_low"] <= FIRST[name] <= table.loc[name, "first_high"]
            hits[n, 1] += table.loc[name, "total_low"] <= TOTAL[name] <= table.loc[name, "total_high"]
    assert (hits / sets >= 0.93 - loose).all(), hits / sets
    # The third index lies at the end of what an index can be, where an interval may only hold more than it says.
    assert (hits[:2] / sets <= 0.97 + loose).all(), hits / sets
    assert (hits[2] / sets <= 0.99 + loose).all(), hits / sets


def test_noise_of_the_estimates_is_taken_out():
    points = sensitivity.design(ANGLES, 8192, seed=5)
    clean = ishigami(points.table)
    noisy = clean + np.random.default_rng(1).normal(size=len(clean)) * 2
    plain = sensitivity.estimate(points, noisy).table.set_index("factor")
    told = sensitivity.estimate(points, noisy, np.full(len(clean), 2.0))
    assert plain.loc["c", "total"] > 0.35
    assert told.table.set_index("factor")["total"].to_dict() == pytest.approx(TOTAL, abs=0.05)
    assert told.table.set_index("factor")["first"].to_dict() == pytest.approx(FIRST, abs=0.05)
    assert told.noise == pytest.approx(4 / (4 + 13.84), abs=0.02)


def test_levels_whole_numbers_and_log_ranges():
    factors = [
        Factor("tender.months", 8, 24, whole=True),
        Factor("tender.lots", levels=("bundled", "split")),
        Factor("host.backlash", 0.001, 1.0, scale="log"),
    ]
    points = sensitivity.design(factors, 512, seed=1)
    table = points.table
    assert set(table["tender.lots"]) == {"bundled", "split"}
    assert table["tender.months"].dtype.kind == "i"
    outcome = 4.0 * (table["tender.lots"] == "split") + np.log10(table["host.backlash"].astype(float)) * np.sqrt(12) / 3
    found = sensitivity.estimate(points, outcome.to_numpy(float)).table.set_index("factor")["total"]
    assert found.to_dict() == pytest.approx({"tender.lots": 0.8, "host.backlash": 0.2, "tender.months": 0.0}, abs=0.06)


def test_an_outcome_that_never_changes_has_no_indices():
    points = sensitivity.design(ANGLES, 8)
    found = sensitivity.estimate(points, np.full(len(points), 0.3))
    assert found.table["total"].isna().all()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sensitivity.design(ANGLES, 100, sequence="sobol"), "power of two"),
        (lambda: sensitivity.design(ANGLES, 100, sequence="halton"), "'random' or 'sobol'"),
        (lambda: sensitivity.design([], 8), "at least one factor"),
        (lambda: sensitivity.screening(ANGLES, levels=5), "even"),
        (lambda: sensitivity.estimate(sensitivity.design(ANGLES, 8), np.zeros(3)), "each of the 40 points"),
        (lambda: sensitivity.estimate(sensitivity.design(ANGLES, 8), np.full(40, np.nan)), "must be a number"),
    ],
)
def test_bad_questions(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_without_salib_the_extra_is_named(monkeypatch):
    points = sensitivity.design(ANGLES, 8)
    for module in [name for name in sys.modules if name.split(".")[0] == "SALib"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(ModuleNotFoundError, match=r"minegame\[analysis\]"):
        sensitivity.estimate(points, np.arange(40.0))


def test_screening_finds_strong_idle_and_uneven_factors():
    factors = [Factor(name, 0, 1) for name in ("strong", "weak", "idle", "curved")]
    points = sensitivity.screening(factors, 40, seed=1)
    assert len(points) == 40 * 5
    strong, weak, _, curved = points.table.to_numpy(float).T
    found = sensitivity.screen(points, 3 * strong - weak + 8 * (curved - 0.5) ** 2).set_index("factor")
    assert found.loc["strong", ["strength", "effect"]].tolist() == pytest.approx([3, 3])
    assert found.loc["weak", ["strength", "effect"]].tolist() == pytest.approx([1, -1])
    assert found.loc["idle", "strength"] == 0
    assert found.loc["strong", "unevenness"] == pytest.approx(0, abs=1e-9)
    assert found.loc["curved", "unevenness"] > 0.5
    assert found.index[-1] == "idle"


@pytest.mark.parametrize("sets", [200, pytest.param(2_000, marks=pytest.mark.slow)])
def test_interval_of_a_screened_strength_covers(sets):
    """μ* of a product of two factors, 30 trajectories, 2,000 data sets; 200 in haste, known to ± 3.1 %."""
    factors, hits = [Factor("a", 0, 1), Factor("b", 0, 1)], 0
    loose = 2 * np.sqrt(0.95 * 0.05 / sets) if sets < 2_000 else 0.0
    everything = sensitivity.screening(factors, 30 * sets, seed=1).unit.reshape(sets, -1, 2)
    truth = 0.5  # the other factor stands at 0, 1/3, 2/3 or 1, equally often
    for unit in everything:
        points = sensitivity.Points(tuple(factors), pd.DataFrame(unit), unit, 30, 4)
        found = sensitivity.screen(points, unit.prod(axis=1)).set_index("factor").loc["a"]
        hits += found["low"] <= truth <= found["high"]
    assert 0.93 - loose <= hits / sets <= 0.99 + loose


@pytest.mark.parametrize("replications", [2, 20, 400])
def test_luck_and_parameters(replications):
    """P(win) ~ Beta(a, b): the part of the parameters is 1/(a + b + 1), whatever the replications."""
    chance, sets, points = np.random.default_rng(3), 2_000, 500
    p = chance.beta(2, 3, (sets, points))
    wins = chance.binomial(replications, p).astype(float)
    found = [sensitivity.luck(row, row, replications) for row in wins]
    assert np.mean([one["parameters"] for one in found]) == pytest.approx(1 / 6, abs=0.005)
    hits = np.mean([one["parameters_low"] <= 1 / 6 <= one["parameters_high"] for one in found])
    assert 0.93 <= hits <= 0.97
    assert all(one["luck"] + one["parameters"] == pytest.approx(1) for one in found[:10])


def test_all_luck_and_no_luck():
    assert sensitivity.luck(np.array([0.0, 10.0]), np.array([0.0, 10.0]), 10)["luck"] == 0
    chance = np.random.default_rng(1)
    wins = chance.binomial(10, 0.4, 4_000).astype(float)
    assert sensitivity.luck(wins, wins, 10)["luck"] == pytest.approx(1, abs=0.02)
    nothing = sensitivity.luck(np.full(5, 3.0), np.full(5, 3.0), 3)
    assert nothing["variance"] == 0
    assert np.isnan([nothing["parameters"], nothing["parameters_low"], nothing["luck"]]).all()
    sure = sensitivity.luck(np.array([0.0, 10.0] * 50), np.array([0.0, 10.0] * 50), 10)
    assert sure["parameters"] == 1
    assert 0.9 < sure["parameters_low"] < 1  # that luck was not seen does not make it impossible
    with pytest.raises(ValueError, match="two points"):
        sensitivity.luck(np.array([1.0]), np.array([1.0]), 5)


def test_swings_of_a_one_at_a_time_design():
    scenario = Scenario.load()
    factors = [Factor("host.balance_weight", 0.0, 4.0), Factor("market.long_run_price", 430.0, 650.0)]
    points = one_at_a_time(factors, scenario, 3)
    weight = points["host.balance_weight"].to_numpy(float)
    found = sensitivity.swings(points, weight / 10, weight / 10 - 0.02, weight / 10 + 0.02)
    assert found.loc[0, ["least_low", "most_high"]].tolist() == pytest.approx([-0.02, 0.42])
    assert found["factor"].tolist() == ["host.balance_weight", "market.long_run_price"]
    assert found.loc[0, ["least", "most", "at_least", "at_most"]].tolist() == pytest.approx([0, 0.4, 0, 4])
    assert found.loc[1, "swing"] == 0
    assert isinstance(found, pd.DataFrame)


def test_pictures_say_what_they_show():
    points = sensitivity.design(ANGLES, 64)
    found = sensitivity.estimate(points, ishigami(points.table))
    picture = plots.sobol_bars(found.table, outcome="P(win)", base=64, most=2)
    assert "64 base points, 320 worlds in all; 1 weaker factors not shown" in picture.get_xlabel()
    table = pd.DataFrame({"a": [1.0, 2.0, 1.0], "b": ["x", "x", "y"]})
    values = np.array([0.5, 0.7, 0.4])
    swings = sensitivity.swings(table, values, values - 0.02, values + 0.02)
    assert "rest 50.0 %" in plots.tornado(swings, outcome="P(win)", replications=10).get_xlabel()


def test_the_ends_of_a_tornado_cover():
    """2,000 sets of n = 400 negotiations at five levels of known probability, with the intervals of the answer."""
    truth, n, chance = np.array([0.5, 0.2, 0.4, 0.6, 0.8]), 400, np.random.default_rng(5)
    points = pd.DataFrame({"a": np.arange(5.0)})
    hits = np.zeros(2)
    wins = chance.binomial(n, truth, (2_000, 5))
    for found in zip(wins / n, *intervals.probability(wins, n), strict=True):
        (row,) = sensitivity.swings(points, *found).to_dict("records")
        for end, side in enumerate(("least", "most")):
            p = truth[int(row[f"at_{side}"])]
            hits[end] += row[f"{side}_low"] <= p <= row[f"{side}_high"]
    assert hits / 2_000 == pytest.approx([0.95, 0.95], abs=0.02)


# ---------------------------------------------------------------------------------------------------------- the answer

SMALL = {"sobol": {"base": 32, "replications": 16}, "morris": {"base": 4, "replications": 16},
         "tornado": {"base": 3, "replications": 200}}  # fmt: skip


@pytest.fixture(scope="module", params=SMALL)
def asked(request):
    return answers.ask("sensitivity", TUNGSTEN, vary=TWO, method=request.param, **SMALL[request.param])


def played(table, replications, luck=None):
    """Sums of winning and of the host's value at every point of a design, each played by itself."""
    scenario = Scenario.load(TUNGSTEN)
    games = np.stack([scenario.at(point).game() for point in table.to_dict("records")])
    places = [by_bidder("wins_any", 0), general("host_value")]
    with Runner() as runner:
        return runner.tally(games, 0, replications, luck=luck, places=places).sums[:, 0]


def test_every_method_says_and_draws_something(asked):
    method = asked.settings["method"]
    keys = {"sobol": ["winning", "value", "luck"], "morris": ["screening"], "tornado": ["tornado"]}
    assert list(asked.tables) == keys[method]
    assert set(asked.pictures) == set(keys[method]) - {"luck"}
    assert all(picture.png().startswith(b"\x89PNG") for picture in asked.pictures.values())
    assert "host.balance_weight (weight of a balanced portfolio of camps)" in asked.sentences[0]
    assert asked.settings["base"] == SMALL[method]["base"]
    for table in asked.tables.values():
        for column in (column for column in table.columns if column.bounded):
            value, low, high = (table.frame[name].to_numpy(float) for name in column.names)
            assert (low <= value + 1e-12).all()
            assert (value <= high + 1e-12).all()


def test_indices_are_those_of_the_worlds_played():
    found = answers.ask("sensitivity", TUNGSTEN, vary=TWO, **SMALL["sobol"])
    points = sensitivity.design(FACTORS, 32, 0)
    sums = played(points.table, 16, sensitivity.lots(points))
    for n, key in enumerate(("winning", "value")):
        expected = sensitivity.estimate(points, sums[:, n, 1] / 16).table.set_index("factor")
        table = found.tables[key].frame.set_index("parameter")
        for name in table:
            assert table[name].to_dict() == pytest.approx(expected[name].to_dict()), (key, name)
    drawn = sums[::4]
    split = sensitivity.luck(drawn[:, 0, 1], drawn[:, 0, 2], 16)
    row = found.tables["luck"].frame.iloc[0]
    assert row[["parameters", "parameters_low", "luck"]].tolist() == pytest.approx(
        [split["parameters"], split["parameters_low"], split["luck"]]
    )
    favourite = drawn[:, 0, 1] / 16 > 0.5
    low, high = (100 * end for end in intervals.probability(favourite.sum(), 32))
    assert f"in {100 * favourite.mean():.1f} % [{low:.1f}, {high:.1f}] of 32 worlds" in found.sentences[3]


def test_a_screening_is_that_of_the_trajectories_played():
    found = answers.ask("sensitivity", TUNGSTEN, vary=TWO, method="morris", **SMALL["morris"])
    points = sensitivity.screening(FACTORS, 4, seed=0)
    sums = played(points.table, 16, sensitivity.lots(points))
    expected = sensitivity.screen(points, sums[:, 0, 1] / 16).set_index("factor")
    table = found.tables["screening"].frame.set_index("parameter")
    for name, theirs in (("strength", "strength"), ("strength_high", "high"), ("unevenness", "unevenness")):
        assert table[name].to_dict() == pytest.approx(expected[theirs].to_dict()), name
    assert expected["strength"].iloc[0] > 0.2  # a fraction, not percent


def test_a_tornado_is_that_of_the_points_played():
    found = answers.ask("sensitivity", TUNGSTEN, vary=TWO, method="tornado", **SMALL["tornado"])
    points = one_at_a_time(FACTORS, Scenario.load(TUNGSTEN), 3)
    won = played(points, 200)[:, 0, 1] / 200
    row = found.tables["tornado"].frame.set_index("parameter").loc["host.balance_weight"]
    moved = (points["patrons.us.link"] == points["patrons.us.link"].iloc[0]).to_numpy()
    assert (row["least"], row["most"]) == (won[moved].min(), won[moved].max())
    assert row["at_least"] == points["host.balance_weight"].iloc[int(np.argmin(np.where(moved, won, 2)))]
    assert row["swing"] == pytest.approx(row["most"] - row["least"])
    assert f"the scenario's own values give {100 * won[0]:.1f} %" in found.sentences[0]


IDLE = {"patrons.us.stake": [100, 900], "patrons.china.stake": [100, 900]}  # move nothing but what a patron would play
DEAR = {"bidders.cove_kaz.unit_cost": 2000.0}  # never wins, whatever the luck


@pytest.mark.parametrize("method", SMALL)
@pytest.mark.parametrize(("vary", "changes"), [(IDLE, {}), (TWO, DEAR)])
def test_where_the_chance_never_changes_nothing_matters(method, vary, changes):
    scenario = Scenario.load(TUNGSTEN).at(changes)
    found = answers.ask("sensitivity", scenario, vary=vary, method=method, base=4, replications=8)
    assert found.sentences == (
        "Cove Kaz Capital wins equally often in every world: nothing matters in these ranges.",
    )  # fmt: skip
    for table in found.tables.values():
        assert "nan" not in table.display().to_string().lower()
    assert all(picture.png() for picture in found.pictures.values())


def test_levels_can_vary_too():
    vary = [Factor("tender.lots", levels=("bundled", "split")), Factor("host.balance_weight", 0, 4)]
    found = answers.ask("sensitivity", TUNGSTEN, vary=vary, base=16, replications=8)
    assert "--vary tender.lots=bundled,split" in found.command
    alone = answers.ask("sensitivity", TUNGSTEN, vary=vary, method="tornado", base=3, replications=50)
    row = alone.tables["tornado"].frame.set_index("parameter").loc["tender.lots"]
    assert {row["at_least"], row["at_most"]} == {"bundled", "split"}


def test_missing_salib_is_told_before_anything_is_played(monkeypatch):
    monkeypatch.setattr("minegame.answers.sensitivity.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'minegame\[analysis\]'"):
        answers.ask("sensitivity", TUNGSTEN, base=10**6)
    assert answers.ask("sensitivity", TUNGSTEN, vary=TWO, method="tornado", base=2, replications=2).sentences


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "sobel"}, "did you mean 'sobol'"),
        ({"base": 1}, "between 2 and"),
        ({"replications": 1}, "between 2 and"),
        ({"bidder": "cove"}, "cove_kaz"),
        ({"vary": {"host.balance_wieght": [0, 1]}}, "balance_weight"),
    ],
)
def test_bad_options_are_refused(options, said):
    with pytest.raises(ScenarioError, match=said):
        answers.ask("sensitivity", TUNGSTEN, **options)
