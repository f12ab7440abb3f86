"""``minegame play CAMPAIGN``: one campaign, told, drawn and written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minegame.cli.app import announce_compiler, console, fail, picture_ending, print_json, say, write_csv, write_whole
from minegame.cli.playing import Chosen

if TYPE_CHECKING:
    from minegame.cli.scenarios import Play
    from minegame.transcript.calendar import Calendar


def play_campaign(chosen: Chosen, asked: Play) -> None:
    """Tell one campaign: what happened in which month, and what was left."""
    if asked.as_ is not None:
        fail("--as is of a single tender: a campaign is played as the scenarios have it")
    ending = "" if asked.plot is None else picture_ending(asked.plot)
    campaign = chosen.load_campaign()

    from minegame.campaign import Campaign
    from minegame.transcript.calendar import Calendar
    from minegame.transcript.chronicle import Chronicle

    announce_compiler()
    played = Campaign(campaign, seed=asked.seed, replication=asked.replication)
    told = Chronicle.of(played)
    calendar = Calendar.of(played)
    if asked.csv is not None:
        write_csv(asked.csv, calendar.months)
    if asked.plot is not None:
        write_whole(asked.plot, _calendar(calendar, ending))
    if asked.json:
        print_json({**told.document(), "months_table": list(calendar.months)})
    else:
        say("\n".join(told.lines(console().width)))


def _calendar(calendar: Calendar, ending: str) -> bytes:
    from minegame import plots

    return plots.drawn(plots.calendar_picture(calendar), ending)
