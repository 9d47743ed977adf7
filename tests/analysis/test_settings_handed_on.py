"""Settings of the command line that an object takes over are known, and remain defaults."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from lrlint import lint
from lrlint.diagnostics import Severity

SCRIPT = """\
import argparse

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR


class Training:
    def __init__(self, given):
{takes}
        self.net = torch.nn.Linear(2, 1)
        self.adam = torch.optim.Adam(self.net.parameters(), lr=self.rate)
        self.plan = CosineAnnealingLR(self.adam, T_max=self.length, eta_min=1e-5)

    def run(self, loader):
        for _ in range(self.rounds):
            for batch in loader:
                self.adam.zero_grad()
                self.net(batch).sum().backward()
                self.adam.step()
            self.plan.step()


parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float, default=0.1)
parser.add_argument("--length", type=int, default=60)
parser.add_argument("--rounds", type=int, default=20)
Training(parser.parse_args()).run(batches())
"""

MODULE = """\
import argparse

import lightning
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR


class Net(lightning.LightningModule):
    def __init__(self, given):
        super().__init__()
        self.hparams.update(vars(given))
        self.layer = torch.nn.Linear(2, 1)

    def training_step(self, batch, number):
        return self.layer(batch).sum()

    def configure_optimizers(self):
        adam = torch.optim.Adam(self.parameters(), lr=self.hparams.rate)
        plan = CosineAnnealingLR(adam, T_max=self.hparams["length"], eta_min=1e-5)
        return [adam], [plan]


parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float, default=0.1)
parser.add_argument("--length", type=int, default=60)
given = parser.parse_args()
lightning.Trainer(max_epochs=20).fit(Net(given), batches())
"""


def found(folder: Path, text: str) -> list[tuple[str, Severity]]:
    (folder / "train.py").write_text(text)
    return [(one.code, one.severity) for one in lint([folder / "train.py"])]


@pytest.mark.parametrize(
    "takes",
    [
        "self.__dict__.update(vars(given))",
        "self.__dict__ = vars(given)",
        "self.__dict__ = {**self.__dict__, **vars(given)}",
        "vars(self).update(given.__dict__)",
        "for name, value in vars(given).items():\n    setattr(self, name, value)",
        "for name, value in given.__dict__.items():\n    self.__setattr__(name, value)",
    ],
)
def test_settings_that_an_object_takes_over(tmp_path: Path, takes: str) -> None:
    script = SCRIPT.replace("{takes}", indent(takes, " " * 8))
    assert found(tmp_path, script) == [("LR201", Severity.WARNING)]


def test_settings_that_a_module_of_lightning_takes_over(tmp_path: Path) -> None:
    assert found(tmp_path, MODULE) == [("LR201", Severity.WARNING)]


def test_what_is_not_known_of_the_settings_stays_open(tmp_path: Path) -> None:
    script = SCRIPT.replace("{takes}", "        self.__dict__.update(load(given))")
    assert found(tmp_path, script) == []
