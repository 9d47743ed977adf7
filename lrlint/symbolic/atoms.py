"""The factors of an expression: named atoms, and opaque calls such as ``floor``."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from lrlint.symbolic.numeric import Coefficient, Number, TooComplex, exact

if TYPE_CHECKING:
    from lrlint.symbolic.expr import Expr


class UnboundAtom(KeyError):
    """An atom has no value in the environment given to ``evaluate`` or ``compile_expr``."""

    def __init__(self, atom: Atom) -> None:
        super().__init__(atom.name)
        self.atom = atom
        self.name = atom.name

    def __str__(self) -> str:
        return f"no value for {self.name!r}"


class Unit(Enum):
    """What a number counts."""

    EPOCH = "epoch"
    BATCH = "batch"
    SAMPLE = "sample"
    BATCH_SIZE = "batch size"
    STEP = "step"


class Strength(IntEnum):
    """How sure a value is: the strength of an expression is that of its least sure atom."""

    CONSTANT = 0
    DEFAULT = 1
    OPEN = 2


@dataclass(frozen=True)
class Atom:
    """A number the script names: ``args.epochs``, ``len(train_loader)``, ``EPOCHS``.

    ``name`` is what messages print and ``--set`` accepts; ``key`` tells same-named atoms apart.
    ``lower`` is the greatest known lower bound (``None``: unbounded) and ``integer`` says that the
    number is whole; a ``value`` that contradicts either one wins over it (see ``bound`` and
    ``is_integer``), since ``default=0`` proves that the script allows 0.
    """

    name: str
    key: Hashable = None
    unit: Unit | None = None
    strength: Strength = Strength.OPEN
    value: Number | None = None
    lower: Number | None = 1
    integer: bool = True
    same_as: Expr | None = field(default=None, compare=False, repr=False)
    """What it is computed from, where an open number says more: ``ceil(len(data) / 16)``."""

    def __post_init__(self) -> None:
        for number in (self.value, self.lower):
            if isinstance(number, float) and not math.isfinite(number):
                raise ValueError(f"{self.name} must be finite, not {number}")
        # Atoms are hashed at every operation on the monomials that hold them.
        fields = (self.name, self.key, self.unit, self.strength, self.value, self.lower)
        object.__setattr__(self, "_hash", hash(fields))

    def __hash__(self) -> int:
        cached: int = self.__dict__["_hash"]
        return cached

    def __reduce__(self) -> tuple[type[Atom], tuple[object, ...]]:
        # The cached hash must not travel to a process with another string hash seed.
        fields = (self.name, self.key, self.unit, self.strength, self.value)
        return Atom, (*fields, self.lower, self.integer, self.same_as)

    @property
    def is_integer(self) -> bool:
        """Whether the number is whole for every admissible value."""
        if not self.integer:
            return False
        return self.value is None or self.value == int(self.value)

    @property
    def bound(self) -> Coefficient | None:
        """The exact lower bound that proofs may rely on; ``None`` when there is none."""
        if self.strength is Strength.CONSTANT and self.value is not None:
            return exact(self.value)
        if self.lower is None or self.value is None or self.lower <= self.value:
            return None if self.lower is None else exact(self.lower)
        return exact(self.value)

    @property
    def order(self) -> tuple[int, str, str]:
        """Sort key among the factors of a product: people write ``epochs * len(loader)``."""
        order: tuple[int, str, str] | None = self.__dict__.get("_order")
        if order is None:
            # A key may be a condition on other atoms, and so on: each is converted to text once.
            order = (0 if self.unit is Unit.EPOCH else 1, self.name, repr(self.key))
            object.__setattr__(self, "_order", order)
        return order


_NO_BOUND_YET = object()


class Call:
    """An opaque factor: ``floor``, ``ceil``, ``trunc``, ``round``, ``min``, ``max`` or ``inverse``
    (one over a sum) of expressions.

    Built by the functions of this package only, which simplify first. ``value`` is what Python
    computes for it with constants and defaults; equality ignores it, here as everywhere.
    """

    __slots__ = ("_bound", "_hash", "_order", "args", "depth", "kind", "size", "value")

    MAX_DEPTH = 24
    MAX_SIZE = 2000

    def __init__(self, kind: str, args: tuple[Expr, ...], value: Number | None) -> None:
        self.kind = kind
        self.args = args
        self.value = value
        self.depth = 1 + max(arg.depth for arg in args)
        self.size = 1 + sum(arg.size for arg in args)
        if self.depth > self.MAX_DEPTH or self.size > self.MAX_SIZE:
            raise TooComplex(f"{kind}() of an expression that is nested too deeply or too large")
        self._hash = hash((kind, frozenset(args)))
        self._order: tuple[int, str, str] | None = None
        self._bound: object = _NO_BOUND_YET

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Call) or self._hash != other._hash or self.kind != other.kind:
            return False
        # The order is irrelevant to min and max; the others have one argument.
        return frozenset(self.args) == frozenset(other.args)

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[Call], tuple[object, ...]]:
        return Call, (self.kind, self.args, self.value)

    def __repr__(self) -> str:
        return f"Call({self.kind!r}, {self.args!r})"

    @property
    def is_integer(self) -> bool:
        """Whether the result is whole for every admissible value of its atoms."""
        if self.kind in ("min", "max"):
            return all(arg.is_integer for arg in self.args)
        return self.kind != "inverse"

    @property
    def bound(self) -> Coefficient | None:
        """The exact lower bound that can be proven; ``None`` when there is none."""
        if self._bound is _NO_BOUND_YET:
            from lrlint.symbolic.bounds import bound_of_call

            self._bound = bound_of_call(self)
        bound = self._bound
        return bound if isinstance(bound, (int, Fraction)) else None

    @property
    def unit(self) -> Unit | None:
        """The unit of the arguments; plain numbers inside ``min`` and ``max`` do not count."""
        units = {arg.unit for arg in self.args if not arg.is_constant}
        return units.pop() if len(units) == 1 else None

    @property
    def order(self) -> tuple[int, str, str]:
        """Sort key among the factors of a product."""
        if self._order is None:
            self._order = (2, self.kind, ", ".join(sorted(str(arg) for arg in self.args)))
        return self._order


#: A factor of a monomial.
Factor: TypeAlias = Atom | Call
