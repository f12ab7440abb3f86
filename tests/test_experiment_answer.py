"""What a run has found, as an answer: whatever the design, its numbers, its pictures, and how to make it again."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asked
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minegame import experiment, storage
from minegame.answers import Answer
from minegame.answers import experiment as runs
from minegame.answers.experiment import tables
from minegame.answers.experiment.found import fills_a_map
from minegame.answers.experiment.pictures import pictures_of
from minegame.answers.experiment.rerun import command
from minegame.experiment_file import Experiment, Plan
from minegame.results import Results, load
from minegame.scenario import Scenario

QUESTIONS = {
    "alone": """
title: Alone
scenario: kazakhstan_split_lots
replications: 60
analysis: [winning, terms, plot]
""",
    "packages": """
title: Packages
scenario: kazakhstan_tungsten
packages: {us: [tariff, access, finance]}
replications: 40
analysis: [winning, contrasts, terms, plot]
""",
    "three factors": """
title: Three factors
scenario: kazakhstan_eu_bidder
policies: {as it is: {}, no lever: {patrons.us.levers.*.intensity: 0}}
factors: {host.balance_weight: [0, 2], tender.months: [8, 36], market.long_run_price: [430, 530]}
replications: 40
analysis: [winning, contrasts, terms]
""",
    "many points": """
title: Many points
scenario: kazakhstan_split_lots
policies: {as it is: {}, without: {patrons.us.levers.*.intensity: 0}}
factors: {host.balance_weight: {low: 0, high: 4}, host.backlash: {low: 0.01, high: 0.3}}
design: {kind: latin_hypercube, points: 60}
replications: 20
analysis: [winning, contrasts, terms, plot]
""",
    "a map": """
title: A map
scenario: kazakhstan_tungsten
policies: {as it is: {}, without: {patrons.us.levers.*.intensity: 0}}
factors: {host.balance_weight: [0, 1, 2, 3, 4], market.long_run_price: [430, 460, 490, 530, 600]}
replications: 20
analysis: [winning, plot]
""",
    "gains": """
title: What it changes, over two factors
scenario: kazakhstan_tungsten
policies: {as it is: {}, without: {patrons.us.levers.*.intensity: 0}}
factors: {host.balance_weight: [0, 2], market.long_run_price: [430, 530]}
replications: 20
analysis: [contrasts, plot]
""",
    "one factor": """
title: One factor
scenario: kazakhstan_tungsten
policies: {as it is: {}, without: {patrons.us.levers.*.intensity: 0}, tariff only: {patrons.us.levers.tariff.onset: 0}}
factors: {host.balance_weight: [0, 1, 2, 3, 4]}
replications: 40
analysis: [winning, contrasts, terms, plot]
""",
    "partial": """
title: Four points, two by two by count
scenario: two_bidders
points: [{host.balance_weight: 0, host.backlash: 0.1}, {host.balance_weight: 0, host.backlash: 0.1},
  {host.balance_weight: 1, host.backlash: 0.1}, {host.balance_weight: 1, host.backlash: 0.5}]
policies: {as it is: {}, split: {tender.lots: split}}
replications: 20
analysis: [contrasts, plot]
""",
    "a sample of levels": """
title: A Latin hypercube over two lists of levels
scenario: two_bidders
factors: {tender.months: [4, 6, 8, 10, 12], host.balance_weight: [0, 0.5, 1, 1.5, 2, 2.5]}
design: {kind: latin_hypercube, points: 30, seed: 3}
replications: 20
analysis: [winning, plot]
""",
    "with null": """
title: A grid in which one level is null
scenario: two_bidders
factors: {financiers.north_state_bank.offtake_multiple: [null, 0.5, 1, 1.5, 2], host.balance_weight: [0, 1, 2, 3, 4]}
replications: 20
analysis: [winning, plot]
""",
    "null alone": """
title: One factor with null
scenario: two_bidders
factors: {financiers.north_state_bank.patron: [north, null, south]}
replications: 20
analysis: [winning, plot]
""",
    "until sure": asked.UNTIL_SURE,
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Finished runs, each made once."""
    kept: dict[str, Results] = {}

    def of(name: str) -> Results:
        if name not in kept:
            folder = tmp_path_factory.mktemp("runs")
            kept[name] = experiment.run(asked.plan(QUESTIONS[name], folder), folder / "r")
        return kept[name]

    return of


