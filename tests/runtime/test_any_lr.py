"""LRs of any type, optimizers without one, and schedulers stepped in other ways than torch's."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from dataclasses import asdict
from fractions import Fraction
from typing import Any

import numpy
import pytest
import torch
from torch.optim import SGD, Optimizer
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LRScheduler,
    StepLR,
)

import lrlint
from lrlint.runtime.recorder.optimizer_listener import OptimizerListener
from lrlint.runtime.watch import Watch

from .trainings import parameters


class OwnLR(Optimizer):
    """An optimizer that computes its LRs itself."""

    def step(self, closure: Any = None) -> None:
        pass


def trained(optimizer: Any, scheduler: Any, steps: int = 6) -> tuple[Any, Any]:
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
    return optimizer, scheduler


def codes(watch: Watch) -> list[str]:
    return [finding.code for finding in watch.findings]


@pytest.mark.parametrize(
    "lr",
    [
        numpy.float32(0.2),
        numpy.float64(0.2),
        numpy.int64(1),
        numpy.array(0.2),
        Fraction(1, 5),
        True,
        1,
        torch.tensor(0.2),
        torch.tensor([0.2]),
    ],
    ids=repr,
)
def test_an_lr_of_any_type_is_followed(lr: Any) -> None:
    first = float(lr)
    with lrlint.watch(mode="record") as watch:
        optimizer = OwnLR(parameters(), {"lr": lr})
        kept = trained(optimizer, CosineAnnealingLR(optimizer, 6, eta_min=0.01))
    (track,) = watch.recording.schedules
    assert (track.optimizer_steps, track.scheduler_steps) == (6, 6)
    assert track.lr[0][0] == pytest.approx(first)
    assert track.max_relative_error == pytest.approx(0, abs=1e-6)
    json.dumps(asdict(track))
    assert (watch.findings, watch.recording.notes) == ((), ())
    del kept


def test_an_lr_without_data_is_not_read() -> None:
    with lrlint.watch(mode="record") as watch:
        dry, real = (
            OwnLR(parameters(), {"lr": torch.tensor(0.2, device=device)})
            for device in ("meta", "cpu")
        )
        kept = [trained(one, CosineAnnealingLR(one, 6, eta_min=0.01)) for one in (dry, real)]
    assert [len(track.at) for track in watch.recording.schedules] == [0, 6]
    assert (watch.findings, watch.recording.notes) == ((), ())
    del kept


def test_a_narrow_type_of_an_argument_is_no_departure() -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = SGD(parameters(), lr=0.2)
        kept = trained(optimizer, CosineAnnealingLR(optimizer, 6, eta_min=numpy.float32(0.01)))
    assert codes(watch) == []
    json.dumps([asdict(track) for track in watch.recording.schedules])
    del kept


@pytest.mark.parametrize(
    "defaults",
    [{}, {"lr": None}, {"lr": "auto"}, {"lr": [0.1, 0.2]}, {"lr": torch.ones(3)}],
    ids=str,
)
def test_an_optimizer_without_an_lr_costs_the_others_nothing(defaults: dict[str, Any]) -> None:
    with lrlint.watch(mode="record") as watch:
        without = OwnLR(parameters(), defaults)
        without.add_param_group({"params": parameters()})
        without.load_state_dict(without.state_dict())
        without.step()
        optimizer = SGD(parameters(), lr=0.1)
        kept = trained(optimizer, CosineAnnealingLR(optimizer, 2, eta_min=0.01))
    (track,) = watch.recording.schedules
    assert track.scheduler_steps == 6
    assert (codes(watch), watch.recording.notes) == (["LR201"], ())
    del kept


def test_a_scheduler_of_an_optimizer_without_an_lr_is_torchs_error() -> None:
    with lrlint.watch(mode="record") as watch, pytest.raises(KeyError, match="lr"):
        StepLR(OwnLR(parameters(), {}), 3)
    assert (watch.findings, watch.recording.notes) == ((), ())


# -- what steps a scheduler


def own_step(scheduler: Any) -> Callable[[], None]:
    def step() -> None:
        scheduler.last_epoch += 1
        for group in scheduler.optimizer.param_groups:
            group["lr"] *= 0.5

    return step


def on_the_object(scheduler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler.step = own_step(scheduler)


def on_the_class(scheduler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LRScheduler, "step", lambda self: own_step(self)())


def by_another_class(scheduler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Halving(CosineAnnealingLR):
        def step(self, epoch: Any = None) -> None:
            own_step(self)()

    scheduler.__class__ = Halving


def by_its_formula(scheduler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler.get_lr = lambda: [0.1 * 0.5**scheduler.last_epoch]


@pytest.mark.parametrize("replace", [on_the_object, on_the_class, by_another_class, by_its_formula])
def test_of_a_step_that_the_script_replaces_nothing_is_claimed(
    replace: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with lrlint.watch(mode="raise") as watch, monkeypatch.context() as patch:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, 6, eta_min=0.01)
        replace(scheduler, patch)
        trained(optimizer, scheduler)
    assert optimizer.param_groups[0]["lr"] < 0.01
    (track,) = watch.recording.schedules
    assert (track.expected, track.max_relative_error, codes(watch)) == (None, None, [])


def test_a_step_that_is_logged_is_heard() -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = ExponentialLR(optimizer, 0.9)
        calls, step = [], scheduler.step
        scheduler.step = lambda: (calls.append(1), step())[1]  # type: ignore[method-assign]
        trained(optimizer, scheduler)
    (track,) = watch.recording.schedules
    assert (track.scheduler_steps, track.max_relative_error, len(calls)) == (6, 0, 6)


# -- warm-ups over a schedule


class Ramp:
    """Scales the LR between the steps of a scheduler, as pytorch-warmup does."""

    def __init__(self, optimizer: Optimizer, length: int, restores: bool = True) -> None:
        self.optimizer, self.length, self.restores, self.count = optimizer, length, restores, 0
        self.scale()

    def scale(self) -> None:
        self.count += 1
        self.lrs = [group["lr"] for group in self.optimizer.param_groups]
        for group in self.optimizer.param_groups:
            group["lr"] *= min(1.0, self.count / self.length)

    def __enter__(self) -> None:
        if self.restores:
            for group, lr in zip(self.optimizer.param_groups, self.lrs, strict=True):
                group["lr"] = lr

    def __exit__(self, *_: object) -> None:
        self.scale()


@pytest.mark.parametrize("every", [1, 4])
def test_a_warm_up_that_takes_its_factor_back_is_no_departure(every: int) -> None:
    with lrlint.watch(mode="raise") as watch:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, 24 // every, eta_min=0.01)
        ramp = Ramp(optimizer, 10)
        for step in range(24):
            optimizer.step()
            with ramp:
                if step % every == every - 1:
                    scheduler.step()
    (track,) = watch.recording.schedules
    assert track.lr[0][:3] == pytest.approx(
        [0.01, 0.0199572, 0.029485] if every == 1 else [0.01, 0.02, 0.03], rel=1e-2
    )
    assert 0 < track.overlaid_steps < 10
    assert track.max_relative_error == 0


class Failing(Optimizer):
    def step(self, closure: Any = None) -> None:
        raise RuntimeError("out of memory")


def test_an_optimizer_is_recorded_after_the_step_of_another_one_has_failed() -> None:
    with lrlint.watch(mode="record") as watch:
        failing, optimizer = Failing(parameters(), {"lr": 0.1}), SGD(parameters(), lr=0.1)
        with pytest.raises(RuntimeError, match="out of memory"):
            failing.step()
        for step in range(6):
            optimizer.param_groups[0]["lr"] = 0.1 * (6 - step) / 6
            optimizer.step()
    assert [track.scheduler_steps for track in watch.recording.schedules] == [5]


class Wrapper(Optimizer):
    """Averages what another optimizer does, and has its param groups."""

    def __init__(self, fast: Optimizer) -> None:
        self.fast, self.state, self.defaults = fast, fast.state, fast.defaults
        self.param_groups = fast.param_groups

    def step(self, closure: Any = None) -> None:
        self.fast.step()


def test_the_scheduler_of_a_wrapper_drives_what_it_wraps() -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = Wrapper(SGD(parameters(), lr=0.1))
        kept = trained(optimizer, CosineAnnealingLR(optimizer, 6, eta_min=0.01))
    (track,) = watch.recording.schedules
    assert (track.optimizer, track.optimizer_steps, track.max_relative_error) == ("SGD", 6, 0)
    assert watch.findings == ()
    del kept


def test_a_warm_up_that_keeps_its_factor_is_a_departure() -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, 12, eta_min=0.01)
        ramp = Ramp(optimizer, 12, restores=False)
        for _ in range(12):
            optimizer.step()
            with ramp:
                scheduler.step()
    assert codes(watch) == ["LR901"]


def test_pytorch_warmup_and_a_resume() -> None:
    warmup = pytest.importorskip("pytorch_warmup")

    def build() -> tuple[Any, ...]:
        optimizer = SGD(parameters(), lr=0.1)
        return optimizer, ExponentialLR(optimizer, 0.9), warmup.LinearWarmup(optimizer, 8)

    def train(optimizer: Any, scheduler: Any, dampener: Any) -> None:
        for _ in range(5):
            optimizer.step()
            with dampener.dampening():
                scheduler.step()

    with lrlint.watch(mode="raise"):
        first, second = build(), build()
        train(*first)
        for new, old in zip(second, first, strict=True):
            new.load_state_dict(old.state_dict())
        train(*second)


# -- watches, and their ends


def test_watches_that_overlap() -> None:
    before = {name: vars(LRScheduler)[name] for name in ("__init__", "step")}
    first, second, third = (lrlint.watch(mode="record") for _ in range(3))
    optimizer = SGD(parameters(), lr=0.1)
    kept = [trained(optimizer, ExponentialLR(optimizer, 0.9))]
    first.close()
    third.close()
    kept.append(trained(optimizer, ExponentialLR(optimizer, 0.9)))
    second.close()
    assert [len(watch.recording.schedules) for watch in (first, second, third)] == [1, 2, 1]
    assert {name: vars(LRScheduler)[name] for name in before} == before


def test_after_a_failure_no_rule_speaks_of_what_it_did_not_see(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = OptimizerListener.before_step

    def fail_later(self: OptimizerListener, optimizer: Any, call: object) -> None:
        if any(record.steps == 3 for record in self.records):
            raise LookupError("a bug")
        real(self, optimizer, call)

    monkeypatch.setattr(OptimizerListener, "before_step", fail_later)
    with lrlint.watch(mode="record") as watch:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, 6, eta_min=0.01)
        for _ in range(2):
            optimizer.step()
        optimizer.param_groups[0]["lr"] = 0.5
        trained(optimizer, scheduler)
    assert codes(watch) == []  # not LR103, LR201 or LR902
    recording = watch.recording
    assert recording.incomplete
    assert "nothing more is recorded after 3 optimizer steps" in recording.notes[0]


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="needs signals of POSIX")
@pytest.mark.parametrize("parameters_of_handler", ["number, frame", "*arguments"])
def test_what_a_signal_handler_raises_ends_the_training(
    parameters_of_handler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: dict[str, Any] = {}
    exec(f"def stop({parameters_of_handler}):\n    raise TimeoutError('time is up')", names)
    before = signal.signal(signal.SIGALRM, names["stop"])
    real = OptimizerListener.after_step

    def interrupted(self: OptimizerListener, optimizer: Any, call: object) -> None:
        signal.raise_signal(signal.SIGALRM)
        real(self, optimizer, call)

    monkeypatch.setattr(OptimizerListener, "after_step", interrupted)
    try:
        with lrlint.watch(mode="record") as watch:
            optimizer = SGD(parameters(), lr=0.1)
            with pytest.raises(TimeoutError, match="time is up"):
                optimizer.step()
    finally:
        signal.signal(signal.SIGALRM, before)
    assert not watch.recording.incomplete


def test_a_departure_before_the_failure_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = LambdaLR(optimizer, lambda step: 1 / (1 + step))
        trained(optimizer, scheduler, 2)
        optimizer.param_groups[0]["lr"] = 0.5
        optimizer.step()

        def fail(*_: object) -> None:
            raise LookupError("a bug")

        monkeypatch.setattr(watch._session.hooks._on_optimizer.verifier, "step", fail)
        trained(optimizer, scheduler)
    assert codes(watch) == ["LR901"]


def test_a_failure_is_said_even_where_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise LookupError("a bug")

    monkeypatch.setattr(OptimizerListener, "built", fail)
    monkeypatch.setattr("sys.stderr", None)
    with lrlint.watch(mode="record") as watch:
        SGD(parameters(), lr=0.1).step()
    assert watch.recording.incomplete
