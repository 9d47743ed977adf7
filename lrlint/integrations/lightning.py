"""A Lightning callback that verifies the LR of ``trainer.fit``."""

from __future__ import annotations

from typing import Any

from lightning.pytorch import Callback

from lrlint.runtime.recording import Recording
from lrlint.runtime.watch import Watch, watch


class LRVerifier(Callback):
    """Records the LR that every optimizer step of a fit uses and checks it at the end.

    ``mode`` is that of :func:`lrlint.watch`. Lightning steps the schedulers by their ``interval``
    and ``frequency``; what is judged is what that amounts to. ``recording`` holds the last fit.
    """

    def __init__(self, mode: str = "warn") -> None:
        self.mode = mode
        self.recording: Recording | None = None
        self._watch: Watch | None = None

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Optimizers and schedulers are built, and a checkpoint is restored."""
        targets = [config.scheduler for config in trainer.lr_scheduler_configs]
        driven = {id(scheduler.optimizer) for scheduler in targets}
        targets += [one for one in trainer.optimizers if id(one) not in driven]
        self._watch = watch(*targets, mode=self.mode)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """The fit is over: findings are raised or printed, as the mode has it."""
        self._close()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """The fit has failed: what was recorded is kept, nothing is raised."""
        if self._watch is not None:
            self.recording = self._watch.recording
            self._watch.__exit__(type(exception), exception, None)
            self._watch = None

    def _close(self) -> None:
        if self._watch is None:
            return
        handle, self._watch = self._watch, None
        try:
            handle.close()
        finally:
            self.recording = handle.recording


__all__ = ["LRVerifier"]
