"""On a CUDA device: recording adds no synchronisation, and follows what a device does by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as lrs

import lrlint

from .schedules import BUILD

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
]

N = 40
READS_BY_ITSELF = frozenset({"OneCycleLR", "CyclicLR", "ReduceLROnPlateau"})
"""Schedulers of torch that wait for tensor LRs themselves, whoever watches."""


@pytest.fixture
def no_synchronisation() -> Iterator[None]:
    """Any wait for the device raises, from `torch.cuda.set_sync_debug_mode` on."""
    before = torch.cuda.get_sync_debug_mode()
    yield
    torch.cuda.set_sync_debug_mode(before)


def weights(count: int = 2) -> list[torch.nn.Parameter]:
    found = [torch.nn.Parameter(torch.ones(4, device="cuda")) for _ in range(count)]
    for parameter in found:
        parameter.grad = torch.full_like(parameter, 1e-3)
    return found


def optimizer_of(cls: Any = torch.optim.SGD, **options: Any) -> Any:
    groups = [
        {"params": [parameter], "lr": torch.tensor(0.1 / (1 + index), device="cuda")}
        for index, parameter in enumerate(weights())
    ]
    return cls(groups, lr=torch.tensor(0.1, device="cuda"), **options)


def departures(watch: Any) -> list[str]:
    return [one.message for one in watch.findings if one.code.startswith("LR9")]


@pytest.mark.parametrize("name", [name for name in BUILD if name not in READS_BY_ITSELF])
def test_nothing_waits_for_the_device(name: str, no_synchronisation: None) -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = optimizer_of()
        scheduler = BUILD[name](optimizer, N)
        for step in range(N):
            if step == 2:
                torch.cuda.set_sync_debug_mode("error")
            optimizer.step()
            scheduler.step()
        torch.cuda.set_sync_debug_mode("default")
    assert departures(watch) == []
    assert watch.recording.notes == ()
    assert watch.recording.schedules[0].optimizer_steps == N


@pytest.mark.parametrize("options", [{"fused": True}, {"foreach": True, "capturable": True}])
def test_fused_and_capturable_optimizers(
    options: dict[str, bool], no_synchronisation: None
) -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = optimizer_of(torch.optim.AdamW, **options)
        scheduler = lrs.ExponentialLR(optimizer, gamma=0.9)
        for step in range(N):
            if step == 2:
                torch.cuda.set_sync_debug_mode("error")
            optimizer.step()
            scheduler.step()
        torch.cuda.set_sync_debug_mode("default")
    assert departures(watch) == []
    (track,) = watch.recording.schedules
    assert list(track.lr[0]) == pytest.approx([0.1 * 0.9**t for t in range(N)], rel=1e-4)


def test_a_write_on_the_device_is_found_at_its_step() -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = optimizer_of()
        scheduler = lrs.CosineAnnealingLR(optimizer, T_max=N, eta_min=1e-3)
        for step in range(N):
            if step == 7:
                optimizer.param_groups[0]["lr"].mul_(3)
            optimizer.step()
            scheduler.step()
    divergence = watch.recording.schedules[0].first_divergence
    assert divergence is not None
    assert (divergence.step, divergence.group) == (7, 0)


def test_a_cuda_graph_is_recorded_by_its_ticks() -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = optimizer_of(torch.optim.AdamW, capturable=True)
        scheduler = lrs.ExponentialLR(optimizer, gamma=0.9)
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):  # torch asks for a few steps before a capture
                optimizer.step()
                scheduler.step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            optimizer.step()
        for _ in range(N - 3):
            graph.replay()
            watch.tick()
            scheduler.step()
    assert departures(watch) == []
    (track,) = watch.recording.schedules
    assert track.optimizer_steps == track.scheduler_steps == N
    assert list(track.lr[0]) == pytest.approx([0.1 * 0.9**t for t in range(N)], rel=1e-4)


@pytest.mark.parametrize("fused", [False, True])
def test_mixed_precision(fused: bool) -> None:
    overflowing = {1, 5}
    with lrlint.watch(mode="record") as watch:
        (parameter,) = weights(1)
        optimizer = torch.optim.AdamW([parameter], lr=0.1, fused=fused)
        scheduler = lrs.CosineAnnealingLR(optimizer, T_max=8, eta_min=1e-3)
        scaler = torch.amp.GradScaler("cuda", init_scale=4.0)
        for step in range(8):
            optimizer.zero_grad()
            with torch.autocast("cuda", dtype=torch.float16):
                loss = (parameter * (float("inf") if step in overflowing else 1.0)).sum()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            scheduler.step()
    assert departures(watch) == []
    assert watch._session.recorder.schedulers[0].overran == len(overflowing)
