"""From Python into machine code: a function that is compiled once on a machine, kept, and loaded without the compiler.

The folder it is kept in is named after a hash of *all* compiled sources and of the versions of numba, llvmlite, NumPy
and Python, the file in it after the processor: changed sources never meet old machine code, and unchanged ones never
wait for the compiler, which is not even imported.  ``MINEGAME_CACHE_DIR`` moves the folder.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import platform
import sys
import threading
from array import array
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from minegame import cache
from minegame.compiled import CHECKED, PLAIN

SOURCES = (
    "compiled.py",
    "machine_code.py",
    "compiler.py",
    "translator.py",
    "writer.py",
    "rules.py",
    "chance.py",
    "game.py",
    "turns.py",
    "ensemble.py",
    "seats.py",
    "campaign_game.py",
    "carry_over.py",
    "door.py",
)

Code = Callable[[int], float]


def code_hash() -> str:
    """A short hash of every compiled source and of the versions that compile them."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update(Path(__file__).with_name(name).read_bytes())
    for name in ("numba", "llvmlite", "numpy"):
        digest.update(version(name).encode())
    digest.update(f"{sys.version}|{platform.machine()}|{platform.system()}|{CHECKED}".encode())
    return digest.hexdigest()[:16]


def place(name: str) -> Path:
    """The file that keeps the machine code of this version for this processor."""
    from llvmlite import binding

    features = binding.get_host_cpu_features().flatten()
    chosen = [os.environ.get(f"NUMBA_CPU_{what}") for what in ("NAME", "FEATURES")]  # as numba reads them
    host = f"{binding.get_process_triple()}|{binding.get_host_cpu_name()}|{features}|{chosen}"
    return cache.folder_named(code_hash()) / f"{name}-{hashlib.sha256(host.encode()).hexdigest()[:16]}.bin"


_FIRST = "Compiling the game (once; some twenty seconds) ..."
_DAMAGED = "What was kept of the compiled game is damaged: compiling it anew (some twenty seconds) ..."
_FAILED = (
    "the compiled game stopped at an error, an index outside its array, say: "
    "NUMBA_DISABLE_JIT=1, which runs it as plain Python, shows which"
)
_announcements: list[Callable[[str], None]] = []


def before_compiling(say: Callable[[str], None]) -> None:
    """Have it said, as soon as somebody has to wait for the compiler, why."""
    _announcements.append(say)


class Entry:
    """A function that Python calls: compiled with all that it calls, kept, and loaded without the compiler.

    It releases the interpreter's lock while it runs.

    Args:
        name: what it is kept as.
        function: what it does: of whole numbers and arrays it makes a number.
        numbers: the names of the numbers, its first arguments; what is not said is 0.
        arrays: its other arguments by name, each with an array that stands for what is not said: others are of its
            kind.
    """

    def __init__(
        self, name: str, function: Any, numbers: tuple[str, ...], arrays: Mapping[str, np.ndarray]
    ) -> None:  # fmt: skip
        self._name, self._symbol = name, f"minegame_{name}"  # as what it is called in the machine code
        self._function, self._arrays, self._numbers = function, dict(arrays), numbers
        self._kinds = {name: (place, arrays.get(name)) for place, name in enumerate((*numbers, *arrays))}
        self._nothing_said = array("q", [*(0 for _ in numbers), *map(id, self._arrays.values())])
        self._code: Code | None = None
        self._lock = threading.Lock()

    def __call__(self, **said: Any) -> float:
        """Call it.

        Raises:
            TypeError: if an array is of another kind than the machine code is made for.
            RuntimeError: if the function raised an error, whichever.
        """
        if PLAIN:
            all_of_it = {**dict.fromkeys(self._numbers, 0), **self._arrays, **said}
            return float(self._function(*(all_of_it[name] for name in self._kinds)))
        code = self._code or self._prepared()
        call = self._nothing_said[:]
        for name, value in said.items():
            place, own = self._kinds[name]
            if own is None:
                call[place] = value
            else:
                if value.dtype is not own.dtype or value.ndim != own.ndim or not value.flags.carray:
                    _refuse_another_kind(name, value, own)
                call[place] = id(value)
        found = code(call.buffer_info()[0])
        if call[0]:  # where the machine code says how it went
            raise RuntimeError(_FAILED)
        return found

    def _prepared(self) -> Code:
        with self._lock:
            if self._code is None:
                file = place(self._name)
                content = cache.read(file)
                self._code = (_loaded(self._symbol, content) if content else None) or self._made(file)
        return self._code

    def _made(self, file: Path) -> Code:
        from minegame import compiler

        for say in _announcements:
            say(_DAMAGED if cache.damaged else _FIRST)
        arrays = list(self._arrays.values())
        needs, code = compiler.machine_code(self._symbol, self._function, len(self._numbers), arrays)
        content = json.dumps(needs).encode() + b"\n" + code
        cache.write(file, content)
        found = _loaded(self._symbol, content)
        if found is None:
            raise OSError(f"the compiled game does not find one of {', '.join(needs)} on this machine")
        return found


def _refuse_another_kind(name: str, given: np.ndarray, own: np.ndarray) -> None:
    """Raise TypeError unless an array is of the kind that the machine code is made for."""
    if given.ndim != own.ndim or given.dtype != own.dtype:
        kinds = (f"{one.dtype.name[:20]} with {one.ndim} axes" for one in (given, own))
        raise TypeError("{}: an array of {} instead of {}".format(name, *kinds))
    if not given.flags.carray:
        raise TypeError(f"{name}: an array that is scattered in memory, or cannot be written to")


@lru_cache(maxsize=1)
def _engine() -> Any:
    """What puts machine code into this process."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(jit=True)
    return binding.create_mcjit_compiler(binding.parse_assembly(""), machine)


def _loaded(symbol: str, content: bytes) -> Code | None:
    """What is kept, ready to be called; None if this process lacks a function that it calls."""
    from llvmlite import binding

    engine, (needs, code) = _engine(), content.split(b"\n", 1)
    if None in map(binding.address_of_symbol, json.loads(needs)):
        return None
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    kind = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_void_p)
    return kind(engine.get_function_address(symbol))
