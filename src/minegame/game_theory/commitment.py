"""Commitment: what a player gains by moving first and being believed.

The leader commits to a strategy (pure) or to a lottery over strategies (mixed), the follower sees which and plays its
best reply, a tie going the leader's way.  A mixed commitment is never worth less to the leader than its best
equilibrium; a pure one may be.  The best lottery usually leaves the follower indifferent: which way the tie goes is
then not known from payoffs that have an error, and the value of commitment is told both ways.
Source: von Stackelberg 1934; the mixed one by a linear program for each reply, Conitzer & Sandholm 2006.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog

from minegame.game_theory.nash import standing
from minegame.game_theory.payoffs import (
    Mixture,
    PayoffTable,
    expected,
    gain_over,
    played_names,
    value,
    value_sample,
)
from minegame.statistics import intervals


@dataclass(frozen=True, eq=False)
class Commitment:
    """What the leader commits to (probabilities of its strategies), the reply, and what both get.

    ``pessimistic`` is the leader's payoff where the follower, left indifferent, breaks the tie against it by playing
    ``worst_reply``; a slightly different lottery breaks it for sure where the payoffs are known exactly.
    """

    mixture: np.ndarray
    reply: int
    leader_payoff: float
    follower_payoff: float
    pessimistic: float
    worst_reply: int

    def profile(self, leader: int, replies: int, *, worst: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """The mixed profile that is played, in the order of the table's two players."""
        reply = np.eye(replies)[self.worst_reply if worst else self.reply]
        return (self.mixture, reply) if leader == 0 else (reply, self.mixture)


def _tolerance(follower: np.ndarray) -> float:
    return 1e-9 * (float(np.ptp(follower)) or 1.0)


def _commitment(leader: np.ndarray, follower: np.ndarray, mixture: np.ndarray, reply: int) -> Commitment:
    replies, values = mixture @ follower, mixture @ leader
    tied = replies >= replies.max() - 10 * _tolerance(follower)
    worst = int(np.where(tied, values, np.inf).argmin())
    return Commitment(mixture, reply, float(values[reply]), float(replies[reply]), float(values[worst]), worst)


def pure_commitment(leader: np.ndarray, follower: np.ndarray) -> Commitment:
    """The best pure strategy to commit to; payoffs of shape (leader's strategies, follower's strategies)."""
    best = follower >= follower.max(axis=1, keepdims=True) - _tolerance(follower)
    values = np.where(best, leader, -np.inf)
    own, reply = np.unravel_index(int(values.argmax()), values.shape)
    return _commitment(leader, follower, np.eye(len(leader))[own], int(reply))


def mixed_commitment(leader: np.ndarray, follower: np.ndarray) -> Commitment:
    """The best lottery to commit to; payoffs of shape (leader's strategies, follower's strategies).

    For each reply: the lottery that is best for the leader among those to which it is a best reply.
    """
    best = pure_commitment(leader, follower)  # kept where mixing gains nothing
    near = 1e-9 * (float(np.ptp(leader)) or 1.0)
    most = leader.max(axis=0)  # no lottery gets more out of a reply
    for reply in np.argsort(-most).tolist():
        if most[reply] <= best.leader_payoff + near:
            break
        mixture = _lottery(leader[:, reply], np.delete(follower, reply, axis=1) - follower[:, [reply]])
        if mixture is not None:
            found = _commitment(leader, follower, mixture, reply)
            best = found if found.leader_payoff > best.leader_payoff + near else best
    return best


def _lottery(payoff: np.ndarray, leads: np.ndarray) -> np.ndarray | None:
    """The lottery with the highest payoff under which no other reply leads on average; None if there is none.

    ``payoff`` has shape (strategies,), ``leads`` (strategies, other replies).
    """
    answer = linprog(
        -payoff / (float(np.abs(payoff).max()) or 1.0),
        A_ub=leads.T / (float(np.abs(leads).max(initial=0.0)) or 1.0), b_ub=np.zeros(leads.shape[1]),
        A_eq=np.ones((1, len(payoff))), b_eq=[1.0], bounds=(0.0, 1.0),
    )  # fmt: skip
    mixture = np.maximum(answer.x, 0.0) if answer.success else np.zeros(1)
    return mixture / mixture.sum() if answer.success else None


def commitment_survival(draws: np.ndarray, leader: int, one: Commitment, kind: str) -> float:
    """The share of draws of the payoffs in which the leader commits to the same strategies and gets the same reply.

    ``draws`` has shape (draws, 2, s1, s2); ``kind`` is ``pure`` or ``mixed``.
    """
    solve = pure_commitment if kind == "pure" else mixed_commitment
    same = 0
    for payoffs in draws:
        again = solve(*_seen_by(payoffs, leader))
        same += again.reply == one.reply and bool(np.array_equal(again.mixture > 1e-9, one.mixture > 1e-9))
    return same / len(draws)


