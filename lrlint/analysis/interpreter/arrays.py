"""Arrays: which expressions are arrays of as many rows as another one."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from lrlint.analysis.interpreter import numbers
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.values import AnyValue, Sized

_ELEMENTWISE = (
    *(cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual),
    *(cst.Equal, cst.NotEqual),
)


def compared(machine: Machine, node: cst.Comparison) -> Sized | None:
    """Return the array that a comparison of each element makes; None for another comparison."""
    if len(node.comparisons) != 1 or not isinstance(node.comparisons[0].operator, _ELEMENTWISE):
        return None
    array = _array(machine, node.left)
    return None if array is None else Sized(numbers.length_of(machine, array), shape=array.shape)


def _array(machine: Machine, node: cst.BaseExpression) -> Sized | None:
    """Return an expression's array where evaluating it has no effects; None for any other."""
    match node:
        case cst.Name() | cst.Attribute(value=cst.Name()):
            pass
        case cst.Subscript(value=inner) | cst.Call(func=cst.Attribute(value=inner)):
            if _array(machine, inner) is None:
                return None
        case _:
            return None
    value = machine.evaluate(node)
    return value if isinstance(value, Sized) else None


def shape_of(
    part: Sized, owner: Sized, others: Sequence[cst.CSTNode]
) -> tuple[AnyValue, ...] | None:
    """Return the shape of ``owner[lower:upper, …]``: an index takes its dimension away."""
    if owner.shape is None or part.length is None or len(others) >= len(owner.shape):
        return None
    if not all(isinstance(index, cst.Integer) for index in others):
        return None
    return (part.length, *owner.shape[1 + len(others) :])
