"""Commitment: what a player gains by moving first and being believed.

The leader commits to a strategy (pure) or to a lottery over strategies (mixed), the follower sees which and plays its
best reply, a tie going the leader's way.  A mixed commitment is never worth less to the leader than its best
equilibrium; a pure one may be.
Source: von Stackelberg 1934; the mixed one by a linear program for each reply, Conitzer & Sandholm 2006.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog

from minegame.analysis.payoffs import Mixture, PayoffTable, expected, gain_over, played_names, value


@dataclass(frozen=True, eq=False)
class Commitment:
    """What the leader commits to (probabilities of its strategies), the reply, and what both get.

    ``pessimistic`` is the leader's payoff where the follower breaks ties against it.
    """

    mixture: np.ndarray
    reply: int
    leader_payoff: float
    follower_payoff: float
    pessimistic: float

    def profile(self, leader: int, replies: int) -> tuple[np.ndarray, np.ndarray]:
        """The mixed profile that is played, in the order of the table's two players."""
        reply = np.eye(replies)[self.reply]
        return (self.mixture, reply) if leader == 0 else (reply, self.mixture)


def _tolerance(follower: np.ndarray) -> float:
    return 1e-9 * (float(np.ptp(follower)) or 1.0)


def _commitment(leader: np.ndarray, follower: np.ndarray, mixture: np.ndarray, reply: int) -> Commitment:
    replies, values = mixture @ follower, mixture @ leader
    tied = replies >= replies.max() - 10 * _tolerance(follower)
    return Commitment(mixture, reply, float(values[reply]), float(replies[reply]), float(values[tied].min()))


def pure_commitment(leader: np.ndarray, follower: np.ndarray) -> Commitment:
    """The best pure strategy to commit to; payoffs of shape (leader's strategies, follower's strategies)."""
    best = follower >= follower.max(axis=1, keepdims=True) - _tolerance(follower)
    values = np.where(best, leader, -np.inf)
    own, reply = np.unravel_index(int(values.argmax()), values.shape)
    return _commitment(leader, follower, np.eye(len(leader))[own], int(reply))


def pure_choices(leader: np.ndarray, follower: np.ndarray) -> np.ndarray:
    """Which pure strategy the leader commits to in every draw: payoffs (draws, leader's, follower's) → (draws,)."""
    best = follower >= follower.max(axis=2, keepdims=True)
    return np.asarray(np.where(best, leader, -np.inf).max(axis=2).argmax(axis=1))


def mixed_commitment(leader: np.ndarray, follower: np.ndarray) -> Commitment:
    """The best lottery to commit to; payoffs of shape (leader's strategies, follower's strategies).

    For each reply: the lottery that is best for the leader among those to which it is a best reply.
    """
    found = [pure_commitment(leader, follower)]
    scale = float(np.ptp(follower)) or 1.0
    for reply in range(follower.shape[1]):
        leads = np.delete(follower, reply, axis=1) - follower[:, [reply]]
        answer = linprog(
            -leader[:, reply] / (float(np.abs(leader).max()) or 1.0),
            A_ub=leads.T / scale if leads.size else None, b_ub=np.zeros(leads.shape[1]) if leads.size else None,
            A_eq=np.ones((1, len(leader))), b_eq=[1.0], bounds=(0.0, 1.0),
        )  # fmt: skip
        if answer.success:
            mixture = np.maximum(answer.x, 0.0)
            found.append(_commitment(leader, follower, mixture / mixture.sum(), reply))
    best = max(one.leader_payoff for one in found)
    near = 1e-9 * (float(np.ptp(leader)) or 1.0)
    return next(one for one in found if one.leader_payoff >= best - near)  # a pure one where mixing gains nothing


def commitment_rows(
    table: PayoffTable, found: Sequence[Mixture], drawn: np.ndarray, confidence: float
) -> Iterator[dict[str, Any]]:
    """For each leader, pure and mixed: what it commits to, and how much more that pays than its best equilibrium.

    The interval of the value of commitment holds both profiles fixed.  Where the list of equilibria is incomplete the
    value may be too high.  ``survival`` is the share of draws in which the leader commits to the same strategies and
    gets the same reply; a mixed commitment is solved again in the first 50 draws only.
    """
    for i, player in enumerate(table.players):
        own, other = (table.payoffs[0], table.payoffs[1]) if i == 0 else (table.payoffs[1].T, table.payoffs[0].T)
        worth = [float(expected(table.payoffs, mixture)[i]) for mixture in found]
        best = found[int(np.argmax(worth))] if found else None
        order = (0, 1, 2) if i == 0 else (0, 2, 1)
        choices = pure_choices(drawn[:, i].transpose(order), drawn[:, 1 - i].transpose(order))
        for kind, solve in (("pure", pure_commitment), ("mixed", mixed_commitment)):
            one = solve(own, other)
            played = one.profile(i, table.shape[1 - i])
            gain, low, high = gain_over(table, played, best, i, confidence)
            yield {
                "leader": player, "kind": kind, **played_names(table, played),
                "leader_payoff": one.leader_payoff, "follower_payoff": one.follower_payoff,
                "host_value": value(table, played)[0], "pessimistic": one.pessimistic,
                "best_equilibrium": max(worth, default=float("nan")),
                "worst_equilibrium": min(worth, default=float("nan")),
                "value_of_commitment": gain, "low": low, "high": high,
                "survival": float((choices == one.mixture.argmax()).mean()) if kind == "pure" else float("nan"),
            }  # fmt: skip
