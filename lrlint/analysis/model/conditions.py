"""Conditions that stand before a statement, and what is known of them.

A condition is decided where constants decide it, *leaning* where the script's own defaults do, and
open otherwise. One that depends on nothing but loop indices can be counted and evaluated: how often
does ``(i + 1) % 4 == 0`` hold in 391 iterations?
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from lrlint.symbolic import Atom, Expr, Strength, certain_sign, compile_expr


class Nature(Enum):
    """What a condition that cannot be computed asks about."""

    FLAG = "flag"
    """A setting: argparse flag, config entry, parameter."""
    METRIC = "metric"
    """A value measured during training: a loss, an accuracy."""
    RANK = "rank"
    """Which process this is."""
    OTHER = "other"


class Condition:
    """Base of all conditions; equality is by meaning, as far as it is cheap to tell.

    Conditions nest, and are looked up, compared and negated all the time: what that takes is
    computed once.
    """

    __slots__ = ("_hash", "_leaves", "_natures", "_opposite", "_subjects")
    _hash: int
    _leaves: int
    _natures: frozenset[Nature]
    _opposite: Condition
    _subjects: frozenset[Hashable]

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            found = hash(self.meaning)
            object.__setattr__(self, "_hash", found)
            return found

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
        """What equal conditions have in common."""
        raise NotImplementedError

    @property
    def lean(self) -> bool | None:
        """Its value with the script's defaults, if they decide it."""
        raise NotImplementedError

    def atoms(self) -> Iterator[Atom]:
        """The atoms of the numbers it compares."""
        return iter(())

    def subs(self, mapping: Mapping[Atom, Expr]) -> Condition:
        """The condition with atoms replaced."""
        return self


class Asks(Enum):
    """What a question asks of its subject."""

    ACCUMULATION = "accumulate()"
    EQUALS = "=="
    EXCEPTION = "except"
    IDENTITY = "is"
    INSTANCE = "isinstance"
    MEMBERSHIP = "in"
    PATTERN = "case"
    TRUTH = "if"
    UNKNOWN = "?"
    SEVERAL = "and, or"


@dataclass(frozen=True, slots=True)
class Question:
    """What two flags have in common that are the same condition.

    Two that ask whether one subject equals different values exclude each other.
    """

    asks: Asks
    subject: Hashable = None
    """A setting by its name, any other value by its identity."""
    value: Hashable = None
    """What the subject is compared with."""


@dataclass(frozen=True, slots=True, eq=False)
class Flag(Condition):
    """The truth of something that is no number: ``args.fp16``, ``name == "cosine"``."""

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


_OPERATORS: dict[str, Callable[[int | float, int | float], bool]] = {
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
    """``left op right`` between two numbers."""

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
        return _OPERATORS[self.op](left, right)

    def atoms(self) -> Iterator[Atom]:
        yield from self.left.atoms()
        yield from self.right.atoms()

    def subs(self, mapping: Mapping[Atom, Expr]) -> Condition:
        return Relation(
            self.op, self.left.subs(mapping), self.right.subs(mapping), self.text, self.nature
        )

    def decided(self) -> bool | None:
        """Its value where constants alone decide it."""
        if self.left.is_constant and self.right.is_constant:
            return self.lean
        sign = certain_sign(self.left, self.right)
        return None if sign is None else _OPERATORS[self.op](sign, 0)


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
            self.value.subs(mapping), self.by.subs(mapping), self.remainder.subs(mapping), self.text
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
class All(Condition):
    """A conjunction."""

    parts: tuple[Condition, ...]

    @property
    def meaning(self) -> Hashable:
        return self.parts

    @property
    def lean(self) -> bool | None:
        leans = [part.lean for part in self.parts]
        if False in leans:
            return False
        return None if None in leans else True

    def atoms(self) -> Iterator[Atom]:
        for part in self.parts:
            yield from part.atoms()

    def subs(self, mapping: Mapping[Atom, Expr]) -> Condition:
        return All(tuple(part.subs(mapping) for part in self.parts))


@dataclass(frozen=True, slots=True, eq=False)
class Any(Condition):
    """A disjunction."""

    parts: tuple[Condition, ...]

    @property
    def meaning(self) -> Hashable:
        return self.parts

    @property
    def lean(self) -> bool | None:
        leans = [part.lean for part in self.parts]
        if True in leans:
            return True
        return None if None in leans else False

    def atoms(self) -> Iterator[Atom]:
        for part in self.parts:
            yield from part.atoms()

    def subs(self, mapping: Mapping[Atom, Expr]) -> Condition:
        return Any(tuple(part.subs(mapping) for part in self.parts))


def negate(condition: Condition) -> Condition:
    """The opposite of ``condition``, in the simplest form."""
    try:
        return condition._opposite
    except AttributeError:
        found = _negated(condition)
        object.__setattr__(condition, "_opposite", found)
        return found


def _negated(condition: Condition) -> Condition:
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


_MOST_LEAVES = 24
"""Beyond this a condition is only remembered as one: early returns nest them without end, and
comparing two of them takes time that is exponential in their depth."""


def all_of(*parts: Condition) -> Condition:
    """The conjunction, flat and without repetitions."""
    flat: dict[Condition, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(flatten(part)))
    if len(flat) == 1:
        return next(iter(flat))
    return _bounded(All(tuple(flat)))


def any_of(*parts: Condition) -> Condition:
    """The disjunction, flat and without repetitions."""
    flat: dict[Condition, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.parts if isinstance(part, Any) else (part,)))
    if len(flat) == 1:
        return next(iter(flat))
    return _bounded(Any(tuple(flat)))


