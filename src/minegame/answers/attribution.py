"""Which lever did it: exact Shapley values of winning and of the host's value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from minegame import design as designs
from minegame import options
from minegame.analysis import attribution as shapley
from minegame.answers import inputs
from minegame.answers.answer import Answer, Picture, told
from minegame.answers.inputs import Contest, limits_of, ranges_limit
from minegame.answers.question import Question
from minegame.design import Factor
from minegame.ensemble import by_bidder, general
from minegame.game import LEVERS
from minegame.options import Whole, Words, option
from minegame.plots.attribution import shapley_bars
from minegame.runner import Runner
from minegame.scenario import Scenario
from minegame.tables import Column, Table, bounded
from minegame.text import MONEY, MONEY_CHANGE, POINTS, SHARE, Unit, listed, possessive

if TYPE_CHECKING:
    import pandas as pd

_IN_A_WORLD = 400  # negotiations under every package
_A_CHANCE = 0.1  # worlds in which the bidder wins less often, whatever is tried, do not tell levers apart


@dataclass(frozen=True, kw_only=True)
class Attribution(Question):
    """Which lever did it: exact Shapley values of winning and of the host's value, over all packages of levers.

    With ``worlds``, how far that holds in so many worlds drawn from the ranges of what varies.
    """

    patron: str | None = options.patron()
    bidder: str | None = options.bidder()
    lever: tuple[str, ...] | None = option(None, "Among which levers (default: those in use).", Words("LEVER", LEVERS))
    worlds: int = option(
        0, "Ask it also of so many worlds drawn from the ranges of the wide experiment, of --factors or of --vary.",
        Whole(0, 1_000_000),
    )  # fmt: skip
    factors: str | None = options.factors()
    vary: tuple[Factor, ...] | None = options.vary()
    replications: int = options.replications(20_000)

    examples: ClassVar = ("", "--lever tariff --lever access --out results/attribution", "--worlds 400")

    def answer(self, scenario: Scenario, runner: Runner) -> Answer:
        """What each lever adds, alone, last and on average over all orders."""
        contest = Contest.of(scenario, self.patron, self.bidder, self.lever)
        chosen = inputs.factors_of(scenario, self.vary, self.factors) if self.worlds else ()
        games = shapley.design(scenario, contest.patron, contest.levers)[0]
        runner.expect((self.replications + self.worlds * _IN_A_WORLD) * len(games))
        places = [by_bidder("wins_any", contest.place), general("host_value")]
        samples = runner.samples(games, self.seed, self.replications, places)
        won, worth = (shapley.estimate(samples[..., n], contest.levers, self.confidence, n == 0) for n in range(2))
        tables = {
            "levers": _levers(f"What each lever adds to P({contest.label} wins)", won, POINTS),
            "value": _levers("What each lever adds to the host's value", worth, MONEY_CHANGE),
            "pairs": _pairs(won, worth),
            "packages": _packages(won, worth, contest),
        }
        sentences = _said(won, worth, contest)
        if self.worlds:
            elsewhere = self._elsewhere(contest, chosen, runner)
            tables["worlds"] = _worlds(elsewhere)
            sentences += _elsewhere_said(elsewhere, contest, self.worlds)
        return told(
            self, scenario, f"Which of {possessive(contest.patron_label)} levers won it for {contest.label}?",
            sentences, tables, self._pictures(won, worth, contest),
            {
                "patron": contest.patron, "bidder": contest.bidder, "lever": list(contest.levers),
                "vary": inputs.spelled(chosen),
            },
            limits_of(scenario, *_LIMITS, *([ranges_limit(chosen)] if self.worlds else [])),
        )  # fmt: skip

    def _elsewhere(self, contest: Contest, factors: Sequence[Factor], runner: Runner) -> pd.DataFrame:
        """Shapley values of P(win) in worlds drawn from the ranges, each played on luck of its own."""
        found, kept = [], []
        place = [by_bidder("wins_any", contest.place)]
        for world, point in enumerate(inputs.records(designs.latin_hypercube(factors, self.worlds, self.seed))):
            games = shapley.design(contest.scenario.at(point), contest.patron, contest.levers)[0]
            first = (world + 1) * _IN_A_WORLD
            won = runner.samples(games, self.seed, _IN_A_WORLD, place, first=first)[..., 0]
            levers = shapley.estimate(won, contest.levers, self.confidence, event=True).levers
            found.append(levers[["estimate", "low", "high"]].to_numpy(float))
            kept.append(won[:, -1].mean() >= _A_CHANCE)
        values, lows, highs = np.moveaxis(np.array(found), -1, 0)
        return shapley.over_worlds(values, lows, highs, contest.levers, np.array(kept))

    def _pictures(self, won: shapley.Attribution, worth: shapley.Attribution, contest: Contest) -> dict[str, Picture]:
        outcome = f"P({contest.label} wins)"
        bars = partial(shapley_bars, replications=self.replications, confidence=self.confidence)
        return {
            "levers": Picture(f"Levers and {outcome}", partial(bars, won.levers, outcome=outcome)),
            "value": Picture(
                "Levers and the host's value",
                partial(bars, worth.levers, outcome="the host's value", scale=1.0, unit="M$"),
            ),
        }


_LIMITS = (
    "A Shapley value divides the effect of the whole package among its levers by their average contribution over all "
    "orders; levers that need each other share what they do together. It is not what would be lost without the lever: "
    "that is the column 'added last'.",
    "Levers are at full strength or absent, at the months that the scenario gives them, and nobody answers.",
)


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


def _packages(won: shapley.Attribution, worth: shapley.Attribution, contest: Contest) -> Table:
    one, other = won.dividends, worth.dividends
    return Table(
        "Every package",
        [
            Column("package"),
            Column("wins", f"{contest.label} wins", SHARE, bounded=True),
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


# ----------------------------------------------------------------------------------------------------------- sentences


def _said(won: shapley.Attribution, worth: shapley.Attribution, contest: Contest) -> list[str]:
    total, levers = won.total, won.levers.sort_values("estimate", ascending=False)
    whole = worth.total
    value = [
        f"{row['lever']} {MONEY_CHANGE.write(row['estimate'], row['low'], row['high'])}"
        for _, row in worth.levers.sort_values("estimate", ascending=False).iterrows()
    ]
    return [
        f"Together the levers {listed(contest.levers)} change {possessive(contest.label)} chance of winning by "
        f"{POINTS.write(total['estimate'], total['low'], total['high'])} (n = {won.replications:,} negotiations under "
        f"each of {len(won.dividends)} packages, on the same luck).",
        _first_said(levers),
        f"To the host the package is worth {MONEY_CHANGE.write(whole['estimate'], whole['low'], whole['high'])}: "
        f"{listed(value)}.",
        *_interaction_said(won.pairs),
    ]


def _first_said(levers: pd.DataFrame) -> str:
    first = levers.iloc[0]
    if len(levers) == 1:
        return f"There is but one lever: {first['lever']}."
    rest = listed(
        f"{row['lever']} {POINTS.write(row['estimate'], row['low'], row['high'])}"
        for _, row in levers.iloc[1:].iterrows()
    )
    effect = POINTS.write(first["estimate"], first["low"], first["high"])
    return f"Most of it is due to {first['lever']}: {effect}{_part(first)}; then come {rest}."


def _interaction_said(pairs: pd.DataFrame) -> list[str]:
    clear = pairs[(pairs["low"] > 0) | (pairs["high"] < 0)]
    if not len(clear):
        return []
    pair = clear.iloc[int(clear["estimate"].abs().to_numpy().argmax())]
    how = "more together than apart" if pair["estimate"] > 0 else "less together than apart"
    return [
        f"The strongest interaction: {pair['first']} and {pair['second']} do {how}, "
        f"{POINTS.write(pair['estimate'], pair['low'], pair['high'])}."
    ]


def _part(row: pd.Series) -> str:
    share = (row["share"], row["share_low"], row["share_high"])
    return f", {SHARE.write(*share)} of the whole" if np.isfinite(share).all() else ""


def _elsewhere_said(found: pd.DataFrame, contest: Contest, worlds: int) -> list[str]:
    count = int(found["worlds"].iloc[0])
    if not count:
        return [f"In none of {worlds:,} other worlds does {contest.label} win one time in ten under the whole package."]
    said = [
        f"{row['lever']} adds most in {100 * row['first']:.0f} %, surely helps in {100 * row['helps']:.0f} % and "
        f"surely harms in {100 * row['harms']:.0f} %"
        for _, row in found.sort_values("first", ascending=False).iterrows()
    ]
    return [
        f"In {count:,} of {worlds:,} other worlds {contest.label} wins at least one time in ten under the whole "
        f"package; of these, {listed(said)} (n = {_IN_A_WORLD} negotiations under every package of a world)."
    ]
