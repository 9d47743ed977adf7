"""Lightning's ``LightningModule``: what its methods return, and where its training begins.

``trainer.fit(model, loader)`` trains a module; a class that no ``fit`` in view trains is trained
by a Trainer whose arguments are all open.
"""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.frameworks.lightning_batches import (
    attach,
    batches_of,
    datamodule_of,
    loaders_of,
)
from lrlint.analysis.frameworks.lightning_fit import HELD_OPTIMIZERS, HELD_SCHEDULERS, train
from lrlint.analysis.frameworks.lightning_names import MODULES
from lrlint.analysis.frameworks.lightning_trainer import Trainer, unseen_trainer
from lrlint.analysis.interpreter import choices
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.calls import unknown_call
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import lookup_order
from lrlint.analysis.library.namespaces import namespace, update
from lrlint.analysis.library.registry import (
    BASES,
    drives,
    models,
    models_attribute,
    models_method,
    qualified,
)
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import OptimizerStep, SchedulerStep
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    ClassValue,
    Const,
    DictValue,
    External,
    FunctionValue,
    Instance,
    Opaque,
    Store,
)

_MODULE = LibraryKind.LIGHTNING_MODULE
BASES["LightningDataModule"] = LibraryKind.LIGHTNING_DATA


@models_method(LibraryKind.LIGHTNING_TRAINER, "validate", "test", "predict")
def _evaluate(machine: Machine, trainer: Trainer, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return what an evaluation measures; it builds no optimizer and steps none."""
    return Opaque(measured=True)


@models_method(LibraryKind.LIGHTNING_TRAINER, "fit")
def _fit(machine: Machine, trainer: Trainer, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Train a module: ``fit(model, train_dataloaders, val_dataloaders, datamodule, ckpt_path)``."""
    model = arguments.get(0, "model")

    def fit(module: AnyValue) -> AnyValue:
        if not isinstance(module, Instance) or module.kind is not _MODULE:
            return unknown_call(machine, Opaque("trainer.fit"), arguments, node)
        machine.write(module.store, "trainer", trainer)
        loaders = loaders_of(machine, module, arguments)
        batches = batches_of(machine, trainer, loaders)
        attach(trainer, batches, datamodule_of(arguments))
        with machine.through(node):
            train(machine, module, trainer, batches.used, machine.here(node))
        return NONE

    return choices.distribute(machine, model or Opaque(), node, fit)


@drives(_MODULE, "LightningModule")
def _drive(machine: Machine, module: Instance) -> bool:
    """Train a module that no ``fit`` in view trains."""
    method = machine.find_method(module, "configure_optimizers")
    if not isinstance(method, FunctionValue):
        return False
    if method.node in machine.called:
        return True
    assert module.cls is not None
    if _is_overridden(machine, module.cls):
        return False
    trainer = unseen_trainer(machine)
    machine.write(module.store, "trainer", trainer)
    batches = batches_of(machine, trainer, None)
    attach(trainer, batches, None)
    with machine.elsewhere(module.cls.scope.unit, module.cls.scope):
        train(machine, module, trainer, batches.used, machine.here(module.cls.node))
    return True


def _is_overridden(machine: Machine, cls: ClassValue) -> bool:
    """Whether there are classes that derive from one, and all configure their own optimizers."""
    heirs = [other for other in machine.classes if other is not cls and cls in lookup_order(other)]
    own = _configuring(cls)
    return bool(heirs) and all(_configuring(heir) is not own for heir in heirs)


def _configuring(cls: ClassValue) -> ClassValue | None:
    """Return the class whose ``configure_optimizers`` a class has."""
    order = lookup_order(cls)
    return next((base for base in order if "configure_optimizers" in base.scope.store.data), None)


@models(
    *qualified(
        tuple(f"{module}.utilities.types" for module in MODULES),
        *("OptimizerConfig", "OptimizerLRSchedulerConfig", "LRSchedulerConfigType"),
    )
)
def _typed_dict(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return machine.call(External("builtins.dict"), arguments, node)


# -- what a module inherits -----------------------------------------------------------------------


@models_method(_MODULE, "save_hyperparameters")
@models_method(LibraryKind.LIGHTNING_DATA, "save_hyperparameters")
def _save_hyperparameters(
    machine: Machine, module: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Make the arguments of ``__init__`` readable as ``self.hparams``."""
    names = [value.value for value in arguments.positional if isinstance(value, Const)]
    saved = _saved(arguments)
    if saved is not None:
        module.store.data["hparams"] = saved
        return NONE
    function = machine.frames[-1].function
    known = machine.scope.store.data
    hparams = _no_settings(module)
    if isinstance(function, cst.FunctionDef):
        parameters = function.params
        for parameter in (*parameters.params, *parameters.kwonly_params):
            name = parameter.name.value
            value = known.get(name)
            if value is not None and value is not module and (not names or name in names):
                hparams.store.data[name] = value
        rest = None if parameters.star_kwarg is None else parameters.star_kwarg.name.value
        extra = known.get(rest)
        if isinstance(extra, DictValue) and not names:
            hparams.store.data.update(extra.store.data)
    before = module.store.data.get("hparams")
    if isinstance(before, Instance):
        update(before, hparams)
    else:
        module.store.data["hparams"] = hparams
    return NONE


@models_attribute(_MODULE, "hparams")
@models_attribute(LibraryKind.LIGHTNING_DATA, "hparams")
def _hparams(machine: Machine, module: Instance) -> AnyValue:
    """Return the settings before any is saved: ``self.hparams.update(vars(args))`` fills them."""
    hparams = module.store.data["hparams"] = _no_settings(module)
    return hparams


def _no_settings(module: Instance) -> Instance:
    hparams = namespace(Store())
    hparams.setting = False
    hparams.path = f"{module.path}.hparams" if module.path else "hparams"
    return hparams


def _saved(arguments: Arguments) -> AnyValue | None:
    """Return the settings that ``save_hyperparameters(args)`` is given as one object."""
    for value in arguments.positional:
        if isinstance(value, DictValue):
            hparams = namespace(Store(dict(value.store.data)))
            hparams.path, hparams.setting = value.path, value.setting
            return hparams
        if isinstance(value, (Instance, Opaque)):
            return value
    return None


@models_method(_MODULE, "optimizers")
def _optimizers(
    machine: Machine, module: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    return module.store.data.get(HELD_OPTIMIZERS) or Opaque()


@models_method(_MODULE, "lr_schedulers")
def _lr_schedulers(
    machine: Machine, module: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    return module.store.data.get(HELD_SCHEDULERS) or Opaque()


@models_method(_MODULE, "optimizer_step")
def _optimizer_step(
    machine: Machine, module: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Model ``super().optimizer_step(epoch, batch_idx, optimizer, …)``."""
    for value in arguments.all():
        if any(isinstance(inner, OptimizerValue) for inner in alternatives(value)):
            choices.distribute(machine, value, node, lambda inner: _step(machine, inner, node))
    return NONE


@models_method(_MODULE, "lr_scheduler_step")
def _lr_scheduler_step(
    machine: Machine, module: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Model ``super().lr_scheduler_step(scheduler, metric)``."""
    scheduler, metric = arguments.get(0, "scheduler"), arguments.get(1, "metric")
    given = None if metric is None or metric == NONE else metric
    for value in alternatives(scheduler or Opaque()):
        if isinstance(value, SchedulerValue):
            place, via = machine.where(node)
            machine.emit(SchedulerStep(place, via, value.record, given))
    return NONE


def _step(machine: Machine, optimizer: AnyValue, node: cst.Call) -> AnyValue:
    if isinstance(optimizer, OptimizerValue):
        machine.emit(OptimizerStep(*machine.where(node), optimizer.record))
    return NONE


@models_method(
    _MODULE,
    "all_gather",
    "clip_gradients",
    "configure_gradient_clipping",
    "configure_optimizers",
    "log",
    "log_dict",
    "manual_backward",
    "optimizer_zero_grad",
    "print",
    "toggle_optimizer",
    "untoggle_optimizer",
)
def _steps_nothing(
    machine: Machine, module: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    return Opaque()
