"""A decay whose steps are counted: what a test adds to it decides how often it steps."""

from __future__ import annotations

from pathlib import Path

from lrlint.predict.forecast import forecast
from lrlint.source import load

SETUP = """
import contextlib, sys, torch
net = torch.nn.Linear(3, 1)
adam = torch.optim.Adam(net.parameters(), lr=0.01)
decay = torch.optim.lr_scheduler.ExponentialLR(adam, gamma=0.9)
def update():
    adam.step()
    decay.step()
"""


def steps(code: str) -> int | None:
    """Return how often the scheduler steps; None where that is left open, with a reason."""
    source = load(Path("script.py"), data=(SETUP + code).encode())
    (schedule,) = forecast(source).schedules
    prediction = schedule.prediction
    assert (prediction.lr is None) == bool(prediction.unresolved)
    return prediction.steps
