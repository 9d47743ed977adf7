"""Looking into objects by name or class: `getattr`, `hasattr`, `isinstance`, `vars`."""

from __future__ import annotations

import dataclasses

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter import assignment, comparisons, escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models, models_unevaluated
from lrlint.analysis.model import values
from lrlint.analysis.model.conditions import Asks, Condition, Flag, Question
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
    OptimizerValue,
    SchedulerValue,
)
from lrlint.symbolic import Expr
from lrlint.syntax import nodes as cst


@models("builtins.getattr")
def _getattr(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    owner, name = arguments.get(0), arguments.get(1)
    if owner is None:
        return Opaque()
    if isinstance(name, Const) and isinstance(name.value, str):
        found = machine.get_attribute(owner, name.value)
        default = arguments.get(2)
        if default is not None and isinstance(owner, Instance) and isinstance(found, Opaque):
            known = owner.cls is not None and not owner.open
            untouched = found.path and not found.members and found.length is None
            return default if known and untouched else found
        return found
    if isinstance(owner, External) and owner.name.startswith("torch.optim"):
        return External(f"{owner.name}.?")
    return Opaque()


@models("builtins.setattr")
def _setattr(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    owner, name, value = (arguments.get(position) for position in range(3))
    if owner is not None and value is not None:
        if isinstance(name, Const) and isinstance(name.value, str):
            assignment.set_attribute(machine, owner, name.value, value, node)
        else:
            escapes.escape(value, "stored under a name that is not known")
    return NONE


@models("builtins.hasattr")
def _hasattr(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    owner, name = arguments.get(0), arguments.get(1)
    if isinstance(owner, Choice):
        truths = []
        for condition, item in owner.alternatives:
            inner = dataclasses.replace(arguments, positional=[item, *arguments.positional[1:]])
            value = _hasattr(machine, inner, node)
            truths.append((condition, comparisons.truthiness(machine, value, node)))
        return comparisons.as_value(comparisons.any_alternative(truths))
    if owner == NONE:
        return Const(False)
    if isinstance(name, Const) and isinstance(name.value, str):
        if isinstance(owner, Instance):
            if name.value in owner.store.data or machine.find_method(owner, name.value):
                return Const(True)
            if owner.cls is not None and not owner.open:
                return Const(False)
        if isinstance(owner, (SchedulerValue, OptimizerValue)):
            return Const(name.value in ("step", "state_dict", "load_state_dict", "param_groups"))
    return _open(machine, node)


@models_unevaluated("builtins.isinstance")
def _isinstance(machine: Machine, node: cst.Call) -> AnyValue:
    """``isinstance(value, kind)``; what defines the kind is read only where the value is known."""
    if len(node.args) != 2 or any(one.star or one.keyword for one in node.args):
        return Opaque()
    value, kind = machine.evaluate(node.args[0].value), node.args[1].value
    if not all(isinstance(one, Opaque) or one == NONE for one in values.alternatives(value)):
        return comparisons.as_value(_instance_of(machine, value, machine.evaluate(kind), node))
    listed = [one.value for one in kind.elements] if isinstance(kind, cst.Tuple) else [kind]
    names = [(dotted(one) or "").rsplit(".", 1)[-1] for one in listed]
    never = not {"NoneType", "object", ""} & {*names}  # of None

    def is_a(one: AnyValue) -> bool | Condition:
        return False if never and one == NONE else _is_a(machine, one, names, node)

    if not isinstance(value, Choice):
        return comparisons.as_value(is_a(value))
    truths = [(condition, is_a(one)) for condition, one in value.alternatives]
    return comparisons.as_value(comparisons.any_alternative(truths))


def _is_a(machine: Machine, value: object, names: list[str], node: cst.Call) -> Condition:
    return Flag(Question(Asks.INSTANCE, id(value), str(names)), machine.unit.code(node))


_CONTAINERS = ("list", "tuple", "dict", "Sequence")


def _instance_of(
    machine: Machine, value: AnyValue, kind: AnyValue, node: cst.Call
) -> bool | Condition:
    if isinstance(value, Choice):
        return comparisons.any_alternative(
            [(c, _instance_of(machine, item, kind, node)) for c, item in value.alternatives]
        )
    if value == NONE:
        return False
    kinds = kind.items if isinstance(kind, ListValue) and kind.items else [kind]
    names = [_class_name(item) for item in kinds]
    if isinstance(value, SchedulerValue):
        law = value.record.law
        if law == "?":
            return _is_a(machine, value.record, names, node)
        bases = {"LRScheduler", "_LRScheduler", law}
        if law == "ReduceLROnPlateau":
            bases = {law, "LRScheduler"}
        return any(name in bases for name in names)
    if isinstance(value, OptimizerValue):
        return any(name in ("Optimizer", value.record.class_name) for name in names)
    if isinstance(value, Instance) and value.cls is not None:
        if any(isinstance(item, ClassValue) and _derives(value.cls, item) for item in kinds):
            return True
        if all(isinstance(item, ClassValue) for item in kinds):
            return False
    python = {"int": int, "float": float, "str": str, "bool": bool}
    if isinstance(value, (Expr, Const)):
        plain = value.value
        known = plain is not None or isinstance(value, Const)
        if known and all(name in (*python, *_CONTAINERS) for name in names):
            return any(type(plain) is python.get(name) for name in names)
    if isinstance(value, ListValue) and all(name in (*python, *_CONTAINERS) for name in names):
        return value.kind in names or "Sequence" in names
    if isinstance(value, DictValue):
        return "dict" in names
    return _is_a(machine, value, names, node)


def _class_name(value: AnyValue) -> str:
    match value:
        case External(name=name):
            return name.rsplit(".", 1)[-1]
        case ClassValue(name=name):
            return name
        case Opaque(path=str() as path):
            return path.rsplit(".", 1)[-1]
    return ""


def _derives(cls: ClassValue, other: ClassValue, depth: int = 0) -> bool:
    return cls is other or (
        depth < 20
        and any(isinstance(b, ClassValue) and _derives(b, other, depth + 1) for b in cls.bases)
    )


def _open(machine: Machine, node: cst.Call) -> AnyValue:
    text = machine.unit.code(node)
    return comparisons.as_value(Flag(Question(Asks.TRUTH, text), text))


@models("builtins.vars")
def _vars(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    if isinstance(value, Instance):
        return DictValue(value.store, not value.open, value.path, value.setting)
    return Opaque()
