"""Calls of the project's functions: their bodies are interpreted."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter import budget, choices, escapes, generators, memory
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import Frame
from lrlint.analysis.interpreter.parameters import bind_parameters
from lrlint.analysis.model.conditions import Condition, conjoin
from lrlint.analysis.model.values import NONE, AnyValue, FunctionValue, Method, Opaque, Scope, Store
from lrlint.source.nodes import statements_of, walk
from lrlint.symbolic import Expr


def call_function(machine: Machine, function: FunctionValue, arguments: Arguments) -> AnyValue:
    """Interpret the body of a function, unless it is recursive or was called before and cached."""
    node = function.node
    machine.called.add(node)
    depth = sum(1 for frame in machine.frames if frame.function is node)
    recursive = depth >= 2 and (depth >= _DEEPEST or not _counts_down(function, arguments))
    recursive |= len(machine.frames) > machine.limits.depth
    if recursive or function.scope.unit.body_of(node) is None:
        for value in arguments.all():
            escapes.escape(value, "passed to a call that is not followed")
        if recursive:
            escapes.leave_function_open(function, "stepped by a call that is not followed")
        return Opaque()
    if (wrapper := function.traits.wrapped_by) is not None:
        for value in arguments.all():
            escapes.escape(value, f"passed to a function under {wrapper}")
        escapes.leave_function_open(function, f"stepped by a function under {wrapper}")
    machine.passed += [
        value for value in arguments.all() if isinstance(value, (FunctionValue, Method))
    ]

    def recall() -> AnyValue:
        return memory.recall(
            machine, function, arguments, lambda: _run(machine, function, arguments)
        )

    if function.scope.unit is machine.unit:
        return recall()
    return budget.call(machine, function, arguments.all(), recall)


_DEEPEST = 12
"""Calls of a function by itself, where known numbers decide how it goes on."""


def _counts_down(function: FunctionValue, arguments: Arguments) -> bool:
    """Whether a function calls itself in one place only, with known numbers only."""
    node, values = function.node, arguments.all()
    if not isinstance(node, cst.FunctionDef) or not values:
        return False
    body = function.scope.unit.body_of(node)
    own = [
        inner
        for inner in (() if body is None else walk(body))
        if isinstance(inner, cst.Call) and (dotted(inner.func) or "").endswith(node.name.value)
    ]
    return len(own) == 1 and all(isinstance(it, Expr) and it.is_constant for it in values)


def _run(machine: Machine, function: FunctionValue, arguments: Arguments) -> AnyValue:
    """Run the body of a function in a scope of its own; return what it returns."""
    node = function.node
    scope = Scope(Store(), function.scope.unit, parent=function.scope)
    scope.owner = function.owner
    bind_parameters(machine, function, arguments, scope)
    if isinstance(node, cst.Lambda):
        with machine.elsewhere(scope.unit, scope):
            return machine.evaluate(node.body)
    body = scope.unit.body_of(node)
    assert body is not None  # see `call_function`
    if scope.unit.survey.is_generator(node):
        return generators.generator_stream(machine, node, scope)
    if scope.unit.survey.shared_names:
        machine.closures.append(scope)
    block, mark = machine.block, len(machine.block)
    gradients = machine.without_gradients
    machine.without_gradients = gradients or function.traits.without_gradients
    try:
        with machine.calling(node) as frame, machine.elsewhere(scope.unit, scope):
            machine.run_block(statements_of(body))
    finally:
        machine.without_gradients = gradients
    if frame.left_by_exception:
        escapes.leave_block_open(block[mark:], "stepped where an exception may leave a function")
    return _returned(machine, frame)


def _returned(machine: Machine, frame: Frame) -> AnyValue:
    """Return the value of a call: that of each ``return`` under its guards."""
    results: list[tuple[Condition, AnyValue]] = []
    last: AnyValue | None = None
    for guards, value in frame.returns:
        condition = conjoin(guards)
        if condition is None:
            last = value
            break
        results.append((condition, value))
    if last is None and len(results) == 1:
        return results[0][1]
    values = [value for _, value in results]
    named = [*map(_name_of, values)]
    if last is None and results and _are_numbers(values):
        last = results.pop()[1]
    if last is not None:
        for condition, value in reversed(results):
            last = choices.join(machine, condition, value, last, next(filter(None, named), ""))
        return last
    return choices.choice(machine, results) if results else NONE


def _name_of(value: AnyValue) -> str | None:
    """Return how the script calls a value, or the only number that it is computed from."""
    match value:
        case Opaque(measured=False, path=path):
            return path
        case Expr() if len(value.atoms()) == 1:
            return next(iter(value.atoms())).name
    return None


def _are_numbers(values: Sequence[AnyValue]) -> bool:
    """Whether all are numbers, as ``1`` and ``dist.get_world_size()`` are."""
    return any(isinstance(value, Expr) for value in values) and all(
        isinstance(value, Expr) or (isinstance(value, Opaque) and value.path and not value.measured)
        for value in values
    )
