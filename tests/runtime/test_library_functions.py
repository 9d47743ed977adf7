"""The schedule functions of transformers, diffusers and torchtune, named in a recording."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR

import lrlint
from lrlint.runtime.recorder.library_functions import library_law
from lrlint.runtime.watch import Watch

from .trainings import parameters

STEPS = 20
ARGUMENTS: dict[str, dict[str, Any]] = {
    "get_constant_schedule": {},
    "get_constant_schedule_with_warmup": {"num_warmup_steps": 4},
    "get_linear_schedule_with_warmup": {"num_warmup_steps": 4},
    "get_cosine_schedule_with_warmup": {"num_warmup_steps": 4, "num_cycles": 0.4},
    "get_cosine_with_hard_restarts_schedule_with_warmup": {"num_warmup_steps": 4, "num_cycles": 2},
    "get_polynomial_decay_schedule_with_warmup": {"num_warmup_steps": 4, "power": 2.0},
    "get_inverse_sqrt_schedule": {"num_warmup_steps": 4},
    "get_cosine_with_min_lr_schedule_with_warmup": {"num_warmup_steps": 4, "min_lr": 1e-3},
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate": {
        "num_warmup_steps": 4,
        "min_lr_rate": 0.1,
    },
    "get_wsd_schedule": {"num_warmup_steps": 4, "num_decay_steps": 6},
}
WITHOUT_TOTAL = {
    "get_constant_schedule",
    "get_constant_schedule_with_warmup",
    "get_inverse_sqrt_schedule",
}

CLOSURE = """
from torch.optim.lr_scheduler import LambdaLR

def get_linear_schedule_with_warmup(optimizer, num_warmup_steps, num_training_steps):
    def lr_lambda(current_step):
        if current_step < num_warmup_steps:
            return current_step / max(1, num_warmup_steps)
        return {decay}
    return LambdaLR(optimizer, lr_lambda)
"""
LINE = "max(0.0, (num_training_steps - current_step) / (num_training_steps - num_warmup_steps))"


def trained(build: Callable[[Any], Any], steps: int = STEPS) -> Watch:
    """Return the watch of a training that steps its schedule after each of its updates."""
    optimizer = torch.optim.SGD(parameters(), lr=0.1)
    with lrlint.watch(mode="record", epochs=2) as watch:
        scheduler = build(optimizer)
        for _ in range(steps):
            optimizer.step()
            scheduler.step()
    return watch


@pytest.mark.parametrize("name", ARGUMENTS)
def test_functions_of_transformers(name: str) -> None:
    optimization = pytest.importorskip("transformers.optimization")
    total = {} if name in WITHOUT_TOTAL else {"num_training_steps": STEPS}
    build = getattr(optimization, name)
    watch = trained(lambda optimizer: build(optimizer, **ARGUMENTS[name], **total))
    (track,) = watch.recording.schedules
    assert track.scheduler == name
    assert track.expected is not None
    assert track.max_relative_error == 0.0
    assert {one.code for one in watch.findings if one.code != "LR305"} == set()


def from_library(module: str, decay: str = LINE) -> Callable[..., Any]:
    """Return a schedule function as an installed library would define it."""
    names: dict[str, Any] = {"__name__": module}
    exec(CLOSURE.format(decay=decay), names)
    function: Callable[..., Any] = names["get_linear_schedule_with_warmup"]
    return function


def test_a_closure_gives_its_arguments() -> None:
    build = from_library("diffusers.optimization")
    watch = trained(lambda optimizer: build(optimizer, 2, STEPS // 4))
    (found,) = (one for one in watch.findings if one.code == "LR504")
    assert "num_training_steps is 5, but the scheduler steps 20 times" in found.message


def test_another_formula_under_the_same_name_is_not_taken_for_it() -> None:
    build = from_library("diffusers.optimization", decay="0.97 ** current_step")
    watch = trained(lambda optimizer: build(optimizer, 2, STEPS // 4))
    assert [track.scheduler for track in watch.recording.schedules] == ["LambdaLR"]
    assert "LR504" not in {one.code for one in watch.findings}


def test_a_function_of_the_script_is_not_a_librarys() -> None:
    build = from_library("my_schedules")
    scheduler = build(torch.optim.SGD(parameters(), lr=0.1), 2, 8)
    assert isinstance(scheduler, LambdaLR)
    assert library_law(scheduler.lr_lambdas, [0.1]) is None
