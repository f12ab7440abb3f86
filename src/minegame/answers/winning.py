"""Who wins, on what terms: win probabilities and contrasts of policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import design as designs
from minegame import plots, runner
from minegame.analysis import winning as estimates
from minegame.answers import words
from minegame.answers.answer import Answer, AnswerError
from minegame.answers.inputs import (
    AS_IT_IS,
    Contest,
    Progress,
    command_line,
    expect,
    limits_of,
    scenario_of,
    settings_of,
)
from minegame.answers.words import with_interval
from minegame.design import Changes
from minegame.ensemble import by_bidder, general
from minegame.scenario import Scenario, nearest, typed_change
from minegame.statistics import comparison, intervals

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


_NO_LEVER = "none"
_TERMS = {
    "state_equity": ("state equity, %", 100.0),
    "bonus": ("bonus, M$", 1.0),
    "offtake": ("offtake, %", 100.0),
    "processing": ("processing at home, %", 100.0),
    "coverage": ("capital covered, %", 100.0),
    "completion": ("expected completion, %", 100.0),
    "month": ("month of the award", 1.0),
}
_MOST_BARS = 8


def winning(
    scenario: Scenario | str | Path,
    policies: Mapping[str, Changes] | None = None,
    reference: str | None = None,
    *,
    replications: int = 20_000,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """Who wins, on what terms, and how much a policy changes that.

    ``policies``: name → changes by path; by default every package of the levers of the first patron that uses any.
    ``reference``: the policy that the others are compared with on the same luck; by default the package without any
    lever, or the scenario as it is.
    """
    scenario = scenario_of(scenario)
    contest = Contest.of(scenario)
    given = policies is not None
    named, own = _with_own(scenario, policies or designs.packages(contest.patron, contest.levers))
    base = reference or (_NO_LEVER if _NO_LEVER in named else next(iter(named)))
    if base not in named:
        text = f"there is no policy '{base}': expected one of {', '.join(named)}{nearest(base, named)}"
        raise AnswerError(scenario.name, text)
    expect(progress, replications * (len(named) + 1))
    names = list(named)
    games = comparison.design(scenario, named)
    tallies = runner.tally(games, seed, replications, reference=names.index(base), progress=progress)
    assert tallies.contrasts is not None
    sums = tallies.sums[0]
    found = {name: estimates.estimate(sums[n], scenario, confidence) for n, name in enumerate(names)}
    contrasts = _contrasts(tallies.contrasts[0], names, base, contest, confidence)
    months = _months(scenario, seed, replications, progress)
    tables = {
        "Who wins": _who_wins(found, scenario),
        f"Differences from '{base}' for {contest.label}": contrasts,
        "Host's value and supply": _host(sums, found, names, confidence),
        "Terms given the winner": _terms(found[own], scenario),
    }
    return Answer(
        name="winning",
        question=f"Who wins, on what terms, and what does {words.possessive(contest.patron_label)} policy change?",
        sentences=tuple(_winning_said(found, contrasts, own, base, contest, replications, months)),
        tables=tables,
        pictures=_winning_pictures(found, own, base, scenario, months, replications, confidence),
        settings=settings_of(
            scenario, replications=replications, seed=seed, confidence=confidence, reference=base,
            policies={name: dict(changes) for name, changes in named.items()},
        ),
        command=command_line(
            "winning", scenario,
            {
                "policy": [_typed_policy(name, changes) for name, changes in named.items()] if given else None,
                "reference": reference, "replications": replications, "seed": seed, "confidence": confidence,
            },
        ),
        limits=limits_of(
            scenario,
            "Policies are compared with everybody else playing on as the scenario says: nobody answers a policy with "
            "one of his own (see minegame analyse equilibrium).",
            "Terms are those of the negotiations that the bidder won, which are not the same negotiations for each.",
        ),
        scenario=scenario,
    )  # fmt: skip


def _with_own(scenario: Scenario, policies: Mapping[str, Changes]) -> tuple[dict[str, Changes], str]:
    """The policies with the scenario's own among them, and its name; a policy that plays as the scenario is it."""
    games, own = scenario.games(list(policies.values())), scenario.game()[0].tobytes()
    same = next((name for name, game in zip(policies, games, strict=True) if game.tobytes() == own), None)
    return (dict(policies), same) if same is not None else ({**policies, AS_IT_IS: {}}, AS_IT_IS)


