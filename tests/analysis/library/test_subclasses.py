"""Objects of classes of the project that derive from a library's."""

from __future__ import annotations

import pytest

from lrlint.analysis.model.records import SchedulerValue
from lrlint.analysis.model.trace import BuildScheduler
from lrlint.analysis.model.values import Instance

from .scripts import UNKNOWN, events, get, run, value_of

SETUP = """
import torch, attr
from dataclasses import dataclass, field
from typing import NamedTuple
from pydantic import BaseModel
"""


@pytest.mark.parametrize(
    ("base", "call", "result"),
    [
        ("torch.optim.SGD", "Mine(params, lr=0.5)", "Mine"),
        ("torch.optim.Optimizer", "Mine(params, lr=0.5)", "Mine"),
        ("torch.optim.lr_scheduler.LRScheduler", "Mine(optimizer)", "Mine"),
        ("torch.optim.lr_scheduler.StepLR", "Mine(optimizer)", "Mine"),
    ],
)
def test_optimizers_and_schedulers(base: str, call: str, result: object) -> None:
    script = f"{SETUP}optimizer = torch.optim.Adam(params)\nclass Mine({base}):\n    pass\n"
    assert value_of(call, script) == result


def test_a_scheduler_of_the_project_drives_its_optimizer() -> None:
    script = f"""{SETUP}
class Mine(torch.optim.lr_scheduler.LRScheduler):
    pass
scheduler = Mine(log, torch.optim.Adam(params))
"""
    scheduler = get(run(script), "scheduler")
    assert isinstance(scheduler, SchedulerValue)
    assert scheduler.record.derived
    assert scheduler.record.optimizer is not None
    assert scheduler.record.optimizer.class_name == "Adam"


def test_a_scheduler_of_the_project_for_each_optimizer_that_a_setting_chooses_from() -> None:
    script = f"""{SETUP}
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--adam", action="store_true")
parser.add_argument("--factor", type=float, default=0.25)
args = parser.parse_args()
class Mine(torch.optim.lr_scheduler.LRScheduler):
    def __init__(self, optimizer, factor):
        self.factor = factor
        super().__init__(optimizer)
    def get_lr(self):
        return [base * self.factor for base in self.base_lrs]
optimizer = torch.optim.Adam(params) if args.adam else torch.optim.SGD(params, lr=2)
scheduler = Mine(optimizer, args.factor)
"""
    built = [event.scheduler for event in events(run(script)) if isinstance(event, BuildScheduler)]
    assert [record.optimizer and record.optimizer.class_name for record in built] == ["Adam", "SGD"]
    assert all(record.sets_first_lr for record in built)


FIELDS = """
class Base:
    epochs: int = 10

    def __post_init__(self):
        self.steps = self.epochs * 100
"""


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("Config()", {"epochs": 10, "name": "sgd", "steps": 1000}),
        ("Config(3)", {"epochs": 3, "name": "sgd", "steps": 300}),
        ("Config(3, 'adam')", {"epochs": 3, "name": "adam", "steps": 300}),
        ("Config(name='adam')", {"epochs": 10, "name": "adam", "steps": 1000}),
    ],
)
@pytest.mark.parametrize("decorator", ["dataclass", "dataclass(frozen=True)", "attr.define"])
def test_a_data_class(decorator: str, code: str, result: object) -> None:
    script = (
        f"{SETUP}@{decorator}{FIELDS}\n@{decorator}\nclass Config(Base):\n    name: str = 'sgd'\n"
    )
    assert value_of(code, script) == result


def test_a_field_has_the_name_of_its_object() -> None:
    script = f"{SETUP}@dataclass\nclass Config:\n    epochs: int = 10\nconfig = Config()\n"
    epochs = get(run(script + "epochs = config.epochs\n"), "epochs")
    assert str(epochs) == "config.epochs"


@pytest.mark.parametrize("base", ["NamedTuple", "BaseModel"])
def test_a_class_with_fields(base: str) -> None:
    script = (
        f"{SETUP}class Config({base}):\n    epochs: int = 10\n    lr: float = field(default=0.5)\n"
    )
    assert value_of("Config()", script) == {"epochs": 10, "lr": 0.5}


def test_open_arguments_may_set_any_field() -> None:
    script = f"{SETUP}@dataclass\nclass Config:\n    epochs: int = 10\nconfig = Config(**options)\n"
    config = get(run(script), "config")
    assert isinstance(config, Instance)
    assert config.open


def test_a_network_is_not_built() -> None:
    network = "class Net(nn.Module):\n    def __init__(self):\n        self.size = 3\n"
    assert value_of("Net().size", "import torch.nn as nn\n" + network) == UNKNOWN


def test_a_module_that_holds_an_optimizer_is_built() -> None:
    network = "class Net(nn.Module):\n    def __init__(self):\n        self.size = 3\n"
    network += "        self.optim = None\n"
    assert value_of("Net().size", "import torch.nn as nn\n" + network) == 3


_SELF = (
    "def __init__(self, *a, **k):\n        super().__init__(*a, **k)\n        self.__dict__ = self"
)


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (_SELF, 3),
        ("__getattr__ = dict.get", 3),
        ("def __getattr__(self, name):\n        return self[name]", 3),
        ("pass", UNKNOWN),
        (f"{_SELF}\n    def halved(self):\n        return self.epochs // 2", UNKNOWN),
    ],
)
def test_a_dict_whose_keys_are_attributes(body: str, result: object) -> None:
    script = f"class Settings(dict):\n    {body}\nsettings = Settings({{'epochs': 3}})\n"
    assert value_of("settings.epochs", script) == result


def test_the_counter_that_a_class_passes_on_may_be_given_by_position() -> None:
    script = f"""{SETUP}
class Mine(torch.optim.lr_scheduler.LRScheduler):
    def __init__(self, optimizer, power=1, last_epoch=-1):
        self.power = power
        super().__init__(optimizer, last_epoch)
    def get_lr(self):
        return [base / (self.last_epoch + 1) ** self.power for base in self.base_lrs]
optimizer = torch.optim.Adam(params)
first, second = Mine(optimizer, 2), Mine(optimizer, 2, 30)
"""
    machine = run(script)
    first, second = get(machine, "first"), get(machine, "second")
    assert isinstance(first, SchedulerValue)
    assert isinstance(second, SchedulerValue)
    assert "last_epoch" not in first.record.arguments
    assert str(second.record.arguments["last_epoch"]) == "30"


def test_a_typed_dict_is_a_dict() -> None:
    script = "from typing import TypedDict\nclass State(TypedDict):\n    epoch: int\n"
    assert value_of("State(epoch=3)", script) == {"epoch": 3}
