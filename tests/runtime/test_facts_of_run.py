"""The facts that rules read, made from what was recorded."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as lrs
from torch.utils.data import DataLoader, TensorDataset

from lrlint.facts import Cadence, GuardKind, Schedule, StepArgument, Training, Unknown
from lrlint.runtime.facts_of_run.fact_values import number_fact, value_fact
from lrlint.runtime.facts_of_run.training_facts import training_of
from lrlint.symbolic import Expr

from .trainings import model, optimizer_of, recorded, update

EPOCHS, BATCHES = 4, 6


def facts(training: Callable[[], Any]) -> Training:
    with recorded() as session:
        kept = training()
    found = training_of(session.recorder)
    del kept
    return found


def trained(
    build: Callable[[Any], Any],
    *,
    batch: Callable[[Any, int], None] = lambda scheduler, i: None,
    epoch: Callable[[Any, int], None] = lambda scheduler, i: None,
    every: int = 1,
) -> Schedule:
    """Return the schedule of a training of 4 epochs of 6 batches."""

    def training() -> Any:
        loader = DataLoader(TensorDataset(torch.zeros(BATCHES, 1)), batch_size=1)
        optimizer = optimizer_of(model())
        scheduler = build(optimizer)
        for i in range(EPOCHS):
            for j, _ in enumerate(loader):
                if j % every == every - 1:
                    update(optimizer)
                    batch(scheduler, j)
            epoch(scheduler, i)
        return scheduler

    (schedule,) = facts(training).schedules
    return schedule


def step(scheduler: Any, _: int) -> None:
    scheduler.step()


def cosine(optimizer: Any) -> Any:
    return lrs.CosineAnnealingLR(optimizer, T_max=EPOCHS)


def test_a_step_per_epoch() -> None:
    schedule = trained(cosine, epoch=step)
    (site,) = schedule.sites
    assert (site.per, site.count, site.argument) == (
        Cadence.EPOCH,
        Expr.const(EPOCHS),
        StepArgument.NOTHING,
    )
    assert schedule.stepping.epoch_loop is not None
    assert schedule.stepping.batch_loop is not None
    assert site.loops == (schedule.stepping.epoch_loop,)
    assert schedule.epochs == Expr.const(EPOCHS)
    assert schedule.stepping.batch_loop.trips == Expr.const(BATCHES)
    assert schedule.stepping.optimizer_steps == Expr.const(EPOCHS * BATCHES)
    assert schedule.horizon is not None
    assert (schedule.horizon.parameter, schedule.horizon.length) == ("T_max", Expr.const(EPOCHS))
    argument = schedule.argument("eta_min")
    assert argument is not None
    assert not argument.explicit


def test_a_step_per_batch_under_accumulation() -> None:
    schedule = trained(cosine, batch=step, every=3)
    (site,) = schedule.sites
    assert site.per is Cadence.BATCH
    assert [guard.kind for guard in site.guards] == [GuardKind.EVERY_K]
    assert site.guards[0].amount == Expr.const(3)


def test_an_epoch_that_is_given_to_step_is_quoted() -> None:
    schedule = trained(cosine, epoch=lambda scheduler, i: scheduler.step(i + 1))
    (site,) = schedule.sites
    assert (site.argument, site.argument_text) == (StepArgument.EPOCH, "i + 1")


def test_a_one_cycle_is_as_long_as_its_epochs_and_steps_say() -> None:
    schedule = trained(
        lambda optimizer: lrs.OneCycleLR(
            optimizer, max_lr=0.1, epochs=EPOCHS, steps_per_epoch=BATCHES
        ),
        batch=step,
    )
    assert schedule.horizon is not None
    assert schedule.horizon.parameter == "epochs * steps_per_epoch"
    assert schedule.horizon.length == Expr.const(EPOCHS * BATCHES)


def test_the_parts_of_a_composition_know_it() -> None:
    def training() -> Any:
        optimizer = optimizer_of(model())
        parts = [lrs.LinearLR(optimizer), lrs.StepLR(optimizer, 3)]
        scheduler = lrs.SequentialLR(optimizer, parts, milestones=[2])
        update(optimizer)
        scheduler.step()
        return scheduler

    first, second, whole = facts(training).schedules
    assert whole.children == (first, second)
    assert first.parent is second.parent is whole
    assert whole.surroundings.competitors == ()
    assert "schedulers" not in whole.arguments


def test_an_optimizer_of_the_same_parameters_that_trains_instead() -> None:
    def training() -> Any:
        net = model()
        scheduler = lrs.StepLR(optimizer_of(net), 3)
        optimizer = optimizer_of(net)
        for _ in range(3):
            update(optimizer)
            scheduler.step()
        return scheduler, optimizer

    old, new = facts(training).optimizers
    assert old.replaced_by is new
    assert new.replaced_by is None


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        (None, None),
        (True, True),
        ("cos", "cos"),
        (3, Expr.const(3)),
        ([1, 2], (Expr.const(1), Expr.const(2))),
        (math.cos, Unknown("builtin_function_or_method")),
    ],
)
def test_values(value: object, fact: object) -> None:
    assert value_fact(value) == fact


@pytest.mark.parametrize("value", [math.nan, math.inf, True, "3"])
def test_what_is_not_a_number(value: object) -> None:
    assert number_fact(value) is None