def _typed_policy(name: str, changes: Changes) -> str:
    return f"{name}: " + ",".join(typed_change(path, value) for path, value in changes.items())


def _who_wins(found: Mapping[str, Any], scenario: Scenario) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for name, at in found.items():
        row: dict[str, Any] = {"policy": name}
        for bidder, values in at["bidders"].items():
            row |= _shown(f"{scenario.bidders[bidder].label} wins, %", values["wins_any"], 100.0)
        row |= _shown("shelved, %", at["shelved"], 100.0)
        for bidder, values in at["bidders"].items():
            row |= _shown(f"{scenario.bidders[bidder].label} wins and builds, %", values["wins_and_built"], 100.0)
        rows.append(row)
    return pd.DataFrame(rows)


def _shown(name: str, estimate: Mapping[str, float | None], scale: float) -> dict[str, float]:
    value, low, high = (
        np.nan if estimate[key] is None else float(estimate[key] or 0.0) for key in ("estimate", "low", "high")
    )
    return {column: float(number) for column, number in with_interval(name, value, low, high, scale).items()}


def _contrasts(
    differences: np.ndarray, names: Sequence[str], base: str, contest: Contest, confidence: float
) -> pd.DataFrame:
    """The paired difference of every policy from the reference, with the family's false alarms in hand."""
    place = by_bidder("wins_any", contest.place)
    gained, lost, trials = comparison.gained_and_lost(differences[:, place])
    won = comparison.estimate(gained, lost, trials, names, base, confidence)
    others = [n for n, name in enumerate(names) if name != base]
    table = won[["policy"]].assign(**with_interval("wins, points", won["difference"], won["low"], won["high"], 100.0))
    for text, measure, scale in (
        ("wins and builds, points", by_bidder("wins_and_built", contest.place), 100.0),
        ("host's value, M$", general("host_value"), 1.0),
    ):
        count, total, squares = np.moveaxis(differences[others, measure], -1, 0)
        low, high = intervals.mean(total, squares, count, confidence)
        table = table.assign(**with_interval(text, total / count, low, high, scale))
    return table.assign(**{"chance of a false alarm": won["p_holm"]})


def _host(sums: np.ndarray, found: Mapping[str, Any], names: Sequence[str], confidence: float) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for n, name in enumerate(names):
        row: dict[str, Any] = {"policy": name, **_shown("host's value, M$", found[name]["host"]["value"], 1.0)}
        count, total, squares = sums[n, general("hhi_before")]
        row["concentration before"] = total / count
        count, total, squares = sums[n, general("hhi_after")]
        row |= with_interval("after", total / count, *intervals.mean(total, squares, count, confidence))
        rows.append(row)
    return pd.DataFrame(rows)


def _terms(at: Mapping[str, Any], scenario: Scenario) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for term, (text, scale) in _TERMS.items():
        row: dict[str, Any] = {"term": text}
        for bidder, values in at["bidders"].items():
            row |= _shown(scenario.bidders[bidder].label, values["terms"][term], scale)
        rows.append(row)
    return pd.DataFrame(rows)


