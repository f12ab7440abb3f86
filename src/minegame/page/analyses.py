"""What is asked on a button: attribution, tipping points and a map; each with progress, each can be cancelled."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from minegame.answers.asking import ask
from minegame.answers.catalogue import kind_of
from minegame.design import Changes
from minegame.ensemble import by_bidder
from minegame.experiment_file import Experiment
from minegame.options import refuse
from minegame.page.pictures import address
from minegame.page.sight import sheet
from minegame.plots.winning import win_map
from minegame.runner import Runner
from minegame.scenario import Scenario, ScenarioError, in_words, typed_change, typed_value

MAP = "headline_map"  # the experiment whose two parameters, and levels, are asked where the scenario has them
_LEVELS = 7  # of a parameter of a map


class CancelledError(Exception):
    """Somebody does not want to wait for the answer."""


@dataclass(frozen=True)
class Reply:
    """What comes of a question: sentences, tables, pictures with their titles, limits, and how to ask it again."""

    sentences: Sequence[str]
    sheets: Sequence[Mapping[str, Any]]
    pictures: Sequence[tuple[str, str]]
    command: str = ""


class Asking:
    """A question that is being answered on another thread: how far it is, and a way to stop it."""

    def __init__(self) -> None:
        self.share = 0.0
        self._stop = threading.Event()

    def cancel(self) -> None:
        """Have it stopped with what is being played just now."""
        self._stop.set()

    def watch(self, done: int, planned: int) -> None:
        """Note how far it is; raises CancelledError where nobody waits any more."""
        if self._stop.is_set():
            raise CancelledError
        self.share = done / max(1, planned)

    def question(self, kind: str, scenario: Scenario, called: str, **options: Any) -> Reply:
        """The answer to a kind of question; ``called`` is what a command line calls the scenario."""
        asked = kind_of(kind)(**options)
        answer = ask(asked, scenario, watch=self.watch)
        tables = [table for table in answer.tables.values() if not table.raw and len(table)]
        drawn = []
        for one in answer.pictures.values():
            self.watch(1, 1)
            if callable(one.draw):
                drawn.append((one.title, address(one.draw)))
        return Reply(
            answer.sentences, [sheet(table) for table in tables], drawn, asked.command(called, scenario.changes)
        )

    def map(self, scenario: Scenario, called: str, x: Axis, y: Axis, *, seed: int, replications: int) -> Reply:
        """How often the first bidder wins over two parameters."""
        if x.path == y.path:
            refuse("map", f"{x.path} is both parameters: expected two")
        rows = self.rows(scenario, x, y, seed=seed, replications=replications)
        label = next(iter(scenario.bidders.values())).label
        draw = partial(
            win_map, rows, x.path, y.path, outcome=scenario.bidder_names[0], label=label,
            names=[in_words(scenario, axis.path) for axis in (x, y)],
        )  # fmt: skip
        command = ["minegame", "sweep", called, *(part for axis in (x, y) for part in ("--vary", axis.typed()))]
        for change in scenario.changes.items():
            command += ["--set", typed_change(*change)]
        command += ["--replications", str(replications), "--seed", str(seed)]
        return Reply([], [], [(f"How often {label} wins", address(draw))], shlex.join(command))

    def rows(self, scenario: Scenario, x: Axis, y: Axis, *, seed: int, replications: int) -> list[dict[str, Any]]:
        """The first bidder's chance at every pair of levels, all on the same luck."""
        points: list[Changes] = [{x.path: a, y.path: b} for b in y.levels for a in x.levels]
        games, place = scenario.games(points).reshape(-1, 1), [by_bidder("wins_any", 0)]
        with Runner(watch=self.watch) as runner:
            runner.expect(games.size * replications)
            sums = [
                runner.tally(games[at : at + _LEVELS], seed, replications, places=place).sums[:, 0, 0, 1]
                for at in range(0, len(games), _LEVELS)
            ]
        won = np.concatenate(sums) / replications
        known = {"outcome": scenario.bidder_names[0], "negotiations": replications}
        return [{**point, **known, "estimate": share} for point, share in zip(points, won.tolist(), strict=True)]


@dataclass(frozen=True)
class Axis:
    """A parameter of a map, and its levels."""

    path: str
    levels: tuple[Any, ...]

    def typed(self) -> str:
        """The parameter and its levels as they are typed."""
        return f"{self.path}={','.join(map(typed_value, self.levels))}"

    @classmethod
    def between(cls, scenario: Scenario, path: str, low: float, high: float) -> Axis:
        """Levels spread evenly between two values, among them that of the scenario in place of the nearest one.

        Raises:
            ScenarioError: for a value that is not allowed.
        """
        whole = scenario.place(path).is_whole
        levels = [round(float(value), 10) for value in np.linspace(low, high, _LEVELS)]
        own = scenario.value(path)
        if isinstance(own, (int, float)) and low <= own <= high:
            levels[int(np.argmin([abs(value - own) for value in levels]))] = own
        found = dict.fromkeys(round(value) if whole else value for value in levels)
        for value in found:
            scenario.at({path: value})
        return cls(path, tuple(sorted(found)))


def headline_axes(scenario: Scenario) -> tuple[Axis, Axis] | None:
    """The two parameters of the headline's map with its levels, if the scenario has them."""
    factors = Experiment.read(MAP).factors
    try:
        for path, factor in factors.items():
            for value in factor.levels or ():
                scenario.at({path: value})
    except ScenarioError:
        return None
    x, y = (Axis(path, tuple(factor.levels or ())) for path, factor in factors.items())
    return x, y


#: What is asked on a button beside the map: the kind, its words, how many negotiations it asks for by default.
KINDS: Mapping[str, tuple[str, str, int]] = {
    "attribution": ("Attribution", "Which lever did it: Shapley values over all packages of the levers.", 20_000),
    "tipping": ("Tipping points", "Every value of one parameter at which another bidder becomes the favourite.", 2_000),
}
