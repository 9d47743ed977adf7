"""Functions that return what they are given: progress bars, compilers, accelerate."""

from __future__ import annotations

import pytest

from lrlint.analysis.model.trace import OptimizerCall, SchedulerCall
from lrlint.analysis.model.values import OptimizerValue, SchedulerValue

from .scripts import UNKNOWN, events, get, plain, run, value_of

SETUP = """
import copy, torch, tqdm as bars
from accelerate import Accelerator
from apex import amp
from fastprogress import master_bar
from tqdm import tqdm, trange
optimizer = torch.optim.SGD(params, lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
"""


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("tqdm(range(3))", ("Stream", 3)),
        ("tqdm(iterable=range(3))", ("Stream", 3)),
        ("tqdm(total=3)", ("Stream", 3)),
        ("tqdm()", UNKNOWN),
        ("bars.tqdm(range(3))", ("Stream", 3)),
        ("master_bar(range(3))", ("Stream", 3)),
        ("self.logger.log_every(range(3), 10)", ("Stream", 3)),
        ("self.logger.log_every()", UNKNOWN),
        ("trange(3)", ("Stream", 3)),
        ("trange(2, 5)", ("Stream", 3)),
        ("self.bars.trange(3)", ("Stream", 3)),
        ("torch.compile([1])", [1]),
        ("torch.compile()", UNKNOWN),
        ("copy.copy([1])", [1]),
        ("amp.initialize(1, 2)", [1, 2]),
        ("self.fabric.setup(optimizer)", "SGD"),
        ("self.fabric.setup(1)", UNKNOWN),
        ("torch.nn.DataParallel([1])", [1]),
        ("hvd.DistributedOptimizer(optimizer)", "SGD"),
        ("self.fabric.setup_dataloaders(range(3))", ("Stream", 3)),
    ],
)
def test_what_is_wrapped(code: str, result: object) -> None:
    assert value_of(code, SETUP) == result


ACCELERATE = SETUP + "accelerator = Accelerator({})\n"
PREPARE = "model, optimizer, scheduler = accelerator.prepare(model, optimizer, scheduler)\n"


def test_prepared_objects_stay_what_they_are() -> None:
    machine = run(ACCELERATE.format("") + PREPARE)
    optimizer, scheduler = get(machine, "optimizer"), get(machine, "scheduler")
    assert isinstance(optimizer, OptimizerValue)
    assert isinstance(scheduler, SchedulerValue)
    assert machine.prepared == [optimizer.record, scheduler.record]
    assert scheduler.record.prepared


def test_load_state_restores_what_is_prepared() -> None:
    machine = run(ACCELERATE.format("") + PREPARE + "accelerator.load_state('checkpoint')\n")
    calls = [event for event in events(machine) if isinstance(event, OptimizerCall | SchedulerCall)]
    assert [call.method for call in calls] == ["load_state_dict"] * 2


def test_load_state_of_something_else() -> None:
    machine = run(SETUP + "server.load_state('checkpoint')\n")
    assert not [event for event in events(machine) if isinstance(event, OptimizerCall)]


@pytest.mark.parametrize(
    ("arguments", "accumulates"),
    [
        ("", False),
        ("gradient_accumulation_steps=1", False),
        ("gradient_accumulation_steps=4", True),
        ("gradient_accumulation_steps=args.steps", True),
        ("gradient_accumulation_plugin=plugin", True),
        ("**options", True),
    ],
)
def test_whether_accelerate_holds_steps_back(arguments: str, accumulates: bool) -> None:
    assert run(ACCELERATE.format(arguments)).accumulates is accumulates


def test_a_scaler_steps_the_optimizer() -> None:
    machine = run(SETUP + "scaler = torch.cuda.amp.GradScaler()\nscaler.step(optimizer)\n")
    assert plain(get(machine, "scaler")) == {}
    assert [type(event).__name__ for event in events(machine)][-1] == "OptimizerStep"
