"""What each side sees when it chooses, as numbers with bounds: what its turn in the model uses, and nothing else.

Costs, tastes, patience and resolve of others are nobody's to see; the host alone sees offers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from minegame.game import DENIAL, FINANCE, LEVER_TABLE, MAX_BIDDERS, NOBODY, OFFERED
from minegame.scenario import Scenario
from minegame.sides.side import Side

#: Reads a number from each of some STATE records: shape (states,).
Read = Callable[[np.ndarray], np.ndarray]
_MOST_MONEY = 10.0  # of the value scale, to which amounts are cut
_MOST_PRICE = 10.0  # of the long-run price


class Sight(NamedTuple):
    """A number that a side sees: its name, what it means, its bounds, and how it is read from states."""

    name: str
    meaning: str
    low: float
    high: float
    read: Read


def sights(scenario: Scenario, side: Side) -> tuple[Sight, ...]:
    """Everything that a side sees when it chooses, in order."""
    game = scenario.game()[0]
    of = {"patron": _of_patron, "bidder": _of_bidder, "host": _of_host}[side.kind]
    months = max(1, int(game.months) - 1)
    time = Sight("time", "part of the tender that is over", 0.0, 1.0, lambda s: s["month"] / months)
    return (time, *of(scenario, game, side.index))


def observed(seen: tuple[Sight, ...], states: np.ndarray) -> np.ndarray:
    """What is seen in each of some states: shape (states, sights), within the bounds."""
    columns = np.stack([sight.read(states) for sight in seen], axis=1)
    return np.asarray(np.clip(columns, [sight.low for sight in seen], [sight.high for sight in seen]))


def _field(*path: Any) -> Read:
    """The field of a state, or one place of it."""
    name, *place = path
    at = (slice(None), *place)
    return lambda states: states[name][at]


def _share(name: str, meaning: str, read: Read) -> Sight:
    return Sight(name, meaning, 0.0, 1.0, read)


def _money(name: str, meaning: str, scale: float, read: Read) -> Sight:
    most = _MOST_MONEY
    return Sight(name, f"{meaning}, in units of host.value_scale", -most, most, lambda s: read(s) / scale)


def _price(game: Any) -> Sight:
    usual = float(game.market_long_run_price)
    meaning = "price that a mine can expect, in units of market.long_run_price"
    return Sight("price", meaning, 0.0, _MOST_PRICE, lambda s: s["mine_price"] / usual)


def _levers(name: str, k: int, when: str) -> Iterator[Sight]:
    for n, lever in enumerate(LEVER_TABLE):
        meaning = f"{lever.label} of {name} {when}, after scaling to its political capital"
        yield Sight(f"{name}.{lever.name}", meaning, 0.0, lever.hardest, _field("lever", k, n))


def _belief(k: int) -> Read:
    return lambda s: s["belief_a"][:, k] / (s["belief_a"][:, k] + s["belief_b"][:, k])


def _standing(name: str, k: int, months: int) -> Iterator[Sight]:
    yield _share(f"{name}.credibility", f"the host's belief that {name} carries its threats out", _belief(k))
    yield _share(f"{name}.credit", f"credit of {name} with the host", _field("credit", k))
    yield Sight(f"{name}.summits", f"summits of {name} so far", 0.0, float(months), _field("summits", k))


def _part_of(game: Any, bidders: list[int]) -> Read:
    """The part of the value that the host's latest candidate gives to some bidders."""
    weights, count = np.array(game.deposit_weight[: game.deposits]), int(game.deposits)
    counts = np.zeros(MAX_BIDDERS + 1)  # the last is NOBODY
    counts[bidders] = 1.0

    def read(states: np.ndarray) -> np.ndarray:
        return np.asarray((counts[states["award"][:, :count]] @ weights) * states["has_candidate"])

    return read


