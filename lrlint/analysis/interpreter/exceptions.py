"""Exceptions and exits: ``try``, ``raise``, ``sys.exit()``.

An ordinary run is taken to raise nothing, but for two cases: a ``raise`` that always runs or that a
counter decides on, and an exception that scripts use to leave a loop, such as `StopIteration`. How
these go on is not followed: how often they let something step is left open.
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from lrlint.analysis.code.queries import assigned_names, dotted
from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.journal import take_back
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import ENDS, GOES_ON, Exit, Outcome, Try
from lrlint.analysis.model.condition_queries import depends_on_loop
from lrlint.analysis.model.conditions import Condition, Flag, Relation, flatten, natures, negate
from lrlint.analysis.model.questions import Asks, Nature, Question
from lrlint.analysis.model.trace import ALL_LOOPS, Break
from lrlint.analysis.model.values import Opaque
from lrlint.source.nodes import lines_of, small_statements, statements_of

_EXPECTED = frozenset(
    {"StopIteration", "ZeroDivisionError", "IndexError", "KeyError", "LookupError"}
)
"""Exceptions that scripts use to go on, rather than to report that something is wrong."""
_OF_EXITS = frozenset({"SystemExit", "BaseException", ""})
_ERRORS_OF_STEPS = frozenset(
    {"ValueError", "ZeroDivisionError", "TypeError", "Exception", "BaseException", ""}
)
_LEAVES = (cst.Break, cst.Continue, cst.Return, cst.Raise)


def leave_script(machine: Machine) -> None:
    """End the script, as ``sys.exit()`` does where an ordinary run reaches it."""
    caught = next((entry for entry in reversed(machine.tries) if entry.catches_exit), None)
    if caught is not None:
        caught.left |= _is_ordinary(machine.guards[caught.guards :])
    elif (machine.loops or len(machine.frames) > 1) and _is_ordinary(machine.guards):
        machine.emit(Break(ALL_LOOPS))


def run_raise(machine: Machine, node: cst.Raise) -> Outcome:
    """Interpret ``raise``."""
    raised = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
    if raised is not None and dotted(raised) == "SystemExit":
        leave_script(machine)
        return ENDS
    _leave_try(machine)
    return Outcome(Exit.RAISE)


def run_assert(machine: Machine, node: cst.Assert) -> Outcome:
    """Interpret ``assert``, which may fail in an ordinary run where a counter decides.

    A share of the training, ``0 <= step / total <= 1``, is asserted to be right in every run.
    """
    if isinstance(node.test, cst.Name) and node.test.value == "False":
        _leave_try(machine)
        return Outcome(Exit.RAISE)
    truth = machine.truth(node.test)
    if isinstance(truth, bool) or not depends_on_loop(truth):
        return GOES_ON
    if not all(_is_of_shares(part) for part in flatten(truth)):
        with machine.guard(negate(truth), node):
            _leave_try(machine)
    return GOES_ON


def _is_of_shares(condition: Condition) -> bool:
    return isinstance(condition, Relation) and not (condition.left - condition.right).is_integer


def _leave_try(machine: Machine) -> None:
    """Leave the ``try`` around, or the script, where an ordinary run raises an exception."""
    if machine.tries:
        around = machine.tries[-1]
        guards = machine.guards[around.guards :]
        # In a loop, a script that catches its own exceptions uses them to go on.
        around.left |= _is_ordinary(guards) or (around.loops > 0 and not any(map(_is_rare, guards)))
    elif machine.loops and _is_counted(machine.guards):
        machine.emit(Break(ALL_LOOPS))


def _is_rare(guard: Condition) -> bool:
    """Whether an ordinary run seldom meets a condition: a wrong loss, a setting that is not set."""
    return guard.lean is False or Nature.METRIC in natures(guard)


def _is_ordinary(guards: list[Condition]) -> bool:
    """Whether all these conditions hold in an ordinary run."""
    return _is_counted(guards) or all(condition.lean for condition in guards)


def _is_counted(guards: list[Condition]) -> bool:
    """Whether a counter decides when all these conditions hold in an ordinary run."""
    return any(map(depends_on_loop, guards)) and all(
        condition.lean is not False and Nature.METRIC not in natures(condition)
        if depends_on_loop(condition)
        else condition.lean
        for condition in guards
    )


def run_try(machine: Machine, node: cst.Try | cst.TryStar) -> Outcome:
    """Interpret ``try`` with all its clauses."""
    block, mark = machine.block, len(machine.block)
    caught = {name for handler in node.handlers for name in _caught(handler.type)}
    overrides = node.finalbody is not None and _leaves(node.finalbody)
    catches_exit = overrides or bool(caught & _OF_EXITS)
    goes_on = any(
        not _ERRORS_OF_STEPS.isdisjoint(_caught(handler.type)) and not _leaves(handler)
        for handler in node.handlers
    )
    record = Try(len(machine.guards), len(machine.loops), catches_exit, goes_on)
    if node.handlers or overrides:
        machine.tries.append(record)
    returned = len(machine.frames[-1].returns)
    try:
        outcome = machine.run_block(statements_of(node.body))
    finally:
        if node.handlers or overrides:
            machine.tries.pop()
    draws_again = caught == {"StopIteration"} and _draws_again(machine, node)
    left = record.left or (bool(caught & _EXPECTED) and not draws_again)
    for handler in node.handlers:
        run_handler(machine, handler, statements_of(handler.body), default=None if left else False)
        if record.left:
            _forget_names(machine, handler)
    if node.orelse is not None and not outcome.ends:
        outcome = machine.run_block(statements_of(node.orelse.body))
    if node.finalbody is not None:
        others, end = len(machine.frames[-1].returns), len(block)
        final = machine.run_block(statements_of(node.finalbody.body))
        escapes.leave_exit_open(block, mark, end)
        if not final.ends:  # what it returns counts, whatever the body returns
            returns = machine.frames[-1].returns
            returns[returned:] = returns[others:] + returns[returned:others]
        if final.ends:
            del machine.frames[-1].returns[returned:others]
            record.left |= outcome.ends
            left |= record.left
            outcome = final
    if left:
        why = "stepped where an exception may leave a `try`"
        escapes.leave_block_open(block[mark:], why)
        leaves = overrides or any(map(_leaves, node.handlers))
        if leaves and len(machine.loops) > machine.frames[-1].loops:
            machine.loops[-1].loop.left_by_exception = True
        machine.frames[-1].left_by_exception |= leaves
        if record.left and any(_leaves(handler, (cst.Raise,)) for handler in node.handlers):
            _raise_again(machine)
    if outcome.exit is Exit.RAISE and node.handlers:
        return Outcome()
    return outcome


def _raise_again(machine: Machine) -> None:
    """Leave the ``try`` around, or all loops, in an iteration that is not known."""
    if machine.tries:
        machine.tries[-1].left = True
    elif machine.loops:
        machine.loops[0].loop.left_by_exception = True


def _draws_again(machine: Machine, node: cst.Try | cst.TryStar) -> bool:
    """Whether a ``while`` loop only gets new batches and begins again where its batches are over.

    ``except StopIteration: batches = iter(loader); continue`` at the start of its body: nothing has
    been counted then.
    """
    if len(machine.loops) <= machine.frames[-1].loops or node.orelse or node.finalbody:
        return False
    around = machine.loops[-1].loop.place.node
    if not isinstance(around, cst.While) or statements_of(around.body)[0] is not node:
        return False
    match lines_of(node.body), lines_of(node.handlers[0].body):
        case (
            [cst.Assign(value=cst.Call(func=cst.Name(value="next")))],
            [*others, cst.Continue()],
        ):
            return all(isinstance(one, cst.Expr) or _is_iterator(one) for one in others)
    return False


def _is_iterator(node: cst.CSTNode) -> bool:
    match node:
        case cst.Assign(value=cst.Call(func=cst.Name(value="iter" | "enumerate"))):
            return True
    return False


def _caught(kind: cst.BaseExpression | None) -> list[str]:
    """Return the last names of the exceptions that a handler takes; a bare one is empty."""
    if isinstance(kind, cst.Tuple):
        return [name for element in kind.elements for name in _caught(element.value)]
    name = None if kind is None else dotted(kind)
    return [(name or "").rsplit(".", 1)[-1]]


def _leaves(
    clause: cst.ExceptHandler | cst.ExceptStarHandler | cst.Finally,
    by: tuple[type[cst.CSTNode], ...] = _LEAVES,
) -> bool:
    """Whether a clause of a ``try`` leaves the loop or function around it."""
    return any(
        isinstance(small, by)
        for statement in statements_of(clause.body)
        for small in small_statements(statement)
    )


def _forget_names(machine: Machine, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> None:
    """Make unknown what a handler has set."""
    for name in machine.unit.names_of(handler.body, assigned_names):
        if name in machine.scope.store.data:
            machine.write(machine.scope.store, name, Opaque(name))


def run_handler(
    machine: Machine,
    node: cst.CSTNode,
    statements: Sequence[cst.CSTNode],
    default: bool | None = False,
) -> None:
    """Interpret an exception handler; of what it sets, only new names remain.

    ``default`` says whether an ordinary run comes there.
    """
    start, block, mark = len(machine.journal), machine.block, len(machine.block)
    question = Question(Asks.EXCEPTION, machine.fresh_key())
    with machine.guard(Flag(question, "an exception", default), node):
        machine.run_block(statements)
        # A break out of an emergency does not end an ordinary training.
        machine.block[:] = [entry for entry in machine.block if not isinstance(entry, Break)]
    for (store, key), value in take_back(machine, start).items():
        if key not in store.data:
            machine.write(store, key, value)
    escapes.leave_block_open(block[mark:], "stepped where an exception is handled")
