"""Experiment files: what they ask, and what they are told when they ask it wrongly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asked
import numpy as np
import pandas as pd
import pytest

from minegame import design as designs
from minegame import experiment
from minegame.answers import asking
from minegame.answers import experiment as told
from minegame.answers.inputs import factors_of
from minegame.design import Factor
from minegame.experiment_file import Experiment, ExperimentError, Plan, shipped_experiments
from minegame.options import Whole
from minegame.scenario import Scenario, ScenarioError, shipped_scenarios


def write(folder: Path, text: str, **more: Any) -> Path:
    """An experiment file: two lines that every one needs, and some more."""
    file = folder / "asked.yaml"
    head = "title: T\nscenario: two_bidders\n"
    file.write_text((head if "scenario:" not in text else "title: T\n") + text)
    return file


def plan_of(text: str, folder: Path) -> Plan:
    return Experiment.load(write(folder, text))[1]


# ------------------------------------------------------------------------------------------------------- what they ask


def test_a_question_without_factors_has_one_point(tmp_path: Path) -> None:
    plan = plan_of("replications: 50\n", tmp_path)
    assert (plan.groups, list(plan.policies), plan.reference, plan.negotiations) == (1, ["as it is"], None, 50)
    assert plan.games().shape == (1, 1)


def test_factors_are_levels_or_ranges(tmp_path: Path) -> None:
    plan = plan_of(
        "replications: 5\nfactors:\n  tender.months: [3, 6]\n  tender.synergy: {levels: [0, 1, 2]}\n"
        "  host.backlash: {low: 0.01, high: 1, scale: log}\ndesign: {kind: factorial, levels: 3}\n",
        tmp_path,
    )
    assert plan.groups == 2 * 3 * 3
    assert sorted(set(plan.design["host.backlash"])) == pytest.approx([0.01, 0.1, 1])
    games = plan.games()
    assert games["months"][:, 0].tolist() == plan.design["tender.months"].tolist()
    assert games["host_backlash"][:, 0].tolist() == plan.design["host.backlash"].tolist()


def test_whole_numbers_stay_whole_in_a_sample(tmp_path: Path) -> None:
    plan = plan_of(
        "replications: 5\nfactors: {tender.months: {low: 2, high: 9}}\n"
        "design: {kind: latin_hypercube, points: 20, seed: 2}\n",
        tmp_path,
    )
    assert plan.design["tender.months"].dtype.kind == "i"


def test_a_factor_may_be_a_pattern_that_moves_all_it_fits(tmp_path: Path) -> None:
    lever = "patrons.china.levers.[!t]*"
    text = f"""
