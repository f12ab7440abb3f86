"""minegame in one line of Python: the same questions, paths and keys as on the command line, tables in fractions.

>>> import minegame
>>> odds = minegame.odds("two_bidders", {"patrons.north.levers.*.intensity": 0}, against={}, replications=200)
>>> list(odds["winners"])[:4]
['policy', 'wins_north_mining', 'wins_north_mining_low', 'wins_north_mining_high']
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from minegame import cases, door, storage
from minegame.answers.answer import Answer
from minegame.answers.asking import ask
from minegame.answers.catalogue import kind_of, kinds
from minegame.answers.inputs import AS_IT_IS
from minegame.answers.reading import opened
from minegame.answers.winning import named
from minegame.cases import Case
from minegame.design import Changes
from minegame.experiment_file import Experiment, Plan
from minegame.game import OUTCOME, new_records
from minegame.options import Levels, refuse
from minegame.runner import Runner
from minegame.scenario import Scenario, nearest, shipped_scenarios, typed_change
from minegame.statistics import precision
from minegame.text import few

if TYPE_CHECKING:
    from minegame.experiment_file import Luck
    from minegame.model import Negotiation, Strategy
    from minegame.results import Results

#: A scenario, the name of a shipped one, or the path of a file; None is the Kazakhstan baseline.
Where = Scenario | str | Path | None
#: The same, or a campaign of several tenders.
WhereAny = Case | str | Path | None
_GAMES = 4096  # held at a time: 24 MB


def scenarios() -> pd.DataFrame:
    """The scenarios that come with minegame: a row each, with name, title and who bids for what."""
    found = [Scenario.load(name) for name in shipped_scenarios()]
    return pd.DataFrame(
        {
            "name": [one.name for one in found],
            "title": [one.title for one in found],
            "bidders": [", ".join(one.bidder_names) for one in found],
            "deposits": [", ".join(one.deposit_names) for one in found],
        }
    )


def params(scenario: WhereAny = None, filter: str = "") -> pd.DataFrame:
    """Every path that can be set or varied: a row each, with value, unit, allowed range, meaning, source and status.

    Args:
        scenario: a scenario or a campaign, its name or its file (default: the Kazakhstan baseline).
        filter: part of a path or of its description, or a pattern such as ``patrons.*.link``.
    """
    return pd.DataFrame([vars(parameter) for parameter in cases.of(scenario).parameters(filter)])


def play(scenario: Where = None, changes: Changes | None = None, *, seed: int = 0, replication: int = 0) -> Negotiation:
    """One negotiation played to the end; ``print(minegame.tell(negotiation))`` tells it month by month."""
    from minegame.model import Negotiation

    return Negotiation(Scenario.of(scenario).at(changes or {}), seed=seed, replication=replication).play()


def tell(negotiation: Negotiation, width: int = 100) -> str:
    """A negotiation that has been played, told as ``minegame play`` does."""
    from minegame.transcript import Transcript, render

    scenario = negotiation.case
    changes = [typed_change(path, value) for path, value in scenario.changes.items()]
    return render(Transcript.of(negotiation, scenario.origin or scenario.name, changes), width)


def odds(
    scenario: Where = None, changes: Changes | None = None, *, against: Changes | str | Path | None = None,
    replications: int = 10_000, seed: int = 0, confidence: float = 0.95, **how: Any,
) -> Answer:  # fmt: skip
    """Who wins, on what terms, with intervals; and the paired difference, if there is something to compare with.

    Args:
        scenario: a scenario, its name or its file (default: the Kazakhstan baseline).
        changes: values by path, as ``--set`` takes them.
        against: other changes of the same scenario ({}: none, the scenario as it is), or the name or file of another.
        replications: negotiations of each.
        seed: of the luck, which both sides of a comparison share.
        confidence: of every interval.
        how: folder, executor, workers, watch, tell, as :func:`ask` takes them.

    Returns:
        An answer; ``answer["winners"]`` is a table in fractions, ``answer["contrasts"]`` that of the differences.

    Raises:
        ScenarioError: for a scenario, a path or a value that is not allowed.
    """
    asked: dict[str, Any] = {"replications": replications, "seed": seed, "confidence": confidence, **how}
    at = Scenario.of(scenario)
    if against is None:
        return ask("winning", at.at(changes or {}), policy={AS_IT_IS: {}}, **asked)
    if not isinstance(against, Mapping):
        return ask("winning", at.at(changes or {}), against=str(against), **asked)
    name, other = named(changes or {}) or AS_IT_IS, named(against) or AS_IT_IS
    compared = {name: changes or {}, other: against}
    if len(compared) < 2:
        refuse("against", "changes the same as the changes: nothing can be compared")
    return ask("winning", at, policy=compared, reference=other, **asked)


def sweep(
    vary: Mapping[str, Any], scenario: WhereAny = None, *, changes: Changes | None = None,
    policies: Mapping[str, Changes] | None = None, measures: Sequence[str] | None = None, replications: int = 2_000,
    seed: int = 0, luck: Luck = "common", confidence: float = 0.95, workers: int | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Every combination of the levels of some paths, in memory: a row a point, policy and measure.

    Args:
        vary: levels by path: a list, a mapping with low, high and count, or text such as ``0:4:9``.
        scenario: a scenario or a campaign, its name or its file (default: the Kazakhstan baseline).
        changes: values by path that hold at every point.
        policies: changes by the name of a policy (default: the scenario as it is).
        measures: as :func:`evaluate` takes them.
        replications: negotiations of every point and policy.
        seed, luck, confidence, workers: as :func:`evaluate` takes them.

    Returns:
        The columns of :func:`evaluate` with one for every path that varies.

    >>> import minegame
    >>> table = minegame.sweep({"host.balance_weight": [0, 2]}, "two_bidders", replications=100)
    >>> list(table[["host.balance_weight", "measure"]].drop_duplicates().itertuples(index=False, name=None))
    [(0, 'wins_any'), (0, 'shelved'), (2, 'wins_any'), (2, 'shelved')]
    """
    at = cases.of(scenario).at(changes or {})
    document = {
        "title": "sweep", "scenario": at.name, "factors": _levels(vary), "policies": dict(policies or {}),
        "replications": replications, "seed": seed, "luck": luck,
    }  # fmt: skip
    plan = Experiment.from_document(document, "sweep").plan(scenario=at)
    return _evaluated(plan, measures, confidence, workers)


