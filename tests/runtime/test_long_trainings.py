"""Every scheduler of torch in every company, over a long training: no false alarm, no drift.

The whole of it, 100,000 steps each, takes half an hour: ``LRLINT_LONG=100000 pytest`` of this file.
Without that variable the trainings are short.
"""

from __future__ import annotations

import io
import os
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as lrs

from lrlint.runtime.session import Mode, Session

from .schedules import BUILD
from .trainings import advance

STEPS = int(os.environ.get("LRLINT_LONG", "300"))
WARMUP = 7
FOLLOWED = frozenset({"LambdaLR", "MultiplicativeLR", "ReduceLROnPlateau"})
"""Their LR is what they write: a function of the script's, or a metric, decides."""

FLOAT = {"CosineAnnealingLR": 1.2e-10}
"""Errors of 1e5 float steps, relative to the highest LR, where a recursion drifts; else 1e-13."""
TENSOR = {"ConstantLR": 8.9e-8, "CosineAnnealingLR": 3e-5, "PolynomialLR": 3.2e-4} | dict.fromkeys(
    ("LinearLR", "ExponentialLR", "MultiplicativeLR", "SWALR"), 1.95e-4
)
"""The same of float32 tensors; else their rounding, 1e-7."""
COMPOSED = 3.2e-4
"""That of compositions: the worst of their parts. A part that halves the highest LR, which errors
are measured by, doubles it."""


def parameter() -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.zeros(1))


def optimizer_of(lr: Any, groups: int) -> torch.optim.SGD:
    def new(factor: float) -> Any:
        return torch.tensor(0.1 * factor) if lr == "tensor" else 0.1 * factor

    parts = [{"params": [parameter()], "lr": new(0.1**group)} for group in range(groups)]
    return torch.optim.SGD(parts, lr=new(1.0), momentum=0.9)


def build(name: str, company: str, optimizer: torch.optim.Optimizer, steps: int) -> Any:
    """The scheduler, alone or as a part of another."""
    if company == "sequential":
        first = lrs.ConstantLR(optimizer, factor=0.5, total_iters=WARMUP)
        second = BUILD[name](optimizer, steps)
        return lrs.SequentialLR(optimizer, [first, second], milestones=[WARMUP])
    if company == "chained":
        one = BUILD[name](optimizer, steps)
        return lrs.ChainedScheduler([one, lrs.ConstantLR(optimizer, 0.5, WARMUP)], optimizer)
    return BUILD[name](optimizer, steps)


def train(optimizer: torch.optim.Optimizer, scheduler: Any, first: int, last: int) -> None:
    for step in range(first, last):
        optimizer.step()
        advance(scheduler, step)


CASES = [
    (name, lr, company)
    for name in BUILD
    for lr in ("float", "tensor")
    for company in ("plain", "two groups", "resumed", "sequential", "chained")
    if not (company == "sequential" and name in ("ReduceLROnPlateau", "SequentialLR"))
    if not (company == "sequential" and name == "ChainedScheduler")
    if not (company == "chained" and name == "ReduceLROnPlateau")
]


@pytest.mark.parametrize(("name", "lr", "company"), CASES)
def test_no_false_alarm(name: str, lr: str, company: str) -> None:
    groups = 2 if company == "two groups" else 1
    session = Session(Mode.RECORD)
    state: dict[str, Any] = {}
    first = 0
    if company == "resumed":
        first = STEPS // 3 + 1
        optimizer = optimizer_of(lr, groups)
        scheduler = build(name, company, optimizer, STEPS)
        train(optimizer, scheduler, 0, first)
        buffer = io.BytesIO()
        torch.save([optimizer.state_dict(), scheduler.state_dict()], buffer)
        buffer.seek(0)
        state = dict(
            zip(("optimizer", "scheduler"), torch.load(buffer, weights_only=False), strict=True)
        )
    session.start()
    try:
        optimizer = optimizer_of(lr, groups)
        scheduler = build(name, company, optimizer, STEPS)
        if state:
            optimizer.load_state_dict(state["optimizer"])
            scheduler.load_state_dict(state["scheduler"])
        train(optimizer, scheduler, first, STEPS)
    finally:
        session.stop()
    track = session.recording().schedules[0]
    assert session.hooks.failure is None
    assert [one for one in session.findings() if one.code.startswith("LR9")] == []
    assert track.optimizer_steps == track.scheduler_steps == STEPS - first
    assert track.max_relative_error is not None
    assert track.max_relative_error <= bound(name, lr, company)


def bound(name: str, lr: str, company: str) -> float:
    """What the recursion of 1e5 steps may be off by."""
    if name in FOLLOWED and company not in ("sequential", "chained"):
        return 0.0
    if lr == "float":
        return FLOAT.get(name, 1e-13)
    composed = company in ("sequential", "chained") or name in ("SequentialLR", "ChainedScheduler")
    return COMPOSED if composed else TENSOR.get(name, 1e-7)
