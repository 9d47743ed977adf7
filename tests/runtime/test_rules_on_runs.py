"""Rules that judge recorded runs as they judge scripts: a training that does it, and its twin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import SGD
from torch.optim import lr_scheduler as lrs
from torch.utils.data import DataLoader, TensorDataset

import lrlint

from .trainings import parameters

EPOCHS, BATCHES = 6, 8

JUDGEMENTS = {"LR601", "LR602", "LR603", "LR604"}
"""Matters of taste, which these short trainings offend against."""

pytestmark = pytest.mark.filterwarnings("ignore")


def batches() -> DataLoader[tuple[torch.Tensor, ...]]:
    return DataLoader(TensorDataset(torch.zeros(BATCHES, 1)), batch_size=1)


def codes(training: Callable[[], Any]) -> list[str]:
    with lrlint.watch(mode="record", pedantic=True) as watch:
        kept = training()
    assert watch.recording.notes == ()
    del kept
    return [one.code for one in watch.findings if one.code not in JUDGEMENTS]


def epoch_wise(build: Callable[[Any], Any], *, lr: float = 0.1) -> Any:
    optimizer = SGD(parameters(), lr=lr)
    scheduler = build(optimizer)
    for _ in range(EPOCHS):
        for _ in batches():
            optimizer.step()
        scheduler.step()
    return optimizer, scheduler


def batch_wise(build: Callable[[Any], Any], *, lr: float = 0.1) -> Any:
    optimizer = SGD(parameters(), lr=lr, momentum=0.9)
    scheduler = build(optimizer)
    for _ in range(EPOCHS):
        for _ in batches():
            optimizer.step()
            scheduler.step()
    return optimizer, scheduler


def accumulated(every_batch: bool) -> Any:
    optimizer = SGD(parameters(), lr=0.1)
    scheduler = lrs.CosineAnnealingLR(optimizer, EPOCHS * BATCHES // 4, eta_min=1e-3)
    for _ in range(EPOCHS):
        for i, _ in enumerate(batches(), start=1):
            if i % 4 == 0:
                optimizer.step()
            if every_batch or i % 4 == 0:
                scheduler.step()
    return optimizer, scheduler


def warmed_up(t_max: int) -> Callable[[Any], Any]:
    return lambda o: lrs.SequentialLR(
        o, [lrs.LinearLR(o, 0.1, 1.0, 2), lrs.CosineAnnealingLR(o, t_max, eta_min=1e-3)], [2]
    )


def two_optimizers(wrong: bool) -> Any:
    shared = parameters()
    driven, other = SGD(shared, lr=0.1), SGD(shared, lr=0.1)
    scheduler = lrs.StepLR(driven, 2)
    for _ in range(EPOCHS):
        for _ in batches():
            (other if wrong else driven).step()
        scheduler.step()
    return driven, other, scheduler


def two_schedulers(first: Callable[[Any], Any]) -> Any:
    optimizer = SGD(parameters(), lr=0.1)
    schedulers = [first(optimizer), lrs.StepLR(optimizer, 2)]
    for _ in range(EPOCHS):
        for _ in batches():
            optimizer.step()
        for scheduler in schedulers:
            scheduler.step()
    return optimizer, schedulers


def grown(late: bool) -> Any:
    optimizer = SGD(parameters(), lr=0.1)
    if not late:
        optimizer.add_param_group({"params": parameters()})
    scheduler = lrs.ExponentialLR(optimizer, 0.9)
    for epoch in range(EPOCHS):
        for _ in batches():
            optimizer.step()
        if late and epoch == 2:
            optimizer.add_param_group({"params": parameters()})
        scheduler.step()
    return optimizer, scheduler


def halves(build: Callable[[Any], Any], resume: Callable[[Any, Any, Any], Any]) -> Any:
    """A training of three epochs, and three more that go on from its state."""
    own = parameters()
    optimizer = SGD(own, lr=0.1, momentum=0.9)
    scheduler = build(optimizer)
    for _ in range(3):
        for _ in batches():
            optimizer.step()
        scheduler.step()
    again = SGD(own, lr=0.1, momentum=0.9)
    resumed = resume(again, optimizer.state_dict(), scheduler.state_dict())
    for _ in range(3):
        for _ in batches():
            again.step()
        resumed.step()
    return optimizer, scheduler, again, resumed


def ramp(optimizer: Any) -> lrs.LinearLR:
    return lrs.LinearLR(optimizer, 0.1, 1.0, 4)


def decay(optimizer: Any) -> lrs.ExponentialLR:
    return lrs.ExponentialLR(optimizer, 0.5)


def loaded_then_built(optimizer: Any, state: Any, schedule: Any) -> Any:
    optimizer.load_state_dict(state)
    scheduler = ramp(optimizer)
    scheduler.load_state_dict(schedule)
    return scheduler


def built_then_loaded(optimizer: Any, state: Any, schedule: Any) -> Any:
    scheduler = ramp(optimizer)
    optimizer.load_state_dict(state)
    scheduler.load_state_dict(schedule)
    return scheduler


def loaded_and_replayed(optimizer: Any, state: Any, schedule: Any) -> Any:
    scheduler = decay(optimizer)
    optimizer.load_state_dict(state)
    for _ in range(3):
        scheduler.step()
    return scheduler


def replayed_then_loaded(optimizer: Any, state: Any, schedule: Any) -> Any:
    scheduler = decay(optimizer)
    for _ in range(3):
        scheduler.step()
    optimizer.load_state_dict(state)
    return scheduler


def scaled(careless: bool) -> Any:
    (weight,) = parameters()
    optimizer = SGD([weight], lr=0.1)
    scheduler = lrs.ExponentialLR(optimizer, 0.99)
    scaler = torch.amp.GradScaler("cpu")
    for _ in range(EPOCHS):
        for i, _ in enumerate(batches()):
            optimizer.zero_grad()
            scaler.scale((weight * (float("inf") if i == 3 else 1.0)).sum()).backward()
            before = scaler.get_scale()
            scaler.step(optimizer)
            scaler.update()
            if careless or scaler.get_scale() >= before:
                scheduler.step()
    return optimizer, scheduler


def watched(accuracy: bool) -> Any:
    optimizer = SGD(parameters(), lr=0.1)
    scheduler = lrs.ReduceLROnPlateau(optimizer, patience=1)
    for epoch in range(EPOCHS):
        for _ in batches():
            optimizer.step()
        val_acc, val_loss = epoch / 10, 1 - epoch / 10
        if accuracy:
            scheduler.step(val_acc)
        else:
            scheduler.step(val_loss)
    return optimizer, scheduler


WHOLE = EPOCHS * BATCHES
TRAININGS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "LR108": (lambda: accumulated(True), lambda: accumulated(False)),
    "LR111": (
        lambda: epoch_wise(lambda o: lrs.CyclicLR(o, 0.01, 0.1, cycle_momentum=False)),
        lambda: batch_wise(lambda o: lrs.CyclicLR(o, 0.01, 0.1, step_size_up=BATCHES)),
    ),
    "LR113": (lambda: scaled(True), lambda: scaled(False)),
    "LR114": (lambda: watched(True), lambda: watched(False)),
    "LR204": (lambda: epoch_wise(warmed_up(6)), lambda: epoch_wise(warmed_up(4))),
    "LR205": (
        lambda: epoch_wise(lambda o: lrs.StepLR(o, 30)),
        lambda: epoch_wise(lambda o: lrs.StepLR(o, 3)),
    ),
    "LR210": (
        lambda: epoch_wise(lambda o: lrs.LinearLR(o, 0.1, 1.0, 60)),
        lambda: epoch_wise(lambda o: lrs.LinearLR(o, 0.1, 1.0, 3)),
    ),
    "LR303": (
        lambda: epoch_wise(lambda o: lrs.CosineAnnealingLR(o, EPOCHS, eta_min=0.05)),
        lambda: epoch_wise(lambda o: lrs.CosineAnnealingLR(o, EPOCHS, eta_min=0.001)),
    ),
    "LR304": (
        lambda: batch_wise(lambda o: lrs.OneCycleLR(o, 0.1, total_steps=WHOLE), lr=1e-6),
        lambda: batch_wise(lambda o: lrs.OneCycleLR(o, 0.1, total_steps=WHOLE)),
    ),
    "LR305": (
        lambda: epoch_wise(lambda o: lrs.LambdaLR(o, lambda epoch: epoch / EPOCHS)),
        lambda: epoch_wise(lambda o: lrs.LambdaLR(o, lambda epoch: (epoch + 1) / EPOCHS)),
    ),
    "LR307": (
        lambda: epoch_wise(lambda o: lrs.LambdaLR(o, lambda epoch: 0.1 * 0.9**epoch)),
        lambda: epoch_wise(lambda o: lrs.LambdaLR(o, lambda epoch: 0.9**epoch)),
    ),
    "LR308": (
        lambda: epoch_wise(lambda o: lrs.ExponentialLR(o, 1.1)),
        lambda: epoch_wise(lambda o: lrs.ExponentialLR(o, 0.9)),
    ),
    "LR406": (lambda: two_optimizers(True), lambda: two_optimizers(False)),
    "LR407": (
        lambda: two_schedulers(lambda o: lrs.LambdaLR(o, lambda epoch: 0.9**epoch)),
        lambda: two_schedulers(lambda o: lrs.ExponentialLR(o, 0.9)),
    ),
    "LR408": (lambda: grown(True), lambda: grown(False)),
    "LR412": (lambda: halves(ramp, loaded_then_built), lambda: halves(ramp, built_then_loaded)),
    "LR413": (
        lambda: halves(decay, loaded_and_replayed),
        lambda: halves(decay, replayed_then_loaded),
    ),
}


@pytest.mark.parametrize("code", TRAININGS)
def test_a_training_that_does_it_and_its_twin(code: str) -> None:
    wrong, right = TRAININGS[code]
    assert (codes(wrong), codes(right)) == ([code], [])


def begun_anew() -> Any:
    """Train a low LR first, and then from the first state with another LR and scheduler."""
    optimizer = SGD(parameters(), lr=1e-5)
    fresh = optimizer.state_dict()
    first = lrs.LambdaLR(optimizer, lambda epoch: 0.9**epoch)
    for _ in range(EPOCHS):
        for _ in batches():
            optimizer.step()
        first.step()
    optimizer.load_state_dict(fresh)
    optimizer.param_groups[0]["lr"] = 0.1
    optimizer.param_groups[0].pop("initial_lr", None)
    second = lrs.CosineAnnealingLR(optimizer, EPOCHS, eta_min=1e-3)
    for _ in range(EPOCHS):
        for _ in batches():
            optimizer.step()
        second.step()
    return optimizer, first, second


def test_a_second_schedule_starts_from_the_lr_that_the_script_sets() -> None:
    assert codes(begun_anew) == []


def warm_up_from_the_base_lr(epoch: int) -> float:
    return 0.1 if epoch < 2 else 0.9 ** (epoch - 2)


def test_a_factor_that_happens_to_be_the_base_lr_is_no_lr() -> None:
    assert codes(lambda: epoch_wise(lambda o: lrs.LambdaLR(o, warm_up_from_the_base_lr))) == []


def test_two_steps_with_an_evaluation_between_them_are_two() -> None:
    def training() -> Any:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = lrs.ExponentialLR(optimizer, 0.9)
        for _ in range(EPOCHS):
            for _ in batches():
                optimizer.step()
            scheduler.step()
            for _ in batches():
                pass
            scheduler.step()
        return optimizer, scheduler

    assert codes(training) == ["LR105"]


def test_a_resume_in_the_wrong_order_ends_a_training_that_is_to_be_right() -> None:
    with pytest.raises(lrlint.ScheduleError, match="LR412"), lrlint.watch(mode="raise"):
        halves(ramp, loaded_then_built)


@pytest.mark.parametrize(("fresh", "expected"), [(True, ["LR411"]), (False, [])])
def test_a_constructor_that_misses_the_initial_lr(fresh: bool, expected: list[str]) -> None:
    def training() -> Any:
        optimizer = SGD(parameters(), lr=0.1)
        if not fresh:
            optimizer.param_groups[0]["initial_lr"] = 0.1
        try:
            scheduler = lrs.ExponentialLR(optimizer, 0.9, last_epoch=2)
        except KeyError:
            scheduler = lrs.ExponentialLR(optimizer, 0.9)
        for _ in range(EPOCHS):
            for _ in batches():
                optimizer.step()
            scheduler.step()
        return optimizer, scheduler

    assert codes(training) == expected


@pytest.mark.parametrize("early", [True, False])
def test_the_order_shows_in_a_loop_whose_iterations_may_be_epochs_or_batches(early: bool) -> None:
    def training() -> Any:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = lrs.ExponentialLR(optimizer, 0.99)
        for _ in range(30):
            if early:
                scheduler.step()
            optimizer.step()
            if not early:
                scheduler.step()
        return optimizer, scheduler

    assert ("LR104" in codes(training)) is early
