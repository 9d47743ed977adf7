"""Expressions: what each kind of syntax evaluates to."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import libcst as cst

from lrlint.analysis.interpreter import (
    assignment,
    attributes,
    calls,
    choices,
    comparisons,
    definitions,
    escapes,
    loops,
    members,
    numbers,
)
from lrlint.analysis.interpreter.assignment import index_value
from lrlint.analysis.interpreter.comparisons import as_value
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import UNCOMPUTABLE
from lrlint.analysis.model.conditions import Condition, all_of, any_of, negate
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    Const,
    DictValue,
    File,
    FunctionValue,
    ListValue,
    Opaque,
    Sized,
    Store,
    alternatives,
)
from lrlint.source.nodes import indices_of, number_of, string_of, string_parts
from lrlint.symbolic import Expr

_LONGEST = 10_000
"""Characters or elements of what operators put together; more is not followed."""


_MOST_PAIRS = 100
"""Pairs of alternatives that an operator is applied to: each is asked whether it can be."""

_MOST_BITS = 1000


def evaluate(machine: Machine, node: cst.CSTNode) -> AnyValue:
    """The value of an expression."""
    machine.spend()
    handler = _EXPRESSIONS.get(type(node))
    if handler is None:
        return Opaque()
    try:
        return handler(machine, node)
    except UNCOMPUTABLE:
        return Opaque()


def truth(machine: Machine, node: cst.CSTNode) -> bool | Condition:
    """Whether an expression holds: decided, or a condition."""
    match node:
        case cst.BooleanOperation(left=left, operator=op, right=right):
            return _boolean(machine, left, right, is_and=isinstance(op, cst.And))
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            found = machine.truth(inner)
            return (not found) if isinstance(found, bool) else negate(found)
        case cst.Comparison():
            return comparisons.compare_chain(machine, node)
        case cst.BinaryOperation(operator=cst.Modulo(), left=left, right=right):
            # `if not (i + 1) % k` asks for divisibility without saying so.
            divisible = comparisons.divisible(machine, node, Expr.const(0))
            if divisible is not None:
                return (not divisible) if isinstance(divisible, bool) else negate(divisible)
    return comparisons.truthiness(machine, machine.evaluate(node), node)


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
            # Arithmetic with numbers of a thousand digits takes its time.
            return Expr.const(whole) if whole.bit_length() < _MOST_BITS else Opaque()
        case float() as number:
            return numbers.from_python(number)
    return Opaque()


def _string(machine: Machine, node: cst.SimpleString | cst.ConcatenatedString) -> AnyValue:
    value = string_of(node)
    return _formatted(machine, node) if value is None else Const(value)


def _formatted(machine: Machine, node: cst.BaseExpression) -> AnyValue:
    pieces: list[str] = []
    for part in string_parts(node):
        if isinstance(part, cst.BaseExpression):
            value = machine.evaluate(part)
            if not (isinstance(value, Const) and isinstance(value.value, str)):
                return Opaque()
            pieces.append(value.value)
        elif isinstance(part, str):
            pieces.append(part)
        else:
            return Opaque()
    text = "".join(pieces)
    return Const(text) if len(text) <= _LONGEST else Opaque()


def _list(machine: Machine, node: cst.List | cst.Tuple | cst.Set) -> AnyValue:
    kind = type(node).__name__.lower()
    items: list[AnyValue] = []
    for element in node.elements:
        if isinstance(element, cst.StarredElement):
            inner = numbers.items_of(machine.evaluate(element.value))
            if inner is None:
                return ListValue(None, kind=kind)
            items += inner
            if len(items) > _LONGEST:
                return ListValue(None, kind=kind)
        else:
            items.append(machine.evaluate(element.value))
    return ListValue(items, kind=kind, home=machine.loop)


def _dict(machine: Machine, node: cst.Dict) -> AnyValue:
    value = DictValue(Store())
    for element in node.elements:
        if isinstance(element, cst.StarredDictElement):
            inner = machine.evaluate(element.value)
            if isinstance(inner, DictValue):
                value.store.data.update(inner.store.data)
                value.complete = value.complete and inner.complete
            else:
                value.complete = False
        elif isinstance(element, cst.DictElement):
            key = machine.evaluate(element.key)
            item = machine.evaluate(element.value)
            value.store.data[members.entry_key(machine, value, key)] = item
    machine.dicts.append(value)
    return value


# -- operators --------------------------------------------------------------------------------

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
"""What the operators do, with `Expr` as with numbers."""


def _binary(machine: Machine, node: cst.BinaryOperation) -> AnyValue:
    return _apply(
        machine,
        type(node.operator),
        machine.evaluate(node.left),
        machine.evaluate(node.right),
        node,
    )


def augmented(machine: Machine, node: cst.AugAssign, old: AnyValue, new: AnyValue) -> AnyValue:
    """The value of ``old <op>= new``."""
    if isinstance(old, ListValue) and isinstance(new, ListValue):
        if old.home is not machine.loop:
            # How often a loop adds to a list is not known here, what it adds is.
            return _grown(old, new)
        return _concatenated(old, new)
    return _apply(machine, type(node.operator), old, new, node)


def _apply(
    machine: Machine, kind: type[cst.CSTNode], left: AnyValue, right: AnyValue, node: cst.CSTNode
) -> AnyValue:
    if isinstance(left, DictValue) and isinstance(right, DictValue):
        return (
            _dict_union(machine, left, right) if kind in (cst.BitOr, cst.BitOrAssign) else Opaque()
        )
    operation = ARITHMETIC.get(kind)
    if operation is None:
        return Opaque()
    if isinstance(left, Choice) or isinstance(right, Choice):
        return _apply_to_choice(machine, kind, left, right, node)
    if isinstance(left, File):
        return (
            machine.library.divide(left, right) if operation is operator.truediv else None
        ) or Opaque()
    if isinstance(left, Const) and isinstance(left.value, str):
        if operation is operator.add and isinstance(right, Const) and isinstance(right.value, str):
            text = left.value + right.value
            return (
                Const(text, max(left.strength, right.strength))
                if len(text) <= _LONGEST
                else Opaque()
            )
        return Opaque()
    if isinstance(left, ListValue) or isinstance(right, ListValue):
        return _list_arithmetic(operation, left, right)
    if isinstance(left, Sized) or isinstance(right, Sized):
        return left if isinstance(left, Sized) else right
    measured = _is_measured(left) or _is_measured(right)
    first, second = numbers.to_number(machine, left), numbers.to_number(machine, right)
    if first is None or second is None or measured:
        return Opaque(measured=measured)
    return numbers.compute(operation, first, second)


def _dict_union(machine: Machine, left: DictValue, right: DictValue) -> DictValue:
    """``defaults | overrides``."""
    merged = DictValue(
        Store({**left.store.data, **right.store.data}), left.complete and right.complete
    )
    machine.dicts.append(merged)
    return merged


def _apply_to_choice(
    machine: Machine, kind: type[cst.CSTNode], left: AnyValue, right: AnyValue, node: cst.CSTNode
) -> AnyValue:
    if isinstance(left, Choice):
        if isinstance(right, Choice) and _conditions(left) == _conditions(right):
            pairs = zip(left.alternatives, right.alternatives, strict=True)
            found = [(c, _apply(machine, kind, one, other, node)) for (c, one), (_, other) in pairs]
        elif len(left.alternatives) * len(alternatives(right)) > _MOST_PAIRS:
            return Opaque()
        else:
            found = [(c, _apply(machine, kind, item, right, node)) for c, item in left.alternatives]
    else:
        assert isinstance(right, Choice)
        found = [(c, _apply(machine, kind, left, item, node)) for c, item in right.alternatives]
    unknown = [value for _, value in found if isinstance(value, Opaque)]
    if len(unknown) == len(found):  # of data, not of settings: nobody asks which of them it is
        return Opaque(measured=any(value.measured for value in unknown))
    return choices.choice(machine, found)


def _conditions(value: Choice) -> list[Condition]:
    return [condition for condition, _ in value.alternatives]


def _grown(old: ListValue, new: ListValue) -> ListValue:
    _lose(old, new)
    elements = [new.element] if new.items is None else new.items
    return ListValue(None, element=elements[0] if len(elements) == 1 else None, kind=old.kind)


def _concatenated(left: ListValue, right: ListValue) -> ListValue:
    if left.items is None or right.items is None or len(left.items) + len(right.items) > _LONGEST:
        _lose(left, right)
        return ListValue(None, kind=left.kind)
    return ListValue([*left.items, *right.items], kind=left.kind, home=left.home)


def _lose(*values: AnyValue) -> None:
    """What a list of unknown length holds may be stepped where that is not seen."""
    for value in values:
        escapes.escape(value, "stored in a list")


def _list_arithmetic(
    operation: Callable[[Expr, Expr], Expr], left: AnyValue, right: AnyValue
) -> AnyValue:
    if isinstance(left, ListValue) and isinstance(right, ListValue) and operation is operator.add:
        return _concatenated(left, right)
    if operation is not operator.mul:
        _lose(left, right)
        return Opaque()
    sequence, factor = (left, right) if isinstance(left, ListValue) else (right, left)
    if not isinstance(sequence, ListValue) or not isinstance(factor, Expr):
        return Opaque()
    items, times = sequence.items, factor.value
    if items is None:
        return ListValue(None)
    if isinstance(times, int) and 0 <= times * len(items) <= 64 and factor.is_constant:
        return ListValue(items * times, kind=sequence.kind)
    element = items[0] if len(items) == 1 else Opaque()
    return ListValue(None, element=element, length=factor * len(items))


def _is_measured(value: AnyValue) -> bool:
    return isinstance(value, Opaque) and value.measured


def _unary(machine: Machine, node: cst.UnaryOperation) -> AnyValue:
    if isinstance(node.operator, cst.Not):
        return as_value(machine.truth(node))
    value = machine.evaluate(node.expression)
    if _is_measured(value):
        negated = Opaque(value.path, measured=True)  # type: ignore[union-attr]
        if isinstance(node.operator, cst.Minus) and negated.path:
            negated.path = f"-{negated.path}"
        return negated
    number = numbers.to_number(machine, value)
    if number is None:
        return Opaque()
    return -number if isinstance(node.operator, cst.Minus) else number


def _boolean_value(machine: Machine, node: cst.BooleanOperation) -> AnyValue:
    """``a and b`` and ``a or b`` are values too: ``scheduler and scheduler.step()``."""
    left = machine.evaluate(node.left)
    is_and = isinstance(node.operator, cst.And)
    found = choices.settle(machine, comparisons.truthiness(machine, left, node.left))
    if isinstance(found, bool):
        return machine.evaluate(node.right) if found is is_and else left
    take_right = found if is_and else negate(found)
    with machine.guard(take_right, node.left):
        right = machine.evaluate(node.right)
    return choices.join(machine, take_right, right, left)


def _comparison(machine: Machine, node: cst.Comparison) -> AnyValue:
    return as_value(comparisons.compare_chain(machine, node))


def _conditional(machine: Machine, node: cst.IfExp) -> AnyValue:
    found = choices.settle(machine, machine.truth(node.test))
    if isinstance(found, bool):
        return machine.evaluate(node.body if found else node.orelse)
    with machine.guard(found, node.test):
        one = machine.evaluate(node.body)
    with machine.guard(negate(found), node.test):
        other = machine.evaluate(node.orelse)
    return choices.join(machine, found, one, other)


# -- attributes, items, calls -----------------------------------------------------------------


def _attribute(machine: Machine, node: cst.Attribute) -> AnyValue:
    return machine.get_attribute(machine.evaluate(node.value), node.attr.value)


def _subscript(machine: Machine, node: cst.Subscript) -> AnyValue:
    owner = machine.evaluate(node.value)
    first = indices_of(node)[0]
    if isinstance(first, cst.Slice):
        return _sliced(machine, owner, first)
    key = index_value(machine, node)
    if isinstance(key, Const) and isinstance(key.value, str):
        text: str | None = f'"{key.value}"'
    else:
        text = machine.unit.code(first) if getattr(owner, "path", None) else None
    return attributes.get_item(machine, owner, key, text)


def _sliced(machine: Machine, owner: AnyValue, part: cst.Slice) -> AnyValue:
    bounds = [
        None if bound is None else numbers.to_number(machine, machine.evaluate(bound))
        for bound in (part.lower, part.upper)
    ]
    lower, upper = bounds
    if part.step is not None:
        return Opaque()
    if (part.lower is not None and lower is None) or (part.upper is not None and upper is None):
        return Opaque()
    if isinstance(owner, ListValue) and owner.items is not None:
        start = None if lower is None else lower.value
        stop = None if upper is None else upper.value
        if not isinstance(start, float) and not isinstance(stop, float):
            return ListValue(owner.items[start:stop], kind=owner.kind)
    total = numbers.length_of(machine, owner)
    if total is None or not isinstance(owner, (Sized, ListValue)):
        return Opaque()
    first = Expr.const(0) if lower is None else _from_start(lower, total)
    last = total if upper is None else _from_start(upper, total)
    if total.value is not None and last.value is not None and last.value > total.value:
        last = total
    length = last - first
    return Sized(length) if isinstance(owner, Sized) else ListValue(None, length=length)


def _from_start(bound: Expr, total: Expr) -> Expr:
    return total + bound if bound.value is not None and bound.value < 0 else bound


def _call(machine: Machine, node: cst.Call) -> AnyValue:
    return calls.evaluate_call(machine, node)


def _lambda(machine: Machine, node: cst.Lambda) -> AnyValue:
    return FunctionValue(
        node, machine.scope, defaults=definitions.default_values(machine, node.params)
    )


def _comprehension(
    machine: Machine, node: cst.ListComp | cst.GeneratorExp | cst.SetComp | cst.DictComp
) -> AnyValue:
    return loops.run_comprehension(machine, node)


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


# -- with -------------------------------------------------------------------------------------


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
    cst.Call: _call,
    cst.Lambda: _lambda,
    cst.ListComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.SetComp: _comprehension,
    cst.DictComp: _comprehension,
    cst.NamedExpr: _named,
    cst.Await: _await,
    cst.Yield: _yield,
    cst.StarredElement: _starred,
}
