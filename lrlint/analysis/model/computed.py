"""Numbers that change during the training and are not polynomials: ``0.5 * (1 + cos(pi * t / T))``.

An `Expr` is exact and holds sums and products only. What a script computes beyond those from the
index of a loop or from the LR in use is an atom of its own kind: its key says how it is computed.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lrlint.symbolic import Atom, Expr, TooComplex

_LONGEST_NAME = 80
"""Characters of a number in messages; of a longer one, only its function is named."""
_LARGEST = 4000
"""Functions in one number: each milestone that multiplies the LR doubles them."""


class Derived:
    """Base of the keys of atoms that other numbers determine."""

    __slots__ = ()

    def atoms(self) -> Iterator[Atom]:
        """Yield the atoms of the numbers that determine it."""
        return iter(())

    def subs(self, mapping: Mapping[Atom, Expr]) -> Derived:
        """Return the key with atoms replaced."""
        return self


@dataclass(frozen=True, slots=True)
class Counter(Derived):
    """The key of an atom that differs from one iteration of a loop to the next."""

    number: int
    carried: bool = False
    """Whether it is a variable of the script that the loop's body changes, not the loop's index."""


@dataclass(frozen=True, slots=True)
class Measured(Derived):
    """The key of a number that a loss or another measured value decides: ``best_epoch``."""

    number: Hashable
    condition: Derived | None = field(default=None, compare=False)
    """The condition that decides which of two numbers it is."""


@dataclass(frozen=True, slots=True)
class RateInUse(Derived):
    """The key of an LR that is read from a param group in the middle of the training."""

    record: Hashable
    """The optimizer."""
    group: int | None
    """The number of the param group; None where it is each one that is visited."""
    visited: Any
    """The param group as a value of the interpreter."""
    since: Hashable
    """What tells whether another LR has been written since it was read."""

    def __repr__(self) -> str:
        return f"RateInUse({self.group})"


def _clipped(x: Any, low: Any, high: Any) -> Any:
    return min(max(x, low), high)


ELEMENTARY: Mapping[str, Callable[[float], float]] = {
    **{name: getattr(math, name) for name in ("cos", "sin", "tan", "exp", "log", "sqrt", "tanh")},
    **{name: getattr(math, name) for name in ("log10", "log2")},
}
"""Functions that ``math``, numpy and torch have under the same names."""
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **ELEMENTARY,
    **{name: getattr(math, name) for name in ("floor", "ceil", "trunc")},
    "**": operator.pow,
    "//": operator.floordiv,
    "%": operator.mod,
    "min": min,
    "max": max,
    "clip": _clipped,
    "abs": abs,
    "round": round,
    "inf": lambda: math.inf,
    "-inf": lambda: -math.inf,
}
"""What is computed with plain numbers, by name."""
SINGLE = "float32"
"""The function that torch rounds with; how it rounds what follows is not computed."""

WITHIN = "within"
"""The function that gives an element of a table, its index and the table's length; past the end
the script raises an exception."""


@dataclass(frozen=True)
class Computed(Derived):
    """The key of a number that a function of other numbers gives.

    ``if`` has a condition and two parts, of which one is computed; ``item`` has an index and the
    elements of a list.
    """

    function: str
    parts: tuple[Expr, ...]
    condition: Derived | None = None
    place: Any = field(default=None, compare=False)
    """Where the script computes it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.function, self.parts, self.condition)))
        object.__setattr__(self, "_size", 1 + sum(_size(atom) for atom in self.atoms()))
        if self.size > _LARGEST:
            raise TooComplex(f"a number of {self.size} functions")

    def __hash__(self) -> int:
        value: int = self.__dict__["_hash"]
        return value

    def __repr__(self) -> str:
        return self.text

    @property
    def size(self) -> int:
        """How many functions it holds."""
        value: int = self.__dict__["_size"]
        return value

    @property
    def text(self) -> str:
        """The number in words that are not too many."""
        text = f"{self.function}({', '.join(map(str, self.parts))})"
        return text if len(text) <= _LONGEST_NAME else f"{self.function}(…)"

    def atoms(self) -> Iterator[Atom]:
        for part in self.parts:
            yield from part.atoms()
        if self.condition is not None:
            yield from self.condition.atoms()

    def subs(self, mapping: Mapping[Atom, Expr]) -> Computed:
        return replace(
            self,
            parts=tuple(replaced(part, mapping) for part in self.parts),
            condition=None if self.condition is None else self.condition.subs(mapping),
        )


def _size(atom: Atom) -> int:
    return atom.key.size if isinstance(atom.key, Computed) else 0


def computed(
    function: str,
    parts: Iterable[Expr],
    *,
    condition: Derived | None = None,
    place: object = None,
) -> Expr:
    """Return the number that a function gives; it has a value where the script's defaults do.

    Raises what the function raises of such values.
    """
    key = Computed(function, tuple(parts), condition, place)
    atoms = frozenset(key.atoms())
    values = [part.value for part in key.parts]
    if function not in FUNCTIONS or None in values or not atoms or varies(key):
        return Expr.atom(Atom(name=key.text, key=key, lower=None, integer=False))
    value = FUNCTIONS[function](*values)
    strength = max(atom.strength for atom in atoms)
    return Expr.atom(Atom(key.text, key, None, strength, value, lower=None, integer=False))


def all_atoms(*numbers: Expr | Derived) -> frozenset[Atom]:
    """Return the atoms of numbers, and those of what they are computed from."""
    seen: set[Atom] = set()
    waiting = [atom for number in numbers for atom in number.atoms()]
    while waiting:
        atom = waiting.pop()
        if atom not in seen:
            seen.add(atom)
            if isinstance(atom.key, Derived):
                waiting += atom.key.atoms()
    return frozenset(seen)


def varies(*numbers: Expr | Derived) -> bool:
    """Whether some number may change from one optimizer step to the next."""
    return any(isinstance(atom.key, Counter | RateInUse) for atom in all_atoms(*numbers))


def is_computed(atom: Atom) -> bool:
    """Whether an atom is a function of other numbers."""
    return isinstance(atom.key, Computed)


def replaced(number: Expr, mapping: Mapping[Atom, Expr]) -> Expr:
    """Return a number with atoms replaced, also those that others are computed from."""
    atoms = number.atoms()
    inner: dict[Atom, Expr] = {}
    for atom in atoms:
        key = atom.key
        if isinstance(key, Derived) and not all_atoms(key).isdisjoint(mapping):
            inner[atom] = Expr.atom(replace(atom, key=key.subs(mapping)))
    return number.subs({**inner, **mapping}) if inner else number.subs(mapping)
