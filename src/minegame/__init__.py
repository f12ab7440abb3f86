"""minegame: who wins a contested mineral deposit, and which lever did it.

An agent-based simulation of geopolitical bargaining: patrons press their levers, financiers commit, bidders offer and
a host state decides, month by month.

>>> import minegame
>>> negotiation = minegame.Negotiation(seed=1).play()
>>> sorted(negotiation.winners)
['north_katpar', 'upper_kairakty']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minegame.model import Negotiation
    from minegame.results import load
    from minegame.scenario import Scenario, ScenarioError

__version__ = "0.1.0"
__all__ = ["Negotiation", "Scenario", "ScenarioError", "__version__", "load"]

_HOMES = {"Negotiation": "model", "Scenario": "scenario", "ScenarioError": "scenario", "load": "results"}


def __getattr__(name: str) -> Any:
    # Imported when first asked for: mesa and pandas take seconds, and `minegame --help` needs neither.
    if name not in _HOMES:
        raise AttributeError(f"module 'minegame' has no attribute {name!r}")
    return getattr(import_module(f"minegame.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
