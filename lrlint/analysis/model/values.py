"""The values that expressions of the user's script have.

Numbers are :class:`~lrlint.symbolic.Expr`; every other value is an object of a class here. A value
that the analyser cannot know is :class:`Opaque`. It remembers how the user writes it, so that
``cfg.train.epochs`` can still be compared with itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Expr, Strength


class Value:
    """Base of all values but numbers."""

    __slots__ = ()


class Record:
    """Base of what is known of an optimizer or a scheduler that the script builds."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Const(Value):
    """A constant that is not a finite number: a string, a bool, None, bytes, an infinite float."""

    value: object
    strength: Strength = Strength.CONSTANT
    path: str | None = None
    """How the user writes it, where it is a setting."""


NONE = Const(None)
BELOW = " › "
"""Separates a settings file from a key in it: ``train.yaml › epochs`` is the name of a value until
the script gives it one."""


@dataclass(eq=False, slots=True)
class Opaque(Value):
    """An unknown value; the same object is the same unknown wherever it is used."""

    path: str | None = None
    measured: bool = False
    """Whether it is a result of the training: a loss, an accuracy."""
    planned: bool = False
    """Whether numbers and texts of the script decide it, or the schedule: no measurement."""
    visited: bool = False
    """Whether it is seldom None: an element that a loop visits, or a metric that is monitored."""
    rate: Expr | None = None
    """How it follows from the LR in use, where it is computed from that."""
    number: Expr | None = None
    """Its atom, once it has been used as a number."""
    external: str | None = None
    """Its qualified name, where it comes from a module that was not seen."""
    length: Expr | None = None
    """The atom of its length, once that has been asked for."""
    members: dict[str, AnyValue] = field(default_factory=dict)
    """Its attributes and items, by how they are written after its name: ``.lr``, ``["lr"]``."""
    parameter: bool = False
    """Whether it is what code that is not seen passes to a function."""
    state_of: Record | None = None
    """The object whose ``state_dict()`` it is."""
    last_of: Record | None = None
    """The scheduler whose ``get_last_lr()`` it is."""
    local: bool = False
    """Whether it comes from a share of the data that only this process sees."""
    tensor: Literal["built", "computed"] | None = None
    """Whether ``number`` is that of a tensor, which rounds it to single precision, or follows from
    one by arithmetic, which rounds again."""
    source: Opaque | None = None
    """The unknown that it is computed from, by arithmetic with numbers."""


class Store:
    """A mapping from names to values whose writes can be taken back."""

    __slots__ = ("data", "inherited")

    def __init__(self, data: dict[object, AnyValue] | None = None) -> None:
        self.data: dict[object, AnyValue] = {} if data is None else data
        self.inherited: tuple[Store, ...] = ()
        """The stores of an object's classes, which have the values of what is not set here."""


@dataclass(eq=False, slots=True)
class Scope:
    """The names of a module, a class body or a function call."""

    store: Store
    unit: ModuleUnit
    parent: Scope | None = None
    globals_: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    owner: ClassValue | None = None
    """The class that the function of this scope is a method of."""

    def with_name(self, name: str) -> Scope | None:
        """Return the scope that a name belongs to: this one, or the nearest one around it."""
        scope: Scope | None = self
        while scope is not None and name not in scope.store.data:
            scope = scope.parent
        return scope

    def find(self, name: str) -> AnyValue | None:
        """Return the value of a name in this scope or the nearest one around that has it."""
        scope = self.with_name(name)
        return None if scope is None else scope.store.data[name]


@dataclass(eq=False, slots=True)
class ListValue(Value):
    """A list, tuple or set."""

    items: list[AnyValue] | None
    """Its elements, or None where they are not known one by one."""
    element: AnyValue | None = None
    """Where they are not, a value that represents each of them."""
    length: Expr | None = None
    kind: str = "list"
    named: bool = False
    """Whether ``length`` has a name: ``len(train_loader)``."""
    source: Stream | None = None
    """The range that it was made of, as long as nothing is added or removed."""
    home: object = None
    """The innermost loop whose iterations each build it, or None outside all loops."""
    grows: bool = False
    """Whether a loop that was built after it changes its length."""
    growth: Growth | None = None
    """What each iteration of that loop appends."""
    under: int = 0
    """How many guards were in force where it was built."""
    place: SyntaxPlace | None = None
    """Where the script writes it out."""
    once: Iteration | None = None
    """What a first pass leaves empty, where it is a generator's expression."""


_NOTHING = Expr.const(0)


@dataclass(eq=False, slots=True)
class Growth:
    """What the iterations of a loop append to a list."""

    loop: object
    guards: int
    """How many guards are in force in each iteration."""
    before: Expr
    """The length before the loop."""
    each: Expr = _NOTHING
    """How many elements each iteration appends."""
    regular: bool = True
    """Whether all iterations change the length alike."""


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """The key of a dict's entry, where it is not known."""

    number: int


UNKNOWN_KEYS: Final = object()
"""Any `UnknownKey` among what loops change: their numbers differ from one interpretation to the
next."""


@dataclass(eq=False, slots=True)
class DictValue(Value):
    """A dict.

    The key of a value that is stored under an unknown key is `UnknownKey`. In a loop that value
    represents those of all iterations.
    """

    store: Store
    complete: bool = True
    """Whether it has no other keys than those in ``store``."""
    path: str | None = None
    setting: bool = False
    """Whether its numbers are settings that the user may override."""
    place: SyntaxPlace | None = None
    """Where the script writes it out."""
    only_key: Expr | None = None
    """The key of its only entry, where that is a number that is not known: ``{epoch: lr}``."""


