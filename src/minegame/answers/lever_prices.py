"""What a percentage point of win probability costs by each lever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from minegame import options
from minegame.analysis import lever_prices as prices
from minegame.answers.answer import Answer, AnswerError, Picture, told
from minegame.answers.inputs import Contest, limits_of
from minegame.answers.question import Question
from minegame.ensemble import by_bidder, by_patron
from minegame.options import Real, option
from minegame.plots.lever_prices import price_bars
from minegame.runner import Runner
from minegame.scenario import Scenario
from minegame.tables import Column, Table
from minegame.text import COUNT, LEVEL, MONEY, POINTS, listed, possessive, upper

if TYPE_CHECKING:
    import pandas as pd

    from minegame.design import Changes


@dataclass(frozen=True, kw_only=True)
class LeverPrices(Question):
    """What a percentage point of win probability costs a patron by each of its levers, at the margin.

    Each lever is made ``step`` weaker than in the scenario (or stronger, where it is weaker than that), on the same
    luck.
    """

    patron: str | None = options.patron()
    bidder: str | None = options.bidder()
    step: float = option(0.25, "How much weaker each lever is made.", Real(0, 1, "0.25"))
    replications: int = options.replications(20_000)

    in_short: ClassVar = {"cause": 0}
    examples: ClassVar = ("--patron us --out results/lever_prices",)

    def answer(self, scenario: Scenario, runner: Runner) -> Answer:
        """The levers, the cheapest first."""
        contest = Contest.of(scenario, self.patron, self.bidder)
        if not self.step:
            raise AnswerError(scenario.name, f"the step must lie above 0 and at 1 at most, not {self.step:g}")
        policies = prices.design(scenario, contest.patron, self.step)
        runner.expect(self.replications * len(policies))
        value = float(scenario.patrons[contest.patron].point_value)
        gains, costs, money = self._changes(scenario, contest, policies, runner)
        found = prices.estimate(gains, costs, value, self.confidence, money)
        return told(
            self, scenario,
            f"What does a percentage point of {possessive(contest.label)} chance cost {contest.patron_label} by "
            "each lever?",
            _said(found, contest, value, self.replications),
            {"prices": _table(found, scenario, contest)},
            {"gains": self._picture(found, contest, value)},
            {"patron": contest.patron, "bidder": contest.bidder},
            limits_of(scenario, *self._limits(contest, value)),
        )  # fmt: skip

    def _changes(
        self, scenario: Scenario, contest: Contest, policies: Mapping[str, Changes], runner: Runner
    ) -> tuple[dict[str, np.ndarray], ...]:
        """What each step changes in every negotiation: whether the bidder wins, lever points used, public money."""
        own = scenario.patron_names.index(contest.patron)
        places = [by_bidder("wins_any", contest.place), by_patron("points_used", own), by_patron("public_money", own)]
        samples = runner.samples(scenario.games(list(policies.values())), self.seed, self.replications, places)
        changes = samples - samples[:, :1]
        steps = list(enumerate(policies))[1:]
        return tuple({lever: changes[:, n, part] for n, lever in steps} for part in range(len(places)))

    def _picture(self, found: pd.DataFrame, contest: Contest, value: float) -> Picture:
        draw = partial(
            price_bars, found, notes=[_price(row) for _, row in found.iterrows()], outcome=f"P({contest.label} wins)",
            point_value=value, replications=self.replications, confidence=self.confidence,
        )  # fmt: skip
        sure = _helpful(found)
        title = upper(cheapest_said(sure)) if len(sure) else "No lever surely helps at the margin"
        return Picture(title, draw)

    def _limits(self, contest: Contest, value: float) -> tuple[str, str]:
        return (
            f"A price at the margin, {self.step:g} of a lever's full strength around what the scenario plays; the "
            "first part of a lever may buy more, or less.",
            f"A lever point is worth {value:g} M$ to {contest.patron_label} by assumption, and prices scale with it; "
            "what a lever does besides (threats carried out, relations spoilt) is not in the price.",
        )


def _table(found: pd.DataFrame, scenario: Scenario, contest: Contest) -> Table:
    now = [float(scenario.value(f"patrons.{contest.patron}.levers.{lever}.intensity")) for lever in found["lever"]]
    return Table(
        "The price of a percentage point",
        [
            Column("lever"),
            Column("now", "intensity now", LEVEL),
            Column("gain", "gain for a lever point", POINTS, bounded=True),
            Column("price", "price of a percentage point", MONEY, bounded=True),
            Column("public", "public money at risk for it", MONEY, bounded=True),
            Column("negotiations", unit=COUNT),
        ],
        found.assign(now=now, negotiations=found["replications"]),
    )


def _price(row: pd.Series) -> str:
    if not np.isfinite(row["price"]):
        return "no effect seen"
    if not (np.isfinite(row["price_low"]) and np.isfinite(row["price_high"])):
        return f"{MONEY.write(row['price'])} (may have no effect)"
    return MONEY.write(row["price"], row["price_low"], row["price_high"])


def _helpful(found: pd.DataFrame) -> pd.DataFrame:
    """The levers that surely raise the chance at the margin, the cheapest first."""
    return found[(found["gain_low"] > 0) & (found["price"] > 0)]


def _cheapest(sure: pd.DataFrame) -> pd.DataFrame:
    """The cheapest lever, and those whose intervals overlap with its own."""
    alike: pd.DataFrame = sure[sure["price_low"] <= sure["price_high"].iloc[0]]
    return alike


def cheapest_said(sure: pd.DataFrame) -> str:
    """Which levers are the cheapest, in a line."""
    names = [str(lever) for lever in _cheapest(sure)["lever"]]
    if len(names) == 1:
        return f"{names[0]} is the cheapest lever at the margin"
    return f"{listed(names)} are the cheapest levers at the margin, not surely different"


def _said(found: pd.DataFrame, contest: Contest, value: float, n: int) -> list[str]:
    sure = _helpful(found)
    if not len(sure):
        return [
            f"No lever of {contest.patron_label} surely buys {contest.label} a higher chance at the margin "
            f"(n = {n:,} negotiations for each lever)."
        ]
    priced = [f"{row['lever']} {_price(row)}" for _, row in sure.iterrows()]
    count = len(_cheapest(sure))
    prices, others = listed(priced[:count]) if count > 1 else _price(sure.iloc[0]), priced[count:]
    unsure = [str(lever) for lever in found["lever"] if lever not in set(sure["lever"])]
    return [
        f"{upper(cheapest_said(sure))}: {prices} for a percentage point more of "
        f"{possessive(contest.label)} chance (n = {n:,} negotiations for each lever, on the same luck).",
        f"The others that surely work: {listed(others)}." if others else "No other lever surely works at the margin.",
        *([f"Not surely of any help at the margin: {listed(unsure)}."] if unsure else []),
        f"A lever point (a lever pressed hard for a month) is reckoned at {value:g} M$.",
    ]
