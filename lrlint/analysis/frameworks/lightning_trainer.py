"""Lightning's ``Trainer``: its settings as numbers, and how many batches it trains on."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from lrlint.analysis.frameworks.lightning_hooks import callback_changes_lrs
from lrlint.analysis.frameworks.lightning_names import MODULES
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import external_bases
from lrlint.analysis.interpreter.numbers import to_number
from lrlint.analysis.interpreter.state import is_number
from lrlint.analysis.library.registry import models, qualified
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.symbolic import Atom, Expr, Strength, Unit

ONE = Expr.const(1)
PREFIX = "trainer."
"""What `--set` calls a setting of the Trainer, whatever the script calls the Trainer."""


@dataclass(eq=False, slots=True)
class Trainer(Instance):
    """A ``Trainer``, or one that is not in view: then all its arguments are open."""

    arguments: Arguments = field(default_factory=Arguments)
    epochs: Expr | None = None
    """``max_epochs``; None where only ``max_steps`` ends the training."""
    max_steps: Expr | None = None
    """None for no bound."""
    accumulation: Expr = ONE
    """How many batches make an update."""
    configured_with: Expr = ONE
    """The same where optimizers are configured: a callback changes it only after that."""
    may_stop: bool = False
    """Whether a callback or a time limit may end the training early."""
    open: bool = True
    adds_groups: bool = False
    """Whether a callback gives optimizers more param groups."""
    refusal: str | None = None
    """Why the steps are not counted, in words."""
    callbacks: list[Instance] = field(default_factory=list)
    """Those of the script that may change an LR."""


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
    settings = Settings(machine, arguments)
    steps = settings.number("max_steps", Unit.STEP, -1)
    given = steps is not None and (
        steps.value >= 0 if steps.value is not None else "max_steps" in arguments.keywords
    )
    trainer.max_steps = steps if given else None
    epochs = settings.number("max_epochs", Unit.EPOCH, -1 if given else 1000)
    endless = epochs is not None and epochs.value is not None and epochs.value < 0
    trainer.epochs = None if endless else epochs
    scheduled = settings.scheduled()
    trainer.accumulation = settings.accumulation(scheduled)
    known = trainer.accumulation.value is not None
    trainer.configured_with = ONE if scheduled and known else trainer.accumulation
    trainer.refusal = settings.refusal()
    trainer.may_stop = "max_time" in arguments.keywords
    note_callbacks(machine, trainer, arguments.keywords.get("callbacks"), arguments.open)
    store = trainer.store.data
    store["max_steps"] = steps or Opaque("trainer.max_steps")
    store["max_epochs"] = epochs or Opaque("trainer.max_epochs")
    if scheduled is None:
        store["accumulate_grad_batches"] = trainer.accumulation
    store["limit_train_batches"] = settings.given("limit_train_batches") or Expr.const(1.0)
    devices = settings.devices()
    if devices is not None:
        for name in ("num_devices", "world_size"):
            store[name] = devices
    store["sanity_checking"] = Const(False)
    return trainer


class Settings:
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
        path = f"{PREFIX}{name}"
        if machine.override(path) is not None:
            return machine.named_number(path, None, Strength.OPEN, unit=unit)
        if value is None:
            if self._arguments.open and name not in self._arguments.keywords:
                return machine.named_number(path, None, Strength.OPEN, unit=unit)
            # A user who leaves it out may stop the training by hand.
            strength = Strength.DEFAULT if default > 0 else Strength.CONSTANT
            return machine.named_number(path, default, strength, unit=unit)
        number = to_number(machine, value)
        if number is not None and number.is_constant and number.value is not None:
            return machine.named_number(path, number.value, Strength.CONSTANT, unit=unit)
        return number

    def scheduled(self) -> Instance | None:
        """Return the callback that says how many batches make an update, or None."""
        for callback in _callbacks(self._arguments.keywords.get("callbacks"))[0]:
            if isinstance(callback, Instance) and callback.path == _ACCUMULATES:
                return callback
        return None

    def accumulation(self, scheduled: Instance | None) -> Expr:
        """Return how many batches make an update; a Trainer out of view does not accumulate.

        That is open where a callback changes it from one epoch to another.
        """
        machine, value = self._machine, self.given("accumulate_grad_batches")
        path = f"{PREFIX}accumulate_grad_batches"
        if is_number(machine.override(path)):
            return machine.named_number(path, None, Strength.OPEN)
        if scheduled is not None:
            value = _whole_training(scheduled) if value in (None, ONE) else Opaque()
        elif value is None:
            return ONE
        number = to_number(machine, value)
        if number is not None and number.value is not None:
            constant = number.is_constant and number.value != 1
            if not constant:
                return number
            return machine.named_number(path, number.value, Strength.CONSTANT)
        return number or Expr.atom(Atom(path, machine.fresh_key()))

    def devices(self) -> Expr | None:
        """Return how many processes share the batches; None where that is not known."""
        nodes = self.given("num_nodes")
        devices = self.given("devices")
        if devices is None:
            devices = self.given("gpus")
        if nodes is not None and nodes != ONE:
            return None
        match devices:
            case None | Const(value="auto"):
                return ONE
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
        if "lr_find" in self._machine.unit.survey.module.called:
            return "given another LR by lr_find()"
        for name, why in (
            ("fast_dev_run", "a fast_dev_run"),
            ("auto_lr_find", "a Trainer with auto_lr_find"),
        ):
            value = self.given(name)
            if isinstance(value, Const) and value.value is True:
                return f"trained by {why}"
        return None


_MAY_STOP = ("EarlyStopping", "Timer")
_CHANGES_LRS = ("StochasticWeightAveraging", "LearningRateFinder", "FinetuningScheduler")
_ADDS_GROUPS = ("BaseFinetuning", "BackboneFinetuning")
_ACCUMULATES = "GradientAccumulationScheduler"


@models(
    *(
        f"{module}.callbacks.{name}"
        for module in MODULES
        for name in (*_MAY_STOP, *_CHANGES_LRS, *_ADDS_GROUPS, "ModelCheckpoint")
    ),
    "finetuning_scheduler.FinetuningScheduler",
)
def _callback(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return a callback that is known by its class, which its path names."""
    return Opaque(machine.unit.code(node.func).rsplit(".", 1)[-1])


