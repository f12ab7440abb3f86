"""Answers: each analysis asked of a scenario, played, estimated and told in sentences, tables and pictures.

>>> from minegame import answers
>>> answer = answers.attribution("two_bidders", replications=50)
>>> sorted(answer.pictures)
['Levers and P(North Mining wins)', "Levers and the host's value"]

All take a scenario (or its name), ``seed``, ``confidence`` and ``progress`` (called with the negotiations finished),
and return an :class:`Answer`.
"""

from __future__ import annotations

from minegame.answers.answer import Answer, AnswerError, is_answer_folder
from minegame.answers.odds import attribution, ledger, winning
from minegame.answers.players import rules, strategy, tender_rules
from minegame.answers.setting import Contest, factors_of
from minegame.answers.turning import prices, threshold, tipping
from minegame.answers.worlds import discovery, learning, sensitivity

#: The kinds of answer, in the order in which they are best read.
KINDS = {
    "winning": winning,
    "attribution": attribution,
    "ledger": ledger,
    "sensitivity": sensitivity,
    "tipping": tipping,
    "threshold": threshold,
    "prices": prices,
    "strategy": strategy,
    "rules": rules,
    "discovery": discovery,
    "learning": learning,
}

__all__ = [
    "KINDS",
    "Answer",
    "AnswerError",
    "Contest",
    "attribution",
    "discovery",
    "factors_of",
    "is_answer_folder",
    "learning",
    "ledger",
    "prices",
    "rules",
    "sensitivity",
    "strategy",
    "tender_rules",
    "threshold",
    "tipping",
    "winning",
]
