"""How a function of the game is written down in LLVM's language.

numba looks up for every field and every element how its like is written, builds an array of many fields around each
place within a record only to take one number out, and tries operators for constants first.  Here fields of records,
elements of arrays and operations on numbers are written straight down; whatever else there is, numba writes.
"""

from __future__ import annotations

import operator
from typing import Any

from numba import types
from numba.core import cgutils, ir, lowering
from numba.np import arrayobj

_POWERS = operator.pow, operator.ipow  # numba writes a constant one its own way


class Writer(lowering.Lower):  # type: ignore[misc]
    """Writes a function down in LLVM's language: fields of records and elements of arrays straight at their places."""

    def pre_lower(self) -> None:
        """Before the body is written."""
        super().pre_lower()
        self._nested: dict[str, Any] = {}

    def delvar(self, name: str) -> None:
        """Nothing is owned."""

    # an array within a record is no more than a place, until somebody wants it as a whole

    def lower_inst(self, inst: Any) -> None:
        """Write an instruction down."""
        if isinstance(inst, ir.Assign) and isinstance(inst.value, ir.Expr) and inst.value.op == "getattr":
            kind = self.typeof(inst.target.name)
            name = inst.target.name
            if isinstance(kind, types.NestedArray) and name in self._singly_assigned_vars:
                self._nested[name] = self._place_in_record(inst.value, kind)
                return
        super().lower_inst(inst)

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
                found = arrayobj.record_getattr(
                    self.context, self.builder, kind, self.loadvar(expr.value.name), expr.attr
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
        found = self.context.unpack_value(self.builder, kind.dtype, place, None if kind.aligned else 1)
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
        self.context.pack_value(self.builder, kind.dtype, value, place, None if kind.aligned else 1)

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
        return cgutils.get_item_pointer2(
            self.context, builder, data, shape, strides, kind.layout, indices, wraparound=True
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
