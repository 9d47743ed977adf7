"""Method calls, by the kind of object they are called on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrlint.analysis import attributes, branches, calls, checkpoints, escapes, numeric
from lrlint.analysis.calls import Arguments
from lrlint.analysis.library import optimizers
from lrlint.analysis.state import MISSING
from lrlint.analysis.trace import (
    SETS_INITIAL_LR,
    OptimizerCall,
    OptimizerRecord,
    OptimizerStep,
    SchedulerCall,
    SchedulerStep,
)
from lrlint.analysis.values import (
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
    OptimizerValue,
    SchedulerValue,
    Sized,
    Stream,
    Superclass,
)
from lrlint.symbolic import Expr
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.interpreter import Interpreter


def call_method(
    at: Interpreter, receiver: AnyValue, name: str, arguments: Arguments, node: syn.Call
) -> AnyValue:
    """``receiver.name(…)``."""
    match receiver:
        case SchedulerValue():
            return _scheduler(at, receiver, name, arguments, node)
        case OptimizerValue():
            return _optimizer(at, receiver, name, arguments, node)
        case DictValue():
            return _dict(at, receiver, name, arguments)
        case ListValue():
            return _list(at, receiver, name, arguments)
        case Loader() | Stream():
            return Opaque(measured=True) if name == "__next__" else receiver
        case Sized():
            return _sized(at, receiver, name, arguments)
        case File():
            from lrlint.analysis.library import files

            return files.method(at, receiver, name, arguments, node)
        case Const(value=str() as text):
            return _string(text, receiver, name, arguments)
        case Expr():
            return receiver if name in ("item", "__int__") else Opaque()
        case Superclass():
            return _super(at, receiver, name, arguments, node)
        case External() | ModuleValue() | ClassValue():
            return calls.call(at, attributes.get_attribute(at, receiver, name), arguments, node)
        case Instance():
            return _instance(at, receiver, name, arguments, node)
        case GroupsValue(record=record) if name in ("setdefault", "update"):
            at.emit(OptimizerCall(at.here(node), tuple(at.via), record, SETS_INITIAL_LR))
        case GroupsValue(whole=True) if name in ("pop", "clear", "remove"):
            attributes.remove_group(at, receiver, node)
        case FunctionValue() | GroupsValue():
            return Opaque()
    return _unknown(at, receiver, name, arguments, node)


def _scheduler(
    at: Interpreter, receiver: SchedulerValue, name: str, arguments: Arguments, node: syn.Call
) -> AnyValue:
    record = receiver.record
    via = tuple(at.via)
    if name == "step":
        value = arguments.positional[0] if arguments.positional else None
        if value is None and arguments.keywords:
            value = next(iter(arguments.keywords.values()))
        text = at.unit.code(node.args[0].value) if node.args else ""
        keyword = node.args[0].keyword.value if node.args and node.args[0].keyword else ""
        at.emit(
            SchedulerStep(
                at.here(node), via, record, value, f"{keyword}={text}" if keyword else text
            )
        )
        return NONE
    inside = at.scope.owner is not None and any(
        "Scheduler" in base or base.endswith("LR")
        for base in attributes.external_bases(at.scope.owner)
    )
    own = name == "load_state_dict" and checkpoints.is_own_state(arguments.get(0, "state_dict"))
    at.emit(SchedulerCall(at.here(node), via, record, name, inside, own))
    if name in ("get_lr", "get_last_lr"):
        return ListValue(None, element=Opaque("lr", measured=True))
    return Opaque(measured=True, state_of=record if name == "state_dict" else None)


def _optimizer(
    at: Interpreter, receiver: OptimizerValue, name: str, arguments: Arguments, node: syn.Call
) -> AnyValue:
    record = receiver.record
    if name == "step":
        for value in arguments.positional:
            # A closure computes the loss; it is run by every step.
            if isinstance(value, FunctionValue):
                calls.call_function(at, value, Arguments())
        at.emit(OptimizerStep(at.here(node), tuple(at.via), record))
        return Opaque(measured=True)
    if name in ("state_dict", "load_state_dict", "add_param_group"):
        own = name == "load_state_dict" and checkpoints.is_own_state(arguments.get(0, "state_dict"))
        at.emit(OptimizerCall(at.here(node), tuple(at.via), record, name, own))
    if name == "add_param_group":
        optimizers.add_group(at, record, arguments, node)
    return Opaque(measured=True, state_of=record if name == "state_dict" else None)


def _dict(at: Interpreter, receiver: DictValue, name: str, arguments: Arguments) -> AnyValue:
    key = arguments.get(0)
    match name:
        case "setdefault" if key is not None:
            known = attributes.dict_key(key)
            if known is not None and known in receiver.store.data:
                return attributes.get_item(at, receiver, key, None)
            value = arguments.get(1) or NONE
            at.write(receiver.store, attributes.entry(at, receiver, key), value)
            return value
        case "get" | "pop" if key is not None:
            known = attributes.dict_key(key)
            if known is not None and known not in receiver.store.data and receiver.complete:
                return arguments.get(1) or NONE
            found = attributes.get_item(at, receiver, key, None)
            if name == "pop" and known is not None:
                attributes.forget_keys(receiver)
                at.write(receiver.store, known, MISSING)
            return found
        case "values":
            if receiver.complete:
                return ListValue([v for _, v in _pairs(at, receiver)])
            one = attributes.any_value(receiver)
            return Opaque() if one is None else ListValue(None, element=one)
        case "keys":
            return (
                ListValue([k for k, _ in _pairs(at, receiver)]) if receiver.complete else Opaque()
            )
        case "items" if receiver.complete:
            return ListValue([ListValue([k, v], kind="tuple") for k, v in _pairs(at, receiver)])
        case "items":
            one = attributes.any_value(receiver)
            pair = None if one is None else ListValue([Opaque(), one], kind="tuple")
            return Opaque() if pair is None else ListValue(None, element=pair)
        case "update":
            other = arguments.get(0)
            if isinstance(other, DictValue):
                for name_, value in other.store.data.items():
                    at.write(receiver.store, name_, value)
                receiver.complete = receiver.complete and other.complete
            elif other is not None:
                receiver.complete = False
            for keyword, value in arguments.keywords.items():
                at.write(receiver.store, keyword, value)
            return NONE
        case "copy":
            from lrlint.analysis.values import Store

            return DictValue(
                Store(dict(receiver.store.data)), receiver.complete, receiver.path, receiver.setting
            )
    return Opaque()


def _pairs(at: Interpreter, receiver: DictValue) -> list[tuple[AnyValue, AnyValue]]:
    pairs: list[tuple[AnyValue, AnyValue]] = []
    for key in list(receiver.store.data):
        name: AnyValue = Expr.const(key) if isinstance(key, int) else Const(key)
        pairs.append((name, attributes.get_item(at, receiver, name, None)))
    return pairs


def _list(at: Interpreter, receiver: ListValue, name: str, arguments: Arguments) -> AnyValue:
    value = arguments.get(0)
    once = receiver.home is at.loop
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
            items = numeric.items_of(value)
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


def _sized(at: Interpreter, receiver: Sized, name: str, arguments: Arguments) -> AnyValue:
    match name:
        case "size" | "__len__":
            index = numeric.plain(arguments.get(0))
            if (
                receiver.shape is not None
                and isinstance(index, int)
                and index < len(receiver.shape)
            ):
                return receiver.shape[index]
            length = numeric.length_of(at, receiver)
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
    at: Interpreter, receiver: Superclass, name: str, arguments: Arguments, node: syn.Call
) -> AnyValue:
    found = attributes.get_attribute(at, receiver, name)
    if isinstance(found, FunctionValue):
        return calls.call(at, found, arguments, node)
    if name == "__init__":
        return NONE
    for value in arguments.all():
        escapes.escape(value, f"handed to super().{name}(…)")
    return Opaque()


def _instance(
    at: Interpreter, receiver: Instance, name: str, arguments: Arguments, node: syn.Call
) -> AnyValue:
    value = receiver.store.data.get(name)
    if value is None:
        value = attributes.find_method(at, receiver, name)
    if value is None:
        value = attributes.delegated(at, receiver, name)
    if value is not None:
        return calls.call(at, value, arguments, node)
    if receiver.external is not None:
        from lrlint.analysis import library

        modelled = library.call_instance_method(at, receiver, name, arguments, node)
        if modelled is not None:
            return modelled
    stepped = _steps_an_optimizer(at, name, arguments, node)
    if stepped is not None:
        return stepped
    if name == "__getattr__":
        return Opaque()
    return _foreign(at, f"{receiver.path or 'object'}.{name}", arguments, node)


def _unknown(
    at: Interpreter, receiver: AnyValue, name: str, arguments: Arguments, node: syn.Call
) -> AnyValue:
    """A method of something unknown."""
    stepped = _steps_an_optimizer(at, name, arguments, node)
    if stepped is not None:
        return stepped
    if isinstance(receiver, Opaque):
        if name == "step" and not arguments.all() and at.adopted(receiver) is not None:
            record = at.adopted(receiver)
            assert record is not None
            at.emit(OptimizerStep(at.here(node), tuple(at.via), record))
            return Opaque(measured=True)
        if name in ("get",) and arguments.positional:
            return attributes.get_item(at, receiver, arguments.positional[0], None)
        if name in ("item", "detach", "cpu", "numpy", "mean", "sum"):
            return Opaque(receiver.path, measured=True)
        stored = receiver.members.get(f".{name}")
        if isinstance(stored, FunctionValue):
            return calls.call(at, stored, arguments, node)
        path = f"{receiver.path}.{name}" if receiver.path else name
        return _foreign(at, path, arguments, node)
    return _foreign(at, name, arguments, node)


def _steps_an_optimizer(
    at: Interpreter, name: str, arguments: Arguments, node: syn.Call
) -> AnyValue | None:
    """``scaler.step(optimizer)`` and its like step the optimizer they are handed."""
    if name not in ("step", "step_optimizer", "optimizer_step"):
        return None
    for value in arguments.all():
        if any(_optimizer_of(at, item) is not None for item in branches.alternatives(value)):
            return branches.distribute(
                at, value, node, lambda item: _step_one(at, _optimizer_of(at, item), node)
            )
    return None


def _optimizer_of(at: Interpreter, value: AnyValue) -> OptimizerRecord | None:
    if isinstance(value, OptimizerValue):
        return value.record
    return at.adopted(value) if isinstance(value, Opaque) else None


def _step_one(at: Interpreter, record: OptimizerRecord | None, node: syn.Call) -> AnyValue:
    if record is not None:
        scaled = "scaler" in at.unit.code(node.func).lower()
        at.emit(OptimizerStep(at.here(node), tuple(at.via), record, scaled))
    return Opaque(measured=True)


def _foreign(at: Interpreter, path: str, arguments: Arguments, node: syn.Call) -> AnyValue:
    from lrlint.analysis import library

    modelled = library.call_by_method_name(at, path, arguments, node)
    if modelled is not None:
        return modelled
    return calls.unknown_call(at, Opaque(path), arguments, node)
