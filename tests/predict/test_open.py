"""What the simulated training does not model is open, and named."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.predict.forecast import forecast
from lrlint.predict.simulation import Prediction
from lrlint.source import load

HEAD = """
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import ExponentialLR, LambdaLR, StepLR
layer = torch.nn.Linear(3, 1)
"""
BUILD = """
optimizer = SGD(layer.parameters(), lr=0.2)
decay = StepLR(optimizer, 3, gamma=0.5)
"""
LOOP = """
for batch in range(5):
    optimizer.step()
    decay.step()
"""


def predicted(text: str) -> Prediction:
    (schedule,) = forecast(load(Path("train.py"), data=text.encode())).schedules
    return schedule.prediction


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("decay.gamma = 0.1", "what `decay.gamma = …` changes"),
        ("decay.last_epoch = 7", "what `decay.last_epoch = …` changes"),
        ("decay.base_lrs = [0.3]", "what `decay.base_lrs = …` changes"),
        ("decay.step = print", "decay, which is given another step()"),
        ("optimizer.step = print", "optimizer, which is given another step()"),
        (
            "decay.load_state_dict(torch.load('old.pt'))",
            "what `decay.load_state_dict(torch.load('old.pt'))` changes",
        ),
        (
            "kept = optimizer.state_dict()\noptimizer.load_state_dict(kept)",
            "what `optimizer.load_state_dict(kept)` changes",
        ),
        (
            "for g in optimizer.param_groups:\n    g['initial_lr'] = 0.3",
            "what `g['initial_lr']` changes",
        ),
        ("unseen.attach(decay)", "decay, which is passed to unseen.attach(…)"),
    ],
)
def test_state_that_the_script_sets(change: str, reason: str) -> None:
    prediction = predicted(HEAD + BUILD + change + LOOP)
    assert prediction.lr is None
    assert reason in prediction.unresolved


def test_a_checkpoint_that_a_first_run_does_not_have_changes_nothing() -> None:
    resume = "import os\nif os.path.isfile(where):\n    decay.load_state_dict(torch.load(where))"
    assert predicted(HEAD + BUILD + resume + LOOP).lr == [[0.2, 0.2, 0.2, 0.1, 0.1]]


@pytest.mark.parametrize(
    "groups",
    [
        "[{'params': part.parameters()} for part in net.children()]",
        "[{'params': [p], 'lr': 0.1 / (k + 1)} for k, p in enumerate(net.parameters())]",
    ],
)
def test_param_groups_that_are_not_counted(groups: str) -> None:
    build = BUILD.replace("layer.parameters()", groups)
    assert predicted(HEAD + build + LOOP).unresolved == ["the param groups of optimizer"]


def test_an_lr_that_is_not_known() -> None:
    build = BUILD.replace("lr=0.2", "lr=0.2 * (share + 1)")
    script = "for share in range(unseen()):" + (build + LOOP).replace("\n", "\n    ")
    prediction = predicted(HEAD + script)
    assert prediction.lr is None
    assert prediction.unresolved


def test_a_step_of_its_own_that_writes_lrs() -> None:
    own = """
    class Fading(SGD):
        def step(self, closure=None):
            for group in self.param_groups:
                group["lr"] *= 0.99
            return super().step(closure)
    """
    build = BUILD.replace("= SGD(", "= Fading(")
    prediction = predicted(HEAD + dedent(own) + build + LOOP)
    assert prediction.unresolved == ["what Fading.step() does"]


@pytest.mark.parametrize("write", ["base = 0.3", "cfg['rate'] = 0.3"])
def test_a_function_whose_globals_change(write: str) -> None:
    build = """
    base, cfg = 0.8, {"rate": 0.7}
    optimizer = SGD(layer.parameters(), lr=0.2)
    decay = LambdaLR(optimizer, lambda k: (base * cfg["rate"]) ** k)
    """
    prediction = predicted(HEAD + dedent(build) + LOOP + write)
    assert prediction.lr is None
    assert predicted(HEAD + dedent(build) + LOOP).lr is not None


@pytest.mark.parametrize("write", [".update(lr=0.6)", ".update({'lr': 0.6})", " |= {'lr': 0.6}"])
def test_an_lr_that_is_written_by_update(write: str) -> None:
    start, end = BUILD.strip().split("\n")
    prediction = predicted(f"{HEAD}{start}\noptimizer.param_groups[0]{write}\n{end}{LOOP}")
    assert prediction.lr == [[0.6, 0.6, 0.6, 0.3, 0.3]]


def test_an_optimizer_of_another_library_has_a_momentum() -> None:
    prediction = predicted(
        """
import torch
from lion_pytorch import Lion
from torch.optim.lr_scheduler import OneCycleLR
lion = Lion(torch.nn.Linear(2, 1).parameters(), lr=0.01)
cycle = OneCycleLR(lion, 0.2, total_steps=6)
for batch in range(6):
    lion.step()
    cycle.step()
"""
    )
    assert not prediction.unresolved
    assert prediction.raises is None
    assert prediction.steps == 6
