"""The kinds of agent that a scenario lists by name: how many there may be, and how they may be called."""

from __future__ import annotations

import re
import zlib
from typing import Annotated, Generic, NoReturn, TypeVar

from pydantic import AfterValidator, BeforeValidator

from minegame import game as game_module
from minegame.scenario.fields import BidderFields, DepositFields, FinancierFields, Group, PatronFields, Source

KINDS: dict[str, type[Group]] = {
    "deposits": DepositFields,
    "patrons": PatronFields,
    "bidders": BidderFields,
    "financiers": FinancierFields,
}
#: What a field of an agent is called in the game: ``patrons.us.link`` is ``patron_link``.
PREFIX = {kind: kind.removesuffix("s") for kind in KINDS}
#: How many agents of a kind a game has room for.
MOST = {kind: int(getattr(game_module, f"MAX_{kind.upper()}")) for kind in KINDS}
#: The kind of which there may be none.
OPTIONAL_KIND = "financiers"
#: What an agent may be called.
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: What an agent may not be called: results and commands use these words for something else.
RESERVED = frozenset({"shelved", "split", "kept", "other", "own", "host", "market", "nobody", "none", "any", "all"})

_T = TypeVar("_T")


class Agents(dict[str, _T], Generic[_T]):
    """The agents of a kind by name, in listed order; cannot be changed."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a scenario cannot be changed; Scenario.at makes a changed one")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type, tuple[dict[str, _T]]]:
        return type(self), (dict(self),)


def _seat(agents: object) -> object:
    """Give every agent that has none a label and a key."""
    if not isinstance(agents, dict):
        return agents
    return {
        name: {**body, "label": body.get("label", name), "key": body.get("key", zlib.crc32(str(name).encode()))}
        if isinstance(body, dict)
        else body
        for name, body in agents.items()
    }


Deposits = Annotated[dict[str, DepositFields], BeforeValidator(_seat), AfterValidator(Agents)]
Patrons = Annotated[dict[str, PatronFields], BeforeValidator(_seat), AfterValidator(Agents)]
Bidders = Annotated[dict[str, BidderFields], BeforeValidator(_seat), AfterValidator(Agents)]
Financiers = Annotated[dict[str, FinancierFields], BeforeValidator(_seat), AfterValidator(Agents)]
Sources = Annotated[dict[str, Source | None], AfterValidator(Agents)]
