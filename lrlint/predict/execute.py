"""Run a trace: loops, conditions and events, compiled to closures over a simulated training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.lambda_reads import changed
from lrlint.analysis.model.compiling import NotComputable, compile_condition, compile_number
from lrlint.analysis.model.computed import Derived, RateInUse, all_atoms
from lrlint.analysis.model.conditions import Condition, flatten, text_of
from lrlint.analysis.model.contradictions import exclude
from lrlint.analysis.model.trace import (
    UNPICKLED,
    AddGroup,
    Block,
    Break,
    BuildOptimizer,
    BuildScheduler,
    Event,
    LRWrite,
    Node,
    OptimizerCall,
    OptimizerStep,
    Repeat,
    SchedulerCall,
    SchedulerStep,
    When,
    walk,
)
from lrlint.analysis.model.values import (
    AnyValue,
    Const,
    ListValue,
    Opaque,
    OptimizerRecord,
    Owner,
    SchedulerRecord,
)
from lrlint.analysis.model.words import unknown_trips
from lrlint.formulas import LAWS
from lrlint.predict.functions import Unreadable, static
from lrlint.predict.simulation import MOST_EVENTS, Prediction, Simulation, TrainingEnds
from lrlint.symbolic import Atom, Expr

_READS = frozenset(
    {
        *("get_last_lr", "get_lr", "print_lr", "state_dict", "add_param_group", "zero_grad"),
        *("verbose =", "lr =", "learning_rate =", "defaults ="),
    }
)
"""Methods that change no LR, or that have events of their own."""

Indices = list[int | float]
Runner = Callable[[Indices], int | None]
"""Runs a piece of the trace; the result is how many loops are to be left, if any."""


def predict(
    machine: Machine,
    trace: Block,
    target: Owner,
    max_steps: int | None = None,
) -> Prediction:
    """Run ``trace`` for the optimizer of ``target``, or for an optimizer without a scheduler.

    ``max_steps`` bounds the recorded LRs, not the counts.
    """
    optimizer = target if isinstance(target, OptimizerRecord) else target.optimizer
    if optimizer is None:
        return Prediction(unresolved=["the optimizer"])
    unseen = list(dict.fromkeys(_unseen(trace, optimizer)))
    if unseen:
        return Prediction(unresolved=unseen)
    simulation = Simulation(machine, target, max_steps)
    program = _Compiler(machine, trace, target, optimizer, simulation).program()
    try:
        if not _builds(trace, optimizer):
            simulation.build_optimizer(optimizer)
        unresolved = simulation.unresolved or list(_unseen(trace, optimizer))
        if unresolved:
            return Prediction(unresolved=list(dict.fromkeys(unresolved)))
        program([])
    except TrainingEnds:
        pass
    except (Unreadable, NotComputable) as reason:
        return Prediction(unresolved=[str(reason)])
    if simulation.unresolved:
        return Prediction(unresolved=list(dict.fromkeys(simulation.unresolved)))
    return simulation.prediction()


def _unseen(trace: Block, optimizer: OptimizerRecord) -> Iterator[str]:
    """Yield what is not seen of an optimizer and the schedulers that drive it."""
    if "lr" not in optimizer.groups[0]:
        return  # the simulation says so
    if optimizer.unknown_groups:
        yield f"the param groups of {optimizer.variable or optimizer.class_name}"
    if optimizer.own_writes is not None:
        yield optimizer.own_writes
    events = (item.event for item in walk(trace))
    schedulers = [event.scheduler for event in events if isinstance(event, BuildScheduler)]
    owners: list[Owner] = [optimizer]
    owners += [scheduler for scheduler in schedulers if scheduler.optimizer is optimizer]
    for owner in owners:
        if owner.escapes:
            yield f"{owner.variable or 'an object'}, which is {owner.escapes}"


def _builds(trace: Block, optimizer: OptimizerRecord) -> bool:
    events = (item.event for item in walk(trace))
    return any(isinstance(e, BuildOptimizer) and e.optimizer is optimizer for e in events)


class _Compiler:
    """Compiles the parts of a trace that concern one optimizer."""

    def __init__(
        self,
        machine: Machine,
        trace: Block,
        target: Owner,
        optimizer: OptimizerRecord,
        simulation: Simulation,
    ) -> None:
        self._machine = machine
        self._trace = trace
        self._optimizer = optimizer
        self._simulation = simulation
        self._unresolved = simulation.unresolved
        self._assumed = _conditions_of(trace, target)
        """The conditions under which the target is built."""
        self._all_indices = {loop.loop.index for loop in _nodes(trace) if isinstance(loop, Repeat)}
        self._last: dict[Atom, int] = {}
        """The last iteration of each loop that has run, for flags that a loop leaves set."""
        self._left: list[bool] = []
        """Whether a ``break`` leaves it, for each loop that is being compiled."""

    def program(self) -> Runner:
        """Return what runs the trace; names to be known first become ``unresolved``."""
        return self._block(self._trace, ())

    # -- loops and conditions

    def _block(self, block: Block, indices: tuple[Atom, ...]) -> Runner:
        parts = [part for node in block if (part := self._node(node, indices)) is not None]
        if not parts:
            return _nothing
        if len(parts) == 1:
            return parts[0]

        def run(stack: Indices) -> int | None:
            for part in parts:
                leave = part(stack)
                if leave:
                    return leave
            return None

        return run

    def _node(self, node: Node, indices: tuple[Atom, ...]) -> Runner | None:
        match node:
            case Repeat():
                return self._repeat(node, indices)
            case When():
                return self._when(node, indices)
            case Break(levels=levels):
                if self._left:
                    self._left[-min(levels, len(self._left))] = True
                return lambda stack: levels
            case Event():
                return self._event(node, indices)
        return None

    def _matters(self, block: Block) -> bool:
        """Whether a block does anything to the optimizer."""
        return any(self._concerns(item.event) for item in walk(block))

    def _only_resumes(self, block: Block) -> bool:
        """Whether a block does no more than load a checkpoint, which a first run does not have."""
        return all(
            _loads_checkpoint(item.event) for item in walk(block) if self._concerns(item.event)
        )

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
            case BuildScheduler(scheduler=scheduler) | SchedulerStep(scheduler=scheduler):
                return scheduler.optimizer is self._optimizer
            case SchedulerCall(scheduler=scheduler, method=method):
                return scheduler.optimizer is self._optimizer and method not in _READS
        return False

    def _repeat(self, node: Repeat, indices: tuple[Atom, ...]) -> Runner | None:
        if not self._matters(node.body):
            return None
        index = node.loop.index
        carried = [item for item in node.loop.carried if item.atom in _read_in(node)]
        inside = (*indices, index, *(item.atom for item in carried))
        self._left.append(False)
        body = self._block(node.body, inside)
        count = self._trips(node, indices, ends=self._left.pop())
        if count is None:
            return None
        try:
            before = [compile_number(item.before, indices) for item in carried]
            after = [compile_number(item.after, inside) for item in carried]
        except NotComputable as missing:
            self._unresolved.append(str(missing))
            return None
        depth, size = len(indices), len(inside)

        def run(stack: Indices) -> int | None:
            trips = int(count(*stack))
            stack += [0, *(compute(*stack) for compute in before)]
            try:
                for iteration in range(trips):
                    stack[depth] = self._last[index] = iteration
                    leave = body(stack)
                    if leave:
                        return leave - 1
                    if after:
                        stack[depth + 1 : size] = [compute(*stack) for compute in after]
            finally:
                del stack[depth:]
            return None

        return run

    def _trips(
        self, node: Repeat, indices: tuple[Atom, ...], *, ends: bool
    ) -> Callable[..., Any] | None:
        """Return how often a loop runs, as a function of the indices of the loops around it.

        ``ends``: a ``break`` ends a loop whose trips are not known.
        """
        loop = node.loop
        if loop.trips is None:
            if ends:
                return _without_end
            self._unresolved.append(unknown_trips(loop.over))
            return None
        try:
            return compile_number(loop.trips, indices)
        except NotComputable as missing:
            self._unresolved.append(str(missing))
            return None

    def _when(self, node: When, indices: tuple[Atom, ...]) -> Runner | None:
        conditions = [part for part in flatten(node.condition) if part not in self._assumed]
        if exclude(conditions, self._assumed):
            return None
        if any(part.lean is False for part in conditions):
            return None
        matters = self._matters(node.body)
        if not matters and not _has_break(node.body):
            return None
        try:
            tests = [self._test(part, indices) for part in conditions]
        except NotComputable as missing:
            # An early stop on a measured value is left out: the training runs its course.
            if matters and not self._only_resumes(node.body):
                self._note_unknown(conditions, str(missing))
            return None
        body = self._block(node.body, indices)
        if not tests:
            return body

        def run(stack: Indices) -> int | None:
            for test in tests:
                if not test(*stack):
                    return None
            return body(stack)

        return run

    def _note_unknown(self, conditions: list[Condition], missing: str) -> None:
        """Note what would decide a condition: a name to set, or the condition itself."""
        names = {atom.name for part in conditions for atom in part.atoms() if atom.value is None}
        undecided = [part for part in conditions if part.lean is None]
        settable = missing in names or not undecided
        self._unresolved.append(missing if settable else text_of(undecided[0]))

    def _test(self, condition: Condition, indices: tuple[Atom, ...]) -> Callable[..., bool]:
        """Return the condition as a function of the indices of the loops around it."""
        left = tuple((set(condition.atoms()) & self._all_indices) - set(indices))
        holds = compile_condition(condition, (*indices, *left))
        if not left:
            return holds
        return lambda *stack: holds(*stack, *(self._last.get(atom, -1) for atom in left))

    # -- events

    def _event(self, event: Event, indices: tuple[Atom, ...]) -> Runner | None:
        if not self._concerns(event):
            return None
        simulation = self._simulation
        match event:
            case BuildOptimizer(optimizer=optimizer):
                return lambda stack: simulation.build_optimizer(optimizer)
            case AddGroup(optimizer=optimizer, group=number):
                return lambda stack: simulation.add_group(optimizer, number)
            case OptimizerStep():
                return lambda stack: simulation.step_optimizer()
            case BuildScheduler(scheduler=record):
                return self._build(record, indices)
            case SchedulerStep():
                return self._step(event, indices)
            case LRWrite():
                return self._write(event, indices)
            case SchedulerCall() | OptimizerCall():
                is_attribute = isinstance(event, SchedulerCall) and event.method.endswith(" =")
                attribute = f".{event.method} …" if is_attribute else ""
                self._unresolved.append(f"what `{event.place.text}{attribute}` changes")
        return None

    def _build(self, record: SchedulerRecord, indices: tuple[Atom, ...]) -> Runner | None:
        law = LAWS.get(record.law)
        if law is None or record.open_arguments:
            self._unresolved.append(f"the law of {record.law}" if law is None else "**kwargs")
            return None
        name = changed(record.reads)
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

    def _argument(self, value: AnyValue, indices: tuple[Atom, ...]) -> Callable[..., Any] | None:
        """Return a value as a function of the indices; None, and unresolved, if it is unknown."""
        try:
            if isinstance(value, Expr) and value.value is None:
                return compile_number(value, indices)
            fixed = static(self._machine, value)
        except (Unreadable, NotComputable) as missing:
            self._unresolved.append(str(missing))
            return None
        return lambda *stack: fixed

    def _step(self, event: SchedulerStep, indices: tuple[Atom, ...]) -> Runner | None:
        record, step = event.scheduler, self._simulation.step_scheduler
        law = LAWS.get(record.law)
        if law is not None and law.takes_metric:
            self._unresolved.append(f"the metric {event.argument_text or 'of step()'}".strip())
            return None
        if event.argument is None or event.argument == Const(None):
            return self._repeated(event, lambda stack: step(record), indices)
        argument = self._argument(event.argument, indices)
        return argument and (lambda stack: step(record, argument, stack))

    def _repeated(
        self, event: SchedulerStep, step: Runner, indices: tuple[Atom, ...]
    ) -> Runner | None:
        """Return a step that advances its scheduler several times, as accelerate does."""
        if self._machine.synchronised is not None and event.scheduler.law == "OneCycleLR":
            self._unresolved.append("where accelerate stops a OneCycleLR that accumulates")
            return None
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


def _loads_checkpoint(event: Event) -> bool:
    return (
        isinstance(event, (OptimizerCall, SchedulerCall))
        and event.method in ("load_state_dict", UNPICKLED)
        and not event.own_state
    )


def _nothing(stack: Indices) -> None:
    """Run an empty block."""


def _without_end(*_: int) -> int:
    return MOST_EVENTS


def _read_in(node: Repeat) -> frozenset[Atom]:
    """Return the numbers that what runs in a loop depends on."""
    numbers: list[Expr | Derived] = []
    for inner in _nodes(node.body):
        match inner:
            case When(condition=condition):
                numbers.append(condition)
            case LRWrite(law=Expr() as law):
                numbers.append(law)
            case Repeat(loop=loop):
                numbers += [item.before for item in loop.carried]
                numbers += [loop.trips] if loop.trips is not None else []
    known = all_atoms(*numbers)
    while True:  # one variable may follow another
        afters = [item.after for item in node.loop.carried if item.atom in known]
        more = known | all_atoms(*afters)
        if more == known:
            return known
        known = more


def _nodes(block: Block) -> Iterator[Node]:
    """Yield all nodes of a block, those within loops and conditions too."""
    for node in block:
        yield node
        if isinstance(node, (When, Repeat)):
            yield from _nodes(node.body)


def _has_break(block: Block) -> bool:
    """Whether something in a block leaves the loop around it."""
    for node in block:
        if isinstance(node, Break):
            return True
        if isinstance(node, When) and _has_break(node.body):
            return True
        if isinstance(node, Repeat) and any(
            isinstance(inner, Break) and inner.levels > 1 for inner in _nodes(node.body)
        ):
            return True
    return False
