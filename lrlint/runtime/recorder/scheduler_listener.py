"""Hear what happens to schedulers, and record it."""

from __future__ import annotations

import math
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from lrlint.runtime.recorder.built_by_line import BuiltByLine
from lrlint.runtime.recorder.call_log import CallLog
from lrlint.runtime.recorder.call_sites import RunPlace
from lrlint.runtime.recorder.closed_forms import counter_of, counts_from_zero
from lrlint.runtime.recorder.constructor_arguments import (
    bound_arguments,
    given_names,
    kept_arguments,
    optimizer_among,
)
from lrlint.runtime.recorder.framework_schedulers import (
    advanced,
    does_nothing,
    is_foreign,
    parts_of,
    writes_lr,
)
from lrlint.runtime.recorder.interrupts import let_pass
from lrlint.runtime.recorder.library_functions import given_arguments, library_law
from lrlint.runtime.recorder.loader_passes import LoaderPasses
from lrlint.runtime.recorder.lr_values import plain_lrs, plain_number, same_lrs
from lrlint.runtime.recorder.optimizer_listener import OptimizerListener
from lrlint.runtime.recorder.records import RecordedOptimizer, RecordedScheduler
from lrlint.runtime.recorder.replays import law_of, position_in, start_replay, state_for_replay
from lrlint.runtime.recorder.resume_check import (
    LOADED_BEFORE,
    OPTIMIZER_LOADED,
    SCHEDULER_LOADED,
    lost_its_start,
    replaced_arguments,
)
from lrlint.runtime.recorder.silent_errors import expect_own_lrs
from lrlint.runtime.recorder.verifier import note_unseen_steps
from lrlint.runtime.recorder.wrappers import (
    is_advance_of_accelerate,
    steps_for,
    unwrapped_optimizer,
    unwrapped_scheduler,
)


