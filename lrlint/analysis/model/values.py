"""What an expression of the user's script may stand for.

Numbers are :class:`~lrlint.symbolic.Expr`; everything else is one of the classes here. A value that
the analyser cannot know is :class:`Opaque`: it remembers how the user writes it, so that
``cfg.train.epochs`` can still be compared with itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Expr, Strength


class Value:
    """Base of all values that are no numbers."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Const(Value):
    """A string, a bool, None, bytes, an infinite float: anything constant but a finite number."""

    value: object
    strength: Strength = Strength.CONSTANT
    path: str | None = None
    """How the user writes it, where it is a setting."""


NONE = Const(None)

BELOW = " › "
"""Between a settings file and the keys below it: how one of its values is called until the script
gives it a name."""


@dataclass(eq=False, slots=True)
class Opaque(Value):
    """Unknown; two uses of one object are the same unknown."""

    path: str | None = None
    measured: bool = False
    """Whether it comes out of the training itself: a loss, an accuracy."""
    number: Expr | None = None
    """The atom it is as a number, once it has been used as one."""
    external: str | None = None
    """Its qualified name, where it comes from a module that was not seen."""
    length: Expr | None = None
    """The atom of its length, once that has been asked for."""
    members: dict[str, AnyValue] = field(default_factory=dict)
    state_of: OptimizerRecord | SchedulerRecord | None = None
    """Whose ``state_dict()`` it is."""


class Store:
    """A mapping from names to values whose writes can be taken back."""

    __slots__ = ("data",)

    def __init__(self, data: dict[object, AnyValue] | None = None) -> None:
        self.data: dict[object, AnyValue] = {} if data is None else data


@dataclass(eq=False, slots=True)
class Scope:
    """The names of a module, a class body or a function call."""

    store: Store
    unit: ModuleUnit
    parent: Scope | None = None
    is_function: bool = False
    globals_: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    owner: ClassValue | None = None
    """The class that the function of this scope is a method of."""

    def find(self, name: str) -> AnyValue | None:
        """What a name stands for here or in the scopes around, as far as it is known."""
        scope: Scope | None = self
        while scope is not None:
            value = scope.store.data.get(name)
            if value is not None:
                return value
            scope = scope.parent
        return None


@dataclass(eq=False, slots=True)
class ListValue(Value):
    """A list, tuple or set. ``items`` is None where only its length or kind of element is known."""

    items: list[AnyValue] | None
    element: AnyValue | None = None
    length: Expr | None = None
    kind: str = "list"
    named: bool = False
    """Whether ``length`` is what the script calls ``len(train_loader)``."""
    source: Stream | None = None
    """The range that it lists, as long as nothing is added or taken away."""
    home: object = None
    """The loop in whose body it is built anew each time, or None outside all loops."""


@dataclass(eq=False, slots=True)
class DictValue(Value):
    """A dict; ``complete`` where no key is missing.

    A value under a key that is not known stands under ``("open", number)``; where the dict is made
    in a loop, it stands for all such values.
    """

    store: Store
    complete: bool = True
    path: str | None = None
    setting: bool = False
    """Whether its numbers are settings that the user may override."""


class LibraryKind(Enum):
    """Which class of a library an object belongs to, where that decides what its methods do."""

    ACCUMULATION = "accelerator.accumulate(…)"
    DATACLASS = "a class whose fields make its constructor"
    GRAD_SCALER = "GradScaler"
    NAMESPACE = "settings that are read by attribute"
    PARSER = "argparse.ArgumentParser"
    WANDB_RUN = "wandb.init()"


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


@dataclass(eq=False, slots=True)
class ClassValue(Value):
    """A class of the project."""

    name: str
    node: cst.ClassDef
    scope: Scope
    bases: tuple[AnyValue, ...]


@dataclass(frozen=True, slots=True)
class FunctionTraits:
    """What the decorators of a function say about it."""

    static: bool = False
    """Whether it is called without the object."""
    getter: bool = False
    """Whether reading the attribute calls it: ``@property``."""
    cached: bool = False
    """Whether an object keeps what the getter has returned."""
    without_gradients: bool = False
    memory: Store | None = None
    """The values of earlier calls by their arguments, where it is called once for each."""


@dataclass(eq=False, slots=True)
class FunctionValue(Value):
    """A function, lambda or method of the project."""

    node: cst.FunctionDef | cst.Lambda
    scope: Scope
    receiver: AnyValue | None = None
    owner: ClassValue | None = None
    defaults: Mapping[str, AnyValue] = field(default_factory=dict)
    traits: FunctionTraits = FunctionTraits()


@dataclass(frozen=True, slots=True)
class ModuleValue(Value):
    """A module of the project."""

    unit: ModuleUnit


@dataclass(frozen=True, slots=True)
class External(Value):
    """Something of a library, by its qualified name."""

    name: str
    path: str = field(default="", compare=False)
    """How the script calls it."""


