"""The trace: the loops, conditions and events of a script that matter to schedules.

Interpreting a script writes its trace, a small program. Facts are derived from it by counting,
predicted LRs by running it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lrlint.analysis.model.accelerator import Accelerator
from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.records import NotTaken, OptimizerRecord, SchedulerRecord
from lrlint.analysis.model.values import AnyValue
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Atom, Expr

Block = list["Node"]


@dataclass(frozen=True, slots=True)
class Carried:
    """A number that the body of a loop changes from its own value: ``lr *= 0.95``."""

    atom: Atom
    """Its value at the start of the body."""
    before: Expr
    """Its value before the loop."""
    after: Expr
    """Its value after the body."""


@dataclass(frozen=True, slots=True)
class Left:
    """The value, after a loop, of a number that the loop changes without a closed form."""

    atom: Atom
    """Its value after the loop."""
    variable: Atom
    """What a `Break` out of the loop calls it."""
    before: Expr
    """Its value before the loop."""
    after: Expr
    """Its value after the body."""


@dataclass(eq=False, slots=True)
class LoopRecord:
    """A loop of the script."""

    index: Atom
    """The number of the iteration, from 0."""
    trips: Expr | None
    """How many iterations it has."""
    place: SyntaxPlace
    over: str | None = None
    """What it iterates over, in the user's words."""
    over_loader: bool = False
    """Whether that looks like a loader of batches."""
    target: str | None = None
    """The name of the loop variable."""
    first: Expr | None = None
    """The loop variable, or the counter of a ``while``, in the first iteration, if a number."""
    without_gradients: bool = False
    may_break: bool = False
    """Whether a break may end it that depends on no number."""
    left_by_exception: bool = False
    """Whether an exception may end it, or one of its iterations, that is not followed."""
    unbounded: bool = False
    """Whether only a break ends it."""
    drains: bool = False
    """Whether it draws elements, which may be used up before a break."""
    otherwise: tuple[Condition, ...] = ()
    """Conditions under which it has another number of iterations than ``trips``."""
    calls: bool = False
    """Whether its iterations are calls of a function from code that was not read."""
    carried: tuple[Carried, ...] = ()
    """The numbers that its body changes in a way that the index alone does not tell."""
    left: tuple[Left, ...] = ()


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
    left: tuple[tuple[Atom, Expr], ...] = ()
    """The numbers that these loops change, as they are here."""


ALL_LOOPS: Final = 1_000_000
"""The levels of a `Break` that ends the script: more than loops can be nested."""


@dataclass(eq=False, slots=True)
class Event:
    """Something that happens to an optimizer or a scheduler."""

    place: SyntaxPlace
    via: tuple[SyntaxPlace, ...]
    """The calls that lead there, the outermost first."""


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
    """Whether a GradScaler calls it."""


SETS_INITIAL_LR: Final = "initial_lr ="
REMOVES_GROUP: Final = "param_groups.pop"
UNPICKLED: Final = "unpickled"
"""A variable that held it now holds an object loaded from a checkpoint."""
COPIED_LR: Final = "copied lr ="
"""An LR is written into a copy of a param group."""


@dataclass(frozen=True, slots=True)
class InitialRate:
    """``group["initial_lr"] = group["lr"]``."""

    group: int | None
    """The number of the param group, or None for all of them."""
    missing: bool
    """Whether only a group that has none gets it: ``group.setdefault("initial_lr", …)``."""


@dataclass(eq=False, slots=True)
class OptimizerCall(Event):
    """Another method of an optimizer is called, or one of the constants above happens to it."""

    optimizer: OptimizerRecord
    method: str
    own_state: bool = False
    """Whether ``load_state_dict`` is given a state that was read in the same run."""
    keeps: InitialRate | None = None
    """How the LR in use becomes the initial one, where it does."""


@dataclass(eq=False, slots=True)
class SchedulerStep(Event):
    """``scheduler.step(…)``."""

    scheduler: SchedulerRecord
    argument: AnyValue | None
    argument_text: str = ""
    times: Expr | None = None
    """How often the call advances it; None for once."""
    local: bool = False
    """Whether the argument comes from data that the other processes do not see."""
    origins: tuple[str, str] = ("", "")
    """How the script computes the argument: what is assigned to its name, and what a function
    returns for it or a list gets appended."""
    caught: bool = False
    """Whether the script goes on where the call raises an exception."""


