"""Schedulers that are not torch's: timm's, ignite's, DeepSpeed's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pytest
import torch

import lrlint
from lrlint.runtime.watch import Watch

from .trainings import parameters

TIMM = """
class Scheduler:
    def __init__(self, optimizer, param_group_field, t_in_epochs=True):
        self.optimizer, self.param_group_field = optimizer, param_group_field
        self.t_in_epochs = t_in_epochs
        self.base_values = [group[param_group_field] for group in optimizer.param_groups]
        self.update_groups(self.base_values)

    def update_groups(self, values):
        for group, value in zip(self.optimizer.param_groups, values):
            group[self.param_group_field] = value

    def _set(self, t):
        self.update_groups([base * (1 - t / 40) for base in self.base_values])

    def step(self, epoch, metric=None):
        if self.t_in_epochs:
            self._set(epoch)

    def step_update(self, num_updates, metric=None):
        if not self.t_in_epochs:
            self._set(num_updates)


class Line(Scheduler):
    def __init__(self, optimizer, t_in_epochs=True):
        super().__init__(optimizer, "lr", t_in_epochs)
        self.update_groups([base / 2 for base in self.base_values])
"""
DEEPSPEED = """
class WarmupLR:
    def __init__(self, optimizer, warmup_num_steps):
        self.optimizer, self.steps, self.iteration = optimizer, warmup_num_steps, -1
        self.step()

    def step(self):
        self.iteration += 1
        for group in self.optimizer.param_groups:
            group["lr"] = 0.1 * min(1.0, self.iteration / self.steps)
"""


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Any]:
    """Load a module under the name of a library's."""

    def load(name: str, code: str) -> Any:
        module = ModuleType(name)
        exec(code, module.__dict__)
        monkeypatch.setitem(sys.modules, name, module)
        return module

    return load


def trained(
    build: Callable[[Any], Any], advance: Callable[[Any, int, int], None], *, loader: bool = False
) -> Watch:
    """Return the watch of a training of 5 epochs with 4 updates."""
    optimizer = torch.optim.SGD(parameters(), lr=0.2)
    batches: Any = torch.utils.data.DataLoader(torch.arange(4)) if loader else range(4)
    per_epoch = advance in (once_per_epoch, lagging)
    updates = 0
    with lrlint.watch(mode="record", epochs=None if loader else 5) as watch:
        scheduler = build(optimizer)
        for epoch in range(5):
            for _batch in batches:
                optimizer.step()
                updates += 1
                if not per_epoch:
                    advance(scheduler, epoch, updates)
            if per_epoch:
                advance(scheduler, epoch, updates)
    assert watch.recording.notes == ()
    return watch


def once_per_epoch(scheduler: Any, epoch: int, updates: int) -> None:
    scheduler.step(epoch + 1)


def lagging(scheduler: Any, epoch: int, updates: int) -> None:
    scheduler.step(epoch)


def test_a_schedule_in_epochs(library: Callable[[str, str], Any]) -> None:
    timm = library("timm.scheduler.scheduler", TIMM)
    watch = trained(timm.Line, once_per_epoch)
    (track,) = watch.recording.schedules
    assert (track.scheduler, track.optimizer) == ("Line", "SGD")
    assert (track.optimizer_steps, track.scheduler_steps) == (20, 5)
    assert track.lr[0][::4] == pytest.approx((0.1, 0.195, 0.19, 0.185, 0.18))
    assert "test_framework_schedulers.py" in track.filename
    assert watch.findings == ()


def test_both_methods_are_called_and_one_of_them_counts(
    library: Callable[[str, str], Any],
) -> None:
    timm = library("timm.scheduler.scheduler", TIMM)

    def advance(scheduler: Any, epoch: int, updates: int) -> None:
        scheduler.step_update(updates)
        if updates % 4 == 0:
            once_per_epoch(scheduler, epoch, updates)

    watch = trained(lambda optimizer: timm.Line(optimizer, t_in_epochs=False), advance)
    (track,) = watch.recording.schedules
    assert track.scheduler_steps == 20
    assert watch.findings == ()


def test_the_method_that_does_nothing(library: Callable[[str, str], Any]) -> None:
    timm = library("timm.scheduler.scheduler", TIMM)
    build = lambda optimizer: timm.Line(optimizer, t_in_epochs=False)  # noqa: E731
    watch = trained(build, once_per_epoch)
    (track,) = watch.recording.schedules
    assert track.scheduler_steps == 0
    assert "LR103" not in {one.code for one in watch.findings}  # it is called, all the same


def test_the_library_is_loaded_late(library: Callable[[str, str], Any]) -> None:
    optimizer = torch.optim.SGD(parameters(), lr=0.2)
    with lrlint.watch(optimizer, mode="record") as watch:
        timm = library("timm.scheduler.scheduler", TIMM)
        scheduler = timm.Line(optimizer)
        torch.optim.SGD(parameters(), lr=0.2)
        for epoch in range(4):
            optimizer.step()
            scheduler.step(epoch + 1)
    assert [track.scheduler for track in watch.recording.schedules] == ["Line"]