def _months(scenario: Scenario, seed: int, replications: int, progress: Progress | None) -> pd.DataFrame:
    """How many negotiations each bidder won in each month, under the scenario's own policy."""
    import pandas as pd

    places = [by_bidder("award_month", i) for i in range(len(scenario.bidder_names))]
    months = runner.samples(scenario.game(), seed, replications, places, progress=progress)[:, 0]
    counts = {}
    for i, bidder in enumerate(scenario.bidder_names):
        won = months[:, i][np.isfinite(months[:, i])].astype(int)
        counts[scenario.bidders[bidder].label] = np.bincount(won, minlength=scenario.tender.months)
    return pd.DataFrame(counts)


def _winning_said(
    found: Mapping[str, Any], contrasts: pd.DataFrame, own: str, base: str, contest: Contest, n: int,
    months: pd.DataFrame,
) -> list[str]:  # fmt: skip
    at = found[own]["bidders"][contest.bidder]
    said = [
        f"With the scenario's own policy ({own}), {contest.label} wins {_percent(at['wins_any'])} of {n:,} "
        f"negotiations, and wins and builds the mine in {_percent(at['wins_and_built'])}."
    ]
    change = contrasts[contrasts["policy"] == own]
    if len(change):
        row, won = change.iloc[0], "wins, points"
        before = found[base]["bidders"][contest.bidder]["wins_any"]
        alarm = float(row["chance of a false alarm"])
        said.append(
            f"Under the policy '{base}' it wins {_percent(before)}: the difference is "
            f"{words.points(*(row[c] / 100 for c in (won, f'{won} (low)', f'{won} (high)')))} on the same luck, and "
            f"{words.money(*(row[c] for c in _triple(_VALUE)), signed=True)} for the host "
            f"(chance of a false alarm among all policies compared: {_alarm(alarm)})."
        )
    others = [name for name in contest.scenario.bidder_names if name != contest.bidder]
    rivals = [
        f"{contest.scenario.bidders[name].label} {_percent(found[own]['bidders'][name]['wins_any'])}" for name in others
    ]
    said.append(f"The others: {words.listed([*rivals, 'shelved ' + _percent(found[own]['shelved'])])}.")
    label = contest.label
    if months[label].sum():
        peak = int(months[label].to_numpy().argmax())
        share = months[label].iloc[peak] / months[label].sum()
        said.append(
            f"{label} most often wins in {words.month(contest.scenario, peak)}: {words.percent(share)} of its awards."
        )
    best = max(found, key=lambda name: found[name]["bidders"][contest.bidder]["wins_any"]["estimate"] or 0.0)
    said.append(
        f"Of the {len(found)} policies compared, '{best}' gives {label} the most: "
        f"{_percent(found[best]['bidders'][contest.bidder]['wins_any'])}."
    )
    return said


_VALUE = "host's value, M$"


def _triple(name: str) -> tuple[str, str, str]:
    return name, f"{name} (low)", f"{name} (high)"


def _percent(estimate: Mapping[str, float | None]) -> str:
    return words.percent(float(estimate["estimate"] or 0.0), estimate["low"], estimate["high"])


def _alarm(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


def _winning_pictures(
    found: Mapping[str, Any], own: str, base: str, scenario: Scenario, months: pd.DataFrame, n: int, confidence: float
) -> dict[str, Any]:
    shown = list(found)
    if len(shown) > _MOST_BARS:  # the reference, every lever alone, and the scenario's own
        shown = [name for name in shown if name in (base, own) or " + " not in name][:_MOST_BARS]
    rows = []
    for name in shown:
        for bidder, values in found[name]["bidders"].items():
            label = scenario.bidders[bidder].label
            rows.append({"policy": name, "outcome": f"{label} wins", **values["wins_any"]})
        rows.append({"policy": name, "outcome": "shelved", **found[name]["shelved"]})

    def odds() -> Axes:
        return plots.odds(rows, replications=n, confidence=confidence)

    def award_months() -> Axes:
        start = words.month(scenario, 0).partition("(")[2].rstrip(")")
        return plots.award_months(months, months=scenario.tender.months, replications=n, start=start)

    return {"Win probabilities": odds, "Month of the award": award_months}
