"""Method calls, by the kind of object they are called on."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import (
    attribute_assignment,
    attributes,
    calls,
    containers,
    escapes,
    lists,
    members,
    numbers,
    operators,
)
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.given_schedulers import given_scheduler
from lrlint.analysis.interpreter.items import get_item
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.schedule_methods import (
    call_optimizer,
    call_scheduler,
    step_of_argument,
)
from lrlint.analysis.model.computed import RateInUse
from lrlint.analysis.model.records import GroupsValue, OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import (
    SETS_INITIAL_LR,
    BuildOptimizer,
    OptimizerCall,
    OptimizerStep,
    walk,
)
from lrlint.analysis.model.value_queries import is_planned
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    ClassValue,
    Const,
    DictValue,
    External,
    File,
    FunctionValue,
    Instance,
    ListValue,
    Loader,
    Method,
    ModuleValue,
    Opaque,
    Rows,
    Sized,
    Stream,
    Superclass,
)
from lrlint.symbolic import Expr


def call_method(
    machine: Machine, receiver: AnyValue, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Return the value of ``receiver.name(…)``."""
    match receiver:
        case SchedulerValue() | OptimizerValue() | Method() if name.startswith("__"):
            escapes.escape(receiver, f"asked for {name}()")
            return Opaque()
        case SchedulerValue():
            return call_scheduler(machine, receiver, name, arguments, node)
        case OptimizerValue():
            return call_optimizer(machine, receiver, name, arguments, node)
        case DictValue():
            return containers.call_dict(machine, receiver, name, arguments, node)
        case ListValue():
            return lists.call_list(machine, receiver, name, arguments, node)
        case Loader() if name in _REPACKS:
            return Loader(None)
        case Loader() if name == "with_epoch":
            # of webdataset: so many batches, however many the data give
            return Loader(numbers.to_number(machine, arguments.get(0)))
        case Stream() if name == "send":
            return Opaque()
        case Loader() | Stream():
            return Opaque(measured=True) if name == "__next__" else receiver
        case Opaque(rate=Expr() as rate) if name in _IN_PLACE:
            _write_in_place(machine, receiver, rate, name, arguments, node)
        case File() | Rows():
            value = machine.library.call_method(machine, receiver, name, arguments, node)
            return Opaque() if value is None else value
        case Sized():
            return containers.call_sized(machine, receiver, name, arguments)
        case Const(value=str() as text):
            return containers.call_string(text, receiver, name, arguments)
        case Expr() if name.endswith("_") and name not in _OF_TENSORS:
            _change_tensor(machine, receiver)
        case Expr():
            return receiver if name in ("item", "__int__") else Opaque()
        case Opaque(tensor=str()) if name.endswith("_") and name not in _OF_TENSORS:
            _change_tensor(machine, receiver)
        case Opaque(tensor=str(), number=Expr() as number) if name in _OF_TENSORS:
            return number if name in ("item", "__int__") else receiver
        case Superclass():
            return _super(machine, receiver, name, arguments, node)
        case ModuleValue(unit=unit) if (
            name == "update" and "update" not in machine.scope_of(unit).store.data
        ):
            attribute_assignment.update_module(machine, receiver, arguments, node)
        case ClassValue() if name == "register" and members.register_subclass(machine, receiver):
            return arguments.get(0) or Opaque()
        case External() | ModuleValue() | ClassValue():
            return machine.call(machine.get_attribute(receiver, name), arguments, node)
        case Instance():
            return _instance(machine, receiver, name, arguments, node)
        case GroupsValue(whole=False):
            if (result := _call_group(machine, receiver, name, arguments, node)) is not None:
                return result
        case GroupsValue(record=record) if name in ("setdefault", "update"):
            machine.emit(OptimizerCall(*machine.where(node), record, SETS_INITIAL_LR))
        case GroupsValue() if name in ("pop", "clear", "remove"):
            attribute_assignment.remove_group(machine, receiver, node)
        case GroupsValue(record=record) if name in _REARRANGES:
            escapes.leave_open(record, f"changed by param_groups.{name}(…)")
        case FunctionValue() | GroupsValue():
            return Opaque()
    return _unknown(machine, receiver, name, arguments, node)


