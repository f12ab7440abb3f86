"""The kinds of question: the modules of this folder that define one, found by name without importing any."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from minegame.options import refuse

if TYPE_CHECKING:
    from minegame.answers.question import Question

#: The order in which answers are best read; a kind that is not listed comes after them.
_ORDER = (
    "winning", "attribution", "ledger", "sensitivity", "tipping", "threshold", "lever_prices", "equilibrium",
    "tender_rules", "robust", "discovery", "history_matching",
)  # fmt: skip
#: What kinds were called before.
FORMER = {
    "odds": "winning", "prices": "lever_prices", "strategy": "equilibrium", "rules": "tender_rules",
    "learning": "history_matching",
}  # fmt: skip


@cache
def kinds() -> dict[str, str]:
    """The kinds of question and what each asks, in reading order.

    Read off the files, so that a list of kinds needs no imports: the first line of a module says what its kind asks.
    """
    found = {}
    for file in sorted(Path(__file__).parent.glob("*.py")):
        text = file.read_text(encoding="utf-8")
        if re.search(r"^class \w+\(Question\):", text, re.MULTILINE):
            found[file.stem] = text[3 : text.index("\n")].removesuffix('"""')
    return dict(sorted(found.items(), key=lambda kind: _ORDER.index(kind[0]) if kind[0] in _ORDER else len(_ORDER)))


def known_as(name: str) -> str:
    """The kind of a name, which may be one of former versions or written with hyphens; itself if there is none."""
    name = name.replace("-", "_")
    return FORMER.get(name, name)


def kind_of(name: str) -> type[Question]:
    """The kind of question of a name; names of former versions are known too.

    Raises:
        ScenarioError: if there is none, with the nearest.
    """
    known = known_as(name)
    if known not in kinds():
        from minegame.scenario import nearest

        refuse(name, f"is no kind of question: expected one of {', '.join(kinds())}{nearest(name, kinds())}")
    from minegame.answers.question import Question

    module = import_module(f"minegame.answers.{known}")
    for thing in vars(module).values():
        if isinstance(thing, type) and issubclass(thing, Question) and thing.kind() == known:
            return thing
    raise TypeError(f"{module.__name__} must define the question {known.title().replace('_', '')}")
