"""What an attribution says, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from minegame.analysis import attribution as shapley
from minegame.answers.contender import Contender
from minegame.text import MONEY_CHANGE, POINTS, SHARE, level, listed, possessive, upper

if TYPE_CHECKING:
    import pandas as pd


def limits(contest: Contender, strength: Mapping[str, float]) -> tuple[str, str]:
    """What the answer cannot say."""
    own = [contest.own(lever) for lever in strength]
    pressed = list(strength.values())
    how = "at full strength" if set(pressed) == {1.0} else "as the scenario has them" if own == pressed else "as said"
    return (
        "A Shapley value divides the effect of the whole package among its levers by their average contribution over "
        "all orders; levers that need each other share what they do together. It is not what would be lost without the "
        "lever: that is the column 'added last'.",
        f"Levers are absent or {how}, from the months and on the triggers that the scenario gives them, and nobody "
        "answers.",
    )


def said(won: shapley.Attribution, worth: shapley.Attribution, contest: Contender) -> list[str]:
    """What the package does, and what of it is due to which lever."""
    total = won.total
    levers = won.levers.sort_values("estimate", ascending=bool(total["estimate"] < 0))
    whole = worth.total
    value = [
        f"{row['lever']} {MONEY_CHANGE.write(row['estimate'], row['low'], row['high'])}"
        for _, row in worth.levers.sort_values("estimate", ascending=False).iterrows()
    ]
    return [
        f"Together the levers {listed(contest.levers)} change {contest.words.chance} by "
        f"{POINTS.write(total['estimate'], total['low'], total['high'])} (n = {won.replications:,} "
        f"{contest.words.plays} under each of {len(won.dividends)} packages, on the same luck).",
        first_said(levers),
        f"To the host the package is worth {MONEY_CHANGE.write(whole['estimate'], whole['low'], whole['high'])}: "
        f"{listed(value)}.",
        *_interaction_said(won.pairs),
    ]


def odds_said(won: shapley.Attribution, contest: Contender) -> str:
    """How likely the outcome is with the whole package, and without it."""
    whole, none = (
        SHARE.write(row["worth"], row["worth_low"], row["worth_high"])
        for _, row in won.dividends.iloc[[-1, 0]].iterrows()
    )
    return f"{upper(contest.words.chance)} is {whole} with the whole package, and {none} without any of the levers."


def strength_said(contest: Contender, strength: Mapping[str, float]) -> list[str]:
    """Which levers the scenario does not press as hard as they were played, and which it presses less than fully."""
    own = {lever: contest.own(lever) for lever in strength}
    weaker = [f"{lever} at {level(pressed)}" for lever, pressed in strength.items() if pressed != 1]
    other = [f"{lever} ({level(own[lever])})" for lever, pressed in strength.items() if own[lever] not in (0, pressed)]
    idle = [lever for lever in strength if own[lever] == 0]
    whose = possessive(contest.patron_label)
    found = {
        f"Levers are pressed as in the scenario, where 1 is full strength: {listed(weaker)}.": weaker,
        f"All are played at full strength; in the scenario they are weaker or stronger: {listed(other)}.": other,
        f"The scenario leaves {listed(idle)} among {whose} levers unused: played at full strength here.": idle,
    }
    return [sentence for sentence, levers in found.items() if levers]


def first_said(levers: pd.DataFrame) -> str:
    """The levers that surely have a part in the effect, the one with the most first."""
    if len(levers) == 1:
        return f"There is but one lever: {levers['lever'].iloc[0]}."
    sure = surely_moved(levers)
    if not len(sure):
        return "No lever surely has a part in it."
    first, *rest = (row for _, row in sure.iterrows())
    effects = [f"{row['lever']} {POINTS.write(row['estimate'], row['low'], row['high'])}" for row in rest]
    then = f"; then {'comes' if len(rest) == 1 else 'come'} {listed(effects)}" if rest else ""
    effect = POINTS.write(first["estimate"], first["low"], first["high"])
    return f"Most of it is due to {first['lever']}: {effect}{_part(first)}{then}."


def surely_moved(found: pd.DataFrame) -> pd.DataFrame:
    """The rows whose interval holds no nil."""
    return found[(found["low"] > 0) | (found["high"] < 0)]


def _interaction_said(pairs: pd.DataFrame) -> list[str]:
    clear = surely_moved(pairs)
    if not len(clear):
        return []
    pair = clear.iloc[int(clear["estimate"].abs().to_numpy().argmax())]
    how = "more together than apart" if pair["estimate"] > 0 else "less together than apart"
    return [
        f"The strongest interaction: {pair['first']} and {pair['second']} do {how}, "
        f"{POINTS.write(pair['estimate'], pair['low'], pair['high'])}."
    ]


def _part(row: pd.Series) -> str:
    share = (row["share"], row["share_low"], row["share_high"])
    return f", {SHARE.write(*share)} of the whole" if np.isfinite(share).all() else ""


def elsewhere_said(found: pd.DataFrame, contest: Contender, worlds: int, n: int) -> list[str]:
    """How far that holds in other worlds, ``n`` negotiations under every package of each."""
    count = int(found["worlds"].iloc[0])
    if not count:
        return [f"In none of {worlds:,} other worlds does {contest.label} win one time in ten under the whole package."]
    said = [
        f"{row['lever']} adds most in {100 * row['first']:.0f} %, surely helps in {100 * row['helps']:.0f} % and "
        f"surely harms in {100 * row['harms']:.0f} %"
        for _, row in found.sort_values("first", ascending=False).iterrows()
    ]
    return [
        f"In {count:,} of {worlds:,} other worlds {contest.label} wins at least one time in ten under the whole "
        f"package; of these, {listed(said)} (n = {n} negotiations under every package of a world)."
    ]
