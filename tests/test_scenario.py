"""A scenario file becomes what it says, or says what is wrong with it."""

from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from minegame import scenario as scenario_module
from minegame.game import GAME, LEVERS, LOTS, TRIGGERS
from minegame.scenario import (
    LeversFields,
    Lots,
    Scenario,
    ScenarioError,
    Trigger,
    parse_changes,
    shipped_scenarios,
)

SHIPPED = sorted(shipped_scenarios())
AGENTS = ("deposits", "patrons", "bidders", "financiers")
MONETARY = {"M$", "USD/mtu", "M$/y", "M$ per point"}
UNITS = MONETARY | {
    "share", "probability", "number", "months", "years", "1/y", "1/month", "million mtu/y", "points", "points/month",
}  # fmt: skip


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return Scenario.load()


@pytest.fixture
def child(tmp_path: Path):
    """Writes a file that extends the baseline and changes what the text says."""

    def write(text: str, name: str = "mine.yaml", extends: str = "kazakhstan_tungsten") -> Path:
        path = tmp_path / name
        path.write_text(f"extends: {extends}\n{dedent(text)}", encoding="utf-8")
        return path

    return write


def refusal(where: Any) -> str:
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(where)
    return str(caught.value)


def leaves(content: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(content, dict):
        return {path: content}
    return {
        p: v for name, value in content.items() for p, v in leaves(value, f"{path}.{name}" if path else name).items()
    }


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


# ----------------------------------------------------------------------------------------------- the shipped scenarios


def test_seven_scenarios_are_shipped():
    assert SHIPPED == [
        "kazakhstan_chinese_counter",
        "kazakhstan_eu_bidder",
        "kazakhstan_literal_tariff",
        "kazakhstan_rival_leads",
        "kazakhstan_split_lots",
        "kazakhstan_tungsten",
        "two_bidders",
    ]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_number_has_a_source_in_its_own_file(name):
    scenario = Scenario.load(name)
    assert scenario.unsourced() == []
    content = yaml.safe_load(shipped_scenarios()[name].read_text(encoding="utf-8"))
    sources = content.pop("sources")
    written = [path for path, value in leaves(content).items() if is_number(value)]
    assert [path for path in written if not any(fnmatchcase(path, pattern) for pattern in sources)] == []
    assert [path for path in written if scenario.source_of(path) is None] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_source_speaks_for_something(name):
    content = yaml.safe_load(shipped_scenarios()[name].read_text(encoding="utf-8"))
    paths = [parameter.path for parameter in Scenario.load(name).parameters()] + ["tender.start"]
    assert [pattern for pattern in content["sources"] if not any(fnmatchcase(p, pattern) for p in paths)] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_fact_has_an_id_a_title_and_an_address(name):
    for path, source in Scenario.load(name).sources.items():
        if source.fact:
            assert all(re.fullmatch(r"F\d+\.\d+", fact) for fact in source.fact), path
            assert len(source.title) > 5, path
            assert re.match(r"https?://\S+$", source.address), path
        else:
            assert len(source.assumption) > 20, path


def test_the_baseline_tells_facts_from_assumptions_from_calibration(baseline):
    status = {parameter.path: parameter.status for parameter in baseline.parameters()}
    assert status["patrons.us.exports"] == "fact"
    assert status["host.processing_value"] == "assumption"
    for path in (
        "host.balance_weight",
        "host.equity_weight",
        "bargaining.concession_exponent",
        "patrons.us.access_value",
        "financiers.us_public_lenders.credibility",
    ):
        assert status[path] == "calibrated"
    for path in (
        "tender.months",
        "market.long_run_price",
        "patrons.us.exposed_share",
        "patrons.us.link",
        "financiers.us_public_lenders.conversion",
    ):
        assert status[path] == "swept"


def test_the_baseline_is_the_observed_case(baseline):
    assert baseline.name == "kazakhstan_tungsten"
    assert baseline.patron_names == ("us", "china")
    assert baseline.bidder_names == ("cove_kaz", "chinese_soe")
    assert baseline.deposit_names == ("upper_kairakty", "north_katpar")
    assert baseline.financier_names == (
        "us_public_lenders",
        "us_private_capital",
        "china_policy_bank",
        "china_commercial_banks",
    )
    us, china = ({lever: getattr(baseline.patrons[p].levers, lever) for lever in LEVERS} for p in baseline.patron_names)
    assert [us[lever].intensity for lever in LEVERS] == [1, 1, 1, 1, 0]
    assert [us[lever].onset for lever in LEVERS[:4]] == [3, 5, 5, 5]
    assert [china[lever].intensity for lever in LEVERS] == [0] * 5
    assert baseline.camp_of("cove_kaz") == "us"
    assert baseline.label_of("patron", "us") == baseline.label_of("patrons", "us") == "United States"


def test_the_children_change_what_they_say(baseline):
    def changed(name: str) -> dict[str, Any]:
        mine, base = (leaves(s.document()) for s in (Scenario.load(name), baseline))
        skip = ("title", "description", "sources")
        return {p: v for p, v in mine.items() if not p.startswith(skip) and base.get(p, ...) != v}

    assert changed("kazakhstan_split_lots") == {"tender.lots": "split"}
    assert changed("kazakhstan_literal_tariff") == {"patrons.us.exposed_share": 0.048, "patrons.us.link": 0.25}
    pressed = ("access", "engagement", "finance")
    assert changed("kazakhstan_rival_leads") == {
        f"patrons.us.levers.{lever}.{what}": value
        for lever in ("tariff", *pressed)
        for what, value in (("onset", 0), ("trigger", "rival_leads"))
    }
    assert changed("kazakhstan_chinese_counter") == {
        f"patrons.china.levers.{lever}.{what}": value
        for lever in (*pressed, "denial")
        for what, value in (("intensity", 1), ("onset", 5))
    }
    eu = Scenario.load("kazakhstan_eu_bidder")
    assert all(".eu" in path for path in changed("kazakhstan_eu_bidder"))
    assert (eu.patron_names, eu.bidder_names) == (("us", "china", "eu"), ("cove_kaz", "chinese_soe", "eu_bidder"))
    assert eu.value("patrons.eu.levers.tariff.intensity") == 0
    for lever in pressed:
        assert eu.value(f"patrons.eu.levers.{lever}.intensity") == 1
        assert eu.value(f"patrons.eu.levers.{lever}.onset") == 5


# ------------------------------------------------------------------------------------------------------------ the game


def place_in_game(scenario: Scenario, path: str) -> Any:
    """The number that stands in the game for a path, found without the code under test."""
    game, parts = scenario.game()[0], path.split(".")
    if parts[0] == "tender" and parts[1] in ("months", "lots"):
        return game[parts[1]]
    if parts[0] not in AGENTS:
        return game["_".join(parts)]
    index = list(getattr(scenario, parts[0])).index(parts[1])
    if parts[2] == "levers":
        return game[f"lever_{parts[4]}"][index][LEVERS.index(parts[3])]
    return game[f"{parts[0][:-1]}_{parts[2]}"][index]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_game_holds_the_values_of_the_scenario(name):
    scenario = Scenario.load(name)
    for parameter in scenario.parameters():
        value, path = parameter.value, parameter.path
        if path == "tender.lots":
            value = LOTS.index(value)
        elif path.endswith(".trigger"):
            value = TRIGGERS.index(value)
        elif path.endswith((".patron", ".bidder")):
            wanted = value or scenario.camp_of(scenario.value(path.replace(".patron", ".bidder")))
            value = getattr(scenario, f"{path.rsplit('.')[-1]}_names").index(wanted)
        elif path.endswith("offtake_multiple"):
            index = scenario.financier_names.index(path.split(".")[1])
            assert scenario.game()[0]["financier_tied"][index] == (value is not None)
            value = value or 0
        assert place_in_game(scenario, path) == value, path


def test_every_field_of_a_game_comes_from_the_scenario(baseline):
    derived = {"deposit_weight", "patron_order", "patron_tariff_loss", "financier_tied", *AGENTS}
    cells = {place.cell for place in baseline._places.values()}
    assert set(GAME.names) - derived == cells - {""}


def test_the_game_has_its_derived_fields_and_counts(baseline):
    game = baseline.game()
    assert game.shape == (1,)
    assert [int(game[kind][0]) for kind in AGENTS] == [2, 2, 2, 4]
    assert game["deposit_weight"][0][:2] == pytest.approx([0.58, 0.42])
    assert game["patron_tariff_loss"][0][0] == pytest.approx(0.25 * 1970 * 0.15 * 0.6 * 2.5)


def test_the_words_of_a_scenario_are_those_of_the_game():
    assert Lots.__args__ == LOTS
    assert Trigger.__args__ == TRIGGERS
    assert tuple(LeversFields.model_fields) == LEVERS


# ---------------------------------------------------------------------------------------------------------- parameters


@pytest.mark.parametrize("name", SHIPPED)
def test_every_parameter_has_description_unit_and_range(name):
    scenario = Scenario.load(name)
    for parameter in scenario.parameters():
        assert len(parameter.description) > 10
        if parameter.choices:
            assert str(parameter.value).lower() in (*parameter.choices, "none")
        else:
            assert parameter.unit in UNITS, parameter.path
            assert parameter.value is None or parameter.low <= parameter.value <= parameter.high


def test_money_is_told_by_its_unit(baseline):
    names = {re.sub(r"\.[a-z_]+\.", ".*.", p.path) for p in baseline.parameters() if p.unit in MONETARY}
    assert names == {
        "tender.synergy", "market.initial_price", "market.long_run_price", "deposits.*.capex", "host.value_scale",
        "host.processing_value", "host.offtake_cost", "shelving.unit_cost", "patrons.*.exports",
        "patrons.*.access_value", "patrons.*.stake", "patrons.*.point_value", "bidders.*.unit_cost",
        "bidders.*.premium", "bidders.*.premium_mandated", "bidders.*.processing_cost", "bidders.*.offtake_value",
    }  # fmt: skip


def test_parameters_are_found_by_part_pattern_or_description(baseline):
    assert [p.path for p in baseline.parameters("threat_weight")] == ["host.threat_weight"]
    assert [p.path for p in baseline.parameters("patrons.*.link")] == ["patrons.us.link", "patrons.china.link"]
    assert "host.balance_weight" in [p.path for p in baseline.parameters("omega")]
    assert baseline.parameters("no such thing") == []


def test_the_source_of_a_path_is_the_most_specific_one(baseline):
    document = baseline.document()
    document["sources"] = {
        "*": {"assumption": "anything"},
        "patrons.*": {"assumption": "any patron"},
        "patrons.*.link": {"assumption": "any link"},
        "patrons.us.link": {"assumption": "this link", "status": "swept"},
    }
    scenario = Scenario.from_document(document)
    told = [scenario.source_of(f"patrons.{path}").assumption for path in ("us.link", "china.link", "us.credit")]
    assert told == ["this link", "any link", "any patron"]
    assert scenario.source_of("host.backlash").assumption == "anything"
    assert scenario.source_of("patrons.us.link").standing == "swept"


# ------------------------------------------------------------------------------------------------------------- changes


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_games_are_those_of_at(data):
    scenario = Scenario.load(data.draw(st.sampled_from(SHIPPED)))
    parameters = scenario.parameters()

    def change(draw: Any) -> dict[str, Any]:
        chosen = draw(st.lists(st.sampled_from(parameters), max_size=5, unique_by=lambda p: p.path))
        return {p.path: draw(value_of(p)) for p in chosen}

    points = [change(data.draw) for _ in range(3)]
    try:
        expected = [scenario.at(point).game()[0] for point in points]
    except ScenarioError as error:
        with pytest.raises(ScenarioError, match=re.escape(str(error.problems[0]))):
            scenario.games(points)
        return
    games = scenario.games(points)
    assert games.dtype == GAME
    for game, wanted in zip(games, expected, strict=True):
        assert game.tobytes() == wanted.tobytes()


def value_of(parameter: Any) -> st.SearchStrategy:
    if parameter.choices:
        return st.sampled_from(parameter.choices)
    if "months" in (parameter.unit,) and "half" not in parameter.path:
        return st.integers(int(parameter.low), int(parameter.high))
    numbers = st.floats(parameter.low, parameter.high, allow_subnormal=False)
    return st.one_of(numbers, numbers.map(np.float64), numbers.map(repr))


def test_games_without_points_are_none(baseline):
    assert baseline.games([]).shape == (0,)
    assert baseline.games([{}])[0].tobytes() == baseline.game()[0].tobytes()


def test_games_refuse_as_at_does(baseline):
    with pytest.raises(ScenarioError, match=r"exposed_share: 25 is not allowed.*did you mean 0\.25"):
        baseline.games([{"patrons.us.exposed_share": 0.1}, {"patrons.us.exposed_share": 25}])
    with pytest.raises(ScenarioError, match=r"did you mean 'patrons\.us\.link'"):
        baseline.games([{"patrons.us.lnk": 0.1}])


def test_at_changes_only_what_it_is_told(baseline):
    changed = baseline.at({"patrons.us.levers.tariff.intensity": 0.5, "tender.lots": "split"})
    assert changed.value("patrons.us.levers.tariff.intensity") == 0.5
    before, after = leaves(baseline.document()), leaves(changed.document())
    differing = {path for path in before if not path.startswith("sources") and before[path] != after[path]}
    assert differing == {"patrons.us.levers.tariff.intensity", "tender.lots"}
    assert baseline.value("tender.lots") == "bundled"
    assert changed.name == baseline.name
    assert changed != baseline
    assert changed.fingerprint() != baseline.fingerprint()


def test_at_with_the_values_it_has_changes_nothing(baseline):
    same = baseline.at({parameter.path: parameter.value for parameter in baseline.parameters()})
    assert same == baseline
    assert hash(same) == hash(baseline)
    assert baseline.at({}) is baseline


def test_at_reads_text_as_typed_on_a_command_line(baseline):
    typed = {
        "host.backlash": "0.3",
        "tender.lots": "split",
        "tender.months": " 18 ",
        "patrons.us.levers.access.trigger": "rival_leads",
        "financiers.us_private_capital.public": "true",
        "financiers.us_public_lenders.offtake_multiple": "null",
        "market.mean_reversion": "1e-3",
        "patrons.us.label": "007",
    }
    values = baseline.at(typed)
    assert [values.value(path) for path in typed] == [0.3, "split", 18, "rival_leads", True, None, 0.001, "007"]


def test_at_takes_numbers_of_numpy_and_whole_floats(baseline):
    changed = baseline.at(
        {"tender.months": 18.0, "host.backlash": np.float32(0.5), "bidders.cove_kaz.entry": np.int64(3)}
    )
    assert changed.tender.months == 18
    assert isinstance(changed.tender.months, int)
    assert changed.host.backlash == 0.5
    assert changed.bidders["cove_kaz"].entry == 3


def test_a_changed_number_loses_its_source(baseline):
    changed = baseline.at({"patrons.us.exports": 2300})
    assert baseline.source_of("patrons.us.exports").fact == ("F4.5",)
    assert changed.source_of("patrons.us.exports") is None
    assert changed.unsourced() == ["patrons.us.exports"]
    assert changed.source_of("patrons.us.exposed_share") == baseline.source_of("patrons.us.exposed_share")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("patrons.us.exposd_share", 0.1, "did you mean 'patrons.us.exposed_share'"),
        ("patrons.usa.link", 0.1, "did you mean 'patrons.us.link'"),
        ("balance_weight", 1, "did you mean 'host.balance_weight'"),
        ("patrons.us.levers.tarif.intensity", 1, "did you mean 'patrons.us.levers.tariff.intensity'"),
        ("patrons.us", 1, "is a group of values.*exports"),
        ("patrons.us.link", 25, "between 0 and 1; did you mean 0.25"),
        ("patrons.us.link", "25", "between 0 and 1; did you mean 0.25"),
        ("host.backlash", "abc", "'abc' is not allowed: expected a number between"),
        ("host.backlash", "nan", "'nan' is not allowed"),
        ("host.backlash", ".nan", "nan is not allowed"),
        ("host.backlash", float("inf"), "inf is not allowed"),
        ("host.backlash", True, "true is not allowed"),
        ("host.backlash", None, "null is not allowed"),
        ("tender.months", 0, "expected a whole number between 1 and 240"),
        ("tender.months", 2.5, "expected a whole number"),
        ("tender.lots", "splitt", "one of bundled, split; did you mean 'split'"),
        ("patrons.us.levers.tariff.trigger", "rival", "one of always, rival_leads, rival_letter"),
        ("host.equity_min", 0.9, "above equity_max"),
        ("patrons.us.portfolio_share", 0.9, "portfolio_share adds up to 1.42"),
        ("patrons.us.ideal_share", 0.9, "ideal_share adds up to 1.23"),
        ("bidders.cove_kaz.patron", "chin", "no patron 'chin': expected one of us, china; did you mean 'china'"),
        ("financiers.us_public_lenders.bidder", "cove", "no bidder 'cove'.*did you mean 'cove_kaz'"),
        ("tender.start", "April", "such as 2025-04"),
    ],
)
def test_at_refuses_what_is_not_allowed(baseline, path, value, says):
    with pytest.raises(ScenarioError, match=says) as caught:
        baseline.at({path: value})
    assert str(caught.value).startswith("kazakhstan_tungsten: ")
    with pytest.raises(ScenarioError, match=says):
        baseline.games([{}, {path: value}])


