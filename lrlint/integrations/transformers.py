"""A transformers callback that verifies the LR of ``Trainer.train``."""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback

from lrlint.integrations.verifying import Verifying
from lrlint.runtime.recorder.wrappers import unwrapped_scheduler


class LRVerifier(Verifying, TrainerCallback):
    """Records the LR that every optimizer step of a training uses and checks it at the end.

    ``mode`` is that of :func:`lrlint.watch`. The Trainer steps its scheduler after every optimizer
    step that was not skipped; ``recording`` holds the last training. A training that fails is
    reported when the process ends.
    """

    def on_init_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Begin before the Trainer builds its optimizer and its scheduler."""
        self._wait()

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Go on with the Trainer's optimizer and scheduler, which accelerate may have wrapped."""
        scheduler = unwrapped_scheduler(kwargs.get("lr_scheduler"))
        targets = [one for one in (scheduler, kwargs.get("optimizer")) if hasattr(one, "step")]
        self._go_on_with(*targets)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Raise or print the findings."""
        self._end()


__all__ = ["LRVerifier"]
