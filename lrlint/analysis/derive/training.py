"""All facts of one trace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from lrlint.analysis.derive import order, sites, wiring
from lrlint.analysis.derive.exercise import stands_in_test
from lrlint.analysis.derive.kinds import Loops
from lrlint.analysis.derive.reading import number_of, numbers_of
from lrlint.analysis.derive.rebuilding import built_each_time, built_on_demand
from lrlint.analysis.interpreter.choices import may_change
from lrlint.analysis.interpreter.numbers import by_default
from lrlint.analysis.model.conditions import Condition, conjoin, is_loop_atom
from lrlint.analysis.model.contradictions import contradict
from lrlint.analysis.model.trace import (
    Block,
    BuildOptimizer,
    BuildScheduler,
    Located,
    OptimizerStep,
    Rebind,
    Repeat,
    SchedulerStep,
    walk,
)
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    ListValue,
    Opaque,
    OptimizerRecord,
    SchedulerRecord,
)
from lrlint.facts import (
    HANDWRITTEN_COSINE,
    Argument,
    Horizon,
    Loop,
    LoopKind,
    OptimizerUse,
    ParamGroup,
    Place,
    Schedule,
    StepSite,
    Training,
    Unknown,
)
from lrlint.formulas import LAWS
from lrlint.symbolic import Expr, NotRepresentable, TooComplex

_DEEPEST = 8
"""Lists in lists that a fact shows; a list may hold itself."""

Undecided = tuple[tuple[object, str], ...]


def derive(trace: Block) -> Training:
    """The facts of everything that a trace builds and steps."""
    located = list(walk(trace))
    loops = Loops(located)
    optimizers = _optimizers(located, loops)
    schedules = _schedules(located, loops, optimizers)
    return Training(
        optimizers=tuple(optimizers.values()),
        schedules=tuple(schedules.values()),
        checkpoints=wiring.checkpoints(located, optimizers, schedules),
    )


# -- optimizers -------------------------------------------------------------------------------


def _optimizers(located: list[Located], loops: Loops) -> dict[int, OptimizerUse]:
    """Facts of every optimizer, by the identity of its record."""
    found: dict[int, OptimizerUse] = {}
    base: dict[int, Located | None] = {}
    records: dict[int, OptimizerRecord] = {}
    for item in located:
        match item.event:
            case BuildOptimizer(optimizer=record):
                base[id(record)] = item
                records[id(record)] = record
            case OptimizerStep(optimizer=record):
                records.setdefault(id(record), record)
            case BuildScheduler(scheduler=scheduler) if scheduler.optimizer is not None:
                records.setdefault(id(scheduler.optimizer), scheduler.optimizer)
    for key, record in records.items():
        built = base.get(key)
        path = built.path if built is not None else ()
        steps = [
            site
            for item in located
            if isinstance(item.event, OptimizerStep) and item.event.optimizer is record
            if (site := sites.site(item, path, loops)) is not None
        ]
        found[key] = OptimizerUse(
            class_name=record.class_name,
            variable=record.variable,
            place=record.place,
            groups=tuple(
                ParamGroup(
                    lr=number_of(group.get("lr")),
                    lr_given="lr" in record.given
                    or group.get("lr") is not record.defaults.get("lr"),
                    momentum=number_of(group.get("momentum")),
                    initial_lr="initial_lr" in group,
                    place=place,
                )
                for group, place in zip(record.groups, record.group_places, strict=True)
            ),
            sites=tuple(steps),
            steps=_total(steps),
            escapes=record.escapes,
            open_groups=record.unknown_groups,
            writes=wiring.writes(record, path, located, loops),
            calls=wiring.calls_on(record, located, loops),
        )
    for item in located:
        if isinstance(item.event, Rebind):
            old, new = found.get(id(item.event.old)), found.get(id(item.event.new))
            home = base.get(id(item.event.old))
            if old is None or new is None:
                continue
            path = sites.relative(item.path, () if home is None else home.path)
            open_ = [part for part in sites.conditions(path) if part.lean is not True]
            if not open_:
                old.replaced_by = new
            elif all(any(is_loop_atom(atom) for atom in part.atoms()) for part in open_):
                old.replaced_midway = new
                old.replaced_in = tuple(loops.fact(n) for n in path if isinstance(n, Repeat))
    return found


def _total(steps: list[StepSite]) -> Expr | None:
    """The sum of all counts, or None where one of them is not known."""
    total = Expr.const(0)
    for site in steps:
        if site.count is None:
            return None
        try:
            total = total + site.count
        except (TooComplex, NotRepresentable):
            return None
    return total


# -- schedules --------------------------------------------------------------------------------


def _schedules(
    located: list[Located], loops: Loops, optimizers: dict[int, OptimizerUse]
) -> dict[int, Schedule]:
    found: dict[int, Schedule] = {}
    under: dict[int, list[Condition]] = {}
    stepped: dict[int, list[Condition | None]] = defaultdict(list)
    for item in located:
        if isinstance(item.event, SchedulerStep):
            lasting = [part for part in sites.conditions(item.path) if not may_change(part)]
            stepped[id(item.event.scheduler)].append(conjoin(lasting))
    for item in located:
        if isinstance(item.event, BuildScheduler) and id(item.event.scheduler) not in found:
            schedule = _schedule(item, located, loops, optimizers)
            found[id(item.event.scheduler)] = schedule
            under[id(schedule)] = sites.conditions(item.path)
    for item in located:
        if isinstance(item.event, BuildScheduler):
            record = item.event.scheduler
            schedule = found[id(record)]
            schedule.children = tuple(
                found[id(child)] for child in record.children if id(child) in found
            )
            for child in schedule.children:
                child.parent = schedule
    steps = {id(schedule): stepped[key] for key, schedule in found.items()}
    for schedule in found.values():
        others = [
            other
            for other in found.values()
            if other is not schedule
            and other.optimizer is not None
            and other.optimizer is schedule.optimizer
            and other.parent is None
            and schedule.parent is None
        ]
        schedule.otherwise = tuple(
            other
            for other in others
            if any(contradict(one, two) for one in under[id(schedule)] for two in under[id(other)])
        )
        schedule.competitors = tuple(
            other for other in others if other.sites and other not in schedule.otherwise
        )
        schedule.instead = tuple(
            other
            for other in schedule.competitors
            if all(
                one is not None and two is not None and contradict(one, two)
                for one in steps[id(schedule)]
                for two in steps[id(other)]
            )
        )
    return found


def _schedule(
    built: Located, located: list[Located], loops: Loops, optimizers: dict[int, OptimizerUse]
) -> Schedule:
    assert isinstance(built.event, BuildScheduler)
    record = built.event.scheduler
    mine = [
        item
        for item in located
        if isinstance(item.event, SchedulerStep) and item.event.scheduler is record
    ]
    pairs = [
        (item, site) for item in mine if (site := sites.site(item, built.path, loops)) is not None
    ]
    optimizer = optimizers.get(id(record.optimizer)) if record.optimizer is not None else None
    updates = [
        (item, site)
        for item in located
        if isinstance(item.event, OptimizerStep) and item.event.optimizer is record.optimizer
        if (site := sites.site(item, built.path, loops)) is not None
    ]
    arguments = _arguments(record)
    if record.relayed:
        pairs = [(item, replace(site, count=None)) for item, site in pairs]
        updates = [(item, replace(site, count=None)) for item, site in updates]
    steps = [site for _, site in pairs]
    epoch_loop, batch_loop = _training_loops([s for _, s in updates] or steps)
    under = sites.built_under(built.path, loops)
    home = _home(record, located)
    return Schedule(
        scheduler=record.law,
        variable=record.variable,
        place=record.place,
        arguments=arguments,
        derived=record.derived,
        open_arguments=record.open_arguments,
        prepared=record.prepared,
        in_test=any(map(stands_in_test, (built.event.place, *built.event.via))),
        optimizer=optimizer,
        horizon=_horizon(record, arguments),
        order=built.order,
        removed=_removed(record),
        absolute_lr=record.absolute_lr,
        first_factor=record.first_factor,
        sites=tuple(steps),
        steps=_total(steps),
        optimizer_steps=_total([site for _, site in updates]),
        epochs=None if epoch_loop is None else epoch_loop.trips,
        epoch_loop=epoch_loop,
        batch_loop=batch_loop,
        built_in=_built_in(built, None if built_on_demand(built, loops) else home, loops),
        built_each_time=built_each_time(built, record, home, loops),
        built_under=under,
        on_default_path=all(guard.by_default is not False for guard in under),
        escapes=record.escapes,
        calls=wiring.calls_on(record, located, loops),
        writes=wiring.writes(record.optimizer, built.path, located, loops),
        restored_first=wiring.restored_first(record.optimizer, built, located, loops),
        early=order.early(pairs, updates, loops),
        repeated=order.repeated(pairs, loops),
        undecided=_undecided(steps),
    )


def _removed(record: SchedulerRecord) -> Mapping[str, Place]:
    law = LAWS.get(record.law)
    removed = frozenset() if law is None else law.removed
    return {name: place for name, place in record.places.items() if name in removed}


def _arguments(record: SchedulerRecord) -> Mapping[str, Argument]:
    found: dict[str, Argument] = {}
    for name, value in record.arguments.items():
        place = record.places.get(name)
        found[name] = Argument(
            value=fact_of(value),
            place=place,
            text="" if place is None else place.text,
            reads=numbers_of(value) if name == "lr_lambda" else frozenset(),
        )
    return found


def fact_of(value: AnyValue, depth: int = 0) -> object:
    """A value as rules see it."""
    if depth > _DEEPEST:
        return Unknown()
    match value:
        case Expr():
            return value
        case Const(value=constant):
            return constant
        case ListValue(items=list() as items):
            return tuple(fact_of(item, depth + 1) for item in items)
        case Opaque(number=Expr() as number):
            return number
        case Opaque(path=path):
            return Unknown(path or "")
        case Choice(alternatives=alternatives):
            for condition, item in alternatives:
                if condition.lean:
                    found = fact_of(item, depth + 1)
                    return by_default(value, found) if isinstance(found, Expr) else found
    return Unknown(getattr(value, "path", None) or "")


def _horizon(record: SchedulerRecord, arguments: Mapping[str, Argument]) -> Horizon | None:
    law = LAWS.get(record.law)
    if record.cosine is not None:
        end, place = record.cosine
        return Horizon(parameter=HANDWRITTEN_COSINE, length=end, unit=end.unit, place=place)
    if law is None or not law.horizon:
        return None
    for parameter in law.horizon:
        argument = arguments.get(parameter)
        if argument is None or argument.value is None:
            continue
        if parameter == "epochs":
            return _epochs_by_steps(record, arguments)
        length = argument.number
        if length is None and isinstance(argument.value, tuple):
            last = argument.value[-1] if argument.value else None
            length = last if isinstance(last, Expr) else None
        return Horizon(
            parameter=parameter,
            length=length,
            unit=None if length is None else length.unit,
            place=argument.place or record.place,
        )
    return None


def _epochs_by_steps(record: SchedulerRecord, arguments: Mapping[str, Argument]) -> Horizon | None:
    epochs, per_epoch = arguments.get("epochs"), arguments.get("steps_per_epoch")
    if epochs is None or per_epoch is None or per_epoch.value is None:
        return None
    length: Expr | None = None
    if epochs.number is not None and per_epoch.number is not None:
        try:
            length = epochs.number * per_epoch.number
        except (TooComplex, NotRepresentable):
            length = None
    return Horizon(
        parameter="epochs * steps_per_epoch",
        length=length,
        unit=None if length is None else length.unit,
        place=epochs.place or record.place,
    )


def _training_loops(steps: list[StepSite]) -> tuple[Loop | None, Loop | None]:
    """The epoch loop and the batch loop around the steps of an optimizer."""
    epoch = batch = None
    for site in steps:
        for loop in site.loops:
            if loop.kind is LoopKind.EPOCH and epoch is None:
                epoch = loop
            elif loop.kind is LoopKind.BATCH and batch is None:
                batch = loop
    return epoch, batch


def _home(record: SchedulerRecord, located: list[Located]) -> Located | None:
    """Where a scheduler's optimizer is built."""
    return next(
        (
            item
            for item in located
            if isinstance(item.event, BuildOptimizer) and item.event.optimizer is record.optimizer
        ),
        None,
    )


def _built_in(built: Located, home: Located | None, loops: Loops) -> tuple[Loop, ...]:
    """Loops around a scheduler's construction that are not around its optimizer's."""
    inner = sites.relative(built.path, home.path if home is not None else ())
    return tuple(loops.fact(node) for node in inner if isinstance(node, Repeat))


def _undecided(steps: list[StepSite]) -> tuple[str, ...]:
    reasons: list[str] = []
    for site in steps:
        if site.count is not None:
            continue
        reasons += [
            f"how often the loop over {loop.over or '?'} runs is not known"
            for loop in site.loops
            if loop.trips is None
        ]
        reasons += [
            f"whether `{guard.text}` holds is not known"
            for guard in site.guards
            if guard.by_default is None and guard.amount is None
        ]
    return tuple(dict.fromkeys(reasons))
