"""The names of values: ``epochs``, ``args.epochs``, ``cfg["train"]["epochs"]``, ``len(loader)``."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import replace
from functools import lru_cache

from lrlint.analysis.interpreter import numbers
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import path_suffix
from lrlint.analysis.interpreter.state import is_number
from lrlint.analysis.model import words
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.value_queries import alternatives
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
    Scope,
    Sized,
    Stream,
)
from lrlint.source.relevance.outline import without_strings
from lrlint.symbolic import Expr, Strength, Unit


def name_setting(machine: Machine, value: AnyValue, path: str, strength: Strength) -> AnyValue:
    """Return a setting under the path that the script reads, such as ``args.epochs``."""
    match value:
        case Expr(value=int() | float() as number) if _is_from_file(value):
            return machine.named_number(path, number, Strength.DEFAULT)
        case Const(value=constant, path=str() as where) if BELOW in where:
            value = Const(constant)
            strength = Strength.DEFAULT
    match value:
        case Expr() if not value.atoms() and value.value is not None:
            if strength is Strength.CONSTANT and value.value in (0, 1, -1):
                return value
            return machine.named_number(path, value.value, strength)
        case Const(path=None):
            chosen = machine.override(path)
            if is_number(chosen):
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


def named_entries(machine: Machine, mapping: DictValue) -> Mapping[Hashable, AnyValue]:
    """Return the entries of a dict; settings get the names that the user may set."""
    data = mapping.store.data
    if not mapping.setting:
        return data
    named = dict(data)
    for key, value in data.items():
        if isinstance(key, str):
            path = f"{mapping.path}{path_suffix(Const(key), None)}" if mapping.path else key
            named[key] = name_setting(machine, value, path, Strength.DEFAULT)
    return named


def _is_from_file(value: Expr) -> bool:
    """Whether it is a number from a settings file that the script has not named yet."""
    atoms = value.atoms()
    return len(atoms) == 1 and all(
        BELOW in atom.name and value == Expr.atom(atom) for atom in atoms
    )


def constant_at_top(machine: Machine, scope: Scope, name: str, value: AnyValue) -> AnyValue:
    """Return a constant at the top of a script as a default that its user may edit.

    A branch on such a constant stays open: the script has one for its other values, too. A name in
    small letters counts only where the script tests the text in it, or where it is about resuming.
    """
    match value:
        case Const(value=str(), strength=Strength.CONSTANT, path=None):
            if not (_may_be_edited(name) or _is_tested(name, scope)):
                return value
        case Const(value=bool() | None, strength=Strength.CONSTANT, path=None):
            if not _may_be_edited(name):
                return value
        case Expr() if value.is_constant and value.value in (0, 1) and _may_be_edited(name):
            if not _is_tested(name, scope):
                return value
        case _:
            return value
    text = _code_of(scope.unit.source.text)
    written = re.findall(rf"\b{name}\s*(?::[^=\n]+)?(?:[-+*/|&%]|//|\*\*)?=(?!=)", text)
    if len(written) > 1 or re.search(rf"\bfor\b[^\n]*\b{name}\b[^\n]*\bin\b", text):
        return value
    if isinstance(value, Expr):
        return machine.named_number(name, value.value, Strength.DEFAULT)
    return Const(value.value, Strength.DEFAULT, name)


def choices_at_top(machine: Machine, owner: str, form: str, values: dict[object, AnyValue]) -> None:
    """Make the texts and flags among a script's own settings defaults that its user may edit.

    The settings are a dict or a class at the top of a module: ``config = {"scheduler": "step"}``.
    """
    if _SETTINGS.search(owner):
        for key, value in values.items():
            if isinstance(value, Const) and isinstance(key, str) and not key.startswith("_"):
                path = form.format(owner, key)
                values[key] = name_setting(machine, value, path, Strength.DEFAULT)


_SETTINGS = re.compile(
    r"(?i)(?:cfg|conf|config(?:uration)?|flags|hp|hyper|param(?:eter)?s|opts?|options|settings"
    r"|arg(?:ument)?s)$"
)
_RESUMES = re.compile(r"resume|restart|pretrained|checkpoint|ckpt")


_code_of = lru_cache(32)(without_strings)


def _is_tested(name: str, scope: Scope) -> bool:
    text = _code_of(scope.unit.source.text)
    return re.search(rf"\b(?:if|match)\b[^\n]*\b{name}\b", text) is not None


def _may_be_edited(name: str) -> bool:
    return not name.startswith("_") and (name.isupper() or bool(_RESUMES.search(name)))


def name_value(machine: Machine, value: AnyValue, name: str) -> AnyValue:
    """Return a value under the name that it is stored by, if it has none yet."""
    match value:
        case Expr():
            return _named_number(machine, value, name)
        case Loader(path=None):
            value.path = name
            value.length = _named_length(machine, value.length, name, value.by_samples)
        case Opaque(path=None) | Instance(path=None) | DictValue(path=None) | Sized(path=None):
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
        case ListValue(items=list() as items, kind="list"):
            for item in items:
                if isinstance(item, (OptimizerValue, SchedulerValue)):
                    name_value(machine, item, name)
        case Choice():
            for alternative in alternatives(value):
                if not isinstance(alternative, Expr):
                    name_value(machine, alternative, name)
        case Const(value=bool() | str() | None, path=None):
            chosen = machine.override(name)
            if chosen is not None:
                return Const(chosen, Strength.DEFAULT, name)
    return value


def _named_number(machine: Machine, number: Expr, name: str) -> Expr:
    number = _name_joined(machine, number, name)
    # 0 and 1 are counters and switches far more often than settings.
    if number.is_constant and not number.atoms() and number.value not in (None, 0, 1, -1):
        assert number.value is not None
        return machine.named_number(name, number.value, Strength.CONSTANT)
    chosen = machine.override(name)
    return machine.named_number(name, chosen, Strength.DEFAULT) if is_number(chosen) else number


def _name_joined(machine: Machine, number: Expr, name: str) -> Expr:
    """Give its name to a number that is one of two: ``lr = a if condition else b``."""
    atoms = number.atoms()
    if len(atoms) != 1:
        return number
    (atom,) = atoms
    nameless = atom.name == words.UNNAMED or (
        atom.name == str(atom.value) and atom in machine.replaced
    )
    if not nameless or number != Expr.atom(atom):
        return number
    unit = atom.unit or words.unit_of(name)
    named = replace(atom, name=name, unit=unit, integer=atom.integer or unit is not None)
    if atom in machine.replaced:
        machine.replaced[named] = machine.replaced[atom]
    return Expr.atom(named)


def _named_length(
    machine: Machine, length: Expr | None, name: str, by_samples: Expr | None = None
) -> Expr:
    """Return the number of batches as ``len(name)``, unless the script's defaults give it."""
    if length is None or length.value is None or machine.override(f"len({name})") is not None:
        return numbers.batches_atom(machine, name, by_samples)
    if length.strength is not Strength.CONSTANT:
        return length
    return machine.named_number(f"len({name})", length.value, Strength.CONSTANT, unit=Unit.BATCH)
