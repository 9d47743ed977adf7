"""Short scripts, interpreted, with their events, loops and facts."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import NamedTuple, TypeVar

from lrlint.analysis import interpreter_for
from lrlint.analysis.derive import derive
from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.interpreter.entry_points import traces
from lrlint.analysis.model.records import OptimizerRecord, SchedulerRecord
from lrlint.analysis.model.trace import (
    Block,
    BuildOptimizer,
    BuildScheduler,
    Event,
    Located,
    walk,
)
from lrlint.facts import OptimizerUse, Schedule, Training
from lrlint.source import load
from lrlint.symbolic import Expr

SETUP = """
import torch
from torch.optim.lr_scheduler import *
epochs = args.epochs
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""
SCHEDULER = SETUP + "scheduler = StepLR(optimizer, 30)\n"

_E = TypeVar("_E", bound=Event)


class Run(NamedTuple):
    """A script that has been interpreted."""

    trace: Block
    located: list[Located]
    loops: Loops

    def events(self, kind: type[_E]) -> list[tuple[Located, _E]]:
        """Return the events of a kind, each with what encloses it."""
        return [(item, item.event) for item in self.located if isinstance(item.event, kind)]

    @property
    def optimizer(self) -> OptimizerRecord:
        """Return the first optimizer that is built."""
        return self.events(BuildOptimizer)[0][1].optimizer

    @property
    def scheduler(self) -> SchedulerRecord:
        """Return the first scheduler that is built."""
        return self.events(BuildScheduler)[0][1].scheduler

    @property
    def built(self) -> Located:
        """Return where the first scheduler is built."""
        return self.events(BuildScheduler)[0][0]


def run(script: str, before: str = SCHEDULER, filename: str = "train.py") -> Run:
    """Interpret a script after some statements."""
    source = load(Path(filename), data=(before + dedent(script)).encode())
    (trace,) = traces(interpreter_for(source))
    located = list(walk(trace))
    return Run(trace, located, Loops(located))


def training(script: str, before: str = SCHEDULER) -> Training:
    """Return the facts of a script."""
    return derive(run(script, before).trace)


def schedule(script: str, before: str = SCHEDULER) -> Schedule:
    """Return the facts of the first schedule of a script."""
    return training(script, before).schedules[0]


def optimizer(script: str, before: str = SCHEDULER) -> OptimizerUse:
    """Return the facts of the first optimizer of a script."""
    return training(script, before).optimizers[0]


def text(number: Expr | None) -> str | None:
    """Return a number as the script writes it."""
    return None if number is None else str(number)
