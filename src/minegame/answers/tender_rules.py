"""What the host gains by its rules of the tender, once the patrons adapt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minegame import options
from minegame.analysis import equilibrium
from minegame.analysis import tender_rules as estimates
from minegame.answers import patrons_game
from minegame.answers.answer import Answer, AnswerError, Picture, told
from minegame.answers.inputs import AS_IT_IS, limits_of
from minegame.answers.patrons_game import HOST_COLUMNS, MONEY_BESIDE, PatronsGame, with_host
from minegame.answers.question import Question
from minegame.answers.tender_rules_sentences import sentences
from minegame.design import Changes
from minegame.game_theory import nash
from minegame.game_theory.payoffs import HOST, PayoffTable, pure_mixture
from minegame.options import Policies, option
from minegame.plots.tender_rules import rule_bars
from minegame.runner import Runner
from minegame.scenario import Scenario
from minegame.tables import Column, Table, bounded
from minegame.text import COUNT, MONEY, MONEY_CHANGE, SHARE, number, significant

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class TenderRules(Question):
    """What the host gains by its rules of the tender, when the patrons adapt to them.

    ``rule``: name of a rule → changes by path; by default those of :func:`usual_rules`.  The patrons' game is solved
    again under each and compared with the tender as it is, in value and in money.  A change may also be of what the
    scenario assumes, such as a patron's stake: how far does the answer hang on it?
    """

    rule: dict[str, Changes] | None = option(
        None, "A rule to compare with the tender as it is (default: threat-blind, hard finance, state share, lots, "
        "deadlines).", Policies()
    )  # fmt: skip
    player: dict[str, tuple[str, ...]] | None = options.player()
    default_onset: int = patrons_game.default_onset()
    replications: int = options.replications(4_000)
    draws: int = patrons_game.draws()

    in_short: ClassVar = {"advice": 0}
    examples: ClassVar = ("--out results/tender_rules", "--rule 'no delay: tender.months=6' -n 2000")

    def answer(self, scenario: Scenario, runner: Runner) -> Answer:
        """What each rule brings the host in value and in money, and what the patrons play under it.

        Raises:
            AnswerError: for a change of a lever that the patrons choose in this game.
        """
        game = PatronsGame.of(scenario, self, runner)
        rules = {AS_IT_IS: {}, **(usual_rules(scenario) if self.rule is None else self.rule)}
        if len(rules) < 2:
            raise AnswerError(scenario.name, "there is no rule to compare with the tender as it is")
        changed = {rule: _changed(scenario, rule, change, game) for rule, change in rules.items()}
        runner.expect(self.replications * game.profiles * len(rules))
        tables = {rule: game.payoffs(one, runner) for rule, one in changed.items()}
        found = estimates.estimate(tables, draws=self.draws, seed=self.seed, confidence=self.confidence)
        found = found.assign(**_held(tables, equilibrium.observed(scenario, game.playing), self.confidence))
        return told(
            self, scenario,
            f"What would {scenario.host.label} gain by other rules of the tender, once the patrons adapt to them?",
            sentences(found, scenario, game, self.draws),
            {"worth": _worth(found, game), "adapted": _adapted(found, game)}, self._pictures(found),
            {"rule": {rule: dict(change) for rule, change in rules.items()}, **game.settings()},
            limits_of(scenario, *_LIMITS, *game.limits()),
        )  # fmt: skip

    def _pictures(self, found: pd.DataFrame) -> dict[str, Picture]:
        bars = partial(rule_bars, found, replications=self.replications, confidence=self.confidence)
        return {
            "value": Picture(_headline(found, "difference", "value"), partial(bars, measure="host's value")),
            "money": Picture(
                _headline(found, f"{MONEY_BESIDE}_difference", "money"),
                partial(bars, measure="host's money", prefix=f"{MONEY_BESIDE}_"),
            ),
        }


def _headline(found: pd.DataFrame, column: str, what: str) -> str:
    """Which rule surely brings the host most, in a line; the first row is the tender as it is."""
    rest = found.iloc[1:]
    better = rest[rest[f"{column}_low"] > 0].sort_values(column, ascending=False)
    if not len(better):
        return f"No rule surely raises the host's {what}"
    best = better.iloc[0]
    change = MONEY_CHANGE.write(best[column], best[f"{column}_low"], best[f"{column}_high"])
    return f"“{best['rule']}” raises the host's {what} most: {change}"


_LIMITS = (
    "The interval of a difference holds the two equilibria fixed; where an equilibrium does not survive the draws, the "
    "columns 'solved again' say how far the host's value may lie elsewhere.",
    "A rule is believed and kept. The bidders' patience, their number and what it costs the host to bind itself do not "
    "change with it.",
    "Value is money and what the balance between the camps is worth to the host. Where a change is of how the host "
    "counts (host.balance_weight), the values are counted in two ways and only money compares.",
)


# --------------------------------------------------------------------------------------------------------------- rules


def usual_rules(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """The rules of the tender that a host may choose instead, as far as they change the scenario."""
    months = scenario.tender.months
    public = [name for name, financier in scenario.financiers.items() if financier.public and financier.credibility > 0]
    share = max(0.30, scenario.host.equity_min)
    found: dict[str, dict[str, Any]] = {}
    if scenario.host.threat_weight > 0:
        found["threat-blind"] = {"host.threat_weight": 0.0}
    if public:
        found["hard finance only"] = {f"financiers.{name}.credibility": 0.0 for name in public}
    if scenario.host.equity_min < share <= scenario.host.equity_max:
        found[f"state share at least {100 * share:g} %"] = {"host.equity_min": share}
    if len(scenario.deposits) > 1:
        other = "split" if scenario.tender.lots == "bundled" else "bundled"
        found[f"{other} lots"] = {"tender.lots": other}
    for length in (max(1, round(months * 2 / 3)), round(months * 3 / 2)):
        if length != months and length <= 240:
            found[f"deadline {length} months"] = {"tender.months": length}
    return found


def _changed(scenario: Scenario, rule: str, change: Changes, game: PatronsGame) -> Scenario:
    """The scenario under a rule; raises AnswerError where it sets what the patrons choose, which would do nothing."""
    changed = scenario.at(change)
    for patron, levers in game.playing.items():
        for lever in levers:
            path = f"patrons.{patron}.levers.{lever}.intensity"
            if changed.value(path) != scenario.value(path):
                text = f"the rule '{rule}' sets a lever that the patron chooses in this game: leave it out of --player"
                raise AnswerError(scenario.name, text, path)
    return changed


def _held(tables: Mapping[str, PayoffTable], seen: Mapping[str, str], confidence: float) -> dict[str, Any]:
    """What each rule changes for the host if nobody adapts to it, in value and in money: columns with bounds, M$."""
    first = next(iter(tables.values()))
    played = pure_mixture(first.find(seen), first.shape)
    columns: dict[str, Any] = {}
    for name, who in (("held", HOST), (f"{MONEY_BESIDE}_held", MONEY_BESIDE)):
        found = [estimates.change(table, played, first, played, who, confidence) for table in tables.values()]
        columns |= bounded(name, *map(list, zip(*found, strict=True)))
    return columns


# -------------------------------------------------------------------------------------------------------------- tables

_RULE = Column("rule", "rule or assumption")


def _worth(found: pd.DataFrame, game: PatronsGame) -> Table:
    return Table(
        "What each rule is worth to the host",
        [
            _RULE,
            *HOST_COLUMNS,
            Column("difference", "change in value", MONEY_CHANGE, bounded=True),
            Column("money_difference", "change in money", MONEY_CHANGE, bounded=True),
            Column("held", "change in value if nobody adapts", MONEY_CHANGE, bounded=True),
            Column("money_held", "change in money if nobody adapts", MONEY_CHANGE, bounded=True),
            *game.chances(),
        ],
        with_host(found),
    )


def _adapted(found: pd.DataFrame, game: PatronsGame) -> Table:
    return Table(
        "What the patrons play under each rule",
        [
            _RULE,
            *game.packages(),
            *game.payoff_columns(),
            Column("survival", unit=SHARE),
            Column("standing"),
            Column("equilibria", unit=COUNT),
            Column("redrawn_low", "solved again, host from", MONEY),
            Column("redrawn_high", "solved again, host to", MONEY),
            Column("no_pure_equilibrium", unit=SHARE),
        ],
        found.assign(standing=[_stands(row) for _, row in found.iterrows()]),
    )


def _stands(row: pd.Series) -> str:
    if np.isfinite(row["survival"]):
        return nash.IN_WORDS[str(row["standing"])]
    gain = number(row["regret"], significant(row["regret"], 2))
    return f"none singled out: to what play runs as errors grow rarer; nobody gains more than {gain} M$"
