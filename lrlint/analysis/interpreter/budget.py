"""How much of the budget another module may spend.

A script hands its data, models and files to code of the project that is as deep as it likes, and
imports packages that do much when they are imported. What happens there must not cost the reading
of the script itself: each call into another module, and each first run of one, may spend a share of
what is left, and is unknown where that does not do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.interpreter import escapes, journal
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import BudgetExceeded, Frame
from lrlint.analysis.model.trace import Block, BuildScheduler, walk
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    FunctionValue,
    Instance,
    Opaque,
    Scope,
)
from lrlint.source import may_hold_schedule

_T = TypeVar("_T")

_TELLING: Final = 0.5
"""The share of code that builds or steps something, or may do so."""
_OTHER: Final = 0.125

TOO_LARGE: Final = "the script is too large to be followed to its end"
_CODE_TOO_LARGE: Final = "handed to code that is too large to be followed to its end"


def call(
    machine: Machine,
    function: FunctionValue,
    arguments: Iterable[AnyValue],
    run: Callable[[], AnyValue],
) -> AnyValue:
    """The value of a call into another module, or an unknown one where it takes too much.

    What such a call was handed may have been stepped by what was not read.
    """
    parts: list[FunctionValue | ClassValue] = [function]
    if function.owner is not None:
        parts.append(function.owner)
    value = _bounded(
        machine, any(one.scope.unit.survey.part(one.node).relevant for one in parts), run
    )
    if value is not None:
        return value
    name = function.node.name.value if isinstance(function.node, cst.FunctionDef) else "a lambda"
    machine.note(None, f"{name}() of {function.scope.unit.filename} is too large to be followed")
    for argument in arguments:
        escapes.escape(argument, _CODE_TOO_LARGE)
    if isinstance(function.receiver, Instance):
        function.receiver.open = True
        escapes.escape(function.receiver, _CODE_TOO_LARGE)
    return Opaque()


def import_module(machine: Machine, unit: ModuleUnit, scope: Scope) -> None:
    """Run a module for the first time; where it takes too much, its names stay unknown."""

    def run() -> bool:
        with machine.elsewhere(unit, scope):
            machine.frames.append(Frame(unit.tree, len(machine.guards), len(machine.loops)))
            try:
                machine.run_block(unit.tree.body)
            finally:
                machine.frames.pop()
        return True

    start = len(machine.journal)
    if _bounded(machine, may_hold_schedule(unit.source.data), run) is None:
        machine.note(None, f"importing {unit.filename} is too large to be followed")
    # It runs when a name is first asked for, perhaps in a branch, and is imported all the same.
    del machine.journal[start:]


def give_up(block: Block, why: str) -> None:
    """What was built may be stepped in what was not looked at."""
    for item in walk(block):
        if isinstance(item.event, BuildScheduler):
            record = item.event.scheduler
            record.escapes = record.escapes or why
            if record.optimizer is not None:
                record.optimizer.escapes = record.optimizer.escapes or why


def _bounded(machine: Machine, telling: bool, run: Callable[[], _T]) -> _T | None:
    """The result, or None where it takes too much: then nothing remains of what was written."""
    outer = machine.allowed
    machine.allowed = machine.spent + int(
        (outer - machine.spent) * (_TELLING if telling else _OTHER)
    )
    start, known = len(machine.journal), set(machine.scopes)
    block, mark = machine.block, len(machine.block)
    try:
        return run()
    except BudgetExceeded:
        journal.take_back(machine, start)
        for unit in machine.scopes.keys() - known:
            del machine.scopes[unit]  # its names are gone; who asks for one runs the module again
        give_up(block[mark:], _CODE_TOO_LARGE)
        return None
    finally:
        machine.allowed = outer
