"""Conditions of statements: what an ``if`` decides, and how its branches come together again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from lrlint.analysis.interpreter import comparisons
from lrlint.analysis.interpreter.choices import settle
from lrlint.analysis.interpreter.journal import apply_changes, join_changes, take_back
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import CONTINUE, GOES_ON, RAISE, Outcome
from lrlint.analysis.model.conditions import Condition, Flag, all_of, any_of, negate
from lrlint.analysis.model.trace import Block, Break, When
from lrlint.analysis.model.values import AnyValue
from lrlint.source.nodes import statements_of


def run_if(machine: Machine, node: cst.If) -> Outcome:
    """Interpret an ``if`` with its ``elif`` and ``else``."""
    decided = settle(machine, machine.truth(node.test))
    orelse = node.orelse

    def then() -> Outcome:
        return machine.run_block(statements_of(node.body))

    def otherwise() -> Outcome:
        match orelse:
            case cst.If():
                return machine.run(orelse)
            case cst.Else(body=body):
                return machine.run_block(statements_of(body))
        return GOES_ON

    if isinstance(decided, bool):
        return then() if decided else otherwise()
    return fork(machine, decided, node, then, otherwise)


def fork(
    machine: Machine,
    condition: Condition,
    node: cst.CSTNode,
    then: Callable[[], Outcome],
    otherwise: Callable[[], Outcome],
) -> Outcome:
    """Interpret both sides of a condition and join what they changed."""
    start = len(machine.journal)
    block, mark = machine.block, len(machine.block)
    with machine.guard(condition, node):
        first = then()
    changed_then = take_back(machine, start)
    opposite = negate(condition)
    with machine.guard(opposite, node):
        second = otherwise()
    changed_else = take_back(machine, start)

    if first.ends and second.ends:
        apply_changes(machine, changed_else if _is_raise(first) else changed_then)
        same = first.escaped if first.escaped is second.escaped else None
        return Outcome(
            ends=True,
            escaped=same,
            leaves_function=first.leaves_function and second.leaves_function,
        )
    if first.ends or second.ends:
        gone, stays = (first, changed_else) if first.ends else (second, changed_then)
        goes_on = second if first.ends else first
        leaving = condition if first.ends else opposite
        if _is_raise(gone):
            # What follows runs only where nothing was raised: no guard is needed to say so.
            apply_changes(machine, stays)
            return goes_on
        lost = changed_then if first.ends else changed_else
        if gone.escaped is CONTINUE or gone.leaves_function:
            skip = machine.scope.store if gone.leaves_function else None
            join_changes(
                machine,
                condition,
                lost if first.ends else changed_then,
                changed_else if first.ends else lost,
                skip=skip,
            )
            if skip is not None:
                apply_changes(machine, {k: v for k, v in stays.items() if v[0] is skip})
            in_loop = len(machine.loops) > machine.frames[-1].loops
            if gone.leaves_function and in_loop:
                _note_break(machine, leaving)
                return goes_on
            if goes_on.escaped is None:
                return Outcome(escaped=leaving, leaves_function=gone.leaves_function)
            return Outcome(  # an `elif` whose branch leaves, too
                escaped=any_of(leaving, goes_on.escaped),
                leaves_function=gone.leaves_function and goes_on.leaves_function,
            )
        # A break: the trace holds it, so what follows needs no guard of its own.
        join_changes(machine, condition, changed_then, changed_else)
        _note_break(machine, leaving)
        return goes_on

    join_changes(machine, condition, changed_then, changed_else)
    _drop_idle(block, mark)
    parts = [
        all_of(condition, first.escaped) if first.escaped is not None else None,
        all_of(opposite, second.escaped) if second.escaped is not None else None,
    ]
    left = [part for part in parts if part is not None]
    if not left:
        return GOES_ON
    return Outcome(
        escaped=any_of(*left),
        leaves_function=first.leaves_function or second.leaves_function,
    )


def _is_raise(outcome: Outcome) -> bool:
    return outcome.ends and outcome.escaped is RAISE


def _note_break(machine: Machine, condition: Condition) -> None:
    if machine.loops and not any(True for _ in condition.atoms()):
        machine.loops[-1].loop.may_break = True


def _drop_idle(block: Block, mark: int) -> None:
    """Remove guards behind which nothing happens."""
    for node in list(block[mark:]):
        if isinstance(node, When) and not node.body:
            block.remove(node)


def run_unlikely(machine: Machine, node: cst.CSTNode, statements: Sequence[cst.CSTNode]) -> None:
    """Interpret what runs in an emergency only; its values are forgotten again."""
    start = len(machine.journal)
    with machine.guard(Flag(("except", machine.fresh_key()), "an exception", default=False), node):
        machine.run_block(statements)
        # An emergency exit neither ends a training nor belongs to a schedule's law.
        machine.block[:] = [item for item in machine.block if not isinstance(item, Break)]
    for store, key, value in take_back(machine, start).values():
        if key not in store.data:
            machine.write(store, key, value)


def run_match(machine: Machine, node: cst.Match) -> Outcome:
    """Interpret a ``match`` as a chain of conditions on its subject."""
    subject = machine.evaluate(node.subject)

    def chain(position: int) -> Outcome:
        if position == len(node.cases):
            return GOES_ON
        case = node.cases[position]
        truth = settle(machine, _pattern(machine, subject, case.pattern))

        def then() -> Outcome:
            return machine.run_block(statements_of(case.body))

        if truth is True:
            return then()
        if truth is False:
            return chain(position + 1)
        return fork(machine, truth, case, then, lambda: chain(position + 1))

    return chain(0)


def _pattern(machine: Machine, subject: AnyValue, pattern: cst.MatchPattern) -> bool | Condition:
    match pattern:
        case cst.MatchValue(value=value):
            return comparisons.equal(machine, subject, machine.evaluate(value), pattern)
        case cst.MatchOr(patterns=parts):
            conditions: list[Condition] = []
            for part in parts:
                truth = _pattern(machine, subject, part.pattern)
                if truth is True:
                    return True
                if truth is not False:
                    conditions.append(truth)
            return any_of(*conditions) if conditions else False
        case cst.MatchAs(pattern=None, name=None):
            return True
        case cst.MatchAs(pattern=None, name=cst.Name(value=name)):
            machine.write(machine.scope.store, name, subject)
            return True
    return Flag(("pattern", machine.fresh_key()), "a pattern")
