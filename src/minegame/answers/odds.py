"""Who wins and why: win probabilities and contrasts of policies, Shapley values of levers, the host's ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import design as designs
from minegame import experiment, plots, sampling
from minegame.analysis import attribution as shapley
from minegame.analysis import comparison, intervals
from minegame.analysis import winning as estimates
from minegame.answers import words
from minegame.answers.answer import Answer, AnswerError
from minegame.answers.setting import (
    Contest,
    Factors,
    Progress,
    command_line,
    expect,
    factors_of,
    limits_of,
    ranges_limit,
    records,
    scenario_of,
    settings_of,
    spelled,
    typed_factors,
)
from minegame.answers.words import with_interval
from minegame.design import Changes, Factor
from minegame.ensemble import by_bidder, general
from minegame.scenario import Scenario, nearest, typed_change

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

AS_IT_IS = "as it is"
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


# -------------------------------------------------------------------------------------------------------------- winning


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
    tallies = experiment.tally(games, seed, replications, reference=names.index(base), progress=progress)
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
            "one of his own (see minegame analyse strategy).",
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
    months = sampling.samples(scenario.game(), seed, replications, places, progress=progress)[:, 0]
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


# ---------------------------------------------------------------------------------------------------------- attribution


def attribution(
    scenario: Scenario | str | Path,
    patron: str | None = None,
    bidder: str | None = None,
    levers: Sequence[str] | None = None,
    worlds: int = 0,
    factors: Factors | None = None,
    *,
    replications: int = 20_000,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """Which lever did it: exact Shapley values of P(win), and of the host's value, over all packages of levers.

    By default the active levers of the first patron that uses any, and its first bidder.  With ``worlds``, how far that
    holds in so many worlds drawn from the ranges of ``factors`` (by default those of the wide experiment).
    """
    scenario = scenario_of(scenario)
    contest = Contest.of(scenario, patron, bidder, levers)
    chosen = factors_of(scenario, factors) if worlds else ()
    games = shapley.design(scenario, contest.patron, contest.levers)[0]
    expect(progress, (replications + worlds * _IN_A_WORLD) * len(games))
    places = [by_bidder("wins_any", contest.place), general("host_value")]
    samples = sampling.samples(games, seed, replications, places, progress=progress)
    won = shapley.estimate(samples[..., 0], contest.levers, confidence)
    worth = shapley.estimate(samples[..., 1], contest.levers, confidence)
    outcome = f"P({contest.label} wins)"
    elsewhere = _elsewhere(contest, chosen, worlds, seed, confidence, progress) if worlds else None

    def winning_bars() -> Axes:
        return plots.shapley_bars(won.levers, outcome=outcome, replications=replications, confidence=confidence)

    def value_bars() -> Axes:
        return plots.shapley_bars(
            worth.levers, outcome="the host's value", replications=replications, scale=1.0, unit="M$",
            confidence=confidence,
        )  # fmt: skip

    return Answer(
        name="attribution",
        question=f"Which of {words.possessive(contest.patron_label)} levers won it for {contest.label}?",
        sentences=(*_attribution_said(won, worth, contest), *_elsewhere_said(elsewhere, contest, worlds)),
        tables={
            f"What each lever adds to {outcome}": _levers(won, "points", 100.0),
            "What each lever adds to the host's value": _levers(worth, "M$", 1.0),
            "What two levers do together": _pairs(won, worth),
            "Every package": _packages(won, worth, contest),
            **({} if elsewhere is None else {"In other worlds": _elsewhere_table(elsewhere)}),
        },
        pictures={f"Levers and {outcome}": winning_bars, "Levers and the host's value": value_bars},
        settings=settings_of(
            scenario, patron=contest.patron, bidder=contest.bidder, levers=list(contest.levers), worlds=worlds,
            factors=spelled(chosen), replications=replications, seed=seed, confidence=confidence,
        ),
        command=command_line(
            "attribution", scenario,
            {
                "patron": patron, "bidder": bidder, "lever": list(levers) if levers else None,
                "worlds": worlds or None, **typed_factors(factors),
                "replications": replications, "seed": seed, "confidence": confidence,
            },
        ),
        limits=limits_of(
            scenario,
            "A Shapley value divides the effect of the whole package among its levers by their average contribution "
            "over all orders; levers that need each other share what they do together. It is not what would be lost "
            "without the lever: that is the column 'added last'.",
            "Levers are at full strength or absent, at the months that the scenario gives them, and nobody answers.",
            *([ranges_limit(chosen)] if worlds else []),
        ),
        scenario=scenario,
    )  # fmt: skip


_IN_A_WORLD = 400  # negotiations under every package
_A_CHANCE = 0.1  # worlds in which the bidder wins less often, whatever is tried, do not tell levers apart


def _elsewhere(
    contest: Contest, factors: Sequence[Factor], worlds: int, seed: int, confidence: float, progress: Progress | None
) -> pd.DataFrame:
    """Shapley values of P(win) in worlds drawn from the ranges, each played on luck of its own."""
    values, errors, kept = [], [], []
    for world, point in enumerate(records(designs.latin_hypercube(factors, worlds, seed))):
        games = shapley.design(contest.scenario.at(point), contest.patron, contest.levers)[0]
        won = sampling.samples(
            games, seed, _IN_A_WORLD, [by_bidder("wins_any", contest.place)], first=(world + 1) * _IN_A_WORLD,
            progress=progress,
        )[..., 0]  # fmt: skip
        found = shapley.estimate(won, contest.levers, confidence).levers.set_index("lever").loc[list(contest.levers)]
        values.append(found["estimate"].to_numpy(float))
        errors.append(found["standard_error"].to_numpy(float))
        kept.append(won[:, -1].mean() >= _A_CHANCE)
    return shapley.over_worlds(np.array(values), np.array(errors), contest.levers, np.array(kept), confidence)


def _elsewhere_table(found: pd.DataFrame) -> pd.DataFrame:
    shares = {"no lever adds more, % of worlds": "first", "surely helps, %": "helps", "surely harms, %": "harms"}
    ends = {"5 % of worlds below": "low", "median, points": "median", "5 % above": "high"}
    return found[["lever"]].assign(**{text: 100 * found[name] for text, name in {**ends, **shares}.items()})


def _elsewhere_said(found: pd.DataFrame | None, contest: Contest, worlds: int) -> list[str]:
    if found is None:
        return []
    count = int(found["worlds"].iloc[0])
    if not count:
        return [f"In none of {worlds:,} other worlds does {contest.label} win one time in ten under the whole package."]
    told = [
        f"{row['lever']} adds most in {100 * row['first']:.0f} %, surely helps in {100 * row['helps']:.0f} % and "
        f"surely harms in {100 * row['harms']:.0f} %"
        for _, row in found.sort_values("first", ascending=False).iterrows()
    ]
    return [
        f"In {count:,} of {worlds:,} other worlds {contest.label} wins at least one time in ten under the whole "
        f"package; of these, {words.listed(told)} (n = {_IN_A_WORLD} negotiations under every package of a world)."
    ]


def _levers(found: shapley.Attribution, unit: str, scale: float) -> pd.DataFrame:
    table = found.levers
    return table[["lever"]].assign(
        **with_interval(f"Shapley value, {unit}", table["estimate"], table["low"], table["high"], scale),
        **with_interval("part of the whole, %", table["share"], table["share_low"], table["share_high"], 100.0),
        **with_interval(f"alone, {unit}", *words.bounded(table, "first_in"), scale=scale),
        **with_interval(f"added last, {unit}", *words.bounded(table, "last_in"), scale=scale),
    )


def _pairs(won: shapley.Attribution, worth: shapley.Attribution) -> pd.DataFrame:
    one, other = won.pairs, worth.pairs
    return one[["first", "second"]].assign(
        **with_interval("interaction in winning, points", one["estimate"], one["low"], one["high"], 100.0),
        **with_interval("in the host's value, M$", other["estimate"], other["low"], other["high"]),
    )


def _packages(won: shapley.Attribution, worth: shapley.Attribution, contest: Contest) -> pd.DataFrame:
    one, other = won.dividends, worth.dividends
    return one[["coalition"]].rename(columns={"coalition": "package"}).assign(
        **with_interval(f"{contest.label} wins, %", one["worth"], one["worth_low"], one["worth_high"], 100.0),
        **with_interval("beyond its parts, points", one["estimate"], one["low"], one["high"], 100.0),
        **with_interval("host's value, M$", other["worth"], other["worth_low"], other["worth_high"]),
    )  # fmt: skip


def _attribution_said(won: shapley.Attribution, worth: shapley.Attribution, contest: Contest) -> list[str]:
    total, levers = won.total, won.levers.sort_values("estimate", ascending=False)
    first = levers.iloc[0]
    said = [
        f"Together the levers {words.listed(contest.levers)} change {words.possessive(contest.label)} chance of "
        f"winning by {words.points(total['estimate'], total['low'], total['high'])} (n = {won.replications:,} "
        f"negotiations under each of {len(won.dividends)} packages, on the same luck).",
        f"Most of it is due to {first['lever']}: {words.points(first['estimate'], first['low'], first['high'])}"
        f"{_part(first)}; then come "
        + words.listed(
            f"{row['lever']} {words.points(row['estimate'], row['low'], row['high'])}"
            for _, row in levers.iloc[1:].iterrows()
        )
        + "."
        if len(levers) > 1
        else f"There is but one lever: {first['lever']}.",
    ]
    value = worth.levers.sort_values("estimate", ascending=False)
    parts = [
        f"{row['lever']} {words.money(row['estimate'], row['low'], row['high'], signed=True)}"
        for _, row in value.iterrows()
    ]
    whole = words.money(worth.total["estimate"], worth.total["low"], worth.total["high"], signed=True)
    said.append(f"To the host the package is worth {whole}: {words.listed(parts)}.")
    clear = won.pairs[(won.pairs["low"] > 0) | (won.pairs["high"] < 0)]
    if len(clear):
        pair = clear.iloc[int(clear["estimate"].abs().to_numpy().argmax())]
        how = "more together than apart" if pair["estimate"] > 0 else "less together than apart"
        said.append(
            f"The strongest interaction: {pair['first']} and {pair['second']} do {how}, "
            f"{words.points(pair['estimate'], pair['low'], pair['high'])}."
        )
    return said


def _part(row: pd.Series) -> str:
    share = (row["share"], row["share_low"], row["share_high"])
    return f", {words.percent(*share)} of the whole" if np.isfinite(share).all() else ""


# --------------------------------------------------------------------------------------------------------------- ledger


def ledger(
    scenario: Scenario | str | Path,
    first: str | None = None,
    second: str | None = None,
    *,
    replications: int = 20_000,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """Which term of the host's utility carried the difference between two bidders in the month of the decision.

    By default the bidder of the first patron that uses a lever against its strongest rival.
    """
    scenario = scenario_of(scenario)
    contest = Contest.of(scenario, bidder=first)
    rival = contest.rival(second, seed)
    expect(progress, replications)
    entries = sampling.ledgers(scenario.game(), seed, replications, progress=progress)
    names = scenario.bidder_names
    one, other = entries[:, contest.place], entries[:, names.index(rival)]
    both = (np.isfinite(one).all(axis=1) & np.isfinite(other).all(axis=1)).sum()
    if both < 2:
        text = f"{contest.bidder} and {rival} never both bid for everything in the month of the decision"
        raise AnswerError(scenario.name, f"{text}: there are no ledgers to compare")
    table = shapley.ledger_difference(one, other, confidence=confidence)
    a, b = contest.label, scenario.bidders[rival].label

    def bars() -> Axes:
        return plots.ledger_bars(table, first=a, second=b, confidence=confidence)

    return Answer(
        name="ledger",
        question=f"Which terms of the host's account spoke for {a}, and which for {b}?",
        sentences=tuple(_ledger_said(table, a, b, replications)),
        tables={"The host's account, month of the decision": _account(table, a, b)},
        pictures={"The host's account": bars},
        settings=settings_of(
            scenario, first=contest.bidder, second=rival, replications=replications, seed=seed, confidence=confidence
        ),
        command=command_line(
            "ledger", scenario,
            {"first": first, "second": second, "replications": replications, "seed": seed, "confidence": confidence},
        ),
        limits=limits_of(
            scenario,
            "An account of what the host weighs when it decides, offer against offer; it does not say what the offers "
            "would have been without a lever (see minegame analyse attribution).",
            f"Only negotiations in which both bid for everything in the month of the decision are read ({both:,} of "
            f"{replications:,}).",
        ),
        scenario=scenario,
    )  # fmt: skip


def _account(table: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "term": table["term"].str.replace("_", " "),
            f"{first}, M$": table["first"],
            f"{second}, M$": table["second"],
            **with_interval("difference, M$", table["difference"], table["low"], table["high"]),
            "part of the total, %": 100 * table["share"],
        }
    )


def _ledger_said(table: pd.DataFrame, first: str, second: str, replications: int) -> list[str]:
    total, terms = table.iloc[-1], table.iloc[:-1]
    margin = (total["difference"], total["low"], total["high"])
    sure = total["low"] > 0 or total["high"] < 0
    prefers = f"prefers {first if margin[0] > 0 else second}" if sure else "has no clear preference"
    spoke_for, against = terms[terms["low"] > 0], terms[terms["high"] < 0]
    return [
        f"In the month of the decision the host {prefers} on average: {first} is worth "
        f"{words.money(*margin, signed=True)} more to it than {second} (n = {int(total['replications']):,} of "
        f"{replications:,} negotiations, those in which both bid for everything).",
        f"For {first} speak {_carried(spoke_for)}; for {second} {_carried(against)}.",
    ]


def _carried(terms: pd.DataFrame, most: int = 4) -> str:
    rows = [
        f"{str(row['term']).replace('_', ' ')} {words.money(row['difference'], row['low'], row['high'], signed=True)}"
        for _, row in terms.head(most).iterrows()
    ]
    return words.listed(rows)