def test_changes_are_typed_as_path_and_value():
    assert parse_changes(["a.b=1", " c = x=y "]) == {"a.b": "1", "c": "x=y"}
    for wrong in ("a.b", "=1", "a.b=", ""):
        with pytest.raises(ScenarioError, match="expected path=value"):
            parse_changes([wrong])
    with pytest.raises(ScenarioError, match=r"a\.b: is set twice"):
        parse_changes(["a.b=1", "a.b=2"])


def test_a_scenario_cannot_be_changed_in_place(baseline):
    with pytest.raises(ValueError, match="frozen"):
        baseline.host.backlash = 1
    with pytest.raises(TypeError, match="cannot be changed"):
        baseline.patrons["us"] = baseline.patrons["china"]
    with pytest.raises(TypeError, match="cannot be changed"):
        baseline.patrons.pop("us")


# ------------------------------------------------------------------------------------------------- writing and reading


@pytest.mark.parametrize("name", SHIPPED)
def test_a_document_makes_the_same_scenario(name, tmp_path):
    scenario = Scenario.load(name)
    again = Scenario.from_document(json.loads(json.dumps(scenario.document())), name=name)
    path = tmp_path / f"{name}.yaml"
    path.write_text(scenario.to_yaml(), encoding="utf-8")
    loaded = Scenario.load(path)
    for other in (again, loaded, pickle.loads(pickle.dumps(scenario))):
        assert other == scenario
        assert hash(other) == hash(scenario)
        assert other.fingerprint() == scenario.fingerprint()
        assert other.name == name
        assert other.game().tobytes() == scenario.game().tobytes()
        assert other.unsourced() == []


