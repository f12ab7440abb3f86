"""The words that a transcript uses in a sense of their own, each explained in a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

#: (word, text that shows that it occurs, meaning)
_MEANINGS = (
    ("Utility", "utility", "what an allocation is worth to the host, M$; the ledger has its terms"),
    ("Aspiration", "aspiration", "the utility that the host holds out for; falls towards the deadline"),
    ("Shelving", "shelving", "keeping the deposits in the ground, to develop them later perhaps"),
    ("Camp", "camp", "a patron with its bidders"),
    ("Concession", "concession", "how much of the most it could pay a bidder offers; rises by the month"),
    ("Letter", "issues a letter", "a lender's interest, not binding: not money yet; a commitment is money"),
    ("Coverage", "coverage", "the share of capital that the host counts on, letters not in full"),
    ("P(completion)", "p(completion)", "the probability that the bidder finishes the mine, as the host sees it"),
    ("Credit", "credit", "goodwill from past cooperation; fades; summits and mines renew it"),
    ("Credibility", "credibility", "the host's belief that a patron carries its tariff threats out"),
    ("Third country", "third country", "somebody else whom a patron threatened; the host watches and learns"),
    ("Political capital", "political capital", "what a patron spends on its levers, month by month, in points"),
    ("Taste", "officials' taste", "officials' liking for a bidder, whatever it offers; stays all the time"),
    ("Balance", "balance", "what it costs the host that camps hold other shares than it would like"),
    ("Payoff", "payoff", "what award and mine are worth to a patron, less what it paid for them"),
)


def words(told: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The words that occur in what is told, with their meanings: (word, meaning)."""
    everything = "\n".join(told).lower()
    for word, sign, meaning in _MEANINGS:
        if sign in everything:
            yield word, meaning
