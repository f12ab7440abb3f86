"""What the host gains by its rules of the tender, once the patrons have adapted to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import plots
from minegame.analysis import equilibrium
from minegame.analysis import tender_rules as estimates
from minegame.answers import words
from minegame.answers.answer import Answer, AnswerError
from minegame.answers.equilibrium import (
    GAME,
    HOST_MONEY,
    HOST_VALUE,
    MONEY,
    SURVIVAL,
    bounded,
    chances,
    payoff_table,
    plays,
)
from minegame.answers.inputs import (
    AS_IT_IS,
    Contest,
    Players,
    Progress,
    check_draws,
    command_line,
    expect,
    limits_of,
    players_of,
    profile_count,
    rival_of,
    scenario_of,
    settings_of,
    typed_players,
)
from minegame.answers.words import renamed, with_interval
from minegame.design import Changes
from minegame.game_theory import nash
from minegame.game_theory.payoffs import HOST, PayoffTable, Who, pure_mixture
from minegame.scenario import Scenario, typed_change

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def tender_rules(
    scenario: Scenario | str | Path,
    changes: Mapping[str, Changes] | None = None,
    players: Players | None = None,
    *,
    replications: int = 4_000,
    draws: int = 200,
    default_onset: int = equilibrium.DEFAULT_ONSET,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """What the host gains by its rules of the tender, when the patrons adapt to them.

    ``changes``: name of a rule → changes by path; by default those of :func:`usual_rules`.  The patrons' game is
    solved again under each and compared with the tender as it is, in value and in money.  A change may also be of what
    the scenario assumes, such as a patron's stake: how far does the answer hang on it?

    Raises:
        AnswerError: for a change of a lever that the patrons choose in this game.
    """
    scenario = scenario_of(scenario)
    contest, playing = Contest.of(scenario), players_of(scenario, players)
    check_draws(scenario, replications, draws)
    named: dict[str, Changes] = {AS_IT_IS: {}, **(changes if changes is not None else usual_rules(scenario))}
    if len(named) < 2:
        raise AnswerError(scenario.name, "there is no rule to compare with the tender as it is")
    changed = {rule: _changed(scenario, rule, change, playing) for rule, change in named.items()}
    size, rival = profile_count(playing), rival_of(contest, seed)
    expect(progress, replications * size * len(named))
    tables = {
        rule: payoff_table(one, contest, rival, playing, default_onset, replications, seed, progress)
        for rule, one in changed.items()
    }
    found = estimates.rules(tables, draws=draws, seed=seed, confidence=confidence)
    found = found.assign(**_held(tables, equilibrium.observed(scenario, playing), confidence))
    labels = {name: scenario.patrons[name].label for name in playing}

    def bars(measure: str, prefix: str) -> Callable[[], Axes]:
        def picture() -> Axes:
            rest = found.iloc[1:]
            return plots.bars(
                rest["rule"].tolist(), *(x.to_numpy(float) for x in words.bounded(rest, f"{prefix}difference")),
                label=f"{measure}, each rule or assumption less the tender as it is, M$, {confidence:.0%} intervals\n"
                f"the patrons play the equilibrium under each; n = {replications:,} negotiations a profile",
                notes=[
                    f"equilibrium survives {100 * share:.0f} %" if np.isfinite(share) else "no equilibrium singled out"
                    for share in rest["survival"]
                ],
            )  # fmt: skip

        return picture

    return Answer(
        name="tender_rules",
        question=f"What would {scenario.host.label} gain by other rules of the tender, once the patrons adapt to them?",
        sentences=tuple(_rules_said(found, scenario, labels, replications, draws)),
        tables={
            "What each rule is worth to the host": _worth(found, contest, rival),
            "What the patrons play under each rule": _adapted(found, labels),
        },
        pictures={
            "What each rule is worth to the host": bars("host's value", ""),
            "What each rule brings the host in money": bars("host's money", f"{MONEY}_"),
        },
        settings=settings_of(
            scenario, rules={rule: dict(change) for rule, change in named.items()},
            players={name: list(levers) for name, levers in playing.items()}, profiles=size,
            default_onset=default_onset, replications=replications, draws=draws, seed=seed, confidence=confidence,
        ),
        command=command_line(
            "tender_rules", scenario,
            {
                "rule": None if changes is None else [
                    f"{rule}: " + ",".join(typed_change(path, value) for path, value in change.items())
                    for rule, change in changes.items()
                ],
                **typed_players(players), "default_onset": default_onset, "replications": replications, "draws": draws,
                "seed": seed, "confidence": confidence,
            },
        ),
        limits=limits_of(
            scenario,
            "The interval of a difference holds the two equilibria fixed; where an equilibrium does not survive the "
            "draws, the columns 'solved again' say how far the host's value may lie elsewhere.",
            "A rule is believed and kept. The bidders' patience, their number and what it costs the host to bind "
            "itself do not change with it.",
            "Value is money and what the balance between the camps is worth to the host. Where a change is of how the "
            "host counts (host.balance_weight), the values are counted in two ways and only money compares.",
            SURVIVAL,
            GAME.format(onset=default_onset),
        ),
        scenario=scenario,
    )  # fmt: skip


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


def _changed(scenario: Scenario, rule: str, change: Changes, playing: Players) -> Scenario:
    """The scenario under a rule; raises AnswerError where it sets what the patrons choose, which would do nothing."""
    changed = scenario.at(change)
    for patron, levers in playing.items():
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
    measures: dict[str, Who] = {"held": HOST, f"{MONEY}_held": MONEY}
    columns: dict[str, Any] = {}
    for name, who in measures.items():
        found = [estimates.change(table, played, first, played, who, confidence) for table in tables.values()]
        columns |= dict(zip((name, f"{name}_low", f"{name}_high"), map(list, zip(*found, strict=True)), strict=True))
    return columns


def _worth(found: pd.DataFrame, contest: Contest, rival: str | None) -> pd.DataFrame:
    return renamed(found, {"rule": _RULE}).assign(
        **with_interval(HOST_VALUE, found["host_value"], found["host_low"], found["host_high"]),
        **with_interval(HOST_MONEY, *words.bounded(found, MONEY)),
        **with_interval("change in value, M$", *words.bounded(found, "difference")),
        **with_interval("change in money, M$", *words.bounded(found, f"{MONEY}_difference")),
        **with_interval("change in value if nobody adapts, M$", *words.bounded(found, "held")),
        **with_interval("change in money if nobody adapts, M$", *words.bounded(found, f"{MONEY}_held")),
        **chances(found, contest, rival),
    )


_RULE = "rule or assumption"


def _adapted(found: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    payoff = {f"{player}_payoff": f"{words.possessive(label)} payoff, M$" for player, label in labels.items()}
    return renamed(found, {"rule": _RULE, **labels, **payoff}).assign(
        **{
            "survival, %": 100 * found["survival"],
            "standing": found.apply(_stands, axis=1),
            "equilibria": found["equilibria"],
            "solved again, host from, M$": found["redrawn_low"],
            "solved again, host to, M$": found["redrawn_high"],
            "no pure equilibrium, %": 100 * found["no_pure_equilibrium"],
        }
    )


def _stands(row: pd.Series) -> str:
    if np.isfinite(row["survival"]):
        return nash.IN_WORDS[str(row["standing"])]
    return f"none singled out: to what play runs as errors grow rarer; nobody gains more than {row['regret']:.2g} M$"


def _rules_said(found: pd.DataFrame, scenario: Scenario, labels: Mapping[str, str], n: int, draws: int) -> list[str]:
    base, rest = found.iloc[0], found.iloc[1:].sort_values("difference", ascending=False)
    best, worst = rest.iloc[0], rest.iloc[-1]
    richest = rest.sort_values(f"{MONEY}_difference", ascending=False).iloc[0]
    host = scenario.host.label
    if len(rest) > 1:
        said = [
            f"Of {len(rest)} rules or assumptions, once the patrons adapt, '{best['rule']}' changes what {host} gets "
            f"by {_both(best, 'difference')} against the tender as it is, the most in value; '{worst['rule']}' by "
            f"{_both(worst, 'difference')}, the least (n = {n:,} negotiations in every profile, on the same luck)."
        ]
    else:
        said = [
            f"Once the patrons adapt, '{best['rule']}' changes what {host} gets by {_both(best, 'difference')} against "
            f"the tender as it is (n = {n:,} negotiations in every profile, on the same luck)."
        ]
    if richest[f"{MONEY}_difference_low"] <= 0:
        said.append(
            "In money it surely gains by none of them." if len(rest) > 1 else "In money it does not surely gain."
        )
    elif richest["rule"] != best["rule"]:
        money = words.money(*bounded(richest, f"{MONEY}_difference"), signed=True)
        said.append(f"In money '{richest['rule']}' brings the most: {money}.")
    said += _apart_said(rest)
    said.append(
        f"With the patrons held to what they play in the scenario, '{best['rule']}' would change it by "
        f"{_both(best, 'held')}."
    )
    said.append(
        f"As it is, the tender brings {words.money(base['host_value'], base['host_low'], base['host_high'])} in value "
        f"and {words.money(*bounded(base, MONEY))} in money; value counts the balance between the camps, money "
        "does not."
    )
    return [*said, *_adapting_said(base, found.iloc[1:], labels), *_shaky_said(found, draws)]


def _both(row: pd.Series, change: str) -> str:
    """A change in value and in money."""
    worth, money = (words.money(*bounded(row, name), signed=True) for name in (change, f"{MONEY}_{change}"))
    return f"{worth} in value and {money} in money"


def _apart_said(rest: pd.DataFrame) -> list[str]:
    """The rules under which value and money surely go opposite ways."""
    up = (rest["difference_low"] > 0) & (rest[f"{MONEY}_difference_high"] < 0)
    down = (rest["difference_high"] < 0) & (rest[f"{MONEY}_difference_low"] > 0)
    told = [
        f"{words.listed(_quoted(rest[which]))} {text}"
        for which, text in ((up, "gains balance and loses money"), (down, "gains money and loses more in balance"))
        if which.any()
    ]
    return [f"Value and money go opposite ways: {'; '.join(told)}."] if told else []


def _adapting_said(base: pd.Series, rest: pd.DataFrame, labels: Mapping[str, str]) -> list[str]:
    """The rules under which the patrons play something else."""
    other = rest[(rest[list(labels)] != base[list(labels)]).any(axis=1)]
    if not len(other):
        return ["The patrons play the same packages under all of them."]
    if len(other) > 2:
        return [f"The patrons adapt what they play under {words.listed(_quoted(other))}."]
    told = [
        f"under '{row['rule']}' "
        + words.listed(f"{label} plays {plays(str(row[player]))}" for player, label in labels.items())
        for _, row in other.iterrows()
    ]
    instead = words.listed(f"{label} {plays(str(base[player]))}" for player, label in labels.items())
    return [f"The patrons adapt: {'; '.join(told)}, instead of {instead}."]


def _shaky_said(found: pd.DataFrame, draws: int) -> list[str]:
    shaky = found[found["standing"] != "robust"]
    if not len(shaky):
        return [f"Every equilibrium is firm against sampling error ({draws} bootstrap draws), which says no more."]
    return [
        f"The equilibrium is not firm against sampling error ({draws} bootstrap draws) under "
        f"{words.listed(_quoted(shaky))}: read these rows with their columns 'solved again'."
    ]


def _quoted(found: pd.DataFrame) -> list[str]:
    return [f"'{rule}'" for rule in found["rule"]]
