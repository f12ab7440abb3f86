"""The policy that asks a person, and the game that it is asked in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn, Protocol

import numpy as np

from minegame.model import Negotiation
from minegame.person.bidder import BidderVoice
from minegame.person.host import HostVoice
from minegame.person.odds import assumptions, odds_table
from minegame.person.patron import PatronVoice
from minegame.person.voice import Voice
from minegame.scenario import Scenario, ScenarioError
from minegame.sides import Side, Turn, played_by
from minegame.tables import Table
from minegame.transcript import calendar_month
from minegame.transcript.wording import inside

_VOICES: dict[str, Voice] = {"patron": PatronVoice(), "bidder": BidderVoice(), "host": HostVoice()}
_CONTINUATIONS = 1_000


class LeftError(Exception):
    """The person has left the table."""


class Desk(Protocol):
    """Where a person sits: it is told things, shown tables and asked."""

    def tell(self, text: str = "") -> None:
        """Say a line."""

    def show(self, table: Table) -> None:
        """Show a table."""

    def ask(self, prompt: str) -> str:
        """A line that is answered; EOFError if there are no more."""

    def refuse(self, why: str) -> None:
        """Say why an answer is none, so that it can be asked again; or raise, where nobody can be asked again."""


class Person:
    """A policy that asks a person whenever there is something to decide; ``answers`` are those that counted."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.answers: list[str] = []
        self.before: np.ndarray | None = None

    #: how a transcript says who played an agent
    player = "a person"

    def __call__(self, turn: Turn) -> np.ndarray:
        """What the person chooses in a turn."""
        voice = _VOICES[turn.side.kind]
        self._introduce(voice, turn)
        if why := voice.has_choice(turn):
            self.desk.tell(why)
            return turn.plan
        for line in voice.sees(turn):
            self.desk.tell(line)
        choice = self._asked(voice, turn)
        self.answers.append(voice.said(turn, choice))
        self.before = choice
        return choice

    def _introduce(self, voice: Voice, turn: Turn) -> None:
        """Whose turn it is, in which month; before the first, what it is about."""
        model = turn.agent.model
        months = int(model.game.months)
        if turn.month == 0:
            self.desk.tell(f"{model.case.title}. You play {inside(turn.side.label)}; the tender lasts {months} months.")
            self.desk.tell(voice.goal(turn))
            self.desk.tell("You see what your side sees in the model, and no more. ? explains what you can answer.")
        last = ", the last" if turn.month == months - 1 else ""
        date = calendar_month(str(model.case.tender.start), turn.month)
        self.desk.tell()
        self.desk.tell(f"{date}, month {turn.month + 1} of {months}{last}")

    def _asked(self, voice: Voice, turn: Turn) -> np.ndarray:
        """Ask until there is an answer that is a choice."""
        while True:
            words = self.desk.ask(f"{turn.side.label} ({voice.keys}): ").lower().replace(",", " ").split()
            try:
                if not self._is_question(voice, turn, words):
                    return voice.read(turn, words, self.before)
            except ScenarioError as problem:
                self.desk.refuse(str(problem))

    def _is_question(self, voice: Voice, turn: Turn, words: Sequence[str]) -> bool:
        """Whether it was not a choice but a question, which is answered here."""
        word = words[0] if words else ""
        if word in ("?", "h", "help"):
            for line in voice.help(turn):
                self.desk.tell(line)
        elif word in ("q", "quit"):
            _leave(turn)
        elif word in ("o", "odds"):
            self._tell_odds(voice, turn, words[1:])
        else:
            return False
        return True

    def _tell_odds(self, voice: Voice, turn: Turn, words: Sequence[str]) -> None:
        choices = dict(voice.usual(turn, self.before))
        if words:
            asked = voice.read(turn, words, self.before)
            choices[voice.said(turn, asked)] = asked
        self.desk.show(odds_table(turn, _different(choices), _CONTINUATIONS))
        for line in assumptions(turn):
            self.desk.tell(line)


def _leave(turn: Turn) -> NoReturn:
    raise LeftError(f"Left in month {turn.month + 1}, before the tender was over.")


def _different(choices: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Choices of which no two are the same; those that are, under both names."""
    names: dict[tuple[float, ...], str] = {}
    for name, choice in choices.items():
        key = tuple(choice.tolist())
        names[key] = f"{names[key]}, {name}" if key in names else name
    return {name: np.array(key) for key, name in names.items()}


def play_as(scenario: Scenario, side: Side, person: Person, seed: int = 0, replication: int = 0) -> Negotiation:
    """One negotiation in which a person plays a side; raises LeftError if it leaves the table, EOFError likewise."""
    agents = played_by(person, side)
    return Negotiation(scenario, seed=seed, replication=replication, agents=agents).play()
