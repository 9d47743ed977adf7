"""Methods of dicts, strings, tensors and arrays."""

from __future__ import annotations

import re
from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import choices, escapes, imports, members, numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.items import entry, get_item
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.names import named_entries
from lrlint.analysis.interpreter.operators import LONGEST
from lrlint.analysis.interpreter.outcomes import MISSING, WHOLE
from lrlint.analysis.model.value_queries import is_planned
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    External,
    ListValue,
    Opaque,
    Sized,
    Store,
)
from lrlint.symbolic import Expr

# -- dicts ------------------------------------------------------------------------------------


def call_dict(
    machine: Machine, receiver: DictValue, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Return the value of a method of a dict."""
    key = arguments.get(0)
    match name:
        case "get" if key is not None:
            return _get(machine, receiver, key, arguments.get(1))
        case "getint" | "getfloat" if isinstance(key, Const):  # a section of configparser
            text = _get(machine, receiver, Const(str(key.value).lower()), arguments.get(1))
            return machine.call(External("builtins.float"), Arguments([text]), node)
        case "pop" if key is not None:
            value = _get(machine, receiver, key, arguments.get(1))
            known = members.dict_key(key)
            if known is None:
                receiver.complete = False
            if known in receiver.store.data:
                members.forget_keys(receiver)
                machine.write(receiver.store, known, MISSING)
            return value
        case "setdefault" if key is not None:
            value = arguments.get(1) or NONE
            machine.read(receiver.store, members.dict_key(key))
            if members.dict_key(key) in receiver.store.data:
                # A branch that has not run may have set the key: then the default counts.
                escapes.escape(value, "the default of a setdefault()")
                return get_item(machine, receiver, key, None)
            if machine.may_be_set(members.dict_key(key)):
                escapes.escape(value, "the default of a setdefault()")
                value = Opaque()
            machine.write(receiver.store, members.entry_key(machine, receiver, key), value)
            return value
        case "keys" | "values" | "items":
            return _view(machine, receiver, name)
        case "update":
            update(machine, receiver, arguments)
            return NONE
        case "copy":
            copy = replace(receiver, store=Store(dict(receiver.store.data)))
            machine.dicts.append(copy)
            return copy
        case "clear":
            for entry in list(receiver.store.data):
                machine.write(receiver.store, entry, MISSING)
            members.forget_keys(receiver)
            return NONE
        case "popitem" if receiver.complete and receiver.store.data:
            key, value = _pairs(machine, receiver)[-1]
            machine.write(receiver.store, list(receiver.store.data)[-1], MISSING)
            return ListValue([key, value], kind="tuple")
        case "popitem":
            receiver.complete = False
    return Opaque()


def _get(
    machine: Machine, receiver: DictValue, key: AnyValue, default: AnyValue | None
) -> AnyValue:
    known = members.dict_key(key)
    imports.fill(machine, receiver, known)
    machine.read(receiver.store, known)
    missing = known is not None and known not in receiver.store.data and receiver.complete
    if missing and not machine.may_be_set(known):
        return default or NONE
    if known is None and isinstance(key, Expr) and receiver.complete:
        value = entry(machine, receiver, key, default or NONE)
        if value is not None or any(isinstance(it, Expr) for it in receiver.store.data.values()):
            return value or Opaque()
        if is_planned(receiver):
            return Opaque(planned=True)  # the only value is not that of each key
    found = receiver.store.data.get(known)
    value = get_item(machine, receiver, key, None)
    return choices.or_else(machine, found, value, default or NONE, str(known))


def _view(machine: Machine, receiver: DictValue, name: str) -> AnyValue:
    """Return the keys, values or items of a dict; of an incomplete one, an element of each kind."""
    machine.read(receiver.store, WHOLE)
    if receiver.complete:
        pairs = _pairs(machine, receiver)
        match name:
            case "keys":
                return ListValue([key for key, _ in pairs])
            case "values":
                return ListValue([value for _, value in pairs])
        return ListValue([ListValue([key, value], kind="tuple") for key, value in pairs])
    if name == "keys" and (only := members.only_key(receiver)) is not None:
        return ListValue([only])
    value = None if name == "keys" else members.any_value(receiver)
    if value is None:
        return Opaque()
    pair = ListValue([Opaque(), value], kind="tuple")
    return ListValue(None, element=value if name == "values" else pair)


def _pairs(machine: Machine, receiver: DictValue) -> list[tuple[AnyValue, AnyValue]]:
    pairs: list[tuple[AnyValue, AnyValue]] = []
    for name in list(receiver.store.data):
        key: AnyValue = Expr.const(name) if isinstance(name, int) else Const(name)
        pairs.append((key, get_item(machine, receiver, key, None)))
    return pairs


def update(machine: Machine, receiver: DictValue, arguments: Arguments) -> None:
    """Write the entries of another dict, and of keywords, into a dict."""
    other = arguments.get(0)
    if isinstance(other, DictValue):
        for key, value in list(named_entries(machine, other).items()):
            before = receiver.store.data.get(key, MISSING)
            if before is not MISSING:
                value = choices.or_else(
                    machine, value, choices.present(machine, value), before, str(key)
                )
            machine.write(receiver.store, key, value)
        receiver.complete = receiver.complete and other.complete
    elif other is not None:
        receiver.complete = False
    for keyword, value in arguments.keywords.items():
        machine.write(receiver.store, keyword, value)


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
        case "repeat" | "tile" | "expand" | "repeat_interleave":
            return Sized(_repeated(machine, receiver, name, arguments))
        case "numel" | "nelement":
            return _elements(machine, receiver)
        case "item" | "max" | "min":
            return Opaque(measured=True)
        case _ if name in _REDUCE and _of_columns(arguments):
            return Sized(numbers.length_of(machine, receiver))
    if name in _KEEP_ROWS and receiver.element is not None:
        return Sized(receiver.length, receiver.path, receiver.shape)
    if name in _SAME_NUMBERS or name in _KEEP_ROWS:
        return receiver
    receiver.element = None  # it may change the array in place
    keeps_rows = name.endswith("_") and name not in _RESHAPE_IN_PLACE
    return receiver if keeps_rows else Sized(None)


def _elements(machine: Machine, receiver: Sized) -> AnyValue:
    """Return the number of all elements of an array, where its shape is known."""
    total = Expr.const(1)
    for size in receiver.shape or ():
        number = numbers.to_number(machine, size)
        if number is None:
            return Opaque()
        total *= number
    return Opaque() if receiver.shape is None else total


def _of_columns(arguments: Arguments) -> bool:
    """Whether a reduction runs over another dimension than the samples: ``x.sum(1)``."""
    dimension = arguments.get(0, "dim") or arguments.keywords.get("axis")
    number = numbers.plain(dimension)
    return isinstance(number, int) and number > 0


_REDUCE = frozenset({"sum", "mean", "prod", "argmax", "argmin", "norm", "std", "var", "any", "all"})
_SAME_NUMBERS = frozenset(
    {
        *("clone", "contiguous", "copy", "cpu", "cuda", "detach", "double", "numpy"),
        *("pin_memory", "tolist"),
    }
)
"""Methods that keep the elements."""
_KEEP_ROWS = frozenset(
    {
        *("abs", "add", "clamp", "clip", "cos", "div", "exp", "log", "mul", "pow", "relu"),
        *("round", "sigmoid", "sin", "sqrt", "sub", "tanh"),
        *("astype", "bfloat16", "bool", "byte", "float", "half", "int", "long"),
        *("short", "to", "type", "type_as"),
    }
)
"""Methods that keep the number of samples: ``.round()``, ``.to(device)``, ``.astype(…)``."""
_RESHAPE_IN_PLACE = frozenset({"resize_", "squeeze_", "t_", "transpose_", "unsqueeze_"})


def _repeated(machine: Machine, receiver: Sized, name: str, arguments: Arguments) -> Expr | None:
    """Return the number of rows of ``x.repeat(2, 1)`` and the like, where it is known."""
    length, shape = numbers.length_of(machine, receiver), receiver.shape
    sizes = list(arguments.positional)
    if sizes and isinstance(sizes[0], ListValue):
        sizes = sizes[0].items or []
    first = numbers.to_number(machine, sizes[0]) if sizes else None
    if length is None or first is None or shape is None:
        return None
    if name == "repeat_interleave":
        dim = numbers.plain(arguments.get(1, "dim"))
        along_rows = dim == 0 or (dim is None and len(shape) == 1)
        return length * first if along_rows else length if dim is not None else None
    if len(sizes) != len(shape):
        return first if len(sizes) > len(shape) else None
    if name == "expand":
        return length if first.value == -1 else first
    return length * first


def call_string(text: str, receiver: Const, name: str, arguments: Arguments) -> AnyValue:
    """Return the value of a method of a string."""
    match name, arguments.get(0):
        case (("lower" | "upper" | "title" | "capitalize"), _):
            return Const(getattr(text, name)(), receiver.strength, receiver.path)
        case "format", _:
            return _filled(text, arguments)
        case (("startswith" | "endswith"), Const(value=str() as part)):
            return Const(getattr(text, name)(part), receiver.strength, receiver.path)
        case "split", None:
            return _words(receiver, text.split())
        case "split", Const(value=str() as separator) if separator:
            return _words(receiver, text.split(separator))
        case _ if name in _OF_TEXTS and not arguments.keywords and not arguments.open:
            given = [value.value if isinstance(value, Const) else None for value in arguments.all()]
            if all(isinstance(part, str) for part in given) and len(given) <= _OF_TEXTS[name]:
                return Const(getattr(text, name)(*given), receiver.strength, receiver.path)
    return Opaque()


_OF_TEXTS = {
    **dict.fromkeys(("strip", "lstrip", "rstrip", "removeprefix", "removesuffix"), 1),
    "replace": 2,
}
"""Methods that return a part of a text, with the most texts that they take."""


_FIELDS = re.compile(r"\{\w*\}")
"""The fields of a format string that only name what they are filled with: no width may be huge."""


def _filled(text: str, arguments: Arguments) -> AnyValue:
    """Return ``"{}/{name}.yaml".format(folder, name=task)`` where texts fill all fields."""
    if arguments.open or set(_FIELDS.sub("", text)) & {"{", "}"}:
        return Opaque()
    texts = [value.value if isinstance(value, Const) else None for value in arguments.all()]
    if not all(isinstance(inner, str) for inner in texts):
        return Opaque()
    first = len(arguments.positional)
    try:
        filled = text.format(
            *texts[:first], **dict(zip(arguments.keywords, texts[first:], strict=True))
        )
    except (IndexError, KeyError, ValueError):
        return Opaque()
    return Const(filled) if len(filled) <= LONGEST else Opaque()


def _words(receiver: Const, words: list[str]) -> ListValue:
    """Return the parts of a text; each of several is another setting than the whole."""
    path = receiver.path
    if len(words) == 1 or path is None:
        return ListValue([Const(word, receiver.strength, path) for word in words])
    return ListValue(
        [
            Const(word, receiver.strength, f"{path}.split(…)[{number}]")
            for number, word in enumerate(words)
        ]
    )