@dataclass(frozen=True, slots=True)
class File(Value):
    """A file by the name that the script gives it: a path object, the open file, or its text."""

    name: str
    strength: Strength = Strength.CONSTANT


@dataclass(eq=False, slots=True)
class Partial(Value):
    """``functools.partial``."""

    function: AnyValue
    positional: tuple[AnyValue, ...]
    keywords: Mapping[str, AnyValue]


@dataclass(frozen=True, slots=True)
class Method(Value):
    """A method of a value that the analyser models itself."""

    receiver: AnyValue
    name: str


@dataclass(eq=False, slots=True)
class OptimizerValue(Value):
    record: OptimizerRecord


@dataclass(eq=False, slots=True)
class SchedulerValue(Value):
    record: SchedulerRecord


@dataclass(eq=False, slots=True)
class GroupsValue(Value):
    """``optimizer.param_groups``; with ``index`` None one of them, whichever."""

    record: OptimizerRecord
    whole: bool = True
    index: int | None = None


@dataclass(eq=False, slots=True)
class Sized(Value):
    """A tensor, array or data set of which only the length matters."""

    length: Expr | None
    path: str | None = None
    shape: tuple[AnyValue, ...] | None = None


@dataclass(eq=False, slots=True)
class Loader(Value):
    """An iterable of batches; ``length`` is the number of batches in one pass."""

    length: Expr | None
    path: str | None = None
    dataset: AnyValue | None = None
    batch_size: AnyValue | None = None


@dataclass(eq=False, slots=True)
class Stream(Value):
    """The result of ``range``, ``enumerate``, ``tqdm(…)`` and the like.

    ``element`` gives the value of one iteration from its index expression.
    """

    trips: Expr | None
    element: Callable[[Expr], AnyValue]
    text: str | None = None
    over_loader: bool = False
    endless: bool = False
    items: list[AnyValue] | None = None
    """All elements, where they are known one by one."""


@dataclass(frozen=True, slots=True)
class Truth(Value):
    """A truth value that is not decided."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Choice(Value):
    """One of several values, each under a condition; the conditions exclude each other."""

    alternatives: tuple[tuple[Condition, AnyValue], ...]


@dataclass(frozen=True, slots=True)
class Superclass(Value):
    """``super()``."""

    receiver: AnyValue
    owner: ClassValue


AnyValue = Value | Expr


def alternatives(value: AnyValue) -> list[AnyValue]:
    """All that a value may be."""
    return [item for _, item in value.alternatives] if isinstance(value, Choice) else [value]


def leaning(value: AnyValue) -> AnyValue:
    """The alternative that the script's defaults lead to, or the value itself."""
    if isinstance(value, Choice):
        for condition, item in value.alternatives:
            if condition.lean:
                return leaning(item)
    return value


@dataclass(eq=False, slots=True)
class OptimizerRecord:
    """An optimizer that the script builds."""

    class_name: str
    place: SyntaxPlace
    groups: tuple[Mapping[str, AnyValue], ...]
    group_places: tuple[SyntaxPlace | None, ...]
    defaults: Mapping[str, AnyValue]
    given: frozenset[str] = frozenset()
    """The options that the script gives to all groups, rather than the signature."""
    variable: str | None = None
    escapes: str | None = None
    unknown_groups: bool = False
    """Whether it has param groups that the analyser does not see."""
    depth: int = 0
    """How many loops surround its construction."""
    driven: bool = False
    """Whether a scheduler has been built on it, so that its LR may have changed."""
    built_with: int = 1
    """How many of the groups it is constructed with; the others are added later."""


@dataclass(eq=False, slots=True)
class SchedulerRecord:
    """A scheduler that the script builds."""

    law: str
    place: SyntaxPlace
    optimizer: OptimizerRecord | None
    arguments: Mapping[str, AnyValue]
    places: Mapping[str, SyntaxPlace]
    children: tuple[SchedulerRecord, ...] = ()
    parent: SchedulerRecord | None = None
    variable: str | None = None
    escapes: str | None = None
    derived: bool = False
    """Whether its class is one of torch's or derives from one, whichever it is."""
    open_arguments: bool = False
    """Whether ``*args`` or ``**kwargs`` that cannot be read may change the arguments."""
    cosine: tuple[Expr, SyntaxPlace] | None = None
    """When the cosine in a function of the script is at its minimum, and where it is written."""
    absolute_lr: SyntaxPlace | None = None
    """Where a function of the script returns an LR instead of a factor."""
    first_factor: Expr | None = None
    """What that function returns for step 0."""
    relayed: bool = False
    """Whether it takes over from another one, or hands over to it, in the middle of a loop."""
    prepared: bool = False
    """Whether accelerate was handed it."""


Owner = OptimizerRecord | SchedulerRecord
