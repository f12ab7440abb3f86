"""Who wins, on what terms: win probabilities of policies, or of two scenarios, and what the difference is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minegame import options
from minegame.answers import public_money
from minegame.answers.answer import Answer, Picture, told
from minegame.answers.compared import Compared, Found
from minegame.answers.inputs import AS_IT_IS, limits_of, month
from minegame.answers.outcomes import Outcomes, any_lot, labels, sold_apart, told_apart
from minegame.answers.public_money import PublicMoney
from minegame.answers.question import Question
from minegame.cases import Case
from minegame.design import Changes
from minegame.ensemble import by_bidder
from minegame.options import Word, option, refuse
from minegame.plots.winning import award_months, differences, odds
from minegame.runner import Runner
from minegame.scenario import Scenario, typed_change
from minegame.tables import Column, Table
from minegame.text import MONEY_CHANGE, P_VALUE, POINTS, SHARE, few, listed, possessive
from minegame.transcript import calendar_month

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MOST_DATED = 1_000_000  # negotiations whose months of award are counted one by one
_MOST_NAMED = 3  # changes in the name of a policy


@dataclass(frozen=True, kw_only=True)
class Winning(Question):
    """Who wins, on what terms, and how much a policy, or another scenario, changes that.

    With ``against`` or ``set_against``, the scenario as it is and the other one are compared: first minus second.
    """

    policy: Mapping[str, Changes] | None = options.policy(
        "every package of the levers of the first patron that uses any"
    )
    reference: str | None = option(
        None, "The policy with which the others are compared (default: that without any lever, else the first).",
        Word("POLICY"),
    )  # fmt: skip
    against: str | None = option(None, "Compare with another scenario, on the same luck.", Word("SCENARIO"))
    set_against: Mapping[str, Any] | None = option(
        None, "Compare with the scenario, or that of --against, after this change; many times.", options.Changes()
    )
    replications: int = options.replications(20_000, least=1)

    in_short: ClassVar = {"odds": 0}
    examples: ClassVar = (
        "",
        "--policy 'as it is:' --policy 'no tariff:patrons.us.levers.tariff.intensity=0'",
        "--set-against 'patrons.us.levers.*.intensity=0' --out results/package",
    )

    def answer(self, scenario: Scenario, runner: Runner) -> Answer:
        """Play every policy on the same luck and count."""
        compared = self._compared(scenario)
        dated = min(self.replications, _MOST_DATED)
        priced = public_money.played(compared, self.replications) if public_money.applies(compared) else 0
        runner.expect((self.replications + priced) * len(compared.scenarios) + dated)
        names = list(compared.scenarios)
        reference = None if compared.base is None else names.index(compared.base)
        tallies = runner.tally(compared.games(), self.seed, self.replications, reference=reference)
        found = Found.of(compared, tallies, self.confidence)
        months = _months(compared, self.seed, dated, runner)
        money = PublicMoney.of(compared, self.seed, priced, runner, self.confidence) if priced else None
        return told(
            self, scenario, compared.question(), _said(found, self.replications, months, money), _tables(found, money),
            self._pictures(found, months, dated), {"reference": compared.base, "policy": compared.changes},
            limits_of(scenario, *compared.limits()),
        )  # fmt: skip

    def work(self, scenario: Case) -> dict[str, Any]:
        """Everything that decides the numbers, part by part."""
        other = self._other(scenario) if isinstance(scenario, Scenario) else None
        return {**super().work(scenario), **({} if other is None else {"other": other.fingerprint()[:16]})}

    def _other(self, scenario: Scenario) -> Scenario | None:
        """The other scenario, where there is one."""
        if self.against is None:
            return scenario.at(self.set_against) if self.set_against else None
        other = Scenario.load(self.against).at(self.set_against or {})
        if not set(scenario.bidders) & set(other.bidders):
            whose = f"{', '.join(scenario.bidders)} against {', '.join(other.bidders)}"
            refuse("against", f"{self.against}: no bidder is in both scenarios, so nothing can be compared ({whose})")
        return other

    def _compared(self, scenario: Scenario) -> Compared:
        other = self._other(scenario)
        if other is None:
            return Compared.of_policies(scenario, self.policy, self.reference)
        if self.reference is not None or self.policy not in (None, {AS_IT_IS: {}}):
            refuse("policy", "policies are compared with each other, or the scenario with another one: not both")
        name = "" if self.against is None else Path(self.against).stem
        changed = named(self.set_against or {})
        return Compared.of_two(scenario, other, ", ".join(part for part in (name, changed) if part), self.set_against)

    def _pictures(self, found: Found, months: pd.DataFrame, dated: int) -> dict[str, Picture]:
        own = found.compared.scenarios[found.compared.own]
        drawn = partial(odds, _bars(found), replications=self.replications, confidence=self.confidence)
        dates = partial(
            award_months, months.rename(columns=labels(own)), months=own.tender.months, replications=dated,
            start=calendar_month(own.tender.start, 0),
        )  # fmt: skip
        made = {"winners": Picture(_headline(found), drawn)}
        if len(found.contrasts) > 1:
            made["differences"] = Picture(_moved(found), partial(_differences, found, self.confidence))
        return {**made, "months": Picture(_dated(own, months), dates)}


def _headline(found: Found) -> str:
    """Who wins, in a line: where its chance is highest."""
    label, bidder = found.compared.contest.label, found.compared.contest.bidder
    everywhere = {name: one["bidders"] for name, one in found.policies.items()}
    chances = {name: bidders[bidder]["wins_any"] for name, bidders in everywhere.items() if bidder in bidders}
    best = max(chances, key=lambda name: float(chances[name]["estimate"]))
    share = SHARE.write(*(chances[best][end] for end in ("estimate", "low", "high")))
    wins = f"{label} wins{any_lot(found.compared.scenarios[best])}"
    return f"{wins} in {share}" if len(chances) == 1 else f"{wins} most often under “{best}”: in {share}"


def _moved(found: Found) -> str:
    """What moves the chance most, in a line."""
    changes = _changes(found)
    widest = max(changes, key=lambda row: abs(row["estimate"]))
    moved = POINTS.write(*(widest[end] for end in ("estimate", "low", "high")))
    label = possessive(found.compared.contest.label)
    return f"“{widest['policy']}” moves {label} chance most: {moved} against “{found.compared.base}”"


def _changes(found: Found) -> list[dict[str, Any]]:
    bidder = found.compared.contest.bidder
    return [{"policy": name, **one["bidders"][bidder]["wins_any"]} for name, one in found.contrasts.items()]


def _differences(found: Found, confidence: float) -> Axes:
    what = f"the chance that {found.compared.contest.label} wins"
    return differences(_changes(found), str(found.compared.base), what=what, confidence=confidence)


def _dated(own: Scenario, months: pd.DataFrame) -> str:
    """When awards fall, in a line."""
    every = months.sum(axis=1)
    if not every.sum():
        return "No award in any negotiation"
    middle = calendar_month(own.tender.start, int((every.cumsum() >= every.sum() / 2).to_numpy().argmax()))
    return f"Half of the awards have fallen by {middle}"


def named(changes: Changes) -> str:
    """What a policy that makes such changes is called; nothing if there are none."""
    return few([typed_change(*change) for change in changes.items()], _MOST_NAMED)


# -------------------------------------------------------------------------------------------------------------- tables


def _tables(found: Found, money: PublicMoney | None) -> dict[str, Table]:
    compared, policy = found.compared, Column("policy")
    scenarios, contest = list(compared.scenarios.values()), compared.contest
    apart, bidders = any(map(sold_apart, scenarios)), labels(*scenarios)
    all_of_them = Outcomes(
        [policy], [({"policy": name}, found.policies[name]) for name in found.ranked(found.policies)], bidders, apart
    )
    tables = {"winners": all_of_them.winners("Who wins")}
    if found.contrasts:
        other = scenarios[list(compared.scenarios).index(str(compared.base))]
        shared = {name: label for name, label in bidders.items() if name in other.bidders}
        pairs = [
            ({"policy": name, "p": found.chances[name]}, found.contrasts[name])
            for name in found.ranked(found.contrasts)
        ]
        chance = Column("p", f"chance of a false alarm ({contest.label} wins)", P_VALUE)
        title = f"Differences from '{compared.base}', on the same luck"
        tables["contrasts"] = Outcomes([policy], pairs, shared, apart).contrasts(title, chance)
    tables["host"] = all_of_them.host("Host's value and portfolio")
    if money:
        tables["money"] = money.table(found, "Public money of a negotiation, on average")
    told_of = [name for name in dict.fromkeys([compared.own, compared.base]) if name is not None]
    ends = Outcomes([policy], [({"policy": name}, found.policies[name]) for name in told_of], bidders)
    tables["terms"] = ends.terms("Terms given the winner", [compared.scenarios[name].tender.start for name in told_of])
    if apart:
        lots = {name: lot.label for one in reversed(scenarios) for name, lot in one.deposits.items()}
        tables["lots"] = all_of_them.lots("Who wins which lot", told_apart(lots))
    return tables


def _months(compared: Compared, seed: int, replications: int, runner: Runner) -> pd.DataFrame:
    """How many negotiations each bidder won in each month, under the scenario's own policy."""
    import pandas as pd

    scenario = compared.scenarios[compared.own]
    places = [by_bidder("award_month", i) for i in range(len(scenario.bidder_names))]
    months = runner.samples(scenario.game(), seed, replications, places)[:, 0]
    counts = {}
    for i, bidder in enumerate(scenario.bidder_names):
        won = months[:, i][np.isfinite(months[:, i])].astype(int)
        counts[bidder] = np.bincount(won, minlength=scenario.tender.months)
    return pd.DataFrame(counts)