# ------------------------------------------------------------------------------------------------------- what it says


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_design_is_told_in_sentences_and_tables(results, name):
    answer = runs.answer(results(name))
    assert answer.kind == "experiment"
    assert answer.question.endswith("who wins?")
    assert all(re.search(r"\[.*\]|points", sentence) for sentence in answer.sentences[:2])
    for sentence in answer.sentences:
        assert sentence.endswith((".", ")."))
        assert not re.search(r"\b(nan|inf|None)\b", sentence)
    assert any("error of the sampling alone" in limit for limit in answer.limits)
    for table in answer.tables.values():
        assert len(table)
        assert not {"nan", "None", "inf"} & {cell for row in table.cells() for cell in row}
    assert answer.document()["tables"].keys() == answer.tables.keys()


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_bound_stands_around_its_estimate(results, name):
    for table in runs.answer(results(name)).tables.values():
        for column in table.columns:
            if column.bounded:
                value, low, high = (table.frame[name].to_numpy(float) for name in column.names)
                known = np.isfinite(value) & np.isfinite(low)
                assert (low[known] <= value[known] + 1e-9).all(), (table.title, column.name)
                assert (value[known] <= high[known] + 1e-9).all(), (table.title, column.name)
                if column.unit.name in ("share", "points"):
                    assert (low[known] < high[known]).all(), (table.title, column.name)


def test_a_row_a_point_holds_what_the_results_hold(results):
    found = results("packages")
    table = runs.answer(found).tables["winners"].frame.set_index("policy")
    rows = found.win_probabilities().set_index(["policy", "outcome"])
    gains = found.win_contrasts().set_index(["policy", "outcome"])
    contrasts = runs.answer(found).tables["contrasts"].frame.set_index("policy")
    for policy in found.policies:
        for bidder in found.scenario.bidder_names:
            for end, kept in (("", "estimate"), ("_low", "low"), ("_high", "high")):
                assert table.loc[policy, f"wins_{bidder}{end}"] == pytest.approx(rows.loc[(policy, bidder), kept])
                assert table.loc[policy, f"built_{bidder}{end}"] == pytest.approx(
                    rows.loc[(policy, bidder), f"built{end}"]
                )
                if policy != found.reference:
                    gain = gains.loc[(policy, bidder), kept]
                    assert contrasts.loc[policy, f"wins_{bidder}{end}"] == pytest.approx(gain)
        assert table.loc[policy, "shelved"] == pytest.approx(rows.loc[(policy, "shelved"), "estimate"])
    assert found.reference not in contrasts.index


def test_lots_that_are_sold_apart_may_be_won_by_several(results):
    answer = runs.answer(results("alone"))
    assert answer.sentences[0].count("wins at least one lot in") == 2
    table = answer.tables["winners"]
    row = table.frame.iloc[0]
    assert row["wins_cove_kaz"] + row["wins_chinese_soe"] + row["shelved"] == pytest.approx(1 + row["split"])
    assert row["share_cove_kaz"] + row["share_chinese_soe"] + row["shelved"] <= 1 + 1e-9
    assert "Cove Kaz Capital wins any lot, %" in table.headings


def test_a_few_policies_stand_side_by_side_and_all_is_there_for_programs(results):
    found = results("one factor")
    answer = runs.answer(found)
    assert [key for key, table in answer.tables.items() if table.raw] == ["winners", "contrasts"]
    beside, winners = answer.tables["wins_cove_kaz"], answer.tables["winners"].frame
    assert beside.headings == ["host.balance_weight", "as it is, %", "without, %", "tariff only, %"]
    for n, policy in enumerate(found.policies):
        mine = winners[winners["policy"] == policy]["wins_cove_kaz"].to_numpy()
        assert (beside.frame[f"policy_{n + 1}"].to_numpy() == mine).all()
    gains = answer.tables["gains_cove_kaz"]
    assert gains.headings[1:] == ["without, points", "tariff only, points"]
    assert gains.frame["policy_1"].tolist() == pytest.approx(
        (beside.frame["policy_2"] - beside.frame["policy_1"]).tolist()
    )


