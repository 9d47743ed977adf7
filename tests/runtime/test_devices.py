"""LRs that live on a device: nothing waits for it, and steps that Python does not see count."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as lrs
from torch.utils._python_dispatch import TorchDispatchMode

import lrlint
from lrlint.runtime.session import Mode, Session

from .schedules import BUILD

N = 60


class Reads(TorchDispatchMode):
    """Counts the reads of a number from a tensor, each of which waits for its device."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += "_local_scalar_dense" in str(func)
        return func(*args, **(kwargs or {}))


class Doubling(lrs.LRScheduler):
    """Somebody's own, whose law nobody knows."""

    def get_lr(self) -> Any:
        return [group["lr"] * 1.01 for group in self.optimizer.param_groups]


def optimizer_of(groups: int = 2) -> torch.optim.Optimizer:
    parameters = [torch.nn.Parameter(torch.ones(1)) for _ in range(groups)]
    for parameter in parameters:
        parameter.grad = torch.zeros(1)
    lrs_of = [torch.tensor(0.1 / (1 + index)) for index in range(groups)]
    parts = [{"params": [p], "lr": lr} for p, lr in zip(parameters, lrs_of, strict=True)]
    return torch.optim.SGD(parts, lr=torch.tensor(0.1), momentum=0.9)


def reads_of_a_training(build: Any) -> int:
    """How often a training reads from a tensor, once it is under way."""
    optimizer = optimizer_of()
    scheduler = build(optimizer, N)
    reads = Reads()
    for step in range(N):
        if step == 3:
            reads.__enter__()
        optimizer.step()
        scheduler.step(*[1.0] * isinstance(scheduler, lrs.ReduceLROnPlateau))
    reads.__exit__(None, None, None)
    return reads.count


@pytest.mark.parametrize("name", [*BUILD, "own"])
def test_recording_reads_no_tensor_while_the_training_runs(name: str) -> None:
    build = BUILD.get(name, lambda optimizer, n: Doubling(optimizer))
    bare = reads_of_a_training(build)
    session = Session(Mode.RECORD)
    session.start()
    try:
        assert reads_of_a_training(build) == bare
    finally:
        session.stop()
    (track,) = [one for one in session.recording().schedules if one.optimizer_steps]
    assert session.hooks.failure is None
    assert track.optimizer_steps == N
    assert [one for one in session.findings() if one.code.startswith("LR9")] == []


def test_a_write_after_a_scheduler_that_is_only_followed_is_found() -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = optimizer_of()
        scheduler = lrs.LambdaLR(optimizer, lambda t: 0.9**t)
        for step in range(10):
            optimizer.step()
            scheduler.step()
            if step == 4:
                optimizer.param_groups[1]["lr"].fill_(0.5)
    (found,) = [one for one in watch.findings if one.code == "LR901"]
    assert "optimizer step 6 uses an LR of 0.5 in param group 1" in found.message


def test_a_followed_scheduler_beside_a_replayed_one() -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = optimizer_of()
        first = lrs.MultiplicativeLR(optimizer, lambda t: 0.9)
        second = lrs.StepLR(optimizer, 3, gamma=0.5)
        for _ in range(10):
            optimizer.step()
            first.step()
            second.step()
    assert [one for one in watch.findings if one.code.startswith("LR9")] == []


def test_ticks_are_steps() -> None:
    optimizer = optimizer_of()
    scheduler = lrs.ExponentialLR(optimizer, gamma=0.9)
    with lrlint.watch(optimizer, scheduler, mode="record") as watch:
        for _ in range(5):
            watch.tick()
            scheduler.step()
    (track,) = watch.recording.schedules
    assert track.optimizer_steps == track.scheduler_steps == 5
    expected = [0.1 * 0.9**step for step in range(5)]
    assert list(track.lr[0]) == pytest.approx(expected, rel=1e-6)


def test_what_a_cuda_graph_captures_is_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    capturing = False
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: capturing)
    with lrlint.watch(mode="record") as watch:
        optimizer = optimizer_of()
        scheduler = lrs.ExponentialLR(optimizer, gamma=0.9)
        optimizer.step()
        scheduler.step()
        capturing = True
        optimizer.step()
        capturing = False
        for _ in range(3):
            watch.tick()
            scheduler.step()
    (track,) = watch.recording.schedules
    assert track.optimizer_steps == track.scheduler_steps == 4
    assert [one for one in watch.findings if one.code.startswith("LR9")] == []


def test_a_loss_given_to_a_scheduler_is_let_go() -> None:
    import gc
    import weakref

    with lrlint.watch(mode="record"):
        optimizer = optimizer_of()
        scheduler = lrs.ReduceLROnPlateau(optimizer)
        optimizer.step()
        loss = torch.ones(1).sum()
        gone = weakref.ref(loss)
        scheduler.step(loss)
        del loss
        gc.collect()
        assert gone() is None