class SchedulerListener:
    """Records the schedulers of the optimizers that are recorded."""

    def __init__(self, log: CallLog, passes: LoaderPasses, optimizers: OptimizerListener) -> None:
        self.records: list[RecordedScheduler] = []
        self._log = log
        self._passes = passes
        self._optimizers = optimizers
        self._by_id: dict[int, RecordedScheduler] = {}
        self.built_by_line = BuiltByLine()

    # -- constructors

    def before_build(self, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
        """Hear that a scheduler's constructor begins: what the groups hold now is its start."""
        optimizer = optimizer_among(arguments, keywords)
        if optimizer is None:
            return
        record = self._optimizers.record_of(optimizer)
        if record is None and not self._optimizers.only:
            record = self._optimizers.adopt(optimizer)
        if record is not None and not (record.driven and record.expected.starts_as(optimizer)):
            record.expected.follow(optimizer.param_groups)

    def built(self, scheduler: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
        """Hear that a scheduler's constructor has run to its end."""
        optimizer = self._optimizers.record_of(getattr(scheduler, "optimizer", None))
        if optimizer is None or not writes_lr(scheduler):
            return
        optimizer.settled = False
        law, bound = bound_arguments(law_of(scheduler), arguments, keywords)
        name, given = type(scheduler).__name__, given_names(law, arguments, keywords)
        base_lrs = tuple(optimizer.expected.initial)
        library = library_law(bound.get("lr_lambda"), base_lrs) if name == "LambdaLR" else None
        if library is not None:
            law, bound = library
            name, given = law.name, given_arguments(law, bound)
        parts = parts_of(scheduler)
        children = tuple(self._by_id[id(part)] for part in parts if id(part) in self._by_id)
        groups, replays = scheduler.optimizer.param_groups, [child.replay for child in children]
        replay = start_replay(law, optimizer.expected, bound, replays, groups)
        key = id(scheduler)
        record = RecordedScheduler(
            ref=weakref.ref(scheduler, lambda _: self._by_id.pop(key, None)),
            name=name,
            law=law,
            arguments=bound,
            given_names=given,
            place=self._log.place(scheduler),
            order=self._log.next_order(),
            optimizer=optimizer,
            replay=replay,
            optimizer_steps_before=optimizer.steps,
            children=children,
            base_lrs=children[0].base_lrs if children else base_lrs,
            built_lrs=tuple(lr for lr in optimizer.expected.lr if isinstance(lr, float)),
            last_tries=optimizer.tries,
            last_optimizer_steps=optimizer.steps,
            last_batches=self._passes.batches,
            kept=kept_arguments(scheduler),
            seen_counter=counter_of(scheduler),
            foreign=is_foreign(scheduler),
        )
        if OPTIMIZER_LOADED in optimizer.loads_since_step:
            record.restored_before = optimizer.loads[-1]
        for child in children:
            child.parent = record
            self.built_by_line.remove(child)  # the whole counts, not its parts
        record.set_counter(counter_of(scheduler))
        self._by_id[key] = record
        if self.built_by_line.add(record):
            self.records.append(record)
        optimizer.attach(record, len(groups))
        expect_own_lrs(record, scheduler)

    def build_failed(
        self, scheduler: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]
    ) -> None:
        """Hear that a scheduler's constructor has raised KeyError."""
        optimizer, law = optimizer_among(arguments, keywords), law_of(scheduler)
        record = self._optimizers.record_of(optimizer)
        if record is None or law is None:
            return
        _, bound = bound_arguments(law, arguments, keywords)
        self.records.append(
            RecordedScheduler(
                ref=weakref.ref(scheduler),
                name=law.name,
                law=law,
                arguments=bound,
                given_names=given_names(law, arguments, keywords),
                place=self._log.place(scheduler),
                order=self._log.next_order(),
                optimizer=record,
                replay=None,
                optimizer_steps_before=record.steps,
                failed=True,
            )
        )

    def adopt(self, scheduler: Any) -> None:
        """Record a scheduler that was built before the recorder listened, its parts first."""
        for part in parts_of(scheduler):
            self.adopt(part)
        if id(scheduler) in self._by_id:
            return
        optimizer = self._optimizers.adopt(unwrapped_optimizer(scheduler.optimizer))
        keywords = {"optimizer": scheduler.optimizer} | kept_arguments(scheduler)
        self.built(scheduler, (), keywords)
        record = self._by_id.get(id(scheduler))
        if record is None:
            return  # it writes no LR
        self.built_by_line.clear(record)  # it was built elsewhere
        record.replay = None  # how it got where it is was not seen
        groups = scheduler.optimizer.param_groups
        optimizer.expected.follow(groups)
        initial = (group.get("initial_lr", group.get("lr")) for group in groups)
        record.base_lrs = optimizer.base_lrs = tuple(map(plain_number, initial))
        if record.parent is None and (record.counter or lost_its_start(record)):
            optimizer.loads_since_step.append(LOADED_BEFORE)

    def forget_others(self) -> None:
        """Forget the schedulers of optimizers that are no longer recorded."""
        kept = [*map(id, self._optimizers.records)]
        self.records = [record for record in self.records if id(record.optimizer) in kept]
        self._by_id = {
            key: record for key, record in self._by_id.items() if id(record.optimizer) in kept
        }

    # -- steps

    def stepping(self, scheduler: Any) -> None:
        """Hear that ``scheduler.step()`` begins, called by the script itself."""
        record = self._by_id.get(id(scheduler))
        if record is not None and not _is_of(record.optimizer, scheduler):
            record = self._move(scheduler, record)
        if record is None:
            self._note_continued(scheduler)
            self._adopt_copy(scheduler)
            return
        optimizer, groups = record.optimizer, scheduler.optimizer.param_groups
        self._optimizers.complete(optimizer)
        if counter_of(scheduler) != record.seen_counter:
            note_unseen_steps(optimizer)
        if not optimizer.overlaid and all(
            group.get("lr") is lr for group, lr in zip(groups, optimizer.last_lrs, strict=False)
        ):
            return
        lrs = plain_lrs(group.get("lr") for group in groups)
        if lrs is None or any(isinstance(lr, Tensor) for lr in lrs):
            return  # what a tensor holds, only its device knows
        own_last: Sequence[Any] = getattr(scheduler, "_last_lr", None) or record.built_lrs
        scheduled = optimizer.expected.lr if optimizer.driven else own_last
        if not same_lrs(lrs, scheduled):
            optimizer.overlaid = False
        elif not same_lrs(optimizer.last_lrs, scheduled):
            optimizer.overlaid = True
        if not optimizer.driven:
            optimizer.expected.follow(groups)

    def _adopt_copy(self, scheduler: Any) -> None:
        """Record a scheduler that no constructor has built: it was unpickled, or copied.

        One whose optimizer has made no step may only show its curve.
        """
        optimizer = unwrapped_optimizer(scheduler.optimizer)
        only = self._optimizers.only
        if self._optimizers.steps_of(optimizer) and not (only and id(optimizer) not in only):
            self.adopt(scheduler)

    def _move(self, scheduler: Any, old: RecordedScheduler) -> RecordedScheduler | None:
        """Record anew a scheduler whose attribute ``optimizer`` now is another optimizer."""
        del self._by_id[id(scheduler)]
        old.unseen, old.replay = True, None
        old.optimizer.schedulers.remove(old)
        optimizer = unwrapped_optimizer(scheduler.optimizer)
        if self._optimizers.only and id(optimizer) not in self._optimizers.only:
            return None
        self.adopt(scheduler)
        record = self._by_id.get(id(scheduler))
        if record is not None and LOADED_BEFORE in record.optimizer.loads_since_step:
            record.optimizer.loads_since_step.remove(LOADED_BEFORE)  # the LR is the new optimizer's
        return record

    def stepped(self, scheduler: Any, value: Any) -> None:
        """Hear that ``scheduler.step()`` has run to its end, called by the script itself."""
        record = self._by_id.get(id(scheduler))
        if record is None:
            return
        optimizer = record.optimizer
        place, steps, tries = self._log.user_place(), optimizer.steps, optimizer.tries
        if place is not None:
            self._count_call(record, place, value)
        record.steps += 1
        if isinstance(value, int):
            record.set_counter(counter_of(scheduler))
        optimizer.driven, optimizer.settled = True, False
        if steps == record.last_optimizer_steps:
            if tries > record.last_tries:
                record.overran += 1
        elif optimizer.overflow is not None:
            record.overran_on_device.add(optimizer.overflow)
        record.last_tries, record.last_optimizer_steps = tries, steps
        if record.replay is not None:
            optimizer.expected.read()
            try:
                record.replay.step(value)
            except Exception as error:  # torch has let it pass: follow from here on
                let_pass(error)
                record.replay = None
        if record.replay is None:
            optimizer.expected.follow_lrs(scheduler.optimizer.param_groups)
        record.seen_counter = counter_of(scheduler)
        if record.law is None:
            if record.steps == 1:
                self._note_held(scheduler)
            note_unseen_steps(optimizer)
        expect_own_lrs(record, scheduler)

    def _note_held(self, scheduler: Any) -> None:
        """Note the schedulers that one of the script's own classes has: it may step them."""
        for value in vars(scheduler).values():
            for part in value if isinstance(value, (list, tuple)) else (value,):
                record = self._by_id.get(id(part))
                if record is not None and record.ref() is part:
                    record.unseen, record.replay = True, None

    def foreign_stepping(self, scheduler: Any) -> None:
        """Hear that another library's scheduler begins to step."""
        target = advanced(scheduler)
        if (
            id(target) not in self._by_id
            and writes_lr(scheduler)
            and self._optimizers.record_of(scheduler.optimizer) is not None
        ):
            self.adopt(scheduler)  # built before its library was listened to
        self.stepping(target)

    def takes_metric(self, scheduler: Any) -> bool:
        """Whether the steps of another library's scheduler are told a metric, too."""
        record = self._by_id.get(id(scheduler))
        return record is not None and record.law is not None and record.law.takes_metric

    def foreign_stepped(self, scheduler: Any, method: str, value: Any) -> None:
        """Hear that another library's scheduler has stepped."""
        target = advanced(scheduler)
        record = self._by_id.get(id(target))
        if record is None:
            return
        if does_nothing(scheduler, method):
            place = self._log.user_place()
            if place is not None:
                self._log.count(record.idle_sites, place, record.optimizer.steps)
            return
        record.foreign = True
        record.replay = None if target is not scheduler else record.replay
        self.stepped(target, None if method == "__call__" else value)  # which gets an engine
        positioned = record.law is not None and record.law.positioned
        if positioned and isinstance(value, (int, float)):
            record.steps_before += math.ceil(value) - record.counter

    def training_goes_on(self, scheduler: Any, steps: int) -> None:
        """Hear that a Trainer goes on after so many steps, with the states it has found."""
        scheduler = unwrapped_scheduler(scheduler)
        record = self._by_id.get(id(scheduler))
        if record is None or record.name == "get_constant_schedule":
            return
        if counts_from_zero(record, scheduler):
            record.starts_over, record.starts_over_after = self._log.place(), steps

    def step_failed(self, scheduler: Any, value: Any) -> None:
        """Hear that ``scheduler.step()`` has raised: it was called, and has not stepped."""
        record = self._by_id.get(id(scheduler))
        place = self._log.user_place()
        if record is not None and place is not None:
            record.refused += 1
            record.seen_counter = counter_of(scheduler)
            self._count_call(record, place, value)

    def _count_call(self, record: RecordedScheduler, place: RunPlace, value: Any) -> None:
        steps = record.optimizer.steps
        site = self._log.count(record.sites, place, steps)
        plain = value is None or isinstance(value, (int, float))
        if record.foreign and isinstance(value, (int, float)):
            site.note_position(value)
        site.argument = value if plain else type(value).__name__  # a loss holds a whole graph
        if self._passes.active:
            site.inside += 1
        if record.optimizer.tries == record.last_tries and is_advance_of_accelerate():
            record.prepared = True
        elif record.optimizer.tries == record.last_tries:
            site.idle += 1
            last, batches = record.last_site, self._passes.batches
            another_batch = last is site and batches != record.last_batches  # gradients accumulate
            begun = record.steps and steps > record.optimizer_steps_before
            if begun and last is not None and not another_batch:
                record.repeated += 1
                record.repeated_sites = record.repeated_sites or (last, site)
        record.last_site, record.last_batches = site, self._passes.batches

    def _note_continued(self, scheduler: Any, other: RecordedScheduler | None = None) -> None:
        """Note the schedules that a copy, or ``other`` with their state, goes on with from here."""
        reached = counter_of(scheduler)
        for record in self.records:
            if (
                record.steps
                and record.counter == reached
                and record.name == type(scheduler).__name__
                and (other is None or record.is_built_like(other))
                and record is not self._by_id.get(id(scheduler))
            ):
                record.continued = True

    def state_loaded(self, scheduler: Any) -> None:
        """Hear that ``load_state_dict`` has run."""
        record = self._by_id.get(id(scheduler))
        if record is None:
            return
        self._note_continued(scheduler, record)
        self._log.keep(record.loads, record.optimizer)
        record.furthest = max(record.furthest, record.counter)
        record.seen_counter = counter_of(scheduler)
        record.set_counter(record.seen_counter)
        record.optimizer.settled = False
        record.optimizer.loads_since_step.append(SCHEDULER_LOADED)
        record.replaced = record.replaced or replaced_arguments(record)
        if record.replay is not None:
            state = state_for_replay(scheduler)
            record.replay.load_state_dict(position_in(state) if record.replaced else state)

    def finish(self) -> None:
        """Note the optimizers whose schedulers something unseen has stepped."""
        for record in self.records:
            if not (record.steps or record.unseen):
                note_unseen_steps(record.optimizer)

    def collect_overruns(self, optimizer: RecordedOptimizer) -> None:
        """Add what its schedulers have counted on the device; waits for the device."""
        for record in self.records:
            if record.optimizer is optimizer:
                record.overran += record.overran_on_device.take()


def _is_of(optimizer: RecordedOptimizer, scheduler: Any) -> bool:
    mine, real = scheduler.optimizer, optimizer.ref()
    return mine is real or unwrapped_optimizer(mine) is real or steps_for(real, mine)
