"""Names: how they are looked up, bound, and defined by ``def`` and ``class``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lrlint.analysis import attributes, imports, naming, numeric
from lrlint.analysis.imports import LazyImport
from lrlint.analysis.state import MISSING
from lrlint.analysis.trace import UNPICKLED, OptimizerCall, Rebind, SchedulerCall
from lrlint.analysis.values import (
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Loader,
    Opaque,
    OptimizerValue,
    SchedulerValue,
    Scope,
    Sized,
    Store,
    Stream,
)
from lrlint.symbolic import Expr, Strength, Unit
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.interpreter import Interpreter


def bind_builtin_names(at: Interpreter, scope: Scope, *, main: bool = False) -> None:
    """Give a module the names that every module has."""
    scope.store.data["__name__"] = Const("__main__" if main else scope.unit.name)
    file = str(scope.unit.path or scope.unit.filename)
    scope.store.data["__file__"] = Const(file, Strength.DEFAULT, "__file__")


def lookup(at: Interpreter, name: str) -> AnyValue:
    """The value of a name, from the inside out; an unknown one is a builtin or opaque."""
    scope: Scope | None = at.scope
    if name in at.scope.globals_:
        scope = at.scopes.get(at.scope.unit, at.scope)
    while scope is not None:
        value = scope.store.data.get(name)
        if isinstance(value, LazyImport):
            # Not a write that a branch may take back: the name always stood for this.
            value = scope.store.data[name] = imports.resolve(at, value)
        if value is not None:
            return value
        scope = scope.parent
    starred = at.unit.star_imports.get(name)
    if starred is not None:
        return External(starred, name)
    return imports.foreign(at, f"builtins.{name}", name)


def _home(at: Interpreter, name: str) -> Scope:
    """The scope that an assignment to ``name`` writes to."""
    if name in at.scope.globals_:
        return at.scopes.get(at.scope.unit, at.scope)
    if name in at.scope.nonlocals:
        scope = at.scope.parent
        while scope is not None:
            if name in scope.store.data:
                return scope
            scope = scope.parent
    return at.scope


def bind(at: Interpreter, name: str, value: AnyValue, *, rename: bool = True) -> None:
    """Bind a name in the current scope."""
    home = _home(at, name)
    old = home.store.data.get(name, MISSING)
    if rename:
        value = named(at, value, name)
    note_rebinding(at, old, value)
    at.write(home.store, name, value)


def note_rebinding(at: Interpreter, old: AnyValue, new: AnyValue) -> None:
    _note_relay(at, old, new)
    if (
        isinstance(old, OptimizerValue)
        and isinstance(new, OptimizerValue)
        and old.record is not new.record
        and at.statement is not None
    ):
        at.emit(Rebind(at.here(at.statement), tuple(at.via), old.record, new.record))
    elif (
        isinstance(old, (OptimizerValue, SchedulerValue))
        and isinstance(new, Opaque)
        and _FROM_A_CHECKPOINT.search(new.path or "")
        and at.statement is not None
    ):
        place, via = at.here(at.statement), tuple(at.via)
        if isinstance(old, SchedulerValue):
            at.emit(SchedulerCall(place, via, old.record, UNPICKLED))
        else:
            at.emit(OptimizerCall(place, via, old.record, UNPICKLED))


def _note_relay(at: Interpreter, old: AnyValue, new: AnyValue) -> None:
    """``if epoch == 10: scheduler = X(...)``: from then on it is stepped instead of the other.

    A loop's body is walked once for all iterations, so how long each of them lasts is not known.
    """
    if not isinstance(new, SchedulerValue) or not at.loops:
        return
    from lrlint.analysis import branches

    others = [one.record for one in branches.alternatives(old) if isinstance(one, SchedulerValue)]
    if others and any(map(branches.may_change, at.guards)):
        for record in (*others, new.record):
            record.relayed = True


_FROM_A_CHECKPOINT = re.compile(
    r"(ckpt|check_?point|state|snapshot|saved|loaded)\w*\[", re.IGNORECASE
)


def named(at: Interpreter, value: AnyValue, name: str) -> AnyValue:
    """``value`` as it is called once it is stored under ``name`` for the first time."""
    if isinstance(value, Expr):
        # 0 and 1 are counters and switches far more often than settings.
        if value.is_constant and not value.atoms() and value.value not in (None, 0, 1, -1):
            assert value.value is not None
            return at.named_number(name, value.value, Strength.CONSTANT)
        chosen = at.override(name)
        if isinstance(chosen, (int, float)) and not isinstance(chosen, bool):
            return at.named_number(name, chosen, Strength.DEFAULT)
        return value
    match value:
        case Opaque(path=None) | Instance(path=None) | DictValue(path=None) | Loader(path=None):
            value.path = name
            if isinstance(value, Loader):
                value.length = _named_length(at, value.length, name)
        case Sized(path=None):
            value.path = name
        case OptimizerValue(record=record) | SchedulerValue(record=record):
            if record.variable is None:
                record.variable = name
        case ListValue(kind="list") if naming.is_loader(name) and not value.named:
            length = numeric.length_of(at, value)
            if length is not None and length.value:
                value.length, value.named = _named_length(at, length, name), True
        case Stream(trips=Expr() as trips, items=None) if naming.is_loader(name) and trips.value:
            return replace(value, trips=_named_length(at, trips, name))
        case ListValue(items=list() as items, kind="list" | "dict"):
            for item in items:
                if isinstance(item, (OptimizerValue, SchedulerValue)):
                    named(at, item, name)
        case Choice(alternatives=alternatives):
            for _, item in alternatives:
                if not isinstance(item, Expr):
                    named(at, item, name)
        case Const(value=bool() | str() | None, path=None):
            chosen = at.override(name)
            if chosen is not None:
                return Const(chosen, Strength.DEFAULT, name)
    return value


def _named_length(at: Interpreter, length: Expr | None, name: str) -> Expr:
    """``len(name)`` says more than the number, where that rests on constants alone."""
    if length is None or length.value is None or at.override(f"len({name})") is not None:
        return numeric.batches_atom(at, name)
    if length.strength is not Strength.CONSTANT:
        return length
    return at.named_number(f"len({name})", length.value, Strength.CONSTANT, unit=Unit.BATCH)


def assign(
    at: Interpreter,
    target: syn.Node,
    value: AnyValue,
    source: syn.Node,
    *,
    rename: bool = True,
) -> None:
    """Assign to a name, an attribute, an item or a tuple of those."""
    match target:
        case syn.Name(value=name):
            bind(at, name, value, rename=rename)
        case syn.Attribute(value=owner_node, attr=syn.Name(value=name)):
            owner = at.evaluate(owner_node)
            attributes.set_attribute(at, owner, name, value, owner_node, rename=rename)
        case syn.Subscript():
            attributes.set_item(at, target, value, rename=rename)
        case syn.Tuple(elements=elements) | syn.List(elements=elements):
            _unpack(at, elements, value, source)
        case syn.StarredElement(value=inner):
            assign(at, inner, value, source)


def _unpack(
    at: Interpreter,
    elements: Sequence[syn.Element | syn.StarredElement],
    value: AnyValue,
    source: syn.Node,
) -> None:
    parts = unpacked(at, value, len(elements))
    starred = next(
        (i for i, item in enumerate(elements) if isinstance(item, syn.StarredElement)), None
    )
    if starred is not None:
        parts = None
        items = numeric.items_of(value)
        if items is not None and len(items) >= len(elements) - 1:
            after = len(elements) - starred - 1
            middle = items[starred : len(items) - after]
            parts = [
                *items[:starred],
                ListValue(middle),
                *items[len(items) - after :],
            ]
    measured = isinstance(value, Opaque) and value.measured
    for position, element in enumerate(elements):
        part: AnyValue = Opaque(None, measured=measured) if parts is None else parts[position]
        assign(at, element.value, part, source)


def unpacked(at: Interpreter, value: AnyValue, count: int) -> list[AnyValue] | None:
    """The ``count`` elements of a sequence, or None where they are not known."""
    if isinstance(value, Choice):
        columns: list[list[tuple[object, AnyValue]]] = [[] for _ in range(count)]
        for condition, item in value.alternatives:
            parts = unpacked(at, item, count)
            if parts is None:
                parts = [Opaque() for _ in range(count)]
            for column, part in zip(columns, parts, strict=True):
                column.append((condition, part))
        from lrlint.analysis.branches import choice

        return [choice(at, column) for column in columns]  # type: ignore[arg-type]
    items = numeric.items_of(value)
    if items is not None and len(items) == count:
        return items
    if isinstance(value, ListValue) and value.element is not None:
        return [value.element] * count
    return None


def define_function(at: Interpreter, node: syn.FunctionDef) -> None:
    """``def``: the function is interpreted where it is called."""
    value: AnyValue = FunctionValue(node, at.scope, defaults=default_values(at, node.params))
    for decorator in reversed(node.decorators):
        value = _decorated(at, value, decorator, node)
    at.write(at.scope.store, node.name.value, value)


def _decorated(
    at: Interpreter, value: AnyValue, decorator: syn.Expression, node: syn.FunctionDef
) -> AnyValue:
    """What a decorator makes of a function: itself, as far as schedules are concerned."""
    from lrlint.analysis.library import decorators

    return decorators.decorate(at, value, decorator, node)


def default_values(at: Interpreter, parameters: syn.Parameters) -> dict[str, AnyValue]:
    """The values of a signature's defaults, evaluated where the function is defined."""
    return {
        parameter.name.value: at.evaluate(parameter.default)
        for parameter in (
            *parameters.posonly_params,
            *parameters.params,
            *parameters.kwonly_params,
        )
        if parameter.default is not None
    }


def define_class(at: Interpreter, node: syn.ClassDef) -> None:
    """``class``: its body is interpreted at once, its methods where they are called."""
    scope = Scope(Store(), at.unit, parent=at.scope)
    bases = tuple(at.evaluate(base.value) for base in node.bases)
    value = ClassValue(node.name.value, node, scope, bases)
    with at.elsewhere(at.unit, scope):
        for statement in node.body.body:
            at.run(statement)
    for name, member in list(scope.store.data.items()):
        if isinstance(member, FunctionValue) and member.owner is None:
            member.owner = value
            # Class bodies are not enclosing scopes of their methods.
            member.scope = at.scope
        elif isinstance(member, Expr) and isinstance(name, str):
            scope.store.data[name] = _class_number(at, node.name.value, name, member)
    at.write(at.scope.store, node.name.value, value)


def _class_number(at: Interpreter, owner: str, name: str, number: Expr) -> Expr:
    """A number of a class body, under the name that the rest of the script uses for it."""
    atoms = number.atoms()
    if len(atoms) == 1 and number == Expr.atom(next(iter(atoms))):
        atom = next(iter(atoms))
        if atom.name == name and atom.value is not None:
            return at.named_number(f"{owner}.{name}", atom.value, atom.strength)
    return number
