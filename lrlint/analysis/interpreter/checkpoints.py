"""Checkpoints: whose state a script writes to disk, and whether it loads what it wrote itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.computed import varies
from lrlint.analysis.model.records import (
    OptimizerRecord,
    OptimizerValue,
    Owner,
    SchedulerRecord,
    SchedulerValue,
)
from lrlint.analysis.model.trace import OptimizerCall, Save, SchedulerCall
from lrlint.analysis.model.value_queries import alternatives, elements
from lrlint.analysis.model.values import AnyValue, Choice, DictValue, Instance, ListValue, Opaque
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Expr

_SAVES = re.compile(r"save|dump|checkpoint|ckpt|snapshot", re.IGNORECASE)
_LOADS = re.compile(r"(^|_)(load|resume|restore)($|_|[A-Z])")
_MAY_BE_A_SCHEDULE = re.compile(r"sched|trainer|extra", re.IGNORECASE)
_WRITES_ITS_ARGUMENT = frozenset({"save", "dump"})
_DEEPEST = 6
"""Containers within containers that are searched for states."""


def note_save(
    machine: Machine,
    name: str,
    values: Iterable[AnyValue],
    where: tuple[SyntaxPlace, tuple[SyntaxPlace, ...]],
) -> None:
    """Record what a call of unseen code saves, where its name says so: ``torch.save(…)``."""
    if not _SAVES.search(name):
        return
    contents = _Contents()
    for value in values:
        contents.search(value)
    # Another function may do anything with an optimizer, but with a state only save it.
    if contents.states or (contents.owners and name in _WRITES_ITS_ARGUMENT):
        holds = tuple(contents.owners)
        machine.emit(Save(*where, holds, contents.open, contents.counts))


def note_load(machine: Machine, name: str, values: Iterable[AnyValue], node: cst.Call) -> None:
    """Record that unseen code loads the states of its arguments, where its name says so."""
    if not _LOADS.search(name):
        return
    contents = _Contents()
    for value in values:
        if isinstance(value, (OptimizerValue, ListValue, DictValue)):
            contents.search(value)
    for owner in contents.owners:
        if isinstance(owner, OptimizerRecord):
            load_state(machine, owner, node)


def load_state(machine: Machine, owner: Owner, node: cst.CSTNode) -> None:
    """Record that the state of an optimizer or a scheduler is loaded."""
    where = machine.where(node)
    if isinstance(owner, OptimizerRecord):
        machine.emit(OptimizerCall(*where, owner, "load_state_dict"))
    else:
        machine.emit(SchedulerCall(*where, owner, "load_state_dict"))


def is_own_state(value: AnyValue | None) -> bool:
    """Whether a state was read in the same run, and not from a checkpoint."""
    match value:
        case Opaque(state_of=owner):
            return owner is not None
        case Choice():
            return any(map(is_own_state, alternatives(value)))
    return False


class _Contents:
    """The optimizers and schedulers in some values, and those whose states are in them."""

    def __init__(self) -> None:
        self.owners: dict[Owner, None] = {}
        self.states = 0
        """How many of them are states."""
        self.open = False
        """Whether there may be others that are not seen."""
        self.counts = False
        """Whether a number among them differs from one iteration to another."""
        self._seen: set[int] = set()

    def search(self, value: AnyValue, depth: int = 0) -> None:
        """Add what is in a value."""
        # Objects refer to each other in circles.
        if id(value) in self._seen:
            return
        if depth > _DEEPEST:
            self.open = True
            return
        self._seen.add(id(value))
        match value:
            case Opaque(state_of=OptimizerRecord() | SchedulerRecord() as owner):
                self.owners[owner] = None
                self.states += 1
            case Opaque(path=path):
                self.open |= path is not None and bool(_MAY_BE_A_SCHEDULE.search(path))
            case OptimizerValue(record=record) | SchedulerValue(record=record):
                self.owners[record] = None
            case Expr():
                self.counts |= varies(value)
            case ListValue(items=None, element=None):
                self.open = True
            case ListValue(items=None, element=element) if element is not None:
                self.search(element, depth + 1)
            case ListValue() | Instance() | Choice():
                for inner in elements(value):
                    self.search(inner, depth + 1)
            case DictValue(store=store, complete=complete):
                self.open |= not complete
                for key, inner in store.data.items():
                    self.open |= isinstance(inner, Opaque) and _is_unseen_schedule(key, inner)
                    self.search(inner, depth + 1)


def _is_unseen_schedule(key: object, value: Opaque) -> bool:
    """Whether an unknown has the name of a scheduler."""
    return value.state_of is None and bool(_MAY_BE_A_SCHEDULE.search(str(key)))
