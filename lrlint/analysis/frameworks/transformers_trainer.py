"""transformers' ``Trainer``, and those of TRL and sentence-transformers that train as it does.

The laws are those of transformers 5.24: the scheduler steps once per optimizer update, and the
schedule of the `TrainingArguments` is planned for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import libcst as cst

from lrlint.analysis.frameworks import transformers_arguments as settings
from lrlint.analysis.frameworks import transformers_built as build
from lrlint.analysis.frameworks.transformers_callbacks import Callbacks, may_end_training
from lrlint.analysis.interpreter import calls, escapes, members
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import compute, length_of
from lrlint.analysis.library.registry import models, models_method, models_subclass, qualified
from lrlint.analysis.model.conditions import Condition, Divisible, Relation, any_of
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import LoopRecord, OptimizerStep, Repeat, SchedulerStep
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    ClassValue,
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
    Loader,
    Opaque,
    Store,
)
from lrlint.formulas import LAWS
from lrlint.symbolic import UNREPRESENTABLE, Expr, Strength, Unit, ceil, floor

_TRANSFORMERS = ("transformers", "transformers.trainer", "transformers.trainer_seq2seq")
_TRL = (
    *("SFTTrainer", "DPOTrainer", "RewardTrainer", "KTOTrainer", "ORPOTrainer", "CPOTrainer"),
    *("GRPOTrainer", "RLOOTrainer"),
)
_OF_SENTENCES = tuple(f"{name}Trainer" for name in settings.SENTENCES)
_CLASSES = ("Trainer", "Seq2SeqTrainer", *_OF_SENTENCES, *_TRL)
_PARAMETERS = {"model": 0, "args": 1, "train_dataset": 3, "callbacks": 9, "optimizers": 10}
_OTHER_PARAMETERS = {"model": 0, "args": 1, "train_dataset": 2, "callbacks": 10, "optimizers": 11}
"""Those of sentence-transformers' classes."""
_PASSED = "passed to a Trainer"
_UNREAD = (
    *("_inner_training_loop", "_get_train_sampler"),
    *("create_optimizer_and_scheduler", "optimizer_step", "get_decay_parameter_names"),
    *("set_initial_training_values", "_run_epoch", "get_optimizer_cls_and_kwargs"),
)
"""Methods that change how a Trainer trains where a class of the project has its own.

transformers 5.24 does not call ``create_optimizer_and_scheduler``, older versions do.
"""


# -- the object


