"""How a function of the game is written down in LLVM's language.

numba looks up for every field and every element how its like is written, builds an array of many fields around each
place within a record only to take one number out, and tries operators for constants first.  Here fields of records,
elements of arrays and operations on numbers are written straight down; whatever else there is, numba writes.

LLVM is told besides what the game knows of itself: that who writes a field of a record changes no other field, that no
index counts from the end, and which loops are too short to take several steps at a time.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite.ir import Constant, IntType, MetaDataString
from llvmlite.ir.instructions import AllocaInstr, LoadInstr, StoreInstr
from llvmlite.ir.values import MDValue
from numba import types
from numba.core import cgutils, ir, lowering
from numba.np import arrayobj

_POWERS = operator.pow, operator.ipow  # numba writes a constant one its own way


class _Told(MDValue):  # type: ignore[misc]  # llvmlite has no types
    """What LLVM is told of one loop alone."""

    def descr(self, buf: Any) -> None:
        """Write it down, with itself in front, by which LLVM tells one loop from another."""
        operands = ", ".join(one.get_reference() for one in (self, *self.operands))
        buf.append(f"distinct !{{ {operands} }}\n")


class Writer(lowering.Lower):  # type: ignore[misc]
    """Writes a function down in LLVM's language: fields of records and elements of arrays straight at their places."""

    def pre_lower(self) -> None:
        """Before the body is written."""
        super().pre_lower()
        self._nested: dict[str, Any] = {}
        self._field_of: dict[str, Any] = {}
        self._written: set[Any] = set()
        self._side_by_side = getattr(self.func_ir.func_id.func, "side_by_side", False)

    def lower_block(self, block: Any) -> None:
        """Write a block down."""
        self._written.add(self.builder.block)
        super().lower_block(block)

    def delvar(self, name: str) -> None:
        """Nothing is owned."""

    def lower_inst(self, inst: Any) -> None:
        """Write an instruction down."""
        if isinstance(inst, ir.Assign) and isinstance(inst.value, ir.Expr) and inst.value.op == "getattr":
            if self._keeps_place(inst.target.name, inst.value):
                return
        if isinstance(inst, ir.SetAttr) and isinstance(self.typeof(inst.target.name), types.Record):
            self._in_field(self._field(inst.target.name, inst.attr), super().lower_inst, inst)
            return
        super().lower_inst(inst)
        if isinstance(inst, ir.Jump) and self.blkmap[inst.target] in self._written and not self._side_by_side:
            self.builder.block.terminator.set_metadata("llvm.loop", self._short_loop())

    def _short_loop(self) -> Any:
        one_at_a_time = self._says("llvm.loop.vectorize.enable", Constant(IntType(1), 0))
        as_it_is = self._says("llvm.loop.unroll.runtime.disable")
        return _Told(self.module, (one_at_a_time, as_it_is), str(len(self.module.metadata)))

    def _says(self, word: str, *what: Any) -> Any:
        return self.module.add_metadata([MetaDataString(self.module, word), *what])

    # Every field of a record is memory of its own, whichever record of the kind it is of.  Of an array that a function
    # is handed nothing is known, so that it may be any field's.

    def _field(self, name: str, attr: str) -> Any:
        """What a load or a store of a field of a record is told by."""
        nothing = Constant(IntType(64), 0)
        kind = self._says(f"{self.typeof(name).size} {attr}", self._says("minegame"), nothing)
        return self.module.add_metadata([kind, kind, nothing])

    def _in_field(self, field: Any, write: Any, *args: Any) -> Any:
        """Write something down and mark every load and store in it, but for those of variables, as of a field."""
        before = len(self.builder.block.instructions)
        done = write(*args)
        for instruction in self.builder.block.instructions[before:] if field else ():
            if isinstance(instruction, (LoadInstr, StoreInstr)):
                if not isinstance(instruction.operands[-1], AllocaInstr):
                    instruction.set_metadata("tbaa", field)
        return done

    # an array within a record is no more than a place, until somebody wants it as a whole

    def _keeps_place(self, name: str, expr: Any) -> bool:
        """Keep the place of an array within a record for a variable; false if it is none, or is assigned again."""
        kind = self.typeof(name)
        if not isinstance(kind, types.NestedArray) or name not in self._singly_assigned_vars:
            return False
        self._nested[name] = self._place_in_record(expr, kind)
        self._field_of[name] = self._field(expr.value.name, expr.attr)
        return True

    def loadvar(self, name: str) -> Any:
        """The value of a variable."""
        if name in self._nested and name not in self._blk_local_varmap:
            self._blk_local_varmap[name] = self._as_array(self._nested[name], self.typeof(name))
        return super().loadvar(name)

    def _place_in_record(self, expr: Any, kind: Any) -> Any:
        record = self.typeof(expr.value.name)
        data = self.context.get_data_type(kind.dtype)
        return cgutils.get_record_member(self.builder, self.loadvar(expr.value.name), record.offset(expr.attr), data)

    def _as_array(self, place: Any, kind: Any) -> Any:
        array = arrayobj.make_array(kind)(self.context, self.builder)
        intp = types.intp
        arrayobj.populate_array(
            array,
            data=place,
            shape=[self.context.get_constant(intp, n) for n in kind.shape],
            strides=[self.context.get_constant(intp, n) for n in kind.strides],
            itemsize=self.context.get_constant(intp, kind.size),
            meminfo=None,
        )
        return array._getvalue()

    def lower_expr(self, resty: Any, expr: Any) -> Any:
        """Write an expression down."""
        if expr.op == "getattr":
            kind = self.typeof(expr.value.name)
            if isinstance(kind, types.Record):
                found = self._in_field(
                    self._field(expr.value.name, expr.attr),
                    lambda record: arrayobj.record_getattr(self.context, self.builder, kind, record, expr.attr),
                    self.loadvar(expr.value.name),
                )
                return self.context.cast(self.builder, found, kind.typeof(expr.attr), resty)
        if expr.op == "static_getitem" and expr.index_var is not None:
            if isinstance(self.typeof(expr.value.name), types.Array):
                signature = self.fndesc.calltypes[expr]
                return self.lower_getitem(resty, expr, expr.value, expr.index_var, signature)
        return super().lower_expr(resty, expr)

    def lower_getitem(self, resty: Any, expr: Any, value: Any, index: Any, signature: Any) -> Any:
        """An element of an array."""
        kind = self.typeof(value.name)
        indices = self._indices(kind, index)
        if indices is None:
            return super().lower_getitem(resty, expr, value, index, signature)
        place = self._place_of(value.name, kind, indices)
        found = self._in_field(
            self._field_of.get(value.name),
            lambda: self.context.unpack_value(self.builder, kind.dtype, place, None if kind.aligned else 1),
        )
        return self.context.cast(self.builder, found, kind.dtype, resty)

    def lower_setitem(self, target_var: Any, index_var: Any, value_var: Any, signature: Any) -> None:
        """Write an element of an array."""
        kind = self.typeof(target_var.name)
        indices = self._indices(kind, index_var)
        if indices is None or not isinstance(kind.dtype, types.Number):
            super().lower_setitem(target_var, index_var, value_var, signature)
            return
        place = self._place_of(target_var.name, kind, indices)
        value = self.loadvar(value_var.name)
        value = self.context.cast(self.builder, value, self.typeof(value_var.name), kind.dtype)
        self._in_field(
            self._field_of.get(target_var.name),
            lambda: self.context.pack_value(self.builder, kind.dtype, value, place, None if kind.aligned else 1),
        )

    def _indices(self, kind: Any, index: Any) -> list[Any] | None:
        """The place on each axis; None if that is not what is asked for."""
        if not isinstance(kind, types.Array) or kind.layout == "F":
            return None
        of = self.typeof(index.name)
        kinds = list(of) if isinstance(of, types.BaseTuple) else [of]
        if len(kinds) != kind.ndim or not all(isinstance(one, types.Integer) for one in kinds):
            return None
        value = self.loadvar(index.name)
        values = cgutils.unpack_tuple(self.builder, value) if isinstance(of, types.BaseTuple) else [value]
        return [self.context.cast(self.builder, *pair, types.intp) for pair in zip(values, kinds, strict=True)]

    def _place_of(self, name: str, kind: Any, indices: list[Any]) -> Any:
        builder = self.builder
        if name in self._nested:
            data, strides = self._nested[name], None
            shape = [self.context.get_constant(types.intp, n) for n in kind.shape]
        else:
            model, array = self.context.data_model_manager[kind], self.loadvar(name)
            data, shape, strides = (
                builder.extract_value(array, model.get_field_position(part)) for part in ("data", "shape", "strides")
            )
            shape = [builder.extract_value(shape, axis) for axis in range(kind.ndim)]
            strides = [builder.extract_value(strides, axis) for axis in range(kind.ndim)]
        checked = self.context.enable_boundscheck  # NUMBA_BOUNDSCHECK=1, as anywhere in numba
        return cgutils.get_item_pointer2(
            self.context, builder, data, shape, strides, kind.layout, indices, boundscheck=checked
        )

    def lower_binop(self, resty: Any, expr: Any, op: Any) -> Any:
        """Write an operation on two numbers down."""
        kinds = self.typeof(expr.lhs.name), self.typeof(expr.rhs.name)
        if op in _POWERS or not all(isinstance(kind, (types.Number, types.Boolean)) for kind in kinds):
            return super().lower_binop(resty, expr, op)
        signature = self.fndesc.calltypes[expr]
        operands = [
            self.context.cast(self.builder, self.loadvar(var.name), kind, taken)
            for var, kind, taken in zip((expr.lhs, expr.rhs), kinds, signature.args, strict=True)
        ]
        # What stands for a //= b is a // b, of which numba may hear for the first time.
        function = self.context.typing_context.resolve_value_type(op)
        wanted = function.get_call_type(self.context.typing_context, signature.args, {})
        found = self.context.get_function(function, wanted)(self.builder, operands)
        return self.context.cast(self.builder, found, wanted.return_type, resty)
