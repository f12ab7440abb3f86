"""Textbook games, and tables of them with luck, for the tests of equilibria and of rules."""

from __future__ import annotations

import numpy as np

from minegame.game_theory.payoffs import PayoffTable

MATCHING_PENNIES = np.array([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]], float)
BATTLE_OF_THE_SEXES = np.array([[[3, 0], [0, 2]], [[2, 0], [0, 3]]], float)
PRISONERS_DILEMMA = np.array([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], float)


def noisy(payoffs: np.ndarray, sd: float, replications: int, rng: np.random.Generator) -> np.ndarray:
    """Samples of a game whose luck is half common to all profiles; the host gets the sum of the payoffs."""
    cells = payoffs.reshape(len(payoffs), -1).T
    luck = rng.normal(size=(replications, 1, 1)) + rng.normal(size=(replications, *cells.shape))
    samples = cells + sd / np.sqrt(2.0) * luck
    return np.concatenate([samples, samples.sum(axis=2, keepdims=True)], axis=2)


def two_by_two(samples: np.ndarray) -> PayoffTable:
    return PayoffTable.from_samples({"us": ["wait", "press"], "china": ["wait", "press"]}, samples)
