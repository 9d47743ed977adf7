"""What Lightning's training loop steps, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import libcst as cst

from lrlint.analysis.code.queries import names_in
from lrlint.analysis.frameworks.lightning_batches import updates_per_epoch
from lrlint.analysis.frameworks.lightning_configured import (
    Scheduled,
)
from lrlint.analysis.frameworks.lightning_hooks import call_hook
from lrlint.analysis.frameworks.lightning_logged import monitoring_of
from lrlint.analysis.frameworks.lightning_returned import (
    NAME,
    Owned,
    driver_of,
    frequency_of,
    is_known,
    metric_of,
)
from lrlint.analysis.frameworks.lightning_trainer import Trainer
from lrlint.analysis.interpreter import choices, escapes
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.schedule_methods import optimizer_of
from lrlint.analysis.model.conditions import Condition, Divisible, Relation, any_of
from lrlint.analysis.model.records import SchedulerValue
from lrlint.analysis.model.trace import (
    IdleStep,
    OptimizerStep,
    SchedulerStep,
    walk,
)
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import NONE, AnyValue, Const, FunctionValue, Instance, Opaque
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.facts import Cadence
from lrlint.symbolic import Expr


class Steps:
    """The steps of one training, at the end of a batch and at the end of an epoch."""

    def __init__(
        self,
        machine: Machine,
        module: Instance,
        trainer: Trainer,
        batches: Expr,
        place: SyntaxPlace,
        hook: Callable[..., None],
    ) -> None:
        self._machine, self._module, self._trainer = machine, module, trainer
        self._batches, self._place = batches, place
        self._hook = hook
        self.epoch = machine.index_atom("epoch")
        self.batch = machine.index_atom("batch_idx")

    def after_batch(self, optimizers: list[Owned], schedulers: list[Owned]) -> None:
        """Step what an update steps, where the batch ends in one."""
        for owned in optimizers:
            with self._under(owned, *self._updates()):
                self._step_optimizer(owned.value)
        for owned in schedulers:
            self._schedule(owned, "step")

    def after_epoch(self, schedulers: list[Owned], whole: Condition | None) -> None:
        """Step the schedulers of epochs; ``whole`` is what a whole epoch needs, if anything."""
        for owned in schedulers:
            self._schedule(owned, "epoch", whole)

    def _updates(self) -> list[Condition]:
        """Return the condition under which a batch ends in an update."""
        every = self._trainer.accumulation
        if every == Expr.const(1):
            return []
        count = Expr.atom(self.batch) + 1
        text = f"(batch_idx + 1) % {every} == 0"
        return [
            any_of(
                Divisible(count, every, Expr.const(0), text),
                Relation("==", count, self._batches, "it is the last batch"),
            )
        ]

    def _under(self, owned: Owned, *conditions: Condition) -> ExitStack:
        """Put what the ``with`` block adds under the conditions of an owner and others."""
        stack = ExitStack()
        held = () if owned.always else (any_of(*owned.conditions),)
        for condition in (*held, *conditions):
            stack.enter_context(self._machine.guard(condition, self._place.node))
        return stack

    def _step_optimizer(self, value: AnyValue) -> None:
        machine, module = self._machine, self._module
        for name in ("on_before_zero_grad", "on_before_optimizer_step"):
            self._hook(name, value)
        override = machine.find_method(module, "optimizer_step")
        if isinstance(override, FunctionValue) and isinstance(override.node, cst.FunctionDef):
            names = [parameter.name.value for parameter in override.node.params.params[1:]]
            values: list[AnyValue] = [Expr.atom(self.epoch), Expr.atom(self.batch), value]
            if len(names) > 3 and names[3].endswith("idx"):
                values.append(Expr.const(0))
            closure = Opaque("optimizer_closure", measured=True)
            call_hook(machine, module, "optimizer_step", *values, closure)
            return

        def step(optimizer: AnyValue) -> AnyValue:
            record = optimizer_of(machine, optimizer)
            if record is not None:
                machine.emit(OptimizerStep(self._place, tuple(machine.via), record))
            return NONE

        choices.distribute(machine, value, self._place.node, step)

    def _schedule(self, owned: Owned, interval: str, whole_epoch: Condition | None = None) -> None:
        """Step a scheduler where its interval is the one that has just ended."""
        assert owned.scheduled is not None
        scheduled = owned.scheduled
        if scheduled.refused:
            self._note_driver(owned.value, scheduled, Cadence.UNKNOWN)
            return
        given = scheduled.settings.get("interval")
        chosen: AnyValue = Const("epoch") if given is None else given.value
        frequency = frequency_of(scheduled)
        if frequency is None or not all(map(is_known, alternatives(chosen))):
            self._leave_scheduler_open(owned.value)
            return

        def step(name: AnyValue) -> AnyValue:
            if isinstance(name, Const) and name.value == interval:
                conditions = self._conditions(interval, frequency)
                if whole_epoch is not None:
                    conditions.append(whole_epoch)
                with self._under(owned, *conditions):
                    self._step_scheduler(owned.value, scheduled, interval)
            elif isinstance(name, Const) and name.value not in ("step", "epoch"):
                self._note_driver(owned.value, scheduled, Cadence.UNKNOWN)
            return NONE

        choices.distribute(self._machine, chosen, self._place.node, step)

    def _conditions(self, interval: str, frequency: Expr) -> list[Condition]:
        index = self.batch if interval == "step" else self.epoch
        conditions = self._updates() if interval == "step" else []
        if frequency == Expr.const(1):
            return conditions
        text = f"({index.name} + 1) % {frequency} == 0"
        regular = Divisible(Expr.atom(index) + 1, frequency, Expr.const(0), text)
        every = self._trainer.accumulation
        if conditions and frequency.value and every.value and not frequency.value % every.value:
            return [regular]  # an update happens at each of these batches
        return [*conditions, regular]

    def _step_scheduler(self, value: AnyValue, scheduled: Scheduled, interval: str) -> None:
        """Step a scheduler as Lightning does: by ``lr_scheduler_step`` where it is overridden."""
        machine = self._machine
        cadence = Cadence.BATCH if interval == "step" else Cadence.EPOCH
        self._note_driver(value, scheduled, cadence)

        def step(scheduler: AnyValue) -> AnyValue:
            if not isinstance(scheduler, SchedulerValue):
                return NONE
            record = scheduler.record
            argument, text = metric_of(record, scheduled)
            override = machine.find_method(self._module, "lr_scheduler_step")
            if not isinstance(override, FunctionValue):
                if record.kind is not None:  # Lightning refuses what is not a scheduler of torch
                    escapes.leave_open(record, "not a scheduler that Lightning can step")
                    return NONE
                place = scheduled.place or record.place
                machine.emit(SchedulerStep(place, tuple(machine.via), record, argument, text))
                return NONE
            mark = len(machine.block)
            names = [p.name.value for p in override.node.params.params]
            middle = [Expr.const(0)] if len(names) > 3 else []
            given = [scheduler, *middle, argument or NONE]
            with self._update_counted(interval):
                call_hook(machine, self._module, "lr_scheduler_step", *given)
            events = [located.event for located in walk(machine.block[mark:])]
            steps = (e for e in events if isinstance(e, (SchedulerStep, IdleStep)))
            if _ignores(override, names[1:2]):
                record.driver = None
            elif not any(step.scheduler is record for step in steps):
                escapes.leave_open(record, "stepped by lr_scheduler_step() in an unread way")
            return NONE

        choices.distribute(machine, value, self._place.node, step)

    @contextmanager
    def _update_counted(self, interval: str) -> Iterator[None]:
        """Count the update that comes before a scheduler's step in ``self.global_step``."""
        updates = updates_per_epoch(self._trainer, self._batches)
        before = self._module.store.data.get("global_step", Opaque("self.global_step"))
        done: AnyValue = Opaque("self.global_step")
        if interval == "epoch" and updates is not None:
            done = (Expr.atom(self.epoch) + 1) * updates
        elif interval == "step" and isinstance(before, Expr):
            done = before + 1
        self._machine.write(self._module.store, "global_step", done)
        try:
            yield
        finally:
            self._machine.write(self._module.store, "global_step", before)

    def _note_driver(self, value: AnyValue, scheduled: Scheduled, cadence: Cadence) -> None:
        for inner in alternatives(value):
            if isinstance(inner, SchedulerValue):
                found = monitoring_of(self._machine, self._module, self._trainer, scheduled)
                inner.record.driver = driver_of(inner.record, scheduled, cadence, found)

    def _leave_scheduler_open(self, value: AnyValue) -> None:
        for inner in alternatives(value):
            if isinstance(inner, SchedulerValue):
                escapes.leave_open(inner.record, f"stepped by {NAME} at an unknown interval")


def _ignores(override: FunctionValue, parameter: list[str]) -> bool:
    """Whether the module's ``lr_scheduler_step`` does not use the scheduler that it gets."""
    body = override.scope.unit.body_of(override.node)
    names = frozenset[str]() if body is None else names_in(body)
    return body is not None and names.isdisjoint((*parameter, "super", "lr_schedulers"))
