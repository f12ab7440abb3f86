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
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import assume, given, settings
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
    typed_change,
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


def test_the_guide_lists_the_shipped_scenarios():
    guide = (Path(__file__).parents[1] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    assert [name for name in SHIPPED if f"| `{name}` |" not in guide] == []


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
        "host.own_stake_weight",
        "patrons.us.portfolio_share",
        "patrons.china.ideal_share",
        "bidders.chinese_soe.offtake_value",
        "bargaining.opening_concession",
        "financiers.china_policy_bank.credibility",
        "financiers.china_policy_bank.conversion",
        "patrons.china.levers.denial.intensity",
        "patrons.china.levers.denial.trigger",
    ):
        assert status[path] == "swept"


def test_a_source_may_say_which_range_it_supports(baseline):
    found = {parameter.path: parameter for parameter in baseline.parameters()}
    months = found["tender.months"]
    assert (months.supported_low, months.supported_high) == (8, 24)
    assert months.source.endswith(" Supports 8 to 24.")
    guess = Scenario.load("two_bidders").document()
    guess["sources"] = {**guess["sources"], "tender.months": {"assumption": "my guess", "low": 4, "high": 9}}
    (found_months,) = Scenario.from_document(guess).parameters("tender.months")
    assert found_months.source == "my guess. Supports 4 to 9."
    assert (found["patrons.us.exports"].supported_low, found["patrons.us.exports"].supported_high) == (None, None)
    document = baseline.document()
    assert Scenario.from_document(document) == baseline
    for ends in ({"low": 1}, {"high": 1}, {"low": 2, "high": 1}):
        document["sources"]["tender.months"] = {"assumption": "Somebody said so.", **ends}
        with pytest.raises(ScenarioError, match="low and high go together"):
            Scenario.from_document(document)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_shipped_scenario_lies_in_its_own_ranges_and_whatever_is_swept_has_one(name):
    scenario = Scenario.load(name)
    assert scenario.warnings == []
    swept = [p for p in scenario.parameters() if p.status == "swept" and not p.choices]
    assert [p.path for p in swept if p.supported_low is None] == []
    ranged = [p for p in scenario.parameters() if p.supported_low is not None]
    assert (name == "two_bidders") == (not ranged)
    for p in ranged:
        assert p.low <= p.supported_low <= p.value <= p.supported_high <= p.high, p.path


def test_a_range_is_of_a_number_and_within_what_the_number_may_be(baseline):
    document = baseline.document()
    wrong = {
        "tender.months": ({"low": 0, "high": 24}, "low: 0 is not allowed for tender.months: expected 1 to 240"),
        "patrons.*.link": ({"low": 0, "high": 2}, "high: 2 is not allowed for patrons.us.link: expected 0 to 1"),
        "tender.lots": ({"low": 0, "high": 1}, "low and high are of a number, and this is none"),
    }
    for path, (ends, says) in wrong.items():
        sources = {name: one for name, one in document["sources"].items() if not name.endswith(".link")}
        changed = {**document, "sources": {**sources, path: {"assumption": "a guess", **ends}}}
        with pytest.raises(ScenarioError) as refused:
            Scenario.from_document(changed)
        assert [(p.path, p.text) for p in refused.value.problems] == [(f"sources.{path}", says)]


def test_a_range_may_be_left_without_a_number_to_speak_for():
    counter = Scenario.load("kazakhstan_chinese_counter")
    assert counter.at({"patrons.china.levers.tariff.intensity": 1}).value("patrons.china.levers.tariff.intensity") == 1


def test_a_value_outside_the_range_that_its_source_supports_is_warned_of(baseline):
    assert baseline.warnings == []
    (said,) = baseline.at({"tender.months": 40}).warnings
    assert said.startswith("tender.months: 40 lies outside 8 to 24, the range that its source supports (swept: From ")
    assert "\n" not in said
    back = baseline.at({"tender.months": 40}).at({"tender.months": "24"})
    assert back.warnings == []
    assert (back.parameters("tender.months")[0].supported_low, back.source_of("tender.months")) == (8, None)
    document = baseline.document()
    document["sources"]["tender.months"] = {"assumption": "a guess", "low": 13, "high": 20}
    (said,) = Scenario.from_document(document).warnings
    assert said.startswith("tender.months: 12 lies outside 13 to 20")


