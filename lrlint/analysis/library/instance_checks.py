"""`isinstance` and `issubclass`, decided where the kind of the value is known."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter import choices, class_objects, escapes, truths
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import VIRTUAL
from lrlint.analysis.library.registry import models, models_unevaluated
from lrlint.analysis.model.conditions import Condition, flag
from lrlint.analysis.model.questions import Asks, Identity, Question
from lrlint.analysis.model.records import OptimizerValue, SchedulerRecord, SchedulerValue
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    Instance,
    ListValue,
    Opaque,
)
from lrlint.symbolic import Expr


@models_unevaluated("builtins.isinstance")
def _isinstance(machine: Machine, node: cst.Call) -> AnyValue:
    """Model ``isinstance(value, kind)``; ``kind`` is evaluated only where the value is known."""
    if len(node.args) != 2 or any(argument.star or argument.keyword for argument in node.args):
        return Opaque()
    value, kind = machine.evaluate(node.args[0].value), node.args[1].value
    if not all(isinstance(item, Opaque) or item == NONE for item in alternatives(value)):
        return truths.as_value(_instance_of(machine, value, machine.evaluate(kind), node))
    classes = [part.value for part in kind.elements] if isinstance(kind, cst.Tuple) else [kind]
    names = [(dotted(cls) or "").rsplit(".", 1)[-1] for cls in classes]
    excludes_none = not {"NoneType", "object", ""} & {*names}

    def is_a(item: AnyValue) -> bool | Condition:
        return False if excludes_none and item == NONE else _undecided(machine, item, names, node)

    if not isinstance(value, Choice):
        return truths.as_value(is_a(value))
    return truths.as_value(truths.any_alternative(value, is_a))


@models("builtins.type")
def _type(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``type(value)``."""
    value = arguments.get(0)
    if value is None or len(arguments.all()) != 1:
        for part in arguments.all():
            escapes.escape(part, "passed to type(…)")
        return Opaque()
    if isinstance(value, Choice):
        return choices.read(machine, value, class_objects.class_of)
    return class_objects.class_of(value)


@models("builtins.issubclass")
def _issubclass(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``issubclass(cls, base)`` of classes of the project, and of schedulers of torch."""
    cls, base = arguments.get(0), arguments.get(1)
    if cls is not None and base is not None:
        return truths.as_value(_is_subclass(machine, cls, base, node))
    return truths.as_value(_undecided(machine, cls, [_class_name(base or NONE)], node))


def _is_subclass(
    machine: Machine, cls: AnyValue, base: AnyValue, node: cst.Call
) -> bool | Condition:
    if isinstance(cls, Choice):
        return truths.any_alternative(cls, lambda one: _is_subclass(machine, one, base, node))
    if _has_virtual(machine, base):
        return _undecided(machine, cls, [_class_name(base)], node)
    if isinstance(base, ClassValue) and not isinstance(cls, (Choice, Opaque, type(None))):
        return isinstance(cls, ClassValue) and _derives(cls, base)
    match cls:
        case External(name=name) if name.startswith(class_objects.SCHEDULERS):
            kinds = base.items if isinstance(base, ListValue) and base.items else [base]
            return any(
                _class_name(kind) in class_objects.bases_of(_class_name(cls)) for kind in kinds
            )
    return _undecided(machine, cls, [_class_name(base)], node)


def _undecided(machine: Machine, value: object, names: list[str], node: cst.Call) -> Condition:
    return flag(Question(Asks.INSTANCE, Identity(value), str(names)), machine.unit.code(node))


_CONTAINERS = ("list", "tuple", "dict", "Sequence")


def _instance_of(
    machine: Machine, value: AnyValue, kind: AnyValue, node: cst.Call
) -> bool | Condition:
    """Whether a value is of a kind; ``kind`` is a class or a tuple of classes."""
    if isinstance(value, Choice):
        return truths.any_alternative(value, lambda item: _instance_of(machine, item, kind, node))
    if value == NONE:
        return False
    kinds = kind.items if isinstance(kind, ListValue) and kind.items else [kind]
    names = [_class_name(item) for item in kinds]
    only_python = all(name in (*class_objects.PYTHON, *_CONTAINERS) for name in names)
    match value:
        case SchedulerValue(record=record) if record.law == "?" or any(
            _has_virtual(machine, item) for item in kinds
        ):
            return _undecided(machine, record, names, node)
        case SchedulerValue(record=SchedulerRecord(law=law)):
            return any(name in class_objects.bases_of(law) for name in names)
        case OptimizerValue(record=optimizer):
            return any(name in ("Optimizer", optimizer.class_name) for name in names)
        case Instance(cls=ClassValue() as cls):
            if any(isinstance(item, ClassValue) and _derives(cls, item) for item in kinds):
                return True
            if all(isinstance(item, ClassValue) for item in kinds):
                return False
        case Expr() | Const() if only_python and (
            isinstance(value, Const) or value.value is not None
        ):
            return any(type(value.value) is class_objects.PYTHON.get(name) for name in names)
        case ListValue(kind=own) if only_python:
            return own in names or "Sequence" in names
        case DictValue():
            return "dict" in names
    return _undecided(machine, value, names, node)


def _class_name(value: AnyValue) -> str:
    match value:
        case External(name=name):
            return name.rsplit(".", 1)[-1]
        case ClassValue(name=name):
            return name
        case Opaque(path=str() as path):
            return path.rsplit(".", 1)[-1]
    return ""


def _has_virtual(machine: Machine, kind: AnyValue) -> bool:
    """Whether classes are registered as subclasses of a class: ``Base.register(StepLR)``."""
    if not isinstance(kind, ClassValue):
        return False
    machine.read(kind.scope.store, VIRTUAL)
    return VIRTUAL in kind.scope.store.data


def _derives(cls: ClassValue, other: ClassValue, depth: int = 0) -> bool:
    return cls is other or (
        depth < 20
        and any(isinstance(b, ClassValue) and _derives(b, other, depth + 1) for b in cls.bases)
    )
