"""The training skeleton: what is left of a script when only schedules matter.

Interpreting a script writes a *trace*, a small program of loops, conditions and events. Facts are
derived from it by counting; predicted LRs by running it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.values import AnyValue, OptimizerRecord, SchedulerRecord
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Atom, Expr

Block = list["Node"]


@dataclass(eq=False, slots=True)
class LoopRecord:
    """A loop of the script, as it is known while it is being interpreted."""

    index: Atom
    """The number of the iteration, from 0."""
    trips: Expr | None
    place: SyntaxPlace
    over: str | None = None
    over_loader: bool = False
    """Whether it iterates over batches of data, as far as what it iterates over tells."""
    target: str | None = None
    """The name of the loop variable."""
    first: Expr | None = None
    """The loop variable, or the counter of a ``while``, in the first iteration, if a number."""
    without_gradients: bool = False
    may_break: bool = False
    unbounded: bool = False
    """A loop without an end of its own: only a break ends it."""


@dataclass(eq=False, slots=True)
class Repeat:
    """Run ``body`` ``loop.trips`` times."""

    loop: LoopRecord
    body: Block


@dataclass(eq=False, slots=True)
class When:
    """Run ``body`` where ``condition`` holds."""

    condition: Condition
    place: SyntaxPlace
    body: Block


@dataclass(eq=False, slots=True)
class Break:
    """Leave the ``levels`` innermost loops."""

    levels: int


@dataclass(eq=False, slots=True)
class Event:
    """Something that happens to an optimizer or a scheduler."""

    place: SyntaxPlace
    via: tuple[SyntaxPlace, ...]


@dataclass(eq=False, slots=True)
class BuildOptimizer(Event):
    """An optimizer is constructed."""

    optimizer: OptimizerRecord


@dataclass(eq=False, slots=True)
class BuildScheduler(Event):
    """A scheduler is constructed."""

    scheduler: SchedulerRecord


@dataclass(eq=False, slots=True)
class OptimizerStep(Event):
    """``optimizer.step()``, directly or through a GradScaler."""

    optimizer: OptimizerRecord
    scaled: bool = False
    """Whether a GradScaler makes it."""


SETS_INITIAL_LR: Final = "initial_lr ="
REMOVES_GROUP: Final = "param_groups.pop"
UNPICKLED: Final = "unpickled"
"""A name that held it now holds what lay in a checkpoint: another one, saved whole."""


@dataclass(eq=False, slots=True)
class OptimizerCall(Event):
    """An optimizer's state is read or restored, a param group added or removed, an ``initial_lr``
    set, or its name given to an unpickled one."""

    optimizer: OptimizerRecord
    method: str
    own_state: bool = False
    """Whether ``load_state_dict`` is given what was read in the same run."""


@dataclass(eq=False, slots=True)
class SchedulerStep(Event):
    """``scheduler.step(…)``."""

    scheduler: SchedulerRecord
    argument: AnyValue | None
    argument_text: str = ""


@dataclass(eq=False, slots=True)
class SchedulerCall(Event):
    """Another method of a scheduler is called."""

    scheduler: SchedulerRecord
    method: str
    inside_scheduler_class: bool = False
    own_state: bool = False
    """Whether ``load_state_dict`` is given what was read in the same run."""


@dataclass(eq=False, slots=True)
class Save(Event):
    """Something that holds the state of an optimizer or a scheduler is written to disk."""

    holds: tuple[OptimizerRecord | SchedulerRecord, ...]
    """Whose state it is, or who is saved whole."""
    open: bool
    """Whether it may hold the state of others, which was not seen."""


@dataclass(eq=False, slots=True)
class AddGroup(Event):
    """``optimizer.add_param_group(…)``; ``group`` is its number."""

    optimizer: OptimizerRecord
    group: int


@dataclass(eq=False, slots=True)
class LRWrite(Event):
    """``param_group["lr"] = value``."""

    optimizer: OptimizerRecord
    value: AnyValue
    group: int | None = None
    """Which param group, or None for all of them."""


@dataclass(eq=False, slots=True)
class Rebind(Event):
    """A name that held one optimizer now holds another."""

    old: OptimizerRecord
    new: OptimizerRecord


Node = Repeat | When | Break | Event


@dataclass(frozen=True, slots=True)
class Located:
    """An event with everything that encloses it, outermost first."""

    event: Event
    path: tuple[Repeat | When, ...]
    order: int

    @property
    def loops(self) -> tuple[Repeat, ...]:
        return tuple(node for node in self.path if isinstance(node, Repeat))


def walk(block: Block) -> Iterator[Located]:
    """All events of a trace in program order, each with what encloses it."""
    order = 0
    stack: list[tuple[Block, int, tuple[Repeat | When, ...]]] = [(block, 0, ())]
    while stack:
        current, position, path = stack.pop()
        while position < len(current):
            node = current[position]
            position += 1
            if isinstance(node, (Repeat, When)):
                stack.append((current, position, path))
                stack.append((node.body, 0, (*path, node)))
                break
            if isinstance(node, Event):
                yield Located(node, path, order)
                order += 1


def substitute(block: Block, mapping: Mapping[Atom, Expr]) -> None:
    """Replace atoms in every condition and trip count of ``block``, in place."""
    for node in block:
        if isinstance(node, Repeat):
            if node.loop.trips is not None:
                node.loop.trips = node.loop.trips.subs(mapping)
            substitute(node.body, mapping)
        elif isinstance(node, When):
            node.condition = node.condition.subs(mapping)
            substitute(node.body, mapping)
        elif isinstance(node, SchedulerStep) and isinstance(node.argument, Expr):
            node.argument = node.argument.subs(mapping)
        elif isinstance(node, LRWrite) and isinstance(node.value, Expr):
            node.value = node.value.subs(mapping)
