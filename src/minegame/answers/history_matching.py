"""What one case teaches about the parameters, and what it does not (history matching)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from minegame import options
from minegame.analysis import history_matching as matching
from minegame.analysis.history_matching import Learning, Observation
from minegame.answers import headlines, inputs
from minegame.answers.answer import Answer, Picture, told
from minegame.answers.inputs import OWN_LUCK, Contest, all_drawn, limits_of, ranges_limit
from minegame.answers.question import Question
from minegame.design import Factor
from minegame.ensemble import by_bidder, general
from minegame.options import Real, Whole, Word, option
from minegame.plots.history_matching import kept_ranges
from minegame.runner import Runner
from minegame.scenario import Scenario, in_words
from minegame.tables import Column, Table
from minegame.text import FLAG, NUMBER, PATH, SHARE, counted, listed, lower, number

if TYPE_CHECKING:
    import pandas as pd

_GIVEN = {"month": "when", "equity": "at what state share"}
_OBSERVED = {"winner": "who won", "month": "month of the award", "equity": "state share"}


@dataclass(frozen=True, kw_only=True)
class HistoryMatching(Question):
    """What one case teaches: the parameter vectors that could well have produced what was observed.

    What was observed is who won and, where they are known, the month of the award and the state's share; errors are
    the standard deviations of the observation itself, discrepancies those of what the model leaves out.
    """

    factors: str | None = options.factors()
    vary: tuple[Factor, ...] | None = options.vary()
    observed_winner: str | None = option(None, "Who won (default: the patron's bidder).", Word("BIDDER"))
    observed_month: float | None = option(None, "When, counted from month 0.", Real(0, example="7", metavar="MONTH"))
    observed_equity: float | None = option(None, "The state's share, 0 to 1.", Real(0, 1, "0.3", metavar="SHARE"))
    month_error: float = options.deviation(0.5, "How well the month is known, months.")
    month_discrepancy: float = options.deviation(1.0, "How far the model may miss it, months.")
    equity_error: float = options.deviation(0.01, "How well the state's share is known.")
    equity_discrepancy: float = options.deviation(0.03, "How far the model may miss it.")
    vectors: int = option(4096, "Worlds drawn from the ranges.", Whole(10, 1_000_000))
    replications: int = options.replications(200)

    in_short: ClassVar = {"unknown": 0}
    examples: ClassVar = ("--observed-winner cove_kaz --observed-month 7 --observed-equity 0.30",)

    def answer(self, scenario: Scenario, runner: Runner) -> Answer:
        """Which worlds are kept, and what that leaves open of the parameters and of the headlines."""
        contest = Contest.of(scenario, bidder=self.observed_winner)
        chosen = inputs.factors_of(scenario, self.vary, self.factors)
        found = self._matched(contest, chosen, runner)
        return told(
            self, scenario, "What does this one case teach about the parameters, and about the headlines?",
            self._said(found, contest),
            {
                "headlines": headlines.table(found, contest), "parameters": _parameters(found.parameters),
                "discards": _discards(found),
            },
            self._pictures(found, scenario),
            {"observed_winner": contest.bidder, "vary": inputs.spelled(chosen), "cutoff": found.cutoff},
            limits_of(scenario, *self._limits(len(chosen), found.cutoff), ranges_limit(chosen)),
        )  # fmt: skip

    # ---------------------------------------------------------------------------------------------------- the matching

    def _matched(self, contest: Contest, factors: Sequence[Factor], runner: Runner) -> Learning:
        """The worlds drawn from the ranges, judged by what was observed."""
        table = matching.design(factors, self.vectors, self.seed)
        sums = self._played(table, contest, runner)
        return matching.estimate(
            table, self._observations(), *matching.expected(sums[:, 0, :3], tuple(_OBSERVED)),
            headlines=headlines.of_worlds(sums), confidence=self.confidence,
            products=matching.products(contest.patron, contest.bidder, _lender(contest)),
        )  # fmt: skip

    def _played(self, table: pd.DataFrame, contest: Contest, runner: Runner) -> np.ndarray:
        """Sums of wins, months, state shares, mines built and the host's value, with and without the levers."""
        runner.expect(2 * self.vectors * self.replications)
        measures = ("wins_any", "award_month", "state_equity", "wins_and_built")
        places = [*(by_bidder(name, contest.place) for name in measures), general("host_value")]
        without = {f"patrons.{contest.patron}.levers.{lever}.intensity": 0.0 for lever in contest.levers}
        return inputs.played(
            runner, contest.scenario, table, places, seed=self.seed, replications=self.replications,
            policies=[{}, without], luck=np.arange(self.vectors),
        )  # fmt: skip

    @property
    def _seen(self) -> dict[str, float]:
        """What is known beside who won: the month of the award and the state's share."""
        seen = {"month": self.observed_month, "equity": self.observed_equity}
        return {name: value for name, value in seen.items() if value is not None}

    def _observations(self) -> list[Observation]:
        errors = {
            "month": (self.month_error, self.month_discrepancy),
            "equity": (self.equity_error, self.equity_discrepancy),
        }
        return [
            Observation("winner", 1.0), *(Observation(name, value, *errors[name]) for name, value in self._seen.items())
        ]  # fmt: skip

    # ----------------------------------------------------------------------------------------------------- what is said

    def _pictures(self, found: Learning, scenario: Scenario) -> dict[str, Picture]:
        kept = int(found.kept.sum())
        if kept < 2 or not len(found.parameters):
            return {}
        drawn = all_drawn(scenario, found.parameters, "parameter")
        ranges = partial(kept_ranges, drawn, kept=kept, vectors=self.vectors)
        first = found.parameters.iloc[0]
        most = lower(in_words(scenario, str(first["parameter"]))) if first["learnt"] else ""
        title = f"What happened leaves {kept:,} of {self.vectors:,} worlds, and " + (
            f"teaches most about {most}" if most else "teaches nothing sure about any parameter"
        )
        return {"ranges": Picture(title, ranges)}

    def _limits(self, varied: int, cutoff: float) -> tuple[str, ...]:
        given = ["who won", *(_GIVEN[name] for name in self._seen)]
        return (
            f"One case gives {listed(given)}: {counted(len(given), 'number')} for {counted(varied, 'parameter')}. What "
            "is kept is not a posterior: worlds are discarded, none is made likelier than another.",
            "The case was observed once, and may have been chosen for how it ended. A world is discarded beyond "
            f"{cutoff:g} standard deviations: one in which the observed bidder wins once in ten is still kept, and the "
            "least chance over the worlds kept follows from that.",
            OWN_LUCK,
            f"The month may be missed by {self.month_discrepancy:g} and the state share by "
            f"{100 * self.equity_discrepancy:g} points (one standard deviation) for what the model leaves out: a "
            "judgement.",
        )

    def _said(self, found: Learning, contest: Contest) -> list[str]:
        said = [self._kept_said(found.share_kept, contest)]
        if not found.kept.any():
            return [*said, "No world is kept: the model, these ranges and the observation do not go together."]
        said.append(headlines.sentence(found, contest))
        return [*said, *([_parameters_said(found.parameters)] if len(found.parameters) else [])]

    def _kept_said(self, share: Mapping[str, float], contest: Contest) -> str:
        what = [f"{contest.label} won"]
        if self.observed_month is not None:
            what.append(f"in {inputs.month(contest.scenario, self.observed_month)}")
        if self.observed_equity is not None:
            what.append(f"with a state share of {100 * self.observed_equity:g} %")
        out = SHARE.write(1 - share["estimate"], 1 - share["high"], 1 - share["low"])
        kept = SHARE.write(share["estimate"], share["low"], share["high"])
        return (
            f"That {' '.join(what)} rules out {out} of {self.vectors:,} worlds drawn from the wide ranges; {kept} "
            f"could well have produced it (n = {self.replications} negotiations a world)."
        )


