"""Small libraries that are read as if the project had a copy of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.linter.engine import lint
from lrlint.linter.settings import Settings
from lrlint.predict.forecast import forecast
from lrlint.source import load

SCRIPT = """
import torch
from torch.optim.lr_scheduler import StepLR
from warmup_scheduler import GradualWarmupScheduler


class Lower(GradualWarmupScheduler):
    def get_lr(self):
        return [rate / 2 for rate in super().get_lr()]


net = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.2)
drop = StepLR(optimizer, step_size=2, gamma=0.1)
schedule = {}(optimizer, multiplier=1, total_epoch=4, after_scheduler=drop)
for epoch in range(1, 11):
    schedule.step(epoch)
    optimizer.step()
"""


@pytest.mark.parametrize(("cls", "share"), [("GradualWarmupScheduler", 1), ("Lower", 0.5)])
def test_a_gradual_warmup_of_a_library(cls: str, share: float, tmp_path: Path) -> None:
    path = tmp_path / "s.py"
    path.write_text(SCRIPT.format(cls), encoding="utf-8")
    lrs = forecast(load(path)).schedules[-1].prediction.lr
    assert lrs is not None
    assert lrs[0][:4] == pytest.approx([0.05 * share * epoch for epoch in range(1, 5)])
    assert lint([str(path)], Settings()).diagnostics == ()