# ----------------------------------------------------------------------------------------------------------- sentences


def _said(found: Found, n: int, months: pd.DataFrame, money: PublicMoney | None) -> list[str]:
    compared = found.compared
    label, at = compared.contest.label, found.of_bidder(compared.own)
    lot = any_lot(compared.scenarios[compared.own])
    policy = f"With the scenario's own policy ({compared.own}), " if not compared.two and compared.base else ""
    said = [
        f"{policy}{label} wins{lot and f'{lot} in'} {_share(at['wins_any'])} of {n:,} negotiations, and wins and "
        f"builds {_share(at['wins_and_built'])} of the value.",
        *_difference_said(found),
        _others_said(found),
        *_month_said(compared, months),
        *([money.sentence(found)] if money else []),
    ]
    if len(found.policies) > 1 and not compared.two:
        best = max(found.policies, key=lambda name: found.of_bidder(name)["wins_any"]["estimate"] or 0.0)
        share = _share(found.of_bidder(best)["wins_any"])
        said.append(f"Of the {len(found.policies)} policies compared, '{best}' gives {label} the most: {share}.")
    return said


def _difference_said(found: Found) -> list[str]:
    """What the scenario's own policy changes, or what it is against the other scenario: first minus second."""
    compared, own = found.compared, found.compared.own
    if own not in found.contrasts or compared.base is None:
        return []
    change, chance = found.contrasts[own], found.chances[own]
    wins, value = change["bidders"][compared.contest.bidder]["wins_any"], change["host"]["value"]
    where = f"In the other case ({compared.base})" if compared.two else f"Under the policy '{compared.base}'"
    among = " among all policies compared" if len(found.contrasts) > 1 else ""
    lot = any_lot(compared.scenarios[compared.base])
    return [
        f"{where} it wins{lot and f'{lot} in'} {_share(found.of_bidder(compared.base)['wins_any'])}: the difference is "
        f"{POINTS.write(*_three(wins))} on the same luck, and {MONEY_CHANGE.write(*_three(value))} for the host "
        f"(chance of a false alarm{among}: {'below 0.001' if chance < 0.001 else P_VALUE.cell(chance)})."
    ]


