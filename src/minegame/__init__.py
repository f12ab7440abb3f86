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
    from minegame.answers.asking import ask
    from minegame.model import Negotiation
    from minegame.python import compare, evaluate, load, measures, odds, params, play, scenarios, sweep, tell
    from minegame.scenario import Scenario, ScenarioError

__version__ = "0.1.0"

_HOMES = {
    "model": ("Negotiation",),
    "scenario": ("Scenario", "ScenarioError"),
    "answers.asking": ("ask",),
    "python": ("compare", "evaluate", "load", "measures", "odds", "params", "play", "scenarios", "sweep", "tell"),
}
_ROOMS = ("answers", "experiment", "plots")  # whole modules that users look into
__all__ = [
    "Negotiation", "Scenario", "ScenarioError", "__version__", "ask", "compare", "evaluate", "load", "measures",
    "odds", "params", "play", "scenarios", "sweep", "tell",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    # Imported when first asked for: mesa and pandas take seconds, and `minegame --help` needs neither.
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"minegame.{home}"), name)
    if name in _ROOMS:
        return import_module(f"minegame.{name}")
    if name in _kinds():
        return import_module("minegame.python").function_of(name)
    raise AttributeError(f"module 'minegame' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_ROOMS, *_kinds(), *(name for name in globals() if name.startswith("__"))})


def _kinds() -> dict[str, str]:
    """The kinds of question, each of which is a function of its name."""
    kinds: dict[str, str] = import_module("minegame.answers.catalogue").kinds()
    return kinds
