"""Resumes that draw a finding go wrong in torch, those that draw none are exact.

Each script is linted, run to the end, and run again: up to epoch 3, and on from its checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest

from lrlint.linter.engine import lint_text

torch = pytest.importorskip("torch")

STOP = 3
"""No multiple of a period of the schedules below, so that nothing comes right by accident."""
SCRIPT = """
import torch
from torch.optim.lr_scheduler import *

EPOCHS = 9


def train(resume, stop, path, used):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    start_epoch = 0
{start}
    for epoch in range(start_epoch, EPOCHS):
        if epoch == stop:
            break
        for x in torch.ones(2):
            (weight * x).sum().backward()
            used.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
        scheduler.step()
        torch.save({saved}, path)
"""
BUILD = "scheduler = {build}"
LOAD = """
if resume:
    checkpoint = torch.load(path, weights_only=False)
    start_epoch = checkpoint["epoch"]
"""
OPTIMIZER = 'optimizer.load_state_dict(checkpoint["optimizer"])'
SCHEDULER = 'scheduler.load_state_dict(checkpoint["scheduler"])'
REPLAY = "for _ in range(start_epoch):\n    scheduler.step()"
STATES = (
    '{"epoch": epoch + 1, "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}'
)
BUILDS = {
    "LambdaLR": "LambdaLR(optimizer, lambda epoch: 0.8**epoch)",
    "StepLR": "StepLR(optimizer, 2)",
    "MultiStepLR": "MultiStepLR(optimizer, [2, 5])",
    "ConstantLR": "ConstantLR(optimizer, factor=0.5, total_iters=2)",
    "LinearLR": "LinearLR(optimizer, start_factor=0.1, total_iters=7)",
    "ExponentialLR": "ExponentialLR(optimizer, 0.9)",
    "MultiplicativeLR": "MultiplicativeLR(optimizer, lambda epoch: 0.9)",
    "MultiplicativeLR of the epoch": (
        "MultiplicativeLR(optimizer, lambda epoch: 0.9 if epoch % 2 else 0.8)"
    ),
    "PolynomialLR": "PolynomialLR(optimizer, total_iters=12)",
    "CosineAnnealingLR": "CosineAnnealingLR(optimizer, 9, eta_min=1e-3)",
    "CosineAnnealingWarmRestarts": "CosineAnnealingWarmRestarts(optimizer, 4, eta_min=1e-3)",
    "CyclicLR": "CyclicLR(optimizer, 0.01, 0.1, step_size_up=2, cycle_momentum=False)",
    "OneCycleLR": "OneCycleLR(optimizer, 0.1, total_steps=10, cycle_momentum=False)",
    "SequentialLR": (
        "SequentialLR(optimizer, [LinearLR(optimizer), ExponentialLR(optimizer, 0.9)], [5])"
    ),
}
"""Schedules whose LR after three epochs is not the one they start from, by what they are called."""


def script(build: str, *lines: str, saved: str = STATES) -> str:
    start = "\n".join(lines).replace(BUILD, f"scheduler = {build}")
    return SCRIPT.format(start=indent(dedent(start), "    "), saved=saved)


def resumed(*lines: str) -> str:
    """What only a resumed training does."""
    return LOAD + indent("\n".join(lines), "    ")


def codes(text: str) -> set[str]:
    return {one.code for one in lint_text(text).diagnostics if one.code[:3] in ("LR4", "LR2")}


def is_exact(text: str, folder: Path) -> bool:
    """Whether a resumed training uses the LRs of one that was not interrupted."""
    namespace: dict[str, Callable[..., None]] = {}
    exec(compile(text, "script.py", "exec"), namespace)
    whole: list[float] = []
    parts: list[float] = []
    namespace["train"](False, None, folder / "whole.pt", whole)
    namespace["train"](False, STOP, folder / "parts.pt", parts)
    namespace["train"](True, None, folder / "parts.pt", parts)
    return parts == pytest.approx(whole, rel=1e-9)


each_law = pytest.mark.parametrize("law", BUILDS)


@each_law
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_both_states_loaded_into_what_is_built_before(law: str, tmp_path: Path) -> None:
    text = script(BUILDS[law], BUILD, resumed(OPTIMIZER, SCHEDULER))
    assert is_exact(text, tmp_path)
    assert not codes(text) & {"LR402", "LR403", "LR209", "LR412", "LR413"}


@each_law
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_scheduler_built_behind_the_loaded_optimizer(law: str, tmp_path: Path) -> None:
    start = (resumed(OPTIMIZER), BUILD, f"if resume:\n    {SCHEDULER}")
    text = script(BUILDS[law], *start)
    assert ("LR412" in codes(text)) is not is_exact(text, tmp_path)


@each_law
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_state_is_saved_and_not_loaded(law: str, tmp_path: Path) -> None:
    text = script(BUILDS[law], BUILD, resumed(OPTIMIZER))
    found = codes(text)
    assert ("LR403" in found) is not is_exact(text, tmp_path)
    assert "LR209" not in found  # one mistake is one finding


@each_law
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_state_is_not_saved(law: str, tmp_path: Path) -> None:
    saved = '{"epoch": epoch + 1, "optimizer": optimizer.state_dict()}'
    text = script(BUILDS[law], BUILD, resumed(OPTIMIZER), saved=saved)
    assert ("LR402" in codes(text)) is not is_exact(text, tmp_path)


@each_law
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_past_is_replayed_on_a_loaded_optimizer(law: str, tmp_path: Path) -> None:
    text = script(BUILDS[law], BUILD, resumed(OPTIMIZER), REPLAY)
    if law == "SequentialLR":
        assert "LR413" not in codes(text)  # a milestone on the way puts it right
        return
    assert ("LR413" in codes(text)) is not is_exact(text, tmp_path)


@each_law
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_past_is_replayed_before_the_optimizer_is_loaded(law: str, tmp_path: Path) -> None:
    text = script(BUILDS[law], BUILD, resumed(), REPLAY, f"if resume:\n    {OPTIMIZER}")
    assert is_exact(text, tmp_path)
    assert not codes(text) & {"LR402", "LR403", "LR209", "LR412", "LR413"}


@pytest.mark.parametrize(
    ("optimizer", "exact"),
    [(OPTIMIZER, False), ('optimizer = checkpoint["optimizer"]', True)],
)
def test_unpickled_scheduler_drives_what_was_pickled_with_it(
    optimizer: str, exact: bool, tmp_path: Path
) -> None:
    whole = "optimizer.state_dict()" if optimizer == OPTIMIZER else "optimizer"
    saved = f'{{"epoch": epoch + 1, "optimizer": {whole}, "scheduler": scheduler}}'
    load = 'scheduler = checkpoint["scheduler"]'
    text = script(BUILDS["StepLR"], BUILD, resumed(optimizer, load), saved=saved)
    assert is_exact(text, tmp_path) is exact
    assert ("LR406" in codes(text)) is not exact


@pytest.mark.parametrize("last_epoch", ["start_epoch - 1", "0"])
def test_last_epoch_needs_an_initial_lr(last_epoch: str, tmp_path: Path) -> None:
    text = script(f"StepLR(optimizer, 2, last_epoch={last_epoch})", resumed(), BUILD)
    with pytest.raises(KeyError, match="initial_lr"):
        is_exact(text, tmp_path)
    assert "LR411" in codes(text)


def test_last_epoch_finds_the_initial_lr_of_a_loaded_state(tmp_path: Path) -> None:
    build = "LambdaLR(optimizer, lambda epoch: 0.8**epoch, last_epoch=start_epoch - 1)"
    text = script(build, resumed(OPTIMIZER), BUILD)
    assert is_exact(text, tmp_path)
    assert not codes(text) & {"LR402", "LR403", "LR209", "LR411", "LR412"}


BY_HAND = """
import math
import torch

