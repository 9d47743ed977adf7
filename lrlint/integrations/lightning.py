"""A Lightning callback that verifies the LR of ``trainer.fit``."""

from __future__ import annotations

from typing import Any

from lightning.pytorch import Callback

from lrlint.integrations.verifying import Verifying


class LRVerifier(Verifying, Callback):
    """Records the LR that every optimizer step of a fit uses and checks it at the end.

    ``mode`` is that of :func:`lrlint.watch`. Lightning steps the schedulers by their ``interval``
    and ``frequency``; the resulting steps are judged. ``recording`` holds the last fit.
    """

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """Begin before ``configure_optimizers``, so that its lines are known."""
        if stage == "fit":
            self._begin()

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Take in what was built before the fit began."""
        schedulers = [config.scheduler for config in trainer.lr_scheduler_configs]
        driven = {id(scheduler.optimizer) for scheduler in schedulers}
        others = [optimizer for optimizer in trainer.optimizers if id(optimizer) not in driven]
        self._add(*schedulers, *others)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Raise or print the findings."""
        self._end()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Keep what was recorded of a fit that failed."""
        self._end_with(exception)


__all__ = ["LRVerifier"]
