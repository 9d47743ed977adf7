"""composer: its `Trainer` steps schedulers of torch once per epoch by default."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.frameworks.plain_trainings import Stepped, train
from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import length_of, to_number
from lrlint.analysis.library.registry import models, models_method, qualified
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
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
from lrlint.formulas import LAWS
from lrlint.source.nodes import string_parts
from lrlint.symbolic import Expr

_READ = frozenset(
    {
        *("model", "train_dataloader", "optimizers", "schedulers", "max_duration"),
        *("step_schedulers_every_batch", "eval_dataloader", "eval_interval", "device"),
        *("progress_bar", "log_to_console", "loggers", "save_folder", "save_interval", "seed"),
        *("run_name", "precision", "train_dataloader_label", "device_train_microbatch_size"),
    }
)
"""What may be passed to the Trainer without changing when it steps, or read here."""


@models("composer.Trainer", "composer.trainer.Trainer", "composer.trainer.trainer.Trainer")
def _trainer(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    given = arguments.keywords
    optimizer, schedulers = given.get("optimizers"), given.get("schedulers")
    if isinstance(optimizer, ListValue) and optimizer.items and len(optimizer.items) == 1:
        optimizer = optimizer.items[0]
    several = schedulers.items if isinstance(schedulers, ListValue) else [schedulers]
    known = isinstance(optimizer, OptimizerValue) and all(
        isinstance(one, SchedulerValue)
        and one.record.law in LAWS
        and not LAWS[one.record.law].takes_metric
        for one in several or [None]
    )
    if arguments.open or arguments.positional or not given.keys() <= _READ or not known:
        for value in arguments.all():
            escapes.escape(value, "passed to Trainer(…)")
        return Instance(None, Store(), kind=LibraryKind.COMPOSER_TRAINER, open=True)
    store: dict[object, AnyValue] = dict(given.items())
    store["optimizers"] = optimizer or NONE
    store["max_duration"] = _written(machine, arguments) or NONE
    place = arguments.places.get("schedulers") or machine.here(node)
    return Instance(None, Store(store), kind=LibraryKind.COMPOSER_TRAINER, place=place)


@models_method(LibraryKind.COMPOSER_TRAINER, "fit")
def _fit(machine: Machine, trainer: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    given = trainer.store.data
    optimizer, place = given.get("optimizers"), trainer.place
    if not isinstance(optimizer, OptimizerValue) or place is None:
        return NONE
    schedulers = given["schedulers"]
    several = schedulers.items if isinstance(schedulers, ListValue) else [schedulers]
    per_batch = given.get("step_schedulers_every_batch", NONE)
    unread = [key for key in arguments.keywords if key != "duration"]
    if arguments.positional or unread or not isinstance(per_batch, Const):
        for value in (optimizer, *(several or ())):
            if isinstance(value, (OptimizerValue, SchedulerValue)):
                escapes.leave_open(value.record, "stepped by a Trainer in an unread way")
        return NONE
    stepped = [
        Stepped(one, place, per_batch.value is True)
        for one in several or ()
        if isinstance(one, SchedulerValue)
    ]
    loader = given.get("train_dataloader")
    batches = None if loader is None else length_of(machine, loader)
    duration = arguments.keywords.get("duration", given.get("max_duration"))
    epochs = _count(machine, duration, "ep")
    if epochs is None and all(one.per_batch for one in stepped):
        in_all = _count(machine, duration, "ba")
        if in_all is not None:
            epochs, batches = Expr.const(1), in_all
    train(machine, node, epochs, batches, "train_dataloader", optimizer, stepped)
    return NONE


@models(*qualified(("composer", "composer.core", "composer.core.time"), "Time"))
def _time(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the text of a duration, or its number where that is one of epochs."""
    number, unit = to_number(machine, arguments.get(0, "value")), arguments.get(1, "unit")
    if isinstance(unit, External):
        unit = _UNITS.get(unit.name.rpartition(".")[2])
    if number is None or not isinstance(unit, Const):
        return Opaque()
    if unit.value == "ep":
        return number
    return Const(f"{number.value}{unit.value}") if number.is_constant else Opaque()


_UNITS = {"EPOCH": Const("ep"), "BATCH": Const("ba")}


def _written(machine: Machine, arguments: Arguments) -> AnyValue | None:
    """Return ``max_duration``; of ``f"{args.epochs}ep"`` the number of epochs."""
    place = arguments.places.get("max_duration")
    if place is not None and isinstance(place.node, cst.FormattedString):
        match list(string_parts(place.node)):
            case [cst.BaseExpression() as number, "ep"]:
                return machine.evaluate(number)
    return arguments.keywords.get("max_duration")


def _count(machine: Machine, duration: AnyValue | None, unit: str) -> Expr | None:
    """Return the epochs of ``"10ep"`` or 10, or the batches of ``"80ba"``."""
    if isinstance(duration, Const) and isinstance(duration.value, str):
        number, separator, rest = duration.value.partition(unit)
        is_whole = separator and not rest.strip() and number.strip().isdecimal()
        return Expr.const(int(number)) if is_whole else None
    return to_number(machine, duration) if unit == "ep" else None
