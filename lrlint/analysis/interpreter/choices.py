"""Values that depend on a condition: joining them, and acting on each alternative."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import escapes, members, numbers
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model.computed import Measured, computed, is_computed, varies
from lrlint.analysis.model.condition_queries import depends_on_loop, never_together, text_of
from lrlint.analysis.model.conditions import (
    Condition,
    Relation,
    both,
    flatten,
    natures,
    negate,
)
from lrlint.analysis.model.questions import Nature
from lrlint.analysis.model.records import NotTaken
from lrlint.analysis.model.trace import BranchNotTaken
from lrlint.analysis.model.value_queries import alternatives, leaning
from lrlint.analysis.model.values import AnyValue, Choice, Const, Opaque
from lrlint.analysis.model.words import UNNAMED
from lrlint.symbolic import Atom, Expr, Strength, TooComplex

_MOST_ALTERNATIVES = 24
"""Alternatives of one value: whatever uses it is done once for each."""
_LONGEST_NAME = 200
"""Characters of an indicator's name, which quotes its condition; that may quote another one."""


def settle(machine: Machine, truth: bool | Condition) -> bool | Condition:
    """Return whether a condition holds where the guards in force decide it, else the condition."""
    known = truth if isinstance(truth, bool) else machine.assumed(truth)
    if known is None:
        return truth
    machine.left_out |= bool(machine.loops) and machine.unit.mentions_schedule
    return known


def join(
    machine: Machine, condition: Condition, first: AnyValue, second: AnyValue, name: str = ""
) -> AnyValue:
    """Return a value that is ``first`` where the condition holds and ``second`` elsewhere."""
    if first is second or (isinstance(first, (Expr, Const)) and first == second):
        return first
    # A name that only one branch binds is used only where that branch ran.
    if first is MISSING:
        return second
    if second is MISSING:
        return first
    number = _number_next_to(machine, first, second)
    other = _number_next_to(machine, second, first)
    if number is not None and other is not None:
        return _join_numbers(machine, condition, number, other, name)
    if (rate := _join_rates(machine, condition, first, second)) is not None:
        return rate
    if (
        depends_on_loop(condition)
        and (by_setting := _by_setting(machine, first, second)) is not None
    ):
        return choice(
            machine,
            [(outer, join(machine, condition, one, two, name)) for outer, one, two in by_setting],
        )
    alternatives = [
        *_under(machine, condition, first),
        *_under(machine, negate(condition), second),
    ]
    return _limited_choice(alternatives, name or None)


def optional(machine: Machine, condition: Condition, first: AnyValue, second: AnyValue) -> AnyValue:
    """Return the value of an entry that a dict lacks on one side of a condition."""
    return _limited_choice(
        [*_under(machine, condition, first), *_under(machine, negate(condition), second)]
    )


def present(machine: Machine, value: AnyValue) -> AnyValue:
    """Return the value of an entry of a dict for code that runs only where the dict has it."""
    if members.lacking(value) is None:
        return value
    assert isinstance(value, Choice)
    return choice(machine, [part for part in value.alternatives if part[1] is not MISSING])


def or_else(
    machine: Machine, entry: AnyValue | None, value: AnyValue, default: AnyValue, name: str
) -> AnyValue:
    """Return the value of an entry, or a default where the dict lacks it."""
    missing = members.lacking(entry)
    return value if missing is None else join(machine, missing, default, value, name)