scenario: kazakhstan_tungsten
factors: {{'{lever}.trigger': [always, rival_leads], patrons.us.levers.*.onset: [0, 7]}}
replications: 20
"""
    plan = plan_of(text, tmp_path)
    assert list(plan.design.columns) == [f"{lever}.trigger", "patrons.us.levers.*.onset"]
    games = plan.games()[:, 0]
    for game, point in zip(games, plan.design.to_dict("records"), strict=True):
        assert game.tobytes() == plan.scenario.at(point).game()[0].tobytes()
    assert sorted({tuple(row) for row in games["lever_onset"][:, 0, :5]}) == [(0,) * 5, (7,) * 5]
    assert plan.scenario.value("patrons.us.levers.*.onset") is None, "no single value of its own"
    answer = told.answer(experiment.run(plan, tmp_path / "results"))
    assert len(answer.tables["winners"]) == 4


def test_two_factors_or_a_factor_and_a_policy_that_move_one_path_are_refused(tmp_path: Path) -> None:
    levers, tariff = "patrons.us.levers.*.onset", "patrons.us.levers.tariff.onset"
    pattern = f"{levers}: [0, 7]"
    for more, says in (
        (f"factors: {{{pattern}, {tariff}: [1, 2]}}", f"{tariff} is varied by {levers} already"),
        (f"factors: {{{pattern}}}\npolicies: {{late: {{{tariff}: 8}}}}", "is also set by a policy"),
    ):
        with pytest.raises(ExperimentError) as refused:
            plan_of(f"scenario: kazakhstan_tungsten\n{more}\nreplications: 20\n", tmp_path)
        assert says in str(refused.value)


@pytest.mark.parametrize("four", ["4", "4.0", "4e0", "0.4e1", "+4", "40e-1"])
def test_a_whole_number_may_be_written_alike_everywhere(tmp_path: Path, four: str) -> None:
    """One rule for scenarios, experiments and options."""
    text = f"set: {{tender.months: {four}}}\npackages: {{north: {{levers: [access], onset: {four}}}}}\n"
    text += (
        f"factors: {{patrons.north.levers.access.lag: {{low: 0, high: {four}, count: {four}}}, host.backlash: [0.1]}}\n"
    )
    text += f"design: [{{levels: {four}, seed: {four}, factors: [patrons.north.levers.access.lag]}},"
    text += f" {{kind: sobol, points: {four}, seed: {four}}}]\nseed: {four}\n"
    counted = Experiment.load(write(tmp_path, text + f"replications: {four}\n"))[1]
    assert (counted.replications.at_most, counted.seed, counted.groups) == (4, 4, 16)
    assert counted.scenario.tender.months == 4
    assert counted.design["patrons.north.levers.access.lag"].unique().tolist() == [0, 1, 3, 4]
    assert counted.policies["access"]["patrons.north.levers.access.onset"] == 4
    until = f"replications: {{until: 0.1, first: {four}, at_most: {four}}}\n"
    assert Experiment.load(write(tmp_path, text + until))[1].replications.looks == [4]
    assert Whole(0, 9).read(four, "-n") == Whole(0, 9).read(float(four), "n") == 4


@pytest.mark.parametrize(
    "count", ["1.5", ".inf", "-.inf", ".nan", "1e400", "-1", "'4'", "true", "1e300", "10_000", "null", ".5"]
)
@pytest.mark.parametrize(
    "place",
    [
        "replications: {}", "seed: {}", "design: {{levels: {}}}", "design: {{kind: sobol, points: {}}}",
        "design: {{seed: {}}}", "replications: {{until: 0.1, at_most: {}}}", "packages: {{north: {{onset: {}}}}}",
    ],
)  # fmt: skip
def test_what_is_no_whole_number_is_told_with_what_is(tmp_path: Path, place: str, count: str) -> None:
    if place.startswith("packages") and count == "null":
        return
    text = place.format(count) + ("" if place.startswith("replications") else "\nreplications: 10")
    with pytest.raises(ExperimentError, match=r"line \d: .*whole number") as refused:
        Experiment.load(write(tmp_path, text))
    assert len(refused.value.problems) == 1
    assert ("did you mean 10000?" in str(refused.value)) == (count == "10_000" and "onset" not in place)


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        ("{low: 4, high: 0}", "the range is empty: 4 is not below 0; did you mean 0 to 4?"),
        ("{low: 1, high: 1}", "a single value is a level"),
        ("{low: 0, high: .inf}", "inf is not allowed: expected a number"),
        ("[1, 1.0]", "lists a level twice: 1.0"), ("[-0.0, 0]", "lists a level twice: 0"),
        ("{low: 0, high: 4, count: 0}", "count: 0 is not allowed: expected a whole number between 1 and 1,000,000"),
        ("{levels: [1], count: 3}", "has levels and a range"),
    ],
)  # fmt: skip
def test_a_range_that_is_none_is_told_with_its_line(tmp_path: Path, factor: str, said: str) -> None:
    text = f"replications: 10\nfactors:\n  host.balance_weight: {factor}\n"
    with pytest.raises(ExperimentError, match=r"line 5: factors\.host\.balance_weight") as refused:
        Experiment.load(write(tmp_path, text))
    assert said in str(refused.value)


def test_a_whole_number_over_a_range_that_ends_between_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=r"factors\.tender\.months: 3\.5 is not allowed: expected a whole number"):
        Experiment.load(write(tmp_path, "replications: 10\nfactors: {tender.months: {low: 3.5, high: 8.2}}\n"))
    with pytest.raises(ScenarioError, match=r"tender\.months: 3\.5 is not allowed: expected a whole number"):
        factors_of(Scenario.load("two_bidders"), [Factor("tender.months", 3.5, 8.2)])


def test_designs_are_crossed(tmp_path: Path) -> None:
    plan = plan_of(
        "replications: 5\nfactors:\n  tender.months: [3, 6]\n  host.backlash: {low: 0, high: 1}\n"
        "  tender.synergy: {low: 0, high: 50}\n"
        "design:\n  - {kind: factorial, factors: [tender.months]}\n  - {kind: sobol, points: 8}\n",
        tmp_path,
    )
    assert plan.groups == 16
    assert list(plan.design.columns) == ["tender.months", "host.backlash", "tender.synergy"]


def test_points_can_be_written_out_and_crossed_with_factors(tmp_path: Path) -> None:
    plan = plan_of(
        "replications: 5\nfactors: {tender.months: [3, 6]}\npoints:\n  - {host.backlash: 0}\n  - {tender.synergy: 9}\n",
        tmp_path,
    )
    assert plan.design.to_dict("records")[:2] == [
        {"tender.months": 3, "host.backlash": 0.0, "tender.synergy": 0.0},
        {"tender.months": 3, "host.backlash": 0.05, "tender.synergy": 9.0},
    ]


def test_policies_are_changes_by_name_and_may_use_patterns(tmp_path: Path) -> None:
    plan = plan_of(
        "scenario: kazakhstan_tungsten\nreplications: 5\npolicies:\n  as it was: {}\n"
        "  nothing: {patrons.us.levers.*.intensity: 0}\nreference: nothing\n",
        tmp_path,
    )
    assert plan.reference == 1
    games = plan.games()
    assert games["lever_intensity"][0, 0, 0].tolist() == [1, 1, 1, 1, 0]
    assert games["lever_intensity"][0, 1, 0].tolist() == [0, 0, 0, 0, 0]


def test_packages_of_two_patrons_are_crossed_and_named_after_them(tmp_path: Path) -> None:
    plan = plan_of(
        "scenario: kazakhstan_tungsten\nreplications: 5\npackages:\n  us: [tariff, finance]\n"
        "  china: {levers: [denial], onset: 5}\n",
        tmp_path,
    )
    assert len(plan.policies) == 8
    assert list(plan.policies)[:3] == ["us: none | china: none", "us: none | china: denial", "us: tariff | china: none"]
    assert plan.policies["us: none | china: denial"]["patrons.china.levers.denial.onset"] == 5


def test_packages_press_the_levers_as_the_scenario_does(tmp_path: Path) -> None:
    plan = plan_of(
        "scenario: kazakhstan_tungsten\nset: {patrons.us.levers.tariff.intensity: 0.5}\nreplications: 5\n"
        "packages:\n  us: [tariff, denial]\n",
        tmp_path,
    )
    pressed = plan.games()["lever_intensity"][0, :, 0]
    assert pressed[:, [0, 4]].tolist() == [[0, 0], [0.5, 0], [0, 1], [0.5, 1]]


def test_a_plan_makes_the_same_games_as_the_scenario_one_by_one(tmp_path: Path) -> None:
    plan = plan_of(
        "scenario: kazakhstan_tungsten\nset: {host.credit_weight: 0.3}\nreplications: 5\n"
        "factors: {host.equity_min: [0.1, 0.2], patrons.us.exposed_share: [0.05, 0.15]}\n"
        "policies: {a: {}, b: {tender.lots: split}}\n",
        tmp_path,
    )
    games = plan.games()
    base = Scenario.load("kazakhstan_tungsten").at({"host.credit_weight": 0.3})
    for group, point in enumerate(plan.design.to_dict("records")):
        for p, changes in enumerate(plan.policies.values()):
            assert games[group, p] == base.at({**point, **changes}).game()[0]
    assert np.array_equal(plan.games([2]), games[2:3])


def test_until_sure_says_when_it_looks(tmp_path: Path) -> None:
    plan = plan_of("replications: {until: 0.01, first: 100, at_most: 300}\n", tmp_path)
    assert plan.replications.looks == [100, 150, 225, 300]


def test_a_question_survives_being_written_and_read_again(tmp_path: Path) -> None:
    for name in shipped_experiments():
        question, plan = Experiment.load(name)
        again = tmp_path / f"{name}.yaml"
        again.write_text(question.to_yaml())
        other, same = Experiment.load(again)
        assert other == question
        assert same.fingerprint() == plan.fingerprint()


def test_a_changed_question_has_another_fingerprint(tmp_path: Path) -> None:
    texts = {
        "replications: 5\n",
        "replications: 6\n",
        "replications: 5\nseed: 1\n",
        "replications: 5\nresults: rows\n",
        "replications: 5\nset: {tender.months: 5}\n",
        "replications: 5\nfactors: {tender.months: [5]}\n",
        "replications: 5\npolicies: {other: {tender.months: 5}}\n",
        "replications: {until: 0.1, first: 5, at_most: 5}\n",
    }
    assert len({str(plan_of(text, tmp_path).fingerprint()) for text in texts}) == len(texts)
    assert (
        plan_of("replications: 5\nquestion: Why?\n", tmp_path).fingerprint()
        == plan_of("replications: 5\n", tmp_path).fingerprint()
    )


def test_changes_from_the_command_line_replace_what_the_file_says(tmp_path: Path) -> None:
    file = write(tmp_path, "replications: 5\nset: {tender.months: 5}\n")
    _, plan = Experiment.load(file, {"replications": 7, "seed": 3, "set": {"tender.synergy": "10"}})
    assert (plan.replications.at_most, plan.seed) == (7, 3)
    assert (plan.scenario.tender.months, plan.scenario.tender.synergy) == (5, 10)


@pytest.mark.parametrize(
    ("design", "luck"),
    [
        ("{kind: factorial}", "common"),
        ("{kind: one_at_a_time}", "common"),
        ("{kind: latin_hypercube, points: 4}", "own"),
        ("{kind: sobol, points: 4}", "own"),
        ("{kind: random, points: 4}", "own"),
    ],
)
def test_states_of_the_world_have_luck_of_their_own(design: str, luck: str, tmp_path: Path) -> None:
    text = "title: T\nscenario: two_bidders\nfactors: {host.balance_weight: {low: 0, high: 4}}\nreplications: 30\n"
    text += f"design: {design}\n"
    plan = asked.plan(text, tmp_path)
    assert plan.luck == luck
    assert plan.fingerprint().get("luck", "common") == luck
    for said in ("own", "common"):
        changed = asked.plan(f"{text}luck: {said}\n", tmp_path)
        assert changed.luck == said
        assert (changed.fingerprint() == plan.fingerprint()) == (said == luck)
        assert changed.experiment.document()["luck"] == said
    groups = np.array([0, 2, 3])
    firsts = {"common": 7, "own": [7, 67, 97]}[luck]
    assert np.array_equal(plan.first(groups, 7), firsts)


def test_a_sample_crossed_with_levels_has_luck_of_its_own(tmp_path: Path) -> None:
    text = """