# ------------------------------------------------------------------------------------------------------- what is judged


def _lender(contest: Contest) -> str:
    """The public lender that backs the bidder."""
    financiers = contest.scenario.financiers.items()
    return next((name for name, one in financiers if one.bidder == contest.bidder and one.public), "")


# -------------------------------------------------------------------------------------------------------------- tables


def _parameters(parameters: pd.DataFrame) -> Table:
    return Table(
        "Parameters: kept against prior",
        [
            Column("parameter", "parameter", PATH),
            Column("prior_from", "prior from", NUMBER),
            Column("prior_to", "prior to", NUMBER),
            Column("kept_from", "kept from", NUMBER),
            Column("kept_to", "kept to", NUMBER),
            Column("spread", "spread kept", NUMBER),
            Column("shift", "shift", NUMBER),
            Column("learnt", "shifted beyond chance", FLAG),
        ],
        parameters.rename(columns=_NAMES),
    )


_NAMES = {
    "prior_low": "prior_from", "prior_high": "prior_to", "kept_low": "kept_from", "kept_high": "kept_to",
    "spread_kept": "spread", "distance": "shift",
}  # fmt: skip


def _discards(found: Learning) -> Table:
    names = [name for name in _OBSERVED if name in found.vectors]
    return Table(
        "Which observation discards",
        [Column("observation"), Column("discarded", "worlds discarded by it", SHARE)],
        {
            "observation": [_OBSERVED[name] for name in names],
            "discarded": [float((found.vectors[name] > found.cutoff).mean()) for name in names],
        },
    )


# ----------------------------------------------------------------------------------------------------------- sentences


def _parameters_said(parameters: pd.DataFrame) -> str:
    shifted, most = parameters[parameters["learnt"].astype(bool)], ""
    if len(shifted):
        first = shifted.iloc[0]
        most = f", most {first['parameter']} (shift {number(first['distance'], 2)} of 1)"
    count = f"Of {len(parameters)} parameters and products, {len(shifted)} shift beyond chance"
    return f"{count}{most}{_narrowed(parameters)}"


def _narrowed(parameters: pd.DataFrame) -> str:
    narrowest = parameters.iloc[int(parameters["spread_kept"].fillna(np.inf).to_numpy().argmin())]
    if not np.isfinite(narrowest["spread_kept"]):
        return "."
    return (
        f"; the spread that shrinks most is that of {narrowest['parameter']}: the middle half of the worlds kept is "
        f"{number(100 * narrowest['spread_kept'])} % as wide as that of all."
    )