@models(
    *qualified(_TRANSFORMERS, "Trainer", "Seq2SeqTrainer"),
    *qualified(("trl",), *_TRL),
    *qualified(settings.modules_of_sentences("trainer"), *_OF_SENTENCES),
)
def _trainer(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _initialise(machine, _new(None), arguments)


@models_subclass(*_CLASSES)
def _own_trainer(
    machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Return an object of a class of the project that derives from a Trainer."""
    trainer = _new(cls)
    machine.instances.append(trainer)
    if isinstance(members.class_member(machine, cls, "__init__"), FunctionValue):
        calls.initialise(machine, trainer, arguments, node)
        return trainer
    return _initialise(machine, trainer, arguments)


def _new(cls: ClassValue | None) -> Instance:
    return Instance(cls, Store(), open=True, kind=LibraryKind.TRAINER)


@models_method(LibraryKind.TRAINER, "__init__")
def _super_init(
    machine: Machine, trainer: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    _initialise(machine, trainer, arguments)
    return NONE


def _initialise(machine: Machine, trainer: Instance, arguments: Arguments) -> Instance:
    """Note what a Trainer is given; until it trains, other code may step what it holds."""
    moved = 1 if _rewards_come_first(arguments) else 0
    parameters = _OTHER_PARAMETERS if _is_of_sentences(arguments.get(1, "args")) else _PARAMETERS
    for name, position in parameters.items():
        value = arguments.get(position + moved if name == "args" else position, name)
        if value is not None and name != "optimizers":
            trainer.store.data.setdefault(name, value)
    args = trainer.store.data.get("args")
    if isinstance(args, Instance) and args.kind is LibraryKind.TRAINING_ARGUMENTS:
        size = settings.number(machine, args, "per_device_train_batch_size") or Opaque()
        args.store.data["train_batch_size"] = trainer.store.data["_train_batch_size"] = size
    if arguments.open or "optimizer_cls_and_kwargs" in arguments.keywords:
        trainer.store.data["optimizer"] = Opaque()
    given = arguments.get(parameters["optimizers"], "optimizers")
    for value in arguments.all():
        escapes.escape(value, _PASSED)
    if given is None or given == NONE:
        if not arguments.open:
            trainer.store.data.setdefault("optimizer", NONE)
            trainer.store.data.setdefault("lr_scheduler", NONE)
    else:
        both = given.items if isinstance(given, ListValue) and given.items is not None else []
        optimizer, scheduler = both if len(both) == 2 else (Opaque(), Opaque())
        trainer.store.data["optimizer"] = optimizer
        trainer.store.data["lr_scheduler"] = scheduler
    return trainer


def _is_of_sentences(args: AnyValue | None) -> bool:
    """Whether the arguments are those of sentence-transformers."""
    return isinstance(args, Instance) and settings.BATCH_SAMPLER in args.store.data


def _rewards_come_first(arguments: Arguments) -> bool:
    """Whether the arguments are those of an online trainer: its model, its rewards, its args."""
    match arguments.positional:
        case [_, _, Instance(kind=LibraryKind.TRAINING_ARGUMENTS), *_]:
            return True
    return False


# -- the training


@dataclass(frozen=True)
class _Plan:
    """How long a training is."""

    updates: Expr | None
    """How many updates it makes."""
    epochs: Expr | None
    """None where it is counted in updates only."""
    batches: Expr | None
    """In an epoch."""
    every: Expr
    """How many batches make an update."""


@models_method(LibraryKind.TRAINER, "train")
def _train(machine: Machine, trainer: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Record the steps of a training, and the schedule that it builds where none is given."""
    args = trainer.store.data.get("args")
    if not isinstance(args, Instance) or args.kind is not LibraryKind.TRAINING_ARGUMENTS:
        return Opaque(measured=True)
    if build.overrides(machine, trainer, *_UNREAD):
        return Opaque(measured=True)
    if settings.constant(machine, args, "deepspeed") is not None or settings.may_have_others(args):
        return Opaque(measured=True)
    if "learning_rate_mapping" in args.store.data:
        return Opaque(measured=True)
    plan = _plan(machine, trainer, args, node)
    optimizer = build.optimizer_of(machine, trainer, node)
    scheduler = build.scheduler_of(machine, trainer, plan.updates or Opaque(), node)
    if not isinstance(optimizer, OptimizerValue) or not isinstance(scheduler, SchedulerValue):
        escapes.escape(trainer, _PASSED)
        return Opaque(measured=True)
    law = LAWS.get(scheduler.record.law)
    if law is None or law.takes_metric:
        for driven in (optimizer, scheduler):
            escapes.leave_open(driven.record, "stepped by a Trainer in a way that is not modelled")
        return Opaque(measured=True)
    for record in (optimizer.record, scheduler.record):
        if record.escapes == _PASSED:
            record.escapes = None
    callbacks = Callbacks(machine, trainer, optimizer, scheduler, plan.updates)
    callbacks.leave_unseen_open(trainer)
    callbacks.call("on_train_begin", Expr.const(0))
    with _loops(machine, trainer, plan, node, callbacks) as update, ExitStack() as stack:
        if update.condition is not None:
            stack.enter_context(machine.guard(update.condition, node))
        callbacks.call("on_step_begin", update.before)
        callbacks.call("on_pre_optimizer_step", update.before)
        machine.emit(OptimizerStep(*machine.where(node), optimizer.record))
        callbacks.call("on_optimizer_step", update.before)
        machine.emit(SchedulerStep(*machine.where(node), scheduler.record, None))
        callbacks.call("on_step_end", None if update.before is None else update.before + 1)
    callbacks.call("on_train_end", plan.updates)
    return Opaque(measured=True)


@dataclass(frozen=True)
class _Update:
    """An update of a training."""

    condition: Condition | None
    """When a batch makes one."""
    before: Expr | None
    """How many come before it."""


@contextmanager
def _loops(
    machine: Machine, trainer: Instance, plan: _Plan, node: cst.Call, callbacks: Callbacks
) -> Iterator[_Update]:
    """Put the ``with`` block into the loops of a training; yield the update of a batch."""
    if plan.epochs is None:
        callbacks.leave_epochs_open()
        with _loop(machine, trainer, plan.updates, "step", node, batches=True) as step:
            yield _Update(None, Expr.atom(step.loop.index))
        return
    with _loop(machine, trainer, plan.epochs, "epoch", node) as repeat:
        epoch = Expr.atom(repeat.loop.index)
        per_epoch = None if plan.batches is None else _whole(ceil, plan.batches / plan.every)
        begun = None if per_epoch is None else epoch * per_epoch
        callbacks.call("on_epoch_begin", begun, epoch)
        with _batches_loop(machine, trainer, plan, node, begun) as update:
            yield update
        ended = None if per_epoch is None else (epoch + 1) * per_epoch
        callbacks.call("on_epoch_end", ended, epoch + 1)


@contextmanager
def _batches_loop(
    machine: Machine, trainer: Instance, plan: _Plan, node: cst.Call, begun: Expr | None
) -> Iterator[_Update]:
    with _loop(machine, trainer, plan.batches, "batch", node, batches=True) as batch:
        index = Expr.atom(batch.loop.index)
        done = _whole(floor, index / plan.every)
        before = None if begun is None or done is None else begun + done
        if plan.every.as_number() == 1 or plan.batches is None:
            yield _Update(None, before)
            return
        regular = Divisible(index + 1, plan.every, Expr.const(0), "an update is due")
        yield _Update(any_of(regular, Relation("==", index, plan.batches - 1)), before)


def _whole(rounded: Callable[[Expr], Expr], number: Expr) -> Expr | None:
    result = compute(rounded, number)
    return result if isinstance(result, Expr) else None


@contextmanager
def _loop(
    machine: Machine,
    trainer: Instance,
    trips: Expr | None,
    target: str,
    node: cst.Call,
    *,
    batches: bool = False,
) -> Iterator[Repeat]:
    """Put what the ``with`` block adds to the trace into a loop."""
    callbacks = trainer.store.data.get("callbacks")
    record = LoopRecord(
        index=machine.index_atom(target),
        trips=trips,
        place=machine.here(node),
        over="the training data" if batches else "epochs",
        over_loader=batches,
        target=target,
        may_break=may_end_training(callbacks),
    )
    repeat = Repeat(record, [])
    with machine.inside(repeat):
        yield repeat


def _plan(machine: Machine, trainer: Instance, args: Instance, node: cst.Call) -> _Plan:
    every = settings.number(machine, args, "gradient_accumulation_steps") or Expr.const(1)
    most = settings.number(machine, args, "max_steps")
    epochs = settings.number(machine, args, "num_train_epochs")
    if most is None or most.value is None:
        return _Plan(None, None, None, every)
    if most.value > 0:
        return _Plan(most, None, None, every)
    batches = _loaded(machine, trainer, args, node)
    try:
        per_epoch = ceil(batches / every)
        updates = None if epochs is None else ceil(epochs * per_epoch)
        whole = epochs is not None and (epochs.value is None or epochs.value == int(epochs.value))
        if whole and epochs is not None:
            return _Plan(updates, ceil(epochs), batches, every)
        return _Plan(updates, None, None, every)
    except UNREPRESENTABLE:
        return _Plan(None, None, None, every)


def _loaded(machine: Machine, trainer: Instance, args: Instance, node: cst.Call) -> Expr:
    """Return how many batches an epoch has, of a loader of the script's or of the Trainer's."""
    if not build.overrides(machine, trainer, "get_train_dataloader"):
        return _batches(machine, trainer, args)
    loader = machine.call_method(trainer, "get_train_dataloader", Arguments(), node)
    length = length_of(machine, loader) if isinstance(loader, Loader) else None
    processes = machine.override(f"{args.path or 'args'}.world_size")
    return _unknown_batches(machine) if length is None or processes is not None else length


def _unknown_batches(machine: Machine) -> Expr:
    return machine.named_number("len(train_dataloader)", None, Strength.OPEN, unit=Unit.BATCH)


def _batches(machine: Machine, trainer: Instance, args: Instance) -> Expr:
    """Return how many batches each process sees in an epoch of the Trainer's own loader."""
    dataset = trainer.store.data.get("train_dataset")
    samples = None if dataset is None else length_of(machine, dataset)
    if samples is None:
        samples = machine.named_number("len(train_dataset)", None, Strength.OPEN, unit=Unit.SAMPLE)
    size = settings.number(machine, args, "per_device_train_batch_size")
    packs = settings.constant(machine, args, "packing") is True
    fixed = settings.constant(machine, args, "auto_find_batch_size") is False
    drops_last = settings.constant(machine, args, "dataloader_drop_last")
    if _is_of_sentences(args) and not _is_one_in_order(machine, args, dataset):
        return _unknown_batches(machine)
    if size is not None and fixed and not packs and isinstance(drops_last, bool):
        processes = machine.override(f"{args.path or 'args'}.world_size")
        shared = processes if isinstance(processes, int) else 1
        if "num_generations" in args.store.data:
            return _generated(machine, args, samples, size * shared) or _unknown_batches(machine)
        whole = floor if drops_last else ceil
        batches = compute(whole, samples / size)
        if isinstance(batches, Expr):
            batches = compute(whole, batches / shared)
        if isinstance(batches, Expr):
            return batches
    return _unknown_batches(machine)


def _is_one_in_order(machine: Machine, args: Instance, dataset: AnyValue | None) -> bool:
    """Whether the batches of sentence-transformers are those of one data set, and all of them.

    Some samplers leave batches out, and there may be a data set for each of several losses.
    """
    several = isinstance(dataset, DictValue) or (
        isinstance(dataset, Instance) and dataset.kind is LibraryKind.DATASET_DICT
    )
    shared = machine.override(f"{args.path or 'args'}.world_size")
    in_order = settings.constant(machine, args, settings.BATCH_SAMPLER) == settings.BATCH_SAMPLER
    return in_order and not several and shared is None


def _generated(machine: Machine, args: Instance, samples: Expr, size: Expr) -> Expr | None:
    """Return the batches of an online trainer; ``size`` is that of a batch of all processes.

    It takes prompts in sets, drops a last set that is not whole, and makes so many batches of each
    that every prompt is used `num_generations` times in each of `num_iterations`.
    """
    generations = settings.number(machine, args, "num_generations")
    iterations = settings.number(machine, args, "num_iterations")
    batches = settings.number(machine, args, "steps_per_generation")
    in_all = settings.number(machine, args, "generation_batch_size")
    if in_all is not None:
        batches = _whole(floor, in_all / size)
    elif settings.constant(machine, args, "steps_per_generation") is None:
        batches = settings.number(machine, args, "gradient_accumulation_steps")
    if generations is None or iterations is None or batches is None:
        return None
    sets = _whole(floor, samples * generations / (size * batches))
    return None if sets is None else sets * iterations * batches


@models_method(LibraryKind.TRAINER, "add_callback")
def _add_callback(
    machine: Machine, trainer: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    added, given = arguments.get(0, "callback") or Opaque(), trainer.store.data.get("callbacks")
    known = given.items if isinstance(given, ListValue) and given.items is not None else []
    machine.write(trainer.store, "callbacks", ListValue([*known, added]))
    escapes.escape(added, _PASSED)
    return NONE


@models_method(LibraryKind.TRAINER, "get_train_dataloader")
def _train_dataloader(
    machine: Machine, trainer: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    args = trainer.store.data.get("args")
    if not isinstance(args, Instance) or args.kind is not LibraryKind.TRAINING_ARGUMENTS:
        return Loader(None)
    return Loader(_batches(machine, trainer, args), path="trainer.get_train_dataloader()")
