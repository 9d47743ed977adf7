"""Entries that a loop sets for the first time: an attribute, or an item of a dict.

The body is interpreted once, with an unknown where it reads the entry, and an undecided condition
where it asks whether the entry is there. Both may differ from one iteration to the next, so what
depends on them is left open.
"""

from __future__ import annotations

import re

from lrlint.analysis.interpreter.escapes import leave_block_open
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.computed import Derived, all_atoms
from lrlint.analysis.model.condition_queries import is_loop_atom
from lrlint.analysis.model.conditions import Condition, Flag, simple_parts
from lrlint.analysis.model.trace import (
    Block,
    BuildOptimizer,
    BuildScheduler,
    LRWrite,
    Node,
    Repeat,
    SchedulerStep,
    When,
    has_break,
    nodes_of,
)
from lrlint.analysis.model.value_queries import elements
from lrlint.analysis.model.values import (
    AnyValue,
    Const,
    DictValue,
    ListValue,
    Opaque,
    Sized,
    Store,
    Truth,
)
from lrlint.symbolic import Atom, Expr

_WORD = re.compile(r"\w+")
DATA = (Const, Truth, Expr, Opaque, Sized)
"""The kinds of values that are no objects of the script, and hold none."""


def as_set_late(machine: Machine, store: Store, name: str, value: AnyValue) -> AnyValue:
    """Return what an attribute holds that a loop is known to set for the first time.

    A dict of data, such as a log, is another one in later iterations: it is not known.
    """
    if not machine.may_be_set(name) or name in store.data or not isinstance(value, DictValue):
        return value
    aliased = any(other is value for other in machine.scope.store.data.values())
    return Opaque(name, measured=True) if not aliased and _holds_data(value) else value


def _holds_data(value: AnyValue) -> bool:
    """Whether there is nothing but data in a value, however deep."""
    match value:
        case ListValue(items=None, element=element):
            return element is None or _holds_data(element)
        case DictValue() | ListValue():
            return all(map(_holds_data, elements(value)))
    return isinstance(value, DATA)


def leave_uncertain_open(repeat: Repeat, key: str, why: str) -> None:
    """Leave open how often everything steps that may depend on an entry with a key."""
    ends = any(
        isinstance(node, When) and has_break(node.body) and not _is_certain(node.condition)
        for node in nodes_of(repeat.body)
    )
    if ends or any(map(_may_use, nodes_of(repeat.body))):
        leave_block_open([repeat], why)
    else:
        _leave_open(repeat.body, key, why)


def _leave_open(block: Block, key: str, why: str) -> None:
    for node in block:
        match node:
            case When(condition=condition) if not _is_certain(condition):
                leave_block_open([node], why)
            case Repeat(loop=loop) if loop.trips is not None and any(
                key in _WORD.findall(atom.name) for atom in all_atoms(loop.trips)
            ):
                leave_block_open([node], why)
            case When(body=body) | Repeat(body=body):
                _leave_open(body, key, why)


def _may_use(node: Node) -> bool:
    """Whether an event takes a value that may come from the entry."""
    match node:
        case BuildOptimizer() | BuildScheduler() | LRWrite():
            return True
        case SchedulerStep(argument=Expr() as number):
            return not all(map(_is_known, all_atoms(number)))
        case SchedulerStep(argument=argument):
            return isinstance(argument, Opaque) and not argument.measured
    return False


def _is_certain(condition: Condition) -> bool:
    """Whether only counters and settings with defaults decide a condition."""
    return all(
        part.default is not None if isinstance(part, Flag) else all(map(_is_known, all_atoms(part)))
        for part in simple_parts(condition)
    )


def _is_known(atom: Atom) -> bool:
    """Whether a number is a counter or has a default; of a derived one, its own atoms decide."""
    return is_loop_atom(atom) or atom.value is not None or isinstance(atom.key, Derived)
