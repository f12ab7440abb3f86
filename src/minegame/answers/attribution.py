"""Which lever did it: exact Shapley values of winning and of the host's value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from minegame import design as designs
from minegame import options
from minegame.analysis import attribution as shapley
from minegame.answers import attribution_compared as compared
from minegame.answers import attribution_sentences as words
from minegame.answers import inputs
from minegame.answers.answer import Answer, AnswerError, Picture, told
from minegame.answers.contender import Contender
from minegame.answers.inputs import asked_of, contender_of, limits_of, ranges_limit
from minegame.answers.question import Question
from minegame.cases import Case
from minegame.design import Changes, Factor
from minegame.game import LEVERS
from minegame.options import Flag, Whole, Words, option
from minegame.plots.attribution import shapley_bars, shapley_over_worlds
from minegame.runner import Runner
from minegame.scenario import Scenario
from minegame.tables import Column, Table, bounded
from minegame.text import MONEY, MONEY_CHANGE, POINTS, SHARE, Unit, possessive, upper

if TYPE_CHECKING:
    import pandas as pd

_IN_A_WORLD = 400  # negotiations under every package
_A_CHANCE = 0.1  # worlds in which the bidder wins less often, whatever is tried, do not tell levers apart


@dataclass(frozen=True, kw_only=True)
class Attribution(Question):
    """Which lever did it: exact Shapley values of winning and of the host's value, over all packages of levers.

    A lever is absent, or as the scenario has it: with its own intensity, onset and trigger.  One that the scenario does
    not use is played at full strength.  With ``policy``, how much of each effect hangs on what that changes: the same
    under it, and the difference on the same luck.  With ``worlds``, how far it holds in so many worlds drawn from the
    ranges of what varies.
    """

    patron: str | None = options.patron()
    bidder: str | None = options.bidder()
    tender: str | None = options.tender()
    lever: tuple[str, ...] | None = option(None, "Among which levers (default: those in use).", Words("LEVER", LEVERS))
    full_strength: bool = option(
        False, "Play every lever at intensity 1, in place of the intensity that the scenario gives it.", Flag()
    )
    policy: Mapping[str, Changes] | None = options.policy("none; asked of each too: how much of an effect hangs on it")
    worlds: int = option(
        0, "Ask it also of so many worlds drawn from the ranges of the wide experiment, of --factors or of --vary.",
        Whole(0, 1_000_000),
    )  # fmt: skip
    factors: str | None = options.factors()
    vary: tuple[Factor, ...] | None = options.vary()
    replications: int = options.replications(20_000)

    in_short: ClassVar = {"cause": 1, "odds": -1}
    examples: ClassVar = (
        "", "--lever tariff --lever access --out results/attribution", "--full-strength", "--worlds 400",
        "--policy 'letters at their worth:financiers.us_public_lenders.credibility=0.4'",
    )  # fmt: skip

    of_campaigns: ClassVar = True

    def answer(self, scenario: Case, runner: Runner) -> Answer:
        """What each lever adds, alone, last and on average over all orders."""
        contest = contender_of(scenario, self.patron, self.bidder, self.lever, self.tender)
        if self.worlds and not isinstance(scenario, Scenario):
            raise AnswerError(scenario.name, "is a campaign, and worlds are drawn for single tenders", "worlds")
        chosen = inputs.factors_of(scenario, self.vary, self.factors) if self.worlds else ()
        strength = self._strength(contest)
        policies = self.policy or {}
        compared.check(contest, policies)
        games = contest.games(strength)
        times = self.replications * (1 + len(policies)) + self.worlds * _IN_A_WORLD
        runner.expect(times * len(games) * scenario.negotiations)
        places = [contest.wins, contest.worth]
        samples = runner.samples(games, self.seed, self.replications, places)
        won, worth = (
            shapley.estimate(samples[..., n], contest.levers, self.confidence, contest.event and n == 0)
            for n in range(2)
        )
        tables = {
            "levers": _levers(f"What each lever adds to {contest.words.outcome}", won, POINTS),
            "value": _levers("What each lever adds to the host's value", worth, MONEY_CHANGE),
            "pairs": _pairs(won, worth),
            "packages": _packages(won, worth, contest),
        }
        sentences = [*words.said(won, worth, contest), *words.strength_said(contest, strength)]
        pictures = self._pictures(won, worth, contest)
        if policies:
            changed = compared.asked(
                contest, policies, strength, samples, places=places, seed=self.seed, confidence=self.confidence,
                runner=runner,
            )  # fmt: skip
            tables |= compared.tables(changed, contest)
            sentences += compared.said(changed, contest)
        if self.worlds:
            elsewhere = self._elsewhere(contest, strength, chosen, runner)
            tables["worlds"] = _worlds(elsewhere)
            sentences += words.elsewhere_said(elsewhere, contest, self.worlds, _IN_A_WORLD)
            pictures |= self._pictures_elsewhere(elsewhere, contest)
        sentences.append(words.odds_said(won, contest))
        return told(
            self, scenario, f"Which of {possessive(contest.patron_label)} levers won it for {contest.label}?",
            sentences, tables, pictures,
            {
                "patron": contest.patron, **asked_of(contest), "lever": list(contest.levers),
                "intensity": strength, "vary": inputs.spelled(chosen),
            },
            limits_of(
                scenario, *words.limits(contest, strength), *([ranges_limit(chosen)] if self.worlds else [])
            ),
        )  # fmt: skip

    def _strength(self, contest: Contender) -> dict[str, float]:
        """How hard each lever is pressed where it is pressed."""
        if self.full_strength:
            return dict.fromkeys(contest.levers, 1.0)
        return {lever: contest.own(lever) or 1.0 for lever in contest.levers}

    def _elsewhere(
        self, contest: Contender, strength: Mapping[str, float], factors: Sequence[Factor], runner: Runner
    ) -> pd.DataFrame:
        """Shapley values of P(win) in worlds drawn from the ranges, each played on luck of its own."""
        found, kept = [], []
        place = [contest.wins]
        for world, point in enumerate(inputs.records(designs.latin_hypercube(factors, self.worlds, self.seed))):
            there = strength if self.full_strength else _in_a_world(contest, strength, point)
            games = contest.games(there, point)
            first = (world + 1) * _IN_A_WORLD
            won = runner.samples(games, self.seed, _IN_A_WORLD, place, first=first)[..., 0]
            levers = shapley.estimate(won, contest.levers, self.confidence, event=True).levers
            found.append(levers[["estimate", "low", "high"]].to_numpy(float))
            kept.append(won[:, -1].mean() >= _A_CHANCE)
        values, lows, highs = np.moveaxis(np.array(found), -1, 0)
        return shapley.over_worlds(values, lows, highs, contest.levers, np.array(kept))

    def _pictures_elsewhere(self, elsewhere: pd.DataFrame, contest: Contender) -> dict[str, Picture]:
        """How the Shapley values spread over the worlds; nothing where no world tells levers apart."""
        if not elsewhere["worlds"].iloc[0]:
            return {}
        drawn = partial(
            shapley_over_worlds, elsewhere, outcome=contest.words.outcome, worlds=self.worlds,
            replications=_IN_A_WORLD,
        )  # fmt: skip
        title = f"What each lever adds to {contest.words.outcome} where other numbers hold"
        return {"worlds": Picture(title, drawn)}

    def _pictures(self, won: shapley.Attribution, worth: shapley.Attribution, contest: Contender) -> dict[str, Picture]:
        outcome = contest.words.outcome
        bars = partial(
            shapley_bars, replications=self.replications, confidence=self.confidence, plays=contest.words.plays
        )
        return {
            "levers": Picture(_most(won, outcome, POINTS), partial(bars, won.levers, outcome=outcome)),
            "value": Picture(
                _most(worth, "the host's value", MONEY_CHANGE),
                partial(bars, worth.levers, outcome="the host's value", scale=1.0, unit="M$"),
            ),
        }


def _most(found: shapley.Attribution, outcome: str, unit: Unit) -> str:
    """Which lever moves an outcome most, and whether up or down, in a line; only what surely does is named."""
    sure = words.surely_moved(found.levers)
    if not len(sure):
        return f"No lever surely moves {outcome}"
    most = sure.iloc[int(sure["estimate"].abs().to_numpy().argmax())]
    does = "adds most to" if most["estimate"] > 0 else "takes most from"
    return f"{upper(str(most['lever']))} {does} {outcome}: {unit.write(most['estimate'], most['low'], most['high'])}"


def _in_a_world(contest: Contender, strength: Mapping[str, float], point: Changes) -> dict[str, float]:
    """How hard each lever is pressed in a world that may have an intensity of its own."""
    return {
        lever: float(point.get(designs.intensity_of(contest.patron, lever), pressed))  # type: ignore[arg-type]
        for lever, pressed in strength.items()
    }


# -------------------------------------------------------------------------------------------------------------- tables


def _levers(title: str, found: shapley.Attribution, unit: Unit) -> Table:
    table = found.levers
    return Table(
        title,
        [
            Column("lever"),
            Column("shapley", "Shapley value", unit, bounded=True),
            Column("share", "part of the whole", SHARE, bounded=True),
            Column("alone", "alone", unit, bounded=True),
            Column("last", "added last", unit, bounded=True),
        ],
        {
            "lever": table["lever"],
            **bounded("shapley", table["estimate"], table["low"], table["high"]),
            **bounded("share", table["share"], table["share_low"], table["share_high"]),
            **bounded("alone", table["first_in"], table["first_in_low"], table["first_in_high"]),
            **bounded("last", table["last_in"], table["last_in_low"], table["last_in_high"]),
        },
    )


def _pairs(won: shapley.Attribution, worth: shapley.Attribution) -> Table:
    one, other = won.pairs, worth.pairs
    return Table(
        "What two levers do together",
        [
            Column("first"),
            Column("second"),
            Column("winning", "interaction in winning", POINTS, bounded=True),
            Column("value", "in the host's value", MONEY_CHANGE, bounded=True),
        ],
        {
            "first": one["first"],
            "second": one["second"],
            **bounded("winning", one["estimate"], one["low"], one["high"]),
            **bounded("value", other["estimate"], other["low"], other["high"]),
        },
    )


def _packages(won: shapley.Attribution, worth: shapley.Attribution, contest: Contender) -> Table:
    one, other = won.dividends, worth.dividends
    return Table(
        "Every package",
        [
            Column("package"),
            Column("wins", contest.words.winning, SHARE, bounded=True),
            Column("beyond", "beyond its parts", POINTS, bounded=True),
            Column("value", "host's value", MONEY, bounded=True),
        ],
        {
            "package": one["coalition"],
            **bounded("wins", one["worth"], one["worth_low"], one["worth_high"]),
            **bounded("beyond", one["estimate"], one["low"], one["high"]),
            **bounded("value", other["worth"], other["worth_low"], other["worth_high"]),
        },
    )


def _worlds(found: pd.DataFrame) -> Table:
    return Table(
        "In other worlds",
        [
            Column("lever"),
            Column("low", "5 % of worlds below", POINTS),
            Column("median", "median", POINTS),
            Column("high", "5 % above", POINTS),
            Column("first", "no lever adds more in, of worlds", SHARE),
            Column("helps", "surely helps in", SHARE),
            Column("harms", "surely harms in", SHARE),
        ],
        found,
    )
