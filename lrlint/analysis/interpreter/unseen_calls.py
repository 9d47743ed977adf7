"""Calls out of the analyser's sight: entry points, handlers, callbacks.

They are counted in one case only: a function that is a whole training is called once. One
that makes an epoch or an update is called as often as a framework likes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst

from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.trace import (
    Block,
    BuildOptimizer,
    BuildScheduler,
    LoopRecord,
    OptimizerStep,
    Repeat,
    SchedulerStep,
    walk,
)
from lrlint.analysis.model.values import FunctionValue
from lrlint.analysis.model.words import CALLS_OF
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Expr


@contextmanager
def called_unseen(
    machine: Machine, function: FunctionValue, *, registered: bool = False
) -> Iterator[None]:
    """Put the events of the ``with`` block into a loop over the calls of a function.

    ``registered`` says that a framework holds the function, as a handler of its events.
    """
    outer, machine.block = machine.block, []
    try:
        yield
    finally:
        body, machine.block = machine.block, outer
        events = [item.event for item in walk(body)]
        steps = any(isinstance(event, (OptimizerStep, SchedulerStep)) for event in events)
        builds = any(isinstance(event, (BuildOptimizer, BuildScheduler)) for event in events)
        outer += [_repeated(machine, function, body, registered)] if steps and not builds else body


def _repeated(machine: Machine, function: FunctionValue, body: Block, registered: bool) -> Repeat:
    node = function.node
    name = node.name.value if isinstance(node, cst.FunctionDef) else "lambda"
    registered = registered or (isinstance(node, cst.FunctionDef) and bool(node.decorators))
    record = LoopRecord(
        index=machine.index_atom("call"),
        trips=Expr.const(1) if _is_whole_training(body, registered) else None,
        place=SyntaxPlace(function.scope.unit, node),
        over=f"{CALLS_OF}{name}()",
        calls=True,
    )
    return Repeat(record, body)


def _is_whole_training(body: Block, registered: bool) -> bool:
    """Whether a function seems to make all steps, not those of one epoch or of one update."""
    located = list(walk(body))
    steps = [item for item in located if isinstance(item.event, SchedulerStep)]
    steps = steps or [item for item in located if isinstance(item.event, OptimizerStep)]
    nest = max((item.loops for item in steps), key=len)
    if len(nest) == 1:
        return not registered and not nest[0].loop.over_loader
    return len(nest) > 1
