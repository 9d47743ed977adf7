"""Compile the loops, conditions and events of a trace to closures over a simulated training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.lambda_reads import changed
from lrlint.analysis.model.compiling import NotComputable, compile_number
from lrlint.analysis.model.computed import RateInUse, all_atoms
from lrlint.analysis.model.conditions import Condition, flatten
from lrlint.analysis.model.records import (
    EventHandler,
    OptimizerRecord,
    OptimizerValue,
    OwnClass,
    Owner,
    SchedulerRecord,
    SchedulerValue,
)
from lrlint.analysis.model.running import Indices, Runner, TraceCompiler
from lrlint.analysis.model.trace import (
    AddGroup,
    Block,
    Break,
    BuildOptimizer,
    BuildScheduler,
    DampeningEnds,
    Event,
    InitialRate,
    LRWrite,
    OptimizerCall,
    OptimizerStep,
    SchedulerCall,
    SchedulerStep,
    When,
    walk,
)
from lrlint.analysis.model.value_queries import leaning
from lrlint.analysis.model.values import NONE, AnyValue, Choice, Const, ListValue, Opaque
from lrlint.formulas import LAWS, Group, Replay, ignite, pytorch_warmup
from lrlint.predict.functions import static
from lrlint.predict.own_schedules import GivenScheduler, OwnSchedule
from lrlint.predict.resumes import resumes
from lrlint.predict.running import Unreadable
from lrlint.predict.simulation import LOADED_LR, MOST_ITERATIONS, Simulation, TrainingEnds
from lrlint.symbolic import Atom, Expr, Strength

_ROUNDING = 1e-12
"""How far an LR that is written by a formula may be from that of the script."""
_LEFT_OUT = object()
"""An argument that says which LR a schedule writes."""
_AT_EVENTS = {**ignite.SCHEDULES, **pytorch_warmup.SCHEDULES}
_READS = frozenset(
    {
        *("get_last_lr", "get_lr", "print_lr", "state_dict", "add_param_group", "zero_grad"),
        *("verbose =", "lr =", "learning_rate =", "defaults ="),
    }
)
"""Methods that change no LR, or that have events of their own."""


class EventCompiler(TraceCompiler):
    """Compiles the parts of a trace that concern one optimizer."""

    def __init__(
        self,
        machine: Machine,
        trace: Block,
        target: Owner,
        optimizer: OptimizerRecord,
        simulation: Simulation,
    ) -> None:
        assumed = _conditions_of(trace, target)
        super().__init__(trace, assumed, simulation.unresolved, MOST_ITERATIONS)
        self._machine = machine
        self._optimizer = optimizer
        self._simulation = simulation
        self._by_hand = isinstance(target, OptimizerRecord)
        self._leaves_loop = False
        self._nudge = 1.0
        events = (item.event for item in walk(trace))
        self._writes = any(isinstance(e, LRWrite) and self._concerns(e) for e in events)
        self._resumes = resumes(trace, optimizer)
        self._metrics: list[str] = []
        """The metrics that the script writes out."""

    def program(self) -> Runner:
        program = super().program()
        if self.left_out:  # what ends the training early may be the LR
            self._unresolved += self._metrics
        return program

    def _may_be_left_out(self, event: Event) -> bool:
        return event in self._resumes  # a first run has none

    def _concerns(self, event: Event) -> bool:
        match event:
            case (
                BuildOptimizer(optimizer=record)
                | OptimizerStep(optimizer=record)
                | LRWrite(optimizer=record)
                | AddGroup(optimizer=record)
            ):
                return record is self._optimizer
            case OptimizerCall(optimizer=record, method=method):
                return record is self._optimizer and method not in _READS
            case (
                BuildScheduler(scheduler=scheduler)
                | SchedulerStep(scheduler=scheduler)
                | DampeningEnds(scheduler=scheduler)
            ):
                return scheduler.optimizer is self._optimizer
            case SchedulerCall(scheduler=scheduler, method=method):
                return scheduler.optimizer is self._optimizer and method not in _READS
        return False

    # -- the LR in use

    def _when(self, node: When, indices: tuple[Atom, ...]) -> Runner | None:
        # Other branches may change the LR that their own conditions compare.
        self._leaves_loop = bool(node.body) and isinstance(node.body[-1], Break)
        return super()._when(node, indices)

    def _outside(self, number: Expr | Condition, indices: tuple[Atom, ...]) -> tuple[Atom, ...]:
        read = (atom for atom in all_atoms(number) if isinstance(atom.key, RateInUse))
        return (*super()._outside(number, indices), *filter(self._is_followed, read))

    def _is_followed(self, atom: Atom) -> bool:
        key, record = atom.key, self._optimizer
        if not isinstance(key, RateInUse) or key.record is not record:
            return False
        return self._leaves_loop and (key.group is not None or len(record.groups) == 1)

    def _value_of(self, atom: Atom) -> int | float:
        if isinstance(atom.key, RateInUse):
            return self._simulation.rate_of(atom.key.group or 0) * self._nudge
        return super()._value_of(atom)

    def _test(self, condition: Condition, indices: tuple[Atom, ...]) -> Callable[..., bool]:
        test = super()._test(condition, indices)
        if not self._writes or not any(
            isinstance(atom.key, RateInUse) for atom in all_atoms(condition)
        ):
            return test

        def hold(*stack: int | float) -> bool:
            """Return the result of the test; raise where the rounding of the LR decides it."""
            results = set[bool]()
            for nudge in (1 - _ROUNDING, 1 + _ROUNDING, 1.0):
                self._nudge = nudge
                results.add(test(*stack))
            if len(results) > 1:
                raise NotComputable("the rounding of the LR")
            return results.pop()

        return hold

    # -- events

    def _event(self, event: Event, indices: tuple[Atom, ...]) -> Runner | None:
        """Compile an event to what it does to the simulation; None where it does nothing."""
        simulation = self._simulation
        match event:
            case BuildOptimizer(optimizer=optimizer):
                return lambda stack: simulation.build_optimizer(optimizer)
            case AddGroup(optimizer=optimizer, group=number):
                options = optimizer.groups[number]
                return lambda stack: simulation.add_group(options)
            case OptimizerStep():
                return lambda stack: simulation.step_optimizer()
            case BuildScheduler(scheduler=record):
                return self._build(record, indices)
            case SchedulerStep():
                return self._step(event, indices)
            case DampeningEnds(scheduler=record):
                return lambda stack: simulation.dampen(record)
            case LRWrite():
                return self._write(event, indices)
            case OptimizerCall(keeps=InitialRate(group=number, missing=missing)):
                return lambda stack: simulation.keep_initial_lr(number, missing=missing)
            case OptimizerCall(method="load_state_dict") if self._by_hand:
                name = f"{LOADED_LR}`{event.place.text}`"
                rate = self._machine.named_number(name, None, Strength.OPEN).value
                return lambda stack: simulation.load_lrs(name, rate)
            case SchedulerCall() | OptimizerCall():
                is_attribute = isinstance(event, SchedulerCall) and event.method.endswith(" =")
                attribute = f".{event.method} …" if is_attribute else ""
                self._unresolved.append(f"what `{event.place.text}{attribute}` changes")
        return None

    def _build(self, record: SchedulerRecord, indices: tuple[Atom, ...]) -> Runner | None:
        """Compile the construction of a scheduler; note what keeps its law from being known."""
        law = LAWS.get(record.law)
        if record.handler is not None:
            return self._build_handler(record, record.handler)
        if record.own is not None:
            return self._build_own(record, record.own)
        if law is None or record.open_arguments:
            self._unresolved.append(f"the law of {record.law}" if law is None else "**kwargs")
            return None
        noise = None if law.random is None else record.arguments.get(law.random)
        if noise is not None and noise != NONE:
            self._unresolved.append(f"the noise of {record.law}")
            return None
        name = changed(self._machine, record.reads)
        if name is not None:
            self._unresolved.append(f"{name}, which changes after {record.law} has been built")
            return None
        arguments: dict[str, Callable[..., Any]] = {}
        for name, value in record.arguments.items():
            if name != "schedulers":
                argument = self._argument(value, indices)
                if argument is not None:
                    arguments[name] = argument
        parts = record.arguments.get("schedulers")
        if parts is not None and (
            not isinstance(parts, ListValue) or len(parts.items or []) != len(record.children)
        ):
            self._unresolved.append("the schedulers of " + record.law)
            return None

        def build(stack: Indices) -> None:
            values = {name: compute(*stack) for name, compute in arguments.items()}
            self._simulation.build_scheduler(record, law, values)

        return build

    def _build_own(self, record: SchedulerRecord, own: OwnClass) -> Runner | None:
        """Return what builds a scheduler of a class of the script, by running its methods."""
        machine = self._machine
        try:
            positional = [self._given(value) for value in own.positional]
            keywords = {name: self._given(value) for name, value in own.keywords.items()}
        except Unreadable as missing:
            self._unresolved.append(str(missing))
            return None

        def start(groups: list[Group]) -> Replay:
            named = {name: value() for name, value in keywords.items()}
            return OwnSchedule(machine, own.cls, groups, [get() for get in positional], named)

        return lambda stack: self._simulation.start_scheduler(record, start)

    def _build_handler(self, record: SchedulerRecord, handler: EventHandler) -> Runner | None:
        """Return what builds a schedule that a library steps at events."""
        try:
            given = [self._of_handler(value) for value in handler.positional]
            named = {name: self._of_handler(value) for name, value in handler.keywords.items()}
        except Unreadable as missing:
            self._unresolved.append(str(missing))
            return None
        for name in ("optimizer", "param_name"):
            named.pop(name, None)
        if record.dampening:
            self._unresolved.append(f"the law of {record.law}")
            return None
        build = _AT_EVENTS[handler.name]

        def start(groups: list[Group]) -> Replay:
            if len(groups) > 1 and handler.name == "create_lr_scheduler_with_warmup":
                raise Unreadable("a warm-up of several param groups")
            arguments = [value for get in given if (value := get()) is not _LEFT_OUT]
            keywords = {name: get() for name, get in named.items()}
            return build(groups, *arguments, **keywords)

        return lambda stack: self._simulation.start_scheduler(record, start)

    def _of_handler(self, value: AnyValue) -> Callable[[], Any]:
        """Return a function that computes an argument of such a schedule when it is built."""
        match value:
            case OptimizerValue() | Const(value="lr"):
                return lambda: _LEFT_OUT
            case SchedulerValue(record=record):
                law, simulation = LAWS.get(record.law), self._simulation
                if law is not None and law.takes_metric:
                    raise Unreadable(f"what steps the {record.law}")
                return lambda: simulation.replay_of(record)
            case ListValue(items=list() as items):
                parts = [self._of_handler(part) for part in items]
                return lambda: [part() for part in parts]
        fixed = static(self._machine, value)
        return lambda: fixed

    def _given(self, value: AnyValue) -> Callable[[], Any]:
        """Return what gives an argument of a scheduler class of the script when it is built."""
        value = leaning(value) if isinstance(value, Choice) else value
        if not isinstance(value, SchedulerValue):
            fixed = static(self._machine, value)
            return lambda: fixed
        record, simulation = value.record, self._simulation
        law = LAWS.get(record.law)
        if law is None or law.takes_metric:
            raise Unreadable(f"what steps the {record.law}")
        return lambda: GivenScheduler(simulation.replay_of(record), record.law)

    def _argument(self, value: AnyValue, indices: tuple[Atom, ...]) -> Callable[..., Any] | None:
        """Return a value as a function of the indices; None, and unresolved, if it is unknown."""
        try:
            if isinstance(value, Expr) and value.value is None:
                return self._number(value, indices)
            fixed = static(self._machine, value)
        except (Unreadable, NotComputable) as missing:
            self._unresolved.append(str(missing))
            return None
        return lambda *stack: fixed

    def _step(self, event: SchedulerStep, indices: tuple[Atom, ...]) -> Runner | None:
        run = self._step_once(event, indices)
        if run is None or not event.caught:
            return run

        def step(stack: Indices) -> int | None:
            try:
                return run(stack)
            except TrainingEnds as end:
                raise Unreadable(f"what follows a step that raises: {end.__cause__}") from end

        return step

    def _step_once(self, event: SchedulerStep, indices: tuple[Atom, ...]) -> Runner | None:
        record, step = event.scheduler, self._simulation.step_scheduler
        law = LAWS.get(record.law)
        if law is not None and law.takes_metric:
            text = f"the metric {event.argument_text or 'of step()'}".strip()
            metric, compute = event.argument, None
            if isinstance(metric, Expr) and record.kind is None:  # timm's are given the epoch first
                compute = self._argument(metric, indices)
            if compute is None:
                self._unresolved.append(text)
                return None
            self._metrics.append(text)
            return lambda stack: step(record, compute, stack)
        if law is not None and law.positioned and event.argument is None:
            return lambda stack: step(record)  # it raises
        if event.argument is None or event.argument == Const(None):
            return self._repeated(event, lambda stack: step(record), indices)
        argument = self._argument(event.argument, indices)
        return argument and (lambda stack: step(record, argument, stack))

    def _repeated(
        self, event: SchedulerStep, step: Runner, indices: tuple[Atom, ...]
    ) -> Runner | None:
        """Return a step that advances its scheduler several times, as accelerate does."""
        if event.times is None or event.times.as_number() == 1:
            return step
        times = self._argument(event.times, indices)

        def run(stack: Indices) -> None:
            assert times is not None
            for _ in range(int(times(*stack))):
                step(stack)

        return times and run

    def _write(self, event: LRWrite, indices: tuple[Atom, ...]) -> Runner | None:
        value, law, simulation = event.value, event.law, self._simulation
        if law is None:
            text = value.path if isinstance(value, Opaque) else None
            self._unresolved.append(text or f"the value written at {event.place.text}")
            return None
        in_use = [atom for atom in all_atoms(law) if isinstance(atom.key, RateInUse)]
        try:
            compute = compile_number(law, (*indices, *in_use))
        except (NotComputable, ZeroDivisionError) as missing:
            self._unresolved.append(str(missing))
            return None
        read = [atom.key.group for atom in in_use if isinstance(atom.key, RateInUse)]

        def write(stack: Indices) -> None:
            try:
                simulation.write_lr(lambda rates: float(compute(*stack, *rates)), read, event.group)
            except NotComputable:
                raise
            except (ValueError, ArithmeticError) as error:
                raise Unreadable(f"the value written at {event.place.text}: {error}") from error

        return write


def _conditions_of(trace: Block, target: Owner) -> list[Condition]:
    """Return the conditions under which a scheduler or an optimizer is built."""
    for item in walk(trace):
        event = item.event
        if (isinstance(event, BuildScheduler) and event.scheduler is target) or (
            isinstance(event, BuildOptimizer) and event.optimizer is target
        ):
            guards = [node for node in item.path if isinstance(node, When)]
            return [part for guard in guards for part in flatten(guard.condition)]
    return []