title: T
scenario: kazakhstan_tungsten
factors: {host.balance_weight: {low: 0, high: 4}, tender.lots: [bundled, split]}
design: [{kind: random, points: 3, factors: [host.balance_weight]}, {kind: factorial}]
replications: 30
"""
    assert asked.plan(text, tmp_path).luck == "own"


@pytest.mark.parametrize(
    ("luck", "said"),
    [("owne", "'owne' is not allowed: expected one of own, common; did you mean 'own'?"),
     ("true", "true is not allowed: expected one of own, common")],
)  # fmt: skip
def test_luck_that_there_is_not_is_refused_with_what_there_is(luck: str, said: str, tmp_path: Path) -> None:
    text = f"title: T\nscenario: two_bidders\nluck: {luck}\nreplications: 30\n"
    with pytest.raises(ExperimentError) as raised:
        asked.plan(text, tmp_path)
    (problem,) = raised.value.problems
    assert (problem.line, problem.path, problem.text) == (3, "luck", said)


def test_luck_has_an_end(tmp_path: Path) -> None:
    text = """
title: T
scenario: two_bidders
factors: {host.balance_weight: {low: 0, high: 4}}
design: {kind: random, points: 100}
replications: {until: 0.01, at_most: 1000000000000}
"""
    with pytest.raises(ExperimentError, match="luck: common"):
        asked.plan(text, tmp_path)
    assert asked.plan(text + "luck: common\n", tmp_path).luck == "common"


def test_the_schema_says_whose_luck() -> None:
    assert {"enum": ["own", "common"], "type": "string"} in Experiment.schema()["properties"]["luck"]["anyOf"]


def test_the_schema_names_every_field() -> None:
    schema = Experiment.schema()
    assert set(schema["properties"]) == set(Experiment.model_fields)


def test_a_pattern_that_fits_nothing_is_left_to_be_refused() -> None:
    scenario = Scenario.load("two_bidders")
    with pytest.raises(ScenarioError, match="unknown"):
        scenario.expanded({"patrons.*.nothing": 1})


# -------------------------------------------------------------------------------------- what they are told when wrong

REPLICATED = "replications: 5\n"
BAD = {
    "unknown key": (REPLICATED + "factor: {}\n", ["line 4", "'factor' is unknown", "did you mean 'factors'?"]),
    "no replications": ("seed: 1\n", ["replications", "is missing"]),
    "unknown factor path": (
        REPLICATED + "factors:\n  tender.month: [3]\n",
        ["line 5", "factors.tender.month", "did you mean 'tender.months'?"],
    ),
    "value out of range": (
        REPLICATED + "factors:\n  tender.months: [3, 0]\n",
        ["line 5", "0 is not allowed", "between 1"],
    ),
    "a share of 25": (
        REPLICATED + "factors:\n  host.equity_min: {low: 0.1, high: 25}\n",
        ["line 5", "25.0 is not allowed", "a share between 0 and 1", "did you mean 0.25?"],
    ),
    "empty range": (
        REPLICATED + "factors:\n  host.backlash: {low: 1, high: 1}\n",
        ["line 5", "factors.host.backlash", "the range is empty"],
    ),
    "log through zero": (
        REPLICATED + "factors:\n  host.backlash: {low: 0, high: 1, scale: log}\n",
        ["line 5", "a log scale cannot reach 0", "scale: linear"],
    ),
    "unknown scale": (
        REPLICATED + "factors:\n  host.backlash: {low: 0, high: 1, scale: logs}\n",
        ["line 5", "factors.host.backlash.scale", "expected one of linear, log", "did you mean 'log'?"],
    ),
    "half a range": (REPLICATED + "factors:\n  host.backlash: {low: 0}\n", ["line 5", "expected a range"]),
    "no levels": (REPLICATED + "factors:\n  host.backlash: []\n", ["line 5", "has no levels"]),
    "a level twice": (REPLICATED + "factors:\n  host.backlash: [1, 1]\n", ["lists a level twice"]),
    "policy with an unknown lever": (
        REPLICATED + "policies:\n  hard: {patrons.north.levers.tarif.intensity: 1}\n",
        ["line 5", "policies.hard", "'tarif' is unknown", "patrons.north.levers.tariff.intensity"],
    ),
    "package with an unknown lever": (
        REPLICATED + "packages:\n  north: [acces]\n",
        ["line 5", "packages.north", "did you mean 'access'?"],
    ),
    "points and policy": (
        REPLICATED + "policies: {late: {tender.months: 5}}\npoints:\n- {tender.months: 3}\n",
        ["line 6: points.0.tender.months: is also set by a policy"],
    ),
    "listed design and policy": (
        REPLICATED + "policies: {late: {'patrons.*.link': 0.5}}\n"
        "design: {kind: list, points: [{tender.months: 3}, {patrons.north.link: 1}]}\n",
        ["line 5", "patrons.north.link", "is also set by a policy"],
    ),
    "a pattern that fits nothing": (
        REPLICATED + "points:\n- {'patrons.*.nothing': 3}\n",
        ["line 5: points.0.patrons.*.nothing", "unknown"],
    ),
    "nil replications": ("replications: 0\n", ["replications: 0 is not allowed: expected a whole number between 1"]),
    "half a replication": ("replications: 1.5\n", ["replications: 1.5 is not allowed: expected a whole number"]),
    "policies left empty": (REPLICATED + "policies:\n", ["line 4", "policies: null", "expected policies by name"]),
    "a factor without a range": (
        REPLICATED + "factors: {host.backlash: 0.5}\n",
        ["line 4", "factors.host.backlash", "expected a range, such as {low: 0, high: 4}, or a list of levels"],
    ),
    "a package without levers": (REPLICATED + "packages: {north: []}\n", ["line 4", "packages.north", "has no levers"]),
    "package of an unknown patron": (
        REPLICATED + "packages:\n  nord: [access]\n",
        ["line 5", "there is no patron 'nord'", "did you mean 'north'?"],
    ),
    "unknown reference": (
        REPLICATED + "policies: {one: {}, two: {}}\nreference: tow\n",
        ["line 5", "there is no policy 'tow'", "did you mean 'two'?"],
    ),
    "factor and policy": (
        REPLICATED + "factors:\n  tender.months: [3]\npolicies: {late: {tender.months: 5}}\n",
        ["line 5", "is also set by a policy"],
    ),
    "unknown design": (
        REPLICATED + "factors: {tender.months: [3]}\ndesign: {kind: sobel, points: 4}\n",
        ["line 5", "did you mean 'sobol'?"],
    ),
    "sample without points": (
        REPLICATED + "factors: {tender.months: [3, 4]}\ndesign: {kind: sobol}\n",
        ["line 5", "expected points"],
    ),
    "design of no factor": (
        REPLICATED + "factors: {tender.months: [3, 4]}\ndesign: {kind: factorial, factors: [tender.month]}\n",
        ["line 5", "there is no factor 'tender.month'", "did you mean 'tender.months'?"],
    ),
    "factor left over": (
        REPLICATED + "factors: {tender.months: [3], tender.synergy: [0]}\n"
        "design: {kind: factorial, factors: [tender.months]}\n",
        ["no design varies the factor tender.synergy"],
    ),
    "a billion points": (
        REPLICATED + "factors:\n"
        + "".join(f"  host.{name}: {{low: 0, high: 0.1}}\n" for name in ("backlash", "taste_scale", "evaluation_sd"))
        + "design: {levels: 1000}\n",
        ["line 8", "1,000,000,000 points of 3 factors", "at most 3,333,333"],
    ),
    "more points than there are numbers": (
        REPLICATED + "factors: {host.backlash: {low: 0, high: 0.1, count: 1e6}}\ndesign:\n- {}\n"
        + "- {kind: list, points: [" + "{tender.months: 3}, " * 9 + "]}\n" + "- {kind: sobol, points: 5e6}\n",
        ["two designs name no factors"],
    ),
    "a misspelt path in a point": (
        REPLICATED + "points:\n- {host.balance_weight: 1}\n- {host.balence_weight: 1}\n",
        ["line 6: points.1.host.balence_weight: 'balence_weight' is unknown", "did you mean 'host.balance_weight'?"],
    ),
    "a value in a point": (
        REPLICATED + "points:\n- {host.balance_weight: 1}\n- {tender.months: 0}\n",
        ["line 6: points.1.tender.months: 0 is not allowed: expected a whole number between 1"],
    ),
    "points that set nothing": (REPLICATED + "points: [{}, {}]\n", ["line 4: points: sets nothing: expected values"]),
    "a listed design that sets nothing": (
        REPLICATED + "design:\n  kind: list\n  points: [{}]\n", ["line 6: design.points: sets nothing"],
    ),
    "a design of no factors": (
        REPLICATED + "design: {kind: factorial, factors: []}\n", ["line 4: design.factors: is empty"],
    ),
    "a sample of no factors": (
        REPLICATED + "design: {kind: sobol, points: 4, factors: []}\n", ["line 4: design.factors: is empty"],
    ),
    "a count for a sample": (
        REPLICATED + "factors:\n  host.backlash: {low: 0, high: 1, count: 3}\ndesign: {kind: random, points: 4}\n",
        ["line 5: factors.host.backlash.count: means nothing for random, which cuts no range"],
    ),
    "an agent among the points": (REPLICATED + "points: [{patrons.north: 3}]\n", ["line 4", "is a group of values"]),
    "no points": (REPLICATED + "points: []\n", ["points", "expected at least one point"]),
    "unknown scenario": (
        "scenario: two_bider\n" + REPLICATED,
        ["line 2", "there is no 'two_bider'", "did you mean 'two_bidders'?"],
    ),
    "zero replications": ("replications: 0\n", ["line 3", "replications"]),
    "replications in words": ("replications: many\n", ["line 3", "replications", "'many' is not allowed"]),
    "sure of nothing known": (
        "replications: {until: 0.01, of: winning, at_most: 10}\n",
        ["line 3", "'winning' is unknown", "wins_any"],
    ),
    "sure within a half": ("replications: {until: 0.6, at_most: 10}\n", ["says nothing about a probability"]),
    "NaN": (REPLICATED + "factors:\n  host.backlash: [.nan]\n", ["line 5"]),
    "points that contradict each other": (
        REPLICATED + "factors: {host.equity_min: [0.2, 0.6]}\n",
        ["0.6 is above equity_max"],
    ),
    "contrasts of one policy": (
        "replications: {until: 0.01, paired: true, at_most: 10}\n",
        ["contrasts need at least two policies"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_says_where_what_and_what_instead(name: str, tmp_path: Path) -> None:
    text, expected = BAD[name]
    with pytest.raises(ExperimentError) as error:
        Experiment.load(write(tmp_path, text))
    message = str(error.value)
    assert "asked.yaml" in message
    for part in expected:
        assert part in message, message


def test_a_plan_is_refused_by_its_size_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits are checked first: nothing is sampled, crossed or put into words."""
    for name in ("factorial", "sobol", "random", "latin_hypercube", "one_at_a_time", "listed", "product"):
        monkeypatch.setattr(designs, name, lambda *_: pytest.fail("made"))
    monkeypatch.setattr(Factor, "spread", lambda *_: pytest.fail("spread"))
    wide = "".join(f"  {p.path}: {{low: 1, high: 2}}\n" for p in Scenario.load("two_bidders").parameters("*.belief_?"))
    for text in (
        f"factors:\n{wide}design: {{levels: 10000}}\n", f"factors:\n{wide}design: {{kind: sobol, points: 5e6}}\n",
        "factors: {host.backlash: {low: 0, high: 1, count: 1e6}, host.taste_scale: {low: 0, high: 1, count: 1e6}}\n",
    ):  # fmt: skip
        with pytest.raises(ExperimentError, match="expected at most"):
            Experiment.load(write(tmp_path, REPLICATED + text))

    def refuse(points: int, policies: int, replications: int) -> None:
        raise ValueError(f"{points} × {policies} × {replications}")

    text = "packages: {north: [access, finance]}\nfactors: {host.backlash: {low: 0, high: 1}, tender.months: [3, 4]}\n"
    with pytest.raises(ValueError, match="14 × 4 × 5"):
        Experiment.load(write(tmp_path, REPLICATED + text + "design: {levels: 7}\n"), allow=refuse)


