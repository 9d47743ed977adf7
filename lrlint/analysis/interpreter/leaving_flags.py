"""Flags that end a loop: what its body sets in the iteration that leaves it, no other one sees."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import libcst as cst

from lrlint.analysis.code.queries import assigned_names, dotted
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.values import Instance, Store
from lrlint.source.nodes import small_statements, statements_of


def leaving_flags(machine: Machine, node: cst.CSTNode) -> Iterator[tuple[Store, Hashable]]:
    """Yield the flags that end a loop as soon as they change: they are constant in its body."""
    if isinstance(node, cst.While):
        for operand in _operands(node.test):
            yield from _entry(machine, operand)
    if isinstance(node, (cst.For, cst.While)):
        for flag in _tested_last(node.body):
            yield from _entry(machine, flag)
        for name in machine.unit.names_of(node.body, _never_reaching):
            yield machine.scope.store, name


def _operands(test: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
        yield from _operands(test.left)
        yield from _operands(test.right)
    elif isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        yield test.expression
    else:
        yield test


def _tested_last(body: cst.BaseSuite) -> Iterator[cst.BaseExpression]:
    """Yield each flag of an ``if flag: break`` in a loop's own body that nothing sets after it."""
    statements = list(statements_of(body))
    for position, statement in enumerate(statements):
        if not isinstance(statement, cst.If) or not _leaves(statement.body):
            continue
        name = dotted(statement.test)
        later = statements[position + 1 :]
        if name is not None and not any(name in assigned_names(other) for other in later):
            yield statement.test


def _never_reaching(body: cst.CSTNode) -> frozenset[str]:
    """Return the names that a loop's body binds only where it leaves the loop."""
    assert isinstance(body, cst.BaseSuite)
    return assigned_names(body) - _reaching(body)


def _reaching(block: cst.BaseSuite | cst.Else) -> frozenset[str]:
    """Return the names whose values a block passes to the next iteration.

    ``done = True`` and ``break`` leave the loop.
    """
    suite = block.body if isinstance(block, cst.Else) else block
    if _leaves(suite):
        return frozenset()
    return frozenset[str]().union(*map(_bound_by, statements_of(suite)))


def _bound_by(statement: cst.CSTNode) -> frozenset[str]:
    if not isinstance(statement, cst.If):
        return assigned_names(statement)
    names = assigned_names(statement.test) | _reaching(statement.body)
    if isinstance(statement.orelse, cst.If):
        return names | _bound_by(statement.orelse)
    return names if statement.orelse is None else names | _reaching(statement.orelse)


def _leaves(body: cst.BaseSuite) -> bool:
    last = statements_of(body)[-1]
    return any(isinstance(inner, (cst.Break, cst.Return)) for inner in small_statements(last))


def _entry(machine: Machine, flag: cst.BaseExpression) -> Iterator[tuple[Store, Hashable]]:
    match flag:
        case cst.Name(value=name):
            scope = machine.scope.with_name(name)
            if scope is not None:
                yield scope.store, name
        case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=attribute)):
            owner = machine.scope.find(name)
            if isinstance(owner, Instance):
                yield owner.store, attribute
