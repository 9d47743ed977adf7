"""``lrlint.watch`` and ``lrlint.enable``: assertion mode, from within a training script."""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from lrlint.diagnostics import Diagnostic
from lrlint.errors import UserError
from lrlint.linter.settings import Settings
from lrlint.runtime.html_parts import Findings
from lrlint.runtime.recorder.wrappers import unwrapped_optimizer
from lrlint.runtime.recording import Recording
from lrlint.runtime.session import Mode, Session

MODE_VARIABLE = "LRLINT_MODE"
"""The environment variable that overrides the mode of every watch."""


class Watch:
    """A watch over optimizers and their schedulers: a context manager, and a handle.

    Ends with the ``with`` block or with :meth:`close`. In mode ``raise`` a finding of error
    severity raises ScheduleError, at the step of a departure from the schedule or at the end; in
    mode ``warn`` findings are printed at the end; in mode ``record`` nothing is printed.
    """

    def __init__(self, session: Session, targets: Sequence[Any] = ()) -> None:
        self._session = session
        self._mode = session.mode
        self._open = True
        session.start()
        self.add(*targets)

    def add(self, *targets: Any) -> None:
        """Take in optimizers and schedulers that were built before the watch began."""
        hooks, recorder = self._session.hooks, self._session.recorder
        with hooks.safely():
            for target in targets:
                if hasattr(target, "param_groups"):
                    recorder.optimizer_listener.built(unwrapped_optimizer(target))
                else:
                    hooks.adopt(target)

    def pause(self) -> None:
        """Raise and print nothing until :meth:`resume_with`, but listen to what is built."""
        self._mode, self._session.mode = self._session.mode, Mode.RECORD

    def resume_with(self, *targets: Any) -> bool:
        """Go on with these alone; return False, and stop, if others have been trained meanwhile."""
        self._session.mode = self._mode
        recorder = self._session.recorder
        if any(optimizer.steps for optimizer in recorder.optimizers):
            self.stop()
            return False
        recorder.restrict([_optimizer_of(target) for target in targets])
        self.add(*targets)
        return True

    @property
    def recording(self) -> Recording:
        """The run so far."""
        return self._session.recording(self.findings)

    @property
    def findings(self) -> Findings:
        """What the rules say of the run so far: a tuple, which a notebook shows as a list."""
        return Findings(self._session.findings(finished=not self._open))

    def tick(self) -> None:
        """Record an optimizer step that Python does not see: the replay of a CUDA graph."""
        with self._session.hooks.safely():
            self._session.recorder.optimizer_listener.replayed()

    def describe(self, findings: Sequence[Diagnostic]) -> str:
        """Return findings as a terminal shows them, with the lines that they are about."""
        return self._session.describe(findings)

    def stop(self) -> tuple[Diagnostic, ...]:
        """Stop recording and return the findings; raise and print nothing."""
        if self._open:
            self._open = False
            self._session.stop()
            return self._session.findings()
        return ()

    def close(self) -> None:
        """Stop recording; raises ScheduleError in mode ``raise`` where there is an error."""
        self._close()

    def close_on_all_ranks(self) -> None:
        """Do the same on every rank of a training at once: rank 0 compares them and reports."""
        self._close(share=True)

    def _close(self, *, share: bool = False) -> None:
        if not self._open:
            return
        self._open = False
        self._session.stop()
        reports = not share or self._session.share()
        if self._session.mode is Mode.RAISE:
            self._session.raise_error()
        if self._session.mode is not Mode.RECORD and reports:
            self._session.warn()

    def __repr__(self) -> str:
        state = "recording" if self._open else "closed"
        return f"<Watch, {state}: {self.recording!r}>"

    def _repr_html_(self) -> str:
        return self.recording._repr_html_()

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._session.cut = True
            if self._session.mode is Mode.RAISE:
                self._session.mode = Mode.WARN  # the training's own exception goes first
        self.close()


def watch(
    *targets: Any,
    mode: str = "warn",
    epochs: int | None = None,
    total_steps: int | None = None,
    pedantic: bool = False,
) -> Watch:
    """Watch optimizers and schedulers, or everything where none are given.

    ``targets`` may be built already: what they were built with is read from them. ``epochs`` says
    how many epochs the training has where its batches come from no ``DataLoader``; ``total_steps``
    how many optimizer steps it is meant to have. ``mode`` is ``"raise"``, ``"warn"`` or
    ``"record"``; the environment variable ``LRLINT_MODE`` overrides it. ``pedantic`` asks for
    advice too. Raises UserError (a ValueError) for an unknown mode or a target that is neither
    optimizer nor scheduler.
    """
    optimizers = [_optimizer_of(target) for target in targets]
    session = Session(mode_of(mode), optimizers, settings=Settings(pedantic=pedantic))
    session.recorder.epochs = epochs
    session.recorder.total_steps = total_steps
    return Watch(session, targets)


def enable(mode: str = "warn") -> Watch:
    """Watch everything that is built from now on, until the process ends."""
    handle = watch(mode=mode)
    atexit.register(handle.close)
    return handle


def mode_of(name: str) -> Mode:
    """Return the mode of that name, unless LRLINT_MODE names another; UserError if unknown."""
    override = os.environ.get(MODE_VARIABLE)
    chosen, where = (override, MODE_VARIABLE) if override else (name, "mode")
    try:
        return Mode(chosen)
    except ValueError:
        names = ", ".join(mode.value for mode in Mode)
        raise UserError(f"{where}: {chosen!r} is none of {names}") from None


def _optimizer_of(target: Any) -> Any:
    if hasattr(target, "param_groups"):
        return unwrapped_optimizer(target)
    optimizer = unwrapped_optimizer(getattr(target, "optimizer", None))
    if not hasattr(optimizer, "param_groups"):
        raise UserError(f"watch: {type(target).__name__} is neither optimizer nor scheduler")
    return optimizer


__all__ = ["MODE_VARIABLE", "Watch", "enable", "mode_of", "watch"]
