"""Conditions under which a part of the script runs.

A condition that constants decide is a plain bool; the others are objects of this module. A
condition *leans* to True or False where the script's defaults decide it: ``args.epochs > 5`` with a
default of 10 leans to True. A condition on loop indices can be counted (``counting``) and evaluated
(``compiling``).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import ClassVar, TypeVar

from lrlint.analysis.model.computed import Counter, Derived, replaced
from lrlint.analysis.model.questions import Asks, Nature, Question
from lrlint.symbolic import Atom, Expr, certain_sign


class Condition(Derived):
    """Base of all conditions.

    Two conditions are equal where their `meaning` is. They nest deeply, and are looked up, compared
    and negated all the time, so each keeps what has been computed of it in its slots.
    """

    __slots__ = (
        *("_conjunctions", "_flat", "_hash", "_lean", "_natures", "_opposite", "_simple"),
        "_subjects",
    )
    _conjunctions: dict[int, tuple[Condition, Condition]]
    _flat: tuple[Condition, ...]
    _hash: int
    _lean: bool | None
    _natures: frozenset[Nature]
    _opposite: Condition
    _simple: tuple[Condition, ...]
    _subjects: frozenset[Hashable]

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            value = hash(self.meaning)
            object.__setattr__(self, "_hash", value)
            return value

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            type(self) is type(other)
            and hash(self) == hash(other)
            and self.meaning == other.meaning
        )

    @property
    def meaning(self) -> Hashable:
        """What it says, without the words it is written in."""
        raise NotImplementedError

    @property
    def lean(self) -> bool | None:
        """Whether it holds with the script's defaults; None where they do not decide it."""
        raise NotImplementedError

    def atoms(self) -> Iterator[Atom]:
        """Yield the atoms of the numbers that it compares."""
        return iter(())

    def subs(self, mapping: Mapping[Atom, Expr]) -> Condition:
        """Return the condition with atoms replaced."""
        return self


_T = TypeVar("_T")
_Kind = TypeVar("_Kind", bound=Condition)


def kept_in(slot: str) -> Callable[[Callable[[_Kind], _T]], Callable[[_Kind], _T]]:
    """Compute something of a condition once, and keep it in one of its slots."""

    def decorate(compute: Callable[[_Kind], _T]) -> Callable[[_Kind], _T]:
        @wraps(compute)
        def look_up(condition: _Kind) -> _T:
            try:
                value: _T = getattr(condition, slot)
            except AttributeError:
                value = compute(condition)
                object.__setattr__(condition, slot, value)
            return value

        return look_up

    return decorate


@dataclass(frozen=True, slots=True, eq=False)
class Flag(Condition):
    """A condition that does not compare numbers: ``args.fp16``, ``name == "cosine"``."""

    key: Question
    text: str
    default: bool | None = None
    nature: Nature = Nature.FLAG

    @property
    def lean(self) -> bool | None:
        return self.default

    @property
    def meaning(self) -> Hashable:
        return self.key


_flags: dict[tuple[Question, str, bool | None, Nature], Flag] = {}


def flag(
    key: Question, text: str, default: bool | None = None, nature: Nature = Nature.FLAG
) -> Flag:
    """Return a flag, the same object each time: what was computed of it need not be again."""
    words = key, text, default, nature
    known = _flags.get(words)
    if known is None:
        known = _flags[words] = Flag(*words)
    return known


def forget_flags() -> None:
    """Let go of all flags: those of the next script ask about other values."""
    _flags.clear()


