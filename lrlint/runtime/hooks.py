"""Listening to torch: global optimizer hooks, and wrappers around what has none.

Optimizer steps have hooks of torch's own (2.1). Constructors and steps of schedulers,
``load_state_dict`` and the iterators of ``DataLoader`` have none: those methods are wrapped, on
their classes, for as long as a recorder is on.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class Listener(Protocol):
    """What is told."""

    def optimizer_built(self, optimizer: Any) -> None: ...
    def before_update(self, optimizer: Any) -> None: ...
    def after_update(self, optimizer: Any) -> None: ...
    def state_loaded(self, owner: Any) -> None: ...
    def before_build(self, arguments: Any, keywords: Any) -> None: ...
    def scheduler_built(self, scheduler: Any, arguments: Any, keywords: Any) -> None: ...
    def scheduler_stepped(self, scheduler: Any, value: Any) -> None: ...
    def step_failed(self, scheduler: Any, value: Any) -> None: ...
    def batch_requested(self, iterator: Any) -> None: ...
    def batch_given(self, iterator: Any) -> None: ...
    def pass_ended(self, key: int, number: int | None = None) -> None: ...


class Hooks:
    """The wrappers of one recorder. A bug in the listener is reported once and ends them."""

    def __init__(self, listener: Listener, on_step: Callable[[], None] | None = None) -> None:
        self._listener = listener
        self._on_step = on_step
        self._restore: list[Callable[[], None]] = []
        self._inside = 0
        self.failure: str | None = None

    def install(self) -> None:
        """Begin to listen."""
        import torch.optim.lr_scheduler as schedulers
        from torch.optim import Optimizer
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
        base = schedulers.LRScheduler
        for cls in vars(schedulers).values():
            if isinstance(cls, type) and issubclass(cls, base):
                for name, wrapper in _OF_SCHEDULERS.items():
                    if name in vars(cls):
                        self._wrap(cls, name, functools.partial(wrapper, self))
        self._wrap(dataloader._BaseDataLoaderIter, "__next__", self._next)

    def remove(self) -> None:
        """Leave torch as it was."""
        while self._restore:
            self._restore.pop()()

    def _wrap(self, cls: type, name: str, make: Callable[[Any], Any]) -> None:
        original = vars(cls)[name]
        wrapper = functools.wraps(original)(make(original))
        setattr(cls, name, wrapper)

        def restore() -> None:
            if vars(cls).get(name) is wrapper:  # else someone has wrapped it after us
                setattr(cls, name, original)

        self._restore.append(restore)

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
        listener, on_step = self._listener, self._on_step

        def before(optimizer: Any, args: Any, kwargs: Any) -> None:
            try:
                listener.before_update(optimizer)
            except Exception as error:
                self._fail(error)

        def after(optimizer: Any, args: Any, kwargs: Any) -> None:
            try:
                listener.after_update(optimizer)
            except Exception as error:
                self._fail(error)
            if on_step is not None:
                on_step()  # may raise a finding

        for hook in (before, after):  # kept out of a compiled step, which stays one graph
            hook._torchdynamo_disable = True  # type: ignore[attr-defined]
        return before, after

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
            finally:
                self._inside -= 1
            with self._safely():
                self._listener.scheduler_built(scheduler, args, kwargs)

        return __init__

    def _scheduler_step(self, original: Any) -> Any:
        def step(scheduler: Any, *args: Any, **kwargs: Any) -> None:
            if self._inside:
                original(scheduler, *args, **kwargs)
                return
            self._inside += 1
            value = args[0] if args else next(iter(kwargs.values()), None)
            try:
                original(scheduler, *args, **kwargs)
            except Exception:
                with self._safely():
                    self._listener.step_failed(scheduler, value)
                raise
            finally:
                self._inside -= 1
            with self._safely():
                self._listener.scheduler_stepped(scheduler, value)

        return step

    # -- loaders

    def _next(self, original: Any) -> Any:
        listener = self._listener

        def __next__(iterator: Any) -> Any:
            try:
                listener.batch_requested(iterator)
            except Exception as error:
                self._fail(error)
            try:
                batch = original(iterator)
            except StopIteration:
                with self._safely():
                    listener.pass_ended(id(iterator))
                raise
            with self._safely():
                listener.batch_given(iterator)
            return batch

        return __next__


_OF_SCHEDULERS: dict[str, Callable[[Hooks, Any], Any]] = {
    "__init__": Hooks._scheduler_init,
    "step": Hooks._scheduler_step,
    "load_state_dict": Hooks._load,
}
