"""The methods that Lightning calls: of a module, and of the script's callbacks."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.code.queries import sets_lrs
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.entry_points import relevant_names
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import external_bases, lookup_order, uses_groups
from lrlint.analysis.model.values import AnyValue, ClassValue, FunctionValue, Instance
from lrlint.source.nodes import star_parameter

_OF_CALLBACKS = frozenset(
    {
        *("on_fit_start", "on_train_start", "on_train_epoch_start", "on_train_batch_start"),
        *("on_train_batch_end", "on_train_epoch_end", "on_train_end"),
        *("on_before_zero_grad", "on_before_optimizer_step"),
    }
)
"""The hooks of callbacks that are called where Lightning calls them."""


_NOT_CALLED = (
    *("validation_step", "on_validation_start", "on_validation_end", "on_validation_epoch_start"),
    *("on_validation_batch_start", "on_validation_batch_end", "on_before_backward", "backward"),
    *("on_after_backward", "optimizer_zero_grad", "configure_gradient_clipping"),
)
"""Hooks of modules that are not called."""


def hooks_of_lrs(machine: Machine, cls: ClassValue) -> set[object]:
    """Return the names of a class's methods that build or step something, or write an LR."""
    scopes = [base.scope for base in lookup_order(cls)]
    modules = [machine.scope_of(unit) for unit in {scope.unit for scope in scopes}]
    return relevant_names(*scopes, *modules, also=_reaches_groups)


def _reaches_groups(value: FunctionValue | ClassValue) -> bool:
    return isinstance(value, FunctionValue) and uses_groups(value)


def callback_changes_lrs(machine: Machine, cls: ClassValue) -> bool | None:
    """Whether the hooks of a callback may change an LR; None where one that may is not read."""
    order = lookup_order(cls)
    methods = {name for base in order for name in base.scope.store.data}
    changing = methods & hooks_of_lrs(machine, cls)
    called = {name for base in order for name in base.scope.unit.survey.part(base.node).called}
    bases = {name.rsplit(".", 1)[-1] for name in external_bases(cls)}
    if changing - _OF_CALLBACKS - called - {"__init__"} or (changing and bases != {"Callback"}):
        return None
    return bool(changing & _OF_CALLBACKS)


def unseen_change(machine: Machine, module: Instance) -> str | None:
    """Name a method of a module that may change an LR where it is not called here."""
    for name in _NOT_CALLED:
        method = machine.find_method(module, name)
        if isinstance(method, FunctionValue) and sets_lrs(
            method.scope.unit.text_of_body(method.node)
        ):
            return name
    return None


def call_callbacks(
    machine: Machine, callbacks: list[Instance], name: str, *values: AnyValue
) -> None:
    """Call a hook of each callback, if it is one that Lightning calls here."""
    if name in _OF_CALLBACKS:
        for callback in callbacks:
            call_hook(machine, callback, name, *values)


def call_hook(machine: Machine, owner: Instance, name: str, *values: AnyValue) -> None:
    """Call a method of a module or a callback with as many of the values as it takes."""
    method = machine.find_method(owner, name)
    if isinstance(method, FunctionValue) and isinstance(method.node, cst.FunctionDef):
        parameters = method.node.params
        taken = len(parameters.params) - 1
        given = values[:taken] if star_parameter(parameters) is None else values
        machine.call_function(method, Arguments(list(given)))
