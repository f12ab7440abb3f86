"""The JSON Schema of a scenario file, by which editors complete and check it."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel

from minegame.scenario.fields import KINDS, MOST, NAME, OPTIONAL_KIND

#: Groups at the top of a file that are there to be merged into others: anything, under a name that begins with a dot.
TEMPLATES = {r"^\.": {"description": "A group to merge into others, as <<: *name."}}


def file_schema(cls: type[BaseModel]) -> dict[str, Any]:
    """A complete file holds everything; one that extends another holds any part, and null for an agent to remove."""
    complete = cls.model_json_schema(ref_template="#/$defs/{model}")
    groups = complete.pop("$defs")
    for group in groups.values():
        for described in group["properties"].values():
            _say_unit(described)
    for kind, model in KINDS.items():
        complete["properties"][kind]["maxProperties"] = MOST[kind]
        complete["properties"][kind]["minProperties"] = 0 if kind == OPTIONAL_KIND else 1
        complete["properties"][kind]["propertyNames"] = {"pattern": f"^{NAME.pattern}$"}
        for name in ("label", "key"):
            groups[model.__name__]["properties"][name].pop("default")
    groups["Source"]["properties"]["fact"] = {
        "description": "Ids in the fact sheet.",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }
    complete["properties"]["extends"] = {
        "type": "string",
        "description": "The scenario that this one changes: the name of a shipped one, or a file beside this one.",
    }
    complete["patternProperties"] = TEMPLATES
    partial = json.loads(json.dumps({**groups, "Scenario": complete}).replace("#/$defs/", "#/$defs/Changed"))
    for group in partial.values():
        group.pop("required", None)
    for kind in KINDS:
        agents = partial["Scenario"]["properties"][kind]
        agents["minProperties"] = 0
        agents["additionalProperties"] = {"anyOf": [agents["additionalProperties"], {"type": "null"}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "minegame scenario",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {"$ref": "#/$defs/ChangedScenario"},
        "else": {"$ref": "#/$defs/Scenario"},
        "$defs": {**groups, "Scenario": complete, **{f"Changed{name}": group for name, group in partial.items()}},
    }


def _say_unit(field: dict[str, Any]) -> None:
    """Put the unit of a number into its description, which is what an editor shows: after the first clause."""
    unit = field.get("unit", "number")
    if unit != "number":
        field["description"] = re.sub(r"(?=[;:.](\s|$))", f", {unit}", field["description"], count=1)
