"""Comparisons and truth: whether a condition is decided, and which condition it is elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable

import libcst as cst

from lrlint.analysis.interpreter import imports, members, numbers
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import WHOLE
from lrlint.analysis.model import words
from lrlint.analysis.model.conditions import (
    Asks,
    Condition,
    Divisible,
    Flag,
    Identity,
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
    alternatives,
)
from lrlint.symbolic import Expr, Strength

_OBJECTS = (
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
"""Values that are never None and, in a training script, always true."""

_OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
}

_FALSE_AT_RUNTIME = frozenset({"typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"})

_SMALL_BATCH = re.compile(r"(\.shape\[0\]|\.size\(0\)|len\(\w+\))\s*(==|<|<=)\s*[01]\b")
"""Whether a batch is too small to train on, which is not so in an ordinary run."""

_MOST_UNDECIDED_PAIRS = 24
"""Pairs of alternatives without a constant that are compared: nothing follows from more of them."""


# -- truth ------------------------------------------------------------------------------------


def as_value(truth: bool | Condition) -> AnyValue:
    """Return a truth as a value."""
    return Const(truth) if isinstance(truth, bool) else Truth(truth)


def truthiness(machine: Machine, value: AnyValue, node: cst.CSTNode) -> bool | Condition:
    """Return whether a value counts as true, or the condition under which it does."""
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
        case ListValue(items=list() as items, grows=False):
            machine.read(value, WHOLE)
            return bool(items)
        case DictValue(complete=True, store=store):
            machine.read(store, WHOLE)
            return bool(store.data)
        case Choice():
            return any_alternative(value, lambda inner: truthiness(machine, inner, node))
        case External(name=name) | Opaque(external=name) if name in _FALSE_AT_RUNTIME:
            return False
        case Opaque():
            return _truth_of_unknown(machine, value, machine.unit.code(node))
    if isinstance(value, _OBJECTS):
        return True
    return Flag(Question(Asks.TRUTH, machine.fresh_key()), machine.unit.code(node))


def _truth_of_unknown(machine: Machine, value: Opaque, text: str) -> Condition:
    chosen = machine.override(value.path or text)
    lean = _ordinarily(text) if chosen is None else bool(chosen)
    return Flag(Question(Asks.TRUTH, Identity(value)), text, lean, _nature_of(value, text))


def any_alternative(
    value: Choice, truth_of: Callable[[AnyValue], bool | Condition]
) -> bool | Condition:
    """Return whether something holds for a choice, from whether it does for each alternative."""
    truths = [(condition, truth_of(inner)) for condition, inner in value.alternatives]
    if all(truth is True for _, truth in truths):
        return True
    if all(truth is False for _, truth in truths):
        return False
    parts: list[Condition] = []
    for condition, truth in truths:
        if truth is True:
            parts.append(condition)
        elif truth is not False:
            parts.append(all_of(condition, truth))
    return any_of(*parts)


def opposite(truth: bool | Condition) -> bool | Condition:
    """Return whether something does not hold, from whether it does."""
    return (not truth) if isinstance(truth, bool) else negate(truth)


def _nature_of(value: AnyValue, text: str) -> Nature:
    """Return the nature of a condition on a value that is not known."""
    if isinstance(value, Opaque) and value.measured:
        # What is called in a loop may be a measurement, but `dist.get_rank()` is not.
        return Nature.RANK if words.asks_for_rank(text) else Nature.METRIC
    path = getattr(value, "path", None) or text
    return Nature.RANK if words.is_rank(path) else Nature.FLAG


def _ordinarily(text: str) -> bool | None:
    """Return whether a condition holds in an ordinary run, where its text says so.

    Files of an earlier run are absent, numbers are finite, batches are full, gradients do not
    overflow.
    """
    if (scale := _SCALE.fullmatch(text)) is not None:
        before_first = scale["first"] is None
        if scale["sign"] in ("==", "!="):
            return scale["sign"] == "=="
        # A GradScaler that leaves out an update has a lower scale afterwards than before.
        return (scale["sign"][0] == "<") == before_first
    if "isfinite" in text:
        return True
    if _SMALL_BATCH.search(text):
        return False
    if any(word in text for word in _SELDOM):
        return False
    return None


_SELDOM = ("isnan", "isinf", "os.path.exists", "os.path.isfile", "step_was_skipped")

_SCALE = re.compile(
    r"(?P<first>[\w.]*scaler\w*\.get_scale\(\) *)?(?(first)|[^\W\d][\w.]* *)(?P<sign>[<>]=?|==|!=)"
    r"(?(first) *[^\W\d][\w.]*| *[\w.]*scaler\w*\.get_scale\(\))"
)


# -- comparisons ------------------------------------------------------------------------------


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
    left_node: cst.CSTNode = node.left
    for target in node.comparisons:
        truth = _compare(machine, left_node, target, node)
        if truth is False:
            return False
        if truth is not True:
            parts.append(truth)
        left_node = target.comparator
    if not parts:
        return True
    return all_of(*parts)


def _compare(
    machine: Machine, left_node: cst.CSTNode, target: cst.ComparisonTarget, node: cst.Comparison
) -> bool | Condition:
    operator, right_node = target.operator, target.comparator
    negated = isinstance(operator, (cst.NotEqual, cst.IsNot, cst.NotIn))
    if isinstance(operator, (cst.Equal, cst.NotEqual)):
        divides = _compare_remainder(machine, left_node, right_node)
        if divides is not None:
            return opposite(divides) if negated else divides
    left = machine.evaluate(left_node)
    if _is_class_name(left_node) and all(isinstance(v, Opaque) for v in alternatives(left)):
        # The right side decides nothing, and evaluating it may read whole modules.
        return _undecided(machine, (left,), node)
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
    if op is None or first is None or second is None:
        return _undecided(machine, (left, right), node)
    return _relation(first, op, second)


def _relation(left: Expr, op: str, right: Expr, nature: Nature = Nature.FLAG) -> bool | Condition:
    relation = Relation(op, left, right, "", nature)
    decided = relation.decided()
    return relation if decided is None else decided


def _undecided(machine: Machine, values: tuple[AnyValue, ...], node: cst.CSTNode) -> Condition:
    """Return a condition on values of which nothing is known but how the user writes it."""
    text = machine.unit.code(node)
    natures = {_nature_of(value, "") for value in values}
    nature = Nature.FLAG
    if words.asks_for_rank(text):
        nature = Nature.RANK
    elif Nature.METRIC in natures:
        nature = Nature.METRIC
    elif Nature.RANK in natures or words.is_rank(text):
        nature = Nature.RANK
    return Flag(Question(Asks.UNKNOWN, machine.fresh_key()), text, _ordinarily(text), nature)


def equal(machine: Machine, left: AnyValue, right: AnyValue, node: cst.CSTNode) -> bool | Condition:
    """Return whether ``left == right``, or the condition under which they are equal."""
    if _undecided_alternatives(left) * _undecided_alternatives(right) > _MOST_UNDECIDED_PAIRS:
        return _undecided(machine, (left, right), node)
    match left, right:
        case Choice(), _:
            return any_alternative(left, lambda inner: equal(machine, inner, right, node))
        case _, Choice():
            return equal(machine, right, left, node)
        case Const(), Const():
            return _equal_constants(left, right)
        case External(), External():
            return left.name == right.name
        case (Opaque() as unknown, Const() as const) | (Const() as const, Opaque() as unknown):
            return unknown_equals(machine, unknown, const, machine.unit.code(node))
    first, second = numbers.to_number(machine, left), numbers.to_number(machine, right)
    if first is not None and second is not None:
        unknowns = [value for value in (left, right) if isinstance(value, Opaque)]
        rank = any(_nature_of(value, "") is Nature.RANK for value in unknowns)
        return _relation(first, "==", second, Nature.RANK if rank else Nature.FLAG)
    # The other side, if a number or an object, is neither a string nor None.
    for constant, other in ((left, right), (right, left)):
        if isinstance(constant, Const) and isinstance(other, (Expr, *_OBJECTS)):
            return False
    return _undecided(machine, (left, right), node)


def _undecided_alternatives(value: AnyValue) -> int:
    """Return how many of the alternatives of a choice are not constants."""
    if not isinstance(value, Choice):
        return 0
    return sum(not isinstance(inner, Const) for inner in alternatives(value))


def _equal_constants(left: Const, right: Const) -> bool | Condition:
    same = left.value == right.value
    if max(left.strength, right.strength) is Strength.CONSTANT:
        return same
    path = left.path or right.path
    constant = right.value if left.path else left.value
    return Flag(Question(Asks.EQUALS, path, str(constant)), f"{path} == {constant!r}", same)


def unknown_equals(machine: Machine, unknown: Opaque, constant: Const, text: str) -> Condition:
    """Return the condition that an unknown equals a constant, which the user may have decided."""
    expected = str(constant.value)
    chosen = machine.override(unknown.path) if unknown.path else None
    return Flag(
        Question(Asks.EQUALS, Identity(unknown), expected),
        text,
        None if chosen is None else str(chosen) == expected,
        _nature_of(unknown, text),
    )


def is_constant(
    machine: Machine, left: AnyValue, right: AnyValue, node: cst.CSTNode
) -> bool | Condition:
    """Return whether ``left is right``, where the right side is nearly always None."""
    if isinstance(left, Choice):
        return any_alternative(left, lambda inner: is_constant(machine, inner, right, node))
    if not isinstance(right, Const):
        return _undecided(machine, (left, right), node)
    expected = str(right.value)
    match left:
        case Const(value=constant, strength=strength, path=path):
            same = constant is right.value
            if strength is Strength.CONSTANT:
                return same
            return Flag(Question(Asks.IDENTITY, path, expected), f"{path} is {expected}", same)
        case Opaque():
            question = Question(Asks.IDENTITY, Identity(left), expected)
            return Flag(question, machine.unit.code(node), None, _nature_of(left, ""))
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
        return _undecided(machine, (group,), node)
    (present,) = found or {False}
    # Other code may add the option.
    question = Question(Asks.MEMBERSHIP, Identity(record), (option, present))
    return Flag(question, machine.unit.code(node), present)


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
            return Flag(question, machine.unit.code(node), False) if found is None else found
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
            # The answer is part of the question: the script may put the key there later.
            question = Question(Asks.MEMBERSHIP, Identity(store), (key, present))
            return Flag(question, machine.unit.code(node), present) if setting else present
        case Const(value=str() as option), GroupsValue(whole=False):
            return _option_of_group(machine, option, container, node)
        case Const(value=str() as part), Const(value=str() as whole):
            present = part in whole
            if max(container.strength, member.strength) is Strength.CONSTANT:
                return present
            question = Question(Asks.MEMBERSHIP, container.path or member.path, (part, whole))
            return Flag(question, machine.unit.code(node), present)
    return _undecided(machine, (member, container), node)