OPERATORS: dict[str, Callable[[int | float, int | float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
}
_NEGATED = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">": "<=", ">=": "<"}


@dataclass(frozen=True, slots=True, eq=False)
class Relation(Condition):
    """A comparison of two numbers: ``left op right``."""

    op: str
    left: Expr
    right: Expr
    text: str = ""
    nature: Nature = Nature.FLAG

    @property
    def meaning(self) -> Hashable:
        return self.op, self.left, self.right

    @property
    def lean(self) -> bool | None:
        left, right = self.left.value, self.right.value
        if left is None or right is None:
            return None
        return OPERATORS[self.op](left, right)

    def atoms(self) -> Iterator[Atom]:
        yield from self.left.atoms()
        yield from self.right.atoms()

    def subs(self, mapping: Mapping[Atom, Expr]) -> Condition:
        return Relation(
            self.op,
            replaced(self.left, mapping),
            replaced(self.right, mapping),
            self.text,
            self.nature,
        )

    def decided(self) -> bool | None:
        """Return whether it holds, where constants alone decide that."""
        if self.left.is_constant and self.right.is_constant:
            return self.lean
        sign = certain_sign(self.left, self.right)
        if sign is not None:
            return OPERATORS[self.op](sign, 0)
        is_below = self.op in ("<", ">=")
        greater, less = (self.left, self.right) if is_below else (self.right, self.left)
        if less == Expr.const(0) and self.op not in ("==", "!=") and _is_index(greater):
            return self.op in (">=", "<=")  # a loop counts from 0
        return None


def _is_index(number: Expr) -> bool:
    """Whether a number is the index of a loop, or grows with such indices from 0 on."""
    keys = [atom.key for atom in number.atoms()]
    indices = all(isinstance(key, Counter) and not key.carried for key in keys)
    return bool(keys) and indices and number.is_nonnegative


@dataclass(frozen=True, slots=True, eq=False)
class Divisible(Condition):
    """``value % by == remainder``."""

    value: Expr
    by: Expr
    remainder: Expr
    text: str = ""

    @property
    def meaning(self) -> Hashable:
        return self.value, self.by, self.remainder

    @property
    def lean(self) -> bool | None:
        value, by, remainder = self.value.value, self.by.value, self.remainder.value
        if by == 1 and remainder == 0:
            return True
        if value is None or by is None or remainder is None or by == 0:
            return None
        return value % by == remainder

    def atoms(self) -> Iterator[Atom]:
        yield from self.value.atoms()
        yield from self.by.atoms()
        yield from self.remainder.atoms()

    def subs(self, mapping: Mapping[Atom, Expr]) -> Condition:
        return Divisible(
            replaced(self.value, mapping),
            replaced(self.by, mapping),
            replaced(self.remainder, mapping),
            self.text,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Not(Condition):
    """The opposite of a condition."""

    of: Condition

    @property
    def meaning(self) -> Hashable:
        return self.of

    @property
    def lean(self) -> bool | None:
        lean = self.of.lean
        return None if lean is None else not lean

    def atoms(self) -> Iterator[Atom]:
        return self.of.atoms()

    def subs(self, mapping: Mapping[Atom, Expr]) -> Condition:
        return negate(self.of.subs(mapping))


@dataclass(frozen=True, slots=True, eq=False)
class Compound(Condition):
    """Base of conjunctions and disjunctions."""

    parts: tuple[Condition, ...]
    decisive: ClassVar[bool]
    """The truth of one part that decides the whole."""

    @property
    def meaning(self) -> Hashable:
        return self.parts

    @property
    def lean(self) -> bool | None:
        return _lean(self)

    def atoms(self) -> Iterator[Atom]:
        for part in self.parts:
            yield from part.atoms()

    def subs(self, mapping: Mapping[Atom, Expr]) -> Condition:
        return type(self)(tuple(part.subs(mapping) for part in self.parts))


@dataclass(frozen=True, slots=True, eq=False)
class All(Compound):
    """A conjunction."""

    decisive: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, eq=False)
class Any(Compound):
    """A disjunction."""

    decisive: ClassVar[bool] = True


@kept_in("_lean")
def _lean(condition: Compound) -> bool | None:
    leans = [part.lean for part in condition.parts]
    if condition.decisive in leans:
        return condition.decisive
    return None if None in leans else not condition.decisive


@kept_in("_opposite")
def negate(condition: Condition) -> Condition:
    """Return the opposite of a condition in its simplest form."""
    match condition:
        case Not(of):
            return of
        case Relation(op, left, right, text, nature):
            return Relation(_NEGATED[op], left, right, f"not ({text})" if text else "", nature)
        case All(parts):
            return Any(tuple(negate(part) for part in parts))
        case Any(parts):
            return All(tuple(negate(part) for part in parts))
        case _:
            return Not(condition)


_MOST_PARTS = 24
"""Conditions of more simple parts become a flag of their own kind: early returns nest them without
end, and comparing two of them takes time that is exponential in their depth."""


def both(first: Condition, second: Condition) -> Condition:
    """Return the conjunction of two conditions, the same object each time.

    Every value that a branch joins asks for those of its alternatives.
    """
    known = _conjunctions(first)
    found = known.get(id(second))
    if found is None:  # by identity: two that are equal may differ in their words
        found = known[id(second)] = second, all_of(first, second)
    return found[1]


@kept_in("_conjunctions")
def _conjunctions(_: Condition) -> dict[int, tuple[Condition, Condition]]:
    return {}


def all_of(*parts: Condition) -> Condition:
    """Return the conjunction, flat and without repetitions."""
    flat: dict[Condition, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(flatten(part)))
    if len(flat) == 1:
        return next(iter(flat))
    return _summarised(All(tuple(flat)))


def any_of(*parts: Condition) -> Condition:
    """Return the disjunction, flat and without repetitions."""
    flat: dict[Condition, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.parts if isinstance(part, Any) else (part,)))
    if len(flat) == 1:
        return next(iter(flat))
    return _summarised(Any(tuple(flat)))


def _summarised(condition: Compound) -> Condition:
    """Return the condition, or a flag in place of one that is too large to reason about."""
    if len(simple_parts(condition)) <= _MOST_PARTS:
        return condition
    nature = Nature.METRIC if Nature.METRIC in natures(condition) else Nature.FLAG
    question = Question(Asks.SEVERAL, hash(condition))
    return flag(question, "several conditions", condition.lean, nature)


def simple_parts(condition: Condition) -> tuple[Condition, ...]:
    """Return the flags and comparisons that a condition is made of, without their negations."""
    match condition:
        case Not(of):
            return simple_parts(of)
        case Compound():
            return _parts_of_compound(condition)
    return (condition,)


@kept_in("_simple")
def _parts_of_compound(condition: Compound) -> tuple[Condition, ...]:
    return tuple(inner for part in condition.parts for inner in simple_parts(part))


def conjoin(parts: Sequence[Condition]) -> Condition | None:
    """Return the conjunction, or None where there are no parts."""
    return all_of(*parts) if parts else None


def flatten(condition: Condition) -> tuple[Condition, ...]:
    """Return the parts of a conjunction, or the condition itself."""
    return _flat(condition) if isinstance(condition, All) else (condition,)


@kept_in("_flat")
def _flat(condition: All) -> tuple[Condition, ...]:
    if not any(isinstance(part, All) for part in condition.parts):
        return condition.parts
    return tuple(inner for part in condition.parts for inner in flatten(part))


@kept_in("_natures")
def natures(condition: Condition) -> frozenset[Nature]:
    """Return the natures of its parts."""
    return frozenset(
        part.nature if isinstance(part, (Flag, Relation)) else Nature.FLAG
        for part in simple_parts(condition)
    )