def _bounded(condition: Condition) -> Condition:
    if _leaves(condition) <= _MOST_LEAVES:
        return condition
    nature = Nature.METRIC if Nature.METRIC in natures(condition) else Nature.FLAG
    return Flag(
        Question(Asks.SEVERAL, hash(condition)), "several conditions", condition.lean, nature
    )


def _leaves(condition: Condition) -> int:
    """How many simple conditions there are in it."""
    try:
        return condition._leaves
    except AttributeError:
        match condition:
            case Not(of):
                found = _leaves(of)
            case All(parts) | Any(parts):
                found = sum(map(_leaves, parts))
            case _:
                found = 1
        object.__setattr__(condition, "_leaves", found)
        return found


def conjoin(parts: Sequence[Condition]) -> Condition | None:
    """All of ``parts``, or None where there are none."""
    return all_of(*parts) if parts else None


def text_of(condition: Condition) -> str:
    """The condition in the user's words."""
    match condition:
        case Flag(text=text) | Relation(text=text) | Divisible(text=text) if text:
            return text
        case Relation(op, left, right):
            return f"{left} {op} {right}"
        case Divisible(value, by, remainder):
            return f"({value}) % {by} == {remainder}"
        case Not(of):
            return f"not ({text_of(of)})"
        case All(parts):
            texts = (f"({text_of(one)})" if isinstance(one, Any) else text_of(one) for one in parts)
            return " and ".join(texts)
        case Any(parts):
            return " or ".join(text_of(part) for part in parts)
    return "a condition"


def flatten(condition: Condition) -> tuple[Condition, ...]:
    """The parts of a conjunction, or the condition itself."""
    if not isinstance(condition, All):
        return (condition,)
    if not any(isinstance(part, All) for part in condition.parts):
        return condition.parts
    return tuple(inner for part in condition.parts for inner in flatten(part))


def subjects(condition: Condition) -> frozenset[Hashable]:
    """What the simple conditions in it ask about: two that share nothing cannot contradict."""
    try:
        return condition._subjects
    except AttributeError:
        found = _subjects(condition)
        object.__setattr__(condition, "_subjects", found)
        return found


def _subjects(condition: Condition) -> frozenset[Hashable]:
    match condition:
        case Not(of):
            return subjects(of)
        case All(parts) | Any(parts):
            return frozenset().union(*map(subjects, parts))
        case Relation(left=left, right=right):
            return frozenset({(left, right)})
    question = equality(condition)
    return frozenset({condition.meaning if question is None else question.subject})


def equality(condition: Condition) -> Question | None:
    """Return the question of a flag such as ``args.sched == "cosine"``, None for any other."""
    if isinstance(condition, Flag) and condition.key.asks is Asks.EQUALS:
        return condition.key
    return None


def natures(condition: Condition) -> frozenset[Nature]:
    """What the parts that cannot be computed ask about."""
    try:
        return condition._natures
    except AttributeError:
        found = _natures(condition)
        object.__setattr__(condition, "_natures", found)
        return found


def _natures(condition: Condition) -> frozenset[Nature]:
    match condition:
        case Flag(nature=nature) | Relation(nature=nature):
            return frozenset({nature})
        case Not(of):
            return natures(of)
        case All(parts) | Any(parts):
            return frozenset[Nature]().union(*map(natures, parts))
    return frozenset({Nature.FLAG})


def is_loop_atom(atom: Atom) -> bool:
    """Whether an atom is the index of a loop or a value that a loop carries along."""
    return isinstance(atom.key, tuple) and atom.key[:1] in (("index",), ("carried",))


class NotComputable(ValueError):
    """A condition holds something that is neither a known number nor a loop index."""


def compile_condition(condition: Condition, arguments: Sequence[Atom]) -> Callable[..., bool]:
    """A function of the loop indices ``arguments`` that evaluates ``condition``.

    Flags count as what the defaults say. Raises :class:`NotComputable` with the name of what is
    missing.
    """
    match condition:
        case Relation(op, left, right):
            compute_left, compute_right = _compile(left, arguments), _compile(right, arguments)
            apply = _OPERATORS[op]
            return lambda *at: apply(compute_left(*at), compute_right(*at))
        case Divisible(value, by, remainder):
            compute_value, compute_by = _compile(value, arguments), _compile(by, arguments)
            compute_remainder = _compile(remainder, arguments)
            return lambda *at: compute_value(*at) % compute_by(*at) == compute_remainder(*at)
        case Not(of):
            inner = compile_condition(of, arguments)
            return lambda *at: not inner(*at)
        case All(parts):
            inners = [compile_condition(part, arguments) for part in parts]
            return lambda *at: all(inner(*at) for inner in inners)
        case Any(parts):
            inners = [compile_condition(part, arguments) for part in parts]
            return lambda *at: any(inner(*at) for inner in inners)
    lean = condition.lean
    if lean is None:
        raise NotComputable(text_of(condition))
    fixed: bool = lean
    return lambda *at: fixed


def _compile(expression: Expr, arguments: Sequence[Atom]) -> Callable[..., int | float]:
    known = expression.resolve(Strength.DEFAULT)
    indicators = [
        atom for atom in known.atoms() if isinstance(atom.key, Condition) and atom not in arguments
    ]
    missing = sorted(
        atom.name for atom in known.atoms() if atom not in arguments and atom not in indicators
    )
    if missing:
        raise NotComputable(missing[0])
    if not indicators:
        return compile_expr(known, arguments)
    # An indicator is 1 where its condition holds: a counter that a guarded `step += 1` moves.
    inners = []
    for atom in indicators:
        assert isinstance(atom.key, Condition)
        inners.append(compile_condition(atom.key, arguments))
    compute = compile_expr(known, [*arguments, *indicators])
    return lambda *at: compute(*at, *(int(inner(*at)) for inner in inners))


compile_number = _compile