EPOCHS, BASE = 9, 0.1


def train(resume, stop, path, used):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=BASE, momentum=0.5)
    start_epoch = step = 0
    if resume:
        checkpoint = torch.load(path)
{resume}
    for epoch in range({epochs}):
        if epoch == stop:
            break
        for x in torch.ones(2):
            for group in optimizer.param_groups:
                {write}
            step += 1
            used.append(optimizer.param_groups[0]["lr"])
            (weight * x).sum().backward()
            optimizer.step()
        torch.save({saved}, path)
"""
EPOCH = 'start_epoch = checkpoint["epoch"]'
COSINE = 'group["lr"] = BASE * (1 + math.cos(math.pi * epoch / EPOCHS))'
LINE = 'group["lr"] = BASE * (1 - step / (2 * EPOCHS))'
SHRINK = 'group["lr"] *= 0.9'
COUNTED = '{"epoch": epoch + 1, "optimizer": optimizer.state_dict()}'


@pytest.mark.parametrize(
    ("write", "resume", "found"),
    [
        (COSINE, (EPOCH, OPTIMIZER), set()),
        (COSINE, (EPOCH,), set()),
        (SHRINK, (EPOCH, OPTIMIZER), set()),
        (LINE, (EPOCH, OPTIMIZER, "step = 2 * start_epoch"), set()),
        (LINE, (EPOCH, OPTIMIZER), {"LR209"}),
        (SHRINK, (EPOCH,), {"LR209"}),
        (COSINE, (OPTIMIZER,), {"LR209"}),
        (LINE, (OPTIMIZER,), {"LR209"}),
    ],
)
def test_schedule_by_hand(
    write: str, resume: tuple[str, ...], found: set[str], tmp_path: Path
) -> None:
    lines = indent("\n".join(resume), " " * 8)
    text = BY_HAND.format(resume=lines, epochs="start_epoch, EPOCHS", write=write, saved=COUNTED)
    assert codes(text) == found
    assert is_exact(text, tmp_path) is not bool(found)


def test_counter_of_a_schedule_by_hand_is_not_saved(tmp_path: Path) -> None:
    saved = '{"optimizer": optimizer.state_dict()}'
    lines = indent(OPTIMIZER, " " * 8)
    text = BY_HAND.format(resume=lines, epochs="EPOCHS", write=COSINE, saved=saved)
    assert codes(text) == {"LR402"}
    assert not is_exact(text, tmp_path)


def test_epochs_of_a_schedule_by_hand_are_left_out(tmp_path: Path) -> None:
    lines = indent(f"{EPOCH}\n{OPTIMIZER}", " " * 8)
    text = BY_HAND.format(resume=lines, epochs="EPOCHS", write=COSINE, saved=COUNTED)
    skips = "        if epoch < start_epoch:\n            continue\n        for x"
    text = text.replace("        for x", skips)
    assert codes(text) == set()
    assert is_exact(text, tmp_path)
