"""What goes wrong with LRs in torch without a word, and the finding that says so.

Each trap stands beside a training that does the same thing right, of which nothing may be said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as lrs
from torch.utils.data import DataLoader, TensorDataset

import lrlint
from lrlint.diagnostics import Diagnostic

from .trainings import parameters

EPOCHS, BATCHES = 6, 5
SGD = torch.optim.SGD


def batches() -> DataLoader[tuple[torch.Tensor, ...]]:
    return DataLoader(TensorDataset(torch.zeros(BATCHES, 1)), batch_size=1)


def found(training: Callable[[], Any]) -> tuple[Diagnostic, ...]:
    with lrlint.watch(mode="record") as watch:
        kept = training()
    assert watch.recording.notes == ()
    del kept
    return watch.findings


def codes(training: Callable[[], Any]) -> list[str]:
    return [one.code for one in found(training)]


def cosine(optimizer: torch.optim.Optimizer, t_max: int = EPOCHS) -> lrs.CosineAnnealingLR:
    return lrs.CosineAnnealingLR(optimizer, T_max=t_max, eta_min=1e-3)


# -- what torch does not warn of: the order and the number of calls


def order(first: str, build: Callable[[Any], Any]) -> None:
    optimizer = SGD(parameters(), lr=0.1)
    optimizer.step()  # so that torch sees nothing
    scheduler = build(optimizer)
    for _ in range(EPOCHS):
        for _ in batches():
            if first == "scheduler":
                scheduler.step()
            optimizer.step()
            if first == "optimizer":
                scheduler.step()


WHOLE: dict[str, Callable[[Any], Any]] = {
    "CosineAnnealingLR": lambda o: cosine(o, EPOCHS * BATCHES),
    "CosineAnnealingWarmRestarts": lambda o: lrs.CosineAnnealingWarmRestarts(
        o, EPOCHS * BATCHES // 2, eta_min=1e-3
    ),
}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize(("first", "expected"), [("optimizer", []), ("scheduler", ["LR104"])])
def test_the_scheduler_steps_first(name: str, first: str, expected: list[str]) -> None:
    assert codes(lambda: order(first, WHOLE[name])) == expected


def counts(per_batch: int, per_epoch: int, t_max: int) -> None:
    optimizer = SGD(parameters(), lr=0.1)
    scheduler = cosine(optimizer, t_max)
    for _ in range(EPOCHS):
        for _ in batches():
            optimizer.step()
            for _ in range(per_batch):
                scheduler.step()
        for _ in range(per_epoch):
            scheduler.step()


@pytest.mark.parametrize(
    ("per_batch", "per_epoch", "t_max", "expected"),
    [
        (0, 1, EPOCHS, []),
        (1, 0, EPOCHS * BATCHES, []),
        (0, 0, EPOCHS, ["LR103"]),
        (0, 1, EPOCHS // 2, ["LR201"]),
        (1, 0, EPOCHS, ["LR101"]),
        (0, 1, EPOCHS * BATCHES, ["LR102"]),
    ],
)
def test_how_often_it_steps(
    per_batch: int, per_epoch: int, t_max: int, expected: list[str]
) -> None:
    assert codes(lambda: counts(per_batch, per_epoch, t_max)) == expected


def twice(again: bool) -> None:
    optimizer = SGD(parameters(), lr=0.1)
    scheduler = cosine(optimizer, EPOCHS * BATCHES)
    for _ in range(EPOCHS):
        for _ in batches():
            optimizer.step()
            scheduler.step()
            if again:
                scheduler.step()


@pytest.mark.parametrize(("again", "expected"), [(False, []), (True, ["LR105"])])
def test_two_steps_in_each_iteration(again: bool, expected: list[str]) -> None:
    assert codes(lambda: twice(again)) == expected


def replaced(which: str) -> Any:
    weights = parameters()
    old = optimizer = SGD(weights, lr=0.1)
    scheduler = cosine(optimizer)
    if which == "replaced":
        optimizer = SGD(weights, lr=0.1)
    for _ in range(EPOCHS):
        for _ in batches():
            optimizer.step()
        scheduler.step()
    return old


@pytest.mark.parametrize(("which", "expected"), [("kept", []), ("replaced", ["LR401"])])
def test_the_optimizer_is_replaced(which: str, expected: list[str]) -> None:
    assert codes(lambda: replaced(which)) == expected


# -- values: who has written an LR that is not the schedule's


def only(training: Callable[[], Any]) -> Diagnostic:
    (one,) = found(training)
    return one


def write(build: Callable[[Any], Any], lr: float | None) -> None:
    optimizer = SGD(parameters(), lr=0.1)
    scheduler = build(optimizer)
    for epoch in range(EPOCHS):
        if lr is not None and epoch == 2:
            optimizer.param_groups[0]["lr"] = lr
        for _ in batches():
            optimizer.step()
        scheduler.step()


@pytest.mark.parametrize(
    "build",
    [
        lambda o: lrs.LambdaLR(o, lambda epoch: 0.9**epoch),
        lambda o: lrs.OneCycleLR(o, 0.1, EPOCHS + 1, cycle_momentum=False),
    ],
    ids=["a function", "from scratch"],
)
def test_a_write_by_hand(build: Callable[[Any], Any]) -> None:
    assert found(lambda: write(build, None)) == ()
    message = only(lambda: write(build, 0.5)).message
    assert "optimizer step 11 uses an LR of 0.5 in param group 0" in message
    assert 'probably a write to param_group["lr"]' in message


@pytest.mark.parametrize("build", [cosine, lambda o: lrs.StepLR(o, 4)], ids=["cosine", "steps"])
def test_a_write_by_hand_from_which_the_schedule_goes_on(build: Callable[[Any], Any]) -> None:
    assert found(lambda: write(build, 0.5)) == ()


def write_throughout(lr: Callable[[int, float], float]) -> None:
    optimizer = SGD(parameters(), lr=0.1)
    scheduler = lrs.StepLR(optimizer, 3, gamma=0.5)
    for epoch in range(EPOCHS):
        for group in optimizer.param_groups:
            group["lr"] = lr(epoch, group["lr"])
        for _ in batches():
            optimizer.step()
        scheduler.step()


def test_a_write_by_hand_in_every_epoch() -> None:
    finding = only(lambda: write_throughout(lambda epoch, lr: 0.1 * 0.8**epoch))
    assert (finding.code, finding.severity.label) == ("LR901", "warning")  # as LR404 before the run


def test_a_factor_in_every_epoch_keeps_the_schedule() -> None:
    assert found(lambda: write_throughout(lambda epoch, lr: 0.9 * lr)) == ()


class OwnScheduler:
    """One that is not torch's: it writes the LR itself."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self.optimizer = optimizer

    def step_update(self, updates: int) -> None:
        self.optimizer.param_groups[0]["lr"] = 0.1 / (1 + updates)


