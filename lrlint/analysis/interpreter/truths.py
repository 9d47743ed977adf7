"""Truth: whether a value counts as true, or the condition under which it does."""

from __future__ import annotations

import re
from collections.abc import Callable

import libcst as cst

from lrlint.analysis.interpreter import own_attributes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import external_bases
from lrlint.analysis.interpreter.outcomes import WHOLE
from lrlint.analysis.model import words
from lrlint.analysis.model.conditions import (
    Condition,
    Divisible,
    Flag,
    Relation,
    any_of,
    both,
    flag,
    negate,
)
from lrlint.analysis.model.questions import Asks, Identity, Nature, Question
from lrlint.analysis.model.records import GroupsValue, OptimizerValue, SchedulerValue
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Loader,
    Method,
    ModuleValue,
    Opaque,
    Partial,
    Sized,
    Stream,
    Truth,
)
from lrlint.symbolic import Expr, NotRepresentable, Strength, TooComplex, as_remainder

OBJECTS = (
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
_FALSE_AT_RUNTIME = frozenset({"typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"})
_SMALL_BATCH = re.compile(r"(\.shape\[0\]|\.size\(0\)|len\(\w+\))\s*(==|<|<=)\s*[01]\b")
"""Whether a batch is too small to train on, which is not so in an ordinary run."""


def as_value(truth: bool | Condition) -> AnyValue:
    """Return a truth as a value."""
    return Const(truth) if isinstance(truth, bool) else Truth(truth)


def truthiness(machine: Machine, value: AnyValue, node: cst.CSTNode) -> bool | Condition:
    """Return whether a value counts as true, or the condition under which it does."""
    value = own_attributes.resolved(value)
    match value:
        case Expr():
            number = value.as_number()
            return bool(number) if number is not None else relation(value, "!=", Expr.const(0))
        case Const(value=constant, strength=Strength.CONSTANT):
            return bool(constant)
        case Const(value=constant, path=path):
            return flag(Question(Asks.TRUTH, path), path or machine.unit.code(node), bool(constant))
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
        case Instance() if (own := _own_truth(machine, value)) is not None:
            return truthiness(machine, own, node)
    if isinstance(value, OBJECTS):
        return True
    return Flag(Question(Asks.TRUTH, machine.fresh_key()), machine.unit.code(node))


def _own_truth(machine: Machine, value: Instance) -> AnyValue | None:
    """Return what decides whether an object is true: its ``__bool__``, or else its ``__len__``."""
    for name in ("__bool__", "__len__"):
        method = machine.find_method(value, name)
        if isinstance(method, FunctionValue):
            answer = machine.call_function(method, Arguments())
            known = isinstance(answer, Const | Truth) or (
                isinstance(answer, Expr) and answer.value is not None
            )
            return answer if known else Opaque()
    bases = [] if value.cls is None else external_bases(value.cls)
    return Opaque() if any(base in _CONTAINERS for base in bases) else None


_CONTAINERS = ("builtins.list", "builtins.dict", "builtins.set", "collections.deque")
"""Classes whose objects are true where they hold something."""


def _truth_of_unknown(machine: Machine, value: Opaque, text: str) -> Condition:
    chosen = machine.override(value.path or text)
    lean = _ordinarily(text) if chosen is None else bool(chosen)
    return flag(Question(Asks.TRUTH, Identity(value)), text, lean, nature_of(value, text))


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
            parts.append(both(condition, truth))
    return any_of(*parts)


def opposite(truth: bool | Condition) -> bool | Condition:
    """Return whether something does not hold, from whether it does."""
    return (not truth) if isinstance(truth, bool) else negate(truth)


def nature_of(value: AnyValue, text: str) -> Nature:
    """Return the nature of a condition on a value that is not known."""
    if isinstance(value, Opaque) and (value.source or value).planned:
        return Nature.OTHER
    if isinstance(value, Opaque) and value.measured:
        # What is called in a loop may be a measurement, but `dist.get_rank()` is not.
        asked = words.asks_for_rank(text) or words.asks_for_rank(value.path or "")
        if not asked and words.asks_for_setup(text or value.path or ""):
            return Nature.FLAG  # the same throughout the training
        return Nature.RANK if asked else Nature.METRIC
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


def relation(left: Expr, op: str, right: Expr, nature: Nature = Nature.FLAG) -> bool | Condition:
    """Return whether two numbers compare as asked, or the condition under which they do."""
    relation = Relation(op, left, right, "", nature)
    decided = relation.decided()
    if decided is not None:
        return decided
    if any(words.is_rank_number(atom.name) for atom in relation.atoms()):
        return Relation(op, left, right, "", Nature.RANK)
    if op in ("==", "!=") and (divisible := _divisible(left, right)) is not None:
        return divisible if op == "==" else opposite(divisible)
    return relation


def _divisible(left: Expr, right: Expr) -> Condition | None:
    """Return ``rest == 0`` as a condition on what leaves the rest: ``rest = step % 4``."""
    try:
        found = as_remainder(left - right)
    except (NotRepresentable, TooComplex):
        return None
    return None if found is None else Divisible(*found)


def asked(machine: Machine, node: cst.CSTNode) -> str:
    """Return the text of a comparison without its negation: ``x is None`` of ``x is not None``.

    The condition that it is read as is negated afterwards.
    """
    match node:
        case cst.Comparison(
            left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=right)]
        ) if type(operator) in _WITHOUT_NEGATION:
            sign = _WITHOUT_NEGATION[type(operator)]
            return f"{machine.unit.code(left)} {sign} {machine.unit.code(right)}"
    return machine.unit.code(node)


_WITHOUT_NEGATION: dict[type[cst.CSTNode], str] = {
    cst.NotEqual: "==",
    cst.IsNot: "is",
    cst.NotIn: "in",
}


def undecided(machine: Machine, values: tuple[AnyValue, ...], node: cst.CSTNode) -> Condition:
    """Return a condition on values that are known by their text only."""
    text = asked(machine, node)
    natures = {nature_of(value, "") for value in values}
    nature = Nature.FLAG
    if words.asks_for_rank(text):
        nature = Nature.RANK
    elif Nature.METRIC in natures:
        nature = Nature.METRIC
    elif Nature.OTHER in natures:
        nature = Nature.OTHER
    elif Nature.RANK in natures or words.is_rank(text):
        nature = Nature.RANK
    question = Question(Asks.UNKNOWN, _only_unknown(values), machine.fresh_key())
    return Flag(question, text, _ordinarily(text), nature)


def _only_unknown(values: tuple[AnyValue, ...]) -> Identity | None:
    """Return the only unknown value that a comparison rests on beside numbers and constants."""
    rest = [value for value in values if not isinstance(value, (Expr, Const))]
    match rest:
        case [Opaque(source=source) as unknown]:
            return Identity(source or unknown)
    return None
