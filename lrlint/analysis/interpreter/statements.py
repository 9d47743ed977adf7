"""Statements: what each kind does to the interpreter's state."""

from __future__ import annotations

from collections.abc import Callable

from lrlint.analysis.interpreter import (
    assignment,
    branches,
    contexts,
    definitions,
    expressions,
    imports,
    loops,
    members,
)
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import CONTINUE, ENDS, GOES_ON, RAISE, Outcome
from lrlint.analysis.model.trace import Break
from lrlint.analysis.model.values import AnyValue, Const
from lrlint.syntax import nodes as syn

# -- statement handlers ---------------------------------------------------------------------------


def _simple_line(machine: Machine, node: syn.SimpleStatementLine) -> Outcome:
    for part in node.body:
        handler = STATEMENTS.get(type(part))
        if handler is not None:
            outcome = handler(machine, part)
            if outcome.ends:
                return outcome
    return GOES_ON


def _expression(machine: Machine, node: syn.Expr) -> Outcome:
    value = machine.evaluate(node.value)
    return ENDS if isinstance(value, Const) and value.value is SystemExit else GOES_ON


def _assign(machine: Machine, node: syn.Assign) -> Outcome:
    value = machine.evaluate(node.value)
    for target in node.targets:
        assignment.assign(machine, target.target, value, node.value)
    return GOES_ON


def _annotated(machine: Machine, node: syn.AnnAssign) -> Outcome:
    if node.value is not None:
        assignment.assign(machine, node.target, machine.evaluate(node.value), node.value)
    return GOES_ON


def _augmented(machine: Machine, node: syn.AugAssign) -> Outcome:
    old = machine.evaluate(node.target)
    new = expressions.augmented(machine, node, old, machine.evaluate(node.value))
    assignment.assign(machine, node.target, new, node.value, rename=False)
    return GOES_ON


def _if(machine: Machine, node: syn.If) -> Outcome:
    return branches.run_if(machine, node)


def _for(machine: Machine, node: syn.For) -> Outcome:
    return loops.run_for(machine, node)


def _while(machine: Machine, node: syn.While) -> Outcome:
    return loops.run_while(machine, node)


def _function(machine: Machine, node: syn.FunctionDef) -> Outcome:
    definitions.define_function(machine, node)
    return GOES_ON


def _class(machine: Machine, node: syn.ClassDef) -> Outcome:
    definitions.define_class(machine, node)
    return GOES_ON


def _return(machine: Machine, node: syn.Return) -> Outcome:
    value: AnyValue = Const(None) if node.value is None else machine.evaluate(node.value)
    frame = machine.frames[-1]
    frame.returns.append((machine.guards[frame.guards :], value))
    levels = len(machine.loops) - frame.loops
    if levels:
        machine.emit(Break(levels))
    return Outcome(ends=True, leaves_function=True)


def _break(machine: Machine, node: syn.Break) -> Outcome:
    if machine.loops:
        machine.emit(Break(1))
    return ENDS


def _continue(machine: Machine, node: syn.Continue) -> Outcome:
    return Outcome(ends=True, escaped=CONTINUE)


def _raise(machine: Machine, node: syn.Raise) -> Outcome:
    return Outcome(ends=True, escaped=RAISE)


def _delete(machine: Machine, node: syn.Del) -> Outcome:
    match node.target:
        case syn.Subscript(value=syn.Attribute(attr=syn.Name(value="param_groups")) as groups):
            assignment.remove_group(machine, machine.evaluate(groups), node)
        case syn.Subscript(value=owner):
            members.forget_keys(machine.evaluate(owner))
    return GOES_ON


def _with(machine: Machine, node: syn.With) -> Outcome:
    before = machine.without_gradients
    managers: list[AnyValue] = []
    for item in node.items:
        value = machine.evaluate(item.item)
        managers.append(value)
        entered = contexts.entered(machine, value)
        if contexts.stops_gradients(value):
            machine.without_gradients = True
        if item.asname is not None:
            assignment.assign(machine, item.asname.name, entered, item.item)
    try:
        with contexts.conditions(machine, managers, node):
            outcome = machine.run_block(node.body.body)
    finally:
        machine.without_gradients = before
    for value in reversed(managers):
        contexts.left(machine, value)
    return outcome


def _try(machine: Machine, node: syn.Try) -> Outcome:
    outcome = machine.run_block(node.body.body)
    for handler in node.handlers:
        branches.run_unlikely(machine, handler, handler.body.body)
    if node.orelse is not None and not outcome.ends:
        outcome = machine.run_block(node.orelse.body.body)
    if node.finalbody is not None:
        machine.run_block(node.finalbody.body.body)
    return outcome


def _import(machine: Machine, node: syn.Import | syn.ImportFrom) -> Outcome:
    imports.bind_import(machine, node)
    return GOES_ON


def _global(machine: Machine, node: syn.Global) -> Outcome:
    machine.scope.globals_.update(name.value for name in node.names)
    return GOES_ON


def _nonlocal(machine: Machine, node: syn.Nonlocal) -> Outcome:
    machine.scope.nonlocals.update(name.value for name in node.names)
    return GOES_ON


def _match(machine: Machine, node: syn.Match) -> Outcome:
    return branches.run_match(machine, node)


STATEMENTS: dict[type[syn.Node], Callable[..., Outcome]] = {
    syn.SimpleStatementLine: _simple_line,
    syn.Expr: _expression,
    syn.Assign: _assign,
    syn.AnnAssign: _annotated,
    syn.AugAssign: _augmented,
    syn.If: _if,
    syn.For: _for,
    syn.While: _while,
    syn.FunctionDef: _function,
    syn.ClassDef: _class,
    syn.Return: _return,
    syn.Break: _break,
    syn.Continue: _continue,
    syn.Raise: _raise,
    syn.Del: _delete,
    syn.With: _with,
    syn.Try: _try,
    syn.Import: _import,
    syn.ImportFrom: _import,
    syn.Global: _global,
    syn.Nonlocal: _nonlocal,
    syn.Match: _match,
}
