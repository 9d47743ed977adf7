"""Damaged scripts and notebooks: no crash, and no fix that breaks what could be parsed."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from lrlint.cli import main

SCRIPT = """\
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR
net = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
epochs, loader = 5, [(torch.ones(3, 2), torch.ones(3, 1))] * 4
scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
for epoch in range(epochs):
    for x, y in loader:
        optimizer.step()
        scheduler.step()
    print(f"{epoch}: {scheduler.get_lr()}")
"""
ODD = ["\0", "\f", "\r", "\r\n", "\t", "\ufeff", "é", "\\\n", "(" * 300, '"""', "%time ", "!ls\n"]


def _damaged(seed: int) -> str:
    rng = random.Random(seed)
    parts = re.split(r"(\n|\W|\w+)", SCRIPT)
    for _ in range(rng.randrange(1, 5)):
        at, other = rng.randrange(len(parts)), rng.randrange(len(parts))
        match rng.randrange(5):
            case 0:
                del parts[at]
            case 1:
                parts.insert(at, parts[other])
            case 2:
                parts[at], parts[other] = parts[other], parts[at]
            case 3:
                parts.insert(at, rng.choice(ODD))
            case _:
                del parts[at : at + rng.randrange(9)]
    return "".join(parts)


def _parses(data: bytes) -> bool:
    try:
        compile(data, "script.py", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _run(*arguments: str) -> None:
    try:
        status = main(list(arguments))
    except SystemExit as stop:
        status = stop.code
    assert status in (0, 1, 2, None)


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_damaged_scripts(first: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for seed in range(first, first + 100):
        encoding = random.Random(seed).choice(["utf-8", "utf-16", "latin-1", "utf-8-sig"])
        data = _damaged(seed).encode(encoding, "replace")
        path = tmp_path / f"s{seed}.py"
        path.write_bytes(data)
        _run("check", "--fix", "--unsafe-fixes", str(path))
        assert _parses(path.read_bytes()) or not _parses(data), seed
        _run("predict", str(path))
        assert "internal error" not in "".join(capfd.readouterr()), seed


@pytest.mark.parametrize("first", range(0, 200, 100))
def test_damaged_notebooks(first: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for seed in range(first, first + 100):
        rng = random.Random(seed)
        lines = _damaged(seed).splitlines(keepends=True)
        cells = [
            {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
            for source in ([], lines[:4], "".join(lines[4:]), "%matplotlib inline")
        ]
        text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        if rng.random() < 0.4:
            at = rng.randrange(len(text))
            text = text[:at] + text[at + rng.randrange(3) :]
        path = tmp_path / f"n{seed}.ipynb"
        path.write_text(text, encoding="utf-8")
        _run("check", "--fix", "--unsafe-fixes", str(path))
        assert "internal error" not in "".join(capfd.readouterr()), seed
