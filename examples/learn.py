"""A side learns by the cross-entropy method: policies are drawn, the best are kept, and the next are drawn near them.

python examples/learn.py [SCENARIO PATRON]        (needs the extra env: pip install 'minegame[env]')

A policy is a straight line a lever, in the part of the tender that is over and in whether the camp led last month.  It
is learnt on some negotiations, and compared with the scenario's own side on others that it has never met, in pairs.
"""

from __future__ import annotations

import sys

import numpy as np

from minegame.env import NegotiationVectorEnv

FEATURES = ("time", "leads")
FRESH = 10**9  # replications from here on are never met while learning


def pressed(policies: np.ndarray, observations: np.ndarray, seen: list[int]) -> np.ndarray:
    """The levers that each policy (constant and slopes a lever: negotiations × levers × 3) presses on what it sees."""
    return np.clip(policies[..., 0] + (policies[..., 1:] * observations[:, None, seen]).sum(axis=-1), 0.0, 1.0)


def played(env: NegotiationVectorEnv, first: int, policies: np.ndarray | None = None) -> np.ndarray:
    """The payoff of each negotiation, M$, under a policy each, or under the scenario's own without any."""
    seen = [[sight.name for sight in env.batch.sights].index(name) for name in FEATURES]
    observations, info = env.reset(options={"replication": first})
    payoffs, going_on = np.zeros(env.num_envs), np.ones(env.num_envs, bool)
    while going_on.any():
        actions = info["plan"] if policies is None else pressed(policies, observations, seen)
        observations, _, over, _, info = env.step(actions)
        payoffs[going_on & over] = info["payoff"][going_on & over]
        going_on &= ~over
    return payoffs


def learn(
    scenario: str, side: str, generations: int = 15, population: int = 48, lucks: int = 128, seed: int = 1
) -> np.ndarray:
    """The mean of the last policies kept: shape (levers, 3)."""
    rng, env = np.random.default_rng(seed), NegotiationVectorEnv(scenario, side, population * lucks, seed)
    shape = (env.single_action_space.shape[0], 1 + len(FEATURES))
    mean, spread = np.zeros(shape), np.full(shape, 0.7)
    for generation in range(generations):
        drawn = mean + spread * rng.standard_normal((population, *shape))
        payoffs = played(env, generation * env.num_envs, np.repeat(drawn, lucks, axis=0))
        best = drawn[np.argsort(payoffs.reshape(population, lucks).mean(axis=1))[-population // 5 :]]
        mean, spread = best.mean(axis=0), best.std(axis=0) + 0.05
    return mean


def gain(scenario: str, side: str, policy: np.ndarray, negotiations: int = 4096) -> tuple[float, float, float]:
    """Payoff of the scenario's own side on fresh luck, what the policy gains on it, and half its 95 % interval, M$."""
    env = NegotiationVectorEnv(scenario, side, negotiations, seed=1)
    own, learnt = played(env, FRESH), played(env, FRESH, np.broadcast_to(policy, (negotiations, *policy.shape)))
    return own.mean(), (learnt - own).mean(), 1.96 * (learnt - own).std(ddof=1) / negotiations**0.5


if __name__ == "__main__":
    name, patron = sys.argv[1:] or ("kazakhstan_tungsten", "china")
    policy = learn(name, patron)
    own, more, half = gain(name, patron, policy)
    print(f"{patron} in {name}: its own policy {own:.1f} M$; learnt {more:+.1f} ± {half:.1f} M$ (95 %, fresh luck)")
    print(policy.round(2))
