"""What a run of a campaign says: who wins which tender at every point, what patrons got, what policies change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import storage
from minegame.answers.answer import Picture
from minegame.answers.experiment.found import MOST_ROWS, fills_a_map, level_of
from minegame.campaign_file import CampaignScenario
from minegame.campaign_odds import Odds, Sums
from minegame.plots.changes import change_curves
from minegame.plots.winning import odds, win_curves, win_map
from minegame.results import Results
from minegame.scenario import in_words
from minegame.statistics import precision
from minegame.tables import Column, Table
from minegame.text import LEVEL, MONEY_CHANGE, POINTS, SHARE, counted, level, listed, possessive

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_VALUE, _PAYOFF = "campaign_value_share", "campaign_payoff"
_MOST_CURVES, _MOST_BARS, _MOST_MAPS = 6, 12, 8  # tenders that have a picture each, bars of a policy, maps
_MOST_CURVE = 1000  # points of a curve
_PLAYS = "campaigns"  # what is counted


@dataclass(frozen=True)
class FoundCampaign:
    """The results of a run of a campaign as far as they are told; its first patron is told of first."""

    results: Results

    @property
    def campaign(self) -> CampaignScenario:
        """What was played."""
        assert isinstance(self.results.scenario, CampaignScenario)
        return self.results.scenario

    @property
    def patron(self) -> str:
        """The patron that is told of first."""
        return self.campaign.table().patrons[0]

    @property
    def label(self) -> str:
        """Its label."""
        return self.campaign.label_of("patron", self.patron)

    @cached_property
    def values(self) -> np.ndarray:
        """The part of the value of all tenders that its camp won: shape (groups, policies, 3)."""
        place = next(m.place for m in storage.measures(self.campaign) if (m.name, m.subject) == (_VALUE, self.patron))
        return np.asarray(self.results.sums[:, :, place])

    @property
    def sizes(self) -> str:
        """The campaigns of a point under a policy, from least to most."""
        least, most = int(self.values[..., 0].min()), int(self.values[..., 0].max())
        return f"{least:,}" if least == most else f"{least:,} to {most:,}"

    def odds(self, paired: bool = False, groups: Sequence[int] | None = None) -> Odds:
        """What is told of every point and policy, or of what every policy but the reference changes there."""
        results = self.results
        keys = [*(Column(path, unit=LEVEL) for path in results.factors), Column("policy")]
        chosen = range(results.groups) if groups is None else groups
        points = list(self._points(paired, chosen))
        return Odds(self.campaign, points, keys, paired=paired)

    def _points(self, paired: bool, groups: Sequence[int]) -> Iterator[tuple[dict[str, Any], Sums]]:
        results = self.results
        for group in groups:
            row = {path: level_of(results.design[path].iloc[group]) for path in results.factors}
            for p, policy in enumerate(results.policies):
                if not (paired and policy == results.reference):
                    sums = results.change_at(group, p) if paired else results.of_point(group, p)
                    yield {**row, "policy": policy}, sums


# -------------------------------------------------------------------------------------------------------------- tables


def tables_of(found: FoundCampaign) -> dict[str, Table]:
    """A row a point, policy and bidder, patron or host; of a large design they are for whoever draws them."""
    results = found.results
    long = results.groups * len(results.policies) > MOST_ROWS
    tables = found.odds().tables(raw=long)
    if results.groups == 1 and len(results.policies) > 1 and found.campaign.campaign.minerals:
        tables["supply_compared"] = found.odds().supply_compared()
    if results.reference is not None:
        changes = found.odds(paired=True).changes(f"Differences from “{results.reference}”, on the same luck", long)
        tables |= {f"{key}_contrasts": table for key, table in changes.items()}
    return tables


# ----------------------------------------------------------------------------------------------------------- sentences


def sentences_of(found: FoundCampaign) -> list[str]:
    """The answer: the camp's part of all value at its ends, what policies change, and the favourites of one point."""
    results = found.results
    said = [_value_said(found)]
    if results.reference is not None:
        said.append(_change_said(found))
        said += _along_said(found) if len(results.factors) == 1 and results.groups > 1 else []
    return said if results.groups > 1 else [*said, *found.odds().favourites()]


