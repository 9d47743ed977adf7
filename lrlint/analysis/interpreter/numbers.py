"""Values as numbers, and their lengths."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from lrlint.analysis.interpreter import arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import WHOLE
from lrlint.analysis.model import words
from lrlint.analysis.model.computed import RateInUse, all_atoms, computed
from lrlint.analysis.model.condition_queries import depends_on_loop, text_of
from lrlint.analysis.model.records import GroupsValue
from lrlint.analysis.model.value_queries import alternatives, is_local, leaning
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Loader,
    Opaque,
    Sized,
    Stream,
    Truth,
)
from lrlint.symbolic import Atom, Expr, NotRepresentable, Strength, TooComplex, Unit

_CONSTANTS = {
    f"{module}.{name}": getattr(math, name) for module in ("math", "numpy") for name in ("pi", "e")
}


def to_number(machine: Machine, value: AnyValue | None) -> Expr | None:
    """Return a value as a number, or None where it is not one.

    An unknown setting becomes an atom with its name. A measured value such as a loss does not,
    because nothing follows from it.
    """
    match value:
        case Expr():
            return value
        case External(name=name) if name in _CONSTANTS:
            return Expr.const(_CONSTANTS[name])
        case Const(value=bool() as flag, strength=Strength.CONSTANT):
            return Expr.const(int(flag))
        case Truth(condition=condition) if depends_on_loop(condition):
            return Expr.atom(Atom(f"[{text_of(condition)[:80]}]", key=condition, lower=0))
        case Opaque(number=Expr() as number):
            return number
        case Opaque(path=str() as path, measured=False):
            value.number = machine.named_number(path, None, Strength.OPEN)
            return value.number
        case Choice():
            lean = leaning(value)
            default = None if lean is value else to_number(machine, lean)
            return None if default is None else as_default(value, default)
    return None


def rate_of(machine: Machine, value: AnyValue | None) -> Expr | None:
    """Return a value as a number that may follow from the LR in use; None where it is not one."""
    match value:
        case Opaque(rate=Expr() as rate):
            return rate
        case Choice():
            lean = leaning(value)
            return None if lean is value else rate_of(machine, lean)
    return to_number(machine, value)


def rate_in_use(machine: Machine, group: GroupsValue) -> Expr:
    """Return the LR that a param group has now."""
    key = RateInUse(group.record, group.index, group, _moment(machine, group))
    return Expr.atom(Atom('param_group["lr"]', key=key, lower=None, integer=False))


def law_of(machine: Machine, group: GroupsValue, value: AnyValue) -> Expr | None:
    """Return an LR that is written into a group as a number; None where it cannot be read.

    An LR in use that has been read in another iteration, or before another write, may be another.
    """
    rate = rate_of(machine, value)
    keys = [] if rate is None else rates_in(rate)
    current = all(
        key.record is group.record
        and key.since == _moment(machine, group if key.group is None else None)
        for key in keys
    )
    return rate if current else None


def rates_in(*numbers: Expr) -> list[RateInUse]:
    """Return the LRs in use that numbers follow."""
    return [atom.key for atom in all_atoms(*numbers) if isinstance(atom.key, RateInUse)]


def are_current(machine: Machine, rates: list[RateInUse]) -> bool:
    """Whether LRs that have been read are those of now, of groups that are known."""
    return all(
        not rate.visited.unknown and rate.since == _moment(machine, rate.visited) for rate in rates
    )


def _moment(machine: Machine, group: GroupsValue | None) -> tuple[int, int, int, int | None]:
    """Return a key that is the same for an LR in use until another one is written."""
    visited = None if group is None or group.index is not None else id(group)
    return id(machine.loop), machine.lr_writes, machine.lr_steps, visited


def apply(machine: Machine, function: str, *operands: AnyValue | None) -> AnyValue:
    """Return what a function gives of numbers and settings, or an unknown.

    What it gives of numbers that change during the training differs from step to step.
    """
    measured = any(isinstance(value, Opaque) and value.measured for value in operands)
    parts = [rate_of(machine, value) for value in operands]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not all_atoms(*known):
        return Opaque(measured=measured, local=is_local(*operands))
    place = None if machine.statement is None else machine.here(machine.statement)
    try:
        number = computed(function, known, place=place)
    except (TooComplex, ValueError, ArithmeticError, TypeError):
        return Opaque(measured=measured)
    return Opaque(measured=True, rate=number) if measured else number


def as_default(value: Choice, number: Expr) -> Expr:
    """Return the number that the script's defaults choose; it is not more certain than they are."""
    if number.value is None or number.strength is not Strength.CONSTANT:
        return number
    atom = Atom(
        name=str(number),
        key=("default", tuple(condition for condition, _ in value.alternatives), number),
        unit=number.unit,
        strength=Strength.DEFAULT,
        value=number.value,
        lower=min(number.value, 1),
        integer=not isinstance(number.value, float),
    )
    return Expr.atom(atom)


