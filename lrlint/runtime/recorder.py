"""The recorder: hears what torch does to learning rates, and keeps what the rules ask about.

Everything here runs inside somebody's training: nothing may raise (``hooks`` sees to that), wait
for a device, or grow with the number of steps.
"""

from __future__ import annotations

import math
import sys
import weakref
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any

from lrlint.runtime import lawful
from lrlint.runtime import shadow as shadows
from lrlint.runtime.built import arguments_of
from lrlint.runtime.loaders import Passes
from lrlint.runtime.records import MOST_EVENTS, Event, OptimizerRecord, ScheduleRecord
from lrlint.runtime.sites import RunPlace, Site, Sites
from lrlint.runtime.verify import OPTIMIZER_LOADED, SCHEDULER_LOADED, Row, Verifier

MOST_OF_A_LINE = 64
"""Schedulers of one line of code that are kept: a loop that builds one per batch must not fill the
memory."""
SITES_UNTIL = 1000
"""Optimizer steps whose call sites are looked up; later ones come from the same lines."""


class Recorder:
    """Records every optimizer step, scheduler step and pass over a ``DataLoader`` of the process.

    ``start()`` and ``stop()`` begin and end it; ``optimizers`` and ``schedules`` hold what was
    heard. ``only`` restricts it to the given optimizers.
    """

    def __init__(self, only: Sequence[object] = ()) -> None:
        self.optimizers: list[OptimizerRecord] = []
        self.schedules: list[ScheduleRecord] = []
        self.passes = Passes(self._asked_for)
        self.epochs: int | None = None
        """How many epochs the training has, where the user says so."""
        self.total_steps: int | None = None
        """How many optimizer steps it is meant to have, likewise."""
        self.planned: frozenset[tuple[str, int]] = frozenset()
        """The constructor calls of schedules that, as the script reads, end with the training."""
        self._only = frozenset(map(id, only))
        self._by_id: dict[int, OptimizerRecord] = {}
        self._schedules_by_id: dict[int, ScheduleRecord] = {}
        self._built: dict[tuple[RunPlace, int], int] = {}
        self._order = 0
        self.sites: Sites | None = None
        self._tensor: type = type(None)
        self._capturing: Callable[[], bool] | None = None
        self._row: Row | None = None
        self._verifier = Verifier(self._tensor)

    def stream(self, row: Row) -> None:
        """Tell ``row`` of the LRs of every step; of tensors in bulk, when they are read."""
        self._row = self._verifier.row = row

    def attach(self) -> None:
        """Get ready to listen: torch is imported from here on."""
        import os

        import torch

        self.sites = Sites(os.path.dirname(torch.__file__) + os.sep)
        self._tensor = torch.Tensor
        if torch.version.cuda or torch.version.hip:
            self._capturing = torch.cuda.is_current_stream_capturing
        self._verifier = Verifier(self._tensor, self._row)

    # -- optimizers

    def optimizer_built(self, optimizer: Any) -> None:
        """An optimizer's constructor has run."""
        if not self._only or id(optimizer) in self._only:
            self._adopt(optimizer, self._place())

    def _adopt(self, optimizer: Any, place: RunPlace) -> OptimizerRecord:
        key = id(optimizer)
        found = self._by_id.get(key)
        if found is not None and found.ref() is optimizer:
            return found
        groups = optimizer.param_groups
        record = OptimizerRecord(
            ref=weakref.ref(optimizer, lambda _: self._by_id.pop(key, None)),
            class_name=type(optimizer).__name__,
            place=place,
            order=self._next(),
            parameters=frozenset(id(p) for group in groups for p in group["params"]),
            shadow=shadows.Shadow(groups),
            given=self.passes.given,
        )
        record.base = tuple(record.shadow.lr)
        record.momenta = tuple(group.get("momentum") for group in groups)
        self._by_id[key] = record
        self.optimizers.append(record)
        return record

    def before_update(self, optimizer: Any, call: object) -> None:
        """``optimizer.step()`` begins; ``call`` is an object that only this call of it has."""
        if self._capturing is not None and self._capturing():
            return  # into a CUDA graph: nothing is updated before its replay, see `tick`
        record = self._by_id.get(id(optimizer))
        if record is None:
            if self._only:
                return
            record = self._adopt(optimizer, self._place())
        if record.call is not None and _is_inner(optimizer, sys._getframe(2)):
            return  # super().step(): the same step once more
        record.call = call
        record.pending = [group["lr"] for group in optimizer.param_groups]
        record.overflow = optimizer.found_inf if "found_inf" in optimizer.__dict__ else None
        if record.steps < SITES_UNTIL:
            place = self._asked_for()
            if place is not None:
                self._called(record.sites, place, record.steps)

    def after_update(self, optimizer: Any, call: object) -> None:
        """``optimizer.step()`` has run to its end."""
        record = self._by_id.get(id(optimizer))
        if record is None or record.call is None:
            return
        if record.call is not call and _is_inner(optimizer, sys._getframe(2)):
            return
        record.call = None
        self._verifier.step(optimizer, record)
        self._trained(record)

    def _trained(self, record: OptimizerRecord) -> None:
        """Tell the passes over loaders of a step, made or left out."""
        if self.passes.active or self.passes.given != record.given:
            self.passes.updated(record)

    def updates_of(self, optimizer: Any) -> int:
        """How many steps an optimizer has made."""
        record = self._by_id.get(id(shadows.unwrapped(optimizer)))
        return 0 if record is None else record.steps

    def update_tried(self, optimizer: Any, before: int) -> None:
        """``scaler.step(optimizer)`` has run to its end; there were ``before`` steps then."""
        record = self._by_id.get(id(shadows.unwrapped(optimizer)))
        if record is not None and record.steps == before:
            record.skipped += 1
            self._trained(record)

    def drain(self, record: OptimizerRecord) -> None:
        """Read what is still on the device."""
        self._verifier.drain(record)
        for schedule in self.schedules:
            if schedule.optimizer is record:
                schedule.overran += schedule.overran_there.take()

    def finish(self) -> None:
        """Read what is still on devices, and close the passes that a ``break`` left open."""
        for record in self.optimizers:
            self.drain(record)
        self.passes.finish()

    def state_loaded(self, owner: Any) -> None:
        """``load_state_dict`` has run, on an optimizer or a scheduler."""
        optimizer = self._by_id.get(id(owner))
        if optimizer is not None:
            optimizer.settled = False
            optimizer.shadow.follow(owner.param_groups)
            optimizer.resumed.append(OPTIMIZER_LOADED)
            self._note(optimizer.loads, optimizer)
            if owner.state and "initial_lr" in owner.param_groups[0]:
                optimizer.continued = self._place()
            return
        schedule = self._schedules_by_id.get(id(owner))
        if schedule is not None:
            self._note(schedule.loads, schedule.optimizer)
            schedule.optimizer.settled = False
            schedule.optimizer.resumed.append(SCHEDULER_LOADED)
            if schedule.replay is not None:
                schedule.replay.load_state_dict(_state_of(owner))

    def group_added(self, optimizer: Any) -> None:
        """``add_param_group`` has run, in a constructor too."""
        record = self._by_id.get(id(optimizer))
        if record is None or not any(one.ref() is not None for one in record.schedules):
            return
        record.settled = False
        index = len(optimizer.param_groups) - 1
        record.late[index] = shadows.number(optimizer.param_groups[index]["lr"])
        self._note(record.added, record)

    # -- schedulers

    def before_build(self, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
        """A scheduler's constructor begins: what the groups hold now is what it starts from."""
        optimizer = _optimizer_among(arguments, keywords)
        record = None if optimizer is None else self._by_id.get(id(optimizer))
        if optimizer is not None and record is None and not self._only:
            record = self._adopt(optimizer, self._place())
        if record is not None and optimizer is not None and not record.driven:
            record.shadow.follow(optimizer.param_groups)

    def scheduler_built(
        self, scheduler: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]
    ) -> None:
        """A scheduler's constructor has run to its end."""
        optimizer = shadows.unwrapped(getattr(scheduler, "optimizer", None))
        record = self._by_id.get(id(optimizer))
        if record is None:
            return
        record.settled = False
        law = shadows.law_of(scheduler)
        bound: dict[str, Any] = {}
        if law is not None:
            try:
                _, bound = law.bind_call(arguments, keywords)
            except TypeError:  # arguments of another version of torch
                law = None
        parts = getattr(scheduler, "_schedulers", ())
        children = tuple(
            self._schedules_by_id[id(part)] for part in parts if id(part) in self._schedules_by_id
        )
        base = tuple(record.shadow.initial)
        groups = scheduler.optimizer.param_groups
        replay = shadows.start(law, record.shadow, bound, [child.replay for child in children])
        if replay is None or not self._agrees(record.shadow, groups):
            replay = None
            record.shadow.follow(groups)
        key = id(scheduler)
        schedule = ScheduleRecord(
            ref=weakref.ref(scheduler, lambda _: self._schedules_by_id.pop(key, None)),
            name=type(scheduler).__name__,
            law=law,
            arguments=bound,
            explicit=_given(law, arguments, keywords),
            place=self._place(),
            order=self._next(),
            optimizer=record,
            replay=replay,
            children=children,
            built_at=record.steps,
            base=children[0].base if children else base,
            updates=record.tries,
            made=record.steps,
            restored=record.loads[-1] if OPTIMIZER_LOADED in record.resumed else None,
            built_lr=tuple(lr for lr in record.shadow.lr if isinstance(lr, float)),
            given=self.passes.given,
        )
        for child in children:
            child.parent = schedule
        self._schedules_by_id[key] = schedule
        record.groups_at_build, record.late = len(groups), {}
        line = (schedule.place, record.order)
        self._built[line] = self._built.get(line, 0) + 1
        if self._built[line] <= MOST_OF_A_LINE:
            self.schedules.append(schedule)
        record.schedules = [one for one in record.schedules if one.ref() is not None]
        record.driven = any(one.steps for one in record.schedules)
        record.schedules.append(schedule)
        lawful.correct(schedule, scheduler)

    def build_failed(
        self, scheduler: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]
    ) -> None:
        """A scheduler's constructor has raised KeyError."""
        optimizer = _optimizer_among(arguments, keywords)
        record, law = self._by_id.get(id(optimizer)), shadows.law_of(scheduler)
        if record is None or law is None:
            return
        _, bound = law.bind_call(arguments, keywords)
        self.schedules.append(
            ScheduleRecord(
                ref=weakref.ref(scheduler),
                name=law.name,
                law=law,
                arguments=bound,
                explicit=_given(law, arguments, keywords),
                place=self._place(),
                order=self._next(),
                optimizer=record,
                replay=None,
                built_at=record.steps,
                failed=True,
            )
        )

    def built_at(self, schedule: ScheduleRecord) -> int:
        """How many schedulers the same line has built for the same optimizer."""
        return self._built.get((schedule.place, schedule.optimizer.order), 0)

    def scheduler_known(self, scheduler: Any) -> None:
        """A scheduler that was built before the recorder listened: its parts first."""
        for part in getattr(scheduler, "_schedulers", ()):
            self.scheduler_known(part)
        if id(scheduler) in self._schedules_by_id:
            return
        record = self._adopt(shadows.unwrapped(scheduler.optimizer), self._place())
        arguments = arguments_of(scheduler)
        self.scheduler_built(scheduler, (), {"optimizer": scheduler.optimizer} | arguments)
        schedule = self._schedules_by_id[id(scheduler)]
        schedule.replay = None  # how it got where it is was not seen
        groups = scheduler.optimizer.param_groups
        record.shadow.follow(groups)
        initial = tuple(float(group.get("initial_lr", group["lr"])) for group in groups)
        schedule.base = record.base = initial

    def tick(self) -> None:
        """Every optimizer has made a step that no hook has seen: a CUDA graph was replayed."""
        for record in list(self._by_id.values()):
            optimizer = record.ref()
            if optimizer is not None:
                record.pending = [group["lr"] for group in optimizer.param_groups]
                self._verifier.step(optimizer, record)
                self._trained(record)

    def _agrees(self, shadow: shadows.Shadow, groups: Sequence[Mapping[str, Any]]) -> bool:
        """Whether the replay of a constructor wrote what the constructor wrote."""
        pairs = zip(shadow.groups, groups, strict=False)
        return all(
            isinstance(real["lr"], self._tensor)
            or math.isclose(mine["lr"], real["lr"], rel_tol=1e-9, abs_tol=1e-15)
            for mine, real in pairs
        )

    def scheduler_stepped(self, scheduler: Any, value: Any) -> None:
        """``scheduler.step()`` has run to its end, called by the script itself."""
        schedule = self._schedules_by_id.get(id(scheduler))
        if schedule is None:
            return
        record = schedule.optimizer
        place, made, tries = self._asked_for(), record.steps, record.tries
        if place is not None:
            self._advanced(schedule, place, value)
        schedule.steps += 1
        record.driven, record.settled = True, False
        if made == schedule.made:
            if tries > schedule.updates:
                schedule.overran += 1
        elif record.overflow is not None:
            schedule.overran_there.add(record.overflow)
        schedule.updates, schedule.made = tries, made
        if schedule.replay is not None:
            record.shadow.read()
            try:
                schedule.replay.step(value)
            except Exception:  # torch has let it pass: follow from here on
                schedule.replay = None
        if schedule.replay is None:
            record.shadow.follow_lrs(scheduler.optimizer.param_groups, self._tensor)
        lawful.correct(schedule, scheduler)

    def step_failed(self, scheduler: Any, value: Any) -> None:
        """``scheduler.step()`` has raised: it was called, and has not advanced."""
        schedule = self._schedules_by_id.get(id(scheduler))
        place = self._asked_for()
        if schedule is not None and place is not None:
            schedule.refused += 1
            self._advanced(schedule, place, value)

    def _advanced(self, schedule: ScheduleRecord, place: RunPlace, value: Any) -> None:
        updates = schedule.optimizer.steps
        site = self._called(schedule.sites, place, updates)
        plain = value is None or isinstance(value, (int, float))
        site.argument = value if plain else type(value).__name__  # a loss holds a whole graph
        if self.passes.active:
            site.inside += 1
        if schedule.optimizer.tries == schedule.updates:
            site.idle += 1
            last, batch = schedule.last_site, self.passes.given
            another_batch = last is site and batch != schedule.given  # gradients accumulate
            begun = schedule.steps and updates > schedule.built_at
            if begun and last is not None and not another_batch:
                schedule.repeated += 1
                schedule.twins = schedule.twins or (last, site)
        schedule.last_site, schedule.given = site, self.passes.given

    # -- small services

    def _note(self, events: list[Event], record: OptimizerRecord) -> None:
        if len(events) < MOST_EVENTS:
            events.append(Event(self._place(), self._next(), bool(record.steps)))

    def _called(self, sites: dict[RunPlace, Site], place: RunPlace, updates: int) -> Site:
        site = sites.get(place)
        if site is None:
            site = sites[place] = Site(place, first_at=updates, order=self._next())
        site.calls += 1
        site.last_at = updates
        return site

    def _asked_for(self) -> RunPlace | None:
        """Where in the user's code we are; None where no frame is the user's."""
        return None if self.sites is None else self.sites.here()

    def _place(self) -> RunPlace:
        return self._asked_for() or RunPlace("<unknown>", 1)

    def _next(self) -> int:
        self._order += 1
        return self._order


