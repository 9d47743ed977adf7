"""LR305 on the LRs that a run has used, whatever their law."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR

import lrlint
from lrlint.facts import ZeroSteps
from lrlint.runtime.recorder.zero_steps import ZeroLRs

from .trainings import parameters


def counted(lrs: Sequence[float]) -> ZeroSteps | None:
    zeros = ZeroLRs()
    for step, lr in enumerate(lrs):
        if step == 0 or lr != lrs[step - 1]:  # as the verifier tells it
            zeros.note(step, [lr])
    return zeros.fact(len(lrs))


def test_steps_are_counted_by_stretches() -> None:
    assert counted([0.1, 0.2]) is None
    assert counted([0.0, 0.1, 0.1]) == ZeroSteps(count=1, first=0, last=0, of=3)
    assert counted([0.1, 0.0, 0.0]) == ZeroSteps(count=2, first=1, last=2, of=3)
    assert counted([0.0, 0.0, 1.0, 0.0, 1.0]) == ZeroSteps(count=3, first=0, last=3, of=5)


def test_one_group_at_zero_is_frozen_on_purpose() -> None:
    zeros = ZeroLRs()
    zeros.note(0, [0.1, 0.0])
    assert zeros.fact(1) is None


def findings_of(factor: Any, *, steps: int = 40, lr: Any = 0.1) -> list[tuple[str, str]]:
    """Return what is said of a LambdaLR whose function the recorder knows nothing of."""
    optimizer = torch.optim.SGD(parameters(), lr=lr)
    with lrlint.watch(mode="record", pedantic=True, epochs=2) as watch:
        scheduler = LambdaLR(optimizer, factor)
        for _ in range(steps):
            optimizer.step()
            scheduler.step()
    return [
        (one.severity.label, one.message.partition(":")[0])
        for one in watch.findings
        if one.code == "LR305"
    ]


def test_a_decay_of_the_script_that_is_over_too_early() -> None:
    (found,) = findings_of(lambda step: max(0.0, 1 - step / 10))
    assert found == ("warning", "the last 30 of 40 optimizer steps run with an LR of exactly 0")


def test_zeros_in_between() -> None:
    (found,) = findings_of(lambda step: float(step % 4 != 2))
    assert found == ("warning", "10 of 40 optimizer steps run with an LR of exactly 0")


def test_a_tensor_lr() -> None:
    (found,) = findings_of(lambda step: float(step < 35), lr=torch.tensor(0.1))
    assert found == ("warning", "the last 5 of 40 optimizer steps run with an LR of exactly 0")


def test_the_first_step_alone_is_advice() -> None:
    (found,) = findings_of(lambda step: min(1.0, step / 10))
    assert found[0] == "advice"


def test_a_schedule_that_never_is_at_zero() -> None:
    assert findings_of(lambda step: 0.9**step) == []
