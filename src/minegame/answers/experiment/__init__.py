"""What the results of a run say: of ``minegame run``, ``sweep`` and ``results``, and in a report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minegame.answers import tried
from minegame.answers.answer import Answer, Picture, keep
from minegame.answers.experiment import campaigns
from minegame.answers.experiment.campaigns import FoundCampaign
from minegame.answers.experiment.found import MOST_ROWS, Found, label_of, three
from minegame.answers.experiment.pictures import pictures_of
from minegame.answers.experiment.rerun import command, experiment_file
from minegame.answers.experiment.tables import any_lot, tables_of, what_was_asked
from minegame.answers.inputs import limits_of
from minegame.answers.picture import of_scenario
from minegame.campaign_file import CampaignScenario
from minegame.campaign_odds import LIMITS
from minegame.experiment import EXPERIMENT
from minegame.results import Results
from minegame.tables import Table
from minegame.text import POINTS, SHARE, counted, few, level, listed

__all__ = ["answer", "draw", "experiment_file"]

_LIMIT = (
    "The lowest and the highest of many estimates are picked after the fact: their intervals are those of single "
    "points, and a little too sure for a pick."
)
_SPREAD_LIMIT = (
    "Over a design of many points, the spread is how far the answer depends on what was varied, with the error of each "
    "point on top; more replications do not narrow it."
)
_OWN_LUCK = (
    "Every point is played on luck of its own, which all policies of the point share: what is read off many points "
    "together holds the error of the luck, and two points differ by luck too."
)
_PICTURES = "pictures"


def answer(results: Results) -> Answer:
    """The results of a run as an answer: two sentences, tables, pictures, and the command that makes them again.

    A large design is told by how its points spread; no row a point is made of it.
    """
    manifest = results.manifest
    outside = results.scenario.beyond(tried.of_run(results.design, manifest["policies"]))
    own = [
        *(LIMITS if _is_campaign(results) else []),
        *([_LIMIT] if results.groups * len(results.policies) > 2 else []),
        *([_SPREAD_LIMIT] if results.groups > MOST_ROWS else []),
        *([_OWN_LUCK] if results.luck == "own" and results.groups > 1 else []),
    ]
    return Answer(
        kind=EXPERIMENT,
        question=manifest["question"].strip() or f"{manifest['title'] or manifest['name']}: who wins?",
        sentences=tuple(_sentences(results)),
        tables=_tables(results),
        pictures=_pictures(results),
        settings=_settings(results),
        limits=limits_of(results.scenario, *outside, *own),
        scenario=results.scenario,
        asked=manifest["asked"] or {},
        command=command(results),
    )


def _is_campaign(results: Results) -> bool:
    return isinstance(results.scenario, CampaignScenario)


def _tables(results: Results) -> dict[str, Table]:
    told = campaigns.tables_of(FoundCampaign(results)) if _is_campaign(results) else tables_of(Found(results))
    return {**told, **what_was_asked(results)}


def _pictures(results: Results) -> dict[str, Picture]:
    found = campaigns.pictures_of(FoundCampaign(results)) if _is_campaign(results) else pictures_of(results)
    manifest = results.manifest
    return of_scenario(found, f"{results.scenario.title} ({manifest['name']}, seed {manifest['seed']})")


def draw(results: Results) -> list[Path]:
    """Write the pictures of a run into its folder, if it asks for any and the folder can be written; their files.

    Raises:
        OSError: if there is no room for a picture.
    """
    if "plot" not in results.manifest["analysis"] or not os.access(results.folder, os.W_OK):
        return []
    files = []
    for key, picture in _pictures(results).items():
        try:
            names = keep(picture, results.folder / _PICTURES, key)
        except OSError as error:
            what = f"{error.strerror or error}; the results are complete and kept: make room, then run again to draw it"
            raise OSError(error.errno, what, error.filename or str(results.folder / _PICTURES / key)) from error
        files += [results.folder / name for name in names]
    return files


# ------------------------------------------------------------------------------------------------------- in sentences


def _sentences(results: Results) -> list[str]:
    """The answer in two sentences, then how to read it, and how sure it is."""
    notes = [results.manifest["how_to_read"].strip(), _how_sure(results)]
    return [*_told(results), *(note for note in notes if note)]


def _told(results: Results) -> Sequence[str]:
    if _is_campaign(results):
        return campaigns.sentences_of(FoundCampaign(results))
    several = len(results.policies) > 1
    tell = _over_points if results.groups > 1 else _policies if several else _one_point
    return tell(Found(results))


def _policies(found: Found) -> tuple[str, str]:
    """The favourite under every policy: where most and where least often, and what that is in paired difference."""
    results, label = found.results, found.favourite_label
    most, least = found.ends()
    first = (
        f"Of the {len(results.policies)} policies compared, {label} wins{any_lot(results)} most often under "
        f"“{most.policy}”, in {_wins(most.found, found)} of negotiations, and least often under “{least.policy}”, in "
        f"{_wins(least.found, found)} ({found.sizes} negotiations each)."
    )
    built = f"Under “{most.policy}”, {label} wins and builds {_built(most.found, found.favourite)} of the value."
    if results.reference is None:
        return first, built
    widest = found.widest_change()
    told = POINTS.write(*found.change(widest))
    return first, f"Against “{results.reference}”, on the same luck, “{widest}” moves it most: {told}. {built}"


def _one_point(found: Found) -> tuple[str, str]:
    told = found.results.estimate()
    names, wins = found.results.tender.bidder_names, f"wins{any_lot(found.results)}"
    won = [f"{label_of(found.results, name)} {wins} in {_share(told['bidders'][name]['wins_any'])}" for name in names]
    built = [f"{label_of(found.results, name)} {_built(told, name)}" for name in names]
    first = f"Of {found.sizes} negotiations, {listed(won)}, and all is shelved in {_share(told['shelved'])}."
    return first, f"Wins and builds, of the value: {listed(built)}."


def _over_points(found: Found) -> tuple[str, str]:
    results, label = found.results, found.favourite_label
    most, least = found.ends()
    first = (
        f"Over {results.groups:,} points × {counted(len(results.policies), 'policy', 'policies')}, {label} wins"
        f"{any_lot(results)} in between {_wins(least.found, found)} ({_where(results, least.group, least.policy)}) and "
        f"{_wins(most.found, found)} ({_where(results, most.group, most.policy)}) of negotiations."
    )
    ahead = (found.likeliest == 0).sum(axis=0)
    parts = [
        f"{count:,} of {results.groups:,} points" + (f" under “{policy}”" if len(results.policies) > 1 else "")
        for policy, count in zip(results.policies, ahead, strict=True)
    ]
    count = f"{found.sizes} negotiations a point and policy"
    return first, f"It is the likeliest outcome at {listed(parts)} ({count})."


def _where(results: Results, group: int, policy: str) -> str:
    """Which point it is, if it can be said briefly."""
    under = [f"“{policy}”"] if len(results.policies) > 1 else []
    if len(results.factors) > 3:
        return ", ".join([*under, f"point {group}"])
    row = results.design.iloc[group]
    return ", ".join([*under, *(f"{path} = {level(row[path])}" for path in results.factors)])


def _how_sure(results: Results) -> str:
    """Whether the run has become as sure as it was to be."""
    rule, short = results.manifest["replications"], results.manifest["fell_short"]
    if rule["until"] is None:
        return ""
    of = f"the contrast of {rule['of']}" if rule["paired"] else rule["of"]
    if not short:
        return f"Every {100 * rule['confidence']:g} % interval of {of} is within ±{rule['until']:g}, at every point."
    return (
        f"{len(short):,} of {results.groups:,} points are not yet known within ±{rule['until']:g} ({of}) after "
        f"{rule['at_most']:,} replications: rows {few([str(group) for group in short])} of the design."
    )


def _share(found: dict[str, Any]) -> str:
    return SHARE.write(*three(found))


def _wins(told: dict[str, Any], found: Found) -> str:
    return _share(told["bidders"][found.favourite]["wins_any"])


def _built(told: dict[str, Any], bidder: str) -> str:
    return _share(told["bidders"][bidder]["wins_and_built"])


# ------------------------------------------------------------------------------------------------- what decided it all


def _settings(results: Results) -> dict[str, object]:
    manifest = results.manifest
    rule = manifest["replications"]
    until = f"{rule['at_most']:,} at most, until within ±{rule['until'] or 0:g}"
    return {
        "scenario": results.scenario.name,
        "experiment": manifest["name"],
        "seed": manifest["seed"],
        "replications": rule["at_most"] if rule["until"] is None else until,
        "design points": results.groups,
        "policies": len(results.policies),
        "negotiations in all": manifest["negotiations"],
        "confidence": 0.95,
        "run ended": str(manifest.get("ended", ""))[:10],
    }
