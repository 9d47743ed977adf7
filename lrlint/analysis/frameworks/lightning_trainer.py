"""Lightning's ``Trainer``: its settings as numbers, and how many batches it trains on."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from lrlint.analysis.frameworks.lightning_names import MODULES
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine, is_number
from lrlint.analysis.interpreter.members import class_member, external_bases
from lrlint.analysis.interpreter.numbers import compute, length_of, to_number
from lrlint.analysis.library.registry import models, qualified
from lrlint.analysis.model import words
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    External,
    FunctionValue,
    Instance,
    LibraryKind,
    ListValue,
    Loader,
    Method,
    Opaque,
    Sized,
    Store,
)
from lrlint.symbolic import Atom, Expr, Strength, Unit, ceil, floor, minimum

_ONE = Expr.const(1)
_PREFIX = "trainer."
"""What `--set` calls a setting of the Trainer, whatever the script calls the Trainer."""


@dataclass(eq=False, slots=True)
class Trainer(Instance):
    """A ``Trainer``, or one that is not in view: then all its arguments are open."""

    arguments: Arguments = field(default_factory=Arguments)
    epochs: Expr | None = None
    """``max_epochs``; None where only ``max_steps`` ends the training."""
    max_steps: Expr | None = None
    """None for no bound."""
    accumulation: Expr = _ONE
    may_stop: bool = False
    """Whether a callback or a time limit may end the training early."""
    open: bool = True
    refusal: str | None = None
    """Why the steps are not counted, in words."""


@models(
    *qualified(MODULES, "Trainer", "trainer.Trainer", "trainer.trainer.Trainer"),
    *qualified(MODULES, "Trainer.from_argparse_args"),
)
def _trainer(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    if machine.unit.code(node.func).endswith("from_argparse_args"):
        arguments.open = True
    return trainer_of(machine, arguments)


def unseen_trainer(machine: Machine) -> Trainer:
    """Return the Trainer of a module that no ``fit`` in view trains.

    It is taken not to accumulate gradients and to have no ``max_steps``.
    """
    return trainer_of(machine, Arguments(open=True))


def trainer_of(machine: Machine, arguments: Arguments) -> Trainer:
    """Return a Trainer with the numbers that its arguments say."""
    trainer = Trainer(None, Store(), "trainer", kind=LibraryKind.LIGHTNING_TRAINER)
    trainer.arguments = arguments
    settings = _Settings(machine, arguments)
    steps = settings.number("max_steps", Unit.STEP, -1)
    if steps is not None and steps.value is not None and steps.value >= 0:
        trainer.max_steps = steps
    elif steps is not None and steps.value is None and "max_steps" in arguments.keywords:
        trainer.max_steps = steps
    epochs = settings.number("max_epochs", Unit.EPOCH, -1 if trainer.max_steps is not None else 1000)
    endless = epochs is not None and epochs.value is not None and epochs.value < 0
    trainer.epochs = None if endless else epochs
    trainer.accumulation = settings.accumulation()
    trainer.refusal = settings.refusal()
    _note_callbacks(trainer, arguments)
    store = trainer.store.data
    store["max_steps"] = steps or Opaque("trainer.max_steps")
    store["max_epochs"] = epochs or Opaque("trainer.max_epochs")
    store["accumulate_grad_batches"] = trainer.accumulation
    store["limit_train_batches"] = settings.given("limit_train_batches") or Expr.const(1.0)
    devices = settings.devices()
    if devices is not None:
        for name in ("num_devices", "world_size"):
            store[name] = devices
    store["sanity_checking"] = Const(False)
    return trainer


class _Settings:
    """The arguments of a Trainer."""

    def __init__(self, machine: Machine, arguments: Arguments) -> None:
        self._machine = machine
        self._arguments = arguments

    def given(self, name: str) -> AnyValue | None:
        """Return an argument; None where it is not given, or None is given."""
        value = self._arguments.keywords.get(name)
        return None if value == NONE else value

    def number(self, name: str, unit: Unit | None, default: int) -> Expr | None:
        """Return an argument as a number under the name that `--set` knows."""
        machine, value = self._machine, self.given(name)
        path = f"{_PREFIX}{name}"
        if machine.override(path) is not None:
            return machine.named_number(path, None, Strength.OPEN, unit=unit)
        if value is None:
            if self._arguments.open and name not in self._arguments.keywords:
                return machine.named_number(path, None, Strength.OPEN, unit=unit)
            return machine.named_number(path, default, Strength.CONSTANT, unit=unit)
        number = to_number(machine, value)
        if number is not None and number.is_constant and number.value is not None:
            return machine.named_number(path, number.value, Strength.CONSTANT, unit=unit)
        return number

    def accumulation(self) -> Expr:
        """Return how many batches make an update; a Trainer out of view does not accumulate."""
        machine, value = self._machine, self.given("accumulate_grad_batches")
        path = f"{_PREFIX}accumulate_grad_batches"
        if is_number(machine.override(path)):
            return machine.named_number(path, None, Strength.OPEN)
        scheduled = any("GradientAccumulationScheduler" in name for name in self.callbacks())
        if value is None and not scheduled:
            return _ONE
        number = None if scheduled else to_number(machine, value)
        if number is not None and number.value is not None:
            constant = number.is_constant and number.value != 1
            if not constant:
                return number
            return machine.named_number(path, number.value, Strength.CONSTANT)
        return number or Expr.atom(Atom(path, machine.fresh_key()))

    def callbacks(self) -> list[str]:
        """Return the names of the classes of callbacks that are given."""
        written = self._arguments.places.get("callbacks")
        return [] if written is None else [written.text]

    def devices(self) -> Expr | None:
        """Return how many processes share the batches; None where that is not known."""
        nodes = self.given("num_nodes")
        devices = self.given("devices")
        if devices is None:
            devices = self.given("gpus")
        if nodes is not None and nodes != _ONE:
            return None
        match devices:
            case None | Const(value="auto"):
                return _ONE
            case ListValue(items=list() as items):
                return Expr.const(max(len(items), 1))
            case Const(value=str() as text):
                names = [name for name in text.split(",") if name.strip()]
                if len(names) == 1 and "," not in text:
                    return Expr.const(int(text)) if text.isdigit() else None
                return Expr.const(len(names)) if names else None
            case Expr(value=int() as number) if devices.is_constant and number >= 0:
                return Expr.const(max(number, 1))
        return None

    def refusal(self) -> str | None:
        """Return why the steps of this Trainer are not counted."""
        for name, why in (
            ("fast_dev_run", "a fast_dev_run"),
            ("auto_lr_find", "a Trainer with auto_lr_find"),
        ):
            value = self.given(name)
            if isinstance(value, Const) and value.value is True:
                return f"trained by {why}"
        return None


_MAY_STOP = ("EarlyStopping", "Timer")
_CHANGES_LRS = ("StochasticWeightAveraging", "LearningRateFinder")


def _note_callbacks(trainer: Trainer, arguments: Arguments) -> None:
    """Note callbacks that end the training or change LRs, by the names that the script writes."""
    value = arguments.keywords.get("callbacks")
    items = value.items if isinstance(value, ListValue) else None
    names: list[str] = []
    for item in items if items is not None else [] if value is None else [value]:
        if isinstance(item, Instance) and item.cls is not None:
            unit = item.cls.scope.unit
            if unit.survey.part(item.cls.node).relevant:
                trainer.refusal = trainer.refusal or f"passed to the callback {item.cls.name}"
            names += external_bases(item.cls)
        elif isinstance(item, Opaque | External):
            names.append(str(getattr(item, "external", None) or item.path or ""))
    written = arguments.places.get("callbacks")
    names.append("" if written is None else written.text)
    text = " ".join(names)
    if arguments.open or any(name in text for name in _MAY_STOP) or "max_time" in arguments.keywords:
        trainer.may_stop = trainer.may_stop or not arguments.open
    if items is None and value is not None:
        trainer.may_stop = True  # they are collected elsewhere
    for name in _CHANGES_LRS:
        if name in text:
            trainer.refusal = trainer.refusal or f"changed by the callback {name}"


# -- the batches of an epoch ----------------------------------------------------------------------


def batches_of(machine: Machine, trainer: Trainer, loaders: AnyValue | None) -> Expr:
    """Return the number of batches per process and epoch, an open number where it is not known."""
    chosen = machine.override(f"{_PREFIX}num_training_batches")
    number = None if chosen is not None else _batches(machine, trainer, loaders)
    if number is not None:
        return number
    return machine.named_number(
        f"{_PREFIX}num_training_batches", None, Strength.OPEN, unit=Unit.BATCH
    )


def _batches(machine: Machine, trainer: Trainer, loaders: AnyValue | None) -> Expr | None:
    settings = _Settings(machine, trainer.arguments)
    devices = settings.devices()
    if loaders is None or devices is None or trainer.arguments.open:
        return None
    loader = _only(loaders)
    length = _length(machine, loader)
    if length is None:
        return None
    if devices != _ONE:
        length = _shared(machine, loader, length, devices, settings)
    for name in ("overfit_batches", "limit_train_batches"):
        limit = settings.given(name)
        if limit is None or length is None or (name == "overfit_batches" and limit == Expr.const(0)):
            continue
        length = _limited(length, to_number(machine, limit))
        if name == "overfit_batches":
            break
    return length


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
        case Opaque(path=str() as path) if words.is_loader(path) and not path.endswith(")"):
            return length_of(machine, loader)
    return None


def _shared(
    machine: Machine, loader: AnyValue, length: Expr, devices: Expr, settings: _Settings
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
    """Return the training loaders of ``fit(model, loaders)``, from wherever Lightning takes them."""
    given = arguments.get(1, "train_dataloaders") or arguments.keywords.get("train_dataloader")
    source = arguments.get(3, "datamodule")
    if given is None or given == NONE:
        given = module if source is None or source == NONE else source
    if isinstance(given, Instance) and given.cls is not None:
        owner = given
        for name, values in (("setup", [Const("fit")]), ("train_dataloader", [])):
            if name == "setup" and owner is module:
                continue  # called before `configure_optimizers` anyway
            method = machine.find_method(owner, name)
            if not isinstance(method, FunctionValue):
                continue
            given = machine.call_function(method, Arguments(list(values)))
        if given is owner or class_member(machine, owner.cls, "train_dataloader") is None:
            return None
    return given


def attach(trainer: Trainer, batches: Expr, datamodule: AnyValue | None) -> None:
    """Give a Trainer what it knows once it trains: its batches, and how many updates they make."""
    store = trainer.store.data
    loader = Loader(batches, "trainer.train_dataloader")
    store["num_training_batches"] = batches
    store["train_dataloader"] = loader
    store["estimated_stepping_batches"] = estimated(trainer, batches)
    if isinstance(datamodule, Instance):
        store["datamodule"] = datamodule
    else:
        store["datamodule"] = _with_loader(loader, "train_dataloader", "trainer.datamodule")
    source = _with_loader(loader, "dataloader", None)
    loop = Instance(None, Store(), open=True)
    loop.store.data["_data_source"] = source
    store["fit_loop"] = loop


def _with_loader(loader: Loader, method: str, path: str | None) -> Instance:
    """Return an object with a method that returns the loader."""
    owner = Instance(None, Store(), path, open=True)
    owner.store.data[method] = Method(loader, "__call__")
    return owner


def updates_per_epoch(trainer: Trainer, batches: Expr) -> Expr | None:
    """Return how many updates an epoch has: the last of them may have fewer batches."""
    if trainer.accumulation == _ONE:
        return batches
    updates = compute(ceil, batches / trainer.accumulation)
    return updates if isinstance(updates, Expr) else None


def estimated(trainer: Trainer, batches: Expr) -> AnyValue:
    """Return ``trainer.estimated_stepping_batches``."""
    updates = updates_per_epoch(trainer, batches)
    limit = trainer.max_steps
    if trainer.epochs is None:
        return limit or Const(float("inf"))
    total = None if updates is None else compute(lambda a, b: a * b, trainer.epochs, updates)
    if not isinstance(total, Expr):
        return Opaque("trainer.estimated_stepping_batches")
    return total if limit is None else compute(minimum, total, limit)
