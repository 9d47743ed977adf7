"""Functions that unknown code calls again and again, and that have no effect on the script.

Examples are ``tokenize`` in ``dataset.map(tokenize)`` and ``to_image`` in ``Lambda(to_image)``. One
interpretation is enough for them.
"""

from __future__ import annotations

from lrlint.analysis.code.queries import assigned_names, changed_in_place, names_in
from lrlint.analysis.interpreter.imports import LazyImport
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.values import (
    AnyValue,
    Const,
    External,
    FunctionTraits,
    FunctionValue,
    Opaque,
    Truth,
)
from lrlint.symbolic import Expr


def is_self_contained(machine: Machine, function: FunctionValue) -> bool:
    """Whether a function uses its arguments, constants, libraries and other such functions only.

    A call sets nothing outside of it, and knows no list, dict or object of the script that it could
    change.
    """
    waiting, seen = [function], {function.node}
    while waiting:
        inner = waiting.pop()
        used = _used_from_outside(inner)
        if used is None:
            return False
        for name in used:
            value = inner.scope.find(name)
            if isinstance(value, FunctionValue):
                if value.node not in seen:
                    seen.add(value.node)
                    waiting.append(value)
            elif value is not None and not _is_fixed(machine, value):
                return False
    return True


_PLAIN = (FunctionTraits(), FunctionTraits(static=True))


def _used_from_outside(function: FunctionValue) -> frozenset[str] | None:
    """Return the names that a function does not bind itself; None where it may set any of them."""
    node, unit = function.node, function.scope.unit
    body = unit.body_of(node)
    if (
        body is None
        or function.receiver is not None
        or function.traits not in _PLAIN
        or unit.survey.part(node).relevant
        or not all(isinstance(value, _FIXED) for value in function.defaults.values())
    ):
        return None
    used = unit.names_of(body, names_in)
    own = unit.names_of(body, assigned_names) | _parameters(function)
    if not used.isdisjoint(unit.survey.shared_names):
        return None
    return used - own if unit.names_of(body, changed_in_place) <= own else None


def _parameters(function: FunctionValue) -> frozenset[str]:
    parameters = function.node.params
    named = (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params)
    return frozenset(parameter.name.value for parameter in named)


_FIXED = (Const, Truth, Expr, Opaque, External)
"""Values that no code can change, and through which it can step nothing."""


def _is_fixed(machine: Machine, value: AnyValue) -> bool:
    if not isinstance(value, LazyImport):
        return isinstance(value, _FIXED)
    names = [value.module] if value.name is None else [value.module, f"{value.module}.{value.name}"]
    return all(machine.project.find(value.importer, name, value.level) is None for name in names)
