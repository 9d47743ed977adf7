"""Command lines made of the fields of a data class."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

SCRIPT = """
from dataclasses import dataclass, field
import torch
from torch.optim.lr_scheduler import StepLR
{imports}

@dataclass
class Part:
    size: int = 4

@dataclass
class Config:
    rounds: int = int(12)
    rate: float = 0.3
    part: Part = field(default_factory=Part)
    total: int = 0

    def __post_init__(self):
        self.total = self.rounds * 2

{head}
    optimizer = torch.optim.SGD(layer.parameters(), lr=config.rate)
    decay = StepLR(optimizer, config.part.size)
    for k in range(config.rounds):
        optimizer.step()
        decay.step()

{call}
"""
WAYS = {
    "tyro": ("import tyro", "def main():\n    config = tyro.cli(Config)", "main()"),
    "tyro's function": ("import tyro", "def main(config: Config = Config()):\n    pass",
                        "tyro.cli(main)"),
    "pyrallis": ("import pyrallis", "@pyrallis.wrap()\ndef main(config: Config):\n    pass",
                 "main()"),
    "draccus": ("import draccus", "@draccus.wrap()\ndef main(config: Config):\n    pass",
                "if __name__ == '__main__':\n    main()"),
    "parse": ("from pyrallis import parse",
              "def main():\n    config = parse(config_class=Config)", "main()"),
    "OmegaConf": ("from omegaconf import OmegaConf",
                  "def main():\n    config = OmegaConf.structured(Config)", "main()"),
    "OmegaConf's merge": (
        "from omegaconf import OmegaConf",
        "def main():\n    base = OmegaConf.structured(Config())\n"
        "    config = OmegaConf.merge(base, OmegaConf.from_cli())", "main()"),
    "simple_parsing": ("from simple_parsing import parse",
                       "def main():\n    config = parse(Config)", "main()"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_fields_are_settings_with_defaults(way: str) -> None:
    imports, head, call = WAYS[way]
    text = SCRIPT.format(imports=imports, head=head, call=call)
    (schedule,) = forecast(load(Path("train.py"), data=text.encode())).schedules
    assert schedule.prediction.unresolved == []
    (rates,) = schedule.prediction.lr or []
    assert rates == pytest.approx([0.3] * 4 + [0.03] * 4 + [0.003] * 4)


def test_another_decorator_of_that_name_gives_nothing() -> None:
    text = SCRIPT.format(
        imports="import other", head="@other.wrap()\ndef main(config: Config):\n    pass",
        call="main()",
    )  # fmt: skip
    (schedule,) = forecast(load(Path("train.py"), data=text.encode())).schedules
    assert schedule.prediction.unresolved


TAP = """
import torch
from tap import Tap

class Options(Tap):
    path: str
    rounds: int = 6
    rate: float = 0.2
    every: int = None

    def process_args(self):
        if self.every is None:
            self.every = self.rounds // 2

options = {made}
optimizer = torch.optim.SGD(layer.parameters(), lr=options.rate)
decay = torch.optim.lr_scheduler.StepLR(optimizer, options.every)
for k in range(options.rounds):
    optimizer.step()
    decay.step()
"""


@pytest.mark.parametrize(
    "made", ["Options().parse_args()", "Options(underscores_to_dashes=True).parse_args()"]
)
def test_fields_of_a_typed_parser(made: str) -> None:
    text = TAP.format(made=made)
    (schedule,) = forecast(load(Path("train.py"), data=text.encode())).schedules
    (rates,) = schedule.prediction.lr or []
    assert rates == pytest.approx([0.2] * 3 + [0.02] * 3)


def test_a_typed_parser_whose_line_the_script_gives() -> None:
    text = TAP.format(made="Options().parse_args(['--rounds', '9'])")
    (schedule,) = forecast(load(Path("train.py"), data=text.encode())).schedules
    assert schedule.prediction.unresolved


def test_the_parameters_of_a_function_are_settings() -> None:
    text = SCRIPT.format(
        imports="from tap import tapify",
        head="def main(config: Config = Config()):\n    pass",
        call="tapify(main)",
    )
    (schedule,) = forecast(load(Path("train.py"), data=text.encode())).schedules
    assert schedule.prediction.unresolved == []
