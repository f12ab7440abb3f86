"""A kind of question: a dataclass of its options, from which everything else about it follows.

The options of the command line, the settings that a folder keeps, the command that makes an answer again, the entry of
an experiment file (``ask:``) and the arguments in Python are the fields of the dataclass; see :mod:`minegame.options`.
The class ``LeverPrices`` of the module ``lever_prices`` is the kind ``lever_prices`` everywhere.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from minegame import options
from minegame.options import Options

if TYPE_CHECKING:
    from minegame.answers.answer import Answer
    from minegame.cases import Case
    from minegame.runner import Runner
    from minegame.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class Question(Options):
    """What is asked of a scenario; a subclass is a kind of question, its fields are its options."""

    seed: int = options.seed()
    confidence: float = options.confidence()

    #: Whether it can be asked of a campaign of several tenders.
    of_campaigns: ClassVar[bool] = False
    #: Command lines that show what can be asked, without ``minegame analyse KIND``.
    examples: ClassVar[tuple[str, ...]] = ("",)

    @classmethod
    def kind(cls) -> str:
        """The name of the kind on every floor: ``LeverPrices`` is ``lever_prices``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def answer(self, scenario: Scenario, runner: Runner) -> Answer:
        """Play what the question needs and say what is found.

        Raises:
            ScenarioError: for what does not fit the scenario.
        """
        raise NotImplementedError

    def command(self, scenario: str, changes: Mapping[str, object] | None = None) -> str:
        """The command line that asks it of a scenario, by name or file, with changes by path."""
        from minegame.scenario import typed_change

        parts = ["minegame", "analyse", self.kind(), scenario]
        for path, value in (changes or {}).items():
            parts += ["--set", typed_change(path, value)]
        return shlex.join([*parts, *self.typed()])

    def work(self, scenario: Case) -> dict[str, Any]:
        """Everything that decides the numbers, part by part."""
        return {"scenario": scenario.fingerprint()[:16], **self.plain()}
