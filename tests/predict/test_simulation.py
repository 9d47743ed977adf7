"""The simulated training by itself."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from lrlint.analysis.model import running
from lrlint.predict import simulation
from lrlint.predict.forecast import forecast
from lrlint.predict.simulation import Prediction
from lrlint.source import load


def predicted(text: str, max_steps: int | None = None) -> Prediction:
    source = load(Path("train.py"), data=dedent(text).encode())
    (schedule,) = forecast(source, max_steps=max_steps).schedules
    return schedule.prediction


TRAINING = """
import torch
from torch.optim.lr_scheduler import StepLR
optimizer = torch.optim.SGD([{"params": a}, {"params": b, "lr": 0.2}], lr=0.1)
scheduler = StepLR(optimizer, 2, gamma=0.5)
for i in range(4):
    optimizer.step()
    scheduler.step()
"""


def test_every_group_has_its_curve() -> None:
    prediction = predicted(TRAINING)
    assert prediction.lr == [[0.1, 0.1, 0.05, 0.05], [0.2, 0.2, 0.1, 0.1]]
    assert (prediction.steps, prediction.optimizer_steps) == (4, 4)


def test_max_steps_bounds_the_curve_and_not_the_counts() -> None:
    prediction = predicted(TRAINING, max_steps=1)
    assert prediction.lr == [[0.1], [0.2]]
    assert (prediction.steps, prediction.optimizer_steps) == (4, 4)


def test_a_second_training_has_its_own_curve() -> None:
    head, start, rest = TRAINING.partition("optimizer =")
    fold = indent(start + rest, "    ")
    prediction = predicted(f"{head}for fold in range(3):\n{fold}")
    assert prediction.optimizer_steps == 4


def test_what_torch_refuses_ends_the_training() -> None:
    prediction = predicted(
        TRAINING.replace("StepLR(optimizer, 2, gamma=0.5)", "StepLR(optimizer, 0)")
    )
    assert prediction.raises is not None
    assert prediction.raises.startswith("ZeroDivisionError after 1 optimizer steps: ")
    assert prediction.optimizer_steps == 1


@pytest.mark.parametrize("given", ["2, gamma=0.5, verbose=True", "2, 0.5, -1, True"])
def test_what_only_older_releases_take_is_said(given: str) -> None:
    prediction = predicted(TRAINING.replace("2, gamma=0.5", given))
    assert "StepLR no longer takes verbose" in (prediction.raises or "")
    assert prediction.lr == predicted(TRAINING).lr


LOADED = """
import os, torch
from torch.optim.lr_scheduler import StepLR
for fold in range(2):
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, 2, gamma=0.5)
    if os.path.exists("last.pt"):
        optimizer.load_state_dict(torch.load("last.pt"))
    for i in range(4):
        optimizer.step()
        scheduler.step()
        {midway}
"""


def test_a_state_that_is_loaded_while_training_may_be_any() -> None:
    assert predicted(LOADED.format(midway="pass")).lr == [[0.1, 0.1, 0.05, 0.05]]
    back = 'if measure() < 1: optimizer.load_state_dict(torch.load("best.pt"))'
    prediction = predicted(LOADED.format(midway=back))
    assert (prediction.lr, prediction.unresolved) == (None, ["measure() < 1"])


def test_a_training_too_long_to_simulate_is_run_long_enough_to_crash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "HOPELESS", 1_000)
    text = TRAINING.replace("range(4)", "range(10**12)")
    assert predicted(text).unresolved == [running.TOO_LONG]
    one_cycle = text.replace("StepLR(optimizer, 2, gamma=0.5)", "OneCycleLR(optimizer, 1.0, 9)")
    assert (predicted(one_cycle.replace("StepLR", "OneCycleLR")).raises or "").startswith("ValueE")
    left = text.replace("scheduler.step()", "scheduler.step()\n    if i == 1_499: break")
    assert predicted(left).steps == 1_500


@pytest.mark.parametrize(
    "loops",
    [
        "for j in range(10**4):\n    for i in range(10**4):",
        # A break that comes too late is told by the number of steps.
        "n = 0\nfor j in range(10**5):\n    if n >= 10**9: break\n    for i in range(10**5):\n"
        "        n += 1",
    ],
)
def test_a_length_that_is_known_to_be_too_long_is_not_simulated(
    loops: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[None] = []
    step = simulation.Simulation.step_optimizer
    monkeypatch.setattr(
        simulation.Simulation, "step_optimizer", lambda self: (made.append(None), step(self))[1]
    )
    body = indent("optimizer.step()\nscheduler.step()\n", "        ")
    text = TRAINING[: TRAINING.index("for ")] + f"{loops}\n{body}"
    (found,) = forecast(load(Path("script.py"), data=text.encode())).schedules
    assert found.prediction.unresolved == [running.TOO_LONG]
    assert len(made) <= running.HOPELESS


def test_an_optimizer_of_unknown_lrs_is_named() -> None:
    prediction = predicted(
        """
        from torch.optim.lr_scheduler import StepLR
        def train(optimizer):
            scheduler = StepLR(optimizer, 2)
            for i in range(4):
                optimizer.step()
                scheduler.step()
        """
    )
    assert prediction.lr is None
    assert prediction.unresolved == ["the optimizer's lr"]
