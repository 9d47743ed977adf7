"""The names of settings: ``args.epochs``, ``cfg["train"]["epochs"]``."""

from __future__ import annotations

from dataclasses import replace

from lrlint.analysis.interpreter import numbers
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model import words
from lrlint.analysis.model.values import (
    BELOW,
    AnyValue,
    Choice,
    Const,
    DictValue,
    Instance,
    ListValue,
    Loader,
    Opaque,
    OptimizerValue,
    SchedulerValue,
    Sized,
    Stream,
)
from lrlint.symbolic import Expr, Strength, Unit


def name_setting(machine: Machine, value: AnyValue, path: str, strength: Strength) -> AnyValue:
    """A setting as it is called from now on: by the path under which the script reads it."""
    match value:
        case Expr(value=int() | float() as number) if _is_from_file(value):
            return machine.named_number(path, number, Strength.DEFAULT)
        case Const(value=held, path=str() as where) if BELOW in where:
            value = Const(held)
            strength = Strength.DEFAULT
    match value:
        case Expr() if not value.atoms() and value.value is not None:
            if strength is Strength.CONSTANT and value.value in (0, 1, -1):
                return value
            return machine.named_number(path, value.value, strength)
        case Const(path=None):
            chosen = machine.override(path)
            if isinstance(chosen, (int, float)) and not isinstance(chosen, bool):
                return machine.named_number(path, chosen, Strength.DEFAULT)
            return Const(value.value if chosen is None else chosen, strength, path)
        case DictValue(path=None) | Instance(path=None) | Opaque(path=None):
            value.path = path
        case ListValue(items=list() as items) if strength is Strength.DEFAULT:
            value.items = [
                name_setting(machine, item, f"{path}[{position}]", strength)
                for position, item in enumerate(items)
            ]
    return value


def _is_from_file(value: Expr) -> bool:
    """Whether it is a number of a settings file that has no name of the script's yet."""
    atoms = value.atoms()
    return len(atoms) == 1 and all(
        BELOW in atom.name and value == Expr.atom(atom) for atom in atoms
    )


def named(machine: Machine, value: AnyValue, name: str) -> AnyValue:
    """``value`` as it is called once it is stored under ``name`` for the first time."""
    if isinstance(value, Expr):
        # 0 and 1 are counters and switches far more often than settings.
        if value.is_constant and not value.atoms() and value.value not in (None, 0, 1, -1):
            assert value.value is not None
            return machine.named_number(name, value.value, Strength.CONSTANT)
        chosen = machine.override(name)
        if isinstance(chosen, (int, float)) and not isinstance(chosen, bool):
            return machine.named_number(name, chosen, Strength.DEFAULT)
        return value
    match value:
        case Opaque(path=None) | Instance(path=None) | DictValue(path=None) | Loader(path=None):
            value.path = name
            if isinstance(value, Loader):
                value.length = _named_length(machine, value.length, name)
        case Sized(path=None):
            value.path = name
        case OptimizerValue(record=record) | SchedulerValue(record=record):
            if record.variable is None:
                record.variable = name
        case ListValue(kind="list") if words.is_loader(name) and not value.named:
            length = numbers.length_of(machine, value)
            if length is not None and length.value:
                value.length, value.named = _named_length(machine, length, name), True
        case Stream(trips=Expr() as trips, items=None) if words.is_loader(name) and trips.value:
            return replace(value, trips=_named_length(machine, trips, name))
        case ListValue(items=list() as items, kind="list" | "dict"):
            for item in items:
                if isinstance(item, (OptimizerValue, SchedulerValue)):
                    named(machine, item, name)
        case Choice(alternatives=alternatives):
            for _, item in alternatives:
                if not isinstance(item, Expr):
                    named(machine, item, name)
        case Const(value=bool() | str() | None, path=None):
            chosen = machine.override(name)
            if chosen is not None:
                return Const(chosen, Strength.DEFAULT, name)
    return value


def _named_length(machine: Machine, length: Expr | None, name: str) -> Expr:
    """``len(name)`` says more than the number, where that rests on constants alone."""
    if length is None or length.value is None or machine.override(f"len({name})") is not None:
        return numbers.batches_atom(machine, name)
    if length.strength is not Strength.CONSTANT:
        return length
    return machine.named_number(f"len({name})", length.value, Strength.CONSTANT, unit=Unit.BATCH)
