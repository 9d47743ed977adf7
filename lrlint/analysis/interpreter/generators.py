"""Generators of the project: what a loop over one visits, and how many elements it yields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from lrlint.analysis.code.queries import assigned_names, dotted
from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.iteration import iterate, measured
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model import words
from lrlint.analysis.model.values import (
    AnyValue,
    FunctionValue,
    Instance,
    Iteration,
    Loader,
    Opaque,
    Scope,
    Stream,
)
from lrlint.source.nodes import small_statements, statements_of, walk
from lrlint.symbolic import Expr


def generator_stream(machine: Machine, node: cst.FunctionDef, scope: Scope) -> AnyValue:
    """Return the result of calling a generator function of the project."""
    for value in scope.store.data.values():
        if not isinstance(value, Instance):
            escapes.escape(value, f"passed to the generator {node.name.value}(…)")
    path = f"{node.name.value}(…)"
    escapes.leave_function_open(FunctionValue(node, scope), f"stepped by the generator {path}")
    body = scope.unit.body_of(node)
    statements = () if body is None else statements_of(body)
    once = Iteration(machine.loop)
    source = _passed_on(machine, statements, scope)
    if source is not None:
        return replace(source, text=path, items=None, once=once)
    over_loader = any(
        isinstance(value, Loader)
        or (isinstance(value, Opaque) and value.path is not None and words.is_loader(value.path))
        for value in scope.store.data.values()
    )
    endless = any(
        isinstance(statement, cst.While)
        and isinstance(statement.test, cst.Name)
        and statement.test.value == "True"
        for statement in statements
    )
    return Stream(None, measured, path, over_loader, endless, once=once)


def _passed_on(machine: Machine, statements: Sequence[cst.CSTNode], scope: Scope) -> Stream | None:
    """Return what a generator such as ``log_every(loader, …)`` yields one by one.

    Its only ``yield`` runs in each iteration of a loop over that, or is a ``yield from``.
    """
    written = [inner for statement in statements for inner in walk(statement)]
    yields = [inner for inner in written if isinstance(inner, cst.Yield)]
    if len(yields) != 1 or any(isinstance(inner, cst.Return) for inner in written):
        return None  # a `return` may end it early
    value = yields[0].value
    around = next(statement for statement in statements if yields[0] in walk(statement))
    match around, value:
        case cst.For(iter=visited, target=target, body=body), cst.BaseExpression():
            # A `continue` skips an element.
            leaves = (cst.Raise, cst.Continue, cst.Break)
            if any(isinstance(inner, leaves) for inner in walk(around)):
                return None
            if not _has_line(yields[0], statements_of(body)):
                return _of_nested(machine, yields[0], around, scope)
            same = isinstance(target, cst.Name) and dotted(value) == target.value
        case _, cst.From(item=visited) if _has_line(yields[0], [around]):
            same = True
        case _:
            return None
    with machine.elsewhere(scope.unit, scope):
        machine.statement = around
        source = iterate(machine, machine.evaluate(visited), visited)
    return source if same else replace(source, element=measured)


def _of_nested(
    machine: Machine, value: cst.Yield, outermost: cst.For, scope: Scope
) -> Stream | None:
    """Return all that ``for epoch in range(n): for batch in loader: yield batch`` yields."""
    trips, loop = Expr.const(1), outermost
    with machine.elsewhere(scope.unit, scope):
        while True:
            machine.statement = loop
            source = iterate(machine, machine.evaluate(loop.iter), loop.iter)
            if (
                source.trips is None
                or source.endless
                or not (
                    source.once is None if loop is outermost else _visits_loader(machine, loop.iter)
                )
            ):
                return None
            trips *= source.trips
            block = statements_of(loop.body)
            if _has_line(value, block):
                return Stream(trips, measured, over_loader=source.over_loader)
            for name in assigned_names(loop):  # they differ from iteration to iteration
                machine.write(scope.store, name, Opaque())
            inside = next(statement for statement in block if value in walk(statement))
            others = [statement for statement in block if statement is not inside]
            if not isinstance(inside, cst.For) or any(map(_may_change_lengths, others)):
                return None
            loop = inside


def _visits_loader(machine: Machine, node: cst.BaseExpression) -> bool:
    """Whether a loop visits all batches of a loader, whose length does not change."""
    match node:
        case cst.Call(func=cst.Name(value="enumerate" | "tqdm"), args=[first, *_]):
            return _visits_loader(machine, first.value)
    return isinstance(machine.evaluate(node), Loader)


_KEEPS_LENGTHS = ("print", "set_epoch")


def _may_change_lengths(statement: cst.CSTNode) -> bool:
    """Whether a statement may change what another one iterates over."""
    return any(
        isinstance(inner, (cst.AugAssign, cst.Del))
        or (isinstance(inner, cst.AssignTarget) and not isinstance(inner.target, cst.Name))
        or (
            isinstance(inner, cst.Call)
            and (dotted(inner.func) or "").split(".")[-1] not in _KEEPS_LENGTHS
        )
        for inner in walk(statement)
    )


def _has_line(value: cst.Yield, block: Sequence[cst.CSTNode]) -> bool:
    """Whether a statement of a block is a ``yield``, or assigns what it is sent."""
    return any(
        isinstance(small, (cst.Expr, cst.Assign)) and small.value is value
        for statement in block
        for small in small_statements(statement)
    )