def test_two_factors_are_a_map_of_numbers(results):
    found = results("a map")
    answer = runs.answer(found)
    assert [key for key in answer.tables if key[:3] in ("map", "gai")] == ["map_1", "map_2", "gain_1"]
    without, gain = answer.tables["map_2"], answer.tables["gain_1"]
    assert without.headings == ["host.balance_weight", "430", "460", "490", "530", "600"]
    rows = found.win_probabilities().query("policy == 'without' and outcome == 'cove_kaz'")
    grid = without.frame.set_index("host.balance_weight")
    for row in rows.to_dict("records"):
        column = f"at_{[430, 460, 490, 530, 600].index(row['market.long_run_price']) + 1}"
        assert grid.loc[row["host.balance_weight"], column] == row["estimate"]
    reach = max((rows["high"] - rows["estimate"]).max(), (rows["estimate"] - rows["low"]).max())
    assert f"intervals reach at most ±{100 * reach:.1f}; 20 negotiations a cell" in without.title
    assert gain.frame["at_1"].to_numpy() == pytest.approx(
        without.frame["at_1"].to_numpy() - answer.tables["map_1"].frame["at_1"].to_numpy()
    )


LEVELS = st.lists(st.sampled_from([0, 1, 2.5, None]), min_size=1, max_size=9)


@given(LEVELS, st.lists(st.sampled_from(["bundled", "split", None]), min_size=9, max_size=9))
def test_a_map_is_told_only_of_every_pair_of_levels_exactly_once(x, y):
    points = list(zip(x, y[: len(x)], strict=True))
    _is_a_map_if_every_pair_stands_once(points)
    _is_a_map_if_every_pair_stands_once(sorted({(a, b) for a in x for b in y}, key=repr))


def _is_a_map_if_every_pair_stands_once(points):
    x, y = zip(*points, strict=True)
    design = pd.DataFrame({"x": pd.Series(x, dtype=object), "y": pd.Series(y, dtype=object)})
    found = fills_a_map(SimpleNamespace(factors=["x", "y"], design=design, groups=len(points)))
    every = [(a, b) for a in dict.fromkeys(x) for b in dict.fromkeys(y)]
    assert found == (sorted(points, key=repr) == sorted(every, key=repr))


def test_null_is_a_level(results):
    answer = runs.answer(results("with null"))
    assert answer.tables["map_1"].cells()[0][0] == "null"
    assert answer.tables["factors"].cells()[0] == [
        "financiers.north_state_bank.offtake_multiple", "5", "null", "2", "null",
    ]  # fmt: skip
    alone = runs.answer(results("null alone"))
    assert alone.tables["winners"].frame.iloc[:, 0].unique().tolist() == ["north", "null", "south"]
    assert results("null alone").design["financiers.north_state_bank.patron"].tolist() == ["north", None, "south"]


def test_points_that_are_no_grid_have_a_row_each_and_a_dot(results):
    for name in ("partial", "a sample of levels"):
        assert not [key for key in runs.answer(results(name)).tables if key.startswith(("map", "gain_"))], name
    picture = pictures_of(results("a sample of levels"))["scatter_1"].draw()
    assert len(picture.collections[0].get_offsets()) == 30


def test_a_large_design_is_told_by_its_spread_and_no_point_has_a_row(results, monkeypatch):
    found = load(results("many points").folder)
    rows = found.win_probabilities()
    monkeypatch.setattr(Results, "win_probabilities", lambda *_: pytest.fail("a row a point"))
    monkeypatch.setattr(Results, "win_contrasts", lambda *_: pytest.fail("a row a point"))
    answer = runs.answer(found)
    table = answer.tables["spread"].frame.set_index(["policy", "outcome"])
    for (policy, outcome), part in rows.groupby(["policy", "outcome"], observed=True):
        mine = table.loc[(policy, "shelved" if outcome == "shelved" else found.scenario.label_of("bidder", outcome))]
        assert mine["mean"] == pytest.approx(part["estimate"].mean())
        assert (mine["lowest"], mine["highest"]) == (part["estimate"].min(), part["estimate"].max())
        assert mine["p95"] == pytest.approx(part["estimate"].quantile(0.95))
    best = rows.loc[rows.groupby(["group", "policy"], sort=False, observed=True)["estimate"].idxmax()]
    count = ((best["policy"] == "as it is") & (best["outcome"] == "cove_kaz")).sum()
    assert table.loc[("as it is", "Cove Kaz Capital"), "likeliest"] == pytest.approx(count / 60)
    assert f"{count} of 60 points under “as it is”" in answer.sentences[1]
    assert (
        f"{100 * rows.query('outcome == @found.scenario.bidder_names[0]')['estimate'].max():.1f} %"
        in answer.sentences[0]
    )
    assert set(answer.tables["spread_of_contrasts"].frame["policy"]) == {"without"}
    assert "sums" not in vars(found)
    assert "_kept" not in vars(found)


