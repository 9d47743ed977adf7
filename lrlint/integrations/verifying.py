"""What the callbacks of all frameworks share: a watch from the start of a training to its end."""

from __future__ import annotations

import atexit
from typing import Any

from lrlint.runtime.recording import Recording
from lrlint.runtime.watch import Watch, watch


class Verifying:
    """Watches one training after the other; ``recording`` holds the last one."""

    def __init__(self, mode: str = "warn") -> None:
        self.mode = mode
        self.recording: Recording | None = None
        self._watch: Watch | None = None
        self._waits = False
        """Whether the watch has begun before the training whose optimizer it is for."""

    def _begin(self, *targets: Any) -> None:
        """Watch optimizers and schedulers, or everything, from here on."""
        self._drop()
        self._watch = watch(*targets, mode=self.mode)
        atexit.register(self._drop)

    def _wait(self) -> None:
        """Watch what is built from here on, until the training begins; raise and print nothing."""
        self._begin()
        assert self._watch is not None
        self._waits = True
        self._watch.pause()

    def _go_on_with(self, *targets: Any) -> None:
        """Watch the training of the given optimizer, with its scheduler, that begins now."""
        handle, self._waits = (self._watch if self._waits else None), False
        if handle is None or not handle.resume_with(*targets):
            self._begin(*targets)

    def _add(self, *targets: Any) -> None:
        """Watch optimizers and schedulers that may be built already, too."""
        if self._watch is None:
            self._begin(*targets)
        else:
            self._watch.add(*targets)

    def _drop(self) -> None:
        """Forget a training that has failed without an event for its end."""
        atexit.unregister(self._drop)
        if self._watch is not None:
            self._end_with(RuntimeError())

    def _end(self) -> None:
        """End the watch: its findings are raised or printed, depending on the mode."""
        if self._watch is None:
            return
        handle, self._watch = self._watch, None
        atexit.unregister(self._drop)
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
