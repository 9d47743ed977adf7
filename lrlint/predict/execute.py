"""Running a trace: loops, conditions and events, with replayed laws instead of torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.compiling import NotComputable, compile_condition, compile_number
from lrlint.analysis.model.conditions import Condition, flatten, text_of
from lrlint.analysis.model.contradictions import contradict
from lrlint.analysis.model.trace import (
    AddGroup,
    Block,
    Break,
    BuildOptimizer,
    BuildScheduler,
    Event,
    LRWrite,
    Node,
    OptimizerStep,
    Repeat,
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
    SchedulerRecord,
)
from lrlint.formulas import LAWS, Group, Replay
from lrlint.predict.functions import Unreadable, static
from lrlint.symbolic import Atom, Expr

_MOST_EVENTS = 5_000_000

Indices = list[int]
Runner = Callable[[Indices], int]
"""Runs a piece of the trace; the result is how many loops are to be left."""


@dataclass
class Prediction:
    """What a run of the trace gives for one schedule."""

    lr: list[list[float]] | None = None
    """The LR at each optimizer step, one list per param group."""
    steps: int | None = None
    """How often the scheduler stepped."""
    optimizer_steps: int | None = None
    unresolved: list[str] = field(default_factory=list)
    """What has to be known first, as ``--set`` names it."""
    raises: str | None = None
    """What torch raises, and at which step, where the script does not run to its end."""


class _Stop(Exception):
    """The run ends here: it is complete, or the script would crash."""


def predict(
    machine: Machine, trace: Block, target: SchedulerRecord, max_steps: int | None = None
) -> Prediction:
    """Run ``trace`` for the optimizer of ``target``.

    ``max_steps`` bounds the recorded LRs, not the counts.
    """
    run = _Run(machine, target, max_steps)
    return run.predict(trace)


class _Run:
    def __init__(self, machine: Machine, target: SchedulerRecord, max_steps: int | None) -> None:
        self.at = machine
        self.target = target
        self.optimizer = target.optimizer
        self.max_steps = max_steps
        self.unresolved: list[str] = []
        self.assumed: list[Condition] = []
        self.groups: list[Group] = []
        self.replays: dict[int, Replay] = {}
        self.lr: list[list[float]] = []
        self.steps = 0
        self.updates = 0
        self.events = 0
        self.built = False
        self.prediction = Prediction()
        self.all_indices: set[Atom] = set()
        self.last: dict[Atom, int] = {}
        """The last iteration of each loop that has run, for flags that a loop leaves set."""

    def predict(self, trace: Block) -> Prediction:
        found = self.prediction
        if self.optimizer is None:
            found.unresolved = ["the optimizer"]
            return found
        for item in walk(trace):
            if isinstance(item.event, BuildScheduler) and item.event.scheduler is self.target:
                for node in item.path:
                    if isinstance(node, When):
                        self.assumed += flatten(node.condition)
                break
        adopted = not any(
            isinstance(item.event, BuildOptimizer) and item.event.optimizer is self.optimizer
            for item in walk(trace)
        )
        self.all_indices = _indices_of(trace)
        program = self._block(trace, ())
        if adopted:
            self._start_optimizer(self.optimizer)
        if self.unresolved:
            found.unresolved = list(dict.fromkeys(self.unresolved))
            return found
        try:
            program([])
        except _Stop:
            pass
        except Unreadable as reason:
            found.unresolved = [str(reason)]
            return found
        except NotComputable as reason:
            found.unresolved = [str(reason)]
            return found
        found.lr, found.steps, found.optimizer_steps = self.lr, self.steps, self.updates
        return found

    # -- compiling --------------------------------------------------------------------------

    def _block(self, block: Block, indices: tuple[Atom, ...]) -> Runner:
        parts = [part for node in block if (part := self._node(node, indices)) is not None]
        if not parts:
            return _nothing
        if len(parts) == 1:
            return parts[0]

        def run(stack: Indices) -> int:
            for part in parts:
                leave = part(stack)
                if leave:
                    return leave
            return 0

        return run

    def _node(self, node: Node, indices: tuple[Atom, ...]) -> Runner | None:
        match node:
            case Repeat():
                return self._repeat(node, indices)
            case When():
                return self._when(node, indices)
            case Break(levels=levels):
                return lambda stack: levels
            case Event():
                return self._event(node, indices)
        return None

    def _matters(self, block: Block) -> bool:
        """Whether a block does anything to the optimizer that is looked at."""
        return any(self._concerns(item.event) for item in walk(block))

    def _concerns(self, event: Event) -> bool:
        match event:
            case (
                BuildOptimizer(optimizer=record)
                | OptimizerStep(optimizer=record)
                | LRWrite(optimizer=record)
                | AddGroup(optimizer=record)
            ):
                return record is self.optimizer
            case BuildScheduler(scheduler=scheduler) | SchedulerStep(scheduler=scheduler):
                return scheduler.optimizer is self.optimizer
        return False

    def _repeat(self, node: Repeat, indices: tuple[Atom, ...]) -> Runner | None:
        if not self._matters(node.body):
            return None
        loop = node.loop
        body = self._block(node.body, (*indices, loop.index))
        count: Callable[..., Any]
        if loop.trips is None:
            if not _has_break(node.body):
                self.unresolved.append(f"how often the loop over {loop.over or '?'} runs")
                return None
            count = _without_end
        else:
            try:
                count = compile_number(loop.trips, indices)
            except NotComputable as missing:
                self.unresolved.append(str(missing))
                return None

        def run(stack: Indices) -> int:
            stack.append(0)
            try:
                for index in range(int(count(*stack[:-1]))):
                    stack[-1] = self.last[loop.index] = index
                    leave = body(stack)
                    if leave:
                        return leave - 1
            finally:
                stack.pop()
            return 0

        return run

    def _when(self, node: When, indices: tuple[Atom, ...]) -> Runner | None:
        parts: list[Condition] = []
        for part in flatten(node.condition):
            if part in self.assumed:
                continue
            if any(contradict(part, known) for known in self.assumed):
                return None
            parts.append(part)
        leans = [part.lean for part in parts]
        if False in leans:
            return None
        matters = self._matters(node.body)
        if not matters and not _has_break(node.body):
            return None
        try:
            tests = [self._test(part, indices) for part in parts]
        except NotComputable as missing:
            # An early stop on a measured value is left out: the training runs its course.
            if matters:
                self._open_condition(parts, str(missing))
            return None
        body = self._block(node.body, indices)
        if not tests:
            return body

        def run(stack: Indices) -> int:
            for test in tests:
                if not test(*stack):
                    return 0
            return body(stack)

        return run

    def _open_condition(self, parts: list[Condition], missing: str) -> None:
        """Say what would decide a condition: a name to set, or the condition itself."""
        names = {atom.name for part in parts for atom in part.atoms() if atom.value is None}
        undecided = [part for part in parts if part.lean is None]
        plain = missing in names or not undecided
        self.unresolved.append(missing if plain else text_of(undecided[0]))

    def _test(self, condition: Condition, indices: tuple[Atom, ...]) -> Callable[..., bool]:
        """The condition as a function of the indices of the loops around it."""
        left = tuple((set(condition.atoms()) & self.all_indices) - set(indices))
        holds = compile_condition(condition, (*indices, *left))
        if not left:
            return holds
        return lambda *stack: holds(*stack, *(self.last.get(atom, -1) for atom in left))

    # -- events -----------------------------------------------------------------------------

    def _event(self, event: Event, indices: tuple[Atom, ...]) -> Runner | None:
        if not self._concerns(event):
            return None
        match event:
            case BuildOptimizer(optimizer=built):
                return lambda stack: self._start_optimizer(built)
            case AddGroup(optimizer=owner, group=number):
                return lambda stack: self._add_group(owner, number)
            case OptimizerStep():
                return self._update
            case BuildScheduler(scheduler=record):
                return self._build(record, indices)
            case SchedulerStep():
                return self._step(event, indices)
            case LRWrite():
                return self._write(event, indices)
        return None

    def _start_optimizer(self, record: OptimizerRecord) -> int:
        if self.built:
            # A second training (another fold, another seed) has its own curve.
            raise _Stop
        self.built = True
        for number in range(record.built_with):
            self._add_group(record, number)
        return 0

    def _add_group(self, record: OptimizerRecord, number: int) -> int:
        group = record.groups[number]
        values: Group = {}
        for name in ("lr", "momentum", "betas"):
            value = group.get(name)
            if value is not None:
                try:
                    values[name] = static(self.at, value)
                except Unreadable as missing:
                    if name == "lr":
                        self._miss(str(missing))
        if "lr" not in values:
            self._miss("the optimizer's lr")
            values["lr"] = 0.0
        if "betas" in values:
            values["betas"] = tuple(values["betas"])
        self.groups.append(values)
        self.lr.append([])
        return 0

    def _miss(self, what: str) -> None:
        if what not in self.unresolved:
            self.unresolved.append(what)
        if self.updates or (self.built and self.groups):
            raise Unreadable(what)

    def _update(self, stack: Indices) -> int:
        self._count()
        if self.max_steps is None or self.updates < self.max_steps:
            for values, group in zip(self.lr, self.groups, strict=True):
                values.append(float(group["lr"]))
        self.updates += 1
        return 0

    def _count(self) -> None:
        self.events += 1
        if self.events > _MOST_EVENTS:
            raise Unreadable("a training of fewer steps")

    def _build(self, record: SchedulerRecord, indices: tuple[Atom, ...]) -> Runner | None:
        law = LAWS.get(record.law)
        if law is None or record.open_arguments:
            self.unresolved.append(f"the law of {record.law}" if law is None else "**kwargs")
            return None
        arguments: dict[str, Callable[..., Any]] = {}
        for name, value in record.arguments.items():
            if name == "schedulers":
                continue
            try:
                arguments[name] = self._argument(value, indices)
            except (Unreadable, NotComputable) as missing:
                self.unresolved.append(str(missing))
        children = record.children
        wanted = record.arguments.get("schedulers")
        if wanted is not None and (
            not isinstance(wanted, ListValue) or len(wanted.items or []) != len(children)
        ):
            self.unresolved.append("the schedulers of " + record.law)
            return None

        def run(stack: Indices) -> int:
            values = {name: compute(*stack) for name, compute in arguments.items()}
            if "schedulers" in record.arguments:
                values["schedulers"] = [self.replays[id(child)] for child in children]
            default = (
                static(self.at, self.optimizer.defaults["lr"])
                if (law.reads_default_lr and self.optimizer and "lr" in self.optimizer.defaults)
                else None
            )
            try:
                if law.reads_default_lr:
                    self.replays[id(record)] = law.start(self.groups, default_lr=default, **values)
                else:
                    self.replays[id(record)] = law.start(self.groups, **values)
            except (ValueError, TypeError, ZeroDivisionError, KeyError, IndexError) as error:
                self._raises(error)
            return 0

        return run

    def _raises(self, error: Exception) -> None:
        self.prediction.raises = (
            f"{type(error).__name__} after {self.updates} optimizer steps: {error}"
        )
        raise _Stop from error

    def _argument(self, value: AnyValue, indices: tuple[Atom, ...]) -> Callable[..., Any]:
        if isinstance(value, Expr) and value.value is None:
            return compile_number(value, indices)
        fixed = static(self.at, value)
        return lambda *stack: fixed

    def _step(self, event: SchedulerStep, indices: tuple[Atom, ...]) -> Runner | None:
        record = event.scheduler
        law = LAWS.get(record.law)
        argument: Callable[..., Any] | None = None
        if law is not None and law.takes_metric:
            self.unresolved.append(f"the metric {event.argument_text or 'of step()'}".strip())
            return None
        if event.argument is not None and event.argument != Const(None):
            try:
                argument = self._argument(event.argument, indices)
            except (Unreadable, NotComputable) as missing:
                self.unresolved.append(str(missing))
                return None
        own = record is self.target

        def run(stack: Indices) -> int:
            self._count()
            replay = self.replays.get(id(record))
            if replay is None:
                return 0
            if own:
                self.steps += 1
            try:
                if argument is None:
                    replay.step()
                else:
                    replay.step(argument(*stack))
            except (ValueError, TypeError, ZeroDivisionError, KeyError, IndexError) as error:
                self._raises(error)
            return 0

        return run

    def _write(self, event: LRWrite, indices: tuple[Atom, ...]) -> Runner | None:
        value = event.value
        if not isinstance(value, Expr):
            text = value.path if isinstance(value, Opaque) else None
            self.unresolved.append(text or f"the value written at {event.place.text}")
            return None
        try:
            compute = self._argument(value, indices)
        except (Unreadable, NotComputable) as missing:
            self.unresolved.append(str(missing))
            return None

        def run(stack: Indices) -> int:
            lr = float(compute(*stack))
            chosen = self.groups if event.group is None else [self.groups[event.group]]
            for group in chosen:
                group["lr"] = lr
            return 0

        return run


def _indices_of(block: Sequence[Node]) -> set[Atom]:
    found: set[Atom] = set()
    for node in block:
        if isinstance(node, Repeat):
            found |= {node.loop.index} | _indices_of(node.body)
        elif isinstance(node, When):
            found |= _indices_of(node.body)
    return found


def _nothing(stack: Indices) -> int:
    return 0


def _without_end(*_: int) -> int:
    return _MOST_EVENTS


def _has_break(block: Sequence[Node]) -> bool:
    for node in block:
        if isinstance(node, Break):
            return True
        if isinstance(node, When) and _has_break(node.body):
            return True
        if isinstance(node, Repeat) and any(
            isinstance(inner, Break) and inner.levels > 1 for inner in _breaks(node.body)
        ):
            return True
    return False


def _breaks(block: Sequence[Node]) -> list[Break]:
    found: list[Break] = []
    for node in block:
        if isinstance(node, Break):
            found.append(node)
        elif isinstance(node, (When, Repeat)):
            found += _breaks(node.body)
    return found