def test_another_entry_of_the_param_groups_is_no_lr(library: Callable[[str, str], Any]) -> None:
    timm = library("timm.scheduler.scheduler", TIMM)
    watch = trained(lambda o: timm.Scheduler(o, "weight_decay"), once_per_epoch)
    assert watch.recording.schedules == ()


def test_deepspeed(library: Callable[[str, str], Any]) -> None:
    deepspeed = library("deepspeed.runtime.lr_schedules", DEEPSPEED)
    watch = trained(lambda o: deepspeed.WarmupLR(o, 10), lambda s, epoch, updates: s.step())
    (track,) = watch.recording.schedules
    assert (track.scheduler, track.scheduler_steps) == ("WarmupLR", 20)
    assert track.lr[0][-1] == pytest.approx(0.1)


@pytest.fixture
def real_timm(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Load timm's schedulers without its models, which need more than torch."""
    spec = find_spec("timm")
    if spec is None or spec.submodule_search_locations is None:
        pytest.skip("timm is not installed")
    package = ModuleType("timm")
    package.__path__ = [*spec.submodule_search_locations]
    before = {*sys.modules}
    monkeypatch.setitem(sys.modules, "timm", package)
    yield import_module("timm.scheduler")
    for name in {*sys.modules} - before:
        if name.startswith("timm."):
            del sys.modules[name]


Advance = Callable[[Any, int, int], None]
IN_UPDATES = {"t_initial": 20, "t_in_epochs": False}


@pytest.mark.parametrize(
    ("arguments", "advance", "codes"),
    [
        ({"t_initial": 5}, once_per_epoch, set()),
        ({"t_initial": 5}, lambda s, epoch, updates: s.step(updates / 4), set()),
        (IN_UPDATES, lambda s, epoch, updates: s.step_update(updates), set()),
        ({"t_initial": 5}, lagging, {"LR505"}),
        ({"t_initial": 20}, once_per_epoch, {"LR201"}),
        (IN_UPDATES, once_per_epoch, {"LR505"}),
        (IN_UPDATES, lambda s, epoch, updates: s.step_update((updates - 1) % 4), {"LR505"}),
    ],
)
def test_timm(real_timm: Any, arguments: dict[str, Any], advance: Advance, codes: set[str]) -> None:
    build = real_timm.CosineLRScheduler
    watch = trained(
        lambda optimizer: build(optimizer, lr_min=1e-3, **arguments), advance, loader=True
    )
    (track,) = watch.recording.schedules
    assert track.max_relative_error == 0.0
    assert {one.code for one in watch.findings} == codes


def ignite_training(build: Callable[[Any, Any], Any]) -> Watch:
    """Train 6 epochs of 4 updates under an ignite engine, scheduled before each update."""
    engines, handlers = (pytest.importorskip(f"ignite.{name}") for name in ("engine", "handlers"))
    loader = torch.utils.data.DataLoader(torch.ones(8, 2), batch_size=2)
    optimizer = torch.optim.SGD(parameters(), lr=0.2)
    with lrlint.watch(mode="record") as watch:
        engine = engines.Engine(lambda engine, batch: optimizer.step())
        scheduler = build(handlers, optimizer)
        engine.add_event_handler(engines.Events.ITERATION_STARTED, scheduler)
        engine.run(loader, max_epochs=6)
    assert watch.recording.notes == ()
    return watch


def test_a_scheduler_of_ignite() -> None:
    watch = ignite_training(
        lambda handlers, optimizer: handlers.CosineAnnealingScheduler(optimizer, "lr", 1, 0.1, 48)
    )
    (track,) = watch.recording.schedules
    assert (track.scheduler, track.scheduler_steps) == ("CosineAnnealingScheduler", 24)
    assert watch.findings == ()


def test_a_scheduler_of_torch_that_ignite_advances() -> None:
    def build(length: int) -> Callable[[Any, Any], Any]:
        cosine = torch.optim.lr_scheduler.CosineAnnealingLR
        return lambda handlers, optimizer: handlers.LRScheduler(cosine(optimizer, length, 1e-3))

    right = ignite_training(build(24))
    (track,) = right.recording.schedules
    assert (track.scheduler, track.scheduler_steps) == ("CosineAnnealingLR", 24)
    assert right.findings == ()
    assert {one.code for one in ignite_training(build(9)).findings} == {"LR201"}


def test_a_warm_up_of_ignite_is_one_schedule() -> None:
    def build(handlers: Any, optimizer: Any) -> Any:
        decay = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
        return handlers.create_lr_scheduler_with_warmup(decay, 0.01, 6, warmup_end_value=0.2)

    (track,) = ignite_training(build).recording.schedules
    assert (track.scheduler, track.scheduler_steps) == ("ConcatScheduler", 24)
