"""The patrons' game as answers play it: who plays with which levers, what every profile pays, and its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import cases
from minegame.analysis import equilibrium
from minegame.answers.contender import Contender
from minegame.answers.inputs import check_draws, contender_of, players_of, profile_count, rival_of
from minegame.campaign_file import CampaignScenario
from minegame.cases import Case
from minegame.game_theory.payoffs import PayoffTable
from minegame.options import Whole, option
from minegame.runner import Runner
from minegame.tables import Column
from minegame.text import MONEY, SHARE, possessive

if TYPE_CHECKING:
    import pandas as pd

    from minegame.answers.equilibrium import Equilibrium
    from minegame.answers.tender_rules import TenderRules

SURVIVAL = (
    "Survival is the share of bootstrap draws of the payoffs in which an answer is still one: it covers the error of "
    "the sampling alone, not doubt about the parameters. Below about 2,000 replications the equilibrium itself is "
    "noise."
)
_GAME = (
    "A patron chooses a package of levers at full strength once, at the months that the scenario gives them (a lever "
    "that it neither uses nor dates begins in month {onset}), knowing the game and not the luck. Payoffs are those "
    "that the scenario gives the patrons: what the award is worth to them less what their levers cost; both are "
    "assumptions."
)
#: The measures beside the payoffs: the host's money, and whether the bidder and its rival win anything.
MONEY_BESIDE, WINS, RIVAL = "money", "wins", "rival"
#: What a profile brings the host, with its bounds; a frame of the analysis has them after :func:`with_host`.
HOST_COLUMNS = (
    Column("host_value", "host's value", MONEY, bounded=True),
    Column(MONEY_BESIDE, "host's money", MONEY, bounded=True),
)


def default_onset() -> Any:
    """From when a lever without a date works."""
    help_ = "Month in which a lever that the scenario neither uses nor dates begins."
    return option(equilibrium.DEFAULT_ONSET, help_, Whole(0, 240, "MONTH"))


def draws() -> Any:
    """How often the payoffs are drawn anew."""
    return option(200, "Bootstrap draws of the payoffs.", Whole(1, 100_000))


@dataclass(frozen=True)
class PatronsGame:
    """The empirical game of two patrons, each with its packages of levers, about the chances of a bidder."""

    contest: Contender
    rival: str | None
    playing: Mapping[str, tuple[str, ...]]
    default_onset: int
    replications: int
    seed: int

    @classmethod
    def of(cls, scenario: Case, question: Equilibrium | TenderRules, runner: Runner) -> PatronsGame:
        """The game that a question is about.

        Raises:
            AnswerError: for unknown players, too many profiles, or too few replications for a bootstrap.
        """
        contest, playing = contender_of(scenario), players_of(scenario, question.player)
        check_draws(scenario, question.replications, question.draws)
        rival = rival_of(contest, question.seed, runner)
        return cls(contest, rival, playing, question.default_onset, question.replications, question.seed)

    def payoffs(self, scenario: Case, runner: Runner) -> PayoffTable:
        """What every profile pays, all on the same luck; beside it the host's money and who wins anything."""
        profiles = equilibrium.design(scenario, self.playing, default_onset=self.default_onset)
        pays = [self.contest.payoff(name) for name in self.playing]
        bidders = {WINS: self.contest.bidder} | ({} if self.rival is None else {RIVAL: self.rival})
        chances = [self.contest.place_of(name) for name in bidders.values()]
        places = [*pays, self.contest.worth, self.contest.money, *chances]
        samples = runner.samples(cases.games(scenario, profiles.changes), self.seed, self.replications, places)
        kept = len(pays) + 1
        beside = {MONEY_BESIDE: np.ascontiguousarray(samples[..., kept])}
        for name, measure in zip(bidders, np.moveaxis(samples, -1, 0)[kept + 1 :], strict=True):
            beside[name] = measure > 0.5
        return PayoffTable.from_samples(profiles.strategies, np.ascontiguousarray(samples[..., :kept]), beside)

    @property
    def profiles(self) -> int:
        """How many profiles of packages there are."""
        return profile_count(self.playing)

    @property
    def labels(self) -> dict[str, str]:
        """The players' labels."""
        return {name: self.contest.scenario.label_of("patron", name) for name in self.playing}

    @property
    def wins(self) -> str:
        """The verb of a sentence about the bidder's chance; with lots apart it may win one of them."""
        scenario = self.contest.scenario
        if isinstance(scenario, CampaignScenario):
            return "wins more than half of the value of all tenders in"
        split = scenario.tender.lots == "split" and len(scenario.deposits) > 1
        return "wins some lot in" if split else "wins"

    def settings(self) -> dict[str, object]:
        """Who plays, as it was resolved."""
        return {"player": {name: list(levers) for name, levers in self.playing.items()}, "profiles": self.profiles}

    def limits(self) -> tuple[str, str]:
        """What no answer about this game can say."""
        return SURVIVAL, _GAME.format(onset=self.default_onset)

    # ------------------------------------------------------------------------------------------------------- columns

    def packages(self) -> list[Column]:
        """What each player plays."""
        return [Column(player, label) for player, label in self.labels.items()]

    def payoff_columns(self) -> list[Column]:
        """What each player gets."""
        return [
            Column(f"{player}_payoff", f"{possessive(label)} payoff", MONEY) for player, label in self.labels.items()
        ]

    def chances(self) -> list[Column]:
        """The chances of the bidder and its rival to win anything; with lots apart both can."""
        named = {WINS: self.contest.bidder} | ({} if self.rival is None else {RIVAL: self.rival})
        what = "wins any lot" if self.contest.event else "wins more than half of the value"
        return [
            Column(name, f"{self.contest.label_of(bidder)} {what}", SHARE, bounded=True)
            for name, bidder in named.items()
        ]


def with_host(found: pd.DataFrame) -> pd.DataFrame:
    """A frame of the analysis with the bounds of the host's value under the names of its column."""
    return found.assign(host_value_low=found["host_low"], host_value_high=found["host_high"])


def plays(package: str) -> str:
    """What a player plays, for a sentence: a package, or a lottery over packages."""
    parts = [
        "no lever" + part[4:] if part == "none" or part.startswith("none ") else part for part in package.split(", ")
    ]
    return parts[0] if len(parts) == 1 else f"a lottery ({', '.join(parts)})"


def interval(row: pd.Series, name: str) -> tuple[float, float, float]:
    """An estimate with the ends of its interval."""
    return float(row[name]), float(row[f"{name}_low"]), float(row[f"{name}_high"])
