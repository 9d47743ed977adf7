"""Constructors of schedulers: the law, the optimizer, the arguments."""

from __future__ import annotations

import pytest

from lrlint.analysis.model.records import OptimizerValue, SchedulerRecord, SchedulerValue

from .scripts import get, plain, run

SETUP = """
import torch, transformers, timm
from torch.optim.lr_scheduler import *
from torch.optim import lr_scheduler
optimizer = torch.optim.SGD(params, lr=0.1)
"""


def built(code: str, before: str = "", after: str = "") -> SchedulerRecord:
    """Return the record of a scheduler that a script builds."""
    value = get(run(f"{SETUP}{before}\nscheduler = {code}\n{after}"), "scheduler")
    assert isinstance(value, SchedulerValue)
    return value.record


@pytest.mark.parametrize(
    ("code", "law", "derived"),
    [
        ("lr_scheduler.StepLR(optimizer, 30)", "StepLR", False),
        ("transformers.get_linear_schedule_with_warmup(optimizer, 1, 2)", None, False),
        ("getattr(lr_scheduler, name)(optimizer)", "?", True),
        ("timm.scheduler.FancyLRScheduler(optimizer)", "FancyLRScheduler", False),
        ("other.GradualWarmupScheduler(optimizer, 8)", "GradualWarmupScheduler", False),
        ("other.CosineWithWarmup2(optimizer)", "CosineWithWarmup2", False),
    ],
)
def test_which_calls_build_a_scheduler(code: str, law: str | None, derived: bool) -> None:
    record = built(code, before="import other")
    assert record.law == (law or "get_linear_schedule_with_warmup")
    assert record.derived is derived
    assert record.optimizer is not None
    assert record.optimizer.class_name == "SGD"


@pytest.mark.parametrize("code", ["other.FancyLR(model)", "other.make(optimizer)"])
def test_which_calls_build_none(code: str) -> None:
    result = get(run(f"{SETUP}import other\nresult = {code}"), "result")
    assert not isinstance(result, SchedulerValue)


@pytest.mark.parametrize(
    ("code", "arguments", "complete"),
    [
        ("StepLR(optimizer, 30)", {"step_size": 30, "gamma": 0.1, "last_epoch": -1}, True),
        ("StepLR(optimizer, gamma=0.5, step_size=3)", {"step_size": 3, "gamma": 0.5}, True),
        ("MultiStepLR(optimizer, [3, 6])", {"milestones": [3, 6]}, True),
        ("StepLR(optimizer)", {}, False),
        ("StepLR(optimizer, gamma=0.5)", {"gamma": 0.5}, False),
        ("StepLR(optimizer, 30, **options)", {"step_size": 30}, False),
        ("CosineAnnealingLR(optimizer, T_max=args.epochs)", {"T_max": "args.epochs"}, True),
    ],
)
def test_the_arguments(code: str, arguments: dict[str, object], complete: bool) -> None:
    record = built(f"lr_scheduler.{code}")
    known = {name: plain(value) for name, value in record.arguments.items()}
    assert known.items() >= arguments.items()
    assert record.open_arguments is not complete


def test_where_the_arguments_are_written() -> None:
    places = built("lr_scheduler.StepLR(optimizer, 30, gamma=0.5)").places
    assert {name: place.text for name, place in places.items()} == {
        "optimizer": "optimizer",
        "step_size": "30",
        "gamma": "0.5",
    }


def test_an_unknown_optimizer_is_taken_for_one() -> None:
    record = built("lr_scheduler.StepLR(self.optimizer, 30)")
    assert record.optimizer is not None
    assert record.optimizer.escapes == "built by code that was not read"


PARTS = """
first = lr_scheduler.LinearLR(optimizer)
second = lr_scheduler.ExponentialLR(optimizer, 0.9)
"""


@pytest.mark.parametrize(
    "code",
    [
        "lr_scheduler.SequentialLR(optimizer, [first, second], milestones=[5])",
        "lr_scheduler.ChainedScheduler([first, second])",
    ],
)
def test_a_schedule_has_parts(code: str) -> None:
    record = built(code, before=PARTS)
    assert [child.law for child in record.children] == ["LinearLR", "ExponentialLR"]
    assert all(child.parent is record for child in record.children)
    assert record.optimizer is record.children[0].optimizer


def test_a_scheduler_inside_an_unknown_one_may_be_stepped_there() -> None:
    machine = run(f"{SETUP}{PARTS}import other\nouter = other.WarmupScheduler(optimizer, second)")
    inner = get(machine, "second")
    assert isinstance(inner, SchedulerValue)
    assert inner.record.escapes == "passed to WarmupScheduler(…)"


def test_an_optimizer_with_a_scheduler_is_driven() -> None:
    machine = run(f"{SETUP}scheduler = lr_scheduler.StepLR(optimizer, 30)")
    optimizer = get(machine, "optimizer")
    assert isinstance(optimizer, OptimizerValue)
    assert optimizer.record.driven


def test_each_of_two_optimizers_gets_a_scheduler() -> None:
    before = "chosen = optimizer if plain else torch.optim.Adam(params)"
    machine = run(f"{SETUP}{before}\nscheduler = lr_scheduler.StepLR(chosen, 30)")
    assert plain(get(machine, "scheduler")) == {"StepLR"}
