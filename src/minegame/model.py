"""The legible conductor: one negotiation as a Mesa model, month by month."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mesa
import numpy as np
from mesa.datacollection import DataCollector

from minegame import turns
from minegame.agents import Bidder, Financier, Host, Participant, Patron
from minegame.game import NOBODY, OUTCOME, STATE, new_records
from minegame.scenario import Scenario

BASELINE = "kazakhstan_tungsten"

MODEL_REPORTERS = {
    "month": lambda model: int(model.state.month),
    "price": lambda model: float(np.exp(model.state.log_price)),
    "mine_price": lambda model: float(model.state.mine_price),
    "candidate": lambda model: "+".join(dict.fromkeys(model.host.candidate.values())) or None,
    "utility": lambda model: model.host.utility,
    "aspiration": lambda model: model.host.aspiration,
    "shelve_utility": lambda model: model.host.shelve_utility,
    "decision": lambda model: model.host.decision,
}

AGENT_REPORTERS = {"name": "name", "kind": "kind"}

TYPE_REPORTERS: dict[type, dict[str, Any]] = {
    Patron: {
        "name": "name",
        **{lever: (lambda agent, lever=lever: agent.levers[lever]) for lever in ("tariff", "access", "engagement")},
        **{lever: (lambda agent, lever=lever: agent.levers[lever]) for lever in ("finance", "denial")},
        "credibility": "credibility",
        "credit": "credit",
        "summits": "summits",
        "points_used": "points_used",
        "share": "share",
    },
    Financier: {"name": "name", "has_issued": "has_issued", "letter_month": "letter_month", "share": "share"},
    Bidder: {
        "name": "name",
        "concession": "concession",
        "coverage": "coverage",
        "completion": "completion",
        "offers": "offers",
    },
    Host: {
        "name": "name",
        "utility": "utility",
        "aspiration": "aspiration",
        "shelve_utility": "shelve_utility",
        "decision": "decision",
    },
}


class Negotiation(mesa.Model):
    """One negotiation for the deposits of a scenario; every ``step`` is a month.

    ``scenario`` is a :class:`~minegame.scenario.Scenario`, the name of a shipped one or the path of a YAML file;
    without it the Kazakhstan baseline is played.  ``seed`` and ``replication`` address the luck: the same pair gives
    the same negotiation, equal bit for bit to that row of :mod:`minegame.ensemble`.  ``agents`` maps the name of an
    agent to the class that plays it, a subclass of :class:`Patron`, :class:`Financier`, :class:`Bidder` or
    :class:`Host` (the host's name is ``host``).

    Raises ScenarioError for a scenario that does not hold, ValueError for a class or a name that does not fit.

    >>> negotiation = Negotiation(seed=1).play()
    >>> negotiation.running
    False
    """

    def __init__(
        self,
        scenario: Scenario | str | Path | None = None,
        seed: int | None = 0,
        replication: int = 0,
        agents: Mapping[str, type[Participant]] | None = None,
        rng: int | None = None,
    ) -> None:
        seed = int((rng if rng is not None else seed) or 0)  # batch_run says None where nobody chose a seed
        super().__init__(rng=seed)
        self.scenario = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario or BASELINE)
        self.seed, self.replication = seed, int(replication)
        self.game = self.scenario.game()[0]
        self.state_array = new_records(STATE)
        self.outcome_array = new_records(OUTCOME)
        self.history: list[Any] = []
        self._seat(dict(agents or {}))
        turns.open_tender(self.game, self.state, self.seed, self.replication)
        self.datacollector = DataCollector(
            model_reporters=MODEL_REPORTERS, agent_reporters=AGENT_REPORTERS, agenttype_reporters=self._type_reporters()
        )

    def step(self) -> None:
        """Play one month; in the last one, follow the award through."""
        turns.trade(self.game, self.state)
        for patron in self.patrons:
            patron.step()
        for financier in self.financiers:
            financier.step()
        for bidder in self.bidders:
            bidder.step()
        self.host.step()
        self.history.append(self.state_array.copy()[0])
        self.datacollector.collect(self)
        if self.state.closed:
            turns.settle(self.game, self.state, self.outcome)
            self._close()

    def play(self) -> Negotiation:
        """Play to the end and return the model itself."""
        while self.running:
            self.step()
        return self

    @property
    def scenario(self) -> Scenario:
        """What is played."""
        return self._played

    @scenario.setter
    def scenario(self, scenario: object) -> None:
        if isinstance(scenario, Scenario):  # Mesa 3.5 puts a scenario of its own here, which it would write to
            self._played = scenario

    @property
    def state(self) -> Any:
        """How the negotiation stands: a STATE record, shared with the agents."""
        return self.state_array[0]

    @property
    def outcome(self) -> Any:
        """How it ended: an OUTCOME record, filled in when ``running`` turns False."""
        return self.outcome_array[0]

    @property
    def winners(self) -> dict[str, str | None]:
        """The winner of each deposit; None where it was shelved or the negotiation goes on."""
        names = self.scenario.bidder_names
        chosen = [NOBODY if self.running else int(i) for i in self.outcome.winner]
        return {
            deposit: None if chosen[d] == NOBODY else names[chosen[d]]
            for d, deposit in enumerate(self.scenario.deposit_names)
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

    def _seat(self, classes: dict[str, type[Participant]]) -> None:
        scenario = self.scenario

        def seat(kind: Any, group: Mapping[str, Any]) -> tuple[Any, ...]:
            return tuple(
                self._checked(classes.pop(name, kind), kind)(self, name, index, spec.label or name)
                for index, (name, spec) in enumerate(group.items())
            )

        self.patrons: tuple[Patron, ...] = seat(Patron, scenario.patrons)
        self.financiers: tuple[Financier, ...] = seat(Financier, scenario.financiers)
        self.bidders: tuple[Bidder, ...] = seat(Bidder, scenario.bidders)
        self.host: Host = seat(Host, {"host": scenario.host})[0]
        if classes:
            raise ValueError(f"no agent named {', '.join(classes)}; there are {[a.name for a in self.everybody]}")

    @staticmethod
    def _checked(chosen: type[Participant], kind: type[Participant]) -> type[Participant]:
        if not issubclass(chosen, kind):
            raise ValueError(f"{chosen.__name__} must be a subclass of {kind.__name__}")
        return chosen

    def _type_reporters(self) -> dict[type, dict[str, Any]]:
        """The reporters of each class at the table; a subclass reports what its parent reports."""
        return {
            type(agent): reporters
            for agent in self.everybody
            for kind, reporters in TYPE_REPORTERS.items()
            if isinstance(agent, kind)
        }

    def _close(self) -> None:
        self.running = False
        # Mesa 3.3 keeps a counter of agent numbers for every model that ever lived, and with it the model (mesa #3179).
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