def test_values_that_are_tried_are_told_once_a_number(baseline):
    tried = {
        "market.long_run_price": [300, 500, "1500", 300],
        "patrons.*.link": [0.5, 1.0],
        "tender.lots": ["split"],
        "tender.months": np.array([8, 24, 25]),
        "patrons.us.exports": [1e6],
    }
    months, price = baseline.beyond(tried)
    assert price.startswith("market.long_run_price: 300, 1,500 lie outside 430 to 650")
    assert months.startswith("tender.months: 25 lies outside 8 to 24")
    (said,) = baseline.beyond({"market.*_price": range(100, 110)})
    assert "100, 101, 102, 103, 104, 105 and 4 more lie outside" in said


def test_a_file_that_changes_a_number_answers_to_the_range_of_the_source_it_drops(tmp_path):
    def load(name: str, text: str) -> Scenario:
        file = tmp_path / f"{name}.yaml"
        file.write_text(f"title: {name}\n{text}")
        return Scenario.load(file)

    bare = load("bare", "extends: kazakhstan_tungsten\ntender: {months: 40}\n")
    assert bare.source_of("tender.months") is None
    assert [line.split(":")[0] for line in bare.warnings] == ["tender.months"]
    own = load("own", "extends: bare.yaml\nsources: {tender.months: {assumption: What if}}\ntender: {months: 41}\n")
    assert own.warnings == []
    again = load("again", "extends: bare.yaml\ntender: {months: 10}\n")
    assert again.warnings == []
    assert again.parameters("tender.months")[0].supported_high == 24


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
    pressed = ("tariff", "access", "engagement", "finance")
    assert {lever: us[lever].intensity for lever in LEVERS} == {lever: float(lever in pressed) for lever in LEVERS}
    assert [us[lever].onset for lever in pressed] == [3, 5, 5, 5]
    assert not any(china[lever].intensity for lever in LEVERS)
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
    derived = {"deposit_weight", "patron_order", "patron_tariff_loss", "financier_tied", "tender_key", *AGENTS}
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


def test_scenarios_that_list_their_agents_in_another_order_are_not_equal(baseline):
    """Results are by place, and so are the games: equal scenarios play equal games and share a hash."""
    document = baseline.document()
    document["bidders"] = dict(reversed(document["bidders"].items()))
    other = Scenario.from_document(document, baseline.name)
    assert other != baseline
    assert other.fingerprint() != baseline.fingerprint()
    document["bidders"] = dict(reversed(document["bidders"].items()))
    document["sources"] = dict(reversed(document["sources"].items()))
    same = Scenario.from_document(document, baseline.name)
    assert same == baseline
    assert hash(same) == hash(baseline)


def test_a_pattern_stands_for_parameters_and_not_for_keys_or_labels(baseline):
    fitting = baseline.expanded({"patrons.us.*": None})
    assert {path for path in fitting if path.endswith((".key", ".label"))} == set()
    assert "patrons.us.link" in fitting


@given(st.floats(0.0, 4.0))
def test_a_change_is_typed_so_that_it_is_read_back_exactly(baseline, weight):
    path = "host.balance_weight"
    assert baseline.at(parse_changes([typed_change(path, weight)])).value(path) == weight


