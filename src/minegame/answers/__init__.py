"""Answers: a question put to a scenario, played, estimated and told in sentences, tables and pictures.

>>> from minegame import answers
>>> answer = answers.ask("attribution", "two_bidders", replications=50)
>>> {key: picture.title for key, picture in answer.pictures.items()}
{'levers': 'Levers and P(North Mining wins)', 'value': "Levers and the host's value"}

A kind of question is a dataclass of its options (:class:`Question`); ``kinds()`` lists them.
"""

from __future__ import annotations

from minegame.answers.answer import Answer, AnswerError, Picture, is_answer_folder
from minegame.answers.ask import FORMER, ask, kind_of, kinds
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
