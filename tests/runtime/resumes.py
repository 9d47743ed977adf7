"""A training script that goes on from a checkpoint, in every order of building and loading."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

EPOCHS = 10
SAVED_AT = 3
"""Epochs of the first run: no multiple of a period below, so that nothing fits by accident."""

BUILDS = {
    "LambdaLR": "LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch))",
    "MultiplicativeLR": "MultiplicativeLR(optimizer, lambda epoch: 0.8)",
    "StepLR": "StepLR(optimizer, 2, gamma=0.5)",
    "MultiStepLR": "MultiStepLR(optimizer, [2, 7], gamma=0.3)",
    "ConstantLR": "ConstantLR(optimizer, factor=0.25, total_iters=6)",
    "LinearLR": "LinearLR(optimizer, start_factor=0.2, total_iters=6)",
    "ExponentialLR": "ExponentialLR(optimizer, 0.7)",
    "PolynomialLR": "PolynomialLR(optimizer, total_iters=EPOCHS, power=2.0)",
    "CosineAnnealingLR": "CosineAnnealingLR(optimizer, T_max=EPOCHS, eta_min=2e-3)",
    "CosineAnnealingWarmRestarts": "CosineAnnealingWarmRestarts(optimizer, 5, eta_min=2e-3)",
    "CyclicLR": "CyclicLR(optimizer, 0.02, 0.2, step_size_up=2, cycle_momentum=False)",
    "OneCycleLR": "OneCycleLR(optimizer, 0.2, total_steps=EPOCHS, cycle_momentum=False)",
    "SWALR": "SWALR(optimizer, swa_lr=0.02, anneal_epochs=8)",
    "SequentialLR": (
        "SequentialLR(optimizer, [LinearLR(optimizer, 0.2, total_iters=4),"
        " CosineAnnealingLR(optimizer, EPOCHS - 4, eta_min=2e-3)], [4])"
    ),
}
ORDERS = {
    "build, optimizer, scheduler": ("build", "optimizer", "scheduler"),
    "optimizer, build, scheduler": ("optimizer", "build", "scheduler"),
    "build, scheduler": ("build", "scheduler"),
    "build, optimizer": ("build", "optimizer"),
    "optimizer, build": ("optimizer", "build"),
}

_SCRIPT = """
import sys
from pathlib import Path

import torch
from torch.optim.lr_scheduler import *
from torch.optim.swa_utils import SWALR

EPOCHS = {epochs}


def train(path, epochs=EPOCHS):
    weights = torch.nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.SGD([weights], lr={lr})
    first_epoch, used = 0, []
    goes_on = Path(path).exists()
    if goes_on:
        checkpoint = torch.load(path)
        first_epoch = checkpoint["epochs"]
{steps}
    for epoch in range(first_epoch, EPOCHS):
        for x in torch.ones(4):
            (weights * x).sum().backward()
            used.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
        scheduler.step()
        state = {{"epochs": epoch + 1, "optimizer": optimizer.state_dict()}}
        state["scheduler"] = scheduler.state_dict()
        torch.save(state, path)
        if epoch + 1 == epochs:
            break
    return used


if __name__ == "__main__":
    train(sys.argv[1])
"""

_CLASS = """
import sys
from pathlib import Path

import torch
from torch.optim.lr_scheduler import *
from torch.optim.swa_utils import SWALR

EPOCHS = {epochs}


class Trainer:
    def __init__(self, weights, path):
        self.weights, self.path, self.first_epoch, self.used = weights, path, 0, []
        self.optimizer = torch.optim.SGD([weights], lr={lr})
        checkpoint = torch.load(path) if Path(path).exists() else None
        if checkpoint:
            self.first_epoch = checkpoint["epochs"]
{steps}

    def run_epoch(self):
        for x in torch.ones(4):
            (self.weights * x).sum().backward()
            self.used.append(self.optimizer.param_groups[0]["lr"])
            self.optimizer.step()

    def save(self, epoch):
        state = {{"epochs": epoch + 1, "optimizer": self.optimizer.state_dict()}}
        state["scheduler"] = self.scheduler.state_dict()
        torch.save(state, self.path)

    def fit(self, epochs):
        for epoch in range(self.first_epoch, EPOCHS):
            self.run_epoch()
            self.scheduler.step()
            self.save(epoch)
            if epoch + 1 == epochs:
                break


def train(path, epochs=EPOCHS):
    trainer = Trainer(torch.nn.Parameter(torch.zeros(2)), path)
    trainer.fit(epochs)
    return trainer.used


if __name__ == "__main__":
    train(sys.argv[1])
"""


def class_script(build: str, order: tuple[str, ...]) -> str:
    """Return a script that resumes in an order, in the constructor of a class."""
    lines = {"build": f"self.scheduler = {build}".replace("optimizer", "self.optimizer")} | {
        owner: f'if checkpoint:\n    self.{owner}.load_state_dict(checkpoint["{owner}"])'
        for owner in ("optimizer", "scheduler")
    }
    steps = indent("\n".join(lines[name] for name in order), " " * 8)
    return _CLASS.format(steps=steps, epochs=EPOCHS, lr=0.1)


def script(
    build: str, order: tuple[str, ...] = ORDERS["build, optimizer, scheduler"], **numbers: float
) -> str:
    """Return the script that resumes in an order."""
    lines = {"build": f"scheduler = {build}"} | {
        owner: f'if goes_on:\n    {owner}.load_state_dict(checkpoint["{owner}"])'
        for owner in ("optimizer", "scheduler")
    }
    steps = indent("\n".join(lines[name] for name in order), "    ")
    return _SCRIPT.format(steps=steps, **({"epochs": EPOCHS, "lr": 0.1} | numbers))


class Script:
    """A script on disk, whose ``train`` can be called."""

    def __init__(self, path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        self.path = path
        self._names: dict[str, object] = {"__name__": "script"}
        exec(compile(text, str(path), "exec"), self._names)

    def train(self, checkpoint: Path, epochs: int = EPOCHS) -> list[float]:
        """Train up to an epoch, on from the checkpoint if there is one; return the LRs."""
        train = self._names["train"]
        assert callable(train)
        used: list[float] = train(checkpoint, epochs)
        return used
