"""The facts of one optimizer of a run."""

from __future__ import annotations

from dataclasses import replace

from lrlint.facts import Cadence, Call, OptimizerUse, ParamGroup, StepSite
from lrlint.runtime.facts_of_run.fact_values import number_fact
from lrlint.runtime.facts_of_run.training_loops import TrainingLoops
from lrlint.runtime.recorder.records import RecordedCall, RecordedOptimizer, RecordedScheduler
from lrlint.symbolic import Expr


def optimizer_use(
    record: RecordedOptimizer, loops: TrainingLoops, *, lacks_initial_lr: bool
) -> OptimizerUse:
    """Return the facts of an optimizer.

    ``lacks_initial_lr`` says that a scheduler could not be built because ``initial_lr`` is missing.
    """
    groups = tuple(
        ParamGroup(
            lr=number_fact(lr),
            momentum=number_fact(momentum),
            initial_lr=not lacks_initial_lr,
            place=record.place,
        )
        for lr, momentum in zip(record.base_lrs, record.momenta, strict=True)
    )
    return OptimizerUse(
        class_name=record.class_name,
        variable=None,
        place=record.place,
        groups=groups,
        sites=_step_sites(record, loops),
        steps=Expr.const(record.steps),
        calls=(
            *(call_fact("load_state_dict", call, record, loops) for call in record.loads),
            *(call_fact("add_param_group", call, record, loops) for call in record.added_groups),
        ),
        bad_rate=record.bad_rate,
    )


def _step_sites(record: RecordedOptimizer, loops: TrainingLoops) -> tuple[StepSite, ...]:
    """Return where an optimizer was stepped, with how often."""
    if not record.steps:  # those calls have raised
        return ()
    around, accumulation = loops.around(record).known, loops.accumulation(record)
    if not record.sites:  # Python does not see its steps
        return (
            StepSite(
                place=record.place,
                loops=(),
                guards=(),
                per=Cadence.UNKNOWN,
                count=Expr.const(record.steps),
                order=record.order,
            ),
        )
    return tuple(
        StepSite(
            place=site.place,
            loops=around,
            guards=() if accumulation is None else (accumulation,),
            per=Cadence.BATCH if around else Cadence.UNKNOWN,
            count=Expr.const(site.calls),
            order=site.order,
            scaled=bool(record.skipped) or any(one.overran for one in record.schedulers),
        )
        for site in record.sites.values()
    )


def call_fact(
    method: str, call: RecordedCall, optimizer: RecordedOptimizer, loops: TrainingLoops
) -> Call:
    """Return the fact of a call of ``method`` on an optimizer or one of its schedulers."""
    epoch = loops.around(optimizer).epoch
    inside = () if epoch is None or not call.trained else (epoch,)
    return Call(place=call.place, method=method, loops=inside, order=call.order)


def with_base_lrs(use: OptimizerUse, scheduler: RecordedScheduler) -> OptimizerUse:
    """Return an optimizer's facts with the LRs that a scheduler of it started from."""
    groups = tuple(
        ParamGroup(lr=number_fact(lr), initial_lr=True, place=scheduler.place)
        for lr in scheduler.base_lrs
    )
    return replace(use, groups=groups)
