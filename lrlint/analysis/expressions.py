"""Expressions: what each kind of syntax evaluates to."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lrlint.analysis import (
    attributes,
    binding,
    branches,
    calls,
    comparisons,
    escapes,
    loops,
    numeric,
)
from lrlint.analysis.conditions import Condition, all_of, any_of, negate
from lrlint.analysis.state import MISSING, UNCOMPUTABLE
from lrlint.analysis.values import (
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
    Truth,
)
from lrlint.symbolic import Expr
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.interpreter import Interpreter


_LONGEST = 10_000
"""Characters or elements of what operators put together; more is not followed."""


_MOST_PAIRS = 100
"""Pairs of alternatives that an operator is applied to: each is asked whether it can be."""

_MOST_BITS = 1000


def evaluate(at: Interpreter, node: syn.Node) -> AnyValue:
    """The value of an expression."""
    at.spend()
    handler = _EXPRESSIONS.get(type(node))
    if handler is None:
        return Opaque()
    try:
        return handler(at, node)
    except UNCOMPUTABLE:
        return Opaque()


def truth(at: Interpreter, node: syn.Node) -> bool | Condition:
    """Whether an expression holds: decided, or a condition."""
    match node:
        case syn.BooleanOperation(left=left, operator=op, right=right):
            return _boolean(at, left, right, is_and=isinstance(op, syn.And))
        case syn.UnaryOperation(operator=syn.Not(), expression=inner):
            found = truth(at, inner)
            return (not found) if isinstance(found, bool) else negate(found)
        case syn.Comparison():
            return comparisons.compare_chain(at, node)
        case syn.BinaryOperation(operator=syn.Modulo(), left=left, right=right):
            # `if not (i + 1) % k` asks for divisibility without saying so.
            divisible = comparisons.divisible(at, node, Expr.const(0))
            if divisible is not None:
                return (not divisible) if isinstance(divisible, bool) else negate(divisible)
    return comparisons.truthiness(at, evaluate(at, node), node)


def _boolean(at: Interpreter, left: syn.Node, right: syn.Node, *, is_and: bool) -> bool | Condition:
    first = truth(at, left)
    if isinstance(first, bool):
        if first is not is_and:
            return first
        return truth(at, right)
    known = at.assumed(first)
    if known is not None:
        return truth(at, right) if known is is_and else known
    with at.guard(first if is_and else negate(first), left):
        second = truth(at, right)
    if isinstance(second, bool):
        return first if second is is_and else second
    return all_of(first, second) if is_and else any_of(first, second)


def as_value(found: bool | Condition) -> AnyValue:
    """A decided or open truth as a value."""
    return Const(found) if isinstance(found, bool) else Truth(found)


# -- literals and names -----------------------------------------------------------------------


def _name(at: Interpreter, node: syn.Name) -> AnyValue:
    match node.value:
        case "True":
            return Const(True)
        case "False":
            return Const(False)
        case "None":
            return NONE
    return binding.lookup(at, node.value)


def _integer(at: Interpreter, node: syn.Integer) -> AnyValue:
    # Arithmetic with numbers of a thousand digits takes its time.
    return Expr.const(node.value) if node.value.bit_length() < _MOST_BITS else Opaque()


def _float(at: Interpreter, node: syn.Float) -> AnyValue:
    return numeric.from_python(node.value)


def _string(at: Interpreter, node: syn.String) -> AnyValue:
    return Const(node.value)


def _formatted(at: Interpreter, node: syn.FormattedString) -> AnyValue:
    pieces: list[str] = []
    for part in node.content:
        match part:
            case syn.FormattedStringText(value=text):
                pieces.append(text)
            case syn.FormattedStringExpression(expression=inner, format_spec=None, conversion=""):
                value = evaluate(at, inner)
                if not (isinstance(value, Const) and isinstance(value.value, str)):
                    return Opaque()
                pieces.append(value.value)
            case _:
                return Opaque()
    text = "".join(pieces)
    return Const(text) if len(text) <= _LONGEST else Opaque()


def _list(at: Interpreter, node: syn.List | syn.Tuple | syn.Set) -> AnyValue:
    kind = type(node).__name__.lower()
    items: list[AnyValue] = []
    for element in node.elements:
        if isinstance(element, syn.StarredElement):
            inner = numeric.items_of(evaluate(at, element.value))
            if inner is None:
                return ListValue(None, kind=kind)
            items += inner
            if len(items) > _LONGEST:
                return ListValue(None, kind=kind)
        else:
            items.append(evaluate(at, element.value))
    return ListValue(items, kind=kind, home=at.loop)


def _dict(at: Interpreter, node: syn.Dict) -> AnyValue:
    value = DictValue(Store())
    for element in node.elements:
        if isinstance(element, syn.StarredDictElement):
            inner = evaluate(at, element.value)
            if isinstance(inner, DictValue):
                value.store.data.update(inner.store.data)
                value.complete = value.complete and inner.complete
            else:
                value.complete = False
        elif isinstance(element, syn.DictElement):
            key = evaluate(at, element.key)
            item = evaluate(at, element.value)
            value.store.data[attributes.entry(at, value, key)] = item
    at.dicts.append(value)
    return value


# -- operators --------------------------------------------------------------------------------

ARITHMETIC: dict[type[syn.Node], Callable[[Any, Any], Any]] = {
    syn.Add: operator.add,
    syn.Subtract: operator.sub,
    syn.Multiply: operator.mul,
    syn.Divide: operator.truediv,
    syn.FloorDivide: operator.floordiv,
    syn.Modulo: operator.mod,
    syn.Power: operator.pow,
}
"""What the operators do, with `Expr` as with numbers."""


def _binary(at: Interpreter, node: syn.BinaryOperation) -> AnyValue:
    return _apply(at, type(node.operator), evaluate(at, node.left), evaluate(at, node.right), node)


def augmented(at: Interpreter, node: syn.AugAssign, old: AnyValue, new: AnyValue) -> AnyValue:
    """The value of ``old <op>= new``."""
    if isinstance(old, ListValue) and isinstance(new, ListValue):
        if old.home is not at.loop:
            # How often a loop adds to a list is not known here, what it adds is.
            return _grown(old, new)
        return _concatenated(old, new)
    return _apply(at, type(node.operator), old, new, node)


def _apply(
    at: Interpreter, kind: type[syn.Node], left: AnyValue, right: AnyValue, node: syn.Node
) -> AnyValue:
    if isinstance(left, DictValue) and isinstance(right, DictValue):
        return _dict_union(at, left, right) if kind is syn.BitOr else Opaque()
    operation = ARITHMETIC.get(kind)
    if operation is None:
        return Opaque()
    if isinstance(left, Choice) or isinstance(right, Choice):
        return _apply_to_choice(at, kind, left, right, node)
    if isinstance(left, File):
        from lrlint.analysis.library import files

        return (files.joined(left, right) if kind is syn.Divide else None) or Opaque()
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
    first, second = numeric.to_number(at, left), numeric.to_number(at, right)
    if first is None or second is None or measured:
        return Opaque(measured=measured)
    return numeric.compute(operation, first, second)


def _dict_union(at: Interpreter, left: DictValue, right: DictValue) -> DictValue:
    """``defaults | overrides``."""
    merged = DictValue(
        Store({**left.store.data, **right.store.data}), left.complete and right.complete
    )
    at.dicts.append(merged)
    return merged


def _apply_to_choice(
    at: Interpreter, kind: type[syn.Node], left: AnyValue, right: AnyValue, node: syn.Node
) -> AnyValue:
    if isinstance(left, Choice):
        if isinstance(right, Choice) and _conditions(left) == _conditions(right):
            pairs = zip(left.alternatives, right.alternatives, strict=True)
            found = [(c, _apply(at, kind, one, other, node)) for (c, one), (_, other) in pairs]
        elif len(left.alternatives) * len(branches.alternatives(right)) > _MOST_PAIRS:
            return Opaque()
        else:
            found = [(c, _apply(at, kind, item, right, node)) for c, item in left.alternatives]
    else:
        assert isinstance(right, Choice)
        found = [(c, _apply(at, kind, left, item, node)) for c, item in right.alternatives]
    unknown = [value for _, value in found if isinstance(value, Opaque)]
    if len(unknown) == len(found):  # of data, not of settings: nobody asks which of them it is
        return Opaque(measured=any(value.measured for value in unknown))
    return branches.choice(at, found)


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


def _unary(at: Interpreter, node: syn.UnaryOperation) -> AnyValue:
    if isinstance(node.operator, syn.Not):
        return as_value(truth(at, node))
    value = evaluate(at, node.expression)
    if _is_measured(value):
        negated = Opaque(value.path, measured=True)  # type: ignore[union-attr]
        if isinstance(node.operator, syn.Minus) and negated.path:
            negated.path = f"-{negated.path}"
        return negated
    number = numeric.to_number(at, value)
    if number is None:
        return Opaque()
    return -number if isinstance(node.operator, syn.Minus) else number


def _boolean_value(at: Interpreter, node: syn.BooleanOperation) -> AnyValue:
    """``a and b`` and ``a or b`` are values too: ``scheduler and scheduler.step()``."""
    left = evaluate(at, node.left)
    is_and = isinstance(node.operator, syn.And)
    found = branches.settle(at, comparisons.truthiness(at, left, node.left))
    if isinstance(found, bool):
        return evaluate(at, node.right) if found is is_and else left
    take_right = found if is_and else negate(found)
    with at.guard(take_right, node.left):
        right = evaluate(at, node.right)
    return branches.join(at, take_right, right, left)


def _comparison(at: Interpreter, node: syn.Comparison) -> AnyValue:
    return as_value(comparisons.compare_chain(at, node))


def _conditional(at: Interpreter, node: syn.IfExp) -> AnyValue:
    found = branches.settle(at, truth(at, node.test))
    if isinstance(found, bool):
        return evaluate(at, node.body if found else node.orelse)
    with at.guard(found, node.test):
        one = evaluate(at, node.body)
    with at.guard(negate(found), node.test):
        other = evaluate(at, node.orelse)
    return branches.join(at, found, one, other)


# -- attributes, items, calls -----------------------------------------------------------------


def _attribute(at: Interpreter, node: syn.Attribute) -> AnyValue:
    return attributes.get_attribute(at, evaluate(at, node.value), node.attr.value)


def index_value(at: Interpreter, node: syn.Subscript) -> AnyValue:
    """The key of ``x[key]``; a slice or several keys are unknown."""
    match node.slice:
        case [syn.Slice() | syn.StarredElement()]:
            return MISSING
        case [inner]:
            return evaluate(at, inner)
    return MISSING


def _subscript(at: Interpreter, node: syn.Subscript) -> AnyValue:
    owner = evaluate(at, node.value)
    match node.slice:
        case [syn.Slice() as part, *_]:
            return _sliced(at, owner, part)
    key = index_value(at, node)
    if isinstance(key, Const) and isinstance(key.value, str):
        text: str | None = f'"{key.value}"'
    else:
        text = at.unit.code(node.slice[0]) if getattr(owner, "path", None) else None
    return attributes.get_item(at, owner, key, text)


def _sliced(at: Interpreter, owner: AnyValue, part: syn.Slice) -> AnyValue:
    bounds = [
        None if bound is None else numeric.to_number(at, evaluate(at, bound))
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
    total = numeric.length_of(at, owner)
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


def _call(at: Interpreter, node: syn.Call) -> AnyValue:
    return calls.evaluate_call(at, node)


def _lambda(at: Interpreter, node: syn.Lambda) -> AnyValue:
    return FunctionValue(node, at.scope, defaults=binding.default_values(at, node.params))


def _comprehension(
    at: Interpreter, node: syn.ListComp | syn.GeneratorExp | syn.SetComp | syn.DictComp
) -> AnyValue:
    return loops.run_comprehension(at, node)


def _named(at: Interpreter, node: syn.NamedExpr) -> AnyValue:
    value = evaluate(at, node.value)
    binding.assign(at, node.target, value, node.value)
    return value


def _await(at: Interpreter, node: syn.Await) -> AnyValue:
    return evaluate(at, node.expression)


def _yield(at: Interpreter, node: syn.Yield) -> AnyValue:
    match node.value:
        case syn.From(item=inner):
            escapes.escape(evaluate(at, inner), "yielded")
        case syn.Expression() as inner:
            escapes.escape(evaluate(at, inner), "yielded")
    return Opaque()


def _starred(at: Interpreter, node: syn.StarredElement) -> AnyValue:
    return evaluate(at, node.value)


# -- with -------------------------------------------------------------------------------------


_EXPRESSIONS: dict[type[syn.Node], Callable[..., AnyValue]] = {
    syn.Name: _name,
    syn.Integer: _integer,
    syn.Float: _float,
    syn.String: _string,
    syn.FormattedString: _formatted,
    syn.List: _list,
    syn.Tuple: _list,
    syn.Set: _list,
    syn.Dict: _dict,
    syn.BinaryOperation: _binary,
    syn.UnaryOperation: _unary,
    syn.BooleanOperation: _boolean_value,
    syn.Comparison: _comparison,
    syn.IfExp: _conditional,
    syn.Attribute: _attribute,
    syn.Subscript: _subscript,
    syn.Call: _call,
    syn.Lambda: _lambda,
    syn.ListComp: _comprehension,
    syn.GeneratorExp: _comprehension,
    syn.SetComp: _comprehension,
    syn.DictComp: _comprehension,
    syn.NamedExpr: _named,
    syn.Await: _await,
    syn.Yield: _yield,
    syn.StarredElement: _starred,
}
