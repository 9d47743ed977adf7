"""`--report`: images."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR

import lrlint
from lrlint.runtime.picture import Picture
from lrlint.runtime.recording import Recording

pytest.importorskip("altair")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def recording() -> Recording:
    with lrlint.watch(mode="record") as watch:
        optimizer = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=0.1)
        scheduler = LambdaLR(optimizer, lambda step: 1 - step / 50)
        for step in range(40):
            if step == 25:
                optimizer.param_groups[0]["lr"] = 0.5
            optimizer.step()
            scheduler.step()
    return watch.recording


def test_images(recording: Recording, tmp_path: Path) -> None:
    Picture(tmp_path / "run.png").write(recording)
    Picture(tmp_path / "run.svg").write(recording)
    assert (tmp_path / "run.png").read_bytes().startswith(b"\x89PNG")
    svg = (tmp_path / "run.svg").read_text(encoding="utf-8")
    assert "LambdaLR, optimizer SGD" in svg
    assert "LR901 trajectory-diverges" in svg