def _is_inner(optimizer: object, frame: FrameType) -> bool:
    """Whether the call of ``step()`` at ``frame`` is made from within another one.

    ``frame`` is that of torch's own wrapper around ``step()``, which calls the hooks and names the
    optimizer ``self``. Looked at only where calls may be nested, for it is slow.
    """
    found = frame.f_back
    while found is not None:
        if found.f_code is frame.f_code and found.f_locals.get("self") is optimizer:
            return True
        found = found.f_back
    return False


def _optimizer_among(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    for value in (*arguments, *keywords.values()):
        if hasattr(value, "param_groups"):
            return shadows.unwrapped(value)
        if isinstance(value, (list, tuple)) and value and hasattr(value[0], "optimizer"):
            return shadows.unwrapped(value[0].optimizer)  # ChainedScheduler([...])
    return None


def _given(law: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> frozenset[str]:
    """The parameters that the call gives a value, rather than the signature."""
    if law is None:
        return frozenset(keywords)
    names = [parameter.name for parameter in law.parameters if not parameter.keyword_only]
    names.insert(law.optimizer_index, "optimizer")
    return frozenset(keywords) | frozenset(names[: len(arguments)])


def _state_of(scheduler: Any) -> dict[str, Any]:
    """A scheduler's state as its replay takes it: with floats for tensors."""
    plain: dict[str, Any] = _plain(scheduler.state_dict())
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(item) for item in value)
    return float(value) if hasattr(value, "item") else value
