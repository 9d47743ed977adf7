"""Small trainings, and sessions that record them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.optim import lr_scheduler as lrs

import lrlint
from lrlint.runtime.session import Mode, Session


@contextmanager
def recorded() -> Iterator[Session]:
    """Record what is trained within."""
    session = Session(Mode.RECORD)
    session.start()
    try:
        yield session
    finally:
        session.stop()
    assert session.hooks.failure is None


def recorded_steps(training: Callable[[], Any]) -> list[int]:
    """Return the optimizer steps by schedule; ``training`` returns what must live until the end."""
    with lrlint.watch(mode="record") as watch:
        kept = training()
    assert watch.recording.notes == ()
    del kept
    assert [finding for finding in watch.findings if finding.code.startswith("LR9")] == []
    return [track.optimizer_steps for track in watch.recording.schedules]


def parameters(count: int = 1) -> list[torch.nn.Parameter]:
    return [torch.nn.Parameter(torch.zeros(1)) for _ in range(count)]


def model() -> torch.nn.Module:
    return torch.nn.Linear(2, 1)


def optimizer_of(net: torch.nn.Module, lr: Any = 0.1, groups: int = 1) -> torch.optim.SGD:
    if groups == 1:
        return torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9)
    second = lr.clone() * 0.1 if isinstance(lr, torch.Tensor) else lr * 0.1
    first, last = net.parameters()
    both = [{"params": [first]}, {"params": [last], "lr": second}]
    return torch.optim.SGD(both, lr=lr, momentum=0.9)


def update(optimizer: torch.optim.Optimizer) -> None:
    """Step with zero gradients."""
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = torch.zeros_like(parameter)
    optimizer.step()


def advance(scheduler: Any, step: int) -> None:
    """Step a scheduler, with a falling metric where it wants one."""
    if isinstance(scheduler, lrs.ReduceLROnPlateau):
        scheduler.step(1.0 / (1 + step // 200))
    else:
        scheduler.step()
