"""What each side should have done: equilibria, best replies, regret, commitment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minegame import options
from minegame.analysis import equilibrium as estimates
from minegame.answers import patrons_game
from minegame.answers.answer import Answer, Picture, told
from minegame.answers.equilibrium_sentences import sentences
from minegame.answers.inputs import limits_of
from minegame.answers.patrons_game import HOST_COLUMNS, PatronsGame, with_host
from minegame.answers.question import Question
from minegame.cases import Case
from minegame.game_theory import nash
from minegame.game_theory.payoffs import PayoffTable, gains
from minegame.plots.equilibrium import best_replies, quantal_path
from minegame.runner import Runner
from minegame.tables import Column, Table, bounded
from minegame.text import COUNT, FLAG, MONEY, MONEY_CHANGE, SHARE, listed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Equilibrium(Question):
    """What each patron should do given what the other does: the empirical game of packages of levers, solved.

    ``player``: two patrons and the levers that each may use; by default those of the case (16 American and 32 Chinese
    packages) where the scenario has them, else the first two patrons with a bidder.  In a campaign a package is
    played in every tender, and payoffs are those of the whole campaign.
    """

    player: dict[str, tuple[str, ...]] | None = options.player()
    default_onset: int = patrons_game.default_onset()
    replications: int = options.replications(4_000)
    draws: int = patrons_game.draws()

    in_short: ClassVar = {"advice": 0}
    examples: ClassVar = (
        "--out results/equilibrium",
        "--player us=access,finance --player china=access,finance -n 2000",
    )

    of_campaigns: ClassVar = True

    def answer(self, scenario: Case, runner: Runner) -> Answer:
        """The equilibria, how firm they are, what the scenario's policy regrets, and what commitment is worth."""
        game = PatronsGame.of(scenario, self, runner)
        runner.expect(self.replications * game.profiles * scenario.negotiations)
        table = game.payoffs(scenario, runner)
        seen = estimates.observed(scenario, game.playing)
        found = estimates.estimate(table, seen, draws=self.draws, seed=self.seed, confidence=self.confidence)
        return told(
            self, scenario, f"What should {listed(game.labels.values())} each have done, given what the other does?",
            sentences(table, found, seen, game), _tables(found, game), _pictures(table, found, game),
            game.settings(), limits_of(scenario, *game.limits()),
        )  # fmt: skip


# -------------------------------------------------------------------------------------------------------------- tables


def _tables(found: Mapping[str, Any], game: PatronsGame) -> dict[str, Table]:
    return {
        "equilibria": _equilibria(found["equilibria"], game),
        "survival": _survival(found["pure_survival"], game),
        "regret": _regret(found["regret"], game),
        "commitment": _commitment(found["commitment"], game),
        "replies": _replies(found["best_replies"], game),
        "dominance": _dominance(found["dominance"], game),
    }


def _equilibria(found: pd.DataFrame, game: PatronsGame) -> Table:
    return Table(
        "Equilibria",
        [
            Column("kind"),
            *game.packages(),
            *game.payoff_columns(),
            *HOST_COLUMNS,
            *game.chances(),
            Column("survival", unit=SHARE),
            Column("standing"),
            Column("selected", "quantal limit", FLAG),
        ],
        with_host(_standing(found)),
    )


def _survival(found: pd.DataFrame, game: PatronsGame) -> Table:
    return Table(
        "Pure equilibria over the draws",
        [*game.packages(), Column("survival", unit=SHARE), Column("standing")],
        _standing(found),
    )


def _regret(found: pd.DataFrame, game: PatronsGame) -> Table:
    return Table(
        "Regret of the scenario's policy",
        [
            Column("patron"),
            Column("played"),
            Column("best_other"),
            Column("payoff", unit=MONEY),
            Column("regret", unit=MONEY, bounded=True),
        ],
        found.assign(patron=found["player"].map(game.labels), regret_low=found["low"], regret_high=found["high"]),
    )


def _commitment(found: pd.DataFrame, game: PatronsGame) -> Table:
    worth = bounded("worth", found["value_of_commitment"], found["low"], found["high"])
    return Table(
        "Commitment",
        [
            Column("leader"),
            Column("kind"),
            *game.packages(),
            Column("leader_payoff", "leader's payoff", MONEY),
            Column("worth", "value of commitment", MONEY_CHANGE, bounded=True),
            Column("at_least", "at least (ties against it)", MONEY_CHANGE, bounded=True),
            Column("survival", unit=SHARE),
            Column("standing"),
        ],
        _standing(found).assign(leader=found["leader"].map(game.labels), **worth),
    )


def _replies(found: pd.DataFrame, game: PatronsGame) -> Table:
    return Table(
        "Best replies",
        [
            Column("patron"),
            Column("against"),
            Column("best_reply"),
            Column("payoff", unit=MONEY),
            Column("lead", "lead over the next", MONEY),
            Column("survival", unit=SHARE),
        ],
        found.assign(patron=found["player"].map(game.labels)),
    )


def _dominance(found: pd.DataFrame, game: PatronsGame) -> Table:
    return Table(
        "Packages that dominance removes",
        [
            Column("patron"),
            Column("package"),
            Column("dominated_by"),
            Column("round", unit=COUNT),
            Column("margin", unit=MONEY),
            Column("strictly", unit=FLAG),
        ],
        found.assign(patron=found["player"].map(game.labels), package=found["strategy"], strictly=found["strict"]),
    )


def _standing(found: pd.DataFrame) -> pd.DataFrame:
    """The frame with its standings in words; that no profile is an equilibrium has none."""
    words: list[Any] = [nash.IN_WORDS.get(str(name)) for name in found["standing"]]
    return found.assign(standing=words)


# ------------------------------------------------------------------------------------------------------------ pictures


def _pictures(table: PayoffTable, found: Mapping[str, Any], game: PatronsGame) -> dict[str, Picture]:
    labels = game.labels
    size: Any = {"replications": table.replications, "plays": game.contest.words.plays}
    named = {labels[player]: names for player, names in zip(table.players, table.strategies, strict=True)}
    replies = partial(
        best_replies, table.host_value, [np.asarray(part <= 0.0) for part in gains(table.payoffs)], named,
        survival=_shares(table, found["pure_survival"]), **size,
    )  # fmt: skip
    pictures = {"replies": Picture("Best replies and the host's value", replies)}
    for player, label in labels.items():
        title = f"How {label} plays as errors grow rarer"
        pictures[f"play_{player}"] = _quantal(title, table, found["quantal"], player, player=label, **size)
    return pictures


def _quantal(title: str, table: PayoffTable, paths: pd.DataFrame, of: str, **told: Any) -> Picture:
    path, names = paths[paths["player"] == of], table.strategies[table.players.index(of)]
    probabilities = path["probability"].to_numpy(float).reshape(-1, len(names))
    rationality = path["rationality"].to_numpy(float).reshape(-1, len(names))[:, 0]
    return Picture(title, partial(quantal_path, rationality, probabilities, names, **told))


def _shares(table: PayoffTable, survival: pd.DataFrame) -> np.ndarray:
    """The share of draws in which each pure profile is an equilibrium, in the shape of the table."""
    shares = np.zeros(table.shape)
    for _, row in survival.iterrows():
        if row["standing"]:
            shares[table.find({player: str(row[player]) for player in table.players})] = float(row["survival"])
    return shares
