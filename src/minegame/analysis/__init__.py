"""What results say. Each module is a pair: ``design`` (which points to run) and ``estimate`` (what they say).

Analyses read tallies and tables; they never run the game.
"""
