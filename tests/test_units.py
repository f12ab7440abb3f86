"""Prices and outputs in the scenario's own units: the same money, the same numbers, and no word of others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from minegame import python
from minegame.cli import app
from minegame.scenario import Scenario, ScenarioError
from minegame.workbook import read_scenario
from minegame.workbook.reading import opened

#: two_bidders, and what the same is in other units: how many of the unit of price one mtu has, how much output is 1.
SAME = {
    ("USD/kg", "t/y"): (10, 10_000.0),
    ("USD/kg", "kt/y"): (10, 10.0),
    ("USD/kg", ""): (10, 10.0),
    ("USD/t", "t/y"): (0.01, 10_000.0),
    ("USD/t", "thousand t/y"): (0.01, 10.0),
    ("USD/lb", "t/y"): (10 / 0.45359237, 10_000.0),
    ("USD/piece", "thousand piece/y"): (1, 1000.0),
}
PRICES = ("market.initial_price", "market.long_run_price", "shelving.unit_cost")
KILOGRAMS = """
extends: two_bidders
title: In kilograms
market: {unit: USD/kg, output_unit: t/y, initial_price: 40, long_run_price: 40}
deposits: {the_hill: {output: 10000}}
shelving: {unit_cost: 20}
bidders: {north_mining: {unit_cost: 18}, south_metals: {unit_cost: 20}}
"""


def in_units(price, output):
    usual = Scenario.load("two_bidders")
    each, produced = SAME[price, output]
    paths = [*PRICES, *(f"bidders.{name}.unit_cost" for name in usual.bidders)]
    changes = {path: usual.value(path) / each for path in paths} | {"deposits.the_hill.output": produced}
    return usual.at({"market.unit": price, "market.output_unit": output, **changes})


@pytest.mark.parametrize(("price", "output"), SAME)
def test_price_times_output_is_the_same_money_in_every_unit(price, output):
    usual, other = Scenario.load("two_bidders").game()[0], in_units(price, output).game()[0]
    for field in ("market_initial_price", "market_long_run_price", "shelving_unit_cost", "bidder_unit_cost"):
        assert other[field] * other["deposit_output"][0] == pytest.approx(usual[field] * usual["deposit_output"][0])


def test_the_numbers_of_a_scenario_do_not_depend_on_its_units():
    told = [
        python.odds(scenario, replications=200)
        for scenario in (Scenario.load("two_bidders"), in_units("USD/kg", "t/y"))
    ]
    for one, other in zip(*(answer.tables["winners"].frame.to_dict("records") for answer in told), strict=True):
        assert one == pytest.approx(other)


def test_a_design_over_outputs_and_units_makes_the_games_of_the_scenarios():
    scenario = in_units("USD/kg", "t/y")
    points = [{"deposits.the_hill.output": 500.0}, {"market.output_unit": "kt/y"}, {"deposits.the_hill.capex": 7.0}]
    games = scenario.games(points)
    for game, point in zip(games, points, strict=True):
        assert game.tobytes() == scenario.at(point).game()[0].tobytes()
    assert games["deposit_output"][:, 0] == pytest.approx([0.5, 10_000.0, 10.0])


def test_only_what_is_played_decides_the_fingerprint():
    usual = Scenario.load("two_bidders")
    assert usual.at({"market.output_unit": "million mtu/y"}).fingerprint() == usual.fingerprint()
    assert usual.at({"market.output_unit": "kt/y"}).fingerprint() != usual.fingerprint()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"market.unit": "EUR/kg"}, "'EUR/kg' is not allowed: expected USD for one of something, such as USD/mtu"),
        ({"market.output_unit": "tonnes"}, "'tonnes' is not allowed: expected so much a year, such as 't/y'"),
        (
            {"market.unit": "USD/bbl", "market.output_unit": "t/y"},
            "a price in USD/bbl times t/y is no money: expected an output in bbl/y",
        ),
        ({"market.unit": "USD/kg", "market.initial_price": 0}, "between 0.001 and 10,000,000 (USD/kg)"),
        ({"market.unit": "USD/t", "deposits.the_hill.output": 0}, "(million t/y)"),
    ],
)  # fmt: skip
def test_what_is_no_unit_and_what_is_no_money_is_refused(changes, said):
    with pytest.raises(ScenarioError) as caught:
        Scenario.load("two_bidders").at(changes)
    assert said in str(caught.value)


def test_what_is_very_large_is_so_in_every_unit():
    assert Scenario.load("two_bidders").at({"deposits.the_hill.output": 30_000.0}).warnings != []
    assert in_units("USD/kg", "t/y").warnings == []
    assert "t/y is very large" in in_units("USD/kg", "t/y").at({"market.output_unit": "million t/y"}).warnings[0]


@pytest.fixture
def kilograms(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("kg.yaml").write_text(KILOGRAMS, encoding="utf-8")
    return Scenario.load("kg.yaml")


def printed(*commands):
    return "".join(CliRunner().invoke(app, command.split()).output for command in commands)


def test_nothing_that_tells_of_a_scenario_speaks_of_another_unit(kilograms):
    told = printed(
        "play kg.yaml --csv months.csv", "params kg.yaml", "validate kg.yaml --json",
        "play kg.yaml --set market.initial_price=0", "scenario export kg.yaml kg.xlsx",
    )  # fmt: skip
    assert "USD/kg" in told
    assert "(USD/kg)" in told
    assert "mtu" not in told + Path("months.csv").read_text(encoding="utf-8")
    assert "19.2 USD/kg" in told
    cells = {str(cell.value) for sheet in opened(Path("kg.xlsx")) for row in sheet.rows for cell in row}
    assert "t/y" in cells
    assert not any("mtu" in cell for cell in cells if "USD/kg, USD/lb" not in cell)
    assert read_scenario(Path("kg.xlsx")).game().tobytes() == kilograms.game().tobytes()


@pytest.mark.slow
def test_no_result_speaks_of_another_unit(kilograms):
    prices, outputs = "--vary market.long_run_price=30:50", "--vary deposits.the_hill.output=5000:20000"
    told = printed(
        "play kg.yaml --plot months.svg --json", "odds kg.yaml -n 50 --out odds",
        f"sweep kg.yaml {prices}:3 {outputs}:2 -n 50 --out swept",
        f"analyse sensitivity kg.yaml --method tornado {prices} {outputs} -n 50 --out tornado",
        f"analyse tipping kg.yaml {prices} -n 200 --out tipping", "report odds swept tornado tipping --out report.html",
    )  # fmt: skip
    assert "Error" not in told
    files = [file for file in Path().rglob("*") if file.suffix in (".json", ".csv", ".yaml", ".svg", ".html")]
    assert len(files) > 20
    pictures = re.compile("base64,[A-Za-z0-9+/=]+")
    texts = {str(file): pictures.sub("", file.read_text(encoding="utf-8")) for file in files}
    assert [name for name, text in texts.items() if "mtu" in text] == []
    assert "mtu" not in told
    assert "USD/kg" in texts["report.html"]