def _value_said(found: FoundCampaign) -> str:
    means = found.values[..., 1] / found.values[..., 0]
    ends = [np.unravel_index(int(at), means.shape) for at in (means.argmin(), means.argmax())]
    told = [(_value(found, *end), _where(found.results, *end)) for end in ends]
    least, most = (f"{value} ({where})" if where else value for value, where in told)
    if means.size == 1:
        return f"{possessive(found.label)} camp wins {least} of the value of all tenders ({found.sizes} campaigns)."
    size = f"{counted(means.shape[0], 'point')} × {counted(means.shape[1], 'policy', 'policies')}"
    return (
        f"Over {size}, {possessive(found.label)} camp wins between {least} and {most} of the value of all tenders "
        f"({found.sizes} campaigns each)."
    )


def _value(found: FoundCampaign, group: Any, policy: Any) -> str:
    sums = found.values[group, policy]
    return SHARE.write(sums[1] / sums[0], *map(float, precision.interval(sums, _VALUE)))


def _where(results: Results, group: Any, policy: Any) -> str:
    """Which point it is, if it can be said briefly."""
    under = [f"“{results.policies[policy]}”"] if len(results.policies) > 1 else []
    row = results.design.iloc[int(group)]
    at = [f"{path} = {level(row[path])}" for path in results.factors] if len(results.factors) <= 3 else []
    return ", ".join([*under, *at])


def _change_said(found: FoundCampaign) -> str:
    """Where a policy changes the camp's part of the value most, and the payoff there, on the same luck."""
    results, reference = found.results, found.results.manifest["reference"]
    means = found.values[..., 1] / found.values[..., 0]
    gains = np.abs(means - means[:, [reference]])
    gains[:, reference] = -1.0
    group, policy = np.unravel_index(int(gains.argmax()), gains.shape)
    sums, changes = results.change_at(int(group), int(policy)), Odds(found.campaign, [], paired=True)
    value = POINTS.write(*changes.three(sums, _VALUE, found.patron))
    payoff = MONEY_CHANGE.write(*changes.three(sums, _PAYOFF, found.patron))
    return (
        f"Against “{results.reference}”, on the same luck, that changes most under {_where(results, group, policy)}: "
        f"by {value}, and {possessive(found.label)} payoff by {payoff}."
    )


def _along_said(found: FoundCampaign) -> list[str]:
    """What each policy changes of the payoff at the ends of the only factor."""
    results, (factor,) = found.results, found.results.factors
    rows = _payoff_changes(found)
    said = []
    for policy in [name for name in results.policies if name != results.reference][:_MOST_CURVES]:
        mine = [row for row in rows if row["policy"] == policy]
        ends = [
            f"{MONEY_CHANGE.write(row['estimate'], row['low'], row['high'])} at {factor} = {level(row[factor])}"
            for row in (mine[0], mine[-1])
        ]
        said.append(
            f"“{policy}” changes {possessive(found.label)} payoff against “{results.reference}” by {listed(ends)}."
        )
    return said


def _payoff_changes(found: FoundCampaign) -> list[dict[str, Any]]:
    """What each policy changes of the payoff at every point, on the same luck."""
    odds = found.odds(paired=True)
    plays = int(found.values[..., 0].min())
    names = ("estimate", "low", "high")
    return [
        {**keys, **dict(zip(names, odds.three(sums, _PAYOFF, found.patron), strict=True)), "plays": plays}
        for keys, sums in odds.points
    ]


# ------------------------------------------------------------------------------------------------------------ pictures


def pictures_of(found: FoundCampaign) -> dict[str, Picture]:
    """Bars of one point; curves over one factor, of the camps' parts of all value and of each tender; maps over two."""
    results = found.results
    if results.groups == 1:
        bars = sum(end.built is not None for end in storage.outcomes(found.campaign))
        few = bars <= _MOST_BARS and len(results.policies) <= MOST_ROWS
        return {"odds": Picture("How often each bidder wins", partial(_odds, found))} if few else {}
    if len(results.factors) == 1 and results.groups <= _MOST_CURVE:
        return _curves(found)
    return _maps(found) if len(results.factors) == 2 and fills_a_map(results) else {}


