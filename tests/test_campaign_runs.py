"""Campaigns in experiments, sweeps and analyses: the same machinery as single tenders, and the same numbers as odds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import asked
import numpy as np
import pytest
from campaigns import campaign, played, random_campaign
from typer.testing import CliRunner

import minegame
from minegame import campaign_decks, campaign_tally, cases, experiment, storage, supply
from minegame.answers.camps import Camp
from minegame.answers.experiment import answer
from minegame.campaign_file import CampaignScenario
from minegame.campaign_game import REPORTED, YEARS
from minegame.cli import app
from minegame.experiment_file import Experiment, ExperimentError, Plan
from minegame.runner import Runner
from minegame.scenario import Scenario, ScenarioError, in_words

TWO = CampaignScenario.load("two_tenders")
NO_LEVERS = {"tenders.*.patrons.north.levers.*.intensity": 0}
SPREAD = """
title: How far word spreads
scenario: two_tenders
set: {tenders.second.host: neighbour, tenders.second.opening: 20}
policies: {as it is: {}, no levers: {tenders.*.patrons.north.levers.*.intensity: 0}}
factors: {campaign.spill: [0, 1]}
replications: 700
seed: 5
"""


def command(*typed: str) -> Any:
    return CliRunner().invoke(app, list(typed), env={"COLUMNS": "120"})


def measure(name: str, subject: str, of: CampaignScenario = TWO) -> int:
    return next(one.place for one in storage.measures(of) if (one.name, one.subject) == (name, subject))


# --------------------------------------------------------------------------------------------------- what is measured


def test_what_is_measured_is_what_outcomes_and_chronicles_say() -> None:
    one = random_campaign(5)
    ended, left = played(one, 300, seed=2)
    places = storage.places(one)
    with Runner(workers=1) as runner:
        rows = runner.samples(one.game(), 2, 300, places.tolist())[:, 0]
    found = {(m.name, m.subject): rows[:, n] for n, m in enumerate(storage.measures(one))}
    seats = one.table()
    for n, (name, scenario) in enumerate(one.scenarios.items()):
        np.testing.assert_array_equal(found["shelved", name], ended["shelved"][:, n])
        for i, bidder in enumerate(scenario.bidder_names):
            np.testing.assert_array_equal(found["value_share", f"{name}: {bidder}"], ended["value_share"][:, n, i])
    for k, patron in enumerate(seats.patrons):
        np.testing.assert_array_equal(found["campaign_payoff", patron], left["payoff"][:, k])
        share = left["value_won"][:, k] / len(one.tenders)
        np.testing.assert_array_equal(found["campaign_value_share", patron], share)
    for (h, k), subject in one.subjects()["view"].items():
        np.testing.assert_array_equal(found["campaign_trust", subject], left["trust"][:, h, k])
    for mineral in one.campaign.minerals:
        shares = supply.shares(one, left, mineral, YEARS)
        for y, year in enumerate(YEARS):
            told = [found[f"campaign_supply_{year}", f"{mineral}: {camp}"] for camp in (*seats.patrons, "others")]
            np.testing.assert_allclose(np.transpose(told), shares[:, y], rtol=1e-12)
            hhi = found[f"campaign_concentration_{year}", mineral]
            np.testing.assert_allclose(hhi, supply.concentration(shares[:, y]), rtol=1e-12)


def test_every_number_of_a_campaign_is_measured_of_somebody_and_documented() -> None:
    names = {one.name for one in storage.measures(TWO)}
    guide = Path(__file__).parents[1].joinpath("docs", "campaigns.md").read_text(encoding="utf-8")
    for quantity in REPORTED:
        assert quantity.name in names
        assert quantity.name in guide or quantity.name.rpartition("_")[0] in guide


def test_a_campaign_of_one_tender_wins_as_often_as_the_tender_alone() -> None:
    alone = Scenario.load("two_bidders")
    purses = {name: {"reserve": patron.budget} for name, patron in alone.patrons.items()}
    one = campaign({"only": {"scenario": "base", "host": "h", "key": 0}}, {"base": alone}, 20, patrons=purses)
    of_campaign = {m.name + m.subject.replace("only: ", ""): m.place for m in storage.measures(one)}
    of_tender = {m.name + m.subject: m.place for m in storage.measures(alone) if m.name.startswith(("wins", "value"))}
    with Runner(workers=1) as runner:
        mine = runner.tally(one.game().reshape(1, 1), 7, 900).sums[0, 0]
        theirs = runner.tally(alone.game().reshape(1, 1), 7, 900).sums[0, 0]
    assert len(of_tender) > 6
    for name, place in of_tender.items():
        np.testing.assert_array_equal(mine[of_campaign[name]], theirs[place])


def test_what_is_nan_does_not_count() -> None:
    values = np.array([[1.0, np.nan], [3.0, 2.0]])
    assert campaign_tally.moments(values).tolist() == [[2.0, 4.0, 10.0], [1.0, 2.0, 4.0]]


# ----------------------------------------------------------------------------------------------------- paths and decks


def test_points_make_the_decks_that_changes_make() -> None:
    points = [
        {
            "campaign.spill": n / 10, "tenders.second.opening": 12 + n, "tenders.*.patrons.north.link": 0.1 * n,
            "tenders.*.patrons.south.resolve": n / 4, "tenders.first.host.balance_weight": 0.5 * n,
            "tenders.first.months": 5, "campaign.patrons.north.cap": None if n == 1 else 30.0 + n,
        }
        for n in range(4)
    ]  # fmt: skip
    decks = campaign_decks.decks(TWO, points)
    for n, point in enumerate(points):
        assert decks[n : n + 1].tobytes() == TWO.at(point).game().tobytes()
    crossed = cases.crossed(TWO, points, [{}, NO_LEVERS])
    for n, point in enumerate(points):
        assert crossed[n, 1].tobytes() == TWO.at({**point, **NO_LEVERS}).game()[0].tobytes()


def test_a_campaign_with_its_scenarios_in_its_file_is_the_same_campaign(tmp_path: Path) -> None:
    changed = TWO.at({"campaign.spill": 0.25, "tenders.second.patrons.north.link": 0.2})
    file = tmp_path / "kept.yaml"
    file.write_text(changed.to_yaml(), encoding="utf-8")
    again = CampaignScenario.load(file)
    assert again.fingerprint() == changed.fingerprint() != TWO.fingerprint()
    assert again.game().tobytes() == changed.game().tobytes()


def test_a_number_may_be_taken_away() -> None:
    one = CampaignScenario.load("kazakhstan_again")
    lender = "campaign.financiers.us_public_lenders.ceiling"
    assert one.at({lender: None}).value(lender) is None
    assert one.at({lender: "null"}).at({lender: 5.0}).game().tobytes() == one.at({lender: 5.0}).game().tobytes()


def test_params_lists_the_campaign_s_own_numbers_and_those_of_its_tenders() -> None:
    rows = {row["path"]: row for row in json.loads(command("params", "kazakhstan_again", "--json").stdout)}
    income = rows["campaign.patrons.us.income"]
    assert (income["value"], income["unit"], income["low"], income["supported_high"]) == (3.0, "points", 0.0, 6.0)
    assert rows["campaign.financiers.us_public_lenders.ceiling"]["unit"] == "M$"
    assert rows["tenders.rare_earths.opening"]["value"] == 14
    own = Scenario.load("kazakhstan_tungsten")
    for path in ("host.balance_weight", "tender.months", "patrons.us.levers.tariff.intensity"):
        assert rows[f"tenders.tungsten.{path}"]["value"] == own.value(path)
        assert rows[f"tenders.tungsten.{path}"]["source"] == str(own.source_of(path) or "")
    assert list(minegame.params("two_tenders", "campaign.spill")["path"]) == ["campaign.spill"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("campaign.spill", "How far other hosts learn of threats, promises and mines (share)"),
        ("campaign.patrons.north.income", "The North: what comes in every month, month 0 included (points)"),
        ("tenders.first.patrons.north.link", "first: The North: "),
        ("campaign.minerals.ore.growth", "ore: growth of today's mines (1/y)"),
    ],
)
def test_a_path_of_a_campaign_is_told_in_words(path: str, words: str) -> None:
    assert in_words(TWO, path).startswith(words)


def test_values_outside_what_a_source_supports_are_told() -> None:
    one = CampaignScenario.load("kazakhstan_again")
    assert one.warnings == []
    (warning,) = one.at({"campaign.patrons.us.income": 40}).warnings
    assert warning.startswith("campaign.patrons.us.income: 40 lies outside 0 to 6")


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("norhtland", True), ("norhland", True), ("northlant", True), ("eastland", False), ("northland", False),
        ("northland_2", False),
    ],
)  # fmt: skip
def test_hosts_whose_names_are_nearly_the_same_are_told(host: str, told: bool) -> None:
    written = TWO.model_dump(mode="json", exclude={"inline"})
    for name, lies in zip(written["tenders"], ("northland", host), strict=True):
        written["tenders"][name]["host"] = lies
    warnings = CampaignScenario.from_document(written, dict(TWO.scenarios)).warnings
    name = list(written["tenders"])[1]
    words = f"tenders.{name}.host: '{host}' is another host than 'northland': expected one name, if it is one"
    assert warnings == ([words] if told else [])


# ------------------------------------------------------------------------------------------------------------- running


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("campaigns")
    experiment.run(asked.plan(SPREAD, folder), folder / "r", workers=1)
    return folder / "r", asked.table_sums(folder / "r")


def test_a_run_has_the_numbers_of_odds_of_the_same_seed(undisturbed: tuple[Path, dict[str, str]]) -> None:
    rows = minegame.load(undisturbed[0]).win_probabilities()
    changes = ("tenders.second.host=neighbour", "tenders.second.opening=20", "campaign.spill=1")
    typed = [part for change in changes for part in ("--set", change)]
    shown = json.loads(command("odds", "two_tenders", "-n", "700", "--seed", "5", *typed, "--json").stdout)
    mine = rows[(rows["group"] == 1) & (rows["policy"] == "as it is") & ~rows["outcome"].str.endswith("shelved")]
    assert mine["estimate"].tolist() == [row["wins"] for row in shown["tenders"]]
    assert mine["low"].tolist() == [row["wins_low"] for row in shown["tenders"]]
    assert mine["built"].tolist() == [row["built"] for row in shown["tenders"]]


def test_odds_say_what_differs_from_a_changed_campaign_on_the_same_luck() -> None:
    typed = (
        "odds",
        "two_tenders",
        "-n",
        "300",
        "--seed",
        "2",
        "--set-against",
        "tenders.*.patrons.north.levers.*.intensity=0",
    )
    shown = json.loads(command(*typed, "--json").stdout)
    with Runner(workers=1) as runner:
        decks = cases.crossed(TWO, [{}], [{}, NO_LEVERS])[0]
        here, there = runner.samples(decks, 2, 300, [measure("campaign_payoff", "north")])[:, :, 0].T
    (north, _) = shown["patron_contrasts"]
    assert north["payoff"] == pytest.approx((here - there).mean())
    assert north["payoff_low"] < north["payoff"] < north["payoff_high"]
    assert [row["wins"] > 0 for row in shown["tender_contrasts"]] == [True, False, True, False]
    row, sentence = shown["tender_contrasts"][0], shown["sentences"][0]
    other = "Against the campaign with tenders.*.patrons.north.levers.*.intensity=0, on the same luck: "
    assert sentence.startswith(f"{other}first: {row['bidder']} {row['wins'] * 100:+.1f} points [")
    assert sentence.endswith("(each interval 95 % by itself).")
    alike = json.loads(command("odds", "two_tenders", "-n", "50", "--set-against", "campaign.spill=0", "--json").stdout)
    assert "on the same luck: nobody's chance in any tender surely differs (" in alike["sentences"][0]


def test_policies_are_contrasted_on_the_same_luck(undisturbed: tuple[Path, dict[str, str]]) -> None:
    found = minegame.load(undisturbed[0])
    at = found.scenario.at({"campaign.spill": 0})
    place = measure("campaign_payoff", "north")
    with Runner(workers=1) as runner:
        decks = cases.crossed(at, [{}], [{}, NO_LEVERS])[0]
        pairs = runner.samples(decks, 5, 700, [place])[..., 0]
    change = pairs[:, 1] - pairs[:, 0]
    sums = found.change_at(0, 1)[place]
    np.testing.assert_allclose(sums, [700, change.sum(), (change**2).sum()], rtol=1e-12)
    assert found.summary["measure"].isin([quantity.name for quantity in REPORTED]).any()


@pytest.mark.parametrize(("chunk", "workers"), [(1, 2), (10**9, 1)])
def test_tables_do_not_depend_on_threads_and_chunks(
    chunk: int, workers: int, undisturbed: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    experiment.run(asked.plan(SPREAD, tmp_path), tmp_path / "r", workers=workers, chunk=chunk)
    assert asked.table_sums(tmp_path / "r") == undisturbed[1]


def test_a_run_that_was_interrupted_goes_on_to_the_same_bytes(
    undisturbed: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    plan = asked.plan(SPREAD, tmp_path)

    def interrupt(done: int, planned: int) -> None:
        if done > planned / 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        experiment.run(plan, tmp_path / "r", workers=1, chunk=1_000, watch=interrupt)
    kept = list((tmp_path / "r" / storage.CHUNKS).iterdir())
    assert kept
    told: list[int] = []
    experiment.run(plan, tmp_path / "r", workers=1, chunk=1_000, watch=lambda done, planned: told.append(done))
    assert told[0] > 0  # what was there was not played again
    assert asked.table_sums(tmp_path / "r") == undisturbed[1]


@pytest.mark.slow
def test_tables_are_the_same_on_a_local_dask_cluster(undisturbed: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    from minegame import cluster

    with cluster.connected(None, 2) as (executor, workers):
        experiment.run(asked.plan(SPREAD, tmp_path), tmp_path / "r", executor=executor, workers=workers, chunk=1_000)
    assert asked.table_sums(tmp_path / "r") == undisturbed[1]


def test_a_run_until_sure_stops_when_every_tender_is_known(tmp_path: Path) -> None:
    text = {"title": "t", "scenario": "two_tenders", "replications": {"until": 0.06, "first": 200, "at_most": 4000}}
    plan = Experiment.from_document(text).plan()
    assert (plan.at_once, plan.negotiations) == (2, 8000)
    found = experiment.run(plan, tmp_path / "r", workers=1)
    rows = found.win_probabilities()
    assert ((rows["high"] - rows["low"]) <= 0.12).all()
    assert 200 <= found.design["replications"].iloc[0] < 4000
    assert found.manifest["fell_short"] == []


def test_a_run_is_told_in_sentences_and_tables(undisturbed: tuple[Path, dict[str, str]]) -> None:
    told = answer(minegame.load(undisturbed[0]))
    assert told.sentences[0].startswith("Over 2 points × 2 policies, The North's camp wins between ")
    assert "“no levers” changes The North's payoff against “as it is” by −" in told.sentences[2]
    keys = ["tenders", "patrons", "hosts", "supply", "tender_contrasts", "patron_contrasts", "policies", "factors"]
    assert list(told.tables) == keys
    assert set(told["hosts"]["host"]) == {"host", "neighbour"}
    assert list(told.pictures) == ["value", "payoff", "tender_1", "tender_2"]
    assert told.pictures["tender_1"].title == "How often North Mining wins “first”, over campaign.spill"
    for picture in told.pictures.values():
        assert "campaigns a point" in picture.draw().get_xlabel()
    page = command("results", str(undisturbed[0]))
    assert page.stdout.count("campaign.spill") > 3


@pytest.mark.slow
def test_a_sweep_is_told_drawn_and_verified(tmp_path: Path) -> None:
    folder = tmp_path / "sweep"
    policies = ("--policy", "as it is:", "--policy", f"none:{next(iter(NO_LEVERS))}=0")
    typed = ("--vary", "campaign.spill=0:1:3", *policies, "-n", "80", "--out", str(folder))
    done = command("sweep", "two_tenders", *typed, "-q")
    assert done.exit_code == 0, done.output
    assert "Who wins which tender" in done.stdout
    names = {"value.png", "payoff.png", "tender_1.png", "tender_2.png"}
    assert {path.name for path in (folder / "pictures").glob("*.png")} == names
    assert "every number is the same" in command("verify", str(folder), "--again").output
    ahead = command("sweep", "two_tenders", *typed, "--dry-run", "--json")
    assert json.loads(ahead.stdout)["negotiations"] == 3 * 2 * 80 * 2


def test_a_sweep_in_python_has_a_row_a_measure() -> None:
    levels = {"campaign.spill": [0, 1]}
    table = minegame.sweep(levels, "two_tenders", measures=["campaign_value_share", "shelved"], replications=60)
    assert list(table["subject"]) == ["north", "south", "first", "second"] * 2
    assert table[table["measure"] == "campaign_value_share"].groupby("state")["estimate"].sum().tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("was", "is_", "said"),
    [
        ("campaign.spill: [0, 1]", "campaign.spil: [0, 1]", "line 6: factors.campaign.spil: 'spil' is unknown"),
        ("campaign.spill: [0, 1]", "tenders.third.opening: [0, 1]", "there is no tender 'third': expected one"),
        ("campaign.spill: [0, 1]", "tenders.*.patrons.nort.link: [0, 1]", "'nort' is unknown"),
        ("campaign.spill: [0, 1]", "campaign.spill: [0, 2]", "2 is not allowed: expected a share between 0 and 1"),
        ("campaign.spill: [0, 1]", "tenders.second.opening: [3, 95]", "the tender opens in month 95"),
        ("campaign.spill: [0, 1]", "tenders.first.patrons.north.resolve: [0.5, 1]", "the campaign has one, expected"),
        ("campaign.spill: [0, 1]", "tenders.first.host: [one, two]", "tenders.first.host: says who is there"),
        ("seed: 5", "results: rows", "rows are of single tenders: of a campaign sums are kept"),
        ("seed: 5", "packages: {north: [access]}", "packages are of single tenders: expected policies, such as"),
        ("scenario: two_tenders", "scenario: two_tender", "there is no 'two_tender'"),
        ("levers.*.intensity: 0", "lever.*.intensity: 0", "'lever' is unknown"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_experiment_on_a_campaign_is_told(was: str, is_: str, said: str, tmp_path: Path) -> None:
    assert was in SPREAD
    with pytest.raises(ScenarioError) as caught:
        asked.plan(SPREAD.replace(was, is_), tmp_path)
    assert isinstance(caught.value, ExperimentError)
    assert said in str(caught.value)


# ----------------------------------------------------------------------------------------------------------- analyses


def test_shapley_values_of_a_campaign_add_up_to_what_its_levers_do_together() -> None:
    found = minegame.ask("attribution", "two_tenders", replications=120, seed=3)
    with Runner(workers=1) as runner:
        decks = cases.crossed(TWO, [{}], [NO_LEVERS, {}])[0]
        none, all_ = runner.samples(decks, 3, 120, [measure("campaign_value_share", "north")])[:, :, 0].T
    assert found["levers"]["shapley"].sum() == pytest.approx((all_ - none).mean())
    assert "the part of the value of all tenders that The North's camp wins" in found.sentences[0]
    assert found.settings["patron"] == "north"


def test_an_analysis_may_be_of_one_tender_of_a_campaign() -> None:
    one = Camp.of(TWO, tender="second")
    assert one.wins == measure("patron_share", "second: north")
    assert one.worth == measure("host_value", "second")
    assert Camp.of(TWO, bidder="south_metals").patron == "south"
    found = minegame.ask(
        "sensitivity", "two_tenders", method="tornado", replications=30, tender="second",
        vary={"tenders.second.host.balance_weight": (0, 2), "campaign.spill": (0, 1)}, base=2,
    )  # fmt: skip
    assert set(found["tornado"]["parameter"]) == {"tenders.second.host.balance_weight", "campaign.spill"}
    assert "of second that The North's camp wins" in found.question


@pytest.mark.parametrize("method", ["tornado", "sobol", "morris"])
def test_pictures_of_what_matters_in_a_campaign_count_campaigns(method: str) -> None:
    size = {"vary": {"campaign.spill": (0, 1)}, "base": 4, "replications": 4}
    found = minegame.ask("sensitivity", "two_tenders", method=method, tender="second", **size)
    label = next(iter(found.pictures.values())).draw().get_xlabel()  # type: ignore[operator]
    assert "n = 4 campaigns" in label
    assert "negotiations" not in label


def test_a_tipping_point_of_a_campaign_is_found_where_the_other_camp_takes_over() -> None:
    found = minegame.ask(
        "tipping", "two_tenders", vary={"tenders.*.bidders.north_mining.capability": (0.05, 0.95)}, replications=60
    )
    assert found.settings["rival"] == ["south"]
    assert set(found["asked"]["rival"]) == {"south"}
    assert found["asked"]["value"].is_monotonic_increasing


def test_the_patrons_game_of_a_campaign_pays_what_the_whole_campaign_pays() -> None:
    players = {"north": ["finance"], "south": ["access"]}
    found = minegame.ask("equilibrium", "two_tenders", player=players, replications=60, draws=20, seed=2)
    assert found.settings["profiles"] == 4
    with Runner(workers=1) as runner:
        levers = {"north": {"finance": 1}, "south": {"access": 0}}
        played = {
            f"tenders.*.patrons.{patron}.levers.{lever}.intensity": value
            for patron, pressed in levers.items() for lever, value in pressed.items()
        }  # fmt: skip
        payoff = runner.samples(TWO.at(played).game(), 2, 60, [measure("campaign_payoff", "north")])[:, 0, 0]
    (row,) = found["replies"].query("patron == 'The North' and against == 'none'").to_dict("records")
    assert row["best_reply"] == "finance"
    assert row["payoff"] == pytest.approx(payoff.mean())


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["attribution", "two_tenders", "--tender", "third"], "there is no tender 'third': expected one of first, sec"),
        (["attribution", "two_tenders", "--patron", "nort"], "did you mean 'north'?"),
        (["attribution", "two_tenders", "--worlds", "5"], "worlds are drawn for single tenders"),
        (["attribution", "two_bidders", "--tender", "first"], "is a single tender"),
        (["tipping", "two_tenders", "--rival", "west", "-n", "10"], "there is no contestant 'west'"),
        (["discovery", "two_tenders"], "discovery is asked of single tenders: expected one of attribution"),
    ],
)
def test_what_cannot_be_asked_of_a_campaign_is_told(typed: list[str], said: str) -> None:
    done = command("analyse", *typed)
    assert done.exit_code == 2
    assert said in done.stderr


def test_the_plan_of_a_campaign_can_be_made_in_python(tmp_path: Path) -> None:
    plan = Plan.of(TWO, {"campaign.spill": [0.0, 1.0]}, replications=40, name="made")
    found = experiment.run(plan, tmp_path / "made", workers=1)
    assert found.scenario.fingerprint() == TWO.fingerprint()
    assert found.win_shares()[0].shape == (2, 1, 6)
