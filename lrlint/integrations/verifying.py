"""What the callbacks of all frameworks share: a watch from the start of a training to its end."""

from __future__ import annotations

from typing import Any

from lrlint.runtime.recording import Recording
from lrlint.runtime.watch import Watch, watch


class Verifying:
    """Watches one training after the other; ``recording`` holds the last one."""

    def __init__(self, mode: str = "warn") -> None:
        self.mode = mode
        self.recording: Recording | None = None
        self._watch: Watch | None = None

    def _begin(self, *targets: Any) -> None:
        """Watch optimizers and schedulers, or everything, from here on."""
        self._drop()
        self._watch = watch(*targets, mode=self.mode)

    def _add(self, *targets: Any) -> None:
        """Watch optimizers and schedulers that may be built already, too."""
        if self._watch is None:
            self._begin(*targets)
        else:
            self._watch.add(*targets)

    def _drop(self) -> None:
        """Forget a training of whose end the framework has said nothing: it has failed."""
        if self._watch is not None:
            self._end_with(RuntimeError())

    def _end(self) -> None:
        """End the watch: its findings are raised or printed, depending on the mode."""
        if self._watch is None:
            return
        handle, self._watch = self._watch, None
        try:
            handle.close_on_all_ranks()
        finally:
            self.recording = handle.recording

    def _end_with(self, exception: BaseException) -> None:
        """End the watch of a training that failed: keep its recording, and raise nothing."""
        if self._watch is not None:
            self.recording = self._watch.recording
            self._watch.__exit__(type(exception), exception, None)
            self._watch = None


__all__ = ["Verifying"]