def test_terms_of_a_large_design_are_worked_out_as_far_as_they_are_shown(results, monkeypatch):
    found, asked_for = results("one factor"), []
    estimate = Results.estimate
    monkeypatch.setattr(Results, "estimate", lambda *where: asked_for.append(where) or estimate(*where))
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    assert len(tables._terms(runs.Found(found))) == 4
    assert len(asked_for) == 2


def test_the_month_of_an_award_is_bounded_by_the_tender_at_its_point(results):
    terms = runs.answer(results("three factors")).tables["terms"].frame
    late = terms[terms["tender.months"] == 36]["month"]
    assert late.max() > 11


def test_a_run_that_stops_when_it_is_sure_says_whether_it_was(results, tmp_path):
    answer = runs.answer(results("until sure"))
    assert answer.sentences[-1] == "Every 95 % interval of wins_any is within ±0.02, at every point."
    assert answer.settings["replications"] == "2,500 at most, until within ±0.02"
    assert "negotiations" in answer.tables["winners"].frame
    rule = {"until": 0.02, "first": 100, "at_most": 200}
    short = experiment.run(asked.plan(asked.UNTIL_SURE, tmp_path, replications=rule), tmp_path / "r")
    assert re.search(
        r"\d of 4 points are not yet known within ±0\.02 \(wins_any\) after 200", runs.answer(short).sentences[-1]
    )


def test_what_was_compared_and_varied_is_told(results):
    answer = runs.answer(results("one factor"))
    policies = answer.tables["policies"].frame.set_index("policy")["changes"]
    assert policies["as it is"] == "none"
    assert policies["tariff only"] == "patrons.us.levers.tariff.onset = 0"
    assert answer.tables["factors"].cells() == [["host.balance_weight", "5", "0", "4", "2.2"]]


# -------------------------------------------------------------------------------------------------------- in pictures


PICTURES = {
    "alone": ["odds"], "packages": ["odds", "differences"], "three factors": [], "many points": ["gain_1"],
    "a map": ["map_1", "map_2"], "gains": ["gain_1"], "one factor": ["curves", "built"], "until sure": [],
    "partial": ["gain_1"], "a sample of levels": ["scatter_1"], "with null": ["map_1"],
    "null alone": ["curves", "built"],
}  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_pictures_are_drawn_into_the_folder_where_the_experiment_asks_for_them(results, name):
    found = results(name)
    files = runs.draw(found)
    assert files == [found.folder / "pictures" / f"{key}.{end}" for key in PICTURES[name] for end in ("png", "svg")]
    assert load(found.folder).manifest == found.manifest
    drawn = runs.answer(found).pictures
    for file in files[:2]:
        assert file.read_bytes().startswith(b"\x89PNG" if file.suffix == ".png" else b"<?xml")
        assert drawn[file.stem].files()[file.suffix[1:]] == file.read_bytes()


def test_a_folder_that_cannot_be_written_gets_no_pictures(results, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert runs.draw(results("alone")) == []


def test_a_picture_that_finds_no_room_names_its_file_and_says_what_is_kept(results, monkeypatch):
    def full(path: Path, _: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    found = results("alone")
    monkeypatch.setattr(storage, "write_whole", full)
    with pytest.raises(OSError, match="the results are complete and kept") as raised:
        runs.draw(found)
    assert str(raised.value.filename).endswith("pictures/odds.png")


# ---------------------------------------------------------------------------------------------------- made again


def differs(one: Plan, other: Plan) -> list[str]:
    first, second = one.fingerprint(), other.fingerprint()
    return [name for name in first if first[name] != second[name]]


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (asked.FOUR_POLICIES, {"set": {"tender.months": 14, "host.backlash": 0.1 + 0.2}}),
        (asked.UNTIL_SURE, {}),
        (asked.ROWS, {"policies": {"1e-3": {}, "yes": {"patrons.us.levers.*.intensity": 0}}, "replications": 20}),
        (QUESTIONS["many points"], {}),
    ],
)
def test_the_folder_alone_asks_the_same_again(text, changes, tmp_path):
    plan = asked.plan(text, tmp_path, **changes)
    found = experiment.run(plan, tmp_path / "r")
    (tmp_path / "asked.yaml").unlink()
    assert command(found) == f"minegame run {tmp_path / 'r' / 'experiment.yaml'}"
    asked_again, again = Experiment.load(tmp_path / "r" / "experiment.yaml")
    assert differs(plan, again) == []
    assert asked_again.scenario == "scenario.yaml"
    assert (asked_again.title, asked_again.analysis) == (plan.experiment.title, plan.experiment.analysis)
    assert again.scenario.title == plan.scenario.title
    files = dict(found.manifest["files"])
    assert experiment.run(again, tmp_path / "r").manifest["files"] == files, "it goes on with itself"