@given(label=st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_label_survives_writing_and_reading(label, tmp_path_factory):
    scenario = Scenario.load("two_bidders").at({"host.label": label})
    path = tmp_path_factory.mktemp("label") / "two_bidders.yaml"
    path.write_bytes(scenario.to_yaml().encode())
    assert Scenario.load(path) == scenario


def test_the_fingerprint_is_of_the_game_not_of_its_prose(baseline):
    document = baseline.document()
    prose = Scenario.from_document({**document, "title": "Another", "sources": {}})
    assert prose.fingerprint() == baseline.fingerprint()
    assert prose != baseline
    assert re.fullmatch(r"[0-9a-f]{64}", baseline.fingerprint())


def test_labels_and_keys_have_defaults_that_follow_the_name(baseline):
    document = baseline.document()
    for name in ("label", "key"):
        del document["patrons"]["us"][name]
    scenario = Scenario.from_document(document)
    assert scenario.label_of("patron", "us") == "us"
    assert scenario.patrons["us"].key == baseline.patrons["us"].key
    keys = [agent.key for agent in baseline.patrons.values()]
    assert len(set(keys)) == 2
    assert all(0 <= key < 2**32 for key in keys)


def test_scenarios_are_found_by_name_and_by_path(tmp_path, monkeypatch):
    by_path = Scenario.load(shipped_scenarios()["two_bidders"])
    monkeypatch.chdir(tmp_path)
    assert Scenario.load("two_bidders") == Scenario.load("two_bidders.yaml") == by_path
    Path("mine.yaml").write_text("extends: two_bidders\ntitle: Mine\n", encoding="utf-8")
    assert Scenario.load("mine").title == Scenario.load("mine.yaml").title == "Mine"
    assert Scenario.load("mine").name == "mine"


def test_an_installed_package_has_its_scenarios_inside(tmp_path):
    package = tmp_path / "minegame"
    source = Path(scenario_module.__file__).parent
    (package / "configs").mkdir(parents=True)
    for name in ("__init__.py", "game.py", "scenario.py"):
        (package / name).write_text((source / name).read_text(encoding="utf-8") if name != "__init__.py" else "")
    shipped = shipped_scenarios()["two_bidders"]
    (package / "configs" / "two_bidders.yaml").write_text(shipped.read_text(encoding="utf-8"))
    code = (
        "from minegame.scenario import *; print(shipped_scenarios()['two_bidders'], Scenario.load('two_bidders').name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True
    )
    assert done.stdout.decode().split() == [str(package / "configs" / "two_bidders.yaml"), "two_bidders"]


def test_importing_scenarios_is_light():
    heavy = ("mesa", "numba", "pandas", "pyarrow", "scipy", "matplotlib", "minegame.turns", "minegame.rules")
    code = f"import sys, minegame.scenario; print([m for m in {heavy} if m in sys.modules])"
    folder = Path(scenario_module.__file__).parents[1]
    env = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[]"


# ------------------------------------------------------------------------------------------------------------- extends


def test_a_child_merges_deeply_replaces_values_and_removes_agents(child, baseline):
    path = child(
        """
        patrons: {us: {levers: {tariff: {intensity: 2}}}}
        financiers: {us_private_capital: null}
        sources: {patrons.us.levers.tariff.intensity: {assumption: a harder threat}}
        """
    )
    scenario = Scenario.load(path)
    assert scenario.value("patrons.us.levers.tariff.intensity") == 2
    assert scenario.value("patrons.us.levers.tariff.onset") == 3
    assert scenario.financier_names == ("us_public_lenders", "china_policy_bank", "china_commercial_banks")
    assert scenario.source_of("patrons.us.levers.tariff.intensity").assumption == "a harder threat"
    assert scenario.source_of("patrons.us.exports") == baseline.source_of("patrons.us.exports")
    assert scenario.unsourced() == []


def test_a_number_that_a_child_changes_does_not_keep_the_source_of_its_parent(child):
    scenario = Scenario.load(child("patrons: {us: {exports: 5000, incidence: 0.9}, china: {exports: 14900}}"))
    assert scenario.unsourced() == ["patrons.us.exports", "patrons.us.incidence"]
    grandchild = Scenario.load(child("sources: {'*.us.exports': {assumption: mine}}", "b.yaml", extends="mine.yaml"))
    assert grandchild.source_of("patrons.us.exports") is None
    assert Scenario.from_document(grandchild.document()).unsourced() == grandchild.unsourced()


def test_a_chain_of_files_says_in_which_one_a_value_stands(child):
    first = child("host: {backlash: lots}", "first.yaml")
    second = child("host: {credit_weight: none}", "second.yaml", extends="first.yaml")
    problems = refusal(second).splitlines()
    assert problems[0].startswith(f"{second}, line 2: host.credit_weight: 'none' is not allowed")
    assert problems[1].startswith(f"{first}, line 2: host.backlash: 'lots' is not allowed")


def test_files_that_extend_each_other_are_refused_with_the_chain(child, tmp_path):
    child("", "a.yaml", extends="b.yaml")
    child("", "b.yaml", extends="a.yaml")
    text = refusal(tmp_path / "a.yaml")
    assert "line 1: extends: the files extend each other in a loop" in text
    assert re.search(r"a\.yaml → .*b\.yaml → .*a\.yaml", text)
    assert "loop" in refusal(child("", "self.yaml", extends="self.yaml"))


def test_a_parent_that_does_not_exist_is_refused_with_the_nearest(child):
    assert "did you mean 'kazakhstan_tungsten'" in refusal(child("", extends="kazakhstan_tungst"))
    assert "expected a file or the name of a shipped scenario" in refusal(child("", extends="[1]"))
    assert "there is no 'xxx" in refusal(child("", extends="x" * 3000))


# ----------------------------------------------------------------------------------------------------------- bad files


@pytest.mark.parametrize(
    ("text", "line", "path", "says"),
    [
        ("host:\n  balance_wieght: 2", 3, "host.balance_wieght", "unknown here.*did you mean 'balance_weight'"),
        ("tendr: {months: 2}", 2, "tendr", "expected one of title.*did you mean 'tender'"),
        ("patrons: {us: {levers: {tarif: {onset: 1}}}}", 2, "patrons.us.levers.tarif", "did you mean 'tariff'"),
        ("host:\n  backlash: lots", 3, "host.backlash", "'lots' is not allowed: expected a number between 0 and"),
        ("host:\n  backlash: '0.3'", 3, "host.backlash", "'0.3' is not allowed: expected a number"),
        ("host:\n  backlash: 1,5", 3, "host.backlash", "'1,5' is not allowed"),
        ("host:\n  backlash: yes", 3, "host.backlash", "'yes' is not allowed"),
        ("host:\n  backlash: true", 3, "host.backlash", "true is not allowed"),
        ("host:\n  backlash:", 3, "host.backlash", "null is not allowed"),
        ("host:\n  backlash: -0.1", 3, "host.backlash", "-0.1 is not allowed"),
        ("patrons:\n  us:\n    exposed_share: 25", 4, "patrons.us.exposed_share", "a share .*did you mean 0.25"),
        ("market: {volatility: .nan}", 2, "market.volatility", "nan is not allowed: .*between 0 and 3"),
        ("market: {initial_price: .inf}", 2, "market.initial_price", "inf is not allowed"),
        ("market: {initial_price: -.inf}", 2, "market.initial_price", "-inf is not allowed"),
        ("market: {initial_price: " + "9" * 500 + "}", 2, "market.initial_price", "is not allowed"),
        ("market: {initial_price: 0}", 2, "market.initial_price", r"0 is not allowed.*0\.001.*USD/mtu"),
        ("tender: {months: 0}", 2, "tender.months", "0 is not allowed: expected a whole number between 1 and 240"),
        ("tender: {months: 12.5}", 2, "tender.months", "expected a whole number"),
        ("tender: {lots: bundle}", 2, "tender.lots", "one of bundled, split; did you mean 'bundled'"),
        ("tender: {start: 2025-13}", 2, "tender.start", "such as 2025-04"),
        ("bidders:\n  cove_kaz:\n    patron: usa", 4, "bidders.cove_kaz.patron", "no patron 'usa'.*did you mean 'us'"),
        ("financiers: {us_public_lenders: {public: 1}}", 2, "financiers.us_public_lenders.public", "false, true"),
        ("bidders: {cove_kaz: {key: 7}, chinese_soe: {key: 7}}", 2, "bidders.chinese_soe.key", "cove_kaz.*chinese_soe"),
        ("bidders: {cove_kaz: null, chinese_soe: null}", 2, "bidders", "there is no bidder: expected 1 to 8"),
        ("deposits: {upper_kairakty: null, north_katpar: null}", 2, "deposits", "there is no deposit: expected 1 to 4"),
        ("patrons: {us: null, china: null}", 2, "patrons", "there is no patron: expected 1 to 8"),
        ("bidders: {cove_caz: null}", 2, "bidders.cove_caz", "did you mean 'cove_kaz'"),
        ("bidders: {Cove Kaz: {}}", 2, "bidders.Cove Kaz", "not a name.*did you mean 'cove_kaz'"),
        ("bidders: {shelved: {}}", 2, "bidders.shelved", "reserved word"),
        ("bidders: {new: {patron: us}}", 2, "bidders.new", "these are missing: unit_cost, capital_wedge"),
        ("host: 3", 2, "host", "3 is not allowed: expected a group of values .*balance_weight"),
        ("patrons: []", 2, "patrons", "a list is not allowed"),
        ("patrons: {us: 3}", 2, "patrons.us", "expected a group of values"),
        ("host: {equity_min: 0.8}", 2, "host.equity_min", "0.8 is above equity_max, 0.49"),
        ("patrons: {us: {ideal_share: 0.9}}", 2, "patrons", "ideal_share adds up to 1.23"),
        ("sources: {host.backlash: {fact: F1.1}}", 2, "sources.host.backlash", "title and address .* or assumption"),
        (
            "sources: {host.backlash: {assumptoin: x}}",
            2,
            "sources.host.backlash.assumptoin",
            "did you mean 'assumption'",
        ),
        ("host:\n  backlash: 1\nhost:\n  backlash: 2", 4, "host", "stands here twice, first on line 2"),
        ("host: !!python/object/apply:os.system ['touch owned']", 2, "host", "the tag !!python/object/apply:os.system"),
        ("host: !!python/name:os.system", 2, "host", "the tag .* is not allowed: expected plain values"),
        ("host: !!binary aGk=", 2, "host", "is not allowed: expected plain values"),
        ("1: 2", 2, "", "1 is not a name"),
        ("[a]: 2", 2, "", "is not a name"),
        ("host: [1, 2\npatrons: }", 3, "", "not valid YAML"),
        ("host:\n\tbacklash: 1", 3, "", "not valid YAML"),
        ("host: \x01", 2, "", "not valid YAML"),
        ("host: *nothing", 2, "host", "stands for nothing"),
        ("host: &a {b: *a}", 2, "host.b", "stands for nothing"),
        ("a: " + "[" * 5000, 2, "", "nested more than 20 levels deep"),
        ("---\nb: 1", 2, "", "a second document begins"),
    ],
)
def test_a_bad_value_is_refused_with_file_line_path_and_what_is_allowed(child, text, line, path, says):
    file = child(text)
    first = refusal(file).splitlines()[0]
    assert first.startswith(f"{file}, line {line}: " + (f"{path}: " if path else ""))
    assert re.search(says, first)


def test_all_problems_of_a_file_are_reported_at_once(child):
    lines = refusal(
        child("host:\n  backlash: x\n  credit_weight: -1\nmarket:\n  volatility: 99\ntendr: 3\n")
    ).splitlines()
    assert [re.search(r"line (\d+): (\S+):", line).groups() for line in lines] == [
        ("3", "host.backlash"),
        ("4", "host.credit_weight"),
        ("6", "market.volatility"),
        ("7", "tendr"),
    ]


def test_the_file_that_was_asked_for_comes_first_wherever_its_parent_lies(child):
    for parent, mine in (("a.yaml", "b.yaml"), ("d.yaml", "c.yaml")):
        first = child("host:\n  backlash: x", parent)
        last = child("market:\n  volatility: 99", mine, extends=parent)
        starts = [line.split(",")[0] for line in refusal(last).splitlines()]
        assert starts == [str(last), str(first)]


def test_nine_patrons_are_too_many(baseline):
    document = baseline.document()
    for kind, most in (("patrons", 8), ("bidders", 8), ("financiers", 8), ("deposits", 4)):
        first = next(iter(document[kind].values()))
        crowd = {f"agent_{n}": {**first, "key": n} for n in range(most + 1 - len(document[kind]))}
        if kind == "patrons":
            crowd = {name: {**agent, "portfolio_share": 0, "ideal_share": 0} for name, agent in crowd.items()}
        with pytest.raises(ScenarioError, match=f"{most + 1} {kind} are too many: expected at most {most}"):
            Scenario.from_document({**document, kind: {**document[kind], **crowd}})
        crowd.popitem()
        assert len(getattr(Scenario.from_document({**document, kind: {**document[kind], **crowd}}), kind)) == most


def test_what_is_no_scenario_file_is_refused(tmp_path):
    def file(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    assert "the file is empty" in refusal(file("empty.yaml", b""))
    assert "the file is empty" in refusal(file("comment.yaml", b"# nothing\n"))
    assert "the file is empty" in refusal(file("null.yaml", b"null\n"))
    assert "a list stands at the top" in refusal(file("list.yaml", b"- 1\n"))
    assert "'word' stands at the top" in refusal(file("word.yaml", b"word\n"))
    assert "line 2: is not UTF-8 text" in refusal(file("latin.yaml", b"title: x\ndescription: caf\xe9\n"))
    assert "too large" in refusal(file("big.yaml", b"#" * 1_000_001))
    assert "is a folder" in refusal(tmp_path)
    assert "there is no such file" in refusal(tmp_path / "missing.yaml")
    assert "did you mean 'kazakhstan_tungsten'" in refusal("kazakhstan_tungstn")
    assert "did you mean 'two_bidders'" in refusal("configs/two_bidder.yaml")
    assert "shipped scenarios: kazakhstan_chinese_counter" in refusal("nothing_like_it")
    assert "not a regular file" in refusal("/dev/null")
    assert "the name is empty" in refusal("")
    assert "there is no such file" in refusal("a\0b")
    assert refusal("x" * 5000)
    these = refusal(file("title.yaml", b"title: x\n"))
    assert "these are missing: tender, market, deposits" in these


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(child):
    path = child("")
    path.chmod(0)
    assert "cannot be read: Permission denied" in refusal(path)


def test_a_file_cannot_run_code_or_blow_up(child, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refusal(child("host: !!python/object/apply:os.system ['touch owned']"))
    assert not (tmp_path / "owned").exists()
    laughs = ["a: &a [1,1,1,1,1,1,1,1,1,1]"]
    laughs += [f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 10)}]" for n in range(12)]
    assert "more than 100,000 values" in refusal(child("\n".join(laughs)))


def test_anchors_and_aliases_are_understood(child):
    text = "patrons: {us: {levers: {access: &later {onset: 7}, finance: *later}}}"
    scenario = Scenario.load(child(text))
    assert scenario.value("patrons.us.levers.access.onset") == scenario.value("patrons.us.levers.finance.onset") == 7


def test_numbers_are_read_as_yaml_1_2_reads_them(child):
    scenario = Scenario.load(child("host: {backlash: 1e-2, credit_weight: 010, label: no, taste_scale: +.5}"))
    assert (scenario.host.backlash, scenario.host.credit_weight, scenario.host.taste_scale) == (0.01, 10, 0.5)
    assert scenario.host.label == "no"


def test_an_error_can_be_sent_to_another_process(child):
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(child("host: 3"))
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert again.problems[0].path == "host"


# -------------------------------------------------------------------------------------------------------------- schema


def test_the_schema_accepts_what_is_shipped_and_refuses_what_is_wrong():
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(Scenario.schema())
    jsonschema.Draft202012Validator.check_schema(Scenario.schema())
    for path in shipped_scenarios().values():
        assert list(validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))) == []
    removing = {"extends": "kazakhstan_tungsten", "bidders": {"cove_kaz": None}}
    assert validator.is_valid(removing)
    assert not validator.is_valid({"extends": "kazakhstan_tungsten", "host": {"balance_wieght": 1}})
    assert not validator.is_valid({"extends": "kazakhstan_tungsten", "patrons": {"us": {"link": 25}}})
    assert not validator.is_valid({"title": "incomplete"})


