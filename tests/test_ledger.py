"""Which terms of the host's account carried the difference between two bidders."""

import numpy as np
import pytest

from minegame.analysis import ledger
from minegame.game import LEDGER


def test_the_ledger_says_which_term_carried_it():
    chance = np.random.default_rng(0)
    second = chance.normal(100, 10, (1_000, len(LEDGER)))
    first = second + chance.normal(0, 1, second.shape)
    first[:, LEDGER.index("credit")] -= 60
    first[:, LEDGER.index("access")] += 90
    first[0, 0] = np.nan  # a negotiation in which the first made no offer
    table = ledger.ledger_difference(first, second)
    assert table["term"].tolist()[:2] == ["access", "credit"]
    assert table["term"].iloc[-1] == "total"
    assert table["difference"].iloc[-1] == pytest.approx(table["difference"].iloc[:-1].sum())
    assert table["replications"].unique().tolist() == [999]
    assert (table["low"] < table["difference"]).all()
    assert table["low"].iloc[0] < 90 < table["high"].iloc[0]
    assert table["share"].iloc[:-1].sum() == pytest.approx(1.0)


def test_ledgers_that_do_not_fit():
    with pytest.raises(ValueError, match="shape"):
        ledger.ledger_difference(np.zeros((5, 2)), np.zeros((5, 2)))
    with pytest.raises(ValueError, match="at least two negotiations"):
        ledger.ledger_difference(np.full((5, 13), np.nan), np.zeros((5, 13)))
