"""What is said when a question cannot be answered."""

from __future__ import annotations

from minegame.scenario import Problem, ScenarioError


class AnswerError(ScenarioError):
    """A question that cannot be answered, or a folder that holds no answer."""

    def __init__(self, where: object, text: str, path: str = "") -> None:
        super().__init__(Problem(str(where), None, path, text))
