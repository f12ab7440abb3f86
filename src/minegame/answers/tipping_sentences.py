"""What is said of tipping points: each parameter's crossings, outward from the scenario's own value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minegame.analysis.tipping import Tipping
from minegame.answers.contender import Contender
from minegame.answers.inputs import parameter
from minegame.cases import Case
from minegame.scenario import range_said
from minegame.statistics import intervals
from minegame.text import NUMBER, POINTS, few, level, listed, possessive

if TYPE_CHECKING:
    import pandas as pd

LIMITS = (
    "One parameter moves at a time, all others stay where the scenario has them; two small changes together may turn "
    "what neither turns alone (see minegame analyse threshold).",
    "Each range is asked at nine points and the scenario's own, and where a parabola through neighbours may reach nil: "
    "a lead that turns and turns back within less is not seen, and one that is lost within its error only counts as "
    "kept. The range of each parameter is a judgement.",
)


def question(one: Tipping, contest: Contender) -> str:
    """What is asked: what takes the lead from the bidder, or gives it the lead."""
    change = f"cost {contest.label} its place as" if one.margin > 0 else f"make {contest.label}"
    return f"What change of one parameter alone would {change} the favourite?"


def lead_said(one: Tipping, contest: Contender, rival: str, replications: int) -> str:
    """Who leads with the scenario's own values, and by how much."""
    half = intervals.deviate(one.confidence) * one.margin_error
    lead = POINTS.write(one.margin, max(one.margin - half, -1.0), min(one.margin + half, 1.0))
    favourite = contest.label if one.margin > 0 else rival
    whose = "its" if one.margin > 0 else possessive(contest.label)
    return (
        f"With the scenario's values {favourite} is {'' if one.is_sure_favourite else 'hardly '}the favourite: "
        f"{whose} lead over {rival if one.margin > 0 else 'it'} is {lead} (n = {replications:,} "
        f"{contest.words.plays} at every point)."
    )


def tips_said(table: pd.DataFrame, contest: Contender) -> list[str]:
    """Every crossing of every parameter, the nearest first, and what turns nothing."""
    turning = table[table["crossing"].notna()]
    idle = table[table["crossing"].isna()]["factor"].tolist()
    if not len(turning):
        return [f"No parameter of the {len(table)} searched turns that within its range: {few(idle)}."]
    first, *rest = (rows for _, rows in turning.groupby("factor", sort=False))
    name, base = str(first["factor"].iloc[0]), level(first["base"].iloc[0])
    said = [
        f"The smallest change that turns it, as a part of the range searched, is of "
        f"{parameter(contest.scenario, name)}, {base} in the scenario: the lead of {contest.label} is "
        f"{crossings_said(first)}."
    ]
    if rest:
        each = "; ".join(f"{rows['factor'].iloc[0]} ({crossings_said(rows)})" for rows in rest)
        said.append(f"Each of these alone would do as well, the nearest first: {each}.")
    if len(far := turning[turning["outside"].astype(bool)]):
        said.append(_far_said(far, contest.scenario))
    if idle:
        said.append(f"Within their ranges these turn nothing alone: {few(idle)}.")
    return said


def _far_said(rows: pd.DataFrame, scenario: Case) -> str:
    """The crossings that lie outside the range that their source supports."""
    told = []
    for path, of in rows.groupby("factor", sort=False):
        source = scenario.supported(str(path))
        assert source is not None
        told.append(f"{path} at {listed(NUMBER.write(value) for value in of['crossing'])} ({range_said(source)})")
    return f"Outside the range that the number's source supports: {'; '.join(told)}."


def crossings_said(rows: pd.DataFrame) -> str:
    """The crossings of a parameter from its own value outward: ``lost below 444 [442, 446] and again above 745 […]``.

    ``rows`` are those of ``tipping.nearest`` for one parameter, with ``whole``: whether it is a whole number.
    """
    said: list[str] = []
    before: list[str] = []
    for is_above in (False, True):
        side = rows[(rows["crossing"] > rows["base"]) == is_above]
        for _, row in side.sort_values("part_of_range").iterrows():
            verb = "won" if bool(row["rises"]) == is_above else "lost"
            again = "again " if verb in before else ""
            spoken = again if before[-1:] == [verb] else f"{verb} {again}"
            said.append(spoken + _where(row, is_above))
            before.append(verb)
    return listed(said)


def _where(row: pd.Series, is_above: bool) -> str:
    """``above 745 [734, 756]``; of whole numbers, ``from 17 [15, 19] up``: the value itself has the other favourite."""
    value = NUMBER.write(row["crossing"], *((row["low"], row["high"]) if row["low"] < row["high"] else ()))
    if row["whole"]:
        return f"from {value} {'up' if is_above else 'down'}"
    return f"{'above' if is_above else 'below'} {value}"
