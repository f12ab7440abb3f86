"""The patrons' game in sentences: its equilibria, what the policy of the scenario regrets, what commitment is worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.answers.patrons_game import MONEY_BESIDE, WINS, PatronsGame, interval, plays
from minegame.game_theory import nash
from minegame.game_theory.payoffs import PayoffTable, pure_mixture, value
from minegame.text import MONEY, MONEY_CHANGE, SHARE, listed

if TYPE_CHECKING:
    import pandas as pd

_NOTHING = 0.05  # M$, below which commitment is worth nothing


def sentences(table: PayoffTable, found: Mapping[str, Any], seen: Mapping[str, str], game: PatronsGame) -> list[str]:
    """What is found of the game, in order of weight; ``seen`` is the profile that the scenario plays."""
    best = found["commitment"]
    best = best[best["kind"] == "mixed"]
    complete = found["summary"]["complete"]
    return [
        _equilibria_said(found, game),
        _regret_said(table, found["regret"], seen, game),
        _draws_said(found["summary"]),
        _dominance_said(table, found, game),
        *(_commitment_said(row, game, complete) for _, row in best.iterrows()),
        f"Payoffs from n = {table.replications:,} {game.contest.words.plays} in each of "
        f"{int(np.prod(table.shape))} profiles, on the same luck.",
    ]


# ---------------------------------------------------------------------------------------------------------- equilibria


def _equilibria_said(found: Mapping[str, Any], game: PatronsGame) -> str:
    equilibria, draws = found["equilibria"], found["summary"]["draws"]
    pure = equilibria[equilibria["kind"] == "pure"]
    if not len(pure):
        return _without_pure_said(equilibria, draws, game)
    best = pure.sort_values("survival", ascending=False).iloc[0]
    others = f" Other pure equilibria, which survive no more often: {len(pure) - 1}." if len(pure) > 1 else ""
    return f"In equilibrium {_outcome_said(best, game)} {_survival_said(best, draws)}{others}"


def _without_pure_said(equilibria: pd.DataFrame, draws: int, game: PatronsGame) -> str:
    none = "No pure equilibrium is found: whatever one side settles on, the other would answer, and so on round."
    one = equilibria.sort_values(["selected", "survival"], ascending=False).iloc[0]
    told = _outcome_said(one, game)
    if one["kind"] != "mixed":
        return (
            f"{none} Nor was a mixed one found; as errors grow rarer, {told} Nobody could gain more than "
            f"{MONEY.write(one['regret'])} there."
        )
    others = f" Other mixed equilibria: {len(equilibria) - 1}." if len(equilibria) > 1 else ""
    which = ", to which play runs as errors grow rarer," if one["selected"] else ""
    return f"{none} In the mixed equilibrium{which} {told} {_survival_said(one, draws)}{others}"


def _outcome_said(row: pd.Series, game: PatronsGame) -> str:
    both = listed(f"{label} plays {plays(str(row[player]))}" for player, label in game.labels.items())
    worth = MONEY.write(row["host_value"], row["host_low"], row["host_high"])
    return (
        f"{both}; then {game.contest.label} {game.wins} {SHARE.write(*interval(row, WINS))} and the host gets {worth} "
        f"in value and {MONEY.write(*interval(row, MONEY_BESIDE))} in money."
    )


def _survival_said(row: pd.Series, draws: int) -> str:
    return (
        f"It survives in {SHARE.write(row['survival'])} of {draws} bootstrap draws of the payoffs "
        f"({nash.IN_WORDS[str(row['standing'])]})."
    )


def _draws_said(summary: Mapping[str, Any]) -> str:
    none, one, several = (
        f"{100 * summary[name]:.0f} %"
        for name in ("no_pure_equilibrium", "one_pure_equilibrium", "several_pure_equilibria")
    )
    return (
        f"Over {summary['draws']} bootstrap draws there was no pure equilibrium in {none}, exactly one in {one}, "
        f"several in {several}."
    )


# ----------------------------------------------------------------------------------------------- the scenario's policy


def _regret_said(table: PayoffTable, regret: pd.DataFrame, seen: Mapping[str, str], game: PatronsGame) -> str:
    chance = value(table, pure_mixture(table.find(seen), table.shape), WINS)[0]
    played = listed(f"{game.labels[player]} {plays(text)}" for player, text in seen.items())
    return (
        f"In the policy of the scenario ({played}; {game.contest.label} {game.wins} {SHARE.write(chance)}) "
        f"{listed(_one_regret_said(row, game) for _, row in regret.iterrows())}."
    )


def _one_regret_said(row: pd.Series, game: PatronsGame) -> str:
    label = game.labels[row["player"]]
    if row["low"] > 0:
        gain = MONEY.write(row["regret"], row["low"], row["high"])
        return f"{label} would have gained {gain} by {plays(row['best_other'])} instead"
    return f"{label} had no surely better reply (at most {MONEY.write(max(row['high'], 0.0))} to gain)"


def _dominance_said(table: PayoffTable, found: Mapping[str, Any], game: PatronsGame) -> str:
    summary, remaining = found["summary"], found["strategies"].groupby("player", sort=False)["remains"].sum()
    left = listed(
        f"{int(remaining[player])} of {len(names)} packages of {game.labels[player]}"
        for player, names in zip(table.players, table.strategies, strict=True)
    )
    all_ = ", which are all there are." if summary["complete"] else ", and there may be more."
    return f"What no dominance removes: {left}; equilibria known: {summary['equilibria']}{all_}"


# ---------------------------------------------------------------------------------------------------------- commitment


def _commitment_said(row: pd.Series, game: PatronsGame, complete: bool) -> str:
    leader, gain = game.labels[str(row["leader"])], float(row["value_of_commitment"])
    if np.isnan(gain):
        return f"What it would be worth to {leader} to commit first is not known, as no equilibrium is."
    if abs(gain) < _NOTHING or row["low"] <= 0:
        return f"To commit first and be believed would be of no sure worth to {leader}."
    follower, answer = next((label, plays(str(row[p]))) for p, label in game.labels.items() if p != row["leader"])
    return (
        f"To commit first and be believed would be worth {MONEY_CHANGE.write(gain, row['low'], row['high'])} to "
        f"{leader} over its best equilibrium{'' if complete else ' known'} if it plays "
        f"{plays(str(row[str(row['leader'])]))} and {follower} answers with {answer}{_ties_said(row, follower)}; the "
        "interval draws the answer anew with the payoffs. Commitment and answer are the same in "
        f"{100 * row['survival']:.0f} % of the draws ({nash.IN_WORDS[str(row['standing'])]})."
    )


def _ties_said(row: pd.Series, follower: str) -> str:
    """What commitment is worth where the follower, left indifferent, answers in the worst way."""
    if row["at_least"] >= row["value_of_commitment"] - _NOTHING:
        return ""
    return (
        f", and at least {MONEY_CHANGE.write(*interval(row, 'at_least'))} if {follower}, which that leaves "
        f"indifferent, answers with {plays(str(row['worst_reply']))}"
    )
