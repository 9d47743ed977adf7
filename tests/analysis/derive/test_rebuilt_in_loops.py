"""Schedulers that are built in a loop."""

from __future__ import annotations

from textwrap import indent

import pytest

from lrlint.analysis.derive.rebuilt_in_loops import built_each_time, built_on_demand
from lrlint.analysis.model.trace import BuildOptimizer

from .scripts import SETUP, Run, run

BUILD = "scheduler = StepLR(optimizer, 30)\n"


def in_epochs(body: str, header: str = "for epoch in range(epochs)", before: str = SETUP) -> Run:
    """Interpret a training whose epochs begin with a body."""
    train = "for x in loader:\n    optimizer.step()\nscheduler.step()\n"
    return run(f"{header}:\n{indent(body + train, '    ')}", before)


def each_time(result: Run) -> bool:
    """Whether the scheduler of a script is built in every iteration."""
    record = result.scheduler
    homes = [
        located
        for located, event in result.events(BuildOptimizer)
        if event.optimizer is record.optimizer
    ]
    return built_each_time(result.built, record, homes[0] if homes else None, result.loops)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (BUILD, True),
        (f"if epoch == 0: {BUILD}", False),
        (f"if scheduler is None: {BUILD}", False),
        (f"if not hasattr(self, 'scheduler'): {BUILD}", False),
        (f"optimizer = torch.optim.SGD(params, lr=0.1)\n{BUILD}", False),
        ("def build():\n    return StepLR(optimizer, 30)\nscheduler = build()\n", True),
    ],
)
def test_in_every_epoch(body: str, expected: bool) -> None:
    assert each_time(in_epochs(body)) is expected


def test_a_loop_that_is_not_of_the_training() -> None:
    script = "for fold in range(5):\n    scheduler = StepLR(optimizer, 30)\n"
    train = (
        "    for epoch in range(epochs):\n        for x in loader:\n            optimizer.step()\n"
    )
    assert not each_time(run(script + train, SETUP))


UNSEEN = "import torch\nfrom torch.optim.lr_scheduler import StepLR\nepochs = args.epochs\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [(BUILD, True), (f"optimizer = make_optimizer()\n{BUILD}", False)],
)
def test_an_optimizer_whose_construction_is_not_seen(body: str, expected: bool) -> None:
    before = UNSEEN + "optimizer = make_optimizer()\n"
    assert each_time(in_epochs(body, before=before)) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [(BUILD, False), (f"if scheduler is None: {BUILD}", True), (f"if epoch == 0: {BUILD}", False)],
)
def test_in_the_first_epoch_only(body: str, expected: bool) -> None:
    result = in_epochs(body)
    assert built_on_demand(result.built, result.loops) is expected


def test_outside_of_loops() -> None:
    result = in_epochs("", before=SETUP + f"if scheduler is None: {BUILD}")
    assert not built_on_demand(result.built, result.loops)
    assert not each_time(result)


def test_a_cached_property_builds_once() -> None:
    before = (
        SETUP
        + """
import functools
class Trainer:
    @functools.cached_property
    def scheduler(self):
        return StepLR(optimizer, 30)
trainer = Trainer()
"""
    )
    result = run(
        "for epoch in range(epochs):\n    optimizer.step()\n    trainer.scheduler.step()\n", before
    )
    assert built_on_demand(result.built, result.loops)
