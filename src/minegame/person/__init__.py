"""A side played by a person: asked in words, month by month, and told at the end what its twin would have done.

A voice for each kind of side (``patron``, ``bidder``, ``host``) says what it sees, reads what is answered and names the
choices whose odds may be asked; ``person`` is the policy that asks; ``odds`` tells what may come of each choice, and
``twin`` plays the same luck with the scenario's own side.
"""

from __future__ import annotations

from minegame.person.person import Desk, LeftError, Person, play_as
from minegame.person.twin import Twin

__all__ = ["Desk", "LeftError", "Person", "Twin", "play_as"]
