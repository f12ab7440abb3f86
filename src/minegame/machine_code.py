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
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import CodeType
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


@lru_cache(maxsize=1)
def _host() -> str:
    """What decides, of this machine and of numba's settings, how code is written for it."""
    from llvmlite import binding

    settings = [os.environ.get(f"NUMBA_{name}") for name in ("CPU_NAME", "CPU_FEATURES", "ENABLE_AVX", "OPT")]
    features = binding.get_host_cpu_features().flatten()
    return f"{binding.get_process_triple()}|{binding.get_host_cpu_name()}|{features}|{settings}"


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

    It releases the interpreter's lock while it runs.  What it calls stands in SOURCES.

    Args:
        name: what it is kept as.
        function: what it does, a rule: of whole numbers and arrays it makes a number.
        numbers: the names of the numbers, its first arguments; what is not said is 0.
        arrays: its other arguments by name, each with an array that stands for what is not said: others are of its
            kind.
    """

    def __init__(self, name: str, function: Any, numbers: Sequence[str], arrays: Mapping[str, np.ndarray]) -> None:
        self._name, self._symbol = name, f"minegame_{name}"  # as what it is called in the machine code
        self._function, self._numbers, self._arrays = function, list(numbers), dict(arrays)
        self._kinds = {one: (word, arrays.get(one)) for word, one in enumerate((*numbers, *arrays), 1)}
        # What the machine code is called with: how it went, the numbers, where the arrays are.
        self._nothing_said = array("q", [0, *(0 for _ in numbers), *map(id, self._arrays.values())])
        self._code: Code | None = None
        self._lock = threading.Lock()

    def __call__(self, **said: Any) -> float:
        """Call it.

        Raises:
            KeyError: if an argument is said that it does not have.
            TypeError: if an array is of another kind than the machine code is made for.
            RuntimeError: if the function raised an error, whichever.
        """
        call = self._nothing_said[:]
        for name, value in said.items():
            word, own = self._kinds[name]
            if own is None:
                call[word] = value
            else:
                if value.dtype is not own.dtype or value.ndim != own.ndim or not value.flags.carray:
                    _refuse_another_kind(name, value, own)
                call[word] = id(value)
        if PLAIN:
            all_of_it = {**dict.fromkeys(self._numbers, 0), **self._arrays, **said}
            return float(self._function(*(all_of_it[name] for name in self._kinds)))
        found = (self._code or self._prepared())(call.buffer_info()[0])
        if call[0]:
            raise RuntimeError(_FAILED)
        return found

    def _prepared(self) -> Code:
        with self._lock:
            if self._code is None:
                file = self._file()
                content = cache.read(file) if file else None
                self._code = (_loaded(self._symbol, content) if content else None) or self._made(file)
        return self._code

    def _file(self) -> Path | None:
        """Where it is kept, for this processor; None where there is no room."""
        folder = cache.folder_named(code_hash())
        code = self._function.function.__code__
        constants = [one for one in code.co_consts if not isinstance(one, CodeType)]
        kinds = [(name, own if own is None else (own.dtype.descr, own.ndim)) for name, (_, own) in self._kinds.items()]
        told = f"{_host()}|{code.co_code!r}|{constants}|{code.co_names}|{kinds}"
        return folder and folder / f"{self._name}-{hashlib.sha256(told.encode()).hexdigest()[:16]}.bin"

    def _made(self, file: Path | None) -> Code:
        from minegame import compiler

        for say in _announcements:
            say(_DAMAGED if cache.damaged else _FIRST)
        arrays = list(self._arrays.values())
        needs, code = compiler.machine_code(self._symbol, self._function, len(self._numbers), arrays, CHECKED)
        content = json.dumps(needs).encode() + b"\n" + code
        if file:
            cache.write(file, content)
        found = _loaded(self._symbol, content)
        if found is None:
            raise OSError(f"the compiled game does not find one of {', '.join(needs)} on this machine")
        return found


def _refuse_another_kind(name: str, given: np.ndarray, own: np.ndarray) -> None:
    """Raise TypeError unless an array is of the kind that the machine code is made for."""
    if given.ndim != own.ndim or given.dtype != own.dtype:
        kinds = (f"{one.dtype.str} with {one.ndim} axes" for one in (given, own))
        raise TypeError("{}: an array of {} instead of {}".format(name, *kinds))
    if not given.flags.carray:
        raise TypeError(f"{name}: an array that is scattered in memory, or cannot be written to")


def _loaded(symbol: str, content: bytes) -> Code | None:
    """What is kept, ready to be called; None if the C library lacks a function that it calls."""
    from llvmlite import binding

    needs, code = content.split(b"\n", 1)
    # The library is the one of Python's own `math`, so that interpreted and compiled code reckon alike.
    library = ctypes.CDLL("ucrtbase" if os.name == "nt" else None)
    for name in json.loads(needs):
        if not hasattr(library, name):
            return None
        binding.add_symbol(name, ctypes.cast(getattr(library, name), ctypes.c_void_p).value)
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(jit=True)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), machine)
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    found = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_void_p)(engine.get_function_address(symbol))
    found.engine = engine  # type: ignore[attr-defined]  # what it holds lives as long as the function
    return found