def _of_patron(scenario: Scenario, game: Any, k: int) -> Iterator[Sight]:
    name, budget = scenario.patron_names[k], max(float(game.patron_budget[k]), 1e-9)
    own = [i for i in range(int(game.bidders)) if game.bidder_patron[i] == k]
    yield _share("capital", "part of the political capital that is left", lambda s: s["budget_left"][:, k] / budget)
    yield from _standing(name, k, int(game.months))
    yield from _levers(name, k, "last month")
    yield _share("bids", "whether the host had a bid to weigh last month", _field("has_candidate"))
    yield _share(
        "leads", "part of the value that the host's candidate of last month gives its camp", _part_of(game, own)
    )
    for other, rival in enumerate(scenario.patron_names):
        if other != k:
            yield from _levers(rival, other, "last month")
    for f, lender in enumerate(scenario.financiers):
        if game.financier_public[f]:
            meaning = f"whether {lender}, a public lender, has issued its letter"
            yield _share(f"letter.{lender}", meaning, _issued(f))


def _issued(f: int) -> Read:
    return lambda states: states["letter_month"][:, f] != NOBODY


def _of_bidder(scenario: Scenario, game: Any, i: int) -> Iterator[Sight]:
    k, scale = int(game.bidder_patron[i]), float(game.host_value_scale)
    yield _price(game)
    yield _share("coverage", "part of its capital that the host counts as covered", _field("coverage", i))
    yield _share("completion", "probability that it finishes a mine, as the host sees it", _field("completion", i))
    yield _share("mandate", "its patron's mandate to state lenders this month", _field("lever", k, FINANCE))
    yield _share("denial", "the hardest technology denial of another patron this month", _hardest_denial(game, k))
    yield _share("plan", "the concession that the scenario has it make this month", _field("concession", i))
    yield Sight("asked", "concession that the host asked of it last month, 0 if none", 0.0, 2.0, _asked(i))
    for d, deposit in enumerate(scenario.deposit_names):
        meaning = f"the most that it could transfer for {deposit}"
        yield _money(f"{deposit}.reservation", meaning, scale, _field("reservation", i, d))


def _hardest_denial(game: Any, k: int) -> Read:
    others = [other for other in range(int(game.patrons)) if other != k]
    return lambda states: states["lever"][:, others, DENIAL].max(axis=1, initial=0.0)


def _asked(i: int) -> Read:
    """What the host asked of a bidder last month, when it was the only one of the candidate."""

    def read(states: np.ndarray) -> np.ndarray:
        mine = (states["award"] == i).any(axis=1) & (states["month"] > 0)
        return np.where(mine, np.maximum(states["requested_concession"], 0.0), 0.0)

    return read


def _of_host(scenario: Scenario, game: Any, _: int) -> Iterator[Sight]:
    scale, months = float(game.host_value_scale), int(game.months)
    yield _price(game)
    yield _share("bids", "whether anybody bids this month", _field("has_candidate"))
    for term, meaning in _WEIGHED.items():
        yield _money(term, meaning, scale, _if_weighed(term))
    yield _money("shelving", "utility of shelving", scale, _field("shelve_utility"))
    for i, name in enumerate(scenario.bidder_names):
        yield _share(f"{name}.candidate", f"part of the value that the candidate gives {name}", _part_of(game, [i]))
        yield _share(f"{name}.coverage", f"part of {name}'s capital that is covered", _field("coverage", i))
        yield _share(f"{name}.completion", f"probability that {name} finishes a mine", _field("completion", i))
        yield _money(f"{name}.rent", f"rents that {name} offers for all it bids on", scale, _rent(game, i))
    for k, name in enumerate(scenario.patron_names):
        yield from _standing(name, k, months)
        yield from _levers(name, k, "this month")


_WEIGHED = {
    "utility": "utility of the candidate, 0 if there is none",
    "aspiration": "utility that the scenario's host holds out for, 0 if there is no candidate",
    "full_utility": "utility of the candidate at its full concession, 0 if there is none",
}


def _if_weighed(term: str) -> Read:
    return lambda states: np.where(states["has_candidate"] == 1, states[term], 0.0)


def _rent(game: Any, i: int) -> Read:
    count = int(game.deposits)
    return lambda s: np.where(s["bids"][:, i, :count] == 1, s["rent"][:, i, :count, OFFERED], 0.0).sum(axis=1)
