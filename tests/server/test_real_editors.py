"""Neovim, Emacs and Helix as docs/editors.md sets them up; each is skipped where it is missing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls.lsp.server")
pytestmark = pytest.mark.slow

PAGE = (Path(__file__).parents[2] / "docs" / "editors.md").read_text(encoding="utf-8")
DRIVERS = Path(__file__).parent / "editors"
SCRIPT = """\
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

rounds = 12
solver = torch.optim.SGD(net.parameters(), lr=0.2)
scheduler = CosineAnnealingLR(solver, T_max=rounds, eta_min=2e-3)
for this in range(rounds):
    for number in range(30):
        cost(net(sample(number))).backward()
        solver.step()
    scheduler.step()
    print(scheduler.get_lr())
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "project" / "train.py"
    path.parent.mkdir()
    path.write_text(SCRIPT, encoding="utf-8")
    (path.parent / "lrlint.toml").write_text("", encoding="utf-8")
    return path


def recipe(language: str, number: int = 0) -> str:
    """Return a block of the page as it is written there."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(blocks[number])


def run(script: Path, *command: str | Path) -> str:
    """Run an editor in a home of its own, with lrlint on its PATH; return what it prints."""
    home = script.parents[1]
    env = {
        "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "TERM": "xterm",
        "LANG": "C.UTF-8",
        "REPORT": str(home / "report.json"),
        "SCRIPT": str(script),
    }
    done = subprocess.run(
        [*map(str, command)],
        cwd=script.parent,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stdout + done.stderr


def told(script: Path, printed: str) -> dict[str, Any]:
    report = script.parents[1] / "report.json"
    assert report.exists(), printed
    answer: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    assert "error" not in answer, (answer, printed)
    return answer


def check(answer: dict[str, Any]) -> None:
    """Hold an editor to what every editor shows."""
    assert "LR101" not in answer["opened"]
    assert "12 " in answer["opened"]
    assert re.search(r"11 .*LR101", answer["typed"])
    assert "CosineAnnealingLR" in answer["hover"]
    assert "LR101" in answer["hover"] or "| step | LR |" in answer["hover"]
    assert answer["fixed"] == "    print(scheduler.get_last_lr())"
    if "hint" in answer:
        assert answer["hint"].strip().startswith("→ ")


@pytest.mark.skipif(shutil.which("nvim") is None, reason="no Neovim")
def test_neovim(script: Path) -> None:
    version = re.search(r"v(\d+)\.(\d+)", run(script, "nvim", "--version"))
    assert version is not None
    known = int(version[1]), int(version[2])
    if known < (0, 10):
        pytest.skip("the page is about later versions")
    start = script.parents[1] / "init.lua"
    start.write_text(recipe("lua", 0 if known >= (0, 11) else 1), encoding="utf-8")
    drive = f"luafile {DRIVERS / 'neovim.lua'}"
    printed = run(script, "nvim", "--headless", "--clean", "-u", start, script, "-c", drive)
    answer = told(script, printed)
    check(answer)
    assert "hint" in answer


@pytest.mark.skipif(shutil.which("emacs") is None, reason="no Emacs")
def test_emacs(script: Path) -> None:
    if "t" not in run(
        script, "emacs", "-Q", "--batch", "--eval", '(princ (locate-library "eglot"))'
    ):
        pytest.skip("no eglot")
    start = script.parents[1] / "init.el"
    start.write_text(recipe("elisp"), encoding="utf-8")
    printed = run(script, "emacs", "-Q", "--batch", "-l", start, "-l", DRIVERS / "emacs.el")
    check(told(script, printed))


@pytest.mark.skipif(shutil.which("hx") is None, reason="no Helix")
def test_helix_finds_the_server(script: Path) -> None:
    settings = script.parents[1] / ".config" / "helix" / "languages.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(recipe("toml"), encoding="utf-8")
    health = run(script, "hx", "--health", "python")
    assert re.search(r"✓\S* lrlint", health), health
