"""MONAI: its `SupervisedTrainer` steps the schedulers that handlers hold, by default per epoch."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from lrlint.analysis.frameworks.plain_trainings import Stepped, train
from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.calls import unknown_call
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import length_of, to_number
from lrlint.analysis.library.registry import models, models_method
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    External,
    Instance,
    ListValue,
    Opaque,
    Store,
)


@models("monai.handlers.LrScheduleHandler")
def _handler(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    scheduler, per_epoch = arguments.get(0, "lr_scheduler"), arguments.get(3, "epoch_level")
    is_read = per_epoch is None or (isinstance(per_epoch, Const) and per_epoch.value is not None)
    if arguments.open or not is_read or not isinstance(scheduler, SchedulerValue):
        return unknown_call(machine, External("monai.handlers.LrScheduleHandler"), arguments, node)
    metric = arguments.get(4, "step_transform")
    store: dict[object, AnyValue] = {
        "scheduler": scheduler,
        "per_batch": Const(per_epoch is not None and per_epoch == Const(False)),
        "argument": NONE if metric is None else Opaque("step_transform", measured=True),
    }
    return Instance(None, Store(store), kind=LibraryKind.MONAI_SCHEDULE, place=machine.here(node))


@models("monai.handlers.CheckpointSaver")
def _saver(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return a handler that writes states and steps nothing."""
    return Opaque()


@models("monai.engines.SupervisedTrainer")
def _trainer(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    optimizer = arguments.get(4, "optimizer")
    handlers = _handlers(arguments.keywords.get("train_handlers", ListValue([])))
    if arguments.open or handlers is None or not isinstance(optimizer, OptimizerValue):
        for value in arguments.all():
            escapes.escape(value, "passed to SupervisedTrainer(…)")
        return Opaque()
    store: dict[object, AnyValue] = {
        "optimizer": optimizer,
        "max_epochs": arguments.get(1, "max_epochs") or NONE,
        "train_data_loader": arguments.get(2, "train_data_loader") or NONE,
        "epoch_length": arguments.get(6, "epoch_length") or NONE,
        "handlers": ListValue([*handlers]),
    }
    return Instance(None, Store(store), kind=LibraryKind.MONAI_TRAINER)


def _handlers(value: AnyValue) -> Sequence[Instance] | None:
    """Return the handlers that step a scheduler; None where these are not the same in any case."""
    several = [
        [item for item in one.items if _steps(item)]
        for one in alternatives(value)
        if isinstance(one, ListValue) and one.items is not None
    ]
    if len(several) < len(alternatives(value)) or any(one != several[0] for one in several):
        return None
    return [item for item in several[0] if isinstance(item, Instance)]


def _steps(item: AnyValue) -> bool:
    return isinstance(item, Instance) and item.kind is LibraryKind.MONAI_SCHEDULE


@models_method(LibraryKind.MONAI_TRAINER, "run")
def _run(machine: Machine, trainer: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    given = trainer.store.data
    optimizer, handlers = given["optimizer"], given["handlers"]
    assert isinstance(optimizer, OptimizerValue)
    assert isinstance(handlers, ListValue)
    stepped = []
    for handler in handlers.items or ():
        assert isinstance(handler, Instance)
        scheduler, argument = handler.store.data["scheduler"], handler.store.data["argument"]
        if isinstance(scheduler, SchedulerValue) and handler.place is not None:
            metric = None if argument == NONE else argument
            per_batch = handler.store.data["per_batch"] == Const(True)
            stepped.append(Stepped(scheduler, handler.place, per_batch, metric, "step_transform"))
    length = given["epoch_length"]
    loader = given["train_data_loader"]
    batches = length_of(machine, loader) if length == NONE else to_number(machine, length)
    epochs = to_number(machine, given["max_epochs"])
    train(machine, node, epochs, batches, "train_data_loader", optimizer, stepped)
    return NONE
