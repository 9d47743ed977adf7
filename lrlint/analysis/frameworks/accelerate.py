"""accelerate: the objects that it prepares, and the steps that it holds back or repeats."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import operators
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.checkpoints import load_state
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import compute, length_of, to_number
from lrlint.analysis.library.registry import (
    models,
    models_attribute,
    models_last_name,
    models_method,
    qualified,
)
from lrlint.analysis.library.wrappers import wrapped
from lrlint.analysis.model import words
from lrlint.analysis.model.accelerator import Accelerator
from lrlint.analysis.model.conditions import Condition, Divisible, Flag, Relation, any_of
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.questions import Asks, Question
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import Prepare, Repeat
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    Instance,
    Loader,
    Opaque,
    Store,
    Truth,
)
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Expr, Strength, ceil, floor

_PROCESSES = "accelerator.num_processes"
_STATE = "accelerator.state"
_HARD = ("deepspeed_plugin", "deepspeed_plugins", "megatron_lm_plugin", "torch_tp_plugin")
"""Plugins that make something else step the scheduler or share out the batches."""


@models("accelerate.Accelerator", "accelerate.accelerator.Accelerator")
def _accelerator(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Note how it accumulates gradients and advances schedulers (accelerate 1.15).

    The script does not say how many processes run it: one, unless the user sets another number.
    """
    known = machine.accelerator
    processes = known.processes if known else machine.named_number(_PROCESSES, 1, Strength.CONSTANT)
    splits = _split_batches(arguments)
    holds_back = _flag(arguments.keywords.get("step_scheduler_with_optimizer"), default=True)
    advances = None if splits is None or holds_back is None else processes
    if splits or holds_back is False:
        advances = Expr.const(1)
    hard = arguments.open or any(name in arguments.keywords for name in _HARD)
    if hard:
        advances = None
    every, resets = _accumulation(machine, arguments)
    machine.accelerator = Accelerator(
        processes=processes,
        advances=advances,
        every=every,
        resets=resets,
        holds_back=holds_back is not False,
        splits=splits,
        ignored=_ignored(arguments),
    )
    store = Store({"num_processes": processes})
    if every is not None:
        store.data["gradient_accumulation_steps"] = every
    if not hard:
        plugin = Const(None, Strength.DEFAULT, f"{_STATE}.deepspeed_plugin")
        state = Store({"deepspeed_plugin": plugin, "deepspeed_plugins": plugin})
        store.data["state"] = Instance(None, state, path=_STATE, open=True)
    return Instance(None, store, kind=LibraryKind.ACCELERATOR, open=True)


def _flag(value: AnyValue | None, *, default: bool) -> bool | None:
    """Return a flag of a constructor; None where it is not known."""
    if value is None:
        return default
    return value.value if isinstance(value, Const) and isinstance(value.value, bool) else None


def _split_batches(arguments: Arguments) -> bool | None:
    """Return whether the processes share each batch, which only the loaders' configuration says."""
    given = arguments.keywords.get("dataloader_config")
    if given is None or given == NONE:
        return False
    if not isinstance(given, Instance) or given.kind is not LibraryKind.NAMESPACE or given.open:
        return None
    return _flag(given.store.data.get("split_batches"), default=False)


def _ignored(arguments: Arguments) -> SyntaxPlace | None:
    """Return where ``split_batches=True`` is passed to the constructor, which ignores it."""
    given = arguments.get(1, "split_batches")
    is_true = isinstance(given, Const) and given.value is True
    return arguments.place(1, "split_batches") if is_true else None


def _accumulation(machine: Machine, arguments: Arguments) -> tuple[Expr | None, bool]:
    """Return how many batches make an update, and whether the end of a loader makes one."""
    plugin = arguments.keywords.get("gradient_accumulation_plugin")
    if arguments.open:
        return None, True
    if plugin is None or plugin == NONE:
        steps = arguments.get(3, "gradient_accumulation_steps") or Expr.const(1)
        return to_number(machine, steps), True
    if not isinstance(plugin, Instance) or plugin.open:
        return None, True
    resets = _flag(plugin.store.data.get("sync_with_dataloader"), default=True)
    number = to_number(machine, plugin.store.data.get("num_steps"))
    return (None if resets is None else number), resets is not False


