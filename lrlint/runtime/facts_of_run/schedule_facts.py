"""The facts of one schedule of a run."""

from __future__ import annotations

from lrlint.facts import (
    Argument,
    Cadence,
    Call,
    Construction,
    FactorFunction,
    Loop,
    LoopKind,
    OptimizerUse,
    OrderFact,
    RecordedRun,
    Repetition,
    Schedule,
    Stepping,
    StepSite,
    ZeroSteps,
)
from lrlint.runtime.facts_of_run.fact_values import text_of, value_fact
from lrlint.runtime.facts_of_run.lambda_factors import first_factor, returns_lrs
from lrlint.runtime.facts_of_run.lengths import (
    early_end,
    horizon_of,
    is_partial,
    last_lrs,
    may_go_on,
    steps_of,
)
from lrlint.runtime.facts_of_run.optimizer_facts import call_fact, with_base_lrs
from lrlint.runtime.facts_of_run.step_facts import step_site
from lrlint.runtime.facts_of_run.training_loops import Loops, TrainingLoops
from lrlint.runtime.recorder.call_sites import CallSite
from lrlint.runtime.recorder.recorder import Recorder
from lrlint.runtime.recorder.records import RecordedScheduler
from lrlint.symbolic import Expr


def schedule_of(
    record: RecordedScheduler, use: OptimizerUse, recorder: Recorder, loops: TrainingLoops
) -> Schedule:
    """Return the facts of a schedule; its relations to other schedules are not among them."""
    optimizer = record.optimizer
    if record.base_lrs and record.base_lrs != optimizer.base_lrs:
        use = with_base_lrs(use, record)
    around = loops.around(optimizer)
    sites = tuple(step_site(record, site, loops) for site in record.sites.values())
    updates = optimizer.steps - record.optimizer_steps_before
    rebuilding = _rebuilding_loops(record, around, recorder)
    return Schedule(
        scheduler=record.name,
        variable=None,
        place=record.place,
        arguments=_arguments(record),
        optimizer=use,
        horizon=horizon_of(record),
        sites=sites,
        steps=None if record.unseen or record.continued else Expr.const(steps_of(record)),
        epochs=None if around.epoch is None else around.epoch.trips,
        calls=tuple(call_fact("load_state_dict", call, optimizer, loops) for call in record.loads),
        construction=Construction(
            order=record.order,
            loops=rebuilding,
            rebuilt=bool(rebuilding),
            open_arguments=record.law is None,
            restored_first=_restored_first(record, loops),
            positioned=record.law is not None and record.law.positioned,
        ),
        lr_lambda=FactorFunction(
            absolute_lr=record.place if returns_lrs(record) else None,
            first_factor=first_factor(record),
        ),
        stepping=Stepping(
            optimizer_steps=Expr.const(round(updates * record.past)),
            epoch_loop=around.epoch,
            batch_loop=around.batch,
            early_step=_early_step(record, sites, use),
            repeated_step=_repetition(record, sites),
            escapes=_escape(record),
            idle=tuple(record.idle_sites),
            prepared=record.prepared,
        ),
        run=_recorded(record, recorder),
    )


def _recorded(record: RecordedScheduler, recorder: Recorder) -> RecordedRun:
    return RecordedRun(
        departure=record.departure,
        overran=record.overran,
        ended_early=early_end(record, recorder),
        partial=is_partial(record, recorder),
        may_go_on=may_go_on(record, recorder),
        continued=record.continued,
        last_lrs=last_lrs(record.optimizer),
        zero_steps=_zero_steps(record),
        starts_over=record.starts_over,
        starts_over_after=record.starts_over_after,
        rank_gap=record.rank_gap,
    )


def _zero_steps(record: RecordedScheduler) -> ZeroSteps | None:
    """Return its optimizer's steps at an LR of 0; of several schedules, the first answers."""
    drivers = [one for one in record.optimizer.schedulers if one.parent is None]
    if drivers and record is not drivers[0]:
        return None
    return record.optimizer.zero_lrs.fact(record.optimizer.steps)


def _escape(record: RecordedScheduler) -> str | None:
    """Return how a scheduler may be stepped without a call that the recorder hears."""
    if record.failed:
        return "never built"
    return "stepped by other means than its own step()" if record.unseen else None


def _arguments(record: RecordedScheduler) -> dict[str, Argument]:
    return {
        name: Argument(
            value=value_fact(value),
            place=record.place if name in record.given_names else None,
            text=text_of(value),
        )
        for name, value in record.arguments.items()
        if name != "schedulers"
    }


def _restored_first(record: RecordedScheduler, loops: TrainingLoops) -> Call | None:
    """Return the load after which it was built, where the next step's LR shows that it matters."""
    departure = record.optimizer.departure
    if record.restored_before is None or departure is None or not departure.resumed:
        return None
    return call_fact("load_state_dict", record.restored_before, record.optimizer, loops)


def _early_step(
    record: RecordedScheduler, sites: tuple[StepSite, ...], use: OptimizerUse
) -> OrderFact | None:
    """Return the order of the calls, where the scheduler mostly steps before the optimizer."""
    if record.foreign:
        return None
    optimizer = record.optimizer
    optimizer_site = next(iter(use.sites), None)
    early: OrderFact | None = None
    for site, fact in zip(record.sites.values(), sites, strict=True):
        regular = site.calls - site.idle > site.calls / 2
        first = site.first_at == record.optimizer_steps_before and site.last_at < optimizer.steps
        loop = fact.loop or _unknown_loop(site)
        if regular and first and optimizer_site is not None and loop is not None:
            early = OrderFact(
                loop=loop,
                scheduler_site=fact,
                optimizer_site=optimizer_site,
                adjacent=False,
            )
    return early


def _unknown_loop(site: CallSite) -> Loop | None:
    """Return the loop around a call that comes again and again, be it of epochs or of batches."""
    if site.calls < 2:
        return None
    return Loop(kind=LoopKind.OTHER, trips=Expr.const(site.calls), place=site.place)


def _repetition(record: RecordedScheduler, sites: tuple[StepSite, ...]) -> Repetition | None:
    """Return the two calls that mostly step it twice without an optimizer step between them."""
    if record.repeated_sites is None or record.unseen:
        return None
    calls = [site.calls for site in record.repeated_sites]
    if record.repeated < max(1, min(calls)) / 2 or min(calls) == 1 < max(calls):
        return None
    by_place = {site.place: site for site in sites}
    first, second = (by_place[site.place] for site in record.repeated_sites)
    if Cadence.ONCE in (first.per, second.per):
        return None
    return Repetition(first=first, second=second, loop=second.loop)


def _rebuilding_loops(
    record: RecordedScheduler, around: Loops, recorder: Recorder
) -> tuple[Loop, ...]:
    """Return the loop whose iterations each build a new one on this line for the same optimizer."""
    built, loops = recorder.scheduler_listener.built_by_line.of(record), around.known
    if built < 2 or not loops:
        return ()
    per_batch = len(loops) == 2 and built > record.optimizer.steps / 2
    return (loops[-1],) if per_batch else (loops[0],)
