"""Answers: a question put to a scenario, played, estimated and told in sentences, tables and pictures.

>>> from minegame import answers
>>> answer = answers.ask("attribution", "two_bidders", replications=50)
>>> for key, picture in answer.pictures.items():
...     print(f"{key}: {picture.title}")
levers: Finance adds most to P(North Mining wins): +46.0 points [+31.0, +57.5]
value: Finance adds most to the host's value: +99.3 M$ [+18.8, +179.7]

A kind of question is a dataclass of its options (:class:`Question`); ``kinds()`` lists them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minegame.answers.answer import Answer, AnswerError, Picture, is_answer_folder
    from minegame.answers.asking import ask
    from minegame.answers.catalogue import FORMER, kind_of, kinds
    from minegame.answers.question import Question
    from minegame.answers.reading import read

__all__ = [
    "FORMER",
    "Answer",
    "AnswerError",
    "Picture",
    "Question",
    "ask",
    "is_answer_folder",
    "kind_of",
    "kinds",
    "read",
]

_HOMES = {
    "asking": ("ask",),
    "answer": ("Answer", "AnswerError", "Picture", "is_answer_folder"),
    "catalogue": ("FORMER", "kind_of", "kinds"),
    "question": ("Question",),
    "reading": ("read",),
}


def __getattr__(name: str) -> Any:
    # Imported when first asked for: a list of the kinds on the command line needs neither numba nor pandas.
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"minegame.answers.{home}"), name)
    raise AttributeError(f"module 'minegame.answers' has no attribute {name!r}")
