"""Hear what happens to optimizers, and record it."""

from __future__ import annotations

import sys
import weakref
from _thread import get_ident
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import torch

from lrlint.runtime.recorder.call_log import CallLog
from lrlint.runtime.recorder.expected_groups import ExpectedGroups
from lrlint.runtime.recorder.loader_passes import LoaderPasses
from lrlint.runtime.recorder.lr_values import as_number
from lrlint.runtime.recorder.records import RecordedOptimizer
from lrlint.runtime.recorder.resume_check import OPTIMIZER_LOADED
from lrlint.runtime.recorder.verifier import Verifier
from lrlint.runtime.recorder.wrappers import steps_for, unwrapped_optimizer

SITES_UNTIL = 1000
"""Optimizer steps whose call sites are looked up; later ones come from the same lines."""


class OptimizerListener:
    """Records the steps of optimizers: of all of them, or of those in ``only``."""

    def __init__(self, log: CallLog, passes: LoaderPasses, only: Sequence[object]) -> None:
        self.records: list[RecordedOptimizer] = []
        self.verifier = Verifier()
        self.only = frozenset(map(id, only))
        self._log = log
        self._passes = passes
        self._by_id: dict[int, RecordedOptimizer] = {}
        self._stepping: dict[int, RecordedOptimizer] = {}
        """The records whose step is under way, by their ids."""
        self._kept_untrained = False
        """Whether the state of an optimizer has been read before its first step."""
        self._is_capturing: Callable[[], bool] | None = None
        if torch.version.cuda or torch.version.hip:
            self._is_capturing = torch.cuda.is_current_stream_capturing

    def record_of(self, optimizer: Any) -> RecordedOptimizer | None:
        """Return the record of an optimizer that is known, wrapped or not."""
        record = self._by_id.get(id(unwrapped_optimizer(optimizer)))
        if record is None and optimizer is not None:
            return next((one for one in self.records if steps_for(one.ref(), optimizer)), None)
        return record

    def built(self, optimizer: Any) -> None:
        """Hear that an optimizer's constructor has run."""
        if not self.only or id(optimizer) in self.only:
            self.adopt(optimizer)

    def restrict(self, optimizers: Sequence[object]) -> None:
        """Record only these from now on, and forget the others."""
        self.only = frozenset(map(id, optimizers))
        self._by_id = {key: one for key, one in self._by_id.items() if key in self.only}
        kept = [*map(id, self._by_id.values())]
        self.records = [record for record in self.records if id(record) in kept]

    def adopt(self, optimizer: Any) -> RecordedOptimizer:
        """Return the record of an optimizer, a new one where it is not known."""
        key = id(optimizer)
        known = self._by_id.get(key)
        if known is not None and known.ref() is optimizer:
            return known
        groups = optimizer.param_groups
        record = RecordedOptimizer(
            ref=weakref.ref(optimizer, lambda _: self._by_id.pop(key, None)),
            class_name=type(optimizer).__name__,
            place=self._log.place(optimizer),
            order=self._log.next_order(),
            parameters=frozenset(id(p) for group in groups for p in group.get("params", ())),
            expected=ExpectedGroups(groups),
            batches=self._passes.batches,
        )
        record.base_lrs = tuple(record.expected.lr)
        record.momenta = tuple(group.get("momentum") for group in groups)
        self._by_id[key] = record
        self.records.append(record)
        return record

    def before_step(self, optimizer: Any, call: object) -> None:
        """Hear that ``optimizer.step()`` begins; ``call`` is an object that only this call has."""
        if self._is_capturing is not None and self._is_capturing():
            return  # into a CUDA graph: nothing is updated before its replay, see `replayed`
        record = self._by_id.get(id(optimizer))
        if record is None:
            if self.only:
                return
            record = self.adopt(optimizer)
        if record.current_call is not None and _is_nested(optimizer, sys._getframe(2)):
            return  # super().step(): the same step once more
        record.current_call, record.thread = call, get_ident()
        self._stepping[id(record)] = record
        record.pending_lrs = _lrs(optimizer)
        record.overflow = optimizer.found_inf if "found_inf" in optimizer.__dict__ else None
        if record.steps < SITES_UNTIL:
            wrapper = sys._getframe(2)
            record.inner |= any(
                _is_nested(other.ref(), wrapper)  # or the step of the other one has raised
                for other in list(self._stepping.values())
                if other is not record and other.thread == record.thread
            )
            place = self._log.user_place()
            if place is not None:
                self._log.count(record.sites, place, record.steps)
            if not self._passes.batches:
                record.loop_epochs.note(record.steps, sys._getframe(1))

    def after_step(self, optimizer: Any, call: object) -> None:
        """Hear that ``optimizer.step()`` has run to its end."""
        record = self._by_id.get(id(optimizer))
        if record is None or record.current_call is None:
            return
        if record.current_call is not call and _is_nested(optimizer, sys._getframe(2)):
            return
        self.complete(record)

    def complete(self, record: RecordedOptimizer) -> None:
        """Count the step under way, if any: its own hook may step a scheduler already."""
        optimizer = record.ref()
        if record.current_call is not None and optimizer is not None:
            record.current_call = None
            self._stepping.pop(id(record), None)
            self.verifier.step(optimizer, record)
            self._count_in_pass(record)

    def _count_in_pass(self, record: RecordedOptimizer) -> None:
        """Tell the passes over loaders of a step, made or left out."""
        if self._passes.active or self._passes.batches != record.batches:
            self._passes.stepped(record)

    def steps_of(self, optimizer: Any) -> int:
        """Return how many steps an optimizer has made."""
        record = self.record_of(optimizer)
        return 0 if record is None else record.steps

    def scaler_stepped(self, optimizer: Any, steps_before: int) -> None:
        """Hear that ``scaler.step(optimizer)`` has run: it may have left the step out."""
        record = self.record_of(optimizer)
        if record is not None and record.steps == steps_before:
            record.skipped += 1
            self._count_in_pass(record)

    def replayed(self) -> None:
        """Record a step of every optimizer that no hook has seen: a CUDA graph was replayed."""
        for record in list(self._by_id.values()):
            optimizer = record.ref()
            if optimizer is not None:
                record.pending_lrs = _lrs(optimizer)
                self.verifier.step(optimizer, record)
                self._count_in_pass(record)

    def state_loaded(self, optimizer: Any) -> bool:
        """Hear that ``load_state_dict`` has run; return whether it is a known optimizer's."""
        record = self._by_id.get(id(optimizer))
        if record is None:
            return False
        record.settled = False
        record.expected.follow(optimizer.param_groups)
        record.loads_since_step.append(OPTIMIZER_LOADED)
        self._log.keep(record.loads, record)
        trained = bool(optimizer.state) or not self._kept_untrained
        if trained and "initial_lr" in optimizer.param_groups[0]:
            record.resumed_at = self._log.place()
        if trained and not record.steps:
            record.begun_at = self._log.place()
            lrs = (as_number(group.get("lr")) for group in optimizer.param_groups)
            record.begun_with = frozenset(lr for lr in lrs if lr is not None)
        return True

    def state_read(self, optimizer: Any) -> None:
        """Hear that ``state_dict`` is called; a state from before the training is not a
        checkpoint."""
        if not self.steps_of(optimizer):
            self._kept_untrained = True

    def group_added(self, optimizer: Any) -> None:
        """Hear that ``add_param_group`` has run, perhaps in a constructor."""
        record = self._by_id.get(id(optimizer))
        if record is None or not any(one.ref() is not None for one in record.schedulers):
            return
        record.settled = False
        index = len(optimizer.param_groups) - 1
        lr = as_number(optimizer.param_groups[index].get("lr"))
        if lr is not None:
            record.late_lrs[index] = lr
        self._log.keep(record.added_groups, record)


def _lrs(optimizer: Any) -> list[Any] | None:
    """Return the LR of each param group as it is; None where a group has no key for it."""
    try:
        return [group["lr"] for group in optimizer.param_groups]
    except KeyError:
        return None


def _is_nested(optimizer: object, wrapper: FrameType) -> bool:
    """Whether this call of ``step()`` is made from within another one, of ``optimizer``.

    ``wrapper`` is the frame of torch's own wrapper around ``step()``, which calls the hooks and
    names the optimizer ``self``. Asked only where calls may be nested, since it is slow.
    """
    frame = wrapper.f_back
    while frame is not None:
        if frame.f_code is wrapper.f_code and frame.f_locals.get("self") is optimizer:
            return True
        frame = frame.f_back
    return False