def _firsts(found: FoundCampaign) -> list[tuple[str, str, str]]:
    """Of each tender, as far as there is room: its name, the outcome of its first bidder, and the label of that."""
    chosen = list(found.campaign.scenarios.items())[:_MOST_CURVES]
    names = [(name, f"{name}: {one.bidder_names[0]}") for name, one in chosen]
    return [(name, outcome, found.campaign.label_of("bidder", outcome)) for name, outcome in names]


def _curves(found: FoundCampaign) -> dict[str, Picture]:
    over = f"over {found.results.factors[0]}"
    title = f"The part of all value that {possessive(found.label)} camp wins, {over}"
    pictures = {"value": Picture(title, partial(_value_curve, found))}
    if found.results.reference is not None:
        title = f"What policies change of {possessive(found.label)} payoff, {over}"
        pictures["payoff"] = Picture(title, partial(_payoff_curve, found))
    for n, (name, outcome, label) in enumerate(_firsts(found)):
        title = f"How often {label.removeprefix(f'{name}: ')} wins “{name}”, {over}"
        pictures[f"tender_{n + 1}"] = Picture(title, partial(_win_curve, found, outcome, label))
    return pictures


def _payoff_curve(found: FoundCampaign) -> Axes:
    (factor,) = found.results.factors
    return change_curves(
        _payoff_changes(found), factor, what=f"{possessive(found.label)} payoff, M$",
        against=str(found.results.reference), name=in_words(found.campaign, factor),
    )  # fmt: skip


def _win_curve(found: FoundCampaign, outcome: str, label: str) -> Axes:
    rows: list[Any] = found.results.win_probabilities().to_dict("records")
    (factor,) = found.results.factors
    name = in_words(found.results.scenario, factor)
    return win_curves(rows, factor, outcome=outcome, label=label, name=name, plays=_PLAYS)


def _value_curve(found: FoundCampaign) -> Axes:
    (factor,) = found.results.factors
    low, high = precision.interval(found.values, _VALUE)
    rows = [
        {
            factor: level_of(found.results.design[factor].iloc[group]), "policy": policy, "outcome": found.patron,
            "estimate": found.values[group, p, 1] / found.values[group, p, 0], "low": low[group, p],
            "high": high[group, p], "negotiations": int(found.values[group, p, 0]),
        }
        for group in range(found.results.groups)
        for p, policy in enumerate(found.results.policies)
    ]  # fmt: skip
    return win_curves(
        rows, factor, outcome=found.patron, label=f"camp of {found.label}",
        name=in_words(found.results.scenario, factor), what="part of the value of all tenders won", plays=_PLAYS,
    )  # fmt: skip


def _maps(found: FoundCampaign) -> dict[str, Picture]:
    """Of each tender, under each policy, how often its first bidder wins, as far as there is room."""
    pictures = {}
    pairs = [(policy, first) for policy in found.results.policies for first in _firsts(found)][:_MOST_MAPS]
    for n, (policy, (name, outcome, label)) in enumerate(pairs):
        under = f", under “{policy}”" if len(found.results.policies) > 1 else ""
        title = f"How often {label.removeprefix(f'{name}: ')} wins “{name}”{under}"
        pictures[f"map_{n + 1}"] = Picture(title, partial(_map, found, policy, outcome, label))
    return pictures


def _map(found: FoundCampaign, policy: str, outcome: str, label: str) -> Axes:
    rows = found.results.win_probabilities()
    told: list[Any] = rows[rows["policy"] == policy].to_dict("records")
    names = [in_words(found.results.scenario, path) for path in found.results.factors]
    return win_map(told, *found.results.factors, outcome=outcome, label=label, names=names, plays=_PLAYS)


def _odds(found: FoundCampaign) -> Axes:
    rows: list[Any] = found.results.win_probabilities().to_dict("records")
    named = [
        {**row, "outcome": f"{found.campaign.label_of('bidder', str(row['outcome']))} wins"}
        for row in rows
        if not str(row["outcome"]).endswith(": shelved")
    ]
    return odds(named, replications=min(int(row["negotiations"]) for row in rows), plays=_PLAYS)
