"""Budgets for other modules than the script.

A script may call large functions of its project, and import packages that do much when they are
imported. So that enough of the budget remains for the script itself, each call into another module
and each import may spend a share of what is left. Where that is not enough, its result is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.interpreter import escapes, journal
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import BudgetExceeded
from lrlint.analysis.model.trace import Block, BuildScheduler, walk
from lrlint.analysis.model.values import AnyValue, FunctionValue, Instance, Opaque, Scope

_T = TypeVar("_T")

_SHARE_OF_RELEVANT: Final = 0.5
"""The share of the budget for code that may build or step an optimizer or scheduler."""
_SHARE_OF_OTHERS: Final = 0.125
"""The share for all other code, whose result seldom matters to a schedule."""
_LEAST: Final = 1 / 64
"""The share of the whole budget that each call or import may take.

Deep within others, what is left for it is next to nothing.
"""

TOO_LARGE: Final = "not followed to the end of the script, which is too large"
_CODE_TOO_LARGE: Final = "passed to code that is too large to be followed to its end"


def call(
    machine: Machine,
    function: FunctionValue,
    arguments: Iterable[AnyValue],
    run: Callable[[], AnyValue],
) -> AnyValue:
    """Return the value of a call into another module; it is unknown where that takes too much.

    In that case the arguments escape: the rest of the code may step them.
    """
    value = _within_share(machine, _is_relevant(function), run)
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


def _is_relevant(function: FunctionValue) -> bool:
    """Whether a function, or another method of its class, may build or step something.

    Options say what is built. A module that imports others by name is a factory, and so is a
    function that imports what lies beside its module: ``from .cycle_gan import CycleGAN``.
    """
    survey = function.scope.unit.survey
    owners = (function,) if function.owner is None else (function, function.owner)
    parts = [owner.scope.unit.survey.part(owner.node) for owner in owners]
    return "import_module" in survey.module.called or any(
        part.relevant or part.imports_beside or not _DECISIVE.isdisjoint(part.called)
        for part in parts
    )


_DECISIVE: Final = frozenset({"add_argument", "parse_args", "parse_known_args"})


def import_module(machine: Machine, unit: ModuleUnit, scope: Scope) -> None:
    """Interpret a module for the first time; where that takes too much, its names stay unknown."""

    def run() -> bool:
        with machine.elsewhere(unit, scope), machine.calling(unit.tree):
            machine.run_block(unit.tree.body)
        return True

    start = len(machine.journal)
    if _within_share(machine, unit.mentions_schedule, run) is None:
        machine.note(None, f"importing {unit.filename} is too large to be followed")
    # A module is interpreted when a name of it is first used, which may be in a branch. The import
    # itself is not in that branch, so the journal forgets what it has written.
    del machine.journal[start:]


def give_up(block: Block, why: str) -> None:
    """Let what a trace builds escape, because code after it was not interpreted."""
    for located in walk(block):
        if isinstance(located.event, BuildScheduler):
            record = located.event.scheduler
            record.escapes = record.escapes or why
            if record.optimizer is not None:
                record.optimizer.escapes = record.optimizer.escapes or why


def _within_share(machine: Machine, relevant: bool, run: Callable[[], _T]) -> _T | None:
    """Return the result, or None and undo all writes where that takes more than its share."""
    outer = machine.allowed
    share = _SHARE_OF_RELEVANT if relevant else _SHARE_OF_OTHERS
    left, least = outer - machine.spent, int(machine.limits.nodes * _LEAST)
    machine.allowed = machine.spent + min(max(int(left * share), least), left)
    start, known = len(machine.journal), set(machine.scopes)
    block, mark = machine.block, len(machine.block)
    try:
        return run()
    except BudgetExceeded:
        journal.take_back(machine, start)
        for unit in machine.scopes.keys() - known:
            del machine.scopes[unit]  # its names are undone, so it has to run again
        give_up(block[mark:], _CODE_TOO_LARGE)
        return None
    finally:
        machine.allowed = outer
