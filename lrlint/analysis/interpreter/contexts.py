"""Context managers: what ``with`` does before and after its body."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter import definitions
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.conditions import flag
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.questions import Asks, Question
from lrlint.analysis.model.values import NONE, AnyValue, FunctionValue, Instance, Opaque
from lrlint.source.nodes import small_statements, statements_of, walk


def enter(machine: Machine, value: AnyValue) -> AnyValue:
    """Enter a context; return what ``with value as name`` binds, the value itself by default."""
    result = _call(machine, value, "__enter__", [])
    return value if result is None or isinstance(result, Opaque) else result


def leave(machine: Machine, value: AnyValue) -> None:
    """Leave a context."""
    call = value.place.node if isinstance(value, Instance) and value.place else None
    if isinstance(call, cst.Call):
        given = Arguments([NONE, NONE, NONE])
        if machine.library.call_method(machine, value, "__exit__", given, call) is not None:
            return
    _call(machine, value, "__exit__", [NONE, NONE, NONE])


def _call(
    machine: Machine, value: AnyValue, name: str, arguments: list[AnyValue]
) -> AnyValue | None:
    """Call a method of a context manager of the project."""
    method = machine.find_method(value, name) if isinstance(value, Instance) else None
    if not isinstance(method, FunctionValue):
        return None
    return machine.call_function(method, Arguments(arguments))


def guard_body(
    machine: Machine, managers: list[AnyValue], node: cst.With
) -> AbstractContextManager[object]:
    """Put the body of a ``with`` under a condition where its context managers are one.

    Under ``accelerator.accumulate(model)``, optimizers step for some of the batches only. What a
    test does under ``pytest.raises`` is meant to fail.
    """
    if any(_expects_error(item.item) for item in node.items):
        return machine.forgotten()
    if any(
        isinstance(manager, Instance) and manager.kind is LibraryKind.ACCUMULATION
        for manager in managers
    ):
        return machine.guard(flag(Question(Asks.ACCUMULATION), "accumulate()"), node)
    return nullcontext()


_EXPECTS_ERROR = frozenset({"raises", "assertRaises", "assertRaisesRegex"})


def _expects_error(manager: cst.BaseExpression) -> bool:
    """Whether a context manager is ``pytest.raises(…)`` or that of ``unittest``."""
    name = dotted(manager.func) if isinstance(manager, cst.Call) else None
    return name is not None and name.rsplit(".", 1)[-1] in _EXPECTS_ERROR


_NO_GRADIENTS = ("no_grad", "inference_mode")


def stops_gradients(value: AnyValue) -> bool:
    """Whether a context manager is ``torch.no_grad()`` or does the same."""
    return (
        isinstance(value, Opaque) and bool(value.path) and str(value.path).endswith(_NO_GRADIENTS)
    )


def _swallows(machine: Machine, manager: AnyValue, item: cst.WithItem) -> bool:
    """Whether a context manager of the project may end an exception in its body."""
    if isinstance(manager, Instance):
        method = machine.find_method(manager, "__exit__")
        body = _body_of(method)
        return body is not None and any(
            isinstance(inner, cst.Return)
            and inner.value is not None
            and not (isinstance(inner.value, cst.Name) and inner.value.value in ("None", "False"))
            for inner in walk(body)
        )
    if not isinstance(item.item, cst.Call):
        return False
    body = _body_of(definitions.named_function(machine, item.item.func))
    return body is not None and any(
        _goes_on(handler)
        for clause in walk(body)
        if isinstance(clause, (cst.Try, cst.TryStar))
        and any(isinstance(inner, cst.Yield) for inner in walk(clause.body))
        for handler in clause.handlers
    )


def _only_steps(body: cst.BaseSuite) -> bool:
    """Whether a block does nothing but call ``step()``, which raises nothing in an ordinary run."""
    return all(
        isinstance(small, cst.Expr)
        and isinstance(small.value, cst.Call)
        and not small.value.args
        and (dotted(small.value.func) or "").endswith(".step")
        for statement in statements_of(body)
        for small in small_statements(statement) or [statement]
    )


def _body_of(function: AnyValue | None) -> cst.CSTNode | None:
    if not isinstance(function, FunctionValue):
        return None
    return function.scope.unit.body_of(function.node)


def _goes_on(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    """Whether the script may go on after a handler that is not just for the user's interrupts."""
    if handler.type is not None and dotted(handler.type) in ("KeyboardInterrupt", "GeneratorExit"):
        return False
    last = statements_of(handler.body)[-1]
    return not any(isinstance(small, cst.Raise) for small in small_statements(last))


def swallows(machine: Machine, node: cst.With, managers: list[AnyValue]) -> bool:
    """Whether a ``with`` lets the script go on after an exception in its body.

    One that waits for the user to interrupt the training does not concern an ordinary run.
    """
    pairs = zip(managers, node.items, strict=True)
    if not _only_steps(node.body) and any(_swallows(machine, *pair) for pair in pairs):
        return True
    calls = [item.item for item in node.items if isinstance(item.item, cst.Call)]
    return any(
        (dotted(call.func) or "").rsplit(".", 1)[-1] in ("suppress", "raises", "assertRaises")
        and any(dotted(argument.value) != "KeyboardInterrupt" for argument in call.args)
        for call in calls
    )