def _seen_by(payoffs: np.ndarray, leader: int) -> tuple[np.ndarray, np.ndarray]:
    """The leader's and the follower's payoffs, each of shape (leader's strategies, follower's strategies)."""
    return (payoffs[0], payoffs[1]) if leader == 0 else (payoffs[1].T, payoffs[0].T)


def answered(draws: np.ndarray, leader: int, one: Commitment) -> tuple[np.ndarray, np.ndarray]:
    """What a commitment, held fixed, pays the leader where the follower replies anew in every draw of the payoffs.

    ``draws`` has shape (draws, 2, s1, s2); the result is two arrays of shape (draws,): an exact tie against the leader,
    and for it.
    """
    own, other = draws[:, leader], draws[:, 1 - leader]
    if leader == 1:
        own, other = own.swapaxes(1, 2), other.swapaxes(1, 2)
    values, replies = np.einsum("s,dsr->dr", one.mixture, own), np.einsum("s,dsr->dr", one.mixture, other)
    tied = replies >= replies.max(axis=1, keepdims=True) - 10 * _tolerance(other)
    return np.where(tied, values, np.inf).min(axis=1), np.where(tied, values, -np.inf).max(axis=1)


def worth(
    table: PayoffTable, drawn: np.ndarray, leader: int, one: Commitment, best: Mixture, confidence: float = 0.95
) -> dict[str, float]:
    """How much more a commitment pays the leader than an equilibrium, M$; both are held fixed.

    ``value_of_commitment`` has a tie go the leader's way, ``at_least`` against it.  The interval from ``low`` to
    ``high`` draws the follower's reply anew with the payoffs, so that it contains what the error of the sampling does
    to the reply; that of ``at_least`` holds the reply.
    """
    replies = table.shape[1 - leader]
    most, _, _ = gain_over(table, one.profile(leader, replies), best, leader, confidence)
    least, *bounds = gain_over(table, one.profile(leader, replies, worst=True), best, leader, confidence)
    instead = np.einsum("i,j,dij->d", *best, drawn[:, leader])
    against, along = (paid - instead for paid in answered(drawn, leader, one))
    tail = (1.0 - confidence) / 2.0
    hidden = _unseen(table, leader, one.profile(leader, replies), best, confidence)
    return {
        "value_of_commitment": most,
        "low": least - float(np.hypot(least - min(least, np.quantile(against, tail)), hidden)),
        "high": most + float(np.hypot(max(most, np.quantile(along, 1.0 - tail)) - most, hidden)),
        "at_least": least, "at_least_low": bounds[0], "at_least_high": bounds[1],
    }  # fmt: skip


def _unseen(table: PayoffTable, leader: int, played: Mixture, instead: Mixture, confidence: float) -> float:
    """The half-width that is owed to negotiations of which none was drawn."""
    sample = value_sample(table, played, leader) - value_sample(table, instead, leader)
    return intervals.unseen(sample, table.reach(leader), confidence)


_WORTH = ("value_of_commitment", "low", "high", "at_least", "at_least_low", "at_least_high")


def commitment_rows(
    table: PayoffTable, found: Sequence[Mixture], drawn: np.ndarray, confidence: float
) -> Iterator[dict[str, Any]]:
    """For each leader, pure and mixed: what it commits to, and how much more that pays than its best equilibrium.

    The value and its bounds are those of :func:`worth`, NaN where no equilibrium is found; where the list of equilibria
    is incomplete the value may be too high.  ``survival``: see :func:`commitment_survival`; a mixed commitment is
    solved again in the first 50 draws only.
    """
    for i, player in enumerate(table.players):
        own, other = _seen_by(table.payoffs, i)
        stable = [float(expected(table.payoffs, mixture)[i]) for mixture in found]
        best = found[int(np.argmax(stable))] if found else None
        for kind, one in (("pure", pure_commitment(own, other)), ("mixed", mixed_commitment(own, other))):
            played = one.profile(i, table.shape[1 - i])
            gains = (
                dict.fromkeys(_WORTH, float("nan")) if best is None else worth(table, drawn, i, one, best, confidence)
            )
            share = commitment_survival(drawn if kind == "pure" else drawn[:50], i, one, kind)
            yield {
                "leader": player, "kind": kind, **played_names(table, played),
                "leader_payoff": one.leader_payoff, "follower_payoff": one.follower_payoff,
                "host_value": value(table, played)[0], "pessimistic": one.pessimistic,
                "best_equilibrium": max(stable, default=float("nan")),
                "worst_equilibrium": min(stable, default=float("nan")),
                **gains,
                "worst_reply": table.strategies[1 - i][one.worst_reply],
                "survival": share, "standing": standing(share),
            }  # fmt: skip
