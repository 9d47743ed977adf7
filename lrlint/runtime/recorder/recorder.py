"""The recorder of one session: everything that was heard, and what is known of the training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lrlint.runtime.recorder.call_log import CallLog
from lrlint.runtime.recorder.loader_passes import LoaderPasses
from lrlint.runtime.recorder.optimizer_listener import OptimizerListener
from lrlint.runtime.recorder.records import RecordedOptimizer, RecordedScheduler
from lrlint.runtime.recorder.scheduler_listener import SchedulerListener
from lrlint.runtime.recorder.verifier import StepListener


class Recorder:
    """Records every optimizer step, scheduler step and pass over a ``DataLoader`` of the process.

    ``only`` restricts it to the given optimizers.
    """

    def __init__(self, only: Sequence[object] = ()) -> None:
        log = CallLog()
        self.passes = LoaderPasses(log.user_place)
        self.optimizer_listener = OptimizerListener(log, self.passes, only)
        self.scheduler_listener = SchedulerListener(log, self.passes, self.optimizer_listener)
        self.epochs: int | None = None
        """How many epochs a training without a ``DataLoader`` has, where the user says so."""
        self.total_steps: int | None = None
        """How many optimizer steps it is meant to have, where the user says so."""
        self.planned: frozenset[tuple[str, int]] = frozenset()
        """The constructor calls of schedules that are planned to end with the training."""
        self.planned_steps: Mapping[tuple[str, int], int] = {}
        """How often the script means to step the scheduler that a line builds."""
        self.usual_steps: frozenset[tuple[str, int]] = frozenset()
        """The lines whose scheduler is meant to step equally often with any command line."""

    @property
    def optimizers(self) -> list[RecordedOptimizer]:
        """The optimizers, in the order of their construction."""
        return self.optimizer_listener.records

    @property
    def schedulers(self) -> list[RecordedScheduler]:
        """The schedulers, in the order of their construction."""
        return self.scheduler_listener.records

    @property
    def is_length_given(self) -> bool:
        """Whether the user says how long the training is."""
        return self.total_steps is not None or self.epochs is not None

    def stream(self, listener: StepListener) -> None:
        """Pass the LRs of every step to ``listener``; of tensors in bulk, when they are read."""
        self.optimizer_listener.verifier.listener = listener

    def restrict(self, optimizers: Sequence[object]) -> None:
        """Forget all optimizers but these, and the schedulers of others."""
        self.optimizer_listener.restrict(optimizers)
        self.scheduler_listener.forget_others()

    def state_loaded(self, owner: Any) -> None:
        """Hear that ``load_state_dict`` has run, on an optimizer or a scheduler."""
        if not self.optimizer_listener.state_loaded(owner):
            self.scheduler_listener.state_loaded(owner)

    def drain(self) -> None:
        """Read what is still on devices."""
        for optimizer in self.optimizers:
            self.optimizer_listener.verifier.drain(optimizer)
            self.scheduler_listener.collect_overruns(optimizer)

    def finish(self) -> None:
        """Read what is still on devices, and close the passes that a ``break`` left open."""
        self.drain()
        self.scheduler_listener.finish()
        self.passes.finish()
