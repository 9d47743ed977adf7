"""The callbacks of the script that transformers' ``Trainer`` calls."""

from __future__ import annotations

from lrlint.analysis.code.queries import names_in, sets_lrs
from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import external_bases, lookup_order
from lrlint.analysis.library.namespaces import namespace
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.symbolic import Expr

_EPOCH_HOOKS = ("on_epoch_begin", "on_epoch_end")
_CALLED = (
    *(*_EPOCH_HOOKS, "on_train_begin", "on_train_end", "on_step_begin", "on_step_end"),
    *("on_pre_optimizer_step", "on_optimizer_step"),
)
_OF_TRAINERS = ("training_step", "compute_loss", "prediction_step", "evaluate", "log")
"""Methods of a Trainer that are not called here."""
_ENDS = frozenset({"should_training_stop", "should_epoch_stop"})
_CHANGES_LR = frozenset({"step", "param_groups"})


def may_end_training(given: AnyValue | None) -> bool:
    """Whether a callback may end the training, as ``EarlyStoppingCallback`` does."""
    values = given.items if isinstance(given, ListValue) else [given or NONE]
    return values is None or not all(value == NONE or _goes_on(value) for value in values)


def _goes_on(value: AnyValue) -> bool:
    """Whether the code of a callback is in view and sets no flag that ends the training."""
    if not isinstance(value, Instance) or value.cls is None:
        return False
    methods = [
        method
        for cls in lookup_order(value.cls)
        for method in cls.scope.store.data.values()
        if isinstance(method, FunctionValue)
    ]
    bodies = [method.scope.unit.body_of(method.node) for method in methods]
    return all(name.endswith("TrainerCallback") for name in external_bases(value.cls)) and all(
        body is not None and _ENDS.isdisjoint(names_in(body)) for body in bodies
    )


class Callbacks:
    """What is in ``callbacks=`` and has a class in view."""

    def __init__(
        self,
        machine: Machine,
        trainer: Instance,
        optimizer: OptimizerValue,
        scheduler: SchedulerValue,
        updates: Expr | None,
    ) -> None:
        given = trainer.store.data.get("callbacks")
        values = given.items if isinstance(given, ListValue) else None
        self._machine, self._optimizer, self._scheduler = machine, optimizer, scheduler
        self._args = trainer.store.data.get("args", NONE)
        self._state = namespace(Store({"max_steps": updates or Opaque("state.max_steps")}))
        self._callbacks = [value for value in values or () if isinstance(value, Instance)]

    def call(self, hook: str, updates: Expr | None, epoch: Expr | None = None) -> None:
        """Call a hook as the Trainer does: with the arguments of the training, and by keyword.

        ``updates`` and ``epoch`` are how far the training is, where that is known.
        """
        for name, number in (("global_step", updates), ("epoch", epoch)):
            self._machine.write(self._state.store, name, number or Opaque(f"state.{name}"))
        for method in self._methods(hook):
            keywords = {"optimizer": self._optimizer, "lr_scheduler": self._scheduler}
            given = [self._args, self._state, Opaque("control")]
            self._machine.call_function(method, Arguments([*given], {**keywords}))

    def leave_unseen_open(self, trainer: Instance) -> None:
        """Leave open what methods change that are not called here."""
        for owner in (trainer, *self._callbacks):
            order = [] if owner.cls is None else lookup_order(owner.cls)
            for name in {str(key) for cls in order for key in cls.scope.store.data}:
                is_hook = name.startswith("on_") and owner is not trainer and name not in _CALLED
                method = self._machine.find_method(owner, name)
                if not isinstance(method, FunctionValue) or not (is_hook or name in _OF_TRAINERS):
                    continue
                if sets_lrs(method.scope.unit.text_of_body(method.node)):
                    for record in (self._scheduler.record, self._optimizer.record):
                        escapes.leave_open(record, f"changed by {name}()")

    def leave_epochs_open(self) -> None:
        """Leave the schedule open where a hook of epochs, which are not counted, changes it."""
        for method in (m for hook in _EPOCH_HOOKS for m in self._methods(hook)):
            body = method.scope.unit.body_of(method.node)
            if body is not None and not _CHANGES_LR.isdisjoint(names_in(body)):
                reason = "changed by a callback after epochs that are not counted"
                escapes.leave_open(self._scheduler.record, reason)
                escapes.leave_open(self._optimizer.record, reason)

    def _methods(self, hook: str) -> list[FunctionValue]:
        methods = (self._machine.find_method(value, hook) for value in self._callbacks)
        return [method for method in methods if isinstance(method, FunctionValue)]
