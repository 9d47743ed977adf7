"""Make the tracks of a run: the LR of each scheduler, and of each optimizer without one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lrlint.facts import HANDWRITTEN
from lrlint.runtime.facts_of_run.epochs import Epochs
from lrlint.runtime.facts_of_run.hand_written import HandWritten
from lrlint.runtime.facts_of_run.lengths import is_partial
from lrlint.runtime.ranks import rank
from lrlint.runtime.recorder.recorder import Recorder
from lrlint.runtime.recorder.records import RecordedOptimizer, RecordedScheduler
from lrlint.runtime.track import Track

Tracked = RecordedScheduler | RecordedOptimizer
"""What a track belongs to: a scheduler, or an optimizer that has none."""


def tracks_of(
    recorder: Recorder, written: Sequence[HandWritten]
) -> Iterator[tuple[Tracked, Track]]:
    """Yield the track of each scheduler, except parts of others, then those of ``written``."""
    keys = _keys(recorder.optimizers)
    epochs = Epochs(recorder)
    for scheduler in recorder.schedulers:
        if scheduler.parent is None and not scheduler.failed:
            optimizer = scheduler.optimizer
            track = _of_scheduler(scheduler, keys[id(optimizer)], epochs.of(optimizer))
            yield scheduler, replace(track, partial=is_partial(scheduler, recorder))
    for schedule in written:
        record = schedule.record
        yield record, _by_hand(schedule, keys[id(record)], epochs.of(record))


def _of_scheduler(scheduler: RecordedScheduler, key: str, epochs: int | None) -> Track:
    optimizer = scheduler.optimizer
    curve, unseen = optimizer.curve, any(other.unseen for other in optimizer.schedulers)
    return Track(
        scheduler=scheduler.name,
        optimizer=optimizer.class_name,
        optimizer_steps=optimizer.steps,
        scheduler_steps=scheduler.steps,
        at=tuple(curve.at),
        lr=curve.by_group(),
        expected=None if unseen else curve.expected_by_group(),
        epochs=epochs,
        max_relative_error=None if unseen else optimizer.max_error,
        first_divergence=scheduler.departure,
        overlaid_steps=optimizer.overlaid_steps,
        rank=rank(),
        filename=scheduler.place.span().filename,
        row=scheduler.place.row,
        optimizer_key=key,
    )


def _by_hand(written: HandWritten, key: str, epochs: int | None) -> Track:
    optimizer, span = written.record, written.place.span()
    return Track(
        scheduler=HANDWRITTEN,
        optimizer=optimizer.class_name,
        optimizer_steps=optimizer.steps,
        scheduler_steps=written.writes,
        at=tuple(optimizer.curve.at),
        lr=optimizer.curve.by_group(),
        expected=written.expected,
        epochs=epochs,
        max_relative_error=written.error,
        first_divergence=written.resume,
        rank=rank(),
        filename=span.filename,
        row=span.start.row,
        optimizer_key=key,
    )


def _keys(optimizers: Sequence[RecordedOptimizer]) -> dict[int, str]:
    """Return the key of each optimizer by the id of its record."""
    built: Counter[str] = Counter()
    keys = {}
    for optimizer in optimizers:
        line = f"{optimizer.place.span().filename}:{optimizer.place.row}"
        keys[id(optimizer)] = f"{line}#{built[line]}"
        built[line] += 1
    return keys