def test_another_scheduler_than_torchs() -> None:
    def training() -> None:
        optimizer = SGD(parameters(), lr=0.1)
        other = OwnScheduler(optimizer)
        scheduler = cosine(optimizer)
        for epoch in range(EPOCHS):
            for _ in batches():
                optimizer.step()
            scheduler.step()
            other.step_update(epoch)

    one = only(training)
    assert one.code == "LR901"
    assert "probably OwnScheduler, another scheduler of the same optimizer" in one.message


def late_group(build: Callable[[Any], Any], when: int | None) -> None:
    optimizer = SGD(parameters(), lr=0.1)
    if when is None:
        optimizer.add_param_group({"params": parameters(), "lr": 0.1})
    scheduler = build(optimizer)
    for epoch in range(EPOCHS):
        if epoch == when:
            optimizer.add_param_group({"params": parameters(), "lr": 0.1})
        for _ in batches():
            optimizer.step()
        scheduler.step()


@pytest.mark.parametrize(
    ("build", "wrong"),
    [
        (lambda o: lrs.ConstantLR(o, 0.5, EPOCHS - 1), True),
        (lambda o: lrs.LinearLR(o, 0.1, 1.0, EPOCHS - 1), True),
        (lambda o: lrs.PolynomialLR(o, EPOCHS), True),
        # The next LR is the last times a factor: such a group decays as the others do.
        (lambda o: lrs.StepLR(o, 2, 0.5), False),
        (lambda o: lrs.MultiStepLR(o, [2, 4], 0.5), False),
        (lambda o: lrs.ExponentialLR(o, 0.9), False),
    ],
    ids=["ConstantLR", "LinearLR", "PolynomialLR", "StepLR", "MultiStepLR", "ExponentialLR"],
)
def test_a_group_that_comes_after_the_scheduler(build: Callable[[Any], Any], wrong: bool) -> None:
    def divergences(when: int | None) -> list[str]:
        said = found(lambda: late_group(build, when))
        return [one.message for one in said if one.code == "LR901"]

    assert divergences(None) == []
    messages = divergences(1)
    assert len(messages) == wrong
    if wrong:
        assert "in param group 1" in messages[0]
        assert "probably add_param_group(), called after the scheduler was built" in messages[0]


def shared(build: Callable[[Any], Any], one_tensor: bool) -> None:
    first, second = torch.tensor(0.1), torch.tensor(0.1)
    groups = [
        {"params": parameters(), "lr": first},
        {"params": parameters(), "lr": first if one_tensor else second},
    ]
    optimizer = SGD(groups, lr=0.1, momentum=0.9)
    scheduler = build(optimizer)
    for _ in range(EPOCHS):
        for _ in batches():
            optimizer.step()
            scheduler.step()


