"""How many batches and updates an epoch of Lightning's Trainer has."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from lrlint.analysis.code.queries import names_in
from lrlint.analysis.frameworks.lightning_trainer import ONE, PREFIX, Settings, Trainer
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import lookup_order
from lrlint.analysis.interpreter.numbers import compute, length_of, to_number
from lrlint.analysis.model import words
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    FunctionValue,
    Instance,
    ListValue,
    Loader,
    Method,
    Opaque,
    Sized,
    Store,
)
from lrlint.facts import INFINITE_BATCHES
from lrlint.symbolic import Atom, Expr, Strength, Unit, ceil, floor, minimum


class Batches(NamedTuple):
    """The batches of one process."""

    loaded: Expr
    """How many its loader has."""
    used: Expr
    """How many of them an epoch trains on."""


def batches_of(machine: Machine, trainer: Trainer, loaders: AnyValue | None) -> Batches:
    """Return the numbers of batches; where they are not known, one open number is both."""
    path = f"{PREFIX}num_training_batches"
    loaded = used = None
    if machine.override(path) is None:
        loaded = _loaded(machine, trainer, loaders)
        used = None if loaded is None else _used(machine, trainer, loaded)
    if used is None:
        used = machine.named_number(path, None, Strength.OPEN, unit=Unit.BATCH)
    return Batches(loaded or used, used)


def _loaded(machine: Machine, trainer: Trainer, loaders: AnyValue | None) -> Expr | None:
    settings = Settings(machine, trainer.arguments)
    devices = settings.devices()
    if loaders is None or devices is None or trainer.arguments.open:
        return None
    loader = _only(loaders)
    length = _length(machine, loader)
    if length is None or devices == ONE:
        return length
    return _shared(machine, loader, length, devices, settings)


def _used(machine: Machine, trainer: Trainer, loaded: Expr) -> Expr | None:
    settings = Settings(machine, trainer.arguments)
    for name in ("overfit_batches", "limit_train_batches"):
        limit = settings.given(name)
        if limit is not None and limit != Expr.const(0):
            return _limited(loaded, to_number(machine, limit))
    return loaded


def _only(loaders: AnyValue) -> AnyValue:
    """Return the loader in a list of one."""
    if isinstance(loaders, ListValue) and loaders.items is not None and len(loaders.items) == 1:
        return loaders.items[0]
    return loaders


def _length(machine: Machine, loader: AnyValue) -> Expr | None:
    match loader:
        case Loader(length=None, path=None):
            return None
        case Loader() | Sized():
            return length_of(machine, loader)
        case Opaque(length=Expr() as length):
            return length  # the script asks for it, and a datamodule has none
        case Opaque(path=str() as path) if words.is_loader(path) and not path.endswith(")"):
            return length_of(machine, loader)
    return None


def _shared(
    machine: Machine, loader: AnyValue, length: Expr, devices: Expr, settings: Settings
) -> Expr | None:
    """Return the batches of one of several processes, each with its share of the samples."""
    strategy = settings.given("strategy")
    if isinstance(strategy, Const) and strategy.value == "dp":
        return length
    if not isinstance(loader, Loader) or loader.dataset is None or loader.batch_size is None:
        return None
    samples, size = length_of(machine, loader.dataset), to_number(machine, loader.batch_size)
    if samples is None or samples.value is None or size is None:
        return None
    whole = compute(ceil, samples / size)
    if not isinstance(whole, Expr) or whole.value != length.value:
        return None  # it drops the last batch
    shared = compute(ceil, ceil(samples / devices) / size)
    return shared if isinstance(shared, Expr) else None


def _limited(length: Expr, limit: Expr | None) -> Expr | None:
    """Return the length under a limit: a share where it is a float, else a number of batches."""
    if limit is None or limit.value is None:
        return None
    if isinstance(limit.value, float):
        if limit.value == 1.0:
            return length
        share = compute(floor, length * limit)
        return share if isinstance(share, Expr) else None
    fewer = compute(minimum, length, limit)
    return fewer if isinstance(fewer, Expr) else None


def loaders_of(machine: Machine, module: Instance, arguments: Arguments) -> AnyValue | None:
    """Return the training loaders of ``fit``: given, of a datamodule, or of the module."""
    given, source = _given(arguments)
    if given is None or given == NONE:
        given = module if source is None or source == NONE else source
    if not isinstance(given, Instance) or given.cls is None:
        return given
    setup = machine.find_method(given, "setup")
    if isinstance(setup, FunctionValue) and given is not module:
        machine.call_function(setup, Arguments([Const("fit")]))
    method = machine.find_method(given, "train_dataloader")
    if not isinstance(method, FunctionValue):
        return None
    return machine.call_function(method, Arguments())


def _given(arguments: Arguments) -> tuple[AnyValue | None, AnyValue | None]:
    """Return the loaders and the datamodule that ``fit`` is given."""
    loaders = arguments.get(1, "train_dataloaders") or arguments.keywords.get("train_dataloader")
    return loaders, arguments.get(3, "datamodule")


def datamodule_of(arguments: Arguments) -> AnyValue | None:
    """Return the datamodule of ``fit``: ``NONE`` where it trains on loaders; None where open."""
    given, source = _given(arguments)
    if source is not None and source != NONE:
        return source
    if isinstance(given, Instance):
        return given
    if given is None and arguments.open:
        return None
    is_loader = given is None or given == NONE or isinstance(given, Loader | Sized | ListValue)
    return NONE if is_loader else None


def attach(trainer: Trainer, batches: Batches, datamodule: AnyValue | None) -> None:
    """Give a Trainer what it knows once it trains: its batches, and how many updates they make."""
    store = trainer.store.data
    loader = Loader(batches.loaded, "trainer.train_dataloader")
    store["num_training_batches"] = batches.used
    store["train_dataloader"] = loader
    store["estimated_stepping_batches"] = estimated(trainer, batches.used)
    if isinstance(datamodule, Instance) or datamodule == NONE:
        store["datamodule"] = datamodule
    else:
        store["datamodule"] = _with_loader(loader, "train_dataloader", "trainer.datamodule")
    source = _with_loader(loader, "dataloader", None)
    loop = Instance(None, Store(), open=True)
    loop.store.data["_data_source"] = source
    store["fit_loop"] = loop


@contextmanager
def before_data(machine: Machine, module: Instance, trainer: Trainer) -> Iterator[None]:
    """Let the Trainer not know its batches in the ``with`` block: their number is infinite then.

    It knows them where the module asks for ``estimated_stepping_batches``, which loads them.
    """
    data = trainer.store.data
    known = data.get("num_training_batches")
    if known is not None and not _loads(module):
        atom = Atom(INFINITE_BATCHES, machine.fresh_key(), Unit.BATCH)
        data["num_training_batches"] = Expr.atom(atom)
    try:
        yield
    finally:
        if known is not None:
            data["num_training_batches"] = known


def _loads(module: Instance) -> bool:
    """Whether a method of a module makes its Trainer load the data."""
    classes = [] if module.cls is None else lookup_order(module.cls)
    methods = [value for cls in classes for value in cls.scope.store.data.values()]
    bodies = [
        method.scope.unit.body_of(method.node)
        for method in methods
        if isinstance(method, FunctionValue)
    ]
    return any(body is not None and not _LOADS.isdisjoint(names_in(body)) for body in bodies)


_LOADS = frozenset({"estimated_stepping_batches", "setup_data", "reset_train_dataloader"})
"""What makes a Trainer load its data."""


def _with_loader(loader: Loader, method: str, path: str | None) -> Instance:
    """Return an object with a method that returns the loader."""
    owner = Instance(None, Store(), path, open=True)
    owner.store.data[method] = Method(loader, "__call__")
    return owner


def updates_per_epoch(trainer: Trainer, batches: Expr) -> Expr | None:
    """Return how many updates an epoch has: the last of them may have fewer batches."""
    return _updates(batches, trainer.accumulation)


def _updates(batches: Expr, accumulation: Expr) -> Expr | None:
    if accumulation == ONE:
        return batches
    updates = compute(ceil, batches / accumulation)
    return updates if isinstance(updates, Expr) else None


def estimated(trainer: Trainer, batches: Expr) -> AnyValue:
    """Return ``trainer.estimated_stepping_batches``."""
    updates = _updates(batches, trainer.configured_with)
    limit = trainer.max_steps
    if trainer.epochs is None:
        return limit or Const(float("inf"))
    total = None if updates is None else compute(operator.mul, trainer.epochs, updates)
    if not isinstance(total, Expr):
        return Opaque("trainer.estimated_stepping_batches")
    return total if limit is None else compute(minimum, total, limit)
