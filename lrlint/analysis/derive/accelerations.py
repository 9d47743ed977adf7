"""What accelerate does with prepared schedulers, before a number of processes is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.scheduler_arguments import arguments_of, horizon_of
from lrlint.analysis.derive.script_numbers import numbers_of
from lrlint.analysis.derive.step_sites import steps_of, total
from lrlint.analysis.model.accelerator import Accelerator
from lrlint.analysis.model.records import SchedulerRecord
from lrlint.analysis.model.trace import Block, BuildScheduler, Located, Prepare
from lrlint.analysis.model.trace_numbers import substitute
from lrlint.analysis.model.values import AnyValue, ListValue
from lrlint.analysis.model.words import HELD
from lrlint.facts import Acceleration
from lrlint.symbolic import Atom, Expr


def settle_processes(trace: Block, located: list[Located]) -> dict[int, Acceleration]:
    """Return what holds for any number of processes, and make the trace that of one process.

    The user may set another number. The facts are by the identity of the schedulers' records.
    """
    prepared = [item.event.accelerator for item in located if isinstance(item.event, Prepare)]
    accelerator = prepared[0]
    (atom,) = accelerator.processes.atoms()
    built = {
        id(item.event.scheduler): item for item in located if isinstance(item.event, BuildScheduler)
    }
    records = {
        key: item.event.scheduler
        for key, item in built.items()
        if isinstance(item.event, BuildScheduler)
    }
    loops = Loops(located)
    accelerations = {
        key: _acceleration(record, accelerator, atom, built[key], located, loops)
        for key, record in records.items()
        if record.prepared and accelerator.advances is not None and len(set(prepared)) == 1
    }
    mapping = {atom: Expr.const(atom.value or 1)}
    substitute(trace, mapping)
    for record in records.values():
        record.arguments = {
            name: _settled(value, mapping) for name, value in record.arguments.items()
        }
        if record.decay is not None:
            record.decay = replace(record.decay, at=record.decay.at.subs(mapping))
    return accelerations


def _acceleration(
    record: SchedulerRecord,
    accelerator: Accelerator,
    processes: Atom,
    built: Located,
    located: list[Located],
    loops: Loops,
) -> Acceleration:
    horizon = horizon_of(record, arguments_of(record))
    elsewhere = record.escapes is not None and not record.escapes.startswith(HELD)
    unseen = elsewhere or record.given_to is not None
    miscounted = record.relayed or record.miscounted or unseen
    steps = None if miscounted else total(steps_of(record, built.path, located, loops))
    return Acceleration(
        processes=processes,
        every=accelerator.every,
        steps=steps,
        length=None if horizon is None else horizon.length,
        once=accelerator.advances == Expr.const(1),
        reads_processes=any(processes in numbers_of(value) for value in record.arguments.values()),
        ignored=accelerator.ignored,
    )


def _settled(value: AnyValue, mapping: Mapping[Atom, Expr]) -> AnyValue:
    if isinstance(value, Expr):
        return value.subs(mapping)
    if isinstance(value, ListValue) and value.items is not None:
        return replace(value, items=[_settled(item, mapping) for item in value.items])
    return value
