"""Objects of any kind: `getattr`, `setattr`, `hasattr`, `vars`, `bool`, `exit`, ``partial``.

Also modules that are imported by their names.
"""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import (
    attribute_assignment,
    escapes,
    own_attributes,
    truths,
)
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models
from lrlint.analysis.model.conditions import Condition, Flag, flag
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.questions import Asks, Question
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    Const,
    DictValue,
    External,
    Instance,
    ModuleValue,
    Opaque,
    Partial,
    Scope,
    Store,
)
from lrlint.source.syntax import assigned_names


def _text(value: AnyValue | None) -> str | None:
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


@models("builtins.getattr")
def _getattr(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    owner, name = arguments.get(0), _text(arguments.get(1))
    if owner is None:
        return Opaque()
    if name is None:
        if isinstance(owner, External) and owner.name.startswith("torch.optim"):
            return External(f"{owner.name}.?")  # one of its classes, whichever
        escapes.escape(owner, "asked for an attribute of unknown name")
        return Opaque()
    value = machine.get_attribute(owner, name)
    default = arguments.get(2)
    if default is None or not (isinstance(owner, Instance) and isinstance(value, Opaque)):
        return value
    if machine.may_be_set(name):
        return value
    all_known = owner.cls is not None and not owner.open
    untouched = not value.members and value.length is None
    return default if all_known and value.path and untouched else value


@models("builtins.setattr")
def _setattr(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    owner, name, value = arguments.get(0), _text(arguments.get(1)), arguments.get(2)
    if owner is not None and value is not None:
        if name is not None:
            attribute_assignment.set_attribute(machine, owner, name, value, node)
        else:
            attribute_assignment.set_unknown_name(machine, owner, value)
    return NONE


@models("builtins.hasattr")
def _hasattr(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    name = _text(arguments.get(1))
    return truths.as_value(_has_attribute(machine, arguments.get(0), name, node))


def _has_attribute(
    machine: Machine, owner: AnyValue | None, name: str | None, node: cst.Call
) -> bool | Condition:
    match owner:
        case Choice():
            return truths.any_alternative(
                owner, lambda item: _has_attribute(machine, item, name, node)
            )
        case Const() if owner == NONE:
            return False
        case Instance() if name is not None:
            machine.read(owner.store, name)
            if machine.may_be_set(name):
                return Flag(Question(Asks.TRUTH, machine.fresh_key()), machine.unit.code(node))
            if name in owner.store.data or machine.find_method(owner, name):
                return True
            if owner.cls is not None and not owner.open:
                return False
        case OptimizerValue() | SchedulerValue() if name is not None:
            return own_attributes.has(machine, owner, name, machine.unit.code(node))
    text = machine.unit.code(node)
    return flag(Question(Asks.TRUTH, text), text)


@models("builtins.vars")
def _vars(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    if isinstance(value, Instance):
        complete = not value.open or value.kind is LibraryKind.COMMAND_LINE
        return DictValue(value.store, complete, value.path, value.setting)
    if isinstance(value, ModuleValue):
        return machine.get_attribute(value, "__dict__")
    if value is None:
        return _locals(machine, arguments, node)
    escapes.escape(value, f"changed through {machine.unit.code(node.func)}(…)")
    return Opaque()


@models("importlib.import_module")
def _import_module(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``importlib.import_module(f"models.{args.model}")``."""
    name, package = _text(arguments.get(0, "name")), _text(arguments.get(1, "package"))
    if name is None:
        return Opaque()
    module = name.lstrip(".")
    level = len(name) - len(module)
    if level == 1 and package is not None:
        module, level = f"{package}.{module}", 0
    unit = machine.project.find(machine.unit, module, level)
    return External(name, name) if unit is None else ModuleValue(unit)


@models("builtins.locals")
def _locals(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``locals()``, which also has what a function uses of those around it."""
    names = dict(machine.scope.store.data)
    around = machine.scope.parent
    while around is not None and around.parent is not None:  # up to the module
        names = {**around.store.data, **names}
        around = around.parent
    return DictValue(Store(names), complete=False)


@models("builtins.exec", "builtins.eval")
def _run_text(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model code in a string, which may step whatever it sees.

    A literal sets the names that it assigns. The text of a file may set any: it is taken for
    settings of the user, of which none is given by default.
    """
    text = _text(arguments.get(0))
    if text is not None and machine.unit.code(node.func) == "exec":
        for name in assigned_names(text):
            machine.write(machine.scope.store, name, Opaque())
    scope: Scope | None = machine.scope
    while scope is not None:
        for value in list(scope.store.data.values()):
            escapes.escape(value, f"within reach of {machine.unit.code(node.func)}(…)")
        scope = scope.parent
    return Opaque()


@models("builtins.globals")
def _globals(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return ModuleValue(machine.scope.unit)


@models("builtins.bool")
def _bool(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    if value is None:
        return Const(False)
    return truths.as_value(truths.truthiness(machine, value, node))


@models("builtins.exit", "builtins.quit", "sys.exit", "os._exit")
def _exit(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return Const(SystemExit)


@models("functools.partial")
def _partial(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _with_arguments(arguments, of_method=False)


@models("functools.partialmethod")
def _partial_method(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _with_arguments(arguments, of_method=True)


def _with_arguments(arguments: Arguments, *, of_method: bool) -> AnyValue:
    if not arguments.positional:
        return Opaque()
    function, *rest = arguments.positional
    keywords = dict(arguments.keywords)
    return Partial(function, tuple(rest), keywords, arguments.places_after(1), of_method)
