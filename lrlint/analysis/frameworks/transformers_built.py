"""What transformers' ``Trainer`` builds, or a class of the project in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import libcst as cst

from lrlint.analysis.frameworks import transformers_arguments as settings
from lrlint.analysis.interpreter import members
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import compute, to_number
from lrlint.analysis.library import schedulers
from lrlint.analysis.library.optimizers import SIGNATURES
from lrlint.analysis.library.registry import models_method
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import OptimizerRecord, OptimizerValue
from lrlint.analysis.model.trace import BuildOptimizer, TrainerArguments
from lrlint.analysis.model.values import NONE, AnyValue, Instance, Opaque
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.formulas import LAWS
from lrlint.symbolic import Expr, ceil, floor

_OPTIMIZERS = {"adamw": "AdamW", "paged_adamw": "AdamW", "sgd": "SGD", "adafactor": "Adafactor"}


def overrides(machine: Machine, trainer: Instance, *names: str) -> bool:
    """Whether a class of the project overrides a method of a Trainer."""
    cls = trainer.cls
    return cls is not None and any(members.class_member(machine, cls, name) for name in names)


def optimizer_of(machine: Machine, trainer: Instance, node: cst.Call) -> AnyValue:
    """Return the optimizer of a training, which a Trainer keeps in ``self.optimizer``."""
    machine.call_method(trainer, "create_optimizer", Arguments(), node)
    return trainer.store.data.get("optimizer") or Opaque()


def scheduler_of(
    machine: Machine, trainer: Instance, updates: AnyValue, node: cst.Call
) -> AnyValue:
    """Return the scheduler of a training, which a Trainer keeps in ``self.lr_scheduler``."""
    given = Arguments([], {"num_training_steps": updates})
    machine.call_method(trainer, "create_scheduler", given, node)
    return trainer.store.data.get("lr_scheduler") or Opaque()


@models_method(LibraryKind.TRAINER, "create_optimizer_and_scheduler")
def _create_both(
    machine: Machine, trainer: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Build what a Trainer lacks."""
    updates = arguments.get(0, "num_training_steps") or Opaque()
    optimizer_of(machine, trainer, node)
    scheduler_of(machine, trainer, updates, node)
    return NONE


@models_method(LibraryKind.TRAINER, "create_optimizer")
def _create_optimizer(
    machine: Machine, trainer: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    return _kept(machine, trainer, "optimizer", lambda args: _build_optimizer(machine, args, node))


@models_method(LibraryKind.TRAINER, "create_scheduler")
def _create_scheduler(
    machine: Machine, trainer: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    def build(args: Instance) -> AnyValue:
        updates = to_number(machine, arguments.get(0, "num_training_steps")) or Opaque()
        optimizer = arguments.get(1, "optimizer")
        if optimizer is None or optimizer == NONE:
            optimizer = trainer.store.data.get("optimizer") or Opaque()
        return _build_scheduler(machine, args, optimizer, updates, node)

    return _kept(machine, trainer, "lr_scheduler", build)


def _kept(
    machine: Machine, trainer: Instance, name: str, build: Callable[[Instance], AnyValue]
) -> AnyValue:
    """Return what a Trainer keeps under a name; build it of its arguments where it is missing."""
    value = trainer.store.data.get(name)
    if value is None or value == NONE:
        match trainer.store.data.get("args"):
            case Instance(kind=LibraryKind.TRAINING_ARGUMENTS) as args:
                value = build(args)
            case _:
                value = Opaque()
        machine.write(trainer.store, name, value)
    return value


def _place(args: Instance, machine: Machine, node: cst.Call) -> SyntaxPlace:
    return machine.here(node) if args.place is None else args.place


def _build_optimizer(machine: Machine, args: Instance, node: cst.Call) -> AnyValue:
    """Return the optimizer of the `TrainingArguments`: with and without weight decay."""
    name = settings.text(machine, args, "optim") or ""
    known = [cls for start, cls in _OPTIMIZERS.items() if name.startswith(start)]
    class_name = known[0] if known else "Optimizer"
    _, defaults = SIGNATURES.get(class_name, ((), {}))
    group = {**defaults, "lr": settings.setting(machine, args, "learning_rate")}
    place = _place(args, machine, node)
    record = OptimizerRecord(
        class_name=class_name,
        place=place,
        groups=(group, group),
        group_places=(args.places.get("learning_rate"),) * 2,
        defaults=group,
        given=frozenset({"lr"} if "learning_rate" in args.places else ()),
        depth=len(machine.loops),
        built_with=2,
    )
    machine.emit(BuildOptimizer(place, tuple(machine.via), record))
    return OptimizerValue(record)


def _build_scheduler(
    machine: Machine, args: Instance, optimizer: AnyValue, updates: AnyValue, node: cst.Call
) -> AnyValue:
    """Return the schedule of the `TrainingArguments` for a number of updates."""
    known = {key: value for key, value in args.store.data.items() if isinstance(key, str)}
    place = _place(args, machine, node)
    machine.emit(TrainerArguments(place, tuple(machine.via), known, args.places))
    name = settings.text(machine, args, "lr_scheduler_type")
    options = settings.options(machine, args)
    if name is None or options is None or not isinstance(optimizer, OptimizerValue):
        return Opaque()
    steps = {
        "num_warmup_steps": _warmup(machine, args, updates) or Opaque(),
        "num_training_steps": updates,
    }
    resolver = LAWS["get_scheduler"].resolver
    assert resolver is not None
    try:
        law, bound = resolver(name=name, scheduler_specific_kwargs=options, **steps)
    except (TypeError, ValueError):
        return Opaque()  # the library raises
    places = _places_of(args)
    arguments: Mapping[str, object] = {
        key: value for key, value in bound.items() if key != "last_epoch"
    }
    return schedulers.build(machine, law, optimizer, arguments, places, place)


def _places_of(args: Instance) -> dict[str, SyntaxPlace]:
    """Return where what decides a schedule is written."""
    places = {}
    for parameter, name in (
        ("num_warmup_steps", "warmup_steps"),
        ("lr_end", "lr_scheduler_kwargs"),
    ):
        if name in args.places:
            places[parameter] = args.places[name]
    return places


@models_method(LibraryKind.TRAINING_ARGUMENTS, "get_warmup_steps")
def _get_warmup_steps(
    machine: Machine, args: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    return _warmup(machine, args, arguments.get(0, "num_training_steps") or Opaque()) or Opaque()


def _warmup(machine: Machine, args: Instance, updates: AnyValue) -> Expr | None:
    """Return the updates of the warm-up; ``warmup_steps`` below 1 are a share of all."""
    steps = settings.number(machine, args, "warmup_steps")
    ratio = args.store.data.get("warmup_ratio")
    if steps is None or steps.value is None:
        return steps
    share: Expr | None = steps if 0 < steps.value < 1 else None
    if steps.value == 0 and ratio is not None and ratio != NONE:
        share = to_number(machine, ratio)
        if share is None:
            return None
    if share is None:
        return steps if steps.value == 0 or isinstance(steps.value, int) else floor(steps)
    if not isinstance(updates, Expr):
        return None
    warmup = compute(ceil, updates * share)
    return warmup if isinstance(warmup, Expr) else None
