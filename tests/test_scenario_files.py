"""Scenario files: where they are found, how one extends another, and what is said of a bad one."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from minegame import scenario as scenario_module
from minegame.scenario import Scenario, ScenarioError, shipped_scenarios


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


# --------------------------------------------------------------------------------------------------------- finding them


def test_scenarios_are_found_by_name_and_by_path(tmp_path, monkeypatch):
    by_path = Scenario.load(shipped_scenarios()["two_bidders"])
    monkeypatch.chdir(tmp_path)
    assert Scenario.load("two_bidders") == Scenario.load("two_bidders.yaml") == by_path
    Path("mine.yaml").write_text("extends: two_bidders\ntitle: Mine\n", encoding="utf-8")
    assert Scenario.load("mine").title == Scenario.load("mine.yaml").title == "Mine"
    assert Scenario.load("mine").name == "mine"


def test_an_installed_package_has_its_scenarios_inside(tmp_path):
    package = tmp_path / "minegame"
    source = Path(scenario_module.__file__).parents[1]
    (package / "configs").mkdir(parents=True)
    (package / "__init__.py").touch()
    for module in ("game.py", "numerals.py", "text.py"):
        shutil.copy(source / module, package)
    shutil.copytree(source / "scenario", package / "scenario")
    shipped = shipped_scenarios()["two_bidders"]
    (package / "configs" / "two_bidders.yaml").write_text(shipped.read_text(encoding="utf-8"))
    code = (
        "from minegame.scenario import *; print(shipped_scenarios()['two_bidders'], Scenario.load('two_bidders').name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True
    )
    assert done.stdout.decode().split() == [str(package / "configs" / "two_bidders.yaml"), "two_bidders"]


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


def test_who_removes_an_agent_that_others_need_is_told_of_it(child, tmp_path):
    mine = child("patrons:\n  china: null\nhost: {backlash: x}")
    assert "host.backlash" in refusal(mine)
    mine = child("patrons:\n  china: null")
    says = "patrons.china: null removes 'china', which bidders.chinese_soe (patron) needs: remove or re-seat it too"
    assert refusal(mine) == f"{mine}, line 3: {says}"
    first = child("patrons: {north: null}", "first.yaml", extends="two_bidders")
    assert refusal(child("title: x", "second.yaml", extends="first.yaml")).startswith(f"{first}, line 2: patrons.north")
    assert "did you mean" not in refusal(first)
    seated = child("bidders: {north_mining: {patron: south}}", "third.yaml", extends="first.yaml")
    assert Scenario.load(seated).patron_names == ("south",)
    both = child("bidders:\n  cove_kaz: null")
    needing = "financiers.us_public_lenders (bidder) and financiers.us_private_capital (bidder) need"
    assert f"line 3: bidders.cove_kaz: null removes 'cove_kaz', which {needing}" in refusal(both)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("tender.monthss", "'monthss' is unknown: in tender there are months.*did you mean 'tender.months'"),
        ("host.nothing.*", "'nothing' is unknown: in host there are label, value_scale"),
        ("patrons.*.levers.*.intnsity", r"did you mean 'patrons\.\*\.levers\.\*\.intensity'"),
        ("'*.us.expots'", r"did you mean '\*\.us\.exports'"),
        ("host", "is a group of values"),
    ],
)
def test_a_source_that_speaks_for_nothing_is_refused(child, name, says):
    mine = child(f"host: {{backlash: 1}}\nsources:\n  host.backlash: {{assumption: x}}\n  {name}: {{assumption: y}}")
    path = name.strip("'")
    assert re.match(rf"{mine}, line 5: sources\.{re.escape(path)}: .*{says}", refusal(mine))
    assert refusal(child("title: x", "b.yaml", extends="mine.yaml")).startswith(f"{mine}, line 5: ")


def test_sources_of_agents_that_a_child_removes_go_with_them(child, tmp_path):
    gone = "china_policy_bank: null, china_commercial_banks: null"
    mine = child(f"patrons: {{china: null}}\nbidders: {{chinese_soe: null}}\nfinanciers: {{{gone}}}")
    scenario = Scenario.load(mine)
    assert not [path for path in scenario.sources if path.startswith("patrons.china")]
    (tmp_path / "again.yaml").write_text(scenario.to_yaml(), encoding="utf-8")
    assert Scenario.load(tmp_path / "again.yaml") == scenario


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


def test_what_is_no_scenario_file_is_refused(tmp_path):
    def file(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    assert "the file is empty" in refusal(file("empty.yaml", b""))
    assert "the file is empty" in refusal(file("comment.yaml", b"# nothing\n"))
    assert "the file is empty" in refusal(file("null.yaml", b"null\n"))
    assert "a list stands at the top" in refusal(file("list.yaml", b"- 1\n"))
    assert "line 1: text stands at the top" in refusal(file("word.yaml", b"secret word\n"))
    assert "secret" not in refusal(file("child.yaml", b"extends: word.yaml\n")), "it may be anybody's file"
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


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("broken", ["host: {a: 1", "host: [1", "host: 'open", "host: *a:", "\thost: 1", "- a", "x\x00"])
def test_whatever_ends_a_line_what_is_wrong_is_told_with_its_line(end, broken, child):
    message = refusal(child(end.join(["title: t", *["# a note"] * 3, broken, "label: x", ""])))
    assert 1 <= int(re.search(r"line (\d+)", message)[1]) <= 8
