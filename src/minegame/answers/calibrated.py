"""The numbers of a scenario that were calibrated or that one case cannot teach, each with a range to search."""

from __future__ import annotations

import math
from collections.abc import Sequence

from minegame.answers.ranges import WIDE, reaching
from minegame.campaign_file import CampaignScenario
from minegame.cases import Case
from minegame.design import Factor
from minegame.experiment_file import Experiment, FactorRange
from minegame.scenario import Parameter, ScenarioError

_HALVINGS = 6  # of the way to an end of a range that does not fit the rest of the scenario


def calibrated_or_swept(scenario: Case) -> tuple[Factor, ...]:
    """Every number that the scenario's sources call calibrated or swept, with its range, in the order of the file.

    The range is that of the wide experiment where it varies the number, else that of its source, else from half to one
    and a half times its value; it reaches the scenario's own value and holds only what the scenario allows.  A number
    for which there is no such range (nil, without one of its source) is left out.
    """
    marked = [p for p in scenario.parameters() if p.status in ("calibrated", "swept")]
    return _with_ranges(scenario, marked)


def of_campaign(campaign: CampaignScenario) -> tuple[Factor, ...]:
    """Every number of a campaign's own that may decide who wins and is calibrated or swept; else all of them.

    The calendar and the world's supply decide nothing.
    """
    idle = ("campaign.months", "campaign.minerals.")
    own = [p for p in campaign.parameters("campaign.*") if not p.path.startswith(idle)]
    marked = [p for p in own if p.status in ("calibrated", "swept")]
    return _with_ranges(campaign, marked or own)


def _with_ranges(scenario: Case, marked: Sequence[Parameter]) -> tuple[Factor, ...]:
    wide = Experiment.read(WIDE).factors
    numbers = [p for p in marked if isinstance(p.value, (int, float)) and not isinstance(p.value, bool)]
    found = [_allowed(scenario, _range(scenario, one, wide.get(one.path))) for one in numbers]
    return tuple(factor for factor in found if factor.low < factor.high)


def _range(scenario: Case, one: Parameter, wide: FactorRange | None) -> Factor:
    value = float(one.value)  # type: ignore[arg-type]
    source = scenario.source_of(one.path)
    low, high, scale = getattr(source, "low", None), getattr(source, "high", None), "linear"
    if wide is not None and wide.low is not None and wide.high is not None:
        low, high, scale = wide.low, wide.high, wide.scale
    elif low is None or high is None or not low < high:
        low, high = sorted((0.5 * value, 1.5 * value))
    least, most = (-math.inf if one.low is None else one.low), (math.inf if one.high is None else one.high)
    low, high = max(float(low), least), min(float(high), most)
    if isinstance(one.value, int):
        low, high = math.floor(low), math.ceil(high)
    return reaching(scenario, Factor(one.path, low, high, scale, whole=isinstance(one.value, int)))


def _allowed(scenario: Case, factor: Factor) -> Factor:
    """The factor with ends that do not contradict the scenario's other values."""
    value = float(scenario.value(factor.path))
    low, high = (_end(scenario, factor, value, end) for end in (factor.low, factor.high))
    return Factor(factor.path, low, high, factor.scale, whole=factor.whole)


def _end(scenario: Case, factor: Factor, value: float, end: float) -> float:
    for _ in range(_HALVINGS):
        try:
            scenario.at({factor.path: round(end) if factor.whole else end})
        except ScenarioError:
            end = (value + end) / 2
            end = math.trunc(end - value) + value if factor.whole else end
        else:
            return end
    return value