def _by_setting(
    machine: Machine, first: AnyValue, second: AnyValue
) -> list[tuple[Condition, AnyValue, AnyValue]] | None:
    """Return the pairs of numbers that each setting leads to; None where that is not clear.

    ``args.lr`` may be one of two numbers. A law that the loop decides has one form for each.
    """
    values = [*alternatives(first), *alternatives(second)]
    if not all(isinstance(value, (Expr, Opaque)) for value in values):
        return None
    match first, second:
        case Choice(), Choice():
            left, right = first.alternatives, second.alternatives
            if [condition for condition, _ in left] == [condition for condition, _ in right]:
                pairs = [
                    (condition, one, two)
                    for (condition, one), (_, two) in zip(left, right, strict=True)
                ]
            else:
                pairs = [
                    (both(outer, inner), one, two)
                    for outer, one in left
                    for inner, two in right
                    if not machine.contradict(outer, inner)
                ]
        case Choice(), _:
            pairs = [(condition, one, second) for condition, one in first.alternatives]
        case _, Choice():
            pairs = [(condition, first, two) for condition, two in second.alternatives]
        case _:
            return None
    if len(pairs) > _MOST_ALTERNATIVES or any(depends_on_loop(pair[0]) for pair in pairs):
        return None
    return pairs


def _number_next_to(machine: Machine, value: AnyValue, other: AnyValue) -> Expr | None:
    """Return a value as a number, an unknown value only if the other one is a number.

    ``start_epoch = 0`` is a number, so ``start_epoch = checkpoint["epoch"]`` is a number, too.
    """
    if isinstance(value, Expr):
        return value
    if not isinstance(other, Expr):
        return None
    unknown = _one_unknown(value) if isinstance(value, Choice) else value
    return numbers.to_number(machine, unknown) if isinstance(unknown, Opaque) else None


def _one_unknown(choice: Choice) -> Opaque | None:
    """Return one unknown in place of several, such as the entry of one of two checkpoints."""
    unknowns = [inner for inner in alternatives(choice) if isinstance(inner, Opaque)]
    if len(unknowns) < len(choice.alternatives):
        return None
    paths = {inner.path for inner in unknowns}
    return Opaque(
        paths.pop() if len(paths) == 1 else None,
        measured=any(inner.measured for inner in unknowns),
    )


def _under(
    machine: Machine, condition: Condition, value: AnyValue
) -> list[tuple[Condition, AnyValue]]:
    """Return the alternatives of a value under one more condition."""
    if isinstance(value, Choice):
        return [
            (both(condition, inner), alternative)
            for inner, alternative in value.alternatives
            if not machine.contradict(condition, inner)
        ]
    return [(condition, value)]


def _join_numbers(
    machine: Machine, condition: Condition, first: Expr, second: Expr, name: str
) -> AnyValue:
    """Return one number for two: ``first`` where the condition holds, else ``second``."""
    if depends_on_loop(condition):
        if _is_law(first) or _is_law(second):
            return branch(condition, first, second)
        # `if (i + 1) % k == 0: step += 1`: the indicator is 1 where the condition holds, else 0.
        indicator = Atom(name=f"[{_brief(condition)}]", key=condition, lower=0)
        return second + Expr.atom(indicator) * (first - second)
    lean = condition.lean
    if lean is None and varies(first, second) and (_is_law(first) or _is_law(second)):
        return Opaque()  # a number that changes has no value of its own that `--set` might give
    if lean is None:
        unit = first.unit if first.unit is second.unit else None
        number = machine.named_number(name or UNNAMED, None, Strength.OPEN, unit=unit)
        if Nature.METRIC not in natures(condition) or number.value is not None:
            return number
        (atom,) = number.atoms()
        return Expr.atom(replace(atom, key=Measured(atom.key, condition)))
    chosen = first if lean else second
    if chosen.strength is Strength.CONSTANT and chosen.value is not None:
        chosen = machine.named_number(
            name or str(chosen), chosen.value, Strength.DEFAULT, unit=chosen.unit
        )
    for atom in chosen.atoms():
        machine.replaced.setdefault(atom, []).append(negate(condition) if lean else condition)
    return chosen


def _is_law(number: Expr) -> bool:
    """Whether a number changes in the loop by more than what it counts."""
    terms = number.atoms()
    return any(map(is_computed, terms)) or (varies(number) and not number.is_integer)


def branch(condition: Condition, first: Expr, second: Expr) -> AnyValue:
    """Return the number that is ``first`` where a condition holds and ``second`` elsewhere."""
    try:
        return computed("if", (first, second), condition=condition)
    except TooComplex:
        return Opaque()


