"""Schedules that a script writes by hand: the LRs of a run against those that are predicted.

The script is analysed with the command line and the lengths of the run. Where this predicts the LR
of every optimizer step, the facts of the script are those of the run; elsewhere the recorded LRs
are all that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from lrlint.facts import (
    HANDWRITTEN,
    Departure,
    Loop,
    LoopKind,
    OptimizerUse,
    Place,
    RecordedRun,
    Schedule,
)
from lrlint.runtime.facts_of_run.epochs import Epochs
from lrlint.runtime.facts_of_run.lengths import last_lrs
from lrlint.runtime.facts_of_run.resumed_by_hand import departure_on_resume
from lrlint.runtime.planned_schedules import Plan
from lrlint.runtime.recorder.recorder import Recorder
from lrlint.runtime.recorder.records import RecordedOptimizer
from lrlint.symbolic import Expr

if TYPE_CHECKING:  # it loads the analyser, which `lrlint.watch` does without
    from lrlint.predict.forecast import Forecast

_SAME = 1e-6
"""Largest difference, relative to the highest LR, between an LR in use and a predicted one."""
_MOST_STEPS = 500_000
"""Optimizer steps that a prediction is worth its time for."""
_MOST_TRIES = 3
"""Predictions of one script: each may ask for numbers of the run that the next is given."""


@dataclass(frozen=True)
class HandWritten:
    """The schedule of an optimizer that no scheduler drives."""

    record: RecordedOptimizer
    forecast: Forecast | None
    """The prediction for the script, as far as it can be read."""
    error: float | None
    """The greatest relative error of the prediction; None where it is not that of the run."""
    resume: Departure | None = None
    """Where a run that goes on from a checkpoint departs from the whole training."""

    @property
    def place(self) -> Place:
        """Where the LR is written; where that is not known, the optimizer."""
        return self.record.place if self.forecast is None else self.forecast.schedule.place

    @property
    def expected(self) -> tuple[tuple[float, ...], ...] | None:
        """Return the predicted LRs at the steps of the curve, one tuple per param group."""
        predicted = None if self.forecast is None else self.forecast.prediction.lr
        if self.error is None or predicted is None:
            return None
        return tuple(tuple(group[step] for step in self.record.curve.at) for group in predicted)

    @property
    def writes(self) -> int:
        """Return how often the LR was written, or at least how often it has changed."""
        steps = None if self.forecast is None else self.forecast.prediction.steps
        return self.record.curve.changes if self.error is None or steps is None else steps


def hand_written(recorder: Recorder, plan: Plan) -> Iterator[HandWritten]:
    """Yield the schedules of optimizers without a scheduler whose LR changes, or is meant to."""
    epochs = Epochs(recorder)
    for record in _undriven(recorder):
        is_it = partial(_writes_lr_of, record)
        forecast = _with_numbers_of_run(record, epochs, plan, is_it)
        if forecast is not None or record.curve.changes or record.rank_gap is not None:
            resume = _resume(record, epochs, plan, is_it)
            yield HandWritten(record, forecast, _error(record, forecast), resume)


def own_laws(recorder: Recorder, plan: Plan) -> Iterator[Schedule]:
    """Yield the schedules of schedulers whose law the script writes, where it predicts the run.

    Such a law is the function of a `LambdaLR`, or a scheduler class of the script.
    """
    epochs = Epochs(recorder)
    for scheduler in recorder.schedulers:
        record = scheduler.optimizer
        if scheduler.parent is not None or len(record.schedulers) != 1 or not record.curve.lr:
            continue
        if scheduler.law is not None and scheduler.name != "LambdaLR":
            continue
        is_it = partial(_is_built_at, scheduler.place)
        forecast = _with_numbers_of_run(record, epochs, plan, is_it)
        if forecast is not None and _error(record, forecast) is not None:
            yield _settled(forecast.schedule, _run_of(record))


def unchanged(recorder: Recorder, written: Sequence[HandWritten]) -> Iterator[HandWritten]:
    """Yield the optimizers whose LR nothing changes: those that are not among ``written``."""
    known = {id(schedule.record) for schedule in written}
    for record in _undriven(recorder):
        if id(record) not in known:
            yield HandWritten(record, forecast=None, error=None)


def _undriven(recorder: Recorder) -> Iterator[RecordedOptimizer]:
    driven = {id(scheduler.optimizer) for scheduler in recorder.schedulers}
    for record in recorder.optimizers:
        if id(record) not in driven and not record.inner and record.curve.lr:
            yield record


def facts_of(written: HandWritten, use: OptimizerUse) -> Schedule:
    """Return the facts: those of the script where they predict the run, else its LRs alone."""
    run = replace(_run_of(written.record), departure=written.resume)
    if written.forecast is not None and written.error is not None:
        return _settled(written.forecast.schedule, run)
    return Schedule(
        scheduler=HANDWRITTEN,
        variable=None,
        place=written.place,
        arguments={},
        optimizer=use,
        horizon=None,
        run=run,
    )


def _resume(
    record: RecordedOptimizer,
    epochs: Epochs,
    plan: Plan,
    is_it: Callable[[Schedule], bool],
) -> Departure | None:
    if record.begun_at is None:
        return None
    whole = next((one for one in plan.not_resumed({}) if is_it(one.schedule)), None)
    if whole is not None and (numbers := _lengths_of_loaders(whole, record, epochs)):
        whole = next((one for one in plan.not_resumed(numbers) if is_it(one.schedule)), None)
    return None if whole is None else departure_on_resume(record, whole.prediction.lr)


def _run_of(record: RecordedOptimizer) -> RecordedRun:
    return RecordedRun(
        last_lrs=last_lrs(record),
        zero_steps=record.zero_lrs.fact(record.steps),
        goes_on=record.begun_at,
        rank_gap=record.rank_gap,
    )


def _settled(schedule: Schedule, run: RecordedRun) -> Schedule:
    """Return a schedule that has predicted the run: its numbers are those of the run."""
    return replace(schedule, law=replace(schedule.law, settled=True), run=run)


def _writes_lr_of(record: RecordedOptimizer, schedule: Schedule) -> bool:
    optimizer = schedule.optimizer
    if schedule.scheduler != HANDWRITTEN or optimizer is None:
        return False
    return _is_at(record.place, optimizer.place)


def _is_built_at(place: Place, schedule: Schedule) -> bool:
    return schedule.scheduler != HANDWRITTEN and _is_at(place, schedule.place)


def _is_at(place: Place, other: Place) -> bool:
    """Whether two places are on the same line."""
    return place.span().line == other.span().line


def _with_numbers_of_run(
    record: RecordedOptimizer,
    epochs: Epochs,
    plan: Plan,
    is_it: Callable[[Schedule], bool],
) -> Forecast | None:
    """Return the prediction for the script, with numbers of the run for those that it leaves open.

    A setting that the run has read from elsewhere, such as a file, is derived from its length.
    """
    numbers: dict[str, object] = {}
    if record.steps > _MOST_STEPS:
        return None
    found = _forecast(plan, numbers, is_it)
    for _ in range(_MOST_TRIES):
        if found is None or found.prediction.optimizer_steps == record.steps:
            break
        more = _numbers(found, record, epochs)
        if not more.items() - numbers.items():
            break
        numbers |= more
        found = _forecast(plan, numbers, is_it) or found
    return found


def _forecast(
    plan: Plan, numbers: dict[str, object], is_it: Callable[[Schedule], bool]
) -> Forecast | None:
    return next((one for one in plan.hand_written(numbers) if is_it(one.schedule)), None)


def _numbers(forecast: Forecast, record: RecordedOptimizer, epochs: Epochs) -> dict[str, object]:
    """Return numbers of the run by their names in the script."""
    numbers: dict[str, object] = {**_lengths_of_loaders(forecast, record, epochs)}
    if len(record.begun_with) == 1:
        from lrlint.predict.simulation import LOADED_LR

        unknown = forecast.prediction.unresolved
        loaded = [name for name in unknown if name.startswith(LOADED_LR)]
        numbers |= dict.fromkeys(loaded, *record.begun_with)
    law = forecast.schedule.law
    names = [] if law.steps is None else [atom.name for atom in law.steps.atoms()]
    if not numbers and law.counter is not None and names == [str(law.steps)]:
        by_epoch = law.counter.kind is LoopKind.EPOCH
        count = epochs.of(record) if by_epoch else record.steps
        numbers |= {} if count is None else {names[0]: count}
    for loop in {loop for site in forecast.schedule.sites for loop in site.loops}:
        if record.begun_at is not None or not loop.may_break:
            numbers |= _start(loop, record.steps, epochs.of(record))
    return numbers


def _lengths_of_loaders(
    forecast: Forecast, record: RecordedOptimizer, epochs: Epochs
) -> dict[str, int]:
    """Return the batches of a pass for each ``len(loader)`` that a prediction leaves open."""
    batches = epochs.passes(record).batches_of_each
    if batches is None:
        return {}
    names = forecast.prediction.unresolved
    return {name: batches for name in names if name.startswith("len(")}


def _start(loop: Loop, steps: int, passes: int | None) -> dict[str, object]:
    """Return where a loop starts that goes on from a checkpoint, by its name in the script."""
    count, first, trips = passes if loop.kind is LoopKind.EPOCH else steps, loop.first, loop.trips
    if count is None or first is None or trips is None:
        return {}
    atoms = [*first.atoms()] or [atom for atom in trips.atoms() if atom.value in (None, 0)]
    if len(atoms) != 1:
        return {}
    end = trips.subs({atoms[0]: Expr.const(0)}).value
    if not isinstance(end, int) or trips.subs({atoms[0]: Expr.const(end - count)}).value != count:
        return {}
    return {atoms[0].name: end - count}


def _error(record: RecordedOptimizer, forecast: Forecast | None) -> float | None:
    """Return the greatest error of a prediction; None where it is not that of the run."""
    predicted = None if forecast is None else forecast.prediction.lr
    if forecast is None or predicted is None:
        return None
    curve = record.curve
    if forecast.prediction.optimizer_steps != record.steps or len(predicted) != len(curve.lr[0]):
        return None
    highest = max((abs(lr) for lrs in curve.lr for lr in lrs), default=0.0)
    errors = [
        abs(lr - group[step])
        for step, lrs in zip(curve.at, curve.lr, strict=True)
        for lr, group in zip(lrs, predicted, strict=False)
    ]
    worst = max(errors, default=0.0)
    if not worst <= _SAME * highest:
        return None
    return worst / highest if highest else 0.0