def test_the_schema_describes_every_field():
    for name, group in Scenario.schema()["$defs"].items():
        for field, described in group["properties"].items():
            assert "description" in described or "$ref" in json.dumps(described), f"{name}.{field}"


# ---------------------------------------------------------------------------------------------------------------- docs


def test_the_python_of_the_how_to_runs(capsys):
    page = Path(__file__).parents[1] / "docs" / "scenarios.md"
    code = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    exec("\n".join(code), {})
    assert "cove_kaz" in capsys.readouterr().out


def test_the_scenario_of_the_how_to_loads(tmp_path):
    page = Path(__file__).parents[1] / "docs" / "scenarios.md"
    text = re.search(r"```yaml\n(# my_case.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "my_case.yaml").write_text(text.group(1), encoding="utf-8")
    scenario = Scenario.load(tmp_path / "my_case.yaml")
    assert scenario.tender.months == 18
    assert scenario.unsourced() == []
    assert "china_commercial_banks" not in scenario.financier_names


def test_a_star_in_a_path_stands_for_every_path_that_it_fits() -> None:
    scenario = Scenario.load("kazakhstan_tungsten")
    bare = scenario.at({"patrons.us.levers.*.intensity": 0})
    one_by_one = {f"patrons.us.levers.{lever}.intensity": 0 for lever in LEVERS}
    assert bare == scenario.at(one_by_one)
    assert scenario.games([{"patrons.us.levers.*.intensity": 0}]) == bare.game()
    with pytest.raises(ScenarioError, match=r"patrons\.ux"):
        scenario.at({"patrons.ux.levers.*.intensity": 0})
