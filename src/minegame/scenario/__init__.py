"""Scenarios: who sits at the table, for what, with which numbers, and where every number comes from.

A scenario is a YAML file that becomes a frozen :class:`Scenario`, which becomes a :data:`~minegame.game.GAME` record.
A path such as ``patrons.us.exposed_share`` names one value everywhere: in the file, in ``Scenario.at``, on the command
line, in a design, and (with a group's prefix) in the game.  Money is USD million (M$), present value at award.

Ranges are generous; where one is narrower than the meaning of the number demands, it keeps the formulas finite.
"""

from __future__ import annotations

from minegame.scenario.crossing import crossed
from minegame.scenario.errors import MOST_PROBLEMS, Finding, Problem, ScenarioError, nearest, refuse, shown
from minegame.scenario.fields import LeversFields, Lots, Trigger
from minegame.scenario.files import find_file, missing_hint, shipped_campaigns, shipped_scenarios
from minegame.scenario.letters import same_to_the_eye, unclear_names
from minegame.scenario.meaning import in_words, meaning
from minegame.scenario.paths import Parameter, fits, is_pattern
from minegame.scenario.scenario import BOUND, DERIVED_FROM, Scenario
from minegame.scenario.supported import is_outside, range_said
from minegame.scenario.values import parse_changes, typed_change, typed_value
from minegame.scenario.yaml_file import Dumper, SourceFile, typed

__all__ = [
    "BOUND",
    "DERIVED_FROM",
    "MOST_PROBLEMS",
    "Dumper",
    "Finding",
    "LeversFields",
    "Lots",
    "Parameter",
    "Problem",
    "Scenario",
    "ScenarioError",
    "SourceFile",
    "Trigger",
    "crossed",
    "find_file",
    "fits",
    "in_words",
    "is_outside",
    "is_pattern",
    "meaning",
    "missing_hint",
    "nearest",
    "parse_changes",
    "range_said",
    "refuse",
    "same_to_the_eye",
    "shipped_campaigns",
    "shipped_scenarios",
    "shown",
    "typed",
    "typed_change",
    "typed_value",
    "unclear_names",
]
