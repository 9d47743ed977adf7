"""From what was counted to the facts that rules judge, so that one rule serves both halves."""

from __future__ import annotations

import ast
import math
from typing import Any

from lrlint.facts import (
    Argument,
    Cadence,
    Call,
    EarlyEnd,
    Guard,
    GuardKind,
    Horizon,
    Loop,
    LoopKind,
    OptimizerUse,
    OrderFact,
    ParamGroup,
    Repetition,
    Schedule,
    StepArgument,
    StepSite,
    Training,
    Unknown,
)
from lrlint.runtime.recorder import Recorder
from lrlint.runtime.records import Event, OptimizerRecord, ScheduleRecord
from lrlint.runtime.sites import Site
from lrlint.symbolic import Expr

_NEARLY_ALL = 0.9
"""The share of its plan after which a run that ends has done what it was to do."""
_MOSTLY = 0.5
"""The share of its calls in which a site must behave in a way that is called its own."""


def training_of(recorder: Recorder) -> Training:
    """The facts of a run so far."""
    return _Derivation(recorder).training()


class _Derivation:
    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._optimizers: dict[int, OptimizerUse] = {}
        self._schedules: dict[int, Schedule] = {}
        self._loops: dict[int, tuple[Loop | None, Loop | None]] = {}
        self._common: tuple[Loop, Loop] | None = None

    def training(self) -> Training:
        recorder = self._recorder
        for record in recorder.optimizers:
            self._optimizers[id(record)] = self._optimizer(record)
        self._replacements()
        for schedule in recorder.schedules:
            self._schedules[id(schedule)] = self._schedule(schedule)
        self._relations()
        found = tuple(self._schedules[id(one)] for one in recorder.schedules)
        return Training(optimizers=tuple(self._optimizers.values()), schedules=found)

    # -- loops

    def _loops_of(self, record: OptimizerRecord) -> tuple[Loop | None, Loop | None]:
        """The epoch loop and the batch loop around an optimizer's steps, as far as known."""
        known = self._loops.get(id(record))
        if known is None:
            known = self._loops[id(record)] = self._find_loops(record)
        return known

    def _find_loops(self, record: OptimizerRecord) -> tuple[Loop | None, Loop | None]:
        place = next((site.place for site in record.sites.values()), record.place)
        loader = self._recorder.passes.loader
        if loader.passes:  # whoever steps in them, they are the same loops
            if self._common is None:
                even, header = loader.fewest == loader.most, loader.place or place
                trips = Expr.const(loader.most) if even else None
                self._common = (
                    Loop(kind=LoopKind.EPOCH, trips=Expr.const(loader.passes), place=header),
                    Loop(kind=LoopKind.BATCH, trips=trips, place=header),
                )
            return self._common
        if self._recorder.epochs is not None:
            trips = Expr.const(self._recorder.epochs)
            return Loop(kind=LoopKind.EPOCH, trips=trips, place=place), Loop(
                kind=LoopKind.BATCH, trips=None, place=place
            )
        rarest = self._rarest(record)
        if rarest is None:
            return None, None
        epochs = Expr.const(rarest.calls)
        return Loop(kind=LoopKind.EPOCH, trips=epochs, place=rarest.place), Loop(
            kind=LoopKind.BATCH, trips=None, place=place
        )

    @staticmethod
    def _rarest(record: OptimizerRecord) -> Site | None:
        """A scheduler's step that comes once for many updates marks an epoch."""
        sites = [site for one in record.schedules for site in one.sites.values()]
        return next((s for s in sites if s.calls > 1 and record.steps >= 2 * s.calls), None)

    # -- optimizers

    def _optimizer(self, record: OptimizerRecord) -> OptimizerUse:
        epoch, batch = self._loops_of(record)
        loops = tuple(loop for loop in (epoch, batch) if loop is not None)
        guard = self._accumulation(record)
        sites = tuple(
            StepSite(
                place=site.place,
                loops=loops,
                guards=() if guard is None else (guard,),
                per=Cadence.BATCH if loops else Cadence.UNKNOWN,
                count=Expr.const(site.calls),
                order=site.order,
                scaled=bool(record.skipped) or any(one.overran for one in record.schedules),
            )
            for site in record.sites.values()
        )
        if not sites and record.steps:
            sites = (self._anonymous(record),)
        failed = any(one.failed and one.optimizer is record for one in self._recorder.schedules)
        groups = tuple(
            ParamGroup(
                lr=_number(lr),
                momentum=_number(momentum),
                initial_lr=not failed,
                place=record.place,
            )
            for lr, momentum in zip(record.base, record.momenta, strict=True)
        )
        return OptimizerUse(
            class_name=record.class_name,
            variable=None,
            place=record.place,
            groups=groups,
            sites=sites,
            steps=Expr.const(record.steps),
            calls=(
                *(self._call("load_state_dict", one, record) for one in record.loads),
                *(self._call("add_param_group", one, record) for one in record.added),
            ),
            bad_rate=record.bad,
        )

    def _call(self, method: str, event: Event, record: OptimizerRecord) -> Call:
        epoch, _ = self._loops_of(record)
        loops = () if epoch is None or not event.trained else (epoch,)
        return Call(place=event.place, method=method, loops=loops, order=event.order)

    @staticmethod
    def _anonymous(record: OptimizerRecord) -> StepSite:
        return StepSite(
            place=record.place,
            loops=(),
            guards=(),
            per=Cadence.UNKNOWN,
            count=Expr.const(record.steps),
            order=record.order,
        )

    def _accumulation(self, record: OptimizerRecord) -> Guard | None:
        """The optimizer steps once for every k batches, the end of a pass apart."""
        _, batch = self._loops_of(record)
        if batch is None or record.most < 2 or record.steps < 2:
            return None
        return Guard(
            kind=GuardKind.EVERY_K,
            text=f"every {record.most} batches",
            place=batch.place,
            amount=Expr.const(record.most),
            loop=batch,
            by_default=True,
        )

    def _replacements(self) -> None:
        """An optimizer of the same parameters that was built later and stepped instead."""
        records = self._recorder.optimizers
        for old in records:
            if not old.schedules:
                continue
            for new in records:
                later = new.order > max(one.order for one in old.schedules)
                if later and new.steps and not old.steps and new.parameters & old.parameters:
                    self._optimizers[id(old)].replaced_by = self._optimizers[id(new)]

    # -- schedules

    def _schedule(self, record: ScheduleRecord) -> Schedule:
        optimizer = record.optimizer
        epoch, batch = self._loops_of(optimizer)
        sites = tuple(self._site(record, site) for site in record.sites.values())
        arguments = {
            name: Argument(
                value=_value(value),
                place=record.place if name in record.explicit else None,
                text=_text(value),
            )
            for name, value in record.arguments.items()
            if name != "schedulers"
        }
        use = self._optimizers[id(optimizer)]
        if record.base and record.base != optimizer.base:
            use = self._with_base(use, record)
        schedule = Schedule(
            scheduler=record.name,
            variable=None,
            place=record.place,
            arguments=arguments,
            optimizer=use,
            horizon=self._horizon(record),
            order=record.order,
            escapes="never built" if record.failed else None,
            absolute_lr=record.place if _returns_rates(record) else None,
            first_factor=_first_factor(record),
            open_arguments=record.law is None,
            sites=sites,
            steps=Expr.const(record.steps + record.refused),
            optimizer_steps=Expr.const(optimizer.steps - record.built_at),
            epochs=None if epoch is None else epoch.trips,
            epoch_loop=epoch,
            batch_loop=batch,
            calls=tuple(self._call("load_state_dict", one, optimizer) for one in record.loads),
            restored_first=self._restored_first(record),
            ended_early=self._early_end(record),
            overran=record.overran,
            starts_over=record.starts_over,
            rank_gap=record.rank_gap,
            departure=optimizer.departure if record.parent is None else None,
        )
        self._order_of_calls(record, schedule)
        self._rebuilding(record, schedule)
        return schedule

    def _restored_first(self, record: ScheduleRecord) -> Call | None:
        """The load that it was built behind, where the next step's LR shows that it matters."""
        departure = record.optimizer.departure
        if record.restored is None or departure is None or not departure.resumed:
            return None
        return self._call("load_state_dict", record.restored, record.optimizer)

    def _early_end(self, record: ScheduleRecord) -> EarlyEnd | None:
        """Whether the plan was longer than what was recorded so far."""
        optimizer, total, law = record.optimizer, self._recorder.total_steps, record.law
        if law is None or law.takes_metric or not record.steps or not optimizer.curve.lr:
            return None
        made, planned, unit = optimizer.steps, total, "optimizer steps"
        if total is None:
            length = None if (horizon := self._horizon(record)) is None else horizon.length
            span = record.place.span()
            if length is None or (span.filename, span.start.row) not in self._recorder.planned:
                return None
            made, planned, unit = record.steps, int(length.as_number() or 0), "scheduler steps"
        if planned is None or made >= _NEARLY_ALL * planned:
            return None
        lrs = tuple(optimizer.last or optimizer.curve.lr[-1])
        return EarlyEnd(steps=made, planned=planned, unit=unit, lrs=lrs)

    def _rebuilding(self, record: ScheduleRecord, schedule: Schedule) -> None:
        """Whether the same line builds a new one for the same optimizer, again and again."""
        built = self._recorder.built_at(record)
        loops = [one for one in (schedule.epoch_loop, schedule.batch_loop) if one is not None]
        if built < 2 or not loops:
            return
        per_batch = len(loops) == 2 and built > record.optimizer.steps / 2
        schedule.built_in = (loops[-1],) if per_batch else (loops[0],)
        schedule.built_each_time = True

    @staticmethod
    def _with_base(use: OptimizerUse, record: ScheduleRecord) -> OptimizerUse:
        groups = tuple(
            ParamGroup(lr=_number(lr), initial_lr=True, place=record.place) for lr in record.base
        )
        return OptimizerUse(
            class_name=use.class_name,
            variable=use.variable,
            place=use.place,
            groups=groups,
            sites=use.sites,
            steps=use.steps,
            calls=use.calls,
            replaced_by=use.replaced_by,
        )

    def _site(self, record: ScheduleRecord, site: Site) -> StepSite:
        epoch, batch = self._loops_of(record.optimizer)
        per = self._cadence(record, site)
        loops: tuple[Loop | None, ...]
        loops = {Cadence.BATCH: (epoch, batch), Cadence.EPOCH: (epoch,)}.get(per, ())
        if per is Cadence.ONCE and site.calls > 1:
            loops = (Loop(kind=LoopKind.REPLAY, trips=Expr.const(site.calls), place=site.place),)
        guards: tuple[Guard, ...] = ()
        if record.only_here:
            guards = (
                Guard(kind=GuardKind.RANK, text="rank == 0", place=site.place, by_default=True),
            )
        accumulation = self._accumulation(record.optimizer)
        with_updates = site.calls <= record.optimizer.steps
        if per is Cadence.BATCH and accumulation is not None and with_updates:
            guards = (*guards, accumulation)
        return StepSite(
            place=site.place,
            loops=tuple(loop for loop in loops if loop is not None),
            guards=guards,
            per=per,
            count=Expr.const(site.calls),
            order=site.order,
            argument=self._argument(record, site),
            argument_text="" if site.argument is None else _written(site) or _text(site.argument),
        )

    def _cadence(self, record: ScheduleRecord, site: Site) -> Cadence:
        loader = self._recorder.passes.loader
        trained = record.optimizer.steps > record.built_at
        if site.calls > 1 and site.first_at == site.last_at and trained:
            return Cadence.ONCE  # it replays the past: nothing is trained between its calls
        if not loader.passes and self._recorder.epochs is not None:
            return Cadence.BATCH if site.calls > 1.5 * self._recorder.epochs else Cadence.EPOCH
        if not loader.passes:
            many = record.optimizer.steps >= 2 * site.calls
            return Cadence.EPOCH if many and site.calls > 1 else Cadence.UNKNOWN
        if site.inside > _MOSTLY * site.calls:
            return Cadence.BATCH if loader.most > 1 else Cadence.UNKNOWN
        if site.calls == 1 and loader.passes > 1:
            return Cadence.ONCE if site.last_at == record.optimizer.steps else Cadence.UNKNOWN
        return Cadence.EPOCH

    @staticmethod
    def _argument(record: ScheduleRecord, site: Site) -> StepArgument:
        if site.argument is None:
            return StepArgument.NOTHING
        takes_metric = record.law is not None and record.law.takes_metric
        return StepArgument.METRIC if takes_metric else StepArgument.EPOCH

    @staticmethod
    def _horizon(record: ScheduleRecord) -> Horizon | None:
        law, arguments = record.law, record.arguments
        if law is None or not law.horizon:
            return None
        found = {name: arguments.get(name) for name in law.horizon}
        if law.name == "OneCycleLR":
            total = found.get("total_steps")
            parameter = "total_steps"
            if total is None:
                parts = (arguments.get("epochs"), arguments.get("steps_per_epoch"))
                numbers = [one for one in parts if isinstance(one, int)]
                total = numbers[0] * numbers[1] if len(numbers) == 2 else None
                parameter = "epochs * steps_per_epoch"
            return Horizon(
                parameter=parameter, length=_number(total), unit=None, place=record.place
            )
        parameter = law.horizon[0]
        value = found[parameter]
        if isinstance(value, (list, tuple)):
            value = max(value, default=None)
        return Horizon(parameter=parameter, length=_number(value), unit=None, place=record.place)

    def _order_of_calls(self, record: ScheduleRecord, schedule: Schedule) -> None:
        optimizer = record.optimizer
        update = next(iter(self._optimizers[id(optimizer)].sites), None)
        for raw, site in zip(record.sites.values(), schedule.sites, strict=True):
            regular = raw.calls - raw.idle > _MOSTLY * raw.calls
            first = raw.first_at == record.built_at and raw.last_at < optimizer.steps
            if regular and first and update is not None and site.loop is not None:
                schedule.early = OrderFact(
                    loop=site.loop, scheduler_site=site, optimizer_site=update, adjacent=False
                )
        places = {site.place: site for site in schedule.sites}
        if record.twins is not None and record.repeated >= _MOSTLY * self._iterations(record):
            first_site, second_site = (places[one.place] for one in record.twins)
            if Cadence.ONCE not in (first_site.per, second_site.per):
                schedule.repeated = Repetition(
                    first=first_site, second=second_site, loop=second_site.loop
                )

    def _iterations(self, record: ScheduleRecord) -> float:
        """How often the rarer of the two calls of a pair would run, were it one of each."""
        assert record.twins is not None
        return max(1.0, min(one.calls for one in record.twins))

    def _relations(self) -> None:
        """Parts of composed schedules, and schedules that share an optimizer."""
        for record in self._recorder.schedules:
            schedule = self._schedules[id(record)]
            schedule.children = tuple(self._schedules[id(one)] for one in record.children)
            if record.parent is not None:
                schedule.parent = self._schedules[id(record.parent)]
            schedule.competitors = tuple(
                self._schedules[id(other)]
                for other in record.optimizer.schedules
                if other is not record and other.steps and other.parent is None
            )


