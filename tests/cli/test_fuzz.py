"""Damaged scripts and notebooks, from the parser to the output: no crash, no hang, no bad fix.

LRLINT_FUZZ_EXAMPLES says how many of each kind (300), LRLINT_FUZZ_SEED which is the first (0).
"""

from __future__ import annotations

import ast
import json
import os
import random
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from xml.etree import ElementTree

import pytest

from lrlint.cli import main
from lrlint.output import FORMATS
from lrlint.rule import load_rules
from lrlint.snippets import script

EXAMPLES = int(os.environ.get("LRLINT_FUZZ_EXAMPLES", "300"))
SEED = int(os.environ.get("LRLINT_FUZZ_SEED", "0"))
LIMIT = 10
"""Seconds of CPU time for one example."""
JSON_FORMATS = ("json", "sarif", "rdjson", "gitlab")

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
ODD = [
    *("\0", "\f", "\r", "\r\n", "\t", "\ufeff", "é", "\\\n", "(" * 300, '"""', "%time ", "!ls\n"),
    *("9**9**9", "1e999", "-1", "0", "10**30", "0.1 + 0j", "nan", "1 << 10**9", "'x' * 10**9"),
    *("range(10**12)", "range(0, 9, 0)", "[[]] * 10**9", "{**{}}", "*args", "lambda *a, **k: k"),
    *(
        "(y := 3)",
        "await f()",
        "yield",
        "x if x else x",
        "None",
        "...",
        "f'{epoch!r:>{9}}'",
        "not ",
    ),
    *("while True:\n", "try:\n", "match x:\n", "async def f():\n", "class A(A):\n", "return\n"),
    *(
        "import train\n",
        "from . import *\n",
        "global epochs\n",
        "del optimizer\n",
        "@f\n",
        "else:\n",
    ),
    *("# lrlint: ignore[", "# noqa: LR", "# type: ignore", "\N{ZERO WIDTH SPACE}", "\x1b[31m", ";"),
]


@cache
def scripts() -> tuple[str, ...]:
    """Return what is damaged: the examples of the rules, and one script of each pitfall."""
    examples = Path(__file__).parents[2].joinpath("examples").rglob("*.py")
    texts = [SCRIPT, *(path.read_text(encoding="utf-8") for path in sorted(examples))]
    for rule in load_rules():
        texts += [script(one) for one in rule.VALID]
        texts += [one.script() for one in rule.INVALID]
    return tuple(texts)


def damaged(rng: random.Random) -> str:
    text = rng.choice(scripts()) if rng.random() < 0.8 else SCRIPT
    if rng.random() < 0.1:
        text += rng.choice(scripts())
    parts = re.split(r"(\n|\W|\w+)", text)
    for _ in range(rng.randrange(1, 6)):
        at, other = rng.randrange(len(parts)), rng.randrange(len(parts))
        match rng.randrange(7):
            case 0:
                del parts[at]
            case 1:
                parts.insert(at, parts[other])
            case 2:
                parts[at], parts[other] = parts[other], parts[at]
            case 3:
                parts.insert(at, rng.choice(ODD))
            case 4:
                words = [index for index, part in enumerate(parts) if part.strip().isalnum()]
                parts[rng.choice(words)] = rng.choice(ODD)
            case 5:
                words = [part for part in parts if part.isidentifier()]
                name, new = rng.choice(words), rng.choice(words)
                parts = [new if part == name else part for part in parts]
            case _:
                del parts[at : at + rng.randrange(9)]
        if not any(part.strip().isalnum() for part in parts):
            return SCRIPT
    return "".join(parts)


def parses(data: bytes | str) -> bool:
    try:
        ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


@contextmanager
def limited(example: object) -> Iterator[None]:
    """Fail the test where the block takes too long."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"{example} takes more than {LIMIT} s")

    # The timer of system and user time: lrlint uses the other one.
    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, LIMIT, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


class Lrlint:
    """Runs lrlint on one example."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, seed: int, *arguments: str) -> str:
        with limited((seed, arguments)):
            status = main(arguments)
        out, err = self._capfd.readouterr()
        assert status in (0, 1, 2), (seed, arguments)
        assert "internal error" not in out + err, (seed, arguments, err)
        assert "given up after" not in err, (seed, arguments, err)
        assert "Traceback" not in err, (seed, arguments, err)
        return out

    def check(self, seed: int, path: Path, output_format: str) -> None:
        """Lint, look at what is written, and fix."""
        out = self(
            seed, "check", "--pedantic", "--verbose", "--output-format", output_format, path.name
        )
        if output_format in JSON_FORMATS:
            json.loads(out)
        elif output_format == "json-lines":
            [json.loads(line) for line in out.splitlines()]
        elif output_format == "junit":
            ElementTree.fromstring(out)
        self(seed, "check", "--diff", "--unsafe-fixes", path.name)
        self(seed, "check", "--pedantic", "--fix", "--unsafe-fixes", path.name)


@pytest.fixture
def lrlint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Lrlint:
    monkeypatch.chdir(tmp_path)
    return Lrlint(capfd)


@pytest.mark.parametrize("first", range(SEED, SEED + EXAMPLES, 100))
def test_damaged_scripts(first: int, tmp_path: Path, lrlint: Lrlint) -> None:
    for seed in range(first, first + 100):
        rng = random.Random(seed)
        encoding = rng.choice(["utf-8"] * 5 + ["utf-16", "latin-1", "utf-8-sig"])
        data = damaged(rng).encode(encoding, "replace")
        path = tmp_path / f"s{seed}.py"
        path.write_bytes(data)
        lrlint.check(seed, path, rng.choice([*FORMATS]))
        assert parses(path.read_bytes()) or not parses(data), seed
        lrlint(seed, "predict", path.name)
        path.unlink()


@pytest.mark.parametrize("first", range(SEED, SEED + EXAMPLES, 100))
def test_damaged_notebooks(first: int, tmp_path: Path, lrlint: Lrlint) -> None:
    for seed in range(first, first + 100):
        rng = random.Random(seed)
        lines = damaged(rng).splitlines(keepends=True)
        at = rng.randrange(len(lines) + 1)
        cells = [
            {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
            for source in ([], lines[:at], "".join(lines[at:]), rng.choice(ODD))
        ]
        text = json.dumps(
            {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5},
            indent=rng.choice([None, 1]),
            ensure_ascii=rng.random() < 0.5,
        )
        if rng.random() < 0.3:
            at = rng.randrange(len(text))
            text = text[:at] + text[at + rng.randrange(3) :]
        path = tmp_path / f"n{seed}.ipynb"
        path.write_text(text, encoding="utf-8", errors="replace")
        lrlint.check(seed, path, rng.choice([*FORMATS]))
        assert_fixed_well(text, path.read_text(encoding="utf-8"), seed)
        lrlint(seed, "predict", path.name)
        path.unlink()


def assert_fixed_well(before: str, after: str, seed: int) -> None:
    """Compare a notebook with what fixes have made of it."""
    try:
        old = json.loads(before)["cells"]
    except (ValueError, KeyError, TypeError):
        assert before == after, seed
        return
    new = json.loads(after)["cells"]
    assert len(new) == len(old), seed
    for one, other in zip(old, new, strict=True):
        source, fixed = ("".join(cell.get("source", "")) for cell in (one, other))
        assert parses(fixed) or not parses(source), seed


def test_a_hang_fails() -> None:
    def hang() -> None:
        signal.setitimer(signal.ITIMER_PROF, 0.01, 1)
        while True:
            pass

    with pytest.raises(AssertionError, match="takes more than"), limited("this"):
        hang()
