"""``lrlint predict`` gives the LR of every update that skorch makes."""

from __future__ import annotations

import contextlib
import io
import random
import warnings
from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

pytestmark = pytest.mark.slow  # it trains

SCRIPT = """
import numpy as np
import torch
from skorch import NeuralNet, NeuralNetRegressor
from skorch.callbacks import LRScheduler
from torch import nn

inputs = np.random.randn({rows}, 3).astype("float32")
targets = inputs.sum(1, keepdims=True)


class Line(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 1)

    def forward(self, x):
        return self.layer(x)


net = {net}
net.fit(inputs, targets)
"""
POLICIES = (
    "policy=torch.optim.lr_scheduler.CosineAnnealingLR, T_max=7, eta_min=1e-4",
    "torch.optim.lr_scheduler.StepLR, step_size=2, gamma=0.5",
    "policy=torch.optim.lr_scheduler.OneCycleLR, max_lr=0.2, total_steps=400",
    'policy="CosineAnnealingLR", T_max=4',
    'policy="MultiStepLR", milestones=[1, 3]',
)


def script(seed: int) -> str:
    draw = random.Random(seed)
    every = draw.choice(["", ', step_every="batch"', ', step_every="epoch"'])
    callback = f"LRScheduler({draw.choice(POLICIES)}{every})"
    options = [
        f"max_epochs={draw.choice([2, 3, 5])}",
        f"batch_size={draw.choice([4, 7, 8])}",
        "train_split=None",
        "lr=0.1",
        "optimizer=torch.optim.AdamW",
        "optimizer__weight_decay=0.01",
    ]
    given = [option for option in options if draw.random() < 0.7]
    callbacks = f'[("lr", {callback})]' if every else f"[{callback}]"
    given += ["verbose=0", f"callbacks={callbacks}"]
    cls = draw.choice(["NeuralNetRegressor(Line, ", "NeuralNet(Line, criterion=nn.MSELoss, "])
    return SCRIPT.format(rows=draw.choice([20, 33, 64]), net=f"{cls}{', '.join(given)})")


def test_prediction_is_what_skorch_does(tmp_path: Path) -> None:
    pytest.importorskip("skorch")
    optimizers = pytest.importorskip("torch.optim.optimizer")
    used: list[float] = []
    hook = optimizers.register_optimizer_step_pre_hook(
        lambda optimizer, args, kwargs: used.append(float(optimizer.param_groups[0]["lr"]))
    )
    try:
        for seed in range(30):
            text = script(seed)
            path = tmp_path / f"train{seed}.py"
            path.write_text(text, encoding="utf-8")
            (schedule,) = forecast(load(str(path))).schedules
            assert not schedule.prediction.unresolved, text
            used.clear()
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                exec(compile(text, "script", "exec"), {"__name__": "__main__"})
            assert schedule.prediction.lr is not None
            assert list(schedule.prediction.lr[0]) == pytest.approx(used, rel=1e-9), text
    finally:
        hook.remove()
