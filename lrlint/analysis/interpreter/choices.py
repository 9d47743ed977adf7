"""Values that depend on a condition: joining them, and acting on each alternative."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from lrlint.analysis.interpreter import escapes, numbers
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model.conditions import (
    All,
    Any,
    Condition,
    Divisible,
    Nature,
    Relation,
    all_of,
    is_loop_atom,
    natures,
    negate,
    text_of,
)
from lrlint.analysis.model.values import AnyValue, Choice, Const, Opaque, leaning
from lrlint.symbolic import Atom, Expr, Strength

_MOST_ALTERNATIVES = 24
_LONGEST_NAME = 200
"""Characters of the name of a number that stands for a condition."""


def settle(machine: Machine, truth: bool | Condition) -> bool | Condition:
    """Decide a condition where the guards in force already do."""
    if isinstance(truth, bool):
        return truth
    known = machine.assumed(truth)
    return truth if known is None else known


def join(
    machine: Machine, condition: Condition, one: AnyValue, other: AnyValue, name: str = ""
) -> AnyValue:
    """The value that is ``one`` where ``condition`` holds and ``other`` elsewhere."""
    if one is other or (isinstance(one, (Expr, Const)) and one == other):
        return one
    # A name that only one branch binds is used only where that branch ran.
    if one is MISSING:
        return other
    if other is MISSING:
        return one
    first, second = _number_beside(machine, one, other), _number_beside(machine, other, one)
    if first is not None and second is not None:
        return _join_numbers(machine, condition, first, second, name)
    alternatives = [
        *_under(machine, condition, one),
        *_under(machine, negate(condition), other),
    ]
    return _choice(alternatives, name or None)


def _number_beside(machine: Machine, value: AnyValue, other: AnyValue) -> Expr | None:
    """A value as a number, an unknown one only where its alternative is one, too.

    ``start_epoch = 0`` is a number, so ``start_epoch = checkpoint["epoch"]`` is as well.
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, Opaque) and isinstance(other, Expr):
        return numbers.to_number(machine, value)
    return None


def _under(
    machine: Machine, condition: Condition, value: AnyValue
) -> list[tuple[Condition, AnyValue]]:
    if isinstance(value, Choice):
        return [
            (all_of(condition, inner), item)
            for inner, item in value.alternatives
            if not machine.contradict(condition, inner)
        ]
    return [(condition, value)]


def _join_numbers(
    machine: Machine, condition: Condition, one: Expr, other: Expr, name: str
) -> AnyValue:
    if depends_on_loop(condition):
        # `if (i + 1) % k == 0: step += 1` leaves a number that an indicator tells apart.
        indicator = Atom(name=f"[{_brief(condition)}]", key=condition, lower=0)
        return other + Expr.atom(indicator) * (one - other)
    lean = condition.lean
    if lean is None:
        unit = one.unit if one.unit is other.unit else None
        return machine.named_number(name or "a value", None, Strength.OPEN, unit=unit)
    chosen = one if lean else other
    if chosen.strength is not Strength.CONSTANT or chosen.value is None:
        return chosen
    return machine.named_number(
        name or str(chosen), chosen.value, Strength.DEFAULT, unit=chosen.unit
    )


def _brief(condition: Condition) -> str:
    """A condition in the user's words, if they are few: they may quote another such number."""
    text = text_of(condition)
    return text if len(text) <= _LONGEST_NAME else "several conditions"


def depends_on_loop(condition: Condition) -> bool:
    """Whether the condition is computable from loop indices and loop-carried counters."""
    if not isinstance(condition, (Relation, Divisible, All, Any)):
        return False
    return any(is_loop_atom(atom) for atom in condition.atoms())


def may_change(condition: Condition) -> bool:
    """Whether the condition may hold in one iteration of a loop and not in another."""
    return Nature.METRIC in natures(condition) or any(map(is_loop_atom, condition.atoms()))


def distribute(
    machine: Machine,
    value: AnyValue,
    node: cst.CSTNode,
    action: Callable[[AnyValue], AnyValue],
) -> AnyValue:
    """Do ``action`` on each alternative of a choice, under its condition."""
    if not isinstance(value, Choice):
        return action(value)
    results: list[tuple[Condition, AnyValue]] = []
    for condition, item in value.alternatives:
        known = settle(machine, condition)
        if known is True:
            return action(item)
        if known is False:
            continue
        assert not isinstance(known, bool)
        with machine.guard(condition, node):
            results.append((condition, action(item)))
    return choice(machine, results)


def choice(machine: Machine, results: Sequence[tuple[Condition, AnyValue]]) -> AnyValue:
    """A choice among results, or the one value that all of them are."""
    if not results:
        return Opaque()
    first = results[0][1]
    if all(value is first or value == first for _, value in results):
        return first
    flat: list[tuple[Condition, AnyValue]] = []
    for condition, value in results:
        few = len(flat) <= _MOST_ALTERNATIVES
        flat += _under(machine, condition, value) if few else [(condition, value)]
    return _choice(flat)


def _choice(alternatives: list[tuple[Condition, AnyValue]], name: str | None = None) -> AnyValue:
    """One of some values; where they are too many, an unknown one that may be any of them."""
    if len(alternatives) <= _MOST_ALTERNATIVES:
        return Choice(tuple(alternatives))
    for _, value in alternatives:
        escapes.escape(value, "one of more alternatives than are followed")
    return Opaque(name)


def chosen(machine: Machine, value: AnyValue) -> AnyValue:
    """The alternative that the guards in force settle on, else the one the defaults lead to."""
    if isinstance(value, Choice):
        for condition, item in value.alternatives:
            if machine.assumed(condition):
                return chosen(machine, item)
    return leaning(value)