def _levels(vary: Mapping[str, Any]) -> dict[str, Any]:
    """Levels by path as an experiment has them; text is read as ``--vary`` is."""
    read: dict[str, Any] = {}
    for path, levels in vary.items():
        read |= Levels().read([f"{path}={levels}"] if isinstance(levels, str) else {path: levels}, "vary")
    return read


def evaluate(
    policies: Mapping[str, Changes] | Sequence[Changes] | None = None,
    states: pd.DataFrame | Sequence[Changes] | None = None, measures: Sequence[str] | None = None, n: int = 1_000, *,
    scenario: WhereAny = None, seed: int = 0, luck: Luck = "common", confidence: float = 0.95,
    workers: int | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Policies in states of the world, for loops and optimisers: the same arguments, the same numbers.

    All policies of a state play on the same luck, and with ``luck="common"`` all states do too; give ``"own"`` where
    the states are read together, for a mean or a regression.  Threads make no difference to the numbers.

    Args:
        policies: changes by name, or a list of changes, which are numbered (default: the scenario as it is).
        states: a table whose columns are paths, or a list of changes (default: the scenario as it is).
        measures: names such as ``shelved``, ``wins_any`` (of every bidder) or ``wins_any.cove`` (of one); default:
            ``wins_any`` and ``shelved``.  ``minegame.measures(scenario)`` lists them.
        n: negotiations of every policy in every state.
        scenario: a scenario or a campaign, its name or its file (default: the Kazakhstan baseline).
        seed: of the luck.
        luck: ``common`` or ``own``, see above.
        confidence: of the intervals.
        workers: threads (default: the cores of this machine).

    Returns:
        Columns: state (its number), the paths of the states, policy, measure, subject, estimate, low, high,
        negotiations; in that order of rows.

    Raises:
        ScenarioError: for what is not allowed, or a measure that there is not.
    """
    at = cases.of(scenario)
    plan = Plan.of(at, _table(states), _policies(policies), replications=n, seed=seed, luck=luck)
    return _evaluated(plan, measures, confidence, workers)


def _evaluated(plan: Plan, wanted: Sequence[str] | None, confidence: float, workers: int | None) -> pd.DataFrame:
    chosen = _chosen(plan.scenario, wanted)
    sums = np.concatenate([*_played(plan, [measure.place for measure in chosen], workers)])
    return _tidy(plan, chosen, sums, confidence)


def measures(scenario: WhereAny = None) -> list[str]:
    """What :func:`evaluate` can measure in a scenario: ``name`` of the negotiation, ``name.subject`` of an agent."""
    return [_name(measure) for measure in storage.measures(cases.of(scenario))]


def _name(measure: storage.Measure) -> str:
    return f"{measure.name}.{measure.subject}" if measure.subject else measure.name


def _chosen(scenario: Case, wanted: Sequence[str] | None) -> list[storage.Measure]:
    """The measures of some names, in their order; a name without a subject stands for every subject."""
    listed, found = storage.measures(scenario), []
    for name in ("wins_any", "shelved") if wanted is None else wanted:
        fits = [measure for measure in listed if name in (measure.name, _name(measure))]
        if not fits:
            known = list(dict.fromkeys(measure.name for measure in listed))
            near = nearest(name, [*known, *map(_name, listed)])
            refuse("measures", f"there is no measure {name!r}: expected one of {few(known, 12)}{near}")
        found += fits
    return list(dict.fromkeys(found))


def _policies(given: Mapping[str, Changes] | Sequence[Changes] | None) -> Mapping[str, Changes] | None:
    if given is None or isinstance(given, Mapping):
        return given
    return {str(number): changes for number, changes in enumerate(given)}


def _table(states: pd.DataFrame | Sequence[Changes] | None) -> pd.DataFrame | None:
    if states is None or isinstance(states, pd.DataFrame):
        return states
    if any(set(state) != set(states[0]) for state in states):
        refuse("states", "do not all change the same paths: expected the same paths in every state")
    return pd.DataFrame(list(states)) if states and states[0] else pd.DataFrame(index=range(len(states)))


def _played(plan: Plan, places: Sequence[int], workers: int | None) -> Iterator[np.ndarray]:
    """Sums of shape (states, policies, measures, 3), some states at a time so that memory stays flat."""
    together = max(1, _GAMES // plan.at_once)
    with Runner(workers=workers) as runner:
        for start in range(0, plan.groups, together):
            groups = np.arange(start, min(start + together, plan.groups))
            lots = groups if plan.luck == "own" else None
            games = plan.games(groups)
            yield runner.tally(games, plan.seed, plan.replications.at_most, luck=lots, places=places).sums


def _tidy(plan: Plan, chosen: Sequence[storage.Measure], sums: np.ndarray, confidence: float) -> pd.DataFrame:
    """A row a state, policy and measure."""
    bounds = [
        precision.interval(sums[:, :, m], measure.name, confidence=confidence) for m, measure in enumerate(chosen)
    ]
    low, high = (np.stack([pair[end] for pair in bounds], axis=-1).ravel() for end in (0, 1))
    with np.errstate(invalid="ignore"):
        estimate = (sums[..., 1] / sums[..., 0]).ravel()
    policies, each = len(plan.policies), len(chosen)
    return pd.DataFrame(
        {
            "state": np.repeat(np.arange(plan.groups), policies * each),
            **{path: plan.design[path].to_numpy().repeat(policies * each) for path in plan.design},
            "policy": np.tile(np.repeat(list(plan.policies), each), plan.groups),
            "measure": np.tile([measure.name for measure in chosen], plan.groups * policies),
            "subject": np.tile([measure.subject for measure in chosen], plan.groups * policies),
            "estimate": estimate, "low": low, "high": high, "negotiations": plan.replications.at_most,
        }
    )  # fmt: skip


def compare(
    agents: Mapping[str, Strategy], n: int = 200, scenario: Where = None, *, changes: Changes | None = None,
    measures: Sequence[str] = ("wins_any", "shelved", "host_value"), seed: int = 0, confidence: float = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """What strategies of one's own change: paired differences from the scenario's, each on the same luck.

    Args:
        agents: classes by the name of the agent that they play, as :class:`minegame.Negotiation` takes them.
        n: negotiations, each played by its agents one turn at a time.
        scenario: a scenario, its name or its file (default: the Kazakhstan baseline).
        changes: values by path that hold on both sides.
        measures: ``wins_any`` and what an outcome says of the negotiation or of an agent, as for :func:`evaluate`.
        seed, confidence: of the luck, and of the intervals.

    Returns:
        Columns: measure, subject, estimate (with the strategies), without, difference, low, high, negotiations.

    Raises:
        ScenarioError, TypeError, ValueError: as :class:`minegame.Negotiation`.
    """
    from minegame.model import Negotiation

    at = Scenario.of(scenario).at(changes or {})
    chosen = _chosen(at, measures)
    outcomes = new_records(OUTCOME, n)
    for replication in range(n):
        played = Negotiation(at, seed=seed, replication=replication, agents=agents, collect=False).play()
        outcomes[replication] = played.outcome
    with Runner() as runner:
        without = runner.samples(at.game(), seed, n, [measure.place for measure in chosen])[:, 0]
    return _differences(chosen, _measured(at, chosen, outcomes), without, confidence)


def _measured(scenario: Scenario, chosen: Sequence[storage.Measure], outcomes: np.ndarray) -> np.ndarray:
    """Some measures of outcomes: shape (negotiations, measures)."""
    return door.measure(scenario.game(), outcomes)[:, [measure.place for measure in chosen]]


def _differences(
    chosen: Sequence[storage.Measure], own: np.ndarray, without: np.ndarray, confidence: float
) -> pd.DataFrame:
    rows = []
    for m, measure in enumerate(chosen):
        both = ~np.isnan(own[:, m] - without[:, m])
        difference = (own[:, m] - without[:, m])[both]
        sums = np.array([both.sum(), difference.sum(), (difference**2).sum()])
        low, high = precision.interval(sums, measure.name, paired=True, confidence=confidence)
        rows.append(
            {
                "measure": measure.name, "subject": measure.subject, "estimate": np.nanmean(own[:, m]),
                "without": np.nanmean(without[:, m]), "difference": difference.mean(),
                "low": float(low), "high": float(high), "negotiations": int(both.sum()),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def load(folder: Path | str) -> Results | Answer:
    """What a folder holds, run or answer, once it is found to be as it was written.

    Raises:
        ScenarioError: if it holds nothing, or nothing finished, or was altered.
    """
    return opened(folder)


def function_of(kind: str) -> Callable[..., Answer]:
    """The function of a kind of question: it takes a scenario, then the options of the kind by name."""

    def asked(scenario: Where = None, **given: Any) -> Answer:
        return ask(kind, scenario, **given)

    asked.__name__ = asked.__qualname__ = kind
    asked.__doc__ = (
        f"{kinds()[kind]}\n\nThe same as ``minegame.ask({kind!r}, scenario, …)``.\n\n{kind_of(kind).__doc__}"
    )
    return asked
