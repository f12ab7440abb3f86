"""The rules of a tender in sentences: what each brings, in value and in money, and who adapts to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minegame.answers.patrons_game import MONEY_BESIDE, PatronsGame, interval, plays
from minegame.scenario import Scenario
from minegame.text import MONEY, MONEY_CHANGE, listed

if TYPE_CHECKING:
    import pandas as pd

_IN_MONEY = f"{MONEY_BESIDE}_difference"


def sentences(found: pd.DataFrame, scenario: Scenario, game: PatronsGame, draws: int) -> list[str]:
    """What is found, in order of weight; the first row is the tender as it is."""
    base, rest = found.iloc[0], found.iloc[1:].sort_values("difference", ascending=False)
    best = rest.iloc[0]
    return [
        _best_said(rest, scenario.host.label, game.replications),
        *_richest_said(rest),
        *_apart_said(rest),
        f"With the patrons held to what they play in the scenario, '{best['rule']}' would change it by "
        f"{_both(best, 'held')}.",
        f"As it is, the tender brings {MONEY.write(base['host_value'], base['host_low'], base['host_high'])} in value "
        f"and {MONEY.write(*interval(base, MONEY_BESIDE))} in money; value counts the balance between the camps, money "
        "does not.",
        *_adapting_said(base, found.iloc[1:], game),
        *_shaky_said(found, draws),
    ]


def _best_said(rest: pd.DataFrame, host: str, n: int) -> str:
    best, worst = rest.iloc[0], rest.iloc[-1]
    played = f"(n = {n:,} negotiations in every profile, on the same luck)"
    if len(rest) == 1:
        return (
            f"Once the patrons adapt, '{best['rule']}' changes what {host} gets by {_both(best, 'difference')} against "
            f"the tender as it is {played}."
        )
    return (
        f"Of {len(rest)} rules or assumptions, once the patrons adapt, '{best['rule']}' changes what {host} gets by "
        f"{_both(best, 'difference')} against the tender as it is, the most in value; '{worst['rule']}' by "
        f"{_both(worst, 'difference')}, the least {played}."
    )


def _richest_said(rest: pd.DataFrame) -> list[str]:
    """Which rule brings the most in money, where that is not the one that brings the most in value."""
    richest = rest.sort_values(_IN_MONEY, ascending=False).iloc[0]
    if richest[f"{_IN_MONEY}_low"] <= 0:
        return ["In money it surely gains by none of them." if len(rest) > 1 else "In money it does not surely gain."]
    if richest["rule"] == rest.iloc[0]["rule"]:
        return []
    return [f"In money '{richest['rule']}' brings the most: {MONEY_CHANGE.write(*interval(richest, _IN_MONEY))}."]


def _both(row: pd.Series, change: str) -> str:
    """A change in value and in money."""
    worth, money = (MONEY_CHANGE.write(*interval(row, name)) for name in (change, f"{MONEY_BESIDE}_{change}"))
    return f"{worth} in value and {money} in money"


def _apart_said(rest: pd.DataFrame) -> list[str]:
    """The rules under which value and money surely go opposite ways."""
    up = (rest["difference_low"] > 0) & (rest[f"{_IN_MONEY}_high"] < 0)
    down = (rest["difference_high"] < 0) & (rest[f"{_IN_MONEY}_low"] > 0)
    told = [
        f"{listed(_quoted(rest[which]))} {text}"
        for which, text in ((up, "gains balance and loses money"), (down, "gains money and loses more in balance"))
        if which.any()
    ]
    return [f"Value and money go opposite ways: {'; '.join(told)}."] if told else []


def _adapting_said(base: pd.Series, rest: pd.DataFrame, game: PatronsGame) -> list[str]:
    """The rules under which the patrons play something else."""
    labels = game.labels
    other = rest[(rest[list(labels)] != base[list(labels)]).any(axis=1)]
    if not len(other):
        return ["The patrons play the same packages under all of them."]
    if len(other) > 2:
        return [f"The patrons adapt what they play under {listed(_quoted(other))}."]
    told = [
        f"under '{row['rule']}' "
        + listed(f"{label} plays {plays(str(row[player]))}" for player, label in labels.items())
        for _, row in other.iterrows()
    ]
    instead = listed(f"{label} {plays(str(base[player]))}" for player, label in labels.items())
    return [f"The patrons adapt: {'; '.join(told)}, instead of {instead}."]


def _shaky_said(found: pd.DataFrame, draws: int) -> list[str]:
    shaky = found[found["standing"] != "robust"]
    if not len(shaky):
        return [f"Every equilibrium is firm against sampling error ({draws} bootstrap draws), which says no more."]
    return [
        f"The equilibrium is not firm against sampling error ({draws} bootstrap draws) under "
        f"{listed(_quoted(shaky))}: read these rows with their columns 'solved again'."
    ]


def _quoted(found: pd.DataFrame) -> list[str]:
    return [f"'{rule}'" for rule in found["rule"]]
