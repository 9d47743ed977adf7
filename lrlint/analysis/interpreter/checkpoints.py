"""Checkpoints: whose state a script writes to disk, and whether it loads what it wrote itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.trace import OptimizerCall, Save
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    DictValue,
    Instance,
    ListValue,
    Opaque,
    OptimizerRecord,
    OptimizerValue,
    Owner,
    SchedulerValue,
)

_SAVES = re.compile(r"save|dump|checkpoint|ckpt|snapshot", re.IGNORECASE)
_LOADS = re.compile(r"(^|_)(load|resume|restore)($|_|[A-Z])")
_MAY_BE_A_SCHEDULE = re.compile(r"sched|trainer|extra", re.IGNORECASE)
_WRITES_WHAT_IT_IS_GIVEN = frozenset({"save", "dump"})
_DEEPEST = 6


def note_save(machine: Machine, name: str, values: Iterable[AnyValue], node: cst.Call) -> None:
    """Record what a call of unseen code, ``torch.save`` or a helper, saves by its name."""
    if not _SAVES.search(name):
        return
    found = _Found()
    for value in values:
        found.look_into(value)
    # What a helper out of sight does with an optimizer that it is handed whole is not known.
    if found.states or (found.owners and name in _WRITES_WHAT_IT_IS_GIVEN):
        holds = tuple(found.owners.values())
        machine.emit(Save(machine.here(node), tuple(machine.via), holds, found.open))


def note_load(machine: Machine, name: str, values: Iterable[AnyValue], node: cst.Call) -> None:
    """Record that unseen code, by its name, loads a checkpoint into the optimizers it is handed."""
    if not _LOADS.search(name):
        return
    found = _Found()
    for value in values:
        if isinstance(value, (OptimizerValue, ListValue, DictValue)):
            found.look_into(value)
    for owner in found.owners.values():
        if isinstance(owner, OptimizerRecord):
            machine.emit(
                OptimizerCall(machine.here(node), tuple(machine.via), owner, "load_state_dict")
            )


def is_own_state(value: AnyValue | None) -> bool:
    """Whether a state was read in the same run, and not from a checkpoint."""
    match value:
        case Opaque(state_of=owner):
            return owner is not None
        case Choice(alternatives=alternatives):
            return any(is_own_state(item) for _, item in alternatives)
    return False


class _Found:
    """Whose state lies in a value."""

    def __init__(self) -> None:
        self.owners: dict[int, Owner] = {}
        self.states = 0
        self.open = False
        self._seen: set[int] = set()

    def look_into(self, value: AnyValue, depth: int = 0) -> None:
        # Objects know one another: each is looked into once.
        if id(value) in self._seen:
            return
        if depth > _DEEPEST:
            self.open = True
            return
        self._seen.add(id(value))
        match value:
            case Opaque(state_of=owner) if owner is not None:
                self.owners[id(owner)] = owner
                self.states += 1
            case Opaque(path=path):
                self.open |= path is not None and bool(_MAY_BE_A_SCHEDULE.search(path))
            case OptimizerValue(record=record) | SchedulerValue(record=record):
                self.owners[id(record)] = record
            case ListValue(items=list() as items):
                self._all(items, depth)
            case ListValue(element=element):
                self.open |= element is None
                self._all([] if element is None else [element], depth)
            case DictValue(store=store, complete=complete):
                self.open |= not complete
                for key, item in store.data.items():
                    self.open |= isinstance(item, Opaque) and _unseen_schedule(key, item)
                    self.look_into(item, depth + 1)
            case Instance(store=store):
                self._all(list(store.data.values()), depth)
            case Choice(alternatives=alternatives):
                self._all([item for _, item in alternatives], depth)

    def _all(self, items: Iterable[AnyValue], depth: int) -> None:
        for item in items:
            self.look_into(item, depth + 1)


def _unseen_schedule(key: object, item: Opaque) -> bool:
    """Whether an entry is called like a scheduler, though it is not known to be one."""
    return item.state_of is None and bool(_MAY_BE_A_SCHEDULE.search(str(key)))
