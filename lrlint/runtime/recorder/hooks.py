"""Listen to torch: global optimizer hooks, and wrappers around what has none.

torch has hooks for optimizer steps (2.1). Constructors and steps of schedulers,
``load_state_dict``, ``add_param_group``, ``GradScaler.step`` and the iterators of ``DataLoader``
have none: those methods are wrapped, on their classes, for as long as a recorder is on.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.optim.lr_scheduler as schedulers
from torch.optim import Optimizer, swa_utils
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.utils.data import dataloader

from lrlint.errors import internal_error
from lrlint.runtime.recorder.framework_schedulers import (
    is_foreign,
    loaded_classes,
    loaded_trainer,
)
from lrlint.runtime.recorder.hidden_frames import hidden
from lrlint.runtime.recorder.interrupts import let_pass
from lrlint.runtime.recorder.recorder import Recorder
from lrlint.runtime.recorder.telling import tell
from lrlint.runtime.recorder.uncompiled import uncompiled


class _Calls(threading.local):
    """The calls of schedulers that are under way in a thread."""

    depth = 0
    """How many: only the outermost one is the script's own."""


class Hooks:
    """The wrappers of one recorder. A bug in the recorder is reported once and ends them.

    ``on_step`` is called after each optimizer step; what it raises goes to the training.
    """

    def __init__(self, recorder: Recorder, on_step: Callable[[], None] | None = None) -> None:
        self._recorder = recorder
        self._on_optimizer = recorder.optimizer_listener
        self._on_scheduler = recorder.scheduler_listener
        self._on_step = on_step
        self._restore: list[Callable[[], None]] = []
        self._wrapped: set[tuple[type, str]] = set()
        self._calls = _Calls()
        self._on = False
        self.failure: str | None = None

    def install(self) -> None:
        """Begin to listen."""
        self._on = True
        before, after = self._step_hooks()
        self._restore += [
            register_optimizer_step_pre_hook(before).remove,
            register_optimizer_step_post_hook(after).remove,
        ]
        self._wrap(Optimizer, "__init__", self._optimizer_init)
        self._wrap(Optimizer, "load_state_dict", self._load)
        self._wrap(Optimizer, "state_dict", self._read_state)
        self._wrap(Optimizer, "add_param_group", self._add_group)
        for cls in (*vars(schedulers).values(), swa_utils.SWALR):
            if isinstance(cls, type) and issubclass(cls, schedulers.LRScheduler):
                self._wrap_scheduler(cls, "__init__", "step", "load_state_dict")
        self._wrap(dataloader._BaseDataLoaderIter, "__next__", self._next)
        scaler = getattr(torch.amp, "GradScaler", None) or torch.cuda.amp.GradScaler
        definer = next(cls for cls in scaler.__mro__ if "step" in vars(cls))
        self._wrap(definer, "step", self._scaled_step)
        self._wrap_frameworks()

    def remove(self) -> None:
        """Leave torch as it was."""
        self._on = False
        while self._restore:
            self._restore.pop()()

    def adopt(self, scheduler: Any) -> None:
        """Listen to a scheduler that was built before."""
        self._wrap_classes(scheduler)
        self._on_scheduler.adopt(scheduler)

    def _wrap_classes(self, scheduler: Any) -> None:
        if is_foreign(scheduler):
            self._wrap_frameworks()
            return
        for cls in type(scheduler).__mro__[:-1]:  # the user's own among them
            self._wrap_scheduler(cls, "step", "load_state_dict")

    def _wrap_frameworks(self) -> None:
        """Wrap the schedulers of the other libraries that are loaded by now."""
        for cls, steps in loaded_classes():
            for name in ("__init__", *steps):
                if name in vars(cls) and (cls, name) not in self._wrapped:
                    make = self._scheduler_init if name == "__init__" else self._foreign_step
                    self._wrap(cls, name, make)

    def _wrap_trainer(self) -> None:
        cls, name = loaded_trainer(), "_load_optimizer_and_scheduler"
        if cls is not None and name in vars(cls) and (cls, name) not in self._wrapped:
            self._wrap(cls, name, self._load_of_trainer)

    def _wrap_scheduler(self, cls: type, *names: str) -> None:
        """Wrap those of the methods that a class defines itself, once."""
        wrappers = {
            "__init__": self._scheduler_init,
            "step": self._scheduler_step,
            "load_state_dict": self._load,
        }
        for name in names:
            if name in vars(cls) and (cls, name) not in self._wrapped:
                self._wrap(cls, name, wrappers[name])

    def _wrap(self, cls: type, name: str, make: Callable[[Any], Any]) -> None:
        original = vars(cls)[name]
        wrapper: Any = functools.wraps(original)(hidden(make(original)))
        wrapper.lrlint_hooks = self
        setattr(cls, name, wrapper)
        self._wrapped.add((cls, name))

        def restore() -> None:
            if vars(cls).get(name) is wrapper:  # else someone has wrapped it after us
                setattr(cls, name, _without_ended(original))

        self._restore.append(restore)

    @contextmanager
    def safely(self) -> Iterator[None]:
        """Report a bug of ours within the block, instead of passing it to the training."""
        try:
            yield
        except Exception as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """Report a bug of ours and stop listening: training goes on without us."""
        let_pass(error)
        if self.failure is None:
            steps = sum(optimizer.steps for optimizer in self._recorder.optimizers)
            self.failure = (
                f"{internal_error('the recorder', error)}; nothing more is recorded"
                f" after {steps:,} optimizer steps, and no rule speaks of what follows them"
            )
            tell(self.failure)
        self.remove()

    # -- optimizers

    def _step_hooks(self) -> tuple[Callable[..., None], Callable[..., None]]:
        begin, end = self._on_optimizer.before_step, self._on_optimizer.after_step
        on_step = self._on_step

        def before(optimizer: Any, args: Any, kwargs: Any) -> None:
            try:
                begin(optimizer, kwargs)
            except Exception as error:
                self._fail(error)

        def after(optimizer: Any, args: Any, kwargs: Any) -> None:
            __tracebackhide__ = True  # of pytest
            try:
                end(optimizer, kwargs)
            except Exception as error:
                self._fail(error)
            if on_step is not None:
                on_step()  # may raise a finding

        return uncompiled(hidden(before)), uncompiled(hidden(after))

    def _optimizer_init(self, original: Any) -> Any:
        def __init__(optimizer: Any, *args: Any, **kwargs: Any) -> None:
            original(optimizer, *args, **kwargs)
            with self.safely():
                if self._on:
                    self._on_optimizer.built(optimizer)
                    self._wrap_frameworks()  # a scheduler is built after its optimizer

        return __init__

    def _load(self, original: Any) -> Any:
        def load_state_dict(owner: Any, *args: Any, **kwargs: Any) -> Any:
            result = original(owner, *args, **kwargs)
            if self._on and not self._calls.depth:
                with self.safely():
                    self._recorder.state_loaded(owner)
            return result

        return load_state_dict

    def _load_of_trainer(self, original: Any) -> Any:
        def _load_optimizer_and_scheduler(trainer: Any, *args: Any, **kwargs: Any) -> Any:
            result = original(trainer, *args, **kwargs)
            with self.safely():
                steps = trainer.state.global_step
                if self._on and steps:
                    self._on_scheduler.training_goes_on(trainer.lr_scheduler, steps)
            return result

        return _load_optimizer_and_scheduler

    def _read_state(self, original: Any) -> Any:
        def state_dict(optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            with self.safely():
                if self._on:
                    self._on_optimizer.state_read(optimizer)
            return original(optimizer, *args, **kwargs)

        return state_dict

    def _add_group(self, original: Any) -> Any:
        def add_param_group(optimizer: Any, *args: Any, **kwargs: Any) -> None:
            original(optimizer, *args, **kwargs)
            with self.safely():
                if self._on:
                    self._on_optimizer.group_added(optimizer)

        return add_param_group

    def _scaled_step(self, original: Any) -> Any:
        def step(scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            if not self._on:
                return original(scaler, optimizer, *args, **kwargs)
            before = 0
            with self.safely():
                before = self._on_optimizer.steps_of(optimizer)
            result = original(scaler, optimizer, *args, **kwargs)
            with self.safely():
                self._on_optimizer.scaler_stepped(optimizer, before)
            return result

        return step

    # -- schedulers

    def _scheduler_init(self, original: Any) -> Any:
        """Return a constructor that records the scheduler it builds."""
        calls = self._calls

        def __init__(scheduler: Any, *args: Any, **kwargs: Any) -> None:
            if calls.depth or not self._on:
                original(scheduler, *args, **kwargs)
                return
            calls.depth += 1
            try:
                with self.safely():
                    self._on_scheduler.before_build(args, kwargs)
                original(scheduler, *args, **kwargs)
            except KeyError as error:
                with self.safely():
                    if "initial_lr" in str(error):  # else the optimizer has no LR
                        self._on_scheduler.build_failed(scheduler, args, kwargs)
                raise
            finally:
                calls.depth -= 1
            with self.safely():
                if not self._on:
                    return
                self._wrap_classes(scheduler)
                self._wrap_trainer()
                self._on_scheduler.built(scheduler, args, kwargs)

        return __init__

    def _scheduler_step(self, original: Any) -> Any:
        """Return a ``step()`` that records what it did to the LR."""
        calls = self._calls
        stepping, stepped = self._on_scheduler.stepping, self._on_scheduler.stepped

        def step(scheduler: Any, *args: Any, **kwargs: Any) -> None:
            if calls.depth or not self._on:
                original(scheduler, *args, **kwargs)
                return
            calls.depth += 1
            value = args[0] if args else next(iter(kwargs.values()), None) if kwargs else None
            try:  # not `safely`, which takes a microsecond, here as in the hooks of every step
                stepping(scheduler)
            except Exception as error:
                self._fail(error)
            try:
                original(scheduler, *args, **kwargs)
            except Exception:  # torch's or the script's: noted, and raised again
                with self.safely():
                    self._on_scheduler.step_failed(scheduler, value)
                raise
            finally:
                calls.depth -= 1
            try:
                if self._on:
                    stepped(scheduler, value)
            except Exception as error:
                self._fail(error)

        return step

    def _foreign_step(self, original: Any) -> Any:
        calls, listener = self._calls, self._on_scheduler

        def step(scheduler: Any, *args: Any, **kwargs: Any) -> Any:
            if calls.depth or not self._on:
                return original(scheduler, *args, **kwargs)
            calls.depth += 1
            with self.safely():
                listener.foreign_stepping(scheduler)
            try:
                result = original(scheduler, *args, **kwargs)
            finally:
                calls.depth -= 1
            with self.safely():
                if self._on:
                    given = kwargs.get("metric", args[1] if len(args) > 1 else None)
                    if not listener.takes_metric(scheduler):
                        given = args[0] if args else next(iter(kwargs.values()), None)
                    listener.foreign_stepped(scheduler, original.__name__, given)
            return result

        return step

    # -- loaders

    def _next(self, original: Any) -> Any:
        passes = self._recorder.passes

        def __next__(iterator: Any) -> Any:
            if not self._on:
                return original(iterator)
            try:
                passes.requested(iterator)
            except Exception as error:
                self._fail(error)
            try:
                batch = original(iterator)
            except StopIteration:
                with self.safely():
                    passes.ended(id(iterator))
                raise
            with self.safely():
                passes.yielded(iterator)
            return batch

        return __next__


def _without_ended(function: Any) -> Any:
    """Return a method without the wrappers of hooks that were removed before those around it."""
    while isinstance(hooks := getattr(function, "lrlint_hooks", None), Hooks) and not hooks._on:
        function = function.__wrapped__
    return function
