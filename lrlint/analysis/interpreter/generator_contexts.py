"""Context managers that the script writes as a generator: ``@contextmanager``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter import budget, calls, definitions
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.parameters import bind_parameters
from lrlint.analysis.model.values import NONE, AnyValue, FunctionValue, Scope, Store
from lrlint.source.nodes import small_statements, statements_of, walk


@dataclass(slots=True)
class GeneratorContext:
    """A generator that a ``with`` has run up to its ``yield``."""

    function: FunctionValue
    call: cst.Call
    arguments: Arguments
    scope: Scope
    after: Sequence[cst.CSTNode]
    """The statements after the ``yield``."""
    entered: AnyValue = NONE
    """What it yields."""


def enter(machine: Machine, item: cst.WithItem) -> GeneratorContext | None:
    """Run a generator of the project up to its ``yield``, if it may step something.

    Return None for any other context manager, and for a generator with several ways through.
    """
    if not isinstance(item.item, cst.Call):
        return None
    function = definitions.named_function(machine, item.item.func)
    if function is None or not _is_context_manager(function):
        return None
    unit, node = function.scope.unit, function.node
    if not unit.survey.part(node).relevant or any(one.function is node for one in machine.frames):
        return None
    halves = _halves(unit.body_of(node))
    if halves is None:
        return None
    before, value, after = halves
    arguments = calls.evaluate_arguments(machine, item.item)
    scope = Scope(Store(), unit, parent=function.scope)
    scope.owner = function.owner
    bind_parameters(machine, function, arguments, scope)
    machine.called.add(node)
    if unit.survey.shared_names:
        machine.closures.append(scope)
    context = GeneratorContext(function, item.item, arguments, scope, after)
    context.entered = _run(machine, context, before, value)
    return context


def leave(machine: Machine, context: GeneratorContext) -> None:
    """Run a generator from its ``yield`` to its end."""
    _run(machine, context, context.after, None)


def _run(
    machine: Machine,
    context: GeneratorContext,
    statements: Sequence[cst.CSTNode],
    value: cst.BaseExpression | None,
) -> AnyValue:
    """Run statements of a generator, then return the value of an expression there."""
    function, scope = context.function, context.scope

    def run() -> AnyValue:
        with (
            machine.through(context.call),
            machine.calling(function.node),
            machine.elsewhere(scope.unit, scope),
        ):
            machine.run_block(statements)
            return NONE if value is None else machine.evaluate(value)

    if scope.unit is machine.unit:
        return run()
    return budget.call(machine, function, context.arguments.all(), run)


def _is_context_manager(function: FunctionValue) -> bool:
    """Whether the only decorator of a function is ``@contextmanager``."""
    match function.node:
        case cst.FunctionDef(decorators=[cst.Decorator(decorator=decorator)]):
            return (dotted(decorator) or "").rsplit(".", 1)[-1] == "contextmanager"
    return False


_Halves = tuple[Sequence[cst.CSTNode], cst.BaseExpression | None, Sequence[cst.CSTNode]]


def _halves(body: cst.CSTNode | None) -> _Halves | None:
    """Return the statements before the only ``yield``, what it yields, and those after it.

    A ``try`` around it may have nothing but a ``finally``, which an ordinary run reaches, too.
    """
    if not isinstance(body, cst.BaseSuite):
        return None
    inside = [inner for inner in walk(body) if isinstance(inner, (cst.Yield, cst.Return))]
    if len(inside) != 1 or not isinstance(inside[0], cst.Yield):
        return None
    return _split(statements_of(body), inside[0])


def _split(statements: Sequence[cst.CSTNode], found: cst.Yield) -> _Halves | None:
    for index, statement in enumerate(statements):
        before, after = statements[:index], statements[index + 1 :]
        match statement:
            case cst.Try(body=inner, handlers=[], orelse=None, finalbody=cst.Finally(body=last)):
                halves = _split(statements_of(inner), found)
                if halves is not None:
                    first, value, rest = halves
                    return [*before, *first], value, [*rest, *statements_of(last), *after]
        match small_statements(statement):
            case [cst.Expr(value=it)] if it is found:
                return None if isinstance(found.value, cst.From) else (before, found.value, after)
    return None
