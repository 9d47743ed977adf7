"""`getattr`, `setattr`, `hasattr`, `vars`, `bool`, `exit` and ``functools.partial``."""

from __future__ import annotations

import pytest

from lrlint.analysis.model.records import OptimizerValue, SchedulerValue

from .scripts import UNKNOWN, events, get, plain, run, value_of

SETUP = """
import torch
from functools import partial, partialmethod

class Config:
    epochs = 3

    def __init__(self):
        self.size = 10

    def scaled(self, number, factor):
        return self.size * number * factor

    @staticmethod
    def add(first, second):
        return first + second

    doubled = partialmethod(scaled, factor=2)
    summed = partialmethod(add, 2)

class Derived(Foreign):
    pass

config, derived = Config(), Derived()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
"""


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("getattr(config, 'size')", 10),
        ("getattr(config, 'size', 7)", 10),
        ("getattr(config, 'missing', 7)", 7),
        ("getattr(derived, 'missing', 7)", UNKNOWN),
        ("getattr(config, name)", UNKNOWN),
        ("getattr(torch.optim, 'SGD')", "torch.optim.SGD"),
        ("getattr(torch.optim, name)", "torch.optim.?"),
        ("hasattr(config, 'size')", True),
        ("hasattr(config, 'missing')", False),
        ("hasattr(derived, 'missing')", "open: hasattr(derived, 'missing')"),
        ("hasattr(None, 'step')", False),
        ("hasattr(scheduler, 'step')", True),
        ("hasattr(scheduler, 'verbose')", False),
        ("hasattr(model, 'step')", "open: hasattr(model, 'step')"),
        ("vars(config)", {"size": 10}),
        ("vars(model)", UNKNOWN),
        ("bool()", False),
        ("bool([])", False),
        ("bool(3)", True),
        ("partial(int, '7')()", 7),
        ("partial(unknown_value)", UNKNOWN),
        ("config.doubled(3)", 60),
        ("config.summed(3)", 5),
    ],
)
def test_value(code: str, result: object) -> None:
    assert value_of(code, SETUP) == result


def test_setattr_sets_what_is_read_later() -> None:
    assert value_of("config.size", SETUP + "setattr(config, 'size', 20)\n") == 20


def test_a_scheduler_under_an_unknown_name_may_be_stepped_there() -> None:
    scheduler = get(run(SETUP + "setattr(config, name, scheduler)\n"), "scheduler")
    assert isinstance(scheduler, SchedulerValue)
    assert scheduler.record.escapes == "stored under an unknown name"


def test_nothing_happens_after_exit() -> None:
    machine = run(SETUP + "import sys\nsys.exit()\nscheduler.step()\n")
    assert [type(event).__name__ for event in events(machine)] == [
        "BuildOptimizer",
        "BuildScheduler",
    ]


def test_partial_keeps_its_arguments() -> None:
    machine = run(SETUP + "make = partial(torch.optim.SGD, lr=0.5)\nother = make(parameters)\n")
    other = get(machine, "other")
    assert isinstance(other, OptimizerValue)
    assert [plain(group["lr"]) for group in other.record.groups] == [0.5]
