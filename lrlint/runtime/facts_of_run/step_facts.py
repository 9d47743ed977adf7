"""The facts of one ``scheduler.step()`` call of a run."""

from __future__ import annotations

from typing import Any

from lrlint.facts import Cadence, Guard, GuardKind, Loop, LoopKind, StepArgument, StepSite
from lrlint.runtime.facts_of_run.epochs import Epochs
from lrlint.runtime.facts_of_run.fact_values import number_fact, text_of
from lrlint.runtime.facts_of_run.training_loops import TrainingLoops
from lrlint.runtime.recorder.call_sites import CallSite
from lrlint.runtime.recorder.records import RecordedScheduler
from lrlint.source.parse import parse_expression
from lrlint.symbolic import Expr


def step_site(record: RecordedScheduler, site: CallSite, loops: TrainingLoops) -> StepSite:
    """Return the facts of a call of ``step()``."""
    per = _cadence(record, site, loops.epochs)
    around = _loops_around(record, site, per, loops)
    return StepSite(
        place=site.place,
        loops=around,
        guards=_guards(record, site, per, loops),
        per=per,
        count=Expr.const(round(site.calls * record.past)),
        order=site.order,
        argument=_argument(record, site),
        argument_text=""
        if site.argument is None
        else _written_argument(site) or text_of(site.argument),
        **_position(site, around),
    )


def _position(site: CallSite, around: tuple[Loop, ...]) -> dict[str, Any]:
    """Return what the arguments of a step count, where each step takes its position."""
    first, last = site.first_argument, site.argument
    if first is None or not isinstance(last, (int, float)) or not around:
        return {}
    epochs = around[0].trips
    if site.jumps == 0:
        counted = around[-1] if len(around) == 1 else None
        return {
            "counted": counted,
            "position": None if counted is None else number_fact(first),
            "offset": number_fact(first),
        }
    restarts = epochs is not None and site.jumps + 1 == epochs.value and last != site.jumps
    return {"counted": around[-1], "position": number_fact(first)} if restarts else {}


def _loops_around(
    record: RecordedScheduler, site: CallSite, per: Cadence, loops: TrainingLoops
) -> tuple[Loop, ...]:
    around = loops.around(record.optimizer)
    if per is Cadence.ONCE and site.calls > 1:
        return (Loop(kind=LoopKind.REPLAY, trips=Expr.const(site.calls), place=site.place),)
    if per is Cadence.BATCH:
        return around.known
    return (around.epoch,) if per is Cadence.EPOCH and around.epoch is not None else ()


def _guards(
    record: RecordedScheduler, site: CallSite, per: Cadence, loops: TrainingLoops
) -> tuple[Guard, ...]:
    guards: list[Guard] = []
    if record.this_rank_only:
        guards.append(
            Guard(kind=GuardKind.RANK, text="rank == 0", place=site.place, by_default=True)
        )
    accumulation = loops.accumulation(record.optimizer)
    with_optimizer = site.calls <= record.optimizer.steps
    if per is Cadence.BATCH and accumulation is not None and with_optimizer:
        guards.append(accumulation)
    return tuple(guards)


def _cadence(record: RecordedScheduler, site: CallSite, epochs_of_run: Epochs) -> Cadence:
    passes, steps = epochs_of_run.passes(record.optimizer), record.optimizer.steps
    trained = steps > record.optimizer_steps_before
    if site.calls > 1 and site.first_at == site.last_at and trained:
        return Cadence.ONCE  # it replays the past: nothing is trained between its calls
    epochs = None if passes.passes else epochs_of_run.in_loops(record.optimizer)
    if epochs is not None:
        return Cadence.BATCH if site.calls > 1.5 * epochs else Cadence.EPOCH
    if not passes.passes:
        return Cadence.EPOCH if 1 < site.calls <= steps / 2 else Cadence.UNKNOWN
    if site.inside > site.calls / 2:
        return Cadence.BATCH if passes.most > 1 else Cadence.UNKNOWN
    if site.calls == 1 and passes.passes > 1:
        return Cadence.ONCE if site.last_at == steps else Cadence.UNKNOWN
    return Cadence.EPOCH


def _argument(record: RecordedScheduler, site: CallSite) -> StepArgument:
    if site.argument is None:
        return StepArgument.NOTHING
    takes_metric = record.law is not None and record.law.takes_metric
    return StepArgument.METRIC if takes_metric else StepArgument.EPOCH


def _written_argument(site: CallSite) -> str:
    """Return how the script writes the argument, where its place is known to the column."""
    if site.place.through:
        return ""  # a framework writes it, not the user's line
    import libcst as cst  # 0.2 s, which a run without an argument saves

    call = parse_expression(site.place.text)
    if not isinstance(call, cst.Call) or len(call.args) != 1 or call.args[0].star == "**":
        return ""
    argument = call.args[0]
    name = "" if argument.keyword is None else f"{argument.keyword.value}="
    return f"{name}{argument.star}{cst.Module([]).code_for_node(argument.value)}"