@dataclass(eq=False, slots=True)
class Instance(Value):
    """An object with attributes: of a class of the project, or a namespace of settings."""

    cls: ClassValue | None
    store: Store
    path: str | None = None
    setting: bool = False
    open: bool = False
    """Whether it may have attributes that were not seen."""
    kind: LibraryKind | None = None
    length: Expr | None = None
    """The atom of its length, once that has been asked for."""
    place: SyntaxPlace | None = None
    """Where it is constructed, for a library's object that findings may mention."""
    places: Mapping[str, SyntaxPlace] = field(default_factory=dict)
    """Where its arguments are written, by keyword."""


@dataclass(eq=False, slots=True)
class ClassValue(Value):
    """A class of the project."""

    name: str
    node: cst.ClassDef
    scope: Scope
    bases: tuple[AnyValue, ...]
    metaclass: ClassValue | None = None
    remade: bool = False
    """Whether code of the project decides what a call of it returns, as for a singleton."""
    finished: bool = False
    """Whether such code sets attributes of each new object."""
    order: tuple[ClassValue, ...] = ()
    """The order in which attributes are looked up, once that has been asked for."""


@dataclass(frozen=True, slots=True)
class FunctionTraits:
    """What a function's decorators change about its calls."""

    static: bool = False
    """Whether a call on an object does not pass the object."""
    of_class: bool = False
    """Whether a call passes the class: ``@classmethod``."""
    getter: bool = False
    """Whether reading the attribute calls it: ``@property``."""
    cached: bool = False
    """Whether an object keeps the value that the getter has returned."""
    without_gradients: bool = False
    setter: FunctionValue | None = None
    """What assigning to the attribute calls."""
    memory: Store | None = None
    """Where it runs once for the same arguments, the values that it has returned, by argument."""
    wrapped_by: str | None = None
    """The decorator, where it is unknown how often that calls the function."""


@dataclass(eq=False, slots=True)
class FunctionValue(Value):
    """A function, lambda or method of the project."""

    node: cst.FunctionDef | cst.Lambda
    scope: Scope
    receiver: AnyValue | None = None
    """The object of a bound method."""
    owner: ClassValue | None = None
    """The class that it is defined in."""
    defaults: Mapping[str, AnyValue] = field(default_factory=dict)
    traits: FunctionTraits = FunctionTraits()
    wraps: FunctionValue | None = None
    """The function that a decorator of the project has put it in place of."""


@dataclass(frozen=True, slots=True)
class ModuleValue(Value):
    """A module of the project."""

    unit: ModuleUnit


@dataclass(frozen=True, slots=True)
class External(Value):
    """A function, class or module of a library, by its qualified name."""

    name: str
    path: str = field(default="", compare=False)
    """How the script calls it."""


@dataclass(frozen=True, slots=True)
class File(Value):
    """A file as the script names it; also its path, the open file, and its text."""

    name: str
    strength: Strength = Strength.CONSTANT


@dataclass(eq=False, slots=True)
class Partial(Value):
    """``functools.partial``, or ``partialmethod``."""

    function: AnyValue
    positional: tuple[AnyValue, ...]
    keywords: Mapping[str, AnyValue]
    places: Mapping[int | str, SyntaxPlace] = field(default_factory=dict)
    """Where its arguments are written, by position or keyword."""
    of_method: bool = False
    """Whether it is an attribute of a class whose function takes the object first."""


@dataclass(frozen=True, slots=True)
class Method(Value):
    """A method of a value that is not an object of the project."""

    receiver: AnyValue
    name: str


@dataclass(eq=False, slots=True)
class Sized(Value):
    """A tensor, array or data set with a known length and shape."""

    length: Expr | None
    path: str | None = None
    shape: tuple[AnyValue, ...] | None = None
    element: Callable[[Expr], AnyValue] | None = None
    """Returns the element with a certain index, where an array is computed from its indices."""


@dataclass(eq=False, slots=True)
class Rows(Sized):
    """A data set of Hugging Face's ``datasets``."""


@dataclass(eq=False, slots=True)
class Loader(Value):
    """An iterable of batches."""

    length: Expr | None
    """The number of batches in one pass."""
    path: str | None = None
    dataset: AnyValue | None = None
    batch_size: AnyValue | None = None
    by_samples: Expr | None = None
    """The same number, from the unknown length of the data."""
    drops_last: bool = False
    """Whether a last batch of fewer samples is left out."""
    shared_out: bool = False
    """Whether each process gets a share of the data, by a `DistributedSampler`."""


@dataclass(eq=False, slots=True)
class Stream(Value):
    """An iterable: the result of ``range``, ``enumerate``, ``tqdm(…)`` and others."""

    trips: Expr | None
    """How many elements it has."""
    element: Callable[[Expr], AnyValue]
    """Returns the element with a certain index."""
    text: str | None = None
    """How the user writes it."""
    over_loader: bool = False
    """Whether its elements are batches, or contain them."""
    endless: bool = False
    items: list[AnyValue] | None = None
    """All elements, where they are known one by one."""
    once: Iteration | None = None
    """What a first pass over it leaves empty; None for an iterable such as a range."""


@dataclass(eq=False, slots=True)
class Iteration:
    """The state of an iterator."""

    home: object
    """The innermost loop whose iterations each make it, or None outside all loops."""
    begun: bool = False
    """Whether elements have been taken from it."""
    drawn: int = 0
    """How many were taken before, where that is known: ``next(batches)``."""


@dataclass(frozen=True, slots=True)
class Truth(Value):
    """An undecided truth value."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Choice(Value):
    """One of several values, each under a condition. The conditions exclude each other."""

    alternatives: tuple[tuple[Condition, AnyValue], ...]


@dataclass(frozen=True, slots=True)
class Superclass(Value):
    """``super()``."""

    receiver: AnyValue
    owner: ClassValue


AnyValue = Value | Expr
