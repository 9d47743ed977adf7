"""composer: its `Trainer` steps torch's schedulers per epoch by default, its own per batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

import libcst as cst

from lrlint.analysis.frameworks.composer_times import Time, compiled, read_time, time_object
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
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.formulas import LAWS
from lrlint.formulas.composer_schedules import LIBRARY
from lrlint.symbolic import Expr

_READ = frozenset(
    {
        *("model", "train_dataloader", "optimizers", "schedulers", "max_duration"),
        *("step_schedulers_every_batch", "eval_dataloader", "eval_interval", "device"),
        *("progress_bar", "log_to_console", "loggers", "save_folder", "save_interval", "seed"),
        *("run_name", "precision", "train_dataloader_label", "device_train_microbatch_size"),
        *("save_overwrite", "save_filename", "save_num_checkpoints_to_keep", "log_traces"),
        *("eval_subset_num_batches", "console_log_interval", "python_log_level", "dist_timeout"),
    }
)
"""What may be passed to the Trainer without changing when it steps, or read here."""
_PARTS = ("callbacks", "algorithms")
_HARMLESS = (
    *qualified(
        ("composer.callbacks",),
        *("ActivationMonitor", "CheckpointSaver", "LRMonitor", "MemoryMonitor", "NaNMonitor"),
        *("OptimizerMonitor", "RuntimeEstimator", "SpeedMonitor", "SystemMetricsMonitor"),
    ),
    *qualified(
        ("composer.algorithms",),
        *("AugMix", "BlurPool", "ChannelsLast", "ColOut", "CutMix", "CutOut", "EMA"),
        *("GradientClipping", "LabelSmoothing", "MixUp", "ProgressiveResizing"),
        *("RandAugment", "SelectiveBackprop", "SqueezeExcite", "StochasticDepth"),
    ),
)
"""What changes neither the LR nor how often the schedulers are stepped."""


@models(*_HARMLESS)
def _harmless(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return Instance(None, Store(), kind=LibraryKind.COMPOSER_PART, open=True)


@models("composer.Trainer", "composer.trainer.Trainer", "composer.trainer.trainer.Trainer")
def _trainer(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    given = arguments.keywords
    optimizer = _only_one(given.get("optimizers"))
    whole = _duration(machine, given.get("max_duration"), arguments.places.get("max_duration"))
    steps = None
    if not (arguments.open or arguments.positional) and _is_read(arguments):
        steps = _schedulers(machine, given, optimizer, whole)
    if steps is None or not isinstance(optimizer, OptimizerValue):
        for value in arguments.all():
            escapes.escape(value, "passed to Trainer(…)")
        return Instance(None, Store(), kind=LibraryKind.COMPOSER_TRAINER, open=True)
    store: dict[object, AnyValue] = dict(given.items())
    store["optimizers"], store["schedulers"] = optimizer, ListValue(list(steps))
    store["max_duration"] = Opaque() if whole is None else time_object(whole)
    place = arguments.places.get("schedulers") or machine.here(node)
    return Instance(None, Store(store), kind=LibraryKind.COMPOSER_TRAINER, place=place)


def _is_read(arguments: Arguments) -> bool:
    """Whether the arguments are known not to change how it steps, or are read."""
    return all(
        name in _READ or (name in _PARTS and _is_harmless(value))
        for name, value in arguments.keywords.items()
    )


def _is_harmless(value: AnyValue) -> bool:
    """Whether it is a callback or an algorithm, or a list of them, that is known to be harmless."""
    if isinstance(value, ListValue) and value.items is not None:
        return all(map(_is_harmless, value.items))
    harmless = isinstance(value, Instance) and value.kind is LibraryKind.COMPOSER_PART
    return harmless or value == NONE


def _only_one(value: AnyValue | None) -> AnyValue | None:
    match value:
        case ListValue(items=[one]):
            return one
    return value


def _schedulers(
    machine: Machine,
    given: Mapping[str, AnyValue],
    optimizer: AnyValue | None,
    whole: Time | None,
) -> list[SchedulerValue] | None:
    """Return what the Trainer steps: torch's schedulers, or what it makes of composer's own.

    None where that is not known.
    """
    several = given.get("schedulers")
    items = several.items if isinstance(several, ListValue) else [several]
    own = [one for one in items or () if _is_own(one)]
    if not own:
        known = [
            one
            for one in items or ()
            if isinstance(one, SchedulerValue)
            and one.record.law in LAWS
            and not LAWS[one.record.law].takes_metric
        ]
        return known if items and len(known) == len(items) else None
    per_batch, loader = (
        given.get("step_schedulers_every_batch", NONE),
        given.get("train_dataloader"),
    )
    if len(own) != len(items or ()) or not isinstance(per_batch, Const) or per_batch.value is False:
        return None  # the time that has passed is not the number of steps then
    if not isinstance(optimizer, OptimizerValue) or whole is None or loader is None:
        return None
    per_epoch = length_of(machine, loader)
    built = [compiled(machine, one, optimizer, whole, per_epoch) for one in own]
    known = [one for one in built if one is not None]
    return known if len(known) == len(own) else None


def _is_own(value: AnyValue | None) -> TypeGuard[Instance]:
    return isinstance(value, Instance) and value.kind is LibraryKind.COMPOSER_SCHEDULE


@models_method(LibraryKind.COMPOSER_TRAINER, "fit")
def _fit(machine: Machine, trainer: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Run a Trainer's training, whose duration is in epochs or, for own schedulers, batches."""
    given = trainer.store.data
    optimizer, place = given.get("optimizers"), trainer.place
    if not isinstance(optimizer, OptimizerValue) or place is None:
        return NONE
    schedulers = given["schedulers"]
    several = [
        one
        for one in (schedulers.items if isinstance(schedulers, ListValue) else None) or ()
        if isinstance(one, SchedulerValue)
    ]
    own = any(one.record.law.startswith(LIBRARY) for one in several)
    told = given.get("step_schedulers_every_batch", NONE)
    unread = [key for key in arguments.keywords if key != "duration" or own]
    if arguments.positional or unread or not isinstance(told, Const):
        stepping: list[OptimizerValue | SchedulerValue] = [optimizer, *several]
        for value in stepping:
            escapes.leave_open(value.record, "stepped by a Trainer in an unread way")
        return NONE
    per_batch = own or told.value is True
    stepped = [Stepped(one, place, per_batch) for one in several]
    loader = given.get("train_dataloader")
    batches = None if loader is None else length_of(machine, loader)
    whole = read_time(machine, given["max_duration"], None)
    if "duration" in arguments.keywords:
        duration = arguments.keywords["duration"]
        whole = _duration(machine, duration, arguments.places.get("duration"))
    epochs = whole.count if whole is not None and whole.unit == "ep" else None
    if whole is not None and whole.unit == "ba" and per_batch:
        epochs, batches = Expr.const(1), whole.count
    train(machine, node, epochs, batches, "train_dataloader", optimizer, stepped)
    return NONE


def _duration(machine: Machine, value: AnyValue | None, place: SyntaxPlace | None) -> Time | None:
    """Return how long a Trainer trains: a time, or a number of epochs."""
    time = read_time(machine, value, place)
    epochs = to_number(machine, value) if time is None else None
    return time if epochs is None else Time(epochs, "ep")
