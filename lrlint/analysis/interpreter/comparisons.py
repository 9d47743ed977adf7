"""Comparisons: ``==``, ``<``, ``is`` and ``in``."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import (
    class_objects,
    escapes,
    imports,
    members,
    numbers,
    own_attributes,
)
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import WHOLE
from lrlint.analysis.interpreter.truths import (
    OBJECTS,
    any_alternative,
    asked,
    nature_of,
    opposite,
    relation,
    undecided,
)
from lrlint.analysis.model.conditions import Condition, Divisible, all_of, any_of, flag, negate
from lrlint.analysis.model.questions import Asks, Identity, Nature, Question
from lrlint.analysis.model.records import GroupsValue
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    Instance,
    ListValue,
    Opaque,
    Truth,
)
from lrlint.source.nodes import walk
from lrlint.symbolic import Expr, Strength

_OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
}
_MOST_UNDECIDED_PAIRS = 24
"""Pairs of alternatives without a constant that are compared: nothing follows from more of them."""


def divisible(
    machine: Machine, node: cst.BinaryOperation, remainder: Expr
) -> bool | Condition | None:
    """Return whether ``left % right == remainder``; None where they are not numbers."""
    value = numbers.to_number(machine, machine.evaluate(node.left))
    by = numbers.to_number(machine, machine.evaluate(node.right))
    if value is None or by is None:
        return None
    condition = Divisible(value, by, remainder)
    if by.is_constant and (value.is_constant or by.value == 1):
        return bool(condition.lean)
    return condition


def compare_chain(machine: Machine, node: cst.Comparison) -> bool | Condition:
    """Return whether all comparisons of ``a < b <= c`` hold."""
    parts: list[Condition] = []
    block, mark = machine.block, len(machine.block)
    left_node: cst.CSTNode = node.left
    for target in node.comparisons:
        truth = _compare(machine, left_node, target, node)
        if truth is False:
            return False
        if truth is not True:
            parts.append(truth)
        left_node = target.comparator
    if len(node.comparisons) > 1:  # what is in the middle has been evaluated twice
        escapes.leave_block_open(block[mark:], "stepped in a chain of comparisons")
    if not parts:
        return True
    return all_of(*parts)


def _compare(
    machine: Machine, left_node: cst.CSTNode, target: cst.ComparisonTarget, node: cst.Comparison
) -> bool | Condition:
    """Decide a comparison of two operands; return a condition where it is not decided."""
    operator, right_node = target.operator, target.comparator
    negated = isinstance(operator, (cst.NotEqual, cst.IsNot, cst.NotIn))
    if isinstance(operator, (cst.Equal, cst.NotEqual)):
        divides = _compare_remainder(machine, left_node, right_node)
        if divides is not None:
            return opposite(divides) if negated else divides
    left = machine.evaluate(left_node)
    if _is_class_name(left_node) and all(isinstance(v, Opaque) for v in alternatives(left)):
        # The right side decides nothing, and evaluating it may read whole modules.
        return undecided(machine, (left,), node)
    right = machine.evaluate(right_node)
    match operator:
        case cst.Is() | cst.IsNot():
            truth = is_constant(machine, left, right, node)
        case cst.In() | cst.NotIn():
            truth = _member(machine, left, right, node)
        case cst.Equal() | cst.NotEqual():
            truth = equal(machine, left, right, node)
        case _:
            return _ordered(machine, left, _OPERATORS.get(type(operator)), right, node)
    return opposite(truth) if negated else truth


def _compare_remainder(
    machine: Machine, left_node: cst.CSTNode, right_node: cst.CSTNode
) -> bool | Condition | None:
    """Return whether ``a % b == c``; None where it is something else that is compared."""
    match left_node:
        case cst.BinaryOperation(operator=cst.Modulo()):
            remainder = numbers.to_number(machine, machine.evaluate(right_node))
            return None if remainder is None else divisible(machine, left_node, remainder)
    return None


def _is_class_name(node: cst.CSTNode) -> bool:
    """Whether it is ``type(x).__name__``, which is not a setting."""
    return isinstance(node, cst.Attribute) and node.attr.value in ("__name__", "__qualname__")


def _ordered(
    machine: Machine, left: AnyValue, op: str | None, right: AnyValue, node: cst.CSTNode
) -> bool | Condition:
    """Return whether ``left < right``, with whichever operator."""
    first, second = numbers.to_number(machine, left), numbers.to_number(machine, right)
    if op is not None and first is not None and second is not None:
        planned = any(isinstance(value, Opaque) and value.planned for value in (left, right))
        return relation(first, op, second, Nature.OTHER if planned else Nature.FLAG)
    # An LR that has been read is compared where a branch asks: later it may be another.
    rates = numbers.rate_of(machine, left), numbers.rate_of(machine, right)
    if op is not None and rates[0] is not None and rates[1] is not None:
        read = numbers.rates_in(rates[0], rates[1])
        if read and numbers.are_current(machine, read) and _is_asked(machine, node):
            return relation(rates[0], op, rates[1], Nature.METRIC)
        if read:
            left, right = Opaque(), Opaque()  # the schedule decides that, not a measurement
    return undecided(machine, (left, right), node)


def _is_asked(machine: Machine, node: cst.CSTNode) -> bool:
    """Whether a comparison is the test of the statement that is interpreted, or a part of it."""
    statement = machine.statement
    return isinstance(statement, (cst.If, cst.While)) and node in walk(statement.test)


def equal(machine: Machine, left: AnyValue, right: AnyValue, node: cst.CSTNode) -> bool | Condition:
    """Return whether ``left == right``, or the condition under which they are equal."""
    left, right = own_attributes.resolved(left), own_attributes.resolved(right)
    if _undecided_alternatives(left) * _undecided_alternatives(right) > _MOST_UNDECIDED_PAIRS:
        return undecided(machine, (left, right), node)
    match left, right:
        case Choice(), _:
            return any_alternative(left, lambda inner: equal(machine, inner, right, node))
        case _, Choice():
            return equal(machine, right, left, node)
        case Const(), Const():
            return _equal_constants(left, right)
        case ((External() | ClassValue()), (External() | ClassValue())) if (
            alike := class_objects.same(left, right)
        ) is not None:
            return alike
        case (Opaque() as unknown, Const() as const) | (Const() as const, Opaque() as unknown):
            return unknown_equals(machine, unknown, const, asked(machine, node))
    first, second = numbers.to_number(machine, left), numbers.to_number(machine, right)
    if first is not None and second is not None:
        unknowns = [value for value in (left, right) if isinstance(value, Opaque)]
        rank = any(nature_of(value, "") is Nature.RANK for value in unknowns)
        return relation(first, "==", second, Nature.RANK if rank else Nature.FLAG)
    # The other side, if a number or an object, is neither a string nor None.
    for constant, other in ((left, right), (right, left)):
        if isinstance(constant, Const) and isinstance(other, (Expr, *OBJECTS)):
            own = isinstance(other, Instance) and machine.find_method(other, "__eq__") is not None
            return undecided(machine, (left, right), node) if own else False
    return undecided(machine, (left, right), node)


def _undecided_alternatives(value: AnyValue) -> int:
    """Return how many of the alternatives of a choice are not constants."""
    if not isinstance(value, Choice):
        return 0
    return sum(not isinstance(inner, Const) for inner in alternatives(value))


def _equal_constants(left: Const, right: Const) -> bool | Condition:
    same = left.value == right.value
    path = left.path or right.path
    if path is None or max(left.strength, right.strength) is Strength.CONSTANT:
        return same  # a text that is put together of settings has no name to ask about
    constant = right.value if left.path else left.value
    return flag(Question(Asks.EQUALS, path, str(constant)), f"{path} == {constant!r}", same)


def unknown_equals(machine: Machine, unknown: Opaque, constant: Const, text: str) -> Condition:
    """Return the condition that an unknown equals a constant, which the user may have decided."""
    expected = str(constant.value)
    chosen = machine.override(unknown.path) if unknown.path else None
    return flag(
        Question(Asks.EQUALS, Identity(unknown), expected),
        text,
        None if chosen is None else str(chosen) == expected,
        nature_of(unknown, text),
    )


def is_constant(
    machine: Machine, left: AnyValue, right: AnyValue, node: cst.CSTNode
) -> bool | Condition:
    """Return whether ``left is right``, where the right side is nearly always None."""
    left = own_attributes.resolved(left)
    if isinstance(left, Choice):
        return any_alternative(left, lambda inner: is_constant(machine, inner, right, node))
    if not isinstance(right, Const):
        alike = class_objects.same(left, right)
        return undecided(machine, (left, right), node) if alike is None else alike
    expected = str(right.value)
    match left:
        case Const(value=constant, strength=strength, path=path):
            same = constant is right.value
            if strength is Strength.CONSTANT:
                return same
            return flag(Question(Asks.IDENTITY, path, expected), f"{path} is {expected}", same)
        case Opaque():
            question = Question(Asks.IDENTITY, Identity(left), expected)
            lean = False if left.visited and right.value is None else None  # data is seldom absent
            return flag(question, asked(machine, node), lean, nature_of(left, ""))
        case Truth(condition=condition) if isinstance(right.value, bool):
            return condition if right.value else negate(condition)
    return False


def _option_of_group(
    machine: Machine, option: str, group: GroupsValue, node: cst.CSTNode
) -> Condition:
    """Return whether a param group has an option that the script gives some groups."""
    record = group.record
    groups = record.groups if group.index is None else (record.groups[group.index],)
    found = {option in record.defaults or option in options for options in groups}
    if len(found) > 1 or record.unknown_groups or record.driven:
        return undecided(machine, (group,), node)
    (present,) = found or {False}
    # Other code may add the option.
    question = Question(Asks.MEMBERSHIP, Identity(record), (option, present))
    return flag(question, asked(machine, node), present)


def _member(
    machine: Machine, member: AnyValue, container: AnyValue, node: cst.CSTNode
) -> bool | Condition:
    """Return whether ``member in container``, or the condition under which it is."""
    match member, container:
        case _, Choice():
            return any_alternative(container, lambda inner: _member(machine, member, inner, node))
        case Expr(), DictValue(complete=True, setting=False, store=store):
            machine.read(store, WHOLE)
            keys = [Expr.const(key) for key in store.data if isinstance(key, int)]
            return _member(machine, member, ListValue(list(keys)), node)
        case Expr(), DictValue(store=store) if (key := members.only_key(container)) is not None:
            machine.read(store, WHOLE)
            return equal(machine, member, key, node)
        case Const(value=str() as name), GroupsValue(whole=False) if name.startswith(
            members.OWN_OPTIONS
        ):
            found = members.has_option(container, name)
            question = Question(Asks.MEMBERSHIP, Identity(container.record), (name, False))
            return flag(question, asked(machine, node), False) if found is None else found
        case _, ListValue(items=list() as items, grows=False):
            machine.read(container, WHOLE)
            truths = [equal(machine, member, item, node) for item in items]
            if True in truths:
                return True
            parts = tuple(truth for truth in truths if not isinstance(truth, bool))
            return any_of(*parts) if parts else False
        case Const(value=key), DictValue(complete=True, store=store, setting=setting):
            if isinstance(container, DictValue):
                imports.fill(machine, container, key)
            machine.read(store, key)
            present = key in store.data
            if not present and machine.may_be_set(key):
                return undecided(machine, (member, container), node)
            if (missing := members.lacking(store.data.get(key))) is not None:
                return negate(missing)
            # The answer is part of the question: the script may put the key there later.
            question = Question(Asks.MEMBERSHIP, Identity(store), (key, present))
            return flag(question, asked(machine, node), present) if setting else present
        case Const(value=str() as option), GroupsValue(whole=False):
            return _option_of_group(machine, option, container, node)
        case Const(value=str() as part), Const(value=str() as whole):
            present = part in whole
            if max(container.strength, member.strength) is Strength.CONSTANT:
                return present
            question = Question(Asks.MEMBERSHIP, container.path or member.path, (part, whole))
            return flag(question, asked(machine, node), present)
    return undecided(machine, (member, container), node)
