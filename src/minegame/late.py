"""Names of a package that are looked up when they are first asked for.

What a package gathers from its modules for its users costs nobody anything who wants only one of them: Mesa, pandas and
SciPy take seconds to import, and most commands need one of them or none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

Lookup = Callable[[str], Any]


def names_of(package: str, homes: Mapping[str, tuple[str, ...]]) -> tuple[Lookup, Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package whose ``homes`` say which of its modules has which names.

    Source: PEP 562.  No name may be that of a module of the package, which Python puts in its place.
    """
    home_of = {name: f"{package}.{home}" for home, names in homes.items() for name in names}

    def get(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(home_of[name]), name)
        setattr(sys.modules[package], name, found)
        return found

    def names() -> list[str]:
        return sorted({*home_of, *vars(sys.modules[package])})

    return get, names
