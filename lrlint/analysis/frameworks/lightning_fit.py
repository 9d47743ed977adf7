"""The training loop of Lightning: an epoch loop, a batch loop, and the steps in them.

An update happens at every ``accumulate_grad_batches``-th batch of an epoch and at its last. With
``interval="step"`` a scheduler steps where an update happens and the number of the batch in its
epoch is divisible by ``frequency``; with ``interval="epoch"``, the default, after every
``frequency``-th epoch. An epoch that ``max_steps`` cuts short makes no step of the second kind.
In manual optimization nothing is stepped but by the module's own code.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import libcst as cst

from lrlint.analysis.code.queries import names_in
from lrlint.analysis.frameworks.lightning_batches import before_data, updates_per_epoch
from lrlint.analysis.frameworks.lightning_configured import (
    Configuration,
    Scheduled,
    Unread,
    read,
)
from lrlint.analysis.frameworks.lightning_cut import Cut, cut_by_max_steps
from lrlint.analysis.frameworks.lightning_logged import monitoring_of
from lrlint.analysis.frameworks.lightning_told import (
    NAME,
    Owned,
    driver_of,
    frequency_of,
    is_known,
    metric_of,
    owned_by,
)
from lrlint.analysis.frameworks.lightning_trainer import Trainer
from lrlint.analysis.interpreter import budget, choices, escapes, members
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.entry_points import relevant_names
from lrlint.analysis.interpreter.loop_counters import repeating
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import compute
from lrlint.analysis.model.conditions import Condition, Divisible, Relation, any_of
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import (
    Break,
    BuildScheduler,
    IdleStep,
    LoopRecord,
    OptimizerStep,
    SchedulerStep,
    walk,
)
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    Const,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Truth,
    alternatives,
    elements,
)
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.facts import Cadence
from lrlint.source.nodes import star_parameter
from lrlint.symbolic import Expr, Strength, floor

HELD_OPTIMIZERS = "optimizers()"
HELD_SCHEDULERS = "lr_schedulers()"
"""Where a module keeps what its methods of these names return; no attribute is called so."""
_UNREAD = "returned by configure_optimizers() in a form that is not read"


def train(
    machine: Machine, module: Instance, trainer: Trainer, batches: Expr, place: SyntaxPlace
) -> None:
    """Interpret the training of a module; ``place`` is the call of ``fit``, or the class."""
    start = len(machine.block)
    with before_data(machine, module, trainer):
        _call(machine, module, "setup", Const("fit"))
        forms = _configure(machine, module)
    if trainer.refusal is not None or forms is None:
        budget.give_up(machine.block[start:], trainer.refusal or _UNREAD)
        return
    _Training(machine, module, trainer, batches, place, forms).run()
    _leave_held_open(machine, module, start)


def _configure(
    machine: Machine, module: Instance
) -> list[tuple[Condition | None, Configuration]] | None:
    """Return each form that ``configure_optimizers`` returns, with its condition, or None."""
    method = machine.find_method(module, "configure_optimizers")
    if not isinstance(method, FunctionValue):
        return None
    returned = machine.call_function(method, Arguments())
    try:
        if isinstance(returned, Choice):
            return [(condition, read(value)) for condition, value in returned.alternatives]
        return [(None, read(returned))]
    except Unread:
        return None


def _leave_held_open(machine: Machine, module: Instance, start: int) -> None:
    """Leave open what the module holds and does not return: callbacks may step it."""
    own = (HELD_OPTIMIZERS, HELD_SCHEDULERS)
    attributes = [value for name, value in module.store.data.items() if name not in own]
    held = [value for member in attributes for value in (member, *elements(member))]
    records = [value.record for value in held if isinstance(value, SchedulerValue)]
    for located in walk(machine.block[start:]):
        match located.event:
            case BuildScheduler(scheduler=record) if record in records and not record.driver:
                record.escapes = record.escapes or "held by the module"


def _call(machine: Machine, module: Instance, name: str, *values: AnyValue) -> None:
    """Call a hook of the module with as many of the values as it takes."""
    method = machine.find_method(module, name)
    if isinstance(method, FunctionValue) and isinstance(method.node, cst.FunctionDef):
        parameters = method.node.params
        taken = len(parameters.params) - 1
        given = values[:taken] if star_parameter(parameters) is None else values
        machine.call_function(method, Arguments(list(given)))


class _Training:
    """One training of one module."""

    def __init__(
        self,
        machine: Machine,
        module: Instance,
        trainer: Trainer,
        batches: Expr,
        place: SyntaxPlace,
        forms: list[tuple[Condition | None, Configuration]],
    ) -> None:
        self._machine, self._module, self._trainer = machine, module, trainer
        self._batches, self._place = batches, place
        self._optimizers = owned_by(
            [(c, [(value, None) for value in form.optimizers]) for c, form in forms]
        )
        self._schedulers = owned_by(
            [(c, [(item.scheduler, item) for item in form.schedulers]) for c, form in forms]
        )
        self._manual = self._is_manual()
        self._relevant = self._relevant_hooks()
        self._epoch = machine.index_atom("epoch")
        self._batch = machine.index_atom("batch_idx")
        self._give(forms)

    # -- what the module and the Trainer know while they train

    def _give(self, forms: list[tuple[Condition | None, Configuration]]) -> None:
        machine, store = self._machine, self._module.store.data
        held: dict[str, list[tuple[Condition | None, AnyValue]]] = {}
        for condition, form in forms:
            schedulers = [item.scheduler for item in form.schedulers]
            some = form.optimizers[0] if form.one and form.optimizers else None
            held.setdefault(HELD_OPTIMIZERS, []).append(
                (condition, some or ListValue(list(form.optimizers)))
            )
            only = schedulers[0] if len(schedulers) == 1 else None
            held.setdefault(HELD_SCHEDULERS, []).append(
                (condition, only or (ListValue(schedulers) if schedulers else NONE))
            )
        for name, values in held.items():
            conditional = [(c, value) for c, value in values if c is not None]
            store[name] = choices.choice(machine, conditional) if conditional else values[0][1]

    def _is_manual(self) -> bool | None:
        """Whether the module steps its optimizers itself; None where that is not known."""
        value = self._module.store.data.get("automatic_optimization")
        if value is None:
            value = self._machine.find_method(self._module, "automatic_optimization")
        match value:
            case None | Const(value=True):
                return False
            case Const(value=False, strength=Strength.CONSTANT):
                return True
        return None

    def _relevant_hooks(self) -> set[object]:
        """Return the names of the module's methods that build, step or schedule something."""
        assert self._module.cls is not None
        order = members.lookup_order(self._module.cls)
        scopes = [base.scope for base in order]
        modules = [self._machine.scope_of(unit) for unit in {scope.unit for scope in scopes}]
        return relevant_names(*scopes, *modules)

    def _hook(self, name: str, *values: AnyValue) -> None:
        if name in self._relevant:
            _call(self._machine, self._module, name, *values)

    # -- the loops

    def run(self) -> None:
        """Write the loops and the steps into the trace."""
        machine, trainer = self._machine, self._trainer
        if self._manual is None:
            self._leave_open("stepped as automatic_optimization says, which is not known")
            return
        cut = None if self._manual else cut_by_max_steps(self._trainer, self._batches)
        node = self._place.node
        self._hook("on_fit_start")
        self._hook("on_train_start")
        epochs = LoopRecord(
            index=self._epoch,
            trips=trainer.epochs if cut is None else cut.epochs,
            place=self._place,
            over="the epochs of fit()",
            target="epoch",
            may_break=trainer.may_stop,
            unbounded=trainer.epochs is None,
        )
        batches = LoopRecord(
            index=self._batch,
            trips=self._batches,
            place=self._place,
            over="the batches of fit()",
            over_loader=True,
            target="batch_idx",
        )
        with repeating(machine, epochs, node):
            self._count()
            self._hook("on_train_epoch_start")
            with repeating(machine, batches, node):
                self._run_batch(cut)
            self._run_end_of_epoch(cut)

    def _count(self) -> None:
        """Give the module its counters: ``current_epoch``, ``global_step``, ``is_last_batch``."""
        machine, epoch, batch = self._machine, Expr.atom(self._epoch), Expr.atom(self._batch)
        counters: dict[str, AnyValue] = {"current_epoch": epoch}
        updates = updates_per_epoch(self._trainer, self._batches)
        done: AnyValue = Opaque("self.global_step")
        if not self._manual and updates is not None:
            started = compute(floor, batch / self._trainer.accumulation)
            if isinstance(started, Expr):
                done = epoch * updates + started
        counters["global_step"] = done
        last = Relation("==", batch + 1, self._batches, "trainer.is_last_batch")
        for owner in (self._module, self._trainer):
            for name, value in counters.items():
                machine.write(owner.store, name, value)
        machine.write(self._trainer.store, "is_last_batch", Truth(last))

    def _run_batch(self, cut: Cut | None) -> None:
        batch = Expr.atom(self._batch)
        data = Opaque("batch", measured=True)
        self._hook("on_train_batch_start", data, batch)
        self._hook("training_step", data, batch)
        if not self._manual:
            for owned in self._optimizers:
                with self._under(owned, *self._updates()):
                    self._step_optimizer(owned.value)
            for owned in self._schedulers:
                self._schedule(owned, "step")
        self._hook("on_train_batch_end", Opaque(measured=True), data, batch)
        if cut is not None and cut.limit is not None:
            done = Expr.atom(self._epoch) * self._batches + batch + 1
            reached = Relation(">=", done, cut.limit, "the number of updates reaches max_steps")
            with self._machine.guard(reached, self._place.node):
                self._machine.emit(Break(cut.levels))

    def _run_end_of_epoch(self, cut: Cut | None) -> None:
        outputs = Opaque("outputs", measured=True)
        for name in ("on_validation_epoch_end", "validation_epoch_end"):
            self._hook(name, outputs)
        if not self._manual:
            whole = None if cut is None else cut.whole_epoch(self._epoch)
            for owned in self._schedulers:
                self._schedule(owned, "epoch", whole)
        for name in ("training_epoch_end", "on_train_epoch_end", "on_epoch_end"):
            self._hook(name, outputs)

    # -- the steps

    def _updates(self) -> list[Condition]:
        """Return the condition under which a batch ends in an update."""
        every = self._trainer.accumulation
        if every == Expr.const(1):
            return []
        count = Expr.atom(self._batch) + 1
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
        override = machine.find_method(module, "optimizer_step")
        if isinstance(override, FunctionValue) and isinstance(override.node, cst.FunctionDef):
            names = [parameter.name.value for parameter in override.node.params.params[1:]]
            values: list[AnyValue] = [Expr.atom(self._epoch), Expr.atom(self._batch), value]
            if len(names) > 3 and names[3].endswith("idx"):
                values.append(Expr.const(0))
            closure = Opaque("optimizer_closure", measured=True)
            _call(machine, module, "optimizer_step", *values, closure)
            return

        def step(optimizer: AnyValue) -> AnyValue:
            record = machine.adopted(optimizer) if isinstance(optimizer, Opaque) else None
            if isinstance(optimizer, OptimizerValue):
                record = optimizer.record
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
        index = self._batch if interval == "step" else self._epoch
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
                _call(machine, self._module, "lr_scheduler_step", *given)
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
            done = (Expr.atom(self._epoch) + 1) * updates
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

    def _leave_open(self, why: str) -> None:
        for owned in (*self._optimizers, *self._schedulers):
            for inner in alternatives(owned.value):
                if isinstance(inner, (OptimizerValue, SchedulerValue)):
                    escapes.leave_open(inner.record, why)


def _ignores(override: FunctionValue, parameter: list[str]) -> bool:
    """Whether an own ``lr_scheduler_step`` makes nothing of the scheduler that it is given."""
    body = override.scope.unit.body_of(override.node)
    names = frozenset[str]() if body is None else names_in(body)
    return body is not None and names.isdisjoint((*parameter, "super", "lr_schedulers"))
