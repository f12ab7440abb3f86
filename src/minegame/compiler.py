"""The compiler: what numba makes of rules, as parts of each other and as machine code that Python can call.

It is imported by whoever has to compile, and by nobody else.  numba has no public names for some of what is used here
(the code behind a function, and LLVM's settings): numba 0.62 and newer have it.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from llvmlite import binding, ir

try:
    import numba
    from numba import types
    from numba.core import cgutils
    from numba.core.compiler_lock import global_compiler_lock
    from numba.np import arrayobj
except ValueError as problem:  # a variable of the environment, such as NUMBA_NUM_THREADS=0
    raise OSError(f"the compiler does not start: {problem} (see what begins with NUMBA_ in the environment)") from None

if numba.config.DISABLE_JIT:
    raise OSError("numba is told not to compile, by .numba_config.yaml: set NUMBA_DISABLE_JIT=1 to play without it")

#: The numba whose inner workings :mod:`minegame.translator` knows; with another the game compiles as any program does,
#: which takes several times as long.
KNOWN_NUMBA = (0, 68)
translator: Any = None
if numba.version_info.short == KNOWN_NUMBA:
    from minegame import translator

#: Without numba's counts of references (``_nrt``), because whoever calls owns every array until the call is over.
_OPTIONS: dict[str, Any] = {
    "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "no_cpython_wrapper": True, "_nrt": False,
}  # fmt: skip


def part(rule: Any) -> Any:
    """What a rule is to those that call it; an inlined one and they are optimised as one.

    It is translated, but neither turned into machine code nor made to be called from Python, which numba would do for
    every function of the tree and takes as long again (:mod:`minegame.translator`).
    """
    how = {} if translator is None else translator.PART
    made = numba.njit(**_OPTIONS, **how, forceinline=rule.inlined)(rule.function)
    if translator is not None:
        made.get_call_template = translator.of_any_number(made.get_call_template)
    return made


def machine_code(
    name: str, rule: Any, numbers: int, arrays: list[np.ndarray], checked: bool
) -> tuple[list[str], bytes]:  # fmt: skip
    """Compile a rule of so many whole numbers and of such arrays, with all that it calls, in one piece.

    ``checked``: whether it looks if an index lies in its array, whatever numba's own files of settings say.

    Returns the names of the functions of the C library that it calls, and an object file.  The function ``name`` in it
    takes the address of 64-bit words: one for how it went, the numbers, and the addresses of the array objects.  It
    writes 0 into the first, or another number if the rule failed, and returns what the rule returns.
    """
    with global_compiler_lock, _boundscheck(int(checked)):
        made = part(rule)
        made.compile((*[types.int64] * numbers, *map(numba.typeof, arrays)))
        (compiled,) = made.overloads.values()
        code = compiled.target_context.codegen()
        module = binding.parse_assembly(str(_entry(name, compiled.target_context, compiled.fndesc, numbers)))
        module.data_layout = code._data_layout
        _link(module, compiled.library)
        for function in module.functions:
            if not function.is_declaration and function.name != name:
                function.linkage = "internal"
        passes, builder = code._module_pass_manager()
        passes.run(module, builder)
        needs = {_in_c(function.name) for function in module.functions if function.is_declaration}
        return sorted(filter(None, needs)), code._tm.emit_object(module)


@contextlib.contextmanager
def _boundscheck(setting: int) -> Iterator[None]:
    before, numba.config.BOUNDSCHECK = numba.config.BOUNDSCHECK, setting
    try:
        yield
    finally:
        numba.config.BOUNDSCHECK = before


def _in_c(name: str) -> str:
    """The function of the C library behind a function that is only declared; nothing if LLVM writes it itself."""
    if not name.startswith("llvm."):
        return name
    _, what, *kinds = name.split(".")
    return what if kinds == ["f64"] and hasattr(math, what) else ""


def _link(module: Any, library: Any) -> None:
    if translator is None:
        module.link_in(library._get_module_for_linking(), preserve=True)
    else:
        translator.link(module, [library])


def _entry(name: str, context: Any, called: Any, numbers: int) -> Any:
    """A module with a function of a name, which calls a compiled one."""
    module = context.codegen()._create_empty_module(name)
    word = ir.IntType(64)
    function = ir.Function(module, ir.FunctionType(ir.DoubleType(), [word.as_pointer()]), name)
    builder = ir.IRBuilder(function.append_basic_block())
    (said,) = function.args
    words = [builder.load(cgutils.gep_inbounds(builder, said, 1 + n)) for n in range(len(called.argtypes))]
    args = [*words[:numbers]]
    args += [_array(context, builder, *pair) for pair in zip(called.argtypes[numbers:], words[numbers:], strict=True)]
    declared = context.declare_function(module, called)
    status, found = context.call_conv.call_function(builder, declared, called.restype, called.argtypes, args)
    builder.store(builder.sext(status.code, word), said)
    builder.ret(context.cast(builder, found, called.restype, types.float64))
    return module


def _array(context: Any, builder: Any, kind: Any, address: Any) -> Any:
    """What compiled code knows of an array, read off the object: ``PyArrayObject_fields`` of NumPy's C interface."""
    word, pointer = ir.IntType(64), ir.IntType(8).as_pointer()
    data, _, shape, strides = (
        builder.inttoptr(builder.add(address, word(object.__basicsize__ + 8 * n)), word.as_pointer()) for n in range(4)
    )
    lengths, steps = (builder.inttoptr(builder.load(one), word.as_pointer()) for one in (shape, strides))
    made = arrayobj.make_array(kind)(context, builder)
    arrayobj.populate_array(
        made,
        data=builder.bitcast(builder.inttoptr(builder.load(data), pointer), made.data.type),
        shape=[builder.load(cgutils.gep_inbounds(builder, lengths, axis)) for axis in range(kind.ndim)],
        strides=[builder.load(cgutils.gep_inbounds(builder, steps, axis)) for axis in range(kind.ndim)],
        itemsize=context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(kind.dtype))),
        meminfo=None,
    )
    return made._getvalue()
