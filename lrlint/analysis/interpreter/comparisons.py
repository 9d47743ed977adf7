"""Comparisons and truth: what of a condition is decided, and by what."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

import libcst as cst

from lrlint.analysis.interpreter import numbers
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model import words
from lrlint.analysis.model.conditions import (
    Asks,
    Condition,
    Divisible,
    Flag,
    Nature,
    Question,
    Relation,
    all_of,
    any_of,
    negate,
)
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    FunctionValue,
    GroupsValue,
    Instance,
    ListValue,
    Loader,
    Method,
    ModuleValue,
    Opaque,
    OptimizerValue,
    Partial,
    SchedulerValue,
    Sized,
    Stream,
    Truth,
)
from lrlint.symbolic import Expr, Strength

_THINGS = (
    OptimizerValue,
    SchedulerValue,
    FunctionValue,
    ClassValue,
    ModuleValue,
    External,
    Instance,
    Loader,
    Sized,
    Stream,
    Method,
    Partial,
    GroupsValue,
)
"""Values that are never None and, as far as training scripts go, always true."""

_OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
}


_EMPTY_BATCH = re.compile(r"(\.shape\[0\]|\.size\(0\)|len\(\w+\))\s*(==|<|<=)\s*[01]\b")
"""A batch too small to train on, which an ordinary loader does not give."""


def nature_of(value: AnyValue, text: str) -> Nature:
    """What kind of thing an unknown value is."""
    if isinstance(value, Opaque) and value.measured:
        # What is called in a loop may be a measurement, but `dist.get_rank()` is none.
        return Nature.RANK if words.asks_for_rank(text) else Nature.METRIC
    path = getattr(value, "path", None) or text
    return Nature.RANK if words.is_rank(path) else Nature.FLAG


def truthiness(machine: Machine, value: AnyValue, node: cst.CSTNode) -> bool | Condition:
    """Whether a value counts as true."""
    match value:
        case Expr():
            number = value.as_number()
            return bool(number) if number is not None else _relation(value, "!=", Expr.const(0))
        case Const(value=constant, strength=Strength.CONSTANT):
            return bool(constant)
        case Const(value=constant, path=path):
            return Flag(Question(Asks.TRUTH, path), path or machine.unit.code(node), bool(constant))
        case Truth(condition=condition):
            return condition
        case ListValue(items=list() as items):
            return bool(items)
        case DictValue(complete=True, store=store):
            return bool(store.data)
        case Choice(alternatives=alternatives):
            return any_alternative(
                [(condition, truthiness(machine, item, node)) for condition, item in alternatives]
            )
        case External(name=name) | Opaque(external=name) if name in _FALSE_AT_RUNTIME:
            return False
        case Opaque():
            text = machine.unit.code(node)
            question = Question(Asks.TRUTH, _identity(value))
            return Flag(question, text, _chosen(machine, value, text), nature_of(value, text))
    if isinstance(value, _THINGS):
        return True
    return Flag(Question(Asks.TRUTH, machine.fresh_key()), machine.unit.code(node))


_FALSE_AT_RUNTIME = frozenset({"typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"})
"""What is imported there is for annotations, or loaded by other means."""


def _chosen(machine: Machine, value: Opaque, text: str) -> bool | None:
    chosen = machine.override(value.path or text)
    if chosen is None:
        return _ordinary(text)
    return bool(chosen)


def _ordinary(text: str) -> bool | None:
    """What holds in an ordinary run: files of an earlier run are absent, numbers are finite."""
    if "isfinite" in text:
        return True
    if _EMPTY_BATCH.search(text):
        return False
    if any(word in text for word in ("isnan", "isinf", "os.path.exists", "os.path.isfile")):
        return False
    return None


def _identity(value: AnyValue) -> Hashable:
    if isinstance(value, Opaque):
        return ("object", id(value)) if value.path is None else ("path", value.path, id(value))
    return ("object", id(value))


def any_alternative(
    truths: Sequence[tuple[Condition, bool | Condition]],
) -> bool | Condition:
    """The truth of a choice from the truths of its alternatives."""
    if all(found is True for _, found in truths):
        return True
    if all(found is False for _, found in truths):
        return False
    parts: list[Condition] = []
    for condition, found in truths:
        if found is True:
            parts.append(condition)
        elif found is not False:
            parts.append(all_of(condition, found))
    return any_of(*parts)


def _relation(left: Expr, op: str, right: Expr, nature: Nature = Nature.FLAG) -> bool | Condition:
    relation = Relation(op, left, right, "", nature)
    decided = relation.decided()
    return relation if decided is None else decided


def divisible(
    machine: Machine, node: cst.BinaryOperation, remainder: Expr
) -> bool | Condition | None:
    """``left % right == remainder``, or None where the two are no numbers."""
    value = numbers.to_number(machine, machine.evaluate(node.left))
    by = numbers.to_number(machine, machine.evaluate(node.right))
    if value is None or by is None:
        return None
    condition = Divisible(value, by, remainder)
    if by.is_constant and (value.is_constant or by.value == 1):
        return bool(condition.lean)
    return condition


def compare_chain(machine: Machine, node: cst.Comparison) -> bool | Condition:
    """``a < b <= c``: all parts hold."""
    parts: list[Condition] = []
    left_node: cst.CSTNode = node.left
    for target in node.comparisons:
        found = _compare(machine, left_node, target.operator, target.comparator, node)
        if found is False:
            return False
        if found is not True:
            parts.append(found)
        left_node = target.comparator
    if not parts:
        return True
    return all_of(*parts)


def _compare(
    machine: Machine,
    left_node: cst.CSTNode,
    operator: cst.BaseCompOp,
    right_node: cst.CSTNode,
    node: cst.CSTNode,
) -> bool | Condition:
    if (
        isinstance(operator, (cst.Equal, cst.NotEqual))
        and isinstance(left_node, cst.BinaryOperation)
        and isinstance(left_node.operator, cst.Modulo)
    ):
        remainder = numbers.to_number(machine, machine.evaluate(right_node))
        if remainder is not None:
            found = divisible(machine, left_node, remainder)
            if found is not None:
                return found if isinstance(operator, cst.Equal) else _opposite(found)
    left = machine.evaluate(left_node)
    if _is_class_name(left_node) and _is_unknown(left):
        return _unknown(
            machine, (left,), node
        )  # whatever it may be among, there is no need to read it
    right = machine.evaluate(right_node)
    match operator:
        case cst.Is():
            return _identical(machine, left, right, node)
        case cst.IsNot():
            return _opposite(_identical(machine, left, right, node))
        case cst.In():
            return _member(machine, left, right, node)
        case cst.NotIn():
            return _opposite(_member(machine, left, right, node))
        case cst.Equal():
            return equal(machine, left, right, node)
        case cst.NotEqual():
            return _opposite(equal(machine, left, right, node))
    op = _OPERATORS.get(type(operator))
    first, second = numbers.to_number(machine, left), numbers.to_number(machine, right)
    if op is None or first is None or second is None:
        return _unknown(machine, (left, right), node)
    return _relation(first, op, second)


def _is_class_name(node: cst.CSTNode) -> bool:
    """``type(x).__name__``, which is no setting."""
    return isinstance(node, cst.Attribute) and node.attr.value in ("__name__", "__qualname__")


def _is_unknown(value: AnyValue) -> bool:
    values = [one for _, one in value.alternatives] if isinstance(value, Choice) else [value]
    return all(isinstance(one, Opaque) for one in values)


def _opposite(found: bool | Condition) -> bool | Condition:
    return (not found) if isinstance(found, bool) else negate(found)


def _unknown(machine: Machine, values: tuple[AnyValue, ...], node: cst.CSTNode) -> Condition:
    text = machine.unit.code(node)
    found = {nature_of(value, "") for value in values}
    nature = Nature.FLAG
    if words.asks_for_rank(text):
        nature = Nature.RANK
    elif Nature.METRIC in found:
        nature = Nature.METRIC
    elif Nature.RANK in found or words.is_rank(text):
        nature = Nature.RANK
    return Flag(Question(Asks.UNKNOWN, machine.fresh_key()), text, _ordinary(text), nature)


_MOST_OPEN = 24
"""Pairs of alternatives that are compared where no constant decides: nothing follows from more."""


def _open(value: AnyValue) -> int:
    """How many of the alternatives of a choice are no constants."""
    if not isinstance(value, Choice):
        return 0
    return sum(not isinstance(item, Const) for _, item in value.alternatives)


def equal(machine: Machine, left: AnyValue, right: AnyValue, node: cst.CSTNode) -> bool | Condition:
    """``left == right``."""
    if _open(left) * _open(right) > _MOST_OPEN:
        return _unknown(machine, (left, right), node)
    if isinstance(left, Choice):
        return any_alternative(
            [(c, equal(machine, item, right, node)) for c, item in left.alternatives]
        )
    if isinstance(right, Choice):
        return equal(machine, right, left, node)
    if isinstance(left, Const) and isinstance(right, Const):
        same = left.value == right.value
        if max(left.strength, right.strength) is Strength.CONSTANT:
            return same
        path = left.path or right.path
        constant = right.value if left.path else left.value
        return Flag(Question(Asks.EQUALS, path, str(constant)), f"{path} == {constant!r}", same)
    if isinstance(left, External) and isinstance(right, External):
        return left.name == right.name
    if isinstance(left, (Opaque, Const)) and isinstance(right, (Opaque, Const)):
        unknown, constant_side = (left, right) if isinstance(left, Opaque) else (right, left)
        if isinstance(constant_side, Const) and isinstance(unknown, Opaque):
            chosen = machine.override(unknown.path) if unknown.path else None
            return Flag(
                Question(Asks.EQUALS, _identity(unknown), str(constant_side.value)),
                machine.unit.code(node),
                None if chosen is None else str(chosen) == str(constant_side.value),
                nature_of(unknown, machine.unit.code(node)),
            )
    first, second = numbers.to_number(machine, left), numbers.to_number(machine, right)
    if first is not None and second is not None:
        nature = Nature.FLAG
        for value in (left, right):
            if isinstance(value, Opaque) and nature_of(value, "") is Nature.RANK:
                nature = Nature.RANK
        return _relation(first, "==", second, nature)
    if isinstance(left, Const) is not isinstance(right, Const) and (
        isinstance(left, (Expr, *_THINGS)) or isinstance(right, (Expr, *_THINGS))
    ):
        return False
    return _unknown(machine, (left, right), node)


def _identical(
    machine: Machine, left: AnyValue, right: AnyValue, node: cst.CSTNode
) -> bool | Condition:
    """``left is right``; what is asked for is nearly always None."""
    if isinstance(left, Choice):
        return any_alternative(
            [(c, _identical(machine, item, right, node)) for c, item in left.alternatives]
        )
    if not isinstance(right, Const):
        return _unknown(machine, (left, right), node)
    match left:
        case Const(value=constant, strength=strength, path=path):
            same = constant is right.value
            if strength is Strength.CONSTANT:
                return same
            return Flag(
                Question(Asks.IDENTITY, path, str(right.value)), f"{path} is {right.value}", same
            )
        case Opaque():
            return Flag(
                Question(Asks.IDENTITY, _identity(left), str(right.value)),
                machine.unit.code(node),
                None,
                nature_of(left, ""),
            )
        case Truth(condition=condition) if isinstance(right.value, bool):
            return condition if right.value else negate(condition)
    return False


def _member(
    machine: Machine, item: AnyValue, container: AnyValue, node: cst.CSTNode
) -> bool | Condition:
    """``item in container``."""
    match container:
        case ListValue(items=list() as items):
            found = [equal(machine, item, other, node) for other in items]
            if True in found:
                return True
            parts = tuple(part for part in found if not isinstance(part, bool))
            return any_of(*parts) if parts else False
        case DictValue(complete=True, store=store, setting=setting) if isinstance(item, Const):
            held = item.value in store.data
            # Whether it holds is part of what is asked: the script may put the key there itself.
            question = Question(Asks.MEMBERSHIP, id(store), (item.value, held))
            return Flag(question, machine.unit.code(node), held) if setting else held
        case Const(value=str() as text, strength=strength, path=path) if isinstance(
            item, Const
        ) and isinstance(item.value, str):
            same = item.value in text
            if max(strength, item.strength) is Strength.CONSTANT:
                return same
            question = Question(Asks.MEMBERSHIP, path or item.path, (item.value, text))
            return Flag(question, machine.unit.code(node), same)
    return _unknown(machine, (item, container), node)


def as_value(found: bool | Condition) -> AnyValue:
    """A decided or open truth as a value."""
    return Const(found) if isinstance(found, bool) else Truth(found)
