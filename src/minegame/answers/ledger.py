"""Which term of the host's account carried the difference between two bidders."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from minegame import options
from minegame.analysis import ledger as account
from minegame.answers.answer import Answer, AnswerError, Picture, told
from minegame.answers.inputs import Contest, limits_of
from minegame.answers.question import Question
from minegame.options import Word, option
from minegame.plots.ledger import ledger_bars
from minegame.runner import Runner
from minegame.scenario import Scenario
from minegame.tables import Column, Table, bounded
from minegame.text import MONEY, MONEY_CHANGE, SHARE, listed, upper

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Ledger(Question):
    """Which term of the host's utility carried the difference between two bidders in the month of the decision.

    By default the bidder of the first patron that uses a lever against its strongest rival.
    """

    first: str | None = option(None, "A bidder (default: that of the active patron).", Word("BIDDER"))
    second: str | None = option(None, "Another (default: the strongest rival).", Word("BIDDER"))
    replications: int = options.replications(20_000)

    in_short: ClassVar = {"cause": 1}
    examples: ClassVar = ("--out results/ledger", "--first cove_kaz --second chinese_soe")

    def answer(self, scenario: Scenario, runner: Runner) -> Answer:
        """What every term speaks for, and how much of the whole difference it is."""
        contest = Contest.of(scenario, bidder=self.first)
        runner.expect(self.replications)
        rival = contest.rival(self.second, self.seed, runner)
        terms = self._difference(contest, rival, runner)
        a, b = contest.label, scenario.bidders[rival].label
        bars = partial(ledger_bars, terms, first=a, second=b, confidence=self.confidence)
        return told(
            self, scenario, f"Which terms of the host's account spoke for {a}, and which for {b}?",
            _said(terms, a, b, self.replications), {"account": _account(terms, a, b)},
            {"account": Picture(_headline(terms, a, b), bars)}, {"first": contest.bidder, "second": rival},
            limits_of(scenario, *_limits(int(terms["replications"].iloc[0]), self.replications)),
        )  # fmt: skip

    def _difference(self, contest: Contest, rival: str, runner: Runner) -> pd.DataFrame:
        """Both ledgers compared; raises AnswerError where they cannot be."""
        names = contest.scenario.bidder_names
        entries = runner.ledgers(contest.scenario.game(), self.seed, self.replications)
        one, other = entries[:, contest.place], entries[:, names.index(rival)]
        if (np.isfinite(one).all(axis=1) & np.isfinite(other).all(axis=1)).sum() < 2:
            text = f"{contest.bidder} and {rival} never both bid for everything in the month of the decision"
            raise AnswerError(contest.scenario.name, f"{text}: there are no ledgers to compare")
        return account.ledger_difference(one, other, confidence=self.confidence)


def _limits(both: int, replications: int) -> tuple[str, ...]:
    return (
        "An account of what the host weighs when it decides, offer against offer; it does not say what the offers "
        "would have been without a lever (see minegame analyse attribution).",
        f"Only negotiations in which both bid for everything in the month of the decision are read ({both:,} of "
        f"{replications:,}).",
    )


def _account(terms: pd.DataFrame, first: str, second: str) -> Table:
    return Table(
        "The host's account, month of the decision",
        [
            Column("term"),
            Column("first", first, MONEY),
            Column("second", second, MONEY),
            Column("difference", "difference", MONEY_CHANGE, bounded=True),
            Column("share", "part of the total", SHARE),
        ],
        {
            "term": terms["term"].map(_words),
            "first": terms["first"],
            "second": terms["second"],
            **bounded("difference", terms["difference"], terms["low"], terms["high"]),
            "share": terms["share"],
        },
    )


def _words(term: object) -> str:
    return str(term).replace("_", " ")


def _said(terms: pd.DataFrame, first: str, second: str, replications: int) -> list[str]:
    total, parts = terms.iloc[-1], terms.iloc[:-1]
    sure = total["low"] > 0 or total["high"] < 0
    prefers = f"prefers {first if total['difference'] > 0 else second}" if sure else "has no clear preference"
    return [
        f"In the month of the decision the host {prefers} on average: {first} is worth {_amount(total)} more to it "
        f"than {second} (n = {int(total['replications']):,} of {replications:,} negotiations, those in which both bid "
        "for everything).",
        f"For {first} speak {_carried(parts[parts['low'] > 0])}; for {second} {_carried(parts[parts['high'] < 0])}.",
    ]


def _headline(terms: pd.DataFrame, first: str, second: str) -> str:
    """What surely speaks most for whom, in a line."""
    parts = terms.iloc[:-1]
    sure = parts[(parts["low"] > 0) | (parts["high"] < 0)]
    if not len(sure):
        return f"No term surely speaks for {first} or for {second}"
    most = sure.iloc[int(sure["difference"].abs().to_numpy().argmax())]
    whom = first if most["difference"] > 0 else second
    return f"{upper(_words(most['term']))} speaks most, for {whom}: {_amount(most)}"


def _carried(terms: pd.DataFrame, most: int = 4) -> str:
    return listed(f"{_words(row['term'])} {_amount(row)}" for _, row in terms.head(most).iterrows())


def _amount(row: pd.Series) -> str:
    return MONEY_CHANGE.write(row["difference"], row["low"], row["high"])