def _first_factor(record: ScheduleRecord) -> Expr | None:
    """What the function of a LambdaLR has returned for step 0, where that is the same for all and
    the first step has used it: a warm-up by hand may have come between."""
    if record.name != "LambdaLR" or len(record.built_lr) != len(record.base):
        return None
    used = record.optimizer.curve.lr
    if record.built_at or not used or not all(map(math.isclose, used[0], record.built_lr)):
        return None
    pairs = zip(record.built_lr, record.base, strict=True)
    factors = {lr / base for lr, base in pairs if base}
    return _number(factors.pop()) if len(factors) == 1 else None


def _returns_rates(record: ScheduleRecord) -> bool:
    """Whether the function of a LambdaLR returns LRs, as far as what it has returned tells.

    Such a one begins with the base LR itself, falls, and is never above it; one of factors would
    come to 1. ``lambda epoch: 0.1`` for some warm-up, with a base LR of 0.1, is not told apart
    before its end, and so not judged.
    """
    factor, optimizer = _first_factor(record), record.optimizer
    if factor is None or len({*record.base}) != 1 or record.parent is not None:
        return False
    (base,), first, last = {*record.base}, record.built_lr[0], optimizer.last
    return (
        base != 1
        and math.isclose(first, base * base)
        and bool(last)
        and max(last) < first
        and optimizer.highest <= first
    )


def _written(site: Site) -> str:
    """How the script writes the argument of a call, where its place is known to the column."""
    try:
        call = ast.parse(site.place.text, mode="eval").body
    except (SyntaxError, ValueError):
        return ""
    if not isinstance(call, ast.Call) or len(call.args) + len(call.keywords) != 1:
        return ""
    if call.keywords:
        keyword = call.keywords[0]
        return f"{keyword.arg}={ast.unparse(keyword.value)}" if keyword.arg else ""
    return ast.unparse(call.args[0])


def _number(value: Any) -> Expr | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return Expr.const(value)
        except (ValueError, OverflowError):
            return None
    return None


def _value(value: Any) -> object:
    if value is None or isinstance(value, (bool, str)):
        return value
    number = _number(value)
    if number is not None:
        return number
    if isinstance(value, (list, tuple)):
        return tuple(_value(item) for item in value)
    return Unknown(_text(value))


def _text(value: Any) -> str:
    return str(value) if isinstance(value, (bool, int, float, str)) else type(value).__name__
