"""The compiler of the game: numba's, without the steps that only other programs need.

numba spends most of a compilation in Python: it looks every operator up anew wherever it stands, writes the names of
records with hundreds of fields into messages that nobody reads, counts references that nothing here owns, and puts
what every function calls into it as many times as there are floors above.  The rules are plain loops over numbers,
records and arrays of which nothing is owned, so that they get by on less.  What is left out changes no result.

numba has no public names for much of this; what is used besides is what a compiler of one's own is made of
(``CompilerBase``, passes, ``Lower``, code libraries), and may be otherwise in another version: it serves the one that
``compiler.KNOWN_NUMBA`` names, with which the tests compare it with numba's own way.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, ClassVar

from numba import types
from numba.core import codegen
from numba.core.compiler import CompilerBase
from numba.core.rewrites.static_binop import DetectStaticBinops
from numba.core.rewrites.static_getitem import RewriteConstGetitems, RewriteConstSetitems
from numba.core.rewrites.static_raise import RewriteConstRaises
from numba.core.ssa import reconstruct_ssa
from numba.core.transforms import canonicalize_cfg
from numba.core.typed_passes import NativeLowering, NoPythonBackend, PreLowerStripPhis, type_inference_stage
from numba.core.typing import Context
from numba.core.untyped_passes import FixupArgs, TranslateByteCode

from minegame.writer import Writer

# ------------------------------------------------------------------------------------------------------- the libraries


class PartLibrary(codegen.JITCodeLibrary):  # type: ignore[misc]  # numba has no types
    """The code of a rule as a part of what calls it: inlined and optimised there, and never run by itself."""

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        """Leave what it calls where it is, for the whole to put in once."""
        self._finalize_dynamic_globals()
        self._finalized = True

    def own_module(self) -> Any:
        """Its code without that of what it calls."""
        return super()._get_module_for_linking()

    def _get_module_for_linking(self) -> Any:
        """For a function that numba compiles in its own way: with all that it calls."""
        module = self.own_module().clone()
        link(module, self._linking_libraries)
        return module

    @property
    def codegen(self) -> Any:
        """Who is told where to find what a function needs while it runs."""
        return self

    def set_env(self, name: str, env: Any) -> None:
        """A part does not run."""

    def get_pointer_to_function(self, name: str) -> int:
        """Of a part there is no machine code to point to."""
        self._ensure_finalized()
        return 0


def link(module: Any, libraries: list[Any]) -> None:
    """Put libraries into a module, and what they call, each once."""
    found, waiting = set(), list(libraries)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            part = isinstance(one, PartLibrary)
            waiting += one._linking_libraries if part else []
            module.link_in(one.own_module() if part else one._get_module_for_linking(), preserve=True)


# --------------------------------------------------------------------------------------------------- the types of calls


class _Memory(Context):  # type: ignore[misc]
    """numba's knowledge of types, which remembers what an operator gives of such operands."""

    _known: ClassVar[dict[Any, Any]] = {}

    def _resolve_user_function_type(self, func: Any, args: Any, kws: Any, literals: Any = None) -> Any:
        function = self._lookup_global(func) or func
        if not isinstance(function, types.Function) or kws:
            return super()._resolve_user_function_type(func, args, kws, literals)
        key = function, args
        if key not in self._known:
            self._known[key] = function.get_call_type(self, args, kws)
        return self._known[key]

    def resolve_setitem(self, target: Any, index: Any, value: Any) -> Any:
        """What writing an element takes."""
        return self._resolve_user_function_type(operator.setitem, (target, index, value), {})


def of_any_number(template: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """What types a call of a part: translated once for all numbers, and not anew for every constant."""
    return lambda args, kws: template(tuple(types.unliteral(kind) for kind in args), kws)


def _remembering(context: Any) -> Any:
    memory = object.__new__(_Memory)
    memory.__dict__ = context.__dict__
    return memory


# -------------------------------------------------------------------------------------------------------- translating


class _Lowering(NativeLowering):  # type: ignore[misc]
    @property
    def lowering_class(self) -> Any:
        """Who writes a function down."""
        return Writer


_CONSTANTS = RewriteConstGetitems, RewriteConstSetitems, RewriteConstRaises, DetectStaticBinops


def _say_constants(state: Any) -> None:
    """Note where an index, an exponent or what is raised is a constant."""
    blocks = state.func_ir.blocks = canonicalize_cfg(state.func_ir.blocks)
    for rewrite in (made(state) for made in _CONSTANTS):
        for label in list(blocks):
            while rewrite.match(state.func_ir, blocks[label], None, None):
                blocks[label] = rewrite.apply()


class _Passes:
    """The steps of a translation."""

    pipeline_name = "game"
    exec_times: ClassVar[dict[str, Any]] = {}

    def run(self, state: Any) -> None:
        """Take them."""
        TranslateByteCode().run_pass(state)
        FixupArgs().run_pass(state)
        _say_constants(state)
        state.func_ir = reconstruct_ssa(state.func_ir)
        found = type_inference_stage(
            _remembering(state.typingctx), state.targetctx, state.func_ir, state.args, state.return_type, state.locals
        )
        state.typemap, state.return_type, state.calltypes = found.typemap, found.return_type, found.calltypes
        state.func_ir = PreLowerStripPhis()._strip_phi_nodes(state.func_ir)
        _Lowering().run_pass(state)
        NoPythonBackend().run_pass(state)


class PartCompiler(CompilerBase):  # type: ignore[misc]
    """Makes a rule a part of what calls it."""

    def define_pipelines(self) -> list[Any]:
        """Its steps."""
        self.state.library = PartLibrary(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        return [_Passes()]


#: What makes a function a part.
PART: dict[str, Any] = {"pipeline_class": PartCompiler}