@models(*(f"{module}.callbacks.{_ACCUMULATES}" for module in MODULES))
def _accumulation_scheduler(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    store = Store({"scheduling": arguments.get(0, "scheduling") or Opaque()})
    return Instance(None, store, _ACCUMULATES, open=True)


def _whole_training(scheduled: Instance) -> AnyValue:
    """Return the number of batches of an update where it is the same in all epochs: ``{0: 4}``."""
    scheduling = scheduled.store.data["scheduling"]
    if isinstance(scheduling, DictValue) and scheduling.complete:
        match list(scheduling.store.data.items()):
            case [(0, number)]:
                return number
    return Opaque()


def _callbacks(given: AnyValue | None, *, others: bool = False) -> tuple[list[AnyValue], bool]:
    """Return callbacks, and whether they are all known one by one; ``others`` may be given, too."""
    match given:
        case None | Const(value=None):
            return [], not others
        case ListValue(items=list() as items, grows=False):
            return items, True
        case Opaque() | Instance():
            return [given], True
    return [], False


def note_callbacks(
    machine: Machine, trainer: Trainer, given: AnyValue | None, others: bool = False
) -> None:
    """Note the callbacks that end the training or change LRs."""
    callbacks, complete = _callbacks(given, others=others)
    trainer.may_stop |= not complete
    for callback in callbacks:
        names = [callback.path or ""] if isinstance(callback, Opaque) else []
        if isinstance(callback, Instance) and callback.cls is not None:
            names = [name.rsplit(".", 1)[-1] for name in external_bases(callback.cls)]
            match callback_changes_lrs(machine, callback.cls):
                case None:
                    trainer.refusal = f"passed to the callback {callback.cls.name}"
                case True:
                    known = (other for other in trainer.callbacks if other.cls is not callback.cls)
                    trainer.callbacks = [*known, callback]
        for name in names:
            trainer.may_stop |= name in _MAY_STOP
            trainer.adds_groups |= name in _ADDS_GROUPS
            if name in _CHANGES_LRS:
                trainer.refusal = f"changed by the callback {name}"
