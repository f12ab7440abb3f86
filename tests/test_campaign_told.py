"""One campaign told and drawn: its chronicle, its calendar and the two pictures of campaigns.

``python tests/test_campaign_told.py`` writes the golden chronicle anew.
"""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from campaigns import campaign, random_campaign
from matplotlib.text import Text

from minegame import campaign_odds, storage
from minegame.campaign import Campaign
from minegame.campaign_file import CampaignScenario
from minegame.plots import calendar_picture, campaign_odds_picture, drawn
from minegame.runner import Runner
from minegame.scenario import Scenario
from minegame.transcript.calendar import Calendar, headline
from minegame.transcript.campaign_cast import CampaignCast
from minegame.transcript.chronicle import Chronicle

GOLDEN = Path(__file__).parent / "playthroughs" / "kazakhstan_again.txt"


def golden() -> str:
    return "\n".join(Chronicle.of(Campaign("kazakhstan_again", seed=3)).lines(100)) + "\n"


@cache
def two_tenders() -> Campaign:
    return Campaign("two_tenders", seed=1).play()


def texts(figure: Any) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


# ------------------------------------------------------------------------------------------------------- the chronicle


def test_a_campaign_is_told_as_it_was():
    assert golden() == GOLDEN.read_text(encoding="utf-8")


def test_the_chronicle_can_be_read_at_once_and_on_a_narrow_page():
    assert len(golden().splitlines()) <= 60
    chronicle = Chronicle.of(Campaign("kazakhstan_again", seed=3))
    for width in (40, 60, 100):
        assert max(map(len, chronicle.lines(width))) <= max(width, 46)


@pytest.mark.parametrize("number", [1, 4, 9, 12])
def test_every_award_is_told_once_in_its_month(number):
    played = Campaign(random_campaign(number), seed=3)
    document = Chronicle.of(played).document()
    months = [event["month"] for event in document["events"]]
    assert months == sorted(months)
    for n, name in enumerate(played.negotiations):
        mine = [event for event in document["events"] if event["tender"] == name]
        ends = [event for event in mine if " awards " in event["text"] or " shelves " in event["text"]]
        assert [event["month"] for event in ends] == [int(played.standing["settled"][n])]
        assert sum(" opens the tender for " in event["text"] for event in mine) == 1
    json.dumps(document)


# ----------------------------------------------------------------------------------------------------------- the names


def test_hosts_and_tenders_with_the_same_labels_are_told_apart():
    scenario = Scenario.load("two_bidders")
    tenders = {name: {"scenario": "base", "host": name, "mineral": "ore"} for name in ("here", "there")}
    cast = CampaignCast.of(campaign(tenders, {"base": scenario}, 24))
    assert dict(cast.hosts) == {"here": "here", "there": "there"}
    cast = CampaignCast.of(CampaignScenario.load("two_tenders"))
    assert list(cast.tenders.values()) == ["The host, ore\nThe Hill (first)", "The host, ore\nThe Hill (second)"]


def test_month_0_is_that_of_the_calendar_and_not_of_the_first_tender_in_the_file():
    late = CampaignScenario.load("two_tenders").at({"tenders.first.opening": 20, "tenders.second.opening": 3})
    assert CampaignCast.of(late).start == "2029-10"
    assert CampaignCast.of(late).date(3) == "January 2030"


# -------------------------------------------------------------------------------------------------------- the calendar


def test_the_calendar_holds_what_the_records_hold():
    played = two_tenders()
    calendar = Calendar.of(played)
    first, second = calendar.bars
    assert (first.settled, second.settled) == tuple(int(month) for month in played.standing["settled"][:2])
    assert (first.winners, second.winners) == (("North Mining",), ("South Metals",))
    assert (first.camp, second.camp) == ("north", "south")
    assert len(calendar.months) == 96
    last = calendar.months[-1]
    assert last["date"] == "2037-12"
    assert last["patrons.north.capital"] == played.standing["capital"][0]
    assert last["hosts.host.south.trust"] == pytest.approx(float(played.chronicle["trust"][0, 1]))
    assert last["financiers.north_state_bank.headroom"] == 600 - played.standing["lent"][0]
    assert headline(calendar) == "The North wins 1 of 2 tenders, The South 1; 2 of 2 mines finished"