@models(
    *qualified(
        ("accelerate", "accelerate.utils", "accelerate.utils.dataclasses"),
        "DataLoaderConfiguration",
        "GradientAccumulationPlugin",
    )
)
def _options(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return options; the first of each class is the one that matters."""
    store = Store()
    store.data.update(arguments.keywords)
    first = arguments.get(0)
    if first is not None:
        is_plugin = machine.unit.code(node.func).endswith("Plugin")
        store.data["num_steps" if is_plugin else "split_batches"] = first
    is_open = arguments.open or len(arguments.positional) > 1
    return Instance(None, store, kind=LibraryKind.NAMESPACE, open=is_open)


@models_last_name("prepare", "prepare_scheduler", "prepare_optimizer")
def _prepare(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    """Note the arguments, whose states ``save_state()`` and ``load_state()`` include."""
    if not arguments.positional:
        return None
    accelerator = machine.accelerator
    for argument in arguments.positional:
        for value in alternatives(argument):
            if isinstance(value, (OptimizerValue, SchedulerValue)):
                machine.prepared.append(value.record)
            if isinstance(value, SchedulerValue):
                value.record.prepared = True
                value.record.stopped = accelerator is None or (
                    accelerator.holds_back and not accelerator.splits
                )
    if accelerator is None:
        return wrapped(machine, arguments, node)
    machine.emit(Prepare(*machine.where(node), accelerator))
    shared = [_shared_out(machine, accelerator, value) for value in arguments.positional]
    return wrapped(machine, replace(arguments, positional=shared), node)


@models_method(LibraryKind.ACCELERATOR, "prepare_data_loader")
def _prepare_loader(
    machine: Machine, receiver: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    loader, accelerator = arguments.get(0, "data_loader") or Opaque(), machine.accelerator
    return loader if accelerator is None else _shared_out(machine, accelerator, loader)


def _shared_out(machine: Machine, accelerator: Accelerator, value: AnyValue) -> AnyValue:
    """Return a loader as one of several processes sees it; any other value as it is."""
    is_loader = isinstance(value, Loader) or (
        isinstance(value, Opaque) and value.path is not None and words.is_loader(value.path)
    )
    path = getattr(value, "path", None)
    whole = length_of(machine, value) if is_loader and path is not None else None
    if whole is None or accelerator.splits is None or whole in accelerator.lengths:
        return value
    drops_last = isinstance(value, Loader) and value.drops_last
    share = whole
    if not accelerator.splits:
        divided = compute(floor if drops_last else ceil, whole / accelerator.processes)
        if not isinstance(divided, Expr):
            return value
        share = divided
    accelerator.lengths.append(share)
    if isinstance(value, Loader):
        return replace(value, length=share)
    return Loader(share, path=path)


@models_method(LibraryKind.ACCELERATOR, "register_for_checkpointing")
def _register(
    machine: Machine, receiver: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Note objects whose states ``save_state()`` and ``load_state()`` include."""
    for value in (inner for item in arguments.positional for inner in alternatives(item)):
        if isinstance(value, (OptimizerValue, SchedulerValue)):
            machine.registered.append(value.record)
    return NONE


@models_last_name("load_state")
def _load(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    """Restore the states of everything that was prepared."""
    if not machine.prepared:
        return None
    for owner in dict.fromkeys([*machine.prepared, *machine.registered]):
        load_state(machine, owner, node)
    return Opaque()


@models_last_name("accumulate")
def _accumulate(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    """Return the context in which an optimizer steps for some of the batches only.

    Where its `Accelerator` is not seen, all that runs in the context may be held back.
    """
    accelerator = machine.accelerator
    if accelerator is None:
        return Instance(None, Store(), kind=LibraryKind.ACCUMULATION, open=True)
    if accelerator.every is not None and accelerator.every.as_number() == 1:
        return Opaque()
    loop = machine.loop
    condition = _synchronised(machine, accelerator, loop) or Flag(
        Question(Asks.ACCUMULATION), "accumulate()"
    )
    machine.synchronised = condition, loop
    return Opaque()


def _synchronised(
    machine: Machine, accelerator: Accelerator, loop: Repeat | None
) -> Condition | None:
    """Return the condition under which a batch synchronises the gradients; None if not known.

    The count starts anew with each pass over a prepared loader, and runs on over any other.
    """
    every = accelerator.every
    if loop is None or every is None:
        return None
    trips = loop.loop.trips
    index = Expr.atom(loop.loop.index)
    regular = Divisible(index + 1, every, Expr.const(0), "accumulate()")
    if trips is not None and accelerator.resets and trips in accelerator.lengths:
        return any_of(regular, Relation("==", index, trips - 1))
    return None if loop.loop.over_loader else _counted_on(machine, accelerator, loop, regular)


def _counted_on(
    machine: Machine, accelerator: Accelerator, loop: Repeat, regular: Divisible
) -> Condition | None:
    """Return the condition in a loop that takes its batches by ``next()``; None if not known.

    Every call counts, and the last batch of each pass over a prepared loader starts the count
    again. The rest that this leaves out of a pass is known only where the length is a number.
    """
    index = loop.loop.index
    if machine.loops != [loop] or any(index in guard.atoms() for guard in machine.guards):
        return None
    lengths = {*accelerator.lengths} if accelerator.resets else set()
    if len(lengths) > 1:
        return None
    for length in lengths:
        leftover = operators.apply(machine, cst.Modulo, length, accelerator.every or Expr.const(1))
        if not isinstance(leftover, Expr) or leftover.value in (None, 0):
            continue
        position = operators.apply(machine, cst.Modulo, Expr.atom(index), length)
        if not isinstance(position, Expr):
            return None
        return any_of(replace(regular, value=position + 1), Relation("==", position, length - 1))
    return regular


@models_attribute(LibraryKind.ACCELERATOR, "sync_gradients")
def _sync_gradients(machine: Machine, receiver: Instance) -> AnyValue:
    """Return whether the gradients are synchronised, as the last ``accumulate()`` says."""
    if machine.synchronised is None:
        return Const(True)
    condition, loop = machine.synchronised
    return Truth(condition) if loop is None or loop in machine.loops else Const(True)
