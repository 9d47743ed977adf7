"""Method calls, by the kind of object they are called on."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import (
    assignment,
    attributes,
    calls,
    checkpoints,
    choices,
    escapes,
    members,
    numbers,
)
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model import values
from lrlint.analysis.model.trace import (
    SETS_INITIAL_LR,
    OptimizerCall,
    OptimizerStep,
    SchedulerCall,
    SchedulerStep,
)
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    ClassValue,
    Const,
    DictValue,
    External,
    File,
    FunctionValue,
    GroupsValue,
    Instance,
    ListValue,
    Loader,
    ModuleValue,
    Opaque,
    OptimizerRecord,
    OptimizerValue,
    SchedulerValue,
    Sized,
    Store,
    Stream,
    Superclass,
)
from lrlint.symbolic import Expr


def call_method(
    machine: Machine, receiver: AnyValue, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """``receiver.name(…)``."""
    match receiver:
        case SchedulerValue():
            return _scheduler(machine, receiver, name, arguments, node)
        case OptimizerValue():
            return _optimizer(machine, receiver, name, arguments, node)
        case DictValue():
            return _dict(machine, receiver, name, arguments)
        case ListValue():
            return _list(machine, receiver, name, arguments)
        case Loader() | Stream():
            return Opaque(measured=True) if name == "__next__" else receiver
        case Sized():
            return _sized(machine, receiver, name, arguments)
        case File():
            value = machine.library.call_method(machine, receiver, name, arguments, node)
            return Opaque() if value is None else value
        case Const(value=str() as text):
            return _string(text, receiver, name, arguments)
        case Expr():
            return receiver if name in ("item", "__int__") else Opaque()
        case Superclass():
            return _super(machine, receiver, name, arguments, node)
        case External() | ModuleValue() | ClassValue():
            return machine.call(machine.get_attribute(receiver, name), arguments, node)
        case Instance():
            return _instance(machine, receiver, name, arguments, node)
        case GroupsValue(record=record) if name in ("setdefault", "update"):
            machine.emit(OptimizerCall(*machine.where(node), record, SETS_INITIAL_LR))
        case GroupsValue(whole=True) if name in ("pop", "clear", "remove"):
            assignment.remove_group(machine, receiver, node)
        case FunctionValue() | GroupsValue():
            return Opaque()
    return _unknown(machine, receiver, name, arguments, node)


def _scheduler(
    machine: Machine, receiver: SchedulerValue, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    record = receiver.record
    via = tuple(machine.via)
    if name == "step":
        value = arguments.positional[0] if arguments.positional else None
        if value is None and arguments.keywords:
            value = next(iter(arguments.keywords.values()))
        text = machine.unit.code(node.args[0].value) if node.args else ""
        keyword = node.args[0].keyword.value if node.args and node.args[0].keyword else ""
        machine.emit(
            SchedulerStep(
                machine.here(node), via, record, value, f"{keyword}={text}" if keyword else text
            )
        )
        return NONE
    inside = machine.scope.owner is not None and any(
        "Scheduler" in base or base.endswith("LR")
        for base in members.external_bases(machine.scope.owner)
    )
    own = name == "load_state_dict" and checkpoints.is_own_state(arguments.get(0, "state_dict"))
    machine.emit(SchedulerCall(machine.here(node), via, record, name, inside, own))
    if name in ("get_lr", "get_last_lr"):
        return ListValue(None, element=Opaque("lr", measured=True))
    return Opaque(measured=True, state_of=record if name == "state_dict" else None)


def _optimizer(
    machine: Machine, receiver: OptimizerValue, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    record = receiver.record
    if name == "step":
        for value in arguments.positional:
            # A closure computes the loss; it is run by every step.
            if isinstance(value, FunctionValue):
                machine.call_function(value, Arguments())
        machine.emit(OptimizerStep(*machine.where(node), record))
        return Opaque(measured=True)
    if name in ("state_dict", "load_state_dict", "add_param_group"):
        own = name == "load_state_dict" and checkpoints.is_own_state(arguments.get(0, "state_dict"))
        machine.emit(OptimizerCall(*machine.where(node), record, name, own))
    if name == "add_param_group":
        machine.library.call_method(machine, receiver, name, arguments, node)
    return Opaque(measured=True, state_of=record if name == "state_dict" else None)


def _dict(machine: Machine, receiver: DictValue, name: str, arguments: Arguments) -> AnyValue:
    key = arguments.get(0)
    match name:
        case "setdefault" if key is not None:
            known = members.dict_key(key)
            if known is not None and known in receiver.store.data:
                return attributes.get_item(machine, receiver, key, None)
            value = arguments.get(1) or NONE
            machine.write(receiver.store, members.entry_key(machine, receiver, key), value)
            return value
        case "get" | "pop" if key is not None:
            known = members.dict_key(key)
            if known is not None and known not in receiver.store.data and receiver.complete:
                return arguments.get(1) or NONE
            found = attributes.get_item(machine, receiver, key, None)
            if name == "pop" and known is not None:
                members.forget_keys(receiver)
                machine.write(receiver.store, known, MISSING)
            return found
        case "values":
            if receiver.complete:
                return ListValue([v for _, v in _pairs(machine, receiver)])
            one = members.any_value(receiver)
            return Opaque() if one is None else ListValue(None, element=one)
        case "keys":
            return (
                ListValue([k for k, _ in _pairs(machine, receiver)])
                if receiver.complete
                else Opaque()
            )
        case "items" if receiver.complete:
            return ListValue(
                [ListValue([k, v], kind="tuple") for k, v in _pairs(machine, receiver)]
            )
        case "items":
            one = members.any_value(receiver)
            pair = None if one is None else ListValue([Opaque(), one], kind="tuple")
            return Opaque() if pair is None else ListValue(None, element=pair)
        case "update":
            other = arguments.get(0)
            if isinstance(other, DictValue):
                for name_, value in other.store.data.items():
                    machine.write(receiver.store, name_, value)
                receiver.complete = receiver.complete and other.complete
            elif other is not None:
                receiver.complete = False
            for keyword, value in arguments.keywords.items():
                machine.write(receiver.store, keyword, value)
            return NONE
        case "copy":
            return DictValue(
                Store(dict(receiver.store.data)), receiver.complete, receiver.path, receiver.setting
            )
    return Opaque()


def _pairs(machine: Machine, receiver: DictValue) -> list[tuple[AnyValue, AnyValue]]:
    pairs: list[tuple[AnyValue, AnyValue]] = []
    for key in list(receiver.store.data):
        name: AnyValue = Expr.const(key) if isinstance(key, int) else Const(key)
        pairs.append((name, attributes.get_item(machine, receiver, name, None)))
    return pairs


def _list(machine: Machine, receiver: ListValue, name: str, arguments: Arguments) -> AnyValue:
    value = arguments.get(0)
    once = receiver.home is machine.loop
    if name not in ("index", "count", "copy"):
        receiver.named, receiver.source = False, None
    match name:
        case "append" if value is not None:
            if receiver.items is not None and once:
                receiver.items.append(value)
            elif receiver.items is not None:
                # How often a loop appends is not known here, what it appends is.
                for item in (*receiver.items, value):
                    escapes.escape(item, "stored in a list")
                receiver.element = receiver.element or value
                receiver.items = None
                receiver.length = None
            if not isinstance(value, (Expr, Opaque)) and receiver.items is None:
                receiver.element = value
        case "extend" | "__iadd__" if value is not None:
            items = numbers.items_of(value)
            if receiver.items is not None and items is not None and once:
                receiver.items.extend(items)
            else:
                escapes.escape(value, "stored in a list")
                receiver.items = None
        case "insert" | "pop" | "remove" | "clear" | "sort" | "reverse":
            for item in arguments.all():
                escapes.escape(item, "stored in a list")
            if receiver.items and name == "pop":
                popped = receiver.items[-1]
                receiver.items = None
                return popped
            receiver.items = None
        case "copy":
            return receiver
    return NONE if name != "index" else Opaque()


def _sized(machine: Machine, receiver: Sized, name: str, arguments: Arguments) -> AnyValue:
    match name:
        case "size" | "__len__":
            index = numbers.plain(arguments.get(0))
            if (
                receiver.shape is not None
                and isinstance(index, int)
                and index < len(receiver.shape)
            ):
                return receiver.shape[index]
            length = numbers.length_of(machine, receiver)
            return length if index in (0, None) and length is not None else Opaque()
        case "view" | "reshape" | "flatten" | "sum" | "mean" | "unsqueeze" | "squeeze" | "t":
            return Sized(None)
        case "item" | "max" | "min":
            return Opaque(measured=True)
    # `.float()`, `.to(device)`, `.cuda()`, `.astype(…)` keep the number of samples.
    return receiver


def _string(text: str, receiver: Const, name: str, arguments: Arguments) -> AnyValue:
    match name:
        case "lower" | "upper" | "strip" | "title" | "capitalize":
            return Const(getattr(text, name)(), receiver.strength, receiver.path)
        case "startswith" | "endswith":
            part = arguments.get(0)
            if isinstance(part, Const) and isinstance(part.value, str):
                return Const(getattr(text, name)(part.value), receiver.strength, receiver.path)
    return Opaque()


def _super(
    machine: Machine, receiver: Superclass, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    found = machine.get_attribute(receiver, name)
    if isinstance(found, FunctionValue):
        return machine.call(found, arguments, node)
    if name == "__init__":
        return NONE
    for value in arguments.all():
        escapes.escape(value, f"handed to super().{name}(…)")
    return Opaque()


def _instance(
    machine: Machine, receiver: Instance, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    value = receiver.store.data.get(name)
    if value is None:
        value = machine.find_method(receiver, name)
    if value is None:
        value = attributes.delegated(machine, receiver, name)
    if value is not None:
        return machine.call(value, arguments, node)
    if receiver.kind is not None:
        modelled = machine.library.call_method(machine, receiver, name, arguments, node)
        if modelled is not None:
            return modelled
    stepped = _steps_an_optimizer(machine, name, arguments, node)
    if stepped is not None:
        return stepped
    if name == "__getattr__":
        return Opaque()
    return _foreign(machine, f"{receiver.path or 'object'}.{name}", arguments, node)


def _unknown(
    machine: Machine, receiver: AnyValue, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """A method of something unknown."""
    stepped = _steps_an_optimizer(machine, name, arguments, node)
    if stepped is not None:
        return stepped
    if isinstance(receiver, Opaque):
        if name == "step" and not arguments.all() and machine.adopted(receiver) is not None:
            record = machine.adopted(receiver)
            assert record is not None
            machine.emit(OptimizerStep(*machine.where(node), record))
            return Opaque(measured=True)
        if name in ("get",) and arguments.positional:
            return attributes.get_item(machine, receiver, arguments.positional[0], None)
        if name in ("item", "detach", "cpu", "numpy", "mean", "sum"):
            return Opaque(receiver.path, measured=True)
        stored = receiver.members.get(f".{name}")
        if isinstance(stored, FunctionValue):
            return machine.call(stored, arguments, node)
        path = f"{receiver.path}.{name}" if receiver.path else name
        return _foreign(machine, path, arguments, node)
    return _foreign(machine, name, arguments, node)


def _steps_an_optimizer(
    machine: Machine, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue | None:
    """``scaler.step(optimizer)`` and its like step the optimizer they are handed."""
    if name not in ("step", "step_optimizer", "optimizer_step"):
        return None
    for value in arguments.all():
        if any(_optimizer_of(machine, item) is not None for item in values.alternatives(value)):
            return choices.distribute(
                machine,
                value,
                node,
                lambda item: _step_one(machine, _optimizer_of(machine, item), node),
            )
    return None


def _optimizer_of(machine: Machine, value: AnyValue) -> OptimizerRecord | None:
    if isinstance(value, OptimizerValue):
        return value.record
    return machine.adopted(value) if isinstance(value, Opaque) else None


def _step_one(machine: Machine, record: OptimizerRecord | None, node: cst.Call) -> AnyValue:
    if record is not None:
        scaled = "scaler" in machine.unit.code(node.func).lower()
        machine.emit(OptimizerStep(*machine.where(node), record, scaled))
    return Opaque(measured=True)


def _foreign(machine: Machine, path: str, arguments: Arguments, node: cst.Call) -> AnyValue:
    modelled = machine.library.call_by_last_name(machine, path, arguments, node)
    if modelled is not None:
        return modelled
    return calls.unknown_call(machine, Opaque(path), arguments, node)
