"""Methods of dicts, lists, strings, tensors and arrays."""

from __future__ import annotations

from lrlint.analysis.interpreter import attributes, escapes, members, numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    ListValue,
    Opaque,
    Sized,
    Store,
)
from lrlint.symbolic import Expr

# -- dicts ------------------------------------------------------------------------------------


def call_dict(machine: Machine, receiver: DictValue, name: str, arguments: Arguments) -> AnyValue:
    """Return the value of a method of a dict."""
    key = arguments.get(0)
    match name:
        case "get" if key is not None:
            return _get(machine, receiver, key, arguments.get(1))
        case "pop" if key is not None:
            value = _get(machine, receiver, key, arguments.get(1))
            known = members.dict_key(key)
            if known is not None and (known in receiver.store.data or not receiver.complete):
                members.forget_keys(receiver)
                machine.write(receiver.store, known, MISSING)
            return value
        case "setdefault" if key is not None:
            if members.dict_key(key) in receiver.store.data:
                return attributes.get_item(machine, receiver, key, None)
            value = arguments.get(1) or NONE
            machine.write(receiver.store, members.entry_key(machine, receiver, key), value)
            return value
        case "keys" | "values" | "items":
            return _view(machine, receiver, name)
        case "update":
            _update(machine, receiver, arguments)
            return NONE
        case "copy":
            data = dict(receiver.store.data)
            return DictValue(Store(data), receiver.complete, receiver.path, receiver.setting)
    return Opaque()


def _get(
    machine: Machine, receiver: DictValue, key: AnyValue, default: AnyValue | None
) -> AnyValue:
    known = members.dict_key(key)
    if known is not None and known not in receiver.store.data and receiver.complete:
        return default or NONE
    return attributes.get_item(machine, receiver, key, None)


def _view(machine: Machine, receiver: DictValue, name: str) -> AnyValue:
    """Return the keys, values or items of a dict; of an incomplete one, an element of each kind."""
    if receiver.complete:
        pairs = _pairs(machine, receiver)
        match name:
            case "keys":
                return ListValue([key for key, _ in pairs])
            case "values":
                return ListValue([value for _, value in pairs])
        return ListValue([ListValue([key, value], kind="tuple") for key, value in pairs])
    value = None if name == "keys" else members.any_value(receiver)
    if value is None:
        return Opaque()
    pair = ListValue([Opaque(), value], kind="tuple")
    return ListValue(None, element=value if name == "values" else pair)


def _pairs(machine: Machine, receiver: DictValue) -> list[tuple[AnyValue, AnyValue]]:
    pairs: list[tuple[AnyValue, AnyValue]] = []
    for name in list(receiver.store.data):
        key: AnyValue = Expr.const(name) if isinstance(name, int) else Const(name)
        pairs.append((key, attributes.get_item(machine, receiver, key, None)))
    return pairs


def _update(machine: Machine, receiver: DictValue, arguments: Arguments) -> None:
    other = arguments.get(0)
    if isinstance(other, DictValue):
        for key, value in other.store.data.items():
            machine.write(receiver.store, key, value)
        receiver.complete = receiver.complete and other.complete
    elif other is not None:
        receiver.complete = False
    for keyword, value in arguments.keywords.items():
        machine.write(receiver.store, keyword, value)


# -- lists ------------------------------------------------------------------------------------


def call_list(machine: Machine, receiver: ListValue, name: str, arguments: Arguments) -> AnyValue:
    """Return the value of a method of a list."""
    value = arguments.get(0)
    # How often a loop adds to a list that was built before it is not known here.
    once = receiver.home is machine.loop
    if name not in ("index", "count", "copy"):
        receiver.named, receiver.source = False, None
    match name:
        case "append" if value is not None:
            _append(receiver, value, once=once)
        case "extend" | "__iadd__" if value is not None:
            items = numbers.items_of(value)
            if receiver.items is not None and items is not None and once:
                receiver.items.extend(items)
            else:
                escapes.escape(value, "stored in a list")
                receiver.items = None
        case "insert" | "pop" | "remove" | "clear" | "sort" | "reverse":
            for argument in arguments.all():
                escapes.escape(argument, "stored in a list")
            last = receiver.items[-1] if receiver.items and name == "pop" else None
            receiver.items = None
            return last or NONE
        case "copy":
            return receiver
        case "index":
            return Opaque()
    return NONE


def _append(receiver: ListValue, value: AnyValue, *, once: bool) -> None:
    if receiver.items is not None and once:
        receiver.items.append(value)
        return
    if receiver.items is not None:
        for item in (*receiver.items, value):
            escapes.escape(item, "stored in a list")
        receiver.element = receiver.element or value
        receiver.items = receiver.length = None
    if not isinstance(value, (Expr, Opaque)):
        receiver.element = value


# -- tensors and strings ----------------------------------------------------------------------


def call_sized(machine: Machine, receiver: Sized, name: str, arguments: Arguments) -> AnyValue:
    """Return the value of a method of a tensor or array."""
    match name:
        case "size" | "__len__":
            shape, index = receiver.shape, numbers.plain(arguments.get(0))
            if shape is not None and isinstance(index, int) and index < len(shape):
                return shape[index]
            length = numbers.length_of(machine, receiver)
            return length if index in (0, None) and length is not None else Opaque()
        case "view" | "reshape" | "flatten" | "sum" | "mean" | "unsqueeze" | "squeeze" | "t":
            return Sized(None)
        case "item" | "max" | "min":
            return Opaque(measured=True)
    # `.float()`, `.to(device)`, `.cuda()`, `.astype(…)` keep the number of samples.
    return receiver


def call_string(text: str, receiver: Const, name: str, arguments: Arguments) -> AnyValue:
    """Return the value of a method of a string."""
    match name, arguments.get(0):
        case (("lower" | "upper" | "strip" | "title" | "capitalize"), _):
            return Const(getattr(text, name)(), receiver.strength, receiver.path)
        case (("startswith" | "endswith"), Const(value=str() as part)):
            return Const(getattr(text, name)(part), receiver.strength, receiver.path)
    return Opaque()