def test_a_scenario_of_one_s_own_is_kept(tmp_path):
    (tmp_path / "mine.yaml").write_text(Scenario.load("two_bidders").at({"tender.months": 5}).to_yaml())
    plan = asked.plan("title: T\nscenario: mine.yaml\nreplications: 20\n", tmp_path)
    found = experiment.run(plan, tmp_path / "r")
    (tmp_path / "mine.yaml").unlink()
    assert differs(plan, Experiment.load(found.folder / "experiment.yaml")[1]) == []


def test_the_folder_vouches_for_the_question(tmp_path):
    plan = asked.plan("title: T\nscenario: two_bidders\nreplications: 20\n", tmp_path)
    found = experiment.run(plan, tmp_path / "r")
    assert {"experiment.yaml", "scenario.yaml"} <= set(found.manifest["files"])
    (found.folder / "scenario.yaml").write_text(Scenario.load("two_bidders").at({"tender.months": 5}).to_yaml())
    with pytest.raises(storage.ResultsError, match=r"not as written: scenario\.yaml"):
        load(found.folder)
    assert experiment.run(plan, found.folder).manifest["files"] == found.manifest["files"]


def test_a_question_that_is_put_differently_is_kept_as_it_was_put_last(tmp_path):
    text = "title: {}\nscenario: two_bidders\nreplications: 20\n"
    experiment.run(asked.plan(text.format("One"), tmp_path), tmp_path / "r")
    before = asked.table_sums(tmp_path / "r")
    found = experiment.run(asked.plan(text.format("Other"), tmp_path), tmp_path / "r")
    assert Experiment.read(tmp_path / "r" / "experiment.yaml").title == "Other"
    assert found.manifest["title"] == load(tmp_path / "r").manifest["title"] == "Other"
    assert asked.table_sums(tmp_path / "r") == before


def test_a_run_made_in_python_keeps_its_scenario(tmp_path):
    found = experiment.run(Plan.of(Scenario.load("two_bidders"), replications=20), tmp_path / "r")
    assert (tmp_path / "r" / "scenario.yaml").exists()
    assert not (tmp_path / "r" / "experiment.yaml").exists()
    assert isinstance(runs.answer(found), Answer)


def shipped(**changes: Any) -> Results:
    """The results of a shipped experiment, as far as its command is concerned."""
    question, plan = Experiment.load("who_wins", changes)
    manifest = experiment.work_of(plan).manifest()
    assert manifest["asked"] == question.document()
    return Results(Path("r"), manifest)


def test_a_shipped_experiment_is_run_again_by_its_name():
    assert command(shipped()) == "minegame run who_wins"
    assert runs.experiment_file(shipped()) == ""
    changed = shipped(replications=500, seed=9, set={"tender.lots": "split"})
    assert command(changed) == "minegame run who_wins --replications 500 --seed 9 --set tender.lots=split"
    free = shipped(set={"financiers.us_public_lenders.offtake_multiple": None, "host.balance_weight": 0.1 + 0.2})
    assert command(free) == (
        "minegame run who_wins --set financiers.us_public_lenders.offtake_multiple=null "
        "--set host.balance_weight=0.30000000000000004"
    )
    sure = shipped(replications={"until": 0.1, "at_most": 500})
    assert command(sure) == "minegame run who_wins.yaml"
    other = shipped(policies={"a": {}, "b": {"tender.months": 8}}, packages={})
    assert command(other) == "minegame run who_wins.yaml"
    assert "tender.months: 8" in runs.experiment_file(other)


def test_the_experiment_is_written_as_it_will_be_read(tmp_path):
    """A policy may be called 1e-3, which YAML 1.1 reads as text and YAML 1.2 as a number."""
    text = runs.experiment_file(shipped(policies={"1e-3": {}, "b": {"tender.months": 8}}, packages={}))
    (tmp_path / "again.yaml").write_text(text)
    assert list(Experiment.load(tmp_path / "again.yaml")[1].policies) == ["1e-3", "b"]
