"""Operators: what ``+``, ``*``, ``|=`` and others do with numbers, texts, lists and dicts."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import libcst as cst

from lrlint.analysis.interpreter import choices, escapes, lists, numbers, tables
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.records import GroupsValue
from lrlint.analysis.model.value_queries import alternatives, is_local
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    File,
    ListValue,
    Opaque,
    Sized,
    Store,
)
from lrlint.symbolic import Expr

LONGEST = 10_000
"""Characters or elements of what operators put together; longer results are unknown."""
_MOST_PAIRS = 100
"""Pairs of alternatives that an operator is applied to; the results of more are unknown."""
_MOST_REPEATED = 64
"""Elements of a list that is multiplied by a number; longer results have only a length."""

ARITHMETIC: dict[type[cst.CSTNode], Callable[[Any, Any], Any]] = {
    cst.Add: operator.add,
    cst.Subtract: operator.sub,
    cst.Multiply: operator.mul,
    cst.Divide: operator.truediv,
    cst.FloorDivide: operator.floordiv,
    cst.Modulo: operator.mod,
    cst.Power: operator.pow,
    cst.AddAssign: operator.add,
    cst.SubtractAssign: operator.sub,
    cst.MultiplyAssign: operator.mul,
    cst.DivideAssign: operator.truediv,
    cst.FloorDivideAssign: operator.floordiv,
    cst.ModuloAssign: operator.mod,
    cst.PowerAssign: operator.pow,
}
"""The operators as functions, of `Expr` or of plain numbers."""


def augment(machine: Machine, node: cst.AugAssign, old: AnyValue, new: AnyValue) -> AnyValue:
    """Return the value of a target after ``old <op>= new``."""
    if isinstance(old, ListValue) and isinstance(new, ListValue):
        if old.items is not None and new.items is not None and lists.happens_once(machine, old):
            old.items.extend(new.items)  # its other names see that, too
            old.source = None
            return old
        # How often the loop around adds to the list is not known here.
        return _concatenated(old, new) if old.home is machine.loop else _of_unknown_length(old, new)
    result = apply(machine, type(node.operator), old, new)
    if isinstance(old, Sized):
        old.element = None  # an array changes in place, under all its names
    return result


def apply(machine: Machine, kind: type[cst.CSTNode], left: AnyValue, right: AnyValue) -> AnyValue:
    """Return the value of ``left <op> right``."""
    if isinstance(left, DictValue) and isinstance(right, DictValue):
        is_union = kind in (cst.BitOr, cst.BitOrAssign)
        return _dict_union(machine, left, right) if is_union else Opaque()
    operation = ARITHMETIC.get(kind)
    if operation is None:
        return Opaque()
    if isinstance(left, Choice) or isinstance(right, Choice):
        return _apply_to_alternatives(machine, kind, left, right)
    if isinstance(left, File):
        quotient = machine.library.divide(left, right) if operation is operator.truediv else None
        return quotient or Opaque()
    if isinstance(left, Const) and isinstance(left.value, str):
        return _joined(left, right) if operation is operator.add else Opaque()
    left, right = _as_list(left), _as_list(right)
    if isinstance(left, ListValue) or isinstance(right, ListValue):
        return _list_arithmetic(operation, left, right)
    if isinstance(left, Sized) or isinstance(right, Sized):
        return tables.elementwise(lambda *pair: apply(machine, kind, *pair), left, right)
    measured = any(isinstance(value, Opaque) and value.measured for value in (left, right))
    first, second = numbers.to_number(machine, left), numbers.to_number(machine, right)
    if measured:
        return _from_rate(machine, operation, left, right)
    if first is None or second is None:
        return Opaque()
    value = _computed(machine, operation, first, second)
    of_tensors = any(isinstance(operand, Opaque) and operand.tensor for operand in (left, right))
    return (
        Opaque(number=value, tensor="computed") if of_tensors and isinstance(value, Expr) else value
    )


_FUNCTIONS = {operator.pow: "**", operator.floordiv: "//", operator.mod: "%"}
"""The operators whose results are not always sums of products."""


def _computed(
    machine: Machine, operation: Callable[[Expr, Expr], Expr], first: Expr, second: Expr
) -> AnyValue:
    value = numbers.compute(operation, first, second)
    if isinstance(value, Expr) or operation not in _FUNCTIONS:
        return value
    return numbers.apply(machine, _FUNCTIONS[operation], first, second)


def _from_rate(
    machine: Machine,
    operation: Callable[[Expr, Expr], Expr],
    left: AnyValue,
    right: AnyValue,
) -> AnyValue:
    """Return what follows from a measured value, and how where that is the LR in use."""
    first, second = numbers.rate_of(machine, left), numbers.rate_of(machine, right)
    local = is_local(left, right)
    if first is None or second is None:
        unknown, *others = sorted((left, right), key=lambda value: isinstance(value, Expr))
        source = unknown if isinstance(unknown, Opaque) and isinstance(others[0], Expr) else None
        return Opaque(measured=True, local=local, source=source and (source.source or source))
    value = _computed(machine, operation, first, second)
    return Opaque(measured=True, rate=numbers.rate_of(machine, value), local=local)


def _dict_union(machine: Machine, left: DictValue, right: DictValue) -> DictValue:
    data = {**left.store.data, **right.store.data}
    union = DictValue(Store(data), left.complete and right.complete)
    machine.dicts.append(union)
    return union


def _joined(left: Const, right: AnyValue) -> AnyValue:
    """Return a text and what is added to it."""
    if not (isinstance(right, Const) and isinstance(right.value, str)):
        return Opaque()
    text = f"{left.value}{right.value}"
    return Const(text, max(left.strength, right.strength)) if len(text) <= LONGEST else Opaque()


def _apply_to_alternatives(
    machine: Machine, kind: type[cst.CSTNode], left: AnyValue, right: AnyValue
) -> AnyValue:
    """Apply an operator where one side is, or both are, a choice."""
    results: list[tuple[Condition, AnyValue]]
    if not isinstance(left, Choice):
        assert isinstance(right, Choice)
        results = [(c, apply(machine, kind, left, inner)) for c, inner in right.alternatives]
    elif isinstance(right, Choice) and _conditions(left) == _conditions(right):
        pairs = zip(left.alternatives, right.alternatives, strict=True)
        results = [(c, apply(machine, kind, first, second)) for (c, first), (_, second) in pairs]
    elif len(left.alternatives) * len(alternatives(right)) > _MOST_PAIRS:
        return Opaque()
    else:
        results = [(c, apply(machine, kind, inner, right)) for c, inner in left.alternatives]
    unknown = [value for _, value in results if isinstance(value, Opaque)]
    if len(unknown) == len(results):  # it makes no difference which of them it is
        return Opaque(measured=any(value.measured for value in unknown), local=is_local(*unknown))
    return choices.choice(machine, results)


def _conditions(value: Choice) -> list[Condition]:
    return [condition for condition, _ in value.alternatives]


# -- lists ------------------------------------------------------------------------------------


def _as_list(value: AnyValue) -> AnyValue:
    """Return the param groups of an optimizer as a list, and any other value as it is."""
    return ListValue(numbers.items_of(value), value) if isinstance(value, GroupsValue) else value


def _list_arithmetic(
    operation: Callable[[Expr, Expr], Expr], left: AnyValue, right: AnyValue
) -> AnyValue:
    if isinstance(left, ListValue) and isinstance(right, ListValue) and operation is operator.add:
        return _concatenated(left, right)
    if operation is not operator.mul:
        _escape_elements(left, right)
        return Opaque()
    sequence, factor = (left, right) if isinstance(left, ListValue) else (right, left)
    if not isinstance(sequence, ListValue) or not isinstance(factor, Expr):
        return Opaque()
    items, times = sequence.items, factor.value
    if items is None:
        return ListValue(None)
    if isinstance(times, int) and 0 <= times * len(items) <= _MOST_REPEATED and factor.is_constant:
        items, element, length = items * times, None, None
    else:
        element = items[0] if len(items) == 1 else Opaque()
        length, items = factor * len(items), None
    home, under = sequence.home, sequence.under
    return ListValue(items, element, length, sequence.kind, home=home, under=under)


def _concatenated(left: ListValue, right: ListValue) -> ListValue:
    if left.items is None or right.items is None or len(left.items) + len(right.items) > LONGEST:
        _escape_elements(left, right)
        return ListValue(None, kind=left.kind)
    return ListValue([*left.items, *right.items], kind=left.kind, home=left.home)


def _of_unknown_length(old: ListValue, new: ListValue) -> ListValue:
    """Return a list that a loop adds to; it keeps what is added if that is one element."""
    _escape_elements(old, new)
    elements = [new.element] if new.items is None else new.items
    return ListValue(None, element=elements[0] if len(elements) == 1 else None, kind=old.kind)


def _escape_elements(*values: AnyValue) -> None:
    """Let the elements of lists escape that are not known one by one from now on."""
    for value in values:
        escapes.escape(value, "stored in a list")
