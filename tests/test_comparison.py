import numpy as np
import pytest
from scipy.stats import binomtest

from minegame.design import packages
from minegame.scenario import Scenario
from minegame.statistics import comparison


@pytest.mark.parametrize(("gained", "lost"), [(9, 1), (1, 9), (5, 5), (0, 0), (120, 90), (40_000, 39_000)])
def test_mcnemar_is_the_binomial_test(gained, lost):
    wanted = binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
    assert float(comparison.mcnemar(gained, lost)) == pytest.approx(wanted, rel=1e-9)


def test_table():
    policies = ["none", "tariff", "finance"]
    table = comparison.estimate([0, 10, 400], [0, 8, 30], 1_000, policies, "none")
    assert table["policy"].tolist() == ["tariff", "finance"]
    assert table["difference"].tolist() == pytest.approx([0.002, 0.37])
    assert (table["family_low"] < table["low"]).all()
    assert (table["p_holm"] >= table["p"]).all()
    assert table["p_holm"].tolist()[0] > 0.05 > table["p_holm"].tolist()[1]


def test_counts_from_sums_of_differences():
    differences = np.array([[100.0, 3.0, 11.0]])
    gained, lost, trials = comparison.gained_and_lost(differences)
    assert (gained.item(), lost.item(), trials.item()) == (7, 4, 100)


def test_games_are_the_policies():
    assert comparison.design(Scenario.load("two_bidders"), {"as it is": {}, "short": {"tender.months": 3}}).shape == (
        1,
        2,
    )
    assert comparison.design(Scenario.load(), packages("us", ("tariff", "access"))).shape == (1, 4)


def test_no_false_alarm_among_many():
    """With no policy any better, Holm calls one better in at most 5 % of 2,000 families of 15."""
    chance, sets, policies = np.random.default_rng(1), 2_000, 15
    drawn = chance.multinomial(2_000, [0.04, 0.04, 0.92], (sets, policies))
    p = comparison.mcnemar(drawn[..., 0], drawn[..., 1])
    false = np.mean([(comparison.holm(family) < 0.05).any() for family in p])
    assert false <= 0.06


def test_family_of_contrasts_holds_at_once():
    chance, sets = np.random.default_rng(2), 2_000
    drawn = chance.multinomial(2_000, [0.2, 0.05, 0.75], (sets, 15))
    hits = 0
    for family in drawn:
        table = comparison.estimate(family[:, 0], family[:, 1], 2_000, [str(n) for n in range(15)], "none")
        hits += ((table["family_low"] <= 0.15) & (table["family_high"] >= 0.15)).all()
    assert 0.93 <= hits / sets <= 0.97
