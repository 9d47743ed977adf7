"""What a condition says, what it is about, and whether a loop or a measured value decides it."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable

from lrlint.analysis.model.computed import (
    Computed,
    Counter,
    Measured,
    all_atoms,
    varies,
)
from lrlint.analysis.model.conditions import (
    All,
    Any,
    Condition,
    Divisible,
    Flag,
    Not,
    Relation,
    kept_in,
    natures,
    simple_parts,
)
from lrlint.analysis.model.questions import CHANGING, Asks, Nature, Question
from lrlint.symbolic import Atom, Expr


def text_of(condition: Condition) -> str:
    """Return the condition in the user's words."""
    match condition:
        case Flag(text=text) | Relation(text=text) | Divisible(text=text) if text:
            return text
        case Relation(op, left, right):
            return f"{left} {op} {right}"
        case Divisible(value, by, remainder):
            return f"({value}) % {by} == {remainder}"
        case Not(of):
            return _negated(text_of(of))
        case All(parts):
            return " and ".join(
                f"({text_of(part)})" if isinstance(part, Any) else text_of(part) for part in parts
            )
        case Any(parts):
            return " or ".join(text_of(part) for part in parts)
    return "a condition"


def _negated(text: str) -> str:
    if (compared := _COMPARISON.fullmatch(text)) is None:
        return f"not ({text})"
    left, operator, right = compared.groups()
    return f"{left} {_OPPOSITES[operator]} {right}"


_COMPARISON = re.compile(r"([\w.]+) (is|==|in) ([\w.]+|'\w*'|\"\w*\")")
_OPPOSITES = {"is": "is not", "==": "!=", "in": "not in"}


@kept_in("_subjects")
def subjects(condition: Condition) -> frozenset[Hashable]:
    """Return what the simple conditions in it are about.

    Two conditions without a common subject cannot contradict each other.
    """
    return frozenset(map(_subject, simple_parts(condition)))


def _subject(condition: Condition) -> Hashable:
    if isinstance(condition, Relation):
        return condition.left, condition.right
    question = equality(condition)
    return condition.meaning if question is None else question.subject


def equality(condition: Condition) -> Question | None:
    """Return the question of a flag such as ``args.sched == "cosine"``, None for any other."""
    if isinstance(condition, Flag) and condition.key.asks is Asks.EQUALS:
        return condition.key
    return None


def is_loop_atom(atom: Atom) -> bool:
    """Whether an atom is the index of a loop, a variable that its body changes, or follows one."""
    key = atom.key
    return isinstance(key, Counter) or (isinstance(key, Computed) and varies(key))


def indicators(number: Expr) -> list[Atom]:
    """Return the atoms of a number that are 1 where a condition holds and 0 elsewhere.

    ``if (i + 1) % k == 0: step += 1`` adds one of them to ``step``; its key is the condition.
    """
    return [atom for atom in number.atoms() if isinstance(atom.key, Condition)]


def depends_on_loop(condition: Condition) -> bool:
    """Whether the condition can be computed from loop indices and counters."""
    if isinstance(condition, Not):
        condition = condition.of
    if not isinstance(condition, (Relation, Divisible, All, Any)):
        return False
    return any(is_loop_atom(atom) for atom in condition.atoms())


def may_change(condition: Condition) -> bool:
    """Whether the condition may differ from one iteration of a loop to another."""
    return bool(natures(condition) & CHANGING) or any(map(is_loop_atom, condition.atoms()))


def is_measured(condition: Condition, counters: Collection[Atom]) -> bool:
    """Whether a measured value decides a condition, by itself or through some ``counters``."""
    return Nature.METRIC in natures(condition) or any(
        isinstance(atom.key, Measured) or atom in counters for atom in all_atoms(condition)
    )


def never_together(one: Relation, other: Relation) -> bool:
    """Whether a counter cannot be in two ranges at once: ``t < 40`` and ``t >= 60``."""
    first, second = _gap(one), _gap(other)
    if first is None or second is None:
        return False
    total = first + second  # of two numbers that are positive, or at least 0
    if any(map(is_loop_atom, total.atoms())):
        return False
    strict = "=" not in one.op or "=" not in other.op
    return (-total).is_nonnegative if strict else (-total).is_positive


def _gap(relation: Relation) -> Expr | None:
    """Return the number that is positive, or at least 0, where an inequality holds."""
    match relation.op:
        case "<" | "<=":
            return relation.right - relation.left
        case ">" | ">=":
            return relation.left - relation.right
    return None
