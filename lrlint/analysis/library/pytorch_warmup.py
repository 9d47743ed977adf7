"""pytorch_warmup: warm-ups lower the LR when built, and anew in each `dampening()`."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import choices
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import Model, models, models_method
from lrlint.analysis.library.schedulers import build_unknown
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import EventHandler, SchedulerValue
from lrlint.analysis.model.trace import DampeningEnds, SchedulerStep
from lrlint.analysis.model.values import NONE, AnyValue, Instance, Opaque, Store
from lrlint.formulas.pytorch_warmup import SCHEDULES


def _warmup(name: str) -> Model:
    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        optimizer = arguments.get(0, "optimizer") or Opaque()

        def build(item: AnyValue) -> AnyValue:
            built = build_unknown(machine, name, item, node, arguments, derived=True)
            if isinstance(built, SchedulerValue):
                keywords = {k: v for k, v in arguments.keywords.items() if k != "optimizer"}
                positional = arguments.positional[int("optimizer" not in arguments.keywords) :]
                built.record.kind = LibraryKind.PYTORCH_WARMUP
                if not arguments.open:
                    built.record.handler = EventHandler(name, tuple(positional), keywords)
            return built

        return choices.distribute(machine, optimizer, node, build)

    return model


@models_method(LibraryKind.PYTORCH_WARMUP, "dampening")
def _dampening(
    machine: Machine, warmup: SchedulerValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Return the context in which the schedulers step."""
    machine.emit(SchedulerStep(*machine.where(node), warmup.record, None))
    warmup.record.dampening += 1
    return Instance(
        None, Store({_WARMUP: warmup}), kind=LibraryKind.DAMPENING, place=machine.here(node)
    )


_WARMUP = object()


@models_method(LibraryKind.DAMPENING, "__exit__")
def _leave(
    machine: Machine, context: Instance, arguments: Arguments, node: cst.CSTNode
) -> AnyValue:
    warmup, place = context.store.data[_WARMUP], context.place
    if isinstance(warmup, SchedulerValue) and place is not None:
        warmup.record.dampening -= 1
        machine.emit(DampeningEnds(place, tuple(machine.via), warmup.record))
    return NONE


@models_method(LibraryKind.PYTORCH_WARMUP, "dampen")
def _dampen(
    machine: Machine, warmup: SchedulerValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Advance a warm-up without restoring the LRs first, so that its factors may multiply."""
    machine.emit(SchedulerStep(*machine.where(node), warmup.record, None))
    warmup.record.dampening += 1
    return NONE


for _name in SCHEDULES:
    models(f"pytorch_warmup.{_name}", f"pytorch_warmup.base.{_name}")(_warmup(_name))