def _call_group(
    machine: Machine, group: GroupsValue, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue | None:
    """Return the value of a method of one param group; None where it is that of any object."""
    match name:
        case "get":
            return _option(group, arguments)
        case "update":
            attribute_assignment.update_group(machine, group, arguments, node)
        case "__setitem__":
            key, value = arguments.get(0), arguments.get(1)
            if key == Const("lr") and value is not None:
                attribute_assignment.write_lr(machine, group, value, node)
        case "setdefault" if arguments.get(0) == Const("initial_lr"):
            value = arguments.get(1)
            attribute_assignment.set_initial_lr(machine, group, value, node, missing=True)
            return members.initial_rate(group) or Opaque()
        case "setdefault":
            machine.emit(OptimizerCall(*machine.where(node), group.record, SETS_INITIAL_LR))
        case _:
            return Opaque()
    return None


def _option(group: GroupsValue, arguments: Arguments) -> AnyValue:
    """Return the value of ``param_group.get("lr_scale", 1.0)``."""
    name = members.dict_key(arguments.get(0) or NONE)
    if not isinstance(name, str):
        return Opaque()
    if members.has_option(group, name) is False:
        return arguments.get(1) or NONE
    return members.option_of(group, name) or Opaque()


_REARRANGES = frozenset({"append", "extend", "insert", "reverse", "sort"})
"""Methods of a list of param groups that give another order or other groups."""
_REPACKS = frozenset({"batched", "unbatched", "repeat", "slice"})
"""Methods of webdataset's loaders that change how many batches there are."""
_OF_TENSORS = frozenset(
    {"item", "__int__", "clone", "cpu", "cuda", "detach", "float", "requires_grad_", "to"}
)
"""Methods that give the number of a tensor, or a tensor of the same number."""
_IN_PLACE = {"fill_": None, "copy_": None, "mul_": cst.Multiply, "div_": cst.Divide}
"""Methods that change a tensor LR, each with its operator."""


def _write_in_place(
    machine: Machine,
    old: Opaque,
    rate: Expr,
    name: str,
    arguments: Arguments,
    node: cst.Call,
) -> None:
    """Record ``param_group["lr"].fill_(x)``, which writes an LR that is a tensor."""
    keys = [atom.key for atom in rate.atoms() if rate == Expr.atom(atom)]
    value = arguments.get(0, "value")
    operator = _IN_PLACE[name]
    if value is not None and operator is not None:
        value = operators.apply(machine, operator, old, value)
    for key in keys:
        if isinstance(key, RateInUse) and value is not None:
            attribute_assignment.write_lr(machine, key.visited, value, node)


def _change_tensor(machine: Machine, tensor: Opaque | Expr) -> None:
    """Leave the optimizers open whose LR is a tensor that a method changes in place."""
    for located in walk(machine.root):
        match located.event:
            case BuildOptimizer(optimizer=record) if any(
                group.get("lr") == tensor for group in record.groups
            ):
                escapes.leave_open(record, "changed through the tensor that is its LR")


# -- objects ----------------------------------------------------------------------------------


def _super(
    machine: Machine, receiver: Superclass, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    method = machine.get_attribute(receiver, name)
    if isinstance(method, FunctionValue):
        return machine.call(method, arguments, node)
    own = receiver.receiver
    if isinstance(own, Instance) and own.kind is not None:
        modelled = machine.library.call_method(machine, own, name, arguments, node)
        if modelled is not None:
            return modelled
    if name == "__init__":
        return NONE
    for value in arguments.all():
        escapes.escape(value, f"passed to super().{name}(…)")
    return Opaque()


_OF_NETWORKS = frozenset(
    {"bfloat16", "cpu", "cuda", "double", "eval", "float", "half", "requires_grad_", "to", "train"}
)
"""Methods of `torch.nn.Module` that return the module itself."""


def _is_network(instance: Instance) -> bool:
    """Whether an object is of a class of the project that derives from `torch.nn.Module`."""
    bases = () if instance.cls is None else members.external_bases(instance.cls)
    return any(base.startswith("torch.nn.") or base.endswith("Module") for base in bases)


def _instance(
    machine: Machine, receiver: Instance, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Call a method of an object: its own, else its class's, else one of a library's model."""
    machine.read(receiver.store, name)
    value = receiver.store.data.get(name)
    if value is None:
        value = machine.find_method(receiver, name)
    if value is None:
        value = attributes.delegated(machine, receiver, name)
    if value is not None:
        return machine.call(value, arguments, node)
    if name == "__setattr__":
        return machine.call(
            External("builtins.setattr"), Arguments([receiver, *arguments.positional]), node
        )
    if receiver.kind is not None:
        modelled = machine.library.call_method(machine, receiver, name, arguments, node)
        if modelled is not None:
            return modelled
    if name in _OF_NETWORKS and _is_network(receiver):
        return receiver
    stepped = step_of_argument(machine, name, arguments, node)
    if stepped is not None:
        return stepped
    if name == "__getattr__":
        return Opaque()
    return _unseen(machine, f"{receiver.path or 'object'}.{name}", arguments, node)


def _unknown(
    machine: Machine, receiver: AnyValue, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Return the value of a method of an object that is not known."""
    stepped = step_of_argument(machine, name, arguments, node)
    if stepped is not None:
        return stepped
    if not isinstance(receiver, Opaque):
        return _unseen(machine, name, arguments, node)
    record = machine.adopted(receiver) if name == "step" and not arguments.all() else None
    if record is not None:
        machine.emit(OptimizerStep(*machine.where(node), record))
        return Opaque(measured=True)
    if name == "step" and not arguments.all():
        given = given_scheduler(machine, receiver)
        if given is not None:
            return call_scheduler(machine, given, name, arguments, node)
    if name == "get" and arguments.positional:
        return get_item(machine, receiver, arguments.positional[0], None)
    if name in ("item", "detach", "cpu", "numpy", "mean", "sum"):
        planned = receiver.planned
        return Opaque(receiver.path, not planned, planned, local=receiver.local)
    stored = receiver.members.get(f".{name}")
    if isinstance(stored, FunctionValue):
        return machine.call(stored, arguments, node)
    path = f"{receiver.path}.{name}" if receiver.path else name
    result = _unseen(machine, path, arguments, node)
    if isinstance(result, Opaque):
        result.local |= receiver.local
        if receiver.planned and all(map(is_planned, arguments.all())):
            result.measured, result.planned = False, True
    return result


def _unseen(machine: Machine, path: str, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the value of a method whose code is not seen; its name may say what it does."""
    modelled = machine.library.call_by_last_name(machine, path, arguments, node)
    if modelled is not None:
        return modelled
    return calls.unknown_call(machine, Opaque(path), arguments, node)
