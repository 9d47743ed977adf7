"""Functions that return what they are given: progress bars, compilers, accelerate."""

from __future__ import annotations

import pytest

from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import OptimizerCall, SchedulerCall

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
    ("arguments", "every"),
    [
        ("", "1"),
        ("gradient_accumulation_steps=4", "4"),
        ("gradient_accumulation_steps=args.steps", "args.steps"),
        ("gradient_accumulation_plugin=GradientAccumulationPlugin(num_steps=3)", "3"),
        ("gradient_accumulation_plugin=plugin", "None"),
        ("**options", "None"),
    ],
)
def test_how_many_batches_accelerate_accumulates(arguments: str, every: str) -> None:
    plugin = "from accelerate.utils import GradientAccumulationPlugin\n"
    accelerator = run(plugin + ACCELERATE.format(arguments)).accelerator
    assert accelerator is not None
    assert str(accelerator.every) == every


@pytest.mark.parametrize(
    ("arguments", "advances"),
    [
        ("", "accelerator.num_processes"),
        ("dataloader_config=DataLoaderConfiguration(split_batches=True)", "1"),
        ("dataloader_config=DataLoaderConfiguration(True)", "1"),
        ("step_scheduler_with_optimizer=False", "1"),
        ("split_batches=True", "accelerator.num_processes"),
        ("dataloader_config=config", "None"),
        ("deepspeed_plugin=plugin", "None"),
        ("**options", "None"),
    ],
)
def test_how_often_accelerate_advances_a_scheduler(arguments: str, advances: str) -> None:
    configuration = "from accelerate.utils import DataLoaderConfiguration\n"
    accelerator = run(configuration + ACCELERATE.format(arguments)).accelerator
    assert accelerator is not None
    assert str(accelerator.advances) == advances
    assert (accelerator.ignored is not None) == arguments.startswith("split_batches")


def test_a_scaler_steps_the_optimizer() -> None:
    machine = run(SETUP + "scaler = torch.cuda.amp.GradScaler()\nscaler.step(optimizer)\n")
    assert plain(get(machine, "scaler")) == {}
    assert [type(event).__name__ for event in events(machine)][-1] == "OptimizerStep"