def test_a_plan_made_in_python_refuses_what_points_and_policies_both_set() -> None:
    points = pd.DataFrame({"tender.months": [3, 4]})
    with pytest.raises(ExperimentError, match=r"tender\.months.*expected one of the two"):
        Plan.of(Scenario.load("two_bidders"), points, {"late": {"tender.*": 5}})


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = REPLICATED + "factors: {tender.month: [3], host.backlash: [-1]}\npolicies: {a: {tender.lot: split}}\n"
    with pytest.raises(ExperimentError) as error:
        Experiment.load(write(tmp_path, text))
    assert len(error.value.problems) == 3


def test_a_missing_file_names_the_shipped_experiments() -> None:
    with pytest.raises(ExperimentError, match="did you mean 'who_wins'"):
        Experiment.load("who_win")


def test_a_scenario_is_no_experiment_and_the_other_way_round() -> None:
    with pytest.raises(ExperimentError, match="is a scenario, not an experiment: 'minegame odds two_bidders' plays it"):
        Experiment.load("two_bidders")
    with pytest.raises(ExperimentError, match="is a scenario, not an experiment: minegame odds plays it"):
        Experiment.load(shipped_scenarios()["kazakhstan_split_lots"])
    with pytest.raises(ScenarioError, match="is an experiment, not a scenario: minegame run plays it"):
        Scenario.load(shipped_experiments()["who_wins"])


