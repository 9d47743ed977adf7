"""Expressions: what each kind of syntax evaluates to."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from lrlint.analysis.interpreter import (
    arrays,
    assignment,
    calls,
    choices,
    comparisons,
    definitions,
    escapes,
    lists,
    members,
    numbers,
    operators,
    truths,
)
from lrlint.analysis.interpreter.comprehensions import run_comprehension
from lrlint.analysis.interpreter.item_assignment import index_value, known_slice
from lrlint.analysis.interpreter.items import get_item
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.names import named_entries
from lrlint.analysis.interpreter.operators import LONGEST
from lrlint.analysis.interpreter.outcomes import UNCOMPUTABLE
from lrlint.analysis.interpreter.truths import as_value
from lrlint.analysis.model.computed import varies
from lrlint.analysis.model.conditions import Condition, all_of, any_of, negate
from lrlint.analysis.model.records import CopiedGroups, GroupsValue, OptimizerRecord
from lrlint.analysis.model.value_queries import is_planned
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    FunctionValue,
    ListValue,
    Opaque,
    Sized,
    Store,
    Stream,
)
from lrlint.source.nodes import indices_of, number_of, string_of, string_parts, walk
from lrlint.symbolic import Expr, maximum, minimum

_MOST_BITS = 1000
"""Bits of a number that is computed with; longer arithmetic is slow and no count needs it."""


def evaluate(machine: Machine, node: cst.CSTNode) -> AnyValue:
    """Return the value of an expression."""
    machine.spend()
    handler = _EXPRESSIONS.get(type(node))
    if handler is None:
        return Opaque()
    try:
        return handler(machine, node)
    except UNCOMPUTABLE:
        if isinstance(node, cst.Call):
            escapes.escape_named(machine.scope, node, "a call that cannot be computed")
        return Opaque()


def truth(machine: Machine, node: cst.CSTNode) -> bool | Condition:
    """Return whether an expression is true, or the condition under which it is true."""
    match node:
        case cst.BooleanOperation(left=left, operator=op, right=right):
            return _boolean(machine, left, right, is_and=isinstance(op, cst.And))
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return truths.opposite(machine.truth(inner))
        case cst.Comparison():
            return comparisons.compare_chain(machine, node)
        case cst.BinaryOperation(operator=cst.Modulo()):
            # `if not (i + 1) % k` means `if (i + 1) % k == 0`.
            divisible = comparisons.divisible(machine, node, Expr.const(0))
            if divisible is not None:
                return truths.opposite(divisible)
    return truths.truthiness(machine, machine.evaluate(node), node)


def _boolean(
    machine: Machine, left: cst.CSTNode, right: cst.CSTNode, *, is_and: bool
) -> bool | Condition:
    first = machine.truth(left)
    if isinstance(first, bool):
        if first is not is_and:
            return first
        return machine.truth(right)
    known = machine.assumed(first)
    if known is not None:
        return machine.truth(right) if known is is_and else known
    with machine.guard(first if is_and else negate(first), left):
        second = machine.truth(right)
    if isinstance(second, bool):
        return first if second is is_and else second
    return all_of(first, second) if is_and else any_of(first, second)


# -- literals and names -----------------------------------------------------------------------


def _name(machine: Machine, node: cst.Name) -> AnyValue:
    match node.value:
        case "True":
            return Const(True)
        case "False":
            return Const(False)
        case "None":
            return NONE
    return definitions.lookup(machine, node.value)


def _number(machine: Machine, node: cst.Integer | cst.Float) -> AnyValue:
    match number_of(node):
        case int() as whole:
            return Expr.const(whole) if whole.bit_length() < _MOST_BITS else Opaque()
        case float() as number:
            return numbers.from_python(number)
    return Opaque()


def _string(machine: Machine, node: cst.SimpleString | cst.ConcatenatedString) -> AnyValue:
    value = string_of(node)
    return _formatted(machine, node) if value is None else Const(value)


def _formatted(machine: Machine, node: cst.BaseExpression) -> AnyValue:
    pieces: list[str] = []
    known = planned = True
    for part in string_parts(node):
        if isinstance(part, cst.FormattedStringExpression):
            for inner in walk(part):  # evaluated for its effects
                if isinstance(inner, cst.FormattedStringExpression):
                    planned &= is_planned(machine.evaluate(inner.expression))
            known = False
        elif isinstance(part, cst.BaseExpression):
            value = machine.evaluate(part)
            known &= isinstance(value, Const) and isinstance(value.value, str)
            pieces.append(str(value.value) if isinstance(value, Const) else "")
        elif isinstance(part, str):
            pieces.append(part)
        else:
            known = False
    if not known:
        return Opaque(planned=planned and bool(machine.loops))
    text = "".join(pieces)
    return Const(text) if len(text) <= LONGEST else Opaque()


def _list(machine: Machine, node: cst.List | cst.Tuple | cst.Set) -> AnyValue:
    kind = type(node).__name__.lower()
    items: list[AnyValue] = []
    for element in node.elements:
        if isinstance(element, cst.StarredElement):
            inner = numbers.items_of(machine.evaluate(element.value))
            if inner is None:
                return ListValue(None, kind=kind)
            items += inner
            if len(items) > LONGEST:
                return ListValue(None, kind=kind)
        else:
            items.append(machine.evaluate(element.value))
    place = machine.here(node)
    if isinstance(node, cst.Set):
        elements = lists.distinct(items)
        if elements is None:
            return ListValue(None, kind=kind)
        items = elements
    value = ListValue(items, kind=kind, home=machine.loop, under=len(machine.guards), place=place)
    if node in machine.carried:
        machine.changing_lists.append(value)
    return value


def _dict(machine: Machine, node: cst.Dict) -> AnyValue:
    mapping = DictValue(Store(), place=machine.here(node))
    for element in node.elements:
        if isinstance(element, cst.StarredDictElement):
            other = machine.evaluate(element.value)
            if isinstance(other, DictValue):
                mapping.store.data.update(named_entries(machine, other))
                mapping.complete = mapping.complete and other.complete
            else:
                mapping.complete = False
        elif isinstance(element, cst.DictElement):
            key, value = machine.evaluate(element.key), machine.evaluate(element.value)
            mapping.store.data[members.entry_key(machine, mapping, key)] = value
            if len(node.elements) == 1 and not mapping.complete and isinstance(key, Expr):
                mapping.only_key = key
    machine.dicts.append(mapping)
    return mapping


# -- operators --------------------------------------------------------------------------------


def _binary(machine: Machine, node: cst.BinaryOperation) -> AnyValue:
    left, right = machine.evaluate(node.left), machine.evaluate(node.right)
    return operators.apply(machine, type(node.operator), left, right)


def _unary(machine: Machine, node: cst.UnaryOperation) -> AnyValue:
    if isinstance(node.operator, cst.Not):
        return as_value(machine.truth(node))
    value = machine.evaluate(node.expression)
    minus = isinstance(node.operator, cst.Minus)
    if isinstance(value, Sized) and minus:
        return operators.apply(machine, cst.Multiply, value, Expr.const(-1))
    if isinstance(value, Opaque) and value.measured:
        path = f"-{value.path}" if minus and value.path else value.path
        return Opaque(path, measured=True, local=value.local)
    number = numbers.to_number(machine, value)
    if number is None:
        return Opaque()
    if isinstance(node.operator, cst.BitInvert):
        return -number - 1 if isinstance(number.value, int) else Opaque()
    return -number if minus else number


def _boolean_value(machine: Machine, node: cst.BooleanOperation) -> AnyValue:
    """Return the value of ``a and b`` or ``a or b``, such as ``scheduler and scheduler.step()``."""
    left = machine.evaluate(node.left)
    is_and = isinstance(node.operator, cst.And)
    test = choices.settle(machine, truths.truthiness(machine, left, node.left))
    if isinstance(test, bool):
        return machine.evaluate(node.right) if test is is_and else left
    take_right = test if is_and else negate(test)
    with machine.guard(take_right, node.left):
        right = machine.evaluate(node.right)
    return choices.join(machine, take_right, right, left)


def _comparison(machine: Machine, node: cst.Comparison) -> AnyValue:
    compared = arrays.compared(machine, node)
    return compared or as_value(comparisons.compare_chain(machine, node))


def _conditional(machine: Machine, node: cst.IfExp) -> AnyValue:
    truth = machine.truth(node.test)
    test = choices.settle(machine, truth)
    choices.note_not_taken(machine, truth, node)
    if isinstance(test, bool):
        return machine.evaluate(node.body if test else node.orelse)
    with machine.guard(test, node.test):
        value = machine.evaluate(node.body)
    with machine.guard(negate(test), node.test):
        other = machine.evaluate(node.orelse)
    return choices.join(machine, test, value, other)


# -- attributes, items, calls -----------------------------------------------------------------


def _attribute(machine: Machine, node: cst.Attribute) -> AnyValue:
    return machine.get_attribute(machine.evaluate(node.value), node.attr.value)


_GROUPS = Const("param_groups")


def _subscript(machine: Machine, node: cst.Subscript) -> AnyValue:
    owner = machine.evaluate(node.value)
    first, *others = indices_of(node)
    if isinstance(first, cst.Slice):
        part = _slice_of(machine, owner, first)
        if isinstance(part, Sized) and isinstance(owner, Sized):
            part.shape = arrays.shape_of(part, owner, others)
        return part
    key = index_value(machine, node)
    match owner, node.value:
        case Opaque(state_of=OptimizerRecord() as record), cst.Call() if key == _GROUPS:
            return CopiedGroups(record)  # of a state that nothing else holds
    if isinstance(key, Const) and isinstance(key.value, str):
        text: str | None = f'"{key.value}"'
    else:
        text = machine.unit.code(first) if getattr(owner, "path", None) else None
    return get_item(machine, owner, key, text)


def _slice_of(machine: Machine, owner: AnyValue, node: cst.Slice) -> AnyValue:
    """Return ``owner[lower:upper:step]``, or an unknown where a bound or a step is unknown."""
    lower, upper = (
        None if bound is None else numbers.to_number(machine, machine.evaluate(bound))
        for bound in (node.lower, node.upper)
    )
    items, part = numbers.items_of(owner), known_slice(machine, node)
    if isinstance(owner, (ListValue, GroupsValue)):
        if items is not None and part is not None:
            return ListValue(items[part], kind=getattr(owner, "kind", "list"))
        escapes.escape(owner, "taken from a list by an unknown slice")
    unknown = (node.lower is not None and lower is None) or (
        node.upper is not None and upper is None
    )
    total = numbers.length_of(machine, owner)
    if unknown or node.step is not None or total is None:
        return Opaque()
    if not isinstance(owner, (Sized, ListValue, Stream)) or getattr(owner, "once", None):
        return Opaque()
    first = Expr.const(0) if lower is None else _from_start(lower, total)
    last = total if upper is None else _from_start(upper, total)
    length = last - first
    if varies(first, last):
        length = maximum(length, Expr.const(0))
    if isinstance(owner, Stream):
        return Stream(length, lambda index: owner.element(first + index))
    if isinstance(owner, Sized):
        return Sized(length)
    return ListValue(None, Opaque(planned=True) if is_planned(owner) else None, length)


def _from_start(bound: Expr, total: Expr) -> Expr:
    """Return a bound of a slice that counts from the start and is not past the end."""
    if varies(bound):
        return minimum(bound, total)
    if bound.value is None:
        return bound
    if total.value is not None and bound.value > total.value:
        return total
    return total + bound if bound.value < 0 else bound


def _lambda(machine: Machine, node: cst.Lambda) -> AnyValue:
    return FunctionValue(
        node, machine.scope, defaults=definitions.default_values(machine, node.params)
    )


def _named(machine: Machine, node: cst.NamedExpr) -> AnyValue:
    value = machine.evaluate(node.value)
    assignment.assign(machine, node.target, value)
    return value


def _await(machine: Machine, node: cst.Await) -> AnyValue:
    return machine.evaluate(node.expression)


def _yield(machine: Machine, node: cst.Yield) -> AnyValue:
    match node.value:
        case cst.From(item=inner):
            escapes.escape(machine.evaluate(inner), "yielded")
        case cst.BaseExpression() as inner:
            escapes.escape(machine.evaluate(inner), "yielded")
    return Opaque()


def _starred(machine: Machine, node: cst.StarredElement) -> AnyValue:
    return machine.evaluate(node.value)


_EXPRESSIONS: dict[type[cst.CSTNode], Callable[..., AnyValue]] = {
    cst.Name: _name,
    cst.Integer: _number,
    cst.Float: _number,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _string,
    cst.FormattedString: _formatted,
    cst.List: _list,
    cst.Tuple: _list,
    cst.Set: _list,
    cst.Dict: _dict,
    cst.BinaryOperation: _binary,
    cst.UnaryOperation: _unary,
    cst.BooleanOperation: _boolean_value,
    cst.Comparison: _comparison,
    cst.IfExp: _conditional,
    cst.Attribute: _attribute,
    cst.Subscript: _subscript,
    cst.Call: calls.evaluate_call,
    cst.Lambda: _lambda,
    cst.ListComp: run_comprehension,
    cst.GeneratorExp: run_comprehension,
    cst.SetComp: run_comprehension,
    cst.DictComp: run_comprehension,
    cst.NamedExpr: _named,
    cst.Await: _await,
    cst.Yield: _yield,
    cst.StarredElement: _starred,
}