def _join_rates(
    machine: Machine, condition: Condition, first: AnyValue, second: AnyValue
) -> AnyValue | None:
    """Return one number in place of two if one of them or both follow from the LR in use."""
    if not depends_on_loop(condition) or not any(
        isinstance(value, Opaque) and value.rate is not None for value in (first, second)
    ):
        return None
    then, otherwise = numbers.rate_of(machine, first), numbers.rate_of(machine, second)
    if then is None or otherwise is None:
        return None
    joined = branch(condition, then, otherwise)
    return Opaque(measured=True, rate=joined if isinstance(joined, Expr) else None)


def _brief(condition: Condition) -> str:
    """Return a condition in the user's words, if they are few."""
    text = text_of(condition)
    return text if len(text) <= _LONGEST_NAME else "several conditions"


def distribute(
    machine: Machine,
    value: AnyValue,
    node: cst.CSTNode,
    action: Callable[[AnyValue], AnyValue],
) -> AnyValue:
    """Do something with each alternative of a choice under its condition; return the results."""
    if not isinstance(value, Choice):
        return action(value)
    return _of_each(machine, value, action, lambda condition: machine.guard(condition, node))


def read(machine: Machine, value: Choice, reader: Callable[[AnyValue], AnyValue]) -> AnyValue:
    """Return what a reader gives of the alternatives that the guards in force leave open."""
    return _of_each(machine, value, reader, lambda _: nullcontext())


def _of_each(
    machine: Machine,
    value: Choice,
    action: Callable[[AnyValue], AnyValue],
    under: Callable[[Condition], AbstractContextManager[None]],
) -> AnyValue:
    """Return the results of an action for the alternatives that may hold, each in a context."""
    results: list[tuple[Condition, AnyValue]] = []
    for condition, alternative in value.alternatives:
        holds = machine.assumed(condition)
        if holds:
            return action(alternative)
        if holds is None:
            with under(condition):
                results.append((condition, action(alternative)))
    return choice(machine, results)


def choice(machine: Machine, results: Sequence[tuple[Condition, AnyValue]]) -> AnyValue:
    """Return a choice among results, or the result where they are all the same."""
    if not results:
        return Opaque()
    first = results[0][1]
    if all(value is first or value == first for _, value in results):
        return first
    flat: list[tuple[Condition, AnyValue]] = []
    for condition, value in results:
        few = len(flat) <= _MOST_ALTERNATIVES
        flat += _under(machine, condition, value) if few else [(condition, value)]
    return _limited_choice(flat)


def _limited_choice(
    alternatives: list[tuple[Condition, AnyValue]], name: str | None = None
) -> AnyValue:
    """Return a choice, or an unknown where there are too many alternatives."""
    if len(alternatives) <= _MOST_ALTERNATIVES:
        return Choice(tuple(alternatives))
    for _, value in alternatives:
        escapes.escape(value, "one of too many alternatives to follow")
    return Opaque(name)


def chosen(machine: Machine, value: AnyValue) -> AnyValue:
    """Return the alternative that the guards in force decide on, else the defaults."""
    if isinstance(value, Choice):
        for condition, alternative in value.alternatives:
            if machine.assumed(condition):
                return chosen(machine, alternative)
    return leaning(value)


def note_not_taken(
    machine: Machine, condition: bool | Condition, node: cst.If | cst.IfExp | cst.MatchCase
) -> None:
    """Record a branch that an earlier one of the same function leaves nothing to do."""
    if not isinstance(condition, Relation) or not depends_on_loop(condition):
        return
    for guard in machine.guards[machine.frames[-1].guards :]:
        for part in flatten(guard):
            if isinstance(part, Relation) and never_together(condition, part):
                branch = NotTaken(machine.here(node), condition, negate(part))
                machine.emit(BranchNotTaken(*machine.where(node), branch))
                return