@pytest.mark.parametrize("text", ["", "- 1\n", "a: [\n", "a: !!python/object:os.system {}\n"])
def test_files_that_are_no_experiments(text: str, tmp_path: Path) -> None:
    file = tmp_path / "asked.yaml"
    file.write_text(text)
    with pytest.raises(ScenarioError, match=r"asked\.yaml"):
        Experiment.load(file)


def test_a_folder_is_no_experiment(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="is a folder"):
        Experiment.load(tmp_path)


# ------------------------------------------------------------------------------------------- designs made in Python


@pytest.mark.parametrize("kind", ["Int64", "Float64", "object"])
def test_what_pandas_calls_missing_is_told_like_nan(kind: str) -> None:
    for missing in (pd.NA, float("nan")):
        design = pd.DataFrame(
            {"host.balance_weight": pd.Series([1, missing], dtype=kind if missing is pd.NA else float)}
        )
        with pytest.raises(ScenarioError, match=r"host\.balance_weight: nan is not allowed: expected a number between"):
            Plan.of(Scenario.load("two_bidders"), design, replications=5).games()
    with pytest.raises(ScenarioError, match="nan is not allowed"):
        Scenario.load("two_bidders").at({"host.balance_weight": pd.NA})


def test_columns_by_path_are_a_design_and_an_array_is_none() -> None:
    scenario = Scenario.load("two_bidders")
    columns = {"host.balance_weight": [1, 2], "tender.lots": ["split", "bundled"]}
    plans = [Plan.of(scenario, design, replications=5) for design in (columns, pd.DataFrame(columns))]
    assert plans[0].fingerprint() == plans[1].fingerprint()
    assert (plans[0].games() == plans[1].games()).all()
    whole = pd.DataFrame({"host.balance_weight": pd.array([1, 2], dtype="Int64")})
    assert Plan.of(scenario, whole, replications=5).games()["host_balance_weight"].ravel().tolist() == [1, 2]
    with pytest.raises(TypeError, match=r"a design is a DataFrame with a path above every column.*not ndarray"):
        Plan.of(scenario, np.array([[1.0, 2.0]]))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"a path above every column, such as 'host\.balance_weight', not 0"):
        Plan.of(scenario, pd.DataFrame(np.array([[1.0, 2.0]])))