def _others_said(found: Found) -> str:
    contest, at = found.compared.contest, found.policies[found.compared.own]
    others = [
        f"{contest.scenario.bidders[name].label} {_share(values['wins_any'])}"
        for name, values in at["bidders"].items() if name != contest.bidder
    ]  # fmt: skip
    lot = any_lot(found.compared.scenarios[found.compared.own])
    return f"The others{lot and f', who may win{lot} too'}: {listed([*others, 'shelved ' + _share(at['shelved'])])}."


def _month_said(compared: Compared, months: pd.DataFrame) -> list[str]:
    label, won = compared.contest.label, months[compared.contest.bidder]
    if not won.sum():
        return []
    peak = int(won.to_numpy().argmax())
    share = SHARE.write(won.iloc[peak] / won.sum())
    return [f"{label} most often wins in {month(compared.scenarios[compared.own], peak)}: {share} of its awards."]


def _three(found: Mapping[str, Any]) -> tuple[float, float | None, float | None]:
    return (np.nan if found["estimate"] is None else found["estimate"]), found["low"], found["high"]


def _share(found: Mapping[str, Any]) -> str:
    return SHARE.write(*_three(found))


# ------------------------------------------------------------------------------------------------------------ pictures


def _bars(found: Found) -> list[dict[str, Any]]:
    """The rows of the picture: one a policy and outcome, the bidder that is asked about first."""
    rows = []
    for name in found.policies:
        lot = any_lot(*found.compared.scenarios.values())
        for bidder, values in found.policies[name]["bidders"].items():
            label = found.compared.scenarios[name].bidders[bidder].label
            rows.append({"policy": name, "outcome": f"{label} wins{lot}", **values["wins_any"]})
        rows.append({"policy": name, "outcome": "shelved", **found.policies[name]["shelved"]})
    return rows
