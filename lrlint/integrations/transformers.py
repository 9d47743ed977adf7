"""A transformers callback that verifies the LR of ``Trainer.train``."""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback

from lrlint.runtime.recording import Recording
from lrlint.runtime.watch import Watch, watch


class LRVerifier(TrainerCallback):
    """Records the LR that every optimizer step of a training uses and checks it at the end.

    ``mode`` is that of :func:`lrlint.watch`. The Trainer steps its scheduler after every optimizer
    step that was not skipped; ``recording`` holds the last training.
    """

    def __init__(self, mode: str = "warn") -> None:
        self.mode = mode
        self.recording: Recording | None = None
        self._watch: Watch | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """The Trainer hands over its optimizer and scheduler, perhaps wrapped by accelerate."""
        scheduler = unwrapped_scheduler(kwargs.get("lr_scheduler"))
        targets = [one for one in (scheduler, kwargs.get("optimizer")) if hasattr(one, "step")]
        self._watch = watch(*targets, mode=self.mode)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """The training is over: findings are raised or printed, as the mode has it."""
        if self._watch is None:
            return
        handle, self._watch = self._watch, None
        try:
            handle.close()
        finally:
            self.recording = handle.recording


def unwrapped_scheduler(scheduler: Any) -> Any:
    """torch's scheduler, inside accelerate's wrapper."""
    for _ in range(10):
        if not hasattr(scheduler, "scheduler"):
            break
        scheduler = scheduler.scheduler
    return scheduler


__all__ = ["LRVerifier"]
