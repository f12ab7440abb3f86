"""The camp of a patron in a campaign: what it wins of all tenders or of one, and the levers that its patron presses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minegame import cases, storage
from minegame.analysis import attribution as shapley
from minegame.answers.answer import AnswerError
from minegame.answers.contender import Words
from minegame.answers.rivals import best_rival, known_levers
from minegame.campaign_file import CampaignScenario
from minegame.game import LEVERS
from minegame.runner import Runner
from minegame.scenario import nearest
from minegame.text import possessive


@dataclass(frozen=True)
class Camp:
    """A patron's camp in a campaign, as a contender: what it wins of the value of all tenders, or of one.

    ``tender`` is the one that is asked about, or nothing.
    """

    scenario: CampaignScenario
    patron: str
    levers: tuple[str, ...]
    tender: str

    @classmethod
    def of(
        cls, campaign: CampaignScenario, patron: str | None = None, bidder: str | None = None,
        levers: Sequence[str] | None = None, tender: str | None = None,
    ) -> Camp:  # fmt: skip
        """By default the first patron with an active lever, its active levers (or all), and all tenders.

        Raises:
            AnswerError: for a name that the campaign does not have, with the nearest one.
        """
        if tender is not None and tender not in campaign.tenders:
            _refuse(campaign, "tender", tender, tuple(campaign.tenders))
        there = campaign.table().patrons if tender is None else campaign.scenarios[tender].patron_names
        chosen = patron or _patron_of(campaign, bidder)
        if chosen is not None and chosen not in there:
            _refuse(campaign, "patron", chosen, there)
        chosen = chosen or next((name for name in there if _active(campaign, name)), there[0])
        known_levers(campaign.name, levers)
        return cls(campaign, chosen, tuple(levers or _active(campaign, chosen) or LEVERS), tender or "")

    @property
    def bidder(self) -> str:
        """The contestant's name: that of its patron."""
        return self.patron

    @property
    def patron_label(self) -> str:
        """The patron's label."""
        return self.scenario.label_of("patron", self.patron)

    @property
    def label(self) -> str:
        """The camp's label."""
        return self.label_of(self.patron)

    @property
    def contestants(self) -> tuple[str, ...]:
        """The patrons whose camps contend."""
        table = self.scenario.table().patrons
        return self.scenario.scenarios[self.tender].patron_names if self.tender else table

    def label_of(self, name: str) -> str:
        """The label of a camp."""
        return f"{possessive(self.scenario.label_of('patron', name))} camp"

    @property
    def words(self) -> Words:
        """What is explained, in words."""
        of = f"the value of {self.tender or 'all tenders'}"
        what = f"the part of {of} that {self.label} wins"
        return Words(
            what, what, what, f"{self.label} wins, of {of}", f"{self.label} wins more than half of {of}",
            f"{self.label} wins as much of {of}", "campaigns",
        )  # fmt: skip

    def place_of(self, name: str) -> int:
        """The place of what a camp wins of the value, in a tally."""
        return (
            self._at("patron_share", f"{self.tender}: {name}")
            if self.tender
            else self._at("campaign_value_share", name)
        )

    def _at(self, name: str, subject: str) -> int:
        return next(m.place for m in storage.measures(self.scenario) if (m.name, m.subject) == (name, subject))

    @property
    def _host(self) -> str:
        """The first host."""
        return self.scenario.table().hosts[0]

    @property
    def wins(self) -> int:
        """The place of what is explained."""
        return self.place_of(self.patron)

    @property
    def worth(self) -> int:
        """The place of the host's value: that of the tender asked about, else of the first host over its tenders."""
        return self._at("host_value", self.tender) if self.tender else self._at("campaign_host_value", self._host)

    @property
    def money(self) -> int:
        """The place of the host's value without balance, likewise."""
        return self._at("host_money", self.tender) if self.tender else self._at("campaign_host_money", self._host)

    def payoff(self, patron: str) -> int:
        """The place of a patron's payoff, over all tenders."""
        return self._at("campaign_payoff", patron)

    @property
    def event(self) -> bool:
        """A part of the value is no event."""
        return False

    def own(self, lever: str) -> float:
        """How hard the patron presses a lever where it presses it most."""
        return max(_pressed(self.scenario, self.patron, lever).values())

    def pressed(self) -> set[str]:
        """The paths that say how hard the levers are pressed."""
        return {path for lever in self.levers for path in _pressed(self.scenario, self.patron, lever)}

    def games(self, strength: Mapping[str, float], changes: Mapping[str, Any] | None = None) -> np.ndarray:
        """Decks with every subset of the levers: absent in all tenders, or as strong, or as the campaign has them."""
        of_lever = {lever: _pressed(self.scenario, self.patron, lever) for lever in self.levers}
        points = []
        for subset in shapley.coalitions(self.levers):
            point = dict(changes or {})
            for lever, paths in of_lever.items():
                if lever not in subset:
                    point |= dict.fromkeys(paths, 0.0)
                elif strength[lever] != self.own(lever):
                    point |= dict.fromkeys(paths, strength[lever])
            points.append(point)
        return cases.games(self.scenario, points)

    def rival(self, named: str | None, seed: int, runner: Runner) -> str:
        """The rival named, else the other camp that wins most."""
        if named is not None:
            named = _patron_of(self.scenario, named)
        return best_rival(self, named, seed, runner)


def _patron_of(campaign: CampaignScenario, name: str | None) -> str | None:
    """A patron by its own name, or by that of a bidder of its camp."""
    for scenario in campaign.scenarios.values():
        if name in scenario.bidders:
            return scenario.camp_of(str(name))
    return name


def _pressed(campaign: CampaignScenario, patron: str, lever: str) -> dict[str, float]:
    """How hard a patron presses a lever in every tender in which it takes part, by path."""
    return {
        f"tenders.{tender}.patrons.{patron}.levers.{lever}.intensity": float(
            scenario.value(f"patrons.{patron}.levers.{lever}.intensity")
        )
        for tender, scenario in campaign.scenarios.items()
        if patron in scenario.patrons
    }


def players_in(campaign: CampaignScenario) -> dict[str, tuple[str, ...]]:
    """The first two patrons, with the levers that each uses in some tender, or all where it uses none."""
    return {patron: _active(campaign, patron) or LEVERS for patron in campaign.table().patrons[:2]}


def _active(campaign: CampaignScenario, patron: str) -> tuple[str, ...]:
    return tuple(lever for lever in LEVERS if max(_pressed(campaign, patron, lever).values()) > 0)


def _refuse(campaign: CampaignScenario, kind: str, name: str, known: Sequence[str]) -> None:
    text = f"there is no {kind} '{name}': expected one of {', '.join(known)}{nearest(name, known)}"
    raise AnswerError(campaign.name, text)