def test_a_campaign_that_goes_on_is_shown_as_far_as_it_went():
    going = Campaign("two_tenders", seed=1)
    for _ in range(8):
        going.step()
    first, second = Calendar.of(going).bars
    assert first.settled is not None
    assert second.settled is None
    assert "still open" in texts(calendar_picture(Calendar.of(going)))


def test_the_standing_of_every_month_is_written_to_a_file(tmp_path):
    from typer.testing import CliRunner

    from minegame.cli import app

    files = {"--csv": tmp_path / "months.csv", "--plot": tmp_path / "calendar.svg"}
    typed = ["play", "two_tenders", "--seed", "1", *(str(part) for pair in files.items() for part in pair)]
    assert CliRunner().invoke(app, typed).exit_code == 0
    rows = list(csv.DictReader(files["--csv"].open(encoding="utf-8")))
    assert [row["date"] for row in rows[:2]] == ["2030-01", "2030-02"]
    assert files["--plot"].read_text(encoding="utf-8").startswith("<?xml")


# -------------------------------------------------------------------------------------------------------- the pictures


def test_the_calendar_draws_a_bar_a_tender_and_names_the_winners():
    figure = calendar_picture(Calendar.of(two_tenders()))
    top, *small = figure.axes
    assert [patch.get_x() for patch in top.patches] == [0, 12]
    assert len([ax for ax in small if ax.get_visible()]) == 4
    for said in ("North Mining, May 2030", "South Metals, April 2031", "won by The North", "Northern state"):
        assert said in texts(figure)


def test_labels_of_a_campaign_are_drawn_as_they_are_written():
    scenario = Scenario.load("two_bidders").at({"host.label": "A$ and B$", "bidders.north_mining.label": "<b>$x_1$"})
    tenders = {"t": {"scenario": "base", "host": "h"}}
    figure = calendar_picture(Calendar.of(Campaign(campaign(tenders, {"base": scenario}, 60), seed=1).play()))
    assert drawn(figure)
    assert "A$ and B$" in texts(figure)


def test_the_odds_draw_a_bar_a_bidder_and_the_supply_of_every_mineral():
    twice = CampaignScenario.load("two_tenders")
    with Runner() as runner:
        sums, _ = campaign_odds.played(twice, 400, 1, runner)
    tables = campaign_odds.Odds(twice, [({}, sums)]).tables()
    figure = campaign_odds_picture(twice, tables, replications=400, seed=1)
    top, supply = figure.axes
    widths = [patch.get_width() for patch in top.patches if patch.get_width()]
    assert sorted(widths) == pytest.approx(sorted(tables["tenders"].frame["wins"]))
    assert supply.get_title(loc="left") == "ore"
    assert "is the favourite in" in texts(figure)
    assert "400 campaigns, seed 1, 95 % intervals" in texts(figure)


def test_words_and_picture_agree_where_no_favourite_is_sure():
    twice = CampaignScenario.load("two_tenders")
    with Runner() as runner:
        sums, _ = campaign_odds.played(twice, 40, 1, runner)
    places = {(one.name, one.subject): one.place for one in storage.measures(twice)}
    for name, (north, south) in {"first": (22, 18), "second": (35, 5)}.items():
        sums[places["wins_any", f"{name}: north_mining"]] = (40, north, north)
        sums[places["wins_any", f"{name}: south_metals"]] = (40, south, south)
    odds = campaign_odds.Odds(twice, [({}, sums)])
    unsure, sure = odds.favourites()
    assert re.fullmatch(r"first: no sure favourite: North Mining 55.0 % \[.*\], South Metals 45.0 % \[.*\]\.", unsure)
    assert sure.startswith("second: North Mining wins most often, in 87.5 %")
    figure = campaign_odds_picture(twice, odds.tables(), replications=40, seed=1)
    assert "The North is the favourite in 1 of 2 tenders, The South in 0, nobody in 1" in texts(figure)


if __name__ == "__main__":
    GOLDEN.write_text(golden(), encoding="utf-8")
