"""What is said of a file that somebody got wrong: the line, the mistake in plain words, and what was meant."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import awkward
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minegame.experiment_file import Experiment
from minegame.scenario import Dumper, Scenario, ScenarioError, SourceFile, shipped_scenarios
from minegame.scenario.numerals import number_meant
from minegame.scenario.paths import range_of, unit_of

BASE = Scenario.load("two_bidders")
PATHS = [parameter.path for parameter in BASE.parameters()]
IN_A_FOLDER = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def nested(path: str, value: object) -> dict[str, Any]:
    for name in reversed(path.split(".")):
        value = {name: value}
    return value  # type: ignore[return-value]


def refusal(file: Path, text: str) -> str:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(file)
    return str(caught.value).replace(f"{file}", "FILE")


def child(content: dict[str, Any]) -> str:
    return "extends: two_bidders\n" + yaml.dump(content, Dumper=Dumper, allow_unicode=True, sort_keys=False)


# ---------------------------------------------------------------------------------------------------- deceptive letters


@given(data=st.data())
@IN_A_FOLDER
def test_a_letter_that_only_looks_right_is_told_by_its_code(data, tmp_path):
    path = data.draw(st.sampled_from([path for path in PATHS if path.count(".") == 1]))
    group, name = path.split(".")
    wrong = data.draw(awkward.deceiving(name))
    message = refusal(tmp_path / "deal.yaml", child({group: {wrong: 1}}))
    (odd,) = (letter for letter in wrong if letter not in name)
    assert message.startswith(f"FILE, line 3: {group}.")
    assert f"U+{ord(odd):04X}" in message
    assert f"did you mean '{name}'?" in message
    assert odd not in message
    assert "in place of" in message or "invisible letters" in message


def test_deceptive_values_and_references_are_told_too(tmp_path):
    file = tmp_path / "deal.yaml"
    assert "invisible letters (U+00A0); did you mean 'split'?" in refusal(
        file, child({"tender": {"lots": "split\xa0"}})
    )
    message = refusal(file, child({"bidders": {"north_mining": {"patron": "n\u043erth"}}}))
    assert r"there is no patron 'n\u043erth'" in message
    assert "U+043E in place of 'o'" in message
    with pytest.raises(ScenarioError, match=r"b\\u0430lance_weight.*U\+0430 in place of 'a'"):
        BASE.at({"host.b\u0430lance_weight": 1})


def test_a_language_of_its_own_is_left_alone(tmp_path):
    file = tmp_path / "asked.yaml"
    file.write_text(
        "title: x\nscenario: two_bidders\npolicies: {россия: {host.x: 1}, 现行: {host.y: 1}}\nreplications: 9"
    )
    with pytest.raises(ScenarioError, match=r"policies\.россия.*\n.*policies\.现行"):
        Experiment.load(file)


# ------------------------------------------------------------------------------------------------------ numbers, months


MARKS = [("", "."), ("", ","), (",", "."), (".", ","), (" ", "."), (" ", ","), ("'", "."), ("'", ","), ("_", ".")]


@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from(MARKS), st.sampled_from(["", "-", "\u2212"]))
def test_a_number_in_another_spelling_is_understood(whole, hundredths, marks, sign):
    between, point = marks
    grouped = f"{whole:,}".replace(",", between)
    assert number_meant(f"{sign}{grouped}{point}{hundredths:02d}") == float(
        f"{'-' * bool(sign)}{whole}.{hundredths:02d}"
    )


@pytest.mark.parametrize(
    ("path", "value", "meant"),
    [
        ("host.processing_value", "100,5", 100.5),
        ("host.processing_value", "1,000", 1000),
        ("host.processing_value", "1.234.567,8", 1234567.8),
        ("host.processing_value", "100 M$", 100),
        ("host.processing_value", "\uff11\uff10", 10),
        ("host.processing_value", "\u22125", None),
        ("patrons.north.link", "10%", 0.1),
        ("patrons.north.link", 10, 0.1),
        ("project.discount_rate", "9 %", 0.09),
        ("project.discount_rate", 9, 0.09),
        ("patrons.north.exports", 14_900_000_000, 14900),
        ("tender.months", "1_2", None),
    ],
)
def test_what_may_have_been_meant_by_a_number(tmp_path, path, value, meant):
    message = refusal(tmp_path / "deal.yaml", child(nested(path, value)))
    assert re.search(rf"{re.escape(path)}: .* is not allowed: expected a", message)
    assert (f"did you mean {meant:.12g}?" in message) is True if meant is not None else "did you mean" not in message


@given(data=st.data())
@IN_A_FOLDER
def test_what_is_proposed_for_a_number_is_allowed(data, tmp_path):
    """Whatever is written where a number belongs, the number proposed in its place is one that the field takes."""
    path = data.draw(st.sampled_from([p for p in PATHS if BASE.place(p).name not in ("patron", "bidder")]))
    text = data.draw(st.from_regex(r"-?[0-9]{1,4}([., ][0-9]{1,3}){0,2} ?(%|M\$)?", fullmatch=True))
    file = tmp_path / "deal.yaml"
    file.write_text(child(nested(path, text)))
    try:
        Scenario.load(file)
    except ScenarioError as error:
        if proposed := re.search(r"did you mean (-?[0-9.e+-]+)\?", str(error)):
            low, high = range_of(BASE.place(path).info)
            assert low <= float(proposed[1]) <= high, unit_of(BASE.place(path).info)


@pytest.mark.parametrize(
    "text",
    [
        "01/2030",
        "2030/1",
        "2030-1",
        "2030-01-15",
        "2030",
        '"2030"',
        "Jan 2030",
        "January 2030",
        "\uff12030-01",
    ],
)
def test_a_month_in_another_spelling_is_understood(tmp_path, text):
    message = refusal(tmp_path / "deal.yaml", f"extends: two_bidders\ntender:\n  start: {text}\n")
    assert message.startswith("FILE, line 3: tender.start: ")
    assert message.endswith("expected a year and a month, such as 2025-04; did you mean 2030-01?")


@pytest.mark.parametrize("text", ["7", "007", "1.10", "1e5", "true", "null", "-3", ".5"])
def test_text_that_is_read_as_something_else_belongs_in_quotes(tmp_path, text):
    for place in ("title: {}", "bidders: {{north_mining: {{label: {}}}}}", "host: {{label: {}}}"):
        assert refusal(tmp_path / "deal.yaml", f"extends: two_bidders\n{place.format(text)}\n").endswith(
            "(put it in quotes)"
        )
        quoted = place.format(f'"{text}"')
        (tmp_path / "deal.yaml").write_text(f"extends: two_bidders\n{quoted}\n")
        assert text in str(Scenario.load(tmp_path / "deal.yaml").document())
    asked = tmp_path / "asked.yaml"
    asked.write_text(f"title: {text}\nscenario: two_bidders\nreplications: 10\n")
    with pytest.raises(ScenarioError, match=r"line 1: title: .*\(put it in quotes\)"):
        Experiment.load(asked)


@pytest.mark.parametrize("text", ["no", "yes", "on", "off", "2025-01-01", "12:30:45", "0x1F", "0o7", "1_000", "1:30"])
def test_what_other_readers_of_yaml_take_for_something_else_stays_text(tmp_path, text):
    file = tmp_path / "asked.yaml"
    file.write_text(
        f"title: {text}\nscenario: two_bidders\npolicies: {{{text}: {{}}, other: {{}}}}\nreplications: 10\n"
    )
    experiment, plan = Experiment.load(file)
    assert (experiment.title, list(plan.policies)) == (text, [text, "other"])


# ------------------------------------------------------------------------------------------------------------ no YAML


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("title: Lithium: who wins", 2, "a colon stands in text without quotes"),
        ("title: it's: fine", 2, "a colon stands in text without quotes"),
        ("title: x\n  host: 1", 3, "indented below one that has a value already"),
        ("host:\n\tbacklash: 1", 3, "a tab indents this line"),
        ("title: x\n\thost: 1", 3, "a tab indents this line"),
        ("host:\n    backlash: 1\n  label: x", 4, "does not begin where those around it do"),
        ("title: 'x\nhost: {label: y}", 2, "the quote that begins in line 2 is never closed"),
        ('title: "x\nhost: {label: "y"}\nmarket: {}', 2, "begins in line 2 is only closed in line 3"),
        ("title: 'it's mine'", 2, "write an apostrophe as ''"),
        ('title: "a" or "b"', 2, "text goes on behind a closing quote"),
        ("host: {label: x, backlash: 1\ntitle: x", 3, "the '{' that begins in line 2 is not closed by '}'"),
        ("host: {label: x backlash: 1}", 2, "expected a comma"),
        ("host: {label: x}}", 2, "a '}' too many"),
        ("title: @x", 2, "text cannot begin with '@': put it in quotes"),
        ("title: *", 2, "text cannot begin with '*': put it in quotes"),
        ("title: | x", 2, "text cannot begin with '|': put it in quotes"),
        ('title: "C:\\my"', 2, "a backslash between double quotes"),
        ("title:x\nhost: {}", 2, "a space is missing after the colon: expected 'title: x'"),
        ("title: x\nhost\nmarket: {}", 3, "a colon is missing"),
        ("title: - x", 2, "a list stands on lines of its own"),
        ("title: a\x07b", 2, "the character U+0007 has no place in a file"),
    ],
)
def test_a_file_that_is_no_yaml_is_told_in_plain_words(tmp_path, text, line, says):
    message = refusal(tmp_path / "deal.yaml", f"extends: two_bidders\n{text}\n")
    assert message.startswith(f"FILE, line {line}: not valid YAML: ")
    assert says in message


@given(data=st.data())
@IN_A_FOLDER
def test_a_quote_that_is_not_closed_is_named_by_the_line_where_it_began(data, tmp_path):
    """Somewhere in a whole file a closing quote is lost; whatever the parser trips over later, the line is that one."""
    lines = shipped_scenarios()["two_bidders"].read_text(encoding="utf-8").splitlines()
    quote = data.draw(st.sampled_from("'\""))
    named = [n for n, line in enumerate(lines) if re.fullmatch(r"\s+label: \w+( \w+)*", line)]
    number, *others = data.draw(st.permutations(named))
    name, value = lines[number].split(": ")
    lines[number] = f"{name}: {quote}{value}"
    for other in others[: data.draw(st.integers(0, len(others)))]:
        if other < number:
            name, value = lines[other].split(": ")
            lines[other] = f"{name}: {quote}{value}{quote}"
    message = refusal(tmp_path / "deal.yaml", "\n".join(lines))
    assert message.startswith(f"FILE, line {number + 1}: not valid YAML: the quote that begins in line {number + 1} ")


def test_a_file_with_another_ending_is_proposed(tmp_path):
    mine = tmp_path / "mine.yml"
    mine.write_text("extends: two_bidders\n")
    for missing in (tmp_path / "mine.yaml", tmp_path / "mine"):
        with pytest.raises(ScenarioError, match=rf"there is no such file; did you mean '{mine}'\?"):
            Scenario.load(missing)
    assert f"there is no 'mine.yaml', neither a file beside this one nor shipped; did you mean '{mine}'?" in (
        refusal(tmp_path / "child.yaml", "extends: mine.yaml\n")
    )
    asked = tmp_path / "asked.yml"
    asked.write_text("title: x\nscenario: mine.yaml\nreplications: 10\n")
    with pytest.raises(ScenarioError, match=rf"asked\.yaml: there is no such file; did you mean '{asked}'\?"):
        Experiment.load(tmp_path / "asked.yaml")
    with pytest.raises(ScenarioError, match=rf"scenario: there is no 'mine\.yaml'.*did you mean '{mine}'\?"):
        Experiment.load(asked)
    with pytest.raises(ScenarioError, match=r"shipped scenarios: .*did you mean 'mine\.yml'\?"):
        Scenario.load(tmp_path / "mnie.yaml")


# -------------------------------------------------------------------------------------------------------------- merging


@given(data=st.data())
@IN_A_FOLDER
def test_groups_that_take_in_others_are_what_they_would_be_written_out(data, tmp_path):
    """Any part of a patron stands in a template, any part of that again in the patron itself, which goes before."""
    body = BASE.document()["patrons"]["south"]
    names = data.draw(
        st.lists(st.sampled_from(sorted(set(body) - {"label", "key", "levers"})), min_size=1, unique=True)
    )
    own = data.draw(st.lists(st.sampled_from(names), unique=True))
    first = {name: body[name] for name in names if name not in own} | dict.fromkeys(own, 0.25)
    rest = {name: value for name, value in body.items() if name not in names or name in own}
    split = data.draw(st.integers(0, len(first)))
    parts = [dict(list(first.items())[:split]), dict(list(first.items())[split:])]
    dump = "".join(
        f".{anchor}: &{anchor} {yaml.dump(part, default_flow_style=True, width=9999)}"
        for anchor, part in zip("ab", parts, strict=True)
    )
    inner = yaml.dump(rest, default_flow_style=True, width=9999, Dumper=Dumper).strip()[1:-1]
    patrons = f"patrons:\n  south: {{<<: [*a, *b], {inner}}}\n"
    file = tmp_path / "deal.yaml"
    file.write_text(f"{dump}extends: two_bidders\n{patrons}", encoding="utf-8")
    assert Scenario.load(file).patrons == BASE.patrons
    assert ".a" not in SourceFile(file).content


def test_what_is_merged_is_wrong_where_it_was_written(tmp_path):
    text = ".early: &early\n  backlash: x\nextends: two_bidders\nhost:\n  <<: *early\n  label: y\n"
    assert refusal(tmp_path / "deal.yaml", text).startswith("FILE, line 2: host.backlash: 'x' is not allowed")
    text = ".early: &early\n  backlash: x\nextends: two_bidders\nhost:\n  backlash: z\n  <<: *early\n"
    assert refusal(tmp_path / "deal.yaml", text).startswith("FILE, line 5: host.backlash: 'z' is not allowed")
    for wrong in ("3", "[]", "[1]", "x"):
        message = refusal(tmp_path / "deal.yaml", f"extends: two_bidders\nhost: {{<<: {wrong}}}\n")
        assert "line 2: host.<<: " in message
        assert "expected another group by its anchor" in message
    quoted = refusal(tmp_path / "deal.yaml", 'extends: two_bidders\nhost: {"<<": 1}\n')
    assert "'<<' is unknown here" in quoted


def test_policies_of_an_experiment_may_be_merged(tmp_path):
    file = tmp_path / "asked.yaml"
    file.write_text(
        ".base: &base {host.balance_weight: 1, tender.lots: split}\ntitle: x\nscenario: two_bidders\n"
        "policies:\n  base: *base\n  harder: {<<: *base, host.backlash: 0.5}\nreplications: 10\n"
    )
    assert Experiment.load(file)[1].policies == {
        "base": {"host.balance_weight": 1, "tender.lots": "split"},
        "harder": {"host.balance_weight": 1, "tender.lots": "split", "host.backlash": 0.5},
    }


# ----------------------------------------------------------------------------------------------- one mistake, told once


def test_a_bad_source_for_many_numbers_is_told_where_it_stands(tmp_path):
    body = {name: value * 1.01 for name, value in BASE.document()["host"].items() if isinstance(value, float)}
    content = {"host": {**body, "equity_min": 0.2}, "patrons": {"north": {"exports": 3}}}
    text = child(content) + 'sources: {"*": {assumption: a, b and c}}\n'
    message = refusal(tmp_path / "deal.yaml", text)
    assert message.count("\n") == 0
    assert ": sources.*.b and c: 'b and c' is unknown here" in message
    assert "text with a comma between { and } needs quotes" in message
    (tmp_path / "again.yaml").write_text(child({"host": {"backlash": 0.9}}).replace("two_bidders", "deal.yaml"))
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(tmp_path / "again.yaml")
    assert len(caught.value.problems) == 1


def test_a_mistake_in_a_group_that_many_take_in_is_told_once(tmp_path):
    text = (
        ".p: &p {link: x}\nextends: two_bidders\npatrons: {north: *p, south: {<<: *p}}\n"
        "bidders: {north_mining: {entry: x}, south_metals: {entry: x}}\n"
    )
    first, second = refusal(tmp_path / "deal.yaml", text).splitlines()
    assert first.startswith("FILE, line 1: patrons.north.link: 'x' is not allowed")
    assert first.endswith("(and the same at 1 other path)")
    assert second.startswith("FILE, line 4: bidders.north_mining.entry")


@pytest.mark.parametrize("group", ["host", "sources"])
def test_of_very_many_problems_the_first_thirty_are_worded(tmp_path, group):
    text = f"extends: two_bidders\n{group}:\n" + "".join(f"  wrong{n}: null\n" for n in range(20_000))
    started = time.perf_counter()
    lines = refusal(tmp_path / "deal.yaml", text).splitlines()
    assert time.perf_counter() - started < 20
    assert (len(lines), lines[-1]) == (31, "… and 19,970 more")
    assert lines[0].startswith(f"FILE, line 3: {group}.wrong0")


def test_of_very_many_problems_of_an_experiment_the_first_thirty_are_worded(tmp_path):
    file = tmp_path / "asked.yaml"
    file.write_text(
        "title: x\nscenario: two_bidders\nreplications: 9\n" + "".join(f"wrong{n}: 1\n" for n in range(9000))
    )
    with pytest.raises(ScenarioError) as caught:
        Experiment.load(file)
    assert str(caught.value).splitlines()[-1] == "… and 8,970 more"


# --------------------------------------------------------------------------------------------------------- plausibility


@pytest.mark.parametrize(
    ("path", "value", "hint"),
    [
        ("deposits.the_hill.capex", 650_000_000, "if it is in USD, write 650"),
        ("deposits.the_hill.capex", 650_000, "if it is in thousands of USD, write 650"),
        ("deposits.the_hill.capex", 0.65, "is very small; if it is in billions of USD, write 650"),
        ("patrons.north.exports", 149e6, "if it is in thousands of USD, write 149000; if it is in USD, write 149"),
        ("bargaining.host_impatience", 9, "if it is in percent, write 0.09"),
        ("market.initial_price", 5e6, "is very large"),
    ],
)
def test_a_number_that_is_off_by_thousands_is_warned_of(path, value, hint):
    (warning,) = [text for text in BASE.at({path: value}).warnings if text.startswith(f"{path}: ")]
    assert hint in warning


def test_no_shipped_scenario_is_warned_of():
    assert {name: Scenario.load(name).warnings for name in shipped_scenarios()} == {
        name: [] for name in shipped_scenarios()
    }