LAST = EPOCHS * BATCHES
PER_GROUP: dict[str, Callable[[Any], Any]] = {
    "LambdaLR": lambda o: lrs.LambdaLR(
        o, [lambda t: 1 - t / (2 * LAST), lambda t: (1 - t / (2 * LAST)) ** 2]
    ),
    "OneCycleLR": lambda o: lrs.OneCycleLR(o, [0.1, 0.01], total_steps=LAST + 1),
    "CyclicLR": lambda o: lrs.CyclicLR(o, [0.01, 0.001], [0.1, 0.01], step_size_up=4),
}


@pytest.mark.parametrize("name", PER_GROUP)
def test_one_lr_tensor_in_two_groups(name: str) -> None:
    def divergences(one_tensor: bool) -> list[str]:
        said = found(lambda: shared(PER_GROUP[name], one_tensor))
        return [one.message for one in said if one.code == "LR901"]

    assert divergences(False) == []
    (message,) = divergences(True)
    assert "probably one LR tensor shared by several param groups" in message


def test_one_lr_tensor_is_right_where_all_groups_do_the_same() -> None:
    said = found(lambda: shared(lambda o: lrs.ExponentialLR(o, 0.99), True))
    assert [one.code for one in said if one.code == "LR901"] == []


def narrow(build: Callable[[Any], Any], dtype: torch.dtype) -> None:
    optimizer = SGD(parameters(), lr=torch.tensor(0.1, dtype=dtype))
    scheduler = build(optimizer)
    for _ in range(600):
        optimizer.step()
        scheduler.step()


RECURSIVE = {
    "ExponentialLR": lambda o: lrs.ExponentialLR(o, 0.999),
    "CosineAnnealingLR": lambda o: cosine(o, 600),
    "LinearLR": lambda o: lrs.LinearLR(o, 0.01, 1.0, 599),
}


@pytest.mark.parametrize("name", RECURSIVE)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32])
def test_an_lr_of_too_narrow_a_dtype(name: str, dtype: torch.dtype) -> None:
    said = found(lambda: narrow(RECURSIVE[name], dtype))
    messages = [one.message for one in said if one.code == "LR901"]
    if dtype is torch.bfloat16:
        assert "an LR of dtype bfloat16 is too narrow" in messages[0]
    elif dtype is torch.float32:
        assert messages == []


def test_a_narrow_dtype_is_enough_for_a_schedule_from_scratch() -> None:
    said = found(lambda: narrow(lambda o: lrs.LambdaLR(o, lambda t: 1 - t / 601), torch.bfloat16))
    assert [one.code for one in said if one.code == "LR901"] == []


def test_a_write_to_a_tensor_leaps() -> None:
    def training() -> None:
        optimizer = SGD(parameters(), lr=torch.tensor(0.1))
        scheduler = lrs.ExponentialLR(optimizer, 0.999)
        for step in range(100):
            if step == 50:
                optimizer.param_groups[0]["lr"].fill_(0.2)
            optimizer.step()
            scheduler.step()

    assert 'probably a write to param_group["lr"]' in only(training).message


def test_two_schedulers_that_multiply_are_what_they_are() -> None:
    def training() -> None:
        optimizer = SGD(parameters(), lr=0.1)
        warmup = lrs.LinearLR(optimizer, 0.1, 1.0, BATCHES)
        decay = cosine(optimizer)
        for _ in range(EPOCHS):
            for _ in batches():
                optimizer.step()
                warmup.step()
            decay.step()

    assert [one.code for one in found(training) if one.code.startswith("LR9")] == []


def test_a_minimum_above_the_lr_of_a_group() -> None:
    def training(eta_min: float) -> None:
        groups = [{"params": parameters(), "lr": lr} for lr in (0.1, 0.01)]
        optimizer = SGD(groups, lr=0.1)
        scheduler = lrs.CosineAnnealingLR(optimizer, EPOCHS, eta_min=eta_min)
        for _ in range(EPOCHS):
            for _ in batches():
                optimizer.step()
            scheduler.step()

    assert codes(lambda: training(0.001)) == []
    assert codes(lambda: training(0.02)) == ["LR302"]


# -- a run that ends before its plan


def planned(total: int, made: int) -> Iterator[str]:
    with lrlint.watch(mode="record", total_steps=total) as watch:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = cosine(optimizer, total)
        for _ in range(made):
            optimizer.step()
            scheduler.step()
    yield from (f"{one.code} {one.message}" for one in watch.findings)


def test_a_training_that_ends_before_its_schedule() -> None:
    assert list(planned(100, 100)) == []
    assert list(planned(100, 99)) == []
    (said,) = planned(100, 40)
    assert said.startswith("LR902 training ended after 40 of 100 optimizer steps")
    assert "stopped at an LR of 0.0673" in said
