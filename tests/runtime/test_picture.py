"""`--report`: an HTML page that works without a network, and images."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR

import lrlint
from lrlint.runtime.picture import Picture
from lrlint.runtime.recording import Recording

pytest.importorskip("altair")
pytestmark = pytest.mark.slow
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)


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


def test_the_page_asks_for_nothing(recording: Recording, tmp_path: Path) -> None:
    Picture(tmp_path / "run.html").write(recording)
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert re.findall(r"<(?:script|link)[^>]+(?:src|href)=", page) == []
    assert "optimizer step 26 uses an LR of 0.5" in page


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_a_browser_draws_the_page_without_a_network(recording: Recording, tmp_path: Path) -> None:
    Picture(tmp_path / "run.html").write(recording)
    assert CHROMIUM is not None
    done = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--virtual-time-budget=8000",
            "--dump-dom",
            (tmp_path / "run.html").as_uri(),
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    drawn = re.search(r'<canvas[^>]+width="(\d+)"|<svg[^>]+class="marks"', done.stdout)
    assert drawn is not None, done.stdout[-2000:]
    assert "LR901" in done.stdout
