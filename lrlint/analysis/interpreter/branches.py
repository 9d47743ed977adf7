"""Branches: ``if``, ``match``, and joining what they have set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import libcst as cst

from lrlint.analysis.interpreter import choices, patterns
from lrlint.analysis.interpreter.choices import settle
from lrlint.analysis.interpreter.journal import Changes, apply_changes, join_changes, take_back
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import GOES_ON, Exit, Outcome
from lrlint.analysis.model.computed import RateInUse
from lrlint.analysis.model.conditions import (
    All,
    Condition,
    Flag,
    Not,
    all_of,
    any_of,
    negate,
)
from lrlint.analysis.model.conditions import Any as AnyOf
from lrlint.analysis.model.questions import Nature
from lrlint.analysis.model.values import Store
from lrlint.source.nodes import statements_of, walk


def run_if(machine: Machine, node: cst.If) -> Outcome:
    """Interpret an ``if`` with its ``elif`` and ``else``."""
    truth = machine.truth(node.test)
    if not isinstance(truth, bool) and _skips_a_batch(machine, node):
        truth = _seldom(truth, holds=False)
    decided = settle(machine, truth)
    choices.note_not_taken(machine, truth, node)
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


def _skips_a_batch(machine: Machine, node: cst.If) -> bool:
    """Whether an ``if`` leaves out a batch with nothing to learn from or a wrong loss."""
    *_, last = (None, *statements_of(node.body))
    ends = isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Continue)
    if not ends or node.orelse is not None:
        return False
    trains = any(
        isinstance(part, cst.Attribute) and part.attr.value == "step" for part in walk(node.body)
    )
    return not trains and bool(machine.loops) and machine.loops[-1].loop.over_loader


def _seldom(condition: Condition, *, holds: bool) -> Condition:
    """Return a condition whose measurements ordinarily come out so that it does (not) hold."""
    match condition:
        case Flag(default=None, nature=Nature.METRIC):
            return replace(condition, default=holds)
        case Not(of):
            return negate(_seldom(of, holds=not holds))
        case All(parts):
            return All(tuple(_seldom(part, holds=holds) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_seldom(part, holds=holds) for part in parts))
    return condition


@dataclass(frozen=True, slots=True)
class _Branch:
    """One side of a fork, after it has been interpreted."""

    condition: Condition
    outcome: Outcome
    changes: Changes


def fork(
    machine: Machine,
    condition: Condition,
    node: cst.CSTNode,
    then: Callable[[], Outcome],
    otherwise: Callable[[], Outcome],
) -> Outcome:
    """Interpret both sides of a condition and join what they changed."""
    first = _interpret(machine, condition, node, then)
    second = _interpret(machine, negate(condition), node, otherwise)
    match first.outcome.ends, second.outcome.ends:
        case True, True:
            return _both_end(machine, first, second)
        case False, False:
            return _both_go_on(machine, first, second)
    return _one_ends(machine, first, second)


def _interpret(
    machine: Machine, condition: Condition, node: cst.CSTNode, run: Callable[[], Outcome]
) -> _Branch:
    start = len(machine.journal)
    with machine.guard(condition, node):
        outcome = run()
    return _Branch(condition, outcome, take_back(machine, start))


def _both_end(machine: Machine, first: _Branch, second: _Branch) -> Outcome:
    """Keep what a branch that does not raise has set, for the code after the function."""
    raises = first.outcome.exit is Exit.RAISE
    apply_changes(machine, second.changes if raises else first.changes)
    same = first.outcome.exit is second.outcome.exit
    return Outcome(
        first.outcome.exit if same else Exit.OTHER,
        leaves_function=first.outcome.leaves_function and second.outcome.leaves_function,
    )


def _one_ends(machine: Machine, first: _Branch, second: _Branch) -> Outcome:
    """Join the branches; what follows runs under the condition of the one that goes on."""
    ended, other = (first, second) if first.outcome.ends else (second, first)
    if ended.outcome.exit is Exit.RAISE:
        # An ordinary run raises nothing, so what follows needs no guard.
        apply_changes(machine, other.changes)
        return other.outcome
    returns = ended.outcome.leaves_function
    local = machine.scope.store if returns else None
    _join(machine, first, second, skip=local)
    if local is not None:
        # Its local variables are gone where the function has returned.
        apply_changes(machine, {k: v for k, v in other.changes.items() if k[0] is local})
    in_loop = len(machine.loops) > machine.frames[-1].loops
    leaves_loop = in_loop if returns else ended.outcome.exit is not Exit.CONTINUE
    if leaves_loop:
        # The trace has a `Break` here, so what follows needs no guard of its own.
        _note_break(machine, ended.condition)
        return other.outcome
    escaped = other.outcome.escaped
    if escaped is None:
        return Outcome(escaped=ended.condition, leaves_function=returns)
    return Outcome(  # an `elif` whose branch leaves, too
        escaped=any_of(ended.condition, escaped),
        leaves_function=returns and other.outcome.leaves_function,
    )


def _both_go_on(machine: Machine, first: _Branch, second: _Branch) -> Outcome:
    """Join the branches; inner ones may have left under their own conditions."""
    _join(machine, first, second)
    escaped = [
        all_of(branch.condition, branch.outcome.escaped)
        for branch in (first, second)
        if branch.outcome.escaped is not None
    ]
    if not escaped:
        return GOES_ON
    return Outcome(
        escaped=any_of(*escaped),
        leaves_function=first.outcome.leaves_function or second.outcome.leaves_function,
    )


def _join(machine: Machine, first: _Branch, second: _Branch, skip: Store | None = None) -> None:
    join_changes(machine, first.condition, first.changes, second.changes, skip)


def _note_break(machine: Machine, condition: Condition) -> None:
    """Note that the loop may end early, if no number decides when."""
    if machine.loops and not any(not isinstance(atom.key, RateInUse) for atom in condition.atoms()):
        machine.loops[-1].loop.may_break = True


def run_match(machine: Machine, node: cst.Match) -> Outcome:
    """Interpret a ``match`` statement as an ``if`` with ``elif``."""
    subject = machine.evaluate(node.subject)

    def chain(position: int) -> Outcome:
        if position == len(node.cases):
            return GOES_ON
        case = node.cases[position]
        truth = settle(machine, patterns.matches(machine, subject, case.pattern))
        if case.guard is not None and truth is not False:
            truth = _both(truth, machine.truth(case.guard))
            choices.note_not_taken(machine, truth, case)
            truth = settle(machine, truth)

        def then() -> Outcome:
            return machine.run_block(statements_of(case.body))

        if truth is True:
            return then()
        if truth is False:
            return chain(position + 1)
        return fork(machine, truth, case, then, lambda: chain(position + 1))

    return chain(0)


def _both(first: bool | Condition, second: bool | Condition) -> bool | Condition:
    if isinstance(first, bool):
        return second if first else False
    if isinstance(second, bool):
        return first if second else False
    return all_of(first, second)
