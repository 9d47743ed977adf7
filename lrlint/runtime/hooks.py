"""Listening to torch: global optimizer hooks, and wrappers around what has none.

Optimizer steps have hooks of torch's own (2.1). Constructors and steps of schedulers,
``load_state_dict``, ``add_param_group``, ``GradScaler.step`` and the iterators of ``DataLoader``
have none: those methods are wrapped, on their classes, for as long as a recorder is on.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from lrlint.runtime.loaders import Passes
from lrlint.runtime.sites import HIDDEN


class Listener(Protocol):
    """What is told."""

    passes: Passes

    def optimizer_built(self, optimizer: Any) -> None: ...
    def before_update(self, optimizer: Any, call: object) -> None: ...
    def after_update(self, optimizer: Any, call: object) -> None: ...
    def update_tried(self, optimizer: Any, before: int) -> None: ...
    def updates_of(self, optimizer: Any) -> int: ...
    def group_added(self, optimizer: Any) -> None: ...
    def state_loaded(self, owner: Any) -> None: ...
    def before_build(self, arguments: Any, keywords: Any) -> None: ...
    def scheduler_built(self, scheduler: Any, arguments: Any, keywords: Any) -> None: ...
    def build_failed(self, scheduler: Any, arguments: Any, keywords: Any) -> None: ...
    def scheduler_stepped(self, scheduler: Any, value: Any) -> None: ...
    def step_failed(self, scheduler: Any, value: Any) -> None: ...


class Hooks:
    """The wrappers of one recorder. A bug in the listener is reported once and ends them."""

    def __init__(self, listener: Listener, on_step: Callable[[], None] | None = None) -> None:
        self._listener = listener
        self._on_step = on_step
        self._restore: list[Callable[[], None]] = []
        self._wrapped: set[tuple[type, str]] = set()
        self._inside = 0
        self.failure: str | None = None

    def install(self) -> None:
        """Begin to listen."""
        import torch
        import torch.optim.lr_scheduler as schedulers
        from torch.optim import Optimizer, swa_utils
        from torch.optim.optimizer import (
            register_optimizer_step_post_hook,
            register_optimizer_step_pre_hook,
        )
        from torch.utils.data import dataloader

        before, after = self._update_hooks()
        self._restore += [
            register_optimizer_step_pre_hook(before).remove,
            register_optimizer_step_post_hook(after).remove,
        ]
        self._wrap(Optimizer, "__init__", self._optimizer_init)
        self._wrap(Optimizer, "load_state_dict", self._load)
        self._wrap(Optimizer, "add_param_group", self._add_group)
        for cls in (*vars(schedulers).values(), swa_utils.SWALR):
            if isinstance(cls, type) and issubclass(cls, schedulers.LRScheduler):
                for name, wrapper in _OF_SCHEDULERS.items():
                    if name in vars(cls):
                        self._wrap(cls, name, functools.partial(wrapper, self))
        self._wrap(dataloader._BaseDataLoaderIter, "__next__", self._next)
        scaler = getattr(torch.amp, "GradScaler", None) or torch.cuda.amp.GradScaler
        self._wrap(_definer(scaler, "step"), "step", self._scaled_step)

    def remove(self) -> None:
        """Leave torch as it was."""
        while self._restore:
            self._restore.pop()()

    def _wrap(self, cls: type, name: str, make: Callable[[Any], Any]) -> None:
        original = vars(cls)[name]
        wrapper = functools.wraps(original)(_hidden(make(original)))
        setattr(cls, name, wrapper)
        self._wrapped.add((cls, name))

        def restore() -> None:
            if vars(cls).get(name) is wrapper:  # else someone has wrapped it after us
                setattr(cls, name, original)

        self._restore.append(restore)

    def _wrap_own(self, cls: type) -> None:
        """The methods of a scheduler's class, and of its bases, that are not torch's."""
        for one in cls.__mro__[:-1]:
            for name in ("step", "load_state_dict"):
                if name in vars(one) and (one, name) not in self._wrapped:
                    self._wrap(one, name, functools.partial(_OF_SCHEDULERS[name], self))

    @contextmanager
    def _safely(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """Training goes on, without us."""
        from lrlint.errors import internal_error

        if self.failure is None:
            self.failure = internal_error("the recorder", error) + "; nothing more is recorded"
            print(f"lrlint: {self.failure}", file=sys.stderr)
        self.remove()

    # -- optimizers

    def _update_hooks(self) -> tuple[Callable[..., None], Callable[..., None]]:
        begin, end, on_step = (
            self._listener.before_update,
            self._listener.after_update,
            self._on_step,
        )

        def before(optimizer: Any, args: Any, kwargs: Any) -> None:
            try:
                begin(optimizer, kwargs)
            except Exception as error:
                self._fail(error)

        def after(optimizer: Any, args: Any, kwargs: Any) -> None:
            try:
                end(optimizer, kwargs)
            except Exception as error:
                self._fail(error)
            if on_step is not None:
                on_step()  # may raise a finding

        return _uncompiled(_hidden(before)), _uncompiled(_hidden(after))

    def _optimizer_init(self, original: Any) -> Any:
        def __init__(optimizer: Any, *args: Any, **kwargs: Any) -> None:
            original(optimizer, *args, **kwargs)
            with self._safely():
                self._listener.optimizer_built(optimizer)

        return __init__

    def _load(self, original: Any) -> Any:
        def load_state_dict(owner: Any, *args: Any, **kwargs: Any) -> Any:
            result = original(owner, *args, **kwargs)
            if not self._inside:
                with self._safely():
                    self._listener.state_loaded(owner)
            return result

        return load_state_dict

    def _add_group(self, original: Any) -> Any:
        def add_param_group(optimizer: Any, *args: Any, **kwargs: Any) -> None:
            original(optimizer, *args, **kwargs)
            with self._safely():
                self._listener.group_added(optimizer)

        return add_param_group

    def _scaled_step(self, original: Any) -> Any:
        def step(scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            before = 0
            with self._safely():
                before = self._listener.updates_of(optimizer)
            result = original(scaler, optimizer, *args, **kwargs)
            with self._safely():
                self._listener.update_tried(optimizer, before)
            return result

        return step

    # -- schedulers: only the outermost call is the script's own

    def _scheduler_init(self, original: Any) -> Any:
        def __init__(scheduler: Any, *args: Any, **kwargs: Any) -> None:
            if self._inside:
                original(scheduler, *args, **kwargs)
                return
            self._inside += 1
            try:
                with self._safely():
                    self._listener.before_build(args, kwargs)
                original(scheduler, *args, **kwargs)
            except KeyError:
                with self._safely():
                    self._listener.build_failed(scheduler, args, kwargs)
                raise
            finally:
                self._inside -= 1
            with self._safely():
                self._wrap_own(type(scheduler))
                self._listener.scheduler_built(scheduler, args, kwargs)

        return __init__

    def _scheduler_step(self, original: Any) -> Any:
        stepped = self._listener.scheduler_stepped

        def step(scheduler: Any, *args: Any, **kwargs: Any) -> None:
            if self._inside:
                original(scheduler, *args, **kwargs)
                return
            self._inside += 1
            value = args[0] if args else next(iter(kwargs.values()), None) if kwargs else None
            try:
                original(scheduler, *args, **kwargs)
            except Exception:
                with self._safely():
                    self._listener.step_failed(scheduler, value)
                raise
            finally:
                self._inside -= 1
            try:  # not `_safely`, which takes a microsecond, here as in the hooks of every step
                stepped(scheduler, value)
            except Exception as error:
                self._fail(error)

        return step

    # -- loaders

    def _next(self, original: Any) -> Any:
        passes = self._listener.passes

        def __next__(iterator: Any) -> Any:
            try:
                passes.requested(iterator)
            except Exception as error:
                self._fail(error)
            try:
                batch = original(iterator)
            except StopIteration:
                with self._safely():
                    passes.ended(id(iterator))
                raise
            with self._safely():
                passes.handed_out(iterator)
            return batch

        return __next__


_OF_SCHEDULERS: dict[str, Callable[[Hooks, Any], Any]] = {
    "__init__": Hooks._scheduler_init,
    "step": Hooks._scheduler_step,
    "load_state_dict": Hooks._load,
}


def _uncompiled(hook: Any) -> Any:
    """The same hook, of which ``torch.compile`` takes in nothing.

    A compiled ``optimizer.step`` stays one graph only where nothing of ours is compiled with it:
    this is what ``torch.compiler.disable`` does, without the import of the compiler (2 s).
    """
    from torch._C import _dynamo

    frames: Any = getattr(_dynamo, "eval_frame", None)
    if hasattr(frames, "set_code_exec_strategy"):  # torch 2.7: with all that a frame calls
        leave = frames._FrameExecStrategy(frames._FrameAction.SKIP, frames._FrameAction.SKIP)
        frames.set_code_exec_strategy(hook.__code__, leave)
    elif hasattr(frames, "set_eval_frame") and hasattr(frames, "skip_code"):
        hook = _hidden(_suspending(hook, frames.set_eval_frame))
        frames.skip_code(hook.__code__)
    hook._torchdynamo_disable = True
    return hook


def _suspending(hook: Any, compiler: Callable[[Any], Any]) -> Any:
    """The same hook, in which frames are not given to the compiler."""

    def suspended(optimizer: Any, args: Any, kwargs: Any) -> None:
        before = compiler(None)
        try:
            hook(optimizer, args, kwargs)
        finally:
            compiler(before)

    return suspended


def _definer(cls: type, name: str) -> type:
    """The class that defines a method which ``cls`` has."""
    return next(one for one in cls.__mro__ if name in vars(one))


def _hidden(function: Any) -> Any:
    """The same function, whose frames Python takes for its own when it looks for whom to warn.

    A warning that torch addresses to the caller of ``scheduler.step()`` then names the user's line
    and not ours.
    """
    function.__code__ = function.__code__.replace(co_filename=HIDDEN)
    return function