def test_a_scenario_knows_what_it_was_loaded_from_and_what_was_changed(baseline, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(baseline.to_yaml(), encoding="utf-8")
    mine = Scenario.load(file)
    assert (baseline.origin, mine.origin, mine.changes) == (baseline.name, str(file), {})
    changed = mine.at({"tender.months": "14", "tender.lots": mine.tender.lots}).at({"patrons.*.link": 0.4})
    assert changed.changes == {"tender.months": 14, "patrons.us.link": 0.4, "patrons.china.link": 0.4}
    assert pickle.loads(pickle.dumps(changed)).origin == str(file)
    assert Scenario.from_document(mine.document()).origin is None


def test_at_reads_text_as_typed_on_a_command_line(baseline):
    typed = {
        "host.backlash": "0.3",
        "tender.lots": "split",
        "tender.months": " 18 ",
        "patrons.us.levers.access.trigger": "rival_leads",
        "financiers.us_private_capital.public": "true",
        "financiers.us_public_lenders.offtake_multiple": "null",
        "market.mean_reversion": "1e-1",
        "patrons.us.label": "007",
    }
    values = baseline.at(typed)
    assert [values.value(path) for path in typed] == [0.3, "split", 18, "rival_leads", True, None, 0.1, "007"]


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
        ("patrons.us.link", "25%", "'25%' is not allowed.*did you mean 0.25"),
        ("patrons.us.link", "250 %", "between 0 and 1$"),
        ("bidders.cove_kaz", "null", "removed in a file, not with --set.*bidders: {cove_kaz: null}"),
        ("bidders.*", None, "removed in a file, not with --set"),
        ("patrons.us.levers.*.intnsity", 0, r"'intnsity' is unknown: in patrons.us.levers.\* .*levers.\*.intensity'"),
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
        ("market.mean_reversion", 0.0099, "0.0099 is not allowed: expected 0, a random walk .* or at least 0.01"),
        ("market.mean_reversion", "1e-10", "1e-10 is not allowed: expected 0, a random walk"),
    ],
)
def test_at_refuses_what_is_not_allowed(baseline, path, value, says):
    with pytest.raises(ScenarioError, match=says) as caught:
        baseline.at({path: value})
    assert str(caught.value).startswith("kazakhstan_tungsten: ")
    with pytest.raises(ScenarioError, match=says):
        baseline.games([{}, {path: value}])


def test_a_slow_return_of_the_price_is_warned_of_with_what_it_means(baseline):
    slow = baseline.at({"market.mean_reversion": 0.01})
    assert len(slow.warnings) == 1
    assert slow.warnings[0].startswith("market.mean_reversion: 0.01 is so slow")
    assert "at a price of 530, the long-run price, a mine would expect 645 USD/mtu in 12 years" in slow.warnings[0]
    assert [bool(baseline.at({"market.mean_reversion": kappa}).warnings) for kappa in (0.0, 0.049, 0.05)] == [0, 1, 0]
    assert not any(Scenario.load(name).warnings for name in shipped_scenarios())


def test_nine_patrons_are_too_many(baseline):
    document = baseline.document()
    for kind, most in (("patrons", 8), ("bidders", 8), ("financiers", 8), ("deposits", 4)):
        first = next(iter(document[kind].values()))
        crowd = {
            f"agent_{n}": {**first, "label": f"Agent {n}", "key": n} for n in range(most + 1 - len(document[kind]))
        }
        if kind == "patrons":
            crowd = {name: {**agent, "portfolio_share": 0, "ideal_share": 0} for name, agent in crowd.items()}
        with pytest.raises(ScenarioError, match=f"{most + 1} {kind} are too many: expected at most {most}"):
            Scenario.from_document({**document, kind: {**document[kind], **crowd}})
        crowd.popitem()
        assert len(getattr(Scenario.from_document({**document, kind: {**document[kind], **crowd}}), kind)) == most


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
    try:
        scenario = Scenario.load("two_bidders").at({"host.label": label})
    except ScenarioError as error:  # "kept", say, in any letters, which no label may be
        assume("is a word for how" not in str(error))
        raise
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


def test_importing_scenarios_is_light():
    heavy = ("mesa", "numba", "pandas", "pyarrow", "scipy", "matplotlib", "minegame.turns", "minegame.rules")
    code = f"import sys, minegame.scenario; print([m for m in {heavy} if m in sys.modules])"
    folder = Path(scenario_module.__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[]"


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


def test_the_schema_says_the_unit_where_an_editor_shows_it(baseline):
    groups = Scenario.schema()["$defs"]
    assert groups["DepositFields"]["properties"]["capex"]["description"] == "Capital cost before discounting (K), M$."
    for group in groups.values():
        for field in group["properties"].values():
            assert field.get("unit", "number") == "number" or f", {field['unit']}" in field["description"]


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
