"""What one tab of a browser works on: a scenario as it is written, what is changed in it, what it is compared with."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minegame.answers.inputs import AS_IT_IS
from minegame.answers.winning import Winning
from minegame.design import Changes, Value, intensity_of
from minegame.game import LEVERS
from minegame.options import refuse
from minegame.scenario import Scenario, shipped_scenarios, unclear_names

#: What the values of the moment are called among the policies.
NOW = "now"


@dataclass
class Draft:
    """A scenario on the page, and everything that makes its numbers.

    ``file`` is what a command line calls the scenario; ``is_here`` whether that is a file of this machine, or a shipped
    scenario, and not one that came through the browser.  ``kept``: the policies that somebody keeps to compare, all
    their changes by path.  ``without``: the patrons whose levers are left out of the values of the moment.
    """

    written: Scenario
    file: str
    is_here: bool = True
    changes: Changes = field(default_factory=dict)
    kept: dict[str, Changes] = field(default_factory=dict)
    without: list[str] = field(default_factory=list)
    replications: int = 20_000
    seed: int = 0

    def __post_init__(self) -> None:
        self._take(self.changes)

    @classmethod
    def load(cls, where: str, changes: Changes | None = None, **how: Any) -> Draft:
        """A draft of a scenario by its name or file; raises ScenarioError."""
        return cls(Scenario.load(where), where, changes=dict(changes or {}), **how)

    def set(self, path: str, value: Value) -> None:
        """Change a value; raises ScenarioError, and changes nothing, if it is not allowed."""
        self._take({**self.changes, path: value})

    def clear(self) -> None:
        """Go back to what is written."""
        self._take({})

    def _take(self, changes: Changes) -> None:
        """Take over those changes that are any, as a file would hold them."""
        self.now = self.written.at(changes)
        self.changes = self.now.changes

    # -------------------------------------------------------------------------------------------------------- policies

    def keep(self, name: str) -> None:
        """Keep the values of the moment as a policy of that name; raises ScenarioError for a name that is not clear."""
        name = name.strip()
        if not name:
            refuse("policy", "the name is empty: expected a name")
        if name in self.policies():
            refuse("policy", f"there is a policy {name!r} already: expected another name")
        for policy, text in unclear_names([*self.policies(), name]):
            refuse("policy", f"{policy!r} {text}")
        self.kept[name] = dict(self.changes)

    def policies(self) -> dict[str, Changes]:
        """What is compared: the scenario as it is, the values of the moment, those without levers, those kept."""
        found: dict[str, Changes] = {AS_IT_IS: {}}
        if self.changes:
            found[NOW] = self.changes
        for patron in self.without:
            found[f"{NOW}, without the levers of {patron}"] = {**self.changes, **_no_levers(patron)}
        return {**found, **self.kept}

    # ----------------------------------------------------------------------------------------------------------- files

    def question(self) -> Winning:
        """The question whose answer the page shows."""
        compared = self.policies()
        reference = AS_IT_IS if len(compared) > 1 else None
        return Winning(policy=compared, reference=reference, replications=self.replications, seed=self.seed)

    def command(self) -> str:
        """The command line that makes the same numbers."""
        question = self.question()
        options = question.typed()
        if len(question.policy or {}) == 1:
            options = options[2:]  # the scenario as it is, which odds plays by itself
        if "--replications" not in options:  # odds plays fewer by itself
            options += ["--replications", str(self.replications)]
        return shlex.join(["minegame", "odds", self.file, *options])

    def yaml(self, title: str = "") -> str:
        """The values of the moment as a file: what is changed over what it extends, so that all sources are kept.

        What came through the browser is no file that another could extend; it is written whole.
        """
        heading = title or f"{self.written.title}, changed"
        if not self.is_here:
            return self.now.at({"title": heading}).to_yaml()
        return self.now.changes_to_yaml(self._parent(), heading)

    def _parent(self) -> str:
        """What the file extends: a shipped scenario by its name, a file wherever it is found from."""
        origin = self.written.origin or self.file
        return origin if origin in shipped_scenarios() else str(Path(self.file).resolve())


def _no_levers(patron: str) -> dict[str, Any]:
    return {intensity_of(patron, lever): 0.0 for lever in LEVERS}
