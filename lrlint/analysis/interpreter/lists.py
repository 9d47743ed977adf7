"""Lists that change in place: their methods, and assigning to or deleting their items.

A list is known element by element as long as each change happens once and whatever the settings
are. After any other change only its kind is known.
"""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import escapes, numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import CHANGED, WHOLE
from lrlint.analysis.model.condition_queries import is_loop_atom
from lrlint.analysis.model.values import NONE, AnyValue, Const, ListValue, Opaque
from lrlint.symbolic import Expr

_READS = ("index", "count", "copy")


def call_list(
    machine: Machine, receiver: ListValue, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Return the value of a method of a list."""
    value = arguments.get(0)
    if name in _READS:
        machine.read(receiver, WHOLE)
    else:
        _note_change(machine, receiver)
        receiver.named, receiver.source = False, None
        _note_growth(machine, receiver, name, value)
    match name:
        case "copy":
            return copied(machine, receiver)
        case _ if receiver.kind == "set":
            if name not in _READS:
                forget(receiver, *arguments.all())
            return Opaque()
        case "append" if value is not None:
            _append(machine, receiver, value)
        case "extend" | "__iadd__" if value is not None:
            items = numbers.items_of(value)
            if receiver.items is not None and items is not None and happens_once(machine, receiver):
                receiver.items.extend(items)
            else:
                forget(receiver, value)
        case "insert" | "pop" | "remove" | "clear" | "sort" | "reverse":
            return _change(machine, receiver, name, arguments, node)
        case "index" | "count":
            return Opaque()
    return NONE


def _note_change(machine: Machine, receiver: ListValue) -> None:
    """Note a change in each loop whose body has read the list as it was before the loop."""
    for uses in machine.first_uses:
        if (receiver, WHOLE) in uses:
            uses[receiver, CHANGED] = True


def _note_growth(machine: Machine, receiver: ListValue, name: str, value: AnyValue | None) -> None:
    """Note a change of the length by an iteration of a loop."""
    growth = receiver.growth
    if growth is None:
        return
    unconditional = growth.loop is machine.loop and growth.guards == len(machine.guards)
    added = Expr.const(1) if name == "append" else None
    if name == "extend" and value is not None:
        length = numbers.length_of(machine, value)
        added = None if length is None or any(map(is_loop_atom, length.atoms())) else length
    growth.regular &= added is not None and unconditional
    growth.each += added or 0


def copied(machine: Machine, value: ListValue) -> ListValue:
    """Return another list of the same elements."""
    items = None if value.items is None else list(value.items)
    return ListValue(
        items,
        value.element,
        value.length,
        value.kind,
        home=machine.loop,
        under=len(machine.guards),
        source=value.source,
    )


def distinct(items: list[AnyValue]) -> list[AnyValue] | None:
    """Return the elements of a set; None where it is not known which are equal."""
    if len(items) > 1 and any(isinstance(item, Expr) and item.value is None for item in items):
        return None
    keys = [item.value if isinstance(item, (Const, Expr)) else id(item) for item in items]
    return list(dict(zip(keys, items, strict=True)).values())


def forget(receiver: ListValue, *added: AnyValue) -> None:
    """Note that the elements of a list are not known any more; ``added`` may be among them."""
    for item in (*(receiver.items or ()), *added):
        escapes.escape(item, "stored in a list")
    receiver.items = receiver.length = receiver.source = None
    receiver.named = False


def assign_item(machine: Machine, receiver: ListValue, key: int | None, value: AnyValue) -> None:
    """Assign to one element; to an unknown one where ``key`` is None."""
    items = receiver.items
    _note_change(machine, receiver)
    if items is None:
        receiver.source = None
        escapes.escape(value, "stored in a list")
    elif key is None or not _is_settled(machine, receiver):
        forget(receiver, value)
    elif -len(items) <= key < len(items):
        items[key] = value
        receiver.source = None


def assign_slice(
    machine: Machine, receiver: ListValue, part: slice | None, value: AnyValue | None
) -> None:
    """Assign to a slice, or delete it where ``value`` is None; ``part`` is None if unknown."""
    added = [] if value is None else numbers.items_of(value)
    items = receiver.items
    _note_change(machine, receiver)
    if items is None or part is None or added is None or not _is_settled(machine, receiver):
        forget(receiver, *([] if value is None else [value]))
        return
    items[part] = added
    receiver.source, receiver.named = None, False


def happens_once(machine: Machine, receiver: ListValue) -> bool:
    """Whether the loops around a change are those around the construction of the list."""
    return receiver.home is machine.loop


def _is_settled(machine: Machine, receiver: ListValue) -> bool:
    """Whether a change made here happens once, and by the script's defaults."""
    later = machine.guards[receiver.under :]
    return happens_once(machine, receiver) and all(guard.lean for guard in later)


def _append(machine: Machine, receiver: ListValue, value: AnyValue) -> None:
    if receiver.items is not None and happens_once(machine, receiver):
        receiver.items.append(value)
        return
    if receiver.items is not None:
        for item in (*receiver.items, value):
            escapes.escape(item, "stored in a list")
        receiver.items = receiver.length = None
    if isinstance(value, Opaque) and receiver.element is None:
        receiver.element = Opaque(measured=value.measured, local=value.local)
    elif not isinstance(value, (Expr, Opaque)):
        receiver.element = value


def _change(
    machine: Machine, receiver: ListValue, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Run a method that changes a list; forget its items where they are no longer known."""
    items = receiver.items
    if items is None or not _is_settled(machine, receiver):
        last = items[-1] if items else None
        forget(receiver, *arguments.all())
        if name != "pop":
            return NONE
        # Each iteration takes another element. Objects are of one kind, but numbers differ.
        return Opaque(measured=True) if last is None or isinstance(last, (Expr, Const)) else last
    position = numbers.plain(arguments.get(0))
    match name, arguments.positional:
        case "pop", []:
            return items.pop() if items else Opaque()
        case "pop", [_] if isinstance(position, int) and -len(items) <= position < len(items):
            return items.pop(position)
        case "insert", [_, value] if isinstance(position, int):
            items.insert(position, value)
        case "clear", []:
            items.clear()
        case "reverse", []:
            items.reverse()
        case "sort", _ if (
            ordered := in_order(machine, items, arguments.keywords, node)
        ) is not None:
            items[:] = ordered
        case _:
            forget(receiver, *arguments.all())
            return Opaque() if name == "pop" else NONE
    return NONE


def in_order(
    machine: Machine, items: list[AnyValue], keywords: dict[str, AnyValue], node: cst.Call
) -> list[AnyValue] | None:
    """Return elements as ``sorted`` puts them; None where what it compares is not known."""
    function, backwards = keywords.get("key"), keywords.get("reverse")
    keys = [
        item
        if function is None or function == NONE
        else machine.call(function, Arguments([item]), node)
        for item in items
    ]
    known = [number for number in map(numbers.plain, keys) if number is not None]
    if len(known) < len(items) or not (backwards is None or isinstance(backwards, Const)):
        return None
    order = sorted(
        range(len(items)),
        key=known.__getitem__,
        reverse=backwards is not None and bool(backwards.value),
    )
    return [items[position] for position in order]
