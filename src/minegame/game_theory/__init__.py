"""Games in normal form: payoffs with their noise, equilibria, dominance, commitment, quantal response."""