@dataclass(eq=False, slots=True)
class IdleStep(Event):
    """A step that does nothing, since the scheduler counts in another unit: one of timm's."""

    scheduler: SchedulerRecord


@dataclass(eq=False, slots=True)
class DampeningEnds(Event):
    """The body of ``with warmup.dampening():`` ends, which lowers the LRs again."""

    scheduler: SchedulerRecord


@dataclass(eq=False, slots=True)
class SchedulerCall(Event):
    """Another method of a scheduler is called, or one of its attributes set."""

    scheduler: SchedulerRecord
    method: str
    inside_scheduler_class: bool = False
    own_state: bool = False
    """Whether ``load_state_dict`` is given a state that was read in the same run."""


@dataclass(eq=False, slots=True)
class TrainerArguments(Event):
    """A Trainer of transformers builds its schedule from ``TrainingArguments(…)``."""

    values: Mapping[str, AnyValue]
    places: Mapping[str, SyntaxPlace]


@dataclass(eq=False, slots=True)
class Prepare(Event):
    """``accelerator.prepare(…)``."""

    accelerator: Accelerator


@dataclass(eq=False, slots=True)
class Save(Event):
    """The state of optimizers or schedulers, or the objects themselves, are written to disk."""

    holds: tuple[OptimizerRecord | SchedulerRecord, ...]
    open: bool
    """Whether it may hold others that were not seen."""
    counts: bool = False
    """Whether a number is saved with them that differs from one iteration to another."""


@dataclass(eq=False, slots=True)
class AddGroup(Event):
    """``optimizer.add_param_group(…)``."""

    optimizer: OptimizerRecord
    group: int
    """The number of the new group."""


@dataclass(eq=False, slots=True)
class LRWrite(Event):
    """``param_group["lr"] = value``."""

    optimizer: OptimizerRecord
    value: AnyValue
    group: int | None = None
    """The number of the param group, or None for all of them."""
    law: Expr | None = None
    """The value as a number that may follow the LR in use; None where it cannot be read."""
    visited: bool = False
    """Whether the group is one that a loop visits, so that a condition has chosen it."""


@dataclass(eq=False, slots=True)
class BranchNotTaken(Event):
    """A function has a branch that is never taken."""

    branch: NotTaken


@dataclass(eq=False, slots=True)
class Rebind(Event):
    """A variable that held one optimizer now holds another."""

    old: OptimizerRecord
    new: OptimizerRecord


Node = Repeat | When | Break | Event


@dataclass(frozen=True, slots=True)
class Located:
    """An event with the loops and conditions around it."""

    event: Event
    path: tuple[Repeat | When, ...]
    """What encloses the event, the outermost first."""
    order: int
    """The position of the event in the trace."""

    @property
    def loops(self) -> tuple[Repeat, ...]:
        """The loops around the event, the outermost first."""
        return tuple(node for node in self.path if isinstance(node, Repeat))


def walk(block: Block) -> Iterator[Located]:
    """Yield the events of a trace in program order, each with what encloses it."""
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


def nodes_of(block: Block) -> Iterator[Node]:
    """Yield all nodes of a block, those within loops and conditions too."""
    for node in block:
        yield node
        if isinstance(node, (When, Repeat)):
            yield from nodes_of(node.body)


def has_break(block: Block) -> bool:
    """Whether something in a block leaves the loop around it."""
    for node in block:
        if isinstance(node, Break):
            return True
        if isinstance(node, When) and has_break(node.body):
            return True
        if isinstance(node, Repeat) and any(
            isinstance(inner, Break) and inner.levels > 1 for inner in nodes_of(node.body)
        ):
            return True
    return False


def breaks_out_of(block: Block, depth: int = 0) -> Iterator[tuple[Break, tuple[Condition, ...]]]:
    """Yield each break that leaves the loop ``depth`` levels above a block, with its conditions."""
    for node in block:
        match node:
            case Break(levels=levels) if levels > depth:
                yield node, ()
            case When(condition=condition, body=body):
                for leaving, conditions in breaks_out_of(body, depth):
                    yield leaving, (condition, *conditions)
            case Repeat(body=body):
                yield from breaks_out_of(body, depth + 1)
