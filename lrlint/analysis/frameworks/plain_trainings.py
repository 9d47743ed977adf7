"""A training of epochs of batches, as several frameworks make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from lrlint.analysis.interpreter.loop_counters import repeating
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import LoopRecord, OptimizerStep, SchedulerStep
from lrlint.analysis.model.values import AnyValue
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Expr


@dataclass(frozen=True, slots=True)
class Stepped:
    """A scheduler that a framework steps."""

    scheduler: SchedulerValue
    place: SyntaxPlace
    """Where the script says so."""
    per_batch: bool
    argument: AnyValue | None = None
    text: str = ""


def train(
    machine: Machine,
    node: cst.Call,
    epochs: Expr | None,
    batches: Expr | None,
    over: str,
    optimizer: OptimizerValue,
    stepped: Sequence[Stepped],
) -> None:
    """Write the loops of a training into the trace, with an update in each batch."""
    place = machine.here(node)
    epoch = LoopRecord(
        index=machine.index_atom("epoch"), trips=epochs, place=place, over="epochs", target="epoch"
    )
    batch = LoopRecord(
        index=machine.index_atom("batch"),
        trips=batches,
        place=place,
        over=over,
        over_loader=True,
        target="batch",
    )

    def step(*, per_batch: bool) -> None:
        for one in stepped:
            if one.per_batch is per_batch:
                via = tuple(machine.via)
                record = one.scheduler.record
                machine.emit(SchedulerStep(one.place, via, record, one.argument, one.text))

    with repeating(machine, epoch, node):
        with repeating(machine, batch, node):
            machine.emit(OptimizerStep(*machine.where(node), optimizer.record))
            step(per_batch=True)
        step(per_batch=False)
