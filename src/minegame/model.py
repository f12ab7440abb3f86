"""The legible conductor: one negotiation as a Mesa model, month by month."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from operator import index
from pathlib import Path
from typing import Any, TypeAlias

import mesa
import numpy as np
from mesa.datacollection import DataCollector

from minegame import chance, turns
from minegame.agents import Bidder, Financier, Host, Participant, Patron, allocation_name
from minegame.door import Row, take
from minegame.game import LEVERS, NOBODY, OUTCOME, OUTCOME_TABLE, STATE, copied, new_records
from minegame.numerals import typed_whole
from minegame.scenario import Scenario

#: The class that plays an agent, or one with its parameters given.
Strategy: TypeAlias = "type[Participant] | partial[Participant]"

#: What the table of each kind of agent shows; the host's feelings are columns of the model, the rest of all agents.
COLUMNS: dict[type[Participant], tuple[str, ...]] = {
    Patron: ("name", *LEVERS, "credibility", "credit", "summits", "points_used", "share"),
    Financier: ("name", "has_issued", "letter_month", "share"),
    Bidder: ("name", "concession", "coverage", "completion", "offers"),
    Host: ("name", "utility", "aspiration", "shelve_utility", "decision"),
}


# Reporters are functions of the module: a model with lambdas could not be pickled.
def _of_host(model: Negotiation, name: str) -> Any:
    return getattr(model.host, name)


def _of_outcome(model: Negotiation, name: str) -> float | None:
    return None if model.outcome is None else float(model.outcome[name])


_SHOWN = {kind.kind: {"kind", *columns} for kind, columns in COLUMNS.items()}


def _of_agent(agent: Participant, name: str) -> Any:
    """What an agent shows, None if its kind has no such thing (which Mesa 3.5 takes for an error)."""
    if name not in _SHOWN[agent.kind]:
        return None
    return agent.pressed(name) if name in LEVERS else getattr(agent, name)  # type: ignore[attr-defined]


def _month(model: Negotiation) -> int:
    return int(model.state_row.month)


def _price(model: Negotiation) -> float:
    return float(math.exp(model.state_row.log_price))


def _mine_price(model: Negotiation) -> float:
    return float(model.state_row.mine_price)


def _candidate(model: Negotiation) -> str | None:
    return allocation_name(model.host.candidate) or None


def _winner(model: Negotiation) -> str | None:
    return allocation_name(model.winners) or None


def _winner_of(model: Negotiation, deposit: str) -> str | None:
    return model.winners[deposit]


def _shelved(model: Negotiation) -> bool:
    return model.host.decision == "shelve"


MODEL_REPORTERS = {
    "month": _month,
    "price": _price,
    "mine_price": _mine_price,
    "candidate": _candidate,
    **{name: partial(_of_host, name=name) for name in ("utility", "aspiration", "shelve_utility", "decision")},
    "winner": _winner,
    "shelved": _shelved,
}
# How it ended, known in the last row; what a column above shows month by month keeps that column.
MODEL_REPORTERS |= {
    quantity.name: partial(_of_outcome, name=quantity.name)
    for quantity in OUTCOME_TABLE
    if quantity.subject == "negotiation" and quantity.name not in {*MODEL_REPORTERS, "replication"}
}

# No name is both the model's and an agent's: in a row of batch_run the one would hide the other.
AGENT_REPORTERS = {
    name: partial(_of_agent, name=name)
    for name in dict.fromkeys(("name", "kind", *(name for columns in COLUMNS.values() for name in columns)))
    if name not in MODEL_REPORTERS
}


class Records(DataCollector):
    """What is collected every month: the model, and all agents in one table, of which every kind can have its own.

    (With reporters for every kind, ``batch_run`` of Mesa 3.5 would list each agent twice.)
    """

    def __init__(self, model: Negotiation) -> None:
        each = {f"winner.{deposit}": partial(_winner_of, deposit=deposit) for deposit in model.case.deposit_names}
        super().__init__(model_reporters=MODEL_REPORTERS | each, agent_reporters=AGENT_REPORTERS)
        self._classes = {agent.unique_id: type(agent) for agent in model.everybody}

    def collect(self, model: Negotiation) -> None:
        """Collect a row of the model and a row of every agent."""
        super().collect(model)
        if not hasattr(self, "_collection_steps"):
            # batch_run of Mesa 3.3 looks for the agents of step n under n - 1, and so would show those of last month.
            self._agent_records[model.steps - 1] = self._agent_records.pop(model.steps)

    def get_agenttype_vars_dataframe(self, agent_type: type[Participant]) -> Any:
        """The rows and columns of one kind of agents, subclasses included."""
        columns = next((shown for kind, shown in COLUMNS.items() if issubclass(agent_type, kind)), None)
        if columns is None:
            raise ValueError(f"no table of {agent_type.__name__}; there are {', '.join(k.__name__ for k in COLUMNS)}")
        everybody = self.get_agent_vars_dataframe()
        chosen = [number for number, seated in self._classes.items() if issubclass(seated, agent_type)]
        frame = everybody[everybody.index.isin(chosen, level="AgentID")].infer_objects()
        return frame.assign(**{name: self.model_vars[name] for name in columns if name not in frame})[list(columns)]


class Negotiation(mesa.Model):
    """One negotiation for the deposits of a scenario; every ``step`` is a month.

    ``scenario`` is a :class:`~minegame.scenario.Scenario`, the name of a shipped one or the path of a YAML file;
    without it the Kazakhstan baseline is played.  Loaded, it is the negotiation's ``case``.  ``seed`` (default 0;
    ``rng`` is another name for it) and ``replication`` address the luck: the same pair gives the same negotiation,
    equal bit for bit to that row of :mod:`minegame.ensemble`; typed as text they count too.  ``agents`` maps the name
    of an agent to the class that plays it, a subclass of :class:`Patron`, :class:`Financier`, :class:`Bidder` or
    :class:`Host` (the host's name is ``host``), or to a ``functools.partial`` of one that gives its parameters.
    Without ``collect`` nothing is kept in ``datacollector``, which takes the most of a negotiation's time.

    Raises ScenarioError for a scenario that does not hold, TypeError for what is no scenario, for a seed or a
    replication that is no whole number and for a seed beside a rng, ValueError for one that has no luck of its own,
    ValueError or TypeError for a class or a name that does not fit.

    >>> negotiation = Negotiation(seed=1).play()
    >>> negotiation.running
    False
    """

    def __init__(
        self,
        scenario: Scenario | str | Path | None = None,
        seed: int | str | None = None,
        replication: int | str = 0,
        agents: Mapping[str, Strategy] | None = None,
        rng: int | str | None = None,
        collect: bool = True,
    ) -> None:
        seed = _seed(seed, rng)
        replication = whole("replication", replication, chance.MAX_REPLICATION)
        super().__init__(rng=seed)
        self.case = _scenario(scenario)
        self.seed, self.replication = seed, replication
        self.game_array, self.state_array, self.outcome_array = (
            self.case.game(),
            new_records(STATE),
            new_records(OUTCOME),
        )
        self.game_row, self.state_row = Row(self.game_array), Row(self.state_array)
        self.history: list[Any] = []
        self._has_own_purse = True
        self._seat({} if agents is None else agents)
        self.state_row.seed, self.state_row.replication = self.seed, self.replication
        self.take(turns.open_tender)
        self.datacollector = Records(self) if collect else None

    def step(self) -> None:
        """Play one month; in the last one, follow the award through.  Nothing happens once ``running`` is False."""
        if not self.running:
            return
        self.take(turns.trade)
        for patron in self.patrons:
            patron.step()
        for financier in self.financiers:
            financier.step()
        for bidder in self.bidders:
            bidder.step()
        self.host.step()
        for patron in self.patrons:
            patron.watch()
        closed = bool(self.state_row.closed)
        if not closed and self.host.is_last_month:
            raise RuntimeError("the host decided nothing in the last month: its decide() must accept() or shelve()")
        self.history.append(copied(self.state_array)[0])
        if closed:
            self._settle()
            self._close()
        if self.datacollector is not None:
            self.datacollector.collect(self)

    def play(self) -> Negotiation:
        """Play to the end and return the model itself."""
        play_out(self, "negotiation")
        return self

    def sit_in(self, game: np.ndarray, state: np.ndarray, outcome: np.ndarray) -> None:
        """Go on at the table of a campaign: with its records, arrays of length 1, in place of one's own."""
        self.game_array, self.state_array, self.outcome_array = game, state, outcome
        self.game_row, self.state_row = Row(game), Row(state)
        self._has_own_purse = False

    def refund(self, k: int) -> None:
        """Take back what a patron has paid this month, before it pays for other levers."""
        before = self.history[-1] if self.history and self._has_own_purse else None
        budget = self.game_row.patron_budget[k] if self._has_own_purse else math.inf  # the campaign pays
        self.state_row.budget_left[k] = budget if before is None else before.budget_left[k]
        self.state_row.points_used[k] = 0.0 if before is None else before.points_used[k]

    def end_month(self) -> None:
        """Remember the month; after the last one there is nothing more to do: a campaign settles its awards."""
        self.history.append(copied(self.state_array)[0])
        if self.state_row.closed:
            self._close()

    def take(self, turn: Callable[..., Any], who: int = 0, orders: Any = None) -> None:
        """Take one turn of :mod:`minegame.turns`; an agent that departs from the scenario's numbers gives its own."""
        take(turn, self.game_array if orders is None else orders, self.state_array, self.outcome_array, who)

    @property
    def scenario(self) -> None:
        """Nothing: Mesa 3.4 and later look here for a scenario of their own kind.  What is played is the ``case``."""

    @scenario.setter
    def scenario(self, scenario: object) -> None:
        pass  # Mesa makes one of its own, which its viewer would give to the next negotiation instead of ours

    @property
    def game(self) -> Any:
        """The numbers of the scenario: a GAME record."""
        return self.game_array[0]

    @property
    def state(self) -> Any:
        """How the negotiation stands, and after the end how it stood at the decision: a STATE record."""
        return self.state_array[0]

    @property
    def outcome(self) -> Any:
        """How it ended: an OUTCOME record; None while the negotiation goes on."""
        return None if self.running else self.outcome_array[0]

    @property
    def winners(self) -> dict[str, str | None]:
        """The winner of each deposit; None where it was shelved or the negotiation goes on."""
        names, outcome = self.case.bidder_names, self.outcome
        chosen = [NOBODY] * len(self.case.deposits) if outcome is None else outcome.winner.tolist()
        return {
            deposit: None if chosen[d] == NOBODY else names[chosen[d]]
            for d, deposit in enumerate(self.case.deposit_names)
        }

    def agent(self, name: str) -> Participant:
        """The patron, financier, bidder or host of that name; KeyError with the names there are."""
        everybody = {agent.name: agent for agent in self.everybody}
        if name not in everybody:
            raise KeyError(f"no agent {name!r}; there are {', '.join(everybody)}")
        return everybody[name]

    @property
    def everybody(self) -> tuple[Participant, ...]:
        """All agents in the order of their turns."""
        return (*self.patrons, *self.financiers, *self.bidders, self.host)

    def __repr__(self) -> str:
        what = f"{self.case.name}, seed {self.seed}, replication {self.replication}"
        if not self.running:
            return f"<Negotiation {what}: {_winner(self) or 'shelved'} in month {_month(self)}>"
        return f"<Negotiation {what}: {'not begun' if not self.history else f'after month {len(self.history) - 1}'}>"

    def _repr_html_(self) -> str:
        """The negotiation in a notebook: how it stands, and who is at the table."""
        seated = "".join(f"<li>{escape(repr(agent)[1:-1])}</li>" for agent in self.everybody)
        return f"<h3>{escape(repr(self)[1:-1])}</h3><ul>{seated}</ul>"

    def _seat(self, agents: Mapping[str, Strategy]) -> None:
        if not isinstance(agents, Mapping):
            raise TypeError(
                f"agents must map names to classes, not {agents!r} (in batch_run, put the mapping into a list)"
            )
        classes = dict(agents)
        scenario = self.case

        def seat(kind: Any, group: Mapping[str, Any]) -> tuple[Any, ...]:
            return tuple(
                _checked(name, classes.pop(name, kind), kind)(self, name, index, spec.label or name)
                for index, (name, spec) in enumerate(group.items())
            )

        self.patrons: tuple[Patron, ...] = seat(Patron, scenario.patrons)
        self.financiers: tuple[Financier, ...] = seat(Financier, scenario.financiers)
        self.bidders: tuple[Bidder, ...] = seat(Bidder, scenario.bidders)
        self.host: Host = seat(Host, {"host": scenario.host})[0]
        if classes:
            unknown, known = ", ".join(map(str, classes)), ", ".join(agent.name for agent in self.everybody)
            raise ValueError(f"agents: nobody is named {unknown}; there are {known}")

    def _settle(self) -> None:
        """Follow the award through, on a copy: the agents go on showing how things stood when it was decided."""
        take(turns.settle, self.game_array, copied(self.state_array), self.outcome_array)

    def _close(self) -> None:
        self.running = False
        # Mesa 3.3 keeps a counter of agent numbers for every model that ever lived, and with it the model (mesa #3179).
        getattr(mesa.Agent, "_ids", {}).pop(self, None)


def _scenario(given: Any) -> Scenario:
    if given is not None and not isinstance(given, (Scenario, str, Path)):
        hint = "(in batch_run, put the scenario into a list)"
        raise TypeError(f"scenario must be a Scenario, a name or a path, not {given!r:.80} {hint}")
    return Scenario.of(given)


def _seed(seed: Any, rng: Any) -> int:
    """The seed under either of its names; batch_run says seed=None where nobody chose one."""
    if seed is not None and rng is not None:
        raise TypeError("seed and rng are two names for the same number: expected one of the two")
    name, given = ("seed", 0 if seed is None else seed) if rng is None else ("rng", rng)
    return whole(name, given, chance.MAX_SEED)


def play_out(model: mesa.Model, what: str) -> None:
    """Step a model until it no longer runs; raises RuntimeError if a step has failed before."""
    while model.running:
        before = model.steps
        model.step()
        if model.steps == before:  # Mesa 3.5 does nothing more once a step has failed
            raise RuntimeError(f"an error broke this {what} off: play a new one")


def whole(name: str, value: Any, most: int) -> int:
    """A whole number from 0 to ``most``, or one that is typed, as Mesa's viewer hands it over.

    Raises TypeError or ValueError with its name for anything else.
    """
    try:
        number = index(typed_whole(value) if isinstance(value, str) else value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, not {value!r}") from None
    if not 0 <= number <= most:
        raise ValueError(f"{name} {number} is not allowed: expected a whole number between 0 and {most}")
    return number


def _checked(name: str, chosen: Any, kind: type[Participant]) -> Strategy:
    played = chosen.func if isinstance(chosen, partial) else chosen
    if not isinstance(played, type):
        raise TypeError(f"agents[{name!r}] must be a class, a subclass of {kind.__name__}, not {chosen!r}")
    if not issubclass(played, kind):
        raise ValueError(f"agents[{name!r}] must be a subclass of {kind.__name__}, not {played.__name__}")
    return chosen  # type: ignore[no-any-return]