# ------------------------------------------------------------------------------------------------ very many mistakes

HEAD = {"title": "x", "scenario": "two_bidders", "replications": 10}
MANY = {
    "policies": {f"p{n}": {"host.balence_wieght": 1} for n in range(4000)},
    "too many policies": {f"p{n}": {} for n in range(9000)},
    "factors": {f"host.b{n}": [1] for n in range(9000)},
    "packages": {f"p{n}": ["tariff"] for n in range(9000)},
    "points": [{f"a{n}": 1} for n in range(9000)],
    "ask": [f"k{n}" for n in range(60_000)],
    "design": {"factors": [f"b{n}" for n in range(60_000)]},
}


@pytest.mark.parametrize("part", MANY)
def test_of_very_many_mistakes_no_more_are_looked_for_than_are_told(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, at, place = [], Scenario.at, Scenario.place
    monkeypatch.setattr(Scenario, "at", lambda self, changes: looked.append(changes) or at(self, changes))
    monkeypatch.setattr(Scenario, "place", lambda self, path: looked.append(path) or place(self, path))
    asked = {**HEAD, part.split()[-1]: MANY[part]}
    if part == "design":
        asked["factors"] = {"host.backlash": [1]}
    with pytest.raises(ExperimentError) as caught:
        plan_and_questions(asked)
    assert len(looked) < 200
    assert len(caught.value.problems) <= 30
    assert (len(caught.value.problems) == 30) == str(caught.value).endswith(
        "… and perhaps more: the rest is looked at when these are mended"
    )


def plan_and_questions(document: dict[str, object]) -> None:
    experiment = Experiment.from_document(document)
    experiment.plan()
    asking.questions_of(experiment)


def test_many_levels_are_tried_together_and_the_first_that_is_wrong_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    tried, at = [], Scenario.at
    monkeypatch.setattr(Scenario, "at", lambda self, changes: tried.append(changes) or at(self, changes))
    levels = [n / 3000 for n in range(3000)]
    assert Experiment.from_document({**HEAD, "factors": {"host.backlash": levels}}).plan().groups == 3000
    assert len(tried) < 50
    levels[2500:2502] = [-1, -2]
    with pytest.raises(ExperimentError, match=r"factors\.host\.backlash: -1 is not allowed: expected") as caught:
        Experiment.from_document({**HEAD, "factors": {"host.backlash": levels}}).plan()
    assert len(caught.value.problems) == 1