def plain(value: AnyValue | None) -> int | float | None:
    """Return the number that Python computes with the script's defaults, if it is known."""
    return value.value if isinstance(value, Expr) else None


def from_python(number: int | float) -> AnyValue:
    """Return a Python number as a value; an infinite one is a constant, not an `Expr`."""
    if isinstance(number, float) and not math.isfinite(number):
        return Const(number)
    return Expr.const(number)


def compute(operation: Callable[..., Expr], *operands: Expr) -> AnyValue:
    """Return the result of an operation, or an unknown where it has no exact result."""
    try:
        return operation(*operands)
    except (NotRepresentable, TooComplex, ZeroDivisionError, OverflowError, ValueError):
        return Opaque()


def length_atom(machine: Machine, path: str) -> Expr:
    """Return the open number ``len(path)``, with the unit that the path suggests."""
    if words.is_loader(path):
        unit: Unit | None = Unit.BATCH
    elif words.is_data(path):
        unit = Unit.SAMPLE
    else:
        unit = None
    return machine.named_number(f"len({path})", None, Strength.OPEN, unit=unit)


def batches_atom(machine: Machine, path: str, same_as: Expr | None = None) -> Expr:
    """Return the open number ``len(path)`` of batches in a loader."""
    number = machine.named_number(f"len({path})", None, Strength.OPEN, unit=Unit.BATCH)
    (atom,) = number.atoms()
    return number if same_as is None else Expr.atom(replace(atom, same_as=same_as))


def length_of(machine: Machine, value: AnyValue) -> Expr | None:
    """Return ``len(value)``, or None where there is no way to tell or name it."""
    match value:
        case ListValue(named=True, length=length):
            return length
        case ListValue(items=list() as items, grows=False):
            return Expr.const(len(items))
        case ListValue(length=length):
            return length
        case Const(value=str() | bytes() as text):
            return Expr.const(len(text))
        case DictValue(complete=True, store=store):
            machine.read(store, WHOLE)
            return Expr.const(len(store.data))
        case Stream(trips=trips):
            return trips
        case Sized(length=None, path=str() as path):
            value.length = machine.named_number(
                f"len({path})", None, Strength.OPEN, unit=Unit.SAMPLE
            )
            return value.length
        case Sized(length=length):
            return length
        case Loader(length=None, path=str() as path):
            value.length = batches_atom(machine, path)
            return value.length
        case Loader(length=length):
            return length
        case Instance():
            return _instance_length(machine, value)
        case Opaque(path=None, length=Expr() as length):
            return length
        case Opaque(path=str() as path):
            if value.length is None:
                value.length = length_atom(machine, path)
            return value.length
        case GroupsValue(whole=True, record=record) if not record.unknown_groups:
            return Expr.const(len(record.groups))
        case Choice():
            return _choice_length(machine, value)
    return None


def _choice_length(machine: Machine, value: Choice) -> Expr | None:
    lengths = [length_of(machine, inner) for inner in alternatives(value)]
    if lengths and all(length is not None and length == lengths[0] for length in lengths):
        return lengths[0]
    lean = leaning(value)
    return None if lean is value else length_of(machine, lean)


def _instance_length(machine: Machine, value: Instance) -> Expr | None:
    method = machine.find_method(value, "__len__")
    if isinstance(method, FunctionValue):
        number = to_number(machine, machine.call_function(method, arguments.Arguments()))
        if number is not None:
            return number
    if value.path is None:
        return None
    if value.length is None:
        value.length = length_atom(machine, value.path)
    return value.length


def items_of(value: AnyValue) -> list[AnyValue] | None:
    """Return the elements of a sequence, where they are known one by one."""
    match value:
        case ListValue(items=items):
            return items
        case Stream(items=items):
            return items
        case Sized(shape=tuple() as shape):
            return list(shape)
        case GroupsValue(whole=True, record=record) if not record.unknown_groups:
            numbers = range(len(record.groups))
            return [GroupsValue(record, False, number, visited=True) for number in numbers]
    return None
