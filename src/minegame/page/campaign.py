"""A campaign on the page, to look at: who wins which tender, who supplies the world, and one run on its calendar."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from nicegui import background_tasks, ui

from minegame import campaign_odds
from minegame.campaign import Campaign
from minegame.campaign_file import CampaignScenario
from minegame.page import sight
from minegame.page.elements import Image, Sheet, Text
from minegame.page.pictures import address
from minegame.page.right import Limits
from minegame.plots.calendar import calendar_picture
from minegame.plots.campaign_odds import campaign_odds_picture
from minegame.runner import Runner
from minegame.transcript.calendar import Calendar, headline
from minegame.transcript.chronicle import Chronicle

_STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Odds:
    """Many campaigns: sentences, a picture, tables, and what they cannot say."""

    sentences: tuple[str, ...]
    picture: str
    sheets: tuple[dict[str, Any], ...]
    limits: Sequence[str]


@dataclass(frozen=True)
class Run:
    """One campaign: a sentence, its calendar, what happened, and what was left."""

    summary: str
    picture: str
    story: list[tuple[str, str]]


def odds(campaign: CampaignScenario, replications: int, seed: int) -> Odds:
    """Play a campaign many times."""
    with Runner() as runner:
        sums, _ = campaign_odds.played(campaign, replications, seed, runner)
    found = campaign_odds.Odds(campaign, [({}, sums)])
    tables = found.tables()
    draw = partial(campaign_odds_picture, campaign, tables, replications=replications, seed=seed)
    sheets = tuple(sight.sheet(table) for table in tables.values())
    return Odds(tuple(found.favourites()), address(draw), sheets, campaign_odds.LIMITS)


def run(campaign: CampaignScenario, seed: int, replication: int) -> Run:
    """Play a campaign once and tell it."""
    played = Campaign(campaign, seed=seed, replication=replication)
    told, calendar = Chronicle.of(played), Calendar.of(played)
    story = [*((one.date, one.text) for one in told.happenings), *(("at the end", line) for line in told.left)]
    return Run(headline(calendar), address(partial(calendar_picture, calendar)), story)


class CampaignTab:
    """What a browser's tab shows of a campaign; nothing in it is moved but the run that is told."""

    def __init__(self, campaign: CampaignScenario, replications: int, seed: int) -> None:
        self._campaign, self._replications, self._seed, self._replication = campaign, replications, seed, 0
        ui.add_css(_STYLE)
        with ui.element("header").classes("top"):
            Text("h1", campaign.title)
            Text("p", campaign.description).classes("small")
        with ui.element("div").classes("right").props("id=results"):
            self._odds()
            self._one()
            self._limits = Limits()
        background_tasks.create(self._tell(), name="one campaign")
        background_tasks.create(self._show(), name="odds")

    def _odds(self) -> None:
        with ui.element("section").classes("card").props('aria-label="Who wins"'):
            Text("h2", "Who wins which tender, and who supplies the world")
            self._status = ui.label("Playing …").classes("small status").props("role=status")
            with ui.element("div").classes("picture"):
                self._picture = Image("How often each camp wins each tender, and the camps' shares of world supply")
            with ui.element("details"):
                Text("summary", "The numbers")
                self._sheets = ui.element("div")

    def _one(self) -> None:
        with ui.element("section").classes("card").props('aria-label="One campaign"'):
            Text("h2", "One campaign on its calendar")
            with ui.element("div").classes("row"):
                ui.button("Another draw of luck", on_click=self._another).props("outline dense no-caps")
                self._luck = ui.label("").classes("small")
            self._summary = ui.label("").classes("summary").props("aria-live=polite")
            with ui.element("div").classes("picture"):
                self._calendar = Image("The tenders on the calendar, and what hosts believe")
            with ui.element("details"):
                Text("summary", "The whole story")
                self._story = Sheet()

    async def _show(self) -> None:
        found = await asyncio.to_thread(odds, self._campaign, self._replications, self._seed)
        self._status.set_text(f"{self._replications:,} campaigns (seed {self._seed}), 95 % intervals")
        self._status.props(f"data-count={self._replications}")
        self._picture.show(" ".join(found.sentences), found.picture)
        with self._sheets:
            for sheet in found.sheets:
                Sheet(sheet)
        self._limits.show(found.limits)

    async def _another(self) -> None:
        self._replication += 1
        await self._tell()

    async def _tell(self) -> None:
        replication = self._replication
        told = await asyncio.to_thread(run, self._campaign, self._seed, replication)
        if replication != self._replication:
            return
        self._luck.set_text(f"seed {self._seed}, replication {replication}")
        self._summary.set_text(told.summary)
        self._calendar.show(told.summary, told.picture)
        self._story.show(
            {"title": "What happened", "head": ["month", "what"], "rows": told.story, "numeric": [False] * 2}
        )
