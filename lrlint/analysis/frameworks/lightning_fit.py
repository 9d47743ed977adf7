"""The training loop of Lightning: an epoch loop, a batch loop, and the steps in them.

An update happens at every ``accumulate_grad_batches``-th batch of an epoch and at its last. With
``interval="step"`` a scheduler steps where an update happens and the number of the batch in its
epoch is divisible by ``frequency``; with ``interval="epoch"``, the default, after every
``frequency``-th epoch. An epoch that ``max_steps`` cuts short makes no step of the second kind.
In manual optimization only the module's own code steps anything.
"""

from __future__ import annotations

from lrlint.analysis.frameworks.lightning_batches import before_data, updates_per_epoch
from lrlint.analysis.frameworks.lightning_configured import (
    Configuration,
    Unread,
    read,
)
from lrlint.analysis.frameworks.lightning_cut import Cut, cut_by_max_steps
from lrlint.analysis.frameworks.lightning_hooks import (
    call_callbacks,
    call_hook,
    hooks_of_lrs,
    unseen_change,
)
from lrlint.analysis.frameworks.lightning_returned import (
    owned_by,
)
from lrlint.analysis.frameworks.lightning_steps import Steps
from lrlint.analysis.frameworks.lightning_trainer import Trainer, note_callbacks
from lrlint.analysis.interpreter import budget, choices, escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.loop_counters import repeating
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import compute
from lrlint.analysis.library.namespaces import namespace
from lrlint.analysis.model.conditions import Condition, Relation
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import (
    Break,
    BuildScheduler,
    LoopRecord,
    walk,
)
from lrlint.analysis.model.value_queries import alternatives, elements
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    Const,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Store,
    Truth,
)
from lrlint.analysis.places.place import SyntaxPlace
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
        call_hook(machine, module, "setup", Const("fit"))
        configured = machine.find_method(module, "configure_callbacks")
        if isinstance(configured, FunctionValue):
            note_callbacks(machine, trainer, machine.call_function(configured, Arguments()))
        forms = _configure(machine, module)
    refusal = trainer.refusal
    if refusal is None and (unseen := unseen_change(machine, module)) is not None:
        refusal = f"changed by {unseen}()"
    if refusal is not None or forms is None:
        budget.give_up(machine.block[start:], refusal or _UNREAD)
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
        held = [inner for owned in self._optimizers for inner in alternatives(owned.value)]
        for value in held if trainer.adds_groups else ():
            if isinstance(value, OptimizerValue):
                value.record.unknown_groups, value.record.by_default = True, None
        self._manual = self._is_manual()
        assert module.cls is not None
        self._relevant = hooks_of_lrs(machine, module.cls)
        self._steps = Steps(machine, module, trainer, batches, place, self._hook)
        self._give(forms)

    # -- what the module and the Trainer know while they train

    def _give(self, forms: list[tuple[Condition | None, Configuration]]) -> None:
        """Store the optimizers and schedulers where the module and its trainer keep them."""
        machine, store = self._machine, self._module.store.data
        held: dict[str, list[tuple[Condition | None, AnyValue]]] = {}
        told: dict[str, list[tuple[Condition | None, AnyValue]]] = {}
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
            optimizers: AnyValue = ListValue(list(form.optimizers))
            told.setdefault("optimizers", []).append((condition, optimizers))
            configured = [namespace(Store({"scheduler": value})) for value in schedulers]
            told.setdefault("lr_scheduler_configs", []).append(
                (condition, ListValue([*configured]))
            )
        for owner, entries in ((store, held), (self._trainer.store.data, told)):
            for name, values in entries.items():
                conditional = [(c, value) for c, value in values if c is not None]
                owner[name] = choices.choice(machine, conditional) if conditional else values[0][1]

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

    def _hook(self, name: str, *values: AnyValue) -> None:
        given = (self._trainer, self._module, *values)
        call_callbacks(self._machine, self._trainer.callbacks, name, *given)
        if name in self._relevant:
            call_hook(self._machine, self._module, name, *values)

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
            index=self._steps.epoch,
            trips=trainer.epochs if cut is None else cut.epochs,
            place=self._place,
            over="the epochs of fit()",
            target="epoch",
            may_break=trainer.may_stop,
            unbounded=trainer.epochs is None,
        )
        batches = LoopRecord(
            index=self._steps.batch,
            trips=self._batches,
            place=self._place,
            over="the batches of fit()",
            over_loader=True,
            target="batch_idx",
        )
        with repeating(machine, epochs, node):
            self._count("current_epoch", Expr.atom(self._steps.epoch))
            self._count_updates(Expr.const(0))
            self._hook("on_train_epoch_start")
            with repeating(machine, batches, node):
                self._run_batch(cut)
            self._run_end_of_epoch(cut)
        self._hook("on_train_end")

    def _count(self, name: str, value: AnyValue) -> None:
        """Give the module and the Trainer a counter."""
        for owner in (self._module, self._trainer):
            self._machine.write(owner.store, name, value)

    def _count_updates(self, batches: Expr | None) -> None:
        """Count in ``global_step`` the updates of the epochs before and of some batches of this.

        None for all the batches of this epoch.
        """
        updates = updates_per_epoch(self._trainer, self._batches)
        done: AnyValue = Opaque("self.global_step")
        if not self._manual and updates is not None:
            here: AnyValue = updates
            if batches is not None:
                here = compute(floor, batches / self._trainer.accumulation)
            if isinstance(here, Expr):
                done = Expr.atom(self._steps.epoch) * updates + here
        self._count("global_step", done)

    def _run_batch(self, cut: Cut | None) -> None:
        batch = Expr.atom(self._steps.batch)
        self._count_updates(batch)
        last = Relation("==", batch + 1, self._batches, "trainer.is_last_batch")
        self._machine.write(self._trainer.store, "is_last_batch", Truth(last))
        data = Opaque("batch", measured=True)
        self._hook("on_train_batch_start", data, batch)
        self._hook("training_step", data, batch)
        if not self._manual:
            self._steps.after_batch(self._optimizers, self._schedulers)
            if compute(floor, self._batches / self._trainer.accumulation) == updates_per_epoch(
                self._trainer, self._batches
            ):
                self._count_updates(batch + 1)
            else:  # the last batch makes an update, too
                self._count("global_step", Opaque("self.global_step"))
        self._hook("on_train_batch_end", Opaque(measured=True), data, batch)
        if cut is not None and cut.limit is not None:
            done = Expr.atom(self._steps.epoch) * self._batches + batch + 1
            reached = Relation(">=", done, cut.limit, "the number of updates reaches max_steps")
            with self._machine.guard(reached, self._place.node):
                self._machine.emit(Break(cut.levels))

    def _run_end_of_epoch(self, cut: Cut | None) -> None:
        outputs = Opaque("outputs", measured=True)
        self._count_updates(None)
        for name in ("on_validation_epoch_end", "validation_epoch_end"):
            self._hook(name, outputs)
        if not self._manual:
            whole = None if cut is None else cut.whole_epoch(self._steps.epoch)
            self._steps.after_epoch(self._schedulers, whole)
        for name in ("training_epoch_end", "on_train_epoch_end", "on_epoch_end"):
            self._hook(name, outputs)

    def _leave_open(self, why: str) -> None:
        for owned in (*self._optimizers, *self._schedulers):
            for inner in alternatives(owned.value):
                if isinstance(inner, (OptimizerValue, SchedulerValue)):
                    escapes.leave_open(inner.record, why)
