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
from minegame.answers.attribution import attribution
from minegame.answers.discovery import discovery
from minegame.answers.equilibrium import equilibrium
from minegame.answers.history_matching import history_matching
from minegame.answers.inputs import Contest, factors_of
from minegame.answers.ledger import ledger
from minegame.answers.lever_prices import lever_prices
from minegame.answers.sensitivity import sensitivity
from minegame.answers.tender_rules import tender_rules, usual_rules
from minegame.answers.threshold import threshold
from minegame.answers.tipping import tipping
from minegame.answers.winning import winning

#: The kinds of answer, in the order in which they are best read.
KINDS = {
    "winning": winning,
    "attribution": attribution,
    "ledger": ledger,
    "sensitivity": sensitivity,
    "tipping": tipping,
    "threshold": threshold,
    "lever_prices": lever_prices,
    "equilibrium": equilibrium,
    "tender_rules": tender_rules,
    "discovery": discovery,
    "history_matching": history_matching,
}

__all__ = [
    "KINDS",
    "Answer",
    "AnswerError",
    "Contest",
    "attribution",
    "discovery",
    "equilibrium",
    "factors_of",
    "history_matching",
    "is_answer_folder",
    "ledger",
    "lever_prices",
    "sensitivity",
    "tender_rules",
    "threshold",
    "tipping",
    "usual_rules",
    "winning",
]
