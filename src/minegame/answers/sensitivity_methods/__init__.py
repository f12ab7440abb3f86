"""Ways to find which parameters matter: Sobol' indices, a screening, and one parameter at a time."""

from __future__ import annotations

from minegame.answers.sensitivity_methods.method import Findings, Method
from minegame.answers.sensitivity_methods.morris import Morris
from minegame.answers.sensitivity_methods.sobol import Sobol
from minegame.answers.sensitivity_methods.tornado import Tornado

#: The methods by the names under which they are asked for.
METHODS: dict[str, type[Method]] = {"sobol": Sobol, "morris": Morris, "tornado": Tornado}

__all__ = ["METHODS", "Findings", "Method", "Morris", "Sobol", "Tornado"]
