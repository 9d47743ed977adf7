"""Statements: how each kind is interpreted."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from lrlint.analysis.interpreter import (
    assignment,
    attribute_assignment,
    branches,
    containers,
    contexts,
    definitions,
    escapes,
    exceptions,
    generator_contexts,
    imports,
    item_assignment,
    loops,
    operators,
)
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.names import choices_at_top
from lrlint.analysis.interpreter.outcomes import ENDS, GOES_ON, Exit, Outcome
from lrlint.analysis.model.records import GroupsValue
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    Const,
    DictValue,
    Opaque,
)
from lrlint.source.nodes import declared_names, statements_of
from lrlint.symbolic import Expr


def _simple_line(
    machine: Machine, node: cst.SimpleStatementLine | cst.SimpleStatementSuite
) -> Outcome:
    for part in node.body:
        handler = STATEMENTS.get(type(part))
        if handler is not None:
            outcome = handler(machine, part)
            if outcome.ends:
                return outcome
    return GOES_ON


def _expression(machine: Machine, node: cst.Expr) -> Outcome:
    coroutine = definitions.coroutine_of(machine, node.value)
    if coroutine is not None:
        machine.called.add(coroutine.node)
        machine.note(machine.here(node), "a coroutine that is not awaited does not run")
        return GOES_ON
    value = machine.evaluate(node.value)
    if isinstance(value, Const) and value.value is SystemExit:
        exceptions.leave_script(machine)
        return ENDS
    return GOES_ON


def _assign(machine: Machine, node: cst.Assign) -> Outcome:
    value = machine.evaluate(node.value)
    if (coroutine := definitions.coroutine_of(machine, node.value)) is not None:
        escapes.leave_function_open(coroutine, "stepped by a coroutine that may not run")
    for target in node.targets:
        assignment.assign(machine, target.target, value)
    return GOES_ON


def _annotated(machine: Machine, node: cst.AnnAssign) -> Outcome:
    if node.value is not None:
        assignment.assign(machine, node.target, machine.evaluate(node.value))
    return GOES_ON


def _augmented(machine: Machine, node: cst.AugAssign) -> Outcome:
    old = machine.evaluate(node.target)
    value = machine.evaluate(node.value)
    if isinstance(node.operator, cst.BitOrAssign):
        if isinstance(old, DictValue):
            containers.update(machine, old, Arguments([value]))
            return GOES_ON
        if isinstance(old, GroupsValue):
            attribute_assignment.update_group(machine, old, Arguments([value]), node)
            return GOES_ON
    new = operators.augment(machine, node, old, value)
    assignment.assign(machine, node.target, new, rename=False)
    return GOES_ON


def _function(machine: Machine, node: cst.FunctionDef) -> Outcome:
    definitions.define_function(machine, node)
    return GOES_ON


def _class(machine: Machine, node: cst.ClassDef) -> Outcome:
    definitions.define_class(machine, node)
    name, scope = node.name.value, machine.scope
    value = scope.store.data[name]
    if scope is machine.scopes.get(machine.unit) and isinstance(value, ClassValue):
        choices_at_top(machine, name, "{}.{}", value.scope.store.data)
    return GOES_ON


def _return(machine: Machine, node: cst.Return) -> Outcome:
    value: AnyValue = Const(None) if node.value is None else machine.evaluate(node.value)
    frame = machine.frames[-1]
    frame.returns.append((machine.guards[frame.guards :], value))
    levels = len(machine.loops) - frame.loops
    if levels:
        machine.leave_loops(levels)
    return Outcome(Exit.OTHER, leaves_function=True)


def _break(machine: Machine, node: cst.Break) -> Outcome:
    if machine.loops:
        machine.leave_loops(2 if loops.ends_the_outer(machine) else 1)
    return ENDS


def _continue(machine: Machine, node: cst.Continue) -> Outcome:
    return Outcome(Exit.CONTINUE)


def _delete(machine: Machine, node: cst.Del) -> Outcome:
    targets: list[cst.BaseExpression] = [node.target]
    if isinstance(node.target, cst.Tuple):
        targets = [element.value for element in node.target.elements]
    for target in targets:
        _delete_one(machine, target, node)
    return GOES_ON


def _delete_one(machine: Machine, target: cst.BaseExpression, node: cst.Del) -> None:
    match target:
        case cst.Subscript(value=cst.Attribute(attr=cst.Name(value="param_groups")) as groups):
            attribute_assignment.remove_group(machine, machine.evaluate(groups), node)
        case cst.Subscript():
            item_assignment.delete_item(machine, target)
        case cst.Attribute(value=owner, attr=cst.Name(value=name)):
            attribute_assignment.delete_attribute(machine, machine.evaluate(owner), name)
        case cst.Name(value=name) if isinstance(machine.scope.store.data.get(name), (Const, Expr)):
            machine.write(machine.scope.store, name, Opaque(name))
        case cst.Name(value=name) if name in machine.scope.store.data:
            machine.write(machine.scope.store, name, Opaque())  # to use it raises an exception


def _with(machine: Machine, node: cst.With) -> Outcome:
    """Run the body of a ``with`` between entering and leaving its context managers."""
    before = machine.without_gradients
    block, mark = machine.block, len(machine.block)
    managers: list[AnyValue] = []
    generators: list[generator_contexts.GeneratorContext | None] = []
    for item in node.items:
        generator = generator_contexts.enter(machine, item)
        value = Opaque() if generator else machine.evaluate(item.item)
        managers.append(value)
        generators.append(generator)
        entered = generator.entered if generator else contexts.enter(machine, value)
        if contexts.stops_gradients(value):
            machine.without_gradients = True
        if item.asname is not None:
            assignment.assign(machine, item.asname.name, entered)
    try:
        with contexts.guard_body(machine, managers, node):
            outcome = machine.run_block(statements_of(node.body))
    finally:
        machine.without_gradients = before
    if contexts.swallows(machine, node, managers):
        escapes.leave_block_open(block[mark:], "stepped in a `with` that exceptions may leave")
    end = len(block)
    for value, generator in zip(reversed(managers), reversed(generators), strict=True):
        if generator is None:
            contexts.leave(machine, value)
        else:
            generator_contexts.leave(machine, generator)
    escapes.leave_exit_open(block, mark, end)
    return outcome


def _import(machine: Machine, node: cst.Import | cst.ImportFrom) -> Outcome:
    imports.bind_import(machine, node)
    return GOES_ON


def _global(machine: Machine, node: cst.Global) -> Outcome:
    machine.scope.globals_.update(declared_names(node))
    return GOES_ON


def _nonlocal(machine: Machine, node: cst.Nonlocal) -> Outcome:
    machine.scope.nonlocals.update(declared_names(node))
    return GOES_ON


STATEMENTS: dict[type[cst.CSTNode], Callable[..., Outcome]] = {
    cst.SimpleStatementLine: _simple_line,
    cst.SimpleStatementSuite: _simple_line,
    cst.Expr: _expression,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.If: branches.run_if,
    cst.For: loops.run_for,
    cst.While: loops.run_while,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    cst.Return: _return,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Assert: exceptions.run_assert,
    cst.Raise: exceptions.run_raise,
    cst.Del: _delete,
    cst.With: _with,
    cst.Try: exceptions.run_try,
    cst.TryStar: exceptions.run_try,
    cst.Import: _import,
    cst.ImportFrom: _import,
    cst.Global: _global,
    cst.Nonlocal: _nonlocal,
    cst.Match: branches.run_match,
}
