"""The optimizers and schedulers that the script builds, and the values that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.law_ends import End
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import AnyValue, ClassValue, ListValue, Record, Store, Value
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.facts import Driver
from lrlint.symbolic import Atom, Expr


@dataclass(eq=False, slots=True)
class OptimizerValue(Value):
    """An optimizer; two names for one optimizer share its record."""

    record: OptimizerRecord


@dataclass(eq=False, slots=True)
class SchedulerValue(Value):
    """A scheduler; two names for one scheduler share its record."""

    record: SchedulerRecord


@dataclass(eq=False, slots=True)
class GroupsValue(Value):
    """``optimizer.param_groups``, or one of them."""

    record: OptimizerRecord
    whole: bool = True
    """Whether it is the list of all groups."""
    index: int | None = None
    """The number of the group; None for all, and for one that represents each of them."""
    visited: bool = False
    """Whether a loop over the groups visits it, rather than that its number is written."""
    unknown: bool = False
    """Whether it is one of several groups whose number is not known."""


@dataclass(eq=False, slots=True)
class CopiedGroups(Value):
    """``optimizer.state_dict()["param_groups"]``, or one of them: what is written there is lost."""

    record: OptimizerRecord


@dataclass(eq=False, slots=True)
class OptimizerRecord(Record):
    """An optimizer that the script builds."""

    class_name: str
    place: SyntaxPlace
    groups: tuple[Mapping[str, AnyValue], ...]
    group_places: tuple[SyntaxPlace | None, ...]
    defaults: Mapping[str, AnyValue]
    given: frozenset[str] = frozenset()
    """The options for all groups that the script gives; the others are the signature's."""
    variable: str | None = None
    escapes: str | None = None
    """Why code that is not seen may step it: "passed to Trainer(…)"; None where none does."""
    miscounted: bool = False
    """Whether the steps that are seen may run more or less often than the trace says."""
    unknown_groups: bool = False
    """Whether it may have param groups that the analyser does not see."""
    own_writes: str | None = None
    """The method of its class in the project that changes LRs or steps more than once."""
    depth: int = 0
    """How many loops surround its construction."""
    driven: bool = False
    """Whether a scheduler has been built on it, so that its LR may have changed."""
    initial_as_built: bool = False
    """Whether its ``initial_lr`` is the LR that it was built with."""
    built_with: int = 1
    """The number of groups that it is constructed with; the others are added later."""
    by_default: tuple[Mapping[str, AnyValue], ...] | None = None
    """The groups that the script's defaults lead to, where other settings lead to others."""
    own_options: dict[str, AnyValue | None] = field(default_factory=dict)
    """Options of its groups that torch does not know, as the script has read them: ``lr_scale``.

    None is one that the script has written.
    """
    attributes: Store = field(default_factory=Store)
    """What the script itself stores as its attributes."""


@dataclass(frozen=True, slots=True)
class OwnClass:
    """A class of the project that is constructed, with the arguments after the optimizer."""

    cls: ClassValue
    positional: tuple[AnyValue, ...]
    keywords: Mapping[str, AnyValue]
    plain: bool
    """Whether it derives from ``LRScheduler`` itself, not from one with a law."""

    @property
    def given(self) -> Iterator[SchedulerRecord]:
        """The schedulers among the arguments, which its methods step."""
        return _schedulers_in(*self.positional, *self.keywords.values())


@dataclass(eq=False, slots=True)
class EventHandler:
    """A schedule that a library steps at events, with its arguments."""

    name: str
    """What builds it: a key of ``SCHEDULES`` in `formulas.ignite` or `formulas.pytorch_warmup`."""
    positional: tuple[AnyValue, ...]
    keywords: Mapping[str, AnyValue]

    @property
    def given(self) -> Iterator[SchedulerRecord]:
        """The schedulers among the arguments, which it steps."""
        return _schedulers_in(*self.positional, *self.keywords.values())


def _schedulers_in(*values: AnyValue) -> Iterator[SchedulerRecord]:
    for value in values:
        for inner in alternatives(value):
            if isinstance(inner, SchedulerValue):
                yield inner.record
            elif isinstance(inner, ListValue):
                yield from _schedulers_in(*inner.items or ())


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A branch whose condition contradicts that of an earlier one."""

    place: SyntaxPlace
    condition: Condition
    earlier: Condition
    """What holds there: the opposite of an earlier condition."""


@dataclass(frozen=True, slots=True)
class OwnRate:
    """The LR that ``get_lr()`` of a class of the project gives, or an ``lr_lambda``."""

    number: Expr
    step: Atom
    """The counter ``last_epoch`` in it."""
    not_taken: tuple[NotTaken, ...] = ()


@dataclass(eq=False, slots=True)
class SchedulerRecord(Record):
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
    """Why code that is not seen may step it, as for an optimizer."""
    paced: bool = True
    """Whether it is known in which loop it steps."""
    assigned: set[str] = field(default_factory=set)
    """The arguments that the script replaces by assigning to attributes."""
    attributes: Store = field(default_factory=Store)
    """What the script itself stores as its attributes: ``scheduler.interval = "epoch"``."""
    miscounted: bool = False
    """Whether the steps that are seen may run more or less often than the trace says."""
    derived: bool = False
    """Whether its class is one of torch's or derives from one, although it is not known which."""
    sets_first_lr: bool = False
    """Whether the first LR that its constructor sets is known to be above 0."""
    open_arguments: bool = False
    """Whether ``*args`` or ``**kwargs`` that cannot be read may change the arguments."""
    decay: End | None = None
    """Where the decay in its ``lr_lambda`` ends."""
    absolute_lr: SyntaxPlace | None = None
    """The place where its ``lr_lambda`` returns an LR instead of a factor."""
    power_of: Expr | None = None
    """An LR other than the base LR, where its ``lr_lambda`` returns powers of that."""
    first_factor: Expr | None = None
    """What its ``lr_lambda`` returns for step 0."""
    reads_step: bool = False
    """Whether the ``lr_lambda`` of a `MultiplicativeLR` computes its factor from the step."""
    reads: Mapping[tuple[Store, str], AnyValue] = field(default_factory=dict)
    """The values that its functions read from outside when it was built, by store and name."""
    relayed: bool = False
    """Whether its variable changes to or from another scheduler in the middle of a loop."""
    prepared: bool = False
    """Whether it was passed to ``accelerator.prepare``."""
    stopped: bool = False
    """Whether accelerate stops it where a OneCycleLR would raise."""
    driver: Driver | None = None
    """The framework that steps it, where that is read."""
    given: bool = False
    """Whether it is a parameter of a function: code that is not seen builds it."""
    own: OwnClass | None = None
    """Its class, where that is one of the project."""
    handler: EventHandler | None = None
    """What it is, where a library steps it at events."""
    dampening: int = 0
    """How often a warm-up's ``dampening()`` is entered and its end is not seen."""
    given_to: str | None = None
    """Which scheduler or event handler may step it: "passed to Warmup(…)"; None for none."""
    own_rate: OwnRate | None = None
    """The law of that class, as far as it can be read."""
    inherits_step: bool = False
    """Whether that class has the ``step()`` of torch's `LRScheduler`."""
    kind: LibraryKind | None = None
    """The library class whose methods it has, where those are modelled."""
    planned_epochs: Expr | None = None
    """How many epochs it takes, as the function that builds it returns."""
    cooldown: tuple[AnyValue, SyntaxPlace | None] | None = None
    """The epochs at the lowest LR that the function adds, and where its call names them."""


Owner = OptimizerRecord | SchedulerRecord
