"""A campaign of Mesa agents: several negotiations on one calendar, patrons with one purse and hosts with one memory.

The legible conductor of what :mod:`minegame.carry_over` plays by the million; equal to it bit for bit.  Each tender is
a :class:`minegame.Negotiation` whose agents take the turns they always take; strategies of one's own work in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from minegame import carry_over, chance, door
from minegame.campaign_file import CampaignScenario
from minegame.campaign_game import CHRONICLE, STANDING
from minegame.game import NEVER, OUTCOME, STATE, copied, new_records
from minegame.model import Negotiation, Strategy, play_out, whole


def outcomes(
    scenario: CampaignScenario | str | Path, replications: int, seed: int = 0, first: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Play a campaign many times, compiled: how every tender ended, and what was left at the end.

    Args:
        scenario: a campaign, the name of a shipped one, or a file.
        replications: how many campaigns.
        seed, first: of the luck: replications first, first + 1, …

    Returns:
        OUTCOME records, shape (replications, tenders), and CHRONICLE records, shape (replications,).

    >>> ended, left = outcomes("two_tenders", 100, seed=1)
    >>> ended.shape, left.shape
    ((100, 2), (100,))
    """
    records, games = CampaignScenario.of(scenario).records()
    ended, left = new_records(OUTCOME, replications * len(games)), new_records(CHRONICLE, replications)
    door.campaigns(records, games, seed, first, ended, left)
    return ended.reshape(replications, -1), left


class Campaign(mesa.Model):  # type: ignore[misc]  # mesa has no types
    """One campaign: call :meth:`step` once a month while :attr:`running`, or :meth:`play` it to the end.

    ``agents`` maps the name of a tender to the classes that play there, as :class:`minegame.Negotiation` takes them.

    >>> campaign = Campaign("two_tenders", seed=1).play()
    >>> {name: negotiation.winners for name, negotiation in campaign.negotiations.items()}
    {'first': {'the_hill': 'north_mining'}, 'second': {'the_hill': 'south_metals'}}
    """

    def __init__(
        self,
        scenario: CampaignScenario | str | Path,
        seed: int = 0,
        replication: int = 0,
        agents: Mapping[str, Mapping[str, Strategy]] | None = None,
    ) -> None:
        seed = whole("seed", seed, chance.MAX_SEED)
        super().__init__(rng=seed)
        self.running = True
        self.played = CampaignScenario.of(scenario)
        campaign, games = self.played.records()
        count = len(games)
        self.records = door.Campaign(
            campaign, new_records(STANDING), new_records(CHRONICLE), games, new_records(STATE, count),
            new_records(OUTCOME, count),
        )  # fmt: skip
        self.standing["seed"] = seed
        self.standing["replication"] = whole("replication", replication, chance.MAX_REPLICATION)
        #: how the campaign stood after each month, as :attr:`standing` says it
        self.history: list[Any] = []
        #: how it stood this month before the awards were settled and mines were finished
        self.before_awards: Any = self.records.standing[0]
        classes = dict(agents or {})
        self.negotiations: dict[str, Negotiation] = {
            name: Negotiation(one, seed=seed, replication=replication, agents=classes.pop(name, {}), collect=False)
            for name, one in self.played.scenarios.items()
        }
        if classes:
            raise ValueError(
                f"agents: no tender is named {', '.join(classes)}; there are {', '.join(self.negotiations)}"
            )
        for n, negotiation in enumerate(self.negotiations.values()):
            negotiation.sit_in(games[n : n + 1], self.records.states[n : n + 1], self.records.outcomes[n : n + 1])
        self._take(carry_over.begin)

    def _take(self, step: Callable[..., Any], tender: int = 0, who: int = 0, states: np.ndarray | None = None) -> None:
        records = self.records if states is None else self.records._replace(states=states)
        door.carry(step, records, tender, who)

    @property
    def standing(self) -> Any:
        """How the campaign stands: what hosts believe, what patrons and lenders have left (a STANDING record)."""
        return self.records.standing[0]

    @property
    def month(self) -> int:
        """The month of the calendar, from 0; -1 before the first."""
        return int(self.standing["month"])

    @property
    def under_way(self) -> dict[str, Negotiation]:
        """The negotiations that are open this month, in the order of the file."""
        opening, settled = self.records.campaign["tender_opening"][0], self.standing["settled"]
        return {
            name: negotiation
            for n, (name, negotiation) in enumerate(self.negotiations.items())
            if self.month >= opening[n] and settled[n] == NEVER
        }

    def step(self) -> None:
        """Play one month of the calendar; nothing happens once ``running`` is False."""
        if not self.running:
            return
        self._take(carry_over.begin_month)
        numbers = {name: n for n, name in enumerate(self.negotiations)}
        open_now = [(numbers[name], negotiation) for name, negotiation in self.under_way.items()]
        for n, negotiation in open_now:
            self._take(carry_over.open_month, n)
            for patron in negotiation.patrons:
                patron.plan()
        self._take(carry_over.charge)
        for n, negotiation in open_now:
            self._play_month(n, negotiation)
        self._end_month(open_now)
        self.history.append(copied(self.records.standing)[0])
        if self.month >= int(self.records.campaign["months"][0]) - 1:
            self._take(carry_over.tell)
            self.running = False

    def _play_month(self, n: int, negotiation: Negotiation) -> None:
        for patron in negotiation.patrons:
            self._take(carry_over.recall, n, patron.index)
            patron.meet()
            self._take(carry_over.retain, n, patron.index)
        for financier in negotiation.financiers:
            self._take(carry_over.look_for_headroom, n, financier.index)
            financier.step()
            self._take(carry_over.lend, n, financier.index)
        for bidder in negotiation.bidders:
            bidder.step()
        negotiation.host.step()
        for patron in negotiation.patrons:
            patron.watch()

    def _end_month(self, open_now: list[tuple[int, Negotiation]]) -> None:
        """Settle the awards of the month, on a copy: the agents go on showing how things stood when it was decided."""
        self.before_awards = copied(self.records.standing)[0]
        states = copied(self.records.states)
        self._take(carry_over.end_month, states=states)
        for _, negotiation in open_now:
            negotiation.end_month()

    def play(self) -> Campaign:
        """Play to the end and return the model itself."""
        play_out(self, "campaign")
        return self

    @property
    def chronicle(self) -> Any:
        """What is left at the end (a CHRONICLE record); None while the campaign goes on."""
        return None if self.running else self.records.chronicle[0]

    def __repr__(self) -> str:
        how = f"after month {self.month}" if self.running else "over"
        return f"<Campaign {self.played.name}, seed {self.standing['seed']}: {how}>"
